"""What did the user hand us, and what did we strip? One reader per form; every reader yields what it finds and where.

``bare`` reads a token by itself. Everything else is a text in which things stand: ``mixed`` asks each reader for the parts of its form
(``curl``, ``powershell``, ``http``, ``form``, ``jsontext`` with ``har`` and ``postman``, ``mail``, ``html``), and ``log`` reads what is
left, records and plain lines alike.
"""

from __future__ import annotations

import re

from .paste import Paste, Request

MAX_INPUT = 64 * 1024 * 1024
"""Bytes taken from one source."""
LONGEST_PLAIN = 65536
_PLAIN = re.compile(r"ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
"""The everyday paste: one token and nothing around it."""
MAX_PASTES = 1000
"""Assertions diagnosed from one source; a log of more wants another tool."""

__all__ = ["MAX_INPUT", "MAX_PASTES", "Paste", "Request", "answer_in", "read", "text_of"]


def answer_in(text: str) -> str:
    """The first answer of a server or a client program that stands in ``text``, as written; empty when there is none."""
    from . import replies

    found = replies.first_in(text)
    if "HTTP/" in text:
        from . import http

        for message in http.messages(text):
            if message.status is not None and (found is None or message.at <= found.at):
                said = [item.answer for item in http.items(text, message) if item.paste is None]
                if said:
                    return said[0]
    return found.text if found is not None else ""


def read(text: str) -> list[Paste]:
    """The pastes in ``text``, in order of their position; an empty list when there is nothing to diagnose."""
    if len(text) < LONGEST_PLAIN and _PLAIN.match(text):
        return [Paste(text, "bare")]
    from . import bare

    found = bare.read(text)
    if found is None:
        from . import mixed

        found = mixed.pastes(text, MAX_PASTES) or bare.rest(text)
    return found[:MAX_PASTES]


def text_of(data: bytes) -> str | None:
    """The text in ``data`` by its byte order mark, else UTF-8, else Latin-1; ``None`` for binary data."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data[:65536]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1") if _printable(data[:4096]) > 0.85 else None


def _printable(data: bytes) -> float:
    plain = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in data)
    return plain / max(1, len(data))
