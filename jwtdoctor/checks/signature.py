"""Checks of the signature against the certificate: whose key, over which bytes. RFC 7515 §5.2, RFC 8017 §8.2."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .. import oracle
from ..case import NEEDS, Case, locate
from ..decode import Token, unbase64
from ..forensics.shape import Shape, hash_name, shape_of
from ..keys import Material
from ..model import Hit, Place, SignatureStatus, Skipped
from ..moments import utc
from .audience import address
from .registry import NOTHING, Outcome, check, one

if TYPE_CHECKING:
    from ..forensics.autopsy import Autopsy, Evidence
    from ..forensics.edits import Change, Known


class Examined(NamedTuple):
    """What examining the signature brought."""

    status: SignatureStatus
    reason: str | None
    material: Material | None = None
    """The certificate that verifies; failing that, the one whose key it is; failing that, the first."""
    found: Autopsy | None = None
    """Why it does not verify."""
    variant: str = ""
    signer: Material | None = None
    """The one given whose key made it, where that is known."""


_ALGORITHM = re.compile(r"(?:(?:RS|PS|ES|HS)(?:256|384|512)|ES256K|ES521|EdDSA)\Z")
_CERTIFICATE, _HEADER = NEEDS["certificate"][0], NEEDS["header"][0]
OF_HMAC = (32, 48, 64)
"""Bytes of an HMAC: no other signature is compared with the secrets at hand."""
_NOT_EXAMINED = Examined("not-examined", None)
_REASONS = {
    "key": "signature-wrong-key",
    "bytes": "signature-wrong-bytes",
    "encoding": "signature-encoding",
    "hmac": "alg-hs256",
}
"""What an autopsy finds → the contract's ``signature.reason``."""


def wrapping(case: Case) -> Shape:
    """Facet: how the signature is written beneath base64url."""
    data = case.token.signature.data if case.token is not None else None
    alg = case.header.get("alg")
    written = case.token.signature.text if case.token is not None else ""
    return shape_of(data or b"", alg if isinstance(alg, str) else "", written)


def examined(case: Case) -> Examined:
    """Facet: the signature under the certificates at hand; of a redacted token what is stated of it."""
    if case.stated is not None:
        named = next((each for each in case.certificates if each.name == case.stated.signer), None)
        return Examined(case.stated.status, case.stated.reason, named)
    token = case.token
    if token is None or not case.has & _CERTIFICATE or not case.has & _HEADER:
        return _NOT_EXAMINED
    usable = [m for m in case.certificates if m.key is not None]
    if not usable:
        return _NOT_EXAMINED
    if len(usable) > 1:
        usable.sort(key=lambda each: each.candidate)
    alg = case.header.get("alg")
    if not isinstance(alg, str) or not _ALGORITHM.match(alg):
        return Examined("invalid", "alg-none" if str(alg).lower() == "none" else None, usable[0], variant="no-algorithm")
    signature = token.signature.data
    if not signature:
        return _unreadable(case, alg, usable)
    for material in usable:
        if oracle.verify(alg, material, token.signing_input, signature) == "valid":
            if material.candidate and (meant := expected(case)) is not None and meant.spki_sha256 != material.spki_sha256:
                return Examined("invalid", "signature-wrong-key", meant, None, "key-of-candidate", material)
            if not token.clean and _is_oddly_written(token):
                return Examined("invalid", "signature-encoding", material, None, "", material)
            return Examined("valid", None, material, None, "", material)
    return _why_not(case, alg, usable)


def _unreadable(case: Case, alg: str, usable: list[Material]) -> Examined:
    """No bytes to examine: an empty signature, or one that is no base64url, whose lost character may be found."""
    if case.token is None or not case.token.signature.text:
        return Examined("invalid", "alg-none" if alg.lower() == "none" else None, usable[0])
    found = _why_not(case, alg, usable)
    return found if found.reason == "signature-encoding" else Examined("invalid", None, usable[0])


def _is_oddly_written(token: Token) -> bool:
    """RFC 7515 §5.2 steps 2 and 7: no padding, white space or other characters; bits that mean nothing are no encoder's work."""
    return bool(token.header.oddities or token.payload.oddities or token.signature.oddities)


def _why_not(case: Case, alg: str, usable: list[Material]) -> Examined:
    from ..forensics.autopsy import autopsy

    found = autopsy(_evidence(case, alg, usable))
    signer = found.material if found.fault in ("bytes", "encoding") else None
    return Examined("invalid", _REASONS.get(found.fault), found.material or usable[0], found, found.variant, signer)


def secrets(case: Case) -> tuple[tuple[str, str | bytes], ...]:
    """Facet: texts that may have served as an HMAC secret: those at hand, and the public keys of the certificates as PEM."""
    from ..keys.computed import pem

    keys = (each for each in case.certificates[:_MOST_AS_SECRETS] if each.spki_sha256 and each.key is not None)
    return (*case.secrets, *((f"the public key of {each.name} as PEM", pem(each)) for each in keys))


_MOST_AS_SECRETS = 20


def _evidence(case: Case, alg: str, usable: list[Material]) -> Evidence:
    from ..forensics.autopsy import Evidence, distinct

    assert case.token is not None  # noqa: S101 - the callers have looked
    return Evidence(
        case.token,
        alg,
        distinct(usable),
        case.facet(wrapping),
        case.facet(secrets) if len(case.facet(wrapping).inner) in OF_HMAC else (),
        case.others,
        _with_plus(case),
        _known(case),
        case.search,
    )


def _with_plus(case: Case) -> bytes | None:
    """The signature with the spaces that stood in the paste read as ``+``."""
    spaced = case.paste.spaced if case.paste is not None else ""
    return unbase64(spaced.replace(" ", "+"))[0] if spaced else None


def _known(case: Case) -> Known:
    """Values that may have stood in the token when it was signed, from the profile and from what else is at hand."""
    from ..forensics.edits import Known

    settings = case.profile.settings
    origins = [f"https://{host}" for host in settings.get("shared_hosts", {}).values()]
    suffixes = list(settings.get("subject", {}).get("sandbox_words", ()))
    for url in (case.endpoint, case.claims.get("aud")):
        found = address(url) if isinstance(url, str) else None
        if found is None:
            continue
        origins.append(f"https://{found.host}")
        place = locate(case.profile, found.host)
        if place is not None and place.org and "own_host" in settings:
            origins.append(re.sub("<[^>]*>", place.org, settings["own_host"]))
        if place is not None and place.sandbox:
            suffixes.insert(0, place.sandbox)
    path = settings.get("token_path", "")
    shapes = (*origins, *(f"{each}{path}" for each in origins), *(f"{each}/" for each in origins))
    return Known(tuple(dict.fromkeys(shapes)), tuple(settings.get("usual_lifetimes", ())), tuple(dict.fromkeys(suffixes)))


_UNFIT = {
    "no-algorithm": "the header names no algorithm of JWS to examine the signature with",
    "odd-size": "the signature is not whole",
}
_UNDECIDED = Skipped("for this signature, another key and other bytes cannot be told apart", "")


def _not_decided(found: Examined) -> Skipped | None:
    if found.variant in _UNFIT:
        return Skipped(_UNFIT[found.variant], "signature")
    return _UNDECIDED if found.found is not None and found.found.fault == "undecided" else None


@check(
    "signature-key",
    facts="certificate sha256 size token_size subject expected expected_sha256 relation search",
    variants="other-key other-size other-type pinned key-of-another key-of-candidate",
    needs="header signature certificate",
    reads="verified certificates",
)
def signature_key(case: Case, params: object) -> Outcome:
    """The signature was made by another key than the certificate's, or than that of the certificate expected."""
    found = case.facet(examined)
    if found.signer is not None:
        return _of_another(case, found.signer)
    material, why = found.material, found.found
    if found.status != "invalid" or material is None:
        return NOTHING
    skipped = _not_decided(found)
    if skipped is not None:
        return skipped
    if why is None or why.fault != "key":
        return NOTHING
    return one(
        "signature",
        "",
        why.variant,
        certificate=_names(case.certificates),
        sha256=fingerprint(material.sha256 or material.spki_sha256),
        size=why.detail or f"{material.type} {material.size}",
        token_size=_makers(case),
        subject=material.subject,
        expected="",
        expected_sha256="",
        relation="",
        search=_mended(why),
    )


def _mended(why: Autopsy) -> str:
    """Whether one damaged character was ruled out."""
    if why.finished and why.tried:
        return f"one damaged character of the signature ({why.tried:,} tried)"
    return "not yet ruled out: one damaged character of the signature (a longer --search tries them)"


def _names(given: tuple[Material, ...]) -> str:
    names = [each.name for each in given if each.key is not None]
    shown = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def expected(case: Case) -> Material | None:
    """The certificate that is meant to be on the app: the first one given by name."""
    for each in case.certificates:
        if each.key is not None and not each.candidate:
            return each
    return None


def _of_another(case: Case, material: Material) -> Outcome:
    """It verifies, but not with the certificate given first: the app must hold the other one.

    Where several are given by name, any may be the one on the app; those of a folder are only candidates.
    """
    wanted = expected(case)
    if wanted is None or wanted.spki_sha256 == material.spki_sha256:
        return NOTHING
    return one(
        "signature",
        "",
        "key-of-candidate" if material.candidate else "key-of-another",
        certificate=material.name,
        sha256=fingerprint(material.sha256 or material.spki_sha256),
        size=f"{material.type} {material.size}",
        token_size="",
        subject=material.subject,
        expected=wanted.name,
        expected_sha256=fingerprint(wanted.sha256 or wanted.spki_sha256),
        relation=_related(wanted, material),
        search="",
    )


def _related(wanted: Material, signer: Material) -> str:
    if not wanted.subject or wanted.subject != signer.subject:
        return "the two bear different names"
    newer = wanted if (wanted.not_before or 0) > (signer.not_before or 0) else signer
    return f"the two bear one name, as an old and a new pair do; {newer.name} is the newer one"


def _makers(case: Case) -> str:
    size = len(case.facet(wrapping).inner)
    return f"{size} bytes ({' or '.join(case.facet(wrapping).makers) or 'no known algorithm'})"


def fingerprint(digest: str) -> str:
    """A digest as certificate tools print it: ``AB:CD:…``."""
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)).upper()


@check(
    "signature-ambiguity",
    facts="certificate size search",
    variants="curve too-large small-exponent pss-unsure",
    needs="header signature certificate",
    reads="verified",
)
def signature_undecided(case: Case, params: object) -> Outcome:
    """The signature does not verify, and for this kind of key it cannot be told why."""
    found = case.facet(examined)
    why, material = found.found, found.material
    if why is None or why.fault != "undecided" or material is None:
        return NOTHING
    size = f"{material.type} {material.size}"
    return one("signature", "", why.variant, certificate=material.name, size=size, search=_searched(why))


_BYTES = (
    "other-bytes edited added dropped rewritten other-token other-hash other-algorithm pss pss-other-hash pss-mask pss-salt pkcs1 decoded "
    "payload-only newline trailing-dot no-dot padded before-url-safe utf16 text-of-bytes hashed-twice no-digest-info digest-info "
    "no-padding raw-bytes"
)


@check(
    "signature-bytes",
    facts="certificate alg hash detail member signed present when proof search",
    variants=_BYTES,
    needs="header signature certificate",
    reads="verified",
)
def signature_bytes(case: Case, params: object) -> Outcome:
    """The certificate's key made the signature, but over other bytes, or in another way, than the header says."""
    found = case.facet(examined)
    skipped = _not_decided(found)
    if skipped is not None:
        return skipped
    why, material = found.found, found.material
    if why is None or why.fault != "bytes" or material is None:
        return NOTHING
    facts = {
        "certificate": material.name,
        "alg": str(case.header.get("alg")),
        "hash": hash_name(why.hash) if why.hash else "",
        "detail": why.detail,
        "search": _searched(why),
    }
    nothing = {"member": "", "signed": "", "present": "", "when": "", "proof": ""}
    further = [("rewritten", why.writing)] if why.changes and why.writing else []
    further += [(why.how, why.detail)] if why.how and why.how != why.variant else []
    hits = [Hit(Place("signature"), {**facts, **nothing, "detail": detail}, variant) for variant, detail in further]
    if not why.changes:
        return [Hit(Place("signature"), {**facts, **nothing, "detail": why.writing or why.detail}, why.variant), *hits]
    alone = len(why.changes) + len(hits) == 1
    return [*(_changed(each, facts, alone) for each in why.changes), *hits]


def _changed(change: Change, facts: dict[str, str], alone: bool) -> Hit:
    variant = "edited" if change.signed and change.present else "added" if change.present else "dropped"
    proof = f"with {change.signed} put back" if change.signed else "without it"
    told = {
        "member": change.member,
        "signed": change.signed,
        "present": change.present,
        "when": _when(change),
        "proof": proof if alone else f"{proof}, and what else is named here put right,",
    }
    return Hit(Place(change.part, change.member), {**facts, **told}, variant)


_INSTANTS = frozenset({"exp", "iat", "nbf"})


def _when(change: Change) -> str:
    """The instant that a time claim named when it was signed."""
    text = change.signed.strip('"')
    if change.member not in _INSTANTS or not re.fullmatch(r"[0-9]{9,11}(?:\.[0-9]+)?", text):
        return ""
    return f" ({utc(float(text))})"


def _searched(why: Autopsy) -> str:
    """How the search for an edit went, in words."""
    if not why.tried:
        return "no edit was searched for"
    if why.fault == "bytes" and why.variant in ("edited", "rewritten"):
        return f"candidate {why.tried:,} of the search"
    limit = "" if why.finished else ", as many as the time allowed (--search SECONDS)"
    return f"{why.tried:,} explainable edits were tried{limit}"
