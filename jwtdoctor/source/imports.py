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
    opens: re.Pattern[str]
    """The first of such lines in a file, before which it goes; an excerpt has none."""
    line: str


KNOWN: Mapping[str, Import] = {
    "python": Import(
        re.compile(r"\btime\.time\("),
        re.compile(r"(?m)^import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*time[ \t]*(?:[,;#]|\r?$)"),
        re.compile(r"(?m)^(?:import[ \t]+\w|from[ \t]+(?!__future__)[\w.]+[ \t]+import\b)"),
        "import time",
    ),
    "go": Import(re.compile(r"\btime\."), re.compile(r'"time"'), re.compile(r'(?m)^import[ \t]*["(]'), 'import "time"'),
    "java": Import(
        re.compile(r"\bnew Date\("),
        re.compile(r"(?m)^import[ \t]+java\.util\.(?:Date|\*)[ \t]*;"),
        re.compile(r"(?m)^import[ \t]+[\w.*]+[ \t]*;"),
        "import java.util.Date;",
    ),
    "csharp": Import(
        re.compile(r"\bDateTime"),
        re.compile(r"(?m)^\s*(?:global\s+)?using\s+System\s*;|\bDateTime"),
        re.compile(r"(?m)^using[ \t]+[\w.]+[ \t]*;"),
        "using System;",
    ),
}


class Needed(NamedTuple):
    """A line that is missing, and the offset in the code at which it goes in."""

    line: str
    at: int


def needed(language: str, code: str, expression: str) -> Needed | None:
    """What ``expression`` needs in this code; ``None`` where it has all, or where the code is an excerpt without its head."""
    known = KNOWN.get(language)
    if known is None or not known.uses.search(expression) or known.has.search(code):
        return None
    opens = known.opens.search(code)
    return None if opens is None else Needed(known.line, opens.start())


_IMPORT = re.compile(r"(?m)^import[ \t]+([^\n#;]+)")
_FROM = re.compile(r"(?m)^from[ \t]+(time|datetime)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#;]+))")
_BOUND = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?\s*\Z")


def python_seconds(code: str, seconds: int) -> str:
    """Whole seconds since the epoch, so many from now, in names that Python code has imported; in those of ``time`` where it has none."""
    names = dict(_python_names(code))
    more = f" + {seconds}" if seconds else ""
    if "time" in names:
        return f"int({names['time']}.time()){more}"
    if "time.time" in names:
        return f"int({names['time.time']}()){more}"
    module = names.get("datetime")
    now, zone, delta = (
        names.get(f"datetime.{each}", f"{module}.{each}" if module else "") for each in ("datetime", "timezone", "timedelta")
    )
    if not now:
        return f"int(time.time()){more}"
    # A naive date is local time to timestamp(), which now() without a zone is as well.
    present = f"{now}.now({f'{zone}.utc' if zone else ''})"
    if not delta or not zone or not seconds:
        return f"int({present}.timestamp()){more}"
    lasting = f"minutes={seconds // 60}" if seconds % 60 == 0 else f"seconds={seconds}"
    return f"int(({present} + {delta}({lasting})).timestamp())"


def _python_names(code: str) -> Iterator[tuple[str, str]]:
    """What is imported of ``time`` and ``datetime``, and the name that it has in the code."""
    found = [(each, "") for line in _IMPORT.finditer(code) for each in line[1].split(",")]
    found += [(each, f"{line[1]}.") for line in _FROM.finditer(code) for each in (line[2] or line[3] or "").split(",")]
    for text, module in found:
        bound = _BOUND.match(text.strip())
        if bound is not None:
            yield f"{module}{bound[1]}", bound[2] or bound[1]
