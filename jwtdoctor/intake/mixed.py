"""Texts of any kind: which reader reads which part, and plain text for what no reader claims. Nested texts come back here.

Prose, then a curl line, then the answer as JSON, then a stack trace is the normal case, so every form is looked for anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import bare, compact, log, replies
from .found import Item, moved
from .paste import Paste
from .view import View, rewritten

DEEPEST = 8
"""Texts within texts."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u0000]|\x1b\\[[0-9;]{0,20}[A-Za-z]")
_MOST_HITS = 20_000
_LONGEST_PREPARED = 1 << 24
"""Characters up to which a text is looked at as a mail or as HTML."""
_DOCUMENTS = frozenset({"har", "postman"})
"""Forms that are whole files; a date in their first line is no time stamp of a record."""
_ENCODINGS = 3
"""Those of a whole text: characters that show as nothing, HTML, quoted-printable."""
_ASKS = (re.compile(r"assertion"), re.compile(r"jwt-bearer"))


_REQUEST = re.compile(r"\s*(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +\S{1,8000} +HTTP/")


_POWERSHELL = ("nvoke-", "NVOKE-", "irm ", "iwr ", "Irm ", "Iwr ", "IRM ", "IWR ")


class Claim(NamedTuple):
    """A part of a text that one reader reads."""

    begin: int
    end: int
    read: Callable[[], list[Item]]


def may_hold(text: str) -> bool:
    """Whether there is anything to look for: a token, an answer, or a request whose assertion is a variable."""
    return (
        any(each.search(text) for each in (compact.START, compact.START_OF_LINES, *replies.NEEDLES, *_ASKS))
        or "ZXlK" in text
        or ("ransfer-" in text and "base64" in text)
    )


def items(text: str, depth: int = 0, undone: frozenset[str] = frozenset()) -> list[Item]:
    """The tokens and answers in a text, in order. ``undone``: the encodings of the whole text that were undone already."""
    if depth > DEEPEST:
        return []
    if len(undone) < _ENCODINGS and (depth == 0 or len(text) < _LONGEST_PREPARED):
        prepared = _prepared(text, depth, undone)
        if prepared is not None:
            return prepared
    if not may_hold(text) and not (depth == 0 and _REQUEST.match(text)):
        return []
    claims = _chosen(_claims(text, depth))
    found: list[Item] = []
    records = log.Records(text)
    done = 0
    for claim in claims:
        found += log.walk(text, done, claim.begin, depth=depth, records=records)
        _append(text, found, _in_record(text, claim, records))
        done = claim.end
    found += log.walk(text, done, depth=depth, records=records)
    found.sort(key=lambda item: item.at)
    return found


def _append(text: str, found: list[Item], more: list[Item]) -> None:
    """Items behind others; an exception line and the JSON that ends it are one answer."""
    if found and more and found[-1].paste is None is more[0].paste and _is_one_line(text, found[-1], more[0]):
        before = found.pop()
        more[0] = before._replace(end=more[0].end, answer=f"{text[before.at : more[0].at]}{more[0].answer}")
    found += more


def _is_one_line(text: str, exception: Item, document: Item) -> bool:
    between = text[exception.end : document.at]
    return not between.strip() and "\n" not in between and not exception.answer.lstrip().startswith(("{", "["))


# --- texts that are rewritten as a whole -----------------------------------------------------------------------------


def _prepared(text: str, depth: int, undone: frozenset[str]) -> list[Item] | None:
    """The items of a text that has to be rewritten before it is read; ``None`` when it has not."""
    if "invisible" not in undone and (not text.isascii() or "\x1b" in text or "\x00" in text) and _INVISIBLE.search(text):
        plain = rewritten(text, _INVISIBLE, lambda _: "")
        return [_told(item, plain, text) for item in items(plain.text, depth + 1, undone | {"invisible"})]
    if len(text) > _LONGEST_PREPARED:
        return None
    found = _as_mail(text, depth, undone) if "mail" not in undone and "=" in text else None
    if found is None and "html" not in undone and ("<" in text or "&" in text):
        found = _as_html(text, depth, undone)
    return found


def _told(item: Item, plain: View, text: str) -> Item:
    """What was taken out of a token is told, escape sequences of a terminal apart."""
    here = moved([item], plain.origin)[0]
    if here.paste is not None and here.paste.request is None and item.paste is not None and item.paste.text:
        written = text[here.at : plain.origin(item.at + len(item.paste.text) - 1)]
        if _INVISIBLE.search(re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", written)):
            return here._replace(paste=here.paste._replace(stripped=("invisible-characters", *here.paste.stripped)))
    return here


def _as_html(text: str, depth: int, undone: frozenset[str]) -> list[Item] | None:
    from . import html

    shown = None if text.lstrip()[:1] in ("{", "[") and _is_json(text) else html.view(text)
    if shown is None:
        return None
    document = html.DOCUMENT.match(text) is not None
    found = []
    for item in items(shown.text, depth + 1, undone | {"html"}):
        touched = document or shown.touches(*_lines_of(shown.text, item))
        found += moved([item], shown.origin, "html" if touched else "")
    return found


def _lines_of(text: str, item: Item) -> tuple[int, int]:
    """The lines in which an item stands."""
    earliest = max(0, item.at - 4096)
    begin = text.rfind("\n", earliest, item.at) + 1 or earliest
    latest = min(len(text), item.end + 4096)
    end = text.find("\n", max(item.at, item.end - 1), latest)
    return begin, latest if end < 0 else end


def _is_json(text: str) -> bool:
    return replies.decoded(text, len(text) - len(text.lstrip()), len(text))[1] > 0


def _as_mail(text: str, depth: int, undone: frozenset[str]) -> list[Item] | None:
    from . import mail

    plain = mail.view(text)
    if plain is None:
        return None
    return moved(items(plain.text, depth + 1, undone | {"mail"}), plain.origin, "mail")


# --- parts that are read by one reader -------------------------------------------------------------------------------


def _claims(text: str, depth: int) -> Iterator[Claim]:
    """What each reader claims, the surest first."""
    from . import curl, form, http, powershell

    if "curl" in text or "wget" in text or "http " in text or "https " in text:
        yield from _of(curl.spans(text), curl.items, text, depth)
    if any(word in text for word in _POWERSHELL) and powershell.COMMAND.search(text):
        yield from _of(powershell.spans(text), powershell.items, text, depth)
    if " HTTP/" in text or "HTTP/" in text:
        first = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        for message in http.messages(text):
            whole = depth == 0 and message.at == first
            yield Claim(message.at, message.end, lambda message=message, whole=whole: http.items(text, message, tolerant=whole))  # type: ignore[misc]
    yield from _mail_claims(text, depth)
    yield from _packed_claims(text)
    yield from _json_claims(text, depth)
    if "ssertion" in text or "oken" in text or "jwt" in text:
        yield from _of(form.spans(text), form.items, text, depth)


def _of(
    spans: Iterator[tuple[int, int]], read: Callable[[str, int, int, int], list[Item]], text: str, depth: int
) -> Iterator[Claim]:
    for begin, end in spans:
        yield Claim(begin, end, lambda begin=begin, end=end: read(text, begin, end, depth))  # type: ignore[misc]


def _mail_claims(text: str, depth: int) -> Iterator[Claim]:
    from . import mail

    if "ransfer-" in text or "RANSFER-" in text:
        for begin, end, plain in mail.parts(text):
            yield Claim(begin, end, lambda begin=begin, end=end, plain=plain: _decoded_part(begin, end, plain, depth))  # type: ignore[misc]
    if ">" in text:
        for begin, end, view in mail.replies(text):
            if may_hold(view.text):
                yield Claim(begin, end, lambda begin=begin, view=view: _reply(begin, view, depth))  # type: ignore[misc]


def _packed_claims(text: str) -> Iterator[Claim]:
    """Tokens that are in base64 as a whole, as the values of a secret store are."""
    if "ZXlK" not in text:
        return
    for count, match in enumerate(_PACKED.finditer(text)):
        if count >= _MOST_HITS:
            break
        token = bare.inside_base64(match[0])
        if token:
            yield Claim(match.start(), match.end(), lambda match=match, token=token: [_packed(text, match, token)])  # type: ignore[misc]


def _packed(text: str, match: re.Match[str], token: str) -> Item:
    from . import settings

    form = settings.form_at(text, match.start(), match.end()) or "text"
    return Item(match.start(), match.end(), Paste(token, form))


def _decoded_part(begin: int, end: int, plain: str, depth: int) -> list[Item]:
    return [
        item._replace(at=begin, end=end, record=-1, paste=item.paste._replace(form="mail") if item.paste is not None else None)
        for item in items(plain, depth + 1)
    ]


def _reply(begin: int, view: View, depth: int) -> list[Item]:
    return moved(items(view.text, depth + 1), lambda offset: begin + view.origin(offset), "mail")


def _json_claims(text: str, depth: int) -> Iterator[Claim]:
    if "{" not in text and "[" not in text:
        return
    from . import jsontext

    for begin, end, document in jsontext.spans(text, _hits(text)):
        yield Claim(
            begin,
            end,
            lambda begin=begin, end=end, document=document: jsontext.of_document(document, text, begin, end, depth),  # type: ignore[misc]
        )


def _hits(text: str) -> list[int]:
    """Offsets at which something of a token, an answer or a request stands, in order."""
    hits: list[int] = []
    for pattern in (compact.START, compact.START_OF_LINES, *replies.NEEDLES, *_ASKS, _WRAPPED):
        for count, match in enumerate(pattern.finditer(text)):
            if count >= _MOST_HITS:
                break
            hits.append(match.start())
    return sorted(hits)


_WRAPPED = re.compile(r"ZXlK")
_PACKED = re.compile(r"(?<![A-Za-z0-9+/_-])ZXlK[A-Za-z0-9+/_-]{60,65536}={0,2}(?![A-Za-z0-9+/_.=-])")


def _chosen(claims: Iterator[Claim]) -> list[Claim]:
    """Claims that do not overlap: the one that begins first, of those the one that was made first."""
    chosen: list[Claim] = []
    done = 0
    for claim in sorted(claims, key=lambda claim: claim.begin):
        if claim.begin >= done and claim.end > claim.begin:
            chosen.append(claim)
            done = claim.end
    return chosen


def _in_record(text: str, claim: Claim, records: log.Records) -> list[Item]:
    """The items of a claim; what stands in the line of a log's record takes its form and its time."""
    found = claim.read()
    if not found:
        # What the reader makes nothing of is plain text after all.
        return list(log.walk(text, claim.begin, claim.end, records=records))
    found = [
        item._replace(group=claim.begin) if item.paste is not None and item.paste.request is not None else item for item in found
    ]
    if any(item.paste is not None and item.paste.form in _DOCUMENTS for item in found):
        return found
    return log.in_record(text, claim.begin, found, records)


def finished(text: str, found: list[Item]) -> list[Item]:
    """The items with the answers that belong to the tokens, and without answers and requests that stand alone."""
    tokens = [item for item in found if item.paste is not None and item.paste.text]
    empty = [item for item in found if item.paste is not None and not item.paste.text]
    if tokens:
        found = [item for item in found if item not in empty]
    if len(tokens) == 1 and len(empty) == 1 and tokens[0].paste is not None and tokens[0].paste.request is None:
        found = [_with_request(item, empty[0]) if item is tokens[0] else item for item in found]
    bound = list(log.bound(text, found))
    tokens = [item for item in bound if item.paste is not None]
    said = [item for item in bound if item.paste is None]
    if (
        len(tokens) == 1
        and said
        and tokens[0].paste is not None
        and not tokens[0].paste.answer
        and len({item.answer for item in said}) == 1
    ):
        asked, answered = log.id_of(text, tokens[0]), log.id_of(text, said[0])
        if not asked or not answered or asked == answered:
            tokens = [tokens[0]._replace(paste=tokens[0].paste._replace(answer=said[0].answer))]
    return tokens


def _with_request(item: Item, empty: Item) -> Item:
    """The one token of a text, put where the one request of the text has a variable or a file."""
    if item.paste is None or empty.paste is None or empty.paste.request is None or not empty.paste.request.where:
        return item
    return item._replace(paste=item.paste._replace(request=empty.paste.request))


def pastes(text: str, most: int) -> list[Paste]:
    """Everything to diagnose in a text, with line and column."""
    found = finished(text, items(text))[:most]
    line, counted, line_start = 1, 0, 0
    placed: list[Paste] = []
    for item in found:
        if item.paste is None:
            continue
        at = max(counted, min(item.at, len(text)))
        line += text.count("\n", counted, at)
        line_start = text.rfind("\n", counted, at) + 1 or line_start
        counted = at
        placed.append(item.paste._replace(line=line, column=at - line_start + 1))
    return placed
