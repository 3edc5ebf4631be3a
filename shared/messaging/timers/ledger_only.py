"""A source without records, for a consumer that follows the ledger alone (timers)."""

import threading
from collections.abc import Collection, Mapping, Sequence

from shared.kafka.headers import Arrived


class LedgerOnly:
    """Holds all lanes and delivers no records; the consumer finds new rows by the ledger's head."""

    reachable = True
    generation = 0

    def __init__(self, lanes: int, stop: threading.Event) -> None:
        self.lanes = frozenset(range(lanes))
        self._stop = stop

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:
        """Wait for the time, or until the process is asked to stop."""
        self._stop.wait(timeout_s)
        return {}

    def hold(self, lanes: Collection[int]) -> None:
        """Do nothing: no records are fetched."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Do nothing: there are no offsets."""

    def close(self, timeout_s: float) -> None:
        """Do nothing: no connection is open."""
