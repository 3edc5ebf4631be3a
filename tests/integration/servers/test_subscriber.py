"""The reader that the how-to gives away follows a real topic."""

import json
import sqlite3
import uuid
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from shared.kafka.network import Network
from tests.corpus import form
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
