"""What is known of one key or certificate, and how it is said that nothing could be read. Standard library only."""

from __future__ import annotations

from typing import Any, NamedTuple

MAX_FILE = 1 << 20
"""Bytes of one file; a certificate has a few kilobytes, a store of all the world's authorities some two hundred."""
MOST_ENTRIES = 1000
"""Keys and certificates read from one file."""


class Material(NamedTuple):
    """One key or certificate; a file may hold several. Times are epoch seconds, sizes bits or bytes, digests hex."""

    name: str
    """The label to show: the file's name, and the entry where it holds several."""
    kind: str
    """``certificate``, ``public-key``, ``private-key``, ``csr``, ``secret`` (an oct JWK), ``token``, ``container`` (not
    opened), ``empty``, ``unreadable``."""
    key: Any = None
    """The public key, for the oracle (:class:`Secret` for kind ``secret``); ``None`` when there is none to be had. Never private."""
    type: str = ""
    """``RSA``, ``EC``, ``Ed25519``, ``Ed448``, ``DSA``, ``X25519``, ``X448``, ``secret``."""
    size: int = 0
    curve: str = ""
    subject: str = ""
    issuer: str = ""
    not_before: int | None = None
    not_after: int | None = None
    sha1: str = ""
    sha256: str = ""
    spki_sha256: str = ""
    """Of the public key's SubjectPublicKeyInfo."""
    der_size: int = 0
    file_size: int = 0
    certificates: int = 0
    """How many certificates the file holds."""
    alg: str = ""
    """The one algorithm a JWK allows (RFC 7517 §4.4)."""
    why: str = ""
    """Why it is unreadable or unusable, or a remark."""
    form: str = ""
    """How it is written: ``pem``, ``der``, ``base64``, ``jwk``, ``openssh``, ``pkcs7``, ``pkcs12``, ``keystore``."""
    file: str = ""
    entry: str = ""
    position: int = 1
    """Counted from 1 among the certificates of its file."""
    locked: bool = False
    """It needs a passphrase, or a better one, to be read."""
    private: bool = False
    """The entry is or holds a private key, or one stands beside it in its file."""
    kid: str = ""
    x5t: str = ""
    x5t_s256: str = ""
    """Base64url, RFC 7515 §4.1.7 and §4.1.8."""
    jwk_thumbprint: str = ""
    """Base64url, RFC 7638 with SHA-256."""
    exponent: int = 0
    signature_hash: str = ""
    """The hash in the certificate's own signature; empty where there is none (Ed25519) or it is not known."""
    self_signed: bool = False
    is_ca: bool | None = None
    """The CA flag of basicConstraints (RFC 5280 §4.2.1.9); ``None`` where it is absent."""
    tls_hosts: tuple[str, ...] = ()
    """Names a TLS server would go by: only of certificates whose extended key usage has serverAuth."""
    serial: str = ""
    encrypted: bool = False
    """The private key was written under a passphrase, whether or not that was needed or known."""
    der: bytes = b""
    """The certificate itself, public; empty for everything else."""
    candidate: bool = False
    """Found in a folder, not named: it may be the one, and nothing is held against it if it is not."""


class Encoded(bytes):
    """Bytes that are kept, and not printed."""

    def __repr__(self) -> str:
        """Their number alone."""
        return f"<{len(self)} bytes>"

    __str__ = __repr__


class Secret(Encoded):
    """A symmetric key."""


class Unreadable(ValueError):
    """Nothing can be read from this piece; the message says why, in words of ours."""


class Locked(Unreadable):
    """It is under a passphrase that was not given."""


class Work:
    """Rounds of key derivation that may still be spent on several files together."""

    def __init__(self, left: int) -> None:
        self.left = left


class Unlocking:
    """The passphrases to try on one file, and the work that may still be spent on them."""

    MOST = 20
    """Passphrases tried on one entry."""
    ROUNDS = 6_000_000
    """Rounds of key derivation spent on one file; usual are two thousand to a million, a hostile file asks for billions."""

    def __init__(self, passphrases: tuple[bytes, ...], shared: Work | None = None) -> None:
        self.passphrases = tuple(dict.fromkeys(passphrases))[: self.MOST]
        self._left = self.ROUNDS
        self._shared = shared or Work(self.ROUNDS)

    def attempt(self, load: Any, rounds: int = 1, extra: tuple[bytes | None, ...] = ()) -> Any:
        """What ``load`` makes with the first passphrase that fits; ``extra`` are tried before those given. Raises Locked."""
        tries: tuple[bytes | None, ...] = (*extra, *self.passphrases)
        for passphrase in tries:
            if rounds > min(self._left, self._shared.left):
                raise Locked(f"encrypted with {rounds:,} rounds of key derivation, which is more than is tried here")
            self._left -= rounds
            self._shared.left -= rounds
            try:
                return load(passphrase)
            except (ValueError, TypeError):
                continue
        if not self.passphrases:
            raise Locked("it needs a passphrase")
        count = len(self.passphrases)
        raise Locked("the passphrase does not fit" if count == 1 else f"none of the {count} passphrases fits")
