"""Reading the log: the stream shows what is new, the scan shows everything, in bounded reads."""

import pytest
from bson import Timestamp
from pymongo.errors import PyMongoError

from shared.config import Databases
from shared.relay.assign.feed import FIRST, ZERO, LogFeed, Notes, Scan
from tests.support.relay_world import append, commit_document, ensure_log_indexes
from tests.support.waiting import eventually

pytestmark = pytest.mark.mongo


@pytest.fixture(autouse=True)
def _indexes(databases: Databases) -> None:
    ensure_log_indexes(databases.log)


def scanned(databases: Databases, *, page: int, since: Timestamp = FIRST) -> list[str]:
    scan = Scan(databases.log, 0, since=since)
    found = []
    for _ in range(200):
        if scan.done:
            return [document["stream"] for document in found]
        found += scan.step(page)
    raise AssertionError("the scan does not end")


def test_the_stream_shows_new_commits_of_its_lanes_in_order(databases: Databases) -> None:
    feed = LogFeed(databases.log, [0, 1], wait_ms=20)
    feed.open()
    append(
        databases.log,
        *[commit_document(f"case/{n}", 1, lane=n % 3) for n in range(9)],
    )
    seen: list[str] = []

    def read() -> bool:
        seen.extend(document["stream"] for document in feed.read())
        return len(seen) == 6

    eventually(read)
    assert seen == [f"case/{n}" for n in range(9) if n % 3 != 2]
    feed.close()
    assert feed.read() == []


def test_a_dropped_collection_ends_the_stream(databases: Databases) -> None:
    feed = LogFeed(databases.log, [0], wait_ms=20)
    append(databases.log, commit_document("case/a", 1))
    feed.open()
    databases.log["commits"].drop()

    def ended() -> bool:
        feed.read()
        return not feed.is_open

    eventually(ended)


def test_a_stream_that_breaks_is_closed(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = LogFeed(databases.log, [0], wait_ms=20)
    feed.open()
    assert feed._cursor is not None
    monkeypatch.setattr(type(feed._cursor), "try_next", broken)
    with pytest.raises(PyMongoError):
        feed.read()
    assert not feed.is_open


def broken(_cursor: object) -> None:
    raise PyMongoError("ChangeStreamHistoryLost")


@pytest.mark.parametrize("page", [1, 3, 7, 100])
def test_a_scan_finds_every_commit_of_the_lane(databases: Databases, page: int) -> None:
    append(
        databases.log,
        *[commit_document(f"case/{n}", 1, lane=n % 2) for n in range(20)],
    )
    assert set(scanned(databases, page=page)) == {f"case/{n}" for n in range(0, 20, 2)}


def test_a_scan_finds_commits_whose_hint_the_server_did_not_fill(databases: Databases) -> None:
    append(databases.log, *[commit_document(f"case/{n}", 1) for n in range(9)])
    databases.log["commits"].update_many(
        {"stream": {"$in": ["case/1", "case/5"]}}, {"$set": {"seq_hint": ZERO}}
    )
    assert set(scanned(databases, page=2)) == {f"case/{n}" for n in range(9)}


def test_a_scan_since_a_moment_leaves_out_what_is_older(databases: Databases) -> None:
    append(databases.log, commit_document("case/old", 1), commit_document("case/new", 1))
    databases.log["commits"].update_one(
        {"stream": "case/old"}, {"$set": {"seq_hint": Timestamp(1000, 1)}}
    )
    assert scanned(databases, page=5, since=Timestamp(2000, 0)) == ["case/new"]


def test_many_commits_of_one_moment_do_not_stop_a_scan(databases: Databases) -> None:
    append(databases.log, *[commit_document(f"case/{n}", 1) for n in range(4)])
    databases.log["commits"].update_many({}, {"$set": {"seq_hint": Timestamp(1000, 1)}})
    append(databases.log, commit_document("case/last", 1))
    assert "case/last" in scanned(databases, page=2)


def test_the_note_of_a_lane_is_only_raised_and_read_with_a_margin(databases: Databases) -> None:
    notes = Notes(databases.log, margin_s=30)
    assert notes.since(0) == FIRST
    notes.save([0, 1], Timestamp(2000, 5))
    notes.save([0], Timestamp(1500, 0))
    assert notes.since(0) == notes.since(1) == Timestamp(1970, 0)


def test_a_spoilt_note_means_from_the_beginning(databases: Databases) -> None:
    databases.log["lanes"].insert_one({"_id": "resume/0", "at": "garbage"})
    assert Notes(databases.log, margin_s=30).since(0) == FIRST
