"""What people paste, and what must be taken from it; and what is ordinary text and must give nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from ordinary_text import MEGABYTE, pieces
from pastes.corpus import TOKENS, Expected, Placed, texts, token

from jwtdoctor import answer, intake
from jwtdoctor.intake import Paste

CORPUS = list(texts())
FORMS = ("bare", "bearer", "curl", "powershell", "http", "form", "json", "har", "postman", "env", "yaml", "properties", "log",
         "apex-log", "mail", "html")  # fmt: skip
"""The forms the readers tell apart; each must stand in the corpus at least three times."""
KNOWN = {
    "token", "literal", "line", "column", "form", "endpoint", "method", "grant_type", "content_type", "authorization", "where",
    "answer_error", "answer_description", "answer", "date", "when", "zoned", "stripped", "unstripped",
}  # fmt: skip


def said_of(text: str) -> dict[str, Any]:
    """An answer taken apart, under the names of the expectations."""
    parsed = answer.parse(text)
    return {"answer": text, "answer_error": parsed.error, "answer_description": parsed.description, "date": parsed.date}


def taken(paste: Paste) -> dict[str, Any]:
    """What the expectations speak of, from a paste."""
    request = paste.request or intake.Request()
    return {
        "line": paste.line,
        "column": paste.column,
        "form": paste.form,
        "endpoint": request.url,
        "method": request.method,
        "grant_type": request.grant_type,
        "content_type": request.content_type,
        "authorization": request.authorization,
        "where": request.where,
        "when": paste.when,
        "zoned": paste.zoned,
        **said_of(paste.answer),
    }


def wanted(told: dict[str, Any]) -> dict[str, Any]:
    """An expectation in the terms of :func:`taken`: moments as epoch seconds, answers folded."""
    plain = {name: int(value.timestamp()) if isinstance(value, datetime) else value for name, value in told.items()}
    for name in ("answer_error", "answer_description"):
        if name in plain:
            plain[name] = answer.fold(plain[name])
    return plain


def placed(expected: Expected) -> Iterator[tuple[str, dict[str, Any]]]:
    """Text and expectation of each token, with line and column from its placeholder."""
    waiting = list(expected.pasted.tokens)
    for each in expected.tokens:
        told = wanted(each)
        assert told.keys() <= KNOWN, f"no such expectation: {sorted(told.keys() - KNOWN)}"
        name = told.pop("token")
        if told.pop("literal", False):
            yield name, told
            continue
        place = next(place for place in waiting if stem(place) == name.partition("|")[0])
        waiting.remove(place)
        yield token(name), {"line": place.line, "column": place.column, **told}


def stem(place: Placed) -> str:
    """The name of the token that stands there, whatever was done to it."""
    return place.name.partition("|")[0]


def differences(found: Paste, told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What was expected and what came, where they are not the same. A list of forms means any of them."""
    came = taken(found)
    stripped = {
        name: (told.pop(name), found.stripped)
        for name, must in (("stripped", True), ("unstripped", False))
        if any((each in found.stripped) is not must for each in told.get(name, ()))
    }
    told = {name: value for name, value in told.items() if name not in ("stripped", "unstripped")}
    return stripped | {
        name: (value, came[name])
        for name, value in told.items()
        if came[name] not in (value if isinstance(value, list) else [value])
    }


@pytest.mark.parametrize("expected", CORPUS, ids=lambda each: each.pasted.id)
def test_a_pasted_text(expected: Expected) -> None:
    """Every token of the text, in order, each where it stands, with what is around it; and nothing else."""
    found = [each for each in intake.read(expected.pasted.text) if each.text]
    told = list(placed(expected))

    assert [each.text for each in found] == [text for text, _ in told]
    assert [differences(each, dict(about)) for each, (_, about) in zip(found, told, strict=True)] == [{}] * len(told)


SPOKEN = [each for each in CORPUS if each.said]


@pytest.mark.parametrize("expected", SPOKEN, ids=lambda each: each.pasted.id)
def test_an_answer_without_a_token(expected: Expected) -> None:
    """What the server said is found in a text that holds no token."""
    came = said_of(intake.answer_in(expected.pasted.text))

    assert {name: came[name] for name in expected.said} == wanted(expected.said)


def test_the_corpus_is_large_and_has_every_form() -> None:
    """The floor: this many texts, each form several times, and several that hold nothing."""
    forms = Counter(form for each in CORPUS for about in each.tokens if isinstance(form := about.get("form"), str))

    assert len(CORPUS) >= 140
    assert {form: forms[form] for form in FORMS if forms[form] < 3} == {}
    assert sum(not each.tokens for each in CORPUS) >= 12
    assert sum(any(about.get("answer_error") for about in each.tokens) for each in CORPUS) >= 30


def test_the_fixed_tokens_are_what_they_say() -> None:
    """Each is one token in strict base64url that decodes without a remark."""
    from jwtdoctor.decode import decode

    for name, text in TOKENS.items():
        assert decode(text).problems == (), name


@pytest.mark.parametrize("expected", CORPUS, ids=lambda each: each.pasted.id)
def test_the_expectation_speaks_of_every_token(expected: Expected) -> None:
    """Nothing that stands in a text is forgotten; only a repetition of a token that is expected may go unmentioned."""
    spoken = [each["token"].partition("|")[0] for each in expected.tokens if not each.get("literal")]

    assert {stem(place) for place in expected.pasted.tokens} == set(spoken)
    assert len(list(placed(expected))) == len(expected.tokens)


# --- ordinary text -------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_ordinary_text_holds_no_token() -> None:
    """Logs, source, minified JavaScript, locks, pictures, certificates, prose: nothing of it is taken for a token."""
    false: list[str] = []
    total = 0
    for name, text in pieces():
        total += len(text)
        false += [f"{name}:{each.line}:{each.column} {each.form} {each.text[:60]}" for each in intake.read(text) if each.text]
        if (scan := scanner()) is not None:
            false += [f"{name}:{each.line}:{each.column} scan {each.text[:60]}" for each in scan(text) if each.text]

    assert false == []
    assert total >= 50 * MEGABYTE


def scanner() -> Any:
    """The scanner for logs, once it is there."""
    try:
        from jwtdoctor.intake import log
    except ImportError:
        return None
    return log.scan
