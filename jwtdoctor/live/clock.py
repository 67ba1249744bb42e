"""How far is this machine's clock from a server's? Several HEAD requests, each sent when it tells most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .offset import Offset, Sample, estimate, next_moment
from .trouble import Unreached
from .wire import Clocks, Reply, Way, Wire


class Measured(NamedTuple):
    """The difference of the clocks, and how it was found."""

    offset: Offset
    samples: tuple[Sample, ...]
    asked: int
    """How many samples were wanted."""
    cached: int = 0
    """Answers left out because they came from a cache."""
    stopped: str = ""
    """Why there were not more of them."""
    status: int = 0
    """HTTP status of the first answer; any will do."""
    proxy: str = ""


def measure(url: str, asked: int, way: Way, clocks: Clocks) -> Measured:
    """Ask ``url`` for its Date, ``asked`` times at most. Raises Unreached when not one answer can be used."""
    replies: list[Reply] = []
    stopped = ""
    with Wire(way, clocks) as wire:
        while len(replies) < asked and not stopped:
            _await_the_moment(wire, clocks, _found(replies))
            try:
                replies.append(wire.head(url))
            except Unreached as error:
                if not replies:
                    raise
                stopped = str(error)
    return _measured(replies, asked, stopped)


def _await_the_moment(wire: Wire, clocks: Clocks, found: Offset | None) -> None:
    """Wait until a request tells most; the first one goes at once."""
    if found is not None:
        now = wire.now()
        clocks.pause(max(0.0, next_moment(found, now) - now))


def _found(replies: Sequence[Reply]) -> Offset | None:
    samples = [each.sample for each in replies if each.sample is not None]
    return estimate(samples) if samples else None


def _measured(replies: Sequence[Reply], asked: int, stopped: str) -> Measured:
    samples = tuple(each.sample for each in replies if each.sample is not None)
    cached = sum(each.age > 0 for each in replies)
    if not samples and cached:
        raise Unreached(
            "cached",
            f"every answer came from a cache (Age: {replies[0].age} s), and its Date is not the present; give another address of the server",
        )
    if not samples:
        raise Unreached(
            "no-date",
            "the answer has no Date header that can be read, so nothing can be learned about the clock; give another address of the server",
        )
    return Measured(estimate(samples), samples, asked, cached, stopped, replies[0].status, replies[0].proxy)


class Consequence(NamedTuple):
    """What a difference of the clocks does to assertions that are signed on this machine."""

    lapsed: tuple[int, ...] = ()
    """Of the usual lifetimes, in seconds, those that are over before the assertion arrives."""
    future: float = 0.0
    """Seconds by which `iat` and `nbf` lie in the server's future."""


def consequence(offset: Offset, lifetimes: Sequence[int], grace: int) -> Consequence:
    """``lifetimes`` are usual ones, ``grace`` the seconds after ``exp`` that are known to be let pass."""
    if offset.ahead > 0:
        return Consequence(future=offset.ahead)
    return Consequence(tuple(each for each in lifetimes if -offset.ahead > each + grace))
