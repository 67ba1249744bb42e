"""What ``preflight`` and ``init`` take."""

from __future__ import annotations

from typing import Annotated

import typer

from .root import app
from .shared import BaselineFile, Failing, Formats, Ignores, Now, Outputs, Passphrases, Rules, WarnDays, WriteBaseline

PREFLIGHT_HELP = """Examine a deployment before anything is sent: the config, its keys and certificates, and the project's metadata.

PATH is a folder, or a config in it; default: this folder. Its `jwtdoctor.toml` (or `[tool.jwtdoctor]` in `pyproject.toml`) names environments; an sfdx project beside it is examined too, and without a config the project alone. No network is used and no assertion is shown.

\b
Examples:
  jwtdoctor preflight
  jwtdoctor preflight --env production --warn-days 60
  jwtdoctor preflight my-project/ --format json
  jwtdoctor preflight --write-baseline baseline.json
  jwtdoctor preflight --baseline baseline.json --output preflight.sarif

\b
Exit codes:
  0  nothing at or above --fail-on      2  could not do the job
  1  something was found                3  neither a config nor a project here
"""


@app.command("preflight", help=PREFLIGHT_HELP, short_help="Examine a deployment before anything is sent.")
def _preflight(
    path: Annotated[str | None, typer.Argument(metavar="PATH", help="A folder, or a config; default: this folder.")] = None,
    environments: Annotated[
        list[str] | None, typer.Option("--env", metavar="NAME", help="Examine this environment only. Repeatable.")
    ] = None,
    now: Now = None,
    formats: Formats = None,
    outputs: Outputs = None,
    fail_on: Failing = None,
    warn_days: WarnDays = None,
    passphrase_file: Passphrases = None,
    ignores: Ignores = None,
    baseline: BaselineFile = None,
    write_baseline: WriteBaseline = None,
    rules: Rules = None,
) -> None:
    from ..preflight import Options
    from ..preflight import run as preflight

    options = Options(
        tuple(environments or ()), now, tuple(each.value for each in formats or ()), tuple(outputs or ()), fail_on, warn_days, passphrase_file,
        tuple(ignores or ()), baseline, write_baseline, tuple(rules or ()),
    )  # fmt: skip
    raise typer.Exit(preflight(path, options))


INIT_HELP = """Write a commented `jwtdoctor.toml` for `jwtdoctor preflight`.

In an sfdx project its apps, their consumer keys, and the hosts that its code and credentials name are taken from the metadata. Elsewhere it asks, or writes a template where nobody is there to be asked. A file that is there already is not written over.

\b
Examples:
  jwtdoctor init
  jwtdoctor init my-project/ --from-project
  jwtdoctor init --force

\b
Exit codes:
  0  written
  2  could not do the job, and nothing was written
"""


@app.command("init", help=INIT_HELP, short_help="Write a commented jwtdoctor.toml.")
def _init(
    folder: Annotated[str | None, typer.Argument(metavar="DIR", help="Where to; default: this folder.")] = None,
    from_project: Annotated[bool, typer.Option("--from-project", help="Only from an sfdx project, without a question.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a jwtdoctor.toml that is there.")] = False,
) -> None:
    from ..init import Options
    from ..init import run as init

    raise typer.Exit(init(folder, Options(from_project, force)))
