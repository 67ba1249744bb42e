"""PKCS#7 (RFC 2315, RFC 5652 §5) and PKCS#12 (RFC 7292): several certificates, perhaps a key, in one binary."""

from __future__ import annotations

from typing import Any

from . import der
from .certificate import certificate, damaged
from .material import MOST_ENTRIES, Locked, Material, Unlocking, Unreadable
from .public import described


def pkcs7(data: bytes) -> list[Material]:
    """The certificates of a PKCS#7 bag. Raises Unreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

    if der.missing(data):
        raise Unreadable(damaged("PKCS#7 container", data))
    try:
        inside = load_der_pkcs7_certificates(data)
    except UnsupportedAlgorithm:
        raise Unreadable("a PKCS#7 container of another kind than signed data: no certificates in it") from None
    except ValueError:
        raise Unreadable("a PKCS#7 container that is damaged or holds no certificates") from None
    if not inside:
        raise Unreadable("a PKCS#7 container without certificates")
    return [certificate(each.public_bytes(Encoding.DER), "pkcs7") for each in inside[:MOST_ENTRIES]]


def pkcs12(data: bytes, unlocking: Unlocking) -> list[Material]:
    """Certificates and the key's public half of a PKCS#12 file (.p12, .pfx); locked without its passphrase. Raises Unreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    if der.missing(data):
        raise Unreadable(damaged("PKCS#12 container", data))
    refuse_giant(data)
    try:
        # None and empty are different passphrases in PKCS#12, and both are usual for stores of public certificates.
        bag = unlocking.attempt(lambda passphrase: load_pkcs12(data, passphrase), der.rounds(data), (None, b""))
    except Locked as locked:
        why = f"a PKCS#12 container: {locked}"
        if unlocking.passphrases:
            why += ", or its inside is damaged"
        return [Material("", "container", form="pkcs12", why=why, locked=True, encrypted=True)]
    except UnsupportedAlgorithm:
        raise Unreadable("a PKCS#12 container with a key or cipher that is not supported here") from None
    found = _contents(bag)
    if not found:
        raise Unreadable("a PKCS#12 container with nothing in it")
    return found


_KEY_BAG = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
"""1.2.840.113549.1.12.10.1: the kinds of bag, of which the first two hold a private key (RFC 7292 §4.2)."""
_LARGEST_KEY = 5000
"""Bytes of a private key in PKCS#12, about RSA of 8,700 bits: its loader tests the primes, which takes minutes for twice that."""


def refuse_giant(data: bytes) -> None:
    """Raises Unreadable for a PKCS#12 whose private key would take minutes to be loaded."""
    at = data.find(_KEY_BAG)
    while at >= 0:
        after = at + len(_KEY_BAG)
        bag = der.element(data, after + 1)
        if data[after : after + 1] in (b"\x01", b"\x02") and bag is not None and bag.end - bag.begin > _LARGEST_KEY:
            raise Unreadable("a PKCS#12 container with a private key too large to be examined here; give the certificate alone")
        at = data.find(_KEY_BAG, after)


def _contents(bag: Any) -> list[Material]:
    """The key's own certificate, the others, the key."""
    from cryptography.hazmat.primitives.serialization import Encoding

    bagged = [*([bag.cert] if bag.cert is not None else []), *bag.additional_certs]
    found = [certificate(each.certificate.public_bytes(Encoding.DER), "pkcs12") for each in bagged[:MOST_ENTRIES]]
    if bag.key is not None:
        half = described(bag.key.public_key(), "private-key", "pkcs12")
        found.append(half._replace(private=True, encrypted=True))
    return found
