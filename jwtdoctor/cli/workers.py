"""Pieces of text to worker processes, and what they hold back in the order of the input; a worker that dies is replaced."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from ..keys import Packed, packed, unpacked
from ..triage import Found
from ..triage.examiner import Examiner, Piece, Settings, bound, may_hold
from .rulesets import in_force
from .sources import reason
from .streams import Range

QUEUED = 3
"""Pieces on their way, or held back until their turn comes, for each worker."""
TRIES = 2
"""How often a piece is given to a worker that dies of it."""


class Job(NamedTuple):
    """A piece to examine: its text as UTF-8, or where that stands, and the rest of it."""

    data: bytes | Range
    piece: Piece
    first: bool = False
    """Whether it is the first of its input, which may begin with a byte order mark."""


class Fault(NamedTuple):
    """A piece that could not be examined."""

    why: str
    lines: int | None = None
    """Line ends in it; ``None`` when they were not counted."""


Done = Found | Fault


def cores() -> int:
    """How many processes this one may use at once."""
    with contextlib.suppress(AttributeError, OSError):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def alone(jobs: Iterable[tuple[Any, Job | None]], settings: Settings) -> Iterator[tuple[Any, Done | None]]:
    """Examine the pieces in this process."""
    examiner = Examiner(settings)
    for tag, job in jobs:
        yield tag, None if job is None else examined(examiner, job)


def examined(examiner: Examiner, job: Job) -> Done:
    """What a piece holds; a fault of ours in it takes only this piece down."""
    lines = None
    try:
        data = job.data if isinstance(job.data, bytes) else job.data.read()
        lines = data.count(b"\n")
        if not job.piece.whole and not may_hold(data):
            return Found(0, lines=lines)
        text = data.decode("utf-8", "replace")
        # A piece makes many small values and hardly a cycle among them; looking for cycles meanwhile costs a tenth of the time.
        gc.disable()
        return examiner.examine(job.piece._replace(text=text.removeprefix("\ufeff") if job.first else text))._replace(lines=lines)
    except OSError as error:
        return Fault(reason(error), lines)
    except (MemoryError, RecursionError):
        return Fault("not enough memory for it", lines)
    except Exception as error:  # noqa: BLE001 - the other pieces go on, and no traceback may show a token
        return Fault(f"a fault of jwtdoctor itself: {type(error).__name__} (please report it; without the token)", lines)
    finally:
        gc.enable()


class Sent(NamedTuple):
    """A piece on its way: its number in the input, and how often it was given away."""

    number: int
    job: Job
    tries: int


class Worker:
    """One process, and the piece it has."""

    def __init__(self, settings: Settings, others: Sequence[Worker]) -> None:
        context: Any = multiprocessing.get_context(_method())
        self.connection, theirs = context.Pipe()
        inherited = [each.connection for each in others] + [self.connection] if _method() == "fork" else []
        handed = settings._replace(rules=()) if _method() == "fork" else settings._replace(certificates=())
        keys = () if _method() == "fork" else tuple(map(packed, settings.certificates))
        self.process = context.Process(target=serve, args=(theirs, inherited, handed, keys), daemon=True)
        self.process.start()
        theirs.close()
        self.sent: Sent | None = None

    def give(self, sent: Sent) -> None:
        """Hand a piece over. Raises OSError when the worker is dead."""
        self.sent = sent
        data = sent.job.data
        if isinstance(data, bytes):
            self.connection.send(sent.job._replace(data=b""))
            self.connection.send_bytes(data)
        else:
            self.connection.send(sent.job)

    def take(self) -> Done:
        """What it found. Raises EOFError or OSError when the worker is dead."""
        found: Done = self.connection.recv()
        return found

    def stop(self) -> None:
        """End it, whatever it does."""
        self.process.terminate()
        self.process.join(5)
        self.connection.close()


def _method() -> str:
    """``fork`` where that is quick and safe: on Linux, as long as nothing else runs in this process."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 and not _SPAWN else "spawn"


_SPAWN = False
"""Set by a test, to have it as on other systems."""


def serve(connection: Connection, inherited: Sequence[Connection], settings: Settings, keys: Sequence[Packed]) -> None:
    """A worker's life: pieces in, counts out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for each in inherited:
        each.close()
    # The catalogue is inherited, or read again from the folders that the call named.
    with in_force(settings.rules, tells=False):
        examiner = Examiner(settings._replace(certificates=(*settings.certificates, *map(unpacked, keys))))
        gc.freeze()
        with contextlib.suppress(EOFError, OSError):
            while True:
                job: Job = connection.recv()
                if isinstance(job.data, bytes):
                    job = job._replace(data=connection.recv_bytes())
                connection.send(examined(examiner, job))


class Crew:
    """Several workers. Give it to ``with``, so that none outlives its work."""

    def __init__(self, count: int, settings: Settings) -> None:
        self._settings = settings
        self._workers: list[Worker] = []
        bound()
        gc.collect()
        gc.freeze()
        for _ in range(count):
            self._workers.append(Worker(settings, self._workers))

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._workers:
            each.stop()
        gc.unfreeze()

    def work(self, jobs: Iterable[tuple[Any, Job | None]], beat: Callable[[], None]) -> Iterator[tuple[Any, Done | None]]:
        """Examine the pieces side by side; what they hold comes in the order of the pieces. ``beat`` is called every now and then.

        A tag without a piece comes back in its turn.
        """
        coming = iter(jobs)
        tags: list[Any] = []
        ahead: list[Sent] = []
        """Pieces read already, and those to be given away again."""
        done: dict[int, Done | None] = {}
        turn, ended = 0, False
        while True:
            if ahead and (idle := next((each for each in self._workers if each.sent is None), None)) is not None:
                ahead += self._give(idle, ahead.pop(0), done)
            elif not ended and not ahead and len(tags) < QUEUED * len(self._workers):
                following = next(coming, None)
                if following is None:
                    ended = True
                    continue
                number = turn + len(tags)
                tags.append(following[0])
                if following[1] is None:
                    done[number] = None
                else:
                    ahead.append(Sent(number, following[1], 0))
            elif turn in done:
                yield tags.pop(0), done.pop(turn)
                turn += 1
            elif tags:
                ahead += self._receive(done)
                beat()
            else:
                return

    def _give(self, worker: Worker, sent: Sent, done: dict[int, Done | None]) -> list[Sent]:
        try:
            worker.give(sent)
        except OSError:
            return self._replace(worker, done)
        return []

    def _receive(self, done: dict[int, Done | None]) -> list[Sent]:
        """Take what is ready; pieces whose worker died, to be given away again."""
        again: list[Sent] = []
        busy = {each.connection: each for each in self._workers if each.sent is not None}
        for connection in wait(list(busy), timeout=0.1):
            worker = busy[connection]
            try:
                found = worker.take()
            except (EOFError, OSError):
                again += self._replace(worker, done)
                continue
            if worker.sent is not None:
                done[worker.sent.number] = found
                worker.sent = None
        return again

    def _replace(self, worker: Worker, done: dict[int, Done | None]) -> list[Sent]:
        """Another worker for a dead one; its piece is tried once more, then given up."""
        lost = worker.sent
        worker.stop()
        at = self._workers.index(worker)
        self._workers[at] = Worker(self._settings, [each for each in self._workers if each is not worker])
        if lost is None:
            return []
        if lost.tries + 1 >= TRIES:
            done[lost.number] = Fault("the process that examined it died, twice")
            return []
        return [lost._replace(tries=lost.tries + 1)]
