"""A producer of kafka-python as our publisher uses it."""

import contextlib
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.kafka.connecting import constructed, sentence
from shared.kafka.headers import to_kafka
from shared.kafka.options import KafkaOptions, producer_config
from shared.kafka.ports import BrokerAway, Delivery
from shared.kafka.record import Record


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
            raise BrokerAway(sentence(error)) from error
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
