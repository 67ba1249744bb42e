"""Read ``rules/`` and refuse what is not known: every key, name and file is checked, and the message names file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..model import CONFIDENCES, EFFECTS, SEVERITIES, STAGES, STANDINGS
from . import LAYOUT, CatalogError

GROUPS = ("shape", "header", "time", "audience", "request", "identity", "signature", "certificate", "source", "metadata", "deployment")
NOT_DATA = frozenset({"README.md", "retired.toml"})

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_SAYS = ("headline", "label", "note", "help")

Kind = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(_text(v) for v in value)


def _some(value: Any) -> bool:
    return _texts(value) and bool(value)


def _one_of(*allowed: str) -> Kind:
    return lambda value: value in allowed


def _table(value: Any) -> bool:
    return isinstance(value, dict)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _any(value: Any) -> bool:
    return True


_WORDS: dict[str, Kind] = dict.fromkeys(_SAYS, _text)
RULE: dict[str, Kind] = {
    "name": _text, "title": _text, "check": _text, "params": _table, "stage": _one_of(*STAGES),
    "severity": _one_of(*SEVERITIES), "effect": _one_of(*EFFECTS), "confidence": _one_of(*CONFIDENCES),
    "since": _text, "cites": _some, "explains": _texts, "remains": _some, "profiles": _texts, "says": _table, "variant": _table,
    "explain": _table, "case": _tables, "reveals_nothing": lambda v: v is True,
}  # fmt: skip
RULE_NEEDS = (
    "name",
    "title",
    "check",
    "stage",
    "severity",
    "effect",
    "confidence",
    "since",
    "cites",
    "explain",
    "case",
)
VARIANT: dict[str, Kind] = {
    **_WORDS,
    "severity": RULE["severity"],
    "effect": RULE["effect"],
    "confidence": RULE["confidence"],
    "explains": _texts,
    "remains": _some,
}
CASE: dict[str, Kind] = {
    "title": _text, "header": _table, "claims": _table, "without": _texts, "only": _table, "text": _text, "now": _any,
    "endpoint": _text, "error": _text, "certificate": _text, "key": _text, "mutation": _text, "profile": _text, "app": _text,
    "request": _table, "payload": _text, "code": _text, "project": _table, "config": _text, "search": lambda v: v is True, "candidates": _some, "folder": _some, "beside": _some, "finds": lambda v: isinstance(v, list),
}  # fmt: skip
UNSEEN_NEEDS = ("name", "title", "why", "ask", "look", "help", "cites")
UNSEEN: dict[str, Kind] = dict.fromkeys(UNSEEN_NEEDS, _text) | {"cites": _some, "stage": _one_of(*STAGES), "source": _tables}
IN_SOURCE: dict[str, Kind] = dict.fromkeys(("trait", "ask", "look", "help"), _text)
SYMPTOM: dict[str, Kind] = {
    "name": _text, "shows": _text, "meaning": _text, "stage": _one_of(*STAGES),
    "passed": lambda v: isinstance(v, list) and set(v) <= set(STAGES), "implies": _table, "explain": _text, "verified": _text, "cites": _some,
    "match": _tables, "cause": _tables,
}  # fmt: skip
SYMPTOM_NEEDS = tuple(key for key in SYMPTOM if key not in ("implies", "verified"))
MATCH: dict[str, Kind] = {
    "error": _text, "description": _text, "text": _text, "status": lambda v: isinstance(v, int), "bare": lambda v: v is True,
}  # fmt: skip
CAUSE: dict[str, Kind] = {
    "name": _text, "standing": _one_of(*STANDINGS), "why": _text, "ask": _text, "cites": _some, "variants": _some,
}  # fmt: skip
PROFILE: dict[str, Kind] = {
    "name": _text, "title": _text, "role": _one_of("default", "fallback"), "detect": _table, "settings": _table, "host": _tables, "weigh": _table,
}  # fmt: skip
HOST: dict[str, Kind] = {
    "name": _text, "match": _text, "kind": _one_of("shared", "own", "site", "instance", "ui"),
    "side": _one_of("production", "test", "either"), "legacy": lambda v: isinstance(v, bool), "title": _text, "instead": _text,
    "source": _text,
}  # fmt: skip
WEIGH: dict[str, Kind] = {
    "severity": RULE["severity"], "effect": RULE["effect"], "confidence": RULE["confidence"], "because": _text, "source": _text,
}  # fmt: skip


class File:
    """One TOML file, with the means to point into it."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.shown = f"rules/{path.relative_to(root).as_posix()}"
        try:
            self.text = path.read_text(encoding="utf-8")
            self.data: dict[str, Any] = tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            line = re.search(r"at line (\d+)", str(error))
            raise CatalogError(f"{self.shown}:{line[1] if line else 1}: not TOML: {error}") from None

    def refuse(self, key: str, why: str) -> CatalogError:
        """An error that points at the first line speaking of ``key``."""
        pattern = re.compile(
            rf"""^\s*(?:\[+[^\]]*["']?{re.escape(key)}["']?\]|["']?{re.escape(key)}["']?\s*=|.*{re.escape(key)})"""
        )
        line = next((n for n, row in enumerate(self.text.splitlines(), 1) if pattern.match(row)), 1)
        return CatalogError(f"{self.shown}:{line}: {why}")

    def table(self, table: Mapping[str, Any], known: Mapping[str, Kind], needs: tuple[str, ...], what: str) -> None:
        """Refuse unknown keys, wrong types and missing keys of one table."""
        for key, value in table.items():
            if key not in known:
                raise self.refuse(key, f"unknown key `{key}` in {what}; known are {', '.join(sorted(known))}")
            if not known[key](value):
                raise self.refuse(key, f"`{key}` in {what} has an unusable value {value!r:.60}")
        for key in needs:
            if key not in table:
                raise self.refuse(what, f"{what} lacks `{key}`")

    def named(self) -> None:
        """A file is called like what it holds."""
        if self.data.get("name") != self.path.stem or not _NAME.match(self.path.stem):
            raise self.refuse("name", f"`name` must be {self.path.stem!r}, as the file is called")


def read(folder: Path, *, cases: bool = False) -> dict[str, Any]:
    """The checked sources as plain data; with ``cases`` the worked cases too. Raises CatalogError."""
    files = {path: File(path, folder) for path in sorted(folder.rglob("*.toml")) if path.name not in NOT_DATA}
    if not files:
        raise CatalogError(f"{folder}: no rules found")
    plain: dict[str, Any] = {"layout": LAYOUT, "rules": [], "unseen": [], "symptoms": [], "profiles": []}
    owners: dict[str, File] = {}
    for path, file in files.items():
        parts = path.relative_to(folder).parts
        file.named()
        if parts[0] in GROUPS and len(parts) == 2:
            _claim(owners, file)
            plain["rules"].append(_rule(file, parts[0], cases))
        elif parts[0] in ("unseen", "client") and len(parts) == 2:
            _claim(owners, file)
            file.table(file.data, UNSEEN, UNSEEN_NEEDS, "a cause that no token shows")
            for words in file.data.get("source", ()):
                file.table(words, IN_SOURCE, ("trait",), "[[source]]")
            plain["unseen"].append({**file.data, "where": "server" if parts[0] == "unseen" else "client"})
        elif parts[0] == "symptoms" and len(parts) == 3:
            plain["symptoms"].append(_symptom(file, parts[1]))
        elif parts[0] == "profiles" and len(parts) == 2:
            plain["profiles"].append(_profile(file))
        else:
            raise CatalogError(
                f"{file.shown}:1: no place for this file; known are {', '.join(GROUPS)}, unseen, client, symptoms/*, profiles"
            )
    _refuse_strangers(plain, files, owners)
    return plain


def _claim(owners: dict[str, File], file: File) -> None:
    name = file.data["name"]
    if name in owners:
        raise file.refuse("name", f"{name!r} stands in {owners[name].shown} already")
    owners[name] = file


def _rule(file: File, group: str, cases: bool) -> dict[str, Any]:
    data = file.data
    file.table(data, RULE, RULE_NEEDS, "a rule")
    if "says" not in data and "variant" not in data:
        raise file.refuse("name", "a rule needs [says] or [variant.*]")
    file.table(data.get("says", {}), _WORDS, ("headline",) if "says" in data else (), "[says]")
    for name, variant in data.get("variant", {}).items():
        file.table(variant, VARIANT, () if "says" in data else ("headline",), f"[variant.{name}]")
    file.table(data["explain"], {"why": _text}, ("why",), "[explain]")
    for case in data["case"]:
        file.table(case, CASE, ("title", "finds"), "[[case]]")
    plain = {key: value for key, value in data.items() if key not in ("case", "explain")}
    plain |= {"group": group, "why": data["explain"]["why"].strip()}
    if cases:
        plain["case"] = data["case"]
    return plain


def _symptom(file: File, provider: str) -> dict[str, Any]:
    data = file.data
    file.table(data, SYMPTOM, SYMPTOM_NEEDS, "a symptom")
    for match in data["match"]:
        file.table(match, MATCH, (), "[[match]]")
        _regex(file, match.get("text", ""))
        if not match:
            raise file.refuse("match", "an empty [[match]] would match everything")
    for cause in data["cause"]:
        file.table(cause, CAUSE, ("name", "standing", "why", "cites"), "[[cause]]")
    return {**data, "provider": provider}


def _profile(file: File) -> dict[str, Any]:
    data = file.data
    file.table(data, PROFILE, ("name", "title", "settings"), "a profile")
    for patterns in data.get("detect", {}).values():
        for pattern in patterns:
            _regex(file, pattern)
    for host in data.get("host", ()):
        file.table(host, HOST, ("name", "match", "kind", "title", "source"), "[[host]]")
        _regex(file, host["match"])
    for name, weight in data.get("weigh", {}).items():
        file.table(weight, WEIGH, ("because", "source"), f"[weigh.{name}]")
    return data


def _regex(file: File, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise file.refuse(pattern[:20], f"not a regular expression: {error}") from None


def _refuse_strangers(plain: Mapping[str, Any], files: Mapping[Path, File], owners: Mapping[str, File]) -> None:
    """Names that point to nothing: causes, explained rules, re-weighed rules, profiles."""
    rules = {each["name"]: each for each in plain["rules"]}
    profiles = {each["name"] for each in plain["profiles"]}
    for file in files.values():
        data = file.data
        for cause in data.get("cause", ()):
            if cause["name"] not in owners:
                raise file.refuse(cause["name"], f"no rule and no unseen cause is called {cause['name']!r}")
            for variant in cause.get("variants", ()):
                if variant not in rules.get(cause["name"], {}).get("variant", {}):
                    raise file.refuse(variant, f"{cause['name']!r} has no wording {variant!r}")
        variants = data.get("variant", {}).values() if "check" in data else ()
        for key in ("explains", "remains"):
            for name in (*data.get(key, ()), *(n for each in variants for n in each.get(key, ()))):
                if name not in (owners if key == "remains" else rules):
                    raise file.refuse(key, f"no rule{' and no unseen cause' if key == 'remains' else ''} is called {name!r}")
        for name in data.get("profiles", ()):
            if name not in profiles:
                raise file.refuse("profiles", f"no profile is called {name!r}")
        for name in data.get("weigh", {}):
            rule, _, variant = name.partition("/")
            if rule not in rules or (variant and variant not in rules[rule].get("variant", {})):
                raise file.refuse(name, f"no rule or wording is called {name!r}")
