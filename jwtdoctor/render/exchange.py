"""What a token endpoint said to an assertion, shown: let in or not, the answer without its secrets, the clocks, the diagnosis."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from .._version import __version__
from ..live.exchange import Exchanged
from ..report import Report
from ..visible import safe
from . import Look, outline
from . import render as render_report
from .clock import difference, offset_json, shown, trip

_LABEL = 14


class Outcome(NamedTuple):
    """Everything there is to show."""

    found: Exchanged
    report: Report
    source: str
    """Where the assertion was read, or that it is new."""
    token_file: str = ""
    """``kept``, ``lost``, or nothing where no token came or none was wanted."""


def render(outcome: Outcome, format: str, look: Look) -> str:
    """As ``terminal``, ``plain`` or ``json``."""
    if format == "json":
        return json.dumps(document(outcome), ensure_ascii=True, indent=2, allow_nan=False) + "\n"
    head = _terminal(outcome, look) if format == "terminal" else _plain(outcome, look)
    return head if outcome.found.granted else f"{head}\n{render_report(outcome.report, format, look)}"


def document(outcome: Outcome) -> dict[str, Any]:
    """The JSON of the contract, version 1; its schema is ``exchange.schema.json``. All times in seconds."""
    found = outcome.found
    granted = found.granted
    return {
        "format": "jwtdoctor-exchange", "version": 1, "tool": {"name": "jwtdoctor", "version": __version__},
        "source": safe(outcome.source), "endpoint": shown(found.endpoint), "proxy": safe(found.proxy) or None, "outcome": found.outcome,
        "answer": {
            "status": found.status, "reason": found.reason or None, "media_type": found.media or None, "bytes": found.size, "cut": found.cut,
            "date": found.date, "round_trip": round(found.trip, 4), "redirect": found.redirect or None,
        },
        "clock": None if found.offset is None else offset_json(found.offset),
        "granted": None if granted is None else {
            "token_type": granted.token_type or None, "scopes": list(granted.scopes), "instance": granted.instance or None,
            "identity": granted.identity or None, "expires_in": granted.expires_in, "members": list(granted.members),
        },
        "token_file": outcome.token_file or None,
        "report": outcome.report.to_json(),
    }  # fmt: skip


def headline(outcome: Outcome) -> str:
    """The answer in one sentence."""
    found = outcome.found
    if found.outcome == "let-in":
        return "let in: the server answers with an access token"
    if found.outcome == "redirected":
        where = f"to {found.redirect}" if found.redirect else "to another path"
        return f"not let in: redirected {where} (HTTP {found.status}); the assertion was not sent there"
    if found.outcome == "refused":
        said = safe(outcome.report.results[0].said) if outcome.report.results and found.said else "no reason is given"
        return f"not let in: {said} (HTTP {found.status})"
    return f"not let in, and not refused either: the answer (HTTP {found.status}) is none of a token endpoint"


def rows(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """What there is to know, a label and a text each."""
    found = outcome.found
    if found.granted is not None:
        yield from _granted(outcome)
    yield "assertion", safe(outcome.source)
    yield "endpoint", f"{shown(found.endpoint)}{f', by way of the proxy {safe(found.proxy)}' if found.proxy else ''}"
    if found.outcome == "redirected":
        yield "help", "a token endpoint does not redirect; if the host it points to is yours, give that one as --endpoint"
    size = (
        f"more than {found.size} bytes, the rest was not read"
        if found.cut
        else f"{found.size} bytes"
        if found.size
        else "no body"
    )
    yield (
        "answer",
        f"HTTP {found.status}{f' {found.reason}' if found.reason else ''}, {found.media or 'no media type'}, {size}, after {trip(found.trip)}",
    )
    yield "clock", _clock(found)


def _clock(found: Exchanged) -> str:
    if found.offset is None:
        return "not known: the answer has no Date header, or came from a cache; judged by this machine's clock"
    return f"this machine's clock {difference(found.offset)}, by the answer's Date"


def _granted(outcome: Outcome) -> Iterator[tuple[str, str]]:
    granted = outcome.found.granted
    if granted is None:
        return
    yield (
        "token",
        f"{granted.token_type or 'of no stated type'}{_KEPT.get(outcome.token_file, '; not shown (--token-file FILE keeps it)')}",
    )
    yield "scope", " ".join(granted.scopes) or "not stated"
    if granted.instance:
        yield "API at", granted.instance
    if granted.expires_in is not None:
        yield "expires in", f"{granted.expires_in} s"
    for result in outcome.report.results:
        for each in outline.ordered(result):
            yield "let pass", f"{each.rule}: {each.message}"


_KEPT = {"kept": "; in the file", "lost": "; not shown, and not kept: the file could not be written"}


def _plain(outcome: Outcome, look: Look) -> str:
    lines = _wrapped("Answer", headline(outcome), look.width)
    for label, text in rows(outcome):
        said = f"{label[:1].upper()}{label[1:]}"
        lines += _wrapped(said if said != "Answer" else "Response", text, look.width)
    return "\n".join(lines) + "\n"


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return outline.wrapped(f"{label}: {text}", width, subsequent_indent="  ", break_long_words=True)


def _terminal(outcome: Outcome, look: Look) -> str:
    from .paint import Line, painted, unpainted

    style = "bold green" if outcome.found.granted else "bold yellow"
    lines: list[Line] = [((each, style),) for each in textwrap.wrap(headline(outcome), look.width, break_on_hyphens=False)]
    for label, text in rows(outcome):
        for number, part in enumerate(outline.wrapped(text, max(20, look.width - _LABEL), break_long_words=True)):
            lines.append(((f"{'' if number else label:<{_LABEL}}", "dim"), (part, "")))
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in lines)
