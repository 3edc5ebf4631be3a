"""Handling positions in order: nothing is written for what goes well, and the fifth failure parks.

A lane's mark is the last position whose events are all handled or covered by a parked row. An error
in the middle leaves the mark unchanged. The mark is stored last, and not for each event: what was
handled above it when a process died is handled again, which has no effect.

A handler that kills its process raises nothing. So whoever takes up a lane goes step by step as far
as its predecessor may have been: there a try is counted before it starts
(`docs/models/d_parking.py`, d6').
"""

import traceback
from collections.abc import Callable, Sequence

import structlog

from shared.messaging.consumer.away import Limits, is_away, pause_s
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.lane import Lane
from shared.messaging.consumer.metrics import GroupMetrics
from shared.messaging.consumer.pace import Pace
from shared.messaging.consumer.ports import MarkStore, ParkStore, TryStore
from shared.messaging.consumer.received import Received, Unreadable
from shared.messaging.consumer.sorting import Position

_log = structlog.get_logger(__name__)
KeepOn = Callable[[], bool]


class TryLater(Exception):
    """The lane waits: a try failed, and the next try is not due yet."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class TooManyParked(Exception):
    """Parking one more stream would pass the limits: a general fault, so the consumer stops."""


class Handling:
    """Runs a group's handlers, for one lane at a time. `streams` counts all streams."""

    def __init__(
        self,
        group: Group,
        *,
        marks: MarkStore,
        tries: TryStore,
        parks: ParkStore,
        streams: Callable[[], int],
        limits: Limits,
        metrics: GroupMetrics,
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self._group = group
        self._marks = marks
        self._tries = tries
        self._parks = parks
        self._streams = streams
        self._limits = limits
        self._metrics = metrics
        self._pace = pace
        self._clock = clock

    def run(self, lane: Lane, positions: Sequence[Position], keep_on: KeepOn) -> None:
        """Handle positions, which start right above the lane's mark, as long as `keep_on` allows.

        Raises:
            TryLater: a try failed.
            TooManyParked: the consumer must stop.
            Exception: a server is unreachable; no stream is parked for it.
        """
        if self._group.batch is None:
            self._each(lane, positions, keep_on)
        else:
            self._batches(lane, positions, keep_on)

    def save(self, lane: Lane) -> None:
        """Store the lane's mark if it moved."""
        if lane.mark > lane.saved:
            self._marks.raise_to(self._group.name, lane.number, lane.mark)
            lane.saved = lane.mark
            if not lane.behind and lane.offset is not None:
                lane.saved_offset = lane.offset
        lane.moved_from_saved = None

    def settle(self, lane: Lane) -> None:
        """Store the mark and delete the tries that it covers."""
        self.save(lane)
        if lane.tried:
            self._tries.clear(self._group.name, lane.number, lane.saved)
            lane.tried = False

    def settle_when_due(self, lane: Lane) -> None:
        """The same, once the mark has been ahead of the stored one for its time."""
        since = lane.moved_from_saved
        due = since is None or self._clock() - since >= self._pace.mark_every_s
        if due or lane.mark - lane.saved >= self._pace.mark_every:
            self.settle(lane)

    def _moves(self, lane: Lane, position: int, *, effect: bool) -> None:
        """Move the mark; after an effect where a process may have died it is stored at once."""
        lane.mark = position
        if effect and position <= lane.careful:
            self.save(lane)
        elif lane.moved_from_saved is None and position > lane.saved:
            lane.moved_from_saved = self._clock()

    def _hold_to_the_bound(self, lane: Lane) -> None:
        """Store the mark before more is handled above it than a successor looks at.

        Raises:
            Exception: the database is away; nothing more is handled meanwhile.
        """
        if lane.mark - lane.saved >= self._pace.mark_every:
            self.save(lane)

    # ---- one event after the other

    def _each(self, lane: Lane, positions: Sequence[Position], keep_on: KeepOn) -> None:
        for position in positions:
            if not keep_on():
                return
            effect = False
            for index, value in enumerate(position.values or (), start=1):
                effect = self._event(lane, position, index, value) or effect
            self._moves(lane, position.number, effect=effect)

    def _event(self, lane: Lane, position: Position, index: int, value: bytes) -> bool:
        """Handle or park one event; False if the group does not handle its type."""
        stream, version = position.stream, position.first_version + index - 1
        try:
            received = self._group.wanted(position, index, value, lane=lane.number)
        except Unreadable as error:
            if not self._passes_parked(lane, stream, version):
                self._park(lane, stream, version, str(error))
            return True
        if received is None:
            return False
        if not self._passes_parked(lane, stream, version):
            self._try(lane, received)
        return True

    def _passes_parked(self, lane: Lane, stream: str, version: int) -> bool:
        """Whether the stream is parked. If so, `seen` is raised, which covers the event."""
        if stream not in lane.parked:
            return False
        if self._parks.raise_seen(self._group.name, stream, version):
            return True
        lane.parked.discard(stream)  # a redrive removed the row: handle this stream's events again
        return False

    def _try(self, lane: Lane, received: Received) -> None:
        name, what = self._group.name, received.event_id
        self._hold_to_the_bound(lane)
        careful = received.position <= lane.careful
        begun = self._begin(lane, what, received.position) if careful else 0
        if begun > self._limits.tries:
            self._park(
                lane,
                received.stream,
                received.event.version,
                f"{self._limits.tries} tries were begun and none ended",
            )
            return
        try:
            self._group.run(received)
        except Exception as error:
            if is_away(error):
                if careful:
                    self._tries.give_back(name, what)
                raise
            if not careful:  # the next try is counted before it starts, also by a successor
                lane.careful = received.position
                begun = self._begin(lane, what, received.position)
            self._failed(lane, received, error, begun)
        else:
            self._metrics.handled(1)

    def _begin(self, lane: Lane, what: str, position: int) -> int:
        lane.tried = True
        return self._tries.begin(self._group.name, what, lane=lane.number, position=position)

    def _failed(self, lane: Lane, received: Received, error: Exception, begun: int) -> None:
        _log.warning(
            "handler_failed",
            group=self._group.name,
            event_id=received.event_id,
            type=received.event.type,
            begun=begun,
            error=type(error).__name__,
            where=where(error),
        )
        if begun < self._limits.tries:
            raise TryLater(pause_s(begun)) from error
        reason = f"{received.event.type}: {type(error).__name__} at {where(error)}"
        self._park(lane, received.stream, received.event.version, reason)

    def _park(self, lane: Lane, stream: str, version: int, reason: str) -> None:
        if self.too_many(1):
            raise TooManyParked(f"{stream}/{version} would be one parked stream too many: {reason}")
        self._parks.park(self._group.name, stream, version, lane=lane.number, reason=reason)
        lane.parked.add(stream)
        self._metrics.parked(1)
        _log.error(
            "stream_parked", group=self._group.name, stream=stream, version=version, reason=reason
        )

    def too_many(self, more: int) -> bool:
        """Whether that many more parked streams would pass both limits."""
        count = self._parks.count(self._group.name) + more
        if count <= self._limits.parked_streams:
            return False
        return count > self._limits.parked_share * self._streams()

    # ---- in batches

    def _batches(self, lane: Lane, positions: Sequence[Position], keep_on: KeepOn) -> None:
        rest = positions
        while rest and keep_on():
            batch, whole = self._gather(lane, rest)
            if batch:
                self._batch(lane, batch, rest[:whole], keep_on)
                if whole and lane.mark < rest[whole - 1].number:
                    return  # asked to stop while handling one by one
            elif whole:
                self._moves(lane, rest[whole - 1].number, effect=False)
            rest = rest[whole:]
            if rest:  # the unreadable event: parked alone, after all events before it
                self._each(lane, rest[:1], keep_on)
                rest = rest[1:]

    def _gather(self, lane: Lane, positions: Sequence[Position]) -> tuple[list[Received], int]:
        """The wanted events of the longest readable run, and its number of positions."""
        batch: list[Received] = []
        for whole, position in enumerate(positions):
            found: list[Received] = []
            try:
                for index, value in enumerate(position.values or (), start=1):
                    received = self._group.wanted(position, index, value, lane=lane.number)
                    if received is not None:
                        found.append(received)
            except Unreadable:
                return batch, whole
            if position.stream in lane.parked:
                found = [
                    r
                    for r in found
                    if not self._passes_parked(lane, position.stream, r.event.version)
                ]
            batch += found
        return batch, len(positions)

    def _batch(
        self,
        lane: Lane,
        batch: Sequence[Received],
        positions: Sequence[Position],
        keep_on: KeepOn,
    ) -> None:
        """Call the batch handler; after a crash or a failure, handle the events one by one."""
        assert self._group.batch is not None  # noqa: S101 - run() chose this way by it
        self._hold_to_the_bound(lane)
        name, first, last = self._group.name, positions[0].number, positions[-1].number
        what = f"batch/{lane.number}/{first}"
        careful = first <= lane.careful
        if careful and self._begin(lane, what, first) > 1:
            lane.careful = max(lane.careful, last)
            self._each(lane, positions, keep_on)
            return
        try:
            self._group.batch(batch)
        except Exception as error:
            if is_away(error):
                if careful:
                    self._tries.give_back(name, what)
                raise
            if not careful:  # the next time one by one, also by a successor
                self._begin(lane, what, first)
            lane.careful = max(lane.careful, last)
            _log.warning(
                "batch_failed",
                group=name,
                lane=lane.number,
                position=first,
                error=type(error).__name__,
                where=where(error),
            )
            self._each(lane, positions, keep_on)
            return
        self._moves(lane, last, effect=True)
        self._metrics.handled(len(batch))


def where(error: BaseException) -> str:
    """The file and line of an error. Its text stays out of logs, because it may name a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"


def log_trouble(group: str, lane: Lane, error: Exception, *, away: bool) -> None:
    """Log that a lane waits: a warning for an unreachable server, an error for anything else."""
    fields = {
        "group": group,
        "lane": lane.number,
        "mark": lane.mark,
        "away": away,
        "error": type(error).__name__,
        "where": where(error),
    }
    if away:
        _log.warning("lane_waits", **fields)
    else:
        _log.error("lane_waits", **fields)
