"""What is excused fails nothing, changes nothing else, and is counted and shown in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from test_inert import VALIDATOR as SARIF_VALIDATOR
from throwaway import CLAIMS, NOW, unsigned

from jwtdoctor import diagnose, suppression
from jwtdoctor.cli import quick
from jwtdoctor.cli.diagnose import run as run_diagnose
from jwtdoctor.cli.failure import guarded
from jwtdoctor.model import Finding, Place
from jwtdoctor.render import FORMATS, Look, render
from jwtdoctor.report import Report
from jwtdoctor.suppression import BASELINE, Baseline, Examined, Fingerprint, Ignored, NotExcusable

LATE = {**CLAIMS, "exp": NOW - 3600}
LATE_AND_WRONG = {**LATE, "aud": "https://login.salesforce.com/"}


def token(claims: dict[str, Any]) -> str:
    """An assertion of these claims; its signature has the right size, and nobody has looked at it."""
    return unsigned(claims, signature="A" * 342)


def finding(rule: str = "exp-past", variant: str = "", at: str = "exp", **more: Any) -> Finding:
    """A made-up finding."""
    words = {"message": "m", "label": "", "note": "", "help": "", "facts": {}}
    return Finding(rule, variant, "error", "refuses", "certain", Place("payload", at), **{**words, **more})


def excused(*findings: Finding, ignores: tuple[Ignored, ...] = (), baseline: Baseline | None = None) -> list[str]:
    """The excuses of findings of one source."""
    (marked,) = suppression.excuse([Examined("a.txt", findings)], ignores, baseline).findings
    return [each.excused for each in marked]


# --- by name ---------------------------------------------------------------------------------------------------------


def test_a_name_with_a_reason():
    """The reason is put on one line and may hold an equals sign; the rule may be one of its wordings alone."""
    whole, part = suppression.parse_ignores(["exp-past=a  test\nfixture, see a=b", "cert-expired/soon=renewed in March"])

    assert whole == Ignored("exp-past", "", "a test fixture, see a=b")
    assert part == Ignored("cert-expired", "soon", "renewed in March")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("exp-past", "no reason is given; accepted: --ignore NAME='why it may stay'"),
        ("exp-past= \t", "no reason is given"),
        ("exp-pst=x", "did you mean exp-past"),
        ("=x", "no rule is called so; `jwtdoctor rules` lists them"),
        ("exp-past/soon=x", "it has grace, just, past"),
        ("exp-past/=x", "it has grace, just, past"),
        ("user-not-preauthorised=x", "a cause that shows in no token"),
        (f"exp-past={'x' * 201}", "longer than 200 characters"),
        ("\x1b[31m=x", r"\u{1b}"),
    ],
)
def test_what_excuses_nothing(word, told):
    """One line that says what was wrong and what would be accepted."""
    with pytest.raises(NotExcusable) as refused:
        suppression.parse_ignores([word])
    message = str(refused.value)
    assert message.startswith("--ignore ")
    assert told in message
    assert message.isprintable()


def test_a_name_excuses_what_it_names():
    """The rule or the wording, everywhere or in one environment; the reason goes with it."""
    late, soon = finding(), finding("cert-expired", "soon")

    assert excused(late, soon, ignores=(Ignored("exp-past", "", "why"),)) == ["why", ""]
    assert excused(late, soon, ignores=(Ignored("cert-expired", "over", "why"),)) == ["", ""]
    assert excused(late, soon, ignores=(Ignored("cert-expired", "soon", "why"),)) == ["", "why"]
    here = Ignored("exp-past", "", "why", "sandbox")
    both = suppression.excuse([Examined("a", (late,), "sandbox"), Examined("a", (late,), "production")], [here])
    assert [each[0].excused for each in both.findings] == ["why", ""]


def test_what_follows_from_an_excused_finding_is_excused_with_it():
    """A reader is shown the cause alone, so what follows must not fail on its own; but it must not hide behind one of two causes."""
    cause, other = finding("exp-timezone-shift", explains=("exp-past",)), finding("exp-missing", explains=("exp-past",))
    ignores = (Ignored("exp-timezone-shift", "", "why"),)

    assert excused(cause, finding(), ignores=ignores) == ["why", "why"]
    assert excused(cause, other, finding(), ignores=ignores) == ["why", "", ""]
    assert excused(cause._replace(confidence="hint"), finding(), ignores=ignores) == ["why", ""]


# --- by a baseline ---------------------------------------------------------------------------------------------------


def test_a_baseline_counts():
    """Two alike findings in it excuse two of three; a name goes first and uses none of them up."""
    baseline = suppression.baseline_of([Examined("a.txt", (finding(), finding()))])

    assert excused(finding(), finding(), finding(), baseline=baseline) == [BASELINE, BASELINE, ""]
    assert excused(finding(), finding(at="iat"), finding("exp-missing"), baseline=baseline) == [BASELINE, "", ""]
    ignores = (Ignored("exp-past", "", "why"),)
    assert suppression.excuse([Examined("a.txt", (finding(),))], ignores, baseline).stale == 1


def test_a_baseline_holds_for_its_source_and_environment():
    """The same fault in another file is a new one; entries about what was not examined are not stale."""
    one, two = Examined("a.txt", (finding(),), "sandbox"), Examined("b.txt", (finding(),))
    baseline = suppression.baseline_of([one, two])

    assert suppression.excuse([one], (), baseline).stale == 0
    assert suppression.excuse([one._replace(findings=())], (), baseline).stale == 1
    for other in (one._replace(source="c.txt"), one._replace(environment="production"), one._replace(environment="")):
        assert suppression.excuse([other], (), baseline).findings[0][0].excused == ""


def test_a_baseline_is_made_of_names():
    """Neither a value nor a moment is in it: the same fault with other values, judged at another time, is the same."""
    texts = []
    for iss, late, later in ((CLAIMS["iss"], 3600, 0), (f"{CLAIMS['iss'][:-6]}AbCdEf", 7777, 86_400)):
        report = diagnose(token({**LATE_AND_WRONG, "iss": iss, "exp": NOW - late}), now=NOW + later, profile="salesforce")
        examined = [Examined("token.txt", each.findings) for each in report.results]
        assert examined[0].findings
        texts.append(suppression.to_text(suppression.baseline_of(examined)))

    assert texts[0] == texts[1]
    assert CLAIMS["iss"][:20] not in texts[0]
    assert str(NOW)[:6] not in texts[0]


def test_a_baseline_is_read_as_it_was_written():
    """The same entries, each on its own line in a fixed order; an empty one too."""
    known = {
        Fingerprint("b", "v", "payload.exp", "z.txt", "sandbox"): 2,
        Fingerprint("a", "", "header.alg", "\u00e4 \u202e.txt"): 1,
    }
    text = suppression.to_text(Baseline(known))

    assert suppression.parse_baseline(text).known == known
    assert text == suppression.to_text(Baseline(dict(reversed(known.items()))))
    assert text.isascii()
    assert [line.strip()[:12] for line in text.splitlines() if '"rule"' in line] == ['{"rule": "a"', '{"rule": "b"']
    assert suppression.parse_baseline(suppression.to_text(Baseline({}))).known == {}
    assert suppression.parse_baseline(f"\ufeff{text}").known == known


def spoilt(**changes: Any) -> str:
    """A baseline with one thing wrong in it."""
    entry = {"rule": "exp-past", "variant": None, "at": "payload.exp", "source": "a.txt", "environment": None, "count": 1}
    outer = {key: value for key, value in changes.items() if key in ("format", "version", "findings", "extra")}
    inner = {key: value for key, value in changes.items() if key not in outer}
    return json.dumps({"format": "jwtdoctor-baseline", "version": 1, "findings": [{**entry, **inner}], **outer})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON from line 1, column 1 on"),
        ('{"format": "jwtdoctor-baseline",\n "version": 1,', "no JSON from line 2"),
        ("[" * 100_000, "no JSON that can be read"),
        ("1" * 10_000, "no "),
        ("[]", 'accepted: what --write-baseline wrote, JSON with "format": "jwtdoctor-baseline"'),
        (spoilt(format="jwtdoctor-report"), "no baseline"),
        (spoilt(version=2), "a baseline of version 2; accepted: version 1"),
        (spoilt(version=True), "a baseline of version True"),
        (spoilt(version=None), "a baseline of version None"),
        (spoilt(extra=1), "unknown member 'extra'"),
        (spoilt(findings={}), '"findings" is no list'),
        (spoilt(findings=[[]]), "entry 1 is no object"),
        (spoilt(varaint="x"), "entry 1 has an unknown member 'varaint'"),
        (spoilt(rule=None), '"rule" is no text'),
        (spoilt(source=1), '"source" is no text'),
        (spoilt(variant=1), '"variant" is no text'),
        (spoilt(count=0), '"count" is no whole number from 1'),
        (spoilt(count=True), '"count"'),
        (spoilt(count=1.5), '"count"'),
    ],
)
def test_what_is_no_baseline(text, told):
    """One line that says what is wrong with it."""
    with pytest.raises(NotExcusable) as refused:
        suppression.parse_baseline(text)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_baseline_may_name_a_rule_that_is_gone():
    """The file of last year still serves; the entry matches nothing and is told."""
    baseline = suppression.parse_baseline(spoilt(rule="given-up"))
    assert suppression.excuse([Examined("a.txt", (finding(),))], (), baseline).stale == 1


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_count_in_words():
    """One and several; many of one name; each reason once."""
    one, known = finding(excused="why"), finding("exp-missing", excused=BASELINE)

    assert suppression.told([finding()]) == ""
    assert suppression.told([one]) == "1 finding excused: exp-past (ignored: why)"
    assert suppression.listed([one, known, known]) == "3 findings: exp-past (ignored: why); exp-missing (2 times) (baseline)"
    many = [finding(f"rule-{number}", excused=BASELINE) for number in range(15)]
    assert suppression.told(many).endswith("rule-9, 5 more (baseline)")
    assert [suppression.stale_told(count) for count in (0, 1, 2)] == [
        "", "1 entry of the baseline matches nothing any more", "2 entries of the baseline match nothing any more",
    ]  # fmt: skip


# --- in every format -------------------------------------------------------------------------------------------------

REASON = "a <b>fixture</b> of\x1b[31m `ours`, https://evil.example @everyone"


@pytest.fixture(scope="module")
def half() -> Report:
    """Two findings excused, one by name and one by a baseline, and one that counts."""
    report = diagnose(token({**LATE_AND_WRONG, "sub": "005000000000001AAA"}), now=NOW, profile="salesforce", source="a.txt")
    assert len({each.rule for each in report.results[0].findings if each.severity == "error"}) >= 2
    return report


def marked(report: Report, excuse: Callable[[Finding, int], str]) -> Report:
    """The report with excuses as the function gives them."""
    (result,) = report.results
    findings = tuple(each._replace(excused=excuse(each, number)) for number, each in enumerate(result.findings))
    return report._replace(results=(result._replace(findings=findings),))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_counts_and_shows(half, form):
    """How many, which, and why; a hostile reason does nothing."""
    report = marked(half, lambda each, number: (suppression.safe(REASON), BASELINE, "")[min(number, 2)])
    out = render(report, form, Look(100))
    first, second = (each.rule for each in report.results[0].findings[:2])

    assert first in out
    assert second in out
    assert "baseline" in out
    assert "fixture" in out
    assert "\x1b" not in out
    if form not in ("json", "sarif"):
        assert "2 findings" in " ".join(out.split())


@pytest.mark.parametrize("form", FORMATS)
def test_no_excuse_no_word(half, form):
    """Where nothing is excused nothing is said of it."""
    out = render(half, form, Look(100))
    assert "excused:" not in out.lower()
    assert "suppressions" not in out


def test_json_says_it_of_each_finding(half):
    """The reason, or null; verdict, diagnosis and everything else stay as they were."""
    before, after = half.to_json(), marked(half, lambda each, number: "" if number else "why").to_json()
    told = [each.pop("excused") for each in after["results"][0]["findings"]]

    assert told == ["why", *[None] * (len(told) - 1)]
    assert [each.pop("excused") for each in before["results"][0]["findings"]] == [None] * len(told)
    assert after == before


def test_sarif_suppresses(half):
    """Every result says whether it is suppressed (§3.27.23), with kind, status and justification; by its schema."""
    report = marked(half, lambda each, number: ("why", BASELINE, "")[min(number, 2)])
    document = json.loads(render(report, "sarif", Look()))
    (run,) = document["runs"]

    assert [each.message for each in SARIF_VALIDATOR.iter_errors(document)] == []
    assert len(run["results"]) >= 2
    told = {each["ruleId"]: each["suppressions"] for each in run["results"]}
    shown = [each for each in report.results[0].findings if each.rule in told]
    assert [[each["justification"] for each in told[f.rule]] for f in shown] == [
        [suppression.why(each)] if each.excused else [] for each in shown
    ]
    assert {(each["kind"], each["status"]) for one in told.values() for each in one} == {("external", "accepted")}


def test_junit_skips_what_is_wholly_excused(half):
    """A failure while one error counts; skipped, with the reason, when none does."""
    part = ElementTree.fromstring(render(marked(half, lambda each, number: "" if number else "why"), "junit", Look()))
    whole = ElementTree.fromstring(render(marked(half, lambda each, number: "why"), "junit", Look()))

    assert (part.get("failures"), part.get("skipped")) == ("1", "0")
    assert (whole.get("failures"), whole.get("skipped"), whole.get("tests")) == ("0", "1", "1")
    (case,) = whole.iter("testcase")
    assert "ignored: why" in str(case.find("skipped").get("message"))


def test_github_annotates_only_what_counts(half):
    """No error or warning of what is excused; a notice that counts it."""
    out = render(marked(half, lambda each, number: "why"), "github", Look())

    assert all(line.startswith("::notice ") for line in out.splitlines())
    assert "title=excused::" in out


def test_csv_counts_only_what_counts(half):
    """The columns of counts, and what is excused in a column of its own, the last one."""
    head, row = csv.reader(io.StringIO(render(marked(half, lambda each, number: "why"), "csv", Look())))
    cells = dict(zip(head, row, strict=True))

    assert (cells["errors"], cells["warnings"], cells["infos"]) == ("0", "0", "0")
    assert cells["excused"].startswith(f"{len(half.results[0].findings)} findings: ")
    assert head[-1] == "excused"


def test_the_exit_code_leaves_out_what_is_excused(half):
    """At every level, and only what is."""
    rest = marked(half, lambda each, number: "why" if each.severity == "error" else "")
    warned = any(each.severity == "warning" for each in half.results[0].findings)

    assert half.exit_code() == 1
    assert rest.exit_code() == 0
    assert rest.exit_code("warning") == int(warned)
    assert marked(half, lambda each, number: "why").exit_code("warning") == 0


# --- on the command line ---------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tokens in a folder, and one beside it."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "late.txt").write_text(token(LATE))
    (tmp_path / "both.txt").write_text(token(LATE_AND_WRONG | {"sub": ""}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """One call in this process: exit code, standard output, standard error."""
    asked = quick.parse([*words, "--now", str(NOW), "--profile", "salesforce"])
    assert asked is not None
    code = guarded(lambda: run_diagnose(asked))
    return code, *capsys.readouterr()


def test_a_baseline_lets_only_new_findings_fail(folder, capsys):
    """Written it excuses in the same run; later it excuses the same, and a new fault fails."""
    assert call(capsys, "tokens/late.txt")[0] == 1
    code, out, told = call(capsys, "tokens/late.txt", "--write-baseline", "known.json")
    assert (code, told) == (0, "jwtdoctor: wrote known.json (baseline)\n")
    assert "Excused: 1 finding: exp-past (baseline)" in out

    code, out, told = call(capsys, "tokens/late.txt", "--baseline", "known.json")
    assert (code, told) == (0, "")
    assert out.startswith("REFUSED: ")

    (folder / "tokens" / "late.txt").write_text(token(LATE | {"sub": ""}))
    code, out, _ = call(capsys, "tokens/late.txt", "--baseline", "known.json")
    assert code == 1
    assert "Error sub-placeholder" in out
    assert "Error exp-past" not in out


def test_a_baseline_is_the_same_from_everywhere(folder, capsys, monkeypatch):
    """Sources are named from the folder it lies in, however they are named on the command line."""
    call(capsys, "tokens/late.txt", "--write-baseline", "known.json")
    written = (folder / "known.json").read_text()
    assert '"source": "tokens/late.txt"' in written
    assert str(folder) not in written
    for where, source, baseline in (
        ("tokens", "late.txt", "../known.json"),
        ("tokens", "./late.txt", str(folder / "known.json")),
        (".", str(folder / "tokens" / "late.txt"), "known.json"),
    ):
        monkeypatch.chdir(folder / where)
        assert call(capsys, source, "--baseline", baseline)[0] == 0
    monkeypatch.chdir(folder)


def test_a_baseline_says_what_it_no_longer_needs(folder, capsys):
    """Told on standard error, and no fault."""
    call(capsys, "tokens/late.txt", "both.txt", "--write-baseline", "known.json")
    (folder / "both.txt").write_text(token(CLAIMS))
    code, _, told = call(capsys, "both.txt", "--baseline", "known.json")

    assert code == 0
    assert told.startswith("jwtdoctor: known.json: ")
    assert told.endswith("of the baseline match nothing any more\n")


def test_a_name_lets_pass_what_it_names(folder, capsys):
    """And is not written into a baseline."""
    ignore = "--ignore=exp-past=a fixture"
    code, out, _ = call(capsys, "tokens/late.txt", ignore)
    assert (code, "exp-past (ignored: a fixture)" in out) == (0, True)
    assert call(capsys, "both.txt", ignore)[0] == 1

    call(capsys, "both.txt", ignore, "--write-baseline", "known.json")
    assert "exp-past" not in (folder / "known.json").read_text()
    assert call(capsys, "both.txt", "--baseline", "known.json")[0] == 1
    assert call(capsys, "both.txt", "--baseline", "known.json", ignore)[0] == 0


def test_several_formats_of_one_run(folder, capsys):
    """The redacted ones too; their exit code is the same, and what is stale is told once."""
    call(capsys, "both.txt", "--write-baseline", "known.json")
    outputs = ("--output", "a.sarif", "--output", "a.md", "--output", "a.json", "--format", "plain")
    code, _, told = call(capsys, "both.txt", "--baseline", "known.json", *outputs)
    assert code == 0
    assert told.count("\n") == 3
    run = json.loads((folder / "a.sarif").read_text())["runs"][0]
    assert all(each["suppressions"] for each in run["results"])
    assert "**Excused:**" in (folder / "a.md").read_text()
    assert all(each["excused"] == BASELINE for each in json.loads((folder / "a.json").read_text())["results"][0]["findings"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--baseline", "a.json", "--write-baseline", "b.json"), "exclude each other"),
        (("--baseline", "none.json"), "none.json: no such file"),
        (("--baseline", "tokens"), "tokens: a directory"),
        (("--baseline", "binary"), "--baseline binary: a binary file"),
        (("--baseline", "both.txt"), "--baseline both.txt: damaged: no JSON from line 1"),
        (("--baseline", "future.json"), "a baseline of version 2; accepted: version 1"),
        (("--write-baseline", "tokens"), "--write-baseline tokens: a directory"),
        (("--write-baseline", ""), "names no file"),
        (("--write-baseline", "tokens/late.txt"), "would be written over"),
        (("--write-baseline", "x.json", "--output", "x.json"), "would be written over"),
        (("--write-baseline", "none/x.json"), "--write-baseline none/x.json: not written: no such file or directory"),
        (("--ignore", "exp-past"), "no reason is given"),
        (("--ignore", "exp-pats=x"), "did you mean exp-past"),
    ],
)
def test_what_cannot_serve(folder, capsys, words, told):
    """Exit code 2 and one line; nothing is written."""
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "future.json").write_text(spoilt(version=2))
    before = {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    code, _, error = call(capsys, "tokens/late.txt", *words)

    assert code == 2
    assert told in error
    assert error.count("\n") == 1
    assert {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()} == before


def test_a_baseline_is_not_written_of_half_a_run(folder, capsys):
    """What could not be read would be missing from it, and a later run would fail for what was there before."""
    code, _, told = call(capsys, "tokens/late.txt", "gone.txt", "--write-baseline", "known.json")

    assert code == 2
    assert "not written" in told
    assert not (folder / "known.json").exists()


def test_a_baseline_fits_what_is_promised(folder, capsys):
    """The document, member by member."""
    call(capsys, "both.txt", "--write-baseline", "known.json")
    text = {"type": "string", "minLength": 1}
    entry = {
        "rule": text, "at": text, "source": text, "variant": {"type": ["string", "null"]}, "environment": {"type": "null"},
        "count": {"type": "integer", "minimum": 1},
    }  # fmt: skip
    listed = {"type": "object", "additionalProperties": False, "required": list(entry), "properties": entry}
    outer = {"format": {"const": "jwtdoctor-baseline"}, "version": {"const": 1}, "findings": {"items": listed, "minItems": 2}}
    jsonschema.validate(
        json.loads((folder / "known.json").read_text()),
        {"additionalProperties": False, "required": list(outer), "properties": outer},
    )
