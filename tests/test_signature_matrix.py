"""The matrix of signature faults: every cell says what it must, and no other key is ever named for other bytes."""

from __future__ import annotations

import secrets

import minting
import pytest
import signature_matrix as matrix
from conftest import ROOT

from jwtdoctor import diagnose

pytestmark = pytest.mark.once

CELLS = [pytest.param(kind, alg, promised, id=f"{kind.title}: {alg}") for kind, alg, promised in matrix.cells()]


@pytest.mark.once
@pytest.mark.parametrize(("kind", "alg", "promised"), CELLS)
def test_cell(kind: matrix.Kind, alg: str, promised: str) -> None:
    """What is made is what is named, or the set that remains holds it."""
    assert matrix.outcome(kind, alg) == promised


def test_the_matrix_is_as_wide_as_promised() -> None:
    """At least 25 kinds of fault, and every algorithm has its share of them."""
    assert len({kind.title for kind in matrix.KINDS}) == len(matrix.KINDS) >= 25
    for alg in matrix.ALGORITHMS:
        assert sum(each == alg for _, each, _ in matrix.cells()) >= 25, alg


@pytest.mark.once
def test_the_printed_matrix_is_current() -> None:
    """``python tests/signature_matrix.py`` prints what is kept."""
    assert matrix.table() == (ROOT / "tests" / "signature-matrix.txt").read_text(encoding="utf-8")


def named(token: str) -> str | None:
    """The signature's reason, with nothing searched for."""
    (result,) = diagnose(
        token, certificates=[minting.certificate("match")], now=minting.FROZEN_NOW, search=lambda tried: False
    ).results
    assert result.broke == ()
    return result.signature.reason


@pytest.mark.once
def test_wrong_key_and_edited_are_never_confused() -> None:
    """A thousand random tokens of another key, and a thousand of the right one with claims changed after signing."""
    for _ in range(1000):
        claims = {**minting.CLAIMS, "jti": secrets.token_hex(8), "sub": f"{secrets.token_hex(4)}@acme-demo.example"}
        assert named(minting.mint(claims=claims, private="other")) == "signature-wrong-key"
        assert named(minting.mint(claims=claims, mutation="edited-beyond")) == "signature-wrong-bytes"
