"""Inputs made to hurt: each of them once hung, crashed, or brought a secret to the output.

The sizes are such that anything but linear time would keep the suite from ending; no time is asserted.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from minting import CLAIMS, FROZEN_NOW, b64u, certificate, mint

from jwtdoctor import diagnose
from jwtdoctor.render import FORMATS, Look, render

pytestmark = pytest.mark.once

H = ".".join(map(b64u, (b'{"alg":"HS256"}', b'{"a":1}')))
SIG = "S1g" + "nAtUr3_" * 5 + "xyzAB"
HEX = "0123456789ABCDEF" * 4


def token(header: dict[str, Any] | None = None, signature: bytes = b"\1" * 256, **changes: Any) -> str:
    """A token whose signature nobody made."""
    parts = (json.dumps(header or {"alg": "RS256"}).encode(), json.dumps({**CLAIMS, **changes}).encode(), signature)
    return ".".join(map(b64u, parts))


def everything(text: str, **options: Any) -> str:
    """All formats of a report, one after the other."""
    report = diagnose(text, now=FROZEN_NOW, **options)
    assert all(result.broke == () for result in report.results)
    return "\n".join(render(report, name, Look(100)) for name in FORMATS)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"e30.e30.{b64u(b'0' * 4000 + b'g')}", {}),
        ("POST /x HTTP/1.1\nX: " + "ey-" * 300_000 + "\n\n", {}),
        ("POST / HTTP/1.1\n\na=" + " \n" * 300_000 + ".", {}),
        ("a" + " " * 1_000_000 + "b", {}),
        (token(iss="key here " * 60_000 + "\nx"), {}),
        (token(sub="a@" + "." * 300_000 + "@"), {}),
        (token(sub="ey" * 200_000), {}),
        (token(sub="ey-" * 100_000 + "."), {}),
        (mint(), {"certificates": [b"-----BEGIN A-----" * 60_000]}),
        ("<html>" * 40_000, {}),
        (mint(), {"error": "<html>" * 40_000}),
        (mint(), {"error": "Error." * 40_000}),
        (mint(), {"error": "HTTP/1.1 400\ndate: a" + " " * 200_000 + "b"}),
        (b64u(b"{" * 70 + b'"\\' * 200_000) + ".e30.AA", {}),
        ("ey" + "=ey" * 300_000, {}),
        (f"{H}.{SIG} " * 20_000, {}),
    ],
    ids=range(16),
)
def test_time_stays_linear(text: str, options: dict[str, Any]) -> None:
    """It ends."""
    for result in diagnose(text, now=FROZEN_NOW, **options).results[:3]:
        assert result.broke == ()


def test_a_thousand_duplicates_are_told_in_a_few_remarks() -> None:
    """The report does not grow with the number of faults of one kind."""
    members = ",".join(f'"{n}":1,"{n}":1' for n in range(10_000))
    (result,) = diagnose(f"e30.{b64u(('{' + members + '}').encode())}.AAAA", now=FROZEN_NOW).results
    assert 1 <= sum(f.variant == "duplicate-member" for f in result.findings) <= 10


def test_tiny_rsa_keys() -> None:
    """512 bits leave no room for PSS with SHA-512."""
    n = 2**511 + 111
    value = n // 3
    while pow(value, 3, n) & 255 != 0xBC:
        value += 1
    jwk = json.dumps({"kty": "RSA", "n": b64u(n.to_bytes(64, "big")), "e": "Aw"})
    assert diagnose(token(signature=value.to_bytes(64, "big")), certificates=[jwk], now=FROZEN_NOW).results[0].broke == ()


@pytest.mark.parametrize("alg", ["RS²", "RS" + "9" * 5000, "RS256 ", "rs256", "ES"])
def test_odd_algorithms_against_a_pinned_key(alg: str) -> None:
    """No number is read from what only looks like one."""
    jwk = {**json.loads(certificate("jwk")), "alg": "RS256"}
    assert diagnose(token({"alg": alg}), certificates=[json.dumps(jwk)], now=FROZEN_NOW).results[0].broke == ()


@pytest.mark.parametrize("sub", ["&#" + "1" * 5000 + ";", "&#99999999;", "&#x110000;", "a&#64;b.example"])
def test_odd_character_references(sub: str) -> None:
    """Unescaping does not break the rule."""
    assert diagnose(token(sub=sub), now=FROZEN_NOW).results[0].broke == ()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"certificates": "abc"}, TypeError),
        ({"certificates": b"abc"}, TypeError),
        ({"certificates": [5]}, TypeError),
        ({"endpoint": 5}, TypeError),
        ({"error": b"x"}, TypeError),
        ({"now": float("inf")}, ValueError),
        ({"now": float("nan")}, ValueError),
        ({"now": 10**5000}, ValueError),
        ({"now": FROZEN_NOW * 1000}, ValueError),
        ({"app": "x"}, ValueError),
    ],
)
def test_library_refuses_wrong_arguments(arguments: dict[str, Any], error: type[Exception]) -> None:
    """A missing list, or milliseconds as now, is told and not guessed."""
    with pytest.raises(error):
        diagnose(mint(), **arguments)


def test_a_lone_surrogate_in_a_certificate() -> None:
    """Text that no encoding holds is an unreadable certificate."""
    assert diagnose(mint(), certificates=["\ud800"], now=FROZEN_NOW).results[0].signature.status == "not-examined"


def test_memory_of_the_engine_at_the_beginning_of_time() -> None:
    """What was said of a distance in 2026 is not true of it in January 1970."""
    early = {f.rule for f in diagnose(token(exp=50060), now=50000, profile="generic").results[0].findings}
    diagnose(token(exp=FROZEN_NOW + 50060), now=FROZEN_NOW, profile="generic")
    assert {f.rule for f in diagnose(token(exp=50060), now=50000, profile="generic").results[0].findings} == early


KEY_LINES = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + "x" * 32, "-----END PRIVATE KEY-----"]


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        (f"{H}.{SIG}", SIG),
        (f"\\n{H}.{SIG}", SIG),
        (f"t_{H}.{SIG}", SIG),
        (f"a%3D{H}.{SIG}", SIG),
        (f"{H}.{SIG}".replace(".", "%2E"), SIG),
        (f"{H}.{SIG[:20]}\n{SIG[20:]}", SIG[20:]),
        (f"{H}.\n{SIG}", SIG),
        (json.dumps({"payload": "e30", "protected": "e30", "signature": SIG}), SIG),
        (KEY_LINES, "x" * 32),
        ("\n".join(KEY_LINES), "x" * 32),
        ("-----BEGIN%20PRIVATE%20KEY-----" + "x" * 32, "x" * 32),
        ("MC4CAQAwBQYDK2VwBCIEI" + "Q" * 43, "Q" * 43),
        ("MHcCAQEEI" + "Q" * 60, "Q" * 60),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0t" + "\n".join(["Q" * 76] * 4), "Q" * 76),
        ("\n".join(["Qw" * 32] * 4), "Qw" * 32),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n" + "Q" * 40, "Q" * 40),
        ({"jwk": {"crv": "P-256", "d": SIG}}, SIG),
        (json.dumps(json.dumps({"kty": "EC", "d": SIG})), SIG),
        ("https://x.example/frontdoor.jsp?sid=00D5g000004XyZa%21AQcA" + "q" * 40, "q" * 40),
        ("x00D5g000004XyZa!" + "q" * 40, "q" * 40),
        (f"3MVG9abc:{HEX}", HEX),
        (HEX.lower(), HEX.lower()),
        ("client_secret=1234567890123456789", "1234567890123456789"),
        ({"client_secret": "hunter2hunter2"}, "hunter2hunter2"),
        ("Basic " + "dXNlcjpwYXNzd29yZA", "dXNlcjpwYXNzd29yZA"),
        ("ghp_" + "q" * 36, "q" * 36),
        ("https://u:pa55w0rd@acme.lightning.force.com/", "pa55w0rd"),
    ],
    ids=range(27),
)
@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "jti", "exp"])
def test_secrets_in_claims_stay_inside(value: object, secret: str, claim: str) -> None:
    """Whatever its disguise, it reaches no format."""
    assert secret not in everything(token(**{claim: value}))


@pytest.mark.parametrize(
    "header", [{"alg": HEX}, {"alg": "RS256", "crit": ["a" * 60, HEX]}, {"alg": "RS256", "kid": f"{H}.{SIG}"}]
)
def test_nothing_is_cut_before_it_is_scrubbed(header: dict[str, Any]) -> None:
    """Half a secret is a secret."""
    shown = everything(token(header))
    assert HEX[:20] not in shown
    assert SIG not in shown


def test_passwords_in_urls_and_headers() -> None:
    """Userinfo, queries and parameters of header fields are not shown."""
    request = f"POST https://u:pa55w0rd@acme.lightning.force.com/x?k=S3CR3T HTTP/1.1\nContent-Type: text/plain; x=S3CR3T\n\nassertion={mint()}"
    shown = everything(request) + everything(mint(), endpoint="https://u:S3CR3T@acme.lightning.force.com/x?a=S3CR3T#S3CR3T")
    assert "pa55w0rd" not in shown
    assert "S3CR3T" not in shown


def test_invisible_letters_are_shown_as_escapes() -> None:
    """Fillers and blanks that are letters by their category."""
    for character in "\u3164\u115f\u2800\u200b\u202e":
        assert character not in everything(token(sub=f"a{character}b"))


def test_an_answer_is_scrubbed_before_it_is_taken_apart() -> None:
    """Letters, an underscore, letters and a dash look like an error code with its description; in a key they may stand anywhere."""
    tail = "Vy5WLR8IwYoAsXBeu851" * 3
    key = {"kty": "RSA", "n": "AQAB", "d": f"Qw3rT5-ADT_zlS-{tail}"}
    assert tail[:20] not in everything("", error=json.dumps(key))


def test_a_container_in_x5c_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token must not make anybody derive keys: x5c holds certificates, and nothing else in it is looked into."""

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a container was opened")

    monkeypatch.setattr("cryptography.hazmat.primitives.serialization.pkcs12.load_pkcs12", refuse)
    header = {"alg": "RS256", "x5c": [base64.b64encode(certificate("pkcs12")).decode()]}
    (result,) = diagnose(mint(header), certificates=[certificate("match")], now=FROZEN_NOW).results
    assert result.broke == ()
    assert [f.variant for f in result.findings if f.at.path == "x5c"] == ["x5c-unreadable"]


@pytest.mark.parametrize("depth", [70, 500, 800, 3000, 100_000])
def test_deep_json_under_a_signature_that_does_not_verify(depth: int) -> None:
    """Nothing recurses into it, neither the rewriting nor the search."""
    for claims in ('{"a":' * depth + "1" + "}" * depth, '{"a":' + "[" * depth + "]" * depth + "}"):
        for private, name in (("match", "other"), ("ec", "ec")):
            token = mint(
                {"alg": "ES256"} if private == "ec" else {"alg": "RS256"}, claims, private=private, mutation="trailing-dot"
            )
            for result in diagnose(token, certificates=[certificate(name)], now=FROZEN_NOW).results:
                assert result.broke == ()
