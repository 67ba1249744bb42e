"""The beginning of a line of results: count and dates, of one length whatever they are, so that they can be written over later."""

from __future__ import annotations

from .summary import moment

_MOMENT = 22
"""Characters of a moment, or of ``null`` with spaces."""


def head(count: int, first: int, last: int) -> str:
    """How a line begins: of one length, whatever the numbers, so that they can be written over."""
    return f'{{"count":{count:>10},"first":{_moment(first)},"last":{_moment(last)},'


def _moment(seconds: int) -> str:
    text = moment(seconds)
    return f'"{text}"' if text is not None else f"{'null':>{_MOMENT}}"
