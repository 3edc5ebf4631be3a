"""Filling a log: many cases after a few that the real system carried, leaving all as it would.

The commits are built by the code's own functions and inserted in bulk; the real sequencer gives
them their places, publishes them and signs; the real projector builds the view. Who would only
have found nothing to do (the reactions are in the log already) gets its marks raised instead.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from pymongo import DESCENDING
from pymongo.collection import Collection

from bench.load.stamping import Person, Stamp, Stamped
from bench.load.system import NotSettledError, Place, live_groups, sequencing
from bench.load.template import Template
from deploy.topology import READ_MODELS, SERVICES, view_of
from services.issuance.numbers.store import Numbers
from shared.config import Databases, Secrets, Settings
from shared.config.databases import DURABLE
from shared.eventlog.stored import document_of
from shared.messaging.stores.marks import Marks
from shared.messaging.timers.feeding import FOLLOWER
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.projection.parts import parts_of
from shared.relay.ledger.ledger import Ledger
from shared.vault import open_vault

Document = dict[str, Any]
CASES_AT_ONCE = 100
DOCUMENTS_AT_ONCE = 2_000
OPEN_EVERY = 10
SEQUENCED_WITHIN_S = 3_600.0
LOOK_S = 0.5
NO_OFFSET_EPOCH = -1


@dataclass(frozen=True)
class Filled:
    """How much was put into the log, and how long each part took, in seconds."""

    cases: int
    open: int
    commits: int
    events: int
    inserted_s: float
    sequenced_s: float
    projected_s: float


def fill(place: Place, templates: Sequence[Template], cases: int, *, seed: str) -> Filled:
    """Add so many cases, every tenth of them open; the whole system must be stopped meanwhile.

    `seed` tells these people's sign-ins from others; the rest is random.
    """
    if not cases:
        return Filled(0, 0, 0, 0, 0.0, 0.0, 0.0)
    with sequencing(place) as (settings, secrets, databases):
        began = time.monotonic()
        commits, events, open_ = _insert(
            settings, secrets, databases, templates=templates, cases=cases, seed=seed
        )
        inserted = time.monotonic()
        _await_sequencer(databases, settings.lanes)
        sequenced = time.monotonic()
        _project(settings, secrets, databases)
        _raise_marks(databases, settings)
        _commit_offsets(settings, databases)
        projected = time.monotonic()
    return Filled(
        cases=cases,
        open=open_,
        commits=commits,
        events=events,
        inserted_s=round(inserted - began, 1),
        sequenced_s=round(sequenced - inserted, 1),
        projected_s=round(projected - sequenced, 1),
    )


def _insert(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    templates: Sequence[Template],
    cases: int,
    seed: str,
) -> tuple[int, int, int]:
    """(commits, events, open cases) that were put in."""
    vault = open_vault(settings, secrets, databases).vault
    stamp = Stamp(settings, secrets, vault)
    pairs = _people(stamp, Numbers(databases.log), templates, cases=cases, seed=seed)
    commits = events = open_ = 0
    while batch := list(islice(pairs, CASES_AT_ONCE)):
        vault.keys.make_block(
            [name for _, person in batch for name in person.key_names], now=datetime.now(UTC)
        )
        stamped = [stamp.case(template, person) for template, person in batch]
        _store(databases, stamped)
        commits += sum(len(one.commits) for one in stamped)
        events += sum(template.events for template, _ in batch)
        open_ += sum(template.open for template, _ in batch)
    return commits, events, open_


def _people(
    stamp: Stamp, numbers: Numbers, templates: Sequence[Template], *, cases: int, seed: str
) -> Iterator[tuple[Template, Person]]:
    """Each case's template and person; numbers go on where the installation's series stands."""
    closed = [one for one in templates if not one.open]
    opened = [one for one in templates if one.open]
    last = numbers.head(closed[0].scheme)
    for n in range(cases):
        kind = opened if n % OPEN_EVERY == OPEN_EVERY - 1 else closed
        template = kind[n % len(kind)]
        person = stamp.person(f"fill-{seed}-{n}", 0)
        if not template.open:
            last += 1
            person = replace(person, number=last)
        yield template, person


def _store(databases: Databases, stamped: Sequence[Stamped]) -> None:
    """Beside the commits first: nothing in the log may name what is not there yet."""
    log = databases.log
    _put(databases.vault["subjects"], [one.subject for one in stamped])
    _put(log["blobs.chunks"], [one.blob_chunk for one in stamped])
    _put(log["blobs.files"], [one.blob_file for one in stamped])
    _put(log["numbers"], [one.number for one in stamped if one.number])
    _put(log["access"], [dict(row) for one in stamped for row in one.access])
    _put(databases.work["timers"], [row for one in stamped for row in one.timers])
    _put(log["commits"], [document_of(c) for one in stamped for c in one.commits])


def _put(collection: Collection[Document], documents: list[Document]) -> None:
    durable = collection.with_options(write_concern=DURABLE)
    for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
        durable.insert_many(documents[start : start + DOCUMENTS_AT_ONCE], ordered=True)


def _await_sequencer(databases: Databases, lanes: int) -> None:
    """Wait until the ledger has every commit, Kafka every record, and a checkpoint signs it all.

    Raises:
        NotSettledError: it takes too long.
    """
    ledger, rows = Ledger(databases.log), databases.log["lanes"]
    total = databases.log["commits"].count_documents({})
    deadline = time.monotonic() + SEQUENCED_WITHIN_S
    while True:
        heads = [ledger.head(lane) for lane in range(lanes)]
        found = [rows.find_one({"_id": f"mark/{lane}"}) for lane in range(lanes)]
        marks = [int(row["position"]) if row else 0 for row in found]
        signed = [_signed_size(databases, lane) for lane in range(lanes)]
        if sum(heads) == total and marks == heads and signed == heads:
            return
        if time.monotonic() > deadline:
            raise NotSettledError(f"{sum(heads)} of {total} are sequenced, {sum(marks)} published")
        time.sleep(LOOK_S)


def _signed_size(databases: Databases, lane: int) -> int:
    """How much of a lane the newest signed checkpoint covers; its note says so in line two."""
    newest = databases.log["checkpoints"].find_one(
        {"_id": {"$regex": f"^lane/{lane}/"}}, sort=[("signed_at", DESCENDING)]
    )
    return int(newest["note"].splitlines()[1]) if newest else 0


def _project(settings: Settings, secrets: Secrets, databases: Databases) -> None:
    for name in READ_MODELS:
        view = view_of(name)
        parts = parts_of(view, settings, secrets, databases)
        catch_up(parts, Generations(view, databases.views).live())


def _raise_marks(databases: Databases, settings: Settings) -> None:
    """The reactions and timers of every case are there: each group has handled all of it."""
    marks, ledger = Marks(databases.work), Ledger(databases.log)
    groups = [*SERVICES, FOLLOWER]
    for lane in range(settings.lanes):
        head = ledger.head(lane)
        for group in groups:
            marks.raise_to(group, lane, head)


def _commit_offsets(settings: Settings, databases: Databases) -> None:
    """Kafka's own memory of the groups, which a system that handled all this would have left."""
    for group in (*SERVICES, *live_groups(databases.views)):
        consumer = KafkaConsumer(
            bootstrap_servers=list(settings.kafka_servers),
            group_id=f"{settings.database_prefix}.{group}",
            enable_auto_commit=False,
        )
        try:
            partitions = [TopicPartition(settings.topic, lane) for lane in range(settings.lanes)]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            consumer.commit(
                {one: OffsetAndMetadata(end, "", NO_OFFSET_EPOCH) for one, end in ends.items()}
            )
        finally:
            consumer.close(autocommit=False)
