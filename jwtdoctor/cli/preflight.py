"""``jwtdoctor preflight``: the config, the project and what is around them, examined before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import config as configs
from .. import preflight, suppression
from ..config import Config, ConfigError, Environment, NoConfig
from ..intake import text_of
from ..metadata import Project
from ..preflight import Around, Preflight, UnknownProfile
from ..render import place, render
from ..render.preflight import render as render_preflight
from ..visible import safe
from .excuses import Excuses
from .failure import NOTHING_TO_DIAGNOSE, Failure, echo
from .keyfiles import Passphrases, shown
from .output import Target, plan, write_all
from .project import SFDX, Found, is_project, read_project
from .rulesets import bounded, in_force, rule_files
from .screen import is_terminal, look
from .secrets_in_git import Answered, ask
from .sources import attempt
from .surroundings import gather, joined, key_file
from .values import moment, whole

NAME, PYPROJECT, SECTION = "jwtdoctor.toml", "pyproject.toml", "tool.jwtdoctor"
SOUGHT = f"{NAME}, [{SECTION}] in {PYPROJECT}, or an sfdx-project.json"
OWN = ("terminal", "plain", "json", "markdown", "github-summary")
"""Formats with a look of their own here; the others show results as `diagnose` does."""


class Options(NamedTuple):
    """The options of one call."""

    environments: tuple[str, ...] = ()
    now: str | None = None
    formats: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    fail_on: str | None = None
    warn_days: str | None = None
    passphrase_file: str | None = None
    ignores: tuple[str, ...] = ()
    baseline: str | None = None
    write_baseline: str | None = None
    rules: tuple[str, ...] = ()


class Place(NamedTuple):
    """What was found where the user pointed: a config or none, and the folder that its names are relative to."""

    folder: str
    config: Config | None = None
    file: str = ""
    """The config as it can be opened from here."""


def run(word: str | None, options: Options) -> int:
    """Examine the environments of the config, and the project. Raises Failure."""
    found = find("." if word is None else word)
    theirs = _rules(found)
    with bounded(theirs, found.file), in_force([*options.rules, *theirs]):
        return _run(found, options)


def _run(found: Place, options: Options) -> int:
    now = moment(options.now)
    chosen = _chosen(found, options.environments)
    folder, project = _project(found)
    reads = [*_reads(found, options), *((os.path.join(folder, each) for each in project.files) if project is not None else ())]
    targets = plan(options.formats, options.outputs, "terminal" if is_terminal() else "plain", sources=reads)
    used = [*reads, *(each.file for each in targets if each.file is not None)]
    excuses = Excuses.of(options.ignores, options.baseline, options.write_baseline, used, _ignores(found))
    done = _examined(found, chosen, (folder, project), now, options)
    report = excuses.apply(done.report, [each.source.name for each in done.report.results], done.names)
    done = done.with_report(report)
    code = write_all(targets, lambda target: _text(done, target))
    excuses.finish(report, [each.source.name for each in report.results], done.names)
    return code or done.exit_code(_fail_on(options, targets))


def _reads(found: Place, options: Options) -> list[str]:
    """Files beside the project's that this call reads, of all environments: the config speaks of them, so they are not written over."""
    environments = found.config.environments if found.config is not None else ()
    keys = [file for each in environments if (file := key_file(each, found.folder)) is not None]
    certificates = [joined(found.folder, word) for each in environments for word in each.certificates]
    others = [each for each in (found.file, options.passphrase_file, options.baseline) if each]
    return [*others, *keys, *certificates, *rule_files([*options.rules, *_rules(found)])]


def _rules(found: Place) -> list[str]:
    """Folders of rules that the config names, from its folder; what is none there may be the name of a package."""
    words = found.config.rules if found.config is not None else ()
    paths = [(each, os.path.join(found.folder, each)) for each in words]
    return [path if os.path.isdir(path) or "/" in word else word for word, path in paths]


# --- finding the config --------------------------------------------------------------------------------------------------


def find(word: str) -> Place:
    """The config in a folder, or the one that is named; without one the folder of an sfdx project. Raises Failure."""
    if os.path.isdir(word):
        return _in_folder(word)
    if os.path.exists(word):
        section = SECTION if os.path.basename(word) == PYPROJECT else ""
        return Place(os.path.dirname(word) or ".", _config(word, section), word)
    raise Failure(f"{shown(word)}: no such file or folder; accepted: a folder with {SOUGHT}, or a config file")


def _in_folder(folder: str) -> Place:
    own, shared = (joined(folder, name) for name in (NAME, PYPROJECT))
    if os.path.lexists(own):
        return Place(folder, _config(own, ""), own)
    if os.path.isfile(shared):
        try:
            return Place(folder, _config(shared, SECTION), shared)
        except _NotHere:
            pass
    if is_project(Path(folder)):
        return Place(folder)
    raise Failure(
        f"{shown(folder)}: nothing to examine; looked for {SOUGHT}; `jwtdoctor init` writes a {NAME}", NOTHING_TO_DIAGNOSE
    )


def in_pyproject(folder: str) -> str | None:
    """The ``pyproject.toml`` of a folder where it has a section of ours, be it right or wrong."""
    shared = joined(folder, PYPROJECT)
    if not os.path.isfile(shared):
        return None
    try:
        _config(shared, SECTION)
    except _NotHere:
        return None
    except Failure:
        pass
    return shared


class _NotHere(Failure):
    """The file has no section of ours, which is no fault of it."""


def _config(file: str, section: str) -> Config:
    """The config in ``file``. Raises Failure, whose one line names file, line and what is accepted."""
    data = attempt(file, configs.LARGEST)
    if isinstance(data, str):
        raise Failure(f"{shown(file)}: {data}; accepted: a {NAME}, which is a small text file")
    text = text_of(data) if len(data) <= configs.LARGEST else None
    if text is None:
        what = "a binary file" if len(data) <= configs.LARGEST else f"larger than {configs.LARGEST >> 10} KiB"
        raise Failure(f"{shown(file)}: {what}; accepted: a {NAME}, which is a small text file")
    try:
        return configs.read(text, file, section)
    except NoConfig as absent:
        raise (_NotHere(str(absent)) if section else Failure(str(absent))) from None
    except ConfigError as wrong:
        raise Failure(str(wrong)) from None


def _chosen(found: Place, wanted: Sequence[str]) -> tuple[Environment, ...]:
    """The environments asked for, else all. Raises Failure for a name that is none's."""
    known = found.config.environments if found.config is not None else ()
    for name in wanted:
        if found.config is None or found.config.environment(name) is None:
            names = ", ".join(safe(each.name, 64) for each in known) or "none, for there is no config"
            raise Failure(f"--env {echo(name)}: no environment is called so; accepted: {names}")
    return tuple(each for each in known if not wanted or each.name in wanted)


def _ignores(found: Place) -> list[suppression.Ignored]:
    """The findings that the config lets pass. Raises Failure for a name that is no rule's."""
    ignored = []
    for each in found.config.ignores if found.config is not None else ():
        where = f"{found.file}:{each.span.line}: ignore"
        try:
            ignored.append(suppression.ignored(each.rule, each.reason, each.environment or "", where))
        except suppression.NotExcusable as wrong:
            raise Failure(str(wrong)) from None
    return ignored


# --- examining -----------------------------------------------------------------------------------------------------------


def _examined(
    found: Place, chosen: Sequence[Environment], read: tuple[str, Found | None], now: int, options: Options
) -> Preflight:
    folder, project = read
    files = [file for each in chosen if (file := key_file(each, found.folder)) is not None]
    told = ask(found.folder, files)
    passphrases = Passphrases.of(options.passphrase_file)
    subjects = gather(chosen, found.folder, passphrases, told.states)
    others = gather(_others(found, chosen), found.folder, Passphrases(), {})
    around = Around(
        now, found.config, found.file, _tracked(project, told, folder, found.folder), folder, whole(options.warn_days, "--warn-days", "days"),
        tuple(each._replace(path=joined(found.folder, each.path)) for each in told.leaks), told.because,
        (*(project.notes if project is not None else ()), *told.notes),
    )  # fmt: skip
    try:
        return preflight.examine(subjects, around, others)
    except UnknownProfile as unknown:
        raise Failure(str(unknown)) from None


def _others(found: Place, chosen: Sequence[Environment]) -> list[Environment]:
    """The environments that nobody asked for. They say whose app is whose; their private keys are left alone."""
    every = found.config.environments if found.config is not None else ()
    return [each._replace(key=None) for each in every if each not in chosen]


def _project(found: Place) -> tuple[str, Found | None]:
    """The sfdx project: the one the config names, else the one in its folder."""
    named = found.config.project if found.config is not None else None
    folder = found.folder if named is None else joined(found.folder, named)
    if named is None and not is_project(Path(folder)):
        return "", None
    if not os.path.isdir(folder):
        raise Failure(
            f"{found.file}: `project` is {safe(named, 80)!r}: no such folder; accepted: the folder of an sfdx project, relative to the config"
        )
    if not is_project(Path(folder)) and not _is_below(folder, found.folder):
        raise Failure(
            f"{found.file}: `project` is {safe(named, 80)!r}: no {SFDX} in it; accepted: the folder of an sfdx project, or one below the config's"
        )
    return os.path.normpath(folder), read_project(Path(folder))


def _is_below(folder: str, above: str) -> bool:
    """Whether a folder is another one or lies in it, with every link followed."""
    try:
        return os.path.commonpath([os.path.realpath(folder), os.path.realpath(above)]) == os.path.realpath(above)
    except ValueError:
        return False


def _tracked(project: Found | None, told: Answered, folder: str, asked: str) -> Project | None:
    """The project with the files that git tracks, told relative to it."""
    if project is None:
        return None
    if told.tracked is None:
        return project.project
    within = os.path.relpath(os.path.abspath(folder), os.path.abspath(asked)).replace(os.sep, "/")
    before = "" if within == "." else f"{within}/"
    return project.project._replace(tracked=_below(told.tracked, before))


def _below(names: Iterable[str], before: str) -> frozenset[str]:
    return frozenset(each[len(before) :] for each in names if each.startswith(before))


# --- showing -------------------------------------------------------------------------------------------------------------


def _text(done: Preflight, target: Target) -> str:
    shown = look()
    shown = shown if target.file is None else shown._replace(width=80, color=False)
    if target.format in OWN:
        return render_preflight(done, target.format, shown)
    report = done.report
    if target.format in ("sarif", "github"):
        named = [
            each._replace(source=each.source._replace(name=place.path(each.source.name, shown.base))) for each in report.results
        ]
        report = report._replace(results=tuple(named))
    return render(report, target.format, shown)


def _fail_on(options: Options, targets: Sequence[Target]) -> str:
    """As with `diagnose`: who reads SARIF decides by itself, and a failing step would keep it from being uploaded."""
    if options.fail_on is None and all(each.format == "sarif" for each in targets):
        return "never"
    return options.fail_on or "error"
