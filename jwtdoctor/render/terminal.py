"""For a person at a terminal: the answer, then each finding in a frame of the decoded segment, then the differential.

A line is pieces of text with a style each; rich turns styles into escape sequences. Nothing is ever read as markup, which
would eat ``[rule-name]`` and obey what stands in a claim. rich's Console is left out: its import costs as much as the diagnosis.
"""

from __future__ import annotations

import unicodedata

from ..model import Finding
from ..report import Report, Result
from . import Look, outline
from .paint import Line, painted, unpainted

_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_VERDICTS = {"refused": "bold white on red", "accepted": "bold black on green", "undetermined": "bold black on yellow"}
_LABELS = 14


def render(report: Report, look: Look) -> str:
    """ANSI text when ``look.color``, the same without colours else."""
    width = max(40, look.width)
    lines: list[Line] = []
    for index, result in enumerate(report.results):
        if index:
            lines.append((("─" * width, "dim"),))
        lines.extend(_result(result, width))
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in lines)


def _cells(text: str) -> int:
    """Columns that ``text`` takes: ideographs and the like take two (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _result(result: Result, width: int) -> list[Line]:
    lines = _answer(result, width)
    for finding in outline.ordered(result):
        lines.append(())
        lines.extend(_finding(result, finding, width))
    lines.extend(_repair(result, width))
    rows = list(outline.differential(result))
    if rows:
        lines.append(())
    previous = ""
    for entry in rows:
        label = entry.label if entry.label != previous else ""
        previous = entry.label
        lines.extend(_entry(label, entry.name, entry.text, width, _ENTRY_STYLES.get(entry.label, "bold")))
    return lines


def _repair(result: Result, width: int) -> list[Line]:
    """The repair as a diff, each change with its reason under it, and what follows from it."""
    if result.repair is None:
        return []
    from .remedy import remedy

    shown = remedy(result, width - _DIFF - 2)
    if shown is None:
        return []
    lines: list[Line] = [(), *_entry("repair", "", shown.headline, width, "bold yellow" if result.repair.left else "bold green")]
    for part in shown.parts:
        lines.append(_line((f"  {part.title}", "bold")))
        for change in part.changes:
            lines.extend(_row(row.sign, row.text, row.note, width) for row in change.rows)
            rows = outline.wrapped(change.why, max(20, width - _DIFF - 4), break_long_words=True)
            lines.extend(_line((f"{' ' * (_DIFF + 4)}{each}", "dim")) for each in rows)
    for entry in shown.then:
        lines.extend(_entry(entry.label, "", entry.text, width, _ENTRY_STYLES.get(entry.label, "bold")))
    return lines


_DIFF = 2
_SIGNS = {"-": "red", "+": "green"}


def _row(sign: str, text: str, note: str, width: int) -> Line:
    """A row of the diff; what its value means stands beside it where there is room."""
    line: Line = ((f"{' ' * _DIFF}{sign} {text}", _SIGNS[sign]),)
    fits = note and _DIFF + 2 + _cells(text) + 2 + len(note) <= width
    return (*line, (f"  {note}", "dim")) if fits else line


_ENTRY_STYLES = {
    "proved here": "bold green",
    "tried here": "bold yellow",
    "left over": "bold yellow",
    "excused": "dim",
    "likely": "bold green",
    "broke": "bold red",
    "contradicts": "bold yellow",
    "not examined": "dim",
    "ruled out": "dim",
    "also found": "dim",
    "follows": "dim",
    "less likely": "dim",
}


_FRAME = "bright_blue"


def _line(*parts: tuple[str, str]) -> Line:
    return parts


def _answer(result: Result, width: int) -> list[Line]:
    badge = f" {outline.badge(result)} "
    lines = []
    wrapped = outline.wrapped(outline.answer(result), max(30, width - len(badge) - 1), break_long_words=True)
    for index, row in enumerate(wrapped):
        first = (badge, _VERDICTS[result.verdict]) if not index else (" " * len(badge), "")
        lines.append(_line(first, (f" {row}", "bold")))
    if result.kind is not None:
        lines.extend(_entry("signature", "", outline.signature_line(result), width, "dim"))
    label = "certificate"
    for told in outline.certificates(result, width - _LABELS):
        for row in [told] if len(told) <= width - _LABELS else outline.wrapped(told, width - _LABELS, subsequent_indent="  "):
            lines.append(_line((f"{label:<{_LABELS}}", "dim"), (row, "")))
            label = ""
    lines.extend(_entry("source", "", f"{outline.where(result)}; {outline.circumstances(result)}", width, "dim"))
    told = outline.read_from(result)
    lines.extend(_entry("read from", "", told, width, "dim") if told else ())
    return lines


def _entry(label: str, name: str, text: str, width: int, style: str) -> list[Line]:
    """A label in the left column, the rest hanging beside it."""
    room = max(20, width - _LABELS)
    rows = outline.wrapped(text, room, break_long_words=True)
    lines = []
    if name:
        lines.append(_line((f"{label:<{_LABELS}}", style), (name, "bold")))
        label = ""
    for index, row in enumerate(rows):
        lines.append(_line((f"{label if not index else '':<{_LABELS}}", style), (row, "")))
    return lines


def _finding(result: Result, finding: Finding, width: int) -> list[Line]:
    style = _STYLES[finding.severity]
    shown = outline.excerpt(result, finding, width - 8)
    numbers = [number for number, _ in shown.rows if number is not None]
    gutter = len(str(max(numbers))) if numbers else 1
    pad = " " * gutter
    lines = _headline(finding, style, width)
    lines.append(_line((f"{pad}--> ", _FRAME), (f"{shown.title} ", ""), (f"({outline.place(result, finding)})", "dim")))
    lines.append(_line((f"{pad} │", _FRAME)))
    for index, (number, text) in enumerate(shown.rows):
        lines.append(_line((f"{number if number is not None else '':>{gutter}} │ ", _FRAME), (f"  {text}", "")))
        if index == shown.marked:
            lines.extend(_underline(shown, finding.label, pad, style, width))
    lines.append(_line((f"{pad} │", _FRAME)))
    lines.extend(_mended(result, finding, pad, width))
    for kind, said in (("note", finding.note), ("help", finding.help)):
        lines.extend(_said(pad, kind, said, width))
    if finding.effect == "tolerates":
        lines.extend(_said(pad, "known", "this server lets it pass", width))
    lines.extend(_said(pad, "explain", f"jwtdoctor explain {finding.rule}", width))
    return lines


def _mended(result: Result, finding: Finding, pad: str, width: int) -> list[Line]:
    """The change to the code, as a diff."""
    rows = outline.mended(result, finding)
    if not rows:
        return []
    styles = {"-": "red", "+": "green"}
    room = width - len(pad) - 7
    lines = [_line((f"{pad} │ ", _FRAME), (f"  {row.sign} {outline.fitted(row, room)}", styles[row.sign])) for row in rows]
    return [*lines, _line((f"{pad} │", _FRAME))]


def _headline(finding: Finding, style: str, width: int) -> list[Line]:
    tag = f"{finding.severity}[{finding.rule}]"
    rows = outline.wrapped(f"{tag}: {finding.message}", width, subsequent_indent="  ", break_long_words=True)
    cut = min(len(tag), len(rows[0]))
    first = _line((rows[0][:cut], style), (rows[0][cut:], "bold"))
    return [first, *(_line((row, "bold")) for row in rows[1:])]


def _underline(shown: outline.Excerpt, label: str, pad: str, style: str, width: int) -> list[Line]:
    text = shown.rows[shown.marked][1]
    start = 2 + _cells(text[: shown.start])
    carets = "^" * max(1, min(_cells(text[shown.start : shown.start + shown.length]), width - start - len(pad) - 4))
    before = (f"{pad} │ ", _FRAME)
    used = len(pad) + 3 + start + len(carets) + 1
    if used + _cells(label) <= width:
        return [_line(before, (" " * start, ""), (f"{carets} {label}", style))]
    rows = outline.wrapped(label, max(20, width - len(pad) - 5))
    return [
        _line(before, (" " * start, ""), (carets, style)),
        *(_line(before, (f"  {row}", style)) for row in rows),
    ]


def _said(pad: str, kind: str, said: str, width: int) -> list[Line]:
    if not said:
        return []
    indent = f"{pad} = {kind}: "
    rows = outline.wrapped(said, max(20, width - len(indent)), break_long_words=True)
    first = _line((f"{pad} = ", _FRAME), (f"{kind}: ", "bold"), (rows[0], ""))
    return [first, *(_line((f"{' ' * len(indent)}{row}", "")) for row in rows[1:])]
