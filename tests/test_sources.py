"""What source code would sign, read from texts as people write and paste them. No code of the corpus is ever run.

``tests/sources/<language>/`` holds one file a text and ``expected.toml`` with a table a text, or several tables in the order of the
sketches. Keys of a table, all but the first optional:

* ``now``: epoch seconds at which the code is taken to run; ``nothing``: the text signs no JWT, so there is no sketch.
* ``claims``: exactly the claims the code shows, as signed at ``now`` (``iat``, ``nbf``, ``jti`` only where they are named here); a TOML
  float wants a number with a fraction. ``text``: claims that are some text. ``unknown``: claims that are set and not shown.
* ``header``, ``endpoint``, ``language``: as in the sketch.
* ``first_cause``: the first cause of the diagnosis; without it nothing is called an error and there is no cause.
* ``accepted_faults``: found, and yet no cause. ``finds`` and ``never``: must be found, must not be.
* ``line``: of the value of ``exp``; several where its variable may be meant as well. ``mend``: what belongs there instead, in any of these
  spellings, white space aside; ``mended``: ``exp`` when the text is read with it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jwtdoctor import diagnose, source
from jwtdoctor.decode import Lexeme, Real
from jwtdoctor.model import Finding
from jwtdoctor.report import Result
from jwtdoctor.source import Sketch

HERE = Path(__file__).resolve().parent / "sources"
FLOORS = {"javascript": 9, "typescript": 5, "python": 14, "java": 9, "csharp": 9, "php": 9, "go": 9, "ruby": 9}
"""Languages of this corpus, and the fewest texts of each."""
KNOWN = {
    "now", "nothing", "claims", "text", "unknown", "header", "endpoint", "language", "first_cause", "accepted_faults", "finds", "never", "line",
    "mend", "mended",
}  # fmt: skip
CORE = frozenset({"payload.iss", "payload.sub", "payload.aud", "payload.exp"})
BY_THE_LIBRARY = frozenset({"iat", "nbf", "jti"})
"""Claims that libraries add by themselves."""

Told = Mapping[str, Any]


class Text(NamedTuple):
    """One text with what reading it must give: one table per sketch, in order; none where it signs nothing."""

    id: str
    language: str
    text: str
    now: int
    sketches: tuple[Told, ...]


def texts() -> Iterator[Text]:
    """The whole corpus in a fixed order."""
    for language in FLOORS:
        folder = HERE / language
        wanted = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
        files = {each.stem: each for each in sorted(folder.iterdir()) if each.name != "expected.toml"}
        assert wanted.keys() == files.keys(), f"{language}: {sorted(wanted.keys() ^ files.keys())}"
        for name, file in files.items():
            tables = wanted[name] if isinstance(wanted[name], list) else [wanted[name]]
            strangers = set().union(*tables) - KNOWN
            assert not strangers, f"{language}/{name}: {strangers}"
            signing = tuple(each for each in tables if not each.get("nothing"))
            yield Text(f"{language}/{name}", language, file.read_text(encoding="utf-8"), tables[0].get("now", 0), signing)


CORPUS = list(texts())
SIGNING = [each for each in CORPUS if each.sketches]
EXPECTED = [(each, at) for each in SIGNING for at in range(len(each.sketches))]


def plainly(value: Any) -> Any:
    """A value of a sketch as TOML would have it."""
    if isinstance(value, Real):
        return float(value.lexeme)
    if isinstance(value, Lexeme):
        return int(value)
    if isinstance(value, Mapping):
        return {name: plainly(each) for name, each in value.items()}
    return [plainly(each) for each in value] if isinstance(value, list | tuple) else value


def typed(claims: Told) -> dict[str, tuple[str, Any]]:
    """Claims with the kind of each value, so that 300, 300.0 and "300" differ."""
    return {name: (type(value).__name__, value) for name, value in claims.items()}


def is_family(came: str, wanted: str) -> bool:
    """Whether the language is the one wanted; a text alone need not tell TypeScript from JavaScript."""
    family = {"typescript": "javascript"}
    return family.get(came, came) == family.get(wanted, wanted)


def differences(sketch: Sketch, told: Told, language: str) -> dict[str, Any]:
    """What the sketch shows otherwise than was expected: what came, and what was wanted."""
    wrong: dict[str, Any] = {}
    wanted, texts = typed(told["claims"]), told.get("text", ())
    came = typed({name: plainly(value) for name, value in sketch.claims.items()})
    came = {name: value for name, value in came.items() if name in wanted or name not in BY_THE_LIBRARY}
    for name in texts:
        kind, value = came.pop(name, ("missing", None))
        if kind != "str" or not value:
            wrong[f"payload.{name}"] = kind, "a text"
    if came != wanted:
        names = came.keys() | wanted.keys()
        wrong["claims"] = {
            name: (came.get(name), wanted.get(name)) for name in sorted(names) if came.get(name) != wanted.get(name)
        }
    unknown, asked = {str(each) for each in sketch.unknown}, set(told.get("unknown", ()))
    if asked - unknown or (unknown & CORE) - asked:
        wrong["unknown"] = sorted(unknown & (CORE | asked)), sorted(asked)
    header = {name: sketch.header.get(name) for name in told.get("header", {})}
    if header != told.get("header", {}):
        wrong["header"] = header, told["header"]
    if "endpoint" in told and sketch.endpoint != told["endpoint"]:
        wrong["endpoint"] = sketch.endpoint, told["endpoint"]
    if not is_family(sketch.language, told.get("language", language)):
        wrong["language"] = sketch.language, told.get("language", language)
    return wrong


def read(text: Text) -> list[Sketch]:
    """The sketches of a text, each of which must be there."""
    found = source.read(text.text, text.now)
    assert len(found) == len(text.sketches)
    return found


def result(text: Text, at: int) -> Result:
    """The result for one sketch of a text."""
    found = [each for each in diagnose(text.text, now=text.now).results if each.sketch is not None]
    assert len(found) == len(text.sketches)
    return found[at]


def lines_of(value: Any) -> list[int]:
    return value if isinstance(value, list) else [value]


def squeezed(expression: str) -> str:
    return "".join(expression.split())


def names_of(finding: Finding) -> set[str]:
    """The rule, and the cause it speaks for where that is a single one."""
    return {finding.rule, *(finding.remains if len(finding.remains) == 1 else ())}


def numbered(pair: tuple[Text, int]) -> str:
    text, at = pair
    return text.id if len(text.sketches) == 1 else f"{text.id}-{at + 1}"


@pytest.mark.parametrize("expected", EXPECTED, ids=numbered)
def test_what_the_code_would_sign(expected: tuple[Text, int]) -> None:
    """Claims, header, endpoint and what is not shown, as of the moment given."""
    text, at = expected

    assert source.may_sign(text.text)
    assert differences(read(text)[at], text.sketches[at], text.language) == {}


@pytest.mark.parametrize("expected", EXPECTED, ids=numbered)
def test_what_is_found_in_it(expected: tuple[Text, int]) -> None:
    """The first cause, the faults that are let in, and nothing that is not there."""
    text, at = expected
    told, came = text.sketches[at], result(text, at)
    found = set().union(*(names_of(each) for each in came.findings)) if came.findings else set()
    causes = [each.cause for each in came.diagnosis.causes]
    errors = [each.rule for each in came.findings if each.severity == "error"]

    assert came.broke == ()
    assert causes[:1] == [told["first_cause"]] if "first_cause" in told else (causes, errors) == ([], [])
    assert {*told.get("accepted_faults", ()), *told.get("finds", ())} <= found
    assert not set(told.get("accepted_faults", ())) & set(causes)
    assert not set(told.get("never", ())) & found


LOCATED = [each for each in EXPECTED if "line" in each[0].sketches[each[1]]]


@pytest.mark.parametrize("expected", LOCATED, ids=numbered)
def test_where_the_expiry_stands(expected: tuple[Text, int]) -> None:
    """The line of exp, its expression as written there, and what belongs there instead: only where it is wrong."""
    text, at = expected
    told, origins = text.sketches[at], read(text)[at].origins
    assert "payload.exp" in origins
    origin = origins["payload.exp"]

    assert origin.span.line in lines_of(told["line"])
    assert squeezed(origin.expression)[:20] in squeezed(text.text)
    if "mend" in told:
        assert squeezed(origin.mend) in {squeezed(each) for each in lines_of(told["mend"])}
    elif not any(name.startswith("exp-") for name in (told.get("first_cause", ""), *told.get("accepted_faults", ()))):
        assert origin.mend == ""


MENDED = [each for each in LOCATED if "mend" in each[0].sketches[each[1]]]


@pytest.mark.parametrize("expected", MENDED, ids=numbered)
def test_the_mended_code_is_right(expected: tuple[Text, int]) -> None:
    """With the mended expression in its place the code signs the lifetime that was meant, in whole seconds."""
    text, at = expected
    origin = read(text)[at].origins["payload.exp"]
    rows = text.text.split("\n")
    span, whole = origin.span, rows[origin.span.line - 1 : origin.span.end_line]
    assert origin.mend
    put = whole[0][: span.column - 1] + origin.mend + whole[-1][span.end_column - 1 :]
    mended = "\n".join([*rows[: span.line - 1], put, *rows[span.end_line :]])

    assert plainly(source.read(mended, text.now)[at].claims["exp"]) == text.sketches[at]["mended"]


@pytest.mark.parametrize("text", [each for each in CORPUS if not each.sketches], ids=lambda each: each.id)
def test_code_that_signs_nothing(text: Text) -> None:
    """Verifying, decoding, other grants and other signatures are no assertion."""
    assert source.read(text.text, 1795435200) == []


def test_the_corpus_is_large_and_mostly_harmless() -> None:
    """The floor: so many texts of each language; half of them let in; in each some that sign nothing and some that are refused."""
    counts = Counter(each.language for each in CORPUS)
    harmless = [each for each in CORPUS if not any("first_cause" in told for told in each.sketches)]
    wrong = Counter(each.language for each in CORPUS if any("first_cause" in told for told in each.sketches))
    silent = Counter(each.language for each in CORPUS if not each.sketches)

    assert {name: counts[name] for name, least in FLOORS.items() if counts[name] < least} == {}
    assert counts["javascript"] + counts["typescript"] >= 14
    assert len(harmless) * 2 >= len(CORPUS)
    assert {name for name in FLOORS if not wrong[name] or not silent[name]} == set()
    assert len(MENDED) >= 20


@pytest.mark.parametrize("expected", EXPECTED, ids=numbered)
def test_an_expectation_is_consistent(expected: tuple[Text, int]) -> None:
    """What is shown is not unknown as well, and lines that are named exist."""
    text, at = expected
    told = text.sketches[at]
    shown = {f"payload.{name}" for name in (*told["claims"], *told.get("text", ()))}

    assert shown.isdisjoint(told.get("unknown", ()))
    assert all(1 <= line <= text.text.count("\n") + 1 for line in lines_of(told.get("line", 1)))
    assert ("mend" in told) <= ("mended" in told)
