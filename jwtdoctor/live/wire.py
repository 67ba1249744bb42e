"""One request, one answer: TLS verified, proxies of the environment respected, no redirect followed, nothing tried twice.

What the environment must not add is kept away: no credentials of a .netrc, no cookies. Sizes and times are bounded. The clock of
this machine is handed in.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .._version import __version__
from .offset import Sample
from .trouble import Peer, Unreached, timed_out, unreached

if TYPE_CHECKING:
    import requests

LARGEST = 1 << 16
"""Bytes of an answer's body that are kept; a token endpoint sends one or two thousand."""
_PIECE = 1 << 12
_SLACK = 0.1
"""Seconds that the limit on the whole comes after the limit on one step, which knows better what was waited for."""


class Clocks(NamedTuple):
    """How time is told."""

    now: Callable[[], float]
    """This machine's clock, epoch seconds."""
    counter: Callable[[], float]
    """Seconds that only ever grow."""
    pause: Callable[[float], None]
    """Wait so many seconds."""


class Way(NamedTuple):
    """How the server is reached."""

    timeout: float = 30.0
    """Seconds for the whole of a request and its answer."""
    authorities: str | None = None
    """A file of CA certificates that are trusted instead of the usual ones."""


class Reply(NamedTuple):
    """An answer. Nothing of it has been made safe to be shown."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    """:data:`LARGEST` bytes at most."""
    cut: bool
    """There was more of it."""
    sent: float
    """When the request left, epoch seconds of this machine."""
    trip: float
    """Seconds until the answer's header was there."""
    proxy: str = ""
    """Host and port of the proxy on the way."""

    @property
    def date(self) -> int | None:
        """The Date header in epoch seconds (RFC 9110 §6.6.1)."""
        from email.utils import parsedate_to_datetime

        try:
            when = parsedate_to_datetime(self.headers.get("date", ""))
            return int(when.timestamp()) if when.tzinfo else None
        except (ValueError, TypeError, OverflowError, IndexError):
            return None

    @property
    def age(self) -> int:
        """Seconds that the answer lay in a cache (RFC 9111 §5.1); of what cannot be read, the largest there is (§1.2.2)."""
        told = self.headers.get("age", "").strip()
        if told.isascii() and told.isdecimal() and len(told) < 10:
            return int(told)
        return 1 << 31 if told else 0

    @property
    def sample(self) -> Sample | None:
        """What it says of the clocks, if anything."""
        return None if self.date is None or self.age else Sample(self.sent, self.trip, self.date)


class Wire:
    """A connection that is kept between requests. Raises Unreached for whatever comes in the place of an answer."""

    def __init__(self, way: Way, clocks: Clocks) -> None:
        """Raises ImportError where the HTTP library is absent, Unreached for CA certificates that cannot be used."""
        from http.cookiejar import DefaultCookiePolicy

        import requests

        _check(way.authorities)
        self._way = way
        self._counter = clocks.counter
        self._start = clocks.now() - clocks.counter()
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._session.close()

    def now(self) -> float:
        """Epoch seconds by this machine's clock as it stood when the connection was made: setting it meanwhile disturbs nothing."""
        return self._start + self._counter()

    def head(self, url: str) -> Reply:
        """Ask for the header of what is at ``url``, past all caches."""
        return self._ask("HEAD", url, None, {"Cache-Control": "no-cache", "Pragma": "no-cache"})

    def post(self, url: str, form: Mapping[str, str]) -> Reply:
        """Post a form."""
        return self._ask("POST", url, form, {"Accept": "application/json"})

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Reply:
        import requests

        request = requests.Request(method, url, headers={**_HEADERS, **headers}, data=form, auth=_nobody)
        peer = Peer(_named(url))
        with _translated(peer, self._way.timeout):
            prepared = self._session.prepare_request(request)
            settings = self._session.merge_environment_settings(url, {}, True, self._way.authorities or True, None)
            if form is not None and urlsplit(url).scheme.lower() == "http":
                # What is posted without encryption stays on this machine, which a proxy does not.
                settings["proxies"] = {}
            peer = Peer(peer.host, _named(requests.utils.select_proxy(url, settings["proxies"]) or ""))
        return self._bounded(prepared, settings, peer)

    def _bounded(self, prepared: requests.PreparedRequest, settings: Any, peer: Peer) -> Reply:
        """Send, but wait no longer than allowed: names that nobody resolves and answers that drip know no limit of their own."""
        done: SimpleQueue[Reply | BaseException] = SimpleQueue()
        begun: list[int] = []

        def work() -> None:
            try:
                done.put(self._send(prepared, settings, peer, begun))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the thread that waits
                done.put(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            found = done.get(timeout=self._way.timeout + _SLACK)
        except Empty:
            raise timed_out(peer, self._way.timeout, begun[0] if begun else None) from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _send(self, prepared: requests.PreparedRequest, settings: Any, peer: Peer, begun: list[int]) -> Reply:
        limit = self._way.timeout
        with _translated(peer, limit, begun):
            sent = self.now()
            # Past the session, which reads the whole body of a redirect even when it is not to follow it.
            adapter = self._session.get_adapter(prepared.url or "")
            response = adapter.send(prepared, timeout=(limit, limit), **settings)
            trip = self.now() - sent
            begun.append(response.status_code)
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = _read(response, headers.get("content-encoding", ""))
            if len(body) > LARGEST:
                response.close()
            return Reply(
                response.status_code, response.reason or "", headers, body[:LARGEST], len(body) > LARGEST, sent, trip, peer.proxy
            )


_HEADERS = {"User-Agent": f"jwtdoctor/{__version__}", "Accept-Encoding": "identity", "Accept": "*/*"}


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication that adds nothing; without any, the library would look into a .netrc."""
    return request


@contextmanager
def _translated(peer: Peer, seconds: float, begun: list[int] | None = None) -> Iterator[None]:
    """Whatever the library raises becomes Unreached."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        found = unreached(error, peer, seconds)
        if found.kind == "timeout" and begun:
            found = timed_out(peer, seconds, begun[0])
        raise found from None


def _read(response: requests.Response, encoding: str) -> bytes:
    """The body, a byte more than :data:`LARGEST` at most; what was compressed against our wish is unpacked within that bound."""
    data = b""
    while len(data) <= LARGEST:
        piece = response.raw.read(_PIECE, decode_content=False)
        if not piece:
            break
        data += piece
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        try:
            return zlib.decompressobj(47).decompress(data, LARGEST + 1)
        except zlib.error:
            return b""
    return data


def _named(url: str) -> str:
    """Host of a URL, and its port where it tells one; never a user or a password."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


def _check(authorities: str | None) -> None:
    """Raises Unreached for a file that holds no CA certificate; the library would only say so in the middle of a handshake."""
    if authorities is None:
        return
    import os
    import ssl
    import stat

    try:
        if not stat.S_ISREG(mode := os.stat(authorities).st_mode) and not stat.S_ISDIR(mode):
            raise Unreached("authorities", "neither a file nor a folder")
        folder = os.path.isdir(authorities)
        ssl.create_default_context(cafile=None if folder else authorities, capath=authorities if folder else None)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
        told = f"{why[:1].lower()}{why[1:]}" if why else "it holds no certificate in PEM"
        raise Unreached("authorities", told) from None
