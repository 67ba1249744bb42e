"""Names the true cause when a server refuses a JWT assertion, and says how it knows.

>>> from jwtdoctor import diagnose
>>> report = diagnose("", error="invalid_grant: expired authorization code")
>>> report.results[0].diagnosis.causes[0].cause
'exp-timezone-shift'

Nothing is read but what is given, no clock is asked (``now`` is an argument), and a report cannot be changed:

>>> (result,) = diagnose("eyJhbGciOiJub25lIn0.eyJleHAiOjF9.", now=1795435200).results
>>> result.verdict, dict(result.claims)
('refused', {'exp': 1})
>>> result.claims["exp"] = 2
Traceback (most recent call last):
    ...
TypeError: a result is not changed; make a copy with dict(…) or list(…)

Rules of one's own, read once by a call that opens files: ``diagnose(text, rules=rules_from("my-rules"))``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .catalog import Catalog, CatalogError
    from .library import UnknownProfile, diagnose
    from .plugins import rules_from
    from .report import Report, Result

__all__ = ["Catalog", "CatalogError", "Report", "Result", "UnknownProfile", "__version__", "diagnose", "rules_from"]

_HOMES = {
    "Catalog": "catalog",
    "CatalogError": "catalog",
    "Report": "report",
    "Result": "report",
    "UnknownProfile": "library",
    "diagnose": "library",
    "rules_from": "plugins",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``import jwtdoctor`` costs nothing."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
