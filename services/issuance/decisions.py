"""What issuance decides: pure, time and rules passed in, nothing to do means nothing returned.

The table at the end says which decision answers which command.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.issuance.commands import (
    CloseCase,
    Command,
    DispatchDocument,
    FireTimer,
    OrderProduction,
    RecordHandover,
    RecordProduction,
    RecordReturn,
)
from services.issuance.refusals import (
    NumberInUse,
    can_dispatch,
    can_fail,
    can_hand_over,
    can_produce,
    can_return,
    must_allow,
)
from shared.case import Case, Fact, IssuedDocument, Owed, Rules, fire
from shared.case.events_issuance import (
    CaseClosed,
    DeliveryReturned,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentNumbered,
    DocumentProduced,
    IssuanceStepOverdue,
    NumberVoided,
    ProductionFailed,
    ProductionOrdered,
)


def order_production(case: Case, cmd: OrderProduction, _rules: Rules, _now: datetime) -> list[Fact]:
    """Have an approved case's document made, once (R-144)."""
    if not case.open or not case.approved or case.document is not None:
        return []
    numbered = cmd.numbered
    return [
        ProductionOrdered(
            document=cmd.document,
            grant=numbered.grant,
            issue=numbered.issue,
            result=numbered.result,
            scheme=numbered.scheme,
            number=numbered.number,
            delivery=case.delivery or "post",
        )
    ]


def record_production(
    case: Case, cmd: RecordProduction, _rules: Rules, _now: datetime
) -> list[Fact]:
    """Made, or not: what failed stays owed and is made again free of charge (R-135, R-149)."""
    must_allow(case, can_fail, "There is no document in production.")
    document = _document_of(case)
    if cmd.failure is not None:
        return [ProductionFailed(document=document, code=cmd.failure)]
    return [DocumentProduced(document=document)] if can_produce(case) else []


def dispatch(case: Case, cmd: DispatchDocument, _rules: Rules, _now: datetime) -> list[Fact]:
    """Given to the carrier, for the address of the application (R-159)."""
    must_allow(case, can_dispatch, "There is no document to be dispatched.")
    return [DocumentDispatched(document=_document_of(case), carrier=cmd.carrier)]


def hand_over(case: Case, cmd: RecordHandover, _rules: Rules, _now: datetime) -> list[Fact]:
    """The applicant has it (R-164)."""
    if case.document is not None and case.document.handed_over:
        return []
    must_allow(case, can_hand_over, "There is no document to be handed over.")
    return [DocumentHandedOver(document=_document_of(case), to=cmd.to)]


def record_return(case: Case, cmd: RecordReturn, _rules: Rules, _now: datetime) -> list[Fact]:
    """It came back: it is dispatched again, and the case stays open."""
    must_allow(case, can_return, "There is no document on its way.")
    return [DeliveryReturned(document=_document_of(case), code=cmd.code)]


def close(case: Case, _cmd: CloseCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """The end: the document is handed over, or it ended without one and no money is to go back."""
    if not case.closable or case.ended_as is None:
        return []
    return [CaseClosed(outcome=case.ended_as)]


def _document_of(case: Case) -> str:
    return case.document.id if case.document is not None else ""


def _close_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return close(case, CloseCase(), rules, now)


STEPS = frozenset(
    {"production-order", "production", "dispatch", "readiness", "handover", "closing"}
)


def fire_timer(case: Case, cmd: FireTimer, rules: Rules, now: datetime) -> list[Fact]:
    """The time of one of issuance's steps is over."""

    def order_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
        return [] if cmd.order is None else order_production(case, cmd.order, rules, now)

    return fire(
        case,
        service="issuance",
        step=cmd.step,
        version=cmd.version,
        rules=rules,
        now=now,
        effects={"closing": _close_late, "production-order": order_late},
        overdue=IssuanceStepOverdue,
    )


def number_document(document: IssuedDocument, numbered: DocumentNumbered) -> list[Fact]:
    """The first event of `document/<id>`; one that is there, or voided, stays (invariant 5)."""
    if document.numbered is not None or document.voided is not None:
        return []
    return [numbered]


def void_number(document: IssuedDocument, voided: NumberVoided) -> list[Fact]:
    """A reserved number that no document will carry: recorded with its reason (G4).

    Raises:
        NumberInUse: a document carries it.
    """
    if document.voided is not None:
        return []
    if document.numbered is not None:
        raise NumberInUse("A document carries this number.")
    return [voided]


Decision = Callable[[Case, Any, Rules, datetime], list[Fact]]
DECISIONS: Mapping[type[Command], Decision] = MappingProxyType(
    {
        OrderProduction: order_production,
        RecordProduction: record_production,
        DispatchDocument: dispatch,
        RecordHandover: hand_over,
        RecordReturn: record_return,
        CloseCase: close,
        FireTimer: fire_timer,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    return DECISIONS[type(command)](case, command, rules, now)
