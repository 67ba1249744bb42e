"""What did each rule say? Binds rules to checks and asks every one: found, clear, skipped because, or broke.

A rule that fails is reported and takes no other down; nothing stops at the first error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .case import NEEDS, Case
from .catalog import Catalog, CatalogError, Profile, Rule, Variant
from .checks import CHECKS, Check
from .model import Broken, Finding, Hit, Skipped
from .visible import safe


class Answers(NamedTuple):
    """What the rules said about one case."""

    findings: tuple[Finding, ...]
    clear: tuple[str, ...]
    skipped: tuple[tuple[str, Skipped], ...]
    broke: tuple[Broken, ...]


class Bound(NamedTuple):
    """A rule ready to be asked."""

    rule: Rule
    run: Callable[[Case, Any], Iterable[Hit] | Skipped]
    params: Any
    mask: int
    needs: tuple[str, ...]
    variants: Mapping[str, Variant]
    """The rule's wordings with the profile's weights."""


class Engine:
    """The rules of a catalogue under one profile. Holds no state of a case, so threads may share it."""

    def __init__(self, catalog: Catalog, profile: Profile, *, only: Iterable[str] | None = None) -> None:
        """Bind the rules that speak for ``profile``; raises CatalogError for a rule that no check can serve."""
        chosen = None if only is None else frozenset(only)
        self.profile = profile
        self.bound = tuple(
            bind(rule, profile)
            for rule in catalog.rules.values()
            if (chosen is None or rule.name in chosen) and _speaks_for(rule, profile)
        )

    def examine(self, case: Case) -> Answers:
        """Ask every rule."""
        has = case.has
        findings: list[Finding] = []
        clear: list[str] = []
        skipped: list[tuple[str, Skipped]] = []
        broke: list[Broken] = []
        for rule, run, params, mask, needs, variants in self.bound:
            if has & mask != mask:
                skipped.append((rule.name, _missing(has, needs)))
                continue
            try:
                outcome = run(case, params)
                if type(outcome) is Skipped:
                    skipped.append((rule.name, outcome))
                    continue
                found = False
                for hit in outcome:  # type: ignore[union-attr]
                    findings.append(phrase(rule, variants, hit))  # type: ignore[arg-type]
                    found = True
                if not found:
                    clear.append(rule.name)
            except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
                broke.append(Broken(rule.name, f"{type(error).__name__}: {safe(error)}"))
        return Answers(tuple(findings), tuple(clear), tuple(skipped), tuple(broke))


def _speaks_for(rule: Rule, profile: Profile) -> bool:
    if rule.profiles and profile.name not in rule.profiles:
        return False
    check = CHECKS.get(rule.check)
    return check is None or all(each in profile.settings for each in check.settings)


_MISSING: dict[tuple[int, tuple[str, ...]], Skipped] = {}


def _missing(has: int, needs: tuple[str, ...]) -> Skipped:
    key = (has, needs)
    found = _MISSING.get(key)
    if found is None:
        name = next(each for each in needs if not has & NEEDS[each][0])
        if name in ("header", "claims", "signature") and not has & NEEDS["paste"][0]:
            name = "paste"
        found = _MISSING[key] = Skipped(f"needs {NEEDS[name][1]}", {"paste": "assertion"}.get(name, name))
    return found


def bind(rule: Rule, profile: Profile) -> Bound:
    """Find the rule's check and apply the profile's weights. Raises CatalogError."""
    check = CHECKS.get(rule.check)
    if check is None:
        raise CatalogError(f"rules/{rule.group}/{rule.name}.toml: no check is called {rule.check!r}")
    variants = {
        name: _weighed(variant, profile.weights.get(f"{rule.name}/{name}", profile.weights.get(rule.name, {})))
        for name, variant in rule.variants.items()
    }
    return Bound(rule, check.run, make_params(rule, check), check.mask, check.needs, variants)


def _weighed(variant: Variant, weight: Mapping[str, str]) -> Variant:
    changes = {key: weight[key] for key in ("severity", "effect", "confidence") if key in weight}
    return variant._replace(**changes) if changes else variant  # type: ignore[arg-type]


_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def make_params(rule: Rule, check: Check) -> Any:
    """The check's parameters from the rule's table, typed. Raises CatalogError for strangers, gaps and wrong types."""
    wanted: Mapping[str, Any] = check.params.__annotations__
    where = f"rules/{rule.group}/{rule.name}.toml: params"
    strangers = rule.params.keys() - wanted.keys()
    gaps = wanted.keys() - rule.params.keys()
    if strangers or gaps:
        told = f"unknown {', '.join(sorted(strangers))}" if strangers else f"missing {', '.join(sorted(gaps))}"
        raise CatalogError(f"{where}: {told}; {check.name} takes {', '.join(wanted) or 'none'}")
    values = {}
    for name, value in rule.params.items():
        kind = str(getattr(wanted[name], "__forward_arg__", wanted[name]))
        if kind.startswith("tuple"):
            if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
                raise CatalogError(f"{where}: `{name}` must be a list of strings")
            value = tuple(value)
        elif type(value) is not _TYPES.get(kind, str):
            raise CatalogError(f"{where}: `{name}` must be {kind}")
        values[name] = value
    return check.params(**values)


_FIELD = re.compile(r"\{(\w+)\}")


def fields(template: str) -> set[str]:
    """The facts a sentence speaks of."""
    return set(_FIELD.findall(template))


def audit(catalog: Catalog) -> None:
    """Refuse sentences that speak of facts their check does not give, wordings a check never asks for, and the reverse.

    Done when the catalogue is tested, not at every start. Raises CatalogError.
    """
    worded: dict[str, set[str]] = {}
    for rule in catalog.rules.values():
        check = CHECKS.get(rule.check)
        where = f"rules/{rule.group}/{rule.name}.toml"
        if check is None:
            raise CatalogError(f"{where}: no check is called {rule.check!r}; known are {', '.join(sorted(CHECKS))}")
        make_params(rule, check)
        worded.setdefault(rule.check, set()).update(check.variants if "" in rule.variants else rule.variants)
        strangers = rule.variants.keys() - check.variants - {""}
        if strangers:
            raise CatalogError(f"{where}: {check.name} has no wording {', '.join(sorted(strangers))}; it has {', '.join(sorted(check.variants))}")
        for name, variant in rule.variants.items():
            unknown = set().union(*(fields(text) for text in variant.says)) - check.facts
            if unknown:
                raise CatalogError(f"{where}: wording {name!r} speaks of {', '.join(sorted(unknown))}; facts are {', '.join(sorted(check.facts))}")
    for name, check in CHECKS.items():
        missing = check.variants - worded.get(name, set())
        if missing:
            raise CatalogError(f"no rule has words for {', '.join(sorted(missing))} of the check {name!r}")


def phrase(rule: Rule, variants: Mapping[str, Variant], hit: Hit) -> Finding:
    """A hit in its rule's words and weight."""
    variant = variants.get(hit.variant) or variants[""]
    facts = hit.facts
    says = variant.says

    def fill(template: str) -> str:
        return _FIELD.sub(lambda m: safe(facts.get(m[1], "")), template) if template else ""

    return Finding(
        rule=rule.name,
        variant=hit.variant,
        severity=variant.severity,
        effect=variant.effect,
        confidence=variant.confidence,
        at=hit.at,
        message=fill(says.headline),
        label=fill(says.label),
        note=fill(says.note),
        help=fill(says.help),
        facts=facts,
    )
