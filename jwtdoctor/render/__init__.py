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
    base: str = ""
    """The folder that names of files are told relative to, where a format wants them so; empty where it is not known."""


class Format(NamedTuple):
    """One format: the module here and its function, the endings of its files, what it is on the wire."""

    module: str
    endings: tuple[str, ...] = ()
    media: str = "text/plain"
    shared: bool = False
    """Made to be shown to others, so that identifiers are made safe before it is written unless that is refused."""
    function: str = "render"


FORMATS: dict[str, Format] = {
    "terminal": Format("terminal"),
    "plain": Format("plain", (".txt",)),
    "json": Format("json_v1", (".json",), "application/json"),
    "sarif": Format("sarif", (".sarif", ".sarif.json"), "application/sarif+json", shared=True),
    "junit": Format("junit", (".xml",), "application/xml"),
    "github": Format("github", shared=True),
    "github-summary": Format("github", media="text/markdown", shared=True, function="summary"),
    "markdown": Format("markdown", (".md", ".markdown"), "text/markdown", shared=True),
    "csv": Format("csv", (".csv",), "text/csv"),
    "html": Format("html", (".html", ".htm"), "text/html", shared=True),
}
"""Name on the command line → how it is made. A new format is a file and a line."""

SHARED = frozenset(name for name, each in FORMATS.items() if each.shared)
"""Formats that are redacted unless that is refused."""

Renderer = Callable[[Report, Look], str]


def render(report: Report, format: str, look: Look) -> str:
    """The report in one of :data:`FORMATS`; the module is imported when it is used."""
    known = FORMATS[format]
    renderer: Renderer = getattr(import_module(f"{__name__}.{known.module}"), known.function)
    return renderer(report, look)
