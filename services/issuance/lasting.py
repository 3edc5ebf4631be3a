"""What issuance does on `document/<id>` once it is numbered: it outlives its case (R-092, R-093).

The timers of a document lie years ahead. They are fed from its own stream, and what firing one
records depends on what became of the document in its case.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from shared.case import (
    Case,
    Fact,
    IssuedDocument,
    Rules,
    case_stream,
    fold_document,
    owed_document,
)
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.closing import Outcome
from shared.case.issuance.document import DocumentExpired, RenewalOpened
from shared.case.issuance.number import DocumentNumbered
from shared.case.next.owed_documents import EXPIRY, RENEWAL, last_day
from shared.casework.log import case_of, drafts
from shared.casework.worker import owing_case
from shared.catalogue import UnknownItem
from shared.catalogue.definition.outcome import ResultRule
from shared.clock import local_day, renewal_window
from shared.eventlog import Actor, Command, Draft, EventLog, Loaded
from shared.messaging.stores.ids import timer_command_id
from shared.messaging.timers.firing import Fire
from shared.messaging.timers.store import OwedStep

SYSTEM = Actor(kind="system", ref="issuance")
STREAMS = "document/"
# The ends of a case after which what it granted is in somebody's hands.
GRANTED: frozenset[Outcome] = frozenset({"delivered", "completed"})


def renewal_of(rule: ResultRule, valid: Valid | None, rules: Rules) -> Renewal | None:
    """By which item a document is renewed and from which day on; null where nothing renews it.

    The case's edition of its item says by which; the item that is in force now says from when: the
    first day on which one of its renewals opens before the expiry.
    """
    if rule.renewed_by is None or valid is None or valid.until is None:
        return None
    try:
        item = rules.catalogue.item(rule.renewed_by)
    except UnknownItem:
        return None
    calendar = rules.calendar_of(item)
    windows = [renewal_window(one, valid.until, calendar) for one in item.text.renewals]
    days = [window.opens for window in windows if window.opens is not None]
    return Renewal(item=item.id, opens=min(days)) if days else None


def held(document: IssuedDocument, case: Case) -> bool:
    """Whether somebody has the document: it was handed over, or came with what the case granted.

    What is made and not handed to anybody (it is electronic) is there when its case is complete.
    """
    if case.document is not None and case.document.id == document.id:
        return case.document.handed_over is not None or case.outcome == "completed"
    return case.closed is not None and case.outcome in GRANTED


def remind(
    document: IssuedDocument, case: Case, *, step: str, version: int, now: datetime
) -> list[Fact]:
    """What a timer of a document records. Settled, early or not true: nothing.

    Nobody is told to renew what nobody holds. As long as it lies at an office, and as long as it is
    valid, the timer comes again, so that whoever collects it late is still told.
    """
    numbered, until, today = document.numbered, last_day(document), local_day(now)
    owed = {one.step for one in owed_document(document) if one.version == version}
    if step not in owed or numbered is None or until is None:
        return []
    if step == EXPIRY and until < today:
        return [DocumentExpired(case=numbered.case, result=numbered.result, until=until)]
    renewal = numbered.renewal
    if step == RENEWAL and renewal is not None and renewal.opens <= today <= until:
        return [_opened(numbered, renewal, until)] if held(document, case) else []
    return []


def _opened(numbered: DocumentNumbered, renewal: Renewal, until: date) -> RenewalOpened:
    return RenewalOpened(
        case=numbered.case,
        result=numbered.result,
        item=renewal.item,
        opens=renewal.opens,
        until=until,
    )


def owing(loaded: Loaded) -> Sequence[OwedStep]:
    """What is owed on a `case/<id>`, and on a `document/<id>`."""
    if loaded.stream.startswith(STREAMS):
        return owed_document(_document(loaded))
    return owing_case(loaded)


def fire_documents(log: EventLog, otherwise: Fire) -> Fire:
    """What fires the timers of documents; those of other streams are `otherwise`'s."""

    def fire(stream: str, step: str, version: int, now: datetime) -> None:
        if not stream.startswith(STREAMS):
            otherwise(stream, step, version, now)
            return
        numbered = _document(log.load(stream)).numbered
        if numbered is None:
            return
        case = case_of(log.load(case_stream(numbered.case)))
        command = Command(
            command_id=timer_command_id(step, version),
            actor=SYSTEM,
            now=now,
            causation=f"{stream}/{version}",
        )
        decide = partial(_decide, case=case, step=step, version=version, now=now)
        log.execute(stream, command, decide)

    return fire


def _decide(
    loaded: Loaded, *, case: Case, step: str, version: int, now: datetime
) -> Sequence[Draft]:
    return drafts(remind(_document(loaded), case, step=step, version=version, now=now))


def _document(loaded: Loaded) -> IssuedDocument:
    return fold_document(loaded.stream.removeprefix(STREAMS), loaded.events)
