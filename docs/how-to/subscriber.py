"""A reader of caseledger's topic that misses nothing, does nothing twice and believes no stranger.

One file, to be taken away: Python 3.11 and kafka-python. Put your own effect into `apply`.
"""
# ruff: noqa: INP001, T201 - an example to copy, and printing is its effect

import hashlib
import http.client
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

LOOK_S = 60.0  # how often the feed's heads are asked for
RETRY_S = 5.0  # how soon the feed is asked again when it gave nothing to go on with
# What an event has of its commit, in the feed as on the topic.
COMMON = ("actor", "authority", "causation", "correlation", "recorded_at", "stream", "traceparent")
Feed = Callable[[str], Any]  # a path below the notify service, such as /v1/lanes -> its JSON


class FeedFault(Exception):
    """The feed gave nothing that may be handled, for the reason said. The mark stays; ask later."""


def apply(db: sqlite3.Connection, event: dict[str, Any]) -> None:
    """Your effect, in the transaction of the mark: here, where each case stands."""
    db.execute(
        "INSERT INTO last_event VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE"
        " SET version = excluded.version, type = excluded.type",
        (event["stream"], event["version"], event["type"]),
    )


class Reader:
    """Handles each event once and in order, whatever the topic drops, repeats, forgets or forges.

    Whoever may write to the topic can write a record, and you have no key to tell theirs from ours.
    So a record is a reason to ask the feed, and nothing more: only the feed moves the mark.
    """

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

    def take(self, lane: int, positions: Iterable[int | None]) -> None:
        """Records came: drop those whose position is known; for others ask the feed, once."""
        at, _ = self.mark(lane)
        if any(position is None or position > at for position in positions):
            self.catch_up(lane)

    def catch_up(self, lane: int) -> None:
        """Handle everything that the feed has above the mark."""
        while True:
            at, _ = self.mark(lane)
            piece = self.feed(f"/v1/lanes/{lane}/records?after={at}")
            if piece["lane"] != lane:
                raise FeedFault(f"The feed gave lane {piece['lane']} for lane {lane}.")
            if piece["head"] < at:
                raise FeedFault(
                    f"Lane {lane} was handled up to {at}, and the feed ends before that."
                )
            for position, commit in enumerate(piece["records"], start=at + 1):
                self._commit(lane, position, commit)
            if not piece["records"] or self.mark(lane)[0] >= piece["head"]:
                return

    def look(self) -> list[int]:
        """Once a minute: read what the topic did not bring; returns all lanes there are."""
        heads = {one["lane"]: one["head"] for one in self.feed("/v1/lanes")["lanes"]}
        faults = []
        for lane, head in heads.items():
            try:
                if head != self.mark(lane)[0]:
                    self.catch_up(lane)
            except FeedFault as fault:  # the other lanes go on
                faults.append(fault)
        if faults:
            raise faults[0]
        return sorted(heads)

    def _commit(self, lane: int, position: int, commit: dict[str, Any]) -> None:
        """Handle what is not handled yet of the commit that must be at this position."""
        if commit["position"] != position:
            raise FeedFault(f"Lane {lane} has a hole at {position}.")
        if hashlib.sha256(commit["body"].encode()).hexdigest() != commit["hash"]:
            raise FeedFault(f"Lane {lane} position {position} is not what its hash says.")
        body = json.loads(commit["body"])
        common = {name: body[name] for name in COMMON if name in body}
        events = body["events"]
        for index, event in enumerate(events, start=1):
            if index > self.mark(lane)[1]:
                mark = (position, 0) if index == len(events) else (position - 1, index)
                self._handle(lane, mark, {**common, **event, "hash": commit["hash"]})

    def _handle(self, lane: int, mark: tuple[int, int], event: dict[str, Any]) -> None:
        """The effect and the mark, both or neither."""
        with self.db:
            self.effect(self.db, event)
            self.db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", (lane, *mark))


def http_feed(address: str, token: str) -> Feed:
    """The feed of the notify service at `address`.

    `token` is a token, or `@FILE`: then the file is read for each question, and who keeps a fresh
    token in it renews it. A refused token is said; one that no file renews ends the reader.
    """

    def ask(path: str) -> Any:
        word = Path(token[1:]).read_text("ascii").strip() if token.startswith("@") else token
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            address + path, headers={"Authorization": f"Bearer {word}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def asked(path: str) -> Any:
        try:
            return ask(path)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code not in {401, 403}:
                raise FeedFault(f"The feed answered {error.code}.") from None
            said = f"The feed refused the token ({error.code}): it is over, or of another role."
            if token.startswith("@"):
                raise FeedFault(f"{said} Put a fresh one into {token[1:]}.") from None
            sys.exit(f"{said} Start again with a fresh one, or with @FILE.")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise FeedFault(f"The feed does not answer ({type(error).__name__}).") from None

    return asked


def follow(
    reader: Reader, consumer: KafkaConsumer, topic: str, say: Callable[[str], object] = print
) -> None:
    """Read for ever. Offsets are not kept: the marks are, and duplicates cost nothing."""
    lanes: list[int] = []
    due, said = 0.0, ""
    while True:
        try:
            if time.monotonic() >= due:
                lanes, said = looked(reader, consumer, topic, lanes), ""
                due = time.monotonic() + LOOK_S
            for partition, records in (consumer.poll(timeout_ms=1000) if lanes else {}).items():
                positions = [position_of(record.headers) for record in records]
                reader.take(partition.partition, positions)
        except FeedFault as fault:
            due = time.monotonic() + RETRY_S  # then everything is looked at, this lane too
            if str(fault) != said:
                said = str(fault)
                say(said)
            if not lanes:
                time.sleep(RETRY_S)


def looked(reader: Reader, consumer: KafkaConsumer, topic: str, lanes: list[int]) -> list[int]:
    """Look at the feed, and follow the partition of each lane: of new ones too."""
    found = reader.look()
    if found != lanes:
        partitions = [TopicPartition(topic, lane) for lane in found]
        consumer.assign(partitions)
        consumer.seek_to_end()
        for partition in partitions:  # now it is fixed where the topic is read from
            consumer.position(partition)
        reader.look()  # and what is before that comes from the feed
    return found


def position_of(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """What a record says of its position; None where it says nothing that can be read."""
    try:
        return int(dict(headers)["ce_position"])
    except (KeyError, ValueError, TypeError):
        return None


if __name__ == "__main__":
    kafka, notify, token = sys.argv[1:4]
    print(f"following caseledger.events on {kafka}")
    follow(
        Reader(sqlite3.connect("subscriber.db"), http_feed(notify, token)),
        KafkaConsumer(bootstrap_servers=kafka.split(","), enable_auto_commit=False),
        "caseledger.events",
    )
