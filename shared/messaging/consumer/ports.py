"""Protocols for the outside of the consumer's core, so that it can run without servers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from shared.kafka.headers import Arrived


class Row(Protocol):
    """The part of a ledger row that a consumer reads."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def first_version(self) -> int: ...
    @property
    def events(self) -> Sequence[bytes]:
        """The SHA-256 of each event's bytes, 32 bytes each."""
        ...


class FeedRecord(Protocol):
    """One event of the lane feed: its place and its exact bytes."""

    @property
    def position(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def value(self) -> bytes: ...


R = TypeVar("R", bound=Row)


class LedgerReader(Protocol[R]):
    """The consumer's view of the ledger, implemented by `shared.relay.ledger.ledger.Ledger`."""

    def rows(self, lane: int, after: int, upto: int) -> Sequence[R]:
        """Rows with after < position <= upto, in order; fewer if the ledger ends before."""
        ...

    def head(self, lane: int) -> int:
        """The highest position of the lane, 0 for an empty lane."""
        ...

    def noted_heads(self, lanes: Collection[int]) -> Mapping[int, int]:
        """The noted head of each lane that has one; it may lag behind the true one."""
        ...

    def records_of(self, rows: Sequence[R]) -> Sequence[FeedRecord]:
        """The events of rows that were read before, in order."""
        ...


class MarkStore(Protocol):
    """Marks by group and lane, only ever raised."""

    def get(self, group: str, lane: int) -> int: ...
    def raise_to(self, group: str, lane: int, position: int) -> None: ...


class TryStore(Protocol):
    """Counts of tries that were begun, each stored before the try begins."""

    def begin(self, group: str, what: str, *, lane: int, position: int) -> int:
        """Count one more try of `what` (an event id, a batch) and return the new count."""
        ...

    def give_back(self, group: str, what: str) -> None:
        """Take back the last try, which failed because a server was unreachable."""
        ...

    def clear(self, group: str, lane: int, upto: int) -> None:
        """Delete the tries of positions that are handled."""
        ...


class ParkStore(Protocol):
    """Parked streams by group."""

    def streams(self, group: str, lane: int) -> set[str]: ...
    def park(self, group: str, stream: str, version: int, *, lane: int, reason: str) -> None: ...
    def raise_seen(self, group: str, stream: str, version: int) -> bool:
        """Raise `seen` if the stream is parked; False if it is not (any more)."""
        ...

    def count(self, group: str) -> int: ...


class Source(Protocol):
    """The origin of records: Kafka, or none for a consumer that follows the ledger alone."""

    @property
    def reachable(self) -> bool: ...
    @property
    def lanes(self) -> frozenset[int]:
        """The lanes this member holds; the last known lanes while the source is away."""
        ...

    @property
    def generation(self) -> int:
        """A number that rises with each rebalance, so that cached lane state is read again."""
        ...

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]: ...
    def hold(self, lanes: Collection[int]) -> None:
        """Fetch no more for these lanes until a later call omits them."""
        ...

    def commit(self, offsets: Mapping[int, int]) -> None: ...
    def close(self, timeout_s: float) -> None: ...
