"""Postman collections and environments, version 2: requests of any folder, saved examples, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import har, request
from .found import Item, Locator

_DEEPEST = 50
_LANGUAGES = {"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript"}


def is_postman(document: object) -> bool:
    """Whether a JSON value is a collection, an environment, or one item of a collection."""
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("values"), list) and ("_postman_variable_scope" in document or "name" in document):
        return all(isinstance(each, dict) and "key" in each for each in document["values"])
    info = document.get("info")
    return (
        (isinstance(document.get("item"), list) and isinstance(info, dict))
        or _is_item(document)
        or ("collection" in document and is_postman(document["collection"]))
    )


def _is_item(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("request"), dict)
        and "name" in value
        and ("url" in value["request"] or "body" in value["request"])
    )


def items(document: Any, locate: Locator, end: int, walk: Callable[[Any, str], list[Item]]) -> list[Item]:
    """The tokens of all requests with the saved example as answer, then those of variables."""
    found: list[Item] = []
    document = document.get("collection", document)
    for each in _items(document, 0):
        found += _item(each, locate, end)
    known = {item.paste.text for item in found if item.paste is not None}
    rest = [document.get(name) for name in ("values", "variable", "auth", "event")]
    for item in walk(rest, "postman"):
        if item.paste is not None and item.paste.text not in known:
            found.append(item)
    return found


def _items(folder: Any, depth: int) -> Iterator[dict[str, Any]]:
    if _is_item(folder):
        yield folder
        return
    for each in folder.get("item", ()) if isinstance(folder, dict) and isinstance(folder.get("item"), list) else ():
        if depth < _DEEPEST:
            yield from _items(each, depth + 1)


def _item(item: dict[str, Any], locate: Locator, end: int) -> list[Item]:
    sent = _sent(item["request"])
    found = request.items(sent, "postman", locate, end)
    if not found and (nothing := request.unfilled(sent, "postman", locate.place(sent.request.url), end)) is not None:
        found = [nothing]
    answer = _answer(item.get("response"))
    tokens = [each._replace(paste=each.paste._replace(answer=answer)) for each in found if each.paste is not None]
    known = {each.paste.text for each in tokens if each.paste is not None}
    for example in item.get("response") or ():
        original = example.get("originalRequest") if isinstance(example, dict) else None
        if isinstance(original, dict):
            own = _answer([example])
            for each in request.items(_sent(original), "postman", locate, end):
                if each.paste is not None and each.paste.text not in known:
                    tokens.append(each._replace(paste=each.paste._replace(answer=own)))
    return tokens


def _sent(asked: dict[str, Any]) -> request.Sent:
    headers = {name.lower(): value for name, value in _rows(asked.get("header")).items()}
    auth = asked.get("auth")
    if isinstance(auth, dict) and "authorization" not in headers:
        headers |= _authorization(auth)
    url, method = _url(asked.get("url")), str(asked.get("method", ""))
    written = asked.get("body")
    body = written if isinstance(written, dict) else {}
    mode = body.get("mode")
    if mode == "urlencoded":
        return _typed(method, url, headers, ("form", _rows(body.get("urlencoded"))), request.FORM)
    if mode == "formdata":
        return _typed(method, url, headers, ("multipart", _rows(body.get("formdata"))), "multipart/form-data")
    raw = body.get("raw") if mode == "raw" else ""
    options = body.get("options")
    language = (
        options.get("raw", {}).get("language", "") if isinstance(options, dict) and isinstance(options.get("raw"), dict) else ""
    )
    declared = headers.get("content-type", _LANGUAGES.get(language, "text/plain") if raw else "")
    return request.sent(method, url, headers, raw if isinstance(raw, str) else "", content_type=declared)


def _typed(method: str, url: str, headers: dict[str, str], fields: tuple[str, dict[str, str]], default: str) -> request.Sent:
    return request.sent(method, url, headers, "", fields=fields, content_type=headers.get("content-type", default))


def _authorization(auth: dict[str, Any]) -> dict[str, str]:
    kind = auth.get("type")
    if kind == "bearer":
        rows = auth.get("bearer")
        token = (
            _rows(rows).get("token", "")
            if isinstance(rows, list)
            else str(rows.get("token", ""))
            if isinstance(rows, dict)
            else ""
        )
        return {"authorization": f"Bearer {token}"}
    return {"authorization": "Basic -"} if kind == "basic" else {}


def _url(url: Any) -> str:
    if isinstance(url, dict):
        raw = url.get("raw")
        if isinstance(raw, str):
            return raw
        host = url.get("host")
        return ".".join(host) if isinstance(host, list) and all(isinstance(each, str) for each in host) else ""
    return url if isinstance(url, str) else ""


def _rows(rows: Any) -> dict[str, str]:
    """Rows of ``key`` and ``value`` that are not disabled; a file is named."""
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict) or row.get("disabled") or not isinstance(row.get("key"), str):
            continue
        value = row.get("value")
        if row.get("type") == "file":
            value = f"@{row.get('src') or ''}"
        found.setdefault(row["key"], value if isinstance(value, str) else "" if value is None else str(value))
    return found


def _answer(examples: Any) -> str:
    """The first saved example that is a refusal."""
    for each in examples if isinstance(examples, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("code"), int) or each["code"] < 400:
            continue
        headers = _rows(each.get("header"))
        body = each.get("body")
        return har.http_answer(each["code"], str(each.get("status", "")), headers, body if isinstance(body, str) else "")
    return ""
