"""``jwtdoctor init``: a commented ``jwtdoctor.toml``, from the project that is here, from answers, or as a template."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import config as configs
from ..config import APPS, ORGS, ConfigError
from ..config.writing import Draft, text_of
from ..preflight.drafting import drafts_of, template
from ..visible import safe
from .failure import Failure, complain, echo
from .keyfiles import shown
from .output import Output
from .preflight import NAME, in_pyproject
from .project import is_project, read_project
from .screen import is_terminal
from .values import moment

_TRIES = 3


class Options(NamedTuple):
    """The options of one call."""

    from_project: bool = False
    force: bool = False


def run(folder: str | None, options: Options) -> int:
    """Write the config and say what comes next. Raises Failure; what is there already is not written over without ``--force``."""
    folder = folder or "."
    if not os.path.isdir(folder):
        raise Failure(f"{shown(folder)}: no such folder; accepted: the folder that the {NAME} is to be written to")
    file = NAME if folder == "." else os.path.join(folder, NAME)
    if os.path.isdir(file):
        raise Failure(f"{shown(file)}: a directory; accepted: a folder in which {NAME} can be written")
    if os.path.islink(file) and options.force:
        # It may have come with a clone, and lead anywhere.
        raise Failure(
            f"{shown(file)}: a link, and what it leads to is not written over; accepted: a folder without it (remove the link)"
        )
    if os.path.lexists(file) and not options.force:
        raise Failure(f"{shown(file)}: is there already, and nothing was written; --force writes it anew")
    _refuse_second(folder, options)
    drafts, how = _drafts(folder, options)
    text = text_of(drafts, project=is_project(Path(folder)))
    _refuse_unreadable(text, file)
    with Output(file) as out:
        out.write(text)
    complain(f"wrote {safe(file, 160)} ({how}); next: jwtdoctor preflight{'' if folder == '.' else f' {safe(folder, 120)}'}")
    return 0


def _refuse_second(folder: str, options: Options) -> None:
    """A config in pyproject.toml would be put out of force by the new file, without a word."""
    found = None if options.force else in_pyproject(folder)
    if found is not None:
        raise Failure(
            f"{shown(found)} has [tool.jwtdoctor], which a {NAME} beside it would put out of force; nothing was written; --force writes it all the same"
        )


def _drafts(folder: str, options: Options) -> tuple[tuple[Draft, ...], str]:
    """The environments, and in words where they are from."""
    has_project = is_project(Path(folder))
    if options.from_project and not has_project:
        raise Failure(f"--from-project: {shown(folder)} has no sfdx-project.json; without the option, questions are asked")
    if has_project:
        found = read_project(Path(folder))
        for note in found.notes:
            complain(note)
        return drafts_of(found.project, moment(None)), "from the sfdx project"
    if _is_asked():
        return ask(_line), "from your answers"
    return template(), "a template: nobody is here to be asked, so variables stand for what is not known"


def _is_asked() -> bool:
    """Whether somebody sits there: both to read the questions and to answer them."""
    return sys.stdin is not None and sys.stdin.isatty() and (is_terminal() or (sys.stderr is not None and sys.stderr.isatty()))


def _refuse_unreadable(text: str, file: str) -> None:
    """What is written can be read again, whatever the answers were."""
    try:
        configs.read(text, file)
    except ConfigError as wrong:
        raise Failure(f"not written, because it could not be read again: {wrong}") from None


# --- questions -----------------------------------------------------------------------------------------------------------

Ask = Callable[[str], str]


def _line(question: str) -> str:
    """One answer, from the terminal. Raises Failure where the input ends."""
    print(question, end=" ", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise Failure("the input ended before all was answered; nothing was written")
    return answer.strip()


def ask(line: Ask) -> tuple[Draft, ...]:
    """Environments by question and answer; an empty answer takes what stands in brackets, or leaves a line to be filled in."""
    drafts: list[Draft] = []
    name = _name("Name of the environment [production]:", (), line) or "production"
    while name:
        drafts.append(_asked(name, line))
        name = _name("Another environment? Its name, or nothing to end:", [each.name for each in drafts], line)
    return tuple(drafts)


def _name(question: str, others: Sequence[str], line: Ask) -> str:
    """A name that can stand in the file, or nothing. What cannot is told at once: at the end all other answers would be lost with it."""
    while name := line(question):
        why = configs.may_name(name, others)
        if not why:
            break
        complain(why)
    return name


def _asked(name: str, line: Ask) -> Draft:
    org = _choice(f"{name}: kind of org ({', '.join(ORGS)}) [{_org_of(name)}]:", ORGS, _org_of(name), line)
    app = _choice(f"{name}: kind of app ({', '.join(APPS)}) [{APPS[0]}]:", APPS, APPS[0], line)
    usual = next(each for each in template() if each.org == ("production" if org in ("production", "developer") else "sandbox"))
    endpoint = line(f"{name}: token endpoint [{usual.endpoint}]:") or usual.endpoint
    aud = line(f"{name}: audience [{_origin(endpoint)}]:") or _origin(endpoint)
    iss = line(f"{name}: consumer key, or env:NAME [{usual.iss}]:") or usual.iss
    sub = line(f"{name}: user name, or env:NAME [{usual.sub}]:") or usual.sub
    certificate = line(f"{name}: file of the certificate, if it is here []:")
    key = line(f"{name}: file of the private key, or env:NAME [env:{usual.key_env}]:") or f"env:{usual.key_env}"
    is_variable = key.startswith("env:")
    return Draft(
        name, org, app, None, endpoint, aud, iss, sub, (certificate,) if certificate else (), None if is_variable else key,
        key.removeprefix("env:") if is_variable else None,
    )  # fmt: skip


def _org_of(name: str) -> str:
    """A guess to be confirmed."""
    return "production" if name.lower() in ("production", "prod", "live") else "sandbox"


def _origin(url: str | None) -> str | None:
    if url is None or "://" not in url:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _choice(question: str, known: tuple[str, ...], default: str, line: Ask) -> str:
    """One of ``known``. Raises Failure after a few answers that are none of them."""
    for _ in range(_TRIES):
        answer = line(question).lower() or default
        if answer in known:
            return answer
        complain(f"{echo(answer)} is none of {', '.join(known)}")
    raise Failure(f"{_TRIES} answers that are none of {', '.join(known)}; nothing was written")
