"""The code that makes a correct assertion, language by language, with the traits by which its faulty sisters are known.

``rules/snippets/*.toml`` is read when it is asked for and is no part of the compiled catalogue: a diagnosis has no need of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..model import CONFIDENCES, Confidence
from . import Catalog, CatalogError, load, rules_folder
from .source import SNIPPETS, File, Kind

VALUES = ("iss", "sub", "aud", "endpoint")
"""What is put into the code."""
STYLES = ("python", "javascript", "java", "csharp", "go", "php", "ruby", "apex", "shell", "dataweave")
"""Languages whose text literals can be written."""
WRITINGS = ("", "json", "remark")
"""How a value stands in the code: as a literal, as a literal of its JSON, as the text of a comment."""
NOTE = "@@note@@"
"""The line that makes way for the opening comment."""
SLOT = re.compile(r"@@(\w+)(?: (\w+))?@@")


class Line(NamedTuple):
    """A line of the code, and what of an assertion it decides."""

    has: str
    """A text that stands in this line alone."""
    at: tuple[str, ...]
    """Places: ``payload.exp``, or with all that lies under them ``payload``."""
    rules: tuple[str, ...] = ()
    """Rules that it mends wherever they find something."""
    left: bool = False
    """Whether the code only names it, and the user has to see to it: which key is meant."""


class Trait(NamedTuple):
    """By what the producer of a token, a request or an answer is known; every condition that is set must hold."""

    confidence: Confidence
    says: str
    cites: tuple[str, ...]
    agent: re.Pattern[str] | None = None
    """The request's User-Agent."""
    form: tuple[str, ...] = ()
    """How the token was written: ``curl``, ``postman``, …"""
    stripped: str = ""
    """What was taken off to get at the token."""
    symptom: tuple[str, ...] = ()
    """Answers of the catalogue."""
    answer: re.Pattern[str] | None = None
    """How the words around an answer read: an exception's name, a stack trace."""
    finding: str = ""
    """A rule that found something, or ``rule/variant``."""
    claims: Mapping[str, re.Pattern[str]] = {}
    """Claims, each with how its JSON must read."""
    header: Mapping[str, re.Pattern[str]] = {}


class Snippet(NamedTuple):
    """Code that makes a correct assertion and sends it, with places for the values."""

    name: str
    language: str
    """The language, which several snippets may have in common: one for each library."""
    title: str
    needs: str
    """What must be there to run it."""
    string: str
    """One of :data:`STYLES`."""
    remark: str
    """What begins a comment that ends with the line."""
    ending: str
    """The usual ending of such a file."""
    cites: tuple[str, ...]
    code: str
    lines: tuple[Line, ...]
    traits: tuple[Trait, ...] = ()
    reads: tuple[str, ...] = ()
    """Languages of source code that it mends."""
    words: tuple[str, ...] = ()
    """Words of source code by which this library is known."""
    is_default: bool = False
    """Whether it is shown where nothing tells the producer."""
    is_run: bool = False
    """Whether the tests execute it, and do not only read it."""


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_text(each) for each in value)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _patterns(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_text(each) for each in value.values())


SNIPPET: dict[str, Kind] = {
    "name": _text, "language": _text, "title": _text, "needs": _text, "reads": _texts, "words": _texts, "role": lambda value: value == "default",
    "string": lambda value: value in STYLES, "remark": lambda value: value in ("#", "//"), "ending": _text, "cites": _texts, "code": _text, "executed": lambda value: value is True,
    "line": _tables, "trait": _tables,
}  # fmt: skip
SNIPPET_NEEDS = ("name", "language", "title", "needs", "string", "remark", "ending", "cites", "code", "line")
LINE: dict[str, Kind] = {"has": _text, "at": _texts, "rules": _texts, "left": lambda value: value is True}
TRAIT: dict[str, Kind] = {
    "confidence": lambda value: value in CONFIDENCES, "says": _text, "cites": _texts, "agent": _text, "form": _texts, "stripped": _text,
    "symptom": _texts, "answer": _text, "finding": _text, "claims": _patterns, "header": _patterns,
}  # fmt: skip
TRAIT_NEEDS = ("confidence", "says", "cites")


@functools.cache
def snippets() -> Mapping[str, Snippet]:
    """All snippets by name. Raises CatalogError for a file that cannot be used."""
    return read(rules_folder(), load())


def read(folder: Path, known: Catalog) -> Mapping[str, Snippet]:
    """The snippets of a catalogue's folder, checked: every key, rule, answer and place in the code. Raises CatalogError."""
    files = [File(path, folder) for path in sorted((folder / SNIPPETS).glob("*.toml"))]
    found = {each.data.get("name", ""): _snippet(each, known) for each in files}
    if sum(each.is_default for each in found.values()) != 1:
        raise CatalogError(f'rules/{SNIPPETS}: one of the snippets must have role = "default", and only one')
    return found


def _snippet(file: File, known: Catalog) -> Snippet:
    data = file.data
    file.named()
    file.table(data, SNIPPET, SNIPPET_NEEDS, "a snippet")
    code = data["code"].strip("\n") + "\n"
    if code.splitlines().count(NOTE) != 1:
        raise file.refuse("code", f"the code needs one line {NOTE}, where the opening comment goes")
    for slot in SLOT.finditer(code):
        if slot[0] != NOTE and (slot[1] not in VALUES or (slot[2] or "") not in WRITINGS):
            raise file.refuse(slot[0], f"no such value: {slot[0]}; known are {', '.join(VALUES)}, each also with json or remark")
    return Snippet(
        **{key: data[key] for key in ("name", "language", "title", "needs", "string", "remark", "ending")},
        cites=tuple(data["cites"]),
        code=code,
        lines=tuple(_line(file, each, code, known) for each in data["line"]),
        traits=tuple(_trait(file, each, known) for each in data.get("trait", ())),
        reads=tuple(data.get("reads", ())),
        words=tuple(data.get("words", ())),
        is_default="role" in data,
        is_run="executed" in data,
    )


def _line(file: File, raw: Mapping[str, Any], code: str, known: Catalog) -> Line:
    file.table(raw, LINE, ("has", "at"), "[[line]]")
    stands = sum(raw["has"] in row for row in code.splitlines())
    if stands != 1:
        raise file.refuse(raw["has"], f"{raw['has']!r} stands in {stands} lines of the code and must stand in one")
    for name in raw.get("rules", ()):
        if name not in known.rules:
            raise file.refuse(name, f"no rule is called {name!r}")
    return Line(raw["has"], tuple(raw["at"]), tuple(raw.get("rules", ())), "left" in raw)


def _trait(file: File, raw: Mapping[str, Any], known: Catalog) -> Trait:
    file.table(raw, TRAIT, TRAIT_NEEDS, "[[trait]]")
    if not raw.keys() - set(TRAIT_NEEDS):
        raise file.refuse("trait", "a [[trait]] without any condition would fit everything")
    answers = {each.name for each in known.symptoms}
    for name in raw.get("symptom", ()):
        if name not in answers:
            raise file.refuse(name, f"no answer is called {name!r}")
    rule, _, variant = raw.get("finding", "").partition("/")
    if rule and (rule not in known.rules or (variant and variant not in known.rules[rule].variants)):
        raise file.refuse(rule, f"no rule or wording is called {raw['finding']!r}")
    return Trait(
        confidence=raw["confidence"],
        says=raw["says"],
        cites=tuple(raw["cites"]),
        agent=_pattern(file, raw["agent"]) if "agent" in raw else None,
        form=tuple(raw.get("form", ())),
        stripped=raw.get("stripped", ""),
        symptom=tuple(raw.get("symptom", ())),
        answer=_pattern(file, raw["answer"]) if "answer" in raw else None,
        finding=raw.get("finding", ""),
        claims={name: _pattern(file, each) for name, each in raw.get("claims", {}).items()},
        header={name: _pattern(file, each) for name, each in raw.get("header", {}).items()},
    )


def _pattern(file: File, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise file.refuse(pattern[:20], f"not a regular expression: {error}") from None
