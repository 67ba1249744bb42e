"""The smallest repair: found by trying, accepted afterwards, and nothing in it that is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import minting
import pytest
import repairs
from conftest import RULES
from minting import FROZEN_NOW, ISS, SUB, TOKEN_ENDPOINT
from test_worked_cases import case_of, worked_cases

from jwtdoctor import catalog, diagnose, library
from jwtdoctor.case import NEEDS
from jwtdoctor.catalog import Catalog, CatalogError, build, joined
from jwtdoctor.catalog.source import read
from jwtdoctor.checks import CHECKS
from jwtdoctor.engine import Engine, audit
from jwtdoctor.keys import signing
from jwtdoctor.minting import compact
from jwtdoctor.repair import Repair
from jwtdoctor.repair.mending import Outcome, find
from jwtdoctor.repair.search import counts
from jwtdoctor.report import summary
from jwtdoctor.workedcases import request_of

REAL = tomllib.loads((Path(__file__).parent / "repaired.toml").read_text(encoding="utf-8"))["case"]


def repair_of(text: str, **around: Any) -> Repair | None:
    """The repair of the one thing in ``text``."""
    (result,) = diagnose(text, **{"now": FROZEN_NOW, **around}).results
    return result.repair


def token(without: tuple[str, ...] = (), **claims: Any) -> str:
    """A good assertion but for these claims."""
    return minting.mint(claims={name: each for name, each in {**minting.CLAIMS, **claims}.items() if name not in without})


def places(repair: Repair | None, *, needed: bool = True) -> dict[str, Any]:
    """Places that change, with their new values."""
    assert repair is not None
    return {str(each.at): each.after for each in repair.changes if each.needed is needed}


def key(name: str = "match") -> signing.SigningKey:
    """The signing key of that name."""
    return signing.load(minting.private_pem(name), f"{name}.key")


def header_of(written: Mapping[str, Any]) -> dict[str, Any]:
    """The header of a real failure; a thumbprint of the certificate is told by its name."""
    digest = minting.identifier("x5t#S256", "match")
    return {name: digest if each == "{x5t#S256:match}" else each for name, each in written.items()}


def mended(text: str, *, given: Mapping[str, Any] | None = None, **around: Any) -> Outcome:
    """The repair of the one thing in ``text``, with what only the user knows."""
    gathered = library.gather(text, **{"now": FROZEN_NOW, "search": lambda tried: False, **around})
    (judged,) = library.judge_all(gathered)
    return find(gathered.known, judged.case, judged.found.findings, given=given)


# --- what it must reach --------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_assertions_with_several_faults_are_mended_with_nothing_needless() -> None:
    """Five hundred with one to four planted faults: all accepted, here and by another verifier, and no change that was not due."""
    right = [minting.certificate("match")]
    needless = []
    for number in range(500):
        made = repairs.broken(number)
        told = f"{number}: {made.faults}"
        repair = mended(made.text, given=made.given, certificates=right, endpoint=made.site.endpoint, profile="salesforce").repair
        assert repair is not None, told
        assert repair.status == "complete", f"{told}: {repair.left}"
        assertion = compact(repair.header, repair.claims, key())
        assert repairs.refused(assertion, made.site) == "", told
        (again,) = diagnose(
            assertion, certificates=right, endpoint=made.site.endpoint, profile="salesforce", now=FROZEN_NOW
        ).results
        assert again.verdict == "accepted", told
        if not places(repair).keys() <= made.wrong:
            needless.append(told)
        for request, wanted in repairs.SENT.items():
            assert places(repair).get(request, wanted) == wanted, told

    assert len(needless) <= 25, needless


@pytest.mark.parametrize("case", [pytest.param(each, id=f"{each['name']} {each['cause']}") for each in REAL])
def test_real_failures_are_mended(case: dict[str, Any]) -> None:
    """What forums and issues tell of: accepted after the changes that mended it there."""
    right = [minting.certificate("match")]
    text = minting.mint(header_of(case["header"]), case["claims"], case.get("key", "match"), case.get("mutation"))
    if "request" in case:
        text = request_of(case["request"], case["endpoint"], text)
    around = {name: case[name] for name in ("endpoint", "error", "profile") if name in case}
    (judged,) = library.judge_all(
        gathered := library.gather(text, now=FROZEN_NOW, certificates=right if "certificate" in case else (), **around)
    )
    blamed = frozenset({judged.diagnosis.causes[0].cause} if judged.diagnosis.causes and judged.symptom else ())
    repair = find(gathered.known, judged.case, judged.found.findings, given=case.get("given"), blamed=blamed).repair

    if not case["changes"]:
        assert repair is None
        return
    assert places(repair).keys() == set(case["changes"])
    assert repair is not None
    assert repair.left == ()
    assertion = compact(repair.header, repair.claims, key())
    endpoint = places(repair).get("endpoint", case.get("endpoint"))
    (again,) = diagnose(assertion, certificates=right, endpoint=endpoint, profile=case["profile"], now=FROZEN_NOW).results
    assert again.verdict == "accepted"
    assert repairs.refused_anywhere(assertion, case["aud"]) == ""


FIRING = [
    pytest.param(worked, id=f"{name}: {worked['title']}")
    for name, worked in (each.values for each in worked_cases())
    if worked["finds"] and not worked.keys() & {"code", "project", "config", "search", "mutation"}
]
"""Worked cases of what a token can break, without those whose signature alone is wrong, which takes long to make."""


@pytest.mark.parametrize("worked", FIRING)
def test_what_is_called_complete_is_accepted(catalog: Catalog, worked: dict[str, Any]) -> None:
    """Every worked case of every rule: a complete repair leaves nothing that counts, of rules that need no signature as of the others."""
    case = case_of(catalog, worked)
    findings = Engine(catalog, case.profile).examine(case).findings
    repair = find(catalog, case, findings).repair

    assert (repair is None) <= (case.kind != "assertion" or not any(map(counts, findings)))
    if repair is None or repair.left or not repair.claims or case.moment is None:
        return
    endpoint = places(repair).get("endpoint", case.endpoint)
    signer = key() if repair.header["alg"].startswith(("RS", "PS")) else key("ec")
    (again,) = diagnose(
        compact(repair.header, repair.claims, signer), certificates=[signer.public], endpoint=endpoint, profile=case.profile.name,
        now=case.moment, app=case.app,
    ).results  # fmt: skip
    assert again.verdict == "accepted", again.findings


# --- what changes, and why -----------------------------------------------------------------------------------------------


def test_nothing_to_mend() -> None:
    """A good assertion, one whose faults are let in, and an answer alone have no repair."""
    assert repair_of(token()) is None
    assert repair_of(token(exp=(FROZEN_NOW + 300) * 1000)) is None
    assert repair_of("", error='{"error": "invalid_grant", "error_description": "user hasn\'t approved this consumer"}') is None


def test_a_change_has_its_reason_and_the_signature_comes_last() -> None:
    """One line per member that changes, told by the finding that asks for it."""
    repair = repair_of(token(aud="https://test.salesforce.com"), endpoint=TOKEN_ENDPOINT)

    assert repair is not None
    assert repair.status == "complete"
    assert [(*each[:3], each.rule, each.needed) for each in repair.changes] == [
        (("payload", "aud"), "https://test.salesforce.com", minting.AUD, "aud-login-vs-test", True),
        (("signature", ""), None, None, "aud-login-vs-test", True),
    ]
    assert repair.changes[0].why == "`aud` is https://test.salesforce.com, this endpoint wants https://login.salesforce.com"
    assert repair.changes[1].why == "it covers the claims, which change"
    assert repair.claims == minting.CLAIMS
    assert repair.header == minting.HEADER


def test_what_is_let_in_is_mended_only_along_the_way() -> None:
    """Milliseconds stay where nothing else changes, and go, as not needed, where the assertion is made anew."""
    repair = repair_of(token(exp=(FROZEN_NOW + 300) * 1000, aud="https://test.salesforce.com"), endpoint=TOKEN_ENDPOINT)

    assert places(repair).keys() == {"payload.aud", "signature"}
    assert places(repair, needed=False) == {"payload.exp": FROZEN_NOW + 180}


def test_a_new_exp_takes_an_old_iat_along() -> None:
    """`iat` names the moment of signing; one that is as good as now stays."""
    old = repair_of(token(iat=FROZEN_NOW - 900, exp=FROZEN_NOW - 720))
    new = repair_of(token(iat=FROZEN_NOW - 10, exp=300))

    assert places(old) == {"payload.exp": FROZEN_NOW + 180, "signature": None}
    assert places(old, needed=False) == {"payload.iat": FROZEN_NOW}
    assert places(new, needed=False) == {}


def test_what_is_signed_anew_does_not_lapse_on_the_way() -> None:
    """Another key signed, and of `exp`, to which nobody objects, too little is left to sign again by hand."""
    right = [minting.certificate("match")]
    for left, renewed in ((20, True), (-3, True), (31, False), (180, False)):
        claims = {**minting.CLAIMS, "exp": FROZEN_NOW + left, "iat": FROZEN_NOW - 160}
        repair = repair_of(minting.mint(claims=claims, private="other"), certificates=right)
        wanted = {"payload.exp": FROZEN_NOW + 180, "payload.iat": FROZEN_NOW} if renewed else {}

        assert places(repair) == {"signature": None}
        assert places(repair, needed=False) == wanted, left
        assert not renewed or "it is signed anew, and " in repair.changes[0].why  # type: ignore[union-attr]


def test_what_lapses_soon_and_is_not_signed_anew_stays() -> None:
    """The request alone is wrong."""
    text = request_of({"grant_type": "jwt-bearer"}, TOKEN_ENDPOINT, token(exp=FROZEN_NOW + 20))

    assert places(repair_of(text, certificates=[minting.certificate("match")])).keys() == {"request.grant_type"}


AUDIENCES = ("https://login.salesforce.com/services/oauth2/token", "https://LOGIN.salesforce.com", "http://login.salesforce.com", "login.salesforce.com", "https://login.salesforce.com/", ["https://login.salesforce.com"])  # fmt: skip


@pytest.mark.parametrize("host", ["test.salesforce.com", "acme-demo--uat.sandbox.my.salesforce.com"])
@pytest.mark.parametrize("aud", AUDIENCES, ids=str)
def test_no_help_names_an_audience_that_another_rule_refuses(aud: Any, host: str) -> None:
    """Written wrongly and of the other environment: every help names the one audience that the repair puts in."""
    (result,) = diagnose(token(aud=aud), endpoint=f"https://{host}/services/oauth2/token", now=FROZEN_NOW).results
    told = {f.rule: f.help for f in result.findings if str(f.at) == "payload.aud"}

    assert len(told) > 1
    assert places(result.repair)["payload.aud"] == f"https://{host}"
    assert [help for help in told.values() if f"https://{host}" not in help] == []


def test_a_header_that_names_hmac_over_a_private_key_s_signature_is_not_told_as_one() -> None:
    """The key at hand signed, so no secret did; the header alone is what changes."""
    text = minting.mint(header={**minting.HEADER, "alg": "HS256"}, mutation="pkcs1")
    (result,) = diagnose(text, certificates=[minting.certificate("match")], now=FROZEN_NOW).results
    assert result.repair is not None
    words = " ".join(
        (summary(result), *(f"{f.message} {f.help}" for f in result.findings), *(each.why for each in result.repair.changes))
    )

    assert places(result.repair) == {"header.alg": "RS256", "signature": None}
    assert "signed with a shared secret" not in words
    assert "not with a secret" not in words


def test_one_change_heals_what_follows_from_a_fault() -> None:
    """A lifetime for a moment is past, before `iat` and more; one value mends all, and the root is named."""
    repair = repair_of(token(iat=FROZEN_NOW, exp=300))

    assert repair is not None
    assert [(str(each.at), each.rule) for each in repair.changes] == [
        ("payload.exp", "exp-duration-not-timestamp"),
        ("signature", "exp-duration-not-timestamp"),
    ]


def test_of_two_ways_the_one_that_leads_to_nothing_more_is_taken() -> None:
    """The host that is called is the first choice, but an old host name is objected to in its turn."""
    aud = {"sandbox": "https://acme-demo--uat.sandbox.my.salesforce.com", "old": "https://acme-demo--uat.my.salesforce.com"}
    own = repair_of(token(), endpoint=f"{aud['sandbox']}/services/oauth2/token")
    old = repair_of(token(), endpoint=f"{aud['old']}/services/oauth2/token")

    assert places(own)["payload.aud"] == aud["sandbox"]
    assert places(old)["payload.aud"] == "https://test.salesforce.com"


def test_claims_that_changed_places_go_back() -> None:
    """Three values in each other's place are one mistake, and none of them is asked for."""
    repair = repair_of(token(iss=SUB, sub=minting.AUD, aud=ISS), endpoint=TOKEN_ENDPOINT)

    assert places(repair) == {"payload.iss": ISS, "payload.sub": SUB, "payload.aud": minting.AUD, "signature": None}


def test_what_only_the_user_knows_is_left_over() -> None:
    """With the option that takes it; given, it is put in, and judged like any other value."""
    text = token(iss="<YOUR CONSUMER KEY>", exp=FROZEN_NOW - 900)
    repair = repair_of(text)

    assert repair is not None
    assert repair.status == "partial"
    assert [(each.rule, str(each.at), each.needs) for each in repair.left] == [
        ("iss-placeholder", "payload.iss", "the app's consumer key (jwtdoctor mint --iss)")
    ]
    assert places(repair).keys() == {"payload.exp", "signature"}
    assert mended(text, given={"payload.iss": ISS}).repair.left == ()  # type: ignore[union-attr]
    assert mended(text, given={"payload.iss": "acme"}).repair.left[0].rule == "iss-not-consumer-key"  # type: ignore[union-attr]


def test_without_the_time_no_time_is_made() -> None:
    """A missing `exp` is seen without a clock and cannot be mended without one."""
    repair = repair_of(token(without=("exp",)), now=None)

    assert repair is not None
    assert repair.changes == ()
    assert repair.left[0].needs == "the time (--now)"


@pytest.mark.parametrize(
    ("request_", "changes"),
    [
        ({"grant_type": "jwt-bearer"}, {"request.grant_type": minting.GRANT}),
        ({"content_type": "application/json"}, {"request.content_type": minting.FORM}),
        ({"field": "jwt"}, {"request.where": "body.assertion"}),
        ({"authorization": "Bearer {jwt}"}, {"request.where": "body.assertion", "request.grant_type": minting.GRANT}),
    ],
)
def test_a_wrong_request_leaves_the_assertion_alone(request_: dict[str, str], changes: dict[str, Any]) -> None:
    """Nothing is signed anew for the sake of how it is sent."""
    repair = repair_of(request_of(request_, TOKEN_ENDPOINT, token()))

    assert places(repair) == changes


def test_the_reason_to_sign_anew_names_the_key() -> None:
    """With the certificate given, whose private key is wanted; and that the other way is to upload another certificate."""
    repair = repair_of(token(), certificates=[minting.certificate("other")])

    assert repair is not None
    (change,) = repair.changes
    assert str(change.at) == "signature"
    assert change.rule == "signature-wrong-key"
    assert change.why.endswith("with the private key of the certificate, or upload the certificate of the key that signs")


def test_of_a_damaged_token_what_can_be_read_is_kept() -> None:
    """Parts in standard base64 are written anew; claims that cannot be read are not made up."""
    header, claims, signature = token().split(".")
    padded = repair_of(minting.mint(mutation="std-base64"))
    cut = repair_of(f"{header}.{claims[:-3]}.{signature}")

    assert places(padded) == {"signature": None}
    assert padded is not None
    assert {name: padded.claims[name] for name in minting.CLAIMS} == minting.CLAIMS
    assert cut is not None
    assert (cut.changes, cut.claims) == ((), {})
    assert {each.needs for each in cut.left} == {"the claims, which cannot be read here"}


def test_what_is_no_assertion_is_not_mended() -> None:
    """Private keys, access tokens and words."""
    access = minting.mint(claims={"iss": "https://as.example.net", "sub": "u", "aud": "api", "exp": 1, "scp": ["a"]})
    for text in (minting.private_pem().decode(), access, "hello"):
        assert all(each.repair is None for each in diagnose(text, now=FROZEN_NOW).results)


def test_source_code_gets_the_values_it_should_sign() -> None:
    """At the moment of reading; a sketch is not signed."""
    code = (
        "import jwt, time\n"
        f"claims = {{'iss': '{ISS}', 'sub': '{SUB}', 'aud': 'https://login.salesforce.com/services/oauth2/token', 'exp': 300}}\n"
        "jwt.encode(claims, open('key.pem').read(), algorithm='RS256')\n"
    )
    assert places(repair_of(code)) == {"payload.aud": minting.AUD, "payload.exp": FROZEN_NOW + 180}


def test_a_fault_that_is_let_in_counts_where_the_answer_points_to_it() -> None:
    """Five seconds of life are let in as a rule; answered as expired they are what is to be mended."""
    text, said = (
        token(iat=FROZEN_NOW, exp=FROZEN_NOW + 5),
        '{"error":"invalid_grant","error_description":"expired authorization code"}',
    )

    assert repair_of(text) is None
    assert places(repair_of(text, error=said)) == {"payload.exp": FROZEN_NOW + 180, "signature": None}


# --- evidence ------------------------------------------------------------------------------------------------------------


def test_a_cause_that_the_repair_does_without_ranks_lower() -> None:
    """Values in each other's place explain all three claims; putting them back heals two, and the foreign audience stays a fault."""
    text = token(iss=SUB, sub=ISS, aud="https://oauth.example.net")
    (result,) = diagnose(text, endpoint=TOKEN_ENDPOINT, now=FROZEN_NOW).results
    outcome = mended(text, endpoint=TOKEN_ENDPOINT)

    assert [each.cause for each in result.diagnosis.causes] == [
        "aud-sub-swapped", "aud-wrong-host", "iss-not-consumer-key", "sub-not-username",
    ]  # fmt: skip
    assert outcome.needless == {"iss-not-consumer-key", "sub-not-username"}


def test_what_the_repair_does_without_goes_down_among_confirmed_causes_too() -> None:
    """A user name in `iss` and no `sub`: put where it belongs, nothing is missing."""
    text, said = token(without=("sub",), iss=SUB), '{"error":"invalid_client","error_description":"invalid client credentials"}'
    (result,) = diagnose(text, error=said, now=FROZEN_NOW).results

    assert [each.cause for each in result.diagnosis.causes if each.seen][:2] == ["aud-sub-swapped", "sub-missing"]


# --- proof ---------------------------------------------------------------------------------------------------------------


def test_the_proof_is_a_signed_assertion_that_was_examined() -> None:
    """With the certificate given, or the public half of the key."""
    text = token(exp=FROZEN_NOW - 900)
    with_certificate = repair_of(text, key=key(), certificates=[minting.certificate("match")])
    alone = repair_of(text, key=key())

    for repair, certificate in ((with_certificate, "the certificate"), (alone, "match.key")):
        assert repair is not None
        assert repair.proof is not None
        assert repair.proof[:4] == ("match.key", certificate, "valid", "accepted")
        assert repair.proof.findings == ()


def test_a_proof_with_the_wrong_key_says_so() -> None:
    """The key that signs is not the certificate's: that is found, and nothing is proved."""
    repair = repair_of(token(exp=FROZEN_NOW - 900), key=key("other"), certificates=[minting.certificate("match")])

    assert repair is not None
    assert repair.proof is not None
    assert (repair.proof.signature, repair.proof.verdict) == ("invalid", "refused")
    assert repair.proof.findings[0].rule == "signature-wrong-key"


def test_a_key_that_cannot_sign_is_left_over() -> None:
    """This flow takes RSA; a key on a curve does not become one."""
    repair = repair_of(token(exp=FROZEN_NOW - 900), key=key("ec"), profile="salesforce")

    assert repair is not None
    assert repair.proof is None
    assert "cannot sign RS256" in repair.left[0].message


def test_the_algorithm_fits_the_key_where_the_provider_leaves_a_choice() -> None:
    """`none` becomes what the key signs."""
    text = minting.mint({"alg": "none"}, {**minting.CLAIMS, "aud": "https://as.example.net"})
    repair = repair_of(text, key=key("ec"), profile="generic")

    assert places(repair)["header.alg"] == "ES256"
    assert repair is not None
    assert repair.proof is not None
    assert repair.proof.verdict == "accepted"


# --- a new assertion like a broken one -----------------------------------------------------------------------------------


def test_a_new_assertion_is_fresh_and_has_what_is_given() -> None:
    """Even if nothing was wrong; as of now, whenever the server answered; who it is for stays."""
    text = token(iat=FROZEN_NOW - 500, exp=FROZEN_NOW - 320)
    said = 'HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 11:52:00 GMT\n\n{"error":"invalid_grant"}'
    (good,) = library.repaired(token(), now=FROZEN_NOW + 5000)
    (given,) = library.repaired(
        text, error=said, now=FROZEN_NOW, given={"payload.sub": "other@acme-demo.example", "payload.jti": "n1"}
    )

    assert good is not None
    assert dict(good.claims) == {**minting.CLAIMS, "exp": FROZEN_NOW + 5180}
    assert given is not None
    assert dict(given.claims) == {
        **minting.CLAIMS, "sub": "other@acme-demo.example", "iat": FROZEN_NOW, "exp": FROZEN_NOW + 180, "jti": "n1",
    }  # fmt: skip
    (curve,) = library.repaired(token(aud="https://as.example.net"), now=FROZEN_NOW, profile="generic", key=key("ec"))
    assert curve is not None
    assert curve.header["alg"] == "ES256"
    assert library.repaired("hello", now=FROZEN_NOW) == (None,) * len(diagnose("hello", now=FROZEN_NOW).results)


# --- how it is told ------------------------------------------------------------------------------------------------------


def test_json_tells_what_is_added_and_what_goes() -> None:
    """No signature value; what is absent is null with a mark."""
    text = minting.mint(claims={"iss": ISS, "prn": SUB, "aud": minting.AUD, "exp": FROZEN_NOW + 180})
    told = diagnose(text, now=FROZEN_NOW).to_json()["results"][0]["repair"]
    rows = {each["at"]: (each["before"], each["after"], each["adds"], each["removes"]) for each in told["changes"]}

    assert rows == {
        "payload.prn": (SUB, None, False, True),
        "payload.sub": (None, SUB, True, False),
        "signature": (None, None, False, False),
    }
    assert told["status"] == "complete"
    assert told["proof"] is None
    assert text.rpartition(".")[2] not in json.dumps(told)


def test_what_is_told_of_a_value_holds_no_escape() -> None:
    """Words around a value of the token can be printed as they are."""
    told = diagnose(token(iss="<YOUR KEY\x1b[31m>", aud="\x1b]0;x\x07"), now=FROZEN_NOW).to_json()["results"][0]["repair"]
    words = [each["why"] for each in told["changes"]] + [text for each in told["left"] for text in each.values()]

    assert len(words) >= 4
    assert not any("\x1b" in each or "\x07" in each for each in words)


def test_a_token_without_a_finding_does_not_even_import_the_search() -> None:
    """Start-up time is for those who need nothing."""
    program = (
        "import sys; from jwtdoctor import diagnose; "
        f"print(diagnose({token()!r}, now={FROZEN_NOW}).results[0].repair, 'jwtdoctor.repair.search' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["None", "False"]


def test_the_search_is_bounded() -> None:
    """Many faults, and a long token: a bounded number of candidates, and no exception."""
    claims = {f"c{at}": "x" * 500 for at in range(500)} | {
        "iss": "",
        "sub": 5,
        "aud": ["x", 1],
        "exp": "x",
        "iat": {},
        "nbf": True,
    }
    repair = repair_of(minting.mint({"alg": ["x"], "crit": 1}, claims), endpoint="https://acme.lightning.force.com/x")

    assert repair is not None
    assert repair.tried <= 60


# --- the catalogue -------------------------------------------------------------------------------------------------------

_OF_TOKENS = [
    rule for rule in catalog.ours().rules.values()
    if not CHECKS[rule.check].mask & (NEEDS["project"][0] | NEEDS["environment"][0] | NEEDS["source"][0])
]  # fmt: skip


@pytest.mark.parametrize("rule", [pytest.param(each, id=each.name) for each in _OF_TOKENS])
def test_every_rule_that_a_token_can_break_knows_its_repair(rule: Any) -> None:
    """In each of its wordings; or says why there is none."""
    assert [name for name, variant in rule.variants.items() if not variant.repair] == []


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("heal = true", "unknown key `heal` in [repair]"),
        ('set = { "body.x" = 1 }', "`set` in [repair] has an unusable value"),
        ('set = { "request.password" = "x" }', "`set` in [repair] has an unusable value"),
        ("remove = []", "`remove` in [repair] has an unusable value"),
        ("sign = false", "`sign` in [repair] has an unusable value"),
        ('set = { "payload.aud" = "{nothing}" }', "a repair speaks of 'nothing'"),
        ('setting = { "header.alg" = "algorithm" }', "a repair takes the setting 'algorithm', which no profile has"),
        ('says = "x"', "a repair says what to do"),
        ('fresh = ["payload.exp"]\noption = "--now"', "`option` goes with `ask`"),
    ],
)
def test_a_repair_that_cannot_be_is_refused(tmp_path: Path, catalog: Catalog, table: str, told: str) -> None:
    """With file and line, like every other word of a rule."""
    text = (RULES / "audience" / "aud-not-https.toml").read_text(encoding="utf-8").replace("aud-not-https", "aud-not-mine")
    (tmp_path / "audience").mkdir()
    (tmp_path / "audience" / "aud-not-mine.toml").write_text(
        text.replace('set = { "payload.aud" = "{wanted}" }', table), encoding="utf-8"
    )

    with pytest.raises(CatalogError, match=r"mine/audience/aud-not-mine\.toml:\d+: ") as caught:
        audit(joined(catalog, build(read(tmp_path, beside=catalog, home=str(tmp_path / "mine")))))
    assert told in str(caught.value)
