"""The frame of a page that loads nothing and runs nothing: its head, its policy, its one style."""

from __future__ import annotations

from collections.abc import Iterable


def page(title: str, policy: str, style: str, body: Iterable[str]) -> str:
    """A whole document. ``title`` and the lines of ``body`` are HTML already; ``policy`` allows nothing but ``style``, by its digest."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="robots" content="noindex">',
            f"<title>{title}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        )
    )
