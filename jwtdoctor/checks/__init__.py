"""Is this so? One verb per function: a check looks at a case and yields hits or says why it cannot tell. No prose, no weight.

Importing this package registers every check under the name that rules call it by.
"""

from __future__ import annotations

from . import audience, certificate, deployment, header, identity, keyid, metadata, request, shape, signature, source, time
from .fingerprints import Fingerprints, take
from .registry import CHECKS, Check, check

__all__ = [
    "CHECKS",
    "Check",
    "Fingerprints",
    "audience",
    "certificate",
    "check",
    "deployment",
    "header",
    "identity",
    "keyid",
    "metadata",
    "request",
    "shape",
    "signature",
    "source",
    "take",
    "time",
]  # fmt: skip
