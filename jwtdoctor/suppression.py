"""Which findings are excused: by name with a reason, or because they were there before. They are counted and shown, and fail nothing.

Nothing else changes: the verdict and the diagnosis say what they would say without it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .catalog import Catalog, Rule, load
from .model import Finding
from .visible import safe

FORMAT = "jwtdoctor-baseline"
VERSION = 1
BASELINE = "baseline"
"""What :attr:`Finding.excused` says of a finding that was there before."""
LONGEST_REASON = 200
MOST_ENTRIES = 100_000
MOST_NAMES = 10
"""Names that one line tells; the others are counted."""
SHAPE = "NAME='why it may stay', with the NAME of a rule, or RULE/VARIANT"


class NotExcusable(ValueError):
    """What was given excuses nothing; the message says what is wrong with it and what would be accepted."""


class Ignored(NamedTuple):
    """One rule, or one of its wordings, that somebody lets pass for a reason."""

    rule: str
    variant: str
    """Empty for all wordings of the rule."""
    reason: str
    environment: str = ""
    """The only environment in which it holds; empty for everywhere."""

    def covers(self, finding: Finding, environment: str = "") -> bool:
        """Whether this finding is meant."""
        return (
            finding.rule == self.rule
            and self.variant in ("", finding.variant)
            and (not self.environment or self.environment == environment)
        )


class Fingerprint(NamedTuple):
    """What makes a finding the same as last time: names alone, never a value, a moment, a line or a column.

    The wording is one of them: a certificate that ends soon and is known as such counts anew when it has ended.
    """

    rule: str
    variant: str
    at: str
    source: str
    environment: str = ""


class Baseline(NamedTuple):
    """The findings that were there before, and how many there were of each."""

    known: Mapping[Fingerprint, int]


class Examined(NamedTuple):
    """The findings of one result."""

    source: str
    """Its name in a baseline: relative to the folder the baseline lies in, so that it is the same on every machine."""
    findings: tuple[Finding, ...]
    environment: str = ""


class Excused(NamedTuple):
    """What came of it."""

    findings: tuple[tuple[Finding, ...], ...]
    """The findings of every :class:`Examined`, in their order, those that are excused marked so."""
    stale: int
    """Entries of the baseline about what was examined that match nothing any more."""


# --- by name ---------------------------------------------------------------------------------------------------------


def parse_ignores(words: Iterable[str], option: str = "--ignore") -> tuple[Ignored, ...]:
    """Every ``NAME=REASON``. Raises NotExcusable for a name that is no rule's, and where the reason is missing."""
    return tuple(_parsed(word, option) for word in words)


def _parsed(word: str, option: str) -> Ignored:
    name, _, reason = word.partition("=")
    return ignored(name, reason, option=option)


def ignored(name: str, reason: str, environment: str = "", option: str = "--ignore") -> Ignored:
    """One of them; ``option`` is how messages call the place it was given at. Raises NotExcusable."""
    rule, slash, variant = name.strip().partition("/")
    known = load()
    if rule not in known.rules:
        raise NotExcusable(f"{option} {_quoted(name)}: {_stranger(known, rule)}")
    if slash and (variant not in known.rules[rule].variants or not variant):
        raise NotExcusable(f"{option} {_quoted(name)}: {_no_wording(known.rules[rule])}")
    told = " ".join(reason.split())
    if not told:
        raise NotExcusable(f"{option} {_quoted(name)}: no reason is given; accepted: {option} {SHAPE}")
    if len(told) > LONGEST_REASON:
        raise NotExcusable(f"{option} {_quoted(name)}: the reason is longer than {LONGEST_REASON} characters")
    return Ignored(rule, variant, safe(told), environment)


def _quoted(name: str) -> str:
    return repr(safe(name.strip(), 60))


def _stranger(known: Catalog, name: str) -> str:
    from difflib import get_close_matches

    if name in known.unseen:
        return "this is a cause that shows in no token, so there is no finding to ignore; accepted: the name of a rule"
    near = get_close_matches(name, known.rules, n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(near)}?" if near else "`jwtdoctor rules` lists them"
    return f"no rule is called so; {hint}"


def _no_wording(rule: Rule) -> str:
    names = sorted(name for name in rule.variants if name)
    return f"{rule.name} has no such variant; it has {', '.join(names) if names else 'none, so give its name alone'}"


# --- by what was there before ----------------------------------------------------------------------------------------


def fingerprint(finding: Finding, source: str, environment: str = "") -> Fingerprint:
    """What this finding is known by."""
    return Fingerprint(finding.rule, finding.variant, safe(finding.at, 300), source, environment)


def baseline_of(examined: Iterable[Examined]) -> Baseline:
    """All findings that no name excuses, to be excused from now on."""
    counts = Counter(
        fingerprint(finding, each.source, each.environment)
        for each in examined
        for finding in each.findings
        if finding.excused in ("", BASELINE)
    )
    return Baseline(dict(sorted(counts.items())))


def to_text(baseline: Baseline) -> str:
    """The file: JSON, a line for each entry in a fixed order, so that versions of it can be compared."""
    rows = [f"    {json.dumps(_entry(each, count), ensure_ascii=True)}" for each, count in sorted(baseline.known.items())]
    listed = "\n".join(["[", ",\n".join(rows), "  ]"]) if rows else "[]"
    return f'{{\n  "format": "{FORMAT}",\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'


def _entry(each: Fingerprint, count: int) -> dict[str, Any]:
    return {
        "rule": each.rule, "variant": each.variant or None, "at": each.at, "source": each.source,
        "environment": each.environment or None, "count": count,
    }  # fmt: skip


def parse_baseline(text: str) -> Baseline:
    """What :func:`to_text` wrote. Raises NotExcusable for anything else; a rule that is gone since is no fault of the file."""
    document = _json(text)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotExcusable(f'no baseline; accepted: what --write-baseline wrote, JSON with "format": "{FORMAT}"')
    if document.get("version") != VERSION or isinstance(document["version"], bool):
        raise NotExcusable(f"a baseline of version {safe(document.get('version'), 20)}; accepted: version {VERSION}")
    _refuse_strangers(document, {"format", "version", "findings"}, "the baseline")
    entries = document.get("findings")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise NotExcusable(f'"findings" is no list of at most {MOST_ENTRIES} entries')
    counts: Counter[Fingerprint] = Counter()
    for number, entry in enumerate(entries, 1):
        each, count = _read(entry, f"entry {number}")
        counts[each] += count
    return Baseline(dict(counts))


def _json(text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise NotExcusable(f"damaged: no JSON from line {error.lineno}, column {error.colno} on") from None
    except (RecursionError, ValueError):
        raise NotExcusable("damaged: no JSON that can be read") from None


def _refuse_strangers(table: Mapping[str, Any], known: set[str], where: str) -> None:
    stranger = next((name for name in table if name not in known), None)
    if stranger is not None:
        raise NotExcusable(f"{where} has an unknown member {_quoted(stranger)}; accepted: {', '.join(sorted(known))}")


def _read(entry: Any, where: str) -> tuple[Fingerprint, int]:
    if not isinstance(entry, dict):
        raise NotExcusable(f"{where} is no object")
    _refuse_strangers(entry, {"rule", "variant", "at", "source", "environment", "count"}, where)
    words = {name: entry.get(name) for name in ("rule", "variant", "at", "source", "environment")}
    for name, value in words.items():
        if not (isinstance(value, str) and value) and (value is not None or name in ("rule", "at", "source")):
            raise NotExcusable(f'{where}: "{name}" is no text')
    count = entry.get("count", 1)
    if type(count) is not int or not 1 <= count <= MOST_ENTRIES:
        raise NotExcusable(f'{where}: "count" is no whole number from 1 to {MOST_ENTRIES}')
    return Fingerprint(**{name: value or "" for name, value in words.items()}), count


# --- both ------------------------------------------------------------------------------------------------------------


def excuse(examined: Sequence[Examined], ignores: Sequence[Ignored] = (), baseline: Baseline | None = None) -> Excused:
    """Mark what is excused. A name goes before the baseline, which excuses as many alike findings as it has; what only follows from
    findings that are excused is excused with them. Entries about sources that were not examined are neither used nor stale.
    """
    left = dict(baseline.known) if baseline is not None else {}
    marked = tuple(_with_what_follows(tuple(_marked(each, f, ignores, left) for f in each.findings)) for each in examined)
    looked_at = {(each.source, each.environment) for each in examined}
    stale = sum(count > 0 and (each.source, each.environment) in looked_at for each, count in left.items())
    return Excused(marked, stale)


def _marked(examined: Examined, finding: Finding, ignores: Sequence[Ignored], left: dict[Fingerprint, int]) -> Finding:
    for each in ignores:
        if each.covers(finding, examined.environment):
            return finding._replace(excused=each.reason)
    key = fingerprint(finding, examined.source, examined.environment)
    if not left.get(key):
        return finding
    left[key] -= 1
    return finding._replace(excused=BASELINE)


def _with_what_follows(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A finding that others explain stands and falls with them: a reader is shown those alone."""
    if not any(each.excused for each in findings):
        return findings
    return tuple(each if each.excused else each._replace(excused=_inherited(each, findings)) for each in findings)


def _inherited(finding: Finding, findings: tuple[Finding, ...]) -> str:
    causes = [each for each in findings if finding.rule in each.explains and each.confidence != "hint"]
    return causes[0].excused if causes and all(each.excused for each in causes) else ""


def why(finding: Finding) -> str:
    """The excuse in words: ``baseline``, or ``ignored: the reason``; empty where it counts."""
    return f"ignored: {finding.excused}" if finding.excused not in ("", BASELINE) else finding.excused


def told(findings: Iterable[Finding]) -> str:
    """How many are excused, which and why, in one line; empty where none is."""
    return _counted(findings, " excused")


def listed(findings: Iterable[Finding]) -> str:
    """The same, to stand under a word that says what it is about."""
    return _counted(findings, "")


def _counted(findings: Iterable[Finding], what: str) -> str:
    reasons: dict[str, list[str]] = {}
    for each in findings:
        if each.excused:
            reasons.setdefault(why(each), []).append(each.rule)
    count = sum(map(len, reasons.values()))
    groups = "; ".join(f"{_names(names)} ({reason})" for reason, names in reasons.items())
    return f"{count} finding{'s' if count > 1 else ''}{what}: {groups}" if count else ""


def _names(rules: list[str]) -> str:
    counts = Counter(rules)
    names = [name if count == 1 else f"{name} ({count} times)" for name, count in counts.items()]
    more = len(names) - MOST_NAMES
    return ", ".join([*names[:MOST_NAMES], *([f"{more} more"] if more > 0 else [])])


def stale_told(count: int) -> str:
    """That entries of a baseline match nothing any more, in one line; empty where all do."""
    if not count:
        return ""
    return f"{count} {'entries' if count > 1 else 'entry'} of the baseline {'match' if count > 1 else 'matches'} nothing any more"
