"""Make a stranger's text fit to be shown: no control character, no secret, no end of it.

Every claim, header, answer and file name that reaches an output passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

LONGEST = 200
"""Characters of one value in a message."""
LONGEST_IN_JSON = 4096
"""Characters of one string in the JSON report."""

_PLAIN = re.compile(r"[ -~]*\Z")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN[^-]{0,40}PRIVATE KEY-----.*?(?:-----END[^-]{0,40}PRIVATE KEY-----|\Z)|LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]{40,}",
    re.DOTALL,
)
_COMPACT = re.compile(r"((?<![A-Za-z0-9_-])e[yw][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)\.[A-Za-z0-9_+/-]+={0,2}")
_ACCESS_TOKEN = re.compile(r"\b(00D[A-Za-z0-9]{12,15}!)[A-Za-z0-9._]{16,}")
_SECRET = re.compile(r"(?<![0-9A-Fa-f:])[0-9A-F]{64}(?![0-9A-Fa-f])")
_PRIVATE_MEMBER = re.compile(
    r"""(["'](?:d|p|q|dp|dq|qi|k|private_key|client_secret|access_token|refresh_token)["']\s*:\s*["'])[^"']{16,}"""
)
_LONG_RUN = re.compile(r"(?<![A-Za-z0-9_+/=-])([A-Za-z0-9_+/=-]{12})[A-Za-z0-9_+/=-]{138,}")
"""No id is as long as a signature: RSA-1024 makes 171 characters, RSA-2048 342."""
_SUSPECT = re.compile(
    r"PRIVATE KEY|LS0tLS1CRUdJTi|(?<![A-Za-z0-9_-])e[yw][A-Za-z0-9_-]{8,}\.|00D[A-Za-z0-9]{12,15}!|[0-9A-F]{64}|"
    r"(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+/=-]{150}|[\"'](?:d|p|q|dp|dq|qi|k|private_key|client_secret|access_token|refresh_token)[\"']"
)
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


def scrub(text: str) -> str:
    """``text`` without private keys, signatures of nested tokens, session ids and consumer secrets."""
    if len(text) < 20 or not _SUSPECT.search(text):
        return text
    text = _PRIVATE_KEY.sub("[private key removed]", text)
    text = _COMPACT.sub(r"\1.[signature removed]", text)
    text = _PRIVATE_MEMBER.sub(r"\1[removed]", text)
    text = _LONG_RUN.sub(lambda m: f"{m[1]}...[{len(m[0]) - 12} characters removed]", text)
    text = _ACCESS_TOKEN.sub(r"\1[removed]", text)
    return _SECRET.sub(lambda m: f"{m[0][:4]}...[secret removed]", text)


def safe(value: object, longest: int = LONGEST) -> str:
    """One line of printable text: secrets cut, control and invisible characters written as ``\\u{…}``, long text shortened."""
    text = value if isinstance(value, str) else str(value)
    # Cut before scrubbing, so that the cost is bounded, and far enough that what is cut in two lies beyond what is shown.
    text = scrub(text[: longest + 8192])
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return text if _PLAIN.match(text) else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable() and unicodedata.category(character) not in (
        "Cf",
        "Zl",
        "Zp",
        "Co",
        "Cn",
        "Cs",
        "Mn",
        "Me",
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
        if "kty" in value and not _PRIVATE_MEMBERS.isdisjoint(value):
            value = {name: "[removed]" if name in _PRIVATE_MEMBERS else each for name, each in value.items()}
        return {_text(str(name)): plain_json(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(each, depth + 1) for each in value]
    return str(value)
