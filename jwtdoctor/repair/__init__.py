"""What is the least that must change for this assertion to be accepted? Found by trying: nothing is concluded that was not examined.

The search is :func:`.mending.find`; it is imported when something is to be mended, since most tokens need nothing.
"""

from __future__ import annotations

from .plan import ABSENT, Change, Left, Proof, Repair

__all__ = ["ABSENT", "Change", "Left", "Proof", "Repair"]
