"""Which cause fits the server's words? Compares what was found with what the answer may mean; never re-examines.

A fault is not yet a cause. With an answer, its symptom lists the candidates with how well each link is known; findings
support or rule them out. Without one, what the provider is known to refuse comes first, and what it lets in is no cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .catalog import Candidate, Catalog, InSource, Match, Symptom, Unseen
from .engine import Answers, fill
from .model import STAGES, Finding, Skipped, Standing

if TYPE_CHECKING:
    from .answer import Answer
    from .source import Sketch

_STANDING: dict[str, int] = {"confirmed": 0, "named": 1, "possible": 2, "doubtful": 3}
_CONFIDENCE = {"certain": 0, "likely": 1, "hint": 2}
_EFFECT = {"refuses": 0, "unknown": 1, "tolerates": 2}


class Cause(NamedTuple):
    """One ranked cause."""

    cause: str
    title: str
    standing: Standing
    seen: bool
    """Whether a finding in the material supports it."""
    examined: bool
    """Whether it could be looked for at all: seen, or not."""
    why: str
    ask: str
    help: str
    look: str = ""


class Diagnosis(NamedTuple):
    """The differential: ranked causes, and what speaks about the rest."""

    symptom: str | None
    shows: str
    meaning: str
    causes: tuple[Cause, ...]
    ruled_out: tuple[str, ...]
    also_found: tuple[str, ...]
    not_examined: tuple[tuple[str, Skipped], ...]
    consequences: tuple[str, ...] = ()
    """Rules whose findings only follow from another finding."""
    contradictions: tuple[str, ...] = ()
    """Rules whose findings the server would have refused before it could give this answer."""
    verified: str = ""
    """What this answer means once the signature is known to verify with the certificate given."""
    stage: str = ""
    """Which check answered; ``client`` and ``transport`` mean that no server looked at an assertion."""


def symptom_of(catalog: Catalog, answer: Answer, provider: str) -> Symptom | None:
    """The most specific symptom that the answer fits, of this provider or of any client program."""
    best: tuple[int, int] = (0, 0)
    chosen = None
    for symptom in catalog.symptoms:
        if symptom.provider not in (provider, "client"):
            continue
        for match in symptom.matches:
            weight = _fits(match, answer)
            if weight > best:
                best, chosen = weight, symptom
    return chosen


def _fits(match: Match, answer: Answer) -> tuple[int, int]:
    """How specific a fit is: what was compared, then how long the compared words are; (0, 0) when it does not fit."""
    kind = length = 0
    if match.error:
        if match.error != answer.error or (match.bare and answer.description):
            return 0, 0
        kind += 2
        length += len(match.error)
    if match.description:
        wanted = match.description.replace("'", "")
        if wanted not in answer.description.replace("'", "") and wanted not in answer.folded.replace("'", ""):
            return 0, 0
        kind += 8
        length += len(match.description)
    if match.text is not None:
        found = match.text.compiled.search(answer.text)
        if not found:
            return 0, 0
        kind += 4
        length += len(found[0])
    if match.status is not None:
        if match.status != answer.status:
            return 0, 0
        kind += 1
    return kind, length


class _Ranked(NamedTuple):
    """A cause with what orders it; tuples compare field by field."""

    tier: int
    follows: bool
    weight: int
    needless: bool
    """Whether the smallest repair does without mending it; tried only where several that were seen are alike in all above."""
    rank: int
    cause: Cause


def diagnose(
    catalog: Catalog,
    symptom: Symptom | None,
    answers: Answers,
    sketch: Sketch | None = None,
    needless: Callable[[Collection[str]], frozenset[str]] | None = None,
) -> Diagnosis:
    """Rank the causes. Of source code also what it hangs on and does not show: those are asked about last, in the code's own names.

    ``needless`` tells, of rules that are alike so far, those whose findings a repair does without; it is asked only where there are such.
    """
    found = (
        _without_symptom(catalog, answers, needless) if symptom is None else _with_symptom(catalog, symptom, answers, needless)
    )
    if sketch is None:
        return found
    askable = _askable_first(catalog, found, sketch)
    return found._replace(causes=_asked_of_source(catalog, askable, sketch, symptom))


_IN_A_TOKEN = ("assertion", "signature")


def _askable_first(catalog: Catalog, found: Diagnosis, sketch: Sketch) -> tuple[Cause, ...]:
    """What only a token can show comes after what can be asked of the code: no token is there to look at."""
    out_of_sight = {name for name, skipped in found.not_examined if skipped.needs in _IN_A_TOKEN}
    first = next((at for at, each in enumerate(found.causes) if not each.seen and each.cause in out_of_sight), None)
    if first is None:
        return found.causes
    rest = found.causes[first:]
    asked = [each for each in rest if each.cause in catalog.unseen and _words(catalog.unseen[each.cause], sketch) is not None]
    return (*found.causes[:first], *asked, *(each for each in rest if each not in asked))


def _asked_of_source(catalog: Catalog, causes: tuple[Cause, ...], sketch: Sketch, symptom: Symptom | None) -> tuple[Cause, ...]:
    listed = {cause.cause for cause in causes}
    asked = [_in_source(catalog.unseen[each.cause], each, sketch) if each.cause in catalog.unseen else each for each in causes]
    # Where a server has answered, nothing on this side has stopped the call.
    answered = symptom is not None and symptom.stage not in ("client", "transport")
    for unseen in catalog.unseen.values():
        if answered and unseen.stage == "client":
            continue
        if unseen.name not in listed and _words(unseen, sketch) is not None:
            plain = Cause(unseen.name, unseen.title, "possible", False, False, "", unseen.ask, unseen.help, unseen.look)
            asked.append(_in_source(unseen, plain, sketch))
    return tuple(asked)


def _words(unseen: Unseen, sketch: Sketch) -> InSource | None:
    return next((each for each in unseen.source if each.trait in sketch.traits), None)


def _in_source(unseen: Unseen, cause: Cause, sketch: Sketch) -> Cause:
    """The cause with the question, the place to look and the help as they are for this code."""
    words = _words(unseen, sketch)
    if words is None or cause.seen:
        return cause
    ask, look, help = (fill(text, sketch.names) for text in words[1:])
    return cause._replace(ask=ask or cause.ask, look=look or cause.look, help=help or cause.help)


def _with_symptom(
    catalog: Catalog, symptom: Symptom, answers: Answers, needless: Callable[[Collection[str]], frozenset[str]] | None
) -> Diagnosis:
    """What was found, compared with what the answer may mean."""
    skipped = dict(answers.skipped)
    best = _strongest(answers.findings)
    clear = frozenset(answers.clear)
    explained = _explained(best)
    ranked: list[_Ranked] = []
    ruled_out: list[str] = []
    open_here = False
    for index, candidate in enumerate([*symptom.causes, *_unlisted(symptom, best.items(), catalog)]):
        name = candidate.name
        if name in clear:
            ruled_out.append(name)
            continue
        finding = best.get(name)
        if finding is not None and candidate.variants and finding.variant not in candidate.variants:
            continue
        standing = _standing(candidate, finding)
        same_check = _stage(catalog, name, symptom) == symptom.stage
        open_here = open_here or (same_check and finding is None and standing != "doubtful")
        tier = _tier(standing, finding, same_check)
        weight = _STANDING[standing] if tier == 0 else 0
        cause = _cause(catalog, candidate, standing, finding, skipped.get(name))
        ranked.append(_Ranked(tier, name in explained, weight, False, index, cause))
    if open_here:
        # A doubtful fault leads only when nothing else about this very check is left to look at.
        ranked = [each._replace(tier=_LAST) if each.tier == _DOUBTFUL_HERE else each for each in ranked]
    alike = _alike([(each[:3], best[each.cause.cause].rule) for each in ranked if each.tier == 0])
    if needless is not None and alike:
        without = needless(alike)
        ranked = [each._replace(needless=each.tier == 0 and best[each.cause.cause].rule in without) for each in ranked]
    ranked.sort(key=lambda each: each[:5])
    named = {each.cause.cause for each in ranked} | set(ruled_out)
    return Diagnosis(
        symptom=symptom.name,
        shows=symptom.shows,
        meaning=symptom.meaning,
        causes=tuple(each.cause for each in ranked),
        ruled_out=tuple(ruled_out),
        also_found=tuple(name for name in best if name not in named and name not in explained),
        not_examined=answers.skipped,
        verified=symptom.verified,
        stage=symptom.stage,
        contradictions=tuple(name for name, f in best.items() if name not in named and _contradicts(f, catalog, symptom)),
        consequences=tuple(name for name in best if name in explained),
    )


def _alike(weighed: Collection[tuple[tuple[Any, ...], str]]) -> frozenset[str]:
    """Rules of which another weighs the same."""
    if len({weight for weight, _ in weighed}) == len(weighed):
        return frozenset()
    counted = Counter(weight for weight, _ in set(weighed))
    return frozenset(rule for weight, rule in weighed if counted[weight] > 1)


def _strongest(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The weightiest finding of each rule; one that leaves several causes open stands under the name of each."""
    best: dict[str, Finding] = {}
    for finding in findings:
        for name in finding.remains or (finding.rule,):
            known = best.get(name)
            if known is None or _weight(finding) < _weight(known):
                best[name] = finding
    return best


def _weight(finding: Finding) -> tuple[int, int]:
    return _CONFIDENCE[finding.confidence], _EFFECT[finding.effect]


def _standing(candidate: Candidate, finding: Finding | None) -> Standing:
    """What shipping clients send and are let in with is doubtful as a cause, unless users confirmed that very link."""
    if finding is not None and len(finding.remains) > 1:
        return "possible"
    if finding is not None and finding.effect == "tolerates" and candidate.standing in ("named", "possible"):
        return "doubtful"
    return candidate.standing


def _stage(catalog: Catalog, name: str, symptom: Symptom) -> str:
    """The server check a cause belongs to; an unseen one that names none belongs to the check that answered."""
    rule = catalog.rules.get(name)
    return rule.stage if rule is not None else catalog.unseen[name].stage or symptom.stage


_DOUBTFUL_HERE, _LAST = 2, 6


def _tier(standing: Standing, finding: Finding | None, same_check: bool) -> int:
    """0 seen and fitting · 1 confirmed causes of this very check, of which nothing could be seen · 2 a doubtful fault of
    this check, seen · 3 to 5 what nothing was seen of, by standing · 6 other doubtful ones."""
    if finding is not None and finding.confidence != "hint" and standing != "doubtful":
        return 0
    if finding is not None and standing == "doubtful":
        return _DOUBTFUL_HERE if same_check and finding.confidence != "hint" else _LAST
    if same_check and standing == "confirmed":
        return 1
    return {"confirmed": 3, "named": 4, "possible": 5, "doubtful": _LAST}[standing]


_UNREPORTED = {
    "refuses": "the server refuses such an assertion; it may answer with these words",
    "unknown": "whether the server minds is not known; if it does, this is the check that would say so",
}


def _order(stage: str) -> int:
    """Position among the server's checks; the relative order of signature, audience and time is not proven."""
    return STAGES.index("signature" if stage in ("audience", "time") else stage)


def _unlisted(symptom: Symptom, findings: Iterable[tuple[str, Finding]], catalog: Catalog) -> list[Candidate]:
    """Findings that no passed check excludes, though nobody has reported this link yet: what refuses at this check or
    before, and what may refuse at this very check."""
    if symptom.stage in ("client", "transport", "after"):
        return []
    listed = {candidate.name for candidate in symptom.causes}
    extra = []
    for name, finding in findings:
        stage = _stage(catalog, name, symptom)
        if name in listed or finding.effect == "tolerates" or finding.confidence == "hint" or stage in symptom.passed:
            continue
        later = _order(stage) - _order(symptom.stage)
        if (later < 0 and finding.effect == "refuses") or later == 0:
            extra.append(Candidate(name, "possible", _UNREPORTED[finding.effect], "", ()))
    return extra


def _explained(best: Mapping[str, Finding]) -> frozenset[str]:
    """Findings that are consequences of another finding, which goes first."""
    names = frozenset(
        name for finding in best.values() if finding.confidence != "hint" for name in finding.explains if name in best
    )
    # What must be one of several is a consequence only where each of them would be.
    return frozenset(name for name in names if names.issuperset(best[name].remains))


_OF_THE_TOKEN = ("app", "signature", "audience")
"""Not the request or the form: an answer of another flow brings these words as well. Not time: a paste grows old afterwards."""


def _contradicts(finding: Finding, catalog: Catalog, symptom: Symptom) -> bool:
    """A certain refusal by a check that this answer proves passed."""
    stage = catalog.rules[finding.rule].stage
    return finding.effect == "refuses" and finding.confidence == "certain" and stage in symptom.passed and stage in _OF_THE_TOKEN


def _cause(catalog: Catalog, candidate: Candidate, standing: Standing, finding: Finding | None, skipped: Skipped | None) -> Cause:
    name = candidate.name
    if finding is not None:
        doubt = f"{finding.because}; " if standing == "doubtful" != candidate.standing and finding.because else ""
        return Cause(
            name,
            catalog.title_of(name),
            standing,
            True,
            True,
            f"{finding.message}; {doubt}{candidate.why}",
            "",
            finding.help,
        )
    unseen = catalog.unseen.get(name)
    if unseen is not None:
        ask = candidate.ask or unseen.ask
        return Cause(name, unseen.title, standing, unseen.where == "client", False, candidate.why, ask, unseen.help, unseen.look)
    because = f"not examined: {skipped.because}" if skipped is not None else "not examined"
    return Cause(name, catalog.title_of(name), standing, False, False, candidate.why, candidate.ask or because, "")


def _without_symptom(
    catalog: Catalog, answers: Answers, needless: Callable[[Collection[str]], frozenset[str]] | None
) -> Diagnosis:
    """What would get it refused: known refusals first; tolerated faults and hints are no causes."""
    if not answers.findings:
        return Diagnosis(None, "", "", (), answers.clear, (), answers.skipped)
    best = _strongest(answers.findings)
    explained = _explained(best)
    causes = []
    listed = [(name, f) for name, f in best.items() if f.effect != "tolerates" and f.confidence != "hint"]
    alike = _alike([((name in explained, f.effect, f.confidence), f.rule) for name, f in listed])
    without = needless(alike) if needless is not None and alike else frozenset()
    for name, finding in listed:
        key = (
            name in explained,
            _EFFECT[finding.effect],
            _CONFIDENCE[finding.confidence],
            finding.rule in without,
            STAGES.index(catalog.rules[finding.rule].stage),
        )
        standing: Standing = (
            "possible"
            if finding.effect == "unknown" or len(finding.remains) > 1
            else "confirmed"
            if finding.confidence == "certain"
            else "named"
        )
        causes.append((key, Cause(name, catalog.title_of(name), standing, True, True, finding.message, "", finding.help)))
    causes.sort(key=lambda pair: pair[0])
    named = {cause.cause for _, cause in causes}
    return Diagnosis(
        symptom=None,
        shows="",
        meaning="",
        causes=tuple(cause for _, cause in causes),
        ruled_out=answers.clear,
        also_found=tuple(name for name in best if name not in named and name not in explained),
        not_examined=answers.skipped,
        consequences=tuple(name for name in best if name in explained),
    )
