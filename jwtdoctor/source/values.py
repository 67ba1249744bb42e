"""What an expression amounts to, with the present moment left open: texts, numbers, moments, lifetimes, maps, and what cannot be told."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from ..decode import Real
from .expression import Node

Number = int | float | Fraction


class Unknown(NamedTuple):
    """A value that the code does not show."""

    why: str = ""


UNKNOWN = Unknown()


class Count(NamedTuple):
    """A number that counts time since 1970: ``scale`` · now + ``offset``, with now in seconds. 1000 counts milliseconds."""

    scale: Fraction
    offset: Fraction
    whole: bool = True
    wrapped: bool = False
    """Squeezed into a signed 32-bit integer."""
    zone: bool = False
    """A local time taken for UTC or the reverse: off by the machine's offset, which nobody knows here."""


class Moment(NamedTuple):
    """A date object: ``base`` · now + ``offset`` seconds. ``zone``: ``aware``, ``utc`` or ``local`` for those that do not know theirs."""

    base: int
    offset: Fraction
    zone: str = "aware"
    shifted: bool = False


class Span(NamedTuple):
    """A length of time: ``base`` · now + ``offset`` seconds; ``base`` is 1 for what has passed since 1970."""

    base: int
    offset: Fraction
    zone: bool = False


class Written(NamedTuple):
    """A number or a date that was made a text."""

    of: Count | Moment
    form: str = "digits"
    """``digits``, ``iso``, or ``words``."""


class Slot(NamedTuple):
    """A value in a map, with the expression that gave it."""

    value: Any
    node: Node


class Mapped:
    """A map as far as it is known."""

    __slots__ = ("entries", "node", "open")

    def __init__(self, node: Node, entries: dict[str, Slot] | None = None, open: bool = False) -> None:
        self.node = node
        self.entries: dict[str, Slot] = {} if entries is None else entries
        self.open = open
        """Whether there may be more in it."""

    def copy(self) -> Mapped:
        """Another one with the same entries."""
        return Mapped(self.node, dict(self.entries), self.open)


class Built(NamedTuple):
    """An object of which only the making matters: its type and arguments, and the calls on it."""

    type: str
    node: Node
    arguments: tuple[Node, ...] = ()
    calls: tuple[tuple[str, Node], ...] = ()
    """Method and call, in order; ``?`` before a name that may not have been called."""


Value = Any
"""None, bool, int, float, Fraction, str, list, or one of the above."""


def exact(value: Value) -> Fraction | None:
    """A plain number as a fraction; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    if isinstance(value, float) and (value != value or abs(value) > 1e30):
        return None
    return Fraction(value)


def plain(value: Fraction, whole: bool) -> int | float:
    """A fraction as the number a program would have."""
    return int(value) if whole and value.denominator == 1 else (int(value // 1) if whole else float(value))


_SMALL = 10**40


def combined(operator: str, left: Value, right: Value, *, whole_division: bool) -> Value:
    """``left operator right``; ``whole_division`` where dividing whole numbers gives a whole one."""
    if isinstance(left, Moment | Span) or isinstance(right, Moment | Span):
        return _of_moments(operator, left, right)
    if isinstance(left, Count) or isinstance(right, Count):
        return _of_counts(operator, left, right, whole_division)
    a, b = exact(left), exact(right)
    if a is None or b is None or abs(a) > _SMALL or abs(b) > _SMALL:
        return UNKNOWN
    whole = isinstance(left, int) and isinstance(right, int)
    return _of_numbers(operator, a, b, whole, whole_division)


def _of_numbers(operator: str, a: Fraction, b: Fraction, whole: bool, whole_division: bool) -> Value:
    if operator == "+":
        return plain(a + b, whole)
    if operator == "-":
        return plain(a - b, whole)
    if operator == "*":
        return plain(a * b, whole)
    if operator == "//" and b:
        return plain(Fraction(a // b), True)
    if operator == "/" and b:
        return plain(Fraction(a // b), True) if whole and whole_division else _quotient(a / b)
    if operator == "%" and b:
        return plain(a % b, whole)
    if operator == "**" and abs(b) <= 12 and b.denominator == 1 and abs(a) <= 10**6:
        return plain(a ** int(b), whole and b >= 0)
    if operator == "<<" and whole and 0 <= b < 64:
        return int(a) << int(b)
    return UNKNOWN


def _quotient(value: Fraction) -> int | float:
    return float(value)


def _of_counts(operator: str, left: Value, right: Value, whole_division: bool) -> Value:
    if isinstance(left, Count) and isinstance(right, Count):
        if operator != "-":
            return UNKNOWN
        scale = left.scale - right.scale
        difference = left.offset - right.offset
        return plain(difference, left.whole and right.whole) if not scale else left._replace(scale=scale, offset=difference)
    count, number = (left, exact(right)) if isinstance(left, Count) else (right, exact(left))
    if number is None or count.wrapped:
        return UNKNOWN
    whole = count.whole and number.denominator == 1 and not isinstance(right if count is left else left, float)
    if operator == "+":
        return count._replace(offset=count.offset + number, whole=whole)
    if operator == "-":
        if count is right:
            return UNKNOWN
        return count._replace(offset=count.offset - number, whole=whole)
    if operator == "*":
        return count._replace(scale=count.scale * number, offset=count.offset * number, whole=whole)
    if operator in ("/", "//") and count is left and number:
        whole = operator == "//" or (whole and whole_division)
        return count._replace(scale=count.scale / number, offset=count.offset / number, whole=whole)
    if operator == "|" and number == 0 and abs(count.scale) > 1:
        # JavaScript's `| 0` keeps 32 bits.
        return count._replace(wrapped=True, whole=True)
    if operator in ("|", ">>>", ">>") and number == 0:
        return count._replace(whole=True)
    if operator == "%" and count is left:
        return UNKNOWN
    return UNKNOWN


def _of_moments(operator: str, left: Value, right: Value) -> Value:
    if isinstance(left, Moment) and isinstance(right, Moment):
        if operator != "-":
            return UNKNOWN
        return Span(left.base - right.base, left.offset - right.offset, "local" in (left.zone, right.zone) or left.shifted)
    if isinstance(left, Moment):
        extra = right.offset if isinstance(right, Span) and not right.base else exact(right)
        if extra is None or operator not in "+-":
            return UNKNOWN
        return left._replace(offset=left.offset + (extra if operator == "+" else -extra))
    if isinstance(right, Moment):
        return combined("+", right, left, whole_division=False) if operator == "+" else UNKNOWN
    return _of_spans(operator, left, right)


def _of_spans(operator: str, left: Value, right: Value) -> Value:
    if isinstance(left, Span) and isinstance(right, Span):
        if operator in "+-":
            sign = 1 if operator == "+" else -1
            return Span(left.base + sign * right.base, left.offset + sign * right.offset)
        if operator in ("/", "//") and right.offset and not right.base:
            return (
                Count(left.base / right.offset, left.offset / right.offset, operator == "//")
                if left.base
                else float(left.offset / right.offset)
            )
        return UNKNOWN
    span, number = (left, exact(right)) if isinstance(left, Span) else (right, exact(left))
    if number is None or operator != "*":
        return UNKNOWN
    return span._replace(base=int(span.base * number), offset=span.offset * number)


def count_of(span: Span, per_second: int, whole: bool) -> Value:
    """How many units a length of time has."""
    if span.base:
        return Count(Fraction(span.base * per_second), span.offset * per_second, whole, zone=span.zone)
    return plain(span.offset * per_second, whole)


def moment_of(value: Value, per_second: int) -> Value:
    """The date object of a count of ``per_second`` units since 1970."""
    number = exact(value)
    if number is not None:
        return Moment(0, number / per_second)
    if not isinstance(value, Count) or value.wrapped:
        return UNKNOWN
    if value.scale == per_second:
        return Moment(1, value.offset / per_second, shifted=value.zone)
    # A count in another unit than was meant is a moment far away, and no moment of ours: it stays a count, of seconds.
    return value._replace(scale=value.scale / per_second, offset=value.offset / per_second, whole=True)


def floored(value: Value) -> Value:
    """Without its fraction."""
    if isinstance(value, Count):
        return value._replace(whole=True)
    if isinstance(value, float):
        return int(value // 1)
    return value


def squeezed(value: Value) -> Value:
    """Kept to the low 32 bits, as of Java's ``Long.intValue`` (Java Language Specification §5.1.3)."""
    if isinstance(value, Count):
        return value._replace(wrapped=value.wrapped or abs(value.scale) > 1, whole=True)
    if isinstance(value, int) and not isinstance(value, bool):
        return (value + 2**31) % 2**32 - 2**31
    return floored(value)


def text_of(value: Value) -> Value:
    """As a text."""
    if isinstance(value, str | Written):
        return value
    if isinstance(value, bool) or value is None:
        return UNKNOWN
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Count | Moment):
        return Written(value, "digits" if isinstance(value, Count) else "iso")
    return UNKNOWN


def told(value: Value, now: int | None) -> Any:
    """The value as it would stand in the token at ``now``; :data:`UNKNOWN` where that cannot be told."""
    if isinstance(value, Count):
        return _counted(value, now)
    if isinstance(value, Written):
        return _written(value, now)
    if isinstance(value, list):
        items = [told(each, now) for each in value]
        return UNKNOWN if any(isinstance(each, Unknown) for each in items) else items
    if isinstance(value, Mapped):
        inner = {name: told(slot.value, now) for name, slot in value.entries.items()}
        return UNKNOWN if value.open or any(isinstance(each, Unknown) for each in inner.values()) else inner
    if isinstance(value, float):
        return Real(repr(value))
    if value is None or isinstance(value, str | bool | int):
        return value
    return UNKNOWN


def _counted(count: Count, now: int | None) -> Any:
    if count.zone or (now is None and count.scale):
        return UNKNOWN
    number = count.scale * (now or 0) + count.offset
    if count.wrapped:
        return (int(number // 1) + 2**31) % 2**32 - 2**31
    return int(number // 1) if count.whole else Real(repr(float(number)))


def _written(written: Written, now: int | None) -> Any:
    if isinstance(written.of, Count):
        number = _counted(written.of, now)
        return UNKNOWN if isinstance(number, Unknown) else str(number)
    if now is None or written.of.shifted or written.of.zone == "local":
        return UNKNOWN
    from datetime import UTC, datetime

    try:
        at = datetime.fromtimestamp(int(written.of.base * now + written.of.offset), UTC)
    except (ValueError, OverflowError, OSError):
        return UNKNOWN
    return at.strftime("%Y-%m-%d %H:%M:%S UTC" if written.form == "words" else "%Y-%m-%dT%H:%M:%SZ")
