"""Redriving a parked stream after its cause is repaired: from the log, to the end of the stream.

The row is removed only if the consumer has passed no event that the redrive did not handle;
otherwise the redrive repeats (`docs/models/d_parking.py`). Between any two steps a consumer may
raise `seen` or park the stream again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from shared.eventlog import Loaded, event_values
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.handling import where
from shared.messaging.consumer.received import Received, Unreadable, decode
from shared.messaging.stores.parking import Parking
from shared.relay.ledger.ledger import Ledger

_log = structlog.get_logger(__name__)
MAX_ROUNDS = 100


class History(Protocol):
    """The events of a stream that have a position in the ledger."""

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        """Events from version `first` on, in order, up to the last one in the ledger.

        Raises:
            Unreadable: bytes that do not decode.
        """
        ...


class LogHistory:
    """`History` read from the log, with the positions of the ledger."""

    def __init__(self, load: Callable[[str], Loaded], ledger: Ledger) -> None:
        self._load = load
        self._ledger = ledger

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        """See `History`."""
        found: list[Received] = []
        for commit in self._load(stream):
            if commit.last_version < first:
                continue
            row = self._ledger.row_of_commit(lane, stream, commit.first_version)
            if row is None:  # no position yet: the consumer will receive it later
                break
            values = event_values(commit)
            found += [
                decode(value, lane=lane, position=row.position, index=index, count=len(values))
                for index, value in enumerate(values, start=1)
                if commit.first_version + index - 1 >= first
            ]
        return found


@dataclass(frozen=True)
class Redriven:
    """The outcome of a redrive: `done` if the row is gone, else `problem` gives the reason."""

    group: str
    stream: str
    handled: int
    done: bool
    problem: str | None = None


class Redrive:
    """The redrive of one stream in steps of one effect each, so that a test can stop in between."""

    def __init__(self, group: Group, stream: str, *, parking: Parking, history: History) -> None:
        self._group = group
        self._stream = stream
        self._parking = parking
        self._history = history
        self.handled = 0
        self.began = 0
        self.did = 0

    def begin(self) -> bool:
        """Read the row; False if the stream is not parked (any more)."""
        row = self._parking.get(self._group.name, self._stream)
        if row is None:
            return False
        self._lane = row.lane
        self.began, self.did = row.next, row.next - 1
        return True

    def work(self) -> None:
        """Handle the log's events beyond those already handled.

        Raises:
            Unreadable: an event that this code does not know.
            Exception: the handler's own error; the row stays unchanged.
        """
        first = self.did + 1
        for received in self._history.events(self._stream, lane=self._lane, first=first):
            if self._group.wants(received.event.type):
                self._group.check_schema(received)
                self._group.run(received)
                self.handled += 1
            self.did = received.event.version

    def remove(self) -> bool:
        """Remove the row if nothing is left of it; False: repeat the redrive."""
        return self._parking.remove(self._group.name, self._stream, began=self.began, did=self.did)


def redrive(group: Group, stream: str, *, parking: Parking, history: History) -> Redriven:
    """Handle a parked stream from the log until its row can be removed.

    A handler's error is not raised: the result names it, and the row stays.
    """
    doing = Redrive(group, stream, parking=parking, history=history)
    if not doing.begin():
        return Redriven(group.name, stream, 0, done=False, problem="the stream is not parked")
    for _ in range(MAX_ROUNDS):
        try:
            doing.work()
        except Unreadable as error:
            return Redriven(group.name, stream, doing.handled, done=False, problem=str(error))
        except Exception as error:  # noqa: BLE001 - told to the operator, the row stays
            problem = f"version {doing.did + 1}: {type(error).__name__} at {where(error)}"
            return Redriven(group.name, stream, doing.handled, done=False, problem=problem)
        if doing.remove():
            _log.info("stream_redriven", group=group.name, stream=stream, handled=doing.handled)
            return Redriven(group.name, stream, doing.handled, done=True)
        row = parking.get(group.name, stream)
        if row is None:
            return Redriven(group.name, stream, doing.handled, done=True)
        if row.next < doing.began:  # parked again at an earlier version: begin there
            doing.begin()
    return Redriven(
        group.name, stream, doing.handled, done=False, problem="the consumer was always ahead"
    )
