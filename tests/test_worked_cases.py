"""Every rule finds what its own worked cases promise, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import minting
import pytest
from conftest import RULES

from jwtdoctor import workedcases
from jwtdoctor.case import Case
from jwtdoctor.catalog import Catalog
from jwtdoctor.catalog.source import read
from jwtdoctor.engine import Answers, Engine
from jwtdoctor.workedcases import keeps


def worked_cases() -> Iterator[Any]:
    """One parameter set per [[case]] of every rule file."""
    for rule in read(RULES, cases=True)["rules"]:
        for worked in rule["case"]:
            yield pytest.param(rule["name"], worked, id=f"{rule['name']}: {worked['title']}")


def case_of(catalog: Catalog, worked: Mapping[str, Any]) -> Case:
    """The case that a worked case describes, with all the keys and mutations that the tests can make."""
    return workedcases.case_of(catalog, worked, minting)


def pasted(worked: Mapping[str, Any]) -> str:
    """What the user of a worked case pastes."""
    return workedcases.pasted(worked, minting)


BESIDE = {"other-token": minting.OTHER_TOKEN}
"""Tokens that a worked case gives beside the one it is about."""


def examined(catalog: Catalog, name: str, worked: Mapping[str, Any]) -> Answers:
    """What the one rule says about its worked case."""
    return workedcases.examined(catalog, name, worked, minting)


def test_the_tests_mint_what_the_package_describes() -> None:
    """Both know the same healthy assertion and the same moment."""
    assert (minting.FROZEN_NOW, minting.HEADER, minting.CLAIMS) == (workedcases.NOW, workedcases.HEADER, workedcases.CLAIMS)
    assert (minting.ISS, minting.SUB) == (workedcases.ISS, workedcases.SUB)


@pytest.mark.parametrize(("name", "worked"), list(worked_cases()))
def test_worked_case(catalog: Catalog, name: str, worked: dict[str, Any]) -> None:
    """The promised hits, each by exactly one finding, and no other finding."""
    answers = examined(catalog, name, worked)

    assert answers.broke == ()
    told = [(str(f.at), f.variant, dict(f.facts)) for f in answers.findings]
    for promise in worked["finds"]:
        kept = [finding for finding in answers.findings if keeps(promise, finding)]
        assert len(kept) == 1, f"{promise} is kept by {len(kept)} of {told}"
    assert len(answers.findings) == len(worked["finds"]), f"found {told}; skipped {answers.skipped}"


@pytest.mark.parametrize(("name", "worked"), list(worked_cases()))
def test_words_are_whole(catalog: Catalog, name: str, worked: dict[str, Any]) -> None:
    """Each finding has a headline and a help, with no placeholder and no empty fact left in them."""
    for finding in examined(catalog, name, worked).findings:
        for sentence in (finding.message, finding.label, finding.note, finding.help):
            assert "  " not in sentence.strip()
            assert "{" not in sentence or '{"alg"' in sentence or "{{" in sentence, sentence
        assert finding.message.strip()
        assert finding.help.strip()


def test_a_used_engine_answers_as_a_fresh_one(catalog: Catalog) -> None:
    """What an engine has seen before changes no answer: every worked case of every rule, forwards and backwards."""
    cases = [each.values[1] for each in worked_cases()]
    fresh = [Engine(catalog, (case := case_of(catalog, worked)).profile).examine(case) for worked in cases]
    used = {name: Engine(catalog, profile) for name, profile in catalog.profiles.items()}

    for order in (range(len(cases)), reversed(range(len(cases)))):
        for index in order:
            case = case_of(catalog, cases[index])
            answers = used[case.profile.name].examine(case)
            assert answers.broke == ()
            assert alike(answers) == alike(fresh[index]), cases[index]["title"]


def alike(answers: Answers) -> tuple[Any, ...]:
    """Answers for comparison, apart from the order of the rules and from signatures that a throwaway key made anew."""
    told = sorted((f.rule, f.variant, str(f.at), f.severity, f.effect, f.message) for f in answers.findings)
    return told, sorted(answers.clear), sorted((name, *skipped) for name, skipped in answers.skipped)
