"""A piece of code as the statements that matter: who is given which value, what is called, and in which block.

Nothing else of a language is understood; what stands between is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .expression import Body, Node, Parser
from .lexed import Token
from .syntax import Syntax

MOST_STATEMENTS = 6000
_MODIFIERS = frozenset({
    "public", "private", "protected", "internal", "static", "final", "const", "let", "var", "val", "readonly", "async", "export", "global",
    "override", "virtual", "abstract", "transient", "volatile", "synchronized", "sealed", "partial", "declare", "default", "with", "without",
    "sharing", "unsafe", "extern", "webservice", "testmethod", "local", "my", "our", "inherited", "required",
})  # fmt: skip
_HEADS = frozenset(
    {
        "if",
        "elif",
        "elsif",
        "else",
        "while",
        "for",
        "foreach",
        "switch",
        "unless",
        "until",
        "catch",
        "except",
        "when",
        "select",
        "rescue",
    }
)
_TRANSPARENT = frozenset({"try", "begin", "using", "with", "do", "synchronized", "finally", "unsafe"})
"""Blocks that are run whatever happens."""
_LEADING = frozenset({
    "return", "throw", "raise", "await", "yield", "defer", "go", "echo", "print", "assert", "case", "else", "then", "try", "finally", "do", "begin", "ensure",
    "puts", "p", "del", "unsafe",
})  # fmt: skip
_DECLARATIONS = frozenset({"function", "func", "def", "fn", "fun"})
_TYPES = frozenset({"class", "interface", "struct", "enum", "namespace", "module", "package", "trait", "record", "impl", "type"})
_SKIPPED = frozenset({"import", "from", "use", "require_once", "include", "include_once"})
_ASSIGNS = frozenset({"=", ":=", "+=", "-=", "*=", ".=", "||=", "??="})


class Statement(NamedTuple):
    """``assign``: a name is given a value; ``set``: a member or an index of one is; ``expression``; ``name``: a name of which nothing is known."""

    kind: str
    at: int
    """Offset in the text."""
    block: tuple[int, ...]
    value: Node
    target: Node | None = None
    operator: str = ""


class Program(NamedTuple):
    """The statements of a piece of code in the order of the text."""

    statements: tuple[Statement, ...]
    functions: frozenset[int]
    """The blocks that are bodies of functions."""
    named: Mapping[str, int] = {}
    """Function → its body, where there is one of that name only."""


class Scanner:
    """Reads a range of tokens after the other; the bodies of anonymous functions are put off until the statement around them is read."""

    def __init__(self, text: str, tokens: Sequence[Token], syntax: Syntax) -> None:
        self.tokens = tokens
        self.syntax = syntax
        self.parser = Parser(text, tokens, syntax)
        self.found: list[Statement] = []
        self.functions: set[int] = set()
        self.named: dict[str, list[int]] = {}
        self.blocks = 0

    def program(self) -> Program:
        """Read it all."""
        waiting: list[tuple[Body, tuple[int, ...]]] = [(Body(0, len(self.tokens), ()), ())]
        while waiting and len(self.found) < MOST_STATEMENTS:
            body, block = waiting.pop()
            if body.names or body.first:
                block = (*block, self._new_block(function=True))
            self._names(body.names, self.tokens[body.first].start if body.first < len(self.tokens) else 0, block)
            waiting.extend(self._range(body, block))
        named = {name: blocks[0] for name, blocks in self.named.items() if len(blocks) == 1}
        return Program(tuple(sorted(self.found, key=lambda each: each.at)), frozenset(self.functions), named)

    def _new_block(self, *, function: bool = False) -> int:
        self.blocks += 1
        if function:
            self.functions.add(self.blocks)
        return self.blocks

    def _names(self, names: Iterable[str], at: int, block: tuple[int, ...]) -> None:
        """Parameters: names that hide what is called so outside."""
        unknown = Node("unknown", at, at)
        for name in names:
            self.found.append(Statement("assign", at, block, unknown, Node("name", at, at, name), "="))

    def _range(self, body: Body, block: tuple[int, ...]) -> list[tuple[Body, tuple[int, ...]]]:
        reader = _Range(self, body, block)
        reader.run()
        return reader.later


class _Range:
    """One range of tokens."""

    def __init__(self, scanner: Scanner, body: Body, block: tuple[int, ...]) -> None:
        self.scanner = scanner
        self.tokens = scanner.tokens
        self.parser = scanner.parser
        self.syntax = scanner.syntax
        self.first, self.last = body.first, min(body.last, len(scanner.tokens))
        self.base = block
        self.stack: list[tuple[int, int]] = []
        """Open blocks: for braces (-1, block), for indentation (column, block)."""
        self.later: list[tuple[Body, tuple[int, ...]]] = []
        self.head = ""
        """The word that the coming block belongs to."""
        self.names: tuple[str, ...] = ()
        """Parameters of the coming block."""
        self.called = ""
        """The name of the function whose body the coming block is."""
        self.returns = False
        """Whether the coming expression is what a function returns."""

    def run(self) -> None:
        """Read the statements; bodies of functions inside of them are handed on as ``later``."""
        parser = self.parser
        parser.at, parser.limit, parser.bodies = self.first, self.last, []
        parser.depth_of_brackets, parser.depth = 0, 0
        while parser.at < self.last and len(self.scanner.found) < MOST_STATEMENTS:
            begun = parser.at
            self._step()
            if parser.at <= begun:
                parser.at = begun + 1
            for body in parser.bodies:
                self.later.append((body, self.block()))
            parser.bodies = []

    def block(self) -> tuple[int, ...]:
        """The blocks around the current token, from the outside in."""
        return (*self.base, *(each for _, each in self.stack if each))

    def _step(self) -> None:
        token = self.tokens[self.parser.at]
        if self.syntax.indented and token.first:
            self._indentation(token)
        if token.kind == "op" and token.text in ("{", "}") and not self.syntax.indented:
            self._brace(token)
        elif token.kind == "op" and token.text in (";", ",", ")", "]", "}", ":", "|", "&", "=", "=>", ">", "."):
            self.parser.at += 1
        else:
            self._statement(token)

    # --- blocks ---

    def _brace(self, token: Token) -> None:
        self.parser.at += 1
        if token.text == "}":
            if self.stack:
                self.stack.pop()
            return
        self._open(-1)

    def _open(self, column: int) -> None:
        if len(self.stack) > 200:
            self.stack.append((column, 0))
            return
        function = self.head in _DECLARATIONS
        block = 0 if self.head in _TRANSPARENT else self.scanner._new_block(function=function)
        self.stack.append((column, block))
        if function and self.called:
            self.scanner.named.setdefault(self.called, []).append(block)
        self.called = ""
        at = self.tokens[min(self.parser.at, len(self.tokens) - 1)].start
        self.scanner._names(self.names, at, self.block())
        self.head, self.names = "", ()

    def _indentation(self, token: Token) -> None:
        line = self.parser.text.rfind("\n", 0, token.start) + 1
        column = token.start - line
        while self.stack and column <= self.stack[-1][0]:
            self.stack.pop()
        if self.head and column > (self.stack[-1][0] if self.stack else -1) and column > self.column:
            # The block belongs to all lines that are indented more than its head.
            self._open(self.column)
        else:
            self.head, self.names = "", ()
        self.column = column

    column = 0

    # --- statements ---

    def _statement(self, token: Token) -> None:
        parser = self.parser
        word = token.text if token.kind == "name" else ""
        folded = word.lower() if self.syntax.folds or self.syntax.language == "php" else word
        after = parser.text_at(1)
        if word and after in ("=", ":=") and parser.text_at(2) != "=":
            return self._assigned(token)
        if folded in _SKIPPED and after not in (".", "("):
            return self._to_line_end()
        if folded in ("const", "var") and after == "(" and self.syntax.language == "go":
            parser.at += 2
            return None
        if folded in _MODIFIERS and after not in (".", "(", "["):
            parser.at += 1
            if after == "{" and folded in ("const", "let", "var"):
                return self._assigned(token)
            return None
        if folded in _TYPES and (nxt := parser.peek(1)) is not None and nxt.kind == "name":
            return self._to_block()
        if folded in _DECLARATIONS and after not in (".", "=", ")"):
            return self._declaration()
        if folded in _HEADS:
            return self._head(folded)
        if folded in _TRANSPARENT and after not in ("."):
            self.head = folded
            parser.at += 1
            return None
        if folded in _LEADING and after not in (".", "=") and (after != "(" or folded in ("return", "throw", "await")):
            parser.at += 1
            self.returns = folded == "return"
            return None
        if self._is_declaration():
            return self._declaration()
        return self._assigned(token)

    def _to_line_end(self) -> None:
        parser = self.parser
        parser.at += 1
        while (token := parser.peek()) is not None and token.text != ";" and not token.first:
            parser.at = parser.closing(parser.at) + 1 if token.kind == "op" and token.text in ("(", "{", "[") else parser.at + 1

    def _to_block(self) -> None:
        """Past ``class X extends Y`` to its block."""
        parser = self.parser
        self.head = parser.text_at()
        parser.at += 1
        for _ in range(60):
            token = parser.peek()
            if token is None or token.text in ("{", ";", ":", "=") or (token.first and self.syntax.line_ends):
                return
            parser.at = parser.closing(parser.at) + 1 if token.text == "(" and token.kind == "op" else parser.at + 1

    def _head(self, word: str) -> None:
        parser = self.parser
        parser.at += 1
        self.head = word
        if parser.text_at() in ("{", ":", ";") or parser.ends():
            return
        if (parser.text_at() == "(" and not self.syntax.line_ends) or word in ("catch", "except", "rescue"):
            if parser.text_at() == "(":
                end = parser.closing(parser.at)
                for index in range(parser.at + 1, min(end, parser.at + 400)):
                    if self.tokens[index].text == "=" and word in ("if", "while"):
                        break
                parser.at += 1
                self._expression_until(end)
            return
        parser.no_braces = self.syntax.typed_literals
        begun = parser.at
        self._assigned(self.tokens[begun])
        parser.no_braces = False

    def _expression_until(self, end: int) -> None:
        """The condition in brackets."""
        parser = self.parser
        value = parser.expression()
        self._add("expression", value.start, value)
        parser.at = max(parser.at, min(end, self.last))

    def _is_declaration(self) -> bool:
        """``Type name(…) {``, ``name(…) {``: a method's head and not a call."""
        if self.syntax.indented or self.syntax.language in ("go", "php"):
            return False
        parser = self.parser
        names = 0
        for ahead in range(24):
            token = parser.peek(ahead)
            if token is None or token.kind in ("string", "number"):
                return False
            if token.text == "(":
                end = parser.closing(parser.at + ahead)
                after = self.tokens[end + 1] if end + 1 < self.last else None
                if after is None or names == 0:
                    return False
                begins = after.text in ("{", "throws", "where") or (after.text == ":" and self.syntax.language == "typescript")
                if self.syntax.language == "csharp" and after.text == "=>" and names > 1:
                    begins = True
                return begins and (names > 1 or self.syntax.language in ("javascript", "typescript") or token.start > 0)
            if token.kind == "name":
                names += 1
            elif token.text not in (".", "<", ">", ",", "[", "]", "?"):
                return False
        return False

    def _declaration(self) -> None:
        """The head of a function: its parameters are unknown inside."""
        parser = self.parser
        names: list[str] = []
        self.called = ""
        for _ in range(80):
            token = parser.peek()
            if token is None or token.text in ("{", ";", "=>") or (token.text == ":" and self.syntax.indented):
                break
            if token.first and self.syntax.indented and names:
                break
            if token.kind == "name" and not names:
                self.called = token.text
            if token.text == "(" and token.kind == "op":
                end = parser.closing(parser.at)
                names.extend(each.text for each in self.tokens[parser.at : min(end, parser.at + 300)] if each.kind == "name")
                names.append("")
                parser.at = end
            parser.at += 1
            if self.syntax.language == "ruby" and (nxt := parser.peek()) is not None and nxt.first:
                break
        self.head, self.names = "def", tuple(each for each in names if each)

    def _assigned(self, token: Token) -> None:
        parser = self.parser
        equals, comma, colon = self._equals()
        if not equals:
            value = parser.expression()
            if value.end > value.start:
                self._add("expression", value.start, value, operator="return" if self.returns else "")
            self.returns = False
            return
        begun = parser.at
        operator = self.tokens[equals].text
        targets = self._targets(begun, colon or equals, comma)
        parser.at = equals + 1
        value = parser.expression()
        at = self.tokens[begun].start
        if comma and self.syntax.language != "go":
            self._add("expression", at, value)
            value = Node("unknown", value.start, value.end)
        for index, target in enumerate(targets):
            given = value if not index else Node("unknown", value.start, value.end)
            kind = "assign" if target.kind == "name" else "set"
            self._add(kind, at, given, target, operator)

    def _add(self, kind: str, at: int, value: Node, target: Node | None = None, operator: str = "") -> None:
        self.scanner.found.append(Statement(kind, at, self.block(), value, target, operator))

    def _equals(self) -> tuple[int, bool, int]:
        """The index of the ``=`` of a statement (0: it has none), whether it has several targets, and where a type's colon stands."""
        parser = self.parser
        at, comma, colon = parser.at, False, 0
        for _ in range(40):
            if at >= self.last:
                return 0, False, 0
            token = self.tokens[at]
            if at > parser.at and token.first and self.syntax.line_ends:
                return 0, False, 0
            if token.kind == "op":
                if token.text in _ASSIGNS:
                    return at, comma, colon
                if token.text == "||" and at + 1 < self.last and self.tokens[at + 1].text == "=":
                    return at + 1, comma, colon
                if token.text in ("[", "{") and (token.text == "[" or at == parser.at):
                    comma = comma or token.text == "{" or (at == parser.at)
                    at = parser.closing(at) + 1
                    continue
                if token.text == ":" and not colon and self.syntax.language in ("typescript", "javascript", "python"):
                    colon = at
                elif token.text == ",":
                    comma = comma or not self._in_generics(at)
                elif token.text not in (".", "->", "::", "?.", "<", ">", ">>>", "?", "*", "&", "|", "@"):
                    return 0, False, 0
            elif token.kind != "name" and not colon:
                return 0, False, 0
            at += 1
        return 0, False, 0

    def _in_generics(self, at: int) -> bool:
        return any(self.tokens[index].text == "<" for index in range(self.parser.at, at))

    def _targets(self, begun: int, end: int, comma: bool) -> list[Node]:
        if comma:
            return [
                Node("name", each.start, each.end, each.text)
                for each in self.tokens[begun:end]
                if each.kind == "name" and each.text not in _MODIFIERS
            ]
        at = end - 1
        while at > begun:
            if self.tokens[at].text == "]" and (opener := self.parser.match[at]) > begun:
                at = opener - 1
                if self.tokens[at].kind != "name":
                    break
            before = self.tokens[at - 1]
            if self.tokens[at].kind == "name" and before.text in (".", "->", "::", "?.") and at - 2 >= begun:
                at -= 2
                continue
            break
        parser = self.parser
        limit = parser.limit
        parser.at, parser.limit = max(at, begun), end
        target = parser._postfix(parser._primary())
        parser.limit = limit
        return [target]
