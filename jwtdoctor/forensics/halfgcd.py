"""The greatest common divisor of numbers of tens of millions of digits, in the standard library alone.

``math.gcd`` takes quadratic time: hours for the numbers behind two RSA signatures. This is the half-gcd (Schönhage's idea in Möller's
form, "On Schönhage's algorithm and subquadratic integer GCD computation", Math. Comp. 77, 2008) over ``decimal``, whose C
module multiplies by a number-theoretic transform; Python's own integers stop at Karatsuba. Sizes are decimal digits.

Every step replaces a pair by its product with a matrix of determinant 1, so the divisor stays the same whatever the matrix is:
truncation can cost speed, never the result. A context that traps rounding keeps each operation exact.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from decimal import Decimal

Matrix = tuple[Decimal, Decimal, Decimal, Decimal]
"""``(a, b, c, d)`` with ad - bc = 1 and no negative entry: old pair = ((a, b), (c, d)) · new pair."""
Reduced = tuple[Matrix, Decimal, Decimal]
"""A matrix, and the new pair."""
Small = tuple[int, int, int, int]
"""The same in Python's integers."""

BASE = 240
"""Digits up to which Lehmer's method on Python's integers is quicker than halving once more."""
PLAIN = 4000
"""Digits up to which ``math.gcd`` finishes the work."""
_WINDOW = 60
"""Bits that Lehmer's method looks at: two limbs of a Python integer."""
_LEAST = 1 << 31
_ENTRY = 1 << 29
"""A matrix found in the window has no entry beyond 2^60 / 2^31."""
_SPARE = 40
"""Digits looked at beyond the quotient's own, so that an estimate is wrong by one at most."""
_ONE, _NONE = Decimal(1), Decimal(0)


def is_fast() -> bool:
    """Whether ``decimal`` is the C module; its stand-in in Python (other interpreters) would take weeks."""
    return hasattr(decimal, "__libmpdec_version__")


def exact() -> decimal.Context:
    """A context in which nothing is ever rounded: what would not fit raises ``decimal.Inexact``."""
    return decimal.Context(
        prec=decimal.MAX_PREC,
        Emax=decimal.MAX_EMAX,
        Emin=decimal.MIN_EMIN,
        traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )


def gcd(x: Decimal, y: Decimal, progress: Callable[[float], None] | None = None) -> Decimal:
    """The greatest common divisor of two integers that are not negative; ``progress`` is told the share that is done."""
    with decimal.localcontext(exact()):
        return _Euclid(max(_size(x), _size(y)), progress).gcd(x, y)


def _size(x: Decimal) -> int:
    """Decimal digits; 1 for zero."""
    return x.adjusted() + 1


def _product(m: Matrix, n: Matrix) -> Matrix:
    a, b, c, d = m
    e, f, g, h = n
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _then(matrix: Matrix | None, found: Reduced) -> Reduced:
    return (found[0] if matrix is None else _product(matrix, found[0])), found[1], found[2]


def _divide(x: Decimal, y: Decimal) -> tuple[Decimal, Decimal]:
    """Quotient and remainder of x ≥ y > 0. ``decimal`` would divide at the full length even for a quotient of one digit."""
    cut = 2 * _size(y) - _size(x) - _SPARE
    quotient = x.shift(-cut) // (y.shift(-cut) + 1) if cut > 0 else x // y
    rest = x - quotient * y
    while rest >= y:
        quotient, rest = quotient + 1, rest - y
    return quotient, rest


class _Euclid:
    """One run of the algorithm, which counts the digits that Euclid's quotients have taken off so far."""

    def __init__(self, digits: int, progress: Callable[[float], None] | None) -> None:
        self.digits = max(1, digits)
        self.taken = 0
        self.told = 0.0
        self.progress = progress

    def took(self, digits: int) -> None:
        """Count, and tell every thousandth part."""
        self.taken += digits
        share = min(1.0, self.taken / self.digits)
        if self.progress is not None and share - self.told >= 0.001:
            self.told = share
            self.progress(share)

    def gcd(self, x: Decimal, y: Decimal) -> Decimal:
        """Halve by the leading digits, divide once, and again; each division makes sure that the pair shrinks."""
        if x < y:
            x, y = y, x
        while y and _size(x) > PLAIN:
            size = _size(x)
            found = self.on_top(x, y, size // 2)
            if found is not None:
                _, x, y = found
                if x < y:
                    x, y = y, x
            quotient, rest = _divide(x, y)
            self.took(_size(quotient))
            x, y = y, rest
        return Decimal(math.gcd(int(x), int(y))) if y else x

    def halve(self, x: Decimal, y: Decimal) -> Reduced | None:
        """Reduce a pair to about half its digits, both numbers staying at 10^s or above for s = half + 1.

        Returns matrix and new pair, or ``None`` when nothing can be taken off. The bound makes the entries of the matrix small
        enough for it to be good for every pair that begins with these digits (Möller, lemma 5; in base ten with more room).
        """
        size = max(_size(x), _size(y))
        least = size // 2 + 1
        if min(_size(x), _size(y)) <= least:
            return None
        if size <= BASE:
            return self.lehmer(x, y, least)
        matrix: Matrix | None = None
        goal = 3 * size // 4 + 1
        if min(_size(x), _size(y)) > goal and (found := self.on_top(x, y, size // 2)) is not None:
            matrix, x, y = found
        while max(_size(x), _size(y)) > goal:
            if (found := self.step(x, y, least)) is None:
                return None if matrix is None else (matrix, x, y)
            matrix, x, y = _then(matrix, found)
        if (found := self.on_top(x, y, 2 * least - max(_size(x), _size(y)) + 1)) is not None:
            matrix, x, y = _then(matrix, found)
        while (found := self.step(x, y, least)) is not None:
            matrix, x, y = _then(matrix, found)
        return None if matrix is None else (matrix, x, y)

    def on_top(self, x: Decimal, y: Decimal, cut: int) -> Reduced | None:
        """Halve what stands above the ``cut`` lowest digits, and carry the others along."""
        high_x, high_y = x.shift(-cut), y.shift(-cut)
        if not high_x or not high_y:
            return None
        found = self.halve(high_x, high_y)
        if found is None:
            return None
        (a, b, c, d), new_x, new_y = found
        low_x, low_y = x - high_x.scaleb(cut), y - high_y.scaleb(cut)
        x = new_x.scaleb(cut) + (d * low_x - b * low_y)
        y = new_y.scaleb(cut) + (a * low_y - c * low_x)
        if x <= 0 or y <= 0:
            raise ArithmeticError("a matrix of the half-gcd reached too far")
        return found[0], x, y

    def step(self, x: Decimal, y: Decimal, least: int) -> Reduced | None:
        """One quotient of Euclid's that leaves both numbers at 10^least or above; ``None`` when there is none."""
        if x < y:
            found = self.step(y, x, least)
            return None if found is None else ((_ONE, _NONE, found[0][1], _ONE), found[2], found[1])
        quotient, rest = _divide(x, y)
        if not rest or _size(rest) <= least:
            quotient, rest = quotient - 1, rest + y
        if not quotient:
            return None
        self.took(_size(x) - _size(rest))
        return (_ONE, quotient, _NONE, _ONE), rest, y

    def lehmer(self, x: Decimal, y: Decimal, least: int) -> Reduced | None:
        """:meth:`halve` for short numbers, on Python's integers (Knuth, TAOCP vol. 2, 4.5.2, algorithm L)."""
        size = max(_size(x), _size(y))
        (a, b, c, d), u, v = _lehmer(int(x), int(y), 10**least)
        if not b and not c:
            return None
        new_x, new_y = Decimal(u), Decimal(v)
        self.took(size - max(_size(new_x), _size(new_y)))
        return (Decimal(a), Decimal(b), Decimal(c), Decimal(d)), new_x, new_y


def _lehmer(x: int, y: int, least: int) -> tuple[Small, int, int]:
    """Reduce as far as both stay at ``least`` or above, most of it by the leading bits alone."""
    a, b, c, d = 1, 0, 0, 1
    while True:
        cut = max(x.bit_length(), y.bit_length()) - _WINDOW
        if cut > 0:
            # What the cut bits hold is worth less than one entry; so far above `least`, the true pair cannot fall below it.
            e, f, g, h = _window(x >> cut, y >> cut, max(_LEAST, (least >> cut) + _ENTRY + 1))
            if f or g:
                x, y = h * x - f * y, e * y - g * x
                a, b, c, d = a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h
                continue
        if x >= y:
            quotient = (x - least) // y
            x, b, d = x - quotient * y, b + quotient * a, d + quotient * c
        else:
            quotient = (y - least) // x
            y, a, c = y - quotient * x, a + quotient * b, c + quotient * d
        if quotient <= 0:
            return (a, b, c, d), x, y


def _window(u: int, v: int, least: int) -> Small:
    """The matrix of Euclid's algorithm on two short numbers for as long as both stay at ``least`` or above."""
    a, b, c, d = 1, 0, 0, 1
    if u < least or v < least:
        return a, b, c, d
    if u >= v:
        quotient = (u - least) // v
        u -= quotient * v
        b += quotient * a
        d += quotient * c
    while True:
        quotient = (v - least) // u
        if not quotient:
            return a, b, c, d
        v -= quotient * u
        a += quotient * b
        c += quotient * d
        quotient = (u - least) // v
        if not quotient:
            return a, b, c, d
        u -= quotient * v
        b += quotient * a
        d += quotient * c
