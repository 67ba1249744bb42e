"""UTC offsets that got into a time claim: a local time taken for UTC, or the reverse.

An offset is told from plain lateness by what is left when it is taken away: a lifetime that programs ask for, or ``iat``.
"""

from __future__ import annotations

from typing import NamedTuple

from ..case import Case
from .numericdate import exp, iat
from .overflow import overflow

ZONES: tuple[int, ...] = tuple(
    int(hours * 3600)
    for hours in (
        -12, -11, -10, -9.5, -9, -8, -7, -6, -5, -4, -3.5, -3, -2.5, -2, -1,
        1, 2, 3, 3.5, 4, 4.5, 5, 5.5, 5.75, 6, 6.5, 7, 8, 8.75, 9, 9.5, 10, 10.5, 11, 12, 12.75, 13, 13.75, 14,
    )
)  # fmt: skip
"""UTC offsets in use, seconds (IANA time zone database, with summer times)."""


class Shift(NamedTuple):
    """A UTC offset between what exp says and what was meant."""

    offset: int
    lifetime: int
    exact: bool
    evidence: str


def shift(case: Case) -> Shift | None:
    """Facet: the UTC offset that explains where exp lies, with the evidence for it."""
    reading = case.facet(exp)
    if reading.unit != "seconds" or reading.seconds is None or case.moment is None or case.facet(overflow):
        return None
    usual: tuple[int, ...] = tuple(case.profile.settings.get("usual_lifetimes", ()))
    issued = case.facet(iat).seconds if case.facet(iat).unit == "seconds" else None
    if issued is None:
        return _shift_without_iat(reading.seconds - case.moment, usual)
    lifetime = reading.seconds - issued
    if abs(case.moment - issued) <= 600:
        return _shift_against_iat(lifetime, usual)
    return _shift_of_both(case.moment - issued, lifetime, usual)


def _shift_against_iat(lifetime: int, usual: tuple[int, ...]) -> Shift | None:
    """iat is right, exp is not: the lifetime is off by a zone."""
    if 0 < lifetime <= 3600:
        return None
    for offset in sorted(ZONES, key=abs):
        if any(abs(lifetime + offset - each) <= 2 for each in usual):
            return Shift(offset, lifetime + offset, True, "iat")
    near = next((o for o in sorted(ZONES, key=abs) if 0 < lifetime + o <= 900), None)
    return Shift(near, lifetime + near, False, "iat") if near is not None and lifetime < 0 else None


def _shift_of_both(late: int, lifetime: int, usual: tuple[int, ...]) -> Shift | None:
    """iat and exp lie off together, by a zone to the minute."""
    if not 0 < lifetime <= 3600:
        return None
    near = next((o for o in ZONES if -5 <= late - o <= 60), None)
    return Shift(near, lifetime, lifetime in usual, "both") if near is not None else None


def _shift_without_iat(ahead: int, usual: tuple[int, ...]) -> Shift | None:
    """Only exp: it must lie a zone away from now plus a usual lifetime, to a few seconds."""
    for offset in sorted(ZONES, key=abs):
        if offset > 0 and ahead > 0:
            continue
        if offset < 0 and ahead < 3600 + max(usual, default=0):
            continue
        if any(-3 <= each - (ahead + offset) <= 3 for each in usual):
            return Shift(offset, ahead + offset, True, "now")
    if ahead >= 0:
        return None
    near = next((o for o in sorted(ZONES) if o > 0 and 30 <= ahead + o <= 600), None)
    return Shift(near, ahead + near, False, "now") if near is not None else None
