"""The reader that the how-to gives away follows a real topic."""

import json
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from shared.config import Databases
from shared.kafka.network import Network
from shared.messaging.consumer.received import Received, decode
from tests.corpus import form
from tests.support.path_world import LANES, Path4
from tests.support.subscriber import load

subscriber = load()


class Killed(Exception):
    """The process ends in the middle of an effect."""


def corpus_records() -> list[dict[str, Any]]:
    stored = form.loads(form.path_of("intake.CaseSubmitted", 1).read_text("utf-8"))
    return [record | {"commit": stored["document"]} for record in stored["records"]]


@pytest.mark.kafka
def test_it_follows_a_real_topic(kafka_servers: str) -> None:
    """Records come from the topic, byte for byte as they were published once."""
    topic, records = f"t{uuid.uuid4().hex[:12]}", corpus_records()
    admin = KafkaAdminClient(kafka_client=Network, bootstrap_servers=kafka_servers)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    asked: list[str] = []
    seen: list[dict[str, Any]] = []
    producer = KafkaProducer(kafka_client=Network, bootstrap_servers=kafka_servers, acks="all")

    def feed(path: str) -> Any:
        asked.append(path)
        if len(asked) == 2:  # it looked again after it took its places: now something happens
            for record in records:
                headers = [
                    (
                        name,
                        text.replace("7", "1").encode() if name == "ce_position" else text.encode(),
                    )
                    for name, text in record["headers"]
                ]
                producer.send(topic, record["value"].encode(), record["key"].encode(), headers, 0)
            producer.flush()
        if path == "/v1/lanes":
            return {"lanes": [{"lane": 0, "head": 0}]}
        commit = records[0]["commit"]  # a record came, and the reader asks what it is
        entry = {"position": 1, "hash": commit["hash"].hex(), "body": commit["body"].decode()}
        return {"lane": 0, "head": 1, "records": [entry]}

    def effect(_db: sqlite3.Connection, event: dict[str, Any]) -> None:
        seen.append(event)
        if len(seen) == len(records):
            raise Killed

    consumer = KafkaConsumer(
        kafka_client=Network, bootstrap_servers=kafka_servers, enable_auto_commit=False
    )
    try:
        with pytest.raises(Killed):
            subscriber.follow(
                subscriber.Reader(sqlite3.connect(":memory:"), feed, effect), consumer, topic
            )
    finally:
        consumer.close()
        producer.close()
        admin.delete_topics([topic])
        admin.close()
    assert seen == [json.loads(record["value"]) for record in records]


@pytest.mark.mongo
def test_it_reads_all_of_a_real_feed_page_by_page(databases: Databases, tmp_path: Path) -> None:
    """Holes, hashes and heads of the feed as it is answered are what the reader expects."""
    path = Path4(databases, tmp_path)
    cases = [path.submitted() for _ in range(6)]
    client, seen = path.client("notify"), list[dict[str, Any]]()

    def feed(address: str) -> Any:
        more = "&limit=3" if "?" in address else ""
        answer = client.get(address + more, user="service")
        assert answer.status_code == 200, answer.json
        return answer.json

    db = sqlite3.connect(":memory:")
    reader = subscriber.Reader(db, feed, lambda _db, event: seen.append(event))
    assert reader.look() == list(range(LANES))
    reader.look()  # again: nothing twice
    stored = [
        (record.stream, record.event.version, record.event.type)
        for lane in range(LANES)
        for record in _received(path, lane)
    ]
    assert [(one["stream"], one["version"], one["type"]) for one in seen] == stored
    assert {f"case/{case}" for case in cases} <= {one["stream"] for one in seen}
    db.close()


def _received(path: Path4, lane: int) -> list[Received]:
    return [
        decode(r.value, lane=lane, position=r.position, index=r.index, count=r.count)
        for r in path.ledger.records(lane, 0, 1000)
    ]
