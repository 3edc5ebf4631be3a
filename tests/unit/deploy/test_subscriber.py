"""The reader that the how-to gives away keeps the topic's contract."""

import importlib.util
import json
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus import form

FOLDER = Path(__file__).parents[3] / "docs" / "how-to"
PAGE_OF_FEED = 2


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("subscriber", FOLDER / "subscriber.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


subscriber = load()


class Killed(Exception):
    """The process ends in the middle of an effect."""


class World:
    """Lanes of made-up commits, the feed over them, and what the reader did."""

    def __init__(self, lanes: list[list[int]]) -> None:
        self.lanes = [self._lane(lane, counts) for lane, counts in enumerate(lanes)]
        self.known = [0] * len(lanes)  # positions that are in the ledger by now
        self.done: list[tuple[str, int]] = []
        self.kill = False
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE did (stream, version, type)")
        self.reader = subscriber.Reader(self.db, self.feed, self.effect)

    def _lane(self, lane: int, counts: list[int]) -> list[dict[str, Any]]:
        commits, version = [], 0
        for position, count in enumerate(counts, start=1):
            events = [{"version": version + n, "type": "t"} for n in range(1, count + 1)]
            version += count
            body = json.dumps({"stream": f"case/{lane}", "events": events})
            commits.append({"position": position, "hash": "0" * 64, "body": body})
        return commits

    def feed(self, path: str) -> Any:
        if path == "/v1/lanes":
            heads = [{"lane": lane, "head": head} for lane, head in enumerate(self.known)]
            return {"lanes": heads}
        lane, after = int(path.split("/")[3]), int(path.partition("after=")[2])
        upto = min(self.known[lane], after + PAGE_OF_FEED)
        return {"head": self.known[lane], "records": self.lanes[lane][after:upto]}

    def effect(self, db: sqlite3.Connection, event: dict[str, Any]) -> None:
        db.execute(
            "INSERT INTO did VALUES (?, ?, ?)", (event["stream"], event["version"], event["type"])
        )
        if self.kill:
            self.kill = False
            raise Killed

    def deliver(self, lane: int, position: int, index: int) -> None:
        body = json.loads(self.lanes[lane][position - 1]["body"])
        self.known[lane] = max(self.known[lane], position)
        event = {"stream": body["stream"], **body["events"][index - 1]}
        self.reader.take(lane, position, index, len(body["events"]), event)

    def did(self) -> list[tuple[str, int]]:
        return self.db.execute("SELECT stream, version FROM did ORDER BY rowid").fetchall()

    def all(self) -> dict[str, list[int]]:
        return {
            f"case/{lane}": [e["version"] for c in commits for e in json.loads(c["body"])["events"]]
            for lane, commits in enumerate(self.lanes)
        }


LANES = st.lists(st.lists(st.integers(1, 3), max_size=6), min_size=1, max_size=2)


@given(lanes=LANES, data=st.data())
def test_each_event_once_and_in_order_whatever_the_topic_does(
    lanes: list[list[int]], data: st.DataObject
) -> None:
    world = World(lanes)
    places = [
        (lane, position, index)
        for lane, counts in enumerate(lanes)
        for position, count in enumerate(counts, start=1)
        for index in range(1, count + 1)
    ]
    moves = st.one_of(
        st.just("look"), st.just("kill"), *([st.sampled_from(places)] * 4 if places else [])
    )
    for move in data.draw(st.lists(moves, max_size=30)):
        try:
            if move == "look":
                world.reader.look()
            elif move == "kill":
                world.kill = True
            else:
                world.deliver(*move)
        except Killed:
            world.reader = subscriber.Reader(world.db, world.feed, world.effect)
    world.kill = False
    world.known = [len(commits) for commits in world.lanes]
    world.reader.look()
    for stream, versions in world.all().items():
        assert [v for s, v in world.did() if s == stream] == versions


def test_the_page_shows_the_file() -> None:
    page = (FOLDER / "subscribe-to-events.md").read_text("utf-8")
    code = (FOLDER / "subscriber.py").read_text("utf-8")
    shown = page.partition("```python\n")[2].partition("```")[0]
    assert shown in code
    assert "class Reader" in shown


def corpus_records() -> list[dict[str, Any]]:
    stored = form.loads(form.path_of("intake.CaseSubmitted", 1).read_text("utf-8"))
    return [record | {"commit": stored["document"]} for record in stored["records"]]


@pytest.mark.kafka
def test_it_follows_a_real_topic(kafka_servers: str) -> None:
    """Records come from the topic, byte for byte as they were published once."""
    import uuid  # noqa: PLC0415 - this test alone

    from kafka import KafkaConsumer, KafkaProducer  # noqa: PLC0415 - the same
    from kafka.admin import KafkaAdminClient, NewTopic  # noqa: PLC0415 - the same

    topic, records = f"t{uuid.uuid4().hex[:12]}", corpus_records()
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    asked: list[str] = []
    seen: list[dict[str, Any]] = []
    producer = KafkaProducer(bootstrap_servers=kafka_servers, acks="all")

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
        return {"lanes": [{"lane": 0, "head": 0}]}

    def effect(_db: sqlite3.Connection, event: dict[str, Any]) -> None:
        seen.append(event)
        if len(seen) == len(records):
            raise Killed

    consumer = KafkaConsumer(bootstrap_servers=kafka_servers, enable_auto_commit=False)
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
