"""Source text as plain tokens: Pygments tells strings and comments from code, one expression takes the code apart.

Strings that hold code (``f"{host}/x"``, ```${host}/x```) come as one token; :mod:`.strings` takes them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

MOST_TOKENS = 60_000
"""Tokens read of one piece of code; the file that signs a token rarely has a tenth of it."""
MOST_REPAIRS = 6
"""Apostrophes of the prose around that are blanked before it is given up."""

LEXERS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    # Pygments has no lexer for Apex, and Java's takes 'text' for a character; JavaScript's strings and comments are Apex's.
    "apex": ("javascript", "JavascriptLexer", {}),
    "javascript": ("javascript", "JavascriptLexer", {}),
    "typescript": ("javascript", "TypeScriptLexer", {}),
    "python": ("python", "PythonLexer", {}),
    "java": ("jvm", "JavaLexer", {}),
    "csharp": ("dotnet", "CSharpLexer", {}),
    "php": ("php", "PhpLexer", {}),
    "go": ("go", "GoLexer", {}),
    "ruby": ("ruby", "RubyLexer", {}),
}
"""Language → module and class of Pygments, and its options."""

_CODE = re.compile(
    # Pygments takes a line of C# that begins with a bracket for an attribute, strings and all.
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<name>[$@]{0,2}[^\W\d]\w*)"
    r"|(?P<number>0[xX][0-9A-Fa-f_]+[lLuU]*|(?:\d[\d_]*(?:\.\d[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?[lLfFdDmMnuU]*)"
    r"|(?P<op>\.\.\.|//|===|!==|>>>|\?\?=|\*\*=|\?->|\*\*|=>|->|::|:=|\?\?|\?\.(?!\d)|<<|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.=|\|=|&=|\+\+|--|<-|\S)"
)
_NEWLINES = re.compile(r"\n")


class Token(NamedTuple):
    """One token: ``name``, ``number``, ``string`` or ``op``; offsets are of the text that was read."""

    kind: str
    text: str
    start: int
    end: int
    first: bool
    """Whether it is the first of its line."""


def lex(text: str, language: str) -> list[Token]:
    """The tokens of ``text`` without its comments; at most :data:`MOST_TOKENS`."""
    for _ in range(MOST_REPAIRS):
        tokens, apostrophe = _lexed(text, language)
        if apostrophe < 0:
            break
        text = f"{text[:apostrophe]} {text[apostrophe + 1 :]}"
    return tokens


def _lexed(text: str, language: str) -> tuple[list[Token], int]:
    """The tokens, and where a quotation mark stands that began no string of this language, or -1."""
    tokens: list[Token] = []
    line_ends = language not in _SPANNING
    seen = 0
    for kind, start, end in _stretches(text, language):
        first = seen == 0 or "\n" in text[seen:start]
        if kind == "string":
            written = text[start:end]
            if line_ends and "\n" in written and written[0] in "'\"" and not written.startswith(('"""', "'''")):
                return tokens, start
            tokens.append(Token("string", written, start, end, first))
            seen = end
        elif kind == "code":
            for match in _CODE.finditer(text, start, end):
                broken = seen == 0 or _NEWLINES.search(text, seen, match.start()) is not None
                tokens.append(Token(match.lastgroup or "op", match[0], match.start(), match.end(), broken))
                seen = match.end()
                if len(tokens) >= MOST_TOKENS:
                    return tokens, -1
    return tokens, -1


_SPANNING = frozenset({"php", "ruby"})
"""Languages whose plain strings may go over several lines."""


def _stretches(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """``code``, ``string`` and ``comment`` with their offsets; a string with code in it is one."""
    kind, start, depth = "", 0, 0
    end = 0
    for at, sort, written in _pygments(text, language):
        now = "comment" if sort.startswith("Comment") and sort != "Comment.Preproc" else "string" if "String" in sort else "code"
        if "String.Doc" in sort and not written.startswith(('"', "'")):
            now = "comment"
        if kind == "string" and depth > 0 and now == "code":
            now = "string"
        if now == "string" and "Interpol" in sort:
            depth += written.endswith("{") - written.startswith("}")
        # A label and a symbol stand alone: `a ? :b : 'c'` has three strings in it and none of two parts.
        apart = now == "string" and depth == 0 and ("Symbol" in sort or _opens(written, sort, text[start:end]))
        if now != kind or apart:
            if kind:
                yield kind, start, end
            kind, start = now, at
            depth = depth if now == "string" else 0
        end = at + len(written)
    if kind:
        yield kind, start, end


def _opens(written: str, sort: str, before: str) -> bool:
    """Whether a new literal begins where another one has just ended, as in ``'a''b'``."""
    return False if not before or len(before) < 2 else written[:1] in "'\"`" and len(written) > 1 and before[-1] == written[0]


def _pygments(text: str, language: str) -> Iterator[tuple[int, str, str]]:
    module, name, options = LEXERS[language]
    if language == "php" and "<?php" not in text and "<?=" not in text:
        options = {"startinline": True}
    lexer = getattr(import_module(f"pygments.lexers.{module}"), name)(**options)
    for at, sort, written in lexer.get_tokens_unprocessed(text):
        yield at, ".".join(sort), written
