"""What stands in a redacted token where its signature was: what was said of the signature when it was redacted.

It is JSON in base64url, so that the token keeps its three segments. Nobody vouches for it: whoever edits it can lie about the
signature and about nothing else. It is read within bounds, and what is unknown in it is passed over.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from .model import Hit, Place, SignatureStatus, Skipped
from .visible import safe

BEGINS = base64.urlsafe_b64encode(b'["jwtdoctor-statement",1').decode()
"""What the segment begins with; whole groups of base64, so that it is the same whatever follows."""
LONGEST = 1 << 15
"""Characters of a segment that is read; one that we write has about a thousand."""
LONGEST_FACT = 200
MOST_HITS = 40
MOST_FACTS = 24
MOST_RULES = 400
TOLD = "stated when it was redacted, not checked here"
"""Said wherever something rests on a statement."""
TAKEN_OUT = Skipped("the signature was taken out when this was redacted", "signature")
"""Why a rule about the signature is left out of which nothing is stated."""

_STRAY = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9_-]")
"""Damage of the writing that was kept among the statement's characters."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}\Z")
_EXHIBITS = frozenset({"token", "header", "payload", "signature", "certificate", "request", "endpoint"})
_OF_SIGNATURE = frozenset({"signature", "verified", "signature_form", "secrets"})
_OF_CERTIFICATE = frozenset({"certificate", "certificates"})
_STATUSES: tuple[SignatureStatus, ...] = ("valid", "invalid", "not-examined")


class Stated(NamedTuple):
    """What was concluded of a signature that is no longer there."""

    status: SignatureStatus = "not-examined"
    reason: str | None = None
    certificate: str = ""
    sha256: str = ""
    expected: str = ""
    signer: str = ""
    remains: tuple[str, ...] = ()
    clear: frozenset[str] = frozenset()
    """Rules that were examined and found nothing."""
    skipped: Mapping[str, Skipped] = {}
    """Rules that could not tell, with the reason; not those that wanted an exhibit."""
    hits: Mapping[str, tuple[Hit, ...]] = {}
    witnessed: bool = False
    """It was written a moment ago, by the very run that examined the signature; never true of one that came with a text."""

    def speaks_of(self, rule: str) -> bool:
        """Whether the rule was asked when the token was redacted."""
        return rule in self.clear or rule in self.hits or rule in self.skipped


def is_stated(needs: Collection[str], reads: Collection[str]) -> bool:
    """Whether a check that needs and reads this is answered by a statement: it looks at signature, keys or certificates."""
    return looks_at_signature(needs, reads) or not (_OF_CERTIFICATE.isdisjoint(needs) and _OF_CERTIFICATE.isdisjoint(reads))


def looks_at_signature(needs: Collection[str], reads: Collection[str]) -> bool:
    """Whether a check could make nothing of a token whose signature was taken out."""
    return not (_OF_SIGNATURE.isdisjoint(needs) and _OF_SIGNATURE.isdisjoint(reads))


def is_of_certificate(needs: Collection[str], reads: Collection[str]) -> bool:
    """Whether a check looks at the certificates given and at nothing of the token: where there are some, no statement is wanted."""
    return not looks_at_signature(needs, reads) and set(reads) <= _OF_CERTIFICATE


def is_partly_of_signature(needs: Collection[str], reads: Collection[str]) -> bool:
    """Whether a check looks at other parts of the token as well, which are still there."""
    return "signature" not in needs and _OF_CERTIFICATE.isdisjoint(needs) and _OF_CERTIFICATE.isdisjoint(reads)


# --- writing -------------------------------------------------------------------------------------------------------------


def write(stated: Stated) -> bytes:
    """The statement as compact ASCII JSON."""
    skipped: dict[tuple[str, str], list[str]] = {}
    for rule, why in stated.skipped.items():
        skipped.setdefault((why.because, why.needs), []).append(rule)
    signature = {name: getattr(stated, name) for name in _SIGNATURE if getattr(stated, name)}
    told: dict[str, Any] = {
        "signature": signature,
        "clear": sorted(stated.clear),
        "skipped": [[because, needs, sorted(rules)] for (because, needs), rules in skipped.items()],
        "found": [
            [rule, hit.variant, str(hit.at), {name: value for name, value in hit.facts.items() if value != ""}]
            for rule, hits in stated.hits.items()
            for hit in hits
        ],
    }
    document = ["jwtdoctor-statement", 1, {name: value for name, value in told.items() if value}]
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


_SIGNATURE = ("status", "reason", "certificate", "sha256", "expected", "signer", "remains")


def segment(statement: bytes, least: int = 0, fits: Callable[[int], bool] = lambda length: True) -> str:
    """The statement in base64url, with at least so many characters and a length that ``fits``; spaces make up for the rest.

    A length that base64 cannot have ends with a character that means nothing.
    """
    for room in range(max(0, (least - 1) * 3 // 4 - len(statement)), len(statement) + least + 8):
        text = base64.urlsafe_b64encode(statement + b" " * room).rstrip(b"=").decode("ascii")
        odd = f"{text}A" if len(text) % 4 == 0 else text
        for each in (text, odd):
            if len(each) >= least and fits(len(each)):
                return each
    return base64.urlsafe_b64encode(statement).rstrip(b"=").decode("ascii")


# --- reading -------------------------------------------------------------------------------------------------------------


def read(signature: str) -> Stated | None:
    """The statement in a signature segment; ``None`` when there is none that can be read."""
    if not len(BEGINS) <= len(signature) <= LONGEST:
        return None
    text = _STRAY.sub("", signature)
    if not text.startswith(BEGINS):
        return None
    try:
        data = base64.urlsafe_b64decode(text[: len(text) - (len(text) % 4 == 1)] + "==")
        document = json.loads(data.decode("ascii"))
    except (ValueError, binascii.Error, RecursionError):
        return None
    told = document[2] if isinstance(document, list) and len(document) == 3 and document[1] == 1 else None
    return _stated(told) if isinstance(told, dict) else None


def _stated(told: Mapping[str, Any]) -> Stated:
    signature = _table(told.get("signature"))
    status = signature.get("status")
    return Stated(
        status=status if status in _STATUSES else "not-examined",
        reason=_name(signature.get("reason")) or None,
        certificate=_words(signature.get("certificate")),
        sha256=_words(signature.get("sha256")),
        expected=_words(signature.get("expected")),
        signer=_words(signature.get("signer")),
        remains=tuple(_names(signature.get("remains"))[:8]),
        clear=frozenset(_names(told.get("clear"))),
        skipped=_skipped(told.get("skipped")),
        hits=_hits(told.get("found")),
    )


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any, most: int) -> list[Any]:
    return value[:most] if isinstance(value, list) else []


def _name(value: Any) -> str:
    return value if isinstance(value, str) and _NAME.match(value) else ""


def _names(value: Any) -> list[str]:
    return [each for each in map(_name, _list(value, MOST_RULES)) if each]


def _words(value: Any) -> str:
    return safe(value, LONGEST_FACT) if isinstance(value, str) else ""


def _skipped(value: Any) -> dict[str, Skipped]:
    found: dict[str, Skipped] = {}
    for each in _list(value, MOST_HITS):
        if isinstance(each, list) and len(each) == 3:
            why = Skipped(_words(each[0]), _name(each[1]))
            found |= dict.fromkeys(_names(each[2]), why)
    return found


def _hits(value: Any) -> dict[str, tuple[Hit, ...]]:
    found: dict[str, tuple[Hit, ...]] = {}
    for each in _list(value, MOST_HITS):
        if not (isinstance(each, list) and len(each) == 4 and _name(each[0]) and isinstance(each[2], str)):
            continue
        exhibit, _, path = each[2].partition(".")
        if exhibit in _EXHIBITS:
            hit = Hit(Place(exhibit, safe(path, 60)), _facts(each[3]), _name(each[1]))
            found[each[0]] = (*found.get(each[0], ()), hit)
    return found


def _facts(value: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, each in list(_table(value).items())[:MOST_FACTS]:
        if re.fullmatch(r"[a-z_]\w{0,30}", name):
            if isinstance(each, str):
                facts[name] = safe(each, LONGEST_FACT)
            elif isinstance(each, bool) or (isinstance(each, int) and abs(each) < 1 << 53):
                facts[name] = each
    return facts
