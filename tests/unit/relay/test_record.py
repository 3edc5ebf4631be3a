"""What a record says survives the topic; what is not ours is told apart without an error."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.codec import event_values, sha256
from shared.kafka.headers import from_kafka
from shared.kafka.record import Foreign, Record, Signer, records_of
from tests.support.relay_world import SEQUENCER_KEY, Consumed, commit, consumed, signed

SIGNER = Signer(SEQUENCER_KEY)


def records(count: int = 2) -> list[Record]:
    return records_of(commit("case/7f", 3, count=count, lane=1), lane=1, position=41, signer=SIGNER)


def test_a_commit_gives_one_record_for_each_event_at_one_position() -> None:
    one, two = records()
    assert [(r.lane, r.position, r.index, r.count, r.version) for r in (one, two)] == [
        (1, 41, 1, 2, 3),
        (1, 41, 2, 2, 4),
    ]
    assert one.event_id == "case/7f/3"
    assert one.value == event_values(commit("case/7f", 3, count=2, lane=1))[0]
    assert one.digest == sha256(one.value)


def test_a_record_comes_back_from_the_topic_as_it_was() -> None:
    for record in records(3):
        assert from_kafka(consumed(record)) == record


@pytest.mark.parametrize("key", [SEQUENCER_KEY, b"", b"k" * 100])
def test_the_mac_is_the_library_s_hmac(key: bytes) -> None:
    record = records()[0]
    place = "caseledger record 1\n1\n41\n1\n2\ncase/7f\n3\n"
    place += f"{record.type}\n{record.time}\n{record.hash}\n"
    expected = hmac.new(key, place.encode() + record.digest, hashlib.sha256).hexdigest()
    assert Signer(key).mac(record) == expected


texts = st.text(min_size=1, max_size=20).filter(lambda t: t.isprintable())
numbers = st.integers(min_value=1, max_value=10**12)


@given(lane=st.integers(0, 63), position=numbers, stream=texts, version=numbers, value=st.binary())
def test_any_record_comes_back_and_verifies(
    lane: int, position: int, stream: str, version: int, value: bytes
) -> None:
    record = signed(
        Record(lane, position, 1, 1, stream, version, "intake.X", "t", "ab", value), SIGNER
    )
    assert from_kafka(consumed(record)) == record
    assert SIGNER.valid(record)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lane", 2),
        ("position", 42),
        ("index", 2),
        ("count", 3),
        ("stream", "case/8"),
        ("version", 9),
        ("type", "review.CaseApproved"),
        ("time", "2027-01-01T00:00:00.000000Z"),
        ("hash", "00" * 32),
        ("value", b"{}"),
        ("mac", ""),
    ],
)
def test_a_changed_record_does_not_verify(field: str, value: Any) -> None:
    record = records()[0]
    assert SIGNER.valid(record)
    changed = Record(**{**{f: getattr(record, f) for f in record.__struct_fields__}, field: value})
    assert not SIGNER.valid(changed)
    assert not Signer(b"x" * 32).valid(record)


@pytest.mark.parametrize(
    "changed",
    [
        {"ce_position": b"-1"},
        {"ce_position": b"9" * 30},
        {"ce_position": b"0"},
        {"ce_position": "４".encode()},
        {"ce_index": b"3"},
        {"ce_index": b"0"},
        {"ce_id": b"no-version"},
        {"ce_id": b"case/other/3"},
        {"ce_specversion": b"0.3"},
        {"ce_specversion": None},
        {"ce_lane": b"2"},
        {"ce_type": b"\xff"},
        {"ce_type": None},
        {"ce_hash": "ä".encode()},
    ],
)
def test_what_is_not_ours_is_foreign(changed: dict[str, bytes | None]) -> None:
    assert isinstance(from_kafka(consumed(records()[0], **changed)), Foreign)


def test_a_message_without_key_value_or_headers_is_foreign() -> None:
    for key, value in ((None, b"x"), (b"x", None), (b"x", b"x")):
        assert isinstance(from_kafka(Consumed(0, key, value, ())), Foreign)
