"""The options of ``diagnose``, said once: the quick reader goes by this table, and a test holds typer's declarations to it."""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """One option: where its value goes, and whether it may stand several times."""

    field: str
    repeatable: bool = False
    choices: tuple[str, ...] = ()
    flag: bool = False
    """It takes no value."""


FORMATS = ("terminal", "plain", "json", "sarif", "junit", "github", "github-summary", "markdown", "csv", "html")
"""What ``--format`` offers; a test holds it to what can be rendered, whose import the everyday call is spared."""

OPTIONS: dict[str, Option] = {
    "--cert": Option("certs", repeatable=True),
    "--endpoint": Option("endpoint"),
    "--error": Option("error"),
    "--profile": Option("profile"),
    "--app": Option("app", choices=("connected-app", "external-client-app")),
    "--now": Option("now"),
    "--search": Option("search"),
    "--secret-file": Option("secret_files", repeatable=True),
    "--passphrase-file": Option("passphrase_file"),
    "--warn-days": Option("warn_days"),
    "--clipboard": Option("clipboard", flag=True),
    "--format": Option("formats", repeatable=True, choices=FORMATS),
    "--output": Option("outputs", repeatable=True),
    "--redact": Option("redact", flag=True),
    "--no-redact": Option("no_redact", flag=True),
    "--hosts": Option("hosts", flag=True),
    "--fail-on": Option("fail_on", choices=("error", "warning", "never")),
    "--key": Option("key"),
    "--ignore": Option("ignores", repeatable=True),
    "--baseline": Option("baseline"),
    "--write-baseline": Option("write_baseline"),
    "--rules": Option("rules", repeatable=True),
    "--only-code": Option("only_code", flag=True),
}

COMMANDS = (
    "diagnose", "explain", "rules", "keys", "whosigned", "redact", "triage", "mint", "fix", "preflight", "init", "clock", "exchange",
)  # fmt: skip


class Call(NamedTuple):
    """One ``diagnose`` call."""

    sources: tuple[str, ...] = ()
    certs: tuple[str, ...] = ()
    endpoint: str | None = None
    error: str | None = None
    profile: str | None = None
    app: str | None = None
    now: str | None = None
    formats: tuple[str, ...] = ()
    fail_on: str | None = None
    search: str | None = None
    secret_files: tuple[str, ...] = ()
    passphrase_file: str | None = None
    warn_days: str | None = None
    clipboard: bool = False
    outputs: tuple[str, ...] = ()
    redact: bool = False
    no_redact: bool = False
    hosts: bool = False
    key: str | None = None
    ignores: tuple[str, ...] = ()
    baseline: str | None = None
    write_baseline: str | None = None
    rules: tuple[str, ...] = ()
    only_code: bool = False
