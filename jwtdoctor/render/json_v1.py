"""The JSON of the contract, version 1; ASCII only, so no escape sequence can hide in it. Schema: ``report.schema.json``."""

from __future__ import annotations

import json

from ..report import Report
from . import Look


def render(report: Report, look: Look) -> str:
    """One document, indented."""
    return json.dumps(report.to_json(), ensure_ascii=True, indent=2, allow_nan=False) + "\n"
