"""Reading partitions back by offset, outside of any group."""

import time

from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from shared.kafka.connecting import constructed, let_go
from shared.kafka.headers import from_kafka
from shared.kafka.options import KafkaOptions, tail_config
from shared.kafka.ports import BrokerAway
from shared.kafka.record import Foreign, Record


class KafkaTail:
    """Reads partitions by offset."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._consumer = constructed(KafkaConsumer, tail_config(options))

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
        let_go(self._consumer, 1_000)
