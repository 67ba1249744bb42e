"""What ``explain``, ``rules``, ``keys`` and ``whosigned`` take."""

from __future__ import annotations

from typing import Annotated

import typer

from .root import app
from .shared import Document, Now, Passphrases, Rules, Shown, Sources, WarnDays, Worst, _complete_name


@app.command("explain")
def _explain(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="A rule, a cause, or an error text in quotes.", autocompletion=_complete_name),
    ],
    format: Document = None,
    rules: Rules = None,
) -> None:
    """Say what a rule, a cause or an error text means.

    \b
    Examples:
      jwtdoctor explain exp-milliseconds-overflow
      jwtdoctor explain user-not-preauthorised
      jwtdoctor explain 'invalid_grant: invalid assertion'
    """
    from ..explain import run as explain
    from ..rulesets import in_force

    with in_force(rules or ()):
        raise typer.Exit(explain(names, format or "plain"))


RULES_HELP = """List the catalogue of rules; with --rules also your own, which are checked as ours are.

DIR has the layout of our `rules/`: a folder per group of rules, and `unseen`, `symptoms/PROVIDER`, `profiles`. Any of them may be missing.

\b
Examples:
  jwtdoctor rules
  jwtdoctor rules --format json
  jwtdoctor rules --rules my-rules
  jwtdoctor rules --rules my-rules --check
  jwtdoctor rules --rules my-rules --pages

\b
Exit codes:
  0  listed; with --check: every worked case holds
  1  with --check: a worked case does not hold, or a page is out of date
  2  a rule cannot be used; file and line are told
"""


@app.command("rules", help=RULES_HELP, short_help="List the catalogue of rules, and check your own.")
def _rules(
    format: Document = None,
    rules: Rules = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run the worked cases of the rules in DIR, with keys made for it.")
    ] = False,
    pages: Annotated[
        bool, typer.Option("--pages", help="Write the pages of DIR beside its rules; with --check only compare them.")
    ] = False,
) -> None:
    from ..rulesets import in_force

    with in_force(rules or ()):
        if check or pages:
            from ..workedcases import run as prove

            raise typer.Exit(prove(rules or (), cases=check, pages=pages))
        from ..explain import catalogue

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
    now: Now = None,
    format: Shown = None,
    fail_on: Worst = "error",
) -> None:
    from ..keys import Options
    from ..keys import run as keys

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
    from ..whosigned import run as whosigned

    raise typer.Exit(whosigned(sources or (), certs or (), passphrase_file, format, exponent))
