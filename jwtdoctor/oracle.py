"""Does this signature verify? One narrow question; the answers are values. The only importer of ``jwt``.

RFC 7518 §3 (algorithms), RFC 8037 §3.1 (EdDSA). RS256/384/512 are asked of the key directly: they are the everyday case, and
importing PyJWT would cost more than the whole diagnosis. Every other algorithm is PyJWT's.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
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
    if material.type == "RSA" and len(signature) != (material.size + 7) // 8:
        # RFC 8017 §8.1.2 step 1. OpenSSL takes a number without its leading zeros for RSASSA-PSS.
        return "invalid"
    return _pyjwt(alg, material.key, signing_input, signature)


def serves(alg: str, material: Material) -> bool:
    """Whether a key of this type, or on this curve, can sign with ``alg``: RFC 7518 §3.1."""
    return material.type == "RSA" if alg in _HASHES else _fits(alg, material)


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


def curve_check(material: Material, hash: str, signature: bytes) -> Callable[[bytes], bool] | None:
    """A function that tells whether ``signature`` covers given bytes, for one elliptic-curve key and one hash.

    For many questions about one signature: ECDSA as r ‖ s (RFC 7518 §3.4), the hash free whatever the header says; EdDSA
    (RFC 8032), which has its own hash. ``None`` when the signature cannot be this key's by its length.
    """
    key = material.key
    if material.type in ("Ed25519", "Ed448"):
        return _asking(lambda data: key.verify(signature, data)) if len(signature) in (64, 114) else None
    size = (material.size + 7) // 8
    if material.type != "EC" or len(signature) != 2 * size:
        return None
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    if not r or not s:
        return None
    der, scheme = encode_dss_signature(r, s), ec.ECDSA(getattr(hashes, hash.upper())())
    return _asking(lambda data: key.verify(der, data, scheme))


def _asking(ask: Callable[[bytes], object]) -> Callable[[bytes], bool]:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    def holds(data: bytes) -> bool:
        try:
            ask(data)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True

    return holds
