"""Why did no answer come? The exceptions of an HTTP library, of TLS and of the system, in one sentence each.

An exception of the library wraps others, sometimes as its cause, sometimes among its arguments; the innermost ones say it best.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException, RemoteDisconnected
from typing import NamedTuple

from ..visible import safe

_DEEPEST = 40


class Unreached(Exception):
    """No answer came that could be used; ``kind`` is a word for programs, the message a sentence for people."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Peer(NamedTuple):
    """Whom it was about."""

    host: str
    """With the port, where that is not the usual one."""
    proxy: str = ""
    """Host and port of the proxy on the way."""

    @property
    def nearest(self) -> str:
        """Who is connected to first."""
        return f"the proxy {self.proxy}" if self.proxy else self.host


def unreached(error: BaseException, peer: Peer, seconds: float) -> Unreached:
    """What an exception means for whoever asked."""
    inner = list(_inner(error))
    for told in (_certificate(inner, peer), _handshake(inner, peer), _proxy(inner, peer), _system(inner, peer, seconds)):
        if told is not None:
            return told
    return Unreached("failed", f"the request to {peer.host} failed ({safe(type(inner[-1]).__name__, 60)})")


def _inner(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that it wraps, each once."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _DEEPEST:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = (
            each.__cause__,
            each.__context__,
            getattr(each, "reason", None),
            getattr(each, "original_error", None),
            *each.args,
        )
        waiting += [one for one in wrapped if isinstance(one, BaseException)]


_CUSTOM = "accepted: --ca-file FILE (or REQUESTS_CA_BUNDLE) with the authority's certificate"
_VERIFICATION = {
    9: ("tls-not-yet-valid", "the TLS certificate of {host} is not valid yet; look at this machine's clock first"),
    10: ("tls-expired", "the TLS certificate of {host} has expired; or this machine's clock is wrong"),
    18: ("tls-self-signed", "the TLS certificate of {host} is signed by itself and not by an authority; " + _CUSTOM),
    62: (
        "tls-wrong-host",
        "the TLS certificate is for another host than {host}; the address is wrong, or something on the way answers instead",
    ),
}
"""Verification results of OpenSSL (x509_vfy.h: X509_V_ERR_…)."""
_SAME = {64: 62, 65: 62}
_UNKNOWN = (
    "tls-unknown-authority",
    "the TLS certificate of {host} is signed by an authority that is not known here; a proxy that opens TLS does that; "
    + _CUSTOM,
)


def _certificate(inner: list[BaseException], peer: Peer) -> Unreached | None:
    for each in inner:
        if isinstance(each, ssl.SSLCertVerificationError):
            code = getattr(each, "verify_code", 0)
            kind, says = _VERIFICATION.get(_SAME.get(code, code), _UNKNOWN)
            return Unreached(kind, says.format(host=peer.host))
    return None


_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
"""Reasons of OpenSSL for bytes that are none of TLS."""


def _handshake(inner: list[BaseException], peer: Peer) -> Unreached | None:
    for each in inner:
        if isinstance(each, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return Unreached(
                "tls-dropped",
                f"{peer.host} dropped the connection during the TLS handshake; a firewall may do that, or an endpoint that speaks no TLS",
            )
        if isinstance(each, ssl.SSLError):
            if (each.reason or "") in _NO_TLS:
                return Unreached("no-tls", f"{peer.host} speaks no TLS there; the port may be a wrong one")
            reason = safe((each.reason or "TLS").replace("_", " ").lower(), 80)
            return Unreached("tls-failed", f"no TLS connection with {peer.host}: {reason}; accepted: TLS 1.2 or later")
    return None


_NO_PROXY = frozenset({"InvalidProxyURL", "InvalidSchema", "ProxySchemeUnknown", "ProxySchemeUnsupported"})
_NO_ADDRESS = frozenset({"InvalidURL", "LocationParseError", "UnicodeError", "UnicodeEncodeError", "MissingSchema"})
"""Names of exceptions that the HTTP library raises before it sends anything."""


def _proxy(inner: list[BaseException], peer: Peer) -> Unreached | None:
    if any(type(each).__name__ in _NO_PROXY for each in inner):
        return Unreached(
            "proxy-unusable", "the proxy that the environment names cannot be used; accepted: HTTPS_PROXY=http://HOST:PORT"
        )
    if any(type(each).__name__ in _NO_ADDRESS for each in inner):
        return Unreached("address", f"{peer.host} is no name of a host")
    refusals = [text for each in inner if type(each) is OSError and "Tunnel connection failed" in (text := str(each))]
    if not refusals or not peer.proxy:
        return None
    status = safe(refusals[0].rpartition("failed:")[2].strip(), 60)
    wanted = "; it wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" if status.startswith("407") else ""
    return Unreached("proxy-refused", f"the proxy {peer.proxy} does not connect to {peer.host}: {status}{wanted}")


_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def _system(inner: list[BaseException], peer: Peer, seconds: float) -> Unreached | None:
    """What the system or the other end said, the telling things first."""
    if _is_any(inner, socket.gaierror) or any(type(each).__name__ == "NameResolutionError" for each in inner):
        return Unreached(
            "name-not-found", f"the name of {peer.nearest} is not found in the DNS; look at its spelling and at the network"
        )
    if _is_any(inner, ConnectionRefusedError):
        return Unreached("refused", f"{peer.nearest} refuses the connection: nothing listens there, or a firewall forbids it")
    if any(isinstance(each, OSError) and each.errno in _UNREACHABLE for each in inner):
        return Unreached("unreachable", f"{peer.nearest} cannot be reached from this network")
    if _is_any(inner, TimeoutError) or any("Timeout" in type(each).__name__ for each in inner):
        return timed_out(peer, seconds)
    if _is_any(inner, RemoteDisconnected, ConnectionResetError, BrokenPipeError, ConnectionAbortedError):
        return Unreached("dropped", f"{peer.host} dropped the connection without an answer")
    if any(type(each).__name__ == "IncompleteRead" for each in inner):
        return Unreached("cut-off", f"{peer.host} dropped the connection in the middle of its answer")
    if _is_any(inner, HTTPException):
        return Unreached("not-http", f"what {peer.host} answers is not HTTP")
    return None


def _is_any(inner: list[BaseException], *types: type[BaseException]) -> bool:
    return any(isinstance(each, types) for each in inner)


def timed_out(peer: Peer, seconds: float, status: int | None = None) -> Unreached:
    """Nothing came in time; or, with ``status``, an answer began and did not end."""
    if status is not None:
        return Unreached("unfinished", f"{peer.host} began to answer (HTTP {status}) and did not end within {seconds:g} s")
    return Unreached("timeout", f"no answer from {peer.nearest} within {seconds:g} s (--timeout)")
