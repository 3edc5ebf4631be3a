"""The money of a case: what is charged, what came in, and what goes back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

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


class RefundTrouble(msgspec.Struct, frozen=True):
    """Why ordered money did not reach the payer: the gateway's code, and when it said so."""

    code: str
    mark: Mark


class Payment(msgspec.Struct, frozen=True):
    """Money that came in, and where it stands: held, ordered back, or given back.

    `orders`: how often it was ordered back. `returned_fen`: what went back so far, in one piece or
    in parts, ordered or not; `returned`: when that last changed. `otherwise_fen`: what reached the
    payer in another way, as the person who closed the question said. `told`: what the gateway said
    of money going back, `<kind>/<transaction>`, so that nothing counts twice. `settled`: when a
    person closed the question.
    """

    transaction: str
    amount_fen: int
    accounted: Accounted
    mark: Mark
    refund_ordered: Mark | None = None
    refunded: Mark | None = None
    method: str = ""
    orders: int = 0
    returned_fen: int = 0
    returned: Mark | None = None
    trouble: RefundTrouble | None = None
    told: tuple[str, ...] = ()
    settled: Mark | None = None
    otherwise_fen: int = 0

    @property
    def gone_fen(self) -> int:
        """What went back of it in all, by the gateway and in another way."""
        return self.returned_fen + self.otherwise_fen

    @property
    def whole(self) -> bool:
        """Whether all of it is still here."""
        return self.gone_fen == 0 and self.refunded is None

    @property
    def rest_fen(self) -> int:
        """What of it has not gone back."""
        return max(0, self.amount_fen - self.gone_fen)

    @property
    def questioned(self) -> bool:
        """Whether its way back is not as it was ordered, and no person has settled that."""
        if self.settled is not None:
            return False
        odd = self.gone_fen not in {0, self.amount_fen}
        unordered = self.gone_fen > 0 and self.refund_ordered is None
        return self.trouble is not None or odd or unordered


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
        payment = Payment(
            self.transaction, self.amount_fen, self.accounted, mark, method=self.method
        )
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
        return with_payment(case, self.payment, refund_ordered=mark, orders=1)


class RefundRecorded(Fact, frozen=True, kw_only=True):
    """The gateway gave the money back, whole and as it was ordered."""

    TYPE: ClassVar[str] = "intake.RefundRecorded"
    payment: str
    transaction: str
    amount_fen: int

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        told = with_word(case, self.payment, "refund", self.transaction)
        return with_payment(
            case,
            self.payment,
            refunded=mark,
            returned=mark,
            returned_fen=self.amount_fen,
            trouble=None,
            told=told,
        )


def payment_of(case: "Case", transaction: str) -> Payment | None:
    """The case's payment of that transaction."""
    found = (one for one in case.payments if one.transaction == transaction)
    return next(found, None)


def with_word(case: "Case", payment: str, kind: str, transaction: str) -> tuple[str, ...]:
    """What the gateway said of a payment going back, with one word more."""
    known = payment_of(case, payment)
    return (*(known.told if known else ()), f"{kind}/{transaction}")


def with_payment(case: "Case", transaction: str, **changes: Any) -> "Case":
    """The case with one of its payments changed; as it was where it has no such payment."""
    payments = tuple(
        replace(payment, **changes) if payment.transaction == transaction else payment
        for payment in case.payments
    )
    return replace(case, payments=payments)
