"""What the consumer's core needs of the outside, as protocols: it can be driven without servers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from shared.kafka.headers import Arrived


class Row(Protocol):
    """A row of the ledger, as far as a consumer looks at it."""

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


class LedgerReader(Protocol):
    """The ledger as a consumer reads it; `shared.relay.ledger.ledger.Ledger` is one."""

    def rows(self, lane: int, after: int, upto: int) -> Sequence[Row]:
        """Rows with after < position <= upto, in order; fewer where the ledger ends."""
        ...

    def head(self, lane: int) -> int:
        """The highest position of the lane, 0 for an empty one."""
        ...

    def records(self, lane: int, after: int, limit: int) -> Sequence[FeedRecord]:
        """The events of up to `limit` positions above `after`, in order."""
        ...


class MarkStore(Protocol):
    """Marks by group and lane, only ever raised."""

    def get(self, group: str, lane: int) -> int: ...
    def raise_to(self, group: str, lane: int, position: int) -> None: ...


class TryStore(Protocol):
    """Counts of tries that were begun, stored before they begin."""

    def begin(self, group: str, what: str, *, lane: int, position: int) -> int:
        """Count one more try of `what` (an event id, a batch) and return how many that makes."""
        ...

    def give_back(self, group: str, what: str) -> None:
        """Take the last try back: it failed because a server was away."""
        ...

    def clear(self, group: str, lane: int, upto: int) -> None:
        """Forget the tries of positions that are handled."""
        ...


class ParkStore(Protocol):
    """Parked streams by group."""

    def streams(self, group: str, lane: int) -> set[str]: ...
    def park(self, group: str, stream: str, version: int, *, lane: int, reason: str) -> None: ...
    def raise_seen(self, group: str, stream: str, version: int) -> bool:
        """Raise `seen` where the stream is parked; False when it is not (any more)."""
        ...

    def count(self, group: str) -> int: ...


class Source(Protocol):
    """Where records come from: Kafka, or nothing at all for who follows the ledger alone."""

    @property
    def reachable(self) -> bool: ...
    @property
    def lanes(self) -> frozenset[int]:
        """The lanes this member holds, the last known ones while the source is away."""
        ...

    @property
    def generation(self) -> int:
        """Raised with each rebalance, so that what was cached of a lane is read again."""
        ...

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]: ...
    def hold(self, lanes: Collection[int]) -> None:
        """Fetch nothing more for these lanes until a later call leaves them out."""
        ...

    def commit(self, offsets: Mapping[int, int]) -> None: ...
    def close(self, timeout_s: float) -> None: ...
