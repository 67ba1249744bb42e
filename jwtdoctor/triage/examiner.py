"""Examines one piece of an input: every record read, every token diagnosed once, and all of it counted."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from .. import catalog, intake, library
from .. import source as sources
from ..case import Case
from ..catalog import Catalog
from ..checks.audience import address
from ..decode import decode
from ..intake import Paste, log
from ..keys import Material
from ..library import Judged
from ..model import SEVERITIES, Finding
from ..report import Result
from ..source import Sketch
from . import lines
from .seen import NO_TIME
from .traits import LONGEST, Example, Found, Group, Line, Traits

REMEMBERED = 50_000
"""Tokens whose diagnosis a worker remembers; then it starts afresh."""
BATCH = 256
"""Tokens found before they are judged."""
LATEST = 0xFFFFFFFE
"""Epoch seconds of the last moment that is counted; log records of later ones have none."""
LONGEST_EXAMPLE = 1 << 16
"""Characters of a token that serves as the example of its group."""


_BY_RARITY = "_zqjxkvbywgpfmucdlhrsnioate"


def _sought_by_its_rarest_letter(pattern: str) -> re.Pattern[bytes]:
    """The pattern for bytes, so that a search leaps from one rare letter of its literal beginning to the next, and not from ``e`` to ``e``."""
    literal = re.match(r"[a-z_]*(?![?*+{])", pattern)
    if literal is None or len(literal[0]) < 2:
        return re.compile(pattern.encode("ascii"))
    rarest = min(range(len(literal[0])), key=lambda at: _BY_RARITY.index(literal[0][at]))
    return re.compile(f"{literal[0][rarest:]}(?<={literal[0]}){pattern[literal.end() :]}".encode("ascii"))


_NEEDLES = tuple(_sought_by_its_rarest_letter(each.pattern) for each in log.FINDERS)


def may_hold(data: bytes) -> bool:
    """Whether a piece of a log, as UTF-8, can hold a token or an answer; most pieces hold none and need not be decoded."""
    return any(each.search(data) for each in _NEEDLES)


class Settings(NamedTuple):
    """What holds for all records of one run."""

    certificates: tuple[Material, ...] = ()
    endpoint: str | None = None
    profile: str | None = None
    since: int | None = None
    salt: bytes = b""
    """Goes before every token that is digested, so that nobody can make tokens whose digests collide."""
    results: bool = False
    """Whether the diagnosis of each token is wanted as well."""
    cause: str | None = None
    """The one cause whose diagnoses are wanted."""
    key: bytes = b""
    """Where the diagnoses are to be redacted: what decides the look-alikes."""
    hosts: bool = False
    """Whether hosts are redacted too."""
    rules: tuple[str, ...] = ()
    """Folders of further rules, for a worker that does not inherit the catalogue in force."""


class Piece(NamedTuple):
    """A piece of text, cut between records."""

    text: str
    name: str
    now: int
    """The moment of judgement of records that have none of their own."""
    clock: str
    """Whose moment that is: ``file`` or ``now``."""
    whole: bool = False
    """Whether this is all of the input and may be of another form than a log."""
    column: int = 0
    """Characters of its first line that stand before it."""


class Examiner:
    """Examines pieces one after the other, and remembers tokens from one to the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known = bound()
        self._around = library.Around(settings.certificates, settings.endpoint, None, None, (), (), _no_search, None)
        self._traits: dict[bytes, Traits] = {}
        self._answers: dict[str, tuple[Traits, Judged]] = {}

    def examine(self, piece: Piece) -> Found:
        """Everything in the piece."""
        counting = _Counting()
        if piece.whole:
            pastes = intake.read(piece.text)
            if len(pastes) < intake.MAX_PASTES:
                self._document(piece, pastes, counting)
                return counting.found()
        pastes_in_order = log.scan(piece.text)
        # Some at a time: what finds tokens and what judges them would drive each other out of the processor's caches.
        while batch := list(itertools.islice(pastes_in_order, BATCH)):
            for paste in batch:
                self._count(paste, piece, counting)
        return counting.found()

    def _document(self, piece: Piece, pastes: list[Paste], counting: _Counting) -> None:
        pastes = [each for each in pastes if _may_be_token(each)]
        sketches = sources.read(piece.text, piece.now) if sources.may_sign(piece.text) else []
        for paste in pastes:
            self._count(paste, piece, counting)
        for sketch in sketches:
            self._code(sketch, piece, counting)

    def _count(self, paste: Paste, piece: Piece, counting: _Counting) -> None:
        settings, when = self._settings, paste.when
        if settings.since is not None and (piece.now if when is None else when) < settings.since:
            counting.passed += 1
            return
        counting.records += 1
        first, last = _dates(paste)
        if not paste.text:
            self._other(paste, piece, counting, first, last)
            return
        digest = hashlib.sha256(settings.salt + paste.text.encode("utf-8", "surrogatepass")).digest()[:16]
        place = counting.places.get(digest)
        traits = counting.traits[counting.kinds[place]] if place is not None else self._traits.get(digest)
        judged = None
        if traits is None or (paste.answer and not traits.answered):
            judged = self._judge(paste, piece)
            traits = _of_token(judged, paste, piece)
            if len(self._traits) >= REMEMBERED:
                self._traits.clear()
            self._traits[digest] = traits
        place = counting.token(place, digest, traits, first, last)
        if judged is not None and (self._settings.results or counting.wants(place)):
            self._keep(place, paste, piece, traits, judged, counting)

    def _judge(self, subject: library.Subject, piece: Piece, text: str = "") -> Judged:
        if self._around.now != piece.now:
            self._around = self._around._replace(now=piece.now)
        return library.judge(self._known, subject, self._around, None, self._settings.profile, text)

    def _other(self, paste: Paste, piece: Piece, counting: _Counting, first: int, last: int) -> None:
        """A record without a token: an answer alone, or something that is no token at all."""
        if paste.answer and paste.kind is None:
            known = self._answers.get(paste.answer) if len(paste.answer) < 1000 else None
            traits, judged = known or self._spoken(paste, piece)
            if len(paste.answer) < 1000 and known is None:
                if len(self._answers) > 1000:
                    self._answers.clear()
                self._answers[paste.answer] = traits, judged
            traits = traits._replace(clock=_clock(judged.case, paste, piece))
        else:
            judged = self._judge(paste, piece)
            traits = _of_token(judged, paste, piece)
        counting.other(traits, first, last)
        self._keep(-1, paste, piece, traits, judged, counting)

    def _spoken(self, paste: Paste, piece: Piece) -> tuple[Traits, Judged]:
        told = library.answer_of(paste.answer)
        around = self._around._replace(now=piece.now if paste.when is None else paste.when)
        judged = library.judge(self._known, None, around, told, self._settings.profile)
        severity = SEVERITIES[0] if judged.diagnosis.causes else ""
        host = paste.request.url if paste.request is not None else self._settings.endpoint
        agent = paste.request.agent if paste.request is not None else ""
        return Traits(
            _cause(judged), None, "answer", severity, "", judged.diagnosis.symptom, True, None, _host(host), _name(agent)
        ), judged

    def _code(self, sketch: Sketch, piece: Piece, counting: _Counting) -> None:
        """What source code would sign."""
        counting.records += 1
        judged = self._judge(sketch, piece, piece.text[: library.LONGEST_ANSWER])
        claims = sketch.claims
        traits = Traits(
            _cause(judged), judged.verdict, "code", _worst(judged.found.findings), piece.clock, judged.diagnosis.symptom, bool(judged.answer_from),
            _name(claims.get("iss")), _host(claims.get("aud")) or _host(sketch.endpoint), _name(sketch.language),
        )  # fmt: skip
        counting.other(traits, NO_TIME, 0)
        paste = Paste("", sketch.language, sketch.span.line, sketch.span.column)
        self._keep(-1, paste, piece, traits, judged, counting, sketch)

    def _keep(
        self,
        place: int,
        paste: Paste,
        piece: Piece,
        traits: Traits,
        judged: Judged,
        counting: _Counting,
        sketch: Sketch | None = None,
    ) -> None:
        """The record as its group's example, and its diagnosis, where they are wanted."""
        column = paste.column + (piece.column if paste.line == 1 else 0)
        if place < 0 or counting.wants(place):
            text = piece.text if sketch is not None else paste.text
            counting.offer(place, traits, self._example(paste, column, traits, judged, text))
        if self._settings.results and self._settings.cause in (None, traits.cause):
            result = self._result(paste, piece, traits, judged, sketch)
            if result is None:
                return
            source = result.source._replace(line=paste.line, column=column, form=paste.form)
            document = {"clock": traits.clock, **result._replace(source=source).to_json()}
            text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
            # Quotes within a value are escaped, so this can only be the member itself.
            before, _, after = text[1:].partition(f'"line":{paste.line},')
            counting.results.append((place, Line(f'{lines.head(1, *_dates(paste))}{before}"line":', paste.line, f",{after}")))

    def _result(self, paste: Paste, piece: Piece, traits: Traits, judged: Judged, sketch: Sketch | None) -> Result | None:
        """The diagnosis as it is written; redacted, where that is asked for, by diagnosing the redacted text."""
        settings = self._settings
        if not settings.key:
            subject = sketch or (None if traits.subject == "answer" else paste)
            return library.result_from(judged, subject, self._around, piece.name)
        from .. import sharing

        called = paste.request.url if paste.request is not None else settings.endpoint
        shared = sharing.shareable(
            piece.text if sketch is not None else paste.text, key=settings.key, hosts=settings.hosts, certificates=settings.certificates,
            endpoint=called or None, error=paste.answer or None, profile=settings.profile, now=judged.case.moment, source=piece.name,
            search=_no_search,
        )  # fmt: skip
        found = shared.report.results
        if sketch is not None:
            return next((each for each in found if each.sketch is not None and each.source.line == paste.line), None)
        return found[0] if found else None

    def _example(self, paste: Paste, column: int, traits: Traits, judged: Judged, text: str) -> Example:
        text = text if len(text) <= LONGEST_EXAMPLE else ""
        called = paste.request.url if paste.request is not None else self._settings.endpoint or ""
        return Example(
            text, paste.answer[:LONGEST_EXAMPLE], called, paste.line, column, paste.form, judged.case.moment, traits.subject,
            judged.signature.stated,
        )  # fmt: skip


def _dates(paste: Paste) -> tuple[int, int]:
    when = paste.when
    return (when, when) if when is not None and 0 < when < LATEST else (NO_TIME, 0)


def bound() -> Catalog:
    """The catalogue, with the rules of every profile bound: done before other processes begin, they share it. Raises CatalogError."""
    known = catalog.load()
    for name in known.profiles:
        library.engine_of(name)
    return known


class _Counting:
    """The counts of one piece."""

    __slots__ = (
        "_examples", "_index", "_offered", "_others", "counts", "digests", "firsts", "kinds", "lasts", "passed", "places", "records", "results", "traits",
    )  # fmt: skip

    def __init__(self) -> None:
        self._index: dict[Traits, int] = {}
        self._others: dict[int, tuple[int, int, int]] = {}
        self.traits: list[Traits] = []
        self.places: dict[bytes, int] = {}
        self.digests: list[bytes] = []
        self.kinds, self.counts, self.firsts, self.lasts = array("H"), array("I"), array("I"), array("I")
        self._examples: list[tuple[int, int, Example]] = []
        self._offered: list[int] = []
        self.results: list[tuple[int, Line]] = []
        self.records = self.passed = 0

    def kind(self, traits: Traits) -> int:
        """The index of these traits in the piece."""
        known = self._index.get(traits)
        if known is None:
            if len(self.traits) >= _MOST_TRAITS and not traits.rest:
                return self.kind(traits._replace(app=None, host=None, producer=None, rest=True))
            known = self._index[traits] = len(self.traits)
            self.traits.append(traits)
            self._offered.append(0)
        return known

    def wants(self, place: int) -> bool:
        """Whether a token like the one at ``place`` is still wanted as an example."""
        return self._offered[self.kinds[place]] < _FEW

    def offer(self, place: int, traits: Traits, example: Example) -> None:
        """A record that may become the example of its group."""
        kind = self.kind(traits)
        if self._offered[kind] < _FEW:
            self._offered[kind] += 1
            self._examples.append((kind, place, example))

    def _chosen(self) -> tuple[tuple[int, int, Example], ...]:
        """The first example of each group; a token that got its answer later in the piece is none for the group it was in before."""
        found: dict[Group, tuple[int, int, Example]] = {}
        for kind, place, example in self._examples:
            now = self.kinds[place] if place >= 0 else kind
            group = self.traits[now].group
            if group == self.traits[kind].group:
                found.setdefault(group, (kind, place, example))
        return tuple(found.values())

    def token(self, place: int | None, digest: bytes, traits: Traits, first: int, last: int) -> int:
        """Count a token; its place in the piece."""
        kind = self.kind(traits)
        if place is None:
            place = self.places[digest] = len(self.digests)
            self.digests.append(digest)
            self.kinds.append(kind)
            self.counts.append(1)
            self.firsts.append(first)
            self.lasts.append(last)
            return place
        self.kinds[place] = kind
        self.counts[place] += 1
        self.firsts[place] = min(self.firsts[place], first)
        self.lasts[place] = max(self.lasts[place], last)
        return place

    def other(self, traits: Traits, first: int, last: int) -> None:
        """Count a record without a token."""
        kind = self.kind(traits)
        count, begin, end = self._others.get(kind, (0, NO_TIME, 0))
        self._others[kind] = count + 1, min(begin, first), max(end, last)

    def found(self) -> Found:
        """Everything counted."""
        return Found(
            self.records, tuple(self.traits), b"".join(self.digests), self.kinds.tobytes(), self.counts.tobytes(),
            self.firsts.tobytes(), self.lasts.tobytes(), tuple((kind, *each) for kind, each in self._others.items()),
            self._chosen(), tuple(self.results), self.passed,
        )  # fmt: skip


_FEW = 3
"""Examples kept for each combination of traits until the piece is done."""
_MOST_TRAITS = 30_000


def _may_be_token(paste: Paste) -> bool:
    """Whether it was meant as a token. A lone word may be anything, and a folder holds keys and certificates as well."""
    return "." in paste.text and (paste.text.startswith("ey") or decode(paste.text).header.is_object)


def _no_search(tried: int) -> bool:
    """Among thousands of tokens none is worth a search of its own; ``diagnose`` does it for the one that matters."""
    return False


def _of_token(judged: Judged, paste: Paste, piece: Piece) -> Traits:
    case, request = judged.case, paste.request
    claims = case.claims
    return Traits(
        _cause(judged), judged.verdict, "token", _worst(judged.found.findings), _clock(case, paste, piece), judged.diagnosis.symptom,
        judged.told is not None, _name(claims.get("iss")), _host(claims.get("aud")) or (_host(request.url) if request is not None else None),
        _name(request.agent) if request is not None and request.agent else _fingerprint(case),
    )  # fmt: skip


def _cause(judged: Judged) -> str | None:
    causes = judged.diagnosis.causes
    return causes[0].cause if causes else None


def _worst(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    found = {each.severity for each in findings}
    return next(each for each in SEVERITIES if each in found)


def _clock(case: Case, paste: Paste, piece: Piece) -> str:
    clock = library.clock_of(case)
    if clock == "now":
        return piece.clock if paste.when is None else "log" if paste.zoned else "log-utc"
    return clock


def _name(value: object) -> str | None:
    if type(value) is not str or not value:
        return None
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _host(value: object) -> str | None:
    if isinstance(value, list | tuple) and value:
        value = value[0]
    return _host_in(value) if type(value) is str and 0 < len(value) < 2048 else None


@functools.lru_cache(maxsize=4096)
def _host_in(url: str) -> str | None:
    found = address(url)
    return found.host[:LONGEST] if found is not None else _name(url)


def _fingerprint(case: Case) -> str | None:
    """Which program wrote it, as far as the order of header and claims tells."""
    if not case.header and not case.claims:
        return None
    return _written(str(case.header.get("alg")), tuple(case.header), tuple(case.claims))


@functools.lru_cache(maxsize=4096)
def _written(alg: str, header: tuple[str, ...], claims: tuple[str, ...]) -> str:
    return _name(f"{alg}: {','.join(header)} / {','.join(claims)}") or ""
