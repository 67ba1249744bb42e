"""A finding that was read from source code: its lines with the expression marked, and what belongs there instead as a diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..model import Finding, Origin, Span
from ..report import Result
from ..visible import safe, scrub

MOST_LINES = 8
"""Lines of one passage; an expression is rarely longer."""
_LONGEST_LINE = 400


class Row(NamedTuple):
    """A line of code: ``" "`` as it stands, ``"-"`` as it stands and should not, ``"+"`` as it should; its number; and the text in three."""

    sign: str
    number: int
    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.before}{self.marked}{self.after}"


def passage(result: Result, finding: Finding) -> list[Row]:
    """The lines a finding points at, or the change that mends them; empty for what was not read from source code."""
    if finding.origin is None:
        return []
    span, mend = finding.origin.span, finding.origin.mend
    lines = _lines(result, finding.origin)
    whole = "\n".join(lines)
    if not lines or span.line < 1:
        return []
    if scrub(whole) != whole:
        # Columns no longer fit a text with something cut out of it.
        return [Row(" ", span.line, safe(whole, _LONGEST_LINE), "", "")]
    stands = _rows("-" if mend else " ", lines, span)
    if mend and finding.origin.needs:
        stands.insert(0, Row("+", finding.origin.needs_at, "", finding.origin.needs, ""))
    return [*stands, *_mended(lines, span, mend)] if mend else stands


def _lines(result: Result, origin: Origin) -> Sequence[str]:
    """The lines of a span; of another file than the one examined the first, which the finding itself brings along."""
    span = origin.span
    own = result.sketch.lines[span.line - 1 : span.end_line][:MOST_LINES] if result.sketch is not None else ()
    if origin.path and (not origin.line or own[:1] != (origin.line,)):
        return (origin.line,) if origin.line else ()
    return own


def _rows(sign: str, lines: Sequence[str], span: Span) -> list[Row]:
    rows = []
    for index, line in enumerate(lines):
        number = span.line + index
        start = span.column - 1 if number == span.line else _indent(line)
        end = span.end_column - 1 if number == span.end_line else len(line)
        rows.append(Row(sign, number, *_shown(line[:start], line[start:end], line[end:])))
    return rows


def _mended(lines: Sequence[str], span: Span, mend: str) -> list[Row]:
    """The same lines with ``mend`` where the expression stood."""
    before = lines[0][: span.column - 1]
    after = lines[-1][span.end_column - 1 :] if len(lines) > span.end_line - span.line else ""
    written = mend.splitlines()[:MOST_LINES] or [""]
    rows = []
    for index, line in enumerate(written):
        head = before if not index else ""
        tail = after if index == len(written) - 1 else ""
        rows.append(Row("+", span.line + index, *_shown(head, line, tail)))
    return rows


def _shown(*parts: str) -> tuple[str, str, str]:
    before, marked, after = (safe(part.expandtabs(4), _LONGEST_LINE) for part in parts)
    return before, marked, after


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
