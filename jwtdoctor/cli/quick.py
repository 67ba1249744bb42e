"""Reads the everyday ``diagnose`` call from argv without typer; anything it does not know it leaves to typer."""

from __future__ import annotations

from collections.abc import Sequence

from .options import COMMANDS, OPTIONS, Call

_REPEATABLE = frozenset(option.field for option in OPTIONS.values() if option.repeatable)


def parse(argv: Sequence[str]) -> Call | None:
    """The call, or ``None`` when typer should look at it: help, another command, an unknown or unfinished option."""
    words = list(argv)
    if not words:
        return Call()
    if words[0] in COMMANDS:
        if words[0] != "diagnose":
            return None
        words = words[1:]
    sources: list[str] = []
    values: dict[str, list[str]] = {}
    flags: dict[str, bool] = {}
    at, only_sources = 0, False
    while at < len(words):
        word = words[at]
        at += 1
        if only_sources or word == "-" or not word.startswith("-") or word.startswith("-----BEGIN"):
            sources.append(word)
            continue
        if word == "--":
            only_sources = True
            continue
        name, given, value = word.partition("=")
        option = OPTIONS.get(name)
        if option is None:
            return None
        if option.flag:
            if given:
                return None
            flags[option.field] = True
            continue
        if not given:
            if at >= len(words):
                return None
            value = words[at]
            at += 1
        if option.choices and value not in option.choices:
            return None
        values.setdefault(option.field, []).append(value)
    taken = {field: tuple(each) if field in _REPEATABLE else each[-1] for field, each in values.items()}
    return Call(sources=tuple(sources), **taken, **flags)  # type: ignore[arg-type]
