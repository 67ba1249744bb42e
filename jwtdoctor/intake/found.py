"""What a reader finds in a text, with the place in that text; line and column are counted once, at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .paste import Paste


class Item(NamedTuple):
    """A token, or an answer when ``paste`` is ``None``, between two offsets of the text that was read."""

    at: int
    end: int
    paste: Paste | None
    answer: str = ""
    record: int = -1
    """Where its record of a log begins; -1 outside of one."""
    when: int | None = None
    zoned: bool = True
    form: str = "text"
    group: int = -1
    """Items of one request have the same number and share its answer."""


def moved(items: list[Item], origin: Callable[[int], int], form: str = "") -> list[Item]:
    """The items with the offsets of the text around, and its form where that is the one to tell."""
    return [
        each._replace(
            at=origin(each.at),
            end=origin(max(each.at, each.end - 1)) + 1,
            record=-1 if each.record < 0 else origin(each.record),
            paste=each.paste._replace(form=form) if form and each.paste is not None else each.paste,
        )
        for each in items
    ]


class Locator:
    """Finds decoded values again in the text they were written in."""

    __slots__ = ("_cursor", "_start", "_stop", "_taken", "_text")

    def __init__(self, text: str, start: int, stop: int) -> None:
        self._text, self._start, self._stop = text, start, stop
        self._cursor = start
        self._taken: set[int] = set()

    def place(self, value: str) -> int:
        """Where ``value`` begins: the next place that begins alike, else one before, else the start of it all."""
        for length in (len(value), 400, 120, 40, 12):
            if length > len(value) or (length < 12 and length < len(value)):
                continue
            found = self._next(value[:length])
            if found >= 0:
                self._taken.add(found)
                self._cursor = found
                return found
        return max(self._start, min(self._cursor, self._stop - 1))

    def _next(self, beginning: str) -> int:
        if not beginning:
            return -1
        first = self._text.find(beginning, self._cursor, self._stop)
        while first in self._taken:
            first = self._text.find(beginning, first + 1, self._stop)
        if first >= 0 or self._cursor == self._start:
            return first
        first = self._text.find(beginning, self._start, self._cursor)
        return -1 if first in self._taken else first
