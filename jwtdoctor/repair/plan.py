"""The nouns of a repair: what changes, why, what is left over, and what was proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ..model import Finding, Place, SignatureStatus, Verdict


class Absent:
    """There is no such member."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class Change(NamedTuple):
    """One member of header, claims or request that becomes another."""

    at: Place
    """``header.alg``, ``payload.exp``, ``request.grant_type``, ``endpoint``; ``signature`` for signing anew."""
    before: Any
    """:data:`ABSENT` where it is added."""
    after: Any
    """:data:`ABSENT` where it is taken away."""
    why: str
    """One line: the headline of the finding that asks for it."""
    rule: str
    needed: bool = True
    """Without it this provider would not let the assertion in; otherwise it is mended because the standard wants it so."""


class Left(NamedTuple):
    """What no change made here can mend."""

    rule: str
    at: Place
    message: str
    needs: str
    """What would be needed, such as "the app's consumer key (--iss)"."""


class Proof(NamedTuple):
    """What the repaired assertion was found to be, signed anew and examined like any other."""

    key: str
    """The name of the key that signed."""
    certificate: str
    """The name of the certificate or key it was verified with."""
    signature: SignatureStatus
    verdict: Verdict
    findings: tuple[Finding, ...]
    """All that is left to be said about it, faults that are let in included."""


class Repair(NamedTuple):
    """The smallest set of changes found, and what it leads to."""

    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    header: Mapping[str, Any]
    """The whole header after the changes."""
    claims: Mapping[str, Any]
    """All claims after the changes."""
    tried: int = 0
    """Candidates that were examined to find it."""
    proof: Proof | None = None

    @property
    def status(self) -> Literal["complete", "partial"]:
        """``complete``: after the changes nothing is left to object to."""
        return "partial" if self.left else "complete"
