"""Completion in the shell: typer's scripts and answers, for a shell that is named, and for calls that leave ``diagnose`` out."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence

from .failure import Failure, complain, echo, emit
from .options import COMMANDS

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
ASKED = "_JWTDOCTOR_COMPLETE"
"""The variable in which the shell's script says what it wants."""
_SHOW, _INSTALL = "--show-completion", "--install-completion"
_ROOT = ("--version", "--help", "-h", _SHOW, _INSTALL)
"""Options that stand before any command."""


def wanted(words: Sequence[str]) -> bool:
    """Whether the call is about completion itself."""
    return bool(words) and words[0].partition("=")[0] in (_SHOW, _INSTALL)


def run(words: Sequence[str]) -> int:
    """``--show-completion [SHELL]`` prints the script, ``--install-completion [SHELL]`` puts it where the shell looks for it.

    Raises Failure for a shell that is unknown, or not named and not to be told from what started this program.
    """
    from typer.completion import get_completion_script, install  # type: ignore[attr-defined]  # there, and not marked as exported

    option, equals, value = words[0].partition("=")
    rest = [*([value] if equals else []), *words[1:]]
    if len(rest) > 1:
        raise Failure(f"{option} takes one shell; accepted: {', '.join(SHELLS)}")
    shell = rest[0].lower() if rest else _running()
    if shell not in SHELLS:
        raise Failure(f"{option} {echo(shell)}: no such shell; accepted: {', '.join(SHELLS)}")
    if option == _SHOW:
        emit(f"{get_completion_script(prog_name='jwtdoctor', complete_var=ASKED, shell=shell)}\n")
        return 0
    _, path = install(shell=shell, prog_name="jwtdoctor", complete_var=ASKED)
    complain(f"completion for {shell} is in {path}; it works in shells that are started from now on")
    return 0


def _running() -> str:
    """The shell this was started from."""
    import shellingham  # type: ignore[import-untyped]

    try:
        return str(shellingham.detect_shell()[0])
    except (shellingham.ShellDetectionFailure, OSError, NotImplementedError):
        raise Failure(f"which shell this is cannot be told; name it: {_SHOW} {SHELLS[0]} ({', '.join(SHELLS)})") from None


def prepare(environment: MutableMapping[str, str]) -> None:
    """Before typer answers the shell: the words as it needs them, and help that is not wrapped, for a line is an offer."""
    say_diagnose(environment)
    environment["COLUMNS"] = "10000"


def say_diagnose(environment: MutableMapping[str, str]) -> None:
    """Put the command that may be left out into the words that the shell wants completed; typer needs it."""
    if "COMP_WORDS" in environment and environment.get("COMP_CWORD", "").isdecimal():
        name, _, rest = environment["COMP_WORDS"].partition("\n")
        if not rest:
            name, _, rest = environment["COMP_WORDS"].partition(" ")
        first, open_end = _first(rest), environment["COMP_CWORD"] == "1"
        if _is_implied(first, open_end):
            environment["COMP_WORDS"] = f"{name}\ndiagnose\n{rest}"
            environment["COMP_CWORD"] = str(int(environment["COMP_CWORD"]) + 1)
    elif "_TYPER_COMPLETE_ARGS" in environment:
        name, _, rest = environment["_TYPER_COMPLETE_ARGS"].partition(" ")
        first = _first(rest)
        typed = environment.get("_TYPER_COMPLETE_WORD_TO_COMPLETE")
        open_end = rest.strip() == first and (typed == first if typed is not None else not rest.endswith(" "))
        if _is_implied(first, open_end):
            environment["_TYPER_COMPLETE_ARGS"] = f"{name} diagnose {rest}"


def _first(rest: str) -> str:
    words = rest.split()
    return words[0] if words else ""


def _is_implied(first: str, open_end: bool) -> bool:
    """Whether ``first`` begins a call without a command: a source, or an option that is not of the program itself."""
    if not first or first in COMMANDS:
        return False
    if first.startswith("-"):
        return not (len(first.lstrip("-")) > 0 and any(each.startswith(first) for each in _ROOT))
    return not open_end
