"""PowerShell's Invoke-RestMethod and Invoke-WebRequest: what they would send. Variables are followed to the literals above them.

A hashtable as body is form-encoded by PowerShell itself; a string is sent as it is, without a type of its own as a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import request
from .found import Item, Locator

COMMAND = re.compile(r"(?<![\w-])(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b(?=[ \t`])(?![ \t]+:[ \t])", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"^[ \t]*(?:PS[^>\n]{0,200}> ?)?\$(?:script:|global:|env:)?(\w+)[ \t]*=[ \t]*", re.MULTILINE | re.IGNORECASE
)
_SPACE = re.compile(r"(?:[ \t]|`\r?\n)*")
_BLANK = re.compile(r"(?:\s|`\r?\n|#[^\n]*|;)*")
_HERE = re.compile(r"@(['\"])[ \t]*\r?\n")
_LONGEST = 1 << 16
_SINGLE = re.compile(r"'((?:[^']|'')*+)'")
_DOUBLE = re.compile(r'"((?:[^"`]|`.|"")*+)"', re.DOTALL)
_VARIABLE = re.compile(r"\$\{?(?:script:|global:|env:)?(\w+(?:\.\w+)?)\}?", re.IGNORECASE)
_WORD = re.compile(r"[^\s;|)}`]+")
_KEY = re.compile(r"(?:'([^'\n]*)'|\"([^\"\n]*)\"|([\w.-]+))\s*=\s*")
_PARAMETER = re.compile(r"-([A-Za-z]+):?")
_SWITCHES = frozenset(
    {
        "usebasicparsing",
        "skipcertificatecheck",
        "verbose",
        "disablekeepalive",
        "usedefaultcredentials",
        "skiphttperrorcheck",
        "debug",
    }
)
_MOST = 2000
_DEEPEST = 8


class Encoded(NamedTuple):
    """A value that went through ConvertTo-Json."""

    value: Any


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where commands stand, with the assignments above them that they use."""
    done = 0
    for match in COMMAND.finditer(text):
        if match.start() < done:
            continue
        end = _Reader(text, {}).command(match.end())[1]
        begin = _first_assignment(text, done, match.start())
        done = max(end, match.end())
        yield begin, done


def _first_assignment(text: str, begin: int, stop: int) -> int:
    first = next((match.start() for match in _ASSIGNED.finditer(text, begin, stop)), stop)
    return min(first, stop)


def items(text: str, begin: int, end: int, depth: int) -> list[Item]:
    """The tokens in the command that stands there."""
    command = COMMAND.search(text, begin, end)
    if command is None:
        return []
    reader = _Reader(text, {})
    reader.assign(max(0, command.start() - _LONGEST), command.start())
    sent = _sent(reader.command(command.end())[0])
    if sent is None:
        return []
    found = request.items(sent, "powershell", Locator(text, begin, end), end)
    nothing = None if found else request.unfilled(sent, "powershell", command.start(), end)
    return found or ([nothing] if nothing is not None else [])


def _sent(told: dict[str, Any]) -> request.Sent | None:
    url = _text(told.get("uri", told.get("url", "")))
    headers = (
        {str(name).lower(): _text(value) for name, value in told["headers"].items()}
        if isinstance(told.get("headers"), dict)
        else {}
    )
    body: Any = told.get("body", told.get("form"))
    method = _text(told.get("method", "")).upper() or "GET"
    fields: tuple[str, dict[str, str]] | None = None
    written, default = "", ""
    if isinstance(body, dict):
        values = {str(name): _text(value) for name, value in body.items()}
        if method == "GET" and "form" not in told:
            from urllib.parse import urlencode

            url = f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"
            fields = ("none", {})
        else:
            fields = ("multipart" if "form" in told else "form", values)
            default = "multipart/form-data" if "form" in told else request.FORM
    elif isinstance(body, Encoded):
        fields, default = _json(body.value), request.FORM
    elif body is not None:
        written, default = _text(body), request.FORM
    if not url and not written and fields is None:
        return None
    if told.get("token") and "authorization" not in headers:
        headers["authorization"] = f"Bearer {_text(told['token'])}"
    if "useragent" in told:
        headers["user-agent"] = _text(told["useragent"])
    declared = _text(told.get("contenttype", "")) or headers.get("content-type", default)
    return request.sent(method, url, headers, written, fields=fields, content_type=declared)


def _json(value: Any) -> tuple[str, dict[str, str]]:
    return "json", {str(name): _text(each) for name, each in value.items()} if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, dict | Encoded) else str(value)


class _Reader:
    """Reads values; knows the variables that were assigned."""

    def __init__(self, text: str, known: dict[str, Any]) -> None:
        self.text, self.known = text, known

    def assign(self, begin: int, stop: int) -> None:
        """Remember the literals that stand above."""
        done = begin
        for count, match in enumerate(_ASSIGNED.finditer(self.text, begin, stop)):
            if count > _MOST:
                break
            if match.start() < done:
                continue
            value, done = self.expression(match.end(), 0)
            self.known[match[1].lower()] = value

    def command(self, at: int) -> tuple[dict[str, Any], int]:
        """The parameters behind the command's name and the offset behind them."""
        text = self.text
        told: dict[str, Any] = {}
        for _ in range(200):
            at = _end(_SPACE, text, at)
            if text.startswith("@", at) and re.match(r"@\w", text[at : at + 2]):
                splat = _WORD.match(text, at)
                values = self.known.get(splat[0][1:].lower()) if splat is not None else None
                told |= {str(k).lower(): v for k, v in values.items()} if isinstance(values, dict) else {}
                at = splat.end() if splat is not None else at + 1
                continue
            name = _PARAMETER.match(text, at)
            if name is None:
                if at >= len(text) or text[at] in "\r\n;|)}":
                    break
                value, after = self.expression(at, 0)
                if after == at:
                    break
                told.setdefault("uri", value)
                at = after
                continue
            at = _end(_SPACE, text, name.end())
            key = name[1].lower()
            if key in _SWITCHES:
                continue
            value, at = self.expression(at, 0)
            told[key] = value
        return told, at

    def expression(self, at: int, depth: int) -> tuple[Any, int]:
        """A value, perhaps put together with ``+`` or piped to ConvertTo-Json."""
        value, at = self.value(at, depth)
        for _ in range(200):
            after = _end(_SPACE, self.text, at)
            if self.text.startswith("+", after):
                more, at = self.value(_end(_BLANK, self.text, after + 1), depth)
                value = _text(value) + _text(more)
            elif re.match(r"\|\s*ConvertTo-Json\b", self.text[after : after + 40], re.IGNORECASE):
                options = re.compile(r"\|\s*ConvertTo-Json\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*", re.IGNORECASE).match(self.text, after)
                value, at = Encoded(value), options.end() if options is not None else after + 1
            else:
                break
        return value, at

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """One value and the offset behind it."""
        text = self.text
        if depth > _DEEPEST:
            return None, at
        if text.startswith("@{", at):
            return self.table(at + 2, depth)
        if text.startswith("(", at):
            value, at = self.expression(_end(_BLANK, text, at + 1), depth + 1)
            at = _end(_BLANK, text, at)
            return value, at + 1 if text.startswith(")", at) else at
        cast = re.compile(r"\[[\w.\[\]]{1,40}\]").match(text, at)
        if cast is not None:
            return self.value(cast.end(), depth + 1)
        here = _HERE.match(text, at)
        if here is not None and (close := text.find(f"\n{here[1]}@", here.end() - 1, at + _LONGEST)) >= 0:
            written = text[here.end() : close].rstrip("\r")
            return self.filled(written) if here[1] == '"' else written, close + 3
        single = _SINGLE.match(text, at)
        if single is not None:
            return single[1].replace("''", "'"), single.end()
        double = _DOUBLE.match(text, at)
        if double is not None:
            plain = re.sub(
                r'`(.)|""',
                lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]) if m[1] else '"',
                double[1],
                flags=re.DOTALL,
            )
            return self.filled(plain), double.end()
        variable = _VARIABLE.match(text, at)
        if variable is not None:
            return self.known.get(variable[1].lower(), variable[0]), variable.end()
        word = _WORD.match(text, at)
        return (word[0], word.end()) if word is not None else (None, at)

    def table(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        """A hashtable behind its ``@{``."""
        found: dict[str, Any] = {}
        for _ in range(_MOST):
            at = _end(_BLANK, self.text, at)
            key = _KEY.match(self.text, at)
            if key is None:
                break
            value, at = self.expression(key.end(), depth + 1)
            found[key[1] or key[2] or key[3] or ""] = value
        at = _end(_BLANK, self.text, at)
        return found, at + 1 if self.text.startswith("}", at) else at

    def filled(self, text: str) -> str:
        """A string with the variables that are known put in; others stay as they are."""
        if "$" not in text or len(text) > 1 << 20:
            return text

        def instead(match: re.Match[str]) -> str:
            value = self.known.get(match[1].lower())
            return value if isinstance(value, str) else match[0]

        return re.sub(r"\$\(?\{?(?:script:|global:|env:)?(\w+)\}?\)?", instead, text)[: 1 << 21]


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at
