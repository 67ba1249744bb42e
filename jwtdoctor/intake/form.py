"""A form body, or the query of a URL, standing in a text: url-encoded once or more (RFC 6749 Appendix B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from . import compact, request
from .found import Item, Locator

NAMED = re.compile(r"(?:assertion|token|jwt|assertion_type|grant_type)(?:=|%(?:25)*3[Dd])")
_RUN = re.compile(r"[^\s\"'<>`|\\^]*")
_DELIMITERS = " \t\r\n\"'<>`|\\^({"
_PAIR = re.compile(r"[A-Za-z_][\w.\[\]-]*=")
_GOES_ON = re.compile(r"[ \t]*\r?\n[ \t]*(?=&)|(?<=&)[ \t]*\r?\n[ \t]*(?=[A-Za-z_][\w.-]*=)")
_LONGEST = 1 << 21


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where form bodies stand; each run of characters is looked at once."""
    done = 0
    for match in NAMED.finditer(text):
        if match.start() < done:
            continue
        begin = max(done, max(text.rfind(each, done, match.start()) for each in _DELIMITERS) + 1)
        end = _end(text, match.start())
        done = end
        if end - begin < _LONGEST and (_is_form(text[begin:end])):
            yield begin, end


def _end(text: str, at: int) -> int:
    run = _RUN.match(text, at)
    end = run.end() if run is not None else at
    for _ in range(200):
        more = _GOES_ON.match(text, end)
        if more is None:
            wrapped = _wrapped(text, at, end)
            if wrapped <= end:
                return end
            end = wrapped
        else:
            end = more.end()
        run = _RUN.match(text, end)
        end = run.end() if run is not None else end
    return end


def _wrapped(text: str, at: int, end: int) -> int:
    """The end of a token that begins in the last value and goes on in the next lines."""
    if text[end : end + 1] not in ("\r", "\n"):
        return end
    value = text.rfind("=", at, end) + 1
    start = compact.START.match(text, value)
    found = compact.at(text, value, len(text)) if start is not None else None
    return found.end if found is not None else end


def _is_form(written: str) -> bool:
    plain = decoded(written)
    if plain != written:
        return _PAIR.search(plain) is not None
    return "&" in written and written.count("=") >= 2


def decoded(written: str) -> str:
    """The body with the encodings undone that lie around it as a whole: ``assertion%3D…``."""
    for _ in range(4):
        if re.search(r"[?&]?[A-Za-z_][\w.-]*=", written) or "%" not in written:
            break
        written = unquote(written)
    return written


def items(text: str, begin: int, end: int, depth: int) -> list[Item]:
    """The tokens in the body that stands there."""
    written = text[begin:end].rstrip(".,;)")
    plain = decoded("".join(line.strip() for line in written.splitlines())).replace("&amp;", "&")
    url, mark, _ = plain.partition("?")
    in_url = bool(mark) and "=" not in url and ("://" in url or url.startswith("/"))
    if "#" in plain.partition("=")[0]:
        return []
    locate = Locator(text, begin, end)
    if in_url:
        each = request.sent("", plain, {}, "")
    else:
        each = request.sent("", "", {}, plain, fields=("form", request.query_of(f"?{plain}")))
    found = request.items(each, "form", locate, end)
    if found and not in_url and len(each.request.fields) < 2:
        found = [item._replace(paste=item.paste._replace(request=None)) if item.paste else item for item in found]
    if not found and (nothing := request.unfilled(each, "form", begin, end)) is not None:
        return [nothing] if len(each.request.fields) > 1 else []
    return found
