"""One environment: the org, the app and the key that sign in there, and what was seen around it. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..model import Origin, Span

ORGS = ("production", "sandbox", "scratch", "developer")
"""Kinds of org that a config may name."""
APPS = ("connected-app", "external-client-app")
"""Kinds of app that a config may name."""
VARIABLE = "env:"
"""How a value begins that stands in an environment variable."""


class Leak(NamedTuple):
    """A secret in a file that git tracks. The secret itself is not kept."""

    path: str
    """Relative to the work tree, with slashes."""
    line: int
    kind: str
    """``private-key``, ``encrypted-private-key``, ``keystore``."""


class Repository(NamedTuple):
    """What git says of the files around the config."""

    examined: bool = False
    because: str = "git was not asked"
    """Why it was not examined."""
    leaks: tuple[Leak, ...] = ()


class KeyFacts(NamedTuple):
    """What became of an environment's private key. Nothing of the key itself is here but the digest of its public half."""

    state: str = "none"
    """``none`` named, ``usable``, ``missing``, ``unreadable``, ``unset`` (the variable), ``locked``, ``unusable``; ``newlines``: usable
    here, but its line breaks are written as ``\\n``."""
    name: str = ""
    """How it is named in the config, fit to be shown."""
    why: str = ""
    type: str = ""
    size: int = 0
    spki_sha256: str = ""
    mode: int | None = None
    """The permission bits of its file, where the system has such."""
    git: str = ""
    """``tracked``, ``ignored``, ``untracked`` (the next `git add` may take it); empty: not known, or outside of the work tree."""


class CertificateFacts(NamedTuple):
    """A certificate file of the config that gave nothing."""

    position: int
    """In the list of the config, counted from 0."""
    name: str
    why: str


class Surroundings(NamedTuple):
    """What only the outside can tell of an environment: gathered once, before anything is examined."""

    gathered: bool = False
    key: KeyFacts = KeyFacts()
    certificates: tuple[CertificateFacts, ...] = ()
    """Those that could not be read."""
    shares_key_with: tuple[str, ...] = ()
    """Names of environments of the other side (production, or not) that use the same private key."""
    leaks: tuple[Leak, ...] = ()
    """Only where the project as a whole is examined: a leak is one fault, however many environments there are."""


class Environment(NamedTuple):
    """An environment as the config names it; ``None`` where the config is silent and has no default."""

    name: str
    profile: str | None = None
    org: str | None = None
    """One of :data:`ORGS`."""
    app: str | None = None
    """One of :data:`APPS`."""
    app_name: str | None = None
    """The name of the app's metadata in the project, for where its consumer key does not tell."""
    endpoint: str | None = None
    aud: str | None = None
    iss: str | None = None
    sub: str | None = None
    certificates: tuple[str, ...] = ()
    """Files, as they are written: relative to the config file."""
    key: str | None = None
    """``FILE`` (relative to the config file) or ``env:NAME``."""
    lifetime: int | None = None
    """Seconds that an assertion lives."""
    warn_days: int | None = None
    """Days before its end from which a certificate is worth a warning."""
    origins: Mapping[str, Origin] = {}
    """Where each value stands, by its key in the config: ``iss``, ``certificates.0``; ``""`` is the table's header."""
    unset: Mapping[str, str] = {}
    """Keys whose value stands in an environment variable that is not set, with the name of the variable."""
    filled: Mapping[str, str] = {}
    """Keys whose value was taken from an environment variable, with the name of the variable."""
    surroundings: Surroundings = Surroundings()

    def place(self, key: str) -> Span | None:
        """Where ``key`` stands, else the environment's header."""
        origin = self.origins.get(key) or self.origins.get("")
        return origin.span if origin is not None else None


def resolved(environment: Environment, variables: Mapping[str, str]) -> Environment:
    """The environment with its ``env:NAME`` values filled in from ``variables``. The key stays a name: it is read elsewhere."""
    changes: dict[str, str | None] = {}
    unset: dict[str, str] = {}
    filled: dict[str, str] = {}
    for field in ("endpoint", "aud", "iss", "sub"):
        written = getattr(environment, field)
        if written is None or not written.startswith(VARIABLE):
            continue
        name = written.removeprefix(VARIABLE)
        changes[field] = variables.get(name) or None
        (unset if changes[field] is None else filled)[field] = name
    return environment._replace(unset=unset, filled=filled, **changes)  # type: ignore[arg-type]
