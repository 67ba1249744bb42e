"""C#: System.IdentityModel.Tokens.Jwt, jose-jwt, JWT.NET, and ``RSA.SignData`` by hand.

.NET API: a tick is 100 ns, counted from the year 1; ``DateTime.Now`` is the machine's wall clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks, formats
from .draft import Draft
from .evaluate import Call, Reader, Table
from .expression import Node, dotted
from .libraries import Site, chain_of, constant, receiver, recognised, set_claim
from .syntax import CSHARP
from .values import UNKNOWN, Built, Count, Mapped, Moment, Span, Value, Written, exact, floored, squeezed, text_of


def _offset(call: Call) -> Value:
    """``new DateTimeOffset(date)``: a ``DateTime`` knows whether it is local or UTC."""
    value = call.value()
    return value._replace(zone="aware") if isinstance(value, Moment) else UNKNOWN


def _unix(per_second: int) -> clocks.Function:
    """``ToUnixTimeSeconds()`` of a ``DateTimeOffset`` knows its zone."""

    def counted(call: Call) -> Value:
        moment = call.receiver
        return clocks.as_count(moment._replace(shifted=False), per_second) if isinstance(moment, Moment) else UNKNOWN

    return counted


def _ticks(call: Call) -> Value:
    """``.Ticks`` of a date; of a length of time plain ticks."""
    value = call.receiver
    if isinstance(value, Span):
        return clocks.count_of(value, 10_000_000, True)
    if not isinstance(value, Moment):
        return UNKNOWN
    ticks = Fraction(10_000_000)
    return Count(value.base * ticks, value.offset * ticks + clocks.TICKS_AT_EPOCH, zone=value.zone == "local")


def _shifted(call: Call) -> Value:
    """``Subtract(epoch)`` and ``-``: the difference to 1970 of a local date is off by the zone."""
    from .values import combined

    return combined("-", call.receiver, call.value(), whole_division=True)


def _to_universal(call: Call) -> Value:
    return call.receiver._replace(zone="utc") if isinstance(call.receiver, Moment) else UNKNOWN


def _added(call: Call) -> Value:
    from .values import combined

    if isinstance(call.receiver, Moment):
        return combined("+", call.receiver, call.value(), whole_division=True)
    return UNKNOWN


def _total(seconds: Fraction) -> clocks.Function:
    def counted(call: Call) -> Value:
        value = call.receiver
        if not isinstance(value, Span):
            return UNKNOWN
        if value.base:
            return Count(value.base / seconds, value.offset / seconds, whole=False, zone=value.zone)
        return float(value.offset / seconds)

    return counted


def _int_date(call: Call) -> Value:
    """``EpochTime.GetIntDate(date)`` converts to UTC itself."""
    value = call.value()
    return clocks.as_count(value._replace(shifted=False), 1) if isinstance(value, Moment) else UNKNOWN


_UTC, _LOCAL = Moment(1, Fraction(0), "utc"), Moment(1, Fraction(0), "local")
_EPOCH = Moment(0, Fraction(0), "utc")
_CLAIM_NAMES = {"Iss": "iss", "Sub": "sub", "Aud": "aud", "Exp": "exp", "Iat": "iat", "Nbf": "nbf", "Jti": "jti"}
TABLE = Table(
    syntax=CSHARP,
    constants={
        "DateTime.UtcNow": _UTC, "DateTime.Now": _LOCAL, "DateTimeOffset.UtcNow": Moment(1, Fraction(0)), "DateTimeOffset.Now": Moment(1, Fraction(0)),
        "DateTime.UnixEpoch": _EPOCH, "DateTimeOffset.UnixEpoch": _EPOCH, "DateTime.Today": UNKNOWN,
        **{f"JwtRegisteredClaimNames.{name}": claim for name, claim in _CLAIM_NAMES.items()},
    },
    functions={
        **formats.functions("csharp"),
        "TimeSpan.FromMinutes": clocks.lasting(60), "TimeSpan.FromSeconds": clocks.lasting(1), "TimeSpan.FromHours": clocks.lasting(3600),
        "TimeSpan.FromDays": clocks.lasting(86400), "TimeSpan.FromMilliseconds": clocks.lasting(Fraction(1, 1000)), "Convert.ToInt64": clocks.floor,
        "Convert.ToInt32": lambda call: squeezed(clocks.floor(call)), "Convert.ToString": clocks.text, "Math.Floor": clocks.floor, "Math.Round": clocks.floor,
        "Math.Truncate": clocks.floor, "EpochTime.GetIntDate": _int_date, "DateTimeOffset.FromUnixTimeSeconds": clocks.moment(1), "long.Parse": clocks.floor,
        "UnixEpoch.GetSecondsSince": lambda call: clocks.as_count(call.value(), 1, whole=False), "*.GetNow": clocks.present(), "int.Parse": clocks.floor,
    },
    methods={
        "AddMinutes": clocks.later(60), "AddSeconds": clocks.later(1), "AddHours": clocks.later(3600), "AddDays": clocks.later(86400),
        "AddMilliseconds": clocks.later(Fraction(1, 1000)), "Add": _added, "Subtract": _shifted, "ToUnixTimeSeconds": _unix(1), "ToUnixTimeMilliseconds": _unix(1000),
        "Ticks": _ticks, "TotalSeconds": _total(Fraction(1)), "TotalMilliseconds": _total(Fraction(1, 1000)), "TotalMinutes": _total(Fraction(60)),
        "ToUniversalTime": _to_universal, "ToLocalTime": lambda call: call.receiver._replace(zone="local") if isinstance(call.receiver, Moment) else UNKNOWN,
        "UtcDateTime": _to_universal, "DateTime": clocks.same, "ToString": clocks.iso, "ToFileTimeUtc": lambda call: UNKNOWN, "UtcNow": clocks.same,
        "Seconds": lambda call: UNKNOWN, "Value": clocks.same,
    },
    types={"DateTime": clocks.epoch, "DateTimeOffset": _offset, "TimeSpan": lambda call: _time_span(call)},
    builders=frozenset({"JwtBuilder", "JwtBuilder.Create", "Claim", "System.Security.Claims.Claim", "SigningCredentials", "ClaimsIdentity", "JwtHeader", "X509SigningCredentials"}),
    casts={"int": squeezed, "int32": squeezed, "long": floored, "int64": floored, "uint": floored, "string": text_of, "datetimeoffset": lambda value: value._replace(zone="aware") if isinstance(value, Moment) else UNKNOWN},
)  # fmt: skip


def _time_span(call: Call) -> Value:
    """``new TimeSpan(hours, minutes, seconds)``."""
    numbers = [exact(each) for each in call.arguments]
    if len(numbers) != 3 or any(each is None for each in numbers):
        return UNKNOWN
    return Span(0, sum((n or Fraction(0)) * unit for n, unit in zip(numbers, (3600, 60, 1), strict=True)) + Fraction(0))


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    if role == "date":
        return f"DateTime.UtcNow.AddSeconds({seconds})" if seconds else "DateTime.UtcNow"
    if role == "lifetime":
        return str(seconds)
    return (
        f"DateTimeOffset.UtcNow.AddSeconds({seconds}).ToUnixTimeSeconds()"
        if seconds
        else "DateTimeOffset.UtcNow.ToUnixTimeSeconds()"
    )


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(
        reader,
        [
            (lambda site: site.node.kind == "new" and site.name.endswith("JwtSecurityToken"), _security_token),
            (lambda site: site.node.kind == "new" and site.name.endswith("SecurityTokenDescriptor"), _descriptor),
            (lambda site: site.name.endswith("JWT.Encode"), _jose),
            (lambda site: site.name.endswith("Encode") and _built(reader, site) is not None, _builder),
            (lambda site: site.name.rpartition(".")[2] == "Encode" and "ncoder" in site.name and bool(site.arguments), _encoder),
        ],
        _by_hand,
    )


def _built(reader: Reader, site: Site) -> Built | None:
    on = receiver(site.node)
    value = reader.value(on, on.start, reader.block_of(on.start)) if on is not None else None
    return value if isinstance(value, Built) and "JwtBuilder" in value.type else None


def _take(draft: Draft, name: str, node: Node | None, role: str = "number") -> None:
    if node is not None:
        value = draft.value(node)
        if value is not None:
            draft.claim(name, node, value, role)


def _security_token(draft: Draft, site: Site) -> bool:
    first = site.argument(0)
    if first is not None and len(site.arguments) == 2 and not site.named:
        return _of_header_and_payload(draft, site)
    if len(site.arguments) == 1 and not site.named:
        return False
    draft.head("typ", site.node, "JWT")
    draft.algorithm("")
    for index, (argument, claim, role) in enumerate(
        (
            ("issuer", "iss", ""),
            ("audience", "aud", ""),
            ("claims", "", ""),
            ("notBefore", "nbf", "date"),
            ("expires", "exp", "date"),
        )
    ):
        node = site.argument(index, argument)
        if claim:
            _take(draft, claim, node, role or "number")
        elif node is not None:
            _claims(draft, node)
    _credentials(draft, site.argument(5, "signingCredentials"))
    return True


def _of_header_and_payload(draft: Draft, site: Site) -> bool:
    header, payload = draft.value(site.arguments[0]), draft.value(site.arguments[1])
    draft.head("typ", site.node, "JWT")
    draft.algorithm("")
    if isinstance(header, Built) and header.arguments:
        _credentials(draft, header.arguments[0])
    draft.claims_from(site.arguments[1], payload)
    return True


def _claims(draft: Draft, node: Node) -> None:
    """A list of ``new Claim(name, value)``; the values of those are texts."""
    value = draft.value(node)
    if isinstance(value, Built) and value.type.endswith("ClaimsIdentity"):
        for each in value.arguments[:1]:
            _claims(draft, each)
        for called, sure, call in chain_of(value):
            if called == "AddClaim" and call.arguments:
                _claim(draft, draft.value(call.arguments[0]), sure)
        return
    if not isinstance(value, list):
        draft.open_claims = value is not None
        return
    for each in value:
        _claim(draft, each, True)
    _added_claims(draft, node)


def _added_claims(draft: Draft, node: Node) -> None:
    """``claims.Add(new Claim(…))`` on the list's variable."""
    if node.kind != "name":
        return
    for each, name in byhand.calls(draft.reader):
        if name == f"{node.value}.Add" and len(each.kids) > 1:
            _claim(draft, draft.value(each.kids[1].kids[0]), True)


def _claim(draft: Draft, value: Value, sure: bool) -> None:
    if not isinstance(value, Built) or not value.type.endswith("Claim") or len(value.arguments) < 2:
        draft.open_claims = True
        return
    name = draft.value(value.arguments[0])
    if not isinstance(name, str):
        draft.open_claims = True
        return
    given = draft.value(value.arguments[1])
    integer = len(value.arguments) > 2 and "Integer" in dotted(value.arguments[2])
    if integer and isinstance(given, Written) and isinstance(given.of, Count):
        given = given.of
    elif integer and isinstance(given, str) and re.fullmatch(r"-?\d{1,18}", given):
        given = int(given)
    draft.claim(name, value.arguments[1], given if sure else UNKNOWN)


def _descriptor(draft: Draft, site: Site) -> bool:
    draft.head("typ", site.node, "JWT")
    draft.algorithm("")
    inside = next((each for each in site.node.kids if each.kind == "map"), None)
    if inside is None:
        return False
    given = {str(each.kids[0].value): each.kids[1] for each in inside.kids if each.kind == "pair"}
    for name, claim, role in (
        ("Issuer", "iss", ""),
        ("Audience", "aud", ""),
        ("Expires", "exp", "date"),
        ("NotBefore", "nbf", "date"),
        ("IssuedAt", "iat", "date"),
    ):
        _take(draft, claim, given.get(name), role or "number")
    if "Subject" in given:
        _claims(draft, given["Subject"])
    if "Claims" in given:
        draft.claims_from(given["Claims"])
    if "AdditionalHeaderClaims" in given:
        draft.header_from(given["AdditionalHeaderClaims"])
    if "exp" not in draft.claims:
        # The handler adds an hour where nothing is said.
        draft.unknown.add("payload.exp")
    _credentials(draft, given.get("SigningCredentials"))
    return True


def _credentials(draft: Draft, node: Node | None) -> None:
    value = draft.value(node) if node is not None else None
    if isinstance(value, Built) and value.type.endswith("SigningCredentials") and len(value.arguments) > 1:
        found = draft.value(value.arguments[1])
        draft.algorithm(found if isinstance(found, str) else constant(value.arguments[1]), value.arguments[1])
    elif node is not None:
        draft.algorithm("", node)
    draft.unknown.add("header.kid")


def _jose(draft: Draft, site: Site) -> bool:
    """jose-jwt: ``JWT.Encode(payload, key, JwsAlgorithm.RS256, extraHeaders)``."""
    if len(site.arguments) < 3:
        return False
    draft.claims_from(site.arguments[0], _unserialized(draft, site.arguments[0]))
    draft.algorithm(constant(site.arguments[2]), site.arguments[2])
    headers = site.argument(3, "extraHeaders")
    if headers is not None:
        draft.header_from(headers)
    return True


def _unserialized(draft: Draft, node: Node) -> Value:
    node = draft.reader.traced(node)
    if (
        node.kind == "call"
        and node.kids[0].kind == "member"
        and node.kids[0].value in ("Serialize", "SerializeObject")
        and len(node.kids) > 1
    ):
        return draft.value(node.kids[1].kids[0])
    return draft.value(node)


def _encoder(draft: Draft, site: Site) -> bool:
    """JWT.NET: ``encoder.Encode(payload, key)``, the algorithm given to the encoder."""
    payload = next((each for each in site.arguments[:2] if isinstance(draft.value(each), Mapped)), None)
    if payload is None:
        return False
    draft.claims_from(payload)
    draft.head("typ", site.node, "JWT")
    match = re.search(r"new\s+((?:RS|HMACSHA|ES|PS)(\d{3}))Algorithm", draft.reader.text)
    draft.algorithm(f"HS{match[2]}" if match and match[1].startswith("HMAC") else match[1] if match else "")
    return True


def _builder(draft: Draft, site: Site) -> bool:
    made = _built(draft.reader, site)
    if made is None:
        return False
    draft.origins["payload"] = made.node
    draft.head("typ", site.node, "JWT")
    draft.algorithm("")
    for called, sure, call in chain_of(made):
        if called == "AddClaim" and len(call.arguments) == 2:
            name = draft.value(call.arguments[0])
            name = {"Issuer": "iss", "Subject": "sub", "Audience": "aud", "ExpirationTime": "exp"}.get(
                dotted(call.arguments[0]).rpartition(".")[2], name
            )
            if isinstance(name, str):
                set_claim(draft, name, sure, call.arguments[1])
            else:
                draft.open_claims = True
        elif called in ("Issuer", "Subject", "Audience") and call.arguments:
            set_claim(draft, {"Issuer": "iss", "Subject": "sub", "Audience": "aud"}[called], sure, call.arguments[0])
        elif called in ("ExpirationTime", "IssuedAt", "NotBefore") and call.arguments:
            set_claim(
                draft, {"ExpirationTime": "exp", "IssuedAt": "iat", "NotBefore": "nbf"}[called], sure, call.arguments[0], "date"
            )
        elif called == "WithAlgorithm" and call.arguments and call.arguments[0].kind == "new":
            match = re.match(r"(RS|HMACSHA|ES|PS)(\d{3})", str(call.arguments[0].value))
            draft.algorithm(f"{'HS' if match[1] == 'HMACSHA' else match[1]}{match[2]}" if match else "", call.arguments[0])
    return True


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset({"Convert.ToBase64String"}),
        r"Base64Url|base64url|UrlEncode\w*\(|Replace\s*\(\s*['\"][+/=]|TrimEnd\s*\(\s*'='|Split\s*\(\s*'='",
        "{}.TrimEnd('=').Replace('+', '-').Replace('/', '_')",
    )
