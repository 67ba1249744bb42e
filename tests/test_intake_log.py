"""Logs: stamps, records, and which answer belongs to which token."""

from __future__ import annotations

import json

import pytest
from throwaway import CLAIMS, NOW, b64, part

from jwtdoctor import intake
from jwtdoctor.intake import log

SIGNATURE = b64(bytes(range(256)))
A, B, C = (f"{part({'alg': 'RS256'})}.{part({**CLAIMS, 'jti': name})}.{SIGNATURE}" for name in "abc")
NAMES = {A: "A", B: "B", C: "C", "": ""}
GRANT = '{"error":"invalid_grant","error_description":"invalid assertion"}'
CLIENT = '{"error":"invalid_client","error_description":"client identifier invalid"}'
STAMP = "2026-11-23T12:00:00Z"


def bound(text: str) -> list[tuple[str, str]]:
    """Tokens by name with their answers, in order; answers alone with no name."""
    return [(NAMES[each.text], each.answer) for each in log.scan(text)]


@pytest.mark.parametrize(
    ("prefix", "when", "zoned"),
    [
        ("2026-11-23T12:00:00.123Z ", NOW, True),
        ("2026-11-23 12:00:00,123 INFO [main] ", NOW, False),
        ("[2026-11-23T13:00:00+01:00] ", NOW, True),
        ("2026-11-23T17:30:00.123456+0530 ", NOW, True),
        ("INFO  2026-11-23 12:00:00,123 [x] ", NOW, False),
        ("web-1  | 2026-11-23T12:00:00Z ", NOW, True),
        ("<34>1 2026-11-23T12:00:00.003Z host app - - ", NOW, True),
        ('1.2.3.4 - - [23/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 ', NOW, True),
        ("2026/11/23 12:00:00 [error] 12#0: ", NOW, False),
        ("[Mon Nov 23 12:00:00.123 2026] [error] ", NOW, False),
        ("23-Nov-2026 12:00:00.123 INFO [main] ", NOW, False),
        ("Nov 23, 2026 12:00:00 PM com.acme.Foo bar\nINFO: ", NOW, False),
        ("1795435200.123 ", NOW, True),
        ("1795435200123 INFO ", NOW, True),
        ('time="2026-11-23T12:00:00Z" level=info msg=', NOW, True),
        ("Nov 23 12:00:00 host app[1]: ", None, True),
        ("12:00:00.123 [main] INFO ", None, True),
        ("2026-13-23T12:00:00Z ", None, True),
    ],
)
def test_stamps(prefix: str, when: int | None, zoned: bool) -> None:
    """Each way to write a time; one without a year, or that is none, is no moment."""
    (paste,) = log.scan(f"{prefix}{A} x\n")
    assert (paste.text, paste.when, paste.zoned) == (A, when, zoned)
    assert paste.column == len(prefix.rpartition("\n")[2]) + 1


@pytest.mark.parametrize("name", ["timestamp", "@timestamp", "time", "ts"])
@pytest.mark.parametrize("value", ['"2026-11-23T12:00:00.5Z"', "1795435200", "1795435200123", "1795435200.25"])
def test_stamps_of_json_lines(name: str, value: str) -> None:
    """A member says when."""
    (paste,) = log.scan(f'{{"level":"info","message":"sent {A}","{name}":{value}}}\n')
    assert (paste.form, paste.when, paste.zoned) == ("log", NOW, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{STAMP} {A} refused {GRANT}\n{STAMP} {B}\n", [("A", GRANT), ("B", "")]),
        (f"{STAMP} refused {GRANT} for {A}\n{STAMP} {B}\n", [("A", GRANT), ("B", "")]),
        (f"{STAMP} {A}\n{STAMP} x\n{STAMP} {GRANT}\n{STAMP} {B}\n{STAMP} {CLIENT}\n", [("A", GRANT), ("B", CLIENT)]),
        (f"{STAMP} {A}\n{STAMP} {B}\n{STAMP} {GRANT}\n", [("A", ""), ("B", GRANT)]),
        (
            f"{STAMP} requestId=r1 {A}\n{STAMP} requestId=r2 {B}\n{STAMP} requestId=r1 {GRANT}\n{STAMP} requestId=r2 {CLIENT}\n",
            [("A", GRANT), ("B", CLIENT)],
        ),
        (f"{STAMP} requestId=r1 {A}\n{STAMP} requestId=r1 {B}\n{STAMP} requestId=r1 {GRANT}\n", [("A", ""), ("B", GRANT)]),
        (f"{STAMP} requestId=r1 {A}\n{STAMP} requestId=r2 {GRANT}\n", [("A", ""), ("", GRANT)]),
        (f"{STAMP} {GRANT}\n{STAMP} {CLIENT}\n", [("", GRANT), ("", CLIENT)]),
        (
            f"{STAMP} {A}\n{STAMP} {GRANT}\n{STAMP} E\ncom.acme.X: y\n\tat a.b\nCaused by: b.CException: Error 400: {GRANT}\n",
            [("A", GRANT)],
        ),
        (f"{STAMP} {A}\n{STAMP} <- HTTP/1.1 400 Bad Request\n", [("A", "HTTP/1.1 400 Bad Request")]),
        (
            f"{STAMP} {A}\nTraceback (most recent call last):\n  File x\na.InvalidGrantError: (invalid_grant) expired\n",
            [("A", "a.InvalidGrantError: (invalid_grant) expired")],
        ),
        (f'{STAMP} {A} error=invalid_grant error_description="a b"\n', [("A", "error=invalid_grant&error_description=a%20b")]),
        (
            f"INFO {STAMP} [x; event: 1-aa-bb] {A}\nERROR {STAMP} [y; event: 9-zz-yy] {CLIENT}\nERROR {STAMP} [x; event: 1-aa-bb] {GRANT}\n",
            [("A", GRANT), ("", CLIENT)],
        ),
    ],
)
def test_which_answer_belongs_to_which_token(text: str, expected: list[tuple[str, str]]) -> None:
    """Same record; same request; else the next ones up to the next token. What says it again is not counted again."""
    assert bound(text) == expected
    assert [(NAMES[each.text], each.answer) for each in intake.read(text)] == [each for each in expected if each[0]]


def test_json_lines_with_requests() -> None:
    """A form in the message of a JSON line is a request; the answer comes by the id, with its quotes unescaped."""
    form = f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={A}"
    lines = [
        {"ts": STAMP, "msg": f"POST {form}", "traceId": "t1"},
        {"ts": STAMP, "msg": B},
        {"ts": STAMP, "msg": f"got {GRANT}", "traceId": "t1"},
    ]
    first, second = log.scan("".join(json.dumps(each) + "\n" for each in lines))
    assert first.request is not None
    assert (first.text, first.form, first.when, first.request.where, json.loads(first.answer)) == (
        A,
        "log",
        NOW,
        "body.assertion",
        json.loads(GRANT),
    )
    assert (second.text, second.answer) == (B, "")


def test_an_apex_log_has_only_a_time_of_day() -> None:
    """Unless its head names a day; the user's zone is in it."""
    lines = f"13:00:00.1 (123)|USER_DEBUG|[33]|DEBUG|{A}\n13:00:00.2 (124)|EXCEPTION_THROWN|[40]|Auth.XException: Error 400: {GRANT}\n"
    (paste,) = log.scan(lines)
    assert (paste.form, paste.when, paste.answer) == ("apex-log", None, f"Auth.XException: Error 400: {GRANT}")
    head = "64.0 APEX_CODE,DEBUG\n2026-11-23 log\n"
    (dated,) = log.scan(f"{head}{lines}")
    assert (dated.when, dated.zoned) == (NOW + 3600, False)
    (zoned,) = log.scan(f"{head}13:00:00.0 (1)|USER_INFO|[EXTERNAL]|005|a@b.example|(GMT+01:00) CET|GMT+01:00\n{lines}")
    assert (zoned.when, zoned.zoned) == (NOW, True)


def test_lines_are_counted_from_the_first_one() -> None:
    """A chunk says where it begins."""
    found = list(log.scan(f"x\n{STAMP} {A}\n  y {B}\n", first_line=41))
    assert [(each.line, each.column) for each in found] == [(42, 22), (43, 5)]


def test_scanning_is_lazy() -> None:
    """The first token comes without reading on to the end of a large chunk."""
    text = f"{STAMP} {A}\n" + f"{STAMP} {B}\n" * 100_000
    assert next(log.scan(text)).text == A


def test_a_stream_is_cut_between_records() -> None:
    """Not in a record, and not between a token and what follows it; without any line end nowhere."""
    first = f"{STAMP} x\n"
    assert log.records_end(f"{first}{STAMP} y\n  at z\n".encode()) == len(first)
    assert log.records_end(f"{first}{STAMP} {A}\n{STAMP} b\n".encode()) == len(first)
    assert log.records_end(b"no line end") == 0
    assert log.records_end(b"a\nb") == 2


@pytest.mark.parametrize("size", [700, 1500, 4000])
def test_chunks_give_what_the_whole_gives(size: int) -> None:
    """Cut where :func:`records_end` says, a log reads as in one piece."""
    records = [
        f"{STAMP} {token}\n{STAMP} x\n\tat y\n{STAMP} {answer}\n" for token, answer in ((A, GRANT), (B, CLIENT), (C, GRANT))
    ] * 5
    text = "".join(records)
    rest, found, line = b"", [], 1
    for at in range(0, len(text), size):
        rest += text[at : at + size].encode()
        end = log.records_end(rest)
        found += list(log.scan(rest[:end].decode(), line))
        line += rest[:end].count(b"\n")
        rest = rest[end:]
    found += list(log.scan(rest.decode(), line))
    assert found == list(log.scan(text))
