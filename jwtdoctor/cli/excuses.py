"""``--ignore``, ``--baseline`` and ``--write-baseline``: which findings of a run are excused, and the file that says so."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .. import suppression
from ..intake import text_of
from ..render import place
from ..report import Report
from ..suppression import Baseline, Examined, Ignored, NotExcusable
from ..visible import safe
from .failure import Failure, complain, echo
from .output import Target, write
from .sources import content

LARGEST = 1 << 24
"""Bytes of a baseline that is read."""


class Excuses(NamedTuple):
    """What is excused in one run."""

    ignores: tuple[Ignored, ...] = ()
    baseline: Baseline | None = None
    file: str = ""
    """The baseline that was read, or is to be written."""
    writes: bool = False

    @classmethod
    def of(
        cls,
        ignores: Iterable[str] = (),
        baseline: str | None = None,
        write: str | None = None,
        reads: Iterable[str] = (),
        more: Iterable[Ignored] = (),
    ) -> Excuses:
        """What the options say; ``more`` comes from elsewhere, such as a config. ``reads`` are files that must not be written over.

        Raises Failure for a name without a reason, a name that is no rule's, and a file that is no baseline or cannot become one.
        """
        if baseline is not None and write is not None:
            raise Failure("--baseline and --write-baseline exclude each other: to renew a baseline, write it again")
        try:
            named = (*suppression.parse_ignores(ignores), *more)
        except NotExcusable as wrong:
            raise Failure(str(wrong)) from None
        if write is not None:
            _refuse(write, reads)
        return cls(named, None if baseline is None else _read(baseline), write or baseline or "", write is not None)

    def source(self, name: str) -> str:
        """The name of a source in the baseline: relative to the folder that lies in, so that it is the same from wherever it is run."""
        if name in place.SPOKEN or not self.file:
            return name
        try:
            told = os.path.relpath(name, os.path.dirname(os.path.abspath(self.file)))
        except (OSError, ValueError):
            told = os.path.basename(name)
        return safe(told.replace(os.sep, "/"), 1000)

    def apply(self, report: Report, names: Sequence[str], environments: Sequence[str] = ()) -> Report:
        """The report with its findings excused. ``names`` are the sources of its results as the user named them, one for each."""
        examined = self._examined(report, names, environments)
        marked = self.mark(examined).findings
        pairs = zip(report.results, marked, strict=True)
        return report._replace(results=tuple(each._replace(findings=findings) for each, findings in pairs))

    def mark(self, examined: Sequence[Examined]) -> suppression.Excused:
        """The same for whoever has findings and no report. The sources are named by :meth:`source`."""
        baseline = self._written(examined) if self.writes else self.baseline
        return suppression.excuse(examined, self.ignores, baseline)

    def finish(self, report: Report, names: Sequence[str], environments: Sequence[str] = (), *, complete: bool = True) -> None:
        """Write the baseline where one is wanted, and tell what of the old one matches nothing any more. Raises Failure.

        A run that was not ``complete`` writes none: what could not be read would be missing from it.
        """
        self.conclude(self._examined(report, names, environments), complete=complete)

    def conclude(self, examined: Sequence[Examined], *, complete: bool = True) -> None:
        """The same for whoever has findings and no report."""
        told = suppression.stale_told(self.mark(examined).stale)
        if told:
            complain(f"{safe(self.file, 160)}: {told}")
        if self.writes and not complete:
            raise Failure("--write-baseline: not written, because not all that was to be examined could be read")
        if self.writes:
            write(Target("baseline", self.file), suppression.to_text(self._written(examined)), option="--write-baseline")

    def _written(self, examined: Sequence[Examined]) -> Baseline:
        marked = suppression.excuse(examined, self.ignores).findings
        return suppression.baseline_of(each._replace(findings=findings) for each, findings in zip(examined, marked, strict=True))

    def _examined(self, report: Report, names: Sequence[str], environments: Sequence[str]) -> list[Examined]:
        rows = zip(report.results, names, environments or [""] * len(names), strict=True)
        return [Examined(self.source(name), result.findings, environment) for result, name, environment in rows]


def _read(file: str) -> Baseline:
    data = content(file, "--baseline", LARGEST)
    text = text_of(data) if len(data) <= LARGEST else None
    if text is None:
        why = "a binary file" if len(data) <= LARGEST else f"larger than {LARGEST >> 20} MiB"
        raise Failure(f"--baseline {echo(file)}: {why}; accepted: what --write-baseline wrote")
    try:
        return suppression.parse_baseline(text)
    except NotExcusable as wrong:
        raise Failure(f"--baseline {echo(file)}: {wrong}") from None


def _refuse(file: str, reads: Iterable[str]) -> None:
    """What cannot become a baseline: a folder, and a file that the same run reads or writes."""
    if not file.strip() or os.path.isdir(file):
        raise Failure(
            f"--write-baseline {echo(file)}: {'a directory' if file.strip() else 'names no file'}; accepted: the name of a file"
        )
    for each in reads:
        with contextlib.suppress(OSError, ValueError):
            if os.path.realpath(each) == os.path.realpath(file) or os.path.samefile(each, file):
                raise Failure(f"--write-baseline {echo(file)}: this file is used in the same call, and would be written over")
