"""Review's worker: opens reviews, and fires the timers of the desk and of the legal limits."""

import threading

from services.review.limits import RecomputeLimits
from services.review.topics import REVIEW
from shared.case import RulesSource
from shared.case.deciding.assemble import follow_rules
from shared.casework.topics import FireTimer
from shared.casework.worker import Casework, casework_worker, firing, reacting
from shared.config import Databases, Secrets, Settings
from shared.eventlog import EventLog
from shared.eventlog.opening import open_log
from shared.messaging import Worker
from shared.messaging.timers.calendars import Recomputing, recomputing


def casework(log: EventLog, rules: RulesSource) -> Casework:
    """The tables of review, ready to run."""
    decision = REVIEW.deciding(rules)
    fire = firing(
        lambda step, version: FireTimer(step=step, version=version),
        service="review",
        log=log,
        decide=decision,
    )
    handlers = reacting(REVIEW.reactions, service="review", log=log, decide=decision)
    recompute = recomputing(
        RecomputeLimits, service="review", log=log, decide=decision, rules=rules
    )
    return Casework(
        service="review",
        log=log,
        handlers=handlers,
        fire=fire,
        recomputing=Recomputing(rules, ("limit:",), recompute),
    )


def build(
    settings: Settings, secrets: Secrets, databases: Databases, stop: threading.Event
) -> Worker:
    """The worker of a real process."""
    rules = follow_rules(settings)
    log = open_log(settings, secrets, databases, writer="review")
    return casework_worker(casework(log, rules), settings, databases, stop)
