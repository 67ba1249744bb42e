"""What a preflight found, frozen: a row for each environment, a cell for each thing that was looked at, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ..model import Finding
from ..report import Report, Result, finding_json
from ..visible import plain_json, safe

FORMAT = "jwtdoctor-preflight"
VERSION = 1
COLUMNS = ("config", "key", "certificate", "project", "assertion", "git")
"""What is looked at in each environment."""
State = Literal["good", "info", "warning", "error", "excused", "not-examined"]
_WORST: tuple[State, ...] = ("error", "warning", "info")


class Dated(NamedTuple):
    """One certificate and when it ends."""

    name: str
    not_before: int
    not_after: int
    """Epoch seconds."""
    days: int
    """Whole days from the moment of judgement until then; negative when it is over."""


class Cell(NamedTuple):
    """What came of one column in one environment."""

    column: str
    state: State
    text: str
    """In a few words: how many findings of which weight, or why it was not examined."""


class Examined(NamedTuple):
    """One environment, or the project as a whole."""

    name: str
    org: str | None
    results: tuple[Result, ...]
    columns: tuple[tuple[str, ...], ...]
    """For each result the column of each of its findings."""
    unexamined: Mapping[str, str]
    """Columns that were not looked at, and why."""
    calendar: tuple[Dated, ...] = ()
    is_project: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in order."""
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """A cell for each of :data:`COLUMNS`."""
        return tuple(self._cell(column) for column in COLUMNS)

    def _cell(self, column: str) -> Cell:
        found = self.found(column)
        counted = [each for each in found if not each.excused]
        for state in _WORST:
            count = sum(each.severity == state for each in counted)
            if count:
                word = {"error": "error", "warning": "warning", "info": "remark"}[state]
                return Cell(column, state, f"{count} {word}{'' if count == 1 else 's'}")
        if column in self.unexamined:
            return Cell(column, "not-examined", self.unexamined[column])
        return Cell(column, "excused", f"{len(found)} excused") if found else Cell(column, "good", "good")

    def found(self, column: str) -> list[Finding]:
        """The findings of one column, without those that only follow from others."""
        return [
            finding
            for result, columns in zip(self.results, self.columns, strict=True)
            for finding, its in zip(result.findings, columns, strict=True)
            if its == column and not follows(result, finding)
        ]

    def to_json(self) -> dict[str, Any]:
        """One entry of ``environments``."""
        return {
            "name": safe(self.name), "org": self.org, "project": self.is_project,
            "profile": self.results[0].profile.name if self.results else None,
            "verdict": self.results[0].verdict if self.results else "undetermined",
            "checks": {cell.column: {"state": cell.state, "text": safe(cell.text)} for cell in self.cells},
            "certificates": [
                {"name": safe(each.name), "not_before": each.not_before, "not_after": each.not_after, "days_left": each.days} for each in self.calendar
            ],
            "findings": [
                finding_json(finding) | {"check": column, "source": safe(_source(result, finding))}
                for result, columns in zip(self.results, self.columns, strict=True)
                for finding, column in zip(result.findings, columns, strict=True)
            ],
            "broke": [{"rule": each.rule, "error": each.error} for result in self.results for each in result.broke],
        }  # fmt: skip


def follows(result: Result, finding: Finding) -> bool:
    """Whether a finding is a mere consequence of another one, and goes with it."""
    return any(map(finding.speaks_for, result.diagnosis.consequences))


def _source(result: Result, finding: Finding) -> str:
    """The file that a finding points into."""
    return (finding.origin.path if finding.origin is not None else "") or result.source.name


class Preflight(NamedTuple):
    """The whole run."""

    config: str
    """The config's file as it was named; empty where there is none."""
    project: str
    """The project's folder; empty where there is none."""
    environments: tuple[Examined, ...]
    now: int
    tool_version: str
    notes: tuple[str, ...] = ()
    """What was left out of the examination, in words."""

    @property
    def report(self) -> Report:
        """The results of all environments, for the formats that show results. What was told already is not told again."""
        return Report(tuple(result for each in self.environments for result in each.results), self.now, self.tool_version)

    @property
    def names(self) -> list[str]:
        """For each result of :attr:`report` its environment."""
        return [each.name for each in self.environments for _ in each.results]

    def with_report(self, report: Report) -> Preflight:
        """The same with the results of ``report`` in the place of its own, in the same order."""
        left = list(report.results)
        changed = []
        for each in self.environments:
            changed.append(each._replace(results=tuple(left[: len(each.results)])))
            left = left[len(each.results) :]
        return self._replace(environments=tuple(changed))

    def exit_code(self, fail_on: str = "error") -> int:
        """0 nothing at or above ``fail_on`` that is not excused; 1 something."""
        return self.report.exit_code(fail_on)

    def to_json(self) -> dict[str, Any]:
        """The document of the contract, version 1."""
        document: dict[str, Any] = plain_json(
            {
                "format": FORMAT,
                "version": VERSION,
                "tool": {"name": "jwtdoctor", "version": self.tool_version},
                "now": self.now,
                "config": self.config or None,
                "project": self.project or None,
                "environments": [],
                "notes": list(self.notes),
            }
        )
        return document | {"environments": [each.to_json() for each in self.environments]}
