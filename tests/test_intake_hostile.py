"""Texts made to be slow or deep: work grows with the text and no faster. Work is counted in steps of the interpreter, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from throwaway import CLAIMS, b64, part

from jwtdoctor import intake
from jwtdoctor.intake import log

TOKEN = f"{part({'alg': 'RS256'})}.{part(CLAIMS)}.{b64(bytes(256))}"
ERROR = '{"error":"invalid_grant"}'
REPEATED = {
    "e": "e", "ey": "ey.", "equals": "=", "brace": "{", "quote": '"', "backslash": "\\", "percent": "%25", "quoted": "> ", "entity": "&#",
    "backtick": "`", "starts": "eyJ", "segments": "eyJhbGciOiJ.", "members": '{"error":', "escaped": '\\"error\\":', "nested": '[{"a":1},{"b":',
    "curl": "curl -d ", "curl quote": "curl '", "caret": 'curl ^"', "here": '$a=@"\n', "form": "&assertion=", "posts": "POST / HTTP/1.1\n",
    "answers": f"{ERROR} ", "exceptions": "Exception: ", "tags": "<span ", "soft breaks": "a=\n", "stamps": "2026-11-23T10:00:00Z ",
    "tokens": f"{TOKEN} ", "joined tokens": f"{TOKEN}.", "forms": f"grant_type=x&assertion={TOKEN} ", "broken json": f'{{"a":"{TOKEN}"',
    "mime": "Content-Transfer-Encoding: base64\n\nAAAA\n", "wrapped": f"{TOKEN[:64]}\n",
}  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "read": intake.read,
    "scan": lambda text: list(log.scan(text)),
    "answer_in": intake.answer_in,
}


def steps(work: Callable[[str], object], text: str) -> int:
    """Calls that the work makes; a loop that calls nothing is bounded by a regular expression's own linear work."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", REPEATED)
def test_work_is_linear(name: str, reader: str) -> None:
    """Four times the text is about four times the calls."""
    piece = REPEATED[name]
    READERS[reader](piece * 3)
    small, large = (steps(READERS[reader], piece * (size // len(piece))) for size in (10_000, 40_000))
    assert large <= 6 * small + 2000


@pytest.mark.parametrize("name", REPEATED)
def test_a_megabyte_is_read(name: str) -> None:
    """Nothing raises, and every paste has its place in the text."""
    piece = REPEATED[name]
    text = piece * (1_000_000 // len(piece) // (20 if name == "escaped" else 4))
    lines = text.count("\n") + 1
    for paste in (*intake.read(text), *log.scan(text)):
        assert 1 <= paste.line <= lines
        assert paste.column >= 1


def test_a_source_gives_so_many_pastes_and_no_more() -> None:
    """The reader is bounded; the scanner of logs is not."""
    text = f"at {TOKEN}\n" * (intake.MAX_PASTES + 200)
    assert len(intake.read(text)) == intake.MAX_PASTES
    assert sum(1 for _ in log.scan(text)) == intake.MAX_PASTES + 200
