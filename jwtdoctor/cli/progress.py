"""The bar of a long triage on a terminal: how much, how fast, how long still. Elsewhere nothing is shown."""

from __future__ import annotations

import sys
import time
from typing import Any

PATIENCE = 1.0
"""Seconds before a bar is worth its place."""
EVERY = 0.1


class Bar:
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self, total: int | None) -> None:
        """``total``: bytes to be read; ``None`` where that is not known."""
        self._total = total
        self._began = self._shown = time.monotonic()
        self._taken = self._records = 0
        self._bar: Any = None
        self._shows = sys.stderr is not None and sys.stderr.isatty()

    def add(self, size: int) -> None:
        """So many bytes more were read."""
        self._taken += size

    def show(self, records: int) -> None:
        """So many records were counted by now."""
        self._records = records
        self.beat()

    def beat(self) -> None:
        """Draw it anew, now and then."""
        now = time.monotonic()
        if not self._shows or now - self._began < PATIENCE or now - self._shown < EVERY:
            return
        self._shown = now
        if self._bar is None:
            self._start()
        seconds = now - self._began
        rate = f"{self._taken / seconds / 1e6:,.1f} MB/s, {self._records / seconds:,.0f} records/s"
        self._bar.update(self._bar.task_ids[0], completed=self._taken, rate=rate, records=f"{self._records:,} records")
        self._bar.refresh()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("triage"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[records]}"), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )  # fmt: skip
        # No thread of its own: it is drawn when something happens, and processes can still be started safely.
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._bar.add_task("", total=self._total, rate="", records="")
        self._bar.start()

    def stop(self) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
