"""Broken assertions whose right form is known: one to four faults planted in a good one. Nothing here reads the rules or their repairs.

What would be right is told by the provider's documents alone: RFC 7523 §3, RFC 7519 §4.1, Salesforce Help on the JWT bearer flow.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import minting
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jwt import JWTClaimsRegistry
from minting import FROZEN_NOW, GRANT, ISS, SUB

PATH = "/services/oauth2/token"
SIGNATURE = "signature"


class Site(NamedTuple):
    """Where an assertion goes: the endpoint called (or none told), and the audiences that are right for it."""

    endpoint: str | None
    audiences: tuple[str, ...]
    other: str
    """A shared host of the other environment."""


SANDBOX = "https://acme-demo--uat.sandbox.my.salesforce.com"
OWN = "https://acme-demo.my.salesforce.com"
LOGIN, TEST = "https://login.salesforce.com", "https://test.salesforce.com"
SITES = (
    Site(LOGIN + PATH, (LOGIN,), TEST),
    Site(TEST + PATH, (TEST,), LOGIN),
    Site(OWN + PATH, (OWN, LOGIN), TEST),
    Site(SANDBOX + PATH, (SANDBOX, TEST), LOGIN),
)


class Broken(NamedTuple):
    """An assertion with faults, and what of it is wrong."""

    text: str
    site: Site
    faults: tuple[str, ...]
    wrong: frozenset[str]
    """Places that must change for the provider to accept it."""
    given: Mapping[str, Any]
    """What only the user knows, by place."""


class Making:
    """An assertion on its way to being broken."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.site = dice.choice(SITES)
        self.header: dict[str, Any] = dict(minting.HEADER)
        self.claims: dict[str, Any] = {
            "iss": ISS,
            "sub": SUB,
            "aud": self.site.audiences[0],
            "exp": FROZEN_NOW + dice.randint(60, 290),
        }
        if dice.random() < 0.4:
            self.claims["iat"] = FROZEN_NOW - dice.randint(0, 20)
        if dice.random() < 0.2:
            self.claims["nbf"] = FROZEN_NOW - dice.randint(0, 20)
        self.key, self.mutation = "match", None
        self.request: dict[str, Any] | None = None
        self.wrong: set[str] = set()
        self.given: dict[str, Any] = {}

    def put(self, name: str, value: Any) -> None:
        """A wrong value for a claim that must change."""
        self.claims[name] = value
        self.wrong.add(f"payload.{name}")

    def rename(self, name: str, other: str) -> None:
        """A claim under another name; both places change."""
        self.claims[other] = self.claims.pop(name)
        self.wrong |= {f"payload.{name}", f"payload.{other}"}

    def lose(self, name: str, value: Any = None) -> None:
        """A claim whose value only the user knows is missing, or holds ``value`` instead."""
        self.given[f"payload.{name}"] = self.claims[name]
        if value is None:
            del self.claims[name]
        else:
            self.claims[name] = value
        self.wrong.add(f"payload.{name}")


Fault = Callable[[Making], None]


def _exp_past(making: Making) -> None:
    making.put("exp", FROZEN_NOW - making.dice.choice((420, 1500, 86400 * 3, 86400 * 1000)))


def _exp_zone(making: Making) -> None:
    making.put("exp", FROZEN_NOW + 240 - 3600 * making.dice.choice((1, 2, 3, 8, 9)))


def _exp_unit(making: Making) -> None:
    making.put("exp", making.claims["exp"] * making.dice.choice((10**6, 10**9)))


def _overflowed(making: Making) -> int:
    """Milliseconds squeezed into 32 bits and added as seconds: years ahead at this moment, which is let in."""
    making.claims["iat"] = FROZEN_NOW
    return FROZEN_NOW + (1000 * (FROZEN_NOW + 300) + 2**31) % 2**32 - 2**31


def _exp_before_iat(making: Making) -> None:
    making.claims["iat"] = FROZEN_NOW
    making.put("exp", FROZEN_NOW - 300)


def _exp_missing(making: Making) -> None:
    del making.claims["exp"]
    making.wrong.add("payload.exp")


def _aud_path(making: Making) -> None:
    making.put("aud", making.site.audiences[0] + PATH)


def _nbf_future(making: Making) -> None:
    # The clock that wrote it is ahead, as far as iat shows it at all.
    making.claims.pop("iat", None)
    making.put("nbf", FROZEN_NOW + making.dice.choice((300, 3600)))


def _sub_aud_swapped(making: Making) -> None:
    claims = making.claims
    claims["sub"], claims["aud"] = claims["aud"], claims["sub"]
    making.wrong |= {"payload.sub", "payload.aud"}


def _iss_sub_swapped(making: Making) -> None:
    claims = making.claims
    claims["iss"], claims["sub"] = claims["sub"], claims["iss"]
    making.wrong |= {"payload.iss", "payload.sub"}


def _alg(name: Any) -> Fault:
    def plant(making: Making) -> None:
        making.header["alg"] = name
        making.key = "secret" if name == "HS256" else "ec" if name == "ES256" else "match"
        making.wrong.add("header.alg")

    return plant


def _no_alg(making: Making) -> None:
    del making.header["alg"]
    making.wrong.add("header.alg")


def _critical(making: Making) -> None:
    making.header["crit"] = ["exp"]
    making.wrong.add("header.crit")


def _wrong_key(making: Making) -> None:
    making.key = "other"


def _mutated(name: str) -> Fault:
    def plant(making: Making) -> None:
        making.mutation = name

    return plant


def _requested(place: str, **changed: str) -> Fault:
    def plant(making: Making) -> None:
        making.request = changed
        making.wrong.add(place)

    return plant


def _tolerated(name: str, value: Callable[[Making], Any]) -> Fault:
    def plant(making: Making) -> None:
        making.claims[name] = value(making)

    return plant


SLOTS: dict[str, dict[str, Fault]] = {
    "exp": {
        "past": _exp_past,
        "zone": _exp_zone,
        "unit": _exp_unit,
        "before-iat": _exp_before_iat,
        "missing": _exp_missing,
        "duration": lambda making: making.put("exp", making.dice.choice((180, 300, 3600, "300"))),
        "words": lambda making: making.put("exp", making.dice.choice(("soon", "2026-11-23T12:03:00Z", [1], True))),
        "misnamed": lambda making: making.rename("exp", making.dice.choice(("expires_at", "Exp", "expiry"))),
    },
    "exp tolerated": {
        "milliseconds": _tolerated("exp", lambda making: making.claims["exp"] * 1000),
        "text": _tolerated("exp", lambda making: str(making.claims["exp"])),
        "overflow": _tolerated("exp", _overflowed),
        "an hour": _tolerated("exp", lambda making: FROZEN_NOW + 3600),
    },
    "iat tolerated": {
        "milliseconds": _tolerated("iat", lambda making: FROZEN_NOW * 1000),
        "text": _tolerated("iat", lambda making: str(FROZEN_NOW)),
    },
    "nbf": {
        "future": _nbf_future,
        "milliseconds": lambda making: making.put("nbf", FROZEN_NOW * 1000),
        "text": lambda making: making.put("nbf", str(FROZEN_NOW)),
    },
    "aud": {
        "environment": lambda making: making.put("aud", making.site.other),
        "token URL": _aud_path,
        "list": lambda making: making.put("aud", [making.site.audiences[0]]),
        "http": lambda making: making.put("aud", making.site.audiences[0].replace("https", "http")),
        "space": lambda making: making.put("aud", making.site.audiences[0] + " "),
        "capitals": lambda making: making.put("aud", making.site.audiences[0].replace("salesforce", "SalesForce")),
        "browser": lambda making: making.put("aud", "https://acme-demo.lightning.force.com"),
        "foreign": lambda making: making.put("aud", "https://oauth.example.net"),
        "word": lambda making: making.put("aud", "Production"),
        "missing": lambda making: (making.claims.pop("aud"), making.wrong.add("payload.aud"))[1],
        "misnamed": lambda making: making.rename("aud", making.dice.choice(("audience", "Aud"))),
    },
    "iss": {
        "missing": lambda making: making.lose("iss"),
        "placeholder": lambda making: making.lose("iss", making.dice.choice(("<YOUR CONSUMER KEY>", "{{client_id}}", ""))),
        "user name": lambda making: making.lose("iss", SUB),
        "record id": lambda making: making.lose("iss", "0H45g000000AbCdEAA"),
        "space": lambda making: making.put("iss", f"{ISS} "),
        "misnamed": lambda making: making.rename("iss", making.dice.choice(("issuer", "client_id", "ISS"))),
    },
    "sub": {
        "missing": lambda making: making.lose("sub"),
        "placeholder": lambda making: making.lose("sub", making.dice.choice(("my_user_name", "${USERNAME}", " "))),
        "user id": lambda making: making.lose("sub", "0055g00000AbCdEAAV"),
        "number": lambda making: making.lose("sub", 518273645),
        "escaped": lambda making: making.put("sub", quote(SUB, safe="")),
        "space": lambda making: making.put("sub", f" {SUB}"),
        "misnamed": lambda making: making.rename("sub", making.dice.choice(("prn", "subject", "Sub"))),
    },
    "sub aud": {"swapped": _sub_aud_swapped},
    "iss sub": {"swapped": _iss_sub_swapped},
    "header": {
        "HS256": _alg("HS256"),
        "none": _alg("none"),
        "RS384": _alg("RS384"),
        "ES256": _alg("ES256"),
        "no alg": _no_alg,
        "crit": _critical,
    },
    "signature": {
        "wrong key": _wrong_key,
        **{name: _mutated(name) for name in ("edited", "cut", "hex", "double-encoded", "payload-only", "newline", "sha512")},
    },
    "request": {
        "grant type": _requested("request.grant_type", grant_type="jwt-bearer"),
        "JSON": _requested("request.content_type", content_type="application/json"),
        "field": _requested("request.where", field="jwt"),
    },
}
"""Faults by what they touch; of what touches the same, one is planted."""
_LET_PASS = frozenset({"exp tolerated", "iat tolerated"})


def broken(seed: int) -> Broken:
    """The assertion of this number: with one to four faults, of which the provider minds at least one."""
    dice = random.Random(seed)
    making = Making(dice)
    slots = _slots(dice)
    faults = []
    for slot in slots:
        name = dice.choice(sorted(SLOTS[slot]))
        SLOTS[slot][name](making)
        faults.append(f"{slot}: {name}")
    text = minting.mint(making.header, making.claims, making.key, making.mutation)
    anew = making.key == "other" or making.mutation or any(place.startswith(("header", "payload")) for place in making.wrong)
    wrong = frozenset(making.wrong | ({SIGNATURE} if anew else set()))
    if making.request is not None:
        text = request(making.site, text, **making.request)
    return Broken(text, making.site, tuple(faults), wrong, making.given)


def _slots(dice: random.Random) -> list[str]:
    """Different things to be wrong; swapped claims and single ones shut each other out."""
    wanted = dice.randint(1, 4)
    order = list(SLOTS)
    dice.shuffle(order)
    chosen: list[str] = []
    for slot in order:
        if len(chosen) == wanted:
            break
        if not any(_clash(slot, other) for other in chosen):
            chosen.append(slot)
    if not set(chosen) - _LET_PASS - {"request"}:
        # Where the request alone is to be mended nobody touches the assertion, and what the provider lets pass stays in it.
        return [*(each for each in chosen if each not in _LET_PASS), "aud"]
    return chosen


def _clash(one: str, other: str) -> bool:
    words = set(one.split()) & set(other.split()) - {"tolerated"}
    return bool(words) or {one, other} <= {"header", "signature"}


def request(site: Site, assertion: str, **changed: str) -> str:
    """The HTTP request that sends an assertion, right but for what is ``changed``."""
    url = urlsplit(site.endpoint or LOGIN + PATH)
    kind = changed.get("content_type", minting.FORM)
    fields = {"grant_type": changed.get("grant_type", GRANT), changed.get("field", "assertion"): assertion}
    body = json.dumps(fields) if "json" in kind else urlencode(fields)
    return f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: {kind}\r\n\r\n{body}"


def refused(assertion: str, site: Site) -> str:
    """Why another verifier would not take it; empty where it does. RFC 7523 §3 with what Salesforce documents."""
    key = RSAKey.import_key(minting.public_pem().decode())
    try:
        token = jwt.decode(assertion, key, algorithms=["RS256"])
        JWTClaimsRegistry(
            now=FROZEN_NOW,
            leeway=60,
            iss={"essential": True, "value": ISS},
            sub={"essential": True, "value": SUB},
            aud={"essential": True, "values": list(site.audiences)},
            exp={"essential": True},
        ).validate(token.claims)
    except Exception as error:  # noqa: BLE001 - whatever it objects to is the answer
        return f"{type(error).__name__}: {error}"
    return _types(token.claims, site)


def _types(claims: Mapping[str, Any], site: Site) -> str:
    """What that library lets pass and the documents do not: types, and a list as the audience."""
    for name in ("exp", "iat", "nbf"):
        if name in claims and type(claims[name]) is not int:
            return f"{name} is no whole number: {claims[name]!r}"
    if claims["aud"] not in site.audiences:
        return f"aud is {claims['aud']!r}"
    return "" if FROZEN_NOW < claims["exp"] <= FROZEN_NOW + 3600 else f"exp is {claims['exp']}"


SENT: Mapping[str, str] = {
    "request.grant_type": GRANT,
    "request.content_type": minting.FORM,
    "request.where": "body.assertion",
}
"""How a request has to be."""


def refused_anywhere(assertion: str, audience: str | None) -> str:
    """Why a verifier that knows the key and its own name would not take it, whatever the provider; empty where it does."""
    key = RSAKey.import_key(minting.public_pem().decode())
    try:
        token = jwt.decode(assertion, key, algorithms=["RS256"])
        wanted: dict[str, Any] = {name: {"essential": True} for name in ("iss", "sub", "exp")}
        JWTClaimsRegistry(now=FROZEN_NOW, leeway=60, aud={"essential": True, "value": audience}, **wanted).validate(token.claims)
    except Exception as error:  # noqa: BLE001 - whatever it objects to is the answer
        return f"{type(error).__name__}: {error}"
    return ""
