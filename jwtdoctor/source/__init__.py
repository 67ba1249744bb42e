"""What would this code sign? Reads source text without running it; one reader per language, each yields a sketch.

A text is lexed, its statements are read, and the calls that sign are followed back to the values they are given: simple
assignments, sums, conversions of time. Whatever is not understood is unknown, never an error.
"""

from __future__ import annotations

from ..model import Origin, Span
from .sketch import Sketch

__all__ = ["LONGEST", "Origin", "Sketch", "Span", "may_sign", "read"]

LONGEST = 64 * 1024
"""Characters of a text that may be source code; beyond it is a log, or a bundle that a machine wrote."""
_GATE = ("jw", "JW", "Jw", '"iss', "'iss", "iss:", "iss =", '"Iss', "SecurityToken")
"""Code that makes a JWT calls something so, or names a claim."""


def may_sign(text: str) -> bool:
    """Whether anything in ``text`` looks like a call that signs a JWT; a few passes of a plain search for most texts."""
    if len(text) > LONGEST or ("(" not in text and "ncode " not in text) or not any(word in text for word in _GATE):
        return False
    from .detected import signs

    return signs(text)


def read(text: str, now: int | None) -> list[Sketch]:
    """The sketches in ``text`` as of ``now`` (epoch seconds); an empty list when nothing in it signs a JWT."""
    if not may_sign(text):
        return []
    # Pygments and the parser are imported when a text seems to sign.
    from .reading import read as read_pieces

    return read_pieces(text, now)
