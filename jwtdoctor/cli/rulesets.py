"""``--rules``: rules of one's own beside ours, for as long as a command runs."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from ..visible import safe
from .failure import Failure, complain

PATIENCE = 60.0
"""Seconds that a run may take in which rules hold that the caller has not named himself."""


@contextlib.contextmanager
def in_force(words: Sequence[str], *, tells: bool = True) -> Iterator[None]:
    """Within it the rules of these folders and packages hold as well; without any ``words`` nothing is looked for.

    A package's plug-in that cannot be used, and that these rules can do without, is told on standard error if this ``tells``.

    Raises Failure for an empty word, and CatalogError, with file and line, for what cannot be used.
    """
    if not words:
        yield
        return
    if not all(each.strip() for each in words):
        raise Failure(
            "--rules: an empty name; accepted: a folder laid out like rules/, or the name of an installed package's rules"
        )
    from .. import catalog, plugins

    known = plugins.rules_from(*words)
    for each in plugins.unusable() if tells else ():
        complain(str(each))
    with catalog.in_force(known):
        yield


class _Overdue(BaseException):
    """Time is up. No error among others: the engine would go on with the next rule."""


@contextlib.contextmanager
def bounded(words: Sequence[str], where: str) -> Iterator[None]:
    """End what takes too long while rules of these ``words`` hold, which stand in the file ``where``: a pattern of theirs may run for ever.

    Raises Failure. Only where the system has an alarm, and in the main thread; without ``words`` there is no limit.
    """
    if not words or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _overdue)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    except _Overdue:
        raise Failure(f"{safe(where, 160)}: `rules`: not done within {PATIENCE:g} seconds with them, and stopped") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _overdue(*_: object) -> NoReturn:
    raise _Overdue


def rule_files(words: Iterable[str]) -> list[str]:
    """The files of those ``words`` that name a folder: they are read, and so are not to be written over."""
    return [str(path) for word in words for path in Path(word).rglob("*.toml")]
