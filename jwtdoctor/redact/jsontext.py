"""Strings of a JSON text replaced where they stand: spaces, order, doubled members and faults stay, and so does every length.

RFC 8259. The text need not be whole: of a token that was cut the rest is read as far as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

Path = tuple[str, ...]
OfString = Callable[[Path, str], str]
"""Names of the members down to a value, and the value → what stands there instead, of the same number of characters."""

_PIECE = re.compile(r'"(?P<string>(?:[^"\\]|\\.)*+)(?P<end>"|\\?\Z)|(?P<sign>[{}\[\],:])|(?P<bare>[^"{}\[\],:\s]+)', re.DOTALL)
_UNIT = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def rewritten(text: str, of_name: Callable[[str], str], of_string: OfString, of_bare: OfString) -> str:
    """``text`` with every name, string and bare value (number, true, null) as the three functions say."""
    pieces: list[str] = []
    open_brackets: list[tuple[str, Path]] = []
    path: Path = ()
    naming = False
    done = 0
    for match in _PIECE.finditer(text):
        pieces.append(text[done : match.start()])
        done = match.end()
        sign = match["sign"]
        if sign is not None:
            naming = sign == "{" or (sign == "," and bool(open_brackets) and open_brackets[-1][0] == "{")
            if sign in "{[":
                open_brackets.append((sign, path))
            elif sign in "}]" and open_brackets:
                path = open_brackets.pop()[1]
            pieces.append(sign)
        elif match["bare"] is not None:
            pieces.append(of_bare(path, match["bare"]))
        elif naming:
            name, shown = _string(match["string"], of_name)
            path = (*(open_brackets[-1][1] if open_brackets else ()), name)
            pieces.append(f'"{shown}{match["end"]}')
        else:
            _, shown = _string(match["string"], partial(of_string, path))
            pieces.append(f'"{shown}{match["end"]}')
    return "".join([*pieces, text[done:]])


def _string(written: str, instead: Callable[[str], str]) -> tuple[str, str]:
    """The value of a string as it was written, and how its replacement is written in the same way."""
    if "\\" not in written:
        return written, _same_length(written, instead(written))
    units = _UNIT.findall(written)
    value = "".join(map(_meaning, units))
    new = _same_length(value, instead(value))
    return value, "".join(map(_written, units, value, new))


def _same_length(value: str, new: str) -> str:
    if len(new) != len(value):
        raise ValueError("a replacement has another length")
    return new


def _meaning(unit: str) -> str:
    if len(unit) == 6:
        return chr(int(unit[2:], 16))
    return _PLAIN.get(unit[1], unit[1]) if len(unit) == 2 else unit


def _written(unit: str, old: str, new: str) -> str:
    if old == new:
        return unit
    if len(unit) == 6:
        digits = f"{ord(new):04x}"
        return f"\\u{digits.upper() if unit[2:].isupper() else digits}"
    return new
