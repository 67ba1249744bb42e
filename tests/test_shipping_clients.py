"""Assertions exactly as clients make them that ship and are let in every day. None may be called refused.

Each oddity is worth a finding, and none may be blamed first for an answer that it does not explain. Where a client's own
code signs with PyJWT, Authlib or joserfc, the real library does it here.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import jwt as pyjwt
import minting
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt

from jwtdoctor import diagnose
from jwtdoctor.report import Result

NOW = minting.FROZEN_NOW
MY_DOMAIN = "https://acme-demo.my.salesforce.com"
SANDBOX = "https://acme-demo--uat.sandbox.my.salesforce.com"
TOKEN_PATH = "/services/oauth2/token"
LOGIN = "https://login.salesforce.com"
TEST = "https://test.salesforce.com"


class Client(NamedTuple):
    """One client: how it makes its assertion, where it posts it, and what is odd about it."""

    make: Callable[[], str]
    endpoint: str
    tolerated: frozenset[str] = frozenset()
    """The oddities by rule, every one with the effect ``tolerates``."""


def _claims(**changed: Any) -> dict[str, Any]:
    return {"iss": minting.ISS, "sub": minting.SUB, "aud": LOGIN, "exp": NOW + 180, **changed}


def _ordered(*names: str, **values: Any) -> dict[str, Any]:
    claims = _claims(**values)
    return {name: claims[name] for name in names}


def _salesforce_cli() -> str:
    """forcedotcom/sfdx-core: src/org/authInfo.ts, authJwt: exp is Date.now() + 300, so milliseconds and a third of a second.

    jsonwebtoken adds iat in seconds; the instance URL has gone through URL.href, which ends a bare host with a slash.
    """
    claims = _ordered("iss", "sub", "aud", "exp", aud=f"{MY_DOMAIN}/", exp=NOW * 1000 + 300)
    return minting.mint({"alg": "RS256", "typ": "JWT"}, {**claims, "iat": NOW})


def _simple_salesforce() -> str:
    """simple-salesforce: simple_salesforce/login.py, SalesforceLogin with privatekey: exp is a string; PyJWT signs."""
    claims = _ordered("iss", "sub", "aud", "exp", exp=str(NOW + 180))
    return _pyjwt(claims)


def _cumulusci() -> str:
    """CumulusCI: cumulusci/oauth/salesforce.py, jwt_session: exp is now, alg stands in the payload too; PyJWT signs."""
    return _pyjwt({"alg": "RS256", **_ordered("iss", "sub", "aud", "exp", exp=NOW)})


def _cumulusci_without_typ() -> str:
    """The same claims under the header of the older help text, which has only alg."""
    return minting.mint({"alg": "RS256"}, {"alg": "RS256", **_ordered("iss", "sub", "aud", "exp", exp=NOW)})


def _restforce() -> str:
    """restforce: lib/restforce/middleware/authentication/jwt_bearer.rb: aud is the bare host; ruby-jwt writes only alg."""
    return minting.mint({"alg": "RS256"}, _ordered("iss", "sub", "aud", "exp", aud="login.salesforce.com", exp=NOW + 120))


def _cdp_connector() -> str:
    """forcedotcom/salesforce-cdp-connector: authentication_helper.py: exp is int(time.time()) + 3600; PyJWT signs."""
    return _pyjwt(_ordered("iss", "sub", "exp", "aud", exp=NOW + 3600))


def _datacloud_jdbc() -> str:
    """forcedotcom/datacloud-jdbc: DataCloudTokenProvider.java: jjwt, aud as a single string, iat, and exp two minutes on."""
    claims = _ordered("iss", "sub", "aud", "iat", "exp", iat=NOW, exp=NOW + 120)
    return minting.mint({"alg": "RS256"}, claims)


def _jsonwebtoken() -> str:
    """node-jsonwebtoken: sign.js with expiresIn 180: typ after alg, iat added behind the caller's claims, then exp."""
    return minting.mint({"alg": "RS256", "typ": "JWT"}, _ordered("iss", "sub", "aud", "iat", "exp", iat=NOW))


def _jose() -> str:
    """jose (JavaScript): SignJWT with setProtectedHeader({ alg }), setIssuedAt and setExpirationTime: no typ."""
    return minting.mint({"alg": "RS256"}, _ordered("iss", "sub", "aud", "iat", "exp", iat=NOW, exp=NOW + 300))


def _go_salesforce() -> str:
    """go-salesforce: auth.go: exp by strconv.Itoa, so a string; the members in the order of their names; no typ."""
    return minting.mint({"alg": "RS256"}, _ordered("aud", "exp", "iss", "sub", exp=str(NOW + 180)))


def _go_salesforce_at_my_domain() -> str:
    """The same client where aud is the shared host and the request goes to the sandbox's own domain."""
    return minting.mint({"alg": "RS256"}, _ordered("aud", "exp", "iss", "sub", aud=TEST, exp=str(NOW + 180)))


def _connectors() -> str:
    """amp-labs/connectors: providers/salesforce/jwt/jwt.go: a kid nobody asks for, and three minutes."""
    return minting.mint({"alg": "RS256", "kid": "1", "typ": "JWT"}, _ordered("aud", "exp", "iss", "sub"))


def _external_credential() -> str:
    """Salesforce's own External Credential sample (Connect REST API guide): exp is Text(FLOOR(… + 120)), so a string."""
    return minting.mint({"typ": "JWT", "alg": "RS256"}, _ordered("iss", "sub", "aud", "exp", exp=str(NOW + 120)))


def _pyjwt(claims: dict[str, Any], **headers: Any) -> str:
    """PyJWT: jwt.encode with the PEM key, as the library itself writes it."""
    return pyjwt.encode(claims, minting.private_pem().decode(), algorithm="RS256", headers=headers or None)


def _pyjwt_with_datetime() -> str:
    """PyJWT: README, exp as an aware datetime, which the library turns into whole seconds."""
    from datetime import UTC, datetime

    return _pyjwt(_claims(exp=datetime.fromtimestamp(NOW + 180, UTC), iat=datetime.fromtimestamp(NOW, UTC)))


def _joserfc() -> str:
    """joserfc: jwt.encode with an imported PEM key."""
    return joserfc_jwt.encode(
        {"alg": "RS256", "typ": "JWT"}, _claims(iat=NOW), joserfc_jwk.RSAKey.import_key(minting.private_pem())
    )


def _authlib() -> str:
    """Authlib: authlib.jose.jwt.encode, which adds typ and gives bytes."""
    from authlib.deprecate import AuthlibDeprecationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # the module says that it will move to joserfc
        from authlib.jose import jwt as authlib_jwt

        return authlib_jwt.encode({"alg": "RS256"}, _claims(iat=NOW), minting.private_pem()).decode()


CLIENTS = {
    "Salesforce CLI": Client(_salesforce_cli, MY_DOMAIN + TOKEN_PATH, frozenset({"exp-milliseconds", "aud-trailing-slash"})),
    "simple-salesforce": Client(_simple_salesforce, LOGIN + TOKEN_PATH, frozenset({"exp-not-number"})),
    "CumulusCI": Client(_cumulusci, LOGIN + TOKEN_PATH, frozenset({"exp-validity-too-short"})),
    "CumulusCI, no typ": Client(_cumulusci_without_typ, LOGIN + TOKEN_PATH, frozenset({"exp-validity-too-short"})),
    "restforce": Client(_restforce, LOGIN + TOKEN_PATH, frozenset({"aud-scheme-missing"})),
    "salesforce-cdp-connector": Client(_cdp_connector, LOGIN + TOKEN_PATH, frozenset({"exp-too-far"})),
    "datacloud-jdbc": Client(_datacloud_jdbc, LOGIN + TOKEN_PATH),
    "jsonwebtoken": Client(_jsonwebtoken, LOGIN + TOKEN_PATH),
    "jose": Client(_jose, LOGIN + TOKEN_PATH),
    "go-salesforce": Client(_go_salesforce, MY_DOMAIN + TOKEN_PATH, frozenset({"exp-not-number"})),
    "go-salesforce at a sandbox": Client(_go_salesforce_at_my_domain, SANDBOX + TOKEN_PATH, frozenset({"exp-not-number"})),
    "connectors": Client(_connectors, MY_DOMAIN + TOKEN_PATH),
    "External Credential": Client(_external_credential, MY_DOMAIN + TOKEN_PATH, frozenset({"exp-not-number"})),
    "PyJWT": Client(lambda: _pyjwt(_claims(iat=NOW)), LOGIN + TOKEN_PATH),
    "PyJWT with a datetime": Client(_pyjwt_with_datetime, LOGIN + TOKEN_PATH),
    "PyJWT with a kid": Client(lambda: _pyjwt(_claims(), kid="1"), LOGIN + TOKEN_PATH),
    "joserfc": Client(_joserfc, LOGIN + TOKEN_PATH),
    "Authlib": Client(_authlib, LOGIN + TOKEN_PATH),
}  # fmt: skip

ANSWERS = (
    "invalid_grant: invalid assertion",
    "invalid_grant: user hasn't approved this consumer",
    "invalid_grant: audience is invalid",
    "invalid_client_id: client identifier invalid",
)

named_clients = pytest.mark.parametrize("client", [pytest.param(each, id=name) for name, each in CLIENTS.items()])


def judged(client: Client, matching_certificate: bytes, error: str | None = None) -> Result:
    """The one result for the client's assertion, with its endpoint and the matching certificate."""
    (result,) = diagnose(
        client.make(), certificates=[matching_certificate], endpoint=client.endpoint, error=error, profile="salesforce", now=NOW
    ).results
    assert result.broke == ()
    return result


@named_clients
def test_client_is_not_called_refused(client: Client, matching_certificate: bytes) -> None:
    """Let in every day: accepted, with a valid signature, whatever is odd about it."""
    result = judged(client, matching_certificate)

    assert result.signature.status == "valid"
    assert result.verdict == "accepted", [(f.rule, f.effect, f.confidence) for f in result.findings]
    assert result.diagnosis.causes == ()


@named_clients
def test_client_is_not_refused_without_certificate_and_endpoint(client: Client) -> None:
    """With the token alone nothing speaks against it either."""
    (result,) = diagnose(client.make(), now=NOW).results

    assert result.profile.name == "salesforce"
    assert result.verdict == "undetermined"
    assert result.signature.status == "not-examined"


@named_clients
def test_each_oddity_is_a_finding_that_is_tolerated(client: Client, matching_certificate: bytes) -> None:
    """Nothing that does not conform goes unsaid, and nothing that is let in is said to be refused."""
    result = judged(client, matching_certificate)
    solid = [finding for finding in result.findings if finding.confidence != "hint"]

    assert {finding.rule for finding in solid} == client.tolerated
    assert {finding.effect for finding in solid} <= {"tolerates"}


@named_clients
def test_exit_code(client: Client, matching_certificate: bytes) -> None:
    """0 unless something of severity error was found, and none of these clients makes one."""
    report = diagnose(client.make(), certificates=[matching_certificate], endpoint=client.endpoint, profile="salesforce", now=NOW)
    severities = {finding.severity for finding in report.results[0].findings}

    assert "error" not in severities
    assert report.exit_code() == 0
    assert report.exit_code("warning") == (1 if "warning" in severities else 0)
    assert report.exit_code("never") == 0


@pytest.mark.parametrize("error", ANSWERS)
@named_clients
def test_no_oddity_is_the_first_cause(client: Client, error: str, matching_certificate: bytes) -> None:
    """An oddity that is let in every day explains none of these answers."""
    causes = judged(client, matching_certificate, error).diagnosis.causes

    assert causes
    assert causes[0].cause not in client.tolerated
    assert not causes[0].seen, f"{causes[0].cause} is blamed: {causes[0].why}"


def test_the_clients_write_what_they_are_said_to_write() -> None:
    """The spot where each client differs is really in its token."""

    def parts(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        import json

        header, claims, _ = CLIENTS[name].make().split(".")
        return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))  # type: ignore[return-value]

    assert parts("Salesforce CLI")[1]["exp"] == NOW * 1000 + 300
    assert parts("Salesforce CLI")[1]["iat"] == NOW
    assert parts("Salesforce CLI")[1]["aud"].endswith(".com/")
    assert parts("simple-salesforce")[1]["exp"] == str(NOW + 180)
    assert parts("CumulusCI")[1]["exp"] == NOW
    assert parts("CumulusCI")[1]["alg"] == "RS256"
    assert "typ" not in parts("CumulusCI, no typ")[0]
    assert parts("restforce")[1]["aud"] == "login.salesforce.com"
    assert parts("PyJWT with a datetime")[1]["exp"] == NOW + 180
    assert parts("Authlib")[0] == {"alg": "RS256", "typ": "JWT"}


def test_the_certificate_is_the_one_of_the_signing_key(matching_certificate: bytes) -> None:
    """The clients' signatures are examined against what really matches them."""
    from cryptography import x509

    def spki(key: Any) -> bytes:
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    held = x509.load_pem_x509_certificate(matching_certificate).public_key()
    assert spki(held) == spki(minting.key("match").public_key())
