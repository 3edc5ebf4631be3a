"""The one follower's side of the timers: what the streams owe, kept in rows for all services.

A row carries the version of the event that set it, and every write is guarded by this version. A
zombie with an older fold therefore has no effect. A settled timer is marked, not deleted
(`docs/models/g_timers.py`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.eventlog import Loaded
from shared.messaging.consumer.received import Received
from shared.messaging.timers.store import COLLECTION, Timer, key_of, timer_of

Document = dict[str, Any]
FOLLOWER = "timers"
"""The follower's group, whose marks and parked rows it has, and its claim's."""


class OwedStep(Protocol):
    """A next step that the fold of a case owes; `shared.case` makes them."""

    @property
    def service(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def version(self) -> int: ...


Owing = Callable[[Loaded], Sequence[OwedStep]]


@dataclass(frozen=True)
class OwingOn:
    """What a stream owes now, by the kind of stream (`case/`); other streams owe nothing."""

    by_kind: Mapping[str, Owing]

    @property
    def kinds(self) -> tuple[str, ...]:
        """How the names of the streams begin that may owe something."""
        return tuple(self.by_kind)

    def __call__(self, loaded: Loaded) -> Sequence[OwedStep]:
        """The steps that a loaded stream owes, of all services."""
        for kind, owing in self.by_kind.items():
            if loaded.stream.startswith(kind):
                return owing(loaded)
        return ()


class NotThereYet(Exception):
    """A stream was read without an event that the ledger has: nothing is believed of it."""


class OwedRows:
    """Collection `timers` of the work database, of all services: the follower alone writes so."""

    def __init__(self, work: Database[Document]) -> None:
        self._timers = work[COLLECTION]

    def ensure_indexes(self) -> None:
        """Make the index by stream."""
        keys = [("stream", ASCENDING), ("state", ASCENDING)]
        self._timers.create_index(keys, name="any_service")

    def owe(self, stream: str, lane: int, owed: OwedStep) -> None:
        """Set a timer over any timer of an earlier version; an older version has no effect."""
        due = _up_to_the_millisecond(owed.due_at)
        key = key_of(owed.service, stream, owed.step)
        change = {
            "service": owed.service,
            "stream": stream,
            "lane": lane,
            "step": owed.step,
            "version": owed.version,
            "due_at": due,
            "next_at": due,
            "state": "owed",
            "fires": 0,
        }
        try:
            self._timers.update_one(
                {"_id": key, "version": {"$lt": owed.version}}, {"$set": change}, upsert=True
            )
        except DuplicateKeyError:
            return  # a timer of this version or a later one exists

    def settle(self, timer: Timer) -> None:
        """Mark a timer settled, only at the version that set it."""
        self._timers.update_one(
            {"_id": timer.key, "version": timer.version}, {"$set": {"state": "settled"}}
        )

    def of_streams(self, streams: Collection[str]) -> dict[str, list[Timer]]:
        """The owed timers of each of these streams, in one read."""
        found: dict[str, list[Timer]] = {stream: [] for stream in streams}
        for row in self._timers.find({"stream": {"$in": sorted(found)}, "state": "owed"}):
            found[row["stream"]].append(timer_of(row))
        return found


class TimerFeeder:
    """Keeps the timers of all services equal to the owed steps in the folds of the streams.

    Give `feed` to a `Group` as its batch handler, over a source that follows the ledger alone.
    `owing` is pure: the steps that a loaded stream owes now, of all services.
    """

    def __init__(
        self, rows: OwedRows, *, load: Callable[[str], Loaded], owing: Owing | OwingOn
    ) -> None:
        self._rows = rows
        self._load = load
        self._owing = owing

    def feed(self, batch: Sequence[Received]) -> None:
        """Set and settle the timers of each stream in the batch.

        What stands there already, of the same version or a later one, is not written: versions only
        rise, so that write would have no effect.

        Raises:
            NotThereYet: a stream is read without an event of the batch (g2).
        """
        newest: dict[str, Received] = {}
        for received in batch:
            before = newest.get(received.stream)
            if before is None or before.event.version < received.event.version:
                newest[received.stream] = received
        there = self._rows.of_streams(newest)
        for stream, received in newest.items():
            loaded = self._load(stream)
            if loaded.version < received.event.version:
                raise NotThereYet(
                    f"{stream} was read up to {loaded.version}, the ledger has {received.event_id}"
                )
            self._one(stream, received.lane, loaded, there[stream])

    def _one(self, stream: str, lane: int, loaded: Loaded, there: Sequence[Timer]) -> None:
        owed = self._owing(loaded)
        versions = {(timer.service, timer.step): timer.version for timer in there}
        for step in owed:
            if versions.get((step.service, step.step), 0) < step.version:
                self._rows.owe(stream, lane, step)
        still = {(step.service, step.step) for step in owed}
        for timer in there:
            # A timer of a version beyond the loaded stream comes from another, newer feeder.
            if (timer.service, timer.step) not in still and timer.version <= loaded.version:
                self._rows.settle(timer)


def _up_to_the_millisecond(moment: datetime) -> datetime:
    """Round up to the database's milliseconds: a timer never fires before its promised time."""
    rest = moment.microsecond % 1000
    return moment + timedelta(microseconds=1000 - rest) if rest else moment
