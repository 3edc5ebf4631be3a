"""Firing due timers: load, decide, append, with the timer's own command id.

The worker first compares its clock with the database's. A clock that is wrong by more than two
seconds would let a limit lapse that has not passed, so such a worker fires nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter
from pymongo.database import Database

from shared.messaging.consumer.away import is_away
from shared.messaging.consumer.handling import where
from shared.messaging.stores.claims import Claims
from shared.messaging.timers.store import Timer, Timers

_log = structlog.get_logger(__name__)
LARGEST_SKEW = timedelta(seconds=2)

Fire = Callable[[str, str, int, datetime], None]
"""(stream, step, version that set it, now): load, decide, append as `timer:<step>:<version>`."""


class DatabaseClock:
    """The log server's clock, and our clock's distance from it."""

    def __init__(self, work: Database[dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._work = work
        self._now = now

    def skew(self) -> timedelta:
        """The distance of our clock from the interval in which the server may have answered."""
        before = self._now()
        there: datetime = self._work.command("hello")["localTime"]
        after = self._now()
        there = there if there.tzinfo else there.replace(tzinfo=UTC)
        return max(before - there, there - after, timedelta(0))


class TimerRunner:
    """Fires the due timers of one service, in the lanes that this worker has claimed."""

    def __init__(
        self,
        service: str,
        *,
        timers: Timers,
        claims: Claims,
        fire: Fire,
        skew: Callable[[], timedelta],
        now: Callable[[], datetime],
        lanes: int,
        registry: CollectorRegistry,
        largest_skew: timedelta = LARGEST_SKEW,
        batch: int = 100,
    ) -> None:
        self._service = service
        self._timers = timers
        self._claims = claims
        self._fire = fire
        self._skew = skew
        self._now = now
        self._lanes = lanes
        self._batch = batch
        self._largest_skew = largest_skew
        self._group = f"{service}.timers"
        self._outcomes = Counter(
            "caseledger_timers", "Timers by what came of firing.", ["outcome"], registry=registry
        )

    def step(self) -> int:
        """Fire the due timers and return the number fired without an error.

        Firing takes its time (a mail goes out), and a claim that is not renewed is taken over
        meanwhile: so each timer is fired only while its lane is ours, or it is fired twice.

        Raises:
            Exception: a server is unreachable; the caller waits.
        """
        self._claims.renew(self._group, range(self._lanes))
        ours = [lane for lane in range(self._lanes) if self._claims.mine(self._group, lane)]
        if not ours or not self._timers.any_due(self._now()):
            return 0
        return sum(self._lane(lane) for lane in ours)

    def release(self) -> None:
        """Release the claims, so that another worker continues at once."""
        for lane in range(self._lanes):
            self._claims.release(self._group, lane)

    def _lane(self, lane: int) -> int:
        due = self._timers.due(lane, self._now(), self._batch)
        if not due or self._refuses():
            return 0
        return sum(self._one(timer) for timer in due if self._claims.mine(self._group, lane))

    def _refuses(self) -> bool:
        skew = self._skew()
        if skew <= self._largest_skew:
            return False
        self._outcomes.labels("refused").inc()
        _log.critical(
            "timers_not_fired",
            service=self._service,
            skew_s=skew.total_seconds(),
        )
        return True

    def _one(self, timer: Timer) -> bool:
        now = self._now()
        try:
            self._fire(timer.stream, timer.step, timer.version, now)
        except Exception as error:
            if is_away(error):
                raise
            self._outcomes.labels("failed").inc()
            _log.error(
                "timer_failed",
                service=self._service,
                stream=timer.stream,
                step=timer.step,
                version=timer.version,
                fires=timer.fires,
                error=type(error).__name__,
                where=where(error),
            )
            self._timers.postpone(timer, now)
            return False
        self._outcomes.labels("fired").inc()
        self._timers.postpone(timer, now)
        return True
