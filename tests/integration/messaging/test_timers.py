"""Timers on a real database: trace g1 of the model, firing, clocks that differ, several workers."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from shared.config import Databases
from shared.eventlog import CommitStore, Loaded
from shared.eventlog.errors import LogUnavailable
from shared.messaging import (
    Claims,
    DatabaseClock,
    LedgerOnly,
    Pace,
    Received,
    TimerFeeder,
    TimerRunner,
    Timers,
    is_away,
)
from shared.messaging.consumer.received import decode
from shared.messaging.worker.assembly import consumer_of, timers_group
from tests.support.messaging_world import RealWorld
from tests.support.relay_world import intake_door
from tests.support.waiting import eventually

pytestmark = pytest.mark.mongo
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


def feeder_at(world: RealWorld, timers: Timers, version: int | None = None) -> TimerFeeder:
    return TimerFeeder(timers, "review", load=load_of(world, version), owing=owing)


def received_of(world: RealWorld) -> list[Received]:
    return [
        decode(r.value, lane=0, position=r.position, index=1, count=1) for r in world.records()
    ][-1:]


def test_g1_a_zombie_feeder_does_not_settle_what_is_owed_again(
    world: RealWorld, timers: Timers
) -> None:
    for version in (1, 2, 3):
        world.commit("case/a")
        feeder_at(world, timers, version).feed(received_of(world))
    # Zombies work from folds at v2 (settled) and v1 (owed until nine): neither changes v3's timer.
    for old in (2, 1, 2):
        feeder_at(world, timers, old).feed(received_of(world))
    (timer,) = timers.of_stream("case/a")
    assert (timer.version, timer.due_at) == (3, FIVE)


def test_g1_a_zombie_between_read_and_write_settles_only_what_it_read(
    world: RealWorld, timers: Timers
) -> None:
    world.commit("case/a")
    feeder_at(world, timers).feed(received_of(world))
    (read_by_the_zombie,) = timers.of_stream("case/a")
    timers.owe("case/a", 0, Step("review", "assignment", FIVE, 3))
    timers.settle(read_by_the_zombie)
    (timer,) = timers.of_stream("case/a")
    assert timer.version == 3


def test_a_settled_timer_is_marked_and_does_not_come_back(world: RealWorld, timers: Timers) -> None:
    for version in (1, 2):
        world.commit("case/a")
        feeder_at(world, timers, version).feed(received_of(world))
    feeder_at(world, timers, 1).feed(received_of(world))
    assert timers.of_stream("case/a") == []
    assert world.databases.work["timers"].count_documents({"state": "settled"}) == 1


def test_a_timer_is_never_due_before_its_moment(timers: Timers) -> None:
    due = datetime(2026, 11, 21, 9, 0, 0, 123_456, tzinfo=UTC)
    timers.owe("case/a", 0, Step("review", "x", due, 1))
    assert timers.due(0, due - timedelta(microseconds=1), 10) == []
    assert timers.due(0, due, 10) == []
    assert len(timers.due(0, due + timedelta(milliseconds=1), 10)) == 1


def test_the_feeder_follows_the_ledger_without_any_broker(world: RealWorld, timers: Timers) -> None:
    stop = threading.Event()
    consumer = consumer_of(
        timers_group("review", feeder_at(world, timers)),
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
        return world.mark("review.timers") == 2

    eventually(fed, 20)
    assert timers.of_stream("case/a") != []
    assert timers.of_stream("case/b") != []


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
    timers.owe("case/a", 0, Step("review", "assignment", NINE, 4))
    timers.owe("case/b", 0, Step("review", "assignment", NOON + timedelta(days=1), 1))
    runner = runner_of(databases, timers, lambda *call: fired.append(call))
    assert runner.step() == 1
    assert runner.step() == 0
    assert fired == [("case/a", "assignment", 4, NOON)]
    # The feeder has not settled it: a minute later it is tried again, the log takes it once.
    assert len(timers.due(0, NOON + timedelta(minutes=1), 10)) == 1


def test_a_worker_whose_clock_is_wrong_refuses(databases: Databases, timers: Timers) -> None:
    fired: list[object] = []
    timers.owe("case/a", 0, Step("review", "assignment", NINE, 1))
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
        timers.owe(stream, 0, Step("review", "assignment", NINE, 1))
    assert runner_of(databases, timers, fire).step() == 1
    assert fired == ["case/b"]
    assert timers.due(0, NOON, 10) == []
    assert len(timers.due(0, NOON + timedelta(seconds=6), 10)) == 2


def test_a_log_that_is_away_puts_nothing_off(databases: Databases, timers: Timers) -> None:
    def fire(*_: object) -> None:
        raise LogUnavailable("away")

    timers.owe("case/a", 0, Step("review", "assignment", NINE, 1))
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
    timers.owe("case/a", 0, Step("review", "assignment", NINE, 1))
    assert first.step() == 1
    timers.owe("case/b", 0, Step("review", "assignment", NINE, 1))
    assert second.step() == 0
    first.release()
    assert second.step() == 1
    assert fired == ["w1", "w2"]
