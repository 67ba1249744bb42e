"""Write a config that a person goes on with: every key with its comment, what is known filled in, the rest ready to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..visible import safe

HEAD = """\
# Where this project signs in with a JWT, for `jwtdoctor preflight` and `jwtdoctor mint --config`.
# Paths are relative to this file. No private key and no consumer secret belongs in here: name a file, or an environment variable.
"""
END = """\
# A finding to live with, and why. It is counted and shown, and fails nothing.
# [[ignore]]
# rule = "cert-expired"
# reason = "renewed next week, ticket 4711"
# environment = "production"
"""


class Draft(NamedTuple):
    """An environment as far as it is known; ``None`` becomes a commented line."""

    name: str
    org: str | None = None
    app: str | None = None
    app_name: str | None = None
    endpoint: str | None = None
    aud: str | None = None
    iss: str | None = None
    sub: str | None = None
    certificates: tuple[str, ...] = ()
    key: str | None = None
    key_env: str | None = None
    held: str = ""
    """The file of the project that holds the app's certificate, which is used where none is named."""


class _Line(NamedTuple):
    key: str
    example: str
    why: str


_LINES = (
    _Line("org", "production", "production, sandbox, scratch or developer"),
    _Line("app", "connected-app", "connected-app or external-client-app"),
    _Line("app-name", "My_App", "the app in the project, where its consumer key does not tell"),
    _Line("endpoint", "https://your-domain.my.salesforce.com/services/oauth2/token", "the URL that the assertion is posted to"),
    _Line("aud", "https://your-domain.my.salesforce.com", "the audience"),
    _Line("iss", "env:SF_CLIENT_ID", "the app's consumer key, or env:NAME"),
    _Line("sub", "env:SF_USERNAME", "the user's name, or env:NAME"),
    _Line("certificates", "certs/app.crt", "the certificate uploaded to the app; it is public"),
    _Line("key", "server.key", "the private key's file, which git must not know"),
    _Line("key-env", "SF_JWT_KEY", "or the variable that holds the private key"),
)


def text_of(drafts: Iterable[Draft], *, project: bool = False) -> str:
    """The whole config. It can be read again, and says what is still missing."""
    parts = [HEAD]
    parts.append('# The sfdx project whose metadata is examined too.\nproject = "."\n' if project else "")
    parts += ["\n".join(_environment(each)) + "\n" for each in drafts]
    return "\n".join(part for part in (*parts, END) if part)


def _environment(draft: Draft) -> Iterator[str]:
    yield f"[environments.{_key(draft.name)}]"
    for line in _LINES:
        value = getattr(draft, line.key.replace("-", "_"))
        if line.key in ("key", "key-env") and value is None and (draft.key or draft.key_env):
            continue
        if line.key == "app-name" and value is None:
            continue
        why = f"{draft.held} holds it" if line.key == "certificates" and draft.held and not value else line.why
        yield _row(line.key, _value(value) if value else None, line, why)
    yield "# lifetime = 180  # seconds from signing to `exp`"
    yield "# warn-days = 30  # before a certificate ends"


def _row(key: str, written: str | None, line: _Line, why: str) -> str:
    """A key and why. A path of the project may stand in the comment, and a line break in it would end the comment."""
    if written is not None:
        return f"{key} = {written}  # {safe(why)}"
    example = _value((line.example,) if key == "certificates" else line.example)
    return f"# {key} = {example}  # {safe(why)}"


def _value(value: str | tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, value))}]" if isinstance(value, tuple) else quoted(value)


def quoted(text: str) -> str:
    """A basic string of TOML 1.0: quotes, backslashes and what is no printable character are escaped."""
    return '"' + "".join(_escaped(each) for each in text.encode("utf-8", "replace").decode("utf-8")) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return (
        character
        if character.isprintable()
        else f"\\u{ord(character):04x}"
        if ord(character) < 0x10000
        else f"\\U{ord(character):08x}"
    )


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)
