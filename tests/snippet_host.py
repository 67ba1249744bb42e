"""Runs the code that ``jwtdoctor fix`` prints, against a server of this machine that keeps what it is sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROGRAMS = {
    "python": [sys.executable], "node": ["node"], "shell": ["bash"], "java": ["java", "-XX:TieredStopAtLevel=1"], "postman": ["node"],
}  # fmt: skip
"""What must be there."""
FURTHER = {name: [name] for name in ("php", "ruby") if shutil.which(name)}
"""What is run where it is there: too large to be installed for this."""
WANTED = ("node", "javac", "openssl", "curl", "bash")
"""Programs that ``.ci/test`` brings where they are missing."""
ACCESS_TOKEN = "00Dthrowaway!a-token-that-no-program-may-print"

# The part of Postman's sandbox that the script uses; the library is stood in for by Node's own crypto.
_SANDBOX = """
const fs = require("node:fs");
const crypto = require("node:crypto");
const variables = new Map([["jwt_private_key", fs.readFileSync(process.env.JWT_KEY_FILE, "utf8").replace(/\\n/g, "\\\\n")]]);
const segment = (data) => Buffer.from(data).toString("base64url");
const sign = (alg, header, claims, key) => {
  const signed = `${segment(header)}.${segment(claims)}`;
  return `${signed}.${crypto.sign(alg.replace("RS", "RSA-SHA"), Buffer.from(signed), key).toString("base64url")}`;
};
const pm = {
  require: (name) => {
    if (!/^npm:jsrsasign@[0-9.]+$/.test(name)) throw new Error(name);
    return { KJUR: { jws: { JWS: { sign } } } };
  },
  variables,
  sendRequest: async ({ url, method, header, body }, told) => {
    const form = new URLSearchParams(body[body.mode].map(({ key, value }) => [key, value]));
    const answer = await fetch(url, { method, headers: header, body: form.toString() });
    const text = await answer.text();
    told(null, { code: answer.status, text: () => text, json: () => JSON.parse(text) });
    if (!variables.get("access_token")) throw new Error("no access token was kept");
  },
};
"""


class Server:
    """What it was sent, as whole requests; it answers as a token endpoint does."""

    def __init__(self, url: str, requests: list[str]) -> None:
        self.url = url
        self.requests = requests


@contextmanager
def listening(status: int = 200) -> Iterator[Server]:
    """A server for the time of a test."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            lines = [f"{name}: {value}" for name, value in self.headers.items()]
            seen.append("\n".join([f"POST {self.path} HTTP/1.1", *lines, "", body]))
            answer = f'{{"access_token":"{ACCESS_TOKEN}"}}' if status == 200 else '{"error":"invalid_grant"}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/services/oauth2/token", seen)
    finally:
        server.shutdown()
        server.server_close()


def execute(name: str, ending: str, code: str, key: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of a snippet, with the key in a file of its own."""
    (folder / "key.pem").write_bytes(key)
    file = folder / f"AccessToken.{ending}"
    file.write_text((_SANDBOX if name == "postman" else "") + code, encoding="ascii")
    around = {each: value for each, value in os.environ.items() if not each.lower().endswith("_proxy")}
    return subprocess.run(
        [*{**PROGRAMS, **FURTHER}[name], str(file)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**around, "JWT_KEY_FILE": str(folder / "key.pem")},
        timeout=120,
    )


def evaluate(name: str, ending: str, code: str, folder: Path) -> str:
    """What a program prints."""
    file = folder / f"Literals.{ending}"
    file.write_text(code, encoding="ascii")
    done = subprocess.run([*{**PROGRAMS, **FURTHER}[name], str(file)], capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
