"""A consumer asks the ledger when it has to: not for what nobody wants, not lane by lane."""

from collections.abc import Mapping, Sequence

from shared.eventlog.errors import LogUnavailable
from shared.kafka.headers import Arrived
from shared.messaging import Group, Pace, Received
from tests.support.messaging_fakes import FakeSource, World, value_of

GROUP = "review"
WANTED, OTHER = "intake.CaseSubmitted", "intake.FeeAssessed"


class Effects:
    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, received: Received) -> None:
        self.done.append(received.event_id)


def group(effects: Effects) -> Group:
    return Group(GROUP, handlers={WANTED: [effects]})


def append(world: World, stream: str, kind: str) -> None:
    """A commit with one event, and its record on the topic."""
    world.ledger.append(0, stream, kind)
    last = world.ledger.all_records(0)[-1]
    world.topic.put(0, last.position, last.index, last.value)


def asked(world: World) -> list[str]:
    """What was asked of the ledger since the last call."""
    found = [one for one in world.hook.seen if one.startswith("ledger.")]
    world.hook.seen.clear()
    return found


def test_what_nobody_wants_waits_for_what_somebody_wants() -> None:
    world, effects = World(), Effects()
    consumer = world.consumer(group(effects))
    consumer.step(0)
    asked(world)
    for n in range(10):
        append(world, f"case/{n}", OTHER)
        consumer.step(0)
    assert asked(world) == []
    append(world, "case/a", WANTED)
    consumer.step(0)
    assert asked(world) == ["ledger.rows"]
    assert effects.done == ["case/a/1"]


def test_what_nobody_wants_moves_the_mark_a_second_later_and_the_offset_with_it() -> None:
    world, effects = World(), Effects()
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source)
    consumer.step(0)
    append(world, "case/a", OTHER)
    world.clock.pass_(5)
    consumer.step(0)
    assert source.committed == {}
    world.clock.pass_(1)
    consumer.step(0)
    world.clock.pass_(1)
    consumer.step(0)
    assert world.mark(GROUP) == 1
    assert source.committed == {0: 1}


def test_a_forged_record_that_nobody_wants_holds_a_real_event_up_for_a_second() -> None:
    world, effects = World(), Effects()
    consumer = world.consumer(group(effects))
    consumer.step(0)
    world.ledger.append(0, "case/a", WANTED)
    world.topic.put(0, 1, 1, value_of("case/a", 1, kind=OTHER))
    consumer.step(0)
    assert effects.done == []
    world.clock.pass_(1)
    consumer.step(0)
    assert effects.done == ["case/a/1"]
    assert world.foreign(GROUP) == 1


def test_what_waits_is_not_lost_with_its_lane() -> None:
    world, effects = World(), Effects()
    source = FakeSource(world.topic)
    consumer = world.consumer(group(effects), source=source)
    consumer.step(0)
    append(world, "case/a", OTHER)
    consumer.step(0)
    source.assign(())
    consumer.step(0)
    source.assign((0,))
    append(world, "case/a", WANTED)
    consumer.step(0)
    assert effects.done == ["case/a/2"]


def test_more_of_what_nobody_wants_than_a_span_does_not_wait() -> None:
    world, effects = World(), Effects()
    consumer = world.consumer(group(effects), pace=Pace(span=5, mark_every=5))
    consumer.step(0)
    for n in range(5):
        append(world, f"case/{n}", OTHER)
        consumer.step(0)
    assert world.mark(GROUP) == 5


def test_what_is_missing_is_read_in_one_go_and_other_streams_are_not_read() -> None:
    world, seen = World(), Effects()
    follower = Group(
        "review.timers", batch=lambda batch: [seen(r) for r in batch] and None, streams=("case/",)
    )
    for n in range(4):
        world.ledger.append(0, f"case/{n}")
        world.ledger.append(0, f"notice/{n}")
        world.ledger.append(0, "admin/x", "newer.TypeThatIsNotKnown")
    consumer = world.consumer(follower, pace=Pace(compare_after_s=0))
    consumer.step(0)
    assert asked(world).count("ledger.records") == 1
    assert seen.done == [f"case/{n}/1" for n in range(4)]
    assert world.parking.rows == {}
    asked(world)
    world.ledger.append(0, "notice/9")
    consumer.step(0)
    world.clock.pass_(1)
    consumer.step(0)
    assert "ledger.records" not in asked(world)
    assert world.mark("review.timers") == 13


def test_what_is_wanted_waits_for_more_where_the_pace_says_so() -> None:
    world, effects = World(), Effects()
    polled: list[float] = []

    class Patient(FakeSource):
        def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:
            polled.append(timeout_s)
            return super().poll(timeout_s)

    consumer = world.consumer(group(effects), source=Patient(world.topic), pace=Pace(gather_s=0.1))
    consumer.step(0.5)
    append(world, "case/o", OTHER)
    for n in range(3):
        append(world, f"case/{n}", WANTED)
        consumer.step(0.5)
        world.clock.pass_(0.03)
    assert effects.done == []
    asked(world)
    world.clock.pass_(0.02)
    consumer.step(0.5)
    assert effects.done == ["case/0/1", "case/1/1", "case/2/1"]
    assert asked(world) == ["ledger.rows"]
    assert max(polled[2:]) <= 0.1, "the broker is not waited for longer than that"


def test_a_full_span_and_a_lane_that_is_behind_wait_for_nothing() -> None:
    world, effects = World(), Effects()
    pace = Pace(gather_s=60.0, span=3, mark_every=3, compare_after_s=1.0)
    consumer = world.consumer(group(effects), pace=pace)
    consumer.step(0)
    for n in range(3):
        append(world, f"case/{n}", WANTED)
    consumer.step(0)
    assert len(effects.done) == 3
    world.ledger.append(0, "case/late", WANTED)
    world.clock.pass_(2)
    consumer.step(0)
    assert effects.done[-1] == "case/late/1"


def test_who_reads_the_streams_itself_is_told_of_places_and_no_event_is_read() -> None:
    world, seen = World(), Effects()
    follower = Group(
        "timers",
        batch=lambda batch: [seen(r) for r in batch] and None,
        schemas=None,
        streams=("case/",),
        reads=False,
    )
    world.ledger.append(0, "case/a")
    world.ledger.append(0, "notice/a")
    world.ledger.append(0, "case/a", "newer.TypeThatIsNotKnown", OTHER)
    consumer = world.consumer(follower, pace=Pace(compare_after_s=0))
    consumer.step(0)
    assert "ledger.records" not in asked(world)
    assert seen.done == ["case/a/1", "case/a/2", "case/a/3"]
    assert world.parking.rows == {}


def following(world: World, effects: Effects) -> tuple[Group, Pace]:
    """A follower over all lanes, which has nothing to follow yet."""
    world.lanes = 4
    return group(effects), Pace(compare_after_s=60, look_every_s=0.5)


def test_one_read_tells_of_all_lanes() -> None:
    world, effects = World(), Effects()
    one, pace = following(world, effects)
    consumer = world.consumer(one, pace=pace)
    consumer.step(0)
    asked(world)
    for _ in range(10):
        world.clock.pass_(0.5)
        consumer.step(0)
    assert asked(world) == ["ledger.noted_heads"] * 10
    world.ledger.append(2, "case/a", WANTED)
    world.ledger.noted = {0: 0, 2: 1}
    world.clock.pass_(0.5)
    consumer.step(0)
    assert effects.done == ["case/a/1"]


def test_a_noted_head_is_a_hint() -> None:
    """One that lags is made good by the ledger itself; one beyond the ledger moves no mark."""
    world, effects = World(), Effects()
    one, pace = following(world, effects)
    consumer = world.consumer(one, pace=pace)
    consumer.step(0)
    world.ledger.append(1, "case/a", WANTED)
    world.ledger.noted = {0: 7, 1: 0}
    world.clock.pass_(0.5)
    consumer.step(0)
    assert effects.done == []
    world.clock.pass_(60)
    consumer.step(0)
    assert effects.done == ["case/a/1"]
    consumer.finish(0)
    assert world.mark(GROUP, 0) == 0
    assert world.mark(GROUP, 1) == 1


def test_a_database_that_is_away_is_asked_for_heads_after_a_while() -> None:
    world, effects = World(), Effects()
    one, pace = following(world, effects)
    consumer = world.consumer(one, pace=pace)
    consumer.step(0)

    def away(operation: str) -> None:
        if operation == "ledger.noted_heads":
            raise LogUnavailable("away")

    world.clock.pass_(1)
    world.hook.before = away
    asked(world)
    consumer.step(0)
    world.clock.pass_(1)
    consumer.step(0)
    assert asked(world) == ["ledger.noted_heads"]
    world.hook.before = lambda _operation: None
    world.ledger.append(0, "case/a", WANTED)
    world.ledger.noted = {0: 1}
    world.clock.pass_(5)
    consumer.step(0)
    assert effects.done == ["case/a/1"]
