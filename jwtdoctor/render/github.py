"""Annotations for GitHub Actions, one line each, and the job summary in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from .. import kinds
from ..model import Finding
from ..report import Report, Result
from ..visible import safe
from . import Look, markdown, outline, place

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
MOST_OF_A_SUMMARY = 200_000
"""Characters of one summary; GitHub takes a megabyte for a whole step and shows nothing of a longer one."""


def render(report: Report, look: Look) -> str:
    """Workflow commands: every finding, and the answer where there is none."""
    lines = [line for result in report.results for line in _annotations(result, look)]
    if any(result.redacted for result in report.results):
        lines.append(f"::notice title=jwtdoctor::{_data(outline.REDACTED)}")
    return "".join(f"{line}\n" for line in lines)


def _annotations(result: Result, look: Look) -> Iterator[str]:
    findings = outline.ordered(result)
    for finding in findings:
        help = f"\n{finding.help}" if finding.help else ""
        yield _command(_COMMANDS[finding.severity], result, finding, finding.rule, f"{finding.message}{help}", look)
    # Of a deployment only what is wrong is annotated: the summary tells of the rest, and a project has no line to point at.
    if not findings and not result.environment and result.kind != kinds.PROJECT:
        failed = result.kind is None and result.diagnosis.causes
        yield _command("error" if failed else "notice", result, None, outline.badge(result), outline.answer(result), look)
    told = outline.excused(result)
    if told:
        yield _command("notice", result, None, "excused", told, look)


def _command(name: str, result: Result, finding: Finding | None, title: str, message: str, look: Look) -> str:
    where = _where(result, finding, look)
    told = ",".join(f"{key}={_property(value)}" for key, value in (*where, ("title", title)))
    return f"::{name} {told}::{_data(message)}"


def _where(result: Result, finding: Finding | None, look: Look) -> list[tuple[str, str]]:
    name = place.named(result, finding)
    if name in place.SPOKEN or (result.kind is None and name == result.source.name):
        return []
    where = [("file", safe(place.path(name, look.base)))]
    if finding is not None and finding.origin is not None:
        span = finding.origin.span
        return [*where, ("line", f"{span.line}"), ("endLine", f"{span.end_line}"), ("col", f"{span.column}")]
    return [*where, ("line", f"{result.source.line}"), ("col", f"{result.source.column}")]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report, look: Look) -> str:
    """A table of the results, then each of them folded; as many as fit."""
    if not report.results:
        return ""
    text = f"## jwtdoctor\n\n{_table(report, look)}\n"
    left = 0
    for number, result in enumerate(report.results, 1):
        folded = _folded(result, number, look)
        if left or len(text) + len(folded) > MOST_OF_A_SUMMARY:
            left += 1
            continue
        text += folded
    return f"{text}{left} more are in the log.\n" if left else text


MOST_ROWS = 200
"""Rows of the table."""


def _table(report: Report, look: Look) -> str:
    rows = ["| verdict | where | answer |", "| --- | --- | --- |"]
    for result in report.results[:MOST_ROWS]:
        cells = (outline.badge(result), markdown.code(outline.where(result)), markdown.words(outline.answer(result)))
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    if len(report.results) > MOST_ROWS:
        rows.append(f"| | | and {len(report.results) - MOST_ROWS} more |")
    return "\n".join(rows) + "\n"


def _folded(result: Result, number: int, look: Look) -> str:
    """One result under a line to click at. The tags are ours; between them stands what the Markdown renderer made inert."""
    return f"<details><summary>{number}. {outline.badge(result)}</summary>\n\n{markdown.result(result, look, level=3)}\n</details>\n\n"
