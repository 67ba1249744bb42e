"""Counts of records by their traits. Pieces are merged in the order of the input, so a tally does not depend on who examined what."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from .seen import MOST, NO_TIME, Seen
from .traits import Found, Group, Traits

MOST_TRAITS = 60_000
"""Combinations of traits counted apart; of further ones app, host and producer are counted together."""


class Count(NamedTuple):
    """How many records, of how many tokens, from when to when (epoch seconds)."""

    records: int = 0
    tokens: int = 0
    distinct: int = 0
    first: int = NO_TIME
    last: int = 0

    def plus(self, other: Count) -> Count:
        """Both together."""
        return Count(
            self.records + other.records,
            self.tokens + other.tokens,
            self.distinct + other.distinct,
            min(self.first, other.first),
            max(self.last, other.last),
        )


class Tally:
    """What was counted so far."""

    def __init__(self, most: int = MOST) -> None:
        self.seen = Seen(most)
        self.traits: list[Traits] = []
        self._index: dict[Traits, int] = {}
        self.loose: dict[int, Count] = {}
        """Records that are no token, and tokens beyond those remembered, by index of their traits."""
        self.records = 0
        self.passed = 0
        self.forgotten = 0
        """Tokens counted as distinct that may have been seen before."""

    def index(self, traits: Traits) -> int:
        """The number of these traits, a new one where they are new."""
        known = self._index.get(traits)
        if known is None:
            if len(self.traits) >= MOST_TRAITS and not traits.rest:
                return self.index(traits._replace(app=None, host=None, producer=None, rest=True))
            known = self._index[traits] = len(self.traits)
            self.traits.append(traits)
        return known

    def merge(self, found: Found) -> list[tuple[int, int]]:
        """Count what a piece holds. Gives the tokens whose diagnosis is to be kept: place in the piece, number among those seen
        (-1 where it is not remembered)."""
        self.records += found.records
        self.passed += found.passed
        kinds = [self.index(each) for each in found.traits]
        for kind, count, first, last in found.others:
            self._add_loose(kinds[kind], Count(count, 0, 0, first, last))
        return self._merge_tokens(found, kinds)

    def _merge_tokens(self, found: Found, kinds: list[int]) -> list[tuple[int, int]]:
        halves, seen, news = array("Q", found.digests), self.seen, []
        columns = (array("H", found.kinds), array("I", found.counts), array("I", found.firsts), array("I", found.lasts))
        for place, (kind, count, first, last) in enumerate(zip(*columns, strict=True)):
            high, low = halves[2 * place], halves[2 * place + 1]
            number = seen.find(high, low)
            if number >= 0:
                seen.again(number, count, first, last)
                if self._tells_more(kinds[kind], seen.kinds[number]):
                    seen.kinds[number] = kinds[kind]
                    news.append((place, number))
            elif seen.is_full:
                self.forgotten += 1
                self._add_loose(kinds[kind], Count(count, count, 1, first, last))
                news.append((place, -1))
            else:
                news.append((place, seen.add(high, low, kinds[kind], count, first, last)))
        return news

    def number(self, found: Found, place: int) -> int:
        """The number of the token at a place in a piece; -1 for a record without a token, and for a token that is not remembered."""
        if place < 0:
            return -1
        high, low = array("Q", found.digests[16 * place : 16 * place + 16])
        return self.seen.find(high, low)

    def group(self, number: int) -> Group:
        """The group that a token is counted in."""
        return self.traits[self.seen.kinds[number]].group

    def _tells_more(self, kind: int, known: int) -> bool:
        """Whether a repetition has the answer that the first one lacked: then the token counts as diagnosed with it."""
        return kind != known and self.traits[kind].answered and not self.traits[known].answered

    def _add_loose(self, kind: int, count: Count) -> None:
        self.loose[kind] = self.loose.get(kind, Count()).plus(count)

    def counts(self) -> dict[Traits, Count]:
        """All records by traits."""
        return {self.traits[kind]: count for kind, count in self._by_kind().items() if count.records}

    def _by_kind(self) -> dict[int, Count]:
        size = len(self.traits)
        records, distinct, firsts, lasts = [0] * size, [0] * size, [NO_TIME] * size, [0] * size
        for kind, count, first, last in self.seen:
            records[kind] += count
            distinct[kind] += 1
            if first < firsts[kind]:
                firsts[kind] = first
            if last > lasts[kind]:
                lasts[kind] = last
        found = {k: Count(records[k], records[k], distinct[k], firsts[k], lasts[k]) for k in range(size)}
        return {kind: count.plus(self.loose.get(kind, Count())) for kind, count in found.items()}

    def state(self) -> dict[str, Any]:
        """Everything but the tokens seen, as plain data."""
        return {
            "traits": [list(each) for each in self.traits],
            "loose": [[kind, *count] for kind, count in self.loose.items()],
            "records": self.records,
            "passed": self.passed,
            "forgotten": self.forgotten,
        }

    def restore(self, state: dict[str, Any], arrays: list[array[int]]) -> None:
        """Take over what :meth:`state` and the tokens' arrays hold. Raises KeyError, TypeError or ValueError for anything else."""
        self.traits = [Traits(*each) for each in state["traits"]]
        self._index = {each: index for index, each in enumerate(self.traits)}
        self.loose = {int(kind): Count(*count) for kind, *count in state["loose"]}
        self.records, self.passed, self.forgotten = (int(state[name]) for name in ("records", "passed", "forgotten"))
        self.seen.restore(arrays)
        if len({len(each) for each in arrays[:-1]}) != 1 or any(kind >= len(self.traits) for kind in self.seen.kinds):
            raise ValueError("the tokens' columns do not fit together")


def grouped(counts: dict[Traits, Count]) -> dict[Group, Count]:
    """The counts by group, the largest first."""
    found: dict[Group, Count] = {}
    for traits, count in counts.items():
        found[traits.group] = found.get(traits.group, Count()).plus(count)
    return dict(sorted(found.items(), key=_largest))


def by(counts: Iterable[tuple[str | None, Count]]) -> dict[str | None, Count]:
    """The counts by one trait, the largest first."""
    found: dict[str | None, Count] = {}
    for name, count in counts:
        found[name] = found.get(name, Count()).plus(count)
    return dict(sorted(found.items(), key=_largest))


def _largest(pair: tuple[Any, Count]) -> tuple[int, str]:
    return -pair[1].records, str(pair[0])
