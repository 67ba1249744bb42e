"""What did the user hand us, and what did we strip? One reader per form; every reader yields pastes.

A reader's ``read`` takes the text and returns the pastes it finds, or ``None`` when the text is not of its form. Order matters: the
first that recognises the text speaks for it. (Readers of further forms join the list.)
"""

from __future__ import annotations

import re
from importlib import import_module

from .paste import Paste, Request

READERS: tuple[tuple[str, str], ...] = (
    ("http", r"\s*(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +\S+ +HTTP/"),
    ("bare", ""),
)
"""Module here → how a text of its form begins; a reader is imported when a text looks like its own."""

MAX_INPUT = 64 * 1024 * 1024
"""Bytes taken from one source."""
LONGEST_REQUEST_LINE = 8192
LONGEST_PLAIN = 65536
_PLAIN = re.compile(r"ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
"""The everyday paste: one token and nothing around it."""
MAX_PASTES = 1000
"""Assertions diagnosed from one source; a log of more wants another tool."""

__all__ = ["MAX_INPUT", "MAX_PASTES", "READERS", "Paste", "Request", "answer_in", "read", "text_of"]


def answer_in(text: str) -> str:
    """The first answer of a server or a client program that stands in ``text``, as written; empty when there is none."""
    return ""


def read(text: str) -> list[Paste]:
    """The pastes in ``text``, in order of their position; an empty list when there is nothing to diagnose."""
    if len(text) < LONGEST_PLAIN and _PLAIN.match(text):
        return [Paste(text, "bare")]
    for name, begins in READERS:
        if begins and not re.match(begins, text[:LONGEST_REQUEST_LINE]):
            continue
        found: list[Paste] | None = import_module(f"{__name__}.{name}").read(text)
        if found is not None:
            return found[:MAX_PASTES]
    return []


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
