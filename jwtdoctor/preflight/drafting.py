"""Which environments does a project speak of? Its apps, and the hosts and users that its code and credentials name, as drafts of a config."""

from __future__ import annotations

import re
from typing import NamedTuple

from .. import catalog, metadata
from ..case import Located, locate
from ..catalog import Profile
from ..checks.audience import address
from ..config.writing import Draft
from ..metadata import App, Project
from ..source import Sketch

PRODUCTION = "production"
MOST = 20
"""Environments drafted of one project."""
_ID_VARIABLE, _USER_VARIABLE, _KEY_VARIABLE = "env:SF_CLIENT_ID", "env:SF_USERNAME", "SF_JWT_KEY"


def template() -> tuple[Draft, ...]:
    """An environment on each side, with variables in the place of what nobody has said yet."""
    profile = _default()
    hosts, path = profile.settings["shared_hosts"], profile.settings["token_path"]
    return tuple(
        Draft(
            name, org=name, endpoint=f"https://{hosts[side]}{path}", aud=f"https://{hosts[side]}",
            iss=f"{_ID_VARIABLE}{suffix}", sub=f"{_USER_VARIABLE}{suffix}", key_env=f"{_KEY_VARIABLE}{suffix}",
        )
        for name, side, suffix in ((PRODUCTION, "production", ""), ("sandbox", "test", "_SANDBOX"))
    )  # fmt: skip


def _default() -> Profile:
    return next(each for each in catalog.load().profiles.values() if each.role == "default")


class _Spoken(NamedTuple):
    """What a piece of code or a credential says of the place it signs in at."""

    located: Located
    origin: str
    sketch: Sketch | None


def drafts_of(project: Project, now: int) -> tuple[Draft, ...]:
    """One draft for each app that serves the flow, else for each app; a template where there is none."""
    apps = [each for each in project.apps if each.signs_in_by_assertion] or list(project.apps)
    if not apps:
        return template()[:1]
    spoken = _spoken(project, now)
    drafted = apps[:MOST]
    return tuple(
        _draft(app, name, _of(app, spoken, alone=len(apps) == 1)) for app, name in zip(drafted, _names(drafted), strict=True)
    )


def _names(apps: list[App]) -> list[str]:
    """One app is called production, several by their own names, each once."""
    if len(apps) == 1:
        return [PRODUCTION]
    names: list[str] = []
    for app in apps:
        plain = re.sub(r"[^a-z0-9_-]+", "-", app.name.lower()).strip("-_")[:50] or "app"
        taken = sum(each == plain or each.startswith(f"{plain}-") for each in names)
        names.append(f"{plain}-{taken + 1}" if taken else plain)
    return names


def _spoken(project: Project, now: int) -> list[_Spoken]:
    """Of the code and the credentials, then of the remote sites."""
    profile = _default()
    found = []
    for each in metadata.sketches(project, now):
        aud = each.sketch.claims.get("aud")
        found.append((each.sketch.endpoint or (aud if isinstance(aud, str) else ""), each.sketch))
    urls: list[tuple[str, Sketch | None]] = [*found, *((site.url.text, None) for site in project.remote_sites)]
    spoken = []
    for url, sketch in urls:
        place = address(url)
        located = locate(profile, place.host) if place is not None else None
        if place is not None and located is not None and located.host.kind in ("own", "shared"):
            spoken.append(_Spoken(located, place.origin, sketch))
    return spoken


def _of(app: App, spoken: list[_Spoken], *, alone: bool) -> _Spoken | None:
    """What signs with this app's consumer key; where there is no other app, also what names a host of an org of its own."""
    key = app.value("consumer-key")
    own = [each for each in spoken if each.sketch is not None and key and each.sketch.claims.get("iss") == key]
    near = [each for each in spoken if each.located.host.kind == "own"] if alone else []
    return next(iter([*own, *near]), None)


_ORGS = {"sandbox": "sandbox", "scratch": "scratch", "developer": "developer", "my-domain": "production"}
"""A kind of host → the kind of org it is of; a shared host is of several."""


def _draft(app: App, name: str, spoken: _Spoken | None) -> Draft:
    profile = _default()
    path = profile.settings["token_path"]
    claims = spoken.sketch.claims if spoken is not None and spoken.sketch is not None else {}
    sub = claims.get("sub")
    certificate = app.values.get("certificate")
    suffix = "" if name == PRODUCTION else "_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    return Draft(
        name,
        org=_ORGS.get(spoken.located.host.name) if spoken is not None else None,
        app=app.kind,
        app_name=app.name,
        endpoint=f"{spoken.origin}{path}" if spoken is not None else None,
        aud=spoken.origin if spoken is not None else None,
        iss=app.value("consumer-key") or f"{_ID_VARIABLE}{suffix}",
        sub=sub if isinstance(sub, str) and sub else f"{_USER_VARIABLE}{suffix}",
        key_env=f"{_KEY_VARIABLE}{suffix}",
        held=certificate.path if certificate is not None else "",
    )
