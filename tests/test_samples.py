"""The samples are replayed: each folder's command gives the expected output, and no folder holds a secret."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
FOLDERS = sorted(path.parent for path in SAMPLES.rglob("command.txt"))
CAUSES = {
    "original-question/0-as-asked": "exp-milliseconds-overflow",
    "original-question/0-mended-then-invalid-assertion": "cert-mismatch",
    "original-question/1-expired-authorization-code": "exp-milliseconds-overflow",
    "original-question/2-invalid-assertion": "signature-wrong-key",
    "original-question/3-healthy": None,
    "exp-timezone-shift": "exp-timezone-shift",
    "salesforce-cli-milliseconds": "user-not-preauthorised",
    "edited-after-signing": "signature-wrong-bytes",
    "request-as-json": "content-type-wrong",
    "slow-clock": "clock-skew-client-behind",
    "answer-alone": "private-key-newlines",
    "key-of-the-previous-pair": "signature-wrong-key",
    "echo-adds-a-newline": "signature-wrong-bytes",
    "triage": "exp-past",
}


def name(folder: Path) -> str:
    """The folder's path below ``samples``."""
    return folder.relative_to(SAMPLES).as_posix()


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The folder's command, in the folder."""
    words = shlex.split((folder / "command.txt").read_text(encoding="utf-8"))
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", *words, *more],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment,
    )


def test_every_sample_is_listed() -> None:
    """A folder that is mistyped or forgotten would vanish silently."""
    assert {name(folder) for folder in FOLDERS} == set(CAUSES)


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_sample_gives_its_expected_output(folder: Path) -> None:
    """The plain output, to the letter."""
    done = run(folder, "--format", "plain")
    assert done.stdout == (folder / "expected.txt").read_text(encoding="utf-8")
    assert done.stderr == ""


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_sample_names_its_cause(folder: Path) -> None:
    """The first cause is the true one; the healthy sample has none and exits with 0."""
    import json

    done = run(folder, "--format", "json")
    document = json.loads(done.stdout)
    causes = document["groups"] if "groups" in document else document["results"][0]["diagnosis"]["causes"]
    assert (causes[0]["cause"] if causes else None) == CAUSES[name(folder)]
    if CAUSES[name(folder)] is None:
        assert done.returncode == 0


@pytest.mark.parametrize("path", sorted(p for p in SAMPLES.rglob("*") if p.is_file()), ids=lambda p: name(p))
def test_no_private_key_in_samples(path: Path) -> None:
    """The keys were thrown away."""
    assert not re.search("PRIVATE KEY", path.read_text(encoding="utf-8"))
