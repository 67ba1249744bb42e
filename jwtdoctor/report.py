"""What is the result? Frozen; verdict, exit code and the JSON of the contract are its properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .diagnosis import Cause, Diagnosis
from .intake import Request
from .model import SEVERITIES, Broken, Finding, SignatureStatus, Verdict
from .repair.plan import ABSENT, Repair
from .source import Sketch
from .statement import TOLD
from .visible import plain_json, safe, scrub

FORMAT = "jwtdoctor-report"
VERSION = 1


class Source(NamedTuple):
    """Where a paste stood."""

    name: str
    line: int = 1
    column: int = 1
    form: str = "bare"
    stripped: tuple[str, ...] = ()
    """What was taken off to get at the token; a server would not do that."""


class Chosen(NamedTuple):
    """Which provider's rules were applied, and why."""

    name: str
    chosen_by: str
    why: str
    title: str = ""


class Signature(NamedTuple):
    """The verdict on the signature, apart from that on the claims."""

    status: SignatureStatus
    reason: str | None = None
    certificate: str = ""
    """Name of the certificate that verifies."""
    sha256: str = ""
    expected: str = ""
    """Name of the certificate given first, where another one verifies."""
    signer: str = ""
    """Name of the certificate or key given whose private key made it, where that is known."""
    remains: tuple[str, ...] = ()
    """Causes of which it must be one, where it cannot be told which."""
    stated: bool = False
    """It was taken out when the token was redacted; this is what was said of it then, and nothing of it was checked here."""


class Result(NamedTuple):
    """The outcome for one assertion, or for an answer without one."""

    source: Source
    profile: Chosen
    kind: str | None
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: Signature
    verdict: Verdict
    findings: tuple[Finding, ...]
    broke: tuple[Broken, ...]
    diagnosis: Diagnosis
    answer_known: bool = True
    """False when an answer was given that the catalogue does not know."""
    certificates: tuple[Any, ...] = ()
    """The materials given, for renderers: name, type, size, fingerprints."""
    judged_at: int | None = None
    judged_by: str = "now"
    """Whose clock: ``now``, ``date`` (of the answer), ``log`` (the record's time stamp), ``log-utc`` (one without a zone)."""
    said: str = ""
    """The words of the server or the client program, in one line."""
    request: Request | None = None
    """The HTTP request around the assertion, where the text shows one."""
    sketch: Sketch | None = None
    """What the source code would sign, where this is about code and not about a token."""
    answer_from: str = ""
    """``option`` or ``text``: where the answer was taken from; empty without one."""
    redacted: bool = False
    """What is shown are look-alikes of what was examined."""
    repair: Repair | None = None
    """The smallest set of changes after which nothing is objected to; ``None`` where nothing is, or nothing here can be mended."""
    environment: str = ""
    """The environment of a config that this is about; empty for everything else."""

    def to_json(self) -> dict[str, Any]:
        """One entry of ``results``."""
        diagnosis = self.diagnosis
        return {
            "source": {
                "name": scrub(self.source.name), "line": self.source.line, "column": self.source.column,
                "form": self.source.form, "stripped": list(self.source.stripped), "answer": self.answer_from or None,
                "language": None if self.sketch is None else self.sketch.language,
            },
            "request": None if self.request is None else _request(self.request),
            "profile": {"name": self.profile.name, "chosen_by": self.profile.chosen_by, "why": self.profile.why},
            "token": None if self.kind is None else {
                "kind": self.kind, "header": plain_json(self.header), "claims": plain_json(self.claims),
            },
            "signature": {
                "status": self.signature.status, "reason": self.signature.reason,
                "certificate": self.signature.certificate or None, "sha256": self.signature.sha256 or None,
                "expected": self.signature.expected or None, "signer": self.signature.signer or None, "remains": list(self.signature.remains),
                "stated": self.signature.stated,
            },
            "redacted": self.redacted,
            "verdict": self.verdict,
            "summary": summary(self),
            "judged": {"at": self.judged_at, "clock": self.judged_by},
            "findings": [finding_json(each) for each in self.findings],
            "broke": [{"rule": each.rule, "error": each.error} for each in self.broke],
            "diagnosis": {
                "symptom": diagnosis.symptom,
                "meaning": diagnosis.meaning or None,
                "answer_known": self.answer_known,
                "said": safe(self.said) or None,
                "causes": [_cause(each) for each in diagnosis.causes],
                "ruled_out": list(diagnosis.ruled_out),
                "also_found": list(diagnosis.also_found),
                "consequences": list(diagnosis.consequences),
                "contradictions": list(diagnosis.contradictions),
                "not_examined": [
                    {"rule": rule, "needs": skipped.needs, "because": skipped.because} for rule, skipped in diagnosis.not_examined
                ],
            },
            "repair": None if self.repair is None else repair_json(self.repair),
        }  # fmt: skip


_OFTEN = {
    "confirmed": "Most often it means:",
    "named": "Often it means:",
    "possible": "Perhaps:",
    "doubtful": "Perhaps, with doubts:",
}


def summary(result: Result) -> str:
    """The answer in one sentence or two."""
    causes = result.diagnosis.causes
    first = causes[0] if causes else None
    if first is not None and not first.seen and result.sketch is not None and result.diagnosis.symptom is None:
        # Only questions that the code raises; nobody has refused anything yet.
        first = None
    if first is not None and first.seen:
        finding = next((f for f in result.findings if f.speaks_for(first.cause)), None)
        told = finding.message if finding is not None else first.title
        if first.standing == "doubtful":
            because = f": {finding.because}" if finding is not None and finding.because else ""
            return f"{_sentence(told)} That is a fault, but it is doubtful that it explains the refusal{because}."
        return _sentence(told)
    if result.kind not in (None, "assertion", "unreadable", "sketch"):
        other = next((f for f in result.findings if f.at.exhibit == "token"), None)
        if other is not None:
            return _sentence(other.message)
    contradiction = next((f for f in result.findings if any(map(f.speaks_for, result.diagnosis.contradictions))), None)
    if contradiction is not None:
        return f"{_sentence(contradiction.message)} Such an assertion cannot get this answer: is it the one that was sent?"
    if first is not None and result.signature.status == "valid" and result.diagnosis.verified:
        return f"{_sentence(result.diagnosis.verified)}{_stated(result)}"
    if first is not None:
        seen = "Nothing in the assertion explains this answer. " if result.kind is not None else ""
        return f"{seen}{_OFTEN[first.standing]} {first.title}."
    if result.signature.status == "invalid":
        return f"The signature does not verify, and nothing that was examined says why.{_stated(result)}"
    unexamined = result.signature.status == "not-examined"
    if result.kind is None:
        return f"This answer is not in the catalogue: {safe(result.said).rstrip('.')}. There is no assertion to examine."
    tolerated = sum(each.effect == "tolerates" for each in result.findings)
    faults = f" ({tolerated} fault{'s' if tolerated > 1 else ''} this provider lets pass)" if tolerated else ""
    if result.kind == "sketch" and unexamined:
        return f"Nothing in this {result.sketch.noun if result.sketch is not None else 'code'} is known to be refused{faults}; it was read, not run, and the signature shows only in a token."
    if unexamined:
        return f"Nothing here is known to be refused{faults}; whether the signature fits the app's certificate was not examined."
    return f"Nothing to object to{faults}: the claims are good and the signature verifies.{_stated(result)}"


def _stated(result: Result) -> str:
    return f" That of the signature is {TOLD}." if result.signature.stated else ""


def _sentence(text: str) -> str:
    text = text.strip()
    if "." in text.split(" ")[0]:
        return text if text.endswith(".") else f"{text}."
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


class Report(NamedTuple):
    """Everything one call found."""

    results: tuple[Result, ...]
    now: int | None
    tool_version: str

    def to_json(self) -> dict[str, Any]:
        """The document of the contract, version 1."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "tool": {"name": "jwtdoctor", "version": self.tool_version},
            "now": self.now,
            "results": [each.to_json() for each in self.results],
        }

    def exit_code(self, fail_on: str = "error") -> int:
        """0 nothing at or above ``fail_on`` that is not excused; 1 something; 3 nothing was there to diagnose."""
        if not self.results:
            return 3
        if fail_on == "never":
            return 0
        limit = SEVERITIES.index("warning" if fail_on == "warning" else "error")
        for result in self.results:
            if result.kind is None and result.diagnosis.causes:
                return 1
            if any(not each.excused and SEVERITIES.index(each.severity) <= limit for each in result.findings):
                return 1
        return 0


def verdict_of(findings: tuple[Finding, ...], signature: Signature, kind: str | None) -> Verdict:
    """By effect, never by severity: refused, if something found is known to be refused; accepted, if the signature is good
    and nothing found is known to be refused or of unknown effect."""
    if not findings:
        return "accepted" if kind == "assertion" and signature.status == "valid" else "undetermined"
    solid = [each for each in findings if each.confidence != "hint"]
    if any(each.effect == "refuses" for each in solid):
        return "refused"
    if kind != "assertion" or signature.status != "valid" or any(each.effect == "unknown" for each in solid):
        return "undetermined"
    return "accepted"


def finding_json(each: Finding) -> dict[str, Any]:
    """One finding in any of the JSON documents."""
    return {
        "rule": each.rule, "variant": each.variant or None, "severity": each.severity, "effect": each.effect,
        "confidence": each.confidence, "at": str(each.at), "message": each.message, "label": each.label or None,
        "span": None if each.origin is None else each.origin.span._asdict(), "mend": (each.origin and safe(each.origin.mend)) or None,
        "note": each.note or None, "because": each.because or None, "facts": plain_json(dict(each.facts)), "help": each.help,
        "excused": safe(each.excused) or None, "file": (each.origin and safe(each.origin.path)) or None,
    }  # fmt: skip


def repair_json(each: Repair) -> dict[str, Any]:
    """A repair in any of the JSON documents."""
    return {
        "status": each.status,
        "changes": [
            {
                "at": str(change.at), "rule": change.rule or None, "why": safe(change.why, 1000), "needed": change.needed,
                "before": _member(change.before), "after": _member(change.after), "adds": change.before is ABSENT, "removes": change.after is ABSENT,
            }
            for change in each.changes
        ],
        "left": [
            {"rule": left.rule or None, "at": str(left.at), "message": left.message, "needs": left.needs} for left in each.left
        ],
        "header": plain_json(each.header), "claims": plain_json(each.claims),
        "proof": None if each.proof is None else {
            "key": scrub(each.proof.key), "certificate": scrub(each.proof.certificate) or None, "signature": each.proof.signature,
            "verdict": each.proof.verdict, "findings": [finding_json(finding) for finding in each.proof.findings],
        },
    }  # fmt: skip


def _member(value: Any) -> Any:
    return None if value is ABSENT else plain_json(value)


def _request(each: Request) -> dict[str, Any]:
    """What was read around the assertion; never a value that may be secret."""
    return {
        "method": safe(each.method), "url": safe(each.url) or None, "content_type": safe(each.content_type.partition(";")[0]) or None, "body": each.body,
        "grant_type": None if each.grant_type is None else safe(each.grant_type), "authorization": safe(each.authorization) or None,
        "where": safe(each.where) or None, "agent": safe(each.agent) or None,
    }  # fmt: skip


def _cause(each: Cause) -> dict[str, Any]:
    return {
        "cause": each.cause, "title": each.title, "standing": each.standing, "seen": each.seen, "why": safe(each.why, 1000),
        "ask": each.ask or None, "help": each.help, "look": each.look or None,
    }  # fmt: skip
