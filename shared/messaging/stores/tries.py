"""Tries of handling an event, counted where something failed, or after a start may fail.

A handler that kills its process raises nothing; only a record written before it began can count the
try (`docs/models/d_parking.py`, d5, d6').
"""

from typing import Any

from pymongo import ASCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class Tries:
    """Collection `tries` of the work database; a row is deleted once the mark passes it."""

    def __init__(self, work: Database[Document]) -> None:
        self._tries = work["tries"]

    def ensure_indexes(self) -> None:
        """Make the index that clearing uses; the service owns the collection."""
        keys = [("group", ASCENDING), ("lane", ASCENDING), ("position", ASCENDING)]
        self._tries.create_index(keys, name="place")

    def begin(self, group: str, what: str, *, lane: int, position: int) -> int:
        """Count one more try of `what` and return the number of tries begun so far."""
        change = {
            "$inc": {"begun": 1},
            "$setOnInsert": {"group": group, "lane": lane, "position": position},
        }
        key = {"_id": f"{group}|{what}"}
        # The after image, never the before image: one embedded server gives stale before images.
        after = ReturnDocument.AFTER
        try:
            row = self._tries.find_one_and_update(key, change, upsert=True, return_document=after)
        except DuplicateKeyError:
            row = self._tries.find_one_and_update(key, change, return_document=after)
        return int(row["begun"]) if row else 1

    def give_back(self, group: str, what: str) -> None:
        """Take back a try that ended because a server was unreachable."""
        self._tries.update_one(
            {"_id": f"{group}|{what}", "begun": {"$gt": 0}}, {"$inc": {"begun": -1}}
        )

    def clear(self, group: str, lane: int, upto: int) -> None:
        """Delete the tries of positions up to `upto`, which are handled or parked."""
        self._tries.delete_many(
            {"group": group, "lane": lane, "position": {"$gte": 0, "$lte": upto}}
        )
