"""Checks of aud and of the endpoint: shape, host, environment, and whether they belong together. RFC 7523 §3 (3)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..case import NEEDS, Case, Located, locate
from ..model import Skipped
from .registry import NOTHING, Outcome, check, one

_TOKEN_PATH = re.compile(r"/(?:oauth2?|services/oauth2|token|connect/token|protocol/openid-connect)\b.*|.*/token/?\Z")


class Address(NamedTuple):
    """A URL, or what was given for one."""

    text: str
    scheme: str
    host: str
    path: str
    bare: bool
    """Written without a scheme."""

    @property
    def origin(self) -> str:
        """The https origin of its host."""
        return f"https://{self.host}"


@functools.lru_cache(maxsize=512)
def address(text: str) -> Address | None:
    """Take a URL or bare host apart, leniently; ``None`` when there is no host in it."""
    trimmed = text.strip()
    scheme, separator, _ = trimmed.partition("://")
    bare = not separator
    try:
        parts = urlsplit(trimmed if not bare else f"https://{trimmed}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?", host) or (bare and "." not in host) or "@" in parts.netloc:
        return None
    return Address(text, "" if bare else scheme.lower(), host, parts.path, bare)


def audience(case: Case) -> Address | None:
    """Facet: the audience's address; of a list, its only member's."""
    value = case.claims.get("aud")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return address(value) if isinstance(value, str) and len(value) < 2048 else None


def endpoint(case: Case) -> Address | None:
    """Facet: the endpoint's address."""
    return address(case.endpoint) if case.endpoint and len(case.endpoint) < 8192 else None


def audience_host(case: Case) -> Located | None:
    """Facet: what kind of the provider's hosts the audience names."""
    found = case.facet(audience)
    return locate(case.profile, found.host) if found is not None else None


def endpoint_host(case: Case) -> Located | None:
    """Facet: what kind of the provider's hosts was called."""
    found = case.facet(endpoint)
    return locate(case.profile, found.host) if found is not None else None


class ShapeParams(NamedTuple):
    """``shape``: array, trailing-slash, scheme-missing, not-https, token-path, not-normal."""

    shape: str


@check("audience-shape", params=ShapeParams, facts="value wanted path", needs="claims", reads="aud endpoint")
def audience_shape(case: Case, params: ShapeParams) -> Outcome:
    """aud is not written as one plain https URL."""
    value = case.claims.get("aud")
    if value is None:
        return NOTHING
    if params.shape == "array":
        if not isinstance(value, list):
            return NOTHING
        found = case.facet(audience)
        return one("payload", "aud", value=_shown(value), wanted=_wanted(case, found) if found else _first(value), path="")
    found = case.facet(audience)
    if found is None or not _SHAPES[params.shape](case, found):
        return NOTHING
    return one("payload", "aud", value=found.text, wanted=_wanted(case, found), path=found.path)


def _shown(value: list[Any]) -> str:
    return (
        "[" + ", ".join(f'"{each}"' if isinstance(each, str) else "…" for each in value[:3]) + (", …]" if len(value) > 3 else "]")
    )


def _first(value: list[Any]) -> str:
    return next((each for each in value if isinstance(each, str)), "https://…")


def _wanted(case: Case, found: Address) -> str:
    """The audience written as it should be; where the endpoint called wants another, that one: it would be refused in any spelling."""
    return (of_endpoint(case) if _is_elsewhere(case, found) else "") or _plain(case, found)


def _is_elsewhere(case: Case, found: Address) -> bool:
    """Whether the endpoint called is known to belong to another audience than this one."""
    called, claimed, reached = case.facet(endpoint), case.facet(audience_host), case.facet(endpoint_host)
    if called is None or called.host == found.host:
        return False
    if claimed is None or reached is None:
        return reached is not None or not case.profile.hosts
    if claimed.host.kind == reached.host.kind == "own":
        return (claimed.org, claimed.sandbox) != (reached.org, reached.sandbox)
    sides = {claimed.host.side, reached.host.side}
    return claimed.host.kind == "ui" or (len(sides) > 1 and "either" not in sides)


def _plain(case: Case, found: Address) -> str:
    located = case.facet(audience_host)
    site = located is not None and located.host.kind == "site"
    return f"{found.origin}{found.path.rstrip('/')}" if site and not _TOKEN_PATH.match(found.path) else found.origin


_SHAPES: dict[str, Callable[[Case, Address], bool]] = {
    "trailing-slash": lambda case, found: (
        found.path.endswith("/") and not found.path.endswith("//") and not _is_token_path(found)
    ),
    "scheme-missing": lambda case, found: found.bare,
    "not-https": lambda case, found: found.scheme not in ("https", ""),
    "token-path": lambda case, found: _is_token_path(found),
    "not-normal": lambda case, found: _is_not_normal(found),
}


def _is_not_normal(found: Address) -> bool:
    """White space around it, capitals in scheme or host, or a port."""
    text = found.text.strip()
    scheme, separator, rest = text.rpartition("://")
    authority = f"{scheme}{separator}{rest.partition('/')[0]}"
    return text != found.text or authority != authority.lower() or ":" in rest.partition("/")[0]


def _is_token_path(found: Address) -> bool:
    return len(found.path) > 1 and bool(_TOKEN_PATH.match(found.path))


@check(
    "audience-host",
    facts="value host title instead wanted",
    variants="ui legacy foreign foreign-own not-url",
    needs="claims",
    reads="aud endpoint",
)
def audience_names_host(case: Case, params: object) -> Outcome:
    """aud names a host that is no authorization server of this provider."""
    value = case.claims.get("aud")
    if not isinstance(value, str) or not value.strip() or not case.profile.hosts:
        return NOTHING
    found = case.facet(audience)
    if found is None:
        return (
            NOTHING
            if _is_swapped(case, value)
            else one("payload", "aud", "not-url", value=value, host="", title="", instead="", wanted=_proposal(case))
        )
    located = case.facet(audience_host)
    if located is None:
        called = case.facet(endpoint)
        if called is not None and called.host == found.host:
            return NOTHING
        variant = "foreign" if case.facet(endpoint_host) is not None else "foreign-own"
        return one("payload", "aud", variant, value=value, host=found.host, title="", instead="", wanted=_proposal(case))
    host = located.host
    if host.kind == "site":
        return Skipped("whether the org has a site of this name, and under which path, cannot be seen", "org")
    if host.kind != "ui" and not host.legacy:
        return NOTHING
    instead = host.instead.replace("{org}", located.org or "…").replace("{sandbox}", located.sandbox or "…")
    variant = "ui" if host.kind == "ui" else "legacy"
    return one(
        "payload",
        "aud",
        variant,
        value=value,
        host=found.host,
        title=host.title,
        instead=instead or _proposal(case),
        wanted=_proposal(case),
    )


def _is_swapped(case: Case, value: str) -> bool:
    return _look(case, value) in ("iss", "sub")


def of_endpoint(case: Case) -> str:
    """The audience that goes with the endpoint called; empty where none is known.

    Where the profile knows no hosts it is the endpoint's own URL, as RFC 7523 §3 (3) suggests.
    """
    called, located = case.facet(endpoint), case.facet(endpoint_host)
    if called is None:
        return ""
    if located is not None and located.host.kind in ("shared", "own"):
        return called.origin
    if located is not None and located.host.kind == "site":
        return called.origin + called.path.rstrip("/").removesuffix(str(case.profile.settings.get("token_path", "")))
    return "" if case.profile.hosts or called.bare else f"{called.origin}{called.path}"


def _proposal(case: Case) -> str:
    """The audience that goes with the endpoint called; without one the shared production host."""
    found = of_endpoint(case) if case.profile.hosts else ""
    if found:
        return found
    shared = case.profile.settings.get("shared_hosts", {})
    return f"https://{shared['production']}" if shared else "the authorization server's own URL"


@check(
    "audience-environment",
    facts="value aud_side side endpoint_host wanted reason",
    variants="other-shared-host own-domain sandbox-user",
    needs="claims",
    settings="shared_hosts",
    reads="aud endpoint sub",
)
def audience_environment(case: Case, params: object) -> Outcome:
    """aud names production's shared host for a test org, or the reverse."""
    claimed, called = case.facet(audience_host), case.facet(endpoint_host)
    found = case.facet(audience)
    if found is None or claimed is None:
        return NOTHING if found is not None or "aud" in case.claims else Skipped("there is no `aud`", "aud")
    if called is None:
        return _environment_by_user(
            case, claimed, Skipped("without the endpoint nothing tells which environment was called", "endpoint")
        )
    if claimed.host.side == "either" or called.host.side == "either" or called.host.kind == "ui":
        return NOTHING
    if claimed.host.side != called.host.side:
        shared = claimed.host.kind == called.host.kind == "shared"
        return _environment_hit(case, claimed, called.host.side, "other-shared-host" if shared else "own-domain")
    if called.host.kind == "shared":
        return _environment_by_user(
            case, claimed, Skipped("whether the org is a sandbox cannot be seen from a shared host", "org")
        )
    return NOTHING


def _environment_by_user(case: Case, claimed: Located, otherwise: Skipped) -> Outcome:
    """No host tells the environment; a sandbox's suffix on the user name may."""
    subject, words = case.claims.get("sub"), case.profile.settings.get("subject", {}).get("sandbox_words", ())
    found = case.facet(audience)
    suffix = subject.rpartition(".")[2].lower() if isinstance(subject, str) and "@" in subject else ""
    if found is None or suffix not in words or claimed.host.side != "production" or claimed.host.kind != "shared":
        return otherwise
    return one(
        "payload",
        "aud",
        "sandbox-user",
        value=found.text,
        aud_side=_SIDES["production"],
        side=_SIDES["test"],
        endpoint_host="",
        wanted=f"https://{case.setting('shared_hosts')['test']}",
        reason=suffix,
    )


def _environment_hit(case: Case, claimed: Located, side: str, variant: str) -> Outcome:
    called, found = case.facet(endpoint), case.facet(audience)
    if called is None or found is None:
        return NOTHING
    return one(
        "payload",
        "aud",
        variant,
        value=found.text,
        aud_side=_SIDES[claimed.host.side],
        side=_SIDES[side],
        endpoint_host=called.host,
        wanted=f"https://{case.setting('shared_hosts')[side]}",
        reason=called.origin,
    )


_SIDES = {"production": "production", "test": "sandboxes and scratch orgs"}


@check(
    "audience-own-domain",
    facts="value endpoint_host wanted",
    variants="shared-for-external-app own-at-shared",
    needs="claims endpoint",
    settings="shared_hosts own_host",
    reads="aud endpoint app",
)
def audience_own_domain(case: Case, params: object) -> Outcome:
    """The shared login host where the org's own domain is wanted, or the reverse."""
    claimed, called, where = case.facet(audience_host), case.facet(endpoint_host), case.facet(endpoint)
    found = case.facet(audience)
    if claimed is None or called is None or found is None or where is None:
        return NOTHING
    if claimed.host.kind in ("own", "site") and called.host.kind == "shared":
        return one("payload", "aud", "own-at-shared", value=found.text, endpoint_host=where.host, wanted=_plain(case, found))
    if claimed.host.kind == "shared" and called.host.kind == "shared":
        if case.app == "external-client-app":
            return one(
                "payload",
                "aud",
                "shared-for-external-app",
                value=found.text,
                endpoint_host=where.host,
                wanted=str(case.setting("own_host")),
            )
        if case.app is None:
            return Skipped("the kind of app is not known; an external client app is found only at the org's own domain", "app")
    if claimed.host.kind == called.host.kind == "own" and case.app != "external-client-app":
        # Government Cloud: the request goes to the My Domain while aud stays the shared host (simple-salesforce pull request 711).
        return Skipped("some orgs want the shared host as audience at their own domain; which ones cannot be seen", "org")
    return NOTHING


@check(
    "audience-endpoint",
    facts="value endpoint_host wanted",
    variants="other-org other-server other-path",
    needs="claims endpoint",
    reads="aud endpoint",
)
def audience_endpoint(case: Case, params: object) -> Outcome:
    """aud and the endpoint called name two different orgs, or two different servers."""
    found, where = case.facet(audience), case.facet(endpoint)
    if found is None or where is None:
        return NOTHING
    if found.host == where.host:
        return _other_path(case, found, where)
    claimed, called = case.facet(audience_host), case.facet(endpoint_host)
    if claimed is not None and called is not None:
        if claimed.host.kind == called.host.kind == "own" and (claimed.org, claimed.sandbox) != (
            called.org,
            called.sandbox,
        ):
            return one("payload", "aud", "other-org", value=found.text, endpoint_host=where.host, wanted=where.origin)
        return NOTHING
    if case.profile.hosts:
        return NOTHING
    return one("payload", "aud", "other-server", value=found.text, endpoint_host=where.host, wanted=where.origin)


def _other_path(case: Case, found: Address, where: Address) -> Outcome:
    """A site's audience is its URL with the path prefix, and the token endpoint stands below it."""
    located = case.facet(audience_host)
    path = str(case.profile.settings.get("token_path", ""))
    if located is None or located.host.kind != "site" or not path or not where.path.rstrip("/").endswith(path):
        return NOTHING
    prefix = where.path.rstrip("/").removesuffix(path)
    if found.path.rstrip("/") == prefix:
        return NOTHING
    return one("payload", "aud", "other-path", value=found.text, endpoint_host=where.host, wanted=f"{where.origin}{prefix}")


@check("claims-swapped", facts="aud sub iss found_in belongs_in", needs="claims", reads="iss sub aud")
def claims_swapped(case: Case, params: object) -> Outcome:
    """The values of iss, sub and aud stand in each other's place: each has a look of its own."""
    looks = {name: _look(case, case.claims.get(name)) for name in ("iss", "sub", "aud")}
    wrong = {name: look for name, look in looks.items() if look and look != name}
    if not wrong:
        return NOTHING
    # One stray value is a wrong value; an exchange needs the place it belongs to be taken by something else as well.
    pairs = [(name, look) for name, look in wrong.items() if looks[look] != look]
    if not pairs:
        return NOTHING
    return one(
        "payload",
        pairs[0][0],
        aud=looks["aud"],
        sub=looks["sub"],
        iss=looks["iss"],
        found_in=", ".join(f"`{name}` holds what belongs in `{look}`" for name, look in pairs),
        belongs_in=pairs[0][1],
    )


_LONGEST = 512


def _look(case: Case, value: object) -> str:
    """Which claim a value looks made for: a URL is an audience, a consumer key an issuer, a name with @ a subject."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    if re.match(r"https?://", value):
        return "aud"
    issuer = case.profile.settings.get("issuer", {}).get("usual")
    if issuer and re.fullmatch(issuer, value):
        return "iss"
    return "sub" if re.fullmatch(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+", value) else ""


@check(
    "endpoint-host",
    facts="url host title instead",
    variants="ui legacy no-token-path not-https foreign",
    needs="endpoint",
    reads="endpoint",
)
def endpoint_names_host(case: Case, params: object) -> Outcome:
    """The request goes to something that is no token endpoint of this provider."""
    found, located = case.facet(endpoint), case.facet(endpoint_host)
    if found is None:
        return one("endpoint", "", "foreign", url=case.endpoint, host=case.endpoint, title="", instead="")
    if located is None:
        # A custom domain of an Experience Cloud site, or a proxy, is a host of the user's own: not ours to judge.
        return Skipped("the host is not one that the profile knows", "host") if case.profile.hosts else NOTHING
    host = located.host
    instead = host.instead.replace("{org}", located.org or "…").replace("{sandbox}", located.sandbox or "…")
    if host.kind == "ui":
        return one("endpoint", "host", "ui", url=found.text, host=found.host, title=host.title, instead=instead)
    if host.legacy:
        return one("endpoint", "host", "legacy", url=found.text, host=found.host, title=host.title, instead=instead)
    if found.scheme == "http":
        return one(
            "endpoint",
            "",
            "not-https",
            url=found.text,
            host=found.host,
            title="",
            instead=f"https://{found.host}{found.path}",
        )
    path = str(case.profile.settings.get("token_path", ""))
    if path and found.path.strip("/") and not found.path.rstrip("/").endswith(path):
        return one(
            "endpoint",
            "path",
            "no-token-path",
            url=found.text,
            host=found.host,
            title=found.path,
            instead=f"{found.origin}{path}",
        )
    return NOTHING


@check(
    "endpoint-own-domain",
    facts="host",
    variants="external-app shared-test-host",
    needs="endpoint",
    settings="shared_hosts",
    reads="endpoint app",
)
def endpoint_own_domain(case: Case, params: object) -> Outcome:
    """The request went to a shared host where the org's own domain is needed, or safer."""
    found, located = case.facet(endpoint), case.facet(endpoint_host)
    if found is None or located is None or located.host.kind != "shared":
        return NOTHING
    if case.app == "external-client-app":
        return one("endpoint", "host", "external-app", host=found.host)
    if located.host.side == "test":
        return one("endpoint", "host", "shared-test-host", host=found.host)
    if not case.has & NEEDS["app"][0]:
        return Skipped("the kind of app is not known", "app")
    return NOTHING
