"""``jwtdoctor redact``: the input with every token, key and identifier made safe, and the same diagnosis."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..library import UnknownProfile
from ..sharing import Shared, shareable
from .diagnose import answer, certificates
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo
from .options import Call
from .output import plan, read_files, write
from .sources import ACCEPTED, Given, sources
from .values import moment

DIFFERS = 1
_KEY_BYTES = 32


class Options(NamedTuple):
    """The options of one call."""

    certs: tuple[str, ...] = ()
    endpoint: str | None = None
    error: str | None = None
    profile: str | None = None
    app: str | None = None
    now: str | None = None
    hosts: bool = False
    clipboard: bool = False
    output: str | None = None
    passphrase_file: str | None = None


def run(words: Sequence[str], options: Options) -> int:
    """Redact every source; one that cannot be read is told and the others go on."""
    now = moment(options.now)
    materials, texts, failed = certificates(options.certs, options.passphrase_file) if options.certs else ((), (), False)
    error = answer(options.error)
    key = fresh_key()
    call = Call(tuple(words), error=options.error, clipboard=options.clipboard)
    outputs = [f"{_FORM}:{options.output}"] if options.output is not None else []
    read = read_files(words, options.certs, options.error, [options.passphrase_file])
    target = plan((), outputs, _FORM, (_FORM,), read)[0]
    shared: list[Shared] = []
    given = sources(call)
    for each in given:
        if isinstance(each, Failure):
            complain(str(each))
            failed = True
            continue
        beside = [other.text for other in given if isinstance(other, Given)] if len(given) > 1 else []
        shared.append(
            redacted(
                each,
                key,
                hosts=options.hosts,
                certificates=materials,
                endpoint=options.endpoint,
                error=error,
                profile=options.profile,
                now=now,
                app=options.app,
                secrets=[(f"the text of {name}", data) for name, data in texts],
                beside=beside,
            )
        )
    if not shared:
        return COULD_NOT
    write(target, "".join(_whole(each, len(shared) > 1 or target.file is None) for each in shared))
    _tell_what_goes_with_it(shared[0], options.endpoint, error)
    if failed:
        return COULD_NOT
    if not any(each.report.results for each in shared):
        complain(f"nothing to diagnose was found in it, and so nothing could be compared; accepted: {ACCEPTED}")
        return NOTHING_TO_DIAGNOSE
    return 0 if all(each.same for each in shared) else DIFFERS


_FORM = "plain"


def fresh_key() -> bytes:
    """The key of a run's look-alikes, known to nobody and kept nowhere."""
    return os.urandom(_KEY_BYTES)


def redacted(given: Given, key: bytes, **around: Any) -> Shared:
    """One source redacted; where the diagnosis hangs on more than usual, or is not the same, that is told. Raises Failure."""
    try:
        shared = shareable(given.text, key=key, source=given.name, **around)
    except UnknownProfile as unknown:
        raise Failure(str(unknown)) from None
    if not shared.same:
        complain(
            f"{echo(given.name)}: redacted, but the diagnosis of the redacted text is not that of the original in every point"
        )
    elif shared.kept:
        complain(f"{echo(given.name)}: kept, because the diagnosis hangs on it: {', '.join(shared.kept)}")
    return shared


def _whole(shared: Shared, end: bool) -> str:
    """The redacted text; of an answer alone the redacted answer."""
    text = shared.text or shared.error or ""
    return f"{text}\n" if end and text and not text.endswith("\n") else text


def _tell_what_goes_with_it(shared: Shared, endpoint: str | None, error: str | None) -> None:
    """Values of options that were redacted as well: the diagnosis is the same with these, not with the original ones."""
    if shared.endpoint != endpoint:
        complain(f"to be diagnosed with --endpoint {shared.endpoint}")
    if shared.error != error and shared.text and shared.error is not None:
        complain(f"to be diagnosed with --error {' '.join(shared.error.split())!r}")
