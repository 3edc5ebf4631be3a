"""What becomes of money on its way back, as the gateway tells it: facts, whatever was ordered.

The usual end, the whole payment as it was ordered, is `RefundRecorded` among the facts of the fee.
"""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.intake.fee import RefundTrouble, payment_of, with_payment, with_word

if TYPE_CHECKING:
    from shared.case.state import Case

Returned = Literal["part", "rest", "unordered", "excess", "unknown-payment"]
HowSettled = Literal["paid-otherwise", "recovered", "explained"]
BOUNCED = "bounced"


class Stray(msgspec.Struct, frozen=True):
    """Money that moved for a payment which the case does not have; a person looks at it."""

    payment: str
    told: str
    mark: Mark
    settled: bool = False


class MoneyReturned(Fact, frozen=True, kw_only=True):
    """Money went back in another way than whole and as ordered.

    `accounted`: a part of what was ordered; the rest of it, so that all is back; what nobody
    ordered (a chargeback, a refund at a counter of the gateway); more than was paid; money of a
    payment that the case does not have. `pay_by`: the new time to pay, where the fee is owed again.
    """

    TYPE: ClassVar[str] = "intake.MoneyReturned"
    payment: str
    transaction: str
    amount_fen: int
    accounted: Returned
    pay_by: datetime | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, payment=self.payment, transaction=self.transaction)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        payment = payment_of(case, self.payment)
        if payment is None:
            return _stray(case, self.payment, f"refund/{self.transaction}", mark)
        returned_fen = payment.returned_fen + self.amount_fen
        back = returned_fen + payment.otherwise_fen == payment.amount_fen
        if self.pay_by is not None and case.fee is not None:
            case = replace(case, fee=replace(case.fee, pay_by=self.pay_by, mark=mark))
        return with_payment(
            case,
            self.payment,
            returned_fen=returned_fen,
            returned=mark,
            refunded=mark if back else None,
            trouble=None if back else payment.trouble,
            told=with_word(case, self.payment, "refund", self.transaction),
            settled=None,
        )


class RefundFailed(Fact, frozen=True, kw_only=True):
    """The gateway could not give a payment back; it stays owed, and a person says what follows."""

    TYPE: ClassVar[str] = "intake.RefundFailed"
    payment: str
    transaction: str
    code: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, payment=self.payment, transaction=self.transaction)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        payment = payment_of(case, self.payment)
        if payment is None:
            return _stray(case, self.payment, f"refund-failed/{self.transaction}", mark)
        back = payment.gone_fen == payment.amount_fen
        return with_payment(
            case,
            self.payment,
            trouble=RefundTrouble(self.code, mark),
            refunded=payment.refunded if back else None,
            told=with_word(case, self.payment, "refund-failed", self.transaction),
            settled=None,
        )


class RefundBounced(Fact, frozen=True, kw_only=True):
    """Money that had gone back came here again; it belongs to that payment and is no new one.

    `ordered`: a refund of ours came back. Else what went back without an order was reversed.
    """

    TYPE: ClassVar[str] = "intake.RefundBounced"
    payment: str
    transaction: str
    amount_fen: int
    ordered: bool

    def __post_init__(self) -> None:
        require(of=self.TYPE, payment=self.payment, transaction=self.transaction)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        payment = payment_of(case, self.payment)
        if payment is None:
            return _stray(case, self.payment, f"refund-bounced/{self.transaction}", mark)
        returned_fen = max(0, payment.returned_fen - self.amount_fen)
        gone_fen = returned_fen + payment.otherwise_fen
        rest = gone_fen < payment.amount_fen
        return with_payment(
            case,
            self.payment,
            returned_fen=returned_fen,
            returned=mark,
            refunded=mark if gone_fen == payment.amount_fen else None,
            trouble=RefundTrouble(BOUNCED, mark) if rest and self.ordered else None,
            told=with_word(case, self.payment, "refund-bounced", self.transaction),
            settled=None,
        )


class RefundOrderedAgain(Fact, frozen=True, kw_only=True):
    """An officer ordered what is still here back once more; `attempt` counts the orders."""

    TYPE: ClassVar[str] = "intake.RefundOrderedAgain"
    payment: str
    amount_fen: int
    attempt: int
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return with_payment(
            case, self.payment, refund_ordered=mark, orders=self.attempt, trouble=None
        )


class RefundSettled(Fact, frozen=True, kw_only=True):
    """An officer closed the question of a payment's way back.

    `how`: what was still here was paid in another way; what was too much was recovered; it is
    explained, and nothing is to be done. `amount_fen`: what the gateway had not given back.
    """

    TYPE: ClassVar[str] = "intake.RefundSettled"
    payment: str
    amount_fen: int
    how: HowSettled
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        strays = tuple(
            replace(one, settled=True) if one.payment == self.payment else one
            for one in case.strays
        )
        settled = replace(case, strays=strays)
        payment = payment_of(case, self.payment)
        if payment is None:
            return settled
        # What nobody ordered back and did not move is still here: there was nothing to close.
        moved = payment.refund_ordered is not None or payment.gone_fen > 0
        otherwise_fen = self.amount_fen if moved and self.how == "paid-otherwise" else 0
        return with_payment(
            settled,
            self.payment,
            settled=mark,
            refunded=mark if moved else None,
            trouble=None,
            otherwise_fen=payment.otherwise_fen + otherwise_fen,
        )


def _stray(case: "Case", payment: str, told: str, mark: Mark) -> "Case":
    return replace(case, strays=(*case.strays, Stray(payment, told, mark)))
