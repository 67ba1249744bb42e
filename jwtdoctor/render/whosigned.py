"""Which key signed, shown: rows of label and text for people, the document of the contract for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..keys import Material
from ..keys.computed import pem
from ..signer import Signer
from ..visible import safe
from . import Look

_LABEL = 14
_LONGEST = 600


class Row(NamedTuple):
    """One line of the answer; a ``fixed`` one is never broken, so that it can be copied."""

    label: str
    text: str
    fixed: bool = False


def render(found: Signer, format: str, look: Look) -> str:
    """The answer as ``terminal``, ``plain`` or ``json``."""
    if format == "json":
        return json.dumps(document(found), ensure_ascii=True, indent=2) + "\n"
    return _terminal(found, look) if format == "terminal" else _plain(found, look)


def document(found: Signer) -> dict[str, Any]:
    """The JSON of the contract, version 1."""
    match = found.matches[0] if found.matches else None
    return {
        "format": "jwtdoctor-whosigned", "version": 1,
        "spki_sha256": found.spki_sha256, "matches": _file(match) if match is not None else None,
        "method": found.method, "why": safe(found.why, _LONGEST), "tokens": found.tokens, "verified_on": found.verified_on,
        "given": found.given, "matching": [{"file": _file(each), "name": safe(each.name), "kind": each.kind} for each in found.matches],
        "key": _key(found.key) if found.key is not None else None, "candidates": [_key(each) for each in found.candidates],
    }  # fmt: skip


def _file(material: Material) -> str:
    return safe(material.file or material.name)


def _key(material: Material) -> dict[str, Any]:
    return {
        "type": material.type, "size": material.size, "curve": material.curve or None, "exponent": material.exponent or None,
        "spki_sha256": material.spki_sha256 or None, "spki_sha256_colons": _colons(material.spki_sha256) or None,
        "jwk_thumbprint": material.jwk_thumbprint or None, "pem": pem(material) if material.spki_sha256 else None,
    }  # fmt: skip


def _colons(digest: str) -> str:
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def headline(found: Signer) -> str:
    """The answer in one sentence."""
    if found.matches:
        return f"signed by the key of {safe(found.matches[0].name)}"
    if found.key is not None:
        return (
            "signed by a key that is none of these: probably your previous one" if found.given else "the key that signed is known"
        )
    if found.candidates:
        return f"signed by one of {len(found.candidates)} keys, if it was not changed afterwards"
    return "not known which key signed"


def rows(found: Signer) -> Iterator[Row]:
    """What is known, one thing a row."""
    yield Row("why", safe(found.why, _LONGEST))
    for each in found.matches[1:]:
        yield Row("the same key", safe(each.name))
    for each in (found.key,) if found.key is not None else found.candidates:
        yield from _described(each)
    if found.key is not None and not found.matches:
        for number, line in enumerate(pem(found.key).splitlines()):
            yield Row("" if number else "public key", line, fixed=True)


def _described(material: Material) -> Iterator[Row]:
    exponent = f", exponent {material.exponent}" if material.exponent else ""
    curve = f", {material.curve}" if material.curve else ""
    yield Row("key", f"{material.type} {material.size} bits{curve}{exponent}")
    if material.spki_sha256:
        yield Row("SPKI SHA-256", material.spki_sha256, fixed=True)
        colons = _colons(material.spki_sha256)
        yield Row("", colons[:48], fixed=True)
        yield Row("", colons[48:], fixed=True)
    if material.jwk_thumbprint:
        yield Row("thumbprint", f"{material.jwk_thumbprint} (RFC 7638)", fixed=True)


def _plain(found: Signer, look: Look) -> str:
    """A labelled line each; the label stands again where a value goes on."""
    lines = _wrapped("Answer", headline(found), look.width)
    label = ""
    for row in rows(found):
        label = row.label or label
        said = f"{label[:1].upper()}{label[1:]}"
        if row.fixed:
            lines.append(row.text if label == "public key" else f"{said}: {row.text}")
        else:
            lines += _wrapped(said, row.text, look.width)
    return "\n".join(lines) + "\n"


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _terminal(found: Signer, look: Look) -> str:
    from .paint import Line, painted, unpainted

    style = "bold green" if found.exit_code == 0 else "bold yellow"
    lines: list[Line] = [((each, style),) for each in textwrap.wrap(headline(found), look.width, break_on_hyphens=False)]
    for row in rows(found):
        room = max(20, look.width - _LABEL)
        texts = [row.text] if row.fixed else textwrap.wrap(row.text, room, break_on_hyphens=False)
        for number, text in enumerate(texts):
            label = "" if number else row.label
            lines.append(((f"{label:<{_LABEL}}", "dim"), (text, "")))
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in lines)
