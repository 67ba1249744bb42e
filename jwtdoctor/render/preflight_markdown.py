"""A preflight as Markdown, for a ticket, a pull request or a job summary: the table of environments, then each finding once."""

from __future__ import annotations

from collections.abc import Iterator

from ..preflight import COLUMNS, Cell, Examined, Preflight
from ..suppression import told, why
from ..visible import safe
from .markdown import code, fenced, words
from .preflight import MOST_SPOTS, Told, calendar, distinct, ends, headline, result_line, unexamined

MOST = 200
"""Findings that are told one by one."""


def render(done: Preflight) -> str:
    """One document; nothing in it is markup but what is made here."""
    return "\n".join(_lines(done)) + "\n"


def _lines(done: Preflight) -> Iterator[str]:
    yield f"# {words(result_line(done))}"
    yield f"\n{words(headline(done))}.\n"
    yield from _table(done)
    dates = [f"- Certificate {code(safe(each.name, 120))} of {code(name)} {words(ends(each))}" for name, each in calendar(done)]
    left = [f"- Not examined in {code(name)}: {words(text)}" for name, text in unexamined(done)]
    rest = [f"- {words(each)}" for each in done.notes]
    if dates or left or rest:
        yield "\n" + "\n".join((*dates, *left, *rest))
    findings = distinct(done)
    for each in findings[:MOST]:
        yield from _finding(each)
    if len(findings) > MOST:
        yield f"\nAnd {len(findings) - MOST} more."
    counted = told([each.finding for each in findings])
    if counted:
        yield f"\n{words(counted)}"


_SIGNS = {"good": "✓", "info": "ℹ", "warning": "⚠", "error": "✗", "excused": "~", "not-examined": "–"}


def _table(done: Preflight) -> Iterator[str]:
    yield f"| environment | {' | '.join(COLUMNS)} |"
    yield f"| --- |{' --- |' * len(COLUMNS)}"
    for row in done.environments:
        cells = " | ".join(_cell(row, cell) for cell in row.cells)
        yield f"| {code(safe(row.name, 64)).replace('|', chr(92) + '|')} | {cells} |"


def _cell(row: Examined, cell: Cell) -> str:
    """A sign, and how many findings: both are ours."""
    if cell.state == "not-examined":
        return "" if row.is_project else _SIGNS[cell.state]
    return f"{_SIGNS[cell.state]} {'' if cell.state == 'good' else cell.text}".strip()


def _finding(each: Told) -> Iterator[str]:
    finding = each.finding
    yield f"\n## {finding.severity.capitalize()}: {words(finding.message)}\n"
    for spot in each.spots[:MOST_SPOTS]:
        yield f"- {code(spot.place)} ({code(spot.environment)})"
    if len(each.spots) > MOST_SPOTS:
        yield f"- and in {len(each.spots) - MOST_SPOTS} more places"
    line = each.spots[0].line
    if line:
        yield f"\n{fenced([line])}\n"
    rows = (("Seen", finding.label), ("Note", finding.note), ("To change", finding.help), ("Excused", why(finding)))
    yield from (f"- **{label}:** {words(text)}" for label, text in rows if text)
    yield f"- **Rule:** {code(finding.rule)}"
