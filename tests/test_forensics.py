"""The parts of the forensics, each by itself: other writings, edits, readings of a signature, secrets, and their bounds."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import minting
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from throwaway import SETTINGS

from jwtdoctor import diagnose
from jwtdoctor.checks.signature import examined
from jwtdoctor.cli.failure import Failure
from jwtdoctor.cli.values import deadline, whole
from jwtdoctor.decode import Token, decode
from jwtdoctor.forensics import edits
from jwtdoctor.forensics.covered import covered, segment
from jwtdoctor.forensics.secret import NamedSecret, signer
from jwtdoctor.forensics.shape import plain_ecdsa, shape_of
from jwtdoctor.forensics.writing import members, writings

pytestmark = pytest.mark.once

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=6)
STYLES = st.sampled_from(
    [{}, {"separators": (",", ":")}, {"indent": 2}, {"indent": "\t"}, {"sort_keys": True}, {"ensure_ascii": False}]
)


@SETTINGS
@given(OBJECTS, STYLES)
def test_members_are_found_as_they_stand(value: dict[str, Any], style: dict[str, Any]) -> None:
    """Every member of any object in any style, with its very lexeme at its very place."""
    text = json.dumps(value, **style)
    found = members(text)

    assert found is not None
    assert {each.key: json.loads(each.value) for each in found} == json.loads(text)
    assert all(text[each.start : each.end] == each.value for each in found)


@SETTINGS
@given(OBJECTS, STYLES)
def test_another_writing_means_the_same(value: dict[str, Any], style: dict[str, Any]) -> None:
    """Whatever is written differently decodes to the same object, and each text comes once."""
    text = json.dumps(value, **style)
    found = [each.text for each in writings(text)]

    assert text not in found
    assert len(found) == len(set(found))
    assert all(json.loads(each.removeprefix("\ufeff")) == json.loads(text) for each in found)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a":1', '{"a" 1}', "{a:1}", '{"a":1}x', '{"a":1,,"b":2}', "nothing", '{"a":[[[[' * 500]
)
def test_what_is_no_object_has_no_members(text: str) -> None:
    """Broken JSON is no document, and no error."""
    assert members(text) is None


@SETTINGS
@given(OBJECTS, STYLES)
def test_a_document_without_edits_is_the_text(value: dict[str, Any], style: dict[str, Any]) -> None:
    """Taken apart and put together again, byte for byte; or not taken apart at all."""
    text = json.dumps(value, **style)
    taken = edits.document("payload", text.encode("utf-8", "surrogatepass"))

    assert taken is None or taken.write(()) == text


def test_every_edit_is_json_and_says_what_it_changes() -> None:
    """Each candidate is an object in which the named member has the named value, or is gone."""
    taken = edits.document("payload", json.dumps({**minting.CLAIMS, "iat": minting.FROZEN_NOW, "scope": "api"}).encode())
    assert taken is not None
    made = list(edits._payload_edits(taken, edits.Known(("https://test.salesforce.com",), (180,), ("uat",))))

    assert len(made) > 500
    for edit in made:
        after = json.loads(taken.write((edit,)))
        for change in edit.changes:
            assert after.get(change.member, "gone") == (json.loads(change.signed) if change.signed else "gone")


def test_covered_texts_begin_with_what_should_be_signed() -> None:
    """The right bytes come first, and no mistake repeats another's bytes for an everyday token with odd letters."""
    token = decode(minting.mint(claims={**minting.CLAIMS, "name": "Zoë ~~~???"}))
    found = list(covered(token))

    assert found[0].mistake == "as-sent"
    assert found[0].data == token.signing_input
    assert {"decoded", "payload-only", "newline", "hashed-twice", "rewritten", "utf16"} <= {each.mistake for each in found}


def unsigned(header: bytes, claims: bytes) -> Token:
    """A token of these two JSON texts, with something for a signature."""
    return decode(f"{segment(header).decode()}.{segment(claims).decode()}.c2ln")


SHORT = unsigned(b'{"alg":"RS256"}', b'{"exp":1795435380}')


def test_a_search_stops_when_it_is_told() -> None:
    """It is asked first with 0, then every so many candidates, and ends soon after the answer is no."""
    asked: list[int] = []

    def go_on(tried: int) -> bool:
        asked.append(tried)
        return tried < 1000

    found = edits.search(SHORT, lambda data: False, edits.Known(), go_on)

    assert asked[0] == 0
    assert (found.changes, found.finished) == ((), False)
    assert 1000 <= found.tried <= 1000 + edits.ASKED_EVERY


def test_no_search_at_all() -> None:
    """Zero seconds mean no candidate."""
    assert edits.search(SHORT, lambda data: True, edits.Known(), lambda tried: False) == edits.Search((), "", 0, False)


def test_the_candidates_come_to_an_end() -> None:
    """Without a limit a search still ends."""
    assert edits.search(
        unsigned(b'{"alg":"RS256"}', b'{"sub":"a"}'), lambda data: False, edits.Known(), lambda tried: True
    ).finished


@SETTINGS
@given(st.integers(1, 2**256 - 1), st.integers(1, 2**256 - 1))
def test_ecdsa_numbers_are_read_from_der_and_unpadded(r: int, s: int) -> None:
    """RFC 7518 §3.4: both numbers as long as the curve's order, however they were written."""
    wanted = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    short = wanted[:32].lstrip(b"\0") + wanted[32:].lstrip(b"\0")

    assert ("", wanted) in plain_ecdsa(wanted, 32)
    assert ("der", wanted) in plain_ecdsa(encode_dss_signature(r, s), 32)
    if 60 <= len(short) < 64:
        assert ("unpadded", wanted) in plain_ecdsa(short, 32)


@SETTINGS
@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_a_signature(data: bytes) -> None:
    """Whatever stands in the third segment is looked at without an error."""
    assert shape_of(data, "ES256").wrapping
    for size in (32, 48, 66):
        assert all(len(each) == 2 * size for _, each in plain_ecdsa(data, size))


def test_a_secret_is_not_printed() -> None:
    """Its name is."""
    assert "hunter2" not in repr(NamedSecret("the file", b"hunter2"))
    assert "the file" in repr(NamedSecret("the file", b"hunter2"))


@pytest.mark.parametrize(
    ("written", "used"),
    [
        (b"topsecret\r\n", b"topsecret"),
        (b"topsecret", b"topsecret\n"),
        (b"dG9wc2VjcmV0", b"topsecret"),
        (b"746f70736563726574", b"topsecret"),
        (b"a\\nb", b"a\nb"),
        (b"a\nb", b"a\\nb"),
        (b"-----BEGIN X-----\nAAAA\n-----END X-----\n", b"AAAA"),
    ],
)
def test_a_secret_is_tried_as_programs_read_it(written: bytes, used: bytes) -> None:
    """With and without line breaks, decoded, without armour."""
    import hmac

    mac = hmac.new(used, b"text", "sha256").digest()
    assert signer([("file", written)], b"text", mac) is not None
    assert signer([("file", b"another")], b"text", mac) is None
    assert signer([("file", written)], b"text", mac[:-1]) is None


# --- of keys and bytes -----------------------------------------------------------------------------------------------------


def test_pss_under_another_key_is_never_other_bytes() -> None:
    """PSS leaves a trace by chance once in thirty thousand tokens: then it is undecided, never the certificate's key."""
    for index in range(300):
        token = minting.mint({"alg": "PS256"}, {**minting.CLAIMS, "jti": str(index)}, private="other")
        (result,) = diagnose(token, certificates=[minting.certificate("match")], now=1, search=lambda tried: False).results
        assert result.signature.reason in ("signature-wrong-key", None)


def test_a_trace_of_pss_is_not_taken_for_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that ends and begins as PSS with the longest salt, by chance: neither key nor bytes are named."""
    chance = random.Random(3)
    while True:
        seed = chance.randbytes(32)
        mask = b"".join(hashlib.sha256(seed + bytes([0, 0, 0, each])).digest() for each in range(8))
        masked = bytes([1 ^ mask[0]]) + chance.randbytes(222)
        block = masked + seed + b"\xbc"
        if block[0] < 128:
            break
    numbers = minting.key("match").private_numbers()
    signature = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(256, "big")
    token = f"{minting.mint({'alg': 'PS256'}).rpartition('.')[0]}.{segment(signature).decode()}"
    (result,) = diagnose(token, certificates=[minting.certificate("match")], now=1, search=lambda tried: False).results

    assert result.signature.reason is None
    assert result.signature.remains == ("signature-wrong-key", "signature-wrong-bytes")


def test_a_valid_token_is_not_examined_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """No opening, no asking, no searching for a signature that verifies."""

    def refuse(*_: object) -> object:
        raise AssertionError("the forensics were asked")

    monkeypatch.setattr("jwtdoctor.forensics.autopsy.autopsy", refuse)
    (result,) = diagnose(minting.mint(), certificates=[minting.certificate("match")], now=1).results
    assert result.signature.status == "valid"
    assert examined.__doc__


def test_the_signature_of_a_valid_pss_has_the_keys_length() -> None:
    """RFC 8017 §8.1.2 step 1: OpenSSL takes a PSS signature without its leading zero, servers need not."""
    for attempt in range(5000):
        token = minting.mint({"alg": "PS256"}, {**minting.CLAIMS, "jti": str(attempt)})
        signature = decode(token).signature.data
        assert signature is not None
        if not signature[0]:
            break
    short = f"{token.rpartition('.')[0]}.{segment(signature[1:]).decode()}"
    (result,) = diagnose(short, certificates=[minting.certificate("match")], now=1).results
    assert (result.signature.status, result.signature.reason) == ("invalid", "signature-encoding")


# --- the command line's limits ---------------------------------------------------------------------------------------------


def test_a_deadline_is_kept_and_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many seconds for one token, ten times as much for all tokens of one call."""
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    go_on = deadline("2")

    for _ in range(10):
        assert go_on(0)
        clock[0] += 1.9
        assert go_on(256)
        clock[0] += 0.1
        assert not go_on(512)
    assert not go_on(0)


@pytest.mark.parametrize("text", ["soon", "-1", "1e9", "99999999", "", "nan", "inf"])
def test_a_deadline_that_is_none(text: str) -> None:
    """What is no number of seconds is refused, with what would be accepted."""
    with pytest.raises(Failure, match="0 to 86400"):
        deadline(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "12345678"])
def test_a_number_that_is_none(text: str) -> None:
    """What is no whole number is refused."""
    with pytest.raises(Failure, match="whole number"):
        whole(text, "--warn-days", "days")


# --- what a stranger can forge --------------------------------------------------------------------------------------------


def _root(number: int) -> int:
    """The integer cube root, rounded down."""
    low, high = 0, 1 << (number.bit_length() // 3 + 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle)
    return low


def reason_of(signature: int, certificate: str) -> str | None:
    """What is named for a signature that is a chosen number."""
    token = f"{minting.mint().rpartition('.')[0]}.{segment(signature.to_bytes(256, 'big')).decode()}"
    (result,) = diagnose(token, certificates=[minting.certificate(certificate)], now=1, search=lambda tried: False).results
    assert result.broke == ()
    return result.signature.reason


@pytest.mark.parametrize("certificate", ["match", "rsa-e3"])
@pytest.mark.parametrize("signature", [0, 1, 2, 3, 2**600])
def test_a_small_number_is_nobodys_signature(signature: int, certificate: str) -> None:
    """Its power is small or plain under any key; the certificate's is never named for it."""
    assert reason_of(signature, certificate) not in ("signature-wrong-bytes",)


def test_a_cube_root_is_no_proof_of_the_key() -> None:
    """With the exponent 3 anybody makes a block that begins with padding; it is not taken for the certificate's key."""
    begins = bytes.fromhex("0001") + b"\xff" * 12 + b"\0" + hashlib.sha256(b"anything").digest()
    wanted = int.from_bytes(begins + bytes(256 - len(begins)), "big")
    forged = _root(wanted) + 1

    assert (forged**3).to_bytes(256, "big").startswith(begins)
    assert reason_of(forged, "rsa-e3") is None


def test_a_key_with_a_small_exponent_is_still_told_by_a_whole_block() -> None:
    """Right padding from end to end cannot be made without the private key."""
    token = minting.mint(private="rsa-e3", mutation="edited-beyond")
    (result,) = diagnose(token, certificates=[minting.certificate("rsa-e3")], now=1, search=lambda tried: False).results
    assert result.signature.reason == "signature-wrong-bytes"
