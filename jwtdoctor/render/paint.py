"""Lines of styled pieces as text: with the escape sequences of a terminal, or without. Nothing is ever read as markup."""

from __future__ import annotations

import functools

Piece = tuple[str, str]
"""Text and the name of its style."""
Line = tuple[Piece, ...]


def unpainted(line: Line) -> str:
    """The text alone."""
    return "".join(text for text, _ in line).rstrip()


def painted(line: Line) -> str:
    """The text in its styles."""
    return "".join(_sequence(style).replace("\0", text) if style and text.strip() else text for text, style in line)


@functools.cache
def _sequence(style: str) -> str:
    """The escape sequences of a style around a place-holder, in the sixteen colours every terminal has."""
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render("\0", color_system=ColorSystem.STANDARD)
