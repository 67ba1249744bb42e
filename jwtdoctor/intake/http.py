"""Raw HTTP messages pasted as text: request line, header fields, a form or JSON body; responses; what ``curl -v`` shows.

RFC 9112 §2 to §6, RFC 6749 §4.5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from . import bare, compact, request
from .found import Item, Locator
from .paste import Paste

_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
MESSAGE = re.compile(
    rf"^(?P<prefix>[ \t]*(?:[><*]+ ?)?)(?:(?P<method>{_METHODS}) +(?P<target>\S{{1,8192}}) +HTTP/[\d.]+|HTTP/[\d.]{{1,4}} (?P<status>\d{{3}})\b)[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,80}[ \t]*:")
_LONGEST = 1 << 22
_NOISE = re.compile(r"^(?:\* .*|[{}] \[\d+ bytes data\].*|\} *)(?:\n|\Z)", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)


class Message(NamedTuple):
    """One message between two offsets; ``head`` without the marks of ``curl -v``."""

    at: int
    end: int
    method: str
    target: str
    status: int | None
    head: str
    body: str


def messages(text: str, begin: int = 0) -> list[Message]:
    """All messages in a text, none within another."""
    found: list[Message] = []
    starts = list(MESSAGE.finditer(text, begin))
    for index, start in enumerate(starts):
        until = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        if found and start.start() < found[-1].end:
            continue
        found.append(_message(text, start, until))
    return found


def _message(text: str, start: re.Match[str], until: int) -> Message:
    mark = start["prefix"].strip()[:1]
    lines, at, gap = _head(text, start.end(), until, mark)
    head = "\n".join(lines)
    status = int(start["status"]) if start["status"] else None
    if gap or (mark and status is not None):
        body, end = _body(text, at, until, head, marked=bool(mark), response=status is not None)
    else:
        # Without an empty line there is no body; what follows is shown with the request all the same.
        if status is not None and text.startswith("{", at):
            # A copied response that lost its empty line still shows the answer.
            body, end = _body(text, at, until, head, marked=bool(mark), response=True)
        else:
            body, end = "", at if mark or status is not None else _until_blank(text, at, until)[1]
    first = start[0].strip()[len(mark) :].strip()
    return Message(
        start.start() + len(start["prefix"]), end, start["method"] or "", start["target"] or "", status,
        f"{first}\n{head}" if status is not None else head, body,
    )  # fmt: skip


def _head(text: str, at: int, until: int, mark: str) -> tuple[list[str], int, bool]:
    """The header fields from ``at`` on, the offset behind them, and whether an empty line ends them."""
    lines: list[str] = []
    while at < until:
        line_end = text.find("\n", at, until)
        line_end = until if line_end < 0 else line_end
        line = text[at:line_end].strip()
        after = min(until, line_end + 1)
        if mark and not line.startswith(mark):
            if not _NOISE.match(f"{line} "):
                break
            at = after
            continue
        line = line[1:].strip() if mark else line
        if not line:
            return lines, after, True
        if not _HEADER.match(line):
            break
        lines.append(line)
        at = after
    return lines, at, False


def _body(text: str, at: int, until: int, head: str, *, marked: bool, response: bool) -> tuple[str, int]:
    """The body that begins at ``at`` and the offset behind it: one JSON value, one form, or up to the next message."""
    begin = at
    while begin < until and text[begin] in "\r\n \t":
        begin += 1
    if marked:
        noise = _NOISE.match(text, begin, until)
        while noise is not None and noise.end() > begin:
            begin = noise.end()
            noise = _NOISE.match(text, begin, until)
    if begin >= until or text.count("\n", at, begin) > 3:
        return "", at
    if text[begin] in "{[":
        try:
            length = _DECODER.raw_decode(text[begin : min(until, begin + _LONGEST)])[1]
        except (ValueError, RecursionError):
            return _until_blank(text, begin, until)
        return text[begin : begin + length], begin + length
    if re.match(r"[A-Za-z0-9_.%+-]+=", text[begin : begin + 400]):
        return _until_blank(text, begin, until)
    if marked and not response:
        return "", at
    declared = re.search(r"^content-type:[ \t]*([^\n;]+)", head, re.IGNORECASE | re.MULTILINE)
    if text.startswith("--", begin) or (declared is not None and "multipart" in declared[1]):
        boundary = text[begin : begin + 200].partition("\n")[0].rstrip()
        close = text.find(f"{boundary}--", begin, until)
        stop = until if close < 0 else close + len(boundary) + 2
        return text[begin:stop], stop
    if declared is not None and ("html" in declared[1] or "xml" in declared[1]):
        close = text.lower().rfind("</html>", begin, until) if "html" in declared[1] else -1
        stop = close + 7 if close >= 0 else until
        return text[begin:stop], stop
    return _until_blank(text, begin, until)


def _until_blank(text: str, begin: int, until: int) -> tuple[str, int]:
    blank = re.compile(r"\n[ \t]*\r?\n").search(text, begin, until)
    stop = until if blank is None else blank.start()
    return text[begin:stop], stop


def headers_of(head: str) -> dict[str, str]:
    """The header fields by their names in lower case; the first of each name."""
    headers: dict[str, str] = {}
    for row in head.split("\n"):
        name, colon, value = row.partition(":")
        if colon and re.fullmatch(r"[A-Za-z0-9-]+", name.strip()):
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


def url_of(target: str, headers: Mapping[str, str]) -> str:
    """The URL that was called, from the request's target and its Host."""
    if "://" in target:
        return target
    host = headers.get("host", "")
    return f"https://{host}{target}" if host else target


def items(text: str, each: Message, *, tolerant: bool = False) -> list[Item]:
    """The tokens in a request, or the answer that a response is."""
    if each.status is not None:
        return _response(text, each)
    headers = headers_of(each.head)
    whole = request.sent(each.method, url_of(each.target, headers), headers, each.body)
    locate = Locator(text, each.at, each.end)
    found = request.items(whole, "http", locate, each.end, tolerant=tolerant)
    if found:
        return found
    elsewhere = whole.request._replace(where="elsewhere")
    for token in bare.candidates(text, each.at, each.end):
        found.append(Item(token.at, each.end, Paste(token.text, "http", request=elsewhere)))
    if not found and (tolerant or request.unfilled(whole, "http", each.at, each.end)):
        return [Item(each.at, each.end, Paste("", "http", request=whole.request))]
    return found


def _response(text: str, each: Message) -> list[Item]:
    """A refusal is an answer. What was issued holds tokens of its own, and is none."""
    from . import replies

    written = f"{each.head}\n\n{each.body.strip()}" if each.body.strip() else each.head
    reply = replies.first_in(each.body) if each.body else None
    if reply is not None or (each.status is not None and each.status >= 400):
        return [Item(each.at, each.end, None, written)]
    return [
        Item(found.at, each.end, Paste(found.text, "http"))
        for found in bare.candidates(text, each.at, each.end)
        if compact.is_plausible(found.text)
    ]
