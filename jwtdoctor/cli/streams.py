"""Inputs as a stream of chunks of text, cut between records: unpacked, as UTF-8, with line numbers, in bounded memory."""

from __future__ import annotations

import codecs
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..intake.log import records_end
from ..triage import forms
from .inputs import Input
from .sources import reason
from .unpack import Damaged, Reader, Unpacked, format_of

CHUNK = 2 << 20
"""Bytes of a chunk: large enough that handing it on costs nothing beside examining it."""
LONGEST_RECORD = 4 * CHUNK
"""Bytes of a record that is kept in one piece."""
LONGEST_TOKEN = 1 << 20
"""Bytes in which a longer record must hold one that no token has, or it is cut where it stands."""
WHOLE = 16 << 20
"""Bytes of a document that is read whole."""
HEAD = 1 << 16
IDLE = 10.0
"""Seconds that a named pipe may bring nothing before anything came."""


def _window() -> int:
    """Bytes before the end of a chunk in which its border is looked for."""
    return max(CHUNK >> 3, min(CHUNK, 4096))


class Place(NamedTuple):
    """How far an input was read: bytes of its text as UTF-8, and characters of the line there that stand before it."""

    offset: int = 0
    column: int = 0


class Range(NamedTuple):
    """Bytes of a file that were not read yet: whoever examines them reads them."""

    path: str
    device: int
    inode: int
    offset: int
    size: int
    owner: int = 0
    """The process that has the file open, and its descriptor there, by which Linux finds a file that was renamed meanwhile."""
    descriptor: int = -1

    def read(self) -> bytes:
        """The bytes, fewer where the file became shorter. Raises OSError when the file is no longer there."""
        for path in (self.path, f"/proc/{self.owner}/fd/{self.descriptor}"):
            try:
                with open(path, "rb", buffering=0) as file:
                    status = os.fstat(file.fileno())
                    if (status.st_dev, status.st_ino) == (self.device, self.inode):
                        file.seek(self.offset)
                        return _all(file, self.size)
            except FileNotFoundError:
                continue
        raise FileNotFoundError(2, "it was taken away, or replaced, while it was read")


def _all(file: Reader, size: int) -> bytes:
    data = file.read(size)
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


class Chunk(NamedTuple):
    """A piece of an input's text as UTF-8, with the places where it begins and ends."""

    data: bytes | Range
    begin: Place
    end: Place
    whole: bool = False
    """All of the input, and perhaps no log."""
    last: bool = False
    """The input's last one: what follows when the file grows may belong to its last record."""


class Stream:
    """Reads one input. ``stopped`` is asked while nothing comes."""

    def __init__(self, given: Input, stopped: Callable[[], bool], *, apart: bool = False) -> None:
        self.given = given
        self.notes: list[str] = []
        """What is to be told of the input beside its chunks."""
        self.is_plain = True
        """Whether its bytes are its text, so that a place in the text is one in the file."""
        self.failed = ""
        """Why it was not read to its end."""
        self.began = False
        """Whether any of it was read."""
        self.place = Place()
        self.raw: Raw | None = None
        self.is_document = False
        """Whether it was read as one document and not as a log."""
        self._apart = apart
        """Whether the last record comes as a chunk of its own, so that it can be read again when the file has grown."""
        self._stopped = stopped

    def chunks(self, start: Place | None = None) -> Iterator[Chunk]:
        """The chunks from ``start`` on; why it ended early stands in :attr:`failed`."""
        try:
            self.raw = raw = Raw(self.given, self._stopped)
            raw.open()
            yield from self._read(raw, start or Place())
        except Damaged as damaged:
            self.failed = str(damaged)
        except (OSError, ValueError) as error:
            self.failed = reason(error)

    def close(self) -> None:
        """Let the input go; its chunks may be read until then."""
        if self.raw is not None:
            self.raw.close()

    def _read(self, raw: Raw, start: Place) -> Iterator[Chunk]:
        text = Text(raw)
        if format_of(text.peek(HEAD)):
            self.is_plain = False
            text = Text(Unpacked(raw, text.take(HEAD)))
        zeros = _skip_zeros(text, self._stopped)
        if zeros:
            self.is_plain = False
            self.notes.append(f"{zeros:,} zero bytes at its beginning were left out")
        head = text.peek(HEAD)
        encoding = encoding_of(head)
        if encoding is None:
            raise Damaged(f"a binary file{_what(head)}; accepted: text, also as gz, zst, bz2 or xz")
        if encoding != "utf-8":
            self.is_plain = False
            text = Text(Recoded(text, encoding))
        self.began = True
        document = not start.offset and forms.is_document(text.peek(HEAD).decode("utf-8", "replace"))
        if self.is_plain and self.given.is_file and not (document and raw.size <= WHOLE):
            if document:
                self.notes.append(_TOO_LARGE)
            for chunk in self._ranges(raw, start):
                yield chunk
                start = chunk.end
            document = False
            raw.seek(start.offset)
            text = Text(raw)
        elif start.offset:
            _skip(text, start.offset)
        yield from self._cut(text, start, document)
        raw.check(self.is_plain)

    def _ranges(self, raw: Raw, start: Place) -> Iterator[Chunk]:
        """The chunks of a plain file as ranges, as long as records end where chunks should."""
        given, offset = self.given, start.offset
        while raw.size - offset > CHUNK and not self._stopped():
            size = _border_in(raw, offset)
            if not size:
                return
            piece = Range(given.path, given.device, given.inode, offset, size, os.getpid(), raw.descriptor)
            column = start.column if offset == start.offset else 0
            offset += size
            raw.taken = offset
            self.place = Place(offset)
            yield Chunk(piece, Place(offset - size, column), self.place)

    def _cut(self, text: Text, start: Place, document: bool) -> Iterator[Chunk]:
        self.place = start
        buffer, wanted, told = b"", WHOLE if document else CHUNK, False
        while True:
            buffer += text.take(wanted - len(buffer))
            if len(buffer) < wanted:
                break
            if document:
                self.notes.append(_TOO_LARGE)
                document = False
            end, is_border = _border(buffer)
            if not end:
                wanted = min(2 * wanted, LONGEST_RECORD)
                continue
            if not is_border and not told:
                told = True
                self.notes.append(
                    f"the line at byte {self.place.offset:,} is longer than {LONGEST_RECORD >> 20} MiB and was cut between words"
                )
            yield self._chunk(buffer[:end])
            buffer, wanted = buffer[end:], CHUNK
        if text.broken:
            # The last line was torn with the file: half a token in it was never sent by anybody.
            buffer = buffer[: buffer.rfind(b"\n") + 1]
        yield from self._rest(buffer)
        if text.broken:
            raise Damaged(text.broken)

    def _rest(self, buffer: bytes) -> Iterator[Chunk]:
        """What is left at the end of the input."""
        whole = not self.place.offset
        self.is_document = whole and bool(buffer) and not forms.is_log(buffer.decode("utf-8", "replace"))
        if self._apart and self.is_plain and self.given.is_file and not self.is_document:
            end = records_end(buffer)
            if end:
                yield self._chunk(buffer[:end])
            buffer = buffer[end:]
        if buffer:
            yield self._chunk(buffer)._replace(whole=self.is_document, last=True)

    def _chunk(self, data: bytes) -> Chunk:
        begin, line = self.place, data.rfind(b"\n") + 1
        column = (0 if line else begin.column) + len(data[line:].decode("utf-8", "replace"))
        self.place = Place(begin.offset + len(data), column)
        return Chunk(data, begin, self.place)


_TOO_LARGE = f"a document of more than {WHOLE >> 20} MiB is read as a log, line by line"


class Raw:
    """The bytes of an input as they are stored; of a file no more than it had when it was opened."""

    def __init__(self, given: Input, stopped: Callable[[], bool]) -> None:
        self._given = given
        self._stopped = stopped
        self.descriptor = -1
        self._left: int | None = None
        self.size = 0
        """Bytes that a file had when it was opened."""
        self._waits = False
        self.taken = 0
        """Bytes read."""

    def open(self) -> None:
        """Open it. Raises Damaged or OSError."""
        if not self._given.path:
            if sys.stdin is None:
                raise Damaged("standard input is closed")
            self.descriptor = os.dup(sys.stdin.fileno())
        else:
            self.descriptor = os.open(self._given.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        status = os.fstat(self.descriptor)
        if stat.S_ISREG(status.st_mode):
            self.size = status.st_size
            self._left = status.st_size if self._given.path else None
            if self._given.is_file and (status.st_dev, status.st_ino) != (self._given.device, self._given.inode):
                raise Damaged("another file took its place while the others were read")
        elif stat.S_ISDIR(status.st_mode):
            raise Damaged("a folder took its place while the others were read")
        self._waits = os.name == "posix" and (
            stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode) or stat.S_ISCHR(status.st_mode)
        )

    def close(self) -> None:
        """Close it, once or more often."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def at(self, offset: int, size: int) -> bytes:
        """Bytes of a file from another place; what is read next comes from wherever :meth:`seek` says."""
        os.lseek(self.descriptor, offset, os.SEEK_SET)
        return os.read(self.descriptor, size)

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end, or when it is to stop."""
        if self._left is not None:
            size = min(size, self._left)
        if not size or (not self._given.is_file and self._stopped()) or (self._waits and not self._ready()):
            return b""
        data = os.read(self.descriptor, size)
        self.taken += len(data)
        if self._left is not None:
            self._left -= len(data)
        return data

    def _ready(self) -> bool:
        waited = 0.0
        while not select.select([self.descriptor], [], [], 0.1)[0]:
            waited += 0.1
            if self._stopped() or (self._given.path and not self.taken and waited > IDLE):
                return False
        return True

    def seek(self, offset: int) -> None:
        """Go on from another place of a file."""
        os.lseek(self.descriptor, offset, os.SEEK_SET)
        if self._left is not None:
            self._left = max(0, self.size - offset)

    def check(self, plain: bool) -> None:
        """Tell that the file became shorter or longer while it was read. Raises Damaged."""
        if self._left is None or not self._given.is_file:
            return
        if self._left > 0 and plain:
            raise Damaged("it became shorter while it was read")
        if os.fstat(self.descriptor).st_size > self.size:
            raise Damaged("it grew while it was read, and what came after was left")


class Text:
    """Reads ahead, and gives what came before an input broke off; why it did is told afterwards."""

    def __init__(self, source: Reader) -> None:
        self._source = source
        self._ahead = b""
        self.broken = ""
        """Why nothing more comes, where that is not the end."""

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end; they will come again."""
        if len(self._ahead) < size:
            self._ahead += self._more(size - len(self._ahead))
        return self._ahead[:size]

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece + self._more(size - len(piece)) if len(piece) < size else piece

    def read(self, size: int, /) -> bytes:
        """The same, for what reads from readers. Raises Damaged when nothing more can be had."""
        piece = self.take(size)
        if not piece and self.broken:
            raise Damaged(self.broken)
        return piece

    def _more(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size and not self.broken:
            try:
                piece = self._source.read(size)
            except Damaged as why:
                self.broken = str(why)
                break
            except (OSError, ValueError) as error:
                self.broken = reason(error)
                break
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


class Recoded:
    """Text of another encoding as UTF-8."""

    def __init__(self, text: Text, encoding: str) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes."""
        while not self._ready and not self._ended:
            data = self._text.read(size)
            self._ended = not data
            self._ready = self._decoder.decode(data, self._ended).encode("utf-8", "replace")
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece


def _skip(text: Text, size: int) -> None:
    while size:
        piece = text.take(min(size, CHUNK))
        if not piece:
            raise Damaged(text.broken or "it holds less than when it was read before")
        size -= len(piece)


MOST_ZEROS = 1 << 32
"""Zero bytes that a text may begin with."""


def _skip_zeros(text: Text, stopped: Callable[[], bool]) -> int:
    """Leave out the zeros that a log begins with when it was emptied under a program that went on writing; how many they were."""
    zeros = 0
    while (head := text.peek(CHUNK if zeros else HEAD)) and not stopped():
        count = len(head) - len(head.lstrip(b"\0"))
        if not zeros and count < 512:
            break
        text.take(count)
        zeros += count
        if count < len(head):
            break
        if zeros > MOST_ZEROS:
            raise Damaged(f"a binary file: it begins with more than {MOST_ZEROS >> 30} GiB of zeros")
    if zeros and not head:
        raise Damaged("a binary file: nothing but zeros")
    return zeros


def _border(buffer: bytes) -> tuple[int, bool]:
    """Where to cut, and whether that is between records; 0 where there is no border and more should be read."""
    window = max(0, len(buffer) - _window())
    end = records_end(buffer[window:])
    if end:
        return window + end, True
    end = records_end(buffer)
    if end:
        return end, True
    if len(buffer) < LONGEST_RECORD:
        return 0, True
    return _between_words(buffer), False


def _border_in(raw: Raw, offset: int) -> int:
    """Bytes from ``offset`` to the last border in a chunk; 0 where there is none."""
    for window in (_window() >> 2, _window()):
        begin = offset + CHUNK - window
        end = records_end(raw.at(begin, window))
        if end:
            return begin + end - offset
    return 0


def _between_words(buffer: bytes) -> int:
    """Behind the last byte that stands in no token; the end, where a megabyte holds none."""
    tail = buffer[-LONGEST_TOKEN:]
    kept = len(tail.rstrip(_WORD))
    return len(buffer) - len(tail) + kept if kept else len(buffer)


_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=%\\"


def encoding_of(head: bytes) -> str | None:
    """The encoding of a text that begins like this: by its byte order mark, else by where its zeros stand; ``None``: binary."""
    for mark, encoding in (
        (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):  # fmt: skip
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        sample = head[:4096]
        half = max(1, len(sample) // 2)
        if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.1 * half:
            return "utf-16-le"
        if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
            return "utf-16-be"
        return None
    return "utf-8" if _is_text(head[:8192]) else None


def _is_text(sample: bytes) -> bool:
    """Whether it is UTF-8, cut anywhere, or has few bytes that no text has."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        pass
    else:
        return sum(sample.count(bytes([each])) for each in _CONTROLS) <= 0.05 * len(sample)
    plain = len(sample.translate(None, delete=_HIGH_OR_CONTROL))
    return plain > 0.7 * len(sample) and sum(sample.count(bytes([each])) for each in _CONTROLS) <= 0.02 * len(sample)


_CONTROLS = bytes(each for each in range(32) if each not in (9, 10, 12, 13, 27))
_HIGH_OR_CONTROL = bytes(range(128, 256)) + _CONTROLS

_BINARY = (
    (b"PK\x03\x04", "a ZIP archive; unpack it first"), (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"%PDF", "a PDF document"), (b"SQLite format 3", "a database"), (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
)  # fmt: skip


def _what(head: bytes) -> str:
    found = next(
        (what for begin, what in _BINARY if head.startswith(begin)),
        "a tar archive; unpack it first" if head[257:262] == b"ustar" else "",
    )
    return f" ({found})" if found else ""
