"""From assign to publish within one process: new rows need not be read back from the ledger.

A bounded memory beside the ledger, without any guarantee: rows that do not fit are dropped, and the
publisher reads them from the ledger.
"""

import threading
from collections import deque
from collections.abc import Sequence

from shared.relay.ledger.candidate import Assigned


class Handover:
    """Runs of rows of one lane, in order of position; safe between two threads."""

    def __init__(self, *, most: int, wake: threading.Event | None = None) -> None:
        self._most = most
        self._rows: deque[Assigned] = deque()
        self._lock = threading.Lock()
        self._wake = wake
        self.head = 0

    def put(self, assigned: Sequence[Assigned]) -> None:
        """Store a contiguous run; start anew if it does not continue the stored rows."""
        with self._lock:
            if self._rows and assigned[0].row.position != self._rows[-1].row.position + 1:
                self._rows.clear()
            if len(self._rows) + len(assigned) <= self._most:
                self._rows.extend(assigned)
            self.head = max(self.head, assigned[-1].row.position)
        if self._wake is not None:
            self._wake.set()

    def take(self, after: int, limit: int) -> list[Assigned]:
        """At most `limit` rows that follow `after` without a gap; removes them and all lower rows.

        Empty if they are not stored: read the ledger.
        """
        taken: list[Assigned] = []
        with self._lock:
            while self._rows and self._rows[0].row.position <= after:
                self._rows.popleft()
            while self._rows and len(taken) < limit:
                if self._rows[0].row.position != after + len(taken) + 1:
                    break
                taken.append(self._rows.popleft())
        return taken
