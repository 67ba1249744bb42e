"""One clear line on standard error, the exit code of the contract, and never a traceback."""

from __future__ import annotations

import contextlib
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


def echo(word: str) -> str:
    """A word of the command line as it may stand in a message: shortened, and not at all when it looks like a secret."""
    import re

    from .. import kinds
    from ..visible import safe, scrub

    if kinds.of_text(word) is not None or scrub(word) != word or re.search(r"[A-Za-z0-9+/=_-]{48}", word):
        return "(a value that looks like a secret and is not repeated)"
    return safe(word, 60) or "(an empty name)"


def complain(message: str) -> None:
    """One line on standard error."""
    from ..visible import safe

    if sys.stderr is not None:
        # A full disk or a closed pipe behind standard error must not change the exit code.
        with contextlib.suppress(OSError, ValueError):
            print(f"jwtdoctor: {safe(message, 600)}", file=sys.stderr, flush=True)


def emit(text: str) -> None:
    """Write to standard output, in ASCII drawing where its encoding has no other. Raises Failure when nothing can be written."""
    out = sys.stdout
    if out is None:
        raise Failure("standard output is closed")
    try:
        try:
            out.write(text)
        except UnicodeEncodeError:
            plain = text.translate(_ASCII)
            out.write(plain.encode(out.encoding or "ascii", "backslashreplace").decode(out.encoding or "ascii"))
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _silence()
        raise Failure(f"the output cannot be written: {error.strerror or 'unknown reason'}") from None


_ASCII = str.maketrans({"│": "|", "─": "-", "…": "...", "“": '"', "”": '"', "’": "'", "–": "-", "✓": "+", "✗": "x"})


def _silence() -> None:
    """Keep Python from complaining at exit about output that cannot be written."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it lives until the process ends


def guarded(run: Callable[[], int]) -> int:
    """Run a command; whatever goes wrong becomes a line and a code."""
    try:
        if sys.stderr is not None and hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(errors="backslashreplace")
        return run()
    except Failure as failure:
        complain(str(failure))
        return failure.code
    except KeyboardInterrupt:
        complain("stopped")
        return 130
    except BrokenPipeError:
        _silence()
        return 0
    except OSError as error:
        _silence()
        complain(f"the output cannot be written: {error.strerror or 'unknown reason'}")
        return COULD_NOT
    except (MemoryError, RecursionError):
        complain("not enough memory for this input")
        return COULD_NOT
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours must not print a token in a traceback
        from ..catalog import CatalogError

        if isinstance(error, CatalogError):
            complain(str(error))
        else:
            complain(f"a fault of jwtdoctor itself: {type(error).__name__} (please report it; without the token)")
        return COULD_NOT
