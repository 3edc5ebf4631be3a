"""How far a group has handled a lane: the one thing a consumer believes when it starts.

Only ever raised: a zombie that writes an old mark changes nothing
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
        """The highest position of which every event is handled; 0 before the first."""
        found = self._marks.find_one({"_id": _key(group, lane)})
        return 0 if found is None else int(found["position"])

    def raise_to(self, group: str, lane: int, position: int) -> None:
        """Raise the mark; a lower position changes nothing."""
        change = {"$max": {"position": position}, "$setOnInsert": {"group": group, "lane": lane}}
        try:
            self._marks.update_one({"_id": _key(group, lane)}, change, upsert=True)
        except DuplicateKeyError:  # two upserts of a new mark at once: the row is there now
            self._marks.update_one({"_id": _key(group, lane)}, change)

    def all(self) -> list[tuple[str, int, int]]:
        """(group, lane, position) of every mark, for whoever shows the lag."""
        found = self._marks.find({}, {"group": 1, "lane": 1, "position": 1})
        return sorted((m["group"], int(m["lane"]), int(m["position"])) for m in found)


def _key(group: str, lane: int) -> str:
    return f"{group}|{lane}"
