"""Key files and folders of them: found, bounded, unlocked, read. What a file says is never followed, only what is in it."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..keys import MAX_FILE, NO_KEY, Material, Work, read
from ..visible import safe
from .failure import Failure, complain, echo
from .sources import attempt, reason

MOST_FILES = 20_000
"""Files read from folders in one call."""
MOST_BYTES = 1 << 28
"""Bytes read from folders in one call."""
MOST_ROUNDS = 60_000_000
"""Rounds of key derivation spent on the encrypted files of folders in one call: some half a minute."""
LONGEST_TEXT = 1 << 16
"""Bytes of a file that is also handed on as it is: a secret or a PEM that somebody signed with by mistake."""
ACCEPTED = "a certificate or key: PEM, DER, JWK, OpenSSH, PKCS#7, PKCS#12, Java keystore, or a text or mail that holds one"
VARIABLE = "JWTDOCTOR_PASSPHRASE"
_MOST_PASSPHRASES = 20
_ASKED = 3
_PATIENCE = 1.0
"""Seconds before a progress bar is worth its place."""


class Skipped(NamedTuple):
    """A file of a folder that gave nothing: why, and whether it is only no key file at all."""

    file: str
    why: str
    keyless: bool = True


class Gathered(NamedTuple):
    """What the files named on the command line hold."""

    materials: tuple[Material, ...]
    """Readable keys, in the order given."""
    unreadable: tuple[tuple[str, str], ...]
    """Named files, or entries of them, that gave nothing: as named, and why."""
    texts: tuple[tuple[str, bytes], ...]
    """Name and raw content of each named file that is short."""
    skipped: tuple[Skipped, ...] = ()
    """Files of folders that gave nothing."""
    tokens: tuple[tuple[str, str, bytes], ...] = ()
    """File, name and raw content of what holds a JWT and no key."""
    keyless: int = 0
    """How many of the unreadable ones are readable files without a key in them."""


class Passphrases:
    """Where a passphrase may come from: a file, an environment variable, a question on the terminal. Never an argument."""

    def __init__(self, known: Sequence[bytes] = (), *, ask: bool = False) -> None:
        self.known = list(dict.fromkeys(known))[:_MOST_PASSPHRASES]
        self._ask = ask

    def __repr__(self) -> str:
        """How many; never which."""
        return f"Passphrases({len(self.known)} known)"

    @classmethod
    def of(cls, file: str | None) -> Passphrases:
        """Those of ``--passphrase-file``, each line one, then the environment's. Raises Failure for a file that cannot be read."""
        known = [] if file is None else _lines(file)
        variable = os.environ.get(VARIABLE)
        if variable:
            known.append(os.fsencode(variable))
        return cls(known, ask=_is_at_a_terminal())

    def ask(self, name: str) -> bool:
        """Ask for one more; false when nobody is there, or nothing was typed."""
        if not self._ask:
            return False
        from getpass import getpass

        try:
            typed = getpass(f"Passphrase for {safe(name, 60)} (empty to skip): ")
        except (EOFError, OSError):
            return False
        if typed:
            self.known.insert(0, typed.encode("utf-8", "surrogateescape"))
        return bool(typed)


def _lines(file: str) -> list[bytes]:
    data = _content(file, 1 << 16)
    if isinstance(data, str):
        raise Failure(f"--passphrase-file {shown(file)}: {data}; accepted: a file with a passphrase on each line")
    lines = [line.rstrip(b"\r") for line in data.split(b"\n")]
    found = [line for line in lines if line]
    if not found:
        raise Failure(f"--passphrase-file {shown(file)}: it is empty; accepted: a file with a passphrase on each line")
    return found[:_MOST_PASSPHRASES]


def _is_at_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def gather(names: Sequence[str], passphrases: Passphrases, what: str, *, tokens: bool = False) -> Gathered:
    """Read every file and folder named; what cannot be read is listed, and the others go on.

    ``what`` says in a complaint what the names were given as; ``tokens``: files that hold a JWT and no key are wanted too.
    """
    reading = _Reading(passphrases, what, tokens)
    with _progress() as show:
        for name in names:
            if name != "-" and _is_folder(name):
                reading.folder(name, show)
            else:
                reading.named(name)
    return reading.gathered()


def complaints(gathered: Gathered, before: str = "") -> list[str]:
    """One line for each named file that gave nothing."""
    return [f"{before}{shown(name)}: {why}" for name, why in gathered.unreadable]


def _is_folder(name: str) -> bool:
    try:
        return os.path.isdir(name)
    except ValueError:
        return False


class _Reading:
    """One call's reading, with what may still be read from folders."""

    def __init__(self, passphrases: Passphrases, what: str, tokens_wanted: bool) -> None:
        self.passphrases = passphrases
        self.what = what
        self.tokens_wanted = tokens_wanted
        self.materials: list[Material] = []
        self.unreadable: list[tuple[str, str]] = []
        self.texts: list[tuple[str, bytes]] = []
        self.skipped: list[Skipped] = []
        self.tokens: list[tuple[str, str, bytes]] = []
        self.keyless = 0
        self._seen: set[tuple[int, int]] = set()
        self._files = MOST_FILES
        self._bytes = MOST_BYTES
        self._work = Work(MOST_ROUNDS)

    def gathered(self) -> Gathered:
        listed = tuple(self.materials), tuple(self.unreadable), tuple(self.texts), tuple(self.skipped), tuple(self.tokens)
        return Gathered(*listed, self.keyless)

    def named(self, name: str) -> None:
        """A file named on the command line: asked about, and told about when it gives nothing."""
        data = _content(name, MAX_FILE)
        if isinstance(data, str):
            self.unreadable.append((name, data))
            return
        label = "standard input" if name == "-" else os.path.basename(name) or name
        with _stoppable(data):
            found = read(data, label, self.passphrases.known)
        for _ in range(_ASKED):
            if not any(each.locked for each in found) or not self.passphrases.ask(name):
                break
            with _stoppable(data):
                found = read(data, label, self.passphrases.known)
            if any(each.locked for each in found):
                complain(f"{shown(name)}: that passphrase does not fit")
        if len(data) <= LONGEST_TEXT:
            self.texts.append((label, data))
        self._take(name, data, found, in_folder=False)

    def folder(self, name: str, show: Any) -> None:
        """A folder and all below it. Links are followed; no file and no folder is entered twice."""
        before = len(self.materials) + len(self.tokens)
        root = os.path.basename(os.path.abspath(name))
        for path in self._walk(name):
            if self._files <= 0 or self._bytes <= 0:
                limit = f"{MOST_FILES:,} files" if self._files <= 0 else f"{MOST_BYTES >> 20} MiB"
                self.unreadable.append((name, f"more than {limit} in it; the rest was not read"))
                return
            data = _content(path, MAX_FILE)
            show()
            self._files -= 1
            if isinstance(data, str):
                self.skipped.append(Skipped(path, data, keyless=False))
                continue
            self._bytes -= len(data)
            label = os.path.join(root, path[len(name) :].lstrip(os.sep))
            self._take(path, data, read(data, label, self.passphrases.known, self._work), in_folder=True)
        if len(self.materials) + len(self.tokens) == before:
            self.unreadable.append((name, f"a directory without any key in it; accepted: {ACCEPTED}"))
            self.keyless += 1

    def _walk(self, folder: str) -> Iterator[str]:
        with contextlib.suppress(OSError):
            status = os.stat(folder)
            self._seen.add((status.st_dev, status.st_ino))
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                entries = sorted(os.scandir(here), key=lambda each: each.name)
            except OSError as error:
                self.skipped.append(Skipped(here, reason(error), keyless=False))
                continue
            below = []
            for each in entries:
                if (mode := self._first_sight(each)) is None:
                    continue
                if stat.S_ISDIR(mode):
                    below.append(each.path)
                elif stat.S_ISREG(mode):
                    yield each.path
                else:
                    self.skipped.append(Skipped(each.path, "neither a file nor a folder"))
            waiting.extend(reversed(below))

    def _first_sight(self, entry: os.DirEntry[str]) -> int | None:
        """The mode of what an entry leads to; ``None`` for what was seen before, by device and inode."""
        try:
            status = os.stat(entry.path)
        except OSError as error:
            self.skipped.append(Skipped(entry.path, reason(error), keyless=False))
            return None
        place = (status.st_dev, status.st_ino)
        if place in self._seen:
            return None
        self._seen.add(place)
        return status.st_mode

    def _take(self, path: str, data: bytes, found: tuple[Material, ...], *, in_folder: bool) -> None:
        """Sort what one file gave into readable, token, and nothing."""
        readable = 0
        for each in found:
            if each.kind not in _NOTHING and not (each.locked and each.key is None):
                readable += 1
                self.materials.append(each._replace(file=path, candidate=in_folder))
            elif each.kind == "token" and self.tokens_wanted:
                self.tokens.append((path, each.name, data))
            elif in_folder:
                self.skipped.append(Skipped(path, _why(each), _is_keyless(each)))
            else:
                self.keyless += _is_keyless(each)
                self.unreadable.append((path, self._refusal(each, len(found) > 1)))

    def _refusal(self, found: Material, others: bool) -> str:
        if found.kind == "token":
            return f"this is a JWT; accepted as {self.what}: a certificate or key"
        if others or found.locked or found.form == "keystore":
            return _why(found)
        return f"no key can be read from it ({_why(found)}); accepted: {ACCEPTED}"


def _is_keyless(found: Material) -> bool:
    """Whether the file can be read and simply holds no key."""
    return found.kind in ("empty", "token") or found.why.startswith(NO_KEY)


def _why(found: Material) -> str:
    why = f"{found.entry}: {found.why}" if found.entry else found.why
    return f"{why}; give the passphrase with --passphrase-file FILE or {VARIABLE}" if found.locked else why


_NOTHING = frozenset({"empty", "unreadable", "token", "container"})


def _content(name: str, limit: int) -> bytes | str:
    """The content of a file or of standard input, or in words why there is none."""
    if name != "-":
        data = attempt(name, limit)
    else:
        try:
            data = sys.stdin.buffer.read(limit + 1)
        except (OSError, ValueError, AttributeError):
            return "standard input is closed or cannot be read"
    too_large = f"larger than {limit / (1 << 20):g} MiB"
    return f"{too_large}, which no key file is" if data == too_large or len(data) > limit else data


def shown(name: str) -> str:
    """A file's name in a message: one that exists is no secret mistyped, however long it is."""
    try:
        return safe(name, 160) if name == "-" or os.path.lexists(name) else echo(name)
    except ValueError:
        return echo(name)


_PKCS12 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c"
"""1.2.840.113549.1.12, RFC 7292."""


@contextlib.contextmanager
def _stoppable(data: bytes) -> Iterator[None]:
    """Let Ctrl-C end the process at once while a PKCS#12 is read: what it asks for inside its encrypted part cannot be seen
    beforehand, and the loader hears no signal."""
    import signal
    import threading

    if _PKCS12 not in data or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL) if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """A function to call for each file; it shows a bar on a terminal's standard error when it takes long."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    began, seen = time.monotonic(), 0
    bar: list[Any] = []

    def show() -> None:
        nonlocal seen
        seen += 1
        if bar:
            bar[0].update(bar[1], completed=seen)
        elif time.monotonic() - began > _PATIENCE:
            bar.extend(_bar())

    try:
        yield show
    finally:
        if bar:
            bar[0].stop()


def _bar() -> tuple[Any, Any]:
    """A started bar that counts files, whose number nobody knows beforehand, and its task."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    words = TextColumn("reading key files: {task.completed:,.0f}")
    progress = Progress(SpinnerColumn(), words, console=Console(stderr=True), transient=True)
    progress.start()
    return progress, progress.add_task("", total=None)
