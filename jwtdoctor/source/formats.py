"""Texts that are made of a pattern and its arguments, as a template: ``String.format``, ``sprintf``, ``MessageFormat``, ``string.Format``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .evaluate import Call, Function, Reader
from .expression import Node, dotted
from .values import UNKNOWN, Value

LONGEST = 8192
"""Characters of a pattern that are read."""
_PERCENT = re.compile(
    r"%(?:(?P<escaped>%)|(?P<at>\d+)\$|(?:<|\{)(?P<name>\w+)(?:>|\}))?(?P<flags>[-+ 0#,]*\d*(?:\.\d+)?)(?P<kind>[A-Za-z])?"
)
_BRACES = re.compile(r"(?P<escaped>\{\{|\}\})|\{(?P<at>\d*)(?:[,:][^{}]*)?\}")
_MESSAGE = re.compile(r"(?P<escaped>'(?:[^']*)')|\{(?P<at>\d+)(?:,[^{}]*)?\}")
_STYLES = {"percent": _PERCENT, "braces": _BRACES, "message": _MESSAGE}

CALLS: Mapping[str, Mapping[str, str]] = {
    "java": {"String.format": "percent", "MessageFormat.format": "message"},
    "csharp": {"string.Format": "braces", "String.Format": "braces"},
    "php": {"sprintf": "percent"},
    "go": {"fmt.Sprintf": "percent"},
    "ruby": {"format": "percent", "sprintf": "percent"},
}
"""Language → what makes a text of its first argument, the pattern, and the others."""


def template(pattern: str, arguments: Sequence[Node], style: str, whole: Node) -> Node | None:
    """The pieces of ``pattern`` with the arguments between; None where they do not fit."""
    if len(pattern) > LONGEST:
        return None
    kids: list[Node] = []
    at, taken = 0, 0
    for match in _STYLES[style].finditer(pattern):
        kids.append(_text(pattern[at : match.start()], whole))
        at = match.end()
        if match["escaped"]:
            kids.append(_text(_unescaped(match["escaped"]), whole))
            continue
        if style == "percent" and (match["name"] or not match["kind"]):
            return None
        index = int(match["at"]) - (style == "percent") if match["at"] else taken
        taken += not match["at"]
        if not 0 <= index < len(arguments):
            return None
        kids.append(arguments[index])
    kids.append(_text(pattern[at:], whole))
    return Node(
        "template", whole.start, whole.end, None, tuple(each for each in kids if each.value != "" or each.kind != "literal")
    )


def _text(text: str, whole: Node) -> Node:
    return Node("literal", whole.start, whole.end, text)


def _unescaped(written: str) -> str:
    if written in ("{{", "}}", "%"):
        return written[0]
    return written[1:-1] or "'"


def of_call(reader: Reader, node: Node) -> Node | None:
    """The template that a call of a formatter amounts to; None for any other call."""
    names = CALLS.get(reader.syntax.language, {})
    full = dotted(node.kids[0]) if node.kind == "call" else ""
    arguments = [each.kids[0] for each in node.kids[1:] if each.kind == "argument" and each.kids] if full else []
    style = names.get(full) or names.get(".".join(full.split(".")[-2:]))
    if style:
        first, rest = arguments[:1], arguments[1:]
    elif reader.syntax.language == "java" and full.endswith(".format"):
        style, first, rest = "message", _pattern(reader, node), arguments
    else:
        return None
    pattern = reader.value(first[0], node.start, reader.block_of(node.start)) if first else None
    return template(pattern, _spread(reader, rest), style, node) if isinstance(pattern, str) else None


def _pattern(reader: Reader, node: Node) -> list[Node]:
    """What a ``MessageFormat`` was made of, whose ``format`` is called."""
    made = reader.traced(node.kids[0].kids[0])
    if made.kind != "new" or str(made.value).rpartition(".")[2] != "MessageFormat":
        return []
    return [each.kids[0] for each in made.kids if each.kind == "argument" and each.kids]


def _spread(reader: Reader, arguments: list[Node]) -> list[Node]:
    """The arguments; of a single array, what was put in its places one by one."""
    if len(arguments) != 1 or arguments[0].kind != "name":
        return arguments
    places: dict[int, Node] = {}
    for each in reader.program.statements:
        target = each.target
        if (
            each.kind != "set"
            or target is None
            or target.kind != "index"
            or len(target.kids) != 2
            or each.at > arguments[0].start
        ):
            continue
        holder, index = target.kids
        if holder.kind == "name" and holder.value == arguments[0].value and isinstance(index.value, int):
            places[index.value] = each.value
    return [places[index] for index in sorted(places)] if sorted(places) == list(range(len(places))) and places else arguments


def formatted(call: Call) -> Value:
    """The text, where all of its arguments are known."""
    made = of_call(call.reader, call.node)
    return UNKNOWN if made is None else call.reader.value(made, call.node.start, call.reader.block_of(call.node.start))


def functions(language: str) -> dict[str, Function]:
    """The formatters of a language, for its table."""
    return dict.fromkeys(CALLS[language], formatted)
