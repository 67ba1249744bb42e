"""Which public keys can have made an ECDSA signature: public key recovery, SEC 1 v2 §4.1.6.

A signature (r, s) over a hash e satisfies R = (eG + rQ)/s, and r is R's x-coordinate modulo n. So each point R that has this x
gives one key: Q = (sR - eG)/r. There are two as a rule, four when x may also be r + n. Two signatures share one key.
"""

from __future__ import annotations

import hashlib

from .curves import CURVES, Curve, Point

ALGORITHMS: dict[str, tuple[str, str]] = {
    "ES256": ("P-256", "sha256"),
    "ES384": ("P-384", "sha384"),
    "ES512": ("P-521", "sha512"),
    "ES521": ("P-521", "sha512"),
    "ES256K": ("secp256k1", "sha256"),
}
"""RFC 7518 §3.4 and RFC 8812 §3.2: algorithm → curve and hash. ES521 is a frequent misspelling of ES512."""


def curve_of(alg: str) -> Curve:
    """The curve of an algorithm; raises KeyError for what is no ECDSA."""
    return CURVES[ALGORITHMS[alg][0]]


def candidates(alg: str, signing_input: bytes, signature: bytes) -> tuple[Point, ...] | None:
    """The public keys under which this signature verifies; ``None`` when it is no r ‖ s of this algorithm (RFC 7518 §3.4)."""
    curve = curve_of(alg)
    size = curve.size
    if len(signature) != 2 * size:
        return None
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < r < curve.n and 0 < s < curve.n):
        return None
    digest = _number(hashlib.new(ALGORITHMS[alg][1], signing_input).digest(), curve)
    inverse = pow(r, -1, curve.n)
    u, v = -digest * inverse % curve.n, s * inverse % curve.n
    found = [curve.combine(u, v, point) for x in (r, r + curve.n) if x < curve.p for point in curve.lift(x)]
    return tuple(point for point in found if point is not None)


def _number(digest: bytes, curve: Curve) -> int:
    """The leftmost bits of the hash, as many as the order has (SEC 1 §4.1.3 step 5)."""
    spare = max(0, 8 * len(digest) - curve.n.bit_length())
    return int.from_bytes(digest, "big") >> spare
