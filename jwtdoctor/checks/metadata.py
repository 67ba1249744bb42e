"""Checks of a project's Salesforce metadata: can this app serve the flow, for whom, and does it fit the key and the code beside it?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .. import keys
from ..case import Case
from ..model import Hit, Origin, Place, Skipped, Span
from .registry import NOTHING, Outcome, check
from .signature import fingerprint

if TYPE_CHECKING:
    # A token is diagnosed without the reader of metadata, which is not imported for it.
    from ..metadata import App, Companion, Project, RemoteSite, Sketched


def _project(case: Case) -> Project:
    """The project; no check of this room is asked without one."""
    if case.project is None:
        raise LookupError("there is no project")
    return case.project


def serving(case: Case) -> tuple[App, ...]:
    """The app that the environment means; else every app with a certificate, and those whose consumer key something here signs with."""
    project = _project(case)
    if project.meant is not None or project.meant_by:
        return project.at_hand
    issuers = {each.sketch.claims.get("iss") for each in case.facet(signers)}
    return tuple(app for app in project.apps if app.signs_in_by_assertion or app.value("consumer-key") in issuers)


def signers(case: Case) -> tuple[Sketched, ...]:
    """What the Apex and the credentials of the project would sign."""
    return _project(case).sketches(case.moment)


def _hit(app: App, name: str, variant: str = "", origin: Origin | None = None, **facts: Any) -> Hit:
    origin = origin or app.origin(name)
    return Hit(app.at(name), {"app": app.name, "file": origin.path, **facts}, variant, origin)


# --- the app ---------------------------------------------------------------------------------------------------------------


@check("app-certificate", facts="app file", variants="connected-app external-client-app perhaps", needs="project")
def app_certificate(case: Case, params: object) -> Outcome:
    """The app holds no certificate, so it has nothing to verify an assertion with. Of an app of which nobody says that it is to
    serve the flow, that is worth a word only where no other app does."""
    looked_at = case.facet(serving)
    apps = [app for app in looked_at or _project(case).at_hand if not app.signs_in_by_assertion and app.holder("certificate")]
    return [_hit(app, "certificate", app.kind if looked_at else "perhaps") for app in apps]


class ScopeParams(NamedTuple):
    """``one_of``: scopes of which one suffices, without regard to letter case and underscores."""

    one_of: tuple[str, ...]


@check("app-scope", params=ScopeParams, facts="app file scopes", needs="project")
def app_scope(case: Case, params: ScopeParams) -> Outcome:
    """The app lists none of these scopes."""
    wanted = {_folded(each) for each in params.one_of}
    hits = []
    for app in case.facet(serving):
        if app.scopes is None:
            continue
        listed = [each for each in app.scopes if each.text]
        if wanted.isdisjoint(_folded(each.text) for each in listed):
            shown = ", ".join(each.text for each in listed) or "none"
            hits.append(_hit(app, "scopes", origin=listed[0].origin if listed else None, scopes=shown))
    return hits


def _folded(scope: str) -> str:
    return scope.replace("_", "").casefold()


class UsersParams(NamedTuple):
    """What each kind of app says where an administrator approves the users beforehand."""

    connected_app: str
    external_client_app: str

    def of(self, app: App) -> str:
        """The value for this app."""
        return str(getattr(self, app.kind.replace("-", "_")))


@check("app-users", params=UsersParams, facts="app file written wanted assigned", variants="self unheard", needs="project")
def app_users(case: Case, params: UsersParams) -> Outcome:
    """Every user must approve the app himself; profiles and permission sets that it lists are then not heard."""
    return [
        _hit(
            app, "users", "unheard" if named else "self", written=_written(app, "users"), assigned=", ".join(named),
            wanted=f"{_element(app, 'users')} to {params.of(app)}",
        )
        for app in case.facet(serving)
        if app.holder("users") is not None and not _is_approved(app, params)
        for named in [_assigned(app)]
    ]  # fmt: skip


def _written(app: App, name: str) -> str:
    """A value with the name of its element."""
    return f"{_element(app, name)} is {app.value(name) or 'absent'}"


def _element(app: App, name: str) -> str:
    return app.at(name).path.rpartition(".")[2]


def _is_approved(app: App, params: UsersParams) -> bool:
    return app.value("users").casefold() == params.of(app).casefold()


def _assigned(app: App) -> list[str]:
    return [each.text for each in (*(app.profiles or ()), *(app.permission_sets or ())) if each.text]


@check("app-assigned", params=UsersParams, facts="app file", variants="nobody emptied", needs="project")
def app_assigned(case: Case, params: UsersParams) -> Outcome:
    """An administrator approves the users, and no profile and no permission set is approved."""
    shown = {each.casefold() for each in _project(case).assigned}
    hits = []
    for app in case.facet(serving):
        if not _is_approved(app, params) or _assigned(app) or app.name.casefold() in shown:
            continue
        empty = next(iter((*(app.profiles or ()), *(app.permission_sets or ()))), None)
        hits.append(_hit(app, "assigned", "emptied" if empty else "nobody", empty.origin if empty else None))
    return hits


class SettingParams(NamedTuple):
    """``setting``: a value of the app by its name here; ``is_one_of``: what it is when the rule speaks, in any letter case."""

    setting: str
    is_one_of: tuple[str, ...]


@check("app-setting", params=SettingParams, facts="app file written", needs="project")
def app_setting(case: Case, params: SettingParams) -> Outcome:
    """A setting of the app is one of these."""
    wanted = {each.casefold() for each in params.is_one_of}
    return [
        _hit(app, params.setting, written=app.value(params.setting))
        for app in case.facet(serving)
        if app.value(params.setting).casefold() in wanted
    ]


class SessionParams(NamedTuple):
    """``level``: the session level that this flow cannot reach; ``action``: the action that keeps everybody out."""

    level: str
    action: str


@check("app-session", params=SessionParams, facts="app file written", variants="level action", needs="project")
def app_session(case: Case, params: SessionParams) -> Outcome:
    """A session policy of the app demands what a flow without a user cannot give."""
    hits = []
    for app in case.facet(serving):
        wanted = (("session-action", "action", params.action), ("session-level", "level", params.level))
        found = next((each for each in wanted if app.value(each[0]).casefold() == each[2].casefold()), None)
        if found is not None:
            hits.append(_hit(app, found[0], found[1], written=app.value(found[0])))
    return hits


# --- the app, beside the claims and the key --------------------------------------------------------------------------------


@check("app-of-iss", facts="app file iss consumer_key other", variants="other-app named pair", needs="project claims")
def app_of_iss(case: Case, params: object) -> Outcome:
    """`iss` is not the consumer key of the app that is to serve the environment, or that holds the certificate of its key."""
    project, iss = _project(case), case.claims.get("iss")
    if not isinstance(iss, str) or not iss or project.meant_by == "consumer-key":
        return NOTHING
    if project.meant is None:
        return [Hit(Place("payload", "iss"), _facts_of_iss(each, iss, ""), "pair") for each in project.holders[:1]]
    app = project.meant
    if not app.value("consumer-key"):
        return Skipped("the project does not say the app's consumer key", "project")
    if app.value("consumer-key") == iss:
        return NOTHING
    other = next((each.name for each in project.apps if each.value("consumer-key") == iss), "")
    variant = "other-app" if other else "named"
    return [Hit(Place("payload", "iss"), _facts_of_iss(app, iss, other), variant)]


def _facts_of_iss(app: App, iss: str, other: str) -> dict[str, Any]:
    return {"app": app.name, "file": app.path, "iss": iss, "consumer_key": app.value("consumer-key"), "other": other}


@check("app-certificate-of-key", facts="app file certificate sha256", variants="known only", needs="project")
def app_certificate_of_key(case: Case, params: object) -> Outcome:
    """The certificate on the app belongs to another key than the private key and the certificates that are at hand. Where one of them
    fits, the app is not the one that is wrong."""
    given = _given(case)
    if not given:
        return Skipped("neither a certificate nor a private key was given that can be read", "certificate")
    variant = "only" if _project(case).meant_by == "only" else "known"
    hits = []
    for app in case.facet(serving):
        held = _held(app)
        if held is not None and held.spki_sha256 not in given:
            name = next(iter(given.values()))
            hits.append(_hit(app, "certificate", variant, certificate=name, sha256=fingerprint(held.sha256)))
    return hits


def _given(case: Case) -> dict[str, str]:
    """The public keys that the environment signs with, each by a name to show: that of a certificate, if one belongs to the private
    key, and the private key first, if none does."""
    named = {each.spki_sha256: each.name for each in reversed(case.certificates) if each.spki_sha256 and not each.candidate}
    key = case.environment.surroundings.key if case.environment is not None else None
    if key is None or not key.spki_sha256:
        return dict(reversed(named.items()))
    return {key.spki_sha256: named.get(key.spki_sha256, key.name), **named}


def holders(project: Project, public_keys: Collection[str]) -> tuple[App, ...]:
    """The apps that hold a certificate of one of these public keys, given as SHA-256 digests."""
    if not public_keys:
        return ()
    held = [(app, _held(app)) for app in project.apps]
    return tuple(app for app, each in held if each is not None and each.spki_sha256 in public_keys)


def _held(app: App) -> keys.Material | None:
    """The certificate on the app, where it can be read."""
    return _material(app.value("certificate").encode("utf-8", "replace"))


def _material(data: bytes) -> keys.Material | None:
    """The first thing with a public key in it."""
    return next((each for each in keys.read(data) if each.spki_sha256), None) if data.strip() else None


@check("signer-certificate", facts="app certificate file signer", variants="differs absent", needs="project")
def signer_certificate(case: Case, params: object) -> Outcome:
    """What Apex or a credential of the project signs with is another key than the app's, or is not in the project."""
    project = _project(case)
    stored = {each.name: each for each in project.stored}
    hits = []
    for path, sketch in case.facet(signers):
        name = sketch.names.get("certificate", "")
        if not name or not stored:
            continue
        facts = {"certificate": name, "signer": path, "file": "", "app": ""}
        origin = sketch.origins.get("key")
        if name not in stored:
            hits.append(Hit(project.place(path, "certificate"), facts, "absent", origin))
            continue
        app = next((each for each in project.apps if sketch.claims.get("iss") == each.value("consumer-key") != ""), None)
        mine = _material(stored[name].data)
        theirs = _held(app) if app is not None else None
        if app is not None and mine is not None and theirs is not None and mine.spki_sha256 != theirs.spki_sha256:
            hits.append(Hit(project.place(path, "certificate"), {**facts, "file": app.path, "app": app.name}, "differs", origin))
    return hits


# --- the project -----------------------------------------------------------------------------------------------------------


@check("remote-site", facts="endpoint_origin site others file", variants="absent inactive scheme", needs="project")
def remote_site(case: Case, params: object) -> Outcome:
    """Apex of the project posts to a host that no active Remote Site Setting of the project names."""
    project = _project(case)
    sites = project.remote_sites
    hits = []
    for path, sketch in case.facet(signers):
        wanted = sketch.names.get("endpoint_origin", "") if "apex-callout" in sketch.traits else ""
        if wanted and (found := _unreachable(wanted, sites)):
            variant, site = found
            others = ", ".join(each.url.text for each in sites[:5]) or "none"
            facts = {"endpoint_origin": wanted, "site": site, "others": others, "file": path}
            hits.append(Hit(project.place(path, "endpoint"), facts, variant, sketch.origins.get("endpoint")))
    return hits


def _unreachable(origin: str, sites: tuple[RemoteSite, ...]) -> tuple[str, str] | None:
    """Why a call to ``origin`` is not allowed, and the setting that comes nearest."""
    scheme, host = _address(origin)
    same = [each for each in sites if _address(each.url.text)[1] == host]
    exact = [each for each in same if _address(each.url.text)[0] == scheme]
    if any(each.active for each in exact):
        return None
    if exact:
        return "inactive", exact[0].name
    return ("scheme", same[0].url.text) if same else ("absent", "")


def _address(url: str) -> tuple[str, str]:
    """Scheme and host, with the port where that is not the usual one, in lower case; of what is no URL two empty texts."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return "", ""
    usual = {"https": 443, "http": 80}.get(parts.scheme.lower())
    return parts.scheme.lower(), (parts.hostname or "").lower() + (f":{port}" if port and port != usual else "")


@check("app-companions", facts="app file kind near", variants="stranger unnamed twice missing", needs="project")
def app_companions(case: Case, params: object) -> Outcome:
    """The files of an External Client App do not fit together."""
    project = _project(case)
    names = [each.name for each in project.apps if each.has_main_file]
    strange: set[str] = set()
    seen: set[tuple[str, str]] = set()
    hits = []
    for each in project.companions:
        variant = _misfit(each, names, seen)
        seen.add((each.kind, each.app.text.casefold()))
        if variant:
            strange.add(each.kind)
            facts = {"app": each.app.text, "file": each.app.path, "kind": each.type, "near": _near(each.app.text, names)}
            at = project.place(each.app.path, "externalClientApplication")
            hits.append(Hit(at, facts, variant, each.app.origin))
    return [*hits, *_missing(project, strange)]


def _misfit(companion: Companion, names: list[str], seen: set[tuple[str, str]]) -> str:
    """The wording for a companion that belongs to no app, or to one that has such a one; empty where all is well."""
    name = companion.app.text.casefold()
    if not name:
        return "unnamed"
    # Where no app is in the project at all, it lives in the org or comes in a package.
    if names and name not in {each.casefold() for each in names}:
        return "stranger"
    return "twice" if (companion.kind, name) in seen else ""


def _near(name: str, names: list[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(name, names, 1, 0)), "none")


def _missing(project: Project, strange: set[str]) -> Iterator[Hit]:
    """Companions that an app should have; not those of a kind of which one has gone astray."""
    for app in project.at_hand:
        for suffix, kind in app.lacking if app.has_main_file else ():
            if suffix not in strange:
                facts = {"app": app.name, "file": app.path, "kind": kind, "near": ""}
                yield Hit(app.at(suffix), facts, "missing", app.place.origin)


@check("app-secret", facts="app file", variants="written tracked", needs="project")
def app_secret(case: Case, params: object) -> Outcome:
    """A consumer secret stands in a file of the project."""
    project = _project(case)
    return [
        _hit(
            app,
            "secret",
            "tracked" if project.tracked and each.path in project.tracked else "written",
            each.origin,
            file=each.path,
        )
        for app in project.at_hand
        for each in app.secrets
    ]


@check("app-global-settings", facts="app file", needs="project")
def app_global_settings(case: Case, params: object) -> Outcome:
    """Git tracks the global OAuth settings of an External Client App, which must not be added to source control."""
    project = _project(case)
    if project.tracked is None:
        return Skipped("git was not asked which files it tracks", "project")
    return [
        Hit(
            project.place(each.app.path, "externalClientApplication"),
            {"app": each.app.text, "file": each.app.path},
            "",
            each.app.origin,
        )
        for each in project.companions
        if each.is_global and each.app.path in project.tracked
    ]


@check("metadata-file", facts="file line why", needs="project")
def metadata_file(case: Case, params: object) -> Outcome:
    """A metadata file cannot be read, so that nothing in it was examined."""
    project = _project(case)
    hits = []
    for path, line, why in project.unreadable:
        origin = Origin(Span(line, 1, line, 1), "", path=path)
        hits.append(Hit(project.place(path, "file"), {"file": path, "line": line, "why": why}, "", origin))
    return hits
