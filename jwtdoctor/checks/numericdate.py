"""What a time claim says, and what it was meant to say. RFC 7519 §2: seconds since 1970-01-01T00:00:00Z, UTC."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..case import Case
from ..decode import Lexeme, Real
from ..visible import scrub

NEAR = 20 * 31_556_952
"""An instant within twenty years of the judgement is one that somebody may have meant."""
LARGEST_BITS = 200
"""Integers beyond are no count of anything; arithmetic with them would only be slow."""
LONGEST_DURATION = 10 * 31_556_952
"""A count below ten years is a lifetime, or a date in the 1970s that nobody means."""

_TICKS_AT_EPOCH = 621_355_968_000_000_000
"""100 ns ticks from 0001-01-01 to 1970-01-01 (.NET DateTime.Ticks)."""
_FILETIME_AT_EPOCH = 116_444_736_000_000_000
"""100 ns ticks from 1601-01-01 to 1970-01-01 (Windows FILETIME)."""
_DIGITS = re.compile(r"\s*[+-]?\d{1,64}\s*\Z")
_DECIMAL = re.compile(r"\s*[+-]?\d{1,20}\.\d{1,20}\s*\Z")
_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?\s*\Z", re.IGNORECASE)


class Reading(NamedTuple):
    """One time claim."""

    form: str
    """``missing``, ``integer``, ``float``, ``digits`` (a string of them), ``iso``, ``words``, ``boolean``, ``null``,
    ``container``, ``huge``."""
    number: float | int | None
    """The count as a server reads it that also takes digit strings; None where there is no number."""
    unit: str
    """What it seems to count: ``seconds``, ``milliseconds``, ``microseconds``, ``nanoseconds``, ``ticks``, ``filetime``,
    ``duration``, ``decimal-lost``, ``iso``, ``unclear``, or empty."""
    meant: int | None
    """The instant that was meant, in epoch seconds."""
    lexeme: str
    """The value as written, for messages."""
    divisor: int = 1

    @property
    def seconds(self) -> int | None:
        """Whole seconds when the claim counts seconds, as the server reads it."""
        return int(self.number // 1) if self.number is not None and self.unit in _AS_READ else None


_AS_READ = frozenset({"seconds", "duration", "unclear"})
_MISSING = Reading("missing", None, "", None, "")


def exp(case: Case) -> Reading:
    """Facet: the reading of ``exp``."""
    return read(case.claims.get("exp", _MISSING), case.moment)


def iat(case: Case) -> Reading:
    """Facet: the reading of ``iat``."""
    return read(case.claims.get("iat", _MISSING), case.moment)


def nbf(case: Case) -> Reading:
    """Facet: the reading of ``nbf``."""
    return read(case.claims.get("nbf", _MISSING), case.moment)


BY_NAME = {"exp": exp, "iat": iat, "nbf": nbf}


class Base(NamedTuple):
    """The moment of signing, as well as it can be known."""

    at: int
    source: str
    exact: bool


def signing_moment(case: Case) -> Base | None:
    """Facet: when the assertion was made: by iat or nbf if they count seconds, else about the moment of judgement."""
    for name in ("iat", "nbf"):
        reading = case.facet(BY_NAME[name])
        if reading.unit == "seconds" and reading.seconds is not None:
            return Base(reading.seconds, name, True)
    return Base(case.moment, "now", False) if case.moment is not None else None


def read(value: object, now: int | None) -> Reading:
    """Classify a claim's value; near-now decides between units, so ``now`` is wanted but not needed."""
    if type(value) is int:
        if now is not None and -NEAR < value - now < NEAR:
            return Reading("integer", value, "seconds", value, str(value))
        if value.bit_length() > LARGEST_BITS:
            return Reading("huge", None, "", None, f"an integer of {value.bit_length()} bits")
        return _number("integer", value, str(value), now)
    if value is _MISSING:
        return _MISSING
    if isinstance(value, Real):
        return _number("float", float(value), value.lexeme, now)
    if isinstance(value, Lexeme):
        return Reading("huge", None, "", None, _short(value))
    if isinstance(value, str):
        return _text(value, now)
    if isinstance(value, bool):
        return Reading("boolean", None, "", None, "true" if value else "false")
    if value is None:
        return Reading("null", None, "", None, "null")
    return Reading("container", None, "", None, "[…]" if isinstance(value, list) else "{…}")


def _short(text: str) -> str:
    text = scrub(text[:8192])
    return text if len(text) <= 40 else f"{text[:24]}… ({len(text)} characters)"


def _text(value: str, now: int | None) -> Reading:
    if _DIGITS.match(value):
        return _number("digits", int(value), value, now)
    if _DECIMAL.match(value):
        return _number("digits", float(value), value, now)
    if _ISO.match(value):
        return Reading("iso", None, "iso", _iso(value), _short(value))
    return Reading("words", None, "", None, _short(value))


def _iso(value: str) -> int | None:
    from datetime import UTC, datetime

    try:
        when = datetime.fromisoformat(value.strip().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def _number(form: str, number: float | int, lexeme: str, now: int | None) -> Reading:
    unit, meant, divisor = _unit(number, now if now is not None else 1_800_000_000)
    return Reading(form, number, unit, meant, _short(lexeme), divisor)


def _unit(number: float | int, now: int) -> tuple[str, int | None, int]:
    if abs(number - now) < NEAR:
        return "seconds", int(number // 1), 1
    if 0 <= number < LONGEST_DURATION:
        return "duration", int(number), 1
    for unit, divisor, epoch in _UNITS:
        instant = (number - epoch) / divisor
        if abs(instant - now) < NEAR:
            return unit, int(instant // 1), divisor
    for places in (1, 2, 4, 5):
        instant = number / 10**places
        if abs(instant - now) < 31_556_952:
            return "decimal-lost", int(instant // 1), 10**places
    return "unclear", None, 1


_UNITS = (
    ("milliseconds", 1000, 0),
    ("microseconds", 1_000_000, 0),
    ("nanoseconds", 1_000_000_000, 0),
    ("ticks-1970", 10_000_000, 0),
    ("ticks", 10_000_000, _TICKS_AT_EPOCH),
    ("filetime", 10_000_000, _FILETIME_AT_EPOCH),
)
