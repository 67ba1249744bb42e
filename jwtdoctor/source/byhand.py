"""A JWT put together by hand: the maps or JSON texts that hold its claims and header, wherever they stand in the program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import formats
from .draft import Draft
from .evaluate import Reader
from .expression import Node, dotted, walk
from .values import UNKNOWN, Count, Mapped, Slot, Value, Written, text_of

_END = 1 << 60
_CLAIMS = frozenset({"iss", "sub", "aud", "exp", "prn"})
_LEAST = 3
_MARK = re.compile("\ue000(\\d+)\ue001")
MOST_TEXTS = 200


def draft_of(reader: Reader) -> Draft | None:
    """The claims and the header in a program that signs by hand; None when there is no map like that in it."""
    best: tuple[int, int, Mapped, Node] | None = None
    header: tuple[Mapped, Node] | None = None
    for mapped, node in _maps(reader):
        score = len(_CLAIMS & mapped.entries.keys())
        if score >= _LEAST and (best is None or (score, len(mapped.entries)) > best[:2]):
            best = (score, len(mapped.entries), mapped, node)
        elif score < 2 and "alg" in mapped.entries and header is None:
            header = (mapped, node)
    if best is None:
        return None
    draft = Draft(reader, best[3])
    draft.claims_from(best[3], best[2])
    if header is not None:
        draft.header_from(header[1], header[0])
    else:
        draft.open_header = True
    return draft


def _maps(reader: Reader) -> Iterator[tuple[Mapped, Node]]:
    """Maps as they are at the end of the block they are made in, and JSON texts as maps."""
    told: set[int] = set()
    texts = 0
    for statement in reader.program.statements:
        if statement.kind == "assign" and statement.target is not None:
            value = reader.name(str(statement.target.value), _END, statement.block) if _makes_map(statement.value) else None
            if isinstance(value, Mapped) and value.entries and id(value.node) not in told:
                told.add(id(value.node))
                yield value, value.node
        for node in walk(statement.value):
            if node.kind == "map" and id(node) not in told:
                value = reader.value(node, node.start, statement.block)
                if isinstance(value, Mapped):
                    told.add(id(node))
                    yield value, node
            elif node.kind == "call" and any(each.kind == "pair" for each in node.kids):
                # array('iss' => …), JSON.generate(iss: …)
                yield _of_pairs(reader, node), node
            elif (
                node.kind == "call"
                and texts < MOST_TEXTS
                and (made := formats.of_call(reader, node)) is not None
                and _begins_json(made)
            ):
                texts += 1
                written = json_map(reader, made)
                if written is not None:
                    yield written, node
            elif node.kind in ("chain", "template", "literal") and texts < MOST_TEXTS and _begins_json(node):
                texts += 1
                written = json_map(reader, node)
                if written is not None:
                    yield written, node


def _of_pairs(reader: Reader, node: Node) -> Mapped:
    found = Mapped(node, open=any(each.kind == "spread" for each in node.kids))
    for each in node.kids:
        if each.kind == "pair" and isinstance(key := reader.value(each.kids[0], each.start, reader.block_of(each.start)), str):
            found.entries[key] = Slot(reader.value(each.kids[1], each.start, reader.block_of(each.start)), each.kids[1])
    return found


def _makes_map(node: Node) -> bool:
    return node.kind in ("map", "new", "call")


def _begins_json(node: Node) -> bool:
    first = node
    while first.kind in ("chain", "template") and first.kids:
        first = first.kids[0]
    return first.kind == "literal" and isinstance(first.value, str) and first.value.lstrip()[:1] == "{"


def json_map(reader: Reader, node: Node) -> Mapped | None:
    """The map of a JSON text that is put together of pieces; None when it is none."""
    parts = _parts(node)
    text: list[str] = []
    for index, part in enumerate(parts):
        if part.kind == "literal" and isinstance(part.value, str):
            text.append(part.value)
        else:
            inside = _inside_string("".join(text))
            text.append(f"\ue000{index}\ue001" if inside else f'"\ue000{index}\ue001!"')
    try:
        document = json.loads("".join(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    found = Mapped(node)
    for name, value in document.items():
        found.entries[name] = _slot(reader, parts, value, node)
    return found


def _parts(node: Node) -> list[Node]:
    if node.kind == "template" or (node.kind == "chain" and set(node.value) <= {"+", "."}):
        return [part for kid in node.kids for part in (_parts(kid) if _is_text(kid) else [kid])]
    return [node]


def _is_text(node: Node) -> bool:
    """Whether it is put together of texts; a sum of numbers in brackets is one piece."""
    return node.kind == "template" or (
        node.kind == "chain"
        and any(_is_text(each) or (each.kind == "literal" and isinstance(each.value, str)) for each in node.kids)
    )


def _inside_string(text: str) -> bool:
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', text)) % 2 == 1


def _slot(reader: Reader, parts: list[Node], value: Any, whole: Node) -> Slot:
    """A member's value; where it is one piece of code, that piece."""
    if not isinstance(value, str):
        return Slot(value if isinstance(value, int | float | bool | None) else UNKNOWN, whole)
    marks = list(_MARK.finditer(value))
    if not marks:
        return Slot(value, whole)
    if len(marks) == 1 and value in (marks[0][0], f"{marks[0][0]}!"):
        node = parts[int(marks[0][1])]
        found: Value = reader.value(node, node.start, reader.block_of(node.start))
        return Slot(_bare(found) if value.endswith("!") else text_of(found), node)
    return Slot(UNKNOWN, whole)


def _bare(value: Value) -> Value:
    """What stands in a JSON text without quotation marks: digits are a number again."""
    if isinstance(value, Written) and isinstance(value.of, Count):
        return value.of
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,30}", value) else value


def calls(reader: Reader) -> Iterator[tuple[Node, str]]:
    """All calls of a program with their dotted names, folded."""
    for statement in reader.program.statements:
        for node in walk(statement.value):
            if node.kind == "call":
                callee = node.kids[0]
                name = dotted(callee) or (f"*.{callee.value}" if callee.kind == "member" else "")
                yield node, reader.fold(name)


def plain_base64(draft: Draft, encoders: frozenset[str], makes_url_safe: str, mend: str) -> None:
    """Note a call of a plain base64 encoder in a program in which nothing turns the result into base64url.

    ``encoders`` are names of calls, ``makes_url_safe`` an expression for what shows that it is dealt with, ``mend`` what belongs
    there instead, with the call itself for ``{}``.
    """
    reader = draft.reader
    if re.search(makes_url_safe, reader.text):
        return
    for node, name in calls(reader):
        short = ".".join(name.split(".")[-2:])
        if name in encoders or short in encoders or f"*.{name.rpartition('.')[2]}" in encoders:
            written = reader.text[node.start : node.end]
            draft.traits.add("plain-base64")
            draft.names["expression"] = written if len(written) <= 80 else f"{written[:79]}…"
            draft.origins["encoding"] = node
            draft.mends["encoding"] = mend.replace("{}", written)
            return
