"""`jwtdoctor preflight`: the sample project and its faults, keys and git around it, formats, excuses, and everything that is no config."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import minting
import projects
import pytest
from markdown_it import MarkdownIt
from throwaway import pem

from jwtdoctor.cli import preflight, rulesets, sources, surroundings
from jwtdoctor.cli.failure import Failure
from jwtdoctor.cli.preflight import Options
from jwtdoctor.render import FORMATS

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "jwtdoctor" / "render" / "preflight.schema.json").read_text(encoding="utf-8"))
NOW = str(minting.FROZEN_NOW)
COLUMNS = ("config", "key", "certificate", "project", "assertion", "git")

pytestmark = pytest.mark.usefixtures("own_git")


@pytest.fixture
def own_git(monkeypatch):
    """git without anybody's own settings, and outside of any repository that the tests themselves are in."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture
def examine(capsys):
    """One run; what it prints as JSON, with its exit code under ``code``."""

    def run(place, **options):
        options = {"now": NOW, "formats": ("json",), **options}
        code = preflight.run(str(place), Options(**options))
        document = json.loads(capsys.readouterr().out)
        jsonschema.validate(document, SCHEMA)
        return {**document, "code": code}

    return run


def found(document, *names):
    """Environment and rule of every finding; of these environments alone where some are named."""
    return [
        (each["name"], finding["rule"])
        for each in document["environments"]
        for finding in each["findings"]
        if not names or each["name"] in names
    ]


def states(document, name):
    """What came of each check in one environment."""
    row = next(each for each in document["environments"] if each["name"] == name)
    return {column: row["checks"][column]["state"] for column in COLUMNS}


def config_of(folder, text, **files):
    """A folder with a config and some files, without git."""
    folder.mkdir(exist_ok=True)
    (folder / "jwtdoctor.toml").write_text(text, encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def stopped(place, *words, code=2, **options):
    """It could not do the job, and says why in one line."""
    with pytest.raises(Failure) as raised:
        preflight.run(str(place), Options(**{"now": NOW, **options}))
    assert raised.value.code == code
    told = str(raised.value)
    assert "\n" not in told
    for word in words:
        assert word in told
    return told


# --- the sample project --------------------------------------------------------------------------------------------------


def test_nothing_is_objected_to_in_the_healthy_project(tmp_path, examine):
    """No finding of any weight, and nothing that was left out."""
    document = examine(projects.write(projects.healthy(), tmp_path / "p"))

    assert (document["code"], found(document), document["notes"]) == (0, [], [])
    assert [each["name"] for each in document["environments"]] == ["production", "uat", "project"]
    for name in ("production", "uat"):
        assert set(states(document, name).values()) == {"good"}
    assert [each["verdict"] for each in document["environments"]] == ["accepted", "accepted", "undetermined"]


FOLLOWS = {"sandbox-at-production": {("uat", "sub-wrong-org")}}
"""What a fault brings along that is no fault of its own."""


def test_there_are_fifteen_faults_of_fifteen_rules():
    """As many as were asked for, and no rule twice."""
    assert len({each.rule for each in projects.FAULTS.values()}) == len(projects.FAULTS) == 15


@pytest.mark.parametrize("name", projects.FAULTS)
def test_each_fault_is_found_by_its_rule_and_by_no_other(tmp_path, examine, name):
    """In the environment it is in."""
    fault = projects.FAULTS[name]
    document = examine(projects.write(projects.planted([name]), tmp_path / "p"))

    assert set(found(document)) - FOLLOWS.get(name, set()) == {(fault.where, fault.rule)}
    findings = [each for row in document["environments"] for each in row["findings"] if each["rule"] == fault.rule]
    assert all(each["message"] and each["help"] and each["span"] for each in findings)
    assert document["code"] == (1 if any(each["severity"] == "error" for each in findings) else 0)


def test_all_faults_together_are_all_found(tmp_path, examine):
    """None hides another."""
    document = examine(projects.write(projects.planted(projects.FAULTS), tmp_path / "p"))

    assert {(each.where, each.rule) for each in projects.FAULTS.values()} <= set(found(document))
    assert document["code"] == 1


def test_a_finding_points_into_its_file(tmp_path, examine):
    """Into the config, or into the metadata, as it can be opened from here."""
    folder = projects.write(projects.planted(["an-hour-of-life", "no-refresh-token-scope"]), tmp_path / "p")
    document = examine(folder)

    for finding in document["environments"][0]["findings"]:
        rows = Path(finding["source"]).read_text(encoding="utf-8").split("\n")
        row = rows[finding["span"]["line"] - 1][finding["span"]["column"] - 1 :]
        assert row.startswith({"exp-too-far": "7200", "app-scope-refresh-token-missing": "Api"}[finding["rule"]])


def test_a_project_without_a_config(tmp_path, examine):
    """Is examined alone, as an environment called project."""
    project = projects.planted(["no-refresh-token-scope", "no-remote-site"]).without(projects.CONFIG)
    document = examine(projects.write(project, tmp_path / "p"))

    assert (document["config"], [each["name"] for each in document["environments"]]) == (None, ["project"])
    assert set(found(document)) == {("project", "app-scope-refresh-token-missing"), ("project", "remote-site-setting-missing")}


def test_an_environment_called_project(tmp_path, examine):
    """Is not taken for the project."""
    project = projects.healthy()
    document = examine(
        projects.write(
            project.with_(projects.CONFIG, project.text(projects.CONFIG).replace(".uat]", ".project]")), tmp_path / "p"
        )
    )
    assert [(each["name"], each["project"]) for each in document["environments"]] == [
        ("production", False), ("project", False), ("(project)", True),
    ]  # fmt: skip


def test_one_environment_of_several(tmp_path, examine):
    """The others are not looked at; a name that is none's is told with those there are."""
    folder = projects.write(projects.planted(["sandbox-at-production", "no-key-file"]), tmp_path / "p")
    document = examine(folder, environments=("production",))

    assert [each["name"] for each in document["environments"]] == ["production", "project"]
    assert found(document) == [("production", "environment-key-missing")]
    stopped(folder, "--env prod", "production, uat", environments=("prod",))


def test_the_config_in_a_pyproject(tmp_path, examine, capsys):
    """The same, from [tool.jwtdoctor]; its places are those in that file."""
    project = projects.planted(["an-hour-of-life"])
    text = (
        project.text(projects.CONFIG)
        .replace("[environments.", "[tool.jwtdoctor.environments.")
        .replace("project =", "[tool.jwtdoctor]\nproject =")
    )
    folder = projects.write(project.without(projects.CONFIG).with_("pyproject.toml", text), tmp_path / "p")

    for place in (folder, folder / "pyproject.toml"):
        document = examine(place)
        assert found(document) == [("production", "exp-too-far")]
        assert document["config"] == str(folder / "pyproject.toml")


# --- whose app is it? ----------------------------------------------------------------------------------------------------


def one_app():
    """The healthy project with the Connected App alone; the sandbox has a copy of it, with a consumer key and a pair of its own."""
    project = projects.healthy().changed(projects.CONFIG, 'app = "external-client-app"', 'app = "connected-app"')
    for path in (projects.ECA, projects.GLOBAL, projects.SCOPES, projects.POLICIES, projects.ENABLED):
        project = project.without(path)
    return project


def cell(document, name, column):
    """What one cell of the table says."""
    return next(each for each in document["environments"] if each["name"] == name)["checks"][column]


def test_an_app_of_production_is_not_forced_on_a_sandbox(tmp_path, examine, monkeypatch):
    """The sandbox's consumer key is that of no app here, or is not known at all: then nothing is known of its app, and that is all."""
    for path, iss in (("p", f'"{projects.UAT_ISS}"'), ("q", '"env:NOT_SET"')):
        project = one_app().changed(projects.CONFIG, f'"{projects.UAT_ISS}"', iss)
        document = examine(projects.write(project, tmp_path / path))
        assert [each for each in found(document) if each[1] != "environment-variable-unset"] == []
        assert cell(document, "uat", "project")["state"] == "not-examined"
        assert cell(document, "production", "project")["state"] == "good"


def test_a_letter_of_the_consumer_key_is_wrong(tmp_path, examine):
    """The certificate tells which app it is; another consumer key of the same pair may be right, so it is a warning, with both values."""
    project = projects.healthy().changed(projects.CONFIG, f'"{projects.UAT_ISS}"', f'"{projects.UAT_ISS[:-1]}b"')
    document = examine(projects.write(project, tmp_path / "p"))

    assert (found(document), document["code"]) == ([("uat", "iss-not-of-project-app")], 0)
    finding = document["environments"][1]["findings"][0]
    assert (finding["severity"], finding["facts"]["iss"], finding["facts"]["consumer_key"]) == (
        "warning", f"{projects.UAT_ISS[:-1]}b", projects.UAT_ISS,
    )  # fmt: skip

    # Another org's copy of production's app, with the same pair, is no slip.
    project = one_app().with_("certs/uat.crt", minting.certificate("match")).with_(projects.UAT_KEY, minting.private_pem("match"))
    document = examine(projects.write(project, tmp_path / "q"))
    assert found(document) == [("uat", "environment-key-shared")]


def test_the_wrong_certificate_in_the_config(tmp_path, examine):
    """Key and app belong together: the app is not blamed, and the assertion is verified with the app's certificate."""
    project = projects.healthy().with_("certs/uat.crt", minting.certificate("match"))
    document = examine(projects.write(project, tmp_path / "p"))
    assert found(document, "uat") == [("uat", "environment-key-of-other-certificate")]
    assert document["environments"][1]["findings"][0]["variant"] == "app"
    assert document["environments"][1]["findings"][0]["facts"]["app"] == "Acme_Uat"
    assert states(document, "uat")["assertion"] == "good"

    # Where no app tells, the assertion is signed and not verified, and does not look so.
    document = examine(projects.write(one_app().with_("certs/uat.crt", minting.certificate("rsa-e3")), tmp_path / "q"))
    assert found(document, "uat") == [("uat", "environment-key-of-other-certificate")]
    assert states(document, "uat")["assertion"] == "not-examined"


def test_the_pair_is_of_another_app(tmp_path, examine):
    """Key and certificate belong together, and the app has the certificate of neither: told where that certificate stands."""
    project = projects.healthy().with_("certs/uat.crt", minting.certificate("rsa-e3"))
    document = examine(projects.write(project.with_(projects.UAT_KEY, minting.private_pem("rsa-e3")), tmp_path / "p"))

    assert found(document) == [("uat", "app-certificate-of-other-key")]
    finding = document["environments"][1]["findings"][0]
    assert finding["facts"]["file"] == projects.GLOBAL
    assert finding["facts"]["certificate"].endswith("certs/uat.crt")


@pytest.mark.parametrize("text", ["<ConnectedApp", " " * (1 << 20) + "<ConnectedApp/>"])
def test_an_app_that_cannot_be_read(tmp_path, examine, text):
    """Broken, or too large: the file is told, and nobody is judged by the other app."""
    project = projects.healthy().with_(projects.CONNECTED, text).changed(projects.CONFIG, 'app-name = "Acme_Integration"\n', "")
    for chosen in ((), ("uat",)):
        document = examine(projects.write(project, tmp_path / "p"), environments=chosen)
        assert (found(document), document["code"]) == ([("project", "metadata-unreadable")], 1)
    assert cell(examine(tmp_path / "p"), "production", "project")["state"] == "not-examined"


def test_an_app_name_that_is_no_app(tmp_path, examine):
    """Told with the names that there are; the consumer key still tells which app it is."""
    project = projects.planted(["users-approve-themselves"]).changed(projects.CONFIG, '"Acme_Integration"', '"Acme_Intergation"')
    document = examine(projects.write(project, tmp_path / "p"))
    assert found(document) == [("production", "environment-app-not-in-project"), ("production", "app-users-approve-themselves")]
    assert document["environments"][0]["findings"][0]["facts"]["near"] == "Acme_Integration"


def test_one_environment_and_the_apps_of_the_others(tmp_path, examine):
    """What is wrong with production's app is production's: it is not told of the project, and a baseline of all fits each alone."""
    folder = projects.write(projects.planted(["users-approve-themselves", "no-refresh-token-scope"]), tmp_path / "p")
    assert found(examine(folder, environments=("uat",), fail_on="warning")) == []
    baseline = str(folder / "baseline.json")
    examine(folder, write_baseline=baseline)
    for chosen in (("uat",), ("production",), ()):
        assert examine(folder, environments=chosen, baseline=baseline, fail_on="warning")["code"] == 0


def test_a_passphrase_is_asked_for_where_somebody_is(tmp_path, examine, monkeypatch):
    """One that does not fit is asked for again; nothing typed leaves the key unexamined."""
    locked = projects.healthy().with_(projects.UAT_KEY, minting.private_pem("other", b"right"))
    projects.write(locked, tmp_path)
    for typed, state in ((["wrong", "right"], "good"), (["wrong", ""], "warning")):
        answers = iter(typed)
        monkeypatch.setattr("jwtdoctor.cli.keyfiles._is_at_a_terminal", lambda: True)
        monkeypatch.setattr("getpass.getpass", lambda prompt, answers=answers: next(answers))
        assert cell(examine(tmp_path), "uat", "key")["state"] == state
        assert list(answers) == []


def test_no_key_is_no_shared_key(tmp_path, examine):
    """Two environments of one app, of whose keys nothing is known but the certificate on the app."""
    text = projects.healthy().text(projects.CONFIG)
    text = text.replace(projects.UAT_ISS, projects.ISS).replace("external-client-app", "connected-app")
    rows = [row for row in text.splitlines() if not row.startswith(("key =", "certificates ="))]
    document = examine(projects.write(projects.healthy().with_(projects.CONFIG, "\n".join(rows)), tmp_path / "p"))
    assert {rule for _, rule in found(document)} == {"environment-incomplete"}


def test_a_secret_that_git_tracks_is_told_once(tmp_path, examine):
    """As what it is: tracked."""
    project = projects.planted(["consumer-secret-in-a-file"])._replace(ignored="keys/\n")
    document = examine(projects.write(project, tmp_path / "p"))
    told = [each for row in document["environments"] for each in row["findings"] if each["rule"] == "consumer-secret-in-project"]
    assert [each["variant"] for each in told] == ["tracked"]


def test_an_audience_that_only_the_endpoint_tells(tmp_path, examine):
    """Is examined as the one that `mint` takes, and a remark says so; without an endpoint there is none, and that is an error."""
    rows = projects.healthy().text(projects.CONFIG).splitlines()
    for ends, rule, code in ((("aud =",), "environment-incomplete", 0), (("aud =", "endpoint ="), "aud-missing", 1)):
        text = "\n".join(row for row in rows if not row.startswith(ends))
        document = examine(projects.write(projects.healthy().with_(projects.CONFIG, text), tmp_path / "p"))
        assert ("production", rule) in found(document)
        assert document["code"] == code
    assert states(document, "production")["assertion"] == "not-examined"


# --- keys and certificates -----------------------------------------------------------------------------------------------

SMALL = """\
[environments.production]
org = "production"
endpoint = "https://login.salesforce.com/services/oauth2/token"
aud = "https://login.salesforce.com"
iss = "%s"
sub = "integration@acme-demo.example"
certificates = ["app.crt"]
%s
"""


def small(key):
    """A config whose key is told by this line."""
    return SMALL % (minting.ISS, key)


def test_a_key_in_a_variable(tmp_path, examine, monkeypatch):
    """Is read from there; one that is not set is a warning, and the rest is examined."""
    folder = config_of(tmp_path / "p", small('key-env = "PREFLIGHT_KEY"'), **{"app.crt": minting.certificate("other")})

    document = examine(folder)
    assert found(document) == [("production", "environment-variable-unset")]
    assert states(document, "production") == {
        "config": "good", "key": "warning", "certificate": "good", "project": "not-examined", "assertion": "not-examined", "git": "not-examined",
    }  # fmt: skip

    monkeypatch.setenv("PREFLIGHT_KEY", minting.private_pem("match").decode())
    document = examine(folder)
    assert (document["code"], found(document)) == (1, [("production", "environment-key-of-other-certificate")])

    monkeypatch.setenv("PREFLIGHT_KEY", minting.private_pem("other").decode().replace("\n", "\\n"))
    assert found(examine(folder)) == [("production", "environment-key-unusable")]


def test_what_is_no_key(tmp_path, examine):
    """A certificate, nothing, a folder, noise, a key of another type: each is told, and the other checks go on."""
    files = {
        "app.crt": minting.certificate("match"), "empty.key": b"", "noise.key": bytes(range(256)) * 9, "ec.key": pem(key=minting.key("ec")).encode(),
        "short.key": minting.private_pem("rsa1024"),
    }  # fmt: skip
    for name, rules in {
        "app.crt": {"environment-key-unusable"}, "empty.key": {"environment-key-unusable"}, "noise.key": {"environment-key-unusable"},
        ".": {"environment-key-missing"}, "none.key": {"environment-key-missing"},
        "ec.key": {"environment-key-unsuitable", "environment-key-of-other-certificate"},
        "short.key": {"environment-key-unsuitable", "environment-key-of-other-certificate"},
    }.items():  # fmt: skip
        folder = config_of(tmp_path / "p", small(f'key = "{name}"'), **files)
        for each in files:
            (folder / each).chmod(0o600)
        document = examine(folder)
        assert set(found(document)) == {("production", rule) for rule in rules}, name
        assert states(document, "production")["certificate"] == "good"


def test_a_key_under_a_passphrase(tmp_path, examine):
    """Without the passphrase it is told; with it the key is compared and signs."""
    files = {
        "app.crt": minting.certificate("match"),
        "app.key": minting.private_pem("match", b"open sesame"),
        "words": b"open sesame\n",
    }
    folder = config_of(tmp_path / "p", small('key = "app.key"'), **files)
    (folder / "app.key").chmod(0o600)

    assert found(examine(folder)) == [("production", "environment-key-unusable")]
    document = examine(folder, passphrase_file=str(folder / "words"))
    assert (found(document), states(document, "production")["assertion"]) == ([], "good")


def test_a_certificate_that_is_not_there(tmp_path, examine):
    """Points to its place in the list; the other one is examined."""
    text = small("").replace('["app.crt"]', '["none.crt", "app.crt"]')
    document = examine(config_of(tmp_path / "p", text, **{"app.crt": minting.certificate("expired")}))

    spots = {each["rule"]: each["span"] for each in document["environments"][0]["findings"]}
    assert set(spots) == {"environment-certificate-missing", "cert-expired", "environment-incomplete"}
    assert spots["environment-certificate-missing"]["column"] == len("certificates = [") + 1
    assert spots["cert-expired"]["column"] == len('certificates = ["none.crt", ') + 1


def test_each_file_is_read_once_and_a_pipe_never(tmp_path, examine, monkeypatch):
    """However many environments name it."""
    folder = config_of(
        tmp_path / "p",
        '[defaults]\nkey = "app.key"\ncertificates = ["app.crt", "pipe"]\n[environments.a]\n[environments.b]\n',
        **{"app.crt": minting.certificate("match"), "app.key": minting.private_pem("match")},
    )
    os.mkfifo(folder / "pipe")
    read = []
    monkeypatch.setattr(surroundings, "attempt", lambda name, limit: read.append(Path(name).name) or sources.attempt(name, limit))
    document = examine(folder)

    assert sorted(read) == ["app.crt", "app.key"]
    assert [each for each in found(document) if each[1] == "environment-certificate-missing"] == [
        ("a", "environment-certificate-missing"), ("b", "environment-certificate-missing"),
    ]  # fmt: skip


def test_when_certificates_end(tmp_path, examine, capsys):
    """By the environment's own days, else those of the option, else those of the rule; the calendar tells the date in any case."""
    files = {"app.crt": minting.certificate("expiring"), "app.key": minting.private_pem("match")}
    for line, option, expected in (
        ("", None, True),
        ("", "5", False),
        ("warn-days = 5", None, False),
        ("warn-days = 20", "5", True),
    ):
        folder = config_of(tmp_path / "p", small(f'key = "app.key"\n{line}'), **files)
        (folder / "app.key").chmod(0o600)
        document = examine(folder, warn_days=option)
        assert (("production", "cert-expired") in found(document)) is expected
        assert [each["days_left"] for each in document["environments"][0]["certificates"]] == [10]


def test_one_key_for_production_and_a_sandbox(tmp_path, examine):
    """Is told of the sandbox; by the hosts too where `org` is not said, and not between two sandboxes."""
    for said, told in (('org = "sandbox"', True), ("", True), ('org = "production"', False)):
        uat = (
            small('key = "app.key"')
            .replace(".production]", ".uat]")
            .replace("login.", "test.")
            .replace('org = "production"', said)
        )
        folder = config_of(
            tmp_path / "p",
            small('key = "app.key"') + uat,
            **{"app.crt": minting.certificate("match"), "app.key": minting.private_pem("match")},
        )
        (folder / "app.key").chmod(0o600)
        assert (("uat", "environment-key-shared") in found(examine(folder))) is told
        assert ("production", "environment-key-shared") not in found(examine(folder))


@pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX systems")
@pytest.mark.parametrize(
    ("mode", "told"), [(0o600, []), (0o400, []), (0o640, ["its group"]), (0o604, ["everybody"]), (0o602, ["everybody"])]
)
def test_who_may_read_the_key(tmp_path, examine, mode, told):
    """Group and others, reading and writing."""
    folder = config_of(
        tmp_path / "p",
        small('key = "app.key"'),
        **{"app.crt": minting.certificate("match"), "app.key": minting.private_pem("match")},
    )
    (folder / "app.key").chmod(mode)
    findings = [each for each in examine(folder)["environments"][0]["findings"] if each["rule"] == "environment-key-exposed"]
    assert [each["facts"]["who"] for each in findings] == told


# --- git -----------------------------------------------------------------------------------------------------------------


def staged(folder):
    """The folder as a git work tree with everything staged."""
    for words in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


def test_keys_that_git_tracks(tmp_path, examine):
    """Whatever they are called; a text that only speaks of keys is none. The line of the first one is told."""
    folder = config_of(tmp_path / "p", small('key = "app.key"'), **{
        "app.crt": minting.certificate("match"), "app.key": minting.private_pem("match"),
        "notes.md": b"first line\n\n" + minting.private_pem("other"), "locked.txt": minting.private_pem("other", b"x"),
        "readme.md": b"it begins with -----BEGIN PRIVATE KEY----- and ends\n", "store.p12": minting.certificate("pkcs12"),
        "spa ce\xe9.pem": minting.private_pem("other"), ".gitignore": b"ignored.pem\n", "ignored.pem": minting.private_pem("other"),
    })  # fmt: skip
    (folder / "app.key").chmod(0o600)
    staged(folder)
    document = examine(folder)

    assert [each["name"] for each in document["environments"]] == ["production", "project"]
    assert found(document, "production") == [("production", "secret-in-git")]
    told = {
        Path(each["facts"]["file"]).name: (each["variant"], each["facts"]["line"])
        for each in document["environments"][1]["findings"]
    }
    assert told == {
        "notes.md": ("private-key", 3), "locked.txt": ("encrypted-private-key", 1), "store.p12": ("keystore", 1), "spa ceé.pem": ("private-key", 1),
    }  # fmt: skip
    assert document["code"] == 0


def test_a_key_that_nothing_keeps_out_of_git(tmp_path, examine):
    """Not tracked and not ignored: a remark. Outside of the work tree: nothing to be told."""
    folder = config_of(tmp_path / "p", small('key = "app.key"'), **{"app.crt": minting.certificate("match")})
    staged(folder)
    (folder / "app.key").write_bytes(minting.private_pem("match"))
    (folder / "app.key").chmod(0o600)
    document = examine(folder)
    assert found(document) == [("production", "secret-in-git")]
    assert states(document, "production")["git"] == "info"

    (folder / "app.key").rename(tmp_path / "app.key")
    document = examine(config_of(folder, small('key = "../app.key"')))
    assert (found(document), states(document, "production")["git"]) == ([], "not-examined")


def test_without_git(tmp_path, examine, monkeypatch):
    """Not in a work tree, and not installed: told, and the rest is examined."""
    folder = config_of(
        tmp_path / "p",
        small('key = "app.key"'),
        **{"app.crt": minting.certificate("match"), "app.key": minting.private_pem("match")},
    )
    (folder / "app.key").chmod(0o600)
    assert examine(folder)["environments"][0]["checks"]["git"] == {"state": "not-examined", "text": "not in a git work tree"}

    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    document = examine(folder)
    assert document["environments"][0]["checks"]["git"] == {"state": "not-examined", "text": "git is not installed"}
    assert states(document, "production")["assertion"] == "good"


def test_nothing_of_the_repository_is_run(tmp_path, examine, monkeypatch):
    """A repository's own settings name programs; none of them is started, and variables of a hook do not lead elsewhere."""
    folder = projects.write(projects.healthy(), tmp_path / "p")
    mark = tmp_path / "was-run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    program.chmod(0o700)
    lack_an_object(folder, program)
    for name in ("core.fsmonitor", "core.pager", "pager.grep", "diff.external"):
        subprocess.run(["git", "-C", str(folder), "config", name, str(program)], check=True)
    subprocess.run(["git", "-C", str(folder), "config", "core.hooksPath", str(tmp_path)], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))

    document = examine(folder)

    assert not mark.exists()
    assert states(document, "production")["git"] == "good"
    assert found(document, "project") == [("project", "secret-in-git")]


def lack_an_object(folder, program):
    """A partial clone without one of its objects, which git gets with a program of the repository's choice; and a key beside it."""
    (folder / "lacking.txt").write_bytes(b"lacking\n")
    (folder / "leak.pem").write_bytes(minting.private_pem("other"))
    settings = {
        "core.repositoryformatversion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": str(folder), "remote.origin.uploadpack": str(program), "color.ui": "always", "color.grep": "always",
    }  # fmt: skip
    words = [
        ("add", "-f", "lacking.txt", "leak.pem"),
        ("update-index", "--assume-unchanged", "lacking.txt"),
        *(("config", *each) for each in settings.items()),
    ]
    for each in words:
        subprocess.run(["git", "-C", str(folder), *each], check=True, capture_output=True)
    blob = hashlib.sha1(b"blob 8\0lacking\n", usedforsecurity=False).hexdigest()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (folder / "lacking.txt").unlink()


def test_settings_of_git_do_not_hide_a_key(tmp_path, examine, monkeypatch):
    """Colours, names told from the top, names read as patterns."""
    (tmp_path / "p").mkdir()
    folder = config_of(
        tmp_path / "p" / "sub", small(""), **{"app.crt": minting.certificate("match"), "leak.pem": minting.private_pem("other")}
    )
    staged(tmp_path / "p")
    for name in ("color.ui", "color.grep"):
        subprocess.run(["git", "-C", str(folder), "config", name, "always"], check=True)
    subprocess.run(["git", "-C", str(folder), "config", "grep.fullName", "true"], check=True)
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")

    assert ("project", "secret-in-git") in found(examine(folder))


def test_rules_of_the_config_do_not_run_for_ever(tmp_path, monkeypatch):
    """A pattern may try more ways than there is time for; the config's rules come with the project, and nobody has read them."""
    pattern = "(a+)+$"
    profile = f'name = "evil"\ntitle = "evil"\n[settings]\n[[host]]\nname = "h"\nmatch = "{pattern}"\nkind = "own"\ntitle = "x"\nsource = "x"\n'
    text = f'rules = ["./evil"]\n[environments.a]\nprofile = "evil"\naud = "x"\nendpoint = "https://{"a" * 50}.example/x"\n'
    folder = config_of(tmp_path / "p", text)
    (folder / "evil" / "profiles").mkdir(parents=True)
    (folder / "evil" / "profiles" / "evil.toml").write_text(profile)
    monkeypatch.setattr(rulesets, "PATIENCE", 0.5)

    stopped(folder, "jwtdoctor.toml: `rules`: not done within 0.5 seconds")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_secret_beside_what_is_wrong_in_code_is_not_shown(tmp_path, capsys):
    """In the same line of Apex, as the text that a variable is given."""
    beside = "String consumerSecret = '7253489761029384756'; String pw = \"hunter2hunter2\";"
    project = projects.healthy()
    text = project.text(projects.APEX)
    line = next(each for each in text.split("\n") if "setAud" in each)
    wrong = project.with_(projects.APEX, text.replace(line, f"jwt.setAud('https://test.salesforce.com/x'); {beside}"))
    folder = projects.write(wrong, tmp_path / "p", git=False)
    for format in FORMATS:
        preflight.run(str(folder), Options(now=NOW, formats=(format,)))
        told = capsys.readouterr().out
        assert "7253489761029384756" not in told
        assert "hunter2" not in told


# --- what is written -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_every_fault_and_no_secret(tmp_path, capsys, format):
    """Rules or counts, and never a key, the consumer secret, or an assertion."""
    folder = projects.write(projects.planted(projects.FAULTS), tmp_path / "p")
    preflight.run(str(folder), Options(now=NOW, formats=(format,)))
    text = capsys.readouterr().out

    # A row of CSV counts the findings and names the first cause alone.
    wanted = (
        {each.rule for each in projects.FAULTS.values()}
        if format != "csv"
        else {"remote-site-missing", "aud-token-endpoint-path"}
    )
    assert {each for each in wanted if each not in text} == set()
    for secret in ("PRIVATE KEY", "0A1B2C3D" * 8, "eyJ", minting.private_pem("other").decode().split("\n")[3]):
        assert secret not in text
    assert "\x1b" not in text


def test_sarif_is_valid_and_stays_within_the_run_folder(tmp_path, capsys, monkeypatch):
    """Relative names, so that a code host finds the files; SARIF alone fails nothing."""
    folder = projects.write(projects.planted(projects.FAULTS), tmp_path / "p")
    monkeypatch.chdir(folder)
    assert preflight.run(None, Options(now=NOW, formats=("sarif",))) == 0
    document = json.loads(capsys.readouterr().out)

    jsonschema.validate(document, json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text()))
    places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in document["runs"][0]["results"]}
    assert {"jwtdoctor.toml", projects.CONNECTED, projects.POLICIES, projects.APEX, projects.CREDENTIAL} <= places
    assert all((folder / each).is_file() for each in places)


def test_the_screen(tmp_path, capsys, monkeypatch):
    """One screen first: a row for each environment, a column for each check; plain text says the same in words."""
    folder = projects.write(projects.planted(["sandbox-at-production", "no-key-file", "expired-certificate"]), tmp_path / "p")
    monkeypatch.setenv("COLUMNS", "80")
    preflight.run(str(folder), Options(now=NOW, formats=("terminal",)))
    rows = capsys.readouterr().out.splitlines()

    head = next(row for row in rows if row.startswith("environment"))
    assert head.split() == ["environment", *COLUMNS]
    production = next(row for row in rows if row.startswith("production"))
    assert production.split() == ["production", "✓", "✗", "1", "!", "1", "✓", "–", "–"]
    assert max(map(len, rows[: rows.index(production) + 3])) <= 80
    assert rows[-1] == "3 errors, 1 warning"

    preflight.run(str(folder), Options(now=NOW, formats=("plain",)))
    text = " ".join(capsys.readouterr().out.split())
    assert (
        "Environment production (production): config good; key 1 error; certificate 1 warning; project good; assertion not examined"
        in text
    )


def test_one_fault_of_several_environments_is_told_once(tmp_path, capsys):
    """With every place it stands at."""
    text = small('key = "app.key"') + small('key = "app.key"').replace(".production]", ".second]")
    folder = config_of(tmp_path / "p", text, **{"app.crt": minting.certificate("match"), "app.key": minting.private_pem("match")})
    (folder / "app.key").chmod(0o644)
    preflight.run(str(folder), Options(now=NOW, formats=("plain",)))
    out = capsys.readouterr().out
    assert out.count("Warning environment-key-exposed") == 1
    assert out.count('key = "app.key"') == 2
    assert "Result: 1 warning\n" in out


def test_names_from_the_config_never_steer_a_terminal(tmp_path, capsys):
    """Values, file names and names of apps are shown, never obeyed."""
    text = small('key = "\\u001b[31mred\\u202e.key"\nlifetime = 9000').replace("integration@", "\\u001b]0;title\\u0007@")
    folder = config_of(tmp_path / "p", text.replace('"app.crt"', '"\\u009b31m.crt"'))
    for format in ("terminal", "plain", "json", "markdown", "github", "junit", "html", "csv", "sarif"):
        preflight.run(str(folder), Options(now=NOW, formats=(format,)))
        out = capsys.readouterr().out
        assert not [each for each in out if not each.isprintable() and each not in "\r\n"]


def test_markdown_has_the_table_and_no_markup_of_strangers(tmp_path, capsys):
    """What stands in the config is shown as it is: no link, no image, no tag, no further cell."""
    hostile = "[a](https://evil.example)![b](c)<img src=x>|d"
    text = small("lifetime = 9000").replace(minting.ISS, hostile).replace("integration@", f"{hostile} @")
    folder = config_of(tmp_path / "p", text.replace('"app.crt"', f'"{hostile}.crt"'))
    for format in ("markdown", "github-summary"):
        preflight.run(str(folder), Options(now=NOW, formats=(format,)))
        out = capsys.readouterr().out
        assert "| environment | config | key | certificate | project | assertion | git |" in out
        tokens = MarkdownIt("commonmark").enable("table").parse(out)
        inner = [each for token in tokens for each in token.children or ()]
        assert not [each for each in (*tokens, *inner) if each.type in ("link_open", "image", "html_block", "html_inline")]
        assert sum(each.type == "td_open" for each in tokens) == 7


def test_files_of_several_formats(tmp_path, capsys):
    """`--output` as everywhere; the config itself is not written over."""
    folder = projects.write(projects.planted(["an-hour-of-life"]), tmp_path / "p")
    targets = [str(tmp_path / name) for name in ("a.sarif", "b.json", "c.xml", "d.md")]
    assert preflight.run(str(folder), Options(now=NOW, outputs=tuple(targets))) == 0
    assert all("exp-too-far" in Path(each).read_text(encoding="utf-8") for each in targets if not each.endswith(".xml"))
    stopped(folder, "read in the same call", outputs=(f"json:{folder / 'jwtdoctor.toml'}",))


def test_what_is_read_is_not_written_over(tmp_path):
    """The key above all; neither by a report nor by a baseline, and these two do not take one file either."""
    folder = projects.write(projects.healthy(), tmp_path / "p", git=False)
    (tmp_path / "pass.txt").write_text("x\n")
    more = {"passphrase_file": str(tmp_path / "pass.txt"), "baseline": str(folder / projects.APEX)}
    names = [projects.CONFIG, projects.UAT_KEY, "certs/uat.crt", "sfdx-project.json", projects.APEX, projects.CONNECTED]
    before = {name: (folder / name).read_bytes() for name in names}
    for name in names:
        stopped(folder, "read in the same call", outputs=(f"json:{folder / name}",), environments=("production",))
        stopped(folder, "used in the same call", write_baseline=str(folder / name))
    for file in more.values():
        stopped(folder, "read in the same call", outputs=(f"json:{file}",), **more)
    new = str(tmp_path / "new.json")
    stopped(folder, "used in the same call", outputs=(new,), write_baseline=new)
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_what_a_variable_holds_is_not_shown(tmp_path, capsys, monkeypatch):
    """A config may name any variable; in every format its name stands in the place of what is in it. An address is shown."""
    text = '[environments.a]\naud = "env:AUD"\niss = "env:ISS"\nsub = "env:SUB"\nendpoint = "env:URL"\n'
    folder = config_of(tmp_path / "p", text)
    secrets = {"AUD": "wJalrXUtnFEMIK7MDENG", "ISS": "x.y", "SUB": "Hunter2hunter2"}
    for name, value in {**secrets, "URL": "https://test.salesforce.com/services/oauth2/token/x"}.items():
        monkeypatch.setenv(name, value)
    for format in FORMATS:
        preflight.run(str(folder), Options(now=NOW, formats=(format,)))
        told = capsys.readouterr().out.lower()
        assert "wjalr" not in told
        assert "hunter2" not in told
    preflight.run(str(folder), Options(now=NOW, formats=("plain",)))
    told = capsys.readouterr().out
    assert '`sub` is "env:SUB"' in told
    assert "test.salesforce.com" in told


# --- excuses and weight --------------------------------------------------------------------------------------------------


def test_fail_on(tmp_path, examine):
    """Warnings fail where that is asked for; nothing does with never."""
    folder = projects.write(projects.planted(["an-hour-of-life"]), tmp_path / "p")
    assert [examine(folder, fail_on=each)["code"] for each in (None, "error", "warning", "never")] == [0, 0, 1, 0]
    folder = projects.write(projects.planted(["no-key-file"]), tmp_path / "q")
    assert [examine(folder, fail_on=each)["code"] for each in (None, "never")] == [1, 0]


def test_ignored_in_the_config(tmp_path, examine, capsys):
    """In one environment or in all; counted and shown all the same, and an unknown rule is refused with its line."""
    project = projects.planted(["no-key-file"])
    entry = '\n[[ignore]]\nrule = "environment-key-missing"\nreason = "made by the pipeline"\n'
    for more, code in ((entry, 0), (f'{entry}environment = "production"\n', 0), (f'{entry}environment = "uat"\n', 1)):
        folder = projects.write(project.with_(projects.CONFIG, project.text(projects.CONFIG) + more), tmp_path / "p")
        document = examine(folder)
        assert (document["code"], found(document)) == (code, [("production", "environment-key-missing")])
        assert document["environments"][0]["findings"][0]["excused"] == ("made by the pipeline" if code == 0 else None)
        assert states(document, "production")["key"] == ("excused" if code == 0 else "error")
    preflight.run(
        str(projects.write(project.with_(projects.CONFIG, project.text(projects.CONFIG) + entry), tmp_path / "p")),
        Options(now=NOW),
    )
    assert "1 finding excused" in capsys.readouterr().out

    wrong = project.text(projects.CONFIG) + '\n[[ignore]]\nrule = "environment-key-mising"\nreason = "x"\n'
    folder = projects.write(project.with_(projects.CONFIG, wrong), tmp_path / "p")
    line = wrong.split("\n").index("[[ignore]]") + 1
    stopped(folder, f"jwtdoctor.toml:{line}: ignore", "environment-key-missing")


def test_a_baseline(tmp_path, examine, capsys):
    """What was there before fails nothing; what is new does, and what is gone is told."""
    folder = projects.write(projects.planted(["no-key-file", "no-remote-site"]), tmp_path / "p")
    baseline = str(folder / "baseline.json")
    assert examine(folder, write_baseline=baseline)["code"] == 0
    assert examine(folder, baseline=baseline)["code"] == 0

    projects.write(projects.planted(["no-key-file", "no-remote-site", "high-assurance"]), folder)
    document = examine(folder, baseline=baseline)
    assert document["code"] == 1
    assert [each["rule"] for row in document["environments"] for each in row["findings"] if not each["excused"]] == [
        "app-session-policy-blocks"
    ]

    projects.write(projects.healthy(), folder)
    preflight.run(str(folder), Options(now=NOW, formats=("json",), baseline=baseline))
    assert "2 entries of the baseline match nothing any more" in capsys.readouterr().err


def test_ignored_on_the_command_line(tmp_path, examine):
    """The same as in the config."""
    folder = projects.write(projects.planted(["no-key-file"]), tmp_path / "p")
    assert examine(folder, ignores=("environment-key-missing=made by the pipeline",))["code"] == 0
    stopped(folder, "no reason", ignores=("environment-key-missing",))


# --- what is no config ---------------------------------------------------------------------------------------------------


def test_nothing_to_examine(tmp_path):
    """Says what was looked for, and how to begin; a pyproject.toml of somebody else is no config."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    told = stopped(tmp_path, "jwtdoctor.toml", "[tool.jwtdoctor]", "sfdx-project.json", "jwtdoctor init", code=3)
    assert told.startswith(str(tmp_path))


def test_what_was_pointed_at_is_not_there(tmp_path):
    """A file, a folder, and a pyproject.toml without the section."""
    stopped(tmp_path / "none", "no such file or folder")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    stopped(tmp_path / "pyproject.toml", "has no [tool.jwtdoctor]")


def test_a_config_that_cannot_be_read(tmp_path):
    """A directory, a binary file, a huge one, no TOML, an unknown key, two environments of one name, an unknown profile."""
    (tmp_path / "d" / "jwtdoctor.toml").mkdir(parents=True)
    stopped(tmp_path / "d", "a directory")
    file = tmp_path / "jwtdoctor.toml"
    for content, words in {
        bytes(range(256)) * 4: ("a binary file",),
        b"# x\n" * 100_000: ("larger than",),
        b"[environments.a\n": ("jwtdoctor.toml:1:", "not TOML"),
        b"[environments.a]\nisss = 'x'\n": ("jwtdoctor.toml:2:1:", "did you mean `iss`"),
        b"[environments.a]\n[environments.a]\n": ("jwtdoctor.toml:2:1:", "there twice"),
        b"[environments.a]\nprofile = 'sapforce'\n": ("jwtdoctor.toml:2:11:", "no such profile", "salesforce"),
        b"": ("empty",),
    }.items():
        file.write_bytes(content)
        stopped(tmp_path, *words)


def test_a_project_folder_that_is_not_there(tmp_path):
    """The config names it, so that its absence is told."""
    folder = config_of(tmp_path / "p", 'project = "sfdx"\n' + small(""))
    stopped(folder, "sfdx", "no such folder")
    stopped(config_of(folder, 'project = ".."\n' + small("")), "no sfdx-project.json in it")


def test_the_command(tmp_path):
    """From the command line: the exit code, one line of complaint, no traceback."""
    folder = projects.write(projects.planted(["no-key-file"]), tmp_path / "p")
    done = [
        subprocess.run(
            [sys.executable, "-m", "jwtdoctor", "preflight", *words], capture_output=True, encoding="utf-8", cwd=folder, timeout=60, check=False,
            stdin=subprocess.DEVNULL,
        )
        for words in (["--now", NOW], ["nowhere"])
    ]  # fmt: skip
    assert (done[0].returncode, done[0].stderr) == (1, "")
    assert "environment-key-missing" in done[0].stdout
    assert (done[1].returncode, done[1].stdout, done[1].stderr.count("\n")) == (2, "", 1)
    assert done[1].stderr.startswith("jwtdoctor: nowhere: no such file or folder")
