"""Money that goes back: ordered once for each payment that is not ours to keep (R-137)."""

from datetime import datetime

from shared.case import Case, Fact, Owed, Payment, Rules
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import PaymentRecorded, RefundOrdered, RefundRecorded, WhyRefund
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.review.verdict import CaseRefused
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, Instead, Topic, must_exist


class OrderRefunds(CaseCommand, frozen=True, kw_only=True):
    """Order back whatever is not ours to keep."""


class RecordRefund(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that a payment went back."""

    payment: str
    transaction: str
    amount_fen: int


class PaymentUnknown(Instead):
    """The gateway confirms a refund that was never ordered."""

    code = "payment-unknown"


class AmountDiffers(Instead):
    """The gateway gave back another amount than was ordered."""

    code = "amount-differs"


def order_refunds(case: Case, _cmd: OrderRefunds, _rules: Rules, _now: datetime) -> list[Fact]:
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
        raise PaymentUnknown("No refund of this payment was ordered.")
    payment = found[0]
    if payment.refunded:
        return []
    if cmd.amount_fen != payment.amount_fen:
        raise AmountDiffers(
            f"{payment.amount_fen} fen were ordered back, not {cmd.amount_fen}.",
        )
    return [
        RefundRecorded(payment=cmd.payment, transaction=cmd.transaction, amount_fen=cmd.amount_fen)
    ]


def _refund_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return order_refunds(case, OrderRefunds(), rules, now)


TOPIC = Topic(
    decisions={OrderRefunds: order_refunds, RecordRefund: record_refund},
    effects={"refund-order": _refund_late},
    late=frozenset({"refund"}),
    reactions=(
        Reaction(
            name="intake.order-refunds",
            types=frozenset(
                {
                    PaymentRecorded.TYPE,
                    CaseNotAccepted.TYPE,
                    CaseWithdrawn.TYPE,
                    CaseRefused.TYPE,
                }
            ),
            command=lambda _: OrderRefunds(),
        ),
    ),
)
