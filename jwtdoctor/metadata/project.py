"""A project's metadata, put together: apps, credentials, remote sites, certificates, and the Apex that signs. Frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..model import Origin, Place, Span
from .shape import COMPANIONS, CONNECTED_APP, EXTERNAL, GLOBAL_SETTINGS, HOLDERS, PATHS, POLICIES, SETTINGS

if TYPE_CHECKING:
    from .choosing import Sketched


class Text(NamedTuple):
    """A value and where it stands."""

    text: str
    path: str
    span: Span
    line: str = ""
    """The line it begins in, to be shown; empty for what must not be."""

    @property
    def origin(self) -> Origin:
        """For a finding. A value whose line must not be shown is not repeated either."""
        return Origin(self.span, self.text if self.line else "", path=self.path, line=self.line)


class App(NamedTuple):
    """A Connected App, or an External Client App with its companion files put together.

    A value is ``None`` where no file says it: what the org then does is not known, or is the default the rule names.
    """

    name: str
    kind: str
    """``connected-app`` or ``external-client-app``."""
    place: Text
    """Its main file; of an External Client App without one, the companion that names it."""
    parts: Mapping[str, Text] = {}
    """The files it is put together of, by the suffix of their names, each with its root element."""
    values: Mapping[str, Text] = {}
    """Single values by the names that :mod:`.shape` gives them: ``certificate``, ``consumer-key``, ``ip``, …"""
    scopes: tuple[Text, ...] | None = None
    """``None``: no file says."""
    profiles: tuple[Text, ...] | None = None
    permission_sets: tuple[Text, ...] | None = None
    """Both as assigned to the app; an empty text stands for an element that removes all."""
    secrets: tuple[Text, ...] = ()
    """Consumer secrets. The secret itself is not kept: the text is empty."""

    @property
    def path(self) -> str:
        """Its main file."""
        return self.place.path

    def value(self, name: str) -> str:
        """The value of that name; empty where no file says it."""
        found = self.values.get(name)
        return found.text if found is not None else ""

    @property
    def signs_in_by_assertion(self) -> bool:
        """Whether it holds a certificate to verify assertions with: only such an app serves the flow."""
        return bool(self.value("certificate"))

    @property
    def has_main_file(self) -> bool:
        """Whether the app itself is in the project, and not only companions of it."""
        return self.kind == CONNECTED_APP or EXTERNAL in self.parts

    @property
    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Companions that say who may use it and with which scopes, and are not there: suffix and type."""
        if self.kind == CONNECTED_APP:
            return ()
        return tuple((suffix, COMPANIONS[suffix]) for suffix in (SETTINGS, POLICIES) if suffix not in self.parts)

    def at(self, name: str) -> Place:
        """The place of a value in it, fit to be shown."""
        return Place("metadata", f"{plain(self.name)}.{PATHS[self.kind].get(name, name).replace('/', '.')}")

    def holder(self, name: str) -> Text | None:
        """The file that would say a value; ``None`` where it is not in the project."""
        return self.place if self.kind == CONNECTED_APP else self.parts.get(HOLDERS.get(name, ""))

    def origin(self, name: str) -> Origin:
        """Where a value stands; where there is none, the file that would say it."""
        found = self.values.get(name) or self.holder(name) or self.place
        return found.origin


class Companion(NamedTuple):
    """A file that belongs to an External Client App by naming it."""

    kind: str
    """The suffix of its file's name, such as ``ecaOauth``."""
    app: Text
    """The app as it names it; an empty text where it names none."""

    @property
    def type(self) -> str:
        """Its type of metadata."""
        return COMPANIONS[self.kind]

    @property
    def is_global(self) -> bool:
        """Whether it is of the type that must not be added to source control."""
        return self.kind == GLOBAL_SETTINGS


class RemoteSite(NamedTuple):
    """A host that Apex may call."""

    name: str
    url: Text
    active: bool


class StoredCertificate(NamedTuple):
    """An entry of Certificate and Key Management: ``certs/NAME.crt`` and what is said of it."""

    name: str
    path: str
    data: bytes
    """Empty where the file is empty or missing, as after a retrieve that may not export."""


class Unread(NamedTuple):
    """A file that could not be used."""

    path: str
    line: int
    why: str


class Source(NamedTuple):
    """A file whose text is examined: a class that may sign, or a credential."""

    path: str
    text: str


class Project(NamedTuple):
    """All that was read of one project. Paths are relative to it, with slashes."""

    root: str
    """The project's folder, as it was named."""
    apps: tuple[App, ...] = ()
    companions: tuple[Companion, ...] = ()
    credentials: tuple[Source, ...] = ()
    """External and named credentials that sign assertions."""
    classes: tuple[Source, ...] = ()
    """Apex that seems to sign."""
    remote_sites: tuple[RemoteSite, ...] = ()
    stored: tuple[StoredCertificate, ...] = ()
    assigned: frozenset[str] = frozenset()
    """Names of apps that a profile or a permission set of the project makes visible."""
    unreadable: tuple[Unread, ...] = ()
    tracked: frozenset[str] | None = None
    """Files that git tracks; ``None``: nobody asked git."""
    meant: App | None = None
    """The app that the environment at hand signs in with, where that is known."""
    meant_by: str = ""
    """How it is known: ``name``, ``consumer-key``, ``pair`` (it holds the certificate of the environment's key), ``only`` (there is no
    other); ``unknown`` where it is not, and empty where no environment is at hand."""
    knows_all_apps: bool = True
    """Whether no file of an app was left unread: else there may be an app of which nothing is known."""
    holders: tuple[App, ...] = ()
    """Apps that hold the certificate of the environment's key, though its ``iss`` is the consumer key of none; only where ``meant`` is
    not known."""

    @property
    def at_hand(self) -> tuple[App, ...]:
        """The apps to speak of: that of the environment, none where it is not known, all where no environment is at hand."""
        if self.meant is not None:
            return (self.meant,)
        return () if self.meant_by == "unknown" else self.apps

    def place(self, path: str, name: str) -> Place:
        """A place in a file of it that goes by its own name, such as a class."""
        return Place("metadata", f"{plain(path.rpartition('/')[2].partition('.')[0])}.{name}")

    def sketches(self, now: int | None) -> tuple[Sketched, ...]:
        """What its Apex and its credentials would sign; see :func:`.choosing.sketches`."""
        from .choosing import sketches

        return sketches(self, now)

    def __bool__(self) -> bool:
        """Whether anything was found in it."""
        return any((self.apps, self.companions, self.credentials, self.classes, self.remote_sites, self.stored, self.unreadable))


def plain(name: str) -> str:
    """A metadata name as part of a place: letters, digits, underscores and hyphens; anything else is a stranger's doing."""
    return re.sub(r"[^\w-]", "_", name, flags=re.ASCII)[:80] or "_"
