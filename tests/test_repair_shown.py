"""The repair as people and programs see it: both values, the reason, what is left over, what was proved; in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from test_inert import ATTACKS, assert_page
from test_inert import VALIDATOR as SARIF_VALIDATOR
from throwaway import CLAIMS, NOW, certificate, mint, pem, rsa_key, unsigned

from jwtdoctor import diagnose
from jwtdoctor.cli import quick
from jwtdoctor.cli.diagnose import run as run_diagnose
from jwtdoctor.cli.failure import guarded
from jwtdoctor.model import Place
from jwtdoctor.render import FORMATS, Look, render
from jwtdoctor.render.remedy import brief, cut, headline, remedy
from jwtdoctor.repair.plan import ABSENT, Change, Left, Proof, Repair
from jwtdoctor.report import Report

SIGNED_ANEW = Change(Place("signature"), None, None, "it covers the claims, which change", "exp-past")
LATE = diagnose(unsigned({**CLAIMS, "exp": NOW - 3600}), now=NOW, profile="salesforce", source="token.txt")


def change(path: str, before: Any, after: Any, why: str = "so it is", needed: bool = True, exhibit: str = "payload") -> Change:
    """A made-up change."""
    return Change(Place(exhibit, path), before, after, why, "exp-past", needed)


AUD = change("aud", "https://login.salesforce.com", "https://test.salesforce.com", "`aud` names the other login host")
EXP = change("exp", NOW - 3600, NOW + 180, "`exp` lies 1 h ago")
ISS = Left("iss-missing", Place("payload", "iss"), "the assertion has no `iss`", "the app's consumer key (jwtdoctor mint --iss)")


def repair(*changes: Change, left: tuple[Left, ...] = (), proof: Proof | None = None) -> Repair:
    """A made-up repair."""
    return Repair(changes, left, {"alg": "RS256"}, {**CLAIMS}, proof=proof)


def shown(wanted: Repair | None, form: str, width: int = 100, **look: Any) -> str:
    """The report of a late token with this repair, in a format."""
    (result,) = LATE.results
    return render(LATE._replace(results=(result._replace(repair=wanted),)), form, Look(width, **look))


WHOLE = repair(AUD, EXP, change("nbf", NOW, ABSENT), change("jti", ABSENT, "one-1"), SIGNED_ANEW, left=(ISS,))


@pytest.mark.parametrize("form", ["terminal", "plain", "markdown", "html", "github-summary", "junit"])
def test_people_see_the_difference(form):
    """Header and claims before and after, the reasons, the signature, and what is left over with what it needs."""
    words = " ".join(re.sub(r"<[^>]*>", "", shown(WHOLE, form)).replace("&quot;", '"').replace("&#x27;", "'").split())
    for piece in (
        "4 changes; 1 thing is left over", '- "aud": "https://login.salesforce.com"', '+ "aud": "https://test.salesforce.com"',
        f'- "exp": {NOW - 3600}', f'+ "exp": {NOW + 180}', "2026-11-23 12:03:00Z", f'- "nbf": {NOW}', '+ "jti": "one-1"',
    ):  # fmt: skip
        told = piece if form != "html" else piece.removeprefix("- ").removeprefix("+ ")
        assert told.lower() in words.lower(), piece
    plain = words.replace("`", "").lower()
    for piece in ("aud names the other login host", "exp lies 1 h ago", "sign it anew: it covers the claims, which change"):
        assert piece in plain
    assert "the assertion has no iss; needed: the app's consumer key (jwtdoctor mint --iss)" in plain
    assert "within the 3 min it lives" in plain


def test_programs_see_it_in_short():
    """A cell, and a property of the answer; nothing that would be taken for a change of a file's text."""
    assert "change payload.aud, payload.exp, payload.nbf, payload.jti, signature; left over: payload.iss" in shown(WHOLE, "csv")
    document = json.loads(shown(WHOLE, "sarif"))
    (run,) = document["runs"]
    assert [each.message for each in SARIF_VALIDATOR.iter_errors(document)] == []
    assert run["properties"]["answers"][0]["repair"].startswith("change payload.aud, ")
    assert not any("fixes" in each for each in run["results"])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("nothing", [None, repair()], ids=["none", "empty"])
def test_no_repair_no_word(form, nothing):
    """Where nothing can be said nothing is."""
    if form != "json":
        assert shown(nothing, form) == shown(None, form)
    words = ("What to change", "\nRepair:", "\nrepair ", '"repair": "')
    assert not any(word in shown(nothing, form) for word in words)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_rows_fit(width):
    """No line of the terminal is longer than it, whatever the values; colour adds only colour."""
    long = repair(
        AUD,
        change("x" * 60, "a" * 300, "b" * 300, "word " * 60),
        change("", "u" * 300, "v" * 300, exhibit="endpoint"),
        SIGNED_ANEW,
        left=(ISS,),
    )
    out = shown(long, "terminal", width)
    start = out.index("\nrepair ")
    assert max(map(len, out[start:].split("\n\n")[0].splitlines())) <= width
    coloured = shown(long, "terminal", width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == out
    assert "\x1b[31m  - " in coloured
    assert "\x1b[32m  + " in coloured


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("short", "other", ("short", "other")),
        ("a" * 30 + "1" + "b" * 30, "a" * 30 + "2" + "b" * 30, None),
        ("a" * 90 + "1", "a" * 90 + "2", None),
        ("1" + "a" * 90, "2", ("1" + "a" * 18 + "…", "2")),
        ("", "x" * 40, ("", "x" * 19 + "…")),
    ],
)
def test_long_values_are_cut_where_they_are_alike(before, after, told):
    """Both fit the room, and the difference is in view."""
    first, second = cut(before, after, 20)
    assert max(len(first), len(second)) <= 20
    assert first != second
    if told is None:
        assert ("1" in first, "2" in second) == (True, True)
    else:
        assert (first, second) == told


@pytest.mark.parametrize(
    ("changes", "left", "told"),
    [
        ((EXP, SIGNED_ANEW), (), "1 change; after it nothing is left to object to"),
        ((EXP, AUD, SIGNED_ANEW), (), "2 changes; after them nothing is left to object to"),
        ((SIGNED_ANEW,), (), "the signature alone changes; after that nothing is left to object to"),
        ((EXP,), (ISS,), "1 change; 1 thing is left over"),
        ((), (ISS, ISS), "nothing here can be changed for certain; 2 things are left over"),
        (
            (EXP._replace(needed=False), SIGNED_ANEW),
            (),
            "the signature, and 1 change not needed here; after it nothing is left to object to",
        ),
        ((EXP, AUD._replace(needed=False)), (), "2 changes, 1 of them not needed here; after them nothing is left to object to"),
    ],
)
def test_one_and_many(changes, left, told):
    """The headline counts in words that fit the number; the signature is no change of its own."""
    assert headline(repair(*changes, left=left)) == told


def test_what_is_not_needed_here_is_said_so():
    """A fault that this provider lets pass is mended along the way, and the reader is told which."""
    out = shown(repair(EXP, change("iat", str(NOW), NOW, "`iat` is text", needed=False), SIGNED_ANEW), "plain")
    assert "Because: not needed here: `iat` is text" in out
    assert "Because: `exp` lies 1 h ago" in out


def test_one_reason_for_what_belongs_together():
    """A member that gets another name goes and comes for one reason, which is told once."""
    out = shown(
        repair(change("prn", "a@b.c", ABSENT, "renamed"), change("sub", ABSENT, "a@b.c", "renamed"), SIGNED_ANEW), "plain"
    )
    assert 'Payload: - "prn": "a@b.c"\nPayload: + "sub": "a@b.c"\nBecause: renamed\n' in out


def test_what_has_no_value_to_show():
    """The way an assertion is sent: the sentence alone."""
    sent = change("assertion", None, None, "send it bare, encoded once", exhibit="request")
    assert "Request: send it bare, encoded once\n" in shown(repair(sent), "plain")
    assert "null" not in shown(repair(sent), "markdown").partition("What to change")[2]
    assert_page(shown(repair(sent), "html"))


PROOF = Proof("server.key", "app.crt", "valid", "accepted", ())
(FOUND,) = LATE.results[0].findings[:1]


@pytest.mark.parametrize(
    ("changes", "proof", "told"),
    [
        ((EXP, SIGNED_ANEW), PROOF, "Proved here: after this change nothing is left to object to (signed with server.key, verified with app.crt)"),
        ((EXP, AUD, SIGNED_ANEW), PROOF, "Proved here: after these 2 changes nothing is left to object to (signed"),
        ((SIGNED_ANEW,), PROOF, "Proved here: signed anew, nothing is left to object to (signed"),
        ((EXP, SIGNED_ANEW), PROOF._replace(certificate="server.key"), "verified with its public half; whether the app has its certificate shows with --cert FILE"),
        ((EXP, SIGNED_ANEW), PROOF._replace(findings=(FOUND,)), f"nothing is left that is refused (signed with server.key, verified with app.crt); let pass: {FOUND.rule}"),
        (
            (EXP, SIGNED_ANEW),
            PROOF._replace(signature="invalid", verdict="refused", findings=(FOUND,)),
            f"Tried here: after this change it is still refused: {FOUND.rule} (signed with server.key)",
        ),
        ((EXP, SIGNED_ANEW), None, "To prove it: give --key FILE to sign it anew and have it proved; `jwtdoctor mint --like token.txt` prints it"),
    ],
)  # fmt: skip
def test_what_was_proved(changes, proof, told):
    """Who signed, with what it was verified, and what came of it; without a key how to have it proved."""
    assert told in shown(repair(*changes, proof=proof), "plain", 500)


@pytest.mark.parametrize("name", ["token.txt", "a b;c.txt", "-x", "pasted text"])
def test_the_command_that_is_told_can_be_typed(name):
    """A name that the shell would read as more than a name is left to the reader."""
    (result,) = LATE.results
    wanted = repair(EXP, SIGNED_ANEW)
    told = remedy(result._replace(repair=wanted, source=result.source._replace(name=name)), 80)
    assert f"mint --like {name if name == 'token.txt' else 'FILE'}`" in told.then[-1].text


def hostile() -> Repair:
    """Every attack at every place of a repair."""
    text = " ".join(ATTACKS)
    changes = [change(each, each, {each: [each]}, each) for each in ATTACKS]
    proof = PROOF._replace(key=text, certificate=text, verdict="refused")
    left = tuple(Left("iss-missing", Place("payload", each), each, each) for each in ATTACKS)
    return repair(
        *changes, change(text, text, ABSENT, text, exhibit="request"), SIGNED_ANEW._replace(why=text), left=left, proof=proof
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_repair_does_nothing(form):
    """No control character, no markup: whatever stands in a claim, and would stand in its place."""
    out = shown(hostile(), form)
    assert not [c for c in out if c not in "\n\r" and not c.isprintable()]
    if form == "html":
        assert_page(out)
    if form == "github":
        assert out == shown(None, form)


def test_secrets_are_not_shown():
    """A private key or a nested token in a claim is cut as everywhere."""
    key, inner = pem(), mint()
    out = [shown(repair(change("x", key, inner, "why"), change("y", {"d": key}, ABSENT), SIGNED_ANEW), form) for form in FORMATS]
    for each in out:
        assert key.splitlines()[3] not in each
        assert inner.rpartition(".")[2][:40] not in each


def test_the_repair_of_a_real_diagnosis():
    """What the engine finds goes through the same: the new expiry, the signature, the hint."""
    out = render(LATE, "plain", Look(100))
    assert "Repair: 1 change; after it nothing is left to object to\n" in out
    assert f'Payload: + "exp": {NOW + 180}  (2026-11-23 12:03:00Z)\n' in out
    assert brief(LATE.results[0]) == "change payload.exp, signature"


def test_nothing_to_object_to_nothing_to_repair():
    """An accepted assertion shows no repair in any format."""
    report = diagnose(mint(), certificates=[certificate()], now=NOW)
    assert report.results[0].verdict == "accepted"
    assert remedy(report.results[0], 80) is None
    assert isinstance(report, Report)
    assert "Repair" not in render(report, "plain", Look())


# --- with a key ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A late token, the certificate on the app, its key, another key and a locked one."""
    (tmp_path / "late.txt").write_text(mint({**CLAIMS, "exp": NOW - 3600}))
    (tmp_path / "app.crt").write_bytes(certificate())
    for name, text in (("server.key", pem()), ("other.key", pem(key=rsa_key("other"))), ("locked.key", pem(password=b"open"))):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JWTDOCTOR_PASSPHRASE", raising=False)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """One call in this process: exit code, standard output with its lines joined, standard error."""
    asked = quick.parse(["late.txt", *words, "--now", str(NOW)])
    assert asked is not None
    code = guarded(lambda: run_diagnose(asked))
    out, error = capsys.readouterr()
    return code, " ".join(out.split()), error


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (
            "server.key",
            "Proved here: after this change nothing is left to object to (signed with server.key, verified with app.crt)",
        ),
        ("env:THE_KEY", "(signed with env:THE_KEY, verified with app.crt)"),
        ("other.key", "Tried here: after this change it is still refused: signature-wrong-key (signed with other.key)"),
        ("locked.key", "(signed with locked.key, verified with app.crt)"),
    ],
)
def test_a_key_proves_it(folder, capsys, monkeypatch, key, told):
    """Signed anew and examined whole against the certificate of the app; the exit code is still that of what was given."""
    monkeypatch.setenv("THE_KEY", pem())
    monkeypatch.setenv("JWTDOCTOR_PASSPHRASE", "open")
    code, out, error = call(capsys, "--cert", "app.crt", "--key", key)
    assert (code, error) == (1, "")
    assert told in out


def test_the_proof_in_json(folder, capsys):
    """Key, certificate, signature, verdict, findings; and no signature value in any format."""
    (folder / "asked").mkdir()
    outputs = [word for name in ("a.json", "a.html", "a.md", "a.sarif", "a.xml") for word in ("--output", f"asked/{name}")]
    code, _, _ = call(capsys, "--cert", "app.crt", "--key", "server.key", *outputs)
    assert code == 1
    proof = json.loads((folder / "asked" / "a.json").read_text())["results"][0]["repair"]["proof"]
    assert proof == {"key": "server.key", "certificate": "app.crt", "signature": "valid", "verdict": "accepted", "findings": []}
    for each in (folder / "asked").iterdir():
        assert not re.search(r"[A-Za-z0-9_-]{200}", each.read_text().replace("\n", " ")), each.name


def test_what_is_shared_tells_the_proof_and_no_names(folder, capsys):
    """Redacted results keep the statement; the names of files are somebody's own. A failed proof is told only to who ran it."""
    out = call(capsys, "--cert", "app.crt", "--key", "server.key", "--redact")[1]
    assert "Proved here: after this change nothing is left to object to (signed with the key that was given" in out
    assert "told of the original" in out
    assert "server.key" not in out
    out = call(capsys, "--cert", "app.crt", "--key", "other.key", "--redact")[1]
    assert "Repair: 1 change" in out
    assert "here: after" not in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--key", "none.key"), "--key none.key: no such file"),
        (("--key", "app.crt"), "--key app.crt: this is a certificate"),
        (("--key", "env:NOT_SET_ANYWHERE"), "the variable is not set"),
        (("--key", "locked.key"), "--key locked.key: an encrypted private key"),
        (("--key", "-", "-"), "--key - reads the key from standard input"),
        (("--key", "server.key", "--output", "server.key", "--format", "json"), "read in the same call"),
    ],
)
def test_a_key_that_cannot_serve(folder, capsys, words, told):
    """Exit code 2, one line, nothing of the key."""
    code, out, error = call(capsys, *words)
    assert (code, out) == (2, "")
    assert told in error
    assert error.count("\n") == 1
