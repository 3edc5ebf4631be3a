"""The worker of issuance: numbers, orders and closes, and guards its own owed steps."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry

from services.issuance.documents.lasting import on_time
from services.issuance.numbers.numbering import Numbering, numbering_handlers
from services.issuance.numbers.store import Numbers
from services.issuance.papers.drawn.drawing import Drawing
from services.issuance.papers.drawn.fonts import Fonts
from services.issuance.papers.making import Workshop, check_address
from services.issuance.papers.orders import PaperOrders
from services.issuance.papers.signed.signing import PdfSigner
from services.issuance.payout import MovePayday
from services.issuance.topics import ISSUANCE
from shared.case import RulesSource, case_stream
from shared.case.deciding.assemble import follow_rules
from shared.casework.log import case_of, issued_document
from shared.casework.topics import DOCUMENT, CaseCommand
from shared.casework.worker import Casework, casework_worker, firing, reacting
from shared.config import Databases, Secrets, Settings
from shared.eventlog import EventLog, open_log
from shared.messaging.timers.calendars import Recomputing, recomputing
from shared.messaging.timers.firing import Fire
from shared.messaging.worker.worker import Worker
from shared.vault import open_vault

SERVICE = ISSUANCE.service


def casework(
    log: EventLog,
    numbering: Numbering,
    rules: RulesSource,
    *,
    ticks: Sequence[Callable[[], None]] = (),
) -> Casework:
    """The tables of issuance, ready to run."""
    decide = ISSUANCE.deciding(rules)
    handlers = reacting(ISSUANCE.reactions, service=SERVICE, log=log, decide=decide)
    for event_type, numbers_first in numbering_handlers(numbering).items():
        handlers[event_type] = [*numbers_first, *handlers.get(event_type, ())]
    recompute = recomputing(MovePayday, service=SERVICE, log=log, decide=decide, rules=rules)
    return Casework(
        service=SERVICE,
        log=log,
        handlers=handlers,
        fire=fire_with(numbering, log, rules),
        ticks=ticks,
        recomputing=Recomputing(rules, ("payout",), recompute),
    )


def fire_with(numbering: Numbering, log: EventLog, rules: RulesSource) -> Fire:
    """What fires the timers of issuance, those of cases and those of documents."""
    decide = ISSUANCE.deciding(rules)

    def fire(stream: str, step: str, version: int, now: datetime) -> None:
        if stream.startswith(DOCUMENT):
            wanted = _on_document(log, stream, step, version)
        else:
            wanted = numbering.late(stream, step, version, now)
        if wanted is not None:
            once = firing(lambda _step, _version: wanted, service=SERVICE, log=log, decide=decide)
            once(stream, step, version, now)

    return fire


def _on_document(log: EventLog, stream: str, step: str, version: int) -> CaseCommand | None:
    """What the timer of a document brings; None where there is no document."""
    document = issued_document(log.load(stream))
    if not document.case:
        return None
    case = case_of(log.load(case_stream(document.case)))
    return on_time(document, case, step=step, version=version)


def build(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    stop: threading.Event,
    *,
    registry: CollectorRegistry | None = None,
) -> Worker:
    """The worker, ready to `run(stop)`; no server is asked yet."""
    opened = open_vault(settings, secrets, databases)
    vault = opened.vault
    log = open_log(settings, secrets, databases, writer=SERVICE, sealer=vault)
    rules = follow_rules(settings)
    # The oldest key makes the ids of documents, so that a rotation changes none of them.
    numbering = Numbering(Numbers(databases.log), log, rules, document_key=secrets.case_id_keys[-1])
    orders = PaperOrders(databases.work)
    workshop = Workshop(
        log=log,
        vault=vault,
        blobs=opened.blobs,
        numbers=Numbers(databases.log),
        orders=orders,
        rules=rules,
        drawing=Drawing(Fonts(settings.fonts_dir)),
        signer=PdfSigner(secrets.folder),
        statement_key=secrets.statement_key(),
        address=check_address(settings),
    )
    made = casework(log, numbering, rules, ticks=(workshop.tick,))
    return casework_worker(made, settings, databases, stop, registry=registry)
