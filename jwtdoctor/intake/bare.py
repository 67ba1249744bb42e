"""A token by itself: bare, behind ``Bearer``, quoted, wrapped over lines, or standing somewhere in a text."""

from __future__ import annotations

import base64
import re

from .. import kinds
from .paste import Paste

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u0000]")
_COMPACT = re.compile(r"[A-Za-z0-9+/_=%-]*(?:\.[A-Za-z0-9+/_=%-]*){0,5}\Z")
_IN_TEXT = re.compile(r"(?<![A-Za-z0-9_+/-])(e[yw][A-Za-z0-9_+/-]{6,}={0,2}(?:\.[A-Za-z0-9_+/=%-]*){1,4})")
_SEVERAL = re.compile(r"\s*(?:e[yw][\w-]+\.[\w-]+\.[\w-]*\s+)+e[yw][\w-]+\.[\w-]+\.[\w-]*\s*\Z")
"""Nothing but whole tokens with white space between them: not one token wrapped over lines."""
_PREFIXES = (
    (re.compile(r"(?:Proxy-)?Authorization\s*:\s*", re.IGNORECASE), "header-name"),
    (re.compile(r"(?:Bearer|JWT|Token)\s+(?=\S)", re.IGNORECASE), "bearer"),
    (re.compile(r"(?:client_)?assertion\s*[=:]\s*", re.IGNORECASE), "field-name"),
)
_LINE_END = re.compile(r"\r?\n|\\r\\n|\\n|\\r")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_LONGEST_WORD = 1 << 20


def read(text: str) -> list[Paste]:
    """Tokens in ``text``; else the one thing it is instead; else nothing."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    several = _SEVERAL.match(text) and list(find(text))
    if several and len(several) > 1:
        return several
    cleaned, stripped = clean(text)
    if cleaned and _is_one_token(cleaned):
        line = text.count("\n", 0, start) + 1
        form = "bearer" if "bearer" in stripped else "bare"
        spaced = _signature_with_spaces(text) if "spaces" in stripped else ""
        column = start - text.rfind("\n", 0, start)
        return [Paste(cleaned, form, line, column, stripped, spaced=spaced, kind=_foreign(cleaned))]
    kind = kinds.of_text(text) or kinds.of_text(cleaned)
    if kind is not None and (not kind.endswith("key") or kind in ("private-key", "service-account-key")):
        return [Paste("", "bare", stripped=(), kind=kind)]
    found = list(find(text))
    if found:
        return found
    if kind is not None:
        return [Paste("", "bare", kind=kind)]
    return [Paste(cleaned, "bare", stripped=stripped)] if _is_a_word(cleaned) else []


def find(text: str, most: int = 1000) -> list[Paste]:
    """The first compact tokens that stand somewhere in ``text``, with line and column."""
    pastes: list[Paste] = []
    line, counted, line_start = 1, 0, 0
    for match in _IN_TEXT.finditer(text):
        if len(pastes) >= most:
            break
        start = match.start()
        line += text.count("\n", counted, start)
        line_start = max(line_start, text.rfind("\n", counted, start) + 1)
        counted = start
        form = "bearer" if text[max(0, start - 8) : start].lower().endswith("bearer ") else "text"
        before, after = text[start - 1 : start] if start else "", text[match.end() : match.end() + 1]
        adjoining = (before and not before.isspace()) or (after and not after.isspace())
        pastes.append(Paste(_token(match[1]), form, line, start - line_start + 1, ("adjoining-text",) if adjoining else ()))
    return pastes


def _token(found: str) -> str:
    """Without the full stop of a sentence; the dot before an empty signature belongs to the token."""
    token = found.rstrip(".")
    return f"{token}." if token.count(".") == 1 and token != found else token


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
    inner = _inside_base64(text)
    if inner:
        stripped.append("base64")
        text = inner
    return text, tuple(dict.fromkeys(stripped))


def _signature_with_spaces(text: str) -> str:
    """The third segment as it was pasted: its spaces may have been ``+``."""
    return text.rpartition(".")[2].strip(f"{_QUOTES},; \t\r\n")


def _inside_base64(text: str) -> str:
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


def _is_one_token(text: str) -> bool:
    return (
        "." in text and _COMPACT.match(text) is not None and (text.startswith("e") or (text.count(".") == 2 and len(text) > 60))
    )


def _is_a_word(text: str) -> bool:
    """One word long enough to have been meant as a token."""
    return len(text) >= 16 and not re.search(r"\s", text[:4096]) and "/" not in text[:1] and not text.startswith("<")


def _foreign(text: str) -> str | None:
    kind = kinds.of_text(text)
    return kind if kind in ("paseto", "google-access-token", "consumer-key", "salesforce-refresh-token") else None
