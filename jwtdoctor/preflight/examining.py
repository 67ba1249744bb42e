"""Environments in, findings out: each becomes a case with its sketch, its certificates, its app; what it mints is examined whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .. import catalog, diagnosis, intake, kinds, library, metadata, minting
from .._version import __version__
from ..case import Case, locate
from ..catalog import Catalog, Profile
from ..checks.audience import address
from ..checks.metadata import holders
from ..checks.signature import examined
from ..config import VARIABLE, Config, Environment, Leak, Surroundings, sketch_of
from ..engine import Answers
from ..keys import Material
from ..keys.signing import SigningKey
from ..metadata import Project
from ..model import Finding, Origin, Place, Span
from ..report import Chosen, Result, Signature, Source, verdict_of
from .outcome import Dated, Examined, Preflight
from .veil import Veil

DAY = 86400
PROJECT = "project"
"""How the project as a whole is called beside the environments; in brackets where one of them is called so."""
_CLAIMS = ("iss", "sub", "aud")


class UnknownProfile(ValueError):
    """The config names a profile that does not exist; the message lists those there are."""


class Subject(NamedTuple):
    """One environment with all that the outside brought."""

    environment: Environment
    certificates: tuple[Material, ...] = ()
    key: SigningKey | None = None
    files: tuple[str, ...] = ()
    """How the files of the config's list of certificates are called in messages, in its order."""


class Around(NamedTuple):
    """What is at hand around every environment of one run."""

    now: int
    config: Config | None = None
    config_file: str = ""
    """The config as it was named."""
    project: Project | None = None
    project_folder: str = ""
    warn_days: int | None = None
    """For environments that do not say it themselves."""
    leaks: tuple[Leak, ...] = ()
    git: str = ""
    """Why git was not asked; empty where it was."""
    notes: tuple[str, ...] = ()


def examine(subjects: Sequence[Subject], around: Around, others: Sequence[Subject] = ()) -> Preflight:
    """Examine every environment, then the project as a whole. Raises UnknownProfile.

    ``others`` are environments of the same config that are not examined: what is told of them is not told of the project, and
    whose app is theirs is nobody else's only one.
    """
    known = catalog.load()
    others = [each for each in others if each.environment.profile is None or each.environment.profile in known.profiles]
    prepared = _with_sharing(_with_apps([_Prepared.of(known, each, around) for each in (*subjects, *others)]))
    every = [_environment(known, each, around) for each in prepared]
    rows = every[: len(subjects)]
    whole = _project(known, around, rows, every)
    rows += [whole] if whole is not None else []
    return Preflight(around.config_file, around.project_folder, tuple(rows), around.now, __version__, around.notes)


class _Prepared(NamedTuple):
    """An environment with its profile and its app."""

    subject: Subject
    chosen: Chosen
    profile: Profile
    project: Project | None
    """With nothing in it but its apps, and which of them is meant."""
    held: tuple[tuple[metadata.Held, tuple[Material, ...]], ...]
    """The certificates of its app in the metadata. Not of an app that is only the only one."""

    @classmethod
    def of(cls, known: Catalog, subject: Subject, around: Around) -> _Prepared:
        environment = subject.environment
        chosen, profile = _profile(known, environment, around)
        if around.project is None:
            return cls(subject, chosen, profile, None, ())
        held = holders(around.project, _public_keys(subject))
        project = metadata.meant_for(around.project, iss=environment.iss, name=environment.app_name, holders=held)
        return cls(subject, chosen, profile, None, ()).of_app(metadata.of_app_only(project))

    def of_app(self, project: Project) -> _Prepared:
        """The same with the app that is meant in ``project``."""
        known = project.meant is not None and project.meant_by != _ONLY
        held = metadata.certificates(project) if known else ()
        return self._replace(project=project, held=tuple((each, library.material(each.data, each.name)) for each in held))

    @property
    def app(self) -> metadata.App | None:
        """Its app, where it is known, and not only the only one."""
        return self.project.meant if self.project is not None and self.project.meant_by != _ONLY else None

    @property
    def certificates(self) -> tuple[Material, ...]:
        """Those of the config, else those of the app in the metadata."""
        return self.subject.certificates or tuple(each for _, materials in self.held for each in materials)


def _public_keys(subject: Subject) -> frozenset[str]:
    """What it signs in with, as SHA-256 digests: the public key of the private key, else those of the certificates that the config names."""
    own = subject.environment.surroundings.key.spki_sha256
    return frozenset({own} if own else {each.spki_sha256 for each in subject.certificates if each.spki_sha256})


_ONLY = "only"


def _with_apps(prepared: Sequence[_Prepared]) -> list[_Prepared]:
    """The same, where an app that is an environment's own is no other one's: a copy of it in another org is not this one."""
    taken = {each.app.path for each in prepared if each.app is not None}
    return [each if each.app is not None or each.project is None else _without(each, each.project, taken) for each in prepared]


def _without(each: _Prepared, project: Project, taken: set[str]) -> _Prepared:
    """An environment whose app is not known, without the apps that are others' own."""
    if project.meant is not None and project.meant.path in taken:
        project = project._replace(meant=None, meant_by="unknown")
    return each.of_app(project._replace(holders=tuple(app for app in project.holders if app.path not in taken)))


def _profile(known: Catalog, environment: Environment, around: Around) -> tuple[Chosen, Profile]:
    wanted = environment.profile
    if wanted is not None and wanted not in known.profiles:
        span = environment.place("profile") or Span(1, 1, 1, 1)
        raise UnknownProfile(
            f"{around.config_file}:{span.line}:{span.column}: no such profile; accepted: {', '.join(sorted(known.profiles))}"
        )
    chosen, profile = library.choose(known, wanted, environment.iss, environment.aud, environment.endpoint, None)
    return (chosen._replace(why="named in the config") if wanted is not None else chosen), profile


# --- the same key in production and elsewhere ----------------------------------------------------------------------------


def _with_sharing(prepared: Sequence[_Prepared]) -> list[_Prepared]:
    """Each environment with the names of those of the other side that sign with its key. It is told of the one that is not production."""
    sides = [_is_production(each) for each in prepared]
    keys = {each.subject.environment.name: _public_keys(each.subject) for each in prepared}
    changed = []
    for each, production in zip(prepared, sides, strict=True):
        mine = keys[each.subject.environment.name]
        others = [
            other.subject.environment.name
            for other, its in zip(prepared, sides, strict=True)
            if production is False and its is True and keys[other.subject.environment.name] & mine
        ]
        environment = each.subject.environment
        around = environment.surroundings._replace(shares_key_with=tuple(others))
        changed.append(each._replace(subject=each.subject._replace(environment=environment._replace(surroundings=around))))
    return changed


def _is_production(each: _Prepared) -> bool | None:
    """By the kind of org, else by the host; ``None`` where neither tells."""
    environment = each.subject.environment
    if environment.org is not None:
        return environment.org == "production"
    for value in (environment.endpoint, environment.aud):
        found = address(value) if value else None
        located = locate(each.profile, found.host) if found is not None else None
        if located is not None and located.host.side in ("production", "test"):
            return located.host.side == "production"
    return None


# --- one environment -----------------------------------------------------------------------------------------------------


def _environment(known: Catalog, each: _Prepared, around: Around) -> Examined:
    """One environment: what the config says, what its key signs, and what the metadata holds for its app."""
    environment = each.subject.environment
    case = _case(each, around)
    answers = library.engine_of(each.profile.name).examine(case)
    placed = [_in_project(_placed(finding, each.subject), around) for finding in answers.findings]
    minted = _minted(each, case)
    signed = [] if minted is None else _new(minted.answers.findings, placed, case)
    stored = _of_metadata(each, case, around)
    if not each.subject.certificates:
        # The certificates of the metadata were those of the case itself, and the metadata is where they stand.
        told = {finding.rule for finding in stored}
        placed = [finding for finding in placed if finding.at.exhibit != "certificate" or finding.rule not in told]
    columns = (*map(_column, placed), *("assertion" for _ in signed), *("project" for _ in stored))
    veil = Veil.of(environment)
    answers = answers._replace(findings=tuple(map(veil.finding, (*placed, *signed, *stored))))
    if minted is not None:
        answers = answers._replace(broke=(*answers.broke, *minted.answers.broke))
    signature = minted.signature if minted is not None else Signature("not-examined")
    result = veil.result(_result(known, each.chosen, case, answers, signature, around.config_file))._replace(
        environment=environment.name
    )
    calendar = _calendar(each.certificates, around.now)
    return Examined(environment.name, environment.org, (result,), (columns,), _unexamined(each, around, minted), calendar)


def _case(each: _Prepared, around: Around) -> Case:
    """What the config says as a sketch, with the certificates, the app in the metadata and the surroundings."""
    environment, settings = each.subject.environment, each.profile.settings
    key, listed = each.subject.key, settings["algorithms"]
    # Of a key that can sign with none of them a rule of its own tells.
    algorithm = next((name for name in listed if key is None or name in key.algorithms), listed[0])
    lifetime = minting.lifetime(each.profile)
    text = around.config.text if around.config is not None else ""
    return Case(
        None,
        profile=each.profile,
        certificates=each.certificates,
        endpoint=environment.endpoint,
        now=around.now,
        app=environment.app or (each.app.kind if each.app is not None else None),
        sketch=sketch_of(minting.with_audience(each.profile, environment), text, around.now, algorithm, lifetime),
        project=each.project,
        environment=environment,
        warn_days=around.warn_days if environment.warn_days is None else environment.warn_days,
    )


def _of_metadata(each: _Prepared, case: Case, around: Around) -> list[Finding]:
    """What the rules say of the certificates that the metadata holds for the app, unless they are those of the config."""
    return [
        _in_project(finding, around)
        for held, materials in each.held
        if not _same(materials, each.subject.certificates)
        for finding in _of_certificate(each.profile, held.origin, materials, around.now, case.warn_days)
    ]


def _placed(finding: Finding, subject: Subject) -> Finding:
    """A finding about one certificate points to that file in the config's list."""
    if finding.at.exhibit != "certificate":
        return finding
    name = str(finding.facts.get("certificate", ""))
    file = next((each.file for each in subject.certificates if name in (each.name, each.file)), name)
    at = subject.files.index(file) if file in subject.files else -1
    origin = finding.origin if at < 0 else subject.environment.origins.get(f"certificates.{at}", finding.origin)
    return finding._replace(origin=origin)


def _in_project(finding: Finding, around: Around) -> Finding:
    """A place in a file of the project is named as it can be opened from here. What git tells of is named so already."""
    origin = finding.origin
    if origin is None or not origin.path or finding.at.exhibit == "git":
        return finding
    return finding._replace(origin=origin._replace(path=_joined(around, origin.path)))


class _Minted(NamedTuple):
    """What the rules say of an assertion that was signed here."""

    answers: Answers
    signature: Signature


def _minted(each: _Prepared, case: Case) -> _Minted | None:
    """The assertion that the environment's key signs, examined as a server would; ``None`` where none can be made."""
    key, sketch = each.subject.key, case.sketch
    if key is None or sketch is None or sketch.unknown or not all(name in sketch.claims for name in _CLAIMS):
        return None
    try:
        token = minting.compact(sketch.header, sketch.claims, key)
    except ValueError:
        # A key of another type cannot sign so; a rule of its own tells that.
        return None
    # Where the certificates are another pair's, a rule of its own tells that too, and the rest is examined with the key itself.
    pair = _pair(each, key)
    signed = Case(
        intake.read(token)[0],
        profile=each.profile,
        certificates=pair or (key.public,),
        endpoint=case.endpoint,
        now=case.now,
        app=case.app,
        warn_days=case.warn_days,
    )
    answers = library.engine_of(each.profile.name).examine(signed)
    found = signed.facet(examined)
    named = found.material.name if found.material is not None else ""
    return _Minted(answers, Signature(found.status, found.reason, named) if pair else Signature("not-examined"))


def _pair(each: _Prepared, key: SigningKey) -> tuple[Material, ...]:
    """The certificates of the config, else those on the app, if one of them belongs to the key."""
    on_app = tuple(material for _, materials in each.held for material in materials)
    fitting = (held for held in (each.certificates, on_app) if any(m.spki_sha256 == key.public.spki_sha256 for m in held))
    return next(fitting, ())


def _new(minted: Iterable[Finding], placed: Sequence[Finding], case: Case) -> list[Finding]:
    """What only the signed assertion shows: what the config showed already, and what follows from that, is not told twice."""
    told = {finding.rule for finding in placed} | {name for finding in placed for name in finding.explains}
    return [
        finding._replace(origin=case.origins.get(str(finding.at)) or case.origins.get(finding.at.exhibit))
        for finding in minted
        if finding.rule not in told
    ]


def _same(materials: Sequence[Material], others: Sequence[Material]) -> bool:
    """Whether the metadata holds the very certificate that the config names."""
    digests = {each.sha256 for each in others if each.sha256}
    return bool(materials) and all(each.sha256 in digests for each in materials)


def _of_certificate(
    profile: Profile, origin: Origin, materials: tuple[Material, ...], now: int, warn_days: int | None
) -> tuple[Finding, ...]:
    """What the rules for certificates say of one that stands in the metadata."""
    case = Case(None, profile=profile, certificates=materials, now=now, warn_days=warn_days, origins={"certificate": origin})
    found = library.engine_of(profile.name).examine(case).findings
    return tuple(each for each in found if each.at.exhibit == "certificate")


_EXHIBITS = {"key": "key", "signature": "key", "certificate": "certificate", "metadata": "project", "git": "git"}


def _column(finding: Finding) -> str:
    """Where a finding is counted. A place in a file of the project is the project's, whatever it is about."""
    if finding.origin is not None and finding.origin.path and finding.at.exhibit != "git":
        return "project"
    return _EXHIBITS.get(finding.at.exhibit, "config")


def _unexamined(each: _Prepared, around: Around, minted: _Minted | None) -> Mapping[str, str]:
    environment = each.subject.environment
    key = environment.surroundings.key
    why: dict[str, str] = {}
    if key.state == "none":
        why["key"] = "no private key is named"
    if not each.certificates:
        why["certificate"] = "no certificate is named"
    if around.project is None:
        why["project"] = "no sfdx project here"
    elif each.project is None or each.project.meant is None:
        why["project"] = _stranger(environment, each.project)
    if minted is not None and each.certificates and minted.signature.status == "not-examined":
        why["assertion"] = "no certificate at hand belongs to the key that signed it"
    if minted is None:
        missing = [name for name in _CLAIMS if getattr(minting.with_audience(each.profile, environment), name) is None]
        why["assertion"] = f"{' and '.join(missing)} not known" if missing else "there is no private key that signs"
    if not key.git:
        why["git"] = around.git or _NO_FILE[environment.key is not None and not environment.key.startswith(VARIABLE)]
    return why


def _stranger(environment: Environment, project: Project | None) -> str:
    """Why no app of the project is known to be the environment's."""
    if project is None or not project.apps:
        return "no app in the project"
    if not project.knows_all_apps:
        return "its app is not known, and a file of an app cannot be read"
    return "`iss` is the consumer key of no app here" if environment.iss else "no app of the project is known to be this one's"


_NO_FILE = {False: "the private key is no file", True: "the private key is not in the work tree"}


def _calendar(certificates: Iterable[Material], now: int) -> tuple[Dated, ...]:
    return tuple(
        Dated(each.name, each.not_before, each.not_after, (each.not_after - now) // DAY)
        for each in certificates
        if each.not_after is not None and each.not_before is not None
    )


def _result(known: Catalog, chosen: Chosen, case: Case, answers: Answers, signature: Signature, name: str) -> Result:
    sketch = case.sketch
    kind = kinds.SKETCH if sketch is not None else kinds.PROJECT
    # What was signed and verified here is an assertion; what was only read is none.
    verdict = verdict_of(answers.findings, signature, kinds.ASSERTION if signature.status == "valid" else kind)
    source = Source(name, form=kind) if sketch is None else Source(name, *sketch.span[:2], sketch.language)
    return Result(
        source, chosen, kind, case.header, case.claims, signature, verdict, answers.findings, answers.broke,
        diagnosis.diagnose(known, None, answers, sketch), certificates=case.certificates[: library.MOST_SHOWN], judged_at=case.now, sketch=sketch,
    )  # fmt: skip


# --- the project as a whole ----------------------------------------------------------------------------------------------


def _project(known: Catalog, around: Around, rows: Sequence[Examined], every: Sequence[Examined]) -> Examined | None:
    """What belongs to none of ``every`` environment: the project's other files, what its code and credentials would sign, secrets in
    git. ``rows`` are those that are shown."""
    if around.project is None and not around.leaks and rows:
        return None
    told = {_mark(finding) for row in every for finding in row.findings}
    results = [_of_whole(known, around, told)]
    if around.project is not None:
        results += [*_of_stored(known, around, around.project, told), *_of_sketches(known, around, around.project, told)]
    columns = tuple(tuple("git" if f.at.exhibit == "git" else "project" for f in result.findings) for result in results)
    why = dict.fromkeys(("config", "key", "certificate", "assertion"), "of environments only")
    why |= {"project": "no sfdx project here"} if around.project is None else {}
    why |= {"git": around.git} if around.git else {}
    name = PROJECT if all(each.name != PROJECT for each in rows) else f"({PROJECT})"
    return Examined(name, None, tuple(results), columns, why, is_project=True)


def _of_whole(known: Catalog, around: Around, told: set[Any]) -> Result:
    """What is about the project as a whole, and not about one app of an environment."""
    chosen, profile = library.choose(known, None, None, None, None, None)
    environment = Environment(PROJECT, surroundings=Surroundings(gathered=True, leaks=around.leaks))
    case = Case(None, profile=profile, now=around.now, project=around.project, environment=environment)
    answers = _untold(library.engine_of(profile.name).examine(case), told, around)
    return _result(known, chosen, case, answers, Signature("not-examined"), around.project_folder or around.config_file)


def _of_stored(known: Catalog, around: Around, project: Project, told: set[Any]) -> Iterator[Result]:
    """What the certificates in the metadata are worth."""
    chosen, profile = library.choose(known, None, None, None, None, None)
    for held in metadata.certificates(project, around.now):
        materials = library.material(held.data, held.name)
        found = _of_certificate(profile, held.origin, materials, around.now, around.warn_days)
        answers = _untold(Answers(found, (), (), ()), told, around)
        if answers.findings:
            case = Case(None, profile=profile, certificates=materials, now=around.now)
            yield _result(known, chosen, case, answers, Signature("not-examined"), _joined(around, held.origin.path))


def _of_sketches(known: Catalog, around: Around, project: Project, told: set[Any]) -> Iterator[Result]:
    """What the project's Apex and its credentials would sign."""
    for path, sketch in metadata.sketches(project, around.now):
        chosen, profile = library.choose(known, None, sketch.claims.get("iss"), sketch.claims.get("aud"), sketch.endpoint, None)
        case = Case(None, profile=profile, endpoint=sketch.endpoint, now=around.now, sketch=sketch)
        answers = _untold(library.engine_of(profile.name).examine(case), told, around)
        if answers.findings or answers.broke:
            yield _result(known, chosen, case, answers, Signature("not-examined"), _joined(around, path))


def _joined(around: Around, path: str) -> str:
    return f"{around.project_folder.rstrip('/')}/{path}" if around.project_folder not in ("", ".") else path


def _untold(answers: Answers, told: set[Any], around: Around) -> Answers:
    """With the findings that no environment has told already."""
    placed = (_in_project(each, around) for each in answers.findings)
    return answers._replace(findings=tuple(each for each in placed if _mark(each) not in told))


def _mark(finding: Finding) -> tuple[str, str, Place, str, Span | None]:
    """What makes two findings the same one, seen twice."""
    origin = finding.origin
    return (
        finding.rule,
        finding.variant,
        finding.at,
        origin.path if origin is not None else "",
        origin.span if origin is not None else None,
    )
