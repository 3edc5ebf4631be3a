"""The process that keeps the projection: it follows the topic into the live generation.

When a rebuild switched, it goes on with the new generation from that one's own marks.
"""

import threading
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry

from services.notify.projector import ProgressStore, Projector
from services.notify.reading import Generations, reader
from shared.config import Databases, Secrets, Settings
from shared.eventlog import open_log
from shared.messaging.consumer.away import is_away, pause_s
from shared.messaging.consumer.group import Group
from shared.messaging.worker.assembly import worker_of
from shared.messaging.worker.worker import Worker

_log = structlog.get_logger(__name__)


class Until(threading.Event):
    """Set by itself, or when the process is asked to stop."""

    def __init__(self, outer: threading.Event) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        """Whether to stop."""
        return super().is_set() or self._outer.is_set()


class Projection:
    """Runs a worker for the live generation, and the next one after a switch."""

    def __init__(
        self,
        generations: Generations,
        group_of: Callable[[int], Group],
        worker_for: Callable[[int, threading.Event], Worker],
    ) -> None:
        self._generations = generations
        self._group_of = group_of
        self._worker_for = worker_for

    @property
    def groups(self) -> tuple[Group, ...]:
        """What this process does with events now: for a redrive from outside."""
        return (self._group_of(self._generations.live()),)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Raises:
            Exception: whatever the worker could not explain; a supervisor starts it again.
        """
        failures = 0
        while not stop.is_set():
            try:
                live = self._generations.live()
            except Exception as error:
                if not is_away(error):
                    raise
                failures += 1
                stop.wait(pause_s(failures))
                continue
            failures = 0
            _log.info("projection_follows", generation=live)
            until = Until(stop)
            self._worker_for(live, until).run(until)


def build(
    settings: Settings, secrets: Secrets, databases: Databases, stop: threading.Event
) -> Projection:
    """The projection's process, ready to `run(stop)`; no server is asked yet."""
    del stop  # each generation's worker has a stop of its own, which follows this one
    events = open_log(settings, secrets, databases, writer="notify")
    generations = Generations(databases.views)

    def group_of(generation: int) -> Group:
        store = ProgressStore(databases.views, generation)
        return Group(store.group, batch=Projector(store, reader(events)), schemas=None)

    def worker_for(generation: int, until: threading.Event) -> Worker:
        def watch() -> None:
            if generations.live() != generation:
                until.set()

        def prepare() -> None:
            ProgressStore(databases.views, generation).ensure_indexes()

        prepared = Once(prepare)
        return worker_of(
            "notify.progress",
            group_of(generation),
            settings=settings,
            databases=databases,
            registry=CollectorRegistry(),
            stop=until,
            ticks=(prepared, watch),
        )

    return Projection(generations, group_of, worker_for)


class Once:
    """Does something until it has succeeded, then nothing."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._done = False

    def __call__(self) -> None:
        """Do it, unless it is done."""
        if not self._done:
            self._act()
            self._done = True
