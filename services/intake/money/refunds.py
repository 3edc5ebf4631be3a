"""Money that goes back: ordered once for each payment that is not ours to keep (R-137).

What the gateway then says of it, and what an officer does about it, is in the room `back`.
"""

from datetime import datetime

from shared.case import Case, Fact, Owed, Payment, Rules
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import PaymentRecorded, RefundOrdered, WhyRefund
from shared.case.intake.refund import RefundBounced
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.review.verdict import CaseRefused
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, Topic


class OrderRefunds(CaseCommand, frozen=True, kw_only=True):
    """Order back whatever is not ours to keep."""


def order_refunds(case: Case, _cmd: OrderRefunds, _rules: Rules, _now: datetime) -> list[Fact]:
    """Order back every payment that is not ours to keep, each once (R-137)."""
    return [
        RefundOrdered(payment=p.transaction, amount_fen=p.rest_fen, why=_why(case, p))
        for p in case.to_refund
    ]


def _why(case: Case, payment: Payment) -> WhyRefund:
    if payment.accounted != "fee":
        return payment.accounted
    if not case.rejected:  # another payment stands for the fee
        return "duplicate"
    if case.withdrawn:
        return "withdrawn"
    return "refused" if case.refused else "not-accepted"


def _refund_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return order_refunds(case, OrderRefunds(), rules, now)


TOPIC = Topic(
    decisions={OrderRefunds: order_refunds},
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
                    RefundBounced.TYPE,
                }
            ),
            command=lambda _: OrderRefunds(),
        ),
    ),
)
