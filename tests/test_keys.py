"""Keys in any form: each form is made for real, each bad input too. Nothing private comes out of the room, whatever goes in."""

from __future__ import annotations

import base64
import functools
import json
import random
import struct
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import jks
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from throwaway import NOW, SETTINGS, b64, certificate, ec_key, jwk, mint, pem, private_der, public_pem, request_pem, rsa_key

from jwtdoctor.keys import MAX_FILE, MOST_ENTRIES, Material, Work, der, folded, read

PEM = certificate()
DER = certificate(encoding="DER")
TEXT = PEM.decode()
BODY = TEXT.splitlines()[1:-1]
BASE64 = "".join(BODY)
SPKI = rsa_key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def one(data: bytes, *passphrases: bytes) -> Material:
    """The only material in ``data``."""
    (found,) = read(data, "file", passphrases)
    return found


def unlike(path: str, found: Material) -> str:
    """For a failing comparison: what it is instead."""
    return f"{path}: {found.kind}, {found.form}, {found.why}"


# --- a certificate, as people have it ----------------------------------------------------------------------------------------


def mail(content: str, encoding: str = "quoted-printable", attachment: bytes = b"") -> bytes:
    """A saved message whose text holds ``content``."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@acme-demo.example", "b@acme-demo.example", "the certificate"
    message.set_content(f"Hello,\n\nhere it is:\n\n{content}\nRegards\n", cte=encoding)
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="no-name")
    return bytes(message)


WRITTEN: dict[str, bytes] = {
    "PEM": PEM,
    "with text around it": b"Bag Attributes\n    friendlyName: app\nsubject=/CN=app\n" + PEM + b"\nand thanks",
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "byte order mark": b"\xef\xbb\xbf" + PEM,
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-16, big end first": TEXT.encode("utf-16-be"),
    "line ends written out": TEXT.replace("\n", "\\n").encode(),
    "line ends written out, CRLF": TEXT.replace("\n", "\\r\\n").encode(),
    "a variable": f'CERT="{TEXT}"\nOTHER=1\n'.replace("\n", "\\n").encode(),
    "a JSON string": json.dumps({"app": {"certificate": TEXT}}).encode(),
    "a JSON string with escapes": json.dumps({"c": TEXT}).replace("/", "\\/").replace("+", "\\u002b").replace("=", "\\u003d").encode(),
    "JSON in a log line": f"12:00 INFO sent {json.dumps({'certificate': TEXT})} to the app".encode(),
    "YAML": ("app:\n  cert: |\n" + "".join(f"    {line}\n" for line in TEXT.splitlines())).encode(),
    "quoted in a mail": "".join(f"> > {line}\n" for line in TEXT.splitlines()).encode(),
    "in a chat": f"here:\n```\n{TEXT}```\nok?".encode(),
    "a diff": "".join(f"+{line}\n" for line in TEXT.splitlines()).encode(),
    "a comment": "".join(f"// {line}\n" for line in TEXT.splitlines()).encode(),
    "JavaScript": ("const c =\n" + " +\n".join(f'  "{line}\\n"' for line in TEXT.splitlines()) + ";\n").encode(),
    "Python": ("c = (\n" + "\n".join(f"    '{line}\\n'" for line in TEXT.splitlines()) + "\n)\n").encode(),
    "spaces for line ends": TEXT.replace("\n", " ").encode(),
    "no line ends": TEXT.replace("\n", "").encode(),
    "no white space at all": "".join(TEXT.split()).encode(),
    "another label": TEXT.replace("CERTIFICATE", "X509 CERTIFICATE").encode(),
    "a wrong label": TEXT.replace("CERTIFICATE", "PUBLIC KEY").encode(),
    "metadata": f"<ConnectedApp><certificate>{TEXT}</certificate></ConnectedApp>".encode(),
    "mail, quoted-printable": mail(TEXT),
    "mail, base64": mail(TEXT, "base64"),
    "mail, one long line": mail(TEXT.replace("\n", "\\n")),
    "mail, attached": mail("see the attachment", attachment=DER),
    "mail, the same attached": mail(TEXT, attachment=PEM),
    "DER": DER,
    "DER and a line end": DER + b"\r\n",
    "base64": BASE64.encode(),
    "base64, wrapped": "\n".join(BODY).encode(),
    "base64, wrapped at 76": base64.encodebytes(DER),
    "base64, indented": "".join(f"   {line}\r\n" for line in BODY).encode(),
    "base64, quoted": "".join(f"> {line}\n" for line in BODY).encode(),
    "base64 in words": "\n".join(["MEMO on the app:", *BODY, "thanks and greetings"]).encode(),
    "base64url": b64(DER).encode(),
    "base64 in XML": f"<ds:X509Certificate>{BASE64}</ds:X509Certificate>".encode(),
    "base64 in Java's XML": ("<X509Certificate>" + "&#13;\n".join(BODY) + "</X509Certificate>").encode(),
    "base64 in JSON": json.dumps({"certificate": BASE64}).encode(),
    "base64 of PEM": base64.b64encode(PEM),
    "base64 of PEM, wrapped": base64.encodebytes(PEM),
    "Kubernetes": b"data:\n  tls.crt: " + base64.b64encode(PEM) + b"\n",
    "PKCS#7": pkcs7.serialize_certificates([x509.load_der_x509_certificate(DER)], serialization.Encoding.PEM),
    "PKCS#7, DER": pkcs7.serialize_certificates([x509.load_der_x509_certificate(DER)], serialization.Encoding.DER),
    "without its END line": "\n".join(TEXT.splitlines()[:-1]).encode(),
}  # fmt: skip


WRITTEN_AS = {data: name for name, data in WRITTEN.items()}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN)
def test_a_certificate(data: bytes) -> None:
    """The same certificate comes out of every writing."""
    found = one(data)
    assert (found.kind, found.der) == ("certificate", DER), unlike("", found)
    named = "JSON" in WRITTEN_AS[data] and "log" not in WRITTEN_AS[data]
    assert (found.file, found.name == "file", found.entry != "") == ("file", not named, named)
    assert (found.certificates, found.position, found.file_size) == (1, 1, len(data))
    assert not found.private


def test_what_is_said_of_a_certificate() -> None:
    """Fingerprints as other tools compute them."""
    found, parsed = one(PEM), x509.load_der_x509_certificate(DER)
    assert found.sha1 == parsed.fingerprint(hashes.SHA1()).hex()
    assert found.sha256 == parsed.fingerprint(hashes.SHA256()).hex()
    assert found.x5t == b64(bytes.fromhex(found.sha1))
    assert found.x5t_s256 == b64(bytes.fromhex(found.sha256))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(SPKI)
    assert found.spki_sha256 == digest.finalize().hex()
    assert (found.type, found.size, found.exponent, found.curve) == ("RSA", 2048, 65537, "")
    assert (found.subject, found.issuer, found.serial, found.self_signed) == ("CN=throwaway", "CN=throwaway", "1", True)
    assert (found.not_before, found.not_after) == (NOW - 30 * 86400, NOW + 335 * 86400)
    assert (found.der_size, found.signature_hash, found.is_ca, found.tls_hosts, found.form) == (
        len(DER),
        "sha256",
        None,
        (),
        "pem",
    )


def test_the_jwk_thumbprint_is_that_of_the_rfc() -> None:
    """RFC 7638 §3.1 has an example."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc"
        "5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vM"
        "QFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    found = one(json.dumps({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}).encode())
    assert found.jwk_thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert (found.kind, found.form, found.alg, found.kid) == ("public-key", "jwk", "RS256", "2011-04-29")


def issued(by: str | None = None, *extensions: Any, name: str = "leaf") -> bytes:
    """A certificate as DER, signed by the key called ``by``, or by its own."""
    start = datetime.fromtimestamp(NOW, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by or name)]))
        .public_key(rsa_key(name).public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
    )
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    return builder.sign(rsa_key(by or name), hashes.SHA512()).public_bytes(serialization.Encoding.DER)


def test_a_certificate_for_tls_of_a_host_and_of_a_ca() -> None:
    """Purpose, CA flag, and whether it signed itself."""
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    names = x509.SubjectAlternativeName([x509.DNSName(f"host-{n}.example") for n in range(30)])
    found = one(issued("root", server, names, x509.BasicConstraints(ca=False, path_length=None)))
    assert (found.tls_hosts[0], len(found.tls_hosts), found.is_ca, found.self_signed) == ("host-0.example", 20, False, False)
    assert (found.subject, found.issuer, found.signature_hash) == ("CN=leaf", "CN=root", "sha512")
    assert one(issued(None, server)).tls_hosts == ("leaf",)
    assert one(issued(None, names)).tls_hosts == ()
    assert one(issued(None, x509.BasicConstraints(ca=True, path_length=0))).is_ca is True


def test_a_certificate_that_only_claims_to_have_signed_itself() -> None:
    """Equal names, another's signature."""
    start = datetime.fromtimestamp(NOW, UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "claimed")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(rsa_key().public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + timedelta(days=1)).sign(rsa_key("other"), hashes.SHA256())
    )  # fmt: skip
    assert one(made.public_bytes(serialization.Encoding.PEM)).self_signed is False


# --- several in one file -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [PEM + certificate("other"), DER + certificate("other", "DER"), mail(TEXT, attachment=certificate("other"))]
)
def test_several_certificates(data: bytes) -> None:
    """All of them, with their places."""
    found = read(data, "chain")
    assert [(m.name, m.entry, m.position, m.certificates) for m in found] == [
        ("chain (1 of 2)", "1 of 2", 1, 2), ("chain (2 of 2)", "2 of 2", 2, 2),
    ]  # fmt: skip
    assert [m.der for m in found] == [DER, certificate("other", "DER")]


def test_a_damaged_one_among_others() -> None:
    """It is told by its place, and the others are read."""
    found = read(PEM + "\n".join(TEXT.splitlines()[:5] + TEXT.splitlines()[-1:]).encode() + b"\n" + certificate("other"), "chain")
    assert [m.kind for m in found] == ["certificate", "unreadable", "certificate"]
    assert "block 2" in found[1].name
    assert "bytes are missing" in found[1].why


def test_a_certificate_with_its_private_key() -> None:
    """Both are told; for a signature they are one."""
    found = read(PEM + pem().encode(), "both")
    assert [(m.name, m.kind, m.private) for m in found] == [
        ("both", "certificate", True), ("both (private key)", "private-key", True),
    ]  # fmt: skip
    assert found[0].spki_sha256 == found[1].spki_sha256
    assert [m.kind for m in folded(found)] == ["certificate"]


def test_a_private_key_beside_another_certificate_is_not_folded() -> None:
    """It is a key of its own, and its secret lies beside the certificate all the same."""
    found = read(certificate("other") + pem().encode(), "both")
    assert [(m.kind, m.private) for m in folded(found)] == [("certificate", True), ("private-key", True)]


def test_a_locked_private_key_beside_a_certificate() -> None:
    """The certificate is read, the key is told."""
    found = read(PEM + pem(password=b"throwaway").encode(), "both")
    assert [(m.kind, m.locked, m.private) for m in found] == [("certificate", False, True), ("private-key", True, True)]


def test_the_number_of_entries_is_bounded() -> None:
    """A bundle of all the world's authorities has some hundred and fifty."""
    found = read(public_pem().encode() * 2200)
    assert len(found) == MOST_ENTRIES


def test_the_signature_of_a_mail_is_not_what_it_brings() -> None:
    """Its sender's certificates count only where the mail holds no other key."""
    sender = x509.load_der_x509_certificate(certificate("other", "DER"))
    bag = pkcs7.serialize_certificates([sender], serialization.Encoding.DER)
    for content, expected in ((TEXT, DER), ("nothing", certificate("other", "DER"))):
        message = EmailMessage()
        message["From"], message["Subject"] = "a@acme-demo.example", "signed"
        message.set_content(content)
        message.add_attachment(bag, maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
        assert one(bytes(message)).der == expected


# --- keys --------------------------------------------------------------------------------------------------------------------


def keys() -> dict[str, Any]:
    """A key of every type."""
    return {
        "RSA": rsa_key(), "EC": ec_key(), "Ed25519": ed25519.Ed25519PrivateKey.generate(), "Ed448": ed448.Ed448PrivateKey.generate(),
        "DSA": dsa.generate_private_key(1024), "X25519": x25519.X25519PrivateKey.generate(),
    }  # fmt: skip


KEYS = keys()
PRIVATE_FORMATS = {
    "PKCS#8": serialization.PrivateFormat.PKCS8,
    "traditional": serialization.PrivateFormat.TraditionalOpenSSL,
    "OpenSSH": serialization.PrivateFormat.OpenSSH,
}
HAVE = {"traditional": ("RSA", "EC", "DSA"), "OpenSSH": ("RSA", "EC", "Ed25519"), "PKCS#8": tuple(KEYS)}
SIZES = {"RSA": 2048, "EC": 256, "Ed25519": 256, "Ed448": 456, "DSA": 1024, "X25519": 256}


def spki_of(key: Any) -> bytes:
    """The public half as DER."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


KINDS = [(form, type_) for form in PRIVATE_FORMATS for type_ in HAVE[form]]


@pytest.mark.parametrize(
    ("form", "type_", "encoding"),
    [(form, type_, encoding) for form, type_ in KINDS for encoding in ("PEM", "DER") if form != "OpenSSH" or encoding == "PEM"],
)
def test_a_private_key(form: str, type_: str, encoding: str) -> None:
    """Its public half, and that it is private."""
    data = KEYS[type_].private_bytes(
        getattr(serialization.Encoding, encoding), PRIVATE_FORMATS[form], serialization.NoEncryption()
    )
    found = one(data)
    assert (found.kind, found.type, found.size, found.private, found.locked) == ("private-key", type_, SIZES[type_], True, False)
    assert found.key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo) == spki_of(
        KEYS[type_]
    )
    assert not found.encrypted


@pytest.mark.parametrize("type_", KEYS)
def test_a_public_key(type_: str) -> None:
    """SubjectPublicKeyInfo, PEM and DER."""
    data = spki_of(KEYS[type_])
    text = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(data) + b"-----END PUBLIC KEY-----\n"
    assert [(m.kind, m.type, m.spki_sha256) for m in (one(data), one(text), one(base64.b64encode(data)))] == [
        ("public-key", type_, one(data).spki_sha256)
    ] * 3


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_public_key_in_pkcs1(encoding: str) -> None:
    """``RSA PUBLIC KEY``."""
    found = one(rsa_key().public_key().public_bytes(getattr(serialization.Encoding, encoding), serialization.PublicFormat.PKCS1))
    assert (found.kind, found.spki_sha256) == ("public-key", one(PEM).spki_sha256)


@pytest.mark.parametrize("type_", ["RSA", "EC", "Ed25519"])
def test_an_openssh_public_key(type_: str) -> None:
    """A line, alone and among others."""
    line = KEYS[type_].public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    assert (one(line).kind, one(line).type, one(line).form) == ("public-key", type_, "openssh")
    found = read(b'# keys\nfrom="10.0.0.1" ' + line + b" me@here\n" + line + b"\n", "authorized_keys")
    assert [m.entry for m in found] == ["1 of 2", "2 of 2"]


def test_the_ssh2_form_of_a_public_key() -> None:
    """RFC 4716, as some programs export it."""
    blob = rsa_key().public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).split()[1]
    rows = "\n".join(blob.decode()[at : at + 70] for at in range(0, len(blob), 70))
    text = f'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "of somebody, \\\nwho knows"\n{rows}\n---- END SSH2 PUBLIC KEY ----\n'
    assert (one(text.encode()).kind, one(text.encode()).spki_sha256) == ("public-key", one(PEM).spki_sha256)


def test_a_putty_key() -> None:
    """Its public lines are read, and it is named."""
    blob = (
        rsa_key()
        .public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .split()[1]
        .decode()
    )
    rows = [blob[at : at + 64] for at in range(0, len(blob), 64)]
    head = "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\nComment: x\n"
    text = "\n".join([f"{head}Public-Lines: {len(rows)}", *rows, "Private-Lines: 1", "QUFBQQ==", "Private-MAC: 00", ""])
    found = one(text.encode())
    assert (found.kind, found.spki_sha256, found.private, found.encrypted) == ("private-key", one(PEM).spki_sha256, True, True)
    assert "PuTTY" in found.why
    assert "PuTTY" in one(head.encode()).why


def test_a_request() -> None:
    """PEM and DER."""
    text = request_pem()
    data = base64.b64decode("".join(text.splitlines()[1:-1]))
    assert [(m.kind, m.subject, m.spki_sha256) for m in (one(text.encode()), one(data))] == [
        ("csr", "CN=throwaway", one(PEM).spki_sha256)
    ] * 2
    assert "does not verify" in one(data[:-1] + bytes([data[-1] ^ 1])).why


# --- JSON --------------------------------------------------------------------------------------------------------------------


def test_a_jwks() -> None:
    """Every key; one that cannot be read takes nothing with it."""
    secret = {"kty": "oct", "k": b64(b"a secret of thirty-two characters")}
    off = {"kty": "EC", "crv": "P-256", "x": b64(bytes(31) + b"\1"), "y": b64(bytes(31) + b"\1")}
    document = {"keys": [jwk(private=False) | {"kid": "first"}, off, secret, jwk(private=True), {"kty": "quantum"}]}
    found = read(json.dumps(document).encode(), "keys.json")
    assert [(m.entry, m.kind) for m in found] == [
        ("key 1 (kid first)", "public-key"), ("key 2", "unreadable"), ("key 3", "secret"), ("key 4", "private-key"),
        ("key 5", "unreadable"),
    ]  # fmt: skip
    assert "not on the curve" in found[1].why
    assert found[2].key == b"a secret of thirty-two characters"
    assert found[3].spki_sha256 == found[0].spki_sha256 == one(PEM).spki_sha256


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"use": "enc"}, "not for signatures"),
        ({"key_ops": ["encrypt"]}, "not for signatures"),
        ({"x5c": [base64.b64encode(certificate("other", "DER")).decode()]}, "another key"),
        ({"x5c": [base64.b64encode(DER).decode()]}, ""),
    ],
)
def test_what_a_jwk_says_of_itself(members: dict[str, Any], said: str) -> None:
    """Its restrictions, and the certificate it carries."""
    found = read(json.dumps(jwk(private=False) | members).encode())
    assert said in found[0].why
    assert bool(said) is bool(found[0].why)
    assert [m.kind for m in found] == ["public-key", *(["certificate"] if "x5c" in members else [])]


@pytest.mark.parametrize("type_", ["EC", "Ed25519", "Ed448", "X25519"])
def test_jwks_of_curves(type_: str) -> None:
    """The same key as in PEM, with the thumbprint computed alike."""
    public = KEYS[type_].public_key()
    if type_ == "EC":
        numbers = public.public_numbers()
        made = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
    else:
        made = {"kty": "OKP", "crv": type_, "x": b64(public.public_bytes_raw())}
    found, other = one(json.dumps(made).encode()), one(spki_of(KEYS[type_]))
    assert (found.type, found.spki_sha256, found.jwk_thumbprint) == (type_, other.spki_sha256, other.jwk_thumbprint)
    assert found.jwk_thumbprint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"keys": []}', "without keys"),
        (b'{"kty": "RSA", "e": "AQAB"}', "no `n`"),
        (b'{"kty": "RSA", "n": "!!!", "e": "AQAB"}', "no base64url"),
        (b'{"kty": "RSA", "n": 5, "e": "AQAB"}', "no `n`"),
        (b'{"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}', "P-999"),
        (b'{"a": 1}', "neither a JWK"),
        (b'{"kty": "oct"}', "no `k`"),
    ],
)
def test_json_that_holds_no_key(data: bytes, said: str) -> None:
    """What is missing is named."""
    assert one(data).kind == "unreadable"
    assert said in one(data).why


@pytest.mark.parametrize(
    "text",
    [
        f"the key is {json.dumps(jwk(private=False), indent=2)} as promised",
        json.dumps({"app": {"jwk": jwk(private=False)}}),
        base64.b64encode(json.dumps(jwk(private=False)).encode()).decode(),
        json.dumps(json.dumps(jwk(private=False))).join(("[", "]")),
    ],
)
def test_a_jwk_somewhere(text: str) -> None:
    """In words, in another document, in base64, in a string."""
    assert (one(text.encode()).kind, one(text.encode()).spki_sha256) == ("public-key", one(PEM).spki_sha256)


def test_a_service_account() -> None:
    """The member that holds the key is named."""
    found = one(json.dumps({"type": "service_account", "private_key_id": "x" * 40, "private_key": pem()}).encode())
    assert (found.kind, found.entry, found.spki_sha256) == ("private-key", "private_key", one(PEM).spki_sha256)


# --- passphrases -------------------------------------------------------------------------------------------------------------

LOCKED = {
    "PKCS#8": lambda: pem(password=b"throwaway").encode(),
    "PKCS#8, EC": lambda: pem(key=ec_key(), password=b"throwaway").encode(),
    "traditional": lambda: pem("traditional", password=b"throwaway").encode(),
    "traditional, on one line": lambda: pem("traditional", password=b"throwaway").replace("\n", "\\n").encode(),
    "traditional, with spaces": lambda: pem("traditional", password=b"throwaway").replace("\n", " ").encode(),
    "PKCS#8, DER": lambda: rsa_key().private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"throwaway")
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", LOCKED.values(), ids=LOCKED)
def test_an_encrypted_private_key(make: Any) -> None:
    """Without the passphrase, with a wrong one, with the right one among others."""
    data = make()
    without, wrong, right = one(data), one(data, b"nonsense"), one(data, b"nonsense", b"throwaway")
    assert [(m.kind, m.locked, m.key is None) for m in (without, wrong)] == [("private-key", True, True)] * 2
    assert "needs a passphrase" in without.why
    assert "does not fit" in wrong.why
    assert (right.kind, right.locked, right.encrypted, right.private) == ("private-key", False, True, True)
    assert right.spki_sha256 == one(spki_of(ec_key() if right.type == "EC" else rsa_key())).spki_sha256


def test_a_damaged_encrypted_key_is_no_wrong_passphrase() -> None:
    """The outer length tells the two apart."""
    data = LOCKED["PKCS#8, DER"]()
    assert one(data[:-20], b"throwaway").kind == "unreadable"
    assert "20 of" in one(data[:-20], b"throwaway").why


def openssh_encrypted() -> bytes:
    """The head of an encrypted OpenSSH key: the public half is written before what is encrypted."""

    def text(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    blob = base64.b64decode(
        rsa_key().public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).split()[1]
    )
    inside = b"openssh-key-v1\0" + text(b"aes256-ctr") + text(b"bcrypt") + text(text(bytes(16)) + b"\0\0\0\x10") + b"\0\0\0\1"
    return inside + text(blob) + text(bytes(range(256)) * 5)


def test_an_encrypted_openssh_key_shows_its_public_half() -> None:
    """No passphrase is needed for that."""
    data = openssh_encrypted()
    text = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64.encodebytes(data) + b"-----END OPENSSH PRIVATE KEY-----\n"
    found = one(text)
    assert (found.kind, found.locked, found.encrypted, found.private) == ("private-key", False, True, True)
    assert found.spki_sha256 == one(PEM).spki_sha256
    cut = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64.encodebytes(data[:-9]) + b"-----END OPENSSH PRIVATE KEY-----\n"
    assert "cut off" in one(cut).why


@functools.cache
def pkcs12_file(password: bytes | None, *, with_key: bool = True) -> bytes:
    """A PKCS#12 container of key, certificate, and another certificate."""
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    own, other = (x509.load_pem_x509_certificate(certificate(*names)) for names in ((), ("other",)))
    if not with_key:
        return pkcs12.serialize_key_and_certificates(None, None, None, [own], lock)
    return pkcs12.serialize_key_and_certificates(b"app", rsa_key(), own, [other], lock)


def test_a_pkcs12_container() -> None:
    """Locked, wrong, right."""
    data = pkcs12_file(b"throwaway")
    assert [(m.kind, m.form, m.locked) for m in (one(data), one(data, b"nonsense"))] == [("container", "pkcs12", True)] * 2
    assert "does not fit" in one(data, b"nonsense").why
    found = read(data, "store", (b"throwaway",))
    assert [(m.kind, m.entry, m.private) for m in found] == [
        ("certificate", "1 of 2", True), ("certificate", "2 of 2", False), ("private-key", "private key", True),
    ]  # fmt: skip
    assert found[0].der == DER
    assert [m.kind for m in read(base64.b64encode(data), "store", (b"throwaway",))] == [m.kind for m in found]


def test_a_pkcs12_container_without_a_passphrase() -> None:
    """None and the empty one are tried by themselves."""
    assert [m.kind for m in read(pkcs12_file(None))] == ["certificate", "certificate", "private-key"]
    assert one(pkcs12_file(None, with_key=False)).der == DER


def test_a_damaged_pkcs12_container() -> None:
    """Cut off is told from locked."""
    assert one(pkcs12_file(b"throwaway")[:-30], b"throwaway").kind == "unreadable"
    assert "30 of" in one(pkcs12_file(b"throwaway")[:-30], b"throwaway").why


def test_many_passphrases_are_bounded() -> None:
    """Only so many are tried, in the order given."""
    data = LOCKED["PKCS#8"]()
    assert one(data, *(b"%d" % n for n in range(19)), b"throwaway").locked is False
    assert one(data, *(b"%d" % n for n in range(500)), b"throwaway").locked is True


# --- Java keystores ----------------------------------------------------------------------------------------------------------


@functools.cache
def store(*, key: bool = True) -> bytes:
    """A JKS with two certificates, and a private key with a chain of two."""
    entries = [jks.TrustedCertEntry.new("first", DER), jks.TrustedCertEntry.new("second", certificate("other", "DER"))]
    if key:
        entries.append(jks.PrivateKeyEntry.new("app", [DER, certificate("other", "DER")], private_der()))
    return jks.KeyStore.new("jks", entries).saves("a password nobody gives")


@pytest.mark.parametrize("data", [store(), base64.b64encode(store())], ids=["binary", "base64"])
def test_a_java_keystore(data: bytes) -> None:
    """Its certificates need no password; the private key stays where it is."""
    found = read(data, "store.jks")
    assert [(m.name, m.kind, m.private) for m in found] == [
        ("store.jks (alias first)", "certificate", False), ("store.jks (alias second)", "certificate", False),
        ("store.jks (alias app, 1 of 2)", "certificate", True), ("store.jks (alias app, 2 of 2)", "certificate", False),
    ]  # fmt: skip
    assert [m.der for m in found] == [DER, certificate("other", "DER")] * 2
    assert {m.form for m in found} == {"keystore"}


def test_an_unknown_entry_in_a_java_keystore() -> None:
    """The entries before it are kept, and it is told."""
    data = bytearray(store())
    at = data.index(struct.pack(">I", 2) + b"\0\x06second")
    data[at : at + 4] = struct.pack(">I", 9)
    found = read(bytes(data), "store.jks")
    assert [m.kind for m in found] == ["certificate", "unreadable"]
    assert (found[0].entry, found[1].entry) == ("alias first", "entry 2")
    assert "2 of 3 entries" in found[1].why


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (lambda d: d[:8] + b"\xff\xff\xff\xff" + d[12:], ["certificate"] * 4 + ["unreadable"]),
        (lambda d: d[:400], ["unreadable"]),
        (lambda d: d[:4] + b"\0\0\0\x07" + d[8:], ["unreadable"]),
        (lambda d: d[:6], ["unreadable"]),
        (lambda d: d[:8] + b"\0\0\0\0" + d[12:], ["container"]),
    ],
    ids=["four billion entries", "cut off", "another version", "the head alone", "empty"],
)
def test_a_damaged_java_keystore(change: Any, kinds: list[str]) -> None:
    """What can be read is read."""
    assert [m.kind for m in read(change(store()))] == kinds


@pytest.mark.parametrize(
    "tail", [b"t\0\1a" * 200_000, b"sr\0\1a" * 100_000, b"ur\0\2[B" + bytes(8) + b"\2\0\0xp\x7f\xff\xff\xff" + bytes(99), b""]
)
def test_a_hostile_java_object(tail: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """A secret key in a JCEKS is a serialised object; its reader neither hangs nor prints."""
    head = b"\xce\xce\xce\xce" + struct.pack(">III", 2, 1, 3) + b"\0\1a" + bytes(8) + b"\xac\xed\0\5"
    assert one(head + tail).kind == "unreadable"
    assert capfd.readouterr() == ("", "")


def test_a_java_keystore_without_the_library() -> None:
    """It says what to install; and nothing else needs that library."""
    code = (
        "import sys; sys.modules['jks'] = None\n"
        "from jwtdoctor.keys import read\n"
        "found = read(b'\\xfe\\xed\\xfe\\xed' + bytes(60))\n"
        "print([(m.kind, m.form, m.locked) for m in found], found[0].why)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "[('container', 'keystore', False)]" in done.stdout
    assert "pip install 'jwtdoctor[keystore]'" in done.stdout


# --- what cannot be read -----------------------------------------------------------------------------------------------------


def tlv(tag: int, *inside: bytes) -> bytes:
    """One DER element."""
    content = b"".join(inside)
    size = len(content)
    length = (
        bytes([size])
        if size < 128
        else bytes([0x80 | ((size.bit_length() + 7) // 8)]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    )
    return bytes([tag]) + length + content


def number(value: int) -> bytes:
    """A DER INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def rsa_spki(modulus: int, exponent: int) -> bytes:
    """A SubjectPublicKeyInfo that no library would make."""
    return tlv(
        0x30, tlv(0x30, bytes.fromhex("06092a864886f70d0101010500")), tlv(3, b"\0", tlv(0x30, number(modulus), number(exponent)))
    )


MODULUS = rsa_key().public_key().public_numbers().n
EVEN = DER.replace(bytes.fromhex("0203010001"), bytes.fromhex("0203010000"))
_EC_SPKI = spki_of(ec_key())
OFF_CURVE = _EC_SPKI[:-1] + bytes([_EC_SPKI[-1] ^ 1])
DAMAGED = DER[:60] + bytes(8) + DER[68:]

BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "words": (b"this is no key at all", "neither PEM nor DER"),
    "a page": (b"<html><body>404</body></html>", "markup"),
    "an archive": (b"PK\x03\x04" + bytes(99), "ZIP"),
    "zeros": (bytes(5000), "neither"),
    "too large": (bytes(MAX_FILE + 1), "larger than 1 MiB"),
    "exponent 1": (rsa_spki(MODULUS, 1), "exponent"),
    "exponent 0": (rsa_spki(MODULUS, 0), "exponent"),
    "exponent 2": (rsa_spki(MODULUS, 2), "exponent"),
    "an even exponent": (rsa_spki(MODULUS, 65536), "exponent"),
    "exponent 1 in PKCS#1": (tlv(0x30, number(MODULUS), number(1)), "exponent"),
    "exponent 1 in a private key": (tlv(0x30, number(0), number(MODULUS), number(1), *[number(5)] * 6), "exponent"),
    "exponent 1 in a JWK": (json.dumps(jwk(private=False) | {"e": "AQ"}).encode(), "exponent"),
    "an even exponent in a certificate": (EVEN, "exponent"),
    "a point off the curve": (OFF_CURVE, "not on the curve"),
    "a damaged certificate": (DAMAGED, "damaged certificate"),
    "a certificate that ends too early": (DER[:-100], "100 of"),
    "a public key that ends too early": (SPKI[:-5], "5 of"),
    "a PEM that ends too early": ("\n".join(TEXT.splitlines()[:6]).encode(), "bytes are missing"),
    "a PEM without an end": (b"-----BEGIN CERTIFICATE-----\nnothing\n", "no END line"),
    "an empty PEM": (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "nothing in it"),
    "a PGP key": (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n-----END PGP PUBLIC KEY BLOCK-----\n", "PGP"),
    "parameters": (b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", "curve"),
    "DER of something else": (tlv(0x30, number(1), tlv(5)), "DER"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_read(data: bytes, said: str) -> None:
    """One material that says why."""
    found = one(data)
    assert found.kind in ("unreadable", "empty")
    assert found.key is None
    assert said in found.why


def test_a_list_of_revoked_certificates() -> None:
    """It is named, and is no news beside a certificate."""
    start = datetime.fromtimestamp(NOW, UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    made = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(start).next_update(start + timedelta(days=1))
    signed = made.sign(rsa_key(), hashes.SHA256())
    assert "revoked" in one(signed.public_bytes(serialization.Encoding.DER)).why
    assert one(signed.public_bytes(serialization.Encoding.PEM) + PEM).kind == "certificate"


def test_parameters_beside_a_key_are_no_news() -> None:
    """OpenSSL writes them before an EC key."""
    assert one(BAD["parameters"][0] + pem("traditional", ec_key()).encode()).kind == "private-key"


@pytest.mark.parametrize("text", [mint(), f"Authorization: Bearer {mint()}\n"])
def test_a_token_is_named(text: str) -> None:
    """It is no key, and known."""
    assert one(text.encode()).kind == "token"


def test_rsa_of_16384_bits() -> None:
    """Public and private, without testing its primes."""
    modulus = (1 << 16384) - 1
    assert (one(rsa_spki(modulus, 65537)).type, one(rsa_spki(modulus, 65537)).size) == ("RSA", 16384)
    private = tlv(
        0x30,
        number(0),
        number(modulus),
        number(65537),
        number(modulus >> 1 | 1),
        number((1 << 8192) - 1),
        number((1 << 8192) + 1),
        *[number(12345)] * 3,
    )
    assert (one(private).kind, one(private).size) == ("private-key", 16384)


def reworked(encrypted: bytes, rounds: int) -> bytes:
    """The same encrypted PKCS#8 with another number of rounds."""

    def inside(element: der.Element) -> list[der.Element]:
        return der.children(encrypted, element)

    def raw(element: der.Element) -> bytes:
        return encrypted[element.begin : element.end]

    algorithm, content = inside(der.element(encrypted))
    scheme, parameters = inside(algorithm)
    derivation, cipher = inside(parameters)
    kind, settings = inside(derivation)
    salt, _, *rest = inside(settings)
    changed = tlv(0x30, tlv(4, raw(salt)), number(rounds), *(tlv(e.tag, raw(e)) for e in rest))
    scheme_ = tlv(0x30, tlv(6, raw(scheme)), tlv(0x30, tlv(0x30, tlv(6, raw(kind)), changed), tlv(0x30, raw(cipher))))
    return tlv(0x30, scheme_, tlv(4, raw(content)))


def test_rounds_of_key_derivation_are_bounded() -> None:
    """Two billion would take an hour."""
    data = reworked(LOCKED["PKCS#8, DER"](), 2**31 - 1)
    found = one(data, b"throwaway")
    assert (found.kind, found.locked) == ("private-key", True)
    assert "2,147,483,647 rounds" in found.why


def test_a_file_of_many_locked_keys_is_bounded() -> None:
    """The work is counted for the whole file."""
    block = (
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        + base64.encodebytes(reworked(LOCKED["PKCS#8, DER"](), 1_500_000))
        + b"-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    found = read(block * 100, "keys", (b"one", b"two"))
    assert all(m.locked for m in found)
    assert "more than is tried" in found[-1].why


HOSTILE = {
    "a block that never ends": b"-----BEGIN A-----" * 60_000,
    "blocks of nothing": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----" * 17_000,
    "spaces in a header": b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED" + b" " * 900_000 + b"-----END RSA PRIVATE KEY-----",
    "a header that goes on": b"-----BEGIN RSA PRIVATE KEY-----\n" + b"A: b\\\n" * 150_000 + b"-----END RSA PRIVATE KEY-----",
    "base64 of nothing": b"MIIC" * 250_000,
    "many beginnings of base64": (b"MIIC" * 11 + b".") * 20_000,
    "quotes and spaces": (b'"' + b" " * 500) * 2000 + b"-----BEGIN A-----",
    "ssh": b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAAAAA\n" * 20_000,
    "deep JSON": b'{"a":' * 150_000,
    "deep arrays": b"[" * 500_000,
    "kty": b'{"kty"' * 150_000,
    "many JWKs": b'{"kty":"RSA"} ' * 70_000,
    "deep mail": b"MIME-Version: 1.0\n" + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 20_000,
    "deep DER": b"\x30\x80" * 500_000,
    "DER after DER": b"\x30\x82\x00\x04\x30\x02\x05\x00" * 120_000,
    "base64 of base64": functools.reduce(lambda data, _: base64.b64encode(data), range(8), PEM),
    "numbers": b"[" + b"9" * 900_000 + b"]",
}  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_end(data: bytes) -> None:
    """In one short line, however many pieces cannot be read."""
    found = read(data, "file", (b"throwaway",))
    assert 1 <= len(found) <= 4
    assert all(each.key is None and len(each.why) < 400 for each in found)


# --- nothing private comes out -----------------------------------------------------------------------------------------------


def secrets_of(key: Any) -> list[bytes]:
    """What nobody may see of a private key, as bytes."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        return [each.to_bytes((each.bit_length() + 7) // 8, "big") for each in (numbers.d, numbers.p, numbers.q)]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return [key.private_numbers().private_value.to_bytes(32, "big")]
    return [key.private_bytes_raw()]


@pytest.mark.parametrize(("form", "type_"), [each for each in KINDS if each[1] in ("RSA", "EC", "Ed25519")])
def test_a_private_key_leaves_nothing_behind(type_: str, form: str) -> None:
    """No field, no repr and no reason holds a piece of it, whole, damaged or cut off."""
    data = KEYS[type_].private_bytes(serialization.Encoding.PEM, PRIVATE_FORMATS[form], serialization.NoEncryption())
    half = len(data) // 2
    for each in (
        data,
        data[:half],
        data[:half] + b"!!!!" + data[half + 4 :],
        base64.b64encode(data),
        data.replace(b"\n", b"\\n"),
    ):
        for found in read(each):
            shown = repr(found).encode() + found.der
            for secret in secrets_of(KEYS[type_]):
                for piece in (
                    secret[:12],
                    secret.hex().encode()[:24],
                    base64.b64encode(secret)[4:20],
                    str(int.from_bytes(secret, "big")).encode(),
                ):
                    assert piece not in shown
            assert "private" not in type(found.key).__name__.lower()


def test_a_symmetric_key_is_not_printed() -> None:
    """It verifies and shows its length."""
    secret = b"a secret that nobody may ever see"
    found = one(json.dumps({"kty": "oct", "k": b64(secret)}).encode())
    assert found.key == secret
    assert secret.decode() not in repr(found) + str(found) + repr(found.key) + str(found.key) + f"{found.key}"


PIECES = [
    PEM, DER, pem().encode(), pem("openssh").encode(), pem(password=b"throwaway").encode(), store(), pkcs12_file(b"throwaway"),
    json.dumps(jwk(private=True)).encode(), mail(TEXT), BASE64.encode(), public_pem().encode(), openssh_encrypted(), private_der(ec_key()),
]  # fmt: skip
PRIVATE = [
    *(piece.encode() for piece in pem().splitlines()[8:12]), rsa_key().private_numbers().d.to_bytes(256, "big")[40:64],
    jwk(private=True)["d"][40:80].encode(),
]  # fmt: skip


def assert_sound(data: bytes) -> None:
    """At least one material, nothing secret in any."""
    found = read(data, "file", (b"throwaway", b""))
    assert found
    for each in found:
        assert isinstance(each, Material)
        shown = repr(each).encode() + each.der
        assert all(piece not in shown for piece in PRIVATE)
        assert each.key is not None or each.why or each.kind in ("secret",)


@SETTINGS
@given(st.sampled_from(PIECES), st.integers(0, 2**32), st.integers(1, 30))
def test_reading_damaged_keys_never_raises(piece: bytes, seed: int, count: int) -> None:
    """Bytes changed, cut out, doubled."""
    chance = random.Random(seed)
    data = bytearray(piece)
    for _ in range(count):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randrange(1, 40)]
            case _:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
    assert_sound(bytes(data))


@SETTINGS
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=60), st.text(max_size=60).map(str.encode)), max_size=5))
def test_reading_anything_never_raises(pieces: list[bytes]) -> None:
    """Keys among anything."""
    assert_sound(b"".join(pieces))


@SETTINGS
@given(
    st.binary(max_size=300),
    st.sampled_from([b"\x30\x82", b"-----BEGIN ", b"\xfe\xed\xfe\xed\0\0\0\2", b'{"kty":', b"ssh-rsa AAAA", b"openssh-key-v1\0"]),
)
def test_reading_nonsense_never_raises(data: bytes, head: bytes) -> None:
    """Nonsense that begins like a key."""
    assert_sound(head + data)


def test_the_work_for_many_files_is_shared() -> None:
    """A folder of encrypted keys costs no more than what was set aside for all of them together."""
    guard = serialization.BestAvailableEncryption(b"right")
    data = rsa_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, guard)
    work = Work(3000)
    found = [read(data, f"{number}.pem", [b"wrong"], work)[0] for number in range(4)]

    assert work.left >= 0
    assert found[0].why.endswith("does not fit")
    assert "more than is tried here" in found[-1].why
