"""What an expression of a program amounts to: follows assignments and sums, runs nothing.

The last assignment before the use counts; one in a branch makes the value unknown unless it gives the same.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .expression import Node, dotted
from .statements import Program, Statement
from .syntax import Syntax
from .values import UNKNOWN, Built, Count, Mapped, Moment, Slot, Span, Unknown, Value, Written, combined, squeezed, text_of

DEEPEST = 40
MOST_STEPS = 40_000
"""Nodes looked at for one program."""


class Call(NamedTuple):
    """What a function of a table is given."""

    reader: Reader
    node: Node
    name: str
    arguments: list[Value]
    nodes: list[Node]
    receiver: Value = UNKNOWN

    def value(self, index: int = 0) -> Value:
        """The argument at ``index``; unknown where there is none."""
        return self.arguments[index] if index < len(self.arguments) else UNKNOWN

    def given(self) -> dict[str, Value]:
        """The arguments given by name."""
        at, block = self.node.start, self.reader.block_of(self.node.start)
        return {
            str(each.value): self.reader.value(each.kids[0], at, block)
            for each in self.node.kids
            if each.kind == "argument" and each.value and each.kids
        }


Function = Callable[[Call], Value]


class Table(NamedTuple):
    """What a language calls things that make and convert time, and objects that are followed."""

    syntax: Syntax
    constants: Mapping[str, Value]
    functions: Mapping[str, Function]
    """By dotted name, by the last two words of it, or as ``*.name``."""
    methods: Mapping[str, Function]
    types: Mapping[str, Function]
    """What ``new Type(…)`` gives."""
    builders: frozenset[str] = frozenset()
    """Types whose objects are followed: what is called on them matters."""
    casts: Mapping[str, Callable[[Value], Value]] = {}
    whole_division: bool = True
    numeric: Callable[[Value], Value] | None = None
    """What an operator other than ``+`` makes of a date object first."""


class Reader:
    """Evaluates the expressions of one program."""

    def __init__(self, text: str, program: Program, table: Table) -> None:
        self.text = text
        self.program = program
        self.table = table
        self.syntax = table.syntax
        self.steps = 0
        self.depth = 0
        self._assigned: dict[str, list[Statement]] = {}
        self._touched: dict[str, list[Statement]] = {}
        self._memory: dict[tuple[str, int, tuple[int, ...]], Value] = {}
        self._returning = _returning(program, self.fold)
        self._starts = [each.at for each in program.statements]
        self._fields: dict[str, list[Statement]] = {}
        for each in program.statements:
            if (own := _own_field(each)) is not None:
                self._fields.setdefault(self.fold(own), []).append(each)
            if each.kind == "assign" and each.target is not None:
                self._assigned.setdefault(self.fold(str(each.target.value)), []).append(each)
            elif (root := _root(each)) is not None:
                self._touched.setdefault(self.fold(root), []).append(each)

    def fold(self, name: str) -> str:
        """A name for comparison."""
        return name.lower() if self.syntax.folds else name

    def block_of(self, at: int) -> tuple[int, ...]:
        """The block that offset ``at`` lies in."""
        index = bisect.bisect_right(self._starts, at) - 1
        return self.program.statements[index].block if index >= 0 else ()

    def traced(self, node: Node) -> Node:
        """The expression that gives a variable its value, where that is plain; else the node itself."""
        for _ in range(6):
            found = self._definition(node)
            if found is None or found.value.start == found.value.end or found.operator not in ("=", ":="):
                break
            node = found.value
        return node

    def _definition(self, node: Node) -> Statement | None:
        block = self.block_of(node.start)
        if node.kind == "name":
            found, maybe = self.assignment(str(node.value), node.start, block)
            return found if not maybe else None
        if node.kind == "member" and (full := dotted(node)) and full.count(".") == 1:
            candidates = self._candidates(full.split(".")[1])
            return candidates[0] if len(candidates) == 1 else None
        return None

    # --- names ---

    def assignment(self, name: str, at: int, block: tuple[int, ...]) -> tuple[Statement | None, list[Statement]]:
        """The assignment that gives ``name`` its value where it is used, and those in branches that may have changed it since."""
        maybe: list[Statement] = []
        every = self._assigned.get(self.fold(name), ())
        for each in reversed(every):
            if each.at >= at or not self._visible(each, block):
                continue
            if each.block == block[: len(each.block)]:
                return each, maybe
            maybe.append(each)
        later = [each for each in every if each.at >= at and self._is_field(each, block)]
        return (later[-1] if later and not maybe else None), maybe

    def _visible(self, each: Statement, block: tuple[int, ...]) -> bool:
        """Whether it is no local name of another function."""
        return all(inner not in self.program.functions or inner in block for inner in each.block)

    def _is_field(self, each: Statement, block: tuple[int, ...]) -> bool:
        return each.block == block[: len(each.block)] and not any(inner in self.program.functions for inner in each.block)

    def name(self, name: str, at: int, block: tuple[int, ...]) -> Value:
        """The value of a variable where it is used."""
        key = (self.fold(name), at, block)
        if key in self._memory:
            return self._memory[key]
        self._memory[key] = UNKNOWN
        if name.startswith("@"):
            sets = [each for each in self._assigned.get(name, ()) if not self._is_parameter(each)]
            self._memory[key] = self._given(sets[0], at) if len(sets) == 1 else UNKNOWN
            return self._memory[key]
        found, maybe = self.assignment(name, at, block)
        value = UNKNOWN if found is None else self._given(found, at)
        if any(not _same(self._given(each, at), value) for each in maybe[:20]):
            value = UNKNOWN
        if isinstance(value, Mapped | Built | Moment):
            value = self._with_changes(name, value, found.at if found else -1, at, block)
        self._memory[key] = value
        return value

    def _given(self, each: Statement, at: int) -> Value:
        if each.operator in ("=", ":="):
            return self.value(each.value, each.at, each.block)
        if each.operator in ("+=", "-=", "*=", ".=") and each.target is not None:
            before = self.name(str(each.target.value), each.at, each.block)
            return self._joined(before, each.operator[0], self.value(each.value, each.at, each.block))
        return UNKNOWN

    def _joined(self, left: Value, operator: str, right: Value) -> Value:
        if operator == self.syntax.concat and isinstance(left, str | Written):
            return left + right if isinstance(left, str) and isinstance(right, str) else UNKNOWN
        return combined(operator, left, right, whole_division=self.table.whole_division)

    def _with_changes(self, name: str, value: Value, since: int, at: int, block: tuple[int, ...]) -> Value:
        """A map or an object after what was done to it by statements between its making and its use."""
        changed = value.copy() if isinstance(value, Mapped) else value
        for each in self._touched.get(self.fold(name), ()):
            if not since < each.at < at or not self._visible(each, block):
                continue
            sure = each.block == block[: len(each.block)]
            if isinstance(changed, Mapped):
                self._change(changed, each, sure)
            elif isinstance(changed, Moment):
                changed = self._moved(changed, each, sure)
            elif isinstance(changed, Built):
                changed = changed._replace(calls=(*changed.calls, *calls_of(each, sure)))
        return changed

    def _moved(self, moment: Moment, each: Statement, sure: bool) -> Value:
        """A date object that changes in place: ``cal.add(Calendar.MINUTE, 5)``, ``d.setMinutes(d.getMinutes() + 5)``."""
        found: Value = moment
        for method, call in calls_of(each, True):
            name = self.fold(method)
            if call.kind != "call" or not name.lower().startswith(("set", "add", "sub", "modify", "roll", "plus")):
                continue
            function = self.table.methods.get(name)
            nodes = [argument.kids[0] for argument in call.kids[1:] if argument.kind == "argument" and argument.kids]
            if function is None or not sure or isinstance(found, Unknown):
                return UNKNOWN
            found = function(Call(self, call, name, [self.value(node, each.at, each.block) for node in nodes], nodes, found))
        return found

    def _change(self, mapped: Mapped, each: Statement, sure: bool) -> None:
        """Apply ``m["k"] = v``, ``m.k = v``, ``m.put("k", v)``, ``m.update({…})`` to a map."""
        if each.kind == "set" and each.target is not None:
            key = self._key(each)
            if key is None:
                mapped.open = True
            else:
                value = self.value(each.value, each.at, each.block) if sure and each.operator in ("=", ":=") else UNKNOWN
                if (
                    sure
                    or key not in mapped.entries
                    or not _same(mapped.entries[key].value, self.value(each.value, each.at, each.block))
                ):
                    mapped.entries[key] = Slot(value, each.value)
            return
        for method, call in calls_of(each, True):
            self._called(mapped, self.fold(method).lower(), call, each, sure)

    def _key(self, each: Statement) -> str | None:
        target = each.target
        if target is None:
            return None
        if target.kind == "member" and target.kids[0].kind == "name":
            return str(target.value)
        if target.kind == "index" and len(target.kids) == 2 and target.kids[0].kind == "name":
            key = self.value(target.kids[1], each.at, each.block)
            return key if isinstance(key, str) else None
        return None

    def _called(self, mapped: Mapped, method: str, call: Node, each: Statement, sure: bool) -> None:
        nodes = [argument.kids[0] for argument in call.kids[1:] if argument.kind == "argument" and argument.kids]
        if method in _PUTS and len(nodes) == 2:
            key = self.value(nodes[0], each.at, each.block)
            if isinstance(key, str):
                mapped.entries[key] = Slot(self.value(nodes[1], each.at, each.block) if sure else UNKNOWN, nodes[1])
            else:
                mapped.open = True
        elif method in _UPDATES:
            other = self.value(nodes[0], each.at, each.block) if nodes else UNKNOWN
            if isinstance(other, Mapped) and sure:
                mapped.entries.update(other.entries)
            else:
                mapped.open = True
            for argument in call.kids[1:]:
                if argument.kind == "argument" and argument.value:
                    mapped.entries[str(argument.value)] = Slot(
                        self.value(argument.kids[0], each.at, each.block), argument.kids[0]
                    )

    # --- expressions ---

    def value(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        """What ``node`` amounts to when it stands at offset ``at`` in ``block``."""
        self.steps += 1
        if self.depth >= DEEPEST or self.steps > MOST_STEPS:
            return UNKNOWN
        self.depth += 1
        try:
            return _KINDS.get(node.kind, Reader._unknown)(self, node, at, block)
        finally:
            self.depth -= 1

    def _unknown(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        return UNKNOWN

    def _literal(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        return node.value

    def _template(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        parts = [text_of(self.value(each, at, block)) for each in node.kids]
        if len(parts) == 1:
            return parts[0]
        return "".join(parts) if all(isinstance(each, str) for each in parts) else UNKNOWN

    def _name(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        name = str(node.value)
        if self.fold(name) not in self._assigned:
            if self.syntax.bare_calls and name in self.program.named:
                return self.returned(name)
            return self.table.constants.get(self.fold(name), UNKNOWN)
        return self.name(name, at, block)

    def _member(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        inner = node.kids[0]
        full = self.fold(dotted(node))
        if full:
            words = full.split(".")
            for name in (full, ".".join(words[-2:]), f"*.{words[-1]}"):
                if name in self.table.constants:
                    return self.table.constants[name]
            if words[0] in ("this", "self", "cls", "$this", "static") and len(words) == 2:
                return self._field(words[1], at, block)
        receiver = self.value(inner, at, block)
        if isinstance(receiver, Mapped):
            slot = receiver.entries.get(str(node.value))
            return slot.value if slot is not None else UNKNOWN
        function = self.table.methods.get(self.fold(str(node.value)))
        if function is not None and not isinstance(receiver, Unknown):
            return function(Call(self, node, str(node.value), [], [], receiver))
        if full and (function := self._function(full)) is not None and self.syntax.language == "ruby":
            return function(Call(self, node, full, [], []))
        if full and full.count(".") == 1 and full.split(".")[0][:1].isupper():
            # Config.AUDIENCE: a constant of a class that stands here too.
            return self._field(full.split(".")[1], at, block)
        return UNKNOWN

    def _field(self, name: str, at: int, block: tuple[int, ...]) -> Value:
        """``this.name``: set once in this text, or nobody knows."""
        candidates = self._candidates(name)
        return self.value(candidates[0].value, candidates[0].at, candidates[0].block) if len(candidates) == 1 else UNKNOWN

    def _candidates(self, name: str) -> list[Statement]:
        """All that gives the field of that name a value."""
        folded = self.fold(name)
        given = [*self._assigned.get(folded, ()), *self._assigned.get(f"${folded}", ())]
        fields = [
            each for each in given if not self._is_parameter(each) and not any(b in self.program.functions for b in each.block)
        ]
        return fields + self._fields.get(folded, [])

    def _is_parameter(self, each: Statement) -> bool:
        return each.value.start == each.value.end

    def _index(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        if len(node.kids) < 2:
            return UNKNOWN
        receiver, key = self.value(node.kids[0], at, block), self.value(node.kids[1], at, block)
        if isinstance(receiver, Mapped) and isinstance(key, str) and key in receiver.entries:
            return receiver.entries[key].value
        if isinstance(receiver, list) and isinstance(key, int) and 0 <= key < len(receiver):
            return receiver[key]
        return UNKNOWN

    def _unary(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        inner = self.value(node.kids[0], at, block)
        if node.value == "+" and self.table.numeric is not None:
            return self.table.numeric(inner)
        if node.value == "-" and isinstance(inner, int | float) and not isinstance(inner, bool):
            return -inner
        if node.value == "-" and isinstance(inner, Span):
            return Span(-inner.base, -inner.offset)
        return UNKNOWN

    def _chain(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        found = self.value(node.kids[0], at, block)
        for operator, each in zip(node.value, node.kids[1:], strict=True):
            other = self.value(each, at, block)
            if operator == self.syntax.concat and (isinstance(found, str | Written) or isinstance(other, str | Written)):
                left, right = text_of(found), text_of(other)
                if found == "" or other == "":
                    found = right if found == "" else left
                else:
                    found = left + right if isinstance(left, str) and isinstance(right, str) else UNKNOWN
                continue
            numeric = self.table.numeric
            if numeric is not None and operator != "+":
                found, other = numeric(found), numeric(other)
            elif numeric is not None and isinstance(found, Moment):
                found = UNKNOWN
            found = combined(operator, found, other, whole_division=self.table.whole_division)
        return found

    def _choice(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        ways = [self.value(each, at, block) for each in node.kids]
        return ways[0] if ways and all(_same(each, ways[0]) for each in ways) else UNKNOWN

    def _cast(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        inner = self.value(node.kids[0], at, block)
        convert = self.table.casts.get(str(node.value).lower())
        return convert(inner) if convert is not None else inner

    def _list(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        return [self.value(each, at, block) for each in node.kids[:200]]

    def _map(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        found = Mapped(node)
        for each in node.kids[:200]:
            if each.kind == "spread":
                inner = self.value(each.kids[0], at, block)
                if isinstance(inner, Mapped):
                    found.entries.update(inner.entries)
                    found.open = found.open or inner.open
                else:
                    found.open = True
                continue
            key = self.value(each.kids[0], at, block)
            if isinstance(key, str):
                found.entries[key] = Slot(self.value(each.kids[1], at, block), each.kids[1])
            else:
                found.open = True
        return found

    def _new(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        nodes = [each for each in node.kids if each.kind == "argument"]
        inside = next((each for each in node.kids if each.kind in ("map", "list")), None)
        name = self.fold(str(node.value))
        function = (
            self.table.types.get(name)
            or self.table.types.get(name.rpartition(".")[2])
            or self.table.types.get(name.rpartition("::")[2])
        )
        if function is not None:
            plain = [each.kids[0] for each in nodes]
            found = function(Call(self, node, name, [self.value(each, at, block) for each in plain], plain))
            if not isinstance(found, Unknown):
                return found
        if self._is_builder(name):
            return Built(name, node, tuple(each.kids[0] for each in nodes) + (() if inside is None else (inside,)))
        if inside is not None:
            return self.value(inside, at, block)
        short = name.rpartition(".")[2].lower()
        if (
            "map" in short
            or "dictionary" in short
            or short in ("jsonobject", "jobject", "expandoobject", "stdclass", "jwtpayload", "payload")
        ):
            copied = self.value(nodes[0].kids[0], at, block) if nodes else None
            return copied.copy() if isinstance(copied, Mapped) else Mapped(node, open=bool(nodes) and not isinstance(copied, int))
        if short in ("list", "array", "arraylist", "string[]"):
            return []
        return UNKNOWN

    def _is_builder(self, name: str) -> bool:
        short = (name, name.rpartition(".")[2], name.rpartition("::")[2], ".".join(name.split(".")[-2:]))
        return any(each in self.table.builders for each in short)

    def _function(self, full: str) -> Function | None:
        words = full.split(".")
        for name in (full, ".".join(words[-2:]), f"*.{words[-1]}"):
            if name in self.table.functions:
                return self.table.functions[name]
        return None

    def _call(self, node: Node, at: int, block: tuple[int, ...]) -> Value:
        callee = node.kids[0]
        full = self.fold(dotted(callee))
        nodes = [each.kids[0] for each in node.kids[1:] if each.kids and each.kind == "argument" and not each.value]
        function = self._function(full) if full else None
        if function is None and callee.kind == "member" and not full:
            function = self.table.functions.get(f"*.{self.fold(str(callee.value))}")
        if function is not None:
            found = function(Call(self, node, full, [self.value(each, at, block) for each in nodes], nodes))
            if not isinstance(found, Unknown):
                return found
        if full and self._is_builder(full):
            return Built(full, node, tuple(nodes))
        own = full.rpartition(".")
        if own[0] in ("", "this", "self", "$this", "static") and own[2] in self._returning:
            return self.returned(own[2])
        if callee.kind == "name":
            return self._anonymous(callee, at, block)
        if callee.kind != "member":
            return UNKNOWN
        return self._method(node, callee, nodes, at, block)

    def _anonymous(self, callee: Node, at: int, block: tuple[int, ...]) -> Value:
        """``const claims = () => ({ … })``, called."""
        found, maybe = self.assignment(str(callee.value), at, block)
        if found is None or maybe or found.value.kind != "function" or not found.value.kids:
            return UNKNOWN
        return self.value(found.value.kids[0], found.at, found.block)

    def returned(self, name: str) -> Value:
        """What a function of this program returns, where all its ways give the same; its parameters are unknown."""
        ways = self._returning.get(self.fold(name), [])
        values = [self.value(each.value, each.at, each.block) for each in ways[:8]]
        return values[0] if values and (len(values) == 1 or all(_same(each, values[0]) for each in values)) else UNKNOWN

    def _method(self, node: Node, callee: Node, nodes: list[Node], at: int, block: tuple[int, ...]) -> Value:
        name = self.fold(str(callee.value))
        receiver = self.value(callee.kids[0], at, block)
        if isinstance(receiver, Built):
            return receiver._replace(calls=(*receiver.calls, (name, node)))
        function = self.table.methods.get(name)
        if function is None or isinstance(receiver, Unknown):
            if isinstance(receiver, Mapped) and name.lower() in _SAME:
                return receiver
            if isinstance(receiver, Mapped) and name.lower() in _PUTS and len(nodes) == 2:
                changed = receiver.copy()
                self._called(changed, name.lower(), node, Statement("expression", at, block, node), True)
                return changed
            if isinstance(receiver, str):
                return _of_text(receiver, name.lower(), [self.value(each, at, block) for each in nodes])
            return UNKNOWN
        return function(Call(self, node, name, [self.value(each, at, block) for each in nodes], nodes, receiver))


_KINDS: Mapping[str, Callable[[Reader, Node, int, tuple[int, ...]], Value]] = {
    "literal": Reader._literal, "template": Reader._template, "name": Reader._name, "member": Reader._member, "index": Reader._index,
    "unary": Reader._unary, "chain": Reader._chain, "choice": Reader._choice, "cast": Reader._cast, "list": Reader._list, "map": Reader._map,
    "new": Reader._new, "call": Reader._call,
}  # fmt: skip
_PUTS = frozenset({"put", "add", "set", "store", "setproperty", "addclaim", "putonce", "accumulate", "addproperty"})
_UPDATES = frozenset({"update", "putall", "merge", "merge!", "assign", "addrange", "setdefault"})
_SAME = frozenset({"copy", "to_h", "clone", "freeze", "dup", "build", "tostring"})


def _of_text(text: str, method: str, arguments: Sequence[Value]) -> Value:
    """The few methods of texts that occur around URLs."""
    if method in ("trim", "strip", "tostring", "to_s", "freeze", "valueof", "intern", "encode", "decode"):
        return text.strip() if method in ("trim", "strip") else text
    if method in ("tolowercase", "lower", "tolower", "downcase"):
        return text.lower()
    if method == "concat" and len(arguments) == 1 and isinstance(arguments[0], str):
        return text + arguments[0]
    if method in ("replace", "replaceall") and len(arguments) == 2 and all(isinstance(each, str) for each in arguments):
        return UNKNOWN if not arguments[0] else text.replace(arguments[0], arguments[1])
    return UNKNOWN


def _same(left: Value, right: Value) -> bool:
    if (
        isinstance(left, Unknown)
        or isinstance(right, Unknown)
        or isinstance(left, Mapped | Built)
        or isinstance(right, Mapped | Built)
    ):
        return False
    return type(left) is type(right) and bool(left == right)


def _returning(program: Program, fold: Callable[[str], str]) -> dict[str, list[Statement]]:
    """Function → the expressions it returns; one that says nothing of it returns its last expression, as in Ruby."""
    names = {block: fold(name) for name, block in program.named.items()}
    found: dict[str, list[Statement]] = {}
    last: dict[str, Statement] = {}
    for each in program.statements:
        function = next((inner for inner in reversed(each.block) if inner in program.functions), 0)
        name = names.get(function)
        if name is None:
            continue
        if each.operator == "return":
            found.setdefault(name, []).append(each)
        elif each.block[-1] == function and each.value.end > each.value.start:
            last[name] = each
    return {**{name: [each] for name, each in last.items() if each.kind == "expression"}, **found}


def _own_field(statement: Statement) -> str | None:
    """``name`` of ``this.name = …``."""
    target = statement.target
    if statement.kind != "set" or target is None or target.kind != "member" or target.kids[0].kind != "name":
        return None
    return str(target.value) if str(target.kids[0].value).lstrip("$@") in ("this", "self") else None


def _root(statement: Statement) -> str | None:
    """The variable that a statement does something to: of ``a.b(c)``, ``a["b"] = c`` and ``a.b = c`` it is ``a``."""
    node = statement.target if statement.kind == "set" else statement.value
    while node is not None and node.kind in ("member", "index", "call") and node.kids:
        node = node.kids[0]
    return str(node.value) if node is not None and node.kind == "name" else None


def calls_of(statement: Statement, sure: bool) -> tuple[tuple[str, Node], ...]:
    """The methods called one on another in ``a.b(c).d(e)``, in that order; ``a.b = c`` counts as a call ``=b``."""
    if statement.kind == "set":
        target = statement.target
        name = str(target.value) if target is not None and target.kind == "member" else ""
        return ((f"{'' if sure else '?'}={name}", statement.value),)
    found: list[tuple[str, Node]] = []
    node = statement.value
    while node.kind in ("call", "member") and node.kids:
        if node.kind == "call" and node.kids[0].kind == "member":
            found.append((f"{'' if sure else '?'}{node.kids[0].value}", node))
        node = node.kids[0]
    return tuple(reversed(found))


__all__ = ["Call", "Count", "Function", "Moment", "Reader", "Table", "squeezed"]
