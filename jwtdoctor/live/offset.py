"""How far apart are two clocks, when one of them is only known by the whole seconds of a Date header?

RFC 9110 §6.6.1: Date is the moment at which the message originated, to the second. A request that left at ``sent`` and was answered
``trip`` later with Date ``d`` shows that at some moment between the two the server's clock stood between ``d`` and ``d + 1``. So this
machine is ahead of the server by more than ``sent - d - 1`` and by no more than ``sent + trip - d``; several such stretches are
intersected. When the next request is sent so that it arrives as the second is expected to turn, each answer halves what is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

RESOLUTION = 1.0
"""Seconds that a Date header cannot tell apart (RFC 9110 §5.6.7)."""
EARLIEST_WAIT = 0.005
"""Seconds between an answer and the next request, at least."""


class Sample(NamedTuple):
    """One answer: when the request left by this machine's clock, how long it was under way, and the server's Date."""

    sent: float
    """Epoch seconds."""
    trip: float
    """Seconds until the answer's header was there."""
    date: int
    """Epoch seconds."""


class Offset(NamedTuple):
    """The difference of the clocks, in seconds."""

    ahead: float
    """By how much this machine is ahead of the server; negative when it is behind."""
    within: float
    """The true difference lies so much around it."""
    trip: float
    """The shortest way there and back."""
    contradiction: float = 0.0
    """By how much the answers contradict each other: several servers behind one name, or a clock that was set meanwhile."""


class Limits(NamedTuple):
    """From which difference on, in seconds, a clock is wrong."""

    ahead: float
    behind: float

    def are_passed(self, found: Offset) -> bool:
        """Whether the clock is wrong by the best estimate."""
        return found.ahead >= self.ahead or -found.ahead >= self.behind


def estimate(samples: Sequence[Sample]) -> Offset:
    """The difference that all samples agree on. Raises ValueError without any sample.

    Where they do not agree the stretch covers all of them. Servers may keep a Date for a second before they make a new one,
    so what is less than :data:`RESOLUTION` is no contradiction.
    """
    if not samples:
        raise ValueError("no sample to estimate from")
    least = [each.sent - each.date - RESOLUTION for each in samples]
    most = [each.sent + each.trip - each.date for each in samples]
    low, high = max(least), min(most)
    apart = low - high
    if apart > 0:
        low, high = min(least), max(most)
    return Offset((low + high) / 2, (high - low) / 2, min(each.trip for each in samples), apart if apart >= RESOLUTION else 0.0)


def next_moment(found: Offset, now: float) -> float:
    """When to send the next request, in epoch seconds of this machine: it shall arrive as the server's second turns."""
    arrives = now + EARLIEST_WAIT + found.trip / 2
    return math.ceil(arrives - found.ahead) + found.ahead - found.trip / 2
