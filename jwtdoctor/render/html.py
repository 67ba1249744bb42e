"""One page that needs nothing else: no script, nothing loaded, its own style by digest in its Content-Security-Policy.

A stranger's text goes through :func:`_text` or :func:`_code` and nowhere else, so that no claim is ever markup.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..model import Finding
from ..moments import utc
from ..report import Report, Result
from ..visible import plain_json, safe
from . import Look, outline
from .page import page
from .passage import Row, passage
from .prose import pieces
from .remedy import Row as Changed
from .remedy import remedy
from .stylesheet import CSS

_DIGEST = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
_WIDTH = 160
_LONGEST = 4000


def render(report: Report, look: Look) -> str:
    """The whole document."""
    return page(
        _escaped(_title(report)),
        POLICY,
        CSS,
        (
            *_head(report),
            "<main>",
            *(line for number, each in enumerate(report.results, 1) for line in _article(each, number, len(report.results) > 1)),
            "</main>",
            *_foot(report),
        ),
    )


# --- a stranger's text -----------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return html.escape(safe(text, _LONGEST))


def _code(text: str) -> str:
    """Code in a sentence. A short word with hyphens, such as an option, is not broken at them."""
    words = safe(text, _LONGEST).split(" ")
    return f"<code>{' '.join(map(_kept, words))}</code>"


def _kept(word: str) -> str:
    return f"<span>{html.escape(word)}</span>" if "-" in word and len(word) < _SHORT else html.escape(word)


_SHORT = 30


def _text(sentence: str) -> str:
    """A sentence, with what stands between backticks set as code."""
    return "".join(_code(each.text) if each.code else _escaped(each.text) for each in pieces(safe(sentence, _LONGEST)))


def _upper(sentence: str) -> str:
    """With a capital, unless the first word is a name."""
    return sentence if "-" in sentence.split(" ")[0] else f"{sentence[:1].upper()}{sentence[1:]}"


# --- the page --------------------------------------------------------------------------------------------------------


def _title(report: Report) -> str:
    if not report.results:
        return "Nothing to diagnose · jwtdoctor"
    first = report.results[0]
    if len(report.results) > 1:
        return f"{len(report.results)} results · jwtdoctor"
    return f"{outline.badge(first)}: {outline.answer(first).replace('`', '')} · jwtdoctor"


def _head(report: Report) -> Iterator[str]:
    """Whose page it is and, of several results, a list of them. A single result brings its own headline."""
    count = len(report.results)
    moment = f" · {utc(report.now)}" if report.now is not None else ""
    yield "<header>"
    yield f'<p class="brand"><b>jwtdoctor</b>{_escaped(moment)}</p>'
    if not count:
        yield '<h1 class="answer">Nothing to diagnose</h1>'
        yield "<p>There was no assertion in the input, and no error text that is known.</p>"
    if count > 1:
        yield f'<h1 class="answer">{count} results</h1>'
        yield '<nav aria-label="Results"><ol class="all">'
        for number, each in enumerate(report.results, 1):
            yield f'<li><span>{_verdict(each)}</span><span><a href="#result-{number}">{_text(outline.answer(each))}</a>'
            yield f'<span class="where">{_escaped(outline.where(each))}</span></span></li>'
        yield "</ol></nav>"
    yield "</header>"


def _foot(report: Report) -> Iterator[str]:
    yield "<footer><p>"
    yield f"Made by jwtdoctor {_escaped(report.tool_version)}. Signatures, private keys and secrets are left out."
    yield "This page loads nothing and runs nothing.</p></footer>"


def _verdict(result: Result) -> str:
    return f'<span class="verdict {result.verdict}">{outline.badge(result)}</span>'


def _article(result: Result, number: int, among: bool) -> Iterator[str]:
    """One result; ``among`` others its headings stand one level lower."""
    top = 2 if among else 1
    yield f'<article id="result-{number}" aria-labelledby="answer-{number}">'
    yield f'{_verdict(result)}<h{top} class="answer" id="answer-{number}">{_text(outline.answer(result))}</h{top}>'
    yield from _facts(_circumstances(result))
    findings = outline.ordered(result)
    if findings:
        yield _part("What was found", top + 1)
        for finding in findings:
            yield from _finding(result, finding, top + 2)
    yield from _repair(result, top + 1)
    entries = list(outline.differential(result))
    yield from _behind(result, entries, top + 1)
    yield from _beside(entries)
    yield from _token(result)
    yield "</article>"


def _facts(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    told = [f"<dt>{_escaped(_upper(name))}</dt><dd>{value}</dd>" for name, value in rows if value]
    if told:
        yield '<dl class="facts">'
        yield from told
        yield "</dl>"


def _circumstances(result: Result) -> Iterator[tuple[str, str]]:
    for entry in outline.differential(result):
        if entry.label in (*_SAID, "excused"):
            yield entry.label, _text(entry.text)
    if result.kind is not None:
        yield "signature", _text(outline.signature_line(result))
    rows = [_digest(row) if row.startswith("SHA-256") else _text(row) for row in outline.certificates(result, 200)]
    yield "certificate", "<br>".join(rows)
    yield "source", f"{_code(outline.where(result))}, {_text(outline.circumstances(result))}"
    yield "read from", _text(outline.read_from(result))


def _digest(row: str) -> str:
    what, _, digits = row.rpartition(" ")
    return f"{_escaped(what)} <code>{_escaped(digits).replace(':', ':<wbr>')}</code>"


_SAID = ("server said", "client said", "meaning")
_BEHIND = ("likely", "one of", "doubtful", "contradicts", "follows", "cannot see", "less likely", "broke")
_EFFECTS = {
    "refuses": "this server refuses it",
    "tolerates": "this server lets it pass",
    "unknown": "not known whether this server minds",
}


def _finding(result: Result, finding: Finding, level: int) -> Iterator[str]:
    yield f'<section class="finding {finding.severity}">'
    told = f"{_code(finding.rule)} at {_code(str(finding.at))}; {_EFFECTS[finding.effect]}"
    yield f'<p class="kicker"><b>{finding.severity}</b> {told}</p>'
    yield f'<h{level} class="fault">{_text(_upper(finding.message))}</h{level}>'
    yield from _evidence(result, finding)
    if finding.note:
        yield f'<p><span class="label">Note.</span> {_text(_upper(finding.note))}</p>'
    if finding.help:
        yield f'<p class="change"><span class="label">To change.</span> {_text(_upper(finding.help))}</p>'
    yield "</section>"


def _evidence(result: Result, finding: Finding) -> Iterator[str]:
    rows = passage(result, finding)
    shown = [] if rows else _excerpt(result, finding)
    if not rows and not finding.at.path and finding.at.exhibit in _WHOLES:
        # "The second segment", underlined from end to end, shows nobody anything.
        if finding.label:
            yield f'<p class="seen">{_text(_upper(finding.label))}</p>'
        return
    yield "<figure><pre><code>" + "".join([*map(_row, rows), *shown]) + "</code></pre>"
    if finding.label:
        yield f"<figcaption>{_text(_upper(finding.label))}</figcaption>"
    yield "</figure>"


_WHOLES = ("token", "header", "payload")


def _row(row: Row) -> str:
    """A line of source code; signs and numbers of lines stand in the margin."""
    tag = {"-": "del", "+": "ins"}.get(row.sign, "span")
    marked = f"<mark>{_escaped(row.marked)}</mark>" if row.marked else ""
    sign = "" if tag == "span" else row.sign
    return f'<{tag} class="row" data-n="{sign or row.number}">{_escaped(row.before)}{marked}{_escaped(row.after)}\n</{tag}>'


def _excerpt(result: Result, finding: Finding) -> list[str]:
    """The decoded member, with its value marked."""
    shown = outline.excerpt(result, finding, _WIDTH)
    lines = []
    for index, (number, text) in enumerate(shown.rows):
        start, end = (shown.start, shown.start + shown.length) if index == shown.marked else (0, 0)
        middle = f"<mark>{html.escape(text[start:end])}</mark>" if end else ""
        margin = f' class="row" data-n="{number}"' if number else ""
        lines.append(f"<span{margin}>{html.escape(text[:start])}{middle}{html.escape(text[end:])}\n</span>")
    return lines


def _repair(result: Result, level: int) -> Iterator[str]:
    """The changes as a diff, the reason under each, and what follows from them."""
    shown = remedy(result, _WIDTH) if result.repair is not None else None
    if shown is None:
        return
    yield _part("What to change", level)
    yield f'<p class="lead">{_text(_upper(shown.headline))}.</p>'
    for part in shown.parts:
        yield f'<p class="part">{_escaped(_upper(part.title))}</p>'
        for change in part.changes:
            yield "<figure>"
            if change.rows:
                yield f"<pre><code>{''.join(map(_changed, change.rows))}</code></pre>"
            yield f"<figcaption>{_text(_upper(change.why))}</figcaption></figure>"
    yield from _facts((entry.label, _text(_upper(entry.text))) for entry in shown.then)


def _changed(row: Changed) -> str:
    tag = {"-": "del", "+": "ins"}[row.sign]
    note = f'<span class="note">  {_escaped(row.note)}</span>' if row.note else ""
    return f'<{tag} class="row" data-n="{row.sign}">{_escaped(row.text)}{note}\n</{tag}>'


def _part(title: str, level: int) -> str:
    return f'<h{level} class="title">{title}</h{level}>'


def _behind(result: Result, entries: list[outline.Entry], level: int) -> Iterator[str]:
    """What may be behind the answer. Without an answer the findings have said already what is likely."""
    told = [each for each in entries if each.label in _BEHIND]
    if result.diagnosis.symptom is None and result.kind is not None:
        told = [each for each in told if each.label != "likely"]
    if not told:
        return
    yield _part("What may be behind it", level)
    yield '<ul class="list">'
    for entry in told:
        name = f" {_code(entry.name)}<br>" if entry.name else " "
        yield f"<li><b>{_escaped(_upper(entry.label))}:</b>{name}{_sentences(entry.text)}</li>"
    yield "</ul>"


def _sentences(text: str) -> str:
    """The text, with the place to look set off."""
    said, look, where = text.partition(" Look: ")
    return f"{_text(_upper(said))}{f' <span class=look>Look: {_text(where)}</span>' if look else ''}"


def _beside(entries: list[outline.Entry]) -> Iterator[str]:
    """What was found beside it, ruled out, or could not be examined: folded."""
    rows = [(each.label, _text(each.text)) for each in entries if each.label not in (*_SAID, *_BEHIND, "excused")]
    if rows:
        yield "<details><summary>What else was looked at</summary><div>"
        yield from _facts(rows)
        yield "</div></details>"


def _token(result: Result) -> Iterator[str]:
    """Header and claims as they were decoded, or as the code would sign them; folded."""
    if not result.header and not result.claims:
        return
    what = "What the code would sign" if result.sketch is not None else "The token, decoded"
    yield f"<details><summary>{what}</summary><div>"
    for name, members in (("Header", result.header), ("Claims", result.claims)):
        yield f'<p class="part">{name}</p><pre><code>{_json(members)}</code></pre>'
    yield "</div></details>"


_MOST_LINES = 200


def _json(members: Any) -> str:
    lines = json.dumps(plain_json(dict(members)), ensure_ascii=False, indent=2).split("\n")
    shown = [_escaped(line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"… {len(lines) - _MOST_LINES} more lines")
    return "\n".join(shown)
