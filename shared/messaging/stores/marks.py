"""A group's position in a lane: a consumer starts from this mark alone.

A mark is only ever raised, so a zombie that writes an old mark has no effect
(`docs/models/c_consumer.py`, c8).
"""

from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class Marks:
    """Collection `marks` of the work database: `{_id: "<group>|<lane>", group, lane, position}`."""

    def __init__(self, work: Database[Document]) -> None:
        self._marks = work["marks"]

    def get(self, group: str, lane: int) -> int:
        """The highest position whose events are all handled; 0 before the first."""
        found = self._marks.find_one({"_id": _key(group, lane)})
        return 0 if found is None else int(found["position"])

    def raise_to(self, group: str, lane: int, position: int) -> None:
        """Raise the mark; a lower position changes nothing."""
        change = {"$max": {"position": position}, "$setOnInsert": {"group": group, "lane": lane}}
        try:
            self._marks.update_one({"_id": _key(group, lane)}, change, upsert=True)
        except DuplicateKeyError:  # two concurrent upserts of a new mark: the row exists now
            self._marks.update_one({"_id": _key(group, lane)}, change)

    def all(self) -> list[tuple[str, int, int]]:
        """(group, lane, position) of every mark, for displays of the lag."""
        found = self._marks.find({}, {"group": 1, "lane": 1, "position": 1})
        return sorted((m["group"], int(m["lane"]), int(m["position"])) for m in found)


def _key(group: str, lane: int) -> str:
    return f"{group}|{lane}"
