"""Keys in text of any kind: PEM, JWK, SSH lines, base64 without armour, mail, and each of these inside another."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from . import binary, mail, pem
from .material import MOST_ENTRIES, Material, Unlocking, Unreadable

_DEEPEST = 4
"""Encodings inside one another."""
_MOST_TRIES = 60
_MOST_NODES = 20_000
_SSH_LINE = re.compile(
    r"(?<![A-Za-z0-9-])(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-[a-z0-9-]{1,30}) {1,9}(AAAA[A-Za-z0-9+/]{20,}={0,2})"
)
_SEPARATOR = r"(?:\\r|\\n|&#13;|&#x[dD];|[\s>|])++"
_CHUNK = r"[A-Za-z0-9+/_-]++"
_BASE64 = re.compile(
    rf"(?<![A-Za-z0-9+/_-])(?=M[A-P]|LS0tLS|/u3\+7|_u3-7|zs7Ozg|eyJrdHki|eyJrZXlz|ewogI|b3BlbnNzaC1rZXkt)"
    rf"[A-Za-z0-9+/_-]{{40,}}+(?:{_SEPARATOR}{_CHUNK})*+={{0,2}}"
)
"""How base64 begins of: a DER sequence, a PEM, a Java keystore, a JWK, an OpenSSH key."""
_TOKEN = re.compile(r"(?<![A-Za-z0-9_+/-])ey[A-Za-z0-9_+/-]{6,}={0,2}\.[A-Za-z0-9_+/-]{2,}={0,2}\.[A-Za-z0-9_+/-]*")
_PATH = re.compile(r"[A-Za-z0-9_.-]{1,40}\Z")


def read(data: bytes, unlocking: Unlocking, depth: int = 0) -> list[Material]:
    """Everything that can be found in a text; an empty list when there is nothing. Damaged pieces are told among the rest."""
    if depth > _DEEPEST:
        return []
    if mail.is_mail(data) and (found := _mail(data, unlocking, depth)):
        return found
    text = decoded(data)
    document = _json(text)
    if document is not None and (found := _members(document, unlocking, depth)):
        return found
    if text.lstrip("\ufeff \t\r\n").startswith("PuTTY-User-Key-File-"):
        from .private import putty

        return [putty(text)]
    found = [*pem.read(pem.blocks(text), unlocking), *_ssh_lines(text)][:MOST_ENTRIES]
    if not found and '"kty"' in text:
        found = _embedded(text, unlocking, depth)
    # What stands in a token is no key: the DER of an ECDSA signature begins as a public key does.
    return found or _unarmoured(_TOKEN.sub(" ", text), unlocking, depth) or _token(text)


def decoded(data: bytes) -> str:
    """The text in ``data`` by its byte order mark, by the zeros of UTF-16 without one, else UTF-8. Line ends become ``\\n``."""
    encoding = "utf-8"
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            encoding = name
    if encoding == "utf-8" and b"-\x00-\x00" in data[:8192]:
        encoding = "utf-16-le" if data.find(b"-\x00") % 2 == 0 else "utf-16-be"
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


def _mail(data: bytes, unlocking: Unlocking, depth: int) -> list[Material]:
    """The keys of all parts. Only where there are none, those of the mail's own signature: its sender's certificates."""
    contents, signatures = mail.parts(data)
    return _parts(contents, unlocking, depth) or _parts(signatures, unlocking, depth)


def _parts(contents: list[bytes], unlocking: Unlocking, depth: int) -> list[Material]:
    """Each key once: the same PEM often stands in a mail as text and as HTML."""
    found: dict[tuple[str, ...], Material] = {}
    for content in contents:
        try:
            read_here = binary.read(content, unlocking) or read(content, unlocking, depth + 1)
        except Unreadable as refused:
            read_here = [Material("", "unreadable", why=str(refused))]
        for each in read_here:
            if each.kind != "token":
                found.setdefault((each.kind, each.sha256 or each.spki_sha256 or each.why), each)
        if len(found) >= MOST_ENTRIES:
            break
    return list(found.values())


def _json(text: str) -> Any:
    """The document when the whole text is a JSON object or array."""
    if text.lstrip("\ufeff \t\n")[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _members(document: Any, unlocking: Unlocking, depth: int) -> list[Material]:
    """JWKs, and strings that hold a key, anywhere in a JSON document; each named by its member."""
    found: list[Material] = []
    waiting: list[tuple[str, Any]] = [("", document)]
    seen = 0
    while waiting and seen < _MOST_NODES and len(found) < MOST_ENTRIES:
        name, value = waiting.pop()
        seen += 1
        if isinstance(value, dict) and (_is_key_set(value) or "kty" in value):
            found.extend(_keys(name, value))
        elif isinstance(value, dict):
            waiting.extend(reversed([(str(key), each) for key, each in value.items()]))
        elif isinstance(value, list):
            waiting.extend(reversed([(name, each) for each in value]))
        elif isinstance(value, str) and len(value) > 50:
            found.extend(each._replace(entry=_label(name, each)) for each in _text_member(value, unlocking, depth))
    return found


def _is_key_set(value: dict[str, Any]) -> bool:
    keys = value.get("keys")
    return isinstance(keys, list) and (not keys or any(isinstance(each, dict) and "kty" in each for each in keys))


def _keys(name: str, value: dict[str, Any]) -> Iterator[Material]:
    from . import jwk

    try:
        for each in jwk.key_set(value) if _is_key_set(value) else jwk.single(value):
            yield each._replace(entry=_label("" if _is_key_set(value) else name, each))
    except Unreadable as refused:
        yield Material("", "unreadable", form="jwk", why=str(refused), entry=_label(name, None))


def _text_member(value: str, unlocking: Unlocking, depth: int) -> list[Material]:
    try:
        return [each for each in read(value.encode("utf-8", "replace"), unlocking, depth + 1) if each.kind != "token"]
    except Unreadable as refused:
        return [Material("", "unreadable", why=str(refused))]


def _label(name: str, found: Material | None) -> str:
    """The member's name, where it is a plain one."""
    entry = found.entry if found is not None else ""
    plain = name if _PATH.match(name) else ""
    return f"{plain}{', ' if plain and entry else ''}{entry}"


def _ssh_lines(text: str) -> Iterator[Material]:
    for match in _SSH_LINE.finditer(text):
        from .private import ssh_public

        try:
            yield ssh_public(_base64(match[1]))
        except Unreadable as refused:
            yield Material("", "unreadable", form="openssh", why=str(refused))


def _embedded(text: str, unlocking: Unlocking, depth: int) -> list[Material]:
    """JWKs that stand somewhere in a text."""
    found: list[Material] = []
    decoder = json.JSONDecoder()
    at = 0
    for _ in range(_MOST_TRIES):
        kty = text.find('"kty"', at)
        if kty < 0:
            break
        at = kty + 5
        for start in _openings(text, kty):
            try:
                document, end = decoder.raw_decode(text[start : start + 16384])
            except (ValueError, RecursionError):
                continue
            found.extend(_members(document, unlocking, depth + 1))
            at = max(at, start + end)
            break
    return found[:MOST_ENTRIES]


def _openings(text: str, before: int) -> list[int]:
    """Where the object around a place may begin: the last braces before it, the outermost first."""
    start = max(0, before - 8192)
    return [start + match.start() for match in re.finditer(r"\{", text[start:before])][-4:]


def _unarmoured(text: str, unlocking: Unlocking, depth: int) -> list[Material]:
    """Base64 without BEGIN and END: of DER, of a keystore, of a whole PEM or JWK."""
    found: list[Material] = []
    complaints: list[Material] = []
    for number, match in enumerate(_BASE64.finditer(pem.joined(text))):
        if number >= _MOST_TRIES or len(found) >= MOST_ENTRIES:
            break
        data = _base64(re.sub(_SEPARATOR, "", match[0]))
        try:
            found.extend(binary.read(data, unlocking, "base64") or read(data, unlocking, depth + 1))
        except Unreadable as refused:
            complaints.append(Material("", "unreadable", form="base64", why=str(refused)))
    return found or complaints[:1]


def _base64(text: str) -> bytes:
    """Either alphabet, padded or not; a character too many is left out."""
    characters = text.translate(_STANDARD).rstrip("=")
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    try:
        return base64.b64decode(characters + "=" * (-len(characters) % 4))
    except binascii.Error:
        return b""


_STANDARD = str.maketrans("-_", "+/")


def _token(text: str) -> list[Material]:
    return [Material("", "token", why="this is a JWT")] if _TOKEN.search(text) else []
