"""Fifty megabytes of ordinary text without a token: made anew on every run, the same on each, from no network and no stored file.

A part is what lies on every machine that runs these tests: the sources of Python's standard library and of installed packages. The
rest is generated from a fixed seed: logs, JSON lines, minified JavaScript, source maps, package locks, base64 of all kinds, keys and
certificates, style sheets, pages, dumps, prose; with many near misses strewn in, which look like a token to a careless reader.
"""

from __future__ import annotations

import base64
import json
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

MEGABYTE = 1 << 20
SEED = 20261123
OF_LIBRARY, OF_PACKAGES = 11 * MEGABYTE, 9 * MEGABYTE
"""At most this much of the standard library and of installed packages."""
WANTED = 51 * MEGABYTE
"""What the generated text fills up to."""
HOLD_TOKENS = frozenset({"authlib", "joserfc"})
"""Packages left out: their doc strings show real tokens."""
SUFFIXES = frozenset({".py", ".pyi", ".js", ".css", ".html", ".json", ".toml", ".txt", ".md", ".rst", ".typed"})
LONGEST_FILE = 3 * MEGABYTE

WORDS = (
    "account", "order", "eye", "key", "they", "survey", "journey", "monkey", "valley", "honey", "money", "turkey", "hockey",
    "jockey", "chimney", "kidney", "barley", "parsley", "obey", "convey", "grey", "eyelid", "eyebrow", "eyeglass", "eyewear",
    "eyesight", "keyboard", "keyhole", "keynote", "token", "session", "header", "payload", "claim", "assertion", "user",
    "client", "server", "request", "response", "cursor", "page", "index", "queue", "worker", "batch", "retry", "timeout",
    "region", "bucket", "stream", "record", "schema", "invoice", "product", "customer", "contract", "payment", "shipment",
    "address", "country", "language", "currency", "amount", "total", "status", "created", "updated",
)  # fmt: skip
NEAR = (
    "eye.color.blue", "key.foo.bar", "eyJ", "eyJ.", "eyJ...", "ey.ey.ey", "eyes.look.at", "key.value.other", "eyelid.closed.valueOf",
    "eyewear_frames.left_lens.right_lens", "eyebrows.left.raised", "eyJ0.tmp", "monkeyJumps.over.fences", "x.eyJ.y",
    "eyrie-Zx8.QmFzZQ.QmFzZTY0.QmFzZTY0dXJs.QmFz", "eyeglasses-3.0.2.tgz", "eyed3.readthedocs.io", "eyeos.acme.example.com",
    "eywa_system.core.module", "ewok.village.map", "ewaste_facility.north.yard", "eyZ-9a8b7c6d.gz", "e30", "e30.js", "v2.public.key",
    "W/\"eyA9f3c1\"", "sha512-eyJ1bmRlZmluZWQvLy8vLy8vLw==", "eyJ9CAAAAC0lEQVR42mNk.", "keyring.backends.SecretService", "../eyes/../keys",
    "com.acme.eyeTracker.GazeService$eyJ", "/eyJhcHAi.js", "eyJhY2NvdW50cy5odG1s", "survey.monkey.com", "10.0.3.4", "a.b.c.d.e.f.g",
)  # fmt: skip
OPAQUE = (
    # Cursors, policies, cookies and addresses are base64 of JSON as a token's header is, and are none.
    {"id": 123456789, "dir": "asc"}, {"offset": 200}, {"after": "2026-11-23T12:00:00Z", "id": 77}, {"v": 2, "c": "x", "s": 1},
    {"bucket": "acme-pictures", "key": "eye/blue.jpg", "edits": {"resize": {"width": 200}}}, {"auths": {"r.acme.example": {}}},
    {"Statement": [{"Resource": "https://cdn.acme.example/*", "Condition": {"DateLessThan": {"AWS:EpochTime": 1795435200}}}]},
    {"version": 3, "sources": ["a.js"], "names": [], "mappings": "AAAA"},
)  # fmt: skip


def pieces() -> Iterator[tuple[str, str]]:
    """Name and text of each piece, none longer than a mebibyte, together at least fifty."""
    total = 0
    for name, text in (*_installed("library", _library(), OF_LIBRARY), *_installed("package", _packages(), OF_PACKAGES)):
        total += len(text)
        yield name, text
    turn = 0
    while total < WANTED:
        kind = KINDS[turn % len(KINDS)]
        text = _piece(kind, Random(f"{SEED} {turn}"))
        total += len(text)
        turn += 1
        yield f"{kind.__name__} {turn}", text


def _piece(kind: Callable[[Random], str], draw: Random) -> str:
    """Nearly a mebibyte of one kind: half of it new paragraphs, then the same in another order."""
    made, size = [], 0
    while size < MEGABYTE // 2 - 4096:
        made.append(kind(draw))
        size += len(made[-1]) + 1
    first = "\n".join(made)
    draw.shuffle(made)
    return "\n".join((first, *made))[:MEGABYTE]


# --- what is installed ---------------------------------------------------------------------------------------------------


def _library() -> Iterator[Path]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if "site-packages" not in path.parts and "dist-packages" not in path.parts:
            yield path


def _packages() -> Iterator[Path]:
    root = Path(sysconfig.get_path("purelib"))
    for path in sorted(root.rglob("*")):
        package = path.relative_to(root).parts[0].partition("-")[0].lower()
        if path.suffix in SUFFIXES and package not in HOLD_TOKENS:
            yield path


def _installed(name: str, files: Iterator[Path], most: int) -> Iterator[tuple[str, str]]:
    """The texts of files, several in one piece, up to so many characters."""
    held: list[str] = []
    size = taken = count = 0
    for path in files:
        if taken >= most:
            break
        try:
            data = path.read_bytes() if path.is_file() and path.stat().st_size < LONGEST_FILE else b""
        except OSError:
            continue
        for at in range(0, len(data), MEGABYTE):
            text = data[at : at + MEGABYTE].decode("utf-8", "replace")
            if size + len(text) > MEGABYTE and held:
                count += 1
                yield f"{name} {count} up to {path.name}", "\n".join(held)
                held, size = [], 0
            held.append(text)
            size += len(text) + 1
            taken += len(text)
    if held:
        yield f"{name} {count + 1}", "\n".join(held)


# --- what is generated ---------------------------------------------------------------------------------------------------


def _word(draw: Random) -> str:
    return WORDS[int(draw.random() * len(WORDS))]


def _some(draw: Random, count: int, between: str = " ") -> str:
    return between.join(WORDS[int(draw.random() * len(WORDS))] for _ in range(count))


def _near(draw: Random) -> str:
    return NEAR[int(draw.random() * len(NEAR))]


def _b64(draw: Random, count: int) -> str:
    return base64.b64encode(draw.randbytes(count)).decode()


def _b64url(draw: Random, count: int) -> str:
    return base64.urlsafe_b64encode(draw.randbytes(count)).decode().rstrip("=")


def _hex(draw: Random, count: int) -> str:
    return draw.randbytes(count).hex()


def _uuid(draw: Random) -> str:
    raw = _hex(draw, 16)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"


def _opaque(draw: Random) -> str:
    """Base64 of a JSON object that is no token's header."""
    encoded = base64.b64encode(json.dumps(draw.choice(OPAQUE), separators=(",", ":")).encode()).decode()
    return encoded if draw.random() < 0.5 else encoded.rstrip("=")


def _moment(draw: Random) -> str:
    """Four bytes of epoch seconds, as cookies carry them."""
    return base64.urlsafe_b64encode((1795435200 + int(draw.random() * 86400)).to_bytes(4, "big")).decode().rstrip("=")


def _clock(draw: Random) -> str:
    second = int(draw.random() * 86400)
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _lines(draw: Random, width: int, size: int) -> str:
    text = _b64(draw, size)
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def application_log(draw: Random) -> str:
    """Lines as logging frameworks write them."""
    clock = _clock(draw)
    return (
        f"2026-11-23 {clock},{int(draw.random() * 1000):03} INFO  [pool-{int(draw.random() * 9)}] com.acme.{_word(draw)}.Service - "
        f"{_some(draw, 6)} id={_uuid(draw)} {_near(draw)}\n"
        f"2026-11-23T{clock}.{int(draw.random() * 1000):03}Z WARN {_some(draw, 5)}: {_near(draw)}, etag {_hex(draw, 8)}\n"
        f"\tat com.acme.{_word(draw)}.{_word(draw)}.run({_word(draw)}.java:{int(draw.random() * 900)})\n"
        f"Nov 23 {clock} host{int(draw.random() * 90)} sshd[{int(draw.random() * 9999)}]: Accepted publickey SHA256:{_b64url(draw, 32)}"
    )


def access_log(draw: Random) -> str:
    """Lines of a web server, with query strings, cursors and cookies."""
    return (
        f"10.2.{int(draw.random() * 255)}.{int(draw.random() * 255)} - - [23/Nov/2026:{_clock(draw)} +0000] "
        f'"GET /{_some(draw, 3, "/")}?cursor={_opaque(draw)}&q={_near(draw)} HTTP/1.1" 200 {int(draw.random() * 99999)} '
        f'"https://www.acme.example/{_word(draw)}.{_word(draw)}.html" "Mozilla/5.0 (X11; Linux x86_64)" sid=s%3A{_b64url(draw, 24)}.{_b64url(draw, 32)}'
    )


def json_lines(draw: Random) -> str:
    """Structured log records."""
    return (
        f'{{"timestamp":"2026-11-23T{_clock(draw)}.{int(draw.random() * 1000):03}Z","level":"info","requestId":"{_uuid(draw)}",'
        f'"logger":"com.acme.{_word(draw)}","message":"{_some(draw, 8)} {_near(draw).replace(chr(34), "")}","next":"{_opaque(draw)}",'
        f'"trace":"{_hex(draw, 16)}","nested":"{{\\"{_word(draw)}\\":\\"{_b64url(draw, 18)}\\"}}"}}'
    )


def minified(draw: Random) -> str:
    """JavaScript in one long line, with property chains and a source map at its end."""
    chains = ";".join(
        f"{'tenr'[i % 4]}.{_word(draw)}.{_word(draw)}=function({'eyJ'[i % 3]}){{return {'eyJ'[i % 3]}.{_word(draw)}.{_word(draw)}({_near_js(draw)})}}"
        for i in range(40)
    )
    return f'!function(e,t){{"use strict";{chains}}}(window,document);\n//# sourceMappingURL=data:application/json;base64,{_opaque(draw)}'


def _near_js(draw: Random) -> str:
    return (
        "eye.color.blue",
        "eyes.look.at(n)",
        "key.value.other",
        "eyelidClosed.valueOf().toString",
        "eyJ.prototype.constructor",
        "0.5",
    )[int(draw.random() * 6)]


def source_map(draw: Random) -> str:
    """A map of one chunk: file names and a long string of VLQ digits."""
    digits = _b64(draw, 1800).replace("=", ",")
    mappings = ";".join(digits[at : at + 37] for at in range(0, len(digits), 37))
    names = ",".join(f'"{_word(draw)}"' for _ in range(30))
    return f'{{"version":3,"file":"{_word(draw)}.{_hex(draw, 4)}.chunk.js","sources":["webpack:///./src/{_word(draw)}.ts"],"names":[{names}],"mappings":"{mappings}"}}'


def package_lock(draw: Random) -> str:
    """Entries of an npm lock, a yarn lock and a list of hashed wheels."""
    name, version = (
        f"{_word(draw)}-{_word(draw)}",
        f"{int(draw.random() * 9)}.{int(draw.random() * 30)}.{int(draw.random() * 20)}",
    )
    return (
        f'    "node_modules/{name}": {{\n      "version": "{version}",\n'
        f'      "resolved": "https://registry.npmjs.org/{name}/-/{name}-{version}.tgz",\n      "integrity": "sha512-{_b64(draw, 64)}"\n    }},\n'
        f'"{name}@^{version}":\n  integrity sha512-ey{_b64(draw, 64)[2:]}\n{name}=={version} \\\n    --hash=sha256:{_hex(draw, 32)}\n'
        f"github.com/acme/{name} v{version} h1:{_b64(draw, 32)}"
    )


def pictures(draw: Random) -> str:
    """Base64 in data addresses and in mails, some beginning as a token does."""
    return (
        f'<img alt="{_word(draw)}" src="data:image/png;base64,iVBORw0KGgo{_b64(draw, 1500)}">\n'
        f".{_word(draw)}{{background:url(data:font/woff2;base64,d09GMgABAAAAA{_b64(draw, 900)}) format('woff2')}}\n"
        f"Content-Transfer-Encoding: base64\n\n{_lines(draw, 76, 900)}\neyJ{_b64(draw, 54)}eyJ\neyA{_b64(draw, 54)}.\n"
        f"H4sIAAAAAAAA{_b64(draw, 500)}"
    )


def keys_and_certificates(draw: Random) -> str:
    """The looks of public PEM, SSH keys and fingerprints; of random bytes, so no key."""
    return (
        f"-----BEGIN CERTIFICATE-----\nMIID{_lines(draw, 64, 780)[4:]}\n-----END CERTIFICATE-----\n"
        f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{_b64(draw, 32)} {_word(draw)}@acme.example\n"
        f"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{_b64(draw, 384)} {_word(draw)}@eye.color.blue\n"
        f"SHA256:{_b64(draw, 32).rstrip('=')}\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAABCAAdFiEE{_lines(draw, 64, 400)}\n=eyJ0\n-----END PGP SIGNATURE-----"
    )


def style_sheet(draw: Random) -> str:
    """CSS, plain and minified."""
    rows = "".join(
        f".{_word(draw)}-{_word(draw)}.{_word(draw)}:hover>.eyebrow.left.raised{{color:#{_hex(draw, 3)};margin:0 auto}}"
        for _ in range(12)
    )
    return f"{rows}\n@media (min-width: 48em) {{\n  .{_word(draw)} .eye.color.blue {{\n    padding: 1rem;\n  }}\n}}"


def page(draw: Random) -> str:
    """HTML with entities, scripts, hidden fields and hashed asset names."""
    return (
        f'<div class="{_some(draw, 3)}" data-key.value.other="{_near(draw).replace(chr(34), "")}"><a href="/{_word(draw)}?x=1&amp;state={_opaque(draw)}">'
        f'{_some(draw, 9)}</a>&nbsp;&#46;&#46;</div>\n<script src="/static/{_word(draw)}.{_hex(draw, 10)}.js" integrity="sha384-{_b64(draw, 48)}"></script>\n'
        f'<input type="hidden" name="__VIEWSTATE" value="/wEPDwUK{_b64(draw, 220)}">\n<p>{_some(draw, 30)}.</p>'
    )


def hex_dump(draw: Random) -> str:
    """The output of xxd and hexdump."""
    rows = []
    for at in range(0, 320, 16):
        raw = draw.randbytes(16)
        shown = "".join(chr(each) if 32 <= each < 127 else "." for each in raw)
        rows.append(f"{at:08x}: {raw.hex(' ', 2)}  {shown}")
    return "\n".join(rows)


def prose(draw: Random) -> str:
    """Sentences, some of them ending in a word that begins like a token."""
    return f"{_some(draw, 14).capitalize()}, {_some(draw, 9)}. They {_some(draw, 7)}; hey, {_near(draw)} and {_some(draw, 12)}. The next page is {_opaque(draw)}."


def settings(draw: Random) -> str:
    """Environment files, YAML with secrets in base64, properties."""
    return (
        f"{_word(draw).upper()}_{_word(draw).upper()}={_b64url(draw, 24)}\nexport {_word(draw).upper()}_URL='https://{_word(draw)}.acme.example/{_near(draw)}'\n"
        f"data:\n  .dockerconfigjson: {_opaque(draw)}\n  {_word(draw)}.{_word(draw)}: {_b64(draw, 40)}\n"
        f"{_word(draw)}.{_word(draw)}.{_word(draw)}=eye.color.blue\nsession_secret: {_hex(draw, 32)}\nkeys.{_word(draw)}.id = eyK{_b64url(draw, 9)}"
    )


def table(draw: Random) -> str:
    """Rows of CSV and SQL with ids and opaque columns."""
    return (
        f'{int(draw.random() * 99999)},"{_some(draw, 3)}",{_uuid(draw)},{_opaque(draw)},2026-11-23T{_clock(draw)}Z,eye.{_word(draw)}.{_word(draw)}\n'
        f"INSERT INTO {_word(draw)} VALUES ({int(draw.random() * 99999)}, '{_b64url(draw, 30)}', '{_near(draw)}', X'{_hex(draw, 20)}');"
    )


def signed_cookies(draw: Random) -> str:
    """Cookies that frameworks sign: base64 of JSON with a time and a signature behind it, in their ways."""
    return (
        f"Cookie: _ga=GA1.1.{int(draw.random() * 10**9)}.1776648211; {_word(draw)}={_opaque(draw)}:1tQ{_b64url(draw, 3)}:{_b64url(draw, 32)}; "
        f"rack.session=BAh7{_b64(draw, 60)}--{_hex(draw, 20)}; cf_clearance={_b64url(draw, 30)}-1795435200-1.2.1.1-{_b64url(draw, 60)}; "
        f"connect.sid=s%3A{_b64url(draw, 24)}.{_b64url(draw, 32)}; session=eyJ{_b64url(draw, 20)}; "
        f"flask={_opaque(draw).rstrip('=')}.{_moment(draw)}.{_b64url(draw, 20)}"
    )


KINDS: tuple[Callable[[Random], str], ...] = (
    application_log, access_log, json_lines, minified, source_map, package_lock, pictures, keys_and_certificates, style_sheet, page,
    hex_dump, prose, settings, table, signed_cookies,
)  # fmt: skip
