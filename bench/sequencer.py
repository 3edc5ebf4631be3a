"""The sequencer against a raw loop: change stream, insert_many of the same rows, the same produce.

Both work on a lot of commits that was stored beforehand, so that only sequencing is timed. The raw
loop has its rows and records ready made; ours verifies, hashes, orders and signs them.
"""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer

from bench.measure import Pair
from bench.world import World
from shared.config import Databases, Secrets, Settings
from shared.eventlog import Commit, event_values, prepare, sha256
from shared.kafka.broker import KafkaBroker
from shared.kafka.headers import to_kafka
from shared.kafka.options import options_of, producer_config
from shared.kafka.record import Signer, records_of
from shared.relay.process.sequencer import Sequencer

DEADLINE_S = 120.0


@dataclass
class Raw:
    """The limit: pymongo and kafka-python used directly, with everything prepared."""

    databases: Databases
    settings: Settings
    signer: Signer
    positions: dict[int, int]

    def ready(self, commits: Sequence[Commit]) -> tuple[dict[int, list[Any]], list[Any]]:
        """(rows by lane, Kafka messages in order) as the sequencer would make them."""
        rows: dict[int, list[Any]] = {}
        messages: list[Any] = []
        for commit in commits:
            lane = commit.body.lane
            self.positions[lane] = position = self.positions.get(lane, 0) + 1
            rows.setdefault(lane, []).append(
                {
                    "lane": lane,
                    "position": position,
                    "stream": commit.stream,
                    "first_version": commit.first_version,
                    "last_version": commit.last_version,
                    "leaf": commit.leaf,
                    "events": [sha256(value) for value in event_values(commit)],
                }
            )
            records = records_of(commit, lane=lane, position=position, signer=self.signer)
            messages += [(lane, *to_kafka(record)) for record in records]
        return rows, messages


def sequencer(
    databases: Databases, settings: Settings, secrets: Secrets, *, cases: int, rounds: int
) -> tuple[Pair, Pair]:
    """(against the whole raw loop; against produce alone), microseconds an event."""
    prepare(databases.log)
    world = World(databases, secrets, settings.lanes)
    raw = Raw(databases, settings, Signer(secrets.sequencer_key), {})
    for name in ("lane_position", "lane_stream_first"):
        keys = (
            ["lane", "position"] if name == "lane_position" else ["lane", "stream", "first_version"]
        )
        databases.log["ledger_raw"].create_index([(k, 1) for k in keys], name=name, unique=True)
    databases.log["ledger_raw"].create_index([("leaf", 1)])
    ours = Sequencer(databases, settings, secrets)
    _settle(ours, settings)
    raw_topic = f"{settings.topic}.raw"
    broker = KafkaBroker(options_of(settings))
    _make_topic(broker, settings, raw_topic)
    producer = KafkaProducer(**producer_config(options_of(settings)))
    times: dict[str, list[float]] = {"ours": [], "raw": [], "produce": [], "cpu": []}
    with databases.log["commits_raw"].watch(
        [{"$match": {"operationType": "insert"}}], max_await_time_ms=100
    ) as stream:
        stream.try_next()
        for number in range(rounds + 1):
            commits = world.make(cases)
            events = sum(len(c.events) for c in commits)
            turns = [_time_ours, _time_raw] if number % 2 else [_time_raw, _time_ours]
            for turn in turns:
                if turn is _time_ours:
                    _settle(ours, settings)  # what fell due while the raw loop had its turn
                    world.store(commits)
                    wall, cpu = _time_ours(ours, databases)
                    found = {"ours": wall, "cpu": cpu}
                else:
                    rows, messages = raw.ready(commits)
                    world.store(commits, collection="commits_raw")
                    whole, produce = _time_raw(
                        databases,
                        stream,
                        producer,
                        topic=raw_topic,
                        rows=rows,
                        messages=messages,
                        commits=len(commits),
                    )
                    found = {"raw": whole, "produce": produce}
                if number:  # the first round warms up
                    for name, seconds in found.items():
                        times[name].append(seconds / events * 1e6)
    producer.close(timeout=5)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return (
        Pair(medians["ours"], medians["raw"], medians["cpu"]),
        Pair(medians["ours"], medians["produce"], medians["cpu"]),
    )


def _settle(ours: Sequencer, settings: Settings) -> None:
    """Run until all lanes are held, compared and caught up, and nothing is due."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        now = time.monotonic()
        worked = ours.assign_step(now)
        worked = ours.publish_step(now) or worked
        lanes = ours.working.values()
        ready = len(lanes) == settings.lanes and all(
            lane.publisher.compared and lane.caught_up for lane in lanes
        )
        if ready and not worked:
            return
    raise TimeoutError("the sequencer did not settle")


def _time_ours(ours: Sequencer, databases: Databases) -> tuple[float, float]:
    """Wall and CPU seconds until every stored commit is assigned, published and acknowledged."""
    wanted = databases.log["commits"].count_documents({})
    done = threading.Event()
    ended: list[tuple[float, float]] = []

    def published() -> int:
        return sum(lane.publisher.acked for lane in list(ours.working.values()))

    def publish() -> None:
        """Publish, and look at the clocks when all is acknowledged: the other loop may wait."""
        while not done.is_set():
            if not ours.publish_step(time.monotonic()):
                done.wait(0.001)
            if published() >= wanted:
                ended.append((time.perf_counter(), time.process_time()))
                return

    cpu = time.process_time()
    start = time.perf_counter()
    beside = threading.Thread(target=publish)
    beside.start()
    deadline = time.monotonic() + DEADLINE_S
    while beside.is_alive() and time.monotonic() < deadline:
        ours.assign_step(time.monotonic())
    done.set()
    beside.join()
    if not ended:
        raise TimeoutError("the sequencer did not finish the lot")
    return ended[0][0] - start, ended[0][1] - cpu


def _time_raw(
    databases: Databases,
    stream: Any,
    producer: KafkaProducer,
    *,
    topic: str,
    rows: dict[int, list[Any]],
    messages: Sequence[Any],
    commits: int,
) -> tuple[float, float]:
    """Seconds of the whole raw loop, and of its produce alone."""
    start = time.perf_counter()
    seen = 0
    while seen < commits:
        if stream.try_next() is not None:
            seen += 1
    for lane_rows in rows.values():
        databases.log["ledger_raw"].insert_many(lane_rows)
    produce = time.perf_counter()
    futures = [
        producer.send(topic, key=key, value=value, headers=headers, partition=lane)
        for lane, key, value, headers in messages
    ]
    producer.flush(30)
    for future in futures:
        future.get(10)
    end = time.perf_counter()
    return end - start, end - produce


def _make_topic(broker: KafkaBroker, settings: Settings, topic: str) -> None:
    from dataclasses import replace  # noqa: PLC0415 - used once

    KafkaBroker(replace(options_of(settings), topic=topic)).ensure_topic()
    broker.ensure_topic()
