"""Does a rule do what its worked cases promise? Makes what each case describes and asks that rule alone.

A worked case is a table of the rule's TOML: claims, a request, code, … and under ``finds`` what must be found. Claims are merged over
a healthy assertion, judged at :data:`NOW`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

from . import answer, intake, metadata, minting, source
from .case import NEEDS, Case
from .catalog import Catalog
from .checks.metadata import holders
from .engine import Answers, Engine
from .library import material
from .model import Finding

NOW = 1795435200
"""2026-11-23T12:00:00Z, the moment at which a worked case is judged that names no other."""
ISS = "3MVG9kQp7Zr2VtLxWc0DhY5sNbEoT1uGfRmA8iJ4KqXvP6nUwSlHyBdCzO3eMgI9aFtVrQ2xLs7WkYb1NcDp"
SUB = "integration@acme-demo.example"
HEADER: Mapping[str, Any] = {"alg": "RS256", "typ": "JWT"}
CLAIMS: Mapping[str, Any] = {"iss": ISS, "sub": SUB, "aud": "https://login.salesforce.com", "exp": NOW + 180}
"""The healthy assertion, which names nobody's app and nobody's user."""
TOKEN_ENDPOINT = "https://login.salesforce.com/services/oauth2/token"  # noqa: S105 - an address
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"
REQUEST_KEYS = frozenset(
    {"method", "content_type", "grant_type", "authorization", "client_assertion_type", "body", "field", "query"}
)
_SEARCHED = 300_000
"""Candidates tried for an edited token where a case asks for the search."""


class Unmakeable(ValueError):
    """A worked case that describes nothing to examine; the message says what is accepted."""


class Workshop(Protocol):
    """Makes keys and what is signed with them. Each method raises ValueError or KeyError for a name it does not know."""

    def mint(
        self, header: Mapping[str, Any], claims: Mapping[str, Any] | str, private: str = ..., mutation: str | None = ...
    ) -> str:
        """An assertion signed by the key called ``private``; ``claims`` as text is the JSON as it stands."""

    def certificate(self, name: str) -> bytes:
        """The content of what a case gives as ``--cert``."""

    def private_pem(self) -> bytes:
        """A private key that somebody pastes."""

    def identifier(self, member: str, name: str) -> str:
        """What the header's ``member`` says of the certificate called ``name``."""


def case_of(known: Catalog, worked: Mapping[str, Any], workshop: Workshop) -> Case:
    """The case that a worked case describes, built as the library builds it. Raises Unmakeable."""
    maker = next((make for key, make in _OTHERS.items() if key in worked), _of_token)
    return maker(known, worked, workshop)


def _of_token(known: Catalog, worked: Mapping[str, Any], workshop: Workshop) -> Case:
    pastes = intake.read(pasted(worked, workshop))
    if len(pastes) != 1:
        raise Unmakeable(f"a worked case pastes one candidate, not {len(pastes)}")
    names = [worked["certificate"], *worked.get("candidates", ())] if "certificate" in worked else []
    certificates = tuple(each for name in names for each in material(workshop.certificate(name), name))
    found = (each for name in worked.get("folder", ()) for each in material(workshop.certificate(name), f"folder/{name}"))
    return Case(
        pastes[0],
        profile=_profile(known, worked),
        certificates=(*certificates, *(each._replace(candidate=True) for each in found)),
        endpoint=worked.get("endpoint"),
        answer=answer.parse(worked["error"]) if "error" in worked else None,
        now=worked.get("now", NOW),
        app=worked.get("app"),
        secrets=tuple((f"the text of {name}", workshop.certificate(name)) for name in names),
        others=tuple(_BESIDE[name]() for name in worked.get("beside", ())),
        measured_skew=worked.get("measured_skew"),
        search=(lambda tried: tried < _SEARCHED) if worked.get("search") else (lambda tried: False),
    )


def _of_code(known: Catalog, worked: Mapping[str, Any], workshop: Workshop) -> Case:
    """Of source code: what it would sign."""
    now = worked.get("now", NOW)
    sketches = source.read(worked["code"], now)
    if len(sketches) != 1:
        raise Unmakeable(f"the code of a worked case signs one assertion, not {len(sketches)}")
    return Case(None, profile=_profile(known, worked), endpoint=worked.get("endpoint"), now=now, sketch=sketches[0])


def _of_config(known: Catalog, worked: Mapping[str, Any], workshop: Workshop) -> Case:
    """Of a config with one environment; ``surroundings`` is what was seen around it, ``project`` the metadata beside it."""
    from . import config, metadata

    environment = config.read(worked["config"].lstrip("\n"), "jwtdoctor.toml").environments[0]
    around = _surroundings(worked.get("surroundings", {}), workshop)
    environment = config.resolved(environment, {})._replace(surroundings=around)
    names = [worked["certificate"], *worked.get("candidates", ())] if "certificate" in worked else []
    given = tuple(each for name in names for each in material(workshop.certificate(name), name))
    project = None
    if "project" in worked:
        project = metadata.read(_files_of(worked["project"], workshop))
        held = holders(project, {around.key.spki_sha256 or each.spki_sha256 for each in given})
        project = metadata.meant_for(project, iss=environment.iss, name=environment.app_name, holders=held)
    now = worked.get("now", NOW)
    return Case(
        None, profile=_profile(known, worked), now=now, environment=environment, project=project, endpoint=environment.endpoint,
        certificates=given,
        sketch=config.sketch_of(minting.with_audience(_profile(known, worked), environment), worked["config"], now, "RS256", 180),
    )  # fmt: skip


def _surroundings(told: Mapping[str, Any], workshop: Workshop) -> Any:
    """With ``{spki:NAME}`` filled in: the digest of the public key of a certificate. Raises Unmakeable for what no surroundings have."""
    from . import config

    try:
        key = dict(told.get("key", {}))
        if "spki_sha256" in key:
            key["spki_sha256"] = _with_digests(key["spki_sha256"], workshop)
        return config.Surroundings(
            True, config.KeyFacts(**key), tuple(config.CertificateFacts(**each) for each in told.get("certificates", ())),
            tuple(told.get("shares_key_with", ())), tuple(config.Leak(**each) for each in told.get("leaks", ())),
        )  # fmt: skip
    except TypeError:
        raise Unmakeable(
            "`surroundings` takes key, certificates, shares_key_with and leaks, with the fields of their kinds"
        ) from None


def _with_digests(text: str, workshop: Workshop) -> str:
    return re.sub(r"\{spki:(\w+)\}", lambda m: material(workshop.certificate(m[1]), m[1])[0].spki_sha256, text)


def _files_of(texts: Mapping[str, str], workshop: Workshop) -> dict[str, bytes]:
    """The files of a project, with ``{certificate:NAME}`` filled in. Raises Unmakeable."""
    if not all(isinstance(each, str) for each in texts.values()):
        raise Unmakeable("under `project` stand texts by their paths")
    return {
        path: re.sub(r"\{certificate:(\w+)\}", lambda m: workshop.certificate(m[1]).decode(), text).lstrip().encode()
        for path, text in texts.items()
    }


def _of_project(known: Catalog, worked: Mapping[str, Any], workshop: Workshop) -> Case:
    """Of a project's metadata. ``claims`` are what an environment would sign; ``certificate`` is what is at hand beside the project."""
    now = worked.get("now", NOW)
    name = worked.get("certificate", "")
    sketch = None
    if "claims" in worked:
        claims = {**CLAIMS, **worked["claims"]}
        sketch = source.Sketch("toml", HEADER, claims, frozenset(), {}, source.Span(1, 1, 1, 1))
    given = material(workshop.certificate(name), name) if name else ()
    project = project_of(worked, workshop)
    return Case(None, profile=_profile(known, worked), certificates=given, now=now, sketch=sketch, project=project)


def project_of(worked: Mapping[str, Any], workshop: Workshop) -> metadata.Project:
    """A project of the texts under ``project``, with ``{certificate:NAME}`` filled in; ``meant`` says how its app is known (``iss``,
    ``name``), ``tracked`` lists the files that git tracks. Raises Unmakeable."""
    project = metadata.read(_files_of(worked["project"], workshop))
    if strangers := worked.get("meant", {}).keys() - {"iss", "name"}:
        raise Unmakeable(f"unknown in `meant`: {', '.join(sorted(strangers))}; known are iss, name")
    if "meant" in worked:
        name = worked.get("certificate", "")
        given = material(workshop.certificate(name), name) if name else ()
        project = metadata.meant_for(project, holders=holders(project, {each.spki_sha256 for each in given}), **worked["meant"])
    return project._replace(tracked=frozenset(worked["tracked"])) if "tracked" in worked else project


_OTHERS: dict[str, Callable[[Catalog, Mapping[str, Any], Workshop], Case]] = {
    "config": _of_config,
    "code": _of_code,
    "project": _of_project,
}
"""By the key of a worked case: who makes the case of what is no token."""


def _profile(known: Catalog, worked: Mapping[str, Any]) -> Any:
    if "profile" not in worked:
        return next(each for each in known.profiles.values() if each.role == "default")
    if worked["profile"] not in known.profiles:
        raise Unmakeable(f"no profile is called {worked['profile']!r}; known are {', '.join(sorted(known.profiles))}")
    return known.profiles[worked["profile"]]


def pasted(worked: Mapping[str, Any], workshop: Workshop) -> str:
    """What the user of a worked case pastes."""
    if "text" in worked:
        return _filled_text(worked["text"], workshop)
    jwt = token_of(worked, workshop)
    if "request" in worked:
        return request_of(worked["request"], worked.get("endpoint", TOKEN_ENDPOINT), jwt)
    return jwt


def _filled_text(text: str, workshop: Workshop) -> str:
    """Nothing is made that the text does not ask for."""
    healthy = workshop.mint(HEADER, CLAIMS) if re.search(r"\{(?:header|claims|base64_token)\}", text) else ".."
    header, claims, _ = healthy.split(".")
    text = text.replace("{header}", header).replace("{claims}", claims)
    if "{private_key}" in text:
        text = text.replace("{private_key}", workshop.private_pem().decode())
    return text.replace("{base64_token}", base64.b64encode(healthy.encode()).decode())


def token_of(worked: Mapping[str, Any], workshop: Workshop) -> str:
    """The assertion that a worked case describes."""
    header = _filled(worked.get("header", HEADER), workshop)
    private, mutation = worked.get("key", "match"), worked.get("mutation")
    if "payload" in worked:
        payload = worked["payload"].replace("{iss}", ISS).replace("{sub}", SUB)
        return workshop.mint(header, payload, private, mutation)
    claims = dict(worked["only"]) if "only" in worked else {**CLAIMS, **worked.get("claims", {})}
    for name in worked.get("without", ()):
        claims.pop(name, None)
    return workshop.mint(header, claims, private, mutation)


def _filled(header: Any, workshop: Workshop) -> Any:
    """A header with ``{x5t:match}`` and the like replaced by what the certificate of that name gives."""
    if isinstance(header, str):
        return re.sub(r"\{([\w#-]+):(\w+)\}", lambda m: workshop.identifier(m[1], m[2]), header)
    if isinstance(header, list):
        return [_filled(each, workshop) for each in header]
    return {name: _filled(each, workshop) for name, each in header.items()} if isinstance(header, Mapping) else header


def request_of(request: Mapping[str, Any], endpoint: str, jwt: str) -> str:
    """A raw HTTP request around ``jwt``, as a user pastes it from a log."""
    if strangers := request.keys() - REQUEST_KEYS:
        raise Unmakeable(f"unknown in `request`: {', '.join(sorted(strangers))}; known are {', '.join(sorted(REQUEST_KEYS))}")
    url = urlsplit(endpoint)
    target = url.path + ("?" + request["query"].replace("{jwt}", jwt) if "query" in request else "")
    kind = request.get("content_type", FORM)
    lines = [f"{request.get('method', 'POST')} {target} HTTP/1.1", f"Host: {url.netloc}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    if "authorization" in request:
        lines.append("Authorization: " + request["authorization"].replace("{jwt}", jwt))
    if "body" in request:
        body = request["body"].replace("{jwt}", jwt)
    elif "authorization" in request or "query" in request:
        body = ""
    else:
        body = _body(request, kind, jwt)
    return "\r\n".join([*lines, "", body])


def _body(request: Mapping[str, Any], kind: str, jwt: str) -> str:
    fields = {name: request[name] for name in ("grant_type", "client_assertion_type") if name in request}
    if "client_assertion_type" in fields:
        fields["client_assertion"] = jwt
    else:
        fields.setdefault("grant_type", GRANT)
        fields[request.get("field", "assertion")] = jwt
    return json.dumps(fields) if "json" in kind else urlencode(fields)


def _segments(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:
    """The JWS signing input."""
    written = [json.dumps(each, separators=(",", ":")).encode() for each in (header, claims)]
    return b".".join(base64.urlsafe_b64encode(each).rstrip(b"=") for each in written)


_BESIDE = {"other-token": lambda: _segments(HEADER, {**CLAIMS, "sub": "somebody@acme-demo.example"})}
"""Signing inputs of tokens that a worked case gives beside the one it is about."""


# --- promises ------------------------------------------------------------------------------------------------------------


def examined(known: Catalog, rule: str, worked: Mapping[str, Any], workshop: Workshop) -> Answers:
    """What the one rule says about its worked case. Raises Unmakeable, also where the rule does not speak for the case's profile."""
    case = case_of(known, worked, workshop)
    answers = Engine(known, case.profile, only=[rule]).examine(case)
    if not any(answers) and "profile" not in worked:
        raise Unmakeable(f"the rule does not speak for the profile {case.profile.name}; name one that it speaks for")
    return answers


def keeps(promise: Mapping[str, Any], finding: Finding) -> bool:
    """Whether a finding is what a case promised: place, wording and every fact it names."""
    shown = {**finding.facts, "at": str(finding.at), "variant": finding.variant}
    return all(name in shown and shown[name] == value for name, value in promise.items())


def objections(worked: Mapping[str, Any], answers: Answers) -> list[str]:
    """How the answers differ from what the case promises: each promise kept by one finding, and nothing else found."""
    told = [f"the check failed by itself: {each.error}" for each in answers.broke]
    for promise in worked["finds"]:
        kept = sum(keeps(promise, finding) for finding in answers.findings)
        if kept != 1:
            told.append(f"promised {dict(promise)}, which {kept or 'no'} finding{'s' if kept > 1 else ''} kept")
    if told or len(answers.findings) != len(worked["finds"]):
        found = [{"at": str(f.at), "variant": f.variant, **f.facts} for f in answers.findings]
        told.append(f"found {found or 'nothing'}" + "".join(f"; skipped: {why.because}" for _, why in answers.skipped))
    return told


def unworded(finding: Finding) -> list[str]:
    """What is missing in a finding's sentences."""
    told = [] if finding.message.strip() else ["its headline is empty"]
    told += [] if finding.help.strip() else ["it has no help"]
    sentences = (finding.message, finding.label, finding.note, finding.help)
    return told + [f"two spaces or an empty fact in {each!r}" for each in sentences if "  " in each.strip()]


class Outcome(NamedTuple):
    """What came of one worked case, or of a rule as a whole."""

    rule: str
    at: int
    """The number of the case in its file, from 0; -1 for the rule as a whole."""
    title: str
    objections: tuple[str, ...]


def outcomes(known: Catalog, rules: Sequence[Mapping[str, Any]], workshop: Workshop) -> Iterator[Outcome]:
    """Every worked case of ``rules`` (as :func:`jwtdoctor.catalog.source.read` gives them with their cases), and what is left over."""
    for rule in rules:
        name = rule["name"]
        worded, looked = set(known.rules[name].variants), False
        for at, worked in enumerate(rule["case"]):
            try:
                answers = examined(known, name, worked, workshop)
            except (ValueError, KeyError) as error:
                yield Outcome(name, at, worked["title"], (str(error.args[0]),))
                continue
            except Exception as error:  # noqa: BLE001 - values of a type that nothing here is made of
                yield Outcome(name, at, worked["title"], (f"the case cannot be made: {type(error).__name__}: {error}",))
                continue
            worded -= {finding.variant for finding in answers.findings}
            looked = looked or (not worked["finds"] and not _wants_exhibit(known, name, answers))
            told = objections(worked, answers) + [each for f in answers.findings for each in unworded(f)]
            yield Outcome(name, at, worked["title"], tuple(told))
        told = [] if looked else ["in no silent case there is all that the check needs, so its silence shows nothing"]
        if len(known.rules[name].variants) > 1 and worded - {""}:
            told.append(f"no worked case brings out the wording {', '.join(sorted(worded - {''}))}")
        yield Outcome(name, -1, "", tuple(told))


def _wants_exhibit(known: Catalog, name: str, answers: Answers) -> bool:
    return any(rule == name and why.needs in NEEDS and why.because.startswith("needs ") for rule, why in answers.skipped)
