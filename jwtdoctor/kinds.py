"""What is this, if it is no assertion? Names the kind of a pasted text or of a decoded token.

The shapes are those of RFC 9068 (access tokens), OpenID Connect Core §2 (ID tokens), RFC 7516 (JWE), RFC 9449 (DPoP) and
of the token formats secret scanners look for. The words for each kind stand in ``rules/shape/wrong-token-kind.toml``.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from typing import Any

from .decode import Token, json_type

ASSERTION = "assertion"
UNREADABLE = "unreadable"
SKETCH = "sketch"
"""What source code would sign; no token was seen."""
PROJECT = "project"
"""A project's metadata and files; nothing that would be signed."""

_TEXTS: tuple[tuple[str, str], ...] = (
    ("private-key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----|PuTTY-User-Key-File-"),
    ("certificate", r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----"),
    ("certificate-request", r"-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----"),
    ("public-key", r"-----BEGIN (?:[A-Z0-9]+ )*PUBLIC KEY-----|\Assh-(?:rsa|ed25519) "),
    ("saml", r"\A<(?:\?xml|saml|[A-Za-z0-9]+:(?:Assertion|Response)\b|Assertion\b)|\A(?:PHNhbW|PD94bWw|PEFzc2VydGlvb)"),
    ("private-key", r"\ALS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)"),
    ("certificate", r"\ALS0tLS1CRUdJTi"),
    (
        "private-key-der",
        r"\AMI(?:IE|IJ|IC|IG|IB|GH|GHAg)[A-Za-z0-9+/]{3}(?:IBAD|CAQAC|BADAN|IBAAK|CAQAw|AgEA)[A-Za-z0-9+/=\s]{100,}\Z",
    ),
    ("salesforce-access-token", r"\A00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?!\S{20,}\Z"),
    ("salesforce-refresh-token", r"\A5Aep861[A-Za-z0-9._]{20,}\Z"),
    ("google-access-token", r"\Aya29\.\S{20,}\Z"),
    ("google-refresh-token", r"\A1//[A-Za-z0-9_-]{20,}\Z"),
    ("github-token", r"\A(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})\Z"),
    ("okta-api-token", r"\A(?:SSWS )?00[A-Za-z0-9_-]{40}\Z"),
    ("paseto", r"\Av[1-4]\.(?:public|local)\."),
    ("fernet", r"\AgAAAA[A-Za-z0-9_-]{40,}=*\Z"),
    ("macaroon", r"\AMDAx[A-Za-z0-9_-]{40,}=*\Z"),
    ("jwk", r"\A(?:eyJrdHki|eyJrZXlzI)"),
    ("sd-jwt", r"\A[\w-]+\.[\w-]+\.[\w-]*~"),
    ("consumer-key", r"\A3MVG9[A-Za-z0-9._]{60,}\Z"),
    ("uuid", r"\A[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
    ("client-secret", r"\A[0-9A-F]{64}\Z"),
)
_SECRET_KEY = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})


@functools.cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in _TEXTS)


def of_text(text: str) -> str | None:
    """The kind of a pasted text that is no compact JWS; ``None`` when it is nothing we know."""
    text = text.strip()
    if text.startswith("{") and (found := _json_kind(text)) is not None:
        return found
    for kind, pattern in _compiled():
        if pattern.search(text[:200_000]):
            return _private_or_public_jwk(text) if kind == "jwk" else kind
    return "basic-credentials" if _is_basic(text) else None


def _json_kind(text: str) -> str | None:
    """Kinds written as a JSON object: told by their members, without reading values."""
    names = set(re.findall(r'"([A-Za-z_]+)"\s*:', text[:20_000]))
    if {"payload", "signature"} <= names or {"payload", "signatures"} <= names:
        return "json-jws"
    if "private_key" in names and ("client_email" in names or "service_account" in text[:20_000]):
        return "service-account-key"
    if "kty" in names:
        return "private-jwk" if names & _SECRET_KEY else "jwk"
    if "access_token" in names:
        return "token-response"
    return None


def _private_or_public_jwk(text: str) -> str:
    try:
        document = base64.urlsafe_b64decode(re.sub(r"[^\w-]", "", text)[:20_000] + "===").decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return "jwk"
    return _json_kind(document) or "jwk"


def _is_basic(text: str) -> bool:
    """Base64 of ``user:password``: one colon in plain printable text."""
    if not re.fullmatch(r"(?:Basic )?[A-Za-z0-9+/]{8,400}={0,2}", text):
        return False
    try:
        plain = base64.b64decode(text.removeprefix("Basic "), validate=True)
    except (ValueError, binascii.Error):
        return False
    return plain[:1] not in (b"{", b"[") and bool(re.fullmatch(rb"[\x21-\x39\x3b-\x7e]{2,}:[\x21-\x7e]{2,}", plain))


def of_token(token: Token) -> str:
    """``assertion``, ``unreadable``, or the kind of JWT this is instead."""
    header, claims = token.header.value, token.payload.value
    if token.clean and not (claims.keys() & _TELLING) and header.keys() <= _EVERYDAY and header.get("typ", "JWT") == "JWT":
        return ASSERTION
    if "enc" in header or (len(token.segments) == 5 and (not token.header.is_object or "alg" not in header)):
        return "jwe"
    if not token.header.is_object:
        return UNREADABLE
    if "kty" in header or "keys" in header:
        return "private-jwk" if header.keys() & _SECRET_KEY else "jwk"
    if not token.payload.is_object:
        return UNREADABLE
    if claims.keys() & _TELLING:
        return _claimed(claims) or ASSERTION
    kind = header.get("typ")
    if type(kind) is str and kind != "JWT":
        found = _typed(kind.lower())
        # A client may write any typ into its own assertion; what a server issued names the server.
        return found if found and (found not in _ISSUED or _is_issued_by_a_server(claims)) else ASSERTION
    return ASSERTION


_ISSUED = frozenset({"access-token", "refresh-token"})
_EVERYDAY = frozenset({"alg", "typ", "kid"})
_TYPES = {
    "at+jwt": "access-token",
    "application/at+jwt": "access-token",
    "dpop+jwt": "dpop-proof",
    "logout+jwt": "logout-token",
    "oauth-authz-req+jwt": "request-object",
    "rt+jwt": "refresh-token",
    "refresh": "refresh-token",
    "secevent+jwt": "logout-token",
}
_TELLING = frozenset(
    [
        "nonce",
        "at_hash",
        "c_hash",
        "auth_time",
        "email_verified",
        "acr",
        "amr",
        "s_hash",
        "htm",
        "htu",
        "events",
        "scp",
        "azp",
        "cid",
        "appid",
        "tid",
        "roles",
        "client_id",
        "scope",
        "response_type",
        "software_id",
        "typ",
    ]
)
_ID_TOKEN = frozenset(["nonce", "at_hash", "c_hash", "s_hash", "auth_time", "email_verified", "acr", "amr"])
_ACCESS_TOKEN = frozenset(["scp", "azp", "cid", "appid", "tid", "roles", "client_id"])


def _typed(kind: str) -> str | None:
    return _TYPES.get(kind)


def _claimed(claims: dict[str, Any]) -> str | None:
    names = claims.keys()
    if {"htm", "htu"} <= names:
        return "dpop-proof"
    if "events" in names and json_type(claims["events"]) == "object":
        return "logout-token"
    if {"response_type", "redirect_uri"} <= names:
        return "request-object"
    if type(claims.get("typ")) is str and claims["typ"].lower() in ("refresh", "offline"):
        return "refresh-token"
    if not _is_issued_by_a_server(claims):
        return None
    if names & _ID_TOKEN and not _is_url(claims.get("aud")):
        return "id-token"
    return "access-token" if names & _ACCESS_TOKEN or "scope" in names else None


def _is_issued_by_a_server(claims: dict[str, Any]) -> bool:
    """An authorization server names itself by URL; an assertion's issuer is the client, so it is its id."""
    return _is_url(claims.get("iss")) and claims.get("iss") != claims.get("sub")


def _is_url(value: object) -> bool:
    if isinstance(value, list):
        return any(_is_url(each) for each in value)
    return isinstance(value, str) and value.startswith(("https://", "http://"))
