"""Review's worker: opens reviews, and fires the timers of the desk and of the legal limits."""

import threading
from collections.abc import Sequence
from datetime import datetime

from services.review.commands import Command, FireTimer, RecomputeLimits
from services.review.decisions import decide
from services.review.reactions import REACTIONS
from shared.case import RulesSource
from shared.case.deciding.assemble import follow_rules
from shared.casework.log import case_of, drafts
from shared.casework.worker import Casework, Decide, casework_worker, firing, reacting
from shared.config import Databases, Secrets, Settings
from shared.eventlog import Draft, EventLog, Loaded
from shared.eventlog.opening import open_log
from shared.messaging import Worker
from shared.messaging.timers.calendars import Recomputing, recomputing


def deciding(rules: RulesSource) -> Decide:
    """Review's decisions on a loaded stream."""

    def decided(loaded: Loaded, command: Command, now: datetime) -> Sequence[Draft]:
        return drafts(decide(case_of(loaded), command, rules.present, now))

    return decided


def casework(log: EventLog, rules: RulesSource) -> Casework:
    """The tables of review, ready to run."""
    decision = deciding(rules)
    fire = firing(
        lambda step, version: FireTimer(step=step, version=version),
        service="review",
        log=log,
        decide=decision,
    )
    handlers = reacting(REACTIONS, service="review", log=log, decide=decision)
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
