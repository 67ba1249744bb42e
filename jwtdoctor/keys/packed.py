"""A key or certificate as plain values, for another process: key objects of ``cryptography`` cannot be handed over."""

from __future__ import annotations

from typing import NamedTuple

from .material import Material, Secret


class Packed(NamedTuple):
    """A material without its key object, and its public key as DER (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7)."""

    material: Material
    public: bytes = b""


def packed(material: Material) -> Packed:
    """The material to hand over. Of a secret the bytes go along; a private key is never held."""
    key = material.key
    if key is None or isinstance(key, Secret):
        return Packed(material)
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Packed(material._replace(key=None), key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def unpacked(handed: Packed) -> Material:
    """The material as it was."""
    if not handed.public:
        return handed.material
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return handed.material._replace(key=load_der_public_key(handed.public))
