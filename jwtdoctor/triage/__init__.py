"""Thousands of records, the few causes behind them: examine pieces, tally them in order, sum up. No file is read here.

``Examiner`` turns a piece of text into counts (any number of them may work side by side), ``Tally`` merges those in the order of the
input, ``summarize`` makes the answer.
"""

from __future__ import annotations

from .summary import Read, Shown, Skipped, Summary, summarize
from .tally import Tally
from .traits import Example, Found, Group, Traits

__all__ = ["Example", "Found", "Group", "Read", "Shown", "Skipped", "Summary", "Tally", "Traits", "summarize"]
