"""Which key signed these assertions: the given keys first, then what the signatures themselves reveal.

No I/O: the one slow step is handed to the caller as :class:`~jwtdoctor.forensics.modulus.Work`, to be done where and how it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from .decode import decode
from .forensics import modulus, recovery
from .forensics.modulus import Equation, Work
from .forensics.opened import open_rsa
from .forensics.shape import SIZES, plain_ecdsa, shape_of
from .keys import Material
from .keys.computed import public_ec, public_rsa
from .oracle import verify

MOST = 50
"""Assertions that are looked at; two are enough."""
Slow = Callable[[Work], int]

Method = Literal["verified", "opened", "modulus", "recovered", "candidates", "none"]


class Signed(NamedTuple):
    """A signed assertion: what was signed, how, and the signature, which is never shown."""

    alg: str
    signing_input: bytes
    signature: bytes

    def __repr__(self) -> str:
        return f"Signed({self.alg!r})"


class Signer(NamedTuple):
    """What is known about the key that signed. Holds public values only."""

    method: Method
    """``verified``: a given key verifies all. ``opened``: a given key made the signatures, but of other bytes. ``modulus``, ``recovered``:
    computed from the signatures. ``candidates``: one of several computed keys. ``none``: nothing can be concluded."""
    why: str
    key: Material | None = None
    matches: tuple[Material, ...] = ()
    """The given keys and certificates that hold this key; the first is the one to name."""
    candidates: tuple[Material, ...] = ()
    verified_on: int = 0
    tokens: int = 0
    given: int = 0

    @property
    def spki_sha256(self) -> str | None:
        """SHA-256 over the SubjectPublicKeyInfo, in hexadecimal."""
        return (self.key.spki_sha256 or None) if self.key is not None else None

    @property
    def exit_code(self) -> int:
        """0 when the key is known, and among the given ones if any were given; else 1."""
        return 0 if self.key is not None and (self.matches or not self.given) else 1


def signed(text: str) -> Signed | str:
    """The signed assertion in a compact token, or why it is none, in words."""
    token = decode(text)
    alg = token.header.value.get("alg")
    if len(token.segments) != 3:
        return "it has not three segments"
    if not isinstance(alg, str):
        return "its header names no algorithm"
    if not token.signature.data:
        return "it has no signature that can be read"
    return Signed(alg, token.signing_input, _unwrapped(alg, token.signature.data, token.signature.text))


def _unwrapped(alg: str, signature: bytes, text: str) -> bytes:
    """The signature itself where it was encoded once more, or written as DER; whose it is does not depend on that."""
    size = recovery.curve_of(alg).size if alg in recovery.ALGORITHMS else 0
    if len(signature) in ((2 * size,) if size else SIZES):
        return signature
    inner = shape_of(signature, alg, text).inner
    return next((plain for way, plain in plain_ecdsa(inner, size) if way == "der"), inner) if size else inner


def whosigned(
    assertions: Sequence[Signed], given: Sequence[Material] = (), *, exponent: int | None = None, slow: Slow = modulus.divisor
) -> Signer:
    """Name the key that signed all of ``assertions``, as far as that can be concluded.

    ``exponent``: the only RSA exponent to try. ``slow`` computes the divisor; it may raise, and the exception is the caller's.
    """
    distinct = list(dict.fromkeys(assertions))[:MOST]
    usable = [each for each in given if each.key is not None]
    found = _among(distinct, usable)
    if found is None:
        family = {_family(each.alg) for each in distinct}
        if family == {"ecdsa"}:
            found = _by_recovery(distinct)
        elif "pkcs1" in family and family <= {"pkcs1", "pss"}:
            found = _by_modulus(distinct, exponent, slow)
        else:
            found = _nothing(_no_method(distinct, family))
        found = _compared(found, usable)
        if found.exit_code and len(distinct) == 1 < len(assertions):
            found = found._replace(why=f"{found.why}; the same assertion was given more than once")
    return found._replace(tokens=len(distinct), given=len(usable))


def _nothing(why: str) -> Signer:
    return Signer("none", f"nothing can be concluded: {why}")


def _family(alg: str) -> str:
    if modulus.is_deterministic(alg):
        return "pkcs1"
    if alg in recovery.ALGORITHMS:
        return "ecdsa"
    known = {"PS256": "pss", "PS384": "pss", "PS512": "pss", "HS256": "hmac", "HS384": "hmac", "HS512": "hmac", "EdDSA": "eddsa"}
    return known.get(alg, "unknown")


_NO_METHOD = {
    "pss": "PSS signatures are randomised and do not reveal their key (RS256, RS384 and RS512 do)",
    "hmac": "HMAC has no public key; whoever can verify can also sign",
    "eddsa": "EdDSA signatures do not reveal their key: it is hashed into what is signed",
}


def _no_method(distinct: Sequence[Signed], family: set[str]) -> str:
    if len(family) > 1:
        return f"the assertions are signed by different kinds of key ({', '.join(sorted({each.alg for each in distinct}))})"
    why = _NO_METHOD.get(next(iter(family)), f"the algorithm {distinct[0].alg!r} is none whose signatures can be examined")
    return f"{why}; only a given key can be tried"


# --- the given keys ----------------------------------------------------------------------------------------------------------


def _among(distinct: Sequence[Signed], given: Sequence[Material]) -> Signer | None:
    """The given key that signed all; or, when it signed some only, that. ``None`` when it signed none."""
    right: list[Material] = []
    best: tuple[int, int, Material] | None = None
    for each in given:
        verified = [verify(one.alg, each, one.signing_input, one.signature) == "valid" for one in distinct]
        if all(verified):
            right.append(each)
            continue
        made = sum(yes or _made(each, one) for yes, one in zip(verified, distinct, strict=True))
        if made and (best is None or (made, sum(verified)) > best[:2]):
            best = made, sum(verified), each
    if right:
        right.sort(key=_rank)
        return Signer("verified", f"{right[0].name} verifies {_all(len(distinct))}", right[0], tuple(right), (), len(distinct))
    if best is None:
        return None
    made, sound, key = best
    if made == len(distinct):
        same = sorted((each for each in given if each.spki_sha256 == key.spki_sha256), key=_rank)
        why = f"the key of {same[0].name} made {_signatures(made)}, but {_all(made - sound)} was changed afterwards, or other bytes were signed"
        return Signer("opened", why, same[0], tuple(same), (), sound)
    why = f"{key.name} has the key of {made} of the {len(distinct)} assertions; the rest was signed by another key, or changed afterwards"
    return _nothing(why)._replace(verified_on=sound)


def _made(key: Material, one: Signed) -> bool:
    """Whether an RSA key made a signature, whatever it covers: opened, it shows a padding."""
    if key.type != "RSA" or _family(one.alg) not in ("pkcs1", "pss"):
        return False
    return any(each.padding in ("pkcs1", "pss") and each.sure for each in open_rsa(key.key, one.signature))


def _rank(material: Material) -> int:
    """A certificate is what people upload; a private key is named only when nothing else holds the key."""
    return {"certificate": 0, "public-key": 1, "private-key": 3}.get(material.kind, 2)


def _all(count: int) -> str:
    return "the assertion" if count == 1 else "both assertions" if count == 2 else f"all {count} assertions"


def _signatures(count: int) -> str:
    return "the signature" if count == 1 else "both signatures" if count == 2 else f"all {count} signatures"


def _compared(found: Signer, given: Sequence[Material]) -> Signer:
    """Whether a computed key, or one of the candidates, is among the given ones."""
    keys = [found.key] if found.key is not None else list(found.candidates)
    prints = {each.spki_sha256 for each in keys}
    same = sorted((each for each in given if each.spki_sha256 in prints), key=_rank)
    if same:
        key = next(each for each in keys if each.spki_sha256 == same[0].spki_sha256)
        return found._replace(key=key, matches=tuple(same), why=f"{found.why}; it is the key of {same[0].name}")
    if given and found.key is not None:
        kin = any(each.type == found.key.type for each in given)
        guess = ": probably your previous one" if kin else ""
        return found._replace(why=f"{found.why}; it is none of the given ones{guess}")
    if given and found.candidates:
        return found._replace(why=f"{found.why}; none of the given ones is among them")
    if given and not found.verified_on and found.method == "none":
        ruled_out = f"{'the key given does' if len(given) == 1 else f'the {len(given)} keys given do'} not verify it as it stands"
        return found._replace(why=f"{found.why}; {ruled_out}")
    return found


# --- RSA: the modulus from two signatures --------------------------------------------------------------------------------------


def _by_modulus(distinct: Sequence[Signed], exponent: int | None, slow: Slow) -> Signer:
    reveal = [each for each in distinct if modulus.is_deterministic(each.alg)]
    equations = _equations(reveal)
    if isinstance(equations, str):
        return _nothing(equations)
    refused = ""
    for tried in _exponents(exponent):
        work = modulus.plan(equations[0], equations[1], tried)
        refused = _refusal(work)
        if refused:
            continue
        quick = work.bits <= modulus.LONGEST_QUICK
        found = modulus.divisor(work) if quick else slow(work)
        n = modulus.modulus(found, equations, tried)
        key = public_rsa(n, tried) if n is not None else None
        sound = _verified(key, distinct) if key is not None else 0
        if key is not None and sound >= 2:
            return Signer("modulus", _told(sound, len(distinct)), key, (), (), sound)
    if refused:
        return _nothing(refused)
    tries = " or ".join(map(str, _exponents(exponent)))
    return _nothing(
        "no RSA key made the first two signatures over what stands in their assertions: they are of different keys, or one assertion was "
        f"changed after signing, or the exponent is not {tries}"
    )


def _exponents(exponent: int | None) -> tuple[int, ...]:
    return (*modulus.EXPONENTS, modulus.USUAL) if exponent is None else (exponent,)


def _equations(reveal: Sequence[Signed]) -> list[Equation] | str:
    """One equation for each distinct signing input, or why there are not two of one length."""
    apart = list({each.signing_input: each for each in reveal}.values())
    if len(apart) < 2 <= len(reveal):
        return (
            "the same content with two signatures: one RSA key makes only one, so they are of different keys, or one is damaged"
        )
    if len(apart) < 2:
        return "one RSA signature does not reveal its key; give two different assertions of the same key"
    sizes = {len(each.signature) for each in apart}
    if len(sizes) > 1:
        bits = " and ".join(str(8 * size) for size in sorted(sizes))
        return f"the signatures differ in length ({bits} bits), so they are not of one key, or one was cut"
    equations = [modulus.equation(each.alg, each.signing_input, each.signature) for each in apart]
    if None in equations:
        return f"a signature of {8 * sizes.pop()} bits is too short for what its algorithm signs"
    return [each for each in equations if each is not None]


def _refusal(work: Work) -> str:
    """Why an exponent is not tried; empty when it is."""
    size = work.first.size
    if not modulus.SHORTEST <= size <= modulus.LONGEST_AT_ALL:
        return f"signatures of {8 * size} bits; {8 * modulus.SHORTEST} to {8 * modulus.LONGEST_AT_ALL} are examined"
    if work.bits <= modulus.LONGEST_QUICK:
        return ""
    if size > modulus.LONGEST:
        return f"with the exponent {work.exponent} a key of {8 * size} bits would take too long; up to {8 * modulus.LONGEST} bits are examined"
    if work.bits > modulus.LONGEST_SLOW:
        return f"the exponent {work.exponent} is too large for the step; up to {modulus.LONGEST_SLOW // (8 * size)} is examined"
    return ""


def _verified(key: Material, distinct: Sequence[Signed]) -> int:
    return sum(verify(each.alg, key, each.signing_input, each.signature) == "valid" for each in distinct)


def _told(sound: int, count: int) -> str:
    if sound == count:
        return f"the signatures reveal their key, and it verifies {_all(count)}"
    return (
        f"the signatures reveal a key that verifies {sound} of the {count} assertions; the rest is of another key, or was changed"
    )


# --- ECDSA: candidates from each signature ---------------------------------------------------------------------------------------


def _by_recovery(distinct: Sequence[Signed]) -> Signer:
    curves = {recovery.ALGORITHMS[each.alg][0] for each in distinct}
    if len(curves) > 1:
        return _nothing(f"the assertions are signed on different curves ({', '.join(sorted(curves))}), so by different keys")
    curve = curves.pop()
    shared: set[tuple[int, int]] | None = None
    for each in distinct:
        points = recovery.candidates(each.alg, each.signing_input, each.signature)
        if points is None:
            wanted = 2 * recovery.curve_of(each.alg).size
            return _nothing(
                f"a signature of {len(each.signature)} bytes is none of {each.alg} ({wanted} bytes, two numbers in range)"
            )
        shared = set(points) if shared is None else shared & set(points)
    keys = [public_ec(curve, x, y) for x, y in sorted(shared or ())]
    sound = [each for each in keys if each is not None and _verified(each, distinct) == len(distinct)]
    return _recovered(sound, len(distinct))


def _recovered(sound: Sequence[Material], count: int) -> Signer:
    if not sound:
        return _nothing("no key fits: the assertions are of different keys, or one was changed after signing")
    if len(sound) == 1 and count > 1:
        why = f"the signatures reveal their key, and it verifies {_all(count)}"
        return Signer("recovered", why, sound[0], (), (), count)
    why = f"signed by one of these {len(sound)} keys, if it was not changed afterwards; a second assertion of the same key would tell which"
    return Signer("candidates", why, None, (), tuple(sound), count)
