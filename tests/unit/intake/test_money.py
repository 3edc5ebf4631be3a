"""No payment is lost, none is kept without a reason, and each goes back once."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.money.back.returns import RecordRefund
from services.intake.money.payments import RecordPayment, RecordPaymentFailure
from services.intake.money.refunds import OrderRefunds
from shared.case import Fact, owed
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.fee import PaymentFailed, PaymentRecorded, RefundOrdered, RefundRecorded
from shared.case.intake.supplement import SupplementLapsed
from shared.case.intake.upkeep import IntakeStepOverdue
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.casework.topics import FireTimer
from shared.eventlog.errors import NotFound
from tests.support.commands import at_intake as decide
from tests.support.given import (
    START,
    accepted,
    asked,
    assessed,
    given,
    history,
    paid,
    submitted,
    under_review,
)

AWAITING: tuple[Fact, ...] = (submitted(), assessed())
WITHDRAWN = CaseWithdrawn(status="submitted")
NOT_ACCEPTED = CaseNotAccepted(why="supplement-lapsed", missing=(), reason="r")


def payment(transaction: str = "t1", amount_fen: int = 4000) -> RecordPayment:
    return RecordPayment(transaction=transaction, amount_fen=amount_fen, method="alipay")


def refund_ordered(transaction: str = "t1", why: Any = "withdrawn") -> RefundOrdered:
    return RefundOrdered(payment=transaction, amount_fen=4000, why=why)


@pytest.mark.requirement("R-136")
@pytest.mark.parametrize(
    ("before", "command", "accounted"),
    [
        (AWAITING, payment(), "fee"),
        (AWAITING, payment(amount_fen=3999), "mismatch"),
        (AWAITING, payment(amount_fen=4001), "mismatch"),
        ((*AWAITING, paid("t0", amount_fen=1, accounted="mismatch")), payment(), "fee"),
        ((*AWAITING, paid("t0")), payment(), "duplicate"),
        ((*AWAITING, paid("t0"), accepted()), payment(), "duplicate"),
        ((submitted(), assessed(0)), payment(), "not-owed"),
        ((*AWAITING, WITHDRAWN), payment(), "not-owed"),
        ((*AWAITING, WITHDRAWN, CaseClosed(outcome="withdrawn")), payment(), "not-owed"),
    ],
)
def test_every_payment_is_recorded_for_what_it_is(
    before: tuple[Fact, ...], command: RecordPayment, accounted: str
) -> None:
    fact = given(*before).when(decide, command).fact
    assert isinstance(fact, PaymentRecorded)
    assert (fact.accounted, fact.amount_fen) == (accounted, command.amount_fen)


def test_the_same_transaction_is_recorded_once() -> None:
    given(*AWAITING, paid()).when(decide, payment()).nothing()


def test_a_payment_for_no_case_is_not_found() -> None:
    given().when(decide, payment()).refused(NotFound)


def test_a_failed_attempt_is_recorded_once_and_the_fee_stays_owed() -> None:
    failure = RecordPaymentFailure(transaction="t1", method="alipay", code="no-funds")
    failed = PaymentFailed(transaction="t1", method="alipay", code="no-funds")
    given(*AWAITING).when(decide, failure).then(failed)
    given(*AWAITING, failed).when(decide, failure).nothing()
    given(*AWAITING, paid()).when(decide, failure).nothing()
    given(*AWAITING, failed).when(decide, payment()).then_types(PaymentRecorded)


@pytest.mark.requirement("R-137")
@pytest.mark.parametrize(
    ("before", "why"),
    [
        ((*AWAITING, paid(), WITHDRAWN), "withdrawn"),
        ((*AWAITING, paid(), NOT_ACCEPTED), "not-accepted"),
        ((*AWAITING, paid(accounted="mismatch")), "mismatch"),
        ((*AWAITING, paid("t0"), paid("t1", accounted="duplicate")), "duplicate"),
    ],
)
def test_what_is_not_ours_is_ordered_back(before: tuple[Fact, ...], why: str) -> None:
    fact = given(*before).when(decide, OrderRefunds()).fact
    assert (fact.TYPE, fact.payment, fact.why) == ("intake.RefundOrdered", "t1", why)


def test_the_fee_of_a_running_case_is_kept() -> None:
    given(*under_review()).when(decide, OrderRefunds()).nothing()


def test_an_end_that_the_item_does_not_name_keeps_the_fee() -> None:
    fee = type(assessed())(amount_fen=4000, basis="b", pay_by=START, refund_on=("not-accepted",))
    given(submitted(), fee, paid(), WITHDRAWN).when(decide, OrderRefunds()).nothing()
    given(submitted(), fee, paid(), NOT_ACCEPTED).when(decide, OrderRefunds()).then_types(
        RefundOrdered
    )


def test_a_refund_is_ordered_once() -> None:
    given(*AWAITING, paid(), WITHDRAWN, refund_ordered()).when(decide, OrderRefunds()).nothing()


def test_two_payments_go_back_in_one_decision() -> None:
    before = (*AWAITING, paid("t1"), paid("t2", accounted="duplicate"), WITHDRAWN)
    facts = given(*before).when(decide, OrderRefunds()).facts
    assert [fact.payment for fact in facts if isinstance(fact, RefundOrdered)] == ["t1", "t2"]


def test_a_confirmed_refund_is_recorded_once() -> None:
    confirm = RecordRefund(payment="t1", transaction="r1", amount_fen=4000)
    recorded = RefundRecorded(payment="t1", transaction="r1", amount_fen=4000)
    ended = (*AWAITING, paid(), WITHDRAWN, refund_ordered())
    given(*ended).when(decide, confirm).then(recorded)
    given(*ended, recorded).when(decide, confirm).nothing()


# --- the times that run out ---


def timer(case_facts: tuple[Fact, ...], step: str) -> FireTimer:
    (one,) = [o for o in owed(history(*case_facts)) if o.step == step]
    return FireTimer(step=step, version=one.version)


@pytest.mark.parametrize(
    ("before", "step", "expected"),
    [
        (AWAITING, "payment", CaseNotAccepted),
        ((submitted(complete=False), assessed(), paid(), asked()), "supplement", SupplementLapsed),
        ((*AWAITING, paid()), "acceptance", CaseAccepted),
        ((*AWAITING, paid(), WITHDRAWN), "refund-order:t1", RefundOrdered),
        ((*AWAITING, paid(), WITHDRAWN, refund_ordered()), "refund:t1", IntakeStepOverdue),
    ],
)
def test_a_timer_does_what_the_step_is_for(
    before: tuple[Fact, ...], step: str, expected: type[Fact]
) -> None:
    command = timer(before, step)
    late = START + timedelta(days=60)
    given(*before).when(decide, command, at=late).then_types(expected)
    given(*before).when(decide, command, at=START).nothing()


def test_a_timer_of_a_settled_step_does_nothing() -> None:
    command = timer(AWAITING, "payment")
    given(*AWAITING, paid()).when(decide, command, at=START + timedelta(days=60)).nothing()


def test_a_late_step_is_set_anew_and_fires_again_by_its_new_version() -> None:
    before = (*AWAITING, paid(), WITHDRAWN, refund_ordered())
    first = timer(before, "refund:t1")
    late = START + timedelta(days=30)
    overdue = given(*before).when(decide, first, at=late).fact
    after = (*before, overdue)
    given(*after).when(decide, first, at=late).nothing()
    again = timer(after, "refund:t1")
    assert again.version == first.version + 1
    second = given(*after).when(decide, again, at=late).fact
    assert second.since == overdue.since


def test_an_unpaid_application_ends_and_a_payment_after_that_goes_back() -> None:
    ended = (*AWAITING, CaseNotAccepted(why="payment-lapsed", missing=(), reason="r"))
    late = given(*ended).when(decide, payment()).fact
    given(*ended, late).when(decide, OrderRefunds()).then_types(RefundOrdered)
