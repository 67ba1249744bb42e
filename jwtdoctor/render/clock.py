"""The difference of two clocks, shown: the answer first, then how it was found; or the document of the contract for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from .._version import __version__
from ..live.clock import Consequence, Measured
from ..live.offset import Limits, Offset
from ..moments import span, utc
from ..visible import safe
from . import Look

_LABEL = 14


class Difference(NamedTuple):
    """Everything there is to show."""

    url: str
    authentic: bool
    """Whether the server proved who it is."""
    measured: Measured
    limits: Limits
    consequence: Consequence
    profile: str
    title: str

    @property
    def is_off(self) -> bool:
        """Whether the clock is wrong."""
        return self.limits.are_passed(self.measured.offset)


def render(found: Difference, format: str, look: Look) -> str:
    """As ``terminal``, ``plain`` or ``json``."""
    if format == "json":
        return json.dumps(document(found), ensure_ascii=True, indent=2, allow_nan=False) + "\n"
    return _terminal(found, look) if format == "terminal" else _plain(found, look)


def document(found: Difference) -> dict[str, Any]:
    """The JSON of the contract, version 1; its schema is ``clock.schema.json``. All times in seconds."""
    measured = found.measured
    return {
        "format": "jwtdoctor-clock", "version": 1, "tool": {"name": "jwtdoctor", "version": __version__},
        "url": shown(found.url), "authenticated": found.authentic, "proxy": safe(measured.proxy) or None,
        **offset_json(measured.offset), "contradiction": round(measured.offset.contradiction, 3),
        "off": found.is_off, "limits": {"ahead": found.limits.ahead, "behind": found.limits.behind},
        "profile": found.profile, "lapsed_lifetimes": list(found.consequence.lapsed),
        "status": measured.status, "asked": measured.asked, "cached": measured.cached, "stopped": safe(measured.stopped) or None,
        "samples": [{"sent": round(each.sent, 3), "round_trip": round(each.trip, 4), "date": each.date} for each in measured.samples],
    }  # fmt: skip


def offset_json(offset: Offset) -> dict[str, float]:
    """The difference as both live documents write it."""
    return {"ahead": round(offset.ahead, 3), "within": round(offset.within, 3), "round_trip": round(offset.trip, 4)}


def shown(url: str) -> str:
    """A URL without its query, which may hold anything."""
    return safe(url.partition("?")[0])


def difference(offset: Offset) -> str:
    """``is ahead by 6 min 40 s (400.2 s ± 0.3 s)``; ``agrees`` where none can be told."""
    size, within = abs(offset.ahead), f"± {offset.within:.{2 if offset.within < 0.1 else 1}f} s"
    digits = 2 if offset.within < 0.1 else 1
    if size <= offset.within:
        return f"agrees with the server's ({round(offset.ahead, digits) + 0.0:+.{digits}f} s {within})"
    long = f"{span(size)} ({size:.{digits}f} s {within})" if size >= 60 else f"{size:.{digits}f} s {within}"
    return f"is {'ahead' if offset.ahead > 0 else 'behind'} by {long}"


def trip(seconds: float) -> str:
    """A round trip in words."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def headline(found: Difference) -> str:
    """The answer in one sentence."""
    return f"this machine's clock {difference(found.measured.offset)}"


def rows(found: Difference) -> Iterator[tuple[str, str]]:
    """What there is to know, a label and a text each."""
    measured = found.measured
    yield "matters", _matters(found)
    if found.is_off:
        yield (
            "help",
            "set this machine's clock by NTP (systemd-timesyncd, chrony, w32time); in a container it is the host's clock",
        )
    if measured.offset.contradiction:
        yield (
            "doubt",
            f"the answers contradict each other by {measured.offset.contradiction:.1f} s: several servers behind one name, or a cache that does not say so",
        )
    if not found.authentic:
        yield "doubt", "asked over http: anybody on the way can answer with any time"
    yield "server", f"{shown(found.url)}{f', by way of the proxy {safe(measured.proxy)}' if measured.proxy else ''}"
    cached = f"; {measured.cached} came from a cache and were left out" if measured.cached else ""
    stopped = f"; then: {safe(measured.stopped)}" if measured.stopped else ""
    yield "samples", f"{len(measured.samples)} of {measured.asked}{cached}{stopped}"
    yield "round trip", f"{trip(measured.offset.trip)} (the shortest)"
    last = measured.samples[-1]
    yield "server's time", f"{utc(last.date)} when it was {utc(last.sent + last.trip)} here"


def _matters(found: Difference) -> str:
    """What it does to assertions signed here, under the profile."""
    offset, limits = found.measured.offset, found.limits
    rules = f"{found.title} ({found.profile})"
    if not found.is_off:
        return f"no; from {limits.ahead:g} s ahead or {limits.behind:g} s behind it would, with {rules}"
    if offset.ahead > 0:
        size = span(offset.ahead)
        return f"yes, with {rules}: `iat` and `nbf` of an assertion signed here lie {size} in the server's future, and `exp` {size} later than meant"
    lapsed = found.consequence.lapsed
    if not lapsed:
        return f"yes, with {rules}: of an assertion's lifetime {span(offset.ahead)} are over when it is signed here"
    lifetimes = ", ".join(str(each) for each in lapsed)
    return f"yes, with {rules}: an assertion signed here has expired before it arrives, if its lifetime is one of the usual {lifetimes} s"


def _plain(found: Difference, look: Look) -> str:
    lines = _wrapped("Answer", headline(found), look.width)
    for label, text in rows(found):
        lines += _wrapped(f"{label[:1].upper()}{label[1:]}", text, look.width)
    return "\n".join(lines) + "\n"


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", width, subsequent_indent="  ", break_on_hyphens=False)


def _terminal(found: Difference, look: Look) -> str:
    from .paint import Line, painted, unpainted

    style = "bold yellow" if found.is_off else "bold green"
    lines: list[Line] = [((each, style),) for each in textwrap.wrap(headline(found), look.width, break_on_hyphens=False)]
    for label, text in rows(found):
        for number, part in enumerate(textwrap.wrap(text, max(20, look.width - _LABEL), break_on_hyphens=False)):
            lines.append(((f"{'' if number else label:<{_LABEL}}", "dim"), (part, "")))
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in lines)
