"""A token with look-alikes for what is personal, and a statement, or nothing, for its signature.

Every segment keeps its length but a signature that makes room for a statement, and its damage stays where it was: characters that do not
belong, padding, escapes, bits that mean nothing. So whoever reads the result finds the same wrong with it. Of a segment that cannot be
decoded every letter is replaced.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from ..decode import Part, decode, unbase64
from ..statement import segment
from .alike import Alike

_UNIT = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_DATA = re.compile(r"[A-Za-z0-9+/_-]")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD = str.maketrans("-_", "+/")
_TO_URL_SAFE = str.maketrans("+/", "-_")
_BEGINS = re.compile(r"e[yw]J?")

Rewrite = Callable[[str, str], str]
"""``header`` or ``payload`` and its JSON text → the text with look-alikes, as long in UTF-8."""


def redacted(token: str, alike: Alike, rewrite: Rewrite, statement: bytes | None = None) -> list[str]:
    """For every character of ``token`` what stands there instead; an empty or a longer text among them."""
    segments = token.split(".")
    read = decode(token)
    letters: list[str] = []
    for index, each in enumerate(segments):
        if index:
            letters.append(".")
        if index == 0 or (index == 1 and len(segments) != 5):
            letters += _object(each, read.payload if index else read.header, index, alike, rewrite)
        elif index == 2 and each and statement is not None and len(segments) in (3, 4):
            letters += woven(each, statement)
        else:
            letters += scrambled(each, alike)
    return letters


def scrambled(text: str, alike: Alike, keep: int = 0) -> list[str]:
    """Letters and digits replaced by others that the whole text decides, so that nothing can be decoded from the result."""
    units = list(_units(text))
    noise = alike.noise(b"scrambled\0" + text.encode("utf-8", "surrogatepass"), len(text) + 1)
    new = [
        each if start < keep or not _DATA.fullmatch(each) or each in "+/-_" else _other(each, noise[start])
        for start, each in units
    ]
    return [letter for (_, unit), each in zip(units, new, strict=True) for letter in _spread(unit, each)]


def _other(letter: str, byte: int) -> str:
    kind = (
        "0123456789" if letter.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter.isupper() else "abcdefghijklmnopqrstuvwxyz"
    )
    return kind[byte % len(kind)]


def _units(text: str) -> Iterator[tuple[int, str]]:
    """Characters, and percent escapes as one, with their offsets."""
    for match in _UNIT.finditer(text):
        yield match.start(), match[0]


def _spread(unit: str, new: str) -> list[str]:
    """One entry for each character of a unit."""
    return list(new) if len(new) == len(unit) else [new, *[""] * (len(unit) - 1)]


# --- header and claims ---------------------------------------------------------------------------------------------------


def _object(text: str, part: Part, index: int, alike: Alike, rewrite: Rewrite) -> list[str]:
    data, _ = unbase64(text)
    if not text:
        return []
    if data is None:
        begins = _BEGINS.match(text) if index == 0 else None
        return scrambled(text, alike, begins.end() if begins else 0)
    new = _rewritten(data, ("header", "payload")[index], rewrite)
    return _encoded(text, data, new) if len(new) == len(data) else scrambled(text, alike)


def _rewritten(data: bytes, exhibit: str, rewrite: Rewrite) -> bytes:
    """The bytes with look-alikes. Bytes that are no UTF-8 are taken one by one, and those beyond ASCII stay."""
    try:
        return rewrite(exhibit, data.decode("utf-8")).encode("utf-8")
    except UnicodeError:
        shown = rewrite(exhibit, "".join(chr(each) if each < 128 else chr(_APART + each) for each in data))
        return bytes(code if (code := ord(each)) < 128 else code - _APART for each in shown)


_APART = 0xE000
"""Private use: no letter there, so nothing replaces it."""


def _encoded(text: str, data: bytes, new: bytes) -> list[str]:
    """Base64 of ``new`` written as ``text`` is: the alphabet, what stands between, and bits of the last character."""
    units = list(_units(text))
    is_data = [_is_data(unit) for _, unit in units]
    written = base64.b64encode(new).rstrip(b"=").decode("ascii")
    letters = [_plain(unit) for (_, unit), of_data in zip(units, is_data, strict=True) if of_data]
    standard = any(each in "+/" for each in letters)
    if not standard:
        written = written.translate(_TO_URL_SAFE)
    written = written[:-1] + _with_bits(written[-1], letters[-1], len(letters) % 4)
    rest = iter(written)
    result: list[str] = []
    for (_, unit), of_data in zip(units, is_data, strict=True):
        letter = next(rest, "") if of_data else unit
        result += _spread(unit, f"%{ord(letter):02X}" if of_data and len(unit) == 3 else letter)
    return result


def _is_data(unit: str) -> bool:
    return bool(_DATA.fullmatch(_plain(unit)))


def _plain(unit: str) -> str:
    return chr(int(unit[1:], 16)) if len(unit) == 3 else unit


def _with_bits(letter: str, like: str, over: int) -> str:
    """The last character with those bits of another that no byte is made of."""
    if over < 2:
        return letter
    mask = 15 if over == 2 else 3
    index = _ALPHABET.index(letter.translate(_TO_URL_SAFE)) | (_ALPHABET.index(like.translate(_TO_URL_SAFE)) & mask)
    shown = _ALPHABET[index]
    return shown.translate(_TO_STANDARD) if letter in "+/" else shown


# --- the signature -------------------------------------------------------------------------------------------------------


def woven(text: str, statement: bytes) -> list[str]:
    """The statement among whatever in the signature was no letter of base64url: that stays where it is."""
    units = list(_units(text))
    ours = [len(unit) == 1 and unit in _ALPHABET for _, unit in units]
    room = sum(ours)
    if not room:
        return [letter for _, unit in units for letter in _spread(unit, unit)]
    others = sum(_is_data(unit) for (_, unit), own in zip(units, ours, strict=True) if not own)
    damaged = (room + others) % 4 == 1
    written = segment(statement, room, lambda length: ((length + others) % 4 == 1) == damaged)
    result: list[str] = []
    last = max(index for index, own in enumerate(ours) if own)
    at = 0
    for index, ((_, unit), own) in enumerate(zip(units, ours, strict=True)):
        if own:
            result.append(written[at:] if index == last else written[at])
            at += 1
        else:
            result += _spread(unit, unit)
    return result


def of_text(run: str, rewrite: Rewrite) -> str | None:
    """A run of base64 that holds JSON, with look-alikes in it; ``None`` where it holds none."""
    data, _ = unbase64(run)
    if data is None or data[:1] not in (b"{", b"["):
        return None
    try:
        new = _rewritten(data, "payload", rewrite)
    except (ValueError, binascii.Error):
        return None
    return "".join(_encoded(run, data, new)) if len(new) == len(data) else None
