"""Checks of exp, iat and nbf: their form, their unit, and where they lie. RFC 7519 §4.1.4 to §4.1.6."""

from __future__ import annotations

from typing import NamedTuple

from ..case import NEEDS, Case
from ..model import Skipped
from ..moments import relative, span, utc, year_in_words, zone
from . import numericdate
from .numericdate import BY_NAME, Reading
from .registry import NOTHING, Outcome, check, one

DAY = 86400

ZONES: tuple[int, ...] = tuple(
    int(hours * 3600)
    for hours in (
        -12, -11, -10, -9.5, -9, -8, -7, -6, -5, -4, -3.5, -3, -2.5, -2, -1,
        1, 2, 3, 3.5, 4, 4.5, 5, 5.5, 5.75, 6, 6.5, 7, 8, 8.75, 9, 9.5, 10, 10.5, 11, 12, 12.75, 13, 13.75, 14,
    )
)  # fmt: skip
"""UTC offsets in use, seconds (IANA time zone database, with summer times)."""


class ClaimParams(NamedTuple):
    """``claim``: exp, iat or nbf."""

    claim: str


class UnitParams(NamedTuple):
    """``claim`` and the units this rule speaks of."""

    claim: str
    units: tuple[str, ...]


class FormParams(NamedTuple):
    """``claim`` and the forms this rule speaks of."""

    claim: str
    forms: tuple[str, ...]


_UNIT_NAMES = {
    "ticks": ".NET ticks (100 ns since the year 1)",
    "ticks-1970": "100-nanosecond ticks",
    "filetime": "Windows file time (100 ns since 1601)",
}


@check(
    "claim-absent",
    params=ClaimParams,
    facts="claim instead",
    variants="absent misnamed former-name",
    needs="claims",
    reads="all_there",
)
def claim_absent(case: Case, params: ClaimParams) -> Outcome:
    """The claim is not there; perhaps under another spelling or as null."""
    claims = case.claims
    if claims.get(params.claim) is not None:
        return NOTHING
    instead = other_name(case, params.claim)
    variant = "former-name" if instead == "prn" else "misnamed" if instead else "absent"
    return one("payload", params.claim, variant, claim=params.claim, instead=instead)


_OTHER_NAMES = {
    "iss": ("issuer", "client_id", "clientid", "consumer_key"),
    "sub": ("prn", "subject", "username", "user"),
    "aud": ("audience",),
    "exp": ("expires", "expiry", "expiration", "expires_in", "expiresat", "expires_at"),
    "iat": ("issued_at", "issuedat"),
}


def other_name(case: Case, claim: str) -> str:
    """The member that seems to hold what ``claim`` should; empty when there is none."""
    spellings = {claim, *_OTHER_NAMES.get(claim, ())}
    return next((name for name in case.claims if name != claim and name.strip().lower() in spellings), "")


@check(
    "numeric-date-unit",
    params=UnitParams,
    facts="claim value unit year divisor in_seconds meant offset",
    needs="claims clock",
    reads="times",
)
def numeric_date_unit(case: Case, params: UnitParams) -> Outcome:
    """The claim is near now only after a division: it counts another unit than seconds."""
    reading = case.facet(BY_NAME[params.claim])
    if reading.unit not in params.units or reading.meant is None or reading.number is None or case.moment is None:
        return NOTHING
    if params.claim == "exp" and _absolute_as_validity(case):
        return NOTHING
    return one(
        "payload",
        params.claim,
        claim=params.claim,
        value=reading.lexeme,
        unit=_UNIT_NAMES.get(reading.unit, reading.unit),
        year=year_in_words(reading.number),
        divisor=reading.divisor,
        in_seconds=reading.meant,
        meant=utc(reading.meant),
        offset=relative(reading.meant - case.moment),
    )


@check(
    "numeric-date-form",
    params=FormParams,
    facts="claim value form meant",
    variants="digits iso words other float",
    needs="claims",
    reads="times",
)
def numeric_date_form(case: Case, params: FormParams) -> Outcome:
    """The claim is no whole JSON number."""
    reading = case.facet(BY_NAME[params.claim])
    if reading.form not in params.forms:
        return NOTHING
    variant = reading.form if reading.form in ("digits", "iso", "words", "float") else "other"
    meant = utc(reading.meant) if reading.meant is not None else ""
    return one("payload", params.claim, variant, claim=params.claim, value=reading.lexeme, form=reading.form, meant=meant)


@check("expiry-is-duration", facts="value meant span", needs="claims clock", reads="times")
def expiry_is_duration(case: Case, params: object) -> Outcome:
    """exp holds a lifetime: read as a moment it lies in the 1970s."""
    reading = case.facet(numericdate.exp)
    if reading.unit != "duration" or reading.number is None:
        return NOTHING
    return one("payload", "exp", value=reading.lexeme, meant=utc(reading.number), span=span(reading.number))


class _Base(NamedTuple):
    """The moment of signing, as well as it can be known."""

    at: int
    source: str
    exact: bool


def signing_moment(case: Case) -> _Base | None:
    """Facet: when the assertion was made: by iat or nbf if they count seconds, else about the moment of judgement."""
    for name in ("iat", "nbf"):
        reading = case.facet(BY_NAME[name])
        if reading.unit == "seconds" and reading.seconds is not None:
            return _Base(reading.seconds, name, True)
    return _Base(case.moment, "now", False) if case.moment is not None else None


class Overflow(NamedTuple):
    """How epoch milliseconds went through 32 bits: all in seconds but ``milliseconds`` and ``integer``."""

    at: int
    lifetime: int
    milliseconds: int
    integer: int
    base: str


_LIFETIMES = (60, 120, 180, 240, 300, 600, 900, 1800, 3600, 7200, 86400, 0)
_OVERFLOW_LEAST = 7 * DAY
_UNCERTAIN = 300


def overflow(case: Case) -> Overflow | None:
    """Facet: exp = t + int32(1000 · (t + lifetime) + fraction), the low 32 bits of epoch milliseconds taken as a duration.

    Two's complement truncation as of Java's ``Long.intValue`` (Java Language Specification §5.1.3).
    """
    reading = case.facet(numericdate.exp)
    base = case.facet(signing_moment)
    if reading.number is None or base is None or reading.unit not in ("seconds", "duration", "unclear"):
        return None
    exp = int(reading.number)
    if abs(exp - base.at) < _OVERFLOW_LEAST or abs(exp - base.at) > 2**31 + _UNCERTAIN:
        return None
    reach = 2 if base.exact else _UNCERTAIN
    for away in range(reach + 1):
        for at in {base.at - away, base.at + away}:
            for lifetime in _LIFETIMES:
                fraction = (exp - at - 1000 * (at + lifetime)) & 0xFFFFFFFF
                if fraction < 1000:
                    return Overflow(at, lifetime, 1000 * (at + lifetime) + fraction, exp - at, base.source)
    return None


@check(
    "expiry-overflow",
    facts="value meant at lifetime milliseconds integer shift base until",
    variants="past future",
    needs="claims clock",
    reads="times",
)
def expiry_overflow(case: Case, params: object) -> Outcome:
    """exp is the signing moment plus epoch milliseconds squeezed into a signed 32-bit integer."""
    reading, found = case.facet(numericdate.exp), case.facet(overflow)
    if found is None or reading.number is None or case.moment is None:
        return NOTHING
    return one(
        "payload",
        "exp",
        "past" if reading.number <= case.moment else "future",
        value=reading.lexeme,
        meant=utc(reading.number),
        at=utc(found.at),
        lifetime=span(found.lifetime),
        milliseconds=found.milliseconds,
        integer=found.integer,
        shift=f"{span(found.integer)} {'before' if found.integer < 0 else 'after'}",
        base=found.base if found.base != "now" else "the moment of signing",
        until=utc(_flips(found)),
    )


def _flips(found: Overflow) -> int:
    """When the integer next changes its sign: every 2^31 ms, 24.86 days."""
    return found.at + (2**31 - (found.milliseconds % 2**31)) // 1000


def _absolute_as_validity(case: Case) -> tuple[str, int] | None:
    """exp is an absolute time added to the present one: about twice now, or epoch milliseconds plus now."""
    reading, base = case.facet(numericdate.exp), case.facet(signing_moment)
    if reading.number is None or base is None:
        return None
    extra = int(reading.number) - base.at
    slack = DAY + (0 if base.exact else _UNCERTAIN)
    if abs(extra - base.at) <= slack:
        return "seconds", extra
    if abs(extra - 1000 * base.at) <= 1000 * slack:
        return "milliseconds", extra
    return None


@check("validity-is-absolute-time", facts="value year unit validity meant", needs="claims clock", reads="times")
def validity_is_absolute_time(case: Case, params: object) -> Outcome:
    """A point in time was given where a lifetime was wanted, so exp is about twice now."""
    reading, found = case.facet(numericdate.exp), _absolute_as_validity(case)
    if found is None or reading.number is None:
        return NOTHING
    unit, extra = found
    return one(
        "payload",
        "exp",
        value=reading.lexeme,
        year=year_in_words(reading.number),
        unit=unit,
        validity=extra,
        meant=utc(extra if unit == "seconds" else extra // 1000),
    )


class Shift(NamedTuple):
    """A UTC offset between what exp says and what was meant."""

    offset: int
    lifetime: int
    exact: bool
    evidence: str


def shift(case: Case) -> Shift | None:
    """Facet: the UTC offset that explains where exp lies, with the evidence for it."""
    reading = case.facet(numericdate.exp)
    if reading.unit != "seconds" or reading.seconds is None or case.moment is None or case.facet(overflow):
        return None
    usual: tuple[int, ...] = tuple(case.profile.settings.get("usual_lifetimes", ()))
    issued = case.facet(numericdate.iat).seconds if case.facet(numericdate.iat).unit == "seconds" else None
    if issued is None:
        return _shift_without_iat(reading.seconds - case.moment, usual)
    lifetime = reading.seconds - issued
    if abs(case.moment - issued) <= 600:
        return _shift_against_iat(lifetime, usual)
    return _shift_of_both(case.moment - issued, lifetime, usual)


def _shift_against_iat(lifetime: int, usual: tuple[int, ...]) -> Shift | None:
    """iat is right, exp is not: the lifetime is off by a zone."""
    if 0 < lifetime <= 3600:
        return None
    for offset in sorted(ZONES, key=abs):
        if any(abs(lifetime + offset - each) <= 2 for each in usual):
            return Shift(offset, lifetime + offset, True, "iat")
    near = next((o for o in sorted(ZONES, key=abs) if 0 < lifetime + o <= 900), None)
    return Shift(near, lifetime + near, False, "iat") if near is not None and lifetime < 0 else None


def _shift_of_both(late: int, lifetime: int, usual: tuple[int, ...]) -> Shift | None:
    """iat and exp lie off together, by a zone to the minute."""
    if not 0 < lifetime <= 3600:
        return None
    near = next((o for o in ZONES if -5 <= late - o <= 60), None)
    return Shift(near, lifetime, lifetime in usual, "both") if near is not None else None


def _shift_without_iat(ahead: int, usual: tuple[int, ...]) -> Shift | None:
    """Only exp: it must lie a zone away from now plus a usual lifetime, to a few seconds."""
    for offset in sorted(ZONES, key=abs):
        if offset > 0 and ahead > 0:
            continue
        if offset < 0 and ahead < 3600 + max(usual, default=0):
            continue
        if any(-3 <= each - (ahead + offset) <= 3 for each in usual):
            return Shift(offset, ahead + offset, True, "now")
    if ahead >= 0:
        return None
    near = next((o for o in sorted(ZONES) if o > 0 and 30 <= ahead + o <= 600), None)
    return Shift(near, ahead + near, False, "now") if near is not None else None


@check(
    "expiry-zone-shift",
    facts="value meant offset zone corrected lifetime evidence minus_lifetime",
    variants="behind-exact behind-iat behind-both behind-perhaps ahead",
    needs="claims clock",
    reads="times",
)
def expiry_zone_shift(case: Case, params: object) -> Outcome:
    """exp is off by a UTC offset: a local time was taken for UTC or the reverse."""
    reading, found = case.facet(numericdate.exp), case.facet(shift)
    if found is None or reading.seconds is None or case.moment is None:
        return NOTHING
    return one(
        "payload",
        "exp",
        _shift_variant(found),
        value=reading.lexeme,
        meant=utc(reading.seconds),
        offset=relative(reading.seconds - case.moment),
        zone=zone(found.offset),
        corrected=reading.seconds + found.offset,
        lifetime=span(found.lifetime),
        evidence=found.evidence,
        minus_lifetime=span(found.offset),
    )


def _shift_variant(found: Shift) -> str:
    if found.offset < 0:
        return "ahead"
    if found.evidence == "both":
        return "behind-both" if found.exact else "behind-perhaps"
    if not found.exact:
        return "behind-perhaps"
    return "behind-iat" if found.evidence == "iat" else "behind-exact"


@check(
    "expiry-past",
    facts="value meant offset late",
    variants="past grace just",
    needs="claims clock",
    settings="grace",
    reads="times",
)
def expiry_past(case: Case, params: object) -> Outcome:
    """exp, as the server reads it, lies before the moment of judgement."""
    reading = case.facet(numericdate.exp)
    if reading.seconds is None or case.moment is None or reading.seconds >= case.moment:
        return NOTHING
    late = case.moment - reading.seconds
    grace = case.setting("grace")
    variant = "just" if late <= grace["accepted"] else "grace" if late < grace["refused"] else "past"
    return one("payload", "exp", variant, value=reading.lexeme, meant=utc(reading.seconds), offset=relative(-late), late=late)


@check("expiry-before-issue", facts="value issued lifetime", needs="claims", reads="times")
def expiry_before_issue(case: Case, params: object) -> Outcome:
    """The lifetime exp - iat is negative."""
    exp, iat = case.facet(numericdate.exp), case.facet(numericdate.iat)
    if exp.unit != "seconds" or iat.unit != "seconds" or exp.seconds is None or iat.seconds is None or exp.seconds >= iat.seconds:
        return NOTHING
    return one("payload", "exp", value=exp.lexeme, issued=iat.lexeme, lifetime=span(iat.seconds - exp.seconds))


class ShortParams(NamedTuple):
    """``seconds``: a lifetime below this lapses on the way."""

    seconds: int


@check(
    "expiry-too-soon",
    params=ShortParams,
    variants="lived left",
    facts="value lifetime base least",
    needs="claims clock",
    reads="times",
)
def expiry_too_soon(case: Case, params: ShortParams) -> Outcome:
    """So short a life that it lapses on arrival."""
    exp, base = case.facet(numericdate.exp), case.facet(signing_moment)
    if exp.unit != "seconds" or exp.seconds is None or base is None:
        return NOTHING
    lifetime = exp.seconds - base.at
    # Without iat the lifetime is not known: a good assertion that was pasted late has as little left.
    if not 0 <= lifetime < (params.seconds if base.exact else _SIGNED_THIS_MOMENT):
        return NOTHING
    return one(
        "payload",
        "exp",
        "lived" if base.exact else "left",
        value=exp.lexeme,
        lifetime=span(lifetime),
        base=_BASE_NAMES[base.source],
        least=span(params.seconds),
    )


_SIGNED_THIS_MOMENT = 3
_BASE_NAMES = {"iat": "`iat`", "nbf": "`nbf`", "now": "now"}


@check(
    "expiry-too-far",
    facts="value meant offset limit lifetime",
    needs="claims clock",
    settings="lifetime",
    reads="times",
)
def expiry_too_far(case: Case, params: object) -> Outcome:
    """exp lies further ahead than the provider's documents allow."""
    reading = case.facet(numericdate.exp)
    if reading.seconds is None or case.moment is None or reading.form == "missing":
        return NOTHING
    limit = int(case.setting("lifetime")["documented"])
    ahead = reading.seconds - case.moment
    if ahead <= limit or case.facet(overflow) or _absolute_as_validity(case):
        return NOTHING
    found = case.facet(shift)
    if found is not None and found.offset < 0:
        return NOTHING
    return one(
        "payload",
        "exp",
        value=reading.lexeme,
        meant=utc(reading.seconds),
        offset=relative(ahead),
        limit=span(limit),
        lifetime=span(ahead),
    )


@check(
    "claim-in-future",
    params=ClaimParams,
    facts="claim value meant offset",
    needs="claims clock",
    settings="leeway",
    reads="times",
)
def claim_in_future(case: Case, params: ClaimParams) -> Outcome:
    """iat or nbf lies in the server's future by more than the leeway."""
    reading = case.facet(BY_NAME[params.claim])
    if reading.unit != "seconds" or reading.seconds is None or case.moment is None:
        return NOTHING
    ahead = reading.seconds - case.moment
    if ahead <= case.setting("leeway")["seconds"]:
        return NOTHING
    return one(
        "payload",
        params.claim,
        claim=params.claim,
        value=reading.lexeme,
        meant=utc(reading.seconds),
        offset=relative(ahead),
    )


class SkewParams(NamedTuple):
    """``direction``: ``ahead`` or ``behind``; ``seconds``: what is more than the way and a rounding."""

    direction: str
    seconds: int


@check(
    "clock-skew",
    params=SkewParams,
    facts="skew claim issued reference clock",
    variants="server here",
    needs="claims clock",
    reads="times",
)
def clock_skew(case: Case, params: SkewParams) -> Outcome:
    """The clock that wrote iat (or nbf) differs from the server's."""
    exp, base = case.facet(numericdate.exp), case.facet(signing_moment)
    if case.moment is None or base is None:
        return Skipped("no clock to compare with", "clock")
    has_date = bool(case.has & NEEDS["date"][0])
    if params.direction == "behind" and (_no_clock_makes_it_past(exp, case.moment) or (base.exact and base.at > case.moment)):
        return NOTHING
    if not base.exact:
        if params.direction == "behind" and has_date and exp.unit == "seconds" and exp.seconds is not None:
            return _behind_by_exp(exp.seconds, case.moment)
        return Skipped("the assertion has no `iat` to compare with a clock", "iat")
    if params.direction == "behind" and not has_date:
        return Skipped("an old `iat` may just be an old paste; the Date header of the server's answer would tell", "date")
    skew = base.at - case.moment
    if (skew if params.direction == "ahead" else -skew) < params.seconds or case.facet(shift):
        return NOTHING
    if params.direction == "behind" and -skew > DAY:
        return NOTHING
    return one(
        "payload",
        base.source,
        "server" if has_date else "here",
        skew=span(skew),
        claim=base.source,
        issued=utc(base.at),
        reference=utc(case.moment),
        clock="the server's clock" if has_date else "the clock of this judgement",
    )


def _behind_by_exp(exp: int, date: int) -> Outcome:
    """Without iat, an exp before the server's Date is lateness or a slow clock; one after it rules the slow clock out."""
    if exp >= date:
        return NOTHING
    return Skipped("without `iat`, lateness and a slow clock look alike", "iat")


def _no_clock_makes_it_past(exp: Reading, moment: int) -> bool:
    """An exp hours ahead is past on no server: clocks drift by minutes, and an hour at most is a summer time taken wrongly."""
    return exp.number is not None and exp.number - moment > 2 * 3600
