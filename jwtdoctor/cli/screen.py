"""What standard output is: a terminal or not, how wide, with colours or without."""

from __future__ import annotations

import os
import sys

from ..render import Look


def is_terminal() -> bool:
    """Whether standard output is open, and a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


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
    return Look(min(max(width, 40), 200), color, _folder())
