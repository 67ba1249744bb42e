"""Where in a text code stands that signs a JWT, and in which language: code blocks of a page, code between prose, a whole file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LINE = 4000
"""Nobody writes a longer one: it is minified, or data."""
BEFORE, AFTER = 64 * 1024, 16 * 1024
"""Characters read before the first and after the last call that signs."""

_CALLS: dict[str, str] = {
    "apex": r"(?i:\bnew\s+Auth\s*\.\s*JW[ST]\s*\(|\bnew\s+Auth\s*\.\s*JWTBearerTokenExchange\s*\(|\bCrypto\s*\.\s*sign(?:WithCertificate)?\s*\(\s*'RSA)",
    "javascript": r"\b(?:jwt|jsonwebtoken|JWT|jws|JWS)\.sign(?:Async)?\s*\(|\bnew\s+(?:\w+\.)?SignJWT\b|(?:from|require\()\s*['\"](?:jsonwebtoken|jwt-simple)['\"]"
    r"|\bcreateSign\s*\(|\bcrypto\.sign\s*\(|\bsubtle\s*\.\s*sign\s*\(|\bjwt\.encode\s*\(",
    "python": r"\b(?:py)?(?:jwt|jws|JWT)\.(?:encode|sign|serialize_compact)\s*\(|\bJsonWebToken\s*\(|\bPKCS1v15\s*\(|\bpkcs1_15\.new\s*\(|\bPKCS1_v1_5\.new\s*\(|\brsa\.sign\s*\(",
    "java": r"\bJwts\s*\.\s*builder\s*\(|\bJWTClaimsSet\s*\.\s*Builder\b|\bnew\s+SignedJWT\s*\(|\bJWT\s*\.\s*create\s*\(|\bSignature\s*\.\s*getInstance\s*\(\s*\"SHA",
    "csharp": r"\bnew\s+JwtSecurityToken\s*\(|\bnew\s+SecurityTokenDescriptor\b|\bJWT\s*\.\s*Encode\s*\(|\bJwtBuilder\b|\bJwtEncoder\b|\.SignData\s*\(",
    "php": r"\bJWT::encode\s*\(|\bopenssl_sign\s*\(|->\s*issuedBy\s*\(",
    "go": r"\bjwt\.NewWithClaims\s*\(|\bjwt\.New\s*\(\s*jwt\.|\brsa\.SignPKCS1v15\s*\(|\bjws\.Encode\s*\(",
    "ruby": r"\bJWT\s*\.\s*encode[\s(]|\.sign\s*\(?\s*(?:OpenSSL::Digest|'SHA256'|\"SHA256\")",
}  # fmt: skip
_ANY = re.compile("|".join(_CALLS.values()))
_EACH = {language: re.compile(pattern) for language, pattern in _CALLS.items()}
_NEEDLES = (
    ".JW", ".jw", "rypto.", ".sign(", ".signAsync(", "SignJWT", "jsonwebtoken", "jwt-simple", "createSign", "subtle", "ncode(", "ncode ", "serialize_compact", "JsonWebToken",
    "PKCS1", "pkcs1_15", "Jwts", "JWTClaimsSet", "SignedJWT", "JWT.create", "Signature", "JwtSecurityToken", "SecurityTokenDescriptor", "JwtBuilder",
    "JwtEncoder", ".SignData", "openssl_sign", "issuedBy", "jwt.New", "jws.Encode", ".sign ",
)  # fmt: skip
"""In every call of :data:`_CALLS` one of these stands; a plain search finds them a hundred times as quick as an expression."""
_REACH = 48
MOST_LOOKS = 3000

_HINTS: dict[str, re.Pattern[str]] = {
    "apex": re.compile(r"(?i:\bAuth\.JW|EncodingUtil\.|\bDateTime\.now\(\)|\bBlob\b|System\.debug|\bCrypto\.sign)|\b\w+\s*=\s*'[^'\n]*'\s*;"),
    "javascript": re.compile(r"\b(?:const|let|var)\s+[\w{]|\brequire\(|=>\s*[{(\w]|\bawait\s|===|\bprocess\.env\b|Date\.now\(\)|\bfunction\b"),
    "python": re.compile(r"(?m)^\s*(?:import\s+\w|from\s+[\w.]+\s+import\b|def\s+\w+\(.*:|with\s.*:|print\()|\bos\.environ|\btime\.time\(\)|\bdatetime\.|\bTrue\b|\bNone\b"),
    "java": re.compile(r"\bString\s+\w+\s*=\s*\"|\bpublic\s+(?:static|class|final)|\bSystem\.currentTimeMillis|\bnew\s+Date\(|\bInstant\.|^import\s+[\w.]+;"),
    "csharp": re.compile(r"\busing\s+[\w.]+;|\bvar\s+\w+\s*=\s*new\b|\bDateTime(?:Offset)?\.(?:Utc)?Now|\bstring\s+\w+\s*=|\bnamespace\s|Console\.Write"),
    "php": re.compile(r"<\?php|\$\w+\s*=|->\w+\(|::\w+\("),
    "go": re.compile(r":=|\bfunc\s|\bpackage\s+\w+|\btime\.Now\(\)|\berr\s*!=\s*nil"),
    "ruby": re.compile(r"(?m)^\s*(?:require\s+['\"]|def\s+\w+\s*$|end\s*$|module\s)|\bTime\.now\b|\bENV\[|=>\s*['\"\w]|\bputs\s|\b\w{1,40}:\s"),
}  # fmt: skip
_TYPED = re.compile(
    r":\s*(?:string|number|boolean|any|unknown|Promise<|Record<|Buffer)\b|\binterface\s+\w+\s*\{|\bimport\s+type\b|\bas\s+(?:const|string|any|number)\b|\bprivate\s+readonly\b"
)
_FENCE = re.compile(r"(?m)^[ \t>]{0,8}(`{3,}|~{3,})[ \t]*([\w+#-]*)[^\n`]*$")
_NAMES = {
    "apex": "apex", "js": "javascript", "javascript": "javascript", "node": "javascript", "mjs": "javascript", "jsx": "javascript", "ts": "typescript",
    "typescript": "typescript", "tsx": "typescript", "py": "python", "python": "python", "python3": "python", "java": "java", "kotlin": "", "groovy": "",
    "cs": "csharp", "csharp": "csharp", "c#": "csharp", "php": "php", "go": "go", "golang": "go", "rb": "ruby", "ruby": "ruby",
}  # fmt: skip


class Piece(NamedTuple):
    """Code in one language, as long as the text it stands in, and where it begins there."""

    code: str
    base: int
    language: str


def signs(text: str) -> bool:
    """Whether anything in ``text`` looks like a call that signs a JWT; a few passes of a plain search for most texts."""
    looks = 0
    for needle in _NEEDLES:
        at = text.find(needle)
        while at >= 0:
            if _ANY.search(text, max(0, at - _REACH // 2), at + _REACH):
                return True
            looks += 1
            if looks >= MOST_LOOKS:
                return _ANY.search(text) is not None
            at = text.find(needle, at + len(needle))
    return False


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of code in ``text`` that sign."""
    blocks = list(_fenced(text))
    for start, end, language in blocks:
        yield from _in_block(text[start:end], start, language)
    rest = text
    for start, end, _ in blocks:
        rest = rest[:start] + _blank(rest[start:end]) + rest[end:]
    if not blocks or _ANY.search(rest):
        yield from _in_block(_without_prose(rest), 0, "")


def _fenced(text: str) -> Iterator[tuple[int, int, str]]:
    """Markdown's code blocks: where the code begins and ends, and the language that is named."""
    opened: tuple[str, int, str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = (match[1], min(match.end() + 1, len(text)), _NAMES.get(match[2].lower(), ""))
        elif match[1].startswith(opened[0]) and not match[2]:
            yield opened[1], match.start(), opened[2]
            opened = None
    if opened is not None:
        yield opened[1], len(text), opened[2]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _in_block(code: str, base: int, named: str) -> Iterator[Piece]:
    found = {language: [match.start() for match in pattern.finditer(code)] for language, pattern in _EACH.items()}
    found = {language: places for language, places in found.items() if places}
    if not found:
        return
    for language in _languages(code, found, named):
        places = found[language]
        start = max(0, code.rfind("\n", 0, max(0, places[0] - BEFORE)) + 1)
        end = min(len(code), places[-1] + AFTER)
        stop = code.find("\n", end)
        window = _without_long_lines(code[start : stop if stop >= 0 else len(code)])
        if _EACH[language].search(window):
            yield Piece(window, base + start, _typed(window, named) if language == "javascript" else language)


def _languages(code: str, found: dict[str, list[int]], named: str) -> list[str]:
    """The languages to read: the one that is named; of several that the same call may belong to the likeliest."""
    named = {"typescript": "javascript"}.get(named, named)
    if named in found:
        return [named]
    weights = {language: len(set(_HINTS[language].findall(code[: 1 << 16]))) for language in found}
    chosen: list[str] = []
    for language in sorted(found, key=lambda each: -weights[each]):
        # A call that another language has claimed is not read again.
        if not any(set(found[language]) & set(found[other]) for other in chosen):
            chosen.append(language)
    return chosen


def _typed(code: str, named: str) -> str:
    return "typescript" if named == "typescript" or (not named and _TYPED.search(code)) else "javascript"


def _without_long_lines(code: str) -> str:
    if len(code) < LONGEST_LINE:
        return code
    return "\n".join(row if len(row) <= LONGEST_LINE else " " * len(row) for row in code.split("\n"))


_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'(?!\w)|`[^`\n]*`")
_REMARK = re.compile(r"(?<![:\w])(?://|#|--|/\*|\*).*")
_WORDS = re.compile(r"(?:^|[\s(])(?:[A-Za-z][a-z'’-]*[,.;?!]? +){4,}[A-Za-z(]")
_CONTRACTION = re.compile(r"\w['’](?:t|s|d|m|re|ve|ll)\b|\bs['’] ")
_CODE_BEGINS = re.compile(
    r"\s*(?:public|private|protected|static|final|const|let|var|async|export|import|from|def|class|return|if|elif|else|for|while|try|catch|throw|raise|new|func|end|package|using|"
    r"namespace|function|module|require|global|unless|case|switch|@)\b"
)
_CODE_SIGNS = re.compile(r"[;{}=]|\)\s*$|\($|,\s*$|->|=>|::|:=")
_LOGGED = re.compile(r"\s*(?:\[?\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,:]\d")


def _without_prose(text: str) -> str:
    """The lines that read like English blanked, so that their apostrophes and brackets are not taken for code."""
    rows = text.split("\n")
    return "\n".join(
        " " * len(row) if _is_prose(row) else re.sub(r"\A(?:> ?)+", lambda match: " " * len(match[0]), row) for row in rows
    )


def _is_prose(row: str) -> bool:
    if len(row) > LONGEST_LINE:
        return False
    if _LOGGED.match(row):
        return True
    plain = _REMARK.sub("", _QUOTED.sub("", row))
    if _CODE_BEGINS.match(plain) and _CODE_SIGNS.search(plain):
        return False
    if _WORDS.search(plain):
        return not re.search(r";\s*$|[={}]", plain)
    return bool(_CONTRACTION.search(plain)) and not _CODE_SIGNS.search(plain.rstrip(" ,"))
