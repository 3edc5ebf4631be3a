"""The projection against a raw loop: consume the same records, bulk write the same documents."""

import statistics
import threading
import time
import uuid
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry
from pymongo import ReplaceOne

from bench.measure import Pair
from services.progress.standing.view import VIEW
from shared.config import Databases, Secrets, Settings
from shared.eventlog import Door, LogReader, open_door, open_reader
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.metrics import ConsumerMetrics
from shared.messaging.worker.assembly import consumer_of, kafka_source
from shared.projection.projector import Projector
from shared.projection.reading import reader
from shared.projection.store import Store
from shared.relay.ledger.ledger import Ledger

BATCH = 500
DEADLINE_S = 120.0


def projection(databases: Databases, settings: Settings, *, rounds: int) -> Pair:
    """Microseconds an event, over everything that is on the topic, from its beginning."""
    ledger = Ledger(databases.log)
    heads = {lane: ledger.head(lane) for lane in range(settings.lanes)}
    documents = _documents(databases, settings)
    ours: list[float] = []
    raw: list[float] = []
    cpu: list[float] = []
    events = 0
    for number in range(rounds + 1):
        for turn in ("ours", "raw") if number % 2 else ("raw", "ours"):
            if turn == "ours":
                wall, used = _time_ours(databases, settings, heads, number)
            else:
                wall, events = _time_raw(databases, settings, documents)
            if number:  # the first round warms up
                (ours if turn == "ours" else raw).append(wall)
                if turn == "ours":
                    cpu.append(used)
    return Pair(
        *(statistics.median(values) / events * 1e6 for values in (ours, raw, cpu)),
    )


def _documents(databases: Databases, settings: Settings) -> list[dict[str, Any]]:
    """The documents that a projection of this log holds in the end, for the raw loop to write."""
    store = Store(VIEW, databases.views, 900)
    log = _reader(settings, databases)
    projector = Projector(store, reader(log))
    streams = sorted(databases.log["commits"].distinct("stream"))
    for stream in streams:
        loaded = log.load(stream)
        projector.apply([_Incoming(stream, event) for event in loaded.events])
    return list(store.collection.find())


class _Incoming:
    def __init__(self, stream: str, event: Any) -> None:
        self.stream, self.event = stream, event


def _time_ours(
    databases: Databases, settings: Settings, heads: dict[int, int], number: int
) -> tuple[float, float]:
    """Wall and CPU seconds of a consumer of ours from its first record to the ledger's heads."""
    store = Store(VIEW, databases.views, 1000 + number)
    store.ensure_indexes()
    projector = Projector(store, reader(_reader(settings, databases)))
    group = Group(f"bench.{uuid.uuid4().hex}", batch=projector, schemas=None)
    consumer = consumer_of(
        group,
        kafka_source(group.name, settings),
        settings=settings,
        databases=databases,
        door=_door(settings, databases),
        families=ConsumerMetrics(CollectorRegistry()),
    )
    deadline = time.monotonic() + DEADLINE_S
    start, cpu = 0.0, 0.0
    while time.monotonic() < deadline:
        if not start and consumer.health().lanes:  # joining the group is not what is measured
            start, cpu = time.perf_counter(), time.process_time()
        consumer.step(0.5 if not start else 0.1)
        marks = {lane.number: lane.mark for lane in consumer._lanes.values()}  # noqa: SLF001
        if marks == heads:
            break
    else:
        raise TimeoutError(f"marks {marks} of {heads}: {consumer.health()}")
    elapsed = time.perf_counter() - start, time.process_time() - cpu
    consumer.finish(5.0)
    return elapsed


def _time_raw(
    databases: Databases, settings: Settings, documents: list[dict[str, Any]]
) -> tuple[float, int]:
    """Seconds to read every record and to write, for each batch, its share of the documents."""
    target = databases.views[f"raw.{uuid.uuid4().hex}"]
    for keys in (["subject", "_id"], ["department", "_id"], ["department", "status", "_id"]):
        target.create_index([(key, 1) for key in keys])
    by_stream = {f"case/{d['_id']}": d for d in documents}
    consumer = KafkaConsumer(
        bootstrap_servers=list(settings.kafka_servers),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=BATCH,
    )
    partitions = [TopicPartition(settings.topic, lane) for lane in range(settings.lanes)]
    consumer.assign(partitions)
    total = sum(consumer.end_offsets(partitions).values())
    consumer.seek_to_beginning(*partitions)
    start = time.perf_counter()
    seen = 0
    while seen < total:
        for records in consumer.poll(timeout_ms=500, max_records=BATCH).values():
            seen += len(records)
            touched = {record.key.decode() for record in records}
            target.bulk_write(
                [
                    ReplaceOne({"_id": by_stream[s]["_id"]}, by_stream[s], upsert=True)
                    for s in touched
                ],
                ordered=False,
            )
    elapsed = time.perf_counter() - start
    consumer.close(autocommit=False)
    return elapsed, total


def rebuild_events_per_s(databases: Databases, settings: Settings) -> float:
    """Events a second when a whole generation is folded from the ledger, without Kafka."""
    events = sum(
        row["last_version"] - row["first_version"] + 1 for row in databases.log["ledger"].find()
    )
    store = Store(VIEW, databases.views, 2000)
    projector = Projector(store, reader(_reader(settings, databases)))
    group = Group(f"bench.{uuid.uuid4().hex}", batch=projector, schemas=None)
    from shared.messaging.timers.ledger_only import LedgerOnly  # noqa: PLC0415 - used once

    consumer = consumer_of(
        group,
        LedgerOnly(settings.lanes, threading.Event()),
        settings=settings,
        databases=databases,
        door=_door(settings, databases),
        families=ConsumerMetrics(CollectorRegistry()),
    )
    ledger = Ledger(databases.log)
    heads = {lane: ledger.head(lane) for lane in range(settings.lanes)}
    start = time.perf_counter()
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for lane in consumer._lanes.values():  # noqa: SLF001 - told at once instead of after a minute
            lane.known = heads[lane.number]
        consumer.step(0.01)
        if {lane.number: lane.mark for lane in consumer._lanes.values()} == heads:  # noqa: SLF001
            break
    return float(events / (time.perf_counter() - start))


def _door(settings: Settings, databases: Databases) -> Door:
    return open_door(settings, Secrets.load(settings.secrets_dir), databases)


def _reader(settings: Settings, databases: Databases) -> LogReader:
    return open_reader(settings, Secrets.load(settings.secrets_dir), databases)
