"""The consumer against partitions as brokers make them: traces c1 to c8 of the model, and more."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.errors import LogUnavailable
from shared.kafka.headers import Arrived
from shared.messaging import Consumer, Group, Limits, Pace, Received
from shared.messaging.consumer.sorting import LedgerBroken, hold
from tests.support.messaging_fakes import Crash, FakeSource, World, value_of

SUBMITTED = "intake.CaseSubmitted"
OTHER = "intake.FeeAssessed"


class Effects:
    """What reactions did: each event once, in the order of first effect."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.calls: list[str] = []
        self.on: Callable[[Received], None] = lambda _received: None

    def __call__(self, received: Received) -> None:
        self.on(received)
        self.calls.append(received.event_id)
        if received.event_id not in self.done:
            self.done.append(received.event_id)


def group(effects: Effects, *types: str) -> Group:
    return Group("review", handlers={kind: [effects] for kind in types or (SUBMITTED,)})


def rounds(world: World, consumer: Consumer, count: int = 3, *, each_s: float = 0.0) -> None:
    for _ in range(count):
        consumer.step(0)
        world.clock.pass_(each_s)


def test_c1_a_position_counts_only_when_all_its_events_are_handled() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a", SUBMITTED, SUBMITTED)

    def stop_at_the_second(received: Received) -> None:
        if received.index == 2:
            raise Crash

    effects.on = stop_at_the_second
    world.topic.publish(world.ledger, 0)
    with pytest.raises(Crash):
        world.consumer(group(effects)).step(0)
    assert world.mark("review") == 0

    effects.on = lambda _received: None
    world.consumer(group(effects)).step(0)
    assert effects.done == ["case/a/1", "case/a/2"]
    assert world.mark("review") == 1


def test_c2_one_record_of_a_commit_is_enough_the_ledger_gives_the_rest() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a", SUBMITTED, SUBMITTED)
    second = world.ledger.all_records(0)[1]
    world.topic.put(0, second.position, second.index, second.value)
    world.consumer(group(effects)).step(0)
    assert effects.done == ["case/a/1", "case/a/2"]


def test_c3_a_topic_recreated_and_produced_again_loses_nothing() -> None:
    world, effects = World(), Effects()
    for _ in range(3):
        world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)
    consumer = world.consumer(group(effects))
    consumer.step(0)
    for _ in range(3):
        world.ledger.append(0, "case/a")
    # The live consumer stands at offset 3 of a topic whose first records are new ones (pitfall 12).
    world.topic.partitions[0] = []
    for record in world.ledger.all_records(0)[3:]:
        world.topic.put(0, record.position, record.index, record.value)
    consumer.step(0)
    assert len(effects.done) == 3
    world.ledger.append(0, "case/a")
    last = world.ledger.all_records(0)[-1]
    world.topic.put(0, last.position, last.index, last.value)
    consumer.step(0)
    assert effects.done == [f"case/a/{n}" for n in range(1, 8)]


def test_c4_holes_and_late_duplicates_of_three_positions() -> None:
    world, effects = World(), Effects()
    for _ in range(3):
        world.ledger.append(0, "case/a")
    records = world.ledger.all_records(0)
    for record in (records[2], records[0], records[2], records[1]):
        world.topic.put(0, record.position, record.index, record.value)
    consumer = world.consumer(group(effects))
    rounds(world, consumer)
    assert effects.calls == ["case/a/1", "case/a/2", "case/a/3"]


def test_c5_a_repeat_after_a_crash_before_the_mark_has_one_effect() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)

    def no_mark(operation: str) -> None:
        if operation == "marks.raise":
            raise Crash

    world.hook.before = no_mark
    with pytest.raises(Crash):
        world.consumer(group(effects)).step(0)
    world.hook.before = lambda _operation: None
    world.consumer(group(effects)).step(0)
    assert effects.calls == ["case/a/1", "case/a/1"]  # the same command id: the log takes it once
    assert effects.done == ["case/a/1"]


FORGED = [
    pytest.param((1, 1, value_of("case/a", 1, kind=OTHER)), id="other bytes at a real place"),
    pytest.param((1, 7, value_of("case/a", 1)), id="an index that the commit does not have"),
    pytest.param((9, 1, value_of("case/z", 1)), id="a position beyond the ledger"),
    pytest.param((10**30, 1, value_of("case/z", 1)), id="a position beyond any database"),
    pytest.param((1, 1, None), id="a null value"),
    pytest.param((1, 1, b"not json"), id="not JSON"),
    pytest.param((1, 1, b"x" * 1_000_000), id="a megabyte"),
    pytest.param((0, 0, b"{}"), id="no headers"),
    pytest.param((-5, 1, b"{}"), id="a negative position"),
]


@pytest.mark.parametrize("forged", FORGED)
def test_c6_what_is_not_the_ledgers_is_dropped_with_an_alarm_and_moves_no_mark(
    forged: tuple[int, int, bytes | None],
) -> None:
    world, effects = World(), Effects()
    consumer = world.consumer(group(effects))
    world.topic.put(0, *forged)
    consumer.step(0)
    assert world.mark("review") == 0
    assert effects.done == []
    world.ledger.append(0, "case/a")
    world.topic.put(0, *forged)
    world.topic.publish(world.ledger, 0)
    rounds(world, consumer, each_s=1)
    assert effects.done == ["case/a/1"]
    assert world.mark("review") == 1
    assert world.foreign("review") >= 1


def test_c7_a_quiet_lane_is_compared_while_another_is_busy() -> None:
    world, effects = World(lanes=2), Effects()
    world.ledger.append(0, "case/quiet")  # its record was lost
    consumer = world.consumer(group(effects), pace=Pace(compare_after_s=60))
    for n in range(14):
        world.ledger.append(1, f"case/busy{n}")
        last = world.ledger.all_records(1)[-1]
        world.topic.put(1, last.position, last.index, last.value)
        consumer.step(0)
        world.clock.pass_(5)
        if n < 11:
            assert "case/quiet/1" not in effects.done
    assert "case/quiet/1" in effects.done


def test_c8_a_zombie_does_not_write_the_mark_back() -> None:
    world, effects = World(), Effects()
    for _ in range(2):
        world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)
    zombie = world.consumer(group(effects), source=FakeSource(world.topic, most=1))
    woken: list[bool] = []

    def other_first(operation: str) -> None:
        if operation == "marks.raise" and not woken:
            woken.append(True)  # the zombie sleeps right before its write of mark 1
            rounds(world, world.consumer(group(effects)))
            assert world.mark("review") == 2

    world.hook.before = other_first
    zombie.step(0)
    assert world.mark("review") == 2
    assert effects.done == ["case/a/1", "case/a/2"]


def test_a_zombie_stops_at_the_next_position_when_its_lane_is_given_away() -> None:
    world, effects = World(), Effects()
    for _ in range(10):
        world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)
    source = FakeSource(world.topic)

    def give_away(received: Received) -> None:
        if received.position == 3:
            source.assign(())

    effects.on = give_away
    consumer = world.consumer(group(effects), source=source)
    rounds(world, consumer)
    assert len(effects.done) == 3
    assert consumer.health().lanes == ()


def test_duplicates_three_times_have_no_effect() -> None:
    world, effects = World(), Effects()
    for n in range(5):
        world.ledger.append(0, f"case/{n % 2}", SUBMITTED, OTHER)
    for _ in range(3):
        world.topic.publish(world.ledger, 0)
    rounds(world, world.consumer(group(effects, SUBMITTED, OTHER)))
    assert effects.calls == [f"{r.stream}/{r.version}" for r in world.ledger.all_records(0)]
    assert world.foreign("review") == 0


def test_a_batch_of_types_nobody_wants_moves_the_mark_once() -> None:
    world, effects = World(), Effects()
    for _ in range(500):
        world.ledger.append(0, "case/a", OTHER)
    world.topic.publish(world.ledger, 0)
    world.consumer(group(effects)).step(0)
    assert world.mark("review") == 500
    assert world.hook.seen.count("marks.raise") == 1
    assert world.hook.seen.count("tries.begin") == 0
    assert world.hook.seen.count("ledger.rows") == 1


def test_a_handler_that_raises_in_the_middle_of_500_leaves_the_mark_before_it() -> None:
    world, effects = World(), Effects()
    for n in range(500):
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)

    def third(received: Received) -> None:
        if received.position == 3:
            raise ValueError

    effects.on = third
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source)
    consumer.step(0)
    assert world.mark("review") == 2
    world.clock.pass_(2)
    consumer.step(0)
    assert source.committed == {}, "an offset was committed of what is not handled"


def test_a_log_that_is_away_is_waited_out_and_parks_nothing() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)

    def away(_received: Received) -> None:
        raise LogUnavailable("away")

    effects.on = away
    consumer = world.consumer(group(effects))
    rounds(world, consumer, 40, each_s=6)
    assert world.parking.rows == {}
    assert all(count == 0 for count, _, _ in world.tries.begun.values())
    effects.on = lambda _received: None
    rounds(world, consumer, 2, each_s=6)
    assert effects.done == ["case/a/1"]


def test_stores_that_are_away_at_any_operation_lose_nothing() -> None:
    world, effects = World(), Effects()
    for n in range(4):
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)
    luck = random.Random(20261121)  # noqa: S311 - a test's own

    def sometimes(operation: str) -> None:
        if luck.random() < 0.4:
            raise LogUnavailable(operation)

    world.hook.before = sometimes
    rounds(world, world.consumer(group(effects)), 100, each_s=6)
    world.hook.before = lambda _operation: None
    assert effects.done == [f"case/{n}/1" for n in range(4)]
    assert world.parking.rows == {}


def test_with_kafka_away_from_the_start_the_ledger_is_followed_all_the_same() -> None:
    world, effects = World(lanes=2), Effects()
    world.ledger.append(0, "case/a")
    world.ledger.append(1, "case/b")
    source = FakeSource(world.topic, lanes=())
    source.reachable = False
    consumer = world.consumer(group(effects), source=source)
    rounds(world, consumer, 5, each_s=10)
    assert effects.done == []
    assert not consumer.health().reachable
    rounds(world, consumer, 20, each_s=10)
    assert sorted(effects.done) == ["case/a/1", "case/b/1"]


def test_with_kafka_away_a_lane_whose_mark_moves_is_left_to_who_moves_it() -> None:
    world, effects = World(), Effects()
    for _ in range(50):
        world.ledger.append(0, "case/a")
    source = FakeSource(world.topic, lanes=())
    source.reachable = False
    consumer = world.consumer(group(effects), source=source)
    for n in range(30):
        world.marks.marks["review", 0] = n + 1  # another worker is at it
        consumer.step(0)
        world.clock.pass_(10)
    assert effects.done == []


def test_offsets_are_committed_only_of_what_is_handled_and_saved() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source)
    consumer.step(0)
    world.clock.pass_(2)
    consumer.step(0)
    assert source.committed == {0: 1}


def test_stopping_saves_marks_then_commits_then_closes() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a")
    world.topic.publish(world.ledger, 0)
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source)
    consumer.step(0)
    consumer.finish(1.0)
    assert world.mark("review") == 1
    assert source.order == ["commit", "close"]


def test_a_slow_handler_uses_its_slice_and_the_broker_is_polled_again() -> None:
    world, effects = World(), Effects()
    for n in range(10):
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)
    effects.on = lambda _received: world.clock.pass_(2)
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source, pace=Pace(slice_s=5))
    consumer.step(0)
    assert 0 < len(effects.done) < 10
    assert source.held == {0}
    rounds(world, consumer, 10)
    assert len(effects.done) == 10
    assert source.held == frozenset()


def test_the_limits_stop_the_line_instead_of_parking_everything() -> None:
    world, effects = World(streams=1000), Effects()
    for n in range(40):
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)

    def broken(_received: Received) -> None:
        raise ValueError

    effects.on = broken
    consumer = world.consumer(group(effects), limits=Limits(tries=1))
    rounds(world, consumer, 60, each_s=10)
    assert len(world.parking.rows) == 20
    assert world.mark("review") == 20
    assert consumer.health().halted is not None
    # An operator repairs the handler and redrives: the consumer goes on by itself.
    effects.on = lambda _received: None
    world.parking.rows.clear()
    rounds(world, consumer, 20, each_s=10)
    assert consumer.health().halted is None
    assert world.mark("review") == 40


def test_many_parked_streams_among_very_many_do_not_stop_the_line() -> None:
    world, effects = World(streams=100_000), Effects()
    for n in range(40):
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)

    def broken(_received: Received) -> None:
        raise ValueError

    effects.on = broken
    rounds(world, world.consumer(group(effects), limits=Limits(tries=1)), 5)
    assert len(world.parking.rows) == 40


def test_a_newer_schema_of_a_wanted_type_parks_its_stream_at_once() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a", schema=2)
    world.ledger.append(0, "case/a")
    world.ledger.append(0, "case/b", OTHER, schema=9)  # nobody wants it: nobody minds
    world.ledger.append(0, "case/c")
    world.topic.publish(world.ledger, 0)
    rounds(world, world.consumer(group(effects)))
    assert effects.done == ["case/c/1"]
    (row,) = world.parking.rows.values()
    assert row[:3] == (0, 1, 2)
    assert world.mark("review") == 4


def test_a_type_of_newer_code_parks_its_stream_though_nobody_here_wants_it() -> None:
    """The newer form of the group may have to react to it: after the upgrade it is redriven."""
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a", "intake.AddedLater")
    world.ledger.append(0, "case/a")
    world.ledger.append(0, "case/b")
    world.topic.publish(world.ledger, 0)
    rounds(world, world.consumer(group(effects)))
    assert effects.done == ["case/b/1"]
    ((_, first, last, reason, *_),) = world.parking.rows.values()
    assert (first, last, reason) == (1, 2, "the type intake.AddedLater is not known here")
    assert world.mark("review") == 3


def test_the_ledgers_own_bytes_that_nobody_can_read_park_their_stream() -> None:
    world, effects = World(), Effects()
    world.ledger.append(0, "case/a", values=(b"not json",))
    world.ledger.append(0, "case/b")
    world.topic.publish(world.ledger, 0)
    rounds(world, world.consumer(group(effects)))
    assert effects.done == ["case/b/1"]
    assert list(world.parking.rows) == [("review", "case/a")]


def test_a_row_that_is_missing_is_never_skipped() -> None:
    world = World()
    for _ in range(3):
        world.ledger.append(0, "case/a")
    rows = world.ledger.rows(0, 0, 3)
    with pytest.raises(LedgerBroken):
        hold([], [rows[0], rows[2]], 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 2), st.booleans()),
        max_size=30,
    ),
    st.integers(0, 3),
)
def test_what_is_held_is_the_ledgers_whatever_came(
    came: list[tuple[int, int, bool]], mark: int
) -> None:
    world = World()
    for n in range(5):
        kinds = (SUBMITTED,) if n % 2 else (SUBMITTED, OTHER)
        world.ledger.append(0, "case/a", *kinds)
    true = {(r.position, r.index): r.value for r in world.ledger.all_records(0)}
    arrived = [
        Arrived(n, p, i, true.get((p, i), b"?") if genuine else b"forged")
        for n, (p, i, genuine) in enumerate(came)
    ]
    held = hold(arrived, world.ledger.rows(0, mark, 5), mark)
    assert [p.number for p in held.positions] == list(range(mark + 1, 6))
    for position in held.positions:
        if position.values is not None:
            assert position.values == tuple(
                v for (p, _), v in sorted(true.items()) if p == position.number
            )
    within = [a for a in arrived if mark < a.position <= 5]
    assert held.foreign == sum(a.value != true.get((a.position, a.index)) for a in within)
