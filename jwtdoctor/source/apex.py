"""Apex: ``Auth.JWT``, ``Auth.JWS``, ``Auth.JWTBearerTokenExchange``, and ``Crypto.sign`` by hand.

Apex Reference Guide, namespaces Auth and System. ``DateTime.getTime`` counts milliseconds; ``setValidityLength(Integer)`` wants a
number of seconds, and the platform adds it to the present.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import byhand, clocks
from .draft import Draft, Lifetime, origin
from .evaluate import Reader, Table
from .expression import Node, dotted, walk
from .sending import sending
from .syntax import APEX
from .values import UNKNOWN, Built, Mapped, Unknown, Value, floored, squeezed, text_of

TABLE = Table(
    syntax=APEX,
    constants={},
    functions={
        "datetime.now": clocks.present(),
        "system.now": clocks.present(),
        "system.currenttimemillis": clocks.counting(1000),
        "datetime.newinstance": clocks.moment(1000),
        "datetime.valueof": clocks.first,
        "string.valueof": clocks.text,
        "integer.valueof": lambda call: squeezed(clocks.floor(call)),
        "long.valueof": clocks.floor,
        "decimal.valueof": clocks.first,
        "double.valueof": clocks.first,
        "string.escapesinglequotes": clocks.first,
        "math.floor": clocks.floor,
        "math.roundtolong": clocks.floor,
        "math.round": lambda call: squeezed(clocks.floor(call)),
        "math.abs": clocks.first,
    },
    methods={
        "gettime": clocks.counted(1000),
        "addminutes": clocks.later(clocks.MINUTE),
        "addseconds": clocks.later(1),
        "addhours": clocks.later(clocks.HOUR),
        "adddays": clocks.later(clocks.DAY),
        "intvalue": clocks.squeeze,
        "longvalue": lambda call: floored(call.receiver),
        "doublevalue": clocks.same,
        "round": lambda call: floored(call.receiver),
        "format": clocks.iso,
        "formatgmt": clocks.iso,
        "tostring": clocks.text_method,
    },
    types={},
    builders=frozenset(
        {"auth.jwt", "auth.jws", "auth.jwtbearertokenexchange", "jwt", "jws", "jwtbearertokenexchange", "httprequest"}
    ),
    casts={"integer": squeezed, "long": floored, "string": text_of},
)

_SETTERS = {"setiss": "iss", "setsub": "sub", "setaud": "aud"}
_FIELDS = {"=iss": "iss", "=sub": "sub", "=aud": "aud"}
_RECORD_ID = re.compile(r"0P1[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\Z")
_UNIQUE_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*\Z")
"""Developer names: letters, digits and single underscores, a letter first, no underscore last."""


def mend(role: str, seconds: int, code: str) -> str:
    """The right expression."""
    if role == "lifetime":
        return lifetime(seconds)
    return "DateTime.now().getTime() / 1000" if not seconds else f"DateTime.now().getTime() / 1000 + {seconds}"


def lifetime(seconds: int) -> str:
    """Seconds the way people write them: ``5 * 60``."""
    return f"{seconds // 60} * 60" if seconds >= 60 and seconds % 60 == 0 else str(seconds)


def drafts(reader: Reader) -> Iterator[Draft]:
    """One for each assertion that the code signs."""
    found = False
    for node in _news(reader, "jws"):
        found = True
        yield _of_jws(reader, node)
    if not found:
        for node in _news(reader, "jwt"):
            found = True
            draft = Draft(reader, node)
            _claims_of(draft, _object(reader, node))
            _exchange(draft, None)
            yield draft
    if not found and re.search(r"(?i)crypto\s*\.\s*sign", reader.text):
        draft_by_hand = _by_hand(reader)
        if draft_by_hand is not None:
            yield draft_by_hand


def _news(reader: Reader, name: str) -> list[Node]:
    found = []
    for statement in reader.program.statements:
        for node in walk(statement.value):
            if node.kind == "new" and reader.fold(str(node.value)) in (name, f"auth.{name}"):
                found.append(node)
    return found


def _plain(node: Node) -> list[Node]:
    return [each.kids[0] for each in node.kids if each.kind == "argument" and each.kids]


def _object(reader: Reader, node: Node) -> Built | None:
    """The object that ``node`` makes, with all that is called on the variable it is given to."""
    for statement in reader.program.statements:
        if statement.kind == "assign" and statement.value is node and statement.target is not None:
            value = reader.name(str(statement.target.value), 1 << 60, statement.block)
            return value if isinstance(value, Built) else None
    value = reader.value(node, node.start, reader.block_of(node.start))
    return value if isinstance(value, Built) else None


def _of_jws(reader: Reader, node: Node) -> Draft:
    draft = Draft(reader, node)
    arguments = _plain(node)
    draft.algorithm("RS256")
    given: Value = draft.value(arguments[0]) if arguments else UNKNOWN
    if isinstance(given, Built) and given.type.endswith("jwt"):
        draft.origins["payload"] = given.node
        _claims_of(draft, given)
    else:
        text = byhand.json_map(reader, reader.traced(arguments[0])) if arguments else None
        value = text if text is not None else _serialized(draft, arguments[0]) if arguments else None
        if isinstance(value, Mapped):
            draft.claims_from(value.node, value)
        else:
            draft.open_claims = True
    if len(arguments) > 1:
        _certificate(draft, arguments[1])
    _exchange(draft, node)
    return draft


def _serialized(draft: Draft, node: Node) -> Value:
    """The map in ``JSON.serialize(map)``."""
    node = draft.reader.traced(node)
    if node.kind == "call" and draft.reader.fold(dotted(node.kids[0])) == "json.serialize" and (inner := _plain(node)):
        return draft.value(inner[0])
    return UNKNOWN


def _claims_of(draft: Draft, made: Built | None) -> None:
    """The claims that the setters of an ``Auth.JWT`` give it."""
    draft.traces_times = False
    draft.unknown.add("payload.exp")
    if made is None:
        draft.open_claims = True
        return
    if not [name for name, _ in made.calls if "set" in name]:
        _lost_setters(draft)
    for called, call in made.calls:
        name = called.removeprefix("?").lower()
        arguments = _plain(call) if call.kind == "call" else [call]
        if arguments and (name in _SETTERS or name in _FIELDS):
            draft.claim((_SETTERS | _FIELDS)[name], arguments[0], UNKNOWN if called.startswith("?") else None)
        elif name in ("setvaliditylength", "=validitylength") and arguments:
            _lifetime(draft, arguments[0], sure=not called.startswith("?"))
        elif name in ("setadditionalclaims", "=additionalclaims") and arguments:
            _more_claims(draft, arguments[0])


def _lifetime(draft: Draft, node: Node, *, sure: bool) -> None:
    value = draft.value(node) if sure else UNKNOWN
    draft.unknown.discard("payload.exp")
    draft.claim("exp", node, UNKNOWN if isinstance(value, Unknown) else Lifetime(value), "lifetime")


def _more_claims(draft: Draft, node: Node) -> None:
    value = draft.value(node)
    if isinstance(value, Mapped):
        draft.claims.update({name: slot for name, slot in value.entries.items() if name not in draft.claims})
        if not value.open:
            return
    draft.unknown |= {"payload.scope", "payload.jti"} - {f"payload.{name}" for name in draft.claims}


def _lost_setters(draft: Draft) -> None:
    """No setter is called at all, and variables called like the claims stand there unused: their lines got lost in the pasting."""
    reader = draft.reader
    statements = [each for each in reader.program.statements if each.kind == "assign" and each.target is not None]
    named = {reader.fold(str(each.target.value)): each for each in statements if each.target is not None}
    used = {
        reader.fold(str(node.value)) for each in reader.program.statements for node in walk(each.value) if node.kind == "name"
    }
    unused = {name: each for name, each in named.items() if name in ("iss", "sub", "aud", "exp") and name not in used}
    if len(unused) < 2:
        return
    for name, each in unused.items():
        if name == "exp":
            _lifetime(draft, each.value, sure=True)
        else:
            draft.claim(name, each.value)
    draft.traits.add("apex-setters-lost")


def _certificate(draft: Draft, node: Node) -> None:
    node = draft.reader.traced(node)
    value = draft.value(node)
    draft.origins["key"] = node
    if not isinstance(value, str):
        return
    draft.traits.add("apex-named-certificate")
    draft.names["certificate"] = value
    if _RECORD_ID.match(value):
        draft.traits.add("apex-certificate-id")
    elif not _UNIQUE_NAME.match(value):
        draft.traits.add("apex-certificate-label")


def _exchange(draft: Draft, jws: Node | None) -> None:
    """The endpoint that the token is sent to, and how."""
    reader = draft.reader
    draft.sent(sending(reader))
    exchanges = _news(reader, "jwtbearertokenexchange")
    for node in exchanges:
        draft.traits.add("apex-callout")
        arguments = _plain(node)
        if arguments and (len(exchanges) == 1 or (len(arguments) > 1 and _leads_to(reader, arguments[1], jws))):
            _endpoint(draft, arguments[0])
        made = _object(reader, node)
        for name, call in made.calls if made is not None else ():
            if name.lower() == "settokenendpoint" and call.kind == "call" and _plain(call):
                _endpoint(draft, _plain(call)[0])
    for node, name in byhand.calls(reader):
        if name.rpartition(".")[2] == "setendpoint" and _plain(node):
            draft.traits.add("apex-callout")
            if draft.endpoint is None:
                _endpoint(draft, _plain(node)[0])
    if "endpoint_origin" not in draft.names:
        draft.traits.discard("apex-callout")


def _leads_to(reader: Reader, node: Node, jws: Node | None) -> bool:
    return jws is not None and reader.traced(node) == jws


def _endpoint(draft: Draft, node: Node) -> None:
    value = draft.value(node)
    draft.origins["endpoint"] = draft.reader.traced(node)
    if not isinstance(value, str):
        return
    if value.lower().startswith("callout:"):
        draft.traits.discard("apex-callout")
        return
    draft.endpoint = value
    if found := origin(value):
        draft.names["endpoint_origin"] = found


def _by_hand(reader: Reader) -> Draft | None:
    draft = byhand.draft_of(reader)
    if draft is None:
        return None
    for node, name in byhand.calls(reader):
        if name.endswith("crypto.signwithcertificate") and len(_plain(node)) > 2:
            _certificate(draft, _plain(node)[2])
    _exchange(draft, None)
    byhand.plain_base64(
        draft,
        frozenset({"encodingutil.base64encode"}),
        r"(?i)replace(?:All)?\s*\(\s*'(?:\\?\\?[+/=]|\[[+/=])|base64url",
        "{}.replace('+', '-').replace('/', '_').replace('=', '')",
    )
    return draft
