"""The typer application itself."""

from __future__ import annotations

from typing import Annotated

import typer

from ..._version import __version__

app = typer.Typer(
    name="jwtdoctor",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Names the true cause when a server refuses a JWT assertion, and says how it knows.\n\n`jwtdoctor SOURCE` means `jwtdoctor diagnose SOURCE`.\n\nCompletion: `jwtdoctor --install-completion [bash|zsh|fish|powershell]`.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jwtdoctor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
