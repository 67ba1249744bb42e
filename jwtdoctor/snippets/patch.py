"""The given source code with its known mends in place, as a unified diff with the reasons at the head of each hunk.

A line that holds a secret or cannot be printed is never context: hunks end before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ..model import Finding, Span
from ..report import Result
from ..visible import safe, scrub
from .plan import Hunk, Reason
from .written import counts

CONTEXT = 3
"""Lines shown around a change, as ``diff -u`` does."""
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{48}")
_BEGIN, _END = re.compile(r"-----BEGIN "), re.compile(r"-----END ")
_HEADING = 300


class Edit(NamedTuple):
    """An expression of the source text, and what belongs there."""

    span: Span
    expression: str
    mend: str
    reasons: tuple[Reason, ...]


def edits_of(results: Iterable[Result]) -> list[Edit]:
    """The mends that are known, each place once, in the order of the text; of two that overlap the first."""
    found: dict[Span, Edit] = {}
    for result in results:
        for each in (*_mends(result), *_literals(result)):
            known = found.get(each.span)
            if known is None:
                found[each.span] = each
            elif known.mend == each.mend and not {reason.rule for reason in each.reasons} & set(result.diagnosis.consequences):
                found[each.span] = known._replace(reasons=tuple(dict.fromkeys((*known.reasons, *each.reasons))))
    return list(_apart(sorted(found.values(), key=lambda each: each.span)))


def _mends(result: Result) -> Iterator[Edit]:
    """Expressions that their reader knows how to write, with what they need at the head of the file."""
    for each in result.findings:
        origin = each.origin
        if origin is None:
            continue
        mend = origin.mend or (origin.usual if str(each.at) == "payload.exp" and is_fault(each) else "")
        if mend in ("", origin.expression):
            continue
        yield Edit(origin.span, origin.expression, mend, (Reason(each.rule, each.at, each.message, each.help),))
        if origin.needs:
            reason = Reason(each.rule, each.at, f"`{origin.needs}` for the line that mends this")
            yield Edit(Span(origin.needs_at, 1, origin.needs_at, 1), "", f"{origin.needs}\n", (reason,))


def _literals(result: Result) -> Iterator[Edit]:
    """Values that the repair knows, where they stand in the code as plain texts in quotation marks that nothing else uses."""
    sketch = result.sketch
    for each in result.repair.changes if result.repair is not None and sketch is not None else ():
        origin = sketch.origins.get(str(each.at)) if sketch is not None else None
        quoted = _QUOTED.fullmatch(origin.expression) if origin is not None else None
        if origin is None or quoted is None or quoted[2] != each.before or not isinstance(each.after, str):
            continue
        if sketch is None or not _HARMLESS.fullmatch(each.after) or _is_shared(sketch.lines, origin.span):
            continue
        faults = [Reason(f.rule, f.at, f.message, f.help) for f in result.findings if f.at == each.at and is_fault(f)]
        yield Edit(
            origin.span,
            origin.expression,
            f"{quoted[1]}{each.after}{quoted[1]}",
            tuple(faults) or (Reason(each.rule, each.at, each.why),),
        )


_QUOTED = re.compile(r"""(['"])([!-~]*)\1""")
_HARMLESS = re.compile(r"[A-Za-z0-9:/._~%@+-]{1,500}")
"""Text that means itself within the quotation marks of every language."""
_NAMED = re.compile(r"(\w+)\s*:?=\s*\Z")


def _is_shared(lines: Sequence[str], span: Span) -> bool:
    """Whether the text is the value of a variable that is used more than once: changed, it would change elsewhere too."""
    row = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
    name = _NAMED.search(row[: span.column - 1])
    if name is None or name[1] in ("iss", "sub", "aud", "alg", "algorithm"):
        return False
    return sum(len(re.findall(rf"\b{re.escape(name[1])}\b", each)) for each in lines) > 2


def is_fault(finding: Finding) -> bool:
    """A fault, or whatever may be why the assertion is refused."""
    return finding.severity in ("error", "warning") or counts(finding)


def _apart(edits: Iterable[Edit]) -> Iterator[Edit]:
    end = (0, 0)
    for each in edits:
        if (each.span.line, each.span.column) >= end:
            end = (each.span.end_line, each.span.end_column)
            yield each


def applied(text: str, edits: Sequence[Edit]) -> tuple[str, list[Edit]]:
    """The text with the edits made, and those that were: where something else stands than was read, nothing is changed."""
    starts = _starts(text)
    ends = "\r\n" if "\r\n" in text else "\n"
    made = []
    for each in reversed(edits):
        if not 0 < each.span.line <= len(starts) or not 0 < each.span.end_line <= len(starts):
            continue
        start = starts[each.span.line - 1] + each.span.column - 1
        end = starts[each.span.end_line - 1] + each.span.end_column - 1
        if text[start:end] == each.expression:
            text = text[:start] + each.mend.replace("\n", ends) + text[end:]
            made.append(each)
    return text, made[::-1]


def _starts(text: str) -> list[int]:
    starts = [0]
    for row in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(row) + 1)
    return starts


class Diff(NamedTuple):
    """A unified diff, its hunks, and whether it can be applied as it is."""

    text: str
    hunks: tuple[Hunk, ...]
    exact: bool


class _Row(NamedTuple):
    sign: str
    old: int
    """Lines of the original before this one."""
    new: int
    text: str
    ends: bool
    """Whether a line break follows."""


def diff(name: str, before: str, after: str, edits: Sequence[Edit]) -> Diff:
    """What changes from ``before`` to ``after``; the reasons are those of the edits in each hunk."""
    rows = list(_rows(before, after))
    hidden, secret = _hidden(before, strict=True), _hidden(before, strict=False)
    exact = not any(row.sign == "-" and row.old in secret for row in rows)
    lines: list[str] = []
    hunks = []
    for group in _groups(rows, hidden):
        first, last = group[0].old + 1, max(row.old + (row.sign != "+") for row in group)
        reasons = [r for e in edits for r in e.reasons if e.span.line <= last and e.span.end_line >= first]
        hunks.append(Hunk(next(row.old for row in group if row.sign != " ") + 1, tuple(dict.fromkeys(reasons))))
        lines += _hunk(group, hunks[-1].reasons, secret)
    if not lines:
        return Diff("", (), True)
    return Diff("\n".join([f"--- a/{name}", f"+++ b/{name}", *lines]) + "\n", tuple(hunks), exact)


def _rows(before: str, after: str) -> Iterator[_Row]:
    """All lines, with what happens to them."""
    old, new = before.split("\n"), after.split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            for offset in range(a_end - a):
                yield _Row(" ", a + offset, b + offset, old[a + offset], a + offset < len(old) - 1)
            continue
        for index in range(a, a_end):
            yield _Row("-", index, b, old[index], index < len(old) - 1)
        for index in range(b, b_end):
            yield _Row("+", a_end, index, new[index], index < len(new) - 1)


def _hidden(before: str, *, strict: bool) -> frozenset[int]:
    """Lines that are not shown as they are; ``strict``: nor those in which a long word may be a key."""
    found = set()
    inside = False
    for index, row in enumerate(before.split("\n")):
        inside = inside or bool(_BEGIN.search(row))
        if inside or not _is_harmless(row) or (strict and _RUN.search(row)):
            found.add(index)
        inside = inside and not _END.search(row)
    return frozenset(found)


def _is_harmless(row: str) -> bool:
    """Whether a line shows as it is: printable, and nothing in it is cut."""
    plain = row.removesuffix("\r").replace("\t", " ")
    return safe(plain, len(plain) + 1) == plain and scrub(row) == row and not _SECRET.search(row)


_SECRET = re.compile(
    r"""(?i)(?:secret|passw(?:or)?d|passphrase|\bpwd?\b|pwd|token|api_?key|credential)\w*["']?\]?\s*(?::=|=>|[=:,(])\s*[bru@$]?["'`](?!https?:)[^"'`\s]{4,}"""
)
"""A text in quotation marks under a name that says it is secret."""


def _groups(rows: list[_Row], hidden: frozenset[int]) -> Iterator[list[_Row]]:
    """The rows of each hunk: the changes, and what may be shown of the lines around them."""
    changed = [index for index, row in enumerate(rows) if row.sign != " "]
    wanted = {near for index in changed for near in range(max(0, index - CONTEXT), min(len(rows), index + CONTEXT + 1))}
    group: list[_Row] = []
    for index, row in enumerate(rows):
        # What follows the last line break is no line.
        is_shown = index in wanted and (row.sign != " " or (row.old not in hidden and (row.ends or bool(row.text))))
        if is_shown:
            group.append(row)
        elif group:
            yield from (each for each in (group,) if any(r.sign != " " for r in each))
            group = []
    if any(row.sign != " " for row in group):
        yield group


def _hunk(group: list[_Row], reasons: Sequence[Reason], secret: frozenset[int]) -> Iterator[str]:
    old = sum(row.sign != "+" for row in group)
    new = sum(row.sign != "-" for row in group)
    start, begin = group[0].old + (old > 0), group[0].new + (new > 0)
    heading = safe("; ".join(f"{each.rule}: {each.why}" for each in reasons), _HEADING)
    yield f"@@ -{start},{old} +{begin},{new} @@{' ' if heading else ''}{heading}"
    is_cut = any(row.sign == "-" and row.old in secret for row in group)
    for row in group:
        yield f"{row.sign}{safe(row.text, 400) if is_cut and row.sign != ' ' else row.text}"
        if not row.ends:
            yield "\\ No newline at end of file"
