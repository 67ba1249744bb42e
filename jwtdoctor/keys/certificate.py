"""X.509 certificates and requests. RFC 5280, RFC 2986; as carriers of a key, not as a web server's."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from . import der
from .material import Encoded, Material, Unreadable
from .public import b64u, described

T = TypeVar("T")

_LONGEST_NAME = 200
_MOST_HOSTS = 20


def certificate(data: bytes, form: str) -> Material:
    """One certificate from its DER. Raises Unreadable; a key that cannot be used is told in ``why``."""
    from cryptography import x509

    try:
        found = x509.load_der_x509_certificate(data)
    except ValueError:
        raise Unreadable(damaged("certificate", data)) from None
    base = _holder(found.public_key, "certificate", form, data)
    sha1, sha256 = hashlib.sha1(data, usedforsecurity=False), hashlib.sha256(data)
    return base._replace(
        subject=_attempt(lambda: _name(found.subject), ""),
        issuer=_attempt(lambda: _name(found.issuer), ""),
        not_before=_attempt(lambda: int(found.not_valid_before_utc.timestamp()), None),
        not_after=_attempt(lambda: int(found.not_valid_after_utc.timestamp()), None),
        sha1=sha1.hexdigest(),
        sha256=sha256.hexdigest(),
        x5t=b64u(sha1.digest()),
        x5t_s256=b64u(sha256.digest()),
        der_size=len(data),
        signature_hash=_attempt(lambda: _hash(found), ""),
        self_signed=_attempt(lambda: _is_self_signed(found), False),
        is_ca=_attempt(lambda: _is_ca(found), None),
        tls_hosts=_attempt(lambda: _tls_hosts(found), ()),
        serial=_attempt(lambda: f"{found.serial_number:X}", ""),
        der=Encoded(data),
    )


def request(data: bytes, form: str) -> Material:
    """One certificate request (CSR). Raises Unreadable."""
    from cryptography import x509

    try:
        found = x509.load_der_x509_csr(data)
    except ValueError:
        raise Unreadable(damaged("certificate request", data)) from None
    base = _holder(found.public_key, "csr", form, data)
    broken = base.key is not None and not _attempt(lambda: found.is_signature_valid, True)
    why = "the request's own signature does not verify" if broken else base.why
    return base._replace(subject=_attempt(lambda: _name(found.subject), ""), der_size=len(data), why=why)


def is_issued_by(child: Material, parent: Material) -> bool | None:
    """Whether ``parent`` signed ``child``; ``None`` where that cannot be examined. Names are compared first."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        one, other = x509.load_der_x509_certificate(child.der), x509.load_der_x509_certificate(parent.der)
        one.verify_directly_issued_by(other)
    except (ValueError, InvalidSignature):
        return False
    except Exception:  # noqa: BLE001 - an algorithm that is not known here is no verdict
        return None
    return True


def damaged(what: str, data: bytes) -> str:
    """``a damaged certificate``, with how much is missing where its outer length tells."""
    lacking = der.missing(data)
    article = "an" if what[0] in "aeiou" else "a"
    if lacking:
        return f"{article} {what} that was cut off: {lacking} of {lacking + len(data)} bytes are missing"
    return f"a damaged {what}: the outer DER is whole, its inside is not"


def _holder(public_key: Callable[[], Any], kind: str, form: str, data: bytes) -> Material:
    """The key inside; a structure around a broken key is unreadable, around one of an unknown type still a certificate."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return described(public_key(), kind, form)
    except UnsupportedAlgorithm:
        return Material("", kind, form=form, why="its key is of a type or curve that is not known here")
    except Unreadable as refused:
        why = str(refused)
    except ValueError:
        why = _refusal(der.public_key_in(data))
    return Material("", "unreadable", form=form, why=f"the {_WORDS[kind]} holds {why}")


def _refusal(data: bytes) -> str:
    """What is wrong with a key: its own loader says more of it than that of the certificate around it."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        load_der_public_key(data)
    except ValueError as error:
        return bad_key(str(error), data)
    return bad_key("", data)


_WORDS = {"certificate": "certificate", "csr": "request"}


def bad_key(told: str, of: bytes) -> str:
    """What is wrong with a public key: from the loader's complaint, and whether its algorithm ``of`` is one of elliptic curves."""
    if told.startswith("e must"):
        return "no usable RSA key: its public exponent is even or less than 3 (RFC 8017 §3.1)"
    if told.startswith("n must"):
        return "no usable RSA key: its modulus is too small"
    if _ID_EC in of[:64] or b"ecdsa" in of[:64]:
        return "no usable EC key: its point is not on the curve"
    return "a key that is damaged or breaks the rules of its type"


_ID_EC = b"\x2a\x86\x48\xce\x3d\x02\x01"
"""1.2.840.10045.2.1, RFC 5480 §2.1.1."""


def _attempt(compute: Callable[[], T], otherwise: T) -> T:
    """One field of a certificate; a hostile one must not hide the rest."""
    with contextlib.suppress(Exception):
        return compute()
    return otherwise


def _name(name: Any) -> str:
    return str(name.rfc4514_string())[:_LONGEST_NAME]


def _hash(found: Any) -> str:
    algorithm = found.signature_hash_algorithm
    return "" if algorithm is None else str(algorithm.name)


def _is_self_signed(found: Any) -> bool:
    from cryptography.exceptions import InvalidSignature

    if found.issuer.public_bytes() != found.subject.public_bytes():
        return False
    try:
        found.verify_directly_issued_by(found)
    except InvalidSignature:
        return False
    except Exception:  # noqa: BLE001 - not checkable here (an old hash, an unknown curve): the names speak
        return True
    return True


def _is_ca(found: Any) -> bool | None:
    from cryptography import x509

    return bool(found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)


def _tls_hosts(found: Any) -> tuple[str, ...]:
    from cryptography import x509

    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if x509.oid.ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        return ()
    names: list[str] = []
    with contextlib.suppress(x509.ExtensionNotFound):
        named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(each) for each in named.get_values_for_type(x509.DNSName)]
    common = names or [str(each.value) for each in found.subject.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)]
    return tuple(common[:_MOST_HOSTS])
