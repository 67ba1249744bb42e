"""From a call that signs to a sketch: claims, header and endpoint with their expressions, and what belongs there instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..intake import Request
from . import clocks
from .evaluate import Reader
from .expression import Node
from .sending import Sending
from .values import UNKNOWN, Count, Mapped, Moment, Slot, Unknown, Value, Written, exact, squeezed, told

STANDARD = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "scope")
"""Claims of which nothing may be said when a map may hold more than is shown."""
HEADER = ("alg", "typ", "kid", "x5t", "x5t#S256")
TIMES = ("exp", "iat", "nbf")
TICKS_AT_EPOCH, TICKS_PER_SECOND = 621_355_968_000_000_000, 10_000_000
USUAL = 180
"""Seconds of life where the code does not say how long it meant."""

Mend = Callable[[str, int], str]
"""Role (``number``, ``date``, ``lifetime``) and seconds from now → the right expression."""


LONGEST_URL = 2048


def origin(url: str) -> str:
    """Scheme and host of a URL; empty where it has none."""
    try:
        parts = urlsplit(url) if len(url) < LONGEST_URL else None
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts is not None and parts.scheme and parts.netloc else ""


class Lifetime(NamedTuple):
    """A value that the library adds to the present: ``setValidityLength``, ``expiresIn``."""

    of: Value
    integer: bool = True


class Draft:
    """What is known so far of one assertion that code signs."""

    def __init__(self, reader: Reader, node: Node) -> None:
        self.reader = reader
        self.node = node
        self.header: dict[str, Slot] = {}
        self.claims: dict[str, Slot] = {}
        self.roles: dict[str, str] = {}
        """Claim → what is wanted in its place; ``number`` where nothing is said."""
        self.open_claims = False
        self.open_header = False
        self.unknown: set[str] = set()
        self.origins: dict[str, Node] = {"payload": node, "header": node}
        self.mends: dict[str, str] = {}
        self.traits: set[str] = set()
        self.names: dict[str, str] = {}
        self.endpoint: str | None = None
        self.request: Request | None = None
        self.traces_times = True
        """Whether a variable in a time claim's place is followed to where it gets its value."""

    def value(self, node: Node) -> Value:
        """What an expression amounts to where it stands."""
        return self.reader.value(node, node.start, self.reader.block_of(node.start))

    def claim(self, name: str, node: Node, value: Value | None = None, role: str = "number") -> None:
        """Set a claim."""
        self.claims[name] = Slot(self.value(node) if value is None else value, node)
        self.roles[name] = role

    def head(self, name: str, node: Node, value: Value | None = None) -> None:
        """Set a member of the header."""
        self.header[name] = Slot(self.value(node) if value is None else value, node)

    def algorithm(self, name: str, node: Node | None = None) -> None:
        """What the library writes for ``alg``; empty when it cannot be told."""
        self.head("alg", node or self.node, name or UNKNOWN)

    def claims_from(self, node: Node, value: Value | None = None) -> None:
        """Take the claims of a map."""
        found = self.value(node) if value is None else value
        if isinstance(found, Mapped):
            self.claims.update(found.entries)
            self.open_claims = self.open_claims or found.open
            self.origins["payload"] = found.node
        else:
            self.open_claims = True
            self.origins["payload"] = node

    def header_from(self, node: Node, value: Value | None = None) -> None:
        """Take the header of a map."""
        found = self.value(node) if value is None else value
        if isinstance(found, Mapped):
            self.header.update(found.entries)
            self.open_header = self.open_header or found.open
            self.origins["header"] = found.node
        else:
            self.open_header = True

    def sent(self, found: Sending | None) -> None:
        """How the code sends what it signs, as far as that was seen."""
        if found is not None:
            self.request = found.request
            self.origins.update(found.origins)
            self.unknown |= found.unknown

    def speaks(self) -> int:
        """How many of the claims of an assertion are set."""
        return sum(name in self.claims for name in ("iss", "sub", "aud", "exp", "prn"))


class Expression(NamedTuple):
    """An expression of the code, and what belongs there instead."""

    node: Node
    mend: str = ""
    usual: str = ""
    """Of `exp` what gives it the usual lifetime."""


class Sketched(NamedTuple):
    """A draft as values at one moment; offsets are of the text that was read."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    unknown: frozenset[str]
    origins: Mapping[str, Expression]
    """By path."""
    traits: frozenset[str]
    names: Mapping[str, str]
    endpoint: str | None
    request: Request | None = None


def finished(draft: Draft, now: int | None, mend: Mend) -> Sketched:
    """The values at ``now``, the unknown ones by name, and the mends."""
    unknown = set(draft.unknown)
    origins = {path: Expression(node, draft.mends.get(path, "")) for path, node in draft.origins.items()}
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}
    for name, slot in draft.claims.items():
        path = f"payload.{name}"
        role = draft.roles.get(name, "number")
        at_now = _at(slot.value, now, role if name in TIMES else "")
        if isinstance(at_now, Unknown):
            unknown.add(path)
        else:
            claims[name] = at_now
        origins[path] = _origin(draft, name, slot, role, mend)
        if name in TIMES and _is_shifted(slot.value):
            draft.traits.add(f"shifted-{name}")
    for name, slot in draft.header.items():
        at_now = told(slot.value, now)
        if isinstance(at_now, Unknown):
            unknown.add(f"header.{name}")
        else:
            header[name] = at_now
        origins[f"header.{name}"] = Expression(draft.reader.traced(slot.node), draft.mends.get(f"header.{name}", ""))
    if draft.open_claims:
        unknown |= {f"payload.{name}" for name in STANDARD if name not in draft.claims}
    if draft.open_header:
        unknown |= {f"header.{name}" for name in HEADER if name not in draft.header}
    return Sketched(
        header, claims, frozenset(unknown), origins, frozenset(draft.traits), draft.names, draft.endpoint, draft.request
    )


def _at(value: Value, now: int | None, role: str) -> Any:
    """The claim's value at ``now``."""
    if isinstance(value, Lifetime):
        if now is None:
            return UNKNOWN
        extra = told(squeezed(value.of) if value.integer else value.of, now)
        return now + int(extra) if isinstance(extra, int | float) and not isinstance(extra, bool) else UNKNOWN
    if isinstance(value, Moment) and role == "date":
        return told(Count(Fraction(value.base), value.offset, True, zone=value.shifted), now)
    if isinstance(value, Count) and role == "date":
        # A date made of a count in the wrong unit.
        return told(value, now)
    if isinstance(value, Moment):
        return told(Written(value, "iso"), now)
    return told(value, now)


def _is_shifted(value: Value) -> bool:
    of = value.of if isinstance(value, Lifetime | Written) else value
    return (isinstance(of, Count) and of.zone) or (isinstance(of, Moment) and of.shifted)


def _origin(draft: Draft, name: str, slot: Slot, role: str, mend: Mend) -> Expression:
    node = slot.node
    if f"payload.{name}" in draft.mends:
        return Expression(node, draft.mends[f"payload.{name}"])
    if name not in TIMES:
        return Expression(draft.reader.traced(node))
    wanted = mended(slot.value, name, role)
    if role != "lifetime" or draft.traces_times:
        node = draft.reader.traced(node)

    def written(seconds: int) -> str:
        return _fitting(draft, node, mend(role, seconds))

    return Expression(node, "" if wanted is None else written(wanted), written(USUAL) if name == "exp" else "")


def _fitting(draft: Draft, node: Node, written: str) -> str:
    """In brackets where it stands in a sum of texts."""
    text = draft.reader.text
    before, after = text[max(0, node.start - 40) : node.start].rstrip()[-1:], text[node.end : node.end + 40].lstrip()[:1]
    return f"({written})" if " + " in written and ("+" in (before, after)) else written


def mended(value: Value, name: str, role: str) -> int | None:
    """Seconds from now that were meant, where the expression is wrong; None where it is right, or nobody can tell."""
    of = value.of if isinstance(value, Lifetime) else value
    if role == "lifetime":
        return _meant(of, name) if isinstance(of, Count | Written | Moment) else _positive(of)
    if isinstance(of, Written):
        return _meant(of.of, name)
    if isinstance(of, Moment):
        if role == "date" and not of.shifted and not _backwards(of, name):
            return _misread(of.offset) if name == "exp" and of.base else None
        return _meant(of, name)
    if isinstance(of, Count):
        wrong = of.scale != 1 or of.wrapped or of.zone or not of.whole or _backwards(of, name)
        return _meant(of, name) if wrong else _misread(of.offset) if name == "exp" else None
    if isinstance(of, str) and name == "exp":
        seconds = clocks.amount(of)
        return int(seconds) if seconds is not None and 0 < seconds <= 366 * 86400 else None
    number = exact(of)
    if number is not None and name == "exp" and 0 < number <= 10 * 86400:
        return int(number)
    return None


def _misread(offset: Fraction) -> int | None:
    """Seconds that were given where a smaller unit is counted: ``Add(180)`` in Go, ``new Date(System.currentTimeMillis() + 300)``."""
    if not 0 < offset < 1:
        return None
    counts = (offset * per for per in (1000, 10**6, 10**9))
    return next((int(each) for each in counts if each.denominator == 1 and 30 <= each <= 86400), None)


def _positive(value: Value) -> int | None:
    """A lifetime that was subtracted."""
    number = exact(value)
    return int(-number) if number is not None and -86400 * 366 <= number < 0 else None


def _backwards(value: Count | Moment, name: str) -> bool:
    return name == "exp" and -366 * 86400 < value.offset < 0


def _meant(value: Count | Moment | Written, name: str) -> int | None:
    if isinstance(value, Written):
        value = value.of
    scale = Fraction(value.base) if isinstance(value, Moment) else value.scale
    if not scale:
        return None
    if name != "exp":
        return 0
    # .NET counts its ticks of 100 ns from the year 1.
    since = TICKS_AT_EPOCH if scale == TICKS_PER_SECOND and value.offset > TICKS_AT_EPOCH // 2 else 0
    seconds = abs((value.offset - since) / scale)
    if seconds < 1 and 1 <= abs(value.offset) <= 86400:
        # `Date.now() + 300`: the sum mixes units, and 300 were seconds.
        seconds = abs(value.offset)
    return int(seconds) if 1 <= seconds <= 366 * 86400 else USUAL
