"""Timers on a real database: trace g1 of the model, firing, clocks that differ, several workers."""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from shared.config import Databases
from shared.eventlog import CommitStore, Loaded
from shared.eventlog.errors import LogUnavailable
from shared.messaging import (
    Claims,
    DatabaseClock,
    LedgerOnly,
    Marks,
    OwedRows,
    Pace,
    Parking,
    Received,
    TimerFeeder,
    TimerRunner,
    Timers,
    is_away,
)
from shared.messaging.consumer.received import decode
from shared.messaging.timers.feeding import NotThereYet
from shared.messaging.timers.inherited import inherit
from shared.messaging.worker.assembly import consumer_of, timers_group
from tests.support.messaging_world import RealWorld
from tests.support.relay_world import intake_door
from tests.support.waiting import eventually

pytestmark = pytest.mark.mongo
SHARED = Path(__file__).parents[3] / "shared"
NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIVE = datetime(2026, 11, 21, 5, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    service: str
    step: str
    due_at: datetime
    version: int


def owing(loaded: Loaded) -> Sequence[Step]:
    """v1 owes a review until nine, v2 settles it, v3 owes it again, until five."""
    by_version = {
        1: [Step("review", "assignment", NINE, 1)],
        3: [Step("review", "assignment", FIVE, 3)],
    }
    return [*by_version.get(loaded.version, []), Step("notify", "other", NINE, 1)]


@pytest.fixture
def world(databases: Databases) -> RealWorld:
    return RealWorld(databases, "127.0.0.1:1")


@pytest.fixture
def timers(databases: Databases) -> Timers:
    made = Timers(databases.work, "review")
    made.ensure_indexes()
    return made


def load_of(world: RealWorld, upto: int | None = None) -> Callable[[str], Loaded]:
    store = CommitStore(world.databases.log, intake_door())
    return lambda stream: store.stream(stream, upto_version=upto)


def feeder_at(world: RealWorld, version: int | None = None) -> TimerFeeder:
    return TimerFeeder(OwedRows(world.databases.work), load=load_of(world, version), owing=owing)


def owed(databases: Databases, stream: str, due: datetime, version: int) -> None:
    OwedRows(databases.work).owe(stream, 0, Step("review", "assignment", due, version))


def received_of(world: RealWorld, version: int) -> list[Received]:
    found = (
        decode(r.value, lane=0, position=r.position, index=1, count=1) for r in world.records()
    )
    return [one for one in found if one.event.version == version]


def test_g1_a_zombie_feeder_does_not_settle_what_is_owed_again(
    world: RealWorld, timers: Timers
) -> None:
    for version in (1, 2, 3):
        world.commit("case/a")
        feeder_at(world, version).feed(received_of(world, version))
    # Zombies work from folds at v2 (settled) and v1 (owed until nine): neither changes v3's timer.
    for old in (2, 1, 2):
        feeder_at(world, old).feed(received_of(world, old))
    (timer,) = timers.of_stream("case/a")
    assert (timer.version, timer.due_at) == (3, FIVE)


def test_g1_a_zombie_between_read_and_write_settles_only_what_it_read(
    world: RealWorld, timers: Timers
) -> None:
    world.commit("case/a")
    feeder_at(world).feed(received_of(world, 1))
    (read_by_the_zombie,) = timers.of_stream("case/a")
    owed(world.databases, "case/a", FIVE, 3)
    OwedRows(world.databases.work).settle(read_by_the_zombie)
    (timer,) = timers.of_stream("case/a")
    assert timer.version == 3


def test_g2_nothing_is_believed_of_a_stream_that_lacks_an_event_of_the_ledger(
    world: RealWorld, timers: Timers
) -> None:
    for _ in range(3):
        world.commit("case/a")
    feeder_at(world).feed(received_of(world, 3))
    with pytest.raises(NotThereYet):
        feeder_at(world, 2).feed(received_of(world, 3))
    (timer,) = timers.of_stream("case/a")
    assert timer.version == 3


def test_a_service_writes_of_a_timer_when_to_try_again_and_nothing_else(
    world: RealWorld, timers: Timers
) -> None:
    """Decision 5: what is owed, and by which event, is the follower's alone."""
    owed(world.databases, "case/a", NINE, 1)
    before = world.databases.work["timers"].find_one({}) or {}
    (timer,) = timers.due(0, NOON, 10)
    timers.postpone(timer, NOON)
    after = world.databases.work["timers"].find_one({}) or {}
    assert {name for name in after if after[name] != before.get(name)} == {"next_at", "fires"}
    writers = {
        str(path.relative_to(SHARED))
        for path in (*SHARED.rglob("*.py"), *(SHARED.parent / "services").rglob("*.py"))
        if re.search(r"work\[(COLLECTION|\"timers\")\]", path.read_text("utf-8"))
    }
    assert writers == {"messaging/timers/store.py", "messaging/timers/feeding.py"}


def test_a_settled_timer_is_marked_and_does_not_come_back(world: RealWorld, timers: Timers) -> None:
    for version in (1, 2):
        world.commit("case/a")
        feeder_at(world, version).feed(received_of(world, version))
    feeder_at(world, 1).feed(received_of(world, 1))
    assert timers.of_stream("case/a") == []
    assert world.databases.work["timers"].count_documents({"state": "settled"}) == 1


def test_a_timer_is_never_due_before_its_moment(databases: Databases, timers: Timers) -> None:
    due = datetime(2026, 11, 21, 9, 0, 0, 123_456, tzinfo=UTC)
    owed(databases, "case/a", due, 1)
    assert timers.due(0, due - timedelta(microseconds=1), 10) == []
    assert timers.due(0, due, 10) == []
    assert len(timers.due(0, due + timedelta(milliseconds=1), 10)) == 1


def test_the_feeder_follows_the_ledger_without_any_broker(world: RealWorld, timers: Timers) -> None:
    stop = threading.Event()
    consumer = consumer_of(
        timers_group(feeder_at(world)),
        LedgerOnly(1, stop),
        settings=world.settings,
        databases=world.databases,
        door=intake_door(),
        families=world.families,
        pace=Pace(compare_after_s=0.02),
    )
    world.commit("case/a")
    world.commit("case/b")

    def fed() -> bool:
        consumer.step(0.01)
        return world.mark("timers") == 2

    eventually(fed, 20)
    assert timers.of_stream("case/a") != []
    assert timers.of_stream("case/b") != []


def parked(databases: Databases) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.group, one.stream): (one.next, one.seen) for one in Parking(databases.work).all()}


def test_what_the_followers_of_each_service_left_is_taken_over(databases: Databases) -> None:
    """It begins at the lowest mark of each lane, and what was parked for one is parked for it."""
    marks, parking = Marks(databases.work), Parking(databases.work)
    for n, service in enumerate(("intake", "review", "issuance", "notify")):
        marks.raise_to(f"{service}.timers", 0, 40 + n)
    marks.raise_to("review.timers", 1, 7)  # the others handled nothing of this lane
    parking.park("issuance.timers", "case/a", 3, lane=0, reason="a fault")
    parking.raise_seen("issuance.timers", "case/a", 5)
    parking.park("review.timers", "case/a", 2, lane=0, reason="a fault")
    parking.park("review", "case/b", 1, lane=0, reason="not of timers")
    inherit(databases.work, 2)
    assert [marks.get("timers", lane) for lane in (0, 1)] == [40, 0]
    assert parked(databases) == {("timers", "case/a"): (2, 5), ("review", "case/b"): (1, 1)}


def test_what_is_taken_over_a_second_time_moves_no_mark(databases: Databases) -> None:
    """One of them may run beside the new one for a while: its mark is not what that has handled."""
    marks = Marks(databases.work)
    for service in ("intake", "review", "issuance", "notify"):
        marks.raise_to(f"{service}.timers", 0, 40)
    inherit(databases.work, 1)
    for service in ("intake", "review", "issuance", "notify"):
        marks.raise_to(f"{service}.timers", 0, 50)
    inherit(databases.work, 1)
    assert marks.get("timers", 0) == 40


def runner_of(
    databases: Databases,
    timers: Timers,
    fire: Callable[[str, str, int, datetime], None],
    *,
    holder: str = "w1",
    skew: timedelta = timedelta(0),
) -> TimerRunner:
    return TimerRunner(
        "review",
        timers=timers,
        claims=Claims(databases.work, holder),
        fire=fire,
        skew=lambda: skew,
        now=lambda: NOON,
        lanes=1,
        registry=CollectorRegistry(),
    )


def test_due_timers_fire_once_and_again_only_later(databases: Databases, timers: Timers) -> None:
    fired: list[tuple[str, str, int, datetime]] = []
    owed(databases, "case/a", NINE, 4)
    owed(databases, "case/b", NOON + timedelta(days=1), 1)
    runner = runner_of(databases, timers, lambda *call: fired.append(call))
    assert runner.step() == 1
    assert runner.step() == 0
    assert fired == [("case/a", "assignment", 4, NOON)]
    # The feeder has not settled it: a minute later it is tried again, the log takes it once.
    assert len(timers.due(0, NOON + timedelta(minutes=1), 10)) == 1


def test_a_worker_whose_clock_is_wrong_refuses(databases: Databases, timers: Timers) -> None:
    fired: list[object] = []
    owed(databases, "case/a", NINE, 1)
    wrong = runner_of(
        databases, timers, lambda *call: fired.append(call), skew=timedelta(seconds=2.001)
    )
    assert wrong.step() == 0
    assert fired == []
    right = runner_of(
        databases, timers, lambda *call: fired.append(call), skew=timedelta(seconds=2)
    )
    assert right.step() == 1


@pytest.mark.parametrize("offset_s", [-3600, -5, 5, 3600])
def test_the_databases_clock_shows_how_wrong_ours_is(databases: Databases, offset_s: int) -> None:
    right = DatabaseClock(databases.work, lambda: datetime.now(UTC))
    assert right.skew() < timedelta(seconds=1)
    wrong = DatabaseClock(databases.work, lambda: datetime.now(UTC) + timedelta(seconds=offset_s))
    assert abs(wrong.skew() - timedelta(seconds=abs(offset_s))) < timedelta(seconds=1)


def test_a_timer_that_fails_is_put_off_and_the_others_fire(
    databases: Databases, timers: Timers
) -> None:
    fired: list[str] = []

    def fire(stream: str, step: str, version: int, now: datetime) -> None:
        if stream == "case/a":
            raise ValueError(step, version, now)
        fired.append(stream)

    for stream in ("case/a", "case/b"):
        owed(databases, stream, NINE, 1)
    assert runner_of(databases, timers, fire).step() == 1
    assert fired == ["case/b"]
    assert timers.due(0, NOON, 10) == []
    assert len(timers.due(0, NOON + timedelta(seconds=6), 10)) == 2


def test_a_log_that_is_away_puts_nothing_off(databases: Databases, timers: Timers) -> None:
    def fire(*_: object) -> None:
        raise LogUnavailable("away")

    owed(databases, "case/a", NINE, 1)
    with pytest.raises(LogUnavailable) as caught:
        runner_of(databases, timers, fire).step()
    assert is_away(caught.value)
    assert timers.due(0, NOON, 10)[0].fires == 0


def test_of_two_workers_one_fires_and_the_other_goes_on_when_it_lets_go(
    databases: Databases, timers: Timers
) -> None:
    fired: list[str] = []
    first = runner_of(databases, timers, lambda *_: fired.append("w1"), holder="w1")
    second = runner_of(databases, timers, lambda *_: fired.append("w2"), holder="w2")
    owed(databases, "case/a", NINE, 1)
    assert first.step() == 1
    owed(databases, "case/b", NINE, 1)
    assert second.step() == 0
    first.release()
    assert second.step() == 1
    assert fired == ["w1", "w2"]
