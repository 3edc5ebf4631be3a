"""The ledger as its readers see it: bounded, dense, and never without its commits."""

from datetime import UTC, datetime

import pytest
from pymongo.errors import BulkWriteError

from shared.config import Databases
from shared.eventlog.codec import decode_commit, event_values, sha256
from shared.eventlog.errors import IndexesMissing, LogCorrupt, NotBelieved
from shared.relay.ledger.ledger import PAGE, Ledger, Row
from tests.support.relay_world import (
    append,
    commit,
    commit_document,
    ensure_log_indexes,
    intake_door,
)

pytestmark = pytest.mark.mongo
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def ledger(databases: Databases) -> Ledger:
    ensure_log_indexes(databases.log)
    ledger = Ledger(databases.log, intake_door())
    ledger.ensure_indexes()
    ledger.check_indexes()
    return ledger


def row(position: int, stream: str, first_version: int = 1, *, count: int = 1) -> Row:
    made = commit(stream, first_version, count=count)
    events = tuple(sha256(value) for value in event_values(made))
    last = made.last_version
    return Row(0, position, stream, first_version, last, made.leaf, events, NOW)


def test_rows_come_back_bounded_and_in_order(ledger: Ledger) -> None:
    rows = [row(p, f"case/{p}", count=2) for p in (1, 2, 3, 4)]
    ledger.insert(rows)
    assert ledger.rows(0, 1, 3) == rows[1:3]
    assert ledger.rows(0, 4, 99) == []
    assert ledger.rows(1, 0, 99) == []
    assert rows[0].count == 2


def test_the_head_is_found_above_a_head_document_that_is_far_behind(ledger: Ledger) -> None:
    assert ledger.head(0) == 0
    made = commit("case/1", 1)
    many = [Row(0, p, f"case/{p}", 1, 1, made.leaf, (), NOW) for p in range(1, 2 * PAGE + 11)]
    ledger.insert(many)
    assert ledger.head(0) == 2 * PAGE + 10


def test_the_head_document_is_only_raised(ledger: Ledger, databases: Databases) -> None:
    for position in (5, 3, 7, 6):
        ledger.raise_head(0, position)
    document = databases.log["lanes"].find_one({"_id": "head/0"})
    assert document == {"_id": "head/0", "position": 7}


def test_what_is_sealed_stays_in_the_log(ledger: Ledger, databases: Databases) -> None:
    """A feed of five hundred commits must not carry their ciphertexts into memory."""
    append(databases.log, {**commit_document("case/1", 1), "sealed": b"ciphertext"})
    ledger.insert([row(1, "case/1")])
    (entry,) = ledger.entries(0, 0, 10)
    assert entry.commit.leaf == entry.row.leaf
    assert entry.commit.sealed is None


def test_a_position_and_a_commit_are_taken_once(ledger: Ledger) -> None:
    ledger.insert([row(1, "case/a")])
    for again in (row(1, "case/b"), row(2, "case/a")):
        with pytest.raises(BulkWriteError):
            ledger.insert([again, row(3, "case/c")])
    assert ledger.head(0) == 1, "nothing after a duplicate is inserted: no hole"


def test_heads_of_streams(ledger: Ledger) -> None:
    ledger.insert([row(1, "case/a", count=2), row(2, "case/b"), row(3, "case/a", 3, count=3)])
    assert ledger.heads(0, ["case/a", "case/b", "case/c"]) == {"case/a": 5, "case/b": 1}


def test_the_lane_feed_joins_rows_with_their_commits(ledger: Ledger, databases: Databases) -> None:
    documents = [commit_document("case/a", 1, count=2), commit_document("case/b", 1)]
    append(databases.log, *documents, commit_document("case/a", 3))
    ledger.insert([row(1, "case/a", count=2), row(2, "case/b"), row(3, "case/a", 3)])
    records = ledger.records(0, 0, 2)
    assert [(r.position, r.index, r.event_id) for r in records] == [
        (1, 1, "case/a/1"),
        (1, 2, "case/a/2"),
        (2, 1, "case/b/1"),
    ]
    assert [r.position for r in ledger.records(0, 2, 10)] == [3]
    first = ledger.entries(0, 0, 1)[0]
    assert first.commit == decode_commit(documents[0])
    assert first.row.events == tuple(r.digest for r in records[:2])


def test_a_stream_is_given_as_far_as_the_ledger_has_it(
    ledger: Ledger, databases: Databases
) -> None:
    """What stands in the log alone is not looked at, be it forged or on its way."""
    first = commit_document("case/a", 1, count=2)
    forged = commit_document("case/a", 3, after=bytes(first["hash"])) | {"mac": "intake-1:00"}
    append(databases.log, first, forged)
    ledger.insert([row(1, "case/a", count=2)])
    assert ledger.stream("case/a", lanes=4).version == 2
    assert ledger.stream("case/b", lanes=4).commits == ()


def test_a_forged_commit_with_a_place_is_given_to_nobody(
    ledger: Ledger, databases: Databases
) -> None:
    append(databases.log, commit_document("case/a", 1) | {"mac": "intake-1:00"})
    ledger.insert([row(1, "case/a")])
    with pytest.raises(NotBelieved):
        ledger.entries(0, 0, 1)
    with pytest.raises(NotBelieved):
        ledger.stream("case/a", lanes=4)


def test_without_a_door_it_gives_no_commits(ledger: Ledger, databases: Databases) -> None:
    ledger.insert([row(1, "case/a")])
    with pytest.raises(TypeError, match="door"):
        Ledger(databases.log).entries(0, 0, 1)


def test_a_row_by_leaf_and_by_commit(ledger: Ledger) -> None:
    made = row(1, "case/a")
    ledger.insert([made])
    assert ledger.row_of_leaf(made.leaf) == made
    assert ledger.row_of_leaf(b"x" * 32) is None
    assert ledger.row_of_commit(0, "case/a", 1) == made
    assert ledger.row_of_commit(0, "case/a", 2) is None


def test_a_row_without_its_commit_is_an_error(ledger: Ledger, databases: Databases) -> None:
    ledger.insert([row(1, "case/a")])
    with pytest.raises(LogCorrupt, match="not in the log"):
        ledger.entries(0, 0, 1)
    append(databases.log, commit_document("case/a", 1, types=["intake.CaseSubmitted"]))
    with pytest.raises(LogCorrupt, match="another one"):
        ledger.entries(0, 0, 1)


def test_without_its_unique_indexes_it_does_not_run(databases: Databases) -> None:
    with pytest.raises(IndexesMissing, match="lane_position"):
        Ledger(databases.log).check_indexes()
