"""What the libraries that sign have in common: walking a program for their calls, arguments, options and builders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from . import byhand
from .draft import Draft, Lifetime, origin
from .evaluate import Reader
from .expression import Node, dotted, walk
from .sending import sending
from .values import UNKNOWN, Built, Mapped, Unknown, Value

_TOKEN_URL = re.compile(r"https?://[^\s/?#]+/(?:[^\s?#]*/)?(?:token|access_token)/?\Z")
_POSTS = re.compile(
    r"(?i)(?:^|\.)(?:post|fetch|request|axios|got|urlopen|post_?form|post_?async|newrequest|newrequestwithcontext|uri|create|httppost|curl_init|setendpoint|url|"
    r"seturl|postasync|sendasync|httprequestmessage|ky|superagent|build|urlfetch|retrieve|execute)\Z"
)
MOST_CALLS = 4000


class Site(NamedTuple):
    """A call, or the making of an object, with its dotted name (folded) and its arguments."""

    node: Node
    name: str
    arguments: tuple[Node, ...]
    """Those given by position."""
    named: Mapping[str, Node]

    def argument(self, index: int, name: str = "") -> Node | None:
        """The argument of that name, or at that position."""
        if name and name in self.named:
            return self.named[name]
        return self.arguments[index] if 0 <= index < len(self.arguments) else None


def sites(reader: Reader) -> list[Site]:
    """All calls of a program in the order of the text."""
    found = []
    for statement in reader.program.statements:
        for node in walk(statement.value):
            if node.kind in ("call", "new"):
                found.append(site(reader, node))
                if len(found) >= MOST_CALLS:
                    return found
    return found


def site(reader: Reader, node: Node) -> Site:
    """A call node taken apart."""
    kids = node.kids[1:] if node.kind == "call" else node.kids
    if node.kind == "new":
        name = str(node.value)
    else:
        callee = node.kids[0]
        name = dotted(callee) or (f"*.{callee.value}" if callee.kind == "member" else "")
    plain = tuple(each.kids[0] for each in kids if each.kind == "argument" and not each.value and each.kids)
    inside = tuple(each for each in kids if each.kind in ("map", "list"))
    named = {str(each.value): each.kids[0] for each in kids if each.kind == "argument" and each.value and each.kids}
    named |= {
        str(each.kids[0].value): each.kids[1]
        for each in kids
        if each.kind == "pair" and len(each.kids) == 2 and each.kids[0].value is not None
    }
    return Site(node, reader.fold(name), plain + inside, named)


def receiver(node: Node) -> Node | None:
    """What a method is called on."""
    return node.kids[0].kids[0] if node.kind == "call" and node.kids[0].kind == "member" else None


def options(draft: Draft, node: Node | None) -> dict[str, tuple[Value, Node]] | None:
    """The entries of a map of options; None when it cannot be told what is in it."""
    if node is None:
        return {}
    value = draft.value(node)
    if not isinstance(value, Mapped):
        return {} if value is None else None
    return {name: (slot.value, slot.node) for name, slot in value.entries.items()}


def algorithm(value: Value, names: Mapping[str, str] = {}) -> str:
    """The name of an algorithm by RFC 7518, of a text or of a library's constant; empty when it cannot be told."""
    if not isinstance(value, str):
        return ""
    return names.get(value, value)


def constant(node: Node) -> str:
    """The algorithm in a constant such as ``SignatureAlgorithm.RS256`` or ``jwt.SigningMethodRS256``; empty without one."""
    match = re.search(
        r"(?:^|[._]|SigningMethod|RsaSha|EcdsaSha|HmacSha)((?:[REHP]S)?(?:256|384|512)|EdDSA|NONE|None)(?:\Z|Algorithm|Signature)",
        dotted(node),
    )
    if match is None:
        return ""
    found = match[1]
    if found[:1].isdigit():
        family = {"RsaSha": "RS", "EcdsaSha": "ES", "HmacSha": "HS"}
        return next((f"{short}{found}" for word, short in family.items() if word in dotted(node)), "")
    return "none" if found.lower() == "none" else found


def set_algorithm(draft: Draft, node: Node | None, default: str = "") -> None:
    """``alg`` from an argument: a text, a constant, or what the library takes without one."""
    if node is None:
        draft.algorithm(default)
        return
    found = algorithm(draft.value(node)) or constant(draft.reader.traced(node))
    draft.algorithm(found, node)


def add_lifetime(draft: Draft, node: Node, value: Value, *, integer: bool = False) -> None:
    """``exp`` as a lifetime that the library adds to the present."""
    draft.claim("exp", node, UNKNOWN if isinstance(value, Unknown) else Lifetime(value, integer), "lifetime")


def chain_of(value: Value) -> Iterator[tuple[str, bool, Site]]:
    """The calls on an object: method, whether it is called for sure, and the call."""
    if isinstance(value, Built):
        for called, node in value.calls:
            kids = node.kids[1:] if node.kind == "call" else ()
            plain = tuple(each.kids[0] for each in kids if each.kind == "argument" and not each.value and each.kids)
            named = {str(each.value): each.kids[0] for each in kids if each.kind == "argument" and each.value and each.kids}
            yield called.removeprefix("?"), not called.startswith("?"), Site(node, called, plain, named)


def set_claim(draft: Draft, name: str, sure: bool, node: Node | None, role: str = "number") -> None:
    """A claim that a builder's method sets; unknown when the method may not be called."""
    if node is not None:
        draft.claim(name, node, None if sure else UNKNOWN, role)


def endpoint(draft: Draft, found: Sequence[Site]) -> None:
    """The token endpoint: what is posted to, else the only URL in the text that looks like one."""
    for each in found:
        short = each.name.rpartition(".")[2].rpartition("::")[2]
        if not _POSTS.search(short):
            continue
        for node in [*each.arguments[:3], *each.named.values()]:
            value = draft.value(node)
            if isinstance(value, Mapped):
                value = next((slot.value for name, slot in value.entries.items() if name.lower() in ("url", "uri")), None)
            if isinstance(value, str) and _TOKEN_URL.match(value.strip()):
                _set_endpoint(draft, node, value.strip())
                return
    texts: dict[str, Node] = {}
    for statement in draft.reader.program.statements:
        for node in walk(statement.value):
            if node.kind in ("literal", "template", "chain"):
                value = node.value if node.kind == "literal" else draft.reader.value(node, node.start, statement.block)
                if isinstance(value, str) and len(value) < 500 and _TOKEN_URL.match(value):
                    texts.setdefault(value, node)
    audience = draft.claims.get("aud")
    texts = {text: node for text, node in texts.items() if audience is None or text != audience.value} or texts
    if len(texts) == 1:
        _set_endpoint(draft, *reversed(next(iter(texts.items()))))


def _set_endpoint(draft: Draft, node: Node, value: str) -> None:
    draft.endpoint = value
    draft.origins["endpoint"] = draft.reader.traced(node)
    if found := origin(value):
        draft.names["endpoint_origin"] = found


Recognise = Callable[[Draft, Site], bool]


def recognised(
    reader: Reader, recognisers: Sequence[tuple[Callable[[Site], bool], Recognise]], by_hand: Callable[[Draft], None] | None
) -> Iterator[Draft]:
    """A draft for each call that one of the libraries signs with; without any, what the code signs by hand."""
    found = sites(reader)
    any_found = False
    for each in found:
        for fits, fill in recognisers:
            if not fits(each):
                continue
            draft = Draft(reader, each.node)
            if fill(draft, each) and is_assertion(draft):
                any_found = True
                endpoint(draft, found)
                draft.sent(sending(reader))
                yield draft
            break
    if any_found or by_hand is None:
        return
    made = byhand.draft_of(reader)
    if made is not None and is_assertion(made):
        by_hand(made)
        endpoint(made, found)
        made.sent(sending(reader))
        yield made


_SPEAKS_OF_IT = re.compile(
    r"jwt-bearer|client_assertion|client-assertion|oauth2?/(?:v\d/)?token|(?i:salesforce|force\.com|assertion)"
)


def is_assertion(draft: Draft) -> bool:
    """Whether what is signed may be an assertion, and is not the session token of a web shop."""
    names = {"iss", "sub", "aud", "prn"} & draft.claims.keys()
    if len(names) >= 2:
        return True
    return bool(names or "exp" in draft.claims) and _SPEAKS_OF_IT.search(draft.reader.text) is not None
