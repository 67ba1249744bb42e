"""Where does each key of a TOML text stand? The standard library's parser gives values without places; this gives places alone.

Reads only text that the parser has accepted, so it knows the grammar no further than to find where a key and its value begin and
end (TOML 1.0: keys, the four kinds of string, arrays, inline tables, comments).
"""

from __future__ import annotations

import bisect
import contextlib
import re
from typing import NamedTuple

from ..model import Span
from ..toml import LONGEST_KEY

Path = tuple[str | int, ...]
"""The names down to a value; a number counts the members of an array, from 0."""

DEEPEST = 2 * LONGEST_KEY
"""Names and numbers of a path that is kept; those of a config are ten at most."""


class Found(NamedTuple):
    """A key, or a table's header, and what it is given."""

    key: Span
    value: Span
    """Of a table's header the header itself."""
    written: str
    """The value as it is written."""


def places(text: str) -> dict[Path, Found]:
    """The place of every key, member of an array and table header in ``text``, which is TOML."""
    scanner = _Scanner(text)
    # A text nested deeper than this reader goes keeps the places found so far.
    with contextlib.suppress(IndexError, RecursionError):
        scanner.run()
    return scanner.found


_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}\s#]+(?: [0-9:.Z+-]+)?")
"""A number, a truth value or a date, whose time may stand after a space."""
_STRINGS = (
    ('"""', re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL)),
    ("'''", re.compile(r"'''.*?'{3,5}", re.DOTALL)),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*"')),
    ("'", re.compile(r"'[^'\n]*'")),
)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Found] = {}
        self._key_end = 0
        self._table: Path = ()
        self._members: dict[Path, int] = {}
        """Arrays of tables, and the number of the member that is being read."""
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def run(self) -> None:
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self._table)
            self._skip(_BLANK)

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _must(self, what: re.Pattern[str]) -> None:
        """Go past ``what``, which stands here; a reader that stays where it is would never end."""
        match = what.match(self.text, self.at)
        if match is None or match.end() == self.at:
            raise IndexError
        self.at = match.end()

    def _header(self) -> None:
        start, brackets = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        parts = self._key()
        self.at += brackets
        path = self._inside(parts[:-1])
        if brackets == 2:
            array = (*path, parts[-1])
            self._members[array] = self._members.get(array, -1) + 1
        self._table = self._inside(parts)
        self._keep(self._table, (start, self.at), (start, self.at))

    def _inside(self, parts: list[str]) -> Path:
        """The path of a header: of an array of tables its last member is meant."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self._members:
                path = (*path, self._members[path])
        return path

    def _key(self) -> list[str]:
        """The parts of a dotted key; afterwards the reader stands at what follows it."""
        parts = []
        while True:
            self._skip(_SPACE)
            parts.append(self._part())
            self._key_end = self.at
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def _part(self) -> str:
        start = self.at
        if self.text[start] in "\"'":
            self._string()
            import tomllib

            return next(iter(tomllib.loads(f"{self.text[start : self.at]} = 0")))
        self._must(_BARE)
        return self.text[start : self.at]

    def _pair(self, table: Path) -> None:
        start = self.at
        parts = self._key()
        key = (start, self._key_end)
        self.at += 1
        self._skip(_SPACE)
        begin = self.at
        path = (*table, *parts)
        self._value(path)
        self._keep(path, key, (begin, self.at))

    def _value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            self._must(_PLAIN_VALUE)

    def _string(self) -> None:
        self._must(next(pattern for begins, pattern in _STRINGS if self.text.startswith(begins, self.at)))

    def _array(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        count = 0
        while self.text[self.at] != "]":
            begin = self.at
            self._value((*path, count))
            self._keep((*path, count), (begin, self.at), (begin, self.at))
            count += 1
            self._after_member()
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self.text[self.at] != "}":
            self._pair(path)
            self._after_member()
        self.at += 1

    def _after_member(self) -> None:
        self._skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_BLANK)

    def _keep(self, path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
        if len(path) <= DEEPEST:
            self.found[path] = Found(self._span(*key), self._span(*value), self.text[slice(*value)])

    def _span(self, start: int, end: int) -> Span:
        return Span(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1
