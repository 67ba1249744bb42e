"""What git knows of the files around a config: which it tracks, which of them hold private keys, whether a key file is kept out.

git is run, never trusted: no hook, no file system monitor and no pager of the repository's own settings is started, nothing is
written, nothing is fetched (also no object that a partial clone lacks: the command for that may stand in the repository's settings),
and it is stopped when it takes too long.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
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
MOST_READ = 5000
"""Files that are searched one by one where git does not search them."""
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
    files = "1 file" if left == 1 else f"{left} files"
    notes = (f"{files} that git tracks and that may hold a key could not be looked into",) if left else ()
    return Answered("", frozenset(names), leaks, states, notes)


_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
"""How the variables for git begin that it keeps: where its settings are. Others, such as those that a hook is started with, would have
it answer for another folder, read names as patterns, or write a trace."""
_SET = {
    "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C",
}  # fmt: skip
"""No lock, no question, and nothing fetched: GIT_NO_LAZY_FETCH is for git 2.44 and later, no protocol at all for those before."""
_SETTINGS = (
    "core.fsmonitor=false", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit", "submodule.recurse=false", "color.ui=false",
    "color.grep=false", "grep.fullName=false",
)  # fmt: skip
"""What holds whatever the settings of the repository and the user are."""


def _git(folder: str, *words: str, given: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
    """What git prints. Raises NotAsked."""
    program = shutil.which("git")
    if program is None:
        raise NotAsked("git is not installed")
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)
    } | _SET
    settings = [word for each in _SETTINGS for word in ("-c", each)]
    command = [program, "--no-pager", *settings, "-C", folder, *words]
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
    if b"bare repository" in told:
        return "git does not answer, because a bare repository lies in the folder"
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
    hits, unsearched = _hits(folder, names)
    stores = [each for each in names if each.lower().endswith(_STORES)]
    found = [*dict.fromkeys([*hits, *stores])]
    named = {os.path.realpath(each) for each in known}
    suspects = [each for each in found if os.path.realpath(os.path.join(folder, each)) not in named]
    looked = [_looked_into(folder, each) for each in suspects[:MOST]]
    leaks = tuple(each for each in looked if isinstance(each, Leak))
    return leaks, unsearched + max(0, len(suspects) - MOST) + sum(each is _UNSEEN for each in looked)


def _hits(folder: str, names: Sequence[str]) -> tuple[list[str], int]:
    """The tracked files that speak of a private key, and how many were not searched.

    git stops its search where an object is missing, as in a partial clone; the files that are here are searched then.
    """
    try:
        return [
            os.fsdecode(each)
            for each in _split(_git(folder, "grep", "-l", "-z", "-a", "-E", "-e", _KEYS, "--", ".", fine=(0, 1)))
        ], 0
    except NotAsked:
        speaks = re.compile(_KEYS.encode())
        here = [each for each in names if os.path.isfile(os.path.join(folder, each))]
        found = [each for each in here[:MOST_READ] if speaks.search(_content(os.path.join(folder, each)) or b"")]
        return found, max(0, len(here) - MOST_READ)


_UNSEEN = object()


def _content(path: str) -> bytes | None:
    data = attempt(path, LARGEST)
    return None if isinstance(data, str) or len(data) > LARGEST else data


def _looked_into(folder: str, name: str) -> Leak | object | None:
    """The key in a file, if there is one; ``_UNSEEN`` for a file that cannot be read. A link is no file of the repository's."""
    path = os.path.join(folder, name)
    if os.path.islink(path):
        return None
    data = _content(path)
    if data is None:
        return _UNSEEN
    kind = _kind(read(data, name))
    return Leak(name, _line(data), kind) if kind else None


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
