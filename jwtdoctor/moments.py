"""Instants and spans in words. UTC always; years beyond what calendars of programming languages hold are still named."""

from __future__ import annotations

_LAST_YEAR = 253_402_300_799
_FIRST_YEAR = -62_135_596_800
_MEAN_YEAR = 31_556_952


def utc(seconds: float) -> str:
    """``2026-11-23 12:03:00Z``; outside the years 1 to 9999 only the year."""
    whole = int(seconds // 1)
    if not _FIRST_YEAR <= whole <= _LAST_YEAR:
        return f"the year {year_in_words(seconds)}"
    import time

    parts = time.gmtime(whole) if whole >= 0 else _before_1970(whole)
    return f"{parts[0]:04d}-{parts[1]:02d}-{parts[2]:02d} {parts[3]:02d}:{parts[4]:02d}:{parts[5]:02d}Z"


def _before_1970(whole: int) -> tuple[int, ...]:
    from datetime import UTC, datetime, timedelta

    return tuple((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole)).timetuple())


def year(seconds: float) -> int:
    """The (proleptic, mean) year an instant lies in."""
    if _FIRST_YEAR <= seconds <= _LAST_YEAR:
        return int(utc(seconds)[:4])
    return 1970 + int(seconds // _MEAN_YEAR)


def year_in_words(seconds: float) -> str:
    """The year, with commas only where it has more than four digits."""
    found = year(seconds)
    return f"{found:,}" if abs(found) > 9999 else str(found)


def span(seconds: float) -> str:
    """A length of time in its two largest units: ``4 min 12 s``, ``5 h 30 min``, ``3 d 4 h``, ``57 years``."""
    rest = int(abs(seconds) + 0.5)
    if rest >= 2 * _MEAN_YEAR:
        return f"{rest // _MEAN_YEAR:,} years"
    if rest >= 60 * 86400:
        return f"{rest // 86400} days"
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def relative(seconds: float) -> str:
    """``in 4 min 12 s``, ``5 h 30 min ago``, ``now``."""
    if abs(seconds) < 1:
        return "now"
    return f"in {span(seconds)}" if seconds > 0 else f"{span(seconds)} ago"


def zone(seconds: int) -> str:
    """A UTC offset as ``UTC+5:30``."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
