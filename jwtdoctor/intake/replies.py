"""What a server or a client program answered, where it stands in a text: precise shapes, never just any text.

An OAuth error as JSON (RFC 6749 §5.2) or as a query (§4.1.2.1), its bare code, an exception line that holds one or a status, the
tries of a client that lists them. An HTTP response is found by :mod:`http`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

CODES = (
    r"invalid_(?:grant|client|request|scope|assertion|token|target|app_acc?ess|client_id|client_credentials|client_metadata|issuer|dpop_proof)"
    r"|unauthorized_client|unsupported_grant_type|access_denied|server_error|temporarily_unavailable|inactive_(?:user|org)"
    r"|rate_limit_exceeded|insufficient_scope|unsupported_response_type|app_not_found|interaction_required|login_required"
)
"""Error codes of RFC 6749, its relatives and of the token endpoints known."""

NEEDLES = (
    re.compile(r"error(?:Code|_code)?(?:\\{0,7}[\"']|=(?=[\"']?[a-zA-Z]+_)|%22|%3[Dd]|&quot;|&#34;)"),
    re.compile(r"invalid_[a-z]"),
)
"""What every answer holds that counts by itself. Two literals: each is looked for at the speed of memory."""
_NEAR = re.compile(
    rf"\b(?:{CODES})\b|\b(?:EXCEPTION_THROWN|FATAL_ERROR)\b|Errors? encountered:|\[audience=|(?:Exception|Error): "
    r"|error:[0-9A-F]{8}:|secretOrPrivateKey"
)
_EXCEPTION_WORDS = ("Exception", "Error", "EXCEPTION", "FATAL", "error:", "secret")
_JSON_WORD = re.compile(r"\\{0,7}\"error(?:Code|_code)?\\{0,7}\"\s*:\s*")
_ERROR_VALUE = re.compile(
    r"\\{0,7}\"|\{\s*\\{0,7}\"(?:code|status|message|errors?|type|reason|details|description)\\{0,7}\"\s*:\s*[^{\[]"
)
"""What may be the value of ``error``: a code, or an object that says one."""
_QUERY = re.compile(
    r"\berror=(?P<q>[\"']?)(?P<code>[A-Za-z]+(?:_[A-Za-z]+)*)(?P=q)(?:(?:&|,\s{0,2}|\s)error_description=(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'|[^&\s\"'<>]{0,600}))?"
)
_EXCEPTION = re.compile(r"(?:Exception|Error|Failure)\b(?=[:\s(\[])")
_NAME_END = re.compile(r"[\w.$]+\Z")
_KEY_TROUBLE = re.compile(
    r"error:[0-9A-F]{8}:|secretOrPrivateKey|routines:|InvalidKey(?:Spec)?Exception|PEM_read|[Cc]ould not (?:deserialize|parse|read) (?:key|private)"
    r"|ERR_OSSL|\[audience=|[Uu]nauthorized endpoint"
)
_STATUS = re.compile(
    r"\bError [45]\d\d\b|\b(?:status(?: code)?|HTTP(?:/[\d.]+)?)[ :=]{1,3}[45]\d\d\b|\b[45]\d\d (?:Client|Server) Error\b",
    re.IGNORECASE,
)
_CODE = re.compile(rf"(?<![\w.\[/-])(?:{CODES})(?![\w-])")
_RECORD_MEMBERS = frozenset(
    {"timestamp", "@timestamp", "time", "ts", "date", "level", "severity", "logger", "message", "msg", "event"}
)
_LONGEST_LINE = 2000
_LONGEST_JSON = 1 << 16


class Reply(NamedTuple):
    """An answer and where it stands."""

    at: int
    end: int
    text: str
    weight: int = 2
    """2: JSON or a pair of code and description; 1: a code, an exception line."""


def first_in(text: str, begin: int = 0, stop: int | None = None) -> Reply | None:
    """The first answer between two offsets."""
    return next(found_in(text, begin, stop), None)


def found_in(text: str, begin: int = 0, stop: int | None = None) -> Iterator[Reply]:
    """All answers between two offsets, in order, none within another."""
    stop = len(text) if stop is None else stop
    done = dull = begin
    for hit in _hits(text, begin, stop):
        if hit < done or (hit < dull and text.startswith(_EXCEPTION_WORDS, hit)):
            continue
        reply = at(text, hit, done, stop)
        if reply is not None:
            yield reply
            done = max(reply.end, hit + 1)
        elif text.startswith(_EXCEPTION_WORDS, hit):
            # A line of exceptions that says nothing says nothing at the next one either.
            line_end = text.find("\n", hit, min(stop, hit + _LONGEST_LINE))
            dull = line_end if line_end >= 0 else hit + _LONGEST_LINE


def _hits(text: str, begin: int, stop: int) -> Iterator[int]:
    """Offsets at which something of an answer stands, in order."""
    patterns = (*NEEDLES, _NEAR)
    nexts = [pattern.search(text, begin, stop) for pattern in patterns]
    while True:
        known = [each.start() for each in nexts if each is not None]
        if not known:
            return
        first = min(known)
        yield first
        nexts = [
            pattern.search(text, first + 1, stop) if each is not None and each.start() == first else each
            for pattern, each in zip(patterns, nexts, strict=True)
        ]


def at(text: str, hit: int, begin: int, stop: int) -> Reply | None:
    """The answer around ``hit``, not before ``begin``; ``None`` when it is none."""
    earliest = max(begin, hit - _LONGEST_LINE)
    line = text.rfind("\n", earliest, hit) + 1 or earliest
    found = _plain_json(text, hit, begin, stop) or _json(text, hit, begin, stop) or _tries(text, hit, stop)
    if found is not None:
        return _with_exception(text, line, found)
    return _query(text, hit, stop) if text.startswith("error", hit) else _line(text, hit, line, stop)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _plain_json(text: str, hit: int, begin: int, stop: int) -> Reply | None:
    """The everyday error object: ``error`` is its first member, nothing is nested in it."""
    open_at = hit - 2
    if open_at < begin or text[open_at:hit] != '{"':
        return None
    end = text.find("}", hit, min(stop, hit + 1024)) + 1
    written = text[open_at:end]
    return Reply(open_at, end, written) if end and _is_plain_error(written) else None


@functools.lru_cache(maxsize=1024)
def _is_plain_error(written: str) -> bool:
    """Answers in a log are alike by the thousand."""
    if "{" in written[1:]:
        return False
    document, end = decoded(written, 0, len(written))
    return end == len(written) and is_error(document) and not document.keys() & _RECORD_MEMBERS - {"message"}


def _json(text: str, hit: int, begin: int, stop: int) -> Reply | None:
    """The JSON object whose member stands at the hit, also where its quotes are escaped."""
    word = _JSON_WORD.match(text, max(begin, hit - _quotes_before(text, hit)), stop) if text.startswith("error", hit) else None
    if word is None or not _ERROR_VALUE.match(text, word.end(), stop):
        return None
    open_at = _brace(text, max(begin, word.start() - _LONGEST_LINE), word.start())
    if open_at < 0:
        return None
    depth = _escapes(text, word.start())
    if depth == 0:
        document, end = decoded(text, open_at, stop)
        return _error_in(text, document, open_at, end) if end else _torn(text, open_at, word, stop)
    end = _end_of_escaped(text, open_at, stop)
    written = text[open_at:end]
    for _ in range(4):
        if '\\"' not in written:
            break
        written = re.sub(r"\\([\\\"/])", r"\1", written)
    document, length = decoded(written, 0, len(written))
    found = _error_in(written, document, 0, length) if length else None
    return None if found is None else found._replace(at=open_at, end=end)


def _quotes_before(text: str, hit: int) -> int:
    count = 0
    while count < 8 and hit - count > 0 and text[hit - count - 1] in '\\"':
        count += 1
    return count


def _escapes(text: str, at: int) -> int:
    count = 0
    while text[at + count : at + count + 1] == "\\":
        count += 1
    return count


def _brace(text: str, begin: int, at: int) -> int:
    """The brace that opens the object in which ``at`` stands: members before it may hold objects of their own."""
    depth = 0
    for match in reversed(list(_BRACES.finditer(text, begin, at))):
        depth += 1 if match[0] == "}" else -1
        if depth < 0:
            return match.start()
    return -1


_BRACES = re.compile(r"[{}]")


def _end_of_escaped(text: str, open_at: int, stop: int) -> int:
    """Behind the brace that closes the one at ``open_at``, or behind the line."""
    depth = 0
    for match in _BRACES.finditer(text, open_at, min(stop, open_at + 4096)):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    line_end = text.find("\n", open_at, stop)
    return line_end if line_end >= 0 else min(stop, open_at + 4096)


_DECODER = json.JSONDecoder(strict=False)


def decoded(text: str, begin: int, stop: int) -> tuple[Any, int]:
    """The JSON value at ``begin`` and the offset behind it; 0 when there is none."""
    for longest in (2048, _LONGEST_JSON):
        try:
            document, length = _DECODER.raw_decode(text[begin : min(stop, begin + longest)])
        except RecursionError:
            return None, 0
        except ValueError as error:
            # An error well before the end of the piece is one of the whole as well.
            if begin + longest >= stop or (getattr(error, "pos", 0) < longest - 64 and "nterminated" not in str(error)):
                return None, 0
            continue
        return document, begin + length
    return None, 0


def _torn(text: str, open_at: int, word: re.Match[str], stop: int) -> Reply | None:
    """An error object that was cut off or is not quite JSON: what can be read of it."""
    line_end = text.find("\n", word.end(), stop)
    end = min(line_end if line_end >= 0 else stop, open_at + _LONGEST_LINE)
    if _CODE.match(text[word.end() : end].lstrip("\"' ")) is None:
        return None
    return Reply(open_at, end, text[open_at:end].rstrip())


def is_error(document: object) -> bool:
    """Whether a JSON object is an OAuth error, or one in another common spelling."""
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return False
    error = document.get("error", document.get("errorCode", document.get("error_code")))
    if isinstance(error, dict):
        return any(isinstance(error.get(name), str | int) for name in ("code", "status", "message"))
    if not isinstance(error, str) or not error:
        return False
    if "error_description" in document or _CODE.fullmatch(error):
        return True
    return bool(re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", error)) or (
        "message" in document and bool(re.fullmatch(r"[a-z]+(?:_[a-z]+)+", error))
    )


def _error_in(text: str, document: object, begin: int, end: int) -> Reply | None:
    if not isinstance(document, dict) or not is_error(document):
        return None
    if document.keys() & _RECORD_MEMBERS and ("error" in document) and not isinstance(document["error"], dict):
        # The record of a log that says the error in members of its own.
        kept = {name: document[name] for name in ("error", "error_description", "error_uri", "status") if name in document}
        if len(kept) < len(document):
            return Reply(begin, end, json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
    return Reply(begin, end, text[begin:end])


# --- other shapes ----------------------------------------------------------------------------------------------------


def _with_exception(text: str, line: int, found: Reply) -> Reply:
    """With the exception in front of it in the same line: ``…Exception: Error 400: {…}``."""
    line = max(line, found.at - 600)
    start = _exception_in(text, line, found.at)
    return found if start is None else found._replace(at=start, text=f"{text[start : found.at]}{found.text}")


def _exception_in(text: str, begin: int, stop: int) -> int | None:
    """Where the name of an exception's class begins."""
    for word in ("Exception", "Error", "Failure"):
        if text.find(word, begin, stop) >= 0:
            found = _EXCEPTION.search(text, begin, stop)
            return None if found is None else _word_start(text, found.start(), begin)
    return None


def _word_start(text: str, at: int, begin: int) -> int:
    """The beginning of the dotted name that ends at ``at``."""
    name = _NAME_END.search(text, max(begin, at - 200), at)
    return name.start() if name is not None else at


_TRIES = re.compile(r"Errors? encountered:[ \t]*\r?\n(?:(?![ \t]*\r?\n)[^\n]{0,2000}(?:\n|\Z)){1,50}")


def _tries(text: str, hit: int, stop: int) -> Reply | None:
    found = _TRIES.match(text, hit, stop)
    return None if found is None else Reply(hit, found.end(), found[0].rstrip())


def _query(text: str, hit: int, stop: int) -> Reply | None:
    found = _QUERY.match(text, hit, stop)
    if found is None or not (_CODE.fullmatch(found["code"]) or "error_description=" in found[0]):
        return None
    if found["q"] or "&" not in found[0]:
        # Pairs as a log writes them; the answer's reader takes a query.
        from urllib.parse import quote

        description = found[0].partition("error_description=")[2].strip("\"'")
        written = f"error={found['code']}" + (f"&error_description={quote(description, safe='%')}" if description else "")
        return Reply(hit, found.end(), written)
    return Reply(hit, found.end(), found[0])


def _line(text: str, hit: int, line: int, stop: int) -> Reply | None:
    """A code with what is said behind it, or an exception line that holds a code, a status or trouble with the key."""
    line_end = text.find("\n", hit, stop)
    line_end = min(line_end if line_end >= 0 else stop, hit + _LONGEST_LINE)
    code = _CODE.search(text, hit, line_end)
    if code is not None and _is_quoted_in_code(text, code):
        code = None
    exception = _exception(text, line, hit, line_end)
    if exception is not None and (code is not None or _says_enough(text, exception, line_end)):
        return Reply(exception, line_end, _until_quote(text, exception, line_end), 1)
    if code is None or code.start() > hit + 1:
        return None
    said = _until_quote(text, code.start(), line_end)
    return Reply(code.start(), code.start() + len(said), said, 1)


def _exception(text: str, line: int, hit: int, line_end: int) -> int | None:
    if text.startswith(("EXCEPTION_THROWN", "FATAL_ERROR"), hit):
        bar = text.rfind("|", hit, min(line_end, hit + 60))
        return bar + 1 if bar >= 0 else None
    return _exception_in(text, line, line_end)


def _says_enough(text: str, begin: int, line_end: int) -> bool:
    apex = text.rfind("EXCEPTION_THROWN", max(0, begin - 80), begin) >= 0
    return apex or _KEY_TROUBLE.search(text, begin, line_end) is not None or _STATUS.search(text, begin, line_end) is not None


def _is_quoted_in_code(text: str, code: re.Match[str]) -> bool:
    """Whether the code stands alone between quotation marks, as a program compares it."""
    before, after = text[code.start() - 1 : code.start()], text[code.end() : code.end() + 1]
    return before == after and before in ("'", '"', "`") and before != ""


def _until_quote(text: str, begin: int, line_end: int) -> str:
    said = text[begin:line_end]
    before = text[begin - 1 : begin]
    if before in ('"', "'", "`") and before in said:
        said = said.partition(before)[0]
    return re.split(r"\\n|\s+at [\w.$]+\(|<", said, maxsplit=1)[0].rstrip().rstrip("\",'`")


def code_in(answer: str) -> str:
    """The first error code in an answer."""
    found = _CODE.search(answer)
    return found[0] if found is not None else ""
