"""What an external or named credential would sign, as a sketch: the same rules then examine it as a token or as code.

The names of fields and parameters are documented (Metadata API, Connect REST API); no retrieved file of a JWT bearer credential has
been seen by those who wrote this. So what a file does not say is taken to be unknown here, never to be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..model import Origin, Span
from ..source import Sketch
from .written import Written, written
from .xml import Element, Unreadable, parse

EXTERNAL, NAMED = "ExternalCredential", "NamedCredential"
EXTERNAL_LANGUAGE, NAMED_LANGUAGE = "external-credential", "named-credential"
DEFAULT_LIFETIME = 120
"""Seconds; the documented default formula of an external credential's ``exp``."""
DEFAULT_ALGORITHM = "RS256"
"""Documented for the JWTs of named credentials; RS512 can be chosen."""
_PROTOCOLS = ("jwt", "jwtexchange")
_VARIANT, _BEARER = "AuthProtocolVariant", "jwtbearer"
_BODY, _HEADER, _ENDPOINT, _CERTIFICATE = "JwtBodyClaim", "JwtHeaderClaim", "AuthProviderUrl", "SigningCertificate"
_NAMED_CLAIMS: Mapping[str, str] = {"iss": "jwtIssuer", "sub": "jwtTextSubject", "aud": "jwtAudience"}
_ALWAYS_SET = ("payload.iss", "payload.sub", "payload.aud", "payload.exp")


class Unknown:
    """A value that only the org computes."""


UNKNOWN = Unknown()


def signs(root: Element) -> bool:
    """Whether this credential signs assertions."""
    if root.tag == NAMED:
        protocol = root.find("protocol")
        return protocol is not None and protocol.text.lower() in _PROTOCOLS
    parameters = list(_parameters(root))
    protocol = root.find("authenticationProtocol")
    return (
        any(each.type == _VARIANT and each.value is not None and each.value.text.lower() == _BEARER for each in parameters)
        or any(each.type in (_BODY, _HEADER) for each in parameters)
        or (protocol is not None and protocol.text.lower() in _PROTOCOLS)
    )


def sketch(text: str, path: str, now: int | None) -> Sketch | None:
    """What the credential in ``text`` would sign at ``now`` (epoch seconds); ``None`` where it signs nothing or cannot be read.

    ``path`` goes into the origins of values; empty where the text is itself the thing examined.
    """
    try:
        root = parse(text)
    except Unreadable:
        return None
    if root.tag not in (EXTERNAL, NAMED) or not signs(root):
        return None
    draft = _Draft(written(path, "", root, text))
    (_external if root.tag == EXTERNAL else _named)(draft, now)
    return draft.done()


class _Draft:
    """A sketch in the making."""

    def __init__(self, file: Written) -> None:
        self.file = file
        self.header: dict[str, Any] = {"alg": DEFAULT_ALGORITHM, "typ": "JWT"}
        self.claims: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}
        self.unknown = set(_ALWAYS_SET)
        self.endpoint: str | None = None
        self.names: dict[str, str] = {}

    def origin(self, element: Element) -> Origin:
        """Where an element's text stands."""
        line = self.file.line(element)
        path = self.file.path
        return Origin(element.span, element.text if line else "", path=path, line=line if path else "")

    def put(self, place: str, value: object, element: Element) -> None:
        """A claim or header member; one that only the org can compute is unknown."""
        self.origins[place] = self.origin(element)
        exhibit, _, name = place.partition(".")
        members = self.claims if exhibit == "payload" else self.header
        if isinstance(value, Unknown):
            members.pop(name, None)
            self.unknown.add(place)
        else:
            members[name] = value
            self.unknown.discard(place)

    def sent_to(self, element: Element | None) -> None:
        """The token endpoint."""
        if element is not None and element.text:
            self.endpoint = element.text
            self.origins["endpoint"] = self.origin(element)

    def signed_with(self, element: Element | None) -> None:
        """The certificate, by its unique name."""
        if element is not None and element.text:
            self.names["certificate"] = element.text
            self.origins["key"] = self.origin(element)

    def done(self) -> Sketch:
        """The sketch."""
        root = self.file.root
        whole = Origin(root.span, "", path=self.file.path, line=self.file.line(root) if self.file.path else "")
        spans = [each.span for each in self.origins.values()] or [root.span]
        span = Span(*min(each[:2] for each in spans), *max(each[2:] for each in spans))
        return Sketch(
            EXTERNAL_LANGUAGE if root.tag == EXTERNAL else NAMED_LANGUAGE,
            self.header,
            self.claims,
            frozenset(self.unknown),
            {"payload": whole, "header": whole, **self.origins},
            span,
            self.endpoint,
            traits=frozenset({"credential-certificate"} if "certificate" in self.names else ()),
            names=self.names,
            noun="credential",
            lines=self.file.shown,
        )


class _Parameter(NamedTuple):
    """One ``externalCredentialParameters``."""

    type: str
    name: str
    value: Element | None
    certificate: Element | None


def _parameters(root: Element) -> Iterator[_Parameter]:
    for each in root.all("externalCredentialParameters"):
        kind, name = each.find("parameterType"), each.find("parameterName")
        yield _Parameter(
            kind.text if kind is not None else "",
            name.text if name is not None else "",
            each.find("parameterValue"),
            each.find("certificate"),
        )


def _external(draft: _Draft, now: int | None) -> None:
    if now is not None:
        draft.claims["exp"] = now + DEFAULT_LIFETIME
        draft.unknown.discard("payload.exp")
    for each in _parameters(draft.file.root):
        if each.type in (_BODY, _HEADER) and each.value is not None and each.name:
            exhibit = "payload" if each.type == _BODY else "header"
            draft.put(f"{exhibit}.{each.name}", _value(each.value.text, now), each.value)
        elif each.type == _ENDPOINT:
            draft.sent_to(each.value)
        elif each.type == _CERTIFICATE:
            # The reference wants it in `certificate`; the REST sample writes it as the value.
            draft.signed_with(each.certificate or each.value)


def _named(draft: _Draft, now: int | None) -> None:
    root = draft.file.root
    for claim, tag in _NAMED_CLAIMS.items():
        found = root.find(tag)
        if found is not None and found.text:
            draft.put(f"payload.{claim}", _value(found.text, now), found)
    formula = root.find("jwtFormulaSubject")
    if formula is not None and formula.text:
        draft.put("payload.sub", UNKNOWN, formula)
    lifetime = root.find("jwtValidityPeriodSeconds")
    if lifetime is not None and re.fullmatch(r"\d{1,9}", lifetime.text) and now is not None:
        draft.put("payload.exp", now + int(lifetime.text), lifetime)
    draft.signed_with(root.find("jwtSigningCertificate"))
    draft.sent_to(root.find("authTokenEndpointUrl"))


_SINCE_1970 = re.compile(
    r"""\{!\s*(?:TEXT\s*\(\s*)?FLOOR\s*\(\s*\(\s*NOW\s*\(\s*\)\s*-\s*DATETIMEVALUE\s*\(\s*["']1970-01-01\ 00:00:00["']\s*\)\s*\)
    \s*\*\s*(\d{1,12})\s*(?:([+-])\s*(\d{1,12})\s*)?\)\s*(?:\)\s*)?\}\Z""",
    re.VERBOSE | re.IGNORECASE,
)
"""The documented formula for ``exp``, with the factor from days and what is added."""
_DAY = 86400


def _value(text: str, now: int | None) -> object:
    """A claim's value: a text, a JSON string or list, or the formula for a moment; other formulas only the org can compute.

    Whether the formula's result is signed as a number or as a string is not known; taken for a number here, which says less.
    """
    if found := _SINCE_1970.match(text):
        if now is None:
            return UNKNOWN
        added = int(found[3] or 0) * (-1 if found[2] == "-" else 1)
        return now * int(found[1]) // _DAY + added
    if "{!" in text or text.startswith("$") or not text:
        return UNKNOWN
    if text[0] in '"[':
        return _json(text)
    return text


def _json(text: str) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        return value
    return text
