"""What stands where a signature was: read within bounds, believed about the signature alone, and never without saying so."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from redaction import KEY
from throwaway import CLAIMS, NOW, SETTINGS, b64, certificate, mint, part, unsigned

from jwtdoctor import diagnose, statement
from jwtdoctor.model import Hit, Place, Skipped
from jwtdoctor.redact.alike import Alike, Vocabulary
from jwtdoctor.redact.token import redacted
from jwtdoctor.render import FORMATS, Look, render
from jwtdoctor.report import Result
from jwtdoctor.sharing import shareable
from jwtdoctor.statement import Stated

STATED = Stated(
    status="invalid",
    reason="signature-wrong-key",
    expected="app.crt",
    clear=frozenset({"cert-expired"}),
    skipped={"signature-undecided": Skipped("it cannot be told", "")},
    hits={"signature-wrong-key": (Hit(Place("signature"), {"certificate": "app.crt", "size": 2048}, "other-key"),)},
)


def forged(told: Any, header: Any = None, claims: Any = None) -> str:
    """A token with a statement that somebody made up."""
    document = json.dumps(["jwtdoctor-statement", 1, told], separators=(",", ":"))
    return unsigned(claims, header, signature=b64(document))


def examined(text: str, **around: Any) -> Result:
    """The one result."""
    (result,) = diagnose(text, now=NOW, **around).results
    return result


def test_what_is_written_is_read() -> None:
    """All of it, at any length and with damage among it."""
    written = statement.write(STATED)

    assert statement.read(statement.segment(written)) == STATED
    for least in range(300, 420, 7):
        for remainder in range(4):
            text = statement.segment(written, least, lambda length, wanted=remainder: length % 4 == wanted)
            assert len(text) >= least
            assert len(text) % 4 == remainder
            assert statement.read(f"{text[:9]}+{text[9:50]}/{text[50:]}%3D%3D") == STATED


def test_a_signature_is_no_statement() -> None:
    """Nor is the beginning of one, nor one of another version, nor one without end."""
    assert statement.read(mint().rpartition(".")[2]) is None
    assert statement.read("") is None
    assert statement.read(statement.BEGINS) is None
    assert statement.read(b64('["jwtdoctor-statement",12,{}]')) is None
    assert statement.read(b64('["jwtdoctor-statement",1,{"a":' + "[" * 20000)) is None
    assert statement.read(b64(json.dumps(["jwtdoctor-statement", 1, {"a": "x" * 40000}], separators=(",", ":")))) is None


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=30)
    | some.sampled_from(["exp-past", "valid", "signature"]),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.sampled_from(["signature", "clear", "skipped", "found", "status", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(SETTINGS, max_examples=80)
@given(JSON)
def test_any_statement_is_borne(told: Any) -> None:
    """Whatever stands in it, there is a result in JSON, and no rule breaks."""
    result = examined(forged(told))

    assert result.broke == ()
    json.dumps(result.to_json())


def test_what_is_unknown_in_it_is_passed_over() -> None:
    """Unknown rules, wordings, exhibits and facts; a rule that is not about the signature."""
    found = [
        ["no-such-rule", "", "signature", {}], ["signature-wrong-key", "no-such-wording", "signature", {}],
        ["signature-wrong-key", "other-key", "elsewhere.x", {}], ["exp-past", "past", "payload.exp", {}],
    ]  # fmt: skip
    result = examined(forged({"signature": {"status": "fine", "reason": 7}, "clear": ["exp-past", 3], "found": found}))

    assert result.findings == ()
    assert result.signature.status == "not-examined"


@pytest.mark.parametrize(
    ("header", "claims", "rule"),
    [
        ({"alg": "none"}, None, "alg-none"),
        ({"alg": "HS256"}, None, "alg-hs256"),
        ({"alg": "ES256"}, None, "alg-unsupported"),
        (b'{"alg":"RS256","alg":"RS256"}', None, "token-malformed"),
        (None, {**CLAIMS, "exp": NOW - 86400}, "exp-past"),
    ],
)
def test_no_statement_hides_what_is_there(header: Any, claims: Any, rule: str) -> None:
    """It may say that all is well: the rest of the token is examined all the same."""
    result = examined(
        forged({"signature": {"status": "valid"}, "clear": [rule, "token-malformed", "signature-encoding"]}, header, claims)
    )

    assert rule in {each.rule for each in result.findings}
    assert result.verdict != "accepted"


def test_no_statement_hides_a_certificate() -> None:
    """Where one is given it is examined, whatever was said of another."""
    told = {"signature": {"status": "valid"}, "clear": ["cert-expired"]}
    (result,) = diagnose(forged(told), certificates=(certificate(),), now=NOW + 3 * 365 * 86400).results

    assert "cert-expired" in {each.rule for each in result.findings}


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_acceptable_by_a_statement_without_a_word(form: str) -> None:
    """The verdict rests on it, and says that it does."""
    report = diagnose(forged({"signature": {"status": "valid", "certificate": "app.crt"}}), now=NOW)

    assert report.results[0].verdict == "accepted"
    assert statement.TOLD in " ".join(render(report, form, Look(200)).split())


def test_a_forged_statement_cannot_speak_to_the_terminal() -> None:
    """Its words are a stranger's."""
    evil = "\x1b[31m\u202e<script>" + "x" * 5000
    found = [["signature-wrong-key", "other-key", "signature", {"certificate": evil, "size": evil}]]
    told = {
        "signature": {"status": "invalid", "certificate": evil, "signer": evil},
        "found": found,
        "skipped": [[evil, evil, [evil]]],
    }
    report = diagnose(forged(told), now=NOW)

    for form in FORMATS:
        shown = render(report, form, Look(120))
        assert not any(each in shown for each in ("\x1b[31m", "\u202e", "x" * 500))
        assert "<script>" not in shown or form in ("plain", "terminal", "json", "csv", "github", "sarif")
    assert len(report.results[0].findings[0].message) < 1000


def test_without_a_word_about_it_the_signature_is_left_unexamined() -> None:
    """An empty statement: the rules about the signature say why they could not be asked, certificate or not."""
    (result,) = diagnose(forged({}), certificates=(certificate(),), now=NOW).results
    why = {skipped.because for rule, skipped in result.diagnosis.not_examined if rule.startswith("signature-")}

    assert result.signature == result.signature._replace(status="not-examined", stated=True)
    assert why == {statement.TAKEN_OUT.because}


def test_what_was_signed_before_an_edit_is_redacted_too() -> None:
    """The finding names the value that stood there; it is somebody's as well."""
    before = mint({**CLAIMS, "sub": "jane.smith@acme-demo.example.uat"})
    text = f"{before.split('.')[0]}.{part({**CLAIMS, 'sub': 'jane.smith@acme-demo.example'})}.{before.split('.')[2]}"
    shared = shareable(text, key=KEY, certificates=(certificate(),), now=NOW)
    signature = shared.text.rpartition(".")[2]
    told = base64.urlsafe_b64decode(signature + "==").decode()

    assert shared.same
    assert "smith" not in told
    assert "smith" not in json.dumps(shared.report.to_json())


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "AB",
        "A" * 5,
        "A" * 342,
        "A" * 341,
        "A+B/" * 40 + "==",
        "A%2BB" * 20,
        "A B" * 30,
        "!" * 9,
        "A!" * 50,
        "\u00fc" * 3,
        "=",
        "%3D",
    ],
)
def test_damage_stays_in_its_place(signature: str) -> None:
    """Characters that are no letters of base64url stay, in their order; what cannot be decoded still cannot."""
    header = part({"alg": "RS256"})
    new = "".join(
        redacted(f"{header}.{part(CLAIMS)}.{signature}", Alike(KEY, Vocabulary()), lambda _, text: text, statement.write(STATED))
    )
    shown = new.split(".", 2)[2]
    strangers = list(statement._STRAY.findall(signature))

    assert statement._STRAY.findall(shown) == strangers
    if statement._STRAY.sub("", signature):
        assert statement.read(shown) == STATED
    else:
        assert shown == signature
