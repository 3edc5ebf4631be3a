"""A limit on guesses at one case number: counted in the database, for all processes together."""

from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.config.databases import DURABLE
from shared.http import Problem

MOST = 5
HOUR = timedelta(hours=1)


class NumberTries:
    """Collection `number_tries` of the work database: wrong answers about a number in an hour.

    A row is `{_id: number/hour, wrong, until}`; the server deletes it when its hour is over.
    """

    def __init__(self, work: Database[dict[str, Any]]) -> None:
        self._rows = work.get_collection("number_tries", write_concern=DURABLE)

    def ensure_indexes(self) -> None:
        """Make the index by which the server deletes old rows."""
        self._rows.create_index("until", expireAfterSeconds=0)

    def take(self, number: str, now: datetime) -> None:
        """Count a try before it is known whether it is right, so that tries at once all count.

        Raises:
            Problem: 429 with the seconds to wait, where this hour had too many; it is the same
                for a number that no case has.
        """
        hour, until = _hour(now)
        change = {"$inc": {"wrong": 1}, "$setOnInsert": {"until": until}}
        row = self._counted(f"{number}/{hour}", change)
        if row["wrong"] > MOST:
            raise Problem(
                "too-many-requests",
                "Too many tries for this number; try again later.",
                headers={"Retry-After": str(int((until - now).total_seconds()) + 1)},
            )

    def give_back(self, number: str, now: datetime) -> None:
        """Take a try back that was right: who may ask may ask as often as they like."""
        hour, _ = _hour(now)
        self._rows.update_one({"_id": f"{number}/{hour}"}, {"$inc": {"wrong": -1}})

    def _counted(self, place: str, change: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._count(place, change)
        except DuplicateKeyError:  # two first tries at once: the row is there now
            return self._count(place, change)

    def _count(self, place: str, change: dict[str, Any]) -> dict[str, Any]:
        row = self._rows.find_one_and_update(
            {"_id": place}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        assert row is not None  # noqa: S101 - an upsert always has one afterwards
        return row


def _hour(now: datetime) -> tuple[str, datetime]:
    """The name of the present hour of the clock, and its end."""
    since = now.replace(minute=0, second=0, microsecond=0)
    return since.strftime("%Y%m%d%H"), since + HOUR
