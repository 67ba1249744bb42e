"""Connected Apps and External Client Apps, put together. Metadata API: ConnectedApp, ExternalClientApplication and its companions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .project import App, Companion, Text
from .shape import (
    CONNECTED,
    CONNECTED_APP,
    CONNECTED_VALUES,
    EXTERNAL,
    EXTERNAL_CLIENT_APP,
    EXTERNAL_VALUES,
    GLOBAL_SETTINGS,
    POLICIES,
    SETTINGS,
)
from .written import Written


def connected(file: Written) -> App:
    """A Connected App: one file."""
    values = {name: found for name, path in CONNECTED_VALUES.items() if (found := file.value(path)) is not None}
    return App(
        file.name, CONNECTED_APP, file.place, {CONNECTED: file.place}, values,
        scopes=file.values("oauthConfig/scopes"), profiles=file.values("profileName"),
        permission_sets=file.values("permissionSetName"), secrets=_secrets(file, "oauthConfig/consumerSecret"),
    )  # fmt: skip


def companion(file: Written, suffix: str) -> Companion:
    """A companion file of an External Client App."""
    named = file.value("externalClientApplication")
    return Companion(suffix, named if named is not None else file.place._replace(text=""))


def external(mains: Iterable[Written], files: Mapping[str, Iterable[Written]]) -> list[App]:
    """External Client Apps with their companions. Where there is no app at all, companions stand for the app they name: it
    lives in the org, or comes in a package."""
    apps = {each.name.casefold(): _begun(each.name, each.place, EXTERNAL) for each in mains}
    alone = not apps
    for suffix, companions in files.items():
        for file in companions:
            named = companion(file, suffix).app
            key = named.text.casefold()
            if alone and key and key not in apps:
                apps[key] = _begun(named.text, file.place, suffix)._replace(parts={})
            if key in apps and suffix not in apps[key].parts:
                apps[key] = _with(apps[key], suffix, file)
    return list(apps.values())


def _begun(name: str, place: Text, suffix: str) -> App:
    return App(name, EXTERNAL_CLIENT_APP, place, {suffix: place})


def _with(app: App, suffix: str, file: Written) -> App:
    """The app with what one companion says."""
    found = {name: value for name, path in EXTERNAL_VALUES.get(suffix, {}).items() if (value := file.value(path)) is not None}
    app = app._replace(parts={**app.parts, suffix: file.place}, values={**app.values, **found})
    if suffix == GLOBAL_SETTINGS:
        app = app._replace(secrets=_secrets(file, "consumerSecret"))
    if suffix == SETTINGS:
        app = app._replace(scopes=file.listed("commaSeparatedOauthScopes") or ())
    if suffix == POLICIES:
        app = app._replace(
            profiles=file.listed("commaSeparatedProfile") or (), permission_sets=file.listed("commaSeparatedPermissionSet") or ()
        )
    return app


def _secrets(file: Written, path: str) -> tuple[Text, ...]:
    """Where a consumer secret stands. The secret itself goes no further."""
    return tuple(each._replace(text="", line="") for each in file.values(path) if each.text)
