"""A consumer of lanes: Kafka is a hint, the ledger decides, the mark in the database is the memory.

One thread drives it in single steps, so that a test can stop between any two. When a lane stops (a
failed try, an unreachable server, a used-up time slice), its records in hand are dropped and read
from the ledger again later. So no step ever waits, and the broker is always polled.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog

from shared.kafka.headers import Arrived
from shared.messaging.consumer.away import LIMITS, LONGEST_PAUSE_S, Limits, is_away, pause_s
from shared.messaging.consumer.following import Fostering
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.handling import Handling, TooManyParked, TryLater, log_trouble
from shared.messaging.consumer.lane import Lane, patience
from shared.messaging.consumer.metrics import GroupMetrics
from shared.messaging.consumer.pace import PACE, Health, Pace
from shared.messaging.consumer.ports import LedgerReader, MarkStore, ParkStore, Source, TryStore
from shared.messaging.consumer.reading import filled
from shared.messaging.consumer.sorting import hold

_log = structlog.get_logger(__name__)


class Consumer:
    """One group's consumer over the lanes that its source holds; `lanes` is the number of lanes.

    `streams` counts all streams (called only when many are parked).
    """

    def __init__(
        self,
        group: Group,
        *,
        source: Source,
        ledger: LedgerReader[Any],
        marks: MarkStore,
        tries: TryStore,
        parks: ParkStore,
        lanes: int,
        streams: Callable[[], int],
        metrics: GroupMetrics,
        pace: Pace = PACE,
        limits: Limits = LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.group = group
        self._source = source
        self._ledger = ledger
        self._marks = marks
        self._parks = parks
        self._metrics = metrics
        self._pace = pace
        self._clock = clock
        self._handling = Handling(
            group,
            marks=marks,
            tries=tries,
            parks=parks,
            streams=streams,
            limits=limits,
            metrics=metrics,
            pace=pace,
            clock=clock,
        )
        self._fostering = Fostering(group.name, lanes, marks, pause_s=pace.compare_after_s)
        self._lanes: dict[int, Lane] = {}
        self._generation = source.generation
        self._halted: str | None = None
        self._looked_at = clock()
        self._committed_at = clock()
        self._follow_after = 0.0
        self._look_after = 0.0
        self._follow_failures = 0

    def health(self) -> Health:
        """A snapshot of the consumer's state; safe to call from another thread."""
        lanes = list(self._lanes.values())
        return Health(
            group=self.group.name,
            reachable=self._source.reachable,
            lanes=tuple(sorted(lane.number for lane in lanes)),
            behind=tuple(sorted(lane.number for lane in lanes if lane.behind)),
            halted=self._halted,
        )

    def step(self, timeout_s: float) -> None:
        """One round: poll, handle the next records, catch up, save marks, commit offsets.

        Waits at most `timeout_s`, and only for the broker. Raises neither for an unreachable server
        nor for a failed handler.
        """
        if self._halted is not None:
            self._stand_still(timeout_s)
            return
        arrived = self._source.poll(self._patience(timeout_s))
        self._follow()
        for number, records in arrived.items():
            lane = self._lanes.get(number)
            if lane is not None:
                self._guarded(lane, partial(self._take, records=records))
        self._look()
        for lane in list(self._lanes.values()):
            self._guarded(lane, self._catch_up)
        self._hold_back()
        self._commit(every_s=self._pace.commit_every_s)

    def finish(self, timeout_s: float) -> None:
        """Save marks, commit offsets and leave the group, in that order and within the time."""
        for lane in self._lanes.values():
            self._guarded(lane, self._handling.settle)
        self._commit(every_s=0.0)
        self._source.close(timeout_s)

    def _patience(self, timeout_s: float) -> float:
        return patience(self._lanes.values(), timeout_s, self._clock(), self._pace)

    # ---- lane assignment

    def _follow(self) -> None:
        now = self._clock()
        if self._generation != self._source.generation:
            self._generation = self._source.generation
            self._drop(list(self._lanes))
        if now < self._follow_after:
            return
        try:
            if self._source.reachable:
                self._fostering.reset()
                wanted = self._source.lanes
            else:
                wanted = self._fostering.lanes(self._source.lanes, now)
            self._drop([number for number in self._lanes if number not in wanted])
            for number in sorted(wanted - self._lanes.keys()):
                self._lanes[number] = self._adopt(number)
            self._follow_failures = 0
        except Exception as error:
            if not is_away(error):
                raise
            self._follow_failures += 1
            self._follow_after = now + pause_s(self._follow_failures)

    def _adopt(self, number: int) -> Lane:
        """Read the mark before the parked streams: a worker stores a parked row before its mark.

        Whoever had the lane before may have died in the middle of something, above the mark and in
        the ledger: so far this one goes step by step, and clears the tries that are left.
        """
        mark = self._marks.get(self.group.name, number)
        parked = self._parks.streams(self.group.name, number)
        careful = min(self._ledger.head(number), mark + self._pace.in_flight)
        now = self._clock()
        return Lane(
            number=number,
            mark=mark,
            saved=mark,
            known=mark,
            moved_at=now,
            parked=parked,
            careful=careful,
            tried=True,
        )

    def _drop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            lane = self._lanes.pop(number)
            self._guarded(lane, self._handling.settle)

    # ---- one lane

    def _guarded(self, lane: Lane, act: Callable[[Lane], None]) -> None:
        """Run a step for a lane; an error blocks this lane alone, and for a while."""
        before = lane.mark
        try:
            act(lane)
        except TryLater as error:
            lane.blocked_until = self._clock() + error.seconds
            lane.failures = 0  # the try was counted, so the database answers
        except TooManyParked as error:
            self._halt(str(error))
        except Exception as error:  # noqa: BLE001 - a lane must outlive any fault, and be seen to
            self._trouble(lane, error)
        if lane.mark > before:
            lane.moved_at = self._clock()
            lane.failures = 0
        self._metrics.place(lane.number, mark=lane.mark, known=lane.known)

    def _halt(self, reason: str) -> None:
        """Do nothing more until there is room; what is done so far is stored, once."""
        self._halted = reason
        self._looked_at = self._clock()
        _log.critical("consumer_halted", group=self.group.name, reason=reason)
        for lane in self._lanes.values():
            self._guarded(lane, self._handling.settle)

    def _trouble(self, lane: Lane, error: Exception) -> None:
        away = is_away(error)
        lane.failures += 1
        pause = pause_s(lane.failures) if away else LONGEST_PAUSE_S
        lane.blocked_until = max(lane.blocked_until, self._clock() + pause)
        self._metrics.trouble(lane.number)
        log_trouble(self.group.name, lane, error, away=away)
        if not away and lane.mark > lane.saved:
            self._guarded(lane, self._handling.save)

    def _blocked(self, lane: Lane) -> bool:
        return self._halted is not None or self._clock() < lane.blocked_until

    def _take(self, lane: Lane, records: Sequence[Arrived]) -> None:
        """Take the broker's records for this lane, in any order and of any kind."""
        if not records:
            return
        lane.next_offset = records[-1].offset + 1
        above = [record for record in records if record.position > lane.mark]
        self._foreign(lane, sum(record.position < 1 for record in records))
        if above and not lane.waiting:
            lane.waiting_since = self._clock()
        lane.waiting += above
        if not lane.wanted:
            lane.wanted = any(self.group.seems_to_want(record.value) for record in above)
        due = self._clock() >= lane.waits_until(self._pace)
        if due or lane.behind or len(lane.waiting) >= self._pace.span or not lane.waiting:
            self._take_waiting(lane)

    def _take_waiting(self, lane: Lane) -> None:
        """Hold what arrived against the ledger, in one range, and handle it."""
        records = lane.take_waiting()
        if not records:
            return
        upto = max(record.position for record in records)
        if self._blocked(lane):
            lane.known = max(lane.known, upto)
        else:
            self._advance(lane, records, upto)

    def _look(self) -> None:
        """Take the noted heads of all lanes, in one read; a hint like a record of the broker."""
        now, every_s = self._clock(), self._pace.look_every_s
        if every_s is None or now < self._look_after or not self._lanes:
            return
        self._look_after = now + every_s
        try:
            noted = self._ledger.noted_heads(self._lanes)
        except Exception as error:
            if not is_away(error):
                raise
            self._look_after = now + LONGEST_PAUSE_S
            return
        for number, head in noted.items():
            self._lanes[number].known = max(self._lanes[number].known, head)

    def _catch_up(self, lane: Lane) -> None:
        """Read on in the ledger if it has more; check its head when the mark stands still.

        Every lane does this on its own, whether the process is busy or not (c7). A lane that waits
        stores what it has done so far.
        """
        if self._blocked(lane):
            if not lane.failures:
                self._handling.settle_when_due(lane)
            return
        now = self._clock()
        if lane.waiting and (lane.behind or now >= lane.waits_until(self._pace)):
            self._take_waiting(lane)
        still_since = max(lane.moved_at, lane.compared_at)
        if not lane.behind and now - still_since >= self._pace.compare_after_s:
            lane.known = max(lane.known, self._ledger.head(lane.number))
            lane.compared_at = now
        if lane.behind:
            self._advance(lane, (), lane.known)
        self._handling.settle_when_due(lane)

    def _advance(self, lane: Lane, records: Sequence[Arrived], upto: int) -> None:
        """Handle the next positions in order, up to `upto`."""
        lane.known = max(lane.known, upto)
        keep_on = self._keep_on()
        while lane.behind and keep_on():
            rows = self._ledger.rows(
                lane.number, lane.mark, min(lane.known, lane.mark + self._pace.span)
            )
            if not rows:  # no rows: a record that claims a position beyond the ledger is foreign
                self._foreign(lane, sum(r.position > lane.mark for r in records))
                lane.known = lane.mark
                return
            held = hold(records, rows, lane.mark)
            self._foreign(lane, held.foreign)
            positions = filled(
                self._ledger,
                lane.number,
                held.positions,
                rows,
                group=self.group,
                metrics=self._metrics,
            )
            last = positions[-1].number
            self._handling.run(lane, positions, keep_on)
            if lane.mark < last:
                return
            records = [record for record in records if record.position > lane.mark]

    def _keep_on(self) -> Callable[[], bool]:
        """A check that turns False when the time slice is used up or the lanes are reassigned."""
        deadline = self._clock() + self._pace.slice_s
        generation = self._generation
        return lambda: self._clock() < deadline and self._source.generation == generation

    def _foreign(self, lane: Lane, count: int) -> None:
        if count:
            self._metrics.foreign(lane.number, count)
            _log.error(
                "foreign_records",
                group=self.group.name,
                lane=lane.number,
                mark=lane.mark,
                count=count,
            )

    # ---- the broker

    def _hold_back(self) -> None:
        """Pause fetching for lanes that cannot take more: the broker keeps the records."""
        self._source.hold([lane.number for lane in self._lanes.values() if lane.behind])

    def _commit(self, *, every_s: float) -> None:
        """Commit offsets, which are only a hint, for records that are handled and saved."""
        now = self._clock()
        if now - self._committed_at < every_s:
            return
        taken = {lane.number: lane.take_offset() for lane in self._lanes.values()}
        done = {number: offset for number, offset in taken.items() if offset is not None}
        self._committed_at = now
        if done:
            self._source.commit(done)

    def _stand_still(self, timeout_s: float) -> None:
        """Halted: stay in the group, take no records, and check whether an operator made room."""
        self._source.hold(list(self._lanes))
        self._source.poll(timeout_s)
        now = self._clock()
        if now - self._looked_at < self._pace.compare_after_s:
            return
        self._looked_at = now
        try:
            if self._handling.too_many(1):
                return
        except Exception as error:
            if not is_away(error):
                raise
            return
        _log.warning("consumer_goes_on", group=self.group.name)
        self._halted = None
        self._drop(list(self._lanes))
