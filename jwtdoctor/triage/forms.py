"""Is this text a log? Decides whether a small input is read record by record or as one document."""

from __future__ import annotations

import re

from ..intake import stamps

_LOOKED_AT = 40
"""Lines that are looked at."""
_LONGEST = 4096
"""Characters of each."""
_JSON_LINE = re.compile(r"\s*\{.*\}\s*\Z")
_LEVEL = re.compile(r"\W{0,3}(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b")


def is_log(text: str) -> bool:
    """Whether at least a third of the first lines begin as a log's records do; a single line only by its time stamp."""
    begin, records, lines = 0, 0, 0
    while begin < len(text) and lines < _LOOKED_AT:
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        if text[begin : min(end, begin + _LONGEST)].strip():
            lines += 1
            records += _begins_a_record(text, begin, min(end, begin + _LONGEST), alone=begin == 0 and end >= len(text) - 1)
        begin = end + 1
    return lines > 0 and records * 3 >= lines


def _begins_a_record(text: str, begin: int, end: int, *, alone: bool) -> bool:
    line = text[begin:end]
    if line[:1] == "{" and not alone:
        return _JSON_LINE.match(line) is not None
    return stamps.at(text, begin, end) is not None or (not alone and _LEVEL.match(line) is not None)


def is_document(head: str) -> bool:
    """Whether a text that begins like this is one JSON document, which makes sense only as a whole."""
    begin = head.lstrip("\ufeff \t\r\n")
    if begin[:1] not in ("{", "["):
        return False
    first = begin.partition("\n")[0].rstrip()
    return not (len(first) > 1 and _JSON_LINE.match(first[:65536]) and "\n" in begin)
