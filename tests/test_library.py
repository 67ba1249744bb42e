"""The library face: typed, frozen, without a file, a clock or a variable, and the same in every thread."""

from __future__ import annotations

import builtins
import copy
import json
import os
import pickle
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import minting
import pytest

import jwtdoctor
from jwtdoctor import Report, catalog, diagnose

ROOT = Path(__file__).resolve().parents[1]
NOW = minting.FROZEN_NOW
PAST = minting.mint(claims={**minting.CLAIMS, "exp": NOW - 4000, "aud": ["https://login.salesforce.com/"]})
CODE = "Auth.JWT jwt = new Auth.JWT();\njwt.setAud('https://login.salesforce.com/services/oauth2/token');\njwt.setIss('x');\njwt.setSub('a@b.example');\nAuth.JWS jws = new Auth.JWS(jwt, 'Acme');\n"
EVERYTHING: list[dict[str, Any]] = [
    {"text": minting.mint(), "certificates": [minting.certificate("match")], "endpoint": minting.TOKEN_ENDPOINT},
    {"text": minting.mint(private="other"), "certificates": [minting.certificate("match")]},
    {"text": PAST, "error": "invalid_grant: expired authorization code"},
    {"text": minting.mint(mutation="edited-aud"), "certificates": [minting.certificate("match")]},
    {"text": CODE},
    {"text": "", "error": "invalid_client_id: client identifier invalid"},
    {"text": "HTTP/1.1 400 Bad Request\n\n{\"error\":\"invalid_grant\",\"error_description\":\"audience is invalid\"}"},
]  # fmt: skip
"""Calls of every kind: good, refused, forged, of code, an answer alone."""


def reports() -> list[Report]:
    """What comes of them."""
    return [diagnose(**each, now=NOW) for each in EVERYTHING]


CHEAP = (0, 5, 6)
"""Those of them that take well under a millisecond."""


# --- frozen --------------------------------------------------------------------------------------------------------------


def parts(value: Any, at: str = "report") -> Iterator[tuple[str, Any]]:
    """Every value in a result, with its place."""
    yield at, value
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from parts(each, f"{at}[{name!r}]")
    elif hasattr(value, "_fields"):
        for name in value._fields:
            yield from parts(getattr(value, name), f"{at}.{name}")
    elif isinstance(value, list | tuple | set | frozenset):
        for number, each in enumerate(value):
            yield from parts(each, f"{at}[{number}]")


CHANGES = {
    dict: [lambda d: d.update(a=1), lambda d: d.pop("a", None), lambda d: d.__setitem__("a", 1), lambda d: d.setdefault("a", 1), lambda d: d.clear(), lambda d: d.__delitem__("a"), lambda d: d.popitem(), lambda d: d.__ior__({})],
    list: [lambda x: x.append(1), lambda x: x.__setitem__(0, 1), lambda x: x.clear(), lambda x: x.extend([1]), lambda x: x.sort(), lambda x: x.pop(), lambda x: x.reverse(), lambda x: x.__iadd__([1]), lambda x: x.__imul__(2), lambda x: x.insert(0, 1), lambda x: x.remove(1), lambda x: x.__delitem__(0)],
}  # fmt: skip


def test_nothing_in_a_report_can_be_changed() -> None:
    """Not by assignment, and not inside: no plain dict, list, set or bytearray anywhere."""
    seen = 0
    for report in reports()[:5]:
        before = json.dumps(report.to_json())
        for place, value in parts(report):
            assert type(value) not in (dict, list, set, bytearray), place
            for kind, changes in CHANGES.items():
                if isinstance(value, kind):
                    seen += 1
                    for change in changes:
                        with pytest.raises(TypeError, match="not changed"):
                            change(value)
            if hasattr(value, "_fields") and value._fields:
                with pytest.raises(AttributeError):
                    setattr(value, value._fields[0], None)
        assert json.dumps(report.to_json()) == before
    assert seen > 30


def test_a_report_is_copied_compared_and_pickled() -> None:
    """It is a value: other processes get the same, and what was read out may be changed as a copy."""
    for report in reports():
        assert pickle.loads(pickle.dumps(report)) == report
        assert copy.deepcopy(report) == report
        for result in report.results:
            claims = dict(result.claims)
            claims["exp"] = 1
            assert result.claims.get("exp") != 1


# --- pure ----------------------------------------------------------------------------------------------------------------


def test_no_file_no_network_no_variable_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its modules are there, a diagnosis asks nothing of the machine."""
    expected = [each.to_json() for each in reports()]

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the library touched the machine")

    class Untouched(dict):  # type: ignore[type-arg]
        __getitem__ = __contains__ = get = __iter__ = refuse

    with monkeypatch.context() as patched:
        for owner, name in (
            (builtins, "open"), (os, "open"), (os, "stat"), (os, "listdir"), (os, "scandir"), (os, "getenv"), (socket, "socket"), (socket, "getaddrinfo"),
            (time, "time"), (time, "time_ns"), (time, "localtime"), (builtins, "print"), (builtins, "input"), (subprocess, "Popen"),
        ):  # fmt: skip
            patched.setattr(owner, name, refuse)
        patched.setattr(os, "environ", Untouched())
        told = [each.to_json() for each in reports()]
    assert told == expected


# --- threads -------------------------------------------------------------------------------------------------------------


def test_threads_share_it() -> None:
    """Eight threads, two hundred diagnoses each, in different orders: what every one says is what one thread says alone."""
    alone = reports()
    gate = threading.Barrier(8)

    def work(first: int) -> list[int]:
        gate.wait()
        wrong = []
        for at in range(200):
            number = (first + at * (first % 3 + 1)) % len(EVERYTHING)
            # What searches for a signature's bytes and for repairs is slow; the thread's own hundredth call will do.
            if number not in CHEAP and at % 100:
                number = CHEAP[at % len(CHEAP)]
            if diagnose(**EVERYTHING[number], now=NOW) != alone[number]:
                wrong.append(number)
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[]] * 8


def test_a_catalogue_holds_in_its_thread_alone() -> None:
    """Rules of one's own are the call's, not the process's."""
    less = catalog.ours()._replace(rules={name: each for name, each in catalog.ours().rules.items() if name != "exp-past"})
    inside, done = threading.Event(), threading.Event()
    seen: list[bool] = []

    def other() -> None:
        inside.wait(30)
        seen.append("exp-past" in {each.rule for each in diagnose(PAST, now=NOW).results[0].findings})
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with catalog.in_force(less):
        inside.set()
        assert done.wait(30)
        assert "exp-past" not in {each.rule for each in diagnose(PAST, now=NOW).results[0].findings}
    thread.join()
    assert seen == [True]
    assert "exp-past" in {each.rule for each in diagnose(PAST, now=NOW).results[0].findings}
    assert "exp-past" not in {each.rule for each in diagnose(PAST, now=NOW, rules=less).results[0].findings}


# --- typed ---------------------------------------------------------------------------------------------------------------

PROGRAM = """
    from collections.abc import Mapping
    from datetime import UTC, datetime

    from jwtdoctor import Catalog, CatalogError, Report, Result, UnknownProfile, diagnose, rules_from


    def causes(text: str, certificate: bytes, rules: Catalog | None = None) -> list[str]:
        report: Report = diagnose(text, certificates=[certificate], now=datetime.now(UTC), rules=rules)
        return [cause.cause for result in report.results for cause in result.diagnosis.causes]


    def claims(result: Result) -> Mapping[str, object]:
        return result.claims


    def own(folder: str) -> Catalog | None:
        try:
            return rules_from(folder)
        except (CatalogError, UnknownProfile):
            return None


    severity: str = diagnose("").results[0].findings[0].severity
"""
WRONG = """
    from jwtdoctor import diagnose

    diagnose(text=b"bytes")
    diagnose("", now="yesterday")
    diagnose("").results[0].claims["exp"] = 1
    diagnose("").results[0].verdict = "accepted"
    reveal = diagnose("").results[0].verdikt
"""


@pytest.mark.once
def test_a_strictly_typed_program(tmp_path: Path) -> None:
    """mypy --strict sees the types of the installed package, passes a right program and objects to each line of a wrong one."""
    (tmp_path / "right.py").write_text(textwrap.dedent(PROGRAM))
    (tmp_path / "wrong.py").write_text(textwrap.dedent(WRONG))
    words = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--cache-dir",
        str(tmp_path / "cache"),
        "--config-file",
        os.devnull,
    ]
    done = subprocess.run([*words, "right.py", "wrong.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert [each for each in lines if not each.startswith("wrong.py")] == []
    assert [each.split(":")[1] for each in lines if ": error:" in each] == ["4", "5", "6", "7", "8"], done.stdout + done.stderr


def test_what_is_exported_is_there() -> None:
    """Each name of the face, and no other."""
    for name in jwtdoctor.__all__:
        assert getattr(jwtdoctor, name) is not None
    with pytest.raises(AttributeError, match="diagnoze"):
        jwtdoctor.diagnoze  # noqa: B018
