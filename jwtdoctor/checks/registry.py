"""The register of checks: name, parameters, facts, wordings and the exhibits each needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..case import NEEDS, Case
from ..model import Hit, Place, Skipped

Outcome = Iterable[Hit] | Skipped
Function = Callable[[Case, Any], Outcome]

NOTHING: tuple[Hit, ...] = ()


class NoParams(NamedTuple):
    """For checks that need no parameters."""


class Check(NamedTuple):
    """A verb that rules may call."""

    name: str
    run: Function
    params: type[Any]
    facts: frozenset[str]
    variants: frozenset[str]
    needs: tuple[str, ...]
    mask: int
    settings: tuple[str, ...]
    reads: tuple[str, ...]
    """Names of the fingerprints that cover all it looks at; empty when its answers must not be remembered."""


CHECKS: dict[str, Check] = {}


def check(
    name: str,
    *,
    params: type[Any] = NoParams,
    facts: str = "",
    variants: str = "",
    needs: str = "",
    settings: str = "",
    reads: str = "",
) -> Callable[[Function], Function]:
    """Register a check. The other arguments are names separated by spaces.

    Raises ValueError for a name that another function has, and for an exhibit that does not exist.
    """

    def register(run: Function) -> Function:
        wanted = tuple(needs.split())
        _refuse(name, run, wanted)
        CHECKS[name] = Check(
            name,
            run,
            params,
            frozenset(facts.split()),
            frozenset(variants.split()) or frozenset({""}),
            wanted,
            sum(NEEDS[each][0] for each in wanted),
            tuple(settings.split()),
            tuple(reads.split()),
        )
        return run

    return register


def _refuse(name: str, run: Function, needs: tuple[str, ...]) -> None:
    known = CHECKS.get(name)
    if known is not None and (known.run.__module__, known.run.__qualname__) != (run.__module__, run.__qualname__):
        raise ValueError(f"a check is called {name!r} already, in {known.run.__module__}")
    if strange := [each for each in needs if each not in NEEDS]:
        raise ValueError(f"check {name!r}: unknown in `needs`: {', '.join(strange)}; known are {', '.join(NEEDS)}")


def one(exhibit: str, path: str = "", variant: str = "", /, **facts: Any) -> tuple[Hit, ...]:
    """A single hit."""
    return (Hit(Place(exhibit, path), facts, variant),)
