"""Checks of exp, iat and nbf: their form, their unit, and where they lie. RFC 7519 §4.1.4 to §4.1.6."""

from __future__ import annotations

from typing import NamedTuple

from ..case import NEEDS, Case
from ..model import Skipped
from ..moments import relative, span, utc, year_in_words, zone
from . import numericdate
from .numericdate import BY_NAME, Base, Reading, signing_moment
from .overflow import UNCERTAIN, flips, overflow
from .registry import NOTHING, Outcome, check, one
from .zones import Shift, shift

DAY = 86400


class ClaimParams(NamedTuple):
    """``claim``: exp, iat or nbf."""

    claim: str


class AbsentParams(NamedTuple):
    """``claim``, its ``former`` names, and what people write ``instead``; lower case."""

    claim: str
    former: tuple[str, ...]
    instead: tuple[str, ...]


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
    params=AbsentParams,
    facts="claim instead",
    variants="absent misnamed former-name",
    needs="claims",
    reads="all_there",
)
def claim_absent(case: Case, params: AbsentParams) -> Outcome:
    """The claim is not there; perhaps under another spelling or as null."""
    claims = case.claims
    if claims.get(params.claim) is not None:
        return NOTHING
    instead = other_name(case, params)
    variant = "former-name" if instead in params.former else "misnamed" if instead else "absent"
    return one("payload", params.claim, variant, claim=params.claim, instead=instead)


def other_name(case: Case, params: AbsentParams) -> str:
    """The member that seems to hold what the claim should; empty when there is none."""
    spellings = {params.claim, *params.former, *params.instead}
    return next((name for name in case.claims if name != params.claim and name.strip().lower() in spellings), "")


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


@check("expiry-is-duration", variants="lifetime small", facts="value meant span", needs="claims clock", reads="times")
def expiry_is_duration(case: Case, params: object) -> Outcome:
    """exp holds a lifetime: read as a moment it lies in the 1970s."""
    reading = case.facet(numericdate.exp)
    if reading.unit != "duration" or reading.number is None:
        return NOTHING
    variant = "lifetime" if reading.number <= DAY else "small"
    return one("payload", "exp", variant, value=reading.lexeme, meant=utc(reading.number), span=span(reading.number))


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
        until=utc(flips(found)),
    )


def _absolute_as_validity(case: Case) -> tuple[str, int] | None:
    """exp is an absolute time added to the present one: about twice now, or epoch milliseconds plus now."""
    reading, base = case.facet(numericdate.exp), case.facet(signing_moment)
    if reading.number is None or base is None:
        return None
    extra = int(reading.number) - base.at
    slack = DAY + (0 if base.exact else UNCERTAIN)
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
    if reading.form in ("iso", "words", "boolean", "container", "null"):
        return Skipped("`exp` is no number", "claims")
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
    variants="server here measured",
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
    if case.measured_skew is not None and (told := _measured(case.measured_skew, case.moment, base, params)) is not None:
        return told
    if not base.exact:
        if params.direction == "behind" and has_date and exp.unit == "seconds" and exp.seconds is not None:
            return _behind_by_exp(exp.seconds, case.moment)
        return Skipped("the assertion has no `iat` to compare with a clock", "iat")
    if params.direction == "behind" and not has_date:
        return Skipped("an old `iat` may just be an old paste; the Date header of the server's answer would tell", "date")
    skew = base.at - case.moment
    if (skew if params.direction == "ahead" else -skew) < params.seconds:
        return NOTHING
    if case.facet(shift):
        return Skipped("a time zone explains the difference as well as a clock would", "clock")
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


def _measured(ahead: float, moment: int, base: Base, params: SkewParams) -> Outcome | None:
    """What a measurement says of the clock of the machine that asked; ``None`` where it says nothing."""
    skew = ahead if params.direction == "ahead" else -ahead
    if skew < params.seconds:
        said = "the clock that sent it is right; an old `iat` is an assertion sent late, or one that another machine signed"
        return Skipped(said, "iat") if params.direction == "behind" else None
    claim = base.source if base.exact else "exp"
    here = utc(moment + ahead)
    return one(
        "payload", claim, "measured", skew=span(skew), claim=claim, issued=here, reference=utc(moment), clock="the server's clock"
    )


def _behind_by_exp(exp: int, date: int) -> Outcome:
    """Without iat, an exp before the server's Date is lateness or a slow clock; one after it rules the slow clock out."""
    if exp >= date:
        return NOTHING
    return Skipped("without `iat`, lateness and a slow clock look alike", "iat")


def _no_clock_makes_it_past(exp: Reading, moment: int) -> bool:
    """An exp hours ahead is past on no server: clocks drift by minutes, and an hour at most is a summer time taken wrongly."""
    return exp.number is not None and exp.number - moment > 2 * 3600
