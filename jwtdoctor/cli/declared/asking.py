"""What ``clock`` and ``exchange`` take, the two that ask a server."""

from __future__ import annotations

from typing import Annotated

import typer

from .root import app
from .shared import AppKind, Authorities, Certificates, Passphrases, Shown, Sources, Timeout, _complete_profile

CLOCK_HELP = """Measure how far this machine's clock is from a server's. This asks the server, and only because you say so.

The Date header of a HEAD request tells the server's time to the second. Several samples, each sent when it tells most, bring the uncertainty down to about the round trip; that takes up to a second each. Proxies of the environment are respected, TLS is verified, no redirect is followed, and an answer out of a cache is left out. Needs `pip install 'jwtdoctor[live]'`.

\b
Examples:
  jwtdoctor clock login.salesforce.com
  jwtdoctor clock https://acme-demo.my.salesforce.com --samples 10 --format json
  jwtdoctor clock https://login.internal.example --ca-file corporate-ca.pem --warn 5

\b
Exit codes:
  0  the clock is right, or off by less than matters
  1  it is off by more than --warn (default: 30 s ahead, 60 s behind, where the rules speak up)
  2  could not be measured
"""


@app.command("clock", help=CLOCK_HELP, short_help="Measure this machine's clock against a server's.")
def _clock(
    url: Annotated[str, typer.Argument(metavar="URL", help="A host, or the URL of anything on it.")],
    samples: Annotated[str | None, typer.Option("--samples", metavar="N", help="How often to ask; default 5, 1 to 60.")] = None,
    warn: Annotated[
        str | None,
        typer.Option("--warn", metavar="SECONDS", help="From which difference on it matters; default 30 ahead, 60 behind."),
    ] = None,
    timeout: Timeout = None,
    ca_file: Authorities = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="The provider's rules; detected from the host without it.",
            autocompletion=_complete_profile,
        ),
    ] = None,
    format: Shown = None,
) -> None:
    from ..clock import Options
    from ..clock import run as clock

    raise typer.Exit(clock(url, Options(samples, warn, timeout, ca_file, profile, format)))


EXCHANGE_HELP = """Post an assertion to a token endpoint, once, and diagnose the answer. This asks the server, and only because you say so.

SOURCE is what holds exactly one assertion: a file, `-` for standard input, or the pasted text itself. Or a new assertion is sent, made as `jwtdoctor mint` makes it: from --key, --iss and --sub, or from an environment of a config. Where it is sent you say with --endpoint; a token's own word is never followed. TLS is verified, proxies of the environment are respected, a redirect is not followed, a .netrc is not read, and nothing is tried twice. Needs `pip install 'jwtdoctor[live]'`.

The access token is never shown. --token-file FILE keeps it, alone in the file, which nobody but you can read (mode 600).

\b
Examples:
  jwtdoctor exchange token.txt --endpoint https://test.salesforce.com/services/oauth2/token
  jwtdoctor exchange token.txt --endpoint login.salesforce.com --cert app.crt
  jwtdoctor exchange - --endpoint https://acme-demo.my.salesforce.com --token-file access.token < token.txt
  jwtdoctor exchange --config jwtdoctor.toml --env production

\b
Exit codes:
  0  let in
  1  answered, and not let in
  2  no answer, or could not do the job      3  no assertion in the input
"""


@app.command("exchange", help=EXCHANGE_HELP, short_help="Post an assertion to a token endpoint and diagnose the answer.")
def _exchange(
    sources: Sources = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="Where to post it; of a bare host its token endpoint.")
    ] = None,
    certs: Certificates = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="FILE", help="Send a new assertion, signed with this private key: a file, env:NAME, or `-`."
        ),
    ] = None,
    iss: Annotated[str | None, typer.Option("--iss", metavar="KEY", help="Of the new assertion: the app's consumer key.")] = None,
    sub: Annotated[str | None, typer.Option("--sub", metavar="USER", help="Of the new assertion: the user's name.")] = None,
    aud: Annotated[str | None, typer.Option("--aud", metavar="URL", help="Of the new assertion; else by the endpoint.")] = None,
    lifetime: Annotated[
        str | None, typer.Option("--lifetime", metavar="SECONDS", help="Of the new assertion; else what the provider documents.")
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Make the new assertion from an environment of this config.")
    ] = None,
    environment: Annotated[str | None, typer.Option("--env", metavar="NAME", help="The environment of the config.")] = None,
    token_file: Annotated[
        str | None, typer.Option("--token-file", metavar="FILE", help="Keep the access token in FILE, with mode 600.")
    ] = None,
    timeout: Timeout = None,
    ca_file: Authorities = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="The provider's rules; detected from the endpoint without it.",
            autocompletion=_complete_profile,
        ),
    ] = None,
    kind: AppKind = None,
    passphrase_file: Passphrases = None,
    format: Shown = None,
) -> None:
    from ..exchange import Options
    from ..exchange import run as exchange

    options = Options(
        endpoint, key, iss, sub, aud, lifetime, config, environment, tuple(certs or ()), profile, kind, token_file, timeout, ca_file,
        passphrase_file, format,
    )  # fmt: skip
    raise typer.Exit(exchange(sources or (), options))
