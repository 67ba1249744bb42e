"""The HTTP request around an assertion, put together from its parts, whatever form they were written in (RFC 6749 §4.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from .. import kinds
from . import bare, compact
from .found import Item, Locator
from .paste import Paste, Request

FIELDS = ("assertion", "client_assertion", "subject_token", "token", "jwt", "id_token", "access_token")
"""Names of fields in which a token is looked for first, in this order."""
FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 10_000


class Sent(NamedTuple):
    """A request, and what of it is not handed on: header values."""

    request: Request
    headers: Mapping[str, str]
    """Names in lower case."""
    credential: str = ""
    """What stands behind the scheme of the Authorization header."""


def sent(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: str,
    *,
    fields: tuple[str, Mapping[str, str]] | None = None,
    content_type: str | None = None,
) -> Sent:
    """A request from its parts; ``fields`` with the way the body is written go before ``body``."""
    declared = headers.get("content-type", "") if content_type is None else content_type
    written, values = fields if fields is not None else body_of(body.strip(), declared)
    query = query_of(url)
    scheme, _, credential = headers.get("authorization", "").strip().partition(" ")
    if "." in scheme and not credential:
        scheme, credential = "", scheme
    request = Request(
        method, url.partition("?")[0], declared, written, values, query, scheme, headers.get("user-agent", "")[:400]
    )
    return Sent(request, headers, credential)


def query_of(url: str) -> dict[str, str]:
    """The parameters behind the question mark."""
    written = url.partition("?")[2].partition("#")[0]
    return dict(_pairs(written)) if written else {}


def _pairs(written: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(written, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


def body_of(body: str, content_type: str) -> tuple[str, dict[str, str]]:
    """How the body is written and its fields; the text decides, the declared type only breaks a tie."""
    if not body:
        return "none", {}
    if body[0] in "{[":
        try:
            document = json.loads(body, strict=False)
        except (ValueError, RecursionError):
            return "other", {}
        if isinstance(document, dict):
            return "json", {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in document.items()}
        return "other", {}
    if "multipart" in content_type or body.startswith("--"):
        return "multipart", _parts(body)
    if re.match(r"[A-Za-z0-9_.%+-]+=", body):
        # A form body is one line; in a paste it is often broken over several.
        return "form", dict(_pairs("".join(line.strip() for line in body.splitlines())))
    return "other", {}


def _parts(body: str) -> dict[str, str]:
    """The named parts of a multipart body (RFC 7578 §4)."""
    fields = {}
    for part in ("\n" + body.replace("\r\n", "\n")).split("\n--"):
        head, _, value = part.partition("\n\n")
        name = re.search(r'name="([^"\n]*)"', head)
        if name:
            fields[name[1]] = value.strip()
    return fields


# --- the tokens in it ------------------------------------------------------------------------------------------------


def items(each: Sent, form: str, locate: Locator, end: int, *, tolerant: bool = False) -> list[Item]:
    """The tokens in a request as pastes of that form; with ``tolerant`` whatever stands in the field of the assertion is one."""
    found: list[Item] = []
    seen: set[str] = set()
    for where, value in _places(each):
        first = tolerant and not found
        if not first and not _is_tokenlike(value):
            continue
        paste = paste_of(value, form, each.request._replace(where=where))
        if paste.text in seen:
            continue
        seen.add(paste.text)
        found.append(Item(locate.place(value.strip()[:4096]), end, paste))
    return found


def _places(each: Sent) -> Iterator[tuple[str, str]]:
    """Where a token may stand in the request and what stands there, the likeliest first."""
    for place, values in (("body", each.request.fields), ("query", each.request.query)):
        for name in FIELDS:
            if values.get(name, "").strip():
                yield f"{place}.{name}", values[name]
    if "ey" in each.credential:
        yield "header.authorization", each.credential.strip()
    for place, values in (("body", each.request.fields), ("query", each.request.query), ("header", each.headers)):
        for name, value in values.items():
            if "ey" in value and name not in FIELDS and name != "authorization":
                inner = token_in(value)
                if inner:
                    yield f"{place}.{name}", inner


def token_in(value: str) -> str:
    """The first token in a value."""
    for start in compact.START.finditer(value):
        found = compact.at(value, start.start(), len(value))
        if found is not None:
            return found.text
    return ""


def _is_tokenlike(value: str) -> bool:
    """Whether a value is a token, perhaps damaged or encoded once more, or something known that is none."""
    value = value.strip()
    if len(value) < 20 or is_variable(value):
        return False
    plain = unquote(value) if "%" in value else value
    plain = plain.removeprefix("Bearer ").strip("\"' ")
    if plain.startswith(("ey", "ew")) and compact.is_plausible(plain.replace(" ", "+")):
        return True
    if plain.startswith("ZXlK") or (plain.count(".") == 2 and len(plain) > 60 and bare.is_one_token(plain)):
        return True
    return kinds.of_text(plain[:100_000]) in _KNOWN


_KNOWN = frozenset(
    {"saml", "salesforce-access-token", "salesforce-refresh-token", "private-key", "private-key-der", "jwk", "private-jwk"}
)


def is_variable(value: str) -> bool:
    """Whether a value stands for one that is filled in later, or names a file."""
    return (
        re.fullmatch(
            r"(?:\$\{?[\w.:()-]+\}?|%\w+%|\{\{[^{}]{1,80}\}\}|<[^<>]{1,80}>|@\S+|\$\(.{1,400}\))", value.strip(), re.DOTALL
        )
        is not None
    )


def paste_of(value: str, form: str, request: Request | None, *, plus: bool | None = None) -> Paste:
    """A value of a request as a paste, with what had to be undone to get at the token."""
    value, encoded = _once_more(value)
    in_form = request is not None and request.body == "form" and request.where.startswith("body.")
    if (in_form if plus is None else plus) and " " in value.strip():
        # Form decoding makes a space of a plus that was not escaped (RFC 6749 Appendix B); the plus is what was signed.
        value, encoded = value.strip().replace(" ", "+"), (*encoded, "unescaped-plus")
    cleaned, stripped = bare.clean(value)
    kind = None if "." in cleaned else kinds.of_text(cleaned)
    return Paste(cleaned, form, 1, 1, (*encoded, *(s for s in stripped if s != "bearer")), request, kind=kind)


def _once_more(value: str) -> tuple[str, tuple[str, ...]]:
    """A value that was url-encoded twice is still a token to us; the rules say what the server makes of it."""
    if not re.search(r"%(?:2[BEFbef]|3[Dd]|25)", value):
        return value, ()
    for _ in range(4):
        value = unquote(value)
        if not re.search(r"%(?:2[BEFbef]|3[Dd]|25)", value):
            break
    return value, ("percent-encoding",)


def unfilled(each: Sent, form: str, at: int, end: int) -> Item | None:
    """A request whose assertion is a variable or a file: it can be examined all the same."""
    request = each.request
    for place, values in (("body", request.fields), ("query", request.query)):
        for name in ("assertion", "client_assertion"):
            if name in values:
                return Item(at, end, Paste("", form, 1, 1, (), request._replace(where=f"{place}.{name}")))
    if "jwt-bearer" in (request.grant_type or ""):
        return Item(at, end, Paste("", form, 1, 1, (), request))
    return None
