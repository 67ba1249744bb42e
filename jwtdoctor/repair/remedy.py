"""What would mend this finding? The verbs of a rule's repair, made into edits of a draft. RFC 7519 §4.1, RFC 7518 §3.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..case import Case
from ..catalog import Remedy, Rule
from ..checks.audience import of_endpoint
from ..engine import CALLED, fill
from ..keys import Material
from ..model import Finding
from ..oracle import serves
from . import draft as drafts
from .draft import DONE, ENDPOINT, SEND, SIGN, Draft
from .plan import ABSENT

_TEMPLATE = re.compile(r"\{(\w+)\}")
_URL = re.compile(r"https?://[^\s<>…]+\Z")
_LIFETIME = 180
"""Seconds a new assertion lives where the profile does not say."""


class Way(NamedTuple):
    """One way to mend one finding, as edits of one draft."""

    finding: Finding
    edits: Mapping[str, Any]
    says: str
    standard: bool
    given: bool = False
    """Its value was supplied for this, so it is put in whatever comes of it."""


class Known(NamedTuple):
    """What the remedies may draw on."""

    case: Case
    rules: Mapping[str, Rule]
    given: Mapping[str, Any]
    """Values by path that the user has supplied for what a remedy asks for."""
    keys: tuple[Material, ...] = ()
    """The public halves of keys that may sign, where some are known."""


def remedies(rules: Mapping[str, Rule], finding: Finding) -> tuple[Remedy, ...]:
    """What the finding's rule knows of its repair."""
    rule = rules.get(finding.rule)
    variant = None if rule is None else rule.variants.get(finding.variant) or rule.variants.get("")
    return () if variant is None else variant.repair


def ways(known: Known, finding: Finding, draft: Draft, seen: Case) -> list[Way]:
    """All ways that change something here, the preferred one first; ``seen`` is the case of the draft."""
    facts = {**finding.facts, CALLED: of_endpoint(seen)}
    found = []
    for remedy in remedies(known.rules, finding):
        edits = _edits(known, remedy, finding, facts, draft)
        if edits is not None and any(
            drafts.value(draft, path) != new or _retyped(draft, path, new) for path, new in edits.items()
        ):
            found.append(Way(finding, edits, fill(remedy.says, facts), remedy.standard, bool(remedy.ask)))
    return found


def _retyped(draft: Draft, path: str, new: Any) -> bool:
    return type(drafts.value(draft, path)) is not type(new)


def needs(rules: Mapping[str, Rule], finding: Finding) -> str:
    """What only somebody else can supply, or why nothing here mends it."""
    for remedy in remedies(rules, finding):
        if remedy.ask:
            asked = fill(remedy.ask, finding.facts)
            # The option is one of the command that makes an assertion anew; those that only show the repair have none.
            return f"{asked} (jwtdoctor mint {remedy.option})" if remedy.option else asked
        if remedy.none:
            return fill(remedy.none, finding.facts)
    if any(remedy.fresh for remedy in remedies(rules, finding)):
        return "the time (--now)"
    return finding.help


def _edits(known: Known, remedy: Remedy, finding: Finding, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    """The edits of one remedy; ``None`` where a value for it is not known."""
    edits: dict[str, Any] = {}
    if remedy.none:
        return None
    if remedy.ask:
        path = _place(finding)
        return {path: known.given[path]} if path in known.given else None
    for read in (_set, _settings, _moves, _times, _trimmed):
        some = read(known, remedy, facts, draft)
        if some is None:
            return None
        edits |= some
    edits |= {path: ABSENT for template in remedy.remove if drafts.value(draft, path := _filled(template, facts)) is not ABSENT}
    edits |= {SEND: DONE} if remedy.send else {}
    edits |= {SIGN: DONE} if remedy.sign else {}
    return edits or None


def _place(finding: Finding) -> str:
    """The path whose value a finding is about; of an endpoint the whole, whichever part of it is named."""
    return ENDPOINT if finding.at.exhibit == ENDPOINT else str(finding.at)


def _filled(template: str, facts: Mapping[str, Any]) -> str:
    return _TEMPLATE.sub(lambda match: str(facts.get(match[1], "")), template)


def _set(known: Known, remedy: Remedy, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    found = {}
    for path, template in remedy.set.items():
        whole = _TEMPLATE.fullmatch(template) if isinstance(template, str) else None
        new = facts.get(whole[1]) if whole else _filled(template, facts) if isinstance(template, str) else template
        # Where nothing better is known some facts are words, such as "the org's My Domain": no value to put in.
        if new in ("", None) or (path in (ENDPOINT, "payload.aud") and not (isinstance(new, str) and _URL.match(new))):
            return None
        found[_filled(path, facts)] = new
    return found


def _settings(known: Known, remedy: Remedy, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    found = {}
    for path, name in remedy.setting.items():
        listed = known.case.profile.settings.get(name)
        values: list[Any] = listed if isinstance(listed, list) else [listed]
        able = fitting(known, values) or values
        if drafts.value(draft, path) not in able:
            found[path] = able[0]
    return found


def fitting(known: Known, algorithms: Iterable[str]) -> list[str]:
    """The algorithms that a key at hand can sign with; all, where none is known."""
    return [each for each in algorithms if not known.keys or any(serves(each, key) for key in known.keys)]


def _moves(known: Known, remedy: Remedy, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    """All at once: what stood at the old paths goes to the new ones, and what nothing comes to is empty."""
    pairs = [(_filled(old, facts), _filled(new, facts)) for old, new in remedy.move.items()]
    pairs = [(old, new) for old, new in pairs if old != new and not new.endswith(".") and drafts.value(draft, old) is not ABSENT]
    if remedy.move and not pairs:
        return None
    gone: dict[str, Any] = {old: ABSENT for old, _ in pairs}
    return {**gone, **{new: drafts.value(draft, old) for old, new in pairs}}


def _times(known: Known, remedy: Remedy, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    if not remedy.fresh:
        return {}
    moment = known.case.moment
    return None if moment is None else {path: fresh(known.case, path) for path in (_filled(each, facts) for each in remedy.fresh)}


def fresh(case: Case, path: str) -> int:
    """The time for a path as of the moment of judgement, epoch seconds."""
    lifetime = int(case.profile.settings.get("signing_lifetime", _LIFETIME)) if path == "payload.exp" else 0
    return (case.moment or 0) + lifetime


def _trimmed(known: Known, remedy: Remedy, facts: Mapping[str, Any], draft: Draft) -> dict[str, Any] | None:
    """White space inside a value is left alone: run together, a secret would no longer be known for one."""
    found = {path: drafts.value(draft, path) for path in remedy.trim}
    return {path: old.strip() for path, old in found.items() if isinstance(old, str) and len(old.split()) == 1}
