"""``jwtdoctor keys``: files and folders as people have them, what belongs together, and one clear line for what cannot be read."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import jks
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from throwaway import CLAIMS, NOW, b64, certificate, jwk, mint, part, pem, private_der, public_pem, request_pem, rsa_key, sign

from jwtdoctor import keyring
from jwtdoctor.cli import keyfiles
from jwtdoctor.cli.keyfiles import Passphrases, gather
from jwtdoctor.keys import read

pytestmark = pytest.mark.once

AT = ("--now", str(NOW))
DAY = 86400
SECRET_LINES = [line for line in pem().splitlines() if "-----" not in line]


class Done(subprocess.CompletedProcess):
    """A finished call."""


def run(*words: object, cwd: Path, text: str | bytes = b"", env: dict[str, str] | None = None, code: int | None = None) -> Any:
    """One call of ``jwtdoctor keys``; no traceback, no secret, whatever was asked."""
    plain = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "JWTDOCTOR_PASSPHRASE")}
    done = subprocess.run(
        [sys.executable, "-m", "jwtdoctor", "keys", *map(str, words)],
        input=text.encode() if isinstance(text, str) else text, capture_output=True, cwd=cwd, env=plain | (env or {}), timeout=300,
    )  # fmt: skip
    shown = done.stdout.decode() + done.stderr.decode()
    assert "Traceback" not in shown
    assert "fault of jwtdoctor" not in shown
    assert not [line for line in SECRET_LINES if line in shown]
    assert code is None or done.returncode == code, shown
    return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def document(*words: object, cwd: Path, **how: Any) -> dict[str, Any]:
    """The JSON answer."""
    found = json.loads(run(*words, *AT, "--format", "json", cwd=cwd, **how).stdout)
    assert (found["format"], found["version"]) == ("jwtdoctor-keys", 1)
    return found


def issue(name: str, *, issuer: str | None = None, start: int = -30, days: int = 400, subject: str = "throwaway") -> bytes:
    """A certificate of the key called ``name``, from ``start`` days on, issued by itself or by the key called ``issuer``."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (subject, issuer or subject)]
    begin = dt.datetime.fromtimestamp(NOW, dt.UTC) + dt.timedelta(days=start)
    built = (
        x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(rsa_key(name).public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=days))
    )  # fmt: skip
    return built.sign(rsa_key(issuer or name), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A private key, its certificate, another one, a token, and what is none of these."""
    (tmp_path / "server.key").write_text(pem())
    (tmp_path / "app.crt").write_bytes(certificate())
    (tmp_path / "other.crt").write_bytes(certificate("other"))
    (tmp_path / "token.txt").write_text(f"Bearer {mint()}\n")
    (tmp_path / "words.txt").write_text("nothing of the kind")
    (tmp_path / "locked.pem").write_text(pem(password=b"throwaway"))
    (tmp_path / "cut.crt").write_bytes(certificate(encoding="DER")[:-40])
    return tmp_path


# --- what each is ------------------------------------------------------------------------------------------------------------


def test_the_document(folder: Path) -> None:
    """Every member of the contract, and what each is."""
    found = document("app.crt", "server.key", cwd=folder, code=0)
    one = read(certificate())[0]
    first = found["keys"][0]
    assert {name: first[name] for name in (
        "file", "kind", "type", "size", "sha1", "sha256", "spki_sha256", "x5t", "x5t_s256", "not_before", "not_after", "days_left",
    )} == {
        "file": "app.crt", "kind": "certificate", "type": "RSA", "size": 2048, "sha1": one.sha1, "sha256": one.sha256,
        "spki_sha256": one.spki_sha256, "x5t": one.x5t, "x5t_s256": one.x5t_s256, "not_before": NOW - 30 * DAY,
        "not_after": NOW + 335 * DAY, "days_left": 335,
    }  # fmt: skip
    assert [(each["file"], each["kind"]) for each in found["keys"]] == [("app.crt", "certificate"), ("server.key", "private-key")]
    assert found["belong_together"] == [[0, 1]]
    assert found["unreadable"] == []
    assert {each["taken"] for each in found["keys"]} == {"accepted", "undetermined"}


def test_the_triangle(folder: Path) -> None:
    """Private key, certificate and token, and a certificate that is none of them."""
    found = document("server.key", "other.crt", "token.txt", "app.crt", cwd=folder)
    assert [each["kind"] for each in found["keys"]] == ["private-key", "certificate", "certificate", "token"]
    assert found["belong_together"] == [[0, 2, 3]]
    assert found["keys"][3]["type"] == "RS256"
    told = {each["relation"]: each for each in found["relations"]}
    assert told["signed-by"]["keys"] == [3, 0, 2]
    assert told["private-key-of"]["keys"] == [0, 2]
    assert told["private-key-of"]["sha256"] == found["keys"][2]["sha256"]
    assert told["new-key"]["keys"] == [1, 2]


@pytest.mark.parametrize("format", ["plain", "terminal"])
@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_text(folder: Path, format: str, columns: str) -> None:
    """Fingerprints, dates, what belongs together; nothing beyond the width, nothing that a terminal obeys."""
    words = ("server.key", "app.crt", "other.crt", "token.txt", "words.txt")
    done = run(*words, *AT, "--format", format, cwd=folder, env={"COLUMNS": columns}, code=2)
    one = read(certificate())[0]
    squeezed = re.sub(r"SPKI SHA-256|SHA-256|[\s:]", "", done.stdout)
    assert all(digest.upper() in squeezed for digest in (one.sha1, one.sha256, one.spki_sha256))
    for word in (one.x5t, one.x5t_s256, one.jwk_thumbprint, "CN=throwaway", "335 days left", "same name, new key", "words.txt"):
        assert word in done.stdout
    # In plain text a digest stands in one piece, so that it can be searched for.
    rows = [row for row in done.stdout.splitlines() if format != "plain" or not re.search(r"(?:[0-9A-F]{2}:){19}", row)]
    assert max(map(len, rows)) <= int(columns)
    assert all(c.isprintable() or c == "\n" for c in done.stdout)
    assert "is signed with the key of" in " ".join(done.stdout.split())
    assert done.stderr.startswith("jwtdoctor: words.txt: no key can be read from it")
    assert done.stderr.count("\n") == 1


def test_colour(folder: Path) -> None:
    """Only when it is wanted."""
    plain = run("app.crt", *AT, "--format", "terminal", cwd=folder).stdout
    coloured = run("app.crt", *AT, "--format", "terminal", cwd=folder, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured


def test_a_private_key_alone_is_told_which_certificate_fits(folder: Path) -> None:
    """By the fingerprint of its public key."""
    found = document("server.key", "other.crt", cwd=folder)
    assert [each["relation"] for each in found["relations"]] == ["certificate-missing"]
    spki = read(certificate())[0].spki_sha256
    assert found["relations"][0]["sha256"] == found["keys"][0]["spki_sha256"] == spki
    assert found["belong_together"] == []


def test_a_renewed_certificate_and_a_chain(folder: Path) -> None:
    """The same key again; who issued whom, by signature and not by name alone."""
    (folder / "renewed.crt").write_bytes(issue("signer", days=800))
    (folder / "root.crt").write_bytes(issue("root", subject="root"))
    (folder / "leaf.crt").write_bytes(issue("leaf", issuer="root", subject="leaf"))
    (folder / "impostor.crt").write_bytes(issue("impostor", subject="root"))
    names = ("app.crt", "renewed.crt", "impostor.crt", "root.crt", "leaf.crt", "app.crt")
    told = {each["relation"]: each["keys"] for each in document(*names, cwd=folder)["relations"]}
    assert told["renewed"] == [0, 1]
    assert told["same-certificate"] == [0, 5]
    assert told["issued-by"] == [4, 3]
    assert told["new-key"] == [2, 3]


@pytest.mark.parametrize("edited", [True, False])
def test_a_token_that_no_key_verifies(folder: Path, edited: bool) -> None:
    """Edited after signing, or signed by another key: told apart."""
    text = mint()
    if edited:
        text = f"{text.split('.')[0]}.{part({**CLAIMS, 'jti': 'later'})}.{text.split('.')[2]}"
    (folder / "token.txt").write_text(text)
    found = document("app.crt" if edited else "other.crt", "token.txt", cwd=folder)
    assert [each["relation"] for each in found["relations"]] == ["signed-other-bytes" if edited else "signed-by-none"]
    assert found["belong_together"] == []


def test_a_token_that_names_another_certificate(folder: Path) -> None:
    """``x5t`` of one, signature of the other."""
    head = f"{part({'alg': 'RS256', 'x5t': read(certificate('other'))[0].x5t})}.{part(CLAIMS)}"
    (folder / "token.txt").write_text(f"{head}.{sign(head)}")
    told = {each["relation"]: each["keys"] for each in document("app.crt", "other.crt", "token.txt", cwd=folder)["relations"]}
    assert told["signed-by"] == [2, 0]
    assert told["names-another"] == [2, 1]


def test_a_token_of_a_symmetric_key(folder: Path) -> None:
    """It belongs to the secret that verifies it, which is not shown."""
    import hashlib
    import hmac

    secret = b"a secret that nobody may ever see"
    head = f"{part({'alg': 'HS256'})}.{part(CLAIMS)}"
    (folder / "token.txt").write_text(f"{head}.{b64(hmac.new(secret, head.encode(), hashlib.sha256).digest())}")
    (folder / "keys.json").write_text(json.dumps({"keys": [jwk(private=False), {"kty": "oct", "k": b64(secret)}]}))
    done = run("keys.json", "token.txt", *AT, "--format", "json", cwd=folder)
    assert json.loads(done.stdout)["belong_together"] == [[1, 2]]
    assert secret.decode() not in done.stdout
    assert b64(secret) not in done.stdout


def test_several_tokens_in_one_file(folder: Path) -> None:
    """Each is an entry of its own."""
    (folder / "log.txt").write_text(f"first {mint()}\nsecond {mint(name='other')}\n")
    found = document("app.crt", "other.crt", "log.txt", cwd=folder)
    assert [each["name"] for each in found["keys"]] == ["app.crt", "other.crt", "log.txt:1", "log.txt:2"]
    assert found["belong_together"] == [[0, 2], [1, 3]]


def test_every_form(folder: Path) -> None:
    """All of them in one call are one key."""
    store = jks.KeyStore.new("jks", [jks.PrivateKeyEntry.new("app", [certificate(encoding="DER")], private_der())])
    (folder / "store.jks").write_bytes(store.saves("a password nobody gives"))
    own = x509.load_pem_x509_certificate(certificate())
    lock = serialization.BestAvailableEncryption(b"throwaway")
    (folder / "store.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"app", rsa_key(), own, None, lock))
    (folder / "public.pem").write_text(public_pem())
    (folder / "request").write_text(request_pem())
    (folder / "jwk.json").write_text(json.dumps(jwk(private=True)))
    (folder / "ssh").write_text(pem("openssh"))
    (folder / "b64").write_bytes(base64.b64encode(certificate(encoding="DER")))
    names = ["store.jks", "store.p12", "public.pem", "request", "jwk.json", "ssh", "b64", "locked.pem"]
    found = document(*names, cwd=folder, env={"JWTDOCTOR_PASSPHRASE": "throwaway"})
    assert found["belong_together"] == [list(range(9))]
    assert [each["form"] for each in found["keys"]] == [
        "keystore",
        "pkcs12",
        "pkcs12",
        "pem",
        "pem",
        "jwk",
        "openssh",
        "base64",
        "pem",
    ]


# --- what the provider makes of it -------------------------------------------------------------------------------------------


def test_findings_and_their_exit_codes(folder: Path) -> None:
    """By severity and ``--fail-on``."""
    (folder / "old.crt").write_bytes(issue("signer", start=-100, days=50))
    found = document("old.crt", cwd=folder, code=0)
    severities = {each["severity"] for each in found["keys"][0]["findings"]}
    assert severities == {"warning"}
    assert found["keys"][0]["days_left"] == -50
    run("old.crt", *AT, "--fail-on", "warning", cwd=folder, code=1)
    run("old.crt", *AT, "--fail-on", "never", cwd=folder, code=0)


def test_days_of_warning(folder: Path) -> None:
    """``--warn-days``: a certificate that ends in ten days."""
    (folder / "soon.crt").write_bytes(issue("signer", days=40))
    assert document("soon.crt", cwd=folder)["keys"][0]["days_left"] == 10
    assert document("soon.crt", cwd=folder)["keys"][0]["findings"] != []
    assert document("soon.crt", "--warn-days", 9, cwd=folder)["keys"][0]["findings"] == []
    assert document("app.crt", "--warn-days", 400, cwd=folder)["keys"][0]["findings"] != []


def test_a_key_in_the_wrong_place(folder: Path) -> None:
    """A certificate file with the private key in it; a private key is no certificate, and no fault in its own place."""
    (folder / "both.pem").write_bytes(certificate() + pem().encode())
    both = document("both.pem", cwd=folder)
    assert [(each["kind"], each["private"]) for each in both["keys"]] == [("certificate", True), ("private-key", True)]
    assert both["keys"][0]["findings"] != []
    alone = document("server.key", cwd=folder, code=0)
    assert alone["keys"][0]["findings"] == []
    assert "private key" in alone["keys"][0]["because"]


def test_another_profile(folder: Path) -> None:
    """The rules are those of the profile asked for."""
    assert document("app.crt", cwd=folder)["profile"] == "salesforce"
    assert document("app.crt", "--profile", "generic", cwd=folder)["profile"] == "generic"
    done = run("app.crt", "--profile", "nobody", cwd=folder, code=2)
    assert "known are" in done.stderr


# --- bad input ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("gone.crt", "no such file", 2),
        ("cut.crt", "40 of", 2),
        ("locked.pem", "--passphrase-file", 2),
        ("words.txt", "accepted: a certificate or key", 3),
        ("empty", "empty", 3),
        ("huge.crt", "larger than 1 MiB", 2),
        ("a folder", "without any key", 3),
        ("noise", "accepted", 3),
        ("loop", "symbolic links", 2),
        ("", "", 2),
    ],
)
def test_what_cannot_be_read(folder: Path, name: str, said: str, code: int) -> None:
    """One line, whatever else is at hand is still examined, and the code."""
    (folder / "empty").write_bytes(b"\n")
    with (folder / "huge.crt").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (folder / "a folder").mkdir()
    (folder / "noise").write_bytes(bytes(range(256)) * 9)
    (folder / "loop").symlink_to("loop")
    alone = run(name, *AT, "--format", "json", cwd=folder, code=code)
    assert json.loads(alone.stdout)["keys"] == []
    assert alone.stderr.count("\n") == 1
    assert said in alone.stderr
    beside = run("app.crt", name, *AT, "--format", "json", cwd=folder, code=2)
    found = json.loads(beside.stdout)
    assert [each["file"] for each in found["keys"]] == ["app.crt"]
    assert [each["file"] for each in found["unreadable"]] == [name]
    assert said in found["unreadable"][0]["why"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--warn-days", "-1", "app.crt"], "number of days"),
        (["--warn-days", "soon", "app.crt"], "soon"),
        (["--now", "noon", "app.crt"], "ISO 8601"),
        (["--passphrase-file", "gone", "app.crt"], "no such file"),
        (["--passphrase-file", "empty", "app.crt"], "empty"),
        (["--format", "xml", "app.crt"], "xml"),
    ],
)
def test_options_that_cannot_be_used(folder: Path, words: list[str], said: str) -> None:
    """One line that says what is accepted."""
    (folder / "empty").write_bytes(b"\n")
    done = run(*words, cwd=folder, code=2)
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_nothing_at_all(folder: Path) -> None:
    """No file, and standard input is empty."""
    done = run(cwd=folder, code=3)
    assert done.stderr.count("\n") == 1


def test_names_of_files_are_a_strangers_text(folder: Path) -> None:
    """Shown with escapes, everywhere."""
    name = "evil\x1b[2J\u202e.crt"
    (folder / name).write_bytes(certificate())
    (folder / f"{name}.txt").write_text("words")
    for format in ("json", "plain", "terminal"):
        done = run(name, f"{name}.txt", *AT, "--format", format, cwd=folder)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr


def test_a_damaged_entry_of_a_file(folder: Path) -> None:
    """The others are read; it is told with its place."""
    (folder / "chain.pem").write_bytes(certificate() + b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    found = document("chain.pem", cwd=folder, code=2)
    assert [each["kind"] for each in found["keys"]] == ["certificate"]
    assert "block 2" in found["unreadable"][0]["why"]


# --- standard input, pipes, passphrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["-"], []])
def test_standard_input(folder: Path, words: list[str]) -> None:
    """Named, or because it is a pipe."""
    found = document(*words, cwd=folder, text=certificate(), code=0)
    assert [(each["kind"], each["name"]) for each in found["keys"]] == [("certificate", "standard input")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_named_pipe(folder: Path) -> None:
    """As the shell's process substitution makes."""
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=(folder / "pipe").write_bytes, args=(certificate(),))
    writer.start()
    found = document("pipe", cwd=folder, code=0)
    writer.join()
    assert [each["kind"] for each in found["keys"]] == ["certificate"]


@pytest.mark.parametrize("lines", ["throwaway", "nonsense\nthrowaway\n", "nonsense\r\nthrowaway\r\n"])
def test_a_passphrase_file(folder: Path, lines: str) -> None:
    """Each line is tried; none is ever shown."""
    (folder / "secret").write_text(lines)
    done = run("locked.pem", "--passphrase-file", "secret", *AT, "--format", "json", cwd=folder, code=0)
    assert json.loads(done.stdout)["keys"][0]["encrypted"] is True
    assert "throwaway" not in done.stdout.replace("CN=throwaway", "") + done.stderr


def test_a_wrong_passphrase(folder: Path) -> None:
    """It is said, and not repeated."""
    done = run("locked.pem", *AT, cwd=folder, env={"JWTDOCTOR_PASSPHRASE": "nonsense"}, code=2)
    assert "does not fit" in done.stderr
    assert "nonsense" not in done.stdout + done.stderr


def test_asking_for_a_passphrase(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal: again when it does not fit, for each named file, and never for a folder's."""
    asked: list[str] = []
    answers = iter(["nonsense", "throwaway"])

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.chdir(folder)
    passphrases = Passphrases(ask=True)
    assert gather(["."], passphrases, "a key").unreadable == ()
    assert asked == []
    found = gather(["locked.pem"], passphrases, "a key")
    assert [each.kind for each in found.materials] == ["private-key"]
    assert len(asked) == 2
    assert "throwaway" not in repr(passphrases)
    assert gather(["locked.pem"], passphrases, "a key").unreadable == ()
    assert len(asked) == 2


def test_skipping_the_question(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty answer ends it."""
    monkeypatch.setattr("getpass.getpass", lambda prompt: "")
    found = gather([str(folder / "locked.pem")], Passphrases(ask=True), "a key")
    assert (found.materials, len(found.unreadable)) == ((), 1)


# --- folders -----------------------------------------------------------------------------------------------------------------


def test_a_folder(folder: Path) -> None:
    """Everything below it; what holds no key is listed and is no error."""
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "deeper" / "renewed.crt").write_bytes(issue("signer", days=900))
    found = document(".", cwd=folder, code=0)
    assert sorted(each["file"] for each in found["keys"]) == [
        "./app.crt", "./deep/deeper/renewed.crt", "./other.crt", "./server.key", "./token.txt"
    ]  # fmt: skip
    assert sorted(each["file"] for each in found["unreadable"]) == ["./cut.crt", "./locked.pem", "./words.txt"]
    (group,) = [each for each in found["belong_together"] if len(each) > 1]
    assert len(group) == 4
    text = run(".", *AT, "--format", "plain", cwd=folder, code=0)
    assert text.stderr == ""
    assert "No key: ./words.txt" in text.stdout
    assert "Unreadable: ./cut.crt" in text.stdout


def test_links_in_a_folder(folder: Path) -> None:
    """A link to a file is followed; loops end; nothing is read twice; what is no file is passed over."""
    (folder / "up").symlink_to(".")
    (folder / "itself").symlink_to("itself")
    (folder / "gone").symlink_to("nowhere")
    (folder / "sub").mkdir()
    (folder / "sub" / "back").symlink_to("..")
    (folder / "sub" / "same.crt").symlink_to("../app.crt")
    (folder / "sub" / "hard.crt").hardlink_to(folder / "app.crt")
    os.mkfifo(folder / "pipe")
    outside = folder.parent / f"{folder.name}-outside"
    outside.write_bytes(certificate("third"))
    (folder / "sub" / "outside.crt").symlink_to(outside)
    found = document(".", cwd=folder, code=0)
    assert sorted(each["file"] for each in found["keys"]) == [
        "./app.crt", "./other.crt", "./server.key", "./sub/outside.crt", "./token.txt"
    ]  # fmt: skip
    told = {each["file"]: each["why"] for each in found["unreadable"]}
    assert "symbolic links" in told["./itself"]
    assert "no such file" in told["./gone"]
    assert told["./pipe"] == "neither a file nor a folder"


def test_a_folder_of_ten_thousand_files(tmp_path: Path) -> None:
    """All are read, those without a key are counted."""
    one, public = certificate(), public_pem()
    for number in range(10_000):
        data = one if number % 100 == 0 else public.encode() if number % 100 == 1 else b"nothing %d\n" % number
        (tmp_path / f"{number:05d}").write_bytes(data)
    found = document(tmp_path.name, cwd=tmp_path.parent, code=0)
    assert (len(found["keys"]), len(found["unreadable"])) == (200, 9800)
    assert found["belong_together"] == [list(range(200))]
    text = run(tmp_path.name, *AT, "--format", "plain", cwd=tmp_path.parent).stdout
    assert "and 9,788 more files" in text


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 3), ("MOST_BYTES", 4000)])
def test_what_is_read_from_folders_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    """Past it the rest is not read, and that is told."""
    monkeypatch.setattr(keyfiles, limit, value)
    found = gather([str(folder)], Passphrases(), "a key")
    assert "the rest was not read" in found.unreadable[0][1]
    assert 0 < len(found.materials) + len(found.skipped) < 7


def test_candidates_are_those_of_folders(folder: Path) -> None:
    """A certificate given by name is one that is meant."""
    found = gather([str(folder / "app.crt"), str(folder)], Passphrases(), "--cert")
    assert [each.candidate for each in found.materials if each.kind == "certificate"] == [False, True, True]
    assert [name for name, _ in found.texts] == ["app.crt"]


# --- the report itself -------------------------------------------------------------------------------------------------------


def test_many_certificates_of_one_name_stay_readable() -> None:
    """A long list is shortened in words, and whole in the indices."""
    materials = [read(certificate(f"number {n}"), f"{n}.crt")[0] for n in range(8)]
    ring = keyring.keyring(materials, now=NOW)
    (told,) = [each for each in ring.relations if each.name == "new-key"]
    assert len(told.keys) == 8
    assert "and 3 more" in told.text
    assert ring.groups == ()


def test_relations_are_bounded() -> None:
    """Two hundred are more than anybody reads."""
    materials = []
    for number in range(keyring.MOST_RELATIONS + 50):
        spki = f"{number:064x}"
        materials.append(read(pem().encode(), f"{number}.key")[0]._replace(spki_sha256=spki, key=None))
    relations = keyring.keyring(materials, now=NOW).relations
    assert len(relations) == keyring.MOST_RELATIONS + 1
    assert relations[-1].name == "more"


def test_the_help_shows_examples(tmp_path: Path) -> None:
    """And the exit codes."""
    done = run("--help", cwd=tmp_path, code=0)
    assert "jwtdoctor keys server.key app.crt token.txt" in done.stdout
    assert "Exit codes" in done.stdout
