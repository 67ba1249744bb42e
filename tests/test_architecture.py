"""The order of the modules, and what only one of them may do. Read from the syntax tree, so function bodies count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, RULES

from jwtdoctor.catalog.source import read

pytestmark = pytest.mark.once

PACKAGE = ROOT / "jwtdoctor"
ORDER = (
    "_version", "model", "moments", "visible", "toml", "decode", "kinds", "intake", "source", "metadata", "config", "keys", "answer", "catalog", "statement",
    "redact", "case", "oracle", "forensics", "checks", "engine", "plugins", "diagnosis", "repair", "report", "minting", "library", "suppression", "sharing",
    "triage", "snippets", "preflight", "live", "keyring", "signer", "workedcases", "render", "testing", "cli",
)  # fmt: skip
"""From the bottom up: a module imports only from modules before its own."""
ENTRANCES = {"__init__", "__main__"}
"""These two stand above everything: they only hand on."""

UPWARD_KNOWN: set[tuple[str, str]] = set()
"""Imports against the order that are known: (file, module imported)."""
STRAY_NAMES_KNOWN: dict[str, set[str]] = {
    # The contract's `signature.reason` is one of these names; they are values of the report, not choices of a rule.
    "checks/signature.py": {"alg-none", "alg-hs256", "signature-encoding", "signature-wrong-bytes", "signature-wrong-key"},
}
"""Names of rules or profiles that stand in the code for a reason."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def shown(path: Path) -> str:
    """The path inside the package."""
    return path.relative_to(PACKAGE).as_posix()


def home(path: Path) -> str:
    """The row of the order a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything imported; ``from x import y`` gives ``x.y``."""
    package = ["jwtdoctor", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            stem = [*base, *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*stem, alias.name])) for alias in node.names)


def inner(name: str) -> str | None:
    """The row that an absolute name belongs to; None for what is not ours or is the package's own face."""
    parts = name.split(".")
    return parts[1] if parts[0] == "jwtdoctor" and len(parts) > 1 and parts[1] in ORDER else None


def users_of(*packages: str) -> dict[str, list[int]]:
    """Files that import one of ``packages``, with the lines."""
    found: dict[str, list[int]] = {}
    for path in MODULES:
        for line, name in imports(path):
            if name.partition(".")[0] in packages:
                found.setdefault(shown(path), []).append(line)
    return found


def test_every_module_has_its_place_in_the_order() -> None:
    """A new module is put into the order, or this test asks where it belongs."""
    assert {home(path) for path in MODULES} - ENTRANCES == set(ORDER)


@pytest.mark.parametrize("path", [path for path in MODULES if home(path) not in ENTRANCES], ids=shown)
def test_imports_go_down(path: Path) -> None:
    """No import of a module further up, inside functions either."""
    own = ORDER.index(home(path))
    upward = {
        (shown(path), name): line
        for line, name in imports(path)
        if (row := inner(name)) is not None and ORDER.index(row) > own and (shown(path), row) not in UPWARD_KNOWN
    }

    assert upward == {}


def test_the_reader_of_imports_sees_function_bodies_and_relative_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above are worth what this reader sees."""
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    (tmp_path / "checks").mkdir()
    path = tmp_path / "checks" / "one.py"
    path.write_text(
        "import jwt.algorithms\ndef f():\n    from ..engine import Engine\n    from . import two\n    from .. import cli\n"
    )

    assert [name for _, name in imports(path)] == [
        "jwt.algorithms", "jwtdoctor.engine.Engine", "jwtdoctor.checks.two", "jwtdoctor.cli",
    ]  # fmt: skip
    assert [inner(name) for _, name in imports(path)] == [None, "engine", "checks", "cli"]


def test_only_the_oracle_imports_jwt() -> None:
    """Verification is one narrow question asked in one place."""
    assert set(users_of("jwt")) == {"oracle.py"}


def test_only_keys_and_oracle_import_cryptography() -> None:
    """Key material is read in one place and used in one."""
    found = set(users_of("cryptography"))

    assert "oracle.py" in found
    assert {name for name in found if not name.startswith("keys/")} == {"oracle.py"}


def test_only_the_command_line_knows_typer() -> None:
    """Every other module can run without a terminal."""
    found = set(users_of("typer", "click"))

    assert found
    assert {name for name in found if not name.startswith("cli/")} == set()


def test_only_the_terminal_renderer_knows_rich() -> None:
    """Plain and JSON output need no terminal library."""
    found = set(users_of("rich"))

    assert "render/paint.py" in found
    assert {name for name in found if not name.startswith("cli/")} == {"render/paint.py"}


CLOCKS = {
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"),
    ("date", "today"),
}  # fmt: skip


def test_only_the_command_line_reads_the_clock() -> None:
    """``time.time``, ``datetime.now`` and their kin; ``time.gmtime`` of a given moment is no clock."""
    readers = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in CLOCKS:
                    readers.add(shown(path))
            elif isinstance(node, ast.ImportFrom) and node.module == "time" and not node.level:
                assert {alias.name for alias in node.names} <= {"gmtime"}, f"{shown(path)}:{node.lineno} imports from time"
            elif isinstance(node, ast.Call) and _is_gmtime(node.func):
                assert node.args, f"{shown(path)}:{node.lineno} asks gmtime for the present"

    assert readers
    assert {name for name in readers if not name.startswith("cli/")} == set()


def _is_gmtime(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("gmtime", "strftime")
        and getattr(function.value, "id", "") == "time"
    )


def test_nothing_but_the_command_line_touches_files_or_environment_of_the_user() -> None:
    """The library face reads no file and no environment; the catalogue reads only its own folder."""
    openers = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "input", "print"):
                openers[f"{shown(path)}:{node.lineno}"] = node.func.id
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "stdin"):
                openers[f"{shown(path)}:{node.lineno}"] = node.attr

    assert {place: what for place, what in openers.items() if not place.startswith("cli/")} == {}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """String constants of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def test_no_rule_and_no_profile_is_named_in_the_code() -> None:
    """Knowledge stands in ``rules/``; code that knows a rule or a provider by name would be knowledge in disguise."""
    plain = read(RULES)
    known = {each["name"] for table in ("rules", "unseen", "profiles") for each in plain[table]}
    stray = {
        f"{shown(path)}:{line}": text
        for path in MODULES
        for line, text in literals(path)
        if text in known and text not in STRAY_NAMES_KNOWN.get(shown(path), set())
    }

    assert stray == {}


def test_known_stray_names_are_still_there() -> None:
    """The list of exceptions does not outlive them."""
    for name, words in STRAY_NAMES_KNOWN.items():
        assert words <= {text for _, text in literals(PACKAGE / name)}


def test_no_module_is_called_after_nothing() -> None:
    """A module is called after what it does."""
    assert {path.stem for path in MODULES} & {"utils", "util", "helpers", "helper", "misc", "common", "tools"} == set()
