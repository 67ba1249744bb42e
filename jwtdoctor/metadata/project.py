"""A project's metadata, put together."""

from __future__ import annotations

from typing import NamedTuple


class Project(NamedTuple):
    """All that was read of one project."""

    root: str
    """The project's folder, as it was named."""
