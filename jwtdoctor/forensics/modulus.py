"""The modulus of an unknown RSA key, from two signatures it made: RSASSA-PKCS1-v1_5, RFC 8017 §8.2.

With RS256 and its kin the signed block is known: it is the padded hash of the signing input (§9.2). So n divides s^e - block for
every signature of the key, and the greatest common divisor of two such numbers is n, times a small cofactor at most. For
e = 65537 and a 2048-bit key these numbers have 134 million bits each: an honest job of work, done offline.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal
    from types import ModuleType

EXPONENTS = (3, 5, 17, 257)
"""Exponents in use beside the usual one; they cost next to nothing to try."""
USUAL = 65537
SHORTEST, LONGEST = 64, 512
"""Bytes of a signature for the slow step: keys of 512 to 4096 bits."""
LONGEST_AT_ALL = 1024
"""Bytes of a signature for small exponents; no verifier we ask takes a larger key."""
LONGEST_QUICK = 1 << 22
"""Bits of s^e up to which the step takes seconds."""
LONGEST_SLOW = 8 * LONGEST * USUAL
"""Bits of s^e at most."""
_STDLIB = 1 << 18
"""Bits up to which ``math.gcd`` is quick enough."""
_COFACTOR = 1 << 16
"""Small primes below this are divided out of the divisor; no modulus has such a factor."""

_HASHES = {"RS256": "sha256", "RS384": "sha384", "RS512": "sha512"}
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""RFC 8017 §9.2, note 1."""
_SHORTEST_FRAME = 11
"""Bytes of ``00 01``, eight ``FF`` and ``00`` at least."""


class Equation(NamedTuple):
    """signature^e = block (mod n), for the unknown n; ``size`` is the signature's length in bytes."""

    signature: int
    block: int
    size: int

    def __repr__(self) -> str:
        return f"Equation({self.size} bytes)"


class Work(NamedTuple):
    """A greatest common divisor to be computed, and what it will take on a machine like the one it was measured on."""

    first: Equation
    second: Equation
    exponent: int
    engine: str
    """``gmpy2``, or ``decimal`` without it."""
    seconds: int
    memory: int
    """Bytes."""

    @property
    def bits(self) -> int:
        """Length of each of the two numbers."""
        return 8 * self.first.size * self.exponent


class Progress(NamedTuple):
    """How far the work is."""

    share: float
    rest: float = 0.0
    """When the rest is one silent call: how many times as long it will take as all before it."""


Report = Callable[[Progress], None]


def equation(alg: str, signing_input: bytes, signature: bytes) -> Equation | None:
    """What a signature says about its key; ``None`` when it is too short to hold the hash of ``alg``."""
    name = _HASHES[alg]
    info = _DIGEST_INFO[name] + hashlib.new(name, signing_input).digest()
    if len(signature) < len(info) + _SHORTEST_FRAME:
        return None
    block = b"\x00\x01" + b"\xff" * (len(signature) - len(info) - 3) + b"\x00" + info
    return Equation(int.from_bytes(signature, "big"), int.from_bytes(block, "big"), len(signature))


def is_deterministic(alg: str) -> bool:
    """Whether ``alg`` is one whose signatures reveal the modulus."""
    return alg in _HASHES


def plan(first: Equation, second: Equation, exponent: int) -> Work:
    """The work for one exponent, with seconds and bytes scaled from measurements."""
    engine = "gmpy2" if _gmpy2() is not None else "decimal"
    share = 8 * first.size * exponent / _MEASURED
    per_run = _SECONDS[engine] * share ** (_GROWTH if share > 1 else 1.0)
    memory = _OVERHEAD + int(_MEMORY[engine] * share)
    return Work(first, second, exponent, engine, max(1, round(per_run)), memory)


_MEASURED = 8 * 256 * USUAL
"""Bits of the run that was measured: RSA-2048 with the usual exponent."""
_SECONDS = {"gmpy2": 33.0, "decimal": 285.0}
_MEMORY = {"gmpy2": 170_000_000, "decimal": 250_000_000}
_OVERHEAD = 30_000_000
_GROWTH = 1.18
"""Time grows a little faster than length."""


def divisor(work: Work, report: Report = lambda _: None) -> int:
    """gcd(s1^e - block1, s2^e - block2), by the quickest means at hand.

    Raises RuntimeError when neither gmpy2 nor the C module behind ``decimal`` is there and the numbers are long.
    """
    if work.bits <= _STDLIB:
        return math.gcd(*(abs(each.signature**work.exponent - each.block) for each in work[:2]))
    if work.engine == "gmpy2" and (gmpy2 := _gmpy2()) is not None:
        return _by_gmpy2(gmpy2, work, report)
    return _by_decimal(work, report)


def _gmpy2() -> ModuleType | None:
    try:
        return import_module("gmpy2")
    except ImportError:
        return None


def _by_gmpy2(gmpy2: ModuleType, work: Work, report: Report) -> int:
    """The powers show how quick this machine is; the divisor, one silent call, then takes so many times as long."""
    numbers = []
    for each in work[:2]:
        numbers.append(gmpy2.mpz(each.signature) ** work.exponent - each.block)
        report(Progress(_SHARE_OF_POWERS * len(numbers) / 2))
    report(Progress(_SHARE_OF_POWERS, _GCD_PER_POWERS))
    return int(gmpy2.gcd(*numbers))


_SHARE_OF_POWERS = 0.03
_GCD_PER_POWERS = 30.0
"""Measured for RSA-2048 with the usual exponent."""


def _by_decimal(work: Work, report: Report) -> int:
    from decimal import localcontext

    from . import halfgcd

    if not halfgcd.is_fast():
        raise RuntimeError("this Python has no fast arithmetic for long numbers; install gmpy2")
    with localcontext(halfgcd.exact()):
        numbers = []
        for each in work[:2]:
            numbers.append(abs(_power(each.signature, work.exponent) - each.block))
            report(Progress(_SHARE_OF_POWERS * len(numbers) / 2))
        first, second = numbers
        del numbers
        found = halfgcd.gcd(first, second, lambda share: report(Progress(_SHARE_OF_POWERS + (1 - _SHARE_OF_POWERS) * share)))
        # Converting takes quadratic time; what is longer than any cofactor makes it is no answer anyway.
        return int(found) if found.adjusted() < 8 * LONGEST_AT_ALL else 0


def _power(base: int, exponent: int) -> Decimal:
    """base^exponent by squaring, exactly (in the surrounding context)."""
    from decimal import Decimal

    number = power = Decimal(base)
    for bit in f"{exponent:b}"[1:]:
        power = power * power
        if bit == "1":
            power = power * number
    return power


def modulus(found: int, equations: Sequence[Equation], exponent: int) -> int | None:
    """The modulus in a common divisor: freed of its cofactor by further signatures and by small primes.

    ``None`` when what remains is no modulus of these signatures: too short, too long, or smaller than one of them.
    """
    size = equations[0].size
    for each in equations[2:]:
        if found < 2:
            return None
        smaller = math.gcd(found, pow(each.signature, exponent, found) - each.block)
        # A signature of another key would leave nothing; it must not spoil what the others say.
        found = smaller if smaller.bit_length() > 8 * (size - 1) else found
    if found < 2:
        return None
    for prime in _primes(_COFACTOR):
        while found % prime == 0:
            found //= prime
    fits = 8 * (size - 1) < found.bit_length() <= 8 * size
    return found if fits and found > max(each.signature for each in equations[:2]) else None


def _primes(limit: int) -> Iterator[int]:
    """The primes below ``limit``, by the sieve of Eratosthenes."""
    sieve = bytearray([1]) * limit
    for number in range(2, limit):
        if sieve[number]:
            yield number
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
