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
    DestroyDocument,
    DispatchDocument,
    FireTimer,
    MovePayday,
    OrderProduction,
    PrepareResults,
    RecordHandover,
    RecordPayout,
    RecordProduction,
    RecordReady,
    RecordResult,
    RecordReturn,
    RegisterUnclaimed,
)
from services.issuance.refusals import (
    NumberInUse,
    TooEarly,
    can_destroy,
    can_dispatch,
    can_fail,
    can_hand_over,
    can_hand_over_result,
    can_make_ready,
    can_produce,
    can_register_unclaimed,
    can_return,
    must_allow,
    possible,
)
from services.issuance.results import (
    SYSTEM,
    move_payday,
    prepare,
    record,
    record_payout,
    schedule,
)
from shared.case import Case, Fact, IssuedDocument, Owed, Rules, fire
from shared.case.deciding.limits_begun import begun
from shared.case.issuance.closing import CaseClosed, IssuanceLimitsRecomputed
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDestroyed,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentReady,
    DocumentUnclaimed,
)
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.issuance.record import ResultHandedOver
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.case.next.position import destroy_after, stage_of
from shared.catalogue.rules.procedure import document_of
from shared.clock import local_day


def order_production(case: Case, cmd: OrderProduction, rules: Rules, _now: datetime) -> list[Fact]:
    """Have an approved case's document made, once (R-144). Other numbers order nothing."""
    if not case.open or not case.approved or case.document or not case.makes_document:
        return []
    numbered, made = cmd.numbered, document_of(rules.results_of(case))
    if made is None or numbered.result != made.code:
        return []
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


def make_ready(case: Case, cmd: RecordReady, _rules: Rules, _now: datetime) -> list[Fact]:
    """It lies ready at the office where it is collected (R-158)."""
    if case.document is not None and case.document.ready:
        return []
    must_allow(case, can_make_ready, "There is no document to be collected.")
    return [DocumentReady(document=_document_of(case), office=cmd.office)]


def hand_over(case: Case, cmd: RecordHandover, _rules: Rules, _now: datetime) -> list[Fact]:
    """The applicant has it (R-164): the document, or the slip that was written down."""
    handed = case.document.handed_over if case.document is not None else case.handed_over
    if handed:
        return []
    must_allow(case, can_hand_over, "There is nothing to be handed over.")
    if can_hand_over_result(case):
        return [ResultHandedOver(to=cmd.to, way=case.delivery or "on-the-spot")]
    return [DocumentHandedOver(document=_document_of(case), to=cmd.to)]


def record_return(case: Case, cmd: RecordReturn, _rules: Rules, _now: datetime) -> list[Fact]:
    """It came back: it is dispatched again, and the case stays open."""
    must_allow(case, can_return, "There is no document on its way.")
    return [DeliveryReturned(document=_document_of(case), code=cmd.code)]


def register_unclaimed(
    case: Case, cmd: RegisterUnclaimed, _rules: Rules, _now: datetime
) -> list[Fact]:
    """Nobody came for it: registered and kept, to be handed over at any time (R-165)."""
    if case.open and case.document is not None and case.document.kept:
        return []
    must_allow(case, can_register_unclaimed, "There is no document that waits to be collected.")
    kept = DocumentUnclaimed(document=_document_of(case), office=cmd.office, officer=cmd.officer)
    return [kept]


def destroy(case: Case, cmd: DestroyDocument, _rules: Rules, now: datetime) -> list[Fact]:
    """Only what was registered, and only after a year beyond its validity (R-165)."""
    if case.document is not None and case.document.destroyed:
        return []
    missing = "There is no document that was registered as unclaimed and whose validity ends."
    must_allow(case, can_destroy, missing)
    day = destroy_after(case)
    if day is None or local_day(now) <= day:
        instead = tuple(action for action in possible(case) if action != "destruction")
        raise TooEarly(
            f"The document is kept until {day}, and destroyed after it.", actions=instead
        )
    return [DocumentDestroyed(document=_document_of(case), officer=cmd.officer)]


def close(case: Case, _cmd: CloseCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """The end: everything granted is done, or it ended without, and no money is to go back."""
    if not case.closable or case.ended_as is None:
        return []
    return [CaseClosed(outcome=case.ended_as)]


def _document_of(case: Case) -> str:
    return case.document.id if case.document is not None else ""


def _close_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return close(case, CloseCase(), rules, now)


def _prepare_late(case: Case, late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """What the system writes down it writes now; what an officer writes down is only late."""
    stage = stage_of(case, late.step.partition(":")[2])
    if stage is None or stage.actor != SYSTEM:
        return []
    return prepare(case, PrepareResults(), rules, now)


def _payday_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """Under a newer calendar the day may be another one, and then nothing is late."""
    return move_payday(case, MovePayday(), rules, now)


def _schedule_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return schedule(case, rules, now)


STEPS = frozenset(
    {
        "production-order",
        "production",
        "dispatch",
        "readiness",
        "handover",
        "destruction",
        "record",
        "payout-schedule",
        "payout",
        "closing",
    }
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
        effects={
            "closing": _close_late,
            "production-order": order_late,
            "record": _prepare_late,
            "payout-schedule": _schedule_late,
            "payout": _payday_late,
        },
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
        RecordReady: make_ready,
        RecordHandover: hand_over,
        RegisterUnclaimed: register_unclaimed,
        DestroyDocument: destroy,
        PrepareResults: prepare,
        RecordResult: record,
        RecordPayout: record_payout,
        MovePayday: move_payday,
        RecordReturn: record_return,
        CloseCase: close,
        FireTimer: fire_timer,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    facts = DECISIONS[type(command)](case, command, rules, now)
    return begun(case, facts, rules, now, IssuanceLimitsRecomputed)
