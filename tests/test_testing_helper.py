"""``jwtdoctor.testing``: an assertion in somebody's test-suite passes, or the failure says why it would be refused."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from throwaway import CLAIMS, NOW, certificate, mint, unsigned

import jwtdoctor.testing
from jwtdoctor.testing import assert_acceptable


def complaint(text: str, **around: Any) -> str:
    """The message of the failure, which never holds a signature."""
    with pytest.raises(AssertionError) as caught:
        assert_acceptable(text, now=NOW, **around)
    message = str(caught.value)
    assert text.rpartition(".")[2].strip() not in message
    return message


def test_a_good_assertion_passes() -> None:
    """Without a certificate, with one, and at a moment given in another way."""
    token = mint()

    assert_acceptable(token, now=NOW)
    assert_acceptable(token, now=datetime.fromtimestamp(NOW, UTC), certificates=[certificate()], profile="salesforce")
    assert_acceptable(
        f"Bearer {token}\n", now=NOW, endpoint="https://login.salesforce.com/services/oauth2/token", app="connected-app"
    )


def test_what_is_let_in_is_no_failure() -> None:
    """An hour is more than the documents allow, and shipping clients ask for it."""
    assert_acceptable(mint({**CLAIMS, "exp": NOW + 3600}), now=NOW)


def test_the_failure_says_what_would_get_it_refused() -> None:
    """Rule, place, evidence and help, in the words of the report; without what is let in."""
    message = complaint(mint({**CLAIMS, "exp": NOW - 7200, "sub": None}))

    assert message.splitlines()[0] == "the assertion would be refused (rules of Salesforce OAuth 2.0 JWT bearer flow):"
    assert "  error exp-past at payload.exp: `exp` lies 2 h ago\n    seen: 2026-11-23 10:00:00Z\n    help: sign" in message
    assert "  error sub-" in message


def test_the_signature_counts_with_a_certificate_alone() -> None:
    """Another key, and another payload than the one that was signed."""
    token = mint()
    changed = ".".join([token.split(".")[0], unsigned({**CLAIMS, "exp": NOW + 170}).split(".")[1], token.split(".")[2]])

    assert "signature-wrong-key at signature" in complaint(token, certificates=[certificate("other")])
    assert "signature-wrong-bytes at payload.exp" in complaint(changed, certificates=[certificate()])
    assert "cert-wrong-format" in complaint(token, certificates=["no certificate"])
    assert_acceptable(changed, now=NOW)


def test_a_rule_may_be_allowed() -> None:
    """By its name, and by no other word."""
    token = mint({**CLAIMS, "exp": NOW - 7200})
    assert_acceptable(token, now=NOW, allow=["exp-past"])
    assert_acceptable(mint(), now=NOW, certificates=[certificate("other")], allow={"signature-wrong-key"})

    assert "exp-past" in complaint(token, allow=["exp-too-far"])
    with pytest.raises(ValueError, match="'exp-passed', and there is no such rule"):
        assert_acceptable(token, now=NOW, allow=["exp-passed"])
    with pytest.raises(TypeError, match="`allow` is a list"):
        assert_acceptable(token, now=NOW, allow="exp-past")


@pytest.mark.parametrize("text", ["", "hello", "invalid_grant: expired authorization code", "eyJ.not"])
def test_a_text_without_an_assertion_fails(text: str) -> None:
    """A test that examines nothing would pass for ever."""
    with pytest.raises(AssertionError):
        assert_acceptable(text, now=NOW)


def test_a_token_of_another_kind_fails() -> None:
    """An access token is no assertion."""
    with pytest.raises(AssertionError, match="be refused"):
        assert_acceptable("00Dxx0000001gER!AQ8AQH0dMHZ.abcdefgh1234567890abcdefgh", now=NOW)


def test_of_several_assertions_each_counts() -> None:
    """The failure says which."""
    text = f"{mint()}\n\n{mint({**CLAIMS, 'exp': NOW - 7200})}\n"

    assert complaint(text).startswith("the assertion in line 3 would be refused")


def test_arguments_that_cannot_be_used_are_refused() -> None:
    """As by ``diagnose``; the time is not optional, for a test that reads the clock fails one day."""
    with pytest.raises(TypeError, match="`certificates` is a list"):
        assert_acceptable(mint(), now=NOW, certificates=certificate())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="content"):
        assert_acceptable(mint(), now=NOW, certificates=["keys/app.crt"])
    with pytest.raises(TypeError, match="NoneType; accepted: str"):
        assert_acceptable(None, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="epoch seconds"):
        assert_acceptable(mint(), now="2026")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="time zone"):
        assert_acceptable(mint(), now=datetime(2026, 11, 23))
    with pytest.raises(TypeError, match="now"):
        assert_acceptable(mint())  # type: ignore[call-arg]


def test_a_failing_test_shows_its_own_line() -> None:
    """pytest leaves the helper's own frames out."""
    with pytest.raises(AssertionError) as caught:
        assert_acceptable(mint({**CLAIMS, "exp": NOW - 7200}), now=NOW)

    assert [each.path.name for each in caught.traceback.filter(caught)] == ["test_testing_helper.py"]


def test_no_test_library_is_needed() -> None:
    """It serves unittest as well; nor does anything of the command line come with it."""
    code = "import sys, jwtdoctor.testing; print({'pytest', 'typer', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_the_examples_run() -> None:
    """Those of the module's own documentation."""
    found = doctest.testmod(jwtdoctor.testing)

    assert (found.failed, found.attempted) == (0, 7)
