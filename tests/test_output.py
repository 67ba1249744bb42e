"""``--format``, ``--output`` and ``--clipboard``: what goes where, files that are whole or not there, and what is refused."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import RULES
from throwaway import CLAIMS, NOW, certificate, unsigned

from jwtdoctor.cli import output, quick
from jwtdoctor.cli.failure import Failure
from jwtdoctor.cli.options import Call
from jwtdoctor.cli.output import Output, Target, plan

BAD = unsigned({**CLAIMS, "exp": NOW - 5000})
GOOD_ENDINGS = {
    "a.json": "json", "a.sarif": "sarif", "a.sarif.json": "sarif", "a.xml": "junit", "a.md": "markdown", "a.markdown": "markdown",
    "a.csv": "csv", "a.HTML": "html", "a.htm": "html", "a.txt": "plain", "csv:b": "csv", "html:a.txt": "html", "github:log": "github",
    "terminal:a.json": "terminal", "json:sub:a": "json",
}  # fmt: skip


def run(*words: str, text: str | None = "", cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """One call, with a pipe behind each stream."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "GITHUB_STEP_SUMMARY")
    }
    given = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    return subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *words],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        timeout=60,
        env={**kept, **environment},
        check=False,
        **given,
    )


# --- the plan --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", GOOD_ENDINGS)
def test_an_ending_or_a_prefix_tells_the_format(word):
    """The longest ending that fits, whatever its case; a prefix goes before it."""
    file = word.partition(":")[2] or word
    assert plan((), (word,), "plain") == [Target(GOOD_ENDINGS[word], file)]


@pytest.mark.parametrize(
    ("formats", "outputs", "targets"),
    [
        ((), (), [Target("plain")]),
        (("json",), (), [Target("json")]),
        (("json", "json"), (), [Target("json")]),
        (("sarif",), ("x",), [Target("sarif", "x")]),
        (("sarif",), ("x", "y.html"), [Target("sarif", "x"), Target("html", "y.html")]),
        (("plain",), ("y.html",), [Target("html", "y.html"), Target("plain")]),
        (("html",), ("y.html",), [Target("html", "y.html"), Target("html")]),
        (("json", "html"), ("y.html",), [Target("html", "y.html"), Target("json")]),
        (("sarif", "html"), ("y.html", "b.sarif"), [Target("html", "y.html"), Target("sarif", "b.sarif")]),
        (("sarif", "html"), ("y.html", "b"), [Target("html", "y.html"), Target("sarif", "b")]),
        ((), ("y.html", "a.json"), [Target("html", "y.html"), Target("json", "a.json")]),
        ((), ("-",), [Target("plain")]),
        (("csv",), ("-",), [Target("csv")]),
        ((), ("csv:-", "a.json"), [Target("json", "a.json"), Target("csv")]),
        ((), ("/dev/stdout",), [Target("plain")]),
        ((), ("json:/dev/stdout",), [Target("json")]),
    ],
)
def test_what_goes_where(formats, outputs, targets):
    """Files take what they tell, standard output the rest; it is silent when there are files and nothing is left."""
    assert plan(formats, outputs, "plain") == targets


@pytest.mark.parametrize(
    ("formats", "outputs", "said"),
    [
        (("json", "html"), (), "standard output holds one format, and json and html are wanted"),
        (("json", "html", "csv"), ("a.csv",), "json and html"),
        ((), ("report",), "its ending tells no format; accepted: .txt .json .sarif .xml .md .csv .html, or FORMAT:FILE"),
        ((), ("report.pdf",), "its ending tells no format"),
        (("json", "csv"), ("report",), "its ending tells no format"),
        (("json",), ("a", "b"), "its ending tells no format"),
        ((), ("",), "names no file"),
        ((), ("json:",), "names no file"),
        ((), ("a.json", "./a.json"), "given twice"),
        ((), ("a.json", "sarif:a.json"), "given twice"),
        ((), ("-", "-"), "standard output holds one format"),
        (("json",), ("csv:-",), "standard output holds one format"),
    ],
)
def test_what_cannot_be_told_apart(formats, outputs, said):
    """One clear line with what would be accepted."""
    with pytest.raises(Failure) as failure:
        plan(formats, outputs, "plain")
    assert said in str(failure.value)
    assert failure.value.code == 2


def test_a_command_has_the_formats_it_has():
    """Another command's endings are its own formats' alone."""
    assert plan((), ("a.md",), "plain", known=("plain", "json", "markdown")) == [Target("markdown", "a.md")]
    with pytest.raises(Failure, match=r"accepted: \.txt \.json \.md, or FORMAT:FILE with one of plain, json, markdown"):
        plan((), ("a.sarif",), "plain", known=("plain", "json", "markdown"))


def test_directories_and_inputs_are_not_written_over(tmp_path, monkeypatch):
    """Not by another name of the same file either."""
    monkeypatch.chdir(tmp_path)
    Path("token.txt").write_text(BAD)
    Path("link.json").symlink_to("token.txt")
    Path("sub.json").mkdir()
    for word in ("token.txt", "./token.txt", "json:token.txt", "link.json", str(tmp_path / "token.txt")):
        with pytest.raises(Failure, match="read in the same call"):
            plan((), (word,), "plain", sources=("token.txt", BAD, "\0"))
    with pytest.raises(Failure, match="a directory"):
        plan((), ("sub.json",), "plain")


@pytest.mark.parametrize(
    "words",
    [
        ("diagnose", BAD, "--output", "plain:pass.txt"),
        ("fix", BAD, "--output", "plain:pass.txt"),
        ("redact", BAD, "--output", "pass.txt"),
        ("triage", "token.log", "--output", "plain:pass.txt"),
        ("triage", "token.log", "--results", "pass.txt"),
    ],
)
def test_passphrases_are_not_written_over(tmp_path, words):
    """Their file is read in the same call, whichever command it is."""
    (tmp_path / "pass.txt").write_text("one of them\n")
    (tmp_path / "token.log").write_text(BAD)
    (tmp_path / "app.crt").write_bytes(certificate())
    done = run(*words, "--cert", "app.crt", "--passphrase-file", "pass.txt", cwd=tmp_path)

    assert done.returncode == 2
    assert "read in the same call" in done.stderr
    assert (tmp_path / "pass.txt").read_text() == "one of them\n"


@pytest.mark.parametrize("command", [("diagnose", BAD), ("triage", "token.log")])
def test_rules_are_not_written_over(tmp_path, command):
    """Nor whatever else lies in their folder."""
    (tmp_path / "token.log").write_text(BAD)
    (tmp_path / "own" / "time").mkdir(parents=True)
    rule = (RULES / "time" / "exp-past.toml").read_text(encoding="utf-8").replace('"exp-past"', '"mine"', 1)
    (tmp_path / "own" / "time" / "mine.toml").write_text(rule, encoding="utf-8")
    done = run(*command, "--rules", "own", "--output", "plain:own/time/mine.toml", cwd=tmp_path)

    assert done.returncode == 2
    assert (tmp_path / "own" / "time" / "mine.toml").read_text(encoding="utf-8") == rule
    assert "read in the same call" in done.stderr


def test_the_quick_reader_knows_them():
    """No typer for a call with files."""
    words = ["a", "--format", "json", "--format=csv", "--output", "x.csv", "--output=y.md", "--clipboard"]
    assert quick.parse(words) == Call(("a",), formats=("json", "csv"), outputs=("x.csv", "y.md"), clipboard=True)
    assert quick.parse(["--clipboard=yes"]) is None
    assert quick.parse(["a", "--format", "pdf"]) is None
    assert quick.parse(["a", "--output"]) is None


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_whole(tmp_path):
    """With the mode of any new file, UTF-8, and line breaks as they are."""
    file = tmp_path / "a.csv"
    with Output(str(file)) as out:
        out.write("ü,b\r\n")
        out.write("c\ud800\n")
        assert not file.exists()
        assert len(list(tmp_path.iterdir())) == 1
    assert file.read_bytes() == b"\xc3\xbc,b\r\nc\\ud800\n"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    (tmp_path / "other").touch()
    assert file.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    """What was private stays private."""
    file, link = tmp_path / "a.json", tmp_path / "link.json"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    with Output(str(link)) as out:
        out.write("new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", [KeyboardInterrupt, ValueError, Failure("x")])
def test_a_broken_off_file_is_not_there(tmp_path, wrong):
    """The old one stays, and nothing lies about."""
    file = tmp_path / "a.json"
    file.write_text("old")

    def breaks_off():
        with Output(str(file)) as out:
            out.write("new")
            raise wrong

    with pytest.raises((KeyboardInterrupt, ValueError, Failure)):
        breaks_off()
    assert file.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "close"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch, call, code):
    """Whichever step the system refuses."""
    file = tmp_path / "a.json"
    file.write_text("old")
    real, left = getattr(os, call), [3]

    def refuses(*words):
        left[0] -= 1
        if call == "close":
            real(*words)
        if call == "write" and left[0]:
            return real(words[0], bytes(words[1])[:2])
        raise OSError(code, os.strerror(code))

    def writes():
        with Output(str(file)) as out:
            out.write("something new")

    with monkeypatch.context() as patch:
        patch.setattr(output.os, call, refuses)
        with pytest.raises(Failure, match=r"--output .*a\.json: not written: "):
            writes()
    assert file.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_how_a_file_is_named_in_a_message(tmp_path):
    """A long path is no secret; what looks like one in it is not repeated."""
    long = tmp_path / ("folder" * 5) / ("another" * 5) / "report.json"
    with pytest.raises(Failure, match=r"another/report\.json: not written: no such file or directory"):
        Output(str(long))
    for name in (
        f"no/{BAD}",
        f"no/{'a' * 60}",
        f"{tmp_path}/no/{'Q' * 50}.json",
        "MHcCAQEEIIYvSX/b8uXwL3wbGJ0eLBhvkMTnZW8yNMSpQ0Hl9u0uoAoGCCqG/x",
    ):
        with pytest.raises(Failure) as failure:
            Output(name)
        assert name not in str(failure.value)


def test_a_short_write_goes_on(tmp_path, monkeypatch):
    """The system may take less than it is given."""
    real = os.write
    monkeypatch.setattr(output.os, "write", lambda descriptor, data: real(descriptor, bytes(data)[:3]))
    with Output(str(tmp_path / "a")) as out:
        out.write("0123456789")
    assert (tmp_path / "a").read_text() == "0123456789"


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    """A pipe stays a pipe."""
    with pytest.raises(Failure, match="no space left"), Output("/dev/full") as out:
        out.write("x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Output(str(pipe)) as out:
        out.write("through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path, monkeypatch):
    """A reader may come a little later, and may not come at all."""
    monkeypatch.setattr(output, "PATIENCE", 0.0)
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(Failure, match="not written: a pipe that nobody reads"):
        Output(str(tmp_path / "pipe.json"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_no_permission(tmp_path):
    """A folder that cannot be written to."""
    tmp_path.chmod(0o500)
    with pytest.raises(Failure, match="permission denied"):
        Output(str(tmp_path / "a.json"))
    tmp_path.chmod(0o700)


def test_no_permission_by_injection(tmp_path, monkeypatch):
    """The same, whoever runs the tests."""

    def refuses(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(output.os, "open", refuses)
    with pytest.raises(Failure, match="permission denied"):
        Output(str(tmp_path / "a.json"))


# --- the command line ------------------------------------------------------------------------------------------------


def test_several_formats_in_one_run(tmp_path):
    """Each file holds its format; standard output is silent, and each file is told once."""
    done = run("--output", "a.json", "--output", "b.sarif", "--output=c.xml", "--output", "d.md", "--output", "e.csv", "--output", "f.html",
               "--output", "g.txt", "--now", str(NOW), text=BAD, cwd=tmp_path)  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 7
    assert lines[0] == "jwtdoctor: wrote a.json (json)"
    assert json.loads((tmp_path / "a.json").read_text())["format"] == "jwtdoctor-report"
    assert json.loads((tmp_path / "b.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(tmp_path / "c.xml").getroot().tag == "testsuites"
    assert (tmp_path / "d.md").read_text().startswith("# REFUSED")
    assert (tmp_path / "e.csv").read_bytes().endswith(b"\r\n")
    assert (tmp_path / "f.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "g.txt").read_text().startswith("REFUSED")
    assert len(list(tmp_path.iterdir())) == 7


def test_a_file_and_standard_output(tmp_path):
    """With ``--format`` standard output shows it; typer's way gives the same as the quick one."""
    for words in (["--format", "csv", "--output", "a.json"], ["--output", "a.json", "--format", "csv"]):
        done = run(*words, "--now", str(NOW), text=BAD, cwd=tmp_path)
        assert done.stdout.startswith("source,line")
        assert json.loads((tmp_path / "a.json").read_text())["now"] == NOW
    done = run("diagnose", "--format", "csv", "--output", "a.json", "--no", str(NOW), text=BAD, cwd=tmp_path)
    assert done.returncode == 2
    assert run("--format", "sarif", "--output", "report", text=BAD, cwd=tmp_path).stdout == ""
    assert json.loads((tmp_path / "report").read_text())["version"] == "2.1.0"


def test_what_cannot_be_written_is_told_and_the_rest_is(tmp_path):
    """A full disk, a folder that is missing: the other file is there, and the code is 2."""
    words = ("--output", "json:/dev/full", "--output", "no/such/folder/b.html", "--output", "c.csv")
    done = run(*words, "--format", "plain", "--now", str(NOW), text=BAD, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.startswith("REFUSED")
    assert done.stderr.splitlines() == [
        "jwtdoctor: --output /dev/full: not written: no space left on device",
        "jwtdoctor: --output no/such/folder/b.html: not written: no such file or directory",
        "jwtdoctor: wrote c.csv (csv)",
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["c.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is the system's")
def test_a_disk_that_is_really_full(tmp_path):
    """The kernel refuses to let the file grow: the old one is untouched."""
    (tmp_path / "a.html").write_text("old")
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); sys.argv = ['jwtdoctor', *sys.argv[1:]]; "
        "from jwtdoctor.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, "--output", "a.html", "--output", "b.csv", "--now", str(NOW)],
        input=BAD, capture_output=True, encoding="utf-8", cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--output a.html: not written: file too large" in done.stderr
    assert (tmp_path / "a.html").read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.html", "b.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "json", "--format", "csv"], "standard output holds one format"),
        (["--output", "report"], "its ending tells no format"),
        (["--output", "."], "a directory"),
        (["--output", "token.txt"], "read in the same call"),
        (["--cert", "app.crt", "--output", "plain:app.crt"], "read in the same call"),
        (["--error", "@answer.txt", "--output", "answer.txt"], "read in the same call"),
    ],
)
def test_refusals(tmp_path, words, said):
    """One line, code 2, and nothing is changed."""
    for name in ("token.txt", "app.crt", "answer.txt"):
        (tmp_path / name).write_text(BAD)
    done = run("token.txt", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert {(tmp_path / name).read_text() for name in ("token.txt", "app.crt", "answer.txt")} == {BAD}


def test_sarif_alone_is_a_success(tmp_path):
    """Whoever reads it decides; asked for by name the threshold counts, and beside another format it does as ever."""
    assert run("--format", "sarif", "--now", str(NOW), text=BAD).returncode == 0
    assert run("--output", "a.sarif", "--now", str(NOW), text=BAD, cwd=tmp_path).returncode == 0
    assert run("--format", "sarif", "--fail-on", "error", "--now", str(NOW), text=BAD).returncode == 1
    assert run("--format", "github", "--output", "a.sarif", "--now", str(NOW), text=BAD, cwd=tmp_path).returncode == 1
    assert run("--format", "sarif", "no-such-file.txt").returncode == 2
    assert run("--format", "sarif", text="nothing here").returncode == 3


def test_files_of_nothing(tmp_path):
    """An old report does not stay there as if it were of today."""
    (tmp_path / "a.json").write_text("old")
    done = run("--output", "a.json", "--output", "b.html", text="nothing here", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert json.loads((tmp_path / "a.json").read_text())["results"] == []
    assert "Nothing to diagnose" in (tmp_path / "b.html").read_text()


def test_names_in_shared_files_are_relative(tmp_path):
    """No folder of this machine stands in them."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a b.txt").write_text(BAD)
    done = run(str(tmp_path / "logs" / "a b.txt"), "--format", "sarif", "--now", str(NOW), cwd=tmp_path)
    assert '"uri": "logs/a%20b.txt"' in done.stdout
    assert "::error file=logs/a b.txt,line=1,col=1," in run(
        str(tmp_path / "logs" / "a b.txt"), "--format", "github", "--now", str(NOW), cwd=tmp_path
    ).stdout  # fmt: skip


def test_the_job_summary(tmp_path):
    """Added to what other steps have written; only where the annotations are asked for."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = run("--format", "github", "--now", str(NOW), text=BAD, GITHUB_STEP_SUMMARY=str(summary))
    assert done.stdout.startswith("::error ")
    assert summary.read_text().startswith("before\n## jwtdoctor\n\n| verdict |")
    size = summary.stat().st_size
    run("--now", str(NOW), text=BAD, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.stat().st_size == size
    summary.write_bytes(b"x" * (1 << 20))
    done = run("--format", "github", "--now", str(NOW), text=BAD, GITHUB_STEP_SUMMARY=str(summary))
    assert (done.returncode, summary.stat().st_size) == (1, 1 << 20)
    assert "the job summary is full" in done.stderr
    done = run("--format", "github", "--now", str(NOW), text=BAD, GITHUB_STEP_SUMMARY=str(tmp_path / "no" / "folder"))
    assert (done.returncode, done.stdout[:8]) == (2, "::error ")
    assert "the job summary cannot be written: No such file" in done.stderr


# --- the clipboard ---------------------------------------------------------------------------------------------------


def fake(folder: Path, name: str, script: str) -> None:
    """A program of that name that stands first on the path."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


MECHANISMS = {
    "xclip": ("xclip", {"DISPLAY": ":9"}),
    "xsel": ("xsel", {"DISPLAY": ":9"}),
    "wl-paste": ("wl-paste", {"WAYLAND_DISPLAY": "w"}),
}
ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the desktop's own functions are called, which cannot be replaced here"
)


@ON_LINUX
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_clipboard_is_a_source(tmp_path, mechanism):
    """Read by whichever program the desktop has; other sources go on beside it."""
    name, environment = MECHANISMS[mechanism]
    (tmp_path / "copied").write_text(f"Bearer {BAD}\n")
    fake(tmp_path / "bin", name, f"exec /bin/cat '{tmp_path}/copied'")
    fake(tmp_path / "bin", "wl-copy", "exit 1")
    done = run("--clipboard", "--format", "json", "--now", str(NOW), text=None, PATH=str(tmp_path / "bin"), **environment)
    assert done.returncode == 1, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result["source"]["name"] == "the clipboard"
    assert result["source"]["form"] == "bearer"
    done = run("--clipboard", BAD, "--format", "csv", "--now", str(NOW), text=None, PATH=str(tmp_path / "bin"), **environment)
    assert [line.partition(",")[0] for line in done.stdout.splitlines()[1:]] == ["the clipboard", "the argument"]


@ON_LINUX
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 1", "the clipboard is empty, or holds no text"),
        ("exit 0", "the clipboard is empty, or holds no text"),
        ("printf '  \\n'", "the clipboard is empty, or holds no text"),
        ("printf '\\377\\376\\300'", "the clipboard holds no text"),
        ("printf 'a\\000b'", "the clipboard: a binary file"),
    ],
)
def test_a_clipboard_without_text(tmp_path, script, said):
    """One line, and the code of what could not be done."""
    fake(tmp_path / "bin", "xclip", script)
    done = run("--clipboard", text=None, PATH=str(tmp_path / "bin"), DISPLAY=":9", WAYLAND_DISPLAY="")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@ON_LINUX
def test_no_clipboard_at_all(tmp_path):
    """No desktop; a desktop without a program that could read it."""
    (tmp_path / "bin").mkdir()
    done = run("--clipboard", text=None, PATH=str(tmp_path / "bin"), DISPLAY="", WAYLAND_DISPLAY="")
    assert (done.returncode, done.stdout) == (2, "")
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in done.stderr
    done = run("--clipboard", text=None, PATH=str(tmp_path / "bin"), DISPLAY=":9", WAYLAND_DISPLAY="")
    assert done.returncode == 2
    assert "install wl-clipboard (Wayland) or xclip (X11)" in done.stderr


def test_nothing_of_it_is_imported_without_need():
    """A plain call pays for neither the clipboard nor a format it does not show, nor for typer."""
    script = (
        "import sys; sys.argv = ['jwtdoctor', sys.argv[1], '--format', 'json']\n"
        "from jwtdoctor.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({'pyperclip', 'typer', 'rich', 'csv', 'html', 'xml', 'tempfile'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, BAD], capture_output=True, encoding="utf-8", check=False)
    assert done.stderr.strip() == ""
    assert json.loads(done.stdout)["results"]
