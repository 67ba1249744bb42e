"""What ``jwtdoctor preflight`` prints: one screen of environments and what was looked at in each, then the details."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from ..model import Finding
from ..moments import utc
from ..preflight import COLUMNS, Cell, Dated, Examined, Preflight
from ..preflight.outcome import follows
from ..report import Result
from ..suppression import told, why
from ..visible import safe, scrub
from . import Look, outline

_LONGEST = 400
_LABEL = 14
MOST_SPOTS = 6
"""Places told of one finding."""
SOON = 30
"""Days before its end from which the calendar stresses a certificate."""


class Spot(NamedTuple):
    """Where a finding stands, in one environment."""

    environment: str
    place: str
    """``file:line:column``."""
    line: str
    """The line of the file, as it stands there; empty where there is none to be shown."""


class Told(NamedTuple):
    """A finding, and everywhere it stands: what is wrong in several environments with one file is one thing to mend."""

    finding: Finding
    spots: tuple[Spot, ...]


def render(done: Preflight, format: str, look: Look) -> str:
    """The answer as ``terminal``, ``plain``, ``json``, ``markdown`` or ``github-summary``."""
    if format == "json":
        return json.dumps(done.to_json(), ensure_ascii=True, indent=2) + "\n"
    if format in ("markdown", "github-summary"):
        from .preflight_markdown import render as markdown

        return markdown(done)
    return _terminal(done, look) if format == "terminal" else "".join(f"{line}\n" for line in _plain(done, look.width))


# --- what there is to say ------------------------------------------------------------------------------------------------


def distinct(done: Preflight) -> list[Told]:
    """Each finding once, the gravest first, those that are excused last."""
    seen: dict[tuple[object, ...], Told] = {}
    for row in done.environments:
        for result in row.results:
            for finding in result.findings:
                if follows(result, finding):
                    continue
                key = (finding.rule, finding.variant, finding.at, finding.message, finding.excused)
                spot = Spot(row.name, _place(result, finding), _line(result, finding))
                before = seen.get(key, Told(finding, ()))
                seen[key] = before._replace(spots=(*before.spots, spot))
    weight = {"error": 0, "warning": 1, "info": 2}
    return sorted(seen.values(), key=lambda each: (bool(each.finding.excused), weight[each.finding.severity]))


def _place(result: Result, finding: Finding) -> str:
    origin = finding.origin
    if origin is not None and origin.path:
        return f"{safe(origin.path, 120)}:{origin.span.line}:{origin.span.column}"
    return outline.place(result, finding)


def _line(result: Result, finding: Finding) -> str:
    origin = finding.origin
    if origin is None:
        return ""
    if origin.path:
        return safe(origin.line.strip(), _LONGEST)
    rows = result.sketch.lines if result.sketch is not None else ()
    text = rows[origin.span.line - 1].strip() if 0 < origin.span.line <= len(rows) else ""
    return safe(text, _LONGEST) if scrub(text) == text else ""


def headline(done: Preflight) -> str:
    """What was examined, in one line."""
    count = sum(not each.is_project for each in done.environments)
    parts = [f"{count} environment{'' if count == 1 else 's'}"] if count else []
    parts += [f"the project in {safe(done.project, 60)}"] if done.project else []
    where = safe(done.config, 60) if done.config else "No config"
    return f"{where}: {' and '.join(parts) or 'nothing'}, as of {utc(done.now)}; nothing was sent"


def result_line(done: Preflight) -> str:
    """How many findings of which weight."""
    counted = [each.finding for each in distinct(done) if not each.finding.excused]
    words = {"error": "error", "warning": "warning", "info": "remark"}
    told = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for severity, word in words.items()
        if (count := sum(each.severity == severity for each in counted))
    ]
    return ", ".join(told) if told else "Nothing to object to."


def calendar(done: Preflight) -> Iterator[tuple[str, Dated]]:
    """Environment and certificate, the first to end first."""
    pairs = [(row.name, each) for row in done.environments for each in row.calendar]
    yield from sorted(pairs, key=lambda pair: pair[1].not_after)


def ends(each: Dated) -> str:
    """When a certificate ends, and in how many days that is."""
    count = abs(each.days)
    days = f"{count:,} day{'' if count == 1 else 's'}"
    return f"ends {utc(each.not_after)[:10]}, {days} left" if each.days >= 0 else f"ended {utc(each.not_after)[:10]}, {days} ago"


def unexamined(done: Preflight) -> Iterator[tuple[str, str]]:
    """Environments, and in words what was not looked at in them and why."""
    where: dict[str, list[str]] = {}
    for row in done.environments:
        for each in row.cells:
            if each.state == "not-examined" and not row.is_project:
                where.setdefault(f"{each.column}: {safe(each.text)}", []).append(row.name)
    yield from ((", ".join(names), text) for text, names in where.items())


# --- plain ---------------------------------------------------------------------------------------------------------------


def _plain(done: Preflight, width: int) -> Iterator[str]:
    yield from _wrapped(headline(done), width)
    yield from _wrapped(f"Result: {result_line(done)}", width)
    yield ""
    for row in done.environments:
        org = f" ({row.org})" if row.org else ""
        cells = "; ".join(_said(each) for each in row.cells if not (row.is_project and each.state == "not-examined"))
        yield from _wrapped(f"{'Project' if row.is_project else 'Environment'} {safe(row.name)}{org}: {cells}", width)
    for name, each in calendar(done):
        yield from _wrapped(f"Certificate of {safe(name)}: {safe(each.name, 80)}, {ends(each)}", width)
    for told_ in distinct(done):
        yield ""
        yield from _plain_finding(told_, width)
    yield from _plain_end(done, width)


def _said(cell: Cell) -> str:
    return f"{cell.column} {'not examined: ' if cell.state == 'not-examined' else ''}{safe(cell.text)}"


def _plain_finding(each: Told, width: int) -> Iterator[str]:
    finding = each.finding
    yield from _wrapped(f"{finding.severity.capitalize()} {finding.rule}: {finding.message}", width)
    for spot in each.spots[:MOST_SPOTS]:
        # In one piece, however wide: so that it can be searched for and copied.
        yield f"In {safe(spot.environment)}: {spot.place}{f': {spot.line}' if spot.line else ''}"
    if len(each.spots) > MOST_SPOTS:
        yield f"In {len(each.spots) - MOST_SPOTS} more places (--format json lists them)"
    rows = (("Seen", finding.label), ("Note", finding.note), ("Help", finding.help), ("Excused", why(finding)))
    for label, text in rows:
        yield from _wrapped(f"{label}: {text}", width) if text else ()


def _plain_end(done: Preflight, width: int) -> Iterator[str]:
    rows = [*(f"Note: {safe(each)}" for each in done.notes)]
    counted = told([each.finding for each in distinct(done)])
    rows += [counted] if counted else []
    if rows:
        yield ""
    for row in rows:
        yield from _wrapped(row, width)


def _wrapped(text: str, width: int) -> list[str]:
    return outline.wrapped(text, width, subsequent_indent="  ")


# --- terminal ------------------------------------------------------------------------------------------------------------

_SIGNS = {"good": "✓", "info": "i", "warning": "!", "error": "✗", "excused": "~", "not-examined": "–"}
_STYLES = {
    "good": "green", "info": "cyan", "warning": "bold yellow", "error": "bold red", "excused": "dim", "not-examined": "dim",
}  # fmt: skip
_WIDEST = 24
"""Columns that an environment's name takes in the table."""


def _terminal(done: Preflight, look: Look) -> str:
    from .paint import painted, unpainted

    width = max(60, look.width)
    lines: list[tuple[tuple[str, str], ...]] = [((row, "bold"),) for row in outline.wrapped(headline(done), width)]
    lines += [(), *_table(done), (), *_calendar(done, width), *_unexamined(done, width)]
    for each in distinct(done):
        lines += [(), *_finding(each, width)]
    lines += [(), *_end(done, width)]
    paint = painted if look.color else unpainted
    return "".join(f"{paint(each)}\n" for each in lines)


def _table(done: Preflight) -> list[tuple[tuple[str, str], ...]]:
    """Environments down, what was looked at across."""
    wide = min(_WIDEST, max([11, *(len(_shown(each)) for each in done.environments)])) + 2
    widths = [max(len(column), 5) + 2 for column in COLUMNS]
    head = "".join(f"{column:<{size}}" for column, size in zip(COLUMNS, widths, strict=True)).rstrip()
    rows: list[tuple[tuple[str, str], ...]] = [((f"{'environment':<{wide}}{head}", "dim"),)]
    for row in done.environments:
        cells = [_cell(row, each, size) for each, size in zip(row.cells, widths, strict=True)]
        rows.append(((f"{_shown(row):<{wide}}", "bold"), *cells))
    return rows


def _shown(row: Examined) -> str:
    name = safe(row.name, 64)
    return name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…"


def _cell(row: Examined, cell: Cell, size: int) -> tuple[str, str]:
    count = cell.text.partition(" ")[0] if cell.state in _COUNTED else ""
    if row.is_project and cell.state == "not-examined":
        return f"{'':<{size}}", ""
    return f"{f'{_SIGNS[cell.state]} {count}'.strip():<{size}}", _STYLES[cell.state]


_COUNTED = ("info", "warning", "error", "excused")


def _calendar(done: Preflight, width: int) -> Iterator[tuple[tuple[str, str], ...]]:
    label = "certificates"
    for name, each in calendar(done):
        style = "bold yellow" if each.days < SOON else ""
        for number, row in enumerate(outline.wrapped(f"{safe(name)}: {safe(each.name, 60)}, {ends(each)}", width - _LABEL)):
            yield (f"{label:<{_LABEL}}", "dim"), (row if not number else f"  {row}", style)
            label = ""


def _unexamined(done: Preflight, width: int) -> Iterator[tuple[tuple[str, str], ...]]:
    label = "not examined"
    for name, text in unexamined(done):
        for number, row in enumerate(outline.wrapped(f"{safe(name)}, {text}", width - _LABEL - 2)):
            yield (f"{label:<{_LABEL}}", "dim"), (row if not number else f"  {row}", "dim")
            label = ""


def _finding(each: Told, width: int) -> Iterator[tuple[tuple[str, str], ...]]:
    finding = each.finding
    style = "dim" if finding.excused else _STYLES[finding.severity]
    tag = f"{finding.severity}[{finding.rule}]"
    rows = outline.wrapped(f"{tag}: {finding.message}", width, subsequent_indent="  ", break_long_words=True)
    cut = min(len(tag), len(rows[0]))
    yield (rows[0][:cut], style), (rows[0][cut:], "bold")
    yield from (((row, "bold"),) for row in rows[1:])
    for spot in each.spots[:MOST_SPOTS]:
        yield ("  --> ", "bright_blue"), (spot.place, ""), (f"  ({safe(spot.environment)})", "dim")
        if spot.line:
            shown = spot.line if len(spot.line) <= width - 8 else f"{spot.line[: width - 9]}…"
            yield ("   |  ", "bright_blue"), (shown, "")
    if len(each.spots) > MOST_SPOTS:
        yield (
            ("   |  ", "bright_blue"),
            (f"and in {len(each.spots) - MOST_SPOTS} more places (--format json lists them)", "dim"),
        )
    for label, text in (("seen", finding.label), ("note", finding.note), ("help", finding.help), ("excused", why(finding))):
        indent = f"   = {label}: "
        for number, row in enumerate(outline.wrapped(text, width - len(indent), break_long_words=True) if text else ()):
            yield ((indent, "bright_blue"), (row, "")) if not number else ((" " * len(indent), ""), (row, ""))


def _end(done: Preflight, width: int) -> Iterator[tuple[tuple[str, str], ...]]:
    for note in done.notes:
        yield from (((row, "dim"),) for row in outline.wrapped(f"note: {safe(note)}", width))
    counted = told([each.finding for each in distinct(done)])
    if counted:
        yield from (((row, "dim"),) for row in outline.wrapped(counted, width))
    yield ((result_line(done), "bold"),)
