"""The 401 JWS vectors of Project Wycheproof through the same code as everything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import SHARED

from jwtdoctor import diagnose

VECTORS = SHARED / "vectors" / "json_web_signature_test.json"
NOW = 1795435200

pytestmark = pytest.mark.skipif(not VECTORS.is_file(), reason="the folder ../shared (Wycheproof vectors) is not beside this checkout")


def vectors() -> Iterator[Any]:
    """One parameter set per vector: the JWK and the test."""
    if not VECTORS.is_file():
        return
    for group in json.loads(VECTORS.read_text(encoding="utf-8"))["testGroups"]:
        jwk = group.get("public", group.get("private"))
        for test in group["tests"]:
            yield pytest.param(jwk, test, id=f"{test['tcId']}-{test['result']}")


def refuses(jwk: dict[str, Any], jws: str) -> tuple[str, list[str]]:
    """The signature's status, and the form rules that refuse the token."""
    report = diagnose(jws, certificates=[json.dumps(jwk).encode()], profile="generic", now=NOW)
    if not report.results:
        return "not-examined", ["nothing to diagnose"]
    (result,) = report.results
    assert result.broke == ()
    form = [f"{f.rule}/{f.variant}" for f in result.findings if f.effect == "refuses" and f.rule in FORM]
    return result.signature.status, form


FORM = ("token-malformed", "signature-encoding")


@pytest.mark.parametrize(("jwk", "test"), list(vectors()))
def test_vector(jwk: dict[str, Any], test: dict[str, Any]) -> None:
    """A vector is valid exactly when its signature is found valid and nothing is wrong with its form."""
    status, form = refuses(jwk, test["jws"])
    accepted = status == "valid" and not form

    assert accepted is (test["result"] == "valid"), f"tcId {test['tcId']} ({test['comment']}): {status}, {form}"


def test_all_vectors_are_there() -> None:
    """The file is the whole one: 401 vectors, 46 of them valid."""
    results = [parameters.values[1]["result"] for parameters in vectors()]

    assert len(results) == 401
    assert results.count("valid") == 46
