"""Personal numbers at rest: readable with the key, useless without, found by equality only."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

import encryption
from encryption import Keyring, decrypt_json, encrypt_json, fingerprint, read_or_make_key

ID_NUMBER = "450702198503120014"
MASTER, OTHER_MASTER = bytes(range(32)), bytes(range(1, 33))


def keyring_of(master: bytes) -> Keyring:
    keyring = Keyring()
    keyring.load(master)
    return keyring


@pytest.fixture
def keyring() -> Keyring:
    return keyring_of(MASTER)


@pytest.mark.parametrize("plain", ["", ID_NUMBER, "H12345678", "韦小兰", "x" * 10_000])
def test_what_was_encrypted_is_read_back(keyring: Keyring, plain: str) -> None:
    assert keyring.decrypt(keyring.encrypt(plain.encode())).decode() == plain


def test_the_same_number_is_never_stored_the_same_way_twice(keyring: Keyring) -> None:
    stored = [keyring.encrypt(ID_NUMBER.encode()) for _ in range(3)]

    assert len(set(stored)) == 3
    assert not [one for one in stored if ID_NUMBER.encode() in one]


def test_a_server_started_again_with_the_same_key_reads_what_the_first_wrote() -> None:
    stored = keyring_of(MASTER).encrypt(ID_NUMBER.encode())

    assert keyring_of(MASTER).decrypt(stored).decode() == ID_NUMBER


def test_altering_any_byte_is_noticed(keyring: Keyring) -> None:
    stored = keyring.encrypt(ID_NUMBER.encode())

    for at in range(len(stored)):
        altered = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        with pytest.raises(InvalidTag):
            keyring.decrypt(altered)


@pytest.mark.parametrize("cut", [1, 16])
def test_a_shortened_value_is_refused(keyring: Keyring, cut: int) -> None:
    with pytest.raises(InvalidTag):
        keyring.decrypt(keyring.encrypt(ID_NUMBER.encode())[:-cut])


def test_another_key_does_not_open_it(keyring: Keyring) -> None:
    with pytest.raises(InvalidTag):
        keyring_of(OTHER_MASTER).decrypt(keyring.encrypt(ID_NUMBER.encode()))


def test_equal_values_have_equal_digests_and_others_do_not(keyring: Keyring) -> None:
    assert keyring.digest(ID_NUMBER) == keyring_of(MASTER).digest(ID_NUMBER)
    assert keyring.digest(ID_NUMBER) != keyring.digest("450702198503120030")
    assert len(keyring.digest(ID_NUMBER)) == 16


def test_a_digest_cannot_be_computed_without_the_key(keyring: Keyring) -> None:
    assert keyring.digest(ID_NUMBER) != keyring_of(OTHER_MASTER).digest(ID_NUMBER)
    assert keyring.digest(ID_NUMBER) != hashlib.sha256(ID_NUMBER.encode()).digest()[:16]


def test_each_purpose_has_a_key_of_its_own(keyring: Keyring) -> None:
    derived = {encryption._derive(MASTER, purpose) for purpose in (b"fields", b"index", b"event chain")}

    assert len(derived | {MASTER}) == 4
    assert keyring.seal(ID_NUMBER.encode())[:16] != keyring.digest(ID_NUMBER)


def test_the_seal_of_an_event_depends_on_its_content_and_the_key(keyring: Keyring) -> None:
    assert keyring.seal(b"one") == keyring_of(MASTER).seal(b"one")
    assert len({keyring.seal(b"one"), keyring.seal(b"two"), keyring_of(OTHER_MASTER).seal(b"one")}) == 3


def test_nothing_is_encrypted_before_the_key_is_there() -> None:
    with pytest.raises(RuntimeError):
        Keyring().encrypt(b"450702")


def test_structured_values_are_kept_too(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "keyring", keyring)
    cells = ["韦小兰", ID_NUMBER, 2014, None, True]

    stored = encrypt_json(cells)

    assert decrypt_json(stored) == cells
    assert "韦小兰".encode() not in stored


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "field_key"

    made = read_or_make_key(file)

    assert read_or_make_key(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_or_make_key(tmp_path / "keys" / "secret_key") != made


def test_a_link_is_kept_as_its_fingerprint() -> None:
    assert fingerprint("token") == fingerprint("token") != fingerprint("Token")
    assert "token" not in fingerprint("token")
