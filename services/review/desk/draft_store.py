"""Where the drafts of proposals lie, one a case: sealed bytes, by whom and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pymongo
from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import LogUnavailable

COLLECTION = "desk_drafts"
KEPT_FOR = timedelta(days=30)
ASK_S = 4.0


@contextmanager
def _asking() -> Iterator[None]:
    """A few seconds for the server; LogUnavailable where it does not answer."""
    try:
        with pymongo.timeout(ASK_S):
            yield
    except PyMongoError as error:
        raise LogUnavailable("The drafts cannot be reached.") from error


class KeptDraft(NamedTuple):
    """A sealed draft; `key_ref`: the key that opens it."""

    officer: str
    key_ref: str
    sealed: bytes
    at: datetime


class DraftStore:
    """One draft a case, in the work database; each one kept sweeps what is older than 30 days."""

    def __init__(self, work: Database[dict[str, Any]]) -> None:
        self._rows: Collection[dict[str, Any]] = work.get_collection(
            COLLECTION, write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )

    def ensure_indexes(self) -> None:
        """Make the index by which the old ones are found."""
        self._rows.create_index([("at", ASCENDING)], name="age")

    def keep(self, case: str, draft: KeptDraft) -> None:
        """Keep this draft in place of the one before. Raises `LogUnavailable`."""
        row = {**draft._asdict(), "_id": case}
        with _asking():
            self._rows.replace_one({"_id": case}, row, upsert=True)
        self.sweep(draft.at)

    def find(self, case: str, now: datetime) -> KeptDraft | None:
        """The draft of a case; None where there is none, or its time is over: then it goes."""
        with _asking():
            row = self._rows.find_one({"_id": case})
            if row is not None and row["at"] < now - KEPT_FOR:
                self._rows.delete_one({"_id": case, "at": row["at"]})
                return None
        if row is None:
            return None
        return KeptDraft(row["officer"], row["key_ref"], bytes(row["sealed"]), row["at"])

    def sweep(self, now: datetime) -> None:
        """Delete what is older than 30 days."""
        with _asking():
            self._rows.delete_many({"at": {"$lt": now - KEPT_FOR}})
