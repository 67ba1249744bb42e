"""A triage as one page that needs nothing else: no script, nothing loaded, the look of the report's page.

A stranger's text goes through :func:`_text` or :func:`_code` and nowhere else, so that no name is ever markup.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator

from ..triage.summary import Cause, Summary
from ..visible import safe
from . import Look, triage_outline
from .page import page
from .prose import pieces
from .stylesheet import CSS

TABLE = """
.causes{width:100%;border-collapse:collapse;margin-top:1.5rem;font-size:.9375rem;font-variant-numeric:tabular-nums}
.causes th{font-weight:500;color:var(--quiet);text-align:left;font-size:.8125rem}
.causes th,.causes td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.causes .n{text-align:right;white-space:nowrap}
.causes .t{white-space:nowrap;color:var(--quiet)}
.causes meter{display:block;width:100%;height:.75rem;margin-top:.3rem}
.wide{overflow-x:auto}
.token{font-size:.8125rem;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){.causes .t{display:none}}
"""
STYLE = CSS + TABLE
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
_LONGEST = 20_000


def render(summary: Summary, look: Look) -> str:
    """The whole document."""
    return page(
        _escaped(_title(summary)),
        POLICY,
        STYLE,
        (
            *_head(summary),
            "<main>",
            *_table(summary),
            *(line for number, each in enumerate(summary.groups, 1) for line in _article(each, number)),
            *_not_read(summary),
            "</main>",
            *_foot(summary),
        ),
    )


def _escaped(text: str) -> str:
    return html.escape(safe(text, _LONGEST))


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>"


def _text(sentence: str) -> str:
    """A sentence, with what stands between backticks set as code."""
    return "".join(_code(each.text) if each.code else _escaped(each.text) for each in pieces(safe(sentence, _LONGEST)))


def _title(found: Summary) -> str:
    return (
        f"{triage_outline.plural(len(found.groups), 'cause')} behind {triage_outline.plural(found.records, 'record')} · jwtdoctor"
    )


def _head(found: Summary) -> Iterator[str]:
    yield "<header>"
    yield '<p class="brand"><b>jwtdoctor</b> triage</p>'
    told = triage_outline.counted(found) if found.records else "No assertion and no answer was found"
    yield f'<h1 class="answer">{_escaped(told)}</h1>'
    yield '<dl class="facts">'
    yield f"<dt>Read</dt><dd>{_escaped(triage_outline.read(found))}</dd>"
    if found.records:
        yield f"<dt>Time</dt><dd>{_escaped(triage_outline.period(found))}</dd>"
        yield f"<dt>Judged</dt><dd>{_text(triage_outline.clocks(found))}</dd>"
    for remark in triage_outline.remarks(found):
        yield f"<dt>Note</dt><dd>{_text(remark)}</dd>"
    yield "</dl></header>"


def _table(found: Summary) -> Iterator[str]:
    if not found.groups:
        return
    yield '<div class="wide"><table class="causes"><caption hidden>Causes by number of records</caption>'
    yield (
        '<thead><tr><th scope="col" class="n">Records</th><th scope="col" class="n">Share</th><th scope="col">Cause</th>'
        '<th scope="col" class="t">First</th><th scope="col" class="t">Last</th></tr></thead><tbody>'
    )
    most = max(triage_outline.share(cause, found) for cause in found.groups) or 1.0
    for number, cause in enumerate(found.groups, 1):
        share = triage_outline.share(cause, found) / most
        first, last = triage_outline.minute(cause.counted.first), triage_outline.minute(cause.counted.last)
        yield (
            f'<tr><td class="n">{cause.counted.records:,}</td><td class="n">{triage_outline.percent(cause, found)}</td>'
            f'<td><a href="#cause-{number}">{_name(cause)}</a> {_text(cause.title)}'
            f'<meter min="0" max="1" value="{share:.4f}" aria-hidden="true"></meter></td>'
            f'<td class="t">{first}</td><td class="t">{last}</td></tr>'
        )
    yield "</tbody></table></div>"


def _name(cause: Cause) -> str:
    return _code(cause.group.cause) if cause.group.cause else _escaped(triage_outline.VERDICTS[cause.group.verdict])


def _article(cause: Cause, number: int) -> Iterator[str]:
    verdict = next(iter(cause.verdicts), "")
    badge = f'<span class="verdict {verdict}">{verdict.upper()}</span>' if verdict in _BADGES else ""
    yield f'<article id="cause-{number}" aria-labelledby="title-{number}">'
    yield f'{badge}<h2 class="answer" id="title-{number}">{_name(cause)}: {_text(cause.title)}</h2>'
    yield '<dl class="facts">'
    for row in triage_outline.rows(cause):
        if row.code:
            continue
        yield f"<dt>{_escaped(row.label.capitalize())}</dt><dd>{_text(row.text)}</dd>"
    yield "</dl>"
    for row in triage_outline.rows(cause):
        if row.code:
            yield f'<details><summary>The example, redacted</summary><div><pre class="token"><code>{_escaped(row.text)}</code></pre></div></details>'
    yield "</article>"


_BADGES = ("refused", "accepted", "undetermined")


def _not_read(found: Summary) -> Iterator[str]:
    rows = list(triage_outline.skipped(found))
    if not rows:
        return
    yield '<article aria-labelledby="not-read"><h2 class="answer" id="not-read">Not read</h2><dl class="facts">'
    for file, why in rows:
        yield f"<dt>{_code(file)}</dt><dd>{_text(why)}</dd>"
    yield "</dl></article>"


def _foot(found: Summary) -> Iterator[str]:
    yield "<footer><p>"
    yield f"Made by jwtdoctor {_escaped(found.version)}. Signatures, private keys and secrets are left out; examples are redacted."
    yield "This page loads nothing and runs nothing.</p></footer>"
