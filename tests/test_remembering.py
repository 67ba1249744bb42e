"""The engine remembers quiet answers of cases that are alike. That must never change an answer."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from minting import FROZEN_NOW, b64u

from jwtdoctor import catalog
from jwtdoctor.answer import parse
from jwtdoctor.case import Case
from jwtdoctor.engine import Engine
from jwtdoctor.intake import Paste

KNOWN = catalog.load()
PROFILE = KNOWN.profiles["salesforce"]
LONG_LIVED = Engine(KNOWN, PROFILE)
"""One engine for all examples: whatever it remembers from the others is at work here."""

HOSTS = st.sampled_from(
    [
        "https://login.salesforce.com", "https://test.salesforce.com", "https://acme.my.salesforce.com", "login.salesforce.com",
        "https://acme--uat.sandbox.my.salesforce.com", "https://acme.lightning.force.com", "https://login.salesforce.com/", "",
    ]
)  # fmt: skip
IDS = st.sampled_from(["3MVG9" + "k" * 80, "incorrect", "<KEY>", "8F" * 32, "a@b.example"])
USERS = st.sampled_from(["a@b.example", "a@b.example.uat", "user", "0055g00000AbCdE", "a%40b.example", "<user>"])
NEAR = st.integers(-400, 400) | st.sampled_from([-19800 + 180, -7200 + 240, 3600, 18180, -86400 * 3, 86400 * 3, -275164336])


def moments(now: int) -> st.SearchStrategy[Any]:
    """Claims of time in all sorts of forms around ``now``."""
    return (
        NEAR.map(lambda away: now + away)
        | NEAR.map(lambda away: str(now + away))
        | st.sampled_from([300, (now + 300) * 1000, None, 1.5])
    )


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of a case, mostly everyday ones."""
    now = FROZEN_NOW + draw(st.sampled_from([0, 1, 86400 * 40, -86400 * 60]))
    claims: dict[str, Any] = {"iss": draw(IDS), "sub": draw(USERS), "aud": draw(HOSTS), "exp": draw(moments(now))}
    for name in ("iat", "nbf"):
        if draw(st.booleans()):
            claims[name] = draw(moments(now))
    if draw(st.integers(0, 9)) == 0:
        del claims[draw(st.sampled_from(sorted(claims)))]
    header = draw(
        st.sampled_from([{"alg": "RS256"}, {"alg": "RS256", "typ": "JWT"}, {"alg": "HS256"}, {"alg": "none"}, {"alg": "RS512"}])
    )
    signature = draw(st.sampled_from([256, 256, 256, 32, 64, 128]))
    text = ".".join(
        [b64u(json.dumps(header).encode()), b64u(json.dumps(claims).encode()), b64u((bytes(range(1, 256)) * 2)[:signature])]
    )
    host = draw(HOSTS)
    error = draw(st.sampled_from([None, None, "HTTP/1.1 400 Bad Request\nDate: Mon, 23 Nov 2026 12:00:00 GMT\n\n{}"]))
    return {
        "paste": Paste(text, "bare"),
        "endpoint": f"{host}/services/oauth2/token" if host.startswith("https") else None,
        "answer": parse(error) if error else None,
        "now": now,
        "app": draw(st.sampled_from([None, None, "external-client-app", "connected-app"])),
    }


def told(engine: Engine, arguments: dict[str, Any]) -> tuple[object, ...]:
    """Everything an engine says of a case, in an order that does not depend on memory."""
    arguments = copy.copy(arguments)
    found = engine.examine(Case(arguments.pop("paste"), profile=PROFILE, **arguments))
    return (
        sorted((each.rule, each.variant, str(each.at), each.message, each.effect) for each in found.findings),
        sorted(found.clear),
        sorted(name for name, _ in found.skipped),
        found.broke,
    )


@settings(max_examples=600, deadline=None)
@given(cases())
def test_memory_never_changes_an_answer(arguments: dict[str, Any]) -> None:
    """A long-lived engine says what a new one says; asked twice, it says the same again."""
    fresh = told(Engine(KNOWN, PROFILE), arguments)
    assert told(LONG_LIVED, arguments) == fresh
    assert told(LONG_LIVED, arguments) == fresh
    assert fresh[3] == ()
