"""``jwtdoctor keys``: files and folders in, what each is and what belongs together out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import catalog, intake
from ..decode import decode
from ..keyring import MOST_TOKENS, Keyring, Signed, keyring
from ..render.keys import render
from .failure import NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .keyfiles import ACCEPTED, Gathered, Passphrases, complaints, gather
from .screen import is_terminal, look
from .sources import is_piped
from .values import moment, whole


class Options(NamedTuple):
    """The options of one call."""

    format: str | None = None
    now: str | None = None
    profile: str | None = None
    passphrase_file: str | None = None
    warn_days: str | None = None
    fail_on: str = "error"


def run(files: Sequence[str], options: Options) -> int:
    """Read every file; one that cannot be read is told and the others go on."""
    now, warn_days = moment(options.now), whole(options.warn_days, "--warn-days", "days")
    _refuse(options.profile)
    if not files and not is_piped(wait=False):
        raise Failure(
            "no key in the input: give a file, a folder, or `-` (jwtdoctor keys --help shows examples)", NOTHING_TO_DIAGNOSE
        )
    found = gather(files or ("-",), Passphrases.of(options.passphrase_file), "a key", tokens=True)
    ring = keyring(found.materials, list(_tokens(found)), now=now, profile=options.profile, warn_days=warn_days)
    ring = _with_the_rest(ring, found)
    emit(render(ring, options.format or ("terminal" if is_terminal() else "plain"), look()))
    # On a terminal the answer itself has just said it.
    for line in complaints(found) if options.format == "json" or not is_terminal() else ():
        complain(line)
    if not ring.entries and not found.unreadable:
        complain(f"no key in the input; accepted: {ACCEPTED}, or a token")
    return ring.exit_code(options.fail_on)


def _refuse(profile: str | None) -> None:
    profiles = catalog.load().profiles
    if profile is not None and profile not in profiles:
        raise Failure(f"--profile {echo(profile)}: no such profile; known are {', '.join(sorted(profiles))}")


def _with_the_rest(ring: Keyring, found: Gathered) -> Keyring:
    """What could not be read belongs to the answer."""
    skipped = tuple((each.file, each.why, each.keyless) for each in found.skipped)
    return ring._replace(unreadable=found.unreadable, skipped=skipped, damaged=len(found.unreadable) - found.keyless)


def _tokens(found: Gathered) -> Iterator[Signed]:
    """The tokens in the files that hold tokens, each with its name."""
    count = 0
    for file, name, data in found.tokens:
        text = intake.text_of(data)
        pastes = [each for each in intake.read(text) if each.text] if text is not None else []
        for paste in pastes:
            if count >= MOST_TOKENS:
                return
            count += 1
            yield Signed(file, f"{name}:{paste.line}" if len(pastes) > 1 else name, decode(paste.text))
