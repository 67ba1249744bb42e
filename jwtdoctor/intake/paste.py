"""What a reader of any form hands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """The HTTP request around the assertion. Values are as sent, after one decoding of the body's form."""

    method: str = ""
    url: str = ""
    content_type: str = ""
    body: str = "none"
    """How the body is written: ``form``, ``json``, ``multipart``, ``other``, ``none``."""
    fields: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    authorization: str = ""
    """The scheme of the Authorization header, never its value."""
    agent: str = ""
    """The User-Agent: which program sent it."""
    where: str = ""
    """Where the assertion stands: ``body.assertion``, ``query.assertion``, ``header.authorization``, …"""

    @property
    def grant_type(self) -> str | None:
        """``grant_type`` from the body, else from the query; ``None`` when it is in neither."""
        return self.fields.get("grant_type", self.query.get("grant_type"))


class Paste(NamedTuple):
    """One candidate: the text to decode, the form it stood in, where, and what was taken off to get at it."""

    text: str
    form: str
    line: int = 1
    column: int = 1
    stripped: tuple[str, ...] = ()
    request: Request | None = None
    spaced: str = ""
    """The signature with the spaces that were taken out of it: they may have been ``+``."""
    kind: str | None = None
    """Set when the text was recognised as something that is no JWS at all."""
    answer: str = ""
    """What the server, or the client program, answered to this one, where the text shows it; with the response's header fields."""
    when: int | None = None
    """Epoch seconds of the record it stood in, by the log's own time stamp."""
    zoned: bool = True
    """Whether that time stamp named its zone; one without was taken for UTC."""
