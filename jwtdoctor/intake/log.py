"""Logs: the tokens in their records, with the time stamp of the record and the answer that belongs to each.

A record is a line that begins as records do, with the lines that go on from it. The answer that belongs to a token stands in the same
record, or in one with the same request id, or in the next ones up to the next token.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import bare, compact, replies, stamps
from .found import Item
from .paste import Paste

FINDERS = (compact.START, compact.START_OF_LINES, *replies.NEEDLES)
"""What everything that :func:`scan` finds holds: a text in which none of them is found holds nothing. All of them are ASCII."""
_TOKENS = 2
"""The first finders are those of tokens."""
_APEX = re.compile(r"\d\d:\d\d:\d\d[.:]\d{1,9}(?: ?\(\d{1,20}\))?[ |]\|?[A-Z]+(?:_[A-Z]+)+\b")
_APEX_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_APEX_ZONE = re.compile(r"\|\(?GMT([+-]\d\d):?(\d\d)")
_ID = re.compile(r"[Ii][Dd](?:\\{0,3}[\"'])?\s{0,2}[=:]\s{0,2}(?:\\{0,3}[\"'])?([\w-]{2,64})")
_ID_NAME = re.compile(r"(?:request|trace|correlation|req|transaction|operation|invocation|\br|event)[-_ ]?\Z", re.IGNORECASE)
_UUID = re.compile(r"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
_EVENT = re.compile(r"event: ?([\w-]{4,64})")
"""MuleSoft's name for a request."""
_SPAN_ID = re.compile(r",([0-9a-f]{16,32}),")
_GOES_ON = re.compile(r"[ \t]|at |Caused by|\.\.\. \d|Traceback|\}|\)|\]|[\w.$]+(?:Exception|Error)\b")
_MOST_LINES = 60
"""Lines that a record may have before the one that is looked at."""
_LONGEST_LINE = 65536
_KEPT_TOGETHER = 5
"""Records behind a token that a stream is not cut from it for."""
_FAR = 32768
"""Characters after which an answer no longer belongs to a token without an id."""
_HELD = 256
"""Tokens that wait for the answer to their request id."""
_NEAR_WORDS = ("rror", "xception", "HTTP", "tatus", "denied", "_client", "nactive")
_HTTP_STATUS = re.compile(
    r"HTTP/[\d.]{1,4}\"? ([45]\d\d)\b([ \t][A-Z][A-Za-z ]{1,40})?|\b(?:[Ss]tatus(?:[ _]?[Cc]ode)?|HTTP(?: status)?)\\?[\"']?[ :=]{1,3}\"?([45]\d\d)\b"
)
_RICH = ("grant_type", "assertion_type", "curl ", "Invoke-", '"headers')


class _Record(NamedTuple):
    """Where a record begins, what its stamp says, and the line of it that was looked at last."""

    begin: int
    line: int
    line_end: int
    stamp: stamps.Stamp | None


def scan(text: str, first_line: int = 1) -> Iterator[Paste]:
    """Every token of a log with what belongs to it, and answers that belong to none, in the order of the text."""
    line, counted, line_start = first_line, 0, 0
    for waiting in _bound(text, walk(text, rich=True)):
        item, paste, at = waiting.item, waiting.item.paste, waiting.item.at
        if at > counted:
            line += text.count("\n", counted, at)
            line_start = text.rfind("\n", counted, at) + 1 or line_start
            counted = at
        column = at - line_start + 1
        if paste is None:
            yield Paste("", item.form, line, column, answer=item.answer, when=item.when, zoned=item.zoned)
        else:
            yield Paste(
                paste.text, paste.form, line, column, paste.stripped, paste.request, paste.spaced, paste.kind, waiting.said, paste.when,
                paste.zoned,
            )  # fmt: skip


def records_end(data: bytes) -> int:
    """The offset after which a stream may be cut: no record is torn apart, and none with a token from the few behind it.

    Behind the last line end when nothing speaks for less; 0 when there is none, or when all of it belongs together: read on.
    """
    end = data.rfind(b"\n") + 1
    begin = max(0, end - 65536)
    tail = data[begin:end].decode("latin-1")
    starts = _record_starts(tail)
    if begin and starts[:1] == [0]:
        # The tail begins in the middle of a line.
        del starts[0]
    if starts in ([], [0]):
        return end
    return begin + _before_open_token(tail, starts)


def _before_open_token(tail: str, starts: list[int]) -> int:
    """The last record, which may go on; or one before it with a token whose answer may be still to come."""
    last = starts[-1]
    for index in range(len(starts) - 2, max(-1, len(starts) - 2 - _KEPT_TOGETHER), -1):
        if last - starts[index] > 16384:
            break
        token = compact.START.search(tail, starts[index], starts[index + 1])
        if token is not None:
            answered = any(each.search(tail, token.end(), last) for each in replies.NEEDLES)
            return last if answered else starts[index]
    return last


def _record_starts(tail: str) -> list[int]:
    """The last few lines that begin a record."""
    starts: list[int] = []
    at = len(tail)
    for _ in range(400):
        line = tail.rfind("\n", 0, max(0, at - 1)) + 1
        stamp = stamps.at(tail, line, at)
        if stamp is not None and (line or not tail[:1].isspace()):
            starts.append(line)
        if line == 0 or len(starts) > 8:
            break
        at = line
    return starts[::-1]


# --- tokens and answers in order -------------------------------------------------------------------------------------


def walk(
    text: str, begin: int = 0, stop: int | None = None, *, rich: bool = False, depth: int = 0, records: Records | None = None
) -> Iterator[Item]:
    """The tokens and answers between two offsets, in order, each with its record.

    ``rich``: a token that stands in a request is handed to the readers of requests, with its record. ``records``: those of the text,
    where several parts of it are walked in turn.
    """
    stop = len(text) if stop is None else stop
    nexts = [_next(index, text, begin, stop) for index in range(len(FINDERS))]
    records = Records(text) if records is None else records
    record: _Record | None = None
    apex = _Apex(text)
    done = begin
    while (at := min(nexts)) < stop:
        index = nexts.index(at)
        if at < done:
            nexts[index] = _next(index, text, done, stop)
            continue
        item: Item | None = None
        if index < _TOKENS:
            found = compact.at(text, at, stop)
            if found is not None:
                behind, done = done, found.end
                record = records.of(at)
                if rich and _is_rich(text, record, found):
                    more, end = _rich(text, record, behind, stop, depth)
                    yield from more
                    done = max(done, end) if more else done
                    item = None if more else _token(text, found, record)
                else:
                    item = _token(text, found, record)
        else:
            reply = replies.at(text, at, done, stop)
            if reply is not None:
                done = max(done, reply.end)
                record = records.of(reply.at)
                item = _answer(text, reply, record)
        nexts[index] = _next(index, text, max(done, at + 1), stop)
        if item is None or record is None:
            continue
        yield apex.dated(item) if item.form == "apex-log" else item
        if item.paste is not None:
            near = _near(text, done, nexts, stop, records)
            if near is not None:
                yield apex.dated(near) if near.form == "apex-log" else near
                done = near.end


def _next(index: int, text: str, at: int, stop: int) -> int:
    found = FINDERS[index].search(text, at, stop)
    return found.start() if found is not None else stop


class Records:
    """The records of a text; asked for offsets that grow, it remembers the one before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._last: _Record | None = None

    def of(self, at: int) -> _Record:
        """The record in which ``at`` stands."""
        last = self._last
        if last is not None and last.line <= at < last.line_end:
            return last
        record = self._last = self._found(at, last)
        return record

    def _found(self, at: int, last: _Record | None) -> _Record:
        text = self._text
        if (
            last is not None
            and last.line <= at
            and last.line_end - last.line >= _LONGEST_LINE
            and text.find("\n", last.line_end, at) < 0
        ):
            return last._replace(line_end=_line_end(text, at))
        earliest = max(0, at - _LONGEST_LINE)
        line = text.rfind("\n", earliest, at) + 1 or earliest
        line_end = _line_end(text, at)
        stamp = stamps.at(text, line, line_end)
        if stamp is not None and not (stamp.when is None and line and stamps.is_second_line(text, line)):
            return _Record(line, line, line_end, stamp)
        begin, stamp = self._above(line, last)
        return _Record(begin, line, line_end, stamp)

    def _above(self, line: int, last: _Record | None) -> tuple[int, stamps.Stamp | None]:
        """The record that goes on in the line at ``line``: no empty line lies between, unless what follows it is indented."""
        text, at = self._text, line
        indented = text[line : line + 1] in (" ", "\t")
        for _ in range(_MOST_LINES):
            if at <= 0 or text[at - 1] != "\n":
                break
            above = text.rfind("\n", max(0, at - _LONGEST_LINE), at - 1) + 1
            if last is not None and above <= last.line:
                return (last.begin, last.stamp) if last.stamp is not None else (line, None)
            if not text[above : at - 1].strip() and not indented:
                break
            stamp = stamps.at(text, above, at)
            if stamp is not None:
                return above, stamp
            at = above
        return line, None


def _line_end(text: str, at: int) -> int:
    """The end of the line, or of as much of it as is looked at."""
    end = text.find("\n", at, at + _LONGEST_LINE)
    return end if end >= 0 else min(len(text), at + _LONGEST_LINE)


def _token(text: str, found: compact.Compact, record: _Record) -> Item:
    stamp = record.stamp
    if stamp is None:
        return Item(found.at, found.end, _unstamped(text, found), record=record.begin)
    form = "log" if stamp.when is not None or not _APEX.match(text, record.begin) else "apex-log"
    stripped = ("line-breaks",) if found.wrapped else ()
    paste = Paste(found.text, form, 1, 1, stripped, when=stamp.when, zoned=stamp.zoned)
    return Item(found.at, found.end, paste, "", record.begin, stamp.when, stamp.zoned, form)


def _unstamped(text: str, found: compact.Compact) -> Paste:
    from . import settings

    paste = bare.paste_of(text, found)
    form = settings.form_at(text, found.at, found.end)
    if not form:
        return paste
    stripped = () if not found.wrapped or settings.is_continued(text, found.at, found.end) else ("line-breaks",)
    return paste._replace(form=form, stripped=stripped)


def _answer(text: str, reply: replies.Reply, record: _Record) -> Item:
    stamp = record.stamp
    if stamp is None:
        return Item(reply.at, reply.end, None, reply.text, record.begin)
    form = "log" if stamp.when is not None or not _APEX.match(text, record.begin) else "apex-log"
    return Item(reply.at, reply.end, None, reply.text, record.begin, stamp.when, stamp.zoned, form)


def id_of(text: str, item: Item) -> str:
    """The id that the line of the token or answer, or the first line of its record, gives its request; looked up when it is needed."""
    if item.record < 0 or (item.form == "text" and item.when is None):
        return ""
    at, end = item.at, min(item.end, item.at + len(item.paste.text if item.paste is not None else item.answer))
    earliest = max(0, at - _LONGEST_LINE)
    line = text.rfind("\n", earliest, at) + 1 or earliest
    if at - line < 6:
        # A record that is an answer or a token as a whole names its request inside.
        return _id_between(text, line, min(_line_end(text, at), line + 300))
    found = _id_between(text, line, min(at, line + 300)) or _id_between(text, end, min(_line_end(text, end), end + 300))
    return found or (_id_between(text, item.record, min(line, item.record + 300)) if item.record < line else "")


def _id_between(text: str, begin: int, stop: int) -> str:
    if stop - begin < 6:
        return ""
    named = _ID.search(text, begin, stop)
    while named is not None:
        if _ID_NAME.search(text, max(begin, named.start() - 14), named.start()):
            return named[1].lower()
        named = _ID.search(text, named.end(), stop)
    if stop - begin < 20:
        return ""
    bare_id = _UUID.search(text, begin + 8, stop)
    if bare_id is not None:
        return text[bare_id.start() - 8 : bare_id.end()].lower()
    other = _EVENT.search(text, begin, stop) or _SPAN_ID.search(text, begin, stop)
    return other[1].lower() if other is not None else ""


def _near(text: str, at: int, nexts: list[int], stop: int, records: Records) -> Item | None:
    """An answer in the rest of the record or in the next one that none of the finders looks for everywhere."""
    following = min(nexts)
    near = min(following, at + 400)
    for word in _NEAR_WORDS:
        if text.find(word, at, near) >= 0:
            break
    else:
        return None
    # As far as the line goes: what is cut off in the middle of it would be half an answer.
    stop = min(stop, _line_end(text, near)) if near > at else near
    if following < stop:
        if nexts.index(following) >= _TOKENS:
            return None
        stop = following
    reply = replies.first_in(text, at, stop)
    if reply is None:
        status = _HTTP_STATUS.search(text, at, stop)
        if status is None:
            return None
        code = status[1] or status[3]
        reply = replies.Reply(status.start(), status.end(), f"HTTP/1.1 {code}{(status[2] or '').rstrip()}", 0)
    return _answer(text, reply, records.of(reply.at))


# --- what stands in a request ----------------------------------------------------------------------------------------


def _is_rich(text: str, record: _Record, found: compact.Compact) -> bool:
    """Whether the token's line, outside of the token, speaks of a request. Behind a blank only a header's value does."""
    at = found.at
    if at and text[at - 1] in " \t" and text[at - 6 : at - 1] != "earer":
        return False
    before, after = max(record.begin, at - 1000), min(record.line_end, found.end + 400)
    return any(text.find(word, before, at) >= 0 or text.find(word, found.end, after) >= 0 for word in _RICH)


def _rich(text: str, record: _Record, begin: int, stop: int, depth: int) -> tuple[list[Item], int]:
    """The items of a record, from ``begin`` on, read as a text of its own."""
    from . import mixed

    end = _record_end(text, record, stop)
    begin = max(begin, record.begin)
    found = [
        item._replace(at=item.at + begin, end=item.end + begin, record=record.begin)
        for item in mixed.items(text[begin:end], depth + 1)
    ]
    if record.stamp is not None:
        found = [_stamped(text, record, item, inside=True) for item in found]
    found.sort(key=lambda item: item.at)
    return found, end


def in_record(text: str, begin: int, found: list[Item], records: Records) -> list[Item]:
    """The items of a part of a text with the time of the record it stands in, and its form where it begins in a line of it."""
    record = records.of(begin)
    if record.stamp is None:
        return found
    inside = (
        text[record.line : begin].strip() != ""
        or record.begin == record.line
        or text[record.line : record.line + 1] in (" ", "\t")
    )
    return [_stamped(text, record, item, inside=inside) for item in found]


def _stamped(text: str, record: _Record, item: Item, *, inside: bool) -> Item:
    stamp, paste = record.stamp or stamps.Stamp(None, True), item.paste
    form = "" if not inside else "apex-log" if stamp.when is None and _APEX.match(text, record.begin) else "log"
    if paste is not None:
        when, zoned = (stamp.when, stamp.zoned) if paste.when is None else (paste.when, paste.zoned)
        paste = paste._replace(form=form or paste.form, when=when, zoned=zoned)
    return item._replace(paste=paste, record=record.begin, when=stamp.when, zoned=stamp.zoned, form=form or item.form)


def _record_end(text: str, record: _Record, stop: int) -> int:
    """Behind the last line that goes on from the record's."""
    end = record.line_end
    for _ in range(_MOST_LINES):
        begin = end + 1
        if begin >= stop:
            break
        line_end = text.find("\n", begin, stop)
        line_end = stop if line_end < 0 else line_end
        if line_end - begin > 65536 or not text[begin:line_end].strip():
            break
        if not _GOES_ON.match(text, begin) and (record.stamp is None or stamps.at(text, begin, line_end) is not None):
            break
        end = line_end
    return min(end, stop)


# --- Apex ------------------------------------------------------------------------------------------------------------


class _Apex:
    """The day that the head of a debug log names, and the zone of its user; records name but the time of day."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known = False
        self._midnight: int | None = None
        self._offset: int | None = None

    def dated(self, item: Item) -> Item:
        """The item with its moment where the head names the day."""
        if not self._known:
            self._read()
        if self._midnight is None:
            return item
        clock = self._text[item.record : item.record + 8]
        when = self._midnight + int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:8]) - (self._offset or 0)
        zoned = self._offset is not None
        paste = item.paste._replace(when=when, zoned=zoned) if item.paste is not None else None
        return item._replace(paste=paste, when=when, zoned=zoned)

    def _read(self) -> None:
        self._known = True
        first = _APEX.search(self._text, 0, 4096)
        day = _APEX_DAY.search(self._text, 0, first.start() if first is not None else 0)
        if day is None:
            return
        self._midnight = stamps.midnight(int(day[1]), int(day[2]), int(day[3]))
        zone = _APEX_ZONE.search(self._text, 0, 8192)
        if zone is not None:
            self._offset = int(zone[1]) * 3600 + int(zone[1][0] + zone[2]) * 60


# --- which answer belongs to which token -----------------------------------------------------------------------------


class _Waiting:
    """An item that is held back until it is clear which answer belongs to it."""

    __slots__ = ("item", "open", "request_id", "said")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.said = "" if item.paste is None else item.paste.answer
        self.open = item.paste is not None and not self.said
        self.request_id: str | None = None
        """``None``: not looked up. Most answers stand in the record of their token."""


def bound(text: str, items: Iterable[Item]) -> Iterator[Item]:
    """The items in order, each token with the answer that belongs to it; answers that belong to none by themselves."""
    for waiting in _bound(text, items):
        item = waiting.item
        yield item if item.paste is None else item._replace(paste=item.paste._replace(answer=waiting.said))


def _bound(text: str, items: Iterable[Item]) -> Iterator[_Waiting]:
    held: deque[_Waiting] = deque()
    by_id: dict[str, _Waiting] = {}
    last: _Waiting | None = None
    before: _Waiting | None = None
    for item in items:
        if last is not None and last.request_id is None and (item.paste is None or last.open) and not _is_same_record(last, item):
            last.request_id = id_of(text, last.item)
            _remember(by_id, last)
        while held and held[0] is not before and not _waits(held[0], item, last, len(held)):
            yield held.popleft()
        if item.paste is None:
            owner = _owner(text, item, last, by_id)
            if owner is None:
                before = _Waiting(item)
                held.append(before)
            elif owner.open:
                _give(owner, item.answer, held)
            continue
        last = _Waiting(item)
        if before is not None and last.open and held and held[-1] is before and _is_same_record(before, item):
            held.pop()
            _give(last, before.item.answer, held)
        before = None
        held.append(last)
    yield from held


def _is_same_record(waiting: _Waiting, item: Item) -> bool:
    return waiting.item.record == item.record >= 0


def _remember(by_id: dict[str, _Waiting], waiting: _Waiting) -> None:
    """The latest token of each request; of very many requests the latest ones."""
    if waiting.request_id:
        by_id[waiting.request_id] = waiting
        if len(by_id) > 4 * _HELD:
            del by_id[next(iter(by_id))]


def _waits(first: _Waiting, item: Item, last: _Waiting | None, count: int) -> bool:
    """Whether the answer to the first of those held back may still come."""
    if not first.open or item.at - first.item.at > _FAR or count > _HELD:
        return False
    return first is last or bool(first.request_id) or (last is not None and first.item.group == last.item.group >= 0)


def _owner(text: str, item: Item, last: _Waiting | None, by_id: dict[str, _Waiting]) -> _Waiting | None:
    """The token to which an answer belongs, also where it only says again what that one was told."""
    if last is None or _is_same_record(last, item):
        return last
    request_id = id_of(text, item) if by_id or last.request_id else ""
    known = by_id.get(request_id) if request_id else None
    if known is not None:
        return known if known.open or item.at - known.item.at < _FAR else None
    if item.at - last.item.end > _FAR or (request_id and last.request_id):
        return None
    return last if last.open or (item.at - last.item.end < 4096 and _alike(last.said, item.answer)) else None


def _alike(one: str, other: str) -> bool:
    """Whether two answers say the same error."""
    first, second = replies.code_in(one), replies.code_in(other)
    return first == second or not first or not second


def _give(owner: _Waiting, answer: str, held: deque[_Waiting]) -> None:
    """The answer to its token, and to the others of the same request."""
    group = owner.item.group
    for waiting in held if group >= 0 else ():
        if waiting.item.group == group and waiting.open:
            waiting.said, waiting.open = answer, False
    owner.said, owner.open = answer, False
