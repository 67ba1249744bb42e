"""What only a config and its surroundings can show: the org's kind, the state of the private key, certificates, secrets in git."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..case import Case, Located
from ..model import Hit, Origin, Place, Skipped, Span
from .audience import audience, audience_host, endpoint, endpoint_host
from .metadata import holders
from .registry import NOTHING, Outcome, check, one
from .signature import fingerprint

if TYPE_CHECKING:
    # A token is diagnosed without the reader of configs, which is not imported for it.
    from ..config import Environment, KeyFacts


def _environment(case: Case) -> Environment | None:
    """The environment, where a config names it: the project as a whole is examined as an environment without a table."""
    found = case.environment
    return found if found is not None and "" in found.origins else None


@check("environment-org", facts="org value title wanted", variants="endpoint audience", needs="environment", settings="orgs")
def environment_org(case: Case, params: object) -> Outcome:
    """The config calls the org of one kind, and names the host of another kind."""
    environment = _environment(case)
    if environment is None or environment.org not in case.setting("orgs"):
        return NOTHING
    kind = case.setting("orgs")[environment.org]
    called, claimed = case.facet(endpoint_host), case.facet(audience_host)
    where, found = case.facet(endpoint), case.facet(audience)
    hits = []
    if where is not None and _is_of_another_kind(called, kind["hosts"]):
        hits.append(_host("endpoint", "", environment, where.text, called, kind["wanted"]))
    # Where the endpoint is right, another rule compares it with the audience.
    if found is not None and (called is None or hits) and _is_of_another_kind(claimed, kind["hosts"]):
        hits.append(_host("payload", "aud", environment, found.text, claimed, kind["wanted"]))
    return hits


def _is_of_another_kind(located: Located | None, hosts: list[str]) -> bool:
    return located is not None and located.host.kind != "ui" and located.host.name not in hosts


def _host(exhibit: str, path: str, environment: Environment, value: str, located: Located | None, wanted: str) -> Hit:
    title = located.host.title if located is not None else ""
    facts = {"org": environment.org, "value": value, "title": title, "wanted": wanted}
    return Hit(Place(exhibit, path), facts, "audience" if path else "endpoint")


@check("environment-complete", facts="taken", variants="org endpoint aud certificates key", needs="environment")
def environment_complete(case: Case, params: object) -> Outcome:
    """The config leaves something out that would let more be examined."""
    environment = _environment(case)
    if environment is None:
        return NOTHING
    missing = [
        ("org", environment.org is None and "orgs" in case.profile.settings),
        ("endpoint", environment.endpoint is None and "endpoint" not in environment.unset),
        # Where an audience is examined all the same, it is the one that the endpoint tells.
        ("aud", environment.aud is None and "aud" not in environment.unset and "aud" in case.claims),
        ("certificates", not environment.certificates and not case.certificates),
        ("key", environment.key is None),
    ]
    taken = str(case.claims.get("aud", ""))
    return [Hit(Place("environment", name), {"taken": taken}, name) for name, absent in missing if absent]


@check("environment-variable", facts="key variable", variants="value private-key", needs="environment")
def environment_variable(case: Case, params: object) -> Outcome:
    """A value is to come from an environment variable that is not set here."""
    environment = _environment(case)
    if environment is None:
        return NOTHING
    hits = [
        Hit(Place("environment", name), {"key": name, "variable": variable}, "value")
        for name, variable in environment.unset.items()
    ]
    key = environment.surroundings.key
    if key.state == "unset":
        hits.append(Hit(Place("key", "variable"), {"key": "key", "variable": key.name}, "private-key"))
    return hits


class StateParams(NamedTuple):
    """``states``: which states of the key the rule is about."""

    states: tuple[str, ...]


@check(
    "key-state", params=StateParams, facts="key why", variants="missing unreadable locked unusable newlines", needs="environment"
)
def key_state(case: Case, params: StateParams) -> Outcome:
    """The private key that the config names cannot be used."""
    key = _key(case)
    return one("key", "", key.state, key=key.name, why=key.why) if key is not None and key.state in params.states else NOTHING


def _key(case: Case) -> KeyFacts | None:
    environment = _environment(case)
    return environment.surroundings.key if environment is not None else None


@check("key-suits", facts="key type size wanted", variants="type size", needs="environment", settings="key")
def key_suits(case: Case, params: object) -> Outcome:
    """The private key is of a type, or so short, that the provider does not take its certificate."""
    key, settings = _key(case), case.setting("key")
    if key is None or key.state not in ("usable", "newlines"):
        return NOTHING
    if key.type not in settings["types"]:
        return one("key", "", "type", key=key.name, type=key.type, size=key.size, wanted=" or ".join(settings["types"]))
    if key.type == "RSA" and key.size < settings["least_bits"]:
        return one("key", "", "size", key=key.name, type=key.type, size=key.size, wanted=str(settings["least_bits"]))
    return NOTHING


_READ, _WRITE = 0o044, 0o022


@check("key-permissions", facts="key mode who", variants="readable writable", needs="environment")
def key_permissions(case: Case, params: object) -> Outcome:
    """Others than the owner may read, or replace, the file of the private key."""
    key = _key(case)
    if key is None or key.mode is None or not key.mode & (_READ | _WRITE):
        return NOTHING
    variant = "readable" if key.mode & _READ else "writable"
    who = "everybody" if key.mode & 0o006 else "its group"
    return one("key", "mode", variant, key=key.name, mode=f"{key.mode & 0o777:o}", who=who)


@check(
    "key-certificate", facts="key certificate sha256 expected app", variants="one several app", needs="environment certificate"
)
def key_certificate(case: Case, params: object) -> Outcome:
    """None of the environment's certificates belongs to its private key."""
    key = _key(case)
    held = [
        each
        for each in case.certificates
        if each.spki_sha256 and each.kind in ("certificate", "public-key") and not each.candidate
    ]
    if key is None or not key.spki_sha256 or not held or any(each.spki_sha256 == key.spki_sha256 for each in held):
        return NOTHING
    facts = {
        "key": key.name, "certificate": ", ".join(each.name for each in held[:3]), "sha256": fingerprint(held[0].spki_sha256),
        "expected": fingerprint(key.spki_sha256), "app": _app_of(case, key),
    }  # fmt: skip
    return (Hit(Place("key", "certificate"), facts, "app" if facts["app"] else "one" if len(held) == 1 else "several"),)


def _app_of(case: Case, key: KeyFacts) -> str:
    """The environment's app, where it holds the certificate of the key; else an empty text."""
    project = case.project
    if project is None or project.meant is None or project.meant not in holders(project, {key.spki_sha256}):
        return ""
    return project.meant.name


@check("key-shared", facts="others", needs="environment")
def key_shared(case: Case, params: object) -> Outcome:
    """An environment of the other side, production or not, signs with the same key."""
    environment = _environment(case)
    others = environment.surroundings.shares_key_with if environment is not None else ()
    return one("key", "shared", others=", ".join(others)) if others else NOTHING


@check("environment-certificate", facts="certificate why", needs="environment")
def environment_certificate(case: Case, params: object) -> Outcome:
    """A certificate that the config names cannot be read."""
    environment = _environment(case)
    if environment is None:
        return NOTHING
    return [
        Hit(
            Place("certificate", "file"), {"certificate": each.name, "why": each.why},
            origin=environment.origins.get(f"certificates.{each.position}"),
        )
        for each in environment.surroundings.certificates
    ]  # fmt: skip


@check(
    "tracked-secret", facts="file line", variants="key unignored private-key encrypted-private-key keystore", needs="environment"
)
def secret_in_git(case: Case, params: object) -> Outcome:
    """A private key is in a file that git tracks, or will take along."""
    return list(_secrets(case)) if case.environment is not None else NOTHING


def _secrets(case: Case) -> Iterator[Hit]:
    key = _key(case)
    if key is not None and key.git in ("tracked", "untracked"):
        yield Hit(
            Place("git", "key"),
            {"file": key.name, "line": 1},
            "key" if key.git == "tracked" else "unignored",
            case.origins.get("key"),
        )
    for leak in case.environment.surroundings.leaks if case.environment is not None else ():
        origin = Origin(Span(leak.line, 1, leak.line, 1), "", path=leak.path)
        yield Hit(Place("git", "file"), {"file": leak.path, "line": leak.line}, leak.kind, origin)


@check("environment-app", facts="app kind name file", needs="environment project")
def environment_app(case: Case, params: object) -> Outcome:
    """The config calls the app of one kind, and the project's metadata holds it as the other kind."""
    environment = _environment(case)
    meant = case.project.meant if case.project is not None else None
    if environment is None or environment.app is None or meant is None or meant.kind == environment.app:
        return NOTHING
    return one("environment", "app", app=_APPS[environment.app], kind=_APPS[meant.kind], name=meant.name, file=meant.place.path)


_APPS = {"connected-app": "a Connected App", "external-client-app": "an External Client App"}


@check("environment-app-name", facts="name names near", variants="other none", needs="environment project")
def environment_app_name(case: Case, params: object) -> Outcome:
    """The config names an app, and no app of the project is called so."""
    environment, project = _environment(case), case.project
    if environment is None or project is None or not environment.app_name:
        return NOTHING
    names = {each.name.casefold(): each.name for each in project.apps}
    if environment.app_name.casefold() in names:
        return NOTHING
    if not project.knows_all_apps:
        return Skipped("a file of an app could not be read", "project")
    from difflib import get_close_matches

    near = get_close_matches(environment.app_name.casefold(), names, 1, 0)
    facts = {"name": environment.app_name, "names": ", ".join(list(names.values())[:10]), "near": names[near[0]] if near else ""}
    return [Hit(Place("environment", "app-name"), facts, "other" if names else "none")]
