"""What intake's events do to a case."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from shared.case.base import Fact
from shared.case.events_intake import (
    AcceptanceAwaited,
    CaseAccepted,
    CaseNotAccepted,
    CaseSubmitted,
    CaseWithdrawn,
    ContactChanged,
    DeadlinesRecomputed,
    FeeAssessed,
    MaterialAttached,
    PaymentFailed,
    PaymentRecorded,
    RefundOrdered,
    RefundRecorded,
    SupplementLapsed,
    SupplementProvided,
    SupplementRequested,
)
from shared.case.events_migration import CaseMigrated
from shared.case.parts import DueDate, Material
from shared.case.pieces import Moved
from shared.case.state import Case, Fee, Mark, Payment

Fold = Callable[[Case, Any, Mark], Case]


def _submitted(case: Case, fact: CaseSubmitted, mark: Mark) -> Case:
    return replace(
        case,
        submission=fact,
        submitted=mark,
        materials=fact.materials,
        contact=fact.contact,
        sealed_in=dict.fromkeys(fact.sealed, mark.version),
    )


def _with(materials: tuple[Material, ...], new: tuple[Material, ...]) -> tuple[Material, ...]:
    """A newer material of the same code stands beside the older one: nothing is lost."""
    known = {material.blob for material in materials}
    return (*materials, *(material for material in new if material.blob not in known))


def _attached(case: Case, fact: MaterialAttached, _: Mark) -> Case:
    return replace(case, materials=_with(case.materials, (fact.material,)))


def _assessed(case: Case, fact: FeeAssessed, mark: Mark) -> Case:
    return replace(case, fee=Fee(fact.amount_fen, fact.pay_by, mark, fact.refund_on))


def _paid(case: Case, fact: PaymentRecorded, mark: Mark) -> Case:
    payment = Payment(fact.transaction, fact.amount_fen, fact.accounted, mark)
    return replace(case, payments=(*case.payments, payment))


def _payment_failed(case: Case, fact: PaymentFailed, _: Mark) -> Case:
    return replace(case, failed_payments=(*case.failed_payments, fact.transaction))


def _mark_payment(case: Case, transaction: str, field: str, mark: Mark) -> Case:
    payments = tuple(
        replace(payment, **{field: mark}) if payment.transaction == transaction else payment
        for payment in case.payments
    )
    return replace(case, payments=payments)


def _refund_ordered(case: Case, fact: RefundOrdered, mark: Mark) -> Case:
    return _mark_payment(case, fact.payment, "refund_ordered", mark)


def _refunded(case: Case, fact: RefundRecorded, mark: Mark) -> Case:
    return _mark_payment(case, fact.payment, "refunded", mark)


def _asked(case: Case, fact: SupplementRequested, mark: Mark) -> Case:
    return replace(case, supplement=fact, supplement_requested=mark)


def _answered(case: Case, fact: SupplementProvided, mark: Mark) -> Case:
    materials = _with(case.materials, fact.materials)
    return replace(case, materials=materials, supplement_provided=mark)


def _lapsed(case: Case, _: SupplementLapsed, mark: Mark) -> Case:
    return replace(case, supplement_lapsed=mark)


def _awaited(case: Case, fact: AcceptanceAwaited, mark: Mark) -> Case:
    return replace(case, awaiting=fact, awaited=mark)


def _recomputed(case: Case, fact: DeadlinesRecomputed, mark: Mark) -> Case:
    """The new times, each watched anew from this event on."""
    fee, asked, awaiting = case.fee, case.supplement, case.awaiting
    if fee is not None and fact.pay_by is not None:
        fee = replace(fee, pay_by=fact.pay_by)
    if asked is not None and fact.supplement is not None and fact.supplement.due_at is not None:
        asked = replace(asked, due=fact.supplement, due_at=fact.supplement.due_at)
    if awaiting is not None and fact.due_at is not None:
        awaiting = AcceptanceAwaited(
            due=fact.acceptance, due_at=fact.due_at, deemed_at=fact.deemed_at
        )
    return replace(case, fee=fee, supplement=asked, awaiting=awaiting, reckoned=mark)


def _accepted(case: Case, fact: CaseAccepted, mark: Mark) -> Case:
    accepted = Mark(mark.version, fact.as_of or mark.at)
    case = replace(case, acceptance=fact, accepted=accepted, ends=fact.ends)
    return with_limits(case, fact.due, mark)


def with_limits(case: Case, due: tuple[DueDate, ...], mark: Mark) -> Case:
    """The case with these limits. One whose dates changed is watched anew, from this event on."""
    before = {one.limit: (one.due_at, one.warn_at) for one in case.limits}
    changed = {one.limit for one in due if before.get(one.limit) != (one.due_at, one.warn_at)}
    known = {one.limit: case.limits_at.get(one.limit, mark) for one in due}
    return replace(
        case,
        limits=due,
        limits_at={name: mark if name in changed else at for name, at in known.items()},
        approaching=case.approaching - changed,
    )


def _not_accepted(case: Case, fact: CaseNotAccepted, mark: Mark) -> Case:
    return replace(case, non_acceptance=fact, not_accepted=mark)


def _withdrawn(case: Case, _: CaseWithdrawn, mark: Mark) -> Case:
    return replace(case, withdrawn=mark)


def _contact_changed(case: Case, fact: ContactChanged, mark: Mark) -> Case:
    sealed_in = {**case.sealed_in, **dict.fromkeys(fact.sealed, mark.version)}
    return replace(case, contact=fact.contact, sealed_in=sealed_in)


def _migrated(case: Case, fact: CaseMigrated, mark: Mark) -> Case:
    case = replace(
        case,
        moves=(*case.moves, Moved(fact, mark)),
        procedure=fact.stages or case.procedure,
        ends=fact.ends,
    )
    return with_limits(case, fact.due, mark)


FOLDS: Mapping[type[Fact], Fold] = MappingProxyType(
    {
        CaseSubmitted: _submitted,
        MaterialAttached: _attached,
        FeeAssessed: _assessed,
        PaymentRecorded: _paid,
        PaymentFailed: _payment_failed,
        RefundOrdered: _refund_ordered,
        RefundRecorded: _refunded,
        SupplementRequested: _asked,
        SupplementProvided: _answered,
        SupplementLapsed: _lapsed,
        AcceptanceAwaited: _awaited,
        DeadlinesRecomputed: _recomputed,
        CaseAccepted: _accepted,
        CaseNotAccepted: _not_accepted,
        CaseWithdrawn: _withdrawn,
        ContactChanged: _contact_changed,
        CaseMigrated: _migrated,
    }
)
