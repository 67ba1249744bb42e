"""``jwtdoctor diagnose``: files, standard input, the clock and the exit code around the library's one call."""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..intake import MAX_INPUT, text_of
from ..keys import Material, folded
from ..kinds import of_text
from ..library import UnknownProfile, diagnose
from ..render import Look, render
from ..report import Report, Result
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .options import Call

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
ACCEPTED = "a file, `-` for standard input, or the pasted text itself"


class Given(NamedTuple):
    """One source: its name and its text."""

    name: str
    text: str


def run(call: Call) -> int:
    """Diagnose every source; one that cannot be read is told and the others go on."""
    now = moment(call.now)
    materials, texts, failed = certificates(call.certs, call.passphrase_file) if call.certs else ((), (), False)
    secrets = (*((f"the text of {name}", data) for name, data in texts), *(_secret(name) for name in call.secret_files))
    warn_days = whole(call.warn_days, "--warn-days", "days")
    error = answer(call.error)
    format = call.format or ("terminal" if is_terminal() else "plain")
    results: list[Result] = []
    report = Report((), now, "")
    given = _sources(call)
    with deadline(call.search) as search:
        for each in given:
            if isinstance(each, Failure):
                complain(str(each))
                failed = True
                continue
            try:
                report = diagnose(
                    each.text, certificates=materials, endpoint=call.endpoint, error=error, profile=call.profile, now=now,
                    app=call.app, source=each.name, secrets=secrets, beside=_beside(given), search=search, warn_days=warn_days,
                )  # fmt: skip
            except UnknownProfile as unknown:
                raise Failure(str(unknown)) from None
            results.extend(report.results)
    if failed and not results:
        return COULD_NOT
    report = report._replace(results=tuple(results))
    if not results:
        if format == "json":
            emit(render(report, format, look()))
        complain(f"nothing to diagnose: no assertion and no known error text in the input; accepted: {ACCEPTED}, or --error TEXT")
        return NOTHING_TO_DIAGNOSE
    emit(render(report, format, look()))
    return COULD_NOT if failed else report.exit_code(call.fail_on)


def _beside(given: Sequence[Given | Failure]) -> list[str]:
    """The texts of all sources, where there are several: a signature may belong to the token of another."""
    return [each.text for each in given if isinstance(each, Given)] if len(given) > 1 else []


def is_terminal() -> bool:
    """Whether standard output is open, and a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def look() -> Look:
    """Width and colour of standard output: COLUMNS, NO_COLOR, FORCE_COLOR, and whether it is a terminal."""
    tty = is_terminal()
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdecimal() and 0 < len(columns) < 6 and int(columns):
        width = int(columns)
    else:
        width = os.get_terminal_size(sys.stdout.fileno()).columns if tty else 80
    dumb = os.environ.get("TERM") == "dumb"
    color = ((tty and not dumb) or bool(os.environ.get("FORCE_COLOR"))) and not os.environ.get("NO_COLOR")
    return Look(min(max(width, 40), 200), color)


def moment(text: str | None) -> int:
    """``--now`` in epoch seconds; the clock without it."""
    if text is None:
        return int(time.time())
    from datetime import UTC, datetime

    value = text.strip()
    if _NUMBER.fullmatch(value):
        number = float(value)
    else:
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            raise Failure(
                f"--now {echo(text)!r} is no time; accepted: epoch seconds (1795435200) or ISO 8601 (2026-11-23T12:00:00Z)"
            ) from None
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    if not -62_135_596_800 <= number <= 253_402_300_799:
        raise Failure(f"--now {echo(text)!r} is out of range; accepted: epoch seconds (not milliseconds), or ISO 8601")
    return int(number)


SEARCH_SECONDS = 2.0
"""How long one edited token is searched for; all of one call together get ten times as much."""
_PATIENCE_WITHOUT_A_BAR = 1.0


class Deadline:
    """``--search``: asked with the number of candidates tried, says whether the search may go on. Shows a bar when it is long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._spent = 0.0
        self._began = self._last = 0.0
        self._bar: Any = None
        self._shows = seconds > _PATIENCE_WITHOUT_A_BAR * 2 and sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, tried: int) -> bool:
        """True while there is time; 0 begins the search of the next token."""
        now = time.monotonic()
        if not tried:
            self._spent += self._last - self._began
            self._began = self._last = now
            return self._spent < self._seconds * 10
        self._last = now
        elapsed = now - self._began
        if self._shows and elapsed > _PATIENCE_WITHOUT_A_BAR:
            self._show(elapsed, tried)
        return elapsed < self._seconds and self._spent + elapsed < self._seconds * 10

    def _show(self, elapsed: float, tried: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("searching for what was signed"),
                BarColumn(),
                TextColumn("{task.fields[tried]:,} tried"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=self._seconds, tried=0)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=elapsed, tried=tried)

    def __enter__(self) -> Deadline:
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away, whatever happened."""
        if self._bar is not None:
            self._bar.stop()


def deadline(text: str | None) -> Deadline:
    """The search's limit from ``--search``. Raises Failure for what is no number of seconds."""
    if text is None:
        return Deadline(SEARCH_SECONDS)
    if not _NUMBER.fullmatch(text.strip()) or not 0 <= float(text) <= 86400:
        raise Failure(f"--search {echo(text)!r} is no number of seconds; accepted: 0 to 86400")
    return Deadline(float(text))


def whole(text: str | None, option: str, what: str) -> int | None:
    """A whole number of an option. Raises Failure for anything else."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()):
        raise Failure(f"{option} {echo(text)!r} is no number of {what}; accepted: a whole number such as 30")
    return int(text)


def _secret(name: str) -> tuple[str, bytes]:
    """A ``--secret-file``: its name and content. The content is compared and never shown."""
    return f"the content of {os.path.basename(name)}", _bytes(name, "--secret-file", 1 << 16)


def certificates(
    names: Sequence[str], passphrase_file: str | None = None
) -> tuple[tuple[Material, ...], tuple[tuple[str, bytes], ...], bool]:
    """The ``--cert`` files and folders, their texts, and whether one could not be read; that is told and the others serve.

    Raises Failure when none of them holds a key.
    """
    from .keyfiles import Passphrases, complaints, gather

    found = gather(names, Passphrases.of(passphrase_file), "--cert")
    told = complaints(found, "--cert ")
    if told and not found.materials:
        raise Failure("; ".join(told))
    for line in told:
        complain(line)
    return folded(found.materials), found.texts, bool(told)


def answer(text: str | None) -> str | None:
    """``--error``: the text, or with ``@FILE`` what the file holds."""
    if text is None or not text.startswith("@"):
        return text
    name = text[1:]
    data = _bytes(name, "--error file", 1 << 22)
    plain = text_of(data)
    if plain is None:
        raise Failure(f"--error @{echo(name)}: a binary file; accepted: the server's answer as text")
    return plain


def _sources(call: Call) -> list[Given | Failure]:
    if call.sources:
        return [_source(each) for each in call.sources]
    if _is_piped(wait=call.error is not None):
        return [_standard_input()]
    if call.error is not None:
        return [Given("the answer", "")]
    raise Failure(f"nothing to diagnose: give {ACCEPTED} (jwtdoctor --help shows examples)", NOTHING_TO_DIAGNOSE)


PATIENCE = 1.0
"""Seconds to wait for a pipe to bring something when an answer is at hand: a job's idle pipe may stay open for ever."""


def _is_piped(*, wait: bool) -> bool:
    """Whether standard input is a pipe or a file; with ``wait``, one that brings something, or its end, soon."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    if wait and os.name == "posix":
        import select

        return bool(select.select([sys.stdin], [], [], PATIENCE)[0])
    return True


def _standard_input() -> Given | Failure:
    try:
        data = sys.stdin.buffer.read(MAX_INPUT + 1)
    except (OSError, ValueError, AttributeError):
        return Failure("standard input is closed or cannot be read")
    return _given("standard input", data)


def _source(word: str) -> Given | Failure:
    if word == "-":
        return _standard_input()
    if _exists(word):
        try:
            return _given(word, _bytes(word, "source", MAX_INPUT))
        except Failure as failure:
            return failure
    if _looks_like_a_file(word):
        return Failure(f"{echo(word)}: no such file; accepted: {ACCEPTED}")
    return Given("the argument", word)


def _given(name: str, data: bytes) -> Given | Failure:
    if len(data) > MAX_INPUT:
        return Failure(f"{echo(name)}: more than {MAX_INPUT >> 20} MiB; accepted: a paste; cut out the part with the assertion")
    text = text_of(data)
    if text is None:
        return Failure(f"{echo(name)}: a binary file; accepted: text that holds the assertion")
    return Given(name, text)


def _exists(word: str) -> bool:
    try:
        return os.path.exists(word)
    except (OSError, ValueError):
        return False


def _looks_like_a_file(word: str) -> bool:
    """A short word with a path's look; a token has no slash before its dots and begins with ``ey``."""
    if any(c in word for c in "\n\r\t {}<>|\"'") or len(word) > 255 or word.startswith("ey") or of_text(word) is not None:
        return False
    return "/" in word or "\\" in word or word.count(".") == 1 or len(word) < 16


def _bytes(name: str, what: str, limit: int) -> bytes:
    """The file's content. Raises Failure with the reason in words."""
    try:
        mode = os.stat(name).st_mode
        if stat.S_ISDIR(mode):
            raise Failure(f"{echo(name)}: a directory; accepted as {what}: a file")
        if stat.S_ISREG(mode) and os.path.getsize(name) > limit:
            raise Failure(f"{echo(name)}: larger than {limit >> 20} MiB; accepted as {what}: a smaller file")
        with open(name, "rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise Failure(f"{echo(name)}: no such file (wanted as {what})") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be opened"
        raise Failure(f"{echo(name)}: {reason} (wanted as {what})") from None
