"""A source that never brings a record: for who follows the ledger alone (timers)."""

import threading
from collections.abc import Collection, Mapping, Sequence

from shared.kafka.headers import Arrived


class LedgerOnly:
    """Holds all lanes and brings nothing; the consumer's comparison with the head does the rest."""

    reachable = True
    generation = 0

    def __init__(self, lanes: int, stop: threading.Event) -> None:
        self.lanes = frozenset(range(lanes))
        self._stop = stop

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:
        """Wait, or until the process is asked to stop."""
        self._stop.wait(timeout_s)
        return {}

    def hold(self, lanes: Collection[int]) -> None:
        """Nothing is fetched anyway."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """There are no offsets."""

    def close(self, timeout_s: float) -> None:
        """There is nothing to close."""
