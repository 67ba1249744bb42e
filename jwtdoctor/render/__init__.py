"""How does it look? One file per format: a report in, text out. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from ..report import Report


class Look(NamedTuple):
    """What a renderer needs to know about where it writes."""

    width: int = 80
    color: bool = False


FORMATS: dict[str, str] = {"terminal": "terminal", "plain": "plain", "json": "json_v1"}
"""Name on the command line → module here. A new format is a file and a line."""

Renderer = Callable[[Report, Look], str]


def render(report: Report, format: str, look: Look) -> str:
    """The report in one of :data:`FORMATS`; the module is imported when it is used."""
    renderer: Renderer = import_module(f"{__name__}.{FORMATS[format]}").render
    return renderer(report, look)
