"""The change of the code, shown: the program or the patch itself, with what is to be said as comments; Markdown; the JSON of the contract."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from ..snippets.plan import Fix, Left, Reason
from ..visible import safe
from . import Look
from .markdown import fenced, words

FORMATS = ("terminal", "plain", "json", "markdown")
_LONGEST = 600
_DIFF = {"+": "green", "-": "red", "@": "cyan"}


def render(fix: Fix, format: str, look: Look) -> str:
    """The change in one of :data:`FORMATS`."""
    if format == "json":
        return json.dumps(document(fix), ensure_ascii=True, indent=2) + "\n"
    if format == "markdown":
        return "\n\n".join(_markdown(fix)) + "\n"
    text = "".join(f"{each}\n" for each in _opening(fix, look.width)) + fix.text
    return text if format == "plain" or not look.color else _coloured(fix, text)


def document(fix: Fix) -> dict[str, Any]:
    """The JSON, version 1."""
    chosen = fix.chosen
    return {
        "format": "jwtdoctor-fix", "version": 1, "kind": fix.kind,
        "language": chosen.snippet.language, "snippet": chosen.snippet.name, "title": chosen.snippet.title, "needs": chosen.snippet.needs,
        "chosen": {"by": chosen.by, "why": chosen.why or None, "confidence": chosen.confidence, "cites": list(chosen.cites)},
        "summary": safe(fix.summary, _LONGEST) or None, "text": fix.text, "exact": fix.exact,
        "marks": [{"line": each.line, **_reason(each.reason)} for each in fix.marks],
        "hunks": [{"line": each.line, "reasons": [_reason(reason) for reason in each.reasons]} for each in fix.hunks],
        "left": [
            {"rule": each.rule, "at": str(each.at), "message": safe(each.message, _LONGEST), "needs": safe(each.needs, _LONGEST) or None,
             "right": each.right or None}
            for each in fix.left
        ],
        "notes": [safe(each, _LONGEST) for each in fix.notes],
    }  # fmt: skip


def _reason(each: Reason) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "at": str(each.at),
        "message": safe(each.why, _LONGEST),
        "help": safe(each.help, _LONGEST) or None,
    }


def _opening(fix: Fix, width: int) -> list[str]:
    """Before a patch, as lines that ``patch`` and ``git apply`` pass over; a program carries its own opening comment."""
    if fix.kind == "code":
        return []
    lines = [safe(fix.summary, _LONGEST)] if fix.text or fix.left else []
    if not fix.exact:
        lines.append("A changed line holds what is not shown; this patch is for reading, and cannot be applied.")
    return [each for line in [*lines, *_left(fix)] for each in _commented(line, width)]


def _left(fix: Fix) -> Iterator[str]:
    for each in fix.left:
        yield f"Not mended here: {_told(each)}"
        if each.right:
            yield f"\0{fix.chosen.snippet.title}: {each.right}"
    for note in fix.notes:
        yield f"Note: {safe(note, _LONGEST)}"


def _told(each: Left) -> str:
    needs = f"; {safe(each.needs, _LONGEST)}" if each.needs else ""
    return f"{each.rule}: {safe(each.message, _LONGEST)}{needs}"


def _commented(line: str, width: int) -> list[str]:
    """A code line, which begins with NUL, stays whole; others are wrapped."""
    if line.startswith("\0"):
        return [f"#   {line[1:]}"]
    wrapped = textwrap.wrap(line, max(40, width - 2), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [f"# {each}" for each in wrapped]


def _coloured(fix: Fix, text: str) -> str:
    from .paint import painted

    marked = {each.line for each in fix.marks}
    remark = fix.chosen.snippet.remark if fix.kind == "code" else "#"
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        style = "dim" if line.lstrip().startswith(remark) and not line.startswith("#!") else ""
        style = "bold" if number in marked else style
        if fix.kind == "patch" and line[:1] in _DIFF:
            style = _DIFF[line[:1]]
        lines.append(painted(((line, style),)))
    return "".join(f"{each}\n" for each in lines)


def _markdown(fix: Fix) -> Iterator[str]:
    chosen = fix.chosen
    yield f"### {words('The change, as a patch' if fix.kind == 'patch' else chosen.snippet.title)}"
    if fix.summary:
        yield words(safe(fix.summary, _LONGEST))
    if chosen.why:
        yield words(f"Taken for {chosen.snippet.title}: {chosen.why}.")
    if fix.text:
        yield fenced(fix.text.splitlines(), "diff" if fix.kind == "patch" else chosen.snippet.ending)
    changes = [(each.reason, f"line {each.line}") for each in fix.marks]
    changes += [(reason, f"line {each.line}") for each in fix.hunks for reason in each.reasons]
    rows = [f"- **{where}**, {words(f'`{reason.rule}`: {safe(reason.why, _LONGEST)}')}" for reason, where in changes]
    rows += [f"- **not mended here**, {words(_told(each))}" for each in fix.left]
    rows += [f"- {words(safe(each, _LONGEST))}" for each in fix.notes]
    if rows:
        yield "\n".join(rows)
