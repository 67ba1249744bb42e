"""Go: golang-jwt, and ``rsa.SignPKCS1v15`` by hand.

Package time: ``Unix()`` counts seconds, ``UnixMilli()`` and ``UnixNano()`` do not. golang-jwt writes the Audience of RegisteredClaims as a
list; ``NumericDate`` becomes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from . import byhand, clocks, formats
from .draft import TIMES, Draft
from .evaluate import Call, Reader, Table
from .expression import Node
from .libraries import Site, constant, recognised
from .syntax import GO
from .values import UNKNOWN, Mapped, Moment, Slot, Span, Value, squeezed

_DURATIONS: dict[str, Fraction | int] = {
    "Nanosecond": Fraction(1, 10**9),
    "Microsecond": Fraction(1, 10**6),
    "Millisecond": Fraction(1, 1000),
    "Second": 1,
    "Minute": 60,
    "Hour": 3600,
}


def _span_of(call: Call) -> Value:
    """``time.Duration(n)``: a number that is multiplied with a unit; alone it counts nanoseconds."""
    return call.value()


def _add(call: Call) -> Value:
    from .values import combined

    value = call.value()
    if isinstance(value, int):
        value = Span(0, Fraction(value, 10**9))
    return combined("+", call.receiver, value, whole_division=True)


def _made(call: Call) -> Value:
    """``make(jwt.MapClaims)``, ``make(map[string]any)``: an empty map."""
    written = call.reader.text[call.node.start : call.node.end]
    return Mapped(call.node) if "map[" in written or "MapClaims" in written else UNKNOWN


def _numeric_date(call: Call) -> Value:
    return call.value()


TABLE = Table(
    syntax=GO,
    constants={f"time.{name}": Span(0, Fraction(seconds)) for name, seconds in _DURATIONS.items()},
    functions={
        **formats.functions("go"),
        "time.Now": clocks.present(), "time.Duration": _span_of, "jwt.NewNumericDate": _numeric_date, "jwt.At": _numeric_date, "int64": clocks.floor, "int": clocks.floor,
        "float64": clocks.first, "int32": lambda call: squeezed(call.value()), "strconv.FormatInt": clocks.text, "strconv.Itoa": clocks.text, "fmt.Sprint": clocks.text,
        "time.Unix": clocks.moment(1), "jwt.TimeFunc": clocks.present(), "math.Floor": clocks.floor, "jwt.ClaimStrings": clocks.first,
        "string": clocks.first, "jwt.GetSigningMethod": clocks.first, "make": _made, "*.Claims": lambda call: Mapped(call.node),
    },
    methods={
        "Add": _add, "UTC": clocks.same, "Local": clocks.same, "In": clocks.same, "Truncate": clocks.same, "Round": clocks.same, "Unix": clocks.counted(1),
        "UnixMilli": clocks.counted(1000), "UnixMicro": clocks.counted(10**6), "UnixNano": clocks.counted(10**9), "Format": clocks.iso, "String": clocks.iso,
        "Seconds": clocks.counted(1, whole=False), "Milliseconds": clocks.counted(1000),
    },
    types={},
    builders=frozenset(),
)  # fmt: skip


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    long = f"{seconds // 60} * time.Minute" if seconds % 60 == 0 else f"{seconds} * time.Second"
    moved = f"time.Now().Add({long})" if seconds else "time.Now()"
    return str(seconds) if role == "lifetime" else f"jwt.NewNumericDate({moved})" if role == "date" else f"{moved}.Unix()"


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    return recognised(
        reader,
        [
            (lambda site: site.name.rpartition(".")[2] in ("NewWithClaims",) and len(site.arguments) >= 2, _with_claims),
            (lambda site: site.name == "jwt.New" and bool(site.arguments), _new),
            (lambda site: site.name == "jws.Encode" and len(site.arguments) >= 2, _jws),
        ],
        _by_hand,
    )


def _with_claims(draft: Draft, site: Site) -> bool:
    node = draft.reader.traced(site.arguments[1])
    _algorithm(draft, site)
    value = draft.value(site.arguments[1])
    if isinstance(value, Mapped):
        _claims(draft, value, node)
    else:
        draft.claims_from(node, value)
    return True


def _algorithm(draft: Draft, site: Site) -> None:
    draft.head("typ", site.node, "JWT")
    named = draft.value(site.arguments[0])
    draft.algorithm(named if isinstance(named, str) else constant(draft.reader.traced(site.arguments[0])), site.arguments[0])
    for statement in draft.reader.program.statements:
        if (
            statement.kind == "set"
            and statement.target is not None
            and statement.target.kind == "index"
            and len(statement.target.kids) == 2
        ):
            holder, key = statement.target.kids
            if holder.kind == "member" and holder.value == "Header" and key.kind == "literal" and isinstance(key.value, str):
                draft.head(key.value, statement.value)


def _new(draft: Draft, site: Site) -> bool:
    """``token := jwt.New(method)`` with ``token.Claims = claims``, or with claims set one by one."""
    _algorithm(draft, site)
    for statement in draft.reader.program.statements:
        if (
            statement.kind == "set"
            and statement.target is not None
            and statement.target.kind == "member"
            and statement.target.value == "Claims"
        ):
            value = draft.value(statement.value)
            if isinstance(value, Mapped):
                _claims(draft, value, draft.reader.traced(statement.value))
                return True
    made = byhand.draft_of(draft.reader)
    if made is not None:
        draft.claims.update(made.claims)
        draft.open_claims = made.open_claims
        draft.origins["payload"] = made.origins["payload"]
        return True
    draft.open_claims = True
    return True


def _jws(draft: Draft, site: Site) -> bool:
    """golang.org/x/oauth2/jws: ``jws.Encode(&jws.Header{…}, &jws.ClaimSet{…}, key)``, which gives an hour where ``Exp`` is not set."""
    header, claims = (draft.value(each) for each in site.arguments[:2])
    draft.algorithm("")
    if isinstance(header, Mapped):
        for field, name in (("Algorithm", "alg"), ("Typ", "typ"), ("KeyID", "kid")):
            if field in header.entries:
                draft.header[name] = header.entries[field]
    if not isinstance(claims, Mapped):
        draft.claims_from(site.arguments[1], claims)
        return True
    draft.origins["payload"] = claims.node
    draft.open_claims = claims.open
    for field, name in _CLAIM_SET.items():
        if field in claims.entries:
            draft.claims[name] = claims.entries[field]
    if "exp" not in draft.claims:
        draft.unknown.add("payload.exp")
    return True


_CLAIM_SET = {"Iss": "iss", "Sub": "sub", "Prn": "prn", "Aud": "aud", "Exp": "exp", "Iat": "iat", "Scope": "scope"}
_FIELDS = {
    "Issuer": "iss",
    "Subject": "sub",
    "Audience": "aud",
    "ExpiresAt": "exp",
    "IssuedAt": "iat",
    "NotBefore": "nbf",
    "ID": "jti",
    "Id": "jti",
    "Scope": "scope",
}


def _claims(draft: Draft, value: Mapped, node: Node) -> None:
    """A map's entries, or a struct's fields by their JSON names; an embedded struct's too."""
    draft.origins["payload"] = value.node
    draft.open_claims = draft.open_claims or value.open
    kind = str(node.value) if node.kind == "new" else ""
    structured = any(name in _FIELDS or name.endswith(("RegisteredClaims", "StandardClaims")) for name in value.entries)
    for name, slot in value.entries.items():
        if isinstance(slot.value, Mapped) and name.rpartition(".")[2] in ("RegisteredClaims", "StandardClaims"):
            _claims(draft, slot.value, slot.node)
            continue
        claim = _FIELDS.get(name, "") if structured else name
        if not claim:
            continue
        found = slot.value
        if claim == "aud" and structured and "Registered" in kind and isinstance(found, str):
            found = [found]
        draft.claims[claim] = Slot(found, slot.node)
        # A time.Time in a map is written as text by encoding/json; NewNumericDate makes it seconds.
        written = draft.reader.text[slot.node.start : slot.node.end]
        draft.roles[claim] = (
            "date" if claim in TIMES and isinstance(found, Moment) and ("NumericDate" in written or structured) else "number"
        )


def _by_hand(draft: Draft) -> None:
    byhand.plain_base64(
        draft,
        frozenset({"StdEncoding.EncodeToString", "RawStdEncoding.EncodeToString", "base64.StdEncoding.EncodeToString"}),
        r"URLEncoding|strings\.Replace|NewReplacer|TrimRight",
        "",
    )
    written = draft.names.get("expression", "")
    if "StdEncoding" in written:
        draft.mends["encoding"] = written.replace("RawStdEncoding", "StdEncoding").replace("StdEncoding", "RawURLEncoding")
