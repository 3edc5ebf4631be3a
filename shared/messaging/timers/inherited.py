"""What the follower of all services takes over from those that each service had.

They had a group each, `<service>.timers`. The follower begins at the lowest of their marks, and
what is parked for them is parked for it. Each step may be done again, by several at once.
"""

from collections.abc import Iterable
from typing import Any

from pymongo.database import Database

from shared.messaging.stores.marks import Marks
from shared.messaging.stores.parking import Parking
from shared.messaging.timers.feeding import FOLLOWER

BEFORE = tuple(f"{service}.timers" for service in ("intake", "review", "issuance", "notify"))


def inherit(work: Database[dict[str, Any]], lanes: int) -> None:
    """Take over what they left; without anything of theirs nothing is done.

    A lane that one of them never handled anything of is followed from its beginning.
    """
    marks, parking = Marks(work), Parking(work)
    if not any(marks.get(FOLLOWER, lane) for lane in range(lanes)):
        _take_marks(marks, range(lanes))
    for group in BEFORE:
        _take_parked(parking, group)


def _take_marks(marks: Marks, lanes: Iterable[int]) -> None:
    for lane in lanes:
        lowest = min(marks.get(group, lane) for group in BEFORE)
        if lowest:
            marks.raise_to(FOLLOWER, lane, lowest)


def _take_parked(parking: Parking, group: str) -> None:
    """The new row first, whole; only then is the old one removed, as it was read."""
    for row in parking.all(group):
        for version in (row.next, row.seen):
            parking.park(FOLLOWER, row.stream, version, lane=row.lane, reason=row.reason)
        parking.remove(group, row.stream, began=row.next, did=row.seen)
