"""A text made safe to be shown, so that its diagnosis stays the same: every token, key and identifier has a look-alike instead.

Knows shapes and places, and no rules: what is to be kept, and what is stated of a signature, is told from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..intake import Paste
from ..statement import read
from . import token as tokens
from .aligned import align
from .alike import Alike, Vocabulary
from .edits import Edits
from .jsontext import Path, rewritten
from .prose import Prose, is_opaque, of_base64, to_base64

__all__ = ["Redactor", "Vocabulary"]

KEPT = frozenset({
    "alg", "typ", "cty", "enc", "zip", "crit", "b64", "kty", "crv", "use", "key_ops", "exp", "iat", "nbf", "auth_time",
    "updated_at", "scope", "scp", "grant_type", "token_type", "token_use", "ver", "amr", "acr", "response_type", "htm", "prompt",
    "ttl",
})  # fmt: skip
"""Members that say what a token is, not whose."""
PLACES = frozenset({"aud", "htu", "redirect_uri"})
"""Members that name a host."""
IDENTIFYING = frozenset({
    "iss", "sub", "prn", "jti", "azp", "client_id", "cid", "oid", "sid", "kid", "uid", "user_id", "userid", "appid", "tid",
})  # fmt: skip
"""Members whose value identifies even if it is a number."""
_PERSONAL = frozenset({
    "email", "name", "preferred_username", "upn", "given_name", "family_name", "nickname", "unique_name", "login", "username",
    "org_id", "orgid",
})  # fmt: skip
_DIGESTS = frozenset({"x5t", "x5t#S256"})
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,15}://)(?P<user>[^/?#@\s]*@)?(?P<host>[^/?#:\s]*)(?P<rest>.*)\Z", re.DOTALL
)
_HOST_LIKE = re.compile(
    r"(?P<scheme>\s*[A-Za-z][A-Za-z0-9+.-]{1,15}://(?:[^/?#@\s]*@)?(?=\S)|\s*(?=(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[:/]\S*)?\s*\Z))"
    r"(?P<host>[^/?#:\s]*)(?P<rest>.*)\Z",
    re.DOTALL,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9_+/-])e[yw][A-Za-z0-9_+/-]{6,}={0,2}(?:\.[A-Za-z0-9_+/=%-]*){1,4}")
_JSON_RUN = re.compile(r"(?<![A-Za-z0-9_+/.-])e[yw][A-Za-z0-9_+/-]{20,}={0,2}(?!\.)")
_RUN = re.compile(r"(?<![A-Za-z0-9_+/-])[A-Za-z0-9+/_-]{40,}(?:\r?\n[A-Za-z0-9+/_-]{20,})*={0,2}")
_REMAINDER = re.compile(r"[^\sA-Za-z0-9&\"'<>,;:(){}\[\]\\]{1,3}(?P<run>[A-Za-z0-9+/_=-]{8,})")
"""What a stranger's character in its middle cuts off from a signature."""
_LITERAL = re.compile(r"(['\"`])([^'\"`\n]{3,200})\1")
_WORD = re.compile(r"[A-Za-z0-9]+")
_ORDINARY = frozenset({
    "user", "users", "username", "admin", "administrator", "test", "tests", "token", "tokens", "assertion", "client", "server",
    "system", "integration", "service", "default", "example", "string", "value", "bearer", "error", "invalid", "request",
    "response", "login", "account", "account_id", "api_key", "issuer", "subject", "audience", "production", "sandbox", "grant",
    "header", "payload", "signature", "certificate", "private", "public",
})  # fmt: skip
"""Words of every such text, which are nobody's name where they stand by themselves."""
_SHORTEST_NAME = 4
_FEWEST_LETTERS = 3
MOST_NAMES = 20_000
"""Identifiers that are looked for wherever else they stand."""


class Redactor:
    """Replaces under one key: the same value has the same look-alike, and another run has others."""

    def __init__(
        self,
        key: bytes,
        keep: frozenset[str] = frozenset(),
        hosts: bool = False,
        vocabulary: Vocabulary = Vocabulary(),  # noqa: B008 - a frozen value
        untouched: Mapping[str, int] | None = None,
    ) -> None:
        """``keep``: values that are nobody's. ``hosts``: whether hosts are replaced too.

        ``untouched``: places (``payload.sub``) of which more is kept, where the diagnosis hangs on it: 1 what follows the ``@``, 2 all.
        """
        self._alike = Alike(key, vocabulary)
        self._hosts = hosts
        self._untouched = dict(untouched or {})
        self._names: dict[str, str] = {}
        self._composed: list[str] = []
        """Values of source code, which may be put together of several strings."""
        self._keep = keep
        self._prose = Prose(self._alike, keep, hosts)

    def __repr__(self) -> str:
        """Without the key."""
        return "<Redactor>"

    # --- values ----------------------------------------------------------------------------------------------------------

    def prose(self, text: str) -> str:
        """A sentence, an address, an answer: what in it is known or looks like an identifier or a secret is replaced."""
        edits = Edits(text)
        self._mark_known(edits)
        self._prose.mark(edits)
        return edits.done()

    def value(self, text: str) -> str:
        """The look-alike of a value of which nothing is known but that it is somebody's."""
        if text in self._keep or not text:
            return text
        if not self._hosts and any(pattern.fullmatch(text.lower()) for pattern in self._alike.vocabulary.own_hosts):
            return text
        url = _URL.match(text)
        if url is not None:
            host = self._host(url["host"]) if self._hosts else url["host"]
            return f"{url['scheme']}{self._alike.value(url['user'] or '')}{host}{self._alike.value(url['rest'])}"
        return self._alike.value(text)

    def claim(self, exhibit: str, path: Path, value: str) -> str:
        """What stands instead of a string in a header or among claims."""
        name = path[-1] if path else ""
        level = self._untouched.get(f"{exhibit}.{path[0]}", 0) if path else 0
        if level > 1 or value in self._keep:
            return value
        if name in KEPT:
            return self.prose(value)
        if name in PLACES and (place := _HOST_LIKE.match(value)) is not None:
            return self._address(place)
        if name in _DIGESTS and (digest := self._digest(value)) is not None:
            return self._learned(name, value, digest)
        kept = value.find("@") if level else -1
        new = self.value(value) if kept < 0 else self.value(value[:kept]) + value[kept:]
        return self._learned(name, value, new)

    def _address(self, place: re.Match[str]) -> str:
        """An audience: what its host is called only where hosts are replaced, and what else in it identifies."""
        if not self._hosts:
            return self.prose(place[0])
        return f"{self.prose(place['scheme'])}{self._host(place['host'])}{self.prose(place['rest'])}"

    def _host(self, host: str) -> str:
        new = self._alike.host(host)
        if new != host and len(self._names) < MOST_NAMES:
            self._names[host] = new
            for old, label in zip(re.split(r"\.|--", host), re.split(r"\.|--", new), strict=True):
                if old != label and len(old) > _SHORTEST_NAME and old.lower() not in _ORDINARY:
                    self._names[old] = label
        return new

    def _digest(self, value: str) -> str | None:
        """Of base64 of a digest, that of other bytes: not every text of that length would be one."""
        from ..decode import unbase64

        data, odd = unbase64(value)
        if (
            data is None
            or len(data) not in (16, 20, 32, 40, 64)
            or any(each.code != "padding" for each in odd if each.code != "standard-alphabet")
        ):
            return None
        inner = data.decode("latin-1")
        if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", inner):
            return to_base64(self._alike.word(inner, hexadecimal=True).encode("ascii"), value)
        return to_base64(self._alike.noise(b"digest\0" + data, len(data)), value)

    def _learned(self, name: str, value: str, new: str) -> str:
        if value != new and len(self._names) < MOST_NAMES and _is_a_name(name, value):
            self._names[value] = new
        return new

    def _bare(self, exhibit: str, path: Path, written: str) -> str:
        """A number under a name that identifies."""
        if path and path[-1] in IDENTIFYING and len(path) == 1 and re.fullmatch(r"\d{4,64}", written):
            return written if self._untouched.get(f"{exhibit}.{path[0]}", 0) > 1 else self._alike.word(written)
        return written

    def _rewrite(self, exhibit: str, text: str) -> str:
        if not re.match(r"\ufeff?\s*[\[{\"]", text):
            return self._alike.value(text)
        return rewritten(
            text,
            self.prose,
            lambda path, value: self.claim(exhibit, path, value),
            lambda path, written: self._bare(exhibit, path, written),
        )

    # --- whole texts -----------------------------------------------------------------------------------------------------

    def learn(self, named: Iterable[tuple[str, str]]) -> None:
        """Remember values by their place (``payload.sub``), such as those that source code would sign."""
        for place, value in named:
            exhibit, _, name = place.partition(".")
            if name not in KEPT and name not in PLACES and self.claim(exhibit, (name,), value) != value:
                self._composed.append(value)

    def token(self, text: str, statement: bytes | None = None) -> str:
        """A token by itself."""
        return "".join(tokens.redacted(text, self._alike, self._rewrite, statement))

    def text(self, text: str, pastes: Sequence[Paste] = (), statements: Sequence[bytes | None] = ()) -> str:
        """All of a text; ``pastes`` are what was read from it, and ``statements`` what is stated of their signatures."""
        for paste in pastes:
            if paste.text:
                # All identifiers are known before the first is replaced elsewhere.
                tokens.redacted(paste.text, self._alike, self._rewrite)
        edits = Edits(text)
        lines = [0, *(match.end() for match in re.finditer("\n", text))] if pastes else []
        for index, paste in enumerate(pastes):
            if paste.text:
                at = lines[min(paste.line, len(lines)) - 1] + paste.column - 1
                self._mark_token(edits, at, paste.text, statements[index] if index < len(statements) else None)
        for match in _TOKEN.finditer(text):
            self._mark_match(edits, match, self.token(match[0]) if edits.is_free(*match.span()) else "")
        self._mark_known(edits)
        self._mark_parts(edits)
        for match in _JSON_RUN.finditer(text):
            self._mark_match(edits, match, tokens.of_text(match[0], self._rewrite) or "")
        self._mark_packed(edits)
        self._prose.mark(edits)
        return self._without_rest(edits.done(), pastes)

    def _without_rest(self, text: str, pastes: Sequence[Paste]) -> str:
        """The last look: no piece of a signature, and no long identifier, wherever it hid."""
        pieces = {
            part[start : start + _PIECE]
            for paste in pastes
            for part in paste.text.split(".")[2:3]
            if len(part) >= _LONG and read(part) is None
            for start in range(len(part) - _PIECE + 1)
        }
        if pieces:
            text = _PIECES.sub(lambda match: self._unless_left(match[0], pieces), text)
        for value, new in self._names.items() if len(self._names) * len(text) < _MOST_WORK else ():
            if len(value) >= _PIECE and value in text:
                text = text.replace(value, new)
        return text

    def _unless_left(self, run: str, pieces: set[str]) -> str:
        left = any(run[start : start + _PIECE] in pieces for start in range(len(run) - _PIECE + 1))
        return "".join(tokens.scrambled(run, self._alike)) if left else run

    def _mark_match(self, edits: Edits, match: re.Match[str], instead: str) -> None:
        if instead:
            edits.add(match.start(), match.end(), instead)

    def _mark_token(self, edits: Edits, at: int, token: str, statement: bytes | None) -> None:
        letters = tokens.redacted(token, self._alike, self._rewrite, statement)
        spans = align(edits.text, at, token)
        if spans is None or not edits.is_free(spans[0][0], spans[-1][1]):
            self._mark_wrapped(edits, at, token, "".join(letters))
            return
        pieces: list[str] = []
        gaps: list[tuple[int, str]] = []
        done = spans[0][0]
        for index, ((start, end), old, new) in enumerate(zip(spans, token, letters, strict=True)):
            if done < start:
                pieces.append(edits.text[done:start])
                gaps.append((index, edits.text[done:start]))
            pieces.append(edits.text[start:end] if old == new else _broken_like(new, index, gaps))
            done = end
        edits.add(spans[0][0], done, "".join(pieces))
        while (rest := _REMAINDER.match(edits.text, done)) is not None and is_opaque(rest["run"], 8):
            edits.add(rest.start("run"), rest.end(), "".join(tokens.scrambled(rest["run"], self._alike)))
            done = rest.end()

    def _mark_wrapped(self, edits: Edits, at: int, token: str, new: str) -> None:
        """A token inside of a run of base64 is replaced there."""
        for match in _RUN.finditer(edits.text, max(0, at - 65536)):
            plain = of_base64(re.sub(r"\s", "", match[0]))
            if plain is not None and token in plain and edits.is_free(*match.span()):
                edits.add(match.start(), match.end(), to_base64(plain.replace(token, new).encode("utf-8"), match[0]))
                return

    def _mark_packed(self, edits: Edits) -> None:
        """A text that was put into base64 whole, such as the body of an answer."""
        for match in _RUN.finditer(edits.text):
            if not edits.is_free(*match.span()):
                continue
            plain = of_base64(re.sub(r"\s", "", match[0]))
            if plain is not None and re.match(r"\s*(?:[{<\[]|HTTP/|[A-Z]+ /)", plain) and plain.isprintable():
                edits.add(match.start(), match.end(), to_base64(self.prose(plain).encode("utf-8"), match[0]))

    def _mark_known(self, edits: Edits) -> None:
        """Identifiers of the tokens wherever else they stand, as they are or escaped."""
        if not self._names:
            return
        table = self._by_first_word()
        text = edits.text
        for word in _WORD.finditer(text):
            for offset, written, instead in table.get(word[0], ()):
                start = word.start() - offset
                end = start + len(written)
                if start >= 0 and text.startswith(written, start) and not _continues(text, start, end):
                    edits.add(start, end, instead)
                    break

    def _mark_parts(self, edits: Edits) -> None:
        """Strings of source code of which an identifier is put together."""
        whole = [value for value in self._composed if value not in edits.text]
        if not whole:
            return
        for match in _LITERAL.finditer(edits.text):
            if match[2] not in self._keep and any(match[2] in value for value in whole):
                edits.add(match.start(2), match.end(2), self._alike.value(match[2]))

    def _by_first_word(self) -> dict[str, list[tuple[int, str, str]]]:
        """First word → offset of that word, the identifier as it may be written, its look-alike in the same writing."""
        table: dict[str, list[tuple[int, str, str]]] = {}
        for value, new in self._names.items():
            for written, instead in _writings(value, new).items():
                word = _WORD.search(written)
                if word is not None:
                    table.setdefault(word[0], []).append((word.start(), written, instead))
        for each in table.values():
            each.sort(key=lambda entry: -len(entry[1]))
        return table


def _broken_like(new: str, at: int, gaps: list[tuple[int, str]]) -> str:
    """What is longer than what it replaces, broken as the token is broken over lines."""
    if len(new) < 2 or not gaps:
        return new
    (last, gap), before = gaps[-1], gaps[-2][0] if len(gaps) > 1 else 0
    width = last - before
    if width < _NARROWEST or (len(gaps) > 2 and before - gaps[-3][0] != width):
        return new
    first = max(0, width - (at - last))
    rows = [new[:first], *(new[start : start + width] for start in range(first, len(new), width))]
    return gap.join(rows)


_NARROWEST = 16
_PIECE, _LONG = 12, 40
"""Characters of a signature that tell it, and how long it must be to be one."""
_PIECES = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_MOST_WORK = 1 << 30


def _is_a_name(name: str, value: str) -> bool:
    """Whether a value is somebody's, and unusual enough to be looked for in the text around."""
    if not _SHORTEST_NAME <= len(value) <= 512 or value.strip().lower() in _ORDINARY or "://" in value:
        return False
    # A date or a version stands in many a text, and not because it is somebody's key id.
    letters = sum(map(str.isalpha, value))
    return letters >= _FEWEST_LETTERS and (name in IDENTIFYING or name in _PERSONAL or "@" in value or is_opaque(value))


def _writings(value: str, new: str) -> dict[str, str]:
    """An identifier as it stands in URLs, in JSON and in HTML, with its look-alike written so too."""
    found = {value: new}
    if not value.isalnum():
        from html import escape
        from json import dumps
        from urllib.parse import quote, quote_plus

        def twice(text: str) -> str:
            return quote(quote(text, safe=""), safe="")

        def of_json(text: str) -> str:
            return dumps(text)[1:-1]

        def at_as_number(text: str) -> str:
            return text.replace("@", "\\u0040")

        for write in (lambda text: quote(text, safe=""), quote_plus, twice, escape, of_json, at_as_number):
            try:
                found.setdefault(write(value), write(new))
            except (UnicodeError, ValueError):
                continue
    return found


def _continues(text: str, start: int, end: int) -> bool:
    """Whether the stretch is only part of a longer word; a plain word also if it is part of an address."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 2]
    if (before.isalnum() and text[start].isalnum()) or (after[:1].isalnum() and text[end - 1].isalnum()):
        return True
    joined = (before != "" and before in "./-") or (after[:1] != "" and after[:1] in "./-" and after[1:].isalnum())
    return joined and text[start:end].isalpha()
