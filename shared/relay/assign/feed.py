"""The incoming commits: a change stream as the wake-up, a scan of the log as the truth behind it.

The stream is opened at the server's present operation time. The commits between the last known
point and that time are read from the log itself by `seq_hint`, so it does not matter whether the
server still has its history (some report a loss with error 286, one silently starts later than
asked). Servers that do not fill `seq_hint` leave Timestamp(0, 0): those commits are read by that
value.
"""

import contextlib
from collections.abc import Sequence
from typing import Any, cast

import bson
from bson import Timestamp
from pymongo import ASCENDING, UpdateOne
from pymongo.command_cursor import RawBatchCommandCursor
from pymongo.cursor import Cursor
from pymongo.database import Database
from pymongo.errors import PyMongoError

Document = dict[str, Any]
ZERO = Timestamp(0, 0)
FIRST = Timestamp(1, 0)
WHOLE = {"_id": 0, "sealed": 0}
BATCH = 500
_ENDS = ("drop", "rename", "dropDatabase", "invalidate")
_AHEAD_S = 60
_LARGEST_SPAN = 2**31


class LogFeed:
    """One change stream over `commits`, for all the lanes that a process may hold.

    It reads batch by batch as raw BSON. A change stream's own iterator takes one Python step for
    each commit, and would wait for more commits although a batch is already here.
    """

    def __init__(self, log: Database[Document], lanes: Sequence[int], *, wait_ms: int) -> None:
        self._log = log
        self._lanes = list(lanes)
        self._wait_ms = wait_ms
        self._cursor: RawBatchCommandCursor[Document] | None = None
        self.seen: Timestamp | None = None

    @property
    def is_open(self) -> bool:
        """Whether `read` can be called."""
        return self._cursor is not None

    def open(self) -> None:
        """Open at the server's present time; the caller scans the earlier commits."""
        self.close()
        now = operation_time(self._log)
        ours = {"operationType": "insert", "fullDocument.lane": {"$in": self._lanes}}
        cursor: Any = self._log["commits"].aggregate_raw_batches(
            [
                {"$changeStream": {"startAtOperationTime": now}},
                {"$match": {"$or": [ours, {"operationType": {"$in": list(_ENDS)}}]}},
            ],
            batchSize=BATCH,
            maxAwaitTimeMS=self._wait_ms,
        )
        self._cursor = cursor  # pymongo's annotation names another class than it returns
        self.seen = now

    def read(self) -> list[Document]:
        """The next batch of commits of our lanes, in order; waits a moment if there are none.

        Raises:
            PyMongoError: the stream is broken and closed; `open` again.
        """
        cursor = self._cursor  # another thread may close the stream meanwhile
        if cursor is None:
            return []
        try:
            batch = cursor.try_next()
            alive = cursor.alive
        except Exception:
            self.close()
            raise
        raw = cast("bytes | None", batch)  # a raw cursor gives bytes, whatever its type says
        changes = bson.decode_all(raw, self._log.codec_options) if raw else []
        found = [c["fullDocument"] for c in changes if c["operationType"] == "insert"]
        if found:
            self.seen = changes[-1]["clusterTime"]
        if not alive or any(c["operationType"] in _ENDS for c in changes):
            self.close()  # the collection was dropped or renamed
        return found

    def close(self) -> None:
        """Close the stream; harmless if there is none."""
        if self._cursor is not None:
            cursor, self._cursor = self._cursor, None
            with contextlib.suppress(PyMongoError):
                cursor.close()


def operation_time(log: Database[Document]) -> Timestamp:
    """The server's present operation time."""
    moment: Timestamp = log.command("ping")["operationTime"]
    return moment


class Scan:
    """All commits of a lane from a point of the log on, page by page, each read bounded.

    The span of a read adapts: everything at first, then twice the span of a full page, and more
    after a page that was not full. A commit may appear twice. `step` returns one page.
    """

    def __init__(
        self,
        log: Database[Document],
        lane: int,
        *,
        since: Timestamp,
        fields: Document | None = None,
    ) -> None:
        self._log = log
        self._lane = lane
        self._fields = WHOLE if fields is None else fields
        self._from = max(since, FIRST)
        self._until: Timestamp | None = None
        self._span_s = _LARGEST_SPAN
        self._unfilled: Cursor[Document] | None = None
        self._unfilled_done = False
        self.done = False

    def step(self, limit: int) -> list[Document]:
        """The next page; `done` is True if there is no other."""
        if self._until is None:
            self._until = Timestamp(operation_time(self._log).time + _AHEAD_S, 0)
        if not self._unfilled_done:
            page = self._step_unfilled(limit)
            if page:
                return page
        return self._step_filled(limit, self._until)

    def _step_unfilled(self, limit: int) -> list[Document]:
        """Commits whose `seq_hint` a server left at zero: a scan of the lane, in any order."""
        if self._unfilled is None:
            self._unfilled = self._log["commits"].find(
                {"lane": self._lane, "seq_hint": ZERO}, self._fields, batch_size=limit
            )
        page = [document for _, document in zip(range(limit), self._unfilled, strict=False)]
        if len(page) < limit:
            self._unfilled_done = True
            self._unfilled.close()
        return page

    def _step_filled(self, limit: int, until: Timestamp) -> list[Document]:
        while True:
            end = min(Timestamp(min(self._from.time + self._span_s, _LARGEST_SPAN - 1), 0), until)
            page = list(
                self._log["commits"]
                .find(
                    {"lane": self._lane, "seq_hint": {"$gte": self._from, "$lte": end}},
                    self._fields,
                )
                .sort("seq_hint", ASCENDING)
                .limit(limit)
            )
            if len(page) == limit:
                self._after_full(page)
                return page
            self._from = end
            self.done = end >= until
            self._span_s = min(self._span_s * 8, _LARGEST_SPAN)
            if page or self.done:
                return page

    def _after_full(self, page: Sequence[Document]) -> None:
        last: Timestamp = page[-1]["seq_hint"]
        if last == page[0]["seq_hint"]:
            last = Timestamp(last.time, last.inc + 1)  # a whole page at one timestamp: step over it
        self._span_s = max(1, 2 * (last.time - page[0]["seq_hint"].time))
        self._from = last


class Notes:
    """The point from which a lane's log is read again: `resume/<lane>`, only ever raised."""

    def __init__(self, log: Database[Document], *, margin_s: int) -> None:
        self._documents = log["lanes"]
        self._margin_s = margin_s

    def since(self, lane: int) -> Timestamp:
        """A point safely before every commit that may be missing in the ledger."""
        document = self._documents.find_one({"_id": f"resume/{lane}"})
        at = document.get("at") if document else None
        if not isinstance(at, Timestamp) or at.time <= self._margin_s:
            return FIRST
        return Timestamp(at.time - self._margin_s, 0)

    def save(self, lanes: Sequence[int], at: Timestamp) -> None:
        """Record that every commit of these lanes in the stream up to `at` is settled."""
        self._documents.bulk_write(
            [
                UpdateOne({"_id": f"resume/{lane}"}, {"$max": {"at": at}}, upsert=True)
                for lane in lanes
            ],
            ordered=False,
        )
