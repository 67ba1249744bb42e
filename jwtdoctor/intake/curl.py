"""curl command lines, and those of wget and HTTPie: what they would send. Nothing is run and no file is opened.

The options are those of curl(1): ``-d`` sends as is, ``--data-urlencode`` encodes, ``-G`` moves the data to the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from . import request, shell
from .found import Item, Locator
from .view import View, rewritten

COMMAND = re.compile(r"(?<![\w./-])(?:/usr/bin/)?(curl(?:\.exe)?|wget|https?)(?=[ \t]+(?:[-\"'^$A-Za-z]|\\\r?\n|\^\r?\n|`\r?\n))")
_SENSIBLE = re.compile(
    r"[ \t\\^`\r\n]+(?:-{1,2}[A-Za-z]|[\"'^]{0,2}(?:https?://|\$|%|\{\{|[\w-]+\.[\w.-]+[/:\"']|localhost)|(?:GET|POST|PUT)\b)"
)
_LONGEST = 1 << 21
_VALUES = {
    "-d": "data", "--data": "data", "--data-raw": "raw", "--data-binary": "data", "--data-ascii": "data", "--data-urlencode": "encode",
    "--post-data": "raw", "--body-data": "raw", "-F": "part", "--form": "part", "--form-string": "part", "--json": "json",
    "-X": "method", "--request": "method", "--method": "method", "-H": "header", "--header": "header", "--url": "url", "-A": "agent",
    "--user-agent": "agent", "-u": "user", "--user": "user", "--oauth2-bearer": "bearer", "--url-query": "query", "-e": "skip", "-b": "skip",
    "--cookie": "skip", "-o": "skip", "--output": "skip", "-w": "skip", "--write-out": "skip", "-m": "skip", "--max-time": "skip", "-x": "skip",
    "--proxy": "skip", "-c": "skip", "--cookie-jar": "skip", "-D": "skip", "--dump-header": "skip", "-E": "skip", "--cert": "skip", "--key": "skip",
    "--cacert": "skip", "--capath": "skip", "--connect-timeout": "skip", "--retry": "skip", "--retry-delay": "skip", "--resolve": "skip",
    "-T": "skip", "--upload-file": "skip", "-K": "skip", "--config": "skip", "-r": "skip", "-U": "skip", "-Y": "skip", "-y": "skip", "-z": "skip",
    "-Q": "skip", "-P": "skip", "-C": "skip", "-t": "skip", "--referer": "skip", "--pass": "skip", "--interface": "skip", "--limit-rate": "skip",
    "--ciphers": "skip", "--tls-max": "skip", "--noproxy": "skip", "--max-redirs": "skip", "--trace": "skip", "--trace-ascii": "skip",
    "--stderr": "skip", "--connect-to": "skip", "--retry-max-time": "skip", "--cert-type": "skip", "--key-type": "skip", "-O": "", "--post-file": "skip",
    "--output-document": "skip", "--proxy-user": "skip", "--aws-sigv4": "skip", "--dns-servers": "skip", "--unix-socket": "skip",
}  # fmt: skip
_NAMES = {each for each in _VALUES if each.startswith("--")}


class _Options(NamedTuple):
    """What the options said, in their order."""

    data: list[str]
    parts: dict[str, str]
    headers: dict[str, str]
    urls: list[str]
    query: list[str]
    told: dict[str, str]
    flags: set[str]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where commands stand, from their name to their end; prose that mentions one is none."""
    done = 0
    for match in COMMAND.finditer(text):
        if match.start() < done or not _SENSIBLE.match(text, match.end()):
            continue
        end = _words(text, match.end(), match.start()).end
        done = max(end, match.end())
        yield match.start(), done


def _words(text: str, at: int, begin: int) -> shell.Words:
    stop = min(len(text), at + _LONGEST)
    lines = _LINES.match(text, at, min(stop, at + 65536))
    head = lines[0] if lines is not None else ""
    kind = shell.dialect(head)
    if kind == "cmd" and '^"' in head:
        # Chrome's "Copy as cURL (cmd)" escapes for two readers: first cmd takes the carets off.
        return _without_carets(text, at, stop)
    return shell.words(text, at, stop, kind)


_LINES = re.compile(r"(?:[^\n]*[\\^`][ \t]*\r?\n)*+[^\n]*")
"""The lines of a command as far as they say that they go on."""
_CARET = re.compile(r"\^(?:\r?\n[ \t]*|(.))", re.DOTALL)
_CARET_COMMAND = re.compile(r"(?:[^\r\n^]|\^\r?\n|\^.)*+", re.DOTALL)


def _without_carets(text: str, at: int, stop: int) -> shell.Words:
    command = _CARET_COMMAND.match(text, at, stop)
    end = command.end() if command is not None else at
    plain: View = rewritten(text, _CARET, lambda match: match[1] if match[1] is not None else " ", at, end)
    found = shell.words(plain.text, 0, len(plain.text), "cmd")
    return shell.Words(found.words, end)


def items(text: str, begin: int, end: int, depth: int) -> list[Item]:
    """The tokens in the command that stands there."""
    name = COMMAND.match(text, begin)
    if name is None:
        return []
    found: list[Item] = []
    written = _words(text, name.end(), begin).words
    for command in _each(written):
        sent = _sent(name[1], command)
        if sent is not None:
            tokens = request.items(sent, "curl", Locator(text, begin, end), end)
            nothing = None if tokens else request.unfilled(sent, "curl", begin, end)
            found += tokens or ([nothing] if nothing is not None else [])
    return found


def _each(words: list[str]) -> Iterator[list[str]]:
    """curl's ``--next`` begins another request."""
    command: list[str] = []
    for word in words:
        if word in ("--next", "-:"):
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _sent(name: str, words: list[str]) -> request.Sent | None:
    if name in ("http", "https"):
        return _httpie(words)
    told = _options(words)
    if not (told.urls or told.data or told.parts or told.headers):
        return None
    url = told.urls[0] if told.urls else ""
    data = "&".join(told.data)
    get = bool(told.flags & {"-G", "--get"})
    if get or told.query:
        added = "&".join([*told.query, *([data] if get and data else [])])
        url = f"{url}{'&' if '?' in url else '?'}{added}" if added else url
        data = "" if get else data
    headers = dict(told.headers)
    if "agent" in told.told:
        headers.setdefault("user-agent", told.told["agent"])
    if "user" in told.told:
        headers.setdefault("authorization", "Basic -")
    if "bearer" in told.told:
        headers.setdefault("authorization", f"Bearer {told.told['bearer']}")
    default = "multipart/form-data" if told.parts else "application/json" if "json" in told.told else request.FORM if data else ""
    sends = bool(data or told.parts)
    method = told.told.get("method", "") or ("HEAD" if told.flags & {"-I", "--head"} else "POST" if sends else "GET")
    fields: tuple[str, dict[str, str]] | None = ("multipart", told.parts) if told.parts else None
    if fields is None and data:
        fields = _fields(data)
    return request.sent(method.upper(), url, headers, data, fields=fields, content_type=headers.get("content-type", default))


def _fields(data: str) -> tuple[str, dict[str, str]]:
    """The fields of the data. A file is named and not opened."""
    if data.startswith("@"):
        return "other", {}
    written, fields = request.body_of(data.strip(), "")
    return written, fields


def _options(words: list[str]) -> _Options:
    told = _Options([], {}, {}, [], [], {}, set())
    rest = iter(words)
    for word in rest:
        name, value = _split(word)
        if name not in _VALUES or not _VALUES[name]:
            if not word.startswith("-") or word == "-":
                told.urls.append(word)
            else:
                told.flags.update(_bundled(word))
            continue
        _take(told, _VALUES[name], next(rest, "") if value is None else value)
    return told


def _split(word: str) -> tuple[str, str | None]:
    """The option and the value that is written in the same word."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return (name, value) if equals and name in _NAMES else (word, None)
    if not word.startswith("-") or len(word) < 2:
        return "", None
    for index in range(1, min(len(word), 12)):
        option = f"-{word[index]}"
        if _VALUES.get(option):
            value = word[index + 1 :]
            return option, value.removeprefix("=") if value else None
        if not word[index].isalpha() and word[index] not in "#012346":
            break
    return "", None


def _bundled(word: str) -> list[str]:
    return [word] if word.startswith("--") else [f"-{letter}" for letter in word[1:]]


def _take(told: _Options, what: str, value: str) -> None:
    if what in ("data", "raw"):
        told.data.append(value)
    elif what == "encode":
        told.data.append(_encoded(value))
    elif what == "part":
        name, _, content = value.partition("=")
        told.parts[name] = re.sub(r";(?:type|filename)=[^;]*", "", content).strip('"').removeprefix("<") if content else ""
    elif what == "json":
        told.data.append(value)
        told.told["json"] = "yes"
    elif what == "header":
        name, colon, content = value.partition(":")
        if colon:
            told.headers.setdefault(name.strip().lower(), content.strip())
    elif what == "url":
        told.urls.append(value)
    elif what == "query":
        told.query.append(_encoded(value))
    elif what != "skip":
        told.told[what] = value


def _encoded(value: str) -> str:
    """curl(1) on ``--data-urlencode``: ``name=content``, ``=content``, ``name@file``, ``content``."""
    if value.startswith("@"):
        return value
    name, equals, content = value.partition("=")
    if not equals:
        name, at, file = value.partition("@")
        return f"{name}={quote(at + file, safe='@')}" if at and re.fullmatch(r"[\w.-]+", name) else quote(value, safe="")
    return f"{name}={quote(content, safe='')}" if name else quote(content, safe="")


_HTTPIE = re.compile(r"(?P<name>[\w.\[\]-]+)(?P<sign>==|:=|=@|=|:|@)(?P<value>.*)", re.DOTALL)


def _httpie(words: list[str]) -> request.Sent | None:
    """HTTPie: ``name=value`` is a field, ``name:value`` a header, ``name==value`` a parameter of the query."""
    rest = [word for word in words if not word.startswith("-")]
    form = any(word in ("-f", "--form") for word in words)
    method = rest.pop(0) if rest and re.fullmatch(r"[A-Z]{3,7}", rest[0]) else ""
    if not rest:
        return None
    url, fields, headers, query = rest.pop(0), {}, {}, []
    for word in rest:
        item = _HTTPIE.match(word)
        if item is None:
            continue
        if item["sign"] == ":":
            headers[item["name"].lower()] = item["value"].strip()
        elif item["sign"] == "==":
            query.append(f"{item['name']}={quote(item['value'])}")
        else:
            fields[item["name"]] = f"@{item['value']}" if "@" in item["sign"] else item["value"]
    url = f"{url}{'&' if '?' in url else '?'}{'&'.join(query)}" if query else url
    default = (request.FORM if form else "application/json") if fields else ""
    written = ("form" if form else "json") if fields else "none"
    return request.sent(
        method or ("POST" if fields else "GET"),
        url,
        headers,
        "",
        fields=(written, fields),
        content_type=headers.get("content-type", default),
    )
