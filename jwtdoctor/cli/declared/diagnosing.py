"""What ``diagnose``, ``redact`` and ``triage`` take."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Call
from .root import app
from .shared import (
    AppKind,
    BaselineFile,
    Certificates,
    Clipboard,
    Endpoint,
    Failing,
    Formats,
    Hosts,
    Ignores,
    NoRedact,
    Now,
    Outputs,
    Passphrases,
    ProfileName,
    Redact,
    Rules,
    Sources,
    SummaryForm,
    WarnDays,
    Worst,
    WriteBaseline,
    _complete_name,
    _complete_profile,
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
  jwtdoctor --clipboard --output ticket.md --output page.html
  jwtdoctor token.txt --output results.sarif --format github
  jwtdoctor token.txt --cert app.crt --key server.key
  jwtdoctor tokens/*.txt --baseline known.json --ignore cert-expired='renewed in March'

\b
Exit codes:
  0  nothing at or above --fail-on      2  could not do the job
  1  something was found                3  nothing to diagnose in the input
"""


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
    endpoint: Endpoint = None,
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
    kind: AppKind = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="TIME",
            help="Judge as of this moment (epoch seconds or ISO 8601); default: the clock. The Date of a pasted response goes before it.",
        ),
    ] = None,
    formats: Formats = None,
    outputs: Outputs = None,
    clipboard: Clipboard = False,
    fail_on: Failing = None,
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
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="FILE",
            help="The app's private key: the repaired assertion is signed with it and examined whole. A file, env:NAME, or `-`.",
        ),
    ] = None,
    ignores: Ignores = None,
    baseline: BaselineFile = None,
    write_baseline: WriteBaseline = None,
    rules: Rules = None,
    only_code: Annotated[
        bool,
        typer.Option(
            "--only-code",
            help="Examine only what source code would sign, and exit with 0 where none signs: for hooks that give many files.",
        ),
    ] = False,
) -> None:
    from ..diagnose import run as diagnose

    call = Call(
        tuple(sources or ()), tuple(certs or ()), endpoint, error, profile, kind, now, tuple(each.value for each in formats or ()), fail_on, search,
        tuple(secret_files or ()), passphrase_file, warn_days, clipboard, tuple(outputs or ()), redact, no_redact, hosts, key, tuple(ignores or ()), baseline, write_baseline,
        tuple(rules or ()), only_code,
    )  # fmt: skip
    raise typer.Exit(diagnose(call))


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
    certs: Certificates = None,
    endpoint: Endpoint = None,
    error: Annotated[
        str | None, typer.Option("--error", metavar="TEXT", help="What the server answered; @FILE reads a file.")
    ] = None,
    profile: ProfileName = None,
    kind: AppKind = None,
    now: Now = None,
    hosts: Annotated[bool, typer.Option("--hosts", help="Replace also what in the names of hosts is somebody's own.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
    ] = None,
    clipboard: Clipboard = False,
    passphrase_file: Passphrases = None,
    rules: Rules = None,
) -> None:
    from ..redact import Options
    from ..redact import run as redact
    from ..rulesets import in_force

    options = Options(tuple(certs or ()), endpoint, error, profile, kind, now, hosts, clipboard, output, passphrase_file)
    with in_force(rules or ()):
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


@app.command("triage", help=TRIAGE_HELP, short_help="Find the few causes behind thousands of refusals.")
def _triage(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="File, folder, pattern, or `-`.")],
    certs: Certificates = None,
    endpoint: Endpoint = None,
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
    rules: Rules = None,
) -> None:
    from ..rulesets import in_force
    from ..triage import Options
    from ..triage import run as triage

    options = Options(
        tuple(certs or ()), endpoint, profile, now, since, cause, limit, results, resume, jobs, tuple(each.value for each in formats or ()), tuple(outputs or ()),
        fail_on, passphrase_file, redact, no_redact, hosts, tuple(rules or ()),
    )  # fmt: skip
    with in_force(options.rules):
        raise typer.Exit(triage(paths, options))
