"""A triage as CSV (RFC 4180): one row for each group; no cell of it is a formula."""

from __future__ import annotations

import csv
import io

from ..triage.summary import Cause, Names, Summary, moment
from ..visible import safe
from . import Look, triage_outline
from .csv import inert

COLUMNS = (
    "cause", "verdict", "title", "records", "share", "tokens", "distinct", "first", "last", "refused", "undetermined", "accepted",
    "answer", "app", "host", "producer", "file", "line", "column", "example", "help",
)  # fmt: skip


def render(summary: Summary, look: Look) -> str:
    """A head and the rows, each ended by CR LF."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for cause in summary.groups:
        rows.writerow([inert(each) for each in _row(cause, summary)])
    return out.getvalue()


def _row(cause: Cause, found: Summary) -> list[object]:
    count, example = cause.counted, cause.example
    where = ("", "", "") if example is None else (safe(example.file, 300), example.line, example.column)
    verdicts = [cause.verdicts.get(each, 0) for each in ("refused", "undetermined", "accepted")]
    return [
        cause.group.cause or "", cause.group.verdict or "", cause.title, count.records, f"{triage_outline.share(cause, found):.4f}",
        count.tokens, count.distinct, moment(count.first) or "", moment(count.last) or "", *verdicts, next(iter(cause.answers), ""),
        _first(cause.apps), _first(cause.hosts), _first(cause.producers), *where, "" if example is None else example.summary, cause.help,
    ]  # fmt: skip


def _first(names: Names) -> str:
    name = names.top[0].name if names.top else None
    return "" if name is None else safe(name)
