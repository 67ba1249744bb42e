"""One small parser for the expressions of nine languages: what it does not understand becomes unknown, and it goes on.

It never raises, reads every token at most twice, and nests no deeper than :data:`DEEPEST`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from .lexed import Token, lex
from .strings import pieces
from .syntax import Syntax

DEEPEST = 36
"""Brackets inside of brackets that are followed."""
LONGEST_CHAIN = 80
"""Members and calls hung one on another; a builder has a dozen."""
MOST_TERMS = 400
"""Terms of one sum."""


_FORMAT = re.compile(r"(?:![rsa])?(?<!:):(?!:)([^()\[\]'\"]*)\Z")
"""How a value inside of a text is to be written: ``{x:.0f}``."""


class Node(NamedTuple):
    """A part of an expression, with offsets of the text.

    ``literal`` (value) · ``template`` (parts) · ``name`` · ``member`` (value: its name; of kids[0]) · ``call`` (kids[0] of the rest) ·
    ``new`` (value: the type; kids: arguments, perhaps a map or list) · ``argument`` (value: its name, or ``*``) · ``index`` ·
    ``unary`` · ``chain`` (value: the operators; kids: the terms) · ``choice`` (kids: the ways it may go) · ``cast`` (value: the type) ·
    ``list`` · ``map`` (kids: ``pair`` and ``spread``) · ``function`` · ``unknown``.
    """

    kind: str
    start: int
    end: int
    value: Any = None
    kids: tuple[Node, ...] = ()


class Body(NamedTuple):
    """The body of a function inside of an expression: its tokens, and the names of its parameters."""

    first: int
    last: int
    names: tuple[str, ...]


_CONSTANTS = {"true": True, "false": False, "null": None, "none": None, "nil": None, "undefined": None, "True": True, "False": False, "None": None}  # fmt: skip
_BEFORE = {"await", "typeof", "not", "void", "yield", "clone", "ref", "out", "in", "async", "delete"}
_FUNCTIONS = {"function", "func", "lambda", "fn", "def", "proc", "delegate"}
_LEVELS = {
    "??": 1, "||": 1, "or": 1, "?:": 1, "&&": 2, "and": 2, "|": 3, "^": 3, "&": 4, "==": 5, "!=": 5, "===": 5, "!==": 5,
    "<": 6, ">": 6, "<=": 6, ">=": 6, "in": 6, "is": 6, "instanceof": 6, "<<": 7, "+": 8, "-": 8, "*": 9, "/": 9, "%": 9, "//": 9, "**": 10,
}  # fmt: skip
_MEMBERS = {".", "?.", "->", "?->", "::"}
_STOPS = {
    "if", "unless", "else", "do", "then", "end", "rescue", "while", "until", "for", "and", "or", "not", "in", "is", "as", "return", "when", "instanceof",
    "ensure",
}  # fmt: skip
_NUMERIC_TYPES = {"int", "long", "integer", "float", "double", "decimal", "short", "byte", "uint", "ulong", "string", "object", "bool", "boolean", "char", "array", "number"}  # fmt: skip
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def matches(tokens: Sequence[Token]) -> list[int]:
    """For each opening bracket the index of what closes it (the end where nothing does), for each closing one its opener, else -1."""
    found = [-1] * len(tokens)
    stack: list[int] = []
    counts = {")": 0, "]": 0, "}": 0}
    for index, token in enumerate(tokens):
        if token.kind != "op":
            continue
        if token.text in _CLOSERS:
            stack.append(index)
            counts[_CLOSERS[token.text]] += 1
        elif counts.get(token.text):
            while stack:
                opener = stack.pop()
                counts[_CLOSERS[tokens[opener].text]] -= 1
                if _CLOSERS[tokens[opener].text] == token.text:
                    found[opener], found[index] = index, opener
                    break
                found[opener] = index
    for opener in stack:
        found[opener] = len(tokens)
    return found


class Parser:
    """Reads expressions from tokens; ``bodies`` gathers the bodies of functions it meets and leaves to be read as statements."""

    def __init__(self, text: str, tokens: Sequence[Token], syntax: Syntax, *, depth: int = 0, base: int = 0) -> None:
        self.text = text
        self.tokens = tokens
        self.syntax = syntax
        self.match = matches(tokens)
        self.bodies: list[Body] = []
        self.at = 0
        self.depth = depth
        self.base = base
        """Added to every offset: where a piece of code inside of a string begins."""
        self.limit = len(tokens)
        self.no_braces = False
        """Set in the head of an ``if`` or ``for``, where a brace begins the block."""

    # --- looking ---

    def peek(self, ahead: int = 0) -> Token | None:
        """The token ``ahead``, or None at the end."""
        index = self.at + ahead
        return self.tokens[index] if index < self.limit else None

    def text_at(self, ahead: int = 0) -> str:
        """The text of an operator or name ahead; empty at the end and for strings."""
        token = self.peek(ahead)
        return token.text if token is not None and token.kind != "string" else ""

    def ends(self) -> bool:
        """Whether the next token begins a new statement because it begins a new line."""
        token = self.peek()
        return token is None or (self.syntax.line_ends and token.first and self.depth_of_brackets == 0)

    depth_of_brackets = 0

    def closing(self, index: int) -> int:
        """The index of what closes the bracket at ``index``."""
        found = self.match[index]
        return self.limit if found < 0 else min(found, self.limit)

    def node(self, kind: str, start: int, value: Any = None, kids: tuple[Node, ...] = ()) -> Node:
        """A node from token ``start`` to the last one read."""
        first = self.tokens[min(start, self.limit - 1)]
        last = self.tokens[max(min(self.at, self.limit) - 1, start)] if start < self.limit else first
        return Node(kind, self.base + first.start, self.base + max(last.end, first.end), value, kids)

    # --- reading ---

    def expression(self, lowest: int = 0) -> Node:
        """The expression that begins at the current token."""
        if self.depth >= DEEPEST:
            return self._skipped()
        self.depth += 1
        found = self._choice(lowest)
        self.depth -= 1
        return found

    def _skipped(self) -> Node:
        start = self.at
        token = self.peek()
        if token is not None and token.text in _CLOSERS and token.kind == "op":
            self.at = self.closing(self.at)
        self.at = min(self.at + 1, self.limit)
        return self.node("unknown", start) if start < self.limit else Node("unknown", 0, 0)

    def _choice(self, lowest: int) -> Node:
        start = self.at
        found = self._sum(lowest)
        if lowest:
            return found
        word = self.text_at()
        if word == "?" and self.text_at(1) not in (".", ")", ","):
            self.at += 1
            yes = found if self.text_at() == ":" else self.expression()
            if self.text_at() != ":":
                return self.node("choice", start, None, (yes,))
            self.at += 1
            return self.node("choice", start, None, (yes, self.expression()))
        if word == "if" and self.syntax.language == "python" and not self.ends():
            self.at += 1
            self.expression()
            if self.text_at() == "else":
                self.at += 1
                return self.node("choice", start, None, (found, self.expression()))
            return self.node("unknown", start)
        return found

    def _level(self) -> int:
        token = self.peek()
        if token is None or token.kind == "string":
            return 0
        if self.syntax.concat == "." and token.text == ".":
            return 8
        level = _LEVELS.get(token.text, 0)
        if level and token.first and self.syntax.line_ends and not self.depth_of_brackets:
            # In these two a line may begin with what joins it to the one before.
            return level if self.syntax.language in ("javascript", "typescript") and token.text not in ("in", "is") else 0
        return level

    def _sum(self, lowest: int) -> Node:
        start = self.at
        left = self._unary()
        while True:
            level = self._level()
            if level <= lowest:
                return left
            operators, terms = [], [left]
            while self._level() == level and len(terms) < MOST_TERMS:
                operators.append(self.text_at())
                self.at += 1
                if operators[-1] == "is" and self.text_at() == "not":
                    self.at += 1
                terms.append(self._operand(level))
            if len(terms) >= MOST_TERMS:
                while self._level():
                    self.at += 1
                    self._operand(level)
                return self.node("unknown", start)
            kind = "choice" if level == 1 else "chain"
            left = self.node(kind, start, tuple(operators) if kind == "chain" else None, tuple(terms))

    def _operand(self, level: int) -> Node:
        if self.depth >= DEEPEST:
            return self._skipped()
        self.depth += 1
        found = self._sum(level)
        self.depth -= 1
        return found

    def _unary(self) -> Node:
        start = self.at
        operators: list[str] = []
        while (word := self.text_at()) and len(operators) < 8:
            token = self.peek()
            if word in ("-", "+", "!", "~", "&", "*", "@", "<-", "++", "--") or (
                word in _BEFORE
                and (nxt := self.peek(1)) is not None
                and (nxt.kind != "op" or nxt.text in "([{")
                and not (token and self._is_key(1))
            ):
                operators.append(word)
                self.at += 1
            else:
                break
        found = self._postfix(self._primary())
        for word in reversed(operators):
            if word in ("-", "!", "not") or (word == "+" and self.syntax.language in ("javascript", "typescript")):
                found = self.node("unary", start, word, (found,))
        return found

    def _is_key(self, ahead: int) -> bool:
        return self.text_at(ahead) in self.syntax.pairs

    def _primary(self) -> Node:
        while self.syntax.language == "php" and ("\\" in (self.text_at(), self.text_at(1))) and self.peek(1) is not None:
            # A namespace before a name tells nothing: \Firebase\JWT\JWT::encode.
            self.at += 1
        token = self.peek()
        if token is None:
            return Node("unknown", self.base + len(self.text), self.base + len(self.text))
        start = self.at
        if token.kind == "string":
            return self._strings()
        if token.kind == "number":
            self.at += 1
            return self.node("literal", start, number(token.text))
        if token.kind == "name":
            return self._named(token)
        if token.text == "(":
            return self._parenthesised()
        if token.text == "[":
            return self._bracketed()
        if token.text == "{" and (self.syntax.braced_maps or self.syntax.typed_literals):
            return self._braced()
        if token.text == "->" and self.syntax.language == "ruby":
            return self._function()
        if token.text in (")", "]", "}", ",", ";"):
            return Node("unknown", self.base + token.start, self.base + token.start)
        self.at += 1
        return self.node("unknown", start)

    def _strings(self) -> Node:
        """A string literal, or several in a row where that joins them."""
        start = self.at
        parts: list[Node] = []
        while (token := self.peek()) is not None and token.kind == "string":
            if self.at > start and (self.syntax.language != "python" or (token.first and not self.depth_of_brackets)):
                break
            self.at += 1
            parts.append(self._string(token))
        if len(parts) == 1:
            return parts[0]
        if all(each.kind == "literal" for each in parts):
            return self.node("literal", start, "".join(str(each.value) for each in parts))
        return self.node("template", start, None, tuple(parts))

    def _string(self, token: Token) -> Node:
        start, end = self.base + token.start, self.base + token.end
        found = pieces(token.text, self.syntax.language)
        if found is None:
            return Node("unknown", start, end)
        if all(each.start < 0 for each in found):
            return Node("literal", start, end, "".join(each.text for each in found))
        kids = []
        for each in found:
            if each.start < 0:
                kids.append(Node("literal", start, end, each.text))
            else:
                kids.append(self._inside(token.text[each.start : each.end], start + each.start))
        return Node("template", start, end, None, tuple(kids))

    def _inside(self, code: str, base: int) -> Node:
        """An expression inside of a string."""
        if self.depth >= DEEPEST - 8:
            return Node("unknown", base, base + len(code))
        spec = _FORMAT.search(code) if self.syntax.language in ("python", "csharp") else None
        if spec is not None:
            code = code[: spec.start()]
        parser = Parser(code, lex(code, self.syntax.language), self.syntax, depth=self.depth + 8, base=base)
        found = parser.expression()
        if parser.at < parser.limit:
            return Node("unknown", base, base + len(code))
        if spec is not None and spec[1] in (".0f", "d") and self.syntax.language == "python":
            # Written without its fraction, as int() would have it.
            whole, given = Node("name", found.start, found.start, "int"), Node("argument", found.start, found.end, None, (found,))
            return Node("call", found.start, found.end, None, (whole, given))
        return found

    def _named(self, token: Token) -> Node:
        start = self.at
        word = token.text
        lower = word.lower() if self.syntax.folds or self.syntax.language == "php" else word
        if self._arrow_follows(1):
            return self._arrow((word,), self.at + 1)
        if (word in _FUNCTIONS and self.text_at(1) in ("(", "[", "*")) or (
            word in ("lambda", "function", "func") and not self._is_key(1)
        ):
            return self._function()
        if lower == "new" and ((nxt := self.peek(1)) is not None and (nxt.kind == "name" or nxt.text in ("(", "[", "{"))):
            return self._new()
        self.at += 1
        if lower in _CONSTANTS and (lower in ("true", "false", "null") or self.syntax.language != "java"):
            return self.node("literal", start, _CONSTANTS[lower])
        return self.node("name", start, word)

    def _arrow_follows(self, ahead: int) -> bool:
        return bool(self.syntax.arrow) and self.text_at(ahead) == self.syntax.arrow

    def _arrow(self, names: tuple[str, ...], arrow: int) -> Node:
        """``(a, b) => …``: the names, and the index of the arrow."""
        start = self.at
        self.at = arrow + 1
        return self._body(start, names)

    def _body(self, start: int, names: tuple[str, ...]) -> Node:
        if self.text_at() == "{":
            end = self.closing(self.at)
            self.bodies.append(Body(self.at + 1, end, names))
            self.at = min(end + 1, self.limit)
            return self.node("function", start, names)
        inner = self.expression()
        return self.node("function", start, names, (inner,))

    def _function(self) -> Node:
        """``function (a) {…}``, ``func(a T) T {…}``, ``lambda a: …``."""
        start = self.at
        self.at += 1
        names: list[str] = []
        if self.tokens[start].text == "lambda" and self.syntax.language == "python":
            while (token := self.peek()) is not None and token.text != ":" and not self.ends():
                names.append(token.text)
                self.at += 1
            self.at += 1
            return self.node("function", start, tuple(names), (self.expression(),))
        while (token := self.peek()) is not None and token.text not in ("{", ";", "=>"):
            if token.text == "(":
                end = self.closing(self.at)
                names.extend(each.text for each in self.tokens[self.at : end] if each.kind == "name")
                self.at = end
            elif token.kind == "string" or token.text in (")", "]", "}", ","):
                return self.node("unknown", start)
            self.at += 1
        if self.text_at() == "=>":
            self.at += 1
        return self._body(start, tuple(names))

    def _new(self) -> Node:
        start = self.at
        self.at += 1
        name = self._type()
        kids: tuple[Node, ...] = ()
        if self.text_at() == "(":
            kids = self._arguments()
        if self.text_at() == "{" and self.syntax.language == "java":
            kids = (*kids, *self._anonymous())
        elif self.text_at() == "{":
            inner = self._braced()
            if name or inner.kids:
                kids = (*kids, inner)
        elif not name and self.text_at() == "[":
            return self._bracketed()
        return self.node("new", start, name, kids)

    def _anonymous(self) -> tuple[Node, ...]:
        """The body of a Java class without a name; of ``new HashMap<>() {{ put("iss", x); }}`` the map."""
        start, end = self.at, self.closing(self.at)
        if self.text_at(1) != "{":
            self.bodies.append(Body(self.at + 1, end, ()))
            self.at = min(end + 1, self.limit)
            return ()
        self.at += 1
        calls = [each.kids[0] for each in self._items("}") if each.kids and each.kids[0].kind == "call"]
        self.at = min(end + 1, self.limit)
        pairs = [
            Node("pair", each.start, each.end, None, (_plain(each.kids[1]), _plain(each.kids[2])))
            for each in calls
            if len(each.kids) == 3 and dotted(each.kids[0]) == "put"
        ]
        return (self.node("map", start, None, tuple(pairs)),) if pairs else ()

    def _type(self) -> str:
        """The dotted name of a type, its parameters and brackets left out."""
        words: list[str] = []
        while (token := self.peek()) is not None:
            if (token.kind == "name" and (not words or words[-1] in (".", "::", "\\"))) or (
                token.text in (".", "::", "\\") and not self.ends()
            ):
                words.append(token.text)
            elif token.text == "<" and (end := self._generics_end(self.at)):
                self.at = end
                continue
            elif token.text == "[" and self.closing(self.at) == self.at + 1:
                self.at += 1
            else:
                break
            self.at += 1
        return "".join(words).lstrip("\\")

    def _generics_end(self, index: int) -> int:
        """The index after ``<…>`` of types, or 0 when it is a comparison."""
        if not self.syntax.generics and self.syntax.language != "php":
            return 0
        depth = inside = 0
        for at in range(index, min(index + 60, self.limit)):
            token = self.tokens[at]
            if token.text == "<":
                depth += 1
            elif token.text in (">", ">>>"):
                depth -= len(token.text)
                if depth <= 0:
                    return at + 1
            elif token.text in ("(", "{", "[") and token.kind == "op" and at > index:
                inside = max(inside, self.closing(at))
            elif at <= inside:
                continue
            elif token.kind == "string" or (token.kind == "op" and token.text not in (",", ".", "?", "&", "|", "]")):
                return 0
        return 0

    def _parenthesised(self) -> Node:
        start, end = self.at, self.closing(self.at)
        after = self.tokens[end + 1] if end + 1 < self.limit else None
        arrow = self._arrow_after(end)
        if arrow:
            names = tuple(each.text for each in self.tokens[start:end] if each.kind == "name")
            return self._arrow(names, arrow)
        if self.syntax.casts and after is not None and self._is_cast(start, end, after):
            name = "".join(each.text for each in self.tokens[start + 1 : end])
            self.at = end + 1
            inner = self._unary()
            return self.node("cast", start, name, (inner,))
        items = self._items(")")
        if len(items) == 1 and items[0].kind == "argument" and items[0].value is None:
            inner = items[0].kids[0]
            # The brackets belong to it: what is put in its place goes in theirs.
            return (
                inner._replace(start=self.base + self.tokens[start].start, end=self.node("x", start).end)
                if inner.kind != "function"
                else inner
            )
        return self.node("unknown", start, None, tuple(items))

    def _arrow_after(self, end: int) -> int:
        """The index of the arrow behind a parenthesis, a type between them skipped; 0 without one."""
        if not self.syntax.arrow:
            return 0
        for at in range(end + 1, min(end + 12, self.limit)):
            if self.tokens[at].text == self.syntax.arrow:
                return at
            if at == end + 1 and self.tokens[at].text != ":":
                return 0
            if self.tokens[at].kind == "string" or self.tokens[at].text in (";", "{", "}", ")", "("):
                return 0
        return 0

    def _is_cast(self, start: int, end: int, after: Token) -> bool:
        inner = self.tokens[start + 1 : end]
        if (
            not inner
            or inner[0].kind != "name"
            or any(each.kind != "name" and each.text not in (".", "<", ">", ",", "[", "]", "?") for each in inner)
        ):
            return False
        name = inner[-1].text if inner[-1].kind == "name" else inner[0].text
        if self.syntax.language == "php":
            return len(inner) == 1 and name.lower() in _NUMERIC_TYPES
        typed = name.lower() in _NUMERIC_TYPES or name[:1].isupper() or not name.islower()
        if after.text == "(" or (after.kind == "op" and after.text in ("-", "!")):
            return name.lower() in _NUMERIC_TYPES or (after.text == "(" and name[:1].isupper())
        return typed and (after.kind in ("name", "number", "string")) and after.text not in _STOPS

    def _bracketed(self) -> Node:
        start, end = self.at, self.closing(self.at)
        if self.syntax.language == "apex" and self.text_at(1).lower() in ("select", "find"):
            self.at = min(end + 1, self.limit)
            return self.node("unknown", start)
        if self.syntax.typed_literals and end == start + 1:
            # []string{"x"}
            self.at = end + 1
            self._type()
            return self._braced() if self.text_at() == "{" else self.node("unknown", start)
        items = self._items("]")
        if any(each.kind == "pair" for each in items):
            return self.node("map", start, None, tuple(each for each in items if each.kind in ("pair", "spread")))
        return self.node("list", start, None, tuple(_plain(each) for each in items))

    def _braced(self) -> Node:
        """``{ … }`` where a value is wanted: a map, or a list where nothing in it has a key."""
        start = self.at
        items = self._items("}")
        if items and not any(each.kind in ("pair", "spread") for each in items):
            if self.syntax.language in ("javascript", "typescript"):
                # { iss, sub }: names that are their own keys.
                items = [
                    Node(
                        "pair",
                        each.start,
                        each.end,
                        None,
                        (Node("literal", each.start, each.end, each.kids[0].value), each.kids[0]),
                    )
                    for each in items
                    if each.kids[0].kind == "name"
                ]
                return self.node("map", start, None, tuple(items))
            return self.node("list", start, None, tuple(_plain(each) for each in items))
        kids = []
        for each in items:
            if each.kind in ("pair", "spread"):
                kids.append(each)
            elif each.kids and each.kids[0].kind == "name":
                kids.append(
                    Node(
                        "pair",
                        each.start,
                        each.end,
                        None,
                        (Node("literal", each.start, each.end, each.kids[0].value), each.kids[0]),
                    )
                )
        return self.node("map", start, None, tuple(kids))

    def _arguments(self) -> tuple[Node, ...]:
        return tuple(self._items(")"))

    def _items(self, closer: str) -> list[Node]:
        """What stands between the bracket at the current token and its closer: ``argument``, ``pair`` and ``spread`` nodes."""
        opener, end = self.at, self.closing(self.at)
        self.at += 1
        outer, braces = self.depth_of_brackets, self.no_braces
        self.depth_of_brackets, self.no_braces = outer + 1, False
        items: list[Node] = []
        while self.at < end:
            token = self.tokens[self.at]
            if token.kind == "op" and token.text in (",", ";"):
                self.at += 1
                continue
            begun = self.at
            items.append(self._item(closer))
            if self.at == begun:
                self.at += 1
            if self.at < end and self.text_at() not in (",", ";"):
                if closer == "}" and self.tokens[self.at].first and self.syntax.line_ends:
                    continue
                items[-1] = self._lost(begun, end, items[-1])
        self.at = min(end + 1, self.limit)
        self.depth_of_brackets, self.no_braces = outer, braces
        del opener
        return items

    def _lost(self, begun: int, end: int, item: Node) -> Node:
        """Go on at the next comma; what was read of this item is not all of it."""
        while self.at < end and self.text_at() not in (",", ";"):
            token = self.tokens[self.at]
            self.at = self.closing(self.at) + 1 if token.kind == "op" and token.text in _CLOSERS else self.at + 1
        self.at = min(self.at, end)
        unknown = self.node("unknown", begun, None, (item,))
        if item.kind == "pair":
            return item._replace(end=unknown.end, kids=(item.kids[0], unknown))
        return Node("argument", unknown.start, unknown.end, item.value if item.kind == "argument" else None, (unknown,))

    def _item(self, closer: str) -> Node:
        start = self.at
        word = self.text_at()
        if word in ("...", "**") or (word == "*" and self.syntax.language in ("python", "ruby")):
            self.at += 1
            inner = self.expression()
            return self.node("spread", start, word, (inner,))
        if closer == "}" and word == "[" and self.syntax.language in ("javascript", "typescript", "csharp"):
            self.at += 1
            key = self.expression()
            self.at = self.closing(start) + 1
            if self.text_at() in (":", "="):
                self.at += 1
                return self._pair(start, key)
        if closer == "}" and word == "{" and self.syntax.language == "csharp":
            members = self._items("}")
            if len(members) == 2:
                return self.node("pair", start, None, (members[0].kids[0], members[1].kids[0]))
            return self.node("argument", start, None, (self.node("unknown", start),))
        token = self.peek()
        if (
            token is not None
            and token.kind == "name"
            and closer == ")"
            and self.syntax.named
            and self.text_at(1) == self.syntax.named
            and self.text_at(2) != "="
        ):
            self.at += 2
            inner = self.expression()
            return self.node("argument", start, token.text, (inner,))
        if closer == "}" and token is not None and self._is_method():
            return self._method()
        if closer == "}" and token is not None and token.kind == "name" and self.text_at(1) in self.syntax.pairs:
            # A name that is also a word of the language.
            is_key = self.syntax.name_is_key or (self.syntax.language == "ruby" and self.text_at(1) == ":")
            self.at += 2
            key = Node("literal" if is_key else "name", self.base + token.start, self.base + token.end, token.text)
            return self._pair(start, key)
        first = self.expression()
        if self.text_at() in self.syntax.pairs and (closer != ")" or self.syntax.language in ("ruby", "php")):
            self.at += 1
            return self._pair(start, first)
        return (
            self.node("argument", start, None, (first,)) if first.end > first.start or self.at > start else self._nothing(start)
        )

    def _nothing(self, start: int) -> Node:
        return Node(
            "argument",
            self.base + self.tokens[start].start,
            self.base + self.tokens[start].end,
            None,
            (self.node("unknown", start),),
        )

    def _pair(self, start: int, key: Node) -> Node:
        if key.kind == "name" and self.syntax.name_is_key:
            key = key._replace(kind="literal")
        value = self.expression()
        return self.node("pair", start, None, (key, value))

    def _is_method(self) -> bool:
        """``name(…) {`` inside of a JavaScript object."""
        if self.syntax.language not in ("javascript", "typescript"):
            return False
        ahead = 1 if self.text_at() in ("async", "get", "set") and (nxt := self.peek(1)) is not None and nxt.kind == "name" else 0
        if self.text_at(ahead + 1) != "(":
            return False
        end = self.closing(self.at + ahead + 1)
        return end + 1 < self.limit and self.tokens[end + 1].text == "{"

    def _method(self) -> Node:
        start = self.at
        while self.text_at() != "(":
            self.at += 1
        end = self.closing(self.at)
        names = tuple(each.text for each in self.tokens[self.at : end] if each.kind == "name")
        self.at = end + 1
        self._body(start, names)
        key = self.node("literal", start, self.tokens[start].text)
        return self.node("pair", start, None, (key, self.node("unknown", start)))

    # --- what hangs on a value ---

    def _postfix(self, found: Node) -> Node:
        start = found.start - self.base
        for _ in range(LONGEST_CHAIN):
            word = self.text_at()
            token = self.peek()
            if token is None or token.kind == "string":
                return self._bare_call(found)
            if word in _MEMBERS and not (word == "." and self.syntax.concat == ".") and (nxt := self.peek(1)) is not None:
                if not self._hung(found, word, nxt, start):
                    return found
                found = self._last
            elif word == "(" and not (token.first and self.syntax.line_ends and not self.depth_of_brackets):
                arguments = self._arguments()
                found = Node("call", found.start, self._end(), None, (found, *arguments))
                self._block()
            elif word == "[" and not (token.first and self.syntax.line_ends and not self.depth_of_brackets):
                if self.syntax.typed_literals and found.value == "map":
                    self.at = self.closing(self.at) + 1
                    self._skip_type()
                    continue
                items = self._items("]")
                found = Node("index", found.start, self._end(), None, (found, *(_plain(each) for each in items[:1])))
            elif (
                word == "{"
                and self.syntax.typed_literals
                and not self.no_braces
                and found.kind in ("name", "member")
                and not token.first
            ):
                inner = self._braced()
                found = Node("new", found.start, self._end(), dotted(found), (inner,))
            elif (
                word == "<"
                and found.kind in ("name", "member")
                and (end := self._generics_end(self.at))
                and end < self.limit
                and self.tokens[end].text in ("(", "{", ".")
            ):
                self.at = end
            elif word == "!" and self.syntax.language == "typescript" and self.text_at(1) in (".", ")", ",", ";", "["):
                self.at += 1
            elif word in ("as", "satisfies") and self.syntax.language in ("typescript", "csharp") and not self.ends():
                self.at += 1
                self._type()
            elif word in ("++", "--"):
                self.at += 1
            else:
                return self._bare_call(found)
        while self.text_at() in _MEMBERS or self.text_at() in ("(", "["):
            self.at = self.closing(self.at) + 1 if self.text_at() in _CLOSERS else self.at + 1
            if (nxt := self.peek()) is not None and nxt.kind == "name":
                self.at += 1
        return found._replace(kind="unknown", kids=())

    def _hung(self, found: Node, word: str, nxt: Token, start: int) -> bool:
        """Read ``.name``; or ``?.(``, ``?.[``, ``.(Type)``."""
        if nxt.kind == "name":
            self.at += 2
            self._last = Node("member", found.start, self._end(), nxt.text, (found,))
            return True
        if word == "?." or (word == "." and nxt.text == "("):
            self.at += 1
            self._last = found
            return True
        if word == "::" and nxt.text in ("<", "new"):
            self.at += 1
        return False

    _last = Node("unknown", 0, 0)

    def _end(self) -> int:
        return self.base + self.tokens[min(self.at, self.limit) - 1].end

    def _skip_type(self) -> None:
        """The element type of a Go map: ``string``, ``interface{}``, ``any``."""
        if self.text_at() == "*":
            self.at += 1
        if self.text_at() in ("interface", "struct") and self.text_at(1) == "{":
            self.at = self.closing(self.at + 1) + 1
        else:
            self._type()

    def _block(self) -> None:
        """A Ruby block behind a call."""
        if self.syntax.language == "ruby" and self.text_at() == "{":
            end = self.closing(self.at)
            self.bodies.append(Body(self.at + 1, end, ()))
            self.at = min(end + 1, self.limit)

    def _bare_call(self, found: Node) -> Node:
        """Ruby's ``JWT.encode payload, key``."""
        token = self.peek()
        if (
            not self.syntax.bare_calls
            or token is None
            or token.first
            or found.kind not in ("name", "member")
            or self.depth_of_brackets
        ):
            return found
        spaced = token.start + self.base > found.end
        begins = token.kind in ("string", "number") or (token.kind == "name" and token.text not in _STOPS)
        if not spaced or not begins or (token.kind == "string" and self.text_at(1) == ":" and False):
            return found
        items: list[Node] = []
        self.depth += 1
        while not self.ends() and self.depth < DEEPEST:
            begun = self.at
            items.append(self._item(")"))
            if self.text_at() != "," or self.at == begun:
                break
            self.at += 1
            # A comma at the end of a line goes on in the next.
            if (nxt := self.peek()) is not None and nxt.first:
                items.append(self._item(")"))
                if self.text_at() == ",":
                    self.at += 1
        self.depth -= 1
        return Node("call", found.start, self._end(), None, (found, *items))


def _plain(item: Node) -> Node:
    """An argument's value; what is no plain value is unknown."""
    return item.kids[0] if item.kind == "argument" and item.kids else item._replace(kind="unknown", kids=())


def number(text: str) -> int | float | None:
    """The value of a number as written in any of the languages; None for what is none."""
    plain = text.replace("_", "")
    try:
        if plain[:2] in ("0x", "0X"):
            return int(plain.rstrip("lLuU"), 16) if len(plain) < 40 else None
        plain = plain.rstrip("lLfFdDmMnuU")
        if plain.isdigit():
            return int(plain) if len(plain) < 40 else None
        return float(plain)
    except ValueError:
        return None


def dotted(node: Node) -> str:
    """``a.b.c`` for a name or a member of names; empty for anything else."""
    words: list[str] = []
    while node.kind == "member":
        words.append(str(node.value))
        node = node.kids[0]
    if node.kind != "name":
        return ""
    words.append(str(node.value))
    return ".".join(reversed(words))


def walk(node: Node) -> list[Node]:
    """``node`` and all below it, in the order of the text; without recursion."""
    found: list[Node] = []
    stack = [node]
    while stack:
        each = stack.pop()
        found.append(each)
        stack.extend(reversed(each.kids))
    return found
