"""Money that came in, or did not: every payment is recorded, and none is kept without a reason."""

from datetime import datetime

from services.intake.acceptance.deadlines import unless_moved
from services.intake.acceptance.rejection import not_accepted
from services.intake.acceptance.supplement_request import missing
from services.intake.standing import before_acceptance
from shared.case import Case, Fact, Owed, Rules
from shared.case.intake.fee import Accounted, PaymentFailed, PaymentRecorded
from shared.casework.topics import CaseCommand, Topic, must_exist


class RecordPayment(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that money came in."""

    transaction: str
    amount_fen: int
    method: str


class RecordPaymentFailure(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that an attempt to pay failed."""

    transaction: str
    method: str
    code: str


def can_pay(case: Case) -> bool:
    """While the fee is owed."""
    return before_acceptance(case) and not case.fee_paid


def pay(case: Case, cmd: RecordPayment, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record money that came in, whatever it is for: refusing it would only hide it."""
    must_exist(case)
    if cmd.transaction in {payment.transaction for payment in case.payments}:
        return []
    return [
        PaymentRecorded(
            transaction=cmd.transaction,
            amount_fen=cmd.amount_fen,
            method=cmd.method,
            accounted=_account(case, cmd.amount_fen),
        )
    ]


def _account(case: Case, amount_fen: int) -> Accounted:
    """The fee, or why the money goes back."""
    if not case.open or case.ended_as or case.fee is None or case.fee.amount_fen == 0:
        return "not-owed"
    if case.fee_paid:
        return "duplicate"
    return "fee" if amount_fen == case.fee.amount_fen else "mismatch"


def fail_payment(case: Case, cmd: RecordPaymentFailure, _rules: Rules, _: datetime) -> list[Fact]:
    """Record a failed attempt, once; the fee stays owed."""
    must_exist(case)
    known = {payment.transaction for payment in case.payments}
    if not case.open or cmd.transaction in known.union(case.failed_payments):
        return []
    return [PaymentFailed(transaction=cmd.transaction, method=cmd.method, code=cmd.code)]


def _lapse(case: Case, _late: Owed, rules: Rules, _now: datetime) -> list[Fact]:
    return [not_accepted("payment-lapsed", missing(case, rules))]


TOPIC = Topic(
    decisions={RecordPayment: pay, RecordPaymentFailure: fail_payment},
    actions={"payment": can_pay},
    effects={"payment": unless_moved(_lapse)},
)
