"""Why does this signature not verify? What its maker did, as far as key, bytes and writing can be told apart.

With the public key an RSA signature can be opened (RFC 8017), so *another key* and *other bytes* are two findings. An
elliptic-curve signature tells only yes or no to each question (RFC 6979 and FIPS 186-5 leave nothing to open), so there one
asks many: every answer *yes* is proof, and what no question answers is reported as undecided.

Nothing here is done for a signature that verifies.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from .. import oracle
from ..decode import Token
from ..keys import Material
from .covered import Covered, covered
from .edits import Change, GoOn, Known, search
from .opened import Opened, open_rsa
from .secret import signer
from .shape import SIZES, Shape, hash_name, plain_ecdsa

Fault = Literal["key", "bytes", "encoding", "hmac", "undecided", "unfit"]

MOST_KEYS = 1000
"""Keys under which one signature is examined."""
_SEARCHED_KEYS = 3
"""Keys under which a damaged signature is searched for."""
_COST_OF_VERIFYING = 16
"""Candidates of a hash that take as long as one verification."""
_AT_ONCE, _AT_ONCE_SLOW = 64, 40
"""Bytes that an elliptic-curve signature is asked for without any search: a question costs some eighty microseconds on the quick
curves, half a millisecond on the others."""
_QUICK = frozenset({"secp256r1", ""})
"""The curve that OpenSSL computes quickly, and the Edwards curves, which go without a name here."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HASHES = ("sha256", "sha384", "sha512", "sha1")


class Autopsy(NamedTuple):
    """What was found out."""

    fault: Fault
    """``key``: another key made it. ``bytes``: this key, over or in another way than the token says. ``encoding``: this key and
    these bytes, but the signature is written wrongly. ``hmac``: a shared secret. ``undecided``. ``unfit``: it cannot be examined."""
    variant: str = ""
    material: Material | None = None
    """Whose key it is; for ``key`` and ``undecided``, the one it was compared with."""
    hash: str = ""
    detail: str = ""
    changes: tuple[Change, ...] = ()
    tried: int = 0
    """Candidates of the search for an edit."""
    finished: bool = True
    writing: str = ""
    """How the JSON was written otherwise when it was signed."""
    how: str = ""
    """Name of a further wording: the signing itself differed as well from what the header says."""


class Evidence(NamedTuple):
    """All that an autopsy may look at."""

    token: Token
    alg: str
    keys: tuple[Material, ...]
    wrapped: Shape
    secrets: tuple[tuple[str, str | bytes], ...] = ()
    """Names and contents of texts that may have served as an HMAC secret."""
    others: tuple[bytes, ...] = ()
    """JWS signing inputs of other tokens at hand."""
    spaced: bytes | None = None
    """The signature with the spaces of the paste read as ``+``."""
    known: Known = Known()
    go_on: GoOn = lambda tried: False


def autopsy(evidence: Evidence) -> Autopsy:
    """Find out why the signature of ``evidence`` verifies with none of the keys."""
    evidence = evidence._replace(go_on=_once_begun(evidence.go_on))
    for step in (_placeholder, _with_a_secret, _with_rsa, _with_curves, _by_size):
        found = step(evidence)
        if found is not None:
            return found
    return _undecided(evidence)


def _once_begun(go_on: GoOn) -> GoOn:
    """Several searches for one signature share what time there is: only the first begins it."""
    begun = go_on(0)
    return lambda tried: begun and (not tried or go_on(tried))


def hash_of(alg: str) -> str:
    """The hash that a JWS algorithm names, RFC 7518 §3.1; SHA-256 where it names none."""
    return {"256": "sha256", "384": "sha384", "512": "sha512", "521": "sha512"}.get(alg[2:5], "sha256")


# --- a shared secret -------------------------------------------------------------------------------------------------------


_FEW_VALUES = 2


def _placeholder(evidence: Evidence) -> Autopsy | None:
    """Zeros, or one byte over and over: nobody's signature."""
    inner = evidence.wrapped.inner
    if len(inner) < 32 or len(set(inner)) > _FEW_VALUES:
        return None
    return Autopsy("encoding", "placeholder", None, detail=f"{len(inner)} bytes of {inner[:1].hex()}")


def _with_a_secret(evidence: Evidence) -> Autopsy | None:
    """HMAC with one of the secrets at hand, whatever the header says."""
    found = signer(evidence.secrets, evidence.token.signing_input, evidence.wrapped.inner)
    if found is not None:
        name, words, hash = found
        return Autopsy("hmac", "secret", None, hash, f"{name} ({words})" if words else name)
    return Autopsy("hmac") if evidence.alg.startswith("HS") and not _is_of_rsa(evidence.wrapped.inner) else None


def _is_of_rsa(signature: bytes) -> bool:
    return len(signature) >= 128


# --- RSA: open it ------------------------------------------------------------------------------------------------------------


def _with_rsa(evidence: Evidence) -> Autopsy | None:
    """The first key under which the signature opens to a padding; its readings as written before the odd ones."""
    keys = [each for each in evidence.keys if each.type == "RSA"]
    for readings in (_as_written, _oddly_written):
        for material in keys:
            for way, signature in readings(evidence, material):
                for opened in open_rsa(material.key, signature):
                    found = _opened(evidence, material, opened, way) if opened.is_padded else None
                    if found is not None:
                        return found
    return None


def _as_written(evidence: Evidence, material: Material) -> Iterator[tuple[str, bytes]]:
    wrapped = evidence.wrapped
    yield "" if wrapped.wrapping == "plain" else wrapped.wrapping, wrapped.inner


def _oddly_written(evidence: Evidence, material: Material) -> Iterator[tuple[str, bytes]]:
    """A number written without its leading zeros, with one too many (Java's BigInteger), low byte first (Windows CryptoAPI),
    or with its ``+`` turned into spaces."""
    signature, size = evidence.wrapped.inner, (material.size + 7) // 8
    if 0 < size - len(signature) <= 4:
        yield "leading-zero-lost", signature.rjust(size, b"\0")
    if 0 < len(signature) - size <= 4 and not signature[: len(signature) - size].strip(b"\0"):
        yield "leading-zero-added", signature[len(signature) - size :]
    if len(signature) == size:
        yield "reversed", signature[::-1]
    if evidence.spaced is not None and len(evidence.spaced) == size:
        yield "plus-to-space", evidence.spaced


def _opened(evidence: Evidence, material: Material, opened: Opened, way: str) -> Autopsy | None:
    """Right key: which bytes, hash, padding or writing; ``None`` where even the key is not sure."""
    holds = matcher(opened)
    how = _manner(evidence.alg, opened)
    for each in _candidates(evidence):
        if not holds(each.data):
            continue
        if each.mistake != "as-sent":
            return Autopsy("bytes", each.mistake, material, opened.hash, _words(each.words, opened, how), how=how)
        if how:
            return Autopsy("bytes", how, material, opened.hash, _words("", opened, how))
        if not way and material.alg and material.alg != evidence.alg:
            return Autopsy("key", "pinned", material, detail=material.alg)
        return Autopsy("encoding", way, material, opened.hash)
    if not opened.sure:
        return None
    if not opened.hash:
        return Autopsy(
            "bytes", "no-padding" if opened.padding == "zeros" else "raw-bytes", material, detail=f"{len(opened.digest)} bytes"
        )
    return _edited(evidence, material, opened, holds, how)


def _candidates(evidence: Evidence) -> Iterator[Covered]:
    yield from covered(evidence.token)
    yield from _others(evidence)


def _others(evidence: Evidence) -> Iterator[Covered]:
    return (Covered("other-token", "", each) for each in evidence.others if each != evidence.token.signing_input)


def _manner(alg: str, opened: Opened) -> str:
    """How the signing differs from what ``alg`` says (RFC 7518 §3.3, §3.5); empty when it does not."""
    if opened.padding == "zeros":
        return "no-padding"
    if opened.padding == "pss":
        if not alg.startswith("PS"):
            return "pss"
        if opened.hash != hash_of(alg):
            return "pss-other-hash"
        if opened.mask:
            return "pss-mask"
        return "pss-salt" if len(opened.salt) != len(opened.digest) else ""
    if not opened.hash:
        return "no-digest-info"
    if not alg.startswith("RS"):
        return "pkcs1"
    if opened.hash != hash_of(alg):
        return "other-hash"
    return "" if opened.null else "digest-info"


def _words(words: str, opened: Opened, how: str) -> str:
    """What there is to tell of a way of signing, in a few words."""
    told = [words] if words else []
    if opened.padding == "pss" and how:
        told.append(f"salt of {len(opened.salt)} bytes")
        if opened.mask:
            told.append(f"masked with {hash_name(opened.mask)}")
    elif not opened.hash:
        told.append(f"{len(opened.digest)} bytes{' of text' if opened.digest.isascii() else ''}")
    return ", ".join(told)


def matcher(opened: Opened) -> Callable[[bytes], bool]:
    """A function that tells whether the opened signature covers given bytes."""
    if opened.padding == "pss":
        return _pss_matcher(opened)
    if opened.hash:
        digest, make = opened.digest, getattr(hashlib, opened.hash)
        return lambda data: bool(make(data).digest() == digest)
    inside = opened.digest
    return lambda data: any(_is_in(inside, hashlib.new(each, data, usedforsecurity=False).digest()) for each in _HASHES)


def _is_in(inside: bytes, digest: bytes) -> bool:
    """A bare digest, perhaps without its leading zeros, at the end of something else, or as the text that a command prints."""
    return inside.endswith(digest) or inside == digest.lstrip(b"\0") or digest.hex().encode() in inside.lower()


def _pss_matcher(opened: Opened) -> Callable[[bytes], bool]:
    """RFC 8017 §9.1.2 steps 12 to 14: the hash over eight zeros, the message's digest and the salt."""
    digest, salt, make = opened.digest, opened.salt, getattr(hashlib, opened.hash)
    return lambda data: bool(make(bytes(8) + make(data).digest() + salt).digest() == digest)


def _edited(evidence: Evidence, material: Material, opened: Opened, holds: Callable[[bytes], bool], how: str) -> Autopsy:
    """Right key, other bytes: look for the token that was signed."""
    found = search(evidence.token, holds, evidence.known, evidence.go_on)
    variant = "edited" if found.changes else "rewritten" if found.words else "other-bytes"
    detail = _words("", opened, how)
    return Autopsy("bytes", variant, material, opened.hash, detail, found.changes, found.tried, found.finished, found.words, how)


# --- elliptic curves: ask --------------------------------------------------------------------------------------------------


def _with_curves(evidence: Evidence) -> Autopsy | None:
    """The first question about an elliptic-curve key that is answered with yes."""
    for material in evidence.keys:
        for way, signature in _curve_readings(evidence, material):
            found = _asked(evidence, material, way, signature)
            if found is not None:
                return found
    return None


def _curve_readings(evidence: Evidence, material: Material) -> Iterator[tuple[str, bytes]]:
    signature = evidence.wrapped.inner
    wrapping = "" if evidence.wrapped.wrapping in ("plain", "der") else evidence.wrapped.wrapping
    size = (material.size + 7) // 8
    if material.type == "EC":
        yield from ((way or wrapping, each) for way, each in plain_ecdsa(signature, size))
        if evidence.spaced is not None and len(evidence.spaced) == 2 * size:
            yield "plus-to-space", evidence.spaced
    elif material.type in ("Ed25519", "Ed448"):
        yield wrapping, signature
        if evidence.spaced is not None:
            yield "plus-to-space", evidence.spaced


def _asked(evidence: Evidence, material: Material, way: str, signature: bytes) -> Autopsy | None:
    own = _own_hash(evidence.alg, material)
    hashes = (own, *(each for each in _HASHES if each != own)) if material.type == "EC" else (own,)
    for hash in hashes:
        holds = oracle.curve_check(material, hash, signature)
        if holds is None:
            return None
        if holds(evidence.token.signing_input):
            return _yes(evidence.alg, material, way, hash, own)
    if way not in ("", "der"):
        return None
    holds = oracle.curve_check(material, own, signature)
    if holds is None:
        return None
    for each in (*_others(evidence), *islice(covered(evidence.token), _at_once(material))):
        if each.mistake != "as-sent" and holds(each.data):
            return _covers(each, material, own)
    return None


def _covers(each: Covered, material: Material, own: str) -> Autopsy:
    return Autopsy("bytes", each.mistake, material, own if material.type == "EC" else "", each.words)


_CURVE_OF = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1", "ES521": "secp521r1", "ES256K": "secp256k1"}


def _own_hash(alg: str, material: Material) -> str:
    """The hash of ``alg``; where that is none of ECDSA's, the one that goes with the curve (RFC 7518 §3.4)."""
    if alg.startswith("ES"):
        return hash_of(alg)
    return "sha256" if material.size <= 256 else "sha384" if material.size <= 384 else "sha512"


def _yes(alg: str, material: Material, way: str, hash: str, own: str) -> Autopsy:
    fits = _CURVE_OF.get(alg) == material.curve if material.type == "EC" else alg == "EdDSA"
    if not fits:
        made = f"ECDSA on {material.curve} with {hash_name(hash)}" if material.type == "EC" else material.type
        return Autopsy("bytes", "other-algorithm", material, hash, made)
    if hash != own:
        return Autopsy("bytes", "other-hash", material, hash)
    return Autopsy("encoding", way, material, hash)


# --- what remains ------------------------------------------------------------------------------------------------------------


def _by_size(evidence: Evidence) -> Autopsy | None:
    """What the length alone decides: whose signature it cannot be, and that it is not whole."""
    signature, alg, first = evidence.wrapped.inner, evidence.alg, evidence.keys[0]
    if alg.startswith(("RS", "PS")) and len(signature) in (32, 48):
        return Autopsy("hmac")
    if any(_may_have_made(each, signature) for each in evidence.keys):
        return None
    damaged = _damaged(evidence).found
    if damaged is not None:
        return damaged
    if len(signature) not in SIZES and len(signature) % 64 and not (alg.startswith("ES") and evidence.wrapped.wrapping == "der"):
        return Autopsy("unfit", "odd-size", first)
    same = [each for each in evidence.keys if _is_of_type(each, signature)]
    return Autopsy("key", "other-size" if same else "other-type", same[0] if same else first)


def _is_of_type(material: Material, signature: bytes) -> bool:
    return (material.type == "RSA") is _is_of_rsa(signature) or (material.type == "EC" and len(signature) in (64, 96, 132))


def _may_have_made(material: Material, signature: bytes) -> bool:
    size = (material.size + 7) // 8
    if material.type == "RSA":
        return len(signature) == size
    if material.type == "EC":
        return any(True for _ in plain_ecdsa(signature, size))
    return len(signature) == {"Ed25519": 64, "Ed448": 114}.get(material.type)


def _undecided(evidence: Evidence) -> Autopsy:
    """A key that may have made it by its size, and no answer *yes*: search for an edit and for damage, then say what remains."""
    signature = evidence.wrapped.inner
    material = next(each for each in evidence.keys if _may_have_made(each, signature))
    if material.type == "RSA":
        mended = _damaged(evidence)
        if mended.found is not None:
            return mended.found
        readings = open_rsa(material.key, signature)
        if readings[0].padding == "too-large":
            return Autopsy("undecided", "too-large", material)
        if readings[0].padding == "forgeable":
            return Autopsy("undecided", "small-exponent", material)
        traces = tuple(each for each in readings if _is_a_trace(each, evidence.alg))
        if traces:
            return _unsure(evidence, material, traces)
        return Autopsy("key", "other-key", material, tried=mended.tried, finished=mended.finished)
    return _curve_searched(evidence, material)


def _is_a_trace(opened: Opened, alg: str) -> bool:
    """Whether a block that nothing proves is what ``alg`` may have left with the longest salt, rather than chance."""
    return opened.is_padded and alg.startswith("PS") and opened.hash == hash_of(alg) and opened.mask in ("", "sha1")


def _unsure(evidence: Evidence, material: Material, readings: tuple[Opened, ...]) -> Autopsy:
    """PSS with the longest salt: an edit that is found proves key and bytes."""
    matchers = [matcher(each) for each in readings]
    found = search(evidence.token, lambda data: any(holds(data) for holds in matchers), evidence.known, evidence.go_on)
    if found.changes or found.words:
        variant = "edited" if found.changes else "rewritten"
        return Autopsy("bytes", variant, material, readings[0].hash, "", found.changes, found.tried, writing=found.words)
    return Autopsy("undecided", "pss-unsure", material, tried=found.tried, finished=found.finished)


def _curve_searched(evidence: Evidence, material: Material) -> Autopsy:
    _, signature = next(_curve_readings(evidence, material))
    own = _own_hash(evidence.alg, material)
    holds = oracle.curve_check(material, own, signature)
    if holds is None:
        return Autopsy("undecided", "curve", material)
    late = _covered_late(evidence, material, holds)
    if late is not None:
        return _covers(late, material, own)
    found = search(evidence.token, holds, evidence.known, _weighed(evidence.go_on))
    if found.changes or found.words:
        variant = "edited" if found.changes else "rewritten"
        return Autopsy(
            "bytes", variant, material, own if material.type == "EC" else "", "", found.changes, found.tried, writing=found.words
        )
    return _damaged(evidence).found or Autopsy("undecided", "curve", material, tried=found.tried, finished=found.finished)


def _at_once(material: Material) -> int:
    return _AT_ONCE if material.curve in _QUICK else _AT_ONCE_SLOW


def _covered_late(evidence: Evidence, material: Material, holds: Callable[[bytes], bool]) -> Covered | None:
    """The writings that were too many to be asked at once."""
    go_on = _weighed(evidence.go_on)
    for tried, each in enumerate(islice(covered(evidence.token), _at_once(material), None)):
        if not tried % 16 and not go_on(tried):
            return None
        if holds(each.data):
            return each
    return None


def _weighed(go_on: GoOn) -> GoOn:
    return lambda tried: go_on(tried * _COST_OF_VERIFYING)


class Mended(NamedTuple):
    """How the search for one damaged character ended."""

    found: Autopsy | None = None
    tried: int = 0
    finished: bool = False


def _damaged(evidence: Evidence) -> Mended:
    """One character of the signature was changed, lost or added: tried one by one, under the first keys."""
    text = evidence.token.signature.text
    if evidence.wrapped.wrapping != "plain" or not text.isascii():
        return Mended()
    go_on, tried = _weighed(evidence.go_on), 0
    if not go_on(0):
        return Mended()
    for material in evidence.keys[:_SEARCHED_KEYS]:
        wanted = _length_of(material)
        for detail, written in _repaired(text.encode(), wanted):
            if tried % 16 == 15 and not go_on(tried):
                return Mended(None, tried)
            tried += 1
            if oracle.verify(evidence.alg, material, evidence.token.signing_input, unwritten(written)) == "valid":
                return Mended(Autopsy("encoding", "damaged", material, detail=detail, tried=tried), tried, True)
    return Mended(None, tried, len(evidence.keys) <= _SEARCHED_KEYS)


def _length_of(material: Material) -> int:
    """Characters that a signature of this key has in base64url."""
    size = (material.size + 7) // 8
    size = size if material.type == "RSA" else {"Ed25519": 64, "Ed448": 114}.get(material.type, 2 * size)
    return (size * 4 + 2) // 3


def _repaired(text: bytes, wanted: int) -> Iterator[tuple[str, bytes]]:
    """Texts of the wanted length that differ from ``text`` in one character; or in two at the end, where those are lost."""
    if len(text) == wanted:
        for at in range(len(text) - 1, -1, -1):
            for letter in _ALPHABET:
                if letter != text[at]:
                    yield f"character {at + 1} of {wanted} is another", text[:at] + bytes([letter]) + text[at + 1 :]
    elif len(text) == wanted + 1:
        for at in range(len(text)):
            yield f"character {at + 1} is one too many", text[:at] + text[at + 1 :]
    elif len(text) == wanted - 1:
        for at in range(len(text), -1, -1):
            for letter in _ALPHABET:
                yield f"a character is missing behind the {at}th of {wanted - 1}", text[:at] + bytes([letter]) + text[at:]
    elif len(text) == wanted - 2:
        for one in _ALPHABET:
            for two in _ALPHABET:
                yield "the last two characters are missing", text + bytes([one, two])


def unwritten(text: bytes) -> bytes:
    """Bytes of a base64url text, leaving away what is over at its end; none where another character is still in it."""
    try:
        return binascii.a2b_base64(text.translate(bytes.maketrans(b"-_", b"+/")) + b"==="[: -len(text) & 3], strict_mode=False)
    except binascii.Error:
        return b""


def distinct(keys: Sequence[Material]) -> tuple[Material, ...]:
    """Each public key once, in order, and no more than can be examined."""
    found = {each.spki_sha256 or id(each): each for each in reversed(keys)}
    return tuple(reversed(found.values()))[:MOST_KEYS]
