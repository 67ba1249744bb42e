"""What ``jwtdoctor keys`` prints: a block for each key, then what belongs together, then what could not be read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from ..forensics.shape import hash_name
from ..keyring import Entry, Keyring, colons, days_left
from ..keys import Material
from ..model import Finding
from ..moments import utc
from ..visible import safe
from . import Look

_LABEL = 14
_LONGEST = 400
_FEW_FILES = 12
"""Files without a key that are told by name."""


class Row(NamedTuple):
    """One line of a block. A digest is broken only between its bytes; the style is the terminal's."""

    label: str
    text: str
    digest: bool = False
    style: str = ""


class Block(NamedTuple):
    """A headline and what belongs to it."""

    title: str
    rows: tuple[Row, ...]


def render(found: Keyring, format: str, look: Look) -> str:
    """The answer as ``terminal``, ``plain`` or ``json``."""
    if format == "json":
        return json.dumps(found.to_json(), ensure_ascii=True, indent=2) + "\n"
    blocks = list(_blocks(found))
    return _terminal(blocks, look) if format == "terminal" else _plain(blocks, look)


def _blocks(found: Keyring) -> Iterator[Block]:
    for number, each in enumerate(found.entries, 1):
        yield Block(_title(number, each.material), tuple(_rows(each, found)))
    if found.groups or found.relations:
        yield Block("What belongs together", tuple(_together(found)))
    if found.unreadable or found.skipped:
        yield Block("Not read", tuple(_not_read(found)))


_KINDS = {
    "certificate": "certificate", "public-key": "public key", "private-key": "private key (not shown)", "csr": "certificate request",
    "secret": "symmetric key (not shown)", "token": "token",
}  # fmt: skip
_FORMS = {
    "pem": "PEM", "der": "DER", "base64": "base64 without armour", "jwk": "JWK", "openssh": "OpenSSH", "pkcs7": "PKCS#7",
    "pkcs12": "PKCS#12", "keystore": "Java keystore",
}  # fmt: skip


def _title(number: int, each: Material) -> str:
    size = f" {each.size}" if each.size and each.type not in ("Ed25519", "Ed448", "X25519", "X448") else ""
    parts = [_KINDS.get(each.kind, each.kind), f"{each.type}{size}", each.curve, _FORMS.get(each.form, each.form)]
    return f"{number}. {safe(each.name, 80)}: {', '.join(part for part in parts if part.strip())}"


def _rows(entry: Entry, found: Keyring) -> Iterator[Row]:
    each = entry.material
    yield from _written(each, found.now)
    yield from _digests(each)
    if each.why:
        yield Row("remark", safe(each.why, _LONGEST))
    yield from _taken(entry, found)


def _written(each: Material, now: int) -> Iterator[Row]:
    """What stands in it."""
    if each.subject:
        yield Row("subject", safe(each.subject))
    if each.kind == "certificate":
        yield Row("issuer", "itself" if each.self_signed else safe(each.issuer) or "(empty)")
        yield Row("valid", *_validity(each, now))
        details = [
            f"{each.der_size} bytes as DER",
            f"signed with {hash_name(each.signature_hash)}" if each.signature_hash else "",
        ]
        details += [
            "with the CA flag, which does not matter here" if each.is_ca else "",
            f"for TLS of {', '.join(map(safe, each.tls_hosts[:3]))}" if each.tls_hosts else "",
        ]
        yield Row("details", ", ".join(part for part in details if part))
    if each.private and each.kind == "certificate":
        yield Row(
            "beside it", "its file also holds a private key, a secret that stays with the signer (not shown)", style="yellow"
        )
    if each.kid:
        yield Row("kid", safe(each.kid, 80))
    if each.exponent not in (0, 65537):
        yield Row("exponent", str(each.exponent) if each.exponent < 10**9 else f"{each.exponent.bit_length()} bits")


def _validity(each: Material, now: int) -> tuple[str, bool, str]:
    if each.not_before is None or each.not_after is None:
        return "dates that cannot be read", False, "yellow"
    dates = f"{utc(each.not_before)[:10]} to {utc(each.not_after)[:10]}"
    left = days_left(each, now) or 0
    if now < each.not_before:
        return f"{dates}, not yet: from {_days((each.not_before - now) // 86400)} on", False, "yellow"
    if now > each.not_after:
        return f"{dates}, over for {_days(-left)}", False, "yellow"
    return f"{dates}, {_days(left)} left", False, ""


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"


def _digests(each: Material) -> Iterator[Row]:
    if each.sha1:
        yield Row("SHA-1", colons(each.sha1), digest=True)
    if each.sha256:
        yield Row("SHA-256", colons(each.sha256), digest=True)
    if each.spki_sha256:
        yield Row("SPKI SHA-256", colons(each.spki_sha256), digest=True)
    for label, value in (("x5t", each.x5t), ("x5t#S256", each.x5t_s256), ("thumbprint", each.jwk_thumbprint)):
        if value:
            yield Row(label, value)


def _taken(entry: Entry, found: Keyring) -> Iterator[Row]:
    """How the provider takes it."""
    if entry.taken is None:
        return
    who = found.profile.name
    if entry.material.kind != "certificate":
        if entry.because:
            yield Row(
                who,
                f"not as the app's certificate: {safe(entry.because, _LONGEST)}",
                style="yellow" if entry.taken != "accepted" else "",
            )
        return
    if entry.taken == "accepted":
        but = " (with what is told below)" if entry.findings else ""
        yield Row(who, f"nothing in it is known to be refused{but}", style="green")
    for each in entry.findings:
        yield from _finding(each)


_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}


def _finding(each: Finding) -> Iterator[Row]:
    known = {"refuses": " (refused)", "tolerates": " (let pass)"}.get(each.effect, "")
    yield Row(each.severity, f"{each.rule}: {safe(each.message, _LONGEST)}{known}", style=_STYLES[each.severity])
    if each.help:
        yield Row("help", safe(each.help, _LONGEST))


def _together(found: Keyring) -> Iterator[Row]:
    for group in found.groups:
        names = ", ".join(f"{index + 1}" for index in group[:40])
        more = f" and {len(group) - 40} more" if len(group) > 40 else ""
        yield Row("one key", f"{names}{more}", style="green")
    if not found.groups and len(found.entries) > 1:
        yield Row("one key", "none of them share a key")
    for each in found.relations:
        label = _RELATIONS.get(each.name, "also")
        yield Row(label, safe(each.text, 600))
        if each.sha256:
            yield Row(label, colons(each.sha256), digest=True)


_RELATIONS = {
    "private-key-of": "pair", "public-key-of": "pair", "request-for": "pair", "certificate-missing": "missing", "same-certificate": "copies",
    "renewed": "renewed", "new-key": "new key", "issued-by": "chain", "signed-by": "token", "signed-other-bytes": "token",
    "signed-by-none": "token", "unsigned": "token", "names-another": "mismatch",
}  # fmt: skip


def _not_read(found: Keyring) -> Iterator[Row]:
    for file, why in found.unreadable:
        yield Row("unreadable", f"{safe(file, 120)}: {safe(why, _LONGEST)}", style="yellow")
    for file, why, keyless in sorted(found.skipped, key=lambda each: each[2])[:_FEW_FILES]:
        yield Row(
            "no key" if keyless else "unreadable", f"{safe(file, 120)}: {safe(why, _LONGEST)}", style="" if keyless else "yellow"
        )
    if len(found.skipped) > _FEW_FILES:
        yield Row("no key", f"and {len(found.skipped) - _FEW_FILES:,} more files (--format json lists them)")


def _broken(row: Row, width: int) -> list[str]:
    """The lines of a row's text."""
    if row.digest:
        room = max(24, width // 3 * 3)
        return [row.text[at : at + room] for at in range(0, len(row.text), room)]
    return textwrap.wrap(row.text, max(20, width), break_long_words=True, break_on_hyphens=False) or [""]


def _plain(blocks: list[Block], look: Look) -> str:
    """A labelled line each; the label stands again where a digest goes on."""
    lines: list[str] = []
    for block in blocks:
        lines += [
            *([""] if lines else []),
            *textwrap.wrap(block.title, look.width, subsequent_indent="  ", break_on_hyphens=False),
        ]
        for row in block.rows:
            label = f"{row.label[:1].upper()}{row.label[1:]}" if row.label[:3] != "x5t" else row.label
            if row.digest:
                # In one piece, however wide: so that it can be searched for and copied.
                lines.append(f"{label}: {row.text}")
            else:
                lines += textwrap.wrap(f"{label}: {row.text}", look.width, subsequent_indent="  ", break_on_hyphens=False)
    return "".join(f"{line}\n" for line in lines)


def _terminal(blocks: list[Block], look: Look) -> str:
    from .paint import Line, painted, unpainted

    lines: list[Line] = []
    for block in blocks:
        if lines:
            lines.append(())
        wrapped = textwrap.wrap(block.title, look.width, subsequent_indent="   ", break_on_hyphens=False)
        lines += [((row, "bold"),) for row in wrapped]
        label = ""
        for row in block.rows:
            for number, text in enumerate(_broken(row, look.width - _LABEL - 3)):
                shown = "" if number or row.label == label or (row.digest and row.label in _RELATIONS.values()) else row.label
                lines.append((("   ", ""), (f"{shown:<{_LABEL}}", row.style or "dim"), (text, "")))
            label = row.label if row.label not in (*_STYLES, "help", "pair", "token") or row.digest else ""
    paint = painted if look.color else unpainted
    return "".join(f"{paint(line)}\n" for line in lines)
