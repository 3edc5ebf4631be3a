"""Claims on the timers of a lane: without clocks, like the sequencer's lease.

A claim only saves work. Two workers that fire the same timer are harmless, since the log accepts
its command once. The holder increments a beat; another worker takes over after it has seen no
change for a while of its own monotonic time.
"""

import time
from collections.abc import Callable, Collection
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class Claims:
    """Collection `claims` of the work database: `{_id: "<group>|<lane>", holder, beat}`."""

    def __init__(
        self,
        work: Database[Document],
        holder: str,
        *,
        patience_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._claims = work["claims"]
        self._holder = holder
        self._patience_s = patience_s
        self._clock = clock
        self._seen: dict[str, tuple[str, int, float]] = {}
        self._bumped: dict[str, float] = {}

    def mine(self, group: str, lane: int) -> bool:
        """Whether the claim is ours: renew our own, or take over a claim whose beat stands still.

        Our own beat is written four times within the others' patience instead of at every call: a
        write each second for every lane would keep the disk busy for nothing.
        """
        key = f"{group}|{lane}"
        now = self._clock()
        if now - self._bumped.get(key, float("-inf")) < self._patience_s / 4:
            return True
        beat = {"$inc": {"beat": 1}}
        if self._claims.update_one({"_id": key, "holder": self._holder}, beat).matched_count:
            self._bumped[key] = now
            return True
        self._bumped.pop(key, None)
        row = self._claims.find_one({"_id": key})
        if row is None:
            return self._first(key)
        before = self._seen.get(key)
        if before is None or before[:2] != (row["holder"], row["beat"]):
            self._seen[key] = (row["holder"], row["beat"], now)
            return False
        if now - before[2] < self._patience_s:
            return False
        seen = {"_id": key, "holder": row["holder"], "beat": row["beat"]}
        change = {"$set": {"holder": self._holder}, "$inc": {"beat": 1}}
        return self._claims.update_one(seen, change).modified_count > 0

    def renew(self, group: str, lanes: Collection[int]) -> None:
        """Write the beats of all lanes that are ours in one go, once one of them is due.

        What is not ours any more is left to `mine`, which finds out.
        """
        now = self._clock()
        held = [key for lane in lanes if (key := f"{group}|{lane}") in self._bumped]
        if not any(now - self._bumped[key] >= self._patience_s / 4 for key in held):
            return
        ours = {"_id": {"$in": held}, "holder": self._holder}
        if self._claims.update_many(ours, {"$inc": {"beat": 1}}).matched_count == len(held):
            self._bumped.update(dict.fromkeys(held, now))

    def release(self, group: str, lane: int) -> None:
        """Release our own claim at once, so that another worker need not wait."""
        self._bumped.pop(f"{group}|{lane}", None)
        self._claims.delete_one({"_id": f"{group}|{lane}", "holder": self._holder})

    def _first(self, key: str) -> bool:
        try:
            self._claims.insert_one({"_id": key, "holder": self._holder, "beat": 1})
        except DuplicateKeyError:
            return False
        return True
