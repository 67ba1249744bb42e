"""A redacted text has the same diagnosis, and nothing of what it was made of."""

from __future__ import annotations

import base64
import functools
import itertools
import json
import re
from typing import Any

import minting
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from redaction import KEY, Given, golden, leaks, pastes, samples, secrets_of, shared_cases, worked
from throwaway import CLAIMS, CONSUMER_KEY, NOW, SETTINGS, b64, certificate, jwk, mint, pem, unsigned

from jwtdoctor import diagnose, intake, library, statement
from jwtdoctor.decode import decode
from jwtdoctor.redact import Redactor, Vocabulary
from jwtdoctor.redact.aligned import align
from jwtdoctor.redact.edits import Edits
from jwtdoctor.redact.prose import is_opaque
from jwtdoctor.render import FORMATS, Look, render
from jwtdoctor.sharing import Shared, shareable

pytestmark = pytest.mark.once

OTHER_KEY = bytes(32)
FEW = [*samples(), *golden(), *shared_cases()]
"""With answers, certificates and endpoints, as people have them."""


def told(text: str, **around: Any) -> list[tuple[Any, ...]]:
    """What a diagnosis says, apart from the values it says it of."""
    said = []
    for result in diagnose(text, **around).results:
        findings = sorted((f.rule, f.variant, f.severity, f.effect, str(f.at)) for f in result.findings)
        causes = [(each.cause, each.standing) for each in result.diagnosis.causes]
        signature = result.signature.status, result.signature.reason
        about = result.kind, result.profile.name, result.verdict, result.diagnosis.symptom
        read = result.source.form, result.source.stripped, result.answer_from, result.judged_at
        asked = result.request and result.request._replace(
            url="", fields={}, query={}, agent="", content_type=result.request.content_type.partition(";")[0]
        )
        said.append((*about, causes, findings, sorted(result.diagnosis.ruled_out), signature, read, asked))
    return said


def again(shared: Shared, around: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What is said of the redacted text, with the values that go with it."""
    return told(shared.text, **{**around, "endpoint": shared.endpoint, "error": shared.error})


# --- the same diagnosis --------------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("each", [*FEW, *worked(), *pastes()], ids=lambda each: each.name)
def test_the_diagnosis_stays_the_same_and_nothing_leaks(each: Given) -> None:
    """Verdict, causes, findings, what is ruled out, how it was read; no signature, no identifier, however it is encoded."""
    shared = shareable(each.text, key=KEY, **each.around)

    assert shared.same
    assert shared.kept == ()
    assert again(shared, each.around) == told(each.text, **each.around)
    assert leaks(secrets_of(each.text), shared.text) == []


@pytest.mark.parametrize("each", FEW, ids=lambda each: each.name)
def test_hosts_are_replaced_on_request(each: Given) -> None:
    """The diagnosis is the same, and no org is named."""
    shared = shareable(each.text, key=KEY, hosts=True, **each.around)

    assert shared.same
    assert again(shared, each.around) == told(each.text, **each.around)
    tokens = [decode(paste.text) for paste in intake.read(shared.text)]
    shown = [shared.text, shared.endpoint or "", *(json.dumps(token.payload.value) for token in tokens)]
    assert not any("acme-demo" in each for each in shown)


@pytest.mark.parametrize("each", FEW[::3], ids=lambda each: each.name)
def test_redacting_twice_is_no_more_than_once(each: Given) -> None:
    """What is stated the first time is stated again, in no more characters."""
    once = shareable(each.text, key=KEY, **each.around)
    around = {**each.around, "endpoint": once.endpoint, "error": once.error}
    twice = shareable(once.text, key=OTHER_KEY, **around)

    assert again(twice, around) == told(each.text, **each.around)
    assert len(twice.text) <= len(once.text) + 8


@functools.cache
def for_sharing(name: str) -> Shared:
    """A sample or a golden report, redacted once for all formats."""
    each = next(each for each in FEW if each.name == name)
    return shareable(each.text, key=KEY, source="/home/jsmith/customers/acme/token.txt", **each.around)


@pytest.mark.parametrize("each", [*samples(), *golden()], ids=lambda each: each.name)
@pytest.mark.parametrize("form", FORMATS)
def test_no_report_for_sharing_holds_what_was_taken_out(each: Given, form: str) -> None:
    """In any format; and the page says what it is."""
    shared = for_sharing(each.name)
    shown = render(shared.report, form, Look(200))

    assert leaks(secrets_of(each.text), shown) == []
    assert "jsmith" not in shown
    if form != "csv" and shared.report.results and shared.report.results[0].kind is not None:
        assert "redacted" in shown


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_that_the_signature_is_only_stated(form: str) -> None:
    """A signature by another key, found before the redaction: whoever gets the text has it on trust, the run that redacts has seen it."""
    shared = shareable(mint(name="other"), key=KEY, certificates=(certificate(),), now=NOW)
    pasted = diagnose(shared.text, now=NOW)

    assert statement.TOLD in " ".join(render(pasted, form, Look(200)).split())
    assert statement.TOLD not in " ".join(render(shared.report, form, Look(200)).split())


def test_what_was_only_stated_is_so_whenever_it_is_redacted_again() -> None:
    """The second run has seen no signature."""
    once = shareable(mint(name="other"), key=KEY, certificates=(certificate(),), now=NOW)
    twice = shareable(f"{once.text}\n\n{mint(name='other')}", key=KEY, certificates=(certificate(),), now=NOW)

    assert [each.signature.stated for each in once.report.results] == [False]
    assert [each.signature.stated for each in twice.report.results] == [True, False]
    assert [statement.TOLD in each.findings[0].message for each in twice.report.results] == [True, False]


def test_whoever_gets_the_text_needs_no_certificate() -> None:
    """The verdict on the signature travels with it."""
    text = mint(name="other")
    shared = shareable(text, key=KEY, certificates=(certificate(),), now=NOW)

    (result,) = diagnose(shared.text, now=NOW).results
    assert (result.signature.status, result.signature.stated) == ("invalid", True)
    assert (
        result.diagnosis.causes[0].cause
        == diagnose(text, certificates=(certificate(),), now=NOW).results[0].diagnosis.causes[0].cause
    )


# --- look-alikes ---------------------------------------------------------------------------------------------------------


def shape(text: str) -> str:
    """A text with its letters and digits made alike."""
    return re.sub(r"[0-9]", "0", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", text)))


def test_the_same_key_gives_the_same_and_another_key_others() -> None:
    """Within a report one app is one app; between two runs nobody can tell."""
    text = mint()
    first, second, other = (shareable(text, key=key, now=NOW).text for key in (KEY, KEY, OTHER_KEY))

    assert first == second
    subjects = [decode(each).payload.value["sub"] for each in (first, other)]
    assert subjects[0] != subjects[1]
    assert {shape(each) for each in subjects} == {shape(CLAIMS["sub"])}


VALUES = some.text(some.characters(codec="utf-8", exclude_characters="\u0130"), max_size=40) | some.from_regex(
    r"[A-Za-z0-9._-]{12,60}(@[a-z]{3,12}\.[a-z]{2,8})?", fullmatch=True
)
TREES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**60), 2**60) | VALUES,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(VALUES, inner, max_size=3),
    max_leaves=6,
)


@settings(SETTINGS, max_examples=60)
@given(
    some.dictionaries(
        some.sampled_from(["iss", "sub", "jti", "aud", "exp", "kid", "note", "roles", "name"]) | VALUES, TREES, max_size=6
    )
)
def test_any_claims_keep_their_shape(claims: dict[str, Any]) -> None:
    """Every length stays, the members stay, the same is the same, and long identifiers are gone."""
    token = unsigned(json.dumps(claims, ensure_ascii=False).encode("utf-8", "replace"))
    redactor = Redactor(KEY)
    new = redactor.token(token)

    assert new == Redactor(KEY).token(token)
    assert [len(part) for part in new.split(".")] == [len(part) for part in token.split(".")]
    before, after = decode(token), decode(new)
    assert [each.code for each in before.payload.problems] == [each.code for each in after.payload.problems]
    assert len(before.payload.value) == len(after.payload.value)
    for name in ("iss", "sub", "jti"):
        value = before.payload.value.get(name)
        if isinstance(value, str) and len(re.findall(r"[A-Za-z0-9]", value)) > 11 and "://" not in value:
            assert after.payload.value[name] != value
            assert shape(after.payload.value[name]) == shape(value)


@pytest.mark.parametrize(
    "value",
    [
        "0055g00000AbCdEAAV",
        "00D5g000004ABcd",
        "8f1c33c9a27e4d60",
        "8F1C33C9A27E4D60",
        "b3b1e7a0-6a0f-4d0e-9c43-8a7f0f4f3f21",
        CONSUMER_KEY,
    ],
)
def test_the_class_of_an_id_stays(value: str) -> None:
    """Record ids keep their kind and check letters, hexadecimal stays hexadecimal, a consumer key stays one."""
    new = Redactor(KEY, vocabulary=Vocabulary(("3MVG9", "005", "00D"))).value(value)

    assert new != value
    assert shape(new) == shape(value)
    if re.fullmatch(r"[0-9a-fA-F-]+", value):
        assert re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]+", new)
    else:
        assert new[:3] == value[:3]
    assert len(value) != 18 or new[15:] == value[15:]


def test_what_belongs_together_stays_together() -> None:
    """The name in the token is the name in the log line, in the URL and in the answer."""
    text = f"user=jsmith77@acme-demo.example login_hint=jsmith77%40acme-demo.example\nassertion={mint({**CLAIMS, 'sub': 'jsmith77@acme-demo.example'})}\njsmith77@acme-demo.example is unknown"
    shared = shareable(text, key=KEY, now=NOW)
    (paste,) = intake.read(shared.text)
    subject = decode(paste.text).payload.value["sub"]

    assert "jsmith77" not in shared.text
    assert shared.text.count(subject) == 2
    assert subject.replace("@", "%40") in shared.text


def test_a_sandbox_is_still_the_sandbox_of_its_user() -> None:
    """The suffix and the host's label are kept together, or replaced together."""
    claims = {**CLAIMS, "sub": "jsmith@acme-demo.example.team7", "aud": "https://acme-demo--team7.sandbox.my.salesforce.com"}
    for hosts in (False, True):
        shared = shareable(unsigned(claims), key=KEY, hosts=hosts, now=NOW)
        new = decode(shared.text).payload.value
        label = new["sub"].rpartition(".")[2]
        assert shared.same
        assert f"--{label}." in new["aud"]
        assert (label == "team7") is not hosts


def test_a_placeholder_is_nobodys() -> None:
    """Whoever left it there is told by the very words."""
    text = unsigned({**CLAIMS, "iss": "<YOUR CONSUMER KEY>"})

    assert decode(shareable(text, key=KEY, now=NOW).text).payload.value["iss"] == "<YOUR CONSUMER KEY>"


def test_numbers_that_identify_are_replaced() -> None:
    """A subject may be a number; a time is none."""
    new = decode(Redactor(KEY).token(unsigned({"sub": 123456789, "exp": NOW}))).payload.value

    assert new["sub"] != 123456789
    assert len(str(new["sub"])) == 9
    assert new["exp"] == NOW


# --- secrets in a text ---------------------------------------------------------------------------------------------------

OPAQUE = "AQEAQKqCq9b6pQw1Yx2mC0l3D4rT5uV6wX7yZ8aB9cD0eF1gH2iJ3kL4mN5oP6qR7sT8uV9w"
SECRET = "5D3C1B7A9F2E4C6D8B0A1F3E5D7C9B2A4F6E8D0C1B3A5F7E9D2C4B6A8F0E1D3C"
PRIVATE = jwk(private=True)
HIDDEN = {
    "a private key": (f"key: {pem()} end", pem().splitlines()[5]),
    "a private key in JSON": (json.dumps({"private_key": pem(), "client_email": "a@b.example"}), pem().splitlines()[5]),
    "a private key without its end": (pem()[:900], pem().splitlines()[5]),
    "a private key in base64": (base64.b64encode(pem().encode()).decode(), base64.b64encode(pem().encode()).decode()[200:240]),
    "a private JWK": (json.dumps(PRIVATE), PRIVATE["d"][:24]),
    "a private JWK in base64": (b64(json.dumps(PRIVATE, separators=(",", ":"))), PRIVATE["d"][:24]),
    "a session": (f"Authorization: Bearer 00D5g000004ABcd!{OPAQUE}", OPAQUE[:24]),
    "a session in JSON": (json.dumps({"access_token": f"00D5g000004ABcd!{OPAQUE}"}), OPAQUE[:24]),
    "a secret in a form": (f"grant_type=x&client_secret={SECRET}&a=b", SECRET[:24]),
    "a password": ('{"password": "correct horse battery"}', "horse"),
    "a refresh token": (f"refresh_token=5Aep861{OPAQUE}", OPAQUE[:24]),
    "credentials": (f"Authorization: Basic {b64('jsmith:battery-staple')}", b64("jsmith:battery-staple")[:12]),
    "credentials in an address": ("GET https://jsmith:battery@acme.example/", "battery"),
    "an address": ("from Jane.Smith+x@acme.example", "Smith"),
    "a user id": ("id/00D5g000004ABcdEAE/0055g00000AbCdEAAV", "g00000AbCdE"),
    "an app": (f"client {CONSUMER_KEY}", CONSUMER_KEY[6:30]),
    "a home folder": ("at /home/jane.smith/app/main.py", "smith"),
    "a trace id": ("trace 8f1c33c9a27e4d60b5e2f7a9d0c4b1e6", "c33c9a27e4d60"),
    "an opaque id": (f"sid is {OPAQUE}", OPAQUE[:24]),
    "the rest of a damaged token": (f"{unsigned()}!{OPAQUE}", OPAQUE[:24]),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_secret_is_gone(name: str) -> None:
    """Wherever it stands; the text keeps its length and its kind."""
    text, secret = HIDDEN[name]
    shared = shareable(text, key=KEY, now=NOW)

    assert secret in text or secret in base64.urlsafe_b64decode(text + "==").decode("utf-8", "replace")
    assert secret not in shared.text
    assert [each.kind for each in intake.read(shared.text)] == [each.kind for each in intake.read(text)]
    assert shared.same


@pytest.mark.parametrize(
    "text",
    [
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer",
        "Content-Type: application/x-www-form-urlencoded",
        "https://login.salesforce.com/services/oauth2/token",
        '{"error":"invalid_grant","error_description":"user hasn\'t approved this consumer"}',
        "Auth.JWTBearerTokenExchange bearer = new Auth.JWTBearerTokenExchange(tokenEndpoint, jws);",
        "jwt.setValidityLength(DateTime.now().addMinutes(5).getTime().intValue());",
        "curl --data-urlencode assertion@assertion.jwt",
        "const token = jwt.sign({ iss: process.env.CLIENT_ID, sub: `${user}` }, key);",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    """Words of protocols and of programs."""
    assert Redactor(KEY).text(text) == text


# --- the parts -----------------------------------------------------------------------------------------------------------

WRAPPINGS = {
    "lines": lambda token: "\n".join(token[at : at + 64] for at in range(0, len(token), 64)),
    "a quoted mail": lambda token: "\n> ".join(token[at : at + 70] for at in range(0, len(token), 70)),
    "quoted-printable": lambda token: "=\n".join(token[at : at + 75] for at in range(0, len(token), 75)),
    "a URL": lambda token: token.replace(".", "%2E"),
    "a URL twice": lambda token: token.replace(".", "%252E").replace("-", "%252D"),
    "JSON": lambda token: token.replace(".", "\\u002e"),
    "HTML": lambda token: token.replace(".", "&#46;").replace("_", "&lowbar;"),
    "tags": lambda token: "<wbr>".join(token[at : at + 50] for at in range(0, len(token), 50)),
    "string concatenation": lambda token: '" +\n    "'.join(token[at : at + 60] for at in range(0, len(token), 60)),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_a_token_is_found_in_its_wrapping(name: str) -> None:
    """Each character has its place, in order, and nothing else has."""
    token = minting.mint()
    text = f"before {WRAPPINGS[name](token)} after"
    spans = align(text, 7, token)

    assert spans is not None
    assert len(spans) == len(token)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert (spans[0][0], text[spans[-1][1] :]) == (7, " after")


def test_a_token_that_is_not_there_is_not_found() -> None:
    """Neither another token nor half of it."""
    token = minting.mint()
    assert align(unsigned(), 0, token) is None
    assert align(token[:200], 0, token) is None


def test_edits_do_not_overlap() -> None:
    """The first one has it."""
    edits = Edits("0123456789")
    assert edits.add(2, 5, "abc")
    assert not edits.add(4, 6, "xx")
    assert not edits.add(0, 3, "xx")
    assert edits.add(5, 6, "-")
    assert edits.done() == "01abc-6789"


@pytest.mark.parametrize(
    ("run", "opaque"),
    [
        ("setOAuth2TokenEndpoint", False), ("getSalesforceIntegrationUser2", False), ("application/x-www-form-urlencoded", False),
        ("20261123120000000", False), (OPAQUE, True), (minting.mint().rpartition(".")[2], True), ("k3J9xQ2mB7vT1zR8", True),
    ],
)  # fmt: skip
def test_an_opaque_run_is_no_word(run: str, opaque: bool) -> None:
    """Names of programs stay legible."""
    assert is_opaque(run) is opaque


def test_neither_key_nor_value_shows_in_a_repr() -> None:
    """Logs and tracebacks print objects."""
    redactor = Redactor(KEY)
    redactor.token(unsigned())
    assert repr(redactor) == "<Redactor>"


# --- source code ---------------------------------------------------------------------------------------------------------

APEX = f"""
String iss = '{CONSUMER_KEY}';
String user = 'jane.smith' + '@acme-demo.example.uat';
Long exp = DateTime.now().addMinutes(5).getTime();
Auth.JWT jwt = new Auth.JWT();
jwt.setIss(iss); jwt.setSub(user); jwt.setAud('https://test.salesforce.com');
jwt.setValidityLength(exp.intValue());
Auth.JWS jws = new Auth.JWS(jwt, 'jini');
Auth.JWTBearerTokenExchange bearer = new Auth.JWTBearerTokenExchange('https://test.salesforce.com/services/oauth2/token', jws);
"""


def test_source_code_keeps_its_lines_and_its_findings() -> None:
    """Strings are replaced where they stand, also those an identifier is put together of."""
    shared = shareable(APEX, key=KEY, now=NOW)

    assert shared.same
    assert [len(line) for line in shared.text.splitlines()] == [len(line) for line in APEX.splitlines()]
    assert not any(word in shared.text for word in (CONSUMER_KEY[6:18], "smith", "acme-demo"))
    spans = [[f.origin and f.origin.span for f in r.findings] for r in (*diagnose(APEX, now=NOW).results, *shared.report.results)]
    assert spans[0] == spans[1] != []
    changed = [old for old, new in zip(APEX.splitlines(), shared.text.splitlines(), strict=True) if old != new]
    assert [line.split()[1] for line in changed] == ["iss", "user"]


# --- where it cannot be the same -----------------------------------------------------------------------------------------


def test_more_is_kept_where_the_diagnosis_hangs_on_it() -> None:
    """A token without a third segment has no place for a statement, so the thumbprint that names the certificate stays."""
    given = library.material(certificate())
    text = unsigned(header={"alg": "RS256", "x5t": given[0].x5t}).rpartition(".")[0]
    shared = shareable(text, key=KEY, certificates=given, now=NOW)

    assert shared.same
    assert set(shared.kept) <= {"header.x5t", "payload.sub", "payload.iss"}
    assert again(shared, {"certificates": given, "now": NOW}) == told(text, certificates=given, now=NOW)
