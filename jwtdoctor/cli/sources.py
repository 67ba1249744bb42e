"""The sources of a call: files, standard input, or the pasted text itself; each bounded, each with its own complaint."""

from __future__ import annotations

import os
import stat
import sys
from typing import NamedTuple

from ..intake import MAX_INPUT, text_of
from ..kinds import of_text
from .failure import NOTHING_TO_DIAGNOSE, Failure, echo
from .options import Call

ACCEPTED = "a file, `-` for standard input, or the pasted text itself"


class Given(NamedTuple):
    """One source: its name and its text."""

    name: str
    text: str


def sources(call: Call) -> list[Given | Failure]:
    """What the words of the command line, or a pipe, bring. Raises Failure where there is nothing at all."""
    pasted = [clipboard()] if call.clipboard else []
    if call.sources or pasted:
        return [*pasted, *(_source(each) for each in call.sources)]
    if is_piped(wait=call.error is not None):
        return [_standard_input()]
    if call.error is not None:
        return [Given("the answer", "")]
    raise Failure(f"nothing to diagnose: give {ACCEPTED} (jwtdoctor --help shows examples)", NOTHING_TO_DIAGNOSE)


def clipboard() -> Given | Failure:
    """The text that was copied last. Its reader is imported here only: it looks for the desktop's programs."""
    import pyperclip  # type: ignore[import-untyped]

    try:
        text = pyperclip.paste()
    except Exception as error:  # noqa: BLE001 - some of its mechanisms raise a bare Exception, or trip over an assertion
        return Failure(f"--clipboard: {_no_clipboard(error)}")
    if not isinstance(text, str) or not text.strip():
        return Failure("--clipboard: the clipboard is empty, or holds no text")
    return _given("the clipboard", text.encode("utf-8", "replace"))


def _no_clipboard(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "the clipboard holds no text"
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set); accepted: the text as a file, an argument or a pipe"
    if sys.platform.startswith("linux"):
        return "nothing here can read the clipboard; install wl-clipboard (Wayland) or xclip (X11), or give the text as a file or a pipe"
    return "the clipboard cannot be read; accepted: the text as a file, an argument or a pipe"


PATIENCE = 1.0
"""Seconds to wait for a pipe to bring something when an answer is at hand: a job's idle pipe may stay open for ever."""


def is_piped(*, wait: bool) -> bool:
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
            return _given(word, content(word, "source", MAX_INPUT))
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


def content(name: str, what: str, limit: int) -> bytes:
    """The file's content, one byte more than ``limit`` at most. Raises Failure with the reason in words."""
    found = attempt(name, limit)
    if isinstance(found, str):
        raise Failure(f"{echo(name)}: {found} (wanted as {what})")
    return found


def attempt(name: str, limit: int) -> bytes | str:
    """The file's content, or in words why there is none. A larger file is not read whole; a pipe is not waited for without end."""
    try:
        status = os.stat(name)
        if stat.S_ISDIR(status.st_mode):
            return "a directory"
        if stat.S_ISREG(status.st_mode) and status.st_size > limit:
            return f"larger than {limit / (1 << 20):g} MiB"
        if stat.S_ISFIFO(status.st_mode) and os.name == "posix":
            return _from_pipe(name, limit)
        with open(name, "rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        return "no such file"
    except (OSError, ValueError) as error:
        return reason(error)


def reason(error: Exception) -> str:
    """Why the system refused a file, in words."""
    text = getattr(error, "strerror", None) or "cannot be opened"
    return f"{text[:1].lower()}{text[1:]}"


IDLE = 5.0
"""Seconds that a named pipe may bring nothing; a pipe may have no writer at all, and a reader would wait for ever."""


def _from_pipe(name: str, limit: int) -> bytes | str:
    import select
    import time

    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    try:
        data, idle_since = b"", time.monotonic()
        while len(data) <= limit and time.monotonic() - idle_since < IDLE:
            if not select.select([descriptor], [], [], 0.1)[0]:
                continue
            piece = os.read(descriptor, 1 << 16)
            if piece:
                data, idle_since = data + piece, time.monotonic()
            elif data:
                return data
            else:
                # Nobody has opened its other end yet, or has closed it without a word.
                time.sleep(0.05)
        return data[: limit + 1] if len(data) > limit else "a pipe that brings nothing, or does not end"
    finally:
        os.close(descriptor)
