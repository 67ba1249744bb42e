"""Post an assertion to a token endpoint, once, and say what came back without what is secret in it.

RFC 7523 §2.1 (the request), RFC 6749 §5 (the answer).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

from ..visible import plain_json, safe, scrub
from .offset import Offset, estimate
from .wire import Clocks, Reply, Way, Wire


class Granted(NamedTuple):
    """A successful answer without its secrets."""

    token_type: str
    scopes: tuple[str, ...]
    instance: str
    """Scheme and host of the org's API."""
    identity: str
    """Host of the identity URL."""
    expires_in: int | None
    members: tuple[str, ...]
    """Names of everything the answer holds."""


class Access:
    """An access token. It shows itself to nobody by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The token itself, for the file it is meant for."""
        return self._text

    def __repr__(self) -> str:
        return "Access(…)"


class Exchanged(NamedTuple):
    """What the endpoint said."""

    endpoint: str
    status: int
    reason: str
    date: int | None
    trip: float
    """Seconds until the answer's header was there."""
    offset: Offset | None
    """The difference of the clocks that this one answer shows."""
    media: str
    """The answer's media type."""
    size: int
    cut: bool
    redirect: str
    """Scheme and host that a 3xx points to."""
    proxy: str
    granted: Granted | None
    access: Access | None
    text: str
    """The whole answer as HTTP writes it, without what is secret: what a diagnosis reads. Nothing of a grant."""
    said: bool = False
    """Whether it says an error, as RFC 6749 §5.2 wants it."""

    @property
    def outcome(self) -> Literal["let-in", "refused", "redirected", "unclear"]:
        """In a word; ``unclear`` is what no token endpoint answers: a page, nothing, a server's own failure."""
        if self.granted is not None:
            return "let-in"
        if 300 <= self.status < 400:
            return "redirected"
        return "refused" if self.said or 400 <= self.status < 500 else "unclear"


def post(assertion: str, endpoint: str, grant_type: str, way: Way, clocks: Clocks) -> Exchanged:
    """Send ``assertion`` to ``endpoint`` and bring the answer. Raises Unreached where none came, ImportError without an HTTP library."""
    with Wire(way, clocks) as wire:
        reply = wire.post(endpoint, _form(assertion, grant_type))
    return exchanged(reply, endpoint, assertion)


def request_text(assertion: str, endpoint: str, grant_type: str) -> str:
    """The request as HTTP writes it, without what may be secret in the address: what a diagnosis reads."""
    parts = urlsplit(endpoint)
    head = (f"POST {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Type: {_FORM}")
    return "\n".join((*head, "", urlencode(_form(assertion, grant_type))))


_FORM = "application/x-www-form-urlencoded"


def _form(assertion: str, grant_type: str) -> dict[str, str]:
    """RFC 7523 §2.1."""
    return {"grant_type": grant_type, "assertion": assertion}


def exchanged(reply: Reply, endpoint: str, assertion: str) -> Exchanged:
    """The reply taken apart."""
    written = reply.body.decode("utf-8", "replace")
    document = _object(written)
    token = document.get("access_token") if document is not None and 200 <= reply.status < 300 else None
    let_in = document is not None and isinstance(token, str) and _ACCESS.fullmatch(token) is not None
    said = document is not None and isinstance(document.get("error"), str)
    hide = _Hiding(assertion, token)
    sample = reply.sample
    return Exchanged(
        endpoint,
        reply.status,
        hide(reply.reason, 60),
        reply.date,
        reply.trip,
        None if sample is None else estimate([sample]),
        hide(reply.headers.get("content-type", "").partition(";")[0].strip(), 60).lower(),
        len(reply.body),
        reply.cut,
        hide(_origin(reply.headers.get("location", "")), 200) if 300 <= reply.status < 400 else "",
        reply.proxy,
        _granted(document, hide) if let_in and document is not None else None,
        Access(token) if let_in and isinstance(token, str) else None,
        "" if let_in else _as_http(reply, _unsecret(written, document, hide, said), hide),
        said,
    )


def _object(written: str) -> dict[str, Any] | None:
    try:
        document = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


_ACCESS = re.compile(r"[!-~][ -~]*")
"""RFC 6749 §A.12: printable ASCII. Anything else would not survive the header it goes into."""
_SHORTEST_PART = 12
_RUN = re.compile(rf"[A-Za-z0-9_-]{{{_SHORTEST_PART},}}")
_TOKEN_TYPE = re.compile(r"[A-Za-z][A-Za-z-]{0,15}")


class _Hiding:
    """Shows what a server says without the signature and the access token, parts of them included: it may repeat them anywhere."""

    def __init__(self, assertion: str, token: object) -> None:
        own = (assertion.rpartition(".")[2], token if isinstance(token, str) else "")
        self._whole = [each for each in own if each]
        # Hosts lose their case on the way.
        self._parts = {each.lower()[at : at + _SHORTEST_PART] for each in own for at in range(len(each) - _SHORTEST_PART + 1)}

    def __call__(self, text: str, longest: int) -> str:
        """One line of it."""
        return safe(self.out_of(text), longest)

    def out_of(self, text: str) -> str:
        """The text, however long."""
        for each in self._whole:
            text = text.replace(each, "[removed]")
        return _RUN.sub(lambda run: self._checked(run[0]), text)

    def _checked(self, run: str) -> str:
        shares = any(run.lower()[at : at + _SHORTEST_PART] in self._parts for at in range(len(run) - _SHORTEST_PART + 1))
        return "[removed]" if shares else run


def _unsecret(written: str, document: Mapping[str, Any] | None, hide: _Hiding, said: bool) -> str:
    """The body as it may be looked at; of one that says no error nothing where it may hold a token in some form of its own."""
    if document is not None:
        written = json.dumps(plain_json(document), ensure_ascii=False)
    if not said and _MAY_GRANT.search(written):
        return "[body removed: it seems to hold a token]"
    return scrub(hide.out_of(written))


_MAY_GRANT = re.compile(
    r"""(?i)(?:access|refresh|id)[ _-]?token["'\s]{0,4}[:=>]["'\s]{0,4}[^\s"'<]{8,}|\bbearer\s+[!-~]{12,}|\bauthorization["'\s]{0,4}[:=]"""
)


def _as_http(reply: Reply, body: str, hide: _Hiding) -> str:
    kept = [f"{name.title()}: {safe(reply.headers[name])}" for name in ("date",) if name in reply.headers]
    return "\n".join([f"HTTP/1.1 {reply.status} {hide(reply.reason, 60)}".rstrip(), *kept, "", body])


def _granted(document: Mapping[str, Any], hide: _Hiding) -> Granted:
    """Only what is known to be no secret; of everything else the name."""
    scope, seconds, kind = document.get("scope"), document.get("expires_in"), _text(document.get("token_type"))
    return Granted(
        hide(kind, 40) if _TOKEN_TYPE.fullmatch(kind) else "",
        tuple(hide(each, 60) for each in _text(scope).split()[:50]),
        hide(_origin(_text(document.get("instance_url"))), 200),
        hide(_origin(_text(document.get("id"))), 200),
        seconds if type(seconds) is int else None,
        tuple(hide(each, 60) for each in list(document)[:50]),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _origin(url: str) -> str:
    """Scheme, host and port of a URL. The rest of it may hold anything."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    return safe(f"{parts.scheme}://{parts.hostname}{port}", 200) if parts.hostname else ""
