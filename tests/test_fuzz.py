"""Seeded mutation: whatever is pasted, called, answered or uploaded, the diagnosis comes out whole.

``JWTDOCTOR_FUZZ`` sets how many inputs are tried; a failure names the seed and the index, and ``JWTDOCTOR_FUZZ_SEED`` with
``JWTDOCTOR_FUZZ_ONLY`` repeats that one.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from throwaway import CLAIMS, NOW, b64, part, pem, unsigned

from jwtdoctor import diagnose
from jwtdoctor.library import material
from jwtdoctor.render import Look, render

COUNT = int(os.environ.get("JWTDOCTOR_FUZZ", "100000"))
SEED = int(os.environ.get("JWTDOCTOR_FUZZ_SEED", "20261123"))
ONLY = os.environ.get("JWTDOCTOR_FUZZ_ONLY")
EVERY = 50

NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "300",
    "1e9",
    "1E400",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    "1795435380",
    "1795435380.0",
    "1795435380.25",
    "1795435380000",
    "1795435380000000",
    "1795435380000000000",
    "179543538e1",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "18446744073709551616",
    "253402300800",
    "-62135596801",
    "1e308",
    "1e-320",
    "0.1",
    "01",
    ".5",
    "5.",
    "+1",
    "0x10",
    "1795435380abc",
    "9" * 70,
    "9" * 5000,
    "1" + "0" * 63,
    "0." + "3" * 400,
]
TEXTS = [
    "",
    " ",
    "x",
    "1795435380",
    "2026-11-23T12:03:00Z",
    "RS256",
    "none",
    "HS256",
    "ES256",
    "null",
    "\u0000",
    "\u001b[2J",
    "\u202e",
    "\ud800",
    "https://login.salesforce.com",
    "https://login.salesforce.com/",
    "http://[::1",
    "https://[x]/",
    "https://a:99999/",
    "https://@/",
    "//",
    "://",
    "login.salesforce.com",
    "https://acme--uat.sandbox.my.salesforce.com/services/oauth2/token",
    "HTTPS://LOGIN.SALESFORCE.COM:443",
    "https://xn--a.example",
    "https://\u00e9.example",
    "https://\u2100.example",
    "https://a b/",
    "user@example.com",
    "user@example.com.uat",
    "@",
    "a@b@c",
    "user%40example.com",
    "3MVG9" + "a" * 80,
    "5" * 64,
    "0123456789ABCDEF" * 4,
    "<username>",
    "${SUB}",
    "{{iss}}",
    "-----BEGIN PRIVATE KEY-----",
    "eyJhbGciOiJub25lIn0.e30.AAAAAAAAAAAAAAAAAAAAAAAA",
    "x" * 5000,
    "[red]",
    "%s%n{0}",
    "{}",
    "\\",
    '"',
]
NAMES = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "scope",
    "nonce",
    "azp",
    "events",
    "typ",
    "client_id",
    "htm",
    "htu",
    "",
    "exp ",
]
HEADS = ["alg", "typ", "kid", "crit", "b64", "x5t", "x5t#S256", "x5c", "jwk", "jku", "zip", "enc", "cty", "keys", "kty", "d"]
ANSWERS = [
    "invalid_grant: invalid assertion",
    "invalid_grant: expired authorization code",
    "invalid_grant: user hasn't approved this consumer",
    '{"error":"invalid_grant","error_description":"audience is invalid"}',
    '{"error":{"code":"invalid_grant","message":"x"}}',
    'HTTP/1.1 400 Bad Request\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n\r\n{"error":"invalid_client_id"}',
    "HTTP/1.1 400 Bad Request\nDate: Mon, 99 Nov 99999 99:00:00 -9999\n\nx",
    "Error authenticating with JWT.\nErrors encountered:\nuser hasn't approved this consumer\naudience is invalid [audience=a login=b]",
    '18:29:26:041 EXCEPTION_THROWN [33]|Auth.X.Y: Error 400: {"error":"invalid_grant","error_description":"expired authorization code"}',
    "ENOENT: no such file or directory, open 'server.key'",
    "error:0909006C:PEM routines:get_name:no start line",
    "\u2019\u0000\ud800",
]
JUNK = [
    "\x00",
    "\n",
    "\r\n",
    "\t",
    " ",
    ".",
    "..",
    "=",
    "==",
    "%3D",
    "%25",
    "%",
    "+",
    "/",
    "-",
    "_",
    "~",
    "\\n",
    "\\",
    '"',
    "'",
    "b'",
    "{",
    "}",
    "[",
    "]",
    "[" * 80,
    ",",
    ":",
    "&",
    "?",
    "\ufeff",
    "\u200b",
    "\u202e",
    "\u00e9",
    "\ud800",
    "\x1b[31m",
    "ey",
    "eyJ",
    "Bearer ",
    "HTTP/1.1",
    "-----BEGIN ",
    "assertion=",
    "\u2026",
    "\x85",
    "\u2028",
]


GOLDEN = Path(__file__).parent / "golden"
"""Fixed tokens and certificates, so that a seed and an index make the same input again."""
CERTIFICATE = (GOLDEN / "nothing-to-object" / "certificate.pem").read_bytes()
OTHER = (GOLDEN / "another-key" / "certificate.pem").read_bytes()
PUBLIC = x509.load_pem_x509_certificate(CERTIFICATE).public_key()
PUBLIC_PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
DER = x509.load_pem_x509_certificate(CERTIFICATE).public_bytes(serialization.Encoding.DER)
NO_SECRET = ec.derive_private_key(20261123, ec.SECP256R1())
"""A key that everybody can compute."""
JWK = {"kty": "EC", "crv": "P-256", "x": b64(b"x" * 32), "y": b64(b"y" * 32)}


def _corpus() -> list[str]:
    token = (GOLDEN / "nothing-to-object" / "input.txt").read_text(encoding="ascii").strip()
    tail = token.rpartition(".")[2]
    key = pem(key=NO_SECRET)
    form = f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={token}"
    head = "POST /services/oauth2/token HTTP/1.1\r\nHost: login.salesforce.com\r\n"
    return [
        token,
        f"Bearer {token}",
        f'"{token}",',
        base64.b64encode(token.encode()).decode(),
        f"log {token} and {token}\n",
        token[:90],
        unsigned(header={"alg": "RS256", "typ": "JWT", "kid": "k1"}, signature=tail),
        unsigned({**CLAIMS, "exp": "1795435380", "iat": NOW, "nbf": NOW}, signature=tail),
        f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        f"{head}Content-Type: application/json\r\n\r\n" + json.dumps({"grant_type": "x", "assertion": token}),
        f'{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="assertion"\r\n\r\n{token}\r\n--b--',
        f"GET /services/oauth2/token?{form} HTTP/1.1\r\nHost: test.salesforce.com\r\n\r\n",
        f"{head}Authorization: Bearer {token}\r\n\r\n",
        key,
        key.replace("PRIVATE", "RSA PRIVATE"),
        PUBLIC_PEM,
        CERTIFICATE.decode(),
        json.dumps({**JWK, "d": b64(b"d" * 32)}),
        json.dumps({"keys": [JWK]}),
        "<saml:Assertion/>",
        "00D5g000004ABcd!AQEAQKqCq9b6pQw1Yx2mC0l3D4rT5uV6wX7yZ8aB9cD0eF",
        "v4.public.abcdefgh",
        *ANSWERS,
    ]


def _never(tried: int) -> bool:
    return False


def _briefly(tried: int) -> bool:
    return tried < 200


class Source:
    """Makes inputs cheaply, each from its own generator, so that one can be made again without the others."""

    def __init__(self) -> None:
        self.corpus = _corpus()
        self.signature = self.corpus[0].rpartition(".")[2]
        given = (CERTIFICATE, OTHER, DER, PUBLIC_PEM, json.dumps(JWK), pem(key=NO_SECRET))
        self.certificates = [found for each in given for found in material(each)]

    def value(self, rng: random.Random, depth: int = 0) -> str:
        """A JSON value as text, often an odd one."""
        kind = rng.random()
        if kind < 0.45:
            return rng.choice(NUMBERS)
        if kind < 0.8 or depth > 2:
            return json.dumps(rng.choice(TEXTS), ensure_ascii=rng.random() < 0.9)
        if kind < 0.88:
            return rng.choice(("null", "true", "false", "[]", "{}", "nul", "", '"'))
        if kind < 0.95:
            return f"[{','.join(self.value(rng, depth + 1) for _ in range(rng.randrange(4)))}]"
        return f'{{"a":{self.value(rng, depth + 1)}}}'

    def members(self, rng: random.Random, names: list[str], base: dict[str, object]) -> str:
        """A JSON object with some of its members odd, missing, strange, or doubled."""
        shown = {name: json.dumps(value) for name, value in base.items() if rng.random() < 0.85}
        rows = list(shown.items())
        for _ in range(rng.choice((0, 1, 1, 2, 4))):
            rows.append((rng.choice(names), self.value(rng)))
        if rng.random() < 0.7:
            rows = list(dict(rows).items())
        return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in rows) + "}"

    def token(self, rng: random.Random) -> str:
        """A token with odd members; the signature is of another one, or garbage."""
        alg = rng.choice(("RS256", "RS256", "RS256", "none", "HS256", "ES256", "PS256", "rs256", "EdDSA"))
        head = self.members(rng, HEADS, {"alg": alg})
        body = self.members(rng, NAMES, CLAIMS)
        tail = self.signature if rng.random() < 0.5 else b64(rng.randbytes(rng.choice((0, 1, 20, 64, 255, 256, 257))))
        return f"{part(head.encode('utf-8', 'surrogatepass'))}.{part(body.encode('utf-8', 'surrogatepass'))}.{tail}"

    def mutated(self, rng: random.Random, text: str) -> str:
        """Some cuts, doublings, swaps and insertions."""
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            if not text:
                return rng.choice(JUNK)
            at = rng.randrange(len(text))
            kind = rng.randrange(7)
            if kind == 0:
                text = text[:at] + rng.choice(JUNK) + text[at:]
            elif kind == 1:
                text = text[:at] + text[at + rng.randrange(1, 40) :]
            elif kind == 2:
                text = text[:at] + chr(rng.choice((rng.randrange(128), rng.randrange(0xD800)))) + text[at + 1 :]
            elif kind == 3:
                to = min(len(text), at + rng.randrange(1, 200))
                text = text[:to] + text[at:to] + text[to:]
            elif kind == 4:
                text = text[:at]
            elif kind == 5:
                text = text.replace(
                    *rng.choice(
                        ((".", ""), (".", ".."), ("\n", ""), ("\r\n", "\n"), ("e", "E"), ("=", "%3D"), ("-", "+"), ('"', "'"))
                    )
                )
            else:
                other = rng.choice(self.corpus)
                text = text[:at] + other[rng.randrange(len(other)) :]
            text = text[:20_000]
        return text

    def arguments(self, index: int) -> tuple[str, dict[str, object]]:
        """Everything for one call."""
        rng = random.Random(SEED * 1_000_003 + index)
        kind = rng.random()
        if kind < 0.55:
            text = self.token(rng)
        elif kind < 0.9:
            text = self.mutated(rng, rng.choice(self.corpus))
        else:
            text = self.mutated(rng, self.token(rng))
        options: dict[str, object] = {
            "now": rng.choice((NOW, NOW, NOW, None, 0, -1, 253402300799, -62135596800, 253_402_300_799, NOW + 0.5))
        }
        if rng.random() < 0.4:
            answer = rng.choice(ANSWERS)
            options["error"] = answer if rng.random() < 0.5 else self.mutated(rng, answer)
        if rng.random() < 0.4:
            options["endpoint"] = (
                rng.choice(TEXTS)
                if rng.random() < 0.7
                else self.mutated(rng, "https://login.salesforce.com/services/oauth2/token")
            )
        if rng.random() < 0.3:
            options["certificates"] = [self.certificate(rng) for _ in range(rng.choice((1, 1, 2)))]
        # A search of a few hundred candidates goes through the same code as one of a million.
        options["search"] = rng.choice((_never, _briefly))
        if rng.random() < 0.1:
            options["secrets"] = [("secret.txt", rng.choice(TEXTS).encode("utf-8", "replace"))]
        if rng.random() < 0.1:
            options["beside"] = [rng.choice(self.corpus)]
        if rng.random() < 0.2:
            options["profile"] = rng.choice(("salesforce", "generic"))
        if rng.random() < 0.1:
            options["app"] = rng.choice(("connected-app", "external-client-app"))
        return text, options

    def certificate(self, rng: random.Random) -> object:
        """A good one, or a damaged one."""
        if rng.random() < 0.8:
            return rng.choice(self.certificates)
        data = bytearray(rng.choice((CERTIFICATE, DER)))
        for _ in range(rng.choice((1, 2, 10))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data[: rng.choice((len(data), len(data), rng.randrange(len(data))))])


def judge(text: str, options: dict[str, object], signature: str, full: bool) -> None:
    """Diagnose one input and look at what came out."""
    report = diagnose(text, **options)
    for result in report.results:
        assert not result.broke, result.broke
    shown = json.dumps(report.to_json(), allow_nan=False)
    assert "\x1b" not in shown
    assert signature not in shown
    assert report.exit_code() in (0, 1, 3)
    if not full:
        return
    for name, look in (("json", Look()), ("plain", Look(80)), ("terminal", Look(60)), ("terminal", Look(120, color=True))):
        out = render(report, name, look)
        out.encode("utf-8")
        left = re.sub(r"\x1b\[[0-9;]*m", "", out) if look.color else out
        assert all(c == "\n" or c.isprintable() for c in left), f"{name} holds a control character"
        assert signature not in out.replace("\n", "")
    assert not report.results or json.loads(render(report, "json", Look())) == json.loads(shown)


def test_mutations():
    """No exception, no broken rule, no signature, no escape, and JSON that is JSON."""
    source = Source()
    for index in [int(ONLY)] if ONLY else range(COUNT):
        text, options = source.arguments(index)
        try:
            judge(text, options, source.signature, full=index % EVERY == 0 or ONLY is not None)
        except Exception as error:
            again = f"JWTDOCTOR_FUZZ_SEED={SEED} JWTDOCTOR_FUZZ_ONLY={index}"
            raise AssertionError(f"{again}: {type(error).__name__}: {error}\ntext = {text!r}\noptions = {options!r}") from error


def test_the_corpus_reaches_far():
    """The inputs are not all refused at the door: many kinds, verdicts, rules and answers come up."""
    source = Source()
    kinds, verdicts, rules, symptoms = set(), set(), set(), set()
    for index in range(1500):
        text, options = source.arguments(index)
        try:
            report = diagnose(text, **options)
        except Exception:  # noqa: BLE001 - the other test tells about it
            continue
        for result in report.results:
            kinds.add(result.kind)
            verdicts.add(result.verdict)
            rules.update(each.rule for each in result.findings)
            symptoms.add(result.diagnosis.symptom)
    assert len(kinds) >= 8
    assert verdicts >= {"refused", "undetermined"}
    assert len(rules) >= 40
    assert len(symptoms) >= 6
