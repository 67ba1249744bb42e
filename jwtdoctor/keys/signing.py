"""A private key that signs, and shows nothing of itself. Its file is read here, never written.

PKCS#1 (RFC 8017 §A.1.2), PKCS#8 (RFC 5208, RFC 5958), SEC 1 (RFC 5915), OpenSSH, PKCS#12 (RFC 7292), JWK (RFC 7517), as DER or in
text. Signatures as RFC 7518 §3 and RFC 8037 §3.1 want them.
"""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import gcd
from typing import Any, NamedTuple, NoReturn

from . import der, pem
from .binary import KEYSTORES
from .material import MAX_FILE, Locked, Material, Unlocking, Unreadable
from .private import OPENSSH

ACCEPTED = "one private key: PEM or DER (PKCS#8, PKCS#1, SEC 1), OpenSSH, PKCS#12 or a private JWK, encrypted or not"
_MOST_BITS = 16384
"""Of an RSA modulus: a signature with more takes seconds, and no provider takes it."""
_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "secp256r1": ("ES256",),
    "secp384r1": ("ES384",),
    "secp521r1": ("ES512",),
    "secp256k1": ("ES256K",),
    "Ed25519": ("EdDSA",),
    "Ed448": ("EdDSA",),
}
"""What a key of each type, or on each curve, can sign: RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2."""


class NotASigningKey(ValueError):
    """No private key that signs; the message says what it is instead, and what would be accepted."""


class LockedKey(NotASigningKey):
    """A private key under a passphrase that was not given, or another one than those given."""


class SigningKey:
    """A private key that signs. Its repr, its copies and its pickles show nothing secret: there are no copies and no pickles."""

    __slots__ = ("_private", "algorithms", "name", "public", "remark", "size", "type")

    def __init__(self, private: Any, public: Material, name: str, remark: str = "", pinned: str = "") -> None:
        self._private = private
        self.name = name
        """The label to show."""
        self.type = public.type
        """``RSA``, ``EC``, ``Ed25519``, ``Ed448``."""
        self.size = public.size
        """In bits."""
        self.public = public
        """The public half, fit to be given to the diagnosis as a certificate: nothing is held against it for being none."""
        self.remark = remark
        """One line on how the file is written, where other programs may stumble over it; else empty."""
        known = _ALGORITHMS.get(public.curve or public.type, ())
        self.algorithms = tuple(each for each in known if pinned in ("", each))
        """The values of ``alg`` that this key can sign, its usual one first."""

    def sign(self, alg: str, signing_input: bytes) -> bytes:
        """The signature over ``signing_input`` (ASCII of ``header.claims``, RFC 7515 §5.1). Raises ValueError for a misfit."""
        if alg not in self.algorithms:
            raise ValueError(f"this key ({_called(self.public)}) cannot sign {alg}; it signs {', '.join(self.algorithms)}")
        try:
            return _signature(self._private, alg, signing_input)
        except ValueError:
            raise ValueError(f"this key ({_called(self.public)}) is too short for {alg}, or damaged") from None

    def __repr__(self) -> str:
        """Type and size; the name may be a path, and the rest is secret."""
        return f"<SigningKey {_called(self.public)}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """A private key does not leave its process, and there is one of it."""
        raise TypeError("a signing key is neither copied nor pickled")


class _Found(NamedTuple):
    """A private key as it was found: the object, how it was written, and whether its JWK allows one ``alg`` only."""

    private: Any
    form: str
    encrypted: bool = False
    pinned: str = ""
    remark: str = ""

    def __repr__(self) -> str:
        return f"<{self.form} private key>"


def load(data: bytes, name: str, passphrases: Sequence[bytes] = ()) -> SigningKey:
    """The private key in ``data``; ``name`` is the label to show.

    Raises NotASigningKey for what is none, for several, and for a damaged one; LockedKey where a passphrase is missing or wrong.
    """
    if len(data) > MAX_FILE:
        raise NotASigningKey(f"it is larger than {MAX_FILE >> 20} MiB, which no key file is; accepted: {ACCEPTED}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _loaded(data, name, tuple(passphrases))
    except (NotASigningKey, KeyboardInterrupt, SystemExit):
        raise
    except Locked as locked:
        raise LockedKey(f"an encrypted private key: {locked}") from None
    except Unreadable as refused:
        raise NotASigningKey(f"{refused}; accepted: {ACCEPTED}") from None
    except BaseException as error:  # noqa: BLE001 - hostile DER: many kinds, and a panic in Rust is no Exception
        raise NotASigningKey(f"a key damaged in a way that its reader did not expect ({type(error).__name__})") from None


def _loaded(data: bytes, name: str, passphrases: tuple[bytes, ...]) -> SigningKey:
    found = _distinct(_candidates(data, Unlocking(passphrases)))
    if not found:
        raise NotASigningKey(f"{_instead(data)}; accepted: {ACCEPTED}")
    if len(found) > 1:
        raise NotASigningKey(f"it holds {len(found)} private keys, and which is meant cannot be told; accepted: {ACCEPTED}")
    private, public = found[0]
    key = SigningKey(private.private, _labelled(public, name, private), name, private.remark, private.pinned)
    _examine(key)
    return key


def _distinct(candidates: Iterator[_Found]) -> list[tuple[_Found, Material]]:
    """Each key once, with its public half: the same one often stands in a file twice."""
    from .public import described

    found: dict[str, tuple[_Found, Material]] = {}
    for each in candidates:
        public = described(each.private.public_key(), "public-key", each.form)
        found.setdefault(public.spki_sha256, (each, public))
    return list(found.values())


def _labelled(public: Material, name: str, found: _Found) -> Material:
    """Its public half as something that was not named as the certificate, so that nothing is held against its being none."""
    return public._replace(name=name, file=name, encrypted=found.encrypted, alg=found.pinned, candidate=True)


def _examine(key: SigningKey) -> None:
    """Refuse a key that signs no JWT, and one whose halves do not belong together. Raises NotASigningKey."""
    if key.type == "RSA" and key.size > _MOST_BITS:
        raise NotASigningKey(f"an RSA key of {key.size:,} bits; accepted: up to {_MOST_BITS:,}")
    if key.type == "RSA" and _is_bloated(key._private):
        raise NotASigningKey("a damaged private key: one of its numbers is longer than its modulus")
    if not key.algorithms:
        why = "whose JWK pins another `alg`" if key.public.alg else "that signs no JWT (RFC 7518 §3.1)"
        raise NotASigningKey(f"a key ({_called(key.public)}) {why}; accepted: RSA, EC, Ed25519 or Ed448")
    try:
        _verify(key.public.key, key.algorithms[0], key.sign(key.algorithms[0], b"examined"))
    except Exception:  # noqa: BLE001 - whatever goes wrong with halves of different keys
        raise NotASigningKey("a damaged private key: what it signs does not verify with its own public half") from None


def _is_bloated(private: Any) -> bool:
    """Whether a number of an RSA key is longer than its modulus: none is in a sound one, and each bit of it costs time to sign with."""
    numbers = private.private_numbers()
    each = (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers.e)
    return bool(max(each).bit_length() > numbers.public_numbers.n.bit_length())


def _verify(public: Any, alg: str, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    if alg.startswith("RS"):
        public.verify(signature, b"examined", padding.PKCS1v15(), _hash(alg))
    elif alg.startswith("PS"):
        public.verify(signature, b"examined", _pss(alg), _hash(alg))
    elif alg.startswith("ES"):
        r, s = (int.from_bytes(half, "big") for half in (signature[: len(signature) // 2], signature[len(signature) // 2 :]))
        public.verify(utils.encode_dss_signature(r, s), b"examined", ec.ECDSA(_hash(alg)))
    else:
        public.verify(signature, b"examined")


def _called(public: Material) -> str:
    """``RSA 2048``, ``EC secp256r1``, ``Ed25519``."""
    return f"{public.type} {public.curve or public.size}" if public.type in ("RSA", "EC", "DSA") else public.type


# --- signatures ----------------------------------------------------------------------------------------------------------


def _signature(private: Any, alg: str, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    if alg.startswith("RS"):
        return bytes(private.sign(data, padding.PKCS1v15(), _hash(alg)))
    if alg.startswith("PS"):
        return bytes(private.sign(data, _pss(alg), _hash(alg)))
    if alg.startswith("ES"):
        return _fixed(private.sign(data, ec.ECDSA(_hash(alg))), (private.key_size + 7) // 8)
    return bytes(private.sign(data))


def _hash(alg: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    made: dict[str, Any] = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
    return made[alg[2:5]]()


def _pss(alg: str) -> Any:
    """RFC 7518 §3.5: the mask's hash is the signature's, and the salt is as long as the hash."""
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = _hash(alg)
    return padding.PSS(padding.MGF1(digest), digest.digest_size)


def _fixed(signature: bytes, size: int) -> bytes:
    """ECDSA's two numbers one after the other, each as long as the curve's order: RFC 7518 §3.4."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    return b"".join(each.to_bytes(size, "big") for each in decode_dss_signature(signature))


# --- files ---------------------------------------------------------------------------------------------------------------


def _candidates(data: bytes, unlocking: Unlocking) -> Iterator[_Found]:
    """Every private key in a file. Raises Unreadable and Locked for one that cannot be read."""
    from .text import decoded

    if data.startswith(OPENSSH) or der.kind_of(data):
        yield from _binary(data, unlocking, "der")
        return
    text = decoded(data)
    document = _json(text)
    if document is not None:
        yield from _jwks(document)
    remark = _ESCAPED if document is None and "\\n" in text and "\n" not in text.strip() else ""
    for block in pem.blocks(text):
        for each in _block(block, unlocking):
            yield each._replace(remark=remark or each.remark)
    if "-----" not in text and document is None:
        yield from _bare(text, unlocking)


_ESCAPED = (
    "its line breaks are written as the two characters \\n, which most libraries refuse; it was read here all the same "
    "(put real line breaks in, or replace \\n before the key is used)"
)


def _block(block: pem.Block, unlocking: Unlocking) -> Iterator[_Found]:
    """The private key of one PEM block; blocks of other kinds are passed over."""
    if not pem.holds_private_key(block):
        return
    label, data, cipher, vector = pem.inside(block)
    if cipher:
        yield _traditional(pem.Inside(label, data, cipher, vector), unlocking)
        return
    found = list(_binary(data, unlocking, "pem"))
    if not found:
        raise Unreadable(f"a PEM block of type {block.label} with no private key in it, or a damaged one")
    yield from found


def _binary(data: bytes, unlocking: Unlocking, form: str) -> Iterator[_Found]:
    """One private key in DER, PKCS#12 or OpenSSH's own bytes; nothing for what is something else."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    def opened(passphrase: bytes | None) -> Any:
        return load_der_private_key(data, passphrase, unsafe_skip_rsa_key_validation=True)

    kind = "openssh" if data.startswith(OPENSSH) else der.kind_of(data)
    if kind == "private-key":
        yield _Found(_told(lambda: opened(None), data), form)
    elif kind == "encrypted-private-key":
        yield _Found(_told(lambda: unlocking.attempt(opened, der.rounds(data)), data), form, True)
    elif kind == "openssh":
        yield _openssh(data, unlocking)
    elif kind == "pkcs12":
        yield from _pkcs12(data, unlocking)


def _told(load: Callable[[], Any], data: bytes) -> Any:
    """What ``load`` brings; its complaints in words of ours. Raises Unreadable and Locked."""
    from cryptography.exceptions import UnsupportedAlgorithm

    from .certificate import damaged

    try:
        return load()
    except Unreadable:
        raise
    except UnsupportedAlgorithm:
        raise Unreadable("a private key of a type, curve or cipher that is not known here") from None
    except (ValueError, TypeError):
        raise Unreadable(damaged("private key", data)) from None


def _traditional(inside: pem.Inside, unlocking: Unlocking) -> _Found:
    """The encryption of PEM itself, as OpenSSL has long written it."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from .private import traditional_pem

    written = traditional_pem(inside.label, inside.cipher, inside.vector, inside.data)

    def opened(passphrase: bytes | None) -> Any:
        return load_pem_private_key(written, passphrase, unsafe_skip_rsa_key_validation=True)

    if not inside.data or len(inside.data) % 8:
        raise Unreadable("an encrypted private key that was cut off: its length fits no cipher")
    return _Found(_told(lambda: unlocking.attempt(opened), inside.data), "pem", True)


def _openssh(data: bytes, unlocking: Unlocking) -> _Found:
    """OpenSSH's own format; its encrypted keys need the package bcrypt for the derivation."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    from .private import bcrypt_rounds, openssh

    encrypted = openssh(data).encrypted
    rounds = bcrypt_rounds(data) if encrypted else 0
    if rounds > _MOST_BCRYPT_ROUNDS:
        raise Unreadable(f"not read: its passphrase is stretched by more than {_MOST_BCRYPT_ROUNDS:,} rounds of bcrypt")
    armour = b"-----%s OPENSSH PRIVATE KEY-----\n"
    written = armour % b"BEGIN" + base64.encodebytes(data) + armour % b"END"

    def opened(passphrase: bytes | None) -> Any:
        return load_ssh_private_key(written, passphrase, unsafe_skip_rsa_key_validation=True)

    try:
        if encrypted:
            work = rounds * _BCRYPT_WEIGHT
            return _Found(unlocking.attempt(opened, work), "openssh", True)
        return _Found(opened(None), "openssh")
    except UnsupportedAlgorithm as error:
        raise Unreadable(
            _NO_BCRYPT if "bcrypt" in str(error) else "an OpenSSH key of a type or cipher that is not known here"
        ) from None
    except Unreadable:
        raise
    except (ValueError, TypeError):
        raise Unreadable("an OpenSSH private key that was cut off or is damaged") from None


_MOST_BCRYPT_ROUNDS = 512
"""ssh-keygen takes 16 to 24 where nobody asks for more (``-a``); each takes some milliseconds, for every passphrase."""


_BCRYPT_WEIGHT = 10_000
"""Rounds of PBKDF2 that take about as long as one of bcrypt's."""


_NO_BCRYPT = (
    "an encrypted OpenSSH key, for which the package bcrypt is needed (pip install 'jwtdoctor[openssh]'); "
    "or write it as PKCS#8 (ssh-keygen -p -m PKCS8 -f COPY-OF-THE-KEY)"
)


def _pkcs12(data: bytes, unlocking: Unlocking) -> Iterator[_Found]:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    from .containers import refuse_giant

    refuse_giant(data)
    bag = _told(lambda: unlocking.attempt(lambda passphrase: load_pkcs12(data, passphrase), der.rounds(data), (None, b"")), data)
    if bag.key is None:
        raise Unreadable("a PKCS#12 container without a private key")
    yield _Found(bag.key, "pkcs12", True)


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_STANDARD = str.maketrans("-_", "+/")


def _bare(text: str, unlocking: Unlocking) -> Iterator[_Found]:
    """Base64 without BEGIN and END, of DER or of a whole PEM, as it stands in variables of pipelines."""
    characters = "".join(text.split()).strip("\"'")
    if not _BASE64.fullmatch(characters):
        return
    data = base64.b64decode(characters.rstrip("=").translate(_STANDARD) + "===")
    if b"PRIVATE KEY-----" in data or data.lstrip()[:1] == b"{":
        yield from _candidates(data, unlocking)
    else:
        yield from _binary(data, unlocking, "base64")


# --- JWK -----------------------------------------------------------------------------------------------------------------


def _json(text: str) -> Any:
    """The document when the whole text is JSON."""
    if text.lstrip("\ufeff \t\n")[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _jwks(document: Any) -> Iterator[_Found]:
    """The private keys of a JWK or JWKS."""
    listed = document.get("keys") if isinstance(document, dict) and "kty" not in document else [document]
    private = (
        [each for each in listed if isinstance(each, dict) and "kty" in each and "d" in each] if isinstance(listed, list) else []
    )
    if len(private) > _MOST_KEYS:
        raise Unreadable(f"{len(private)} private keys in one JWKS, and which is meant cannot be told")
    for each in private:
        yield _jwk(each)


_MOST_KEYS = 16
"""Private keys of one file that are looked at; more than one is not used anyway."""


def _jwk(jwk: Mapping[str, Any]) -> _Found:
    """One private JWK. Raises Unreadable."""
    from .jwk import may_verify

    if not may_verify(jwk):
        raise Unreadable("a JWK that says it is not for signatures (`use` or `key_ops`, RFC 7517 §4.2, §4.3)")
    try:
        private = {"RSA": _jwk_rsa, "EC": _jwk_ec, "OKP": _jwk_okp}[str(jwk["kty"])](jwk)
    except KeyError:
        raise Unreadable("a private JWK of a type or curve that is not known here") from None
    except (ValueError, TypeError) as error:
        told = str(error)
        raise Unreadable(
            told if told.startswith("the JWK") else "a private JWK that is damaged: its numbers are no key"
        ) from None
    alg = jwk.get("alg")
    return _Found(private, "jwk", pinned=alg if isinstance(alg, str) else "")


def _jwk_rsa(jwk: Mapping[str, Any]) -> Any:
    """RFC 7518 §6.3.2: the primes may be left out, and are found again from the exponents."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    from .jwk import number

    n, e, d = (number(jwk, each) for each in ("n", "e", "d"))
    if n.bit_length() > _MOST_BITS:
        raise ValueError(f"the JWK is an RSA key of {n.bit_length():,} bits")
    if max(d, e) > n:
        raise ValueError("the JWK is no RSA key: `d` or `e` is larger than `n`")
    p, q = (number(jwk, "p"), number(jwk, "q")) if "p" in jwk and "q" in jwk else _primes(n, e, d)
    if max(p, q) > n or p * q != n:
        raise ValueError("the JWK is no RSA key: `p` and `q` do not make `n`")
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), rsa.RSAPublicNumbers(e, n)
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _primes(n: int, e: int, d: int) -> tuple[int, int]:
    """The primes from the exponents. Raises ValueError where they do not belong together, or it would take too long to find out."""
    if n.bit_length() > _MOST_RECOVERED_BITS or e.bit_length() > 64:
        raise ValueError(
            f"the JWK lacks `p` and `q`, which are not looked for in a key of more than {_MOST_RECOVERED_BITS:,} bits"
        )
    # The library tries hundreds of powers where there is nothing to be found, as with a prime for `n`.
    multiple = d * e - 1
    if n % 2 == 0 or multiple <= 0:
        raise ValueError("the JWK is no RSA key: `d` does not undo `e`")
    twos = (multiple & -multiple).bit_length() - 1
    for base in _BASES:
        root = pow(base, multiple >> twos, n)
        for _ in range(twos):
            before, root = root, root * root % n
            if root == 1 and before not in (1, n - 1):
                return gcd(before - 1, n), n // gcd(before - 1, n)
        if root != 1:
            raise ValueError("the JWK is no RSA key: `d` does not undo `e`")
    raise ValueError("the JWK is no RSA key: its `n` is not the product of two primes")


_MOST_RECOVERED_BITS = 4096
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
"""Each finds the primes of a sound key in one case of two at least (NIST SP 800-56B, appendix C)."""


def _jwk_ec(jwk: Mapping[str, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    from .jwk import curve_of, number

    curve = curve_of(jwk)
    if curve is None:
        raise KeyError("crv")
    public = ec.EllipticCurvePublicNumbers(number(jwk, "x"), number(jwk, "y"), curve)
    return ec.EllipticCurvePrivateNumbers(number(jwk, "d"), public).private_key()


def _jwk_okp(jwk: Mapping[str, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

    from .jwk import octets

    kinds: dict[str, Any] = {"Ed25519": ed25519.Ed25519PrivateKey, "Ed448": ed448.Ed448PrivateKey}
    private = kinds[str(jwk["crv"])].from_private_bytes(octets(jwk, "d"))
    if private.public_key().public_bytes_raw() != octets(jwk, "x"):
        raise ValueError("the JWK's `x` is not the public half of its `d`")
    return private


# --- what is no private key -----------------------------------------------------------------------------------------------

_KINDS = {
    "certificate": "this is a certificate: it holds the public half, and signing needs the private key it was made with",
    "public-key": "this is a public key, and signing needs the private one",
    "csr": "this is a certificate request, and signing needs the private key it was made with",
    "secret": "this is a shared secret (an oct JWK), and the assertion is signed with a private key",
    "token": "this is a JWT, and signing needs the private key",
}


def _instead(data: bytes) -> str:
    """What the file is, in words."""
    from . import read

    if data.startswith(KEYSTORES):
        return "a Java keystore (keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12 makes PKCS#12 of it)"
    found = read(data, "key")
    told = next((_KINDS[each.kind] for each in found if each.kind in _KINDS), "")
    return told or next((each.why for each in found if each.why), "") or "no private key is in it"
