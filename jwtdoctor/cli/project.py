"""A project's folder: the files that say something about signing in, found and read. Bounded, and never outside of the folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..metadata import Project, read, wanted
from ..metadata.reading import MOST_BYTES, MOST_FILES, is_metadata
from ..visible import safe
from .failure import Failure, echo
from .sources import attempt, reason

SFDX = "sfdx-project.json"
LARGEST_SFDX = 1 << 20
DEEPEST = 25
"""Folders within one another."""
MOST_ENTRIES = 200_000
"""Files and folders looked at."""
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
"""Folders that hold other people's files; those whose name begins with a dot are skipped as well."""


class Found(NamedTuple):
    """A project, and what is to be told about the reading of it."""

    project: Project
    notes: tuple[str, ...]
    files: tuple[str, ...] = ()
    """What was read of it, relative to its folder."""


def is_project(folder: Path) -> bool:
    """Whether an sfdx project begins in this folder."""
    return (folder / SFDX).is_file()


def read_project(folder: Path) -> Found:
    """The project in ``folder``: the package directories that its sfdx-project.json names, else all of it. Raises Failure."""
    if not folder.is_dir():
        raise Failure(
            f"{echo(str(folder))}: {'not a folder' if folder.exists() else 'no such folder'}; accepted: the folder of a project"
        )
    walk = _Walk(folder)
    for below in _packages(folder, walk.notes):
        walk.into(folder / below if below else folder, below, 0)
    return Found(read(walk.files, str(folder), walk.refused), tuple(walk.notes), (SFDX, *walk.files))


def _packages(folder: Path, notes: list[str]) -> list[str]:
    """The package directories, relative and with slashes; the folder itself, as an empty text, where none is named."""
    if not is_project(folder):
        return [""]
    named = _named(folder, notes)
    found = []
    for each in named:
        below = PurePosixPath(os.path.normpath(each).replace("\\", "/")).as_posix()
        if below.startswith(("/", "..")) or os.path.isabs(each) or not _is_inside(folder / below, folder):
            notes.append(f"{SFDX}: the package directory {safe(each, 60)} lies outside of the project and is not read")
        elif not (folder / below).is_dir():
            notes.append(f"{SFDX}: there is no package directory {safe(each, 60)}")
        else:
            found.append("" if below == "." else below)
    return list(dict.fromkeys(found)) if named else [""]


def _named(folder: Path, notes: list[str]) -> list[str]:
    data = attempt(str(folder / SFDX), LARGEST_SFDX)
    if isinstance(data, str):
        notes.append(f"{SFDX}: {data}; the whole folder is read")
        return []
    try:
        listed = json.loads(data.decode("utf-8-sig")).get("packageDirectories")
        return [each["path"] for each in listed if each["path"].strip()]
    except json.JSONDecodeError as error:
        notes.append(f"{SFDX}:{error.lineno}: not JSON; the whole folder is read")
    except (UnicodeDecodeError, RecursionError, AttributeError, TypeError, KeyError):
        notes.append(f'{SFDX}: no list of packageDirectories, each with a "path"; the whole folder is read')
    return []


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path, with every link in it followed, lies in the folder."""
    try:
        return os.path.commonpath([os.path.realpath(path), os.path.realpath(folder)]) == os.path.realpath(folder)
    except (OSError, ValueError):
        return False


class _Walk:
    """The files of interest, read as they are found."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, bytes] = {}
        self.refused: dict[str, str] = {}
        """Files of interest that could not be opened, and why."""
        self.notes: list[str] = []
        self.seen = self.total = 0
        self.full = False

    def into(self, folder: Path, below: str, depth: int) -> None:
        """Everything in one folder, which is called ``below`` within the project."""
        if depth > DEEPEST:
            self.notes.append(f"{safe(below, 60)}: more than {DEEPEST} folders within one another; not read any further")
            return
        for entry in self._entries(folder, below):
            path = f"{below}/{entry.name}" if below else entry.name
            if self.full:
                return
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED and not entry.name.startswith("."):
                    self.into(Path(entry.path), path, depth + 1)
            elif limit := wanted(path):
                self._take(entry, path, limit)

    def _entries(self, folder: Path, below: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda each: each.name)
        except OSError as error:
            self.notes.append(f"{safe(below, 60) or '.'}: {reason(error)}")
            return
        for entry in entries:
            self.seen += 1
            if self.seen > MOST_ENTRIES:
                self._stop(f"more than {MOST_ENTRIES:,} files and folders; the rest is not looked at")
                return
            yield entry

    def _stop(self, why: str) -> None:
        if not self.full:
            self.notes.append(why)
        self.full = True

    def _refuse(self, path: str, why: str) -> None:
        """A file that is not read. Without one that an app may be in, the project is not known, which is more than a note."""
        if is_metadata(path):
            self.refused[path] = why
        else:
            self.notes.append(f"{safe(path, 120)}: {why}; not read")

    def _take(self, entry: os.DirEntry[str], path: str, limit: int) -> None:
        """One file; a link only where it leads to a file of the project."""
        if not entry.is_file() or (entry.is_symlink() and not _is_inside(Path(entry.path), self.root)):
            self.notes.append(f"{safe(path, 120)}: no plain file of the project; not read")
            return
        data = attempt(entry.path, limit)
        if isinstance(data, str):
            self._refuse(path, data)
            return
        self.total += len(data)
        if len(self.files) >= MOST_FILES or self.total > MOST_BYTES:
            self._stop(f"more than {MOST_FILES:,} files, or {MOST_BYTES >> 20} MiB, to read; the rest is not read")
            return
        self.files[path] = data
