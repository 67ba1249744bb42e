"""Look-alikes: another word of the same shape, the same for the same word as long as the key is the same.

HMAC-SHA256 (RFC 2104) under the run's key decides each letter, so that nobody without the key can go back or try guesses. Letters
become letters of the same case, digits digits, hexadecimal stays hexadecimal; signs stay, and so do beginnings that tell the kind of
an id. Every character keeps its length in UTF-8.
"""

from __future__ import annotations

import functools
import hmac
import re
import unicodedata
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """What is no identity, and what tells its kind."""

    prefixes: tuple[str, ...] = ()
    """Beginnings of ids that tell what they are ids of."""
    literals: frozenset[str] = frozenset()
    """Values that stand for no one app or user."""
    words: frozenset[str] = frozenset()
    """Words, in lower case, that rules look for: they are kept, and no look-alike is one of them."""
    own_hosts: tuple[re.Pattern[str], ...] = ()
    """Kinds of host; what they call ``org`` and ``sandbox`` belongs to somebody."""


_ATOM = re.compile(
    r"(?P<escape>%[0-9A-Fa-f]{2}|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});|\\u[0-9A-Fa-f]{4})"
    r"|(?P<hex>(?<![0-9A-Fa-f])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Fa-f])"
    r"|(?<![0-9A-Fa-f:])[0-9a-fA-F]{2}(?:[: -][0-9a-fA-F]{2}){7,}(?![0-9A-Fa-f]))"
    r"|(?P<word>[^\W_]+)"
)
_HEX = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,}|(?=[0-9]*[A-F])(?=[A-F]*[0-9])[0-9A-F]{8,}")
_RESERVED = re.compile(r"(?<=[@.])(?:example(?:\.(?:com|net|org))?|invalid|localhost)\Z", re.IGNORECASE)
"""RFC 2606, RFC 6761: names that are nobody's."""
_RECORD_ID = re.compile(r"(?=\D*\d)[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?\Z")
_SHORTEST_ID = 12
_BLOCK = 32
_REMEMBERED = 4096


class Alike:
    """Makes look-alikes under one key."""

    def __init__(self, key: bytes, vocabulary: Vocabulary) -> None:
        self._key = key
        self.vocabulary = vocabulary
        self._words: dict[tuple[str, bool], str] = {}

    def __repr__(self) -> str:
        """Without the key."""
        return "<Alike>"

    def value(self, text: str) -> str:
        """The look-alike of a value, word by word, so that words in common stay words in common."""
        if text in self.vocabulary.literals:
            return text
        reserved = _RESERVED.search(text)
        end = reserved.start() if reserved else len(text)
        return _ATOM.sub(self._atom, text[:end]) + text[end:]

    def _atom(self, match: re.Match[str]) -> str:
        if match["escape"]:
            return match[0]
        return self.word(match[0], hexadecimal=bool(match["hex"]))

    def word(self, word: str, *, hexadecimal: bool = False) -> str:
        """The look-alike of one word; case decides nothing but case."""
        known = self._words.get((word, hexadecimal))
        if known is None:
            if len(self._words) >= _REMEMBERED:
                self._words.clear()
            known = self._words[word, hexadecimal] = self._made(word, hexadecimal or bool(_HEX.fullmatch(word)))
        return known

    def _made(self, word: str, hexadecimal: bool) -> str:
        if word.lower() in self.vocabulary.words:
            return word
        start, end = self._kept(word)
        new = word
        for attempt in range(16):
            new = word[:start] + self._mapped(word[start:end], hexadecimal, attempt, first=not start) + word[end:]
            if new.lower() not in self.vocabulary.words and (new != word or len(word) < 2):
                break
        return new

    def _kept(self, word: str) -> tuple[int, int]:
        """What of a word is not replaced: a beginning that tells the kind, and the check letters of an 18-letter record id.

        Those follow from the case of the first fifteen (Salesforce Help: 15- and 18-character ids), which stays.
        """
        end = 15 if len(word) == 18 and _RECORD_ID.match(word) else len(word)
        if len(word) < _SHORTEST_ID:
            return 0, end
        prefix = next((each for each in self.vocabulary.prefixes if word.startswith(each)), "")
        if not prefix and word[0] == "0" and _RECORD_ID.match(word):
            prefix = word[:3]
        return len(prefix), end

    def _mapped(self, word: str, hexadecimal: bool, attempt: int, first: bool) -> str:
        noise = self.noise(f"{attempt}\0{''.join(map(_lower, word))}".encode("utf-8", "surrogatepass"), len(word))
        return "".join(
            _letter(each, byte, hexadecimal, first=first and not index)
            for index, (each, byte) in enumerate(zip(word, noise, strict=True))
        )

    def noise(self, of: bytes, length: int) -> bytes:
        """So many bytes that nobody can foretell without the key."""
        seed = hmac.digest(self._key, of, "sha256")
        if length <= len(seed):
            return seed[:length]
        return b"".join(hmac.digest(seed, counter.to_bytes(4, "big"), "sha256") for counter in range(length // 32 + 1))[:length]

    def host(self, name: str) -> str:
        """The host with look-alikes for the labels that are somebody's own; a public host stays."""
        low = name.lower()
        for pattern in self.vocabulary.own_hosts:
            match = pattern.fullmatch(low)
            if match is not None:
                for group in ("org", "sandbox"):
                    if match.groupdict().get(group):
                        start, end = match.span(group)
                        name = name[:start] + self.value(name[start:end]) + name[end:]
                return name
        labels = name.split(".")
        if len(labels) < 2 or labels[-1].isdecimal():
            return name
        shown = [each if each.lower() in _GENERIC else self.value(each) for each in labels[:-1]]
        return ".".join([*shown, labels[-1]])


_GENERIC = frozenset({
    "www", "login", "test", "auth", "sso", "idp", "id", "api", "oauth", "oauth2", "accounts", "account", "identity", "token",
    "tokens", "as", "example", "com", "co", "net", "org", "gov", "my", "help", "developer", "force", "google", "googleapis",
    "microsoftonline", "microsoft", "okta", "auth0", "github", "amazonaws", "localhost",
})  # fmt: skip
"""Labels of hosts that everybody has, or that everybody knows."""


def _lower(letter: str) -> str:
    low = letter.lower()
    return low if len(low) == 1 else letter


def _letter(letter: str, byte: int, hexadecimal: bool, first: bool) -> str:
    """A letter of the same kind; the first digit of a word stays zero or stays none."""
    if "0" <= letter <= "9":
        if first:
            return "0" if letter == "0" else str(1 + byte % 9)
        return str(byte % 10)
    if letter.isascii():
        if not letter.isalpha():
            return letter
        base = "A" if letter < "a" else "a"
        return chr(ord(base) + byte % (6 if hexadecimal else 26))
    near = _near(ord(letter))
    return near[byte % len(near)] if near else letter


@functools.lru_cache(maxsize=1024)
def _near(code: int) -> str:
    """Letters of the same script, case and length in UTF-8."""
    letter = chr(code)
    category, length = unicodedata.category(letter), len(letter.encode("utf-8", "surrogatepass"))
    if not letter.isalnum():
        return ""
    start = code - code % _BLOCK
    found = (chr(each) for each in range(start, start + _BLOCK))
    return "".join(
        each for each in found if unicodedata.category(each) == category and len(each.encode("utf-8", "surrogatepass")) == length
    )
