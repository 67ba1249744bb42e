"""The repair of a result, free of any look: the rows of a diff of header, claims and request, why each is changed, and what follows.

Values are cut to the room there is so that both are seen where they differ. Of a signature only the sentence is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..moments import span, utc
from ..repair.plan import ABSENT, Change, Proof, Repair
from ..report import Result
from ..visible import safe
from .outline import Entry, json_text, where

MOST_CHANGES = 40
"""Changes that are told one by one."""
_LONGEST = 1000
"""Characters of a reason."""
_TITLES = {"header": "header", "payload": "payload", "request": "request", "endpoint": "request"}
_MOMENTS = ("exp", "iat", "nbf")
_EARLIEST, _LATEST = 86_400 * 365, 32_503_680_000
"""Numbers that are told as moments: seconds from 1971 to 3000."""


class Row(NamedTuple):
    """One line of the diff."""

    sign: str
    """``-`` as it stands and should not, ``+`` as it should."""
    text: str
    note: str = ""
    """What the value means, such as the moment of a number."""

    def __str__(self) -> str:
        return f"{self.sign} {self.text}{f'  ({self.note})' if self.note else ''}"


class Shown(NamedTuple):
    """One change: its rows and the reason."""

    at: str
    rows: tuple[Row, ...]
    """None of what has no value to show, such as the way an assertion is sent."""
    why: str


class Part(NamedTuple):
    """The changes of one exhibit."""

    title: str
    changes: tuple[Shown, ...]


class Remedy(NamedTuple):
    """A repair as it is told."""

    headline: str
    parts: tuple[Part, ...]
    then: tuple[Entry, ...]
    """In their order: signing, what is left over, what was proved or how it could be."""


def remedy(result: Result, width: int) -> Remedy | None:
    """What to show of the repair, values in rows of at most ``width`` columns; None where there is none."""
    repair = result.repair
    if repair is None or not (repair.changes or repair.left):
        return None
    return Remedy(
        headline(repair, "" if result.sketch is None else result.sketch.noun), _parts(repair, width), tuple(_then(result, repair))
    )


# --- the diff --------------------------------------------------------------------------------------------------------


def _parts(repair: Repair, width: int) -> tuple[Part, ...]:
    parts: dict[str, list[Shown]] = {}
    for change in _members(repair)[:MOST_CHANGES]:
        told = parts.setdefault(_TITLES.get(change.at.exhibit, change.at.exhibit), [])
        shown = Shown(safe(change.at), _rows(change, width), _why(change))
        if told and told[-1].why == shown.why and told[-1].rows:
            # Such as a member that gets another name: one reason for what goes and what comes.
            told[-1] = Shown(f"{told[-1].at}, {shown.at}", (*told[-1].rows, *shown.rows), shown.why)
        else:
            told.append(shown)
    return tuple(Part(title, tuple(changes)) for title, changes in parts.items())


def _members(repair: Repair) -> list[Change]:
    """The changes but that of the signature, which shows no value."""
    return [each for each in repair.changes if each.at.exhibit != "signature"]


def _why(change: Change) -> str:
    why = safe(change.why, _LONGEST)
    return why if change.needed else f"not needed here: {why}"


def _rows(change: Change, width: int) -> tuple[Row, ...]:
    if change.before is None and change.after is None and change.at.exhibit not in ("header", "payload"):
        return ()
    name, inside = _name(change, max(8, min(40, width // 3)))
    before, after = (None if value is ABSENT else _written(value, inside) for value in (change.before, change.after))
    room = max(16, width - len(name) - 2)
    cut_before, cut_after = cut(before or "", after or "", room)
    rows = [] if before is None else [Row("-", f"{name}{cut_before}", _moment(change, change.before))]
    return (*rows, *([] if after is None else [Row("+", f"{name}{cut_after}", _moment(change, change.after))]))


def _name(change: Change, longest: int) -> tuple[str, bool]:
    """The member's name as it stands before its value, and whether it is one of a JSON object."""
    if change.at.exhibit in ("header", "payload"):
        return f'"{safe(change.at.path, longest)}": ', True
    return f"{safe(change.at.path or change.at.exhibit, longest)}: ", False


def _written(value: object, inside: bool) -> str:
    return json_text(value) if inside or not isinstance(value, str) else safe(value)


def _moment(change: Change, value: object) -> str:
    if change.at.exhibit != "payload" or change.at.path not in _MOMENTS or isinstance(value, bool):
        return ""
    return utc(value) if isinstance(value, int) and _EARLIEST <= value < _LATEST else ""


def cut(before: str, after: str, room: int) -> tuple[str, str]:
    """Both texts in ``room`` columns, from where they differ on if that lies too far to the right."""
    if len(before) <= room and len(after) <= room:
        return before, after
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    skipped = same - room // 3 if same > room * 2 // 3 else 0
    return _short(before, skipped, room), _short(after, skipped, room)


def _short(text: str, skipped: int, room: int) -> str:
    if len(text) <= room:
        return text
    text = f"…{text[skipped + 1 :]}" if skipped else text
    return text if len(text) <= room else f"{text[: room - 1]}…"


# --- the sentences ---------------------------------------------------------------------------------------------------


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def headline(repair: Repair, noun: str = "") -> str:
    """How many changes, and what they lead to; of what was read and not run, a ``noun``, only as far as that shows."""
    members = _members(repair)
    over = f"{_counted(len(repair.left), 'thing')} {'is' if len(repair.left) == 1 else 'are'} left over"
    if not repair.changes:
        return f"nothing here can be changed for certain; {over}"
    shown = f" in what the {noun} shows" if noun else ""
    after = f"after {_THOSE.get(len(members), 'them')} nothing is left to object to{shown}"
    return f"{_changes(members)}; {over if repair.left else after}"


_THOSE = {0: "that", 1: "it"}


def _changes(members: list[Change]) -> str:
    """How many, and how many of them only because it is made anew anyway."""
    if not members:
        return "the signature alone changes"
    spare = sum(not each.needed for each in members)
    if spare == len(members):
        return f"the signature, and {_counted(spare, 'change')} not needed here"
    return f"{_counted(len(members), 'change')}{f', {spare} of them not needed here' if spare else ''}"


def _then(result: Result, repair: Repair) -> Iterator[Entry]:
    more = len(_members(repair)) - MOST_CHANGES
    if more > 0:
        yield Entry("then", "", _counted(more, "more change"))
    signing = [each for each in repair.changes if each.at.exhibit == "signature"]
    for change in signing:
        yield Entry("then", "", _signing(result, repair, change))
    for left in repair.left:
        needs = f"; needed: {safe(left.needs, _LONGEST)}" if left.needs else ""
        yield Entry("left over", "", f"{safe(left.message, _LONGEST)}{needs}")
    if repair.proof is not None:
        yield proved(result, repair, repair.proof)
    elif signing and not repair.left and result.sketch is None and not result.redacted:
        yield Entry("to prove it", "", _provable(result))


def _signing(result: Result, repair: Repair, change: Change) -> str:
    lives = _lives(result, repair)
    return f"sign it anew: {safe(change.why, _LONGEST)}{f'; send it within the {lives} it lives' if lives else ''}"


def _lives(result: Result, repair: Repair) -> str:
    """How long the repaired assertion can be used, where it is for minutes."""
    end = repair.claims.get("exp")
    if result.judged_at is None or not isinstance(end, int) or isinstance(end, bool):
        return ""
    left = end - result.judged_at
    return span(left) if 0 < left <= _SHORT_LIFE and any(each.at.path == "exp" for each in repair.changes) else ""


_SHORT_LIFE = 3600


def proved(result: Result, repair: Repair, proof: Proof) -> Entry:
    """What came of signing it anew with the key at hand."""
    how = f"{_signed(proof)}{'; told of the original' if result.redacted else ''}"
    count = len(_members(repair))
    after = f"after {'this change' if count == 1 else f'these {count} changes'}" if count else "signed anew,"
    rest = ", ".join(dict.fromkeys(each.rule for each in proof.findings))
    if proof.verdict == "accepted":
        told = f"nothing is left that is refused ({how}); let pass: {rest}" if rest else f"nothing is left to object to ({how})"
        return Entry("proved here", "", f"{after} {told}")
    return Entry("tried here", "", f"{after} it is still {proof.verdict}{f': {rest}' if rest else ''} ({how})")


def _signed(proof: Proof) -> str:
    told = f"signed with {safe(proof.key)}"
    if proof.signature != "valid" or not proof.certificate:
        return told
    if proof.certificate == proof.key:
        return f"{told}, verified with its public half; whether the app has its certificate shows with --cert FILE"
    return f"{told}, verified with {safe(proof.certificate)}"


def _provable(result: Result) -> str:
    return f"give --key FILE to sign it anew and have it proved; `jwtdoctor mint --like {_source(result)}` prints it"


def _source(result: Result) -> str:
    """The file's name where it can be typed as it stands."""
    name = where(result).rsplit(":", 2)[0]
    return name if _TYPED.fullmatch(name) else "FILE"


_TYPED = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*")


def brief(result: Result) -> str:
    """The repair in one line: how many changes, and of what; empty where there is none."""
    repair = result.repair
    if repair is None or not (repair.changes or repair.left):
        return ""
    changed = ", ".join(dict.fromkeys(safe(each.at) for each in repair.changes))
    left = ", ".join(dict.fromkeys(safe(each.at) for each in repair.left))
    parts = [f"change {changed}" if changed else "", f"left over: {left}" if left else ""]
    return "; ".join(filter(None, parts))
