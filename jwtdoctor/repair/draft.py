"""The assertion as it would be after some edits, and the case that the rules would then see."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..case import Case
from ..intake import Request
from .plan import ABSENT

SIGN, SEND, ENDPOINT, WHERE = "signature", "request.assertion", "endpoint", "request.where"
"""Edits that have no value of their own, and two that touch more than one member."""
DONE: Any = object()
"""The value of an edit that has none to show; equal to nothing that stands in a token."""
Edits = Mapping[str, Any]
"""Path → new value, :data:`ABSENT` where a member is taken away."""

_SENT_WRONG = frozenset(
    {"base64", "percent-encoding", "bytes-literal", "quotes", "line-breaks", "invisible-characters", "spaces", "ellipsis"}
)
"""What was around the token as it was sent."""
_PLUS = "unescaped-plus"
"""What a token in base64url cannot suffer."""
_SIZES = {"HS256": 32, "HS384": 48, "HS512": 64, "ES256": 64, "ES256K": 64, "ES384": 96, "ES512": 132, "EdDSA": 64}
_FILLER = b"".join(hashlib.sha256(bytes([at])).digest() for at in range(8))
"""Stands for a signature that is not made yet; as long as an RSA-2048 one, and like nothing that a rule knows."""


class Draft(NamedTuple):
    """Header, claims and what is around them."""

    header: dict[str, Any]
    claims: dict[str, Any]
    request: Request | None
    endpoint: str | None
    stripped: tuple[str, ...]
    signed: bool = False
    """Written and signed anew."""


def of(case: Case) -> Draft:
    """What the case has, nothing edited."""
    stripped = case.paste.stripped if case.paste is not None else ()
    return Draft(case.header, case.claims, case.request, case.endpoint, stripped)


def value(draft: Draft, path: str) -> Any:
    """What stands at a path; :data:`ABSENT` where nothing does."""
    exhibit, _, name = path.partition(".")
    if exhibit in ("header", "payload"):
        return (draft.header if exhibit == "header" else draft.claims).get(name, ABSENT)
    if path == ENDPOINT:
        return draft.endpoint or ABSENT
    if path == SIGN:
        return DONE if draft.signed else ABSENT
    if path == SEND:
        return ABSENT if _SENT_WRONG.intersection(draft.stripped) else DONE
    if exhibit == "request" and draft.request is not None:
        return _of_request(draft.request, name)
    return ABSENT


def _of_request(request: Request, name: str) -> Any:
    if name == "grant_type":
        return request.grant_type if request.grant_type is not None else ABSENT
    if name == "content_type":
        # Parameters such as a boundary are nobody's business.
        return request.content_type.partition(";")[0].strip() or ABSENT
    if name in ("method", "where", "body"):
        return getattr(request, name) or ABSENT
    return request.fields.get(name, ABSENT)


def edited(draft: Draft, edits: Edits) -> Draft:
    """The draft after the edits. What is in header or claims is covered by the signature, so that is made anew."""
    header, claims = dict(draft.header), dict(draft.claims)
    for path, new in edits.items():
        exhibit, _, name = path.partition(".")
        if exhibit in ("header", "payload"):
            _put(header if exhibit == "header" else claims, name, new)
        elif path == ENDPOINT:
            draft = draft._replace(endpoint=new, request=draft.request and draft.request._replace(url=new))
        elif path == SEND:
            draft = draft._replace(stripped=tuple(each for each in draft.stripped if each not in _SENT_WRONG))
        elif exhibit == "request" and draft.request is not None:
            draft = draft._replace(request=_requested(draft.request, name, new))
    anew = header != draft.header or claims != draft.claims or _kinds(claims) != _kinds(draft.claims)
    if anew or SIGN in edits:
        draft = draft._replace(signed=True, stripped=tuple(each for each in draft.stripped if each != _PLUS))
    return draft._replace(header=header, claims=claims)


def _kinds(members: Mapping[str, Any]) -> list[type]:
    """1 and 1.0 are equal and written differently."""
    return [type(each) for each in members.values()]


def _put(members: dict[str, Any], name: str, new: Any) -> None:
    if new is ABSENT:
        members.pop(name, None)
    else:
        members[name] = new


def _requested(request: Request, name: str, new: Any) -> Request:
    """The request with one thing changed; the body follows from its type and from where the assertion stands."""
    fields = dict(request.fields)
    if name == "where":
        place, _, old = request.where.partition(".")
        fields.setdefault("assertion", fields.pop(old, "") if place == "body" else "")
        return request._replace(where=new, fields=fields, authorization="", body="form")
    if name == "content_type":
        return request._replace(content_type=new, body="form")
    if name in ("method", "body"):
        return request._replace(**{name: new})
    _put(fields, name, new)
    return request._replace(fields=fields)


def case_of(case: Case, draft: Draft) -> Case:
    """The case with the draft in the place of what was pasted: same profile, same moment, and no certificate, since nothing is signed yet."""
    if case.sketch is not None:
        sketch = case.sketch._replace(header=draft.header, claims=draft.claims, endpoint=draft.endpoint, request=draft.request)
        return Case(
            None, profile=case.profile, endpoint=draft.endpoint, answer=case.answer, now=case.now, app=case.app, sketch=sketch
        )
    paste, token = case.paste, case.token
    if paste is None:
        return case
    if draft.signed:
        paste, token = paste._replace(text=compact(draft.header, draft.claims), kind=None, spaced=""), None
    paste = paste._replace(request=draft.request, stripped=draft.stripped)
    return Case(paste, profile=case.profile, endpoint=draft.endpoint, answer=case.answer, now=case.now, app=case.app, token=token)


def compact(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """The token with a filler for its signature."""
    size = _SIZES.get(str(header.get("alg")), len(_FILLER))
    return ".".join(map(_base64url, (_json(header), _json(claims), _FILLER[:size])))


def _json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":"), allow_nan=True).encode("ascii", "replace")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
