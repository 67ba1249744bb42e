"""``jwtdoctor mint``: a correct assertion, from options, a config or a broken one; the key is read, used, and never written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import minting
from ..catalog import Profile, load
from ..decode import Lexeme, Real, decode
from ..keys import Material
from ..keys.signing import SigningKey
from ..library import UnknownProfile, choose, diagnose, gather, repaired
from ..model import Finding, Place
from ..repair import ABSENT, Change, Repair
from ..visible import plain_json, safe
from .diagnose import answer, certificates
from .failure import NOTHING_TO_DIAGNOSE, Failure, complain, echo, emit
from .options import Call
from .output import read_files
from .rulesets import in_force
from .signing_key import ACCEPTED as KEY_ACCEPTED
from .signing_key import load as load_key
from .sources import ACCEPTED, Given, content, sources
from .values import moment, whole

if TYPE_CHECKING:
    from ..config import Config, Environment

OBJECTED = 1
_LONGEST_VALUE = 1 << 16
"""Characters of one ``--claim`` or ``--header``."""
_LONGEST_SHOWN = 1 << 13
"""Characters of a header, or of claims, that are shown instead of an assertion."""
_SUPPLIED_BY = {"iss": "--iss KEY", "sub": "--sub USER", "aud": "--aud URL or --endpoint URL"}
_OWN = ("iss", "sub", "aud")


class Options(NamedTuple):
    """The options of one call."""

    profile: str | None = None
    iss: str | None = None
    sub: str | None = None
    aud: str | None = None
    endpoint: str | None = None
    lifetime: str | None = None
    jti: bool = False
    claims: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    alg: str | None = None
    key: str | None = None
    passphrase_file: str | None = None
    certs: tuple[str, ...] = ()
    like: str | None = None
    error: str | None = None
    app: str | None = None
    now: str | None = None
    curl: bool = False
    config: str | None = None
    environment: str | None = None
    rules: tuple[str, ...] = ()


class Minted(NamedTuple):
    """What is to be signed, under which rules, and where it is to be sent."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    profile: Profile
    endpoint: str | None
    called: str | None
    """The endpoint as somebody gave it, which the examination goes by; the other one may be worked out."""
    pasted: bool = False
    """Whether only the broken one says where to, and no option and no config of the user's."""


class Made(NamedTuple):
    """An assertion, where it goes, and what was found when it was examined."""

    assertion: str
    minted: Minted
    code: int
    """0, or 1 when something speaks against it; that has been told."""
    read: tuple[str, ...] = ()
    """Files that it was made from."""

    def __repr__(self) -> str:
        return f"<an assertion for {self.minted.endpoint}>"


def run(options: Options) -> int:
    """Make the assertion, examine it, print it. Nothing is printed when it would lack something."""
    made = make(options)
    emit(f"{_curl(made) if options.curl else made.assertion}\n")
    return made.code


def make(options: Options) -> Made:
    """The assertion that the options ask for, signed and examined. Raises Failure when it would lack something."""
    if options.config is not None or options.environment is not None:
        options = _filled(options)
    _refuse_what_does_not_go_together(options)
    with in_force(options.rules):
        return _made(options, moment(options.now))


def _made(options: Options, now: int) -> Made:
    key = load_key(options.key, options.passphrase_file) if options.key is not None else None
    given = certificates(options.certs, options.passphrase_file)[0] if options.certs else ()
    if key is None:
        raise _unsigned(_like(options, now, None, given))
    minted = _like(options, now, key, given) if options.like is not None else _draft(options, now, key)
    assertion = _signed(minted, key)
    code = _examined(assertion, minted, given or (key.public,), options, now)
    read = read_files((), options.certs, options.error, [options.config, options.key, options.passphrase_file])
    return Made(assertion, minted, code, tuple(read))


def _refuse_what_does_not_go_together(options: Options) -> None:
    """Standard input can be read once, and a key is needed unless there is something to be shown without one."""
    if options.key is None and options.like is None:
        raise Failure(f"an assertion is signed with the app's private key: give --key {KEY_ACCEPTED}")
    if options.error is not None and options.like is None:
        raise Failure("--error is the answer to an assertion that was refused; give that one with --like")
    if options.endpoint is not None and not _is_plain(options.endpoint):
        raise Failure(f"--endpoint {echo(options.endpoint)} is no token endpoint; accepted: {_URL}")
    readers = [name for name, value in (("--key", options.key), ("--like", options.like)) if value == "-"]
    readers += ["--cert"] * options.certs.count("-")
    if len(readers) > 1:
        raise Failure(f"{' and '.join(readers)} cannot both read standard input; give one of them as a file")


def _filled(options: Options) -> Options:
    """What the command line leaves open, from an environment of the config. Raises Failure."""
    from ..config import resolved

    file, config = _config(options)
    environment = resolved(_environment(config, options, file), os.environ)
    folder = os.path.dirname(file)
    for name, variable in environment.unset.items():
        if getattr(options, name) is None:
            raise Failure(
                f"{echo(file)}: `{name}` of {echo(environment.name)} stands in the variable {echo(variable)}, which is not set"
            )
    key = environment.key
    if key is not None and not key.startswith("env:"):
        key = os.path.join(folder, key)
    fields = ("profile", "iss", "sub", "aud", "endpoint", "app")
    said = {name: getattr(options, name) or getattr(environment, name) for name in fields}
    lifetime = options.lifetime or (None if environment.lifetime is None else str(environment.lifetime))
    certs = options.certs or tuple(os.path.join(folder, each) for each in environment.certificates)
    rules = options.rules or _rules(config, folder)
    return options._replace(**said, lifetime=lifetime, key=options.key or key, certs=certs, rules=rules, config=file)


def _rules(config: Config, folder: str) -> tuple[str, ...]:
    """Folders of the config's ``rules`` as seen from here; what is no folder is the name of a package."""
    places = [(each, os.path.join(folder, each)) for each in config.rules]
    return tuple(there if os.path.isdir(there) else each for each, there in places)


def _config(options: Options) -> tuple[str, Config]:
    """The config file and what it says. Raises Failure."""
    from ..config import LARGEST, ConfigError, read

    file = options.config or next((each for each in _CONFIGS if os.path.isfile(each)), _CONFIGS[0])
    data = content(file, "--config", LARGEST)
    try:
        section = "tool.jwtdoctor" if os.path.basename(file) == _CONFIGS[1] else ""
        return file, read(data.decode("utf-8"), safe(file, 160), section)
    except UnicodeDecodeError:
        raise Failure(
            f"--config {echo(file)}: no text in UTF-8; accepted: jwtdoctor.toml, or pyproject.toml with [tool.jwtdoctor]"
        ) from None
    except ConfigError as error:
        raise Failure(str(error)) from None


_CONFIGS = ("jwtdoctor.toml", "pyproject.toml")


def _environment(config: Config, options: Options, file: str) -> Environment:
    names = ", ".join(safe(each.name, 60) for each in config.environments)
    if options.environment is None and len(config.environments) == 1:
        return config.environments[0]
    if options.environment is None:
        raise Failure(f"{echo(file)} has several environments ({names}); say which with --env NAME")
    found = config.environment(options.environment)
    if found is None:
        raise Failure(f"--env {echo(options.environment)}: no such environment in {echo(file)}; it has {names}")
    return found


# --- from options ----------------------------------------------------------------------------------------------------------


def _draft(options: Options, now: int, key: SigningKey) -> Minted:
    """What the options say, completed by the profile. Raises Failure for what is missing."""
    claims = _members(options.claims, "--claim", {name: f"--{name}" for name in _OWN if getattr(options, name) is not None})
    header = _members(options.header, "--header", {"alg": "--alg"})
    profile = _profile(options, claims)
    wanted = minting.Wanted(
        options.iss, options.sub, options.aud, options.endpoint, _lifetime(options), options.alg, claims, header
    )
    found = minting.draft(profile, wanted, key.algorithms, now)
    missing = [name for name in found.missing if name != "jti"]
    if missing:
        needs = "; ".join(_SUPPLIED_BY.get(name, f"--claim {name}=JSON") for name in missing)
        raise Failure(f"{profile.title} wants {_and([f'`{each}`' for each in missing])}: give {needs}")
    made = dict(found.claims)
    if options.jti or "jti" in found.missing:
        made.setdefault("jti", _identifier())
    return Minted(found.header, made, profile, found.endpoint, options.endpoint)


def _profile(options: Options, claims: Mapping[str, Any]) -> Profile:
    """The profile asked for, else the one that what was given speaks of. Raises Failure for an unknown one."""
    known = load()
    if options.profile is not None and options.profile not in known.profiles:
        raise Failure(f"--profile {echo(options.profile)}: no such profile; known are {', '.join(sorted(known.profiles))}")
    iss, aud = options.iss or claims.get("iss"), options.aud or claims.get("aud")
    return choose(known, options.profile, iss, aud, options.endpoint, None)[1]


def _lifetime(options: Options) -> int | None:
    return whole(options.lifetime, "--lifetime", "seconds")


def _identifier() -> str:
    """A ``jti`` that no other assertion has: RFC 7519 §4.1.7."""
    from uuid import uuid4

    return str(uuid4())


def _members(words: Sequence[str], option: str, elsewhere: Mapping[str, str]) -> dict[str, Any]:
    """``NAME=JSON`` options. Raises Failure for one that cannot be read, comes twice, or has an option of its own."""
    members: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name or len(word) > _LONGEST_VALUE:
            raise Failure(f"{option} {echo(word)}: accepted: NAME=JSON, such as {option} 'scope=\"api\"'")
        if name in members or name in elsewhere:
            raise Failure(f"{option} {echo(name)}: given twice{f', here and as {elsewhere[name]}' if name in elsewhere else ''}")
        members[name] = _value(name, text, option)
    return members


def _value(name: str, text: str, option: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Failure(
            f"{option} {echo(name)}=…: the value is no JSON; accepted: numbers, true, lists, objects, and text in quotes "
            f"({option} 'scope=\"api\"')"
        ) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


# --- from a broken one ------------------------------------------------------------------------------------------------------


def _like(options: Options, now: int, key: SigningKey | None, given: Sequence[Material]) -> Minted:
    """The broken assertion with the least that must change. Raises Failure for what no change can mend."""
    source = _source(options)
    around: dict[str, Any] = {
        "certificates": given, "endpoint": options.endpoint, "error": answer(options.error), "profile": options.profile, "now": now,
        "app": options.app,
    }  # fmt: skip
    try:
        subjects = gather(source.text, **around).subjects
        if len(subjects) > _MOST_ASSERTIONS:
            raise Failure(
                f"--like {echo(source.name)}: it holds {len(subjects)} assertions; accepted: the one that is meant, by itself"
            )
        found = repaired(source.text, given=_given(options, now), key=key, **around)
        results = diagnose(source.text, source=source.name, **around).results
    except UnknownProfile as unknown:
        raise Failure(f"--profile: {unknown}") from None
    index = next((index for index, each in enumerate(found) if each is not None), None)
    if index is None or (repair := found[index]) is None:
        raise Failure(
            f"--like {echo(source.name)}: no assertion in it that can be repaired; accepted: {ACCEPTED}", NOTHING_TO_DIAGNOSE
        )
    if sum(each is not None for each in found) > 1:
        complain(f"--like {echo(source.name)}: it holds several assertions; the first is repaired")
    profile = load().profiles[results[index].profile.name]
    # The key decides on the algorithm, and what is mended is told.
    settled = {*_given(options, now), "header.alg", *(str(each.at) for each in repair.changes)}
    _refuse_doubled(getattr(subjects[index], "text", ""), settled)
    return _repaired(options, repair, profile, _called(options, repair, subjects[index]), key)


_MOST_ASSERTIONS = 20
"""Of a broken one's surroundings: all are examined to know which can be repaired."""


def _refuse_doubled(text: str, settled: Collection[str]) -> None:
    """A member that stands twice: servers differ in which they take, so the user says it. Raises Failure."""
    token = decode(text) if text else None
    for part, of, option in (
        ((token.header, "header", "--header"), (token.payload, "payload", "--claim")) if token is not None else ()
    ):
        for name in (each.detail for each in part.problems if each.code == "duplicate-member"):
            if f"{of}.{name}" not in settled and name in part.value:
                own = f"--{name} VALUE" if of == "payload" and name in _OWN else f"{option} {safe(name, 60)}=JSON"
                raise Failure(f"--like: `{safe(name, 60)}` stands in it more than once; which is meant? Give {own}")


def _source(options: Options) -> Given:
    found = sources(Call((options.like or "",)))[0]
    if isinstance(found, Failure):
        raise Failure(f"--like {found}", found.code)
    return found


def _given(options: Options, now: int) -> dict[str, Any]:
    """What the options say, by place; the repair puts it in and judges it."""
    own = {f"payload.{name}": getattr(options, name) for name in _OWN}
    own |= {"endpoint": options.endpoint, "header.alg": options.alg}
    given = {name: value for name, value in own.items() if value is not None}
    if (seconds := _lifetime(options)) is not None:
        given["payload.exp"] = now + seconds
    if options.jti:
        given["payload.jti"] = _identifier()
    twice = {name: f"--{name}" for name in _OWN if getattr(options, name) is not None}
    given |= {f"payload.{name}": value for name, value in _members(options.claims, "--claim", twice).items()}
    return given | {f"header.{name}": value for name, value in _members(options.header, "--header", {"alg": "--alg"}).items()}


def _called(options: Options, repair: Repair, subject: Any) -> str | None:
    """The endpoint: of ``--endpoint``, mended, or of the request or the code that it came with."""
    if options.endpoint is not None:
        return options.endpoint
    mended = [each.after for each in repair.changes if each.at.exhibit == "endpoint" and isinstance(each.after, str)]
    request = getattr(subject, "request", None)
    return next(iter(mended), None) or (request.url if request is not None else getattr(subject, "endpoint", None)) or None


def _repaired(options: Options, repair: Repair, profile: Profile, called: str | None, key: SigningKey | None) -> Minted:
    """The repair as it is to be signed; what changes is told. Raises Failure for what the assertion would lack."""
    own = tuple(_own_changes(options, repair, profile, key))
    made = {each.at: each.after for each in own}
    header = dict(repair.header) | {at.path: value for at, value in made.items() if at.exhibit == "header"}
    claims = dict(repair.claims) | {at.path: value for at, value in made.items() if at.exhibit == "payload"}
    for line in _told([*(each for each in repair.changes if each.at not in made), *own]):
        complain(line)
    lacking = [
        f"{each.message}: give {each.needs.replace('(jwtdoctor mint ', '(')}"
        for each in repair.left
        if each.at.exhibit not in _BESIDE
    ]
    if lacking:
        raise Failure(f"not minted, something is left over: {'; '.join(lacking)}")
    pasted = options.endpoint is None and (called is not None or options.aud is None)
    header, claims = _vouched_for(options, header, claims)
    return Minted(header, claims, profile, called or minting.endpoint_of(profile, claims.get("aud")), called, pasted)


def _own_changes(options: Options, repair: Repair, profile: Profile, key: SigningKey | None) -> Iterator[Change]:
    """What only the one who signs can change: an ``alg`` that the key cannot sign, and a ``jti``, which is used once."""
    header, claims = repair.header, repair.claims
    if key is not None and header.get("alg") not in key.algorithms and options.alg is None:
        alg = minting.algorithm(profile, key.algorithms)
        yield Change(Place("header", "alg"), header.get("alg", ABSENT), alg, "the key signs this one", "")
    jti = Place("payload", "jti")
    if "jti" in claims and all(each.at != jti for each in repair.changes):
        yield Change(jti, claims["jti"], _identifier(), "a new assertion has a new one", "")


_ELSEWHERE = ("jku", "jwk", "x5u", "x5c")
"""Members of the header that bring or name a key of somebody's: RFC 7515 §4.1.2 to §4.1.6."""


def _vouched_for(options: Options, header: Mapping[str, Any], claims: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a new signature may stand for: no key of others, no secret. Raises Failure for a value that cannot be signed as it was read."""
    kept: list[dict[str, Any]] = []
    for of, members, words, barred in (("header", header, options.header, _ELSEWHERE), ("payload", claims, options.claims, ())):
        asked = {each.partition("=")[0] for each in words}
        out = [name for name, value in members.items() if name not in asked and (name in barred or _is_secret(name, value))]
        for name in out:
            complain(f"left out {of}.{safe(name, 60)}: {'it names another key' if name in barred else 'it holds a secret'}")
        kept.append({name: value for name, value in members.items() if name not in out})
        odd = next((name for name, value in kept[-1].items() if name not in asked and not _is_faithful(value)), None)
        if odd is not None:
            option = "--header" if of == "header" else "--claim"
            raise Failure(
                f"--like: `{safe(odd, 60)}` holds a number or a text that programs read differently; give {option} {safe(odd, 60)}=JSON"
            )
    return kept[0], kept[1]


def _is_secret(name: str, value: Any) -> bool:
    shown = json.dumps(plain_json({name: value}))
    return "removed]" in shown and "removed]" not in json.dumps({name: value}, default=str)


def _is_faithful(value: Any) -> bool:
    """Whether it is signed as it was read: no number that none of ours can hold, no half of a character."""
    if isinstance(value, Lexeme):
        return False
    if isinstance(value, Real):
        return Decimal(value.lexeme) == Decimal(repr(float(value)))
    if isinstance(value, str):
        return not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, Mapping):
        return all(_is_faithful(each) for pair in value.items() for each in pair)
    return all(_is_faithful(each) for each in value) if isinstance(value, list | tuple) else True


_BESIDE = ("certificate", "signature", "endpoint", "request")
"""What is no part of the assertion. It is made all the same, and what is wrong there is told when it is examined."""


def _told(changes: Sequence[Change]) -> Iterator[str]:
    """One line for each change, with its reason. That it is signed anew needs no words here: that is what was asked for."""
    for each in changes:
        if each.at.exhibit == "signature":
            continue
        what = "added" if each.before is ABSENT else "removed" if each.after is ABSENT else "changed"
        values = [_shown(value) for value in (each.before, each.after) if value is not ABSENT]
        yield f"{what} {each.at}: {' -> '.join(values)}{f' ({each.why})' if each.why else ''}"


def _shown(value: Any) -> str:
    return safe(json.dumps(plain_json(value)), 120)


def _unsigned(minted: Minted) -> Failure:
    """Without a key there is no assertion: show what it would be made of."""
    for what, members in (("header", minted.header), ("claims", minted.claims)):
        if sys.stderr is not None:
            print(safe(f"{what}: {json.dumps(plain_json(dict(members)))}", _LONGEST_SHOWN), file=sys.stderr)
    return Failure(f"not signed, so nothing is printed: give --key {KEY_ACCEPTED}")


# --- signed, examined, printed --------------------------------------------------------------------------------------------------


def _signed(minted: Minted, key: SigningKey) -> str:
    try:
        return minting.compact(minted.header, minted.claims, key)
    except ValueError as error:
        raise Failure(f"cannot be signed: {error}") from None


def _examined(assertion: str, minted: Minted, given: Sequence[Material], options: Options, now: int) -> int:
    """Examine the assertion as any other; what speaks against it is told, and makes the exit code 1."""
    report = diagnose(
        assertion, certificates=tuple(given), endpoint=minted.called, profile=minted.profile.name, now=now, app=options.app,
        source="the minted assertion",
    )  # fmt: skip
    result = report.results[0]
    for each in result.findings:
        if _matters(each):
            complain(f"{each.severity}[{each.rule}]: {each.message}{_help(each)}")
    if result.verdict == "accepted":
        return 0
    complain(f"the assertion is {_VERDICTS[result.verdict]}")
    return OBJECTED


_VERDICTS = {"refused": "one that would be refused", "undetermined": "one that may be refused"}


def _matters(finding: Finding) -> bool:
    """What may get it refused, and what is let in and wrong all the same."""
    return finding.confidence != "hint" and (finding.effect != "tolerates" or finding.severity != "info")


def _help(finding: Finding) -> str:
    return f"; {finding.help}" if finding.help else ""


def _curl(made: Made) -> str:
    """A command for a POSIX shell. What is secret goes through standard input, so that no list of processes shows it."""
    from shlex import quote
    from urllib.parse import quote_plus

    endpoint = _address(made.minted)
    fields = [f"{name}={quote_plus(value)}" for name, value in minting.form(made.minted.profile, made.assertion)]
    # curl takes the line breaks out of what it reads by --data; the fields of a form may so stand in lines of their own.
    # Without --globoff it would take brackets and braces in the URL for several URLs, and post to all of them.
    return "\n".join([f"curl --globoff --data @- {quote(endpoint)} <<'END'", "\n&".join(fields), "END"])


def _address(minted: Minted) -> str:
    """The endpoint as it may stand in a command that is run as it is. Raises Failure for none, and for one not to be trusted with it."""
    from .network import is_encrypted, is_here

    if minted.endpoint is None:
        raise Failure("--curl: where to? Give the token endpoint with --endpoint URL")
    if not _is_plain(minted.endpoint):
        raise Failure(f"--curl: {echo(minted.endpoint)} is no token endpoint; accepted: {_URL}, with --endpoint URL")
    if not is_encrypted(minted.endpoint) and not is_here(minted.endpoint):
        raise Failure(
            "--curl: over http anybody on the way could use the assertion; accepted: https://HOST/PATH, with --endpoint URL"
        )
    if minted.pasted and not _is_own(minted.profile, minted.endpoint):
        raise Failure(
            f"--curl: only the text of --like says that it goes to {echo(minted.endpoint)}, which is not known as a token endpoint of "
            f"{minted.profile.title}; if that is meant, say so with --endpoint URL"
        )
    return minted.endpoint


def _is_own(profile: Profile, endpoint: str) -> bool:
    """Whether it is the token endpoint, and no other path, of one of the provider's own hosts; a site has a path of its own before it."""
    from urllib.parse import urlsplit

    from .network import kind_of

    parts, path = urlsplit(endpoint), profile.settings.get("token_path", "")
    host = kind_of(profile, parts.hostname or "")
    if (
        host is None
        or host.kind == "ui"
        or not path
        or not parts.path.endswith(path)
        or parts.query
        or parts.port not in (None, 443)
    ):
        return False
    return parts.path.removesuffix(path).count("/") <= (1 if host.kind == "site" else 0)


_URL = "https://HOST/PATH, without a password in it"


def _is_plain(url: str) -> bool:
    """Whether it is a URL with a host and without a password, that no shell and no terminal stumbles over."""
    from urllib.parse import urlsplit

    from .network import is_host

    try:
        parts = urlsplit(url)
        named = (
            parts.scheme in ("https", "http") and is_host(parts.hostname or "") and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False
    return named and len(url) < 2048 and url.isascii() and url.isprintable() and " " not in url
