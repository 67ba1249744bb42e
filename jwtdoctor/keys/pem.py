"""PEM blocks (RFC 7468) as people have them: quoted, indented, on one line, with ``\\n`` written out, in code, in mail."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from . import binary
from .material import MOST_ENTRIES, Material, Unlocking, Unreadable

_MARKER = re.compile(r"-----(BEGIN|END) ?([A-Z0-9# ]{1,64})-----|---- (BEGIN|END) (SSH2 PUBLIC KEY) ----")
_JOINED = re.compile(r"[\"']\s*+(?:[+.&\\,]\s*+)?[\"']")
"""Where the literals of a program text meet."""
_PROC_TYPE = re.compile(
    r"Proc-Type:\s{0,9}4,\s{0,9}ENCRYPTED\s{1,9}DEK-Info:\s{0,9}([A-Za-z0-9-]{1,40}),([0-9A-Fa-f]{2,64})(?![0-9A-Fa-f])"
)
_HEADER = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,63}: (?:[^\n]*\\\n)*[^\n]*$", re.MULTILINE)
_ESCAPES = (("\\r", ""), ("\\n", "\n"), ("\\/", "/"), ("\\u002b", "+"), ("\\u002B", "+"), ("\\u003d", "="), ("\\u003D", "="))


class Block(NamedTuple):
    """One block: its label, the text between the lines, and what is odd about it."""

    label: str
    body: str
    ended: bool
    prefix: str


def blocks(text: str) -> list[Block]:
    """The blocks in ``text``, in linear time however many begin and never end."""
    found: list[Block] = []
    begun: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if begun is not None:
            found.append(_block(text, begun, marker.start(), "END" in (marker[1], marker[3])))
            begun = None
        if len(found) >= MOST_ENTRIES:
            return found
        if "BEGIN" in (marker[1], marker[3]):
            begun = marker
    if begun is not None:
        found.append(_block(text, begun, len(text), False))
    return found


def _block(text: str, begun: re.Match[str], end: int, ended: bool) -> Block:
    line_start = max(text.rfind("\n", max(0, begun.start() - 80), begun.start()) + 1, begun.start() - 80, 0)
    return Block((begun[2] or begun[4]).strip(), text[begun.end() : end], ended, text[line_start : begun.start()])


def read(found: list[Block], unlocking: Unlocking) -> list[Material]:
    """Everything in the blocks; one that cannot be read is told by its number, and the others are read."""
    materials: list[Material] = []
    idle: list[Material] = []
    for number, block in enumerate(found, 1):
        try:
            materials.extend(_one(block, unlocking))
        except Unreadable as refused:
            label = "" if len(found) == 1 else f"block {number}"
            told = Material("", "unreadable", form="pem", entry=label, why=str(refused))
            # What holds no key by its nature is no news beside one that was read.
            (idle if _squeezed(block.label) in _KEYLESS else materials).append(told)
    return materials or idle


def _one(block: Block, unlocking: Unlocking) -> list[Material]:
    label = _squeezed(block.label)
    if label in _KEYLESS:
        raise Unreadable(f"a PEM block of type {block.label}: {_KEYLESS[label]}")
    _, data, cipher, vector = inside(block)
    if cipher:
        from .private import traditional

        return [traditional(_spaced(label), cipher, vector, data, unlocking)]
    if label == "SSH2PUBLICKEY":
        from .private import ssh_public

        return [ssh_public(data)]
    try:
        read = binary.read(data, unlocking, "pem")
    except Unreadable as refused:
        raise Unreadable(f"{refused}{'' if block.ended else _ENDLESS}") from None
    if not read:
        raise Unreadable(_nothing(block, data))
    return read if block.ended else [each._replace(why=each.why or "its END line is missing") for each in read]


class Inside(NamedTuple):
    """What stands in a block: its label with its spaces, the bytes, and how PEM itself has encrypted them, if it has."""

    label: str
    data: bytes
    cipher: str = ""
    vector: str = ""


def inside(block: Block) -> Inside:
    """The content of a block, decoded. Raises Unreadable where there is none."""
    body, label = _plain(block), _spaced(_squeezed(block.label))
    encrypted = _PROC_TYPE.search(body)
    if encrypted:
        return Inside(label, _decoded(body[encrypted.end() :]), encrypted[1].upper(), encrypted[2])
    data = _decoded(_HEADER.sub("", body))
    if not data:
        raise Unreadable(f"a PEM block of type {block.label} with nothing in it")
    return Inside(label, data)


def holds_private_key(block: Block) -> bool:
    """Whether a block says that a private key of a kind that can be read here stands in it."""
    label = _squeezed(block.label)
    return label.endswith("PRIVATEKEY") and label not in _KEYLESS


_ENDLESS = ", and its END line is missing"
_KEYLESS = {
    "X509CRL": "a list of revoked certificates, without a key",
    "ECPARAMETERS": "the name of a curve, without a key",
    "DSAPARAMETERS": "parameters without a key",
    "DHPARAMETERS": "parameters without a key",
    "PGPPUBLICKEYBLOCK": "a PGP key, which signs no JWT",
    "PGPPRIVATEKEYBLOCK": "a PGP key, which signs no JWT",
    "PGPMESSAGE": "a PGP message, without a key",
    "PGPSIGNATURE": "a PGP signature, without a key",
    "SSH2ENCRYPTEDPRIVATEKEY": "a private key in the commercial SSH2 format; accepted: PKCS#8, PKCS#1 or OpenSSH",
}


def _nothing(block: Block, data: bytes) -> str:
    if not block.ended:
        return f"it begins with BEGIN {block.label} but has no END line"
    what = "damaged DER" if data[:1] == b"\x30" else "nothing that is a key or certificate"
    return f"a PEM block of type {block.label} with {what} in it"


def _squeezed(label: str) -> str:
    """Some copies have lost every space."""
    return label.replace(" ", "")


def _spaced(label: str) -> str:
    return label if " " in label else label.replace("PRIVATEKEY", " PRIVATE KEY")


def _plain(block: Block) -> str:
    """The body without what mail, code and JSON put into it."""
    body = block.body
    if "\\" in body:
        for written, meant in _ESCAPES:
            body = body.replace(written, meant)
    prefix = block.prefix
    if prefix.strip() and "\n" in body and prefix.rstrip()[-1] not in "\"'":
        body = "\n".join(line.removeprefix(prefix) for line in body.split("\n"))
    body = joined(body)
    return body.replace("=3D", "=") if "=3D" in body else body


def joined(text: str) -> str:
    """The literals of a program text as one."""
    return _JOINED.sub("", text) if '"' in text or "'" in text else text


def _decoded(body: str) -> bytes:
    """Lenient: characters that are no base64 are passed over, a missing padding is supplied. Damage shows in what comes out."""
    characters = re.sub(r"[^A-Za-z0-9+/]", "", body)
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return binascii.a2b_base64(characters + "=" * (-len(characters) % 4))
