"""An RSA signature opened with the public key: one modular power shows what its maker padded and hashed.

RFC 8017 §9.2 (EMSA-PKCS1-v1_5), §9.1.2 (EMSA-PSS), Appendix B.1 (DigestInfo prefixes) and B.2.1 (MGF1). If the padding is
well formed the key is the right one: a block of another key is random, and passes for padded once in 2^80 tries at most.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal, NamedTuple

_PREFIXES: dict[str, bytes] = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha224": bytes.fromhex("302d300d06096086480165030402040500041c"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
}
_LARGEST_MODULUS = 8192
_LARGEST_EXPONENT = 64
_SHORTEST_PADDING = 8


class Opened(NamedTuple):
    """What the block inside a signature looks like under one public key."""

    padding: Literal["pkcs1", "pss", "none", "too-large", "length"]
    """``none``: no padding can be recognised, so another key made it. ``length``: it cannot be this key's by its size."""
    hash: str = ""
    digest: bytes = b""
    """The hashed message for ``pkcs1``; PSS hides it behind a salt."""
    salt: int = 0


def open_rsa(key: Any, signature: bytes) -> Opened:
    """Open ``signature`` with an RSA public key. Bounded: moduli and exponents no one uses are not computed."""
    numbers = key.public_numbers()
    size = (key.key_size + 7) // 8
    if key.key_size > _LARGEST_MODULUS or numbers.e.bit_length() > _LARGEST_EXPONENT:
        return Opened("too-large")
    if len(signature) != size:
        return Opened("length")
    value = int.from_bytes(signature, "big")
    if value >= numbers.n:
        return Opened("none")
    block = pow(value, numbers.e, numbers.n).to_bytes(size, "big")
    return _pkcs1(block) or _pss(block, key.key_size) or Opened("none")


def _pkcs1(block: bytes) -> Opened | None:
    """``00 01 FF… 00 DigestInfo``; a bare digest without DigestInfo counts as well."""
    if block[:2] != b"\x00\x01":
        return None
    end = 2
    while end < len(block) and block[end] == 0xFF:
        end += 1
    if end - 2 < _SHORTEST_PADDING or end >= len(block) or block[end]:
        return None
    inside = block[end + 1 :]
    for name, prefix in _PREFIXES.items():
        if inside.startswith(prefix) and len(inside) == len(prefix) + hashlib.new(name, usedforsecurity=False).digest_size:
            return Opened("pkcs1", name, inside[len(prefix) :])
    return Opened("pkcs1", "", inside)


def _pss(block: bytes, bits: int) -> Opened | None:
    """Undo the mask with each hash; a zero run ended by ``01`` proves it (§9.1.2 steps 4 to 10)."""
    if block[-1] != 0xBC:
        return None
    em_bits = bits - 1
    em = block[-((em_bits + 7) // 8) :]
    for name in ("sha256", "sha384", "sha512", "sha1"):
        size = hashlib.new(name, usedforsecurity=False).digest_size
        if len(em) < size + _SHORTEST_PADDING:
            continue
        masked, seed = em[: -size - 1], em[-size - 1 : -1]
        mask = _mgf1(name, seed, len(masked))
        plain = bytearray(a ^ b for a, b in zip(masked, mask, strict=True))
        plain[0] &= 0xFF >> (8 * len(em) - em_bits)
        zeros = len(plain) - len(bytes(plain).lstrip(b"\x00"))
        if zeros >= _SHORTEST_PADDING and plain[zeros : zeros + 1] == b"\x01":
            return Opened("pss", name, seed, len(plain) - zeros - 1)
    return None


def _mgf1(name: str, seed: bytes, length: int) -> bytes:
    out = b""
    counter = 0
    while len(out) < length:
        out += hashlib.new(name, seed + counter.to_bytes(4, "big"), usedforsecurity=False).digest()
        counter += 1
    return out[:length]
