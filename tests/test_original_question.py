"""The fault that comes and goes: Apex's setValidityLength given epoch milliseconds as an Integer.

``Auth.JWT.setValidityLength(Integer)`` wants seconds. ``DateTime.now().addMinutes(n).getTime()`` is a Long of milliseconds,
and ``.intValue()`` keeps its low 32 bits as a signed number (Java Language Specification §5.1.3), so that
exp = t + int32(1000 · (t + lifetime) + fraction). The sign flips every 2^31 ms, 24.86 days.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import minting
import pytest

from jwtdoctor import diagnose
from jwtdoctor.report import Result

RULE = "exp-milliseconds-overflow"
ANSWER = "invalid_grant: expired authorization code"
DAY = 86400
FIRST = 1782907200
"""2026-07-01T12:00:00Z."""
DAYS = 270
"""Until 2027-03-28, about eleven sign flips."""
LIFETIMES = (180, 300, 600)


def int32(number: int) -> int:
    """The low 32 bits as a signed integer, as Java's ``Long.intValue`` gives them."""
    return (number + 2**31) % 2**32 - 2**31


def signing_moments() -> list[Any]:
    """Every third day at changing times of day, with a lifetime and a fraction of a second each: ninety moments."""
    moments = []
    for day in range(0, DAYS, 3):
        at = FIRST + day * DAY + (day * 7919) % DAY
        moments.append(pytest.param(at, LIFETIMES[day % 3], (day * 37) % 1000, id=f"day {day}"))
    return moments


def judged(exp: int, iat: int | None, now: int, error: str | None = None) -> Result:
    """The one result for an assertion with these times."""
    claims = {**minting.CLAIMS, "exp": exp, **({} if iat is None else {"iat": iat})}
    (result,) = diagnose(minting.mint(claims=claims), error=error, now=now, profile="salesforce").results
    assert result.broke == ()
    return result


def named(result: Result) -> list[str]:
    """The wordings in which the rule spoke."""
    return [finding.variant for finding in result.findings if finding.rule == RULE]


def test_the_arithmetic_is_that_of_java() -> None:
    """Fixed points of the narrowing conversion."""
    assert [int32(n) for n in (0, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 1790813100000)] == [
        0,
        2**31 - 1,
        -(2**31),
        -1,
        0,
        -188262432,
    ]


def test_the_moments_see_both_signs() -> None:
    """The ninety moments lie on both sides of the flip many times."""
    signs = [int32(1000 * (p.values[0] + p.values[1]) + p.values[2]) > 0 for p in signing_moments()]

    assert len(signs) >= 60
    assert sum(a != b for a, b in itertools.pairwise(signs)) >= 8


@pytest.mark.parametrize("with_iat", [True, False], ids=["with iat", "without iat"])
@pytest.mark.parametrize(("at", "lifetime", "fraction"), signing_moments())
def test_overflow_is_named(at: int, lifetime: int, fraction: int, with_iat: bool) -> None:
    """Judged two seconds after signing, the fault is named with its own numbers whenever exp is more than a week off."""
    integer = int32(1000 * (at + lifetime) + fraction)
    exp = at + integer
    result = judged(exp, at if with_iat else None, at + 2)
    if abs(integer) <= 7 * DAY:
        pytest.skip("within a week of the signing moment the arithmetic cannot be told from a date that was meant")

    assert named(result) == ["past" if integer < 0 else "future"]
    (finding,) = (f for f in result.findings if f.rule == RULE)
    assert (finding.effect, result.verdict) == (("refuses", "refused") if integer < 0 else ("tolerates", "undetermined"))
    if with_iat:
        assert finding.facts["integer"] == integer
        assert finding.facts["milliseconds"] == 1000 * (at + lifetime) + fraction


@pytest.mark.parametrize("with_iat", [True, False], ids=["with iat", "without iat"])
@pytest.mark.parametrize(("at", "lifetime", "fraction"), signing_moments())
def test_overflow_explains_the_answer(at: int, lifetime: int, fraction: int, with_iat: bool) -> None:
    """In the past it is the first cause of the answer; in the future it is not what an "expired" answer is blamed on for sure."""
    integer = int32(1000 * (at + lifetime) + fraction)
    if abs(integer) <= 7 * DAY:
        pytest.skip("within a week of the signing moment the arithmetic cannot be told from a date that was meant")
    result = judged(at + integer, at if with_iat else None, at + 2, ANSWER)
    first = result.diagnosis.causes[0]

    if integer < 0:
        assert (first.cause, first.seen) == (RULE, True)
        assert "exp-past" not in {cause.cause for cause in result.diagnosis.causes[:1]}
    else:
        assert result.verdict != "refused"
        assert all(cause.standing == "doubtful" for cause in result.diagnosis.causes if cause.cause == RULE)


def test_no_random_date_is_named() -> None:
    """Twenty thousand dates within 68 years, with the signing moment at hand: a fingerprint of 32 bits does not fit by chance."""
    source = random.Random(282513)
    for _ in range(20_000):
        at = FIRST + source.randrange(DAYS * DAY)
        exp = at + source.randrange(-(2**31), 2**31)

        assert named(_unsigned(exp, at)) == [], f"iat {at}, exp {exp}"


def _unsigned(exp: int, iat: int) -> Result:
    """As ``judged``, without the cost of a signature, which no time rule reads."""
    claims = minting.compact({**minting.CLAIMS, "exp": exp, "iat": iat})
    token = f"{minting.b64u(minting.compact(minting.HEADER))}.{minting.b64u(claims)}.{'A' * 342}"
    (result,) = diagnose(token, now=iat, profile="salesforce").results
    return result


@pytest.mark.parametrize("lifetime", [180, 300, 600])
def test_a_fingerprint_two_seconds_off_is_named_and_a_minute_off_is_not(lifetime: int) -> None:
    """With iat the moment is known to two seconds; the arithmetic is not stretched to fit."""
    at = minting.FROZEN_NOW
    integer = int32(1000 * (at + lifetime))

    assert named(judged(at + integer, at, at)) == ["future"]
    assert named(judged(at + integer, at + 1, at)) == ["future"]
    assert named(judged(at + integer + 30_000, at, at)) == []
