"""A triage at a terminal: the table of causes with a bar for each share, then a block for each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..triage.summary import Cause, Summary
from . import Look, triage_outline
from .paint import Line, painted, unpainted

_LABEL = 11
_VERDICTS = {"refused": "bold white on red", "accepted": "bold black on green", "undetermined": "bold black on yellow"}
_BAR = 24
"""Columns of the widest bar."""


def render(summary: Summary, look: Look) -> str:
    """ANSI text when ``look.color``, the same without colours else."""
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in _lines(summary, look.width))


def _lines(found: Summary, width: int) -> Iterator[Line]:
    told = triage_outline.counted(found) if found.records else "no assertion and no answer was found"
    yield from _row("", told, width, style="bold")
    yield from _row("read", triage_outline.read(found), width)
    if found.records:
        yield from _row("time", triage_outline.period(found), width)
        yield from _row("judged", triage_outline.clocks(found), width)
    for remark in triage_outline.remarks(found):
        yield from _row("note", remark, width, label_style="bold yellow")
    if found.groups:
        yield ()
        yield from _table(found, width)
    for number, cause in enumerate(found.groups, 1):
        yield ()
        yield from _block(number, cause, width)
    rows = list(triage_outline.skipped(found))
    if rows:
        yield ()
        for file, why in rows:
            yield from _row("not read", f"{file}: {why}", width, label_style="bold yellow")


def _table(found: Summary, width: int) -> Iterator[Line]:
    """Counts, share, dates, cause; where there is room, a bar. The name comes last and is never cut."""
    counts = [f"{cause.counted.records:,}" for cause in found.groups]
    names = [triage_outline.name(cause) for cause in found.groups]
    wide = max(7, *map(len, counts))
    room = width - wide - 8 - 36 - max(map(len, names)) - 4
    bar = min(_BAR, room) if room >= 6 else 0
    head = f"{'records':>{wide}}  {'share':>6}  {'first':<16}  {'last':<16}  "
    yield ((f"{head}{' ' * (bar + 2) if bar else ''}cause", "dim"),)
    most = max(triage_outline.share(cause, found) for cause in found.groups) or 1.0
    for count, name, cause in zip(counts, names, found.groups, strict=True):
        first, last = triage_outline.minute(cause.counted.first), triage_outline.minute(cause.counted.last)
        drawn = "█" * max(1, round(bar * triage_outline.share(cause, found) / most)) if bar else ""
        yield (
            (f"{count:>{wide}}", "bold"),
            (f"  {triage_outline.percent(cause, found):>6}  {first:<16}  {last:<16}  ", ""),
            (f"{drawn:<{bar}}  " if bar else "", "cyan"),
            (name, "bold"),
        )


def _block(number: int, cause: Cause, width: int) -> Iterator[Line]:
    badge = next(iter(cause.verdicts), "")
    head = f"{number}. {triage_outline.name(cause)}"
    mark: Line = ((f" {badge.upper()} ", _VERDICTS[badge]), (" ", "")) if badge in _VERDICTS else ()
    yield (*mark, (head, "bold"))
    for row in textwrap.wrap(cause.title, width - 3, break_on_hyphens=False):
        yield ((f"   {row}", ""),)
    for each in triage_outline.rows(cause):
        if not each.code:
            yield from _row(each.label, each.text, width, indent=3)


def _row(label: str, text: str, width: int, *, style: str = "", label_style: str = "dim", indent: int = 0) -> Iterator[Line]:
    if not label and not indent:
        for row in textwrap.wrap(text, width, break_on_hyphens=False):
            yield ((row, style),)
        return
    rows = textwrap.wrap(text, max(20, width - _LABEL - indent), break_on_hyphens=False)
    for number, row in enumerate(rows):
        yield ((" " * indent, ""), (f"{label if not number else '':<{_LABEL}}", label_style), (row, style))
