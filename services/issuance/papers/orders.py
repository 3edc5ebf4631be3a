"""Papers that somebody asked for and that are not signed yet: a list of work, not of the record.

It is in the work database, so that a paper is made while Kafka is away. Where the list is lost,
whoever looks for the paper puts it there again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pymongo
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE
from shared.eventlog.errors import LogUnavailable

WAIT = timedelta(seconds=30)
MOST_TRIES = 10
ORDER_S = 3.0


class PaperOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that is to be made: its id, and of which case. `tries`: how often it failed."""

    paper: str
    case: str
    tries: int = 0

    @property
    def given_up(self) -> bool:
        """Whether it failed so often that it is not tried any more."""
        return self.tries >= MOST_TRIES


class PaperOrders:
    """The collection `paper_orders` of the work database."""

    def __init__(self, work: Database[dict[str, Any]]) -> None:
        self._rows = work.get_collection("paper_orders", write_concern=DURABLE)

    def ensure_indexes(self) -> None:
        """Make the index by which the next ones are found."""
        self._rows.create_index([("next_at", ASCENDING)], name="next")

    def add(self, paper: str, case: str, *, now: datetime) -> PaperOrder:
        """Put a paper on the list, unless it is there.

        Raises:
            LogUnavailable: the server is away.
        """
        row = {"_id": paper, "case": case, "tries": 0, "next_at": now}
        try:
            with pymongo.timeout(ORDER_S):
                known = self._rows.find_one({"_id": paper})
                if known is None:
                    self._rows.insert_one(row)
        except DuplicateKeyError:
            return _order(row)
        except PyMongoError as error:
            raise LogUnavailable("The list of papers cannot be reached.") from error
        return _order(known or row)

    def of(self, paper: str) -> PaperOrder | None:
        """The order of a paper, if it is on the list.

        Raises:
            LogUnavailable: the server is away.
        """
        try:
            with pymongo.timeout(ORDER_S):
                row = self._rows.find_one({"_id": paper})
        except PyMongoError as error:
            raise LogUnavailable("The list of papers cannot be reached.") from error
        return None if row is None else _order(row)

    def due(self, now: datetime, *, most: int) -> Sequence[PaperOrder]:
        """The next ones that are to be made."""
        found = self._rows.find({"next_at": {"$lte": now}}).sort("next_at", ASCENDING)
        return [_order(row) for row in found.limit(most) if not _order(row).given_up]

    def failed(self, order: PaperOrder, *, now: datetime) -> None:
        """Try it again later; after many failures never."""
        later = now + WAIT * 2**order.tries
        self._rows.update_one(
            {"_id": order.paper}, {"$set": {"next_at": later}, "$inc": {"tries": 1}}
        )

    def done(self, paper: str) -> None:
        """Take it off the list."""
        self._rows.delete_one({"_id": paper})


def _order(row: dict[str, Any]) -> PaperOrder:
    return PaperOrder(paper=str(row["_id"]), case=str(row["case"]), tries=int(row["tries"]))
