"""One environment: the org, the app and the key that sign in there."""

from __future__ import annotations

from typing import NamedTuple


class Environment(NamedTuple):
    """An environment as the config names it."""

    name: str
