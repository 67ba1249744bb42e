"""The least that must change, found by trying: every candidate is examined by the rules, none is taken on trust.

A finding of a rule that looks at the signature or at certificates cannot be examined before somebody has signed: it counts as
mended when what its own rule asks for is done. The proof is a signed assertion (see :class:`.plan.Proof`).
"""

from __future__ import annotations

import functools
import heapq
import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..case import Case
from ..catalog import Catalog
from ..checks import CHECKS
from ..engine import Engine
from ..model import Finding
from ..statement import is_partly_of_signature, is_stated
from . import draft as drafts
from .draft import SIGN, Draft
from .remedy import Known, Way, ways

MOST_TRIED = 200
"""Candidates that are examined for one assertion of everyday length."""
EVERYDAY = 1 << 14
"""Characters; of a longer assertion fewer candidates are tried."""
_UNMENDED = 5
"""What a finding that nothing mends weighs, in changes."""
_EFFECT = {"refuses": 0, "unknown": 1, "tolerates": 2}
_CONFIDENCE = {"certain": 0, "likely": 1, "hint": 2}


@functools.lru_cache(maxsize=16)
def engine_of(known: Catalog, profile: str) -> Engine:
    """The rules that need no signature and no certificate."""
    return Engine(known, known.profiles[profile], only=examinable(known))


@functools.lru_cache(maxsize=16)
def examinable(known: Catalog) -> frozenset[str]:
    """Names of the rules that can be asked before anything is signed."""
    checks = {name: CHECKS[rule.check] for name, rule in known.rules.items() if rule.check in CHECKS}
    return frozenset(
        name
        for name, check in checks.items()
        if not is_stated(check.needs, check.reads) or is_partly_of_signature(check.needs, check.reads)
    )


def counts(finding: Finding) -> bool:
    """Whether it keeps the profile from accepting: by effect, and not for a mere hint."""
    return finding.effect != "tolerates" and finding.confidence != "hint"


class Node(NamedTuple):
    """A draft, how it came about, and what the rules say of it."""

    draft: Draft
    taken: tuple[Way, ...]
    findings: tuple[Finding, ...]
    objections: tuple[Finding, ...]
    seen: Case


class Search:
    """The candidates for one case."""

    def __init__(self, known: Known, catalog: Catalog, findings: Iterable[Finding], blamed: frozenset[str]) -> None:
        self._known = known
        self._engine = engine_of(catalog, known.case.profile.name)
        names = examinable(catalog)
        self._sealed = [f for f in findings if f.rule not in names or f.at.exhibit == SIGN]
        self._open = [f for f in findings if f.rule in names and f.at.exhibit != SIGN]
        self._blamed = blamed
        """Rules that count because the server's answer points to them."""
        self._heals = {id(f): ways(known, f, drafts.of(known.case), known.case) for f in self._sealed}
        self._nodes: dict[Any, Node] = {}
        self._ways: dict[tuple[int, int], list[Way]] = {}
        found = (*self._open, *self._sealed)
        draft = drafts.of(known.case)
        self.start = Node(draft, (), found, self._count(found), known.case)
        """What was pasted, with what the rules said of it."""
        self.tried = 0
        token = known.case.token
        self._most = MOST_TRIED // (1 + (len(token.text) if token is not None else 0) // EVERYDAY)

    def step(self, node: Node, way: Way) -> Node:
        """The node after one more way of mending."""
        return self.examined(drafts.edited(node.draft, way.edits), (*node.taken, way))

    def examined(self, draft: Draft, taken: tuple[Way, ...]) -> Node:
        """Ask the rules about a draft; one that was asked about before is remembered."""
        key = repr(draft)
        known = self._nodes.get(key)
        if known is None:
            self.tried += 1
            seen = drafts.case_of(self._known.case, draft)
            found = [f for f in self._engine.examine(seen).findings if f.at.exhibit != SIGN]
            whole = (*found, *(f for f in self._sealed if not self._is_mended(f, draft)))
            known = self._nodes[key] = Node(draft, taken, whole, self._count(whole), seen)
        return known._replace(taken=taken)

    def _is_mended(self, finding: Finding, draft: Draft) -> bool:
        if finding.at.exhibit == SIGN and draft.signed:
            return True
        return any(all(drafts.value(draft, path) == new for path, new in way.edits.items()) for way in self._heals[id(finding)])

    def _count(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(f for f in findings if counts(f) or not self._blamed.isdisjoint((f.rule, *f.remains)))

    def ways(self, node: Node, finding: Finding) -> list[Way]:
        """How a finding of this node can be mended."""
        # Both are held by a node that is kept, so their ids stand for them.
        key = (id(node.draft), id(finding))
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = ways(self._known, finding, node.draft, node.seen)
        return found

    def best(self, start: Node) -> Node:
        """The node with the fewest changes among those that leave the fewest objections; a bounded number is tried.

        A way is tried only when nothing lighter is left: until then it weighs what the node weighs that it starts from.
        """
        found, least = start, self._cost(start)
        order = itertools.count()
        heap: list[tuple[int, int, Node, Way | None]] = [(self._weight(start), next(order), start, None)]
        reached: set[int] = set()
        while heap and self.tried <= self._most:
            weight, _, node, way = heapq.heappop(heap)
            if way is not None:
                node = self.step(node, way)
                if id(node.draft) in reached:
                    continue
                if (own := self._weight(node)) > weight:
                    heapq.heappush(heap, (own, next(order), node, None))
                    continue
            reached.add(id(node.draft))
            if (cost := self._cost(node)) < least:
                least, found = cost, node
            next_ways = self._next(node)
            if not next_ways:
                # What comes first off the heap with nothing more to mend is the lightest there is.
                return node if cost <= least else found
            for each in next_ways:
                heapq.heappush(heap, (weight, next(order), node, each))
        return found

    def _next(self, node: Node) -> list[Way]:
        """One objection must be mended some way: by its own, or by that of another at the same place or behind it."""
        for target in by_weight(node.objections):
            behind = [f for f in node.objections if f is not target and (f.at == target.at or target.rule in f.explains)]
            found = [way for f in (target, *behind) for way in self.ways(node, f)]
            if found:
                return found
        return []

    def _cost(self, node: Node) -> int:
        return _changes(node) + _UNMENDED * len(node.objections)

    def _weight(self, node: Node) -> int:
        """Changes made, and at least one more for each place at which something is still to be mended."""
        explained = _explained(node.objections)
        roots = [f for f in node.objections if f.rule not in explained]
        places = {str(f.at) for f in roots if self.ways(node, f)}
        hopeless = sum(not self.ways(node, f) for f in roots)
        return _changes(node) + len(places) + _UNMENDED * hopeless

    def without_needless(self, node: Node) -> Node:
        """The same with every way left out that the result does not need; what no finding asks for was wanted for itself."""
        if sum(bool(way.finding.rule) for way in node.taken) < 2:
            # One alone is needed: there was an objection, and now there is none.
            return node
        for way in node.taken:
            if not way.finding.rule or way.given:
                continue
            fewer = self.replayed([each for each in node.taken if each is not way])
            if len(fewer.objections) <= len(node.objections):
                node = fewer
        return node

    def replayed(self, taken: Iterable[Way]) -> Node:
        """The node that these ways lead to, in their order."""
        taken = tuple(taken)
        if not taken:
            return self.start
        draft = drafts.of(self._known.case)
        for way in taken:
            draft = drafts.edited(draft, way.edits)
        return self.examined(draft, taken)


def _changes(node: Node) -> int:
    return sum(not way.given for way in node.taken)


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Causes before their consequences, then by what the provider does about them."""
    found = list(findings)
    explained = _explained(found)
    return sorted(found, key=lambda f: (f.rule in explained, _EFFECT[f.effect], _CONFIDENCE[f.confidence]))


def _explained(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(name for f in findings if f.confidence != "hint" for name in f.explains)
