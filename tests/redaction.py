"""Everything at hand that can be diagnosed, to be redacted: samples, golden reports, worked cases, shared cases, pasted texts."""

from __future__ import annotations

import base64
import importlib
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import minting
import test_worked_cases as worked_cases
from conftest import ROOT, SHARED
from pastes.corpus import texts

from jwtdoctor import intake, library
from jwtdoctor.catalog import load
from jwtdoctor.decode import decode
from jwtdoctor.keys import Material

KEY = bytes(range(32))
PIECE = 12
"""Characters of a value that tell it."""


class Given(NamedTuple):
    """One text with the arguments it is diagnosed with."""

    name: str
    text: str
    around: dict[str, Any]


def materials(path: Path, *, candidate: bool = False) -> tuple[Material, ...]:
    """What ``--cert`` makes of a file or a folder."""
    if path.is_dir():
        return tuple(each for file in sorted(path.iterdir()) for each in materials(file, candidate=True))
    return tuple(each._replace(candidate=candidate) for each in library.material(path.read_bytes(), path.name))


def samples() -> Iterator[Given]:
    """The folders under ``samples/`` that hold one text, with the options of their commands."""
    for file in sorted((ROOT / "samples").rglob("command.txt")):
        words = shlex.split(file.read_text(encoding="utf-8"))[1:]
        if words[0] == "triage":
            continue
        around: dict[str, Any] = {"certificates": ()}
        text = ""
        while words:
            word = words.pop(0)
            if not word.startswith("--"):
                text = (file.parent / word).read_text(encoding="utf-8")
                continue
            value = words.pop(0)
            if word == "--cert":
                around["certificates"] += materials(file.parent / value)
            elif word == "--search":
                # Until there is nothing left to try, as the command has the time to.
                around["search"] = lambda tried: True
            elif word == "--error":
                around["error"] = (file.parent / value[1:]).read_text(encoding="utf-8") if value[0] == "@" else value
            else:
                around[word[2:]] = int(value) if word == "--now" else value
        yield Given(f"sample {file.parent.name}", text, around)


def golden() -> Iterator[Given]:
    """The folders under ``golden/``."""
    for folder in sorted(each for each in (ROOT / "tests" / "golden").iterdir() if (each / "options.json").is_file()):
        if not (folder / "input.txt").is_file():
            continue
        around = json.loads((folder / "options.json").read_text(encoding="utf-8"))
        certificate = folder / "certificate.pem"
        if certificate.is_file():
            around["certificates"] = (certificate.read_bytes(),)
        yield Given(f"golden {folder.name}", (folder / "input.txt").read_bytes().decode("utf-8"), around)


def worked() -> Iterator[Given]:
    """The worked cases of all rules, each under all rules of its profile."""
    for each in worked_cases.worked_cases():
        rule, case = each.values
        names = [case["certificate"], *case.get("candidates", ())] if "certificate" in case else []
        given = [material for name in names for material in library.material(minting.certificate(name), name)]
        for name in case.get("folder", ()):
            found = library.material(minting.certificate(name), f"folder/{name}")
            given += [material._replace(candidate=True) for material in found]
        around = {
            "certificates": tuple(given), "endpoint": case.get("endpoint"), "error": case.get("error"),
            "profile": case.get("profile", "salesforce"), "now": case.get("now", minting.FROZEN_NOW), "app": case.get("app"),
            "secrets": tuple((f"the text of {name}", minting.certificate(name)) for name in names),
            "beside": tuple(worked_cases.BESIDE[name] for name in case.get("beside", ())),
            "search": (lambda tried: tried < 300_000) if case.get("search") else (lambda tried: False),
        }  # fmt: skip
        text = case["code"] if "code" in case else worked_cases.pasted(case)
        yield Given(f"{rule}: {case['title']}", text, around)


def shared_cases() -> Iterator[Given]:
    """The failure cases beside the repository, minted as the tool that scores them does; nothing where they are absent."""
    if not (SHARED / "cases" / "cases.jsonl").is_file() or not (SHARED / "tools" / "score_cases.py").is_file():
        return
    sys.path.insert(0, str(SHARED / "tools"))
    try:
        score = importlib.import_module("score_cases")
        tokens = importlib.import_module("bench_tokens")
    finally:
        sys.path.remove(str(SHARED / "tools"))
    import time

    now = int(time.time())
    for line in (SHARED / "cases" / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        key, certificate = score.material(case)
        profile = score.PROFILES.get(case["provider"], case["provider"])
        around = {
            "endpoint": case["endpoint"], "error": score.server_answer(case), "now": now,
            "profile": profile if profile in load().profiles else "generic",
            "certificates": (tokens.pem_cert(certificate),) if certificate else (),
        }  # fmt: skip
        yield Given(f"case {case['id']}", score.pasted(case, score.assertion(case, key, certificate)) or "", around)


def pastes() -> Iterator[Given]:
    """The corpus of pasted texts."""
    for each in texts():
        yield Given(f"paste {each.pasted.id}", each.pasted.text, {"now": minting.FROZEN_NOW})


def secrets_of(text: str) -> list[str]:
    """Signatures and identifiers of the tokens in ``text``: long ones, without what a redaction keeps on purpose."""
    found = []
    for paste in intake.read(text):
        token = decode(paste.text)
        claims = [token.payload.value.get(name) for name in ("iss", "sub", "jti")]
        parts = paste.text.split(".")[2:3]
        found += [each for each in parts if len(each) > 40]
        found += [_own(each) for each in claims if isinstance(each, str) and "://" not in each and each not in KEPT]
    # What has spaces in it is a sentence, and may be said by anybody.
    return [each for each in found if len(each) >= PIECE and " " not in each]


KEPT = {"<MY CONSUMER KEY>"}
_SHARED_BY_ALL = re.compile(r"(?<=[@.])[\w.-]*\Z")


def _own(value: str) -> str:
    """Of a name with a domain what stands before the ``@``: hosts are kept, and may be the same domain."""
    return _SHARED_BY_ALL.sub("", value) if "@" in value else value


def pieces(secret: str) -> Iterator[str]:
    """All runs of a secret that would tell it."""
    for start in range(len(secret) - PIECE + 1):
        yield secret[start : start + PIECE]


def encoded(secret: str) -> Iterator[str]:
    """Runs of its base64 in each of the three alignments, without the characters that neighbours decide."""
    for shift in range(3):
        text = base64.urlsafe_b64encode(b"\0" * shift + secret.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        inner = text[(0, 2, 3)[shift] : -2]
        for start in range(len(inner) - 15):
            yield inner[start : start + 16]


def leaks(secrets: list[str], shown: str) -> list[str]:
    """Pieces of the secrets that are in what is shown."""
    url_safe = shown.translate(str.maketrans("+/", "-_"))
    plain = [piece for secret in secrets for piece in pieces(secret) if piece in shown]
    return plain + [piece for secret in secrets for piece in encoded(secret) if piece in url_safe]
