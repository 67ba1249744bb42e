"""Keys and certificates for worked cases: made when first wanted, kept in memory alone, forgotten with the process."""

from __future__ import annotations

import base64
import datetime
import functools
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

_DAY = 86400
_KEYS = ("match", "other", "ec")
_CERTIFICATES = {
    "match": ("match", -30, 700), "other": ("other", -30, 700), "ec": ("ec", -30, 700), "expired": ("match", -800, -1),
    "expiring": ("match", -30, 10), "future": ("match", 1, 700),
}  # fmt: skip
"""Name → key, and the days from the moment of judgement at which it begins and ends."""


class Unknown(ValueError):
    """A name that is made elsewhere or nowhere; the message says which there are."""


class Rehearsal:
    """Signs as one key or another, and certifies them around one moment of judgement (epoch seconds)."""

    def __init__(self, now: int) -> None:
        self._now = now

    def mint(
        self, header: Mapping[str, Any], claims: Mapping[str, Any] | str, private: str = "match", mutation: str | None = None
    ) -> str:
        """A compact JWS. An ``alg`` that does not fit the key is signed for with SHA-256; ``none`` with nothing. Raises Unknown."""
        if mutation is not None:
            raise Unknown(
                f"`mutation` {mutation!r} is for the rules of jwtdoctor itself; accepted here: `text` with the token as it is"
            )
        written = claims.encode() if isinstance(claims, str) else _json(claims)
        data = f"{_b64(_json(header))}.{_b64(written)}"
        return f"{data}.{_b64(_sign(data.encode(), str(header.get('alg')), _key(private)))}"

    def certificate(self, name: str) -> bytes:
        """A self-signed certificate, PEM. Raises Unknown."""
        if name not in _CERTIFICATES:
            raise Unknown(f"no certificate is called {name!r}; there are {', '.join(_CERTIFICATES)}")
        return _certificate(name, self._now)

    def private_pem(self) -> bytes:
        """A private key for a case in which somebody pastes one, PKCS#8."""
        pem: bytes = _key("other").private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return pem

    def identifier(self, member: str, name: str) -> str:
        """``x5t`` or ``x5t#S256`` of a certificate, RFC 7515 §4.1.7. Raises Unknown."""
        digests: dict[str, hashes.HashAlgorithm] = {"x5t": hashes.SHA1(), "x5t#S256": hashes.SHA256()}  # noqa: S303 - x5t is SHA-1
        if member not in digests:
            raise Unknown(f"no identifier is called {member!r}; there are {', '.join(digests)}")
        return _b64(x509.load_pem_x509_certificate(self.certificate(name)).fingerprint(digests[member]))


@functools.cache
def _key(name: str) -> Any:
    if name not in _KEYS:
        raise Unknown(f"no key is called {name!r}; there are {', '.join(_KEYS)}")
    return ec.generate_private_key(ec.SECP256R1()) if name == "ec" else rsa.generate_private_key(65537, 2048)


@functools.cache
def _certificate(name: str, now: int) -> bytes:
    key, begins, ends = _CERTIFICATES[name]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme-demo")])
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key(key).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment + datetime.timedelta(seconds=begins * _DAY))
        .not_valid_after(moment + datetime.timedelta(seconds=ends * _DAY))
        .sign(_key(key), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _sign(data: bytes, alg: str, key: Any) -> bytes:
    """RFC 7518 §3.3 to §3.5."""
    if alg.lower() == "none":
        return b""
    digest = {"384": hashes.SHA384(), "512": hashes.SHA512()}.get(alg[2:], hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if alg.startswith("PS") else padding.PKCS1v15()
    signature: bytes = key.sign(data, scheme, digest)
    return signature


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(value), separators=(",", ":"), default=str).encode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
