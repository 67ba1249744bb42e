"""The readers: text to pastes, pastes to parts, parts to values. Nothing raises, and nothing taken off is forgotten."""

from __future__ import annotations

import base64
import binascii
import json
import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from throwaway import (
    CLAIMS,
    CONSUMER_KEY,
    NOW,
    SETTINGS,
    b64,
    certificate,
    ec_key,
    jwk,
    mint,
    part,
    pem,
    private_der,
    public_pem,
    request_pem,
    sign,
    unsigned,
)

from jwtdoctor import answer, diagnose, intake, kinds, visible
from jwtdoctor.decode import MAX_DEPTH, MAX_DIGITS, MAX_TOKEN, Lexeme, Real, decode, json_type, parse_object, unbase64

TOKEN = unsigned()
ANY_TEXT = st.text() | st.text(alphabet="eyJ.=%-_+/ \n\\\"'{}[]:,\u200b\ufeff\ud800ab01") | st.from_regex(r"ey[\w.-]*")


def codes(problems):
    """The codes of problems, in order."""
    return [each.code for each in problems]


# --- base64url -------------------------------------------------------------------------------------------------------


@SETTINGS
@given(st.binary(max_size=400))
def test_strict_base64url_comes_back(data):
    """What a strict encoder writes is read back with nothing to remark."""
    assert unbase64(b64(data)) == (data, ())


@SETTINGS
@given(st.text(alphabet="ABCxyz019-_", max_size=40))
def test_whatever_a_strict_decoder_takes_is_the_same_bytes(text):
    """A text that is its own canonical encoding has no oddities; any other text of the alphabet has some."""
    try:
        expected = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        assert unbase64(text)[0] is None
        return
    data, odd = unbase64(text)
    assert data == expected
    assert bool(odd) == (b64(expected) != text)


@SETTINGS
@given(st.binary(min_size=1, max_size=60), st.sampled_from(["pad", "standard", "space", "percent"]))
def test_each_lenience_keeps_the_bytes_and_is_told(data, how):
    """Padding, the standard alphabet, white space and percent escapes are read through, and named."""
    strict = b64(data)
    text, code = {
        "pad": (strict + "=" * (-len(strict) % 4), "padding"),
        "standard": (strict.replace("-", "+").replace("_", "/"), "standard-alphabet"),
        "space": (f"{strict[:1]} \r\n{strict[1:]}", "white-space"),
        "percent": (f"%{ord(strict[0]):02X}{strict[1:]}", "percent-encoded"),
    }[how]
    found, odd = unbase64(text)
    assert found == data
    assert codes(odd) == ([code] if text != strict else [])


@pytest.mark.parametrize(
    ("text", "data", "said"),
    [
        ("QQ", b"A", []),
        ("QR", b"A", ["trailing-bits"]),
        ("QUI", b"AB", []),
        ("QUJ", b"AB", ["trailing-bits"]),
        ("QQ==", b"A", ["padding"]),
        ("Q", None, ["length"]),
        ("QQ=A", None, ["stranger"]),
        ("Q!", None, ["stranger"]),
        ("Qé", None, ["stranger"]),
        ("Q\x00", None, ["stranger"]),
        ("-_-_", b"\xfb\xff\xbf", []),
        ("+/-_", b"\xfb\xff\xbf", ["standard-alphabet"]),
        ("QQ%3D%3D", b"A", ["percent-encoded", "padding"]),
        ("Q%zz", None, ["stranger"]),
        ("%51%51", b"A", ["percent-encoded"]),
        ("Q\nQ", b"A", ["white-space"]),
        ("Q\u00a0Q", b"A", ["white-space"]),
        ("", b"", []),
        ("=", b"", ["padding"]),
    ],
)
def test_base64_oddities(text, data, said):
    """Each departure from RFC 7515 §2 has its own name."""
    found, odd = unbase64(text)
    assert (found, codes(odd)) == (data, said)


@pytest.mark.parametrize("text", ["QR==", "QUJ=", "Q%52", "Q\nR"])
def test_trailing_bits_are_told_beside_another_oddity(text):
    """A lenient reading does not lose what a strict one says about the last character."""
    assert "trailing-bits" in codes(unbase64(text)[1])


@SETTINGS
@given(ANY_TEXT)
def test_unbase64_never_raises(text):
    """Any text gives bytes or ``None`` with a reason."""
    data, odd = unbase64(text)
    assert data is not None or odd


# --- JSON ------------------------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@SETTINGS
@given(st.dictionaries(st.text(), JSON_VALUES, max_size=6))
def test_plain_json_objects_come_back(members):
    """What another JSON writer wrote is read as the same value, with nothing wrong."""
    for ascii_only in (True, False):
        text = json.dumps(members, ensure_ascii=ascii_only)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            continue
        value, problems = parse_object(data)
        assert (value, problems) == (members, ())


@SETTINGS
@given(st.binary(max_size=300) | st.text().map(lambda t: t.encode("utf-8", "surrogatepass")))
@example(b'{"a":' * 2000)
@example(b'{"a":1e')
@example(b'{"a":"\\')
def test_parse_object_never_raises(data):
    """Any bytes give an object, perhaps empty, and reasons."""
    value, problems = parse_object(data)
    assert type(value) is dict
    assert value or problems or data.strip().replace(b" ", b"").startswith(b"{")


@pytest.mark.parametrize(
    ("lexeme", "kind", "reads"),
    [
        ("1795435500", int, 1795435500),
        ("-0", int, 0),
        ("1e9", Real, 1e9),
        ("1795435500.0", Real, 1795435500.0),
        ("1795435500.25", Real, 1795435500.25),
        ("1e999", Lexeme, "1e999"),
        ("-1e999", Lexeme, "-1e999"),
        ("NaN", Lexeme, "NaN"),
        ("Infinity", Lexeme, "Infinity"),
        ("-Infinity", Lexeme, "-Infinity"),
        ("9" * MAX_DIGITS, int, 10**MAX_DIGITS - 1),
        ("9" * 10_000, Lexeme, "9" * 10_000),
        ("0." + "1" * 10_000, Lexeme, "0." + "1" * 10_000),
    ],
)
def test_numbers_keep_how_they_were_written(lexeme, kind, reads):
    """A number is a number where a type holds it, and its own text where none does."""
    value, problems = parse_object(f'{{"exp":{lexeme}}}'.encode())
    assert type(value["exp"]) is kind
    assert value["exp"] == reads
    assert json_type(value["exp"]) == "number"
    if kind is Real:
        assert value["exp"].lexeme == lexeme
    constants = {"NaN", "Infinity", "-Infinity"}
    assert codes(problems) == (["not-a-json-number"] if lexeme in constants else [])


@pytest.mark.parametrize(
    ("data", "said", "keys"),
    [
        (b'{"a":1,"a":2}', ["duplicate-member"], ["a"]),
        (b'{"a":1,"a":2,"b":1,"b":2,"a":3}', ["duplicate-member", "duplicate-member"], ["a", "b"]),
        (b'{"a":{"x":1,"x":2}}', ["duplicate-member"], ["a"]),
        (b'{"a":"x\ny"}', ["control-character"], ["a"]),
        (b'\xef\xbb\xbf{"a":1}', ["byte-order-mark"], ["a"]),
        (b'\xef\xbb\xbf{"a":', ["byte-order-mark", "not-json"], []),
        (b'{"a":\xff}', ["not-utf8"], []),
        (b'{"a":"\xed\xa0\x80"}', ["not-utf8"], []),
        (b'{"a":"\\ud800"}', [], ["a"]),
        (b'{"a":1,}', ["not-json"], []),
        (b"{'a':1}", ["not-json"], []),
        (b'{"a":1} x', ["not-json"], []),
        (b"", ["not-json"], []),
        (b"  ", ["not-json"], []),
        (b"[]", ["not-object"], []),
        (b'"a"', ["not-object"], []),
        (b"1", ["not-object"], []),
        (b"null", ["not-object"], []),
        (b"true", ["not-object"], []),
        (b"[" * 100_000, ["too-deep"], []),
        (b'{"a":' * 100_000, ["too-deep"], []),
        (b"[" * 100_000 + b"]" * 100_000, ["too-deep"], []),
        (b'{"a":"' + b"[" * 100_000 + b'"}', [], ["a"]),
        (b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}", [], ["a"]),
        (b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", ["too-deep"], []),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_with_an_object(data, said, keys):
    """Each fault of a JSON document has its own name, and what can be read still is."""
    value, problems = parse_object(data)
    assert codes(problems) == said
    assert list(value) == keys


def test_the_last_of_duplicate_members_counts():
    """As in the JSON readers of servers."""
    assert parse_object(b'{"exp":1,"exp":2}')[0] == {"exp": 2}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        (Lexeme("NaN"), "number"),
        ("x", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_json_names_of_types(value, name):
    """Messages speak of JSON's types, not of Python's."""
    assert json_type(value) == name


# --- the compact form ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 1000])
def test_any_number_of_segments(count):
    """One to many segments are read as far as they go, and a count other than three is told."""
    token = decode(".".join([part({"alg": "RS256"}), part(CLAIMS), *["QUJD"] * 1000][:count]))
    assert ("segments" in codes(token.problems)) == (count != 3)
    assert token.header.value == {"alg": "RS256"}
    assert token.payload.value == (CLAIMS if count > 1 and count != 5 else {})
    assert token.signature.data == (b"ABC" if count in (3, 4) else None)
    assert len(token.segments) <= 6


@pytest.mark.parametrize(
    ("text", "header", "payload", "signature"),
    [
        ("..", ["empty"], ["empty"], ["empty"]),
        ("", ["empty"], ["absent"], ["absent"]),
        (f"{part({})}.{part({})}.", [], [], ["empty"]),
        (f".{part({})}.QUJD", ["empty"], [], []),
        (f"{part({})}..QUJD", [], ["empty"], []),
        (f"{part({})}.{part({})}.Q", [], [], ["not-base64"]),
        (f"{part({})}.{b64(b'plain')}.QUJD", [], ["not-json"], []),
        (f"{part([])}.{part('1')}.QUJD", ["not-object"], ["not-object"], []),
        (f"{part({})}.{b64(b'%PDF' + bytes([255]))}.QUJD", [], ["not-utf8"], []),
        ("e30.e30!.QUJD", [], ["not-base64"], []),
    ],
)
def test_faulty_parts(text, header, payload, signature):
    """Each part says for itself what is wrong with it."""
    token = decode(text)
    assert [codes(each.problems) for each in (token.header, token.payload, token.signature)] == [
        header,
        payload,
        signature,
    ]


def test_a_text_longer_than_any_token():
    """It is refused by its length, and not kept."""
    token = decode("e" * (MAX_TOKEN + 1))
    assert codes(token.problems) == ["too-long"]
    assert token.text == ""


def test_the_signing_input_is_the_text_as_sent():
    """RFC 7515 §5.1: not a re-encoding."""
    text = f"{part({'alg': 'RS256'})}==.{part(CLAIMS)}.QUJD"
    assert decode(text).signing_input == text.rpartition(".")[0].encode()


@SETTINGS
@given(ANY_TEXT)
@example("." * 5000)
@example("\ud800.\udfff.\x00")
def test_decode_never_raises(text):
    """Any text is a token with problems."""
    token = decode(text)
    assert all(type(each.value) is dict for each in (token.header, token.payload))
    assert type(token.signing_input) is bytes


# --- what surrounds a token ------------------------------------------------------------------------------------------

WRAPPED = "\n".join(TOKEN[at : at + 64] for at in range(0, len(TOKEN), 64))


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        (TOKEN, ()),
        (f"  {TOKEN}\r\n", ()),
        (f"Bearer {TOKEN}", ("bearer",)),
        (f"bearer   {TOKEN}", ("bearer",)),
        (f"JWT {TOKEN}", ("bearer",)),
        (f"Authorization: Bearer {TOKEN}", ("header-name", "bearer")),
        (f"authorization:Bearer {TOKEN}\n", ("header-name", "bearer")),
        (f'"{TOKEN}"', ("quotes",)),
        (f"'{TOKEN}'", ("quotes",)),
        (f"`{TOKEN}`", ("quotes",)),
        (f"\u201c{TOKEN}\u201d", ("quotes",)),
        (f'"{TOKEN}",', ("quotes",)),
        (f'"Bearer {TOKEN}"', ("quotes", "bearer")),
        (f"b'{TOKEN}'", ("bytes-literal", "quotes")),
        (f'b"{TOKEN}"', ("bytes-literal", "quotes")),
        (f"{TOKEN},", ("trailing-punctuation",)),
        (f"{TOKEN};", ("trailing-punctuation",)),
        (f"\ufeff{TOKEN}", ("invisible-characters",)),
        (f"{TOKEN[:30]}\u200b{TOKEN[30:]}", ("invisible-characters",)),
        (f"{TOKEN}\u2028", ("invisible-characters",)),
        (f"{TOKEN[:30]}\u00ad{TOKEN[30:]}", ("invisible-characters",)),
        (WRAPPED, ("line-breaks",)),
        (WRAPPED.replace("\n", "\r\n"), ("line-breaks",)),
        (WRAPPED.replace("\n", "\n    "), ("line-breaks",)),
        (WRAPPED.replace("\n", " \\\n"), ("line-breaks",)),
        (WRAPPED.replace("\n", "\\n"), ("line-breaks",)),
        (f"{TOKEN[:40]} {TOKEN[40:]}", ("spaces",)),
        (f"assertion={TOKEN}", ("field-name",)),
        (f"client_assertion: {TOKEN}", ("field-name",)),
        (base64.b64encode(TOKEN.encode()).decode(), ("base64",)),
        (f"\ufeffBearer '{TOKEN}',", ("invisible-characters", "bearer", "quotes")),
    ],
)
def test_what_was_taken_off_is_remembered(text, stripped):
    """A server strips nothing, so everything that was stripped has a name, in order."""
    (paste,) = intake.read(text)
    assert paste.text == TOKEN
    assert paste.stripped == stripped


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (TOKEN, 1, 1),
        (f"\n\n  {TOKEN}", 3, 3),
        (f"token was {TOKEN} and refused", 1, 11),
        (f"first\nsecond {TOKEN}", 2, 8),
        (f"first\r\nsecond {TOKEN}.\r\n", 2, 8),
    ],
)
def test_where_a_token_stands(text, line, column):
    """Line and column count from one."""
    (paste,) = intake.read(text)
    assert (paste.text, paste.line, paste.column) == (TOKEN, line, column)


def test_every_token_of_a_text_is_found_in_order():
    """A log holds several."""
    other = unsigned({**CLAIMS, "sub": "second@acme-demo.example"})
    found = intake.read(f"try 1: {TOKEN}\ntry 2: Bearer {other}\nend")
    assert [(each.text, each.line, each.form) for each in found] == [(TOKEN, 1, "text"), (other, 2, "bearer")]


def test_a_huge_log_stops_at_a_bound():
    """More than any person reads is not diagnosed."""
    assert len(intake.read(f"{TOKEN}\n" * (intake.MAX_PASTES + 5))) == intake.MAX_PASTES


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "hello", "what went wrong?", "\ufeff", "\x00", "\u200b\u200b"],
)
def test_nothing_to_diagnose(text):
    """Neither token nor anything known."""
    assert intake.read(text) == []


@pytest.mark.parametrize("cut", [TOKEN.rpartition(".")[0], TOKEN.partition(".")[0] + ".", TOKEN[:-20], TOKEN[:60]])
def test_a_copy_that_was_cut_off_is_still_a_paste(cut):
    """One or two segments are what is left of a token."""
    (paste,) = intake.read(cut)
    assert paste.text.startswith(cut.rstrip(".")[:40])
    assert paste.kind is None


@SETTINGS
@given(ANY_TEXT)
@example("Bearer " * 1000)
@example("b'" * 1000)
@example('"' * 1001)
def test_read_never_raises(text):
    """Any text gives pastes, each with a place inside the text."""
    for paste in intake.read(text):
        assert paste.line >= 1
        assert paste.column >= 1
        assert paste.line <= text.count("\n") + text.count("\r") + 1


@SETTINGS
@given(ANY_TEXT)
def test_of_text_never_raises(text):
    """Any text is of a known kind or of none."""
    assert kinds.of_text(text) is None or re.fullmatch(r"[a-z-]+", kinds.of_text(text))


@SETTINGS
@given(ANY_TEXT | st.text(alphabet='{}[]":, error_description=HTTP/1.1 400\nDate:|Exception', max_size=200))
@example('{"error":' * 3000)
@example("Errors encountered:\n" * 50)
@example("HTTP/1.1 999999999999999999999 X\nDate: Mon, 99 Foo 99999 99:99:99 +9999")
@example('{"error":' + "9" * 10_000 + "}")
def test_answer_parse_never_raises(text):
    """Any text is an answer, if only as words."""
    told = answer.parse(text)
    assert told.form in {"words", "json", "http", "exception", "tries"}
    assert told.status is None or 100 <= told.status <= 999


# --- bytes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TOKEN.encode(), TOKEN),
        (b"\xef\xbb\xbf" + TOKEN.encode(), TOKEN),
        (TOKEN.encode("utf-16"), TOKEN),
        (b"\xff\xfe" + TOKEN.encode("utf-16-le"), TOKEN),
        (b"\xfe\xff" + TOKEN.encode("utf-16-be"), TOKEN),
        (b"\xff\xfe" + TOKEN.encode("utf-16-le") + b"x", TOKEN + "\ufffd"),
        (
            "grüße, ein langer Satz, der nicht in UTF-8 steht".encode("latin-1"),
            "grüße, ein langer Satz, der nicht in UTF-8 steht",
        ),
        (b"", ""),
        (bytes(range(256)), None),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", None),
        (bytes(range(128, 256)) * 4, None),
    ],
)
def test_text_of_bytes(data, text):
    """By the byte order mark, else UTF-8, else Latin-1 if it reads like text; binary data is none."""
    assert intake.text_of(data) == text


@SETTINGS
@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"\xfe\xff\xd8\x00")
def test_text_of_never_raises(data):
    """Any bytes are text or not."""
    assert intake.text_of(data) is None or isinstance(intake.text_of(data), str)


# --- what is no assertion --------------------------------------------------------------------------------------------

ISSUED = {"iss": "https://login.salesforce.com", "sub": "https://login.salesforce.com/id/00D/005", "exp": NOW + 180}
WORD = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"
ID_TOKEN = unsigned({**ISSUED, "aud": "3MVG9abc", "nonce": "n", "at_hash": "x", "auth_time": NOW})
SERVICE_ACCOUNT = json.dumps({"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", "private_key": pem()})
FOREIGN = {
    "id-token": ID_TOKEN,
    "id-token acr": unsigned({**ISSUED, "aud": "0oa1", "acr": "1"}),
    "access-token at+jwt": unsigned(
        {**ISSUED, "aud": "https://api.example", "client_id": "x"}, {"alg": "RS256", "typ": "at+jwt"}
    ),
    "access-token application/at+jwt": unsigned({"iss": "https://as.example"}, {"alg": "RS256", "typ": "application/at+jwt"}),
    "access-token scp": unsigned({**ISSUED, "aud": "https://api.example", "scp": ["api"], "azp": "x"}),
    "salesforce-access-token": f"00D5g000004ABcd!AQEAQK{WORD}{WORD}.{WORD}",
    "salesforce-access-token 18": f"00D5g000004ABcdEAG!AQEAQK{WORD}{WORD}",
    "salesforce-access-token bearer": f"Authorization: Bearer 00D5g000004ABcd!AQEAQK{WORD}{WORD}",
    "salesforce-access-token quoted": f'"00D5g000004ABcd!AQEAQK{WORD}{WORD}"',
    "jwe": f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.{WORD}.{WORD}.{WORD}.{WORD}",
    "jwe dir": f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{WORD}.{WORD}.{WORD}",
    "saml": '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    "saml response": '<samlp:Response ID="x"/>',
    "saml saml2": '<saml2:Assertion ID="x"/>',
    "saml xml": '<?xml version="1.0"?>\n<Assertion/>',
    "saml base64": base64.b64encode(b'<saml:Assertion ID="x"></saml:Assertion>').decode(),
    "saml samlp base64": base64.b64encode(b'<samlp:Response ID="x"></samlp:Response>').decode(),
    "saml xml base64": base64.b64encode(b'<?xml version="1.0"?><Assertion/>').decode(),
    "jwk": json.dumps(jwk(private=False)),
    "jwk base64": part(json.dumps(jwk(private=False), separators=(",", ":"))),
    "jwk set": json.dumps({"keys": [jwk(private=False)]}, indent=2),
    "private-jwk": json.dumps(jwk(private=True)),
    "private-jwk base64": part(json.dumps(jwk(private=True), separators=(",", ":"))),
    "private-jwk set": json.dumps({"keys": [jwk(private=True)]}),
    "private-jwk oct": json.dumps({"kty": "oct", "k": WORD}),
    "private-key": pem(),
    "private-key RSA": pem("traditional"),
    "private-key EC": pem("traditional", ec_key()),
    "private-key OPENSSH": pem("openssh"),
    "private-key ENCRYPTED": pem(password=b"secret"),
    "private-key escaped": pem().replace("\n", "\\n"),
    "private-key one line": pem().replace("\n", " "),
    "private-key base64": base64.b64encode(pem().encode()).decode(),
    "private-key RSA base64": base64.b64encode(pem("traditional").encode()).decode(),
    "private-key EC base64": base64.b64encode(pem("traditional", ec_key()).encode()).decode(),
    "private-key base64 wrapped": base64.encodebytes(pem().encode()).decode(),
    "private-key OPENSSH base64": base64.b64encode(pem("openssh").encode()).decode(),
    "private-key ENCRYPTED base64": base64.b64encode(pem(password=b"secret").encode()).decode(),
    "private-key putty": "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
    "private-key-der": base64.b64encode(private_der()).decode(),
    "private-key-der wrapped": base64.encodebytes(private_der()).decode(),
    "certificate": certificate().decode(),
    "certificate base64": base64.b64encode(certificate()).decode(),
    "certificate-request": request_pem(),
    "public-key": public_pem(),
    "public-key ssh": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@example",
    "basic-credentials": "Basic " + base64.b64encode(b"3MVG9abc:0123456789ABCDEF").decode(),
    "basic-credentials bare": base64.b64encode(b"3MVG9abc:0123456789ABCDEF").decode(),
    "salesforce-refresh-token": f"5Aep861{WORD}{WORD}",
    "salesforce-refresh-token dots": f"5Aep861{WORD}.{WORD}",
    "google-access-token": f"ya29.a0Af{WORD}",
    "google-refresh-token": f"1//0g{WORD}",
    "github-token": f"ghp_{WORD}1234",
    "github-token pat": f"github_pat_{WORD}",
    "okta-api-token": f"00{WORD}12345678",
    "uuid": "2f1b1c1e-8d0a-4a5e-9a3e-0f4b6a7c8d9e",
    "client-secret": "0123456789ABCDEF" * 4,
    "service-account-key": SERVICE_ACCOUNT,
    "sd-jwt": f"{TOKEN}~{WORD}~",
    "dpop-proof": unsigned(
        {"jti": "x", "htm": "POST", "htu": "https://as.example/token", "iat": NOW}, {"alg": "ES256", "typ": "dpop+jwt"}
    ),
    "logout-token": unsigned(
        {**ISSUED, "aud": "x", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"alg": "RS256", "typ": "logout+jwt"},
    ),
    "request-object": unsigned({"iss": "x", "response_type": "code", "redirect_uri": "https://a.example"}),
    "refresh-token": unsigned({"iss": "https://kc.example/realms/a", "typ": "Refresh"}),
    "json-jws": json.dumps({"payload": part(CLAIMS), "protected": part({"alg": "RS256"}), "signature": sign("x")}),
    "json-jws general": json.dumps({"payload": part(CLAIMS), "signatures": [{"protected": part({}), "signature": "QUJD"}]}),
    "token-response": json.dumps({"access_token": f"00D5g000004ABcd!{WORD}", "token_type": "Bearer"}),
    "paseto": f"v4.public.{WORD}{WORD}",
    "paseto local": f"v2.local.{WORD}{WORD}.{WORD}",
    "fernet": f"gAAAAABf{WORD}{WORD}==",
    "macaroon": f"MDAx{WORD}{WORD}",
    "consumer-key": CONSUMER_KEY,
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_assertion_is_named(name):
    """The kind stands in the report, a finding says so, and a secret does not appear."""
    (result,) = diagnose(FOREIGN[name], now=NOW).results
    assert result.kind == name.partition(" ")[0]
    assert {each.rule for each in result.findings} & {"wrong-token-kind", "token-is-private-key"}
    assert result.verdict != "accepted"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"scope": "api refresh_token"},
        {"jti": "6a1f"},
        {"nonce": "once"},
        {"jti": "6a1f", "iat": NOW, "nbf": NOW},
        {"scp": ["api"]},
        {"client_id": CONSUMER_KEY},
        {"acr": "1"},
        {"roles": ["x"]},
        {"events": "none"},
        {"typ": "JWT"},
        {"software_id": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "JOSE", 7, ["JWT"]])
def test_an_assertion_stays_an_assertion(claims, typ):
    """Claims that access and ID tokens also carry do not make an assertion one of them."""
    token = unsigned({**CLAIMS, **claims}, {"alg": "RS256"} if typ is None else {"alg": "RS256", "typ": typ})
    (result,) = diagnose(token, now=NOW).results
    assert result.kind == "assertion"
    assert not {each.rule for each in result.findings} & {"wrong-token-kind", "token-is-private-key"}


def test_client_authentication_is_an_assertion():
    """RFC 7523 §2.2: issuer and subject are both the client, perhaps written as a URL."""
    token = unsigned(
        {"iss": "https://client.example", "sub": "https://client.example", "aud": "https://as.example", "scope": "a"}
    )
    assert diagnose(token).results[0].kind == "assertion"


# --- raw HTTP requests -----------------------------------------------------------------------------------------------

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FORM = urlencode({"grant_type": GRANT, "assertion": TOKEN})
HEAD = "POST /services/oauth2/token HTTP/1.1\nHost: login.salesforce.com\n"
TYPE = "Content-Type: application/x-www-form-urlencoded\n"
PART = '--b\nContent-Disposition: form-data; name="{}"\n\n{}\n'


def raw(head: str = HEAD + TYPE, body: str = FORM) -> str:
    """A request with the line ends of the wire."""
    return f"{head}\n{body}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "where", "body"),
    [
        (raw(), "body.assertion", "form"),
        (raw().replace("\r\n", "\n"), "body.assertion", "form"),
        (raw(body=FORM.replace("&", "\n&")), "body.assertion", "form"),
        (
            raw(HEAD + "Content-Type: application/json\n", json.dumps({"grant_type": GRANT, "assertion": TOKEN})),
            "body.assertion",
            "json",
        ),
        (
            raw(
                HEAD + "Content-Type: multipart/form-data; boundary=b\n",
                PART.format("grant_type", GRANT) + PART.format("assertion", TOKEN) + "--b--\n",
            ),
            "body.assertion",
            "multipart",
        ),
        (raw(HEAD.replace("/token", f"/token?{FORM}"), ""), "query.assertion", "none"),
        (raw(HEAD + f"Authorization: Bearer {TOKEN}\n", f"grant_type={GRANT}"), "header.authorization", "form"),
        (raw(HEAD + f"X-Assertion: {TOKEN}\n", ""), "header.x-assertion", "none"),
        (raw(body=urlencode({"grant_type": GRANT, "client_assertion": TOKEN})), "body.client_assertion", "form"),
        (raw(body=FORM.replace(quote(TOKEN), quote(quote(TOKEN)))), "body.assertion", "form"),
        (raw(HEAD.replace("POST /", "POST https://login.salesforce.com/")), "body.assertion", "form"),
        (f"{HEAD}{FORM}", "elsewhere", "none"),
    ],
)
def test_a_raw_request(text, where, body):
    """The token is found wherever it stands, with what is around it."""
    (paste,) = intake.read(text)
    assert paste.text == TOKEN
    assert paste.form == "http"
    request = paste.request
    assert (request.where, request.body) == (where, body)
    assert request.method == "POST"
    assert request.url == "https://login.salesforce.com/services/oauth2/token"
    if where.startswith(("body", "query")):
        assert request.grant_type == GRANT


def test_a_twice_encoded_assertion_is_told():
    """The second layer is undone and remembered."""
    padded = TOKEN + "=="
    (paste,) = intake.read(raw(body=f"grant_type={quote(GRANT)}&assertion={quote(quote(padded))}"))
    assert paste.text == padded
    assert "percent-encoding" in paste.stripped


def test_a_request_with_the_token_in_base64():
    """An assertion that is base64 of a token is unwrapped and told."""
    (paste,) = intake.read(raw(body=urlencode({"grant_type": GRANT, "assertion": base64.b64encode(TOKEN.encode()).decode()})))
    assert paste.text == TOKEN
    assert "base64" in paste.stripped


@pytest.mark.parametrize(
    "text",
    [
        raw(body=""),
        raw(body="grant_type=x"),
        raw(body="{"),
        raw(body="[" * 100_000),
        raw(body='{"assertion":' + "9" * 10_000 + "}"),
        "GET / HTTP/1.1\n\n",
    ],
    ids=["empty", "no assertion", "broken json", "nested", "digits", "bare"],
)
def test_a_request_without_a_token_is_still_diagnosed(text):
    """One result, of a paste that holds no token."""
    (result,) = diagnose(text, now=NOW).results
    assert result.source.form == "http"
    assert result.broke == ()


@SETTINGS
@given(st.text(alphabet='POST/ HTTP1.\r\n:=&%{}[]"ey\ud800-', max_size=300), st.booleans())
def test_requests_never_raise(text, proper):
    """Whatever follows a request line."""
    report = diagnose(f"POST /x HTTP/1.1\r\n{text}" if proper else text, now=NOW)
    assert all(each.broke == () for each in report.results)


# --- making text harmless --------------------------------------------------------------------------------------------


@SETTINGS
@given(st.text(), st.integers(1, 300))
def test_safe_is_one_printable_line(text, longest):
    """No control, format, private or unassigned character comes through; the length is bounded."""
    shown = visible.safe(text, longest)
    assert all(each.isprintable() for each in shown)
    assert "\n" not in shown
    if visible.scrub(text) == text and text.isascii() and text.isprintable() and len(text) <= longest:
        assert shown == text


@SETTINGS
@given(st.text())
def test_scrub_keeps_ordinary_text(text):
    """Text without a secret's look is not touched."""
    if not re.search(r"PRIVATE KEY|LS0t|e[yw]|00D|[0-9A-F]{64}", text):
        assert visible.scrub(text) == text


@SETTINGS
@given(JSON_VALUES | st.sampled_from([Lexeme("NaN"), Lexeme("9" * 10_000), Real("1e9"), float("1e300"), 10**63, {1, 2}, (1,)]))
def test_plain_json_is_json(value):
    """Any decoded value can be written by a strict JSON writer."""
    assert json.loads(json.dumps(visible.plain_json(value), allow_nan=False)) is not NotImplemented


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"a": inner}], ids=["arrays", "objects"])
def test_plain_json_is_bounded_in_depth(make):
    """Values nested by hand deeper than the reader allows are cut."""
    value: object = 1
    for _ in range(500):
        value = make(value)
    assert json.dumps(visible.plain_json(value)).count("\u2026".encode("unicode_escape").decode()) == 1


def test_a_signed_token_is_read_whole():
    """The whole way: text, parts, claims."""
    token = mint()
    (paste,) = intake.read(f"Bearer {token}")
    read = decode(paste.text)
    assert read.payload.value == CLAIMS
    assert read.problems == ()
    assert len(read.signature.data or b"") == 256
