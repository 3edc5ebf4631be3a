"""A real log, ledger and topic around a consumer, filled by hand: no sequencer in between."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from prometheus_client import CollectorRegistry

from shared.config import Databases, Settings
from shared.eventlog.codec import decode_commit
from shared.kafka.consuming import KafkaSource
from shared.kafka.headers import to_kafka
from shared.kafka.network import Network
from shared.kafka.record import Record, records_of
from shared.messaging import Consumer, ConsumerMetrics, Group, Pace
from shared.messaging.worker.assembly import consumer_of, kafka_source
from shared.relay.ledger.ledger import Ledger, Row
from tests.support.relay_world import (
    append,
    commit_document,
    ensure_log_indexes,
    intake_door,
)
from tests.support.waiting import eventually

WANTED, UNWANTED = "intake.MaterialAttached", "intake.FeeAssessed"


class RealWorld:
    """Commits go to the log and the ledger; what goes to the topic, the test says."""

    def __init__(self, databases: Databases, kafka_servers: str, *, lanes: int = 1) -> None:
        self.databases = databases
        self.servers = kafka_servers
        self.topic = f"test-{uuid.uuid4().hex[:12]}"
        self.lanes = lanes
        self.ledger = Ledger(databases.log, intake_door())
        self.ledger.ensure_indexes()
        ensure_log_indexes(databases.log)
        self.registry = CollectorRegistry()
        self.families = ConsumerMetrics(self.registry)
        self.settings = Settings.from_env(
            {
                "CASELEDGER_KAFKA_SERVERS": kafka_servers,
                "CASELEDGER_TOPIC": self.topic,
                "CASELEDGER_LANES": str(lanes),
                "CASELEDGER_DATABASE_PREFIX": databases.log.name,
            }
        )
        self._versions: dict[str, int] = {}
        self._hashes: dict[str, bytes] = {}
        self._open: list[Any] = []

    # ---- the log

    def commit(
        self, stream: str, *, lane: int = 0, count: int = 1, types: Sequence[str] = (WANTED,)
    ) -> Row:
        """One commit in the log and the ledger."""
        (row,) = self.commits([stream], lane=lane, count=count, types=types)
        return row

    def commits(
        self,
        streams: Sequence[str],
        *,
        lane: int = 0,
        count: int = 1,
        types: Sequence[str] = (WANTED,),
    ) -> list[Row]:
        """A run of commits, in order."""
        documents, rows = [], []
        position = self.ledger.head(lane)
        for stream in streams:
            first = self._versions.get(stream, 0) + 1
            after = self._hashes.get(stream)
            document = commit_document(
                stream, first, lane=lane, count=count, types=types, after=after
            )
            self._hashes[stream] = bytes(document["hash"])
            self._versions[stream] = first + count - 1
            position += 1
            commit = decode_commit(document)
            rows.append(
                Row(
                    lane,
                    position,
                    stream,
                    first,
                    first + count - 1,
                    commit.leaf,
                    tuple(r.digest for r in records_of(commit, lane=lane, position=position)),
                    datetime.now(UTC),
                )
            )
            documents.append(document)
        append(self.databases.log, *documents)
        self.ledger.insert(rows)
        self.ledger.raise_head(lane, position)
        return rows

    def records(self, lane: int = 0) -> list[Record]:
        return self.ledger.records(lane, 0, self.ledger.head(lane))

    # ---- the topic

    def create_topic(self) -> None:
        admin = KafkaAdminClient(kafka_client=Network, bootstrap_servers=self.servers)
        try:
            admin.create_topics(
                [NewTopic(self.topic, num_partitions=self.lanes, replication_factor=1)]
            )
        finally:
            admin.close()

    def delete_topic(self) -> None:
        admin = KafkaAdminClient(kafka_client=Network, bootstrap_servers=self.servers)
        try:
            admin.delete_topics([self.topic])
            eventually(lambda: self.topic not in admin.list_topics(), 10)
        finally:
            admin.close()

    def produce(self, records: Sequence[Record]) -> None:
        """Records as the publisher makes them."""
        self.produce_raw([(r.lane, *to_kafka(r)) for r in records])

    def produce_raw(
        self,
        messages: Sequence[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes]]]],
    ) -> None:
        """Anything at all: (partition, key, value, headers)."""
        producer = KafkaProducer(
            kafka_client=Network,
            bootstrap_servers=self.servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
        )
        try:
            futures = [
                producer.send(self.topic, key=key, value=value, headers=headers, partition=lane)
                for lane, key, value, headers in messages
            ]
            producer.flush(timeout=20)
            assert all(future.succeeded() for future in futures)
        finally:
            producer.close(timeout=5)

    # ---- processes

    def source(self, group: Group, **changes: Any) -> KafkaSource:
        source = kafka_source(group.name, self.settings, **changes)
        self._open.append(source)
        return source

    def consumer(
        self,
        group: Group,
        *,
        source: KafkaSource | None = None,
        pace: Pace | None = None,
    ) -> Consumer:
        """A process of the group; a silent topic is told from a lost one after half a second."""
        return consumer_of(
            group,
            source or self.source(group),
            settings=self.settings,
            databases=self.databases,
            door=intake_door(),
            families=self.families,
            pace=pace or Pace(compare_after_s=0.5, commit_every_s=0.0),
        )

    def close(self) -> None:
        for source in self._open:
            source.close(2.0)

    def mark(self, group: str, lane: int = 0) -> int:
        found = self.databases.work["marks"].find_one({"_id": f"{group}|{lane}"})
        return 0 if found is None else int(found["position"])

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"caseledger_consumer_{name}", labels) or 0.0
