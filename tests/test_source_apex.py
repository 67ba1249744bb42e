"""Apex, as in ``test_sources.py``: what the code would sign, what is wrong with it, and the questions it raises and cannot answer.

Further keys of a table: ``trait``: what the code shows besides; ``ask`` and ``never_ask``: causes that are asked about, or must not be.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from test_sources import Told, differences, lines_of, names_of, plainly, squeezed

from jwtdoctor import diagnose, source
from jwtdoctor.report import Result
from jwtdoctor.source import Sketch

HERE = Path(__file__).resolve().parent / "sources" / "apex"
WANTED: dict[str, Told] = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
FILES = {each.stem: each for each in sorted(HERE.iterdir()) if each.name != "expected.toml"}
SIGNING = [name for name, told in WANTED.items() if not told.get("nothing")]
MENDED = [name for name in SIGNING if "mend" in WANTED[name]]


def text(name: str) -> str:
    """The text of that name."""
    return FILES[name].read_text(encoding="utf-8")


def sketch(name: str) -> Sketch:
    """What it would sign; each of these texts signs one assertion."""
    (found,) = source.read(text(name), WANTED[name]["now"])
    return found


def result(name: str) -> Result:
    """What is said about it."""
    (found,) = [each for each in diagnose(text(name), now=WANTED[name]["now"]).results if each.sketch is not None]
    return found


def test_every_text_is_listed() -> None:
    """A text that nobody looks at would vanish silently."""
    assert FILES.keys() == WANTED.keys()
    assert len(FILES) >= 12


@pytest.mark.parametrize("name", SIGNING)
def test_what_the_code_would_sign(name: str) -> None:
    """Claims, header, endpoint, traits, and what is not shown, as of the moment given."""
    found = sketch(name)

    assert found.language == "apex"
    assert differences(found, WANTED[name], "apex") == {}
    assert set(WANTED[name].get("trait", ())) <= found.traits


@pytest.mark.parametrize("name", SIGNING)
def test_what_is_found_in_it(name: str) -> None:
    """The first cause, the faults that are let in, and nothing that is not there."""
    told, came = WANTED[name], result(name)
    found = set().union(*(names_of(each) for each in came.findings)) if came.findings else set()
    seen = [each.cause for each in came.diagnosis.causes if each.seen]
    errors = [each.rule for each in came.findings if each.severity == "error"]

    assert came.broke == ()
    assert seen[:1] == [told["first_cause"]] if "first_cause" in told else (seen, errors) == ([], [])
    assert {*told.get("accepted_faults", ()), *told.get("finds", ())} <= found
    assert not set(told.get("never", ())) & found


@pytest.mark.parametrize("name", [name for name in SIGNING if {"ask", "never_ask"} & WANTED[name].keys()])
def test_what_is_asked(name: str) -> None:
    """Questions come in the code's own names, and only where the code raises them."""
    told = WANTED[name]
    asked = {each.cause: each for each in result(name).diagnosis.causes if not each.seen}

    assert set(told.get("ask", ())) <= asked.keys()
    assert not set(told.get("never_ask", ())) & asked.keys()
    for cause in told.get("ask", ()):
        names = sketch(name).names
        assert any(value in asked[cause].ask for value in names.values()), asked[cause].ask
        assert "{" not in asked[cause].ask + asked[cause].look + asked[cause].help


@pytest.mark.parametrize("name", [name for name in SIGNING if "line" in WANTED[name]])
def test_where_the_expiry_stands(name: str) -> None:
    """The line of exp, and a mend only where the expression is wrong."""
    told, origin = WANTED[name], sketch(name).origins["payload.exp"]

    assert origin.span.line in lines_of(told["line"])
    assert squeezed(origin.mend) in {squeezed(each) for each in told.get("mend", [""])}


@pytest.mark.parametrize("name", MENDED)
def test_the_mended_code_is_right(name: str) -> None:
    """With the mend in its place the code signs the lifetime that was meant."""
    span, mend = sketch(name).origins["payload.exp"].span, sketch(name).origins["payload.exp"].mend
    rows = text(name).split("\n")
    row = rows[span.line - 1]
    rows[span.line - 1] = row[: span.column - 1] + mend + row[span.end_column - 1 :]
    (found,) = source.read("\n".join(rows), WANTED[name]["now"])

    assert plainly(found.claims["exp"]) == WANTED[name]["mended"]


@pytest.mark.parametrize("name", [name for name in WANTED if name not in SIGNING])
def test_code_that_signs_nothing(name: str) -> None:
    """Code that validates what others signed is no assertion."""
    assert source.read(text(name), 1795435200) == []


def test_the_exception_in_the_same_paste_is_the_answer() -> None:
    """The server's words are taken from the log line, and the certificate to compare is named as the code names it."""
    came = result("question")

    assert came.answer_from == "text"
    assert came.diagnosis.symptom == "expired-authorization-code"
    assert next(each.cause for each in came.diagnosis.causes) == "exp-milliseconds-overflow"
    assert "remote-site-missing" not in {each.cause for each in came.diagnosis.causes}


def test_then_the_certificate_is_asked_about_by_name() -> None:
    """For `invalid assertion` the mended code leaves the certificate: which one, and how to export it."""
    mended = text("question").replace("exp.intValue()", "5 * 60").replace("expired authorization code", "invalid assertion")
    (came,) = [each for each in diagnose(mended, now=1572019322).results if each.sketch is not None]
    asked = next(each for each in came.diagnosis.causes if each.cause == "cert-mismatch")

    assert "acme_signing" in asked.ask
    assert "Download Certificate" in asked.look
    assert "Use digital signatures" in asked.help
