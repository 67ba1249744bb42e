"""What does ``jwtdoctor.toml`` say? Text in, frozen environments with their places out; no file is read here."""

from __future__ import annotations

from .environment import (
    APPS,
    ORGS,
    VARIABLE,
    CertificateFacts,
    Environment,
    KeyFacts,
    Leak,
    Repository,
    Surroundings,
    resolved,
)
from .reading import KEYS, LARGEST, Config, ConfigError, Ignore, NoConfig, may_name, read
from .sketching import origins_of, sketch_of

__all__ = [
    "APPS",
    "KEYS",
    "LARGEST",
    "ORGS",
    "VARIABLE",
    "CertificateFacts",
    "Config",
    "ConfigError",
    "Environment",
    "Ignore",
    "KeyFacts",
    "Leak",
    "NoConfig",
    "Repository",
    "Surroundings",
    "may_name",
    "origins_of",
    "read",
    "resolved",
    "sketch_of",
]
