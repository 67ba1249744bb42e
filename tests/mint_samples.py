"""Make the folders under ``samples/``: ``python tests/mint_samples.py``. The keys live in memory and are thrown away.

``--replay`` keeps the tokens and only writes the expected outputs anew, after a change of words or looks; the name of a function
below makes its samples alone.

Only needed to add or change a sample; the folders are committed, and ``test_samples.py`` replays them with ``--now``.
"""

from __future__ import annotations

import base64
import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NOW = 1795435200  # 2026-11-23T12:00:00Z
ASKED = 1571682566  # 2019-10-21T18:29:26Z, an evening on which Apex made such a token
CONSUMER_KEY = "3MVG9kQp7Zr2VtLxWc0DhY5sNbEoT1uGfRmA8iJ4KqXvP6nUwSlHyBdCzO3eMgI9aFtVrQ2xLs7WkYb1NcDp"
HEADER = {"alg": "RS256", "typ": "JWT"}
TOKEN_PATH = "/services/oauth2/token"


def b64u(data: bytes) -> str:
    """Base64url without padding, RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key() -> rsa.RSAPrivateKey:
    """A key that nobody keeps."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str, start: int) -> str:
    """A self-signed certificate for two years."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.datetime.fromtimestamp(start, datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + datetime.timedelta(days=730))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def token(claims: dict[str, Any], key: rsa.RSAPrivateKey, header: dict[str, Any] = HEADER) -> str:
    """A compact JWS, signed with RS256."""
    parts = [b64u(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
    signature = key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, b64u(signature)])


def claims(now: int, **changes: Any) -> dict[str, Any]:
    """Healthy claims with changes."""
    return {
        "iss": CONSUMER_KEY,
        "sub": "integration@acme-demo.example.uat",
        "aud": "https://test.salesforce.com",
        "exp": now + 180,
        **changes,
    }


def int32(value: int) -> int:
    """The signed low 32 bits."""
    return (value + 2**31) % 2**32 - 2**31


def write(name: str, files: dict[str, str], arguments: str) -> None:
    """One sample folder, with the output that its command gives."""
    folder = SAMPLES / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "command.txt").write_text(f"jwtdoctor {arguments}\n", encoding="utf-8")
    replay(folder)


def replay(folder: Path) -> None:
    """Write what the folder's command gives now."""
    arguments = (folder / "command.txt").read_text(encoding="utf-8").split()[1:]
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *arguments, "--format", "plain"],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    (folder / "expected.txt").write_text(done.stdout, encoding="utf-8")
    print(f"{folder.relative_to(SAMPLES)}: exit {done.returncode} {done.stderr}")


def exception(description: str) -> str:
    """The line of an Apex debug log."""
    body = json.dumps({"error": "invalid_grant", "error_description": description}, separators=(",", ":"))
    return f"18:29:26:041 EXCEPTION_THROWN [33]|Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException: Error 400: {body}\n"


def original_question() -> None:
    """Three steps: the overflowed lifetime, the wrong certificate, the healthy assertion."""
    key, other = new_key(), new_key()
    milliseconds = (ASKED + 300) * 1000
    overflowed = claims(ASKED, iat=ASKED, exp=ASKED + int32(milliseconds))
    endpoint = f"--endpoint https://acme-demo--uat.sandbox.my.salesforce.com{TOKEN_PATH}"
    own = certificate(key, "jwt-signing", ASKED - 86400)
    write(
        "original-question/1-expired-authorization-code",
        {
            "token.txt": token(overflowed, key) + "\n",
            "certificate.pem": own,
            "answer.txt": exception("expired authorization code"),
        },
        f"token.txt --cert certificate.pem {endpoint} --error @answer.txt --now {ASKED + 2}",
    )
    later = 1572019320  # 2019-10-25T16:02:00Z
    mended = claims(later, iat=later, exp=later + 300)
    write(
        "original-question/2-invalid-assertion",
        {"token.txt": token(mended, key) + "\n", "certificate.pem": certificate(other, "jwt-signing-old", ASKED - 86400),
         "answer.txt": exception("invalid assertion")},
        f"token.txt --cert certificate.pem {endpoint} --error @answer.txt --now {later + 2} --search 60",
    )  # fmt: skip
    write(
        "original-question/3-healthy",
        {"token.txt": token(mended, key) + "\n", "certificate.pem": own},
        f"token.txt --cert certificate.pem {endpoint} --now {later + 2}",
    )


ANONYMOUS_APEX = """\
I want one org to log in to a sandbox of another with the JWT bearer flow. As anonymous Apex:

// Consumer key of the connected app in the sandbox
String iss = '<CONSUMER KEY OF MY APP>';
String aud = 'https://test.salesforce.com';
String sub = 'my_user_name';
Long exp = DateTime.now().addMinutes(5).getTime();

Auth.JWT jwt = new Auth.JWT();
jwt.setIss(iss);
jwt.setSub(sub);
jwt.setAud(aud);
jwt.setValidityLength(exp.intValue());

// The signing class takes a certificate by its name; this one I have just created in Setup
Auth.JWS jws = new Auth.JWS(jwt, 'acme_jwt');

String endpoint = 'https://acme-demo--uat.sandbox.my.salesforce.com/services/oauth2/token';
Auth.JWTBearerTokenExchange exchange = new Auth.JWTBearerTokenExchange(endpoint, jws);
String token = exchange.getAccessToken();

What I get is:

"""


def as_asked() -> None:
    """The question itself: Apex and the exception line in one paste; and the mended code with the answer that came then."""
    closing = "\nThe user's profile is pre-authorised for the app. What is wrong? I suspect the certificate.\n"
    write(
        "original-question/0-as-asked",
        {"question.txt": ANONYMOUS_APEX + exception("expired authorization code") + closing},
        f"question.txt --now {ASKED}",
    )
    mended = ANONYMOUS_APEX.replace("Long exp = DateTime.now().addMinutes(5).getTime();", "Integer exp = 5 * 60;")
    mended = mended.replace("exp.intValue()", "exp").replace("<CONSUMER KEY OF MY APP>", CONSUMER_KEY)
    mended = mended.replace("my_user_name", "integration@acme-demo.example.uat")
    write(
        "original-question/0-mended-then-invalid-assertion",
        {"question.txt": mended + exception("invalid assertion")},
        f"question.txt --now {ASKED + 4 * 86400}",
    )


def singles() -> None:
    """One fault each."""
    key = new_key()
    own = certificate(key, "acme-demo", NOW - 30 * 86400)
    answer = '{"error":"invalid_grant","error_description":"%s"}\n'
    write(
        "exp-timezone-shift",
        {"token.txt": token(claims(NOW, exp=NOW + 180 - 19800), key) + "\n", "certificate.pem": own,
         "answer.txt": answer % "expired authorization code"},
        f"token.txt --cert certificate.pem --error @answer.txt --now {NOW}",
    )  # fmt: skip
    production = claims(
        NOW, iat=NOW, exp=(NOW + 300) * 1000, aud="https://acme-demo.my.salesforce.com/", sub="deploy@acme-demo.example"
    )
    write(
        "salesforce-cli-milliseconds",
        {
            "token.txt": token(production, key) + "\n",
            "certificate.pem": own,
            "answer.txt": answer % "user hasn't approved this consumer",
        },
        f"token.txt --cert certificate.pem --endpoint https://acme-demo.my.salesforce.com{TOKEN_PATH} --error @answer.txt --now {NOW}",
    )
    head, _, signature = token(claims(NOW), key).split(".")
    edited = b64u(json.dumps(claims(NOW, aud="https://login.salesforce.com"), separators=(",", ":")).encode())
    write(
        "edited-after-signing",
        {"token.txt": f"{head}.{edited}.{signature}\n", "certificate.pem": own, "answer.txt": answer % "invalid assertion"},
        f"token.txt --cert certificate.pem --error @answer.txt --now {NOW}",
    )
    body = json.dumps({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": token(claims(NOW), key)})
    write(
        "request-as-json",
        {"request.http": f"POST {TOKEN_PATH} HTTP/1.1\nHost: test.salesforce.com\nContent-Type: application/json\n\n{body}\n",
         "certificate.pem": own, "answer.txt": '{"error":"unsupported_grant_type","error_description":"grant type not supported"}\n'},
        f"request.http --cert certificate.pem --error @answer.txt --now {NOW}",
    )  # fmt: skip
    response = (
        "HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 12:09:41 GMT\nContent-Type: application/json\n\n"
        + answer % "expired authorization code"
    )
    write(
        "slow-clock",
        {"token.txt": token(claims(NOW, iat=NOW, exp=NOW + 180), key) + "\n", "certificate.pem": own, "answer.txt": response},
        f"token.txt --cert certificate.pem --error @answer.txt --now {NOW + 5}",
    )
    write(
        "answer-alone",
        {
            "answer.txt": "Error: error:1E08010C:DECODER routines::unsupported\n    at Sign.sign (node:internal/crypto/sig:128:29)\n"
        },
        f"--error @answer.txt --now {NOW}",
    )


def previous_pair() -> None:
    """The client signs with the key of the pair before the last, and the app has the new certificate."""
    uploaded, between, old = new_key(), new_key(), new_key()
    write(
        "key-of-the-previous-pair",
        {
            "token.txt": token(claims(NOW, iat=NOW), old) + "\n",
            "uploaded.pem": certificate(uploaded, "acme-demo", NOW - 2 * 86400),
            "certificates/2024.pem": certificate(old, "acme-demo", NOW - 700 * 86400),
            "certificates/2025.pem": certificate(between, "acme-demo", NOW - 350 * 86400),
            "certificates/2026.pem": certificate(uploaded, "acme-demo", NOW - 2 * 86400),
            "answer.txt": '{"error":"invalid_grant","error_description":"invalid assertion"}\n',
        },
        f"token.txt --cert uploaded.pem --cert certificates --error @answer.txt --now {NOW}",
    )


def echoed() -> None:
    """A shell script that signed what `echo` printed, line break included, with an elliptic-curve key."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = certificate(key, "acme-demo", NOW - 86400)
    header = {"alg": "ES256", "typ": "JWT"}
    head, payload = (
        b64u(json.dumps(part, separators=(",", ":")).encode())
        for part in (header, claims(NOW, aud="https://as.acme-demo.example"))
    )
    r, s = decode_dss_signature(key.sign(f"{head}.{payload}\n".encode(), ec.ECDSA(hashes.SHA256())))
    signature = b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    write(
        "echo-adds-a-newline",
        {"token.txt": f"{head}.{payload}.{signature}\n", "certificate.pem": own},
        f"token.txt --cert certificate.pem --profile generic --now {NOW}",
    )


def triage() -> None:
    """A day's log of three programs: one reuses its assertion, one signs with an old key, and one acts for a user nobody approved."""
    key, old = new_key(), new_key()
    lines = []

    def log(at: int, program: str, assertion: str, answer: str = "") -> None:
        moment = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = f'400 {{"error":"invalid_grant","error_description":"{answer}"}}' if answer else "200"
        lines.append(
            f"{moment} INFO [{program}] requestId={program[:3]}-{at - NOW:05d} POST {TOKEN_PATH} jwt={assertion} answered {told}\n"
        )

    kept = token(claims(NOW, iat=NOW, jti="report-1"), key)
    log(NOW, "reports", kept)
    for hour in range(1, 7):
        at = NOW + hour * 4137
        log(at, "reports", kept, "expired authorization code")
        log(at + 60, "billing", token(claims(at + 60, jti=f"billing-{hour}"), key))
        if 2 <= hour <= 5:
            log(at + 1200, "nightly", token(claims(at + 1200, jti=f"nightly-{hour}"), old), "invalid assertion")
        if hour in (1, 4):
            new = claims(at + 1800, sub="new.colleague@acme-demo.example.uat", jti=f"new-{hour}")
            log(at + 1800, "billing", token(new, key), "user hasn't approved this consumer")
    write(
        "triage",
        {"app.log": "".join(lines), "certificate.pem": certificate(key, "acme-demo", NOW - 30 * 86400)},
        "triage app.log --cert certificate.pem",
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--replay"]:
        for command in sorted(SAMPLES.rglob("command.txt")):
            replay(command.parent)
    else:
        chosen = {each.__name__: each for each in (original_question, as_asked, singles, previous_pair, echoed, triage)}
        for name in sys.argv[1:] or chosen:
            chosen[name]()
