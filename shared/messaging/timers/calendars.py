"""After a calendar notice was loaded: every open case that has dates is looked at anew.

The timers are the list of open cases, their streams the truth. A lane is gone through in the order
of its streams, a few at a time beside the firing of timers; where it stands is kept, so that
another worker goes on where one stopped. Doing a case twice writes nothing: the second time no
date differs, and two at once make the same command.
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
    """What a service does with a case; `steps` begin the timers of the cases that it asks for."""

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
    """`make()` is the service's command; most cases need none, and cost one read."""

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
    """Where a lane stands: gone through `passes` times by this calendar, now up to `after`.

    `loaded` counts the notices that the calendar has.
    """

    calendar: str
    loaded: int
    after: str = ""
    passes: int = 0
    not_before: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do for this calendar."""
        return self.passes >= PASSES


class Progress:
    """Collection `sweeps` of the work database: one row a service and lane."""

    def __init__(self, work: Database[Document]) -> None:
        self._sweeps = work["sweeps"]

    def of(self, key: str) -> Standing | None:
        """The row; none before the first time."""
        row = self._sweeps.find_one({"_id": key})
        if row is None:
            return None
        return Standing(**{name: row[name] for name in Standing.__dataclass_fields__})

    def save(self, key: str, standing: Standing) -> None:
        """Keep where the lane stands. An older row that wins a race only repeats some cases."""
        change = {name: getattr(standing, name) for name in Standing.__dataclass_fields__}
        self._sweeps.replace_one({"_id": key}, change, upsert=True)


class CalendarSweep:
    """Goes through the open cases of a service when the rules have another calendar.

    Each lane is gone through a second time after a rest: by then every process has taken up the
    notice, and what one of them recorded by the older calendar meanwhile is found. A worker that
    knows fewer notices than a lane was gone through by leaves it alone.
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
        self._cases = Counter(
            "caseledger_calendar_cases",
            "Open cases looked at after a calendar notice, by what came of it.",
            ["outcome"],
            registry=registry,
        )

    def tick(self) -> None:
        """Look at some cases; nothing to do costs nothing.

        Raises:
            Exception: of a server that is away; the caller waits, and nothing is skipped.
        """
        calendars = self._work.rules.present.calendars
        present = calendars.version, calendars.loaded
        left = CASES_A_TICK
        for lane in range(self._lanes):
            if left > 0 and self._done.get(lane) != present:
                left -= self._lane(lane, *present, left)

    def _lane(self, lane: int, calendar: str, loaded: int, most: int) -> int:
        """Some cases of a lane; how many timers were looked at."""
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
        if standing.not_before > self._now() or not self._claims.mine(group, lane):
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
        """One case. What fails is told and passed over: its own timers ask again."""
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
