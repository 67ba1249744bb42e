"""A token by itself: bare, behind ``Bearer``, quoted, wrapped over lines, or standing somewhere in a text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from .. import kinds
from . import compact
from .compact import Compact
from .paste import Paste

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u0000]")
_COMPACT = re.compile(r"[A-Za-z0-9+/_=%-]*(?:\.[A-Za-z0-9+/_=%-]*){0,5}\Z")
_SEVERAL = re.compile(r"\s*(?:e[yw][\w-]+\.[\w-]+\.[\w-]*\s+)+e[yw][\w-]+\.[\w-]+\.[\w-]*\s*\Z")
"""Nothing but whole tokens with white space between them: not one token wrapped over lines."""
_PREFIXES = (
    (re.compile(r"(?:Proxy-)?Authorization\s*:\s*", re.IGNORECASE), "header-name"),
    (re.compile(r"(?:Bearer|JWT|Token)\s+(?=\S)", re.IGNORECASE), "bearer"),
    (re.compile(r"(?:client_)?assertion\s*[=:]\s*", re.IGNORECASE), "field-name"),
)
_LINE_END = re.compile(r"\r?\n|\\r\\n|\\n|\\r")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_FIELD = re.compile(r"[A-Za-z_]\w*(?:=|%(?:25)*3[Dd])")
_SOFT = re.compile(r"=\r?\n(?=[\w.-])")
_LONG_RUN = re.compile(r"[\w.-]{40}\Z")
_WHITE_SPACE = re.compile(r"\s")
_LONGEST_WORD = 1 << 20


def read(text: str) -> list[Paste] | None:
    """The one thing that ``text`` is, or the tokens it is a list of; ``None`` when it is a text in which something may stand."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    several = _SEVERAL.match(text) and list(find(text))
    if several and len(several) > 1:
        return several
    if "=3Dey" in text or _is_softly_broken(text):
        return None
    cleaned, stripped = clean(text)
    if cleaned and is_one_token(cleaned):
        line = text.count("\n", 0, start) + 1
        form = "bearer" if "bearer" in stripped else "bare"
        spaced = _signature_with_spaces(text) if "spaces" in stripped else ""
        column = start - text.rfind("\n", 0, start)
        return [Paste(cleaned, form, line, column, stripped, spaced=spaced, kind=_foreign(cleaned))]
    if len(cleaned) < _LONGEST_WORD and not _WHITE_SPACE.search(cleaned) and cleaned[:1] not in ("{", "[", "<"):
        kind = kinds.of_text(text) or kinds.of_text(cleaned)
        if kind is not None and _is_surely(kind):
            return [Paste("", "bare", kind=kind)]
    return None


def _is_softly_broken(text: str) -> bool:
    """Whether a line end of quoted-printable stands within a token."""
    if "=\n" not in text and "=\r\n" not in text:
        return False
    return any(_LONG_RUN.search(text, max(0, soft.start() - 40), soft.start()) for soft in _SOFT.finditer(text))


def rest(text: str) -> list[Paste]:
    """What a text without any token is instead, or the one word that was meant as one."""
    cleaned, stripped = clean(text)
    kind = kinds.of_text(text) or kinds.of_text(cleaned)
    if kind is not None:
        return [Paste("", "bare", kind=kind)]
    return [Paste(cleaned, "bare", stripped=stripped)] if _is_a_word(cleaned) else []


def _is_surely(kind: str) -> bool:
    """Consumer keys and the like also stand inside of tokens; private keys do not."""
    return not kind.endswith("key") or kind in ("private-key", "service-account-key")


def find(text: str, most: int = 1000) -> list[Paste]:
    """The first compact tokens that stand somewhere in ``text``, with line and column."""
    pastes: list[Paste] = []
    line, counted, line_start = 1, 0, 0
    for found in candidates(text):
        if len(pastes) >= most:
            break
        line += text.count("\n", counted, found.at)
        line_start = max(line_start, text.rfind("\n", counted, found.at) + 1)
        counted = found.at
        pastes.append(paste_of(text, found)._replace(line=line, column=found.at - line_start + 1))
    return pastes


def paste_of(text: str, found: Compact) -> Paste:
    """A token in running text, without its place."""
    form = "bearer" if text[max(0, found.at - 8) : found.at].lower().endswith("bearer ") else "text"
    stripped: tuple[str, ...] = ("adjoining-text",) if _adjoins(text, found) else ()
    return Paste(found.text, form, 1, 1, (*stripped, "line-breaks") if found.wrapped else stripped)


def _adjoins(text: str, found: Compact) -> bool:
    before, after = text[found.at - 1 : found.at] if found.at else "", text[found.end : found.end + 1]
    return bool((before and not before.isspace()) or (after and not after.isspace()))


def candidates(text: str, begin: int = 0, stop: int | None = None) -> Iterator[Compact]:
    """The compact tokens between two offsets, in order, none within another."""
    stop = len(text) if stop is None else stop
    done = begin
    for start in starts(text, begin, stop):
        if start < done:
            continue
        found = compact.at(text, start, stop)
        if found is not None:
            yield found
            done = found.end


def starts(text: str, begin: int, stop: int) -> Iterator[int]:
    """Where a token may begin."""
    nexts = [each.search(text, begin, stop) for each in (compact.START, compact.START_OF_LINES)]
    while nexts[0] or nexts[1]:
        index = 0 if nexts[0] and (not nexts[1] or nexts[0].start() < nexts[1].start()) else 1
        first = nexts[index]
        if first is None:
            return
        yield first.start()
        nexts[index] = (compact.START, compact.START_OF_LINES)[index].search(text, first.start() + 1, stop)


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """``text`` without what surrounds a pasted token, and the names of what was taken off, in order.

    A server does none of this, so each name is told to the user.
    """
    stripped: list[str] = []
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
        stripped.append("invisible-characters")
    text = text.strip()
    if len(text) > _LONGEST_WORD:
        return text, tuple(stripped)
    for _ in range(4):
        before = text
        for pattern, name in _PREFIXES:
            match = pattern.match(text)
            if match:
                text = text[match.end() :]
                stripped.append(name)
        text = _unquote(text, stripped)
        if text == before:
            break
    if text.endswith(("...", "\u2026")) and text.startswith("e"):
        stripped.append("ellipsis")
        text = text.rstrip(".\u2026")
    wrapped = "".join(line.strip(" \t").rstrip("\\^`").rstrip(" \t") for line in _LINE_END.split(text))
    if wrapped != text and _COMPACT.match(wrapped) and "." in wrapped:
        stripped.append("line-breaks")
        text = wrapped
    spaced = re.sub(r"[ \t]+", "", text)
    if spaced != text and _COMPACT.match(spaced) and spaced.count(".") == 2 and spaced.startswith("e"):
        stripped.append("spaces")
        text = spaced
    inner = inside_base64(text)
    if inner:
        stripped.append("base64")
        text = inner
    return text, tuple(dict.fromkeys(stripped))


def _signature_with_spaces(text: str) -> str:
    """The third segment as it was pasted: its spaces may have been ``+``."""
    return text.rpartition(".")[2].strip(f"{_QUOTES},; \t\r\n")


def inside_base64(text: str) -> str:
    """The token in a text that is base64 of a whole token (``ZXlK`` is base64 of ``eyJ``)."""
    if not text.startswith("ZXlK") or "." in text:
        return ""
    try:
        plain = base64.b64decode(text.translate(str.maketrans("-_", "+/")).rstrip("=") + "==").decode("ascii")
    except ValueError:
        return ""
    return plain if plain.count(".") == 2 and _COMPACT.match(plain) else ""


def _unquote(text: str, stripped: list[str]) -> str:
    if text[:2] in ("b'", 'b"') and text.rstrip(",; \t\r\n").endswith(text[1]):
        stripped.append("bytes-literal")
        text = text[1:]
    trimmed = text.rstrip(",; \t\r\n")
    if len(trimmed) > 1 and trimmed[0] in _QUOTES and trimmed[-1] in _QUOTES:
        stripped.append("quotes")
        return trimmed[1:-1].strip()
    if trimmed != text and _COMPACT.match(trimmed):
        stripped.append("trailing-punctuation")
        return trimmed
    return text


def is_one_token(text: str) -> bool:
    """Whether a cleaned text is a token and nothing else, however damaged."""
    if "." not in text or _COMPACT.match(text) is None:
        return False
    return text.startswith("e") or (text.count(".") == 2 and len(text) > 60 and not _FIELD.match(text))


def _is_a_word(text: str) -> bool:
    """One word long enough to have been meant as a token."""
    return (
        len(text) >= 16
        and not re.search(r"\s", text[:4096])
        and "/" not in text[:1]
        and not text.startswith("<")
        and "://" not in text
    )


def _foreign(text: str) -> str | None:
    kind = kinds.of_text(text)
    return kind if kind in ("paseto", "google-access-token", "consumer-key", "salesforce-refresh-token") else None
