"""Names the true cause when a server refuses a JWT assertion, and says how it knows.

>>> from jwtdoctor import diagnose
>>> report = diagnose("", error="invalid_grant: expired authorization code")
>>> report.results[0].diagnosis.causes[0].cause
'exp-timezone-shift'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .library import UnknownProfile, diagnose
    from .report import Report, Result

__all__ = ["Report", "Result", "UnknownProfile", "__version__", "diagnose"]

_HOMES = {"diagnose": "library", "UnknownProfile": "library", "Report": "report", "Result": "report"}


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``import jwtdoctor`` costs nothing."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
