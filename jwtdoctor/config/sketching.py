"""What would be signed for an environment? Its values as a sketch, so that the rules for tokens examine a config too."""

from __future__ import annotations

from typing import Any

from ..model import Origin, Span
from ..source import Sketch
from .environment import Environment

LANGUAGE = "toml"
_CLAIMS = ("iss", "sub", "aud")


def sketch_of(environment: Environment, text: str, now: int, algorithm: str, lifetime: int) -> Sketch:
    """The assertion that would be signed for ``environment`` at ``now`` (epoch seconds).

    ``algorithm`` and ``lifetime`` (seconds) are those the provider documents; the environment's own lifetime goes before it.
    ``text`` is the whole config, for whoever shows a line of it.
    """
    claims: dict[str, Any] = {name: value for name in _CLAIMS if (value := getattr(environment, name)) is not None}
    claims["exp"] = now + (environment.lifetime or lifetime)
    unknown = {each if each == "endpoint" else f"payload.{each}" for each in environment.unset}
    span = environment.place("") or Span(1, 1, 1, 1)
    return Sketch(
        LANGUAGE, {"alg": algorithm}, claims, frozenset(unknown), origins_of(environment), span, environment.endpoint,
        lines=tuple(text.split("\n")), noun="config",
    )  # fmt: skip


_PLACES = (
    *((f"payload.{name}", name) for name in _CLAIMS),
    ("payload.exp", "lifetime"), ("endpoint", "endpoint"), ("key", "key"), ("certificate", "certificates"), ("signature", "key"),
)  # fmt: skip
_EXHIBITS = ("payload", "header", "environment", "key", "certificate", "endpoint")


def origins_of(environment: Environment) -> dict[str, Origin]:
    """Where the values stand, by the places of findings; what the config does not say is missing in the environment's table."""
    written = environment.origins
    if "" not in written:
        return {}
    found = dict.fromkeys(_EXHIBITS, written[""])
    found |= {f"environment.{key}": origin for key, origin in written.items() if key}
    return found | {place: written[key] for place, key in _PLACES if key in written}
