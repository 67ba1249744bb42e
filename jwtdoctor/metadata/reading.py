"""The files of a project: which matter, and what they say together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .. import intake, source
from . import apps, credentials
from .project import Project, RemoteSite, Source, StoredCertificate, Unread
from .shape import COMPANIONS, CONNECTED, EXTERNAL
from .written import Written, component, written
from .xml import LARGEST, Unreadable, parse

MOST_FILES = 20_000
"""Files of interest that are read; the largest projects have some thousand classes."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of all of them together."""
LARGEST_LIST = 8 * 1024 * 1024
"""Bytes of a profile or permission set, which is only searched for the names of apps."""
LARGEST_CERTIFICATE = 64 * 1024

_ROOTS: Mapping[str, str] = {
    CONNECTED: "ConnectedApp",
    EXTERNAL: "ExternalClientApplication",
    **COMPANIONS,
    "externalCredential": credentials.EXTERNAL,
    "namedCredential": credentials.NAMED,
    "remoteSite": "RemoteSiteSetting",
}
"""Suffix of a file's name → the root element of such a file."""
_OF_APPS = tuple(f".{suffix}-meta.xml" for suffix in (CONNECTED, EXTERNAL, *COMPANIONS))
"""How the names of files end that say something of an app."""
_APEX = ("cls", "trigger")
_LISTS = ("profile", "permissionset")
_CERTIFICATE = "crt"


def wanted(path: str) -> int:
    """Most bytes worth reading of the file at ``path``; 0 for a file that says nothing about signing in."""
    _, suffix = component(path, (*_ROOTS, *_APEX, *_LISTS, _CERTIFICATE))
    if path.endswith("-meta.xml") and suffix in (*_APEX, _CERTIFICATE):
        return 0
    if suffix in _APEX:
        return source.LONGEST * 4
    if suffix == _CERTIFICATE:
        return LARGEST_CERTIFICATE
    return LARGEST_LIST if suffix in _LISTS else LARGEST if suffix in _ROOTS else 0


def is_metadata(path: str) -> bool:
    """Whether a file is an app, a companion of one, a credential or a remote site: what the project says of signing in hangs on it."""
    return component(path, tuple(_ROOTS))[1] in _ROOTS


def read(files: Mapping[str, bytes], root: str = "", refused: Mapping[str, str] | None = None) -> Project:
    """A project from the contents of its files, by their paths relative to it, with slashes. Nothing is raised: what cannot be
    used is told in ``unreadable``, and so is what could not even be opened: ``refused``, with the reason for each."""
    project = _Reading()
    project.unreadable += [Unread(path, 1, why) for path, why in (refused or {}).items()]
    total = 0
    for number, (path, data) in enumerate(sorted(files.items())):
        total += len(data)
        if number >= MOST_FILES or total > MOST_BYTES:
            project.unreadable.append(Unread(path, 1, "this file and those after it are too many to be read"))
            break
        project.add(path, data)
    return project.done(root)


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.by_suffix: dict[str, list[Written]] = {}
        self.classes: list[Source] = []
        self.credentials: list[Source] = []
        self.stored: list[StoredCertificate] = []
        self.assigned: set[str] = set()
        self.unreadable: list[Unread] = []

    def add(self, path: str, data: bytes) -> None:
        """One file."""
        name, suffix = component(path, (*_ROOTS, *_APEX, *_LISTS, _CERTIFICATE))
        limit = wanted(path)
        if not limit:
            return
        if len(data) > limit:
            self.unreadable.append(Unread(path, 1, f"larger than {limit >> 10:,} KiB"))
        elif suffix == _CERTIFICATE:
            self.stored.append(StoredCertificate(name, path, data))
        elif suffix in _APEX:
            text = intake.text_of(data) or ""
            if source.may_sign(text):
                self.classes.append(Source(path, text))
        elif suffix in _LISTS:
            self.assigned.update(_visible(data))
        else:
            self._parsed(path, name, suffix, data)

    def _parsed(self, path: str, name: str, suffix: str, data: bytes) -> None:
        try:
            root = parse(data)
            if root.tag != _ROOTS[suffix]:
                raise Unreadable(f"its root element is not {_ROOTS[suffix]}, as the file's name says", root.span.line)
        except Unreadable as error:
            self.unreadable.append(Unread(path, error.line, str(error)))
            return
        text = intake.text_of(data) or ""
        self.by_suffix.setdefault(suffix, []).append(written(path, name, root, text))
        if root.tag in (credentials.EXTERNAL, credentials.NAMED) and credentials.signs(root):
            self.credentials.append(Source(path, text))

    def done(self, root: str) -> Project:
        """All of it together."""
        of = self.by_suffix
        companions = {suffix: of.get(suffix, []) for suffix in COMPANIONS}
        return Project(
            root,
            apps=(*map(apps.connected, of.get(CONNECTED, [])), *apps.external(of.get(EXTERNAL, []), companions)),
            companions=tuple(apps.companion(file, suffix) for suffix, each in companions.items() for file in each),
            credentials=tuple(self.credentials),
            classes=tuple(self.classes),
            remote_sites=tuple(_remote_sites(of.get("remoteSite", []))),
            stored=tuple(self.stored),
            assigned=frozenset(self.assigned),
            unreadable=tuple(self.unreadable),
            knows_all_apps=not any(each.path.endswith(_OF_APPS) for each in self.unreadable),
        )


def _remote_sites(files: list[Written]) -> Iterator[RemoteSite]:
    for file in files:
        url, active = file.value("url"), file.value("isActive")
        yield RemoteSite(file.name, url or file.place._replace(text=""), active is not None and active.text.lower() == "true")


_VISIBILITY = b"<applicationVisibilities>", b"</applicationVisibilities>"
_LONGEST_VISIBILITY = 600
"""Bytes between those two; there are usually some hundred and fifty."""
_APPLICATION = re.compile(rb"<application>([^<]{1,300})</application>")
_SHOWN = re.compile(rb"<visible>\s*true\s*</visible>")


def _visible(data: bytes) -> Iterator[str]:
    """The apps that a profile or permission set shows. Searched, not parsed: such a file may have megabytes about other things."""
    begin, end = _VISIBILITY
    for piece in data.split(begin)[1:]:
        inside, closed, _ = piece.partition(end)
        if not closed or len(inside) > _LONGEST_VISIBILITY:
            continue
        name = _APPLICATION.search(inside)
        if name and name[1].strip() and _SHOWN.search(inside):
            yield name[1].strip().decode("utf-8", "replace")
