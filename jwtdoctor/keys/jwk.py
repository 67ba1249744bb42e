"""Keys in JSON: JWK and JWKS (RFC 7517; RFC 7518 §6 for RSA, EC and oct; RFC 8037 for OKP)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from ..visible import safe
from .certificate import bad_key, certificate
from .material import MOST_ENTRIES, Material, Secret, Unreadable
from .public import described, refuse_exponent


def key_set(document: Mapping[str, Any]) -> Iterator[Material]:
    """Every key of a JWKS; one that cannot be read is told and the others are read. Raises Unreadable for an empty one."""
    keys = document["keys"]
    if not keys:
        raise Unreadable("a JWKS without keys")
    for number, each in enumerate(keys[:MOST_ENTRIES], 1):
        kid = each.get("kid") if isinstance(each, Mapping) else None
        label = f"key {number}" + (f" (kid {safe(kid, 60)})" if isinstance(kid, str) and kid else "")
        if not isinstance(each, Mapping) or "kty" not in each:
            yield Material("", "unreadable", form="jwk", entry=label, why="no JWK: it has no `kty`")
            continue
        try:
            yield from (found._replace(entry=f"{label}{found.entry and ', '}{found.entry}") for found in single(each))
        except Unreadable as refused:
            yield Material("", "unreadable", form="jwk", entry=label, why=str(refused))


def single(jwk: Mapping[str, Any]) -> Iterator[Material]:
    """One JWK, and the certificates it carries in ``x5c`` (RFC 7517 §4.7). Raises Unreadable."""
    key = _public_key(jwk)
    private = is_private(jwk)
    if isinstance(key, Secret):
        found = Material("", "secret", key, "secret", len(key) * 8, form="jwk", private=True)
    else:
        found = described(key, "private-key" if private else "public-key", "jwk")._replace(private=private)
    chain = list(_chain(jwk))
    yield _remarked(found, jwk, chain)
    yield from chain


def _remarked(found: Material, jwk: Mapping[str, Any], chain: list[Material]) -> Material:
    """With the JWK's own restrictions."""
    alg, kid = jwk.get("alg"), jwk.get("kid")
    found = found._replace(alg=alg if isinstance(alg, str) else "", kid=kid if isinstance(kid, str) else "")
    if not may_verify(jwk):
        return found._replace(key=None, why="the JWK says that it is not for signatures")
    if chain and chain[0].spki_sha256 and chain[0].spki_sha256 != found.spki_sha256:
        return found._replace(why="the certificate in its `x5c` is of another key")
    return found


def _chain(jwk: Mapping[str, Any]) -> Iterator[Material]:
    given = jwk.get("x5c")
    listed = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    for number, each in enumerate(listed[:MOST_ENTRIES], 1):
        label = "x5c" if len(listed) == 1 else f"x5c {number} of {len(listed)}"
        try:
            yield certificate(base64.b64decode(each), "jwk")._replace(entry=label)
        except (Unreadable, binascii.Error) as refused:
            why = str(refused) if isinstance(refused, Unreadable) else "a certificate whose base64 is damaged"
            yield Material("", "unreadable", form="jwk", entry=label, why=why)


def _public_key(jwk: Mapping[str, Any]) -> Any:
    """The public key, or the bytes of a symmetric one. Raises Unreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        key = _made(jwk)
    except UnsupportedAlgorithm:
        key = None
    except Unreadable:
        raise
    except (ValueError, TypeError) as error:
        told = str(error)
        raise Unreadable(
            told if told.startswith("the JWK") else f"a JWK with {bad_key(told, b'ecdsa' if jwk.get('kty') == 'EC' else b'')}"
        ) from None
    if key is None:
        kind = f"{safe(str(jwk.get('kty')), 20)} {safe(str(jwk.get('crv', '')), 20)}".strip()
        raise Unreadable(f"a JWK of a type that is not known here ({kind}); known are RSA, EC, OKP, oct")
    return key


def _made(jwk: Mapping[str, Any]) -> Any:
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "RSA":
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

        modulus, exponent = number(jwk, "n"), number(jwk, "e")
        refuse_exponent(exponent)
        return RSAPublicNumbers(exponent, modulus).public_key()
    if kind == "EC":
        from cryptography.hazmat.primitives.asymmetric import ec

        found = curve_of(jwk)
        return ec.EllipticCurvePublicNumbers(number(jwk, "x"), number(jwk, "y"), found).public_key() if found else None
    if kind == "OKP":
        return _octet_key_pair(str(curve), octets(jwk, "x"))
    return Secret(octets(jwk, "k")) if kind == "oct" else None


def curve_of(jwk: Mapping[str, Any]) -> Any:
    """The curve of an EC key, RFC 7518 §6.2.1.1 and RFC 8812 §3.1; ``None`` for one that is not known here."""
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, ec.EllipticCurve] = {
        "P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "secp256k1": ec.SECP256K1(),
    }  # fmt: skip
    return curves.get(str(jwk.get("crv")))


def _octet_key_pair(curve: str, x: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, x448, x25519

    kinds: dict[str, Any] = {
        "Ed25519": ed25519.Ed25519PublicKey, "Ed448": ed448.Ed448PublicKey,
        "X25519": x25519.X25519PublicKey, "X448": x448.X448PublicKey,
    }  # fmt: skip
    return kinds[curve].from_public_bytes(x) if curve in kinds else None


def may_verify(jwk: Mapping[str, Any]) -> bool:
    """Whether ``use`` and ``key_ops`` allow examining signatures with this key (RFC 7517 §4.2, §4.3)."""
    operations = jwk.get("key_ops")
    if isinstance(operations, list) and not {"verify", "sign"} & {str(each) for each in operations}:
        return False
    return bool(jwk.get("use", "sig") == "sig")


def is_private(jwk: Mapping[str, Any]) -> bool:
    """Whether the JWK holds a private key (RFC 7518 §6.2.2, §6.3.2)."""
    return "d" in jwk


def octets(jwk: Mapping[str, Any], member: str) -> bytes:
    """The bytes of a member in base64url. Raises ValueError for none, and for other characters."""
    value = jwk.get(member)
    if not isinstance(value, str) or not value:
        raise ValueError(f"the JWK has no `{member}`")
    plain = value.translate(_STANDARD).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise ValueError(f"the JWK's `{member}` is no base64url") from None


_STANDARD = str.maketrans("-_", "+/")


def number(jwk: Mapping[str, Any], member: str) -> int:
    """A member that is a number, RFC 7518 §6.3.1.1. Raises ValueError as :func:`octets` does."""
    return int.from_bytes(octets(jwk, member), "big")
