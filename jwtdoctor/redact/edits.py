"""Replacements in a text, made all at once at the end: what is replaced once is left alone by whoever comes later."""

from __future__ import annotations

from bisect import bisect_left


class Edits:
    """Stretches of a text and what stands there instead."""

    __slots__ = ("_instead", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._instead: list[tuple[int, str]] = []

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing between the two offsets is replaced yet."""
        index = bisect_left(self._starts, end)
        return index == 0 or self._instead[index - 1][0] <= start

    def add(self, start: int, end: int, instead: str) -> bool:
        """Replace a stretch; ``False``, and nothing done, where part of it is replaced already."""
        if start >= end or not self.is_free(start, end):
            return False
        index = bisect_left(self._starts, start)
        self._starts.insert(index, start)
        self._instead.insert(index, (end, instead))
        return True

    def done(self) -> str:
        """The text with all of it."""
        pieces: list[str] = []
        at = 0
        for start, (end, instead) in zip(self._starts, self._instead, strict=True):
            pieces += (self.text[at:start], instead)
            at = end
        return "".join([*pieces, self.text[at:]])
