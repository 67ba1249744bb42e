"""Read ``rules/`` and refuse what is not known: every key, name and file is checked, and the message names file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from .. import toml
from ..model import CONFIDENCES, EFFECTS, SEVERITIES, STAGES, STANDINGS
from . import LAYOUT, Catalog, CatalogError

GROUPS = (
    "shape",
    "header",
    "time",
    "audience",
    "request",
    "identity",
    "signature",
    "certificate",
    "source",
    "metadata",
    "deployment",
)
NOT_DATA = frozenset({"README.md", "retired.toml"})
SNIPPETS = "snippets"
"""A folder of its own kind, which :mod:`.snippets` reads when it is asked for."""

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
    "explain": _table, "case": _tables, "reveals_nothing": lambda v: v is True, "repair": lambda v: _table(v) or _tables(v),
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
    "repair": RULE["repair"],
}
_PATH = re.compile(r"(?:header|payload)\..+|request\.\w+|endpoint")
REQUEST_PATHS = ("method", "content_type", "body", "where", "grant_type", "client_assertion_type")


def _path(value: Any) -> bool:
    exhibit, _, name = value.partition(".") if isinstance(value, str) else ("", "", "")
    return bool(_PATH.fullmatch(value)) and (exhibit != "request" or name in REQUEST_PATHS) if exhibit else False


def _paths(value: Any) -> bool:
    return _some(value) and all(map(_path, value))


def _of_paths(value: Any) -> bool:
    return _table(value) and bool(value) and all(map(_path, value))


_TRUE: Kind = lambda value: value is True  # noqa: E731 - one of a table of such
REPAIR: dict[str, Kind] = {
    "set": _of_paths, "setting": lambda v: _of_paths(v) and all(map(_text, v.values())), "move": lambda v: _of_paths(v) and _paths([*v.values()]),
    "remove": _paths, "fresh": _paths, "trim": _paths, "send": _TRUE, "sign": _TRUE, "standard": _TRUE, "ask": _text, "option": _text,
    "none": _text, "says": _text,
}  # fmt: skip
"""Verbs of a repair."""
REPAIR_VERBS = ("set", "setting", "move", "remove", "fresh", "trim", "send", "sign", "ask", "none")
CASE: dict[str, Kind] = {
    "title": _text, "header": _table, "claims": _table, "without": _texts, "only": _table, "text": _text, "now": _any,
    "endpoint": _text, "error": _text, "certificate": _text, "key": _text, "mutation": _text, "profile": _text, "app": _text,
    "measured_skew": lambda v: isinstance(v, float),
    "request": _table, "payload": _text, "code": _text, "project": _table, "meant": _table, "tracked": _texts, "config": _text, "surroundings": _table, "search": lambda v: v is True, "candidates": _some, "folder": _some, "beside": _some, "finds": lambda v: isinstance(v, list) and all(isinstance(each, dict) for each in v),
}  # fmt: skip
UNSEEN_NEEDS = ("name", "title", "why", "ask", "look", "help", "cites")
UNSEEN: dict[str, Kind] = dict.fromkeys(UNSEEN_NEEDS, _text) | {"cites": _some, "stage": _one_of(*STAGES), "source": _tables}
IN_SOURCE: dict[str, Kind] = dict.fromkeys(("trait", "ask", "look", "help"), _text)
SYMPTOM: dict[str, Kind] = {
    "name": _text, "shows": _text, "meaning": _text, "stage": _one_of(*STAGES),
    "passed": lambda v: isinstance(v, list) and all(each in STAGES for each in v), "implies": _table, "explain": _text, "verified": _text, "cites": _some,
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


LARGEST = 1 << 20
"""Bytes of one file that is read."""
MOST_FILES = 5000
"""Files of one folder."""


class File:
    """One TOML file, with the means to point into it."""

    def __init__(self, path: Path, root: Path, home: str = "") -> None:
        self.path = path
        self.home = home
        self.shown = f"{home or 'rules'}/{path.relative_to(root).as_posix()}"
        try:
            if not path.is_file():
                raise CatalogError(f"{self.shown}:1: cannot be read: no plain file; a rule is one file of its own")
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise CatalogError(f"{self.shown}:1: larger than {LARGEST} bytes; a rule is one file of its own")
            self.text = data.decode("utf-8").replace("\r\n", "\n")
            self.data: dict[str, Any] = toml.loads(self.text)
        except OSError as error:
            raise CatalogError(f"{self.shown}:1: cannot be read: {error.strerror or 'unknown reason'}") from None
        except UnicodeDecodeError as error:
            raise CatalogError(f"{self.shown}:1: not TOML: {error}") from None
        except toml.NotToml as error:
            raise CatalogError(f"{self.shown}:{error.line}: {error} (column {error.column})") from None

    def refuse(self, key: str, why: str) -> CatalogError:
        """An error that points at the first line that sets ``key``, else at the first one speaking of it."""
        said = re.escape(key)
        sets = re.compile(rf"""\s*(?:\[+(?:[^\]]*\.)?["']?{said}["']?\]|["']?{said}["']?\s*=)""")
        rows = list(enumerate(self.text.splitlines(), 1))
        line = next((n for n, row in rows if sets.match(row)), None) or next((n for n, row in rows if key in row), 1)
        return CatalogError(f"{self.shown}:{line}: {why}")

    def table(self, table: Mapping[str, Any], known: Mapping[str, Kind], needs: tuple[str, ...], what: str) -> None:
        """Refuse what is no table, and unknown keys, wrong types and missing keys of one."""
        if not isinstance(table, Mapping):
            raise self.refuse(what.strip("[]").rpartition(".")[2], f"{what} must be a table")
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


def read(folder: Path, *, cases: bool = False, beside: Catalog | None = None, home: str = "") -> dict[str, Any]:
    """The checked sources as plain data; with ``cases`` the worked cases too. Raises CatalogError.

    A folder of others is read ``beside`` what is known already, whose names it may use and must not take; its files are shown under
    ``home``, as that folder was named.
    """
    paths = [
        path
        for path in sorted(islice(folder.rglob("*.toml"), 2 * MOST_FILES))
        if path.name not in NOT_DATA and (beside is not None or path.parent != folder / SNIPPETS)
    ]
    if not paths or len(paths) > MOST_FILES:
        raise CatalogError(f"{folder}: {'more than ' + str(MOST_FILES) + ' files' if paths else 'no rules found'}")
    files = {path: File(path, folder, home) for path in paths}
    plain: dict[str, Any] = {"layout": LAYOUT, "rules": [], "unseen": [], "symptoms": [], "profiles": []}
    owners = _owners(beside)
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
            _claim(owners, file, f"symptoms/{parts[1]}/")
            plain["symptoms"].append(_symptom(file, parts[1]))
        elif parts[0] == "profiles" and len(parts) == 2:
            _claim(owners, file, "profiles/")
            plain["profiles"].append(_profile(file, beside))
        else:
            raise CatalogError(
                f"{file.shown}:1: no place for this file; known are {', '.join(GROUPS)}, unseen, client, symptoms/*, profiles"
            )
    _refuse_strangers(plain, files, owners, beside)
    if home:
        for each in (*plain["rules"], *plain["unseen"], *plain["symptoms"], *plain["profiles"]):
            each["home"] = home
    return plain


def _owners(known: Catalog | None) -> dict[str, str]:
    """Names that are taken, each with the file that holds it; those of symptoms and profiles with their folder before them."""
    if known is None:
        return {}
    taken = {each.name: f"{each.home or 'rules'}/{each.group}/{each.name}.toml" for each in known.rules.values()}
    for cause in known.unseen.values():
        folder = "unseen" if cause.where == "server" else "client"
        taken[cause.name] = f"{cause.home or 'rules'}/{folder}/{cause.name}.toml"
    for symptom in known.symptoms:
        name = f"symptoms/{symptom.provider}/{symptom.name}"
        taken[name] = f"{symptom.home or 'rules'}/{name}.toml"
    return taken | {f"profiles/{n}": f"{p.home or 'rules'}/profiles/{n}.toml" for n, p in known.profiles.items()}


def _claim(owners: dict[str, str], file: File, folder: str = "") -> None:
    name = file.data["name"]
    if folder + name in owners:
        raise file.refuse("name", f"{name!r} stands in {owners[folder + name]} already")
    owners[folder + name] = file.shown


def _rule(file: File, group: str, cases: bool) -> dict[str, Any]:
    data = file.data
    file.table(data, RULE, RULE_NEEDS, "a rule")
    if "says" not in data and "variant" not in data:
        raise file.refuse("name", "a rule needs [says] or [variant.*]")
    file.table(data.get("says", {}), _WORDS, ("headline",) if "says" in data else (), "[says]")
    for name, variant in data.get("variant", {}).items():
        file.table(variant, VARIANT, () if "says" in data else ("headline",), f"[variant.{name}]")
    for where in (data, *data.get("variant", {}).values()):
        _refuse_strange_repair(file, where.get("repair", []))
    file.table(data["explain"], {"why": _text}, ("why",), "[explain]")
    for case in data["case"]:
        file.table(case, CASE, ("title", "finds"), "[[case]]")
    for fires, told in ((True, "fires"), (False, "stays silent")):
        if not any(bool(case["finds"]) is fires for case in data["case"]):
            raise file.refuse(
                "case", f"no worked case in which the rule {told}; a rule has one that fires and one that stays silent"
            )
    plain = {key: value for key, value in data.items() if key not in ("case", "explain")}
    plain |= {"group": group, "why": data["explain"]["why"].strip()}
    if cases:
        plain["case"] = data["case"]
    return plain


def _refuse_strange_repair(file: File, given: Any) -> None:
    for remedy in given if isinstance(given, list) else [given]:
        file.table(remedy, REPAIR, (), "[repair]")
        if not remedy.keys() & set(REPAIR_VERBS):
            raise file.refuse("repair", f"a repair says what to do: {', '.join(REPAIR_VERBS)}")
        if "option" in remedy and "ask" not in remedy:
            raise file.refuse("option", "`option` goes with `ask`")


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


def _profile(file: File, beside: Catalog | None) -> dict[str, Any]:
    data = file.data
    file.table(data, PROFILE, ("name", "title", "settings"), "a profile")
    other = next((each for each in beside.profiles.values() if each.role == data.get("role")), None) if beside else None
    if other is not None and other.role:
        raise file.refuse("role", f"{other.name!r} is the {other.role} profile already; leave `role` out")
    for shown, patterns in data.get("detect", {}).items():
        if not _texts(patterns):
            raise file.refuse(shown, f"`{shown}` in [detect] must be a list of regular expressions")
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


def _refuse_strangers(
    plain: Mapping[str, Any], files: Mapping[Path, File], owners: Mapping[str, str], beside: Catalog | None
) -> None:
    """Names that point to nothing: causes, explained rules, re-weighed rules, profiles."""
    rules: dict[str, Mapping[str, Any]] = {each["name"]: each for each in plain["rules"]}
    profiles = {each["name"] for each in plain["profiles"]}
    if beside is not None:
        rules |= {name: {"variant": rule.variants} for name, rule in beside.rules.items()}
        profiles |= beside.profiles.keys()
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
