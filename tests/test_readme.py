"""README tells the truth: its commands run, its tables agree with the program, its pages are current."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import minting
import projects
import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = [line for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line]
SAMPLE = ROOT / "samples" / "original-question" / "1-expired-authorization-code"


def shell(command: str, where: Path, path: str) -> subprocess.CompletedProcess[str]:
    """Run a README line as a user would, with the installed command first on the path."""
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", command], cwd=where, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("line", [each for each in CONSOLE if each.startswith(("jwtdoctor", "pbpaste"))])
def test_commands_run(line: str, tmp_path: Path) -> None:
    """Every line of the tour does its job: nothing is refused for its form."""
    for source, target in (("token.txt", "token.txt"), ("certificate.pem", "app.crt"), ("answer.txt", "response.txt")):
        (tmp_path / target).write_text((SAMPLE / source).read_text(encoding="utf-8"), encoding="utf-8")
    for folder in ("all-my-keys", "logs"):
        (tmp_path / folder).mkdir()
    for target in ("app.log", "logs/2026.log"):
        (tmp_path / target).write_text((ROOT / "samples" / "triage" / "app.log").read_text(encoding="utf-8"), encoding="utf-8")
    for source, target in (("token.txt", "yesterday.txt"), ("app.crt", "uploaded.crt"), ("app.crt", "all-my-keys/2026.crt")):
        (tmp_path / target).write_text((tmp_path / source).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "app.key").write_bytes(minting.private_pem())
    (tmp_path / "app.key").chmod(0o600)
    (tmp_path / "question.txt").write_bytes((SAMPLE.parent / "0-as-asked" / "question.txt").read_bytes())
    (tmp_path / Path(projects.CREDENTIAL).name).write_bytes(projects.healthy().files[projects.CREDENTIAL])
    if line.startswith("jwtdoctor preflight"):
        projects.write(projects.healthy(), tmp_path, git=False)
    (tmp_path / "pbpaste").write_text(f"#!/bin/sh\ncat '{tmp_path}/token.txt'\n", encoding="utf-8")
    (tmp_path / "pbpaste").chmod(0o755)
    done = shell(line, tmp_path, f"{tmp_path}{os.pathsep}{Path(sys.executable).parent}")
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout or "jwtdoctor: wrote " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sample_command_names_existing_files() -> None:
    """The first of the two commands, less its installation, gives the promised answer."""
    line = next(each for each in CONSOLE if "pip install" in each)
    call = line.partition("&& (")[2].rstrip(")").replace("../../../.venv/bin/jwtdoctor", "jwtdoctor")
    done = shell(call, ROOT, str(Path(sys.executable).parent))
    assert done.returncode == 1
    assert "exp-milliseconds-overflow" in done.stdout


def test_the_test_command_is_the_one_that_ci_calls() -> None:
    """README and CI must not drift apart."""
    assert "bash .ci/test" in CONSOLE
    assert "bash .ci/test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_options_are_those_of_the_program() -> None:
    """The table lists every option, and no other."""
    from jwtdoctor.cli.options import OPTIONS

    assert set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE)) == set(OPTIONS)


def test_library_example_runs(tmp_path: Path) -> None:
    """The Python block prints what the sample says."""
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block
    done = subprocess.run([sys.executable, "-c", block[1]], cwd=SAMPLE, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["refused", "exp-milliseconds-overflow"], done.stderr


def test_docstring_example_runs() -> None:
    """The package's own example."""
    import doctest

    import jwtdoctor

    assert doctest.testmod(jwtdoctor).failed == 0
    assert doctest.testmod(jwtdoctor).attempted == 6


def test_pages_are_current() -> None:
    """What stands under ``rules/`` is what the catalogue gives."""
    done = subprocess.run([sys.executable, "-m", "jwtdoctor.cli.pages", "--check"], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
