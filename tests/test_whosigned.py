"""Which key signed: moduli from RSA signatures, recovered ECDSA keys, the given certificates, and the command around it."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import hmac
import itertools
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st
from throwaway import NOW, b64, part

from jwtdoctor.cli import whosigned as command
from jwtdoctor.forensics import halfgcd, modulus, recovery
from jwtdoctor.forensics.curves import CURVES
from jwtdoctor.keys import read
from jwtdoctor.keys.computed import pem, public_ec, public_rsa
from jwtdoctor.render import Look
from jwtdoctor.render.whosigned import document, render
from jwtdoctor.signer import Signed, Signer, signed, whosigned

pytestmark = pytest.mark.once

EXAMPLES = settings(deadline=None, database=None, derandomize=True, max_examples=300)
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
ECDSA = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1(), "ES256K": ec.SECP256K1()}


# --- keys and assertions of this run -----------------------------------------------------------------------------------------


@functools.cache
def rsa_key(name: str = "signer", exponent: int = 65537, bits: int = 1024) -> rsa.RSAPrivateKey:
    """A key with any exponent: primes are drawn until they suit it."""
    while True:
        numbers = rsa.generate_private_key(public_exponent=65537, key_size=bits).private_numbers()
        p, q = numbers.p, numbers.q
        order = (p - 1) * (q - 1)
        if math.gcd(exponent, order) == 1:
            d = pow(exponent, -1, order)
            public = rsa.RSAPublicNumbers(exponent, p * q)
            return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


@functools.cache
def ec_key(name: str = "signer", alg: str = "ES256") -> ec.EllipticCurvePrivateKey:
    """A key on the curve of ``alg``."""
    return ec.generate_private_key(ECDSA[alg])


def sign(data: bytes, alg: str, key: object) -> bytes:
    """The signature of ``alg``, RFC 7518 §3."""
    digest = HASHES.get(alg[2:5], hashes.SHA256())
    if isinstance(key, bytes):
        return hmac.new(key, data, "sha256").digest()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    assert isinstance(key, rsa.RSAPrivateKey)
    if alg.startswith("PS"):
        return key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(data, padding.PKCS1v15(), digest)


def token(jti: object = 1, key: object = None, alg: str = "RS256") -> str:
    """An assertion that differs from another by its ``jti``."""
    text = f"{part({'alg': alg})}.{part({'iss': 'app', 'jti': str(jti)})}"
    return f"{text}.{b64(sign(text.encode(), alg, key or rsa_key(exponent=3)))}"


def changed(text: str) -> str:
    """The same assertion with another claim and the old signature."""
    head, _, signature = text.split(".")
    return f"{head}.{part({'iss': 'app', 'jti': 'changed after signing'})}.{signature}"


def assertions(*texts: str) -> list[Signed]:
    """As the command reads them."""
    found = [signed(each) for each in texts]
    assert all(isinstance(each, Signed) for each in found)
    return found


def spki(key: object) -> str:
    """SHA-256 of the public key's SubjectPublicKeyInfo, by cryptography alone."""
    public = key.public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def certificate(key: object) -> bytes:
    """A certificate for a key; signed by another, so that small RSA keys have one too."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    start = dt.datetime.fromtimestamp(NOW, dt.UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + dt.timedelta(days=9))
    )  # fmt: skip
    return built.sign(ec_key("issuer"), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def materials(*keys: object, names: tuple[str, ...] = ()) -> list:
    """The certificates of keys, as read from files."""
    return [each for i, key in enumerate(keys) for each in read(certificate(key), names[i] if names else f"{i}.crt")]


def no_slow_step(work: modulus.Work) -> int:
    """For tests in which the slow step must not be reached."""
    raise AssertionError(f"the slow step was reached with the exponent {work.exponent}")


# --- the half-gcd ---------------------------------------------------------------------------------------------------------------


def long_decimal(number: int) -> Decimal:
    """An exact Decimal; Python's own conversion needs no digits as text."""
    with localcontext(halfgcd.exact()):
        return Decimal(number)


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small bounds, so that short numbers go through every level of the recursion."""
    monkeypatch.setattr(halfgcd, "PLAIN", 30)
    monkeypatch.setattr(halfgcd, "BASE", 40)


NATURAL = st.one_of(
    st.integers(0, 2**64), st.integers(0, 2**700), st.integers(0, 2**9000), st.integers(0, 40).map(lambda n: 2**n)
)


@EXAMPLES
@given(NATURAL, NATURAL, NATURAL)
@example(0, 0, 0)
@example(0, 1, 5)
@example(2**3000, 2**3000, 1)
@example(10**900, 10**450, 7)
@example(10**900 - 1, 10**900, 1)
@example(10**900, 10**900 - 10**450, 3)
def test_the_half_gcd_is_the_gcd(a: int, b: int, common: int) -> None:
    """Against ``math.gcd``, with a common factor planted, on numbers of all sizes and of very different ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halfgcd, "PLAIN", 30)
        patch.setattr(halfgcd, "BASE", 40)
        for x, y in ((a * common, b * common), (a, b), (a * common + 1, b), (b * common, a)):
            assert int(halfgcd.gcd(long_decimal(x), long_decimal(y))) == math.gcd(x, y)


@pytest.mark.once
@EXAMPLES
@given(
    st.lists(st.one_of(st.integers(1, 3), st.integers(1, 10**60), st.just(10**30)), min_size=200, max_size=400),
    st.integers(1, 2**800),
)
def test_the_half_gcd_follows_any_quotients(quotients: list[int], common: int) -> None:
    """Pairs built from chosen quotients of Euclid's: all ones (the longest way), huge ones, powers of ten at the cuts."""
    x, y = common, 0
    for quotient in quotients:
        x, y = quotient * x + y, x
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halfgcd, "PLAIN", 30)
        patch.setattr(halfgcd, "BASE", 40)
        assert int(halfgcd.gcd(long_decimal(x), long_decimal(y))) == common


@pytest.mark.usefixtures("deep")
def test_neighbours_in_fibonacci_s_row() -> None:
    """The slowest case of Euclid's algorithm, thousands of quotients of one."""
    x, y = 1, 1
    for _ in range(6000):
        x, y = x + y, x

    assert int(halfgcd.gcd(long_decimal(x * 91), long_decimal(y * 91))) == 91


@pytest.mark.parametrize("bits", [30_000, 200_000])
def test_the_half_gcd_at_its_own_bounds(bits: int) -> None:
    """Unpatched, at sizes where Decimal multiplies by its transform."""
    seed = int.from_bytes(hashlib.shake_256(b"x").digest(bits // 8), "big")
    other = int.from_bytes(hashlib.shake_256(b"y").digest(bits // 8), "big")
    common = int.from_bytes(hashlib.shake_256(b"z").digest(100), "big")
    shares: list[float] = []

    found = halfgcd.gcd(long_decimal(seed * common), long_decimal(other * common), shares.append)

    assert int(found) == math.gcd(seed * common, other * common)
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


def test_a_matrix_of_the_half_gcd_has_determinant_one() -> None:
    """And it leads from the old pair to the new one; both stay above half the digits."""
    x, y = long_decimal(7**1500), long_decimal(5**1700)
    with localcontext(halfgcd.exact()):
        found = halfgcd._Euclid(1, None).halve(x, y)
        assert found is not None
        (a, b, c, d), u, v = found
        assert a * d - b * c == 1
        assert (a * u + b * v, c * u + d * v) == (x, y)
        least = 10 ** ((max(x, y).adjusted() + 1) // 2 + 1)
        assert min(u, v) >= least
        assert max(u, v) - min(u, v) < least


def test_the_c_module_behind_decimal_is_known() -> None:
    """Where it is absent the slow step is refused, not begun."""
    assert halfgcd.is_fast()


# --- RSA -------------------------------------------------------------------------------------------------------------------------


def equations(*texts: str) -> list[modulus.Equation]:
    """What signatures say about their key."""
    found = [modulus.equation(each.alg, each.signing_input, each.signature) for each in assertions(*texts)]
    assert None not in found
    return found


@pytest.mark.parametrize("exponent", [3, 17, 257])
@pytest.mark.parametrize("engine", ["decimal", "gmpy2"])
def test_two_signatures_reveal_the_modulus(exponent: int, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By either engine: the one in the standard library and gmpy2."""
    monkeypatch.setattr(modulus, "_STDLIB", 0)
    key = rsa_key(exponent=exponent)
    pair = equations(token(1, key), token(2, key))
    work = modulus.plan(*pair, exponent)._replace(engine=engine)
    told: list[modulus.Progress] = []

    n = modulus.modulus(modulus.divisor(work, told.append), pair, exponent)

    assert n == key.public_key().public_numbers().n
    assert [each.share for each in told] == sorted(each.share for each in told)


@pytest.mark.parametrize("exponent", [3, 5, 17, 257])
@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
def test_small_exponents_are_found_without_the_slow_step(exponent: int, alg: str) -> None:
    """And the key is told from nothing but two assertions, with its fingerprints."""
    key = rsa_key(exponent=exponent)
    found = whosigned(assertions(token(1, key, alg), token(2, key, alg)), slow=no_slow_step)

    assert (found.method, found.spki_sha256, found.verified_on, found.exit_code) == ("modulus", spki(key), 2, 0)
    assert found.key is not None
    assert (found.key.type, found.key.size, found.key.exponent) == ("RSA", 1024, exponent)
    assert found.key.jwk_thumbprint
    assert pem(found.key).startswith("-----BEGIN PUBLIC KEY-----")


def test_without_gmpy2_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library's way, through the whole of ``whosigned``."""
    monkeypatch.setattr(modulus, "_gmpy2", lambda: None)
    monkeypatch.setattr(modulus, "_STDLIB", 0)
    key = rsa_key(exponent=17)

    assert whosigned(assertions(token(1, key), token(2, key)), slow=no_slow_step).spki_sha256 == spki(key)


def test_a_cofactor_is_divided_out() -> None:
    """Real signatures whose numbers share more than the modulus: about two pairs in five do."""
    key = rsa_key(exponent=3)
    n = key.public_key().public_numbers().n
    texts = [token(jti, key) for jti in range(40)]
    for first, second in itertools.pairwise(texts):
        pair = equations(first, second)
        common = math.gcd(*(each.signature**3 - each.block for each in pair))
        if common != n:
            break
    assert common % n == 0
    assert common > n

    assert modulus.modulus(common, pair, 3) == n
    assert whosigned(assertions(first, second)).spki_sha256 == spki(key)


def test_a_third_signature_takes_off_what_small_primes_do_not() -> None:
    """A large prime cofactor is no modulus's part: with two signatures it stays, with three it goes."""
    key = rsa_key(exponent=3)
    n = key.public_key().public_numbers().n
    three = equations(token(1, key), token(2, key), token(3, key))

    assert modulus.modulus(n * (2**89 - 1), three[:2], 3) is None
    assert modulus.modulus(n * (2**89 - 1), three, 3) == n
    assert modulus.modulus(0, three, 3) is None
    assert modulus.modulus(1, three, 3) is None


def test_a_third_assertion_of_another_key_does_not_spoil_it() -> None:
    """The key of the first two is told, and that it is not the third's."""
    key = rsa_key(exponent=3)
    found = whosigned(assertions(token(1, key), token(2, key), token(3, rsa_key("other", 3))), slow=no_slow_step)

    assert (found.spki_sha256, found.verified_on, found.tokens) == (spki(key), 2, 3)
    assert "2 of the 3" in found.why


@pytest.mark.parametrize("exponent", [3, 17])
def test_different_keys_and_changed_assertions_conclude_nothing(exponent: int) -> None:
    """No key verifies both, so none is named."""
    key = rsa_key(exponent=exponent)
    for pair in ((token(1, key), token(2, rsa_key("other", exponent))), (token(1, key), changed(token(2, key)))):
        found = whosigned(assertions(*pair), exponent=exponent, slow=no_slow_step)

        assert (found.method, found.key, found.exit_code) == ("none", None, 1)
        assert found.why.startswith("nothing can be concluded")
        assert "changed after signing" in found.why


def test_one_rsa_assertion_is_not_enough() -> None:
    """Nor is the same one twice, nor two signatures over the same content."""
    alone, other = token(1), token(2)
    damaged = f"{alone.rpartition('.')[0]}.{other.rpartition('.')[2]}"

    for texts, words in (
        ([alone], "two different assertions"),
        ([alone, alone], "given more than once"),
        ([alone, damaged], "the same content with two signatures"),
    ):
        found = whosigned(assertions(*texts), slow=no_slow_step)
        assert (found.method, found.exit_code) == ("none", 1)
        assert words in found.why


def test_lengths_that_cannot_be_are_told() -> None:
    """Keys of different sizes; a signature too short for its hash; one larger than anything that is examined."""
    key = rsa_key(exponent=3)
    cut = token(2).rpartition(".")[0] + "." + b64(b"\x01" * 100)
    short = [f"{token(jti).rpartition('.')[0]}.{b64(bytes([jti]) * 40)}" for jti in (1, 2)]
    huge = [f"{token(jti).rpartition('.')[0]}.{b64(bytes([jti]) * 2048)}" for jti in (1, 2)]
    large = [f"{token(jti).rpartition('.')[0]}.{b64(bytes([jti]) * 1024)}" for jti in (1, 2)]

    assert "differ in length (800 and 1024 bits)" in whosigned(assertions(token(1, key), cut), slow=no_slow_step).why
    assert "too short" in whosigned(assertions(*short), slow=no_slow_step).why
    assert "16384 bits" in whosigned(assertions(*huge), slow=no_slow_step).why
    assert "up to 4096 bits" in whosigned(assertions(*large), slow=no_slow_step).why
    assert "too large" in whosigned(assertions(token(1), token(2)), exponent=2**32 - 1, slow=no_slow_step).why


def test_the_slow_step_gets_the_work_and_its_divisor_is_verified() -> None:
    """With the usual exponent; a divisor that is no key of these assertions names none."""
    key = rsa_key()
    pair = assertions(token(1, key), token(2, key))
    asked: list[modulus.Work] = []

    def slow(answer: int):
        return lambda work: asked.append(work) or answer

    n = key.public_key().public_numbers().n
    assert whosigned(pair, slow=slow(n * 210)).spki_sha256 == spki(key)
    assert whosigned(pair, slow=slow(rsa_key("other").public_key().public_numbers().n)).key is None
    assert whosigned(pair, slow=slow(1)).key is None
    assert {each.exponent for each in asked} == {65537}
    assert all(each.seconds > 1 and each.memory > 10**7 for each in asked)


def test_only_the_exponent_that_was_asked_for_is_tried() -> None:
    """``exponent`` names one; the key has another."""
    pair = assertions(token(1), token(2))

    assert whosigned(pair, exponent=17, slow=no_slow_step).key is None
    assert whosigned(pair, exponent=3, slow=no_slow_step).key is not None


# --- the given certificates -----------------------------------------------------------------------------------------------------------


def test_a_given_certificate_makes_the_slow_step_needless() -> None:
    """With the usual exponent: named at once, among others, with one assertion or two."""
    key, other = rsa_key(), rsa_key("other")
    for texts in ([token(1, key)], [token(1, key), token(2, key)]):
        found = whosigned(assertions(*texts), materials(other, key, names=("new.crt", "old.crt")), slow=no_slow_step)

        assert (found.method, found.matches[0].name, found.spki_sha256, found.exit_code) == ("verified", "old.crt", spki(key), 0)
        assert found.verified_on == len(texts)


def test_a_key_that_is_none_of_the_given_ones_is_probably_the_previous_one() -> None:
    """Exit code 1, and the fingerprint to look for."""
    key = rsa_key(exponent=3)
    found = whosigned(assertions(token(1, key), token(2, key)), materials(rsa_key("other", 3)), slow=no_slow_step)

    assert (found.spki_sha256, found.matches, found.exit_code) == (spki(key), (), 1)
    assert "none of the given ones: probably your previous one" in found.why


def test_a_given_key_that_made_the_signature_is_named_though_the_content_changed() -> None:
    """Opened with its public key, a signature shows a padding whatever it covers."""
    key = rsa_key(exponent=3)
    for texts in ([changed(token(1, key))], [token(1, key), changed(token(2, key))], [changed(token(1, key, "PS256"))]):
        found = whosigned(assertions(*texts), materials(key), slow=no_slow_step)

        assert (found.method, found.matches[0].name, found.exit_code) == ("opened", "0.crt", 0)
        assert "changed afterwards" in found.why


def test_a_key_of_some_only_is_told_as_such() -> None:
    """One certificate signed the first of two: nothing is concluded about the other, and nothing slow is begun."""
    found = whosigned(assertions(token(1, rsa_key()), token(2, rsa_key("other"))), materials(rsa_key()), slow=no_slow_step)

    assert (found.key, found.verified_on, found.exit_code) == (None, 1, 1)
    assert "0.crt has the key of 1 of the 2" in found.why


def test_certificate_before_private_key() -> None:
    """The private half is known for what it is; what people uploaded is named."""
    key = rsa_key(exponent=3)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    both = [*read(private, "app.key"), *materials(key, names=("app.crt",))]
    found = whosigned(assertions(token(1, key)), both, slow=no_slow_step)

    assert [each.name for each in found.matches] == ["app.crt", "app.key"]


@pytest.mark.parametrize("alg", ["PS256", "PS384", "PS512", "EdDSA", "HS256", "none-such"])
def test_what_reveals_nothing_is_said_plainly(alg: str) -> None:
    """Randomised, symmetric, hashed or unknown: the reason stands there, and a given key is still tried."""
    key = {"E": ed25519.Ed25519PrivateKey.generate(), "H": b"secret" * 8}.get(alg[0], rsa_key(exponent=3, bits=2048))
    found = whosigned(assertions(token(1, key, alg), token(2, key, alg)), slow=no_slow_step)

    assert (found.method, found.key, found.exit_code) == ("none", None, 1)
    assert "only a given key can be tried" in found.why
    if alg[0] in "PE":
        known = whosigned(assertions(token(1, key, alg)), materials(key), slow=no_slow_step)
        assert (known.method, known.spki_sha256, known.exit_code) == ("verified", spki(key), 0)


def test_a_given_secret_is_tried_and_not_shown() -> None:
    """HMAC has no public key to name; a JWK that holds the secret is known all the same."""
    secret = b"correct horse battery staple, twice over"
    jwk = json.dumps({"kty": "oct", "k": b64(secret)}).encode()
    found = whosigned(assertions(token(1, secret, "HS256")), read(jwk, "secret.jwk"), slow=no_slow_step)

    assert (found.method, found.matches[0].name, found.spki_sha256, found.exit_code) == ("verified", "secret.jwk", None, 0)
    for text in [*shown(found).values(), repr(found)]:
        assert b64(secret)[:12] not in text
        assert secret[:12].decode() not in text
        assert repr(secret)[2:14] not in text


def test_different_kinds_of_key_are_told() -> None:
    """One RSA, one ECDSA: no key signed both."""
    found = whosigned(assertions(token(1), token(2, ec_key(), "ES256")), slow=no_slow_step)

    assert "different kinds of key (ES256, RS256)" in found.why


# --- ECDSA ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("curve", CURVES.values(), ids=list(CURVES))
def test_domain_parameters(curve) -> None:
    """The base point lies on the curve and has the order; cryptography takes it, and its multiples are ours."""
    classes = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
    base = (curve.x, curve.y)

    assert base in curve.lift(curve.x)
    assert curve.combine(curve.n, 0, base) is None
    assert curve.combine(curve.n - 1, 1, base) is None
    assert curve.combine(curve.n, 1, base) == base
    assert curve.combine(1, 1, base) == curve.combine(2, 0, base)
    for scalar in (1, 2, 3, 0xDEADBEEF, curve.n - 2):
        public = ec.derive_private_key(scalar, classes[curve.name]()).public_key().public_numbers()
        assert curve.combine(scalar, 0, base) == (public.x, public.y)


@pytest.mark.parametrize("alg", ECDSA)
def test_one_ecdsa_assertion_leaves_candidates(alg: str) -> None:
    """The true key is among them, and each would verify the assertion."""
    key = ec_key(alg=alg)
    found = whosigned(assertions(token(1, key, alg)))

    assert (found.method, found.key, found.exit_code) == ("candidates", None, 1)
    assert spki(key) in {each.spki_sha256 for each in found.candidates}
    assert len(found.candidates) == 2
    assert "one of these 2 keys, if it was not changed afterwards" in found.why


@pytest.mark.parametrize("alg", ECDSA)
def test_two_ecdsa_assertions_name_the_key(alg: str) -> None:
    """Their candidates have one key in common; a given certificate with it is named, another one is told apart."""
    key = ec_key(alg=alg)
    pair = assertions(token(1, key, alg), token(2, key, alg))
    found = whosigned(pair)
    foreign = whosigned(pair, materials(ec_key("other", alg)))
    known = whosigned(pair, materials(ec_key("other", alg), key))

    assert (found.method, found.spki_sha256, found.verified_on, found.exit_code) == ("recovered", spki(key), 2, 0)
    assert (foreign.spki_sha256, foreign.exit_code) == (spki(key), 1)
    assert "probably your previous one" in foreign.why
    assert (known.matches[0].name, known.exit_code) == ("1.crt", 0)


def test_two_signatures_over_the_same_content_will_do_for_ecdsa() -> None:
    """ECDSA signs the same content differently each time."""
    key = ec_key()
    assert whosigned(assertions(token(1, key, "ES256"), token(1, key, "ES256"))).spki_sha256 == spki(key)


def test_ecdsa_of_different_keys_or_changed_concludes_nothing() -> None:
    """No common candidate; on different curves not even a search."""
    key = ec_key()
    one = token(1, key, "ES256")

    assert "one was changed" in whosigned(assertions(one, changed(token(2, key, "ES256")))).why
    assert "different keys" in whosigned(assertions(one, token(2, ec_key("other"), "ES256"))).why
    assert "different curves" in whosigned(assertions(one, token(2, ec_key(alg="ES384"), "ES384"))).why


def test_what_is_no_ecdsa_signature_is_told() -> None:
    """Another length, zero, and numbers beyond the order."""
    head = token(1, ec_key(), "ES256").rpartition(".")[0]
    for data in (b"\x01" * 63, bytes(64), b"\xff" * 64, b"\x01" * 32 + bytes(32)):
        assert "is none of ES256" in whosigned(assertions(f"{head}.{b64(data)}")).why


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES256K"])
def test_an_x_beyond_the_order(alg: str) -> None:
    """R's x may be r + n. No honest signer meets that in a lifetime; such a signature is built backwards from its key."""
    curve = recovery.curve_of(alg)
    size = curve.size
    x = next(x for x in range(curve.n, curve.p) if curve.lift(x) and x > curve.n)
    signature = (x - curve.n).to_bytes(size, "big") + (12345).to_bytes(size, "big")
    text = f"{part({'alg': alg})}.{part({'iss': 'app'})}.{b64(signature)}"
    points = recovery.candidates(alg, text.rpartition(".")[0].encode(), signature)
    assert points is not None
    made_with_n = [p for p in points if _x_of_r(alg, text, signature, p) == x]

    assert len(made_with_n) == 2
    found = whosigned(assertions(text))
    assert {each.spki_sha256 for each in found.candidates} >= {public_ec(curve.name, *p).spki_sha256 for p in made_with_n}


def _x_of_r(alg: str, text: str, signature: bytes, key: tuple[int, int]) -> int:
    """x of R = (eG + rQ)/s, before it is reduced: SEC 1 §4.1.4."""
    curve = recovery.curve_of(alg)
    size = curve.size
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    digest = hashlib.new(recovery.ALGORITHMS[alg][1], text.rpartition(".")[0].encode()).digest()
    inverse = pow(s, -1, curve.n)
    point = curve.combine(int.from_bytes(digest, "big") * inverse % curve.n, r * inverse % curve.n, key)
    assert point is not None
    return point[0]


def test_numbers_that_are_no_key_are_none() -> None:
    """A point off the curve, an even exponent, an exponent of one."""
    assert public_ec("P-256", 1, 1) is None
    assert public_rsa(rsa_key().public_key().public_numbers().n, 2) is None
    assert public_rsa(rsa_key().public_key().public_numbers().n, 1) is None


# --- how it is shown ---------------------------------------------------------------------------------------------------------------------


def shown(found: Signer) -> dict[str, str]:
    """The answer in every format."""
    return {
        "plain": render(found, "plain", Look(80)),
        "json": render(found, "json", Look()),
        "terminal": render(found, "terminal", Look(80)),
        "colour": render(found, "terminal", Look(100, color=True)),
    }


def every_answer() -> list[tuple[list[str], Signer]]:
    """One of each method, with the assertions it was made from."""
    key, curve = rsa_key(exponent=3), ec_key()
    rs, es = [token(1, key), token(2, key)], [token(1, curve, "ES256"), token(2, curve, "ES256")]
    return [
        (rs, whosigned(assertions(*rs))),
        (rs, whosigned(assertions(*rs), materials(key))),
        (rs, whosigned(assertions(rs[0], changed(rs[1])), materials(key))),
        (rs, whosigned(assertions(*rs), materials(rsa_key("other", 3)))),
        (rs, whosigned(assertions(rs[0]))),
        (es, whosigned(assertions(*es))),
        (es, whosigned(assertions(es[0]))),
    ]


def test_no_signature_is_shown() -> None:
    """In no format, repr or work order; nor any control character but colour."""
    methods = set()
    for texts, found in every_answer():
        methods.add(found.method)
        held = [repr(found), repr(assertions(*texts))]
        if texts[0].startswith(part({"alg": "RS256"})):
            held.append(repr(modulus.plan(*equations(*texts), 3)))
        for text in [*shown(found).values(), *held]:
            squeezed = re.sub(r"\s+", "", text)
            for each in texts:
                written = each.rpartition(".")[2]
                raw = base64.urlsafe_b64decode(written + "==")
                number = int.from_bytes(raw, "big")
                for form in (written[:24], written[-24:], raw.hex()[:24], str(number)[:24], base64.b64encode(raw).decode()[:24]):
                    assert form not in squeezed
            left = re.sub(r"\x1b\[[0-9;]*m", "", text)
            assert all(c == "\n" or c.isprintable() for c in left)
    assert methods == {"modulus", "verified", "opened", "none", "recovered", "candidates"}


def test_fingerprints_and_public_key_are_shown() -> None:
    """In hexadecimal, with colons, as thumbprint, and the key itself to compare or keep."""
    key = rsa_key(exponent=3)
    found = whosigned(assertions(token(1, key), token(2, key)))
    digest = spki(key)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    told = document(found)["key"]
    assert told["pem"] == public
    assert told["spki_sha256_colons"].replace(":", "").lower() == told["spki_sha256"] == digest
    for format in ("plain", "terminal"):
        text = render(found, format, Look(80))
        assert digest in text
        assert told["jwk_thumbprint"] in text
        assert public.splitlines()[2] in text


def test_a_stranger_s_words_are_made_safe() -> None:
    """File names and algorithms may hold anything."""
    key = rsa_key(exponent=3)
    evil = "\x1b[31mred\u202e.crt"
    named = whosigned(assertions(token(1, key)), materials(key, names=(evil,)))
    alg = whosigned(assertions(token(1, key, "\x1b]0;title\x07")))
    for found in (named, alg):
        for name, text in shown(found).items():
            left = re.sub(r"\x1b\[[0-9;]*m", "", text) if name == "colour" else text
            assert "\x1b" not in left
            assert "\u202e" not in left


# --- the command ------------------------------------------------------------------------------------------------------------------------


def run(*words: object, text: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One call of the command."""
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", "whosigned", *map(str, words)],
        input=text, capture_output=True, text=True, timeout=300, cwd=cwd,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two assertions of one key with exponent 3, in files, and certificates."""
    key = rsa_key(exponent=3)
    (tmp_path / "a.txt").write_text(token(1, key))
    (tmp_path / "b.txt").write_text(f"Bearer {token(2, key)}\n")
    (tmp_path / "both.log").write_text(f"first {token(1, key)} then\nsecond {token(2, key)}\n")
    (tmp_path / "right.crt").write_bytes(certificate(key))
    (tmp_path / "wrong.crt").write_bytes(certificate(rsa_key("other", 3)))
    (tmp_path / "junk.crt").write_bytes(b"this is no certificate\n")
    return tmp_path


def test_the_document(folder: Path) -> None:
    """The contract's fields, and the exit codes for known, among the given, and none of them."""
    digest = spki(rsa_key(exponent=3))
    a, b = folder / "a.txt", folder / "b.txt"
    for words, matches, code in (
        ((a, b), None, 0),
        ((folder / "both.log",), None, 0),
        ((a, b, "--exponent", "3"), None, 0),
        ((a, b, "--cert", folder / "wrong.crt", "--cert", folder / "right.crt"), "right.crt", 0),
        ((a, "--cert", folder / "right.crt"), "right.crt", 0),
        ((a, b, "--cert", folder / "wrong.crt"), None, 1),
    ):
        done = run(*words, "--format", "json")
        told = json.loads(done.stdout)

        assert done.returncode == code, done.stderr
        assert (told["format"], told["version"], told["spki_sha256"]) == ("jwtdoctor-whosigned", 1, digest)
        assert (told["matches"] is None) if matches is None else told["matches"].endswith(matches)
        assert done.stderr == ""


def test_pasted_text_and_standard_input(folder: Path) -> None:
    """Sources as ``diagnose`` takes them."""
    pasted = run((folder / "a.txt").read_text(), (folder / "b.txt").read_text())
    piped = run("-", text=(folder / "both.log").read_text())
    bare = run(text=(folder / "both.log").read_text())

    for done in (pasted, piped, bare):
        assert done.returncode == 0, done.stderr
        assert spki(rsa_key(exponent=3)) in done.stdout


def test_nothing_concluded_is_exit_code_1(folder: Path) -> None:
    """With the reason, and null in the document."""
    done = run(folder / "a.txt", "--format", "json")
    told = json.loads(done.stdout)

    assert done.returncode == 1
    assert (told["spki_sha256"], told["matches"], told["method"]) == (None, None, "none")
    assert "two different assertions" in told["why"]


def test_what_cannot_be_done(folder: Path) -> None:
    """One clear line and the code of the contract."""
    for words, code, said in (
        (("a.txt", "absent.txt"), 2, "no such file"),
        (("a.txt", "--exponent", "2"), 2, "odd number"),
        (("a.txt", "--exponent", "many"), 2, "odd number"),
        (("a.txt", "--cert", "absent.crt"), 2, "absent.crt"),
        (("a.txt", "--cert", "junk.crt"), 2, "junk.crt"),
        (("a.txt", "--format", "yaml"), 2, "--format"),
        (("hello there, this is no token at all",), 3, "no signed assertion"),
        (("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.",), 3, "no signed assertion"),
    ):
        done = run(*words, cwd=folder)

        assert done.returncode == code, (words, done.stdout, done.stderr)
        assert said in done.stderr
        assert done.stderr.startswith("jwtdoctor: ")


def test_an_unreadable_certificate_does_not_hide_the_right_one(folder: Path) -> None:
    """It is told; the key is known all the same."""
    done = run("a.txt", "--cert", "junk.crt", "--cert", "right.crt", cwd=folder)

    assert done.returncode == 0
    assert "junk.crt" in done.stderr
    assert "right.crt" in done.stdout


def test_help_tells_the_exit_codes() -> None:
    """With examples."""
    done = run("--help")

    assert done.returncode == 0
    for word in ("Exit codes:", "jwtdoctor whosigned yesterday.txt today.txt", "--exponent", "--passphrase-file"):
        assert word in done.stdout


@pytest.mark.once
def test_the_usual_exponent(tmp_path: Path) -> None:
    """The whole job with gmpy2: announced, computed in a process of its own, verified."""
    key = rsa_key()
    (tmp_path / "a.txt").write_text(token(1, key))
    (tmp_path / "b.txt").write_text(token(2, key))
    done = run(tmp_path / "a.txt", tmp_path / "b.txt", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spki_sha256"] == spki(key)
    assert done.stderr.count("\n") == 1
    for word in ("RSA 1024, exponent 65537", "about", "GB of memory", "nothing leaves this machine"):
        assert word in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    """Exit code 130 and one line, also while the standard library's arithmetic is at work; no process stays behind."""
    key = rsa_key()
    (tmp_path / "gmpy2.py").write_text("raise ImportError\n")
    (tmp_path / "both.txt").write_text(f"{token(1, key)} {token(2, key)}")
    call = subprocess.Popen(
        [sys.executable, "-m", "jwtdoctor", "whosigned", str(tmp_path / "both.txt")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        # A shell that runs the tests in the background has it ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert call.stderr is not None
    announced = call.stderr.readline()
    time.sleep(1)
    os.killpg(call.pid, signal.SIGINT)
    out, err = call.communicate(timeout=60)

    assert "with gmpy2 (pip install 'jwtdoctor[whosigned]')" in announced
    assert (call.returncode, out, err) == (130, "", "jwtdoctor: stopped\n")
    with pytest.raises(ProcessLookupError):
        _wait_for_group(call.pid)


def _wait_for_group(group: int) -> None:
    """Ask for the process group until it is gone (raises), for some seconds at most."""
    for _ in range(100):
        os.killpg(group, 0)
        time.sleep(0.1)


def test_the_child_hands_back_what_the_library_computes(capsys: pytest.CaptureFixture[str]) -> None:
    """Or says in words why it has nothing."""
    key = rsa_key(exponent=17)
    work = modulus.plan(*equations(token(1, key), token(2, key)), 17)

    assert command.apart(work) == modulus.divisor(work)
    assert "nothing leaves this machine" in capsys.readouterr().err


def test_the_child_s_trouble_becomes_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory, no arithmetic, or a sudden end."""
    work = modulus.plan(*equations(token(1), token(2)), 3)

    class Wire:
        def __init__(self, *messages: object) -> None:
            self.messages = list(messages)

        def poll(self, _: float) -> bool:
            return True

        def recv(self) -> object:
            if not self.messages:
                raise EOFError
            return self.messages.pop(0)

        def send(self, message: object) -> None:
            self.messages.append(message)

    def broken(error: BaseException):
        def divisor(*_: object) -> int:
            raise error

        return divisor

    for error, said in ((MemoryError(), "not enough memory"), (RuntimeError("install gmpy2"), "install gmpy2")):
        wire = Wire()
        monkeypatch.setattr(modulus, "divisor", broken(error))
        command._compute(wire, work)
        with pytest.raises(command.Failure, match=said):
            command._awaited(wire, lambda _: None, work)
    with pytest.raises(command.Failure, match="ended early"):
        command._awaited(Wire(modulus.Progress(0.5)), lambda _: None, work)


def test_the_bar_goes_on_while_the_child_is_silent() -> None:
    """By the clock, from what the powers took; never past the end, never back."""
    clock = iter([0.0, 2.0, 2.0, 32.0, 62.0, 900.0])
    meter = command.Meter(lambda: next(clock))

    assert meter.share() == 0
    meter.told(modulus.Progress(0.1, 30.0))
    shares = [meter.share() for _ in range(4)]

    assert shares == sorted(shares)
    assert shares[0] == 0.1
    assert 0.5 < shares[1] < 0.6
    assert shares[3] < 1
