"""``jwtdoctor fix``: the change of the code that made an assertion, or a patch of the code itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..catalog import Profile, load
from ..catalog.snippets import Snippet, snippets
from ..library import UnknownProfile, diagnose
from ..render import place
from ..render.fix import FORMATS, render
from ..report import Report, Result
from ..snippets import fixing
from ..snippets.plan import Chosen, Fix
from ..visible import safe
from .diagnose import answer, certificates
from .failure import NOTHING_TO_DIAGNOSE, Failure, complain, echo
from .options import Call
from .output import Target, plan, read_files, write_all
from .redact import fresh_key, redacted
from .screen import is_terminal, look
from .sources import ACCEPTED, Given, is_piped, sources
from .values import moment

LEFT = 1


class Options(NamedTuple):
    """The options of one call."""

    lang: str | None = None
    certs: tuple[str, ...] = ()
    endpoint: str | None = None
    error: str | None = None
    profile: str | None = None
    app: str | None = None
    now: str | None = None
    clipboard: bool = False
    formats: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    no_redact: bool = False
    passphrase_file: str | None = None


def run(source: str | None, options: Options) -> int:
    """Print the code, or the patch. 0: nothing is left to do beside it; 1: something is, and it is told."""
    known = snippets()
    words = [source] if source is not None else []
    default = "terminal" if is_terminal() else "plain"
    read = read_files(words, options.certs, options.error, [options.passphrase_file])
    targets = plan(options.formats, options.outputs, default, FORMATS, read)
    wanted = _language(options.lang, known)
    asked_alone = source is None and options.error is None and not options.clipboard
    if wanted is not None and asked_alone and not is_piped(wait=True):
        return _written(targets, {False: fixing.plain(wanted, _profile(options.profile), sorted(known))})
    given = _given(words, options)
    if wanted is not None and asked_alone and not given.text.strip():
        return _written(targets, {False: fixing.plain(wanted, _profile(options.profile), sorted(known))})
    around = _around(options)
    made: dict[bool, Fix] = {}
    for shared in {_is_shared(target, options) for target in targets}:
        text = redacted(given, fresh_key(), **around).text if shared else given.text
        made[shared] = _fix(given._replace(text=text or ""), around, options, wanted, known)
    return _written(targets, made)


def _language(name: str | None, known: Mapping[str, Snippet]) -> Chosen | None:
    if name is None:
        return None
    try:
        return fixing.named(name.strip().lower(), known)
    except fixing.UnknownLanguage as unknown:
        raise Failure(f"--lang {echo(name)}: no such language; {unknown}") from None


def _profile(name: str | None) -> Profile:
    profiles = load().profiles
    if name is None:
        return next(each for each in profiles.values() if each.role == "default")
    if name not in profiles:
        raise Failure(f"no such profile; known are {', '.join(sorted(profiles))}")
    return profiles[name]


def _given(words: Sequence[str], options: Options) -> Given:
    found = sources(Call(tuple(words), error=options.error, clipboard=options.clipboard))[0]
    if isinstance(found, Failure):
        raise found
    return found


def _around(options: Options) -> dict[str, Any]:
    """What is known around the source, for every examination of it."""
    materials = certificates(options.certs, options.passphrase_file)[0] if options.certs else ()
    return {
        "certificates": materials, "endpoint": options.endpoint, "error": answer(options.error), "profile": options.profile,
        "now": moment(options.now), "app": options.app,
    }  # fmt: skip


def _is_shared(target: Target, options: Options) -> bool:
    """Markdown is made to be shown to others."""
    return target.format == "markdown" and not options.no_redact


def _fix(given: Given, around: Mapping[str, Any], options: Options, wanted: Chosen | None, known: Mapping[str, Snippet]) -> Fix:
    def examine(text: str) -> Report:
        try:
            return diagnose(text, source=given.name, **around)
        except UnknownProfile as unknown:
            raise Failure(str(unknown)) from None

    report = examine(given.text)
    profiles = load().profiles
    if not report.results:
        raise Failure(
            f"nothing to mend: no assertion, no code that signs one and no known error text in the input; accepted: {ACCEPTED}, or "
            "--lang NAME alone",
            NOTHING_TO_DIAGNOSE,
        )
    for sketch in fixing.sketched(report)[:1]:
        if wanted is not None and sketch.source.form not in wanted.snippet.reads:
            # Another language is asked for than the code is in: that is no patch.
            return fixing.code_for(sketch, wanted, profiles[sketch.profile.name], options.endpoint, sorted(known))
        patch = fixing.patch_for(given.text, _name(given.name), report, examine, known, profiles, wanted)
        if patch.text or patch.left or all(each.sketch is not None for each in report.results):
            return patch
    result = _worst(report)
    if len(report.results) > 1:
        complain(
            f"{echo(given.name)}: it holds {len(report.results)} assertions; this is for the one in line {result.source.line}"
        )
    said = around["error"] or (given.text if result.answer_from == "text" or result.kind is None else "")
    chosen = wanted or fixing.chosen_for(result, known, said)
    return fixing.code_for(result, chosen, profiles[result.profile.name], options.endpoint, sorted(known))


def _worst(report: Report) -> Result:
    """The first assertion that is refused, else the first of those with findings, else the first."""
    refused = (each for each in report.results if each.verdict == "refused")
    found = (each for each in report.results if each.findings)
    return next(refused, None) or next(found, None) or report.results[0]


def _name(name: str) -> str:
    """The file as a patch names it: seen from here, or a word for what is no file, or has a name that is no line of plain text."""
    if name in place.SPOKEN or not os.path.exists(name):
        return "pasted"
    told = place.path(name, look().base).lstrip("/")
    return told if told and safe(told, len(told) + 1) == told else "pasted"


def _written(targets: Sequence[Target], made: Mapping[bool, Fix]) -> int:
    fix = made.get(False) or made[True]
    if not fix.text and not fix.left:
        complain("nothing to mend: nothing was found in this code that it should do otherwise")
    shown = look()

    def text(target: Target) -> str:
        wide = shown if target.file is None else shown._replace(width=80, color=False)
        chosen = made.get(target.format == "markdown") or fix
        return render(chosen, target.format, wide)

    return write_all(targets, text) or (LEFT if fix.left else 0)
