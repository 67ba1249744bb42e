"""``jwtdoctor diagnose``: files, standard input, the clock and the exit code around the library's one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..intake import text_of
from ..keys import Material, folded
from ..library import UnknownProfile, diagnose
from ..render import SHARED, place, render
from ..report import Report, Result
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo
from .options import Call
from .output import Target, plan, read_files, write_all
from .screen import is_terminal, look
from .sources import ACCEPTED, Given, content, sources
from .values import deadline, moment, whole


def run(call: Call) -> int:
    """Diagnose every source; one that cannot be read is told and the others go on."""
    now = moment(call.now)
    targets = plan(call.formats, call.outputs, "terminal" if is_terminal() else "plain", sources=_read(call))
    materials, texts, failed = certificates(call.certs, call.passphrase_file) if call.certs else ((), (), False)
    secrets = (*((f"the text of {name}", data) for name, data in texts), *(_secret(name) for name in call.secret_files))
    warn_days = whole(call.warn_days, "--warn-days", "days")
    error = answer(call.error)
    shared, open_ones = _apart(call, targets)
    key = os.urandom(32) if shared else b""
    results: list[Result] = []
    redacted: list[Result] = []
    names: list[str] = []
    report = Report((), now, "")
    given = sources(call)
    with deadline(call.search) as search:
        for each in given:
            if isinstance(each, Failure):
                complain(str(each))
                failed = True
                continue
            around: dict[str, Any] = {
                "certificates": materials, "endpoint": call.endpoint, "error": error, "profile": call.profile, "now": now,
                "app": call.app, "secrets": secrets, "beside": _beside(given), "search": search, "warn_days": warn_days,
            }  # fmt: skip
            if shared:
                from .redact import redacted as redact

                report = redact(each, key, hosts=call.hosts, **around).report
                redacted.extend(report.results)
                names += [each.name] * len(report.results)
            if open_ones:
                try:
                    report = diagnose(each.text, source=each.name, **around)
                except UnknownProfile as unknown:
                    raise Failure(str(unknown)) from None
                results.extend(report.results)
    if failed and not results and not redacted:
        return COULD_NOT
    safe = report._replace(results=tuple(redacted))
    report = report._replace(results=tuple(results)) if open_ones else safe
    results = results or redacted
    unwritten = write_all(
        targets, lambda target: _text(_placed(safe, names, target) if _is_shared(call, target.format) else report, target)
    )
    if not results:
        complain(f"nothing to diagnose: no assertion and no known error text in the input; accepted: {ACCEPTED}, or --error TEXT")
        return unwritten or NOTHING_TO_DIAGNOSE
    return COULD_NOT if failed else unwritten or report.exit_code(_fail_on(call, targets))


def _is_shared(call: Call, format: str) -> bool:
    """Whether what goes out in this format is redacted."""
    return call.redact or (format in SHARED and not call.no_redact)


def _apart(call: Call, targets: Sequence[Target]) -> tuple[bool, bool]:
    """Whether anything is redacted, and whether anything is not. Raises Failure for options that contradict each other."""
    if call.redact and call.no_redact:
        raise Failure("--redact and --no-redact contradict each other; give one of them")
    told = {_is_shared(call, each.format) for each in targets}
    if call.hosts and True not in told:
        raise Failure("--hosts is about what is redacted, and nothing is; accepted: with --redact, or a format made to be shared")
    return True in told, False in told


def _placed(report: Report, names: Sequence[str], target: Target) -> Report:
    """For formats that a code host reads the files' names as seen from here: it finds them by that, and no folder above is told."""
    if target.format not in ("sarif", "github"):
        return report
    base = look().base
    pairs = zip(report.results, names, strict=True)
    return report._replace(
        results=tuple(
            each if name in place.SPOKEN else each._replace(source=each.source._replace(name=place.path(name, base)))
            for each, name in pairs
        )
    )


def _text(report: Report, target: Target) -> str:
    """The report as it goes to one target; a file has the look of a page that is as wide as the usual terminal."""
    shown = look()
    return render(report, target.format, shown if target.file is None else shown._replace(width=80, color=False))


def _fail_on(call: Call, targets: Sequence[Target]) -> str:
    """Who reads SARIF decides by itself what to do about it, and a failing step would keep it from being uploaded."""
    if call.fail_on is None and all(each.format == "sarif" for each in targets):
        return "never"
    return call.fail_on or "error"


def _read(call: Call) -> list[str]:
    """Names of files that this call reads."""
    passphrases = [call.passphrase_file] if call.passphrase_file else []
    return [*read_files(call.sources, call.certs, call.error), *call.secret_files, *passphrases]


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
