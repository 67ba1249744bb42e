"""What code would sign: header, claims, endpoint and key, each with where it stands in the source, or marked as not to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..intake import Request
from ..model import Origin, Span


class Sketch(NamedTuple):
    """The assertion that a piece of code would make at one moment, as far as reading it can tell. No code was run.

    Paths name values as in a token: ``header.alg``, ``payload.exp``; besides ``endpoint``, ``key``, ``encoding``,
    ``request.grant_type``, ``request.content_type``.
    """

    language: str
    """``apex``, ``javascript``, ``typescript``, ``python``, ``java``, ``csharp``, ``php``, ``go``, ``ruby``; of what is no code
    ``external-credential``, ``named-credential``, ``toml``."""
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    """The claims whose values the code shows, as they would be signed at the moment of reading."""
    unknown: frozenset[str]
    """Paths of values that are set, or may be set, but come from where the code does not show."""
    origins: Mapping[str, Origin]
    span: Span
    """From the first to the last line that has to do with the assertion."""
    endpoint: str | None = None
    traits: frozenset[str] = frozenset()
    """What else the code shows, in words that the rules know: ``apex-callout``, ``apex-named-certificate``, …"""
    names: Mapping[str, str] = {}
    """Names for the rules' sentences: ``certificate``, ``endpoint_origin``, …"""
    noun: str = "code"
    """What it is that would sign, in a word for a sentence: ``code``, ``credential``, ``config``."""
    lines: tuple[str, ...] = ()
    """The source text, line by line, for whoever shows a span."""
    request: Request | None = None
    """How it is sent, where the code shows the grant type; what of it is not shown is among ``unknown``."""
