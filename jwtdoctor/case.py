"""Everything a check may look at, in one value: exhibits, profile, the server's answer, the moment of judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import kinds, statement
from .catalog import Host, Profile
from .decode import Token, decode
from .intake import Paste, Request
from .keys import Material
from .model import Origin
from .source import Sketch

if TYPE_CHECKING:
    from .answer import Answer
    from .config import Environment
    from .metadata import Project

T = TypeVar("T")

NEEDS: dict[str, tuple[int, str]] = {
    "header": (1, "a readable header"),
    "claims": (2, "readable claims"),
    "clock": (4, "the time (--now)"),
    "certificate": (8, "the certificate (--cert)"),
    "endpoint": (16, "the token endpoint that was called (--endpoint)"),
    "request": (32, "the HTTP request around the assertion"),
    "date": (64, "the Date header of the server's answer (--error with the whole response)"),
    "paste": (128, "an assertion"),
    "signature": (256, "a token with three segments"),
    "app": (512, "the kind of app (--app)"),
    "source": (1024, "source code"),
    "project": (2048, "a project with Salesforce metadata"),
    "environment": (4096, "an environment of a jwtdoctor.toml"),
}
"""Exhibits a check may need: a bit, and how a user is told that it is missing."""


class Case:
    """One candidate with all that is known around it. Not changed once built; facets are computed at most once."""

    __slots__ = (
        "answer", "app", "certificates", "claims", "endpoint", "environment", "facets", "has", "header", "kind", "measured_skew", "moment", "now", "origins", "others", "paste",
        "profile", "project", "request", "search", "secrets", "sketch", "stated", "token", "unknown", "warn_days",
    )  # fmt: skip

    def __init__(
        self,
        paste: Paste | None,
        *,
        profile: Profile,
        certificates: tuple[Material, ...] = (),
        endpoint: str | None = None,
        answer: Answer | None = None,
        now: int | None = None,
        app: str | None = None,
        token: Token | None = None,
        secrets: tuple[tuple[str, str | bytes], ...] = (),
        others: tuple[bytes, ...] = (),
        search: Callable[[int], bool] = lambda tried: False,
        warn_days: int | None = None,
        sketch: Sketch | None = None,
        project: Project | None = None,
        environment: Environment | None = None,
        origins: Mapping[str, Origin] | None = None,
        measured_skew: float | None = None,
        witnessed: bool = False,
    ) -> None:
        self.paste = paste
        self.profile = profile
        self.certificates = certificates
        self.answer = answer
        self.app = app
        self.secrets = secrets
        """Names and contents of texts that may have served as an HMAC secret."""
        self.others = others
        """JWS signing inputs of the other tokens at hand."""
        self.search = search
        """Asked, with the number of candidates tried, whether a search for an edit may go on."""
        self.warn_days = warn_days
        """Days before its end from which a certificate is worth a warning; ``None``: what the rule says."""
        self.now = now
        self.sketch = sketch
        self.project = project
        self.environment = environment
        self.measured_skew = measured_skew
        """Seconds by which the clock of the machine that asked was found ahead of the server's; behind, when negative."""
        self.origins: Mapping[str, Origin] = origins if origins is not None else sketch.origins if sketch is not None else {}
        """Where values were read, by their place or their exhibit, if not from a token."""
        self.unknown: frozenset[str] = sketch.unknown if sketch is not None else frozenset()
        """Paths of values that the source sets and does not show; nothing may be concluded from their absence."""
        logged = paste.when if paste is not None else None
        self.moment: int | None = (
            answer.date if answer is not None and answer.date is not None else now if logged is None else logged
        )
        """Epoch seconds at which the server judged: by its own Date header where there is one, else by the time stamp of the
        log record, else ``now``."""
        self.request: Request | None = paste.request if paste is not None else sketch.request if sketch is not None else None
        called = endpoint or (sketch.endpoint if sketch is not None else self.request.url if self.request is not None else None)
        # Only host and path are looked at; a query may hold anything.
        self.endpoint = called.partition("?")[0].partition("#")[0].strip() or None if called else None
        if token is None and paste is not None and paste.text:
            token = decode(paste.text)
        self.token = token
        self.stated: statement.Stated | None = None
        """What is said of the signature of a redacted token; nearly every token has its signature instead."""
        if token is not None and (token.signature.text.startswith(statement.BEGINS) or not token.clean):
            told = statement.read(token.signature.text)
            self.stated = told._replace(witnessed=True) if told is not None and witnessed else told
        self.kind = "" if paste is None else paste.kind or (kinds.of_token(token) if token is not None else kinds.UNREADABLE)
        self.header: dict[str, Any] = token.header.value if token is not None else {}
        """The header's members; empty when it cannot be read."""
        self.claims: dict[str, Any] = token.payload.value if token is not None else {}
        """The claims; empty when they cannot be read."""
        if sketch is not None:
            self.kind, self.header, self.claims = kinds.SKETCH, dict(sketch.header), dict(sketch.claims)
        self.facets: dict[Callable[[Case], Any], Any] = {}
        self.has = self._exhibits()

    def _exhibits(self) -> int:
        has = 0 if self.paste is None else 128
        token = self.token
        if token is not None and token.clean and self.kind is kinds.ASSERTION:
            has |= 1 | 2 | 256
        elif token is not None and self.kind in (kinds.ASSERTION, kinds.UNREADABLE):
            if not token.header.problems or token.header.is_object:
                has |= 1
            if not token.payload.problems or token.payload.is_object:
                has |= 2
            if len(token.segments) == 3 and token.signature.data:
                has |= 256
        if self.moment is not None:
            has |= 4
        if self.certificates:
            has |= 8
        if self.endpoint:
            has |= 16
        if self.request is not None:
            has |= 32
        if self.answer is not None and self.answer.date is not None:
            has |= 64
        if self.app is not None:
            has |= 512
        if self.sketch is not None:
            has |= 1 | 2 | 1024
        if self.project is not None:
            has |= 2048
        if self.environment is not None:
            has |= 4096
        return has

    def facet(self, compute: Callable[[Case], T]) -> T:
        """What ``compute`` makes of this case, computed once."""
        try:
            found: T = self.facets[compute]
        except KeyError:
            found = self.facets[compute] = compute(self)
        return found

    def setting(self, name: str) -> Any:
        """A value of the profile. The engine binds a check only to profiles that have all the settings it declares."""
        return self.profile.settings[name]


class Located(NamedTuple):
    """A host found among a profile's kinds of host."""

    host: Host
    org: str
    sandbox: str


def locate(profile: Profile, name: str) -> Located | None:
    """Which kind of host ``name`` (lower case) is for this provider; ``None`` when it is none of its own."""
    for host in profile.hosts:
        match = host.pattern.compiled.fullmatch(name)
        if match:
            groups = match.groupdict()
            return Located(host, groups.get("org") or "", groups.get("sandbox") or "")
    return None
