"""What the length and the look of a signature tell without any key. RFC 7518 §3.2 to §3.5."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

SIZES: dict[int, tuple[str, ...]] = {
    32: ("HS256",),
    48: ("HS384",),
    64: ("ES256", "HS512", "EdDSA"),
    96: ("ES384",),
    132: ("ES512",),
    114: ("EdDSA",),
    128: ("RSA 1024",),
    192: ("RSA 1536",),
    256: ("RSA 2048",),
    384: ("RSA 3072",),
    512: ("RSA 4096",),
    1024: ("RSA 8192",),
}
"""Bytes of a signature → what makes signatures of that length."""


_SHORTEST_HEX = 128
_HEX_DIGITS = re.compile(r"[0-9a-fA-F]{16}")


class Shape(NamedTuple):
    """How a signature is written: ``plain``, or which second encoding hides a signature inside."""

    wrapping: str = "plain"
    """``plain``, ``base64``, ``hex``, ``hex-text`` (not in base64 at all), ``der`` (an ECDSA signature as SEQUENCE instead of r ‖ s)."""
    inner: bytes = b""

    @property
    def makers(self) -> tuple[str, ...]:
        """What makes signatures of the inner length."""
        return SIZES.get(len(self.inner), ())


def shape_of(signature: bytes, alg: str, written: str = "") -> Shape:
    """Look for a second encoding: text that decodes to a length some algorithm makes is no chance.

    ``written`` is the segment itself: hexadecimal digits are letters of base64url as well.
    """
    if (
        len(written) >= _SHORTEST_HEX
        and _HEX_DIGITS.match(written)
        and (inner := _unhex(written.encode("ascii", "replace"))) is not None
    ):
        return Shape("hex-text", inner.inner)
    if len(signature) in SIZES and not _is_text(signature):
        return Shape("plain", signature)
    if _is_text(signature):
        inner = _unhex(signature) or _unbase64(signature)
        if inner is not None:
            return inner
    if alg.startswith("ES") and signature[:1] == b"\x30" and 66 <= len(signature) <= 145:
        return Shape("der", signature)
    return Shape("plain", signature)


def hash_name(name: str) -> str:
    """A hash as standards write it: ``SHA-256``."""
    if name.startswith("sha3_"):
        return f"SHA3-{name[5:]}"
    return f"SHA-{name[3:]}" if name.startswith("sha") else name.upper()


def plain_ecdsa(signature: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    """Ways to read an ECDSA signature as r ‖ s of ``size`` bytes each (RFC 7518 §3.4), with how it was written instead.

    ``""`` as it is; ``der`` a SEQUENCE of two INTEGERs; ``unpadded`` numbers without their leading zeros; ``reversed`` low byte first.
    """
    if len(signature) == 2 * size:
        yield "", signature
        yield "reversed", signature[:size][::-1] + signature[size:][::-1]
    numbers = _der_numbers(signature)
    if numbers is not None and all(len(each) <= size for each in numbers):
        yield "der", b"".join(each.rjust(size, b"\0") for each in numbers)
    short = 2 * size - len(signature)
    if 0 < short <= 4:
        for cut in range(size - short, size + 1):
            yield "unpadded", signature[:cut].rjust(size, b"\0") + signature[cut:].rjust(size, b"\0")


def _der_numbers(data: bytes) -> tuple[bytes, bytes] | None:
    """The two positive INTEGERs of a DER SEQUENCE, without leading zeros (X.690 §8.3)."""
    if len(data) < 8 or data[0] != 0x30:
        return None
    at = 3 if data[1] == 0x81 else 2
    found = []
    for _ in range(2):
        if data[at : at + 1] != b"\x02" or at + 2 > len(data):
            return None
        length = data[at + 1]
        found.append(data[at + 2 : at + 2 + length].lstrip(b"\0"))
        at += 2 + length
    return (found[0], found[1]) if at == len(data) else None


def _is_text(data: bytes) -> bool:
    return bool(re.fullmatch(rb"[A-Za-z0-9+/_=\r\n-]{40,}", data))


def _unhex(text: bytes) -> Shape | None:
    text = text.strip()
    if len(text) % 2 == 0 and re.fullmatch(rb"[0-9a-f]+|[0-9A-F]+", text):
        inner = bytes.fromhex(text.decode())
        return Shape("hex", inner) if len(inner) in SIZES else None
    return None


def _unbase64(text: bytes) -> Shape | None:
    plain = re.sub(rb"[\r\n=]", b"", text).translate(bytes.maketrans(b"-_", b"+/"))
    try:
        inner = binascii.a2b_base64(plain + b"==="[: -len(plain) & 3], strict_mode=True)
    except (ValueError, binascii.Error):
        return None
    return Shape("base64", inner) if len(inner) in SIZES else None
