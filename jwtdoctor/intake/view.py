"""A text rewritten for reading, which still knows where each of its characters stood."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable


class View:
    """``text`` is what is read; :meth:`origin` says where a character of it stood in the text it was made of."""

    __slots__ = ("_marks", "_origins", "text")

    def __init__(self, text: str, marks: list[int], origins: list[int]) -> None:
        self.text = text
        self._marks = marks
        self._origins = origins

    def origin(self, offset: int) -> int:
        """The offset in the original of the character at ``offset``."""
        index = bisect_right(self._marks, offset) - 1
        return self._origins[index] + offset - self._marks[index]

    def touches(self, begin: int, end: int) -> bool:
        """Whether something was rewritten between two offsets, or at them."""
        index = bisect_left(self._marks, begin, 1)
        return index < len(self._marks) and self._marks[index] <= end


def rewritten(
    text: str, pattern: re.Pattern[str], instead: Callable[[re.Match[str]], str], start: int = 0, stop: int | None = None
) -> View:
    """``text`` from ``start`` to ``stop`` with each match of ``pattern`` replaced; linear when the pattern is."""
    stop = len(text) if stop is None else stop
    pieces: list[str] = []
    marks, origins = [0], [start]
    length, done = 0, start
    for match in pattern.finditer(text, start, stop):
        new = instead(match)
        kept = text[done : match.start()]
        pieces += (kept, new)
        length += len(kept) + len(new)
        done = match.end()
        marks.append(length)
        origins.append(done)
    pieces.append(text[done:stop])
    return View("".join(pieces), marks, origins)


def without(text: str, pattern: re.Pattern[str]) -> View:
    """``text`` without the matches of ``pattern``."""
    return rewritten(text, pattern, lambda _: "")
