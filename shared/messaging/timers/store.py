"""Owed steps with their due times: a service's side, which fires them and writes when to try again.

What is owed, and from which event, stands in `feeding`: the follower alone writes that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING
from pymongo.database import Database

from shared.config.backoff import backoff

Document = dict[str, Any]
COLLECTION: Final = "timers"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_RETRY = timedelta(hours=1)
FIRST_RETRY = timedelta(seconds=5)


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

    @property
    def key(self) -> str:
        """The id of its row."""
        return key_of(self.service, self.stream, self.step)


class Timers:
    """Collection `timers` of the work database, restricted to one service.

    It writes `next_at` and the number of tries, nothing else (decision 5).
    """

    def __init__(self, work: Database[Document], service: str) -> None:
        self._timers = work[COLLECTION]
        self._service = service

    def ensure_indexes(self) -> None:
        """Make the indexes by due time and by stream; the service owns the collection."""
        by_time = ["service", "lane", "state", "next_at"]
        by_stream = ["service", "stream", "state"]
        any_lane = ["service", "state", "next_at"]
        for name, keys in (("next", by_time), ("stream", by_stream), ("any_lane", any_lane)):
            self._timers.create_index([(key, ASCENDING) for key in keys], name=name)

    def of_stream(self, stream: str) -> list[Timer]:
        """The owed timers of a stream."""
        wanted = {"service": self._service, "stream": stream, "state": "owed"}
        return [timer_of(row) for row in self._timers.find(wanted)]

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
        return [timer_of(row) for row in rows]

    def postpone(self, timer: Timer, now: datetime) -> None:
        """Schedule the next try with back-off: doubling, at most an hour.

        The follower may settle it first.
        """
        pause = backoff(timer.fires + 1, first=FIRST_RETRY, longest=LONGEST_RETRY)
        self._timers.update_one(
            {"_id": timer.key, "version": timer.version},
            {"$set": {"next_at": now + pause}, "$inc": {"fires": 1}},
        )


def key_of(service: str, stream: str, step: str) -> str:
    """The id of a timer's row."""
    return f"{service}|{stream}|{step}"


def timer_of(row: Document) -> Timer:
    """The timer of a row."""
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
