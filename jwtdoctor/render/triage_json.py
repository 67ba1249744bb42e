"""The document ``jwtdoctor-triage`` of the contract, version 1; its schema is ``triage.schema.json``."""

from __future__ import annotations

import json

from ..triage.summary import Summary
from . import Look


def render(summary: Summary, look: Look) -> str:
    """Indented, ASCII only."""
    return json.dumps(summary.to_json(), ensure_ascii=True, indent=2) + "\n"
