"""Epoch milliseconds that went through a signed 32-bit integer and were added to the present moment as a lifetime.

Apex Reference, Auth.JWT.setValidityLength; Java Language Specification §5.1.3 (narrowing keeps the low 32 bits).
"""

from __future__ import annotations

from typing import NamedTuple

from ..case import Case
from .numericdate import exp, signing_moment


class Overflow(NamedTuple):
    """How epoch milliseconds went through 32 bits: all in seconds but ``milliseconds`` and ``integer``."""

    at: int
    lifetime: int
    milliseconds: int
    integer: int
    base: str


_LIFETIMES = (60, 120, 180, 240, 300, 600, 900, 1800, 3600, 7200, 86400, 0)
_LEAST = 7 * 86400
UNCERTAIN = 300


def overflow(case: Case) -> Overflow | None:
    """Facet: exp = t + int32(1000 · (t + lifetime) + fraction), the low 32 bits of epoch milliseconds taken as a duration.

    Two's complement truncation as of Java's ``Long.intValue`` (Java Language Specification §5.1.3).
    """
    reading = case.facet(exp)
    base = case.facet(signing_moment)
    if reading.number is None or base is None or reading.unit not in ("seconds", "duration", "unclear"):
        return None
    expiry = int(reading.number)
    if abs(expiry - base.at) < _LEAST or abs(expiry - base.at) > 2**31 + UNCERTAIN:
        return None
    reach = 2 if base.exact else UNCERTAIN
    for away in range(reach + 1):
        for at in {base.at - away, base.at + away}:
            for lifetime in _LIFETIMES:
                fraction = (expiry - at - 1000 * (at + lifetime)) & 0xFFFFFFFF
                if fraction < 1000:
                    return Overflow(at, lifetime, 1000 * (at + lifetime) + fraction, expiry - at, base.source)
    return None


def flips(found: Overflow) -> int:
    """When the integer next changes its sign: every 2^31 ms, 24.86 days."""
    return found.at + (2**31 - (found.milliseconds % 2**31)) // 1000
