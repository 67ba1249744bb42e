"""The live commands against real servers on this machine: what they send, what they tell, and what they keep to themselves."""

from __future__ import annotations

import ast
import functools
import io
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import jsonschema
import pytest
import typer.main
from conftest import ROOT
from throwaway import CLAIMS, b64, certificate, mint, part, pem
from tls_server import Behaviour, Proxy, Server, answer, authority, drop, hang, written

from jwtdoctor.cli import app, network
from jwtdoctor.cli.failure import guarded
from jwtdoctor.live import offset
from jwtdoctor.live.clock import consequence, measure
from jwtdoctor.live.exchange import Access, exchanged
from jwtdoctor.live.offset import Offset, Sample, estimate
from jwtdoctor.live.wire import LARGEST, Clocks, Reply, Way

RENDER = ROOT / "jwtdoctor" / "render"
SCHEMAS = {
    name: json.loads((RENDER / f"{name}.schema.json").read_text(encoding="ascii")) for name in ("clock", "exchange", "report")
}
VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ACCESS = "00D5g000008XyZaEAK!AR8AQP0jITN80ESEsj5EbaZTFG0RNBaT1cyWk7TrqoDjoNIWQ2ME_sTZzBjfmOE6zMHq6y8PIW4eWze9JksNEkWUl.Cju7m4"
ID_TOKEN = f"{part({'alg': 'RS256'})}.{part({'iss': 'https://login.salesforce.com', 'nonce': 'x'})}.{b64(b'the signature of an id token ' * 4)}"
GRANTED = {
    "access_token": ACCESS, "id_token": ID_TOKEN, "refresh_token": "5Aep861TSESvWeug_xvFHRBTTbf_YrTWgEyjBJrfyWrjXZ",
    "signature": "CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk4J2urAe+fVg=", "scope": "api id refresh_token", "token_type": "Bearer",
    "instance_url": "https://acme-demo.my.salesforce.com/private/path?sid=1",
    "id": "https://login.salesforce.com/id/00D5g000008XyZaEAK/0055g00000ABCDEAA4",
}  # fmt: skip
SECRETS = [ACCESS[18:], "5Aep861TSES", "CMJ4l", "ZTFG0RNBaT", ID_TOKEN.rpartition(".")[2], "private/path", "0055g00000ABC"]
EXPIRED = '{"error":"invalid_grant","error_description":"expired authorization code"}'
PAGE = "<!DOCTYPE html><html><head><title>Login</title></head><body><script>alert(1)</script>\x1b[31m</body></html>"


class Done(NamedTuple):
    """A finished call."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as JSON, which fits its schema."""
        found: dict[str, Any] = json.loads(self.out)
        name = found["format"].removeprefix("jwtdoctor-")
        VALIDATORS[name].validate(found)
        if "report" in found:
            VALIDATORS["report"].validate(found["report"])
        return found


Call = Callable[..., Done]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no CA file and no .netrc of the machine that tests."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in (
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NETRC",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The authority's certificate, as a file."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_bytes(authority())
    return str(file)


@functools.cache
def built() -> Any:
    """The command line as typer makes it."""
    return typer.main.get_command(app.app)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """One call of the command line in this process."""

    # Built once: to build it takes longer than most calls.
    monkeypatch.setattr(app, "app", built())

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["jwtdoctor", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        code = guarded(app.run)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "fault of jwtdoctor" not in err
        return Done(code, out, err)

    return run


@pytest.fixture
def token() -> str:
    """A faultless assertion of this moment, signed once."""
    return fresh()


def fresh(**claims: Any) -> str:
    """An assertion of this moment."""
    return mint({**CLAIMS, "exp": int(time.time()) + 180, **claims})


def could_not(done: Done, *words: str, code: int = 2) -> None:
    """One line, and nothing else."""
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    for word in words:
        assert word in done.err


def assert_no_secret(done: Done, token: str) -> None:
    """Neither what was sent nor what came back can be read anywhere; nor does a terminal obey anything."""
    for secret in (token.rpartition(".")[2][:24], *SECRETS):
        assert secret not in done.out + done.err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.out + done.err)


# --- comparing clocks ------------------------------------------------------------------------------------------------


class Pair:
    """Two clocks and the way between them, in simulated time: the server's is ``behind`` the other one by so many seconds."""

    def __init__(self, behind: float, there: float = 0.02, back: float = 0.02) -> None:
        self.time, self.behind, self.there, self.back = 1_795_435_200.37, behind, there, back

    def pause(self, seconds: float) -> None:
        """Time passes."""
        assert 0 <= seconds <= 1.1
        self.time += seconds

    def sample(self) -> Sample:
        """Ask once."""
        sent = self.time
        date = int(self.time + self.there - self.behind)
        self.time += self.there + self.back
        return Sample(sent, self.there + self.back, date)


@pytest.mark.parametrize("behind", [0.0, 0.999, -0.5, 312.4, -3600.25, 0.0004])
@pytest.mark.parametrize(("there", "back"), [(0.02, 0.02), (0.3, 0.001), (0.001, 0.3), (0.0, 0.0), (2.5, 1.5)])
def test_the_true_difference_is_within_what_is_told(behind: float, there: float, back: float) -> None:
    """However unequal the ways are, and nearer with each sample."""
    pair = Pair(behind, there, back)
    samples: list[Sample] = []
    widths = []
    for _ in range(8):
        if samples:
            pair.pause(max(0.0, offset.next_moment(estimate(samples), pair.time) - pair.time))
        samples.append(pair.sample())
        found = estimate(samples)
        assert abs(found.ahead - behind) <= found.within + 1e-6
        widths.append(found.within)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] <= (there + back) / 2 + 0.01


def test_samples_are_sent_when_they_tell_most() -> None:
    """Five samples halve the second five times; without choosing the moment they would not."""
    pair = Pair(0.3, 0.001, 0.001)
    samples = [pair.sample()]
    for _ in range(4):
        pair.pause(max(0.0, offset.next_moment(estimate(samples), pair.time) - pair.time))
        samples.append(pair.sample())
    assert estimate(samples).within < 0.04

    pair = Pair(0.3, 0.001, 0.001)
    hasty = [pair.sample() for _ in range(5)]
    assert estimate(hasty).within > 0.4


def test_answers_that_contradict_each_other() -> None:
    """The stretch covers both, and the contradiction is told; a Date that is a little stale is none."""
    found = estimate([Sample(100.0, 0.1, 100), Sample(100.5, 0.1, 90)])
    assert found.contradiction > 8
    assert found.ahead - found.within <= 0 <= 10 <= found.ahead + found.within
    stale = estimate([Sample(100.9, 0.01, 100), Sample(101.4, 0.01, 100)])
    assert stale.contradiction == 0


def test_nothing_is_estimated_from_nothing() -> None:
    """An error of the caller."""
    with pytest.raises(ValueError, match="no sample"):
        estimate([])


def test_what_a_difference_does() -> None:
    """A clock that is behind eats the lifetime; one that is ahead puts `iat` into the future."""
    assert consequence(Offset(-200, 0.1, 0.1), [60, 180, 300], 5).lapsed == (60, 180)
    assert consequence(Offset(-184, 0.1, 0.1), [60, 180, 300], 5).lapsed == (60,)
    assert consequence(Offset(200, 0.1, 0.1), [60, 180], 5) == ((), 200)


def test_measuring_in_simulated_time(ca: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own loop against a real server: three samples over one connection, pauses instead of waiting."""
    paused: list[float] = []
    with Server(answer(ahead=-400)) as server:
        clocks = Clocks(time.time, time.monotonic, paused.append)
        found = measure(server.url, 3, Way(5, ca), clocks)
    assert (len(found.samples), found.asked, server.connections) == (3, 3, 1)
    assert [each.method for each in server.requests] == ["HEAD"] * 3
    assert len(paused) == 2
    assert all(0 <= each <= 1.1 for each in paused)
    assert abs(found.offset.ahead - 400) <= found.offset.within + 0.01


# --- clock -----------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_right(call: Call, ca: str) -> None:
    """Any status has a Date; the documents fit their schema."""
    with Server(answer("405 Method Not Allowed", "no")) as server:
        done = call("clock", server.url, "--samples", "1", "--ca-file", ca, "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = done.document
    assert (document["off"], document["status"], document["authenticated"]) == (False, 405, True)
    assert abs(document["ahead"]) <= document["within"] + 0.01
    assert [each.method for each in server.requests] == ["HEAD"]


@pytest.mark.parametrize("form", ["plain", "terminal", "json"])
@pytest.mark.parametrize(
    ("ahead", "words"), [(400, ("behind", "6 min 40 s", "60, 120, 180")), (-400, ("ahead", "6 min 40 s", "future"))]
)
def test_a_clock_that_is_wrong(call: Call, ca: str, form: str, ahead: int, words: tuple[str, ...]) -> None:
    """By how much, and what that does."""
    with Server(answer(ahead=ahead)) as server:
        done = call("clock", server.url, "--samples", "1", "--ca-file", ca, "--format", form, "--profile", "salesforce")
    assert (done.code, done.err) == (1, "")
    if form == "json":
        assert abs(done.document["ahead"] + ahead) <= done.document["within"] + 0.01
        assert done.document["lapsed_lifetimes"] == ([60, 120, 180, 240, 300, 360] if ahead > 0 else [])
    else:
        assert all(word in " ".join(done.out.split()) for word in (*words, "NTP", "(salesforce)"))


@pytest.mark.parametrize(
    ("ahead", "warn", "code"), [(40, None, 0), (70, None, 1), (-40, None, 1), (-20, None, 0), (8, "5", 1), (400, "500", 0)]
)
def test_what_matters(call: Call, ca: str, ahead: int, warn: str | None, code: int) -> None:
    """From 30 s ahead and 60 s behind on, as the rules have it; or what --warn says."""
    with Server(answer(ahead=ahead)) as server:
        more = ("--warn", warn) if warn else ()
        assert call("clock", server.url, "--samples", "1", "--ca-file", ca, *more).code == code


def test_a_server_without_a_date(call: Call, ca: str) -> None:
    """Nothing can be learned from it; from an answer out of a cache neither."""
    with Server(answer(date=False)) as server:
        could_not(call("clock", server.url, "--samples", "2", "--ca-file", ca), "no Date header")
    with Server(answer(Age="37")) as server:
        could_not(call("clock", server.url, "--samples", "2", "--ca-file", ca), "cache", "37 s")
    with Server(answer(date=False, Date="yesterday")) as server:
        could_not(call("clock", server.url, "--samples", "1", "--ca-file", ca), "no Date header")


def test_a_server_that_hangs_after_the_first_sample(call: Call, ca: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is is told, and why there is not more."""
    monkeypatch.setattr(network, "CLOCKS", Clocks(time.time, time.monotonic, lambda seconds: None))
    monkeypatch.setattr("jwtdoctor.cli.clock.CLOCKS", Clocks(time.time, time.monotonic, lambda seconds: None))
    behaviours = iter([answer(), drop])

    def once(server: Server, connection: Any, request: Any) -> None:
        next(behaviours)(server, connection, request)

    with Server(once) as server:
        done = call("clock", server.url, "--ca-file", ca, "--format", "json")
    assert done.code == 0
    assert (len(done.document["samples"]), done.document["asked"]) == (1, 5)
    assert "dropped" in done.document["stopped"]


def test_http_is_told_to_prove_nothing(call: Call) -> None:
    """Here it is this machine's own server; elsewhere a line warns."""
    with Server(answer(), "") as server:
        done = call("clock", server.url, "--samples", "1", "--format", "json")
        assert (done.code, done.err, done.document["authenticated"]) == (0, "", False)
        assert "over http" in call("clock", server.url, "--samples", "1").out
    done = call("clock", "http://name-that-is-none.invalid")
    assert done.code == 2
    assert "over http anybody" in done.err.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        ["ftp://login.salesforce.com"], ["https://"], ["https://user:pass@login.salesforce.com"], ["https://a b"], ["https://host:99999"],
        ["https://host:x"], ["https://[::1"], ["a\nb"], ["\x1b[31m"], ["https://..."], [f"https://{'a' * 3000}"], ["https://h", "--samples", "0"],
        ["https://h", "--samples", "61"], ["https://h", "--timeout", "0"], ["https://h", "--timeout", "1e9"], ["https://h", "--warn", "-1"],
        ["https://h", "--ca-file", "/nowhere/ca.pem"], ["https://h", "--ca-file", __file__], ["https://h", "--ca-file", ""],
        ["https://h", "--profile", "nobody"],
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked(call: Call, words: list[str]) -> None:
    """One line that says what would be accepted, before anything is sent."""
    done = call("clock", *words)
    could_not(done)
    assert re.search(r"accepted|known are", done.err)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|user:pass", done.err)


# --- troubles, the same for both ---------------------------------------------------------------------------------------


class Trouble(NamedTuple):
    """A server that gives no answer, and what is told of it."""

    behaviour: Behaviour
    words: tuple[str, ...]
    certificate: str = "good"
    at_handshake: bool = False
    requests: int = 1
    seconds: str = "20"


DRIP = [b"HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nContent-Length: 4000\r\n\r\n", *[b"{"] * 400]
TROUBLES = {
    "hangs": Trouble(hang, ("no answer", "within 0.4 s", "--timeout"), seconds="0.4"),
    "hangs up": Trouble(drop, ("dropped the connection",)),
    "drips its body": Trouble(written(*DRIP, pause=0.05), ("began to answer (HTTP 200)", "did not end within 2 s"), seconds="2"),
    "drips its head": Trouble(
        written(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 400, pause=0.05), ("no answer", "within 0.6 s"), seconds="0.6"
    ),
    "cuts its body off": Trouble(written(DRIP[0], b"{}"), ("in the middle of its answer",)),
    "speaks something else": Trouble(written(b"220 mail.example ESMTP\r\n"), ("not HTTP",)),
    "has an endless head": Trouble(written(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), ("not HTTP",)),
    "has an expired certificate": Trouble(answer(), ("has expired", "clock"), "expired", requests=0),
    "has a certificate of tomorrow": Trouble(answer(), ("not valid yet", "clock"), "future", requests=0),
    "has a certificate of another host": Trouble(answer(), ("another host than localhost",), "other-host", requests=0),
    "has a certificate of a stranger": Trouble(answer(), ("not known here", "--ca-file", "proxy"), "stranger", requests=0),
    "has a certificate of its own": Trouble(answer(), ("signed by itself", "--ca-file"), "self-signed", requests=0),
    "drops the handshake": Trouble(answer(), ("dropped the connection",), at_handshake=True, requests=0),
    "speaks no TLS": Trouble(answer(), ("speaks no TLS there",), "", requests=0),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_server_that_gives_no_answer(call: Call, ca: str, token: str, tmp_path: Path, name: str) -> None:
    """One line with the reason; asked once, never again; no secret in it, and no file is left behind."""
    trouble = TROUBLES[name]
    file = tmp_path / "access.token"
    with Server(trouble.behaviour, trouble.certificate, at_handshake=trouble.at_handshake) as server:
        url = server.url.replace("http://", "https://")
        done = call("exchange", token, "--endpoint", url, "--ca-file", ca, "--timeout", trouble.seconds, "--token-file", file)
    could_not(done, "localhost", *trouble.words)
    assert_no_secret(done, token)
    assert len(server.requests) == trouble.requests
    assert server.connections == 1
    assert [each for each in tmp_path.iterdir() if each.is_file()] == []


def test_nobody_there(call: Call, ca: str, token: str) -> None:
    """A name that does not exist, and a port where nobody listens."""
    with Server(answer()) as server:
        port = server.port
    could_not(call("exchange", token, "--endpoint", f"https://localhost:{port}/x", "--ca-file", ca), "refuses the connection")
    could_not(call("clock", "name-that-is-none.invalid"), "name-that-is-none.invalid is not found")


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authorities_of_the_environment(call: Call, ca: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """They are respected; one that cannot be read is told by its name."""
    with Server(answer()) as server:
        could_not(call("clock", server.url, "--samples", "1"), "not known here")
        monkeypatch.setenv(name, ca)
        assert call("clock", server.url, "--samples", "1").code == 0
        monkeypatch.setenv(name, f"{ca}.gone")
        could_not(call("clock", server.url, "--samples", "1"), name, "no such file")
        assert call("clock", server.url, "--samples", "1", "--ca-file", ca).code == 0


def test_a_proxy_of_the_environment(call: Call, ca: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS goes through it to the server itself, whose certificate is verified; it is told that there was one, not its password."""
    with Server(answer("400 Bad Request", EXPIRED)) as server, Proxy("Basic " + "dXNlcjpodW50ZXIyLWh1bnRlcjI=") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2-hunter2@{proxy.place}")
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
        assert (done.code, done.document["proxy"], proxy.targets) == (1, proxy.place, [f"localhost:{server.port}"])
        assert "hunter2" not in done.out + done.err
        assert "proxy-authorization" not in server.requests[0].headers

        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        could_not(
            call("exchange", token, "--endpoint", server.url, "--ca-file", ca), f"the proxy {proxy.place}", "407", "HTTPS_PROXY"
        )

        monkeypatch.setenv("NO_PROXY", "localhost")
        assert call("exchange", token, "--endpoint", server.url, "--ca-file", ca).code == 1
        assert (len(proxy.targets), len(server.requests)) == (1, 2)
        place = proxy.place
    monkeypatch.delenv("NO_PROXY")
    could_not(call("clock", server.url, "--ca-file", ca), f"the proxy {place} refuses the connection")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1", "http://", "http://:::::"])
def test_a_proxy_that_is_none(call: Call, monkeypatch: pytest.MonkeyPatch, token: str, proxy: str) -> None:
    """What the environment says may be anything."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    could_not(call("exchange", token, "--endpoint", "https://localhost:1/x"), "proxy" if proxy != "http://:::::" else "")


@pytest.mark.parametrize("host", ["xn--a.example", "ä..example", f"{'a' * 70}.example", "ﬀ" * 40 + ".example"])
def test_names_that_no_host_has(call: Call, host: str) -> None:
    """Whatever the library makes of them."""
    could_not(call("clock", host))


# --- exchange ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["plain", "terminal", "json"])
def test_let_in(call: Call, ca: str, token: str, tmp_path: Path, form: str) -> None:
    """What was granted is told without a secret; the request was the one of RFC 7523, once."""
    (tmp_path / "token.txt").write_text(f"Bearer {token}\n")
    with Server(answer(body=json.dumps(GRANTED))) as server:
        done = call("exchange", tmp_path / "token.txt", "--endpoint", server.url, "--ca-file", ca, "--format", form)
    assert (done.code, done.err) == (0, "")
    assert_no_secret(done, token)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/services/oauth2/token")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode(), strict_parsing=True) == {"grant_type": [GRANT], "assertion": [token]}
    for name in ("cookie", "authorization"):
        assert name not in request.headers
    if form == "json":
        granted = done.document["granted"]
        assert done.document["outcome"] == "let-in"
        assert granted["scopes"] == ["api", "id", "refresh_token"]
        assert (granted["instance"], granted["identity"]) == (
            "https://acme-demo.my.salesforce.com",
            "https://login.salesforce.com",
        )
        assert set(granted["members"]) == set(GRANTED)
    else:
        assert "let in" in done.out
        assert "https://acme-demo.my.salesforce.com" in done.out


def test_refused_with_the_clock_behind(call: Call, ca: str, token: str) -> None:
    """Without `iat` only the measurement tells a slow clock from an assertion that is sent late."""
    with Server(answer("400 Bad Request", EXPIRED, ahead=400)) as server:
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    document = done.document
    (result,) = document["report"]["results"]
    assert (done.code, document["outcome"], document["answer"]["status"]) == (1, "refused", 400)
    assert abs(document["clock"]["ahead"] + 400) <= document["clock"]["within"] + 0.01
    cause = result["diagnosis"]["causes"][0]
    finding = next(each for each in result["findings"] if each["rule"] == cause["cause"])
    assert (cause["seen"], finding["variant"], finding["at"]) == (True, "measured", "payload.exp")
    assert result["judged"]["clock"] == "date"
    assert "grant-type-wrong" in result["diagnosis"]["ruled_out"]


def test_refused_with_a_right_clock(call: Call, ca: str) -> None:
    """An old assertion is called old, and the clock is not blamed."""
    old = fresh(exp=int(time.time()) - 4000)
    with Server(answer("400 Bad Request", EXPIRED)) as server:
        done = call("exchange", old, "--endpoint", server.url, "--ca-file", ca, "--format", "plain")
    assert done.code == 1
    assert "Answer: not let in: invalid_grant: expired authorization code (HTTP 400)" in done.out
    assert "Likely: exp-past" in done.out
    assert "agrees with the server's" in done.out
    assert_no_secret(done, old)


def test_the_certificate_is_used(call: Call, ca: str, token: str, tmp_path: Path) -> None:
    """With it the signature is examined too."""
    (tmp_path / "other.crt").write_bytes(certificate("other"))
    body = '{"error":"invalid_grant","error_description":"invalid assertion"}'
    with Server(answer("400 Bad Request", body)) as server:
        done = call(
            "exchange", token, "--endpoint", server.url, "--ca-file", ca, "--cert", tmp_path / "other.crt", "--format", "json"
        )
    assert done.document["report"]["results"][0]["diagnosis"]["causes"][0]["cause"] == "signature-wrong-key"


def test_a_redirect_is_not_followed(call: Call, ca: str, token: str) -> None:
    """Its host is told, and the assertion goes nowhere else."""
    with Server(answer(body=json.dumps(GRANTED))) as other:
        target = f"{other.url}?sid=secret"
        with Server(answer("307 Temporary Redirect", b"", Location=target)) as server:
            done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    assert (done.code, done.document["outcome"]) == (1, "redirected")
    assert done.document["answer"]["redirect"] == f"https://localhost:{other.port}"
    assert "sid=secret" not in done.out
    assert (len(server.requests), other.connections) == (1, 0)


ODD = {
    "a page": (answer("200 OK", PAGE, "text/html"), "unclear"),
    "nothing at all": (answer("200 OK", b""), "unclear"),
    "nothing, refused": (answer("400 Bad Request", b""), "refused"),
    "its own failure": (answer("500 Internal Server Error", PAGE, "text/html"), "unclear"),
    "a list": (answer("200 OK", "[1]"), "unclear"),
    "JSON without a token": (answer("200 OK", '{"access_token": null, "token_type": "Bearer"}'), "unclear"),
    "a token with a refusal's status": (answer("400 Bad Request", json.dumps(GRANTED)), "refused"),
    "the deepest JSON": (answer("400 Bad Request", "[" * 60000), "refused"),
    "bytes": (answer("404 Not Found", bytes(range(256)), "application/octet-stream"), "refused"),
    "no Date": (answer("400 Bad Request", EXPIRED, date=False), "refused"),
    "a relative redirect": (answer("302 Found", b"", Location="/login"), "redirected"),
    "a redirect to nowhere": (answer("302 Found", b"", Location="\x1b]0;x\x07https://[bad"), "redirected"),
    "escapes in every word": (
        answer("400 \x1b[31mBad", json.dumps({"error": "\x1b[2J", "error_description": "\x1b]0;x\x07\u202e"}), "text/\x1b[1m"),
        "refused",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_answer_that_is_odd(call: Call, ca: str, token: str, name: str) -> None:
    """It is shown for what it is, in every format, and is no grant."""
    behaviour, outcome = ODD[name]
    with Server(behaviour) as server:
        for form in ("plain", "json"):
            done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", form)
            assert (done.code, done.err) == (1, ""), done
            assert_no_secret(done, token)
        assert done.document["outcome"] == outcome
    assert len(server.requests) == 2


def test_a_server_that_repeats_what_it_was_sent(call: Call, ca: str, token: str) -> None:
    """As text, in JSON, and where only a piece of it is repeated."""
    for said in (token.rpartition(".")[2], f"assertion={token}", token[-400:]):
        for data in (json.dumps({"error": "invalid_grant", "error_description": said}), said):
            with Server(answer("400 Bad Request", data)) as server:
                done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
            assert done.code == 1
            assert_no_secret(done, token)


def test_an_answer_is_bounded(call: Call, ca: str, token: str) -> None:
    """The rest is not even read; what was compressed does not unfold beyond it."""
    import gzip

    with Server(written(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 999999999\r\n\r\n", *[b"x" * 65536] * 64)) as server:
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    assert (done.code, done.document["answer"]["cut"], done.document["answer"]["bytes"]) == (1, True, LARGEST)
    endless = [b"x" * 65536] * 64
    head = b"HTTP/1.1 302 Found\r\nLocation: https://login.acme-demo.example/\r\nContent-Length: 999999999\r\n\r\n"
    with Server(written(head, *endless)) as server:
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    assert (done.code, done.document["answer"]["cut"], done.document["outcome"]) == (1, True, "redirected")
    packed = gzip.compress(bytes(20_000_000))
    assert len(packed) < LARGEST
    with Server(answer("400 Bad Request", packed, Content_Encoding="gzip")) as server:
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    assert (done.code, done.document["answer"]["cut"], done.document["answer"]["bytes"]) == (1, True, LARGEST)
    with Server(answer("400 Bad Request", gzip.compress(EXPIRED.encode()), Content_Encoding="gzip")) as server:
        done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--format", "plain")
    assert "expired authorization code" in done.out


def test_a_netrc_adds_nothing(call: Call, ca: str, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials for this very host lie there, and cookies are offered; neither is sent."""
    (tmp_path / "home").mkdir()
    netrc = tmp_path / "home" / ".netrc"
    netrc.write_text("machine localhost login user password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Server(answer("400 Bad Request", EXPIRED, Set_Cookie="a=b; Secure")) as server:
        call("exchange", token, "--endpoint", server.url, "--ca-file", ca)
        monkeypatch.setattr("jwtdoctor.cli.clock.CLOCKS", Clocks(time.time, time.monotonic, lambda seconds: None))
        call("clock", server.url, "--ca-file", ca, "--samples", "2")
    assert len(server.requests) == 3
    for request in server.requests:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers


# --- what is not sent ----------------------------------------------------------------------------------------------------

NOT_SENT: dict[str, Callable[[], tuple[object, ...]]] = {
    "a private key": lambda: ("key.pem",),
    "an access token": lambda: ("access.txt",),
    "a token of another kind": lambda: ("id.txt",),
    "two assertions": lambda: ("two.txt",),
    "no assertion": lambda: ("empty.txt",),
    "a redacted assertion": lambda: ("redacted.txt",),
    "a missing file": lambda: ("missing.txt",),
}


@pytest.mark.parametrize("name", NOT_SENT)
def test_what_is_not_sent(call: Call, ca: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """One line that says what it is; nothing leaves."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.pem").write_text(pem())
    (tmp_path / "access.txt").write_text(ACCESS)
    (tmp_path / "id.txt").write_text(ID_TOKEN)
    (tmp_path / "two.txt").write_text(f"{mint()}\n{mint({**CLAIMS, 'exp': 1})}\n")
    (tmp_path / "empty.txt").write_text("nothing")
    (tmp_path / "redacted.txt").write_text(call("redact", mint()).out)
    with Server(answer(body=json.dumps(GRANTED))) as server:
        done = call("exchange", *NOT_SENT[name](), "--endpoint", server.url, "--ca-file", ca)
    could_not(done, "accepted", code=2 if name in ("two assertions", "a missing file") else 3)
    assert server.connections == 0
    assert_no_secret(done, mint())
    assert "PRIVATE" not in done.err


def test_the_same_assertion_twice_is_one(call: Call, ca: str, token: str, tmp_path: Path) -> None:
    """As a log may have it."""
    (tmp_path / "twice.txt").write_text(f"{token}\n\n{token}\n")
    with Server(answer("400 Bad Request", EXPIRED)) as server:
        assert call("exchange", tmp_path / "twice.txt", "--endpoint", server.url, "--ca-file", ca).code == 1
    assert len(server.requests) == 1


def test_where_to_is_for_the_user_to_say(call: Call) -> None:
    """A token, or a request around it, only suggests; and a strange host is not even suggested."""
    done = call("exchange", mint())
    could_not(done, "--endpoint URL", "perhaps --endpoint https://login.salesforce.com/services/oauth2/token")
    curl = f"curl https://acme-demo.my.salesforce.com/services/oauth2/token -d assertion={mint()}"
    could_not(call("exchange", curl), "perhaps --endpoint https://acme-demo.my.salesforce.com/services/oauth2/token")
    done = call("exchange", mint({**CLAIMS, "aud": "https://evil.example"}))
    could_not(done, "--endpoint URL")
    assert "evil" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["--endpoint", "http://login.salesforce.com/services/oauth2/token"], ["--endpoint", "https://user:pass@login.salesforce.com"],
        ["--endpoint", "file:///etc/passwd"], ["--endpoint", ""], ["--endpoint", "https://login.salesforce.com", "--timeout", "x"],
        ["--endpoint", "https://login.salesforce.com", "--profile", "nobody"], ["--endpoint", "https://login.salesforce.com", "--token-file", "-"],
        ["--endpoint", "https://login.salesforce.com", "--token-file", "/dev/null"], ["--endpoint", "https://login.salesforce.com", "--token-file", "."],
        ["--endpoint", "https://login.salesforce.com", "--token-file", "/nowhere/at/all"],
        ["--endpoint", "https://login.salesforce.com", "--cert", "/nowhere.crt"], ["--endpoint", "https://login.salesforce.com", "--key", "k"],
    ],
    ids=str,
)  # fmt: skip
def test_calls_that_send_nothing(call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Whatever is wrong is told before anything leaves."""
    monkeypatch.setattr("jwtdoctor.cli.exchange.post", lambda *_: pytest.fail("it was sent"))
    done = call("exchange", mint(), *words)
    could_not(done)
    assert "user:pass" not in done.err


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("acme-demo.lightning.force.com", "Lightning"),
        ("tokens.acme-demo.example", "none of the hosts known of"),
        ("login.salesforce.com", ""),
    ],
)
def test_hosts_that_are_odd_are_told(call: Call, monkeypatch: pytest.MonkeyPatch, token: str, host: str, said: str) -> None:
    """And asked all the same: it is the user's word. Of a bare host its token endpoint is meant."""
    asked = []

    def post(assertion: str, endpoint: str, *_: object) -> Any:
        asked.append(endpoint)
        return exchanged(Reply(400, "", {}, EXPIRED.encode(), False, 0.0, 0.0), endpoint, assertion)

    monkeypatch.setattr("jwtdoctor.cli.exchange.post", post)
    done = call("exchange", token, "--endpoint", host, "--profile", "salesforce")
    assert asked == [f"https://{host}/services/oauth2/token"]
    assert done.code == 1
    assert said in done.err
    assert bool(done.err) == bool(said)


def answered(status: int, reason: str = "", body: str = "", **headers: str) -> Any:
    """An answer to the assertion ``SENT``, taken apart."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return exchanged(Reply(status, reason, given, body.encode(), False, 0.0, 0.0), "https://localhost/", SENT)


SIGNED = "mi_6FvZFBbkcPS4rmQx-0hTn" * 14
SENT = f"e30.e30.{SIGNED}"
OPAQUE = "Zq3vT8xK1mW5yB7nC9dF2gH4jL6"


@pytest.mark.parametrize(
    "found",
    [
        answered(400, SIGNED[:100], EXPIRED),
        answered(400, SIGNED[40:140], EXPIRED),
        answered(400, "", EXPIRED, content_type=SIGNED),
        answered(302, location=f"https://{OPAQUE}.{SIGNED[:50]}.example/"),
        answered(200, body=json.dumps({"access_token": OPAQUE, "token_type": OPAQUE, "scope": f"api {OPAQUE}", OPAQUE: 1})),
        answered(
            200, body=json.dumps({"access_token": OPAQUE, "instance_url": f"https://{OPAQUE}/", "id": f"https://{OPAQUE}/"})
        ),
        answered(200, body=json.dumps({"accessToken": OPAQUE})),
        answered(200, body=f"<OAuth><access_token>{OPAQUE}</access_token></OAuth>"),
        answered(200, body=f"access_token: {OPAQUE}"),
        answered(200, body=f"{{access_token: {OPAQUE}}}"),
        answered(400, body=f"Authorization: Bearer {OPAQUE}"),
        answered(400, body=json.dumps({"error": "invalid_grant", "error_description": f"bad {SIGNED[:100]} {SIGNED[100:]}"})),
        answered(400, body=json.dumps({"error": SIGNED[:60]})),
    ],
)
def test_nothing_secret_is_shown_wherever_a_server_repeats_it(found: Any) -> None:
    """Nor a part of it."""
    shown = repr(found).lower().replace(OPAQUE.lower() if found.redirect else "\0", "")

    assert OPAQUE.lower() not in shown
    assert not [at for at in range(len(SIGNED) - 12) if SIGNED[at : at + 12].lower() in shown]


def test_what_a_server_says_is_still_told() -> None:
    """Words about tokens are no tokens."""
    for body, words in (
        ("bearer token is missing", "token is missing"),
        ('[{"errorCode":"INVALID_SESSION_ID"}]', "INVALID_SESSION_ID"),
        (EXPIRED, "expired authorization"),
    ):
        assert words in answered(400, body=body).text


@pytest.mark.parametrize("token", ["\x1b[31mAAAA", "a\nb", " ", "", "\ud800x", "ä"])
def test_what_is_no_access_token_is_not_kept(token: str) -> None:
    """RFC 6749 §A.12: it would go into a header."""
    found = answered(200, body=json.dumps({"access_token": token, "token_type": "Bearer"}))

    assert found.access is None
    assert found.outcome == "unclear"


def test_no_proxy_is_asked_without_encryption(call: Call, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is posted over http stays on this machine."""
    with Server(answer("400 Bad Request", EXPIRED), "") as server, Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.place}")
        monkeypatch.setenv("http_proxy", f"http://{proxy.place}")
        assert call("exchange", token, "--endpoint", server.url).code == 1
    assert proxy.targets == []
    could_not(call("exchange", token, "--endpoint", "http://foo.localhost:1/"), "over http")


def test_answers_that_contradict_each_other_tell_nothing(call: Call, ca: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By more than matters: an uncertainty that wide is no measurement."""
    monkeypatch.setattr("jwtdoctor.cli.clock.CLOCKS", Clocks(time.time, time.monotonic, lambda seconds: None))
    behaviours = iter([answer(ahead=1_000_000), answer(ahead=-1_000_000)])

    def in_turn(server: Server, connection: Any, request: Any) -> None:
        next(behaviours)(server, connection, request)

    with Server(in_turn) as server:
        could_not(call("clock", server.url, "--samples", "2", "--ca-file", ca), "contradict each other")


@pytest.mark.parametrize(("told", "age"), [("", 0), ("0", 0), ("5", 5), ("9" * 50, 1 << 31), ("5, 6", 1 << 31), ("-1", 1 << 31)])
def test_how_long_an_answer_lay_in_a_cache(told: str, age: int) -> None:
    """RFC 9111 §1.2.2: too large is 2^31; what cannot be read is not fresh."""
    assert Reply(200, "", {"age": told}, b"", False, 0.0, 0.0).age == age


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such pipes")
def test_a_pipe_holds_no_authorities(call: Call, tmp_path: Path) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "pipe")
    could_not(call("clock", "https://127.0.0.1:1", "--ca-file", tmp_path / "pipe"), "neither a file nor a folder")


def test_a_token_goes_over_nothing_that_a_config_names(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The key and the certificates are read in the same call, and so is the config."""
    monkeypatch.setattr("jwtdoctor.cli.exchange.post", lambda *_: pytest.fail("it was sent"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.key").write_text(pem())
    (tmp_path / "app.key").chmod(0o600)
    (tmp_path / "app.crt").write_bytes(certificate())
    claims = "\n".join(f'{name} = "{CLAIMS[name]}"' for name in ("iss", "sub", "aud"))
    config = f'[environments.a]\nkey = "app.key"\ncertificates = ["app.crt"]\nendpoint = "https://localhost/x"\n{claims}\n'
    (tmp_path / "jwtdoctor.toml").write_text(config)
    for name in ("app.key", "app.crt", "jwtdoctor.toml"):
        could_not(call("exchange", "--env", "a", "--token-file", name), "read in the same call")


# --- the token's file ----------------------------------------------------------------------------------------------------


def test_the_token_is_kept_for_its_owner_alone(call: Call, ca: str, token: str, tmp_path: Path) -> None:
    """Mode 600 from the first byte on, over a file that everybody could read, and whatever the umask."""
    file = tmp_path / "access.token"
    file.write_text("old")
    file.chmod(0o666)
    seen: list[int] = []

    def looking(server: Server, connection: Any, request: Any) -> None:
        seen.extend(stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir() if each != file)
        assert file.read_text() == "old"
        answer(body=json.dumps(GRANTED))(server, connection, request)

    before = os.umask(0)
    try:
        with Server(looking) as server:
            done = call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--token-file", file)
    finally:
        os.umask(before)
    assert done.code == 0
    assert seen == [0o600]
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (f"{ACCESS}\n", 0o600)
    assert list(tmp_path.iterdir()) == [file]
    assert_no_secret(done, token)


def test_a_refusal_leaves_the_file_as_it_was(call: Call, ca: str, token: str, tmp_path: Path) -> None:
    """No empty file, no other mode."""
    file = tmp_path / "access.token"
    file.write_text("old")
    with Server(answer("400 Bad Request", EXPIRED)) as server:
        assert call("exchange", token, "--endpoint", server.url, "--ca-file", ca, "--token-file", file).code == 1
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_token_that_cannot_be_kept(call: Call, ca: str, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said that it is lost, not passed over; the exit code is that of a job not done."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Server(answer(body=json.dumps(GRANTED))) as server, monkeypatch.context() as patch:
        patch.setattr("jwtdoctor.cli.output.os.fsync", full)
        done = call(
            "exchange", token, "--endpoint", server.url, "--ca-file", ca, "--token-file", tmp_path / "t", "--format", "json"
        )
    assert (done.code, done.document["outcome"], done.document["token_file"]) == (2, "let-in", "lost")
    assert "no space left" in done.err
    assert "the access token is lost" in done.err
    assert list(tmp_path.iterdir()) == []
    assert_no_secret(done, token)


def test_a_file_that_is_read_is_not_written_over(call: Call, ca: str, tmp_path: Path) -> None:
    """Neither the source nor the CA file."""
    (tmp_path / "token.txt").write_text(mint())
    done = call(
        "exchange", tmp_path / "token.txt", "--endpoint", "https://login.salesforce.com", "--token-file", tmp_path / "token.txt"
    )
    could_not(done, "read in the same call")
    done = call("exchange", mint(), "--endpoint", "https://login.salesforce.com", "--ca-file", ca, "--token-file", ca)
    could_not(done, "read in the same call")


def test_an_access_token_shows_itself_to_nobody() -> None:
    """Not in a traceback, a log or a debugger."""
    reply = Reply(200, "OK", {}, json.dumps(GRANTED).encode(), False, 0.0, 0.1)
    found = exchanged(reply, "https://login.salesforce.com/x", mint())
    assert isinstance(found.access, Access)
    assert found.access.reveal() == ACCESS
    for secret in (*SECRETS, mint().rpartition(".")[2]):
        assert secret not in repr(found)


# --- new assertions --------------------------------------------------------------------------------------------------------


def test_a_new_assertion_is_sent(call: Call, ca: str, tmp_path: Path) -> None:
    """Made as `mint` makes it, from options; the key is nowhere to be seen."""
    key = tmp_path / "server.key"
    key.write_text(pem())
    key.chmod(0o600)
    with Server(answer("400 Bad Request", EXPIRED)) as server:
        words = ("--key", key, "--iss", CLAIMS["iss"], "--sub", CLAIMS["sub"], "--aud", CLAIMS["aud"], "--profile", "salesforce")
        done = call("exchange", *words, "--endpoint", server.url, "--ca-file", ca, "--format", "json")
    assert done.code == 1
    (request,) = server.requests
    assertion = parse_qs(request.body.decode())["assertion"][0]
    assert done.document["report"]["results"][0]["token"]["claims"]["sub"] == CLAIMS["sub"]
    assert_no_secret(done, assertion)
    assert not any(line in done.out + done.err for line in pem().splitlines()[1:-1])


def test_a_new_assertion_of_a_config(call: Call, ca: str, tmp_path: Path) -> None:
    """The endpoint of the user's own config counts as said; one that a token names does not."""
    (tmp_path / "server.key").write_text(pem())
    (tmp_path / "server.key").chmod(0o600)
    (tmp_path / "app.crt").write_bytes(certificate())
    with Server(answer(body=json.dumps(GRANTED))) as server:
        config = tmp_path / "jwtdoctor.toml"
        config.write_text(
            f'[environments.dev]\nprofile = "salesforce"\nendpoint = "{server.url}"\naud = "{CLAIMS["aud"]}"\niss = "{CLAIMS["iss"]}"\n'
            f'sub = "{CLAIMS["sub"]}"\nkey = "server.key"\ncertificates = ["app.crt"]\n'
        )
        done = call("exchange", "--config", config, "--env", "dev", "--ca-file", ca)
        assert done.code == 0, done
        assert len(server.requests) == 1
        could_not(call("exchange", mint(), "--config", config, "--env", "dev"), "an assertion is given")
    assert len(server.requests) == 1


# --- installed without the library -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["clock", "login.salesforce.com"], ["exchange", "TOKEN", "--endpoint", "login.salesforce.com"]]
)
def test_without_the_http_library(call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """One line that says how to get it."""
    monkeypatch.setitem(sys.modules, "requests", None)
    could_not(call(*(mint() if word == "TOKEN" else word for word in words)), "pip install 'jwtdoctor[live]'")


def imported_at_once(path: Path) -> Iterator[str]:
    """Modules that a file imports when it is itself imported."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_library_is_imported_where_it_is_used() -> None:
    """Never at the top of a module; and the everyday call knows nothing of any of this."""
    for path in (ROOT / "jwtdoctor").rglob("*.py"):
        assert not {name.partition(".")[0] for name in imported_at_once(path)} & {"requests", "urllib3"}, path
    code = "import sys; sys.argv[1:] = ['--error', 'x']; from jwtdoctor.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print(sorted(name for name in sys.modules if name.startswith(('jwtdoctor.live', 'requests', 'urllib3', 'ssl'))))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_ctrl_c_while_a_server_hangs(ca: str, token: str, tmp_path: Path) -> None:
    """Ends at once, with the code shells know, and leaves no file."""
    import signal

    file = tmp_path / "access.token"
    with Server(hang) as server:
        words = [
            sys.executable,
            "-m",
            "jwtdoctor",
            "exchange",
            token,
            "--endpoint",
            server.url,
            "--ca-file",
            ca,
            "--token-file",
            str(file),
        ]
        with subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # Tests that run in the background inherit that Ctrl-C is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:  # fmt: skip
            watch = threading.Event()
            while not server.requests and process.poll() is None:
                watch.wait(0.02)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "jwtdoctor: stopped\n")
    assert list(tmp_path.iterdir()) == []
