"""Checks of the token's form: is it an assertion at all, and can it be read? RFC 7515 §3.1, §7.1."""

from __future__ import annotations

from .. import kinds
from ..case import Case
from ..decode import Part, Problem
from ..forensics.shape import SIZES
from ..model import Hit, Place
from .registry import NOTHING, Outcome, check, one
from .signature import examined, wrapping

_SECRET_KINDS = frozenset({"private-key", "private-key-der", "private-jwk", "service-account-key"})

_FOREIGN = (
    "id-token access-token refresh-token jwe dpop-proof request-object logout-token saml certificate certificate-request "
    "public-key jwk salesforce-access-token salesforce-refresh-token google-access-token google-refresh-token github-token "
    "okta-api-token paseto fernet macaroon sd-jwt json-jws token-response basic-credentials consumer-key client-secret uuid"
)


@check(
    "is-private-key",
    facts="",
    variants="private-key private-key-der private-jwk service-account-key",
    needs="paste",
    reads="shape",
)
def is_private_key(case: Case, params: object) -> Outcome:
    """A private key was pasted where an assertion belongs."""
    return one("token", "", case.kind) if case.kind in _SECRET_KINDS else NOTHING


@check("is-other-kind", facts="issuer audience", variants=_FOREIGN, needs="paste", reads="shape")
def is_other_kind(case: Case, params: object) -> Outcome:
    """A token or text of another kind was pasted."""
    if case.kind in _SECRET_KINDS or case.kind in (kinds.ASSERTION, kinds.UNREADABLE, ""):
        return NOTHING
    return one(
        "token",
        "",
        case.kind,
        issuer=str(case.claims.get("iss", "")),
        audience=str(case.claims.get("aud", "")),
    )


_PROBLEMS = "segments too-long empty not-base64 not-utf8 not-json not-object too-deep duplicate-member control-character not-a-json-number byte-order-mark"
_PART_NAMES = {"header": "header", "payload": "claims part", "signature": "signature"}


def _unfilled(case: Case) -> str:
    """What stands for the assertion in a request that takes it from a variable or a file; empty where there is none."""
    request = case.request
    if request is None:
        return ""
    place, _, name = request.where.partition(".")
    return {"body": request.fields, "query": request.query}.get(place, {}).get(name, "").strip()


@check(
    "is-malformed",
    facts="part detail count wanted",
    variants=f"{_PROBLEMS} nothing not-shown odd-size wrapped wrapped-paste",
    needs="paste",
    reads="shape signature_form header verified",
)
def is_malformed(case: Case, params: object) -> Outcome:
    """The text cannot be read as header.claims.signature."""
    if case.kind not in (kinds.ASSERTION, kinds.UNREADABLE):
        return NOTHING
    token = case.token
    if token is None:
        written = _unfilled(case)
        return one("token", "", "not-shown" if written else "nothing", part="", detail=written, count=0)
    around = [_AROUND[each] for each in (case.paste.stripped if case.paste is not None else ()) if each in _AROUND]
    if around:
        sent = case.request is not None
        return one("token", "", "wrapped" if sent else "wrapped-paste", part="", detail=", ".join(around), count=3)
    if not (token.problems or token.header.problems or token.payload.problems or token.signature.problems):
        return _odd_size(case)
    hits = [_hit("token", p, len(token.segments)) for p in token.problems]
    parts = (("header", token.header), ("payload", token.payload), ("signature", token.signature))
    for name, part in parts:
        hits.extend(
            _hit(name, p, len(token.segments)) for p in part.problems if p.code != "absent" and not _is_none(case, name, p)
        )
    return hits


_AROUND = {
    "bytes-literal": "Python's b'…'",
    "quotes": "quotation marks",
    "line-breaks": "line breaks",
    "invisible-characters": "invisible characters",
    "spaces": "spaces",
    "ellipsis": "dots of a shortened text",
}
"""What a server does not take off; in a paste it may have come with the copying."""


def _odd_size(case: Case) -> Outcome:
    """An RSA signature is as long as the key, and keys have round sizes; an elliptic-curve one has the curve's: another length
    was cut or damaged."""
    alg = case.header.get("alg")
    if case.token is None or not isinstance(alg, str) or not alg.startswith(("RS", "PS", "ES", "EdDSA")):
        return NOTHING
    found = case.facet(wrapping)
    size = len(found.inner)
    if found.wrapping != "plain" or size in SIZES or (size % 64 == 0 and size >= 128) or _is_explained(case):
        return NOTHING
    usual = {"ES256": 64, "ES256K": 64, "ES384": 96, "ES512": 132, "EdDSA": 64}.get(alg)
    wanted = f"an {alg} signature has {usual}" if usual else "an RSA-2048 signature has 256"
    return one("signature", "", "odd-size", part="signature", detail=str(size), count=3, wanted=wanted)


def _is_explained(case: Case) -> bool:
    """Whether the right key told already what the odd length comes from."""
    found = case.facet(examined).found
    return found is not None and found.fault in ("encoding", "bytes")


def _is_none(case: Case, name: str, problem: Problem) -> bool:
    """An empty signature under alg "none" is the algorithm's way, and a rule of its own."""
    return name == "signature" and problem.code == "empty" and str(case.header.get("alg")).lower() == "none"


def _hit(name: str, problem: Problem, count: int) -> Hit:
    return Hit(Place(name), {"part": _PART_NAMES.get(name, name), "detail": problem.detail, "count": count}, problem.code)


@check(
    "part-encoding",
    facts="part detail",
    variants=(
        "unescaped-plus padding standard-alphabet white-space percent-encoded trailing-bits base64-twice hex hex-text der "
        "leading-zero-lost leading-zero-added reversed unpadded plus-to-space damaged placeholder"
    ),
    needs="paste",
    reads="shape signature_form verified",
)
def part_encoding(case: Case, params: object) -> Outcome:
    """A part is not plain base64url, or a second encoding hides inside the signature. RFC 7515 §2, RFC 7518 §3.4."""
    token = case.token
    if token is None or case.kind not in (kinds.ASSERTION, kinds.UNREADABLE):
        return NOTHING
    hits: list[Hit] = []
    if case.paste is not None and "unescaped-plus" in case.paste.stripped:
        hits.append(Hit(Place("request", "assertion"), {"part": "assertion", "detail": ""}, "unescaped-plus"))
    if len(token.segments) == 3 and (token.header.oddities or token.payload.oddities or token.signature.oddities):
        for name, part in (("header", token.header), ("payload", token.payload), ("signature", token.signature)):
            hits.extend(_odd(name, part))
    if token.signature.data:
        wrapped = case.facet(wrapping)
        if wrapped.wrapping != "plain":
            variant = {"base64": "base64-twice"}.get(wrapped.wrapping, wrapped.wrapping)
            maker = ", ".join(wrapped.makers)
            hits.append(
                Hit(
                    Place("signature"),
                    {
                        "part": "signature",
                        "detail": f"{len(wrapped.inner)} bytes{f', as {maker} makes' if maker else ''}",
                    },
                    variant,
                )
            )
    return [*hits, *_proven(case)]


_PROVEN = frozenset(
    {"leading-zero-lost", "leading-zero-added", "reversed", "unpadded", "plus-to-space", "damaged", "placeholder"}
)


def _proven(case: Case) -> list[Hit]:
    """Damage that only the right key shows: put right, the signature verifies."""
    found = case.facet(examined).found
    if found is None or found.fault != "encoding" or found.variant not in _PROVEN:
        return []
    return [Hit(Place("signature"), {"part": "signature", "detail": found.detail}, found.variant)]


def _odd(name: str, part: Part) -> list[Hit]:
    told = ("padding", "standard-alphabet", "white-space", "percent-encoded", "trailing-bits")
    return [Hit(Place(name), {"part": _PART_NAMES[name], "detail": p.detail}, p.code) for p in part.oddities if p.code in told]
