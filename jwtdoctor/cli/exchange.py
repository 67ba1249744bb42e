"""``jwtdoctor exchange``: an assertion is posted, once, where the user says; what comes back is decoded and diagnosed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from .. import intake, kinds, statement
from ..catalog import Catalog, Profile, load
from ..checks.audience import address as lenient
from ..decode import Token, decode
from ..keys import Material
from ..library import choose, diagnose
from ..live.exchange import Exchanged, post, request_text
from ..render.exchange import Outcome, render
from ..report import Report
from .diagnose import certificates
from .failure import COULD_NOT, NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .keyfiles import shown
from .network import CLOCKS, address, is_encrypted, is_here, kind_of, reaching, seconds, way
from .options import Call
from .output import read_files
from .screen import is_terminal, look
from .sources import ACCEPTED, Given, sources
from .tokenfile import TokenFile

NOT_LET_IN = 1
TIMEOUT = 30.0


class Options(NamedTuple):
    """The options of one call."""

    endpoint: str | None = None
    key: str | None = None
    iss: str | None = None
    sub: str | None = None
    aud: str | None = None
    lifetime: str | None = None
    config: str | None = None
    environment: str | None = None
    certs: tuple[str, ...] = ()
    profile: str | None = None
    app: str | None = None
    token_file: str | None = None
    timeout: str | None = None
    ca_file: str | None = None
    passphrase_file: str | None = None
    format: str | None = None


class Assertion(NamedTuple):
    """What is sent."""

    text: str
    name: str
    """Of the source it was read from."""
    token: Token
    url: str | None = None
    """Where the request around it went, as far as the text shows one."""
    endpoint: str | None = None
    """Where it is to go, by a config of the user's."""
    profile: str | None = None
    """Whose rules it was made by, if it is new."""
    read: tuple[str, ...] = ()
    """Files that it was made from."""


def run(words: Sequence[str], options: Options) -> int:
    """Send the one assertion there is and show what comes back; 0 when it was let in."""
    how = way(seconds(options.timeout, "--timeout", TIMEOUT), options.ca_file)
    known = load()
    materials, _, unread = certificates(options.certs, options.passphrase_file) if options.certs else ((), (), False)
    assertion = _minted(words, options) if _wants_minting(options) else the_one(words)
    endpoint, profile = _target(known, options, assertion)
    grant_type = profile.settings["grant_type"]
    with _token_file(options, [*read_files(words, options.certs, others=[options.ca_file]), *assertion.read]) as file:
        with reaching(how, options.ca_file):
            found = post(assertion.text, endpoint, grant_type, how, CLOCKS)
        kept = _keep(file, found)
    outcome = _judged(found, assertion, materials, grant_type, options)._replace(token_file=kept)
    emit(render(outcome, options.format or ("terminal" if is_terminal() else "plain"), look()))
    if unread or kept == LOST:
        return COULD_NOT
    return 0 if found.granted else NOT_LET_IN


def _wants_minting(options: Options) -> bool:
    """Whether an assertion is to be made, and none is read."""
    own = (options.key, options.iss, options.sub, options.aud, options.lifetime, options.config, options.environment)
    return any(each is not None for each in own)


def _minted(words: Sequence[str], options: Options) -> Assertion:
    """A new assertion, as `jwtdoctor mint` makes it. Raises Failure."""
    from . import mint

    if words:
        raise Failure(
            "an assertion is given, and the options ask for a new one; accepted: SOURCE, or --key and --config with theirs"
        )
    wanted = mint.Options(
        profile=options.profile, iss=options.iss, sub=options.sub, aud=options.aud, lifetime=options.lifetime, key=options.key,
        endpoint=None if options.endpoint is None else address(options.endpoint, "--endpoint"), passphrase_file=options.passphrase_file,
        certs=options.certs, app=options.app, config=options.config, environment=options.environment,
    )  # fmt: skip
    made = mint.make(wanted)
    minted = made.minted
    token = decode(made.assertion)
    return Assertion(made.assertion, "a new assertion", token, None, minted.called, minted.profile.name, made.read)


def the_one(words: Sequence[str]) -> Assertion:
    """The one assertion in the sources. Raises Failure where there is none, or more than one."""
    found: dict[str, Assertion] = {}
    others: list[str] = []
    for each in sources(Call(tuple(words))):
        if isinstance(each, Failure):
            raise each
        for one in _read(each):
            if isinstance(one, Assertion):
                found.setdefault(one.text, one)
            else:
                others.append(one)
    if len(found) > 1:
        raise Failure(f"{len(found)} assertions in the input, and one is sent; accepted: the one that is meant, by itself")
    if not found:
        what = f"what is in it: {', '.join(dict.fromkeys(others))}" if others else "there is none in the input"
        raise Failure(f"no assertion to send; {what}; accepted: {ACCEPTED}, with one assertion in it", NOTHING_TO_DIAGNOSE)
    return next(iter(found.values()))


def _read(given: Given) -> Iterator[Assertion | str]:
    """The assertions in a source; of what is no assertion, in words what it is: that is sent nowhere."""
    for paste in intake.read(given.text):
        token = decode(paste.text) if paste.text else None
        kind = paste.kind or (kinds.of_token(token) if token is not None else kinds.UNREADABLE)
        if token is None or kind != kinds.ASSERTION:
            yield kind.replace("-", " ")
        elif token.signature.text.startswith(statement.BEGINS):
            yield "a redacted assertion, whose signature was taken out"
        else:
            yield Assertion(paste.text, given.name, token, paste.request.url if paste.request is not None else None)


# --- where to ---


def _target(known: Catalog, options: Options, assertion: Assertion) -> tuple[str, Profile]:
    """The endpoint, which only the user names, and the profile of its server. Raises Failure."""
    given = options.endpoint or assertion.endpoint
    if given is None:
        raise Failure(
            f"where to is not said, and nothing is sent because a token says so; accepted: --endpoint URL{_hint(known, options, assertion)}"
        )
    url = address(given, "--endpoint")
    if not is_encrypted(url) and not is_here(url):
        raise Failure("--endpoint: over http anybody on the way could use the assertion; accepted: https://HOST/PATH")
    profile = _profile(known, options.profile, assertion, url)
    path = profile.settings.get("token_path", "")
    if path and urlsplit(url).path in ("", "/"):
        url = url.rstrip("/") + path
    if not is_here(url):
        _warn(profile, urlsplit(url).hostname or "")
    return url, profile


def _profile(known: Catalog, wanted: str | None, assertion: Assertion, endpoint: str | None) -> Profile:
    """The profile asked for, else that of the endpoint, else the one the token speaks of. Raises Failure for an unknown one."""
    if wanted is not None and wanted not in known.profiles:
        raise Failure(f"--profile {echo(wanted)}: no such profile; known are {', '.join(sorted(known.profiles))}")
    claims = assertion.token.payload.value
    return choose(known, wanted or assertion.profile, claims.get("iss"), claims.get("aud"), endpoint, None)[1]


def _warn(profile: Profile, host: str) -> None:
    """What is odd about the host. It is the user's word, so it is only told."""
    kind = kind_of(profile, host)
    if kind is not None and (kind.kind == "ui" or kind.legacy):
        complain(f"--endpoint: this is {kind.title}; sent there all the same")
    elif kind is None and profile.hosts:
        complain(f"--endpoint: none of the hosts known of {profile.title}; sent there all the same")


def _hint(known: Catalog, options: Options, assertion: Assertion) -> str:
    """The endpoint that the token speaks of, if it is at one of its provider's hosts; for the user to repeat."""
    profile = _profile(known, options.profile, assertion, assertion.url)
    for each in (assertion.url, assertion.token.payload.value.get("aud")):
        host = lenient(each) if isinstance(each, str) and len(each) < 2048 else None
        kind = kind_of(profile, host.host) if host is not None else None
        if host is not None and kind is not None and kind.kind != "ui":
            return f"; perhaps --endpoint https://{host.host}{profile.settings.get('token_path', '')}"
    return ""


# --- what came of it ---


LOST = "lost"
REQUEST = "the request that was sent"


@contextmanager
def _token_file(options: Options, read: Sequence[str]) -> Iterator[TokenFile | None]:
    if options.token_file is None:
        yield None
        return
    with TokenFile(options.token_file, read) as file:
        yield file


def _keep(file: TokenFile | None, found: Exchanged) -> str:
    """``kept``, ``lost``, or nothing where no token came or none is wanted."""
    if file is None or found.access is None:
        return ""
    try:
        file.keep(found.access)
    except Failure as failure:
        complain(f"{failure}; the access token is lost, sign a new assertion to get another")
        return LOST
    complain(f"wrote {shown(file.file)} (the access token, readable by its owner alone)")
    return "kept"


def _judged(found: Exchanged, sent: Assertion, materials: tuple[Material, ...], grant_type: str, options: Options) -> Outcome:
    """The answer with its diagnosis, as of the server's clock; what was let in is examined all the same, for what was let pass."""
    now = found.date if found.date is not None else int(CLOCKS.now())
    error = None if found.granted else found.text
    text = request_text(sent.text, found.endpoint, grant_type)

    def judged(profile: str | None) -> Report:
        return diagnose(
            text, certificates=materials, endpoint=found.endpoint, error=error, profile=profile, now=now, app=options.app,
            source=REQUEST, measured_skew=None if found.offset is None else found.offset.ahead,
        )  # fmt: skip

    report = judged(options.profile)
    if sent.profile is not None and any(each.profile.name != sent.profile for each in report.results):
        # A config may name another profile than the one that would be detected.
        report = judged(sent.profile)
    return Outcome(found, report, sent.name)
