"""Assembling a worker from settings and databases, in one place, so that all workers are alike.

A service passes in its `Group`, a function for the owed steps of a stream, and one that fires a
timer.
"""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from shared.config import Databases, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import Door, LogReader
from shared.kafka.consuming import KafkaSource
from shared.kafka.options import member_options
from shared.messaging.consumer.away import Limits
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.metrics import ConsumerMetrics
from shared.messaging.consumer.pace import Pace
from shared.messaging.consumer.ports import Source
from shared.messaging.stores.claims import Claims
from shared.messaging.stores.marks import Marks
from shared.messaging.stores.parking import Parking, StreamCount
from shared.messaging.stores.redrives import RedriveRequests
from shared.messaging.stores.tries import Tries
from shared.messaging.timers.feeding import FOLLOWER, OwedRows, OwingOn, TimerFeeder
from shared.messaging.timers.firing import DatabaseClock, Fire, TimerRunner
from shared.messaging.timers.inherited import inherit
from shared.messaging.timers.ledger_only import LedgerOnly
from shared.messaging.timers.store import Timers
from shared.messaging.worker.redrive import LogHistory
from shared.messaging.worker.redriving import Redriving
from shared.messaging.worker.worker import Times, Worker
from shared.relay.ledger.ledger import Ledger

LOOK_S = 1.0  # at what the sequencer noted, which lags only while it is busy
FOLLOW_S = 10.0  # at the ledger itself of a lane that seems to stand still


def holder() -> str:
    """A name for this process among the members of a group: host and process id."""
    return f"{socket.gethostname()}-{os.getpid()}"


def kafka_source(group: str, settings: Settings, **changes: Any) -> KafkaSource:
    """A member of the group on the configured topic; `changes` are `KafkaOptions`."""
    options = member_options(
        settings,
        group=f"{settings.database_prefix}.{group}",
        client_id=f"{group}-{holder()}",
        **changes,
    )
    return KafkaSource(options)


def consumer_of(
    group: Group,
    source: Source,
    *,
    settings: Settings,
    databases: Databases,
    door: Door,
    families: ConsumerMetrics,
    pace: Pace | None = None,
) -> Consumer:
    """A consumer with its stores in the work database and the ledger of the log."""
    ledger = Ledger(databases.log, door)
    return Consumer(
        group,
        source=source,
        ledger=ledger,
        marks=Marks(databases.work),
        tries=Tries(databases.work),
        parks=Parking(databases.work),
        lanes=settings.lanes,
        streams=StreamCount(databases.log),
        metrics=families.of(group.name),
        pace=pace or Pace(compare_after_s=settings.compare_s),
        limits=Limits(tries=settings.park_after),
    )


def timers_group(feeder: TimerFeeder, *, streams: tuple[str, ...] = ()) -> Group:
    """The group that maintains the timers of all services: the ledger's places, in batches.

    Of all streams or of those whose names begin with one of `streams`. No event is read for it: the
    fold reads the log, and raises if it does not know an event.
    """
    return Group(FOLLOWER, batch=feeder.feed, schemas=None, streams=streams, reads=False)


def follower_of(
    owing: OwingOn,
    *,
    settings: Settings,
    databases: Databases,
    log: LogReader,
    families: ConsumerMetrics,
    stop: threading.Event,
) -> Consumer:
    """The follower of the timers of all services, which does so while the claim is its own."""
    feeder = TimerFeeder(OwedRows(databases.work), load=log.load, owing=owing)
    claims = Claims(databases.work, holder())
    return consumer_of(
        timers_group(feeder, streams=owing.kinds),
        LedgerOnly(settings.lanes, stop, claims=claims, name=FOLLOWER),
        settings=settings,
        databases=databases,
        door=log.door,
        families=families,
        pace=Pace(compare_after_s=FOLLOW_S, look_every_s=LOOK_S),
    )


def worker_of(
    service: str,
    group: Group,
    *,
    settings: Settings,
    databases: Databases,
    log: LogReader,
    registry: CollectorRegistry,
    stop: threading.Event,
    owing: OwingOn | None = None,
    fire: Fire | None = None,
    ticks: Sequence[Callable[[], None]] = (),
    problems: Callable[[], Sequence[str]] = tuple,
    gather_s: float = 0.0,
) -> Worker:
    """A complete worker. Without `owing` and `fire` it has no timers (the projection).

    `owing` is what streams owe to all services: any worker may be the one that follows. `gather_s`:
    how long what its consumer wants may wait for more (`Pace`).
    """
    families = ConsumerMetrics(registry)
    parts: dict[str, Any] = {"settings": settings, "databases": databases, "families": families}
    pace = Pace(compare_after_s=settings.compare_s, gather_s=gather_s)
    source = kafka_source(group.name, settings)
    consumer = consumer_of(group, source, door=log.door, pace=pace, **parts)
    timers = runner = None
    if owing is not None and fire is not None:
        timers = follower_of(owing, log=log, stop=stop, **parts)
        runner = runner_of(
            service,
            Timers(databases.work, service),
            fire=fire,
            settings=settings,
            databases=databases,
            registry=registry,
        )
    groups = [one.group for one in (consumer, timers) if one is not None]
    redriving = redriving_of(groups, databases, log)
    return Worker(
        group.name,
        consumer=consumer,
        timers=timers,
        runner=runner,
        ticks=(*ticks, redriving.tick),
        prepare=lambda: prepare(databases, service, lanes=settings.lanes),
        ping=lambda: databases.log.command("ping"),
        problems=problems,
        registry=registry,
        port=settings.health_port or None,
        host=settings.health_host,
        times=Times(fire_s=settings.timer_poll_ms / 1000),
    )


def runner_of(
    service: str,
    timers: Timers,
    *,
    fire: Fire,
    settings: Settings,
    databases: Databases,
    registry: CollectorRegistry,
) -> TimerRunner:
    """The timer-firing part of a worker."""
    return TimerRunner(
        service,
        timers=timers,
        claims=Claims(databases.work, holder()),
        fire=fire,
        skew=DatabaseClock(databases.work, utc_now).skew,
        largest_skew=timedelta(milliseconds=settings.clock_skew_ms),
        now=utc_now,
        lanes=settings.lanes,
        registry=registry,
    )


def prepare(databases: Databases, service: str, *, lanes: int) -> None:
    """Create the indexes of the work database; existing indexes are left alone.

    What followers of one service left is taken over by that of all.

    Raises:
        Exception: a server is unreachable.
    """
    Tries(databases.work).ensure_indexes()
    Parking(databases.work).ensure_indexes()
    RedriveRequests(databases.work).ensure_indexes()
    Timers(databases.work, service).ensure_indexes()
    OwedRows(databases.work).ensure_indexes()
    inherit(databases.work, lanes)


def redriving_of(groups: Sequence[Group], databases: Databases, log: LogReader) -> Redriving:
    """The part of a worker that redrives streams of its groups, from this log."""
    return Redriving(
        groups,
        requests=RedriveRequests(databases.work),
        parking=Parking(databases.work),
        history=LogHistory(log.load, Ledger(databases.log, log.door)),
        holder=holder(),
    )
