"""Review's worker: opens reviews, and fires the timers of the desk and of the legal limits."""

import threading
from collections.abc import Sequence
from datetime import datetime

from services.review.commands import Command, FireTimer
from services.review.decisions import decide
from services.review.reactions import REACTIONS
from shared.case import Rules
from shared.case.opening import open_rules
from shared.config import Databases, Secrets, Settings
from shared.eventlog import Draft, EventLog, Loaded
from shared.eventlog.casework import case_of, drafts
from shared.eventlog.opening import open_log
from shared.messaging import Worker
from shared.messaging.casework import Casework, Decide, casework_worker, firing, reacting


def deciding(rules: Rules) -> Decide:
    """Review's decisions on a loaded stream."""

    def decided(loaded: Loaded, command: Command, now: datetime) -> Sequence[Draft]:
        return drafts(decide(case_of(loaded), command, rules, now))

    return decided


def casework(log: EventLog, rules: Rules) -> Casework:
    """The tables of review, ready to run."""
    decision = deciding(rules)
    fire = firing(
        lambda step, version: FireTimer(step=step, version=version),
        service="review",
        log=log,
        decide=decision,
    )
    handlers = reacting(REACTIONS, service="review", log=log, decide=decision)
    return Casework(service="review", log=log, handlers=handlers, fire=fire)


def build(
    settings: Settings, secrets: Secrets, databases: Databases, stop: threading.Event
) -> Worker:
    """The worker of a real process."""
    rules = open_rules(settings)
    log = open_log(settings, secrets, databases, writer="review")
    return casework_worker(casework(log, rules), settings, databases, stop)
