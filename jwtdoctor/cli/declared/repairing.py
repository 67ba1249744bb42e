"""What ``mint`` and ``fix`` take."""

from __future__ import annotations

from typing import Annotated

import typer

from .root import app
from .shared import (
    AppKind,
    Certificates,
    Clipboard,
    Endpoint,
    FixForm,
    NoRedact,
    Now,
    Outputs,
    Passphrases,
    ProfileName,
    Rules,
    _complete_language,
    _complete_profile,
)

MINT_HELP = """Print a correct assertion, signed with your key; nothing else stands on standard output.

What the provider's profile documents is filled in: algorithm, lifetime, the audience that belongs to an endpoint. The assertion is examined before it is printed, and what speaks against it is told. With --like a broken assertion (a file, `-`, or the pasted text, as for `diagnose`) is taken with the least that must change.

The key is a file (PEM, DER, OpenSSH, PKCS#12 or JWK, encrypted or not), `env:NAME`, or `-` for standard input. It is never written, and nothing of it is shown.

\b
Examples:
  jwtdoctor mint --key app.key --iss 3MVG9... --sub me@example.com --endpoint https://example.my.salesforce.com/services/oauth2/token
  jwtdoctor mint --like broken.txt --key app.key --cert app.crt
  jwtdoctor mint --config jwtdoctor.toml --env production --curl
  vault read -field=key app | jwtdoctor mint --like broken.txt --key - --curl | sh

\b
Exit codes:
  0  printed, and nothing speaks against it   2  not printed: something is missing
  1  printed, but something speaks against it 3  no assertion in what --like names
"""


@app.command("mint", help=MINT_HELP, short_help="Print a correct assertion, signed with your key.")
def _mint(
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="The provider's rules; told from the rest without it.",
            autocompletion=_complete_profile,
        ),
    ] = None,
    iss: Annotated[str | None, typer.Option("--iss", metavar="KEY", help="The app's consumer key (client id).")] = None,
    sub: Annotated[str | None, typer.Option("--sub", metavar="USER", help="The user to act as.")] = None,
    aud: Annotated[
        str | None, typer.Option("--aud", metavar="URL", help="The audience; default: the one that belongs to --endpoint.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="The token endpoint that it will be sent to.")
    ] = None,
    lifetime: Annotated[
        str | None,
        typer.Option("--lifetime", metavar="SECONDS", help="From now to `exp`; default: what the provider documents."),
    ] = None,
    jti: Annotated[bool, typer.Option("--jti", help="Add a random `jti`.")] = False,
    claims: Annotated[list[str] | None, typer.Option("--claim", metavar="NAME=JSON", help="A further claim. Repeatable.")] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", metavar="NAME=JSON", help="A further member of the header. Repeatable.")
    ] = None,
    alg: Annotated[
        str | None, typer.Option("--alg", metavar="NAME", help="Default: the provider's first that the key can sign.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The private key: a file, `env:NAME`, or `-` for standard input.")
    ] = None,
    passphrase_file: Passphrases = None,
    certs: Annotated[
        list[str] | None,
        typer.Option(
            "--cert",
            metavar="FILE",
            help="The certificate uploaded to the app, which the assertion is examined with. Repeatable.",
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="SOURCE", help="A broken assertion to be repaired: file, `-`, or the pasted text."),
    ] = None,
    error: Annotated[
        str | None, typer.Option("--error", metavar="TEXT", help="What the server answered to it; @FILE reads a file.")
    ] = None,
    kind: AppKind = None,
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="Sign as of this moment (epoch seconds or ISO 8601); default: the clock."),
    ] = None,
    curl: Annotated[
        bool,
        typer.Option("--curl", help="Print a curl command for a POSIX shell instead; the assertion is not in its arguments."),
    ] = False,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="Take what is not given here from an environment of jwtdoctor.toml."),
    ] = None,
    environment: Annotated[
        str | None, typer.Option("--env", metavar="NAME", help="The environment of the config; default: the only one.")
    ] = None,
    rules: Rules = None,
) -> None:
    from ..mint import Options
    from ..mint import run as mint

    options = Options(
        profile, iss, sub, aud, endpoint, lifetime, jti, tuple(claims or ()), tuple(header or ()), alg, key, passphrase_file, tuple(certs or ()),
        like, error, kind, now, curl, config, environment, tuple(rules or ()),
    )  # fmt: skip
    raise typer.Exit(mint(options))


FIX_HELP = """Show how the code must be that made this assertion.

SOURCE is a file, `-` for standard input, or the pasted text itself. Of source code that signs (Apex, JavaScript, TypeScript, Python, Java, C#, PHP, Go, Ruby) a patch is printed, which `patch -p1` or `git apply` takes. Of an assertion, a request or an answer it is told which program made it, as far as it shows, and code that does it right is printed in that language, with the values of the repaired assertion and a comment above each line that mends something. No key is in it: it is read from a file, or held by the platform.

With --lang alone the code has placeholders. Languages and libraries are listed when --lang names none of them.

\b
Examples:
  jwtdoctor fix token.txt
  jwtdoctor fix SignIn.cls | patch -p1
  jwtdoctor fix request.txt --error @response.txt --lang python > access_token.py
  jwtdoctor fix --lang shell
  jwtdoctor fix token.txt --format json

\b
Exit codes:
  0  the code mends what was found      2  could not do the job
  1  something is left to you           3  nothing to mend in the input
"""


@app.command("fix", help=FIX_HELP, short_help="Show how the code must be that made this assertion.")
def _fix(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="File, `-`, or the pasted text.")] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="NAME",
            help="The language, or the language with a library (node-jsonwebtoken); detected without it.",
            autocompletion=_complete_language,
        ),
    ] = None,
    certs: Certificates = None,
    endpoint: Endpoint = None,
    error: Annotated[
        str | None,
        typer.Option("--error", metavar="TEXT", help="What the server or the client library answered; @FILE reads a file."),
    ] = None,
    profile: ProfileName = None,
    kind: AppKind = None,
    now: Now = None,
    clipboard: Clipboard = False,
    formats: Annotated[
        list[FixForm] | None,
        typer.Option("--format", help="Default: terminal on a terminal, plain elsewhere. Repeatable with --output."),
    ] = None,
    outputs: Outputs = None,
    no_redact: NoRedact = False,
    passphrase_file: Passphrases = None,
) -> None:
    from ..fix import Options
    from ..fix import run as fix

    options = Options(
        lang, tuple(certs or ()), endpoint, error, profile, kind, now, clipboard, tuple(each.value for each in formats or ()), tuple(outputs or ()), no_redact,
        passphrase_file,
    )  # fmt: skip
    raise typer.Exit(fix(source, options))
