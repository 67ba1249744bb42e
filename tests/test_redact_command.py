"""``jwtdoctor redact``, and ``--redact`` on a diagnosis: streams, files, exit codes, and what is redacted without being asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from redaction import leaks
from test_command_line import Done, refused, run
from throwaway import CLAIMS, NOW, certificate, mint, unsigned

AT = ("--now", str(NOW))
CLAIMED = {**CLAIMS, "sub": "jane.smith@acme-demo.example"}
TOKEN = mint(CLAIMED)
SECRETS = [TOKEN.rpartition(".")[2], CLAIMS["iss"], "jane.smith@acme"]
HOST = "acme-demo--team7.sandbox.my.salesforce.com"


def causes(done: Done) -> list[list[str]]:
    """Rules that found something, of each result of a JSON answer."""
    return [sorted(each["rule"] for each in result["findings"]) for result in json.loads(done.stdout)["results"]]


def test_the_output_has_the_same_diagnosis(tmp_path: Path) -> None:
    """From a file, with certificate and answer, to standard output and back."""
    (tmp_path / "other.crt").write_bytes(certificate("other"))
    (tmp_path / "in.txt").write_text(f"curl -d assertion={TOKEN}\n", encoding="utf-8")
    around = ("--error", "invalid_grant: invalid assertion", *AT)
    done = run("redact", "in.txt", "--cert", "other.crt", *around, cwd=tmp_path)
    (tmp_path / "out.txt").write_text(done.stdout, encoding="utf-8")

    assert (done.returncode, done.stderr) == (0, "")
    assert leaks(SECRETS, done.stdout) == []
    before = run("in.txt", "--cert", "other.crt", *around, "--format", "json", cwd=tmp_path)
    after = run("out.txt", *around, "--format", "json", cwd=tmp_path)
    assert "signature-wrong-key" in causes(before)[0]
    assert set(causes(before)[0]) == set(causes(after)[0])


def test_two_runs_give_two_look_alikes() -> None:
    """Nobody can put two tickets side by side."""
    first, second = (run("redact", *AT, text=TOKEN).stdout for _ in range(2))

    assert first != second
    assert len(first) == len(second)


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """To the letter, without a line end that was not there; standard output stays silent."""
    (tmp_path / "in.txt").write_text(TOKEN, encoding="utf-8")
    done = run("redact", "in.txt", "--output", "out.txt", *AT, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert not (tmp_path / "out.txt").read_text(encoding="utf-8").endswith("\n")
    refused(run("redact", "in.txt", "--output", "in.txt", *AT, cwd=tmp_path), "read in the same call")


def test_values_of_options_are_redacted_with_it() -> None:
    """An endpoint that names the org is told anew, so that the diagnosis can be repeated."""
    text = unsigned({**CLAIMED, "aud": f"https://{HOST}", "sub": "jane.smith@acme-demo.example.team7"})
    done = run("redact", "--hosts", "--endpoint", f"https://{HOST}/services/oauth2/token", *AT, text=text)

    assert done.returncode == 0
    assert "--endpoint https://" in done.stderr
    assert not any(word in done.stdout + done.stderr for word in ("acme", "team7"))


def test_an_answer_alone_is_redacted() -> None:
    """Without any token."""
    done = run("redact", "--error", "invalid_grant: jane.smith@acme-demo.example is not approved", *AT)

    assert done.stdout.startswith("invalid_grant: ")
    assert "smith" not in done.stdout + done.stderr


def test_text_without_a_token_is_redacted_and_told() -> None:
    """Nothing could be compared; what looks like somebody's is gone all the same."""
    done = run("redact", *AT, text="mail from jane.smith@acme-demo.example\n")

    assert (done.returncode, "smith" in done.stdout) == (3, False)
    assert done.stderr.count("\n") == 1


def test_one_unreadable_source_does_not_stop_the_others(tmp_path: Path) -> None:
    """It is told, and the code says that the job was not done."""
    (tmp_path / "in.txt").write_text(TOKEN, encoding="utf-8")
    done = run("redact", "missing.txt", "in.txt", *AT, cwd=tmp_path)

    assert done.returncode == 2
    assert "missing.txt" in done.stderr
    assert done.stdout.startswith("eyJ")


@pytest.mark.parametrize("form", ["html", "markdown", "sarif", "github", "github-summary"])
def test_what_is_made_to_be_shared_is_redacted(tmp_path: Path, form: str) -> None:
    """Without being asked; and not, when that is refused."""
    (tmp_path / "in.txt").write_text(
        mint({**CLAIMED, "exp": NOW - 3600, "iss": "jane.smith@acme-demo.example"}), encoding="utf-8"
    )

    assert "smith" not in run("in.txt", "--format", form, *AT, cwd=tmp_path).stdout
    if form in ("html", "markdown", "github-summary"):
        assert "smith" in run("in.txt", "--format", form, "--no-redact", *AT, cwd=tmp_path).stdout


def test_one_run_may_do_both(tmp_path: Path) -> None:
    """The ticket is redacted, the terminal is not; the file's folder is not told, and a code host finds the file."""
    folder = tmp_path / "customers"
    folder.mkdir()
    (folder / "in.txt").write_text(mint({**CLAIMED, "exp": NOW - 3600}), encoding="utf-8")
    done = run("customers/in.txt", "--output", "a.md", "--output", "a.sarif", "--output", "a.json", *AT, cwd=tmp_path)

    assert done.returncode == 1
    assert "smith" in (tmp_path / "a.json").read_text(encoding="utf-8")
    page = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert not any(word in page for word in ("smith", "customers"))
    assert "customers/in.txt" in (tmp_path / "a.sarif").read_text(encoding="utf-8")


def test_redact_holds_for_every_format() -> None:
    """And the exit code is that of the diagnosis."""
    bad = mint({**CLAIMED, "exp": NOW - 3600})
    done = run("--redact", "--format", "json", *AT, text=bad)

    assert done.returncode == 1
    assert "smith" not in done.stdout
    assert json.loads(done.stdout)["results"][0]["redacted"] is True


def test_options_that_contradict_each_other() -> None:
    """One line says what would be accepted."""
    refused(run("--redact", "--no-redact", *AT, text=TOKEN), "--no-redact")
    refused(run("--hosts", *AT, text=TOKEN), "--redact")
