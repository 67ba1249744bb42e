"""Which keys, certificates and tokens belong together, and how a provider would take each. Frozen; no I/O, no clock.

The same public key is the same SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); a token belongs to the key that verifies it with the
algorithm of its own header (RFC 7515 §5.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from . import catalog, oracle
from .case import Case
from .catalog import Profile
from .checks.signature import examined
from .decode import Token
from .intake import Paste
from .keys import Material, is_issued_by
from .library import engine_of
from .model import SEVERITIES, Finding, Verdict
from .moments import utc
from .report import finding_json
from .visible import plain_json, safe

FORMAT = "jwtdoctor-keys"
VERSION = 1
DAY = 86400
MOST_TOKENS = 200
MOST_RELATIONS = 200
_MOST_CHECKED = 500
"""Certificates whose issuer is looked for."""
_FEW = 5
"""Names told of a long list."""

_CERTIFICATE, _PRIVATE, _PUBLIC, _REQUEST, _TOKEN = "certificate", "private-key", "public-key", "csr", "token"


class Signed(NamedTuple):
    """A token given beside the keys: where it stood, and what it says."""

    file: str
    name: str
    token: Token

    @property
    def alg(self) -> str:
        """The algorithm of its header; empty where there is none."""
        alg = self.token.header.value.get("alg")
        return alg if isinstance(alg, str) else ""


class Entry(NamedTuple):
    """One key, certificate or token, with what the provider's rules say of it."""

    material: Material
    findings: tuple[Finding, ...] = ()
    """Of a certificate. What else is given need not be one, so it is no fault there."""
    taken: Verdict | None = None
    """How the provider takes it as the app's certificate; ``None`` for a token."""
    because: str = ""


class Relation(NamedTuple):
    """What two or more of them, or one and the lack of another, have to do with each other."""

    name: str
    keys: tuple[int, ...]
    text: str
    sha256: str = ""
    """A fingerprint that ends the text, hex."""


class Keyring(NamedTuple):
    """Everything that was read, in the order given, and what belongs together."""

    entries: tuple[Entry, ...]
    groups: tuple[tuple[int, ...], ...]
    relations: tuple[Relation, ...]
    profile: Profile
    now: int
    unreadable: tuple[tuple[str, str], ...] = ()
    """Named files that gave nothing, and why."""
    skipped: tuple[tuple[str, str, bool], ...] = ()
    """Files of folders that gave nothing, why, and whether they are simply no key files."""
    damaged: int = 0
    """How many of the named files are damaged, locked or absent, and not only without a key."""

    def to_json(self) -> dict[str, Any]:
        """The document of the contract, version 1."""
        return {
            "format": FORMAT, "version": VERSION, "now": self.now, "profile": self.profile.name,
            "keys": [_entry(each, self.now) for each in self.entries],
            "belong_together": [list(each) for each in self.groups],
            "relations": [_relation(each) for each in self.relations],
            "unreadable": [
                {"file": plain_json(file), "why": safe(why, 400)}
                for file, why, *_ in (*self.unreadable, *self.skipped)
            ],
        }  # fmt: skip

    def exit_code(self, fail_on: str = "error") -> int:
        """0 nothing at or above ``fail_on``; 1 something; 2 a named file could not be read; 3 no key in the input at all."""
        if not self.entries:
            return 2 if self.damaged else 3
        if self.unreadable:
            return 2
        if fail_on == "never":
            return 0
        limit = SEVERITIES.index("warning" if fail_on == "warning" else "error")
        return int(any(SEVERITIES.index(f.severity) <= limit for each in self.entries for f in each.findings))


def keyring(
    materials: Sequence[Material],
    tokens: Sequence[Signed] = (),
    *,
    now: int,
    profile: str | None = None,
    warn_days: int | None = None,
) -> Keyring:
    """Compare everything with everything. ``profile``: a provider's name, else the default one. Raises KeyError for an unknown name."""
    rules = _profile(profile)
    tokens = tokens[:MOST_TOKENS]
    signers = [_signers(materials, each, rules) for each in tokens]
    groups = _groups(materials, signers)
    entries = [*_examined(materials, rules, now, warn_days), *(Entry(_as_material(each)) for each in tokens)]
    relations = _relations(materials, tokens, signers, groups)
    return Keyring(
        tuple(entries), tuple(each for each in groups if len(each) > 1), tuple(_bounded(relations)), rules, now
    )  # fmt: skip


def _profile(name: str | None) -> Profile:
    profiles = catalog.load().profiles
    return profiles[name] if name is not None else next(each for each in profiles.values() if each.role == "default")


def _as_material(signed: Signed) -> Material:
    return Material(signed.name, _TOKEN, type=safe(signed.alg, 20), file=signed.file)


# --- how the provider takes them -------------------------------------------------------------------------------------------


def _examined(materials: Sequence[Material], profile: Profile, now: int, warn_days: int | None) -> Iterator[Entry]:
    """Certificates are examined file by file, since several in one file are a matter of their own; other keys one by one."""
    told: dict[str, list[Finding]] = {}
    files: dict[str, list[Material]] = {}
    for each in materials:
        if each.kind == _CERTIFICATE:
            files.setdefault(each.file, []).append(each)
    for certificates in files.values():
        names = {each.name for each in certificates}
        for finding in _findings(tuple(certificates), profile, now, warn_days):
            named = str(finding.facts.get("certificate", ""))
            told.setdefault(named if named in names else certificates[0].name, []).append(finding)
    for each in materials:
        if each.kind == _CERTIFICATE:
            found = tuple(told.get(each.name, ()))
            yield Entry(each, found, *_taken(found))
        else:
            yield Entry(each, (), *_taken(_findings((each,), profile, now, warn_days)))


def _findings(materials: tuple[Material, ...], profile: Profile, now: int, warn_days: int | None) -> tuple[Finding, ...]:
    given = tuple(each._replace(candidate=False) for each in materials)
    case = Case(None, profile=profile, certificates=given, now=now, warn_days=warn_days)
    return tuple(each for each in engine_of(profile.name).examine(case).findings if each.at.exhibit == _CERTIFICATE)


def _taken(findings: tuple[Finding, ...]) -> tuple[Verdict, str]:
    """By effect, as the verdict on an assertion is; and the finding that decides it."""
    verdicts: dict[str, Verdict] = {"refuses": "refused", "unknown": "undetermined"}
    for effect, verdict in verdicts.items():
        if deciding := next((each for each in findings if each.effect == effect), None):
            return verdict, deciding.message
    return "accepted", ""


# --- what belongs together -------------------------------------------------------------------------------------------------


class Signers(NamedTuple):
    """The keys that verify a token; failing that, what examining its signature brought."""

    verifying: tuple[int, ...] = ()
    signer: int | None = None
    """Whose key made it, over other bytes or written wrongly."""
    decided: bool = True
    """False where it cannot be told whether one of the keys made it."""


def _signers(materials: Sequence[Material], signed: Signed, profile: Profile) -> Signers:
    signature, data = signed.token.signature.data, signed.token.signing_input
    if not signature or not signed.alg:
        return Signers(decided=not signed.token.signature.text)
    usable = [(index, each) for index, each in enumerate(materials) if each.key is not None]
    answers: dict[tuple[str, str], str] = {}
    verifying = []
    for index, each in usable:
        # A secret has no SPKI to be told apart by, so each is asked by itself.
        place = (each.spki_sha256 or f"secret {index}", each.alg)
        if place not in answers:
            answers[place] = oracle.verify(signed.alg, each, data, signature)
        if answers[place] == "valid":
            verifying.append(index)
    if verifying or not usable:
        return Signers(tuple(verifying))
    case = Case(Paste(signed.token.text, "bare"), profile=profile, certificates=tuple(materials), token=signed.token)
    found = examined(case)
    signer = next((index for index, each in usable if each is found.signer), None)
    return Signers((), signer, found.found is not None and found.found.fault in ("key", "bytes"))


def _groups(materials: Sequence[Material], signers: Sequence[Signers]) -> list[tuple[int, ...]]:
    """Indices of what shares one key, in order; tokens come after the keys."""
    found: dict[str, list[int]] = {}
    homes: dict[int, str] = {}
    for index, each in enumerate(materials):
        homes[index] = each.spki_sha256 or f"by itself {index}"
        found.setdefault(homes[index], []).append(index)
    for index, signed in enumerate(signers, len(materials)):
        home = homes[signed.verifying[0]] if signed.verifying else f"by itself {index}"
        found.setdefault(home, []).append(index)
    return sorted(map(tuple, found.values()))


# --- relations, in words ---------------------------------------------------------------------------------------------------


def _relations(
    materials: Sequence[Material], tokens: Sequence[Signed], signers: Sequence[Signers], groups: Sequence[tuple[int, ...]]
) -> Iterator[Relation]:
    for number, (signed, found) in enumerate(zip(tokens, signers, strict=True)):
        yield from _signed(materials, signed, found, len(materials) + number)
    for group in groups:
        yield from _within(materials, tuple(index for index in group if index < len(materials)))
    yield from _same_name(materials)
    yield from _chains(materials)


def _within(materials: Sequence[Material], group: tuple[int, ...]) -> Iterator[Relation]:
    """Among things of one key."""
    certificates = [index for index in group if materials[index].kind == _CERTIFICATE]
    yield from _renewals(materials, certificates)
    lasting = sorted(certificates, key=lambda index: materials[index].not_after or 0)
    by_file = {materials[index].file: index for index in lasting}
    halves: dict[tuple[str, int], list[int]] = {}
    for index in group:
        kind = materials[index].kind
        # The certificate of the same file, else the one that lasts longest.
        own = by_file.get(materials[index].file, lasting[-1] if lasting else None)
        if own is not None and kind in _HALVES:
            halves.setdefault((kind, own), []).append(index)
        elif kind == _PRIVATE and own is None and materials[index].spki_sha256:
            words = (
                f"no certificate here belongs to {_shown(materials[index])}; the matching one has a public key whose SHA-256 is"
            )
            yield Relation("certificate-missing", (index,), words, materials[index].spki_sha256)
    for (kind, own), those in halves.items():
        is_ = "is" if len(those) == 1 else "are each"
        words = f"{_listed(materials, those)} {is_} {_HALVES[kind]} {_shown(materials[own])}, whose SHA-256 is"
        yield Relation(_NAMES[kind], (*those, own), words, materials[own].sha256)


_HALVES = {
    _PRIVATE: "the private key of the certificate",
    _PUBLIC: "the bare public key of the certificate",
    _REQUEST: "a request for the key of the certificate",
}
_NAMES = {_PRIVATE: "private-key-of", _PUBLIC: "public-key-of", _REQUEST: "request-for"}


def _renewals(materials: Sequence[Material], certificates: list[int]) -> Iterator[Relation]:
    same: dict[str, list[int]] = {}
    for index in certificates:
        same.setdefault(materials[index].sha256, []).append(index)
    for copies in same.values():
        if len(copies) > 1:
            yield Relation("same-certificate", tuple(copies), f"the same certificate: {_listed(materials, copies)}")
    if len(same) > 1:
        firsts = sorted((copies[0] for copies in same.values()), key=lambda index: materials[index].not_after or 0)
        until = ", ".join(f"{_shown(materials[i])} until {utc(materials[i].not_after or 0)[:10]}" for i in firsts[:_FEW])
        more = f", and {len(firsts) - _FEW} more" if len(firsts) > _FEW else ""
        yield Relation(
            "renewed", tuple(firsts), f"same key, renewed certificate: {until}{more}; each verifies what the key signs"
        )


def _same_name(materials: Sequence[Material]) -> Iterator[Relation]:
    """Certificates of one subject with different keys: the change that people forget to upload."""
    named: dict[str, dict[str, int]] = {}
    for index, each in enumerate(materials):
        if each.kind == _CERTIFICATE and each.subject and each.spki_sha256:
            named.setdefault(each.subject, {}).setdefault(each.spki_sha256, index)
    for subject, firsts in named.items():
        if len(firsts) > 1:
            ordered = sorted(firsts.values(), key=lambda index: materials[index].not_before or 0)
            words = f"same name, new key ({safe(subject, 80)}): {_listed(materials, ordered)}, oldest first; what one signs the others do not verify"
            yield Relation("new-key", tuple(ordered), words)


def _chains(materials: Sequence[Material]) -> Iterator[Relation]:
    """Who issued whom, by name and signature."""
    subjects: dict[str, list[int]] = {}
    for index, each in enumerate(materials):
        if each.kind == _CERTIFICATE and each.der:
            subjects.setdefault(each.subject, []).append(index)
    asked = 0
    for index, each in enumerate(materials):
        if each.kind != _CERTIFICATE or each.issuer == each.subject:
            continue
        for parent in subjects.get(each.issuer, ())[:_FEW]:
            asked += 1
            if asked > _MOST_CHECKED:
                return
            if is_issued_by(each, materials[parent]):
                yield Relation("issued-by", (index, parent), f"{_shown(each)} is issued by {_shown(materials[parent])}")
                break


def _signed(materials: Sequence[Material], signed: Signed, found: Signers, index: int) -> Iterator[Relation]:
    """A token and its key, and the key it names where that is another."""
    name = safe(signed.name, 60)
    if found.verifying:
        keys = found.verifying
        yield Relation(
            "signed-by", (index, *keys), f"{name} is signed with the key of {_listed(materials, keys)}, by {safe(signed.alg, 20)}"
        )
    elif found.signer is not None:
        words = f"{name} carries a signature made with the key of {_shown(materials[found.signer])}, but it does not verify: jwtdoctor diagnose says why"
        yield Relation("signed-other-bytes", (index, found.signer), words)
    elif not signed.token.signature.text:
        yield Relation("unsigned", (index,), f"{name} carries no signature")
    elif any(each.key is not None for each in materials):
        if found.decided:
            yield Relation("signed-by-none", (index,), f"{name} is signed with none of the keys here")
        else:
            words = f"{name} verifies with none of the keys here as it stands; whether one of them made it cannot be told: jwtdoctor diagnose says more"
            yield Relation("undecided", (index,), words)
    yield from _named(materials, signed, found, index)


def _named(materials: Sequence[Material], signed: Signed, found: Signers, index: int) -> Iterator[Relation]:
    header = signed.token.header.value
    for member, field in (("x5t", "x5t"), ("x5t#S256", "x5t_s256"), ("kid", "kid")):
        value = header.get(member)
        pointed = [i for i, each in enumerate(materials) if isinstance(value, str) and value and getattr(each, field) == value]
        if pointed and not set(pointed) & set(found.verifying):
            words = f"the header of {safe(signed.name, 60)} names {_shown(materials[pointed[0]])} by `{member}`, which does not verify it"
            yield Relation("names-another", (index, *pointed), words)


def _bounded(relations: Iterable[Relation]) -> Iterator[Relation]:
    for number, each in enumerate(relations):
        if number == MOST_RELATIONS:
            yield Relation("more", (), f"and more than these {MOST_RELATIONS}")
            return
        yield each


def _listed(materials: Sequence[Material], indices: Sequence[int]) -> str:
    shown = [_shown(materials[index]) for index in indices[:_FEW]]
    if len(indices) > _FEW:
        return f"{', '.join(shown)} and {len(indices) - _FEW} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _shown(material: Material) -> str:
    return safe(material.name, 80)


# --- JSON ------------------------------------------------------------------------------------------------------------------


def _entry(entry: Entry, now: int) -> dict[str, Any]:
    each = entry.material
    return {
        "file": plain_json(each.file or each.name), "name": plain_json(each.name), "kind": each.kind, "form": each.form or None,
        "entry": plain_json(each.entry) or None, "type": each.type or None, "size": each.size or None, "curve": each.curve or None,
        "exponent": each.exponent or None, "sha1": each.sha1 or None, "sha256": each.sha256 or None,
        "spki_sha256": each.spki_sha256 or None, "x5t": each.x5t or None, "x5t_s256": each.x5t_s256 or None,
        "jwk_thumbprint": each.jwk_thumbprint or None, "kid": plain_json(each.kid) or None, "alg": plain_json(each.alg) or None,
        "subject": plain_json(each.subject) or None, "issuer": plain_json(each.issuer) or None, "serial": each.serial or None,
        "not_before": each.not_before, "not_after": each.not_after, "days_left": days_left(each, now),
        "signature_hash": each.signature_hash or None, "self_signed": each.self_signed if each.kind == _CERTIFICATE else None,
        "is_ca": each.is_ca, "tls_hosts": [safe(host) for host in each.tls_hosts], "der_size": each.der_size or None,
        "private": each.private, "encrypted": each.encrypted, "remark": safe(each.why, 400) or None,
        "taken": entry.taken, "because": safe(entry.because, 400) or None,
        "findings": [finding_json(finding) for finding in entry.findings],
    }  # fmt: skip


def _relation(each: Relation) -> dict[str, Any]:
    text = f"{safe(each.text, 1000)} {colons(each.sha256)}".strip()
    return {"relation": each.name, "keys": list(each.keys), "text": text, "sha256": each.sha256 or None}


def colons(digest: str) -> str:
    """A digest as certificate tools print it: ``AB:CD:…``."""
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def days_left(material: Material, now: int) -> int | None:
    """Whole days until the certificate ends, negative after that."""
    return None if material.not_after is None else (material.not_after - now) // DAY
