"""A real HTTPS server on this machine with an authority of its own, and a forward proxy; they behave as badly as a test wants.

Keys are made when first wanted and forgotten after the run. A server keeps what it was sent: the number of requests and every byte
of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import ipaddress
import select
import socket
import socketserver
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


@functools.cache
def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def _issued(name: str, hosts: tuple[str, ...], start: int, end: int, by: str) -> x509.Certificate:
    """A certificate from ``start`` to ``end``, in days from now."""
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(_key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start * DAY)
        .not_valid_after(now + end * DAY)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_key(name).public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_key(by).public_key()), critical=False)
    )
    if hosts:
        names: list[x509.GeneralName] = [
            x509.IPAddress(ipaddress.ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in hosts
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    else:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(_key(by), hashes.SHA256())


CERTIFICATES = {
    "good": lambda: _issued("server", ("localhost", "127.0.0.1"), -1, 1, "authority"),
    "expired": lambda: _issued("server", ("localhost", "127.0.0.1"), -9, -1, "authority"),
    "future": lambda: _issued("server", ("localhost", "127.0.0.1"), 1, 2, "authority"),
    "other-host": lambda: _issued("server", ("login.acme-demo.example",), -1, 1, "authority"),
    "stranger": lambda: _issued("server", ("localhost", "127.0.0.1"), -1, 1, "another authority"),
    "self-signed": lambda: _issued("server", ("localhost", "127.0.0.1"), -1, 1, "server"),
}


def authority() -> bytes:
    """The certificate of the authority whose servers are to be trusted, PEM."""
    return _issued("authority", (), -1, 1, "authority").public_bytes(serialization.Encoding.PEM)


@functools.cache
def _context(name: str) -> ssl.SSLContext:
    pem = CERTIFICATES[name]().public_bytes(serialization.Encoding.PEM)
    pem += _key("server").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        # The library reads a chain from a file only; it is gone as soon as it was read.
        file = Path(folder) / "chain"
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context


class Request(NamedTuple):
    """What a server was sent."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


Behaviour = Callable[["Server", socket.socket, Request], None]
"""What a server does with a request; it writes whatever it likes."""


def answer(
    status: str = "200 OK",
    body: bytes | str = b"",
    media: str = "application/json",
    ahead: float = 0.0,
    date: bool = True,
    **more: str,
) -> Behaviour:
    """Answer decently. ``ahead``: how many seconds this server's clock is ahead; ``more`` are header fields."""
    data = body.encode() if isinstance(body, str) else body

    def behave(server: Server, connection: socket.socket, request: Request) -> None:
        fields = {"Content-Type": media, "Content-Length": str(len(data)), **{k.replace("_", "-"): v for k, v in more.items()}}
        if date:
            fields["Date"] = formatdate(int(server.clock() + ahead), usegmt=True)
        head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        connection.sendall(head.encode() + (b"" if request.method == "HEAD" else data))

    return behave


def hang(server: Server, connection: socket.socket, request: Request) -> None:
    """Say nothing until the test is over."""
    server.over.wait(20)


def drop(server: Server, connection: socket.socket, request: Request) -> None:
    """Hang up."""
    raise ConnectionAbortedError


def written(*pieces: bytes, pause: float = 0.0) -> Behaviour:
    """Send these bytes, with a pause between each two, and hang up."""

    def behave(server: Server, connection: socket.socket, request: Request) -> None:
        for piece in pieces:
            connection.sendall(piece)
            if pause and server.over.wait(pause):
                return
        raise ConnectionAbortedError

    return behave


class Server(socketserver.ThreadingTCPServer):
    """Used with ``with``; listens on a port of its own."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, behaviour: Behaviour, certificate: str = "good", *, at_handshake: bool = False) -> None:
        """``certificate`` is one of CERTIFICATES, or empty for plain HTTP; ``at_handshake``: drop the connection there."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.certificate = certificate
        self.at_handshake = at_handshake
        self.connections = 0
        self.requests: list[Request] = []
        self.clock: Callable[[], float] = time.time
        self.over = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Of its token endpoint."""
        return f"{'https' if self.certificate else 'http'}://localhost:{self.port}/services/oauth2/token"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """What a client that left makes of a thread is nobody's concern."""


class _Handler(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.at_handshake:
            return
        connection = self.request
        if not self.server.certificate and connection.recv(1, socket.MSG_PEEK) == b"\x16":
            # A greeting in TLS, which a server that speaks none answers in its own way.
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        if self.server.certificate:
            connection = _context(self.server.certificate).wrap_socket(connection, server_side=True)
        with contextlib.suppress(ConnectionAbortedError), connection:
            while (request := _received(connection)) is not None:
                self.server.requests.append(request)
                self.server.behaviour(self.server, connection, request)


def _received(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Request(method, path, headers, body)


class Proxy(socketserver.ThreadingTCPServer):
    """A forward proxy for TLS (CONNECT, RFC 9110 §9.3.6); ``wants`` is the value of Proxy-Authorization it insists on."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, wants: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.wants = wants
        self.targets: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left."""


class _Tunnel(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        asked = _received(self.request)
        if asked is None:
            return
        if self.server.wants and asked.headers.get("proxy-authorization") != self.server.wants:
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        self.server.targets.append(asked.path)
        host, _, port = asked.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as behind:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for source, sink in _both_ways(self.request, behind):
                piece = source.recv(65536)
                if not piece:
                    return
                sink.sendall(piece)


def _both_ways(one: socket.socket, other: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    while True:
        for source in select.select([one, other], [], [], 20)[0]:
            yield source, other if source is one else one
