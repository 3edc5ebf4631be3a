"""The money of a case: what is charged, what came in, and what goes back."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark

if TYPE_CHECKING:
    from shared.case.state import Case


Accounted = Literal["fee", "duplicate", "mismatch", "not-owed"]


WhyRefund = Literal["not-accepted", "withdrawn", "refused", "duplicate", "mismatch", "not-owed"]


class Fee(msgspec.Struct, frozen=True):
    """The assessed fee; `pay_by` is null where nothing is to be paid."""

    amount_fen: int
    pay_by: datetime | None
    mark: Mark
    refund_on: tuple[str, ...] = ()


class Payment(msgspec.Struct, frozen=True):
    """Money that came in, and where it stands: held, ordered back, or given back."""

    transaction: str
    amount_fen: int
    accounted: Accounted
    mark: Mark
    refund_ordered: Mark | None = None
    refunded: Mark | None = None


class FeeAssessed(Fact, frozen=True, kw_only=True):
    """What the item costs, by its basis (R-132). Amount 0: free, or not chargeable.

    `refund_on`: the ends of a case after which the paid fee goes back (R-137). `lines`: what is
    charged, by the item's codes.
    """

    TYPE: ClassVar[str] = "intake.FeeAssessed"
    LATER: ClassVar[frozenset[str]] = frozenset({"lines"})
    amount_fen: int
    basis: str
    pay_by: datetime | None
    refund_on: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, fee=Fee(self.amount_fen, self.pay_by, mark, self.refund_on))


class PaymentRecorded(Fact, frozen=True, kw_only=True):
    """Money came in. What is not the fee that is owed is recorded too, and given back."""

    TYPE: ClassVar[str] = "intake.PaymentRecorded"
    transaction: str
    amount_fen: int
    method: str
    accounted: Accounted

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        payment = Payment(self.transaction, self.amount_fen, self.accounted, mark)
        return replace(case, payments=(*case.payments, payment))


class PaymentFailed(Fact, frozen=True, kw_only=True):
    """An attempt to pay failed at the gateway; the fee stays owed."""

    TYPE: ClassVar[str] = "intake.PaymentFailed"
    transaction: str
    method: str
    code: str

    def on_case(self, case: "Case", _: Mark) -> "Case":
        return replace(case, failed_payments=(*case.failed_payments, self.transaction))


class RefundOrdered(Fact, frozen=True, kw_only=True):
    """One payment goes back, whole (R-137)."""

    TYPE: ClassVar[str] = "intake.RefundOrdered"
    payment: str
    amount_fen: int
    why: WhyRefund

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _mark_payment(case, self.payment, "refund_ordered", mark)


class RefundRecorded(Fact, frozen=True, kw_only=True):
    """The gateway gave the money back."""

    TYPE: ClassVar[str] = "intake.RefundRecorded"
    payment: str
    transaction: str
    amount_fen: int

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _mark_payment(case, self.payment, "refunded", mark)


def _mark_payment(case: "Case", transaction: str, field: str, mark: Mark) -> "Case":
    payments = tuple(
        replace(payment, **{field: mark}) if payment.transaction == transaction else payment
        for payment in case.payments
    )
    return replace(case, payments=payments)
