"""What key is this? Certificates and keys by content, never by file name. The only importer of ``cryptography``'s loaders.

RFC 5280 (X.509), RFC 7468 (PEM), RFC 7517 (JWK), RFC 7638 (thumbprints). Nothing secret leaves: a private key is recognised,
its public half is kept and the rest dropped.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import warnings
from typing import Any, NamedTuple

MAX_FILE = 1 << 20
"""Bytes read as one certificate file; a certificate has a few kilobytes."""

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----")
_MOST_BLOCKS = 1000


class Material(NamedTuple):
    """One key or certificate file, as far as it could be read. Times are epoch seconds, sizes bytes or bits."""

    name: str
    kind: str
    """``certificate``, ``public-key``, ``private-key``, ``encrypted-private-key``, ``certificate-request``, ``pkcs7``,
    ``pkcs12``, ``keystore``, ``jwk``, ``openssh-public-key``, ``token``, ``empty``, ``unreadable``."""
    key: Any = None
    """The public key, for the oracle; ``None`` when there is none to be had."""
    type: str = ""
    size: int = 0
    curve: str = ""
    subject: str = ""
    issuer: str = ""
    not_before: int | None = None
    not_after: int | None = None
    sha1: str = ""
    sha256: str = ""
    spki_sha256: str = ""
    der_size: int = 0
    file_size: int = 0
    certificates: int = 0
    alg: str = ""
    """The one algorithm a JWK allows (RFC 7517 §4.4)."""
    why: str = ""


def load(data: bytes, name: str = "certificate") -> Material:
    """Read a certificate or key file; never raises, what cannot be read says why."""
    if not data.strip():
        return Material(name, "empty", why="the file is empty")
    if len(data) > MAX_FILE:
        return Material(name, "unreadable", file_size=len(data), why=f"larger than {MAX_FILE} bytes")
    try:
        with warnings.catch_warnings():
            # What cryptography deprecates in somebody's certificate is no news to put beside the answer.
            warnings.simplefilter("ignore")
            return _load(data, name)._replace(file_size=len(data))
    except Exception as error:  # noqa: BLE001 - cryptography raises many kinds for hostile DER; each means "unreadable"
        return Material(name, "unreadable", file_size=len(data), why=_reason(error))


def _reason(error: Exception) -> str:
    """The loader's complaint in one short line, without any of the input."""
    text = re.sub(r"\s+", " ", str(error))[:160].split(" (")[0]
    return text if text and not re.search(r"[A-Za-z0-9+/=]{40,}", text) else type(error).__name__


def _load(data: bytes, name: str) -> Material:
    if b"\\n" in data and b"-----BEGIN" in data and data.count(b"\n") < 3:
        data = data.replace(b"\\r", b"").replace(b"\\n", b"\n")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
    blocks = _blocks(data)
    if blocks:
        return _pem(blocks, data, name)
    label = _BEGIN.search(data)
    if label:
        return Material(name, "unreadable", why=f"it begins with BEGIN {label[1].decode()} but has no END line")
    text = data.strip()
    if text[:1] == b"{":
        return _jwk(text, name)
    if text.startswith((b"ssh-rsa ", b"ssh-ed25519 ", b"ecdsa-sha2-")):
        from cryptography.hazmat.primitives.serialization import load_ssh_public_key

        return _public(load_ssh_public_key(text), name, "openssh-public-key")
    if text.startswith(b"eyJ") and text.count(b".") >= 2:
        return Material(name, "token", why="this is a JWT")
    if data[:4] in (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"):
        return Material(name, "keystore", why="a Java keystore")
    if data[:1] == b"\x30":
        return _der(data, name)
    compact = re.sub(rb"\s+", b"", text)
    if re.fullmatch(rb"[A-Za-z0-9+/_-]{80,}={0,2}", compact):
        try:
            plain = base64.b64decode(compact.translate(bytes.maketrans(b"-_", b"+/")) + b"==")
        except binascii.Error:
            plain = b""
        if plain[:1] == b"\x30":
            return _der(plain, name)
        if plain.startswith(b"-----BEGIN"):
            return _load(plain, name)
    return Material(name, "unreadable", why="neither PEM nor DER nor JWK")


def _blocks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Label and body of each PEM block (RFC 7468 §2), in linear time however many begin and never end."""
    found: list[tuple[bytes, bytes]] = []
    endless: set[bytes] = set()
    at = 0
    while len(found) < _MOST_BLOCKS and (begin := _BEGIN.search(data, at)):
        label, at = begin[1], begin.end()
        end = -1 if label in endless or len(endless) > 20 else data.find(b"-----END " + label + b"-----", at)
        if end < 0:
            endless.add(label)
            continue
        found.append((label, data[at:end]))
        at = end
    return found


def _pem(blocks: list[tuple[bytes, bytes]], data: bytes, name: str) -> Material:
    labels = [label.decode() for label, _ in blocks]
    certificates = [body for label, body in blocks if label.endswith(b"CERTIFICATE")]
    private = next((label for label in labels if label.endswith("PRIVATE KEY")), None)
    if certificates:
        der = binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/=]", b"", certificates[0]))
        found = _certificate(der, name)._replace(certificates=len(certificates))
        return found._replace(why="the file also holds a private key") if private else found
    if private:
        return _private(data, private, name)
    body = binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/=]", b"", blocks[0][1]))
    if labels[0].endswith("CERTIFICATE REQUEST"):
        return _request(body, name)
    if labels[0] in ("PKCS7", "CMS"):
        return _pkcs7(body, name)
    if labels[0].endswith("PUBLIC KEY"):
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        return _public(load_der_public_key(body), name, "public-key")
    return Material(name, "unreadable", why=f"a PEM block of type {labels[0]}")


def _private(data: bytes, label: str, name: str) -> Material:
    """Recognise a private key and keep only its public half."""
    encrypted = "ENCRYPTED" in label or b"Proc-Type: 4,ENCRYPTED" in data
    if encrypted:
        return Material(name, "encrypted-private-key", why="an encrypted private key")
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    block = re.search(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", data, re.DOTALL)
    try:
        if "OPENSSH" in label:
            half: Any = load_ssh_private_key(block[0] if block else data, None).public_key()
        else:
            half = load_pem_private_key(block[0] if block else data, None).public_key()
    except (ValueError, TypeError, AttributeError):
        return Material(name, "private-key", why="a private key that cannot be read")
    return _public(half, name, "private-key")


def _der(data: bytes, name: str) -> Material:
    """DER by trial: certificate, public key, request, PKCS#7, PKCS#12, private key."""
    from cryptography.hazmat.primitives import serialization

    for attempt in (_certificate, _request):
        try:
            return attempt(data, name)
        except ValueError:
            continue
    try:
        return _public(serialization.load_der_public_key(data), name, "public-key")
    except ValueError:
        pass
    try:
        return _public(serialization.load_der_private_key(data, None).public_key(), name, "private-key")
    except TypeError:
        return Material(name, "encrypted-private-key", why="an encrypted private key")
    except ValueError:
        pass
    if b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" in data[:64]:
        return _pkcs7(data, name)
    if b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" in data[:64]:
        return Material(name, "pkcs12", why="a PKCS#12 container")
    return Material(name, "unreadable", why="DER of no known kind, or damaged")


def _certificate(der: bytes, name: str) -> Material:
    from cryptography import x509

    found = x509.load_der_x509_certificate(der)
    try:
        public = found.public_key()
        why = ""
    except Exception as error:  # noqa: BLE001 - an unsupported or broken key inside an otherwise readable certificate
        public, why = None, _reason(error)
    base = _public(public, name, "certificate") if public is not None else Material(name, "certificate", why=why)
    return base._replace(
        subject=_name(found.subject),
        issuer=_name(found.issuer),
        not_before=int(found.not_valid_before_utc.timestamp()),
        not_after=int(found.not_valid_after_utc.timestamp()),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(der).hexdigest(),
        der_size=len(der),
        certificates=1,
    )


def _name(name: Any) -> str:
    try:
        return str(name.rfc4514_string())[:200]
    except Exception:  # noqa: BLE001 - a hostile name must not hide the key
        return ""


def _request(der: bytes, name: str) -> Material:
    from cryptography import x509

    return _public(x509.load_der_x509_csr(der).public_key(), name, "certificate-request")


def _pkcs7(der: bytes, name: str) -> Material:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    inside = pkcs7.load_der_pkcs7_certificates(der)
    if not inside:
        return Material(name, "pkcs7", why="a PKCS#7 container without certificates")
    first = _certificate(inside[0].public_bytes(Encoding.DER), name)
    return first._replace(kind="pkcs7", certificates=len(inside))


def _public(key: Any, name: str, kind: str) -> Material:
    """Type, size and SPKI fingerprint of a public key (RFC 5280 §4.1.2.7)."""
    from cryptography.hazmat.primitives import serialization

    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    sort = type(key).__name__.upper()
    type_ = next((t for t in ("RSA", "ED25519", "ED448", "DSA", "X25519", "X448") if t in sort), "EC")
    if type_ == "EC" and "ELLIPTIC" not in sort and "EC" not in sort:
        type_ = type(key).__name__
    curve = key.curve.name if type_ == "EC" else ""
    size = int(getattr(key, "key_size", 0) or {"ED25519": 256, "ED448": 456}.get(type_, 0))
    spelled = {"ED25519": "Ed25519", "ED448": "Ed448"}.get(type_, type_)
    return Material(name, kind, key, spelled, size, curve, spki_sha256=hashlib.sha256(spki).hexdigest())


def _jwk(text: bytes, name: str) -> Material:
    """A JWK, or the first key of a JWKS (RFC 7517 §4, §5)."""
    from . import jwk

    document = json.loads(text)
    keys = document.get("keys") if isinstance(document, dict) else None
    chosen = keys[0] if isinstance(keys, list) and keys else document
    if not isinstance(chosen, dict) or "kty" not in chosen:
        return Material(name, "unreadable", why="JSON without `kty` is no JWK")
    key = jwk.public_key(chosen)
    if key is None:
        return Material(name, "jwk", why=f"a JWK of type {str(chosen.get('kty'))[:20]!r} that cannot be read")
    found = Material(name, "jwk", key, "secret", len(key) * 8) if isinstance(key, bytes) else _public(key, name, "jwk")
    pinned = chosen.get("alg")
    found = found._replace(alg=pinned if isinstance(pinned, str) else "")
    if not jwk.may_verify(chosen):
        return found._replace(key=None, why="the JWK says that it is not for signatures")
    return found._replace(why="the JWK holds the private key") if jwk.is_private(chosen) else found
