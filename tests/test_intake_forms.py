"""What is taken from a pasted text of each form: the token, its place, the request around it, the answer that belongs to it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from throwaway import CLAIMS, NOW, b64, part, unsigned

from jwtdoctor import diagnose, intake

SIGNATURE = b64(bytes(range(256)))
TOKEN = f"{part({'alg': 'RS256'})}.{part(CLAIMS)}.{SIGNATURE}"
OTHER = f"{part({'alg': 'RS256'})}.{part({**CLAIMS, 'jti': 'b'})}.{SIGNATURE}"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
URL = "https://login.salesforce.com/services/oauth2/token"
FORM = urlencode({"grant_type": GRANT, "assertion": TOKEN})
ERROR = '{"error":"invalid_grant","error_description":"invalid assertion"}'
TYPE = "application/x-www-form-urlencoded"
WRAPPED = "\n".join(TOKEN[at : at + 76] for at in range(0, len(TOKEN), 76))


def one(text: str) -> intake.Paste:
    """The only paste in a text; its token is found at its place."""
    (paste,) = intake.read(text)
    line = text.split("\n")[paste.line - 1]
    assert line[paste.column - 1 :].startswith(paste.text[:6]), line[paste.column - 1 : paste.column + 20]
    return paste


def bash(*options: str) -> str:
    """A curl line for bash that goes on over lines."""
    return " \\\n  ".join((f"curl -X POST {URL}", *options))


CURLS = {
    "single quotes": bash(f"-d 'grant_type={GRANT}'", f"-d 'assertion={TOKEN}'"),
    "double quotes": bash(f'--data "grant_type={GRANT}&assertion={TOKEN}"'),
    "ansi quotes": bash(f"--data-raw $'grant_type={GRANT}&assertion={TOKEN}'"),
    "unquoted": f"curl {URL} -dgrant_type={GRANT} -dassertion={TOKEN}",
    "with equals sign": f"curl {URL} --data=grant_type={GRANT} --data=assertion={TOKEN}",
    "encoded by curl": bash(f"--data-urlencode 'grant_type={GRANT}'", f"--data-urlencode assertion={TOKEN}"),
    "cmd": f'curl -X POST "{URL}" ^\n  -d "grant_type={GRANT}&assertion={TOKEN}"',
    "cmd as browsers copy it": f'curl ^"{URL}^" ^\n  --data-raw ^"grant_type={quote(GRANT, safe="")}^&assertion={TOKEN}^"',
    "powershell": f'curl.exe -X POST {URL} `\n  -d "grant_type={GRANT}" `\n  -d "assertion={TOKEN}"',
    "prompt": f"user@host:~$ curl {URL} -d grant_type={GRANT} -d assertion={TOKEN}",
    "wget": f"wget --post-data 'grant_type={GRANT}&assertion={TOKEN}' {URL}",
    "httpie": f"http --form POST {URL} grant_type={GRANT} assertion={TOKEN}",
}


@pytest.mark.parametrize("text", CURLS.values(), ids=CURLS)
def test_command_lines(text: str) -> None:
    """Every shell's way to write it gives the same request."""
    paste = one(text)
    assert (paste.text, paste.form, paste.stripped) == (TOKEN, "curl", ())
    assert paste.request is not None
    assert paste.request == intake.Request(
        "POST", URL, TYPE, "form", {"grant_type": GRANT, "assertion": TOKEN}, {}, "", where="body.assertion"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (f"-G -d grant_type={GRANT} -d assertion={TOKEN}", {"method": "GET", "body": "none", "where": "query.assertion"}),
        (f"-F grant_type={GRANT} -F assertion={TOKEN}", {"body": "multipart", "content_type": "multipart/form-data"}),
        (f"--json '{json.dumps({'assertion': TOKEN})}'", {"body": "json", "content_type": "application/json"}),
        (f"-H 'Content-Type: text/plain' -d 'assertion={TOKEN}'", {"body": "form", "content_type": "text/plain"}),
        (f"-H 'Authorization: Bearer {TOKEN}'", {"method": "GET", "authorization": "Bearer", "where": "header.authorization"}),
        (f"-u me:secret -A agent/1 -d assertion={TOKEN}", {"authorization": "Basic", "agent": "agent/1", "method": "POST"}),
        (f"-X PUT --url {URL} -d assertion={TOKEN}", {"method": "PUT"}),
    ],
)
def test_options_of_curl(options: str, expected: dict[str, str]) -> None:
    """What each option changes in the request."""
    request = one(f"curl {URL} {options}").request
    assert {name: getattr(request, name) for name in expected} == expected


def test_a_file_is_named_and_not_opened() -> None:
    """The request can be examined without the token."""
    (paste,) = intake.read(f"curl {URL} -d grant_type={GRANT} --data-urlencode assertion@token.jwt")
    assert paste.text == ""
    assert paste.request is not None
    assert paste.request.fields["assertion"] == "@token.jwt"


def test_a_variable_is_the_token_above() -> None:
    """One token and one request whose assertion is a variable belong together; the variable stays as it is."""
    paste = one(f"TOKEN={TOKEN}\ncurl {URL} -d grant_type={GRANT} -d assertion=$TOKEN")
    assert paste.request is not None
    assert (paste.text, paste.request.fields["assertion"], paste.request.where) == (TOKEN, "$TOKEN", "body.assertion")


@pytest.mark.parametrize(("encoding", "stripped"), [("-d", ("unescaped-plus",)), ("--data-urlencode", ())])
def test_a_plus_is_lost_unless_curl_encodes_it(encoding: str, stripped: tuple[str, ...]) -> None:
    """A `+` in a form is a space (RFC 6749 Appendix B)."""
    standard = TOKEN.replace("-", "+").replace("_", "/")
    assert "+" in standard
    paste = one(f"curl {URL} -d grant_type={GRANT} {encoding} 'assertion={standard}'")
    assert (paste.text, paste.stripped) == (standard, stripped)


POWERSHELLS = {
    "hashtable": f"$body = @{{\n  grant_type = '{GRANT}'\n  assertion = \"{TOKEN}\"\n}}\nInvoke-RestMethod -Uri {URL} -Method Post -Body $body",
    "string": f'$jwt = "{TOKEN}"\nirm {URL} -Method POST -Body "grant_type={GRANT}&assertion=$jwt"',
    "splatting": f"$p = @{{ Uri = '{URL}'; Method = 'POST'; Body = @{{ grant_type='{GRANT}'; assertion='{TOKEN}' }} }}\niwr @p",
    "lines": f"Invoke-WebRequest `\n -Uri '{URL}' `\n -Method 'POST' `\n -Body @{{grant_type='{GRANT}';assertion='{TOKEN}'}}",
}


@pytest.mark.parametrize("text", POWERSHELLS.values(), ids=POWERSHELLS)
def test_powershell(text: str) -> None:
    """Hashtables are form-encoded by PowerShell; variables are followed to their literals."""
    paste = one(text)
    assert paste.request is not None
    assert (paste.text, paste.form) == (TOKEN, "powershell")
    assert paste.request[:5] == ("POST", URL, TYPE, "form", {"grant_type": GRANT, "assertion": TOKEN})


def test_a_whole_conversation_in_one_text() -> None:
    """Prose, a command, the answer with its head, a stack trace: one token, its request and its answer."""
    answer = f"HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 12:00:00 GMT\n\n{ERROR}"
    paste = one(
        f"We call it so:\n\n$ {bash(f'-d {chr(39)}{FORM}{chr(39)}')}\n\n{answer}\n\njava.lang.IllegalStateException: no\n\tat a.B(C.java:1)\n"
    )
    assert (paste.form, paste.line, paste.answer) == ("curl", 4, answer)


def test_what_curl_v_shows() -> None:
    """The marks are taken off, and the answer has its head."""
    text = f"> POST /t HTTP/1.1\n> Host: a.example\n> Authorization: Bearer {TOKEN}\n> \n* sent\n< HTTP/2 401\n< date: Mon, 23 Nov 2026 12:00:00 GMT\n< \n{ERROR}"
    paste = one(text)
    assert paste.request is not None
    assert (paste.form, paste.request.where, paste.request.url) == ("http", "header.authorization", "https://a.example/t")
    assert paste.answer == f"HTTP/2 401\ndate: Mon, 23 Nov 2026 12:00:00 GMT\n\n{ERROR}"


def test_several_exchanges_keep_their_answers() -> None:
    """Each request has the response behind it."""
    head = "POST /t HTTP/1.1\nHost: a.example\nContent-Type: application/x-www-form-urlencoded\n\n"
    refused = ERROR.replace("invalid assertion", "audience is invalid")
    bodies = (FORM, urlencode({"grant_type": GRANT, "assertion": OTHER}))
    text = "\n\n".join(
        f"{head}{body}\n\nHTTP/1.1 400 Bad Request\n\n{said}" for body, said in zip(bodies, (ERROR, refused), strict=True)
    )
    assert [(each.text, each.answer[-len(ERROR) :][-20:]) for each in intake.read(text)] == [
        (TOKEN, ERROR[-20:]), (OTHER, refused[-20:]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        (FORM, ()),
        (quote(FORM), ()),
        (f"assertion%3D{TOKEN.replace('.', '%2E')}", ()),
        (f"grant_type={quote(GRANT)}&assertion={TOKEN.replace('.', '%252E')}", ("percent-encoding",)),
        (f"see {URL}?{FORM} there", ()),
    ],
)
def test_form_bodies(text: str, stripped: tuple[str, ...]) -> None:
    """Once or twice encoded; told when the assertion itself was encoded once more."""
    paste = one(text)
    assert (paste.text, paste.form, paste.stripped) == (TOKEN, "form", stripped)


def test_a_body_without_its_head_has_no_wrong_content_type() -> None:
    """What is not shown is not complained about."""
    (result,) = diagnose(FORM, now=NOW).results
    assert "content-type-wrong" not in {each.rule for each in result.findings}


def test_json_in_json() -> None:
    """A string that holds JSON that holds a form is followed inwards; the place is that of the outermost text."""
    paste = one(json.dumps({"a": 1, "body": json.dumps({"data": json.dumps({"form": FORM})})}, indent=2))
    assert paste.request is not None
    assert (paste.text, paste.form, paste.request.grant_type) == (TOKEN, "json", GRANT)


def test_json_is_followed_so_deep_and_no_deeper() -> None:
    """Texts within texts are bounded."""
    text = TOKEN
    for _ in range(5):
        text = json.dumps({"a": text})
    assert one(text).text == TOKEN
    for _ in range(12):
        text = json.dumps({"a": text})[:100_000_000]
    assert [each.text for each in intake.read(text) if each.text not in ("", TOKEN)] == []


def har() -> str:
    """A HAR file with one refused request."""
    request = {
        "method": "POST", "url": URL, "headers": [{"name": "Content-Type", "value": TYPE}, {"name": "User-Agent", "value": "x/1"}],
        "postData": {"mimeType": TYPE, "text": FORM, "params": [{"name": "assertion", "value": TOKEN}]},
    }  # fmt: skip
    response = {
        "status": 400, "statusText": "Bad Request", "content": {"text": ERROR},
        "headers": [{"name": "Date", "value": "Mon, 23 Nov 2026 12:00:00 GMT"}, {"name": "Set-Cookie", "value": "sid=secret"}],
    }  # fmt: skip
    entry = {"startedDateTime": "2026-11-23T13:00:01.000+01:00", "request": request, "response": response}
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}}, indent=1)


def test_har() -> None:
    """Request, answer and time come from the entry; the token is told once, and cookies are left out."""
    paste = one(har())
    assert paste.request is not None
    assert (paste.form, paste.request.agent, paste.when, paste.zoned) == ("har", "x/1", NOW + 1, True)
    assert paste.answer == f"HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 12:00:00 GMT\n\n{ERROR}"


@pytest.mark.parametrize(
    ("body", "written", "kind"),
    [
        (
            {"mode": "urlencoded", "urlencoded": [{"key": "grant_type", "value": GRANT}, {"key": "assertion", "value": TOKEN}]},
            "form",
            TYPE,
        ),
        ({"mode": "formdata", "formdata": [{"key": "assertion", "value": TOKEN}]}, "multipart", "multipart/form-data"),
        (
            {"mode": "raw", "raw": json.dumps({"assertion": TOKEN}), "options": {"raw": {"language": "json"}}},
            "json",
            "application/json",
        ),
    ],
)
def test_postman(body: dict[str, object], written: str, kind: str) -> None:
    """A request in a folder of a collection, with the saved example as its answer."""
    item = {
        "name": "t",
        "request": {"method": "POST", "header": [], "url": {"raw": URL}, "body": body},
        "response": [{"code": 400, "body": ERROR}],
    }
    paste = one(json.dumps({"info": {"name": "c"}, "item": [{"name": "folder", "item": [item]}]}, indent=1))
    assert paste.request is not None
    assert (paste.form, paste.request.url, paste.request.body, paste.request.content_type) == ("postman", URL, written, kind)
    assert paste.answer.endswith(ERROR)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"SF_URL={URL}\nSF_JWT={TOKEN}\n", "env"),
        (f'export JWT="{TOKEN}"\n', "env"),
        (f"sf:\n  aud: https://login.salesforce.com\n  assertion: {TOKEN}\n", "yaml"),
        ("sf:\n  assertion: >-\n" + "\n".join(f"    {line}" for line in WRAPPED.split("\n")) + "\n  x: 1\n", "yaml"),
        (f"sf.url=https\\://x\nsf.jwt={TOKEN[:90]}\\\n    {TOKEN[90:]}\n", "properties"),
        (f"[salesforce]\njwt = {TOKEN}\n", "properties"),
        (f"<p>token: <b>{TOKEN[:80]}</b><wbr>{TOKEN[80:].replace('.', '&#46;')}</p>", "html"),
        ("On Monday we wrote:\n" + "\n".join(f"> {line}" for line in WRAPPED.split("\n")) + "\n> bye", "mail"),
        (f"The token is\n{WRAPPED}\nand it is refused.", "text"),
    ],
)
def test_other_forms(text: str, form: str) -> None:
    """Settings, HTML, quoted and wrapped lines."""
    paste = one(text)
    assert (paste.text, paste.form) == (TOKEN, form)


def test_quoted_printable() -> None:
    """Soft line breaks and escaped signs belong to the mail, not to what was sent."""
    escaped = FORM.replace("=", "=3D")
    body = "=\n".join(escaped[at : at + 75] for at in range(0, len(escaped), 75))
    for text in (f"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\nHi\n\n{body}\n", body):
        (paste,) = intake.read(text)
        assert paste.request is not None
        assert (paste.text, paste.form, paste.stripped, paste.request.grant_type) == (TOKEN, "mail", (), GRANT)


def test_a_part_in_base64() -> None:
    """A part of a mail in base64 is decoded."""
    body = base64.encodebytes(f"see {FORM}".encode()).decode()
    (paste,) = intake.read(f"From: a\nTo: b\nContent-Transfer-Encoding: base64\n\n{body}\n")
    assert (paste.text, paste.form, paste.line) == (TOKEN, "mail", 5)


def test_characters_that_show_as_nothing() -> None:
    """Inside a token they are taken out and told; colours of a terminal only taken out."""
    assert one(f"it was {TOKEN[:50]}\u200b{TOKEN[50:]} then").stripped == ("invisible-characters",)
    (coloured,) = intake.read(f"\x1b[32m{TOKEN[:50]}\x1b[0m{TOKEN[50:]} then")
    assert (coloured.text, coloured.stripped) == (TOKEN, ())


@pytest.mark.parametrize(
    "text",
    [
        "const a = key.value.other, b = eyes.look.at; e.yJ.z",
        f"//# sourceMappingURL=data:application/json;base64,{b64(json.dumps({'version': 3, 'sources': ['a.js'] * 9}))}\n",
        f"cookie: session={b64(json.dumps({'user_id': 1, 'x': 'y'}))}.ZVZxYw.bm90LWEtc2lnbmF0dXJl and more",
        f"integrity sha512-{base64.b64encode(bytes(64)).decode()} eyJhbGci",
        f"the header is {part({'alg': 'RS256'})} alone, see there. Or {part({'alg': 'RS256', 'typ': 'JWT', 'kid': 'abcdefgh'})}. Then.",
        "id eyabcdefgh.ijklmnopq.rstuvwxyz.abcdefgh.ijklmnop of a job",
        "if (error === 'invalid_grant') { throw new Error('no') }",
    ],
)
def test_no_token_is_invented(text: str) -> None:
    """What looks like a token only from afar gives nothing, and program text is no answer."""
    assert [each for each in intake.read(text) if each.text] == []
    assert intake.answer_in(text) == ""


def test_the_signature_cookie_of_a_framework_is_no_assertion_but_a_damaged_header_is_one() -> None:
    """The header's beginning decides, so what was cut off or changed is still found."""
    for damaged in (TOKEN[:120], f"{TOKEN[:-90]}...", TOKEN.replace("-", "+").replace("_", "/") + "==", f"{TOKEN}~"):
        (paste,) = intake.read(f"we send {damaged} and fail")
        assert paste.text[:100] == TOKEN.replace("-", "+").replace("_", "/")[:100] or paste.text[:100] == TOKEN[:100]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"it says {ERROR} always", ERROR),
        (
            f"18:29:26:041 EXCEPTION_THROWN [33]|Auth.X.JWTException: Error 400: {ERROR}\nmore",
            f"Auth.X.JWTException: Error 400: {ERROR}",
        ),
        (
            "https://x/cb?error=invalid_grant&error_description=audience%20is%20invalid",
            "error=invalid_grant&error_description=audience%20is%20invalid",
        ),
        ("we get invalid_grant: user hasn't approved this consumer\nwhy", "invalid_grant: user hasn't approved this consumer"),
        (f"x\nHTTP/1.1 400 Bad Request\nDate: y\n\n{ERROR}\n\nz", f"HTTP/1.1 400 Bad Request\nDate: y\n\n{ERROR}"),
        (json.dumps({"body": ERROR}), ERROR),
        ("Everything works. No error was seen; status 200.", ""),
        ('{"error":null,"data":[]}', ""),
    ],
)
def test_answer_in(text: str, answer: str) -> None:
    """Precise shapes, as written."""
    assert intake.answer_in(text).replace('\\"', '"') == answer


def test_one_token_and_one_answer_belong_together() -> None:
    """Also where the answer stands first."""
    assert one(f"{ERROR}\nis what we get for\n{TOKEN}\n").answer == ERROR


def test_requests_are_examined() -> None:
    """The rules about requests speak of what a command would send."""
    (result,) = diagnose(f"curl {URL} --json '{json.dumps({'grant_type': 'jwt', 'assertion': unsigned()})}'", now=NOW).results
    assert {"grant-type-wrong", "content-type-wrong"} <= {each.rule for each in result.findings}
