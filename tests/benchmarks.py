"""Ratios against PyJWT, measured in one run: ``python tests/benchmarks.py``. Prints; asserts nothing.

Throughput: the full diagnosis of distinct RS256-2048 assertions with the certificate, beside ``jwt.decode`` of the same ones.
Start: the whole process on one token, beside a three-line script that imports PyJWT and verifies it.
Triage: scanning beside grep, diagnosis of a log beside ``jwt.decode`` of its tokens, memory, cost against size (``triage`` alone as argument).
Forensics: what a signature that does not verify costs beyond one that does, without any search, beside one PyJWT verification.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jwt
import minting
from cryptography.hazmat.primitives import serialization
from mint_samples import NOW, certificate, claims, new_key, token

from jwtdoctor import diagnose
from jwtdoctor.library import material

SCRIPT = """import sys, jwt
key = open(sys.argv[2]).read()
print(jwt.decode(open(sys.argv[1]).read().strip(), key, algorithms=["RS256"], options={"verify_exp": False, "verify_aud": False}))
"""
AUDIENCE = "https://test.salesforce.com"


def best(run: Callable[[str], object], tokens: list[str], rounds: int = 9) -> float:
    """Microseconds per token in the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for each in tokens:
            run(each)
        times.append((time.perf_counter() - start) / len(tokens) * 1e6)
    return min(times)


def throughput() -> None:
    """One core, tokens that differ in user, times and jti."""
    key = new_key()
    public = key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    cert = certificate(key, "bench", NOW - 86400)
    tokens = [
        token(claims(NOW, sub=f"user{n}@acme-demo.example", exp=NOW + 100 + n % 80, iat=NOW - n % 20, jti=f"id-{n}"), key)
        for n in range(500)
    ]
    options = {"verify_exp": False, "verify_iat": False}

    def decode(material: object) -> Callable[[str], object]:
        return lambda each: jwt.decode(each, material, algorithms=["RS256"], audience=AUDIENCE, options=options)  # type: ignore[arg-type]

    from_text, prepared = best(decode(pem), tokens), best(decode(public), tokens)
    ours = best(lambda each: diagnose(each, certificates=(cert,), now=NOW), tokens)
    as_json = best(lambda each: diagnose(each, certificates=(cert,), now=NOW).to_json(), tokens)
    print(f"throughput   jwt.decode with the PEM text {from_text:6.1f} µs, with a prepared key {prepared:6.1f} µs")
    print(f"             full diagnosis {ours:6.1f} µs = {from_text / ours:.2f}x and {prepared / ours:.2f}x jwt.decode")
    print(f"             with its JSON  {as_json:6.1f} µs = {from_text / as_json:.2f}x and {prepared / as_json:.2f}x jwt.decode")


FAULTS = {
    "another key": {"private": "other"},
    "edited after signing": {"mutation": "edited-beyond"},
    "decoded JSON signed": {"mutation": "signed-decoded"},
    "written with spaces": {"mutation": "rewritten"},
    "PSS, longest salt, edited": {"header": {"alg": "PS256"}, "mutation": "pss-salt-edited"},
    "bytes in reverse": {"mutation": "reversed"},
    "ES256, another key": {"header": {"alg": "ES256"}, "private": "ec-other", "certificate": "ec"},
    "ES256, written with spaces": {"header": {"alg": "ES256"}, "private": "ec", "mutation": "rewritten", "certificate": "ec"},
}


def forensics() -> None:
    """The deterministic part on bad signatures, and that a good one does not pay for it."""
    pem = minting.public_pem()
    options = {"verify_exp": False, "verify_aud": False}
    good = minting.mint()
    verify = best(lambda each: jwt.decode(each, pem, algorithms=["RS256"], options=options), [good] * 50)
    materials = {name: tuple(material(minting.certificate(name))) for name in ("match", "ec")}
    print(f"forensics    one jwt.decode {verify:.0f} µs; a valid token loads of it: {loaded(good)}")
    for title, fault in FAULTS.items():
        given = materials[fault.get("certificate", "match")]
        bad = minting.mint(**{name: value for name, value in fault.items() if name != "certificate"})
        spent = best(
            lambda each, given=given: diagnose(each, certificates=given, now=NOW, search=lambda tried: False), [bad] * 10
        )
        print(f"             {title:26} {spent / 1000:5.1f} ms, {spent / verify:4.0f}x")


LOADED = """import sys, jwtdoctor
assert jwtdoctor.diagnose(sys.argv[1], certificates=[sys.argv[2]], now=int(sys.argv[3])).results[0].signature.status == "valid"
print(*sorted(each.rpartition(".")[2] for each in sys.modules if each.startswith("jwtdoctor.forensics.")))
"""


def loaded(good: str) -> str:
    """The modules of the forensics that a fresh process imports for a valid token."""
    words = [sys.executable, "-c", LOADED, good, minting.certificate("match").decode(), str(NOW)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def start() -> None:
    """Whole processes in turn; the median of the ratios pair by pair."""
    key = new_key()
    with tempfile.TemporaryDirectory() as box:
        folder = Path(box)
        (folder / "token.txt").write_text(token(claims(NOW), key))
        (folder / "cert.pem").write_text(certificate(key, "bench", NOW - 86400))
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        (folder / "public.pem").write_bytes(public)
        (folder / "verify.py").write_text(SCRIPT)
        reference = [sys.executable, str(folder / "verify.py"), str(folder / "token.txt"), str(folder / "public.pem")]
        command = str(Path(sys.executable).parent / "jwtdoctor")
        for format in ("json", "terminal"):
            for cert in ([], ["--cert", str(folder / "cert.pem")]):
                ours = [command, str(folder / "token.txt"), "--now", str(NOW), "--format", format, *cert]
                ratios = [seconds(ours) / seconds(reference) for _ in range(15)]
                what = f"{format}{' with certificate' if cert else ''}"
                print(f"start        {what:26} {statistics.median(ratios):.2f}x the PyJWT script")


def seconds(command: list[str]) -> float:
    """Wall time of one process."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begin


def large_paste() -> None:
    """Ten megabytes with a token at their end."""
    key = new_key()
    text = "2026-11-23T12:00:00Z INFO request took 12 ms, user=integration path=/services/data\n" * 120_000
    text += f"Authorization: Bearer {token(claims(NOW), key)}\n"
    begin = time.perf_counter()
    found = diagnose(text, now=NOW)
    print(f"large paste  {len(text) / 1e6:.1f} MB in {time.perf_counter() - begin:.2f} s, {len(found.results)} token found")


ORDINARY = (
    "2026-11-23T12:00:00.123Z INFO  [http-nio-8080-exec-{n}] c.acme.demo.OrderService - they eyed key {n} of the day, took {n} ms\n"
    '{{"timestamp":"2026-11-23T12:00:01Z","level":"debug","logger":"eyebright","message":"survey of {n} keys done","requestId":"{n:032x}"}}\n'
    '10.0.0.7 - - [23/Nov/2026:12:00:01 +0000] "GET /services/data/v59.0/query?q=SELECT+Id+FROM+Survey WHERE n={n} HTTP/1.1" 200 {n}\n'
)
"""Lines of ordinary logs; ``ey`` stands in many a word."""


def ordinary(path: Path, size: int) -> None:
    """A log of about ``size`` bytes without any token."""
    block = "".join(ORDINARY.format(n=n) for n in range(10_000)).encode()
    with path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)


def logged(path: Path, tokens: list[str], times: int = 1) -> None:
    """A log with each token in a line, judged a second later than the one before."""
    with path.open("w") as file:
        for _ in range(times):
            for n, each in enumerate(tokens):
                moment = datetime.datetime.fromtimestamp(NOW + n, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                file.write(f"{moment} INFO [http-{n % 20}] POST /services/oauth2/token signed {each}\n")


def fastest(command: list[str], rounds: int = 3, **environment: str) -> float:
    """Seconds of the quickest of several processes."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env={**os.environ, **environment}
        )
        times.append(time.perf_counter() - begin)
    return min(times)


def triage_scan(folder: Path, command: str) -> None:
    """Bytes per second of a log without tokens, beside grep; whole processes."""
    path = folder / "ordinary.log"
    ordinary(path, 1_000_000_000)
    size = path.stat().st_size / 1e6
    grep = fastest(["grep", "-oE", r"ey[A-Za-z0-9_-]{10,}\.", str(path)], LC_ALL="C")
    for jobs in ("1", "2"):
        ours = fastest([command, "triage", str(path), "--jobs", jobs])
        print(
            f"triage scan  {jobs} process{'es' if jobs > '1' else '  '} {size / ours:5.0f} MB/s, grep {size / grep:5.0f} MB/s: "
            f"{grep / ours:.2f}x grep"
        )
    path.unlink()


def triage_diagnosis(folder: Path, command: str) -> None:
    """Tokens per second with the certificate, beside PyJWT's decode of the same tokens already extracted."""
    key = new_key()
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "cert.pem").write_text(certificate(key, "bench", NOW - 86400))
    (empty := folder / "empty.log").write_text("2026-11-23T12:00:00Z INFO nothing\n")
    options = {"verify_exp": False, "verify_iat": False}
    for users, what in ((100, "of 100 users"), (20_000, "each of another user")):
        tokens = [
            token(
                claims(
                    NOW + n,
                    sub=f"user{n % users}@acme-demo.example",
                    exp=NOW + n + 100 + n % 80,
                    iat=NOW + n - n % 20,
                    jti=f"id-{n}",
                ),
                key,
            )
            for n in range(20_000)
        ]
        path = folder / "tokens.log"
        logged(path, tokens)
        sample = tokens[:3000]
        theirs = best(lambda each: jwt.decode(each, pem, algorithms=["RS256"], audience=AUDIENCE, options=options), sample, 3)
        words = [command, "triage", str(path), "--cert", str(folder / "cert.pem")]
        start = fastest([command, "triage", str(empty), "--cert", str(folder / "cert.pem"), "--jobs", "1"])
        one = fastest([*words, "--jobs", "1"])
        two = fastest([*words, "--jobs", "2"])
        each = (one - start) / len(tokens) * 1e6
        print(
            f"triage       20,000 tokens {what}: {each:.1f} µs each beyond the start of {start:.2f} s, jwt.decode {theirs:.1f} µs: "
            f"{theirs / each:.2f}x; whole {theirs * len(tokens) / 1e6 / one:.2f}x; two processes {one / two:.2f}x one"
        )


def triage_memory(command: str) -> None:
    """Two gigabytes through a pipe, a tenth of it tokens, half of those different; the proportional set size of all processes together."""
    lines = "".join(ORDINARY.format(n=n) for n in range(3000))
    reader = subprocess.Popen([command, "triage", "-", "--jobs", "2"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert reader.stdin is not None
    sent = peak = number = 0
    begin = time.perf_counter()
    while sent < 2_000_000_000:
        tokens = [fake(number + n if n % 2 else n) for n in range(140)]
        number += 140
        block = (lines + "".join(f"2026-11-23T12:00:00Z INFO assertion={each}\n" for each in tokens)).encode()
        reader.stdin.write(block)
        sent += len(block)
        peak = max(peak, memory(reader.pid)) if number % 14_000 == 0 else peak
    reader.stdin.close()
    reader.wait()
    print(
        f"triage       {sent / 1e9:.1f} GB with {number:,} tokens in {time.perf_counter() - begin:.0f} s (made and read side by side); "
        f"{peak / 1e6:.0f} MB at most in all processes"
    )


def fake(number: int) -> str:
    """A token that nobody verifies."""
    body = {**minting.CLAIMS, "jti": f"id-{number}"}
    return f"{HEAD}.{minting.b64u(minting.compact(body))}.{minting.b64u(random.Random(number).randbytes(256))}"


HEAD = minting.b64u(minting.compact(dict(minting.HEADER)))


def memory(pid: int) -> int:
    """Bytes of a process and its children, shared ones divided among those that share them."""
    total = 0
    for each in (pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        with contextlib.suppress(OSError):
            line = next(line for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
            total += int(line.split()[1]) * 1024
    return total


def triage_cost(folder: Path, command: str) -> None:
    """From a thousand to a million records, half of them different tokens: the slope of cost against number, both as logarithms."""
    points = []
    (empty := folder / "empty.log").write_text("2026-11-23T12:00:00Z INFO nothing\n")
    for count in (1000, 10_000, 100_000, 1_000_000):
        path = folder / "cost.log"
        logged(path, [fake(n) for n in range(count // 2)], 2)
        start = fastest([command, "triage", str(empty), "--jobs", "1"], 1)
        seconds = fastest([command, "triage", str(path), "--jobs", "1"], 1 if count > 100_000 else 3)
        points.append((math.log10(count), math.log10(max(1e-4, seconds - start))))
        print(f"triage cost  {count:>9,} records {seconds:7.2f} s, {(seconds - start) / count * 1e6:5.1f} µs each")
    slope, _ = statistics.linear_regression(*zip(*points, strict=True))
    fit = statistics.correlation(*zip(*points, strict=True)) ** 2
    print(f"triage cost  slope {slope:.3f}, R² {fit:.4f}")


def triage() -> None:
    """Everything about triage."""
    command = str(Path(sys.executable).parent / "jwtdoctor")
    with tempfile.TemporaryDirectory() as box:
        folder = Path(box)
        triage_scan(folder, command)
        triage_diagnosis(folder, command)
        triage_cost(folder, command)
    triage_memory(command)


if __name__ == "__main__":
    if sys.argv[1:] == ["triage"]:
        triage()
        raise SystemExit
    throughput()
    forensics()
    start()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory       {peak:.0f} MB at most in any of these processes")
    large_paste()
    triage()
