"""Money on its way back is recorded as it really moved, and what is wrong waits for a person."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.acceptance.accepting import SettleCase
from services.intake.money.back.repairs import OrderRefundAgain, SettleRefund
from services.intake.money.back.returns import (
    ClaimRefund,
    KeepRefund,
    RecordBounce,
    RecordRefund,
    RecordRefundFailure,
    placing_back,
)
from services.intake.money.payments import RecordPayment
from services.intake.money.refunds import OrderRefunds
from services.intake.topics import INTAKE
from shared.case import Fact, Recorded, Transaction, owed, status
from shared.case.fold import evolve_payment
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.fee import RefundOrdered, RefundRecorded
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.intake.transaction import RefundClaimed, RefundUnplaced
from shared.case.intake.upkeep import IntakeStepOverdue
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.casework.topics import FireTimer, NotPossibleNow, OwnApplication
from shared.eventlog.errors import NotFound
from tests.support.commands import at_intake as decide
from tests.support.given import (
    START,
    SUBJECT,
    accepted,
    assessed,
    given,
    history,
    paid,
    rules,
    submitted,
)

AWAITING: tuple[Fact, ...] = (submitted(), assessed())
PAID: tuple[Fact, ...] = (*AWAITING, paid())
ORDERED: tuple[Fact, ...] = (
    *PAID,
    CaseWithdrawn(status="submitted"),
    RefundOrdered(payment="t1", amount_fen=4000, why="withdrawn"),
)
FAILED = RefundFailed(payment="t1", transaction="f1", code="ACCOUNT_CLOSED")
WHOLE = RefundRecorded(payment="t1", transaction="r1", amount_fen=4000)
BOUNCED = RefundBounced(payment="t1", transaction="b1", amount_fen=4000, ordered=True)
LATER = START + timedelta(days=3)


def refund(amount_fen: int = 4000, transaction: str = "r1", payment: str = "t1") -> RecordRefund:
    return RecordRefund(payment=payment, transaction=transaction, amount_fen=amount_fen)


def went(accounted: Any, amount_fen: int, transaction: str = "r1") -> MoneyReturned:
    return MoneyReturned(
        payment="t1", transaction=transaction, amount_fen=amount_fen, accounted=accounted
    )


def again(payment: str = "t1", own: str = "") -> OrderRefundAgain:
    return OrderRefundAgain(payment=payment, officer="staff-1", own_subject=own)


def settles(payment: str = "t1", how: Any = "paid-otherwise", own: str = "") -> SettleRefund:
    return SettleRefund(payment=payment, how=how, officer="staff-1", own_subject=own)


@pytest.mark.parametrize(
    ("before", "amount_fen", "accounted"),
    [
        (ORDERED, 2500, "part"),
        ((*ORDERED, went("part", 2500, "r0")), 1500, "rest"),
        ((*ORDERED, went("part", 2500, "r0")), 1501, "excess"),
        (ORDERED, 4001, "excess"),
        ((*ORDERED, WHOLE), 4000, "excess"),
        (PAID, 4000, "unordered"),
        (PAID, 1, "unordered"),
        (AWAITING, 4000, "unknown-payment"),
        ((*ORDERED, BOUNCED), 1, "part"),
    ],
)
def test_money_that_went_back_is_recorded_for_what_it_is(
    before: tuple[Fact, ...], amount_fen: int, accounted: str
) -> None:
    fact = given(*before).when(decide, refund(amount_fen, "r9")).fact
    assert isinstance(fact, MoneyReturned)
    assert (fact.accounted, fact.amount_fen) == (accounted, amount_fen)


def test_the_whole_as_it_was_ordered_is_what_it_always_was() -> None:
    given(*ORDERED).when(decide, refund()).then(WHOLE)
    given(*ORDERED, WHOLE, BOUNCED).when(decide, refund(transaction="r2")).then_types(
        RefundRecorded
    )


@pytest.mark.parametrize(
    ("first", "command"),
    [
        (WHOLE, refund()),
        (went("part", 2500), refund(2500)),
        (FAILED, RecordRefundFailure(payment="t1", transaction="f1", code="ACCOUNT_CLOSED")),
        (BOUNCED, RecordBounce(payment="t1", transaction="b1", amount_fen=4000)),
    ],
)
def test_the_same_word_of_the_gateway_counts_once(first: Fact, command: Any) -> None:
    given(*ORDERED, first).when(decide, command).nothing()


@pytest.mark.parametrize(
    "command",
    [
        refund(payment="t8"),
        RecordRefundFailure(payment="t8", transaction="f1", code="x"),
        RecordBounce(payment="t8", transaction="b1", amount_fen=1),
    ],
)
def test_what_names_a_payment_that_the_case_does_not_have_is_kept_once(command: Any) -> None:
    fact = given(*PAID).when(decide, command).fact
    given(*PAID, fact).when(decide, command).nothing()
    case = history(*PAID, fact)
    assert [one.payment for one in case.strays] == ["t8"]
    assert case.fee_paid
    assert "refund-settlement" in INTAKE.possible(case)
    given(*PAID, fact).when(decide, settles("t8", "explained")).then_types(RefundSettled)


@pytest.mark.parametrize("command", [refund(), settles(), again()])
def test_no_case_is_not_found(command: Any) -> None:
    given().when(decide, command).refused(NotFound)


def test_parts_close_the_question_when_all_is_back() -> None:
    part, rest = went("part", 2500, "r1"), went("rest", 1500, "r2")
    half, done = history(*ORDERED, part), history(*ORDERED, part, rest)
    assert (half.closable, half.payments[0].rest_fen, half.payments[0].refunded) == (
        False,
        1500,
        None,
    )
    assert [one.step for one in owed(half)] == ["refund:t1"]
    assert (done.closable, status(done)) == (True, "refunded")


def test_more_than_was_paid_never_closes_the_case() -> None:
    case = history(*ORDERED, went("excess", 5000))
    assert not case.closable
    assert [one.step for one in owed(case)] == ["refund:t1"]
    settled = given(*ORDERED, went("excess", 5000)).when(decide, settles(how="recovered")).fact
    assert history(*ORDERED, went("excess", 5000), settled).closable


def test_a_fee_that_went_back_unordered_is_not_paid_and_can_be_paid_anew() -> None:
    back = given(*PAID).when(decide, refund(), at=LATER).fact
    assert isinstance(back, MoneyReturned)
    assert back.pay_by is not None
    assert back.pay_by > LATER, "the applicant has the whole time again"
    case = history(*PAID, back)
    assert (case.fee_paid, status(case), case.to_refund) == (False, "awaiting-payment", ())
    (step,) = owed(case)
    assert (step.step, step.due_at) == ("payment", back.pay_by)
    given(*PAID, back).when(decide, SettleCase()).nothing()
    anew = given(*PAID, back).when(
        decide, RecordPayment(transaction="t2", amount_fen=4000, method="alipay")
    )
    given(*PAID, back, anew.fact).when(decide, SettleCase()).then_types(CaseAccepted)


def test_who_does_not_pay_again_is_not_accepted() -> None:
    back = given(*PAID).when(decide, refund(), at=LATER).fact
    (step,) = owed(history(*PAID, back))
    late = step.due_at + timedelta(minutes=1)
    command = FireTimer(step=step.step, version=step.version)
    given(*PAID, back).when(decide, command, at=late).then_types(CaseNotAccepted)


def test_the_rest_of_a_broken_fee_goes_back_once_the_fee_is_paid_anew() -> None:
    before = (*PAID, went("unordered", 1000), paid("t2"))
    fact = given(*before).when(decide, OrderRefunds()).fact
    assert fact == RefundOrdered(payment="t1", amount_fen=3000, why="duplicate")


def test_a_chargeback_that_is_reversed_pays_the_fee_again() -> None:
    before = (*PAID, went("unordered", 4000))
    bounce = RecordBounce(payment="t1", transaction="b1", amount_fen=4000)
    back = given(*before).when(decide, bounce).fact
    assert back == RefundBounced(payment="t1", transaction="b1", amount_fen=4000, ordered=False)
    given(*before, back).when(decide, SettleCase()).then_types(CaseAccepted)
    assert not history(*before, back).payments[0].questioned


def test_two_payments_for_one_fee_leave_one_of_them() -> None:
    before = (
        *PAID,
        went("unordered", 4000),
        paid("t2"),
        RefundBounced(payment="t1", transaction="b1", amount_fen=4000, ordered=False),
    )
    fact = given(*before).when(decide, OrderRefunds()).fact
    assert fact == RefundOrdered(payment="t2", amount_fen=4000, why="duplicate")


def test_after_the_acceptance_no_time_to_pay_begins() -> None:
    fact = given(*PAID, accepted()).when(decide, refund()).fact
    assert isinstance(fact, MoneyReturned)
    assert fact.pay_by is None
    case = history(*PAID, accepted(), fact)
    assert not case.fee_paid
    assert "refund-settlement" in INTAKE.possible(case)


@pytest.mark.parametrize(
    ("trouble", "rest"),
    [((FAILED,), 4000), ((went("part", 2500),), 1500), ((WHOLE, BOUNCED), 4000)],
)
def test_what_failed_stays_owed_and_a_person_orders_it_again(
    trouble: tuple[Fact, ...], rest: int
) -> None:
    before = (*ORDERED, *trouble)
    case = history(*before)
    assert not case.closable
    assert [one.step for one in owed(case)] == ["refund:t1"]
    given(*before).when(decide, OrderRefunds()).nothing()
    assert {"refund-order", "refund-settlement"} <= set(INTAKE.possible(case))
    fact = given(*before).when(decide, again()).fact
    assert fact == RefundOrderedAgain(payment="t1", amount_fen=rest, attempt=2, officer="staff-1")
    given(*before, fact).when(decide, refund(rest, "r7")).then_types(
        RefundRecorded if rest == 4000 else MoneyReturned
    )


def test_a_failure_is_late_by_its_own_time_and_is_reminded_of() -> None:
    (step,) = owed(history(*ORDERED, FAILED))
    assert step.version == len(ORDERED) + 1
    command = FireTimer(step=step.step, version=step.version)
    given(*ORDERED, FAILED).when(decide, command, at=START + timedelta(days=30)).then_types(
        IntakeStepOverdue
    )


@pytest.mark.parametrize(
    "before", [PAID, ORDERED, (*ORDERED, WHOLE), (*ORDERED, went("excess", 5000))]
)
def test_no_second_order_goes_out_while_nothing_failed(before: tuple[Fact, ...]) -> None:
    given(*before).when(decide, again()).refused(NotPossibleNow)


@pytest.mark.parametrize("before", [PAID, ORDERED, (*ORDERED, WHOLE)])
def test_nothing_is_settled_that_is_not_open(before: tuple[Fact, ...]) -> None:
    given(*before).when(decide, settles()).refused(NotPossibleNow)
    given(*before).when(decide, settles("t8")).refused(NotPossibleNow)


def test_a_settled_refund_closes_the_case_and_is_settled_once() -> None:
    before = (*ORDERED, FAILED)
    fact = given(*before).when(decide, settles()).fact
    assert fact == RefundSettled(
        payment="t1", amount_fen=4000, how="paid-otherwise", officer="staff-1"
    )
    given(*before, fact).when(decide, settles()).nothing()
    assert history(*before, fact).closable


# What an officer paid in another way after the gateway failed.
OTHERWISE: tuple[Fact, ...] = (
    *ORDERED,
    FAILED,
    RefundSettled(payment="t1", amount_fen=4000, how="paid-otherwise", officer="staff-1"),
)


@pytest.mark.parametrize("amount_fen", [1, 4000])
def test_what_the_gateway_pays_after_another_way_is_too_much_and_a_question(
    amount_fen: int,
) -> None:
    second = given(*OTHERWISE).when(decide, refund(amount_fen)).fact
    assert isinstance(second, MoneyReturned)
    assert second.accounted == "excess"
    case = history(*OTHERWISE, second)
    assert (case.closable, [one.step for one in owed(case)]) == (False, ["refund:t1"])
    assert "refund-settlement" in INTAKE.possible(case)
    back = RefundBounced(payment="t1", transaction="b1", amount_fen=amount_fen, ordered=True)
    right = history(*OTHERWISE, second, back)
    assert (right.closable, right.payments[0].questioned) == (True, False)


def test_a_failure_told_again_owes_nothing_that_was_paid_otherwise() -> None:
    late = RefundFailed(payment="t1", transaction="f2", code="ACCOUNT_CLOSED")
    case = history(*OTHERWISE, late)
    assert "refund-order" not in INTAKE.possible(case), "it would be paid a second time"
    assert "refund-settlement" in INTAKE.possible(case)


def test_the_rest_that_was_paid_otherwise_is_no_more_here() -> None:
    part, settled = went("part", 2500, "r1"), settles()
    fact = given(*ORDERED, part).when(decide, settled).fact
    case = history(*ORDERED, part, fact)
    assert (case.payments[0].gone_fen, case.payments[0].rest_fen, case.closable) == (4000, 0, True)
    bounced = RefundBounced(payment="t1", transaction="b1", amount_fen=2500, ordered=True)
    here = (*ORDERED, part, fact, bounced)
    assert (history(*here).payments[0].rest_fen, history(*here).payments[0].whole) == (2500, False)
    rest = given(*here).when(decide, refund(2500, "r2")).fact
    assert isinstance(rest, MoneyReturned)
    assert rest.accounted == "rest"
    over = given(*here).when(decide, refund(4000, "r3")).fact
    assert isinstance(over, MoneyReturned)
    assert over.accounted == "excess"


@pytest.mark.parametrize("how", ["recovered", "explained"])
def test_only_what_was_paid_otherwise_is_gone_by_a_settlement(how: Any) -> None:
    fact = given(*ORDERED, FAILED).when(decide, settles(how=how)).fact
    assert history(*ORDERED, FAILED, fact).payments[0].rest_fen == 4000


@pytest.mark.parametrize("command", [again(own=SUBJECT), settles(own=SUBJECT)])
def test_nobody_mends_a_refund_of_their_own(command: Any) -> None:
    given(*ORDERED, FAILED).when(decide, command).refused(OwnApplication)


# --- a transaction of a refund belongs to one case ---

A, B = "case-a", "case-b"


def claims(case: str, kind: Any = "refund", *, held_by: str = "") -> ClaimRefund:
    return ClaimRefund(
        transaction="r1", kind=kind, case=case, payment="t1", amount_fen=4000, held_by=held_by
    )


def keeps(case: str) -> KeepRefund:
    return KeepRefund(transaction="r1", kind="refund", case=case, payment="t1", amount_fen=4000)


def told(*facts: Fact) -> Transaction:
    transaction = Transaction(id="payment-gateway/refund/r1")
    for version, fact in enumerate(facts, start=1):
        transaction = evolve_payment(transaction, Recorded(fact, version=version, at=START))
    return transaction


def decided(transaction: Transaction, command: Any) -> list[Fact]:
    return list(INTAKE.decide_on_payment(transaction, command, rules(), START))


CLAIMED = RefundClaimed(transaction="r1", kind="refund", case=A, payment="t1", amount_fen=4000)


def test_the_first_case_has_a_refund_and_each_kind_of_it_once() -> None:
    assert decided(told(), claims(A)) == [CLAIMED]
    assert decided(told(CLAIMED), claims(A)) == []
    (failed,) = decided(told(CLAIMED), claims(A, "refund-failed"))
    assert isinstance(failed, RefundClaimed)
    assert decided(told(CLAIMED, failed), claims(A, "refund-failed")) == []


@pytest.mark.parametrize("kind", ["refund", "refund-failed", "refund-bounced"])
def test_a_second_case_is_kept_for_a_person_whatever_its_kind(kind: str) -> None:
    (kept,) = decided(told(CLAIMED), claims(B, kind))
    assert isinstance(kept, RefundUnplaced)
    assert (kept.why, kept.held_by, kept.kind) == ("second-case", A, kind)
    assert decided(told(CLAIMED, kept), claims(B, kind)) == []
    assert decided(told(), claims(B, held_by=A)) == [
        RefundUnplaced(
            transaction="r1",
            kind="refund",
            case=B,
            payment="t1",
            amount_fen=4000,
            why="second-case",
            held_by=A,
        )
    ]


def test_a_refund_for_no_case_is_kept_once_and_a_case_that_is_there_claims_it() -> None:
    (kept,) = decided(told(), keeps(B))
    assert isinstance(kept, RefundUnplaced)
    assert kept.why == "unknown-case"
    assert decided(told(kept), keeps(B)) == []
    assert decided(told(kept), claims(A)) == [CLAIMED]


def test_the_case_records_what_was_claimed() -> None:
    assert placing_back(CLAIMED) == refund()
    failed = RefundClaimed(
        transaction="f1", kind="refund-failed", case=A, payment="t1", code="ACCOUNT_CLOSED"
    )
    assert placing_back(failed) == RecordRefundFailure(
        payment="t1", transaction="f1", code="ACCOUNT_CLOSED"
    )
    bounced = RefundClaimed(
        transaction="b1", kind="refund-bounced", case=A, payment="t1", amount_fen=4000
    )
    assert placing_back(bounced) == RecordBounce(payment="t1", transaction="b1", amount_fen=4000)
