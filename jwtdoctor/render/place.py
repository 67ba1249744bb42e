"""Where a result stands, for formats that want a file: a relative, percent-encoded reference and a line."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote

from ..model import Finding
from ..report import Result
from ..visible import safe, scrub

SPOKEN = frozenset({"standard input", "the argument", "the clipboard", "the answer", "text"})
"""Names of sources that are no files."""
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def named(result: Result, finding: Finding | None) -> str:
    """The file a finding points into: the result's own, unless its value stands in another."""
    if finding is not None and finding.origin is not None and finding.origin.path:
        return finding.origin.path
    return result.source.name


def path(name: str, base: str = "") -> str:
    """The file's name relative to the folder ``base``; only its last part where it lies outside of it or nobody knows.

    An absolute name would tell the reader of a shared report about somebody's machine, and no code host could resolve it.
    """
    if name in SPOKEN:
        return name.replace(" ", "-")
    if _DRIVE.match(name) or _DRIVE.match(base):
        name, base = name.replace("\\", "/"), base.replace("\\", "/")
    if base and name.startswith(f"{base.rstrip('/')}/"):
        name = name[len(base.rstrip("/")) + 1 :]
    name = posixpath.normpath(name) if name else "text"
    if name.startswith(("/", "../")) or _DRIVE.match(name):
        name = posixpath.basename(name)
    return name or "text"


def uri(name: str, base: str = "") -> str:
    """:func:`path` as a relative reference, RFC 3986 §4.2; a name that holds a secret is written without it."""
    shown = scrub(path(name, base))
    # A colon in the first part would make a scheme of it; it is encoded, as everything else that is not plain.
    return quote(shown if len(shown) <= _LONGEST else safe(shown, _LONGEST), safe="/~", errors="replace")


_LONGEST = 300
