"""Checks of the certificate registered with the app: as a key holder, not as a web server's. RFC 5280 §4.1.2.5."""

from __future__ import annotations

from typing import NamedTuple

from ..case import Case
from ..model import Hit, Place
from ..moments import relative, utc
from .registry import NOTHING, Outcome, check
from .signature import fingerprint

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
    for material in case.certificates:
        if material.not_after is None or material.not_before is None:
            continue
        if params.end == "start" and case.moment < material.not_before:
            hits.append(_hit(material.name, "not_before", "not-yet", material.not_before, case.moment, material.sha256))
        elif params.end == "end" and case.moment > material.not_after:
            hits.append(_hit(material.name, "not_after", "over", material.not_after, case.moment, material.sha256))
        elif params.end == "end" and material.not_after - case.moment < params.warn_days * DAY:
            hits.append(_hit(material.name, "not_after", "soon", material.not_after, case.moment, material.sha256))
    return hits


def _hit(name: str, path: str, variant: str, date: int, now: int, sha256: str) -> Hit:
    facts = {"certificate": name, "date": utc(date), "offset": relative(date - now), "sha256": fingerprint(sha256)}
    return Hit(Place("certificate", path), facts, variant)


@check(
    "certificate-key-size",
    facts="certificate size least",
    variants="certificate signature",
    needs="paste",
    settings="key",
    reads="certificates signature_form header",
)
def certificate_key_size(case: Case, params: object) -> Outcome:
    """The RSA key is shorter than the provider wants: by the certificate, or by the signature's length."""
    least = case.setting("key")["least_bits"]
    hits = [
        Hit(Place("certificate", "key"), {"certificate": m.name, "size": m.size, "least": least}, "certificate")
        for m in case.certificates
        if m.type == "RSA" and 0 < m.size < least
    ]
    token = case.token
    if hits or token is None or not token.signature.data or not str(case.header.get("alg")).startswith(("RS", "PS")):
        return hits
    bits = len(token.signature.data) * 8
    if bits == 1024 < least:
        return [Hit(Place("signature"), {"certificate": "", "size": bits, "least": least}, "signature")]
    return hits


_KINDS = "public-key private-key encrypted-private-key certificate-request pkcs7 pkcs12 keystore jwk openssh-public-key token not-rsa too-large several with-key unreadable empty"


@check(
    "certificate-form",
    facts="certificate kind detail limit",
    variants=_KINDS,
    needs="certificate",
    settings="key",
    reads="certificates",
)
def certificate_form(case: Case, params: object) -> Outcome:
    """What was given as the certificate is something else, or a certificate that the app does not take."""
    settings = case.setting("key")
    hits = []
    for material in case.certificates:
        variant, detail = material.kind, ""
        if material.kind == "certificate":
            variant, detail = "", material.type
            if material.type and material.type not in settings["types"]:
                variant = "not-rsa"
            elif material.why and "private key" in material.why:
                variant = "with-key"
            elif material.der_size > settings["largest_bytes"]:
                variant, detail = "too-large", f"{material.der_size} bytes as DER"
            elif material.certificates > 1:
                variant, detail = "several", str(material.certificates)
        if variant:
            facts = {
                "certificate": material.name,
                "kind": material.kind,
                "detail": detail,
                "limit": settings["largest_bytes"],
            }
            hits.append(Hit(Place("certificate"), facts, variant))
    return hits
