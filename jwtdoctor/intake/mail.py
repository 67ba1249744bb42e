"""Mail: quoted-printable, parts in base64, lines quoted in a reply. RFC 2045 §6.7 and §6.8, RFC 3676 §4.5."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from . import compact, http
from .view import View, rewritten, without

_ENCODING = re.compile(r"^[ \t>]*Content-Transfer-Encoding:[ \t]*(quoted-printable|base64)\b", re.IGNORECASE | re.MULTILINE)
_SOFT = re.compile(r"^[^\n]{45,998}[^=\s]=[ \t]*\r?\n(?=\S)", re.MULTILINE)
_ESCAPES = re.compile(r"(?:=[0-9A-F]{2})+|=[ \t]*\r?\n")
_TELLING = re.compile(r"=3D(?:3D)?(?=[\"'\w])")
_REPLY = re.compile(r"(?:^[ \t]*>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_MARKS = re.compile(r"^(?:[ \t]*>)+ ?", re.MULTILINE)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\r?\n|\Z))+")
_LARGEST = 1 << 22
_MOST_PARTS = 100


def view(text: str) -> View | None:
    """The text with quoted-printable undone; ``None`` when it is none."""
    if "=" not in text:
        return None
    declared = "rintable" in text or "RINTABLE" in text
    quoted = declared and any(each[1].lower() == "quoted-printable" for each in _ENCODING.finditer(text))
    if not quoted and not _is_quoted_printable(text):
        return None
    return rewritten(text, _ESCAPES, _plain)


def _is_quoted_printable(text: str) -> bool:
    """A fragment without its headers: soft line breaks in long lines, or equals signs that were escaped."""
    if len(_TELLING.findall(text[: 1 << 20])) >= 2 or "=3Dey" in text:
        return True
    if "=\n" not in text and "=\r\n" not in text and "= \n" not in text:
        return False
    for count, soft in enumerate(_SOFT.finditer(text)):
        if compact.START.search(text, soft.start(), soft.end()) or re.search(r"[\w.-]{40,}=\s*\Z", soft[0]):
            return not _is_base64_line(soft[0])
        if count > 1000:
            break
    return False


def _is_base64_line(line: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9+/]{4,}={1,2}\s*", line) is not None and "." not in line and len(line.strip()) % 4 == 0


def _plain(match: re.Match[str]) -> str:
    written = match[0]
    if written[1:2] in ("\r", "\n", " ", "\t"):
        return ""
    data = bytes(int(written[at + 1 : at + 3], 16) for at in range(0, len(written), 3))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Where parts in base64 stand, and their text."""
    total = 0
    for count, header in enumerate(_ENCODING.finditer(text)):
        if header[1].lower() != "base64" or count > _MOST_PARTS:
            continue
        blank = re.compile(r"\r?\n[ \t]*\r?\n").search(text, header.end(), header.end() + 4000)
        body = _BASE64.match(text, blank.end()) if blank is not None else None
        if body is None or total + len(body[0]) > _LARGEST:
            continue
        total += len(body[0])
        plain = _decoded(body[0])
        if plain:
            yield body.start(), body.end(), plain


def _decoded(written: str) -> str:
    try:
        data = base64.b64decode("".join(written.split()))
    except (ValueError, binascii.Error):
        return ""
    if b"\x00" in data[:4096]:
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def replies(text: str) -> Iterator[tuple[int, int, View]]:
    """Where lines quoted in a reply stand, and what they say without their marks."""
    for block in _REPLY.finditer(text):
        message = http.MESSAGE.search(text, block.start(), block.end())
        if message is not None and not _quotes_a_body(text, message, block.end()):
            continue
        yield block.start(), block.end(), without(text[block.start() : block.end()], _MARKS)


def _quotes_a_body(text: str, message: re.Match[str], end: int) -> bool:
    """Whether lines stand behind the head of the request: ``curl -v`` marks the head alone."""
    return re.compile(r"^[ \t]*>[ \t]*\r?\n[ \t]*>[ \t]*\S", re.MULTILINE).search(text, message.end(), end) is not None
