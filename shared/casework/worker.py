"""A service's worker from its tables: reactions by event, timers by owed step.

All four services are made of this one, so that a reaction is a line in a table and no service has
a loop of its own.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from shared.case import (
    EVENTS,
    Owed,
    case_of_stream,
    fold_notices,
    owed,
    owed_document,
    owed_notices,
)
from shared.casework.log import case_of, issued_document
from shared.casework.reaction import Reaction
from shared.config import Databases, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, Draft, EventLog, Loaded
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.received import Handler, Received
from shared.messaging.stores.claims import Claims
from shared.messaging.stores.ids import reaction_command_id, timer_command_id
from shared.messaging.timers.calendars import CalendarSweep, Progress, Recomputing
from shared.messaging.timers.feeding import OwingOn
from shared.messaging.timers.firing import Fire
from shared.messaging.timers.store import Timers
from shared.messaging.worker.assembly import holder, worker_of
from shared.messaging.worker.worker import Worker

# The newest schema that this code understands of each type; a newer one parks its stream.
SCHEMAS: Mapping[str, int] = {name: fact.SCHEMA for name, fact in EVENTS.items()}
Decide = Callable[[Loaded, Any, datetime], Sequence[Draft]]
"""(the loaded stream, the service's command, now): what to append, nothing when there is none."""


def reacting(
    reactions: Iterable[Reaction],
    *,
    service: str,
    log: EventLog,
    decide: Decide,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, list[Handler]]:
    """Handlers by event type, in the order of the table."""
    handlers: dict[str, list[Handler]] = {}
    for reaction in reactions:
        handler = partial(_react, reaction, service=service, log=log, decide=decide, now=now)
        for event_type in sorted(reaction.types):
            handlers.setdefault(event_type, []).append(handler)
    return handlers


def _react(
    reaction: Reaction,
    received: Received,
    *,
    service: str,
    log: EventLog,
    decide: Decide,
    now: Callable[[], datetime],
) -> None:
    at = now()
    command = Command(
        command_id=reaction_command_id(reaction.name, received.event_id),
        actor=Actor(kind="system", ref=service),
        now=at,
        causation=received.event_id,
        correlation=received.correlation,
        traceparent=received.traceparent,
        authority=received.authority,
    )
    wanted = reaction.command(received)
    log.execute(reaction.stream(received), command, lambda loaded: decide(loaded, wanted, at))


def firing(
    make: Callable[[str, int], Any],
    *,
    service: str,
    log: EventLog,
    decide: Decide,
) -> Fire:
    """What fires a timer: `make(step, version)` is the service's command for it."""

    def fire(stream: str, step: str, version: int, now: datetime) -> None:
        command = Command(
            command_id=timer_command_id(step, version),
            actor=Actor(kind="system", ref=service),
            now=now,
            causation=f"{stream}/{version}",
        )
        log.execute(stream, command, lambda loaded: decide(loaded, make(step, version), now))

    return fire


def owed_on_case(loaded: Loaded) -> Sequence[Owed]:
    """What is owed on a `case/<id>`."""
    return owed(case_of(loaded))


def owed_on_document(loaded: Loaded) -> Sequence[Owed]:
    """What is owed on a `document/<id>`."""
    return owed_document(issued_document(loaded))


def owed_on_notices(loaded: Loaded) -> Sequence[Owed]:
    """What is owed on `notice/<case>`: each message that is not settled."""
    return owed_notices(fold_notices(case_of_stream(loaded.stream), loaded.events))


# What each kind of stream owes to all services: whoever follows the ledger sets their timers.
OWING = OwingOn({"case/": owed_on_case, "document/": owed_on_document, "notice/": owed_on_notices})


@dataclass(frozen=True, kw_only=True)
class Casework:
    """What makes one service's worker its own.

    `handlers` by event type, as `reacting` makes them, external effects added. `fire` is what its
    timers do. `ticks` run beside them, about once a second. `recomputing` is what it does to its
    open cases when a calendar notice was loaded.
    """

    service: str
    log: EventLog
    handlers: Mapping[str, Sequence[Handler]]
    fire: Fire
    ticks: Sequence[Callable[[], None]] = ()
    recomputing: Recomputing | None = None


def casework_worker(
    casework: Casework,
    settings: Settings,
    databases: Databases,
    stop: threading.Event,
    *,
    registry: CollectorRegistry | None = None,
) -> Worker:
    """The worker of a service: one consumer on Kafka, one on the ledger for the timers."""
    registry = registry or CollectorRegistry()
    ticks = list(casework.ticks)
    if casework.recomputing is not None:
        ticks.append(
            CalendarSweep(
                casework.service,
                casework.recomputing,
                timers=Timers(databases.work, casework.service),
                progress=Progress(databases.work),
                claims=Claims(databases.work, holder()),
                now=utc_now,
                lanes=settings.lanes,
                registry=registry,
            ).tick
        )
    return worker_of(
        casework.service,
        Group(casework.service, handlers=casework.handlers, schemas=SCHEMAS),
        settings=settings,
        databases=databases,
        log=casework.log,
        registry=registry,
        stop=stop,
        owing=OWING,
        fire=casework.fire,
        ticks=ticks,
    )
