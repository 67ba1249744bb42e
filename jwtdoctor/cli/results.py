"""``--results``: one line of JSON for each token, written aside, with counts that are put in when they are known."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from ..triage.lines import head
from ..triage.seen import Seen
from .failure import Failure, complain, echo
from .sources import reason

ASIDE = ".part"


class Results:
    """The file of results while it is written: ``FILE.part`` beside it."""

    def __init__(self, path: str, keep: int | None) -> None:
        """Begin anew, or after ``keep`` bytes of an earlier run. Raises Failure when that is not possible."""
        self.path = path
        self._aside = f"{path}{ASIDE}"
        self._blank = False
        self.failed = False
        try:
            descriptor = os.open(self._aside, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            self._file = open(descriptor, "r+b")  # noqa: SIM115 - it is written to until the end of the run
            size = os.fstat(descriptor).st_size
            if keep is not None and size < keep:
                raise Failure(
                    f"--results {echo(path)}: {echo(os.path.basename(self._aside))}, which the state goes on from, is gone or shorter; begin anew with another state file"
                )
            self._file.truncate(keep or 0)
            self._file.seek(0, os.SEEK_END)
        except (OSError, ValueError) as error:
            raise Failure(f"--results {echo(path)}: {reason(error)}") from None

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return 0 if self.failed else self._file.tell()

    def add(self, line: str, superseded: int = -1) -> int:
        """Write a line; where it begins. The line of an earlier diagnosis of the same token is blanked."""
        if self.failed:
            return -1
        try:
            if superseded >= 0:
                self._erase(superseded)
            at = self._file.tell()
            self._file.write(f"{line}\n".encode())
        except (OSError, ValueError) as error:
            self._fail(error)
            return -1
        return at

    def _erase(self, at: int) -> None:
        self._blank = True
        end = self._file.tell()
        self._file.seek(at)
        length = len(self._file.readline().rstrip(b"\n"))
        self._file.seek(at)
        self._file.write(b" " * length)
        self._file.seek(end)

    def flush(self) -> None:
        """Have everything on the disk, before a state says that it is there."""
        if self.failed:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failed = True
        complain(f"--results {echo(self.path)}: not written: {reason(error)}; the triage goes on without it")
        with contextlib.suppress(OSError, ValueError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._aside)

    def finish(self, seen: Seen, *, keep: bool) -> None:
        """Put the counts in and give the file its name; with ``keep`` the part stays for the next run."""
        if self.failed:
            return
        try:
            self._count(seen, every=keep)
            self._file.flush()
            if keep or self._blank:
                self._copy()
            else:
                os.fsync(self._file.fileno())
                self._file.close()
                os.replace(self._aside, self.path)
        except (OSError, ValueError) as error:
            if keep:
                raise Failure(f"--results {echo(self.path)}: not written: {reason(error)}") from None
            self._fail(error)
            return
        if not keep:
            with contextlib.suppress(OSError):
                os.unlink(self._aside)

    def _count(self, seen: Seen, *, every: bool) -> None:
        rows: Iterable[tuple[int, tuple[int, int, int, int]]] = zip(seen.places, seen, strict=False)
        for at, (_, count, first, last) in rows:
            if at >= 0 and (every or count > 1):
                self._file.seek(at)
                self._file.write(head(count, first, last).encode())

    def _copy(self) -> None:
        """The lines that are not blank under a name of their own, then under the right one."""
        whole = f"{self.path}.whole"
        try:
            with open(whole, "wb") as out:
                self._file.seek(0)
                for line in self._file:
                    if line.strip():
                        out.write(line)
                out.flush()
                os.fsync(out.fileno())
            os.replace(whole, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(whole)
            raise

    def discard(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError, ValueError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._aside)
