"""Uploads that no application names yet: kept for a day, or as long as a draft; then they are gone.

A row stands from before an upload is stored until a case has named it. Whoever names it says so in
the row first, and appends to the case after that; so the sweeping never meets an upload that is
named and not said to be. What it ends loses its key, as by an erasure, and cannot be opened any
more. What was uploaded before there were rows has none, and is never swept.
"""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.casework.log import case_of
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.config.wall_clock import utc_now
from shared.eventlog import EventLog
from shared.messaging.consumer.away import is_away
from shared.messaging.consumer.handling import where
from shared.vault import Blobs
from shared.vault.errors import VaultUnavailable

Document = dict[str, Any]
UNNAMED = timedelta(days=1)
OF_A_DRAFT = timedelta(days=31)  # a draft lasts for thirty
SETTLES = timedelta(days=1)  # by then a request that named an upload has ended
MOST_AT_ONCE = 100
EVERY_S = 60.0
_log = structlog.get_logger(__name__)


class UnnamedUploads:
    """Collection `unnamed_uploads` of the work database: `{_id: upload, until, cases, gone}`.

    `until`: when it goes. `cases`: for which a request named it. `gone`: its key is being, or
    has been, destroyed; nobody may name it any more.
    """

    INDEXES: ClassVar[Mapping[str, tuple[str, ...]]] = {"until": ("until",)}

    def __init__(self, work: Database[Document]) -> None:
        self._rows = work.get_collection(
            "unnamed_uploads", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )

    def ensure_indexes(self) -> None:
        """Make the index of the sweeping; for whoever prepares the databases."""
        for name, keys in self.INDEXES.items():
            self._rows.create_index([(key, ASCENDING) for key in keys], name=name)

    def add(self, upload: str, *, now: datetime) -> None:
        """An upload is about to be stored; a day from now it goes, unless somebody names it.

        Raises:
            VaultUnavailable: nothing may be stored that would never go.
        """
        row = {"cases": [], "gone": False}
        change = {"$setOnInsert": row, "$max": {"until": now + UNNAMED}}
        self._write({"_id": upload}, change, upsert=True)

    def again(self, upload: str, *, now: datetime) -> None:
        """An upload that is stored was sent once more: it begins its day anew.

        Without a row a case has it, or it is from before there were rows: it gets none, for it
        would be swept away from under its case.

        Raises:
            VaultUnavailable.
        """
        self._write({"_id": upload, "gone": False}, {"$max": {"until": now + UNNAMED}})

    def keep(self, uploads: Collection[str], *, now: datetime) -> datetime:
        """A draft names these: they stay as long as it does; until when.

        Raises:
            VaultUnavailable.
        """
        until = now + OF_A_DRAFT
        self._write({"_id": {"$in": [*uploads]}, "gone": False}, {"$max": {"until": until}})
        return until

    def name(self, uploads: Collection[str], case: str, *, now: datetime) -> bool:
        """A request names these for a case, before it appends; False where a row may be missing.

        Raises:
            VaultUnavailable.
        """
        wanted = {"_id": {"$in": [*uploads]}, "gone": False}
        change = {"$addToSet": {"cases": case}, "$max": {"until": now + SETTLES}}
        return self._write(wanted, change) == len(set(uploads))

    def gone(self, uploads: Collection[str]) -> set[str]:
        """Those of these that are going this moment.

        Raises:
            VaultUnavailable.
        """
        try:
            found = self._rows.find({"_id": {"$in": [*uploads]}, "gone": True}, {"_id": 1})
            return {row["_id"] for row in found}
        except PyMongoError as error:
            raise VaultUnavailable("The list of uploads cannot be read.") from error

    def over(self, *, now: datetime) -> list[Document]:
        """Rows whose time is over, the oldest first."""
        late = self._rows.find({"until": {"$lte": now}}).sort("until", ASCENDING)
        return list(late.limit(MOST_AT_ONCE))

    def end(self, row: Document) -> bool:
        """Let nobody name it any more; False where somebody named or kept it meanwhile."""
        as_read = {"_id": row["_id"], "until": row["until"], "cases": row["cases"]}
        return self._rows.update_one(as_read, {"$set": {"gone": True}}).matched_count == 1

    def forget(self, upload: str) -> None:
        """A case has it, or it is gone: the row has done its work."""
        self._rows.delete_one({"_id": upload})

    def _write(self, which: Document, change: Document, *, upsert: bool = False) -> int:
        try:
            return self._rows.update_many(which, change, upsert=upsert).matched_count
        except PyMongoError as error:
            raise VaultUnavailable("The list of uploads cannot be written.") from error


def sweeping(
    unnamed: UnnamedUploads,
    blobs: Blobs,
    log: EventLog,
    *,
    now: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[], None]:
    """The tick that ends what nobody named in time: once a minute, a hundred at most."""
    next_at = monotonic()

    def tick() -> None:
        nonlocal next_at
        if monotonic() < next_at:
            return
        next_at = monotonic() + EVERY_S
        for row in unnamed.over(now=now()):
            try:
                end_unless_named(row, unnamed, blobs, log, now())
            except Exception as error:
                if is_away(error):
                    raise
                _log.error("upload_not_settled", error=type(error).__name__, where=where(error))

    return tick


def end_unless_named(
    row: Document, unnamed: UnnamedUploads, blobs: Blobs, log: EventLog, now: datetime
) -> None:
    """End an upload whose time is over; one that a case has stays, and loses its row alone."""
    upload = row["_id"]
    if any(named_in(log, case, upload) for case in row["cases"]):
        unnamed.forget(upload)
    elif unnamed.end(row):
        blobs.destroy(upload, now=now)
        unnamed.forget(upload)


def named_in(log: EventLog, case: str, upload: str) -> bool:
    """Whether a case has this upload among its materials."""
    return any(one.blob == upload for one in case_of(log.load(f"case/{case}")).materials)
