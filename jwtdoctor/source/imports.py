"""What a mended expression needs at the head of its file: the names that are there already, and the line that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Import(NamedTuple):
    """A line that brings in what an expression uses."""

    uses: re.Pattern[str]
    """How the expression reads that needs it."""
    has: re.Pattern[str]
    """How code reads that has it already."""
    line: str


_OPENS = re.compile(r"(?m)^(?:import|using|from(?!\s+__future__))\b")
"""The first of the lines that bring something in; an excerpt has none."""
KNOWN: Mapping[str, Import] = {
    "python": Import(re.compile(r"\btime\.time\("), re.compile(r"(?m)^import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*time\s*(?:,|;|#|$)"), "import time"),
    "go": Import(re.compile(r"\btime\."), re.compile(r'"time"'), 'import "time"'),
    "java": Import(re.compile(r"\bnew Date\("), re.compile(r"(?m)^import\s+java\.util\.(?:Date|\*)\s*;"), "import java.util.Date;"),
    "csharp": Import(re.compile(r"\bDateTime"), re.compile(r"(?m)^\s*(?:global\s+)?using\s+System\s*;|\bDateTime"), "using System;"),
}  # fmt: skip


class Needed(NamedTuple):
    """A line that is missing, and the offset in the code at which it goes in."""

    line: str
    at: int


def needed(language: str, code: str, expression: str) -> Needed | None:
    """What ``expression`` needs in this code; ``None`` where it has all, or where the code is an excerpt without its head."""
    known, opens = KNOWN.get(language), _OPENS.search(code)
    if known is None or opens is None or not known.uses.search(expression) or known.has.search(code):
        return None
    return Needed(known.line, opens.start())


_IMPORT = re.compile(r"(?m)^import[ \t]+([^\n#;]+)")
_FROM = re.compile(r"(?m)^from[ \t]+(time|datetime)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#;]+))")
_BOUND = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?\s*\Z")


def python_clock(code: str) -> str:
    """The seconds since the epoch in names that Python code has imported; with those of ``time`` where it has none."""
    names = dict(_python_names(code))
    if "time" in names:
        return f"{names['time']}.time()"
    if "time.time" in names:
        return f"{names['time.time']}()"
    module = names.get("datetime")
    now = names.get("datetime.datetime", f"{module}.datetime" if module else "")
    if not now:
        return "time.time()"
    zone = names.get("datetime.timezone", f"{module}.timezone" if module else "")
    # A naive date is local time to timestamp(), which now() without a zone is as well.
    return f"{now}.now({f'{zone}.utc' if zone else ''}).timestamp()"


def _python_names(code: str) -> Iterator[tuple[str, str]]:
    """What is imported of ``time`` and ``datetime``, and the name that it has in the code."""
    found = [(each, "") for line in _IMPORT.finditer(code) for each in line[1].split(",")]
    found += [(each, f"{line[1]}.") for line in _FROM.finditer(code) for each in (line[2] or line[3] or "").split(",")]
    for text, module in found:
        bound = _BOUND.match(text.strip())
        if bound is not None:
            yield f"{module}{bound[1]}", bound[2] or bound[1]
