"""Going on with a parked stream after whatever stopped it is repaired: from the log, to its end.

The row goes only where the consumer has passed nothing that the redrive did not do, else round
again (`docs/models/d_parking.py`): between any two steps a consumer may raise `seen`, or park anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from shared.eventlog import CommitStore, event_values
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.handling import where
from shared.messaging.consumer.received import Received, Unreadable, decode
from shared.messaging.stores.parking import Parking
from shared.relay.ledger.ledger import Ledger

_log = structlog.get_logger(__name__)
MAX_ROUNDS = 100


class History(Protocol):
    """A stream's events that have a place in the ledger."""

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        """Events from version `first` on, in order, as far as the ledger knows them.

        Raises:
            Unreadable: bytes that do not decode.
        """
        ...


class LogHistory:
    """`History` from the log, with the places of the ledger."""

    def __init__(self, commits: CommitStore, ledger: Ledger) -> None:
        self._commits = commits
        self._ledger = ledger

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        """See `History`."""
        found: list[Received] = []
        for commit in self._commits.stream(stream):
            if commit.last_version < first:
                continue
            row = self._ledger.row_of_commit(lane, stream, commit.first_version)
            if row is None:  # no position yet: it will come to the consumer by itself
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
    """What a redrive did: `done` when the row is gone, else `problem` says why not."""

    group: str
    stream: str
    handled: int
    done: bool
    problem: str | None = None


class Redrive:
    """The redrive of one stream in steps of one effect each, so that a test can stop between."""

    def __init__(self, group: Group, stream: str, *, parking: Parking, history: History) -> None:
        self._group = group
        self._stream = stream
        self._parking = parking
        self._history = history
        self.handled = 0
        self.began = 0
        self.did = 0

    def begin(self) -> bool:
        """Read the row; False when the stream is not parked (any more)."""
        row = self._parking.get(self._group.name, self._stream)
        if row is None:
            return False
        self._lane = row.lane
        self.began, self.did = row.next, row.next - 1
        return True

    def work(self) -> None:
        """Handle what the log has beyond what was done.

        Raises:
            Unreadable: an event that this code does not know.
            Exception: the handler's own; the row stays as it is.
        """
        first = self.did + 1
        for received in self._history.events(self._stream, lane=self._lane, first=first):
            if self._group.wants(received.event.type):
                self._group.check_schema(received)
                self._group.run(received)
                self.handled += 1
            self.did = received.event.version

    def remove(self) -> bool:
        """Remove the row where nothing is left of it; False: go round again."""
        return self._parking.remove(self._group.name, self._stream, began=self.began, did=self.did)


def redrive(group: Group, stream: str, *, parking: Parking, history: History) -> Redriven:
    """Handle a parked stream from the log until its row can go.

    Never raises for the handler: what it raised is named in the answer, and the row stays.
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
        if row.next < doing.began:  # parked anew further down: begin there
            doing.begin()
    return Redriven(
        group.name, stream, doing.handled, done=False, problem="the consumer was always ahead"
    )
