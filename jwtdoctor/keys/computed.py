"""Public keys that were computed, not read: the numbers become the same kind of thing as a key from a file."""

from __future__ import annotations

from typing import Any

from .material import Material, Unreadable
from .public import described

NAME = "the key found"


def public_rsa(n: int, e: int, name: str = NAME) -> Material | None:
    """The RSA key with modulus ``n`` and exponent ``e``; ``None`` when these numbers are no key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    return _described(RSAPublicNumbers(e, n), name)


def public_ec(curve: str, x: int, y: int, name: str = NAME) -> Material | None:
    """The key at a point of a curve, which is named as in a JWK (RFC 7518 §6.2.1.1); ``None`` when the point is not on it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, ec.EllipticCurve] = {
        "P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "secp256k1": ec.SECP256K1(),
    }  # fmt: skip
    return _described(ec.EllipticCurvePublicNumbers(x, y, curves[curve]), name)


def pem(material: Material) -> str:
    """The public key as PEM (SubjectPublicKeyInfo, RFC 7468 §13)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    text: str = material.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return text


def _described(numbers: Any, name: str) -> Material | None:
    try:
        return described(numbers.public_key(), "public-key", "")._replace(name=name)
    except (ValueError, Unreadable):
        return None
