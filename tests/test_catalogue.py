"""The catalogue as a whole: complete, free of strangers, and the same compiled as in its sources."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import minting
import pytest
from conftest import RULES
from cryptography.hazmat.primitives import serialization
from test_worked_cases import examined

from jwtdoctor import answer, diagnose
from jwtdoctor.catalog import Catalog, CatalogError, build
from jwtdoctor.catalog.compiler import compile_to
from jwtdoctor.catalog.source import read
from jwtdoctor.checks import CHECKS
from jwtdoctor.diagnosis import STAGES, symptom_of
from jwtdoctor.engine import audit

PLAIN = read(RULES, cases=True)
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")


def by_name(tables: list[dict[str, Any]]) -> list[Any]:
    """Parameter sets named after the tables."""
    return [pytest.param(each, id=each["name"]) for each in tables]


# --- rules and their worked cases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", by_name(PLAIN["rules"]))
def test_rule_has_a_firing_a_silent_case_and_a_source(rule: dict[str, Any]) -> None:
    """A rule that is not shown to find and not to find is not finished, nor is one without a source."""
    assert any(worked["finds"] for worked in rule["case"])
    assert any(not worked["finds"] for worked in rule["case"])
    assert rule["cites"]
    titles = [worked["title"] for worked in rule["case"]]
    assert len(titles) == len(set(titles)), "two worked cases have one title"


SEEN_FROM_OUTSIDE_ONLY = {
    # These two rules can never say that a name is right: whether the org has the user is not in the token.
    "sub-not-username",
    "sub-wrong-org",
}


@pytest.mark.parametrize("rule", by_name(PLAIN["rules"]))
def test_silent_case_was_examined(catalog: Catalog, rule: dict[str, Any]) -> None:
    """In at least one silent case the rule looked and found nothing, instead of being skipped for want of an exhibit."""
    silent = [worked for worked in rule["case"] if not worked["finds"]]
    clear = any(examined(catalog, rule["name"], worked).clear for worked in silent)

    assert clear is (rule["name"] not in SEEN_FROM_OUTSIDE_ONLY)


def test_audit_passes(catalog: Catalog) -> None:
    """Sentences speak only of facts their check gives, and every wording a check asks for is worded."""
    audit(catalog)


# Wordings that no worked case produces, with the text that does; a worked case would need key material in TOML, a
# megabyte of text, or would be one of two dozen alike.
_CLAIMS = {"iss": "https://as.example.net", "sub": "user-1", "aud": "https://api.example.net", "exp": minting.FROZEN_NOW + 180}


def _jwt(header: Mapping[str, Any] = minting.HEADER, **claims: Any) -> str:
    return minting.mint(header, {**_CLAIMS, **claims})


def _private_der() -> str:
    der = minting.key("match").private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(der).decode()


_FILLER = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
OTHER_TEXTS: dict[tuple[str, str], Callable[[], str]] = {
    ("token-is-private-key", "private-key-der"): _private_der,
    ("token-malformed", "too-long"): lambda: "eyJhbGciOiJSUzI1NiJ9." + "A" * (1 << 20) + ".c2ln",
    ("token-malformed", "too-deep"): lambda: minting.mint(claims='{"a":' * 70 + "1" + "}" * 70),
    ("wrong-token-kind", "access-token"): lambda: _jwt(scp=["api"], azp="client-1"),
    ("wrong-token-kind", "refresh-token"): lambda: _jwt(typ="Refresh"),
    ("wrong-token-kind", "dpop-proof"): lambda: _jwt(htm="POST", htu="https://as.example.net/token"),
    ("wrong-token-kind", "request-object"): lambda: _jwt(response_type="code", redirect_uri="https://app.example.net"),
    ("wrong-token-kind", "logout-token"): lambda: _jwt(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    ("wrong-token-kind", "saml"): lambda: '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    ("wrong-token-kind", "certificate"): lambda: minting.certificate("match").decode(),
    ("wrong-token-kind", "certificate-request"): lambda: minting.certificate("csr").decode(),
    ("wrong-token-kind", "public-key"): lambda: minting.public_pem().decode(),
    ("wrong-token-kind", "jwk"): lambda: json.dumps(minting.jwk()),
    ("wrong-token-kind", "salesforce-refresh-token"): lambda: f"5Aep861{_FILLER}.{_FILLER}",
    ("wrong-token-kind", "google-access-token"): lambda: f"ya29.{_FILLER}",
    ("wrong-token-kind", "google-refresh-token"): lambda: f"1//{_FILLER}",
    ("wrong-token-kind", "github-token"): lambda: f"ghs_{_FILLER}",
    ("wrong-token-kind", "okta-api-token"): lambda: f"00{_FILLER}AbCd",
    ("wrong-token-kind", "paseto"): lambda: f"v2.local.{_FILLER}",
    ("wrong-token-kind", "fernet"): lambda: f"gAAAAABh{_FILLER}{_FILLER}==",
    ("wrong-token-kind", "macaroon"): lambda: f"MDAxY{_FILLER}{_FILLER}",
    ("wrong-token-kind", "sd-jwt"): lambda: f"{minting.mint()}~WyJzYWx0Il0~",
    ("wrong-token-kind", "json-jws"): lambda: '{"payload":"e30","signature":"c2ln","protected":"e30"}',
    ("wrong-token-kind", "token-response"): lambda: '{"access_token":"00D5g000004ABcd!AQEAQKqCq9b6pQw1Yx2mC0l3D4rT5u","token_type":"Bearer"}',
    ("wrong-token-kind", "basic-credentials"): lambda: base64.b64encode(b"demo-client:demo-secret").decode(),
    ("wrong-token-kind", "consumer-key"): lambda: minting.ISS,
    ("wrong-token-kind", "client-secret"): lambda: "8F1C33C9A27E4D60B5E2F7A9D0C4B1E6A7D8F9E0B1C2D3E4F5A6B7C8D9E0F1A2",
    ("wrong-token-kind", "uuid"): lambda: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
}  # fmt: skip

UNREACHED: dict[tuple[str, str], str] = {}
"""Wordings that no input produces: known dead words. Once one comes to life, the test asks to take it off this list."""


@pytest.mark.parametrize(("wording", "text"), [pytest.param(k, v, id="/".join(k)) for k, v in OTHER_TEXTS.items()])
def test_wording_without_a_worked_case(wording: tuple[str, str], text: Callable[[], str]) -> None:
    """The text produces that wording, and it alone is what the rule says."""
    rule, variant = wording
    (result,) = diagnose(text(), now=minting.FROZEN_NOW).results

    assert result.broke == ()
    assert [f.variant for f in result.findings if f.rule == rule] == [variant]
    assert result.verdict == "refused"


def test_every_wording_is_produced(catalog: Catalog) -> None:
    """Each wording of each rule comes out of a worked case or of a text above; the rest is listed with its reason."""
    produced = set(OTHER_TEXTS)
    for rule in PLAIN["rules"]:
        for worked in rule["case"]:
            produced |= {(rule["name"], finding.variant) for finding in examined(catalog, rule["name"], worked).findings}
    worded = {(rule.name, variant) for rule in catalog.rules.values() for variant in rule.variants if variant}

    assert worded - produced == set(UNREACHED)


# --- strangers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of ``rules/`` to spoil."""
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def spoil(path: Path, old: str, new: str) -> int:
    """Replace the first ``old`` by ``new``; the number of the changed line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


IN_SOURCES = [
    pytest.param("time/exp-past.toml", 'stage      = "time"', 'stage      = "time"\ncolour = "red"', 1, "colour", id="unknown key of a rule"),
    pytest.param("time/exp-past.toml", "[variant.grace]", '[variant.grace]\ntone = "x"', 1, "tone", id="unknown key of a wording"),
    pytest.param("time/exp-past.toml", "claims = { exp = 1795434900 }", "claim = { exp = 1 }", 0, "claim", id="unknown key of a worked case"),
    pytest.param("time/exp-past.toml", '"error"', '"fatal"', 0, "severity", id="unknown severity"),
    pytest.param("time/exp-past.toml", '"refuses"', '"rejects"', 0, "effect", id="unknown effect"),
    pytest.param("time/exp-past.toml", 'stage      = "time"', 'stage      = "clock"', 0, "stage", id="unknown stage"),
    pytest.param("time/exp-past.toml", 'name       = "exp-past"', 'name       = "exp-passed"', 0, "exp-past", id="name unlike the file"),
    pytest.param("time/exp-before-iat.toml", '["exp-past"]', '["exp-passed"]', 0, "exp-passed", id="unknown explained rule"),
    pytest.param("audience/aud-array.toml", '["salesforce"]', '["salesfarce"]', 0, "salesfarce", id="unknown profile of a rule"),
    pytest.param("symptoms/salesforce/invalid-assertion.toml", '"signature-wrong-key"', '"signature-wrong"', 0, "signature-wrong", id="unknown rule in a symptom"),
    pytest.param("symptoms/salesforce/invalid-assertion.toml", "meaning", "sense", 0, "sense", id="unknown key of a symptom"),
    pytest.param("symptoms/salesforce/unknown-error.toml", r"\bunknown_error\b", "(unknown_error", 0, "regular expression", id="broken pattern"),
    pytest.param("profiles/salesforce.toml", "[weigh.exp-too-far]", "[weigh.exp-too-fare]", 0, "exp-too-fare", id="weight of an unknown rule"),
    pytest.param("profiles/salesforce.toml", '"exp-not-number/digits"', '"exp-not-number/digit"', 0, "exp-not-number/digit", id="weight of an unknown wording"),
    pytest.param("profiles/salesforce.toml", 'kind = "shared"', 'kind = "common"', 0, "kind", id="unknown kind of host"),
    pytest.param("unseen/ip-restricted.toml", "ask ", "question ", 0, "question", id="unknown key of an unseen cause"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "below", "named"), IN_SOURCES)
def test_stranger_is_refused(rules: Path, file: str, old: str, new: str, below: int, named: str) -> None:
    """What is not known stops the reading, and the message names file, line and the stranger."""
    line = spoil(rules / file, old, new) + below

    with pytest.raises(CatalogError) as refused:
        read(rules)

    assert str(refused.value).startswith(f"rules/{file}:{line}: "), str(refused.value)
    assert named in str(refused.value)


IN_THE_BINDING = [
    pytest.param(
        "time/exp-past.toml", '"`exp` lies {offset}"', '"`exp` lies {distance}"', "distance", id="unknown fact in a sentence"
    ),
    pytest.param("time/exp-past.toml", '"expiry-past"', '"expiry-passed"', "expiry-passed", id="unknown check"),
    pytest.param(
        "time/exp-past.toml",
        'stage      = "time"',
        'params = { strict = true }\nstage = "time"',
        "strict",
        id="unknown parameter",
    ),
    pytest.param("time/exp-missing.toml", '{ claim = "exp", ', "{ ", "claim", id="missing parameter"),
    pytest.param("time/exp-validity-too-short.toml", "seconds = 30", 'seconds = "30"', "seconds", id="parameter of another type"),
    pytest.param("time/exp-past.toml", "[variant.grace]", "[variant.mercy]", "mercy", id="wording the check never asks for"),
]


@pytest.mark.parametrize(("file", "old", "new", "named"), IN_THE_BINDING)
def test_stranger_to_the_checks_is_refused(rules: Path, file: str, old: str, new: str, named: str) -> None:
    """What no check can serve stops the audit, and the message names the file and the stranger."""
    profile = rules / "profiles" / "salesforce.toml"
    assert profile.is_file()
    spoil(rules / file, old, new)

    with pytest.raises(CatalogError) as refused:
        audit(build(read(rules)))

    assert f"rules/{file}" in str(refused.value)
    assert named in str(refused.value)


def test_wording_that_is_missing_is_refused(rules: Path) -> None:
    """A check may ask for a wording only if some rule has the words."""
    path = rules / "time" / "exp-past.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\[variant\.grace\].*?\n\n", "", text, flags=re.DOTALL), encoding="utf-8")

    with pytest.raises(CatalogError, match=r"grace.*expiry-past"):
        audit(build(read(rules)))


@pytest.mark.parametrize("place", ["times/exp-past.toml", "exp-past.toml", "time/more/exp-past.toml", "symptoms/exp-past.toml"])
def test_misplaced_file_is_refused(rules: Path, place: str) -> None:
    """A file that stands nowhere is named, with the places there are."""
    target = rules / place
    target.parent.mkdir(exist_ok=True)
    (rules / "time" / "exp-past.toml").rename(target)

    with pytest.raises(CatalogError, match=rf"\Arules/{re.escape(place)}:1: no place for this file"):
        read(rules)


def test_broken_toml_is_refused(rules: Path) -> None:
    """The parser's own line and column go on to the reader."""
    line = spoil(rules / "time" / "exp-past.toml", 'stage      = "time"', 'stage      = "time')

    with pytest.raises(CatalogError, match=rf"\Arules/time/exp-past\.toml:{line}: not TOML: "):
        read(rules)


def test_a_name_twice_is_refused(rules: Path) -> None:
    """A rule and an unseen cause cannot share a name."""
    shutil.copy(rules / "time" / "exp-past.toml", rules / "header" / "exp-past.toml")

    with pytest.raises(CatalogError, match=r"stands in .* already"):
        read(rules)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A catalogue without rules would find nothing wrong with anything."""
    with pytest.raises(CatalogError, match="no rules found"):
        read(tmp_path)


# --- symptoms and causes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symptom", by_name(PLAIN["symptoms"]))
def test_symptom_fits_what_it_shows(catalog: Catalog, symptom: dict[str, Any]) -> None:
    """The words that a symptom shows lead to that symptom and no other."""
    provider = "salesforce" if symptom["provider"] == "client" else symptom["provider"]
    chosen = symptom_of(catalog, answer.parse(symptom["shows"]), provider)

    assert (None if chosen is None else chosen.name) == symptom["name"]


@pytest.mark.parametrize("symptom", by_name(PLAIN["symptoms"]))
def test_causes_resolve(catalog: Catalog, symptom: dict[str, Any]) -> None:
    """Each cause is a rule or an unseen cause, is listed once, and has a source; no passed check lies behind the answer's own."""
    names = [cause["name"] for cause in symptom["cause"]]

    assert len(names) == len(set(names))
    assert all(name in catalog.rules or name in catalog.unseen for name in names)
    assert all(cause["cites"] for cause in symptom["cause"])
    assert symptom["stage"] not in symptom["passed"]
    assert {STAGES.index(stage) for stage in symptom["passed"]} <= set(range(STAGES.index(symptom["stage"])))


def test_every_unseen_cause_is_some_answers_cause(catalog: Catalog) -> None:
    """An unseen cause that no symptom lists can never be named."""
    listed = {cause.name for symptom in catalog.symptoms for cause in symptom.causes}

    assert set(catalog.unseen) <= listed


# --- names ---------------------------------------------------------------------------------------------------------------


def test_names_are_unique_and_kebab_case() -> None:
    """Over rules and unseen causes; over symptoms; and an explained name means one thing."""
    causes = [each["name"] for each in (*PLAIN["rules"], *PLAIN["unseen"])]
    symptoms = [each["name"] for each in PLAIN["symptoms"]]
    profiles = [each["name"] for each in PLAIN["profiles"]]

    for names in (causes, symptoms, profiles):
        assert len(names) == len(set(names))
    for name in (*causes, *symptoms, *profiles):
        assert NAME.match(name), name
    variants = {variant for rule in PLAIN["rules"] for variant in rule.get("variant", {})}
    assert all(NAME.match(variant) for variant in variants)


OF_OTHER_PROVIDERS = {
    # Salesforce asks for none of these; they become rules with the profile of the first provider that does.
    "iat-missing": "servers that demand iat (Google, Snowflake); Salesforce does not read it",
    "iss-sub-case": "account names whose letter case counts (Snowflake)",
    "account-identifier-wrong": "account identifiers (Snowflake)",
    "scope-missing": "a scope claim inside the assertion (Google, DocuSign)",
    "jti-missing": "one-time ids that are mandatory (Box, Entra)",
    "header-missing-kid-or-x5t": "key identifiers in the header (Entra, Box)",
}


def vocabulary(shared: Path) -> dict[str, set[str]]:
    """The names in each table of the shared vocabulary."""
    sections: dict[str, set[str]] = {}
    title = ""
    for line in (shared / "vocabulary.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            title = line[3:]
        elif line.startswith("| ") and not line.startswith("| name "):
            sections.setdefault(title, set()).update(re.split(r"\s*·\s*", line.split("|")[1].strip()))
    return sections


def test_vocabulary_is_known(catalog: Catalog, shared: Path) -> None:
    """Every name of the vocabulary is a rule or an unseen cause, or belongs to a provider that has no profile yet."""
    sections = vocabulary(shared)
    names = set().union(*sections.values())

    assert {title.partition(",")[0] for title in sections} >= {"Time", "Audience", "Identity", "Token"}
    assert len(names) > 70
    assert names - catalog.rules.keys() - catalog.unseen.keys() == set(OF_OTHER_PROVIDERS)


# --- compiled ------------------------------------------------------------------------------------------------------------


def test_compiled_equals_sources(tmp_path: Path) -> None:
    """The compiled file holds what the sources say, and nothing is left behind beside it."""
    target = tmp_path / "catalog.json"
    compile_to(RULES, target)
    compiled = json.loads(target.read_text(encoding="ascii"))

    assert compiled == json.loads(json.dumps(read(RULES)))
    assert build(compiled).rules == build(read(RULES)).rules
    assert [each.name for each in tmp_path.iterdir()] == ["catalog.json"]


def test_compiler_keeps_the_old_file_when_it_fails(rules: Path, tmp_path: Path) -> None:
    """A catalogue with an error is not written, not even half."""
    target = tmp_path / "catalog.json"
    target.write_text("old")
    spoil(rules / "time" / "exp-past.toml", "stage ", "stages ")

    with pytest.raises(CatalogError):
        compile_to(rules, target)

    assert target.read_text() == "old"


def test_every_check_is_used(catalog: Catalog) -> None:
    """A check that no rule calls is dead code."""
    assert {rule.check for rule in catalog.rules.values()} == set(CHECKS)
