"""A raw HTTP request pasted as text: request line, header fields, a form or JSON body (RFC 9112 §3, RFC 6749 §4.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from .. import kinds
from . import bare
from .paste import Paste, Request

_REQUEST_LINE = re.compile(r"\s*(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +(\S+) +HTTP/[\d.]+ *(?:\r?\n|\Z)")
_LONGEST = 1 << 22
_FIELDS = ("assertion", "client_assertion", "subject_token", "token", "jwt", "id_token", "access_token")


def read(text: str) -> list[Paste] | None:
    """The assertion in a raw request with what is around it; ``None`` when ``text`` is no request."""
    line = _REQUEST_LINE.match(text[:8192])
    if line is None or len(text) > _LONGEST:
        return None
    head, _, body = re.sub(r"\r\n?", "\n", text[line.end() :]).partition("\n\n")
    if head.startswith("\n"):
        head, body = "", head[1:] + body
    headers = _headers(head)
    url = _url(line[2], headers)
    content_type = headers.get("content-type", "")
    written, fields = _body(body.strip(), content_type)
    query = dict(parse_qsl(url.partition("?")[2].partition("#")[0], keep_blank_values=True))
    scheme, _, credential = headers.get("authorization", "").strip().partition(" ")
    request = Request(line[1], url.partition("?")[0], content_type, written, fields, query, scheme)
    where, value = _assertion(fields, query, headers, credential)
    if value is None:
        found = bare.find(text)
        if found:
            return [p._replace(form="http", request=request._replace(where="elsewhere")) for p in found]
        return [Paste("", "http", request=request)]
    value, encoded = _once_more(value)
    if where.startswith("body.") and written == "form" and " " in value.strip():
        # Form decoding makes a space of a plus that was not escaped (RFC 6749 Appendix B); the plus is what was signed.
        value, encoded = value.strip().replace(" ", "+"), (*encoded, "unescaped-plus")
    cleaned, stripped = bare.clean(value)
    offset = text.find(value[:40])
    at = max(0, offset)
    return [
        Paste(
            cleaned,
            "http",
            text.count("\n", 0, at) + 1,
            at - text.rfind("\n", 0, at),
            (*encoded, *(s for s in stripped if s != "bearer")),
            request._replace(where=where),
            kind=None if "." in cleaned else kinds.of_text(cleaned),
        )
    ]


def _headers(head: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for row in head.split("\n"):
        name, colon, value = row.partition(":")
        if colon and re.fullmatch(r"[A-Za-z0-9-]+", name.strip()):
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


def _url(target: str, headers: Mapping[str, str]) -> str:
    if "://" in target:
        return target
    host = headers.get("host", "")
    return f"https://{host}{target}" if host else target


def _body(body: str, content_type: str) -> tuple[str, dict[str, str]]:
    """How the body is written and its fields; the text decides, the declared type only breaks a tie."""
    if not body:
        return "none", {}
    if body[0] in "{[":
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return "other", {}
        if isinstance(document, dict):
            return "json", {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in document.items()}
        return "other", {}
    if "multipart" in content_type or body.startswith("--"):
        return "multipart", _parts(body)
    if re.match(r"[A-Za-z0-9_.%+-]+=", body):
        # A form body is one line; in a paste it is often broken over several.
        return "form", dict(parse_qsl("".join(line.strip() for line in body.splitlines()), keep_blank_values=True))
    return "other", {}


def _parts(body: str) -> dict[str, str]:
    """The named parts of a multipart body (RFC 7578 §4)."""
    fields = {}
    for part in ("\n" + body).split("\n--"):
        head, _, value = part.partition("\n\n")
        name = re.search(r'name="([^"\n]*)"', head)
        if name:
            fields[name[1]] = value.strip()
    return fields


def _assertion(
    fields: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str], credential: str
) -> tuple[str, str | None]:
    for name in _FIELDS:
        if fields.get(name, "").strip():
            return f"body.{name}", fields[name]
    for name in _FIELDS:
        if query.get(name, "").strip():
            return f"query.{name}", query[name]
    if "ey" in credential:
        return "header.authorization", credential.strip()
    for name, value in headers.items():
        if "ey" in value and bare.find(value, 1):
            return f"header.{name}", value
    return "", None


def _once_more(value: str) -> tuple[str, tuple[str, ...]]:
    """A value that was url-encoded twice is still a token to us; the rules say what the server makes of it."""
    if re.search(r"%(?:2[BEFbef]|3[Dd]|25)", value):
        return unquote(value), ("percent-encoding",)
    return value, ()
