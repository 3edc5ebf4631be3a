"""The life of a worker process: one thread polls Kafka, one follows the ledger for timers.

It stops in an order that loses nothing: stop intake, finish the batch, save the marks, commit the
offsets, close within a time. A worker is ready when Kafka has assigned its lanes and the log
answers.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from shared.messaging.consumer.away import is_away, pause_s
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.handling import where
from shared.messaging.timers.firing import TimerRunner
from shared.messaging.worker.probes import Probes

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Times:
    """The waiting times of a worker, in seconds."""

    poll_s: float = 0.5
    follow_s: float = 0.5
    fire_s: float = 1.0
    close_s: float = 5.0
    join_s: float = 20.0


class Worker:
    """Runs a consumer and, where given, the timers of a service, until it is asked to stop.

    `timers` is a consumer that follows the ledger (over `LedgerOnly`). `ping` raises when the log
    does not answer. `problems` are sentences on what is outside the worker and does not work; they
    make it no less ready, and are said only when it is ready: those of a process that is not ready
    end a start. `prepare` creates indexes. `ticks` run beside the timers, about once a second. A
    `port` of None serves no probes; `host` is the address that they listen on.
    """

    def __init__(
        self,
        name: str,
        *,
        consumer: Consumer,
        timers: Consumer | None = None,
        runner: TimerRunner | None = None,
        ticks: Sequence[Callable[[], None]] = (),
        ping: Callable[[], object],
        problems: Callable[[], Sequence[str]] = tuple,
        registry: CollectorRegistry,
        port: int | None,
        host: str = "127.0.0.1",
        prepare: Callable[[], None] = lambda: None,
        times: Times = Times(),
    ) -> None:
        self._name = name
        self._consumer = consumer
        self._timers = timers
        self._runner = runner
        self._ticks = ticks
        self._ping = ping
        self._problems = problems
        self._prepare = prepare
        self._times = times
        self._fault: Exception | None = None
        self._running = False
        self._stopping = threading.Event()
        self.probes: Probes | None = None
        if port is not None:
            self.probes = Probes(
                live=self._live, ready=self._ready, registry=registry, port=port, host=host
            )

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of this worker."""
        return tuple(one.group for one in (self._consumer, self._timers) if one is not None)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then stop in order.

        Raises:
            Exception: an unexpected error of any part; a supervisor restarts the process.
        """
        self._running = True
        self._stopping = stop
        if self.probes is not None:
            self.probes.start()
        beside = threading.Thread(target=self._beside, args=(stop,), name=f"{self._name}-timers")
        beside.start()
        _log.info("worker_started", worker=self._name)
        try:
            while not stop.is_set():
                self._consumer.step(self._times.poll_s)
        finally:
            stop.set()
            self._consumer.finish(self._times.close_s)
            beside.join(self._times.join_s)
            self._running = False
            if self.probes is not None:
                self.probes.stop()
            _log.info("worker_stopped", worker=self._name)
        if self._fault is not None:
            raise self._fault

    # The second thread: timers must not depend on Kafka, because they guard against its failure.

    def _beside(self, stop: threading.Event) -> None:
        try:
            self._follow(stop)
        except Exception as error:  # noqa: BLE001 - raised again by the thread that runs
            self._fault = error
            stop.set()

    def _follow(self, stop: threading.Event) -> None:
        self._until_prepared(stop)
        failures, next_fire = 0, 0.0
        while not stop.is_set():
            if self._timers is None:
                stop.wait(self._times.follow_s)
            else:
                self._timers.step(self._times.follow_s)
            if time.monotonic() < next_fire:
                continue
            try:
                self._fire()
                failures = 0
                next_fire = time.monotonic() + self._times.fire_s
            except Exception as error:
                if not is_away(error):
                    raise
                failures += 1
                next_fire = time.monotonic() + pause_s(failures)
                _log.warning("timers_wait", worker=self._name, error=type(error).__name__)
        self._let_go()

    def _until_prepared(self, stop: threading.Event) -> None:
        """Create the indexes.

        They only make reads fast, so the other thread does not wait for them.
        """
        failures = 0
        while not stop.is_set():
            try:
                self._prepare()
            except Exception as error:
                if not is_away(error):
                    raise
                failures += 1
                stop.wait(pause_s(failures))
            else:
                return

    def _fire(self) -> None:
        if self._runner is not None:
            self._runner.step()
        for tick in self._ticks:
            tick()

    def _let_go(self) -> None:
        if self._timers is not None:
            self._timers.finish(self._times.close_s)
        if self._runner is None:
            return
        try:
            self._runner.release()
        except Exception as error:
            if not is_away(error):
                raise

    def _live(self) -> tuple[bool, Mapping[str, Any]]:
        return self._fault is None, {"live": self._fault is None, "worker": self._name}

    def _ready(self) -> tuple[bool, Mapping[str, Any]]:
        health = self._consumer.health()
        log = self._log_answers()
        going = self._running and not self._stopping.is_set()
        ready = going and health.reachable and log and health.halted is None
        return ready, {
            "ready": ready,
            "worker": self._name,
            "kafka": health.reachable,
            "log": log,
            "lanes": health.lanes,
            "behind": health.behind,
            "halted": health.halted,
            "stopping": self._stopping.is_set(),
            "problems": self._found_problems() if ready else [],
        }

    def _found_problems(self) -> list[str]:
        try:
            return list(self._problems())
        except Exception as error:  # noqa: BLE001 - a probe says no, it does not break
            _log.warning("problems_unknown", worker=self._name, where=where(error))
            return []

    def _log_answers(self) -> bool:
        try:
            self._ping()
        except Exception as error:  # noqa: BLE001 - a probe says no, it does not break
            _log.warning("log_unavailable", worker=self._name, where=where(error))
            return False
        return True
