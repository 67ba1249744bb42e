"""`jwtdoctor init`: what it writes can be read, says what is known, and preflight says what is still missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import minting
import projects
import pytest

from jwtdoctor import config
from jwtdoctor.cli import init, preflight
from jwtdoctor.cli.failure import Failure, guarded

NOW = str(minting.FROZEN_NOW)


@pytest.fixture(autouse=True)
def nobody_is_there(monkeypatch, tmp_path):
    """Standard input is no terminal, and git finds no repository around the tests."""
    monkeypatch.setattr(sys, "stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115 - closed with the process
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def written(folder):
    """The config that is there, read."""
    return config.read((folder / "jwtdoctor.toml").read_text(encoding="utf-8"), "jwtdoctor.toml")


def told(folder, capsys):
    """What preflight finds in it: environment and rule."""
    preflight.run(str(folder), preflight.Options(now=NOW, formats=("json",)))
    document = json.loads(capsys.readouterr().out)
    return {(row["name"], each["rule"], each["severity"]) for row in document["environments"] for each in row["findings"]}


def answering(*answers):
    """Somebody who gives these answers, and keeps the questions."""
    left, questions = list(answers), []

    def line(question):
        questions.append(question)
        return left.pop(0)

    line.questions = questions
    return line


def test_a_template_where_nobody_is_there(tmp_path, capsys):
    """It says so; preflight then asks for what the variables stand for, and calls nothing wrong."""
    assert init.run(str(tmp_path), init.Options()) == 0
    err = capsys.readouterr().err
    assert "a template: nobody is here to be asked" in err
    assert f"jwtdoctor preflight {tmp_path}" in err

    found = written(tmp_path)
    assert [(each.name, each.org) for each in found.environments] == [("production", "production"), ("sandbox", "sandbox")]
    findings = told(tmp_path, capsys)
    assert {rule for _, rule, _ in findings} == {"environment-variable-unset", "environment-incomplete", "endpoint-not-my-domain"}
    assert "error" not in {severity for _, _, severity in findings}


def test_what_is_there_is_not_written_over(tmp_path, capsys):
    """Not without --force; not through a link either, and a folder of that name is told."""
    file = tmp_path / "jwtdoctor.toml"
    file.write_text("mine\n")
    with pytest.raises(Failure, match="--force"):
        init.run(str(tmp_path), init.Options())
    assert file.read_text() == "mine\n"
    assert init.run(str(tmp_path), init.Options(force=True)) == 0
    assert written(tmp_path).environments
    assert [each.name for each in tmp_path.iterdir()] == ["jwtdoctor.toml"]

    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Failure, match="--force"):
        init.run(str(tmp_path), init.Options())
    file.unlink()
    file.symlink_to(tmp_path.parent / "elsewhere")
    with pytest.raises(Failure, match="a link, and what it leads to"):
        init.run(str(tmp_path), init.Options(force=True))
    assert not (tmp_path.parent / "elsewhere").exists()
    file.unlink()
    file.mkdir()
    for force in (False, True):
        with pytest.raises(Failure, match="a directory"):
            init.run(str(tmp_path), init.Options(force=force))


def test_from_the_sample_project(tmp_path, capsys):
    """Both apps, with what code and metadata say of them; of the other app's host nothing is guessed."""
    folder = projects.write(projects.healthy().without(projects.CONFIG), tmp_path / "p", git=False)
    assert init.run(str(folder), init.Options(from_project=True)) == 0

    integration, uat = written(folder).environments
    assert (integration.app, integration.app_name, integration.iss) == ("connected-app", "Acme_Integration", projects.ISS)
    assert integration.endpoint == "https://acme-demo.my.salesforce.com/services/oauth2/token"
    assert (integration.org, integration.sub) == ("production", "integration@acme-demo.example")
    assert (uat.app, uat.iss, uat.org, uat.endpoint, uat.aud) == ("external-client-app", projects.UAT_ISS, None, None, None)
    assert integration.key != uat.key
    assert written(folder).project == "."
    findings = told(folder, capsys)
    assert ("acme_uat", "aud-missing", "error") in findings
    assert {name for name, _, severity in findings if severity == "error"} == {"acme_uat"}


@pytest.mark.skipif(os.name != "posix", reason="a line break in a name is POSIX's here")
def test_no_path_of_a_project_writes_an_environment(tmp_path):
    """A folder's name with a line break in it stays in its comment."""
    project = projects.healthy().without(projects.CONFIG)
    text = project.files[projects.CONNECTED]
    name = 'x\n[environments.evil]\nendpoint = "https:\\u002f\\u002fevil.example" #'
    project = project.without(projects.CONNECTED)
    folder = projects.write(project, tmp_path / "p", git=False)
    app = folder / "force-app" / name / projects.CONNECTED.rpartition("/")[2]
    app.parent.mkdir(parents=True)
    app.write_bytes(text)
    init.run(str(folder), init.Options())

    assert "evil" in (folder / "jwtdoctor.toml").read_text(encoding="utf-8")
    assert {each.name for each in written(folder).environments} == {"acme_integration", "acme_uat"}


def test_a_project_with_one_app_and_one_without(tmp_path, capsys):
    """One app is production, whatever it is called; a project without any app gets a template."""
    project = projects.healthy().without(projects.CONFIG)
    for path in (
        projects.ECA,
        projects.GLOBAL,
        projects.SCOPES,
        projects.POLICIES,
        projects.ENABLED,
        projects.CREDENTIAL,
        projects.APEX,
    ):
        project = project.without(path)
    folder = projects.write(project, tmp_path / "one", git=False)
    init.run(str(folder), init.Options())
    (only,) = written(folder).environments
    assert (only.name, only.app_name, only.endpoint) == (
        "production", "Acme_Integration", "https://acme-demo.my.salesforce.com/services/oauth2/token",
    )  # fmt: skip

    folder = projects.write(project.without(projects.CONNECTED), tmp_path / "none", git=False)
    init.run(str(folder), init.Options())
    assert [each.name for each in written(folder).environments] == ["production"]
    assert "error" not in {severity for _, _, severity in told(folder, capsys)}


def test_questions_and_answers():
    """Empty answers take what stands in brackets; several environments; a key as a file or a variable."""
    line = answering(
        "", "", "", "", "", "", "", "", "",
        "uat", "Sandbox", "external-client-app", "https://acme--uat.sandbox.my.salesforce.com/services/oauth2/token", "", "KEY", "me@acme.example.uat",
        "certs/uat.crt", "keys/uat.key", "",
    )  # fmt: skip
    production, uat = init.ask(line)

    assert (production.name, production.org, production.app, production.iss, production.key_env) == (
        "production", "production", "connected-app", "env:SF_CLIENT_ID", "SF_JWT_KEY",
    )  # fmt: skip
    assert (production.endpoint, production.aud) == (
        "https://login.salesforce.com/services/oauth2/token",
        "https://login.salesforce.com",
    )
    assert (uat.org, uat.app, uat.aud) == ("sandbox", "external-client-app", "https://acme--uat.sandbox.my.salesforce.com")
    assert (uat.certificates, uat.key, uat.key_env) == (("certs/uat.crt",), "keys/uat.key", None)
    assert all(each.endswith(":") for each in line.questions)


def test_answers_that_are_none(capsys):
    """A kind of org that there is not is asked for again, three times."""
    (production,) = init.ask(answering("", "prod", "producton", "production", "", "", "", "", "", "", "", ""))
    assert production.org == "production"
    with pytest.raises(Failure, match="nothing was written"):
        init.ask(answering("", "a", "\x1b[31m", "c"))
    assert "\x1b" not in capsys.readouterr().err


def test_the_input_ends(tmp_path, monkeypatch):
    """In the middle of the questions: nothing is written."""
    monkeypatch.setattr(init, "_is_asked", lambda: True)
    with pytest.raises(Failure, match="the input ended"):
        init.run(str(tmp_path), init.Options())
    assert list(tmp_path.iterdir()) == []


def test_answers_that_make_no_config(tmp_path, monkeypatch):
    """A variable that can have no such name: told, and nothing is written."""
    monkeypatch.setattr(init, "_is_asked", lambda: True)
    monkeypatch.setattr(init, "_line", answering("a", *[""] * 4, "env:9 lives", *[""] * 9))
    with pytest.raises(Failure, match="not written, because it could not be read again"):
        init.run(str(tmp_path), init.Options())
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written(tmp_path):
    """No such folder; no project where only a project is wanted."""
    with pytest.raises(Failure, match="no such folder"):
        init.run(str(tmp_path / "none"), init.Options())
    with pytest.raises(Failure, match=r"has no sfdx-project\.json"):
        init.run(str(tmp_path), init.Options(from_project=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")
def test_at_a_terminal(tmp_path):
    """The command asks on standard error, reads the answers, and leaves standard output alone."""
    import pty

    controller, terminal = pty.openpty()
    os.write(controller, b"live\n\n\n\n\n\n\n\n\n\n")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.stderr.isatty = lambda: True; from jwtdoctor.cli import main; sys.exit(main())", "init", str(tmp_path)],
        stdin=terminal, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    os.close(controller)
    os.close(terminal)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Name of the environment [production]:" in done.stderr
    assert [(each.name, each.org) for each in written(tmp_path).environments] == [("live", "production")]


def test_a_name_that_cannot_stand_is_asked_for_again(capsys):
    """Told at once, and not when all other answers would be lost with it."""
    one = ("", "", "", "", "", "", "", "")
    found = init.ask(answering('my "prod"', "prod", *one, "PROD", "uat", *one, ""))

    assert [each.name for each in found] == ["prod", "uat"]
    told = capsys.readouterr().err
    assert "cannot name an environment; accepted: up to 64 letters" in told
    assert "there is an environment 'prod' already" in told


@pytest.mark.parametrize(
    ("section", "code"), [("[tool.jwtdoctor.environments.a]\n", 2), ("[tool.jwtdoctor]\nstrange = 1\n", 2), ("[tool.other]\n", 0)]
)
def test_a_config_in_pyproject_is_not_put_out_of_force(tmp_path, section, code, capsys):
    """jwtdoctor.toml goes first, so it would silence the other."""
    (tmp_path / "pyproject.toml").write_text(section, encoding="utf-8")

    assert guarded(lambda: init.run(str(tmp_path), init.Options())) == code
    assert (tmp_path / "jwtdoctor.toml").exists() is (code == 0)
    assert ("[tool.jwtdoctor]" in capsys.readouterr().err) is (code == 2)
