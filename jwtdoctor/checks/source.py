"""What only source code can show: a trait that its reader saw, in the code's own names."""

from __future__ import annotations

from typing import NamedTuple

from ..case import Case
from .registry import NOTHING, Outcome, check, one


class TraitParams(NamedTuple):
    """``trait``: what the code does; ``at``: where a finding about it points to, such as ``encoding`` or ``payload.exp``."""

    trait: str
    at: str


@check("source-trait", params=TraitParams, facts="certificate expression endpoint_origin written language", needs="source")
def source_trait(case: Case, params: TraitParams) -> Outcome:
    """The code does what the rule speaks of."""
    sketch = case.sketch
    if sketch is None or params.trait not in sketch.traits:
        return NOTHING
    exhibit, _, path = params.at.partition(".")
    origin = sketch.origins.get(params.at)
    return one(
        exhibit,
        path,
        certificate=sketch.names.get("certificate", ""),
        expression=sketch.names.get("expression", ""),
        endpoint_origin=sketch.names.get("endpoint_origin", ""),
        written=" ".join(origin.expression.split()) if origin is not None else "",
        language=sketch.language,
    )
