"""What most languages' libraries have in common about time: parts for the tables of the single languages."""

from __future__ import annotations

import re
from fractions import Fraction

from .evaluate import Call
from .evaluate import Function as Function
from .values import UNKNOWN, Count, Mapped, Moment, Span, Value, Written, exact, floored, moment_of, squeezed, text_of
from .values import count_of as count_of

MINUTE, HOUR, DAY = 60, 3600, 86400
TICKS_AT_EPOCH = 621_355_968_000_000_000
"""100 ns ticks from 0001-01-01 to 1970-01-01 (.NET DateTime.Ticks)."""


def counting(per_second: int, *, whole: bool = True) -> Function:
    """A call that gives the present as a count of units since 1970."""
    return lambda call: Count(Fraction(per_second), Fraction(0), whole)


def present(zone: str = "aware") -> Function:
    """A call that gives the present as a date object."""
    return lambda call: Moment(1, Fraction(0), zone)


def lasting(seconds: Fraction | int) -> Function:
    """A call that makes a length of time of a number of units."""

    def made(call: Call) -> Value:
        number = exact(call.value())
        return Span(0, number * seconds) if number is not None else UNKNOWN

    return made


def later(seconds: Fraction | int, sign: int = 1) -> Function:
    """A method of a date object that adds a number of units."""

    def moved(call: Call) -> Value:
        number = exact(call.value())
        if not isinstance(call.receiver, Moment) or number is None:
            return UNKNOWN
        return call.receiver._replace(offset=call.receiver.offset + sign * number * seconds)

    return moved


def counted(per_second: int, *, whole: bool = True) -> Function:
    """A method of a date object, or of a length of time, that counts its units since 1970."""

    def count(call: Call) -> Value:
        return as_count(call.receiver, per_second, whole=whole)

    return count


def as_count(value: Value, per_second: int, *, whole: bool = True) -> Value:
    """The number of units in a date object or a length of time."""
    if isinstance(value, Span):
        return count_of(value, per_second, whole)
    if not isinstance(value, Moment):
        return UNKNOWN
    return Count(Fraction(value.base * per_second), value.offset * per_second, whole, zone=value.shifted)


def added(sign: int = 1) -> Function:
    """A method that adds a length of time to a date object, or takes a moment from another."""

    def moved(call: Call) -> Value:
        from .values import combined

        return combined("+" if sign > 0 else "-", call.receiver, call.value(), whole_division=True)

    return moved


def same(call: Call) -> Value:
    """A method that gives what it was called on."""
    return call.receiver


def first(call: Call) -> Value:
    """A function that gives its argument."""
    return call.value()


def floor(call: Call) -> Value:
    """A function that takes the fraction off its argument; a text of digits becomes a number."""
    value = call.value()
    if isinstance(value, Written) and isinstance(value.of, Count):
        return value.of
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value.strip()):
        return int(value)
    return floored(value)


def squeeze(call: Call) -> Value:
    """A method that keeps 32 bits of what it is called on."""
    return squeezed(call.receiver)


def text(call: Call) -> Value:
    """A function that makes a text of its argument."""
    return text_of(call.value())


def text_method(call: Call) -> Value:
    """A method that makes a text of what it is called on."""
    return text_of(call.receiver)


def iso(call: Call) -> Value:
    """A method that writes a date object out."""
    value = call.receiver
    return Written(value, "iso") if isinstance(value, Moment) else text_of(value)


def moment(per_second: int) -> Function:
    """A call that makes a date object of a count; without an argument, of the present."""

    def made(call: Call) -> Value:
        value = call.value()
        if not call.nodes:
            return Moment(1, Fraction(0))
        return value if isinstance(value, Moment) else moment_of(value, per_second)

    return made


def epoch(call: Call) -> Value:
    """``DateTime(1970, 1, 1, …)``: the beginning of the count."""
    return Moment(0, Fraction(0)) if [*call.arguments[:3]] == [1970, 1, 1] else UNKNOWN


_UNITS = {
    "ms": Fraction(1, 1000), "millisecond": Fraction(1, 1000), "milli": Fraction(1, 1000), "s": Fraction(1), "sec": Fraction(1), "second": Fraction(1),
    "m": Fraction(MINUTE), "min": Fraction(MINUTE), "minute": Fraction(MINUTE), "h": Fraction(HOUR), "hr": Fraction(HOUR), "hour": Fraction(HOUR),
    "d": Fraction(DAY), "day": Fraction(DAY), "w": Fraction(7 * DAY), "week": Fraction(7 * DAY), "y": Fraction(31_557_600), "year": Fraction(31_557_600),
}  # fmt: skip
_AMOUNT = re.compile(r"\s*([+-]?\s*\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]{0,12})\s*")


def unit(name: object) -> Fraction | None:
    """Seconds in a unit of that name; ``minutes``, ``MINUTES``, ``m``."""
    if not isinstance(name, str):
        return None
    folded = name if len(name) == 1 else name.lower()
    return _UNITS.get(folded) or _UNITS.get(folded.removesuffix("s"))


def amount(written: str) -> Fraction | None:
    """Seconds in ``5m``, ``2 hours``, ``+3 minutes``; None for anything else."""
    match = _AMOUNT.fullmatch(written)
    if match is None or not match[2]:
        return None
    seconds = unit(match[2])
    return None if seconds is None else Fraction(match[1].replace(" ", "")) * seconds


def amounts(value: Value) -> Fraction | None:
    """Seconds in ``{ minutes: 5, seconds: 10 }`` or in a mapping of such arguments."""
    entries = (
        {name: slot.value for name, slot in value.entries.items()} if isinstance(value, Mapped) and not value.open else value
    )
    if not isinstance(entries, dict) or not entries:
        return None
    total = Fraction(0)
    for name, number in entries.items():
        seconds, count = unit(name), exact(number)
        if seconds is None or count is None:
            return None
        total += seconds * count
    return total
