"""What did the server, or the client library, say? Words, JSON, a whole HTTP response, an exception line, a list of tries.

RFC 6749 §5.2 (error response), RFC 9110 §6.6.1 (Date). The text is kept for matching and never printed whole.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from .visible import scrub

LONGEST = 1 << 18
"""Characters of an answer that are looked at."""

_STATUS = re.compile(r"\bHTTP/[\d.]+ (\d{3})\b|\b(?:HTTP|status(?: code)?|Error)[ :=]+(\d{3})\b", re.IGNORECASE)
_DATE = re.compile(r"^[ <*\t]{0,8}date:[ \t]{0,8}([^\r\n]{1,64})", re.IGNORECASE | re.MULTILINE)
_PAIR = re.compile(r"\b([a-zA-Z]+(?:_[a-zA-Z]+)+)\s*(?::|-|–|—|,|\()\s*(.+)")
_TRY = re.compile(r"Errors? encountered:?\s*\n", re.IGNORECASE)
_EXCEPTION = re.compile(r"(?:[^|\n]{0,80}\|){0,4}(?:[\w.$]{1,200}(?:Error|Exception)\b[^:\n]{0,200}: *){1,4}(.+)", re.DOTALL)
_LONGEST_LINE = 2000
_NOISE = re.compile(r"\[audience=|audience is invalid", re.IGNORECASE)


class Answer(NamedTuple):
    """An answer taken apart. ``folded``, ``error`` and ``description`` are folded for comparison: case, apostrophes, spaces."""

    text: str
    folded: str = ""
    error: str = ""
    description: str = ""
    status: int | None = None
    date: int | None = None
    """The server's clock in epoch seconds, from the Date header of the response."""
    form: str = "words"
    """``words``, ``json``, ``http``, ``exception``, ``tries``."""
    said: str = ""
    """Error and description as they were written, in one line."""
    tries: tuple[str, ...] = ()
    """The lines of a client that tried several audiences, in order."""


def parse(text: str) -> Answer:
    """Take an answer apart; never raises, and what is not understood stays matchable as text."""
    # Scrubbed before it is taken apart: half of a secret is no longer recognised as one.
    text = scrub(text[:LONGEST].strip().lstrip("\ufeff"))
    tries = _tries(text)
    told = next((line for line in tries if not _NOISE.search(line)), tries[0] if tries else text)
    error, description, form = _pair(told)
    status = _STATUS.search(text)
    if "HTTP/" in text[:2000]:
        form = "http"
    return Answer(
        text=told if tries else text,
        folded=fold(told if tries else text),
        error=fold(error),
        description=fold(description),
        status=int(status[1] or status[2]) if status else None,
        date=_date(text),
        form="tries" if tries else form,
        said=" ".join((f"{error}: {description}" if error and description else error or description or told).split()),
        tries=tries,
    )


def fold(text: str) -> str:
    """Case, typographic apostrophes and runs of white space do not tell answers apart."""
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("&#39;", "'").replace("\\u0027", "'")
    return re.sub(r"\s+", " ", text).strip().lower()


def _tries(text: str) -> tuple[str, ...]:
    """The lines behind "Errors encountered:": the Salesforce CLI tries pairs of login host and audience one by one."""
    parts = _TRY.split(text, maxsplit=1)
    if len(parts) < 2:
        return ()
    lines = (re.sub(r"^\s*(?:[-*•]|\d+[.)])\s*", "", line).strip() for line in parts[1].splitlines())
    return tuple(line for line in lines if line and not re.match(r"at |\(?Error ", line))[:50]


def _pair(text: str) -> tuple[str, str, str]:
    found = _json_pair(text)
    if found is not None:
        form = "json" if text.startswith("{") else "exception"
        return (*found, form)
    form = "words"
    query = re.search(r"(?:\A|[?&#\s])error=([\w.-]+)(?:&error_description=([^&\s]*))?", text)
    if query:
        from urllib.parse import unquote_plus

        return query[1], unquote_plus(query[2] or ""), form
    exception = _EXCEPTION.match(text[:_LONGEST_LINE])
    if exception:
        text, form = exception[1], "exception"
    one_line = " ".join(text[:_LONGEST_LINE].split())
    pair = _PAIR.search(one_line)
    if pair:
        return pair[1], pair[2].rstrip(" )"), form
    if re.fullmatch(r"[a-zA-Z]+(?:_[a-zA-Z]+)+", one_line):
        return one_line, "", form
    return "", one_line, form


def _json_pair(text: str) -> tuple[str, str] | None:
    """The first JSON object in the text that says ``error``, as such or in another common spelling."""
    for start in (match.start() for match in _first(re.finditer(r"[{\[]", text), 20)):
        document = _json_at(text, start)
        if isinstance(document, list) and document and isinstance(document[0], dict):
            document = document[0]
        if not isinstance(document, dict):
            continue
        error = document.get("error", document.get("errorCode", document.get("code")))
        if isinstance(error, dict):
            document, error = error, error.get("code", error.get("status", error.get("error", "")))
        description = document.get("error_description", document.get("message", document.get("error_summary")))
        if error is None and description is None:
            continue
        return _word(error), _word(description)
    return None


def _first(matches: Any, count: int) -> Any:
    for index, match in enumerate(matches):
        if index >= count:
            return
        yield match


def _json_at(text: str, start: int) -> Any:
    for candidate in (text[start:], text[start:].replace('\\"', '"')):
        try:
            return json.JSONDecoder(strict=False).raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _word(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)[:200]


def _date(text: str) -> int | None:
    found = _DATE.search(text[:20_000])
    if not found:
        return None
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(found[1])
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
