"""An RSA signature opened with the public key: one modular power shows what its maker padded and hashed.

RFC 8017 §9.2 (EMSA-PKCS1-v1_5), §9.1.2 (EMSA-PSS), Appendix B.1 (DigestInfo prefixes) and B.2.1 (MGF1). If the padding is
well formed the key is the right one: a block of another key is random, and passes for padded once in 2^64 tries at most.
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
    # NIST's object identifiers of SHA-3, 2.16.840.1.101.3.4.2.7 to 10.
    "sha3_224": bytes.fromhex("302d300d06096086480165030402070500041c"),
    "sha3_256": bytes.fromhex("3031300d060960864801650304020805000420"),
    "sha3_384": bytes.fromhex("3041300d060960864801650304020905000430"),
    "sha3_512": bytes.fromhex("3051300d060960864801650304020a05000440"),
}
_PREFIXES_WITHOUT_NULL: dict[str, bytes] = {
    name: bytes([prefix[0], prefix[1] - 2, prefix[2], prefix[3] - 2]) + prefix[4:-4] + prefix[-2:]
    for name, prefix in _PREFIXES.items()
}
"""RFC 8017 Appendix A.2.4 lets some encoders leave out the NULL parameters."""
_PSS_HASHES = ("sha256", "sha384", "sha512", "sha1", "sha224", "sha3_256", "sha3_384", "sha3_512")
_MASKS = ("sha1", "sha256", "sha384", "sha512")
_LARGEST_MODULUS = 8192
_LARGEST_EXPONENT = 64
_SHORTEST_PADDING = 8
_LEAST_EXPONENT_OF_PROOF = 257
"""With the exponent 3 a third of the block's bits at either end can be chosen without the private key (roots of numbers), so
only a block that is fixed from end to end proves it; from 257 on eight bits can be."""


class Opened(NamedTuple):
    """What the block inside a signature looks like under one public key."""

    padding: Literal["pkcs1", "pss", "zeros", "forgeable", "none", "too-large", "length"]
    """``zeros``: a number without any padding. ``forgeable``: it looks so, but with so small an exponent anybody can choose the
    ends of the block. ``none``: no padding can be recognised, so another key made it, or the
    signature is damaged. ``length``: it cannot be this key's by its size."""
    hash: str = ""
    digest: bytes = b""
    """The hashed message for ``pkcs1``, the bare number for ``zeros``; for ``pss`` the hash over message digest and salt."""
    salt: bytes = b""
    mask: str = ""
    """For ``pss``: the hash of the mask (MGF1), where it is not that of the message."""
    null: bool = True
    """False for a DigestInfo that leaves out the NULL parameters, which strict verifiers refuse."""
    sure: bool = True
    """False for PSS with the longest salt, which leaves no zeros to know it by: a block of another key looks so once in
    some thousand tries, and only a matching message proves it."""

    @property
    def is_padded(self) -> bool:
        """Whether a padding was recognised, surely or not."""
        return self.padding in ("pkcs1", "pss", "zeros")


def open_rsa(key: Any, signature: bytes) -> tuple[Opened, ...]:
    """Open ``signature`` with an RSA public key: one reading, or several where none is sure.

    Bounded: moduli and exponents no one uses are not computed.
    """
    numbers = key.public_numbers()
    size = (key.key_size + 7) // 8
    if key.key_size > _LARGEST_MODULUS or numbers.e.bit_length() > _LARGEST_EXPONENT:
        return (Opened("too-large"),)
    if len(signature) != size:
        return (Opened("length"),)
    value = int.from_bytes(signature, "big")
    if value >= numbers.n:
        return (Opened("none"),)
    block = pow(value, numbers.e, numbers.n).to_bytes(size, "big")
    if value < 2:
        # Its own power under every key.
        return (Opened("none"),)
    sure = _pkcs1(block) or _zeros(block)
    if sure is not None and not sure.hash and numbers.e < _LEAST_EXPONENT_OF_PROOF:
        return (Opened("forgeable"),)
    return (sure,) if sure is not None else _pss(block, key.key_size) or (Opened("none"),)


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
    return _digest_info(inside) or Opened("pkcs1", "", inside)


def _digest_info(inside: bytes) -> Opened | None:
    for null, prefixes in ((True, _PREFIXES), (False, _PREFIXES_WITHOUT_NULL)):
        for name, prefix in prefixes.items():
            if inside.startswith(prefix) and len(inside) == len(prefix) + size_of(name):
                return Opened("pkcs1", name, inside[len(prefix) :], null=null)
    return None


def _pss(block: bytes, bits: int) -> tuple[Opened, ...]:
    """Undo the mask with each hash; a zero run ended by ``01`` proves it (§9.1.2 steps 4 to 10).

    Java's and others' defaults mask with SHA-1 whatever the message's hash, so the two are tried apart.
    """
    if block[-1] != 0xBC:
        return ()
    em_bits = bits - 1
    em = block[-((em_bits + 7) // 8) :]
    top = 0xFF >> (8 * len(em) - em_bits)
    if em[0] & ~top & 0xFF:
        return ()
    unsure = []
    for name in _PSS_HASHES:
        size = size_of(name)
        masked, seed = em[: -size - 1], em[-size - 1 : -1]
        if not masked:
            continue
        for mask in (name, *(each for each in _MASKS if each != name)):
            plain = bytearray(a ^ b for a, b in zip(masked, _mgf1(mask, seed, len(masked)), strict=True))
            plain[0] &= top
            rest = bytes(plain).lstrip(b"\x00")
            if rest[:1] != b"\x01":
                continue
            found = Opened("pss", name, seed, rest[1:], mask if mask != name else "")
            if len(plain) - len(rest) >= _SHORTEST_PADDING:
                return (found,)
            unsure.append(found._replace(sure=False))
    return tuple(unsure)


def _zeros(block: bytes) -> Opened | None:
    """A plain RSA power of something short: no padding at all, so all but the end is zero."""
    inside = block.lstrip(b"\x00")
    return Opened("zeros", "", inside) if inside and len(block) - len(inside) >= _SHORTEST_PADDING else None


def _mgf1(name: str, seed: bytes, length: int) -> bytes:
    out = b""
    counter = 0
    while len(out) < length:
        out += hashlib.new(name, seed + counter.to_bytes(4, "big"), usedforsecurity=False).digest()
        counter += 1
    return out[:length]


def size_of(name: str) -> int:
    """Bytes of a digest of that hash."""
    return _SIZES[name]


_SIZES = {
    "md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64,
    "sha3_224": 28, "sha3_256": 32, "sha3_384": 48, "sha3_512": 64,
}  # fmt: skip
