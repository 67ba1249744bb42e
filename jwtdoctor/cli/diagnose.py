"""``jwtdoctor diagnose``: files, standard input, the clock and the exit code around the library's one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..intake import text_of
from ..keys import Material, folded
from ..library import UnknownProfile, diagnose
from ..render import SHARED, place, render
from ..report import Report, Result
from ..source import may_sign
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo
from .options import Call
from .output import Target, files_in, plan, read_files, write_all
from .screen import is_terminal, look
from .sources import ACCEPTED, Given, content, sources
from .values import deadline, moment, whole

if TYPE_CHECKING:
    from ..keys.signing import SigningKey
    from .excuses import Excuses


def run(call: Call) -> int:
    """Diagnose every source; one that cannot be read is told and the others go on."""
    if not call.rules:
        return _run(call)
    from .rulesets import in_force

    with in_force(call.rules):
        return _run(call)


def _run(call: Call) -> int:
    now = moment(call.now)
    targets = plan(call.formats, call.outputs, "terminal" if is_terminal() else "plain", sources=_read(call))
    excuses = _excuses(call, targets)
    materials, texts, failed = certificates(call.certs, call.passphrase_file) if call.certs else ((), (), False)
    secrets = (*((f"the text of {name}", data) for name, data in texts), *(_secret(name) for name in call.secret_files))
    warn_days = whole(call.warn_days, "--warn-days", "days")
    error = answer(call.error)
    signing = _signing_key(call)
    shared, open_ones = _apart(call, targets)
    alike = os.urandom(32) if shared else b""
    safe, plain = _Found(), _Found()
    report = Report((), now, "")
    given = sources(call)
    with deadline(call.search) as search:
        for each in given:
            if isinstance(each, Failure):
                complain(str(each))
                failed = True
                continue
            if call.only_code and not may_sign(each.text):
                continue
            around: dict[str, Any] = {
                "certificates": materials, "endpoint": call.endpoint, "error": error, "profile": call.profile, "now": now,
                "app": call.app, "secrets": secrets, "beside": [] if call.only_code else _beside(given), "search": search, "warn_days": warn_days,
            }  # fmt: skip
            if shared:
                from .redact import redacted as redact

                report = redact(each, alike, hosts=call.hosts, **around).report
                safe.add(each.name, report, only_code=call.only_code)
            if open_ones or signing is not None:
                try:
                    report = diagnose(each.text, source=each.name, key=signing, **around)
                except UnknownProfile as unknown:
                    raise Failure(str(unknown)) from None
                plain.add(each.name, report, only_code=call.only_code)
    if failed and not plain.results and not safe.results:
        return COULD_NOT
    if signing is not None:
        safe.take_proofs(plain)
    redacted = _report(report, safe, excuses)
    report = _report(report, plain, excuses) if open_ones else redacted
    unwritten = write_all(
        targets,
        lambda target: _text(_placed(redacted, safe.names, target) if _is_shared(call, target.format) else report, target),
    )
    if not report.results:
        if call.only_code:
            return COULD_NOT if failed else unwritten
        complain(f"nothing to diagnose: no assertion and no known error text in the input; accepted: {ACCEPTED}, or --error TEXT")
        return unwritten or NOTHING_TO_DIAGNOSE
    if excuses is not None:
        excuses.finish(report, (plain if open_ones else safe).names, complete=not failed)
    return COULD_NOT if failed else unwritten or report.exit_code(_fail_on(call, targets))


class _Found:
    """Results and, for each, the name of the source it came from as the user gave it."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.names: list[str] = []

    def add(self, name: str, report: Report, *, only_code: bool) -> None:
        results = [each for each in report.results if each.sketch is not None or not only_code]
        self.results.extend(results)
        self.names.extend([name] * len(results))

    def take_proofs(self, original: _Found) -> None:
        """Tell of these redacted results what was proved of the original ones, where both have the same repair.

        No name of a key or a certificate is told, and of a proof that failed nothing: what was found shows in other formats.
        """
        if self.names == original.names:
            self.results = list(map(_with_proof, self.results, original.results))


def _with_proof(result: Result, original: Result) -> Result:
    ours, theirs = result.repair, original.repair
    proof = None if theirs is None else theirs.proof
    if ours is None or theirs is None or proof is None or proof.verdict != "accepted" or proof.findings:
        return result
    if [(each.at, each.rule) for each in ours.changes] != [(each.at, each.rule) for each in theirs.changes]:
        return result
    key = "the key that was given"
    certificate = key if proof.certificate == proof.key else "the certificate that was given"
    return result._replace(repair=ours._replace(proof=proof._replace(key=key, certificate=certificate)))


def _report(report: Report, found: _Found, excuses: Excuses | None) -> Report:
    """The report of all sources, with what is excused in it."""
    report = report._replace(results=tuple(found.results))
    return report if excuses is None else excuses.apply(report, found.names)


def _excuses(call: Call, targets: Sequence[Target]) -> Excuses | None:
    """Only who excuses something pays for it."""
    if not call.ignores and call.baseline is None and call.write_baseline is None:
        return None
    from .excuses import Excuses

    used = [*_read(call), *(each.file for each in targets if each.file is not None)]
    return Excuses.of(call.ignores, call.baseline, call.write_baseline, used)


def _signing_key(call: Call) -> SigningKey | None:
    """The ``--key``. Raises Failure, also where the source wants standard input for itself."""
    if call.key is None:
        return None
    if call.key == "-" and ("-" in call.sources or not (call.sources or call.clipboard)):
        raise Failure("--key - reads the key from standard input, and so the assertion cannot come from there; give it as a file")
    from .signing_key import load

    return load(call.key, call.passphrase_file)


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
    others = (*call.secret_files, call.passphrase_file, call.key, call.baseline, *files_in(call.rules))
    return read_files(call.sources, call.certs, call.error, others)


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
