"""GitHub-flavoured Markdown for a ticket: the answer, the evidence, what to change, the differential.

A ticket is read by people and by programs that make links, mentions and pictures of whatever looks like one, some of them after
the Markdown was rendered, where no backslash helps. So a word stands as it is only when it is made of letters and plain punctuation;
every other one is set as code, in which nothing is a link, a mention or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Finding
from ..report import Report, Result
from ..visible import safe
from . import Look, outline
from .passage import passage
from .prose import pieces
from .remedy import remedy

_WIDTH = 100

_WORD = re.compile(r"[(\"“‘']*[^\W_]+(?:(?:[-/'’][^\W_]+)|[.,](?=[0-9])[0-9]+)*[)\"”’']*[.,:;?!)\"”…]*")
"""A word of plain writing, a number, a fraction; with the punctuation around it."""
_PLAIN_SIGN = re.compile(r"[—–…→=>%±≈≤≥×§+]|§[0-9.]+[,;:)]*|[0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?Z?[.,;:)]*|[a-z]+\(s\)[.,;:)]*")
"""Signs between words, which stand never at the beginning of a line here; a section, a time of day, a plural in doubt."""
_REFERENCE = re.compile(r"[0-9a-f]{7,}|GH-[0-9]+|www.*", re.IGNORECASE)
"""What code hosts make links of: names of commits, numbers of issues."""
_TAIL = re.compile(r"[.,:;?!)\"”]+\Z")
_HEAD = re.compile(r"[(\"“‘]+")


def render(report: Report, look: Look) -> str:
    """A ticket; a heading for each result where there are several."""
    if not report.results:
        return ""
    if len(report.results) == 1:
        return result(report.results[0], look, level=1)
    head = f"# {len(report.results)} results\n\n"
    return head + "\n".join(result(each, look, level=2, number=number) for number, each in enumerate(report.results, 1))


def result(result: Result, look: Look, level: int, number: int = 0) -> str:
    """One result, its headings from ``level`` down."""
    mark = "#" * level
    count = f"{number}. " if number else ""
    parts = [
        f"{mark} {count}{outline.badge(result)}: {words(outline.answer(result))}",
        "\n".join(_circumstances(result)),
    ]
    findings = outline.ordered(result)
    if findings:
        parts.append(f"{mark}# What was found")
        parts += ["\n\n".join(_finding(result, finding, level + 2)) for finding in findings]
    parts += _repair(result, f"{mark}#")
    rest = list(_differential(result))
    if rest:
        parts += [f"{mark}# What else may be behind it", "\n".join(rest)]
    return "\n\n".join(parts) + "\n"


def _circumstances(result: Result) -> Iterator[str]:
    if result.kind is not None:
        yield f"- **Signature:** {words(outline.signature_line(result))}"
    for row in outline.certificates(result, 200):
        yield f"- **Certificate:** {words(row.strip())}"
    yield f"- **Source:** {code(outline.where(result))}, {words(outline.circumstances(result))}"
    told = outline.read_from(result)
    if told:
        yield f"- **Read from:** {words(told)}"


_EFFECTS = {
    "refuses": "this server refuses it",
    "tolerates": "this server lets it pass",
    "unknown": "not known whether this server minds",
}


def _finding(result: Result, finding: Finding, level: int) -> Iterator[str]:
    yield f"{'#' * level} {finding.severity.capitalize()}: {words(finding.message)}"
    yield _evidence(result, finding)
    lines = [f"- **Seen:** {words(finding.label)}"] if finding.label else []
    lines += [f"- **Note:** {words(finding.note)}"] if finding.note else []
    lines += [f"- **To change:** {words(finding.help)}"] if finding.help else []
    lines.append(f"- **Effect:** {_EFFECTS[finding.effect]}")
    lines.append(f"- **Rule:** {code(finding.rule)}, at {code(str(finding.at))}")
    yield "\n".join(lines)


def _evidence(result: Result, finding: Finding) -> str:
    rows = passage(result, finding)
    if rows:
        changed = any(row.sign == "+" for row in rows)
        return fenced([f"{row.sign if changed else ''}{row.text}" for row in rows], "diff" if changed else "")
    shown = outline.excerpt(result, finding, _WIDTH)
    drawn = []
    for index, (_, text) in enumerate(shown.rows):
        drawn.append(text)
        if index == shown.marked:
            drawn.append(f"{' ' * shown.start}{'^' * max(1, shown.length)}")
    return fenced(drawn)


def _repair(result: Result, mark: str) -> list[str]:
    """The changes as a diff, then their reasons, and what follows."""
    shown = remedy(result, _WIDTH) if result.repair is not None else None
    if shown is None:
        return []
    drawn = []
    for part in shown.parts:
        rows = [str(row) for each in part.changes for row in each.rows]
        drawn += [f" {part.title}", *rows] if rows else []
    reasons = [f"- {code(each.at)}: {words(each.why)}" for part in shown.parts for each in part.changes]
    follows = [f"- **{each.label.capitalize()}:** {words(each.text)}" for each in shown.then]
    head = [f"{mark} What to change", f"{words(shown.headline[:1].upper() + shown.headline[1:])}."]
    return [*head, *([fenced(drawn, "diff")] if drawn else []), "\n".join([*reasons, *follows])]


def _differential(result: Result) -> Iterator[str]:
    for entry in outline.differential(result):
        name = f" {code(entry.name)}:" if entry.name else ""
        yield f"- **{entry.label.capitalize()}:**{name} {words(entry.text)}"


# --- a stranger's text -----------------------------------------------------------------------------------------------


def words(text: str) -> str:
    """A sentence in which nothing is markup but the code spans made here."""
    runs: list[tuple[str, bool]] = []
    for piece in pieces(safe(text, 4000)):
        if piece.code:
            _add(runs, piece.text, True)
            continue
        for part in re.split(r"(\s+)", piece.text):
            for bit, is_code in _bits(part):
                _add(runs, bit, is_code)
    return "".join(code(run) if is_code else run for run, is_code in runs)


def _bits(word: str) -> Iterator[tuple[str, bool]]:
    """A word, or white space: plain, or code with the punctuation around it outside."""
    if not word or word.isspace():
        yield " " if word else "", False
        return
    if _is_plain(word):
        yield word, False
        return
    head = "(" if word.startswith("(") else ""
    tail = _TAIL.search(word, len(head) + 1)
    end = tail.start() if tail else len(word)
    if end < len(word) and word[end] == ")" and word.count("(", len(head), end) > word.count(")", len(head), end):
        end += 1
    yield from ((head, False), (word[len(head) : end], True), (word[end:], False))


def _is_plain(word: str) -> bool:
    """Whether no reader of Markdown, and no program behind one, sees more in it than letters and signs."""
    if _WORD.fullmatch(word):
        return _REFERENCE.fullmatch(word.strip("()\"'“”‘’.,:;?!…")) is None
    return _PLAIN_SIGN.fullmatch(word) is not None or _TAIL.fullmatch(word) is not None or _HEAD.fullmatch(word) is not None


def _add(runs: list[tuple[str, bool]], text: str, is_code: bool) -> None:
    """Join words of code to one span: two of them side by side would be read as one of another shape, and are hard to read."""
    if not text:
        return
    if runs and runs[-1][1] == is_code:
        runs[-1] = (runs[-1][0] + text, is_code)
    elif is_code and len(runs) > 1 and runs[-1][0] == " ":
        runs.pop()
        runs[-1] = (f"{runs[-1][0]} {text}", True)
    else:
        runs.append((text, is_code))


def code(text: str) -> str:
    """A code span that ends where ``text`` ends, whatever is in it (CommonMark §6.1)."""
    text = safe(text, 4000).replace("\n", " ")
    if not text.strip():
        return ""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(lines: list[str], language: str = "") -> str:
    """A block of code that ends where ``lines`` end (CommonMark §4.5)."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])
