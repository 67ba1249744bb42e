"""Time stamps of log records: ISO 8601 and its kin, syslog, Apache and nginx, java.util.logging, epoch, JSON members.

A stamp without a year, or of a time of day alone, says no moment. RFC 3339, RFC 5424 §6.2.3, RFC 3164 §4.1.2.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple


class Stamp(NamedTuple):
    """When a record was written; ``when`` is ``None`` for a stamp that names no day or no year."""

    when: int | None
    zoned: bool


_MONTHS = {
    name: number
    for number, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
_ZONE = r"[ ]?(Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b|[+-]\d\d\b)?"
_SIMPLE = re.compile(rf"[\[(\"'<]?(\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,:]\d{{1,9}})?{_ZONE}")
_BEFORE = r"(?:[^\s\"{}]{0,48}[ \t|]{1,3}){0,5}?[\[(\"'<]{0,2}"
"""Up to five words: host, container, level, thread."""
_FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"{_BEFORE}(?P<y>\d{{4}})[-/.]?(?P<m>\d\d)[-/.]?(?P<d>\d\d)(?:[T ]|, ?)(?P<H>\d\d):?(?P<M>\d\d):?(?P<S>\d\d)(?:[.,:]\d{{1,9}})?[ ]?(?P<z>Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?"
    ),
    re.compile(
        r"[^\n\[]{0,120}\[(?P<d>\d\d)/(?P<b>[A-Z][a-z]{2})/(?P<y>\d{4}):(?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)[ ]?(?P<z>[+-]\d{4})?"
    ),
    re.compile(
        rf"{_BEFORE}(?:[A-Z][a-z]{{2,8}},? )?(?P<b>[A-Z][a-z]{{2}})[a-z]{{0,6}} {{1,2}}(?P<d>\d{{1,2}}),? (?P<y>\d{{4}}),? (?P<H>\d{{1,2}}):(?P<M>\d\d):(?P<S>\d\d)(?:[.,]\d+)?[ ]?(?P<p>[AP]M)?"
    ),
    re.compile(
        rf"{_BEFORE}(?:[A-Z][a-z]{{2}},? )?(?P<b>[A-Z][a-z]{{2}}) {{1,2}}(?P<d>\d{{1,2}}) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:\.\d+)?[ ]?(?P<z>UTC|GMT|[+-]\d{{4}})? (?P<y>\d{{4}})\b"
    ),
    re.compile(
        rf"{_BEFORE}(?:[A-Z][a-z]{{2}}, )?(?P<d>\d{{1,2}})[ -](?P<b>[A-Z][a-z]{{2}})[ -](?P<y>\d{{4}}) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:[.,]\d+)?[ ]?(?P<z>UTC|GMT|Z\b|[+-]\d{{2}}:?\d\d)?"
    ),
    re.compile(rf"{_BEFORE}(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d{{4}}),? (?P<H>\d{{1,2}}):(?P<M>\d\d):(?P<S>\d\d) (?P<p>[AP]M)\b"),
)
_EPOCH = re.compile(r"[\[(]?(1[0-9]{9})(\d{3})?(?:\.\d{1,9})?[\])]?(?=[\s:,|])")
_DAYLESS = re.compile(rf"{_BEFORE}(?:[A-Z][a-z]{{2}} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,:]\d{{1,9}})?(?=[\s|\])(,;-]|\Z)")
_MEMBER = re.compile(
    r"\"(?:@?timestamp|time|ts|date|datetime|@t|eventTime|asctime|logged_at|startedDateTime)\\?\"\s*:\s*"
    r"(?:\\?\"([^\"\\\n]{10,40})\\?\"|(\d{10})(\d{3})?(?:\.\d+)?\b)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?:time|ts|t|timestamp|date|at)=\"?([^\"\s=]{10,40})\"?(?= )")
"""The first pair of a line of logfmt."""
_LEVEL = re.compile(r"\W{0,3}(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)\b[\s:\]|]")
_LEVEL_BELOW = re.compile(r"(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): ")
_LEVEL_ABOVE = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M ")
_LONGEST = 200
"""Characters at the beginning of a line in which a stamp is looked for."""
_NONE = Stamp(None, True)


def at(text: str, begin: int, stop: int) -> Stamp | None:
    """The stamp of the record whose first line begins at ``begin``; ``None`` when that line begins no record."""
    simple = _SIMPLE.match(text, begin, stop)
    if simple is not None:
        written, zone = simple.groups()
        when = _moment(written)
        if when is not None:
            return Stamp(when - _offset(zone), True) if zone else Stamp(when, False)
    first = text[begin : begin + 1]
    if first == "{":
        return _member(text, begin, stop)
    return None if not first or first in " \t\r\n})#" else _unusual(text, begin, min(stop, begin + _LONGEST))


def is_second_line(text: str, begin: int) -> bool:
    """Whether the line at ``begin`` is the second of a java.util.logging record: the level stands below the time."""
    if not _LEVEL_BELOW.match(text, begin):
        return False
    above = text.rfind("\n", max(0, begin - 4096), begin - 1) + 1
    return _LEVEL_ABOVE.match(text, above, begin) is not None


def of(text: str) -> Stamp | None:
    """The moment in a text that is nothing but a time stamp."""
    text = text.strip()
    if re.fullmatch(r"\d{10}(?:\d{3})?(?:\.\d+)?", text):
        return Stamp(int(text[:10]), True)
    found = at(text, 0, len(text))
    return found if found is not None and found.when is not None else None


def _unusual(text: str, begin: int, stop: int) -> Stamp | None:
    if not _DIGITS.search(text, begin, stop):
        return _NONE if _LEVEL.match(text, begin, stop) else None
    pair = _PAIR.match(text, begin, stop)
    if pair is not None:
        return of(pair[1])
    epoch = _EPOCH.match(text, begin, stop)
    if epoch is not None:
        return Stamp(int(epoch[1]), True)
    for form in _FORMS:
        match = form.match(text, begin, stop)
        stamp = match and _of_parts(match.groupdict())
        if stamp:
            return stamp
    return _NONE if _DAYLESS.match(text, begin, stop) or _LEVEL.match(text, begin, stop) else None


_DIGITS = re.compile(r"\d\d:\d\d|\d{10}|\d{8}[T ]\d{6}")


def _member(text: str, begin: int, stop: int) -> Stamp | None:
    """The stamp of a JSON line. The members before the message are short, and so are those behind it."""
    found = _MEMBER.search(text, begin, min(stop, begin + 512)) or _MEMBER.search(text, max(begin, stop - 1024), stop)
    if found is None and stop - begin > 1536:
        found = _MEMBER.search(text, begin, min(stop, begin + 65536))
    if found is None:
        return None
    if found[2]:
        return Stamp(int(found[2]), True)
    return of(found[1]) or _NONE


@functools.lru_cache(maxsize=16384)
def _moment(written: str) -> int | None:
    """Epoch seconds of ``2026-11-23T12:00:00``; many records have the same."""
    begin = midnight(int(written[:4]), int(written[5:7]), int(written[8:10]))
    hour, minute, second = int(written[11:13]), int(written[14:16]), int(written[17:19])
    return begin + hour * 3600 + minute * 60 + second if begin is not None and hour < 24 and minute < 60 and second < 61 else None


@functools.lru_cache(maxsize=1024)
def midnight(year: int, month: int, day: int) -> int | None:
    """Epoch seconds of a day's beginning in UTC; ``None`` for a day that is in no calendar."""
    from datetime import date

    try:
        return (date(year, month, day).toordinal() - 719_163) * 86_400
    except ValueError:
        return None


@functools.lru_cache(maxsize=256)
def _offset(zone: str) -> int:
    """Seconds east of Greenwich."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60
    return -seconds if zone[0] == "-" else seconds


def _of_parts(parts: dict[str, str | None]) -> Stamp | None:
    month = _MONTHS.get(parts.get("b") or "") or int(parts.get("m") or 0)
    begin = midnight(int(parts["y"] or 0), month, int(parts["d"] or 0))
    hour, minute, second = int(parts["H"] or 0), int(parts["M"] or 0), int(parts["S"] or 0)
    if begin is None or hour > 23 or minute > 59 or second > 60 or int(parts["y"] or 0) < 1990:
        return None
    if parts.get("p"):
        hour = hour % 12 + (12 if parts["p"] == "PM" else 0)
    zone = parts.get("z")
    return Stamp(begin + hour * 3600 + minute * 60 + second - (_offset(zone) if zone else 0), bool(zone))
