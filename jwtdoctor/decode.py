"""What do these bytes say? A tolerant reader of the compact serialisation: a bad token is a value, never an exception.

RFC 7515 §3.1 and §7.1 (compact serialisation), §2 (base64url without padding), RFC 8259 (JSON), RFC 7519 §2 (NumericDate).
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

MAX_TOKEN = 1 << 20
"""Characters read as one token; RFC 7519 sets no limit, servers stop at some tens of kilobytes."""
MAX_DEPTH = 64
"""Nesting of JSON values; assertions are flat."""
MOST_REMARKS = 10
"""Remarks of one kind about one part; a thousand of them tell no more."""
MAX_DIGITS = 64
"""Digits of an integer that is still read as a number; longer ones stay text."""

_STRICT = re.compile(r"[A-Za-z0-9_-]*\Z")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_TO_URL_SAFE = str.maketrans("+/", "-_")
_WHITE_SPACE = re.compile(r"\s+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/_=-]")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Lexeme(str):
    """A JSON number that no number type holds faithfully: ``NaN``, ``1e999``, ten thousand digits. Kept as written."""

    __slots__ = ()


class Real(float):
    """A JSON number with a fraction or an exponent, together with how it was written."""

    __slots__ = ("lexeme",)
    lexeme: str

    def __new__(cls, lexeme: str) -> Real:
        self = super().__new__(cls, lexeme)
        self.lexeme = lexeme
        return self


class Problem(NamedTuple):
    """Something wrong in a part; ``code`` names a wording of the rule ``token-malformed`` or ``signature-encoding``."""

    code: str
    detail: str = ""


class Part(NamedTuple):
    """One segment of the token: its text, its bytes, and for header and payload the JSON object in them."""

    text: str
    data: bytes | None
    value: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    oddities: tuple[Problem, ...] = ()

    @property
    def is_object(self) -> bool:
        """Whether the segment was read as a JSON object."""
        return self.data is not None and not any(p.code in _UNREADABLE for p in self.problems)


class Token(NamedTuple):
    """A candidate for an assertion, decoded as far as it goes."""

    text: str
    segments: tuple[str, ...]
    header: Part
    payload: Part
    signature: Part
    problems: tuple[Problem, ...] = ()
    clean: bool = False
    """Three segments, each strict base64url, header and claims plain JSON objects: nothing to remark."""

    @property
    def signing_input(self) -> bytes:
        """The JWS signing input, RFC 7515 §5.1: the first two segments exactly as sent."""
        return ".".join(self.segments[:2]).encode("utf-8", "surrogatepass")


_UNREADABLE = frozenset({"empty", "not-base64", "not-utf8", "not-json", "not-object", "too-deep", "absent"})
_ABSENT = Part("", None, {}, (Problem("absent"),))


def decode(text: str) -> Token:
    """Read ``text`` as a compact JWS with one to five segments. Never raises; what is wrong stands in ``problems``."""
    clean = _decode_clean(text)
    if clean is not None:
        return clean
    if len(text) > MAX_TOKEN:
        head = Part("", None, {}, (Problem("absent"),))
        return Token("", (), head, head, head, (Problem("too-long", str(len(text))),))
    segments = tuple(text.split("."))
    count = len(segments)
    problems: tuple[Problem, ...] = () if count == 3 else (Problem("segments", str(count)),)
    header = _object(segments[0])
    payload = _object(segments[1]) if count > 1 and count != 5 else _ABSENT
    signature = _plain(segments[2]) if count == 3 or count == 4 else _ABSENT
    if count == 3 and not segments[2]:
        signature = Part("", b"", {}, (Problem("empty"),))
    return Token(text, segments[:6], header, payload, signature, problems)


_PAD = (b"", b"", b"==", b"=")
_headers: dict[str, Part] = {}
"""Headers of everyday tokens, which are alike; read only."""
_HEADERS = 256


def _decode_clean(text: str) -> Token | None:
    """The everyday token, in one pass; ``None`` for anything that deserves a remark."""
    parts = text.split(".")
    if len(parts) != 3 or len(text) > 65536 or "+" in text or "/" in text:
        return None
    first, second, third = parts
    try:
        header = _headers.get(first)
        if header is None:
            data = _strict(first)
            header = Part(first, data, _plain_object(data))
            if len(first) < 512:
                if len(_headers) >= _HEADERS:
                    _headers.clear()
                _headers[first] = header
        data = _strict(second)
        return Token(
            text,
            (first, second, third),
            header,
            Part(second, data, _plain_object(data)),
            Part(third, _strict(third), {}),
            (),
            True,
        )
    except (ValueError, RecursionError):
        return None


def _strict(text: str) -> bytes:
    """Bytes of one everyday segment; raises ValueError for an empty one and all that a strict decoder objects to."""
    over = len(text) & 3
    if over == 1 or not text or (over and _ALPHABET.index(text[-1]) & (15 if over == 2 else 3)):
        raise ValueError
    return binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL_SAFE) + _PAD[over], strict_mode=True)


def _plain_object(data: bytes) -> dict[str, Any]:
    """A JSON object without anything unusual; raises ValueError for all else."""
    text = data.decode("utf-8")
    if text.count("[") + text.count("{") > MAX_DEPTH:
        raise ValueError
    value, end = _scan(text, 0) if text[:1] == "{" else (None, 0)
    if type(value) is not dict or end != len(text):
        raise ValueError
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _unusual(text: str) -> Any:
    raise ValueError(text)


def unbase64(text: str) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Bytes of a base64url text, strictly if possible, else leniently; ``None`` when it cannot be read at all.

    The oddities say what a strict decoder (RFC 7515 §2) would object to.
    """
    if _STRICT.match(text):
        size = len(text)
        over = size & 3
        if over == 1:
            return None, (Problem("length", str(size)),)
        data = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL_SAFE) + b"==="[: -size & 3])
        if over and _ALPHABET.index(text[-1]) & (15 if over == 2 else 3):
            return data, (Problem("trailing-bits", text[-1]),)
        return data, ()
    return _lenient(text)


def _lenient(text: str) -> tuple[bytes | None, tuple[Problem, ...]]:
    odd: list[Problem] = []
    if "%" in text and re.search(r"%[0-9A-Fa-f]{2}", text):
        odd.append(Problem("percent-encoded"))
        text = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), text)
    if _WHITE_SPACE.search(text):
        odd.append(Problem("white-space"))
        text = _WHITE_SPACE.sub("", text)
    if "+" in text or "/" in text:
        odd.append(Problem("standard-alphabet"))
    stripped = text.rstrip("=")
    if len(stripped) != len(text):
        odd.append(Problem("padding"))
        text = stripped
    stranger = _NOT_BASE64.search(text)
    if stranger or "=" in text:
        return None, (*odd, Problem("stranger", stranger[0] if stranger else "="))
    if len(text) % 4 == 1:
        return None, (*odd, Problem("length", str(len(text))))
    written = text.encode("ascii").translate(_FROM_URL_SAFE)
    over = len(text) & 3
    if over and _ALPHABET.index(chr(written[-1]).translate(_TO_URL_SAFE)) & (15 if over == 2 else 3):
        odd.append(Problem("trailing-bits", text[-1]))
    return binascii.a2b_base64(written + b"==="[: -len(text) & 3]), tuple(odd)


def _plain(text: str) -> Part:
    data, odd = unbase64(text)
    return Part(text, data, {}, (Problem("not-base64", _why(odd)),) if data is None else (), odd)


def _why(odd: tuple[Problem, ...]) -> str:
    last = odd[-1] if odd else Problem("")
    return f"{last.code}:{last.detail}"


def _object(text: str) -> Part:
    if not text:
        return Part("", b"", {}, (Problem("empty"),))
    data, odd = unbase64(text)
    if data is None:
        return Part(text, None, {}, (Problem("not-base64", _why(odd)),), odd)
    value, problems = parse_object(data)
    return Part(text, data, value, problems, odd)


class _Notes:
    """What the JSON reader has to report about one document."""

    __slots__ = ("duplicates", "lexemes")

    def __init__(self) -> None:
        self.duplicates: list[str] = []
        self.lexemes: list[str] = []


def parse_object(data: bytes) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The JSON object in ``data`` and what is wrong with it; an empty one where there is none."""
    problems: list[Problem] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return {}, (Problem("not-utf8", str(error.start)),)
    if text.startswith("\ufeff"):
        problems.append(Problem("byte-order-mark"))
        text = text[1:]
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return {}, (*problems, Problem("too-deep", str(MAX_DEPTH)))
    notes = _Notes()
    value: Any
    try:
        value = _reader(notes, strict=True).decode(text)
    except ValueError as error:
        try:
            value = _reader(notes, strict=False).decode(text)
            problems.append(Problem("control-character", str(getattr(error, "pos", 0))))
        except ValueError:
            return {}, (*problems, Problem("not-json", _json_error(error)))
    except RecursionError:
        return {}, (*problems, Problem("too-deep", str(MAX_DEPTH)))
    if type(value) is not dict:
        return {}, (*problems, Problem("not-object", json_type(value)))
    if notes.duplicates:
        problems.extend(Problem("duplicate-member", name) for name in list(dict.fromkeys(notes.duplicates))[:MOST_REMARKS])
    if notes.lexemes:
        problems.extend(Problem("not-a-json-number", text) for text in list(dict.fromkeys(notes.lexemes))[:MOST_REMARKS])
    return value, tuple(problems)


def _json_error(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at character {error.pos + 1}"
    return "unreadable"


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings; a cheap scan that cannot recurse."""
    depth = deepest = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{\]}]', text):
        sign = bracket[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _reader(notes: _Notes, *, strict: bool) -> json.JSONDecoder:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    notes.duplicates.append(name)
                seen.add(name)
        return found

    def constant(text: str) -> Lexeme:
        notes.lexemes.append(text)
        return Lexeme(text)

    return json.JSONDecoder(
        object_pairs_hook=members, parse_float=_real, parse_int=_integer, parse_constant=constant, strict=strict
    )


def _integer(text: str) -> int | Lexeme:
    return int(text) if len(text) <= MAX_DIGITS else Lexeme(text)


def _real(text: str) -> Real | Lexeme:
    if len(text) > MAX_DIGITS:
        return Lexeme(text)
    real = Real(text)
    return Lexeme(text) if real in (float("inf"), float("-inf")) else real


def _scan(text: str, at: int) -> tuple[Any, int]:
    try:
        return _SCANNER(text, at)
    except StopIteration:
        raise ValueError from None


_SCANNER: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_real, parse_constant=_unusual
).scan_once  # type: ignore[attr-defined]


def json_type(value: object) -> str:
    """The JSON name of a decoded value's type, for messages."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "boolean"
    if isinstance(value, Lexeme | int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
