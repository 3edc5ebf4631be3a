"""The process that keeps a view: it follows the topic into the live generation.

Where the live generation is written in an older format, it first builds a new one beside it and
switches; queries answer from the log meanwhile. When a rebuild switched, it goes on with the new
generation from that one's own marks. Where the live generation is of newer code, it stands by: two
versions that run beside each other would otherwise rebuild the view in turns for ever.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog
from prometheus_client import CollectorRegistry

from shared.config import Databases, Secrets, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import open_reader
from shared.messaging.consumer.away import is_away, pause_s
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.handling import where
from shared.messaging.worker.assembly import worker_of
from shared.messaging.worker.probes import Probes
from shared.messaging.worker.worker import Worker
from shared.projection.building import rebuild
from shared.projection.generations import Generations
from shared.projection.parts import Interrupted, parts_of
from shared.projection.projector import Projector
from shared.projection.reading import reader
from shared.projection.store import Store
from shared.projection.view import View

_log = structlog.get_logger(__name__)
STAND_BY_S = 1.0
GATHER_S = 0.1  # a case's events come some tens of milliseconds apart, and a view is no reaction


class Until(threading.Event):
    """Set by itself, or when the process is asked to stop."""

    def __init__(self, outer: threading.Event) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        """Whether to stop."""
        return super().is_set() or self._outer.is_set()


class Pointers(Protocol):
    """What the process asks about generations; `Generations` is one."""

    def live(self) -> int: ...
    def claim_first(self, now: datetime) -> None: ...
    def is_readable(self, generation: int) -> bool: ...


class Projection:
    """Runs a worker for the live generation, and the next one after a switch.

    `renew(stop)` builds a generation in this code's format and switches to it. It is tried once in
    the life of the process: where it fails, the live generation is followed as it is, and each
    document that an event touches is folded again from the log.
    """

    def __init__(
        self,
        generations: Pointers,
        group_of: Callable[[int], Group],
        worker_for: Callable[[int, threading.Event], Worker],
        renew: Callable[[threading.Event], bool],
    ) -> None:
        self._generations = generations
        self.group_of = group_of
        self._worker_for = worker_for
        self._renew = renew
        self._refused = False

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Raises:
            Exception: whatever the worker could not explain; a supervisor starts it again.
        """
        failures = 0
        while not stop.is_set():
            try:
                live = self._live(stop)
            except Exception as error:
                if not is_away(error):
                    raise
                failures += 1
                stop.wait(pause_s(failures))
                continue
            failures = 0
            if live is None:
                continue
            _log.info("projection_follows", generation=live)
            until = Until(stop)
            self._worker_for(live, until).run(until)

    def _live(self, stop: threading.Event) -> int | None:
        """The generation to follow; None where one was just built, or the process is to stop."""
        live = self._generations.live()
        self._generations.claim_first(utc_now())
        if self._refused or self._generations.is_readable(live):
            return live
        try:
            self._refused = not self._renew(stop)
        except Interrupted:
            return None
        except Exception as error:
            if is_away(error):
                raise
            _log.error("projection_not_renewed", error=type(error).__name__, where=where(error))
            self._refused = True
        return None


def build(
    view: View[Any],
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    writer: str,
) -> Projection:
    """The process of a view, ready to `run(stop)`; no server is asked yet."""
    events = open_reader(settings, secrets, databases)
    generations = Generations(view, databases.views)

    def group_of(generation: int) -> Group:
        store = Store(view, databases.views, generation)
        return Group(store.group, batch=Projector(store, reader(events)), schemas=None)

    def worker_for(generation: int, until: threading.Event) -> Worker:
        def watch() -> None:
            if generations.live() != generation:
                until.set()

        prepared = Once(Store(view, databases.views, generation).ensure_indexes)
        return worker_of(
            f"{writer}.{view.name}",
            group_of(generation),
            settings=settings,
            databases=databases,
            log=events,
            registry=CollectorRegistry(),
            stop=until,
            ticks=(prepared, watch),
            gather_s=GATHER_S,
        )

    def renew(stop: threading.Event) -> bool:
        parts = parts_of(view, settings, secrets, databases, keep_on=lambda: not stop.is_set())
        with_probes = _while_building(view, settings)
        try:
            if generations.is_ahead(generations.live()):
                _stand_by(generations, stop)
                raise Interrupted
            return bool(rebuild(parts, generation=generations.unfinished())["ok"])
        finally:
            if with_probes is not None:
                with_probes.stop()

    return Projection(generations, group_of, worker_for, renew)


def _stand_by(generations: Generations, stop: threading.Event) -> None:
    """Do nothing while the live generation is of newer code, whose own process keeps it."""
    _log.warning("projection_stands_by", generation=generations.live())
    while not stop.wait(STAND_BY_S) and generations.is_ahead(generations.live()):
        pass


def _while_building(view: View[Any], settings: Settings) -> Probes | None:
    """The probes of a process that builds or stands by: ready, since the log answers queries."""
    if not settings.health_port:
        return None

    def live() -> tuple[bool, Mapping[str, Any]]:
        return True, {"live": True, "worker": view.name}

    def ready() -> tuple[bool, Mapping[str, Any]]:
        return True, {"ready": True, "worker": view.name, "building": True}

    probes = Probes(
        live=live,
        ready=ready,
        registry=CollectorRegistry(),
        port=settings.health_port,
        host=settings.health_host,
    )
    probes.start()
    return probes


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
