"""Does this signature verify? One narrow question; the answers are values. The only importer of ``jwt``.

RFC 7518 §3 (algorithms), RFC 8037 §3.1 (EdDSA). RS256/384/512 are asked of the key directly: they are the everyday case, and
importing PyJWT would cost more than the whole diagnosis. Every other algorithm is PyJWT's.
"""

from __future__ import annotations

import re
import warnings
from typing import Any, Literal

from .keys import Material

Answer = Literal["valid", "invalid", "unfit"]

_HASHES = {"RS256": "SHA256", "RS384": "SHA384", "RS512": "SHA512"}
_NEEDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "HS": "secret"}
_CURVES = {
    "ES256": "secp256r1",
    "ES384": "secp384r1",
    "ES512": "secp521r1",
    "ES521": "secp521r1",
    "ES256K": "secp256k1",
}
_prepared: dict[str, tuple[Any, Any]] = {}


def verify(alg: str, material: Material, signing_input: bytes, signature: bytes) -> Answer:
    """``valid`` or ``invalid``; ``unfit`` when this key cannot serve this algorithm at all."""
    if material.key is None or (material.alg and not _allows(material.alg, alg)):
        return "unfit"
    if alg in _HASHES:
        return _rsa(alg, material, signing_input, signature) if material.type == "RSA" else "unfit"
    if not _fits(alg, material):
        return "unfit"
    return _pyjwt(alg, material.key, signing_input, signature)


def _allows(pinned: str, alg: str) -> bool:
    """Whether a JWK's ``alg`` (RFC 7517 §4.4) lets an algorithm pass: the same kind, with a hash no shorter.

    ES521 is a frequent misspelling of ES512, after the curve.
    """
    pinned = "ES512" if pinned == "ES521" else pinned
    if not _SIZED.match(pinned) or not _SIZED.match(alg):
        return pinned == alg
    return pinned[:2] == alg[:2] and alg[2:] >= pinned[2:]


_SIZED = re.compile(r"[A-Z]{2}(?:256|384|512)\Z")


def _fits(alg: str, material: Material) -> bool:
    if alg == "EdDSA":
        return material.type in ("Ed25519", "Ed448")
    if alg.startswith("ES"):
        return material.type == "EC" and material.curve == _CURVES.get(alg)
    return material.type == _NEEDS.get(alg[:2])


def _rsa(alg: str, material: Material, signing_input: bytes, signature: bytes) -> Answer:
    """RSASSA-PKCS1-v1_5, RFC 8017 §8.2.2."""
    prepared = _prepared.get(alg)
    if prepared is None:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        prepared = _prepared[alg] = ((PKCS1v15(), getattr(hashes, _HASHES[alg])()), InvalidSignature)
    (padding, digest), refused = prepared
    try:
        material.key.verify(signature, signing_input, padding, digest)
    except refused:
        return "invalid"
    except ValueError:
        return "unfit"
    return "valid"


def _pyjwt(alg: str, key: Any, signing_input: bytes, signature: bytes) -> Answer:
    import jwt.algorithms

    algorithm = jwt.algorithms.get_default_algorithms().get("ES512" if alg == "ES521" else alg)
    if algorithm is None:
        return "unfit"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "valid" if algorithm.verify(signing_input, key, signature) else "invalid"
    except (ValueError, TypeError, jwt.InvalidKeyError):
        return "unfit"
