"""The same JSON object written differently: what encoders do to spaces, order, slashes and letters beyond ASCII.

RFC 8259 §2 lets white space stand between tokens, §4 leaves the order of members open, §7 lets any character be escaped: so two
programs write one object in two texts, and a signature covers only one of them. Numbers and names keep their lexemes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_SLASH = re.compile(r"\\.|/")
MOST_NESTED = 64
"""Brackets of an object that is still rewritten; assertions are flat."""
MOST_MEMBERS = 64
"""Members of an object that is still rewritten."""


class Member(NamedTuple):
    """One member as it stands: name and value with their quotes, and where the value lies in the text."""

    name: str
    value: str
    start: int = 0
    end: int = 0

    @property
    def key(self) -> str:
        """The name it means."""
        return str(json.loads(self.name))

    @property
    def read(self) -> object:
        """The value it means; numbers stay as they are written."""
        return json.loads(self.value, parse_float=_Number, parse_int=_Number)


class _Number(str):
    """A number's lexeme."""

    __slots__ = ()


class Style(NamedTuple):
    """How an encoder writes: separators, indentation, order, escapes, and what it puts at the end."""

    words: str
    """What to tell a person."""
    comma: str = ","
    colon: str = ":"
    indent: str = ""
    line: str = "\n"
    order: str = ""
    """``""`` as it stands, ``sorted``, ``reversed``."""
    ascii: bool | None = None
    """Letters beyond ASCII escaped, plain, or as they stand."""
    slashes: bool | None = None
    """``/`` escaped, plain, or as it stands."""
    end: str = ""


def members(text: str) -> tuple[Member, ...] | None:
    """The members of the JSON object that ``text`` is; ``None`` when it is none, or too large."""
    found: list[Member] = []
    if text.count("[") + text.count("{") > MOST_NESTED:
        return None
    at = _space(text, 0)
    if text[at : at + 1] != "{":
        return None
    at = _space(text, at + 1)
    try:
        while text[at] != "}":
            start, at = at, _value(text, at)
            name = text[start:at]
            at = _space(text, at)
            if text[at] != ":" or len(found) == MOST_MEMBERS or not name.startswith('"'):
                return None
            start = at = _space(text, at + 1)
            at = _value(text, at)
            found.append(Member(name, text[start:at], start, at))
            at = _space(text, at)
            if text[at] == ",":
                at = _space(text, at + 1)
            elif text[at] != "}":
                return None
    except (ValueError, IndexError, RecursionError):
        return None
    return tuple(found) if not text[at + 1 :].strip() else None


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int) -> int:
    """Where the value that begins at ``at`` ends. Raises ValueError."""
    return _DECODER.raw_decode(text, at)[1]


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number)


def write(found: tuple[Member, ...], style: Style) -> str:
    """The object in that style."""
    if style.order == "sorted":
        found = tuple(sorted(found, key=lambda each: each.key))
    elif style.order == "reversed":
        found = found[::-1]
    rows = [f"{_escaped(each.name, style)}{style.colon}{_styled(each.value, style)}" for each in found]
    if style.indent and rows:
        inner = f"{style.comma}{style.line}{style.indent}".join(rows)
        return f"{{{style.line}{style.indent}{inner}{style.line}}}{style.end}"
    return f"{{{style.comma.join(rows)}}}{style.end}"


def _styled(value: str, style: Style) -> str:
    """A value in the style: containers with its separators, strings with its escapes."""
    if value[:1] in "[{":
        value = _nested(json.loads(value, parse_float=_Number, parse_int=_Number), style, 1)
        return value
    return _escaped(value, style) if value[:1] == '"' else value


def _nested(value: object, style: Style, depth: int) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        names = sorted(value) if style.order == "sorted" else list(value)
        rows = [f"{_text(name, style)}{style.colon}{_nested(value[name], style, depth + 1)}" for name in names]
        return _wrapped("{", rows, "}", style, depth)
    if isinstance(value, list):
        return _wrapped("[", [_nested(each, style, depth + 1) for each in value], "]", style, depth)
    return _text(value, style) if isinstance(value, str) else json.dumps(value)


def _wrapped(left: str, rows: list[str], right: str, style: Style, depth: int) -> str:
    if not style.indent or not rows:
        return f"{left}{style.comma.join(rows)}{right}"
    inner = f"{style.comma}{style.line}{style.indent * (depth + 1)}".join(rows)
    return f"{left}{style.line}{style.indent * (depth + 1)}{inner}{style.line}{style.indent * depth}{right}"


def _text(value: str, style: Style) -> str:
    return _slashed(json.dumps(value, ensure_ascii=bool(style.ascii)), style)


def _escaped(lexeme: str, style: Style) -> str:
    """A string's lexeme, touched only where the style differs from it."""
    if style.ascii is not None and (not lexeme.isascii() or "\\u" in lexeme):
        lexeme = json.dumps(json.loads(lexeme), ensure_ascii=style.ascii)
    return _slashed(lexeme, style)


def _slashed(lexeme: str, style: Style) -> str:
    if style.slashes is None or "/" not in lexeme:
        return lexeme
    # An escaped backslash before a slash is no escaped slash.
    written = "\\/" if style.slashes else "/"
    return _SLASH.sub(lambda match: written if match[0].endswith("/") else match[0], lexeme)


_SPACINGS = (
    Style("without spaces"),
    Style("with a space after each comma and colon", ", ", ": "),
    Style("with a space after each colon", ",", ": "),
    Style("with a space after each comma", ", ", ":"),
    Style("indented by two spaces", ",", ": ", "  "),
    Style("indented by four spaces", ",", ": ", "    "),
    Style("indented by a tab", ",", ": ", "\t"),
    Style("indented by two spaces, with CRLF", ",", ": ", "  ", "\r\n"),
    Style("indented by four spaces, with CRLF", ",", ": ", "    ", "\r\n"),
)
"""Python writes the second, most others the first; pretty printers and editors the rest."""


_ORDERS = (("", ""), ("sorted", "members in alphabetical order"), ("reversed", "members in reverse order"))
_MANNERS = tuple(
    (*order, spacing)
    for spacings in (_SPACINGS[:2], _SPACINGS[4:6], (*_SPACINGS[2:4], *_SPACINGS[6:]))
    for order in _ORDERS
    for spacing in spacings
)
"""What encoders write by default comes first, in any order of members; then pretty printers; then the rest."""


class Writing(NamedTuple):
    """An object written in another way."""

    manner: str
    """Order and spacing: what one encoder does alike to header and claims, whatever letters stand in them."""
    words: str
    text: str


def writings(text: str) -> Iterator[Writing]:
    """Other ways to write the object in ``text``, each text once; the likeliest first."""
    found = members(text)
    seen = {text}
    for each in _ends(text) if found is None else _all(text, found):
        if each.text not in seen:
            seen.add(each.text)
            yield each


def _ends(text: str) -> Iterator[Writing]:
    """What may stand around the object."""
    trimmed = text.strip()
    for words, written in (
        ("without the white space around it", trimmed),
        ("with a line break at its end", f"{trimmed}\n"),
        ("with CRLF at its end", f"{trimmed}\r\n"),
        ("with a byte order mark", f"\ufeff{trimmed}"),
    ):
        yield Writing(words, words, written)


def _all(text: str, found: tuple[Member, ...]) -> Iterator[Writing]:
    yield from _ends(text)
    escapes = _escapes(text)
    for order, in_order, spacing in _MANNERS:
        manner = ", ".join(each for each in (in_order, spacing.words) if each)
        for ascii, slashes, escaped in escapes:
            style = spacing._replace(order=order, ascii=ascii, slashes=slashes)
            words = f"{manner}, {escaped}" if escaped else manner
            yield Writing(manner, words, write(found, style))
            if spacing.indent:
                ended = write(found, style._replace(end=style.line))
                yield Writing(f"{manner}, line break at the end", f"{words}, line break at the end", ended)


def _escapes(text: str) -> list[tuple[bool | None, bool | None, str]]:
    """The escapes that make a difference to this text."""
    letters: list[tuple[bool | None, str]] = [(None, "")]
    if not text.isascii() or "\\u" in text:
        letters += [(True, "letters beyond ASCII escaped"), (False, "letters beyond ASCII unescaped")]
    slashes: list[tuple[bool | None, str]] = [(None, "")]
    if "/" in text:
        slashes.append((False, "slashes unescaped") if "\\/" in text else (True, "slashes escaped"))
    return [
        (a, s, " and ".join(w for w in (in_letters, in_slashes) if w)) for a, in_letters in letters for s, in_slashes in slashes
    ]
