"""Points on the elliptic curves of RFC 7518 §3.4 and RFC 8812 §3.2: just enough to recover public keys.

Domain parameters: FIPS 186-4 D.1.2 and SEC 2 v2 §2.4 to §2.6. Jacobian coordinates (x = X/Z², y = Y/Z³), SEC 1 §2.2.1 for the
group law. Only public values pass through here, so nothing is guarded against timing.
"""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[int, int]
"""Affine coordinates; the point at infinity is ``None``."""
_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


class Curve(NamedTuple):
    """y² = x³ + ax + b over the integers modulo ``p``, with a base point of prime order ``n`` and cofactor 1."""

    name: str
    """As in a JWK's ``crv``."""
    p: int
    a: int
    b: int
    x: int
    y: int
    n: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate, and of r and s in a signature."""
        return (self.p.bit_length() + 7) // 8

    def lift(self, x: int) -> tuple[Point, ...]:
        """The two points with this x; none when there is no such point. Every p here is 3 modulo 4, so a root is one power."""
        square = (pow(x, 3, self.p) + self.a * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        if y * y % self.p != square:
            return ()
        return ((x, y), (x, self.p - y))

    def combine(self, u: int, v: int, point: Point) -> Point | None:
        """u·G + v·point, both multiplied in one pass over the bits (Shamir's trick)."""
        base, other = (self.x, self.y, 1), (*point, 1)
        table = (_INFINITY, base, other, self._add(base, other))
        found = _INFINITY
        for bit in reversed(range(max(u.bit_length(), v.bit_length()))):
            found = self._double(found)
            which = (u >> bit & 1) | (v >> bit & 1) << 1
            if which:
                found = self._add(found, table[which])
        return self._affine(found)

    def _affine(self, point: _Jacobian) -> Point | None:
        x, y, z = point
        if not z:
            return None
        inverse = pow(z, -1, self.p)
        square = inverse * inverse % self.p
        return x * square % self.p, y * square * inverse % self.p

    def _double(self, point: _Jacobian) -> _Jacobian:
        x, y, z = point
        p = self.p
        if not y or not z:
            return _INFINITY
        yy = y * y % p
        s = 4 * x * yy % p
        m = (3 * x * x + self.a * pow(z, 4, p)) % p
        new = (m * m - 2 * s) % p
        return new, (m * (s - new) - 8 * yy * yy) % p, 2 * y * z % p

    def _add(self, one: _Jacobian, two: _Jacobian) -> _Jacobian:
        if not one[2]:
            return two
        if not two[2]:
            return one
        p = self.p
        (x1, y1, z1), (x2, y2, z2) = one, two
        zz1, zz2 = z1 * z1 % p, z2 * z2 % p
        u1, s1 = x1 * zz2 % p, y1 * zz2 * z2 % p
        h, r = (x2 * zz1 - u1) % p, (y2 * zz1 * z1 - s1) % p
        if not h:
            return _INFINITY if r else self._double(one)
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x = (r * r - hhh - 2 * v) % p
        return x, (r * (v - x) - s1 * hhh) % p, h * z1 * z2 % p


CURVES: dict[str, Curve] = {
    curve.name: curve
    for curve in (
        Curve(
            "P-256",
            2**256 - 2**224 + 2**192 + 2**96 - 1,
            -3,
            0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
            0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        ),
        Curve(
            "P-384",
            2**384 - 2**128 - 2**96 + 2**32 - 1,
            -3,
            0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
            0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
            0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
            0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        ),
        Curve(
            "P-521",
            2**521 - 1,
            -3,
            0x51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
            0xC6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
            0x11839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650,
            0x1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
        ),
        Curve(
            "secp256k1",
            2**256 - 2**32 - 977,
            0,
            0x7,
            0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
            0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
            0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
        ),
    )
}
"""By the name in a JWK."""
