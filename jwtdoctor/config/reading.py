"""Read a config and refuse what is not understood, in words that name the line and what would be accepted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .. import toml
from ..model import Origin, Span
from ..visible import safe
from .environment import APPS, ORGS, VARIABLE, Environment
from .locate import Found, Path, places

LARGEST = 256 * 1024
"""Characters of a config."""
MOST = 100
"""Environments of one config."""
MOST_FILES = 20
"""Members of one list."""


class ConfigError(ValueError):
    """The config cannot be used; the message is one line: ``name:line:column: what is wrong; what is accepted``."""


class NoConfig(ConfigError):
    """The text has no such section, or says nothing: that may be no fault."""


class Ignore(NamedTuple):
    """A finding that somebody decided to live with."""

    rule: str
    reason: str
    environment: str | None
    """``None``: in every environment."""
    span: Span


class Config(NamedTuple):
    """A whole config."""

    name: str
    """The file's name, for messages."""
    environments: tuple[Environment, ...]
    ignores: tuple[Ignore, ...] = ()
    project: str | None = None
    """The folder of the sfdx project, relative to the config file; ``None``: the config does not say."""
    rules: tuple[str, ...] = ()
    """Folders of rules of one's own, or names of packages."""
    text: str = ""

    def environment(self, name: str) -> Environment | None:
        """The environment of that name."""
        return next((each for each in self.environments if each.name == name), None)


class Key(NamedTuple):
    """What a key of an environment takes."""

    kind: str
    """``text``, ``texts``, ``number``."""
    takes: str
    """In words, with an example."""
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    variable: bool = False
    """It may be ``env:NAME``."""


KEYS: dict[str, Key] = {
    "profile": Key("text", 'the name of a profile, such as "salesforce"'),
    "org": Key("text", f"one of {', '.join(ORGS)}", ORGS),
    "app": Key("text", f"one of {', '.join(APPS)}", APPS),
    "app-name": Key("text", "the API name of the app in the project"),
    "endpoint": Key("text", "the token endpoint's URL", variable=True),
    "aud": Key("text", "the audience", variable=True),
    "iss": Key("text", "the app's consumer key", variable=True),
    "sub": Key("text", "the user's name", variable=True),
    "certificates": Key("texts", f'a list of up to {MOST_FILES} files, such as ["certs/app.crt"]'),
    "key": Key("text", "the file of the private key, or env:NAME", variable=True),
    "key-env": Key("text", "the name of the environment variable that holds the private key"),
    "lifetime": Key("number", "a whole number of seconds, from 1 to 31536000", least=1, most=31_536_000),
    "warn-days": Key("number", "a whole number of days, from 0 to 3650", least=0, most=3650),
}
"""The keys of an environment, and of ``[defaults]``."""
_TOP = ("environments", "defaults", "ignore", "project", "rules")
_IGNORE = ("rule", "reason", "environment")
_NAME = re.compile(r"[\w](?:[\w .-]{0,62}[\w])?\Z")
NAMES = "up to 64 letters, digits, spaces, `-`, `_`, `.`"
"""What may name an environment, in words."""
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}\Z")
LONGEST_VALUE = 2048
"""Characters of one value."""


def may_name(name: str, others: Iterable[str] = ()) -> str:
    """Why ``name`` cannot name an environment beside ``others``, in words; empty where it can."""
    if not _NAME.match(name):
        return f"{safe(name, 40)!r} cannot name an environment; accepted: {NAMES}"
    twin = next((each for each in others if each.casefold() == name.casefold()), None)
    return "" if twin is None else f"there is an environment {safe(twin)!r} already"


def read(text: str, name: str, section: str = "") -> Config:
    """The config in ``text``, which is called ``name`` in messages; of a ``pyproject.toml`` its ``section``.

    Values are taken as they are written: ``env:NAME`` is filled in by :func:`resolved`, files are opened elsewhere.
    Raises ConfigError (NoConfig where there is none).
    """
    return _Reader(text.removeprefix("\ufeff"), name, tuple(section.split(".")) if section else ()).read()


class _Reader:
    def __init__(self, text: str, name: str, section: tuple[str, ...]) -> None:
        self.text, self.name, self.section = text, safe(name), section
        self.places: Mapping[Path, Found] = {}
        self.shown = "".join(f"{each}." for each in section)

    def refuse(self, path: Path, why: str, *, value: bool = False) -> ConfigError:
        """An error that points at a key, or at its value; where that was not found, at what holds it."""
        path = (*self.section, *path)
        while path and path not in self.places:
            path = path[:-1]
        found = self.places.get(path)
        span = None if found is None else found.value if value else found.key
        return self.at(*(span[:2] if span is not None else (1, 1)), why)

    def at(self, line: int, column: int, why: str) -> ConfigError:
        return ConfigError(f"{self.name}:{line}:{column}: {why}")

    def read(self) -> Config:
        table = self._section(self._parsed())
        self._known(table, _TOP, (), "the config" if not self.section else f"[{'.'.join(self.section)}]")
        defaults = self._table(table.get("defaults", {}), ("defaults",), f"[{self.shown}defaults]")
        found = self._table(table.get("environments", {}), ("environments",), f"[{self.shown}environments.NAME]")
        self._values(defaults, ("defaults",), f"[{self.shown}defaults]")
        if not found:
            raise self.refuse((), f"names no environment; accepted: one table [{self.shown}environments.NAME] or more")
        if len(found) > MOST:
            raise self.refuse(("environments",), f"has more than {MOST} environments")
        self._distinct(found)
        environments = tuple(self._environment(name, each, defaults) for name, each in found.items())
        ignores = self._ignores(table.get("ignore", []), [each.name for each in environments])
        project = self._said(table, "project", "the folder of the sfdx project")
        rules = self._texts(
            table.get("rules", []), ("rules",), Key("texts", f'a list of up to {MOST_FILES} folders, such as ["our-rules"]')
        )
        return Config(self.name, environments, ignores, project, rules, self.text)

    def _said(self, table: Mapping[str, Any], key: str, takes: str) -> str | None:
        return self._text(table[key], (key,), Key("text", takes)) if key in table else None

    def _parsed(self) -> dict[str, Any]:
        if len(self.text) > LARGEST:
            raise self.at(1, 1, f"larger than {LARGEST >> 10} KiB, which no config is")
        if not self.text.strip():
            raise NoConfig(f"{self.name}:1:1: empty; accepted: one table [{self.shown}environments.NAME] or more")
        try:
            parsed = toml.loads(self.text)
        except toml.NotToml as error:
            raise self._not_toml(error) from None
        self.places = places(self.text)
        return parsed

    def _not_toml(self, error: toml.NotToml) -> ConfigError:
        """The parser's complaint, in words where it is about something said twice."""
        told, line, column = str(error), error.line, error.column
        row = self.text.split("\n")[line - 1].strip() if line <= self.text.count("\n") + 1 else ""
        twice = re.match(r"not TOML: Cannot (?:declare|overwrite|mutate)", told)
        if twice and (header := re.match(r"\[+([^\]]*)\]", row)):
            what = header[1].strip()
            first = next(
                n for n, each in enumerate(self.text.split("\n"), 1) if re.match(rf"\s*\[+\s*{re.escape(what)}\s*\]", each)
            )
            there = f"; the first stands in line {first}" if first != line else ""
            return self.at(line, 1, f"the table [{safe(what, 80)}] is there twice{there}; accepted: each environment once")
        if twice:
            key = row.partition("=")[0].strip() or "a key"
            return self.at(line, 1, f"`{safe(key, 60)}` is set twice; accepted: each key once")
        return self.at(line, column, safe(told, 130))

    def _section(self, parsed: dict[str, Any]) -> dict[str, Any]:
        table = parsed
        for depth, part in enumerate(self.section):
            if not isinstance(table, dict) or part not in table:
                raise NoConfig(f"{self.name}: has no [{'.'.join(self.section)}]")
            table = table[part]
            if not isinstance(table, dict):
                path = self.section[: depth + 1]
                found = self.places.get(path)
                line, column = found.key[:2] if found else (1, 1)
                raise self.at(
                    line,
                    column,
                    f"`{'.'.join(path)}` must be a table, not {_kind(table)}; accepted: [{self.shown}environments.NAME]",
                )
        return table

    def _table(self, value: Any, path: Path, what: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse(path, f"`{path[-1]}` must be a table, not {_kind(value)}; accepted: {what}")
        return value

    def _known(self, table: Mapping[str, Any], known: Iterable[str], path: Path, what: str) -> None:
        """Refuse a key that nobody reads: a slip of the pen would otherwise switch off what it was meant for."""
        known = tuple(known)
        for key in table:
            if key not in known:
                raise self.refuse(
                    (*path, key), f"unknown key `{safe(key, 60)}` in {what}{_meant(key, known)}; accepted: {', '.join(known)}"
                )

    def _values(self, table: Mapping[str, Any], path: Path, what: str) -> dict[str, Any]:
        """The values of one table, each of the type that its key takes."""
        self._known(table, KEYS, path, what)
        values = {}
        for name, value in table.items():
            read = {"text": self._text, "texts": self._texts, "number": self._number}[KEYS[name].kind]
            values[name] = read(value, (*path, name), KEYS[name])
        if "key" in values and "key-env" in values:
            raise self.refuse(
                (*path, "key-env"), f"`key` and `key-env` both name the private key in {what}; accepted: one of them"
            )
        return values

    def _text(self, value: Any, path: Path, key: Key) -> str:
        if not isinstance(value, str):
            raise self.refuse(path, f"`{path[-1]}` must be a string, not {_kind(value)}; accepted: {key.takes}", value=True)
        if not value.strip():
            raise self.refuse(path, f"`{path[-1]}` is empty; accepted: {key.takes}, or leave the line out", value=True)
        if len(value) > LONGEST_VALUE or "\0" in value:
            raise self.refuse(path, f"`{path[-1]}` cannot be so long or hold such characters; accepted: {key.takes}", value=True)
        if key.choices and value not in key.choices:
            raise self.refuse(
                path, f"`{path[-1]}` is {safe(value, 40)!r}{_meant(value, key.choices)}; accepted: {key.takes}", value=True
            )
        if "PRIVATE KEY" in value:
            raise self.refuse(path, f"`{path[-1]}` holds a private key; accepted: {key.takes}; a key never stands in a config")
        self._variable(value, path, key)
        return value

    def _variable(self, value: str, path: Path, key: Key) -> None:
        """``env:NAME`` where that is read, with a name that a variable can have."""
        name = (
            value
            if path[-1] == "key-env"
            else value.removeprefix(VARIABLE)
            if key.variable and value.startswith(VARIABLE)
            else None
        )
        if name is not None and not _VARIABLE_NAME.match(name):
            raise self.refuse(
                path,
                f"`{path[-1]}` names no variable; accepted: letters, digits and underscores, such as SF_CLIENT_ID",
                value=True,
            )

    def _texts(self, value: Any, path: Path, key: Key) -> tuple[str, ...]:
        if isinstance(value, str):
            return (self._text(value, path, key),)
        if not isinstance(value, list):
            raise self.refuse(
                path, f"`{path[-1]}` must be a list of strings, not {_kind(value)}; accepted: {key.takes}", value=True
            )
        if len(value) > MOST_FILES:
            raise self.refuse(path, f"`{path[-1]}` has {len(value)} members; accepted: {key.takes}", value=True)
        return tuple(self._member(each, (*path, at), key) for at, each in enumerate(value))

    def _member(self, value: Any, path: Path, key: Key) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_VALUE or "\0" in value:
            raise self.refuse(
                path, f"`{path[-2]}` holds {_kind(value)} that is no name of a file; accepted: {key.takes}", value=True
            )
        return value

    def _number(self, value: Any, path: Path, key: Key) -> int:
        if type(value) is not int or not key.least <= value <= key.most:
            told = _kind(value) if type(value) is not int else safe(value, 40)
            raise self.refuse(path, f"`{path[-1]}` is {told}; accepted: {key.takes}", value=True)
        return value

    def _distinct(self, found: Mapping[str, Any]) -> None:
        """TOML takes `Production` beside `production`; who reads a report would not tell them apart."""
        seen: dict[str, str] = {}
        for name in found:
            if not _NAME.match(name):
                raise self.refuse(
                    ("environments", name),
                    f"{safe(name, 40)!r} cannot name an environment; accepted: {NAMES}",
                )
            if name.casefold() in seen:
                first = seen[name.casefold()]
                raise self.refuse(
                    ("environments", name),
                    f"two environments of one name: {safe(first)!r} and {safe(name)!r}; accepted: names that differ in more than capitals",
                )
            seen[name.casefold()] = name

    def _environment(self, name: str, table: Any, defaults: Mapping[str, Any]) -> Environment:
        path: Path = ("environments", name)
        what = f"[{self.shown}environments.{safe(name)}]"
        own = self._values(self._table(table, path, what), path, what)
        common = self._values(defaults, ("defaults",), f"[{self.shown}defaults]")
        if "key" in own or "key-env" in own:
            common = {key: value for key, value in common.items() if key not in ("key", "key-env")}
        values = {**common, **own}
        origins = {"": self._origin(path)}
        for key in values:
            origins |= self._origins((*path, key) if key in own else ("defaults", key), key)
        fields = {key.replace("-", "_"): value for key, value in values.items() if key != "key-env"}
        if "key-env" in values:
            fields["key"] = f"{VARIABLE}{values['key-env']}"
            origins["key"] = origins["key-env"]
        return Environment(name, **fields, origins=origins)

    def _origins(self, path: Path, key: str) -> dict[str, Origin]:
        """Of a value, and of each member of a list."""
        found = {key: self._origin(path)}
        whole = (*self.section, *path)
        at = 0
        while (*whole, at) in self.places:
            found[f"{key}.{at}"] = self._origin((*path, at))
            at += 1
        return found

    def _origin(self, path: Path) -> Origin:
        whole = (*self.section, *path)
        while whole and whole not in self.places:
            whole = whole[:-1]
        found = self.places.get(whole)
        return Origin(found.value, found.written) if found is not None else Origin(Span(1, 1, 1, 1), "")

    def _ignores(self, value: Any, names: list[str]) -> tuple[Ignore, ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.refuse(
                ("ignore",),
                f"`ignore` must be a list of tables, not {_kind(value)}; accepted: [[{self.shown}ignore]] with rule and reason",
            )
        return tuple(self._ignore(each, ("ignore", at), names) for at, each in enumerate(value))

    def _ignore(self, table: Mapping[str, Any], path: Path, names: list[str]) -> Ignore:
        what = f"[[{self.shown}ignore]]"
        self._known(table, _IGNORE, path, what)
        for key in ("rule", "reason"):
            if key not in table:
                raise self.refuse(
                    path, f"{what} lacks `{key}`; accepted: a rule's name, and the reason for living with what it finds"
                )
        said = {key: self._text(each, (*path, key), Key("text", _SAID[key])) for key, each in table.items()}
        environment = said.get("environment")
        if environment is not None and environment not in names:
            raise self.refuse(
                (*path, "environment"),
                f"no environment is called {safe(environment, 60)!r}{_meant(environment, names)}; accepted: {', '.join(map(safe, names))}",
                value=True,
            )
        return Ignore(said["rule"], said["reason"], environment, self._origin(path).span)


_SAID = {"rule": "the name of a rule", "reason": "a reason in words", "environment": "the name of an environment"}


def _kind(value: Any) -> str:
    """A TOML type in words."""
    if isinstance(value, bool):
        return "a truth value"
    names = {str: "a string", int: "a number", float: "a number with a fraction", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word[:80], tuple(known), 1, 0.6)
    return f" (did you mean `{safe(close[0])}`?)" if close else ""
