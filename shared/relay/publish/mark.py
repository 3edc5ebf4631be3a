"""A lane's published position: a document that only the present epoch of the lease may raise."""

from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class PublishedMark:
    """`mark/<lane>`: how far the lane is published, fenced by the lease's epoch."""

    def __init__(self, log: Database[Document], lane: int, epoch: int) -> None:
        self._documents = log["lanes"]
        self._id = f"mark/{lane}"
        self.epoch = epoch

    def claim(self) -> None:
        """Fence off every earlier epoch."""
        raised = {"$max": {"epoch": self.epoch}, "$setOnInsert": {"position": 0}}
        try:
            self._documents.update_one({"_id": self._id}, raised, upsert=True)
        except DuplicateKeyError:  # created by another process at the same moment
            self._documents.update_one({"_id": self._id}, {"$max": {"epoch": self.epoch}})

    def read(self) -> tuple[int, int]:
        """The present position and epoch."""
        document = self._documents.find_one({"_id": self._id}) or {}
        return int(document.get("position", 0)), int(document.get("epoch", 0))

    def move(self, position: int) -> bool:
        """Raise the mark; False if the epoch is no longer ours (or the mark was there already)."""
        done = self._documents.update_one(
            {"_id": self._id, "epoch": self.epoch, "position": {"$lt": position}},
            {"$set": {"position": position}},
        )
        return done.matched_count == 1
