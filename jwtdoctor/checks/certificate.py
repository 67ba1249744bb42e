"""Checks of the certificate registered with the app: as a key holder, not as a web server's. RFC 5280 §4.1.2.5."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..case import Case, locate
from ..forensics.shape import hash_name
from ..keys import Material
from ..model import Hit, Place, Skipped
from ..moments import relative, utc
from .registry import NOTHING, Outcome, check
from .signature import examined, fingerprint

DAY = 86400


class ValidityParams(NamedTuple):
    """``end``: which end of the validity the rule is about; ``warn_days``: how long before it to warn."""

    end: str
    warn_days: int


@check(
    "certificate-validity",
    params=ValidityParams,
    facts="certificate date offset sha256",
    variants="over soon not-yet",
    needs="certificate clock",
    reads="certificates",
)
def certificate_validity(case: Case, params: ValidityParams) -> Outcome:
    """The certificate's validity is over, nearly over, or has not begun."""
    if case.moment is None:
        return NOTHING
    hits = []
    warn_days = params.warn_days if case.warn_days is None else case.warn_days
    for material in examined_ones(case):
        if material.not_after is None or material.not_before is None:
            continue
        if params.end == "start" and case.moment < material.not_before:
            hits.append(_hit(material.name, "not_before", "not-yet", material.not_before, case.moment, material.sha256))
        elif params.end == "end" and case.moment > material.not_after:
            hits.append(_hit(material.name, "not_after", "over", material.not_after, case.moment, material.sha256))
        elif params.end == "end" and material.not_after - case.moment < warn_days * DAY:
            hits.append(_hit(material.name, "not_after", "soon", material.not_after, case.moment, material.sha256))
    return hits


def _hit(name: str, path: str, variant: str, date: int, now: int, sha256: str) -> Hit:
    facts = {"certificate": name, "date": utc(date), "offset": relative(date - now), "sha256": fingerprint(sha256)}
    return Hit(Place("certificate", path), facts, variant)


def examined_ones(case: Case) -> tuple[Material, ...]:
    """The certificates that count: those given by name, and of a folder's the one that verifies."""
    verifying = case.facet(examined).material
    return tuple(each for each in case.certificates if not each.candidate or each is verifying)


@check(
    "certificate-key-size",
    facts="certificate size least",
    variants="certificate signature",
    settings="key",
    reads="certificates signature_form header",
)
def certificate_key_size(case: Case, params: object) -> Outcome:
    """The RSA key is shorter than the provider wants: by the certificate, or by the signature's length."""
    least = case.setting("key")["least_bits"]
    hits = [
        Hit(Place("certificate", "key"), {"certificate": m.name, "size": m.size, "least": least}, "certificate")
        for m in examined_ones(case)
        if m.type == "RSA" and 0 < m.size < least
    ]
    token = case.token
    if not case.certificates and token is None:
        return Skipped("needs the certificate (--cert)", "certificate")
    if hits or token is None or not token.signature.data or not str(case.header.get("alg")).startswith(("RS", "PS")):
        return hits
    bits = len(token.signature.data) * 8
    if bits == 1024 < least:
        return [Hit(Place("signature"), {"certificate": "", "size": bits, "least": least}, "signature")]
    return hits


@check("certificate-key-largest", facts="certificate size most", needs="certificate", settings="key", reads="certificates")
def certificate_key_largest(case: Case, params: object) -> Outcome:
    """The RSA key is longer than what is known to work."""
    most = case.setting("key")["most_bits"]
    return [
        Hit(Place("certificate", "key"), {"certificate": each.name, "size": each.size, "most": most})
        for each in examined_ones(case)
        if each.type == "RSA" and each.size > most
    ]


@check("certificate-hash", facts="certificate hash", needs="certificate", reads="certificates")
def certificate_hash(case: Case, params: object) -> Outcome:
    """The certificate itself was signed with a broken hash, which says nothing about the assertion's."""
    return [
        Hit(Place("certificate", "signature_hash"), {"certificate": each.name, "hash": hash_name(each.signature_hash)})
        for each in examined_ones(case)
        if each.signature_hash in ("md5", "sha1")
    ]


@check("certificate-purpose", facts="certificate hosts", variants="server host", needs="certificate", reads="certificates")
def certificate_purpose(case: Case, params: object) -> Outcome:
    """The certificate was issued for TLS of some host; if the host is the provider's, its private key is not the client's."""
    hits = []
    for each in examined_ones(case):
        if each.tls_hosts:
            own = any(locate(case.profile, host.lower().removeprefix("*.")) or _below(case, host) for host in each.tls_hosts)
            shown = ", ".join(each.tls_hosts[:3]) + (f" and {len(each.tls_hosts) - 3} more" if len(each.tls_hosts) > 3 else "")
            hits.append(
                Hit(Place("certificate", "purpose"), {"certificate": each.name, "hosts": shown}, "server" if own else "host")
            )
    return hits


def _below(case: Case, host: str) -> bool:
    """Whether a name with a wildcard covers hosts of this provider."""
    return host.startswith("*.") and locate(case.profile, f"x{host[1:]}".lower()) is not None


_KINDS = (
    "public-key private-key encrypted-private-key csr pkcs7 pkcs12 keystore unopened jwk openssh-public-key secret token not-rsa too-large "
    "large-as-pem several chain-order with-key self-signature unreadable empty"
)
_CONTAINERS = ("pkcs7", "pkcs12", "keystore")


@check(
    "certificate-form",
    facts="certificate kind detail limit match",
    variants=_KINDS,
    needs="certificate",
    settings="key",
    reads="certificates",
)
def certificate_form(case: Case, params: object) -> Outcome:
    """What was given as the certificate is something else, or a certificate that the app does not take."""
    settings = case.setting("key")
    hits = []
    seen: set[tuple[str, str]] = set()
    for material in examined_ones(case):
        variant, detail = _form(material, case.certificates, settings)
        if not variant or material.candidate or (material.file, variant) in seen:
            continue
        seen.add((material.file, variant))
        facts = {
            "certificate": material.name
            if variant not in ("several", "chain-order", *_CONTAINERS)
            else material.file or material.name,
            "kind": material.kind,
            "detail": detail,
            "limit": settings["largest_bytes"],
            "match": _match(material, case.certificates) if variant == "private-key" else "",
        }
        hits.append(Hit(Place("certificate"), facts, variant))
    return hits


def _form(material: Material, given: tuple[Material, ...], settings: dict[str, Any]) -> tuple[str, str]:
    """Which wording fits, and a detail; empty for a certificate as it should be."""
    if material.kind == "container":
        return "unopened", material.why
    if material.form in _CONTAINERS:
        return (material.form, "") if material.kind == "certificate" else ("", "")
    if material.kind == "private-key":
        return ("encrypted-private-key" if material.key is None and material.locked else "private-key"), ""
    if material.kind == "public-key":
        return {"jwk": "jwk", "openssh": "openssh-public-key"}.get(material.form, "public-key"), ""
    if material.kind != "certificate":
        return material.kind, ""
    if material.type and material.type not in settings["types"]:
        return "not-rsa", material.type
    if material.private:
        return "with-key", ""
    if material.der_size > settings["largest_bytes"]:
        return "too-large", f"{material.der_size} bytes as DER"
    if material.certificates > 1 and material.position == 1:
        signer = _leaf(material, given)
        return ("chain-order", signer.entry) if signer is not None else ("several", str(material.certificates))
    if material.subject and material.subject == material.issuer and not material.self_signed:
        return "self-signature", material.subject
    if material.form == "pem" and _as_pem(material.der_size) > settings["largest_bytes"]:
        return "large-as-pem", f"{_as_pem(material.der_size)} bytes as PEM, {material.der_size} as DER"
    return "", ""


def _as_pem(der_size: int) -> int:
    """Bytes of a certificate as PEM, RFC 7468 §3: base64 in lines of 64, and its two boundaries."""
    base64 = (der_size + 2) // 3 * 4
    return base64 + (base64 + 63) // 64 + 54


def _leaf(first: Material, given: tuple[Material, ...]) -> Material | None:
    """In a file that begins with a CA's certificate: the one further down that no other of the file was issued by."""
    if first.position != 1 or not first.is_ca:
        return None
    chain = [each for each in given if each.file == first.file and each.kind == "certificate"]
    issuers = {each.issuer for each in chain if each.issuer != each.subject}
    return next((each for each in chain[1:] if each.subject not in issuers and not each.is_ca), None)


def _match(private: Material, given: tuple[Material, ...]) -> str:
    """The certificate of this private key among those given, in words."""
    found = next((each for each in given if each.kind == "certificate" and each.spki_sha256 == private.spki_sha256), None)
    if found is None:
        key = f"its certificate is one whose public key has SHA-256 {fingerprint(private.spki_sha256)}"
        return f"none of the certificates given is its own; {key}" if any(m.kind == "certificate" for m in given) else key
    return f"its certificate is {found.name}, SHA-256 {fingerprint(found.sha256)}"
