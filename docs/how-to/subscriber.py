"""A reader of caseledger's topic that misses nothing and does nothing twice.

One file, to be taken away: Python 3.11 and kafka-python. Put your own effect into `apply`.
"""
# ruff: noqa: INP001, T201 - an example to copy, and printing is its effect

import json
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from kafka import KafkaConsumer, TopicPartition

LOOK_S = 60.0  # how often the feed's heads are asked for
Feed = Callable[[str], Any]  # a path below the notify service, such as /v1/lanes -> its JSON


def apply(db: sqlite3.Connection, event: dict[str, Any]) -> None:
    """Your effect, in the transaction of the mark: here, where each case stands."""
    db.execute(
        "INSERT INTO last_event VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE"
        " SET version = excluded.version, type = excluded.type",
        (event["stream"], event["version"], event["type"]),
    )


class Reader:
    """Handles each event once and in order, whatever the topic drops, repeats or forgets."""

    def __init__(
        self,
        db: sqlite3.Connection,
        feed: Feed,
        effect: Callable[[sqlite3.Connection, dict[str, Any]], None] = apply,
    ) -> None:
        self.db, self.feed, self.effect = db, feed, effect
        db.execute("CREATE TABLE IF NOT EXISTS mark (lane INTEGER PRIMARY KEY, position, done)")
        db.execute("CREATE TABLE IF NOT EXISTS last_event (stream PRIMARY KEY, version, type)")

    def mark(self, lane: int) -> tuple[int, int]:
        """The last position of which everything is handled, and how much of the next one is."""
        row = self.db.execute("SELECT position, done FROM mark WHERE lane = ?", (lane,)).fetchone()
        return row or (0, 0)

    def take(self, lane: int, position: int, index: int, count: int, event: dict[str, Any]) -> None:
        """A record came: handle it if it is next; drop it if it is known; else read the feed."""
        at, done = self.mark(lane)
        if (position, index) <= (at, sys.maxsize) or (position, index) <= (at + 1, done):
            return
        if (position, index) == (at + 1, done + 1):
            self._handle(lane, position, index, count, event)
        else:
            self.catch_up(lane)

    def catch_up(self, lane: int) -> None:
        """Handle everything that the feed has above the mark."""
        while True:
            at, _ = self.mark(lane)
            piece = self.feed(f"/v1/lanes/{lane}/records?after={at}")
            for commit in piece["records"]:
                body = json.loads(commit["body"])
                for index, event in enumerate(body["events"], start=1):
                    whole = {**body, **event, "hash": commit["hash"]}
                    if index > self.mark(lane)[1]:
                        self._handle(lane, commit["position"], index, len(body["events"]), whole)
            if not piece["records"] or self.mark(lane)[0] >= piece["head"]:
                return

    def look(self) -> list[int]:
        """Once a minute: read what the topic did not bring; returns all lanes there are."""
        heads = {one["lane"]: one["head"] for one in self.feed("/v1/lanes")["lanes"]}
        for lane, head in heads.items():
            if head > self.mark(lane)[0]:
                self.catch_up(lane)
        return sorted(heads)

    def _handle(
        self, lane: int, position: int, index: int, count: int, event: dict[str, Any]
    ) -> None:
        """The effect and the mark, both or neither."""
        mark = (position, 0) if index == count else (position - 1, index)
        with self.db:
            self.effect(self.db, event)
            self.db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", (lane, *mark))


def http_feed(address: str, token: str) -> Feed:
    """The feed of the notify service at `address`."""

    def ask(path: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            address + path, headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return json.load(answer)

    return ask


def follow(reader: Reader, consumer: KafkaConsumer, topic: str) -> None:
    """Read for ever. Offsets are not kept: the marks are, and duplicates cost nothing."""
    lanes: list[int] = []
    looked = 0.0
    while True:
        if not lanes or time.monotonic() - looked >= LOOK_S:
            looked, found = time.monotonic(), reader.look()
            if found != lanes:
                lanes = found
                partitions = [TopicPartition(topic, lane) for lane in lanes]
                consumer.assign(partitions)
                consumer.seek_to_end()
                for partition in partitions:  # now it is fixed where the topic is read from
                    consumer.position(partition)
                reader.look()  # and what is before that comes from the feed
        for records in consumer.poll(timeout_ms=1000).values():
            for record in records:
                attributes = {name: value.decode() for name, value in record.headers}
                reader.take(
                    int(attributes["ce_lane"]),
                    int(attributes["ce_position"]),
                    int(attributes["ce_index"]),
                    int(attributes["ce_count"]),
                    json.loads(record.value),
                )


if __name__ == "__main__":
    kafka, notify, token = sys.argv[1:4]
    print(f"following caseledger.events on {kafka}")
    follow(
        Reader(sqlite3.connect("subscriber.db"), http_feed(notify, token)),
        KafkaConsumer(bootstrap_servers=kafka.split(","), enable_auto_commit=False),
        "caseledger.events",
    )
