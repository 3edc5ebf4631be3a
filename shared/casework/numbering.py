"""Case numbers, taken by a process in blocks: one row of the log's database a block.

A row is inserted and never changed; its `_id` is the day, the region and the block, so that two
processes never have the same. What a process did not use when it ended is a gap, as is the number
of a request that was refused or repeated.
"""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pymongo
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.case.deciding.case_numbers import LAST_SERIAL, numbers_of
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import Contended, LogUnavailable

BLOCK = 100
ATTEMPTS = 40
TAKE_S = 6.0


class CaseNumbers:
    """Gives each case a number that no other case has. Safe for threads."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.collection: Collection[dict[str, Any]] = database.get_collection(
            "case_numbers", read_concern=MAJORITY, write_concern=DURABLE, read_preference=PRIMARY
        )
        self._lock = threading.Lock()
        self._left: dict[tuple[date, str], Iterator[str]] = {}

    def take(self, day: date, region: str) -> str:
        """The next number of this day and region; empty where all of the day's are given.

        Raises:
            LogUnavailable: the server is away.
            Contended: too many others take blocks at this moment.
        """
        with self._lock:
            left = self._left.get((day, region), iter(()))
            number = next(left, "")
            if not number:
                left = self._block(day, region)
                number = next(left, "")
            self._left = {key: value for key, value in self._left.items() if key[0] == day}
            self._left[day, region] = left
        return number

    def _block(self, day: date, region: str) -> Iterator[str]:
        try:
            with pymongo.timeout(TAKE_S):
                block = self._claim(f"{day:%Y%m%d}{region}")
        except PyMongoError as error:
            raise LogUnavailable("The case numbers cannot be reached.") from error
        first = block * BLOCK
        return numbers_of(day, region, max(first, 1), min(first + BLOCK - 1, LAST_SERIAL))

    def _claim(self, place: str) -> int:
        """The first block that nobody has; one behind the last when all are taken."""
        for _ in range(ATTEMPTS):
            within = {"$gte": f"{place}/", "$lt": f"{place}0"}
            last = self.collection.find_one({"_id": within}, sort=[("_id", pymongo.DESCENDING)])
            block = 0 if last is None else int(last["_id"].rpartition("/")[2]) + 1
            if block * BLOCK > LAST_SERIAL:
                return block
            try:
                self.collection.insert_one({"_id": f"{place}/{block:03d}"})
            except DuplicateKeyError:
                continue
            return block
        raise Contended
