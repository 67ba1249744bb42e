"""The library face: text in, frozen report out. No file is read, no clock asked, nothing fetched; threads may share it.

The order of things: intake → decode → case → rules → differential diagnosis → report.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import catalog, diagnosis, intake, keys, kinds
from . import source as sources
from ._version import __version__
from .case import NEEDS, Case
from .catalog import Catalog, Profile, Symptom
from .checks.audience import address
from .checks.signature import examined, expected
from .decode import decode
from .diagnosis import Diagnosis
from .engine import Answers, Engine, audit
from .intake import Paste
from .keys import Material
from .model import Finding, Place, Verdict, frozen
from .repair.plan import Left, Proof, Repair
from .report import Chosen, Report, Result, Signature, Source, verdict_of
from .source import Sketch
from .visible import safe

if TYPE_CHECKING:
    from datetime import datetime

    from .answer import Answer
    from .keys.signing import SigningKey
    from .repair.mending import Outcome

APPS = ("connected-app", "external-client-app")
"""Kinds of app that decide where it is known."""
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799
SEARCHED = 20_000
"""Candidates tried for an edited token where no other limit is given; a tenth of a second for RSA."""
LONGEST_ANSWER = 1 << 18
"""Characters of a pasted text that may itself be an answer."""


class UnknownProfile(ValueError):
    """No such profile; the message lists those there are."""


def diagnose(
    text: str,
    *,
    certificates: Iterable[str | bytes | Material] = (),
    endpoint: str | None = None,
    error: str | None = None,
    profile: str | None = None,
    now: int | float | datetime | None = None,
    app: str | None = None,
    source: str = "text",
    secrets: Iterable[tuple[str, str | bytes]] = (),
    beside: Iterable[str] = (),
    search: Callable[[int], bool] | None = None,
    warn_days: int | None = None,
    rules: Catalog | None = None,
    key: SigningKey | None = None,
    measured_skew: float | None = None,
) -> Report:
    """Name what is wrong with the assertions in ``text``.

    ``certificates`` are contents of key files of any form, ``endpoint`` the token endpoint that was called, ``error`` the server's or the
    client library's answer (works with an empty ``text`` too), ``profile`` a provider's name, ``now`` the moment of judgement
    (epoch seconds or an aware datetime; without it whatever needs a clock is left unexamined), ``app`` one of :data:`APPS`.
    ``secrets`` are named texts that may have served as an HMAC secret (the certificates' texts are tried anyway), ``beside`` texts
    with other tokens, whose signature this may be. Where the right key signed other bytes, the token that was signed is searched
    for as long as ``search`` says: it is asked now and then with the number of candidates tried, first with 0; without it
    :data:`SEARCHED` are tried. ``warn_days``: how long before its end a certificate is worth a warning. ``rules``: a catalogue
    with rules of one's own, from :func:`jwtdoctor.rules_from`. With ``key`` the repair of an assertion is signed with it and examined
    like any other. ``measured_skew``: seconds by which the clock of the machine that sent the assertion was measured to be ahead of the
    server's; negative when it is behind.

    Raises UnknownProfile for a profile that does not exist and ValueError for a naive datetime or an unknown ``app``.
    """
    with catalog.in_force(rules):
        gathered = gather(
            text, certificates=certificates, endpoint=endpoint, error=error, profile=profile, now=now, app=app, source=source,
            secrets=secrets, beside=beside, search=search, warn_days=warn_days, key=key,
            measured_skew=measured_skew,
        )  # fmt: skip
        return report_of(gathered, judge_all(gathered))


class Gathered(NamedTuple):
    """The arguments of one call, read: who is to be examined, and with what."""

    known: Catalog
    subjects: Sequence[Subject]
    around: Around
    told: Answer | None
    profile: str | None
    source: str
    text: str


def gather(
    text: str,
    *,
    certificates: Iterable[str | bytes | Material] = (),
    endpoint: str | None = None,
    error: str | None = None,
    profile: str | None = None,
    now: int | float | datetime | None = None,
    app: str | None = None,
    source: str = "text",
    secrets: Iterable[tuple[str, str | bytes]] = (),
    beside: Iterable[str] = (),
    search: Callable[[int], bool] | None = None,
    warn_days: int | None = None,
    key: SigningKey | None = None,
    measured_skew: float | None = None,
) -> Gathered:
    """Read the arguments of :func:`diagnose`, and raise what it raises."""
    if type(text) is not str or type(certificates) not in (tuple, list) or endpoint is not None or error is not None:
        _refuse_wrong_types(text, certificates, endpoint, error)
    known = catalog.load()
    if profile is not None and profile not in known.profiles:
        raise UnknownProfile(f"no such profile; known are {', '.join(sorted(known.profiles))}")
    if app is not None and app not in APPS:
        raise ValueError(f"no kind of app is called {app!r}; known are {', '.join(APPS)}")
    told = _parsed(error) if error and error.strip() else None
    materials = tuple([m for each in certificates for m in ((each,) if isinstance(each, Material) else material(each))])
    moment = _epoch(now)
    pastes: Sequence[Paste] = intake.read(text) if text else ()
    around = Around(
        materials,
        endpoint,
        app,
        moment,
        _secrets(certificates, secrets),
        _inputs(pastes, beside),
        search or _tried_few,
        warn_days,
        key,
        measured_skew,
    )
    subjects: Sequence[Subject] = pastes
    if credentials := _credentials(text, moment):
        subjects = [*(each for each in pastes if each.text), *credentials]
    elif sources.may_sign(text):
        # Of a text that is source code the tokens matter, and not what else a lone word in it may have been.
        subjects = [*(each for each in pastes if each.text), *sources.read(text, moment)] or pastes
    if not subjects:
        if told is None:
            told = _spoken(known, text)
        if text.strip() and told is not None and error:
            source = f"the answer alone; no assertion was found in {source}"
        else:
            source = "the answer"
        subjects = [None] if told is not None else ()
    return Gathered(known, subjects, around, told, profile, source, text)


_CREDENTIAL = ("<ExternalCredential", "<NamedCredential")
_HEAD = 1000
"""Characters within which a file's root element begins."""


def _credentials(text: str, moment: int | None) -> list[Sketch]:
    """What an external or named credential would sign, where the text is the metadata of one."""
    head = text[:_HEAD]
    if "Credential" not in head or not any(each in head for each in _CREDENTIAL):
        return []
    # Its reader, and the parser, are imported when a text seems to be metadata.
    from .metadata.credentials import sketch

    made = sketch(text, "", moment)
    return [made] if made is not None else []


def judge_all(gathered: Gathered) -> list[Judged]:
    """Examine every subject."""
    known, subjects, around, told, profile, _, text = gathered
    return [judge(known, each, around, told, profile, text) for each in subjects]


def report_of(gathered: Gathered, judged: Iterable[Judged], *, redacted: bool = False) -> Report:
    """The report of what was concluded."""
    around, source = gathered.around, gathered.source
    pairs = zip(judged, gathered.subjects, strict=True)
    results = tuple([result_from(each, subject, around, source) for each, subject in pairs])
    if redacted:
        results = tuple([each._replace(redacted=True) for each in results])
    return Report(results, around.now, __version__)


Subject = Paste | Sketch | None
"""What is examined: an assertion as it was pasted, what source code would sign, or nothing but an answer."""


class Around(NamedTuple):
    """What is at hand around every assertion of one call."""

    certificates: tuple[Material, ...]
    endpoint: str | None
    app: str | None
    now: int | None
    secrets: tuple[tuple[str, str | bytes], ...]
    others: tuple[bytes, ...]
    search: Callable[[int], bool]
    warn_days: int | None
    key: SigningKey | None = None
    """Signs what was repaired, to prove it."""
    measured_skew: float | None = None
    """Seconds by which the clock of whoever asked was found ahead of the server's."""
    witnessed: bool = False
    """What is stated of the signature of a redacted token was examined in this very run."""


def _tried_few(tried: int) -> bool:
    return tried < SEARCHED


def _secrets(
    certificates: Iterable[str | bytes | Material], named: Iterable[tuple[str, str | bytes]]
) -> tuple[tuple[str, str | bytes], ...]:
    """The texts at hand that may have served as an HMAC secret; nothing is made of them before a token asks for it."""
    texts = [("the text of the certificate", each) for each in certificates if isinstance(each, str | bytes)]
    return (*named, *texts)


MOST_BESIDE = 100
"""Other tokens whose signature this may be."""


def _inputs(pastes: Sequence[Paste], beside: Iterable[str]) -> tuple[bytes, ...]:
    """The JWS signing inputs of all tokens at hand, where there are several."""
    texts = [paste.text for paste in pastes]
    others = [paste.text for text in beside for paste in intake.read(text)]
    if len(texts) + len(others) < 2:
        return ()
    return tuple(dict.fromkeys(each.rpartition(".")[0].encode("utf-8", "replace") for each in (*texts, *others) if each))[
        :MOST_BESIDE
    ]


def _refuse_wrong_types(text: object, certificates: object, endpoint: object, error: object) -> None:
    """The mistakes that would otherwise pass for bad input, above all a certificate that is not in a list."""
    if isinstance(certificates, str | bytes | bytearray | Material):
        raise TypeError("`certificates` is a list: write certificates=[…]")
    for name, value in (("text", text), ("endpoint", endpoint), ("error", error)):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"`{name}` is a str, not {type(value).__name__}")


def _epoch(now: int | float | datetime | None) -> int | None:
    if type(now) is int and 0 < now < LATEST:
        return now
    if now is None:
        return None
    if isinstance(now, int | float):
        if not EARLIEST <= now <= LATEST:
            raise ValueError("`now` is out of range: give epoch seconds of the years 1 to 9999")
        return int(now)
    if now.tzinfo is None:
        raise ValueError("`now` is a datetime without a time zone; give an aware one, or epoch seconds")
    return int(now.timestamp())


def _parsed(error: str) -> Answer:
    """Most calls bring no answer, so the reader of answers is imported when one does."""
    from .answer import parse

    return parse(error)


@functools.lru_cache(maxsize=256)
def answer_of(answer: str) -> Answer:
    """Answers that stand in a log are alike by the thousand."""
    return _parsed(answer)


def material(data: str | bytes, name: str = "the certificate") -> tuple[Material, ...]:
    """The certificates and keys in a file's content, read once: the same content is not parsed again.

    Raises TypeError for what is neither text nor bytes.
    """
    if not isinstance(data, str | bytes | bytearray):
        raise TypeError(f"a certificate is str or bytes, not {type(data).__name__}")
    return _material(bytes(data) if isinstance(data, bytearray) else data, name)


@functools.lru_cache(maxsize=64)
def _material(data: str | bytes, name: str) -> tuple[Material, ...]:
    return keys.folded(keys.read(data.encode("utf-8", "replace") if isinstance(data, str) else data, name))


def engine_of(profile: str) -> Engine:
    """The rules in force under the profile of that name, bound once. Raises KeyError for an unknown one, CatalogError for rules that cannot serve."""
    return _engine(catalog.load(), profile)


@functools.lru_cache(maxsize=16)
def _engine(known: Catalog, profile: str) -> Engine:
    if not known.audited:
        audit(known)
    return Engine(known, known.profiles[profile])


def _spoken(known: Catalog, text: str) -> Answer | None:
    """A pasted text without a token that is itself an answer the catalogue knows."""
    if not text or len(text) > LONGEST_ANSWER:
        return None
    told = _parsed(text)
    return told if any(diagnosis.symptom_of(known, told, each) for each in known.profiles) else None


class Judged(NamedTuple):
    """All that was concluded about one subject, before it is put into a result."""

    case: Case
    chosen: Chosen
    told: Answer | None
    answer_from: str
    symptom: Symptom | None
    found: Answers
    signature: Signature
    verdict: Verdict
    diagnosis: Diagnosis
    mended: Outcome | None = None
    """Its repair, where the ranking hung on it."""


def judge(known: Catalog, subject: Subject, around: Around, told: Answer | None, wanted: str | None, text: str = "") -> Judged:
    """Examine one subject. ``told`` goes before an answer that stands in the ``text`` itself."""
    paste, sketch = (None, subject) if isinstance(subject, Sketch) else (subject, None)
    token = decode(paste.text) if paste is not None and paste.text else None
    request = paste.request if paste is not None else None
    called = around.endpoint or (request.url if request is not None else sketch.endpoint if sketch is not None else None)
    claims = token.payload.value if token is not None else sketch.claims if sketch is not None else {}
    answer_from = "option" if told is not None and subject is not None else ""
    if told is None and subject is not None:
        written = paste.answer if paste is not None else intake.answer_in(text)
        if written:
            told, answer_from = answer_of(written), "text"
    chosen, profile = choose(known, wanted, claims.get("iss"), claims.get("aud"), called, told)
    symptom = diagnosis.symptom_of(known, told, profile.name) if told is not None else None
    implied = around.app or (symptom.implies.get("app") if symptom is not None else None)
    case = Case(
        paste,
        profile=profile,
        certificates=around.certificates,
        endpoint=around.endpoint,
        answer=told,
        now=around.now,
        app=implied,
        token=token,
        secrets=around.secrets,
        others=around.others,
        search=around.search,
        warn_days=around.warn_days,
        sketch=sketch,
        measured_skew=around.measured_skew,
        witnessed=around.witnessed,
    )
    found = engine_of(profile.name).examine(case)
    signature = _signature(case, found.findings)
    verdict = verdict_of(found.findings, signature, None if subject is None else case.kind)
    tried: list[Outcome] = []

    def needless(alike: Collection[str]) -> frozenset[str]:
        from .repair.mending import decides

        if not decides(known, case, found.findings, alike):
            return frozenset()
        tried.append(_mended(known, case, found))
        return tried[0].needless

    differential = diagnosis.diagnose(known, symptom, found, sketch, needless)
    mended = tried[0] if tried else None
    return Judged(case, chosen, told, answer_from, symptom, found, signature, verdict, differential, mended)


def _mended(
    known: Catalog,
    case: Case,
    found: Answers,
    blamed: frozenset[str] = frozenset(),
    keys: tuple[Material, ...] = (),
    given: Mapping[str, Any] | None = None,
    anew: bool = False,
) -> Outcome:
    """Most tokens need no repair, so what finds one is imported when one does."""
    from .repair.mending import find

    return find(known, case, found.findings, blamed=blamed, given=given, anew=anew, keys=keys)


def repair_of(judged: Judged, key: SigningKey | None = None) -> Repair | None:
    """The smallest repair of what was judged; with ``key`` also proved."""
    case, found = judged.case, judged.found
    if not found.findings or case.profile.name not in catalog.load().profiles:
        return None
    blamed = _blamed(judged)
    keys = (key.public,) if key is not None and not case.certificates else ()
    mended = judged.mended if not blamed and not keys else None
    repair = (mended or _mended(catalog.load(), case, found, blamed, keys)).repair
    if repair is None or key is None or not repair.claims or case.sketch is not None:
        return repair
    return _proved(judged, repair, key)


def _blamed(judged: Judged) -> frozenset[str]:
    """A fault that the provider lets pass as a rule, or a mere hint, when the server's answer points to it before all else."""
    first = judged.diagnosis.causes[0] if judged.diagnosis.causes else None
    if judged.symptom is None or first is None or not first.seen or first.standing == "doubtful":
        return frozenset()
    return frozenset(f.rule for f in judged.found.findings if f.speaks_for(first.cause))


def _proved(judged: Judged, repair: Repair, key: SigningKey) -> Repair:
    """The repair with what a new assertion was found to be: signed, and examined like any other."""
    from . import minting

    case = judged.case
    try:
        text = minting.compact(repair.header, repair.claims, key)
    except ValueError as error:
        return repair._replace(left=(*repair.left, Left("", Place("signature"), safe(error), "a key that fits `alg`")))
    endpoint = next((each.after for each in repair.changes if each.at.exhibit == "endpoint"), case.endpoint)
    given = case.certificates or (key.public,)
    around = Around(given, endpoint, case.app, case.moment, (), (), _tried_few, case.warn_days)
    again = judge(catalog.load(), Paste(text, "bare"), around, None, case.profile.name)
    by = again.signature.certificate or given[0].name
    return repair._replace(proof=Proof(key.name, by, again.signature.status, again.verdict, again.found.findings))


def repaired(
    text: str,
    *,
    given: Mapping[str, Any] | None = None,
    certificates: Iterable[str | bytes | Material] = (),
    endpoint: str | None = None,
    error: str | None = None,
    profile: str | None = None,
    now: int | float | datetime | None = None,
    app: str | None = None,
    key: SigningKey | None = None,
) -> tuple[Repair | None, ...]:
    """How each assertion in ``text`` is to be made anew, to be accepted ``now``; in the order of the results of :func:`diagnose`.

    Unlike the repair of a diagnosis it is there even if nothing is wrong, its times are fresh in any case, and it has the values
    ``given`` by their place (``payload.iss``, ``header.kid``, ``endpoint``). ``None`` for what is no assertion. ``key`` is what will
    sign: the algorithm is chosen to fit it. Raises what ``diagnose`` raises.
    """
    gathered = gather(text, certificates=certificates, endpoint=endpoint, error=error, profile=profile, now=now, app=app)
    keys = () if key is None else (key.public,)
    return tuple([_remade(gathered, each, given or {}, keys) for each in judge_all(gathered)])


def _remade(gathered: Gathered, judged: Judged, given: Mapping[str, Any], keys: tuple[Material, ...]) -> Repair | None:
    """The repair as of now: the moment at which a server refused it is past."""
    old = judged.case
    paste = None if old.paste is None else old.paste._replace(when=None)
    case = Case(
        paste, profile=old.profile, certificates=old.certificates, endpoint=old.endpoint, now=gathered.around.now, app=old.app,
        token=old.token, sketch=old.sketch,
    )  # fmt: skip
    found = engine_of(old.profile.name).examine(case)
    return _mended(gathered.known, case, found, _blamed(judged), keys, given, anew=True).repair


def result_from(judged: Judged, subject: Subject, around: Around, source: str) -> Result:
    """What was concluded, as a result."""
    case, told, signature = judged.case, judged.told, judged.signature
    kind = None if subject is None else case.kind
    shown = kind is None or kind in _SHOWN_WHOLE
    return Result(
        _source(subject, source),
        judged.chosen,
        kind,
        frozen(case.header if shown else _named(case.header)),
        frozen(case.claims if shown else _named(case.claims)),
        signature,
        judged.verdict,
        judged.found.findings,
        judged.found.broke,
        judged.diagnosis,
        told is None or judged.symptom is not None,
        _shown(around.certificates, signature),
        case.moment,
        clock_of(case),
        "" if told is None else told.said,
        case.request,
        None if case.sketch is None else _frozen_sketch(case.sketch),
        judged.answer_from,
        repair=_frozen_repair(repair_of(judged, around.key)),
    )


def _frozen_sketch(sketch: Sketch) -> Sketch:
    return sketch._replace(
        header=frozen(sketch.header), claims=frozen(sketch.claims), origins=frozen(sketch.origins), names=frozen(sketch.names)
    )


def _frozen_repair(found: Repair | None) -> Repair | None:
    if found is None:
        return None
    changes = tuple([each._replace(before=frozen(each.before), after=frozen(each.after)) for each in found.changes])
    return found._replace(changes=changes, header=frozen(found.header), claims=frozen(found.claims))


def clock_of(case: Case) -> str:
    """Whose clock a case is judged by: ``date`` (of the answer), ``log`` or ``log-utc`` (of the record), ``now``."""
    if case.has & NEEDS["date"][0]:
        return "date"
    if case.paste is not None and case.paste.when is not None:
        return "log" if case.paste.zoned else "log-utc"
    return "now"


_SHOWN_WHOLE = frozenset({kinds.ASSERTION, kinds.UNREADABLE, kinds.SKETCH, ""})
_SHOWN = frozenset({"alg", "typ", "enc", "kid", "iss", "aud", "exp", "iat", "nbf"})


def _named(members: dict[str, object]) -> dict[str, object]:
    """Of a token that is no assertion only the members that say what it is; the rest may be personal, or secret."""
    return {name: value if name in _SHOWN else "…" for name, value in members.items()}


def _source(paste: Subject, name: str) -> Source:
    if paste is None:
        return Source(name, form="answer")
    if isinstance(paste, Sketch):
        return Source(name, paste.span.line, paste.span.column, paste.language)
    return Source(name, paste.line, paste.column, paste.form, paste.stripped)


def _signature(case: Case, findings: Iterable[Finding]) -> Signature:
    if case.stated is not None:
        told = case.stated
        return Signature(
            told.status,
            told.reason,
            told.certificate,
            told.sha256,
            told.expected,
            told.signer,
            told.remains,
            stated=not told.witnessed,
        )
    found = case.facet(examined)
    signer = found.signer
    if signer is None:
        return Signature(found.status, found.reason, remains=next((each.remains for each in findings if each.remains), ()))
    meant = expected(case)
    other = meant.name if meant is not None and meant.spki_sha256 != signer.spki_sha256 else ""
    if found.status != "valid":
        return Signature(found.status, found.reason, "", "", other, signer.name)
    return Signature("valid", None, signer.name, signer.sha256 or signer.spki_sha256, other, signer.name)


MOST_SHOWN = 5
"""Certificates shown with a result; of a folder's only the one that verifies."""


def _shown(given: tuple[Material, ...], signature: Signature) -> tuple[Material, ...]:
    named = [each for each in given if not each.candidate][:MOST_SHOWN]
    shown = named + [each for each in given if each.name == signature.signer and each not in named]
    # What a report says of a key are its traits: the key itself, which may be a secret, is no part of it.
    return tuple([each._replace(key=None) for each in shown])


def choose(
    known: Catalog, wanted: str | None, iss: object, aud: object, endpoint: str | None, told: Answer | None
) -> tuple[Chosen, Profile]:
    """The profile to apply: the one asked for, else the one the token speaks of, else the default one."""
    if wanted is None and told is None and type(iss) is type(aud) is str and len(iss) + len(aud) + len(endpoint or "") < 1024:
        return _choose_by_names(known, iss, aud, endpoint)
    return _choose(known, wanted, iss, aud, endpoint, told)


@functools.lru_cache(maxsize=1024)
def _choose_by_names(known: Catalog, iss: str, aud: str, endpoint: str | None) -> tuple[Chosen, Profile]:
    return _choose(known, None, iss, aud, endpoint, None)


def _choose(
    known: Catalog, wanted: str | None, iss: object, aud: object, endpoint: str | None, told: Answer | None
) -> tuple[Chosen, Profile]:
    if wanted is not None:
        profile = known.profiles[wanted]
        return Chosen(wanted, "option", "asked for with --profile", profile.title), profile
    shown = {"endpoint": endpoint, "aud": aud[0] if isinstance(aud, list) and aud else aud, "iss": iss}
    for name, value in shown.items():
        if not isinstance(value, str) or not value:
            continue
        for profile in known.profiles.values():
            if any(pattern.compiled.match(value) for pattern in profile.detect.get(name, ())):
                where = "the endpoint" if name == "endpoint" else f"`{name}`"
                return Chosen(profile.name, "detected", f"by {where}", profile.title), profile
    default = next(each for each in known.profiles.values() if each.role == "default")
    if told is not None and (spoken := _spoken_by(known, told)) is not None:
        return Chosen(spoken.name, "detected", "by the answer", spoken.title), spoken
    stranger = next((name for name in ("endpoint", "aud") if _names_a_host(shown[name])), None)
    fallback = next((each for each in known.profiles.values() if each.role == "fallback"), None)
    if stranger is not None and fallback is not None:
        where = "the endpoint" if stranger == "endpoint" else "`aud`"
        return Chosen(fallback.name, "detected", f"{where} is of no provider with a profile", fallback.title), fallback
    return Chosen(default.name, "default", "nothing speaks against it", default.title), default


def _names_a_host(value: object) -> bool:
    return isinstance(value, str) and "://" in value and address(value) is not None


def _spoken_by(known: Catalog, told: Answer) -> Profile | None:
    symptom: Symptom | None
    for profile in known.profiles.values():
        symptom = diagnosis.symptom_of(known, told, profile.name)
        if symptom is not None and symptom.provider == profile.name:
            return profile
    return None
