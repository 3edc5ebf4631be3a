"""What the end of a partition proves, held against a plain reading of the rule."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.codec import sha256
from shared.kafka.record import Record
from shared.relay.ledger.ledger import Row
from shared.relay.publish.compare import Shown, contradiction, shown

COUNTS = (1, 2, 1, 3, 1, 2)


def record(position: int, index: int) -> Record:
    count = COUNTS[position - 1]
    return Record(0, position, index, count, "case/a", position, "t", "t", "00" * 32, b"v")


ALL = [(p, i) for p, n in enumerate(COUNTS, start=1) for i in range(1, n + 1)]


def test_an_empty_tail_shows_nothing() -> None:
    assert shown([], whole=True, reach=10) == Shown(0, 0, hole=False)


def test_an_incomplete_last_commit_counts_as_missing() -> None:
    assert shown([record(1, 1), record(2, 1)], whole=True, reach=10) == Shown(1, 2, hole=True)


def test_the_first_commit_of_a_tail_may_be_cut_by_it() -> None:
    assert shown([record(4, 3), record(5, 1)], whole=False, reach=10) == Shown(5, 5, hole=False)
    assert shown([record(4, 2), record(5, 1)], whole=False, reach=10) == Shown(3, 5, hole=True)


def test_a_topic_that_begins_in_the_middle_shows_nothing() -> None:
    assert shown([record(5, 1)], whole=True, reach=1) == Shown(0, 5, hole=True)


def test_a_late_duplicate_far_below_is_no_hole_within_reach() -> None:
    tail = [record(1, 1), record(5, 1), record(6, 1), record(6, 2)]
    assert shown(tail, whole=False, reach=1) == Shown(6, 6, hole=False)
    assert shown(tail, whole=False, reach=4) == Shown(1, 6, hole=True)


@given(st.lists(st.sampled_from(ALL), max_size=30))
def test_from_the_beginning_it_is_what_a_reader_that_waits_for_each_would_have(
    places: list[tuple[int, int]],
) -> None:
    there = set(places)
    expected = 0
    for position, count in enumerate(COUNTS, start=1):
        if not all((position, i) in there for i in range(1, count + 1)):
            break
        expected = position
    found = shown([record(*place) for place in places], whole=True, reach=2)
    assert found.complete == expected
    assert found.hole == (expected < found.top)


def row(position: int, value: bytes = b"v") -> Row:
    count = COUNTS[position - 1]
    leaf = sha256(b"\x00" + bytes.fromhex("00" * 32))
    events = tuple(sha256(value) for _ in range(count))
    return Row(0, position, "case/a", 1, count, leaf, events, datetime(2026, 11, 21, tzinfo=UTC))


def test_a_partition_that_is_a_copy_of_the_ledger_contradicts_nothing() -> None:
    records = [record(1, 1), record(2, 1), record(2, 2)]
    assert contradiction(records, {1: row(1), 2: row(2)}, head=2, after=0) == ""


def test_a_partition_ahead_or_of_another_ledger_is_named() -> None:
    assert "ends at 1" in contradiction([record(2, 1)], {}, head=1, after=0)
    assert "in the ledger" in contradiction([record(2, 1)], {2: row(2, b"other")}, head=2, after=0)
