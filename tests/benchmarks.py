"""Ratios against PyJWT, measured in one run: ``python tests/benchmarks.py``. Prints; asserts nothing.

Throughput: the full diagnosis of distinct RS256-2048 assertions with the certificate, beside ``jwt.decode`` of the same ones.
Start: the whole process on one token, beside a three-line script that imports PyJWT and verifies it.
Forensics: what a signature that does not verify costs beyond one that does, without any search, beside one PyJWT verification.
"""

from __future__ import annotations

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


if __name__ == "__main__":
    throughput()
    forensics()
    start()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory       {peak:.0f} MB at most in any of these processes")
    large_paste()
