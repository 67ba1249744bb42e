"""Was the token signed with HMAC, and with which text as the secret? RFC 7518 §3.2, RFC 2104.

The frequent mistake is to hand a PEM text to a call that takes any text as an HMAC secret. The secrets come from the user, are
compared and never shown: only what they are called.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Iterator

LONGEST_SECRET = 65536
"""Bytes of a secret that is tried."""
_HASHES = {32: "sha256", 48: "sha384", 64: "sha512"}


class NamedSecret:
    """Bytes that may have served as an HMAC secret, under a name that may be shown. Prints itself without them."""

    __slots__ = ("_data", "name")

    def __init__(self, name: str, content: str | bytes) -> None:
        self.name = name
        self._data = (content.encode("utf-8", "replace") if isinstance(content, str) else content)[:LONGEST_SECRET]

    def __repr__(self) -> str:
        return f"NamedSecret({self.name!r})"

    def readings(self) -> Iterator[tuple[str, bytes]]:
        """The secret as programs may have read it, with words for how."""
        data = self._data
        trimmed = data.strip()
        yield "", data
        yield "without the line break at its end", data.rstrip(b"\r\n")
        yield "without the white space around it", trimmed
        yield "with a line break at its end", trimmed + b"\n"
        unix = trimmed.replace(b"\r\n", b"\n")
        yield "with plain line feeds", unix
        yield "with plain line feeds and one at its end", unix + b"\n"
        yield "with its line breaks written as \\n", unix.replace(b"\n", b"\\n")
        yield "with written-out line breaks made real", trimmed.replace(b"\\n", b"\n")
        body = re.sub(rb"-----[A-Z0-9 ]+-----|\s", b"", trimmed)
        yield "without its armour and line breaks", body
        for words, decode in (("decoded from base64", _base64), ("decoded from hexadecimal", _hexadecimal)):
            plain = decode(body)
            if plain:
                yield words, plain


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=") + b"==")
    except (ValueError, binascii.Error):
        return b""


def _hexadecimal(text: bytes) -> bytes:
    return bytes.fromhex(text.decode()) if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", text) else b""


def signer(secrets: Iterable[tuple[str, str | bytes]], signing_input: bytes, signature: bytes) -> tuple[str, str, str] | None:
    """Name of the secret, how it was read, and the hash, of the first that makes ``signature``; ``None`` when none does."""
    name = _HASHES.get(len(signature))
    if name is None:
        return None
    for secret in (NamedSecret(*each) for each in secrets):
        for words, data in secret.readings():
            if data and hmac.compare_digest(hmac.new(data, signing_input, name).digest(), signature):
                return secret.name, words, name
    return None
