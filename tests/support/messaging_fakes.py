"""A ledger, a broker's partition and the consumer's stores in memory, each with the same promises.

Every operation asks `Hook` first, so that a test can crash, fail or let another process act between
any two. `tests/contract/…` holds the Mongo adapters against the same promises.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from shared.eventlog import canonical
from shared.kafka.headers import Arrived
from shared.messaging import Consumer, ConsumerMetrics, Group, Limits, Pace, Parked, Received
from shared.messaging.consumer.received import decode

ACTOR = {
    "kind": "system",
    "ref": "test",
    "on_behalf_of": None,
    "portal": None,
    "assurance": None,
    "reason": None,
}


class Crash(BaseException):
    """The process is gone at this moment."""


class Hook:
    """Asked before each operation, with its name; a test replaces `before`."""

    def __init__(self) -> None:
        self.before: Callable[[str], None] = lambda _operation: None
        self.seen: list[str] = []

    def __call__(self, operation: str) -> None:
        self.seen.append(operation)
        self.before(operation)


def value_of(
    stream: str, version: int, *, kind: str = "intake.CaseSubmitted", schema: int = 1
) -> bytes:
    """The bytes of one event as the log publishes them."""
    return canonical(
        {
            "stream": stream,
            "version": version,
            "type": kind,
            "schema": schema,
            "data": {"n": version},
            "occurred_at": "2026-11-21T16:00:00.000000Z",
            "recorded_at": "2026-11-21T16:00:00.000000Z",
            "authority": "public-security",
            "actor": ACTOR,
            "causation": None,
            "correlation": None,
            "traceparent": None,
            "hash": "00" * 32,
        }
    )


@dataclass(frozen=True)
class FakeRow:
    position: int
    stream: str
    first_version: int
    events: tuple[bytes, ...]


@dataclass(frozen=True)
class FakeRecord:
    position: int
    index: int
    value: bytes
    stream: str
    version: int


@dataclass
class FakeLedger:
    """Lanes of rows with the bytes behind them."""

    hook: Hook = field(default_factory=Hook)
    lanes: dict[int, list[tuple[FakeRow, tuple[bytes, ...]]]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    noted: dict[int, int] = field(default_factory=dict)

    def append(
        self,
        lane: int,
        stream: str,
        *kinds: str,
        schema: int = 1,
        values: tuple[bytes, ...] | None = None,
    ) -> int:
        """One commit with an event of each kind; its position."""
        first = self.versions.get(stream, 0) + 1
        if values is None:
            values = tuple(
                value_of(stream, first + n, kind=kind, schema=schema)
                for n, kind in enumerate(kinds or ("intake.CaseSubmitted",))
            )
        self.versions[stream] = first + len(values) - 1
        rows = self.lanes.setdefault(lane, [])
        digests = tuple(hashlib.sha256(v).digest() for v in values)
        rows.append((FakeRow(len(rows) + 1, stream, first, digests), values))
        return len(rows)

    def rows(self, lane: int, after: int, upto: int) -> Sequence[FakeRow]:
        self.hook("ledger.rows")
        return [row for row, _ in self.lanes.get(lane, [])[after:upto]]

    def head(self, lane: int) -> int:
        self.hook("ledger.head")
        return len(self.lanes.get(lane, []))

    def noted_heads(self, lanes: Collection[int]) -> dict[int, int]:
        self.hook("ledger.noted_heads")
        return {lane: self.noted[lane] for lane in lanes if lane in self.noted}

    def records_of(self, rows: Sequence[FakeRow]) -> Sequence[FakeRecord]:
        self.hook("ledger.records")
        wanted = {(row.position, row.stream, row.first_version): row for row in rows}
        return [
            record
            for lane in self.lanes
            for record in self.all_records(lane)
            if (record.position, record.stream, record.version - record.index + 1) in wanted
        ]

    def all_records(self, lane: int) -> list[FakeRecord]:
        return [
            FakeRecord(row.position, index, value, row.stream, row.first_version + index - 1)
            for row, values in self.lanes.get(lane, [])
            for index, value in enumerate(values, start=1)
        ]


@dataclass
class FakeHistory:
    """A stream's events from the ledger in memory, as a redrive reads them."""

    ledger: FakeLedger

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        self.ledger.hook("history.events")
        return [
            decode(r.value, lane=lane, position=r.position, index=r.index, count=1)
            for r in self.ledger.all_records(lane)
            if r.stream == stream and r.version >= first
        ]


@dataclass
class MemoryMarks:
    hook: Hook = field(default_factory=Hook)
    marks: dict[tuple[str, int], int] = field(default_factory=dict)

    def get(self, group: str, lane: int) -> int:
        self.hook("marks.get")
        return self.marks.get((group, lane), 0)

    def raise_to(self, group: str, lane: int, position: int) -> None:
        self.hook("marks.raise")
        self.marks[group, lane] = max(position, self.marks.get((group, lane), 0))


@dataclass
class MemoryTries:
    hook: Hook = field(default_factory=Hook)
    begun: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)

    def begin(self, group: str, what: str, *, lane: int, position: int) -> int:
        self.hook("tries.begin")
        count = self.begun.get((group, what), (0, 0, 0))[0] + 1
        self.begun[group, what] = (count, lane, position)
        return count

    def give_back(self, group: str, what: str) -> None:
        self.hook("tries.give_back")
        count, lane, position = self.begun[group, what]
        self.begun[group, what] = (count - 1, lane, position)

    def clear(self, group: str, lane: int, upto: int) -> None:
        self.hook("tries.clear")
        for key, (_, at, position) in list(self.begun.items()):
            if key[0] == group and at == lane and position <= upto:
                del self.begun[key]


@dataclass
class MemoryParking:
    hook: Hook = field(default_factory=Hook)
    rows: dict[tuple[str, str], tuple[int, int, int, str]] = field(default_factory=dict)

    def streams(self, group: str, lane: int) -> set[str]:
        self.hook("parks.streams")
        return {s for (g, s), row in self.rows.items() if g == group and row[0] == lane}

    def park(self, group: str, stream: str, version: int, *, lane: int, reason: str) -> None:
        self.hook("parks.park")
        _, low, high, _ = self.rows.get((group, stream), (lane, version, version, ""))
        self.rows[group, stream] = (lane, min(low, version), max(high, version), reason)

    def raise_seen(self, group: str, stream: str, version: int) -> bool:
        self.hook("parks.raise_seen")
        if (group, stream) not in self.rows:
            return False
        lane, low, high, reason = self.rows[group, stream]
        self.rows[group, stream] = (lane, low, max(high, version), reason)
        return True

    def remove(self, group: str, stream: str, *, began: int, did: int) -> bool:
        self.hook("parks.remove")
        row = self.rows.get((group, stream))
        if row is None or row[1] < began or row[2] > did:
            return False
        del self.rows[group, stream]
        return True

    def get(self, group: str, stream: str) -> Parked | None:
        self.hook("parks.get")
        row = self.rows.get((group, stream))
        if row is None:
            return None
        lane, low, high, reason = row
        return Parked(group, stream, lane, low, high, reason, datetime.now(UTC))

    def count(self, group: str) -> int:
        self.hook("parks.count")
        return sum(g == group for g, _ in self.rows)


@dataclass
class Topic:
    """Partitions by lane: lists of (position, index, value), as a broker may have made of them."""

    partitions: dict[int, list[tuple[int, int, bytes | None]]] = field(default_factory=dict)

    def put(self, lane: int, position: int, index: int, value: bytes | None) -> None:
        self.partitions.setdefault(lane, []).append((position, index, value))

    def publish(self, ledger: FakeLedger, lane: int) -> None:
        """Everything of the lane, as a good publisher would."""
        for record in ledger.all_records(lane):
            self.put(lane, record.position, record.index, record.value)


class FakeSource:
    """A member of a group over `Topic`. `generation` rises when `lanes` are given."""

    def __init__(self, topic: Topic, *, lanes: Collection[int] = (0,), most: int = 500) -> None:
        self._topic = topic
        self._most = most
        self.lanes = frozenset(lanes)
        self.reachable = True
        self.generation = 0
        self.offsets: dict[int, int] = {}
        self.committed: dict[int, int] = {}
        self.held: frozenset[int] = frozenset()
        self.closed = False
        self.order: list[str] = []

    def assign(self, lanes: Collection[int]) -> None:
        self.lanes = frozenset(lanes)
        self.generation += 1
        self.offsets = dict(self.committed)
        self.held = frozenset()

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:  # noqa: ARG002 - a port
        if not self.reachable:
            return {}
        found = {}
        for lane in self.lanes - self.held:
            partition = self._topic.partitions.get(lane, [])
            offset = self.offsets.get(lane, 0)
            if offset > len(partition):
                offset = 0  # out of range: the earliest
            some = partition[offset : offset + self._most]
            if some:
                found[lane] = [Arrived(offset + n, *record) for n, record in enumerate(some)]
            self.offsets[lane] = offset + len(some)
        return found

    def hold(self, lanes: Collection[int]) -> None:
        self.held = frozenset(lanes)

    def commit(self, offsets: Mapping[int, int]) -> None:
        self.order.append("commit")
        self.committed.update(offsets)

    def close(self, timeout_s: float) -> None:  # noqa: ARG002 - a port
        self.order.append("close")
        self.closed = True


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class World:
    """Everything around a consumer; `consumer()` makes a process of it."""

    hook: Hook = field(default_factory=Hook)
    clock: Clock = field(default_factory=Clock)
    topic: Topic = field(default_factory=Topic)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    lanes: int = 1
    streams: int = 10_000

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(self.hook)
        self.marks = MemoryMarks(self.hook)
        self.tries = MemoryTries(self.hook)
        self.parking = MemoryParking(self.hook)
        self.metrics = ConsumerMetrics(self.registry)

    def consumer(
        self,
        group: Group,
        *,
        source: FakeSource | None = None,
        pace: Pace | None = None,
        limits: Limits | None = None,
    ) -> Consumer:
        return Consumer(
            group,
            source=source or FakeSource(self.topic, lanes=range(self.lanes)),
            ledger=self.ledger,
            marks=self.marks,
            tries=self.tries,
            parks=self.parking,
            lanes=self.lanes,
            streams=lambda: self.streams,
            metrics=self.metrics.of(group.name),
            pace=pace or Pace(),
            limits=limits or Limits(),
            clock=self.clock,
        )

    def mark(self, group: str, lane: int = 0) -> int:
        return self.marks.marks.get((group, lane), 0)

    def foreign(self, group: str, lane: int = 0) -> float:
        labels = {"group": group, "lane": str(lane)}
        return (
            self.registry.get_sample_value("caseledger_consumer_foreign_records_total", labels)
            or 0.0
        )
