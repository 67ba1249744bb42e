"""Where each character of a token stands in the text it was read from, whatever it was wrapped in.

Lines may be broken, with or without signs around the break; single characters may be escaped for URLs, JSON, HTML or mail (RFC 3986,
RFC 8259, RFC 2045); tags and other strangers may stand between.
"""

from __future__ import annotations

import re

Spans = list[tuple[int, int]]

_ESCAPE = re.compile(
    r"%(?:25)*(?P<percent>[0-9A-Fa-f]{2})|=(?P<mail>[0-9A-F]{2})|&(?:amp;)*#(?P<decimal>\d{1,7});|&(?:amp;)*#[xX](?P<hexadecimal>[0-9A-Fa-f]{1,6});"
    r"|\\{1,8}(?:u00|x)(?P<backslash>[0-9A-Fa-f]{2})|\\{1,8}(?P<plain>[/+=._-])|&(?P<name>period|lowbar|equals|plus|sol|hyphen|dash);"
)
_NAMED = {"period": ".", "lowbar": "_", "equals": "=", "plus": "+", "sol": "/", "hyphen": "-", "dash": "-"}
_SKIPPED = re.compile(
    r"=\r?\n|(?:\\{1,8}[nrt])+|[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\0]+|<[^<>]{0,200}>|[\\^`\"'>|&,;]+"
)
FARTHEST = 400
"""Characters between two of a token that are passed over when nothing else explains them."""
_ANCHOR = 8
"""Characters that must fit again behind a gap."""
_NEARBY = 4096


def align(text: str, at: int, token: str) -> Spans | None:
    """Start and end of every character of ``token`` in ``text``, looked for at the offset ``at`` and then around; ``None`` if it is not there."""
    for start in _starts(text, at, token):
        found = _from(text, start, token)
        if found is not None:
            return found
    return None


def _starts(text: str, at: int, token: str) -> list[int]:
    """Offsets where it may begin, the likely ones first."""
    begin = token[:6]
    found = [at]
    for low, high in ((at, at + _NEARBY), (max(0, at - _NEARBY), at), (0, len(text))):
        place = text.find(begin, low, high)
        while place >= 0 and len(found) < _MOST_STARTS:
            found.append(place)
            place = text.find(begin, place + 1, high)
    return list(dict.fromkeys(found))


_MOST_STARTS = 64


def _from(text: str, start: int, token: str) -> Spans | None:
    spans: Spans = []
    at = start
    for index, letter in enumerate(token):
        end = _end(text, at, letter)
        if not end:
            at = _behind_gap(text, at, token, index)
            end = _end(text, at, letter) if at >= 0 else 0
            if not end or (index == 0 and at > start + FARTHEST):
                return None
        spans.append((at, end))
        at = end
    return spans


def _end(text: str, at: int, letter: str) -> int:
    """Where ``letter`` ends if it stands at ``at``, as itself or escaped; 0 if it does not."""
    here = text[at : at + 1]
    if here in _SIGNS and (match := _ESCAPE.match(text, at)) is not None and _meant(match) == letter:
        return match.end()
    if here == letter or (letter == "+" and here == " "):
        return at + 1
    if letter == "%" and (match := _PERCENT.match(text, at)) is not None:
        return match.end()
    return 0


_SIGNS = frozenset("%=&\\")
_PERCENT = re.compile(r"%(?:25)+")


def _meant(match: re.Match[str]) -> str:
    if match["name"] is not None:
        return _NAMED[match["name"]]
    if match["plain"] is not None:
        return match["plain"]
    if match["decimal"] is not None:
        number = int(match["decimal"])
    else:
        number = int(match["percent"] or match["mail"] or match["hexadecimal"] or match["backslash"], 16)
    return chr(number) if number < 128 else ""


def _behind_gap(text: str, at: int, token: str, index: int) -> int:
    """Where the token goes on behind something that is no part of it; -1 where it does not."""
    place = at
    while (match := _SKIPPED.match(text, place)) is not None:
        place = match.end()
        if _goes_on(text, place, token, index):
            return place
    wanted = token[index]
    for place in range(at, min(at + FARTHEST, len(text))):
        if text[place] == wanted and _goes_on(text, place, token, index):
            return place
    return -1


def _goes_on(text: str, at: int, token: str, index: int) -> bool:
    if not _end(text, at, token[index]):
        return False
    for letter in token[index : index + _ANCHOR]:
        end = _end(text, at, letter)
        while not end and (skipped := _SKIPPED.match(text, at)) is not None:
            at = skipped.end()
            end = _end(text, at, letter)
        if not end:
            return False
        at = end
    return True
