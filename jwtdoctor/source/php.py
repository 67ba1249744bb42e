"""PHP: firebase/php-jwt, lcobucci/jwt, and ``openssl_sign`` by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks, formats
from .draft import Draft
from .evaluate import Call, Reader, Table
from .libraries import Site, receiver, recognised, set_algorithm, set_claim
from .syntax import PHP
from .values import UNKNOWN, Count, Mapped, Moment, Span, Value, Written, floored, text_of


def _strtotime(call: Call) -> Value:
    """``strtotime('+3 minutes')``, PHP manual: relative formats."""
    seconds = _relative(call.value())
    return UNKNOWN if seconds is None else Count(Fraction(1), seconds)


def _relative(written: Value) -> Fraction | None:
    if not isinstance(written, str):
        return None
    plain = written.strip().lower().removeprefix("now").strip()
    return Fraction(0) if not plain else clocks.amount(plain)


def _microtime(call: Call) -> Value:
    return Count(Fraction(1), Fraction(0), whole=False) if call.value() is True else UNKNOWN


def _date(call: Call) -> Value:
    """``date('c')`` is a text; ``date('U')`` one of digits."""
    at = call.value(1) if len(call.nodes) > 1 else Count(Fraction(1), Fraction(0))
    if call.value() == "U":
        return Written(at) if isinstance(at, Count) else UNKNOWN
    return (
        Written(Moment(1, at.offset), "iso" if call.value() == "c" else "words")
        if isinstance(at, Count) and at.scale == 1
        else UNKNOWN
    )


def _date_time(call: Call) -> Value:
    seconds = _relative(call.value()) if call.nodes else Fraction(0)
    return UNKNOWN if seconds is None else Moment(1, seconds)


def _modify(call: Call) -> Value:
    seconds = _relative(call.value())
    return (
        call.receiver._replace(offset=call.receiver.offset + seconds)
        if isinstance(call.receiver, Moment) and seconds is not None
        else UNKNOWN
    )


def _interval(call: Call) -> Value:
    """``new DateInterval('PT5M')``, ISO 8601 durations."""
    import re

    match = re.fullmatch(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?", str(call.value()))
    if match is None:
        return UNKNOWN
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return Span(0, Fraction(hours * 3600 + minutes * 60 + seconds))


_PRESENT = clocks.present()
TABLE = Table(
    syntax=PHP,
    constants={},
    functions={
        **formats.functions("php"),
        "time": clocks.counting(1), "microtime": _microtime, "hrtime": lambda call: UNKNOWN, "strtotime": _strtotime, "date": _date, "gmdate": _date, "intval": clocks.floor,
        "floor": clocks.floor, "round": clocks.floor, "ceil": clocks.floor, "strval": clocks.text, "Carbon.now": _PRESENT, "now": _PRESENT, "date_create": _date_time,
        "json_encode": clocks.first, "array_merge": lambda call: _merged(call), "array": lambda call: _array(call), "mktime": lambda call: _bare_time(call), "trim": clocks.first,
        "rtrim": clocks.first,
    },
    methods={
        "getTimestamp": clocks.counted(1), "timestamp": clocks.counted(1), "modify": _modify, "add": clocks.added(), "sub": clocks.added(-1), "format": lambda call: _format(call),
        "addMinutes": clocks.later(60), "addSeconds": clocks.later(1), "addHours": clocks.later(3600), "addMinute": lambda call: _one(call, 60), "unix": clocks.counted(1),
        "setTimezone": clocks.same, "getTimestampMs": clocks.counted(1000), "valueOf": clocks.counted(1000), "toDateTimeImmutable": clocks.same,
    },
    types={"DateTime": _date_time, "DateTimeImmutable": _date_time, "DateInterval": _interval, "Carbon": _date_time},
    builders=frozenset({"*builder", "Builder"}),
    casts={"int": floored, "integer": floored, "string": text_of, "float": lambda value: value, "object": lambda value: value, "array": lambda value: value},
    whole_division=False,
)  # fmt: skip


def _one(call: Call, seconds: int) -> Value:
    return call.receiver._replace(offset=call.receiver.offset + seconds) if isinstance(call.receiver, Moment) else UNKNOWN


def _bare_time(call: Call) -> Value:
    return UNKNOWN if call.nodes else Count(Fraction(1), Fraction(0))


def _format(call: Call) -> Value:
    if not isinstance(call.receiver, Moment):
        return UNKNOWN
    return (
        Written(clocks.as_count(call.receiver, 1))
        if call.value() == "U"
        else Written(call.receiver, "iso" if call.value() == "c" else "words")
    )


def _array(call: Call) -> Value:
    """``array('iss' => …)``: the older way of ``[…]``."""
    from .values import Slot

    found = Mapped(call.node)
    for each in call.node.kids:
        if each.kind == "pair":
            key = call.reader.value(each.kids[0], call.node.start, call.reader.block_of(call.node.start))
            if isinstance(key, str):
                found.entries[key] = Slot(
                    call.reader.value(each.kids[1], call.node.start, call.reader.block_of(call.node.start)), each.kids[1]
                )
            else:
                found.open = True
    return found if found.entries else list(call.arguments) if call.arguments else found


def _merged(call: Call) -> Value:
    if not call.arguments or not all(isinstance(each, Mapped) for each in call.arguments):
        return UNKNOWN
    found = call.arguments[0].copy()
    for each in call.arguments[1:]:
        found.entries.update(each.entries)
        found.open = found.open or each.open
    return found


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    if role == "date":
        return f"new DateTimeImmutable('+{seconds} seconds')" if seconds else "new DateTimeImmutable()"
    return str(seconds) if role == "lifetime" else "time()" + (f" + {seconds}" if seconds else "")


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(
        reader,
        [
            (lambda site: site.name.rpartition(".")[2].lower() == "encode" and "jwt" in site.name.lower(), _firebase),
            (lambda site: site.name.rpartition(".")[2] == "getToken" and receiver(site.node) is not None, _lcobucci),
        ],
        _by_hand,
    )


def _firebase(draft: Draft, site: Site) -> bool:
    """``JWT::encode($payload, $key, $alg, $keyId, $head)``; up to version 5 HS256 without an algorithm."""
    if not site.arguments:
        return False
    draft.claims_from(site.arguments[0])
    draft.head("typ", site.node, "JWT")
    set_algorithm(draft, site.argument(2, "alg"), "HS256")
    if (key := site.argument(3, "keyId")) is not None and draft.value(key) is not None:
        draft.head("kid", key)
    if (head := site.argument(4, "head")) is not None:
        draft.header_from(head)
    return True


_LCOBUCCI = {"issuedBy": "iss", "permittedFor": "aud", "relatedTo": "sub", "identifiedBy": "jti"}
_LCOBUCCI_DATES = {"expiresAt": "exp", "issuedAt": "iat", "canOnlyBeUsedAfter": "nbf"}


def _lcobucci(draft: Draft, site: Site) -> bool:
    node = receiver(site.node)
    calls = []
    while node is not None and node.kind == "call":
        calls.append(node)
        node = receiver(node)
    draft.algorithm("")
    draft.open_header = True
    from .libraries import site as site_of

    for call in reversed(calls):
        each = site_of(draft.reader, call)
        method = each.name.rpartition(".")[2]
        if method in _LCOBUCCI and each.arguments:
            set_claim(draft, _LCOBUCCI[method], True, each.arguments[0])
        elif method in _LCOBUCCI_DATES and each.arguments:
            set_claim(draft, _LCOBUCCI_DATES[method], True, each.arguments[0], "date")
        elif method == "withClaim" and len(each.arguments) == 2 and isinstance(name := draft.value(each.arguments[0]), str):
            set_claim(draft, name, True, each.arguments[1])
    return True


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset({"base64_encode"}),
        r"strtr\s*\(|str_replace\s*\(\s*(?:\[|array\()?\s*['\"][+/=]|[Uu]rl_?[Ss]afe\w*\s*\(|base64_?url",
        "rtrim(strtr({}, '+/', '-_'), '=')",
    )
