"""The worker of issuance: numbers, orders and closes, and guards its own owed steps."""

import threading

from prometheus_client import CollectorRegistry

from services.issuance.commands import MovePayday
from services.issuance.lasting import fire_documents, owing
from services.issuance.numbers import Numbers
from services.issuance.reactions import (
    REACTIONS,
    SERVICE,
    Numbering,
    decider,
    fire_with,
    numbering_handlers,
)
from shared.case import RulesSource
from shared.case.deciding.assemble import follow_rules
from shared.casework.worker import Casework, casework_worker, reacting
from shared.config import Databases, Secrets, Settings
from shared.eventlog import EventLog, open_log
from shared.messaging.timers.calendars import Recomputing, recomputing
from shared.messaging.worker.worker import Worker
from shared.vault import open_vault


def casework(log: EventLog, numbering: Numbering, rules: RulesSource) -> Casework:
    """The tables of issuance, ready to run."""
    decide = decider(rules)
    handlers = reacting(REACTIONS, service=SERVICE, log=log, decide=decide)
    for event_type, numbers_first in numbering_handlers(numbering).items():
        handlers[event_type] = [*numbers_first, *handlers.get(event_type, ())]
    recompute = recomputing(MovePayday, service=SERVICE, log=log, decide=decide, rules=rules)
    return Casework(
        service=SERVICE,
        log=log,
        handlers=handlers,
        fire=fire_documents(log, fire_with(numbering, log, rules)),
        owing=owing,
        recomputing=Recomputing(rules, ("payout",), recompute),
    )


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
    log = open_log(settings, secrets, databases, writer=SERVICE, sealer=vault)
    rules = follow_rules(settings)
    # The oldest key makes the ids of documents, so that a rotation changes none of them.
    numbering = Numbering(Numbers(databases.log), log, rules, document_key=secrets.case_id_keys[-1])
    made = casework(log, numbering, rules)
    return casework_worker(made, settings, databases, stop, registry=registry)
