"""kafka-python as our broker.

Numbers in comments are those of the pitfalls found in kafka-python 3.0.12.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient
from kafka.structs import TopicPartition

from shared.relay.ledger.record import Foreign, Record, from_kafka, to_kafka
from shared.relay.publish.broker import BrokerAway, Delivery, TopicRefused
from shared.relay.publish.kafka_options import (
    KafkaOptions,
    consumer_config,
    options_of,
    producer_config,
)

__all__ = [
    "KafkaBroker",
    "KafkaOptions",
    "KafkaOutput",
    "KafkaTail",
    "constructed",
    "consumer_config",
    "options_of",
    "producer_config",
]
T = TypeVar("T")


def constructed(make: Callable[..., T], config: dict[str, Any]) -> T:
    """Make a client of kafka-python; when its constructor fails, end what it had begun.

    Without a broker the constructors of admin client and consumer raise, and leave a thread and
    four file descriptors each: over a long outage that would end the process (seen with 3.0.12).
    """
    begun: list[Any] = []

    def noted(**options: Any) -> Any:
        begun.append(KafkaNetClient(**options))
        return begun[-1]

    try:
        return make(**config, kafka_client=noted)
    except BaseException:
        for client in begun:
            client.close()
        raise


class KafkaBroker:
    """The topic on a real broker. Made without touching the network."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options

    def reachable(self) -> bool:
        """Whether any of the servers takes a connection: proof of nothing, but cheap.

        Looked at before a client is made: kafka-python leaves sockets that were refused to the
        garbage collector.
        """
        for server in self._options.servers:
            host, _, port = server.rpartition(":")
            with contextlib.suppress(OSError, ValueError):
                socket.create_connection((host, int(port)), timeout=1.0).close()
                return True
        return False

    def _reach(self) -> None:
        if not self.reachable():
            raise BrokerAway(f"No connection to {', '.join(self._options.servers)}.")

    def ensure_topic(self) -> None:
        """Make the topic with its fixed partitions; a lane is one of them (16).

        Raises:
            TopicRefused: it is there with another number of partitions.
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with _answering(), contextlib.closing(self._admin()) as admin:
            count = self._partitions(admin)
            if count is None:
                with contextlib.suppress(TopicAlreadyExistsError):
                    admin.create_topics(
                        {
                            self._options.topic: {
                                "num_partitions": self._options.lanes,
                                "replication_factor": self._options.replication,
                                "configs": {"cleanup.policy": "delete"},
                            }
                        },
                        wait_for_metadata=True,
                    )
                count = self._partitions(admin)
        if count is None:
            raise BrokerAway(f"The topic {self._options.topic} is not there yet.")
        if count != self._options.lanes:
            raise TopicRefused(
                f"The topic {self._options.topic} has {count} partitions, not one for each of "
                f"{self._options.lanes} lanes: name another topic, or set the lanes to {count}."
            )

    def _admin(self) -> Any:
        # A client kept open over a broker's death raises NodeNotReadyError: always a new one.
        config = {
            "bootstrap_servers": list(self._options.servers),
            "request_timeout_ms": self._options.request_timeout_ms,
            "bootstrap_timeout_ms": self._options.bootstrap_timeout_ms,
            "reconnect_backoff_max_ms": 1_000,
        }
        return constructed(KafkaAdminClient, config)

    def _partitions(self, admin: Any) -> int | None:
        for topic in admin.describe_topics([self._options.topic]):
            if topic["name"] == self._options.topic and not topic["error_code"]:
                return len(topic["partitions"])
        return None

    def producer(self) -> "KafkaOutput":
        """A new producer.

        Raises:
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with _answering():
            return KafkaOutput(self._options)

    @contextlib.contextmanager
    def tail(self) -> Iterator["KafkaTail"]:
        """A reader of the partitions' ends, closed afterwards.

        Raises:
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with _answering():
            tail = KafkaTail(self._options)
            try:
                yield tail
            finally:
                tail.close()


class KafkaOutput:
    """A producer that names the partition and the key of every record (15)."""

    def __init__(self, options: KafkaOptions) -> None:
        self._topic = options.topic
        self._producer = constructed(KafkaProducer, producer_config(options))

    @property
    def config(self) -> dict[str, Any]:
        """What kafka-python works with, after its own defaults and corrections."""
        config: dict[str, Any] = self._producer.config
        return config

    def send(self, record: Record) -> Delivery:
        """Queue a record.

        Raises:
            BrokerAway: the topic's metadata did not come in time.
        """
        key, value, headers = to_kafka(record)
        try:
            delivery: Delivery = self._producer.send(
                self._topic, value, key=key, headers=headers, partition=record.lane
            )
        except (KafkaError, AssertionError) as error:  # an assert is its answer to no partition
            raise BrokerAway(_sentence(error)) from error
        return delivery

    def close(self, timeout_s: float) -> None:
        """Wait a bounded time for what is under way (7), then end the producer's thread."""
        try:
            self._producer.close(timeout=timeout_s)
        except KafkaError:
            self.abandon()

    def abandon(self) -> None:
        """End without waiting. `close(0)` would flush first, fail, and leave its thread sending."""
        self._producer._sender.force_close()  # noqa: SLF001 - there is no public way (19a)
        self._producer._sender.join(1.0)  # noqa: SLF001 - the same
        with contextlib.suppress(KafkaError):
            self._producer.close(timeout=0)


class KafkaTail:
    """Reads partitions by offset."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._consumer = constructed(KafkaConsumer, consumer_config(options))

    def bounds(self, lane: int) -> tuple[int, int]:
        """The first offset there is, and that of the next record."""
        part = TopicPartition(self._options.topic, lane)
        timeout_ms = self._options.read_timeout_ms
        begin: int = self._consumer.beginning_offsets([part], timeout_ms=timeout_ms)[part]
        end: int = self._consumer.end_offsets([part], timeout_ms=timeout_ms)[part]
        return begin, end

    def read(self, lane: int, start: int, end: int) -> list[Record | Foreign]:
        """What is at the offsets from `start` to before `end`.

        Raises:
            BrokerAway: it did not come in time.
        """
        part = TopicPartition(self._options.topic, lane)
        self._consumer.assign([part])
        self._consumer.seek(part, start)
        deadline = time.monotonic() + self._options.read_timeout_ms / 1000
        found: list[Record | Foreign] = []
        while self._consumer.position(part, timeout_ms=self._options.read_timeout_ms) < end:
            messages = self._consumer.poll(timeout_ms=200).get(part, [])
            found.extend(from_kafka(m) for m in messages if m.offset < end)
            if messages:
                deadline = time.monotonic() + self._options.read_timeout_ms / 1000
            elif time.monotonic() > deadline:
                raise BrokerAway(f"The end of partition {lane} could not be read.")
        return found

    def close(self) -> None:
        """Leave; a reader without a group owes nobody anything."""
        self._consumer.close(autocommit=False, timeout_ms=1_000)


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Kafka's many errors are one to us: it does not answer now."""
    try:
        yield
    except KafkaError as error:
        raise BrokerAway(_sentence(error)) from error
    except OSError as error:
        raise BrokerAway(_sentence(error)) from error


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
