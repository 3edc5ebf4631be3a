"""A broker in memory with a broker's manners: late records, lost tails, topics made anew.

What a producer has under way sits in a queue of its own until the test lets it land; what a dead
or abandoned producer had under way may still land, at any later time (`orphans`).
"""

import contextlib
from collections import deque
from collections.abc import Iterator

from shared.kafka.headers import from_kafka
from shared.kafka.ports import BrokerAway, TopicRefused
from shared.kafka.record import Foreign, Record
from tests.support.relay_world import Consumed, consumed


class DoubleMetadata:
    def __init__(self, offset: int) -> None:
        self.offset = offset


class DoubleDelivery:
    def __init__(self, record: Record) -> None:
        self.record = record
        self.is_done = False
        self.exception: BaseException | None = None
        self.value: DoubleMetadata | None = None


class DoublePartition:
    """`entries` from offset `begin` on."""

    def __init__(self) -> None:
        self.begin = 0
        self.entries: list[Consumed] = []

    @property
    def end(self) -> int:
        return self.begin + len(self.entries)

    def append(self, record: Record) -> int:
        self.entries.append(consumed(record, offset=self.end))
        return self.end - 1


class DoubleProducer:
    """Idempotent: in order, no holes, for as long as the broker remembers it."""

    def __init__(self, broker: "DoubleBroker") -> None:
        self._broker = broker
        self.flight: deque[DoubleDelivery] = deque()

    def send(self, record: Record) -> DoubleDelivery:
        if self._broker.away:
            raise BrokerAway("the double is away")
        delivery = DoubleDelivery(record)
        self.flight.append(delivery)
        if self._broker.instant:
            self.land()
        return delivery

    def land(self, *, answer: bool = True) -> None:
        """The oldest record under way reaches the partition; its answer may be lost."""
        delivery = self.flight.popleft()
        offset = self._broker.partitions[delivery.record.lane].append(delivery.record)
        if answer:
            delivery.value, delivery.is_done = DoubleMetadata(offset), True
        else:
            self.expire(delivery)

    def expire(self, delivery: DoubleDelivery | None = None) -> None:
        """The delivery time-out passes for the oldest: it may be there or not."""
        failed = delivery or self.flight[0]
        failed.exception, failed.is_done = TimeoutError("expired"), True

    def close(self, timeout_s: float) -> None:  # noqa: ARG002 - it lands at once or never
        while self.flight and not self._broker.away:
            self.land()
        self.abandon()

    def abandon(self) -> None:
        if self.flight:
            self._broker.orphans.append(deque(d.record for d in self.flight))
        self.flight.clear()
        self._broker.producers = [p for p in self._broker.producers if p is not self]


class DoubleBroker:
    """`instant` acknowledges at once; otherwise the test calls `land` on a producer."""

    def __init__(self, lanes: int = 1, *, instant: bool = True) -> None:
        self.lanes = lanes
        self.instant = instant
        self.away = False
        self.refuses = ""
        self.partitions = [DoublePartition() for _ in range(lanes)]
        self.producers: list[DoubleProducer] = []
        self.orphans: list[deque[Record]] = []

    # ---- what a broker does

    def reachable(self) -> bool:
        return not self.away

    def ensure_topic(self) -> None:
        self.check_topic()

    def check_topic(self) -> None:
        self._answer()
        if self.refuses:
            raise TopicRefused(self.refuses)

    def producer(self) -> DoubleProducer:
        self._answer()
        made = DoubleProducer(self)
        self.producers.append(made)
        return made

    @contextlib.contextmanager
    def tail(self) -> Iterator["DoubleBroker"]:
        self._answer()
        yield self

    def bounds(self, lane: int) -> tuple[int, int]:
        self._answer()
        return self.partitions[lane].begin, self.partitions[lane].end

    def read(self, lane: int, start: int, end: int) -> list[Record | Foreign]:
        self._answer()
        return [from_kafka(m) for m in self.partitions[lane].entries if start <= m.offset < end]

    def _answer(self) -> None:
        if self.away:
            raise BrokerAway("the double is away")

    # ---- what happens to a broker

    def lose_tail(self, lane: int, count: int) -> None:
        del self.partitions[lane].entries[-count:]

    def recreate(self) -> None:
        self.partitions = [DoublePartition() for _ in range(self.lanes)]

    def empty_by_retention(self, lane: int) -> None:
        partition = self.partitions[lane]
        partition.begin, partition.entries = partition.end, []

    def land_orphan(self, which: int = 0) -> None:
        orphan = self.orphans[which]
        record = orphan.popleft()
        self.partitions[record.lane].append(record)
        if not orphan:
            del self.orphans[which]

    # ---- what a test asks

    def positions(self, lane: int = 0) -> list[tuple[int, int]]:
        """(position, index) in the order of the partition."""
        found = self.read(lane, 0, self.partitions[lane].end)
        return [(r.position, r.index) for r in found if isinstance(r, Record)]
