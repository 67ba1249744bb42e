"""String literals of all the languages read here: what they say, and which pieces of them are code."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 1 << 16
"""Characters of one literal that are looked at."""

_OPENING = re.compile(r"(?P<prefix>[A-Za-z$@]{0,3}|%[qQwW]?)(?P<quote>\"\"\"|'''|`|\"|'|\(|\[|\{|\|)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,2})|(\r?\n)|(.))", re.DOTALL
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


class Piece(NamedTuple):
    """A part of a literal: its text, or where the code stands in it (offsets into the literal as written)."""

    text: str
    start: int = -1
    end: int = -1


def pieces(written: str, language: str) -> list[Piece] | None:
    """The parts of a literal as written; ``None`` for what is no plain string (a regular expression, a here-document)."""
    if len(written) > LONGEST:
        return None
    if language == "ruby" and re.fullmatch(r":?[A-Za-z_]\w*[?!]?", written):
        return [Piece(written.removeprefix(":"))]
    opening = _OPENING.match(written)
    if opening is None:
        return None
    prefix, quote = opening["prefix"], opening["quote"]
    if quote in "([{|" and not prefix.startswith("%"):
        return None
    closing = _CLOSING.get(quote, quote)
    if len(written) < opening.end() + len(closing) or not written.endswith(closing):
        return None
    start, end = opening.end(), len(written) - len(closing)
    return _parts(written, start, end, _openers(language, prefix.lower(), quote), _is_raw(language, prefix.lower(), quote))


def _openers(language: str, prefix: str, quote: str) -> str:
    """An expression for where code begins inside of such a literal; empty where none can."""
    if language in ("javascript", "typescript"):
        return r"\$\{" if quote == "`" else ""
    if language == "python":
        return r"\{\{|\}\}|\{" if "f" in prefix else ""
    if language == "csharp":
        return r"\{\{|\}\}|\{" if "$" in prefix else ""
    if language == "ruby":
        return r"#\{" if quote != "'" and prefix != "%q" else ""
    if language == "php":
        return r"\{(?=\$)|\$(?=[A-Za-z_])" if quote == '"' else ""
    return ""


def _is_raw(language: str, prefix: str, quote: str) -> bool:
    return (
        ("r" in prefix and language == "python")
        or ("@" in prefix and language == "csharp")
        or (quote == "`" and language == "go")
        or (quote == '"""' and language == "csharp")
        or (quote == "'" and language in ("php", "ruby"))
    )


def _parts(written: str, start: int, end: int, openers: str, raw: bool) -> list[Piece]:
    found: list[Piece] = []
    text: list[str] = []
    at = start
    pattern = re.compile(rf"\\.|{openers}" if openers else r"\\.", re.DOTALL)
    while at < end:
        match = pattern.search(written, at, end)
        if match is None:
            break
        text.append(written[at : match.start()])
        at = match.end()
        if match[0].startswith("\\"):
            text.append(match[0] if raw else _unescaped(match[0], written, match.start(), end))
            at = max(at, match.start() + _escape_length(written, match.start(), end)) if not raw else at
            continue
        if match[0] in ("{{", "}}"):
            text.append(match[0][0])
            continue
        stop = _code_end(written, at, end, match[0])
        found.append(Piece(_joined(text)))
        found.append(Piece("", at - (match[0] == "$"), stop))
        text = []
        at = stop + (0 if match[0] == "$" else 1)
    text.append(written[at:end])
    found.append(Piece(_joined(text)))
    return [each for each in found if each.text or each.start >= 0] or [Piece("")]


def _joined(parts: list[str]) -> str:
    """The text; two escapes that are the halves of a surrogate pair are one character, as in UTF-16."""
    text = "".join(parts)
    if not re.search("[\ud800-\udbff][\udc00-\udfff]", text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _escape_length(written: str, at: int, end: int) -> int:
    match = _ESCAPE.match(written, at, end)
    return match.end() - at if match else 2


def _unescaped(short: str, written: str, at: int, end: int) -> str:
    match = _ESCAPE.match(written, at, end)
    if match is None:
        return short
    digits = match[1] or match[2] or match[3] or match[4]
    if digits:
        return chr(int(digits, 16)) if int(digits, 16) < 0x110000 else "\ufffd"
    if match[5]:
        return ""
    return _PLAIN.get(match[6], match[6])


def _code_end(written: str, at: int, end: int, opener: str) -> int:
    """Where the code that begins at ``at`` ends: at the brace that closes it, for PHP's ``$name`` after the name."""
    if opener == "$":
        match = re.compile(r"\w+").match(written, at, end)
        return match.end() if match else at
    depth = 1
    for index in range(at, end):
        depth += (written[index] == "{") - (written[index] == "}")
        if not depth:
            return index
    return end
