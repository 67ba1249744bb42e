"""Checks of the JOSE header: algorithm and critical members. RFC 7515 §4.1, RFC 7518 §3."""

from __future__ import annotations

from ..case import Case
from ..forensics.shape import hash_name
from ..model import Hit
from .registry import NOTHING, Outcome, check, one
from .signature import OF_HMAC, examined, secrets, wrapping


@check("algorithm-none", facts="value", needs="header", reads="header")
def algorithm_none(case: Case, params: object) -> Outcome:
    """The token says of itself that it is not signed."""
    alg = case.header.get("alg")
    return one("header", "alg", value=alg) if isinstance(alg, str) and alg.lower() == "none" else NOTHING


def shared_secret(case: Case) -> tuple[str, str, str] | None:
    """Facet: which of the texts at hand served as the HMAC secret, how it was read, and with which hash."""
    if case.token is None or len(case.facet(wrapping).inner) not in OF_HMAC:
        return None
    from ..forensics.secret import signer

    return signer(case.facet(secrets), case.token.signing_input, case.facet(wrapping).inner)


def _tried(case: Case) -> str:
    """Which texts were tried as the secret, in words."""
    names = [name for name, _ in case.facet(secrets)] if len(case.facet(wrapping).inner) in OF_HMAC else []
    if not names:
        return "give a text that may have been the secret with --secret-file, to see whether it was"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"ruled out as the secret: {', '.join(names[:3])}{more}"


@check(
    "algorithm-hmac",
    facts="value size secret hash tried signer makers",
    variants="said looks secret signed sized",
    needs="header",
    reads="header signature_form secrets verified",
)
def algorithm_hmac(case: Case, params: object) -> Outcome:
    """HMAC with a shared secret: one at hand was used, the header names it (rightly or not), or the signature has the length of one."""
    alg = case.header.get("alg")
    known = case.facet(shared_secret)
    if known is not None:
        name, words, hash = known
        secret = f"{name} {words}" if words else name
        return one("signature", "", "secret", value=str(alg), size=0, secret=secret, hash=hash_name(hash), tried="", **_NOBODY)
    if isinstance(alg, str) and alg.upper().startswith("HS"):
        return _header_alone(case, alg) or one(
            "header", "alg", "said", value=alg, size=0, secret="", hash="", tried=_tried(case), **_NOBODY
        )
    if case.token is None or not case.token.signature.data or not isinstance(alg, str) or not alg.startswith(("RS", "PS")):
        return NOTHING
    size = len(case.facet(wrapping).inner)
    return (
        one("signature", "", "looks", value=alg, size=size, secret="", hash="", tried=_tried(case), **_NOBODY)
        if size in (32, 48)
        else NOTHING
    )


_NOBODY = {"signer": "", "makers": ""}


def _header_alone(case: Case, alg: str) -> tuple[Hit, ...]:
    """The header names HMAC over a signature that a private key made: by the key at hand, or because an HMAC is never that long."""
    size, signer = len(case.facet(wrapping).inner), case.facet(examined).signer
    facts = {"value": alg, "size": size, "secret": "", "hash": "", "tried": ""}
    if signer is not None:
        return one("header", "alg", "signed", signer=signer.name, makers="", **facts)
    makers = case.facet(wrapping).makers
    if not makers or size in OF_HMAC or case.stated is not None:
        return ()
    return one("header", "alg", "sized", signer="", makers=" or ".join(makers), **facts)


@check(
    "algorithm-listed",
    facts="value listed size",
    variants="rsa-other ecdsa unknown missing not-text looks-ecdsa",
    needs="header",
    settings="algorithms",
    reads="header signature_form",
)
def algorithm_listed(case: Case, params: object) -> Outcome:
    """alg is not one that the provider documents."""
    header = case.header
    listed = case.setting("algorithms")
    alg = header.get("alg")
    if alg in listed and isinstance(alg, str):
        return _contradicted(case, alg, listed)
    facts = {"value": str(alg), "listed": ", ".join(listed), "size": 0}
    if alg is None:
        return one("header", "alg", "missing", **facts)
    if not isinstance(alg, str):
        return one("header", "alg", "not-text", **facts)
    if alg.lower() == "none" or alg.upper().startswith("HS"):
        return NOTHING
    if alg.startswith(("ES", "Ed")):
        return one("header", "alg", "ecdsa", **facts)
    return one("header", "alg", "rsa-other" if alg in ("RS384", "RS512", "PS256", "PS384", "PS512") else "unknown", **facts)


def _contradicted(case: Case, alg: str, listed: list[str]) -> Outcome:
    """The header says RSA, the signature has the length of an elliptic-curve one."""
    if not alg.startswith(("RS", "PS")) or case.token is None or not case.token.signature.data:
        return NOTHING
    size = len(case.facet(wrapping).inner)
    if size in (64, 96, 132):
        return one("signature", "", "looks-ecdsa", value=alg, listed=", ".join(listed), size=size)
    return NOTHING


@check("critical-member", facts="members", variants="unknown unencoded malformed", needs="header", reads="header")
def critical_member(case: Case, params: object) -> Outcome:
    """``crit`` obliges the server to understand or refuse. RFC 7515 §4.1.11, RFC 7797."""
    header = case.header
    if "crit" not in header:
        return NOTHING
    members = header["crit"]
    if not isinstance(members, list) or not members or not all(isinstance(m, str) for m in members):
        return one("header", "crit", "malformed", members=str(members))
    variant = "unencoded" if "b64" in members and header.get("b64") is False else "unknown"
    return one("header", "crit", variant, members=", ".join(members))
