"""``jwtdoctor rules --rules DIR --check`` and ``--pages``: rules of one's own, proved and printed as ours are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import catalog, plugins
from ..catalog import Catalog, Rule
from ..catalog.source import read
from ..visible import safe
from .failure import Failure, complain, emit


def run(words: Sequence[str], *, cases: bool, pages: bool) -> int:
    """Run the worked cases of the folders, write their pages, or with both compare the pages; 1 if anything does not hold.

    The catalogue in force has the folders' rules. Raises Failure without any folder, CatalogError for what cannot be used.
    """
    if not words:
        raise Failure("--check and --pages are about rules of your own; give their folder with --rules DIR")
    known = catalog.load()
    folders = {path: home for word in words for path, home in plugins.found(word)}
    wrong = False
    for path, home in folders.items():
        if cases:
            wrong = _prove(known, path, home) or wrong
        if pages:
            wrong = _print(known, path, home, only_compare=cases) or wrong
    return 1 if wrong else 0


def _prove(known: Catalog, folder: Path, home: str) -> bool:
    """Run the worked cases of one folder; whether one of them does not hold."""
    from ..keys.rehearsal import Rehearsal
    from ..workedcases import NOW, outcomes

    rules = _with_cases(known, folder, home)
    count = failed = 0
    for outcome in outcomes(known, rules, Rehearsal(NOW)):
        count += outcome.at >= 0
        failed += bool(outcome.objections)
        for each in outcome.objections:
            title = f"{outcome.title!r}: " if outcome.title else ""
            emit(f"{_line(known.rules[outcome.rule], outcome.at)}: {safe(title + each, 2000)}\n")
    held = "all hold" if not failed else f"{failed} {'does' if failed == 1 else 'do'} not hold"
    emit(f"{safe(home, 200)}: {len(rules)} rule{'s' if len(rules) != 1 else ''}, {count} worked cases: {held}\n")
    return bool(failed)


def _with_cases(known: Catalog, folder: Path, home: str) -> list[Mapping[str, Any]]:
    """The rules of one folder with their worked cases; what else is in force stands beside them."""
    rest = known._replace(
        rules={name: each for name, each in known.rules.items() if each.home != home},
        unseen={name: each for name, each in known.unseen.items() if each.home != home},
        symptoms=tuple(each for each in known.symptoms if each.home != home),
        profiles={name: each for name, each in known.profiles.items() if each.home != home},
    )
    found: list[Mapping[str, Any]] = read(folder, cases=True, beside=rest, home=home)["rules"]
    return found


def _line(rule: Rule, at: int) -> str:
    """File and line of a rule's worked case."""
    path = Path(rule.home) / rule.group / f"{rule.name}.toml"
    rows = path.read_text(encoding="utf-8").splitlines()
    heads = [number for number, row in enumerate(rows, 1) if row.strip().startswith("[[case]]")]
    return f"{safe(path.as_posix(), 200)}:{heads[at] if 0 <= at < len(heads) else 1}"


def _print(known: Catalog, folder: Path, home: str, *, only_compare: bool) -> bool:
    """Write the pages of one folder, or name those that are out of date; whether there was one to name."""
    from .pages import of_folder, stale

    different = list(stale(of_folder(known, folder, home)))
    for path, text in different:
        if not only_compare:
            _write(path, text)
        emit(f"{'out of date' if only_compare else 'written'}: {safe(path.as_posix(), 200)}\n")
    return only_compare and bool(different)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"{path.as_posix()}: not written: {error.strerror or 'unknown reason'}")
        raise Failure("a page could not be written") from None
