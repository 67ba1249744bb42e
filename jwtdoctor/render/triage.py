"""The formats of a triage's summary: one file each, a summary in, text out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..triage.summary import Summary
from . import Look

FORMATS: dict[str, str] = {
    "terminal": "triage_terminal", "plain": "triage_plain", "json": "triage_json", "markdown": "triage_markdown", "html": "triage_html",
    "csv": "triage_csv",
}  # fmt: skip
"""Name on the command line → module here."""


def render(summary: Summary, format: str, look: Look) -> str:
    """The summary in one of :data:`FORMATS`; the module is imported when it is used."""
    renderer: Callable[[Summary, Look], str] = import_module(f"{__package__}.{FORMATS[format]}").render
    return renderer(summary, look)
