"""Completion in bash, zsh, fish and PowerShell: the scripts, the protocol behind them, and the shells themselves where they are here."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from jwtdoctor.catalog import load
from jwtdoctor.cli import app, completion
from jwtdoctor.cli.options import COMMANDS, OPTIONS

BIN = Path(sys.executable).parent
MARKS = {
    "bash": "complete -o default -F _jwtdoctor_completion jwtdoctor",
    "zsh": "#compdef jwtdoctor",
    "fish": "complete --command jwtdoctor",
    "powershell": "Register-ArgumentCompleter -Native -CommandName jwtdoctor",
    "pwsh": "Register-ArgumentCompleter -Native -CommandName jwtdoctor",
}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One call; standard output is a pipe, as it is for the shell that asks."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMP_", "_JWTDOCTOR", "_TYPER"))}
    return subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *words],
        capture_output=True, encoding="utf-8", env={**kept, **environment}, check=False, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("shell", MARKS)
def test_a_script_for_each_shell(shell):
    """Of the shell that is named, not of the one that runs."""
    done = run("--show-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert MARKS[shell] in done.stdout
    assert "_JWTDOCTOR_COMPLETE" in done.stdout


def test_other_ways_to_name_the_shell(capsys):
    """With the sign of equality, and in capitals."""
    for words in (["--show-completion=fish"], ["--show-completion", "FISH"]):
        assert completion.wanted(words)
        assert completion.run(words) == 0
        assert MARKS["fish"] in capsys.readouterr().out
    assert not completion.wanted(["token.txt", "--show-completion"])


def test_a_shell_that_is_none():
    """One line with those there are."""
    for words in (["--show-completion", "tcsh"], ["--install-completion=\x1b[31m"], ["--show-completion", "bash", "zsh"]):
        done = run(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "bash, zsh, fish, powershell, pwsh" in done.stderr


@pytest.mark.parametrize(
    ("shell", "file"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/completions/jwtdoctor.fish")]
)
def test_installing(tmp_path, shell, file):
    """Into the home of whoever asks; asked twice it is there once."""
    for _ in range(2):
        done = run("--install-completion", shell, HOME=str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "")
        assert f"completion for {shell} is in {tmp_path}" in done.stderr
    text = (tmp_path / file).read_text()
    assert (
        text.count("jwtdoctor.sh" if shell == "bash" else "compinit; compinit" if shell == "zsh" else "complete --command") <= 1
    )
    assert [each for each in tmp_path.rglob("*jwtdoctor*") if each.is_file()]


def ask(**environment: str) -> str:
    """The answer to a shell, in this process: a process for each question would take most of the time."""
    told = io.StringIO()
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "argv", ["jwtdoctor"]),
        contextlib.redirect_stdout(told),
    ):
        try:
            code = app.run()
        except SystemExit as leave:
            code = int(leave.code or 0)
    assert code == 0
    return told.getvalue()


# --- the protocol ----------------------------------------------------------------------------------------------------


def bash(*words: str) -> list[str]:
    """What is offered for the last of the words, by bash's variables."""
    line = ("jwtdoctor", *words)
    return ask(_JWTDOCTOR_COMPLETE="complete_bash", COMP_WORDS="\n".join(line), COMP_CWORD=str(len(line) - 1)).split()


def test_commands():
    """Each of them, and those that begin so."""
    assert set(bash("")) == set(COMMANDS)
    assert bash("exp") == ["explain"]


def test_options():
    """Of the command, and of diagnose where the command is left out."""
    every = {*OPTIONS, "--help"}
    assert set(bash("diagnose", "--")) == every
    assert set(bash("token.txt", "--")) == every
    assert set(bash("--")) == every
    assert set(bash("token.txt", "--cert", r"a\ b.crt", "--f")) == {"--format", "--fail-on"}
    assert bash("--out") == ["--output"]
    assert bash("--vers") == ["--version"]
    assert "--passphrase-file" in bash("keys", "--")
    assert "--search" not in bash("keys", "--")


def test_values():
    """Formats, severities, kinds of app, profiles."""
    assert tuple(bash("token.txt", "--format", "")) == OPTIONS["--format"].choices
    assert bash("--format", "s") == ["sarif"]
    assert bash("diagnose", "--fail-on", "w") == ["warning"]
    assert bash("token.txt", "--app", "c") == ["connected-app"]
    assert bash("token.txt", "--profile", "") == sorted(load().profiles)


def test_names_of_rules():
    """Rules, unseen causes and symptoms."""
    known = load()
    assert bash("explain", "exp-mi") == sorted(name for name in known.rules if name.startswith("exp-mi"))
    name = next(iter(known.unseen))
    assert name in bash("explain", name[:4])
    assert bash("explain", "no-such-thing") == []


def test_files_are_left_to_the_shell():
    """Nothing is offered, so that the shell offers files."""
    assert bash("tok") == []
    assert bash("token.txt", "") == []
    assert bash("diagnose", "--cert", "") == []


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jwtdoctor token.txt --format ht", "html"),
        ("jwtdoctor expl", "explain"),
        ("jwtdoctor --outp", "--output"),
        ("jwtdoctor explain exp-pas", "exp-past"),
    ],
)
@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell", "pwsh"])
def test_the_other_shells_protocols(shell, line, offered):
    """Each asks and is answered in its own way."""
    environment = {"_JWTDOCTOR_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    if shell == "fish":
        environment["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    if shell in ("powershell", "pwsh"):
        environment["_TYPER_COMPLETE_WORD_TO_COMPLETE"] = line.split()[-1]
    told = ask(**environment).strip()
    assert {"zsh": f'"{offered}"', "fish": offered}.get(shell, f"{offered}:::") in told
    assert len(told.splitlines()) == 1


def test_through_a_pipe():
    """As the shell asks: another process, whose standard output is no terminal."""
    done = run(_JWTDOCTOR_COMPLETE="complete_bash", COMP_WORDS="jwtdoctor\ntoken.txt\n--form", COMP_CWORD="2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "--format\n", "")
    done = run(_JWTDOCTOR_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="jwtdoctor tok")
    assert (done.returncode, done.stdout, done.stderr) == (0, "_files\n", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"COMP_WORDS": "jwtdoctor\na b\n--x", "COMP_CWORD": "2"}, {"COMP_WORDS": "jwtdoctor\ndiagnose\na b\n--x", "COMP_CWORD": "3"}),
        ({"COMP_WORDS": "jwtdoctor\nkeys\n--x", "COMP_CWORD": "2"}, None),
        ({"COMP_WORDS": "jwtdoctor\n", "COMP_CWORD": "1"}, None),
        ({"COMP_WORDS": "jwtdoctor", "COMP_CWORD": "x"}, None),
        ({"COMP_WORDS": "", "COMP_CWORD": "1"}, None),
        ({"_TYPER_COMPLETE_ARGS": "jwtdoctor a --x"}, {"_TYPER_COMPLETE_ARGS": "jwtdoctor diagnose a --x"}),
        ({"_TYPER_COMPLETE_ARGS": "jwtdoctor a "}, {"_TYPER_COMPLETE_ARGS": "jwtdoctor diagnose a "}),
        ({"_TYPER_COMPLETE_ARGS": "jwtdoctor a"}, None),
        ({"_TYPER_COMPLETE_ARGS": "jwtdoctor"}, None),
        ({"_TYPER_COMPLETE_ARGS": ""}, None),
        ({"_TYPER_COMPLETE_ARGS": "jwtdoctor a", "_TYPER_COMPLETE_WORD_TO_COMPLETE": ""},
         {"_TYPER_COMPLETE_ARGS": "jwtdoctor diagnose a", "_TYPER_COMPLETE_WORD_TO_COMPLETE": ""}),
        ({}, None),
    ],
)  # fmt: skip
def test_the_command_that_is_left_out(before, after):
    """It is put in where a source or an option of its own begins the line."""
    environment = dict(before)
    completion.say_diagnose(environment)
    assert environment == (before if after is None else after)


def test_help_beside_an_option_stays_in_one_line():
    """A shell takes each line for an offer of its own."""
    done = run(
        _JWTDOCTOR_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS="jwtdoctor diagnose --",
        COLUMNS="40",
    )
    assert len(done.stdout.splitlines()) == len(OPTIONS) + 1
    assert all(line.startswith("--") for line in done.stdout.splitlines())


def test_asked_without_words():
    """By hand, and not by a shell: a line, no traceback."""
    done = run(_JWTDOCTOR_COMPLETE="complete_bash")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


# --- the shells ------------------------------------------------------------------------------------------------------


def shell(name: str, *words: str) -> list[str]:
    """What a real shell prints, with the installed command on its path and no start-up files."""
    done = subprocess.run(
        [name, *words], capture_output=True, encoding="utf-8", check=False, timeout=60,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


def test_in_bash():
    """The script is read, and its function fills COMPREPLY."""
    script = (
        'eval "$(jwtdoctor --show-completion bash)"; COMP_WORDS=(jwtdoctor token.txt --format ma); COMP_CWORD=3; '
        '_jwtdoctor_completion jwtdoctor; echo "${COMPREPLY[@]}"'
    )
    assert shell("bash", "--norc", "-c", script) == ["markdown"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not on this machine; its protocol is tested above")
def test_in_zsh():
    """The script is read, and what it evaluates is a call of _arguments with the names."""
    script = (
        'compdef() { :; }; _arguments() { print -r -- $2; print -r -- $1; }; eval "$(jwtdoctor --show-completion zsh)"; '
        "words=(jwtdoctor token.txt --format ma); CURRENT=4; _jwtdoctor_completion"
    )
    assert any("markdown" in each for each in shell("zsh", "-f", "-c", script))


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not on this machine; its protocol is tested above")
def test_in_fish():
    """Asked as by the Tab key."""
    script = "jwtdoctor --show-completion fish | source; complete -C 'jwtdoctor token.txt --format ma'; complete -C 'jwtdoctor explain exp-pas'"
    assert shell("fish", "--no-config", "-c", script) == ["markdown", "exp-past"]
