"""Rules and checks of one's own: read, checked, run, explained, proved and printed as ours are; what is wrong in them is told by file and line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import minting
import pytest

from jwtdoctor import Catalog, CatalogError, catalog, diagnose, plugins, rules_from
from jwtdoctor.catalog.source import LARGEST
from jwtdoctor.checks import CHECKS, check
from jwtdoctor.checks.registry import one
from jwtdoctor.cli import main, workers
from jwtdoctor.cli.failure import Failure
from jwtdoctor.cli.rulesets import in_force

NOW = minting.FROZEN_NOW
RULE = """\
name       = "acme-user-outside"
title      = "`sub` is no integration user of Acme"
check      = "claim-placeholder"
params     = { claim = "sub" }
stage      = "user"
severity   = "warning"
effect     = "unknown"
confidence = "certain"
since      = "2026-11"
cites      = ["Acme handbook, chapter 4"]

[says]
headline = "`sub` is somebody's placeholder"
help     = "sign in as the integration user"

[explain]
why = "Acme signs in with users made for it."

[[case]]
title  = "a placeholder"
claims = { sub = "<username>" }
finds  = [{ at = "payload.sub" }]

[[case]]
title = "the integration user"
finds = []
"""
OWN_CHECK = RULE.replace("claim-placeholder", "acme-begins").replace('claim = "sub"', 'claim = "sub", begins = "integration@"').replace(
    "<username>", "jane@acme-demo.example"
).replace("`sub` is somebody's placeholder", "`{claim}` does not begin with {begins}")  # fmt: skip
OURS = Path(__file__).resolve().parents[1] / "rules" / "README.md"
CHECK = re.search(r"```python\n(.*?)```", OURS.read_text(encoding="utf-8"), re.DOTALL)[1]  # type: ignore[index]
"""A check of somebody's own, as our own instructions show it."""
UNSEEN = """\
name  = "acme-gateway-closed"
title = "Acme's gateway lets nothing through"
why   = "It is closed from midnight to one."
ask   = "is it past midnight?"
look  = "the gateway's page"
help  = "wait until one"
cites = ["Acme handbook, chapter 9"]
"""
SYMPTOM = """\
name    = "acme-closed"
shows   = "ACME-503 closed"
meaning = "the gateway in front of the server answered"
stage   = "transport"
passed  = []
explain = "No server saw the assertion."
cites   = ["Acme handbook, chapter 9"]

[[match]]
text = 'ACME-503'

[[cause]]
name     = "acme-gateway-closed"
standing = "confirmed"
why      = "it says so"
cites    = ["Acme handbook, chapter 9"]
"""


def folder(at: Path, **files: str) -> Path:
    """A folder of rules; ``identity__x`` is the file ``identity/x.toml`` with hyphens for single underscores."""
    for name, text in files.items():
        path = at / f"{name.replace('__', '/').replace('_', '-')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return at


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder with a rule, a cause and a symptom."""
    return folder(
        tmp_path / "my-rules",
        identity__acme_user_outside=RULE, unseen__acme_gateway_closed=UNSEEN, symptoms__client__acme_closed=SYMPTOM,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def our_checks() -> Iterator[None]:
    """Checks are registered for the whole process; what a test registers goes with it."""
    before = dict(CHECKS)
    plugins.registered.cache_clear()
    yield
    CHECKS.clear()
    CHECKS.update(before)
    plugins.registered.cache_clear()


def package(at: Path, module: str = CHECK, name: str = "acme", rules: str | None = None) -> Path:
    """An installed package, as far as Python's own metadata goes; the folder to put on the path."""
    home = at / f"site-{name}"
    (home / f"{name}_jwt").mkdir(parents=True)
    (home / f"{name}_jwt" / "__init__.py").write_text("from pathlib import Path\nrules = Path(__file__).parent / 'own'\n")
    (home / f"{name}_jwt" / "checks.py").write_text(module)
    if rules is not None:
        folder(home / f"{name}_jwt" / "own", identity__acme_user_outside=rules)
    facts = home / f"{name}_jwt-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-jwt\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        f"[jwtdoctor.rules]\n{name} = {name}_jwt:rules\n\n[jwtdoctor.checks]\n{name} = {name}_jwt.checks\n"
    )
    return home


def run(*words: object, path: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One call of the command line, with a package installed or not."""
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {}), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", *map(str, words)],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "fault of jwtdoctor" not in done.stderr
    return done


class Called(NamedTuple):
    """What came of a call in this process."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """Calls of the command line that need no process of their own, in a folder."""

    def made(*words: object, cwd: Path) -> Called:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["jwtdoctor", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert "fault of jwtdoctor" not in told.err
        return Called(int(left.value.code or 0), told.out, told.err)

    return made


# --- in the library ------------------------------------------------------------------------------------------------------


def rules_found(text: str, rules: Catalog | None) -> set[str]:
    """Names of the rules that find something."""
    return {each.rule for each in diagnose(text, now=NOW, rules=rules).results[0].findings}


def test_a_folder_beside_ours(mine: Path) -> None:
    """Its rules find, its symptoms explain, ours stay; and without it nothing of it is left."""
    token = minting.mint(claims={**minting.CLAIMS, "sub": "<username>"})
    known = rules_from(mine)
    assert known.rules.keys() - catalog.ours().rules.keys() == {"acme-user-outside"}
    assert rules_found(token, known) == {"acme-user-outside", "sub-placeholder"}
    assert rules_found(token, None) == {"sub-placeholder"}
    cause = diagnose("", error="ACME-503 closed", rules=known).results[0].diagnosis.causes[0]
    assert (cause.cause, cause.title) == ("acme-gateway-closed", "Acme's gateway lets nothing through")
    assert not diagnose("", error="ACME-503 closed").results[0].answer_known


def test_a_catalogue_is_itself_and_no_other(mine: Path) -> None:
    """What an engine remembers of one catalogue is never taken for another's."""
    first, second = rules_from(mine), rules_from(mine)
    assert first != second
    assert len({first, second, first}) == 2


def test_folders_may_build_on_each_other(mine: Path, tmp_path: Path) -> None:
    """A later one may name the causes of an earlier one; the same folder twice is there once."""
    text = SYMPTOM.replace("acme-closed", "acme-ajar").replace("ACME-503", "ACME-504")
    other = folder(tmp_path / "other", symptoms__client__acme_ajar=text)
    assert [each.name for each in rules_from(mine, other, mine).symptoms[-2:]] == ["acme-closed", "acme-ajar"]
    with pytest.raises(CatalogError, match=r"other/symptoms/client/acme-ajar\.toml:\d+: no rule and no unseen cause is called"):
        rules_from(other)


PROFILE = """\
name  = "acme"
title = "Acme's own server"

[detect]
aud = ['https://sso\\.acme-demo\\.example.*']

[settings]
algorithms      = ["RS256"]
required_claims = ["iss", "sub", "aud", "exp"]
grace           = { accepted = 0, refused = 300 }
leeway          = { seconds = 60 }

[weigh.exp-past]
severity = "warning"
effect   = "tolerates"
because  = "its clock has stood still since 2019"
source   = "Acme handbook, chapter 7"
"""


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    """A provider that we do not know, detected by its audience, with its own weights for our rules."""
    known = rules_from(folder(tmp_path / "mine", profiles__acme=PROFILE))
    token = minting.mint(claims={**minting.CLAIMS, "aud": "https://sso.acme-demo.example", "exp": NOW - 4000})
    (result,) = diagnose(token, now=NOW, rules=known).results
    assert (result.profile.name, result.profile.chosen_by) == ("acme", "detected")
    assert [(each.severity, each.effect) for each in result.findings if each.rule == "exp-past"] == [("warning", "tolerates")]
    with pytest.raises(CatalogError, match=r"profiles/acme\.toml:3: .* is the default profile already"):
        rules_from(folder(tmp_path / "other", profiles__acme=PROFILE.replace("\n\n[detect]", '\nrole  = "default"\n\n[detect]')))


# --- what is wrong with them ---------------------------------------------------------------------------------------------

WRONG: list[tuple[str, dict[str, str], str]] = [
    ("a name of ours", {"time__exp_past": RULE.replace("acme-user-outside", "exp-past")}, r"time/exp-past\.toml:1: 'exp-past' stands in rules/time/exp-past\.toml already"),
    ("a cause of ours", {"unseen__ip_restricted": UNSEEN.replace("acme-gateway-closed", "ip-restricted")}, r":1: .* stands in rules/unseen/ip-restricted\.toml already"),
    ("a profile of ours", {"profiles__generic": PROFILE.replace('"acme"', '"generic"')}, r":1: .* stands in rules/profiles/generic\.toml already"),
    ("a symptom of ours", {"symptoms__salesforce__invalid_assertion": SYMPTOM.replace("acme-closed", "invalid-assertion")}, r":1: .* stands in rules/symptoms/salesforce/invalid-assertion\.toml already"),
    ("no such check", {"identity__acme_user_outside": OWN_CHECK}, r"acme-user-outside\.toml:3: no check is called 'acme-begins'; known are .*audience-host"),
    ("a parameter too many", {"identity__acme_user_outside": RULE.replace('"sub" }', '"sub", x = 1 }')}, r"\.toml:4: params: unknown x; claim-placeholder takes claim"),
    ("a strange fact", {"identity__acme_user_outside": RULE.replace("`sub` is somebody", "{nobody} is somebody")}, r"\.toml:13: .*speaks of 'nobody'; facts are"),
    ("an unknown key", {"identity__acme_user_outside": RULE.replace("since ", "colour ")}, r"\.toml:9: unknown key `colour` in a rule; known are"),
    ("without a source", {"identity__acme_user_outside": RULE.replace('["Acme handbook, chapter 4"]', "[]")}, r"\.toml:10: `cites` .* unusable"),
    ("no firing case", {"identity__acme_user_outside": RULE.replace('[{ at = "payload.sub" }]', "[]")}, r"\.toml:19: no worked case in which the rule fires"),
    ("no silent case", {"identity__acme_user_outside": RULE.partition("[[case]]\ntitle = \"the")[0]}, r"\.toml:19: no worked case in which the rule stays silent"),
    ("another name than the file's", {"identity__other": RULE}, r"identity/other\.toml:1: `name` must be 'other'"),
    ("a folder that is no group", {"colours__acme_user_outside": RULE}, r"colours/acme-user-outside\.toml:1: no place for this file; known are shape"),
    ("not TOML", {"identity__acme_user_outside": "name = \n"}, r"\.toml:1: not TOML"),
    ("TOML that is too deep", {"identity__acme_user_outside": "x = " + "[" * 20000}, r"\.toml:1: not TOML"),
    ("a number without end", {"identity__acme_user_outside": "x = " + "9" * 5000}, r"\.toml:1: not TOML"),
    ("a key without end", {"identity__acme_user_outside": "\n" + "a." * 200000 + "a = 1"}, r"\.toml:2: a key of more than 32 parts"),
    ("too large", {"identity__acme_user_outside": "#" * (LARGEST + 1)}, r"\.toml:1: larger than"),
    ("no regular expression", {"symptoms__client__acme_closed": SYMPTOM.replace("'ACME-503'", "'(ACME'")}, r"\.toml:10: not a regular expression"),
    ("no table", {"identity__acme_user_outside": RULE.replace("[explain]", '[variant]\nodd = 1\n\n[explain]')}, r"\.toml:17: \[variant\.odd\] must be a table"),
    ("no list of patterns", {"profiles__acme": PROFILE.replace("['https", "'https").replace(".*']", ".*'")}, r"\.toml:5: `aud` in \[detect\] must be a list"),
    ("no promises", {"identity__acme_user_outside": RULE.replace('[{ at = "payload.sub" }]', "[1]")}, r"\.toml:22: `finds` in \[\[case\]\] has an unusable value"),
    ("code of ours", {"snippets__acme": RULE}, r"snippets/acme\.toml:\d+: "),
    ("nothing in it", {}, "no rules found"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "told"), [pytest.param(files, told, id=name) for name, files, told in WRONG])
def test_what_cannot_be_used_is_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    """File, line, what is wrong, and what would be accepted."""
    mine = tmp_path / "mine"
    mine.mkdir()
    with pytest.raises(CatalogError, match=told) as refused:
        rules_from(folder(mine, **files))
    assert str(refused.value).startswith(mine.as_posix())


def test_words_that_name_no_folder(tmp_path: Path, mine: Path) -> None:
    """Nothing there, a file, an empty word."""
    for word in (tmp_path / "gone", mine / "identity" / "acme-user-outside.toml"):
        with pytest.raises(CatalogError, match="accepted: a folder laid out like rules/, or a name"):
            rules_from(word)
    with pytest.raises(Failure, match="an empty name"), in_force(["  "]):
        pass


def test_binary_and_unreadable_files(tmp_path: Path) -> None:
    """A file that is none, or holds no text, is named."""
    mine = tmp_path / "mine"
    (mine / "identity" / "acme.toml").mkdir(parents=True)
    with pytest.raises(CatalogError, match=r"identity/acme\.toml:1: cannot be read: "):
        rules_from(mine)
    (mine / "identity" / "acme.toml").rmdir()
    os.mkfifo(mine / "identity" / "acme.toml")
    with pytest.raises(CatalogError, match=r"identity/acme\.toml:1: cannot be read: no plain file"):
        rules_from(mine)
    (mine / "identity" / "acme.toml").unlink()
    (mine / "identity" / "acme.toml").write_bytes(bytes(range(256)))
    with pytest.raises(CatalogError, match=r"identity/acme\.toml:1: not TOML"):
        rules_from(mine)


# --- checks of one's own -------------------------------------------------------------------------------------------------


def test_a_check_has_a_name_of_its_own() -> None:
    """Two functions cannot share one, and an exhibit must exist."""
    with pytest.raises(ValueError, match=r"a check is called 'expiry-past' already, in jwtdoctor\.checks\.time"):
        check("expiry-past")(lambda case, params: ())
    with pytest.raises(ValueError, match=r"unknown in `needs`: moon; known are header, claims"):
        check("acme-moon", needs="claims moon")(lambda case, params: ())


def failing(case: object, params: object) -> object:
    """A check that breaks."""
    raise RuntimeError("out of coffee\x1b[31m")


@pytest.mark.parametrize(
    "outcome", [failing, lambda case, params: 7, lambda case, params: ["no hit"]], ids=["raises", "no list", "no hit"]
)
def test_a_check_that_breaks_takes_no_other_down(tmp_path: Path, outcome: Callable[..., object]) -> None:
    """It is told among what broke; all other rules have said what they say."""
    check("acme-begins", needs="claims")(outcome)  # type: ignore[arg-type]
    text = RULE.replace("claim-placeholder", "acme-begins").replace('params     = { claim = "sub" }\n', "")
    known = rules_from(folder(tmp_path / "mine", identity__acme_user_outside=text))
    (result,) = diagnose(minting.mint(claims={**minting.CLAIMS, "exp": NOW - 4000}), now=NOW, rules=known).results
    assert [each.rule for each in result.broke] == ["acme-user-outside"]
    assert "\x1b" not in result.broke[0].error
    assert "exp-past" in {each.rule for each in result.findings}


def test_a_check_whose_module_has_real_annotations(tmp_path: Path) -> None:
    """Types of parameters are understood with and without postponed annotations."""
    exec(compile(CHECK, "acme", "exec", dont_inherit=True), {"__name__": "acme"})
    text = OWN_CHECK.replace('begins = "integration@"', "begins = 7")
    with pytest.raises(CatalogError, match=r"params: `begins` must be str"):
        rules_from(folder(tmp_path / "mine", identity__acme_user_outside=text))
    assert "acme-user-outside" in rules_from(folder(tmp_path / "good", identity__acme_user_outside=OWN_CHECK)).rules


def test_a_finding_anywhere_is_shown(tmp_path: Path) -> None:
    """A check may point to an exhibit that we do not have; every format shows it all the same."""
    from jwtdoctor.render import FORMATS, Look, render

    check("acme-begins", needs="claims")(lambda case, params: one("weather", "wind.speed"))
    text = RULE.replace("claim-placeholder", "acme-begins").replace('params     = { claim = "sub" }\n', "")
    known = rules_from(folder(tmp_path / "mine", identity__acme_user_outside=text))
    with catalog.in_force(known):
        report = diagnose(minting.mint(), now=NOW)
        for name in FORMATS:
            assert "placeholder" in render(report, name, Look()), name


# --- packages ------------------------------------------------------------------------------------------------------------


def test_a_package_brings_rules_and_checks(tmp_path: Path) -> None:
    """Named, its rules hold and its checks are found; unnamed, it changes nothing and is not imported."""
    home = package(tmp_path, CHECK + "\nprint('imported')\n", rules=OWN_CHECK)
    token = minting.mint(claims={**minting.CLAIMS, "sub": "jane@acme-demo.example"})
    named = run(token, "--now", NOW, "--rules", "acme", "--format", "json", path=home)
    assert named.stdout.startswith("imported\n")
    (result,) = json.loads(named.stdout.partition("\n")[2])["results"]
    assert [each["rule"] for each in result["findings"]] == ["acme-user-outside"]
    assert result["findings"][0]["message"] == "`sub` does not begin with integration@"
    unnamed = run(token, "--now", NOW, "--format", "json", path=home)
    assert json.loads(unnamed.stdout)["results"][0]["findings"] == []
    gone = run("rules", "--rules", "acne", path=home)
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "installed packages offer acme" in gone.stderr


BROKEN = [
    ("import no_such_module_anywhere\n", "ModuleNotFoundError"),
    ("import sys\nsys.exit(7)\n", "SystemExit: 7"),
    ("raise RuntimeError('\\x1b[31mred')\n", "RuntimeError"),
    ("syntax error here\n", "SyntaxError"),
    (CHECK.replace('needs="claims"', 'needs="claims", reads="moon"'), "unknown in `reads`: moon"),
    (CHECK.replace('"acme-begins"', '"expiry-past"'), "a check is called 'expiry-past' already"),
]


@pytest.mark.parametrize(
    ("module", "told"), BROKEN, ids=[told.partition(" ")[0].rstrip(":") + str(at) for at, (_, told) in enumerate(BROKEN)]
)
def test_a_plug_in_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, told: str) -> None:
    """Whatever it does on import is one line, and leaves our checks as they were."""
    monkeypatch.syspath_prepend(str(package(tmp_path, module)))
    monkeypatch.delitem(sys.modules, "acme_jwt", raising=False)
    monkeypatch.delitem(sys.modules, "acme_jwt.checks", raising=False)
    ours = dict(CHECKS)
    with pytest.raises(CatalogError, match=r"\.toml:3: no check is called 'acme-begins'") as refused:
        rules_from(folder(tmp_path / "mine", identity__acme_user_outside=OWN_CHECK))
    assert "the plug-in acme (acme_jwt.checks) cannot be used: " in str(refused.value)
    assert told in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert ours == CHECKS
    sys.modules.pop("acme_jwt.checks", None)
    sys.modules.pop("acme_jwt", None)


def test_a_plug_in_that_fails_and_is_not_needed(tmp_path: Path) -> None:
    """Another package's failure is told, and the call goes on."""
    good, bad = package(tmp_path, rules=OWN_CHECK), package(tmp_path, "import no_such_module_anywhere\n", "bad")
    both = Path(f"{bad}{os.pathsep}{good}")
    done = run("explain", "acme-user-outside", "--rules", "acme", path=both)
    assert done.returncode == 0
    assert "Acme signs in with users made for it." in done.stdout
    assert done.stderr.count("\n") == 1
    assert "the plug-in bad (bad_jwt.checks) cannot be used: ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("value", [[], 7, "/nowhere/at/all", lambda: 1 / 0], ids=["nothing", "a number", "no folder", "raises"])
def test_an_offer_that_is_no_folder(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    """An entry point that gives something else is named with what it gave."""

    class Offer:
        name, value = "acme", "acme_jwt:rules"

        def load(self) -> object:
            return value

    monkeypatch.setattr(plugins, "_entry_points", lambda group: (Offer(),))
    with pytest.raises(CatalogError, match=r"the plug-in acme \(acme_jwt:rules\) cannot be used: "):
        rules_from("acme")


# --- the commands --------------------------------------------------------------------------------------------------------


def test_rules_are_listed_explained_and_used(call: Callable[..., Called], mine: Path) -> None:
    """The same option on each command, before and after the folder's name is told from a token."""
    here = mine.parent
    token = minting.mint(claims={**minting.CLAIMS, "sub": "<username>"})
    (here / "app.log").write_text(f"2026-11-23 12:00:00Z sent {token}\n" * 3)
    (here / "token.txt").write_text(token)
    listed = call("rules", "--rules", "my-rules", cwd=here)
    assert listed.out.splitlines()[-1].split()[:2] == ["acme-user-outside", "warning"]
    assert "handbook, chapter 4" in call("explain", "acme-user-outside", "--rules=my-rules", cwd=here).out
    done = call("token.txt", "--rules", "my-rules", "--now", NOW, "--format", "sarif", "--no-redact", cwd=here)
    assert "acme-user-outside" in {each["id"] for each in json.loads(done.out)["runs"][0]["tool"]["driver"]["rules"]}
    safe = call("redact", "token.txt", "--rules", "my-rules", "--now", NOW, cwd=here)
    assert (safe.code, safe.err) == (0, "")
    wrong = call("token.txt", "--rules", "nowhere", cwd=here)
    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1)


def test_a_config_names_them(call: Callable[..., Called], mine: Path) -> None:
    """``rules`` of a jwtdoctor.toml are folders beside it, wherever the call is made from."""
    environment = f'[environments.production]\naud = "https://login.salesforce.com"\niss = "{minting.ISS}"\nsub = "<username>"\n'
    (mine.parent / "jwtdoctor.toml").write_text(f'rules = ["my-rules"]\n{environment}')
    for folder_of_call, path in ((mine.parent, "."), (mine, "..")):
        done = call("preflight", path, "--now", NOW, "--format", "json", cwd=folder_of_call)
        (production,) = json.loads(done.out)["environments"]
        assert "acme-user-outside" in {each["rule"] for each in production["findings"]}


def test_triage_with_rules_in_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Workers that inherit nothing read the folders again."""
    from jwtdoctor.cli.triage import Options
    from jwtdoctor.cli.triage import run as triage

    mine = folder(tmp_path / "mine", identity__acme_user_outside=RULE.replace('"sub"', '"jti"').replace("{ sub =", "{ jti ="))
    token = minting.mint(claims={**minting.CLAIMS, "jti": "<username>"})
    (tmp_path / "app.log").write_text(f"2026-11-23 12:00:00Z sent {token}\n" * 3)
    monkeypatch.setattr(workers, "_SPAWN", True)
    options = Options(jobs="2", rules=(str(mine),), formats=("json",), fail_on="warning")
    with in_force(options.rules):
        assert triage([str(tmp_path / "app.log")], options) == 1
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert (group["cause"], group["count"]) == ("acme-user-outside", 3)


def test_worked_cases_and_pages(call: Callable[..., Called], mine: Path) -> None:
    """Proved with keys made for it; printed beside the rules; out of date when the rule changes."""
    here, rule = mine.parent, mine / "identity" / "acme-user-outside.toml"
    assert call("rules", "--rules", "my-rules", "--check", cwd=here).out == "my-rules: 1 rule, 2 worked cases: all hold\n"
    written = call("rules", "--rules", "my-rules", "--pages", cwd=here)
    assert written.code == 0
    pages = {"identity/acme-user-outside.md", "unseen/README.md", "symptoms/client/README.md", "README.md"}
    assert {line.removeprefix("written: my-rules/") for line in written.out.splitlines()} == pages
    assert {path.relative_to(mine).as_posix() for path in mine.rglob("*.md")} == pages
    page = rule.with_suffix(".md").read_text()
    assert "Acme handbook, chapter 4" in page
    assert "- a placeholder: found at `payload.sub`" in page
    assert "[acme-user-outside](identity/acme-user-outside.md)" in (mine / "README.md").read_text()
    assert call("rules", "--rules", "my-rules", "--check", "--pages", cwd=here).code == 0

    rule.write_text(RULE.replace('at = "payload.sub"', 'at = "payload.iss"'))
    done = call("rules", "--rules", "my-rules", "--check", "--pages", cwd=here)
    assert (done.code, done.err) == (1, "")
    first, second, *rest = done.out.splitlines()
    assert first.startswith(
        "my-rules/identity/acme-user-outside.toml:19: 'a placeholder': promised {'at': 'payload.iss'}, which no finding kept"
    )
    assert "found [{'at': 'payload.sub'" in second
    assert rest == ["my-rules: 1 rule, 2 worked cases: 1 does not hold", "out of date: my-rules/identity/acme-user-outside.md"]


BAD_CASES = [
    ('claims = { sub = "<username>" }', 'claims = { sub = "<username>" }\nmutation = "pss"', ":19: 'a placeholder': `mutation` 'pss' is for the rules of jwtdoctor itself"),
    ('claims = { sub = "<username>" }', 'claims = { sub = "<username>" }\ncertificate = "moon"', "no certificate is called 'moon'; there are match"),
    ('claims = { sub = "<username>" }', 'claims = { sub = "<username>" }\nkey = "moon"', "no key is called 'moon'; there are match, other, ec"),
    ('claims = { sub = "<username>" }', 'profile = "moon"', "no profile is called 'moon'; known are generic"),
    ('title = "the integration user"', 'title = "the integration user"\ntext = "no token"', ":24: 'the integration user': a worked case"),
    ('help     = "sign in', 'help     = "sign  in', "two spaces or an empty fact"),
    ("[explain]", '[variant.odd]\nheadline = "odd"\n\n[explain]', "no wording 'odd'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), BAD_CASES)
def test_a_worked_case_that_does_not_hold(call: Callable[..., Called], mine: Path, old: str, new: str, told: str) -> None:
    """Told with the line of the case; no traceback, whatever it asks for."""
    rule = mine / "identity" / "acme-user-outside.toml"
    assert old in RULE
    rule.write_text(RULE.replace(old, new))
    done = call("rules", "--rules", "my-rules", "--check", cwd=mine.parent)
    assert done.code in (1, 2)
    assert told in done.out + done.err


def test_check_wants_a_folder(call: Callable[..., Called], tmp_path: Path) -> None:
    """It is about rules of one's own."""
    for option in ("--check", "--pages"):
        done = call("rules", option, cwd=tmp_path)
        assert (done.code, done.out) == (2, "")
        assert "--rules DIR" in done.err


def test_our_rules_could_be_somebodys(call: Callable[..., Called], tmp_path: Path) -> None:
    """Two of our own rules under other names work as ours do: there is nothing special about ours."""
    for name in ("time/exp-past", "audience/aud-array"):
        source = Path(__file__).resolve().parents[1] / "rules" / f"{name}.toml"
        group, _, rule = name.partition("/")
        text = source.read_text().replace(f'"{rule}"', f'"acme-{rule}"')
        folder(tmp_path / "mine", **{f"{group}__acme-{rule}": text})
    done = call("rules", "--rules", "mine", "--check", cwd=tmp_path)
    assert (done.code, done.err) == (0, ""), done
    assert "mine: 2 rules, " in done.out
