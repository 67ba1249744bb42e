"""Private keys: recognised, their public half kept, everything else dropped at once.

PKCS#1 (RFC 8017 §A.1.2), PKCS#8 (RFC 5208, RFC 5958), SEC 1 (RFC 5915), OpenSSH (PROTOCOL.key of OpenSSH), PuTTY.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable
from typing import Any

from . import der
from .certificate import bad_key, damaged
from .material import Locked, Material, Unlocking, Unreadable
from .public import described

OPENSSH = b"openssh-key-v1\x00"
"""The first bytes of an OpenSSH private key."""


def private_key(data: bytes, form: str) -> Material:
    """The public half of an unencrypted private key in DER. Raises Unreadable."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return _half(lambda: load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True), data, form)


def encrypted_private_key(data: bytes, form: str, unlocking: Unlocking) -> Material:
    """PKCS#8 under a passphrase (RFC 5958 §3)."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    def load(passphrase: bytes | None) -> Any:
        return load_der_private_key(data, passphrase, unsafe_skip_rsa_key_validation=True)

    if der.missing(data):
        raise Unreadable(damaged("encrypted private key", data))
    return _unlocked(load, data, form, unlocking, der.rounds(data))


def traditional(label: str, cipher: str, vector: str, data: bytes, unlocking: Unlocking) -> Material:
    """The encryption of PEM itself (RFC 1421 §4.6.1.1 as OpenSSL writes it): ``Proc-Type`` and ``DEK-Info``."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = traditional_pem(label, cipher, vector, data)

    def load(passphrase: bytes | None) -> Any:
        return load_pem_private_key(pem, passphrase, unsafe_skip_rsa_key_validation=True)

    if not data or len(data) % 8:
        raise Unreadable("an encrypted private key that was cut off: its length fits no cipher")
    return _unlocked(load, data, "pem", unlocking, 1)


def traditional_pem(label: str, cipher: str, vector: str, data: bytes) -> bytes:
    """A block that PEM itself encrypts, as its loader wants it."""
    body = base64.encodebytes(data).decode("ascii")
    return (
        f"-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{vector}\n\n{body}-----END {label}-----\n".encode()
    )


def openssh(data: bytes) -> Material:
    """OpenSSH's own format. The public half stands before the encrypted part, so no passphrase is needed. Raises Unreadable."""
    try:
        cipher, _, _, count, rest = _openssh_head(data)
        blob, rest = _string(rest)
        hidden, _ = _string(rest)
    except (struct.error, ValueError):
        raise Unreadable("an OpenSSH private key that was cut off or is damaged") from None
    if not count or not hidden:
        raise Unreadable("an OpenSSH private key file without a key")
    found = ssh_public(blob)._replace(kind="private-key", private=True, encrypted=cipher != b"none")
    if found.encrypted:
        return found._replace(why="its private part is encrypted; the public half is readable without the passphrase")
    return found


def _openssh_head(data: bytes) -> tuple[bytes, bytes, bytes, int, bytes]:
    if not data.startswith(OPENSSH):
        raise ValueError("not OpenSSH")
    cipher, rest = _string(data[len(OPENSSH) :])
    derivation, rest = _string(rest)
    options, rest = _string(rest)
    (count,) = struct.unpack_from(">I", rest)
    return cipher, derivation, options, count, rest[4:]


def bcrypt_rounds(data: bytes) -> int:
    """How often an encrypted OpenSSH key has its passphrase stretched (PROTOCOL.key). Raises Unreadable."""
    try:
        options = _openssh_head(data)[2]
        return int(struct.unpack_from(">I", _string(options)[1])[0])
    except (struct.error, ValueError):
        raise Unreadable("an OpenSSH private key that was cut off or is damaged") from None


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A length of four bytes and as many bytes (RFC 4251 §5). Raises ValueError when they are not there."""
    (length,) = struct.unpack_from(">I", data)
    if len(data) < 4 + length:
        raise ValueError("cut off")
    return data[4 : 4 + length], data[4 + length :]


def ssh_public(blob: bytes) -> Material:
    """A public key as SSH writes it on the wire (RFC 4253 §6.6). Raises Unreadable."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        sort, _ = _string(blob)
        line = sort + b" " + base64.b64encode(blob)
        return described(load_ssh_public_key(line), "public-key", "openssh")
    except UnsupportedAlgorithm:
        raise Unreadable("an SSH key of a type that is not known here") from None
    except Unreadable:
        raise
    except (ValueError, TypeError, struct.error) as error:
        raise Unreadable(f"an SSH public key, but {bad_key(str(error), blob)}") from None


_PUBLIC_LINES = re.compile(r"Public-Lines: ?([0-9]{1,3})\s*\n((?:[A-Za-z0-9+/= ]{1,200}\n?){1,200})")


def putty(text: str) -> Material:
    """A PuTTY key file: its public lines are never encrypted. Raises Unreadable."""
    found = _PUBLIC_LINES.search(text)
    if found is None:
        raise Unreadable("a PuTTY private key file (.ppk) that was cut off; accepted: PEM (puttygen key.ppk -O private-openssh)")
    rows = found[2].splitlines()[: int(found[1])]
    try:
        blob = binascii.a2b_base64("".join(rows))
    except binascii.Error:
        raise Unreadable("a PuTTY private key file (.ppk) with damaged base64") from None
    locked = "Encryption: none" not in text[:2000]
    why = "a PuTTY key file (.ppk): signing libraries do not read it (puttygen key.ppk -O private-openssh -o key.pem)"
    return ssh_public(blob)._replace(kind="private-key", private=True, encrypted=locked, why=why)


def _unlocked(load: Callable[[bytes | None], Any], data: bytes, form: str, unlocking: Unlocking, rounds: int) -> Material:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        half = unlocking.attempt(lambda passphrase: load(passphrase).public_key(), rounds)
    except Locked as locked:
        why = f"an encrypted private key: {locked}"
        return Material("", "private-key", form=form, why=why, locked=True, private=True, encrypted=True)
    except UnsupportedAlgorithm:
        raise Unreadable("a private key encrypted with a cipher that is not supported here") from None
    return _half(lambda: half, data, form)._replace(encrypted=True)


def _half(load: Callable[[], Any], data: bytes, form: str) -> Material:
    """The public half of what ``load`` brings; the private object lives no longer than this line."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        key = load()
        half = key.public_key() if hasattr(key, "public_key") else key
        del key
        return described(half, "private-key", form)._replace(private=True)
    except UnsupportedAlgorithm:
        raise Unreadable("a private key of a type or curve that is not known here") from None
    except Unreadable as refused:
        raise Unreadable(f"a private key, but {refused}") from None
    except (ValueError, TypeError):
        raise Unreadable(damaged("private key", data)) from None
