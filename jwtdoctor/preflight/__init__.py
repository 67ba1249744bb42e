"""Is this deployment fit to sign in? Environments of a config and the project around them become cases for the same rules.

``examining`` makes the cases and asks the rules, ``outcome`` holds what came of it. No file is read, no clock asked, nothing fetched:
what only the outside can tell comes with each environment.
"""

from __future__ import annotations

from .examining import Around, Subject, UnknownProfile, examine
from .outcome import COLUMNS, Cell, Dated, Examined, Preflight

__all__ = ["COLUMNS", "Around", "Cell", "Dated", "Examined", "Preflight", "Subject", "UnknownProfile", "examine"]
