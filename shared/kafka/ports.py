"""What a publisher needs of a broker, as protocols: it can be driven without one."""

from contextlib import AbstractContextManager
from typing import Protocol

from shared.kafka.record import Foreign, Record


class BrokerAway(Exception):
    """Kafka does not answer now; try again later."""


class TopicRefused(Exception):
    """The topic is there and is not one for this log; the message says why and what to do."""


class Metadata(Protocol):
    """Where a record landed."""

    @property
    def offset(self) -> int: ...


class Delivery(Protocol):
    """The future of one record; kafka-python's own, used as it is."""

    is_done: bool
    exception: BaseException | None

    @property
    def value(self) -> Metadata | None: ...


class Producer(Protocol):
    """A way to the topic; `abandon` gives up what is under way (it may still land)."""

    def send(self, record: Record) -> Delivery: ...
    def close(self, timeout_s: float) -> None: ...
    def abandon(self) -> None: ...


class Tail(Protocol):
    """Reads a partition back. Offsets as Kafka counts them: `end` is that of the next record."""

    def bounds(self, lane: int) -> tuple[int, int]: ...
    def read(self, lane: int, start: int, end: int) -> list[Record | Foreign]: ...


class Broker(Protocol):
    """Kafka, or a double of it. Every method but `reachable` may raise `BrokerAway`."""

    def reachable(self) -> bool: ...
    def ensure_topic(self) -> None: ...
    def check_topic(self) -> None: ...
    def producer(self) -> Producer: ...
    def tail(self) -> AbstractContextManager[Tail]: ...
