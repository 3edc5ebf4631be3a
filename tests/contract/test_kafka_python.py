"""What we use of kafka-python without its leave: it must be there, and in the version pinned.

`shared/kafka` reaches for five things that the library does not promise. Each is named here, so
that an upgrade which takes one away fails with its name instead of in an outage.
"""

import inspect
import re
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import kafka
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from shared.kafka import network
from shared.kafka.broker import KafkaBroker
from shared.kafka.connecting import constructed, let_go
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


class Loop:
    """An event loop that never goes on: what waits on it waits for ever."""

    def wait_write(self, _sock: object, timeout_at: float | None = None) -> "Loop":
        assert timeout_at is None
        return self

    def __await__(self) -> Generator["Loop", None, None]:
        yield self


def test_a_socket_that_was_connecting_when_its_client_ended_is_closed() -> None:
    """kafka-python leaves it to the collector; ours is asked for by the scheme of `proxy_url`."""
    factory = KafkaNetSocket("noted://")
    assert isinstance(factory, network.NotedSocket)
    loop = Loop()
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listening:
        (address,) = factory.dns_lookup(*listening.getsockname())
        connecting: Any = factory.connect(loop, address)
        assert connecting.send(None) is loop
        (opened,) = network._opened[loop]
        assert opened.fileno() >= 0
        connecting.close()
    assert opened.fileno() == -1


def connected(server: str) -> tuple[Any, list[socket.socket]]:
    """A consumer that asked the broker something, and its open sockets."""
    client = constructed(KafkaConsumer, member_config(options(server)))
    client.topics()
    opened = [one for one in network._opened[client._client._net] if one.fileno() >= 0]
    assert opened
    return client, opened


@pytest.mark.kafka
def test_the_network_is_closed_where_the_group_could_not_be_left(kafka_servers: str) -> None:
    """`close` of kafka-python raises then before it comes to its network."""
    client, opened = connected(kafka_servers)

    def refuses(**_: object) -> None:
        raise KafkaError("no answer")

    leave, client._coordinator.close = client._coordinator.close, refuses
    with pytest.raises(KafkaError, match="no answer"):
        let_go(client, 1000)
    assert [one for one in opened if one.fileno() >= 0] == []
    client._coordinator.close = leave


@pytest.mark.kafka
def test_what_waited_to_be_sent_does_not_keep_its_socket_open(kafka_servers: str) -> None:
    """A transport of kafka-python closes when its buffer is empty: in a loop that ended, never."""
    client, opened = connected(kafka_servers)
    for one in client._client._manager._conns.values():
        one.transport._write_buffer.append(b"never sent")
    let_go(client, 1000)
    assert [one for one in opened if one.fileno() >= 0] == []
