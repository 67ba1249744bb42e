"""What is made to be shared is read by programs that obey: browsers, code hosts, spreadsheets, build servers. None of it obeys a stranger."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import html.parser
import io
import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import jsonschema
import markdown_it
import pytest
from conftest import ROOT
from test_formats import REPORTS, made
from test_fuzz import Source
from test_secrets import CASES, assert_clean
from throwaway import CLAIMS, NOW, mint, unsigned

from jwtdoctor import diagnose
from jwtdoctor.model import Broken, Origin, Span
from jwtdoctor.render import FORMATS, Look, outline, place, render
from jwtdoctor.report import Report
from jwtdoctor.source import Sketch

pytestmark = pytest.mark.once

SARIF = json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SARIF)
ATTACKS = (
    "<script>alert(1)</script>", "</style><style>*{display:none}</style>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "<!--", "-->", "]]>", "<?xml?>", "&lt;b&gt;&amp;&#60;", "[a](https://evil.example)", "[a][b]", "![p](http://evil.example/p.png)",
    "](javascript:alert(1))", "<https://evil.example>", "https://evil.example/x", "www.evil.example", "me@evil.example", "@everyone", "#12",
    "acme/app#7", "GH-7", "deadbeefcafe1234", "**b** _i_ ~~s~~", "`a", "``b`c``", "```\n# x", "| a | b |", ":boom:", "\n\n# heading\n- x",
    "\x1b[31mred\x1b]0;t\x07", "\u202ertl\u2066", "::error::x", "\n::stop-commands::x", "%0A::error::x", "{0} {{1}} {", "=1+1",
    "=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", ";=1+1;", ",=1+1", "\uff1d1", "\ufffe\uffff\x00\x0b", "\ud800", "a\u2028b",
    "${jndi:ldap://x}", "\\[x\\](y)", "1. x", "> x", "- [ ] x", "<details>", "$x^2$", "\u0001", "//evil.example/x",
)  # fmt: skip


def attacked() -> list[Report]:
    """Reports in which every attack stands at every place that a stranger can fill."""
    reports = []
    for attack in ATTACKS:
        token = unsigned(
            {**dict.fromkeys(CLAIMS, attack), attack: [attack, {attack: attack}]}, {"alg": attack, "kid": attack, "typ": attack}
        )
        error = json.dumps({"error": "invalid_grant", "error_description": f"invalid assertion {attack}"})
        reports.append(diagnose(token, now=NOW, error=error, profile="salesforce", source=f"{attack}.txt"))
        reports.append(
            diagnose(unsigned({**CLAIMS, "aud": f"https://{attack}"}), now=NOW, error=attack, endpoint=attack, source=attack)
        )
    return reports


@pytest.fixture(scope="module")
def hostile() -> list[Report]:
    """Made once."""
    return attacked()


def from_code(mend: str = "setValidityLength(5 * 60)", lines: tuple[str, ...] = ("jwt.setValidityLength(x);",)) -> Report:
    """A report on source code: the first finding was read there."""
    report = diagnose(unsigned({**CLAIMS, "exp": 1}), now=NOW, source="Login.cls")
    result = report.results[0]
    span = Span(1, 5, len(lines), len(lines[-1]))
    first = outline.ordered(result)[0]
    findings = [
        each._replace(origin=Origin(span, "setValidityLength(x)", mend)) if each is first else each for each in result.findings
    ]
    sketch = Sketch("apex", {}, {"exp": 1}, frozenset(), {}, span, lines=lines)
    return report._replace(results=(result._replace(findings=tuple(findings), sketch=sketch, kind="sketch"),))


# --- HTML ------------------------------------------------------------------------------------------------------------

TAGS = frozenset({
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "ol", "ul", "li", "article", "section", "h1", "h2", "h3", "h4",
    "p", "span", "b", "a", "br", "wbr", "dl", "dt", "dd", "figure", "figcaption", "pre", "code", "mark", "del", "ins", "details", "summary", "div",
})  # fmt: skip
VOID = frozenset({"meta", "br", "wbr"})
ATTRIBUTES = {
    "html": {"lang"}, "meta": {"charset", "http-equiv", "content", "name"}, "a": {"href"}, "article": {"id", "aria-labelledby"},
    "nav": {"aria-label"}, "span": {"class", "data-n"}, "del": {"class", "data-n"}, "ins": {"class", "data-n"},
    "h1": {"class", "id"}, "h2": {"class", "id"}, "h3": {"class"}, "h4": {"class"},
}  # fmt: skip
VALUE = re.compile(r"[a-z0-9 -]*|#result-[0-9]+|[+-]|Results|answer-[0-9]+")


class Page(html.parser.HTMLParser):
    """What a page consists of; nothing may be left open, or closed twice."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.policy = self.style = ""
        self.levels: list[int] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, {"class"}):
                self.wrong.append(f"<{tag} {name}>")
            elif tag == "meta":
                self.policy = value or "" if dict(attrs).get("http-equiv") and name == "content" else self.policy
            elif not VALUE.fullmatch(value or ""):
                self.wrong.append(f"<{tag} {name}={value!r}>")
        if tag[0] == "h" and tag[1:].isdecimal():
            self.levels.append(int(tag[1:]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")


def assert_page(text: str) -> Page:
    """A page of our own making, and nothing of a stranger's."""
    page = Page(text)
    assert page.wrong == []
    assert page.open == []
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), page.levels
    return page


def test_a_page_holds_only_our_tags(hostile):
    """No tag, attribute or comment comes out of a claim, and every one of ours is closed."""
    for report in hostile:
        assert_page(render(report, "html", Look()))


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_says_what_the_others_say(name):
    """The answer, every finding and what to change stand in it as text."""
    report = made(name)
    words = re.sub(r"\s+", "", "".join(assert_page(render(report, "html", Look())).words))
    for result in report.results:
        told = [outline.answer(result), *(each.help for each in outline.ordered(result))]
        for sentence in told:
            assert re.sub(r"[\s`]+", "", sentence)[1:] in words.replace("`", "")


def test_a_page_shows_the_change_of_code():
    """The line that stands, the line that should, and the difference marked."""
    text = render(from_code(), "html", Look())
    assert_page(text)
    assert re.search(r'<del class="row" data-n="-">jwt\.<mark>setValidityLength\(x\)</mark>;\n</del>', text)
    assert re.search(r'<ins class="row" data-n="\+">jwt\.<mark>setValidityLength\(5 \* 60\)</mark>;\n</ins>', text)


# --- Markdown --------------------------------------------------------------------------------------------------------

ACTIVE = re.compile(r"@\w|https?:|www\.|\w\.\w{2,}|#[0-9]|GH-[0-9]|:[a-z]+:|\b[0-9a-f]{7,40}\b|javascript:")
"""What code hosts turn into something after the Markdown was rendered."""


class Rendered(html.parser.HTMLParser):
    """Text outside of code, and the tags, of rendered Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.code = 0
        self.plain = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.plain += data if not self.code else "\0"


def assert_inert(text: str, more: frozenset[str] = frozenset()) -> Rendered:
    """Only headings, lists, code and our own emphasis; and outside of code nothing that a code host would act upon."""
    rendered = Rendered(markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
    assert rendered.tags <= {"h1", "h2", "h3", "h4", "h5", "ul", "li", "p", "strong", "code", "pre"} | more
    assert not ACTIVE.search(rendered.plain), ACTIVE.search(rendered.plain)
    assert not re.search(r"[<>`|*_~\[\]{}$\\]", rendered.plain.replace(" > ", "")), rendered.plain
    return rendered


SUMMARY_TAGS = frozenset({"table", "thead", "tbody", "tr", "th", "td", "details", "summary"})


def test_markdown_holds_only_our_markup(hostile):
    """No link, picture, mention, reference, emphasis or tag comes out of a claim or an answer."""
    for report in hostile:
        assert_inert(render(report, "markdown", Look()))
        assert_inert(render(report, "github-summary", Look()), SUMMARY_TAGS)


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_of_ordinary_reports(name):
    """Nor of ours; and what is said is read as prose, with code where there is code."""
    rendered = assert_inert(render(made(name), "markdown", Look()))
    words = re.findall(r"[a-z]+", rendered.plain)
    assert len(words) > 30


def test_markdown_of_names_that_end_a_code_span():
    """Backticks of every number: a span ends where ours ends."""
    from jwtdoctor.render.markdown import code, words

    for value in ("`", "``", "`a", "a`", "a``b", "` `", "a`b``c```d", " x ", "``` ` ```"):
        for text in (code(value), words(f"it is {value}, and <b>{value}</b> `x`{value}"), words(value + "<i>")):
            rendered = Rendered(markdown_it.MarkdownIt("commonmark").render(text))
            assert rendered.tags <= {"p", "code"}, (value, text)
            assert not re.search("[<>]", rendered.plain)


def test_markdown_shows_the_change_of_code():
    """As a diff that no backtick in it ends."""
    text = render(from_code("`````<b>"), "markdown", Look())
    assert "``````diff\n-jwt.setValidityLength(x);\n+jwt.`````<b>;\n``````" in text
    assert_inert(text)


# --- GitHub ----------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) (?:[a-zA-Z]+=[^,:\r\n]*)(?:,[a-zA-Z]+=[^,:\r\n]*)*::[^\r\n]*")


def test_github_takes_only_our_commands(hostile):
    """One line a finding; no property and no second command comes out of a claim."""
    for report in hostile:
        lines = render(report, "github", Look()).split("\n")
        assert lines.pop() == ""
        assert lines
        for line in lines:
            assert COMMAND.fullmatch(line), line
            keys = re.findall(r"(?:^|,)([a-zA-Z]+)=", line.split("::")[1].partition(" ")[2])
            assert keys in (["title"], ["file", "line", "col", "title"], ["file", "line", "endLine", "col", "title"])


def test_github_points_at_the_line_of_code():
    """With the file as the repository knows it."""
    report = from_code()
    assert "file=Login.cls,line=1,endLine=1,col=5,title=" in render(report, "github", Look())
    moved = report._replace(
        results=(report.results[0]._replace(source=report.results[0].source._replace(name="/srv/app/src/a,b:c.cls")),)
    )
    assert "file=src/a%2Cb%3Ac.cls,line" in render(moved, "github", Look(base="/srv/app"))
    assert "file=a%2Cb%3Ac.cls,line" in render(moved, "github", Look(base="/elsewhere"))


def test_github_of_what_is_no_file():
    """A paste has no file to point at, and what is good is a notice."""
    said = render(diagnose("", error="invalid_grant: user hasn't approved this consumer", now=NOW), "github", Look())
    assert said.startswith("::error title=LIKELY::")
    good = render(made("nothing-to-object"), "github", Look())
    assert good.startswith("::notice ")


def test_a_long_summary_is_cut_between_results():
    """GitHub shows nothing of a summary that is too long."""
    report = made("a-log-of-three")
    many = report._replace(results=report.results * 100)
    text = render(many, "github-summary", Look())
    assert len(text.encode()) < 1 << 20
    assert re.search(r"</details>\n\n[0-9]+ more are in the log\.\n\Z", text)
    assert text.count("<details>") == text.count("</details>")
    assert "and 100 more |" in text


# --- CSV -------------------------------------------------------------------------------------------------------------


def rows(text: str) -> list[dict[str, str]]:
    """The records of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_no_cell_is_a_formula(hostile):
    """Not for a spreadsheet that separates by semicolon or tab either."""
    for report in hostile:
        text = render(report, "csv", Look())
        assert text.endswith("\r\n")
        assert len(rows(text)) == len(report.results)
        for cells in csv.reader(io.StringIO(text, newline="")):
            assert len(cells) == 22
            for cell in cells:
                assert not re.search(r"(^|[;,\t|])\s*[=+@＝＋－＠-]", cell), cell
                assert all(c.isprintable() for c in cell)


def test_a_row_says_what_the_report_says():
    """Every column, of a good case and of an answer alone."""
    (row,) = rows(render(made("five-and-a-half-hours"), "csv", Look()))
    assert row["verdict"] == "refused"
    assert (row["cause"], row["standing"], row["errors"]) == ("exp-timezone-shift", "confirmed", "2")
    assert row["judged_at"] == "2026-11-23 12:00:01Z"
    assert row["exp"].isdecimal()
    assert row["answer"] == "invalid_grant: expired authorization code"
    (row,) = rows(render(made("an-answer-alone"), "csv", Look()))
    assert (row["kind"], row["iss"], row["exp"]) == ("", "", "")


# --- JUnit -----------------------------------------------------------------------------------------------------------


def test_junit_is_well_formed(hostile):
    """Also with characters that XML has no way to write."""
    for report in hostile:
        root = ElementTree.fromstring(render(report, "junit", Look()))
        assert {each.tag for each in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error", "system-out"}
        assert root.attrib["tests"] == str(len(report.results)) == str(len(root.findall("testsuite/testcase")))


def test_junit_takes_no_control_character_from_anywhere():
    """Should one come that far, it is written out."""
    report = made("another-key")
    result = report.results[0]
    finding = result.findings[0]._replace(message="a\x00\x0b\x1f\ufffe\uffff\ud800]]>b")
    root = ElementTree.fromstring(render(report._replace(results=(result._replace(findings=(finding,)),)), "junit", Look()))
    assert r"\u{1f}\u{fffe}\u{ffff}\u{d800}]]>b" in "".join(root.itertext())


def test_junit_counts():
    """A suite for each source, a failure for what must be changed, an error for a rule that broke."""
    good, bad = made("nothing-to-object").results[0], made("another-key").results[0]
    broken = good._replace(broke=(Broken("x", "KeyError"),), source=good.source._replace(name="b.txt"))
    report = Report((good, bad, broken), NOW, "0.0.0")
    root = ElementTree.fromstring(render(report, "junit", Look()))
    assert [root.attrib[each] for each in ("tests", "failures", "errors")] == ["3", "1", "1"]
    assert [suite.attrib["name"] for suite in root] == ["nothing-to-object.txt", "another-key.txt", "b.txt"]
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.attrib["type"] == "signature-wrong-key"
    assert failure.text is not None
    assert "Help: sign with the private key" in failure.text
    assert root.find("testsuite/testcase/system-out") is not None


# --- SARIF -----------------------------------------------------------------------------------------------------------


def assert_sarif(report: Report, look: Look = Look()) -> dict[str, Any]:  # noqa: B008 - a value that cannot change
    """Valid by the official schema, and by what the standard says in words."""
    text = render(report, "sarif", look)
    assert text.isascii()
    document: dict[str, Any] = json.loads(text)
    assert [f"{each.json_path}: {each.message[:200]}" for each in VALIDATOR.iter_errors(document)] == []
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    prints = [each["partialFingerprints"]["jwtdoctorFinding/v1"] for each in run["results"]]
    assert len(set(prints)) == len(prints)
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri), uri
        assert urlsplit(uri)[:2] == ("", "")
        assert not uri.startswith("/")
        assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)|\]\(", each["message"]["text"])
    return run


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_fits_the_official_schema(name):
    """Every golden case."""
    report = made(name)
    run = assert_sarif(report)
    assert len(run["properties"]["answers"]) == len(report.results)


def test_sarif_of_hostile_reports(hostile):
    """Whatever the claims, the endpoint, the answer and the file are called."""
    for report in hostile:
        assert_sarif(report)


def test_sarif_of_odd_inputs():
    """200 fuzzed reports."""
    source, seen = Source(), 0
    for index in range(2_000_000, 2_002_000):
        text, options = source.arguments(index)
        try:
            report = diagnose(text, **options)
        except ValueError:
            continue  # the fuzz test tells about it
        assert_sarif(report)
        seen += bool(report.results)
        if seen == 200:
            break
    assert seen == 200


def test_the_official_schema_can_say_no():
    """A level that is none, a stranger, and a missing message."""
    good = json.loads(render(made("another-key"), "sarif", Look()))
    for spoil in (
        lambda r: r.update(level="fatal"),
        lambda r: r.update(stranger=1),
        lambda r: r.pop("message"),
        lambda r: r["locations"][0]["physicalLocation"]["region"].update(startLine=0),
    ):
        bad = json.loads(json.dumps(good))
        spoil(bad["runs"][0]["results"][0])
        assert list(VALIDATOR.iter_errors(bad))


def test_sarif_marks_code_and_mends_it():
    """The region is the expression's, and the fix puts the other one in its place."""
    (result, *_) = assert_sarif(from_code("y(5)"))["results"]
    region = {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 25}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Login.cls"
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": region, "insertedContent": {"text": "y(5)"}}


def test_sarif_tells_the_same_fault_by_the_same_fingerprint():
    """Where it stands in the file, and what the values are, does not matter; the file, the rule and the place do."""

    def prints(text: str, source: str = "a.log") -> list[str]:
        return [
            each["partialFingerprints"]["jwtdoctorFinding/v1"]
            for each in assert_sarif(diagnose(text, now=NOW, source=source))["results"]
        ]

    first = prints(mint({**CLAIMS, "exp": NOW - 5000}))
    assert first == prints(f"\n\n{mint({**CLAIMS, 'exp': NOW - 6000, 'sub': 'other@acme-demo.example'})}")
    assert not set(first) & set(prints(mint({**CLAIMS, "exp": NOW - 5000}), "b.log"))
    assert not set(first) & set(prints(mint({**CLAIMS, "exp": f"{NOW}"})))


def test_sarif_tells_of_a_rule_that_broke():
    """As a notification, not as a result."""
    report = made("nothing-to-object")
    broken = report._replace(results=(report.results[0]._replace(broke=(Broken("exp-past", "KeyError: {x}"),)),))
    run = assert_sarif(broken)
    assert run["results"] == []
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "exp-past" in note["message"]["text"]


def test_unseen_causes_are_no_results():
    """What no token can show is a question."""
    run = assert_sarif(made("an-answer-alone"))
    assert run["results"] == []
    assert run["properties"]["answers"][0]["seen"] is False


@pytest.mark.parametrize(
    ("name", "base", "shown"),
    [
        ("token.txt", "", "token.txt"),
        ("./logs/a b.txt", "", "logs/a%20b.txt"),
        ("/srv/app/logs/ü#?.txt", "/srv/app", "logs/%C3%BC%23%3F.txt"),
        ("/home/somebody/token.txt", "/srv/app", "token.txt"),
        ("../other/token.txt", "", "token.txt"),
        ("/srv/application/x", "/srv/app", "x"),
        ("C:\\work\\app\\logs\\a.txt", "C:\\work\\app", "logs/a.txt"),
        ("C:\\other\\a.txt", "C:\\work\\app", "a.txt"),
        ("a:b.txt", "", "a%3Ab.txt"),
        ("standard input", "/work", "standard-input"),
        ("", "", "text"),
        ("//evil.example/x", "", "x"),
    ],
)
def test_names_of_files(name, base, shown):
    """Relative, encoded, and without somebody's folders."""
    assert place.uri(name, base) == shown
    assert unquote(place.uri(name, base)) == place.path(name, base)


# --- secrets in all of them ---


@pytest.mark.parametrize("name", CASES)
def test_no_secret_in_any_of_them(name):
    """What must not be shown on a terminal stands in no file either; nor does a control character."""
    text, secrets = CASES[name]
    for report in (diagnose(text, now=NOW), diagnose("", now=NOW, error=f"invalid_grant: invalid assertion {text}")):
        assert_clean({form: html.unescape(render(report, form, Look())).replace("\r\n", "\n") for form in FORMATS}, *secrets)


# --- code in all of them ---------------------------------------------------------------------------------------------

KEY = (
    "jZ4mVbQx7sLt2WcPq9RfYd3HnKa6UgEo8TiSyMwB5vXe1NzCrJpDhGlFkOuAIQ0b",
    "Rk8dWm3ZtYq6NxVb1LsJc5HfPg9TuEa2MoKi7SyCwBzXeQvDrUpAhGlFnOjI4T0b",
)


@pytest.mark.parametrize("form", FORMATS)
def test_a_passage_of_code_holds_no_key(form):
    """A line of code with a key in it is shown without the key, in whatever format shows code."""
    lines = ('jwt.sign("-----BEGIN PRIVATE KEY-----', *KEY, '-----END PRIVATE KEY-----", claims);')
    shown = render(from_code("", lines), form, Look())
    assert not any(line[:24] in shown for line in KEY)


def test_spans_that_do_not_fit_the_text():
    """A reader of code that errs about a span costs no report."""
    for span in (Span(0, 0, 0, 0), Span(1, 90, 1, 95), Span(5, 1, 9, 1), Span(1, 3, 1, 1), Span(1, 1, 40, 1)):
        report = from_code()
        result = report.results[0]
        finding = result.findings[0]._replace(origin=Origin(span, "x", "y\nz"))
        broken = report._replace(results=(result._replace(findings=(finding,)),))
        for form in ("html", "markdown"):
            assert render(broken, form, Look())
