"""Which tokens were seen, how often and when: forty bytes each, whatever their length, up to a limit.

A hash table in arrays instead of a dict, because two million tokens are an ordinary week and a dict of them would be half a gigabyte.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

MOST = 3_000_000
"""Tokens remembered; of further ones a repetition is not noticed."""
_FILLED = 0.6
NO_TIME = 0xFFFFFFFF
"""A ``first`` that no record has set yet."""


class Seen:
    """Tokens by digest, each with a number that never changes: the order in which they came."""

    __slots__ = ("_mask", "_slots", "counts", "firsts", "high", "kinds", "lasts", "low", "most", "places")

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.high, self.low = array("Q"), array("Q")
        self.kinds, self.counts = array("H"), array("I")
        self.firsts, self.lasts = array("I"), array("I")
        self.places = array("q")
        """Where the token's line begins in the file of results; empty where no such file is written."""
        self._resize(1 << 12)

    def __len__(self) -> int:
        return len(self.high)

    @property
    def is_full(self) -> bool:
        """Whether further tokens are no longer remembered."""
        return len(self.high) >= self.most

    def _resize(self, size: int) -> None:
        self._mask = mask = size - 1
        self._slots = slots = array("I", bytes(4 * size))
        for number, high in enumerate(self.high, 1):
            at = high & mask
            while slots[at]:
                at = (at + 1) & mask
            slots[at] = number

    def find(self, high: int, low: int) -> int:
        """The token's number, -1 when it was not seen before, or is not remembered."""
        slots, mask, highs, lows = self._slots, self._mask, self.high, self.low
        at = high & mask
        while number := slots[at]:
            if highs[number - 1] == high and lows[number - 1] == low:
                return number - 1
            at = (at + 1) & mask
        return -1

    def add(self, high: int, low: int, kind: int, count: int, first: int, last: int) -> int:
        """Remember a token that :meth:`find` did not find; its number."""
        if len(self.high) >= _FILLED * (self._mask + 1):
            self._resize(2 * (self._mask + 1))
        slots, mask = self._slots, self._mask
        at = high & mask
        while slots[at]:
            at = (at + 1) & mask
        self.high.append(high)
        self.low.append(low)
        self.kinds.append(kind)
        self.counts.append(count)
        self.firsts.append(first)
        self.lasts.append(last)
        slots[at] = len(self.high)
        return len(self.high) - 1

    def again(self, number: int, count: int, first: int, last: int) -> None:
        """Count a token once more."""
        self.counts[number] = min(self.counts[number] + count, 0xFFFFFFFF)
        if first < self.firsts[number]:
            self.firsts[number] = first
        if last > self.lasts[number]:
            self.lasts[number] = last

    def __iter__(self) -> Iterator[tuple[int, int, int, int]]:
        """Index of the traits, count, first and last of each token."""
        return zip(self.kinds, self.counts, self.firsts, self.lasts, strict=True)

    ARRAYS = ("high", "low", "kinds", "counts", "firsts", "lasts", "places")

    def dump(self) -> Iterator[array[int]]:
        """The arrays to store, in the order of :attr:`ARRAYS`."""
        return (getattr(self, name) for name in self.ARRAYS)

    def restore(self, arrays: list[array[int]]) -> None:
        """Take over stored arrays."""
        for name, stored in zip(self.ARRAYS, arrays, strict=True):
            setattr(self, name, stored)
        size = 1 << 12
        while len(self.high) >= _FILLED * size:
            size *= 2
        self._resize(size)
