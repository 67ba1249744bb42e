"""Python: PyJWT, python-jose, Authlib, joserfc, and ``cryptography`` by hand.

Python library reference: a naive ``datetime`` is local time to ``timestamp()`` and ``time.mktime``, whatever it was made from; PyJWT
converts dates in exp, iat and nbf with ``timegm(utctimetuple())`` and so takes a naive one for UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks
from .draft import TIMES, Draft
from .evaluate import Call, Reader, Table
from .expression import Node
from .imports import python_seconds
from .libraries import Site, options, recognised, set_algorithm
from .syntax import PYTHON
from .values import UNKNOWN, Mapped, Moment, Slot, Span, Value, Written


def _now(call: Call) -> Value:
    """``datetime.now()``: local and naive; with a zone it knows which."""
    return Moment(1, Fraction(0), "aware" if call.nodes or call.given() else "local")


def _delta(call: Call) -> Value:
    if call.nodes and not call.given():
        return clocks.lasting(clocks.DAY)(call) if len(call.nodes) == 1 else UNKNOWN
    seconds = clocks.amounts(call.given())
    return UNKNOWN if seconds is None else Span(0, seconds)


def _stamp(call: Call) -> Value:
    """``timestamp()`` takes a naive date for local time."""
    moment = call.receiver if isinstance(call.receiver, Moment) else call.value()
    if not isinstance(moment, Moment):
        return UNKNOWN
    shifted = moment.shifted or moment.zone == "utc"
    return clocks.as_count(moment._replace(shifted=shifted), 1, whole=False)


def _timegm(call: Call) -> Value:
    """``calendar.timegm`` takes the tuple for UTC."""
    moment = call.value()
    if not isinstance(moment, Moment):
        return UNKNOWN
    return clocks.as_count(moment._replace(shifted=moment.shifted or moment.zone == "local"), 1)


def _mktime(call: Call) -> Value:
    """``time.mktime`` takes the tuple for local time."""
    moment = call.value()
    if not isinstance(moment, Moment):
        return UNKNOWN
    return clocks.as_count(moment._replace(shifted=moment.shifted or moment.zone in ("utc", "aware")), 1, whole=False)


def _utc_tuple(call: Call) -> Value:
    """``utctimetuple()``: a naive date stays as it is."""
    return call.receiver


def _replaced(call: Call) -> Value:
    """``replace(tzinfo=timezone.utc)`` says that it is UTC, right or wrong; ``replace(microsecond=0)`` changes little."""
    if not isinstance(call.receiver, Moment):
        return UNKNOWN
    if "tzinfo" in call.given():
        return call.receiver._replace(zone="aware", shifted=call.receiver.shifted or call.receiver.zone == "local")
    return call.receiver


def _aware(call: Call) -> Value:
    if not isinstance(call.receiver, Moment):
        return UNKNOWN
    return call.receiver._replace(zone="aware", shifted=call.receiver.shifted or call.receiver.zone == "utc")


def _strftime(call: Call) -> Value:
    if not isinstance(call.receiver, Moment):
        return UNKNOWN
    if call.value() == "%s":
        # The C library takes the date for local time.
        return Written(clocks.as_count(call.receiver._replace(shifted=call.receiver.zone != "local" or call.receiver.shifted), 1))
    return Written(call.receiver, "words")


def _dict(call: Call) -> Value:
    copied = call.value() if call.nodes else None
    found = copied.copy() if isinstance(copied, Mapped) else Mapped(call.node, open=bool(call.nodes))
    for each in call.node.kids:
        if each.kind == "argument" and each.value:
            found.entries[str(each.value)] = Slot(
                call.reader.value(each.kids[0], call.node.start, call.reader.block_of(call.node.start)), each.kids[0]
            )
        elif each.kind == "spread":
            found.open = True
    return found


def _rounded(call: Call) -> Value:
    """``round(x)`` gives a whole number, ``round(x, 2)`` does not."""
    return clocks.floor(call) if len(call.nodes) == 1 else call.value()


TABLE = Table(
    syntax=PYTHON,
    constants={},
    functions={
        "time.time": clocks.counting(1, whole=False), "time": clocks.counting(1, whole=False), "time.time_ns": clocks.counting(10**9), "time_ns": clocks.counting(10**9),
        "*.utcnow": clocks.present("utc"), "datetime.now": _now, "datetime.today": clocks.present("local"), "timezone.now": clocks.present(), "timedelta": _delta,
        "datetime.timedelta": _delta, "dt.timedelta": _delta, "datetime.timestamp": _stamp, "int": clocks.floor, "round": _rounded, "float": clocks.first,
        "str": clocks.text, "math.floor": clocks.floor, "math.ceil": clocks.floor, "floor": clocks.floor, "calendar.timegm": _timegm, "timegm": _timegm,
        "time.mktime": _mktime, "mktime": _mktime, "dict": _dict, "arrow.utcnow": clocks.present(), "pendulum.now": clocks.present(),
        "time.gmtime": clocks.present("utc"), "gmtime": clocks.present("utc"), "time.localtime": clocks.present("local"),
        "datetime.datetime": clocks.epoch, "datetime": clocks.epoch, "datetime.utcfromtimestamp": lambda call: _from_timestamp(call, "utc"),
        "datetime.fromtimestamp": lambda call: _from_timestamp(call, "aware" if len(call.nodes) > 1 or call.given() else "local"),
    },
    methods={
        "timestamp": _stamp, "utctimetuple": _utc_tuple, "timetuple": clocks.same, "replace": _replaced, "astimezone": _aware, "strftime": _strftime,
        "isoformat": clocks.iso, "total_seconds": clocks.counted(1, whole=False), "seconds": clocks.counted(1), "int_timestamp": clocks.counted(1),
        "shift": lambda call: _shifted(call), "__str__": clocks.text_method, "is_integer": lambda call: UNKNOWN,
    },
    types={},
    casts={},
    whole_division=False,
)  # fmt: skip


def _from_timestamp(call: Call, zone: str) -> Value:
    found = clocks.moment(1)(call)
    return found._replace(zone=zone) if isinstance(found, Moment) else UNKNOWN


def _shifted(call: Call) -> Value:
    seconds = clocks.amounts(call.given())
    return (
        call.receiver._replace(offset=call.receiver.offset + seconds)
        if isinstance(call.receiver, Moment) and seconds is not None
        else UNKNOWN
    )


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    if role == "lifetime":
        return str(seconds)
    return python_seconds(code, seconds)


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(reader, [(_signs, _encode)], _by_hand)


_MODULES = (
    "jwt",
    "pyjwt",
    "jws",
    "JWT",
    "jose_jwt",
    "JsonWebToken",
    "JsonWebSignature",
    "JsonWebEncryption",
    "encoder",
    "jwt_instance",
)


def _signs(site: Site) -> bool:
    module, _, method = site.name.rpartition(".")
    if method in ("encode", "serialize_compact", "sign"):
        return module.rpartition(".")[2] in _MODULES and len(site.arguments) + len(site.named) >= 2
    return False


def _encode(draft: Draft, site: Site) -> bool:
    """PyJWT and python-jose take (claims, key); Authlib and joserfc (header, claims, key)."""
    first, second = site.argument(0, "payload"), site.argument(1)
    if first is None:
        first = site.named.get("claims")
    if first is None:
        return False
    head = draft.value(first)
    if second is not None and len(site.arguments) >= 2 and (_looks_like_header(head) or isinstance(draft.value(second), Mapped)):
        draft.header_from(first, head)
        draft.head("typ", site.node, draft.header["typ"].value if "typ" in draft.header else "JWT")
        _claims(draft, second)
        return True
    _claims(draft, first)
    draft.head("typ", site.node, "JWT")
    set_algorithm(draft, site.argument(2, "algorithm"), "HS256")
    headers = site.argument(3, "headers")
    if headers is not None:
        given = options(draft, headers)
        draft.open_header = draft.open_header or given is None
        for name, (value, node) in (given or {}).items():
            draft.head(name, node, value)
    return True


def _looks_like_header(value: Value) -> bool:
    return isinstance(value, Mapped) and "alg" in value.entries and not {"iss", "sub", "aud", "exp"} & value.entries.keys()


def _claims(draft: Draft, node: Node) -> None:
    """The claims, with dates as the library converts them."""
    draft.claims_from(node)
    for name in TIMES:
        slot = draft.claims.get(name)
        if slot is not None and isinstance(slot.value, Moment):
            moment = slot.value
            draft.claims[name] = Slot(moment._replace(shifted=moment.shifted or moment.zone == "local"), slot.node)
            draft.roles[name] = "date"


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset({"base64.b64encode", "b64encode", "base64.encodebytes", "base64.standard_b64encode"}),
        r"urlsafe_b64encode|base64url|replace\(\s*b?['\"][+/=]|maketrans|altchars",
        "",
    )
    written = draft.names.get("expression", "")
    if written:
        draft.mends["encoding"] = (
            written.replace("b64encode", "urlsafe_b64encode", 1) + ".rstrip(b'=')" if "b64encode" in written else ""
        )
