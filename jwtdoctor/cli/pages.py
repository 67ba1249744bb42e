"""Write the pages under ``rules/`` from the catalogue: ``python -m jwtdoctor.cli.pages`` (``--check`` only compares).

A rule's page stands beside its TOML; its worked cases are the very ones the tests run. Pages are for reading on a code host.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..catalog import Catalog, Rule, Symptom, build, rules_folder
from ..catalog.source import GROUPS, read
from ..checks import CHECKS

_MARK = re.compile(r"(<!-- table: generated -->\n).*?(<!-- end -->)", re.DOTALL)


def pages(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    known = build(read(folder))
    for rule in known.rules.values():
        raw = tomllib.loads((folder / rule.group / f"{rule.name}.toml").read_text(encoding="utf-8"))
        yield folder / rule.group / f"{rule.name}.md", _rule(known, rule, raw["case"])
    yield folder / "unseen" / "README.md", _causes(known, "server")
    yield folder / "client" / "README.md", _causes(known, "client")
    for provider in sorted({each.provider for each in known.symptoms}):
        yield folder / "symptoms" / provider / "README.md", _symptoms(known, provider)
    front = folder / "README.md"
    text = front.read_text(encoding="utf-8")
    yield front, _MARK.sub(lambda m: f"{m[1]}{_table(known)}{m[2]}", text)


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


def _cases(cases: list[dict[str, Any]]) -> list[str]:
    lines = ["## Worked cases", ""]
    for case in cases:
        found = "; ".join(_found(each) for each in case["finds"]) or "silent"
        lines.append(f"- {case['title']}: {found}")
        given = {key: value for key, value in case.items() if key not in ("title", "finds", "code")}
        if "code" in case:
            lines += ["", "  ```", *(f"  {row}".rstrip() for row in case["code"].strip().splitlines()), "  ```", ""]
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


def _candidates(symptom: Symptom) -> list[str]:
    return [f"| {c.name} | {c.standing} | {_cell(c.why)} | {_cell('; '.join(c.cites))} |" for c in symptom.causes]


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _generated(lines: list[str], source: str) -> str:
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).rstrip() + "\n")
    return f"<!-- Generated from {source} by `python -m jwtdoctor.cli.pages`; edit that. -->\n\n{text}"


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that differ; 1 if any does."""
    stale = []
    for path, text in pages(rules_folder()):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'stale' if '--check' in arguments else 'written'}: rules/{path.relative_to(rules_folder()).as_posix()}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
