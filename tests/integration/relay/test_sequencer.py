"""The process as it runs: real server, real broker, threads; takes over, waits, stops in order."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from shared.config import Databases, Secrets, Settings, create_missing
from shared.eventlog import Writer, open_door
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.kafka.record import Signer
from shared.relay.ledger.ledger import Ledger
from shared.relay.ledger.tuning import Tuning
from shared.relay.process.hooks import Hook
from shared.relay.process.reconcile import reconcile, reconcile_topic
from shared.relay.process.sequencer import Sequencer
from tests.support.relay_double import DoubleBroker
from tests.support.relay_world import append, commit_document, ensure_log_indexes
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mongo, pytest.mark.kafka]
QUICK = Tuning(
    beat_s=0.1, lease_s=0.6, wait_ms=20, save_s=0.05, sweep_s=0.1, status_s=0.1, poll_s=0.1
)


class World:
    def __init__(self, databases: Databases, folder: Path, kafka: str) -> None:
        create_missing(folder)
        self.databases = databases
        self.secrets = Secrets.load(folder)
        self.settings = Settings(
            kafka_servers=(kafka,), topic=f"t-seq-{uuid.uuid4().hex[:10]}", secrets_dir=folder
        )
        self.writer = Writer("intake", *self.secrets.writer_key("intake"))
        self.door = open_door(self.settings, self.secrets, databases)
        self.ledger = Ledger(databases.log, self.door)
        self.broker = KafkaBroker(options_of(self.settings))

    def commits(self, *, lanes: int = 4, streams: int = 10, versions: int = 2) -> int:
        name = uuid.uuid4().hex[:8]
        documents = [
            commit_document(f"case/{name}{s}", v, lane=s % lanes, writer=self.writer)
            for v in range(1, versions + 1)
            for s in range(streams)
        ]
        append(self.databases.log, *documents)
        return len(documents)

    def sequencer(self, name: str = "one", **options: Any) -> Sequencer:
        options = {"tuning": QUICK, **options}
        return Sequencer(
            self.databases,
            self.settings,
            self.secrets,
            options.pop("hooks", ()),
            name=name,
            **options,
        )

    def published(self) -> int:
        marks = self.databases.log["lanes"].find({"_id": {"$regex": "^mark/"}})
        return sum(int(mark["position"]) for mark in marks)

    def beat(self, name: str = "one") -> dict[str, Any]:
        return self.databases.log["lanes"].find_one({"_id": f"beat/{name}"}) or {}

    def proved(self) -> bool:
        report = reconcile(self.databases.log, range(4), self.door)
        topic = reconcile_topic(
            self.broker, self.ledger, range(4), Signer(self.secrets.sequencer_key)
        )
        assert report.findings == ()
        assert topic.findings == ()
        return True


@contextmanager
def running(sequencer: Sequencer) -> Iterator[Callable[[], None]]:
    """The sequencer on a thread; a fault of ours fails the test when it is stopped."""
    stop = threading.Event()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            sequencer.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised by whoever stops it
            faults.append(error)

    thread = threading.Thread(target=work)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(15)
        assert not thread.is_alive()
        if faults:
            raise faults[0]

    try:
        yield end
    finally:
        end()


@pytest.fixture
def world(databases: Databases, tmp_path: Path, kafka_servers: str) -> World:
    ensure_log_indexes(databases.log)
    return World(databases, tmp_path / "secrets", kafka_servers)


def test_what_is_in_the_log_before_and_after_the_start_reaches_the_topic(world: World) -> None:
    first = world.commits()
    with running(world.sequencer()):
        eventually(lambda: world.published() == first, 20)
        more = world.commits()
        eventually(lambda: world.published() == first + more, 20)
        assert world.proved()
        beat = eventually(lambda: world.beat() if world.beat()["kafka"] == "ok" else None)
        assert [lane["lane"] for lane in beat["lanes"]] == [0, 1, 2, 3]
    assert world.beat()["stopped"] is True


def test_a_stopped_sequencer_leaves_its_lanes_and_goes_on_where_it_was(world: World) -> None:
    with running(world.sequencer("one")):
        done = world.commits()
        eventually(lambda: world.published() == done, 20)
    done += world.commits()
    with running(world.sequencer("two")):
        eventually(lambda: world.published() == done, 20)
        assert world.proved()
    with running(world.sequencer("one")):
        done += world.commits()
        eventually(lambda: world.published() == done, 20)
        assert world.proved()
    tail_ends = [end for _, end in bounds(world)]
    assert sum(tail_ends) == done, "an orderly stop publishes nothing twice"


def bounds(world: World) -> list[tuple[int, int]]:
    with world.broker.tail() as tail:
        return [tail.bounds(lane) for lane in range(4)]


def test_four_lanes_over_two_sequencers_and_one_dies(world: World) -> None:
    done = world.commits()
    survivor = world.sequencer("two", lanes=(2, 3, 0, 1))
    one = world.sequencer("one", lanes=(0, 1))
    with running(one), running(survivor):
        eventually(lambda: world.published() == done, 20)
        done += world.commits()
        eventually(lambda: world.published() == done, 20)
        one._leases.step = lambda _now: False  # type: ignore[method-assign] # it beats no more
        done += world.commits()
        eventually(lambda: set(survivor.working) == {0, 1, 2, 3}, 20)
        done += world.commits()
        eventually(lambda: world.published() == done, 20)
        assert world.proved()


def test_without_kafka_it_assigns_and_says_so_and_publishes_when_kafka_comes(
    world: World,
) -> None:
    double = DoubleBroker(4)
    double.away = True
    with running(world.sequencer(broker=double)):
        done = world.commits()
        eventually(lambda: sum(world.ledger.head(lane) for lane in range(4)) == done, 20)
        assert world.beat()["kafka"] == "away"
        assert world.published() == 0
        double.away = False
        eventually(lambda: world.published() == done, 20)
        eventually(lambda: world.beat()["kafka"] == "ok")


def test_lanes_are_compared_one_a_round_so_that_none_waits_for_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = DoubleBroker(4)
    looks: list[int] = []
    bounds = double.bounds

    def looked(lane: int) -> tuple[int, int]:
        looks.append(lane)
        return bounds(lane)

    monkeypatch.setattr(double, "bounds", looked)
    sequencer = world.sequencer(broker=double, spawn=lambda work: work())
    now = 0.0
    while len(sequencer.working) < 4:
        sequencer.assign_step(now)
        now += 0.05
    sequencer._outlet.ready(now)
    looks.clear()  # whose topic it is was looked at once, by the thread that opens it
    per_round: list[int] = []
    while not all(lane.publisher.compared for lane in sequencer.working.values()):
        before = len(looks)
        sequencer.publish_step(now)
        per_round.append(len(looks) - before)
        assert len(per_round) < 100
    assert max(per_round) == 1
    assert sorted(looks) == [0, 1, 2, 3]
    sequencer._feed.close()


def test_a_lost_delivery_is_found_by_the_running_reconciliation(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer = world.sequencer()
    monkeypatch.setattr(sequencer._feed, "read", list)  # the change stream never delivers
    with running(sequencer):
        eventually(lambda: set(sequencer.working) == {0, 1, 2, 3})
        eventually(lambda: all(lane.caught_up for lane in sequencer.working.values()))
        done = world.commits()
        eventually(lambda: world.published() == done, 20)
        assert world.proved()


def test_a_broken_change_stream_is_opened_anew_and_nothing_is_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer = world.sequencer(tuning=Tuning(**{**vars(QUICK), "sweep_s": 1000.0}))
    with running(sequencer):
        done = world.commits()
        eventually(lambda: world.published() == done, 20)
        opened, refused = sequencer._feed.open, threading.Event()

        def lost() -> None:
            refused.set()
            raise PyMongoError("ChangeStreamHistoryLost")

        monkeypatch.setattr(sequencer._feed, "open", lost)
        sequencer._feed.close()
        assert refused.wait(20)
        done += world.commits()  # nobody watches now
        monkeypatch.setattr(sequencer._feed, "open", opened)
        eventually(lambda: world.published() == done, 20)
        assert world.proved()


def test_hooks_are_called_with_the_lanes_held_and_may_fail(world: World) -> None:
    seen: list[tuple[int, ...]] = []

    def hook(lanes: tuple[int, ...]) -> None:
        seen.append(lanes)
        raise RuntimeError("a hook's own trouble")

    with running(world.sequencer(hooks=[Hook("checkpoints", 0.05, hook)])):
        eventually(lambda: seen.count((0, 1, 2, 3)) > 2, 20)
        done = world.commits()
        eventually(lambda: world.published() == done, 20)


def test_a_fault_of_our_own_ends_the_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer = world.sequencer(broker=DoubleBroker(4))

    def broken(now: float) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(sequencer, "publish_step", broken)
    with pytest.raises(ZeroDivisionError):
        sequencer.run(threading.Event())
