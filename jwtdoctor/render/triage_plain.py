"""A triage as lines without colour or frame, for pipes and screen readers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..triage.summary import Cause, Summary
from . import Look, triage_outline


def render(summary: Summary, look: Look) -> str:
    """The counts, then a block for each group, then what was not read."""
    return "".join(f"{line}\n" for line in _lines(summary, look.width))


def _lines(found: Summary, width: int) -> Iterator[str]:
    if not found.records:
        yield from _wrapped("No assertion and no answer was found.", width)
    else:
        yield from _wrapped(f"{triage_outline.counted(found)}.", width)
    yield from _wrapped(f"Read: {triage_outline.read(found)}.", width)
    if found.records:
        yield from _wrapped(f"Time: {triage_outline.period(found)}.", width)
        yield from _wrapped(f"Judged: {triage_outline.clocks(found)}.", width)
    for remark in triage_outline.remarks(found):
        yield from _wrapped(f"Note: {remark}.", width)
    if found.groups:
        yield ""
        yield from table(found, width)
    for number, cause in enumerate(found.groups, 1):
        yield ""
        yield from _block(number, cause, width)
    rows = list(triage_outline.skipped(found))
    if rows:
        yield ""
        for file, why in rows:
            yield from _wrapped(f"Not read: {file}: {why}", width)


def table(found: Summary, width: int) -> Iterator[str]:
    """One line for each group. The name comes last, so that it may be as long as it is."""
    counts = [f"{cause.counted.records:,}" for cause in found.groups]
    wide = max(7, *(len(each) for each in counts))
    yield f"{'records':>{wide}}  {'share':>6}  {'first':<16}  {'last':<16}  cause"
    for count, cause in zip(counts, found.groups, strict=True):
        first, last = triage_outline.minute(cause.counted.first), triage_outline.minute(cause.counted.last)
        yield f"{count:>{wide}}  {triage_outline.percent(cause, found):>6}  {first:<16}  {last:<16}  {triage_outline.name(cause)}"


def _block(number: int, cause: Cause, width: int) -> Iterator[str]:
    yield from _wrapped(f"{number}. {triage_outline.name(cause)}: {cause.title}", width)
    for row in triage_outline.rows(cause):
        if not row.code:
            yield from _wrapped(f"{row.label[:1].upper()}{row.label[1:]}: {row.text}", width)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
