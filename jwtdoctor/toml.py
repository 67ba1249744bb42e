"""TOML text in, values out: the standard library's parser, kept from what it would work on without end. No file is read here."""

from __future__ import annotations

import re
import tomllib
from typing import Any

LONGEST_KEY = 32
"""Parts of a dotted key or of a table's name. The parser's work grows with the square of them, and it has no limit of its own."""


class NotToml(ValueError):
    """The text cannot be read. The message says so in a few words; ``line`` and ``column`` where, from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def loads(text: str) -> dict[str, Any]:
    """The values of a TOML text. Raises NotToml."""
    at = _long_key(text)
    if at is not None:
        raise NotToml(f"a key of more than {LONGEST_KEY} parts", text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        where = re.search(r"\(at line (\d+), column (\d+)\)", told)
        line, column = (int(where[1]), int(where[2])) if where else (text.count("\n") + 1, 1)
        raise NotToml(f"not TOML: {told.partition(' (at ')[0]}", line, column) from None
    except (RecursionError, ValueError):
        # Brackets without end, or a number of thousands of digits.
        raise NotToml("not TOML that can be read: nested too deeply, or a number without end", 1, 1) from None


_TOKEN = re.compile(
    r"""
    (?P<skipped> \#[^\n]* | \"{3} (?:[^"\\]|\\.|"(?!""))* "{3,5} | '{3} .*? '{3,5} )
    | (?P<part> [A-Za-z0-9_-]+ | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<dot> [ \t]* \. [ \t]* )
    | (?P<torn> ["'] )
    | (?P<other> [^A-Za-z0-9_\-"'\#.\ \t]+ | [ \t]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
"""All that TOML is made of, as far as it matters for where a key ends."""


def _long_key(text: str) -> int | None:
    """Where a key of too many parts begins. Looks no further than the first string without an end: nor does the parser."""
    start, parts, joined = 0, 0, False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "torn":
            return None
        if kind == "part":
            start, parts = (start, parts + 1) if joined else (token.start(), 1)
            if parts > LONGEST_KEY:
                return start
        joined = kind == "dot" and parts > 0
        if kind not in ("part", "dot"):
            parts = 0
    return None
