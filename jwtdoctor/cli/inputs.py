"""The inputs of a triage: files, folders, patterns, standard input; each file once, loops and devices left alone."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from ..triage import Skipped
from .sources import reason

STANDARD_INPUT = "standard input"


class Input(NamedTuple):
    """One input. Of standard input and of pipes neither size nor identity is known."""

    name: str
    path: str
    """Empty for standard input."""
    size: int | None = None
    modified: int | None = None
    """Epoch seconds."""
    device: int = 0
    inode: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it can be read again from any place."""
        return self.size is not None


class Finder:
    """Finds what the words of the command line name, in their order; within folders by name."""

    def __init__(self, without: Collection[str] = ()) -> None:
        self._known: set[tuple[int, int]] = set()
        self._folders: set[tuple[int, int]] = set()
        for path in without:
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                continue
            if stat.S_ISREG(status.st_mode):
                self._known.add((status.st_dev, status.st_ino))

    def find(self, words: Sequence[str]) -> Iterator[Input | Skipped]:
        """Every file once, and what cannot be read with the reason."""
        for word in words:
            if word == "-":
                yield Input(STANDARD_INPUT, "")
            elif os.path.lexists(word) if "\0" not in word else False:
                yield from self._found(word, named=True)
            else:
                yield from self._pattern(word)

    def _pattern(self, word: str) -> Iterator[Input | Skipped]:
        matches = sorted(glob.iglob(word, recursive=True)) if glob.has_magic(word) and "\0" not in word else []
        if not matches:
            why = "no file fits this pattern" if glob.has_magic(word) else "no such file"
            yield Skipped(word, f"{why}; accepted: files, folders, patterns, or `-` for standard input")
        for path in matches:
            yield from self._found(path, named=True)

    def _found(self, path: str, *, named: bool) -> Iterator[Input | Skipped]:
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            yield Skipped(path, reason(error))
            return
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            yield from self._folder(path, (status.st_dev, status.st_ino))
        elif stat.S_ISREG(mode):
            identity = status.st_dev, status.st_ino
            if identity not in self._known or not status.st_ino:
                self._known.add(identity)
                yield Input(path, path, status.st_size, int(status.st_mtime), *identity)
        elif stat.S_ISFIFO(mode) and named:
            yield Input(path, path)
        else:
            yield Skipped(path, f"{_kind(mode)}, not a file")

    def _folder(self, path: str, identity: tuple[int, int]) -> Iterator[Input | Skipped]:
        if identity in self._folders and identity[1]:
            return
        self._folders.add(identity)
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            yield Skipped(path, reason(error))
            return
        for name in names:
            yield from self._found(os.path.join(path, name), named=False)


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((what for is_kind, what in kinds if is_kind(mode)), "neither file nor folder")
