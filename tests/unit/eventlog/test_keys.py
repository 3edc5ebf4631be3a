"""The writers' keys: an entry names its algorithm, and no other ever verifies under its id."""

import hmac
from pathlib import Path

import pytest

from shared.config import Secrets, SettingsError, create_missing
from shared.config.writer_keys import (
    ED25519,
    HMAC,
    WRITERS,
    KeyEntry,
    add_missing,
    public_bytes,
    read_entries,
    write_entries,
    writers_path,
)
from shared.eventlog import WRITES
from shared.eventlog.authors.keys import KeyFile, Keyring, may_have_written
from tests.support.keys import entry, old_secret, old_writer, ring, writer_of

DIGEST = bytes(range(32))
SIGNED = writer_of("intake")
OLD = old_writer("intake", 2)


def given(mac: str) -> str:
    return mac.partition(":")[2]


def test_a_signature_verifies_under_its_own_key_and_for_its_own_hash_alone() -> None:
    keys = ring(SIGNED, writer_of("review"))
    signature = given(SIGNED.mac(DIGEST))
    assert keys.verifies(keys.entries["intake-1"], DIGEST, signature)
    assert not keys.verifies(keys.entries["review-1"], DIGEST, signature)
    assert not keys.verifies(keys.entries["intake-1"], DIGEST[::-1], signature)


@pytest.mark.parametrize("other", ["", "00", "x" * 128, "0" * 128, "\N{FULLWIDTH DIGIT ONE}" * 128])
def test_what_is_no_signature_verifies_never(other: str) -> None:
    keys = ring(SIGNED)
    assert not keys.verifies(keys.entries["intake-1"], DIGEST, other)
    upper = given(SIGNED.mac(DIGEST)).upper()
    assert not keys.verifies(keys.entries["intake-1"], DIGEST, upper)


def test_a_public_key_is_no_hmac_key() -> None:
    """Algorithm confusion: what everybody can compute from public keys verifies under no id."""
    keys = ring(SIGNED, OLD)
    public = public_bytes(keys.entries["intake-1"])
    made = hmac.digest(public, DIGEST, "sha256").hex()
    for one in keys.entries.values():
        assert not keys.verifies(one, DIGEST, made)
        assert not keys.verifies(one, DIGEST, made * 2)


def test_an_hmac_verifies_at_the_cut_over_alone() -> None:
    made = given(OLD.mac(DIGEST))
    later, then = ring(SIGNED, OLD), ring(SIGNED, OLD, old={"intake-2": old_secret("intake-2")})
    assert not later.verifies(later.entries["intake-2"], DIGEST, made)
    assert then.verifies(then.entries["intake-2"], DIGEST, made)
    assert not then.verifies(then.entries["intake-2"], DIGEST, given(SIGNED.mac(DIGEST)))
    assert not then.verifies(then.entries["intake-1"], DIGEST, made)


def test_what_a_writer_wrote_before_is_believed_of_its_old_keys_alone() -> None:
    registered = "vault.SubjectRegistered"
    assert registered in WRITES["registrar"]
    assert registered not in WRITES["vault"]
    assert may_have_written(entry(old_writer("vault")), registered)
    assert not may_have_written(entry(writer_of("vault")), registered)
    assert not may_have_written(entry(old_writer("review")), registered)


def test_a_type_of_newer_code_is_of_the_writer_whose_name_it_has() -> None:
    """It is genuine; whoever folds it says that it does not know it."""
    assert may_have_written(entry(SIGNED), "intake.SomethingLater")
    assert not may_have_written(entry(SIGNED), "review.SomethingLater")
    assert not may_have_written(entry(writer_of("vault")), "vault.SubjectRegistered")


def test_a_new_folder_has_a_key_of_each_writer(tmp_path: Path) -> None:
    create_missing(tmp_path)
    secrets = Secrets.load(tmp_path)
    assert [(e.id, e.algorithm) for e in secrets.writers] == [(f"{w}-1", ED25519) for w in WRITERS]
    assert secrets.old_writer_keys() == {}
    key_id, key = secrets.writer_key("registrar")
    keys = Keyring(secrets.writers)
    assert keys.verifies(keys.entries[key_id], DIGEST, key.sign(DIGEST).hex())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    create_missing(tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    private = [tmp_path / f"writer-{w}.ed25519" for w in WRITERS]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_in_a_folder_of_before_ids_count_on_and_the_old_keys_stay(tmp_path: Path) -> None:
    (tmp_path / "writer-intake.key").write_text(f"{'22' * 32}\n{'11' * 32}\n", "ascii")
    (tmp_path / "writer-vault.key").write_text(f"{'33' * 32}\n", "ascii")
    create_missing(tmp_path)
    secrets = Secrets.load(tmp_path)
    algorithms = {e.id: e.algorithm for e in secrets.writers}
    assert algorithms["intake-1"] == algorithms["intake-2"] == algorithms["vault-1"] == HMAC
    assert algorithms["intake-3"] == algorithms["vault-2"] == algorithms["review-1"] == ED25519
    assert secrets.writer_key("intake")[0] == "intake-3"
    assert secrets.old_writer_keys()["intake-2"] == b"\x22" * 32


def test_keys_that_were_made_and_not_listed_are_listed_the_next_time(tmp_path: Path) -> None:
    create_missing(tmp_path)
    listed = read_entries(tmp_path)
    writers_path(tmp_path).unlink()
    with pytest.raises(SettingsError, match="public keys are missing"):
        Secrets.load(tmp_path).writer_key("intake")
    add_missing(tmp_path, ())
    assert [e.public for e in read_entries(tmp_path)] == [e.public for e in listed]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry(SIGNED), entry(writer_of("intake", seed="another"))], "two keys"),
        ([entry(SIGNED, writer="mallory")], "no writer"),
        ([entry(SIGNED, public="AAAA")], "public key"),
        ([entry(SIGNED, public="?")], "public key"),
        ([KeyEntry(id="intake-1", writer="intake", algorithm="ed25519")], "public key"),
        ([entry(SIGNED, algorithm=HMAC)], "public key"),
    ],
)
def test_a_list_that_is_not_right_is_refused(
    tmp_path: Path, entries: list[KeyEntry], said: str
) -> None:
    write_entries(tmp_path, entries)
    with pytest.raises(SettingsError, match=said):
        read_entries(tmp_path)


def test_a_key_out_of_use_signs_no_more(tmp_path: Path) -> None:
    create_missing(tmp_path)
    entries = [
        KeyEntry(**{f: getattr(e, f) for f in e.__struct_fields__} | {"until": "2026-11-22T00:00Z"})
        for e in read_entries(tmp_path)
    ]
    write_entries(tmp_path, entries)
    with pytest.raises(SettingsError, match="no longer"):
        Secrets.load(tmp_path).writer_key("intake")


def test_the_file_is_read_again_where_it_changed(tmp_path: Path) -> None:
    write_entries(tmp_path, [entry(SIGNED)])
    keys = KeyFile(tmp_path)
    assert list(keys().entries) == ["intake-1"]
    assert keys.again() is keys()
    write_entries(tmp_path, [entry(SIGNED), entry(writer_of("review"))])
    assert list(keys().entries) == ["intake-1"]
    assert list(keys.again().entries) == ["intake-1", "review-1"]
