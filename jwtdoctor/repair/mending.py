"""From the search to a repair: changes with their reasons, what is left over, and which causes it does not need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from .. import kinds
from ..case import NEEDS, Case
from ..catalog import Catalog
from ..checks import CHECKS
from ..keys import Material
from ..model import Finding, Place
from ..moments import span
from . import draft as drafts
from .draft import SEND, SIGN, Draft
from .plan import Change, Left, Repair
from .remedy import Known, Way, fitting, fresh, needs, ways
from .search import Node, Search, by_weight, counts

_REPAIRABLE = frozenset({kinds.ASSERTION, kinds.UNREADABLE, kinds.SKETCH})
_GIVEN = "given for the new assertion"
_ANEW = "it is written anew"
_RENEWED = {
    "payload.exp": "it is signed anew, and `exp` is counted from then",
    "payload.iat": "`iat` is the moment of signing, and it is signed anew",
    "payload.nbf": "it is signed anew, and good from then on",
}


class Outcome(NamedTuple):
    """A repair, and the rules whose findings it does without."""

    repair: Repair | None
    needless: frozenset[str] = frozenset()


def find(
    catalog: Catalog,
    case: Case,
    findings: tuple[Finding, ...],
    *,
    blamed: frozenset[str] = frozenset(),
    given: Mapping[str, Any] | None = None,
    anew: bool = False,
    keys: tuple[Material, ...] = (),
) -> Outcome:
    """The smallest repair of ``case``, of which the rules said ``findings``; ``None`` where there is nothing to repair, or nothing to repair it from.

    ``blamed`` are rules that count although the provider lets their faults pass, because its answer points to them. ``given`` holds
    values by path (``payload.iss``); they are put in whatever stands there. With ``anew`` a new assertion is made even if nothing is
    wrong: its times are fresh. ``keys`` are public halves of keys that may sign. Never raises for what was pasted.
    """
    if case.kind not in _REPAIRABLE or (case.token is None and case.sketch is None):
        return Outcome(None)
    known = Known(case, catalog.rules, given or {}, keys or tuple(each for each in case.certificates if each.key is not None)[:1])
    search = Search(known, catalog, findings, blamed)
    start = search.start
    if not start.objections and not anew:
        return Outcome(None)
    if not case.has & NEEDS["claims"][0]:
        return Outcome(_unreadable(case, start))
    if anew:
        start = search.replayed(_wanted(known, start))
    end = search.without_needless(search.best(start))
    return _Told(known, search, end, _way_along(known, search, end)).outcome()


def decides(catalog: Catalog, case: Case, findings: Iterable[Finding], alike: Collection[str]) -> bool:
    """Whether trying may tell the rules ``alike`` apart: where none reads what another's repair writes, each is needed by itself.

    It asks no rule, and so costs little for the many tokens of a log that have two faults and nothing in common between them.
    """
    if case.kind not in _REPAIRABLE:
        return False
    known, draft = Known(case, catalog.rules, {}), drafts.of(case)
    written = [(f, [frozenset(way.edits) for way in ways(known, f, draft, case)]) for f in findings if counts(f)]
    if len({f.rule for f, _ in written} & set(alike)) < len(set(alike)):
        return True
    return any(
        f is not other and own != edits and any(_touches(paths, f, catalog) for paths in edits)
        for f, own in written
        if f.rule in alike
        for other, edits in written
    )


def _touches(paths: Iterable[str], finding: Finding, catalog: Catalog) -> bool:
    """Whether edits at these paths change what the rule of a finding reads."""
    reads = CHECKS[catalog.rules[finding.rule].check].reads
    if not reads or str(finding.at) in paths:
        return True
    return any(_read_as(path) in reads for path in paths)


def _read_as(path: str) -> str:
    """The fingerprint (see :mod:`jwtdoctor.checks.fingerprints`) that covers a path."""
    exhibit, _, name = path.partition(".")
    if exhibit == "payload":
        return "times" if name in ("exp", "iat", "nbf") else name
    return "no_request" if exhibit == "request" else exhibit


def _unreadable(case: Case, start: Node) -> Repair:
    """Claims that cannot be read cannot be kept."""
    left = [Left(f.rule, f.at, f.message, "the claims, which cannot be read here") for f in by_weight(start.objections)]
    return Repair((), tuple(left), dict(case.header), {}, 0)


def _wanted(known: Known, start: Node) -> list[Way]:
    """What a new assertion gets in any case: the values given, an algorithm that fits the key, and fresh times."""
    found = {path: (new, _GIVEN) for path, new in known.given.items() if drafts.value(start.draft, path) != new}
    listed, alg = known.case.profile.settings.get("algorithms", []), start.draft.header.get("alg")
    if "header.alg" not in found and alg in listed and alg not in (able := fitting(known, listed)) and able:
        found["header.alg"] = able[0], "the key that signs wants this algorithm"
    wanted = [Way(_nobodys(path, why), {path: new}, "", True) for path, (new, why) in found.items()]
    if known.case.moment is not None:
        times = [path for path in ("payload.exp", *_renewable(start.draft)) if path not in known.given]
        wanted += [Way(_nobodys(path, _renewed(path, start)), {path: fresh(known.case, path)}, "", True) for path in times]
    return wanted


def _renewed(path: str, start: Node) -> str:
    """Why a time is made anew; a fault of the old one that the provider lets pass is told along with it."""
    passed = next((f.message for f in by_weight(start.findings) if str(f.at) == path and f.effect == "tolerates"), "")
    return f"{_RENEWED[path]}; {passed}, which this provider lets pass" if passed else ""


def _renewable(draft: Draft) -> list[str]:
    return [f"payload.{name}" for name in ("iat", "nbf") if name in draft.claims]


def _nobodys(path: str, why: str = "") -> Finding:
    """A reason for a change that no finding asks for."""
    exhibit, _, name = path.partition(".")
    return Finding(
        "", "", "info", "tolerates", "certain", Place(exhibit, name), why or _RENEWED.get(path, _GIVEN), "", "", "", {}
    )


def _way_along(known: Known, search: Search, end: Node) -> Node:
    """What the standard wants, made along the way, where the assertion is written anew; nothing that brings a new objection."""
    if not (end.draft.signed or (known.case.sketch is not None and end.taken)):
        return end
    for _ in range(2):
        for way in [
            *_lapsing(known, end),
            *_stale(known, end),
            *(w for f in end.findings for w in search.ways(end, f)[:1] if w.standard),
        ]:
            further = search.step(end, way)
            if len(further.objections) <= len(end.objections):
                end = further
    return end


def _lapsing(known: Known, end: Node) -> list[Way]:
    """A new ``exp`` where the old one would lapse before what is signed anew has arrived, though nobody objects to it yet."""
    path, old, moment = "payload.exp", end.draft.claims.get("exp"), known.case.moment
    if moment is None or known.case.sketch is not None or type(old) is not int or old != known.case.claims.get("exp"):
        return []
    left = old - moment
    if left >= int(known.case.profile.settings.get("least_left", 0)) or path in known.given:
        return []
    told = f"only {span(left)} of its life are left" if left > 0 else "`exp` has come"
    return [Way(_nobodys(path, f"it is signed anew, and {told}"), {path: fresh(known.case, path)}, "", True)]


def _stale(known: Known, end: Node) -> list[Way]:
    """``iat`` goes with a new ``exp``: it names the moment of signing."""
    old, moment = end.draft.claims.get("iat"), known.case.moment
    renewed = end.draft.claims.get("exp") != known.case.claims.get("exp")
    if moment is None or not renewed or type(old) is not int or known.case.sketch is not None:
        return []
    leeway = int(known.case.profile.settings.get("leeway", {}).get("seconds", 0))
    return [] if abs(moment - old) <= leeway else [Way(_nobodys("payload.iat"), {"payload.iat": moment}, "", True)]


class _Told:
    """The words of one repair."""

    def __init__(self, known: Known, search: Search, needed: Node, end: Node) -> None:
        self._known, self._search, self._start, self._needed, self._end = known, search, search.start, needed, end
        self._base = by_weight(self._start.objections)
        self._open = {id(f): search.ways(self._start, f) for f in self._base}

    def outcome(self) -> Outcome:
        """The repair, and what it does without."""
        changes = self._changes()
        left = tuple(Left(f.rule, f.at, f.message, needs(self._known.rules, f)) for f in by_weight(self._end.objections))
        draft = self._end.draft
        repair = Repair(changes, left, draft.header, draft.claims, self._search.tried)
        return Outcome(repair if changes or left else None, self._needless())

    def _changes(self) -> tuple[Change, ...]:
        before, after = self._start.draft, self._end.draft
        # That a body is written as its type says goes without saying.
        silent = set() if any("request.body" in way.edits for way in self._end.taken) else {"request.body"}
        found = [self._change(path, old, new) for path, old, new in differences(before, after) if path not in silent]
        if after.signed and self._known.case.sketch is None:
            found.append(self._signing(found))
        return tuple(found)

    def _change(self, path: str, old: Any, new: Any) -> Change:
        exhibit, _, name = path.partition(".")
        asked = self._asked(path, new)
        way = asked or next((each for each in reversed(self._end.taken) if path in each.edits), None)
        why = _GIVEN if way is None else way.finding.message
        if way is not None and way.says and exhibit != "header":
            why = f"{why}; {way.says}"
        needed = drafts.value(self._needed.draft, path) == new and (
            asked is not None or any(path in each.edits and each.finding.rule for each in self._needed.taken)
        )
        before, after = (None, None) if path == SEND else (old, new)
        return Change(Place(exhibit, name), before, after, why, "" if way is None else way.finding.rule, needed)

    def _asked(self, path: str, new: Any) -> Way | None:
        """How the weightiest finding that asks for this very change is mended by it."""
        for finding in self._base:
            for way in self._open[id(finding)]:
                if path in way.edits and way.edits[path] == new:
                    return way
        return None

    def _signing(self, changes: list[Change]) -> Change:
        """That it is signed anew, for the weightiest reason there is."""
        for finding in self._base:
            for way in self._open[id(finding)]:
                if SIGN in way.edits:
                    return Change(Place(SIGN), None, None, _with(finding.message, way.says), finding.rule, True)
        covered = [each for each in changes if each.at.exhibit in ("header", "payload")]
        told = {"header": "the header", "payload": "the claims"}
        what = " and ".join(told[each] for each in told if any(change.at.exhibit == each for change in covered))
        says = next((way.says for way in self._end.taken for path in way.edits if path.startswith("header.")), "")
        needed = any(each.needed for each in covered) or not covered
        why = _with(f"it covers {what}, which {'changes' if what == 'the header' else 'change'}" if what else _ANEW, says)
        return Change(Place(SIGN), None, None, why, next((each.rule for each in covered if each.needed), ""), needed)

    def _needless(self) -> frozenset[str]:
        """Rules whose own ways are not among what was done, though what they found is gone; and what the provider lets pass."""
        done = self._end.draft
        kept = {f.rule for f in self._base if self._is_done(f, done)} | {f.rule for f in self._end.objections}
        return frozenset(f.rule for f in self._start.findings) - kept

    def _is_done(self, finding: Finding, done: Draft) -> bool:
        return any(all(drafts.value(done, path) == new for path, new in way.edits.items()) for way in self._open[id(finding)])


def _with(why: str, says: str) -> str:
    return f"{why}; {says}" if says else why


def differences(before: Draft, after: Draft) -> Iterable[tuple[str, Any, Any]]:
    """Paths that hold something else, with the old and the new value."""
    paths = [f"header.{name}" for name in {**before.header, **after.header}]
    paths += [f"payload.{name}" for name in {**before.claims, **after.claims}]
    names = {**(before.request.fields if before.request else {}), **(after.request.fields if after.request else {})}
    paths += ["request.method", "request.where", "request.content_type", "request.grant_type", SEND]
    paths += [f"request.{name}" for name in names if name in _FIELDS]
    for path in [*paths, "request.body", drafts.ENDPOINT]:
        old, new = drafts.value(before, path), drafts.value(after, path)
        if old != new or (type(old) is not type(new) and path != SEND):
            yield path, old, new


_FIELDS = frozenset({"client_assertion_type"})
"""Form fields that a repair may take away; what else stands in a form is nobody's business here."""
