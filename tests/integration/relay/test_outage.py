"""A real broker that is away for longer than the delivery time-out (pitfall 19a)."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.servers import Running, find_kafka, start_kafka
from shared.config import Databases
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import KafkaOptions
from tests.integration.relay.test_sequencer import World, running
from tests.support.relay_world import ensure_log_indexes
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mongo, pytest.mark.real_kafka, pytest.mark.timeout(240)]
DELIVERY_MS = 3_000


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Running]:
    made = start_kafka(
        find_kafka(os.environ),
        data=tmp_path / "kafka",
        log=tmp_path / "kafka.log",
        environ=os.environ,
    )
    try:
        yield made
    finally:
        made.kill()
        shutil.rmtree(tmp_path / "kafka", ignore_errors=True)


# kafka-python leaves sockets to the garbage collector when a broker dies under it
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_after_an_outage_longer_than_the_delivery_time_out_it_goes_on_by_itself(
    databases: Databases, tmp_path: Path, kafka: Running
) -> None:
    ensure_log_indexes(databases.log)
    world = World(databases, tmp_path / "secrets", kafka.address)
    options = KafkaOptions(
        servers=(kafka.address,),
        topic=world.settings.topic,
        lanes=4,
        delivery_timeout_ms=DELIVERY_MS,
        request_timeout_ms=1_000,
        read_timeout_ms=1_000,
        max_block_ms=1_000,
    )
    sequencer = world.sequencer(broker=KafkaBroker(options))
    with running(sequencer):
        done = world.commits()
        eventually(lambda: world.published() == done, 40)
        kafka.pause()
        done += world.commits()
        eventually(lambda: sequencer._outlet.generation > 0, 60)
        eventually(lambda: sum(world.ledger.head(n) for n in range(4)) == done, 40)
        assert world.published() < done
        kafka.resume()
        eventually(lambda: world.published() == done, 60)
        done += world.commits()
        eventually(lambda: world.published() == done, 60)
        assert world.proved()
