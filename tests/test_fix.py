"""``jwtdoctor fix``: the code that does it right is read by our own readers, executed, and what it sends is accepted."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import minting
import pytest
from conftest import RULES
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from snippet_host import ACCESS_TOKEN, FURTHER, PROGRAMS, WANTED, evaluate, execute, listening
from test_command_line import Done, refused, run
from test_sources import SIGNING
from throwaway import CLAIMS, CONSUMER_KEY, NOW, SETTINGS, mint, unsigned
from throwaway import certificate as certificate_of

from jwtdoctor import diagnose, source
from jwtdoctor.catalog import Catalog, CatalogError, load
from jwtdoctor.catalog.snippets import STYLES, snippets
from jwtdoctor.catalog.snippets import read as read_snippets
from jwtdoctor.catalog.source import read
from jwtdoctor.cli import fix
from jwtdoctor.cli.failure import guarded
from jwtdoctor.cli.fix import Options
from jwtdoctor.model import Place
from jwtdoctor.snippets.literal import as_json, literal, remark
from jwtdoctor.snippets.patch import applied, diff, edits_of
from jwtdoctor.snippets.plan import Reason
from jwtdoctor.snippets.producer import producer
from jwtdoctor.snippets.written import Values, line_for, written

KNOWN = snippets()
RAW = read(RULES, cases=True)
PROFILE = load().profiles["salesforce"]
ENDPOINT = "https://login.salesforce.com/services/oauth2/token"
AT = ("--now", str(NOW))
BAD = mint({**CLAIMS, "exp": (NOW - 300) * 1000, "iat": NOW - 500})
SECONDS_AGO = mint({**CLAIMS, "exp": NOW - 4000})
Capture = pytest.CaptureFixture[str]
HOSTILE = "o'br\"ien$(id)`id`${x}#{x}{{x}}%s\\n<?php?>é😀@acme-demo.example"
"""A username without white space that every language would trip over, were it written as it is."""
PLACES = (
    "header.alg", "payload", "payload.iss", "payload.sub", "payload.aud", "payload.exp", "payload.iat", "payload.nbf", "payload.jti", "signature",
    "encoding", "key", "token", "endpoint.host", "request.grant_type", "request.content_type", "request.method", "request.query.assertion",
)  # fmt: skip
REASONS = tuple(
    Reason("a-rule", Place(*place.split(".", 1)), "ends a comment: ?> */ \\u000a \n; `x`, \"x\", 'x', …") for place in PLACES
)


def filled(name: str, endpoint: str = ENDPOINT, sub: str = HOSTILE, *, marked: bool = True) -> str:
    """A snippet with good values and, where it is ``marked``, a comment at every line that decides something."""
    values = Values({"iss": CONSUMER_KEY, "sub": sub, "aud": CLAIMS["aud"], "endpoint": endpoint})
    return written(KNOWN[name], values, PROFILE, REASONS if marked else (), ["The head. ?>"]).code


# --- the snippets ----------------------------------------------------------------------------------------------------


def test_the_languages_that_are_wanted() -> None:
    """One snippet at least for each, and one is shown where nothing tells."""
    languages = {each.language for each in KNOWN.values()}

    assert languages == {
        "apex", "python", "node", "java", "csharp", "go", "php", "ruby", "shell", "dataweave", "postman",
    }  # fmt: skip
    assert {each.name for each in KNOWN.values() if each.is_run} == set(PROGRAMS)


@pytest.mark.parametrize("name", [name for name, each in KNOWN.items() if each.reads])
@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_our_readers_find_nothing_wrong(name: str, marked: bool) -> None:
    """The code is read as any other, and signs what it was given."""
    code = filled(name, marked=marked)
    (sketch,) = source.read(code, NOW)
    (result,) = diagnose(code, now=NOW).results

    assert sketch.language in KNOWN[name].reads
    assert {claim: sketch.claims.get(claim) for claim in ("iss", "sub", "aud")} == {
        "iss": CONSUMER_KEY, "sub": HOSTILE, "aud": CLAIMS["aud"],
    }  # fmt: skip
    assert sketch.claims["exp"] == NOW + 180
    assert sketch.endpoint == ENDPOINT
    assert [each.rule for each in result.findings] == []


@pytest.mark.parametrize("name", KNOWN)
def test_no_key_and_no_secret_is_in_the_code(name: str) -> None:
    """The key is read, and nothing prints the assertion or the access token."""
    code = KNOWN[name].code

    assert "PRIVATE KEY" not in code
    assert not re.search(r"(?i)(?:print|echo|log|puts|write(?:line)?|debug)\b[^\n]{0,20}\b(?:assertion|access_?token)\b", code)
    assert filled(name).isascii()


@pytest.mark.parametrize("name", KNOWN)
def test_every_place_of_a_fault_has_its_line(name: str) -> None:
    """Whatever the rules find in a token or a request, the code shows how it is right; certificates are no matter of code."""
    homeless = {
        found["at"]
        for rule in RAW["rules"]
        if rule["group"] not in ("certificate", "metadata", "deployment", "source")
        for case in rule["case"]
        for found in case["finds"]
        if line_for(KNOWN[name], rule["name"], Place(*found["at"].split(".", 1))) is None
    }
    allowed = {each for each in homeless if each.startswith(("certificate", "environment", "project"))}

    assert homeless - allowed == set()


def test_the_catalogue_refuses_what_it_does_not_know(tmp_path: Path, catalog: Catalog) -> None:
    """Unknown keys, rules, answers, values and lines, each with its file and line."""
    good = (RULES / "snippets" / "shell.toml").read_text(encoding="utf-8")
    (tmp_path / "snippets").mkdir()
    file = tmp_path / "snippets" / "shell.toml"
    for old, new, told in (
        ('remark   = "#"', 'remark   = "#"\ncolour = 1', "unknown key `colour`"),
        ('remark   = "#"', 'remark   = "--"', "`remark` in a snippet has an unusable value"),
        ('rules = ["signature-encoding"]', 'rules = ["signature-encodings"]', "no rule is called 'signature-encodings'"),
        ('"openssl-cli-cannot-read-key"', '"openssl"', "no answer is called 'openssl'"),
        ('"signature-wrong-bytes/newline"', '"signature-wrong-bytes/line"', "no rule or wording is called"),
        ("@@iss json@@", "@@issuer@@", "no such value: @@issuer@@"),
        ("@@note@@\n", "", "needs one line @@note@@"),
        ("has = 'signature=$('", "has = 'base64url'", "stands in 4 lines"),
        ("has = 'signature=$('", "has = 'nowhere'", "stands in 0 lines"),
        ("'(?i)^curl/|^wget/'", "'('", "not a regular expression"),
        ('form       = ["curl"]\n', "", "without any condition"),
        ('role     = "default"\n', "", 'must have role = "default"'),
        ('name     = "shell"', 'name     = "bash"', "`name` must be 'shell'"),
    ):
        assert good.count(old) == 1, old
        file.write_text(good.replace(old, new), encoding="utf-8")
        with pytest.raises(CatalogError, match=re.escape(told)):
            read_snippets(tmp_path, catalog)
    file.write_text(good, encoding="utf-8")
    assert read_snippets(tmp_path, catalog)["shell"].traits


def test_every_trait_has_a_source() -> None:
    """No folklore."""
    for each in KNOWN.values():
        for trait in each.traits:
            assert trait.cites
            assert not trait.says.endswith(".")


# --- literals --------------------------------------------------------------------------------------------------------

FEW = settings(SETTINGS, max_examples=100)
_CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "'\"\\`$#{}%<>?!*/\n\r\t\0\x1b\x7f\x85\u2028\u202e\ufeffux0"
)
_TEXTS = st.text(_CHARACTERS, max_size=40)
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9a-f]+)\}|u(?P<four>[0-9a-f]{4})|U(?P<eight>[0-9a-f]{8})|x(?P<two>[0-9a-f]{2})|(?P<octal>[0-7]{3})|(?P<plain>.))"
)
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}


def decoded(text: str) -> str:
    """The inside of a literal, by the escapes that the languages have in common."""

    def one(match: re.Match[str]) -> str:
        number = next((match[name] for name in ("braced", "four", "eight", "two") if match[name]), None)
        if number is not None:
            return chr(int(number, 16))
        return chr(int(match["octal"], 8)) if match["octal"] else _NAMED.get(match["plain"], match["plain"])

    return _ESCAPE.sub(one, text).encode("utf-16-be", "surrogatepass").decode("utf-16-be")


@pytest.mark.parametrize("style", [each for each in STYLES if each != "shell"])
@FEW
@given(text=_TEXTS)
def test_a_literal_is_one_and_means_its_text(style: str, text: str) -> None:
    """Printable ASCII on one line, closed by its own last character only, without interpolation; read back it is the text."""
    made = literal(style, text)
    quote, inside = made[0], made[1:-1]

    assert made.isascii()
    assert made.isprintable()
    assert made[-1] == quote
    bare = re.sub(r"\\.", "", inside)
    assert not set(bare) & {quote, "\\"}
    assert not re.search({"php": r"\$", "ruby": r"#[{$@]", "dataweave": r"\$"}.get(style, r"(?!)"), bare)
    assert decoded(inside) == text


@FEW
@given(text=_TEXTS.filter(lambda text: "\0" not in text))
def test_a_shell_literal_is_one_word(text: str) -> None:
    """Quoted from end to end; JSON in it keeps to single quotes."""
    made = literal("shell", text)
    in_json = literal("shell", as_json(text))

    assert made.isascii()
    assert made.isprintable()
    assert re.fullmatch(r"'[^']*'(?:\\''[^']*')*|\$'(?:[^'\\]|\\x[0-9a-f]{2})*'", made)
    assert re.fullmatch(r"'[^']*'(?:\\''[^']*')*", in_json)
    assert json.loads(in_json[1:-1].replace("'\\''", "'")) == text


@FEW
@given(text=_TEXTS)
def test_a_comment_ends_with_its_line(text: str) -> None:
    """Nothing in it ends a comment in any language, or is read before comments are (Java's Unicode escapes, PHP's end)."""
    made = remark(text)

    assert made.isascii()
    assert made.isprintable()
    assert "\\" not in made
    assert "?>" not in made


def test_half_a_character_is_no_literal() -> None:
    """A lone surrogate cannot be signed."""
    with pytest.raises(ValueError, match="surrogates"):
        literal("python", "\ud800")


def texts() -> list[str]:
    """Hostile texts, the same in every run; without NUL, which no shell can hold."""
    chance = random.Random(11)
    alphabet = "'\"\\`$#{}()%<>?!*/\n\r\t\x1b\x7f\x85\u2028\u202e\ufeffé😀ux0an&;| "
    return [HOSTILE, "", *("".join(chance.choices(alphabet, k=chance.randrange(1, 30))) for _ in range(150))]


def programs_of_literals(name: str, wanted: list[str]) -> str:
    """A program that prints each literal's UTF-8 in hexadecimal."""
    style = KNOWN[name].string
    literals = [literal(style, text) for text in wanted]
    listed = ",\n".join(literals)
    return {
        "python": f"for each in [\n{listed}\n]: print(each.encode().hex())",
        "node": f'for (const each of [\n{listed}\n]) console.log(Buffer.from(each).toString("hex"));',
        "shell": f"printf '%s\\n-\\n' {' '.join(literals)} | od -An -v -tx1 | tr -d ' \\n' | sed 's/0a2d0a/\\n/g'",
        "java": "import java.nio.charset.StandardCharsets;\nimport java.util.HexFormat;\npublic class Literals {\n"
        f"public static void main(String[] a) {{ for (String each : new String[] {{\n{listed}\n}})"
        " System.out.println(HexFormat.of().formatHex(each.getBytes(StandardCharsets.UTF_8))); }\n}",
        "php": f'<?php foreach ([\n{listed}\n] as $each) echo bin2hex($each), "\\n";',
        "ruby": f'[\n{listed}\n].each {{ |each| puts each.unpack1("H*") }}',
    }[name]


@pytest.mark.once
@pytest.mark.parametrize("name", ["python", "node", "shell", "java", *FURTHER])
def test_the_language_itself_reads_the_text(name: str, tmp_path: Path) -> None:
    """Hostile texts, read by the real thing."""
    printed = evaluate(name, KNOWN[name].ending, programs_of_literals(name, texts()), tmp_path)

    assert [bytes.fromhex(line).decode() for line in printed.split("\n")[: len(texts())]] == texts()


# --- executed --------------------------------------------------------------------------------------------------------


def certificate() -> bytes:
    """The certificate of the key that signs here, good at the real clock."""
    start = int(time.time()) - minting.FROZEN_NOW
    found = minting.issue("match", start=start - minting.DAY, end=start + 90 * minting.DAY)
    return found.public_bytes(serialization.Encoding.PEM)


@pytest.mark.once
def test_the_programs_are_here() -> None:
    """Nothing below is skipped: what is missing is said here."""
    assert [each for each in WANTED if shutil.which(each) is None] == [], "installed by .ci/test; see there"


@pytest.mark.once
@pytest.mark.parametrize("name", [*PROGRAMS, *FURTHER])
def test_what_it_sends_is_accepted(name: str, tmp_path: Path) -> None:
    """Executed as it is printed, comments and hostile username included; judged by the real clock, with the certificate."""
    with listening() as server:
        done = execute(name, KNOWN[name].ending, filled(name, server.url), minting.private_pem("match"), tmp_path)
    sent = [re.sub(r"(?im)^host: .*$", "Host: login.salesforce.com", each) for each in server.requests]

    assert (done.returncode, done.stdout, done.stderr, len(sent)) == (0, "", "", 1)
    (result,) = diagnose(sent[0], certificates=[certificate()], endpoint=ENDPOINT, now=int(time.time())).results
    assert (result.verdict, result.signature.status, [each.rule for each in result.findings]) == ("accepted", "valid", [])
    assert result.claims["sub"] == HOSTILE
    assert result.request is not None
    assert (result.request.method, result.request.content_type.partition(";")[0]) == ("POST", "application/x-www-form-urlencoded")
    assert result.request.grant_type == PROFILE.settings["grant_type"]
    assert ACCESS_TOKEN not in "".join(each.read_text() for each in tmp_path.iterdir())


@pytest.mark.once
@pytest.mark.parametrize("name", ["python", "node", "shell", *FURTHER])
def test_a_refusal_is_told(name: str, tmp_path: Path) -> None:
    """The answer's reason reaches the reader, and the program fails."""
    with listening(400) as server:
        done = execute(name, KNOWN[name].ending, filled(name, server.url, marked=False), minting.private_pem("match"), tmp_path)

    assert done.returncode != 0
    assert "invalid_grant" in done.stderr
    assert server.requests[0].rpartition(".")[2] not in done.stderr


# --- who made it -----------------------------------------------------------------------------------------------------


def taken(text: str, **around: object) -> tuple[str, str] | None:
    """The snippet of the producer, and how sure that is."""
    (result,) = diagnose(text, now=NOW, **around).results  # type: ignore[arg-type]
    found = producer(result, KNOWN.values())
    return None if found is None else (found.snippet.name, found.confidence)


def request(agent: str, token: str) -> str:
    """A request of a program."""
    return (
        f"POST /services/oauth2/token HTTP/1.1\nHost: login.salesforce.com\nUser-Agent: {agent}\n"
        f"Content-Type: application/x-www-form-urlencoded\n\ngrant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={token}"
    )


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("python-requests/2.32.3", "python"), ("Python-urllib/3.11", "python"), ("axios/1.7.2", "node"), ("node", "node"), ("curl/8.5.0", "shell"),
        ("Java/17.0.9", "java"), ("okhttp/4.12.0", "java"), ("Go-http-client/2.0", "go"), ("GuzzleHttp/7", "php"), ("Ruby", "ruby"),
        ("Faraday v2.7.10", "ruby"), ("RestSharp/110.2.0", "csharp"), ("SFDC-Callout/62.0", "apex"), ("PostmanRuntime/7.39.0", "postman"),
    ],
)  # fmt: skip
def test_the_user_agent_tells(agent: str, name: str) -> None:
    """Certain, and it goes before what the token suggests."""
    assert taken(request(agent, unsigned({**CLAIMS, "exp": (NOW + 180) * 1000, "iat": NOW}))) == (name, "certain")


@pytest.mark.parametrize(
    ("claims", "name", "confidence"),
    [
        ({"exp": (NOW + 300) * 1000, "iat": NOW}, "node-jsonwebtoken", "likely"),
        ({"exp": 1934605472, "iat": NOW}, "apex", "certain"),
        ({"exp": NOW - 5 * 3600 - 1620}, "python", "likely"),
        ({"alg": "RS256"}, "python", "likely"),
        ({"exp": NOW + 180.271828}, "python", "likely"),
        ({"exp": str(NOW + 180)}, "python", "hint"),
        ({"aud": ["https://login.salesforce.com"]}, "java-jjwt", "hint"),
        ({"aud": "login.salesforce.com"}, "ruby", "likely"),
        ({"exp": 621355968000000000 + (NOW + 180) * 10**7}, "csharp", "certain"),
        ({"exp": (NOW + 180) * 10**9}, "go", "likely"),
    ],
)  # fmt: skip
def test_the_token_tells(claims: dict[str, object], name: str, confidence: str) -> None:
    """The tell-tales of the fact sheet."""
    assert taken(unsigned({**CLAIMS, **claims})) == (name, confidence)


def test_further_traits() -> None:
    """Bytes of Python, a curl line, an exception of Apex, and a healthy token that tells nothing."""
    assert taken(f"b'{mint()}'") == ("python", "certain")
    assert taken(f"curl -X POST -d assertion={mint()} {ENDPOINT}") == ("shell", "hint")
    assert taken(f"64.0 APEX_CODE,DEBUG\n12:00:00.123 (123)|USER_DEBUG|[33]|DEBUG|{mint()}") == ("apex", "certain")
    assert taken(mint()) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException: Error 400: ", "apex"),
        ('Traceback (most recent call last):\n  File "x.py", line 3\nHTTPError: ', "python"),
        ("AxiosError: Request failed with status code 400 ", "node"),
        ("java.io.IOException: Server returned HTTP response code: 400 ", "java"),
        ("System.Net.Http.HttpRequestException: ", "csharp"),
        ("PHP Fatal error:  Uncaught GuzzleHttp\\Exception\\ClientException: ", "php"),
        ("app.rb:12:in `token': Faraday::BadRequestError ", "ruby"),
    ],
)
def test_the_words_around_the_answer_tell(capsys: Capture, words: str, name: str) -> None:
    """An exception's line is its language's."""
    answer = f'{words}{{"error":"invalid_grant","error_description":"expired authorization code"}}'
    done = call(capsys, SECONDS_AGO, error=answer, formats=("json",))
    chosen = json.loads(done.stdout)

    assert (chosen["snippet"], chosen["chosen"]["by"], chosen["chosen"]["confidence"]) == (name, "detected", "certain")


# --- the command -----------------------------------------------------------------------------------------------------


def call(capsys: Capture, given: str | None = None, **options: Any) -> Done:
    """One call in this process; ``given`` is the pasted text."""
    capsys.readouterr()
    code = guarded(lambda: fix.run(given, Options(**{"now": str(NOW), **options})))
    out, err = capsys.readouterr()
    return Done(["fix"], code, out, err)


def test_a_token_gives_code_with_its_values() -> None:
    """In the language it seems to come from; the line that mends it is named, and the code is read as right."""
    done = run("fix", *AT, text=BAD)

    assert (done.returncode, done.stderr) == (0, "")
    assert "probably made by such a program" in done.stdout
    assert CONSUMER_KEY in done.stdout
    assert ENDPOINT in done.stdout
    (above,) = re.findall(r"// exp-milliseconds: [^\n]*\n(?: *// [^\n]*\n)*(.*)\n", done.stdout)
    assert above.strip() == "exp: Math.floor(Date.now() / 1000) + 180,"
    (result,) = diagnose(done.stdout, now=NOW).results
    assert result.findings == ()


def test_a_language_alone(tmp_path: Path) -> None:
    """Placeholders, which are told; a pipe that brings nothing is as none, and one that brings something is read."""
    done = run("fix", "--lang", "Python")

    assert (done.returncode, done.stderr) == (0, "")
    assert '"iss": "<consumer key or client id>"' in done.stdout
    assert '"aud": "https://<your-domain>.my.salesforce.com"' in done.stdout
    assert "To be filled in: iss" in done.stdout
    assert CONSUMER_KEY in run("fix", "--lang", "python", text=BAD).stdout


def test_the_profile_of_placeholders(capsys: Capture) -> None:
    """A provider without hosts of its own has none to suggest."""
    assert '"aud": "<audience>"' in call(capsys, lang="python", profile="generic").stdout


def test_another_language_is_shown_when_asked(capsys: Capture) -> None:
    """With what was wrong, and no guess about the producer."""
    done = call(capsys, SECONDS_AGO, lang="shell")

    assert done.returncode == 0
    assert done.stdout.startswith("#!/usr/bin/env bash\n# Shell with openssl and curl")
    assert "# exp-past: " in done.stdout
    assert "such a program" not in done.stdout


def test_nothing_tells_the_producer(capsys: Capture) -> None:
    """That is said, with the names of the others, and the shell is taken."""
    done = call(capsys, SECONDS_AGO)
    comment = " ".join(re.findall(r"^# *(.*)$", done.stdout, re.MULTILINE))

    assert "Nothing tells which program made the assertion" in comment
    assert all(name in comment for name in KNOWN)


@pytest.mark.parametrize(
    ("given_text", "options", "code", "told"),
    [
        (None, {"lang": "cobol"}, 2, "accepted: apex, csharp"),
        (None, {"lang": "python", "profile": "x"}, 2, "no such profile"),
        (BAD, {"profile": "x"}, 2, "no such profile"),
        ("no token here, and no code", {}, 3, "nothing to mend"),
        (None, {}, 3, "nothing to diagnose"),
        ("missing.txt", {}, 2, "no such file"),
        (BAD, {"now": "yesterday"}, 2, "is no time"),
        (BAD, {"certs": ("missing.pem",)}, 2, "no such file"),
        (BAD, {"error": "@missing.txt"}, 2, "no such file"),
        (BAD, {"outputs": ("missing/fix.py",)}, 2, "its ending tells no format"),
    ],
)
def test_what_it_cannot_do(capsys: Capture, given_text: str | None, options: dict[str, Any], code: int, told: str) -> None:
    """One line, and the code of the contract."""
    refused(call(capsys, given_text, **options), told, code=code)


def test_a_format_it_does_not_have() -> None:
    """Typer says which there are."""
    refused(run("fix", "--format", "sarif", text=BAD), "sarif")


def test_what_is_left_is_told(capsys: Capture) -> None:
    """A placeholder that only the user can fill in: exit code 1, and no invented value."""
    done = call(capsys, mint({**CLAIMS, "iss": "YOUR_CONSUMER_KEY", "exp": NOW - 4000}), lang="python")

    assert done.returncode == 1
    assert "Left to you: iss-placeholder" in done.stdout
    assert '"iss": "<consumer key or client id>"' in done.stdout


def test_another_key(capsys: Capture, tmp_path: Path) -> None:
    """The code names the key; which one it must be, only the user can see to."""
    (tmp_path / "app.crt").write_bytes(certificate_of("other"))
    done = call(capsys, mint(), lang="go", certs=(str(tmp_path / "app.crt"),))

    assert done.returncode == 1
    assert re.search(r"// signature-wrong-key: [^\n]*\n(?:\t*// .*\n)*\tdata, err := os.ReadFile\(file\)", done.stdout)
    assert "Left to you: signature-wrong-key" in done.stdout


def test_an_answer_alone(capsys: Capture) -> None:
    """The words of a client program tell its language; the values are placeholders."""
    answer = "Could not deserialize key data. The data may be in an incorrect format"
    done = call(capsys, error=answer)

    assert done.stdout.startswith("# Python with PyJWT")
    assert "<consumer key or client id>" in done.stdout


def test_what_lies_beyond_the_assertion(capsys: Capture) -> None:
    """No code mends what the org must allow: that is said, with what to do, and the exit code is 1."""
    done = call(capsys, mint(), error="invalid_grant: user hasn't approved this consumer", lang="shell")

    assert done.returncode == 1
    assert "Left to you: user-not-preauthorised" in done.stdout


def test_other_members_are_not_dropped_silently(capsys: Capture) -> None:
    """What the code leaves out is named, as is another algorithm."""
    token = mint({**CLAIMS, "exp": NOW - 4000, "aud": "https://as.example", "scope": "api"}, {"alg": "ES256", "kid": "one"})
    done = call(capsys, token, lang="python", profile="generic")

    assert "left out: scope, header.kid" in done.stdout
    assert "the assertion says ES256" in done.stdout


def test_the_document(capsys: Capture) -> None:
    """What programs read: version, language, the code, and the lines that mend."""
    document = json.loads(call(capsys, BAD, formats=("json",)).stdout)

    assert (document["format"], document["version"], document["kind"]) == ("jwtdoctor-fix", 1, "code")
    assert (document["language"], document["snippet"], document["chosen"]["by"]) == ("node", "node-jsonwebtoken", "detected")
    rows = document["text"].splitlines()
    assert {each["rule"]: rows[each["line"] - 1].strip() for each in document["marks"]}["exp-milliseconds"].startswith("exp: ")
    assert document["left"] == []


def test_colours_change_no_character(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the same text, with its marked lines and changes in colour."""
    for text in (BAD, source_of()):
        plain = call(capsys, text).stdout
        monkeypatch.setenv("FORCE_COLOR", "1")
        coloured = call(capsys, text, formats=("terminal",)).stdout
        monkeypatch.delenv("FORCE_COLOR")
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_markdown_is_redacted(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a ticket; with --no-redact it shows what was examined. Both of one call, each in its file."""
    monkeypatch.chdir(tmp_path)
    open_one = call(capsys, BAD, formats=("markdown",), no_redact=True)
    done = call(capsys, BAD, outputs=("fix.md", "fix.json"))
    shared = (tmp_path / "fix.md").read_text()

    assert (done.returncode, done.stdout) == (0, "")
    assert CONSUMER_KEY in open_one.stdout
    assert CONSUMER_KEY not in shared
    assert CONSUMER_KEY in json.loads((tmp_path / "fix.json").read_text())["text"]
    assert "```js\n" in shared
    assert "exp: Math.floor(Date.now() / 1000) + 180," in shared


@pytest.mark.parametrize("name", KNOWN)
def test_a_hostile_assertion_adds_no_line_of_code(capsys: Capture, name: str) -> None:
    """Claims that would end a literal or a comment: every line is one of the snippet's, or a comment."""
    claims = {
        **CLAIMS,
        "sub": f"{HOSTILE}\nimport os\x1b[31m",
        "aud": "?>\n\\u000a*/ evil();",
        "iss": "${IFS}\"'+evil()+'",
        "exp": "\n?>now",
    }
    (result,) = diagnose(mint(claims), now=NOW).results
    done = call(capsys, mint(claims), lang=name)
    snippet = KNOWN[name]
    own = [_pattern(row) for row in snippet.code.splitlines()]

    assert result.findings
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    for row in done.stdout.splitlines():
        assert any(each.fullmatch(row) for each in own) or row.lstrip().startswith(f"{snippet.remark} "), row


def _pattern(row: str) -> re.Pattern[str]:
    quoted = r"""(?:"(?:[^"\\]|\\.)*"|\$?'(?:[^'\\]|\\.)*'(?:\\''[^']*')*)"""
    parts = re.split(r"(@@\w+(?: \w+)?@@)", row)
    return re.compile(
        "".join((".*" if "remark" in part else quoted) if part.startswith("@@") else re.escape(part) for part in parts)
    )


def test_a_secret_is_not_written_into_code(capsys: Capture) -> None:
    """A consumer secret in `iss`, a key in `sub`."""
    secret = "8F1C33C9A27E4D60B5E2F7A9D0C4B1E6A7D8F9E0B1C2D3E4F5A6B7C8D9E0F1A2"
    for name in ("python", "shell"):
        done = call(capsys, mint({**CLAIMS, "iss": secret, "sub": minting.private_pem("match").decode()}), lang=name)
        assert done.returncode == 1
        assert secret not in done.stdout + done.stderr
        assert "MII" not in done.stdout + done.stderr


# --- patches ---------------------------------------------------------------------------------------------------------

PYTHON = f"""import time
import jwt

SECRET = "client_secret=hunter2hunter2"
KEY = '''{{key}}'''


def sign():
    claims = {{{{
        "iss": "{CONSUMER_KEY}",
        "sub": "integration@acme-demo.example",
        "aud": "https://login.salesforce.com",
        "exp": int(time.time() * 1000) + 300,
    }}}}
    return jwt.encode(claims, KEY, algorithm="RS256")
"""


def source_of(key: str = "") -> str:
    """Code in Python whose `exp` counts milliseconds."""
    return PYTHON.format(key=key)


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "unended"])
def test_a_patch_can_be_applied(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: str, last: bool) -> None:
    """``git apply`` takes what is printed, and nothing is wrong any more."""
    text = (source_of() if last else source_of().rstrip("\n")).replace("\n", ends)
    (tmp_path / "sign.py").write_bytes(text.encode())
    monkeypatch.chdir(tmp_path)
    done = call(capsys, "sign.py", outputs=("plain:fix.patch",))
    applied = subprocess.run(["git", "apply", "fix.patch"], cwd=tmp_path, capture_output=True, text=True)
    after = (tmp_path / "sign.py").read_bytes().decode()

    assert done.returncode == 0, done.stderr
    assert applied.returncode == 0, applied.stderr
    assert after == text.replace("int(time.time() * 1000) + 300", "int(time.time()) + 300")
    assert diagnose(after, now=NOW).results[0].findings == ()


def test_a_patch_says_why(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each hunk names rule and reason at its head."""
    (tmp_path / "sign.py").write_text(source_of())
    monkeypatch.chdir(tmp_path)
    done = call(capsys, "sign.py")

    assert "--- a/sign.py\n+++ b/sign.py\n" in done.stdout
    (head,) = re.findall(r"^@@ -\d+,\d+ \+\d+,\d+ @@ (.*)$", done.stdout, re.MULTILINE)
    assert head.startswith("exp-milliseconds: ")


def test_no_secret_is_context(capsys: Capture) -> None:
    """A key beside the change, and a secret in the very line."""
    key = minting.private_pem("match").decode()
    text = source_of().replace("KEY = ''''''", "").replace("    claims = {", f"    key = '''{key}'''\n    claims = {{")
    for code in (text, text.replace('"exp": ', '"client_secret": "hunter2hunter2", "exp": ')):
        done = call(capsys, code)
        assert "+" in done.stdout
        assert "hunter2" not in done.stdout
        assert not any(line in done.stdout for line in key.splitlines()[1:-1])
    assert "this patch is for reading" in done.stdout
    assert json.loads(call(capsys, code, formats=("json",)).stdout)["exact"] is False


def test_what_no_mend_is_known_for(capsys: Capture) -> None:
    """The line of the snippet that does it right, as a comment before the patch; exit code 1."""
    text = source_of().replace('"https://login.salesforce.com"', '["https://login.salesforce.com"]').replace('"RS256"', "ALG")
    done = call(capsys, f'ALG = "HS256"\nprint(ALG)\n{text}')

    assert done.returncode == 1
    assert "# Not mended here: aud-array" in done.stdout
    assert "# Not mended here: alg-hs256" in done.stdout
    assert 'jwt.encode(claims, key, algorithm="RS256")' in done.stdout


FAULTY_APEX = """Auth.JWT jwt = new Auth.JWT();
jwt.setIss(Label.ConsumerKey);
jwt.setSub('me@acme.example');
jwt.setAud('https://login.salesforce.com/services/oauth2/token');
jwt.setValidityLength(180000);
Auth.JWS jws = new Auth.JWS(jwt, 'acme_jwt');
new Auth.JWTBearerTokenExchange('https://test.salesforce.com/services/oauth2/token', jws).getAccessToken();
"""


def test_what_the_repair_knows_is_put_into_the_code(capsys: Capture) -> None:
    """A text in quotation marks becomes the right one, and a lifetime the usual one; nothing is left to do."""
    done = call(capsys, FAULTY_APEX)

    assert done.returncode == 0
    assert "+jwt.setAud('https://test.salesforce.com');\n+jwt.setValidityLength(3 * 60);\n" in done.stdout
    done = call(capsys, source_of().replace('"RS256"', '"HS256"'))
    assert done.returncode == 0
    assert '+    return jwt.encode(claims, KEY, algorithm="RS256")\n' in done.stdout
    assert "# Note: RS256 is signed with the app's private key" in done.stdout


def test_a_text_that_serves_twice_is_not_changed(capsys: Capture) -> None:
    """It is the audience, where it is wrong, and the endpoint, where it is right."""
    text = source_of().replace('"https://login.salesforce.com"', "URL")
    code = (
        f'URL = "https://login.salesforce.com/services/oauth2/token"\n{text}\nrequests.post(URL, data={{"assertion": sign()}})\n'
    )
    done = call(capsys, code)

    assert done.returncode == 1
    assert "-URL" not in done.stdout
    assert "# Not mended here: aud-token-endpoint-path" in done.stdout


def test_a_hunk_names_what_it_mends_alone(capsys: Capture) -> None:
    """What is left is told before the patch, and not at its head."""
    text = source_of().replace(CONSUMER_KEY, "YOUR_CLIENT_ID")
    done = call(capsys, text)
    (head,) = re.findall(r"^@@ -\d+,\d+ \+\d+,\d+ @@ (.*)$", done.stdout, re.MULTILINE)

    assert done.returncode == 1
    assert "# Not mended here: iss-placeholder" in done.stdout
    assert "iss-placeholder" not in head


@pytest.mark.parametrize("name", ["x\n+++ b\x1b[31m.py", "a\u202eb.py", "x\ty.py"])
def test_a_strangers_file_name_is_no_part_of_a_patch(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """It could add a header that sends the patch to another file, or write to the terminal."""
    (tmp_path / name).write_text(source_of())
    monkeypatch.chdir(tmp_path)
    done = call(capsys, name)

    assert done.stdout.count("+++ ") == 1
    assert "+++ b/pasted\n" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    ["consumerSecret = '7253489761029384756'", 'client_secret: str = "0123456789abcdef"', 'pw="hunter2x"', 'x["api_key"] = "abcd0123"',
     "String clientSecret = 'ABCDEF0123456789';", "auth.setPassword('hunter2x')"],
)  # fmt: skip
def test_a_line_with_a_secret_is_no_context(capsys: Capture, line: str) -> None:
    """Under whatever name that says it is one."""
    done = call(capsys, source_of().replace("    claims = {", f"    {line}\n    claims = {{"))

    assert "+" in done.stdout
    assert line not in done.stdout


IMPORTS = {
    "import time": "int(time.time()) + 180",
    "import os, time as clock": "int(clock.time()) + 180",
    "from time import time": "int(time()) + 180",
    "import datetime": "int((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)).timestamp())",
    "import datetime as dt": "int((dt.datetime.now(dt.timezone.utc) + dt.timedelta(minutes=3)).timestamp())",
    "from datetime import datetime, timedelta": "int(datetime.now().timestamp()) + 180",
    "from datetime import (\n    datetime as dt,\n    timezone,\n)": "int(dt.now(timezone.utc).timestamp()) + 180",
    "from __future__ import annotations\nimport os": "int(time.time()) + 180",
}


@pytest.mark.parametrize("head", IMPORTS)
def test_mended_python_runs(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, head: str) -> None:
    """In the names that the file has imported, or with the import that is missing: applied and executed, it gives whole seconds."""
    code = f"""{head}
import sys

sys.modules["jwt"] = sys
sys.encode = lambda claims, key, algorithm: print(claims["exp"])
import jwt

KEY = ""
claims = {{"iss": "{CONSUMER_KEY}", "sub": "me@acme.example", "aud": "https://login.salesforce.com", "exp": "180"}}
jwt.encode(claims, KEY, algorithm="RS256")
"""
    (tmp_path / "sign.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    done = call(capsys, "sign.py", outputs=("plain:fix.patch",))
    applied = subprocess.run(["git", "apply", "fix.patch"], cwd=tmp_path, capture_output=True, text=True)
    ran = subprocess.run([sys.executable, "sign.py"], cwd=tmp_path, capture_output=True, text=True)

    assert (done.returncode, applied.returncode) == (0, 0), applied.stderr
    assert IMPORTS[head] in (tmp_path / "sign.py").read_text()
    assert ran.returncode == 0, ran.stderr
    assert 0 <= int(ran.stdout) - time.time() <= 180
    assert diagnose((tmp_path / "sign.py").read_text(), now=NOW).results[0].findings == ()


def test_nothing_to_mend(capsys: Capture) -> None:
    """Right code: nothing on standard output, a line on the other, exit code 0."""
    done = call(capsys, source_of().replace(" * 1000", ""))

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("jwtdoctor: nothing to mend")


def test_code_in_another_language_than_asked(capsys: Capture) -> None:
    """Its values in the language that is asked for."""
    done = call(capsys, source_of(), lang="go")

    assert done.returncode == 0
    assert f'"iss": "{CONSUMER_KEY}",' in done.stdout
    assert "package main" in done.stdout


def test_the_original_question_as_a_patch(capsys: Capture) -> None:
    """Apex: milliseconds in setValidityLength."""
    question = (RULES.parent / "samples" / "original-question" / "0-as-asked" / "question.txt").read_text(encoding="utf-8")
    done = call(capsys, question, now="1571682566")

    assert "\n-jwt.setValidityLength(exp.intValue());\n+jwt.setValidityLength(5 * 60);\n" in done.stdout


@pytest.mark.once
def test_every_known_mend_is_made(tmp_path: Path) -> None:
    """Over all sources with known mends, in one patch: ``git apply`` gives what was meant, and what was mended is not found again."""
    patch: list[str] = []
    meant: dict[str, tuple[str, int, set[str]]] = {}
    for number, each in enumerate(SIGNING):
        after, made = applied(each.text, edits_of(diagnose(each.text, now=each.now).results))
        if made:
            (tmp_path / f"{number}.txt").write_bytes(each.text.encode())
            shown = diff(f"{number}.txt", each.text, after, made)
            assert shown.exact
            patch.append(shown.text)
            meant[f"{number}.txt"] = (after, each.now, {reason.rule for edit in made for reason in edit.reasons})
    (tmp_path / "fix.patch").write_bytes("".join(patch).encode())
    done = subprocess.run(["git", "apply", "--unidiff-zero", "fix.patch"], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert len(meant) >= 30
    for name, (after, now, mended) in meant.items():
        results = diagnose(after, now=now).results
        assert (tmp_path / name).read_bytes().decode() == after
        assert mended & {each.rule for result in results for each in result.findings} == set(), name
        # A lifetime that was hidden by a fault before it may still be too long; then nothing is left.
        again, _ = applied(after, edits_of(results))
        assert edits_of(diagnose(again, now=now).results) == [], name
