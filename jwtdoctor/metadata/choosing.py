"""Which app does an environment sign in with, and what of a project goes into which examination?"""

from __future__ import annotations

import functools
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from .. import source
from ..model import Origin, Span
from ..source import Sketch
from . import credentials
from .project import App, Project, Source

MOST_SKETCHES = 200
"""Assertions examined of one project."""


class Sketched(NamedTuple):
    """What a class or a credential of the project would sign."""

    path: str
    sketch: Sketch


class Held(NamedTuple):
    """A certificate that stands in the project."""

    name: str
    """Its file, as a name to show."""
    data: bytes
    origin: Origin
    app: str = ""
    """The app that holds it; empty for an entry of Certificate and Key Management."""


def meant_for(
    project: Project, *, iss: str | None = None, name: str | None = None, holders: Sequence[App] = (), taken: Container[str] = ()
) -> Project:
    """The project with the app that an environment signs in with, by the first of these that tells: it is called ``name``; its consumer
    key is ``iss``; it is the one of ``holders``, which hold the certificate of the environment's key; there is no other.

    What a project says of an app never outweighs an ``iss`` that is the consumer key of none: the environment may be another org, with
    another copy of the app. The only app is no answer either where it is one of ``taken``, the files of apps of other environments.
    """
    apps = project.apps
    named = [each for each in apps if name and each.name.casefold() == name.casefold()]
    keyed = [each for each in apps if iss and each.value("consumer-key") == iss]
    fitting = [each for each in holders if not iss or not each.value("consumer-key")]
    for found, how in ((named[:1], "name"), (keyed[:1], "consumer-key"), (fitting, "pair")):
        if len(found) == 1:
            return project._replace(meant=found[0], meant_by=how)
    only = None if name else _only(project, iss)
    if only is not None and only.path not in taken:
        return project._replace(meant=only, meant_by="only")
    return project._replace(meant=None, meant_by="unknown", holders=tuple(holders) if iss else ())


def _only(project: Project, iss: str | None) -> App | None:
    """The only app that can be meant, where nothing speaks against it. Of several the one with a certificate: an app without is for
    people in a browser."""
    if not project.knows_all_apps:
        return None
    possible = [each for each in project.apps if each.signs_in_by_assertion] or list(project.apps)
    only = possible[0] if len(possible) == 1 else None
    return only if only is not None and (not iss or not only.value("consumer-key")) else None


def of_app_only(project: Project) -> Project:
    """The project with nothing in it but its apps, so that a fault of the project as a whole is told once, not for each environment.
    Which files git tracks stays known: that decides how a fault of an app is worded."""
    return project._replace(companions=(), classes=(), credentials=(), remote_sites=(), stored=(), unreadable=())


def sketches(project: Project, now: int | None) -> tuple[Sketched, ...]:
    """What the project's Apex and its credentials would sign at ``now`` (epoch seconds); origins carry path and line."""
    return _sketches(project.classes, project.credentials, now)


@functools.lru_cache(maxsize=8)
def _sketches(classes: tuple[Source, ...], stored: tuple[Source, ...], now: int | None) -> tuple[Sketched, ...]:
    found = [
        Sketched(each.path, sketch._replace(origins=_placed(sketch, each.path)))
        for each in classes
        for sketch in source.read(each.text, now)
    ]
    for each in stored:
        made = credentials.sketch(each.text, each.path, now)
        if made is not None:
            found.append(Sketched(each.path, made))
    return tuple(found[:MOST_SKETCHES])


def _placed(sketch: Sketch, path: str) -> Mapping[str, Origin]:
    """The origins of code, with the file they are in and the line they begin in."""
    return {place: origin._replace(path=path, line=_line(sketch, origin.span)) for place, origin in sketch.origins.items()}


def _line(sketch: Sketch, span: Span) -> str:
    return sketch.lines[span.line - 1] if 0 < span.line <= len(sketch.lines) else ""


def certificates(project: Project, now: int | None = None) -> tuple[Held, ...]:
    """The certificates that matter for signing in: those of apps, and those of Certificate and Key Management that Apex or a
    credential of the project signs with. An entry without content, or with a request in it, has no certificate to examine."""
    held = [_of_app(each) for each in project.at_hand if each.signs_in_by_assertion]
    names = {each.sketch.names.get("certificate", "") for each in sketches(project, now)}
    for each in project.stored:
        if each.name in names and each.data.strip() and b"CERTIFICATE REQUEST" not in each.data:
            held.append(Held(each.path, each.data, Origin(Span(1, 1, 1, 1), "", path=each.path)))
    return tuple(held)


def _of_app(app: App) -> Held:
    text = app.values["certificate"]
    return Held(text.path, text.text.encode("utf-8", "replace"), text.origin, app.name)
