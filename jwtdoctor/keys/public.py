"""Type, size and fingerprints of a public key. RFC 5280 §4.1.2.7 (SPKI), RFC 7638 (JWK thumbprint), RFC 8017 §3.1 (exponent)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from .material import Material, Unreadable

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "secp256k1"}
"""Names of RFC 7518 §6.2.1.1 and RFC 8812 §3.1."""


def b64u(data: bytes) -> str:
    """Base64url without padding, RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def described(key: Any, kind: str, form: str) -> Material:
    """What there is to say of a public key. Raises Unreadable for one that is no key (RSA with an exponent of 1)."""
    from cryptography.hazmat.primitives import serialization

    type_, size, curve, exponent = _measured(key)
    if type_ == "RSA":
        refuse_exponent(exponent)
        if not key.public_numbers().n % 2:
            raise Unreadable("no usable RSA key: its modulus is even, so it is no product of two large primes (RFC 8017 §3.1)")
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Material(
        "", kind, key, type_, size, curve, exponent=exponent, form=form,
        spki_sha256=hashlib.sha256(spki).hexdigest(), jwk_thumbprint=_thumbprint(key, type_, curve),
    )  # fmt: skip


def refuse_exponent(exponent: int) -> None:
    """Raises Unreadable for a public exponent outside RFC 8017 §3.1: with 1 every message is its own signature."""
    if exponent < 3 or exponent % 2 == 0:
        shown = str(exponent) if exponent < 10**6 else "that is even"
        raise Unreadable(f"no usable RSA key: its public exponent is {shown}; it must be odd and at least 3 (RFC 8017 §3.1)")


def _measured(key: Any) -> tuple[str, int, str, int]:
    """Type, bits, curve, exponent."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size, "", key.public_numbers().e
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size, key.curve.name, 0
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size, "", 0
    sort = type(key).__name__.removesuffix("PublicKey")
    return sort, {"Ed25519": 256, "X25519": 256, "Ed448": 456, "X448": 448}.get(sort, 0), "", 0


def _thumbprint(key: Any, type_: str, curve: str) -> str:
    members = _required_members(key, type_, curve)
    if not members:
        return ""
    return b64u(hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest())


def _required_members(key: Any, type_: str, curve: str) -> dict[str, str]:
    """RFC 7638 §3.2, and RFC 8037 §2 for OKP; empty for what no JWK can hold."""
    if type_ == "RSA":
        numbers = key.public_numbers()
        return {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    if type_ == "EC" and curve in _CURVES:
        numbers, width = key.public_numbers(), (key.key_size + 7) // 8
        x, y = (b64u(each.to_bytes(width, "big")) for each in (numbers.x, numbers.y))
        return {"crv": _CURVES[curve], "kty": "EC", "x": x, "y": y}
    if type_ in ("Ed25519", "Ed448", "X25519", "X448"):
        return {"crv": type_, "kty": "OKP", "x": b64u(key.public_bytes_raw())}
    return {}


def _number(value: int) -> str:
    return b64u(value.to_bytes((value.bit_length() + 7) // 8, "big"))
