"""What the projection reads: pieces of streams from the log, and its own generations' numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.notify.progress import Progress, fold
from shared.eventlog import Event, Loaded
from shared.messaging.stores.marks import Marks
from shared.relay.ledger.ledger import Ledger

Document = dict[str, Any]
PAGE = 500
POINTER = "progress"
FIRST = 1


class Generations:
    """Collection `generations` of the views: which one is live, and which were begun."""

    def __init__(self, views: Database[Document]) -> None:
        self._rows = views["generations"]
        self._views = views

    def live(self) -> int:
        """The generation that answers queries; the first one before any rebuild."""
        found = self._rows.find_one({"_id": POINTER})
        return FIRST if found is None else int(found["live"])

    def begin(self, now: datetime) -> int:
        """Take the next number for a new generation; two rebuilds never share one."""
        number = self.live()
        while True:
            number += 1
            try:
                self._rows.insert_one({"_id": f"{POINTER}/{number}", "begun_at": now})
            except DuplicateKeyError:
                continue
            return number

    def switch(self, before: int, after: int, now: datetime) -> bool:
        """Make `after` live where `before` still is; False when somebody else switched."""
        change = {"live": after, "previous": before, "switched_at": now}
        if before == FIRST:
            try:
                self._rows.insert_one({"_id": POINTER, **change})
            except DuplicateKeyError:
                pass
            else:
                return True
        done = self._rows.update_one({"_id": POINTER, "live": before}, {"$set": change})
        return done.matched_count == 1

    def drop(self, generation: int) -> None:
        """Remove a generation that is not live."""
        if generation == self.live():
            raise ValueError(f"generation {generation} is live")
        self._views.drop_collection(f"progress.{generation}")


class Loads(Protocol):
    """The log as far as the projection reads it; `EventLog` is one."""

    def load(self, stream: str, *, upto_version: int | None = None) -> Loaded: ...


def reader(events: Loads) -> Callable[[str, int, int], Iterable[Event]]:
    """The events of a stream between two versions, from the log."""

    def read(stream: str, first: int, last: int) -> Iterable[Event]:
        loaded = events.load(stream, upto_version=last)
        return [e for e in loaded.events if first <= e.version <= last]

    return read


@dataclass(frozen=True)
class Parts:
    """What rebuilding and comparing work on."""

    events: Loads
    ledger: Ledger
    marks: Marks
    views: Database[Document]
    lanes: int
    now: Callable[[], datetime]
    page: int = PAGE


def folded(events: Loads, case_id: str, upto: Mapping[str, int]) -> Progress:
    """The progress of a case at given versions of its streams, from the log."""
    read = reader(events)
    return fold(case_id, {stream: read(stream, 1, v) for stream, v in upto.items() if v})
