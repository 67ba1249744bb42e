"""Compressed inputs by what their first bytes say, never by their name: gzip, bzip2, xz, Zstandard; members one behind the other.

RFC 1952 §2.2 (a gzip file is a series of members), RFC 8878 §3.1 (Zstandard frames). Memory is bounded by the format's window, and a
file that expands out of all proportion is left after a while.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

READ_SIZE = 1 << 17
"""Bytes taken from a compressed file at a time."""
HARD_LIMIT = 1 << 40
"""Bytes of one expanded input."""
FREE = 100 << 20
"""Bytes that may come out in any proportion."""
RATIO = 1000
"""How many times its size a file may expand; logs do twenty to two hundred times."""
MEMORY = 1 << 27
"""Bytes of memory that one xz file may ask for."""


class Damaged(Exception):
    """An input that ends early or cannot be read further; the message says why. What came before is good."""


class Reader(Protocol):
    """Anything to read bytes from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""


class _Member(Protocol):
    """One member of a compressed file, as the standard library's decompressors show themselves."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor in the manner of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._inner.eof

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(0, max_length))


def _bzip2() -> _Member:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> _Member:
    import lzma

    return lzma.LZMADecompressor(memlimit=MEMORY)


def _zstandard() -> _Member:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise Damaged(
            "compressed with Zstandard, which needs `pip install 'jwtdoctor[zstd]'`; or unpack it first: zstd -dc FILE | jwtdoctor triage -"
        ) from None
    made: _Member = zstd.ZstdDecompressor()
    return made


FORMATS: tuple[tuple[bytes, str, Callable[[], _Member]], ...] = (
    (b"\x1f\x8b\x08", "gzip", _Gzip),
    (b"BZh", "bzip2", _bzip2),
    (b"\xfd7zXZ\x00", "xz", _xz),
    (b"\x28\xb5\x2f\xfd", "Zstandard", _zstandard),
)
"""First bytes, name, and what unpacks it."""


def format_of(head: bytes) -> str:
    """The name of the compression that begins like this; empty for everything else."""
    if head[:3] == b"BZh" and not (len(head) > 9 and head[3:4].isdigit() and head[4:10] in _BLOCK):
        return ""
    if head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F:
        return "Zstandard"
    return next((name for begin, name, _ in FORMATS if head.startswith(begin)), "")


_BLOCK = (b"1AY&SY", b"\x17rE8P\x90")
"""How a bzip2 block, or the end of the file, begins: three letters alone begin many a text."""


class Unpacked:
    """Reads a compressed input as what it holds."""

    def __init__(self, raw: Reader, head: bytes) -> None:
        self._raw = raw
        self.format = format_of(head)
        self._make = next(make for _, name, make in FORMATS if name == self.format)
        self._member: Any = self._make()
        self._input = head
        self._ended = False
        self.taken = len(head)
        """Bytes read from the compressed input."""
        self.given = 0
        """Bytes that came out of it."""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes. Raises Damaged when the rest cannot be had."""
        while not self._ended:
            if not self._input and self._member.needs_input:
                self._input = self._raw.read(READ_SIZE)
                self.taken += len(self._input)
                if not self._input:
                    return self._at_the_end()
            try:
                piece = bytes(self._member.decompress(self._input, size))
            except MemoryError:
                raise Damaged(f"{self.format} that asks for too much memory") from None
            except Exception:  # noqa: BLE001 - each format has an exception of its own, and some come with optional packages
                raise Damaged(f"damaged {self.format}: it cannot be unpacked further") from None
            self._input = b""
            if self._member.eof:
                self._next_member()
            if piece:
                self._count(len(piece))
                return piece
        return b""

    def _at_the_end(self) -> bytes:
        self._ended = True
        if not self._member.eof:
            raise Damaged(f"truncated {self.format}: its end is missing")
        return b""

    def _next_member(self) -> None:
        rest = bytes(self._member.unused_data)
        if len(rest) < 16:
            more = self._raw.read(READ_SIZE)
            self.taken += len(more)
            rest += more
        padding = rest.lstrip(b"\0")
        if format_of(padding) != self.format:
            # Zeros fill up a tape's last block; anything else behind the last member is not part of it, and gzip ignores it too.
            self._ended = True
            return
        self._member, self._input = self._make(), padding

    def _count(self, size: int) -> None:
        self.given += size
        if self.given > HARD_LIMIT:
            raise Damaged(f"more than {HARD_LIMIT >> 40} TiB when unpacked; the rest was left")
        if self.given > FREE and self.given > RATIO * self.taken:
            raise Damaged(
                f"expanded to {self.given >> 20:,} MiB from {self.taken:,} bytes, more than {RATIO:,} times its size; the rest was left"
            )
