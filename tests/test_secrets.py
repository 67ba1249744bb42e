"""No output holds a secret, a signature, or a character that a terminal obeys."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys

import pytest
from throwaway import CLAIMS, NOW, b64, certificate, ec_key, jwk, mint, part, pem, private_der, unsigned

from jwtdoctor import diagnose
from jwtdoctor.render import Look, render

SECRET = "5D3C1B7A9F2E4C6D8B0A1F3E5D7C9B2A4F6E8D0C1B3A5F7E9D2C4B6A8F0E1D3C"
OPAQUE = "AQEAQKqCq9b6pQw1Yx2mC0l3D4rT5uV6wX7yZ8aB9cD0eF1gH2iJ3kL4mN5oP6qR7sT8uV9w"
SESSION = f"00D5g000004ABcd!{OPAQUE}"
SGR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J\x08\x7f"
BIDI = "\u202egnp.exe\u2066\u200b\u200e\ufeff"


def body_of(text: str) -> str:
    """A piece from the middle of a PEM, which nothing else contains."""
    return text.splitlines()[len(text.splitlines()) // 2]


def outputs(text: str, **options) -> dict[str, str]:
    """The report in every format."""
    report = diagnose(text, now=NOW, **options)
    shown = {
        "json": render(report, "json", Look()),
        "plain": render(report, "plain", Look(80)),
        "plain, wide": render(report, "plain", Look(200)),
        "terminal": render(report, "terminal", Look(80)),
        "terminal, wide": render(report, "terminal", Look(200)),
        "terminal, colour": render(report, "terminal", Look(100, color=True)),
    }
    assert report.results, "nothing was diagnosed, so nothing is tested"
    return shown


def pieces(secret: str) -> list[str]:
    """Runs of a secret long enough to matter; line breaks in the output do not hide them."""
    return [secret[at : at + 24] for at in range(0, max(1, len(secret) - 23), 12)]


def assert_clean(shown: dict[str, str], *secrets: str) -> None:
    """No secret, and no control character but the newline, in any of the outputs."""
    for name, text in shown.items():
        squeezed = re.sub(r"[\s│]+", "", SGR.sub("", text))
        for secret in secrets:
            for piece in pieces(secret):
                assert piece not in squeezed, f"{name} holds a piece of the secret"
        left = SGR.sub("", text) if "colour" in name else text
        bad = {repr(c) for c in left if c != "\n" and not c.isprintable()}
        assert not bad, f"{name} holds {bad}"


TOKEN = mint()
SIGNATURE = TOKEN.rpartition(".")[2]
PRIVATE = jwk(private=True)
CASES = {
    "a token": (TOKEN, [SIGNATURE]),
    "a token with a fourth part": (f"{TOKEN}.{b64(b'x' * 40)}", [SIGNATURE]),
    "a token of standard base64": (
        TOKEN.replace("-", "+").replace("_", "/"),
        [SIGNATURE[:60].replace("-", "+").replace("_", "/")],
    ),
    "a private key": (pem(), [body_of(pem())]),
    "a private key in PKCS#1": (pem("traditional"), [body_of(pem("traditional"))]),
    "a private key for EC": (pem("traditional", ec_key()), [body_of(pem("traditional", ec_key()))]),
    "a private key in base64": (base64.b64encode(pem().encode()).decode(), [base64.b64encode(pem().encode()).decode()[200:300]]),
    "a private key in DER": (base64.b64encode(private_der()).decode(), [base64.b64encode(private_der()).decode()[200:300]]),
    "a short private key in DER": (
        base64.b64encode(private_der(ec_key())).decode(),
        [base64.b64encode(private_der(ec_key())).decode()[40:]],
    ),
    "an access token": (SESSION, [OPAQUE]),
    "an access token behind Bearer": (f"Authorization: Bearer {SESSION}", [OPAQUE]),
    "a private JWK": (json.dumps(PRIVATE), [PRIVATE["d"], PRIVATE["p"]]),
    "a private JWK in base64": (part(json.dumps(PRIVATE, separators=(",", ":"))), [PRIVATE["d"]]),
    "a private JWK as the header": (unsigned(header={"alg": "RS256", **PRIVATE}), [PRIVATE["d"], PRIVATE["p"]]),
    "a private JWK in the header": (unsigned(header={"alg": "RS256", "jwk": PRIVATE}), [PRIVATE["d"], PRIVATE["p"]]),
    "a private JWK in a claim": (unsigned({**CLAIMS, "key": json.dumps(PRIVATE)}), [PRIVATE["d"], PRIVATE["p"]]),
    "a consumer secret in iss": (unsigned({**CLAIMS, "iss": SECRET}), [SECRET]),
    "a consumer secret in kid": (unsigned(header={"alg": "RS256", "kid": SECRET}), [SECRET]),
    "a consumer secret in a name": (unsigned({**CLAIMS, SECRET: 1}), [SECRET]),
    "a consumer secret in aud": (unsigned({**CLAIMS, "aud": [SECRET, {"x": SECRET}]}), [SECRET]),
    "a token in a claim": (unsigned({**CLAIMS, "sub": TOKEN}), [SIGNATURE]),
    "a token in the issuer": (unsigned({**CLAIMS, "iss": f"Bearer {TOKEN}"}), [SIGNATURE]),
    "a token in the key id": (unsigned(header={"alg": "RS256", "kid": TOKEN}), [SIGNATURE]),
    "a token in every claim": (unsigned(dict.fromkeys(CLAIMS, TOKEN)), [SIGNATURE]),
    "a token in a name": (unsigned({**CLAIMS, TOKEN: 1}), [SIGNATURE]),
    "a token at the end of a long claim": (unsigned({**CLAIMS, "sub": "x " * 70 + TOKEN}), [SIGNATURE]),
    "a token in the address": (unsigned({**CLAIMS, "aud": f"https://login.salesforce.com/{TOKEN}"}), [SIGNATURE]),
    "a PEM in a claim": (unsigned({**CLAIMS, "sub": pem()}), [body_of(pem())]),
    "a PEM in the issuer": (unsigned({**CLAIMS, "iss": pem("traditional")}), [body_of(pem("traditional"))]),
    "a PEM in the key id": (unsigned(header={"alg": "RS256", "kid": pem()}), [body_of(pem())]),
    "a PEM without its end": (unsigned({**CLAIMS, "iss": pem()[:900]}), [body_of(pem())]),
    "a PEM in base64 in a claim": (
        unsigned({**CLAIMS, "iss": base64.b64encode(pem().encode()).decode()}),
        [base64.b64encode(pem().encode()).decode()[200:300]],
    ),
    "an access token in a claim": (unsigned({**CLAIMS, "sub": SESSION}), [OPAQUE]),
    "a service account": (
        json.dumps({"type": "service_account", "client_email": "a@b.example", "private_key": pem()}),
        [body_of(pem())],
    ),
    "a request with a secret": (
        f"POST /services/oauth2/token HTTP/1.1\nHost: login.salesforce.com\nAuthorization: Basic {b64('id:' + SECRET)}\n"
        f"Content-Type: application/x-www-form-urlencoded\n\ngrant_type=x&client_secret={SECRET}&assertion={TOKEN}",
        [SIGNATURE, SECRET, b64("id:" + SECRET)],
    ),
    "a request with the token in the address": (
        f"GET /services/oauth2/token?assertion={TOKEN}&client_secret={SECRET} HTTP/1.1\nHost: login.salesforce.com\n\n",
        [SIGNATURE, SECRET],
    ),
    "a request with the token as grant type": (
        f"POST /services/oauth2/token HTTP/1.1\nHost: login.salesforce.com\n\ngrant_type={TOKEN}&assertion={TOKEN}",
        [SIGNATURE],
    ),
    "a request with the token as content type": (
        f"POST /services/oauth2/token HTTP/1.1\nHost: {TOKEN}\nContent-Type: {TOKEN}\n\nassertion={TOKEN}",
        [SIGNATURE],
    ),
    "an id token": (
        mint({"iss": "https://as.example", "aud": "x", "nonce": "n", "note": "only between us two here"}),
        ["only between us two here"],
    ),
    "a signature that is text": (
        unsigned(signature=b64(b"the signature is a text, and no number")),
        [b64(b"the signature is a text, and no number")],
    ),
    "a signature encoded twice": (unsigned(signature=b64(SIGNATURE)), [b64(SIGNATURE), SIGNATURE]),
    "a signature that is no base64": (unsigned(signature=f"!{SIGNATURE}!"), [SIGNATURE]),
    "terminal escapes": (
        unsigned({**CLAIMS, "sub": ESCAPES, ESCAPES: ESCAPES}, {"alg": ESCAPES, "typ": ESCAPES, "kid": ESCAPES}),
        [],
    ),
    "bidi overrides": (unsigned({**CLAIMS, "iss": BIDI, BIDI: [BIDI]}, {"alg": BIDI, "typ": BIDI, "kid": BIDI}), []),
    "every control character": (unsigned({"iss": "".join(map(chr, range(32))), "sub": "".join(map(chr, range(127, 160)))}), []),
    "lone surrogates": (unsigned(b'{"iss":"\\ud800\\udfff","\\udc00":1}', b'{"alg":"\\ud800"}'), []),
    "escapes in a request": (
        f"POST /{BIDI} HTTP/1.1\nHost: x{ESCAPES}\nContent-Type: {ESCAPES}\n\ngrant_type={ESCAPES}&assertion={TOKEN}",
        [SIGNATURE],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_pasted_is_not_shown(name):
    """Whatever was pasted, no format holds the secret in it."""
    text, secrets = CASES[name]
    assert_clean(outputs(text), *secrets)


@pytest.mark.parametrize("name", CASES)
def test_what_the_server_said_is_not_shown(name):
    """The same as the answer of a server, which may quote what it was sent."""
    text, secrets = CASES[name]
    assert_clean(outputs("", error=f"invalid_grant: invalid assertion {text}"), *secrets)


@pytest.mark.parametrize("where", ["endpoint", "source"])
@pytest.mark.parametrize(
    "secret", [TOKEN, pem(), SESSION, SECRET, ESCAPES, BIDI], ids=["token", "pem", "session", "secret", "escapes", "bidi"]
)
def test_options_are_not_shown_raw(where, secret):
    """A secret given by mistake as the endpoint or as the name of a file."""
    value = f"https://login.salesforce.com/{secret}" if where == "endpoint" else secret
    hidden = {TOKEN: [SIGNATURE], pem(): [body_of(pem())], SESSION: [OPAQUE], SECRET: [SECRET]}.get(secret, [])
    assert_clean(outputs(TOKEN, **{where: value}), SIGNATURE, *hidden)


def test_a_certificate_file_with_a_private_key():
    """Its private half is not shown; the certificate in it may be used."""
    both = certificate() + pem().encode()
    assert_clean(outputs(TOKEN, certificates=[both]), SIGNATURE, body_of(pem()))
    assert_clean(outputs(TOKEN, certificates=[pem()]), SIGNATURE, body_of(pem()))
    assert_clean(outputs(TOKEN, certificates=[json.dumps(PRIVATE)]), SIGNATURE, PRIVATE["d"])


def test_nothing_in_the_report_holds_the_signature():
    """Not even values that no format prints today."""
    report = diagnose(TOKEN, now=NOW, certificates=[certificate("other")], error="invalid_grant: invalid assertion")
    assert SIGNATURE[:40] not in repr([each._replace(certificates=()) for each in report.results])


def test_markup_is_shown_as_it_is():
    """Rich markup in a claim is text, visible and without effect."""
    markup = "[red]x[/red][link=https://evil.example]y[/link]:boom:"
    shown = outputs(unsigned({**CLAIMS, "sub": markup, "aud": markup}, {"alg": "[bold]RS256[/bold]"}))
    assert_clean(shown)
    for name in ("plain, wide", "terminal, wide", "terminal, colour"):
        assert "[red]x[/red]" in SGR.sub("", shown[name])
        assert "[bold]RS256[/bold]" in SGR.sub("", shown[name])


def test_hidden_characters_are_made_visible():
    """What would hide itself is written out."""
    shown = outputs(unsigned({**CLAIMS, "aud": f"https://login.salesforce.com{BIDI}\x1b[2J"}))
    assert_clean(shown)
    for name in ("plain, wide", "terminal, wide"):
        assert re.search(r"\\u\{?202e", shown[name])
        assert re.search(r"\\u\{?0*1b", shown[name])
    assert json.loads(shown["json"])["results"][0]["token"]["claims"]["aud"].endswith(f"{BIDI}\x1b[2J")


# --- the command line ------------------------------------------------------------------------------------------------


def run(*words: str, text: str = "", cwd=None) -> dict[str, str]:
    """Both streams of one call."""
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *words],
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        timeout=60,
        env=environment,
    )
    assert done.stdout or done.stderr
    return {"standard output": done.stdout, "standard error": done.stderr}


ARGUMENTS = {
    "a private key": (pem(), [body_of(pem())]),
    "a private key in one line": (pem().replace("\n", " "), [body_of(pem())]),
    "a short private key in DER": CASES["a short private key in DER"],
    "a private key in DER": CASES["a private key in DER"],
    "a short private key in base64": (
        base64.b64encode(pem("traditional", ec_key()).encode()).decode(),
        [base64.b64encode(pem("traditional", ec_key()).encode()).decode()[80:]],
    ),
    "an access token": (SESSION, [OPAQUE]),
    "an access token with a dot": (f"{SESSION}.x", [OPAQUE]),
    "a google access token": (f"ya29.{OPAQUE}", [OPAQUE]),
    "a google refresh token": (f"1//0g{OPAQUE}", [OPAQUE]),
    "a refresh token": (f"5Aep861{OPAQUE}.{OPAQUE}", [OPAQUE]),
    "basic credentials with a slash": (
        base64.b64encode(b"3MVG9abc:??>secretsecretsecret>>??").decode(),
        [base64.b64encode(b"3MVG9abc:??>secretsecretsecret>>??").decode()[12:]],
    ),
    "a token": (TOKEN, [SIGNATURE]),
    "a token behind an address": (f"https://login.salesforce.com/?assertion={TOKEN}", [SIGNATURE]),
    "a private JWK": (json.dumps(PRIVATE), [PRIVATE["d"]]),
    "a consumer secret": (SECRET, [SECRET]),
    "escapes": (f"./{ESCAPES}{BIDI}", []),
}


PRIVATE_KEYS = [name for name in ARGUMENTS if "private" in name]
OTHER_PLACES = [["--error"], ["explain"], ["--format"], ["--now"], ["--profile"], ["--error", "x", "--cert"]]


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("words", [[], ["--cert"]], ids=["as the source", "as the certificate"])
def test_a_secret_as_an_argument(name, words):
    """A secret given in place of a file's name is not repeated by a complaint."""
    text, secrets = ARGUMENTS[name]
    assert_clean(run(*words, text), *secrets)


@pytest.mark.parametrize("name", PRIVATE_KEYS)
@pytest.mark.parametrize("words", OTHER_PLACES, ids=" ".join)
def test_a_private_key_in_the_wrong_place(name, words):
    """No complaint about the value of an option repeats a private key."""
    text, secrets = ARGUMENTS[name]
    assert_clean(run(*words, text), *secrets)


def test_a_secret_as_an_unknown_option():
    """Not even by the complaint about an option that does not exist."""
    assert_clean(run(f"--{TOKEN}"), SIGNATURE)
    assert_clean(run(f"--token={TOKEN}"), SIGNATURE)
    assert_clean(run("-----BEGIN", "--bogus", pem()), body_of(pem()))


@pytest.mark.parametrize("form", ["json", "plain", "terminal"])
def test_a_file_name_with_escape_codes(tmp_path, form):
    """File names are strangers' text too."""
    name = f"a\x1b[31m{BIDI[0]}.txt"
    (tmp_path / name).write_text(TOKEN)
    (tmp_path / f"{name}.crt").write_text("no certificate")
    assert_clean(run(name, "--format", form, cwd=tmp_path), SIGNATURE)
    assert_clean(run(f"{name}x", name, "--format", form, cwd=tmp_path), SIGNATURE)
    assert_clean(run(name, "--cert", f"{name}.crt", "--format", form, cwd=tmp_path), SIGNATURE)
    (tmp_path / f"{name}.crt").write_bytes(certificate())
    assert_clean(run(name, "--cert", f"{name}.crt", "--format", form, cwd=tmp_path), SIGNATURE)


@pytest.mark.parametrize(
    "content", [pem(), json.dumps(PRIVATE), TOKEN, certificate().decode() + pem()], ids=["pem", "jwk", "token", "both"]
)
def test_a_secret_as_the_certificate_file(tmp_path, content):
    """A file that should have stayed at home is named, and its content is not."""
    (tmp_path / "app.crt").write_text(content)
    shown = run("--cert", "app.crt", "--format", "json", text=TOKEN, cwd=tmp_path)
    assert_clean(shown, SIGNATURE, body_of(pem()), PRIVATE["d"])
