"""Checks of what the header says of the key: ``kid``, ``x5t``, ``x5t#S256``, ``x5c``. RFC 7515 §4.1.4 to §4.1.8.

What a token says of its own key proves nothing; it is compared with the certificates given, and nothing is fetched or trusted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from .. import oracle
from ..case import Case
from ..decode import unbase64
from ..keys import Material, read_certificate
from ..model import Hit, Place
from .registry import Outcome, check
from .signature import examined, fingerprint

_SIZES = {"x5t": 20, "x5t#S256": 32}
"""Bytes of the digest that a member holds: SHA-1, SHA-256."""
_LONGEST_CERTIFICATE = 65536


@check(
    "thumbprint-form",
    facts="member value wanted found right certificate rewritten proper",
    variants="hex-text hex other-hash padded of-key of-text not-a-thumbprint not-text",
    needs="header",
    reads="header certificates",
)
def thumbprint_form(case: Case, params: object) -> Outcome:
    """A thumbprint in the header is not the base64url text of the digest that its name promises."""
    found = (_thumbprint(case, member, case.header[member]) for member in _SIZES if member in case.header)
    return [hit for hit in found if hit is not None]


def _thumbprint(case: Case, member: str, value: object) -> Hit | None:
    size = _SIZES[member]
    mine = next((each for each in case.certificates if each.kind == "certificate"), None)
    facts = {
        "member": member,
        "value": value if isinstance(value, str) else "",
        "wanted": "SHA-1" if size == 20 else "SHA-256",
        "right": "" if mine is None else mine.x5t if size == 20 else mine.x5t_s256,
        "certificate": mine.name if mine is not None else "",
        "rewritten": _rewritten(value, size),
        "proper": "",
    }
    if not isinstance(value, str):
        return Hit(Place("header", member), {**facts, "found": ""}, "not-text")
    variant, digest, found = _form(value, size)
    if not variant and mine is not None:
        variant, found = _of_something_else(digest, mine)
    proper = next((name for name, length in _SIZES.items() if name != member and length == len(digest)), "")
    return Hit(Place("header", member), {**facts, "found": found, "proper": proper}, variant) if variant else None


def _rewritten(value: object, size: int) -> str:
    """The digest that is written some other way, as base64url; empty where there is none of this length."""
    if not isinstance(value, str):
        return ""
    data = unbase64(value)[0] or b""
    digits = value if re.fullmatch(r"[0-9a-fA-F: -]+", value) else data.decode("ascii", "replace")
    digits = re.sub(r"[: -]", "", digits)
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){20}|(?:[0-9a-fA-F]{2}){32}", digits):
        data = bytes.fromhex(digits)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") if len(data) == size else ""


def _form(value: str, size: int) -> tuple[str, bytes, str]:
    """Which wording fits, the digest, and what the value is instead; an empty wording for one as it should be."""
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}[: -]?){20}|(?:[0-9a-fA-F]{2}[: -]?){32}", value):
        return "hex", b"", "hexadecimal text"
    data, odd = unbase64(value)
    if data is None:
        return "not-a-thumbprint", b"", "no base64url"
    if re.fullmatch(rb"(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})", data):
        return "hex-text", b"", "base64url of hexadecimal text"
    if len(data) != size:
        known = {20: "SHA-1", 32: "SHA-256", 64: "SHA-512", 16: "MD5"}.get(len(data))
        return ("other-hash" if known else "not-a-thumbprint"), data, f"a digest of {known}" if known else f"{len(data)} bytes"
    if odd:
        return "padded", data, "standard base64"
    return "", data, ""


def _of_something_else(digest: bytes, mine: Material) -> tuple[str, str]:
    """A digest of the right length over the public key or the PEM text instead of the certificate's DER."""
    name = "sha1" if len(digest) == 20 else "sha256"
    if name == "sha256" and digest.hex() == mine.spki_sha256:
        return "of-key", "the digest of the public key"
    text = base64.encodebytes(mine.der)
    body = base64.b64encode(mine.der)
    lines = b"\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    pem = b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----"
    for each in (pem, pem + b"\n", body, lines, text):
        if mine.der and hashlib.new(name, each, usedforsecurity=False).digest() == digest:
            return "of-text", "the digest of the certificate's text"
    return "", ""


@check(
    "key-identifier",
    facts="member value names certificate sha256 fits",
    variants="of-another none-given x5c-signed x5c-unreadable",
    needs="header certificate",
    reads="header certificates verified",
)
def key_identifier(case: Case, params: object) -> Outcome:
    """A member of the header names another key than the one that signed, or none of those given."""
    hits = []
    for member in ("x5t#S256", "x5t", "kid"):
        value = case.header.get(member)
        if isinstance(value, str) and (hit := _compared(case, member, value)) is not None:
            hits.append(hit)
    if "x5c" in case.header:
        hits += _embedded(case, case.header["x5c"])
    return hits


def _compared(case: Case, member: str, value: str) -> Hit | None:
    given = [each for each in case.certificates if each.key is not None]
    named = [each for each in given if value.rstrip("=") in identifiers(each, member)]
    signer = case.facet(examined).material if case.facet(examined).status == "valid" else None
    if signer is not None and (any(each.spki_sha256 == signer.spki_sha256 for each in named) or (not named and member == "kid")):
        return None
    if not named and (member == "kid" or not any(identifiers(each, member) for each in given) or _form(value, _SIZES[member])[0]):
        return None
    if named and signer is None:
        return None
    return Hit(
        Place("header", member),
        {
            "member": member,
            "value": value,
            "names": named[0].name if named else "",
            "certificate": signer.name if signer is not None else "",
            "sha256": fingerprint(signer.sha256 or signer.spki_sha256) if signer is not None else "",
            "fits": "",
        },
        "of-another" if named else "none-given",
    )


def identifiers(material: Material, member: str) -> frozenset[str]:
    """The values by which a header's member may name this key."""
    if member == "x5t":
        return frozenset({material.x5t} - {""})
    if member == "x5t#S256":
        return frozenset({material.x5t_s256} - {""})
    digests = (material.sha1, material.sha256, material.spki_sha256)
    names = {
        material.kid,
        material.jwk_thumbprint,
        material.x5t,
        material.x5t_s256,
        *digests,
        *(each.upper() for each in digests),
    }
    return frozenset(names - {""})


def _embedded(case: Case, value: object) -> list[Hit]:
    """The certificate that the token brings along: compared, never trusted."""
    facts = {"member": "x5c", "value": "", "names": "", "certificate": "", "sha256": "", "fits": ""}
    text = value[0] if isinstance(value, list) and value else value
    material = _certificate(text) if isinstance(text, str) else None
    if material is None or not isinstance(value, list):
        return [
            Hit(
                Place("header", "x5c"),
                {**facts, "value": "a string" if isinstance(value, str) else "unreadable"},
                "x5c-unreadable",
            )
        ]
    signer = case.facet(examined).signer
    given = {each.spki_sha256 for each in case.certificates}
    facts |= {
        "certificate": signer.name if signer is not None else "",
        "sha256": fingerprint(material.sha256),
        "names": material.subject,
    }
    token, alg = case.token, case.header.get("alg")
    if signer is not None and signer.spki_sha256 != material.spki_sha256 and material.spki_sha256 in given:
        return [Hit(Place("header", "x5c"), {**facts, "names": f"a certificate of {material.subject}"}, "of-another")]
    if material.spki_sha256 in given or token is None or not token.signature.data or not isinstance(alg, str):
        return []
    verifies = oracle.verify(alg, material, token.signing_input, token.signature.data) == "valid"
    return [Hit(Place("header", "x5c"), facts, "x5c-signed" if verifies else "none-given")]


def _certificate(text: str) -> Material | None:
    """RFC 7515 §4.1.6: standard base64 of the DER, not base64url, no armour."""
    try:
        der = base64.b64decode(text[:_LONGEST_CERTIFICATE], validate=True)
    except (ValueError, binascii.Error):
        return None
    found = read_certificate(der, "x5c")
    return found if found is not None and found.key is not None else None
