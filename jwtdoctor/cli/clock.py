"""``jwtdoctor clock``: how far this machine's clock is from a server's, and whether that matters there."""

from __future__ import annotations

from typing import NamedTuple

from ..catalog import Catalog, Profile, load
from ..library import choose
from ..live.clock import consequence, measure
from ..live.offset import Limits
from ..render.clock import Difference, render
from .failure import Failure, complain, emit
from .network import CLOCKS, address, count, is_encrypted, is_here, reaching, seconds, way
from .screen import is_terminal, look

SAMPLES, MOST_SAMPLES = 5, 60
TIMEOUT = 10.0
OFF = 1
_CHECK = "clock-skew"
"""The check whose rules say from which difference on a clock is wrong."""


class Options(NamedTuple):
    """The options of one call."""

    samples: str | None = None
    warn: str | None = None
    timeout: str | None = None
    ca_file: str | None = None
    profile: str | None = None
    format: str | None = None


def run(url: str, options: Options) -> int:
    """Measure and show; 1 when the clock is off by more than matters."""
    target = address(url, "the address")
    asked = count(options.samples, "--samples", SAMPLES, MOST_SAMPLES)
    how = way(seconds(options.timeout, "--timeout", TIMEOUT), options.ca_file)
    known = load()
    limits = limits_of(known) if options.warn is None else Limits(*[seconds(options.warn, "--warn", 0.0, 86400)] * 2)
    profile = profile_of(known, options.profile, target)
    if not is_encrypted(target) and not is_here(target):
        complain("over http anybody on the way can answer with any time; accepted as well: https://")
    with reaching(how, options.ca_file):
        found = measure(target, asked, how, CLOCKS)
    if found.offset.contradiction >= min(limits):
        raise Failure(
            f"the answers contradict each other by {found.offset.contradiction:.0f} s, which tells nothing of this clock: several servers "
            "behind one name, or a clock that was set meanwhile; ask again"
        )
    grace, lifetimes = profile.settings["grace"]["accepted"], profile.settings["usual_lifetimes"]
    result = consequence(found.offset, lifetimes, grace)
    difference = Difference(target, is_encrypted(target), found, limits, result, profile.name, profile.title)
    emit(render(difference, options.format or ("terminal" if is_terminal() else "plain"), look()))
    return OFF if difference.is_off else 0


def limits_of(known: Catalog) -> Limits:
    """From which difference on a rule of the catalogue speaks up."""
    found = {each.params["direction"]: float(each.params["seconds"]) for each in known.rules.values() if each.check == _CHECK}
    return Limits(found["ahead"], found["behind"])


def profile_of(known: Catalog, wanted: str | None, endpoint: str) -> Profile:
    """The profile asked for, else that of the server. Raises Failure for one that does not exist."""
    if wanted is not None and wanted not in known.profiles:
        raise Failure(f"no such profile; known are {', '.join(sorted(known.profiles))}")
    return choose(known, wanted, None, None, endpoint, None)[1]
