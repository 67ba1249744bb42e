"""The 401 JWS vectors of Project Wycheproof through the same code as everything else.

The vectors are JWS, and most payloads are no JSON at all: RFC 7515 §3 lets a payload be any bytes, only RFC 7519 §7.2 wants
an object. What the reader says about the payload's content is therefore left out of account; everything else counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import SHARED

from jwtdoctor import diagnose

VECTORS = SHARED / "vectors" / "json_web_signature_test.json"
NOW = 1795435200

FORM = ("token-malformed", "signature-encoding")
CONTENT = frozenset({"empty", "not-utf8", "not-json", "not-object"})
"""What a JWT demands of its payload beyond what a JWS does."""

REFUSED_HERE = {
    372: "a `?` stands in the header's base64url (RFC 7515 §2 and §5.2: refuse); the vector wants it skipped",
    373: "a `?` stands in the payload's base64url (RFC 7515 §2 and §5.2: refuse); the vector wants it skipped",
}
"""Vectors marked valid that do not pass here."""
PASSED_HERE = {
    367: "the very bytes of vector 357, which is valid: the padding it speaks of is not in the file",
    370: "the very bytes of vector 357, which is valid: the padding it speaks of is not in the file",
}
"""Vectors marked invalid to whose signature and form nothing here objects."""
MISMATCHES = {**REFUSED_HERE, **PASSED_HERE}

pytestmark = pytest.mark.skipif(
    not VECTORS.is_file(), reason="the folder ../shared (Wycheproof vectors) is not beside this checkout"
)


def vectors() -> Iterator[Any]:
    """One parameter set per vector: the JWK and the test."""
    if not VECTORS.is_file():
        return
    for group in json.loads(VECTORS.read_text(encoding="utf-8"))["testGroups"]:
        jwk = group.get("public", group.get("private"))
        for test in group["tests"]:
            known = MISMATCHES.get(test["tcId"])
            marks = [pytest.mark.xfail(reason=known, strict=True)] if known else []
            yield pytest.param(jwk, test, id=f"{test['tcId']}-{test['result']}", marks=marks)


def judged(jwk: dict[str, Any], jws: str) -> tuple[str, list[str]]:
    """The signature's status, and what is wrong with the form: refusing findings, and what was taken off, which no server does."""
    report = diagnose(jws, certificates=[json.dumps(jwk).encode()], profile="generic", now=NOW)
    if not report.results:
        return "not-examined", ["nothing to diagnose"]
    (result,) = report.results
    assert result.broke == ()
    refusing = [f for f in result.findings if f.effect == "refuses" and f.rule in FORM]
    form = [f"{f.rule}/{f.variant} at {f.at}" for f in refusing if not (str(f.at) == "payload" and f.variant in CONTENT)]
    return result.signature.status, [*form, *result.source.stripped]


@pytest.mark.parametrize(("jwk", "test"), list(vectors()))
def test_vector(jwk: dict[str, Any], test: dict[str, Any]) -> None:
    """A vector is valid exactly when its signature is found valid and nothing is wrong with its form."""
    status, form = judged(jwk, test["jws"])
    accepted = status == "valid" and not form

    assert accepted is (test["result"] == "valid"), f"tcId {test['tcId']} ({test['comment']}): {status}, {form}"


def test_all_vectors_are_there() -> None:
    """The file is the whole one: 401 vectors, 46 of them valid; and vectors 367 and 370 really repeat 357."""
    tests = [parameters.values[1] for parameters in vectors()]

    assert len(tests) == 401
    assert sum(test["result"] == "valid" for test in tests) == 46
    assert len({test["jws"] for test in tests if test["tcId"] in (357, 367, 370)}) == 1
    wanted = {test["tcId"]: test["result"] for test in tests}
    assert {wanted[each] for each in REFUSED_HERE} == {"valid"}
    assert {wanted[each] for each in PASSED_HERE} == {"invalid"}
