"""What would this code sign? Reads source text without running it; one reader per language, each yields a sketch."""

from __future__ import annotations

from ..model import Origin, Span
from .sketch import Sketch

__all__ = ["Origin", "Sketch", "Span", "may_sign", "read"]


def may_sign(text: str) -> bool:
    """Whether a cheap look finds anything in ``text`` that signs a JWT in one of the languages read here."""
    return False


def read(text: str, now: int | None) -> list[Sketch]:
    """The sketches in ``text`` as of ``now`` (epoch seconds); an empty list when nothing in it signs a JWT."""
    return []
