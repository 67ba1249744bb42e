"""Which program made this? Told from what producers are known to do, with how well that is known; or not told at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from re import Pattern
from typing import Any, NamedTuple

from ..catalog.snippets import Snippet, Trait
from ..model import CONFIDENCES, Confidence
from ..report import Result


class Taken(NamedTuple):
    """The snippet of the producer that an assertion is taken to come from, and by what."""

    snippet: Snippet
    confidence: Confidence
    why: str
    cites: tuple[str, ...]


LONGEST_ANSWER = 1 << 16
"""Characters of an answer that patterns are tried on."""


def producer(result: Result, known: Iterable[Snippet], said: str = "") -> Taken | None:
    """What the best known trait tells, of the result or of the answer as it was ``said``; None where nothing speaks, or languages are told that contradict each other equally well."""
    found = [
        Taken(each, trait.confidence, trait.says, trait.cites)
        for each in known
        for trait in each.traits
        if _holds(trait, result, said[:LONGEST_ANSWER])
    ]
    if not found:
        return None
    best = min(CONFIDENCES.index(each.confidence) for each in found)
    told = [each for each in found if CONFIDENCES.index(each.confidence) == best]
    return told[0] if len({each.snippet.language for each in told}) == 1 else None


def _holds(trait: Trait, result: Result, said: str) -> bool:
    """Whether every condition of the trait that is set holds."""
    agent = result.request.agent if result.request is not None else ""
    return (
        (trait.agent is None or bool(agent and trait.agent.search(agent)))
        and (not trait.form or result.source.form in trait.form)
        and (not trait.stripped or trait.stripped in result.source.stripped)
        and (not trait.symptom or result.diagnosis.symptom in trait.symptom)
        and (trait.answer is None or bool(said and trait.answer.search(said)))
        and (not trait.finding or _is_found(trait.finding, result))
        and _read_so(trait.claims, result.claims)
        and _read_so(trait.header, result.header)
    )


def _is_found(wanted: str, result: Result) -> bool:
    rule, _, variant = wanted.partition("/")
    return any(each.rule == rule and variant in ("", each.variant) for each in result.findings)


def _read_so(patterns: Mapping[str, Pattern[str]], members: Mapping[str, Any]) -> bool:
    return all(name in members and pattern.fullmatch(_written(members[name])) for name, pattern in patterns.items())


LONGEST = 200
"""Characters of a member that patterns are tried on."""


def _written(value: Any) -> str:
    """A member's JSON; a number as its sender wrote it, where that is known."""
    lexeme = getattr(value, "lexeme", None)
    try:
        return str(lexeme) if lexeme else json.dumps(value, default=str)[: LONGEST + 1]
    except (ValueError, RecursionError):
        return ""


def of_source(language: str, text: str, known: Iterable[Snippet]) -> Snippet | None:
    """The snippet for source code in ``language``: that of the library whose words stand in it, else the first that fits the language."""
    fitting = [each for each in known if language in each.reads]
    by_words = [each for each in fitting if any(word in text for word in each.words)]
    plain = [each for each in fitting if not each.words]
    return next(iter([*by_words, *plain, *fitting]), None)
