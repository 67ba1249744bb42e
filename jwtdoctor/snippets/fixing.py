"""From a diagnosis to the change of the code: a whole program for an assertion, a patch for source code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..catalog import Profile
from ..catalog.snippets import SLOT, Snippet
from ..model import Finding, Place
from ..report import Report, Result, summary
from ..visible import safe
from .patch import Edit, applied, diff, edits_of, is_fault
from .plan import Chosen, Fix, Left, Reason
from .producer import of_source, producer
from .written import Values, filled, line_for, placeholder, values_of, written

ROUNDS = 4
"""How often a mended text is examined again: one mend may show another fault."""


class UnknownLanguage(ValueError):
    """No such snippet; the message lists those there are."""


def named(name: str, known: Mapping[str, Snippet]) -> Chosen:
    """The snippet of that name. Raises UnknownLanguage."""
    if name not in known:
        raise UnknownLanguage(f"accepted: {', '.join(sorted(known))}")
    return Chosen(known[name], "option")


def chosen_for(result: Result, known: Mapping[str, Snippet], said: str = "") -> Chosen:
    """The snippet for what an assertion, or an answer as it was ``said``, tells of the producer, else the default one."""
    taken = producer(result, known.values(), said)
    if taken is not None:
        return Chosen(taken.snippet, "detected", taken.why, taken.confidence, taken.cites)
    return Chosen(next(each for each in known.values() if each.is_default), "default")


def plain(chosen: Chosen, profile: Profile, others: Iterable[str]) -> Fix:
    """The code with placeholders, for no assertion at all."""
    values = Values({})
    made = written(chosen.snippet, values, profile, (), _head(chosen, others, values, profile, "", ()))
    return Fix("code", chosen, made.code)


def code_for(result: Result, chosen: Chosen, profile: Profile, endpoint: str | None, others: Iterable[str]) -> Fix:
    """The code that makes this assertion rightly, with the reasons at the lines that mend it."""
    values = values_of(result, profile, endpoint)
    told = summary(result)
    reasons = [_reason(each) for each in _faults(result)]
    left = tuple(dict.fromkeys([*_left_over(result), *_for_the_user(chosen.snippet, reasons)]))
    head = _head(chosen, others, values, profile, told, left)
    made = written(chosen.snippet, values, profile, reasons, head)
    return Fix("code", chosen, made.code, told, made.marks, left=left, notes=values.notes)


def _reason(each: Finding) -> Reason:
    return Reason(each.rule, each.at, each.message, each.help)


def _faults(result: Result) -> list[Finding]:
    """What is to be mended: faults, and whatever may be refused; not what only follows from another fault."""
    follows = set(result.diagnosis.consequences)
    return [each for each in result.findings if each.rule not in follows and is_fault(each)]


def _for_the_user(snippet: Snippet, reasons: Iterable[Reason]) -> Iterable[Left]:
    """What no line answers, or one that only names it."""
    for each in reasons:
        line = line_for(snippet, each.rule, each.at)
        if line is None or line.left:
            yield Left(each.rule, each.at, each.why, each.help)


def _left_over(result: Result) -> Iterable[Left]:
    """What the repair leaves over, and where the answer has its likeliest cause beyond the assertion, that."""
    for each in result.repair.left if result.repair is not None else ():
        yield Left(each.rule, each.at, each.message, each.needs)
    first = next(iter(result.diagnosis.causes), None)
    if first is not None and not first.seen and result.diagnosis.symptom is not None:
        yield Left(first.cause, Place("answer"), first.title, first.help)


def _head(
    chosen: Chosen,
    others: Iterable[str],
    values: Values,
    profile: Profile,
    told: str,
    left: Sequence[Left],
) -> list[str]:
    """The opening comment: what this is, how the language was chosen, what was wrong, what is left to do."""
    lines = [f"{chosen.snippet.title}; needs {chosen.snippet.needs}."]
    if chosen.by == "detected":
        sure = {"certain": "", "likely": "probably ", "hint": "perhaps "}[chosen.confidence or "hint"]
        lines.append(f"The assertion was {sure}made by such a program: {chosen.why}. Others: --lang {', '.join(others)}.")
    elif chosen.by == "default":
        lines.append(f"Nothing tells which program made the assertion. Others: --lang {', '.join(others)}.")
    if told:
        lines.append(f"Diagnosis: {told}")
    lines += [
        f"Left to you: {each.rule}: {each.message}{f'; {each.needs}' if each.needs else ''}".rstrip(".") + "." for each in left
    ]
    lines += [f"Note: {each}." for each in values.notes]
    unknown = [name for name in ("iss", "sub", "aud", "endpoint") if name not in values.given and _is_asked(chosen, name)]
    if unknown:
        lines.append(f"To be filled in: {', '.join(f'{name} ({placeholder(name, profile)})' for name in unknown)}.")
    return lines


def _is_asked(chosen: Chosen, name: str) -> bool:
    return f"@@{name}" in chosen.snippet.code


Examine = Callable[[str], Report]
"""Diagnoses a text; the caller has put in whatever else is known."""


def sketched(report: Report) -> list[Result]:
    """The results that are about source code."""
    return [each for each in report.results if each.sketch is not None]


def patch_for(
    text: str, name: str, report: Report, examine: Examine, known: Mapping[str, Snippet], profiles: Mapping[str, Profile],
    wanted: Chosen | None = None,
) -> Fix:  # fmt: skip
    """The change of the source code in ``text``: every mend that is known, and for what remains the line that does it right."""
    results = sketched(report)
    mended, made = text, list[Edit]()
    for _ in range(ROUNDS):
        mended, edits = applied(mended, edits_of(sketched(report)))
        if not edits:
            break
        made += edits
        report = examine(mended)
    chosen = wanted or _by_code(results[0], text, known)
    left = [each for result in sketched(report) for each in _not_mended(result, chosen, profiles[result.profile.name])]
    shown = diff(name, text, mended, _without(made, left))
    return Fix(
        "patch", chosen, shown.text, summary(results[0]), hunks=shown.hunks, left=tuple(dict.fromkeys(left)),
        notes=tuple(_of_the_key(results)) if made else (), exact=shown.exact,
    )  # fmt: skip


def _without(edits: Iterable[Edit], left: Iterable[Left]) -> list[Edit]:
    """The edits without reasons that they do not remove."""
    still = {(each.rule, each.at) for each in left}
    return [each._replace(reasons=tuple(r for r in each.reasons if (r.rule, r.at) not in still)) for each in edits]


def _of_the_key(results: Iterable[Result]) -> Iterable[str]:
    """An algorithm of shared secrets that makes way for one of key pairs takes another key as well; no line shows which it is."""
    for each in (change for result in results if result.repair is not None for change in result.repair.changes):
        if str(each.at) == "header.alg" and str(each.before).startswith("HS") and not str(each.after).startswith("HS"):
            yield f"{safe(each.after, 20)} is signed with the app's private key; what this code signed with must be one"


def _by_code(result: Result, text: str, known: Mapping[str, Snippet]) -> Chosen:
    language = result.sketch.language if result.sketch is not None else ""
    found = of_source(language, text, known.values())
    if found is None:
        return Chosen(next(each for each in known.values() if each.is_default), "default")
    return Chosen(found, "source", f"the source is {language}")


def _not_mended(result: Result, chosen: Chosen, profile: Profile) -> Iterable[Left]:
    values = values_of(result, profile, None)
    for each in _faults(result):
        line = line_for(chosen.snippet, each.rule, each.at)
        row = "" if line is None else next(row for row in chosen.snippet.code.splitlines() if line.has in row)
        # A line with a placeholder in it shows nothing that is not there already.
        shows = row and all(slot[1] in values.given for slot in SLOT.finditer(row))
        right = filled(row, chosen.snippet, values, profile).strip() if shows else ""
        yield Left(each.rule, each.at, safe(each.message), each.help, right)
