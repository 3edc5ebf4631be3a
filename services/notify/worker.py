"""The worker of notify: queues what applicants are told, sends it, and guards that it is sent."""

import threading

from prometheus_client import CollectorRegistry

from services.notify.channels.health import ChannelHealth
from services.notify.channels.table import providers_of
from services.notify.sending import SERVICE, Sender, handlers_of
from services.notify.telling import Telling
from shared.case.deciding.assemble import open_rules
from shared.casework.worker import OWING
from shared.config import Databases, Secrets, Settings
from shared.eventlog import open_log
from shared.messaging.consumer.group import Group
from shared.messaging.worker.assembly import worker_of
from shared.messaging.worker.worker import Worker
from shared.vault import open_vault


def build(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    stop: threading.Event,
    *,
    registry: CollectorRegistry | None = None,
) -> Worker:
    """The worker, ready to `run(stop)`; no server is asked yet."""
    vault = open_vault(settings, secrets, databases).vault
    events = open_log(settings, secrets, databases, writer=SERVICE)
    registry = registry or CollectorRegistry()
    health = ChannelHealth(databases.work, registry=registry)
    sender = Sender(
        events,
        vault,
        Telling(events, open_rules(settings)),
        providers_of(settings),
        installation=settings.installation,
        health=health,
    )
    return worker_of(
        SERVICE,
        Group(SERVICE, handlers=handlers_of(sender)),
        settings=settings,
        databases=databases,
        log=events,
        registry=registry,
        stop=stop,
        owing=OWING,
        fire=sender.fire,
        problems=health.problems,
    )
