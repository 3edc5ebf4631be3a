"""The traces of the publish model (p1 to p6) and the broker's worst manners, by the real code."""

from typing import Any

import pytest

from shared.config import Databases
from shared.kafka.record import Record, Signer
from shared.relay.assign.assign import Assigner
from shared.relay.ledger.handover import Handover
from shared.relay.ledger.ledger import Ledger
from shared.relay.ledger.tuning import Tuning
from shared.relay.process.reconcile import reconcile_topic
from shared.relay.publish.mark import PublishedMark
from shared.relay.publish.outlet import Outlet
from shared.relay.publish.publish import Publisher
from tests.support.relay_double import DoubleBroker, DoubleProducer
from tests.support.relay_world import (
    SEQUENCER_KEY,
    append,
    commit_document,
    ensure_log_indexes,
    intake_door,
    signed,
)

pytestmark = pytest.mark.mongo
SIGNER = Signer(SEQUENCER_KEY)
TUNING = Tuning(mark_s=0.0, compare_s=60.0, poll_s=0.0, backoff_s=0.0, backoff_most_s=0.0)


class World:
    """A log, a ledger and a broker; time moves only when a test moves it."""

    def __init__(self, databases: Databases, broker: DoubleBroker) -> None:
        self.log = databases.log
        self.broker = broker
        self.ledger = Ledger(self.log, intake_door())
        self.assigner = Assigner(0, self.ledger, intake_door())
        self.now = 1000.0

    def commits(self, *counts: int) -> None:
        """One more commit for each count, of that many events, with its position."""
        for count in counts:
            document = commit_document(f"case/{self.now}", 1, count=count)
            self.now += 0.001
            append(self.log, document)
            self.assigner.offer([document])
            while self.assigner.step():
                pass

    def publisher(self, epoch: int = 1, **changed: Any) -> Publisher:
        outlet = Outlet(self.broker, backoff_s=0, backoff_most_s=0, spawn=lambda work: work())
        return Publisher(
            0,
            epoch=epoch,
            log=self.log,
            ledger=self.ledger,
            broker=self.broker,
            outlet=outlet,
            handover=Handover(most=100),
            signer=SIGNER,
            tuning=Tuning(**{**vars_of(TUNING), **changed}),
        )

    def work(self, publisher: Publisher, *, most: int = 50) -> None:
        for _ in range(most):
            self.now += 0.001
            if not publisher.step(self.now):
                return
        raise AssertionError(f"still busy in {publisher.state}")

    def mark(self) -> int:
        document = self.log["lanes"].find_one({"_id": "mark/0"})
        return int(document["position"]) if document else 0

    def ledger_records(self) -> list[Record]:
        """What the topic must hold, signed."""
        return Ledger(self.log, intake_door(), sequencer_key=SEQUENCER_KEY).records(0, 0, 1000)

    def complete(self) -> bool:
        return reconcile_topic(self.broker, self.ledger, [0], SIGNER).ok

    def producer(self) -> DoubleProducer:
        return self.broker.producers[-1]


def vars_of(tuning: Tuning) -> dict[str, Any]:
    return {name: getattr(tuning, name) for name in tuning.__dataclass_fields__}


class Reader:
    """A reader by the topic's contract that has the lane feed: order is (position, index)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._offset = 0
        self.taken: list[tuple[int, int]] = []

    def read(self) -> None:
        begin, end = self._world.broker.bounds(0)
        if self._offset > end:
            self._offset = begin
        for found in self._world.broker.read(0, self._offset, end):
            assert isinstance(found, Record)
            if (found.position, found.index) <= (self.taken or [(0, 0)])[-1]:
                continue
            feed = self._world.ledger.records(0, 0, 1000)
            self.taken += [
                (r.position, r.index)
                for r in feed
                if (self.taken or [(0, 0)])[-1]
                < (r.position, r.index)
                <= (found.position, found.index)
            ]
        self._offset = end


@pytest.fixture
def world(databases: Databases) -> World:
    ensure_log_indexes(databases.log)
    Ledger(databases.log).ensure_indexes()
    return World(databases, DoubleBroker())


def test_p1_every_event_of_a_commit_is_a_record_with_an_index_of_its_own(world: World) -> None:
    world.commits(2)
    world.work(world.publisher())
    assert world.broker.positions() == [(1, 1), (1, 2)]
    assert world.mark() == 1
    reader = Reader(world)
    reader.read()
    assert reader.taken == [(1, 1), (1, 2)]


def test_the_mark_waits_for_the_whole_commit(world: World) -> None:
    world.broker.instant = False
    world.commits(1, 2)
    publisher = world.publisher()
    world.work(publisher)
    world.producer().land()
    world.producer().land()
    world.work(publisher)
    assert world.mark() == 1, "one of the two records of position 2 is not acknowledged"
    world.producer().land()
    world.work(publisher)
    assert world.mark() == 2


def test_the_mark_moves_once_in_its_time_and_before_what_it_is_compared_with(
    world: World,
) -> None:
    publisher = world.publisher(mark_s=10.0, compare_s=60.0)
    world.commits(1)
    world.work(publisher)
    assert world.mark() == 1
    world.commits(1, 1)
    world.work(publisher)
    assert world.mark() == 1
    world.now += 10
    world.work(publisher)
    assert world.mark() == 3
    world.commits(1)
    world.work(publisher)
    assert world.mark() == 3
    publisher._next_mark = world.now + 1000  # not its time yet when the partition is compared
    world.now += 60
    world.work(publisher)
    assert world.mark() == 4
    assert world.broker.positions() == [(1, 1), (2, 1), (3, 1), (4, 1)], "nothing is sent twice"


def test_looks_for_the_rows_of_another_sequencer_get_rarer_and_end_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = world.publisher(poll_s=1.0, compare_s=1000.0)
    looks: list[float] = []
    entries = world.ledger.entries

    def counted(lane: int, after: int, limit: int) -> Any:
        looks.append(world.now)
        return entries(lane, after, limit)

    monkeypatch.setattr(world.ledger, "entries", counted)
    for _ in range(600):
        world.now += 0.1
        publisher.step(world.now)
    assert 8 <= len(looks) <= 12
    world.commits(1)  # no handover tells of it
    until = world.now + 9
    while world.now < until and not world.broker.positions():
        world.now += 0.1
        publisher.step(world.now)
    assert world.broker.positions() == [(1, 1)]
    looks.clear()
    for _ in range(15):
        world.now += 0.1
        publisher.step(world.now)
    assert looks, "after a row that was found the next look is soon"


def test_p2_late_records_of_a_zombie_and_a_lost_answer_leave_a_complete_topic(
    world: World,
) -> None:
    world.broker.instant = False
    world.commits(1, 2, 1)
    zombie = world.publisher(epoch=1)
    world.work(zombie)
    late = world.producer()
    successor = world.publisher(epoch=2)
    world.work(successor)
    late.land()
    world.producer().land(answer=False)  # the successor makes a new producer and compares
    world.work(successor)
    while world.producer().flight:
        world.producer().land()
    while late.flight:
        late.land()
    world.work(successor)
    world.work(zombie)
    while world.broker.orphans:
        world.broker.land_orphan()
    reader = Reader(world)
    reader.read()
    assert reader.taken == [(1, 1), (2, 1), (2, 2), (3, 1)]
    assert world.complete()
    assert world.mark() == 3


def test_p2_the_mark_of_an_older_epoch_does_not_move(world: World) -> None:
    world.broker.instant = False
    world.commits(1, 1)
    zombie = world.publisher(epoch=1)
    world.work(zombie)
    world.log["lanes"].update_one({"_id": "mark/0"}, {"$set": {"epoch": 2}})
    while world.producer().flight:
        world.producer().land()
    world.work(zombie)
    assert zombie.state == "deposed"
    assert world.mark() == 0
    world.commits(1)
    world.work(zombie)
    assert not world.producer().flight, "a deposed publisher sends nothing more"


def test_an_older_epoch_that_comes_late_is_deposed_at_once(world: World) -> None:
    world.commits(1)
    world.work(world.publisher(epoch=2))
    late = world.publisher(epoch=1)
    world.work(late)
    assert late.state == "deposed"


def test_p3_a_lost_record_of_the_last_commit_is_published_again(world: World) -> None:
    world.commits(1, 2)
    publisher = world.publisher()
    world.work(publisher)
    world.broker.lose_tail(0, 1)
    world.now += 61
    world.work(publisher)
    assert world.broker.positions() == [(1, 1), (2, 1), (2, 1), (2, 2)]
    assert world.complete()


def test_p3_the_mark_is_never_lowered(world: World) -> None:
    world.commits(1, 1)
    world.work(world.publisher(epoch=1))
    world.broker.recreate()
    world.broker.instant = False
    world.work(world.publisher(epoch=2))
    assert world.mark() == 2


def test_p3_a_lower_mark_is_refused_whoever_writes_it(world: World) -> None:
    mark = PublishedMark(world.log, 0, epoch=1)
    mark.claim()
    assert mark.move(5)
    assert not mark.move(3)
    assert world.mark() == 5


def test_p4_a_record_on_a_topic_made_anew_does_not_hide_what_is_missing(world: World) -> None:
    world.commits(1, 1)
    publisher = world.publisher()
    world.work(publisher)
    world.broker.recreate()
    world.commits(1)
    world.work(publisher)
    assert world.broker.positions()[0] == (3, 1), "it landed before anybody compared"
    assert world.complete()
    assert world.mark() == 3


def test_p4_the_same_found_by_a_successor_that_only_sees_the_partition(world: World) -> None:
    world.commits(1, 1, 1)
    world.work(world.publisher(epoch=1))
    world.broker.recreate()
    world.broker.partitions[0].append(world.ledger_records()[2])
    world.work(world.publisher(epoch=2))
    assert world.complete()


def test_p5_a_late_record_does_not_cover_a_lost_tail(world: World) -> None:
    world.commits(1, 1, 1)
    publisher = world.publisher()
    world.work(publisher)
    world.broker.lose_tail(0, 2)
    world.broker.partitions[0].append(world.ledger_records()[2])
    world.now += 61
    world.work(publisher)
    assert world.broker.positions() == [(1, 1), (3, 1), (2, 1), (3, 1)]
    assert world.complete()


def test_p6_a_reader_with_the_feed_misses_nothing_when_the_topic_is_made_anew(
    world: World,
) -> None:
    world.commits(1, 2)
    publisher = world.publisher()
    world.work(publisher)
    reader = Reader(world)
    world.broker.recreate()
    world.commits(1)
    world.work(publisher)
    reader.read()
    assert reader.taken == [(1, 1), (2, 1), (2, 2), (3, 1)]


def test_a_partition_emptied_by_retention_counts_as_read(world: World) -> None:
    world.commits(1, 1)
    world.work(world.publisher(epoch=1))
    world.broker.empty_by_retention(0)
    world.commits(1)
    world.work(world.publisher(epoch=2))
    assert world.broker.positions() == [(3, 1)]
    assert world.complete()


def test_strangers_at_the_end_of_the_partition_do_not_count(world: World) -> None:
    world.commits(1, 1)
    world.work(world.publisher(epoch=1))
    genuine = world.ledger_records()[0]
    forged = Record(0, 9, 1, 1, "case/x", 1, "intake.CaseSubmitted", "t", "00" * 32, b"{}", "ff")
    for stranger in (forged, signed(genuine, Signer(b"x" * 32))):
        world.broker.partitions[0].append(stranger)
    world.commits(1)
    successor = world.publisher(epoch=2, tail_records=1)
    world.work(successor)
    assert not successor.problem
    assert world.broker.positions()[4:] == [(3, 1)], "found behind them: nothing is sent twice"


def test_a_partition_ahead_of_the_ledger_stops_the_lane_with_a_sentence(world: World) -> None:
    world.commits(1, 1)
    world.work(world.publisher(epoch=1))
    restored_from_older_copy(world)
    publisher = world.publisher(epoch=2)
    world.work(publisher)
    assert publisher.state == "stopped"
    assert "ends at 1" in publisher.problem
    world.log["lanes"].delete_one({"_id": "mark/0"})
    again = world.publisher(epoch=2)
    world.work(again)
    assert again.state == "stopped"
    assert "Partition 0 holds position 2" in again.problem
    world.broker.recreate()  # the operator decides
    world.now += 61
    world.work(again)
    assert again.state == "run"
    assert not again.problem
    assert world.complete()


def test_a_ledger_that_gave_the_positions_to_others_stops_the_lane(world: World) -> None:
    world.commits(1, 1)
    world.work(world.publisher(epoch=1))
    restored_from_older_copy(world)
    world.log["lanes"].delete_one({"_id": "mark/0"})
    world.assigner = Assigner(0, world.ledger, intake_door())
    world.commits(1)
    publisher = world.publisher(epoch=2)
    world.work(publisher)
    assert publisher.state == "stopped"
    assert "restored from an older copy" in publisher.problem


def test_a_ledger_that_goes_back_under_a_running_lane_stops_it_with_or_without_kafka(
    world: World,
) -> None:
    world.commits(1, 1)
    publisher = world.publisher()
    world.work(publisher)
    world.broker.away = True
    restored_from_older_copy(world)
    world.now += TUNING.check_s + 1
    world.work(publisher)
    assert publisher.state == "stopped"
    assert "published up to 2, but its ledger ends at 1" in publisher.problem


@pytest.mark.parametrize("back_to_the_start", [False, True])
def test_an_edited_row_of_the_ledger_stops_the_lane_and_is_not_called_a_restore(
    world: World,
    back_to_the_start: bool,  # noqa: FBT001
) -> None:
    world.commits(1, 2, 1)
    publisher = world.publisher()
    world.work(publisher)
    world.log["ledger"].update_one({"position": 2}, {"$set": {"leaf": b"x" * 32}})
    if back_to_the_start:
        publisher = world.publisher(epoch=2)
    world.now += TUNING.check_s + 1
    world.work(publisher)
    assert publisher.state == "stopped"
    assert publisher.problem.startswith("Position 2 of lane 0 has another hash")
    assert "edited" in publisher.problem
    assert "restored" not in publisher.problem


@pytest.mark.parametrize("back_to_the_start", [False, True])
def test_a_row_that_is_gone_from_the_middle_of_the_ledger_stops_the_lane(
    world: World,
    back_to_the_start: bool,  # noqa: FBT001
) -> None:
    world.commits(1, 1, 1)
    publisher = world.publisher()
    world.work(publisher)
    world.log["ledger"].delete_one({"position": 2})
    if back_to_the_start:
        publisher = world.publisher(epoch=2)
    world.now += TUNING.check_s + 1
    world.work(publisher)
    assert publisher.state == "stopped"
    assert "rows of the ledger were deleted" in publisher.problem


def test_a_ledger_that_nobody_touched_goes_on_after_every_look(world: World) -> None:
    world.commits(1, 2, 1)
    publisher = world.publisher()
    for _ in range(5):
        world.now += TUNING.check_s + 1
        world.commits(1)
        world.work(publisher)
        assert publisher.state == "run"
    assert world.mark() == 8
    assert world.complete()


def restored_from_older_copy(world: World) -> None:
    world.log["ledger"].delete_one({"lane": 0, "position": 2})
    world.log["lanes"].delete_one({"_id": "head/0"})


def test_19a_after_an_expired_delivery_a_new_producer_resumes_from_the_mark(
    world: World,
) -> None:
    world.broker.instant = False
    world.commits(1, 1)
    publisher = world.publisher()
    world.work(publisher)
    silent = world.producer()
    silent.land()
    silent.expire()
    world.broker.away = True
    world.work(publisher)
    world.broker.away = False
    world.broker.instant = True
    world.work(publisher)
    assert world.broker.producers
    assert silent not in world.broker.producers
    assert world.complete()
    assert world.mark() == 2


def test_while_kafka_is_away_nothing_is_lost_and_it_goes_on_by_itself(world: World) -> None:
    world.broker.away = True
    world.commits(1, 1)
    publisher = world.publisher()
    world.work(publisher)
    assert world.mark() == 0
    world.broker.away = False
    world.work(publisher)
    assert world.mark() == 2
    assert world.complete()


def test_the_window_bounds_what_is_under_way(world: World) -> None:
    world.broker.instant = False
    world.commits(*[1] * 12)
    publisher = world.publisher(window=5, batch=2)
    world.work(publisher)
    assert publisher.under_way <= 6
    while world.mark() < 12:
        world.producer().land()
        world.work(publisher)
    assert world.complete()


def test_changed_events_are_not_published(world: World) -> None:
    world.commits(1)
    row = world.log["ledger"].find_one({}, {"_id": 0})
    assert row is not None
    world.log["ledger"].delete_one({})
    world.log["ledger"].insert_one({**row, "events": [b"x" * 32]})
    publisher = world.publisher()
    world.work(publisher)
    assert publisher.state == "stopped"
    assert "not the one that was sequenced" in publisher.problem
    assert world.broker.positions() == []


def test_after_a_comparison_the_ledger_is_looked_at_often_again(world: World) -> None:
    """The looks of a quiet lane get apart; what failed on the topic is no quiet."""
    publisher = world.publisher(poll_s=1.0)
    world.commits(1)
    world.work(publisher)
    for _ in range(6):
        world.now += 20
        world.work(publisher)
    publisher.state = "compare"
    world.work(publisher)
    world.commits(1)
    world.now += 2
    world.work(publisher)
    assert world.complete()
