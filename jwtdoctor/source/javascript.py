"""JavaScript and TypeScript: jsonwebtoken, jose, jsrsasign, jwt-simple, and Node's crypto by hand.

ECMA-262: ``Date.now()`` and ``getTime()`` count milliseconds. jsonwebtoken signs with HS256 unless told, and adds ``expiresIn`` to the
present: a number counts seconds, a text of digits milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks
from .draft import Draft
from .evaluate import Call, Reader, Table
from .expression import Node
from .libraries import Site, add_lifetime, algorithm, chain_of, options, receiver, recognised, set_algorithm, set_claim
from .syntax import JAVASCRIPT
from .values import UNKNOWN, Built, Count, Mapped, Moment, Value, Written, combined, floored


def _date(call: Call) -> Value:
    value = call.value()
    if not call.nodes:
        return Moment(1, Fraction(0))
    if isinstance(value, Moment):
        return value
    made = clocks.moment(1000)(call)
    # new Date(seconds * 1000) is right; new Date(seconds) is a moment in 1970.
    return made if isinstance(made, Moment) else UNKNOWN


def _numeric(value: Value) -> Value:
    """What arithmetic makes of a Date, and of a text of digits."""
    if isinstance(value, Moment):
        return clocks.as_count(value, 1000)
    if isinstance(value, Written) and isinstance(value.of, Count):
        return value.of
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,15}", value) else value


def _number(call: Call) -> Value:
    return _numeric(call.value())


def _setter(per_second: Fraction) -> clocks.Function:
    """``date.setMinutes(date.getMinutes() + 5)``: a getter gives a count in the unit, the setter takes one."""

    def moved(call: Call) -> Value:
        value = call.value()
        if not isinstance(value, Count) or value.scale != per_second or not isinstance(call.receiver, Moment):
            return UNKNOWN
        return Moment(1, value.offset / per_second)

    return moved


def _part(per_second: Fraction) -> clocks.Function:
    return lambda call: clocks.as_count(call.receiver, 1)._replace(scale=per_second, offset=call.receiver.offset * per_second) if isinstance(call.receiver, Moment) else UNKNOWN  # fmt: skip


def _plus(sign: int) -> clocks.Function:
    """moment's and dayjs's ``add(5, 'minutes')``, luxon's ``plus({ minutes: 5 })``, date-fns' ``addMinutes(date, 5)``."""

    def moved(call: Call) -> Value:
        if not isinstance(call.receiver, Moment):
            return UNKNOWN
        seconds = clocks.amounts(call.value())
        if seconds is None and len(call.arguments) > 1:
            unit, number = clocks.unit(call.value(1)), call.value()
            seconds = unit * Fraction(number) if unit is not None and isinstance(number, int) else None
        return UNKNOWN if seconds is None else call.receiver._replace(offset=call.receiver.offset + sign * seconds)

    return moved


def _add_unit(seconds: int) -> clocks.Function:
    def moved(call: Call) -> Value:
        base, number = call.value(), call.value(1)
        return (
            base._replace(offset=base.offset + number * seconds)
            if isinstance(base, Moment) and isinstance(number, int)
            else UNKNOWN
        )

    return moved


def _int_date(call: Call) -> Value:
    """jsrsasign's ``KJUR.jws.IntDate.get('now + 1hour')``."""
    written = call.value()
    match = re.fullmatch(r"now(?:\s*([+-])\s*(\d{1,6})\s*(\w+))?", written.strip()) if isinstance(written, str) else None
    if match is None:
        return UNKNOWN
    extra = clocks.amount(f"{match[2]} {match[3]}") if match[1] else Fraction(0)
    return UNKNOWN if extra is None else Count(Fraction(1), -extra if match[1] == "-" else extra)


def _fixed(call: Call) -> Value:
    value = call.receiver
    return Written(floored(value)) if isinstance(value, Count) else UNKNOWN


_PRESENT = clocks.present()
TABLE = Table(
    syntax=JAVASCRIPT,
    constants={},
    functions={
        "Date.now": clocks.counting(1000), "performance.timeOrigin": lambda call: UNKNOWN, "Math.floor": clocks.floor, "Math.round": clocks.floor,
        "Math.trunc": clocks.floor, "Math.ceil": clocks.floor, "parseInt": clocks.floor, "Number.parseInt": clocks.floor, "Number": _number, "Date.parse": _number,
        "String": clocks.text, "moment": _PRESENT, "moment.utc": _PRESENT, "dayjs": _PRESENT, "dayjs.utc": _PRESENT, "DateTime.now": _PRESENT,
        "DateTime.utc": _PRESENT, "DateTime.local": _PRESENT, "moment.now": clocks.counting(1000), "getUnixTime": lambda call: clocks.as_count(call.value(), 1),
        "getTime": lambda call: clocks.as_count(call.value(), 1000), "addMinutes": _add_unit(60), "addSeconds": _add_unit(1), "addHours": _add_unit(3600),
        "KJUR.jws.IntDate.get": _int_date, "IntDate.get": _int_date, "KJUR.jws.IntDate.getNow": clocks.counting(1), "IntDate.getNow": clocks.counting(1),
        "_.now": clocks.counting(1000), "Object.assign": lambda call: _merged(call), "Object.freeze": clocks.first,
    },
    methods={
        "getTime": clocks.counted(1000), "valueOf": lambda call: _value_of(call), "unix": clocks.counted(1), "toMillis": clocks.counted(1000),
        "toSeconds": clocks.counted(1, whole=False), "toUnixInteger": clocks.counted(1), "ts": clocks.counted(1000), "toISOString": clocks.iso, "toJSON": clocks.iso,
        "toISO": clocks.iso, "toUTCString": clocks.iso, "format": clocks.iso, "toString": lambda call: _to_string(call), "toFixed": _fixed, "add": _plus(1),
        "plus": _plus(1), "subtract": _plus(-1), "minus": _plus(-1), "utc": clocks.same, "toUTC": clocks.same, "clone": clocks.same, "toDate": clocks.same,
        "toJSDate": clocks.same, "getMinutes": _part(Fraction(1, 60)), "getUTCMinutes": _part(Fraction(1, 60)), "getSeconds": _part(Fraction(1)),
        "getUTCSeconds": _part(Fraction(1)), "getHours": _part(Fraction(1, 3600)), "getUTCHours": _part(Fraction(1, 3600)), "setMinutes": _setter(Fraction(1, 60)),
        "setUTCMinutes": _setter(Fraction(1, 60)), "setSeconds": _setter(Fraction(1)), "setUTCSeconds": _setter(Fraction(1)), "setHours": _setter(Fraction(1, 3600)),
        "setUTCHours": _setter(Fraction(1, 3600)), "setTime": _setter(Fraction(1000)),
    },
    types={"Date": _date},
    builders=frozenset({"SignJWT"}),
    whole_division=False,
    numeric=_numeric,
)  # fmt: skip


def _value_of(call: Call) -> Value:
    return clocks.as_count(call.receiver, 1000) if isinstance(call.receiver, Moment) else call.receiver


def _to_string(call: Call) -> Value:
    return (
        Written(call.receiver)
        if isinstance(call.receiver, Count)
        else Written(call.receiver, "words")
        if isinstance(call.receiver, Moment)
        else UNKNOWN
    )


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
    if role == "lifetime":
        return str(seconds)
    return "Math.floor(Date.now() / 1000)" + (f" + {seconds}" if seconds else "")


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(
        reader,
        [
            (_is_jsonwebtoken, _jsonwebtoken),
            (lambda site: site.name.endswith(("JWS.sign", "jws.JWS.sign")), _jsrsasign),
            (lambda site: site.name.endswith("sign") and receiver(site.node) is not None and _is_jose(reader, site), _jose),
            (lambda site: site.name in ("jwt.encode", "jwtSimple.encode", "encode") and len(site.arguments) >= 2, _jwt_simple),
        ],
        _by_hand,
    )


_SIGNERS = frozenset(
    {"jwt.sign", "jsonwebtoken.sign", "JWT.sign", "jwt.signAsync", "jwtService.sign", "jwtService.signAsync", "jws.sign"}
)


def _is_jsonwebtoken(site: Site) -> bool:
    short = ".".join(site.name.split(".")[-2:])
    return (short in _SIGNERS or site.name in ("sign", "jwtSign", "signJwt", "signJWT")) and bool(site.arguments)


def _jsonwebtoken(draft: Draft, site: Site) -> bool:
    payload = draft.value(site.arguments[0])
    if site.name == "jws.sign":
        return _jws(draft, site)
    if isinstance(payload, str):
        found = byhand.json_map(draft.reader, draft.reader.traced(site.arguments[0]))
        payload = found if found is not None else payload
    draft.claims_from(site.arguments[0], _unserialized(draft, site, payload))
    given = options(draft, site.argument(2))
    draft.head("typ", site.node, "JWT")
    draft.algorithm("HS256")
    if given is None:
        draft.algorithm("")
        draft.open_header = draft.open_claims = True
        return True
    _options(draft, given)
    return True


def _unserialized(draft: Draft, site: Site, payload: Value) -> Value:
    node = draft.reader.traced(site.arguments[0])
    if node.kind == "call" and node.kids[1:] and node.kids[0].kind == "member" and node.kids[0].value == "stringify":
        return draft.value(node.kids[1].kids[0])
    return payload


def _options(draft: Draft, given: dict[str, tuple[Value, Node]]) -> None:
    names = {"issuer": "iss", "subject": "sub", "audience": "aud", "jwtid": "jti"}
    for name, (value, node) in given.items():
        if name in names:
            draft.claim(names[name], node, value)
        elif name == "algorithm":
            draft.algorithm(algorithm(value), node)
        elif name in ("keyid",):
            draft.head("kid", node, value)
        elif name == "header":
            draft.header_from(node, value)
        elif name == "expiresIn":
            add_lifetime(draft, node, _lifetime(value))
            if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value):
                draft.mends["payload.exp"] = value


def _lifetime(value: Value) -> Value:
    """``expiresIn``: seconds, or a text with a unit; without one it counts milliseconds (vercel/ms)."""
    if isinstance(value, str):
        if re.fullmatch(r"-?\d{1,12}", value):
            return int(value) // 1000
        seconds = clocks.amount(value)
        return UNKNOWN if seconds is None else int(seconds)
    if isinstance(value, Written) and isinstance(value.of, Count):
        return combined("/", value.of, 1000, whole_division=False)
    return value


def _jws(draft: Draft, site: Site) -> bool:
    given = options(draft, site.arguments[0])
    if not given:
        return False
    if "header" in given:
        draft.header_from(given["header"][1], given["header"][0])
    if "payload" in given:
        draft.claims_from(given["payload"][1], given["payload"][0])
    return True


def _jsrsasign(draft: Draft, site: Site) -> bool:
    if len(site.arguments) < 3:
        return False
    for index, take in ((1, draft.header_from), (2, draft.claims_from)):
        node = draft.reader.traced(site.arguments[index])
        value = draft.value(site.arguments[index])
        if node.kind == "call" and node.kids[0].kind == "member" and node.kids[0].value == "stringify" and node.kids[1:]:
            value = draft.value(node.kids[1].kids[0])
        take(node, value)
    if "alg" not in draft.header:
        set_algorithm(draft, site.arguments[0])
    return True


def _jwt_simple(draft: Draft, site: Site) -> bool:
    draft.claims_from(site.arguments[0])
    set_algorithm(draft, site.argument(2), "HS256")
    return True


_JOSE = {
    "setIssuer": "iss",
    "setSubject": "sub",
    "setAudience": "aud",
    "setJti": "jti",
    "setNotBefore": "nbf",
    "setExpirationTime": "exp",
    "setIssuedAt": "iat",
}


def _is_jose(reader: Reader, site: Site) -> bool:
    on = receiver(site.node)
    value = reader.value(on, on.start, reader.block_of(on.start)) if on is not None else None
    return isinstance(value, Built) and value.type.rpartition(".")[2] == "SignJWT"


def _jose(draft: Draft, site: Site) -> bool:
    on = receiver(site.node)
    made = draft.value(on) if on is not None else None
    if not isinstance(made, Built):
        return False
    draft.origins["payload"] = draft.origins["header"] = made.node
    if made.arguments:
        draft.claims_from(made.arguments[0])
    draft.open_header = True
    for method, sure, call in chain_of(made):
        if method == "setProtectedHeader" and call.arguments:
            draft.open_header = False
            draft.header_from(call.arguments[0])
        elif method == "setExpirationTime" and call.arguments:
            _expiration(draft, call, sure)
        elif method in _JOSE and call.arguments:
            set_claim(
                draft, _JOSE[method], sure, call.arguments[0], "date" if method in ("setIssuedAt", "setNotBefore") else "number"
            )
    return True


def _expiration(draft: Draft, call: Site, sure: bool) -> None:
    """jose: a number is the claim itself, a Date is converted, a text is a length of time."""
    node = call.arguments[0]
    value = draft.value(node)
    if isinstance(value, str):
        seconds = clocks.amount(value)
        add_lifetime(draft, node, UNKNOWN if seconds is None or not sure else int(seconds))
    else:
        draft.claim("exp", node, value if sure else UNKNOWN, "date" if isinstance(value, Moment) else "number")


_URL_SAFE = (
    r"""base64url|base64-url|urlsafe|url-safe|fromBase64\(|replace(?:All)?\s*\(\s*(?:/\\?[+/=]|/\[[+/=]|['"][+/=])|b64utou|b64u"""
)


def _by_hand(draft: Draft) -> None:
    if re.search(_URL_SAFE, draft.reader.text):
        return
    for each in byhand.calls(draft.reader):
        node, name = each
        encodes = name.endswith(("toString", "digest", "sign")) and any(_is_base64(kid) for kid in node.kids[1:])
        if encodes or name == "btoa":
            written = draft.reader.text[node.start : node.end]
            draft.traits.add("plain-base64")
            draft.names["expression"] = written if len(written) <= 80 else f"{written[:79]}…"
            draft.origins["encoding"] = node
            draft.mends["encoding"] = (
                written.replace("'base64'", "'base64url'").replace('"base64"', '"base64url"') if encodes else ""
            )
            return


def _is_base64(argument: Node) -> bool:
    kids = argument.kids
    return bool(kids) and kids[0].kind == "literal" and kids[0].value == "base64"
