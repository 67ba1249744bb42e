"""What only this machine can tell of a config's environments: variables, key files and their modes, certificates, git."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .. import library
from ..config import VARIABLE, CertificateFacts, Environment, KeyFacts, Surroundings, resolved
from ..keys import MAX_FILE, Material
from ..keys.signing import LockedKey, NotASigningKey, SigningKey, load
from ..preflight import Subject
from ..visible import safe
from .keyfiles import Passphrases
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


def gather(environments: Iterable[Environment], base: str, passphrases: Passphrases, states: Mapping[str, str]) -> list[Subject]:
    """Every environment with what was found around it. ``base`` is the config's folder, ``states`` what git says of key files."""
    subjects = []
    files_read = _Files(passphrases)
    for each in environments:
        environment = resolved(each, os.environ)
        found = _key(environment, base, files_read)
        file = key_file(environment, base)
        facts = found.facts._replace(git=states.get(file, "") if file is not None else "")
        certificates, missing = _certificates(environment, base, files_read)
        around = Surroundings(gathered=True, key=facts, certificates=missing)
        files = tuple(joined(base, word) for word in environment.certificates)
        subjects.append(Subject(environment._replace(surroundings=around), certificates, found.key, files))
    return subjects


class _Files:
    """The files of one run, each read once however many environments name it. Plain files alone: a pipe would keep all waiting."""

    def __init__(self, passphrases: Passphrases) -> None:
        self.passphrases = passphrases
        self._contents: dict[str, bytes | str] = {}
        self._keys: dict[str, Read] = {}
        self._materials: dict[str, tuple[Material, ...]] = {}

    def content(self, file: str) -> bytes | str:
        """What a file holds, or in words why there is nothing."""
        if file not in self._contents:
            self._contents[file] = attempt(file, MAX_FILE) if _is_plain(file) else "no plain file"
        return self._contents[file]

    def key(self, file: str) -> Read:
        """The private key in a file, or why there is none."""
        if file not in self._keys:
            self._keys[file] = self._key(file, safe(file, 160))
        return self._keys[file]

    def _key(self, file: str, name: str) -> Read:
        data = self.content(file)
        if isinstance(data, str):
            return Read(KeyFacts("missing" if data == "no such file" else "unreadable", name, data))
        found = _loaded(data, name, self.passphrases)
        return found._replace(facts=found.facts._replace(mode=_mode(file)))

    def materials(self, file: str) -> tuple[Material, ...] | str:
        """The certificates and keys in a file, or why there are none."""
        data = self.content(file)
        if isinstance(data, str):
            return data
        if file not in self._materials:
            self._materials[file] = tuple(library.material(data, file))
        return self._materials[file]


def _is_plain(file: str) -> bool:
    """Whether a file is one of the disk; what cannot be told, or is a folder, is refused in better words where it is opened."""
    try:
        mode = os.stat(file).st_mode
    except (OSError, ValueError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


# --- the private key -----------------------------------------------------------------------------------------------------


def _key(environment: Environment, base: str, files: _Files) -> Read:
    if environment.key is None:
        return Read(KeyFacts())
    file = key_file(environment, base)
    return _of_variable(environment.key.removeprefix(VARIABLE), files.passphrases) if file is None else files.key(file)


def _of_variable(name: str, passphrases: Passphrases) -> Read:
    value = os.environ.get(name, "")
    if not value.strip():
        return Read(KeyFacts("unset", name, "the variable is not set"))
    return _loaded(os.fsencode(value), name, passphrases)


def _loaded(data: bytes, name: str, passphrases: Passphrases) -> Read:
    try:
        key = load(data, name, passphrases.known)
    except LockedKey as locked:
        # On a terminal somebody may know it; one that does not fit is asked for again, and nothing typed ends it.
        if passphrases.ask(name):
            return _loaded(data, name, passphrases)
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


def _certificates(
    environment: Environment, base: str, files: _Files
) -> tuple[tuple[Material, ...], tuple[CertificateFacts, ...]]:
    """What the files hold, and those that cannot be read."""
    materials: list[Material] = []
    missing = []
    for position, word in enumerate(environment.certificates):
        file = joined(base, word)
        found = files.materials(file)
        if isinstance(found, str):
            missing.append(CertificateFacts(position, safe(file, 160), found))
        else:
            materials += found
    return tuple(materials), tuple(missing)
