"""Hands the command line to typer; its complaints become one line."""

from __future__ import annotations

import os
import sys

import typer

from . import completion
from .declared import asking, deploying, diagnosing, knowing, repairing
from .declared.root import app
from .failure import COULD_NOT, complain, echo
from .options import COMMANDS

DECLARED = (diagnosing, knowing, repairing, deploying, asking)
"""Importing them puts their commands into the application."""
app.registered_commands.sort(key=lambda each: COMMANDS.index(each.name or ""))


def run() -> int:
    """Hand the command line to typer; its complaints become one line."""
    words = sys.argv[1:]
    if completion.wanted(words):
        return completion.run(words)
    if completion.ASKED in os.environ:
        completion.prepare(os.environ)
    if words and words[0] not in COMMANDS and not words[0].startswith(("--version", "--help", "-h", "--install", "--show")):
        words = ["diagnose", *words]
    try:
        code = app(args=words, prog_name="jwtdoctor", standalone_mode=False)
    except typer.Exit as leave:
        return int(leave.exit_code)
    except typer.Abort:
        complain("stopped")
        return 130
    except KeyError:
        complain("completion is asked for by the shell, with COMP_WORDS set")
        return COULD_NOT
    except Exception as error:
        # Usage errors are click's; typer brings click along in some versions and holds a copy of it in others.
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        complain(
            f"{_without_secrets(' '.join(told().split()), words)} (`jwtdoctor {_command(words)}--help` shows what is accepted)"
        )
        return COULD_NOT
    return int(code) if isinstance(code, int) else 0


def _without_secrets(message: str, words: list[str]) -> str:
    """typer repeats what it cannot use; with a secret among the words nothing is repeated."""
    parts = {part for each in words for part in (each, each.lstrip("-"), each.partition("=")[2]) if len(part) > 12}
    if any("\n" in part or echo(part).startswith("(a value") for part in parts):
        return "an option or a value cannot be used (not repeated: it looks like a secret)"
    return message


def _command(words: list[str]) -> str:
    return f"{words[0]} " if words and words[0] in COMMANDS else ""
