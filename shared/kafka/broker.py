"""kafka-python as the publisher's broker.

Numbers in comments are those of the pitfalls found in kafka-python 3.0.12.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import InvalidPartitionsError, TopicAlreadyExistsError

from shared.kafka.connecting import answering, constructed, knock
from shared.kafka.options import KafkaOptions, admin_config
from shared.kafka.ports import BrokerAway, TopicRefused
from shared.kafka.producing import KafkaOutput
from shared.kafka.tailing import KafkaTail

KNOCK_S = 1.0
WIDEN_S = 10.0


class KafkaBroker:
    """The topic on a real broker. Made without touching the network."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options

    def reachable(self) -> bool:
        """Whether any of the servers takes a connection; looked at before a client is made."""
        try:
            knock(self._options.servers, KNOCK_S)
        except (OSError, ValueError):
            return False
        return True

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
        with answering(), contextlib.closing(self._admin()) as admin:
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
        self._fits(count)

    def check_topic(self) -> None:
        """Look whether the topic still has one partition for each lane; a topic may be absent.

        Raises:
            TopicRefused: it is there with another number of partitions.
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with answering(), contextlib.closing(self._admin()) as admin:
            count = self._partitions(admin)
        if count is not None:
            self._fits(count)

    def widen_topic(self) -> None:
        """Give the topic the partitions that it lacks, or make it; it never gets fewer.

        Raises:
            TopicRefused: it has more than there are lanes.
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        lanes = self._options.lanes
        with answering(), contextlib.closing(self._admin()) as admin:
            count = self._partitions(admin)
            if count is not None and count < lanes:
                with contextlib.suppress(InvalidPartitionsError):  # it has them, and says so late
                    admin.create_partitions({self._options.topic: lanes})
                deadline = time.monotonic() + WIDEN_S
                while (count := self._partitions(admin)) is not None and count < lanes:
                    if time.monotonic() > deadline:
                        raise BrokerAway(f"The topic {self._options.topic} did not grow in time.")
                    time.sleep(0.1)
        if count is None or count > lanes:
            self.ensure_topic()

    def _fits(self, count: int) -> None:
        lanes = self._options.lanes
        if count == lanes:
            return
        raise TopicRefused(
            f"The topic {self._options.topic} has {count} partitions, not one for each of the "
            f"log's {lanes} lanes: stop everything and run `caseledger relay lanes "
            f"{max(count, lanes)}`, or name another topic."
        )

    def _admin(self) -> Any:
        # A client kept open over a broker's death raises NodeNotReadyError: always a new one.
        return constructed(KafkaAdminClient, admin_config(self._options))

    def _partitions(self, admin: Any) -> int | None:
        for topic in admin.describe_topics([self._options.topic]):
            if topic["name"] == self._options.topic and not topic["error_code"]:
                return len(topic["partitions"])
        return None

    def producer(self) -> KafkaOutput:
        """A new producer.

        Raises:
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with answering():
            return KafkaOutput(self._options)

    @contextlib.contextmanager
    def tail(self) -> Iterator[KafkaTail]:
        """A reader of the partitions' ends, closed afterwards.

        Raises:
            BrokerAway: Kafka does not answer.
        """
        self._reach()
        with answering():
            tail = KafkaTail(self._options)
            try:
                yield tail
            finally:
                tail.close()
