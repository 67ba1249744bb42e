"""The reader of source code itself: what it follows and what it leaves alone, hostile text, and how its findings are shown."""

from __future__ import annotations

import random
from pathlib import Path

import minting
import pytest

from jwtdoctor import diagnose, source
from jwtdoctor.render import Look, render
from jwtdoctor.report import Report

NOW = 1795435200
HERE = Path(__file__).resolve().parent / "sources"

PYTHON = """import jwt, time, calendar
from datetime import datetime, timedelta, timezone
{before}
token = jwt.encode({{"iss": "app", "sub": "user@acme.example", "aud": "https://login.example.com", "exp": {exp}}}, key, algorithm="RS256")
"""


def expiry(exp: str, before: str = "") -> object:
    """``exp`` as this Python code would sign it; None when the code does not show it."""
    (found,) = source.read(PYTHON.format(exp=exp, before=before), NOW)
    assert ("payload.exp" in found.unknown) != ("exp" in found.claims)
    return found.claims.get("exp")


@pytest.mark.parametrize(
    ("exp", "before", "wanted"),
    [
        ("int(time.time()) + 180", "", NOW + 180),
        ("int(time.time() + MINUTES * 60)", "MINUTES = 3", NOW + 180),
        ("int(time.time()) + (2 * 60 + 60)", "", NOW + 180),
        ("round(time.time() * 1000) + 300", "", NOW * 1000 + 300),
        ("time.time_ns() // 10**9 + 60", "", NOW + 60),
        ("calendar.timegm(datetime.utcnow().timetuple()) + 60", "", NOW + 60),
        ("int((datetime.now(timezone.utc) + timedelta(minutes=2, seconds=30)).timestamp())", "", NOW + 150),
        ("exp", "now = int(time.time())\nexp = now\nexp += 120", NOW + 120),
        ("exp", "exp = int(time.time())\nif fast:\n    exp = exp + 60", None),
        ("exp", "if fast:\n    exp = int(time.time()) + 60\nelse:\n    exp = int(time.time()) + 60", None),
        ("exp", "exp = 60\ntry:\n    exp = int(time.time()) + 60\nfinally:\n    done()", NOW + 60),
        ("expiry()", "def expiry():\n    return int(time.time()) + 90", NOW + 90),
        ("expiry(5)", "def expiry(minutes):\n    return int(time.time()) + minutes * 60", None),
        ("int(time.time()) + 180 if short else int(time.time()) + 180", "", NOW + 180),
        ("int(time.time()) + 180 if short else int(time.time()) + 3600", "", None),
        ("int(os.environ['LIFE']) + int(time.time())", "", None),
        ("int(os.environ.get('EXP', '1795435300'))", "", None),
        ("datetime.utcnow().timestamp() + 180", "", None),
        ("time.mktime(datetime.utcnow().timetuple())", "", None),
        ("str(int(time.time()) + 180)", "", str(NOW + 180)),
        ("f'{(datetime.now(timezone.utc) + timedelta(minutes=3)).timestamp():.0f}'", "", str(NOW + 180)),
    ],
)
def test_simple_assignments_and_sums_are_followed(exp: str, before: str, wanted: object) -> None:
    """The last assignment before the use counts; what comes from elsewhere, or depends on a branch, is not told."""
    assert expiry(exp, before) == wanted


def test_a_name_of_another_function_is_another_name() -> None:
    """A local variable and a parameter hide what is called so elsewhere."""
    code = """
AUDIENCE = "https://login.example.com"
def other():
    subject = "someone@acme.example"
def make(key, AUDIENCE):
    return jwt.encode({"iss": "app", "sub": subject, "aud": AUDIENCE, "exp": int(time.time()) + 60}, key, algorithm="RS256")
"""
    (found,) = source.read(code, NOW)

    assert {"payload.sub", "payload.aud"} <= found.unknown
    assert found.claims == {"iss": "app", "exp": NOW + 60}


def test_a_map_that_takes_more_from_elsewhere_lacks_nothing_for_sure() -> None:
    """What is spread into the claims may hold those that are not shown."""
    (found,) = source.read(
        "const t = jwt.sign({ ...base, iss: 'app', sub: 'user@acme.example' }, key, { algorithm: 'RS256' })", NOW
    )

    assert {"payload.aud", "payload.exp"} <= found.unknown


SENDS = """import jwt, time, requests
token = jwt.encode({{"iss": os.environ["ISS"], "sub": "user@acme.example", "aud": "https://login.salesforce.com", "exp": int(time.time()) + 180}}, key, algorithm="RS256")
{sends}
"""
URN = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AT = '"https://login.salesforce.com/services/oauth2/token"'
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.mark.parametrize(
    ("sends", "grant_type", "content_type"),
    [
        (f'requests.post({AT}, data={{"grant_type": "jwt-bearer", "assertion": token}})', "jwt-bearer", FORM),
        (f'G = "{URN}"\nbody = {{"grant_type": G, "assertion": token}}\nrequests.post({AT}, json=body)', URN, JSON),
        (f'requests.post({AT}, "grant_type={URN.replace(":", "%3A")}&assertion=" + token)', URN, None),
        (f'form = Form()\nform.add("grant_type", "password")\nform.add("assertion", token)\nrequests.post({AT}, form)', "password", None),
        (f'requests.post({AT}, data={{"grant_type": os.environ["GRANT"], "assertion": token}})', None, None),
        (f'requests.post({AT}, data={{"grant_type": "client_credentials", "client_assertion": token}})', None, None),
        (f'requests.post({AT}, data={{"grant_type": "refresh_token", "refresh_token": old}})', None, None),
        (f'requests.post({AT}, json={{"grant_type": "a", "assertion": token}})\nrequests.post({AT}, json={{"grant_type": "b", "assertion": token}})', None, None),
    ],
)  # fmt: skip
def test_the_request_is_read_where_the_code_shows_it(sends: str, grant_type: str | None, content_type: str | None) -> None:
    """A grant type beside the assertion, and the form of the body where the call says it; of all else nothing is told."""
    (found,) = source.read(SENDS.format(sends=sends), NOW)

    assert (None if found.request is None else found.request.grant_type) == grant_type
    assert (
        None if found.request is None or "request.content_type" in found.unknown else found.request.content_type
    ) == content_type


def test_a_request_that_is_refused_is_told_and_one_that_is_not_shown_too() -> None:
    """The rules for requests see what the code shows; what it does not show is no silent yes."""
    wrong = diagnose(SENDS.format(sends=f'requests.post({AT}, json={{"grant_type": "jwt-bearer", "assertion": token}})'), now=NOW)
    hidden = diagnose(
        SENDS.format(sends=f"post({AT}, token)").replace('"https://login.salesforce.com",', '"https://test.salesforce.com",'),
        now=NOW,
    )
    (told,) = wrong.results

    assert {"grant-type-wrong", "content-type-wrong"} <= {each.rule for each in told.findings}
    assert {str(each.at): each.after for each in told.repair.changes} == {"request.grant_type": URN, "request.content_type": FORM}  # type: ignore[union-attr]
    shown = " ".join(render(hidden, "plain", Look(100)).split())
    assert "after it nothing is left to object to in what the code shows" in shown
    assert "grant-type-wrong, token-is-bearer-not-grant: needs the HTTP request around the assertion" in shown


def test_javascript_that_sends_json_is_told() -> None:
    """`JSON.stringify` of the fields is their form, whatever the headers say."""
    text = """const jwt = require('jsonwebtoken');
const t = jwt.sign({iss: 'app', sub: 'user@acme.example', aud: 'https://login.salesforce.com', exp: Math.floor(Date.now() / 1000) + 180}, key, {algorithm: 'RS256'});
fetch(URL, {method: 'POST', headers: H, body: JSON.stringify({grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: t})});
"""
    (found,) = source.read(text, NOW)

    assert found.request is not None
    assert (found.request.grant_type, found.request.content_type, found.request.body) == (URN, JSON, "json")


def test_without_a_clock_no_time_is_told() -> None:
    """The claims that hang on the present are unknown, the others stay."""
    (found,) = source.read(PYTHON.format(exp="int(time.time()) + 60", before=""), None)

    assert "payload.exp" in found.unknown
    assert found.claims["iss"] == "app"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "POST /token grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer (200)\n" * 50,
        "  at io.jsonwebtoken.impl.DefaultJwtParser.parse(DefaultJwtParser.java:340)\n  at com.acme.Login.jwt(Login.java:12)\n",
        'Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException: Error 400: {"error":"invalid_grant"}',
        "jwt.verify(token, key, { algorithms: ['RS256'] })",
        "claims = jwt.decode(token, key, algorithms=['RS256'], audience='app')",
        "const session = jwt.sign({ id: user.id }, process.env.SECRET, { expiresIn: '1h' })",
        "You can call jwt.sign(payload, key) or jwt.encode(payload, key) for that.",
    ],
)
def test_what_signs_no_assertion(text: str) -> None:
    """Logs, stack traces, verification and the sessions of web shops give no sketch."""
    assert source.read(text, NOW) == []


HOSTILE = {
    "brackets": "jwt.encode(" + "([{" * 60_000,
    "closing brackets": "jwt.encode(x)" + ")]}" * 60_000,
    "an endless string": "new Auth.JWS(jwt, '" + "a" * 300_000,
    "apostrophes": "jwt.sign( it's " * 15_000,
    "templates in templates": "jwt.sign(`" + "${`" * 60_000,
    "one sum": "new Auth.JWS(jwt, " + "x + " * 20_000,
    "one chain": "jwt.encode(a" + ".b()" * 60_000,
    "one map": 'jwt.encode({"iss": ' * 20_000,
    "minus signs": "jwt.encode(" + "-" * 200_000,
    "here-documents": "JWT.encode a\n" + "<<X\n" * 15_000,
    "types of types": "Jwts.builder()" + "a<" * 100_000,
    "regular expressions": "jwt.sign(a)\n" + "/[" * 20_000,
    "composite literals": "jwt.NewWithClaims(x, y{" + "z{" * 60_000,
    "a circle": "jwt.encode({'iss': a, 'sub': b, 'aud': c, 'exp': d}, k)\na = b\nb = a\nc = c\n" * 200,
    "names given on": "\n".join(f"a{n} = a{n - 1}" for n in range(1, 5000))
    + "\njwt.encode({'iss': a4999, 'sub': 1, 'aud': 2}, k)",
    "nothing but lines": "jwt.encode(\n" + "a = (\n" * 15_000,
    "control characters": "jwt.sign({iss: '\x00\x1b[2J', sub: '\u202e', aud: 'x'}, k)",
    "backslashes": 'jwt.encode("' + "\\" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source(name: str) -> None:
    """Nothing raises, and a report can be made of it."""
    report = diagnose(HOSTILE[name], now=NOW)

    assert len(report.results) <= 20
    assert all(result.broke == () for result in report.results)


def test_longer_texts_are_no_source() -> None:
    """Half a million characters are a log or a bundle."""
    code = PYTHON.format(exp="int(time.time())", before="")

    assert source.may_sign(code + " " * (source.LONGEST - len(code)))
    assert not source.may_sign(code + " " * source.LONGEST)


def test_damaged_source_is_read_as_far_as_it_goes() -> None:
    """Pieces of the corpus cut out, doubled and mixed: no exception, and every span lies in the text."""
    texts = [each.read_text(encoding="utf-8") for each in sorted(HERE.glob("*/*")) if each.suffix != ".toml"]
    chance = random.Random(7)
    read = 0
    for _ in range(250):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 5)):
            at, other = chance.randrange(len(text) + 1), chance.choice(texts)
            start = chance.randrange(len(other))
            put = chance.choice([*"(){}[]\"'`;,=", "=>", "${", "<<X\n", other[start : start + 80]])
            text = text[:at] + put + text[at + chance.randint(0, 30) :]
        for sketch in source.read(text, NOW):
            read += 1
            rows = text.split("\n")
            for origin in sketch.origins.values():
                assert 1 <= origin.span.line <= origin.span.end_line <= len(rows)
                assert origin.span.column <= len(rows[origin.span.line - 1]) + 1
    assert read > 60


# --- how it is shown --------------------------------------------------------------------------------------------------


def shown(text: str, format: str, now: int = NOW, width: int = 100) -> str:
    """The report on ``text``."""
    report: Report = diagnose(text, now=now, source="login.cls")
    return render(report, format, Look(width=width))


QUESTION = (HERE / "apex" / "question.txt").read_text(encoding="utf-8")
ASKED = 1571682566


def test_the_terminal_shows_the_line_and_the_change() -> None:
    """Line and column, the expression underlined, the change as a diff."""
    rows = shown(QUESTION, "terminal", ASKED).split("\n")
    at = next(n for n, row in enumerate(rows) if "login.cls:13:23" in row)

    assert rows[at + 2].endswith("jwt.setValidityLength(exp.intValue());")
    assert rows[at + 3].index("^") == rows[at + 2].index("exp.intValue()")
    assert rows[at + 3].count("^") == len("exp.intValue()")
    assert any(row.endswith("- jwt.setValidityLength(exp.intValue());") for row in rows)
    assert any(row.endswith("+ jwt.setValidityLength(5 * 60);") for row in rows)
    assert "source (Apex), not from a token" in " ".join(" ".join(rows).split())


def test_plain_output_says_the_same() -> None:
    """Every line by itself."""
    rows = shown(QUESTION, "plain", ASKED).split("\n")

    assert "At: payload.exp, login.cls:13:23: jwt.setValidityLength(exp.intValue());" in rows
    assert "Mend: - jwt.setValidityLength(exp.intValue());" in rows
    assert "Mend: + jwt.setValidityLength(5 * 60);" in rows


def test_a_long_line_is_cut_around_the_expression() -> None:
    """The expression stays in view, with its marks below it."""
    code = f"const t = jwt.sign({{ iss: '{'k' * 85}', sub: 'user@acme.example', aud: 'https://login.salesforce.com', exp: Date.now() + 300 }}, key, {{ algorithm: 'RS256' }})"
    rows = shown(code, "terminal", width=80).split("\n")
    at = next(n for n, row in enumerate(rows) if "^^^" in row and "Date.now() + 300" in rows[n - 1])

    assert rows[at].index("^") == rows[at - 1].index("Date.now()")
    assert any("+ …" in row and "Math.floor(Date.now() / 1000) + 300" in row for row in rows)
    assert max(map(len, rows)) <= 80


@pytest.mark.parametrize("format", ["terminal", "plain", "json"])
def test_a_private_key_in_the_code_is_never_shown(format: str) -> None:
    """Not even where it stands in the line of a finding."""
    key = minting.private_pem().decode().strip()
    code = f"token = jwt.encode({{'iss': 'YOUR_KEY', 'sub': 'me', 'aud': 'https://login.salesforce.com', 'exp': 300}}, '''{key}''', algorithm='RS256')"
    told = shown(code, format)

    assert "exp-duration-not-timestamp" in told
    for row in key.split("\n")[1:-1]:
        assert row not in told


def test_a_rule_speaks_of_what_it_sees_beside_an_unknown_value() -> None:
    """`aud` against the endpoint is told though `sub` comes from elsewhere; of `sub` itself nothing is said."""
    code = (
        'token = jwt.encode({"iss": CLIENT_ID, "sub": user, "aud": "https://test.salesforce.com", "exp": int(time.time()) + 180}, key)\n'
        'requests.post("https://login.salesforce.com/services/oauth2/token", data={"grant_type": grant, "assertion": token})\n'
    )
    (result,) = diagnose(code, now=1_795_435_200).results
    found = {each.rule for each in result.findings}

    assert "aud-login-vs-test" in found
    assert not {name for name in found if name.startswith(("sub-", "iss-"))}
    assert "sub-missing" in dict(result.diagnosis.not_examined)
