"""A broker that dies and comes back, without its data too: the lanes go on, nobody lends a hand."""

import gc
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.servers import Running, find_kafka, start_kafka
from shared.config import Databases
from shared.messaging import Consumer, Group, Received
from tests.support.messaging_world import WANTED, RealWorld
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.mongo,
    pytest.mark.kafka,
    pytest.mark.timeout(180),
    # kafka-python leaves each connection that was refused to the collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture
def litter() -> Iterator[None]:
    """Collected here, after all else, so that no other test is blamed for the library's sockets.

    Its log is silenced: records that pytest keeps hold on to frames, and these to the sockets.
    """
    log = logging.getLogger("kafka")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    yield
    log.setLevel(level)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def broker(litter: None, tmp_path: Path) -> Iterator[Running]:
    """A broker of this test alone: it is killed."""
    running = start_kafka(
        find_kafka(os.environ),
        data=tmp_path / "kafka",
        log=tmp_path / "kafka.log",
        environ=os.environ,
    )
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def world(databases: Databases, broker: Running) -> Iterator[RealWorld]:
    made = RealWorld(databases, broker.address)
    made.create_topic()
    yield made
    made.close()


def step_until_mark(consumer: Consumer, world: RealWorld, mark: int) -> None:
    def there() -> bool:
        consumer.step(0.1)
        return world.mark("review") >= mark

    eventually(there, 60)


def step_until_reachable(consumer: Consumer, *, reachable: bool) -> None:
    def so() -> bool:
        consumer.step(0.1)
        return consumer.health().reachable is reachable

    eventually(so, 60)


def test_row_27_a_broker_that_is_killed_and_started_again(
    world: RealWorld, broker: Running
) -> None:
    effects: list[str] = []

    def handler(received: Received) -> None:
        effects.append(received.event_id)

    group = Group("review", handlers={WANTED: [handler]})
    consumer = world.consumer(group, source=world.source(group, bootstrap_timeout_ms=500))
    world.commit("case/a")
    world.produce(world.records())
    step_until_mark(consumer, world, 1)
    step_until_reachable(consumer, reachable=True)

    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    step_until_reachable(consumer, reachable=False)
    world.commit("case/a")  # nobody can publish it
    step_until_mark(consumer, world, 2)

    shutil.rmtree(broker.data)  # it comes back without anything: topic, group and offsets are gone
    renewed = start_kafka(
        find_kafka(os.environ),
        data=broker.data,
        log=broker.log,
        environ=os.environ,
        port=broker.port,
    )
    try:
        world.create_topic()
        world.commit("case/a")
        world.produce(world.records())
        step_until_reachable(consumer, reachable=True)
        step_until_mark(consumer, world, 3)
        assert effects == ["case/a/1", "case/a/2", "case/a/3"]
        world.close()
    finally:
        renewed.stop()
