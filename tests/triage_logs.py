"""Made-up logs for the tests of triage, and a reading of them by brute force to compare with."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import minting

from jwtdoctor import diagnose
from jwtdoctor.cli import triage
from jwtdoctor.cli.triage import Options

BEGIN = minting.FROZEN_NOW
EXPIRED = '{"error":"invalid_grant","error_description":"expired authorization code"}'
NOT_APPROVED = '{"error":"invalid_grant","error_description":"user hasn\'t approved this consumer"}'
ANSWERS = ("", EXPIRED, NOT_APPROVED)


class Record(NamedTuple):
    """One line of a log: when, the token in it and the answer, either of which may be empty."""

    when: int
    token: str
    answer: str

    def line(self, number: int = 0) -> str:
        """As a program writes it; each request has its own id, so that an answer alone belongs to no other record."""
        token = f" token={self.token}" if self.token else ""
        return f"{stamp(self.when)} INFO [http-1] POST /services/oauth2/token request_id=r{number:04d}{token}{f' answered {self.answer}' if self.answer else ''}"


def stamp(when: int) -> str:
    """``2026-11-23T12:00:00Z``."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def token(number: int, **claims: Any) -> str:
    """An assertion with its own jti and a signature that nobody examines."""
    body = {**minting.CLAIMS, "jti": f"id-{number}", **claims}
    signature = minting.b64u(random.Random(number).randbytes(256))
    return ".".join([minting.b64u(minting.compact(dict(minting.HEADER))), minting.b64u(minting.compact(body)), signature])


def records(seed: int, count: int) -> list[Record]:
    """A log with repeated tokens, answers that come later, answers alone, and lines without either."""
    chance = random.Random(seed)
    faults: list[dict[str, Any]] = [
        {}, {"exp": (BEGIN + 300) * 1000}, {"exp": BEGIN - 5000}, {"aud": "https://test.salesforce.com/"}, {"iss": "my_consumer_key"},
    ]  # fmt: skip
    known = [token(number, **chance.choice(faults)) for number in range(max(1, count // 3))]
    found = []
    for number in range(count):
        which = chance.random()
        text = "" if which < 0.3 else chance.choice(known)
        answer = chance.choice(ANSWERS) if which > 0.15 else ""
        found.append(Record(BEGIN + number * chance.randint(0, 3), text, answer))
    return found


def write(path: Path, found: list[Record], end: str = "\n") -> Path:
    """The log as a file; between records stand lines that belong to nothing."""
    lines = []
    for number, each in enumerate(found):
        lines.append(each.line(number))
        if number % 5 == 0:
            lines += [f"{stamp(each.when)} DEBUG nothing here, key.value.other they eyed {number}"] * 3
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode())
    return path


class Expected(NamedTuple):
    """What a reading by brute force finds."""

    records: int
    tokens: int
    distinct: int
    groups: dict[tuple[str | None, str | None], tuple[int, int, str, str]]
    """Cause and verdict → count, distinct, first, last."""


def by_brute_force(found: list[Record], certificates: tuple[bytes, ...] = ()) -> Expected:
    """Each token diagnosed by itself: with the first answer that it got anywhere, as of that record, else as of its first record."""
    judged: dict[str, Record] = {}
    for each in found:
        if each.token and (each.token not in judged or (each.answer and not judged[each.token].answer)):
            judged[each.token] = each
    group = {text: _group(each, certificates) for text, each in judged.items()}
    counts: Counter[tuple[str | None, str | None]] = Counter()
    times: dict[tuple[str | None, str | None], list[int]] = {}
    alone = {answer: _group(Record(BEGIN, "", answer), certificates) for answer in ANSWERS if answer}
    for each in found:
        if each.token or each.answer:
            key = group[each.token] if each.token else alone[each.answer]
            counts[key] += 1
            times.setdefault(key, []).append(each.when)
    distinct = Counter(group.values())
    return Expected(
        sum(counts.values()),
        sum(1 for each in found if each.token),
        len(judged),
        {key: (count, distinct[key], stamp(min(times[key])), stamp(max(times[key]))) for key, count in counts.items()},
    )


def _group(record: Record, certificates: tuple[bytes, ...]) -> tuple[str | None, str | None]:
    result = diagnose(
        record.token, certificates=certificates, error=record.answer or None, now=record.when, search=lambda tried: False
    ).results[0]
    causes = result.diagnosis.causes
    return (causes[0].cause, None) if causes else (None, result.verdict if record.token else None)


def counted(document: dict[str, Any]) -> Expected:
    """The same of a triage's JSON."""
    groups = {
        (each["cause"], each["verdict"]): (each["count"], each["distinct"], each["first"], each["last"])
        for each in document["groups"]
    }
    return Expected(document["records"], document["tokens"], document["distinct"], groups)


def run(capsys: Any, *words: object, **options: Any) -> tuple[dict[str, Any], int, str]:
    """The JSON of a triage, its exit code, and what it said on standard error."""
    capsys.readouterr()
    code = triage.run([str(each) for each in words], Options(**{"formats": ("json",), "jobs": "1", **options}))
    out, err = capsys.readouterr()
    return json.loads(out), code, err
