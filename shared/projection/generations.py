"""Which generation of a view is live, which were begun, and in which format each is written."""

from datetime import datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.projection.store import Store
from shared.projection.view import Document, View

FIRST = 1
# Generations that were begun by code which wrote no format.
FIRST_FORMAT = 1


class Generations:
    """The rows of one view in the collection `generations` of the views.

    `<name>` points to the live generation; `<name>/<n>` says when and in which format generation
    n was begun. The first generation is live without any row.
    """

    def __init__(self, view: View[Any], views: Database[Document]) -> None:
        self._view = view
        self._rows = views["generations"]
        self._views = views
        self._formats: dict[int, int] = {}  # of generations with a row: a format never changes

    def live(self) -> int:
        """The generation that answers queries; the first one before any rebuild."""
        found = self._rows.find_one({"_id": self._view.name})
        return FIRST if found is None else int(found["live"])

    def is_readable(self, generation: int) -> bool:
        """Whether a generation is written in the format of this code."""
        return self.format_of(generation) == self._view.format

    def is_ahead(self, generation: int) -> bool:
        """Whether a generation is written in a format of newer code."""
        return self.format_of(generation) > self._view.format

    def format_of(self, generation: int) -> int:
        """The format that a generation was begun in."""
        if generation not in self._formats:
            row = self._rows.find_one({"_id": self._row_id(generation)})
            if row is None:
                return FIRST_FORMAT
            self._formats[generation] = int(row.get("format", FIRST_FORMAT))
        return self._formats[generation]

    def claim_first(self, now: datetime) -> None:
        """Say in which format the first generation is written: ours, where nothing is in it yet."""
        row_id = self._row_id(FIRST)
        if self._rows.find_one({"_id": row_id}) is not None:
            return
        store = Store(self._view, self._views, FIRST)
        empty = store.collection.find_one({}, {"_id": 1}) is None
        number = self._view.format if empty else FIRST_FORMAT
        self._begin(FIRST, number, now)

    def begin(self, now: datetime) -> int:
        """Take the next number for a new generation; two rebuilds never share one."""
        number = self.live()
        while True:
            number += 1
            if self._begin(number, self._view.format, now):
                return number

    def unfinished(self) -> int | None:
        """The newest generation in our format that was begun after the live one, and not refused.

        A process that was stopped while it built goes on with it, from that generation's marks.
        """
        live = self.live()
        ours = {"_id": {"$gt": self._row_id(""), "$lt": f"{self._view.name}0"}}  # 0 follows /
        numbers = [
            int(row["_id"].rpartition("/")[2])
            for row in self._rows.find(ours)
            if row.get("format") == self._view.format and not row.get("refused")
        ]
        return max((n for n in numbers if n > live), default=None)

    def refuse(self, generation: int) -> None:
        """Remember that a generation was compared with the log and is not equal to it."""
        self._rows.update_one({"_id": self._row_id(generation)}, {"$set": {"refused": True}})

    def switch(self, before: int, after: int, now: datetime) -> bool:
        """Make `after` live where `before` still is; False when somebody else switched."""
        change = {"live": after, "previous": before, "switched_at": now}
        if before == FIRST:
            try:
                self._rows.insert_one({"_id": self._view.name, **change})
            except DuplicateKeyError:
                pass
            else:
                return True
        done = self._rows.update_one({"_id": self._view.name, "live": before}, {"$set": change})
        return done.matched_count == 1

    def drop(self, generation: int) -> None:
        """Remove a generation that is not live."""
        if generation == self.live():
            raise ValueError(f"generation {generation} is live")
        self._views.drop_collection(Store(self._view, self._views, generation).group)

    def _begin(self, number: int, in_format: int, now: datetime) -> bool:
        row = {"_id": self._row_id(number), "begun_at": now, "format": in_format}
        try:
            self._rows.insert_one(row)
        except DuplicateKeyError:
            return False
        return True

    def _row_id(self, generation: object) -> str:
        return f"{self._view.name}/{generation}"
