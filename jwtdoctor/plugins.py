"""What do others add? Folders of rules, and packages that bring such folders or checks of their own.

Nothing is in force because it is installed: a call names the folder, or the name under which a package offers one. Packages are
looked up by entry points: in the group :data:`OFFERED` a folder, in :data:`REGISTERING` a module or a function that registers checks
with :func:`jwtdoctor.checks.check`. The second is done only when a rule calls a check that is none of ours.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import catalog
from .catalog import Catalog, CatalogError, Rule, line_of
from .catalog.source import read
from .checks import CHECKS, Fingerprints
from .engine import audit
from .visible import safe

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

OFFERED = "jwtdoctor.rules"
"""The group of folders that packages bring: a module beside whose files they stand, a path, or a function that gives one."""
REGISTERING = "jwtdoctor.checks"
"""The group of modules and functions that register checks."""


class Unusable(NamedTuple):
    """A package's entry point that cannot be used."""

    name: str
    value: str
    """What it points to, as ``module:function``."""
    why: str

    def __str__(self) -> str:
        return f"the plug-in {safe(self.name, 60)} ({safe(self.value, 120)}) cannot be used: {self.why}"


def rules_from(*folders: str | os.PathLike[str]) -> Catalog:
    """The catalogue with the rules of ``folders`` beside ours, checked as ours are.

    Each is the path of a folder that is laid out like ``rules/``, or the name under which an installed package offers one. Reads
    those files, and imports the packages whose checks the rules call.

    Raises CatalogError, with file and line, for whatever could not be used.
    """
    known = catalog.ours()
    seen: set[str] = set()
    for folder in folders:
        for path, home in found(os.fspath(folder)):
            if (real := os.path.realpath(path)) not in seen:
                seen.add(real)
                known = catalog.joined(known, catalog.build(read(path, beside=known, home=home)))
    _with_checks(known)
    audit(known)
    return known._replace(audited=True)


def found(word: str) -> list[tuple[Path, str]]:
    """The folders that ``word`` names, each with the name to show for it. Raises CatalogError where there is none."""
    if os.path.isdir(word):
        return [(Path(word), Path(word).as_posix())]
    offers = [each for each in _entry_points(OFFERED) if each.name == word]
    if not offers:
        known = sorted({each.name for each in _entry_points(OFFERED)})
        told = f"installed packages offer {', '.join(known)}" if known else "no installed package offers any"
        what = "a file" if os.path.exists(word) else "no such folder"
        raise CatalogError(f"rules from {safe(word, 160)!r}: {what}; accepted: a folder laid out like rules/, or a name ({told})")
    return [(path, path.as_posix()) for each in offers for path in _offered(each)]


def _offered(offer: EntryPoint) -> list[Path]:
    """The folders behind an entry point."""
    try:
        value = offer.load()
        paths = _paths(value() if callable(value) else value)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is somebody else's code
        raise CatalogError(str(Unusable(offer.name, offer.value, _why(error)))) from None
    strange = next((each for each in paths if not each.is_dir()), None)
    if strange is not None or not paths:
        told = f"{safe(str(strange), 160)} is no folder" if strange is not None else "it gives no folder"
        raise CatalogError(str(Unusable(offer.name, offer.value, told)))
    return paths


def _paths(value: Any) -> list[Path]:
    if isinstance(value, str | os.PathLike):
        return [Path(value)]
    if hasattr(value, "__path__"):
        # A package, perhaps one without an __init__.py: the folders of its files.
        return [Path(each) for each in value.__path__]
    if hasattr(value, "__file__"):
        return [Path(value.__file__).parent]
    if isinstance(value, Iterable):
        return [path for each in value for path in _paths(each)]
    # What importlib.resources gives for a package that is packed has no folder on the disk.
    raise TypeError(f"a {type(value).__name__} is no path")


def _with_checks(known: Catalog) -> None:
    """See that the rules' checks are there, from plug-ins if need be. Raises CatalogError for one that nobody brings."""
    if _without_check(known) is None:
        return
    broken = registered()
    rule = _without_check(known)
    if rule is not None:
        told = "".join(f"; {each}" for each in broken)
        raise CatalogError(
            f"{line_of(rule, rule.check)}: no check is called {rule.check!r}; known are {', '.join(sorted(CHECKS))}{told}"
        )


def _without_check(known: Catalog) -> Rule | None:
    return next((rule for rule in known.rules.values() if rule.check not in CHECKS), None)


@functools.cache
def registered() -> tuple[Unusable, ...]:
    """Have all installed plug-ins register their checks, once per process; those that cannot be used, with the reason."""
    return tuple(failed for each in _entry_points(REGISTERING) if (failed := _register(each)) is not None)


def unusable() -> tuple[Unusable, ...]:
    """Plug-ins that were tried and failed; none where no rule has called for one."""
    return registered() if registered.cache_info().currsize else ()


def _register(plug: EntryPoint) -> Unusable | None:
    """What it registers stays; of one that fails nothing does."""
    before = frozenset(CHECKS)
    try:
        value = plug.load()
        if callable(value):
            value()
        _refuse_unreadable(before)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is somebody else's code
        for name in CHECKS.keys() - before:
            del CHECKS[name]
        return Unusable(plug.name, plug.value, _why(error))
    return None


def _refuse_unreadable(before: frozenset[str]) -> None:
    for name in CHECKS.keys() - before:
        strange = set(CHECKS[name].reads) - set(Fingerprints._fields)
        if strange:
            raise ValueError(f"check {name!r}: unknown in `reads`: {', '.join(sorted(strange))}; leave `reads` out")


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {safe(str(error), 300)}"


def _entry_points(group: str) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))
