"""A text and its report fit to be shared: both redacted, and the diagnosis the same as before.

The report is that of the redacted text: it has never seen what was taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import catalog, library
from .case import locate
from .catalog import Catalog, Profile
from .checks import CHECKS
from .checks.audience import address
from .intake import Paste
from .keys import Material
from .model import Finding, Hit
from .redact import Redactor, Vocabulary
from .report import Report
from .source import Sketch
from .statement import Stated, is_stated, write

if TYPE_CHECKING:
    from datetime import datetime

    from .library import Gathered, Judged


class Shared(NamedTuple):
    """What may be shown to anybody."""

    text: str
    report: Report
    same: bool
    """Whether the diagnosis of the redacted text is that of the original."""
    kept: tuple[str, ...] = ()
    """Places (``payload.sub``) of which more was kept than usual, because the diagnosis hangs on it."""
    endpoint: str | None = None
    error: str | None = None
    """The endpoint and the answer that were given, as they go with the text."""


def shareable(
    text: str,
    *,
    key: bytes,
    hosts: bool = False,
    certificates: Iterable[str | bytes | Material] = (),
    endpoint: str | None = None,
    error: str | None = None,
    profile: str | None = None,
    now: int | float | datetime | None = None,
    app: str | None = None,
    source: str = "text",
    secrets: Iterable[tuple[str, str | bytes]] = (),
    beside: Iterable[str] = (),
    search: Callable[[int], bool] | None = None,
    warn_days: int | None = None,
) -> Shared:
    """Redact ``text`` and diagnose it, so that both may be shared; the arguments are those of :func:`jwtdoctor.library.diagnose`.

    ``key`` decides the look-alikes: the same one gives the same, another one others; draw it at random for each run. With ``hosts``
    what in the names of hosts is somebody's own is replaced too. Raises what ``diagnose`` raises.
    """
    given = [each for item in certificates for each in ((item,) if isinstance(item, Material) else library.material(item))]
    around: dict[str, Any] = {
        "profile": profile, "now": now, "app": app, "source": base_name(source), "secrets": tuple(secrets), "beside": tuple(beside),
        "search": search, "warn_days": warn_days,
    }  # fmt: skip
    plain = Redactor(key, hosts=hosts)
    materials = tuple(_anonymous(each, plain) for each in given)
    before = library.gather(text, certificates=materials, endpoint=endpoint, error=error, **around)
    judged = library.judge_all(before)
    attempt = _Attempt(key, hosts, text, before, judged)
    wanted = [_told(each) for each in judged]
    best: Shared | None = None
    untouched: dict[str, int] = {}
    for relaxed in _relaxations(judged):
        untouched = {**untouched, **relaxed}
        redactor, shown = attempt.redacted(untouched)
        called, said = _also(redactor, endpoint), _also(redactor, error)
        after = library.gather(shown, certificates=materials, endpoint=called, error=said, **around)
        again = _judged_again(after, judged)
        same = [_told(each) for each in again] == wanted
        if best is None or same:
            best = Shared(shown, _report(after, again), same, tuple(sorted(untouched)) if same else (), called, said)
        if same:
            break
    assert best is not None  # noqa: S101 - there is always a first attempt
    return best


def _judged_again(after: Gathered, before: Sequence[Judged]) -> list[Judged]:
    """What the redacted text says. The signatures were examined a moment ago; of those that were only stated even then nothing was."""
    known, subjects, around, told, profile, _, text = after
    witnessed = [each.case.stated is None for each in before] if len(subjects) == len(before) else [False] * len(subjects)
    return [
        library.judge(known, subject, around._replace(witnessed=seen), told, profile, text)
        for subject, seen in zip(subjects, witnessed, strict=True)
    ]


def look_alikes(key: bytes, *, hosts: bool = False) -> Redactor:
    """A redactor for names that stand by themselves; under the same key they get the look-alikes that they have in a text."""
    return Redactor(key, hosts=hosts, vocabulary=_vocabulary(catalog.load(), (), hosts))


def base_name(name: str) -> str:
    """A file's name without its folders, which tell about somebody's machine."""
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1] or name


def _also(redactor: Redactor, text: str | None) -> str | None:
    return None if text is None else redactor.text(text)


def _report(gathered: Gathered, judged: Sequence[Judged]) -> Report:
    return library.report_of(gathered, judged, redacted=True)


def _anonymous(material: Material, redactor: Redactor) -> Material:
    """A certificate under its file's last name, and with look-alikes for whom it was issued to."""
    file = base_name(material.file) if material.file else ""
    name = material.name
    if material.file and name.startswith(material.file):
        name = file + name[len(material.file) :]
    return material._replace(
        name=base_name(name) if not material.file else name,
        file=file,
        subject=_of_names(material.subject, redactor),
        issuer=_of_names(material.issuer, redactor),
    )


def _of_names(text: str, redactor: Redactor) -> str:
    """A distinguished name (RFC 4514), with other values under the same attributes."""
    return re.sub(r"(?<==)[^,+]+", lambda match: redactor.value(match[0]), text)


# --- what is told, to be compared ----------------------------------------------------------------------------------------


def _told(judged: Judged) -> tuple[Any, ...]:
    """What a diagnosis says, apart from the values it says it of."""
    diagnosis, signature = judged.diagnosis, judged.signature
    findings = sorted((f.rule, f.variant, f.severity, f.effect, str(f.at)) for f in judged.found.findings)
    return (
        judged.verdict,
        tuple((cause.cause, cause.standing) for cause in diagnosis.causes),
        tuple(findings),
        frozenset(diagnosis.ruled_out),
        diagnosis.symptom,
        signature.status,
        signature.reason,
        judged.chosen.name,
        judged.case.kind,
    )


def _relaxations(judged: Sequence[Judged]) -> list[dict[str, int]]:
    """What more to keep, one attempt after the other, while the diagnosis is not the same."""
    names = [f"{exhibit}.{name}" for exhibit in ("header", "payload") for name in _members(judged, exhibit)]
    likely = [name for name in names if name in _LIKELY]
    found = [str(f.at) for each in judged for f in each.found.findings if str(f.at) in names]
    order = list(dict.fromkeys([*found, *likely]))[:_MOST_RELAXED]
    return [{}, {"payload.sub": 1}, *({name: 2} for name in order), dict.fromkeys(names, 2)]


_LIKELY = ("payload.sub", "payload.iss", "header.x5t", "header.x5t#S256", "header.kid", "header.x5c", "payload.aud")
_MOST_RELAXED = 8


def _members(judged: Sequence[Judged], exhibit: str) -> list[str]:
    return list(
        dict.fromkeys(name for each in judged for name in (each.case.header if exhibit == "header" else each.case.claims))
    )


# --- the redaction -------------------------------------------------------------------------------------------------------


class _Attempt:
    """Redacts one text, as often as it takes."""

    def __init__(self, key: bytes, hosts: bool, text: str, gathered: Gathered, judged: Sequence[Judged]) -> None:
        self._key, self._hosts, self._text = key, hosts, text
        self._judged = judged
        self._subjects = gathered.subjects
        known = catalog.load()
        self._keep = frozenset(value for each in judged for value in _of_nobody(known, each))
        self._vocabulary = _vocabulary(known, judged, hosts)

    def redacted(self, untouched: Mapping[str, int]) -> tuple[Redactor, str]:
        """The redactor, which then knows every identifier of the text, and the text."""
        redactor = Redactor(self._key, self._keep, self._hosts, self._vocabulary, untouched)
        pastes: list[Paste] = []
        statements: list[bytes | None] = []
        for subject in self._subjects:
            if isinstance(subject, Sketch):
                redactor.learn(_signed(subject))
            elif subject is not None and subject.text:
                redactor.token(subject.text)
        for subject, judged in zip(self._subjects, self._judged, strict=True):
            if isinstance(subject, Paste):
                pastes.append(subject)
                statements.append(write(_stated(judged, redactor)) if judged.case.token is not None else None)
        return redactor, redactor.text(self._text, pastes, statements)


def _signed(sketch: Sketch) -> list[tuple[str, str]]:
    """Values that source code would sign, by their place."""
    members = [("header", sketch.header), ("payload", sketch.claims)]
    return [(f"{exhibit}.{name}", value) for exhibit, each in members for name, value in each.items() if isinstance(value, str)]


def _of_nobody(known: Catalog, judged: Judged) -> list[str]:
    """Values that a rule found to be nobody's."""
    found = [f.at.path for f in judged.found.findings if f.rule in known.rules and known.rules[f.rule].reveals_nothing]
    return [value for path in found if isinstance(value := judged.case.claims.get(path), str)]


def _vocabulary(known: Catalog, judged: Sequence[Judged], hosts: bool) -> Vocabulary:
    """What the profiles at hand call their own, and the labels of hosts that a user's name repeats."""
    profiles = list({each.case.profile.name: each.case.profile for each in judged}.values()) or list(known.profiles.values())
    tables = [profile.settings.get("identifiers", {}) for profile in known.profiles.values()]
    words = {word for profile in known.profiles.values() for word in profile.settings.get("subject", {}).get("sandbox_words", ())}
    words |= set(known.profiles)
    if not hosts:
        words |= {label for each in judged for label in _sandboxes(each, profiles)}
    return Vocabulary(
        prefixes=tuple(each for table in tables for each in table.get("prefixes", ())),
        literals=frozenset(each for table in tables for each in table.get("literals", ())),
        words=frozenset(words),
        own_hosts=tuple(host.pattern.compiled for profile in known.profiles.values() for host in profile.hosts),
    )


def _sandboxes(judged: Judged, profiles: Sequence[Profile]) -> list[str]:
    values = [judged.case.endpoint, judged.case.claims.get("aud")]
    found = [address(each) for each in values if isinstance(each, str)]
    places = [locate(profile, each.host) for each in found if each is not None for profile in profiles]
    return [place.sandbox for place in places if place is not None and place.sandbox]


def _stated(judged: Judged, redactor: Redactor) -> Stated:
    """What the rules said of the signature and of the keys."""
    known, found, case, signature = catalog.load(), judged.found, judged.case, judged.signature
    told = {name for name, rule in known.rules.items() if is_stated(CHECKS[rule.check].needs, CHECKS[rule.check].reads)}
    hits: dict[str, tuple[Hit, ...]] = {}
    for each in found.findings:
        if each.rule in told:
            hits[each.rule] = (*hits.get(each.rule, ()), Hit(each.at, _facts(each, redactor), each.variant))
    before = case.stated
    masks = {name: CHECKS[known.rules[name].check].mask for name in told}
    asked = {name for name in told if (before.speaks_of(name) if before is not None else case.has & masks[name] == masks[name])}
    return Stated(
        signature.status,
        signature.reason,
        redactor.prose(signature.certificate),
        signature.sha256,
        redactor.prose(signature.expected),
        redactor.prose(signature.signer),
        signature.remains,
        frozenset(found.clear) & told,
        {name: why for name, why in found.skipped if name in asked},
        hits,
    )


def _facts(finding: Finding, redactor: Redactor) -> dict[str, Any]:
    """The facts of a finding, redacted. What stood in a claim when it was signed is as much somebody's as what stands there now."""
    exhibit, path = finding.at
    facts: dict[str, Any] = {}
    for name, value in finding.facts.items():
        if not isinstance(value, str):
            facts[name] = value if isinstance(value, int) else str(value)
        elif exhibit in ("header", "payload") and len(value) > 1 and value[0] == value[-1] == '"':
            facts[name] = f'"{redactor.claim(exhibit, (path,), value[1:-1])}"'
        elif value and name == "value" and exhibit in ("header", "payload"):
            facts[name] = redactor.claim(exhibit, (path,), value)
        else:
            facts[name] = redactor.prose(value)
    return facts
