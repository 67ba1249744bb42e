"""The nouns of a mended program: the code, which of its lines mend what, and what no code can mend."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..catalog.snippets import Snippet
from ..model import Confidence, Place


class Reason(NamedTuple):
    """Why a line must be as it is."""

    rule: str
    at: Place
    why: str
    """The headline of the finding."""
    help: str = ""


class Mark(NamedTuple):
    """A line of the code that mends something."""

    line: int
    """Counted from 1."""
    reason: Reason


class Left(NamedTuple):
    """What the change does not mend."""

    rule: str
    at: Place
    message: str
    needs: str
    """What would mend it."""
    right: str = ""
    """The line of the snippet that shows how it is done, where there is one."""


class Hunk(NamedTuple):
    """A changed stretch of source code."""

    line: int
    """Where it begins in the original, counted from 1."""
    reasons: tuple[Reason, ...]


class Chosen(NamedTuple):
    """Which language the code is in, and why."""

    snippet: Snippet
    by: Literal["option", "detected", "source", "default"]
    why: str = ""
    confidence: Confidence | None = None
    cites: tuple[str, ...] = ()


class Fix(NamedTuple):
    """The change of the code: a whole new program, or a patch of the one that was given."""

    kind: Literal["code", "patch"]
    chosen: Chosen
    text: str
    """The program, or the unified diff; empty where there is nothing to change."""
    summary: str = ""
    """What was wrong, in a sentence."""
    marks: tuple[Mark, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    """What else is to be known about it."""
    exact: bool = True
    """Whether a patch can be applied; not where a changed line holds what is not shown."""
