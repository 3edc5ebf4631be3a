"""What we use of kafka-python without its leave: it must be there, and in the version pinned.

`shared/kafka` reaches for three things that the library does not promise. Each is named here, so
that an upgrade which takes one away fails with its name instead of in an outage.
"""

import inspect
import re
from pathlib import Path

import kafka
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.net.compat import KafkaNetClient

from shared.kafka.broker import KafkaBroker
from shared.kafka.connecting import constructed
from shared.kafka.options import KafkaOptions, member_config

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


def options(server: str) -> KafkaOptions:
    return KafkaOptions(servers=(server,), topic="t", lanes=1, group="g", client_id="c")


def test_the_library_is_pinned_exactly_and_is_the_one_that_runs() -> None:
    (pinned,) = re.findall(
        r"^kafka-python\S*?==(\S+)$", (REQUIREMENTS / "runtime.in").read_text(), re.MULTILINE
    )
    for lock in ("runtime.txt", "embedded.txt", "dev.txt"):
        assert f"\nkafka-python=={pinned} " in (REQUIREMENTS / lock).read_text(), lock
    assert kafka.__version__ == pinned


@pytest.mark.parametrize("client", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_a_client_takes_the_network_client_that_we_can_end(client: type) -> None:
    """`constructed` ends what a failing constructor had begun."""
    assert "kafka_client" in client.DEFAULT_CONFIG  # type: ignore[attr-defined] # it has no types
    assert callable(KafkaNetClient.close)


@pytest.mark.kafka
def test_a_producer_has_a_sender_that_can_be_ended_at_once(kafka_servers: str) -> None:
    """`KafkaOutput.abandon` ends it; `close(0)` would leave its thread sending."""
    output = KafkaBroker(options(kafka_servers)).producer()
    try:
        sender = output._producer._sender
        assert not inspect.signature(sender.force_close).parameters
        assert sender.is_alive()
    finally:
        output.abandon()
    assert not sender.is_alive()


@pytest.mark.kafka
def test_a_consumer_has_a_coordinator_that_says_whether_it_is_there(kafka_servers: str) -> None:
    """`KafkaSource` asks it after each poll; no public method says so."""
    client = constructed(KafkaConsumer, member_config(options(kafka_servers)))
    try:
        coordinator = client._coordinator
        for name in ("coordinator_unknown", "need_rejoin", "request_rejoin"):
            assert not inspect.signature(getattr(coordinator, name)).parameters, name
        assert coordinator.coordinator_unknown() is True
    finally:
        client.close(autocommit=False, timeout_ms=1000)
