"""CSV (RFC 4180), one row for each result, for whoever sorts and counts in a spreadsheet; no cell of it is a formula."""

from __future__ import annotations

import csv
import io
import re

from ..moments import utc
from ..report import Report, Result, summary
from ..statement import TOLD
from ..visible import safe
from . import Look, outline
from .remedy import brief

COLUMNS = (
    "source", "line", "column", "form", "kind", "profile", "verdict", "cause", "standing", "errors", "warnings", "infos", "signature",
    "iss", "sub", "aud", "exp", "judged_at", "answer", "summary", "repair", "excused",
)  # fmt: skip
_FORMULA = re.compile(r"(\A|[;,\t|])(\s*)(?=[=+@＝＋－＠\-])")
"""How a cell begins that a spreadsheet would compute; and where one begins for a spreadsheet that separates by another sign."""


def render(report: Report, look: Look) -> str:
    """A head and the rows, each ended by CR LF."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for result in report.results:
        rows.writerow([inert(each) for each in _row(result)])
    return out.getvalue()


def _row(result: Result) -> list[object]:
    first = result.diagnosis.causes[0] if result.diagnosis.causes else None
    counts = [sum(f.severity == severity and not f.excused for f in result.findings) for severity in ("error", "warning", "info")]
    claims = [_claim(result, name) for name in ("iss", "sub", "aud", "exp")]
    judged = "" if result.judged_at is None else utc(result.judged_at)
    return [
        safe(result.source.name), result.source.line, result.source.column, result.source.form, result.kind or "", result.profile.name,
        result.verdict, first.cause if first else "", first.standing if first else "", *counts, _signature(result), *claims, judged,
        safe(result.said), summary(result), brief(result), outline.excused(result),
    ]  # fmt: skip


def _signature(result: Result) -> str:
    return f"{result.signature.status} ({TOLD})" if result.signature.stated else result.signature.status


def _claim(result: Result, name: str) -> str:
    """Text as it is; anything else as JSON."""
    if name not in result.claims:
        return ""
    value = result.claims[name]
    return safe(value) if isinstance(value, str) else outline.json_text(value)


def inert(value: object) -> object:
    """A cell that begins like a formula gets an apostrophe before it, which spreadsheets take for "this is text"."""
    return _FORMULA.sub(r"\1\2'", value) if isinstance(value, str) else value
