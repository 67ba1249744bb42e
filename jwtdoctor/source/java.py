"""Java: jjwt (before and after 0.12), Nimbus JOSE + JWT, Auth0 java-jwt, and ``java.security.Signature`` by hand.

Java SE API: ``currentTimeMillis()`` and ``Date.getTime()`` count milliseconds; the libraries turn a ``Date`` or an ``Instant`` into seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks, formats
from .draft import Draft
from .evaluate import Call, Reader, Table
from .libraries import Site, chain_of, constant, receiver, recognised, set_claim
from .syntax import JAVA
from .values import UNKNOWN, Built, Count, Mapped, Moment, Slot, Span, Value, floored, squeezed, text_of

_UNITS: dict[str, Fraction | int] = {
    "SECONDS": 1,
    "MINUTES": 60,
    "HOURS": 3600,
    "DAYS": 86400,
    "MILLIS": Fraction(1, 1000),
    "MILLISECONDS": Fraction(1, 1000),
}
_FIELDS: dict[str, Fraction | int] = {
    "MINUTE": 60,
    "SECOND": 1,
    "HOUR": 3600,
    "HOUR_OF_DAY": 3600,
    "DAY_OF_MONTH": 86400,
    "DATE": 86400,
    "MILLISECOND": Fraction(1, 1000),
}


def _plus(sign: int) -> clocks.Function:
    """``plus(5, ChronoUnit.MINUTES)``, ``plus(Duration.ofMinutes(5))``, ``cal.add(Calendar.MINUTE, 5)``."""

    def moved(call: Call) -> Value:
        if not isinstance(call.receiver, Moment):
            return UNKNOWN
        first, second = call.value(), call.value(1)
        if isinstance(first, Span) and not first.base and len(call.nodes) == 1:
            return call.receiver._replace(offset=call.receiver.offset + sign * first.offset)
        number, unit = (first, second) if isinstance(second, Span) else (second, first)
        if isinstance(unit, Span) and isinstance(number, int):
            return call.receiver._replace(offset=call.receiver.offset + sign * number * unit.offset)
        return UNKNOWN

    return moved


def _local(call: Call) -> Value:
    """``LocalDateTime.now()``: the machine's wall clock; with a zone it is that zone's."""
    if not call.nodes:
        return Moment(1, Fraction(0), "local")
    return Moment(1, Fraction(0), "utc" if "UTC" in call.reader.text[call.node.start : call.node.end] else "local")


def _zone_of(call: Call) -> str:
    written = call.reader.text[call.node.start : call.node.end]
    return "utc" if "UTC" in written.rpartition("(")[2] else "local" if "systemDefault" in written else ""


def _at_zone(call: Call) -> Value:
    """``atZone``, ``toInstant``, ``toEpochSecond`` with a zone: right when it is the one the date was taken in."""
    moment = call.receiver
    if not isinstance(moment, Moment) or moment.zone == "aware":
        return moment
    zone = _zone_of(call)
    return moment._replace(zone="aware", shifted=moment.shifted or zone != moment.zone) if zone else UNKNOWN


def _epoch_second(call: Call) -> Value:
    return clocks.as_count(_at_zone(call) if call.nodes else call.receiver, 1)


def _convert(per: int) -> clocks.Function:
    """``TimeUnit.MINUTES.toMillis(5)``."""

    def converted(call: Call) -> Value:
        number = call.value()
        if isinstance(call.receiver, Span) and not call.nodes:
            return clocks.count_of(call.receiver, per, True)
        if isinstance(call.receiver, Span) and isinstance(number, int):
            return int(number * call.receiver.offset * per)
        if isinstance(call.receiver, Span) and isinstance(number, Count):
            return number._replace(
                scale=number.scale * call.receiver.offset * per, offset=number.offset * call.receiver.offset * per
            )
        return UNKNOWN

    return converted


def _map_of(call: Call) -> Value:
    found = Mapped(call.node)
    for index in range(0, len(call.nodes) - 1, 2):
        key = call.value(index)
        if isinstance(key, str):
            found.entries[key] = Slot(call.value(index + 1), call.nodes[index + 1])
        else:
            found.open = True
    return found


_PRESENT = clocks.present()
TABLE = Table(
    syntax=JAVA,
    constants={f"*.{name}": Span(0, Fraction(seconds)) for name, seconds in {**_FIELDS, **_UNITS}.items()}
    | {"ISSUER": UNKNOWN, "Claims.ISSUER": "iss", "Claims.SUBJECT": "sub", "Claims.AUDIENCE": "aud", "Claims.EXPIRATION": "exp", "Claims.ISSUED_AT": "iat"},
    functions={
        **formats.functions("java"),
        "System.currentTimeMillis": clocks.counting(1000), "System.nanoTime": lambda call: UNKNOWN, "Instant.now": _PRESENT, "ZonedDateTime.now": _PRESENT,
        "OffsetDateTime.now": _PRESENT, "LocalDateTime.now": _local, "Calendar.getInstance": _PRESENT, "Date.from": clocks.first, "Clock.systemUTC": _PRESENT,
        "Duration.ofMinutes": clocks.lasting(60), "Duration.ofSeconds": clocks.lasting(1), "Duration.ofHours": clocks.lasting(3600), "Duration.ofMillis": clocks.lasting(Fraction(1, 1000)),
        "Duration.ofDays": clocks.lasting(86400), "String.valueOf": clocks.text, "Long.toString": clocks.text, "Integer.toString": clocks.text, "Long.valueOf": clocks.floor,
        "Math.toIntExact": clocks.first, "Math.floor": clocks.floor, "Math.round": clocks.floor, "Math.floorDiv": lambda call: _floor_div(call), "Instant.ofEpochSecond": clocks.moment(1),
        "Instant.ofEpochMilli": clocks.moment(1000), "Map.of": _map_of, "ImmutableMap.of": _map_of, "Objects.requireNonNull": clocks.first, "DateTime.now": _PRESENT,
        "NumericDate.now": _PRESENT, "Long.parseLong": clocks.floor, "Collections.singletonList": lambda call: [call.value()], "List.of": lambda call: list(call.arguments),
        "Arrays.asList": lambda call: list(call.arguments), "Collections.singleton": lambda call: [call.value()], "Set.of": lambda call: list(call.arguments),
    },
    methods={
        "getTime": lambda call: clocks.as_count(call.receiver, 1000), "getTimeInMillis": clocks.counted(1000), "toEpochMilli": clocks.counted(1000),
        "getMillis": clocks.counted(1000), "getEpochSecond": clocks.counted(1), "toEpochSecond": _epoch_second, "toInstant": _at_zone, "atZone": _at_zone, "atOffset": _at_zone,
        "plusSeconds": clocks.later(1), "plusMillis": clocks.later(Fraction(1, 1000)), "plusMinutes": clocks.later(60), "plusHours": clocks.later(3600),
        "plusDays": clocks.later(86400), "minusSeconds": clocks.later(1, -1), "minusMinutes": clocks.later(60, -1), "plus": _plus(1), "minus": _plus(-1), "add": _plus(1),
        "intValue": clocks.squeeze, "longValue": lambda call: floored(call.receiver), "toString": clocks.iso, "toMillis": _convert(1000), "toSeconds": _convert(1),
        "getSeconds": _convert(1), "truncatedTo": clocks.same, "instant": clocks.same, "millis": clocks.counted(1000), "withNano": clocks.same, "getEpochMilli": clocks.counted(1000),
    },
    types={
        "Date": clocks.moment(1000), "java.util.Date": clocks.moment(1000), "DateTime": clocks.moment(1000), "GregorianCalendar": _PRESENT,
    },
    builders=frozenset({
        "Jwts.builder", "JWTClaimsSet.Builder", "JWT.create", "JWSHeader.Builder", "JWSHeader", "Builder", "JwtClaims", "SignedJWT", "com.auth0.jwt.JWT.create",
        "JwtClaimsSet.builder", "JwsHeader.with",
    }),
    casts={"int": squeezed, "integer": squeezed, "long": floored, "string": text_of},
)  # fmt: skip


def _floor_div(call: Call) -> Value:
    from .values import combined

    return combined("//", call.value(), call.value(1), whole_division=True)


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    if role == "date":
        return f"new Date(System.currentTimeMillis() + {seconds} * 1000L)" if seconds else "new Date()"
    if role == "lifetime":
        return str(seconds)
    return "System.currentTimeMillis() / 1000" + (f" + {seconds}" if seconds else "")


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(
        reader,
        [
            (lambda site: site.name.endswith("compact") and _made(reader, site, "Jwts.builder") is not None, _jjwt),
            (lambda site: site.name.endswith("sign") and _made(reader, site, "JWT.create") is not None, _auth0),
            (lambda site: site.node.kind == "new" and site.name.rpartition(".")[2] == "SignedJWT", _nimbus),
        ],
        _by_hand,
    )


def _made(reader: Reader, site: Site, by: str) -> Built | None:
    on = receiver(site.node)
    value = reader.value(on, on.start, reader.block_of(on.start)) if on is not None else None
    return value if isinstance(value, Built) and value.type.endswith(by) else None


_JJWT = {
    "setissuer": "iss",
    "issuer": "iss",
    "setsubject": "sub",
    "subject": "sub",
    "setaudience": "aud",
    "setid": "jti",
    "id": "jti",
}
_JJWT_DATES = {
    "setexpiration": "exp",
    "expiration": "exp",
    "setissuedat": "iat",
    "issuedat": "iat",
    "setnotbefore": "nbf",
    "notbefore": "nbf",
}
_NAMES = {"issuer": "iss", "subject": "sub", "audience": "aud"}


def _jjwt(draft: Draft, site: Site) -> bool:
    made = _made(draft.reader, site, "Jwts.builder")
    if made is None:
        return False
    draft.origins["payload"] = draft.origins["header"] = made.node
    draft.algorithm("")
    audience = in_header = False
    for called, sure, call in chain_of(made):
        method, first = called.lower(), call.argument(0)
        if method == "audience":
            audience = True
        elif method == "header":
            in_header = True
        elif method == "and":
            audience = in_header = False
        elif audience and method in ("add", "single"):
            _audience(draft, call, as_list=method == "add", sure=sure)
            audience = audience and method == "add"
        elif in_header and method in ("add", "keyid"):
            _header(draft, call, method)
        elif method in _JJWT:
            set_claim(draft, _JJWT[method], sure, first)
        elif method in _JJWT_DATES:
            set_claim(draft, _JJWT_DATES[method], sure, first, "date")
        elif method == "claim" and len(call.arguments) == 2:
            _claim(draft, call, sure)
        elif method in ("setclaims", "claims", "addclaims", "setpayload") and first is not None:
            draft.claims_from(first)
        elif method in ("setheaderparam", "setheader", "setheaderparams"):
            _header(draft, call, method)
        elif method == "signwith":
            _signed_with(draft, call)
    return True


def _audience(draft: Draft, call: Site, *, as_list: bool, sure: bool) -> None:
    node = call.argument(0)
    if node is not None:
        value = draft.value(node)
        draft.claim("aud", node, ([value] if as_list and isinstance(value, str) else value) if sure else UNKNOWN)


def _claim(draft: Draft, call: Site, sure: bool) -> None:
    name = draft.value(call.arguments[0])
    if isinstance(name, str):
        value = draft.value(call.arguments[1])
        role = "date" if isinstance(value, Moment) and name in ("exp", "iat", "nbf") else "number"
        draft.claim(name, call.arguments[1], value if sure else UNKNOWN, role)
    else:
        draft.open_claims = True


def _header(draft: Draft, call: Site, method: str) -> None:
    if method == "keyid" and call.arguments:
        draft.head("kid", call.arguments[0])
    elif len(call.arguments) == 2 and isinstance(name := draft.value(call.arguments[0]), str):
        draft.head(name, call.arguments[1])
    elif call.arguments:
        draft.header_from(call.arguments[0])


def _signed_with(draft: Draft, call: Site) -> None:
    """``signWith(SignatureAlgorithm.RS256, key)``, ``signWith(key, Jwts.SIG.RS256)``; with a key alone the key decides."""
    for node in call.arguments:
        if found := constant(draft.reader.traced(node)):
            draft.algorithm(found, node)
            return
    draft.algorithm("")


_AUTH0 = {"withissuer": "iss", "withsubject": "sub", "withaudience": "aud", "withjwtid": "jti"}
_AUTH0_DATES = {"withexpiresat": "exp", "withissuedat": "iat", "withnotbefore": "nbf"}


def _auth0(draft: Draft, site: Site) -> bool:
    made = _made(draft.reader, site, "JWT.create")
    if made is None:
        return False
    draft.origins["payload"] = draft.origins["header"] = made.node
    draft.head("typ", site.node, "JWT")
    draft.algorithm("")
    for called, sure, call in chain_of(made):
        method, first = called.lower(), call.argument(0)
        if method == "withaudience" and len(call.arguments) > 1:
            draft.claim("aud", call.arguments[0], [draft.value(each) for each in call.arguments])
        elif method in _AUTH0:
            set_claim(draft, _AUTH0[method], sure, first)
        elif method in _AUTH0_DATES:
            set_claim(draft, _AUTH0_DATES[method], sure, first, "date")
        elif method == "withclaim" and len(call.arguments) == 2:
            _claim(draft, call, sure)
        elif method == "withpayload" and first is not None:
            draft.claims_from(first)
        elif method == "withkeyid" and first is not None:
            draft.head("kid", first)
        elif method == "withheader" and first is not None:
            draft.header_from(first)
    if site.arguments:
        written = draft.reader.text[(node := draft.reader.traced(site.arguments[0])).start : node.end]
        kinds = {
            "RSA256": "RS256",
            "RSA384": "RS384",
            "RSA512": "RS512",
            "HMAC256": "HS256",
            "HMAC384": "HS384",
            "HMAC512": "HS512",
            "ECDSA256": "ES256",
        }
        draft.algorithm(next((alg for word, alg in kinds.items() if f"Algorithm.{word}(" in written), ""), site.arguments[0])
    return True


_NIMBUS = {
    "issuer": "iss",
    "subject": "sub",
    "audience": "aud",
    "jwtid": "jti",
    "setissuer": "iss",
    "setsubject": "sub",
    "setaudience": "aud",
}
_NIMBUS_DATES = {
    "expirationtime": "exp",
    "issuetime": "iat",
    "notbeforetime": "nbf",
    "setexpirationtime": "exp",
    "setissuetime": "iat",
}


def _nimbus(draft: Draft, site: Site) -> bool:
    if len(site.arguments) < 2:
        return False
    made = draft.value(site.arguments[1])
    draft.algorithm("")
    _nimbus_header(draft, site.arguments[0])
    if not isinstance(made, Built):
        draft.open_claims = True
        return True
    draft.origins["payload"] = made.node
    for called, sure, call in chain_of(made):
        method, first = called.lower(), call.argument(0)
        if method in _NIMBUS:
            set_claim(draft, _NIMBUS[method], sure, first)
        elif method in _NIMBUS_DATES:
            set_claim(draft, _NIMBUS_DATES[method], sure, first, "date")
        elif method in ("claim", "setclaim", "setcustomclaim") and len(call.arguments) == 2:
            _claim(draft, call, sure)
    return True


def _nimbus_header(draft: Draft, node: object) -> None:
    value = draft.value(node)  # type: ignore[arg-type]
    if not isinstance(value, Built):
        draft.open_header = True
        return
    draft.origins["header"] = value.node
    if value.arguments:
        draft.algorithm(constant(value.arguments[0]), value.arguments[0])
    for called, sure, call in chain_of(value):
        if called in ("keyID", "x509CertThumbprint", "x509CertSHA256Thumbprint") and call.arguments:
            name = {"keyID": "kid", "x509CertThumbprint": "x5t"}.get(called, "x5t#S256")
            draft.head(name, call.arguments[0], None if sure else UNKNOWN)
        elif called == "type":
            draft.head("typ", call.node, "JWT")


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset(
            {
                "Base64.encodeBase64String",
                "Base64.encodeBase64",
                "*.encodeToString",
                "DatatypeConverter.printBase64Binary",
                "Base64.encode",
            }
        ),
        r"getUrlEncoder|encodeBase64URLSafe|[Uu]rl_?[Ss]afe|URL_SAFE|Base64URL|replace(?:All)?\s*\(\s*[\"'](?:\\\\)?[+/=]",
        "",
    )
    written = draft.names.get("expression", "")
    if "getEncoder()" in written:
        draft.mends["encoding"] = written.replace("getEncoder()", "getUrlEncoder().withoutPadding()")
    elif "encodeBase64String" in written:
        draft.mends["encoding"] = written.replace("encodeBase64String", "encodeBase64URLSafeString")
