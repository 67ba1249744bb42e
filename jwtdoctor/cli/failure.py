"""One clear line on standard error, the exit code of the contract, and never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

COULD_NOT = 2
NOTHING_TO_DIAGNOSE = 3


class Failure(Exception):
    """The job cannot be done; the message says what was wrong and what would be accepted."""

    def __init__(self, message: str, code: int = COULD_NOT) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str) -> None:
    """One line on standard error."""
    from ..visible import safe

    print(f"jwtdoctor: {safe(message, 600)}", file=sys.stderr)


def guarded(run: Callable[[], int]) -> int:
    """Run a command; whatever goes wrong becomes a line and a code."""
    try:
        code = run()
        sys.stdout.flush()
        return code
    except Failure as failure:
        complain(str(failure))
        return failure.code
    except KeyboardInterrupt:
        complain("stopped")
        return 130
    except BrokenPipeError:
        # The reader has seen enough; keep Python from complaining about the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        complain("not enough memory for this input")
        return COULD_NOT
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours must not print a token in a traceback
        from ..catalog import CatalogError

        if isinstance(error, CatalogError):
            complain(str(error))
        else:
            complain(f"a fault of jwtdoctor itself: {type(error).__name__} (please report it; without the token)")
        return COULD_NOT
