"""The matrix of signature faults: every fault is made for real, under every algorithm that can have it, and diagnosed.

``python tests/signature_matrix.py`` prints it. A cell says what the diagnosis named; ``one of`` marks what cannot be told apart
without more material, with the set that remains. ``test_signature_matrix.py`` holds every cell to what is promised here.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import minting
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from minting import b64u, compact

from jwtdoctor import diagnose

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "EdDSA")
NOW = minting.FROZEN_NOW
CLAIMS = {**minting.CLAIMS, "aud": "https://test.salesforce.com", "name": "Zoë ~~~???"}
SECRET = b"8F1C33C9A27E4D60B5E2F7A9D0C4B1E6A7D8F9E0B1C2D3E4F5A6B7C8D9E0F1A2\n"

NAMES = {
    "key": "signature-wrong-key",
    "bytes": "signature-wrong-bytes",
    "encoding": "signature-encoding",
    "hmac": "alg-hs256",
    "cut": "token-malformed",
}
UNDECIDED = "one of signature-wrong-bytes, signature-wrong-key"


@functools.cache
def key(family: str, name: str = "match") -> Any:
    """A throwaway private key for a family of algorithms."""
    if family == "ES":
        return ec.generate_private_key(ec.SECP256R1())
    if family == "Ed":
        return ed25519.Ed25519PrivateKey.generate()
    return minting.key(name)


def public(private: Any) -> bytes:
    """Its public half as PEM."""
    return private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Make(NamedTuple):
    """What goes into one token; faults replace parts of it."""

    alg: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    private: Any
    certificate: bytes

    @property
    def family(self) -> str:
        """``RS``, ``PS``, ``ES``, ``Ed``."""
        return self.alg[:2]

    @property
    def data(self) -> bytes:
        """The JWS signing input."""
        return f"{b64u(compact(self.header))}.{b64u(compact(self.claims))}".encode()

    def sign(self, data: bytes) -> bytes:
        """A faultless signature over ``data``."""
        return signed(self.alg, self.private, data)

    def token(self, signature: bytes, data: bytes | None = None) -> str:
        """The compact token."""
        return f"{(data or self.data).decode()}.{b64u(signature)}"


HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def signed(alg: str, private: Any, data: bytes, digest: hashes.HashAlgorithm | None = None) -> bytes:
    """RFC 7518 §3.3 to §3.5, RFC 8037 §3.1."""
    digest = digest or HASHES.get(alg[2:], hashes.SHA256())
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        size = (private.curve.key_size + 7) // 8
        return b"".join(each.to_bytes(size, "big") for each in decode_dss_signature(private.sign(data, ec.ECDSA(digest))))
    if alg.startswith("PS"):
        return private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return private.sign(data, padding.PKCS1v15(), digest)


def healthy(alg: str) -> Make:
    """A good token's parts for an algorithm."""
    private = key(alg[:2])
    return Make(alg, {"alg": alg, "typ": "JWT"}, CLAIMS, private, public(private))


class Given(NamedTuple):
    """What the user gives."""

    token: str
    certificates: tuple[bytes, ...] = ()
    secrets: tuple[tuple[str, bytes], ...] = ()
    beside: tuple[str, ...] = ()


Fault = Callable[[Make], Given | str]


class Kind:
    """One row: how the fault is made, where it exists, and what must be named, by family or for all."""

    def __init__(self, title: str, make: Fault, told: Mapping[str, str] | str, search: bool = False) -> None:
        self.title = title
        self.make = make
        self.told = told
        self.search = search


RSA, ALL = ("RS", "PS"), ("RS", "PS", "ES", "Ed")


def on(families: tuple[str, ...], told: str, **others: str) -> dict[str, str]:
    """The same promise for several families, another for some."""
    return {**dict.fromkeys(families, told), **others}


def over(change: Callable[[Make], bytes]) -> Fault:
    """A signature of the right key over other bytes."""
    return lambda make: make.token(make.sign(change(make)))


def before(**changes: Any) -> Fault:
    """Signed with other claims; ``None`` takes a claim out."""

    def fault(make: Make) -> str:
        claims = {name: value for name, value in {**make.claims, **changes}.items() if value is not None}
        return make.token(make.sign(make._replace(claims=claims).data))

    return fault


def written(change: Callable[[bytes], str]) -> Fault:
    """A faultless signature, written wrongly."""
    return lambda make: f"{make.data.decode()}.{change(make.sign(make.data))}"


def lucky(wanted: Callable[[bytes], bool], change: Callable[[bytes], str]) -> Fault:
    """As ``written``, with further tokens until the signature can have the fault."""

    def fault(make: Make) -> str:
        for attempt in range(20_000):
            tried = make._replace(claims={**make.claims, "jti": str(attempt)})
            signature = tried.sign(tried.data)
            if wanted(signature):
                return f"{tried.data.decode()}.{change(signature)}"
        raise AssertionError("no token has that fault")

    return fault


def respelled(**style: Any) -> Fault:
    """Signed as another JSON encoder writes it."""

    def change(make: Make) -> bytes:
        parts = (json.dumps(part, **{"separators": (",", ":"), **style}) for part in (make.header, make.claims))
        return ".".join(b64u(part.encode()) for part in parts).encode()

    return over(change)


def slashes(make: Make) -> bytes:
    """The claims as PHP's encoder writes them."""
    header, claims = (compact(part).replace(b"/", b"\\/") for part in (make.header, make.claims))
    return f"{b64u(header)}.{b64u(claims)}".encode()


def reordered(make: Make) -> bytes:
    """The claims in an order that no encoder sorts them into."""
    names = list(make.claims)
    return make._replace(claims={name: make.claims[name] for name in names[2:] + names[:2]}).data


def unround(make: Make) -> Make:
    """The same with claims whose base64 has padding."""
    lengths = (make._replace(claims={**make.claims, "jti": "x" * more}) for more in range(3))
    return next(each for each in lengths if len(compact(each.claims)) % 3)


def padded(data: bytes) -> bytes:
    """Each part with its ``=``."""
    return b".".join(part + b"=" * (-len(part) % 4) for part in data.split(b"."))


def pss(digest: hashes.HashAlgorithm, mask: hashes.HashAlgorithm, salt: int) -> Fault:
    """RSASSA-PSS with parameters of one's own."""
    return lambda make: make.token(make.private.sign(make.data, padding.PSS(padding.MGF1(mask), salt), digest))


def hs(secret: Callable[[Make], bytes], *, header: bool, given: tuple[tuple[str, bytes], ...] = ()) -> Fault:
    """HMAC with some text as the secret; with ``header`` the token says HS256."""

    def fault(make: Make) -> Given:
        made = make._replace(header={**make.header, "alg": "HS256"}) if header else make
        signature = hmac.new(secret(make), made.data, "sha256").digest()
        return Given(made.token(signature), (make.certificate,), given)

    return fault


def raw(inside: Callable[[bytes], bytes]) -> Fault:
    """PKCS#1 v1.5 padding around something that is no DigestInfo as it should be."""
    return lambda make: make.token(minting._bare_block(inside(make.data), make.private))


def scrambled(text: str) -> str:
    """Many characters of a text are others."""
    chance = random.Random(4)
    return "".join(
        chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij") if at % 3 and at < len(text) - 2 else each
        for at, each in enumerate(text)
    )


def other_key(make: Make) -> str:
    """Signed by another key of the same kind and size."""
    return make.token(signed(make.alg, key(make.family, "other") if make.family in RSA else another(make.family), make.data))


@functools.cache
def another(family: str) -> Any:
    """Another elliptic-curve key."""
    return ec.generate_private_key(ec.SECP256R1()) if family == "ES" else ed25519.Ed25519PrivateKey.generate()


def previous_pair(make: Make) -> Given:
    """Signed by the key of a previous pair, whose certificate is at hand as well."""
    old = key(make.family, "other") if make.family in RSA else another(make.family)
    return Given(make.token(signed(make.alg, old, make.data)), (make.certificate, public(old)))


def copied(make: Make) -> tuple[str, str]:
    """A token with the signature of another one, and that other."""
    other = make._replace(claims={**make.claims, "sub": "somebody.else@acme-demo.example", "iss": minting.ISS[::-1]})
    signature = make.sign(other.data)
    return make.token(signature), other.token(signature)


def of_type(private: Callable[[], Any], alg: str) -> Fault:
    """Signed by a key of another type or size, the header as it was."""
    return lambda make: make.token(signed(alg, private(), make.data))


B = NAMES["bytes"]
KINDS: tuple[Kind, ...] = (
    Kind("nothing", over(lambda m: m.data), "valid"),
    Kind("another key", other_key, on(RSA, "signature-wrong-key/other-key", ES=UNDECIDED, Ed=UNDECIDED)),
    Kind("key of a previous pair, both certificates given", previous_pair, "valid, signature-wrong-key/key-of-another"),
    Kind("key of another size", of_type(lambda: minting.key("rsa3072"), "RS256"), on(RSA, "signature-wrong-key/other-size")),
    Kind(
        "key of another type",
        lambda m: of_type(lambda: key("RS") if m.family in ("ES", "Ed") else key("ES"), "RS256" if m.family in ("ES", "Ed") else "ES256")(m),
        "signature-wrong-key/other-type",
    ),
    Kind("`aud` edited", before(aud="https://login.salesforce.com"), f"{B}/edited", search=True),
    Kind("`exp` moved by an hour", before(exp=NOW - 3420), f"{B}/edited", search=True),
    Kind("`exp` moved by any number of seconds", before(exp=NOW - 7013), on(RSA, f"{B}/edited", ES=UNDECIDED, Ed=UNDECIDED), search=True),
    Kind("`exp` was in milliseconds", before(exp=(NOW + 180) * 1000), f"{B}/edited", search=True),
    Kind("`sub` had a sandbox suffix", before(sub=f"{minting.SUB}.uat"), f"{B}/edited", search=True),
    Kind("`iss` mistyped", before(iss=minting.ISS[:-1] + "x"), on(RSA, f"{B}/edited"), search=True),
    Kind("a claim added", lambda m: before(scope=None)(m._replace(claims={**m.claims, "scope": "api"})), f"{B}/added", search=True),
    Kind("a claim taken out", before(iat=NOW), f"{B}/dropped", search=True),
    Kind("`aud` and `exp` edited", before(aud="https://login.salesforce.com", exp=NOW), f"{B}/edited", search=True),
    Kind("edited beyond what a search finds", before(iss=minting.ISS[::-1]), on(RSA, f"{B}/other-bytes", ES=UNDECIDED, Ed=UNDECIDED), search=True),
    Kind("signature of another token, given beside", lambda m: Given(copied(m)[0], (m.certificate,), beside=(copied(m)[1],)), f"{B}/other-token"),
    Kind("signature of another token", lambda m: copied(m)[0], on(RSA, f"{B}/other-bytes", ES=UNDECIDED, Ed=UNDECIDED)),
    Kind(
        "another hash",
        lambda m: m.token(signed(m.alg, m.private, m.data, hashes.SHA384() if m.alg != "RS384" else hashes.SHA256())),
        {"RS": f"{B}/other-hash", "PS": f"{B}/pss-other-hash", "ES": f"{B}/other-hash"},
    ),
    Kind("SHA-1", lambda m: m.token(m.private.sign(m.data, padding.PKCS1v15(), hashes.SHA1())), {"RS": f"{B}/other-hash"}),
    Kind("PSS instead of PKCS#1 v1.5", lambda m: m.token(signed("PS" + m.alg[2:], m.private, m.data)), {"RS": f"{B}/pss"}),
    Kind("PKCS#1 v1.5 instead of PSS", lambda m: m.token(signed("RS256", m.private, m.data)), {"PS": f"{B}/pkcs1"}),
    Kind("PSS with the longest salt", pss(hashes.SHA256(), hashes.SHA256(), padding.PSS.MAX_LENGTH), {"PS": f"{B}/pss-salt"}),  # type: ignore[arg-type]
    Kind("PSS with SHA3-256", pss(hashes.SHA3_256(), hashes.SHA3_256(), 32), {"PS": f"{B}/pss-other-hash"}),
    Kind("PSS without salt", pss(hashes.SHA256(), hashes.SHA256(), 0), {"PS": f"{B}/pss-salt"}),
    Kind("PSS masked with SHA-1", pss(hashes.SHA256(), hashes.SHA1(), 32), {"PS": f"{B}/pss-mask"}),
    Kind("the bare digest, without DigestInfo", raw(lambda data: hashlib.sha256(data).digest()), {"RS": f"{B}/no-digest-info"}),
    Kind("the text itself, without a hash", raw(lambda data: data[:100]), {"RS": f"{B}/raw-bytes"}),
    Kind("no padding", lambda m: m.token(minting._raw(hashlib.sha256(m.data).digest(), m.private)), {"RS": f"{B}/no-padding"}),
    Kind("hashed twice", over(lambda m: hashlib.sha256(m.data).digest()), f"{B}/hashed-twice"),
    Kind("the digest in hexadecimal hashed", over(lambda m: hashlib.sha256(m.data).hexdigest().encode()), f"{B}/hashed-twice"),
    Kind("the claims alone signed", over(lambda m: m.data.split(b".")[1]), f"{B}/payload-only"),
    Kind("the claims' JSON alone signed", over(lambda m: compact(m.claims)), f"{B}/payload-only"),
    Kind("the decoded JSON signed", over(lambda m: compact(m.header) + b"." + compact(m.claims)), f"{B}/decoded"),
    Kind("padded parts signed", lambda m: over(lambda made: padded(made.data))(unround(m)), f"{B}/padded"),
    Kind("a line break at the end signed", over(lambda m: m.data + b"\n"), f"{B}/newline"),
    Kind("a dot at the end signed", over(lambda m: m.data + b"."), f"{B}/trailing-dot"),
    Kind("both parts without the dot signed", over(lambda m: m.data.replace(b".", b"")), f"{B}/no-dot"),
    Kind("standard base64 signed", over(lambda m: padded(m.data).translate(bytes.maketrans(b"-_", b"+/"))), f"{B}/before-url-safe"),
    Kind("UTF-16 signed", over(lambda m: m.data.decode().encode("utf-16-le")), f"{B}/utf16"),
    Kind("b'…' signed", over(lambda m: f"{m.data!r}".encode()), f"{B}/text-of-bytes"),
    Kind("signed with spaces in the JSON", respelled(separators=(", ", ": ")), f"{B}/rewritten"),
    Kind("signed with sorted members", respelled(sort_keys=True), f"{B}/rewritten"),
    Kind("signed indented", respelled(indent=2, separators=(",", ": ")), f"{B}/rewritten", search=True),
    Kind("signed with escaped slashes", over(slashes), f"{B}/rewritten"),
    Kind("signed with plain non-ASCII letters", respelled(ensure_ascii=False), f"{B}/rewritten"),
    Kind("signed with claims in another order", over(reordered), f"{B}/rewritten", search=True),
    Kind("DER instead of r and s", lambda m: m.token(m.private.sign(m.data, ec.ECDSA(hashes.SHA256()))), {"ES": "signature-encoding/der"}),
    Kind(
        "r and s not filled up",
        lucky(lambda s: not s[0], lambda s: b64u(s[:32].lstrip(b"\0") + s[32:])),
        {"ES": "signature-encoding/unpadded"},
    ),
    Kind("leading zero lost", lucky(lambda s: not s[0], lambda s: b64u(s.lstrip(b"\0"))), on(RSA, "signature-encoding/leading-zero-lost")),
    Kind("a zero byte before it", lucky(lambda s: s[0] > 127, lambda s: b64u(b"\0" + s)), on(RSA, "signature-encoding/leading-zero-added")),
    Kind("bytes in reverse order", written(lambda s: b64u(s[::-1])), on(RSA, "signature-encoding/reversed")),
    Kind("r and s in reverse order", written(lambda s: b64u(s[:32][::-1] + s[32:][::-1])), {"ES": "signature-encoding/reversed"}),
    Kind("base64 in base64", written(lambda s: b64u(base64.b64encode(s))), "signature-encoding/base64-twice"),
    Kind("hexadecimal in base64", written(lambda s: b64u(s.hex().encode())), "signature-encoding/hex"),
    Kind("hexadecimal", written(lambda s: s.hex()), "signature-encoding/hex-text"),
    Kind("`+` turned into space", lucky(lambda s: b"-" in b64u(s)[4:-4].encode(), lambda s: b64u(s).replace("-", " ")), "signature-encoding/plus-to-space"),
    Kind("standard base64 with padding", lucky(
        lambda s: {"+", "/"} <= set(base64.b64encode(s).decode()), lambda s: base64.b64encode(s).decode()
    ), "signature-encoding/padding, signature-encoding/standard-alphabet"),
    Kind("cut short", written(lambda s: b64u(s[: len(s) // 2 - 5])), "token-malformed/odd-size"),
    Kind("the last two characters lost", written(lambda s: b64u(s)[:-2]), "signature-encoding/damaged", search=True),
    Kind("one character is another", written(lambda s: b64u(s)[:20] + ("A" if b64u(s)[20] != "A" else "B") + b64u(s)[21:]), "signature-encoding/damaged", search=True),
    Kind("many characters are others", written(lambda s: scrambled(b64u(s))), on(RSA, "signature-wrong-key/other-key", ES=UNDECIDED, Ed=UNDECIDED)),
    Kind("HMAC with the certificate's text, header HS256", hs(lambda m: m.certificate, header=True), on(RSA, "alg-hs256/secret")),
    Kind("HMAC with the certificate's text, header as before", hs(lambda m: m.certificate, header=False), on(RSA, "alg-hs256/secret")),
    Kind("HMAC with the private key's text", hs(lambda m: minting.private_pem(), header=True, given=(("server.key", minting.private_pem()),)), on(RSA, "alg-hs256/secret")),
    Kind("HMAC with the consumer secret, given as a file", hs(lambda m: SECRET.strip(), header=True, given=(("secret.txt", SECRET),)), on(RSA, "alg-hs256/secret")),
    Kind("HMAC with a secret not given", hs(lambda m: b"who knows", header=False), on(RSA, "alg-hs256/looks")),
)  # fmt: skip


def told_of(given: Given | str, make: Make, *, search: bool) -> str:
    """What the diagnosis names about the signature: rule and wording of each finding, or what remains."""
    if isinstance(given, str):
        given = Given(given)
    (result,) = diagnose(
        given.token,
        certificates=given.certificates or (make.certificate,),
        profile="salesforce",
        now=NOW,
        secrets=given.secrets,
        beside=given.beside,
        search=(lambda tried: tried < CANDIDATES) if search else (lambda tried: False),
    ).results[:1]
    assert not result.broke
    found = sorted({f"{f.rule}/{f.variant}" for f in result.findings if f.rule in (*NAMES.values(), "signature-undecided")})
    if any(f.rule == "signature-undecided" for f in result.findings):
        assert result.signature.remains
        assert result.signature.reason is None
        return f"one of {', '.join(sorted(result.signature.remains))}"
    found = [each for each in found if each not in ("token-malformed/wrapped-paste",)]
    return ", ".join([*(["valid"] if result.signature.status == "valid" else []), *found]) or result.signature.status


def cells() -> Iterator[tuple[Kind, str, str]]:
    """Kind, algorithm and promise of every cell that exists."""
    for kind in KINDS:
        for alg in ALGORITHMS:
            promised = kind.told if isinstance(kind.told, str) else kind.told.get(alg[:2])
            if promised is not None:
                yield kind, alg, promised


CANDIDATES = 400_000
"""Of a search: about a second's worth; a verification counts sixteen."""


@functools.cache
def outcome(kind: Kind, alg: str) -> str:
    """Make the fault and say what the diagnosis names."""
    make = healthy(alg)
    return told_of(kind.make(make), make, search=kind.search)


SHORT = {
    "signature-wrong-key": "key",
    "signature-wrong-bytes": "bytes",
    "signature-encoding": "encoding",
    "token-malformed": "malformed",
    "alg-hs256": "hmac",
}


def short(told: str) -> str:
    """A cell's text."""
    if told.startswith("one of"):
        return "one of " + " | ".join(SHORT[each] for each in told.removeprefix("one of ").split(", "))
    return ", ".join(
        f"{SHORT.get(rule, rule)}{slash}{variant}" for rule, slash, variant in (each.partition("/") for each in told.split(", "))
    )


def table() -> str:
    """The whole matrix as text, made afresh."""
    rows = [["fault", *ALGORITHMS]]
    found = {(kind.title, alg): outcome(kind, alg) for kind, alg, _ in cells()}
    for kind in KINDS:
        rows.append([kind.title, *(short(found[kind.title, alg]) if (kind.title, alg) in found else "-" for alg in ALGORITHMS)])
    return "".join(f"{line}\n" for line in _grouped(rows))


def _grouped(rows: list[list[str]]) -> Iterator[str]:
    """One line per fault where all algorithms agree, else one per answer: six wide columns would not fit a terminal."""
    width = max(len(row[0]) for row in rows)
    yield f"{rows[0][0]:<{width}}  answer"
    for title, *answers in rows[1:]:
        groups: dict[str, list[str]] = {}
        for alg, told in zip(ALGORITHMS, answers, strict=True):
            groups.setdefault(told, []).append(alg)
        for index, (told, algs) in enumerate(each for each in groups.items() if each[0] != "-"):
            yield f"{title if not index else '':<{width}}  {told:<34} {' '.join(algs)}"


if __name__ == "__main__":
    sys.stdout.write(table())
    sys.stdout.write(f"\n{len(KINDS)} kinds of fault, {sum(1 for _ in cells())} cells\n")
