"""Keys made when first wanted and forgotten after the run, and small tools to write tokens. No key is ever stored."""

from __future__ import annotations

import base64
import functools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import settings

NOW = 1795435200
"""2026-11-23T12:00:00Z: the moment of judgement in these tests."""
CONSUMER_KEY = "3MVG9kQp7Zr2VtLxWc0DhY5sNbEoT1uGfRmA8iJ4KqXvP6nUwSlHyBdCzO3eMgI9aFtVrQ2xLs7WkYb1NcDp"
CLAIMS: dict[str, Any] = {
    "iss": CONSUMER_KEY,
    "sub": "integration@acme-demo.example",
    "aud": "https://login.salesforce.com",
    "exp": NOW + 180,
}
SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=300)
"""For property tests: the same examples on every run, nothing written to disk."""


def b64(data: bytes | str) -> str:
    """Strict base64url, RFC 7515 §2."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def part(members: Any) -> str:
    """A segment of JSON; text and bytes are taken as they are."""
    return b64(members if isinstance(members, str | bytes) else json.dumps(members))


def rsa_key(name: str = "signer") -> rsa.RSAPrivateKey:
    """A key for this run; another name is another key, and the name left out is the first one."""
    return _rsa_key(name)


@functools.cache
def _rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key for this run. Its base64 holds a slash, as most do: that must not pass for a path."""
    while True:
        key = ec.generate_private_key(ec.SECP256R1())
        if b"/" in base64.b64encode(private_der(key)):
            return key


def sign(text: str, name: str = "signer") -> str:
    """The RS256 signature segment over ``text``."""
    return b64(rsa_key(name).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))


def mint(claims: Any = None, header: Any = None, name: str = "signer") -> str:
    """A signed assertion; without arguments a faultless one."""
    text = f"{part(header if header is not None else {'alg': 'RS256'})}.{part(CLAIMS if claims is None else claims)}"
    return f"{text}.{sign(text, name)}"


def unsigned(claims: Any = None, header: Any = None, signature: str = "c2lnbmF0dXJlLXRoYXQtaXMtbm9uZQ") -> str:
    """A token whose signature is made up; cheap."""
    head = part({"alg": "RS256"} if header is None else header)
    return f"{head}.{part(CLAIMS if claims is None else claims)}.{signature}"


def pem(form: str = "pkcs8", key: Any = None, password: bytes | None = None) -> str:
    """A throwaway private key as PEM: ``pkcs8``, ``traditional`` or ``openssh``."""
    forms = {
        "pkcs8": serialization.PrivateFormat.PKCS8,
        "traditional": serialization.PrivateFormat.TraditionalOpenSSL,
        "openssh": serialization.PrivateFormat.OpenSSH,
    }
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return (key or rsa_key()).private_bytes(serialization.Encoding.PEM, forms[form], lock).decode()


def private_der(key: Any = None) -> bytes:
    """A throwaway private key as PKCS#8 DER."""
    return (key or rsa_key()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem() -> str:
    """The public half as PEM."""
    return (
        rsa_key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    )


@functools.cache
def certificate(name: str = "signer", encoding: str = "PEM") -> bytes:
    """A self-signed certificate, good around :data:`NOW`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    start = datetime.fromtimestamp(NOW, UTC) - timedelta(days=30)
    key = rsa_key(name)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(getattr(serialization.Encoding, encoding))


def request_pem() -> str:
    """A certificate request as PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(rsa_key(), hashes.SHA256())
    return built.public_bytes(serialization.Encoding.PEM).decode()


def jwk(*, private: bool) -> dict[str, str]:
    """The throwaway key as JWK, RFC 7518 §6.3."""
    secret = rsa_key().private_numbers()
    public = secret.public_numbers

    def number(value: int) -> str:
        return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))

    made = {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
    if private:
        made |= {"d": number(secret.d), "p": number(secret.p), "q": number(secret.q)}
    return made
