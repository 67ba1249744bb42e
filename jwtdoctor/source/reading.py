"""One piece of code in one language: its sketches."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from types import ModuleType

from ..model import Origin, Span
from .detected import pieces
from .draft import Draft, Expression, Sketched, finished
from .evaluate import Reader
from .expression import Node
from .imports import needed
from .lexed import lex
from .sketch import Sketch
from .statements import Scanner

MOST_SKETCHES = 20
"""Assertions read from one text."""
_MODULES = {"typescript": "javascript"}


class Lines:
    """A text's lines, to turn offsets into places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rows = tuple(row.removesuffix("\r") for row in text.split("\n"))
        self.starts = [0]
        for row in text.split("\n")[:-1]:
            self.starts.append(self.starts[-1] + len(row) + 1)

    def span(self, start: int, end: int) -> Span:
        """Lines and columns of a stretch of the text, counted from 1; the end is exclusive."""
        first = bisect.bisect_right(self.starts, start) - 1
        last = bisect.bisect_right(self.starts, max(end - 1, start)) - 1
        return Span(first + 1, start - self.starts[first] + 1, last + 1, end - self.starts[last] + 1)


def drafts_in(code: str, language: str) -> Iterator[Draft]:
    """What a piece of code signs, before any moment is chosen."""
    module = _module(language)
    table = module.TABLE
    program = Scanner(code, lex(code, language), table.syntax).program()
    yield from module.drafts(Reader(code, program, table))


def _module(language: str) -> ModuleType:
    return import_module(f"{__package__}.{_MODULES.get(language, language)}")


def sketches_in(code: str, base: int, language: str, now: int | None, lines: Lines) -> Iterator[Sketch]:
    """The sketches of a piece of code that begins at offset ``base`` of the whole text."""
    module = _module(language)
    # What reads like prose is blanked in the code, which an import may; so it is looked for in the whole text.
    mend = partial(module.mend, code=lines.text)
    for index, draft in enumerate(drafts_in(code, language)):
        if index >= MOST_SKETCHES:
            return
        if draft.speaks():
            yield _sketch(finished(draft, now, mend), code, base, language, lines)


def _sketch(found: Sketched, code: str, base: int, language: str, lines: Lines) -> Sketch:
    def span(node: Node) -> Span:
        return lines.span(base + node.start, base + node.end)

    def origin(of: Expression) -> Origin:
        line = needed(language, lines.text, of.mend or of.usual) if of.mend or of.usual else None
        found = Origin(span(of.node), code[of.node.start : of.node.end], of.mend, usual=of.usual)
        if line is None:
            return found
        return found._replace(needs=line.line, needs_at=lines.span(line.at, line.at).line)

    origins = {path: origin(each) for path, each in found.origins.items()}
    spans = [each.span for each in origins.values()]
    whole = Span(*min((each.line, each.column) for each in spans), *max((each.end_line, each.end_column) for each in spans))
    return Sketch(
        language=language,
        header=found.header,
        claims=found.claims,
        unknown=found.unknown,
        origins=origins,
        span=whole,
        endpoint=found.endpoint,
        request=None if found.request is None else found.request._replace(url=found.endpoint or ""),
        traits=found.traits,
        names=found.names,
        lines=lines.rows,
    )


def read(text: str, now: int | None) -> list[Sketch]:
    """The sketches of all the code in ``text``, in the order they stand in it."""
    lines = Lines(text)
    found: list[Sketch] = []
    for piece in pieces(text):
        try:
            found.extend(sketches_in(piece.code, piece.base, piece.language, now, lines))
        except RecursionError:
            # Every depth is bounded; what a caller's own stack leaves may be less.
            continue
    return sorted(found, key=lambda each: each.span)[:MOST_SKETCHES]
