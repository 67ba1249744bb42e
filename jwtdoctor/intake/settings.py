"""Files of settings: .env, YAML with its block scalars, Java properties and ini. Told by the token's line and those around it."""

from __future__ import annotations

import re

_ENV = re.compile(
    r"[ \t]*(?:export[ \t]+|set[ \t]+(?:-\w+[ \t]+)?|setx[ \t]+|\$env:)?\"?(?P<name>[A-Za-z_]\w{0,200})(?P<blank>[ \t]*)=[ \t]*[\"'`]?(?:Bearer[ ])?\Z",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"[ \t]*(?:export|set|setx)[ \t]|[ \t]*\$env:", re.IGNORECASE)
_PROPERTY = re.compile(r"[ \t]*(?P<name>[\w.\[\]-]{1,200})[ \t]*[=:][ \t]*[\"']?(?:Bearer[ ])?(?:\\\r?\n[ \t]*)?\Z")
_YAML = re.compile(r"[ \t]*(?:-[ \t]+)*[\"']?(?P<name>[\w.-]{1,200})[\"']?:[ \t]+(?:![\w!]*[ \t]+)?[\"']?(?:Bearer[ ])?\Z")
_BLOCK = re.compile(
    r"[ \t]*(?:-[ \t]+)*[\"']?[\w. -]{1,200}[\"']?:[ \t]*(?:![\w!]*[ \t]+)?[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?\r?\Z"
)
_YAML_LINE = re.compile(
    r"^(?:---|[ \t]*(?:-[ \t]+)*[\"']?[A-Za-z_][\w. /-]{0,80}[\"']?:(?:[ \t]+\S|[ \t]*\r?$)|[ \t]*-[ \t]+\S)", re.MULTILINE
)
_YAML_SIGN = re.compile(
    r"^(?:---\s*$|[ \t]+(?:-[ \t]+)?[A-Za-z_][\w.-]{0,80}:(?:\s|$)|-[ \t]+[A-Za-z_][\w.-]{0,80}:(?:\s|$)|[A-Za-z_][\w-]{0,80}:[ \t]*(?:[|>][+-]?)?[ \t]*\r?\n[ \t]+\S)",
    re.MULTILINE,
)
_PROPERTY_SIGN = re.compile(
    r"^[ \t]*(?:\[[^\]\n]{1,80}\][ \t]*\r?$|[!;]|[\w-]{1,80}\.[\w.-]{1,80}[ \t]*[=:]|[^\n#]{1,200}(?<!\\)\\[:=])", re.MULTILINE
)
_PAIR_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?[\w.-]{1,80}[ \t]*=", re.MULTILINE)
_HEADER = re.compile(r"(?:proxy-)?authorization|cookie|set-cookie|host|content-type|accept|x-[\w-]+", re.IGNORECASE)
_AROUND = 2000
"""Characters before and after the token that tell what kind of file it is."""


def form_at(text: str, at: int, end: int) -> str:
    """``env``, ``yaml``, ``properties``, or nothing when the token at ``at`` is no value of a setting."""
    line = text.rfind("\n", max(0, at - _AROUND), at) + 1
    before = text[line:at] if at - line <= 300 else ""
    if not before.strip(" \t\"'"):
        return _in_a_block(text, line, at, end)
    if before.rstrip(" \t\"'`").endswith(("=", "Bearer")) and (found := _ENV.match(before)):
        return _assigned(text, at, end, found)
    if _YAML.match(before) and (name := _YAML.match(before)) and not _HEADER.fullmatch(name["name"].strip()):
        return _with_colon(text, at, end)
    if _PROPERTY.match(before):
        around = _around(text, at, end)
        return "properties" if _PROPERTY_SIGN.search(around) or "\\" in text[end : end + 2] else ""
    return ""


def _around(text: str, at: int, end: int) -> str:
    """What stands around, without the token itself."""
    return f"{text[max(0, at - _AROUND) : at]}x{text[end : end + _AROUND]}"


def _in_a_block(text: str, line: int, at: int, end: int) -> str:
    """A block scalar of YAML, or a property that goes on in the next line."""
    if line == 0:
        return ""
    above = text[max(0, line - 400) : line - 1].rpartition("\n")[2].rstrip("\r")
    if _BLOCK.match(above):
        return "yaml"
    if re.match(r"[ \t]*[\w.-]+[ \t]*[=:][ \t]*\\\Z", above):
        return "properties"
    if at > line and re.match(r"[ \t]*[\w.-]+:[ \t]*\Z", above):
        return "yaml" if text[line:at].strip("\"'") else ""
    return ""


def _assigned(text: str, at: int, end: int, found: re.Match[str]) -> str:
    if _PREFIXED.match(found[0]) or found[0].lstrip().lower().startswith("$env:"):
        return "env"
    around = _around(text, at, end)
    if _PROPERTY_SIGN.search(around):
        return "properties"
    if found["name"].isupper() and not found["blank"]:
        return "env"
    if len(_PAIR_LINE.findall(around)) >= 2:
        return "env" if not found["blank"] else "properties"
    return ""


def _with_colon(text: str, at: int, end: int) -> str:
    if text[at - 1 : at] == '"' and re.search(r"\\\r?\n", text[at:end]):
        # A double-quoted scalar that goes on behind a backslash: no other kind of settings has that.
        return "yaml"
    around = _around(text, at, end)
    if _YAML_SIGN.search(around):
        return "yaml"
    if _PROPERTY_SIGN.search(around):
        return "properties"
    return "yaml" if len(_YAML_LINE.findall(around)) >= 3 else ""


def is_continued(text: str, at: int, end: int) -> bool:
    """Whether the line ends in a token are those of properties, whose backslashes are no part of the value."""
    return re.search(r"\\\r?\n", text[at:end]) is not None
