"""A correct assertion from a header, claims and a key: RFC 7515 §7.1, RFC 7523 §3. No clock is read and nothing is random here."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .checks.audience import address

if TYPE_CHECKING:
    from .catalog import Profile
    from .config import Environment
    from .keys.signing import SigningKey


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], key: SigningKey) -> str:
    """The assertion, signed with ``key`` by the ``alg`` of the header.

    Raises ValueError when the key cannot sign that ``alg``, or when a value cannot be written as JSON.
    """
    alg = header.get("alg")
    if not isinstance(alg, str):
        raise ValueError(f"the header has no `alg`; this key signs {', '.join(key.algorithms)}")
    signing_input = f"{_segment(header)}.{_segment(claims)}"
    return f"{signing_input}.{_base64url(key.sign(alg, signing_input.encode('ascii')))}"


def _segment(members: Mapping[str, Any]) -> str:
    """JSON without white space, in ASCII, as base64url: nothing in it can be written in two ways."""
    try:
        text = json.dumps(dict(members), separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("a value of the header or the claims cannot be written as JSON") from None
    return _base64url(text.encode("ascii"))


def _base64url(data: bytes) -> str:
    """Without padding, RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Wanted(NamedTuple):
    """What somebody wants to have signed. ``None`` is what nobody said."""

    iss: str | None = None
    sub: str | None = None
    aud: str | None = None
    endpoint: str | None = None
    """The token endpoint it is for."""
    lifetime: int | None = None
    """Seconds from now to ``exp``."""
    alg: str | None = None
    claims: Mapping[str, Any] = {}
    """Further claims, which go before the others."""
    header: Mapping[str, Any] = {}
    """Further members of the header."""


class Draft(NamedTuple):
    """An assertion before it is signed."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    endpoint: str | None
    """Where it is to be sent, as far as that is known."""
    missing: tuple[str, ...] = ()
    """Claims that the profile requires and nobody gave."""


GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 §2.1."""
_LIFETIME = 180
"""Seconds, for a profile that names none."""
REQUIRED = ("iss", "sub", "aud", "exp")
"""Claims of every assertion: RFC 7523 §3, items 1 to 4."""


def draft(profile: Profile, wanted: Wanted, algorithms: Sequence[str], now: int) -> Draft:
    """What to sign for ``profile`` with a key that signs ``algorithms``, as of ``now`` (epoch seconds)."""
    said = {"iss": wanted.iss, "sub": wanted.sub, "aud": wanted.aud or audience_of(profile, wanted.endpoint)}
    claims: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    claims["exp"] = now + (lifetime(profile) if wanted.lifetime is None else wanted.lifetime)
    claims |= wanted.claims
    header = {"alg": wanted.alg or algorithm(profile, algorithms), **wanted.header}
    required = (*REQUIRED, *profile.settings.get("required_claims", ()))
    missing = tuple(name for name in dict.fromkeys(required) if name not in claims)
    return Draft(header, claims, wanted.endpoint or endpoint_of(profile, claims.get("aud")), missing)


def lifetime(profile: Profile) -> int:
    """Seconds that a new assertion asks for where nobody says otherwise."""
    return int(profile.settings.get("signing_lifetime", _LIFETIME))


def algorithm(profile: Profile, algorithms: Sequence[str]) -> str:
    """The first ``alg`` the profile documents that a key can sign; else the key's usual one, which a rule will object to."""
    return next((each for each in profile.settings.get("algorithms", ()) if each in algorithms), algorithms[0])


def audience_of(profile: Profile, endpoint: str | None) -> str | None:
    """The ``aud`` for a token endpoint: without the path that all of a provider's endpoints share, else the endpoint itself."""
    path = profile.settings.get("token_path", "")
    found = address(endpoint) if endpoint else None
    if found is None or found.bare:
        return None
    if not path:
        return endpoint
    # A site's audience has a path of its own before the shared one.
    return f"{found.origin}{found.path.removesuffix(path)}" if found.path.endswith(path) else found.origin


def with_audience(profile: Profile, environment: Environment) -> Environment:
    """An environment that says no audience, with the one that its endpoint tells."""
    if environment.aud is not None or "aud" in environment.unset:
        return environment
    return environment._replace(aud=audience_of(profile, environment.endpoint))


def endpoint_of(profile: Profile, aud: object) -> str | None:
    """The token endpoint of an ``aud``, where a provider's endpoints share a path; ``None`` where nothing tells it."""
    path = profile.settings.get("token_path", "")
    found = address(aud) if isinstance(aud, str) else None
    if not path or found is None or found.scheme != "https":
        return None
    return f"{found.origin}{found.path.rstrip('/').removesuffix(path)}{path}"


def form(profile: Profile, assertion: str) -> tuple[tuple[str, str], ...]:
    """The fields of the token request, RFC 7523 §2.1."""
    return ("grant_type", profile.settings.get("grant_type", GRANT)), ("assertion", assertion)
