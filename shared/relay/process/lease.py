"""Leases: which sequencer process works on which lane, without trusting any clock.

The holder increments a beat. A contender that sees no change for `lease_s` of its own monotonic
time takes epoch + 1 by compare-and-set. Two processes on one lane do no harm (positions are unique,
the mark is fenced by the epoch); the lease only avoids wasted work. Only the after image of a write
is used, never a before image (one of the embedded servers gives stale before images).
"""

from collections.abc import Sequence
from typing import Any

import structlog
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]
_log = structlog.get_logger(__name__)


class Leases:
    """The leases of one process on `lanes`. `me` is unique to this start of the process.

    `held` maps a lane to the epoch under which we hold it. Every method has at most one effect on
    the database; `now` is monotonic seconds.
    """

    def __init__(
        self,
        documents: Collection[Document],
        *,
        me: str,
        lanes: Sequence[int],
        beat_s: float,
        lease_s: float,
    ) -> None:
        self._documents = documents
        self._me = me
        self._lanes = tuple(lanes)
        self._beat_s = beat_s
        self._lease_s = lease_s
        self._seen: dict[int, tuple[tuple[int, int, str | None], float]] = {}
        self._beaten = float("-inf")
        self._looked = float("-inf")
        self.held: dict[int, int] = {}

    def step(self, now: float) -> bool:
        """Do the next due work: beat for our lanes, or check the others. True if there was any."""
        if self.held and now - self._beaten >= self._beat_s:
            self.beat(now)
            return True
        if len(self.held) < len(self._lanes) and now - self._looked >= self._beat_s:
            self.contend(now)
            return True
        return False

    def beat(self, now: float) -> None:
        """Renew our leases, and find out which lanes are no longer ours."""
        done = self._documents.update_many(
            {"_id": {"$in": [_id(lane) for lane in self.held]}, "holder": self._me},
            {"$inc": {"beat": 1}},
        )
        self._beaten = now
        if done.matched_count != len(self.held):
            self._drop_lost()

    def _drop_lost(self) -> None:
        documents = self._read(self.held)
        for lane, epoch in list(self.held.items()):
            document = documents.get(lane)
            if document is None or (document["epoch"], document["holder"]) != (epoch, self._me):
                _log.warning("lease_lost", lane=lane, epoch=epoch)
                del self.held[lane]
                self._seen.pop(lane, None)

    def contend(self, now: float) -> None:
        """Check the lanes that are not ours; take one whose holder is silent or gone.

        A lane that its holder released, or that was never held, is free at once.
        """
        self._looked = now
        wanted = [lane for lane in self._lanes if lane not in self.held]
        documents = self._read(wanted)
        for lane in wanted:
            document = documents.get(lane)
            if document is None:
                self._found(lane)
            elif document["holder"] == self._me:  # we took the lease and the answer was lost
                self._hold(lane, document["epoch"], now)
            elif self._silent(lane, document, now):
                self._take(lane, document, now)

    def all_held_elsewhere(self, now: float) -> bool:
        """Whether every lane has a holder, not us, whose beat went on within `lease_s`."""
        seen = dict(self._seen)  # another thread asks
        return len(seen) == len(self._lanes) and all(
            holder is not None and now - since < self._lease_s
            for (_, _, holder), since in seen.values()
        )

    def _silent(self, lane: int, document: Document, now: float) -> bool:
        shown = (int(document["epoch"]), int(document["beat"]), document["holder"])
        if lane not in self._seen or self._seen[lane][0] != shown:
            self._seen[lane] = (shown, now)
        return document["holder"] is None or now - self._seen[lane][1] >= self._lease_s

    def _found(self, lane: int) -> None:
        """Create the lease of a lane that was never held: free, at epoch 0."""
        try:
            self._documents.insert_one({"_id": _id(lane), "epoch": 0, "beat": 0, "holder": None})
        except DuplicateKeyError:
            return  # another process was faster; the next read shows its lease

    def _take(self, lane: int, document: Document, now: float) -> None:
        epoch = int(document["epoch"]) + 1
        done = self._documents.update_one(
            {"_id": _id(lane), "epoch": document["epoch"], "beat": document["beat"]},
            {"$set": {"epoch": epoch, "beat": 0, "holder": self._me}},
        )
        if done.matched_count == 1:
            self._hold(lane, epoch, now)

    def _hold(self, lane: int, epoch: int, now: float) -> None:
        _log.info("lease_taken", lane=lane, epoch=epoch)
        self.held[lane] = epoch
        self._beaten = min(self._beaten, now) if len(self.held) > 1 else now
        self._seen.pop(lane, None)

    def release(self) -> None:
        """Release every lane, so that another process takes it at once."""
        self._documents.update_many({"holder": self._me}, {"$set": {"holder": None}})
        self.held.clear()

    def _read(self, lanes: Sequence[int] | dict[int, int]) -> dict[int, Document]:
        found = self._documents.find({"_id": {"$in": [_id(lane) for lane in lanes]}})
        return {int(d["_id"].rpartition("/")[2]): d for d in found}


def _id(lane: int) -> str:
    return f"lease/{lane}"
