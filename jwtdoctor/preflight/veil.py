"""What a config takes from a variable is not in the repository, and so is not in a report either: the variable's name stands there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config import VARIABLE, Environment
from ..model import Finding
from ..report import Result

SHORTEST = 4
"""Characters of a value that is looked for in a text; a shorter one is in every other word."""
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[a-z0-9_./]{0,80})?/?\Z")
"""The address of a server, which is what is compared, and is no secret. Nothing longer, and no user and no query."""


class Veil(NamedTuple):
    """The values of one environment that come from variables, each with what is shown for it."""

    shown: dict[str, str]
    """Value, in small letters → ``env:NAME``."""
    values: re.Pattern[str] | None = None

    @classmethod
    def of(cls, environment: Environment) -> Veil:
        """Of an environment whose variables are filled in."""
        pairs = [(str(getattr(environment, field)), f"{VARIABLE}{name}") for field, name in environment.filled.items()]
        shown = {value.lower(): name for value, name in pairs if len(value) >= SHORTEST and not _ADDRESS.match(value)}
        words = "|".join(re.escape(each) for each in sorted(shown, key=len, reverse=True))
        return cls(shown, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None)

    def finding(self, finding: Finding) -> Finding:
        """A finding whose words and facts name the variables."""
        if self.values is None:
            return finding
        message, label, note = self.text(finding.message), self.text(finding.label), self.text(finding.note)
        told = finding._replace(
            message=message, label=label, note=note, help=self.text(finding.help), because=self.text(finding.because)
        )
        return told._replace(facts=self.value(finding.facts))

    def result(self, result: Result) -> Result:
        """A result whose claims name the variables; its findings do already."""
        if self.values is None:
            return result
        sketch = result.sketch
        if sketch is not None:
            sketch = sketch._replace(claims=self.value(sketch.claims), endpoint=self.value(sketch.endpoint))
        return result._replace(claims=self.value(result.claims), sketch=sketch)

    def text(self, text: str) -> str:
        """A text in which every value is replaced."""
        if self.values is None:
            return text
        return self.values.sub(lambda found: self.shown.get(found[0].lower(), VARIABLE), text)

    def value(self, value: Any) -> Any:
        """Any value of JSON, with all texts in it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {name: self.value(each) for name, each in value.items()}
        return [self.value(each) for each in value] if isinstance(value, list) else value
