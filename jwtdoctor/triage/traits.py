"""What a record is counted by: its cause, and whose it is. Values compare and hash, so that alike records are counted together."""

from __future__ import annotations

from typing import NamedTuple

from ..model import Verdict

CLOCKS = ("date", "log", "log-utc", "file", "now")
"""Whose moment a record was judged at: the answer's Date, the record's own time stamp, one without a zone, the file's time, ``--now``."""
LONGEST = 200
"""Characters of a name that records are counted by."""


class Traits(NamedTuple):
    """Everything that one record is counted by."""

    cause: str | None
    """The first cause of its diagnosis; ``None`` when there is none."""
    verdict: Verdict | None
    """``None`` for an answer without a token."""
    subject: str
    """``token``, ``answer`` (an answer without a token) or ``code`` (what source code would sign)."""
    severity: str
    """The worst severity found; empty when nothing was found."""
    clock: str
    symptom: str | None = None
    answered: bool = False
    """Whether an answer belongs to it."""
    app: str | None = None
    host: str | None = None
    producer: str | None = None
    rest: bool = False
    """Set where app, host and producer were dropped because there are too many of them."""

    @property
    def group(self) -> Group:
        """The group it is counted in."""
        return Group(self.cause, None if self.cause is not None else self.verdict)


class Group(NamedTuple):
    """Records of one cause; where no cause was named, those of one verdict (``None``: answers that mean nothing to the catalogue)."""

    cause: str | None
    verdict: str | None


class Example(NamedTuple):
    """The first record of a group as it was read: a secret, which is redacted before it is kept or shown."""

    text: str
    """The token; of source code all of it."""
    answer: str
    endpoint: str
    line: int
    column: int
    form: str
    when: int | None
    """The moment it was judged at."""
    subject: str
    stated: bool = False
    """Whether the record itself was redacted before, so that nothing of its signature was checked in this run."""


class Line(NamedTuple):
    """A line of results, in which the number of the record's line is still to be filled in."""

    before: str
    line: int
    after: str

    def at(self, lines: int) -> str:
        """The line of a piece before which so many lines stand."""
        return f"{self.before}{self.line + lines}{self.after}"


class Found(NamedTuple):
    """What one piece of an input holds. Lists run in parallel: one place for each distinct token of the piece, in order."""

    records: int
    traits: tuple[Traits, ...] = ()
    digests: bytes = b""
    """16 bytes for each token."""
    kinds: bytes = b""
    """For each token the index of its traits, two bytes each in the machine's order."""
    counts: bytes = b""
    """How often it stands in the piece, four bytes each."""
    firsts: bytes = b""
    """Epoch seconds by the log's time stamps, four bytes each; all ones where there is none."""
    lasts: bytes = b""
    """The same, 0 where there is none."""
    others: tuple[tuple[int, int, int, int], ...] = ()
    """Records without a token: index of the traits, count, first, last."""
    examples: tuple[tuple[int, int, Example], ...] = ()
    """Index of the traits, place of the token (-1 for a record without one), and the first record of their group."""
    results: tuple[tuple[int, Line], ...] = ()
    """Place of the token (-1 for a record without one) and its diagnosis."""
    passed: int = 0
    """Records left out because they are older than was asked for."""
    lines: int = 0
    """Line ends in the piece. Lines of examples and results are counted from 1 within the piece."""
