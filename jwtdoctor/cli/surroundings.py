"""What only this machine can tell of a config's environments: variables, key files and their modes, certificates, git."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .. import library
from ..config import VARIABLE, CertificateFacts, Environment, KeyFacts, Surroundings, resolved
from ..keys import MAX_FILE, Material
from ..keys.signing import LockedKey, NotASigningKey, SigningKey, load
from ..preflight import Subject
from ..visible import safe
from .sources import attempt


class Read(NamedTuple):
    """A private key, or why there is none."""

    facts: KeyFacts
    key: SigningKey | None = None


def key_file(environment: Environment, base: str) -> str | None:
    """The file of the private key, where it is one."""
    if environment.key is None or environment.key.startswith(VARIABLE):
        return None
    return joined(base, environment.key)


def joined(folder: str, name: str) -> str:
    """A name of the config as it can be opened from here."""
    return os.path.normpath(os.path.join(folder, name)) if folder not in ("", ".") else name


def gather(
    environments: Iterable[Environment], base: str, passphrases: Sequence[bytes], states: Mapping[str, str]
) -> list[Subject]:
    """Every environment with what was found around it. ``base`` is the config's folder, ``states`` what git says of key files."""
    subjects = []
    for each in environments:
        environment = resolved(each, os.environ)
        found = _key(environment, base, passphrases)
        file = key_file(environment, base)
        facts = found.facts._replace(git=states.get(file, "") if file is not None else "")
        certificates, missing = _certificates(environment, base)
        around = Surroundings(gathered=True, key=facts, certificates=missing)
        files = tuple(joined(base, word) for word in environment.certificates)
        subjects.append(Subject(environment._replace(surroundings=around), certificates, found.key, files))
    return subjects


# --- the private key -----------------------------------------------------------------------------------------------------


def _key(environment: Environment, base: str, passphrases: Sequence[bytes]) -> Read:
    if environment.key is None:
        return Read(KeyFacts())
    file = key_file(environment, base)
    if file is None:
        return _of_variable(environment.key.removeprefix(VARIABLE), passphrases)
    name = safe(file, 160)
    data = attempt(file, MAX_FILE)
    if isinstance(data, str):
        return Read(KeyFacts("missing" if data == "no such file" else "unreadable", name, data))
    found = _loaded(data, name, passphrases)
    return found._replace(facts=found.facts._replace(mode=_mode(file)))


def _of_variable(name: str, passphrases: Sequence[bytes]) -> Read:
    value = os.environ.get(name, "")
    if not value.strip():
        return Read(KeyFacts("unset", name, "the variable is not set"))
    return _loaded(os.fsencode(value), name, passphrases)


def _loaded(data: bytes, name: str, passphrases: Sequence[bytes]) -> Read:
    try:
        key = load(data, name, passphrases)
    except LockedKey as locked:
        return Read(KeyFacts("locked", name, safe(locked)))
    except NotASigningKey as refused:
        return Read(KeyFacts("unusable", name, safe(refused)))
    state = "newlines" if key.remark else "usable"
    return Read(KeyFacts(state, name, key.remark, key.type, key.size, key.public.spki_sha256), key)


def _mode(file: str) -> int | None:
    """The permission bits of a regular file, where the system has such."""
    if os.name != "posix":
        return None
    try:
        mode = os.stat(file).st_mode
    except (OSError, ValueError):
        return None
    return stat.S_IMODE(mode) if stat.S_ISREG(mode) else None


# --- certificates --------------------------------------------------------------------------------------------------------


def _certificates(environment: Environment, base: str) -> tuple[tuple[Material, ...], tuple[CertificateFacts, ...]]:
    """What the files hold, and those that cannot be read."""
    materials: list[Material] = []
    missing = []
    for position, word in enumerate(environment.certificates):
        file = joined(base, word)
        data = attempt(file, MAX_FILE)
        if isinstance(data, str):
            missing.append(CertificateFacts(position, safe(file, 160), data))
        else:
            materials += library.material(data, file)
    return tuple(materials), tuple(missing)
