"""The answer of a triage: which causes, how often, since when, whose, one example each, and what to do. Frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..catalog import Catalog
from ..visible import safe, scrub
from .seen import NO_TIME
from .tally import Count, by, grouped
from .traits import Group, Traits

FORMAT = "jwtdoctor-triage"
VERSION = 1
MOST_NAMES = 5
"""Names shown of each kind; the others are counted together."""


Rename = Callable[[str, str], str]
"""Takes ``app``, ``host``, ``producer`` or ``file``, and the name."""


class Shown(NamedTuple):
    """A group's first record, redacted."""

    file: str
    line: int
    column: int
    form: str
    when: int | None
    text: str = ""
    """The token with look-alikes for what is personal and without its signature; empty when it could not be redacted."""
    said: str = ""
    summary: str = ""
    help: str = ""
    ask: str = ""
    look: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in a group of the document."""
        return {
            "file": scrub(self.file), "line": self.line, "column": self.column, "form": self.form, "judged_at": moment(self.when),
            "text": self.text or None, "said": self.said or None, "summary": self.summary or None,
        }  # fmt: skip


class Named(NamedTuple):
    """A name of an app, host or program, with what is counted under it; without a name: records that show none."""

    name: str | None
    counted: Count


class Names(NamedTuple):
    """The most frequent names of one kind, and the others together."""

    top: tuple[Named, ...]
    others: int = 0
    """Records under further names."""
    kinds: int = 0
    """How many further names there are; those dropped because there were too many count as one."""

    def to_json(self) -> dict[str, Any]:
        """The names with their counts, the most frequent first."""
        top = [{"name": None if each.name is None else safe(each.name), **dates(each.counted)} for each in self.top]
        return {"top": top, "others": {"names": self.kinds, "count": self.others}}


class Cause(NamedTuple):
    """A group: all records of one cause, or without any, those of one verdict."""

    group: Group
    title: str
    counted: Count
    verdicts: Mapping[str, int]
    answers: Mapping[str, int]
    """Symptoms by name; the empty name: no answer, or one that the catalogue does not know."""
    apps: Names
    hosts: Names
    producers: Names
    example: Shown | None
    help: str

    def to_json(self) -> dict[str, Any]:
        """One entry of ``groups``."""
        example = self.example
        return {
            "cause": self.group.cause, "verdict": self.group.verdict, "title": self.title, **dates(self.counted), "tokens": self.counted.tokens,
            "distinct": self.counted.distinct, "verdicts": dict(self.verdicts), "answers": dict(self.answers), "apps": self.apps.to_json(),
            "hosts": self.hosts.to_json(), "producers": self.producers.to_json(), "help": self.help or None,
            "ask": (example and example.ask) or None, "look": (example and example.look) or None,
            "example": None if example is None else example.to_json(),
        }  # fmt: skip


class Skipped(NamedTuple):
    """An input that was not read, or not to its end."""

    file: str
    why: str
    line: int | None = None
    """The last line that was read of it; ``None``: nothing was."""


class Read(NamedTuple):
    """How much was read."""

    files: int = 0
    bytes: int = 0
    lines: int = 0


class Summary(NamedTuple):
    """Everything a triage found."""

    groups: tuple[Cause, ...]
    others: Count
    """Groups beyond those shown."""
    hidden: int
    """How many those are."""
    total: Count
    records: int
    passed: int
    """Records left out because they are older than ``--since``."""
    clocks: Mapping[str, int]
    severities: Mapping[str, int]
    answers: int
    """Answers without a token among the records, with or without a known meaning."""
    read: Read
    skipped: tuple[Skipped, ...] = ()
    complete: bool = True
    """False when it was stopped before the end."""
    exact: bool = True
    """False when there were more tokens than are remembered, so that ``distinct`` may count some of them twice."""
    redacted: bool = False
    """Whether names of apps, hosts and files are replaced too; examples always are."""
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document of the contract, version 1."""
        return {
            "format": FORMAT, "version": VERSION, "tool": {"name": "jwtdoctor", "version": self.version}, "complete": self.complete,
            "records": self.records, "tokens": self.total.tokens, "distinct": self.total.distinct, "exact": self.exact,
            "first": moment(self.total.first), "last": moment(self.total.last), "older": self.passed,
            "clocks": dict(self.clocks), "severities": dict(self.severities), "read": self.read._asdict(), "redacted": self.redacted,
            "skipped": [
                {"file": scrub(each.file), "why": each.why, "line": each.line} for each in self.skipped
            ],
            "groups": [each.to_json() for each in self.groups],
            "others": {"groups": self.hidden, "count": self.others.records},
        }  # fmt: skip

    def exit_code(self, fail_on: str = "error") -> int:
        """0 nothing at or above ``fail_on``; 1 something; 2 nothing could be read; 3 nothing was there to diagnose."""
        if not self.records and not self.passed:
            return 2 if self.skipped and not self.read.files else 3
        if fail_on == "never":
            return 0
        wanted = ("error",) if fail_on == "error" else ("error", "warning")
        return int(any(self.severities.get(each, 0) for each in wanted))


def moment(seconds: int | None) -> str | None:
    """``2026-11-23T12:00:00Z``; ``None`` where there is no time."""
    if seconds is None or not 0 < seconds < NO_TIME:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def dates(count: Count) -> dict[str, Any]:
    """How often, and when first and last by the time stamps of the log."""
    return {"count": count.records, "first": moment(count.first), "last": moment(count.last)}


def summarize(
    counts: Mapping[Traits, Count],
    examples: Mapping[Group, Shown],
    catalog: Catalog,
    *,
    cause: str | None = None,
    limit: int | None = None,
    rename: Rename | None = None,
) -> Summary:
    """The groups of ``counts``, the largest first; with ``cause`` only that one, at most ``limit`` of them.

    ``rename`` gives the names of apps, hosts, programs and files as they may be shown.
    """
    groups = grouped(dict(counts))
    wanted = [group for group in groups if cause is None or group.cause == cause]
    shown = wanted[: len(wanted) if limit is None else limit]
    members: dict[Group, list[tuple[Traits, Count]]] = {}
    for traits, each in counts.items():
        members.setdefault(traits.group, []).append((traits, each))
    rest = [groups[group] for group in groups if group not in shown]
    return Summary(
        groups=tuple(_cause(group, members[group], examples.get(group), catalog, rename) for group in shown),
        others=_together(rest),
        hidden=len(rest),
        total=_together(groups.values()),
        records=sum(each.records for each in groups.values()),
        passed=0,
        clocks=_by_word((traits.clock, each) for traits, each in counts.items()),
        severities=_by_word((traits.severity, each) for traits, each in counts.items() if traits.severity),
        answers=sum(each.records for traits, each in counts.items() if traits.subject == "answer"),
        read=Read(),
        redacted=rename is not None,
    )


def _together(counts: Iterable[Count]) -> Count:
    whole = Count()
    for each in counts:
        whole = whole.plus(each)
    return whole


def _cause(
    group: Group,
    members: list[tuple[Traits, Count]],
    example: Shown | None,
    catalog: Catalog,
    rename: Rename | None,
) -> Cause:
    return Cause(
        group,
        _title(group, catalog),
        _together(count for _, count in members),
        _by_word((traits.verdict or "", count) for traits, count in members if traits.verdict),
        _by_word((traits.symptom or "", count) for traits, count in members),
        _names("app", ((traits.app, traits.rest, count) for traits, count in members), rename),
        _names("host", ((traits.host, traits.rest, count) for traits, count in members), rename),
        _names("producer", ((traits.producer, traits.rest, count) for traits, count in members), rename),
        example if example is None or rename is None else example._replace(file=rename("file", example.file)),
        (example.help if example is not None else "") or _general_help(group, catalog),
    )


def _title(group: Group, catalog: Catalog) -> str:
    if group.cause is not None:
        return catalog.title_of(group.cause)
    return _WITHOUT_CAUSE[group.verdict]


_WITHOUT_CAUSE: dict[str | None, str] = {
    "accepted": "nothing to object to",
    "undetermined": "nothing known to be refused was found, and not everything could be examined",
    "refused": "refused, and no cause is named",
    None: "an answer that is not in the catalogue",
}


def _general_help(group: Group, catalog: Catalog) -> str:
    unseen = catalog.unseen.get(group.cause or "")
    return unseen.help if unseen is not None else ""


def _by_word(pairs: Iterable[tuple[str, Count]]) -> dict[str, int]:
    return {str(name): count.records for name, count in by(pairs).items()}


def _names(kind: str, found: Iterable[tuple[str | None, bool, Count]], rename: Rename | None) -> Names:
    listed = list(found)
    counts = by((name, count) for name, rest, count in listed if not rest)
    dropped = [count.records for _, rest, count in listed if rest]
    top = [(name, count) for name, count in counts.items()][:MOST_NAMES]
    return Names(
        tuple(Named(rename(kind, name) if rename is not None and name is not None else name, count) for name, count in top),
        sum(each.records for each in counts.values()) - sum(count.records for _, count in top) + sum(dropped),
        len(counts) - len(top) + bool(dropped),
    )
