"""The command line as scripts and people meet it: streams, exit codes, options, and one clear line when it cannot work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from enum import StrEnum
from inspect import signature
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import typer.main
from throwaway import CLAIMS, NOW, certificate, mint, pem, unsigned
from typer.testing import CliRunner

from jwtdoctor import __version__
from jwtdoctor.catalog import load
from jwtdoctor.cli import quick
from jwtdoctor.cli.app import app
from jwtdoctor.cli.declared.diagnosing import _diagnose
from jwtdoctor.cli.options import COMMANDS, OPTIONS, Call

ROOT = Path(__file__).resolve().parents[1]
TOKEN = mint()
BAD = mint({**CLAIMS, "exp": NOW - 3600})
WARNED = mint({**CLAIMS, "exp": NOW * 1000})
EXPIRED = "invalid_grant: expired authorization code"
AT = ("--now", str(NOW))


class Done(subprocess.CompletedProcess):
    """A finished call."""


def run(
    *words: object, text: str | bytes | None = "", cwd: Path | None = None, env: dict[str, str] | None = None, stdin=None
) -> Done:
    """One call; standard input is a pipe that holds ``text``, or ``stdin``."""
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING")}
    data = text.encode() if isinstance(text, str) else text
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *map(str, words)],
        stdin=stdin,
        input=None if stdin is not None else data,
        capture_output=True,
        cwd=cwd,
        env={**environment, **(env or {})},
        timeout=120,
    )
    assert b"Traceback" not in done.stderr
    encoding = (env or {}).get("PYTHONIOENCODING", "utf-8").partition(":")[0]
    return Done(done.args, done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def refused(done: Done, *words: str, code: int = 2) -> None:
    """It could not do the job: the code, nothing or valid JSON on standard output, one line on standard error."""
    assert done.returncode == code, (done.stdout, done.stderr)
    assert not done.stdout or json.loads(done.stdout)["results"] == []
    assert done.stderr.startswith("jwtdoctor: ")
    assert done.stderr.count("\n") == 1
    assert "fault of jwtdoctor" not in done.stderr
    for word in words:
        assert word in done.stderr


def results(done: Done) -> list[dict]:
    """The results of a JSON answer."""
    assert done.returncode in (0, 1, 2), done.stderr
    return json.loads(done.stdout)["results"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good, a bad, and an expired-looking token, and certificates."""
    (tmp_path / "good.txt").write_text(TOKEN)
    (tmp_path / "bad.txt").write_text(BAD)
    (tmp_path / "warned.txt").write_text(WARNED)
    (tmp_path / "app.crt").write_bytes(certificate())
    (tmp_path / "app.der").write_bytes(certificate(encoding="DER"))
    (tmp_path / "other.crt").write_bytes(certificate("other"))
    (tmp_path / "answer.txt").write_text(f"HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 12:00:00 GMT\n\n{EXPIRED}")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)))
    (tmp_path / "key.pem").write_text(pem())
    (tmp_path / "a folder").mkdir()
    return tmp_path


# --- sources ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["diagnose"]])
@pytest.mark.parametrize(
    "source",
    ["good.txt", "./good.txt", "-", TOKEN, f"Bearer {TOKEN}", None],
    ids=["file", "path", "dash", "text", "bearer", "pipe"],
)
def test_a_source(folder, command, source):
    """A file, standard input, the text itself; with and without the command's name."""
    words = [*command, *([source] if source else []), *AT, "--format", "json", "--cert", "app.crt"]
    done = run(*words, text=TOKEN if source in ("-", None) else "", cwd=folder)
    (result,) = results(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert result["token"]["claims"] == CLAIMS
    assert result["verdict"] == "accepted"


@pytest.mark.parametrize("form", ["json", "plain", "terminal"])
def test_the_command_may_be_left_out(folder, form):
    """``jwtdoctor SOURCE`` is ``jwtdoctor diagnose SOURCE``, to the byte."""
    short = run("bad.txt", *AT, "--format", form, cwd=folder)
    long = run("diagnose", "bad.txt", *AT, "--format", form, cwd=folder)
    assert (short.returncode, short.stdout, short.stderr) == (long.returncode, long.stdout, long.stderr) == (1, long.stdout, "")


def test_a_text_that_begins_like_an_option(folder):
    """A PEM begins with dashes and is a source all the same."""
    (result,) = results(run(pem(), "--format", "json"))
    assert result["token"]["kind"] == "private-key"
    (result,) = results(run("--format", "json", "--", pem()))
    assert result["token"]["kind"] == "private-key"


def test_options_may_stand_anywhere(folder):
    """Before, between and behind the sources."""
    done = run("--format", "json", "good.txt", *AT, "bad.txt", "--cert=app.crt", cwd=folder)
    assert [each["source"]["name"] for each in results(done)] == ["good.txt", "bad.txt"]


def test_several_sources_of_which_one_is_missing(folder):
    """The others are diagnosed, the gap is told, the code says that the job was not done."""
    done = run("good.txt", "gone.txt", "bad.txt", *AT, "--format", "json", cwd=folder)
    assert done.returncode == 2
    assert [each["source"]["name"] for each in results(done)] == ["good.txt", "bad.txt"]
    assert done.stderr.startswith("jwtdoctor: gone.txt: no such file")
    assert done.stderr.count("\n") == 1


def test_several_sources_of_which_one_is_empty(folder):
    """Something was there to diagnose."""
    done = run("empty.txt", "good.txt", *AT, "--format", "json", cwd=folder)
    assert done.returncode == 0
    assert len(results(done)) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("gone.txt", "no such file"),
        ("no/such/path", "no such file"),
        ("a folder", "directory"),
        ("binary.bin", "binary"),
        ("good.txt/x", ""),
        ("bad\x01name.txt", "no such file"),
    ],
)
@pytest.mark.parametrize("form", ["json", "plain"])
def test_sources_that_cannot_be_read(folder, source, said, form):
    """One line says which and why."""
    done = run(source, "--format", form, cwd=folder)
    refused(done, said)


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_without_permission(folder):
    """The reason of the operating system is passed on."""
    (folder / "good.txt").chmod(0)
    refused(run("good.txt", cwd=folder), "good.txt", "ermission")


@pytest.mark.parametrize("text", ["", " \n", "hello", "\ufeff", "what went wrong?"])
@pytest.mark.parametrize("form", ["json", "plain", "terminal"])
def test_nothing_to_diagnose(text, form):
    """Code 3, and it says what would be accepted."""
    refused(run("--format", form, text=text), "nothing to diagnose", "accepted", code=3)


def test_no_source_and_no_pipe():
    """From a terminal or ``/dev/null`` nothing is read."""
    refused(run(stdin=subprocess.DEVNULL), "nothing to diagnose", code=3)


def test_no_source_and_standard_input_closed():
    """Some schedulers start programs like this."""
    for words, code in (((), 3), (("-",), 2)):
        command = [sys.executable, "-m", "jwtdoctor", *words]
        done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, text=True, timeout=60)
        refused(done, code=code)


def test_standard_input_from_a_file(folder):
    """A redirection is as good as a pipe."""
    with (folder / "good.txt").open() as file:
        assert len(results(run(*AT, "--format", "json", stdin=file))) == 1


# --- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [EXPIRED, "@answer.txt"])
@pytest.mark.parametrize("how", ["null", "empty pipe"])
def test_an_answer_without_a_token(folder, error, how):
    """``--error`` works alone, whether or not standard input is a pipe."""
    stdin = subprocess.DEVNULL if how == "null" else None
    done = run("--error", error, "--format", "json", *AT, stdin=stdin, cwd=folder)
    (result,) = results(done)
    assert done.returncode == 1
    assert result["token"] is None
    assert result["diagnosis"]["symptom"] == "expired-authorization-code"


def test_an_answer_with_a_token(folder):
    """The Date header in the file is the clock that counts."""
    (result,) = results(run("bad.txt", "--error", "@answer.txt", "--format", "json", "--now", "0", cwd=folder))
    assert result["judged"] == {"at": NOW, "clock": "date"}
    assert result["diagnosis"]["causes"][0]["cause"].startswith("exp-")


def test_an_answer_nobody_knows_fails_nothing():
    """There is one result and nothing found in it."""
    done = run("--error", "the moon was wrong", "--format", "json")
    assert done.returncode == 0
    assert results(done)[0]["diagnosis"]["answer_known"] is False


@pytest.mark.parametrize(
    ("error", "said"), [("@gone.txt", "no such file"), ("@a folder", "directory"), ("@binary.bin", "binary"), ("@", "")]
)
def test_answer_files_that_cannot_be_read(folder, error, said):
    """Told by their name."""
    refused(run("good.txt", "--error", error, cwd=folder), said)


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [["app.crt"], ["app.der"], ["other.crt", "app.crt"]])
def test_certificates(folder, names):
    """PEM, DER, several: the one that verifies is named."""
    words = [word for name in names for word in ("--cert", name)]
    (result,) = results(run("good.txt", *words, *AT, "--format", "json", cwd=folder))
    assert result["signature"]["status"] == "valid"
    assert result["signature"]["certificate"] == names[-1]


def test_a_certificate_of_another_key(folder):
    """The signature is examined and does not fit."""
    done = run("good.txt", "--cert", "other.crt", *AT, "--format", "json", cwd=folder)
    assert done.returncode == 1
    assert results(done)[0]["signature"] == {
        "status": "invalid",
        "reason": "signature-wrong-key",
        "certificate": None,
        "sha256": None,
        "expected": None,
        "signer": None,
        "remains": [],
        "stated": False,
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.crt", "no such file"),
        ("a folder", "directory"),
        ("empty.txt", "empty"),
        ("binary.bin", "no key can be read"),
        ("answer.txt", "no key can be read"),
        ("locked.pem", "--passphrase-file"),
        ("good.txt", "JWT"),
        ("huge.crt", "larger"),
        ("", ""),
    ],
)
def test_certificates_that_cannot_be_used(folder, name, said):
    """Each says what it is instead, and what is wanted."""
    if name == "huge.crt":
        with (folder / name).open("wb") as file:
            file.truncate(100 * 1024 * 1024)
    (folder / "locked.pem").write_text(pem(password=b"throwaway"))
    refused(run("good.txt", "--cert", name, "--format", "json", cwd=folder), said)


@pytest.mark.parametrize("name", ["key.pem", "both.pem", "a folder", "locked.pem"])
def test_key_files_that_are_no_certificate_serve_all_the_same(folder, name):
    """A private key by its public half, alone or beside its certificate; a folder; an encrypted key with its passphrase."""
    (folder / "both.pem").write_bytes(certificate() + pem().encode())
    (folder / "a folder" / "app.crt").write_bytes(certificate())
    (folder / "a folder" / "notes.txt").write_text("nothing")
    (folder / "locked.pem").write_text(pem(password=b"throwaway"))
    done = run("good.txt", "--cert", name, *AT, "--format", "json", cwd=folder, env={"JWTDOCTOR_PASSPHRASE": "throwaway"})
    (result,) = results(done)
    assert (result["signature"]["status"], done.stderr) == ("valid", "")
    assert pem().splitlines()[5] not in done.stdout


def test_a_certificate_that_cannot_be_used_beside_one_that_can(folder):
    """It is told, the other serves, and the code says that not all could be done."""
    done = run("good.txt", "--cert", "app.crt", "--cert", "empty.txt", *AT, "--format", "json", cwd=folder)
    assert (done.returncode, results(done)[0]["signature"]["status"]) == (2, "valid")
    assert done.stderr.startswith("jwtdoctor: --cert empty.txt: ")
    assert done.stderr.count("\n") == 1


def test_a_certificate_with_an_odd_serial_number(folder):
    """RFC 5280 wants a positive one; what the library thinks of that is no line of ours."""
    der = certificate(encoding="DER")
    odd = der.replace(bytes.fromhex("a003020102020101"), bytes.fromhex("a003020102020100"))
    assert odd != der
    (folder / "odd.der").write_bytes(odd)
    done = run("good.txt", "--cert", "odd.der", *AT, "--format", "json", cwd=folder)
    assert done.stderr == ""
    assert results(done)[0]["signature"]["status"] == "valid"


# --- the other options -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "at"),
    [
        (str(NOW), NOW),
        (f" {NOW} ", NOW),
        (f"{NOW}.9", NOW),
        ("2026-11-23T12:00:00Z", NOW),
        ("2026-11-23T12:00:00", NOW),
        ("2026-11-23 13:00:00+01:00", NOW),
        ("2026-11-23", NOW - 43200),
        ("0", 0),
        ("-1", -1),
    ],
)
def test_moments(time, at):
    """Epoch seconds or ISO 8601; without a zone it is UTC."""
    assert json.loads(run(TOKEN, f"--now={time}", "--format", "json").stdout)["now"] == at


@pytest.mark.parametrize(
    "time",
    [
        "",
        " ",
        "yesterday",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e400",
        str(NOW * 1000),
        str(NOW * 10**6),
        "2026-13-01",
        "12:00",
        "9" * 5000,
        "²",
    ],
)
def test_moments_that_are_none(time):
    """Words, numbers that are none, and milliseconds."""
    refused(run(TOKEN, f"--now={time}"), "--now", "" if len(time) > 500 else "ISO 8601")


@pytest.mark.parametrize("words", [["--profile", "nobody"], ["--profile="]])
def test_profiles_that_are_none(words):
    """The known ones are listed."""
    refused(run(TOKEN, *words), "salesforce")


def test_a_profile_is_shown():
    """How it was chosen is part of the report."""
    for words, chosen in (([], "detected"), (["--profile", "generic"], "option")):
        assert results(run(TOKEN, *words, *AT, "--format", "json"))[0]["profile"]["chosen_by"] == chosen
    assert results(run(unsigned({}), *AT, "--format", "json"))[0]["profile"] == {
        "name": "salesforce",
        "chosen_by": "default",
        "why": "nothing speaks against it",
    }


def test_the_endpoint_is_used():
    """The same token, called at a host that does not go with it."""
    done = run(TOKEN, *AT, "--endpoint", "https://test.salesforce.com/services/oauth2/token", "--format", "json")
    assert done.returncode == 1
    assert {each["rule"] for each in results(done)[0]["findings"]} & {"aud-login-vs-test", "aud-endpoint-mismatch"}


@pytest.mark.parametrize(
    "words",
    [
        ["--bogus"],
        ["--bogus", "x"],
        ["-x"],
        ["--cert"],
        ["--error"],
        ["--now"],
        ["--format"],
        ["--format", "xml"],
        ["--format="],
        ["--fail-on", "info"],
        ["--fail-on"],
        ["--app", "x"],
        ["--endpoint"],
        ["--profile"],
        ["--json"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("command", [[], ["diagnose"]], ids=["short", "long"])
def test_options_that_are_none(command, words):
    """One line, and where to read on."""
    refused(run(*command, TOKEN, *words), "--help")


@pytest.mark.parametrize(
    ("name", "fail_on", "code"),
    [
        ("good.txt", None, 0),
        ("good.txt", "error", 0),
        ("good.txt", "warning", 0),
        ("good.txt", "never", 0),
        ("bad.txt", None, 1),
        ("bad.txt", "error", 1),
        ("bad.txt", "warning", 1),
        ("bad.txt", "never", 0),
    ],
)
def test_exit_codes(folder, name, fail_on, code):
    """0 nothing, 1 something, by the threshold."""
    words = ["--fail-on", fail_on] if fail_on else []
    done = run(
        name, *AT, *words, "--cert", "app.crt", "--endpoint", "https://login.salesforce.com/services/oauth2/token", cwd=folder
    )
    assert (done.returncode, done.stderr) == (code, "")


def test_a_warning_counts_only_if_asked(folder):
    """An assertion with warnings and no error."""
    done = run("warned.txt", *AT, "--format", "json", cwd=folder)
    severities = {each["severity"] for each in results(done)[0]["findings"]}
    assert "error" not in severities
    assert "warning" in severities
    assert done.returncode == 0
    assert run("warned.txt", *AT, "--fail-on", "warning", cwd=folder).returncode == 1


@pytest.mark.parametrize("words", [["gone.txt"], ["--cert", "gone.crt", TOKEN], ["--bogus"]])
def test_never_failing_does_not_hide_that_the_job_was_not_done(words):
    """``--fail-on never`` is about findings."""
    assert run(*words, "--fail-on", "never").returncode == 2


# --- how it is shown -------------------------------------------------------------------------------------------------


def test_the_default_format(folder):
    """Plain text where there is no terminal."""
    assert run("bad.txt", *AT, cwd=folder).stdout == run("bad.txt", *AT, "--format", "plain", cwd=folder).stdout


def test_colour(folder):
    """Never into a pipe unless forced, and NO_COLOR has the last word (no-color.org)."""
    words = ("bad.txt", *AT, "--format", "terminal")
    assert "\x1b" not in run(*words, cwd=folder).stdout
    assert "\x1b" in run(*words, cwd=folder, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in run(*words, cwd=folder, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b" in run(*words, cwd=folder, env={"FORCE_COLOR": "1", "NO_COLOR": ""}).stdout


LONG = unsigned(
    {
        **CLAIMS,
        "sub": "integration user with many words @acme.example",
        "aud": "https://login.salesforce.com/" + "segment-" * 30,
        "exp": NOW - 60,
    }
)


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 160, 200])
@pytest.mark.parametrize("form", ["plain", "terminal"])
@pytest.mark.parametrize("text", [LONG, WARNED, pem()], ids=["long", "warned", "pem"])
def test_no_line_is_wider_than_the_terminal(width, form, text):
    """But for a single word that cannot be broken."""
    done = run(*AT, "--format", form, "--error", EXPIRED, text=text, env={"COLUMNS": str(width)})
    wide = [line for line in done.stdout.splitlines() if len(line) > width]
    assert [line for line in wide if len(max(line.split(), key=len)) < width - 25] == []
    if form == "terminal":
        assert wide == []


@pytest.mark.parametrize("columns", ["", "0", "-5", "x", "²", "1", "99999", "9" * 5000, "80.5"])
def test_odd_widths(columns):
    """A width that is none is not used."""
    done = run(TOKEN, *AT, env={"COLUMNS": columns})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["plain", "terminal", "json"])
def test_output_of_other_encodings(encoding, form):
    """A console that cannot show a character gets another one, not a fault."""
    token = unsigned({**CLAIMS, "aud": "https://\u4e2d\u6587.example", "exp": NOW * 1000})
    done = run(
        token, *AT, "--format", form, "--error", "user hasn\u2019t approved this consumer", env={"PYTHONIOENCODING": encoding}
    )
    assert done.returncode == 1, done.stderr
    assert "aud" in done.stdout


def test_a_closed_pipe_makes_no_noise(folder):
    """``| head -1`` has seen enough."""
    (folder / "many.txt").write_text(f"{BAD}\n" * 500)
    for form in ("plain", "terminal", "json"):
        words = [sys.executable, "-m", "jwtdoctor", "many.txt", *AT, "--format", form]
        done = subprocess.run(
            ["sh", "-c", '"$@" | head -1', "sh", *words], capture_output=True, text=True, cwd=folder, timeout=120
        )
        assert done.stderr == ""
        assert done.stdout.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk():
    """What could not be written is told in one line."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jwtdoctor", TOKEN, *AT], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "fault of jwtdoctor" not in done.stderr


def test_standard_output_closed():
    """Nowhere to write to is no fault of ours."""
    words = [sys.executable, "-m", "jwtdoctor", TOKEN, *AT]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "fault of jwtdoctor" not in done.stderr
    assert "Traceback" not in done.stderr


# --- the quick reader and typer --------------------------------------------------------------------------------------

ARGVS: list[list[str]] = [
    ["x.txt"],
    ["diagnose", "x.txt"],
    ["x.txt", "y.txt"],
    ["-"],
    ["diagnose", "-"],
    ["diagnose"],
    ["x.txt", "--cert", "a", "--cert", "b"],
    ["x.txt", "--cert=a", "--cert=b"],
    ["--cert", "a", "x.txt"],
    ["--cert=", "x.txt"],
    ["--error", "a b c"],
    ["--error="],
    ["--error=a=b"],
    ["--error", "@file"],
    ["--error", "--now"],
    ["--error", "-x"],
    ["--error", "-"],
    ["--error", "--", "x"],
    ["--error", ""],
    ["", "x.txt"],
    ["--endpoint", "https://x/y?z=1"],
    ["--profile", "salesforce"],
    ["--app", "connected-app"],
    ["--app=external-client-app"],
    ["--now", "-1"],
    ["--now=-1"],
    ["--now", "0", "--now", "1"],
    ["--format", "json"],
    ["--format=plain"],
    ["--format", "terminal", "--format", "json"],
    ["--fail-on", "warning"],
    ["--fail-on=never"],
    ["--", "--cert"],
    ["x.txt", "--", "-y", "--now"],
    ["--", "diagnose"],
    ["diagnose", "--", "x"],
    ["diagnose", "diagnose"],
    ["diagnose", "rules"],
    ["x.txt", "diagnose"],
    ["x.txt", "--", "--"],
    ["--cert", "a", "--", "--cert", "b"],
    ["a", "-", "b"],
    ["ey.ey.ey", "--now", "0"],
    [
        "--fail-on",
        "error",
        "x",
        "--format",
        "json",
        "y",
        "--error",
        "e",
        "--cert",
        "c",
        "--app",
        "connected-app",
        "--profile",
        "p",
    ],
]


@pytest.mark.parametrize("argv", ARGVS, ids=" ".join)
def test_the_quick_reader_agrees_with_typer(argv, monkeypatch):
    """Both readers make the same call of the same words."""
    seen: list[Call] = []

    def take(call: Call) -> int:
        seen.append(call)
        return 0

    monkeypatch.setattr("jwtdoctor.cli.diagnose.run", take)
    words = argv if argv and argv[0] == "diagnose" else ["diagnose", *argv]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0, outcome.output
    assert quick.parse(argv) == seen[0]


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"],
        ["-h"],
        ["--version"],
        ["rules"],
        ["explain", "x"],
        ["x.txt", "--help"],
        ["diagnose", "--help"],
        ["--bogus"],
        ["x", "-z"],
        ["--cert"],
        ["x", "--now"],
        ["--format", "xml"],
        ["--format=JSON"],
        ["--fail-on=info"],
        ["--app", "x"],
        ["--show-completion"],
        ["--forma", "json"],
    ],
    ids=" ".join,
)
def test_what_the_quick_reader_leaves_to_typer(argv):
    """Help, other commands, and whatever is wrong."""
    assert quick.parse(argv) is None


def test_the_quick_reader_takes_a_pem():
    """Typer would take the dashes for an option."""
    assert quick.parse(["-----BEGIN X-----", "--now", "0"]) == Call(("-----BEGIN X-----",), now="0")


def test_the_table_of_options_is_typers():
    """Names, repetition and choices are said once, and typer says the same."""
    command = typer.main.get_command(app)
    assert set(command.commands) == set(COMMANDS)
    written = {name: get_args(each.annotation)[0] for name, each in signature(_diagnose, eval_str=True).parameters.items()}
    declared = {}
    for each in command.commands["diagnose"].params:
        if each.param_type_name == "option" and "--help" not in each.opts:
            (name,) = each.opts
            kinds = (written[each.name], *get_args(written[each.name]))
            choices = next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())
            several = next((get_args(kind)[0] for kind in kinds if get_origin(kind) is list), None)
            if isinstance(several, type) and issubclass(several, StrEnum):
                choices = tuple(several)
            declared[name] = (each.multiple, choices, each.is_flag)
    assert declared == {name: (option.repeatable, option.choices, option.flag) for name, option in OPTIONS.items()}
    assert {option.field for option in OPTIONS.values()} == set(Call._fields) - {"sources"}


# --- the other commands ----------------------------------------------------------------------------------------------


def test_version():
    """One line, and the version of the package."""
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"jwtdoctor {__version__}\n")


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["diagnose", "--help"], ["x.txt", "--help"], ["explain", "--help"], ["rules", "-h"]]
)
def test_help(words):
    """It is help, it names every option, and nothing is on standard error."""
    done = run(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage" in done.stdout
    if words[0] in ("diagnose", "x.txt"):
        for name in OPTIONS:
            assert name in done.stdout
        assert "\\b" not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    """A script for the shell."""
    done = run("--show-completion", shell)
    assert done.returncode == 0, done.stderr
    assert "jwtdoctor" in done.stdout


def test_completing_a_name():
    """Names of rules are offered, and nothing is diagnosed on the way."""
    done = run(env={"_JWTDOCTOR_COMPLETE": "complete_bash", "COMP_WORDS": "jwtdoctor explain exp-mill", "COMP_CWORD": "2"})
    assert "exp-milliseconds" in done.stdout.split()


def test_rules_as_text():
    """One line per rule."""
    done = run("rules", env={"COLUMNS": "100"})
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(load().rules)
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_rules_as_json():
    """The fields of the contract."""
    document = json.loads(run("rules", "--format", "json").stdout)
    assert [each["name"] for each in document] == list(load().rules)
    for each in document:
        assert {"name", "severity", "check", "cites"} <= each.keys()
        assert each["cites"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("exp-past", "rule"),
        ("user-not-preauthorised", "cause"),
        ("invalid-assertion", "symptom"),
        ("invalid_grant: invalid assertion", "symptom"),
        ('{"error":"invalid_grant","error_description":"audience is invalid"}', "symptom"),
    ],
)
def test_explain(name, kind):
    """A rule, a cause, or an error text; as text and as JSON."""
    (document,) = json.loads(run("explain", name, "--format", "json").stdout)
    assert document["kind"] == kind
    for form in ([], ["--format", "plain"], ["--format", "terminal"]):
        done = run("explain", name, *form, env={"COLUMNS": "80"})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()
        assert [line for line in done.stdout.splitlines() if len(line) > 80 and " " in line[2:60]] == []


@pytest.mark.parametrize("entry", ["rules", "unseen", "symptoms"])
def test_everything_can_be_explained(entry):
    """No entry of the catalogue trips the explanation."""
    known = load()
    names = [each.name for each in known.symptoms] if entry == "symptoms" else list(getattr(known, entry))
    done = run("explain", *names)
    assert (done.returncode, done.stderr) == (0, "")
    documents = json.loads(run("explain", *names, "--format", "json").stdout)
    assert [each["name"] for each in documents] == names


def test_explaining_what_nobody_knows():
    """It is told, a near name is offered, and the others are explained."""
    done = run("explain", "exp-millisecond", "exp-past")
    assert done.returncode == 2
    assert "exp-milliseconds" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "exp-past" in done.stdout
    refused(run("explain"), "--help")
    refused(run("rules", "x"), "--help")


def test_the_installed_command_is_the_module():
    """``jwtdoctor`` and ``python -m jwtdoctor`` start the same function."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"jwtdoctor": "jwtdoctor.cli:main"}
    assert "from .cli import main" in (ROOT / "jwtdoctor" / "__main__.py").read_text(encoding="utf-8")
