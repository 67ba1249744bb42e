"""Every rule finds what its own worked cases promise, and nothing else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import minting
import pytest
from conftest import RULES

from jwtdoctor import answer, intake, source
from jwtdoctor.case import Case
from jwtdoctor.catalog import Catalog
from jwtdoctor.catalog.source import read
from jwtdoctor.engine import Answers, Engine
from jwtdoctor.library import material
from jwtdoctor.model import Finding

REQUEST_KEYS = {"method", "content_type", "grant_type", "authorization", "client_assertion_type", "body", "field", "query"}


def worked_cases() -> Iterator[Any]:
    """One parameter set per [[case]] of every rule file."""
    for rule in read(RULES, cases=True)["rules"]:
        for worked in rule["case"]:
            yield pytest.param(rule["name"], worked, id=f"{rule['name']}: {worked['title']}")


def filled(header: Any) -> Any:
    """A header with ``{x5t:match}`` and the like replaced by what the certificate of that name gives."""
    if isinstance(header, str):
        return re.sub(r"\{([\w#-]+):(\w+)\}", lambda m: minting.identifier(m[1], m[2]), header)
    if isinstance(header, list):
        return [filled(each) for each in header]
    return {name: filled(each) for name, each in header.items()} if isinstance(header, Mapping) else header


def token_of(worked: Mapping[str, Any]) -> str:
    """The assertion that a worked case describes."""
    header = filled(worked.get("header", minting.HEADER))
    private, mutation = worked.get("key", "match"), worked.get("mutation")
    if "payload" in worked:
        payload = worked["payload"].replace("{iss}", minting.ISS).replace("{sub}", minting.SUB)
        return minting.mint(header, payload, private, mutation)
    claims = dict(worked["only"]) if "only" in worked else {**minting.CLAIMS, **worked.get("claims", {})}
    for name in worked.get("without", ()):
        del claims[name]
    return minting.mint(header, claims, private, mutation)


def request_of(request: Mapping[str, Any], endpoint: str, jwt: str) -> str:
    """A raw HTTP request around ``jwt``, as a user pastes it from a log."""
    strangers = request.keys() - REQUEST_KEYS
    assert not strangers, f"unknown keys in the request of a worked case: {sorted(strangers)}"
    url = urlsplit(endpoint)
    target = url.path + ("?" + request["query"].replace("{jwt}", jwt) if "query" in request else "")
    kind = request.get("content_type", minting.FORM)
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
        fields.setdefault("grant_type", minting.GRANT)
        fields[request.get("field", "assertion")] = jwt
    return json.dumps(fields) if "json" in kind else urlencode(fields)


def pasted(worked: Mapping[str, Any]) -> str:
    """What the user of a worked case pastes."""
    if "text" in worked:
        header, claims, _ = minting.mint().split(".")
        text = worked["text"].replace("{header}", header).replace("{claims}", claims)
        text = text.replace("{private_key}", minting.private_pem().decode())
        return text.replace("{base64_token}", base64.b64encode(minting.mint().encode()).decode())
    jwt = token_of(worked)
    if "request" in worked:
        return request_of(worked["request"], worked.get("endpoint", minting.TOKEN_ENDPOINT), jwt)
    return jwt


def case_of(catalog: Catalog, worked: Mapping[str, Any]) -> Case:
    """The case that a worked case describes, built as the library builds it."""
    if "code" in worked:
        return case_of_code(catalog, worked)
    pastes = intake.read(pasted(worked))
    assert len(pastes) == 1, f"a worked case pastes one candidate, not {len(pastes)}"
    names = [worked["certificate"], *worked.get("candidates", ())] if "certificate" in worked else []
    certificates = tuple(each for name in names for each in material(minting.certificate(name), name))
    found = (each for name in worked.get("folder", ()) for each in material(minting.certificate(name), f"folder/{name}"))
    certificates += tuple(each._replace(candidate=True) for each in found)
    return Case(
        pastes[0],
        profile=catalog.profiles[worked.get("profile", "salesforce")],
        certificates=certificates,
        endpoint=worked.get("endpoint"),
        answer=answer.parse(worked["error"]) if "error" in worked else None,
        now=worked.get("now", minting.FROZEN_NOW),
        app=worked.get("app"),
        secrets=tuple((f"the text of {name}", minting.certificate(name)) for name in names),
        others=tuple(BESIDE[name].rpartition(".")[0].encode() for name in worked.get("beside", ())),
        search=(lambda tried: tried < 300_000) if worked.get("search") else (lambda tried: False),
    )


def case_of_code(catalog: Catalog, worked: Mapping[str, Any]) -> Case:
    """The case of source code: what it would sign."""
    now = worked.get("now", minting.FROZEN_NOW)
    sketches = source.read(worked["code"], now)
    assert len(sketches) == 1, f"the code of a worked case signs one assertion, not {len(sketches)}"
    profile = catalog.profiles[worked.get("profile", "salesforce")]
    return Case(None, profile=profile, endpoint=worked.get("endpoint"), now=now, sketch=sketches[0])


BESIDE = {"other-token": minting.OTHER_TOKEN}
"""Tokens that a worked case gives beside the one it is about."""


def examined(catalog: Catalog, name: str, worked: Mapping[str, Any]) -> Answers:
    """What the one rule says about its worked case."""
    case = case_of(catalog, worked)
    answers = Engine(catalog, case.profile, only=[name]).examine(case)
    asked = answers.findings or answers.clear or answers.skipped or answers.broke
    assert asked or "profile" in worked, f"the rule {name} does not speak for the profile {case.profile.name}"
    return answers


def keeps(promise: Mapping[str, Any], finding: Finding) -> bool:
    """Whether a finding is what a case promised: place, wording and every fact it names."""
    shown = {**finding.facts, "at": str(finding.at), "variant": finding.variant}
    return all(name in shown and shown[name] == value for name, value in promise.items())


@pytest.mark.parametrize(("name", "worked"), list(worked_cases()))
def test_worked_case(catalog: Catalog, name: str, worked: dict[str, Any]) -> None:
    """The promised hits, each by exactly one finding, and no other finding."""
    answers = examined(catalog, name, worked)

    assert answers.broke == ()
    told = [(str(f.at), f.variant, dict(f.facts)) for f in answers.findings]
    for promise in worked["finds"]:
        kept = [finding for finding in answers.findings if keeps(promise, finding)]
        assert len(kept) == 1, f"{promise} is kept by {len(kept)} of {told}"
    assert len(answers.findings) == len(worked["finds"]), f"found {told}; skipped {answers.skipped}"


@pytest.mark.parametrize(("name", "worked"), list(worked_cases()))
def test_words_are_whole(catalog: Catalog, name: str, worked: dict[str, Any]) -> None:
    """Each finding has a headline and a help, with no placeholder and no empty fact left in them."""
    for finding in examined(catalog, name, worked).findings:
        for sentence in (finding.message, finding.label, finding.note, finding.help):
            assert "  " not in sentence.strip()
            assert "{" not in sentence or '{"alg"' in sentence or "{{" in sentence, sentence
        assert finding.message.strip()
        assert finding.help.strip()


def test_a_used_engine_answers_as_a_fresh_one(catalog: Catalog) -> None:
    """What an engine has seen before changes no answer: every worked case of every rule, forwards and backwards."""
    cases = [each.values[1] for each in worked_cases()]
    fresh = [Engine(catalog, (case := case_of(catalog, worked)).profile).examine(case) for worked in cases]
    used = {name: Engine(catalog, profile) for name, profile in catalog.profiles.items()}

    for order in (range(len(cases)), reversed(range(len(cases)))):
        for index in order:
            case = case_of(catalog, cases[index])
            answers = used[case.profile.name].examine(case)
            assert answers.broke == ()
            assert alike(answers) == alike(fresh[index]), cases[index]["title"]


def alike(answers: Answers) -> tuple[Any, ...]:
    """Answers for comparison, apart from the order of the rules and from signatures that a throwaway key made anew."""
    told = sorted((f.rule, f.variant, str(f.at), f.severity, f.effect, f.message) for f in answers.findings)
    return told, sorted(answers.clear), sorted((name, *skipped) for name, skipped in answers.skipped)
