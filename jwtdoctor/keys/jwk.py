"""The public key in a JWK (RFC 7517; RFC 7518 §6 for RSA, EC and oct; RFC 8037 for OKP)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def public_key(jwk: Mapping[str, Any]) -> Any:
    """A public key, the bytes of a symmetric key, or ``None`` for a type or curve we do not know.

    Raises ValueError when a member is missing, is no base64url or describes no valid key.
    """
    kind = jwk.get("kty")
    if kind == "RSA":
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

        return RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key()
    if kind == "EC":
        from cryptography.hazmat.primitives.asymmetric import ec

        curves: dict[str, ec.EllipticCurve] = {
            "P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "secp256k1": ec.SECP256K1(),
        }  # fmt: skip
        curve = curves.get(str(jwk.get("crv")))
        return ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve).public_key() if curve else None
    if kind == "OKP":
        from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

        if jwk.get("crv") == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
        return ed448.Ed448PublicKey.from_public_bytes(_bytes(jwk, "x")) if jwk.get("crv") == "Ed448" else None
    return _bytes(jwk, "k") if kind == "oct" else None


def may_verify(jwk: Mapping[str, Any]) -> bool:
    """Whether ``use`` and ``key_ops`` allow examining signatures with this key (RFC 7517 §4.2, §4.3)."""
    operations = jwk.get("key_ops")
    if isinstance(operations, list) and not {"verify", "sign"} & {str(each) for each in operations}:
        return False
    return bool(jwk.get("use", "sig") == "sig")


def is_private(jwk: Mapping[str, Any]) -> bool:
    """Whether the JWK holds a private key (RFC 7518 §6.2.2, §6.3.2)."""
    return "d" in jwk


def _bytes(jwk: Mapping[str, Any], member: str) -> bytes:
    value = jwk.get(member)
    if not isinstance(value, str):
        raise ValueError(f"the JWK has no `{member}`")
    return base64.urlsafe_b64decode(value + "==")


def _number(jwk: Mapping[str, Any], member: str) -> int:
    return int.from_bytes(_bytes(jwk, member), "big")
