"""A transaction of the payment gateway: which case has it, and what could not be placed.

It stands on `payment/<gateway>/<transaction>`, written before any case hears of the money, so that
two cases can never count the same transaction.
"""

from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Recorded, kept_whole, require

WhyUnplaced = Literal["unknown-case", "second-case"]
ToldBack = Literal["refund", "refund-failed", "refund-bounced"]


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction as its events tell it. Version 0: the gateway never told of it.

    `id` is `<gateway>/<transaction>`, and `<gateway>/refund/<transaction>` for money going back:
    the gateway may give both the same id. `claim` names the case that has the money. `unplaced`:
    each time that the money was told for a case that could not have it. The same of money going
    back: `back`, in which each kind stands once, and `back_unplaced`.
    """

    id: str = ""
    version: int = 0
    claim: "Recorded[PaymentClaimed] | None" = None
    unplaced: "tuple[Recorded[PaymentUnplaced], ...]" = ()
    back: "tuple[Recorded[RefundClaimed], ...]" = ()
    back_unplaced: "tuple[Recorded[RefundUnplaced], ...]" = ()


class PaymentClaimed(Fact, frozen=True, kw_only=True):
    """On `payment/<gateway>/<transaction>`: this case has the money, and no other ever will."""

    TYPE: ClassVar[str] = "intake.PaymentClaimed"
    transaction: str
    case: str
    amount_fen: int
    method: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, transaction=self.transaction, case=self.case)

    def on_payment(self, transaction: Transaction, mark: Mark) -> Transaction:
        return replace(transaction, claim=kept_whole(self, mark))


class PaymentUnplaced(Fact, frozen=True, kw_only=True):
    """On `payment/<gateway>/<transaction>`: the money was told for a case that cannot have it.

    `held_by` is the case that has the transaction, null where none has it. A person decides.
    """

    TYPE: ClassVar[str] = "intake.PaymentUnplaced"
    transaction: str
    case: str
    amount_fen: int
    method: str
    why: WhyUnplaced
    held_by: str | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, transaction=self.transaction, case=self.case)

    def on_payment(self, transaction: Transaction, mark: Mark) -> Transaction:
        return replace(transaction, unplaced=(*transaction.unplaced, kept_whole(self, mark)))


class RefundClaimed(Fact, frozen=True, kw_only=True):
    """On `payment/<gateway>/refund/<transaction>`: this money went back, or did not, for this case.

    `payment`: the transaction that the case was paid by. `amount_fen` is 0 and `code` filled where
    the refund failed.
    """

    TYPE: ClassVar[str] = "intake.RefundClaimed"
    transaction: str
    kind: ToldBack
    case: str
    payment: str
    amount_fen: int = 0
    code: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, transaction=self.transaction, case=self.case, payment=self.payment)

    def on_payment(self, transaction: Transaction, mark: Mark) -> Transaction:
        return replace(transaction, back=(*transaction.back, kept_whole(self, mark)))


class RefundUnplaced(Fact, frozen=True, kw_only=True):
    """On `payment/<gateway>/refund/<transaction>`: it was told for a case that cannot have it.

    `held_by` is the case that the transaction was told for before, null where there is none.
    """

    TYPE: ClassVar[str] = "intake.RefundUnplaced"
    transaction: str
    kind: ToldBack
    case: str
    payment: str
    why: WhyUnplaced
    amount_fen: int = 0
    code: str = ""
    held_by: str | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, transaction=self.transaction, case=self.case, payment=self.payment)

    def on_payment(self, transaction: Transaction, mark: Mark) -> Transaction:
        back_unplaced = (*transaction.back_unplaced, kept_whole(self, mark))
        return replace(transaction, back_unplaced=back_unplaced)
