"""What in a text is a secret or says who somebody is, told by its shape alone: where it stands, and what stands there instead."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from .alike import Alike
from .edits import Edits

_RUN = r"A-Za-z0-9+/"
_SPACE = r"(?:\s|%20|\+|\\n|_)"
_SECRETS = (
    r"client_secret|clientSecret|consumer_secret|consumerSecret|access_token|refresh_token|private_key|password|passwd|api_key|apiKey|"
    r"session_id|sessionId|sid|signature|security_token"
)
_PERSONS = (
    r"client_id|clientId|consumer_key|consumerKey|username|user_name|userName|preferred_username|user_id|userId|org_id|orgId|organization_id|"
    r"organizationId|login_hint|email"
)
_ESCAPED = re.compile(r"\\[nrtu]|%[0-9A-Fa-f]{2}|[A-Za-z-]{4,30}: [^\n\\]{0,80}|[A-Za-z0-9]+")

_PRIVATE_KEY = re.compile(
    rf"(?i:-----BEGIN|---- BEGIN)[^\n]{{0,60}}?(?i:PRIVATE{_SPACE}{{1,3}}KEY)[^\n-]{{0,20}}-----(?P<body>.*?)(?:(?i:-----END)|\Z)",
    re.DOTALL,
)
_PUTTY = re.compile(r"PuTTY-User-Key-File(?P<body>.*)", re.DOTALL)
_PEM_IN_BASE64 = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]{40,}(?:\s+[A-Za-z0-9+/=_-]{16,})*")
_DER = re.compile(
    rf"(?<![{_RUN}])M(?:C4CAQ|HcCAQ|IG[A-Z]AgEA|II[A-Za-z0-9]{{2}})[{_RUN}=]{{20,}}(?:(?:\s|\\n|\\r)+[{_RUN}=]{{24,}})*"
    rf"(?:(?:\s|\\n|\\r)+[{_RUN}]{{1,80}}={{1,2}})?"
)
_JWK_MEMBER = re.compile(r"""["'\\]{1,6}(?:d|p|q|dp|dq|qi|k)["'\\]{1,6}\s*:\s*["'\\]{1,6}(?P<value>[^"'\\]{8,})""")
_NAMED_SECRET = re.compile(
    rf"""(?i)(?:["'\\]{{1,6}}(?:{_SECRETS})["'\\]{{1,6}}\s*:\s*["'\\]{{1,6}}(?P<quoted>[^"'\\]{{4,}})|(?:\b|_)(?:{_SECRETS})\s?[=:]\s?(?P<value>[^&\s"'<>(){{}};,]{{6,}})(?=[&\s"']|\Z))"""
)
_NAMED_PERSON = re.compile(
    rf"""["'\\]{{1,6}}(?:{_PERSONS})["'\\]{{1,6}}\s*:\s*["'\\]{{1,6}}(?P<quoted>[^"'\\]{{3,}})|(?<=[&?\s])(?:client_id|username|login_hint)=(?P<value>[^&\s"'<>(){{}};,]{{4,}})(?=[&\s"']|\Z)"""
)
_TEMPLATE = re.compile(r"[$%]\{|\{\{|<[A-Za-z]|process\.env|%s")
_SESSION = re.compile(r"(?<![A-Za-z0-9])00D[A-Za-z0-9]{12,15}(?:!|%21)[A-Za-z0-9._%]{8,}")
_KNOWN_TOKEN = re.compile(
    r"(?P<begins>5Aep861|ya29\.|gh[pousr]_|github_pat_|1//|gAAAA|MDAx|v[1-4]\.(?:public|local)\.|xox[abprs]-|glpat-|SSWS 00)(?P<value>[A-Za-z0-9._=/-]{16,})"
)
_BASIC = re.compile(r"(?i)\bBasic +(?P<value>[A-Za-z0-9+/]{8,}={0,2})")
_USER_INFO = re.compile(r"://(?P<value>[^/\s:@\"']{1,200}:[^/\s@\"']{1,200})@")
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._+-])[A-Za-z0-9\u00c0-\u024f](?:[\w.+'-]|%2[Bb]){0,120}(?:@|%40|\\{1,4}u0040|&#64;)[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
)
_FROM_FILE = re.compile(r"(?:client_)?(?:assertion|token|jwt|data)@")
_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_RECORD = re.compile(
    r"(?<![A-Za-z0-9])(?=[a-zA-Z]*[0-9])(?:0[0-9A-Za-z]{2}|a[0-9][0-9A-Za-z]|[58]00|888)[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?(?![A-Za-z0-9])"
)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{16,}|[0-9A-F]{16,})(?![0-9A-Za-z])")
_XML = re.compile(r"<(?:\w{1,20}:)?(?:NameID|AttributeValue|Issuer|Audience)\b[^<>]{0,400}>(?P<value>[^<>]{3,400})<")
_HOME = re.compile(r"(?i)(?:/home/|/Users/|\\Users\\{1,2})(?P<value>[^/\\\s\"':;<>|]{2,64})")
_URL_HOST = re.compile(
    r"(?i)(?:https?://|^host\s*:\s*|[\"']host[\"']\s*:\s*[\"'])(?P<host>[a-z0-9](?:[a-z0-9-]{0,62}\.){1,8}[a-z0-9-]{1,62})",
    re.MULTILINE,
)
_ANY_HOST = re.compile(r"(?i)(?<![A-Za-z0-9.@-])[a-z0-9](?:[a-z0-9-]{0,62}\.){2,8}[a-z]{2,24}(?![A-Za-z0-9-])")
_OPAQUE = re.compile(rf"(?<![{_RUN}_-])[{_RUN}_-]{{16,}}={{0,2}}")
_ALNUM = re.compile(r"[A-Za-z0-9]+")
_MOST_STEPS = 0.38
"""Share of neighbours of different kinds (capital, small letter, digit) from which a run is no word made of words."""


class Prose:
    """Looks through texts for all of this."""

    def __init__(self, alike: Alike, keep: frozenset[str], hosts: bool) -> None:
        self._alike = alike
        self.keep = keep
        self._hosts = hosts
        begins = "|".join(re.escape(each) for each in alike.vocabulary.prefixes if len(each) > 4)
        self._prefixed = re.compile(rf"(?<![A-Za-z0-9])(?:{begins})[A-Za-z0-9._]{{8,}}") if begins else None

    def mark(self, edits: Edits) -> None:
        """Replace in ``edits`` everything found in its text."""
        for start, end, instead in self._found(edits.text):
            if edits.text[start:end] not in self.keep:
                edits.add(start, end, instead)

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        yield from self._keys(text)
        value = self._alike.value
        yield from _groups(_JWK_MEMBER, text, ("value",), value)
        yield from _groups(_SESSION, text, (), value)
        yield from _groups(_NAMED_SECRET, text, ("quoted", "value"), self._secret)
        yield from _groups(_KNOWN_TOKEN, text, ("value",), value)
        yield from _groups(_BASIC, text, ("value",), self._opaque)
        yield from _groups(_USER_INFO, text, ("value",), value)
        yield from _groups(_MAIL, text, (), self._mail)
        yield from _groups(_NAMED_PERSON, text, ("quoted", "value"), self._person)
        if self._prefixed is not None:
            yield from _groups(self._prefixed, text, (), value)
        for pattern in (_UUID, _RECORD, _HEX):
            yield from (
                (start, end, new) for start, end, new in _groups(pattern, text, (), value) if not text[start:end].isdecimal()
            )
        yield from _groups(_XML, text, ("value",), self._person)
        yield from _groups(_HOME, text, ("value",), value)
        if self._hosts:
            yield from _groups(_URL_HOST, text, ("host",), self._alike.host)
            yield from _groups(_ANY_HOST, text, (), self._known_host)
        for match in _OPAQUE.finditer(text):
            if is_opaque(match[0]):
                yield match.start(), match.end(), self._opaque(match[0])

    def _mail(self, address: str) -> str:
        """The address's look-alike. What a command reads from a file (``assertion@file``) is written alike and is none."""
        return address if _FROM_FILE.match(address) else self._alike.value(address)

    def _known_host(self, name: str) -> str:
        known = any(pattern.fullmatch(name.lower()) for pattern in self._alike.vocabulary.own_hosts)
        return self._alike.host(name) if known else name

    def _keys(self, text: str) -> Iterator[tuple[int, int, str]]:
        if "PRIVATE" in text.upper():
            yield from _groups(_PRIVATE_KEY, text, ("body",), lambda body: _ESCAPED.sub(_blank, body))
        if "PuTTY" in text:
            yield from _groups(_PUTTY, text, ("body",), lambda body: _ESCAPED.sub(_blank, body))
        for pattern, kept in ((_PEM_IN_BASE64, 60), (_DER, 12)):
            for match in pattern.finditer(text):
                start = match.start() + kept
                yield start, match.end(), re.sub(r"\\[nr]|[A-Za-z0-9+/_-]", _blank, text[start : match.end()])

    def _secret(self, value: str) -> str:
        return value if _TEMPLATE.search(value) else self._alike.value(value)

    def _person(self, value: str) -> str:
        if _TEMPLATE.search(value) or value in self.keep or "://" in value:
            return value
        return self._alike.value(value)

    def _opaque(self, run: str) -> str:
        """A run of base64: of a text in it that text's look-alike, else that of the run."""
        plain = of_base64(run)
        if plain is None or not plain.isascii() or not plain.isprintable():
            return self._alike.value(run)
        return to_base64(self._alike.value(plain).encode("ascii"), run)


def _groups(
    pattern: re.Pattern[str], text: str, names: tuple[str, ...], instead: Callable[[str], str]
) -> Iterator[tuple[int, int, str]]:
    """Each match, or its first group of these names that took part, with what goes there."""
    for match in pattern.finditer(text):
        name: str | int = next((each for each in names if match[each] is not None), 0)
        start, end = match.span(name)
        yield start, end, instead(match[name])


def _blank(match: re.Match[str]) -> str:
    """What cannot be a key any more; line breaks, escapes and named fields stay."""
    found = match[0]
    return found if found[0] in "\\%" or ": " in found else "A" * len(found)


def is_opaque(run: str, least: int = 12) -> bool:
    """Whether a run of letters and digits is no word and no path: it changes too often between kinds of letters."""
    if not any(map(str.isdigit, run)) or run.isdecimal() or not any(map(str.isalpha, run)):
        return False
    words = _ALNUM.findall(run)
    longest = max(map(len, words), default=0)
    if longest < least and len(run) < 40:
        return False
    steps = sum(_kind(a) != _kind(b) for word in words for a, b in pairwise(word))
    pairs = sum(len(word) - 1 for word in words)
    return pairs > 0 and steps / pairs >= _MOST_STEPS


def _kind(letter: str) -> int:
    return 0 if letter.isdigit() else 1 if letter.isupper() else 2


def of_base64(run: str) -> str | None:
    """The text in a run of base64 of either alphabet; ``None`` where there is none."""
    plain = run.translate(_TO_STANDARD).rstrip("=")
    if len(plain) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(plain.encode("ascii") + b"==="[: -len(plain) & 3]).decode("utf-8")
    except (ValueError, binascii.Error):
        return None


def to_base64(data: bytes, like: str) -> str:
    """Base64 in the alphabet, and with the padding, of another run."""
    url_safe = "-" in like or "_" in like
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(data).decode("ascii")
    return text if like.endswith("=") or len(like) % 4 == 0 else text.rstrip("=")


_TO_STANDARD = str.maketrans("-_", "+/")
