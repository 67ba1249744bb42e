"""SARIF 2.1.0 (OASIS, errata 01) for code hosts and editors: one result per finding, the rules that fired, changes as fixes.

What no token shows is a question and no result. Nothing depends on the moment of writing, so that equal runs give equal files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .. import suppression
from ..catalog import Rule, load
from ..model import Broken, Finding, Span
from ..report import Report, Result, summary
from ..visible import safe
from . import Look, outline, place
from .remedy import brief

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
"""The name that readers give to the folder in which the run was started."""
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_RANKS = {"certain": 90.0, "likely": 60.0, "hint": 20.0}
"""SARIF wants a priority from 0 to 100; how sure a finding is gives it, and the answer itself stands above all."""


def render(report: Report, look: Look) -> str:
    """One run; ASCII only, indented."""
    known = load()
    fired = list(dict.fromkeys(finding.rule for result in report.results for finding in outline.all_ordered(result)))
    run = {
        "tool": {
            "driver": {
                "name": "jwtdoctor",
                "semanticVersion": report.tool_version or "0",
                "rules": [_rule(known.rules[name]) for name in fired],
            }
        },
        "invocations": [_invocation(report, look)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which the run was started."}}},
        "columnKind": "unicodeCodePoints",
        "results": _suppressed_or_not(list(_results(report, fired, look))),
        "properties": {"answers": [_answer(each, look) for each in report.results]},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    weight = rule.variants.get("") or next(iter(rule.variants.values()))
    first, _, _ = rule.why.partition("\n\n")
    sources = "".join(f"\n- {each}" for each in rule.cites)
    return {
        "id": rule.name,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": first},
        "help": {
            "text": f"{rule.why}\n\nSources: {'; '.join(rule.cites)}\n\njwtdoctor explain {rule.name}",
            "markdown": f"{rule.why}\n\n**Sources**\n{sources}\n\n`jwtdoctor explain {rule.name}`",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["jwt", rule.group],
            "precision": _PRECISION[weight.confidence],
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


_PRECISION = {"certain": "very-high", "likely": "high", "hint": "low"}
_PROBLEM = {"error": "error", "warning": "warning", "info": "recommendation"}
"""What GitHub reads to sort and filter."""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _results(report: Report, fired: list[str], look: Look) -> Iterable[dict[str, Any]]:
    seen: dict[str, int] = {}
    for result in report.results:
        for finding in outline.all_ordered(result):
            yield _result(result, finding, fired, look, seen)


def _result(result: Result, finding: Finding, fired: list[str], look: Look, seen: dict[str, int]) -> dict[str, Any]:
    causes = {cause.cause: cause for cause in result.diagnosis.causes}
    cause = next((causes[name] for name in finding.remains or (finding.rule,) if name in causes), None)
    leads = cause is not None and cause is result.diagnosis.causes[0]
    entry = {
        "ruleId": finding.rule,
        "ruleIndex": fired.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "rank": 100.0 if leads else _RANKS[finding.confidence],
        "message": {"text": _message(finding)},
        "locations": [_location(result, finding, look)],
        "partialFingerprints": {"jwtdoctorFinding/v1": _fingerprint(result, finding, look, seen)},
        "properties": {
            "effect": finding.effect,
            "confidence": finding.confidence,
            "verdict": result.verdict,
            "standing": None if cause is None else cause.standing,
            "profile": result.profile.name,
        },
    }
    fix = _fix(result, finding, look)
    excused = suppression.why(finding)
    return {
        **entry,
        **({"fixes": [fix]} if fix else {}),
        "suppressions": [{"kind": "external", "status": "accepted", "justification": safe(excused)}] if excused else [],
    }


def _suppressed_or_not(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All results say whether they are suppressed, or none does (§3.27.23)."""
    if not any(each["suppressions"] for each in results):
        for each in results:
            del each["suppressions"]
    return results


def _message(finding: Finding) -> str:
    """The fault, what was seen, and what to change. Braces are doubled and links undone, as §3.11.5 and §3.11.6 want it."""
    parts = [_sentence(finding.message)]
    parts += [f"{_sentence(said)}" for said in (finding.label, finding.note) if said]
    if finding.help:
        parts.append(f"To change: {finding.help}{'' if finding.help.endswith('.') else '.'}")
    return _inert(" ".join(parts))


def _inert(text: str) -> str:
    return text.replace("](", "]\\(").replace("{", "{{").replace("}", "}}")


def _location(result: Result, finding: Finding, look: Look) -> dict[str, Any]:
    name = str(finding.at)
    return {
        "physicalLocation": {"artifactLocation": _artifact(result, look, finding), "region": _region(result, finding)},
        "logicalLocations": [{"name": name.rpartition(".")[2], "fullyQualifiedName": name, "kind": "property"}],
    }


def _artifact(result: Result, look: Look, finding: Finding | None = None) -> dict[str, Any]:
    return {"uri": place.uri(place.named(result, finding), look.base), "uriBaseId": ROOT}


def _region(result: Result, finding: Finding) -> dict[str, int]:
    if finding.origin is not None:
        return _span(finding.origin.span)
    return {"startLine": max(1, result.source.line), "startColumn": max(1, result.source.column)}


def _span(span: Span) -> dict[str, int]:
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _fix(result: Result, finding: Finding, look: Look) -> dict[str, Any] | None:
    """The expression that belongs there, where the finding was read from source code and one is known."""
    if finding.origin is None or not finding.origin.mend:
        return None
    replacements = [{"deletedRegion": _span(finding.origin.span), "insertedContent": {"text": finding.origin.mend}}]
    if finding.origin.needs:
        at, line = finding.origin.needs_at, {"text": f"{finding.origin.needs}\n"}
        replacements.insert(0, {"deletedRegion": _span(Span(at, 1, at, 1)), "insertedContent": line})
    change = {"artifactLocation": _artifact(result, look, finding), "replacements": replacements}
    return {"description": {"text": _inert(_sentence(finding.help))}, "artifactChanges": [change]}


def _fingerprint(result: Result, finding: Finding, look: Look, seen: dict[str, int]) -> str:
    """The same for the same fault at the same place of a file, wherever in it that stands today; made of names, never of values."""
    names = (finding.rule, finding.variant, str(finding.at), place.path(place.named(result, finding), look.base))
    told = "\0".join(names)
    seen[told] = seen.get(told, 0) + 1
    return hashlib.sha256(f"{told}\0{seen[told]}".encode("utf-8", "replace")).hexdigest()[:32]


def _invocation(report: Report, look: Look) -> dict[str, Any]:
    notes = [_note(result, broken, look) for result in report.results for broken in result.broke]
    return {"executionSuccessful": True, **({"toolExecutionNotifications": notes} if notes else {})}


def _note(result: Result, broken: Broken, look: Look) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _inert(f"The rule {broken.rule} failed: {safe(broken.error)}. The others were not affected.")},
        "associatedRule": {"id": broken.rule},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(result, look)}}],
    }


def _answer(result: Result, look: Look) -> Mapping[str, Any]:
    """What came of one assertion, findings or not."""
    first = result.diagnosis.causes[0] if result.diagnosis.causes else None
    return {
        "uri": place.uri(result.source.name, look.base),
        "line": result.source.line,
        "column": result.source.column,
        "profile": result.profile.name,
        "verdict": result.verdict,
        "signature": result.signature.status,
        "cause": None if first is None else first.cause,
        "seen": None if first is None else first.seen,
        "summary": summary(result),
        **({"repair": repair} if (repair := brief(result)) else {}),
        **({"redacted": True} if result.redacted else {}),
    }
