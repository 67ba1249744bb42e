"""What did each rule say? Binds rules to checks and asks every one: found, clear, skipped because, or broke.

A rule that fails is reported and takes no other down; nothing stops at the first error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from . import statement
from .case import NEEDS, Case
from .catalog import Catalog, CatalogError, Profile, Remedy, Rule, Variant, line_of
from .checks import CHECKS, Check, Fingerprints, take
from .model import Broken, Finding, Hit, Origin, Skipped, frozen
from .statement import Stated
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


class Group(NamedTuple):
    """Rules that read the same, with the answers remembered for what was read."""

    reads: tuple[str, ...]
    bound: tuple[Bound, ...]
    remembered: dict[Hashable, Quiet]


class Quiet(NamedTuple):
    """Answers without any finding: only these are remembered, because findings speak of a token's own values."""

    clear: tuple[str, ...]
    skipped: tuple[tuple[str, Skipped], ...]


REMEMBERED = 4096
"""Fingerprints kept per group; then it starts afresh."""


_CHANGING = frozenset({"sub", "times"})
"""Fingerprints in which the tokens of one app differ."""
_DEPLOYMENT = NEEDS["project"][0] | NEEDS["environment"][0]
"""Exhibits of a deployment; an assertion by itself comes without them, and its report does not list what they might show."""
_NO_TOKEN = NEEDS["source"][0] | _DEPLOYMENT
_FIRST, _SECOND = sorted(map(Fingerprints._fields.index, _CHANGING))


class Engine:
    """The rules of a catalogue under one profile. What it remembers never changes an answer, so threads may share it."""

    def __init__(self, catalog: Catalog, profile: Profile, *, only: Iterable[str] | None = None) -> None:
        """Bind the rules that speak for ``profile``; raises CatalogError for a rule that no check can serve."""
        chosen = None if only is None else frozenset(only)
        self.profile = profile
        bound = [
            bind(rule, profile)
            for rule in catalog.rules.values()
            if (chosen is None or rule.name in chosen) and _speaks_for(rule, profile)
        ]
        readings: dict[tuple[str, ...], list[Bound]] = {}
        for each in bound:
            # What needs source code, a project or a config is skipped of every token, whatever else it would read.
            reads = ("has",) if each.mask & _NO_TOKEN else CHECKS[each.rule.check].reads
            readings.setdefault(reads, []).append(each)
        self._groups = tuple(
            (itemgetter(0, *map(Fingerprints._fields.index, reads)), Group(reads, tuple(rules), {}))
            for reads, rules in readings.items()
        )
        steady = [pair for pair in self._groups if pair[1].reads and _CHANGING.isdisjoint(pair[1].reads)]
        self._steady = tuple(steady)
        self._others = tuple(pair for pair in self._groups if pair not in steady)
        """Groups that read what the tokens of one app have in common, and the others."""
        self._all_read = all(group.reads for _, group in self._groups)
        self._order = {each.rule.name: at for at, each in enumerate(one for _, group in self._groups for one in group.bound)}
        self._alike: dict[tuple[Hashable, ...], Answers] = {}
        self._common: dict[tuple[Hashable, ...], Quiet] = {}
        self._same: dict[Quiet, Quiet] = {}
        self._whole: dict[tuple[int, ...], Answers] = {}

    def examine(self, case: Case) -> Answers:
        """Ask every rule, or remember what it said of a case that is alike in all that it reads."""
        prints = take(case) if case.stated is None else None
        if prints is None:
            return self._together([], [ask(group.bound, case) for _, group in self._groups])
        alike = self._alike.get(prints)
        if alike is not None:
            return alike
        common = (*prints[:_FIRST], *prints[_FIRST + 1 : _SECOND], *prints[_SECOND + 1 :])
        steady = self._common.get(common)
        quiet: list[Quiet] = [] if steady is None else [steady]
        loud: list[Answers] = []
        if steady is None:
            self._ask(self._steady, case, prints, quiet, loud)
            if not loud and None not in common:
                one = self._together(quiet, loud)
                steady = Quiet(one.clear, one.skipped)
                steady = self._same.setdefault(steady, steady)
                _remember(self._common, common, steady)
        self._ask(self._others, case, prints, quiet, loud)
        if len(loud) > 1:
            loud.sort(key=lambda each: self._order[(each.findings or each.broke)[0].rule])
        whole = self._together(quiet, loud)
        if not loud and None not in prints and self._all_read:
            _remember(self._alike, prints, whole)
        return whole

    def _ask(
        self,
        groups: tuple[tuple[Callable[[Fingerprints], Any], Group], ...],
        case: Case,
        prints: Fingerprints,
        quiet: list[Quiet],
        loud: list[Answers],
    ) -> None:
        """What each group says, or was remembered to say, goes to ``quiet`` or to ``loud``."""
        for pick, group in groups:
            key = pick(prints)
            known = group.remembered.get(key)
            if known is None:
                answers = ask(group.bound, case)
                if answers.findings or answers.broke:
                    loud.append(answers)
                    continue
                known = Quiet(answers.clear, answers.skipped)
                known = self._same.setdefault(known, known)
                if group.reads and None not in key:
                    _remember(group.remembered, key, known)
            quiet.append(known)

    def _together(self, quiet: list[Quiet], loud: list[Answers]) -> Answers:
        """One answer of all groups; where nothing was found, the very same one as last time."""
        key = tuple(map(id, quiet))
        whole = self._whole.get(key)
        if whole is None:
            # Interned for good in _same, a handful by nature, so an id stands for the value as long as this engine lives.
            clear = sorted((name for each in quiet for name in each.clear), key=self._order.__getitem__)
            skipped = sorted((pair for each in quiet for pair in each.skipped), key=lambda pair: self._order[pair[0]])
            whole = self._whole[key] = Answers((), tuple(clear), tuple(skipped), ())
        if not loud:
            return whole
        return Answers(
            tuple(f for each in loud for f in each.findings),
            whole.clear + tuple(n for each in loud for n in each.clear),
            whole.skipped + tuple(s for each in loud for s in each.skipped),
            tuple(b for each in loud for b in each.broke),
        )


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value


def ask(bound: Iterable[Bound], case: Case) -> Answers:
    """Ask every rule of a group; a rule that fails is told, and the others are asked all the same."""
    if case.stated is not None:
        bound = (replayed(each, case, case.stated) for each in bound)
    has = case.has
    findings: list[Finding] = []
    clear: list[str] = []
    skipped: list[tuple[str, Skipped]] = []
    broke: list[Broken] = []
    for rule, run, params, mask, needs, variants in bound:
        if has & mask != mask:
            if has & _DEPLOYMENT or not mask & _DEPLOYMENT:
                skipped.append((rule.name, _missing(has, needs)))
            continue
        untold = _untold(case, rule, params) if case.unknown else ""
        try:
            outcome = run(case, params)
            if isinstance(outcome, Skipped):
                skipped.append((rule.name, outcome))
                continue
            found = False
            for hit in outcome:
                if untold and str(hit.at) in case.unknown:
                    continue
                findings.append(phrase(rule, variants, hit, case.origins))
                found = True
            if not found and untold:
                # What was seen speaks for nothing, and what was not seen might.
                skipped.append((rule.name, Skipped(f"the code does not show {untold}", "source")))
            elif not found:
                clear.append(rule.name)
        except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
            broke.append(Broken(rule.name, f"{type(error).__name__}: {safe(error)}"))
    return Answers(tuple(findings), tuple(clear), tuple(skipped), tuple(broke))


def replayed(bound: Bound, case: Case, stated: Stated) -> Bound:
    """The rule, answering what is stated of it where its check looks at what a redacted token no longer has."""
    check, name = CHECKS[bound.rule.check], bound.rule.name
    if not statement.is_stated(check.needs, check.reads):
        return bound
    if statement.is_of_certificate(check.needs, check.reads) and case.has & bound.mask == bound.mask:
        return bound
    outcome: Iterable[Hit] | Skipped
    if name in stated.hits:
        known = [hit for hit in stated.hits[name] if hit.variant in bound.variants or "" in bound.variants]
        outcome = [_of_check(hit, check) for hit in known]
    elif statement.is_partly_of_signature(check.needs, check.reads):
        return bound._replace(run=lambda case, params: _beside_signature(bound.run(case, params)))
    elif name in stated.clear:
        outcome = ()
    elif name in stated.skipped:
        outcome = stated.skipped[name]
    elif statement.looks_at_signature(check.needs, check.reads):
        return bound._replace(run=lambda case, params: statement.TAKEN_OUT)
    else:
        return bound
    words = bound.variants if stated.witnessed else {n: _as_stated(v) for n, v in bound.variants.items()}
    return bound._replace(run=lambda case, params: outcome, mask=0, variants=words)


def _beside_signature(outcome: Iterable[Hit] | Skipped) -> Iterable[Hit] | Skipped:
    """What a check sees in the rest of the token: no statement can hide that, and the statement itself is no signature."""
    return outcome if isinstance(outcome, Skipped) else [hit for hit in outcome if hit.at.exhibit != "signature"]


def _of_check(hit: Hit, check: Check) -> Hit:
    return hit._replace(facts={name: hit.facts.get(name, "") for name in sorted(check.facts)})


def _as_stated(variant: Variant) -> Variant:
    return variant._replace(says=variant.says._replace(headline=f"{variant.says.headline} ({statement.TOLD})"))


def _speaks_for(rule: Rule, profile: Profile) -> bool:
    if rule.profiles and profile.name not in rule.profiles:
        return False
    check = CHECKS.get(rule.check)
    return check is None or all(each in profile.settings for each in check.settings)


_READ_AS = {"times": "payload.exp", "iss": "payload.iss", "sub": "payload.sub", "aud": "payload.aud", "header": "header.alg"}
"""What a check says it reads → the value of a sketch that it cannot do without."""


def _untold(case: Case, rule: Rule, params: Any) -> str:
    """The value this rule is about and the source does not show, for a message; empty when all it reads is known."""
    claim = getattr(params, "claim", None)
    paths = [f"payload.{claim}"] if claim is not None else [_READ_AS.get(each, each) for each in CHECKS[rule.check].reads]
    return next((f"`{path.rpartition('.')[2]}`" for path in paths if path in case.unknown), "")


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
        raise CatalogError(f"{line_of(rule, rule.check)}: no check is called {rule.check!r}")
    variants = {
        name: _weighed(variant, profile.weights.get(f"{rule.name}/{name}", profile.weights.get(rule.name, {})))
        for name, variant in rule.variants.items()
    }
    return Bound(rule, check.run, make_params(rule, check), check.mask, check.needs, variants)


def _weighed(variant: Variant, weight: Mapping[str, str]) -> Variant:
    changes = {key: weight[key] for key in ("severity", "effect", "confidence", "because") if key in weight}
    return variant._replace(**changes) if changes else variant  # type: ignore[arg-type]


_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def make_params(rule: Rule, check: Check) -> Any:
    """The check's parameters from the rule's table, typed. Raises CatalogError for strangers, gaps and wrong types."""
    wanted: Mapping[str, Any] = check.params.__annotations__

    def refuse(told: str) -> CatalogError:
        return CatalogError(f"{line_of(rule, 'params')}: params: {told}")

    strangers = rule.params.keys() - wanted.keys()
    gaps = wanted.keys() - rule.params.keys()
    if strangers or gaps:
        told = f"unknown {', '.join(sorted(strangers))}" if strangers else f"missing {', '.join(sorted(gaps))}"
        raise refuse(f"{told}; {check.name} takes {', '.join(wanted) or 'none'}")
    values = {}
    for name, value in rule.params.items():
        kind = type_name(wanted[name])
        if kind.startswith("tuple"):
            if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
                raise refuse(f"`{name}` must be a list of strings")
            value = tuple(value)
        elif type(value) is not _TYPES.get(kind, str):
            raise refuse(f"`{name}` must be {kind}")
        values[name] = value
    return check.params(**values)


def type_name(annotation: Any) -> str:
    """The name of a parameter's type, whether its module postpones annotations or not."""
    return str(getattr(annotation, "__forward_arg__", None) or getattr(annotation, "__name__", annotation))


_FIELD = re.compile(r"\{(\w+)\}")


def fields(template: str) -> set[str]:
    """The facts a sentence speaks of."""
    return set(_FIELD.findall(template))


def audit(catalog: Catalog) -> None:
    """Refuse sentences that speak of facts their check does not give, wordings a check never asks for, and the reverse.

    Done whenever the catalogue is read from its sources, so an edited rule is told at once; the compiled one was audited when
    it was tested. Raises CatalogError with file and line.
    """
    worded: dict[str, set[str]] = {}
    for rule in catalog.rules.values():
        check = CHECKS.get(rule.check)

        def refuse(word: str, told: str, rule: Rule = rule) -> CatalogError:
            return CatalogError(f"{line_of(rule, word)}: {told}")

        if check is None:
            raise refuse(rule.check, f"no check is called {rule.check!r}; known are {', '.join(sorted(CHECKS))}")
        make_params(rule, check)
        worded.setdefault(rule.check, set()).update(check.variants if "" in rule.variants else rule.variants)
        for name in sorted(rule.variants.keys() - check.variants - {""}):
            raise refuse(f"[variant.{name}]", f"{check.name} has no wording {name!r}; it has {', '.join(sorted(check.variants))}")
        for name, variant in rule.variants.items():
            for word in sorted(set().union(*(fields(text) for text in variant.says)) - check.facts):
                raise refuse(f"{{{word}}}", f"wording {name!r} speaks of {word!r}; facts are {', '.join(sorted(check.facts))}")
            for remedy in variant.repair:
                _audit_remedy(catalog, remedy, check, refuse)
    for name, check in CHECKS.items():
        missing = check.variants - worded[name] if name in worded else ()
        if missing:
            raise CatalogError(f"rules/: no rule has words for {', '.join(sorted(missing))} of the check {name!r}")


CALLED = "called"
"""A fact that every repair may speak of: the audience that goes with the endpoint called."""


def _audit_remedy(catalog: Catalog, remedy: Remedy, check: Check, refuse: Callable[[str, str], CatalogError]) -> None:
    pairs = [str(pair) for table in (remedy.set, remedy.move, remedy.setting) for pair in table.items()]
    texts = [remedy.ask, remedy.none, remedy.says, *remedy.remove, *remedy.fresh, *remedy.trim, *pairs]
    for word in sorted(set().union(*map(fields, texts)) - check.facts - {CALLED}):
        raise refuse(f"{{{word}}}", f"a repair speaks of {word!r}; facts are {', '.join(sorted(check.facts | {CALLED}))}")
    for name in sorted(set(remedy.setting.values())):
        if not any(name in profile.settings for profile in catalog.profiles.values()):
            raise refuse(name, f"a repair takes the setting {name!r}, which no profile has")


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """A sentence of the catalogue with the facts in it, each fit to be shown."""
    return _FIELD.sub(lambda m: safe(facts.get(m[1], "")), template) if template else ""


NOWHERE: Mapping[str, Origin] = {}


def phrase(rule: Rule, variants: Mapping[str, Variant], hit: Hit, origins: Mapping[str, Origin] = NOWHERE) -> Finding:
    """A hit in its rule's words and weight; of a value that was read from a text also where in it that stands."""
    variant = variants.get(hit.variant) or variants[""]
    facts = hit.facts
    says = variant.says
    return Finding(
        rule=rule.name,
        variant=hit.variant,
        severity=variant.severity,
        effect=variant.effect,
        confidence=variant.confidence,
        at=hit.at,
        message=fill(says.headline, facts),
        label=fill(says.label, facts),
        note=fill(says.note, facts),
        help=fill(says.help, facts),
        facts=frozen(facts),
        because=variant.because,
        explains=variant.explains,
        remains=variant.remains,
        origin=hit.origin or (origins.get(str(hit.at)) or origins.get(hit.at.exhibit) if origins else None),
    )
