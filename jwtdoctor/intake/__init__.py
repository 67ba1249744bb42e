"""What did the user hand us, and what did we strip? One reader per form; every reader yields pastes.

A reader takes the text and returns the pastes it finds, or ``None`` when the text is not of its form. Order matters: the
first that recognises the text speaks for it. (Readers of further forms join the list.)
"""

from __future__ import annotations

from collections.abc import Callable

from . import bare, http
from .paste import Paste, Request

READERS: tuple[Callable[[str], list[Paste] | None], ...] = (http.read, bare.read)

MAX_INPUT = 64 * 1024 * 1024
"""Bytes taken from one source."""
MAX_PASTES = 1000
"""Assertions diagnosed from one source; a log of more wants another tool."""

__all__ = ["MAX_INPUT", "MAX_PASTES", "READERS", "Paste", "Request", "read", "text_of"]


def read(text: str) -> list[Paste]:
    """The pastes in ``text``, in order of their position; an empty list when there is nothing to diagnose."""
    for reader in READERS:
        found = reader(text)
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
