"""Make a stranger's text fit to be shown: no control character, no secret, no end of it.

Every claim, header, answer and file name that reaches an output passes through here.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

LONGEST = 200
"""Characters of one value in a message."""
LONGEST_IN_JSON = 4096
"""Characters of one string in the JSON report."""

_PLAIN = re.compile(r"[ -~]*\Z")
_WORDS = r"client_secret|clientSecret|consumer_secret|consumerSecret|access_token|refresh_token|private_key|password|passwd|api_key|sid|session_id|signature"
_IN_CODE = r"(?:client|consumer)_?secret|access_?token|refresh_?token|password|passwd|pwd|pw|api_?key"
"""Variables and members whose value, a text in quotation marks, is a secret in any language. A private key's name may be its file's."""
_SPACE = r"(?:\s|%20|\+|\\n|_)"
_REMOVALS: tuple[tuple[str, str], ...] = (
    (
        rf"(?i:-----BEGIN|---- BEGIN).{{0,60}}?(?i:PRIVATE{_SPACE}{{1,3}}KEY).*?(?:(?i:-----END).{{0,80}}?-----|\Z)",
        "[private key removed]",
    ),
    (r"PuTTY-User-Key-File.*", "[private key removed]"),
    (r"LS0tLS1CRUdJTi[A-Za-z0-9+/=_\s-]{40,}", "[key removed]"),
    # DER of private keys: PKCS#8 and SEC1 of elliptic curves, and whatever of RSA's length begins a SEQUENCE.
    (r"(?<![A-Za-z0-9+/])M(?:C4CAQ|HcCAQ|IG[A-Z]AgEA|II[A-Za-z0-9]{2})[A-Za-z0-9+/=\s]{40,}", "[key removed]"),
    (rf"""((?<!["'\\])(?:["'\\]+)(?:d|p|q|dp|dq|qi|k|{_WORDS})["'\\]+\s*:\s*["'\\]+)[^"'\\]{{8,}}""", r"\1[removed]"),
    (rf"""(?i)((?:\b|_)(?:{_IN_CODE})\s{{0,8}}(?::=|=>|[:=])\s{{0,8}}(["']))(?:(?!\2)[^\\\n]|\\.){{6,}}(?=\2)""", r"\1[removed]"),
    (rf"(?i)((?:\b|_)(?:{_WORDS}))=[^&\s\"']{{6,}}", r"\1=[removed]"),
    (r"(00D[A-Za-z0-9]{12,15}(?:!|%21))[A-Za-z0-9._%]{8,}", r"\1[removed]"),
    (r"(5Aep861|ya29\.|gh[pousr]_|github_pat_)[A-Za-z0-9._-]{16,}", r"\1[removed]"),
    (r"(?i)\b(Basic) +[A-Za-z0-9+/=]{8,}", r"\1 [removed]"),
    (r"://[^/\s:@]{0,200}:[^/\s@]{1,200}@", "://[removed]@"),
    (
        r"(?<![0-9A-Fa-f])(?:[0-9A-F]{4}(?=[0-9A-F]{60}(?![0-9A-Fa-f]))[0-9A-F]{60}|[0-9a-f]{64}(?![0-9A-Fa-f]))",
        "[secret removed]",
    ),
    (r"(?:(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{60,80}(?:\s|\\n)+){2,}[A-Za-z0-9+/=_-]*", "[base64 removed]"),
    (r"(?<![A-Za-z0-9_+/=-])([A-Za-z0-9_+/=-]{12})[A-Za-z0-9_+/=-]{138,}", r"\1...[removed]"),
)
"""No id is as long as a signature: RSA-1024 makes 171 characters, RSA-2048 342; so a run of 150 goes whatever it is."""
_SUSPECT = re.compile(
    r"(?i:private|putty|secret|token|signature|passw|pwd?\b|api_?key|sid|basic |LS0tLS1C|----)|"
    r"e[yw][A-Za-z0-9_-]{8}|00D[A-Za-z0-9]{12}|5Aep|ya29|gh[pousr]_|[0-9A-Fa-f]{64}|[A-Za-z0-9+/_=-]{60}|M(?:C4C|HcC|IG|II)|://[^/]*@|"
    r"[\"'](?:d|p|q|dp|dq|qi|k)[\"'\\]"
)
_SEGMENT_END = re.compile(r"(?:e[yw]|IHs|Intc|W3s)[A-Za-z0-9_-]{6,}\Z")
_SEGMENT = re.compile(r"[A-Za-z0-9_-]*\Z")
_SIGNATURE = re.compile(r"\s*[A-Za-z0-9_+/=-]+(?:\s+[A-Za-z0-9_+/=-]{16,})*")
_DOT = re.compile(r"(\.|%2[Ee])")
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_SECRET_MEMBERS = frozenset(_WORDS.split("|"))


@functools.cache
def _removals() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.DOTALL), instead) for pattern, instead in _REMOVALS)


def scrub(text: str) -> str:
    """``text`` without private keys, signatures of nested tokens, session ids, secrets and passwords."""
    if len(text) < 16:
        return text
    return _scrub_short(text) if len(text) < 512 else _scrub(text)


def _scrub(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    text = _without_signatures(text)
    for pattern, instead in _removals():
        text = pattern.sub(instead, text)
    return text


@functools.lru_cache(maxsize=1024)
def _scrub_short(text: str) -> str:
    return _scrub(text)


def _without_signatures(text: str) -> str:
    """Cut what follows the second dot of anything that looks like a token; linear, wherever the token begins."""
    parts = _DOT.split(text)
    for index in range(0, len(parts) - 4, 2):
        if _SEGMENT_END.search(parts[index][-4096:]) and _SEGMENT.match(parts[index + 2]):
            parts[index + 4] = _SIGNATURE.sub("[signature removed]", parts[index + 4], count=1)
    return "".join(parts)


def safe(value: object, longest: int = LONGEST) -> str:
    """One line of printable text: secrets cut, control and invisible characters written as ``\\u{…}``, long text shortened."""
    text = value if isinstance(value, str) else str(value)
    # Cut before scrubbing, so that the cost is bounded, and far enough that what is cut in two lies beyond what is shown.
    text = scrub(text[: longest + 8192])
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return text if _PLAIN.match(text) else "".join(map(_visible, text))


_BLANK = frozenset("\u3164\u115f\u1160\uffa0\u2800\U0001d159")
"""Letters and symbols that show as nothing."""


def _visible(character: str) -> str:
    if (
        character not in _BLANK
        and character.isprintable()
        and unicodedata.category(character)
        not in (
            "Cf",
            "Zl",
            "Zp",
            "Co",
            "Cn",
            "Cs",
            "Mn",
            "Me",
        )
    ):
        return character
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\u{{{ord(character):x}}}")


def _text(value: str) -> str:
    if len(value) <= LONGEST_IN_JSON:
        return scrub(value)
    return f"{scrub(value[: LONGEST_IN_JSON + 8192])[:LONGEST_IN_JSON]}… ({len(value)} characters)"


def plain_json(value: Any, depth: int = 0) -> Any:
    """``value`` as data that any JSON reader takes, scrubbed; numbers no type holds stay text."""
    kind = type(value)
    if kind is str:
        return value if len(value) < 20 else _text(value)
    if value is None or kind is int or kind is bool:
        return value
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if depth > 70:
        return "…"
    if isinstance(value, dict):
        if not _SECRET_MEMBERS.isdisjoint(value) or (
            ("kty" in value or "crv" in value) and not _PRIVATE_MEMBERS.isdisjoint(value)
        ):
            secret = _SECRET_MEMBERS | _PRIVATE_MEMBERS if "kty" in value or "crv" in value else _SECRET_MEMBERS
            value = {name: "[removed]" if name in secret else each for name, each in value.items()}
        return {_text(str(name)): plain_json(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        if any(isinstance(each, str) and "PRIVATE KEY" in each for each in value):
            return ["[private key removed]"]
        return [plain_json(each, depth + 1) for each in value]
    return str(value)
