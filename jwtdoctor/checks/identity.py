"""Checks of iss and sub: could this be the app's id, could this be the user's name? RFC 7523 §3 (1), (2)."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from ..case import Case
from ..model import Skipped
from .audience import audience_host, endpoint_host
from .registry import NOTHING, Outcome, check, one

_PLACEHOLDER = re.compile(
    r"<[^<>]*>\Z|\{\{.*\}\}\Z|\$\{?[A-Za-z_][\w.]*\}?\Z|%[A-Za-z_]\w*%\Z|\[[^\[\]]+\]\Z|process\.env\.\w+\Z|"
    r"(?:x{3,}|\.{3,}|…|\*{3,}|-+|n/?a|none|null|nil|undefined|todo|tbd|changeme|change[_-]me|foo|bar|string|example)\Z|"
    r"(?:your|insert|replace|enter|put)[\s_-].*\Z|my_\w+\Z|"
    r"(?:your|my)?[\s_-]?(?:consumer|client|app|connected[\s_-]?app)[\s_-]?(?:key|id|identifier)(?:[\s_-]?here)?\Z|"
    r"(?:your|my)?[\s_-]?(?:salesforce[\s_-]?)?(?:user[\s_-]?name|user|e?mail)(?:[\s_-]?here)?\Z|"
    r".*\b(?:goes|key|name)[\s_-]here\b.*\Z|.*@(?:example\.(?:com|org|net)|domain\.com|email\.com)\Z",
    re.IGNORECASE,
)
LONGEST = 512
"""Characters of a claim that are looked at: ids have 256 at most, user names 80. Bounds the expressions and the caches."""
_SHORTEST_LIKELY = 20
"""Generated keys have about 85 characters; tools that choose their own make long ones too."""
_RECORD_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?\Z")


class ClaimParams(NamedTuple):
    """``claim``: iss or sub."""

    claim: str


@functools.lru_cache(maxsize=512)
def _is_placeholder(value: str) -> bool:
    """``value`` is at most :data:`LONGEST` characters long, so the expressions have little to try."""
    return not value.strip() or bool(_PLACEHOLDER.match(value.strip()))


_SAMPLE_ADDRESS = re.compile(r"(?:user|username|name|you|my|your|john|jane|someone|first\.?last|email)[\w.+-]*@", re.IGNORECASE)


@check(
    "claim-placeholder",
    params=ClaimParams,
    facts="claim value",
    variants="template empty",
    needs="claims",
    reads="iss sub",
)
def claim_placeholder(case: Case, params: ClaimParams) -> Outcome:
    """A sample value was never replaced, or there is nothing between the quotes."""
    value = case.claims.get(params.claim)
    if not isinstance(value, str) or not _is_placeholder(value[:LONGEST]):
        return NOTHING
    trimmed = value.strip()
    # Scratch orgs name their users test-…@example.com: the sample domain alone proves nothing.
    if "@" in trimmed and not re.fullmatch(_SAMPLE_ADDRESS.pattern + r"\S+", trimmed, re.IGNORECASE):
        return NOTHING
    if re.match(r"test-[a-z0-9]{8,}@example\.com\Z", trimmed):
        return NOTHING
    return one("payload", params.claim, "template" if trimmed else "empty", claim=params.claim, value=value)


@check(
    "issuer-shape",
    facts="value problem length",
    variants="impossible white-space record-id username url not-text short cut-off unusual",
    needs="claims",
    settings="issuer",
    reads="iss",
)
def issuer_shape(case: Case, params: object) -> Outcome:
    """iss does not look like an id this provider gives to apps."""
    value = case.claims.get("iss")
    if value is None:
        return NOTHING
    if not isinstance(value, str):
        return one("payload", "iss", "not-text", value=str(value), problem="", length=0)
    if _is_placeholder(value[:LONGEST]):
        return NOTHING
    variant = _issuer_variant(value, case.setting("issuer"))
    if not variant:
        return NOTHING
    return one("payload", "iss", variant, value=value, problem=_stranger(value), length=len(value))


@functools.lru_cache(maxsize=256)
def _issuer_text(value: str, usual: str, begins: str, records: str, possible: str, secret: str) -> str:
    if re.fullmatch(usual, value) or re.fullmatch(secret, value):
        return ""
    if value != value.strip() or re.search(r"\s", value):
        return "white-space"
    if re.match(r"https?://", value):
        return "url"
    if "@" in value:
        return "username"
    if re.fullmatch(records, value):
        return "record-id"
    if not re.fullmatch(possible, value):
        return "impossible"
    if value.startswith(begins):
        return "cut-off"
    return "short" if len(value) < _SHORTEST_LIKELY else "unusual"


def _issuer_variant(value: str, settings: dict[str, str]) -> str:
    names = ("usual", "begins", "records", "possible", "secret")
    return _issuer_text(value[:LONGEST], *(settings[name] for name in names))


def _stranger(value: str) -> str:
    found = re.search(r"[^A-Za-z0-9._=+/-]", value)
    return f"the character {found[0]!r}" if found else f"{len(value)} characters"


@check("issuer-is-secret", facts="length", needs="claims", settings="issuer", reads="iss")
def issuer_is_secret(case: Case, params: object) -> Outcome:
    """iss holds the consumer secret. The value itself is not a fact: it would be printed."""
    value = case.claims.get("iss")
    if not isinstance(value, str) or not re.fullmatch(case.setting("issuer")["secret"], value.strip()):
        return NOTHING
    return one("payload", "iss", length=len(value))


@check(
    "subject-shape",
    facts="value",
    variants="user-id record-id no-at url white-space consumer-key",
    needs="claims",
    settings="subject issuer",
    reads="sub",
)
def subject_shape(case: Case, params: object) -> Outcome:
    """sub is not written like a user name of this provider."""
    value = case.claims.get("sub")
    if not isinstance(value, str) or _is_placeholder(value[:LONGEST]) or _escape_in(value):
        return NOTHING
    shapes = case.setting("subject")
    variant = _subject_variant(value[:LONGEST], shapes["name"], shapes["user_id"], case.setting("issuer")["begins"])
    if not variant:
        return Skipped("it is written like a user name; whether this org has a user of that name cannot be seen", "org")
    return one("payload", "sub", variant, value=value)


@functools.lru_cache(maxsize=256)
def _subject_variant(value: str, name: str, user_id: str, issuer: str) -> str:
    if re.fullmatch(name, value):
        return ""
    if value != value.strip():
        return "white-space"
    if re.fullmatch(user_id, value):
        return "user-id"
    if value.startswith(issuer):
        return "consumer-key"
    if re.match(r"https?://", value):
        return "url"
    return "record-id" if _RECORD_ID.match(value) and value[:2] in ("00", "01", "0D") else "no-at"


@check("subject-not-text", facts="value type", needs="claims", reads="sub")
def subject_not_text(case: Case, params: object) -> Outcome:
    """sub is a JSON number, list or object."""
    from ..decode import json_type

    value = case.claims.get("sub")
    if value is None or (isinstance(value, str) and json_type(value) == "string"):
        return NOTHING
    return one("payload", "sub", value=str(value), type=json_type(value))


_ESCAPES = (
    (re.compile(r"%[0-9A-Fa-f]{2}"), "percent-encoded"),
    (re.compile(r"&(?:amp|lt|gt|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});"), "HTML-escaped"),
    (re.compile(r"\\u[0-9A-Fa-f]{4}|\\[@+.\"']"), "backslash-escaped"),
)


def _escape_in(value: str) -> str:
    return next((name for pattern, name in _ESCAPES if pattern.search(value[:LONGEST])), "")


@check("subject-escaped", facts="value how plain", needs="claims", reads="sub")
def subject_escaped(case: Case, params: object) -> Outcome:
    """sub still carries an escape of a transport it went through."""
    value = case.claims.get("sub")
    if not isinstance(value, str) or not _escape_in(value):
        return NOTHING
    from html import unescape
    from urllib.parse import unquote

    how = _escape_in(value)
    if how == "percent-encoded":
        plain = unquote(value)
    elif how == "HTML-escaped":
        plain = unescape(re.sub(r"&#\d{8,};?", "", value[:LONGEST]))
    else:
        plain = re.sub(r"\\(?=[@+.\"'])", "", value)
    return one("payload", "sub", value=value, how=how, plain=plain)


class SubjectParams(NamedTuple):
    """``speaks_of``: which disagreement this rule is about."""

    speaks_of: str


@check(
    "subject-environment",
    params=SubjectParams,
    facts="value sandbox suffix host",
    variants="suffix-missing production-host",
    needs="claims",
    settings="subject",
    reads="sub aud endpoint",
)
def subject_environment(case: Case, params: SubjectParams) -> Outcome:
    """The user name's sandbox suffix and the host do not name the same environment."""
    value = case.claims.get("sub")
    located = case.facet(endpoint_host) or case.facet(audience_host)
    if not isinstance(value, str) or "@" not in value:
        return NOTHING
    if located is None:
        return Skipped("no host names the environment", "endpoint")
    suffix = value.rpartition(".")[2].lower()
    known = suffix in case.setting("subject")["sandbox_words"]
    if params.speaks_of == "suffix-missing" and located.sandbox and suffix != located.sandbox and not known:
        return one(
            "payload",
            "sub",
            "suffix-missing",
            value=value,
            sandbox=located.sandbox,
            suffix=suffix,
            host=located.host.title,
        )
    if params.speaks_of == "production-host" and known and located.host.side == "production":
        return one("payload", "sub", "production-host", value=value, sandbox="", suffix=suffix, host=located.host.title)
    if params.speaks_of == "production-host":
        return Skipped("which org a user name belongs to cannot be seen from it", "org")
    return NOTHING
