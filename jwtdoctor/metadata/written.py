"""One metadata file as it is written: its root element, and the values in it with their place and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from .project import Text
from .xml import Element

LONGEST_LINE = 1000
"""Characters of a line that is kept to be shown."""
MOST_REPEATED = 100
"""Secrets of one file that are looked for outside of their elements too; a file has one or two."""
_SECRET = ("consumerSecret", "password", "clientSecret", "oauthToken", "oauthRefreshToken", "authTokenHeaders")
"""Elements whose text is nobody's to see."""
_SECRET_TAG = re.compile(rf"<(/?)(?:[^\s<>/:]+:)?(?:{'|'.join(_SECRET)})(?![\w.:-])")
_LINE_BREAK = re.compile("\r\n?|\n")
"""What ends a line for the parser, whose numbers the lines are found by."""


class Written(NamedTuple):
    """A file that was parsed."""

    path: str
    name: str
    """What the file's name calls the component."""
    root: Element
    shown: tuple[str, ...]
    """Its lines; empty are those that something secret is in."""

    def text(self, element: Element) -> Text:
        """An element's text and its place."""
        return Text(element.text, self.path, element.span, self.line(element))

    def line(self, element: Element) -> str:
        """The line it begins in; empty for what must not be shown: secrets, and what would fill a page."""
        at = element.span.line - 1
        line = self.shown[at] if at < len(self.shown) else ""
        return "" if element.tag in _SECRET or len(line) > LONGEST_LINE else line

    def value(self, path: str) -> Text | None:
        """The first element along ``a/b/c``; ``None`` where there is none, an empty text where it is empty."""
        found = self.root.find(path)
        return self.text(found) if found is not None else None

    def values(self, path: str) -> tuple[Text, ...]:
        """All elements of that name below the same parent."""
        parent, _, tag = path.rpartition("/")
        above = self.root.find(parent) if parent else self.root
        return tuple(self.text(each) for each in above.all(tag)) if above is not None else ()

    def listed(self, path: str) -> tuple[Text, ...] | None:
        """The members of a list with commas; one empty text for an empty list, ``None`` where there is none at all."""
        whole = self.value(path)
        if whole is None:
            return None
        members = [each.strip() for each in whole.text.split(",")]
        return tuple(whole._replace(text=each) for each in members if each) or (whole._replace(text=""),)

    @property
    def place(self) -> Text:
        """The file as a whole: its root element's start tag."""
        return Text(self.root.tag, self.path, self.root.span, self.line(self.root))


def written(path: str, name: str, root: Element, text: str) -> Written:
    """A parsed file with its lines."""
    lines = _LINE_BREAK.split(text)
    hidden = _hidden(root, text, lines)
    return Written(path, name, root, tuple("" if at in hidden else line for at, line in enumerate(lines, 1)))


def _hidden(root: Element, text: str, lines: list[str]) -> set[int]:
    """The numbers of the lines that a secret is in, however it is written: with entities, as CDATA, over several lines, in a comment."""
    secret = [each for each in root.walk() if each.tag in _SECRET]
    found = {at for each in secret for at in range(each.rows[0], each.rows[1] + 1)}
    texts = list(dict.fromkeys(each.text for each in secret if each.text))[:MOST_REPEATED]
    found |= {at for at, line in enumerate(lines, 1) if line and any(each in line for each in texts)}
    return found | {at for first, last in _tagged(text) for at in range(first, last + 1)}


def _tagged(text: str) -> Iterator[tuple[int, int]]:
    """First and last line of what stands between the tags of a secret, also where no parser looks: in a comment."""
    line, read, opened = 1, 0, 0
    for tag in _SECRET_TAG.finditer(text):
        line += len(_LINE_BREAK.findall(text, read, tag.start()))
        read = tag.start()
        yield (opened if tag[1] and opened else line), line
        opened = 0 if tag[1] else line


def component(path: str, suffixes: Iterable[str]) -> tuple[str, str]:
    """Name and suffix of a component by its file's name, in source format (``X.suffix-meta.xml``) or as deployed (``X.suffix``).

    Two empty texts for a file that is none of ours. Characters that file systems do not like stand percent-encoded.
    """
    last = path.rpartition("/")[2].removesuffix("-meta.xml")
    stem, dot, suffix = last.rpartition(".")
    return (unquote(stem), suffix) if dot and stem and suffix in suffixes else ("", "")
