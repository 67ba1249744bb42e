"""``jwtdoctor whosigned``: sources, key files, the slow step in a process of its own, and the exit code."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..forensics import modulus
from ..forensics.modulus import Progress, Work
from ..intake import read
from ..keys import Material
from ..render.whosigned import render
from ..signer import Signed, signed, whosigned
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .options import Call
from .screen import is_terminal, look
from .sources import sources as given_sources

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LARGEST_EXPONENT = 1 << 32
STOPPED = 130
"""As a shell says it of a command that Ctrl-C ended."""


def run(
    sources: Sequence[str], certs: Sequence[str], passphrase_file: str | None, format: str | None, exponent: str | None
) -> int:
    """Say which key signed the assertions in ``sources``."""
    only = _exponent(exponent)
    given, unreadable = _given(certs, passphrase_file)
    assertions, failed = _assertions(sources)
    if not assertions:
        if failed:
            return COULD_NOT
        raise Failure("no signed assertion in the input; accepted: two files or texts with a JWT each", NOTHING_TO_DIAGNOSE)
    found = whosigned(assertions, given, exponent=only, slow=apart)
    emit(render(found, format or ("terminal" if is_terminal() else "plain"), look()))
    if failed or (unreadable and not found.matches):
        return COULD_NOT
    return found.exit_code


def _exponent(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and 3 <= int(text) <= LARGEST_EXPONENT and int(text) % 2):
        raise Failure(
            f"--exponent {echo(text)!r} is no RSA exponent; accepted: an odd number from 3 to {LARGEST_EXPONENT - 1}, as 65537"
        )
    return int(text)


def _given(certs: Sequence[str], passphrase_file: str | None) -> tuple[tuple[Material, ...], bool]:
    """The readable keys and certificates, and whether one could not be read; that is told and the others go on."""
    if not certs:
        return (), False
    from .keyfiles import Passphrases, gather

    gathered = gather(certs, Passphrases.of(passphrase_file), "--cert")
    for name, why in gathered.unreadable:
        complain(f"{echo(name)}: {why}")
    return gathered.materials, bool(gathered.unreadable)


def _assertions(words: Sequence[str]) -> tuple[list[Signed], bool]:
    """Every signed assertion in the sources, and whether a source could not be read."""
    found: list[Signed] = []
    failed = False
    for each in given_sources(Call(tuple(words))):
        if isinstance(each, Failure):
            complain(str(each))
            failed = True
            continue
        for paste in read(each.text):
            one = signed(paste.text) if paste.text else "it is no token"
            if isinstance(one, str):
                complain(f"{echo(each.name)}, line {paste.line}: passed over: {one}")
            else:
                found.append(one)
    return found, failed


# --- the slow step -----------------------------------------------------------------------------------------------------------


def apart(work: Work) -> int:
    """Compute in a process of its own, so that a bar can move and Ctrl-C ends it at once. Raises Failure."""
    from multiprocessing import get_context

    complain(announcement(work))
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_compute, args=(there, work), daemon=True)
    try:
        with _uninterrupted():
            child.start()
    except OSError as error:
        raise Failure(f"no process can be started for the computation: {error.strerror or 'unknown reason'}") from None
    there.close()
    try:
        with _bar() as show:
            return _awaited(here, show, work)
    except KeyboardInterrupt:
        # Told here: typer would leave with the code alone.
        raise Failure("stopped", STOPPED) from None
    finally:
        child.kill()
        child.join()
        here.close()


def announcement(work: Work) -> str:
    """What will be done, how long it takes about, and in how much memory."""
    quicker = "" if work.engine == "gmpy2" else "; with gmpy2 (pip install 'jwtdoctor[whosigned]') it would take a tenth of that"
    return (
        f"computing the key from two signatures (RSA {8 * work.first.size}, exponent {work.exponent}): about {_time(work.seconds)} and "
        f"{work.memory / 1e9:.1f} GB of memory{quicker}; offline, nothing leaves this machine; Ctrl-C stops it"
    )


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start a child that ignores Ctrl-C: it is this process that ends it, and says so once."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no Ctrl-C arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _compute(connection: Connection[Any, Any], work: Work) -> None:
    """What the child does: messages are Progress, then the divisor or the reason why there is none."""
    try:
        connection.send(modulus.divisor(work, connection.send))
    except MemoryError:
        connection.send(f"not enough memory: it takes about {work.memory / 1e9:.1f} GB")
    except RuntimeError as error:
        connection.send(str(error))
    except OSError:
        return  # nobody waits any more


def _awaited(connection: Connection[Any, Any], show: Callable[[float], None], work: Work) -> int:
    """The child's result. Raises Failure when it has none."""
    meter = Meter(time.monotonic)
    while True:
        if connection.poll(0.1):
            try:
                message = connection.recv()
            except EOFError:
                raise Failure(
                    f"the computation ended early, for want of memory most likely ({work.memory / 1e9:.1f} GB)"
                ) from None
            if isinstance(message, int):
                return message
            if isinstance(message, str):
                raise Failure(f"the key cannot be computed: {message}")
            meter.told(message)
        show(meter.share())


class Meter:
    """The share done, counted on by the clock while the child is silent."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = self._since = clock()
        self._last = Progress(0.0)

    def told(self, progress: Progress) -> None:
        """Take a message from the child."""
        self._last, self._since = progress, self._clock()

    def share(self) -> float:
        """Between 0 and 1; a silent step that takes longer than expected stands just before its end."""
        share, rest = self._last
        if not rest:
            return share
        expected = max(0.001, rest * (self._since - self._start))
        return share + (1 - share) * min(0.99, (self._clock() - self._since) / expected)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error when that is a terminal; else nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)
