"""What key is this? Certificates and keys by content, never by file name. The only importer of ``cryptography``'s loaders.

RFC 5280 (X.509), RFC 7468 (PEM), RFC 7517 (JWK), RFC 7638 (thumbprints). Nothing secret leaves: a private key is recognised,
its public half is kept and the rest dropped.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence

from .material import MAX_FILE, MOST_ENTRIES, Material, Secret, Unlocking, Unreadable, Work
from .packed import Packed, packed, unpacked

NO_KEY = "neither PEM nor DER nor JWK"
"""How ``why`` begins for a file that can be read and holds no key."""

__all__ = [
    "MAX_FILE",
    "MOST_ENTRIES",
    "NO_KEY",
    "Material",
    "Packed",
    "Secret",
    "Work",
    "folded",
    "is_issued_by",
    "packed",
    "read",
    "read_certificate",
    "unpacked",
]


def read(
    data: bytes, name: str = "certificate", passphrases: Sequence[bytes] = (), work: Work | None = None
) -> tuple[Material, ...]:
    """Everything in one file; at least one material, whose kind and ``why`` say it when nothing was found. Never raises.

    ``work`` is what may be spent on unlocking several files together.
    """
    if not data.strip():
        found = [Material("", "empty", why="the file is empty")]
    elif len(data) > MAX_FILE:
        found = [Material("", "unreadable", why=f"larger than {MAX_FILE >> 20} MiB")]
    else:
        found = _guarded(data, Unlocking(tuple(passphrases), work))
    return tuple(_labelled(_shortened(found[:MOST_ENTRIES]), name, len(data)))


def read_certificate(der: bytes, name: str) -> Material | None:
    """One X.509 certificate as DER and nothing else, for what a token brings along: no container, no key, no passphrase is tried."""
    from .certificate import certificate

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return certificate(der, "der")._replace(name=name, file=name, file_size=len(der), certificates=1)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - hostile DER, as in _guarded
        return None


def folded(materials: Iterable[Material]) -> tuple[Material, ...]:
    """Without private keys whose certificate stands in the same file: the certificate's ``private`` tells of them."""
    given = tuple(materials)
    held = {(each.file, each.spki_sha256) for each in given if each.kind == "certificate" and each.private}
    return tuple(m for m in given if m.kind != "private-key" or not m.spki_sha256 or (m.file, m.spki_sha256) not in held)


def is_issued_by(child: Material, parent: Material) -> bool | None:
    """Whether the certificate ``parent`` signed the certificate ``child``; ``None`` where that cannot be examined."""
    from .certificate import is_issued_by

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return is_issued_by(child, parent)


def _guarded(data: bytes, unlocking: Unlocking) -> list[Material]:
    try:
        with warnings.catch_warnings():
            # What cryptography deprecates in somebody's certificate is no news to put beside the answer.
            warnings.simplefilter("ignore")
            return _everything(data, unlocking)
    except Unreadable as refused:
        return [Material("", "unreadable", why=str(refused))]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - hostile DER: many kinds, and a panic in Rust is no Exception
        return [Material("", "unreadable", why=f"damaged in a way that its reader did not expect ({type(error).__name__})")]


def _everything(data: bytes, unlocking: Unlocking) -> list[Material]:
    from . import binary, text

    found = binary.read(data, unlocking) or text.read(data, unlocking)
    if not found:
        raise Unreadable(_nothing(data))
    return found


def _shortened(found: list[Material]) -> list[Material]:
    """With a few of the pieces that cannot be read, and the number of the others; with one of them when there is nothing else."""
    bad = [each for each in found if each.kind == "unreadable"]
    most = _FEW if len(bad) < len(found) else 1
    if len(bad) <= most:
        return found
    rest = len(bad) - most
    last = bad[most - 1]
    told = last._replace(why=f"{last.why} ({rest} more {'piece' if rest == 1 else 'pieces'} cannot be read either)")
    kept = {id(each): each for each in bad[: most - 1]} | {id(last): told}
    return [kept.get(id(each), each) for each in found if each.kind != "unreadable" or id(each) in kept]


_FEW = 3
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an Outlook or Office file; save the message as .eml, or paste its text"),
    (b"{", "JSON that holds neither a JWK (`kty`) nor a PEM"),
    (b"<", "markup that holds no key"),
)


def _nothing(data: bytes) -> str:
    what = next((what for begins, what in _FOREIGN if data.lstrip().startswith(begins)), "")
    if data[:1] == b"\x30" and not what and b"\x00" in data[:4096]:
        return "DER of no known kind, or damaged"
    return f"{NO_KEY}{f': {what}' if what else ''}"


_WORDS = {"private-key": "private key", "public-key": "public key", "csr": "request"}


def _labelled(found: list[Material], name: str, size: int) -> Iterable[Material]:
    """Names, positions, and whether a private key stands beside a certificate."""
    kinds = Counter(each.kind for each in found)
    beside = _beside(found)
    seen: Counter[str] = Counter()
    for each in found:
        seen[each.kind] += 1
        entry = each.entry or _entry(each.kind, seen[each.kind], kinds)
        yield each._replace(
            name=f"{name} ({entry})" if entry else name,
            file=name,
            entry=entry,
            file_size=size,
            certificates=kinds["certificate"],
            position=seen["certificate"] if each.kind == "certificate" else 1,
            private=each.private or id(each) in beside,
        )


def _entry(kind: str, number: int, kinds: Counter[str]) -> str:
    """``2 of 3`` among things of one kind; a single certificate goes by the file's name, whatever stands beside it."""
    count = kinds[kind]
    if len(kinds) == 1:
        return f"{number} of {count}" if count > 1 else ""
    word = _WORDS.get(kind, kind)
    if kind == "certificate":
        return f"{number} of {count}" if count > 1 else ""
    return f"{word} {number} of {count}" if count > 1 else word


def _beside(found: list[Material]) -> set[int]:
    """The certificates that belong to a private key of the same file; where that cannot be told, the first."""
    held = [each for each in found if each.kind == "private-key" and not each.entry.startswith("alias")]
    certificates = [each for each in found if each.kind == "certificate"]
    if not held or not certificates:
        return set()
    keys = {each.spki_sha256 for each in held}
    return {id(each) for each in certificates if each.spki_sha256 in keys} or {id(certificates[0])}
