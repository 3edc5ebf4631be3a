"""The consumer's stores: one test for each promise, on memory and on the database."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, WTimeoutError

from shared.config import Databases
from shared.eventlog.errors import Contended, LogUnavailable, OutcomeUnknown, Refused
from shared.messaging import Claims, Marks, Parking, ServerAway, Tries, is_away
from shared.messaging.stores.parking import StreamCount
from tests.support.messaging_fakes import Clock, MemoryMarks, MemoryParking, MemoryTries

pytestmark = pytest.mark.mongo
G = "review"


@dataclass
class Stores:
    marks: Any
    tries: Any
    parking: Any


@pytest.fixture(params=["memory", "database"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryMarks(), MemoryTries(), MemoryParking())
        return
    work = request.getfixturevalue("databases").work
    made = Stores(Marks(work), Tries(work), Parking(work))
    made.tries.ensure_indexes()
    made.parking.ensure_indexes()
    yield made


def test_a_mark_is_only_ever_raised(stores: Stores) -> None:
    assert stores.marks.get(G, 0) == 0
    for position in (5, 3, 7, 1):
        stores.marks.raise_to(G, 0, position)
    stores.marks.raise_to(G, 1, 2)
    assert stores.marks.get(G, 0) == 7
    assert stores.marks.get(G, 1) == 2
    assert stores.marks.get("other", 0) == 0


def test_a_try_is_counted_for_its_event_and_group(stores: Stores) -> None:
    begun = [stores.tries.begin(G, "case/a/1", lane=0, position=4) for _ in range(3)]
    assert begun == [1, 2, 3]
    assert stores.tries.begin("other", "case/a/1", lane=0, position=4) == 1
    stores.tries.give_back(G, "case/a/1")
    assert stores.tries.begin(G, "case/a/1", lane=0, position=4) == 3


def test_tries_go_when_the_mark_has_passed_them(stores: Stores) -> None:
    for lane, position in ((0, 4), (0, 9), (1, 4)):
        stores.tries.begin(G, f"{lane}/{position}", lane=lane, position=position)
    stores.tries.clear(G, 0, 4)
    again = [
        stores.tries.begin(G, f"{lane}/{position}", lane=lane, position=position)
        for lane, position in ((0, 4), (0, 9), (1, 4))
    ]
    assert again == [1, 2, 2]


def test_a_parked_row_only_widens(stores: Stores) -> None:
    for version in (4, 2, 3):
        stores.parking.park(G, "case/a", version, lane=1, reason=f"v{version}")
    row = stores.parking.get(G, "case/a")
    assert (row.next, row.seen, row.lane, row.reason) == (2, 4, 1, "v3")
    assert stores.parking.count(G) == 1
    assert stores.parking.streams(G, 1) == {"case/a"}
    assert stores.parking.streams(G, 0) == set()


def test_seen_is_raised_where_a_row_is_and_nowhere_else(stores: Stores) -> None:
    assert stores.parking.raise_seen(G, "case/a", 3) is False
    assert stores.parking.get(G, "case/a") is None
    stores.parking.park(G, "case/a", 1, lane=0, reason="")
    assert stores.parking.raise_seen(G, "case/a", 3) is True
    assert stores.parking.raise_seen(G, "case/a", 2) is True, "matched, though nothing changed"
    assert stores.parking.get(G, "case/a").seen == 3


def test_a_row_goes_only_when_nothing_is_left_of_it(stores: Stores) -> None:
    stores.parking.park(G, "case/a", 2, lane=0, reason="")
    stores.parking.raise_seen(G, "case/a", 5)
    assert not stores.parking.remove(G, "case/a", began=2, did=4)
    assert not stores.parking.remove(G, "case/a", began=3, did=5)
    assert stores.parking.remove(G, "case/a", began=2, did=5)
    assert not stores.parking.remove(G, "case/a", began=2, did=5)


def test_many_at_once_raise_one_new_mark(databases: Databases) -> None:
    marks, tries = Marks(databases.work), Tries(databases.work)
    begun: list[int] = []

    def work(number: int) -> None:
        for position in range(20):
            marks.raise_to(G, 0, position * 8 + number)
            begun.append(tries.begin(G, "x", lane=0, position=1))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks.get(G, 0) == 19 * 8 + 7
    # Two that make the row at once may both be told 1 by a stand-in; none is lost in the count.
    assert max(begun) == 160


def test_a_claim_is_taken_over_only_from_one_who_stands_still(databases: Databases) -> None:
    clock = Clock()
    first = Claims(databases.work, "a", patience_s=10, clock=clock)
    second = Claims(databases.work, "b", patience_s=10, clock=clock)
    assert first.mine(G, 0)
    for _ in range(5):
        assert not second.mine(G, 0)
        assert first.mine(G, 0)
        clock.pass_(9)
    assert not second.mine(G, 0)
    clock.pass_(11)
    assert second.mine(G, 0)
    assert not first.mine(G, 0)
    second.release(G, 0)
    assert first.mine(G, 0)


def test_an_own_claim_is_not_written_at_every_look(databases: Databases) -> None:
    clock = Clock()
    claims = Claims(databases.work, "a", patience_s=10, clock=clock)

    def beat() -> int:
        row = databases.work["claims"].find_one({"_id": f"{G}|0"})
        assert row is not None
        return int(row["beat"])

    assert claims.mine(G, 0)
    assert claims.mine(G, 0)
    before = beat()
    assert all(claims.mine(G, 0) for _ in range(5))
    assert beat() == before
    clock.pass_(3)
    assert claims.mine(G, 0)
    assert beat() == before + 1


def test_the_claims_of_all_lanes_are_kept_up_by_one_write(databases: Databases) -> None:
    clock = Clock()
    claims = Claims(databases.work, "a", patience_s=10, clock=clock)
    other = Claims(databases.work, "b", patience_s=10, clock=clock)
    assert all(claims.mine(G, lane) for lane in (0, 1, 2, 0, 1, 2))

    def beats() -> list[int]:
        rows = databases.work["claims"].find({"holder": "a"}).sort("_id", 1)
        return [int(row["beat"]) for row in rows]

    before = beats()
    for _ in range(4):
        clock.pass_(3)
        claims.renew(G, range(3))
        written = beats()
        assert all(claims.mine(G, lane) for lane in range(3))
        assert beats() == written, "mine has nothing left to write"
        assert not other.mine(G, 1)
        assert all(claims.mine(G, lane) for lane in range(3))
    after = beats()
    assert [new - old for new, old in zip(after, before, strict=True)] == [4, 4, 4]


def test_a_claim_that_is_anothers_now_is_not_kept_up_with_the_rest(databases: Databases) -> None:
    clock = Clock()
    claims = Claims(databases.work, "a", patience_s=10, clock=clock)
    assert all(claims.mine(G, lane) for lane in (0, 1, 0, 1))
    databases.work["claims"].update_one({"_id": f"{G}|1"}, {"$set": {"holder": "b"}})
    clock.pass_(3)
    claims.renew(G, range(2))
    assert [claims.mine(G, lane) for lane in range(2)] == [True, False]


def test_streams_are_counted_once_each(databases: Databases) -> None:
    rows = [
        {"lane": 0, "position": n, "stream": f"case/{n % 3}", "first_version": 1 + n // 3}
        for n in range(9)
    ]
    databases.log["ledger"].insert_many(rows)
    assert StreamCount(databases.log)() == 3


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (LogUnavailable("x"), True),
        (OutcomeUnknown("x"), True),
        (Contended("x"), True),
        (ServerAway("x"), True),
        (AutoReconnect("x"), True),
        (NetworkTimeout("x"), True),
        (WTimeoutError("x"), True),
        (ConnectionRefusedError(), True),
        (Refused("x"), False),
        (ValueError("x"), False),
        (OperationFailure("x", 121), False),
    ],
)
def test_what_says_that_a_server_is_away(error: Exception, away: bool) -> None:  # noqa: FBT001
    assert is_away(error) is away
    wrapped = RuntimeError("wrapped")
    wrapped.__cause__ = error
    assert is_away(wrapped) is away
