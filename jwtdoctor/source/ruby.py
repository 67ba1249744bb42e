"""Ruby: ruby-jwt, and ``OpenSSL::PKey::RSA#sign`` by hand. A ``Time`` in a claim becomes a text."""

from __future__ import annotations

from collections.abc import Iterator

from . import byhand, clocks, formats
from .draft import Draft
from .evaluate import Call, Reader, Table
from .expression import Node
from .libraries import Site, recognised, set_algorithm
from .syntax import RUBY
from .values import UNKNOWN, Count, Moment, Slot, Span, Value, Written, exact, text_of


def _units(seconds: int) -> clocks.Function:
    """ActiveSupport's ``3.minutes``."""

    def made(call: Call) -> Value:
        number = exact(call.receiver)
        return UNKNOWN if number is None else Span(0, number * seconds)

    return made


def _from_now(sign: int) -> clocks.Function:
    return lambda call: (
        Moment(1, sign * call.receiver.offset) if isinstance(call.receiver, Span) and not call.receiver.base else UNKNOWN
    )


def _to_i(call: Call) -> Value:
    value = call.receiver
    if isinstance(value, Moment):
        return clocks.as_count(value, 1)
    if isinstance(value, Span) and not value.base:
        return int(value.offset)
    if isinstance(value, Count):
        return value._replace(whole=True)
    if isinstance(value, Written) and isinstance(value.of, Count):
        return value.of
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else UNKNOWN


def _to_f(call: Call) -> Value:
    value = call.receiver
    return clocks.as_count(value, 1, whole=False) if isinstance(value, Moment) else value


def _to_s(call: Call) -> Value:
    value = call.receiver
    return Written(value, "words") if isinstance(value, Moment) else text_of(value)


def _strftime(call: Call) -> Value:
    if not isinstance(call.receiver, Moment):
        return UNKNOWN
    return Written(clocks.as_count(call.receiver, 1)) if call.value() == "%s" else Written(call.receiver, "words")


def _whole(call: Call) -> Value:
    return (
        call.receiver._replace(whole=True)
        if isinstance(call.receiver, Count)
        else int(call.receiver)
        if isinstance(call.receiver, int | float)
        else UNKNOWN
    )


def _integer(call: Call) -> Value:
    return clocks.as_count(call.value(), 1) if isinstance(call.value(), Moment) else clocks.floor(call)


_NOW = clocks.present()
TABLE = Table(
    syntax=RUBY,
    constants={},
    functions={**formats.functions("ruby"), "Time.now": _NOW, "Time.current": _NOW, "Time.zone.now": _NOW, "zone.now": _NOW, "DateTime.now": _NOW, "DateTime.current": _NOW, "Integer": _integer, "String": clocks.text, "Time.at": clocks.moment(1)},
    methods={
        "to_i": _to_i, "to_f": _to_f, "to_s": _to_s, "iso8601": clocks.iso, "to_time": clocks.same, "utc": clocks.same, "getutc": clocks.same, "strftime": _strftime,
        "seconds": _units(1), "second": _units(1), "minutes": _units(60), "minute": _units(60), "hours": _units(3600), "hour": _units(3600), "days": _units(86400),
        "from_now": _from_now(1), "since": _from_now(1), "ago": _from_now(-1), "round": _whole, "floor": _whole, "truncate": _whole, "advance": lambda call: _advance(call),
    },
    types={},
)  # fmt: skip


def _advance(call: Call) -> Value:
    seconds = clocks.amounts(_pairs(call))
    return (
        call.receiver._replace(offset=call.receiver.offset + seconds)
        if isinstance(call.receiver, Moment) and seconds is not None
        else UNKNOWN
    )


def _pairs(call: Call) -> dict[str, Value]:
    at, block = call.node.start, call.reader.block_of(call.node.start)
    return {
        str(each.kids[0].value): call.reader.value(each.kids[1], at, block) for each in call.node.kids if each.kind == "pair"
    } | call.given()


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    return str(seconds) if role == "lifetime" else "Time.now.to_i" + (f" + {seconds}" if seconds else "")


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(reader, [(lambda site: site.name.endswith("JWT.encode"), _encode)], _by_hand)


def _encode(draft: Draft, site: Site) -> bool:
    """``JWT.encode(payload, key, algorithm = 'HS256', header_fields = {})``."""
    pairs = [each for each in site.node.kids if each.kind == "pair"]
    if site.arguments:
        draft.claims_from(site.arguments[0])
    elif pairs:
        return False
    draft.algorithm("HS256")
    if len(site.arguments) > 2 or "algorithm" in site.named:
        set_algorithm(draft, site.argument(2, "algorithm"), "HS256")
    elif len(site.arguments) < 2:
        draft.algorithm("")
    if len(site.arguments) > 3:
        draft.header_from(site.arguments[3])
    for each in pairs:
        _field(draft, each)
    for name, node in site.named.items():
        if name not in ("algorithm",) and not pairs:
            draft.head(name, node)
    return True


def _field(draft: Draft, pair: Node) -> None:
    key = draft.value(pair.kids[0])
    if isinstance(key, str) and key != "algorithm":
        draft.header[key] = Slot(draft.value(pair.kids[1]), pair.kids[1])


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset({"Base64.encode64", "Base64.strict_encode64"}),
        r"urlsafe_encode64|\.tr\s*\(?\s*['\"][+/=]|\.gsub\s*\(?\s*['\"/]\\?[+/=]|base64_?url",
        "",
    )
    written = draft.names.get("expression", "")
    for name in ("strict_encode64", "encode64"):
        if f"Base64.{name}(" in written:
            draft.mends["encoding"] = written.replace(f"Base64.{name}(", "Base64.urlsafe_encode64(", 1)[:-1] + ", padding: false)"
            break
