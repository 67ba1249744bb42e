"""HAR files: each request with its assertion, and the response that answers it. HTTP Archive 1.2."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from . import replies, request, stamps
from .found import Item, Locator

_KEPT = ("date", "content-type", "www-authenticate", "location")
"""Header fields of a response that tell something about a refusal; others may hold what is secret."""


def is_har(document: object) -> bool:
    """Whether a JSON value is a HAR file, or a single entry of one."""
    if not isinstance(document, dict):
        return False
    log = document.get("log")
    return (isinstance(log, dict) and isinstance(log.get("entries"), list)) or _is_entry(document)


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("request"), dict) and "response" in value and "startedDateTime" in value
    )


def items(document: Any, locate: Locator, end: int, walk: Callable[[Any, str], list[Item]]) -> list[Item]:
    """The tokens of all entries; the response of an entry is the answer to its tokens."""
    entries = [document] if _is_entry(document) else document["log"]["entries"]
    found: list[Item] = []
    for entry in entries:
        if _is_entry(entry):
            found += _entry(entry, locate, end, walk)
    return found


def _entry(entry: dict[str, Any], locate: Locator, end: int, walk: Callable[[Any, str], list[Item]]) -> list[Item]:
    asked = entry["request"]
    sent = sent_of(asked, asked.get("postData"))
    tokens = request.items(sent, "har", locate, end)
    if not tokens and (nothing := request.unfilled(sent, "har", locate.place(sent.request.url), end)) is not None:
        tokens = [nothing]
    known = {item.paste.text for item in tokens if item.paste is not None}
    response = entry.get("response")
    answer = _answer(response) if isinstance(response, dict) else ""
    moment = stamps.of(str(entry.get("startedDateTime", "")))
    others = walk(response, "har") if not answer else []
    found = []
    for item in (*tokens, *others):
        if item.paste is None or (item in others and item.paste.text in known):
            continue
        paste = item.paste._replace(when=moment.when if moment else None, zoned=moment.zoned if moment else True)
        found.append(item._replace(paste=paste._replace(answer=answer) if item not in others else paste))
    return found


def sent_of(asked: dict[str, Any], body: Any) -> request.Sent:
    """The request of an entry."""
    headers = pairs(asked.get("headers"))
    known = {name.lower(): value for name, value in headers.items()}
    url, method = str(asked.get("url", "")), str(asked.get("method", ""))
    if not isinstance(body, dict):
        return request.sent(method, url, known, "")
    kind = str(body.get("mimeType", "")) or known.get("content-type", "")
    declared = known.get("content-type", kind)
    written = body.get("text") if isinstance(body.get("text"), str) else ""
    fields = pairs(body.get("params"))
    if fields and not written:
        return request.sent(
            method, url, known, "", fields=("multipart" if "multipart" in kind else "form", fields), content_type=declared
        )
    return request.sent(method, url, known, str(written), content_type=declared)


def pairs(rows: Any) -> dict[str, str]:
    """Rows of ``name`` and ``value``; the first of each name."""
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("value"), str):
            found.setdefault(row["name"], row["value"])
    return found


def _answer(response: dict[str, Any]) -> str:
    status = response.get("status")
    content = response.get("content")
    written = content.get("text") if isinstance(content, dict) else ""
    written = written if isinstance(written, str) else ""
    if isinstance(content, dict) and content.get("encoding") == "base64":
        try:
            written = base64.b64decode(written).decode("utf-8", "replace")
        except ValueError:
            written = ""
    if not isinstance(status, int) or (status < 400 and replies.first_in(written[:65536]) is None):
        return ""
    return http_answer(status, str(response.get("statusText", "")), pairs(response.get("headers")), written)


def http_answer(status: int, reason: str, headers: dict[str, str], body: str) -> str:
    """A response as it would stand on the wire."""
    kept = [f"{name}: {value}" for name, value in headers.items() if name.lower() in _KEPT]
    return "\n".join((f"HTTP/1.1 {status} {reason}".rstrip(), *kept, "", body[: 1 << 16])).strip()
