"""What git knows of the files around a config: which it tracks, which of them hold private keys, whether a key file is kept out.

git is run, never trusted: no hook, no file system monitor and no pager of the repository's own settings is started, nothing is
written, nothing is fetched, and it is stopped when it takes too long.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..config import Leak
from ..keys import Material, read
from .sources import attempt

PATIENCE = 20.0
"""Seconds that one question to git may take."""
LARGEST = 1 << 20
"""Bytes of a tracked file that is looked into."""
MOST = 200
"""Files that are looked into for a key."""
_KEYS = r"(BEGIN ([A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File-)"
_STORES = (".p12", ".pfx", ".jks", ".keystore")
_NOT_A_TREE = "not in a git work tree"


class Answered(NamedTuple):
    """What git says of a folder."""

    because: str = ""
    """Why it was not asked; empty where it was."""
    tracked: frozenset[str] | None = None
    """Files that it tracks, relative to the folder, with slashes; ``None``: not known."""
    leaks: tuple[Leak, ...] = ()
    """Paths relative to the folder."""
    states: Mapping[str, str] = {}
    """Key file, as given → ``tracked``, ``ignored``, ``untracked``; one outside of the work tree is missing."""
    notes: tuple[str, ...] = ()


class NotAsked(Exception):
    """git cannot be asked; the message says why."""


def ask(folder: str, key_files: Sequence[str]) -> Answered:
    """Ask git about ``folder`` and what is below it, and about the ``key_files`` wherever they are. Never raises."""
    try:
        top = _lines(_git(folder, "rev-parse", "--show-toplevel"))
        states = _states(os.path.realpath(os.fsdecode(top[0])), key_files) if top else {}
        names = [os.fsdecode(each) for each in _split(_git(folder, "ls-files", "-z"))]
        leaks, left = _leaks(folder, names, [each for each, state in states.items() if state == "tracked"])
    except NotAsked as reason:
        return Answered(str(reason))
    notes = (f"{left} more files that git tracks look like keys and were not looked into",) if left else ()
    return Answered("", frozenset(names), leaks, states, notes)


_STEERING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
)
"""Variables that a hook is started with; they would answer for another folder."""


def _git(folder: str, *words: str, given: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
    """What git prints. Raises NotAsked."""
    program = shutil.which("git")
    if program is None:
        raise NotAsked("git is not installed")
    variables = {name: value for name, value in os.environ.items() if name not in _STEERING}
    variables |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = [program, "--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-C", folder, *words]
    try:
        done = subprocess.run(command, input=given, capture_output=True, env=variables, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NotAsked(f"git did not answer within {PATIENCE:g} seconds") from None
    except (OSError, ValueError):
        raise NotAsked("git cannot be started") from None
    if done.returncode not in fine:
        raise NotAsked(_refusal(done.stderr))
    return done.stdout


def _refusal(told: bytes) -> str:
    """Why git did not answer, in words of ours: its own may hold anything."""
    if b"dubious ownership" in told:
        return "git does not answer, because the folder belongs to another account"
    return _NOT_A_TREE if b"not a git repository" in told or b"work tree" in told else "git does not answer"


def _lines(text: bytes) -> list[bytes]:
    return [each for each in text.splitlines() if each]


def _split(text: bytes) -> list[bytes]:
    return [each for each in text.split(b"\0") if each]


# --- the key files that the config names ---------------------------------------------------------------------------------


def _states(top: str, key_files: Sequence[str]) -> dict[str, str]:
    inside = {file: relative for file in dict.fromkeys(key_files) if (relative := _inside(top, file))}
    if not inside:
        return {}
    paths = [os.fsencode(each) for each in inside.values()]
    tracked = set(_split(_git(top, "ls-files", "-z", "--", *(f":(literal){each}" for each in inside.values()))))
    ignored = set(_split(_git(top, "check-ignore", "-z", "--stdin", given=b"\0".join(paths) + b"\0", fine=(0, 1))))
    names = {file: os.fsencode(relative) for file, relative in inside.items()}
    return {file: "tracked" if name in tracked else "ignored" if name in ignored else "untracked" for file, name in names.items()}


def _inside(top: str, file: str) -> str:
    """The path below ``top``, with slashes; empty for one that is elsewhere, or is not there."""
    if not os.path.isfile(file):
        return ""
    whole = os.path.join(os.path.realpath(os.path.dirname(file) or "."), os.path.basename(file))
    try:
        relative = os.path.relpath(whole, top)
    except ValueError:
        return ""
    return "" if relative.startswith("..") else relative.replace(os.sep, "/")


# --- files that hold keys ------------------------------------------------------------------------------------------------


def _leaks(folder: str, names: Sequence[str], known: Sequence[str]) -> tuple[tuple[Leak, ...], int]:
    """The tracked files that hold a private key, without those that the config itself names, and how many were left out."""
    hits = _split(_git(folder, "grep", "-l", "-z", "-a", "-E", "-e", _KEYS, "--", ".", fine=(0, 1)))
    stores = [each for each in names if each.lower().endswith(_STORES)]
    found = [*dict.fromkeys([*(os.fsdecode(each) for each in hits), *stores])]
    named = {os.path.realpath(each) for each in known}
    suspects = [each for each in found if os.path.realpath(os.path.join(folder, each)) not in named]
    leaks = [leak for each in suspects[:MOST] for leak in _looked_into(folder, each)]
    return tuple(leaks), max(0, len(suspects) - MOST)


def _looked_into(folder: str, name: str) -> Iterator[Leak]:
    path = os.path.join(folder, name)
    if os.path.islink(path):
        return
    data = attempt(path, LARGEST)
    if isinstance(data, str) or len(data) > LARGEST:
        return
    kind = _kind(read(data, name))
    if kind:
        yield Leak(name, _line(data), kind)


def _kind(found: Iterable[Material]) -> str:
    """What of a file is secret; empty for a text that only speaks of keys."""
    held = list(found)
    private = [each for each in held if each.kind == "private-key"]
    if any(each.form in ("pkcs12", "keystore") or each.kind == "container" for each in held):
        return "keystore"
    if any(each.key is not None and not each.encrypted for each in private):
        return "private-key"
    return "encrypted-private-key" if private else ""


def _line(data: bytes) -> int:
    """The line in which the first key begins."""
    at = next((at for word in (b"PRIVATE KEY", b"PuTTY-User-Key-File-") if (at := data.find(word)) >= 0), 0)
    return data.count(b"\n", 0, at) + 1
