"""Values of options that are more than words: moments, numbers, limits of time. The only reader of the clock."""

from __future__ import annotations

import re
import sys
import time
from typing import Any

from .failure import Failure, echo

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")


def moment(text: str | None, option: str = "--now") -> int:
    """``--now``, or another ``option``, in epoch seconds; the clock without it."""
    if text is None:
        return int(time.time())
    from datetime import UTC, datetime

    value = text.strip()
    if _NUMBER.fullmatch(value):
        number = float(value)
    else:
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            raise Failure(
                f"{option} {echo(text)!r} is no time; accepted: epoch seconds (1795435200) or ISO 8601 (2026-11-23T12:00:00Z)"
            ) from None
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    if not -62_135_596_800 <= number <= 253_402_300_799:
        raise Failure(f"{option} {echo(text)!r} is out of range; accepted: epoch seconds (not milliseconds), or ISO 8601")
    return int(number)


def whole(text: str | None, option: str, what: str) -> int | None:
    """A whole number of an option. Raises Failure for anything else."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()):
        raise Failure(f"{option} {echo(text)!r} is no number of {what}; accepted: a whole number from 0 to 999999")
    return int(text)


SEARCH_SECONDS = 2.0
"""How long one edited token is searched for; all of one call together get ten times as much."""
_PATIENCE_WITHOUT_A_BAR = 1.0


class Deadline:
    """``--search``: asked with the number of candidates tried, says whether the search may go on. Shows a bar when it is long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._spent = 0.0
        self._began = self._last = 0.0
        self._bar: Any = None
        self._shows = seconds > _PATIENCE_WITHOUT_A_BAR * 2 and sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, tried: int) -> bool:
        """True while there is time; 0 begins the search of the next token."""
        now = time.monotonic()
        if not tried:
            self._spent += self._last - self._began
            self._began = self._last = now
            return self._spent < self._seconds * 10
        self._last = now
        elapsed = now - self._began
        if self._shows and elapsed > _PATIENCE_WITHOUT_A_BAR:
            self._show(elapsed, tried)
        return elapsed < self._seconds and self._spent + elapsed < self._seconds * 10

    def _show(self, elapsed: float, tried: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("searching for what was signed"),
                BarColumn(),
                TextColumn("{task.fields[tried]:,} tried"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=self._seconds, tried=0)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=elapsed, tried=tried)

    def __enter__(self) -> Deadline:
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away, whatever happened."""
        if self._bar is not None:
            self._bar.stop()


def deadline(text: str | None) -> Deadline:
    """The search's limit from ``--search``. Raises Failure for what is no number of seconds."""
    if text is None:
        return Deadline(SEARCH_SECONDS)
    if not _NUMBER.fullmatch(text.strip()) or not 0 <= float(text) <= 86400:
        raise Failure(f"--search {echo(text)!r} is no number of seconds; accepted: 0 to 86400")
    return Deadline(float(text))
