"""Owed steps with their due times, read from the ledger so that no step is forgotten.

A timer carries the version of the event that set it, and every write is guarded by this version. A
zombie with an older fold therefore has no effect. A settled timer is marked, not deleted
(`docs/models/g_timers.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.config.backoff import backoff
from shared.eventlog import Loaded
from shared.messaging.consumer.received import Received

Document = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_RETRY = timedelta(hours=1)
FIRST_RETRY = timedelta(seconds=5)


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


@dataclass(frozen=True)
class Timer:
    """One owed step. `next_at` is the time of the next try, `fires` the number of tries so far."""

    service: str
    stream: str
    lane: int
    step: str
    version: int
    due_at: datetime
    next_at: datetime
    fires: int


class Timers:
    """Collection `timers` of the work database, restricted to one service."""

    def __init__(self, work: Database[Document], service: str) -> None:
        self._timers = work["timers"]
        self._service = service

    def ensure_indexes(self) -> None:
        """Make the indexes by due time and by stream; the service owns the collection."""
        by_time = ["service", "lane", "state", "next_at"]
        by_stream = ["service", "stream", "state"]
        any_lane = ["service", "state", "next_at"]
        for name, keys in (("next", by_time), ("stream", by_stream), ("any_lane", any_lane)):
            self._timers.create_index([(key, ASCENDING) for key in keys], name=name)

    def owe(self, stream: str, lane: int, owed: OwedStep) -> None:
        """Set a timer over any timer of an earlier version; an older version has no effect."""
        due = _up_to_the_millisecond(owed.due_at)
        key = self._key(stream, owed.step)
        change = {
            "service": self._service,
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
            {"_id": self._key(timer.stream, timer.step), "version": timer.version},
            {"$set": {"state": "settled"}},
        )

    def of_stream(self, stream: str) -> list[Timer]:
        """The owed timers of a stream."""
        wanted = {"service": self._service, "stream": stream, "state": "owed"}
        return [_timer(row) for row in self._timers.find(wanted)]

    def streams(self, lane: int, steps: Sequence[str], *, after: str, limit: int) -> list[str]:
        """The streams of a lane after `after` that owe a step with one of these prefixes.

        `limit` bounds the timers that are read, so the result may be short. It is empty only if no
        stream is left.
        """
        begins = [{"step": {"$gte": step, "$lt": step + "\uffff"}} for step in steps]
        wanted = {
            "service": self._service,
            "stream": {"$gt": after},
            "state": "owed",
            "lane": lane,
            "$or": begins,
        }
        rows = self._timers.find(wanted).sort("stream", ASCENDING).limit(limit)
        return list(dict.fromkeys(row["stream"] for row in rows))

    def any_due(self, now: datetime) -> bool:
        """Whether a timer of any lane is due."""
        wanted = {
            "service": self._service,
            "state": "owed",
            "next_at": {"$gte": EPOCH, "$lte": now},
        }
        return self._timers.find_one(wanted, {"_id": 1}) is not None

    def due(self, lane: int, now: datetime, limit: int) -> list[Timer]:
        """The due timers of a lane, longest due first."""
        wanted = {
            "service": self._service,
            "lane": lane,
            "state": "owed",
            "next_at": {"$gte": EPOCH, "$lte": now},
        }
        rows = self._timers.find(wanted).sort("next_at", ASCENDING).limit(limit)
        return [_timer(row) for row in rows]

    def postpone(self, timer: Timer, now: datetime) -> None:
        """Schedule the next try with back-off: doubling, at most an hour.

        The feeder may settle it first.
        """
        pause = backoff(timer.fires + 1, first=FIRST_RETRY, longest=LONGEST_RETRY)
        self._timers.update_one(
            {"_id": self._key(timer.stream, timer.step), "version": timer.version},
            {"$set": {"next_at": now + pause}, "$inc": {"fires": 1}},
        )

    def _key(self, stream: str, step: str) -> str:
        return f"{self._service}|{stream}|{step}"


class TimerFeeder:
    """Keeps a service's timers equal to the owed steps in the folds of its streams.

    Give `feed` to a `Group` as its batch handler, over a source that follows the ledger alone.
    `owing` is pure: the steps that a loaded stream owes now, of all services.
    """

    def __init__(
        self, timers: Timers, service: str, *, load: Callable[[str], Loaded], owing: Owing
    ) -> None:
        self._timers = timers
        self._service = service
        self._load = load
        self._owing = owing

    def feed(self, batch: Sequence[Received]) -> None:
        """Set and settle the timers of each stream in the batch.

        What stands there already, of the same version or a later one, is not written: versions only
        rise, so that write would have no effect.
        """
        for stream, lane in {received.stream: received.lane for received in batch}.items():
            loaded = self._load(stream)
            owed = [step for step in self._owing(loaded) if step.service == self._service]
            there = self._timers.of_stream(stream)
            versions = {timer.step: timer.version for timer in there}
            for step in owed:
                if versions.get(step.step, 0) < step.version:
                    self._timers.owe(stream, lane, step)
            still = {step.step for step in owed}
            for timer in there:
                # A timer of a version beyond the loaded stream comes from another, newer feeder.
                if timer.step not in still and timer.version <= loaded.version:
                    self._timers.settle(timer)


def _up_to_the_millisecond(moment: datetime) -> datetime:
    """Round up to the database's milliseconds: a timer never fires before its promised time."""
    rest = moment.microsecond % 1000
    return moment + timedelta(microseconds=1000 - rest) if rest else moment


def _timer(row: Document) -> Timer:
    return Timer(
        service=row["service"],
        stream=row["stream"],
        lane=row["lane"],
        step=row["step"],
        version=row["version"],
        due_at=row["due_at"],
        next_at=row["next_at"],
        fires=row["fires"],
    )
