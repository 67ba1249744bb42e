"""What every format for people says of a triage, in one order and in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..moments import utc
from ..triage.seen import NO_TIME
from ..triage.summary import Cause, Names, Shown, Summary
from ..visible import safe

FEW_FILES = 10
"""Inputs that were not read, told by name."""
CLOCKS = {
    "date": "by the Date of the server's answer", "log": "by the record's time stamp", "log-utc": "by a time stamp without a zone, taken for UTC",
    "file": "by the file's time, for want of a time stamp", "now": "by --now or the clock, for want of a time stamp",
}  # fmt: skip
VERDICTS = {"accepted": "accepted", "undetermined": "undetermined", "refused": "refused", None: "unknown answer"}


class Row(NamedTuple):
    """One line of a group's block."""

    label: str
    text: str
    code: bool = False
    """Whether it is the example itself, for formats that are handed on; who sits before the log finds it at its place."""


def _row(label: str, text: str, code: bool = False) -> Row:
    """A line whose text may come from a state file, which anybody may have written; a redacted token is ASCII by its making."""
    return Row(label, text if code and text.isascii() and text.isprintable() else safe(text, 2000), code)


def number(value: int) -> str:
    """With commas."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 record``, ``2 records``."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def size(count: int) -> str:
    """Bytes as ``2.1 GB``."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def counted(found: Summary) -> str:
    """What was counted, in one sentence."""
    tokens = plural(found.total.tokens, "token")
    distinct = f"{'' if found.exact else 'at least '}{found.total.distinct:,} different" if found.total.tokens else ""
    answers = f", {plural(found.answers, 'answer')} without a token" if found.answers else ""
    return f"{plural(found.records, 'record')}: {tokens}{f' ({distinct})' if distinct else ''}{answers}"


def read(found: Summary) -> str:
    """How much was read."""
    files, length, lines = found.read
    return f"{plural(files, 'input')}, {plural(lines, 'line')}, {size(length)}"


def period(found: Summary) -> str:
    """From when to when the records are, by their time stamps."""
    first, last = found.total.first, found.total.last
    return f"{utc(first)} to {utc(last)}" if first != NO_TIME else "no record has a time stamp"


def clocks(found: Summary) -> str:
    """Whose clock the records were judged by."""
    return "; ".join(f"{count:,} {CLOCKS[name]}" for name, count in found.clocks.items())


def remarks(found: Summary) -> Iterator[str]:
    """What limits the answer."""
    if not found.complete:
        yield "stopped before the end: this is what was read so far"
    if found.passed:
        yield f"{plural(found.passed, 'older record')} left out (--since)"
    if not found.exact:
        yield "more tokens than are remembered: repetitions of later ones were counted as different"
    if found.hidden:
        yield f"{plural(found.hidden, 'further group')} with {plural(found.others.records, 'record')} not shown (--limit, --cause)"
    if found.redacted:
        yield "identifiers are replaced by look-alikes; what is said of signatures was found before that"


def name(cause: Cause) -> str:
    """The group's name: its cause, or the verdict where there is none."""
    return cause.group.cause or f"({VERDICTS[cause.group.verdict]})"


def share(cause: Cause, found: Summary) -> float:
    """Which part of all records is in the group, from 0 to 1."""
    return cause.counted.records / found.records if found.records else 0.0


def percent(cause: Cause, found: Summary) -> str:
    """The share, with one digit."""
    return f"{share(cause, found):.1%}"


def minute(seconds: int) -> str:
    """``2026-11-23 12:00``; a dash where there is no time."""
    return utc(seconds)[:16] if 0 < seconds < NO_TIME else "-"


def rows(cause: Cause) -> Iterator[Row]:
    """The lines of a group's block."""
    count = cause.counted
    when = f", {minute(count.first)} to {minute(count.last)}" if count.first != NO_TIME else ""
    of = f"of {plural(count.distinct, 'different token')}" if count.distinct else "without a token"
    yield _row("records", f"{count.records:,} {of}{when}")
    if cause.verdicts and (len(cause.verdicts) > 1 or cause.group.cause is not None):
        yield _row("verdict", listed(cause.verdicts, "none"))
    answers = {symptom: each for symptom, each in cause.answers.items() if symptom}
    if answers:
        yield _row("answer", listed(cause.answers, "none, or not in the catalogue"))
    for label, names, missing in (
        ("app", cause.apps, "no iss"),
        ("host", cause.hosts, "no host"),
        ("producer", cause.producers, "unknown"),
    ):
        if names.top and (len(names.top) > 1 or names.others or names.top[0].name is not None):
            yield _row(label, named(names, missing))
    if cause.example is not None:
        yield from _example(cause.example)
    if cause.help:
        yield _row("to change", cause.help)
    if cause.example is not None and cause.example.ask:
        yield _row("to ask", f"{cause.example.ask}{f' Look: {cause.example.look}' if cause.example.look else ''}")


def _example(example: Shown) -> Iterator[Row]:
    at = f", judged at {utc(example.when)}" if example.when is not None else ""
    yield _row("example", f"{place(example)} ({example.form}{at})")
    if example.summary:
        yield _row("found", example.summary)
    if example.said:
        yield _row("said", example.said)
    if example.text:
        yield _row("redacted", example.text, code=True)


def place(example: Shown) -> str:
    """Where the example stands."""
    return f"{safe(example.file, 300)}:{example.line}:{example.column}"


def listed(counts: Mapping[str, int], missing: str) -> str:
    """Names with their counts."""
    return ", ".join(f"{each or missing} {count:,}" for each, count in counts.items())


def named(names: Names, missing: str) -> str:
    """The most frequent names with their counts, and how many others there are."""
    told = [f"{missing if each.name is None else short(each.name)} ({each.counted.records:,})" for each in names.top]
    if names.others:
        told.append(f"{plural(names.kinds, 'other')} ({names.others:,})")
    return ", ".join(told)


def short(text: str) -> str:
    """A long name with its middle left out; JSON and CSV have it whole."""
    text = safe(text)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 11]}…{text[-10:]}"


_LONGEST_NAME = 48


def skipped(found: Summary) -> Iterator[tuple[str, str]]:
    """Inputs that were not read, or not to their end, and why."""
    for each in found.skipped[:FEW_FILES]:
        far = "" if each.line is None else f"; read up to line {each.line:,}"
        yield safe(each.file, 200), f"{safe(each.why, 400)}{far}"
    if len(found.skipped) > FEW_FILES:
        yield "further inputs", f"{len(found.skipped) - FEW_FILES:,} (--format json lists them)"
