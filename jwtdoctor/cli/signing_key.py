"""The private key of ``--key``: from a file, a variable or standard input, never from the arguments. It is read and never written."""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import NamedTuple

from ..keys.material import MAX_FILE
from ..keys.signing import LockedKey, NotASigningKey, SigningKey
from ..keys.signing import load as read_key
from .failure import Failure, complain, echo
from .keyfiles import VARIABLE, Passphrases, shown
from .sources import attempt

ACCEPTED = "FILE, env:NAME (a variable that holds the key), or `-` for standard input"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_ASKED = 3


class KeyText(NamedTuple):
    """What stands in a key file or variable, before it is read, and how it is called in a message."""

    data: bytes
    name: str

    def __repr__(self) -> str:
        return f"<{len(self.data)} bytes of a key>"


def load(word: str, passphrase_file: str | None = None, option: str = "--key", *, warn: bool = True) -> SigningKey:
    """The key that ``word`` (as after ``option``) names. Raises Failure for what cannot be read or is no private key.

    With ``warn`` a line on standard error tells of a file that others may read, and of line breaks written as ``\\n``.
    """
    text = read(word, option)
    key = unlocked(text, Passphrases.of(passphrase_file), f"{option} {_named(word)}")
    if warn:
        for told in (exposure(word), key.remark):
            if told:
                complain(f"{option} {_named(word)}: {told}")
    return key


def read(word: str, option: str = "--key") -> KeyText:
    """What stands in the file, the variable or standard input. Raises Failure."""
    if "-----BEGIN" in word or "\n" in word:
        raise Failure(f"{option}: the key itself among the arguments, where others see it; accepted: {ACCEPTED}")
    if word == "-":
        return KeyText(_standard_input(option), "standard input")
    if word.startswith("env:"):
        return KeyText(_variable(word, option), word)
    data = attempt(word, MAX_FILE) if word else "no such file"
    if isinstance(data, str):
        raise Failure(f"{option} {_named(word)}: {data}; accepted: {ACCEPTED}")
    return KeyText(data, os.path.basename(word) or word)


def _standard_input(option: str) -> bytes:
    try:
        return sys.stdin.buffer.read(MAX_FILE + 1)
    except (OSError, ValueError, AttributeError):
        raise Failure(f"{option} -: standard input is closed or cannot be read; accepted: {ACCEPTED}") from None


def _variable(word: str, option: str) -> bytes:
    name = word.removeprefix("env:")
    if not _VARIABLE.fullmatch(name):
        raise Failure(f"{option} env:: {echo(name)} is no name of a variable; accepted: {ACCEPTED}")
    value = os.environ.get(name)
    if value is None or not value.strip():
        state = "is not set" if value is None else "is empty"
        raise Failure(f"{option} {_named(word)}: the variable {state}; accepted: {ACCEPTED}")
    return os.fsencode(value)


def unlocked(text: KeyText, passphrases: Passphrases, before: str) -> SigningKey:
    """The key in ``text``; a missing passphrase is asked for on a terminal. Raises Failure, whose message begins with ``before``."""
    for _ in range(_ASKED):
        try:
            return read_key(text.data, text.name, passphrases.known)
        except LockedKey as locked:
            if not passphrases.ask(text.name):
                raise Failure(f"{before}: {locked}; give the passphrase with --passphrase-file FILE or {VARIABLE}") from None
            last = str(locked)
        except NotASigningKey as refused:
            raise Failure(f"{before}: {refused}{_perhaps_a_file(text)}") from None
    raise Failure(f"{before}: {last}; asked {_ASKED} times")


def _perhaps_a_file(text: KeyText) -> str:
    """A variable often holds where the key is, and not the key."""
    if not text.name.startswith("env:") or len(text.data) > 1000:
        return ""
    is_file = os.path.isfile(text.data.strip()) if b"\0" not in text.data else False
    return f'; the variable holds the name of a file: give --key "${text.name[4:]}"' if is_file else ""


def exposure(word: str) -> str:
    """Why others than the owner can read a key file, and what to do; empty where they cannot, or it is no file."""
    if os.name != "posix" or word == "-" or word.startswith("env:"):
        return ""
    try:
        mode = os.stat(word).st_mode
    except (OSError, ValueError):
        return ""
    if not stat.S_ISREG(mode) or not mode & 0o044:
        return ""
    who = "everybody" if mode & 0o004 else "its group"
    return f"{who} on this machine can read this file (mode {stat.S_IMODE(mode):o}); chmod 600 keeps it to you"


def _named(word: str) -> str:
    return word if word.startswith("env:") and _VARIABLE.fullmatch(word[4:]) else shown(word)
