"""What goes well writes nothing but a mark now and then; d6 of the model: what dies is counted.

`World.mark` is the stored mark. A consumer that takes up a lane goes step by step up to the
ledger's head of that moment: here the lanes are empty then, so everything after it goes the
quick way.
"""

import pytest

from shared.eventlog.errors import LogUnavailable
from shared.messaging import Consumer, Group, Limits, Pace, Received
from tests.support.messaging_fakes import Crash, FakeSource, World

GROUP = "issuance"
KILLER = "case/killer"
QUICK = Pace(span=3, mark_every=4)


class Doing:
    """Handlers and a batch handler that remember, fail, and kill their process."""

    def __init__(self) -> None:
        self.killers: set[str] = set()
        self.failing: set[str] = set()
        self.done: list[str] = []
        self.calls: list[str] = []

    def one(self, received: Received) -> None:
        self.calls.append(received.event_id)
        if received.event_id in self.killers:
            raise Crash
        if received.event_id in self.failing:
            raise ValueError
        if received.event_id not in self.done:
            self.done.append(received.event_id)

    def group(self, kind: str) -> Group:
        if kind == "each":
            return Group(GROUP, handlers={"intake.CaseSubmitted": [self.one]})
        return Group(GROUP, batch=lambda batch: [self.one(r) for r in batch] and None)


@pytest.fixture(params=["each", "batch"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def started(world: World, doing: Doing, kind: str, pace: Pace | None = None) -> Consumer:
    """A consumer that has taken up its lane."""
    consumer = world.consumer(doing.group(kind), source=FakeSource(world.topic, most=3), pace=pace)
    consumer.step(0)
    return consumer


def published(world: World, *streams: str) -> None:
    world.topic.partitions.clear()
    for stream in streams:
        world.ledger.append(0, stream)
    world.topic.publish(world.ledger, 0)


def deaths_of(world: World, doing: Doing, kind: str, consumer: Consumer, end: int) -> int:
    """How often the process dies until the stored mark is at the end."""
    deaths = 0
    for _ in range(200):
        if world.mark(GROUP) == end:
            return deaths
        try:
            consumer.step(0)
        except Crash:
            deaths += 1
            world.topic.partitions.clear()  # what comes next is read from the ledger
            consumer = world.consumer(doing.group(kind), pace=QUICK)
            consumer.step(0)
            world.clock.pass_(61)
        world.clock.pass_(6)
    raise AssertionError(f"the mark stands at {world.mark(GROUP)} after {deaths} deaths")


def test_events_that_go_well_write_no_try_and_one_mark_a_second(kind: str) -> None:
    world, doing = World(), Doing()
    consumer = started(world, doing, kind)
    world.hook.seen.clear()
    published(world, *(f"case/{n}" for n in range(30)))
    for _ in range(10):
        consumer.step(0)
    assert len(doing.done) == 30
    assert [one for one in world.hook.seen if one.startswith(("tries", "marks"))] == []
    world.clock.pass_(1)
    consumer.step(0)
    assert [one for one in world.hook.seen if one.startswith(("tries", "marks"))] == ["marks.raise"]
    assert world.mark(GROUP) == 30


def test_a_mark_is_stored_at_the_end_and_where_a_lane_is_given_away(kind: str) -> None:
    world, doing = World(), Doing()
    source = FakeSource(world.topic)
    consumer = world.consumer(doing.group(kind), source=source)
    consumer.step(0)
    published(world, "case/a")
    consumer.step(0)
    assert world.mark(GROUP) == 0
    source.assign(())
    consumer.step(0)
    assert world.mark(GROUP) == 1
    source.assign((0,))
    published(world, "case/b")
    consumer.step(0)
    consumer.finish(0)
    assert world.mark(GROUP) == 2


def test_a_handler_that_kills_its_process_in_a_quick_run_is_counted_from_the_next_start(
    kind: str,
) -> None:
    """One death that nobody could count, then the five; a batch is tried whole before it is split.

    It is so twice here: with those before the killer, and, once they are done, from it on.
    """
    world, doing = World(), Doing()
    doing.killers = {f"{KILLER}/1"}
    consumer = started(world, doing, kind, QUICK)
    published(world, "case/a", "case/b", KILLER, "case/c")
    assert deaths_of(world, doing, kind, consumer, end=4) == (6 if kind == "each" else 8)
    assert list(world.parking.rows) == [(GROUP, KILLER)]
    assert doing.done == ["case/a/1", "case/b/1", "case/c/1"]
    assert world.tries.begun == {}


def test_one_far_above_the_stored_mark_takes_no_more_deaths(kind: str) -> None:
    """The bound of what is handled above the mark is the bound of what a successor counts."""
    world, doing = World(), Doing()
    doing.killers = {f"{KILLER}/1"}
    consumer = started(world, doing, kind, QUICK)
    before = [f"case/{n}" for n in range(6)]
    published(world, *before, KILLER, "case/x")
    assert deaths_of(world, doing, kind, consumer, end=8) == (6 if kind == "each" else 7)
    assert list(world.parking.rows) == [(GROUP, KILLER)]
    assert doing.done == [*(f"{one}/1" for one in before), "case/x/1"]


def test_offsets_are_committed_as_far_as_the_stored_mark_reaches(kind: str) -> None:
    world, doing = World(), Doing()
    source = FakeSource(world.topic)
    consumer = world.consumer(doing.group(kind), source=source)
    consumer.step(0)
    for n in range(20):  # never quiet: a new event with each step, four in a second
        world.ledger.append(0, f"case/{n}")
        last = world.ledger.all_records(0)[-1]
        world.topic.put(0, last.position, last.index, last.value)
        consumer.step(0)
        assert source.committed.get(0, 0) <= world.mark(GROUP)
        world.clock.pass_(0.25)
    assert source.committed[0] >= 12


def test_without_a_place_for_the_mark_no_more_is_handled_than_a_successor_looks_at(
    kind: str,
) -> None:
    world, doing = World(), Doing()
    consumer = started(world, doing, kind, QUICK)
    published(world, *(f"case/{n}" for n in range(40)))

    def away(operation: str) -> None:
        if operation == "marks.raise":
            raise LogUnavailable("away")

    world.hook.before = away
    for _ in range(40):
        consumer.step(0)
        world.clock.pass_(6)
    assert len(doing.done) < QUICK.in_flight
    world.hook.before = lambda _operation: None
    for _ in range(40):
        consumer.step(0)
        world.clock.pass_(6)
    assert world.mark(GROUP) == 40
    assert len(set(doing.calls)) == len(doing.calls) == 40


def test_a_failure_in_a_quick_run_is_the_first_of_five_also_after_a_start(kind: str) -> None:
    world, doing = World(), Doing()
    doing.failing = {"case/a/1"}
    consumer = started(world, doing, kind)
    published(world, "case/a")
    for _ in range(2):
        consumer.step(0)
        world.clock.pass_(6)
    consumer = world.consumer(doing.group(kind))
    for _ in range(10):
        consumer.step(0)
        world.clock.pass_(6)
    assert list(world.parking.rows) == [(GROUP, "case/a")]
    assert doing.calls == ["case/a/1"] * (5 if kind == "each" else 6)


def marked_while(world: World, doing: Doing, consumer: Consumer) -> int:
    """The stored mark, two seconds after the lane came to a stop behind what went well."""
    published(world, "case/a", "case/b", KILLER)
    consumer.step(0)
    assert doing.done == ["case/a/1", "case/b/1"]
    for _ in range(4):
        world.clock.pass_(0.5)
        consumer.step(0)
    return world.mark(GROUP)


def test_what_went_well_is_stored_while_the_lane_waits_for_its_next_try() -> None:
    world, doing = World(), Doing()
    doing.failing = {f"{KILLER}/1"}
    consumer = started(world, doing, "each")
    assert marked_while(world, doing, consumer) == 2


def test_what_went_well_is_stored_where_the_consumer_halts() -> None:
    world, doing = World(), Doing()
    group = doing.group("each")
    consumer = world.consumer(group, limits=Limits(tries=1, parked_streams=0, parked_share=0.0))
    consumer.step(0)
    doing.failing = {f"{KILLER}/1"}
    assert marked_while(world, doing, consumer) == 2
    assert consumer.health().halted is not None


def test_what_went_well_is_stored_where_a_fault_of_our_own_stops_the_lane() -> None:
    world, doing = World(), Doing()
    consumer = started(world, doing, "each")

    def broken(operation: str) -> None:
        if operation == "tries.begin":
            raise TypeError

    doing.failing, world.hook.before = {f"{KILLER}/1"}, broken
    assert marked_while(world, doing, consumer) == 2


def test_a_mark_that_cannot_be_stored_keeps_no_lane_from_its_next_try() -> None:
    world, doing = World(), Doing()
    doing.failing = {f"{KILLER}/1"}
    consumer = started(world, doing, "each")

    def away(operation: str) -> None:
        if operation == "marks.raise":
            raise LogUnavailable("away")

    world.hook.before = away
    assert marked_while(world, doing, consumer) == 0
    doing.failing, world.hook.before = set(), lambda _operation: None
    world.clock.pass_(10)
    consumer.step(0)
    assert doing.done[-1] == f"{KILLER}/1"
