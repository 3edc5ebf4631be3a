"""kafka-python as our broker: every option that a promise rests on is written here.

Numbers in comments are those of the pitfalls found in kafka-python 3.0.12.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient
from kafka.structs import TopicPartition

from shared.config import Settings
from shared.relay.broker import BrokerAway, Delivery, TopicRefused
from shared.relay.record import Foreign, Record, from_kafka, to_kafka

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class KafkaOptions:
    """Where Kafka is and how patient we are; times in milliseconds.

    `delivery_timeout_ms` is longer than any outage that the producer should survive in place; a
    longer one costs a new producer and some duplicates, nothing else.
    """

    servers: tuple[str, ...]
    topic: str
    lanes: int
    replication: int = 1
    delivery_timeout_ms: int = 120_000
    request_timeout_ms: int = 10_000
    bootstrap_timeout_ms: int = 3_000
    max_block_ms: int = 3_000
    read_timeout_ms: int = 5_000


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


def options_of(settings: Settings) -> KafkaOptions:
    """The options that an installation sets."""
    return KafkaOptions(
        servers=settings.kafka_servers,
        topic=settings.topic,
        lanes=settings.lanes,
        replication=settings.replication,
        delivery_timeout_ms=settings.kafka_delivery_ms,
        request_timeout_ms=min(10_000, settings.kafka_delivery_ms // 2),
    )


def producer_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of the producer; a test pins what kafka-python makes of them."""
    return {
        "bootstrap_servers": list(options.servers),
        "enable_idempotence": True,  # 3: explicit, else a conflict turns it off with a warning
        "acks": "all",
        "max_in_flight_requests_per_connection": 5,
        "delivery_timeout_ms": options.delivery_timeout_ms,  # 8, 19a
        "request_timeout_ms": options.request_timeout_ms,
        "max_block_ms": options.max_block_ms,  # 5
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,  # 4
        "allow_auto_create_topics": False,  # 17
        "linger_ms": 5,
        "batch_size": 128 * 1024,
        "compression_type": None,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1_000,  # 19: the default sleeps 30 s after the broker is back
        "retry_backoff_ms": 100,
        "metadata_max_age_ms": 30_000,  # a topic made anew shows up
        "metrics_enabled": False,
    }


def consumer_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of the reader of a partition's end: no group, no commits."""
    return {
        "bootstrap_servers": list(options.servers),
        "group_id": None,
        "enable_auto_commit": False,  # 9
        "auto_offset_reset": "earliest",  # 12
        "allow_auto_create_topics": False,  # 17
        "isolation_level": "read_uncommitted",
        "request_timeout_ms": options.request_timeout_ms,
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,
        "reconnect_backoff_max_ms": 1_000,
        "fetch_max_wait_ms": 100,
        "max_poll_records": 1_000,
        "max_partition_fetch_bytes": 4 * 1024 * 1024,
    }


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
