"""JSON in a text, also JSON in a string of JSON: the tokens in it, requests that it describes, errors that it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import har, postman, replies, request
from .found import Item, Locator
from .paste import Request

_OPEN = re.compile(r"[{\[](?=\s*[\"{\[])")
_DECODER = json.JSONDecoder(strict=False)
_DEEPEST = 200
_MOST_FAILURES = 20_000
_URLS = ("url", "uri", "endpoint", "requestUrl", "request_url")
_BODIES = ("data", "body", "form", "formData", "payload", "params", "postData", "requestBody", "json")


def spans(text: str, hits: list[int]) -> Iterator[tuple[int, int, Any]]:
    """Where JSON stands that holds one of ``hits``, offsets in order; what is no JSON is read once and passed over."""
    at, index, failures = 0, 0, 0
    while index < len(hits) and failures < _MOST_FAILURES:
        match = _OPEN.search(text, at, hits[-1] + 1)
        if match is None:
            return
        begin = match.start()
        try:
            document, end = _DECODER.raw_decode(text, begin)
        except RecursionError:
            return
        except ValueError as error:
            failures += 1
            at = max(begin + 1, _safe(error, begin))
            continue
        while index < len(hits) and hits[index] < begin:
            index += 1
        if index < len(hits) and hits[index] < end:
            yield begin, end, document
        at = end


def _safe(error: ValueError, begin: int) -> int:
    """Where to go on behind a failure: a value that is cut off holds others that are cut off as well."""
    at = getattr(error, "pos", begin)
    return begin + 1 if at - begin < 4096 else at


def of_document(document: Any, text: str, begin: int, end: int, depth: int) -> list[Item]:
    """HAR and Postman by their members; anything else by what it holds."""
    locate = Locator(text, begin, end)
    if har.is_har(document):
        return har.items(document, locate, end, lambda rest, form: _Walk(locate, end, depth, form).value(rest))
    if postman.is_postman(document):
        return postman.items(document, locate, end, lambda rest, form: _Walk(locate, end, depth, form).value(rest))
    if replies.is_error(document):
        reply = replies.first_in(text, begin, end)
        if reply is not None:
            return [Item(begin, end, None, reply.text if reply.at <= begin else text[begin:end])]
    return _Walk(locate, end, depth, "json").value(document)


class _Walk:
    """Goes through a value in the order it was written."""

    def __init__(self, locate: Locator, end: int, depth: int, form: str) -> None:
        self._locate, self._end, self._depth, self._form = locate, end, depth, form
        self._group = 0

    def value(self, document: Any, level: int = 0) -> list[Item]:
        """The tokens in a value."""
        if level > _DEEPEST:
            return []
        if isinstance(document, str):
            return self._string(document)
        if isinstance(document, list):
            return [item for each in document for item in self.value(each, level + 1)]
        return self._object(document, level) if isinstance(document, dict) else []

    def _object(self, members: dict[str, Any], level: int) -> list[Item]:
        sent, used = _request_in(members)
        found: list[Item] = []
        if sent is not None:
            found = request.items(sent, self._form, self._locate, self._end)
            if not found and self._form == "json":
                at = self._locate.place(sent.request.url or "grant_type")
                nothing = request.unfilled(sent, self._form, at, self._end)
                found = [nothing] if nothing is not None else []
        if level and replies.is_error(members):
            return [*found, self._error(members)]
        known = {item.paste.text for item in found if item.paste is not None}
        for name, each in members.items():
            if sent is not None and name in used and found:
                continue
            more = self.value(each, level + 1)
            if known:
                more = [item for item in more if item.paste is None or item.paste.text not in known]
            found += more
        return found

    def _error(self, members: dict[str, Any]) -> Item:
        written = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
        error = members.get("error")
        at = self._locate.place(error) if isinstance(error, str) and error else self._end - 1
        return Item(at, self._end, None, written)

    def _string(self, value: str) -> list[Item]:
        if len(value) < 14:
            return []
        from . import mixed

        if not mixed.may_hold(value):
            return []
        return [
            item._replace(
                at=self._locate.place(item.paste.text if item.paste is not None and item.paste.text else value[:40]),
                end=self._end,
                paste=item.paste._replace(form=self._form, stripped=_without_adjoining(item.paste.stripped))
                if item.paste is not None
                else None,
                record=-1,
            )
            for item in mixed.items(value, self._depth + 1)
        ]


def _without_adjoining(stripped: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in stripped if each != "adjoining-text")


def _request_in(members: Mapping[str, Any]) -> tuple[request.Sent | None, set[str]]:
    """The request that an object describes: fields of the grant, or a URL with a body, as HTTP clients log them."""
    fields = _strings(members)
    if "grant_type" in members and any(isinstance(members.get(name), str) for name in request.FIELDS):
        return request.Sent(Request("", "", "", "json", fields), {}), set(request.FIELDS)
    if "client_assertion_type" in members and "client_assertion" in members:
        return request.Sent(Request("", "", "", "json", fields), {}), set(request.FIELDS)
    url = next((members[name] for name in _URLS if isinstance(members.get(name), str)), "")
    body_name = next((name for name in _BODIES if isinstance(members.get(name), str | dict)), "")
    headers = members.get("headers", members.get("header"))
    if not url or not (body_name or isinstance(headers, dict)):
        return None, set()
    known = {name.lower(): value for name, value in _strings(headers).items()} if isinstance(headers, dict) else {}
    base = members.get("baseURL")
    url = base.rstrip("/") + url if isinstance(base, str) and url.startswith("/") else url
    method = next((members[name] for name in ("method", "httpMethod", "type") if isinstance(members.get(name), str)), "")
    body = members.get(body_name) if body_name else None
    if isinstance(body, dict):
        written = "form" if body_name in ("form", "formData", "params") else "json"
        sent = request.sent(method.upper(), url, known, "", fields=(written, _strings(body)))
    else:
        sent = request.sent(method.upper(), url, known, body or "")
    return sent, {body_name, "headers", "header", *_URLS} - {""}


def _strings(members: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in members.items()
        if not isinstance(value, dict | list)
    }
