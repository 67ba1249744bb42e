"""The outline of a DER value: lengths, children, what kind of thing it is. ITU-T X.690 §8.1; nothing is interpreted beyond that.

The loaders of ``cryptography`` say only that something is wrong. The outline says what it was meant to be, and whether its end
is missing.
"""

from __future__ import annotations

from typing import NamedTuple

SEQUENCE, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x30, 0x02, 0x03, 0x04, 0x06
_MOST_CHILDREN = 12
_MOST_ELEMENTS = 4000
_DEEPEST = 16


class Element(NamedTuple):
    """Tag, and where the content begins and ends. ``end`` may lie beyond the data when that was cut off."""

    tag: int
    begin: int
    end: int


def element(data: bytes, at: int = 0) -> Element | None:
    """The element at ``at``; ``None`` where no header can be read. An indefinite length (BER) reaches to the end of the data."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        return None
    length, begin = data[at + 1], at + 2
    if length == 0x80:
        return Element(data[at], begin, len(data))
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or begin + count > len(data):
            return None
        length, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
    return Element(data[at], begin, begin + length)


def children(data: bytes, parent: Element, most: int = _MOST_CHILDREN) -> list[Element]:
    """The first elements inside ``parent``."""
    found: list[Element] = []
    at = parent.begin
    while at < min(parent.end, len(data)) and len(found) < most and (each := element(data, at)) is not None:
        found.append(each)
        at = each.end
    return found


def missing(data: bytes) -> int:
    """Bytes that the outer length promises and the data lacks."""
    outer = element(data)
    return max(0, outer.end - len(data)) if outer is not None else 0


def kind_of(data: bytes) -> str:
    """What the outermost SEQUENCE is by its first children; empty when it is nothing of ours.

    RFC 5280 §4.1 (certificate, subject public key), RFC 2986 §4 (request), RFC 8017 §A.1 (RSA keys), RFC 5208 and RFC 5958
    (PKCS#8), RFC 5915 (SEC 1), RFC 5652 (PKCS#7), RFC 7292 (PKCS#12).
    """
    outer = element(data)
    if outer is None or outer.tag != SEQUENCE:
        return ""
    inside = children(data, outer)
    tags = [each.tag for each in inside]
    first = [each.tag for each in children(data, inside[0])] if inside and inside[0].tag == SEQUENCE else []
    if tags[:1] == [INTEGER]:
        return _numbered(data, inside, tags)
    if tags[:1] == [OID]:
        return "pkcs7" if _is_oid(data, inside[0], b"\x2a\x86\x48\x86\xf7\x0d\x01\x07") else ""
    if first[:1] == [OID]:
        return {BIT_STRING: "public-key", OCTET_STRING: "encrypted-private-key"}.get(tags[1] if len(tags) > 1 else 0, "")
    return _signed(data, inside, first)


def public_key_in(data: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate or request as it stands; empty where there is none."""
    outer = element(data)
    signed = children(data, outer, 1) if outer is not None else []
    for each in children(data, signed[0]) if signed else []:
        inside = children(data, each) if each.tag == SEQUENCE else []
        if [part.tag for part in inside] == [SEQUENCE, BIT_STRING]:
            return data[_start(data, each) : each.end]
    return b""


def _start(data: bytes, found: Element) -> int:
    """Where the header of an element begins, whose content is known."""
    length = found.end - found.begin
    return found.begin - (2 if length < 0x80 else 2 + (length.bit_length() + 7) // 8)


def _numbered(data: bytes, inside: list[Element], tags: list[int]) -> str:
    """Structures that begin with a version or a number."""
    second = tags[1] if len(tags) > 1 else 0
    if second == OCTET_STRING:
        return "private-key"
    if second == SEQUENCE:
        if tags[2:3] == [OCTET_STRING]:
            return "private-key"
        head = children(data, inside[1])
        return "pkcs12" if head and _is_oid(data, head[0], b"\x2a\x86\x48\x86\xf7\x0d\x01\x07") else ""
    if second == INTEGER:
        return "public-key" if len(tags) == 2 and inside[0].end - inside[0].begin > 8 else "private-key"
    return ""


def _signed(data: bytes, inside: list[Element], first: list[int]) -> str:
    """Signed structures: what is signed comes first."""
    if first[:1] == [0xA0] or first[:5] == [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE]:
        return "certificate"
    if first[:3] == [INTEGER, SEQUENCE, SEQUENCE]:
        third = children(data, children(data, inside[0])[2])
        return "csr" if third[1:2] and third[1].tag == BIT_STRING else "crl"
    return "crl" if first[:3] == [SEQUENCE, SEQUENCE, 0x17] else ""


def _is_oid(data: bytes, found: Element, begins: bytes) -> bool:
    return found.tag == OID and data.startswith(begins, found.begin)


def rounds(data: bytes) -> int:
    """The most rounds of key derivation that an encrypted structure asks for, as far as it is open to see.

    PBKDF2, PBES1 and the MAC of PKCS#12 write a salt and a count (RFC 8018 §A, RFC 7292 §4); scrypt writes three numbers, whose
    memory is counted as work (RFC 7914 §7).
    """
    heaviest, seen = 1, 0
    waiting = [(Element(SEQUENCE, 0, len(data)), 0)]
    while waiting and seen < _MOST_ELEMENTS:
        parent, depth = waiting.pop()
        inside = children(data, parent, 64)
        seen += len(inside)
        heaviest = max(heaviest, _asked(data, inside))
        if depth < _DEEPEST:
            waiting.extend((each, depth + 1) for each in inside if each.tag & 0x20 or _holds_der(data, each))
    return heaviest


def _asked(data: bytes, inside: list[Element]) -> int:
    for index, each in enumerate(inside[:-1]):
        numbers = []
        for after in inside[index + 1 : index + 4]:
            if each.tag != OCTET_STRING or after.tag != INTEGER or after.end > len(data):
                break
            numbers.append(int.from_bytes(data[after.begin : min(after.end, after.begin + 16)], "big"))
        if len(numbers) == 3:
            # 128 bytes of memory for each unit of N times r: the limit of work is one of memory too, some 400 MiB.
            return numbers[0] * numbers[1] * numbers[2] * 2
        if numbers:
            return numbers[0]
    return 0


def _holds_der(data: bytes, found: Element) -> bool:
    inner = element(data, found.begin) if found.tag == OCTET_STRING else None
    return inner is not None and inner.tag == SEQUENCE and inner.end == found.end
