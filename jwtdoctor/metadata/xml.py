"""One metadata file: its elements, each with where its text stands. Hardened: no DTD, no entities, nothing external, all bounded.

The parser is expat behind defusedxml; it tells line and column of every event, which the usual trees forget.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..model import Span

LARGEST = 1 << 20
"""Bytes of one file; an app's metadata has two kilobytes, a profile may have some hundred."""
DEEPEST = 20
"""Elements within one another; the deepest metadata read here has four."""
MOST_ELEMENTS = 20_000
LONGEST_TEXT = 64 * 1024
"""Characters of one element's text; a certificate has two thousand."""
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
"""Of all Salesforce metadata, Metadata API."""


class Unreadable(ValueError):
    """The file cannot be used; the message says why, in words of ours, and ``line`` where."""

    def __init__(self, why: str, line: int = 1) -> None:
        super().__init__(why)
        self.line = line


class Element(NamedTuple):
    """One element. Attributes are not kept: metadata says nothing in them."""

    tag: str
    """The local name."""
    namespace: str
    text: str
    """Its own text without the white space around it, entities resolved; not that of its children."""
    span: Span
    """Of the text as it is written; of the start tag where there is none."""
    children: tuple[Element, ...]
    rows: tuple[int, int] = (1, 1)
    """The lines that it begins and ends in, its tags included."""

    def all(self, tag: str) -> tuple[Element, ...]:
        """The children of that name."""
        return tuple(each for each in self.children if each.tag == tag)

    def find(self, path: str) -> Element | None:
        """The first element along ``a/b/c``."""
        here: Element | None = self
        for tag in path.split("/"):
            here = next((each for each in here.children if each.tag == tag), None) if here is not None else None
        return here

    def walk(self) -> Iterator[Element]:
        """This element and all below it."""
        yield self
        for each in self.children:
            yield from each.walk()


def parse(written: bytes | str) -> Element:
    """The root element of a file, or of a text whose encoding is settled. Raises Unreadable."""
    data, encoding = _bytes(written)
    if not data.strip():
        raise Unreadable("the file is empty")
    if len(data) > LARGEST:
        raise Unreadable(f"larger than {LARGEST >> 20} MiB")
    from xml.parsers.expat import ExpatError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, XMLParser

    builder = _Builder()
    parser: Any = XMLParser(target=builder, encoding=encoding, forbid_dtd=True)
    parser.parser.buffer_text = False
    builder.at = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        raise Unreadable("it declares a document type or entities, which metadata never needs", builder.line) from None
    except (ParseError, ExpatError) as error:
        raise Unreadable(
            f"not well-formed XML: {_said(error)}", max(1, getattr(error, "position", (builder.line, 0))[0])
        ) from None
    except (LookupError, ValueError, UnicodeError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("its encoding is unknown or is not what it says", builder.line) from None
    if builder.root is None:
        raise Unreadable("no element in it")
    return builder.root


def _bytes(written: bytes | str) -> tuple[bytes, str | None]:
    """What the parser is given, and the encoding where it is not to look for one. A byte order mark takes no column in any editor."""
    if isinstance(written, bytes) and written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            written = written.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable("its encoding is unknown or is not what it says") from None
    if isinstance(written, str):
        return written.encode("utf-8", "replace"), "utf-8"
    return written.removeprefix(codecs.BOM_UTF8), None


def _said(error: Exception) -> str:
    """What expat objects to, without the place, which is told apart."""
    said = str(error).partition(":")[0]
    return "it ends before its root element does" if said == "no element found" else said


class _Open:
    """An element that is being read."""

    __slots__ = ("children", "ends", "first", "parts", "start", "tag", "tag_ends")

    def __init__(self, tag: str, start: tuple[int, int]) -> None:
        self.tag = tag
        self.start = start
        self.tag_ends: tuple[int, int] | None = None
        self.first: tuple[int, int] | None = None
        self.ends: tuple[int, int] | None = None
        self.parts: list[str] = []
        self.children: list[Element] = []


class _Builder:
    """Takes the parser's events. The end of a text shows only at the event after it."""

    def __init__(self) -> None:
        self.at: Any = None
        self.root: Element | None = None
        self.open: list[_Open] = []
        self.count = 0
        self.trailing: int | None = None
        """White space at the end of a piece of text whose end is not yet known."""

    @property
    def line(self) -> int:
        """The line of the present event."""
        return int(self.at.CurrentLineNumber) if self.at is not None else 1

    def _place(self) -> tuple[int, int]:
        return self.at.CurrentLineNumber, self.at.CurrentColumnNumber + 1

    def _settle(self) -> None:
        """The event after a tag or a piece of text tells where that ended."""
        if not self.open:
            return
        here = self.open[-1]
        if here.tag_ends is None:
            here.tag_ends = self._place()
        if self.trailing is not None:
            line, column = self._place()
            here.ends = line, max(1, column - self.trailing)
            self.trailing = None

    def start(self, tag: str, attributes: object) -> None:
        """A start tag."""
        self._settle()
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise Unreadable(f"more than {MOST_ELEMENTS:,} elements", self.line)
        if len(self.open) >= DEEPEST:
            raise Unreadable(f"more than {DEEPEST} elements within one another", self.line)
        self.open.append(_Open(tag, self._place()))

    def data(self, text: str) -> None:
        """A piece of text; expat gives line ends and entities each by themselves."""
        self._settle()
        here = self.open[-1] if self.open else None
        if here is None:
            return
        here.parts.append(text)
        bare = text.strip()
        if not bare:
            return
        if here.first is None:
            line, column = self._place()
            here.first = line, column + len(text) - len(text.lstrip())
        self.trailing = len(text) - len(text.rstrip())

    def comment(self, text: str) -> None:
        """A comment ends the piece of text before it."""
        self._settle()

    def pi(self, target: str, text: str) -> None:
        """A processing instruction, likewise."""
        self._settle()

    def end(self, tag: str) -> None:
        """An end tag."""
        self._settle()
        here = self.open.pop()
        made = _element(here, self._place())
        if len(made.text) > LONGEST_TEXT:
            raise Unreadable(f"an element with more than {LONGEST_TEXT >> 10} KiB of text", made.span.line)
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made

    def close(self) -> None:
        """The end of the file."""


def _element(here: _Open, end: tuple[int, int]) -> Element:
    namespace, brace, local = here.tag.rpartition("}")
    first, ends = (here.first, here.ends) if here.first and here.ends else (here.start, here.tag_ends or end)
    span = Span(*first, *max(first, ends))
    tag, text, rows = local if brace else here.tag, "".join(here.parts).strip(), (here.start[0], end[0])
    return Element(tag, namespace.lstrip("{"), text, span, tuple(here.children), rows)
