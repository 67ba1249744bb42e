"""Compact tokens in running text: where one begins and ends, whether it is one at all, and how one broken over lines goes on.

RFC 7515 §7.1. A first segment is base64url of a JSON object, so it begins with the encoding of a brace and what may follow one.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from typing import NamedTuple

START = re.compile(r"ey[IJABcd][A-Za-z0-9_+/-]{5}")
"""Base64 of ``{"``, of ``{`` with a blank, and of ``{'`` as Python's repr writes it."""
START_OF_LINES = re.compile(r"ew[k-r0-3][A-Za-z0-9_+/-]{5}")
"""Base64 of a brace with a line end or a tab: JSON that was written for people."""
_ESCAPED = r"%(?:25){0,3}"
_BODY = rf"(?:[A-Za-z0-9_+/-]|{_ESCAPED}2[BFbf])"
_PADDING = rf"(?:=|{_ESCAPED}3[Dd])"
_DOT = rf"(?:\.|{_ESCAPED}2[Ee])"
_TOKEN = re.compile(rf"{_BODY}+{_PADDING}{{0,2}}(?:{_DOT}{_BODY}*{_PADDING}{{0,2}}){{1,4}}")
_EVERYDAY = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?![A-Za-z0-9_+/=.%-])")
_RUN = re.compile(rf"{_BODY}+")
_ESCAPED_DOT = re.compile(r"%(?:25)*2[Ee]|%25")
_WORD = re.compile(r"[A-Za-z0-9_+/-]")
_ESCAPE_BEFORE = re.compile(
    r"(?:%(?:25){0,3}(?:3[AaDd]|2[0267BCbc]|0[9AaDd])|\\+[nrt]|\\+(?:u00|x)(?:3[AaDd]|2[0267]|0[9AaDd]|5[Bb])"
    r"|=3D|=20|\x1b\[[0-9;]*m|[Bb][Ee][Aa][Rr][Ee][Rr])\Z"
)
_ADJOINING_ESCAPE = 14
"""Characters of the longest escape that may stand before a token."""
_OBJECT = re.compile(r"""\{\s*(?:"(?:[^"\\\x00-\x1f]|\\.)*(?:"|\Z)|'(?:alg|typ|kid)'|\Z)""")
_JOSE = re.compile(r"""["'](?:alg|typ|enc|kid|cty|x5t|x5c|jku|jwk|crit)(?:#S256)?["']\s*:""", re.IGNORECASE)
_SIZES = frozenset({43, 64, 86, 128, 152, 171, 176, 256, 342, 512, 683, 1366})
"""Characters of the signatures of the everyday algorithms and key sizes."""
_ENDS = re.compile(r" [^\s\\^`=]|[\"'&,;)\]}<|]")
"""Behind what stands so no token goes on in the next line."""
LONGEST = 1 << 20
"""Characters of a token; what is longer is none."""


class Compact(NamedTuple):
    """A token where it stands: ``text`` may differ from the characters between ``at`` and ``end``."""

    at: int
    end: int
    text: str
    wrapped: bool = False


def at(text: str, start: int, stop: int) -> Compact | None:
    """The token that begins at ``start``, a match of a start; ``None`` when it is none."""
    if start and _WORD.match(text[start - 1]) and not _ESCAPE_BEFORE.search(text, max(0, start - _ADJOINING_ESCAPE), start):
        return None
    found = _EVERYDAY.match(text, start, stop)
    if (
        found is not None
        and is_plausible(token := found[0])
        and len(token) < LONGEST
        and _ENDS.match(text, end := found.end(), stop)
    ):
        return Compact(start, end, token)
    found = found or _TOKEN.match(text, start, min(stop, start + LONGEST)) or _run(text, start, stop)
    if found is None or found.end() - start >= LONGEST:
        return None
    token, end = found[0], found.end()
    if "%" in token and _ESCAPED_DOT.search(token):
        token = _unescaped(token)
    if not is_plausible(token):
        return None
    if _LINE_END.match(text, end, stop):
        whole = joined(text, start, end, stop, token)
        if whole is not None:
            return whole
    kept = _without_full_stop(token)
    return Compact(start, end - (len(token) - len(kept)), kept) if "." in kept else None


def _run(text: str, start: int, stop: int) -> re.Match[str] | None:
    """A first segment that was broken before its dot."""
    run = _RUN.match(text, start, min(stop, start + LONGEST))
    return run if run is not None and _LINE_END.match(text, run.end(), stop) else None


def _without_full_stop(token: str) -> str:
    """The full stop of a sentence is no part of it; the dot before an empty signature is."""
    trimmed = token.rstrip(".")
    if token.endswith(".."):
        return trimmed
    return f"{trimmed}." if trimmed != token and trimmed.count(".") == 1 else trimmed


def _unescaped(token: str) -> str:
    from urllib.parse import unquote

    for _ in range(4):
        if "%" not in token:
            break
        token = unquote(token)
    return token


def is_plausible(token: str) -> bool:
    """Whether the first segment is a JSON object, or the beginning of one, that may be a JOSE header."""
    head, dot, rest = token.partition(".")
    if not dot and len(head) < 40:
        return False
    return _is_header(head[:4096]) or (bool(rest) and _is_object(rest.partition(".")[0][:64]) and _is_object(head[:64]))


@functools.lru_cache(maxsize=4096)
def _is_header(segment: str) -> bool:
    plain = _plain(segment)
    return plain is not None and _OBJECT.match(plain) is not None and _JOSE.search(plain) is not None


def _is_object(segment: str) -> bool:
    plain = _plain(segment)
    return plain is not None and len(plain) > 1 and _OBJECT.match(plain) is not None


def _plain(segment: str) -> str | None:
    """The text in base64 of either alphabet, cut to whole groups; ``None`` where it is no text."""
    if "%" in segment:
        segment = _unescaped(segment)
    segment = segment.rstrip("=").replace("-", "+").replace("_", "/")
    segment = segment[: len(segment) - 1] if len(segment) % 4 == 1 else segment
    try:
        return base64.b64decode(segment + "=" * (-len(segment) % 4)).decode("utf-8", "ignore")
    except (ValueError, binascii.Error):
        return None


def is_whole(token: str) -> bool:
    """Whether nothing is missing: three segments, the claims a JSON object to its end, a signature of an everyday size."""
    parts = token.split(".")
    if len(parts) != 3 or len(parts[2].rstrip("=")) not in _SIZES:
        return False
    return _is_closed(parts[1])


def _is_closed(segment: str) -> bool:
    plain = _plain(segment[-8:] if len(segment) % 4 == 0 else segment[-(len(segment) % 4) - 4 :])
    return plain is not None and plain.rstrip().endswith("}")


# --- broken over lines -----------------------------------------------------------------------------------------------

_LINE_END = re.compile(r"[ \t]*[\\^`=]?[ \t]*\r?\n")
_NEXT = re.compile(r"((?:[ \t]|[>|#*+/]{1,3}(?=[ \t]))*)([A-Za-z0-9_+/.=-]+)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]?\d|\d\d:\d\d:\d\d|\d{10}(?:\d{3})?[.: ]")
"""How most records of a log begin: a date, a time of day, epoch seconds."""
_MOST_LINES = 1000


class _Line(NamedTuple):
    fragment: str
    end: int
    width: int
    """Characters from the beginning of the line to the end of the fragment."""
    last: bool
    """Whether something else than a line end follows, so that no further line can belong to it."""


def joined(text: str, start: int, end: int, stop: int, token: str) -> Compact | None:
    """The token with its following lines, where these can be nothing else; ``None`` when it ends where its line ends."""
    if len(token) > LONGEST or is_whole(token):
        return None
    earliest = max(0, start - 4096)
    width = end - (text.rfind("\n", earliest, start) + 1 or earliest)
    lines = _following(text, end, stop)
    if not lines:
        return None
    if len(lines[0].fragment) == end - start and not lines[0].last:
        # The token was broken before something was put in front of it.
        width, lines = end - start, [line._replace(width=len(line.fragment)) for line in lines]
    count = _how_many(token, width, lines)
    if not count:
        return None
    whole = token + "".join(line.fragment for line in lines[:count])
    if not is_plausible(whole) or whole.count(".") < 1:
        return None
    trimmed = whole.rstrip(".") if whole.count(".") > 2 else whole
    return Compact(start, lines[count - 1].end - (len(whole) - len(trimmed)), trimmed, wrapped=True)


def _following(text: str, end: int, stop: int) -> list[_Line]:
    """The lines after ``end`` that consist of nothing but characters of a token."""
    lines: list[_Line] = []
    while len(lines) < _MOST_LINES:
        line_end = _LINE_END.match(text, end, stop)
        if line_end is None:
            break
        begin = line_end.end()
        fragment = _NEXT.match(text, begin, min(stop, begin + 4096))
        if fragment is None:
            break
        written = fragment[2]
        if (written.startswith("eyJ") and text[end - 1] != ".") or _STAMP.match(text, fragment.start(2)):
            # Another token begins here, or the next record of a log.
            break
        end = fragment.end()
        if written.endswith("=") and text[end : end + 1] in ("\r", "\n") and len(written) % 4:
            written = written.rstrip("=")
        last = _LINE_END.match(text, end, stop) is None
        lines.append(_Line(written, end, end - begin, last))
        if last:
            break
    return lines


def _how_many(token: str, width: int, lines: list[_Line]) -> int:
    """How many of ``lines`` belong to the token: to a signature of a known size, else all that are as wide as the first."""
    length = 0
    parts = token.split(".")
    dots, last_part = len(parts) - 1, len(parts[-1])
    full = 0
    for index, line in enumerate(lines):
        fragment = line.fragment
        if fragment.startswith(("eyJ", "ewo")) and last_part and dots >= 2:
            break
        dots += fragment.count(".")
        if dots > 2 or (line.last and not _closes(line, fragment)):
            break
        last_part = len(fragment) - fragment.rfind(".") - 1 if "." in fragment else last_part + len(fragment)
        length += len(fragment)
        if dots == 2 and last_part in _SIZES and _ends_here(lines, index, width):
            return index + 1
        if line.width > width + 2:
            break
        full = index + 1
        if line.width < width - 8:
            break
    return full if full and _is_wrapped(token, width, lines[:full]) else 0


def _ends_here(lines: list[_Line], index: int, width: int) -> bool:
    """Whether a line with which a signature has a known size is its last: shorter than the others, or followed by none as wide."""
    if lines[index].width != width or index + 1 == len(lines):
        return True
    return lines[index + 1].fragment.startswith(("eyJ", "ewo"))


def _closes(line: _Line, fragment: str) -> bool:
    """Whether a fragment with something behind it in its line is more than a word of a sentence."""
    return len(fragment) >= 16 or any(each in fragment for each in "._-=") or any(each.isdigit() for each in fragment)


def _is_wrapped(token: str, width: int, lines: list[_Line]) -> bool:
    """Whether the lines were broken by a program: all as wide as the first but the last, or the last one ends the token."""
    if width < 32 and len(token) < 32:
        return False
    whole = token + "".join(line.fragment for line in lines)
    parts = whole.split(".")
    missing = len(token.split(".")) < 3
    if missing and len(parts) == 3 and _is_closed(parts[1]):
        return True
    even = all(abs(line.width - width) <= 8 for line in lines[:-1])
    long_enough = len(lines) > 1 or len(lines[0].fragment) >= 12
    return even and long_enough and (not lines[-1].last or len(lines[-1].fragment) >= 8)
