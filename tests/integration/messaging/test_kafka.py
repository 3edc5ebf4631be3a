"""The consumer on a real broker, log and ledger: hostile records, lost topics, rebalances."""

import threading
from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer

from shared.config import Databases, Settings
from shared.kafka.consuming import KafkaSource
from shared.kafka.network import Network
from shared.kafka.options import KafkaOptions, member_config, member_options
from shared.messaging import Group, Pace, Received
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.consumer.lane import Lane
from tests.support.messaging_world import UNWANTED, WANTED, RealWorld
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mongo, pytest.mark.kafka]
CALM = Pace(compare_after_s=3600, commit_every_s=0.0)


class Effects:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.lock = threading.Lock()
        self.fail_at: int | None = None

    def __call__(self, received: Received) -> None:
        if received.position == self.fail_at:
            raise ValueError
        with self.lock:
            self.calls.append(received.event_id)


def member(server: str) -> KafkaOptions:
    return member_options(Settings(kafka_servers=(server,), topic="t"), group="g", client_id="c")


def group_of(effects: Effects) -> Group:
    return Group("review", handlers={WANTED: [effects]})


@pytest.fixture
def world(databases: Databases, kafka_servers: str) -> Iterator[RealWorld]:
    made = RealWorld(databases, kafka_servers)
    made.create_topic()
    yield made
    made.close()


def until(consumer: Consumer, world: RealWorld, mark: int, timeout_s: float = 20.0) -> None:
    def there() -> bool:
        consumer.step(0.1)
        return world.mark("review") >= mark

    eventually(there, timeout_s)


def test_the_effective_options_of_the_client(kafka_servers: str) -> None:
    options = member(kafka_servers)
    config = member_config(options)
    client = KafkaConsumer(kafka_client=Network, **config)
    try:
        effective = client.config
    finally:
        client.close(autocommit=False, timeout_ms=1000)
    assert {name: effective[name] for name in config} == config
    assert effective["enable_auto_commit"] is False
    assert effective["auto_offset_reset"] == "earliest"
    assert effective["allow_auto_create_topics"] is False
    assert effective["isolation_level"] == "read_committed"
    assert effective["reconnect_backoff_max_ms"] == 1000
    assert effective["max_poll_interval_ms"] == 300_000


def test_c2_duplicates_reordering_and_gaps(world: RealWorld) -> None:
    for n in range(6):
        world.commit(f"case/{n % 2}", count=1 + n % 2)
    records = world.records()
    hostile = [records[-1], *records[:3], *records[:3], *reversed(records[5:])]
    world.produce(hostile)
    effects = Effects()
    consumer = world.consumer(group_of(effects), pace=CALM)
    until(consumer, world, 6)
    assert effects.calls == [r.event_id for r in records]
    assert world.metric("foreign_records_total", group="review", lane="0") == 0
    assert world.metric("gap_positions_total", group="review", lane="0") > 0


def test_c3_pitfall_12_a_topic_deleted_and_produced_again(world: RealWorld) -> None:
    for n in range(5):
        world.commit(f"case/{n}")
    world.produce(world.records())
    effects = Effects()
    consumer = world.consumer(group_of(effects))
    until(consumer, world, 5)
    world.delete_topic()
    world.create_topic()
    for n in range(5, 9):
        world.commit(f"case/{n}")
    world.produce(world.records()[5:])  # fewer than the offset it stands at
    until(consumer, world, 9, 40)
    assert effects.calls == [f"case/{n}/1" for n in range(9)]


def test_c6_forged_records_are_dropped_and_the_genuine_ones_handled(world: RealWorld) -> None:
    place = [("ce_position", b"1"), ("ce_index", b"1")]
    world.produce_raw(
        [
            (0, b"case/0", b"not json", place),
            (0, b"case/0", None, place),
            (0, b"case/0", b"x" * 900_000, place),
            (0, None, b"{}", []),
            (0, b"case/0", b"{}", [("ce_position", b"77"), ("ce_index", b"1")]),
            (0, b"case/0", b"{}", [("ce_position", b"9" * 40), ("ce_index", b"1")]),
            (0, b"case/0", b"{}", [("ce_position", b"\xff"), ("ce_index", b"1")]),
        ]
    )
    world.commit("case/0")
    world.produce(world.records())
    effects = Effects()
    consumer = world.consumer(group_of(effects), pace=CALM)
    until(consumer, world, 1)
    eventually(
        lambda: (
            consumer.step(0.1)
            or world.metric("foreign_records_total", group="review", lane="0") == 7
        )
    )
    assert effects.calls == ["case/0/1"]


def test_a_handler_that_raises_in_a_batch_of_500_leaves_the_mark_before_it(
    world: RealWorld,
) -> None:
    world.commits([f"case/{n}" for n in range(500)])
    world.produce(world.records())
    effects = Effects()
    effects.fail_at = 250
    consumer = world.consumer(group_of(effects), pace=CALM)

    def failed() -> bool:
        consumer.step(0.1)
        return len(effects.calls) >= 249

    eventually(failed, 30)
    assert world.mark("review") == 249
    effects.fail_at = None
    until(consumer, world, 500, 30)
    assert effects.calls == [f"case/{n}/1" for n in range(500)]


def test_types_that_nobody_wants_move_the_mark(world: RealWorld) -> None:
    world.commits([f"case/{n}" for n in range(200)], types=(UNWANTED,))
    world.produce(world.records())
    consumer = world.consumer(group_of(Effects()), pace=CALM)
    until(consumer, world, 200)
    assert world.databases.work["tries"].count_documents({}) == 0


def test_a_process_that_dies_before_its_mark_is_repeated_by_the_next(world: RealWorld) -> None:
    world.commit("case/a")
    world.produce(world.records())
    effects = Effects()
    dying = world.consumer(group_of(effects), pace=CALM)

    class Gone(BaseException):
        pass

    def gone(lane: Lane) -> None:
        if lane.mark > lane.saved:
            raise Gone

    dying._handling.save = gone  # type: ignore[method-assign]
    with pytest.raises(Gone):
        eventually(lambda: dying.step(0.1), 20)
    assert world.mark("review") == 0
    dying._source.close(2.0)
    heir = world.consumer(group_of(effects), pace=CALM)
    until(heir, world, 1)
    assert effects.calls == ["case/a/1", "case/a/1"]


def test_c7_the_ledger_is_read_when_a_record_never_came(world: RealWorld) -> None:
    world.commit("case/a")
    effects = Effects()
    consumer = world.consumer(group_of(effects))
    until(consumer, world, 1)
    assert effects.calls == ["case/a/1"]


def test_two_members_share_the_lanes_and_one_takes_over(
    databases: Databases, kafka_servers: str
) -> None:
    world = RealWorld(databases, kafka_servers, lanes=4)
    world.create_topic()
    effects = Effects()
    try:
        sources = [world.source(group_of(effects)) for _ in range(2)]
        members = [world.consumer(group_of(effects), source=s, pace=CALM) for s in sources]

        def shared() -> bool:
            for member in members:
                member.step(0.05)
            return [len(m.health().lanes) for m in members] == [2, 2]

        eventually(shared, 60)
        for lane in range(4):
            world.commit(f"case/{lane}", lane=lane)
            world.produce(world.records(lane))
        members[0].finish(3.0)

        def taken_over() -> bool:
            members[1].step(0.05)
            return all(world.mark("review", lane) == 1 for lane in range(4))

        eventually(taken_over, 60)
        assert sorted(effects.calls) == [f"case/{lane}/1" for lane in range(4)]
        assert members[1].health().lanes == (0, 1, 2, 3)
    finally:
        world.close()


def test_committed_offsets_are_those_of_what_is_handled(world: RealWorld) -> None:
    for n in range(3):
        world.commit(f"case/{n}")
    world.produce(world.records())
    source = world.source(group_of(Effects()))
    consumer = world.consumer(group_of(Effects()), source=source, pace=CALM)
    until(consumer, world, 3)
    consumer.step(0.05)
    client = source._client
    (partition,) = client.assignment()
    assert client.committed(partition) == 3


def test_without_a_broker_the_ledger_is_followed_and_readiness_says_so(
    databases: Databases,
) -> None:
    world = RealWorld(databases, "127.0.0.1:1")
    world.commit("case/a")
    effects = Effects()
    source = world.source(group_of(effects), bootstrap_timeout_ms=200)
    consumer = world.consumer(group_of(effects), source=source)
    until(consumer, world, 1)
    assert not consumer.health().reachable
    assert effects.calls == ["case/a/1"]


def test_a_client_that_breaks_is_thrown_away_and_a_new_one_made(world: RealWorld) -> None:
    world.commit("case/a")
    world.produce(world.records())
    effects = Effects()
    source = world.source(group_of(effects))
    consumer = world.consumer(group_of(effects), source=source, pace=CALM)
    until(consumer, world, 1)
    broken = source._client

    def fails(**_: object) -> None:
        raise RuntimeError("a bug of the library")

    broken.poll = fails
    consumer.step(0.1)
    assert not consumer.health().reachable
    world.commit("case/a")
    world.produce(world.records()[1:])
    until(consumer, world, 2, 40)
    assert source._client is not broken
    assert effects.calls == ["case/a/1", "case/a/2"]


@pytest.mark.parametrize("poll_s", [0.0, 0.004, 0.02])
def test_partitions_that_come_while_it_joins_are_joined(
    databases: Databases, kafka_servers: str, poll_s: float
) -> None:
    """A start beside the topic's: kafka-python forgets a join that outlasts one poll."""
    world = RealWorld(databases, kafka_servers)
    source = world.source(group_of(Effects()))
    try:
        eventually(lambda: source.poll(poll_s) or source.reachable, poll_s=0)
        world.create_topic()
        eventually(lambda: source.poll(poll_s) or source.lanes == {0}, poll_s=0)
        assert source.reachable
    finally:
        world.close()


def test_the_client_is_not_made_before_it_is_polled(kafka_servers: str) -> None:
    made: list[object] = []

    def make(**config: object) -> object:
        made.append(config)
        raise OSError

    source = KafkaSource(member(kafka_servers), make=make)
    assert made == []
    assert source.poll(0.0) == {}
    assert len(made) == 1
    assert source.poll(0.0) == {}
    assert len(made) == 1, "it waits before it tries again"
