"""Intake's worker: reacts to events and fires the timers of what intake owes."""

import threading
from collections.abc import Callable, Mapping, Sequence

import structlog

from services.intake.acceptance.deadlines import RecomputeDeadlines
from services.intake.application.repeated import OpenApplications, kept_open
from services.intake.files.unnamed import sweeping
from services.intake.money.gateway import PAY_BACK, FileGateway, PaymentGateway, paying_back
from services.intake.money.unplaced import UnplacedPayments, kept_listed
from services.intake.reading.numbered import NumberedCases, kept_numbered
from services.intake.topics import INTAKE
from shared.case import RulesSource
from shared.case.deciding.assemble import follow_rules
from shared.casework.topics import FireTimer
from shared.casework.worker import Casework, casework_worker, firing, reacting
from shared.config import Databases, Secrets, Settings
from shared.eventlog import EventLog
from shared.eventlog.opening import open_log
from shared.messaging import Handler, Worker
from shared.messaging.consumer.away import is_away
from shared.messaging.consumer.handling import where
from shared.messaging.timers.calendars import Recomputing, recomputing
from shared.vault import Erasures, open_vault
from shared.vault.unnamed import UnnamedUploads

_log = structlog.get_logger(__name__)
# The steps before the acceptance whose time a calendar decides.
WAITING = ("acceptance", "deemed-acceptance", "payment", "supplement")


def casework(
    log: EventLog,
    rules: RulesSource,
    gateway: PaymentGateway,
    unplaced: UnplacedPayments,
    applications: OpenApplications,
    *,
    lists: Sequence[Mapping[str, Handler]] = (),
    ticks: Sequence[Callable[[], None]] = (),
) -> Casework:
    """The tables of intake, ready to run. `lists`: what else is kept from events, by their type."""
    decision = INTAKE.deciding(rules)
    handlers = reacting(INTAKE.reactions, service="intake", log=log, decide=decision)
    for event_type in PAY_BACK:
        handlers.setdefault(event_type, []).append(paying_back(gateway))
    for kept in (kept_listed(unplaced), kept_open(applications), *lists):
        for event_type, handler in kept.items():
            handlers.setdefault(event_type, []).append(handler)
    fire = firing(
        lambda step, version: FireTimer(step=step, version=version),
        service="intake",
        log=log,
        decide=decision,
    )
    recompute = recomputing(
        RecomputeDeadlines, service="intake", log=log, decide=decision, rules=rules
    )
    return Casework(
        service="intake",
        log=log,
        handlers=handlers,
        fire=fire,
        ticks=ticks,
        recomputing=Recomputing(rules, WAITING, recompute),
    )


def build(
    settings: Settings, secrets: Secrets, databases: Databases, stop: threading.Event
) -> Worker:
    """The worker of a real process, with the payment gateway that is a file."""
    rules = follow_rules(settings)
    log = open_log(settings, secrets, databases, writer="intake")
    gateway = FileGateway(settings.outbox_dir / "refunds.jsonl")
    vault = open_vault(settings, secrets, databases)
    unplaced = UnplacedPayments(databases.work)
    applications = OpenApplications(databases.work)
    work = casework(
        log,
        rules,
        gateway,
        unplaced,
        applications,
        lists=(kept_numbered(NumberedCases(databases.work)),),
        ticks=(
            erasing(vault.erasures),
            sweeping(UnnamedUploads(databases.work), vault.blobs, log),
        ),
    )
    return casework_worker(work, settings, databases, stop)


def erasing(erasures: Erasures) -> Callable[[], None]:
    """The tick that carries ordered erasures on until they are done (invariant 9).

    One that fails (its list cannot be written, say) is told of and tried again: it stops neither
    the others nor the timers of this worker.
    """

    def tick() -> None:
        for ref in erasures.pending():
            try:
                erasures.step(ref)
            except Exception as error:
                if is_away(error):
                    raise
                _log.error(
                    "erasure_waits",
                    subject=ref,
                    error=type(error).__name__,
                    where=where(error),
                )

    return tick
