"""The server's words, in every dress they come in, lead to the right symptom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from throwaway import NOW, mint

from jwtdoctor import answer, diagnose

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "cases.jsonl"

EXPIRED = "expired-authorization-code"
ASSERTION = "invalid-assertion"
AUDIENCE = "audience-is-invalid"
CONSUMER = "user-hasnt-approved-this-consumer"
BODY = '{"error":"invalid_grant","error_description":"expired authorization code"}'
RESPONSE = f"""HTTP/1.1 400 Bad Request
Date: Mon, 23 Nov 2026 12:03:20 GMT
Content-Type: application/json;charset=UTF-8
Connection: close

{BODY}"""
APEX = f"18:29:26:041 EXCEPTION_THROWN [33]|Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException: Error 400: {BODY}"
CLI = (
    "We encountered a JSON web token error, which is likely not an issue with Salesforce CLI. "
    "Here\u2019s the error: Error authenticating with JWT.\nErrors encountered:\n"
)
TRIED = " [audience=https://{0} login=https://{1}]"
LOGIN = TRIED.format("login.salesforce.com", "acme-demo.my.salesforce.com")
OWN = TRIED.format("acme-demo.my.salesforce.com", "acme-demo.my.salesforce.com")


def symptom(text: str) -> str | None:
    """The symptom picked for an answer alone."""
    (result,) = diagnose("", error=text, now=NOW).results
    return result.diagnosis.symptom


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("invalid_grant: expired authorization code", EXPIRED),
        ("invalid_grant:expired authorization code", EXPIRED),
        ("  INVALID_GRANT:   Expired   Authorization\nCode  ", EXPIRED),
        ("expired authorization code", EXPIRED),
        ("invalid_grant - invalid assertion", ASSERTION),
        ("invalid_grant \u2013 invalid assertion", ASSERTION),
        ("invalid_grant (audience is invalid)", AUDIENCE),
        ("invalid_grant, audience is invalid", AUDIENCE),
        ("Error: invalid_grant: invalid assertion", ASSERTION),
        ("invalid_grant", "invalid-grant-bare"),
        ("invalid_grant: user hasn't approved this consumer", CONSUMER),
        ("invalid_grant: user hasn\u2019t approved this consumer", CONSUMER),
        ("invalid_grant: user hasn\u2018t approved this consumer", CONSUMER),
        ("user hasn&#39;t approved this consumer", CONSUMER),
        (r"user hasn\u0027t approved this consumer", CONSUMER),
    ],
)
def test_words(text, name):
    """Case, white space, apostrophes and the sign between the two halves do not matter."""
    assert symptom(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (BODY, EXPIRED),
        (f"\ufeff{BODY}\n", EXPIRED),
        (json.dumps(json.loads(BODY), indent=2), EXPIRED),
        ('{"error_description":"expired authorization code","error":"invalid_grant"}', EXPIRED),
        ('{"error":"invalid_grant","error_description":"user hasn\\u0027t approved this consumer"}', CONSUMER),
        ('{"error":"invalid_grant","error_description":"user hasn\u2019t approved this consumer"}', CONSUMER),
        ('{"error":"invalid_grant","message":"invalid assertion"}', ASSERTION),
        ('{"errorCode":"invalid_grant","message":"expired authorization code"}', EXPIRED),
        ('[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]', "invalid-session-id"),
        ('{"error":{"code":"invalid_grant","message":"audience is invalid"}}', AUDIENCE),
        ('{"code":"invalid_grant","message":"invalid assertion"}', ASSERTION),
        (json.dumps(BODY), EXPIRED),
        ('{\\"error\\":\\"invalid_grant\\",\\"error_description\\":\\"audience is invalid\\"}', AUDIENCE),
        (f"body was {BODY} end", EXPIRED),
        ('{"error":"invalid_grant"}', "invalid-grant-bare"),
        ('{"error":"invalid_grant","error_description":""}', "invalid-grant-bare"),
        ('{"error":"invalid_grant","error_description":null}', "invalid-grant-bare"),
        ("https://app.example/cb?error=invalid_grant&error_description=expired%20authorization%20code", EXPIRED),
        ("error=invalid_grant&error_description=expired+authorization+code", EXPIRED),
    ],
)
def test_json_and_other_spellings(text, name):
    """Members are found by what they mean, as JSON, escaped JSON, or a query."""
    assert symptom(text) == name


@pytest.mark.parametrize("text", [RESPONSE, RESPONSE.replace("\n", "\r\n"), RESPONSE.replace("Date", "< date")])
def test_a_whole_response(text):
    """Status, the server's clock and the words are taken from it."""
    told = answer.parse(text)
    assert (told.form, told.status, told.date) == ("http", 400, NOW + 200)
    assert symptom(text) == EXPIRED


def test_the_servers_clock_judges():
    """With the Date header of the refusal a token is judged by it, not by our clock."""
    (result,) = diagnose(mint(), error=RESPONSE, now=NOW).results
    assert (result.judged_at, result.judged_by) == (NOW + 200, "date")
    assert result.diagnosis.causes[0].cause.startswith(("exp-", "clock-"))
    assert "exp-past" in {each.rule for each in result.findings}
    (alone,) = diagnose(mint(), now=NOW).results
    assert (alone.judged_at, alone.judged_by) == (NOW, "now")
    assert "exp-past" not in {each.rule for each in alone.findings}


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("Date: Mon, 23 Nov 2026 12:00:00 GMT", NOW),
        ("Date: Mon, 23 Nov 2026 13:00:00 +0100", NOW),
        ("date:Mon, 23 Nov 2026 12:00:00 GMT", NOW),
        ("Date: yesterday", None),
        ("Date: Mon, 99 Nov 2026 99:00:00 GMT", None),
        ("Date:", None),
        ("X-Date: Mon, 23 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_date_headers(header, date):
    """A date that is none is no clock."""
    assert answer.parse(f"HTTP/1.1 400 Bad Request\n{header}\n\n{BODY}").date == date


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (APEX, EXPIRED),
        (APEX.partition("|")[2], EXPIRED),
        (f"18:29:26:000 USER_INFO [EXTERNAL]|005\n{APEX}\n18:29:26:050 FATAL_ERROR x", EXPIRED),
        ("simple_salesforce.exceptions.SalesforceAuthenticationFailed: invalid_grant: invalid assertion", ASSERTION),
        ("java.lang.RuntimeException: com.acme.AuthException: invalid_grant: audience is invalid", AUDIENCE),
        ("System.CalloutException: Unable to complete the JWT token exchange.", "jwt-token-exchange-incomplete"),
        ("Unable to complete the JWT token exchange.", "jwt-token-exchange-incomplete"),
    ],
)
def test_exceptions(text, name):
    """An exception line is only the wrapping."""
    assert symptom(text) == name


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["user hasn't approved this consumer", f"audience is invalid{LOGIN}"], CONSUMER),
        ([f"audience is invalid{OWN}", "expired authorization code", f"audience is invalid{LOGIN}"], EXPIRED),
        ([f"audience is invalid{OWN}", f"audience is invalid{LOGIN}"], AUDIENCE),
        ([f"- audience is invalid{OWN}", "- invalid assertion"], ASSERTION),
        (["1. user hasn\u2019t approved this consumer", "    at async run (auth.js:1:2)"], CONSUMER),
        ([], "cli-jwt-grant-error"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "Error (JwtGrantError): ", "ERROR running org login jwt:  "])
def test_the_salesforce_cli(prefix, lines, name):
    """Of the pairs it tried, the line that is not about a hopeless audience is the answer."""
    text = prefix + CLI + "\n".join(lines)
    assert symptom(text) == name
    assert answer.parse(text).form == ("tries" if lines else answer.parse(text).form)


def test_an_answer_that_nobody_knows():
    """It is said to be unknown, and still a result."""
    (result,) = diagnose("", error="the moon was in the wrong house", now=NOW).results
    assert result.diagnosis.symptom is None
    assert result.answer_known is False
    assert result.kind is None


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_no_answer_at_all(text):
    """White space says nothing."""
    assert diagnose("", error=text, now=NOW).results == ()


def test_an_answer_pasted_as_the_source():
    """Words the catalogue knows are an answer even where an assertion was expected."""
    (result,) = diagnose(f"{BODY}\n", now=NOW).results
    assert result.diagnosis.symptom == EXPIRED
    assert result.source.form == "answer"


def salesforce_errors():
    """Every answer of the shared cases, with its number."""
    if not CASES.is_file():
        return []
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [
        pytest.param(each["error"] if isinstance(each["error"], str) else json.dumps(each["error"]), id=each["id"])
        for each in cases
        if each["provider"] == "salesforce" and each["error"]
    ]


@pytest.mark.skipif(not CASES.is_file(), reason="the folder ../shared is not beside this checkout")
def test_there_are_shared_answers():
    """The list below is not empty by accident."""
    assert len(salesforce_errors()) >= 30


@pytest.mark.parametrize("text", salesforce_errors())
def test_every_shared_answer_has_a_symptom(text):
    """All answers that people reported are in the catalogue, and each names a cause."""
    (result,) = diagnose("", error=text, now=NOW).results
    assert result.diagnosis.symptom
    assert result.diagnosis.causes
