"""How reports look, held against files in ``golden/``; and the JSON against its schema.

A folder under ``golden/`` is a made report: ``input.txt``, ``options.json``, perhaps ``certificate.pem``, and what each
format shows. The tokens were signed once with keys that were thrown away. ``JWTDOCTOR_UPDATE_GOLDEN=1 pytest`` writes the
shown files anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import jsonschema
import pytest
from test_fuzz import Source

from jwtdoctor import diagnose, kinds, model
from jwtdoctor.catalog import load
from jwtdoctor.cli.options import OPTIONS
from jwtdoctor.render import FORMATS, SHARED, Look, render
from jwtdoctor.report import Report

GOLDEN = Path(__file__).parent / "golden"
REPORTS = sorted(each.name for each in GOLDEN.iterdir() if each.is_dir())
LOOKS = {
    "report.json": ("json", Look()),
    "plain.txt": ("plain", Look(80)),
    "plain-120.txt": ("plain", Look(120)),
    "terminal.txt": ("terminal", Look(80)),
    "terminal-120.txt": ("terminal", Look(120)),
    "terminal-colour.txt": ("terminal", Look(80, color=True)),
    "junit.xml": ("junit", Look()),
    "github.txt": ("github", Look()),
    "report.csv": ("csv", Look()),
    "report.md": ("markdown", Look()),
    "summary.md": ("github-summary", Look()),
    "report.sarif": ("sarif", Look()),
    "page.html": ("html", Look()),
}
FEW = {
    "terminal-colour.txt": ("another-key",),
    "summary.md": ("a-log-of-three", "hostile-claims"),
    "report.sarif": ("another-key", "hostile-claims"),
    "page.html": ("an-answer-alone", "hostile-claims"),
}
"""What is bulky, or the same again, is looked at in a case or two."""
UPDATE = bool(os.environ.get("JWTDOCTOR_UPDATE_GOLDEN"))
SCHEMA_FILE = Path(render.__code__.co_filename).parent / "report.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="ascii"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def made(name: str) -> Report:
    """The report of one folder, with a version that does not change."""
    folder = GOLDEN / name
    text = (folder / "input.txt").read_bytes().decode("utf-8")
    options = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    uploaded = folder / "certificate.pem"
    certificates = [uploaded.read_bytes()] if uploaded.is_file() else []
    return diagnose(text, certificates=certificates, source=f"{name}.txt", **options)._replace(tool_version="0.0.0")


def shown(name: str) -> list[str]:
    """The files of one folder."""
    return [file for file in LOOKS if name in FEW.get(file, (name,))]


@pytest.mark.parametrize(("name", "file"), [(name, file) for name in REPORTS for file in shown(name)])
def test_golden(name, file):
    """What is shown is what was shown."""
    out = render(made(name), *LOOKS[file])
    golden = GOLDEN / name / file
    if UPDATE:
        golden.write_text(out, encoding="utf-8", newline="")
    assert golden.read_bytes().decode("utf-8") == out, "if the change is meant: JWTDOCTOR_UPDATE_GOLDEN=1 pytest"


def test_golden_folders_hold_nothing_else():
    """No key, no stray file, no file of a format that is gone; and none is missing."""
    assert len(REPORTS) >= 6
    for name in REPORTS:
        files = {each.name for each in (GOLDEN / name).iterdir()}
        assert files - {"certificate.pem"} == {"input.txt", "options.json", *shown(name)}
    held = [each for each in GOLDEN.rglob("*") if each.is_file() and b"PRIVATE KEY-----" in each.read_bytes()]
    assert held == []


def test_golden_reports_differ():
    """Together they show the verdicts, both clocks, an answer alone, several results, and a kind that is no assertion."""
    results = [each for name in REPORTS for each in made(name).results]
    assert {each.verdict for each in results} == {"accepted", "refused", "undetermined"}
    assert {each.judged_by for each in results} == {"now", "date"}
    assert {each.signature.status for each in results} == {"valid", "invalid", "not-examined"}
    assert None in {each.kind for each in results}
    assert "jwe" in {each.kind for each in results}
    assert max(len(made(name).results) for name in REPORTS) >= 3


@pytest.mark.parametrize("name", REPORTS)
def test_colour_is_all_that_colour_adds(name):
    """Without its colours the coloured text is the plain terminal text."""
    report = made(name)
    coloured = render(report, "terminal", Look(80, color=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(report, "terminal", Look(80))


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", ["plain", "terminal"])
def test_the_answer_comes_first(name, form):
    """The sentence that answers stands at the top, whatever follows."""
    report = made(name)
    first = render(report, form, Look(200)).splitlines()[0]
    assert " ".join(report.results[0].to_json()["summary"].split()[:3]) in first


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_of_nothing(form):
    """No result is still a document where the format is one, and silence where it is not."""
    out = render(Report((), None, "0.0.0"), form, Look())
    if FORMATS[form].media in ("text/plain", "text/markdown"):
        assert out == ""
    elif form == "json":
        assert json.loads(out)["results"] == []
    elif form == "sarif":
        assert json.loads(out)["runs"][0]["results"] == []
    elif form == "csv":
        assert out.count("\r\n") == 1
    elif form == "junit":
        assert ElementTree.fromstring(out).attrib["tests"] == "0"
    else:
        assert "Nothing to diagnose" in out


def test_json_is_ascii_and_one_document():
    """Any reader takes it, and no escape sequence hides in it."""
    out = render(made("a-log-of-three"), "json", Look())
    assert out.isascii()
    assert "\x1b" not in out
    assert out.endswith("}\n")
    assert json.loads(out) == made("a-log-of-three").to_json()


# --- the schema ------------------------------------------------------------------------------------------------------


def test_the_schema_is_one():
    """Draft 2020-12, and strict throughout: every object that has a list of members takes no others."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def objects(node):
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                yield node
            for each in node.values():
                yield from objects(each)
        elif isinstance(node, list):
            for each in node:
                yield from objects(each)

    found = list(objects(SCHEMA))
    assert len(found) >= 10
    for each in found:
        assert each["additionalProperties"] is False
        assert set(each["required"]) == set(each["properties"])


def test_the_schema_and_the_code_speak_of_the_same_words():
    """Lists of words that the code has are those of the schema."""
    of = SCHEMA["$defs"]
    finding, cause, result = of["finding"]["properties"], of["cause"]["properties"], of["result"]["properties"]
    assert finding["severity"]["enum"] == list(get_args(model.Severity))
    assert finding["effect"]["enum"] == list(get_args(model.Effect))
    assert finding["confidence"]["enum"] == list(get_args(model.Confidence))
    assert cause["standing"]["enum"] == list(get_args(model.Standing))
    assert result["verdict"]["enum"] == list(get_args(model.Verdict))
    assert result["signature"]["properties"]["status"]["enum"] == list(get_args(model.SignatureStatus))
    named = {kinds.ASSERTION, kinds.UNREADABLE, kinds.SKETCH}
    for check in ("is-private-key", "is-other-kind"):
        named.update(*(rule.variants for rule in load().rules.values() if rule.check == check))
    token = next(each for each in result["token"]["oneOf"] if each["type"] == "object")
    assert set(token["properties"]["kind"]["enum"]) == named - {""}


def test_the_formats_are_those_of_the_option():
    """``--format`` offers what can be rendered."""
    assert OPTIONS["--format"].choices == tuple(FORMATS)
    assert {"html", "markdown", "sarif", "github", "github-summary"} == SHARED


def complaints(document: object) -> list[str]:
    """What the schema objects to."""
    return [f"{each.json_path}: {each.message[:300]}" for each in VALIDATOR.iter_errors(document)]


@pytest.mark.parametrize("name", REPORTS)
def test_golden_json_fits_the_schema(name):
    """The files as they lie there."""
    assert complaints(json.loads((GOLDEN / name / "report.json").read_text(encoding="ascii"))) == []


def test_fuzzed_reports_fit_the_schema():
    """300 reports of odd inputs."""
    source, seen = Source(), 0
    for index in range(1_000_000, 1_002_000):
        text, options = source.arguments(index)
        try:
            report = diagnose(text, **options)
        except ValueError:
            continue  # the fuzz test tells about it
        if report.results:
            document = json.loads(json.dumps(report.to_json(), allow_nan=False))
            assert complaints(document) == [], f"index {index}: {text!r}, {options!r}"
            seen += 1
        if seen == 300:
            break
    assert seen == 300


def test_the_schema_can_say_no():
    """A stranger, a gap and a wrong word are each refused."""
    good = json.loads((GOLDEN / "another-key" / "report.json").read_text(encoding="ascii"))
    for spoil in (
        lambda d: d.update(extra=1),
        lambda d: d["results"][0].pop("verdict"),
        lambda d: d["results"][0].update(verdict="maybe"),
        lambda d: d["results"][0]["findings"][0].update(severity="fatal"),
        lambda d: d["results"][0]["diagnosis"]["causes"][0].update(standing="sure"),
        lambda d: d["results"][0]["token"].update(kind="thing"),
        lambda d: d.update(now=1.5),
    ):
        bad = json.loads(json.dumps(good))
        spoil(bad)
        assert complaints(bad) != []
