"""A source without records, for a consumer that follows the ledger alone (timers)."""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from shared.kafka.headers import Arrived
from shared.messaging.consumer.away import is_away
from shared.messaging.stores.claims import Claims

ASK_S = 5.0  # so often is a claim asked for that another process has


class LedgerOnly:
    """Holds all lanes and delivers no records; the consumer finds new rows by the ledger's head.

    With a claim (`claims`, under `name`) it holds them while the claim is its process's: of many
    processes one follows. A claim only saves work: two that follow do no harm (g1').
    """

    reachable = True
    generation = 0

    def __init__(
        self,
        lanes: int,
        stop: threading.Event,
        *,
        claims: Claims | None = None,
        name: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._all = frozenset(range(lanes))
        self._stop = stop
        self._claims = claims
        self._name = name
        self._clock = clock
        self._ask_after = float("-inf")
        self.lanes = self._all if claims is None else frozenset[int]()

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:
        """Wait for the time, or until the process is to stop; keep up the claim, or ask for it."""
        self._stop.wait(timeout_s)
        if self._claims is not None and (self.lanes or self._clock() >= self._ask_after):
            self._ask(self._claims)
        return {}

    def _ask(self, claims: Claims) -> None:
        """Without an answer nothing changes: without the database nobody follows anyhow."""
        self._ask_after = self._clock() + ASK_S
        try:
            ours = claims.mine(self._name, 0)
        except Exception as error:
            if not is_away(error):
                raise
            return
        self.lanes = self._all if ours else frozenset()

    def hold(self, lanes: Collection[int]) -> None:
        """Do nothing: no records are fetched."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Do nothing: there are no offsets."""

    def close(self, timeout_s: float) -> None:  # noqa: ARG002 - a port
        """Let the claim go, so that another process follows at once."""
        if self._claims is None or not self.lanes:
            return
        try:
            self._claims.release(self._name, 0)
        except Exception as error:
            if not is_away(error):
                raise
