"""The state of a triage between two runs: how far each input was read, and everything counted up to there.

A file of one line of JSON and the tokens' columns behind it. It holds digests of tokens and no token, but names of apps and hosts; it is
written aside and readable for its owner alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from array import array
from typing import Any, NamedTuple

from .._version import __version__
from ..triage import Group, Shown, Skipped, Tally
from ..triage.seen import Seen
from .failure import Failure, echo
from .inputs import Input
from .sources import reason
from .streams import Place

FORMAT = "jwtdoctor-triage-state"
VERSION = 1
HEAD = 4096
"""Bytes of a file's beginning by which it is known again."""
_CODES = {"high": "Q", "low": "Q", "kinds": "H", "counts": "I", "firsts": "I", "lasts": "I", "places": "q"}


class Progress(NamedTuple):
    """How far one file was read."""

    name: str
    device: int
    inode: int
    size: int
    head: str
    """SHA-256 of its first bytes."""
    place: Place
    line: int = 1
    """The line at that place."""
    done: bool = False
    """Whether it was read to the end that it had."""
    continues: bool = True
    """Whether what is added later can be read by itself: not in a packed file, and not in a document."""


class Kept(NamedTuple):
    """A state as it was stored."""

    tally: Tally
    files: dict[str, Progress]
    examples: dict[Group, Shown]
    skipped: list[Skipped]
    read: tuple[int, int, int]
    """Files, bytes and lines read."""
    results: int
    """Bytes of the file of results that belong to it."""
    salt: bytes
    key: bytes
    shown_by: dict[int, Group]
    """Numbers of the tokens that are examples."""


def load(path: str, options: str) -> Kept | None:
    """The state in a file; ``None`` when there is no such file yet. Raises Failure for one that cannot be continued."""
    try:
        with open(path, "rb") as file:
            first = file.readline(1 << 28)
            rest = file.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Failure(f"--resume {echo(path)}: {reason(error)}") from None
    try:
        return _kept(json.loads(first), rest, path, options)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise Failure(
            f"--resume {echo(path)}: no state of a triage, or damaged; accepted: a file that --resume wrote, or a new name"
        ) from None


def _kept(state: dict[str, Any], rest: bytes, path: str, options: str) -> Kept:
    if state["format"] != FORMAT:
        raise ValueError
    if state["version"] != VERSION or state["tool"] != __version__ or state["order"] != sys.byteorder:
        raise Failure(f"--resume {echo(path)}: written by another version of jwtdoctor; begin anew with another file")
    if state["options"] != options:
        raise Failure(
            f"--resume {echo(path)}: the options that decide what is counted are not those of the first run (--cert, --endpoint, --profile, --now, --since, --cause, --results, --redact, --rules); give the same, or begin anew with another file"
        )
    arrays, at = [], 0
    for name, size in zip(Seen.ARRAYS, state["columns"], strict=True):
        column = array(_CODES[name])
        column.frombytes(rest[at : at + size * column.itemsize])
        at += size * column.itemsize
        if len(column) != size:
            raise ValueError
        arrays.append(column)
    tally = Tally()
    tally.restore(state["tally"], arrays)
    return Kept(
        tally,
        {name: _progress(name, *each) for name, each in state["files"].items()},
        {Group(*group): Shown(*shown) for group, shown in state["examples"]},
        [Skipped(*each) for each in state["skipped"]],
        (int(state["read"][0]), int(state["read"][1]), int(state["read"][2])),
        int(state["results"]),
        bytes.fromhex(state["salt"]),
        bytes.fromhex(state["key"]),
        {int(number): Group(*group) for number, group in state["shown_by"]},
    )


def _progress(
    name: str, device: int, inode: int, size: int, head: str, place: list[int], line: int, done: bool, continues: bool
) -> Progress:
    return Progress(name, device, inode, size, head, Place(*place), line, done, continues)


def store(path: str, options: str, kept: Kept) -> None:
    """Write the state, whole or not at all. Raises Failure when that is not possible."""
    columns = list(kept.tally.seen.dump())
    state = {
        "format": FORMAT, "version": VERSION, "tool": __version__, "order": sys.byteorder, "options": options,
        "columns": [len(each) for each in columns], "tally": kept.tally.state(),
        "files": {each.name: list(each[1:]) for each in kept.files.values()},
        "examples": [[list(group), list(shown)] for group, shown in kept.examples.items()],
        "skipped": [list(each) for each in kept.skipped], "read": list(kept.read), "results": kept.results,
        "salt": kept.salt.hex(), "key": kept.key.hex(),
        "shown_by": [[number, list(group)] for number, group in kept.shown_by.items()],
    }  # fmt: skip
    aside = f"{path}.part"
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with open(descriptor, "wb") as file:
            file.write(json.dumps(state, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
            for each in columns:
                each.tofile(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise Failure(f"--resume {echo(path)}: the state cannot be written: {reason(error)}") from None


def begin(given: Input, known: Progress | None, path: str) -> Progress:
    """Where to go on with a file. Raises Failure when it is not the file that was read before."""
    if known is None:
        return Progress(given.name, given.device, given.inode, given.size or 0, "", Place())
    told = f"--resume {echo(path)}: {echo(given.name)}"
    size = given.size or 0
    if (given.device, given.inode) != (known.device, known.inode):
        raise Failure(f"{told}: another file stands there now; begin anew with another state file")
    if (size < known.place.offset and known.continues) or size < known.size:
        raise Failure(f"{told}: it became shorter; begin anew with another state file")
    if size > known.size and not known.continues and known.done:
        raise Failure(f"{told}: it was read whole and has grown; begin anew with another state file")
    if known.head and head(given) != known.head:
        raise Failure(f"{told}: it begins otherwise than before; begin anew with another state file")
    return known


def head(given: Input) -> str:
    """What the file begins with, as a digest with the number of bytes; empty when it cannot be read."""
    try:
        with open(given.path, "rb") as file:
            data = file.read(HEAD)
    except (OSError, ValueError):
        return ""
    return f"{len(data)}:{hashlib.sha256(data).hexdigest()}" if len(data) == HEAD else ""
