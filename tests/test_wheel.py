"""What leaves the house: the wheel holds what it should and nothing else, and works without the source beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from throwaway import CLAIMS, NOW, certificate, mint

from jwtdoctor import __version__
from jwtdoctor.catalog.source import read

pytest.importorskip("build")
pytest.importorskip("hatchling")

ROOT = Path(__file__).resolve().parents[1]
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*cache", ".hypothesis", "dist", "build", "_catalog.json")
PROBE = """
import json, sys
import jwtdoctor
from jwtdoctor import catalog
from jwtdoctor.catalog.source import read
print(json.dumps({
    "home": jwtdoctor.__file__,
    "rules": str(catalog.rules_folder()),
    "same": json.loads(catalog.COMPILED.read_bytes()) == json.loads(json.dumps(read(catalog.rules_folder()))),
    "used": catalog.document() == json.loads(catalog.COMPILED.read_bytes()),
    "count": len(catalog.load().rules),
}))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of the checkout with strangers in it: a stray key, notes, and a compiled catalogue that is out of date."""
    copy = tmp_path_factory.mktemp("source") / "jwtdoctor"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    for stray in (
        "rules/time/private.pem",
        "rules/server.key",
        "jwtdoctor/key.pem",
        "jwtdoctor/render/token.jwt",
        "rules/time/notes.txt",
    ):
        (copy / stray).write_text("stray")
    (copy / "jwtdoctor" / "_catalog.json").write_text('{"layout": 1}')
    return copy


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory) -> Path:
    """The wheel, built without a network."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
        cwd=out,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def files(wheel) -> set[str]:
    """The names in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {each for each in archive.namelist() if not each.endswith("/")}


def test_the_name_of_the_wheel(wheel):
    """For every platform, with the version of the package."""
    assert wheel.name == f"jwtdoctor-{__version__}-py3-none-any.whl"


def test_every_file_is_expected(files):
    """By a list of what may leave: a stray key, test, sample or note is none of it."""
    allowed = re.compile(
        r"jwtdoctor/(?:[a-z_]+/)*(?:[a-z0-9_]+)\.py"
        r"|jwtdoctor/py\.typed|jwtdoctor/_catalog\.json|jwtdoctor/render/(?:report|triage|clock|exchange|preflight)\.schema\.json"
        r"|jwtdoctor/_rules/(?:[a-z-]+/)*(?:[a-z0-9-]+\.(?:toml|md)|README\.md)"
        rf"|jwtdoctor-{re.escape(__version__)}\.dist-info/(?:METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)"
    )
    assert sorted(each for each in files if not allowed.fullmatch(each)) == []
    assert not [
        each for each in files if re.search(r"(?i)\.(?:pem|key|crt|jwt|p12|pfx|txt)$", each) and "entry_points" not in each
    ]


def test_no_file_is_missing(files):
    """Every module and every rule of the checkout, the catalogue, the schema, the marker of types."""
    modules = {f"jwtdoctor/{each.relative_to(ROOT / 'jwtdoctor').as_posix()}" for each in (ROOT / "jwtdoctor").rglob("*.py")}
    rules = {f"jwtdoctor/_rules/{each.relative_to(ROOT / 'rules').as_posix()}" for each in (ROOT / "rules").rglob("*.toml")}
    assert len(modules) > 30
    assert len(rules) > 100
    wanted = (
        modules
        | rules
        | {
            "jwtdoctor/py.typed",
            "jwtdoctor/_catalog.json",
            "jwtdoctor/render/report.schema.json",
            "jwtdoctor/render/triage.schema.json",
            "jwtdoctor/render/clock.schema.json",
            "jwtdoctor/render/preflight.schema.json",
            "jwtdoctor/render/exchange.schema.json",
        }
    )
    assert sorted(wanted - files) == []


def test_no_machine_path_in_the_wheel(wheel, source):
    """Nothing tells where it was built."""
    with zipfile.ZipFile(wheel) as archive:
        told = [name for name in archive.namelist() if str(source).encode() in archive.read(name)]
    assert told == []


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A fresh environment with the wheel in it; what it depends on is taken from this one, behind it on the path."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(home), "platbase": str(home), "installed_base": str(home), "installed_platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", "venv" if "venv" in sysconfig.get_scheme_names() else None, vars=scheme))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """A folder from which the source cannot be seen."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "token.txt").write_text(mint())
    (folder / "bad.txt").write_text(mint({**CLAIMS, "exp": NOW - 3600}))
    (folder / "app.crt").write_bytes(certificate())
    return folder


def call(python: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the installed package."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run([str(python), *words], capture_output=True, text=True, cwd=folder, env=environment, timeout=120)


def test_the_installed_package_stands_alone(installed, elsewhere):
    """It is the wheel's, it reads its own rules, and the compiled catalogue says what they say."""
    done = call(installed, elsewhere, "-c", PROBE)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    environment = str(installed.parent.parent)
    assert told["home"].startswith(environment)
    assert told["rules"].startswith(environment)
    assert told["same"] is True
    assert told["used"] is True
    assert told["count"] == len(read(ROOT / "rules")["rules"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["token.txt", "--now", str(NOW), "--cert", "app.crt"], 0),
        (["bad.txt", "--now", str(NOW), "--format", "json"], 1),
        (["bad.txt", "--now", str(NOW), "--format", "terminal"], 1),
        (["--error", "invalid_grant: invalid assertion"], 1),
        (["explain", "exp-past"], 0),
        (["rules"], 0),
        (["rules", "--format", "json"], 0),
        (["--version"], 0),
        (["--help"], 0),
        (["gone.txt"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_the_installed_commands(installed, elsewhere, words, code):
    """The everyday calls, from another folder."""
    done = call(installed, elsewhere, "-m", "jwtdoctor", *words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == (code != 2)


def test_the_script_starts_the_command_line(wheel):
    """The entry point is the one of the contract."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("entry_points.txt")]
        assert archive.read(name).decode().split() == ["[console_scripts]", "jwtdoctor", "=", "jwtdoctor.cli:main"]
