"""Triage counts what a reading by brute force counts, however the input is cut, packed, divided among processes and interrupted."""

from __future__ import annotations

import bz2
import fcntl
import gzip
import io
import json
import lzma
import os
import random
import signal
import stat
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import jsonschema
import minting
import pytest
import triage_logs
from backports import zstd
from conftest import ROOT
from triage_logs import BEGIN, EXPIRED, NOT_APPROVED, Record, by_brute_force, counted, records, run, write

from jwtdoctor.cli import streams, unpack, workers
from jwtdoctor.cli import triage as command
from jwtdoctor.cli.failure import Failure
from jwtdoctor.cli.results import Results
from jwtdoctor.triage import examiner, seen, tally
from jwtdoctor.triage.summary import moment

SCHEMA = json.loads((ROOT / "jwtdoctor" / "render" / "triage.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of sixty records."""
    return write(tmp_path / "app.log", records(1, 60))


# --- counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_counts_are_those_of_brute_force(
    seed: int, jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the size of the chunks, and whether one process reads them or two."""
    found = records(seed, 90)
    chance = random.Random(seed)
    half = chance.randint(1, 89)
    write(tmp_path / "1.log", found[:half])
    write(tmp_path / "2.log", found[half:], end=chance.choice(["\n", "\r\n"]))
    monkeypatch.setattr(streams, "CHUNK", chance.choice([1500, 4000, 20_000]))

    document, code, err = run(capsys, tmp_path, jobs=jobs)

    assert counted(document) == by_brute_force(found)
    assert err == ""
    assert code == 1


def test_the_document_fits_its_schema(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With and without groups, with inputs that were not read."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    (tmp_path / "empty.log").write_text("")
    for words in ([log, tmp_path / "gone"], [tmp_path / "empty.log"]):
        document, _, _ = run(capsys, *words)
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_contract(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names and kinds of the fields that scripts hold on to."""
    document, _, _ = run(capsys, log)

    assert (document["format"], document["version"]) == ("jwtdoctor-triage", 1)
    assert all(type(document[name]) is int for name in ("records", "tokens", "distinct"))
    assert document["skipped"] == []
    assert sum(each["count"] for each in document["groups"]) == document["records"]
    assert [each["count"] for each in document["groups"]] == sorted((each["count"] for each in document["groups"]), reverse=True)
    for each in document["groups"]:
        assert {"cause", "count", "first", "last", "example"} <= each.keys()


def test_a_token_counts_with_the_answer_it_got_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It was logged when it was sent, and again when it was refused: one token, two records, one cause."""
    text = triage_logs.token(1)
    found = [
        Record(BEGIN, text, ""),
        Record(BEGIN + 1, "", ""),
        Record(BEGIN + 60, text, NOT_APPROVED),
        Record(BEGIN + 61, text, EXPIRED),
    ]
    document, _, _ = run(capsys, write(tmp_path / "a.log", found))

    assert [(each["count"], each["distinct"]) for each in document["groups"]] == [(3, 1)]
    assert list(document["groups"][0]["answers"]) == ["user-hasnt-approved-this-consumer"]


def test_each_is_judged_by_its_own_clock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record's time stamp; else the file's time; with --now that instead. All three are told."""
    text = triage_logs.token(1, exp=BEGIN + 180)
    logged, bare = tmp_path / "a.log", tmp_path / "b.txt"
    write(logged, [Record(BEGIN, text, "")] * 2)
    bare.write_text(f"{triage_logs.token(2, exp=BEGIN + 180)}\n")
    os.utime(bare, (BEGIN + 9000, BEGIN + 9000))

    document, _, _ = run(capsys, logged)
    assert document["clocks"] == {"log": 2}
    assert document["groups"][0]["cause"] is None
    document, _, _ = run(capsys, bare)
    assert document["clocks"] == {"file": 1}
    late = document["groups"][0]["cause"]
    document, _, _ = run(capsys, bare, now=str(BEGIN))
    assert document["clocks"] == {"now": 1}
    assert late is not None
    assert document["groups"][0]["cause"] is None


def test_since_cause_and_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left out is counted, and what is not shown is told."""
    found = records(3, 80)
    path = write(tmp_path / "a.log", found)
    since = found[40].when
    document, _, _ = run(capsys, path, since=str(since))
    assert counted(document) == by_brute_force([each for each in found if each.when >= since])
    assert document["older"] == sum(1 for each in found if each.when < since and (each.token or each.answer))

    whole, _, _ = run(capsys, path)
    cause = next(each["cause"] for each in whole["groups"] if each["cause"])
    document, _, _ = run(capsys, path, cause=cause)
    assert [each["cause"] for each in document["groups"]] == [cause]
    assert document["records"] == whole["records"]
    document, _, _ = run(capsys, path, limit="2")
    assert [each["cause"] for each in document["groups"]] == [each["cause"] for each in whole["groups"][:2]]
    assert document["others"]["count"] == sum(each["count"] for each in whole["groups"][2:])


def test_names_and_others_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five apps by name, and the others together."""
    found = [Record(BEGIN, triage_logs.token(number, iss=f"app-{number % 8}"), "") for number in range(40)]
    document, _, _ = run(capsys, write(tmp_path / "a.log", found))
    group = document["groups"][0]

    assert [each["count"] for each in group["apps"]["top"]] == [5] * 5
    assert group["apps"]["others"] == {"names": 3, "count": 15}
    assert group["hosts"]["top"][0]["name"] == "login.salesforce.com"


def test_more_tokens_than_are_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every record is still counted; that `distinct` may be too high is said."""
    monkeypatch.setattr(tally, "MOST", 10)
    monkeypatch.setattr(tally.Tally.__init__, "__defaults__", (10,))
    monkeypatch.setattr(streams, "CHUNK", 1500)
    found = records(5, 90)
    document, _, _ = run(capsys, write(tmp_path / "a.log", found))

    assert document["tokens"] == by_brute_force(found).tokens
    assert document["distinct"] >= by_brute_force(found).distinct
    assert document["exact"] is False


def test_more_combinations_than_are_kept_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger cannot fill the memory with names; causes and counts stay right."""
    monkeypatch.setattr(tally, "MOST_TRAITS", 4)
    monkeypatch.setattr(examiner, "_MOST_TRAITS", 3)
    found = [Record(BEGIN + number, triage_logs.token(number, iss=f"app-{number}"), "") for number in range(30)]
    document, _, _ = run(capsys, write(tmp_path / "a.log", found))

    assert counted(document) == by_brute_force(found)
    group = document["groups"][0]
    assert group["apps"]["others"]["count"] + sum(each["count"] for each in group["apps"]["top"]) == 30


def test_the_table_of_tokens_holds_what_a_dict_holds() -> None:
    """Numbers in order of arrival, through several enlargements."""
    table, known, chance = seen.Seen(), {}, random.Random(2)
    for _ in range(20_000):
        high, low = chance.getrandbits(4) << 12 | chance.getrandbits(12), chance.getrandbits(2)
        number = table.find(high, low)
        assert number == known.get((high, low), -1)
        if number < 0:
            known[high, low] = table.add(high, low, 0, 1, seen.NO_TIME, 0)
        else:
            table.again(number, 1, 5, 9)
    assert sorted(known.values()) == list(range(len(table)))
    assert sum(table.counts) == 20_000


# --- inputs ----------------------------------------------------------------------------------------------------------

PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
    "gz-members": lambda data: gzip.compress(data[:777]) + gzip.compress(data[777:]) + bytes(512),
    "bz2-members": lambda data: bz2.compress(data[:777]) + bz2.compress(data[777:]),
    "zst-frames": lambda data: zstd.compress(data[:777]) + zstd.compress(data[777:]),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16-be": lambda data: data.decode().encode("utf-16-be"),
    "utf-8-bom": lambda data: b"\xef\xbb\xbf" + data,
    "zeros-before": lambda data: bytes(100_000) + data,
    "mixed": lambda data: data.replace(b"nothing here", b"nichts f\xfcr \xc3\xbc"),
    "gz-of-utf-16": lambda data: gzip.compress(data.decode().encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("how", PACKED)
def test_packed_and_recoded_inputs_count_the_same(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By content: the name says nothing. Lines and columns are those of the text inside."""
    monkeypatch.setattr(streams, "CHUNK", 5000)
    plain = write(tmp_path / "app.log", records(2, 60))
    packed = tmp_path / "data.bin"
    packed.write_bytes(PACKED[how](plain.read_bytes()))

    expected, document = run(capsys, plain)[0], run(capsys, packed)[0]

    assert counted(document) == counted(expected)
    places = [[(each["example"]["line"], each["example"]["column"]) for each in one["groups"]] for one in (document, expected)]
    assert places[0] == places[1]


def test_folders_patterns_links_and_repetitions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file once, however often and by whatever way it is named; a loop of links ends."""
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "logs" / "2026"
    inner.mkdir(parents=True)
    found = records(4, 40)
    write(inner / "a.log", found[:20])
    write(inner / "b.log", found[20:])
    (inner / "loop").symlink_to(tmp_path / "logs")
    (tmp_path / "link.log").symlink_to(inner / "a.log")

    document, _, err = run(capsys, "logs", "logs/**/*.log", "link.log", "logs/2026/b.log")
    assert counted(document) == by_brute_force(found)
    assert err == ""
    document, _, _ = run(capsys, "logs/**/b.log")
    assert counted(document) == by_brute_force(found[20:])


def test_a_document_is_read_as_a_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A form in a request over several lines, as `diagnose` reads it."""
    body = f"grant_type={minting.GRANT.replace(':', '%3A')}&assertion={triage_logs.token(1)}"
    request = tmp_path / "request.http"
    request.write_text(
        f"POST /services/oauth2/token HTTP/1.1\nHost: login.salesforce.com\nUser-Agent: acme/1.0\nContent-Type: {minting.FORM}\n\n{body}\n"
    )
    document, _, _ = run(capsys, request, now=str(BEGIN))

    assert document["tokens"] == 1
    assert document["groups"][0]["example"]["form"] == "http"


def test_standard_input(log: Path) -> None:
    """Also packed, also with `-` among files."""
    words = [sys.executable, "-m", "jwtdoctor", "triage", "-", "--format", "json"]
    done = subprocess.run(words, input=gzip.compress(log.read_bytes()), capture_output=True, check=False)

    assert counted(json.loads(done.stdout)) == by_brute_force(records(1, 60))
    assert done.returncode == 1


# --- bad inputs ------------------------------------------------------------------------------------------------------


def test_a_token_torn_with_its_file_is_none(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half of a token at the end of a truncated file was never sent: it is not counted as a malformed one."""
    whole = gzip.compress(log.read_bytes())
    for kept in range(1, 6):
        (tmp_path / f"{kept}.gz").write_bytes(whole[: len(whole) * kept // 6])
        document, _, _ = run(capsys, tmp_path / f"{kept}.gz")

        assert "truncated" in document["skipped"][0]["why"]
        assert "token-malformed" not in {each["cause"] for each in document["groups"]}


def test_bad_inputs_are_told_and_the_others_go_on(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Binary, cut off, damaged, a pipe, nothing there: each in a line, and read as far as it goes."""
    data = log.read_bytes()
    (tmp_path / "1-program").write_bytes(b"\x7fELF" + random.Random(1).randbytes(5000))
    whole = gzip.compress(random.Random(1).randbytes(50_000).hex().encode() + b"\n" + data)
    (tmp_path / "2-cut.gz").write_bytes(whole[:-2000])
    (tmp_path / "3-damaged.gz").write_bytes(whole[:30_000] + b"\0" * 200 + whole[30_200:])
    os.mkfifo(tmp_path / "4-pipe")
    (tmp_path / "5-zip").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "6-zeros").write_bytes(bytes(100_000))
    document, code, err = run(capsys, tmp_path, "nowhere", "*.none", "/dev/null")

    why = {os.path.basename(each["file"]): each["why"] for each in document["skipped"]}
    assert why["1-program"].startswith("a binary file (a program)")
    assert "truncated gzip" in why["2-cut.gz"]
    assert "damaged gzip" in why["3-damaged.gz"]
    assert "named pipe" in why["4-pipe"]
    assert "ZIP" in why["5-zip"]
    assert "zeros" in why["6-zeros"]
    assert "no such file" in why["nowhere"]
    assert "no file fits" in why["*.none"]
    assert "a device" in why["null"]
    assert document["records"] >= by_brute_force(records(1, 60)).records
    assert code == 1
    assert len(err.splitlines()) == len(why)
    assert next(each["line"] for each in document["skipped"] if each["file"].endswith("2-cut.gz")) is not None


def test_exit_code_2_only_if_nothing_could_be_read(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """3 where something was read and holds nothing; 0 with --fail-on never."""
    (tmp_path / "quiet.log").write_text("2026-11-23T12:00:00Z INFO nothing\n")

    assert run(capsys, "nowhere")[1] == 2
    assert run(capsys, "nowhere", tmp_path / "quiet.log")[1] == 3
    assert run(capsys, "nowhere", log)[1] == 1
    assert run(capsys, log, fail_on="never")[1] == 0


def test_a_file_that_may_not_be_read(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that vanishes, and one that cannot be read further."""
    for name in ("secret.log", "gone.log", "bad.log"):
        (tmp_path / name).write_bytes(log.read_bytes())
    opened, read = os.open, os.read
    broken: set[int] = set()

    def refuse(path: Any, *rest: Any, **named: Any) -> int:
        if str(path).endswith("secret.log"):
            raise PermissionError(13, "Permission denied")
        if str(path).endswith("gone.log"):
            raise FileNotFoundError(2, "No such file or directory")
        descriptor = opened(path, *rest, **named)
        if str(path).endswith("bad.log"):
            broken.add(descriptor)
        return descriptor

    def fail(descriptor: int, size: int) -> bytes:
        if descriptor in broken:
            raise OSError(5, "Input/output error")
        return read(descriptor, size)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "read", fail)
    document, code, _ = run(capsys, tmp_path)

    assert [each["why"] for each in document["skipped"]] == [
        "input/output error",
        "no such file or directory",
        "permission denied",
    ]
    assert counted(document) == by_brute_force(records(1, 60))
    assert code == 1


@pytest.mark.parametrize(("change", "why"), [("grow", "grew"), ("shrink", "shorter")])
def test_a_file_that_changes_while_it_is_read(
    change: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had is counted, as far as it is still there, and the change is told."""
    monkeypatch.setattr(streams, "CHUNK", 3000)
    path = write(tmp_path / "a.log", records(1, 60))
    size, read, calls = path.stat().st_size, os.read, [0]

    def meddle(descriptor: int, wanted: int) -> bytes:
        calls[0] += 1
        if calls[0] == 2:
            with path.open("ab") as file:
                file.write(b"more\n") if change == "grow" else file.truncate(size // 2)
        return read(descriptor, min(wanted, 4000))

    monkeypatch.setattr(os, "read", meddle)
    document, _, _ = run(capsys, path)

    assert why in document["skipped"][0]["why"]
    assert document["skipped"][0]["line"] > 1
    assert document["records"] > 10
    if change == "grow":
        assert counted(document) == by_brute_force(records(1, 60))


def test_a_compressed_bomb_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins as a log and goes on with what shrinks to nothing; what came before is counted."""
    monkeypatch.setattr(unpack, "FREE", 1 << 20)
    data = write(tmp_path / "a.log", records(1, 60)).read_bytes()
    for name, make in (("b.bz2", bz2.compress), ("c.zst", zstd.compress)):
        (tmp_path / name).write_bytes(make(data + b" " * 60_000_000))
    document, _, _ = run(capsys, tmp_path)

    assert [os.path.basename(each["file"]) for each in document["skipped"]] == ["b.bz2", "c.zst"]
    assert all("times its size" in each["why"] for each in document["skipped"])
    assert document["tokens"] == 3 * by_brute_force(records(1, 60)).tokens


def test_a_line_without_end(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut between words, so that no token is torn; that it was cut is told."""
    monkeypatch.setattr(streams, "CHUNK", 3000)
    monkeypatch.setattr(streams, "LONGEST_RECORD", 6000)
    monkeypatch.setattr(streams, "LONGEST_TOKEN", 2000)
    texts = [triage_logs.token(number) for number in range(60)]
    path = tmp_path / "a.log"
    path.write_text(f"2026-11-23T12:00:00Z begins {' and then came '.join(texts)}")
    document, _, err = run(capsys, path)

    assert document["distinct"] == 60
    assert "cut between words" in err
    assert document["read"]["lines"] == 0


def test_nested_json_takes_nothing_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred thousand brackets, as a file and in a line of a log."""
    deep = "[" * 100_000 + "]" * 100_000
    (tmp_path / "deep.json").write_text(deep)
    path = tmp_path / "a.log"
    path.write_text(f"{Record(BEGIN, '', '').line()} {deep}\n{Record(BEGIN, triage_logs.token(1), '').line()}\n" * 2)
    document, _, _ = run(capsys, tmp_path)

    assert (document["tokens"], document["distinct"]) == (2, 1)


@pytest.mark.parametrize(
    "filling", ["[", "|", "{", "}", "'", "[2026-", "12:", "a|", "ey", "eyJ.", 'error"', "=", "\\", " ", "\r"]
)
def test_hostile_fillings_take_no_time(filling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a megabyte of each; a reader that goes back and forth would not come to an end."""
    path = tmp_path / "a.log"
    path.write_text(f"{filling * (500_000 // len(filling))}\n{Record(BEGIN, triage_logs.token(1), '').line()}\n")
    document, _, _ = run(capsys, path)

    assert document["tokens"] == 1


def test_wrong_options(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, before anything is read."""
    for options, told in (
        ({"profile": "nobody"}, "no such profile"), ({"cause": "exp-paste"}, "no such cause; near are exp-past"), ({"jobs": "0"}, "begin with 1"),
        ({"jobs": "many"}, "no number"), ({"since": "yesterday"}, "--since 'yesterday' is no time"), ({"limit": "-1"}, "no number"),
        ({"outputs": (str(tmp_path),)}, "a directory"), ({"results": str(tmp_path / "no" / "where")}, "no such file or directory"),
    ):  # fmt: skip
        with pytest.raises(Failure) as refused:
            run(capsys, log, **options)
        assert told in str(refused.value), refused.value


# --- results ---------------------------------------------------------------------------------------------------------


def test_results_are_one_line_for_each_token(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how often it was seen and when; the answer that came later replaces the diagnosis without one."""
    monkeypatch.setattr(streams, "CHUNK", 2500)
    found = records(1, 60)
    for jobs in ("1", "2"):
        path = tmp_path / "results.jsonl"
        run(capsys, log, results=str(path), jobs=jobs)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        tokens = [each for each in lines if each["token"] is not None]
        expected = by_brute_force(found)
        assert len(tokens) == expected.distinct
        assert sum(each["count"] for each in tokens) == expected.tokens
        assert sum(each["count"] for each in lines) == expected.records
        for each in tokens:
            times = [r.when for r in found if f'"jti":"{each["token"]["claims"]["jti"]}"' in _payload(r.token)]
            assert (each["count"], each["first"], each["last"]) == (len(times), moment(min(times)), moment(max(times)))
        assert not list(tmp_path.glob("*.part"))
    source = lines[0]["source"]
    assert log.read_text().splitlines()[source["line"] - 1][source["column"] - 1 :].startswith(("eyJ", "{"))


def _payload(token: str) -> str:
    import base64

    return base64.urlsafe_b64decode(f"{token.split('.')[1]}==").decode() if token else ""


def test_results_of_one_cause(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only its diagnoses are written."""
    whole, _, _ = run(capsys, log)
    group = next(each for each in whole["groups"] if each["cause"])
    run(capsys, log, cause=group["cause"], results=str(tmp_path / "r"))
    lines = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]

    assert {each["diagnosis"]["causes"][0]["cause"] for each in lines} == {group["cause"]}
    assert sum(each["count"] for each in lines) == group["count"]


@pytest.mark.parametrize("option", ["results", "resume"])
def test_what_is_no_file_of_ours_is_never_replaced(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """A pipe, a folder and the log itself stay what they are."""
    os.mkfifo(tmp_path / "pipe")
    before = log.read_bytes()
    for path in (tmp_path / "pipe", tmp_path, log):
        kind = stat.S_IFMT(os.stat(path).st_mode)
        with pytest.raises(Failure, match=r"accepted: a file that is new|would be written over"):
            run(capsys, log, **{option: str(path)})
        assert stat.S_IFMT(os.stat(path).st_mode) == kind
    assert log.read_bytes() == before
    with pytest.raises(Failure, match="would be written over"):
        run(capsys, log, outputs=(f"json:{log}",))


def test_what_is_read_is_not_written_over(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not the log by a pattern, not a certificate, also in a folder; and nothing is written twice."""
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "app.pem").write_bytes(minting.certificate("match"))
    new = str(tmp_path / "new")
    for options in (
        {"results": str(log)},
        {"results": str(keys / "app.pem"), "certs": (str(keys),)},
        {"outputs": (f"json:{keys / 'app.pem'}",), "certs": (str(keys),)},
        {"results": new, "resume": new},
        {"results": new, "outputs": (f"json:{new}",)},
    ):
        with pytest.raises(Failure, match=r"written over|written twice"):
            run(capsys, str(log).replace("log", "lo?"), **options)
    with pytest.raises(Failure, match="would be written over"):
        run(capsys, log.parent, outputs=(f"plain:{log}",))
    assert (keys / "app.pem").read_bytes() == minting.certificate("match")
    assert log.stat().st_size


def test_a_full_disk_loses_the_results_and_not_the_summary(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half-written stays; the exit code is 2."""
    (tmp_path / "results.jsonl").write_text("old\n")
    begin = Results.__init__

    def full(self: Results, *rest: Any) -> None:
        begin(self, *rest)
        self._file.close()
        self._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115

    monkeypatch.setattr(Results, "__init__", full)
    monkeypatch.setattr(Results, "size", 0)
    document, code, err = run(capsys, log, results=str(tmp_path / "results.jsonl"))

    assert counted(document) == by_brute_force(records(1, 60))
    assert code == 2
    assert "not written" in err
    assert (tmp_path / "results.jsonl").read_text() == "old\n"
    assert not list(tmp_path.glob("*.part"))


# --- stopping and going on -------------------------------------------------------------------------------------------


def stop_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """Have the next run stopped after so many chunks, as Ctrl-C does."""
    merge, count = command.Triage._merge, [0]

    def counted_merge(self: command.Triage, *rest: Any) -> None:
        merge(self, *rest)
        count[0] += 1
        if count[0] == chunks:
            self.stopped = True

    monkeypatch.setattr(command.Triage, "_merge", counted_merge)


@pytest.mark.once
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_resumed_at_any_point_nothing_is_lost_or_counted_twice(
    seed: int, jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped, gone on with, stopped again, in the middle of plain and packed files; the results too."""
    found, chance = records(seed, 90), random.Random(seed)
    folder = tmp_path / "logs"
    folder.mkdir()
    write(folder / "1.log", found[:30])
    (folder / "2.gz").write_bytes(gzip.compress(write(tmp_path / "x", found[30:60]).read_bytes()))
    write(folder / "3.log", found[60:])
    monkeypatch.setattr(streams, "CHUNK", 2000)
    options = {"resume": str(tmp_path / "state"), "results": str(tmp_path / "results"), "jobs": jobs}
    stops = 0
    while True:
        with monkeypatch.context() as patch:
            stop_after(patch, chance.randint(1, 6))
            document, code, _ = run(capsys, folder, **options)
        if code != command.STOPPED:
            break
        assert not document["complete"]
        stops += 1
    again, _, _ = run(capsys, folder, **options)

    assert stops > 2
    assert counted(document) == counted(again) == by_brute_force(found)
    lines = [json.loads(line) for line in (tmp_path / "results").read_text().splitlines()]
    assert sum(each["count"] for each in lines) == len([each for each in found if each.token or each.answer])
    assert sum(each["token"] is not None for each in lines) == by_brute_force(found).distinct


def test_what_is_added_to_a_log_is_read_at_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the last line was not finished: no token is torn, none is counted twice."""
    found, chance = records(7, 80), random.Random(7)
    whole = write(tmp_path / "whole", found).read_bytes()
    path, state = tmp_path / "a.log", str(tmp_path / "state")
    monkeypatch.setattr(streams, "CHUNK", 4000)
    for end in [*sorted(chance.sample(range(1000, len(whole)), 6)), len(whole)]:
        path.write_bytes(b"") if not path.exists() else None
        with path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(whole[file.tell() : end])
        document, _, _ = run(capsys, path, resume=state)

    assert counted(document) == by_brute_force(found)


def test_a_state_that_does_not_fit_is_refused(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other options, another file, one that became shorter or is gone, and what is no state."""
    state = tmp_path / "state"
    run(capsys, log, resume=str(state))
    assert stat.S_IMODE(state.stat().st_mode) == 0o600

    def refused(*words: object, **options: Any) -> str:
        with pytest.raises(Failure) as failure:
            run(capsys, *words, **{"resume": str(state), **options})
        return str(failure.value)

    assert "options" in refused(log, now="1795435200")
    assert "gone" in refused(tmp_path / "x" if (tmp_path / "x").write_text("x") else "")
    assert "standard input cannot be gone on with" in refused("-")
    data = log.read_bytes()
    log.write_bytes(data[: len(data) // 2])
    assert "became shorter" in refused(log)
    log.write_bytes(b"#" + data[1:] + b"\n")
    assert "begins otherwise" in refused(log)
    log.rename(tmp_path / "old.log")
    log.write_bytes(data)
    assert "another file" in refused(log)
    for content in (b"", b"{}\n", b"hello", state.read_bytes()[:-9], b"[1]\n"):
        state.write_bytes(content)
        assert "no state of a triage" in refused(log)


def test_the_state_holds_no_token(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Digests under a key of its own, and what is shown anyway."""
    run(capsys, log, resume=str(tmp_path / "state"))
    data = (tmp_path / "state").read_bytes()

    assert not any(part.encode() in data for each in records(1, 60) if each.token for part in each.token.split(".")[1:])


def test_ctrl_c_gives_the_summary_so_far(log: Path) -> None:
    """While it waits for more on standard input."""
    words = [sys.executable, "-m", "jwtdoctor", "triage", "-", "--format", "json"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_interruptible
    ) as process:
        assert process.stdin is not None
        process.stdin.write(log.read_bytes())
        process.stdin.flush()
        _wait_until_it_listens(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    document = json.loads(out)
    assert not document["complete"]
    assert counted(document) == by_brute_force(records(1, 60))


def _interruptible() -> None:
    """Where a shell runs the tests in the background, Ctrl-C is ignored by all that it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_until_it_listens(process: subprocess.Popen[bytes]) -> None:
    """Until it catches the signal and has taken all that was written to it."""
    for _ in range(400):
        time.sleep(0.05)
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
        left = struct.unpack("i", fcntl.ioctl(process.stdin, termios.FIONREAD, bytes(4)))[0]  # type: ignore[arg-type]
        if caught & 1 << signal.SIGINT - 1 and not left:
            return
    raise AssertionError("it does not read")


# --- processes -------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once: nothing is lost. Twice by the same piece: that piece is told, and the others are counted."""
    monkeypatch.setattr(streams, "CHUNK", 3000)
    found = records(8, 60)
    path = write(tmp_path / "a.log", found)
    lethal, examine = tmp_path / "lethal", examiner.Examiner.examine

    def die(self: examiner.Examiner, piece: examiner.Piece) -> Any:
        if "request_id=r0012" in piece.text and not lethal.exists():
            lethal.write_text("")
            os._exit(9)
        if "request_id=r0040" in piece.text:
            os._exit(9)
        return examine(self, piece)

    monkeypatch.setattr(examiner.Examiner, "examine", die)
    document, code, _ = run(capsys, path, jobs="2")

    assert all("the process that examined it died" in each["why"] for each in document["skipped"])
    assert document["skipped"]
    assert by_brute_force(found[:10]).records < document["records"] < by_brute_force(found).records
    assert code == 1


def test_a_fault_of_ours_takes_one_piece_down(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told without a traceback and without the text."""

    def fail(self: examiner.Examiner, piece: examiner.Piece) -> None:
        raise ValueError(piece.text)

    monkeypatch.setattr(examiner.Examiner, "examine", fail)
    document, code, err = run(capsys, log)

    assert "ValueError" in document["skipped"][0]["why"]
    assert "eyJ" not in err
    assert code == 3


def test_processes_that_are_started_afresh_count_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows: everything is handed over, certificates too."""
    monkeypatch.setattr(workers, "_SPAWN", True)
    (tmp_path / "app.crt").write_bytes(minting.certificate("match"))
    found = [Record(BEGIN, minting.mint(claims={**minting.CLAIMS, "jti": str(number)}), "") for number in range(3)]
    path = write(tmp_path / "a.log", found)
    document, _, err = run(capsys, path, certs=(str(tmp_path / "app.crt"),), jobs="2")

    assert counted(document) == by_brute_force(found, (minting.certificate("match"),))
    assert document["groups"][0]["verdict"] == "accepted"
    assert err == ""


def test_memory_does_not_grow_with_the_input() -> None:
    """Eighty megabytes without a line end, through a pipe: all processes together stay small."""
    script = (
        "import resource, subprocess, sys\n"
        "reader = subprocess.Popen([sys.executable, '-m', 'jwtdoctor', 'triage', '-', '--jobs', '2'], stdin=subprocess.PIPE, stdout=-3, stderr=-3)\n"
        "for _ in range(40): reader.stdin.write(b'they eyed the keys ' * 110000)\n"
        "reader.stdin.close(); reader.wait()\n"
        "print(reader.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    code, peak = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert code == "3"
    assert int(peak) < 150_000


def test_output_goes_to_files_of_several_formats(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not read as inputs when they lie in the folder that is read."""
    outputs = tuple(str(tmp_path / f"triage.{end}") for end in ("json", "md", "html", "csv", "txt"))
    for _ in range(2):
        assert command.run([str(tmp_path)], command.Options(outputs=outputs, jobs="1")) == 1
    assert capsys.readouterr().out == ""
    assert counted(json.loads((tmp_path / "triage.json").read_text())) == by_brute_force(records(1, 60))


def test_hostile_names_are_shown_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markup, control sequences, formulas and secrets in a claim do nothing in any format."""
    hostile = "=cmd|'/c calc'!A1<script>alert(1)</script>\x1b[31m](javascript:x)|`x`@all"
    found = [Record(BEGIN, triage_logs.token(1, iss=hostile, aud="<img src=x onerror=alert(1)>"), "")] * 2
    path = write(tmp_path / "a.log", found)
    for format in ("terminal", "plain", "markdown", "html", "csv", "json"):
        command.run([str(path)], command.Options(formats=(format,), jobs="1"))
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert out
        if format == "html":
            assert "<script" not in out
            assert "<img" not in out
        if format == "csv":
            assert ",=cmd" not in out
            assert ',"=cmd' not in out


def test_what_is_shared_is_redacted(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Examples always; names of apps and folders in formats made to be shared, and with --redact everywhere, results too."""
    for options, redacted in (
        ({"formats": ("json",)}, False), ({"formats": ("json",), "redact": True}, True), ({"formats": ("markdown",)}, True),
        ({"formats": ("html",)}, True), ({"formats": ("markdown",), "no_redact": True}, False), ({"formats": ("csv",), "redact": True}, True),
    ):  # fmt: skip
        command.run([str(log)], command.Options(jobs="1", results=str(tmp_path / "results"), **options))
        out = capsys.readouterr().out
        assert (minting.ISS[10:30] not in out) == redacted, options
        assert (str(tmp_path) not in out) == redacted, options
        if options.get("redact"):
            lines = (tmp_path / "results").read_text()
            assert minting.ISS[10:30] not in lines
            assert all(json.loads(line)["redacted"] for line in lines.splitlines())
        assert minting.b64u(minting.compact(dict(minting.CLAIMS)))[10:60] not in out
    document, _, _ = run(capsys, log)
    for each in document["groups"]:
        text = each["example"]["text"]
        assert text is None or not any(text.split(".")[1] in one.token for one in records(1, 60) if one.token)


def test_an_example_belongs_to_its_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that gets its answer later, here or in a later chunk, is no example of the group it was in before."""
    first, second = triage_logs.token(1), triage_logs.token(2)
    found = [Record(BEGIN, first, ""), Record(BEGIN + 1, first, NOT_APPROVED), Record(BEGIN + 2, second, "")]
    path = write(tmp_path / "a.log", found)
    for chunk in (100_000, 1300):
        monkeypatch.setattr(streams, "CHUNK", chunk)
        document, _, _ = run(capsys, path)
        lines = {each["cause"]: each["example"]["line"] for each in document["groups"]}
        assert lines == {None: 6, "user-not-preauthorised": lines["user-not-preauthorised"]}
        assert counted(document) == by_brute_force(found)


def test_the_page_has_no_script_and_a_policy(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It loads nothing, and its style is the one that the policy names."""
    import base64
    import hashlib
    import re

    command.run([str(log)], command.Options(formats=("html",), jobs="1"))
    page = capsys.readouterr().out
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)

    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert not re.search(r"<script|<link|<img|\bsrc=|href=\"(?!#)|\son\w+=|style=", page)


def test_the_terminal_fits_its_width(log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 and 120 columns; a bar only where there is room."""
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        command.run([str(log)], command.Options(formats=("terminal",), jobs="1"))
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width
        assert any("█" in line for line in lines) == (width == 120)


def test_readers_give_what_they_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that breaks off gives what came before, then says why."""

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(5)
            if not data:
                raise OSError(5, "Input/output error")
            return data

    text = streams.Text(Breaking(b"hello world"))
    assert text.peek(3) == b"hel"
    assert text.take(100) == b"hello world"
    assert text.broken == "input/output error"
