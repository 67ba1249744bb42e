"""``--format`` and ``--output``: which text goes where, and files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..render import FORMATS
from .failure import COULD_NOT, Failure, complain, echo, emit

STANDARD = ("-", "/dev/stdout")
"""Names of standard output."""
ASIDE = ".jwtdoctor-"
"""How the name of a file begins that is being written and has not taken its own name yet."""


PATIENCE = 5.0
"""Seconds to wait for somebody who reads a named pipe; there may never be one."""


class Target(NamedTuple):
    """One text to be made: its format, and the file it goes to; ``None`` is standard output."""

    format: str
    file: str | None = None


class _Wanted(NamedTuple):
    """An ``--output`` as it was given: the file, and the format that its prefix or its ending tells, if any."""

    word: str
    file: str | None
    format: str | None


def plan(
    formats: Sequence[str],
    outputs: Sequence[str],
    default: str,
    known: Collection[str] = tuple(FORMATS),
    sources: Iterable[str] = (),
) -> list[Target]:
    """What is to be written where.

    A file's format is told by a prefix ``FORMAT:FILE``, else by its ending, else by the one ``--format`` that is left for it. What of
    ``formats`` no file takes goes to standard output, which without ``formats`` stays silent as soon as there is a file.
    ``default`` is the format of standard output where nothing tells; ``known`` are the formats the command has; ``sources`` are
    files that are read, and so cannot be written.

    Raises Failure for what cannot be told apart, is written twice, or must not be written over.
    """
    wanted = [_wanted(word, known) for word in outputs]
    for each in wanted:
        _refuse(each, sources)
    asked = list(dict.fromkeys(formats))
    open_ends = [each for each in wanted if each.format is None and each.file is not None]
    left = _left(asked, wanted)
    if open_ends and (len(open_ends) > 1 or len(left) != 1):
        raise Failure(
            f"--output {_named(open_ends[0].word)}: its ending tells no format; accepted: {_endings(known)}, or FORMAT:FILE with one of "
            f"{', '.join(known)}"
        )
    targets = [Target(each.format or left[0], each.file) for each in wanted if each.file is not None]
    if open_ends:
        left = []
    standard = [each.format or (left.pop(0) if left else default) for each in wanted if each.file is None]
    targets += [Target(each) for each in [*standard, *left]]
    if not targets:
        return [Target(default)]
    return _apart(targets)


def _left(asked: list[str], wanted: list[_Wanted]) -> list[str]:
    """The formats that standard output, or a file whose ending tells none, is meant to have.

    A single ``--format`` beside files that tell their own is for standard output, even where it is the format of a file too.
    """
    if len(asked) < 2:
        return asked
    return [each for each in asked if each not in {output.format for output in wanted}]


def _apart(targets: list[Target]) -> list[Target]:
    """The targets, if no two of them go to one place."""
    standard = [each.format for each in targets if each.file is None]
    if len(standard) > 1:
        raise Failure(
            f"standard output holds one format, and {' and '.join(standard)} are wanted; give an --output FILE for all but one of them"
        )
    places = [os.path.realpath(each.file) for each in targets if each.file is not None]
    twice = next((each.file for each in targets if each.file and places.count(os.path.realpath(each.file)) > 1), None)
    if twice is not None:
        raise Failure(f"--output {_named(twice)}: given twice; accepted: one format for each file")
    return targets


def _wanted(word: str, known: Collection[str]) -> _Wanted:
    prefix, colon, rest = word.partition(":")
    told = prefix if colon and prefix in known else None
    file = rest if told else word
    if not file:
        raise Failure(f"--output {_named(word)}: names no file; accepted: FILE, FORMAT:FILE, or `-` for standard output")
    if file in STANDARD:
        return _Wanted(word, None, told)
    return _Wanted(word, file, told or _by_ending(file, known))


def _by_ending(file: str, known: Collection[str]) -> str | None:
    """The format whose ending is the longest that fits."""
    name = os.path.basename(file).lower()
    fits = [(len(end), each) for each in known if each in FORMATS for end in FORMATS[each].endings if name.endswith(end)]
    return max(fits)[1] if fits else None


def _endings(known: Collection[str]) -> str:
    return " ".join(FORMATS[each].endings[0] for each in known if each in FORMATS and FORMATS[each].endings)


def _refuse(wanted: _Wanted, sources: Iterable[str]) -> None:
    """A directory, and a file that is read in the same call, are not written over."""
    if wanted.file is None:
        return
    if os.path.isdir(wanted.file):
        raise Failure(f"--output {_named(wanted.word)}: a directory; accepted: the name of a file in it")
    for each in sources:
        with contextlib.suppress(OSError, ValueError):
            if os.path.samefile(each, wanted.file):
                raise Failure(f"--output {_named(wanted.word)}: this file is read in the same call, and would be written over")


def read_files(
    words: Iterable[str], certs: Iterable[str] = (), error: str | None = None, others: Iterable[str | None] = ()
) -> list[str]:
    """The files that a call reads by name, none of which it may write over: sources, patterns, keys also in folders, ``@FILE``.

    ``others`` are what further options name, such as a file of passphrases.
    """
    from glob import glob

    found = [
        each for word in words for each in (word, *(glob(word) if len(word) < 1000 and any(c in word for c in "*?[") else ()))
    ]
    for each in certs:
        found += [each]
        with contextlib.suppress(OSError, ValueError):
            found += [os.path.join(each, name) for name in os.listdir(each)] if os.path.isdir(each) else []
    found += [each for each in others if each is not None]
    return [*found, error[1:]] if error is not None and error.startswith("@") else found


def files_in(folders: Iterable[str]) -> list[str]:
    """All files in folders of rules."""
    return [os.path.join(root, name) for folder in folders for root, _, names in os.walk(folder) for name in names]


def _named(word: str) -> str:
    """The name of a file as it may stand in a message. A path may be long; each part of it is looked at by itself."""
    from .. import kinds
    from ..visible import safe, scrub

    parts = [part for part in word.replace("\\", "/").split("/") if part]
    innocent = kinds.of_text(word) is None and scrub(word) == word and all(echo(part) == safe(part, 60) for part in parts)
    return safe(word, 160) if parts and innocent else echo(word)


class Output:
    """A file that is written aside, in its own folder, and takes its name when all of it is on the disk.

    Used with ``with``: an exception inside leaves the file as it was before. What is no regular file (a pipe, a device) is written
    to directly. A link stays one: the file behind it is written.
    """

    def __init__(self, file: str, option: str = "--output") -> None:
        """Open it. Raises Failure, which names the ``option``, where that is not possible."""
        self.file = file
        self._option = option
        self._real = os.path.realpath(file)
        self._aside = ""
        with self._told():
            self._descriptor = self._open()

    def _open(self) -> int:
        try:
            mode = os.stat(self._real).st_mode
        except FileNotFoundError:
            mode = None
        if mode is not None and not stat.S_ISREG(mode):
            return _pipe(self._real) if stat.S_ISFIFO(mode) and os.name == "posix" else os.open(self._real, os.O_WRONLY)
        self._aside = os.path.join(os.path.dirname(self._real), f"{ASIDE}{os.getpid()}-{os.urandom(6).hex()}.part")
        descriptor = os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        if mode is not None:
            with contextlib.suppress(OSError):
                os.chmod(self._aside, stat.S_IMODE(mode))
        return descriptor

    def write(self, text: str) -> None:
        """Add ``text``, as UTF-8 with the line breaks it has. Raises Failure where it cannot be written."""
        data = memoryview(text.encode("utf-8", "backslashreplace"))
        with self._told():
            while data:
                data = data[os.write(self._descriptor, data) :]

    def __enter__(self) -> Output:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Give the file its name; or, after an exception, take away what was written aside."""
        if kind is not None:
            self._discard()
            return
        try:
            with self._told():
                self._finish()
        except BaseException:
            self._discard()
            raise

    def _finish(self) -> None:
        if self._aside:
            os.fsync(self._descriptor)
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)
        if self._aside:
            os.replace(self._aside, self._real)
            self._aside = ""
            _remember(os.path.dirname(self._real))

    def _discard(self) -> None:
        with contextlib.suppress(OSError):
            if self._descriptor >= 0:
                os.close(self._descriptor)
        with contextlib.suppress(OSError):
            if self._aside:
                os.unlink(self._aside)
        self._descriptor, self._aside = -1, ""

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever the system refuses becomes one line that names the file."""
        try:
            yield
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be opened"
            raise Failure(f"{self._option} {_named(self.file)}: not written: {why[:1].lower()}{why[1:]}") from None


def _pipe(name: str) -> int:
    """A named pipe, opened to be written to as soon as somebody reads it. Raises OSError where nobody does."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            descriptor = os.open(name, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > until:
                raise OSError(errno.ENXIO, "a pipe that nobody reads") from None
            time.sleep(0.05)
        else:
            os.set_blocking(descriptor, True)
            return descriptor


def _remember(folder: str) -> None:
    """Have the new name on the disk as well, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write(target: Target, text: str, option: str = "--output") -> None:
    """Put ``text`` where it belongs; of a file, say so on standard error. Raises Failure where it cannot be written."""
    if target.file is None:
        if text:
            emit(text)
        return
    with Output(target.file, option) as out:
        out.write(text)
    complain(f"wrote {_named(target.file)} ({target.format})")


def write_all(targets: Sequence[Target], made: Callable[[Target], str]) -> int:
    """Make and write every text; one that cannot be written is told and the others go on.

    Returns 0, or the code of the last failure. Files go first: what reads standard output may stop early.
    """
    code = 0
    for target in sorted(targets, key=lambda each: each.file is None):
        try:
            write(target, made(target))
            if target == Target("github"):
                _append_summary(made)
        except Failure as failure:
            complain(str(failure))
            code = failure.code
    return code


MOST_OF_A_SUMMARY = 1 << 20
"""Bytes that GitHub takes for the summary of one step; of a larger one it shows nothing."""


def _append_summary(made: Callable[[Target], str]) -> None:
    """Add the job summary, where a workflow runs us: the file it names is shared by all that the step starts."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    data = made(Target("github-summary", file)).encode("utf-8", "backslashreplace")
    try:
        with open(file, "ab") as summary:
            if summary.tell() + len(data) > MOST_OF_A_SUMMARY:
                complain("the job summary is full; the summary of this run is left out")
                return
            summary.write(data)
    except (OSError, ValueError) as error:
        raise Failure(
            f"the job summary cannot be written: {getattr(error, 'strerror', None) or 'unknown reason'}", COULD_NOT
        ) from None
