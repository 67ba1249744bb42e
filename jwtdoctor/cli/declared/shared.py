"""Arguments and options that several commands share, said once, and what completion offers for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import typer


def _complete_profile(incomplete: str) -> list[str]:
    from ...catalog import load

    return sorted(name for name in load().profiles if name.startswith(incomplete))


def _complete_rule(incomplete: str) -> list[str]:
    from ...catalog import load

    return sorted(f"{name}=" for name in load().rules if name.startswith(incomplete))


class Form(StrEnum):
    """What ``--format`` offers; typer takes no list of literals."""

    TERMINAL = "terminal"
    PLAIN = "plain"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITHUB_SUMMARY = "github-summary"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


Sources = Annotated[list[str] | None, typer.Argument(metavar="SOURCE...", help="File, `-`, or the pasted text.")]


Shown = Annotated[
    Literal["terminal", "plain", "json"] | None,
    typer.Option("--format", help="Default: terminal on a terminal, plain elsewhere."),
]


Worst = Annotated[
    Literal["error", "warning", "never"], typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
]


Passphrases = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Passphrases of encrypted key files, one a line; else JWTDOCTOR_PASSPHRASE, else it is asked for.",
    ),
]


Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Write to FILE, in the format its ending tells (.json .sarif .xml .md .csv .html .txt) or FORMAT:FILE does. Repeatable.",
    ),
]


WarnDays = Annotated[
    str | None,
    typer.Option("--warn-days", metavar="DAYS", help="Warn of a certificate that ends within so many days; default 30."),
]


Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Show look-alikes instead of identifiers, in every format; without it in those that are made to be shared (html, markdown, sarif, github).",
    ),
]


NoRedact = Annotated[bool, typer.Option("--no-redact", help="Show what was examined, in every format.")]


Hosts = Annotated[
    bool, typer.Option("--hosts", help="When redacting, replace also what in the names of hosts is somebody's own.")
]


Ignores = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="NAME=REASON",
        help="Excuse what this rule finds (NAME, or NAME/VARIANT). It is counted and shown, and fails nothing. Repeatable.",
        autocompletion=_complete_rule,
    ),
]


BaselineFile = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Excuse what FILE has from an earlier run; only new findings fail."),
]


WriteBaseline = Annotated[
    str | None,
    typer.Option("--write-baseline", metavar="FILE", help="Write what this run finds to FILE, for --baseline, and excuse it."),
]


Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="Use the rules of this folder as well; or those that an installed package offers under this name. Repeatable.",
    ),
]
"""Options that several commands share, said once."""

Document = Annotated[Literal["terminal", "plain", "json"] | None, typer.Option("--format", help="Default: text for people.")]


def _complete_name(incomplete: str) -> list[str]:
    from ...catalog import load

    known = load()
    names = [*known.rules, *known.unseen, *(each.name for each in known.symptoms)]
    return sorted(name for name in names if name.startswith(incomplete))


class SummaryForm(StrEnum):
    """The formats of a triage."""

    TERMINAL = "terminal"
    PLAIN = "plain"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


Timeout = Annotated[
    str | None, typer.Option("--timeout", metavar="SECONDS", help="How long to wait for one answer, the whole of it.")
]


Authorities = Annotated[
    str | None,
    typer.Option(
        "--ca-file",
        metavar="FILE",
        help="CA certificates to trust instead of the usual ones; else those of REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE.",
    ),
]


class FixForm(StrEnum):
    """The formats of a mended program."""

    TERMINAL = "terminal"
    PLAIN = "plain"
    JSON = "json"
    MARKDOWN = "markdown"


def _complete_language(incomplete: str) -> list[str]:
    from ...catalog.snippets import snippets

    return sorted(name for name in snippets() if name.startswith(incomplete))


AppKind = Annotated[
    Literal["connected-app", "external-client-app"] | None,
    typer.Option("--app", help="The kind of app, where it matters which hosts know it."),
]
Certificates = Annotated[
    list[str] | None,
    typer.Option("--cert", metavar="FILE", help="The certificate uploaded to the app, or a folder of candidates. Repeatable."),
]
Clipboard = Annotated[bool, typer.Option("--clipboard", help="Take the text that was copied last.")]
Endpoint = Annotated[str | None, typer.Option("--endpoint", metavar="URL", help="The token endpoint that was called.")]
Failing = Annotated[
    Literal["error", "warning", "never"] | None,
    typer.Option("--fail-on", help="Least severity that makes the exit code 1; default error (SARIF alone: never)."),
]
Formats = Annotated[
    list[Form] | None,
    typer.Option("--format", help="Default: terminal on a terminal, plain elsewhere. Repeatable with --output."),
]
Now = Annotated[
    str | None,
    typer.Option("--now", metavar="TIME", help="Judge as of this moment (epoch seconds or ISO 8601); default: the clock."),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="The provider's rules; detected without it.", autocompletion=_complete_profile
    ),
]
