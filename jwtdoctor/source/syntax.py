"""How the languages differ for whoever only wants their expressions."""

from __future__ import annotations

from typing import NamedTuple


class Syntax(NamedTuple):
    """What one parser needs to know of a language."""

    language: str
    folds: bool = False
    """Whether names are the same in any letter case."""
    casts: bool = False
    """``(Type) value``."""
    arrow: str = ""
    """Between the parameters of an anonymous function and its body."""
    pairs: frozenset[str] = frozenset({":"})
    """Between a key and its value."""
    named: str = ""
    """Between an argument's name and its value."""
    line_ends: bool = False
    """Whether a line break ends a statement."""
    indented: bool = False
    """Whether blocks are read from the indentation."""
    braced_maps: bool = False
    """Whether a brace where a value is wanted begins a map."""
    typed_literals: bool = False
    """``Type{…}`` as a value."""
    generics: bool = False
    name_is_key: bool = True
    """Whether a bare name before the colon of a map is a text and no variable."""
    bare_calls: bool = False
    """Calls without parentheses."""
    concat: str = "+"
    """What joins texts."""


APEX = Syntax("apex", folds=True, casts=True, pairs=frozenset({"=>"}), named="=", generics=True, name_is_key=False)
JAVASCRIPT = Syntax("javascript", arrow="=>", line_ends=True, braced_maps=True, generics=True)
TYPESCRIPT = JAVASCRIPT._replace(language="typescript")
PYTHON = Syntax("python", named="=", line_ends=True, indented=True, braced_maps=True, name_is_key=False)
JAVA = Syntax("java", casts=True, arrow="->", generics=True)
CSHARP = Syntax("csharp", casts=True, arrow="=>", pairs=frozenset({"="}), named=":", generics=True)
PHP = Syntax("php", casts=True, pairs=frozenset({"=>"}), named=":", concat=".", name_is_key=False)
GO = Syntax("go", line_ends=True, typed_literals=True, generics=True)
RUBY = Syntax(
    "ruby",
    pairs=frozenset({":", "=>"}),
    named=":",
    line_ends=True,
    indented=True,
    braced_maps=True,
    name_is_key=False,
    bare_calls=True,
)

BY_NAME = {each.language: each for each in (APEX, JAVASCRIPT, TYPESCRIPT, PYTHON, JAVA, CSHARP, PHP, GO, RUBY)}
