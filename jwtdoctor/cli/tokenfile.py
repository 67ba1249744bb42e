"""``--token-file``: where an access token goes. Nobody but its owner can read it, not for an instant."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from ..live.exchange import Access
from .failure import Failure
from .keyfiles import shown
from .output import ASIDE, STANDARD, Output

OWNER_ALONE = 0o600
OPTION = "--token-file"


class TokenFile(Output):
    """Made before anything is sent, so that a token never comes without a place for it.

    Written aside with mode 600 from the start, then given its name; a file that had it before is replaced, whatever its mode was. Used
    with ``with``: without :meth:`keep` everything stays as it was.
    """

    def __init__(self, file: str, read: Iterable[str] = ()) -> None:
        """``read`` are files of the same call. Raises Failure where no such file can be made."""
        _refuse(file, read)
        super().__init__(file, OPTION)

    def _open(self) -> int:
        self._aside = os.path.join(os.path.dirname(self._real), f"{ASIDE}{os.getpid()}-{os.urandom(6).hex()}.part")
        return os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), OWNER_ALONE)

    def keep(self, access: Access) -> None:
        """Write the token and a line end, and give the file its name. Raises Failure."""
        self.write(f"{access.reveal()}\n")
        with self._told():
            self._finish()

    def __enter__(self) -> TokenFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Take away what has no name yet."""
        self._discard()


def _refuse(file: str, read: Iterable[str]) -> None:
    """A token goes into a file that is only a file, and not over one that is needed."""
    if file in STANDARD or not file:
        raise Failure(f"{OPTION}: an access token is not printed; accepted: the name of a file")
    try:
        mode = os.stat(file).st_mode
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise Failure(f"{OPTION} {shown(file)}: {what}; accepted: the name of a file")
        if any(os.path.lexists(each) and os.path.samefile(each, file) for each in read):
            raise Failure(f"{OPTION} {shown(file)}: this file is read in the same call, and would be written over")
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        raise Failure(f"{OPTION} {shown(file)}: cannot be opened; accepted: the name of a file") from None
