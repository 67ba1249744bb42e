"""The words of a command as a shell would make them: bash, Windows' cmd and PowerShell, told apart by how lines go on."""

from __future__ import annotations

import re
from typing import NamedTuple


class Words(NamedTuple):
    """The words of one command and the offset behind it."""

    words: list[str]
    end: int


_BASH = re.compile(
    r"""(?P<go_on>\\\r?\n[ \t]*)|(?P<end>[ \t]*\r?\n|[ \t]*(?:\|\||&&|;(?=\s|\Z)|\|)|[ \t]+&(?=\s|\Z)|[ \t]+\d?>{1,2}[ \t]*&?\S*|[ \t]+\#[^\n]*|`)|(?P<space>[ \t]+)"""
    r"""|\$'(?P<ansi>(?:[^'\\]|\\.)*+)'|'(?P<single>[^']*+)'|\$?"(?P<double>(?:[^"\\]|\\.)*+)"|\\(?P<escaped>.)|(?P<open>['"])(?P<rest>[^\n]*)"""
    r"""|(?P<substituted>\$\([^()\n]*\))|(?P<plain>[^\s'"\\|;&>$`]+|[&>$;|])""",
    re.DOTALL,
)
_CMD = re.compile(
    r"""(?P<go_on>\^\r?\n[ \t]*)|(?P<end>[ \t]*\r?\n|[ \t]*(?:\|\||&&|\|)|[ \t]+&(?=\s|\Z)|[ \t]+\d?>{1,2}[ \t]*&?\S*)|(?P<space>[ \t]+)"""
    r"""|"(?P<double>(?:[^"\\\r\n]|\\.|""|\\?\r?\n(?=[^\n]*"))*+)"|'(?P<single>[^'\n]*+)'|\^(?P<caret>.)|(?P<open>["'])(?P<rest>[^\n]*)"""
    r"""|(?P<plain>[^\s'"^|&>]+|[&>|])""",
    re.DOTALL,
)
_POWERSHELL = re.compile(
    r"""(?P<go_on>`\r?\n[ \t]*)|(?P<end>[ \t]*\r?\n|[ \t]*(?:;|\|)|[ \t]+\d?>{1,2}[ \t]*\S*)|(?P<space>[ \t]+)"""
    r"""|'(?P<single>(?:[^']|'')*+)'|"(?P<double>(?:[^"`]|`.|"")*+)"|`(?P<escaped>.)|(?P<open>["'])(?P<rest>[^\n]*)"""
    r"""|(?P<plain>[^\s'"`;|>]+|[>|])""",
    re.DOTALL,
)
_ANSI = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
MOST_WORDS = 2000


def dialect(command: str) -> str:
    """Which shell a command was written for: ``bash``, ``cmd`` or ``powershell``."""
    if '^"' in command or re.search(r"\^\r?\n", command):
        return "cmd"
    if re.search(r"`\r?\n", command):
        return "powershell"
    if re.search(r"\\\r?\n|\$'", command) or "'" in command:
        return "bash"
    return "cmd" if re.match(r'[^\n]*"[^"\n]*""[^"\n]+""', command) or re.match(r"[^\n]*%\w+%", command) else "bash"


def words(text: str, begin: int, stop: int, shell: str) -> Words:
    """The words from ``begin`` on, to the end of the command."""
    pattern = {"bash": _BASH, "cmd": _CMD, "powershell": _POWERSHELL}[shell]
    found: list[str] = []
    word: list[str] | None = None
    at = begin
    while at < stop and len(found) < MOST_WORDS:
        match = pattern.match(text, at, stop)
        if match is None or match["end"] is not None:
            break
        at = match.end() if match.end() > at else at + 1
        if match["go_on"] is not None or match["space"] is not None:
            # A line that goes on inside a word of bash is one word; everybody indents the next line, though.
            if word is not None:
                found.append("".join(word))
                word = None
            continue
        word = [] if word is None else word
        word.append(_piece(match, shell))
    if word is not None:
        found.append("".join(word))
    return Words(found, at)


def _piece(match: re.Match[str], shell: str) -> str:
    parts = match.groupdict()
    if parts.get("ansi") is not None:
        return _ANSI.sub(_ansi, parts["ansi"] or "")
    if parts["single"] is not None:
        return parts["single"].replace("''", "'") if shell == "powershell" else parts["single"]
    if parts["double"] is not None:
        return _double(parts["double"], shell)
    if parts["rest"] is not None:
        return parts["rest"]
    return next(parts[name] or "" for name in ("escaped", "caret", "substituted", "plain") if parts.get(name) is not None)


def _double(written: str, shell: str) -> str:
    if shell == "bash":
        return re.sub(r"\\(?:\r?\n|([\"\\$`]))", lambda match: match[1] or "", written)
    if shell == "cmd":
        return re.sub(r'\\(["\\])|""', lambda match: match[1] or '"', written)
    return re.sub(r'`(.)|""|\\(")', lambda match: _LETTERS.get(match[1], match[1]) if match[1] else '"', written, flags=re.DOTALL)


def _ansi(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if match[group]:
            return chr(min(int(match[group], base), 0x10FFFF))
    return _LETTERS.get(match[5], match[5])
