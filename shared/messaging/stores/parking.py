"""Parked streams: those a group cannot handle, set aside one by one while the others go on.

A row names the version where the redrive begins (`next`) and the version that the consumer has
passed (`seen`). Each write is a single guarded update; `docs/models/d_parking.py` shows the races
that any other form loses.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.config.wall_clock import utc_now

Document = dict[str, Any]
LONGEST_REASON = 300


@dataclass(frozen=True)
class Parked:
    """One parked stream of one group; `next` and `seen` are versions of the stream."""

    group: str
    stream: str
    lane: int
    next: int
    seen: int
    reason: str
    since: datetime


class Parking:
    """Collection `parked` of the work database."""

    def __init__(self, work: Database[Document]) -> None:
        self._parked: Collection[Document] = work["parked"]

    def ensure_indexes(self) -> None:
        """Make the index by group and lane; the service owns the collection."""
        self._parked.create_index([("group", ASCENDING), ("lane", ASCENDING)], name="group_lane")

    def streams(self, group: str, lane: int) -> set[str]:
        """The streams of a lane that are parked for the group."""
        found = self._parked.find({"group": group, "lane": lane}, {"stream": 1})
        return {row["stream"] for row in found}

    def park(self, group: str, stream: str, version: int, *, lane: int, reason: str) -> None:
        """Park a stream at a version, or widen its existing row (d4: never a plain insert)."""
        change = {
            "$min": {"next": version},
            "$max": {"seen": version},
            "$set": {"reason": reason[:LONGEST_REASON]},
            "$setOnInsert": {
                "group": group,
                "stream": stream,
                "lane": lane,
                "since": utc_now(),
            },
        }
        try:
            self._parked.update_one(_key(group, stream), change, upsert=True)
        except DuplicateKeyError:  # two concurrent upserts: the row exists now
            self._parked.update_one(_key(group, stream), change)

    def raise_seen(self, group: str, stream: str, version: int) -> bool:
        """Record that the consumer passed a version; False if there is no row (d1: then handle it).

        No upsert: a row created here would lack the version where the redrive begins (d2).
        """
        result = self._parked.update_one(_key(group, stream), {"$max": {"seen": version}})
        return result.matched_count > 0

    def remove(self, group: str, stream: str, *, began: int, did: int) -> bool:
        """Remove the row if nothing is left: not parked below `began`, not seen beyond `did`."""
        wanted = {**_key(group, stream), "next": {"$gte": began}, "seen": {"$lte": did}}
        return self._parked.delete_one(wanted).deleted_count > 0

    def get(self, group: str, stream: str) -> Parked | None:
        """The row of a stream; None if it is not parked."""
        row = self._parked.find_one(_key(group, stream))
        return None if row is None else _parked(row)

    def all(self, group: str | None = None) -> list[Parked]:
        """Every parked stream of one group, or of all groups, oldest first."""
        rows = self._parked.find({} if group is None else {"group": group})
        return sorted((_parked(row) for row in rows), key=lambda parked: parked.since)

    def count(self, group: str) -> int:
        """The number of streams that are parked for a group."""
        return self._parked.count_documents({"group": group})


def _key(group: str, stream: str) -> Document:
    return {"_id": f"{group}|{stream}"}


def _parked(row: Document) -> Parked:
    return Parked(
        group=row["group"],
        stream=row["stream"],
        lane=row["lane"],
        next=row["next"],
        seen=row["seen"],
        reason=row["reason"],
        since=row["since"],
    )


class StreamCount:
    """The number of streams in the ledger: the base of "one per cent of streams".

    It counts the streams' first commits and caches the result; called only when many are parked.
    """

    def __init__(
        self,
        log: Database[Document],
        *,
        keep_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = log["ledger"]
        self._keep_s = keep_s
        self._clock = clock
        self._count = 0
        self._counted_at: float | None = None

    def __call__(self) -> int:
        now = self._clock()
        if self._counted_at is None or now - self._counted_at > self._keep_s:
            self._count = self._ledger.count_documents({"first_version": 1})
            self._counted_at = now
        return self._count
