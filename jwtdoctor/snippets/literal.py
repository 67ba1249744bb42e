"""A stranger's text as a literal of a programming language: printable ASCII, and never anything but that text.

Whatever could end the literal, begin an interpolation or be taken for another character is written as an escape, so that neither
the reader of the language nor the reader of the screen is misled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_HARMLESS = frozenset(" !%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz|~")
"""Printable ASCII that no language treats as anything but itself within quotation marks."""


def as_json(text: str) -> str:
    """The JSON string, in printable ASCII (RFC 8259 §7)."""
    return json.dumps(text, ensure_ascii=True).replace("\x7f", "\\u007f")


def literal(style: str, text: str) -> str:
    """``text`` as a literal of the language, with its quotation marks. Raises ValueError for a lone half of a surrogate pair."""
    text.encode("utf-8")
    return _STYLES[style](text)


def remark(text: str) -> str:
    """``text`` as it may stand in a comment that ends with the line, in any of the languages: printable ASCII, no escapes, no end of PHP."""
    plain = text.translate(_PLAIN)
    return "".join(each if " " <= each <= "~" and each != "\\" else "?" for each in plain).replace("?>", "? >")


_PLAIN = str.maketrans({"…": "...", "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "×": "x"})


def _escaped(text: str, quote: str, escapes: dict[str, str], other: Callable[[str], str]) -> str:
    """Each character as it is, by its own escape, or by number."""
    written = (each if each in _HARMLESS else escapes.get(each) or other(each) for each in text)
    return f"{quote}{''.join(written)}{quote}"


def _units(character: str) -> list[int]:
    """The UTF-16 code units of a character."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _utf16(character: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(character))


def _python(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _go(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _braced(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _java(character: str) -> str:
    """Java reads ``\\u000a`` before it reads the literal, so that ASCII is written in octal (JLS §3.3, §3.10.7)."""
    number = ord(character)
    return f"\\{number:03o}" if number < 0x80 else _utf16(character)


def _shell(text: str) -> str:
    """Single quotes, or where a character is not printable ASCII ``$'…'``, by bytes."""
    if re.fullmatch(r"[ -~]*", text):
        return "'" + text.replace("'", "'\\''") + "'"
    parts = (chr(each) if chr(each) in _HARMLESS else f"\\x{each:02x}" for each in text.encode("utf-8"))
    return "$'" + "".join(parts) + "'"


_SINGLE = {"'": "\\'", "\\": "\\\\", '"': '"', "#": "#", "$": "$", "`": "`", "{": "{", "}": "}"}
_DOUBLE = {'"': '\\"', "\\": "\\\\", "'": "'", "#": "#", "$": "$", "`": "`", "{": "{", "}": "}"}
_LINES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_STYLES: dict[str, Callable[[str], str]] = {
    "python": lambda text: _escaped(text, '"', _DOUBLE | _LINES, _python),
    "javascript": lambda text: _escaped(text, '"', _DOUBLE | _LINES, _utf16),
    "java": lambda text: _escaped(text, '"', _DOUBLE | _LINES, _java),
    "csharp": lambda text: _escaped(text, '"', _DOUBLE | _LINES, _utf16),
    "go": lambda text: _escaped(text, '"', _DOUBLE | _LINES, _go),
    "php": lambda text: _escaped(text, '"', _DOUBLE | _LINES | {"$": "\\$", "{": "\\x7b"}, _braced),
    "ruby": lambda text: _escaped(text, '"', _DOUBLE | _LINES | {"#": "\\#"}, _braced),
    "apex": lambda text: _escaped(text, "'", _SINGLE | _LINES, _utf16),
    "shell": _shell,
    "dataweave": lambda text: _escaped(text, '"', _DOUBLE | _LINES | {"$": "\\$"}, _utf16),
}
