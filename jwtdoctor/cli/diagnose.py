"""``jwtdoctor diagnose``: files, standard input, the clock and the exit code around the library's one call."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..intake import text_of
from ..keys import Material, folded
from ..library import UnknownProfile, diagnose
from ..render import render
from ..report import Report, Result
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .options import Call
from .screen import is_terminal, look
from .sources import ACCEPTED, Given, content, sources
from .values import deadline, moment, whole


def run(call: Call) -> int:
    """Diagnose every source; one that cannot be read is told and the others go on."""
    now = moment(call.now)
    materials, texts, failed = certificates(call.certs, call.passphrase_file) if call.certs else ((), (), False)
    secrets = (*((f"the text of {name}", data) for name, data in texts), *(_secret(name) for name in call.secret_files))
    warn_days = whole(call.warn_days, "--warn-days", "days")
    error = answer(call.error)
    format = call.format or ("terminal" if is_terminal() else "plain")
    results: list[Result] = []
    report = Report((), now, "")
    given = sources(call)
    with deadline(call.search) as search:
        for each in given:
            if isinstance(each, Failure):
                complain(str(each))
                failed = True
                continue
            try:
                report = diagnose(
                    each.text, certificates=materials, endpoint=call.endpoint, error=error, profile=call.profile, now=now,
                    app=call.app, source=each.name, secrets=secrets, beside=_beside(given), search=search, warn_days=warn_days,
                )  # fmt: skip
            except UnknownProfile as unknown:
                raise Failure(str(unknown)) from None
            results.extend(report.results)
    if failed and not results:
        return COULD_NOT
    report = report._replace(results=tuple(results))
    if not results:
        if format == "json":
            emit(render(report, format, look()))
        complain(f"nothing to diagnose: no assertion and no known error text in the input; accepted: {ACCEPTED}, or --error TEXT")
        return NOTHING_TO_DIAGNOSE
    emit(render(report, format, look()))
    return COULD_NOT if failed else report.exit_code(call.fail_on)


def _beside(given: Sequence[Given | Failure]) -> list[str]:
    """The texts of all sources, where there are several: a signature may belong to the token of another."""
    return [each.text for each in given if isinstance(each, Given)] if len(given) > 1 else []


def _secret(name: str) -> tuple[str, bytes]:
    """A ``--secret-file``: its name and content. The content is compared and never shown."""
    return f"the content of {os.path.basename(name)}", content(name, "--secret-file", 1 << 16)


def certificates(
    names: Sequence[str], passphrase_file: str | None = None
) -> tuple[tuple[Material, ...], tuple[tuple[str, bytes], ...], bool]:
    """The ``--cert`` files and folders, their texts, and whether one could not be read; that is told and the others serve.

    Raises Failure when none of them holds a key.
    """
    from .keyfiles import Passphrases, complaints, gather

    found = gather(names, Passphrases.of(passphrase_file), "--cert")
    told = complaints(found, "--cert ")
    if told and not found.materials:
        raise Failure("; ".join(told))
    for line in told:
        complain(line)
    return folded(found.materials), found.texts, bool(told)


def answer(text: str | None) -> str | None:
    """``--error``: the text, or with ``@FILE`` what the file holds."""
    if text is None or not text.startswith("@"):
        return text
    name = text[1:]
    data = content(name, "--error file", 1 << 22)
    plain = text_of(data)
    if plain is None:
        raise Failure(f"--error @{echo(name)}: a binary file; accepted: the server's answer as text")
    return plain
