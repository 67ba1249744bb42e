"""What a report says to a person, in order, free of any look: the answer first, then the evidence, then the differential."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..decode import Lexeme
from ..diagnosis import Cause
from ..model import Finding
from ..moments import utc
from ..report import Result, summary
from ..statement import TOLD
from ..visible import safe
from .passage import Row, passage


class Excerpt(NamedTuple):
    """A piece of the material with a span to underline: rows of (number, text), the marked row, start and length."""

    title: str
    rows: tuple[tuple[int | None, str], ...]
    marked: int
    start: int
    length: int


class Entry(NamedTuple):
    """One line of the differential: what it is, a name, what there is to say."""

    label: str
    name: str
    text: str


_VERDICTS = {"refused": "REFUSED", "accepted": "ACCEPTABLE", "undetermined": "UNDETERMINED"}


_DIGEST = re.compile(r"(?:[0-9A-F]{2}:){19,}[0-9A-F]{2}")
_LONG_URL = re.compile(r"(https?://[^/\s]{16,})(/[^\s]{8,})")
_SEAM = " \0"


def wrapped(text: str, width: int, **how: Any) -> list[str]:
    """``text`` in rows of ``width``; a long digest is broken between two bytes, a long URL before its path, where it must be at all."""
    seamed = _DIGEST.sub(lambda match: f"{match[0][:48]}{_SEAM}{match[0][48:]}", text)
    seamed = _LONG_URL.sub(rf"\1{_SEAM}\2", seamed)
    rows = textwrap.wrap(seamed, width, break_on_hyphens=False, **how)
    return [re.sub(r"\A( *)\0", r"\1", row).replace(_SEAM, "").replace("\0", "") for row in rows]


def badge(result: Result) -> str:
    """The verdict on the assertion in a word; without an assertion there is only what is likely."""
    if result.kind is not None:
        return _VERDICTS[result.verdict]
    return "LIKELY" if result.diagnosis.causes else "UNKNOWN"


def answer(result: Result) -> str:
    """The one sentence."""
    return summary(result)


def circumstances(result: Result) -> str:
    """Under which rules, as of when, and what was taken off the paste."""
    parts = [f"rules of {result.profile.title or result.profile.name} ({result.profile.why})"]
    if result.judged_at is not None:
        whose = _CLOCKS[result.judged_by]
        parts.append(f"judged as of {utc(result.judged_at)} ({whose})")
    if result.source.stripped:
        told = ", ".join(_STRIPPED.get(each, each) for each in result.source.stripped)
        parts.append(f"taken off before reading, which a server does not do: {told}")
    if result.redacted:
        parts.append(REDACTED)
    return "; ".join(parts)


REDACTED = "redacted: identifiers are look-alikes, signatures and secrets are taken out"
_CLOCKS = {
    "now": "now",
    "date": "the answer's Date",
    "log": "the time in the log",
    "log-utc": "the time in the log, taken for UTC",
}
_FORMS = {
    "curl": "a curl line", "powershell": "a PowerShell command", "http": "an HTTP request", "form": "a form body",
    "json": "JSON", "har": "a HAR file", "postman": "a Postman export", "env": "an .env file", "yaml": "YAML", "properties": "a properties file",
    "log": "a log", "apex-log": "an Apex debug log", "mail": "a mail", "html": "HTML",
}  # fmt: skip
_LANGUAGES = {
    "apex": "Apex", "javascript": "JavaScript", "typescript": "TypeScript", "python": "Python", "java": "Java", "csharp": "C#", "php": "PHP",
    "go": "Go", "ruby": "Ruby", "external-credential": "External Credential", "named-credential": "Named Credential", "toml": "TOML",
}  # fmt: skip


def read_from(result: Result) -> str:
    """From which form of text it was read, and what was taken from around it; empty for a token by itself."""
    form = _FORMS.get(result.source.form, "")
    if result.sketch is not None:
        language = _LANGUAGES.get(result.sketch.language, result.sketch.language)
        form = f"source ({language}), not from a token: this is what the {result.sketch.noun} would sign now"
    taken = []
    request = result.request
    if request is not None:
        taken = [
            ("endpoint", request.url),
            ("grant type", request.grant_type),
            ("content type", request.content_type.partition(";")[0]),
        ]
        taken.append(("Authorization", request.authorization and f"{request.authorization} …"))
    if result.answer_from == "text":
        taken.append(("answer", result.said))
    told = ", ".join(f"{what} {safe(value, 120)}" for what, value in taken if value)
    if not told:
        return form
    return f"{form}{'; ' if result.sketch is not None else ': '}{told}" if form else f"the text around it: {told}"


_STRIPPED = {
    "adjoining-text": "the text around the token",
    "invisible-characters": "invisible characters",
    "header-name": "the name of the header",
    "bearer": "the word Bearer",
    "field-name": "the name of the field",
    "line-breaks": "line breaks",
    "bytes-literal": "Python's b'…'",
    "trailing-punctuation": "punctuation at the end",
    "base64": "a second base64 encoding",
    "percent-encoding": "a second url encoding",
    "unescaped-plus": "spaces that were `+`",
    "ellipsis": "the dots of a shortened text",
}


def where(result: Result) -> str:
    """Name, line and column of the paste."""
    source = result.source
    environment = f" ({safe(result.environment, 64)})" if result.environment else ""
    if source.form in ("answer", "project"):
        return f"{safe(source.name, 120)}{environment}"
    return f"{safe(source.name, 60)}:{source.line}:{source.column}{environment}"


def place(result: Result, finding: Finding) -> str:
    """Name, line and column of what a finding points at: of source code its own, of a token the token's."""
    if finding.origin is None:
        return where(result)
    span = finding.origin.span
    return f"{safe(finding.origin.path, 120) or safe(result.source.name, 60)}:{span.line}:{span.column}"


def ordered(result: Result) -> list[Finding]:
    """:func:`all_ordered` without those that are excused, which :func:`excused` counts."""
    return [each for each in all_ordered(result) if not each.excused]


def all_ordered(result: Result) -> list[Finding]:
    """Findings as a person wants them: causes in their rank, then the rest by severity; without mere consequences."""
    rank = {cause.cause: index for index, cause in enumerate(result.diagnosis.causes)}
    weight = {"error": 0, "warning": 1, "info": 2}
    told = [each for each in result.findings if not any(map(each.speaks_for, result.diagnosis.consequences))]
    return sorted(told, key=lambda f: (min(rank.get(name, 999) for name in f.remains or (f.rule,)), weight[f.severity]))


def excused(result: Result) -> str:
    """How many findings are excused, which and why; empty where none is."""
    if not any(each.excused for each in result.findings):
        return ""
    from ..suppression import listed

    return listed(result.findings)


def excerpt(result: Result, finding: Finding, width: int) -> Excerpt:
    """The decoded member a finding points at, with the one before it; of source code the lines the value comes from.

    Symbolic places become columns only here.
    """
    if finding.origin is not None and (written := passage(result, finding)):
        return _code(finding, written, width)
    exhibit, path = finding.at
    if exhibit in ("header", "payload") and path:
        members = dict(result.header if exhibit == "header" else result.claims)
        return _member(exhibit, path, members, width)
    text = _MATERIAL.get(exhibit, exhibit)
    if exhibit == "signature":
        text = "header.claims.signature"
        return Excerpt("signature (third segment)", ((None, text),), 0, 14, 9)
    if exhibit in ("endpoint", "request", "certificate"):
        shown = _shown(result, finding)
        return Excerpt(str(finding.at), ((None, shown),), 0, 0, len(shown))
    return Excerpt(str(finding.at), ((None, text),), 0, 0, len(text))


def _code(finding: Finding, written: list[Row], width: int) -> Excerpt:
    """The code as it stands, with the expression marked; a long line is cut before it."""
    rows = [row for row in written if row.sign != "+"]
    cut = _left_out(rows, width)
    shown = [(row.number, f"{'…' if cut else ''}{row.text[cut:]}") for row in rows]
    before = len(rows[0].before) - cut + (1 if cut else 0)
    fits = [(number, text if len(text) <= width else f"{text[: width - 1]}…") for number, text in shown]
    length = max(1, min(len(rows[0].marked), len(fits[0][1]) - before))
    return Excerpt(str(finding.at), tuple(fits), 0, before, length)


def _left_out(rows: list[Row], width: int) -> int:
    """How many characters to leave out at the left, so that the expression is seen."""
    first = rows[0]
    over = len(first.before) + min(len(first.marked), width // 2) - width + 8
    return max(0, min(over, len(first.before))) if over > 0 else 0


def fitted(row: Row, room: int) -> str:
    """A line of a diff in ``room`` columns, without its indentation; what is marked stays in view."""
    text = row.text.strip()
    if len(text) <= room:
        return text
    before, rest = row.before.lstrip(), f"{row.marked}{row.after}".rstrip()
    kept = max(room // 3, room - len(row.marked) - 2)
    if len(before) > kept:
        before = f"…{before[len(before) - kept + 1 :]}"
    text = f"{before}{rest}"
    return text if len(text) <= room else f"{text[: room - 1]}…"


def mended(result: Result, finding: Finding) -> list[Row]:
    """The change that mends the code, as the lines of a diff; empty where nobody can tell, or where no code was read."""
    if finding.origin is None or not finding.origin.mend:
        return []
    return [row for row in passage(result, finding) if row.sign in "+-"]


_MATERIAL = {"token": "the pasted text", "header": "the first segment", "payload": "the second segment"}


def _shown(result: Result, finding: Finding) -> str:
    facts = finding.facts
    for name in ("url", "value", "certificate", "where", "host"):
        if facts.get(name):
            return safe(facts[name], 70)
    return str(finding.at)


def _member(exhibit: str, path: str, members: dict[str, object], width: int) -> Excerpt:
    title = f"{exhibit}.{path}"
    names = list(members)
    if path not in names:
        number = len(names) + 2
        rows: list[tuple[int | None, str]] = [(number - 1, _row(names[-1], members[names[-1]], width, False)[0])] if names else []
        return Excerpt(title, (*rows, (number, "}")), len(rows), 0, 1)
    index = names.index(path)
    rows = [(index + 1, _row(names[index - 1], members[names[index - 1]], width, True)[0])] if index else []
    text, start, length = _row(path, members[path], width, index + 1 < len(names))
    return Excerpt(title, (*rows, (index + 2, text)), len(rows), start, length)


def _row(name: str, value: object, width: int, comma: bool) -> tuple[str, int, int]:
    """``"name": value,`` shortened to ``width``, with the value's start and length."""
    key = f'"{safe(name, 30)}": '
    written = json_text(value)
    room = max(12, width - len(key) - 2)
    if len(written) > room:
        written = f"{written[: room - 1]}…"
    return f"{key}{written}{',' if comma else ''}", len(key), len(written)


def json_text(value: object) -> str:
    """A claim's value as it stands in the token, ASCII only and without secrets."""
    import json

    from ..visible import plain_json

    lexeme = getattr(value, "lexeme", None)
    if isinstance(lexeme, str):
        return safe(lexeme)
    if isinstance(value, Lexeme):
        return safe(str(value))
    return json.dumps(plain_json(value), ensure_ascii=True)


def differential(result: Result) -> Iterator[Entry]:
    """Server said, meaning, likely, cannot see, ruled out, also found, not examined."""
    diagnosis = result.diagnosis
    if diagnosis.symptom is not None:
        yield Entry(
            "client said" if diagnosis.stage == "client" else "server said", "", safe(result.said, 160) or diagnosis.shows
        )
        yield Entry("meaning", "", diagnosis.meaning)
    elif not result.answer_known:
        yield Entry("server said", "", f"{safe(result.said)} (not in the catalogue; ranked as if nothing had been said)")
    likely = [cause for cause in diagnosis.causes if cause.seen and cause.cause not in diagnosis.consequences]
    for cause in likely:
        yield Entry(_label(result, cause), cause.cause, _likely_text(result, cause))
    if diagnosis.contradictions:
        told = ", ".join(diagnosis.contradictions)
        sent = "was another value in the code that ran?" if result.sketch is not None else "was another assertion sent?"
        yield Entry("contradicts", "", f"{told}: the server refuses this before it can give such an answer; {sent}")
    if diagnosis.consequences:
        yield Entry("follows", "", f"{', '.join(diagnosis.consequences)} (only consequences of the above)")
    yield from _cannot_see(diagnosis.causes, _FEW if likely else _MANY)
    if diagnosis.ruled_out and diagnosis.symptom is not None:
        yield Entry("ruled out", "", ", ".join(diagnosis.ruled_out))
    if told := excused(result):
        yield Entry("excused", "", told)
    if diagnosis.also_found:
        note = "worth fixing, does not explain this answer" if diagnosis.symptom else "let pass by this provider, or only a hint"
        yield Entry("also found", "", f"{', '.join(diagnosis.also_found)} ({note})")
    if result.kind is not None:
        yield from _not_examined(result)
    for broken in result.broke:
        yield Entry("broke", broken.rule, f"{broken.error} (a fault of jwtdoctor; the other rules were not affected)")


_FEW, _MANY = 2, 4
"""Unseen causes told at length: beside a likely one, and without any."""


def _cannot_see(causes: tuple[Cause, ...], told: int) -> Iterator[Entry]:
    unseen = [cause for cause in causes if not cause.seen and cause.standing != "doubtful"]
    for cause in unseen[:told]:
        yield Entry("cannot see", cause.cause, _unseen_text(cause))
    if unseen[told:]:
        names = ", ".join(cause.cause for cause in unseen[told:])
        yield Entry("less likely", "", f"{names} (jwtdoctor explain NAME)")


def _label(result: Result, cause: Cause) -> str:
    if any(len(f.remains) > 1 and f.speaks_for(cause.cause) for f in result.findings):
        return "one of"
    return "doubtful" if cause.standing == "doubtful" else "likely"


_FEW_RULES = 4


def _likely_text(result: Result, cause: Cause) -> str:
    told = next((f.message for f in result.findings if f.speaks_for(cause.cause)), "")
    why = cause.why.removeprefix(told).lstrip("; ")
    return why or cause.title


def _unseen_text(cause: Cause) -> str:
    look = f" Look: {cause.look}." if cause.look else ""
    title = f"{cause.title[:1].upper()}{cause.title[1:]}"
    ask = f"{cause.ask[:1].upper()}{cause.ask[1:]}{'' if cause.ask.endswith(('?', '.')) else '.'}"
    return f"{title}. {ask}{look}" if cause.ask else f"{title}."


_REQUEST = "request"
"""What code need not show, and a reader of its report should know of."""


def _not_examined(result: Result) -> Iterator[Entry]:
    """Grouped by what is missing; what no option can supply is left to the JSON."""
    groups: dict[str, list[str]] = {}
    missing: dict[str, str] = {}
    is_code = result.sketch is not None and result.sketch.noun == "code"
    told = {cause.cause for cause in result.diagnosis.causes}
    for rule, skipped in result.diagnosis.not_examined:
        if rule in told:
            continue
        groups.setdefault(skipped.because, []).append(rule)
        missing[skipped.because] = skipped.needs
    for because, rules in groups.items():
        if "--" in because or "Date" in because or (is_code and missing[because] == _REQUEST):
            names = rules if len(rules) <= _FEW_RULES + 1 else [*rules[:_FEW_RULES], f"{len(rules) - _FEW_RULES} more"]
            yield Entry("not examined", "", f"{', '.join(names)}: {because}")


def signature_line(result: Result) -> str:
    """The verdict on the signature, apart from the claims."""
    if result.signature.stated and result.signature.status == "not-examined":
        return "not examined, and taken out when this was redacted"
    return f"{_signature(result)}{f' ({TOLD})' if result.signature.stated else ''}"


def _signature(result: Result) -> str:
    signature = result.signature
    if signature.status == "valid":
        but = (
            f", not with {safe(signature.expected)}, which was given first: which of them is on the app?"
            if signature.expected
            else ""
        )
        return f"verifies with {safe(signature.certificate)}{but}"
    if signature.status == "invalid":
        why = signature.reason or " or ".join(signature.remains)
        whose = f"; it is the key of {safe(signature.signer)} that signed" if signature.signer else ""
        return f"does not verify{f' ({why})' if why else ''}{whose}"
    if result.sketch is not None:
        return "none to examine: the code was read, not run; paste a token that it made, with --cert FILE"
    return "not examined: give the certificate uploaded to the app with --cert FILE"


def _colons(digest: str) -> str:
    return ":".join(digest[i : i + 2] for i in range(0, min(len(digest), 64), 2)).upper()


def certificates(result: Result, width: int) -> Iterator[str]:
    """Rows per certificate given: type, size and validity; the fingerprint, broken between bytes where it must be."""
    for each in result.certificates:
        dates = f", valid {utc(each.not_before)[:10]} to {utc(each.not_after)[:10]}" if each.not_after is not None else ""
        size = f", {each.der_size} bytes" if each.der_size else ""
        yield f"{safe(each.name)}: {each.kind.replace('-', ' ')}, {each.type} {each.size}{dates}{size}"
        digest = _colons(each.sha256 or each.spki_sha256)
        what = "SHA-256 " if each.sha256 else "SHA-256 of the public key "
        room = max(24, (width - len(what)) // 3 * 3)
        for start in range(0, len(digest), room):
            yield (what if not start else " " * len(what)) + digest[start : start + room]
