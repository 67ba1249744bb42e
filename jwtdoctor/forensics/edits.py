"""What was edited after signing? Bounded, explainable candidates for the header and claims that were signed.

The key is right and the signature covers other bytes: so the token was another one when it was signed. Each candidate is the
present token with something put back that people and programs change: another audience, another time, a name with or without
its suffix, a claim dropped or added, another order. One that the signature covers is proof, by the strength of the hash.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ..decode import Token
from .covered import written
from .writing import Member, members, writings

GoOn = Callable[[int], bool]
"""Asked now and then, with the number of candidates tried so far, whether the search may go on."""
ASKED_EVERY = 256
_SWEEP = 30 * 86400
"""Seconds before and after the present value that are tried one by one, as long as the search may go on."""
_LONGEST = 16384
"""Characters of a header or payload that is still varied."""
_MOST_PERMUTED = 7
_LONGEST_MISTYPED = 120
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@+/:% "
_OFFSETS = tuple(quarter * 900 for quarter in range(-14 * 4, 14 * 4 + 1) if quarter)
"""UTC offsets are whole quarters of an hour, 14 hours at most either way."""
_SPANS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 270, 300, 360, 480, 540, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800,
          14400, 21600, 28800, 43200, 86400, 172800, 259200, 604800, 1209600, 2592000, 7776000, 31536000)  # fmt: skip


class Known(NamedTuple):
    """What the provider's profile and the rest of the material offer as values that may have stood there."""

    audiences: tuple[str, ...] = ()
    lifetimes: tuple[int, ...] = ()
    suffixes: tuple[str, ...] = ()
    """Endings that a user's name has in another environment, without the dot."""


class Change(NamedTuple):
    """One difference between what was signed and what is there; JSON texts, empty where the member is absent."""

    part: str
    member: str
    signed: str
    present: str


class Search(NamedTuple):
    """How a search ended."""

    changes: tuple[Change, ...]
    """Empty when no candidate was covered by the signature."""
    words: str
    """How the texts were written otherwise, if they were."""
    tried: int
    finished: bool
    """Whether all there is to try was tried."""


class Edit(NamedTuple):
    """Put something back: which members (by index) are replaced by which rows, and what that means."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    changes: tuple[Change, ...]


class Document(NamedTuple):
    """A header or payload taken apart: members as rows, with what stands around and between them."""

    part: str
    head: str
    rows: tuple[str, ...]
    between: str
    tail: str
    colon: str
    members: tuple[Member, ...]

    def write(self, edits: Iterable[Edit]) -> str:
        """The text with the edits made."""
        rows: list[str | tuple[str, ...]] = list(self.rows)
        for edit in edits:
            for index, instead in edit.rows:
                rows[index] = instead
        flat = [each for row in rows for each in ((row,) if isinstance(row, str) else row)]
        return f"{self.head}{self.between.join(flat)}{self.tail}"

    def row(self, name: str, value: str) -> str:
        """A member in the manner of this text."""
        return f"{json.dumps(name)}{self.colon}{value}"


def document(part: str, data: bytes | None) -> Document | None:
    """Take a header or payload apart; ``None`` where it is no object, too long, or written without any regularity."""
    try:
        text = data.decode() if data is not None and len(data) <= _LONGEST else ""
    except UnicodeDecodeError:
        return None
    found = members(text)
    if not found:
        return None
    starts = [each.start - len(_before(text, each)) for each in found]
    between = text[found[0].end : starts[1]] if len(found) > 1 else ","
    colon = text[starts[0] + len(found[0].name) : found[0].start]
    rows = tuple(text[start : each.end] for start, each in zip(starts, found, strict=True))
    taken = Document(part, text[: starts[0]], rows, between, text[found[-1].end :], colon, found)
    return taken if taken.write(()) == text else None


def _before(text: str, member: Member) -> str:
    """The member's name with what separates it from the value."""
    colon = text.rindex(":", 0, member.start)
    return text[text.rindex(member.name, 0, colon) : member.start]


def search(token: Token, holds: Callable[[bytes], bool], known: Known, go_on: GoOn) -> Search:
    """Look for the header and claims that the signature covers, as long as ``go_on`` says."""
    tried = 0
    if not go_on(0):
        return Search((), "", 0, False)
    for words, changes, data in _candidates(token, known):
        if holds(data):
            return Search(_clean(changes), words, tried + 1, True)
        tried += 1
        if not tried % ASKED_EVERY and not go_on(tried):
            return Search((), "", tried, False)
    return Search((), "", tried, True)


def _clean(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(each for each in changes if each.signed != each.present)


Candidate = tuple[str, tuple[Change, ...], bytes]
"""How it is written otherwise, what was changed, and the bytes that may have been signed."""


def _candidates(token: Token, known: Known) -> Iterator[Candidate]:
    header, payload = document("header", token.header.data), document("payload", token.payload.data)
    first, second = (part.encode("utf-8", "replace") for part in token.segments[:2])
    of_header = list(_header_edits(header)) if header is not None else []
    of_payload = list(_payload_edits(payload, known)) if payload is not None else []
    before, behind = first + b".", b"." + second
    if payload is not None:
        yield from (("", edit.changes, before + written(payload.write((edit,)))) for edit in of_payload)
    if header is not None:
        yield from (("", edit.changes, written(header.write((edit,))) + behind) for edit in of_header)
    if payload is None:
        return
    yield from _permuted(payload, before)
    yield from _pairs(payload, of_payload, before)
    yield from _mistyped(payload, before)
    for edit in of_header:
        altered = written(header.write((edit,)) if header is not None else "") + b"."
        yield from (("", edit.changes + each.changes, altered + written(payload.write((each,)))) for each in of_payload)
    yield from _rewritten(payload, of_payload, header, before)
    yield from _swept(payload, before)


def _pairs(taken: Document, edits: list[Edit], before: bytes) -> Iterator[Candidate]:
    """Two edits of different members."""
    for one, two in itertools.combinations(edits, 2):
        if {index for index, _ in one.rows}.isdisjoint(index for index, _ in two.rows):
            yield "", one.changes + two.changes, before + written(taken.write((one, two)))


def _mistyped(taken: Document, before: bytes) -> Iterator[Candidate]:
    """One character of a short text was another, was lost, or was not there."""
    for index, member in enumerate(taken.members):
        text = _text(member)
        if text is None or not text.isascii() or not text.isprintable() or len(text) > _LONGEST_MISTYPED:
            continue
        for other in _one_character_off(text):
            edit = _value(taken, index, json.dumps(other))
            yield "", edit.changes, before + written(taken.write((edit,)))


def _one_character_off(text: str) -> Iterator[str]:
    for at in range(len(text) + 1):
        yield from (text[:at] + letter + text[at + 1 :] for letter in _LETTERS if at < len(text))
        yield text[:at] + text[at + 1 :]
        yield from (text[:at] + letter + text[at:] for letter in _LETTERS)


def _rewritten(taken: Document, edits: list[Edit], header: Document | None, before: bytes) -> Iterator[Candidate]:
    """One edit, and the text written as another encoder writes it; the header alike, or as it stands."""
    manners = {each.manner: written(each.text) for each in writings(header.write(()))} if header is not None else {}
    for edit in edits:
        for each in writings(taken.write((edit,))):
            changed = written(each.text)
            yield f"the claims {each.words}", edit.changes, before + changed
            if each.manner in manners:
                yield f"header and claims {each.words}", edit.changes, manners[each.manner] + b"." + changed


def _permuted(taken: Document, before: bytes) -> Iterator[Candidate]:
    """Every order of the claims, where they are few."""
    if len(taken.rows) > _MOST_PERMUTED:
        return
    for rows in itertools.permutations(taken.rows):
        yield "the claims in another order", (), before + written(taken._replace(rows=rows).write(()))


def _swept(taken: Document, before: bytes) -> Iterator[Candidate]:
    """Every millisecond of the present ``exp``, then every second around it, near ones first."""
    for index, member in enumerate(taken.members):
        if member.key != "exp" or not _is_whole(member.value):
            continue
        value = int(member.value)
        marker = "\0"
        head, _, tail = taken.write((_value(taken, index, marker),)).partition(marker)
        for number in itertools.chain((value * 1000 + each for each in range(1000)), _around(value)):
            yield (
                "",
                (Change(taken.part, member.key, str(number), member.value),),
                before + written(f"{head}{number}{tail}"),
            )


def _around(value: int) -> Iterator[int]:
    for distance in range(1, _SWEEP):
        yield value - distance
        yield value + distance


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


# --- edits -------------------------------------------------------------------------------------------------------------


def _value(taken: Document, index: int, value: str) -> Edit:
    """Another value of a member."""
    member = taken.members[index]
    row = taken.rows[index]
    before = row[: len(row) - len(member.value)]
    return Edit(((index, (f"{before}{value}",)),), (Change(taken.part, member.key, value, member.value),))


def _dropped(taken: Document, index: int) -> Edit:
    """The member was not there."""
    member = taken.members[index]
    return Edit(((index, ()),), (Change(taken.part, member.key, "", member.value),))


def _added(taken: Document, index: int, name: str, value: str) -> Iterator[Edit]:
    """A member that is no longer there stood behind the one at ``index``, or before the first."""
    change = Change(taken.part, name, value, "")
    row = taken.row(name, value)
    yield Edit(((index, (taken.rows[index], row)),), (change,))
    if not index:
        yield Edit(((0, (row, taken.rows[0])),), (change,))


def _header_edits(taken: Document) -> Iterator[Edit]:
    names = [each.key for each in taken.members]
    for index, member in enumerate(taken.members):
        yield _dropped(taken, index)
        others = {"alg": ("RS256", "RS384", "RS512", "PS256", "ES256", "HS256", "none"), "typ": ("JWT", "jwt", "JWS")}.get(
            member.key, ()
        )
        for other in others:
            yield _value(taken, index, json.dumps(other))
    for index in range(len(names)):
        if "typ" not in names:
            yield from _added(taken, index, "typ", '"JWT"')


def _payload_edits(taken: Document, known: Known) -> Iterator[Edit]:
    """Single edits of the claims, each once; the likeliest first."""
    seen: set[tuple[tuple[int, tuple[str, ...]], ...]] = set()
    for edit in itertools.chain(*(makers(taken, known) for makers in (_audiences, _times, _names, _presence, _swaps))):
        if edit.rows not in seen:
            seen.add(edit.rows)
            yield edit


def _with(taken: Document, name: str) -> Iterator[tuple[int, Member]]:
    return ((index, each) for index, each in enumerate(taken.members) if each.key == name)


def _text(member: Member) -> str | None:
    value = member.read
    return value if isinstance(value, str) and member.value.startswith('"') else None


def _audiences(taken: Document, known: Known) -> Iterator[Edit]:
    """The audiences of this provider; the present one with and without slash, scheme, path, list."""
    for index, member in _with(taken, "aud"):
        value = member.read
        plain = value[0] if isinstance(value, list) and value and isinstance(value[0], str) else _text(member) or ""
        bare = plain.rstrip("/")
        host = bare.partition("://")[2] or bare
        shapes = (plain, bare, f"{bare}/", host, f"https://{host}", f"https://{host.partition('/')[0]}", f"http://{host}")
        for other in dict.fromkeys((*known.audiences, *shapes, plain.lower(), plain.strip())):
            yield _value(taken, index, json.dumps(other))
            yield _value(taken, index, json.dumps([other]))


def _times(taken: Document, known: Known) -> Iterator[Edit]:
    """Times in other units, and by usual lifetimes and offsets before or after the present one or the moment of issue."""
    instants = {
        each.key: int(each.value) for each in taken.members if each.key in ("iat", "nbf", "exp") and _is_whole(each.value)
    }
    for name, value in instants.items():
        spans = dict.fromkeys((*known.lifetimes, *_SPANS))
        others = [each for key, each in instants.items() if key != name]
        found: list[int] = [base + sign * span for base in others for sign in (1, -1) for span in spans] + others
        found += [value + sign * span for span in spans for sign in (-1, 1)]
        found += [value + offset for offset in _OFFSETS]
        found += [value * 1000, value // 1000, *((value - each) for each in others), *known.lifetimes]
        for index, _ in _with(taken, name):
            yield _value(taken, index, f'"{value}"')
            yield _value(taken, index, f"{value}.0")
            for number in dict.fromkeys(found):
                if number > 0:
                    yield _value(taken, index, str(number))
    for name in ("iat", "exp", "nbf"):
        for index, member in _with(taken, name):
            text = _text(member)
            if text is not None and _is_whole(text):
                yield _value(taken, index, text)


def _names(taken: Document, known: Known) -> Iterator[Edit]:
    """The user's name with or without an environment's suffix, in other letters, escaped; issuer and subject trimmed or empty."""
    for name in ("sub", "prn", "iss"):
        for index, member in _with(taken, name):
            text = _text(member)
            if text is None:
                continue
            others = [
                text.strip(),
                text.lower(),
                text.upper(),
                text.replace("@", "%40"),
                text.replace("%40", "@"),
                f"{text} ",
                f"{text}\n",
                "",
            ]
            if name != "iss":
                others += [text.rpartition(".")[0], *(f"{text}.{each}" for each in known.suffixes)]
                others += [f"{text.rpartition('.')[0]}.{each}" for each in known.suffixes]
            for other in dict.fromkeys(others):
                yield _value(taken, index, json.dumps(other, ensure_ascii=False))
            yield _value(taken, index, "null")
        if name == "prn":
            for index, member in _with(taken, "sub"):
                change = (Change(taken.part, "prn", member.value, ""), Change(taken.part, "sub", "", member.value))
                yield Edit(((index, (taken.row("prn", member.value),)),), change)


def _presence(taken: Document, known: Known) -> Iterator[Edit]:
    """A claim was not there, or one was that is gone."""
    names = {each.key for each in taken.members}
    for index in range(len(taken.members)):
        yield _dropped(taken, index)
    exp = next((int(each.value) for _, each in _with(taken, "exp") if _is_whole(each.value)), None)
    issued = next((int(each.value) for _, each in _with(taken, "iat") if _is_whole(each.value)), None)
    begins = next((each.value for _, each in _with(taken, "nbf") if _is_whole(each.value)), None)
    for index in range(len(taken.members)):
        if begins is not None and issued is None:
            yield from _added(taken, index, "iat", begins)
        if exp is not None and issued is None:
            for span in dict.fromkeys((*known.lifetimes, 3600)):
                yield from _added(taken, index, "iat", str(exp - span))
        if issued is not None and "nbf" not in names:
            yield from _added(taken, index, "nbf", str(issued))
        if "aud" not in names:
            for audience in known.audiences:
                yield from _added(taken, index, "aud", json.dumps(audience))
        if "exp" not in names and issued is not None:
            for span in dict.fromkeys((*known.lifetimes, *_SPANS)):
                yield from _added(taken, index, "exp", str(issued + span))


def _swaps(taken: Document, known: Known) -> Iterator[Edit]:
    """Two of issuer, subject and audience were interchanged."""
    for one, two in itertools.combinations(("iss", "sub", "aud"), 2):
        for (i, first), (j, second) in itertools.product(_with(taken, one), _with(taken, two)):
            rows = ((i, (taken.row(one, second.value),)), (j, (taken.row(two, first.value),)))
            yield Edit(
                rows, (Change(taken.part, one, second.value, first.value), Change(taken.part, two, first.value, second.value))
            )
