"""The typer application: help, completion, and the commands that are not the hot path."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated, Literal

import typer

from .._version import __version__
from . import completion
from .failure import COULD_NOT, complain, echo
from .options import COMMANDS, Call

app = typer.Typer(
    name="jwtdoctor",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Names the true cause when a server refuses a JWT assertion, and says how it knows.\n\n`jwtdoctor SOURCE` means `jwtdoctor diagnose SOURCE`.\n\nCompletion: `jwtdoctor --install-completion [bash|zsh|fish|powershell]`.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _complete_profile(incomplete: str) -> list[str]:
    from ..catalog import load

    return sorted(name for name in load().profiles if name.startswith(incomplete))


DIAGNOSE_HELP = """Name what is wrong with an assertion.

SOURCE is a file, `-` for standard input, or the pasted text itself: a token (bare, after `Bearer`, quoted, wrapped), or a raw HTTP request. With none and a pipe, standard input is read.

\b
Examples:
  jwtdoctor token.txt
  jwtdoctor token.txt --cert app.crt --endpoint https://test.salesforce.com/services/oauth2/token
  jwtdoctor token.txt --cert uploaded.crt --cert all-my-keys/
  pbpaste | jwtdoctor --error 'invalid_grant: invalid assertion' --cert app.crt
  jwtdoctor --error @response.txt
  jwtdoctor token.txt --now 2026-11-23T12:00:00Z --format json
  jwtdoctor --clipboard --output ticket.md --output page.html
  jwtdoctor token.txt --output results.sarif --format github

\b
Exit codes:
  0  nothing at or above --fail-on      2  could not do the job
  1  something was found                3  nothing to diagnose in the input
"""


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
"""Options that several commands share, said once."""


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


@app.command("diagnose", help=DIAGNOSE_HELP)
def _diagnose(
    sources: Sources = None,
    certs: Annotated[
        list[str] | None,
        typer.Option(
            "--cert",
            metavar="FILE",
            help="The certificate uploaded to the app, in any form, or a folder of candidates. Repeatable: the first is the one expected.",
        ),
    ] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="URL", help="The token endpoint that was called.")] = None,
    error: Annotated[
        str | None,
        typer.Option(
            "--error",
            metavar="TEXT",
            help="What the server or the client library answered; @FILE reads a file. Works without a token.",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="The provider's rules; detected from the token without it.",
            autocompletion=_complete_profile,
        ),
    ] = None,
    kind: Annotated[
        Literal["connected-app", "external-client-app"] | None,
        typer.Option("--app", help="The kind of app, where it matters which hosts know it."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="TIME",
            help="Judge as of this moment (epoch seconds or ISO 8601); default: the clock. The Date of a pasted response goes before it.",
        ),
    ] = None,
    formats: Annotated[
        list[Form] | None,
        typer.Option("--format", help="Default: terminal on a terminal, plain elsewhere. Repeatable with --output."),
    ] = None,
    outputs: Outputs = None,
    clipboard: Annotated[bool, typer.Option("--clipboard", help="Take the text that was copied last.")] = False,
    fail_on: Annotated[
        Literal["error", "warning", "never"] | None,
        typer.Option("--fail-on", help="Least severity that makes the exit code 1; default error (SARIF alone: never)."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="SECONDS",
            help="How long to search for what was edited after signing; default 2, 0 for not at all.",
        ),
    ] = None,
    secret_files: Annotated[
        list[str] | None,
        typer.Option(
            "--secret-file",
            metavar="FILE",
            help="A text that may have served as an HMAC secret, such as the consumer secret. Repeatable.",
        ),
    ] = None,
    passphrase_file: Passphrases = None,
    warn_days: WarnDays = None,
    redact: Redact = False,
    no_redact: NoRedact = False,
    hosts: Hosts = False,
) -> None:
    from .diagnose import run as diagnose

    call = Call(
        tuple(sources or ()), tuple(certs or ()), endpoint, error, profile, kind, now, tuple(each.value for each in formats or ()), fail_on, search,
        tuple(secret_files or ()), passphrase_file, warn_days, clipboard, tuple(outputs or ()), redact, no_redact, hosts,
    )  # fmt: skip
    raise typer.Exit(diagnose(call))


Document = Annotated[Literal["terminal", "plain", "json"] | None, typer.Option("--format", help="Default: text for people.")]


def _complete_name(incomplete: str) -> list[str]:
    from ..catalog import load

    known = load()
    names = [*known.rules, *known.unseen, *(each.name for each in known.symptoms)]
    return sorted(name for name in names if name.startswith(incomplete))


@app.command("explain")
def _explain(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="A rule, a cause, or an error text in quotes.", autocompletion=_complete_name),
    ],
    format: Document = None,
) -> None:
    """Say what a rule, a cause or an error text means.

    \b
    Examples:
      jwtdoctor explain exp-milliseconds-overflow
      jwtdoctor explain user-not-preauthorised
      jwtdoctor explain 'invalid_grant: invalid assertion'
    """
    from .explain import run as explain

    raise typer.Exit(explain(names, format or "plain"))


@app.command("rules")
def _rules(format: Document = None) -> None:
    """List the catalogue of rules.

    \b
    Examples:
      jwtdoctor rules
      jwtdoctor rules --format json
    """
    from .explain import catalogue

    raise typer.Exit(catalogue(format or "plain"))


KEYS_HELP = """Say what keys, certificates and tokens these are, and which of them belong together.

FILE is a file or a folder of any of these, or `-` for standard input: certificates (PEM, DER, base64, PKCS#7, PKCS#12, Java keystore), private and public keys (PKCS#1, PKCS#8, SEC 1, OpenSSH, JWK, JWKS), requests, a text, JSON or mail that holds one, and tokens. What a file is shows in its content, never in its name. Of a private key only the public half is kept, and nothing secret is shown.

A passphrase is read from --passphrase-file or the variable JWTDOCTOR_PASSPHRASE, or asked for on a terminal.

\b
Examples:
  jwtdoctor keys app.crt
  jwtdoctor keys server.key app.crt token.txt
  jwtdoctor keys certs/ --warn-days 60 --format json
  jwtdoctor keys store.p12 --passphrase-file passphrase.txt

\b
Exit codes:
  0  nothing at or above --fail-on      2  a named file could not be read
  1  something was found                3  no key in the input
"""


@app.command("keys", help=KEYS_HELP, short_help="Say what keys and certificates these are, and which belong together.")
def _keys(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="File, folder, or `-`.")] = None,
    passphrase_file: Passphrases = None,
    warn_days: WarnDays = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="The provider's rules; default: those of the default profile."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="Judge as of this moment (epoch seconds or ISO 8601); default: the clock."),
    ] = None,
    format: Shown = None,
    fail_on: Worst = "error",
) -> None:
    from .keys import Options
    from .keys import run as keys

    raise typer.Exit(keys(files or (), Options(format, now, profile, passphrase_file, warn_days, fail_on)))


WHOSIGNED_HELP = """Say which key signed these assertions, also when no certificate at hand fits.

The given certificates and keys are tried first. Else the signatures are made to tell: two different RS256, RS384 or RS512 assertions of one key reveal it (slow for the usual exponent 65537: half a minute with gmpy2, about five minutes without, for RSA 2048; nothing leaves this machine); one ES256, ES384, ES512 or ES256K assertion leaves two candidates, a second one decides. PS*, EdDSA and HS* reveal nothing; there only given keys can be tried.

SOURCE is a file, `-` for standard input, or the pasted text itself; one source may hold several assertions.

\b
Examples:
  jwtdoctor whosigned yesterday.txt today.txt
  jwtdoctor whosigned token.txt --cert old.crt --cert new.crt
  jwtdoctor whosigned two-tokens.txt --cert keys/ --format json

\b
Exit codes:
  0  the key is known and, if any were given, it is one of those
  1  it is none of the given ones, or nothing can be concluded
  2  could not do the job                3  no signed assertion in the input
"""


@app.command("whosigned", help=WHOSIGNED_HELP, short_help="Say which key signed these assertions.")
def _whosigned(
    sources: Sources = None,
    certs: Annotated[
        list[str] | None,
        typer.Option("--cert", metavar="FILE", help="A certificate or key, or a folder of them, to compare with. Repeatable."),
    ] = None,
    passphrase_file: Passphrases = None,
    exponent: Annotated[
        str | None,
        typer.Option("--exponent", metavar="E", help="The only RSA exponent to try; default: 3, 5, 17, 257, then 65537."),
    ] = None,
    format: Document = None,
) -> None:
    from .whosigned import run as whosigned

    raise typer.Exit(whosigned(sources or (), certs or (), passphrase_file, format, exponent))


REDACT_HELP = """Print the input with every token, key and identifier made safe; the diagnosis of the output is the same.

Names and ids become look-alikes of the same shape: the same for the same value within a run, others in another run. Private keys and secrets are taken out. In the place of a token's signature stands what was found out about it, which `jwtdoctor` reads as a statement, so give the certificate and the answer as to `diagnose`.

\b
Examples:
  jwtdoctor redact request.txt
  jwtdoctor redact request.txt --cert app.crt --error @response.txt --output for-the-ticket.txt
  pbpaste | jwtdoctor redact --hosts

\b
Exit codes:
  0  redacted, and the diagnosis is the same     2  could not do the job
  1  redacted, but the diagnosis differs         3  nothing to diagnose in it
"""


@app.command("redact", help=REDACT_HELP, short_help="Make a text safe to be shared, with the same diagnosis.")
def _redact(
    sources: Sources = None,
    certs: Annotated[
        list[str] | None,
        typer.Option(
            "--cert", metavar="FILE", help="The certificate uploaded to the app, or a folder of candidates. Repeatable."
        ),
    ] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="URL", help="The token endpoint that was called.")] = None,
    error: Annotated[
        str | None, typer.Option("--error", metavar="TEXT", help="What the server answered; @FILE reads a file.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", metavar="NAME", help="The provider's rules; detected without it.", autocompletion=_complete_profile
        ),
    ] = None,
    kind: Annotated[
        Literal["connected-app", "external-client-app"] | None,
        typer.Option("--app", help="The kind of app, where it matters which hosts know it."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="Judge as of this moment (epoch seconds or ISO 8601); default: the clock."),
    ] = None,
    hosts: Annotated[bool, typer.Option("--hosts", help="Replace also what in the names of hosts is somebody's own.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
    ] = None,
    clipboard: Annotated[bool, typer.Option("--clipboard", help="Take the text that was copied last.")] = False,
    passphrase_file: Passphrases = None,
) -> None:
    from .redact import Options
    from .redact import run as redact

    options = Options(tuple(certs or ()), endpoint, error, profile, kind, now, hosts, clipboard, output, passphrase_file)
    raise typer.Exit(redact(sources or (), options))


TRIAGE_HELP = """Find the few causes behind thousands of refusals.

PATH is a log, or anything else `jwtdoctor` reads: a file, a folder, a pattern in quotes, or `-` for standard input; also packed as gz, zst, bz2 or xz, which shows in the content and not in the name. Every token is diagnosed once, as of the time stamp of its record, with the answer that belongs to it; then they are counted by cause.

With --resume a run that was stopped goes on where it was, and one that was not reads what has been added since.

\b
Examples:
  jwtdoctor triage app.log
  jwtdoctor triage logs/ --cert app.crt --since 2026-11-01
  jwtdoctor triage 'logs/*.gz' --output triage.md --output triage.html
  zcat old.log.gz | jwtdoctor triage - --format json
  jwtdoctor triage logs/ --results results.jsonl --resume state

\b
Exit codes:
  0  nothing at or above --fail-on      2  nothing could be read
  1  something was found                3  neither token nor answer in the input
  130  stopped with Ctrl-C; what was found so far is shown
"""


class SummaryForm(StrEnum):
    """The formats of a triage."""

    TERMINAL = "terminal"
    PLAIN = "plain"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


@app.command("triage", help=TRIAGE_HELP, short_help="Find the few causes behind thousands of refusals.")
def _triage(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="File, folder, pattern, or `-`.")],
    certs: Annotated[
        list[str] | None,
        typer.Option(
            "--cert", metavar="FILE", help="The certificate uploaded to the app, or a folder of candidates. Repeatable."
        ),
    ] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="URL", help="The token endpoint that was called.")] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="The provider's rules; detected from each token without it.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now", metavar="TIME", help="Judge what has no time of its own as of this moment; default: the time of its file."
        ),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Leave out what is older.")] = None,
    cause: Annotated[
        str | None, typer.Option("--cause", metavar="NAME", help="Show this cause alone.", autocompletion=_complete_name)
    ] = None,
    limit: Annotated[str | None, typer.Option("--limit", metavar="N", help="Show the N most frequent causes.")] = None,
    results: Annotated[
        str | None,
        typer.Option("--results", metavar="FILE", help="Write the diagnosis of each token to FILE, one line of JSON each."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="FILE", help="Go on from the state in FILE, and keep it there.")
    ] = None,
    jobs: Annotated[str | None, typer.Option("--jobs", metavar="N", help="Processes at work; default: all cores.")] = None,
    formats: Annotated[
        list[SummaryForm] | None,
        typer.Option("--format", help="Default: terminal on a terminal, plain elsewhere. Repeatable with --output."),
    ] = None,
    outputs: Outputs = None,
    redact: Redact = False,
    no_redact: NoRedact = False,
    hosts: Hosts = False,
    fail_on: Worst = "error",
    passphrase_file: Passphrases = None,
) -> None:
    from .triage import Options
    from .triage import run as triage

    options = Options(
        tuple(certs or ()), endpoint, profile, now, since, cause, limit, results, resume, jobs, tuple(each.value for each in formats or ()), tuple(outputs or ()),
        fail_on, passphrase_file, redact, no_redact, hosts,
    )  # fmt: skip
    raise typer.Exit(triage(paths, options))


def run() -> int:
    """Hand the command line to typer; its complaints become one line."""
    words = sys.argv[1:]
    if completion.wanted(words):
        return completion.run(words)
    if completion.ASKED in os.environ:
        completion.prepare(os.environ)
    if words and words[0] not in COMMANDS and not words[0].startswith(("--version", "--help", "-h", "--install", "--show")):
        words = ["diagnose", *words]
    try:
        code = app(args=words, prog_name="jwtdoctor", standalone_mode=False)
    except typer.Exit as leave:
        return int(leave.exit_code)
    except typer.Abort:
        complain("stopped")
        return 130
    except KeyError:
        complain("completion is asked for by the shell, with COMP_WORDS set")
        return COULD_NOT
    except Exception as error:
        # Usage errors are click's; typer brings click along in some versions and holds a copy of it in others.
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        complain(
            f"{_without_secrets(' '.join(told().split()), words)} (`jwtdoctor {_command(words)}--help` shows what is accepted)"
        )
        return COULD_NOT
    return int(code) if isinstance(code, int) else 0


def _without_secrets(message: str, words: list[str]) -> str:
    """typer repeats what it cannot use; with a secret among the words nothing is repeated."""
    parts = {part for each in words for part in (each, each.lstrip("-"), each.partition("=")[2]) if len(part) > 12}
    if any("\n" in part or echo(part).startswith("(a value") for part in parts):
        return "an option or a value cannot be used (not repeated: it looks like a secret)"
    return message


def _command(words: list[str]) -> str:
    return f"{words[0]} " if words and words[0] in COMMANDS else ""
