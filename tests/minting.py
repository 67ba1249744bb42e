"""Throwaway keys, certificates and assertions, deliberately right or wrong. Everything is made in memory, once per run."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import jks
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FROZEN_NOW = 1795435200
"""2026-11-23T12:00:00Z, the moment at which every worked case is judged."""
ISS = "3MVG9kQp7Zr2VtLxWc0DhY5sNbEoT1uGfRmA8iJ4KqXvP6nUwSlHyBdCzO3eMgI9aFtVrQ2xLs7WkYb1NcDp"
SUB = "integration@acme-demo.example"
AUD = "https://login.salesforce.com"
TOKEN_ENDPOINT = "https://login.salesforce.com/services/oauth2/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"
DAY = 86400

HEADER: Mapping[str, Any] = {"alg": "RS256", "typ": "JWT"}
CLAIMS: Mapping[str, Any] = {"iss": ISS, "sub": SUB, "aud": AUD, "exp": FROZEN_NOW + 180}

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def b64u(data: bytes) -> str:
    """Base64url without padding, RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: object) -> bytes:
    """JSON without white space."""
    return json.dumps(value, separators=(",", ":")).encode()


# --- keys ----------------------------------------------------------------------------------------------------------------

_SIZES = {"match": 2048, "other": 2048, "rsa3072": 3072, "rsa1024": 1024}


@functools.cache
def key(name: str) -> Any:
    """The private key of that name: match, other, rsa3072, rsa1024, ec, or secret (bytes for HMAC)."""
    if name in ("ec", "ec-other"):
        return ec.generate_private_key(ec.SECP256R1())
    if name == "noise-16384":
        return Noise()
    if name == "secret":
        return b"8F1C33C9A27E4D60B5E2F7A9D0C4B1E6A7D8F9E0B1C2D3E4F5A6B7C8D9E0F1A2"
    if name == "rsa-e3":
        return rsa.generate_private_key(public_exponent=3, key_size=2048)
    return rsa.generate_private_key(public_exponent=65537, key_size=_SIZES[name])


class Noise:
    """Signs with what a key of 16,384 bits might give: nobody waits here for one to be made."""

    def sign(self, *_: object) -> bytes:
        """2048 bytes below any modulus of that length."""
        return bytes([1]) + random.Random(5).randbytes(2047)


@functools.cache
def public(name: str) -> Any:
    """The public half of a key; of ``rsa16384`` there is only that, with a modulus that is no product of two primes."""
    if name == "rsa16384":
        return rsa.RSAPublicNumbers(65537, random.Random(7).getrandbits(16384) | 1 << 16383 | 1).public_key()
    return key(name).public_key()


def private_pem(name: str = "match", password: bytes | None = None) -> bytes:
    """The private key as PKCS#8 PEM, encrypted when a password is given."""
    guard = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key(name).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, guard)


def public_pem(name: str = "match") -> bytes:
    """The public half as SubjectPublicKeyInfo PEM."""
    return public(name).public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


# --- certificates --------------------------------------------------------------------------------------------------------


def issue(
    name: str = "match",
    *,
    start: int = -30 * DAY,
    end: int = 700 * DAY,
    filler: int = 0,
    by: str = "",
    ca: bool = False,
    hosts: tuple[str, ...] = (),
) -> x509.Certificate:
    """A certificate; ``start`` and ``end`` are seconds relative to FROZEN_NOW, ``filler`` bytes make it large.

    It is self-signed, or issued by the key called ``by``; ``hosts`` make it one for TLS servers.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme-authority" if ca else "acme-demo")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme-authority")]) if by else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public(name))
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime.fromtimestamp(FROZEN_NOW + start, dt.UTC))
        .not_valid_after(dt.datetime.fromtimestamp(FROZEN_NOW + end, dt.UTC))
    )
    if filler:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), bytes(filler))
        builder = builder.add_extension(unknown, critical=False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in hosts]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key(by or name), hashes.SHA256())


def _resigned(found: x509.Certificate) -> x509.Certificate:
    """The same certificate as if SHA-1 had signed it: libraries no longer make one, so the algorithm's name is replaced (same length)."""
    sha256, sha1 = bytes.fromhex("300d06092a864886f70d01010b0500"), bytes.fromhex("300d06092a864886f70d0101050500")
    return x509.load_der_x509_certificate(found.public_bytes(serialization.Encoding.DER).replace(sha256, sha1))


def _flipped(found: x509.Certificate) -> x509.Certificate:
    """The same with one bit of its modulus changed, as a bad copy may have."""
    der = bytearray(found.public_bytes(serialization.Encoding.DER))
    modulus = found.public_key().public_numbers().n.to_bytes(256, "big")  # type: ignore[union-attr]
    der[bytes(der).index(modulus) + 100] ^= 4
    return x509.load_der_x509_certificate(bytes(der))


def _pem(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.PEM)


def _csr() -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme-demo")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key("match"), hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def _pkcs12(guard: serialization.KeySerializationEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"acme-demo", key("match"), issue("match"), None, guard)


def _keystore() -> bytes:
    """A Java keystore with one trusted certificate, as Certificate and Key Management exports it."""
    der = issue("match").public_bytes(serialization.Encoding.DER)
    return bytes(jks.KeyStore.new("jks", [jks.TrustedCertEntry.new("acme-demo", der)]).saves("throwaway"))


def _openssh() -> bytes:
    return key("match").public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def jwk(name: str = "match") -> dict[str, str]:
    """The public half of an RSA key as a JWK."""
    numbers = key(name).public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return {"kty": "RSA", "n": b64u(numbers.n.to_bytes(size, "big")), "e": b64u(numbers.e.to_bytes(3, "big"))}


_CERTIFICATES: Mapping[str, Callable[[], bytes]] = {
    "match": lambda: _pem(issue("match")),
    "other": lambda: _pem(issue("other")),
    "rsa1024": lambda: _pem(issue("rsa1024")),
    "ec": lambda: _pem(issue("ec")),
    "rsa-e3": lambda: _pem(issue("rsa-e3")),
    "expired": lambda: _pem(issue("match", start=-800 * DAY, end=-DAY)),
    "expiring": lambda: _pem(issue("match", end=10 * DAY)),
    "future": lambda: _pem(issue("match", start=DAY)),
    "large": lambda: _pem(issue("match", filler=5000)),
    "chain": lambda: certificate("match") + certificate("other"),
    "with-key": lambda: certificate("match") + private_pem("match"),
    "der": lambda: issue("match").public_bytes(serialization.Encoding.DER),
    "public-key": lambda: public_pem("match"),
    "openssh-public-key": _openssh,
    "private-key": lambda: private_pem("match"),
    "encrypted-private-key": lambda: private_pem("match", b"throwaway"),
    "csr": _csr,
    "pkcs7": lambda: pkcs7.serialize_certificates([issue("match")], serialization.Encoding.PEM),
    "pkcs12": lambda: _pkcs12(serialization.BestAvailableEncryption(b"throwaway")),
    "pkcs12-open": lambda: _pkcs12(serialization.NoEncryption()),
    "keystore": _keystore,
    "jwk": lambda: compact(jwk("match")),
    "flipped": lambda: _pem(_flipped(issue("match"))),
    "jwk-ps256": lambda: compact({**jwk("match"), "alg": "PS256"}),
    "oct": lambda: compact({"kty": "oct", "k": b64u(key("secret"))}),
    "rsa16384": lambda: _pem(issue("rsa16384", by="other")),
    "chain-reversed": lambda: _pem(issue("other", ca=True)) + _pem(issue("match", by="other")),
    "large-as-pem": lambda: _pem(issue("match", filler=2600)),
    "sha1": lambda: _pem(_resigned(issue("match"))),
    "tls-salesforce": lambda: _pem(issue("match", by="other", hosts=("*.my.salesforce.com", "login.salesforce.com"))),
    "tls-host": lambda: _pem(issue("match", by="other", hosts=("www.acme-demo.example",))),
    "token": lambda: mint().encode(),
    "junk": lambda: b"this is no certificate\n",
    "empty": lambda: b"\n",
}


@functools.cache
def certificate(name: str) -> bytes:
    """The contents of what a worked case gives as ``--cert``."""
    return _CERTIFICATES[name]()


def identifier(member: str, name: str) -> str:
    """What a header's member says of the certificate called ``name``, rightly (``x5t``) or wrongly (``spki``, ``x5t-of-text``)."""
    pem = certificate(name)
    found = x509.load_pem_x509_certificate(pem)
    der = found.public_bytes(serialization.Encoding.DER)
    spki = found.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "x5t": lambda: b64u(hashlib.sha1(der).digest()),
        "x5t#S256": lambda: b64u(hashlib.sha256(der).digest()),
        "x5t-of-text": lambda: b64u(hashlib.sha1(pem).digest()),
        "spki": lambda: b64u(hashlib.sha256(spki).digest()),
        "x5c": lambda: base64.b64encode(der).decode(),
    }[member]()


# --- signatures and tokens -----------------------------------------------------------------------------------------------


def sign(data: bytes, alg: str, private: Any) -> bytes:
    """The signature that ``private`` makes for ``alg``: RFC 7518 §3. An alg the key does not know falls back to SHA-256."""
    if alg.lower() == "none":
        return b""
    digest = _HASHES.get(alg[2:], hashes.SHA256())
    if isinstance(private, bytes):
        return hmac.new(private, data, digest.name).digest()
    if isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if isinstance(private, Noise):
        return private.sign()
    if alg.startswith("PS"):
        return private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return private.sign(data, padding.PKCS1v15(), digest)


def _bare_block(inside: bytes, private: rsa.RSAPrivateKey) -> bytes:
    """PKCS#1 v1.5 padding around ``inside`` as it is, without a DigestInfo."""
    size = private.key_size // 8
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(inside)) + b"\x00" + inside
    numbers = private.private_numbers()
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")


def _pss(data: bytes, private: rsa.RSAPrivateKey, digest: hashes.HashAlgorithm) -> bytes:
    return private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)


def _padded(data: bytes) -> bytes:
    return b".".join(part + b"=" * (-len(part) % 4) for part in data.split(b"."))


def _decoded(data: bytes) -> bytes:
    return b".".join(base64.urlsafe_b64decode(part + b"==") for part in data.split(b"."))


def _digest_info(data: bytes) -> bytes:
    """A SHA-256 DigestInfo that leaves out the NULL parameters."""
    return bytes.fromhex("302f300b06096086480165030402010420") + hashlib.sha256(data).digest()


def _raw(number: bytes, private: rsa.RSAPrivateKey) -> bytes:
    numbers = private.private_numbers()
    size = private.key_size // 8
    return pow(int.from_bytes(number, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")


def _standard(data: bytes) -> bytes:
    return _padded(data).replace(b"-", b"+").replace(b"_", b"/")


def _respaced(data: bytes) -> bytes:
    """Header and claims with the spaces that Python's JSON encoder writes."""
    parts = (base64.urlsafe_b64decode(part + b"==") for part in data.split(b"."))
    return ".".join(b64u(json.dumps(json.loads(part)).encode()) for part in parts).encode()


def _salted(data: bytes, private: rsa.RSAPrivateKey, mask: hashes.HashAlgorithm, salt: int) -> bytes:
    return private.sign(data, padding.PSS(padding.MGF1(mask), salt), hashes.SHA256())


_SIGNATURES: Mapping[str, Callable[[bytes, str, Any], bytes]] = {
    "rewritten": lambda data, alg, private: sign(_respaced(data), alg, private),
    "no-digest-info-text": lambda data, alg, private: _bare_block(_printed(data), private),
    "edited-aud-pss": lambda data, alg, private: _pss(data, private, hashes.SHA256()),
    "edited-aud-rewritten": lambda data, alg, private: sign(_respaced(data), alg, private),
    "zeros": lambda data, alg, private: bytes(256),
    "no-dot": lambda data, alg, private: sign(data.replace(b".", b""), alg, private),
    "before-url-safe": lambda data, alg, private: sign(_standard(data), alg, private),
    "utf16": lambda data, alg, private: sign(data.decode().encode("utf-16-le"), alg, private),
    "text-of-bytes": lambda data, alg, private: sign(b"b'" + data + b"'", alg, private),
    "no-padding": lambda data, alg, private: _raw(hashlib.sha256(data).digest(), private),
    "digest-info": lambda data, alg, private: _bare_block(_digest_info(data), private),
    "pss-mask": lambda data, alg, private: _salted(data, private, hashes.SHA1(), 32),
    "pss-salt": lambda data, alg, private: _salted(data, private, hashes.SHA256(), padding.PSS.MAX_LENGTH),
    "other-token": lambda data, alg, private: sign(OTHER_TOKEN.rpartition(".")[0].encode(), alg, private),
    "hmac-with-certificate": lambda data, alg, private: hmac.new(certificate("match"), data, "sha256").digest(),
    "reversed": lambda data, alg, private: sign(data, alg, private)[::-1],
    "signed-decoded": lambda data, alg, private: sign(_decoded(data), alg, private),
    "payload-only": lambda data, alg, private: sign(data.split(b".")[1], alg, private),
    "newline": lambda data, alg, private: sign(data + b"\n", alg, private),
    "trailing-dot": lambda data, alg, private: sign(data + b".", alg, private),
    "padded": lambda data, alg, private: sign(_padded(data), alg, private),
    "hashed-twice": lambda data, alg, private: sign(hashlib.sha256(data).digest(), alg, private),
    "pss": lambda data, alg, private: _pss(data, private, hashes.SHA256()),
    "pss-sha512": lambda data, alg, private: _pss(data, private, hashes.SHA512()),
    "pkcs1": lambda data, alg, private: private.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    "sha512": lambda data, alg, private: sign(data, "RS512", private),
    "no-digest-info": lambda data, alg, private: _bare_block(hashlib.sha256(data).digest(), private),
    "raw-bytes": lambda data, alg, private: _bare_block(b"no digest of this token", private),
    "hmac": lambda data, alg, private: sign(data, "HS256", key("secret")),
    "ecdsa": lambda data, alg, private: sign(data, "ES256", key("ec")),
    "der": lambda data, alg, private: private.sign(data, ec.ECDSA(hashes.SHA256())),
}
"""Mutations of what is signed, or how."""


def _printed(data: bytes) -> bytes:
    """What a command line tool prints of a digest."""
    return f"SHA2-256(stdin)= {hashlib.sha256(data).hexdigest()}\n".encode()


_BEFORE: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "edited": lambda claims: {name: value for name, value in claims.items() if name != "jti"},
    "edited-aud": lambda claims: {**claims, "aud": "https://test.salesforce.com"},
    "edited-aud-pss": lambda claims: {**claims, "aud": "https://test.salesforce.com"},
    "edited-aud-rewritten": lambda claims: {**claims, "aud": "https://test.salesforce.com"},
    "edited-exp": lambda claims: {**claims, "exp": FROZEN_NOW - 11093},
    "dropped-iat": lambda claims: {**claims, "iat": FROZEN_NOW},
    "edited-beyond": lambda claims: {**claims, "iss": ISS[::-1]},
    "pss-salt-edited": lambda claims: {**claims, "iss": ISS[::-1]},
}
"""Claims as they were signed, before somebody changed them to those of the token."""
OTHER_TOKEN = f"{b64u(compact(HEADER))}.{b64u(compact({**CLAIMS, 'sub': 'somebody@acme-demo.example'}))}.c2lnbmF0dXJl"


_LUCKY: Mapping[str, Callable[[bytes], bool]] = {
    "leading-zero-lost": lambda signature: not signature[0],
    "leading-zero-added": lambda signature: signature[0] > 127,
    "unpadded": lambda signature: not signature[0],
    "plus-to-space": lambda signature: b"+" in base64.b64encode(signature)[8:-8],
}
"""Faults that not every signature can have: further tokens are made until one can."""

_WRITINGS: Mapping[str, Callable[[bytes], str]] = {
    "leading-zero-lost": lambda signature: b64u(signature.lstrip(b"\0")),
    "leading-zero-added": lambda signature: b64u(b"\0" + signature),
    "unpadded": lambda signature: b64u(signature[:32].lstrip(b"\0") + signature[32:].lstrip(b"\0")),
    "plus-to-space": lambda signature: b64u(signature).replace("-", " "),
    "one-character": lambda signature: b64u(signature)[:-1] + ("A" if b64u(signature)[-1] != "A" else "Q"),
    "double-encoded": lambda signature: b64u(base64.b64encode(signature)),
    "hex": lambda signature: b64u(signature.hex().encode()),
    "hex-text": lambda signature: signature.hex(),
    "cut": lambda signature: b64u(signature[:-30]),
    "percent": lambda signature: base64.urlsafe_b64encode(signature).decode().replace("=", "%3D"),
}
"""Mutations of how the finished signature is written."""


def mint(
    header: Mapping[str, Any] = HEADER,
    claims: Mapping[str, Any] | str = CLAIMS,
    private: str = "match",
    mutation: str | None = None,
) -> str:
    """An assertion signed by the key called ``private``; ``claims`` as text is the second segment's JSON as it stands.

    ``mutation`` makes it wrong in one way: see the tables above, and ``edited`` (claims changed after signing), ``std-base64``
    (all parts in standard base64), ``trailing-bits`` (a last character that carries bits).
    """
    known = {None, "std-base64", "trailing-bits", *_BEFORE, *_SIGNATURES, *_WRITINGS}
    if mutation not in known:
        raise KeyError(f"no mutation is called {mutation!r}")
    if mutation == "std-base64":
        return _standard_base64(header, claims, private)
    if mutation == "edited" and not isinstance(claims, str):
        claims = {**claims, "jti": "edited after signing"}
    data, signature = _signed(header, claims, private, mutation or "")
    for attempt in range(5000 if mutation in _LUCKY else 0):
        if _LUCKY[mutation or ""](signature):
            break
        assert not isinstance(claims, str)
        data, signature = _signed(header, {**claims, "jti": str(attempt)}, private, mutation or "")
    written = _WRITINGS.get(mutation or "", b64u)(signature)
    if mutation == "trailing-bits":
        written = _with_trailing_bits(written)
    return f"{data.decode()}.{written}"


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any] | str, private: str, mutation: str) -> tuple[bytes, bytes]:
    """The JWS signing input of the token, and the signature that its maker put to it."""
    alg = str(header.get("alg", "RS256"))

    def input_of(payload: Mapping[str, Any] | str) -> bytes:
        written = payload.encode() if isinstance(payload, str) else compact(payload)
        return f"{b64u(compact(header))}.{b64u(written)}".encode()

    before = claims if isinstance(claims, str) else _BEFORE.get(mutation, dict)(dict(claims))
    maker = _SIGNATURES["pss-salt"] if mutation == "pss-salt-edited" else _SIGNATURES.get(mutation, sign)
    return input_of(claims), maker(input_of(before), alg, key(private))


def _with_trailing_bits(written: str) -> str:
    """The same bytes with a last character whose unused bits are not zero; a strict decoder refuses it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return written[:-1] + alphabet[alphabet.index(written[-1]) + 1]


def _standard_base64(header: Mapping[str, Any], claims: Mapping[str, Any] | str, private: str) -> str:
    """Every part in standard base64 with padding, tried with further jti until the signature shows ``+`` or ``/``.

    The claims end with padding and hold neither ``+`` nor ``/``, so that each oddity stands in one place only.
    """
    assert not isinstance(claims, str)
    for attempt in range(1000):
        payload = compact({**claims, "jti": str(attempt)} if attempt else claims)
        first, second = (base64.b64encode(part).decode() for part in (compact(header), payload))
        third = base64.b64encode(sign(f"{first}.{second}".encode(), str(header["alg"]), key(private))).decode()
        if set("+/") & set(third) and third.endswith("=") and second.endswith("=") and not set("+/") & set(second):
            return f"{first}.{second}.{third}"
    raise AssertionError("no jti gives a token with standard base64 in its signature and padding in its claims")
