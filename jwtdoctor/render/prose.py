"""Our sentences carry code between backticks, and strangers' values anywhere: taken apart here, for formats that have markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CODE = re.compile(r"`([^`\n]+)`")


class Piece(NamedTuple):
    """A stretch of a sentence: words, or code."""

    text: str
    code: bool


def pieces(sentence: str) -> Iterator[Piece]:
    """The stretches of ``sentence`` in order. A lone backtick, which only a stranger's value brings, stays among the words."""
    at = 0
    for match in _CODE.finditer(sentence):
        if match.start() > at:
            yield Piece(sentence[at : match.start()], False)
        yield Piece(match[1], True)
        at = match.end()
    if at < len(sentence):
        yield Piece(sentence[at:], False)
