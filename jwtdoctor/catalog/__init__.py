"""What do we know? ``rules/`` as frozen values.

The wheel carries the catalogue compiled to one JSON file next to its sources; a checkout uses the compiled file only while it
is as new as the sources, so an edited rule is in force at once. :mod:`.source` reads and checks the TOML.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from ..model import Confidence, Effect, Severity, Standing

PACKAGE = Path(__file__).resolve().parent.parent
COMPILED = PACKAGE / "_catalog.json"
STAMP = PACKAGE / "_catalog.stamp"
"""Written beside the compiled catalogue of an editable install, never shipped."""


class Pattern:
    """A regular expression that is compiled when it is first asked: most of the catalogue's never are."""

    __slots__ = ("_compiled", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled."""
        if self._compiled is None:
            self._compiled = re.compile(self.source)
        return self._compiled


class Wording(NamedTuple):
    """The sentences of a finding; ``{names}`` are facts."""

    headline: str
    label: str = ""
    note: str = ""
    help: str = ""


class Remedy(NamedTuple):
    """One way to mend what a finding names, in verbs that :mod:`jwtdoctor.repair` knows. ``{names}`` are facts of the check.

    Paths are ``header.alg``, ``payload.exp``, ``request.grant_type``, ``endpoint``.
    """

    set: Mapping[str, Any] = {}
    """Path → value; a text that is one ``{fact}`` keeps the fact's type."""
    setting: Mapping[str, str] = {}
    """Path → name of a setting of the profile; of a list the first that fits the key."""
    move: Mapping[str, str] = {}
    """From path → to path, all at once, so that values can change places."""
    remove: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    """Times made anew: ``payload.exp`` a lifetime after the moment of judgement, others that moment."""
    trim: tuple[str, ...] = ()
    """Texts around which white space is taken away."""
    send: bool = False
    """The assertion is sent as it was signed, bare and encoded once."""
    sign: bool = False
    """The assertion is written and signed anew; that it is when header or claims change need not be said."""
    standard: bool = False
    """Made along the way even where the provider lets the fault pass, because RFC 7519 wants it so."""
    ask: str = ""
    """What only the user knows."""
    option: str = ""
    """The option that takes it."""
    none: str = ""
    """Why no change of the assertion mends it."""
    says: str = ""
    """Further words on what to do."""


class Variant(NamedTuple):
    """One of a rule's wordings, with its own weight."""

    severity: Severity
    effect: Effect
    confidence: Confidence
    says: Wording
    explains: tuple[str, ...] = ()
    """Rules whose findings are only consequences of this one."""
    because: str = ""
    """Why the profile weighs it as it does."""
    remains: tuple[str, ...] = ()
    """Causes of which it must be one, where it cannot be told which."""
    repair: tuple[Remedy, ...] = ()
    """Ways to mend it, the preferred one first."""


class Rule(NamedTuple):
    """One rule: the check it calls, how it weighs, how it speaks."""

    name: str
    group: str
    title: str
    check: str
    params: Mapping[str, Any]
    stage: str
    variants: Mapping[str, Variant]
    cites: tuple[str, ...]
    since: str
    why: str
    profiles: tuple[str, ...]
    """The profiles it speaks for; empty means every one."""
    reveals_nothing: bool = False
    """Whether the value at the place of its findings is nobody's: a sample, which may be shown to anybody."""
    home: str = ""
    """The folder it was read from, as that was named; empty for ours."""

    @property
    def severity(self) -> Severity:
        """The severity of the plain wording."""
        return self.variants[""].severity if "" in self.variants else next(iter(self.variants.values())).severity


class Unseen(NamedTuple):
    """A cause that no token shows, with the question to ask: server-side state, or a client that never made a token."""

    name: str
    title: str
    why: str
    ask: str
    look: str
    help: str
    cites: tuple[str, ...]
    where: str
    """``server``; or ``client``: the client program's own words show it."""
    stage: str = ""
    """The server check it belongs to, where that is not the one of the answer."""
    source: tuple[InSource, ...] = ()
    """How to ask about it where source code shows what it hangs on."""
    home: str = ""
    """The folder it was read from, as that was named; empty for ours."""


class InSource(NamedTuple):
    """A trait of source code under which an unseen cause is worth asking about, with the words for it."""

    trait: str
    ask: str = ""
    look: str = ""
    help: str = ""


class Candidate(NamedTuple):
    """A cause of a symptom, in rank order within it."""

    name: str
    standing: Standing
    why: str
    ask: str
    cites: tuple[str, ...]
    variants: frozenset[str] = frozenset()
    """Wordings of the rule that support this link; empty means any."""


class Match(NamedTuple):
    """What an answer must say; every field that is set must hold."""

    error: str
    description: str
    text: Pattern | None
    status: int | None
    bare: bool
    """Only without any description."""


class Symptom(NamedTuple):
    """An answer, what it means, and what may lie behind it."""

    name: str
    provider: str
    shows: str
    meaning: str
    stage: str
    passed: frozenset[str]
    implies: Mapping[str, str]
    explain: str
    matches: tuple[Match, ...]
    causes: tuple[Candidate, ...]
    cites: tuple[str, ...]
    verified: str = ""
    """What it means once the signature is known to verify with the certificate given."""
    home: str = ""
    """The folder it was read from, as that was named; empty for ours."""


class Host(NamedTuple):
    """A kind of host of a provider and what it is good for."""

    name: str
    pattern: Pattern
    kind: str
    """``shared`` (login for everybody), ``own`` (one org), ``site``, ``instance``, ``ui`` (never a token endpoint)."""
    side: str
    """``production``, ``test`` or ``either``: which of the shared hosts goes with it."""
    legacy: bool
    title: str
    instead: str


class Profile(NamedTuple):
    """A provider: its hosts, its times, its shapes, and how it weighs rules."""

    name: str
    title: str
    role: str
    """``default``: taken when nothing speaks against it; ``fallback``: taken when something does; else empty."""
    detect: Mapping[str, tuple[Pattern, ...]]
    settings: Mapping[str, Any]
    hosts: tuple[Host, ...]
    weights: Mapping[str, Mapping[str, str]]
    """``rule`` or ``rule/variant`` → severity, effect, confidence, because, source."""
    home: str = ""
    """The folder it was read from, as that was named; empty for ours."""


class Catalog(NamedTuple):
    """All we know. Each is itself and no other, so that what is remembered of one is never taken for another's."""

    rules: Mapping[str, Rule]
    unseen: Mapping[str, Unseen]
    symptoms: tuple[Symptom, ...]
    profiles: Mapping[str, Profile]
    audited: bool = False
    """Whether its rules are known to fit their checks: the compiled ones were audited when they were tested."""

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def title_of(self, cause: str) -> str:
        """What a cause says in a few words."""
        if cause in self.rules:
            return self.rules[cause].title
        return self.unseen[cause].title if cause in self.unseen else cause


def line_of(rule: Rule, word: str) -> str:
    """``rules/<group>/<name>.toml:<line>``, the line being the first that holds ``word``."""
    file = f"{rule.group}/{rule.name}.toml"
    try:
        rows = (Path(rule.home or rules_folder()) / file).read_text(encoding="utf-8").splitlines()
    except OSError:
        rows = []
    line = next((number for number, row in enumerate(rows, 1) if word in row), 1)
    return f"{rule.home or 'rules'}/{file}:{line}"


class CatalogError(Exception):
    """A file under ``rules/`` that cannot be used: which one, where, and what would be accepted."""


def rules_folder() -> Path:
    """``rules/``: inside the installed package, else beside it in a checkout."""
    shipped = PACKAGE / "_rules"
    return shipped if shipped.is_dir() else PACKAGE.parent / "rules"


_IN_FORCE: ContextVar[Catalog | None] = ContextVar("jwtdoctor_catalogue", default=None)


def load() -> Catalog:
    """The catalogue in force: what :func:`in_force` set around this call, else ours. Raises CatalogError for sources that cannot be used."""
    return _IN_FORCE.get() or ours()


@functools.cache
def ours() -> Catalog:
    """The catalogue that comes with jwtdoctor, compiled if possible. Raises CatalogError for sources that cannot be used."""
    plain = document()
    return build(plain)._replace(audited="sources" not in plain)


class in_force:
    """Within it, and in this thread alone, ``known`` is the catalogue; ``None`` leaves it as it is."""

    # A generator would do, and cost every diagnosis ten times as much.
    __slots__ = ("_before", "_known")

    def __init__(self, known: Catalog | None) -> None:
        self._known = known

    def __enter__(self) -> None:
        if self._known is not None:
            self._before = _IN_FORCE.set(self._known)

    def __exit__(self, *_: object) -> None:
        if self._known is not None:
            _IN_FORCE.reset(self._before)


def joined(known: Catalog, other: Catalog) -> Catalog:
    """Both together; that no name stands in both was seen when ``other`` was read."""
    return Catalog(
        {**known.rules, **other.rules},
        {**known.unseen, **other.unseen},
        (*known.symptoms, *other.symptoms),
        {**known.profiles, **other.profiles},
    )


def document() -> dict[str, Any]:
    """The catalogue as plain data, from the compiled file where that is current, else from the sources."""
    folder = rules_folder()
    if COMPILED.is_file() and (folder.parent == PACKAGE or _is_current(folder)):
        compiled: dict[str, Any] = json.loads(COMPILED.read_bytes())
        if compiled.get("layout") == LAYOUT:
            return compiled
    from .source import read

    return {**read(folder), "sources": str(folder)}


LAYOUT = 4
"""Raised with every change of the compiled file's structure."""


def stamp(folder: Path) -> dict[str, list[int]]:
    """Size and time of every source, to tell an edited checkout from the one that was compiled."""
    import os

    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".toml"):
                status = os.stat(f"{where}/{name}")
                found[f"{where[len(str(folder)) :]}/{name}"] = [status.st_size, status.st_mtime_ns]
    return found


def _is_current(folder: Path) -> bool:
    """Whether the checkout's sources are the very ones that were compiled."""
    try:
        return bool(json.loads(STAMP.read_bytes()) == stamp(folder))
    except (OSError, ValueError):
        return False


def build(plain: Mapping[str, Any]) -> Catalog:
    """Frozen values from checked plain data."""
    return Catalog(
        rules={each["name"]: _rule(each) for each in plain["rules"]},
        unseen={each["name"]: _unseen(each) for each in plain["unseen"]},
        symptoms=tuple(_symptom(each) for each in plain["symptoms"]),
        profiles={each["name"]: _profile(each) for each in plain["profiles"]},
    )


def _rule(raw: Mapping[str, Any]) -> Rule:
    base = raw.get("says", {})
    variants: dict[str, Variant] = {}
    explains = tuple(raw.get("explains", ()))
    if base:
        variants[""] = Variant(
            raw["severity"], raw["effect"], raw["confidence"], Wording(**base), explains, remains=tuple(raw.get("remains", ())),
            repair=_remedies(raw.get("repair")),
        )  # fmt: skip
    for name, own in raw.get("variant", {}).items():
        words = {**base, **{k: v for k, v in own.items() if k in Wording._fields}}
        variants[name] = Variant(
            own.get("severity", raw["severity"]),
            own.get("effect", raw["effect"]),
            own.get("confidence", raw["confidence"]),
            Wording(**words),
            tuple(own.get("explains", explains)),
            remains=tuple(own.get("remains", raw.get("remains", ()))),
            repair=_remedies(own.get("repair", raw.get("repair"))),
        )
    return Rule(
        name=raw["name"],
        group=raw["group"],
        title=raw["title"],
        check=raw["check"],
        params=raw.get("params", {}),
        stage=raw["stage"],
        variants=variants,
        cites=tuple(raw["cites"]),
        since=raw["since"],
        why=raw["why"],
        profiles=tuple(raw.get("profiles", ())),
        reveals_nothing=raw.get("reveals_nothing", False),
        home=raw.get("home", ""),
    )


def _remedies(raw: Any) -> tuple[Remedy, ...]:
    """One table, or several in the order of preference."""
    tables = raw if isinstance(raw, list) else [raw] if raw else []
    plain: list[dict[str, Any]] = [{k: tuple(v) if isinstance(v, list) else v for k, v in each.items()} for each in tables]
    return tuple(Remedy(**each) for each in plain)


def _unseen(raw: Mapping[str, Any]) -> Unseen:
    return Unseen(**{**raw, "cites": tuple(raw["cites"]), "source": tuple(InSource(**each) for each in raw.get("source", ()))})


def _symptom(raw: Mapping[str, Any]) -> Symptom:
    return Symptom(
        name=raw["name"],
        provider=raw["provider"],
        shows=raw["shows"],
        meaning=raw["meaning"],
        stage=raw["stage"],
        passed=frozenset(raw["passed"]),
        implies=raw.get("implies", {}),
        explain=raw["explain"],
        matches=tuple(
            Match(
                m.get("error", "").lower(),
                m.get("description", "").lower(),
                Pattern(m["text"]) if m.get("text") else None,
                m.get("status"),
                m.get("bare", False),
            )
            for m in raw["match"]
        ),
        causes=tuple(
            Candidate(c["name"], c["standing"], c["why"], c.get("ask", ""), tuple(c["cites"]), frozenset(c.get("variants", ())))
            for c in raw["cause"]
        ),
        cites=tuple(raw["cites"]),
        verified=" ".join(raw.get("verified", "").split()),
        home=raw.get("home", ""),
    )


def _profile(raw: Mapping[str, Any]) -> Profile:
    return Profile(
        name=raw["name"],
        title=raw["title"],
        role=raw.get("role", ""),
        detect={k: tuple(Pattern(p) for p in v) for k, v in raw.get("detect", {}).items()},
        settings=raw.get("settings", {}),
        hosts=tuple(
            Host(
                h["name"],
                Pattern(h["match"]),
                h["kind"],
                h.get("side", "either"),
                h.get("legacy", False),
                h["title"],
                h.get("instead", ""),
            )
            for h in raw.get("host", ())
        ),
        weights=raw.get("weigh", {}),
        home=raw.get("home", ""),
    )
