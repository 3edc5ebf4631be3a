"""What intake decides about money: every payment is recorded, and none is kept without a reason."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.intake.commands import Command, RecordPayment, RecordPaymentFailure, RecordRefund
from services.intake.refusals import AmountDiffers, PaymentUnknown, must_exist, possible
from shared.case import Case, Fact, Payment, Rules
from shared.case.intake.fee import (
    Accounted,
    PaymentFailed,
    PaymentRecorded,
    RefundOrdered,
    RefundRecorded,
    WhyRefund,
)


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


def order_refunds(case: Case) -> list[Fact]:
    """Order back every payment that is not ours to keep, each once (R-137)."""
    return [
        RefundOrdered(payment=p.transaction, amount_fen=p.amount_fen, why=_why(case, p))
        for p in case.to_refund
    ]


def _why(case: Case, payment: Payment) -> WhyRefund:
    if payment.accounted != "fee":
        return payment.accounted
    if case.withdrawn:
        return "withdrawn"
    return "refused" if case.refused else "not-accepted"


def record_refund(case: Case, cmd: RecordRefund, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record that the gateway gave a payment back, as it was ordered."""
    must_exist(case)
    found = [payment for payment in case.payments if payment.transaction == cmd.payment]
    if not found or found[0].refund_ordered is None:
        raise PaymentUnknown("No refund of this payment was ordered.", actions=possible(case))
    payment = found[0]
    if payment.refunded:
        return []
    if cmd.amount_fen != payment.amount_fen:
        raise AmountDiffers(
            f"{payment.amount_fen} fen were ordered back, not {cmd.amount_fen}.",
            actions=possible(case),
        )
    return [
        RefundRecorded(payment=cmd.payment, transaction=cmd.transaction, amount_fen=cmd.amount_fen)
    ]


MONEY: Mapping[type[Command], Callable[[Case, Any, Rules, datetime], list[Fact]]] = (
    MappingProxyType(
        {RecordPayment: pay, RecordPaymentFailure: fail_payment, RecordRefund: record_refund}
    )
)
