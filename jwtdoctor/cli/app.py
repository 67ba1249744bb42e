"""The typer application: help, completion, and the commands that are not the hot path."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from .._version import __version__
from .failure import COULD_NOT, complain, echo
from .options import COMMANDS, Call

app = typer.Typer(
    name="jwtdoctor",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Names the true cause when a server refuses a JWT assertion, and says how it knows.\n\n`jwtdoctor SOURCE` means `jwtdoctor diagnose SOURCE`.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

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

\b
Exit codes:
  0  nothing at or above --fail-on      2  could not do the job
  1  something was found                3  nothing to diagnose in the input
"""


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
WarnDays = Annotated[
    str | None,
    typer.Option("--warn-days", metavar="DAYS", help="Warn of a certificate that ends within so many days; default 30."),
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
        typer.Option("--profile", metavar="NAME", help="The provider's rules; detected from the token without it."),
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
    format: Shown = None,
    fail_on: Worst = "error",
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
) -> None:
    from .diagnose import run as diagnose

    call = Call(
        tuple(sources or ()), tuple(certs or ()), endpoint, error, profile, kind, now, format, fail_on, search, tuple(secret_files or ()),
        passphrase_file, warn_days,
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


def run() -> int:
    """Hand the command line to typer; its complaints become one line."""
    words = sys.argv[1:]
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
