"""How does this code send the assertion? Its ``grant_type`` and the form of its body, where they stand in the code as texts. RFC 7523 §2.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

from ..intake import Request
from .evaluate import Reader
from .expression import Node, dotted, walk

GRANT, ASSERTION = "grant_type", "assertion"
BODY = "request.content_type"
"""The path under which the form of the body is known, or is not."""
_GRANT_TYPE = re.compile(r"(?:^|[&?])grant_type=([^&\s\0]+)(?:&|$)")
_JSON, _FORM = ("application/json", "json"), ("application/x-www-form-urlencoded", "form")
_SAYS = {"json": _JSON, "data": _FORM}
"""Names of arguments under which a map of fields is sent in that form by the HTTP libraries that have them."""
_STRINGIFY = "JSON.stringify"
MOST = 200
"""Maps, texts and calls that are looked at."""


class Sending(NamedTuple):
    """A request as far as the code shows it, where its parts stand, and what of it is not shown."""

    request: Request
    origins: Mapping[str, Node]
    unknown: frozenset[str]


def sending(reader: Reader) -> Sending | None:
    """How an assertion is sent; None where no form with a literal grant type is shown, or several that differ."""
    if GRANT not in reader.text:
        return None
    found = list(_grants(reader))
    values = {value for value, _ in found}
    if len(values) != 1:
        return None
    value, node = found[0]
    bodies = list(_bodies(reader))
    (kind, body), shown = bodies[0] if len({each for each, _ in bodies}) == 1 else (("", "form"), None)
    request = Request("POST", content_type=kind, body=body, fields={GRANT: value, ASSERTION: ""}, where="body.assertion")
    origins = {"request.grant_type": node} | ({} if shown is None else {BODY: shown})
    return Sending(request, origins, frozenset() if shown is not None else frozenset({BODY}))


def _nodes(reader: Reader, *kinds: str) -> Iterator[Node]:
    count = 0
    for statement in reader.program.statements:
        for node in walk(statement.value):
            if node.kind in kinds:
                count += 1
                if count > MOST:
                    return
                yield node


def _text(reader: Reader, node: Node) -> str | None:
    value = reader.value(node, node.start, reader.block_of(node.start))
    return value if isinstance(value, str) else None


def _grants(reader: Reader) -> Iterator[tuple[str, Node]]:
    """The grant types that stand beside an assertion: in a map, in a form that is filled by calls, in a text."""
    for fields in _maps(reader):
        value = _text(reader, fields[GRANT]) if GRANT in fields else None
        if value is not None:
            yield value, reader.traced(fields[GRANT])
    filled = _filled(reader)
    if {GRANT, ASSERTION} <= filled.keys() and (value := _text(reader, filled[GRANT])) is not None:
        yield value, reader.traced(filled[GRANT])
    for node in _nodes(reader, "literal", "chain", "template"):
        written = _written(reader, node)
        match = _GRANT_TYPE.search(written) if f"{ASSERTION}=" in written else None
        if match is not None:
            yield unquote_plus(match[1]), node


def _maps(reader: Reader) -> Iterator[dict[str, Node]]:
    """The fields of maps that hold an assertion."""
    for node in _nodes(reader, "map", "call", "new"):
        fields = _pairs(node.kids)
        if ASSERTION in fields and "client_assertion" not in fields:
            yield fields


def _pairs(kids: Iterable[Node]) -> dict[str, Node]:
    return {str(each.kids[0].value): each.kids[1] for each in kids if each.kind == "pair" and len(each.kids) == 2}


def _filled(reader: Reader) -> dict[str, Node]:
    """The fields that calls such as ``append("grant_type", …)`` put into a form."""
    found: dict[str, Node] = {}
    for node in _nodes(reader, "call"):
        given = [each.kids[0] for each in node.kids[1:] if each.kind == "argument" and each.kids]
        if len(given) == 2 and given[0].kind == "literal" and given[0].value in (GRANT, ASSERTION, "client_assertion"):
            if given[0].value in found:
                return {}
            found[str(given[0].value)] = given[1]
    return {} if "client_assertion" in found else found


def _written(reader: Reader, node: Node) -> str:
    """A text with what is not known of it as ``\\0``."""
    if node.kind == "literal":
        return node.value if isinstance(node.value, str) else ""
    if not any(kid.kind == "literal" and isinstance(kid.value, str) and GRANT in kid.value for kid in node.kids):
        return ""
    told = (_text(reader, kid) for kid in node.kids)
    return "".join("\0" if each is None else each for each in told)


def _bodies(reader: Reader) -> Iterator[tuple[tuple[str, str], Node]]:
    """In which form a map with an assertion is sent, where the call says so."""
    for node in _nodes(reader, "call"):
        named = {str(each.value): each.kids[0] for each in node.kids[1:] if each.kind == "argument" and each.value and each.kids}
        for name, form in _SAYS.items():
            if name in named and _holds_assertion(reader, named[name]):
                yield form, named[name]
        if dotted(node.kids[0]) == _STRINGIFY and any(
            each.kind == "argument" and each.kids and _holds_assertion(reader, each.kids[0]) for each in node.kids[1:]
        ):
            yield _JSON, node


def _holds_assertion(reader: Reader, node: Node) -> bool:
    made = reader.traced(node)
    return made.kind == "map" and ASSERTION in _pairs(made.kids)
