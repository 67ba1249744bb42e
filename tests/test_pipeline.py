"""In the pipeline: the hooks as pre-commit runs them, the action's steps as a runner runs them, on a project that is right or wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import minting
import pytest
import yaml
from pre_commit.clientlib import load_manifest

ROOT = Path(__file__).resolve().parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = {each["id"]: each for each in load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*cache", ".hypothesis", "dist", "build", "_catalog.*")
NOW = str(minting.FROZEN_NOW)

CONFIG = f"""\
[environments.production]
profile = "salesforce"
org = "production"
app = "connected-app"
endpoint = "https://acme-demo.my.salesforce.com/services/oauth2/token"
aud = "https://login.salesforce.com"
iss = "{minting.ISS}"
sub = "{minting.SUB}"
certificates = ["app.crt"]
key-env = "ACME_KEY"
"""
CODE = """\
public class Signer {
    public static String sign() {
        Auth.JWT jwt = new Auth.JWT();
        jwt.setSub('integration@acme-demo.example');
        jwt.setAud('https://login.salesforce.com');
        jwt.setIss('%s');
        jwt.setValidityLength(180);
        return new Auth.JWS(jwt, 'Acme_Certificate').getCompactSerialization();
    }
}
""".replace("%s", minting.ISS)
HEALTHY = {"jwtdoctor.toml": CONFIG, "src/Signer.cls": CODE, "notes.txt": "nothing of ours\n"}
FAULTY = {
    **HEALTHY,
    "jwtdoctor.toml": CONFIG.replace("login.salesforce.com", "test.salesforce.com"),
    "src/Signer.cls": CODE.replace("salesforce.com'", "salesforce.com/services/oauth2/token'"),
}


def environment(**more: str) -> dict[str, str]:
    """Variables as a runner has them: none of this interpreter's, none of a workflow that may be running these tests."""
    ours = ("PYTHON", "VIRTUAL_ENV", "GITHUB_", "PRE_COMMIT", "GIT_", "JWTDOCTOR")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, "ACME_KEY": minting.private_pem().decode(), **more}


def git(folder: Path, *words: str) -> str:
    """One call of git, as nobody in particular."""
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *words], cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def project(folder: Path, files: Mapping[str, str]) -> Path:
    """A repository of somebody who deploys."""
    for name, text in {**files, "app.crt": minting.certificate("match").decode()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This working tree as a repository of its own, as far as it would be committed."""
    copy = tmp_path_factory.mktemp("checkout") / "jwtdoctor"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    git(copy, "init", "--quiet")
    git(copy, "add", ".")
    git(copy, "commit", "--quiet", "-m", "as it is")
    return copy


# --- pre-commit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hook", "wanted", "unwanted"),
    [
        (
            "jwtdoctor-preflight",
            ["jwtdoctor.toml", "deploy/jwtdoctor.toml", "pyproject.toml", "sfdx-project.json", "app.crt", "keys/server.key", "a/Acme.connectedApp-meta.xml", "a/Acme.cls"],
            ["README.md", "src/main.py", "my-jwtdoctor.toml.txt", "certificate.md"],
        ),
        ("jwtdoctor-code", ["a/Signer.cls", "sign.py", "sign.mjs", "Sign.java", "sign.rb"], ["README.md", "app.crt", "a.xml", "py"]),
    ],
)  # fmt: skip
def test_the_files_of_a_hook(hook: str, wanted: list[str], unwanted: list[str]) -> None:
    """What a change of must run the hook, and what of not."""
    pattern = re.compile(HOOKS[hook]["files"])
    assert [each for each in wanted if not pattern.search(each)] == []
    assert [each for each in unwanted if pattern.search(each)] == []


@pytest.fixture(scope="module")
def hooked(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every project with our hooks needs: the configuration, and where pre-commit keeps the environment it makes once."""
    entry = {
        "repo": str(checkout),
        "rev": git(checkout, "rev-parse", "HEAD"),
        "hooks": [{"id": "jwtdoctor-preflight", "args": ["--now", NOW]}, {"id": "jwtdoctor-code", "args": ["--now", NOW]}],
    }
    home = tmp_path_factory.mktemp("pre-commit")
    return {"config": yaml.safe_dump({"repos": [entry]}), "home": str(home)}


def pre_commit(folder: Path, hooked: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """One ``pre-commit run``."""
    (folder / ".pre-commit-config.yaml").write_text(hooked["config"], encoding="utf-8")
    git(folder, "add", ".")
    # Bytecode is made by the first run that needs it, not for every module of every dependency.
    variables = environment(PRE_COMMIT_HOME=hooked["home"], PIP_NO_COMPILE="1")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color=never", *words],
        cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@pytest.mark.once
def test_hooks_run_by_pre_commit(hooked: Mapping[str, str], tmp_path: Path) -> None:
    """From an empty cache: a healthy project passes, a faulty one does not and is told why, and one without our files is left alone."""
    healthy = pre_commit(project(tmp_path / "healthy", HEALTHY), hooked, "--all-files")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert healthy.stdout.count("Passed") == 2

    faulty = pre_commit(project(tmp_path / "faulty", FAULTY), hooked, "--all-files")
    assert faulty.returncode == 1
    assert faulty.stdout.count("Failed") == 2
    assert faulty.stdout.count("exit code: 1") == 2
    preflight, code = faulty.stdout.split("hook id: jwtdoctor-code")
    assert "jwtdoctor.toml" in preflight
    assert "aud-login-vs-test" in preflight
    assert "Signer.cls" in code
    assert "aud-token-endpoint-path" in code
    assert "PRIVATE KEY" not in faulty.stdout + faulty.stderr

    other = project(tmp_path / "other", {"notes.txt": "nothing of ours\n"})
    (other / "app.crt").unlink()
    nothing = pre_commit(other, hooked)
    assert nothing.returncode == 0
    assert nothing.stdout.count("(no files to check)Skipped") == 2


# --- the action ----------------------------------------------------------------------------------------------------------

STEPS = ACTION["runs"]["steps"]


def test_no_input_is_part_of_a_script() -> None:
    """Whatever a workflow passes on from a pull request is a variable's value, and never a line of the script."""
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        assert "uses" not in step


def test_every_input_is_said_and_used() -> None:
    """Each has a description and reaches a step; no step wants one that there is not."""
    wanted = set(re.findall(r"inputs\.([\w-]+)", json.dumps(STEPS)))
    assert wanted == set(ACTION["inputs"])
    assert all(each["description"] and isinstance(each["default"], str) for each in ACTION["inputs"].values())


class Ran(NamedTuple):
    """What came of a run of all steps."""

    code: int
    out: str
    summary: str
    outputs: dict[str, str]


class Runner:
    """Runs the steps of a composite action one after the other, as far as this one needs it."""

    def __init__(self, action_path: Path, temp: Path) -> None:
        self.action_path, self.temp = action_path, temp
        self.installed: dict[str, str] = {}
        """Outputs of the first step, which need not be run anew for every call of the others."""

    def run(self, folder: Path, *, install: bool = False, **inputs: str) -> Ran:
        """All steps with these inputs, or with ``install=False`` all but the first, in ``folder``."""
        known = {name: each["default"] for name, each in ACTION["inputs"].items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= known.keys()
        context = {"inputs": {**known, **given}, "github": {"action_path": str(self.action_path)}, "steps": {}}
        if not install:
            context["steps"]["install"] = {"outputs": self.installed}
        summary = self.temp / "summary.md"
        summary.write_text("")
        code, out = 0, ""
        for step in STEPS if install else STEPS[1:]:
            code, told, outputs = self._step(step, context, folder, summary)
            context["steps"][step["id"]] = {"outputs": outputs}
            out += told
            if code:
                break
        if install and code != 2:
            self.installed = context["steps"]["install"]["outputs"]
        last = {name: evaluated(each["value"], context) for name, each in ACTION["outputs"].items()}
        return Ran(code, out, summary.read_text(encoding="utf-8"), last)

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, Any], folder: Path, summary: Path
    ) -> tuple[int, str, dict[str, str]]:
        script, output = self.temp / "step.sh", self.temp / "output"
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("")
        variables = {name: evaluated(value, context) for name, value in step["env"].items()}
        files = {"RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder, env=environment(**files, **variables, **WITHOUT_DOWNLOADS), capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        return done.returncode, done.stdout + done.stderr, outputs


WITHOUT_DOWNLOADS = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1"}
"""pip takes what jwtdoctor depends on, and what builds it, from the environment of these tests."""


def evaluated(text: str, context: Mapping[str, Any]) -> str:
    """``${{ inputs.path }}`` and its like replaced; what is unknown is empty, as for a runner."""

    def value(match: re.Match[str]) -> str:
        found: Any = context
        for part in match[1].split("."):
            found = found.get(part, "") if isinstance(found, Mapping) else ""
        return str(found)

    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", value, text)


@pytest.fixture(scope="module")
def runner(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner whose environment for the action sees the packages of this one, so that nothing is downloaded."""
    temp = tmp_path_factory.mktemp("runner")
    home = temp / "jwtdoctor"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(home), "platbase": str(home), "installed_base": str(home), "installed_platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", "venv" if "venv" in sysconfig.get_scheme_names() else None, vars=scheme))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Runner(checkout, temp)


def sarif(folder: Path, name: str = "jwtdoctor.sarif") -> list[dict[str, Any]]:
    """The results in the file that the action left."""
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    return list(document["runs"][0]["results"])


@pytest.mark.once
def test_the_steps_of_the_action(runner: Runner, tmp_path: Path) -> None:
    """Installed from the checkout; the findings as annotations, SARIF and summary; exit codes as everywhere; hostile inputs are words."""
    faulty, healthy = project(tmp_path / "faulty", FAULTY), project(tmp_path / "healthy", HEALTHY)

    first = runner.run(faulty, install=True, python=sys.executable)
    assert first.code == 1, first.out
    assert runner.installed["python"].startswith(str(runner.temp))
    assert "::error " in first.out
    assert "jwtdoctor.toml" in first.out
    assert "aud-login-vs-test" in {each["ruleId"] for each in sarif(faulty)}
    assert first.outputs == {"sarif": "jwtdoctor.sarif", "exit-code": "1"}
    assert first.summary.strip()
    assert "PRIVATE KEY" not in first.out + first.summary

    good = runner.run(healthy, environment="production")
    assert (good.code, good.outputs["exit-code"]) == (0, "0"), good.out
    assert sarif(healthy) == []

    code = runner.run(faulty, command="code", path="src/*.cls\nnotes.txt\n", sarif="code.sarif", fail_on="warning")
    assert code.code == 1
    assert {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in sarif(faulty, "code.sarif")} == {
        "src/Signer.cls"
    }

    excused = runner.run(faulty, ignore="aud-login-vs-test=we are moving\n")
    assert excused.code == 0, excused.out
    assert "excused" in excused.out
    empty = runner.run(project(tmp_path / "empty", {"notes.txt": "nothing\n"}))
    assert (empty.code, empty.outputs) == (3, {"sarif": "", "exit-code": "3"})

    everywhere = [runner.run(faulty, command="code", path=path, fail_on="warning") for path in ("", "src", "**/*.cls")]
    assert [each.code for each in everywhere] == [1, 1, 1], [each.out for each in everywhere]
    none = runner.run(tmp_path / "empty", command="code")
    assert (none.code, none.outputs) == (0, {"sarif": "", "exit-code": "0"}), none.out


HOSTILE = [
    """"; touch pwned; "$(touch pwned)`touch pwned`' ; touch pwned #""",
    "--output=pwned",
    "x\ntouch pwned\n--output=pwned\n\x1b[31m${IFS}",
]


@pytest.mark.once
@pytest.mark.parametrize("hostile", HOSTILE, ids=["shell", "option", "lines"])
def test_hostile_inputs_are_words(runner: Runner, tmp_path: Path, hostile: str) -> None:
    """Nothing in an input is run, written to another file, or taken for another option."""
    folder = project(tmp_path / "project", HEALTHY)
    if not runner.installed:
        assert runner.run(folder, install=True, python=sys.executable).code == 0
    as_path = runner.run(folder, path=hostile)
    assert as_path.code in (2, 3), as_path.out
    others = dict.fromkeys(("environment", "certificate", "rules", "baseline", "ignore", "fail_on", "warn_days"), hostile)
    assert runner.run(folder, **others).code == 2
    assert runner.run(folder, command=hostile).code == 2
    as_name = runner.run(folder, sarif=f"{hostile}.sarif")
    assert as_name.code == (2 if "\n" in hostile else 0), as_name.out
    assert "\x1b" not in as_path.out + as_name.out
    assert [each.name for each in tmp_path.rglob("*pwned*")] == ([] if as_name.code else [f"{hostile}.sarif"])


def test_an_old_python_is_told(tmp_path: Path) -> None:
    """The first step asks before anything is installed."""
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    ran = Runner(tmp_path, tmp_path).run(tmp_path, install=True, python=str(old))
    assert (ran.code, ran.outputs["exit-code"]) == (2, "")
    assert "::error title=jwtdoctor::needs Python 3.11" in ran.out
