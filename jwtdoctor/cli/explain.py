"""``jwtdoctor explain`` and ``jwtdoctor rules``: the catalogue in words."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from ..answer import parse
from ..catalog import Catalog, Rule, Symptom, Unseen, load
from ..checks import CHECKS
from ..diagnosis import symptom_of
from .failure import COULD_NOT, complain, echo, emit
from .screen import look


def run(names: list[str], format: str) -> int:
    """Explain every name; one that is not known is told and the others go on."""
    known = load()
    found: list[Rule | Unseen | Symptom] = []
    missing = 0
    for name in names:
        entry = _find(known, name)
        if entry is None:
            missing += 1
            near = _near(known, name)
            hint = (
                f"; did you mean {', '.join(near)}?"
                if near
                else "; `jwtdoctor rules` lists the rules, and an error text goes in quotes"
            )
            complain(f"nothing is called {echo(name)!r}{hint}")
        else:
            found.append(entry)
    if format == "json":
        emit(json.dumps([_document(known, each) for each in found], indent=2) + "\n")
    else:
        emit("\n".join(_text(known, each, look().width) for each in found))
    return COULD_NOT if missing else 0


def catalogue(format: str) -> int:
    """Every rule in one line, or as JSON."""
    known = load()
    if format == "json":
        emit(json.dumps([_document(known, rule) for rule in known.rules.values()], indent=2) + "\n")
        return 0
    width = max(map(len, known.rules))
    room = max(20, look().width - width - 11)
    for rule in known.rules.values():
        title = textwrap.shorten(rule.title, room, placeholder="…")
        emit(f"{rule.name:<{width}}  {rule.severity:<7}  {title}\n")
    return 0


def _find(known: Catalog, name: str) -> Rule | Unseen | Symptom | None:
    name = name.strip()
    if name in known.rules:
        return known.rules[name]
    if name in known.unseen:
        return known.unseen[name]
    by_name = next((each for each in known.symptoms if each.name == name), None)
    if by_name is not None:
        return by_name
    told = parse(name)
    for profile in known.profiles:
        symptom = symptom_of(known, told, profile)
        if symptom is not None:
            return symptom
    return None


def _near(known: Catalog, name: str) -> list[str]:
    from difflib import get_close_matches

    names = [*known.rules, *known.unseen, *(each.name for each in known.symptoms)]
    return get_close_matches(name, names, n=3, cutoff=0.6)


def _document(known: Catalog, entry: Rule | Unseen | Symptom) -> dict[str, Any]:
    if isinstance(entry, Rule):
        return {
            "kind": "rule", "name": entry.name, "title": entry.title, "group": entry.group, "severity": entry.severity,
            "check": entry.check, "params": dict(entry.params), "stage": entry.stage, "needs": list(CHECKS[entry.check].needs),
            "effects": {
                name: {variant or "plain": weighed.effect for variant, weighed in _weighed(known, entry, name)}
                for name in known.profiles
            },
            "since": entry.since, "cites": list(entry.cites), "why": entry.why,
        }  # fmt: skip
    if isinstance(entry, Unseen):
        return {"kind": "cause", "seen": entry.where == "client", **entry._asdict(), "cites": list(entry.cites)}
    return {
        "kind": "symptom", "name": entry.name, "provider": entry.provider, "shows": entry.shows, "meaning": entry.meaning,
        "stage": entry.stage, "passed": sorted(entry.passed), "explain": entry.explain, "cites": list(entry.cites),
        "causes": [
            {"cause": c.name, "title": known.title_of(c.name), "standing": c.standing, "why": c.why, "cites": list(c.cites)}
            for c in entry.causes
        ],
    }  # fmt: skip


def _weighed(known: Catalog, rule: Rule, profile: str) -> list[tuple[str, Any]]:
    from ..engine import bind

    return list(bind(rule, known.profiles[profile]).variants.items())


def _text(known: Catalog, entry: Rule | Unseen | Symptom, width: int) -> str:
    lines: list[str] = []

    def say(text: str, indent: str = "") -> None:
        lines.extend(textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))

    def paragraphs(text: str) -> None:
        for part in text.strip().split("\n\n"):
            say(" ".join(part.split()))
            lines.append("")

    if isinstance(entry, Rule):
        say(f"{entry.name}: {entry.title}")
        lines.append("")
        paragraphs(entry.why)
        _rule_lines(known, entry, say)
    elif isinstance(entry, Unseen):
        say(f"{entry.name}: {entry.title}")
        lines.append("")
        paragraphs(entry.why)
        say(f"ask      {entry.ask}")
        say(f"look     {entry.look}")
        say(f"help     {entry.help}")
    else:
        say(f"{entry.shows}")
        say(f"{entry.meaning}")
        lines.append("")
        paragraphs(entry.explain)
        say("what may lie behind it, most likely first:")
        for cause in entry.causes:
            say(f"{cause.standing:<10} {cause.name}: {cause.why}", "  ")
    say(f"source   {'; '.join(entry.cites)}")
    return "\n".join(lines) + "\n"


def _rule_lines(known: Catalog, rule: Rule, say: Any) -> None:
    check = CHECKS[rule.check]
    say(f"needs    {', '.join(check.needs) or 'nothing'}")
    for profile in known.profiles.values():
        for key, weight in profile.weights.items():
            name, _, variant = key.partition("/")
            if name == rule.name:
                which = f", {variant}" if variant else ""
                say(
                    f"known    {profile.title}{which}: {weight.get('effect', 'unknown')}, because {weight['because']} ({weight['source']})"
                )
    helps: dict[str, list[str]] = {}
    for name, weighed in rule.variants.items():
        if weighed.says.help:
            helps.setdefault(re.sub(r"\{(\w+)\}", r"<\1>", weighed.says.help), []).append(name)
    for text, names in helps.items():
        which = f"({', '.join(names)}) " if len(helps) > 1 and any(names) else ""
        say(f"help     {which}{text}")
