"""Checks of the signature against the certificate: whose key, over which bytes. RFC 7515 §5.2, RFC 8017 §8.2."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from .. import oracle
from ..case import NEEDS, Case
from ..decode import Token
from ..forensics import SIZES, Opened, Shape, open_rsa, shape_of
from ..keys import Material
from ..model import SignatureStatus, Skipped
from .registry import NOTHING, Outcome, check, one


class Examined(NamedTuple):
    """What examining the signature brought."""

    status: SignatureStatus
    reason: str | None
    material: Material | None = None
    """The certificate that verifies; failing that, the one whose key it is; failing that, the first."""
    variant: str = ""
    hash: str = ""
    detail: str = ""


_ALGORITHM = re.compile(r"(?:(?:RS|PS|ES|HS)(?:256|384|512)|ES256K|ES521|EdDSA)\Z")
_CERTIFICATE, _HEADER = NEEDS["certificate"][0], NEEDS["header"][0]
_NOT_EXAMINED = Examined("not-examined", None)


def wrapping(case: Case) -> Shape:
    """Facet: how the signature is written beneath base64url."""
    data = case.token.signature.data if case.token is not None else None
    alg = case.header.get("alg")
    written = case.token.signature.text if case.token is not None else ""
    return shape_of(data or b"", alg if isinstance(alg, str) else "", written)


def examined(case: Case) -> Examined:
    """Facet: the signature under the certificates at hand."""
    token = case.token
    if token is None or not case.has & _CERTIFICATE or not case.has & _HEADER:
        return _NOT_EXAMINED
    usable = [m for m in case.certificates if m.key is not None]
    if not usable:
        return _NOT_EXAMINED
    alg = case.header.get("alg")
    if not isinstance(alg, str) or not _ALGORITHM.match(alg):
        return Examined("invalid", "alg-none" if str(alg).lower() == "none" else None, usable[0], "no-algorithm")
    signature = token.signature.data
    if not signature:
        return Examined("invalid", "alg-none" if alg.lower() == "none" else None, usable[0])
    signing_input = token.signing_input
    for material in usable:
        if oracle.verify(alg, material, signing_input, signature) == "valid":
            if not token.clean and _is_oddly_written(token):
                return Examined("invalid", "signature-encoding", material, "key-fits")
            return Examined("valid", None, material)
    return _why_not(case, alg, usable, signing_input, signature)


def _is_oddly_written(token: Token) -> bool:
    """RFC 7515 §5.2 steps 2 and 7: no padding, white space or other characters; bits that mean nothing are no encoder's work."""
    return bool(token.header.oddities or token.payload.oddities or token.signature.oddities)


def _why_not(case: Case, alg: str, usable: list[Material], signing_input: bytes, signature: bytes) -> Examined:
    if alg.upper().startswith("HS"):
        return Examined("invalid", "alg-hs256", usable[0])
    wrapped = case.facet(wrapping)
    if wrapped.wrapping in ("base64", "hex", "hex-text"):
        for material in usable:
            if oracle.verify(alg, material, signing_input, wrapped.inner) == "valid":
                return Examined("invalid", "signature-encoding", material)
        signature = wrapped.inner
    if wrapped.wrapping == "der":
        return Examined("invalid", "signature-encoding", usable[0])
    if alg.startswith(("RS", "PS")) and len(wrapped.inner) in (32, 48):
        return Examined("invalid", "alg-hs256", usable[0])
    opened = [(material, open_rsa(material.key, signature)) for material in usable if material.type == "RSA"]
    for material, found in opened:
        if found.padding in ("pkcs1", "pss"):
            variant, detail = _bytes(case, alg, found)
            return Examined("invalid", "signature-wrong-bytes", material, variant, found.hash, detail)
    if alg.startswith(("RS", "PS")) and len(signature) not in SIZES and len(signature) % 64:
        return Examined("invalid", None, usable[0], "odd-size")
    if not opened:
        return Examined("invalid", None, usable[0], "undecided" if alg.startswith(("ES", "Ed")) else "other-type")
    if any(found.padding == "too-large" for _, found in opened):
        return Examined("invalid", None, usable[0], "undecided")
    size = next((found for _, found in opened if found.padding != "length"), None)
    return Examined("invalid", "signature-wrong-key", opened[0][0], "other-size" if size is None else "other-key")


def _bytes(case: Case, alg: str, found: Opened) -> tuple[str, str]:
    """Right key: which bytes, hash or padding the signature is over instead."""
    if found.padding == "pss":
        if alg.startswith("PS"):
            return ("pss-other-hash" if found.hash != _hash(alg) else "other-bytes"), f"salt of {found.salt} bytes"
        return "pss", f"salt of {found.salt} bytes"
    if alg.startswith("PS"):
        return "pkcs1", ""
    if not found.hash:
        expected = hashlib.new(_hash(alg), _input(case)).digest()
        return ("no-digest-info" if found.digest == expected else "raw-bytes"), f"{len(found.digest)} bytes"
    for name, data in _candidates(case):
        if hashlib.new(found.hash, data, usedforsecurity=False).digest() == found.digest:
            return ("other-hash" if name == "as-sent" else name), found.hash
    return "other-bytes", found.hash


def _hash(alg: str) -> str:
    return {"256": "sha256", "384": "sha384", "512": "sha512"}.get(alg[2:], "sha256")


def _input(case: Case) -> bytes:
    return case.token.signing_input if case.token is not None else b""


def _candidates(case: Case) -> Iterator[tuple[str, bytes]]:
    """Bytes that signing code covers by mistake, most frequent first."""
    token = case.token
    if token is None:
        return
    sent = token.signing_input
    yield "as-sent", sent
    header, payload = token.header.data or b"", token.payload.data or b""
    yield "decoded", header + b"." + payload
    yield "decoded", header + payload
    yield "payload-only", payload
    yield "payload-only", token.segments[1].encode("utf-8", "replace")
    yield "newline", sent + b"\n"
    yield "newline", sent + b"\r\n"
    yield "trailing-dot", sent + b"."
    padded = ".".join(segment + "=" * (-len(segment) % 4) for segment in token.segments[:2])
    yield "padded", padded.encode("utf-8", "replace")
    for name in ("sha256", "sha384", "sha512"):
        yield "hashed-twice", hashlib.new(name, sent).digest()
        yield "hashed-twice", hashlib.new(name, sent).hexdigest().encode()


_WRONG_BYTES = "other-bytes other-hash pss pss-other-hash pkcs1 decoded payload-only newline trailing-dot padded hashed-twice no-digest-info raw-bytes"


@check(
    "signature-key",
    facts="certificate sha256 size token_size subject",
    variants="other-key other-size other-type undecided",
    needs="header signature certificate",
    reads="verified",
)
def signature_key(case: Case, params: object) -> Outcome:
    """The signature was made by another key than the certificate's."""
    found = case.facet(examined)
    if found.status != "invalid" or found.material is None:
        return NOTHING
    if found.variant in _UNDECIDABLE:
        return Skipped(_UNDECIDABLE[found.variant], "signature")
    if found.reason != "signature-wrong-key" and found.variant not in ("undecided", "other-type"):
        return NOTHING
    material = found.material
    return one(
        "signature",
        "",
        found.variant,
        certificate=" and ".join(each.name for each in case.certificates if each.key is not None),
        sha256=fingerprint(material.sha256 or material.spki_sha256),
        size=f"{material.type} {material.size}",
        token_size=_makers(case),
        subject=material.subject,
    )


_UNDECIDABLE = {
    "no-algorithm": "the header names no algorithm of JWS to examine the signature with",
    "odd-size": "the signature is not whole",
}


def _makers(case: Case) -> str:
    size = len(case.facet(wrapping).inner)
    return f"{size} bytes ({' or '.join(case.facet(wrapping).makers) or 'no known algorithm'})"


def fingerprint(digest: str) -> str:
    """A digest as certificate tools print it: ``AB:CD:…``."""
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)).upper()


@check(
    "signature-bytes",
    facts="certificate alg hash detail",
    variants=_WRONG_BYTES,
    needs="header signature certificate",
    reads="verified",
)
def signature_bytes(case: Case, params: object) -> Outcome:
    """The certificate's key made the signature, but over other bytes, or in another way, than the header says."""
    found = case.facet(examined)
    if found.variant in _UNDECIDABLE:
        return Skipped(_UNDECIDABLE[found.variant], "signature")
    if found.reason != "signature-wrong-bytes" or found.material is None:
        return NOTHING
    return one(
        "signature",
        "",
        found.variant,
        certificate=found.material.name,
        alg=str(case.header.get("alg")),
        hash=_HASH_NAMES.get(found.hash, found.hash),
        detail=found.detail,
    )


_HASH_NAMES = {
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "md5": "MD5",
}
