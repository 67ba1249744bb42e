"""A triage as Markdown, for a ticket; of a stranger's text nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator

from ..triage.summary import Cause, Summary
from . import Look, triage_outline
from .markdown import code, fenced, words


def render(summary: Summary, look: Look) -> str:
    """A table of the causes, a section for each, and what was not read."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(found: Summary) -> Iterator[str]:
    yield "# Triage"
    yield ""
    yield f"**{triage_outline.counted(found)}.**" if found.records else "**No assertion and no answer was found.**"
    yield ""
    yield f"- Read: {triage_outline.read(found)}"
    if found.records:
        yield f"- Time: {triage_outline.period(found)}"
        yield f"- Judged: {triage_outline.clocks(found)}"
    for remark in triage_outline.remarks(found):
        yield f"- Note: {remark}"
    if found.groups:
        yield ""
        yield "| records | share | first | last | cause |"
        yield "| ---: | ---: | --- | --- | --- |"
        for cause in found.groups:
            first, last = triage_outline.minute(cause.counted.first), triage_outline.minute(cause.counted.last)
            yield f"| {cause.counted.records:,} | {triage_outline.percent(cause, found)} | {first} | {last} | {_name(cause)} |"
    for number, cause in enumerate(found.groups, 1):
        yield ""
        yield f"## {number}. {_name(cause)}"
        yield ""
        yield words(_sentence(cause.title))
        yield ""
        yield from _rows(cause)
    rows = list(triage_outline.skipped(found))
    if rows:
        yield ""
        yield "## Not read"
        yield ""
        for file, why in rows:
            yield f"- {code(file)}: {words(why)}"


def _name(cause: Cause) -> str:
    return code(cause.group.cause) if cause.group.cause else f"*{triage_outline.VERDICTS[cause.group.verdict]}*"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _rows(cause: Cause) -> Iterator[str]:
    for row in triage_outline.rows(cause):
        if row.code:
            yield ""
            yield from fenced([row.text]).split("\n")
            yield ""
        else:
            yield f"- **{row.label.capitalize()}:** {words(row.text)}"
