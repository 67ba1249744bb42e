"""Java keystores (JKS, JCEKS): their certificates, which are not encrypted. Private keys in them are left where they are.

The reading is a library's: ``purejks``, or ``pyjks`` whose interface it keeps, from the extra ``keystore``.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterator
from typing import Any

from ..visible import safe
from .certificate import certificate
from .material import MOST_ENTRIES, Material, Unreadable

_LEAST_ENTRY = 14
"""Bytes of the smallest entry: a tag, an empty alias, a date."""
_JCEKS = b"\xce\xce\xce\xce"
_LARGEST_JCEKS = 1 << 17
"""A secret key in it is a serialised Java object, whose reader needs seconds for a megabyte."""
ABSENT = "a Java keystore; reading it needs a library: pip install 'jwtdoctor[keystore]'"


def keystore(data: bytes) -> list[Material]:
    """Every certificate, with the alias it stands under; what cannot be read is told and takes nothing with it."""
    try:
        library = importlib.import_module("jks")
    except ImportError:
        return [Material("", "container", form="keystore", why=ABSENT)]
    import logging

    # A secret key in a JCEKS is a serialised Java object, and its reader writes to the log what puzzles it.
    logging.getLogger("javaobj").setLevel(logging.CRITICAL + 1)
    if data.startswith(_JCEKS) and len(data) > _LARGEST_JCEKS:
        why = f"a JCEKS keystore larger than {_LARGEST_JCEKS >> 10} KiB, whose serialised objects are not read here"
        return [Material("", "unreadable", form="keystore", why=why)]
    count, entries, complaint = _entries(library.KeyStore, data)
    found = [each for alias, entry in entries.items() for each in _entry(alias, entry)][:MOST_ENTRIES]
    if len(entries) == MOST_ENTRIES:
        found[-1] = Material("", "unreadable", form="keystore", why=f"more than {MOST_ENTRIES} entries; the rest was not read")
    if complaint:
        rest = count - len(entries)
        why = f"{complaint}: {rest} of {count} entries cannot be read" if entries else complaint
        found.append(
            Material("", "unreadable", form="keystore", why=f"a Java keystore, {why}", entry=f"entry {len(entries) + 1}")
        )
    return found or [Material("", "container", form="keystore", why="a Java keystore without entries")]


def _entries(store: Any, data: bytes) -> tuple[int, dict[str, Any], str]:
    """The number of entries promised, those that can be read, and what is wrong with the next one.

    An entry says nothing of its own length, so what follows one that cannot be read is lost. What comes before is found by
    promising the reader fewer entries: the most it can read, by halving.
    """
    if len(data) < 12:
        return 0, {}, "cut off"
    count = min(struct.unpack_from(">I", data, 8)[0], len(data) // _LEAST_ENTRY + 1, MOST_ENTRIES)
    whole, complaint = _loaded(store, data, count)
    if not complaint:
        return count, whole, ""
    low, high, best = 0, count, {}
    while high - low > 1:
        middle = (low + high) // 2
        some, failed = _loaded(store, data, middle)
        if failed:
            high, complaint = middle, failed
        else:
            low, best = middle, some
    return count, best, complaint


def _loaded(store: Any, data: bytes, count: int) -> tuple[dict[str, Any], str]:
    promised = data[:8] + struct.pack(">I", count) + data[12:]
    try:
        return dict(store.loads(promised, None, try_decrypt_keys=False).entries), ""
    except Exception as error:  # noqa: BLE001 - the library and the reader of Java objects below it raise many kinds
        return {}, _COMPLAINTS.get(type(error).__name__, "damaged")


_COMPLAINTS = {
    "BadKeystoreFormatException": "damaged or with an entry of an unknown type",
    "UnsupportedKeystoreVersionException": "of a version that is not known",
    "DuplicateAliasException": "with two entries of one alias",
}


def _entry(alias: str, entry: Any) -> Iterator[Material]:
    label = f"alias {safe(alias, 60)}"
    chain = getattr(entry, "cert_chain", None) if "cert_chain" in vars(entry) else None
    if chain is None and "cert" not in vars(entry):
        why = "a secret key, which stays encrypted"
        yield Material("", "secret", type="secret", form="keystore", entry=label, why=why, private=True, encrypted=True)
        return
    if chain is None:
        yield _read(entry.cert, label)
        return
    if not chain:
        why = "a private key without its certificate; it stays encrypted"
        yield Material("", "private-key", form="keystore", entry=label, why=why, private=True, encrypted=True)
    for number, (_, data) in enumerate(chain[:MOST_ENTRIES], 1):
        found = _read(data, label if len(chain) == 1 else f"{label}, {number} of {len(chain)}")
        beside = number == 1
        yield found._replace(private=beside, encrypted=beside)


def _read(data: bytes, label: str) -> Material:
    try:
        return certificate(bytes(data), "keystore")._replace(entry=label)
    except Unreadable as refused:
        return Material("", "unreadable", form="keystore", entry=label, why=str(refused))
