"""The pasted texts and what must be taken from them, with a small language that keeps the files short enough to review.

A text is written as people paste it, except that tokens are named: ``{{token:a}}`` stands for token ``a`` of ``tokens.toml``. Changes
are written behind it, applied from left to right: ``{{token:a|wrap:64}}``, ``{{token:b|cut:300}}``. A region is encoded as a whole
between ``{{begin:json}}`` and ``{{end}}``. The place of each token survives the encoding, so that line and column can be expected
without being counted by hand. ``{{u:200b}}`` is a character by its number; ``{{crlf}}`` at the start gives the text the line ends of
the wire.
"""

from __future__ import annotations

import base64
import html
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
TOKENS: dict[str, str] = {
    name: "".join(parts) for name, parts in tomllib.loads((HERE / "tokens.toml").read_text(encoding="utf-8")).items()
}
"""The fixed tokens by name."""

_MARKS = range(0xE000, 0xE100)
_MARK = "[\ue000-\ue0ff]"
_TAG = re.compile(r"\{\{(token:[^{}]+|begin:[a-z0-9:]+|end|u:[0-9a-f]+)\}\}")


class Placed(NamedTuple):
    """A token of a text: its name with the changes made to it, and where it stands."""

    name: str
    line: int
    column: int


class Text(NamedTuple):
    """One pasted text: its id (``form/name``), what is pasted, and the tokens in it in the order they stand."""

    id: str
    text: str
    tokens: tuple[Placed, ...]


class Expected(NamedTuple):
    """A text with what must be taken from it: one table per token, in order; ``said`` holds what a text without token must give."""

    pasted: Text
    tokens: tuple[dict[str, Any], ...]
    said: dict[str, Any]


def texts() -> Iterator[Expected]:
    """All texts of the corpus with their expectations, in a fixed order."""
    for file in sorted(HERE.glob("*/expected.toml")):
        wanted = tomllib.loads(file.read_text(encoding="utf-8"))
        strangers = {each.stem for each in file.parent.glob("*.txt")} ^ wanted.keys()
        if strangers:
            raise ValueError(f"{file.parent.name}: a text without expectation, or the reverse: {sorted(strangers)}")
        for name, told in sorted(wanted.items()):
            pasted = load(file.parent / f"{name}.txt")
            said = told if isinstance(told, dict) else {}
            yield Expected(pasted, tuple(told if isinstance(told, list) else said.pop("tokens")), said)


def load(path: Path) -> Text:
    """A text with its placeholders replaced."""
    source = path.read_bytes().decode("utf-8")
    crlf = source.startswith("{{crlf}}\n")
    marked, names = _filled(source.removeprefix("{{crlf}}\n"))
    marked = marked.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else marked
    return Text(f"{path.parent.name}/{path.stem}", re.sub(_MARK, "", marked), tuple(_places(marked, names)))


def token(expression: str) -> str:
    """The token that ``name|change|change`` stands for."""
    name, *changes = expression.split("|")
    text = TOKENS[name]
    for each in changes:
        text = _changed(text, each)
    return text


def _changed(text: str, change: str) -> str:
    name, _, argument = change.partition(":")
    return CHANGES[name](text, argument)


def _places(marked: str, names: list[str]) -> Iterator[Placed]:
    for found in re.finditer(_MARK, marked):
        line_start = marked.rfind("\n", 0, found.start()) + 1
        before = re.sub(_MARK, "", marked[line_start : found.start()])
        yield Placed(names[ord(found[0]) - _MARKS[0]], marked.count("\n", 0, found.start()) + 1, len(before) + 1)


def _filled(source: str) -> tuple[str, list[str]]:
    """The text with a private-use character before each token, and the tokens' names by that character's number."""
    names: list[str] = []
    open_regions: list[tuple[str, str]] = []
    done = ""
    parts = _TAG.split(source)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            done += part
            continue
        word, _, rest = part.partition(":")
        if word == "token":
            done += chr(_MARKS[len(names)]) + token(rest)
            names.append(rest)
        elif word == "u":
            done += chr(int(rest, 16))
        elif word == "begin":
            open_regions.append((rest, done))
            done = ""
        else:
            encoding, before = open_regions.pop()
            name, _, argument = encoding.partition(":")
            done = before + REGIONS[name](done, argument)
    if open_regions:
        raise ValueError(f"a region is not closed: {open_regions[-1][0]}")
    return done, names


# --- changes of one token ------------------------------------------------------------------------------------------------


def _wrap(text: str, argument: str) -> str:
    """Broken every so many characters: ``wrap:64``, ``wrap:64:PREFIX``, ``wrap:64:PREFIX:SUFFIX``; an underscore is a space."""
    width, prefix, suffix = (*argument.split(":"), "", "")[:3]
    rows = [text[at : at + int(width)] for at in range(0, len(text), int(width))]
    return f"{suffix}\n{prefix}".replace("_", " ").join(rows)


def _standard(text: str, _: str) -> str:
    """In the standard alphabet, each segment padded (RFC 4648 §4)."""
    parts = (part.translate(str.maketrans("-_", "+/")) for part in text.split("."))
    return ".".join(part + "=" * (-len(part) % 4) for part in parts)


def _percent(text: str, which: str) -> str:
    """The characters of the argument (dot, hyphen and underscore without one) as percent escapes."""
    return "".join(f"%{ord(each):02X}" if each in (which or ".-_") else each for each in text)


def _drop(text: str, argument: str) -> str:
    """Without some characters: ``drop:START-COUNT``."""
    start, count = map(int, argument.split("-"))
    return text[:start] + text[start + count :]


CHANGES: dict[str, Callable[[str, str], str]] = {
    "wrap": _wrap,
    "std": _standard,
    "percent": _percent,
    "url": lambda text, _: quote(text, safe=""),
    "plus-as-space": lambda text, _: text.replace("+", " "),
    "cut": lambda text, count: text[: int(count)],
    "tail": lambda text, count: text[int(count) :],
    "drop": _drop,
    "segments": lambda text, count: ".".join(text.split(".")[: int(count)]),
    "escaped-breaks": lambda text, width: _wrap(text, width).replace("\n", "\\n"),
    "unsigned": lambda text, _: text.rpartition(".")[0] + ".",
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "entities": lambda text, _: text.replace(".", "&#46;"),
    "break": lambda text, argument: text[: int(argument)] + "\n" + text[int(argument) :],
    "space": lambda text, argument: text[: int(argument)] + " " + text[int(argument) :],
    "zero-width": lambda text, argument: text[: int(argument)] + "\u200b" + text[int(argument) :],
    "spans": lambda text, _: "<span>.</span>".join(f'<span class="s">{part}</span>' for part in text.split(".")),
    "html-breaks": lambda text, _: "<br>\n".join(text[at : at + 90] for at in range(0, len(text), 90)),
    "doubled-dots": lambda text, _: text.replace(".", "..", 1),
    "wbr": lambda text, _: "<wbr>".join(text[at : at + 50] for at in range(0, len(text), 50)),
}  # fmt: skip


# --- encodings of a region -----------------------------------------------------------------------------------------------


def _piecewise(encode: Callable[[str], str]) -> Callable[[str, str], str]:
    """An encoding of characters one by one: the marks stay where they are."""
    return lambda text, _: "".join(part if re.fullmatch(_MARK, part) else encode(part) for part in re.split(f"({_MARK})", text))


def _quoted_printable(text: str, _: str) -> str:
    """RFC 2045 §6.7, with soft breaks at 76 columns."""
    rows = []
    for line in text.split("\n"):
        row, width, waiting = "", 0, ""
        for each in line:
            if re.fullmatch(_MARK, each):
                waiting += each
                continue
            code = each if " " <= each <= "~" and each != "=" else "".join(f"={byte:02X}" for byte in each.encode())
            if width + len(code) > 75:
                rows.append(f"{row}=")
                row, width = "", 0
            row, width, waiting = row + waiting + code, width + len(code), ""
        rows.append(row + waiting)
    return "\n".join(rows)


def _base64(text: str, width: str) -> str:
    """The bytes of the region in base64, broken at 76 columns or as the argument says; tokens inside count as standing at its start."""
    marks = "".join(re.findall(_MARK, text))
    encoded = base64.b64encode(re.sub(_MARK, "", text).encode()).decode()
    return marks + "\n".join(encoded[at : at + int(width or 76)] for at in range(0, len(encoded), int(width or 76)))


REGIONS: dict[str, Callable[[str, str], str]] = {
    "json": _piecewise(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    "url": _piecewise(lambda text: quote(text, safe="")),
    "html": _piecewise(html.escape),
    "base64": _base64,
    "qp": _quoted_printable,
}  # fmt: skip
