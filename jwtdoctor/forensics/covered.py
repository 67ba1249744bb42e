"""Bytes that signing code covers by mistake instead of the JWS signing input (RFC 7515 §5.1), most frequent first."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ..decode import Token
from .writing import writings

MOST_WRITINGS = 400
"""Rewritten objects that are tried; one object of a usual assertion has some fifty writings."""


class Covered(NamedTuple):
    """One candidate: which mistake, what to tell of it, and the bytes."""

    mistake: str
    """Name of a wording of the check ``signature-bytes``."""
    words: str
    data: bytes


def covered(token: Token) -> Iterator[Covered]:
    """Candidates for what was signed, from the token alone; the first is what should have been signed."""
    yield Covered("as-sent", "", token.signing_input)
    yield from _near_misses(token)
    yield from _digests(token.signing_input)
    yield from rewritten(token)


def _near_misses(token: Token) -> Iterator[Covered]:
    sent = token.signing_input
    header, payload = token.header.data or b"", token.payload.data or b""
    first, second = (part.encode("utf-8", "replace") for part in token.segments[:2])
    yield Covered("decoded", "the two JSON texts with a dot between them", header + b"." + payload)
    yield Covered("decoded", "the two JSON texts without a dot", header + payload)
    yield Covered("payload-only", "the JSON text of the claims", payload)
    yield Covered("payload-only", "the second segment", second)
    yield Covered("newline", "a line feed", sent + b"\n")
    yield Covered("newline", "a carriage return and a line feed", sent + b"\r\n")
    yield Covered("trailing-dot", "", sent + b".")
    yield Covered("no-dot", "", first + second)
    padded = b".".join(part + b"=" * (-len(part) % 4) for part in (first, second))
    yield Covered("padded", "", padded)
    standard = bytes.maketrans(b"-_", b"+/")
    yield Covered("before-url-safe", "with its padding", padded.translate(standard))
    yield Covered("before-url-safe", "without padding", sent.translate(standard))
    yield Covered("utf16", "low byte first", sent.decode("utf-8", "replace").encode("utf-16-le"))
    yield Covered("utf16", "high byte first", sent.decode("utf-8", "replace").encode("utf-16-be"))
    yield Covered(
        "utf16", "low byte first, with a byte order mark", b"\xff\xfe" + sent.decode("utf-8", "replace").encode("utf-16-le")
    )
    yield Covered("text-of-bytes", "b'…'", b"b'" + sent + b"'")
    yield Covered("text-of-bytes", "b'…'.b'…'", b"b'" + first + b"'.b'" + second + b"'")
    yield Covered("text-of-bytes", "quoted", b'"' + sent + b'"')


def _digests(sent: bytes) -> Iterator[Covered]:
    """A digest handed to a call that hashes what it gets."""
    for name in ("sha256", "sha384", "sha512", "sha1"):
        digest = hashlib.new(name, sent, usedforsecurity=False).digest()
        yield Covered("hashed-twice", f"the {len(digest)} bytes of the digest", digest)
        yield Covered("hashed-twice", "the digest in hexadecimal", digest.hex().encode())
        if name == "sha256":
            yield Covered("hashed-twice", "the digest in hexadecimal capitals", digest.hex().upper().encode())
            yield Covered("hashed-twice", "the digest in base64", base64.b64encode(digest))
            yield Covered("hashed-twice", "the digest in base64url", segment(digest))


def rewritten(token: Token) -> Iterator[Covered]:
    """Header and claims written as another JSON encoder writes them: both in the same manner, then one of the two."""
    header, payload = _text(token.header.data), _text(token.payload.data)
    if header is None or payload is None:
        return
    first, second = (part.encode("utf-8", "replace") for part in token.segments[:2])
    headers = list(islice(writings(header), MOST_WRITINGS))
    manners = {each.manner: written(each.text) for each in reversed(headers)}
    for each in islice(writings(payload), MOST_WRITINGS):
        changed = written(each.text)
        yield Covered("rewritten", f"the claims {each.words}", first + b"." + changed)
        if each.manner in manners:
            yield Covered("rewritten", f"header and claims {each.words}", manners[each.manner] + b"." + changed)
    for each in headers:
        yield Covered("rewritten", f"the header {each.words}", written(each.text) + b"." + second)


def _text(data: bytes | None) -> str | None:
    try:
        return data.decode() if data else None
    except UnicodeDecodeError:
        return None


def written(text: str) -> bytes:
    """The segment of a JSON text; a lone surrogate, which JSON can escape, does not stop it."""
    return segment(text.encode("utf-8", "surrogatepass"))


def segment(data: bytes) -> bytes:
    """Base64url without padding, RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")
