"""Recomputation after a calendar notice was loaded: every open case with dates is checked again.

The timers are the list of open cases; their streams are the truth. The sweep visits the streams of
a lane in order, a few at a time beside the firing of timers. It stores its progress, so that
another worker can continue. Recomputing a case again is idempotent: no date differs the second
time, and two concurrent workers send the same command.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter
from pymongo.database import Database

from shared.case import RulesSource
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, Draft, EventLog, Loaded
from shared.messaging.consumer.away import is_away
from shared.messaging.consumer.handling import where
from shared.messaging.stores.claims import Claims
from shared.messaging.stores.ids import calendar_command_id
from shared.messaging.timers.store import Timers

_log = structlog.get_logger(__name__)
Document = dict[str, Any]
Recompute = Callable[[str], bool]
"""(stream): decide and append; whether an event was written."""

CASES_A_TICK = 50
PASSES = 2
REST = timedelta(seconds=60)


@dataclass(frozen=True)
class Recomputing:
    """A service's recomputation of a case; `steps` are the prefixes of its cases' timers."""

    rules: RulesSource
    steps: Sequence[str]
    recompute: Recompute


def recomputing(
    make: Callable[[], Any],
    *,
    service: str,
    log: EventLog,
    decide: Callable[[Loaded, Any, datetime], Sequence[Draft]],
    rules: RulesSource,
    now: Callable[[], datetime] = utc_now,
) -> Recompute:
    """A service's recomputation of a case, for `Recomputing`.

    `make()` builds the service's command. Most cases need none and cost one read.
    """

    def recompute(stream: str) -> bool:
        at, calendar = now(), rules.present.calendars.version
        loaded = log.load(stream)
        if not decide(loaded, make(), at):
            return False
        command = Command(
            command_id=calendar_command_id(calendar, loaded.version),
            actor=Actor(kind="system", ref=service),
            now=at,
            causation=f"{stream}/{loaded.version}",
        )
        outcome = log.execute(stream, command, lambda found: decide(found, make(), at))
        return outcome.commit is not None and not outcome.replayed

    return recompute


@dataclass(frozen=True)
class Standing:
    """The progress in a lane: swept `passes` times by this calendar, and now up to `after`.

    `loaded` is the number of notices in the calendar.
    """

    calendar: str
    loaded: int
    after: str = ""
    passes: int = 0
    not_before: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def done(self) -> bool:
        """Whether the lane is finished for this calendar."""
        return self.passes >= PASSES


class Progress:
    """Collection `sweeps` of the work database: one row for each service and lane."""

    def __init__(self, work: Database[Document]) -> None:
        self._sweeps = work["sweeps"]

    def of(self, key: str) -> Standing | None:
        """The row; None before the first sweep."""
        row = self._sweeps.find_one({"_id": key})
        if row is None:
            return None
        return Standing(**{name: row[name] for name in Standing.__dataclass_fields__})

    def save(self, key: str, standing: Standing) -> None:
        """Save the progress. If an older row wins a race, some cases are only visited again."""
        change = {name: getattr(standing, name) for name in Standing.__dataclass_fields__}
        self._sweeps.replace_one({"_id": key}, change, upsert=True)


class CalendarSweep:
    """Visits the open cases of a service when the rules have another calendar.

    Each lane is swept a second time after a rest. By then every process has loaded the notice, so
    the second sweep corrects cases that a process recorded by the older calendar in between. A
    worker that knows fewer notices than the last sweep of a lane does not touch that lane.
    """

    def __init__(
        self,
        service: str,
        work: Recomputing,
        *,
        timers: Timers,
        progress: Progress,
        claims: Claims,
        now: Callable[[], datetime],
        lanes: int,
        registry: CollectorRegistry,
    ) -> None:
        self._service = service
        self._work = work
        self._timers = timers
        self._progress = progress
        self._claims = claims
        self._now = now
        self._lanes = lanes
        self._done: dict[int, tuple[str, int]] = {}
        self._rests: dict[int, tuple[tuple[str, int], datetime]] = {}
        self._cases = Counter(
            "caseledger_calendar_cases",
            "Open cases looked at after a calendar notice, by what came of it.",
            ["outcome"],
            registry=registry,
        )

    def tick(self) -> None:
        """Visit some cases; free of cost when there is no work.

        Raises:
            Exception: a server is unreachable; the caller waits, and no case is skipped.
        """
        calendars = self._work.rules.present.calendars
        present = calendars.version, calendars.loaded
        left = CASES_A_TICK
        for lane in range(self._lanes):
            if left > 0 and self._done.get(lane) != present and not self._resting(lane, present):
                left -= self._lane(lane, *present, left)

    def _resting(self, lane: int, present: tuple[str, int]) -> bool:
        """Whether a lane was found to rest, by this very calendar, until a moment yet to come."""
        calendar, until = self._rests.get(lane, (None, self._now()))
        return calendar == present and until > self._now()

    def _lane(self, lane: int, calendar: str, loaded: int, most: int) -> int:
        """Visit some cases of a lane and return the number of streams visited."""
        group = f"{self._service}.calendar"
        key = f"{group}|{lane}"
        found = self._progress.of(key)
        same = found is not None and (found.calendar, found.loaded) == (calendar, loaded)
        if found is not None and same and found.done:
            self._done[lane] = calendar, loaded
            self._claims.release(group, lane)
            return 0
        if found is not None and found.loaded > loaded:
            return 0
        standing = found if found is not None and same else Standing(calendar, loaded)
        if standing.not_before > self._now():
            self._rests[lane] = (calendar, loaded), standing.not_before
            return 0
        if not self._claims.mine(group, lane):
            return 0
        streams = self._timers.streams(lane, self._work.steps, after=standing.after, limit=most)
        moved = sum(self._one(stream) for stream in streams)
        if moved:
            _log.info("dates_recomputed", service=self._service, lane=lane, cases=moved)
        self._progress.save(key, self._next(standing, streams))
        return len(streams)

    def _next(self, standing: Standing, streams: Sequence[str]) -> Standing:
        if streams:
            return replace(standing, after=streams[-1])
        rested = self._now() + REST
        return replace(standing, after="", passes=standing.passes + 1, not_before=rested)

    def _one(self, stream: str) -> bool:
        """Recompute one case.

        A failure is logged and skipped; the case's own timers check it again.
        """
        try:
            moved = self._work.recompute(stream)
        except Exception as error:
            if is_away(error):
                raise
            self._cases.labels("failed").inc()
            _log.error(
                "dates_not_recomputed",
                service=self._service,
                stream=stream,
                error=type(error).__name__,
                where=where(error),
            )
            return False
        self._cases.labels("moved" if moved else "same").inc()
        return moved
