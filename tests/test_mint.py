"""``jwtdoctor mint``, the keys it signs with, and what it never shows. Others verify what it makes: joserfc, curl, a local server."""

from __future__ import annotations

import base64
import copy
import functools
import io
import json
import os
import pickle
import random
import shlex
import shutil
import stat
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import minting as made
import pytest
import typer.main
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, x25519
from joserfc import jws
from joserfc.jwk import import_key
from throwaway import CONSUMER_KEY, NOW, b64, certificate, jwk, pem, private_der, rsa_key, unsigned

from jwtdoctor import minting
from jwtdoctor.catalog import load as catalogue
from jwtdoctor.cli import app
from jwtdoctor.cli.failure import guarded
from jwtdoctor.keys.signing import LockedKey, NotASigningKey, load

AT = ("--now", str(NOW))
SUB, LOGIN = "integration@acme-demo.example", "https://login.salesforce.com"
ENDPOINT = f"{LOGIN}/services/oauth2/token"
ASKED = ("--iss", CONSUMER_KEY, "--sub", SUB, "--endpoint", ENDPOINT)
PASSPHRASE = b"correct horse"
SECRETS = [line for line in pem().splitlines() if "-----" not in line] + [PASSPHRASE.decode()]


# --- signing keys -----------------------------------------------------------------------------------------------------------


@functools.cache
def locked(form: str) -> bytes:
    """The throwaway key under the passphrase; OpenSSH's derivation is slow by design, and here asked for one round."""
    if form == "openssh":
        lock = serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1).build(PASSPHRASE)
        return rsa_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, lock)
    return pem(form, password=PASSPHRASE).encode()


def without_primes(**changes: str) -> bytes:
    """A JWK of the least members."""
    return json.dumps({name: value for name, value in jwk(private=True).items() if name not in "pq"} | changes).encode()


def giant_exponent() -> bytes:
    """PKCS#1 (RFC 8017 §A.1.2) with a public exponent of two million bits, with which a signature would take minutes."""
    private = rsa_key().private_numbers()
    numbers = (
        0, private.public_numbers.n, 1 << 2_000_000 | 1, private.d, private.p, private.q, private.dmp1, private.dmq1, private.iqmp,
    )  # fmt: skip
    return tlv(0x30, b"".join(tlv(0x02, each.to_bytes(each.bit_length() // 8 + 1, "big")) for each in numbers))


def tlv(tag: int, content: bytes) -> bytes:
    """One element of DER."""
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (length if len(content) < 128 else bytes([0x80 | len(length)]) + length) + content


def slow_openssh() -> bytes:
    """An encrypted key whose passphrase would be stretched for years."""
    data = bytearray(base64.b64decode(b"".join(locked("openssh").splitlines()[1:-1])))
    at = data.index(b"bcrypt") + 6 + 4 + 4 + 16
    assert data[at : at + 4] == b"\0\0\0\1"
    data[at : at + 4] = b"\xff" * 4
    armour = b"-----%s OPENSSH PRIVATE KEY-----\n"
    return armour % b"BEGIN" + base64.encodebytes(bytes(data)) + armour % b"END"


FORMS: dict[str, Callable[[], bytes]] = {
    "PKCS#8": lambda: pem().encode(),
    "PKCS#1": lambda: pem("traditional").encode(),
    "OpenSSH": lambda: pem("openssh").encode(),
    "DER": private_der,
    "base64 of DER": lambda: base64.b64encode(private_der()),
    "base64 of PEM, wrapped": lambda: base64.encodebytes(pem().encode()),
    "JWK": lambda: json.dumps(jwk(private=True)).encode(),
    "JWK without primes": without_primes,
    "JWKS": lambda: json.dumps({"keys": [jwk(private=False), jwk(private=True)]}).encode(),
    "JSON of a service account": lambda: json.dumps({"type": "service_account", "private_key": pem()}).encode(),
    "beside its certificate": lambda: certificate() + pem().encode(),
    "twice": lambda: pem().encode() + pem("traditional").encode(),
    "Windows": lambda: b"\xef\xbb\xbf" + pem().replace("\n", "\r\n").encode(),
    "encrypted PKCS#8": lambda: locked("pkcs8"),
    "encrypted PKCS#1": lambda: locked("traditional"),
    "encrypted OpenSSH": lambda: locked("openssh"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_private_key_is_read(form: str) -> None:
    """And it is the same key."""
    key = load(FORMS[form](), "app.key", (PASSPHRASE,))

    assert (key.name, key.type, key.size, key.remark) == ("app.key", "RSA", 2048, "")
    rsa_key().public_key().verify(key.sign("RS256", b"words"), b"words", *pkcs1())
    assert key.public.key.public_numbers() == rsa_key().public_key().public_numbers()
    assert key.public.encrypted == form.startswith("encrypted")


def pkcs1() -> tuple[Any, Any]:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.PKCS1v15(), hashes.SHA256()


@pytest.mark.parametrize("name", ["pkcs12", "pkcs12-open"])
def test_pkcs12_is_read(name: str) -> None:
    """With its passphrase, and without any where it needs none."""
    key = load(made.certificate(name), "store.p12", (b"throwaway",) if name == "pkcs12" else ())

    assert key.public.key.public_numbers() == made.public("match").public_numbers()


def test_line_breaks_written_out_are_read_and_told() -> None:
    """As a variable of a pipeline often holds them: most libraries refuse that, and who has it wants to know."""
    key = load(pem().replace("\n", "\\n").encode(), "env:KEY")

    assert "two characters \\n" in key.remark


EC_KEYS = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1, "ES256K": ec.SECP256K1}


def keys_of_all_types() -> Iterator[tuple[str, Any]]:
    """Every algorithm with a key that signs it."""
    for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"):
        yield alg, rsa_key()
    for alg, curve in EC_KEYS.items():
        yield alg, ec.generate_private_key(curve())
    yield "EdDSA", ed25519.Ed25519PrivateKey.generate()
    yield "EdDSA", ed448.Ed448PrivateKey.generate()


def accepted_elsewhere(token: str, public: Any) -> dict[str, Any]:
    """The claims, when joserfc verifies the signature with the public key."""
    text = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    kind = type(public).__name__
    key = import_key(text, "RSA" if "RSA" in kind else "EC" if kind.startswith("EC") or "Elliptic" in kind else "OKP")
    alg = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))["alg"]
    return json.loads(jws.deserialize_compact(token, key, algorithms=[alg]).payload)


def test_every_algorithm_is_accepted_elsewhere() -> None:
    """Another library verifies what is signed here."""
    seen = set()
    for alg, private in keys_of_all_types():
        key = load(pem(key=private).encode(), "app.key")
        seen.add(alg)
        assert alg in key.algorithms
        token = minting.compact({"alg": alg}, {"sub": "ä"}, key)
        assert accepted_elsewhere(token, private.public_key()) == {"sub": "ä"}
    assert len(seen) == 11


def okp(private: ed25519.Ed25519PrivateKey, public: ed25519.Ed25519PublicKey) -> bytes:
    """A JWK of RFC 8037, of these two halves."""
    halves = {"x": b64(public.public_bytes_raw()), "d": b64(private.private_bytes_raw())}
    return json.dumps({"kty": "OKP", "crv": "Ed25519", **halves}).encode()


def ec_jwk(private: ec.EllipticCurvePrivateKey, curve: str = "P-256", more: int = 0) -> bytes:
    """A private JWK of a P-256 key; ``more`` is added to its secret number."""
    numbers = private.private_numbers()
    x, y, d = (
        b64(n.to_bytes(32, "big")) for n in (numbers.public_numbers.x, numbers.public_numbers.y, numbers.private_value + more)
    )
    return json.dumps({"kty": "EC", "crv": curve, "x": x, "y": y, "d": d}).encode()


def test_jwks_of_elliptic_curves_are_read() -> None:
    """EC and OKP."""
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()

    assert load(ec_jwk(curve), "key").algorithms == ("ES256",)
    assert load(okp(edwards, edwards.public_key()), "key").algorithms == ("EdDSA",)


def damaged(members: dict[str, str], **changes: str) -> bytes:
    """A JWK with other members."""
    return json.dumps(members | changes).encode()


def no_keys() -> Iterator[tuple[str, bytes, str]]:
    """What is no signing key, and a word of the complaint."""
    private, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    yield "certificate", certificate(), "this is a certificate"
    yield "DER certificate", certificate(encoding="DER"), "this is a certificate"
    yield "public key", made.public_pem(), "this is a public key"
    yield "SSH public key", made.certificate("openssh-public-key"), "this is a public key"
    yield "public JWK", json.dumps(jwk(private=False)).encode(), "this is a public key"
    yield "request", made.certificate("csr"), "certificate request"
    yield "keystore", made.certificate("keystore"), "keytool -importkeystore"
    yield "shared secret", made.certificate("oct"), "shared secret"
    yield "token", unsigned().encode(), "this is a JWT"
    yield "nothing", b" \n", "empty"
    yield "words", b"no key at all", "neither PEM nor DER nor JWK"
    yield "binary", bytes(range(256)), "neither PEM nor DER nor JWK"
    yield "huge", b"-----BEGIN PRIVATE KEY-----" * (1 << 16), "larger than"
    yield "deep JSON", b"[" * 100_000, "neither"
    yield "cut off", pem().encode()[:900], "cut off"
    yield "cut off DER", private_der()[:900], "cut off"
    yield "two keys", pem().encode() + pem(key=rsa_key("other")).encode(), "2 private keys"
    yield "DSA", pem(key=dsa.generate_private_key(1024)).encode(), "signs no JWT"
    yield "X25519", pem(key=x25519.X25519PrivateKey.generate()).encode(), "signs no JWT"
    yield "brainpool", pem(key=ec.generate_private_key(ec.BrainpoolP256R1())).encode(), "signs no JWT"
    yield "JWK for encryption", damaged(jwk(private=True), use="enc"), "not for signatures"
    yield "JWK with another alg", damaged(jwk(private=True), alg="RSA-OAEP"), "pins another `alg`"
    yield "JWK of other halves", damaged(jwk(private=True), d=jwk(private=True)["n"]), "damaged"
    yield "EC JWK of other halves", ec_jwk(private, more=1), "damaged"
    yield "EC JWK of another curve", ec_jwk(private, "P-999"), "not known here"
    yield "OKP JWK of other halves", okp(edwards, ed25519.Ed25519PrivateKey.generate().public_key()), "not the public half"
    yield "JWK with a giant `d`", damaged(jwk(private=True), d=b64(b"\xff" * 250_000)), "larger than `n`"
    yield "JWK with a giant `e`", damaged(jwk(private=True), e=b64(b"\xff" * 125_000)), "larger than `n`"
    yield "JWK without primes whose `d` fits nothing", without_primes(n=b64(b"\xff" * 512)), "does not undo"
    yield (
        "JWK of a prime",
        without_primes(n=b64((2**521 - 1).to_bytes(66, "big")), d=b64(pow(65537, -1, 2**521 - 2).to_bytes(66, "big"))),
        "not the product",
    )
    yield "DER with a giant exponent", giant_exponent(), "longer than its modulus"
    yield "giant JWK without primes", without_primes(n=b64(b"\xff" * 2047)), "not looked for"
    yield "JWK of other primes", damaged(jwk(private=True), p=jwk(private=True)["q"]), "do not make `n`"
    yield "JWKS of many", json.dumps({"keys": [jwk(private=True)] * 100}).encode(), "100 private keys"
    yield "slow OpenSSH", slow_openssh(), "rounds of bcrypt"
    yield "PuTTY", b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAA\n", "accepted"


def test_what_is_no_signing_key_is_told() -> None:
    """What it is instead, and what would be accepted; nothing of it is repeated."""
    for name, data, word in no_keys():
        with pytest.raises(NotASigningKey) as caught:
            load(data, "app.key")
        told = str(caught.value)
        assert word in told, name
        assert "accepted: " in told or "damaged" in told, name
        assert not [line for line in SECRETS if line in told], name


@pytest.mark.parametrize("form", ["pkcs8", "traditional", "openssh"])
@pytest.mark.parametrize(("passphrases", "word"), [((), "needs a passphrase"), ((b"wrong",), "does not fit")])
def test_a_locked_key_says_so(form: str, passphrases: tuple[bytes, ...], word: str) -> None:
    """Missing and wrong are two things."""
    with pytest.raises(LockedKey, match=word):
        load(locked(form), "app.key", passphrases)


def test_damage_anywhere_is_a_complaint_or_harmless() -> None:
    """Whatever one byte becomes: the key is refused in words, or what it signs still verifies."""
    rng, whole = random.Random(11), {form: FORMS[form]() for form in ("PKCS#8", "DER", "OpenSSH", "JWK")}
    for _ in range(60):
        data = bytearray(whole[rng.choice(sorted(whole))])
        data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            key = load(bytes(data), "app.key", (PASSPHRASE,))
        except NotASigningKey:
            continue
        key.public.key.verify(key.sign("RS256", b"words"), b"words", *pkcs1())


def test_a_signing_key_shows_and_gives_away_nothing() -> None:
    """No repr, no attribute that can be listed, no copy and no pickle holds it."""
    key = load(pem().encode(), "/home/me/app.key")

    assert repr(key) == str(key) == "<SigningKey RSA 2048>"
    assert not hasattr(key, "__dict__")
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            leak(key)


@pytest.mark.parametrize("alg", ["ES256", "HS256", "none", "rs256", ""])
def test_an_algorithm_that_does_not_fit_is_refused(alg: str) -> None:
    """With what the key does sign."""
    with pytest.raises(ValueError, match=r"cannot sign .* it signs RS256"):
        load(pem().encode(), "app.key").sign(alg, b"words")


# --- from options to header and claims ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "endpoint", "aud"),
    [
        ("salesforce", ENDPOINT, LOGIN),
        ("salesforce", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("salesforce", "https://acme.my.site.com/customers/services/oauth2/token", "https://acme.my.site.com/customers"),
        ("generic", "https://idp.example/oauth/token", "https://idp.example/oauth/token"),
        ("salesforce", None, None),
        ("salesforce", "no address", None),
    ],
)
def test_the_audience_of_an_endpoint(profile: str, endpoint: str | None, aud: str | None) -> None:
    """Salesforce Help lists hosts and sites; RFC 7523 §3 item 3 allows the endpoint itself."""
    assert minting.audience_of(catalogue().profiles[profile], endpoint) == aud


@pytest.mark.parametrize(
    ("profile", "aud", "endpoint"),
    [
        ("salesforce", LOGIN, ENDPOINT),
        ("salesforce", f"{LOGIN}/", ENDPOINT),
        ("salesforce", ENDPOINT, ENDPOINT),
        ("salesforce", "https://acme.my.site.com/customers", "https://acme.my.site.com/customers/services/oauth2/token"),
        ("salesforce", "http://login.salesforce.com", None),
        ("salesforce", ["a"], None),
        ("generic", "https://idp.example", None),
    ],
)
def test_the_endpoint_of_an_audience(profile: str, aud: object, endpoint: str | None) -> None:
    """Only where all of a provider's endpoints share a path."""
    assert minting.endpoint_of(catalogue().profiles[profile], aud) == endpoint


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
def test_what_is_no_json_is_not_signed(value: object) -> None:
    """A claim that no other program could read."""
    with pytest.raises(ValueError, match="JSON"):
        minting.compact({"alg": "RS256"}, {"x": value}, load(pem().encode(), "app.key"))


# --- the command ---------------------------------------------------------------------------------------------------------------


class Called(NamedTuple):
    """What a call left."""

    code: int
    out: str
    err: str

    @property
    def claims(self) -> dict[str, Any]:
        """Of the assertion, which another library has accepted."""
        assert self.out.count("\n") == 1
        return accepted_elsewhere(self.out.rstrip("\n"), rsa_key().public_key())

    @property
    def header(self) -> dict[str, Any]:
        """Of the assertion."""
        return json.loads(base64.urlsafe_b64decode(self.out.partition(".")[0] + "=="))


Mint = Callable[..., Called]


@functools.cache
def commands() -> Any:
    """The command line, put together once: typer would do that for every call, which takes longer than the call."""
    return typer.main.get_command(app.app)


@pytest.fixture
def mint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mint:
    """Calls ``jwtdoctor mint`` in a folder with keys; every call is looked through for secrets and for new files."""
    (tmp_path / "app.key").write_text(pem(), encoding="ascii")
    (tmp_path / "locked.key").write_bytes(locked("pkcs8"))
    (tmp_path / "other.key").write_text(pem(key=rsa_key("other")), encoding="ascii")
    (tmp_path / "app.crt").write_bytes(certificate())
    (tmp_path / "other.crt").write_bytes(certificate("other"))
    (tmp_path / "pass.txt").write_bytes(PASSPHRASE + b"\n")
    for each in tmp_path.glob("*.key"):
        each.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JWTDOCTOR_PASSPHRASE", raising=False)

    monkeypatch.setattr(app, "app", commands())

    def call(*words: object, stdin: bytes = b"") -> Called:
        monkeypatch.setattr(sys, "argv", ["jwtdoctor", "mint", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
        code = guarded(app.run)
        assert {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()} == before
        out, err = capsys.readouterr()
        assert not [line for line in SECRETS if line in out + err]
        assert "Traceback" not in err
        assert "fault of jwtdoctor" not in err
        return Called(code, out, err)

    return call


def failed(called: Called, *words: str) -> None:
    """Nothing printed, one clear line, exit code 2."""
    assert (called.code, called.out) == (2, ""), called
    assert called.err.count("\n") == 1, called.err
    assert not [word for word in words if word not in called.err], called.err


def test_one_line_that_is_accepted(mint: Mint) -> None:
    """The claims that RFC 7523 §3 wants, in their usual order, and nothing else."""
    called = mint("--key", "app.key", *ASKED, "--cert", "app.crt", *AT)

    assert (called.code, called.err) == (0, "")
    assert list(called.claims.items()) == [("iss", CONSUMER_KEY), ("sub", SUB), ("aud", LOGIN), ("exp", NOW + 180)]
    assert called.header == {"alg": "RS256"}


def test_the_installed_command_mints(tmp_path: Path) -> None:
    """As a program of its own, with its own clock, the key in a variable."""
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", "mint", "--key", "env:APP_KEY", *ASKED], env={**os.environ, "APP_KEY": pem()},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert Called(0, done.stdout, "").claims["exp"] > NOW - 10 * 365 * 86400


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        (("--iss",), ("`iss`", "--iss KEY")),
        (("--sub", "--endpoint"), ("`sub` and `aud`", "--sub USER; --aud URL or --endpoint URL")),
    ],
)
def test_what_is_missing_is_named(mint: Mint, left_out: tuple[str, ...], words: tuple[str, ...]) -> None:
    """With the option that supplies it."""
    pairs = zip(ASKED[::2], ASKED[1::2], strict=True)
    given = [word for pair in pairs if pair[0] not in left_out for word in pair]

    failed(mint("--key", "app.key", *given, *AT), *words)


def test_the_key_comes_from_where_it_is(mint: Mint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, a variable, standard input; under a passphrase from a file or a variable."""
    monkeypatch.setenv("APP_KEY", pem())
    monkeypatch.setenv("ESCAPED", pem().replace("\n", "\\n"))

    assert mint("--key", "env:APP_KEY", *ASKED, *AT).claims["sub"] == SUB
    assert mint("--key", "-", *ASKED, *AT, stdin=pem().encode()).claims["sub"] == SUB
    assert mint("--key", "locked.key", "--passphrase-file", "pass.txt", *ASKED, *AT).claims["sub"] == SUB
    escaped = mint("--key", "env:ESCAPED", *ASKED, *AT)
    assert (escaped.code, escaped.claims["sub"]) == (0, SUB)
    assert "two characters \\n" in escaped.err
    monkeypatch.setenv("JWTDOCTOR_PASSPHRASE", PASSPHRASE.decode())
    assert mint("--key", "locked.key", *ASKED, *AT).claims["sub"] == SUB


def test_a_key_that_others_can_read_is_warned_of(mint: Mint, tmp_path: Path) -> None:
    """It still signs."""
    (tmp_path / "app.key").chmod(0o644)
    called = mint("--key", "app.key", *ASKED, *AT)

    assert (called.code, called.claims["sub"]) == (0, SUB)
    assert "everybody" in called.err
    assert "mode 644" in called.err
    assert "chmod 600" in called.err
    assert stat.S_IMODE((tmp_path / "app.key").stat().st_mode) == 0o644


BAD_KEYS: list[tuple[tuple[str, ...], bytes, tuple[str, ...]]] = [
    ((), b"", ("--key FILE", "env:NAME", "standard input")),
    (("--key", "missing.key"), b"", ("--key missing.key", "no such file")),
    (("--key", "."), b"", ("a directory",)),
    (("--key", ""), b"", ("no such file",)),
    (("--key", "app.crt"), b"", ("--key app.crt", "this is a certificate")),
    (("--key", "locked.key"), b"", ("needs a passphrase", "--passphrase-file FILE or JWTDOCTOR_PASSPHRASE")),
    (("--key", "locked.key", "--passphrase-file", "app.crt"), b"", ("passphrases fits",)),
    (("--key", "locked.key", "--passphrase-file", "nowhere"), b"", ("--passphrase-file nowhere", "no such file")),
    (("--key", "env:UNSET_HERE"), b"", ("env:UNSET_HERE", "is not set")),
    (("--key", "env:EMPTY_HERE"), b"", ("is empty",)),
    (("--key", "env:A FILE"), b"", ("is no name of a variable",)),
    (("--key", "env:A_FILE"), b"", ("holds the name of a file", '--key "$A_FILE"')),
    (("--key", "-"), b"", ("--key -", "empty")),
    (("--key", "-"), bytes(range(256)), ("neither PEM nor DER nor JWK",)),
    (("--key", pem()), b"", ("among the arguments",)),
    (("--key", "-", "--cert", "-"), b"", ("cannot both read standard input",)),
]


@pytest.mark.parametrize(("words", "stdin", "told"), BAD_KEYS)
def test_a_key_that_cannot_serve_is_one_clear_line(
    mint: Mint, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], stdin: bytes, told: tuple[str, ...]
) -> None:
    """What was wrong, where, and what would be accepted; nothing of the key."""
    monkeypatch.setenv("EMPTY_HERE", " ")
    monkeypatch.setenv("A_FILE", "app.key")

    failed(mint(*words, *ASKED, *AT, stdin=stdin), *told)


BAD_OPTIONS: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("--profile", "nobody"), ("--profile nobody", "generic, salesforce")),
    (("--lifetime", "soon"), ("--lifetime", "seconds")),
    (("--lifetime", "-5"), ("--lifetime", "seconds")),
    (("--now", "yesterday"), ("--now", "ISO 8601")),
    (("--alg", "ES256"), ("cannot sign ES256", "RS256")),
    (("--alg", "HS256"), ("cannot sign HS256",)),
    (("--claim", "scope"), ("--claim scope", "NAME=JSON")),
    (("--claim", "scope=api"), ("--claim scope=…", "no JSON", '"api"')),
    (("--claim", "x=NaN"), ("no JSON",)),
    (("--claim", f"x={'[' * 60000}"), ("no JSON",)),
    (("--claim", f"x={'1' * 70000}"), ("NAME=JSON",)),
    (("--claim", "x=1", "--claim", "x=2"), ("given twice",)),
    (("--claim", 'iss="x"'), ("given twice", "--iss")),
    (("--header", 'alg="none"'), ("--alg",)),
    (("--error", "invalid_grant"), ("--like",)),
    (("--cert", "nowhere.crt"), ("--cert nowhere.crt", "no such file")),
    (("--curl", "--endpoint", "https://me:secretword@login.salesforce.com/services/oauth2/token"), ("no token endpoint",)),
    (("--curl", "--endpoint", "ftp://login.salesforce.com/x"), ("no token endpoint",)),
    (("--like", "missing.txt"), ("--like missing.txt", "no such file")),
    (("--like", "-", "--key", "-"), ("cannot both read standard input",)),
    (("--env", "production"), ("jwtdoctor.toml", "no such file")),
    (("--endpoint", "https://{login.salesforce.com,evil.example}/services/oauth2/token", "--curl"), ("no token endpoint",)),
    (("--endpoint", "http://login.salesforce.com/services/oauth2/token", "--curl"), ("--curl: over http",)),
    (("--endpoint", "login"), ("--endpoint login", "https://HOST/PATH")),
]


@pytest.mark.parametrize(("words", "told"), BAD_OPTIONS)
def test_an_option_that_cannot_be_used_is_one_clear_line(mint: Mint, words: tuple[str, ...], told: tuple[str, ...]) -> None:
    """And nothing is printed, not even where only the last step failed."""
    called = mint("--key", "app.key", *ASKED, *AT, *words)

    assert called.out == ""
    assert called.code == 2
    assert not [word for word in told if word not in called.err], called.err
    assert "secretword" not in called.err


def test_options_go_into_the_assertion(mint: Mint) -> None:
    """Further claims and members of the header, another algorithm, another lifetime, a jti that no other has."""
    words = ("--lifetime", "60", "--alg", "RS512", "--claim", 'scope="api ä"', "--claim", "n=1", "--header", 'kid="a"', "--jti")
    first, second = (mint("--key", "app.key", "--profile", "generic", *ASKED, *words, *AT) for _ in range(2))

    assert first.header == {"alg": "RS512", "kid": "a"}
    assert first.claims["exp"] == NOW + 60
    assert first.claims["scope"] == "api ä"
    assert first.claims["jti"] != second.claims["jti"]


def test_an_algorithm_follows_the_key(mint: Mint, tmp_path: Path) -> None:
    """Of those the provider documents the first that fits; where none does, what speaks against it is told."""
    private = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ec.key").write_text(pem(key=private), encoding="ascii")
    (tmp_path / "ec.key").chmod(0o600)
    generic = mint("--key", "ec.key", "--profile", "generic", *ASKED[:4], "--endpoint", "https://idp.example/token", *AT)
    salesforce = mint("--key", "ec.key", *ASKED, *AT)

    assert (generic.code, generic.header["alg"], generic.err) == (0, "ES256", "")
    assert accepted_elsewhere(generic.out.strip(), private.public_key())["aud"] == "https://idp.example/token"
    assert (salesforce.code, salesforce.header["alg"]) == (1, "ES256")
    assert "alg-unsupported" in salesforce.err


def test_what_speaks_against_it_is_told_and_it_is_printed(mint: Mint) -> None:
    """Another certificate than the key's; claims that the provider refuses; a lifetime that it lets in."""
    other = mint("--key", "app.key", *ASKED, "--cert", "other.crt", *AT)
    placeholder = mint("--key", "app.key", "--iss", "YOUR_CLIENT_ID", *ASKED[2:], *AT)
    long = mint("--key", "app.key", *ASKED, "--lifetime", "3600", *AT)

    assert (other.code, other.claims["iss"]) == (1, CONSUMER_KEY)
    assert "error[signature-wrong-key]: " in other.err
    assert (placeholder.code, placeholder.claims["iss"]) == (1, "YOUR_CLIENT_ID")
    assert "error[iss-" in placeholder.err
    assert (long.code, long.claims["exp"]) == (0, NOW + 3600)
    assert "warning[exp-too-far]: " in long.err


# --- like a broken one --------------------------------------------------------------------------------------------------------------

GOOD = {"iss": CONSUMER_KEY, "sub": SUB, "aud": LOGIN}
BROKEN: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"exp": NOW - 7200}, {}, f"changed payload.exp: {NOW - 7200} -> {NOW + 180} ("),
    ({"exp": (NOW + 180) * 1000}, {}, f"changed payload.exp: {(NOW + 180) * 1000} -> {NOW + 180} ("),
    ({}, {}, f"added payload.exp: {NOW + 180} ("),
    ({"exp": NOW + 180, "aud": ENDPOINT}, {}, f'changed payload.aud: "{ENDPOINT}" -> "{LOGIN}" ('),
    ({"exp": NOW + 60, "iat": NOW - 120}, {"iat": NOW}, f"changed payload.iat: {NOW - 120} -> {NOW} ("),
    ({"exp": NOW + 170, "jti": "a"}, {}, 'changed payload.jti: "a" -> "'),
]


@pytest.mark.parametrize(("claims", "more", "line"), BROKEN)
def test_a_broken_assertion_is_made_anew(mint: Mint, claims: dict[str, Any], more: dict[str, Any], line: str) -> None:
    """With the least that must change, which is told with the reason; what comes out is accepted here and elsewhere."""
    called = mint("--like", unsigned({**GOOD, **claims}), "--key", "app.key", "--cert", "app.crt", *AT)
    made_anew = called.claims

    assert called.code == 0, called.err
    assert line in called.err
    assert all(each.startswith(("jwtdoctor: changed ", "jwtdoctor: added ")) for each in called.err.splitlines())
    assert (made_anew.pop("jti", None) not in (None, "a")) == ("jti" in claims)
    assert made_anew == {**GOOD, "exp": NOW + 180, **more}


def test_the_broken_one_comes_from_where_it_is(mint: Mint, tmp_path: Path) -> None:
    """A file, standard input, code that signs; of several the first is taken."""
    token = unsigned({**GOOD, "exp": NOW - 7200})
    (tmp_path / "request.txt").write_text(f"Authorization: Bearer {token}\n", encoding="utf-8")
    code = f'import jwt, time\njwt.encode({{"iss": "{CONSUMER_KEY}", "sub": "{SUB}", "aud": "{LOGIN}", "exp": int(time.time()) - 300}}, k, "RS256")\n'
    (tmp_path / "sign.py").write_text(code, encoding="utf-8")
    two = mint("--like", "-", "--key", "app.key", *AT, stdin=f"{token}\n\n{unsigned({**GOOD, 'exp': 1})}\n".encode())

    for called in (
        mint("--like", "request.txt", "--key", "app.key", *AT),
        mint("--like", "sign.py", "--key", "app.key", *AT),
        two,
    ):
        assert (called.code, called.claims) == (0, {**GOOD, "exp": NOW + 180}), called
    assert "it holds several assertions; the first is repaired" in two.err


def test_options_go_before_what_the_broken_one_says(mint: Mint) -> None:
    """And the algorithm follows the key."""
    words = ("--sub", "other@acme-demo.example", "--lifetime", "60", "--claim", "n=1", "--header", 'kid="a"')
    called = mint("--like", unsigned({**GOOD, "exp": 5}, {"alg": "HS256"}), "--key", "app.key", *words, *AT)

    assert called.code == 0, called.err
    assert called.claims == {**GOOD, "sub": "other@acme-demo.example", "exp": NOW + 60, "n": 1}
    assert called.header == {"alg": "RS256", "kid": "a"}


def test_what_no_change_can_mend_is_asked_for(mint: Mint) -> None:
    """Nothing is printed; with the option that supplies it, it is."""
    token = unsigned({"sub": SUB, "aud": LOGIN, "exp": NOW - 60})
    asked = mint("--like", token, "--key", "app.key", *AT)

    assert (asked.code, asked.out) == (2, "")
    assert "--iss" in asked.err
    assert mint("--like", token, "--key", "app.key", "--iss", CONSUMER_KEY, *AT).claims == {**GOOD, "exp": NOW + 180}


def test_what_is_wrong_beside_it_does_not_keep_it_from_being_made(mint: Mint, tmp_path: Path) -> None:
    """A certificate that has expired is told, as without a broken one."""
    (tmp_path / "expired.crt").write_bytes(certificate())
    late = NOW + 3 * 365 * 86400
    called = mint("--like", unsigned({**GOOD, "exp": 5}), "--key", "app.key", "--cert", "expired.crt", "--now", late)

    assert called.claims == {**GOOD, "exp": late + 180}
    assert "[cert-expired]: " in called.err


def test_without_a_key_is_shown_what_would_be_signed(mint: Mint) -> None:
    """On standard error, so that nobody takes it for an assertion."""
    called = mint("--like", unsigned({**GOOD, "exp": 5}), *AT)

    assert (called.code, called.out) == (2, "")
    *_, header, claims, last = called.err.splitlines()
    assert json.loads(header.removeprefix("header: ")) == {"alg": "RS256"}
    assert json.loads(claims.removeprefix("claims: ")) == {**GOOD, "exp": NOW + 180}
    assert "give --key FILE" in last


@pytest.mark.parametrize("text", ["hello, world", "error: invalid_grant", ""])
def test_no_assertion_is_exit_code_three(mint: Mint, text: str) -> None:
    """As everywhere."""
    called = mint("--like", "-", "--key", "app.key", *AT, stdin=text.encode())

    assert (called.code, called.out) == (3, "")
    assert "no assertion in it" in called.err


def test_a_request_says_where_the_curl_command_goes(mint: Mint) -> None:
    """The endpoint of the request that was refused."""
    url = "https://acme-demo.my.salesforce.com/services/oauth2/token"
    token = unsigned({**GOOD, "aud": "https://acme-demo.my.salesforce.com", "exp": 5})
    request = f"curl {url} -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer -d assertion={token}"
    called = mint("--like", "-", "--key", "app.key", "--curl", *AT, stdin=request.encode())

    assert called.code == 0
    assert called.out.startswith(f"curl --globoff --data @- {url} <<'END'\n")


def request_to(host: str, path: str = "/services/oauth2/token", aud: str = LOGIN) -> bytes:
    """A token request as it is pasted."""
    form = f"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={unsigned({**GOOD, 'aud': aud, 'exp': 5})}"
    return f"POST {path} HTTP/1.1\nHost: {host}\nContent-Type: application/x-www-form-urlencoded\n\n{form}".encode()


@pytest.mark.parametrize(
    "source",
    [
        request_to("evil.example"),
        request_to("{login.salesforce.com,evil.example}"),
        request_to("evil.my.site.com", "/services/apexrest/services/oauth2/token"),
        request_to("login.salesforce.com:8443"),
        f"curl http://evil.example/services/oauth2/token -d assertion={unsigned({**GOOD, 'exp': 5})}".encode(),
    ],
)
def test_a_paste_alone_sends_no_assertion_to_strangers(mint: Mint, source: bytes) -> None:
    """Who runs the command would post a valid assertion there; the user says where to, or it is the provider's own endpoint."""
    words = ("--like", "-", "--key", "app.key", "--curl", "--profile", "salesforce", *AT)
    called = mint(*words, stdin=source)

    assert (called.code, called.out) == (2, "")
    assert "with --endpoint URL" in called.err
    assert mint(*words, "--endpoint", ENDPOINT, stdin=source).out.startswith(f"curl --globoff --data @- {ENDPOINT} <<'END'\n")


def test_the_endpoint_of_a_site_is_its_own(mint: Mint) -> None:
    """With the path of the site before that of the endpoint."""
    paste = request_to("acme.my.site.com", "/customers/services/oauth2/token", "https://acme.my.site.com/customers")
    called = mint("--like", "-", "--key", "app.key", "--curl", *AT, stdin=paste)

    assert called.out.startswith("curl --globoff --data @- https://acme.my.site.com/customers/services/oauth2/token <<'END'\n")


def raw(header: str, claims: str) -> str:
    """A token of these very texts."""
    return f"{b64(header.encode())}.{b64(claims.encode('utf-8', 'surrogatepass'))}.{b64(b'x' * 256)}"


OWN = f'"iss":"{CONSUMER_KEY}","aud":"{LOGIN}","exp":5'


@pytest.mark.parametrize(
    ("claims", "told", "words"),
    [
        (f'{{{OWN},"sub":"{SUB}","sub":"admin@acme-demo.example"}}', "`sub` stands in it more than once", ("--sub", SUB)),
        (f'{{{OWN},"sub":"{SUB}","x":1,"x":2}}', "--claim x=JSON", ("--claim", "x=1")),
        (f'{{{OWN},"sub":"{SUB}","x":1e999}}', "`x` holds a number", ("--claim", "x=1")),
        (f'{{{OWN},"sub":"{SUB}","x":[123456789012345678901234567890.5]}}', "`x` holds a number", ("--claim", "x=1")),
        (f'{{{OWN},"sub":"{SUB}","x":"\\ud800"}}', "`x` holds a number or a text", ("--claim", "x=1")),
    ],
)
def test_what_programs_read_differently_is_asked_for(mint: Mint, claims: str, told: str, words: tuple[str, str]) -> None:
    """A new signature would settle it unseen."""
    token = raw('{"alg":"RS256","alg":"HS256"}', claims)
    asked = mint("--like", token, "--key", "app.key", *AT)

    assert (asked.code, asked.out) == (2, "")
    assert told in asked.err
    assert mint("--like", token, "--key", "app.key", *words, *AT).claims["sub"] == SUB


def test_a_signature_vouches_for_no_key_of_others_and_no_secret(mint: Mint) -> None:
    """They are left out and told; who wants one says so."""
    header = {"alg": "RS256", "kid": "a", "jku": "https://evil.example", "x5u": "https://evil.example", "jwk": {"kty": "RSA"}}
    token = unsigned({**GOOD, "exp": 5, "password": "hunter2hunter2", "n": 1}, header)
    called = mint("--like", token, "--key", "app.key", "--header", 'x5u="https://acme-demo.example/x"', *AT)

    assert called.header == {"alg": "RS256", "kid": "a", "x5u": "https://acme-demo.example/x"}
    assert called.claims == {**GOOD, "exp": NOW + 180, "n": 1}
    for line in ("left out header.jku", "left out header.jwk", "left out payload.password"):
        assert line in called.err
    assert "hunter2" not in called.err


def test_many_assertions_are_not_all_examined(mint: Mint) -> None:
    """Which is meant nobody could tell."""
    token = unsigned({**GOOD, "exp": 5})
    called = mint("--like", "-", "--key", "app.key", *AT, stdin="\n".join(f"{token}{n}" for n in range(30)).encode())

    failed(called, "holds 30 assertions")


# --- from a config --------------------------------------------------------------------------------------------------------------------

CONFIG = f"""
[defaults]
iss = "{CONSUMER_KEY}"
key = "app.key"
certificates = ["app.crt"]

[environments.production]
sub = "{SUB}"
aud = "{LOGIN}"

[environments.uat]
sub = "env:MINT_USER"
endpoint = "https://test.salesforce.com/services/oauth2/token"
lifetime = 120
"""


def test_an_environment_of_a_config_fills_what_is_left_open(mint: Mint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked for beside the config; options of the call go before it."""
    (tmp_path / "conf").mkdir()
    for name in ("app.key", "app.crt"):
        (tmp_path / name).rename(tmp_path / "conf" / name)
    (tmp_path / "conf" / "jwtdoctor.toml").write_text(CONFIG, encoding="utf-8")
    words = ("--config", "conf/jwtdoctor.toml", "--env", "uat", *AT)
    failed(mint(*words), "`sub` of uat", "MINT_USER")
    monkeypatch.setenv("MINT_USER", f"{SUB}.uat")

    assert mint(*words).claims == {
        "iss": CONSUMER_KEY,
        "sub": f"{SUB}.uat",
        "aud": "https://test.salesforce.com",
        "exp": NOW + 120,
    }
    assert mint(*words, "--lifetime", "60", "--sub", SUB).claims["exp"] == NOW + 60
    failed(mint("--config", "conf/jwtdoctor.toml", *AT), "several environments (production, uat)", "--env NAME")
    failed(mint("--config", "conf/jwtdoctor.toml", "--env", "prod", *AT), "--env prod", "production, uat")
    monkeypatch.chdir(tmp_path / "conf")
    assert mint("--env", "production", *AT).claims["aud"] == LOGIN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[environments.a]\ncolour = 1\n", ("jwtdoctor.toml:2", "colour")),
        (b"\xff\xfe", ("UTF-8",)),
        (b"[environments.a\n", ("jwtdoctor.toml:1",)),
    ],
)
def test_a_config_that_cannot_be_read_is_one_clear_line(
    mint: Mint, tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    """With its place."""
    (tmp_path / "jwtdoctor.toml").write_bytes(content)

    failed(mint("--config", "jwtdoctor.toml", "--key", "app.key", *AT), *words)


# --- as a curl command -------------------------------------------------------------------------------------------------------------

STAND_IN = """import sys, urllib.request
words = sys.argv[1:]
assert words[:3] == ["--globoff", "--data", "@-"] and len(words) == 4, words
body = sys.stdin.buffer.read().replace(b"\\r", b"").replace(b"\\n", b"")
request = urllib.request.Request(words[3], data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
sys.stdout.write(urllib.request.urlopen(request).read().decode())
"""
"""What curl does with ``--data @-`` by its manual: the file is sent without carriage returns and newlines."""


class Server(HTTPServer):
    """Answers a token request, and remembers it."""

    bodies: list[tuple[str, str, str]]


class Handler(BaseHTTPRequestHandler):
    """One POST."""

    def do_POST(self) -> None:
        """Remember path, content type and body."""
        assert isinstance(self.server, Server)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.bodies.append((self.path, self.headers["Content-Type"], body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"token_type":"Bearer"}')

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine, for the time of a test."""
    found = Server(("127.0.0.1", 0), Handler)
    found.bodies = []
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def test_the_curl_command_sends_what_it_should(mint: Mint, tmp_path: Path, server: Server) -> None:
    """Run by a shell, with the machine's curl or one that reads its arguments as curl does; the server gets the right form."""
    url = f"http://127.0.0.1:{server.server_port}/services/oauth2/token?x=1&y='"
    called = mint("--key", "app.key", *ASKED[:4], "--aud", LOGIN, "--endpoint", url, "--profile", "salesforce", "--curl", *AT)
    first = shlex.split(called.out.partition("\n")[0])
    path = os.environ["PATH"]
    if shutil.which("curl") is None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "curl").write_text(f"#!{sys.executable}\n{STAND_IN}", encoding="utf-8")
        (tmp_path / "bin" / "curl").chmod(0o755)
        path = f"{tmp_path / 'bin'}:{path}"
    done = subprocess.run(
        ["sh"], input=called.out, env={**os.environ, "PATH": path, "no_proxy": "*"}, text=True, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == '{"token_type":"Bearer"}'
    assert first == ["curl", "--globoff", "--data", "@-", url, "<<END"]
    (target, content_type, body), *more = server.bodies
    fields = urllib.parse.parse_qsl(body, strict_parsing=True)
    assert more == []
    assert target == "/services/oauth2/token?x=1&y='"
    assert content_type == "application/x-www-form-urlencoded"
    assert [name for name, _ in fields] == ["grant_type", "assertion"]
    assert fields[0][1] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert accepted_elsewhere(fields[1][1], rsa_key().public_key())["sub"] == SUB


def test_where_a_curl_command_goes(mint: Mint) -> None:
    """To the endpoint that belongs to the audience; where nothing tells it, that is asked for."""
    told = mint("--key", "app.key", *ASKED[:4], "--aud", "https://acme.my.salesforce.com", "--curl", *AT)

    assert told.out.startswith("curl --globoff --data @- https://acme.my.salesforce.com/services/oauth2/token <<'END'\n")
    assert told.out.endswith("\nEND\n")
    failed(
        mint("--key", "app.key", *ASKED[:4], "--aud", "https://idp.example", "--profile", "generic", "--curl", *AT),
        "--endpoint URL",
    )
