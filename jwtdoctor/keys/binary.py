"""Binary forms: DER, one after another, and Java keystores. What each is stands in its own outline, never in a name."""

from __future__ import annotations

from typing import Any

from . import der
from .certificate import bad_key, certificate, damaged, request
from .material import MOST_ENTRIES, Material, Unlocking, Unreadable
from .private import OPENSSH
from .public import described

KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
"""The first bytes of JKS and of JCEKS."""


def read(data: bytes, unlocking: Unlocking, form: str = "der") -> list[Material]:
    """Everything in binary data; an empty list where it is none of ours. Raises Unreadable for what is ours and damaged."""
    if data.startswith(KEYSTORES):
        from .keystore import keystore

        return keystore(data)
    if data.startswith(OPENSSH):
        from .private import openssh

        return [openssh(data)]
    found: list[Material] = []
    at = 0
    # A PEM block holds one thing; what follows it there is OpenSSL's own remark (TRUSTED CERTIFICATE).
    while at < len(data) and len(found) < (1 if form == "pem" else MOST_ENTRIES):
        kind = der.kind_of(data[at : at + _OUTLINE])
        outer = der.element(data, at)
        if not kind or outer is None:
            break
        try:
            found.extend(_one(kind, data[at : outer.end], unlocking, form))
        except Unreadable as refused:
            if not found:
                raise
            found.append(Material("", "unreadable", form=form, why=str(refused)))
        at = outer.end
    return found


_OUTLINE = 1 << 16
"""Bytes that show what an element is, even past a number of 16,384 bits."""


def _one(kind: str, data: bytes, unlocking: Unlocking, form: str) -> list[Material]:
    # The everyday certificate needs none of the rarer readers, whose import would cost as much as reading it.
    if kind == "certificate":
        return [certificate(data, form)]
    if kind == "public-key":
        return [_public_key(data, form)]
    if kind == "csr":
        return [request(data, form)]
    if kind == "crl":
        raise Unreadable("a list of revoked certificates (CRL): there is no key in it")
    if kind in ("private-key", "encrypted-private-key"):
        from . import private

        locked = kind == "encrypted-private-key"
        return [private.encrypted_private_key(data, form, unlocking) if locked else private.private_key(data, form)]
    from . import containers

    return containers.pkcs7(data) if kind == "pkcs7" else containers.pkcs12(data, unlocking)


def _public_key(data: bytes, form: str) -> Material:
    """SubjectPublicKeyInfo or PKCS#1."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    if der.missing(data):
        raise Unreadable(damaged("public key", data))
    try:
        key: Any = load_der_public_key(data)
    except UnsupportedAlgorithm:
        raise Unreadable("a public key of a type or curve that is not known here") from None
    except ValueError as error:
        raise Unreadable(f"a public key, but {bad_key(str(error), data)}") from None
    return described(key, "public-key", form)
