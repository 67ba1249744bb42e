"""The command line. ``main`` is what the installed command calls."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit with the code of the contract.

    A plain ``diagnose`` call goes straight to work; help, completion, other commands and mistyped options go through typer,
    whose import would cost more than the diagnosis.
    """
    from . import quick
    from .failure import guarded

    def run() -> int:
        # The shell asks for completions by an environment variable, and calls without arguments.
        completing = "_JWTDOCTOR_COMPLETE" in os.environ
        call = None if completing else quick.parse(sys.argv[1:])
        if call is not None:
            from .diagnose import run as diagnose

            return diagnose(call)
        from .app import run as through_typer

        return through_typer()

    sys.exit(guarded(run))


__all__ = ["main"]
