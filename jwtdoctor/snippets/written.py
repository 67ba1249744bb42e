"""A snippet with the values of one assertion in it, and above each line that mends something the reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..catalog import Profile
from ..catalog.snippets import NOTE, SLOT, Line, Snippet
from ..model import Finding, Place
from ..report import Result
from ..visible import safe, scrub
from .literal import as_json, literal, remark
from .plan import Mark, Reason

LONGEST = 1000
"""Characters of a value that is put into code."""
_WIDTH = 100
_URL = re.compile(r"https?://[^\s@?#\\]+")
_UNREAD = ("exp", "iat", "nbf", "prn", "iss", "sub", "aud")
PLACEHOLDERS = {"iss": "<consumer key or client id>", "sub": "<username>", "aud": "<audience>"}


class Values(NamedTuple):
    """What goes into the code, and what of the assertion does not."""

    given: Mapping[str, str]
    """By name; what is missing is written as a placeholder."""
    notes: tuple[str, ...] = ()


def usable(value: object) -> str | None:
    """A claim's value as text that may stand in code: not too long, no secret, no half of a surrogate pair, no NUL."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or "\0" in value or scrub(value) != value:
        return None
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return str(value)


def counts(finding: Finding) -> bool:
    """Whether it may be why an assertion is refused."""
    return finding.effect != "tolerates" and finding.confidence != "hint"


def values_of(result: Result, profile: Profile, endpoint: str | None) -> Values:
    """The values of the repaired assertion; without a repair those of the assertion at which nothing was found."""
    repair = result.repair
    claims = repair.claims if repair is not None else result.claims
    header = repair.header if repair is not None else result.header
    wrong = {str(each.at) for each in repair.left} if repair else {str(each.at) for each in result.findings if counts(each)}
    given = {}
    for name in ("iss", "sub", "aud"):
        value = usable(claims.get(name))
        if value is not None and f"payload.{name}" not in wrong:
            given[name] = value
    called = _endpoint(result, endpoint, wrong) or _beside(given.get("aud"), profile)
    if called is not None:
        given["endpoint"] = called
    return Values(given, (*_left_out(claims, header), *_unlike(header, profile)))


def _endpoint(result: Result, endpoint: str | None, wrong: set[str]) -> str | None:
    """The endpoint after the repair, else the one that was called where nothing is wrong with it."""
    changes = result.repair.changes if result.repair is not None else ()
    mended = next((each.after for each in changes if each.at.exhibit == "endpoint"), None)
    sketched = result.sketch.endpoint if result.sketch is not None else None
    called = mended or endpoint or (result.request.url if result.request is not None else sketched)
    if not isinstance(called, str) or (mended is None and any(each.partition(".")[0] == "endpoint" for each in wrong)):
        return None
    plain = called.partition("?")[0].strip()
    return usable(plain) if _URL.fullmatch(plain) else None


def _beside(aud: str | None, profile: Profile) -> str | None:
    """The token endpoint of the server that the audience names, where the provider has one path for all."""
    path = profile.settings.get("token_path")
    match = re.match(r"https://[A-Za-z0-9.-]+", aud or "")
    return f"{match[0]}{path}" if match and path else None


def _left_out(claims: Mapping[str, Any], header: Mapping[str, Any]) -> Iterable[str]:
    names = [name for name in claims if name not in _UNREAD]
    names += [f"header.{name}" for name in header if name not in ("alg", "typ")]
    if names:
        yield f"left out: {safe(', '.join(names), 120)}; add what your server asks for"


def _unlike(header: Mapping[str, Any], profile: Profile) -> Iterable[str]:
    alg = header.get("alg")
    if alg != _ALGORITHM and alg in profile.settings.get("algorithms", ()):
        yield f"this code signs with {_ALGORITHM}; the assertion says {safe(alg, 20)}, which takes another key and another call"


_ALGORITHM = "RS256"


def placeholder(name: str, profile: Profile) -> str:
    """What stands for a value that is not known."""
    host = profile.settings.get("own_host", "")
    if name == "endpoint":
        return f"{host or 'https://<server>'}{profile.settings.get('token_path', '/<token-endpoint>')}"
    return (host if name == "aud" else "") or PLACEHOLDERS[name]


class Written(NamedTuple):
    """The code, and what of it mends what."""

    code: str
    marks: tuple[Mark, ...]
    unplaced: tuple[Reason, ...]
    """Reasons that no line of the code answers."""


def written(snippet: Snippet, values: Values, profile: Profile, reasons: Sequence[Reason], head: Sequence[str]) -> Written:
    """The snippet with ``values`` in it, ``head`` as its opening comment, and each reason above the line that answers it."""
    by_line: dict[str, list[Reason]] = {}
    unplaced = []
    for reason in reasons:
        line = line_for(snippet, reason.rule, reason.at)
        if line is None:
            unplaced.append(reason)
        elif reason not in by_line.setdefault(line.has, []):
            by_line[line.has].append(reason)
    rows: list[str] = []
    marks: list[Mark] = []
    for row in snippet.code.splitlines():
        if row == NOTE:
            rows += _comment(snippet, head)
            continue
        indent = row[: len(row) - len(row.lstrip())]
        told = [reason for has, each in by_line.items() if has in row for reason in each]
        for reason in told:
            rows += _comment(snippet, [f"{reason.rule}: {reason.why}"], indent)
        rows.append(filled(row, snippet, values, profile))
        marks += [Mark(len(rows), reason) for reason in told]
    return Written("\n".join(rows) + "\n", tuple(marks), tuple(unplaced))


def filled(row: str, snippet: Snippet, values: Values, profile: Profile) -> str:
    """A line of the code with its values."""

    def value(slot: re.Match[str]) -> str:
        text = values.given.get(slot[1])
        text = placeholder(slot[1], profile) if text is None else text
        if slot[2] == "remark":
            return remark(text)
        return literal(snippet.string, as_json(text) if slot[2] == "json" else text)

    return SLOT.sub(value, row)


def _comment(snippet: Snippet, texts: Sequence[str], indent: str = "") -> list[str]:
    before = f"{indent}{snippet.remark} "
    wrapped = (
        textwrap.wrap(
            remark(text), max(40, _WIDTH - len(before)), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        for text in texts
    )
    return [f"{before}{line}" for lines in wrapped for line in lines]


def line_for(snippet: Snippet, rule: str, at: Place) -> Line | None:
    """The line that answers a finding: one that names the rule, else the one whose place lies nearest above."""
    named = next((each for each in snippet.lines if rule in each.rules), None)
    if named is not None:
        return named
    place = str(at)
    near = [(len(each), line) for line in snippet.lines for each in line.at if place == each or place.startswith(f"{each}.")]
    return max(near, key=lambda each: each[0])[1] if near else None
