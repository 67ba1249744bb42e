"""Write the pages under ``rules/`` from the catalogue: ``python -m jwtdoctor.cli.pages`` (``--check`` only compares).

Of a folder of one's own ``jwtdoctor rules --rules DIR --pages`` does the same. A rule's page stands beside its TOML; its worked cases are the very ones the tests run. Pages are for reading on a code host.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..catalog import Catalog, Remedy, Rule, Symptom, build, rules_folder, snippets
from ..catalog.snippets import Snippet
from ..catalog.source import GROUPS, read
from ..checks import CHECKS
from ..checks.registry import Check
from ..engine import type_name
from ..model import STAGES

_MARK = re.compile(r"(<!-- table: generated -->\n).*?(<!-- end -->)", re.DOTALL)
_CHECKS_MARK = re.compile(r"(<!-- checks: generated -->\n).*?(<!-- end -->)", re.DOTALL)


_FRONT = "# Rules\n\n<!-- table: generated -->\n<!-- end -->\n"
"""What a folder of one's own gets that has no README yet."""


def pages(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every generated file of our own folder with its text."""
    known = build(read(folder))
    yield from of_folder(known, folder)
    yield folder / "snippets" / "README.md", _snippets(snippets.read(folder, known))


def of_folder(everything: Catalog, folder: Path, home: str = "") -> Iterator[tuple[Path, str]]:
    """Every generated file of one folder, which is known as ``home``, with its text."""
    known = everything._replace(
        rules={name: each for name, each in everything.rules.items() if each.home == home},
        unseen={name: each for name, each in everything.unseen.items() if each.home == home},
        symptoms=tuple(each for each in everything.symptoms if each.home == home),
    )
    for rule in known.rules.values():
        raw = tomllib.loads((folder / rule.group / f"{rule.name}.toml").read_text(encoding="utf-8"))
        yield folder / rule.group / f"{rule.name}.md", _rule(known, rule, raw["case"])
    for where, name in (("server", "unseen"), ("client", "client")):
        if any(each.where == where for each in known.unseen.values()):
            yield folder / name / "README.md", _causes(known, where)
    for provider in sorted({each.provider for each in known.symptoms}):
        yield folder / "symptoms" / provider / "README.md", _symptoms(known, provider)
    front = folder / "README.md"
    text = front.read_text(encoding="utf-8") if front.is_file() else _FRONT
    text = _CHECKS_MARK.sub(lambda m: f"{m[1]}{_register()}{m[2]}", text)
    yield front, _MARK.sub(lambda m: f"{m[1]}{_table(known)}{m[2]}", text)


def _register() -> str:
    """What a rule may be made of: the stages, the groups, and the checks with all that a rule has to know of them."""
    rows = [f"Stages, in the order in which answers suggest that a server comes to them: {_names(STAGES)}.", ""]
    rows += [f"Groups, each a folder: {_names(GROUPS)}.", ""]
    rows += ["| check | what it finds | `params` | wordings | facts | needs |", "| --- | --- | --- | --- | --- | --- |"]
    ours = (each for each in CHECKS.values() if each.run.__module__.startswith(_OURS))
    rows += [_row(each) for each in sorted(ours, key=lambda each: each.name)]
    return "\n".join(rows) + "\n"


_OURS = "jwtdoctor.checks."


def _row(check: Check) -> str:
    """One check; ``[says]`` alone serves it where it has no wordings of its own."""
    told = _cell(" ".join((check.run.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`"))
    params = [
        f"`{name}` ({'list' if type_name(each).startswith('tuple') else type_name(each)})"
        for name, each in check.params.__annotations__.items()
    ]
    wordings = _names(sorted(check.variants - {""})) or "`[says]`"
    needs = [*check.needs, *(f"the setting {each}" for each in check.settings)]
    cells = [f"`{check.name}`", told, ", ".join(params), wordings, _names(sorted(check.facts)), ", ".join(needs)]
    return f"| {' | '.join(cells)} |"


def _names(each: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in each)


def _table(known: Catalog) -> str:
    rows = ["| rule | severity | says |", "| --- | --- | --- |"]
    for group in GROUPS:
        for rule in (each for each in known.rules.values() if each.group == group):
            rows.append(f"| [{rule.name}]({group}/{rule.name}.md) | {rule.severity} | {_cell(rule.title)} |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def _rule(known: Catalog, rule: Rule, cases: list[dict[str, Any]]) -> str:
    check = CHECKS[rule.check]
    lines = [f"# {rule.name}", "", _sentence(rule.title), "", "| | |", "| --- | --- |"]
    lines.append(f"| severity | {rule.severity} |")
    lines.append(f"| check | `{rule.check}`{_params(rule)} |")
    lines.append(f"| needs | {', '.join(check.needs) or 'nothing'} |")
    lines.append(f"| stage | {rule.stage} |")
    lines.append(f"| since | {rule.since} |")
    lines.extend(f"| source | {_cell(each)} |" for each in rule.cites)
    lines += ["", "## Why", "", rule.why, ""]
    lines += _words(rule)
    lines += _weights(known, rule)
    lines += _repairs(rule)
    lines += _cases(cases)
    explains = dict.fromkeys(name for variant in rule.variants.values() for name in variant.explains)
    if explains:
        lines += [
            "## Consequences",
            "",
            f"Findings of {', '.join(f'`{name}`' for name in explains)} only follow from this one.",
            "",
        ]
    return _generated(lines, f"{rule.name}.toml")


def _params(rule: Rule) -> str:
    return f" with {', '.join(f'`{k}` = {json.dumps(v)}' for k, v in rule.params.items())}" if rule.params else ""


def _words(rule: Rule) -> list[str]:
    lines = ["## What it says", ""]
    for name, variant in rule.variants.items():
        says = variant.says
        lines.append(f"**{_cell(says.headline)}** ({variant.severity}, {variant.confidence}{f'; {name}' if name else ''})")
        lines.append("")
        if says.note:
            lines += [f"Note: {_cell(says.note)}.", ""]
        if says.help:
            lines += [f"Help: {_cell(says.help)}.", ""]
    return lines


def _weights(known: Catalog, rule: Rule) -> list[str]:
    lines = []
    for profile in known.profiles.values():
        for key, weight in profile.weights.items():
            if key.partition("/")[0] == rule.name:
                variant = key.partition("/")[2]
                which = f" ({variant})" if variant else ""
                lines.append(
                    f"- {profile.title}{which}: **{weight.get('effect', '')}**, because {weight['because']}. Source: {weight['source']}."
                )
    return ["## What servers do", "", *lines, ""] if lines else []


_TEXTS = ("code", "config")
"""Keys of a worked case under which a whole text stands."""


def _repairs(rule: Rule) -> list[str]:
    """How it is mended: alike wordings together, one way per line, the preferred one first."""
    told: dict[tuple[str, ...], list[str]] = {}
    for name, variant in rule.variants.items():
        told.setdefault(tuple(_cell(_remedy(each)) for each in variant.repair), []).append(name)
    lines: list[str] = []
    for remedies, names in told.items():
        which = "" if len(told) == 1 else f"{', '.join(name or 'otherwise' for name in names)}: "
        lines += [f"- {which}{each}" for each in remedies]
    return ["## Repair", "", *lines, ""] if lines else []


def _remedy(each: Remedy) -> str:
    words = [f"`{path}` becomes {value}" for path, value in each.set.items()]
    words += [f"`{path}` is taken from the profile's `{name}`" for path, name in each.setting.items()]
    words += [f"`{old}` moves to `{new}`" for old, new in each.move.items()]
    words += [f"`{path}` goes" for path in each.remove] + [f"`{path}` is made anew" for path in each.fresh]
    words += [f"white space around `{path}` goes" for path in each.trim]
    words += ["sent as it was signed"] * each.send + ["signed anew"] * each.sign
    words += [f"asks for {each.ask}" + (f" ({each.option})" if each.option else "")] * bool(each.ask)
    words += [f"nothing in the assertion: {each.none}"] * bool(each.none)
    along = " (also along the way, where the fault is let in)" if each.standard else ""
    return "; ".join([*words, *([each.says] if each.says else [])]) + along


def _cases(cases: list[dict[str, Any]]) -> list[str]:
    lines = ["## Worked cases", ""]
    for case in cases:
        found = "; ".join(_found(each) for each in case["finds"]) or "silent"
        lines.append(f"- {case['title']}: {found}")
        given = {key: value for key, value in case.items() if key not in ("title", "finds", "project", *_TEXTS)}
        texts = [("", case[key]) for key in _TEXTS if key in case]
        for name, text in (*texts, *case.get("project", {}).items()):
            lines += ["", *([f"  `{name}`", ""] if name else [])]
            lines += ["  ```", *(f"  {row}".rstrip() for row in text.strip().splitlines()), "  ```", ""]
        if given:
            lines += [
                "",
                "  ```json",
                *(f"  {row}" for row in json.dumps(given, indent=2, ensure_ascii=False).splitlines()),
                "  ```",
                "",
            ]
    return [*lines, ""]


def _found(expected: dict[str, Any]) -> str:
    facts = {key: value for key, value in expected.items() if key != "at"}
    told = ", ".join(f"{key} {value}" for key, value in facts.items())
    return f"found at `{expected.get('at', '')}`{f' ({told})' if told else ''}"


def _causes(known: Catalog, where: str) -> str:
    title = "Causes that no token shows" if where == "server" else "Causes that the client program's words show"
    lines = [f"# {title}", ""]
    for each in known.unseen.values():
        if each.where != where:
            continue
        lines += [f"## {each.name}", "", _sentence(each.title), "", _paragraphs(each.why), ""]
        lines += [f"- Ask: {_cell(each.ask)}", f"- Look: {_cell(each.look)}", f"- Help: {_cell(each.help)}"]
        lines += [f"- Source: {_cell('; '.join(each.cites))}", ""]
    return _generated(lines, "*.toml")


def _symptoms(known: Catalog, provider: str) -> str:
    lines = [f"# What is said: {provider}", ""]
    for each in (s for s in known.symptoms if s.provider == provider):
        lines += [f"## {each.name}", "", f"`{_cell(each.shows)}`: {_cell(each.meaning)}.", "", _paragraphs(each.explain), ""]
        lines += ["| cause | standing | why | source |", "| --- | --- | --- | --- |", *_candidates(each), ""]
        lines += [f"Source: {_cell('; '.join(each.cites))}", ""]
    return _generated(lines, "*.toml")


_OPENING = """Each makes an assertion and sends it: what `jwtdoctor fix --lang NAME` fills with the values at hand. `@@iss@@` and the like make way for
literals of the language, `@@iss json@@` for literals of the value's JSON, `@@note@@` for the opening comment. `[[line]]` says which line
decides what of an assertion, `[[trait]]` by what a program of this kind is known."""


def _snippets(known: Mapping[str, Snippet]) -> str:
    lines = [
        "# Code that does it right",
        "",
        _OPENING,
        "",
        "| name | is | needs | executed in the tests |",
        "| --- | --- | --- | --- |",
    ]
    for each in known.values():
        lines.append(
            f"| [{each.name}](#{each.name}) | {_cell(each.title)} | {_cell(each.needs)} | {'yes' if each.is_run else 'read only'} |"
        )
    for each in known.values():
        lines += ["", f"## {each.name}", "", _sentence(each.title), "", f"```{each.ending}", *each.code.splitlines(), "```", ""]
        if each.traits:
            lines += ["| known by | confidence | source |", "| --- | --- | --- |"]
            lines += [f"| {_cell(t.says)} | {t.confidence} | {_cell('; '.join(t.cites))} |" for t in each.traits]
            lines.append("")
        lines.append(f"Source: {_cell('; '.join(each.cites))}")
    return _generated(lines, "*.toml")


def _candidates(symptom: Symptom) -> list[str]:
    return [f"| {c.name} | {c.standing} | {_cell(c.why)} | {_cell('; '.join(c.cites))} |" for c in symptom.causes]


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _generated(lines: list[str], source: str) -> str:
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).rstrip() + "\n")
    return f"<!-- Generated from {source} by `python -m jwtdoctor.cli.pages`; edit that. -->\n\n{text}"


def stale(made: Iterable[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    """Those that are not what stands on the disk."""
    for path, text in made:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield path, text


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that differ; 1 if any does."""
    different = list(stale(pages(rules_folder())))
    for path, text in different:
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        print(f"{'stale' if '--check' in arguments else 'written'}: rules/{path.relative_to(rules_folder()).as_posix()}")
    return 1 if different and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
