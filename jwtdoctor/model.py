"""The nouns everything else speaks of. Standard library only, no behaviour beyond printing themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
Effect = Literal["refuses", "tolerates", "unknown"]
Confidence = Literal["certain", "likely", "hint"]
Standing = Literal["confirmed", "named", "possible", "doubtful"]
Verdict = Literal["refused", "accepted", "undetermined"]
SignatureStatus = Literal["valid", "invalid", "not-examined"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
EFFECTS: tuple[Effect, ...] = ("refuses", "unknown", "tolerates")
CONFIDENCES: tuple[Confidence, ...] = ("certain", "likely", "hint")
STANDINGS: tuple[Standing, ...] = ("confirmed", "named", "possible", "doubtful")

STAGES = ("client", "transport", "request", "parse", "app", "signature", "audience", "time", "user", "login", "after")
"""The checks on the way of an assertion, in the order that error combinations suggest; ``after``: past success."""

Facts = Mapping[str, Any]


class Place(NamedTuple):
    """A spot in an exhibit: ``payload.exp``, ``request.grant_type``, ``certificate.not_after``."""

    exhibit: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.exhibit}.{self.path}" if self.path else self.exhibit


class Span(NamedTuple):
    """A stretch of a source text; lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Origin(NamedTuple):
    """Where in a source text a value comes from."""

    span: Span
    expression: str
    """The expression as written."""
    mend: str = ""
    """What belongs there instead, in the same language; empty where the expression is right or nobody can tell."""


class Hit(NamedTuple):
    """What a check saw: where, the facts, and which of the rule's wordings fits. No prose, no severity."""

    at: Place
    facts: Facts
    variant: str = ""


class Skipped(NamedTuple):
    """Why a rule could not be examined, and which exhibit it would need."""

    because: str
    needs: str


class Finding(NamedTuple):
    """A hit in the words and with the weight of its rule, under one profile."""

    rule: str
    variant: str
    severity: Severity
    effect: Effect
    confidence: Confidence
    at: Place
    message: str
    label: str
    note: str
    help: str
    facts: Facts
    because: str = ""
    """Why the provider is taken to treat it so, where the profile weighs it anew."""
    explains: tuple[str, ...] = ()
    """Rules whose findings only follow from this one."""
    remains: tuple[str, ...] = ()
    """Causes of which it must be one, where it cannot be told which; a single one: the cause this speaks for."""
    origin: Origin | None = None
    """Where the value was read, when it was read from source text and not from a token."""
    excused: str = ""
    """Why it fails nothing: ``baseline``, or the reason somebody gave for ignoring it; empty where it counts."""

    def speaks_for(self, cause: str) -> bool:
        """Whether this finding supports the cause of that name."""
        return cause == self.rule if not self.remains else cause in self.remains


class Broken(NamedTuple):
    """A rule that failed by itself; the others went on."""

    rule: str
    error: str
