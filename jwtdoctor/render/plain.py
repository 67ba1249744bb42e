"""No colour, no frame, no drawing: for pipes, logs and screen readers. Every line says by itself what it is."""

from __future__ import annotations

from collections.abc import Callable

from ..report import Report, Result
from ..visible import safe
from . import Look, outline


def render(report: Report, look: Look) -> str:
    """Paragraphs of labelled lines."""
    return "\n".join(_result(each, look.width) for each in report.results)


def _result(result: Result, width: int) -> str:
    lines: list[str] = []

    def say(label: str, text: str) -> None:
        if text:
            lines.extend(outline.wrapped(f"{label}: {text}", width, subsequent_indent="  ", break_long_words=False))

    say(outline.badge(result), outline.answer(result))
    if result.kind is not None:
        say("Signature", outline.signature_line(result))
    for row in outline.certificates(result, width - len("Certificate: ")):
        if row.startswith(("SHA-256", " ")):
            lines.append(f"Certificate: {row}")
        else:
            say("Certificate", row)
    say("Source", f"{outline.where(result)}, {outline.circumstances(result)}")
    say("Read from", outline.read_from(result))
    for finding in outline.ordered(result):
        lines.append("")
        say(f"{finding.severity.capitalize()} {finding.rule}", finding.message)
        shown = outline.excerpt(result, finding, 10_000)
        number, text = shown.rows[shown.marked]
        if finding.origin is None:
            say("At", f"{shown.title}{f', line {number}' if number else ''}: {text}" if shown.rows else shown.title)
        else:
            say("At", f"{shown.title}, {outline.place(result, finding)}: {text.strip()}")
            if finding.origin.expression:
                say("Expression", safe(" ".join(finding.origin.expression.split()), 120))
            lines.extend(f"Mend: {row.sign} {row.text.strip()}" for row in outline.mended(result, finding))
        say("Seen", finding.label)
        say("Note", finding.note)
        say("Help", finding.help)
        say("Effect", _EFFECTS[finding.effect])
    _repair(result, width, lines, say)
    entries = list(outline.differential(result))
    if entries:
        lines.append("")
    for entry in entries:
        say(entry.label.capitalize(), f"{entry.name}: {entry.text}" if entry.name else entry.text)
    return "\n".join(lines) + "\n"


def _repair(result: Result, width: int, lines: list[str], say: Callable[[str, str], None]) -> None:
    """The change of header, claims and request, each row with its sign, and the reason after it."""
    if result.repair is None:
        return
    from .remedy import remedy

    shown = remedy(result, width - len("Payload: - "))
    if shown is None:
        return
    lines.append("")
    say("Repair", shown.headline)
    for part in shown.parts:
        for change in part.changes:
            lines.extend(f"{part.title.capitalize()}: {row}" for row in change.rows)
            say("Because" if change.rows else part.title.capitalize(), change.why)
    for entry in shown.then:
        say(entry.label.capitalize(), entry.text)


_EFFECTS = {
    "refuses": "this server refuses it",
    "tolerates": "this server lets it pass",
    "unknown": "not known whether this server minds",
}
