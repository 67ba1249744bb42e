"""What checks read, in a form to compare: two cases alike in it get the same answers from the checks that read only that.

A fingerprint is a hashable value, or ``None`` where the exhibit is unusual and its answers are not to be remembered. Most
tokens of one app are alike but for their times and their users, so most rules need not be asked again (see the engine).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from .. import kinds
from ..case import Case
from .signature import OF_HMAC, examined, wrapping

SPAN = 3 * 86400
"""Within a few days of the judgement, time rules depend on distances alone: every value there counts seconds, and no 32-bit
overflow lands so near."""
_FAR_FROM_EXPIRY = 60 * 86400
_LONG_AFTER_1970 = 10**8
"""Before, a lifetime and a moment look alike, and distances do not tell all."""
_LONGEST = 512
"""Longer texts are not remembered: memory is bounded by bytes as well as by count."""
_NO_CLAIM = object()


class Fingerprints(NamedTuple):
    """One field per thing that checks read; ``has`` goes with every one, since it decides what is skipped."""

    has: int
    shape: Hashable
    header: Hashable
    iss: Hashable
    sub: Hashable
    aud: Hashable
    endpoint: Hashable
    app: Hashable
    all_there: Hashable
    times: Hashable
    signature_form: Hashable
    verified: Hashable
    certificates: Hashable
    no_request: Hashable
    secrets: Hashable


def take(case: Case) -> Fingerprints | None:
    """All fingerprints of a case in one pass; ``None`` for a token that is not an everyday one."""
    token, paste, claims = case.token, case.paste, case.claims
    if token is None or paste is None or not token.clean or case.kind is not kinds.ASSERTION:
        return None
    if case.project is not None or case.environment is not None or case.origins:
        return None
    form, status = case.facet(wrapping), case.facet(examined).status
    iss, sub, aud = claims.get("iss"), claims.get("sub"), claims.get("aud")
    return Fingerprints(
        case.has,
        None if paste.stripped else True,
        token.segments[0] if len(token.segments[0]) < _LONGEST else None,
        iss if type(iss) is str and len(iss) < _LONGEST else None,
        sub if type(sub) is str and len(sub) < _LONGEST else None,
        aud if type(aud) is str and len(aud) < _LONGEST else None,
        _endpoint(case),
        case.app or "",
        True if iss is not None and sub is not None and aud is not None and claims.get("exp") is not None else None,
        _times(case),
        len(form.inner) if form.wrapping == "plain" else None,
        status if status != "invalid" else None,
        _certificates(case),
        True if case.request is None else None,
        None if case.secrets and len(form.inner) in OF_HMAC else True,
    )


def _endpoint(case: Case) -> Hashable:
    endpoint = case.endpoint or ""
    return endpoint if len(endpoint) < _LONGEST else None


def _times(case: Case) -> Hashable:
    now, claims = case.moment, case.claims
    if case.measured_skew is not None:
        return None
    exp = claims.get("exp")
    if now is None or now < _LONG_AFTER_1970 or type(exp) is not int or not -SPAN < exp - now < SPAN:
        return None
    iat, nbf = claims.get("iat", _NO_CLAIM), claims.get("nbf", _NO_CLAIM)
    if iat is nbf is _NO_CLAIM:
        return exp - now
    issued, begins = _away(iat, now), _away(nbf, now)
    return (exp - now, issued, begins) if issued is not None and begins is not None else None


def _away(value: object, now: int) -> int | None:
    if value is _NO_CLAIM:
        return SPAN
    return value - now if type(value) is int and -SPAN < value - now < SPAN else None


def _certificates(case: Case) -> Hashable:
    given = case.certificates
    if not given:
        return ""
    if len(given) > 1 or case.moment is None:
        return None
    one = given[0]
    if one.candidate or one.not_before is None or one.not_after is None or (case.warn_days or 0) * 86400 > _FAR_FROM_EXPIRY:
        return None
    if not one.not_before < case.moment < one.not_after - _FAR_FROM_EXPIRY:
        return None
    return one.sha256, one.file_size, one.why, one.form, one.private
