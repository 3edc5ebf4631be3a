"""What the gateway says of money on its way back: recorded as it happened, never judged.

A transaction is claimed for a case on a stream of its own first, as a payment's is (`claims`,
`docs/models/k_payments.py`); the case follows by a reaction.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from services.intake.standing import before_acceptance
from shared.case import Case, Fact, Payment, Rules, Transaction, case_stream, decode
from shared.case.intake.fee import RefundRecorded, payment_of
from shared.case.intake.refund import MoneyReturned, RefundBounced, RefundFailed, Returned
from shared.case.intake.transaction import RefundClaimed, RefundUnplaced, ToldBack
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, Topic, must_exist

if TYPE_CHECKING:
    from shared.messaging import Received

PLACE_RETURN = "intake.place-refund"  # on disk, in command ids


class RecordRefund(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that money of a payment went back."""

    payment: str
    transaction: str
    amount_fen: int


class RecordRefundFailure(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that it could not give a payment back."""

    payment: str
    transaction: str
    code: str


class RecordBounce(CaseCommand, frozen=True, kw_only=True):
    """The gateway says that money which had gone back came here again."""

    payment: str
    transaction: str
    amount_fen: int


class ClaimRefund(CaseCommand, frozen=True, kw_only=True):
    """Take what the gateway says of money going back for a case.

    `held_by`: the case that it was told for before such transactions were claimed.
    """

    transaction: str
    kind: ToldBack
    case: str
    payment: str
    amount_fen: int = 0
    code: str = ""
    held_by: str = ""


class KeepRefund(CaseCommand, frozen=True, kw_only=True):
    """Keep on record what was told of money going back for a case that does not exist."""

    transaction: str
    kind: ToldBack
    case: str
    payment: str
    amount_fen: int = 0
    code: str = ""


def record_refund(case: Case, cmd: RecordRefund, rules: Rules, now: datetime) -> list[Fact]:
    """Record money that went back: as it was ordered, in parts, unordered, or too much."""
    must_exist(case)
    payment = payment_of(case, cmd.payment)
    if _known(case, cmd.payment, f"refund/{cmd.transaction}"):
        return []
    if payment is not None and _as_ordered(payment, cmd.amount_fen):
        return [
            RefundRecorded(
                payment=cmd.payment, transaction=cmd.transaction, amount_fen=cmd.amount_fen
            )
        ]
    return [
        MoneyReturned(
            payment=cmd.payment,
            transaction=cmd.transaction,
            amount_fen=cmd.amount_fen,
            accounted=_accounted(payment, cmd.amount_fen),
            pay_by=_new_time(case, payment, rules, now),
        )
    ]


def _as_ordered(payment: Payment, amount_fen: int) -> bool:
    """Whether it is all of a payment that was ordered back, in one piece."""
    ordered = payment.refund_ordered is not None and payment.refunded is None
    return ordered and payment.gone_fen == 0 and amount_fen == payment.amount_fen


def _accounted(payment: Payment | None, amount_fen: int) -> Returned:
    if payment is None:
        return "unknown-payment"
    if payment.gone_fen + amount_fen > payment.amount_fen:
        return "excess"
    if payment.refund_ordered is None:
        return "unordered"
    return "rest" if payment.gone_fen + amount_fen == payment.amount_fen else "part"


def _new_time(case: Case, payment: Payment | None, rules: Rules, now: datetime) -> datetime | None:
    """The new time to pay, where the fee of a running application is owed again by it."""
    fees = [one for one in case.payments if one.accounted == "fee" and one.whole]
    if payment is None or fees != [payment] or not before_acceptance(case):
        return None
    item = rules.item_of(case)
    days = item.text.fee.pay_within_days
    return rules.applicant_has(item, n=days, unit="calendar_days", start=now).due_at


def record_failure(case: Case, cmd: RecordRefundFailure, _: Rules, _now: datetime) -> list[Fact]:
    """Record that a refund failed, once; what was ordered stays owed."""
    must_exist(case)
    if _known(case, cmd.payment, f"refund-failed/{cmd.transaction}"):
        return []
    return [RefundFailed(payment=cmd.payment, transaction=cmd.transaction, code=cmd.code)]


def record_bounce(case: Case, cmd: RecordBounce, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record that money which had gone back is here again: of its payment, and no new one."""
    must_exist(case)
    payment = payment_of(case, cmd.payment)
    if _known(case, cmd.payment, f"refund-bounced/{cmd.transaction}"):
        return []
    return [
        RefundBounced(
            payment=cmd.payment,
            transaction=cmd.transaction,
            amount_fen=cmd.amount_fen,
            ordered=payment is not None and payment.refund_ordered is not None,
        )
    ]


def _known(case: Case, transaction: str, told: str) -> bool:
    payment = payment_of(case, transaction)
    strays = {one.told for one in case.strays if one.payment == transaction}
    return told in strays.union(payment.told if payment else ())


def claim_refund(
    transaction: Transaction, cmd: ClaimRefund, _rules: Rules, _now: datetime
) -> list[Fact]:
    """The first case has the transaction, in each kind once; another one is for a person."""
    holder = transaction.back[0].fact.case if transaction.back else cmd.held_by
    if holder and holder != cmd.case:
        return _kept(transaction, cmd, held_by=holder)
    if cmd.kind in {one.fact.kind for one in transaction.back}:
        return []
    return [
        RefundClaimed(
            transaction=cmd.transaction,
            kind=cmd.kind,
            case=cmd.case,
            payment=cmd.payment,
            amount_fen=cmd.amount_fen,
            code=cmd.code,
        )
    ]


def keep_refund(
    transaction: Transaction, cmd: KeepRefund, _rules: Rules, _now: datetime
) -> list[Fact]:
    """Keep it once for each case and kind; a case that comes later may still claim it."""
    holder = transaction.back[0].fact.case if transaction.back else None
    return _kept(transaction, cmd, held_by=holder)


def _kept(
    transaction: Transaction, cmd: ClaimRefund | KeepRefund, *, held_by: str | None
) -> list[Fact]:
    kept = {(one.fact.case, one.fact.kind) for one in transaction.back_unplaced}
    if (cmd.case, cmd.kind) in kept:
        return []
    return [
        RefundUnplaced(
            transaction=cmd.transaction,
            kind=cmd.kind,
            case=cmd.case,
            payment=cmd.payment,
            amount_fen=cmd.amount_fen,
            code=cmd.code,
            why="second-case" if isinstance(cmd, ClaimRefund) else "unknown-case",
            held_by=held_by,
        )
    ]


_RECORDED: Mapping[ToldBack, Callable[[RefundClaimed | ClaimRefund], CaseCommand]] = (
    MappingProxyType(
        {
            "refund": lambda told: RecordRefund(
                payment=told.payment, transaction=told.transaction, amount_fen=told.amount_fen
            ),
            "refund-failed": lambda told: RecordRefundFailure(
                payment=told.payment, transaction=told.transaction, code=told.code
            ),
            "refund-bounced": lambda told: RecordBounce(
                payment=told.payment, transaction=told.transaction, amount_fen=told.amount_fen
            ),
        }
    )
)


def placing_back(claimed: RefundClaimed | ClaimRefund) -> CaseCommand:
    """What follows from a claim on its case."""
    return _RECORDED[claimed.kind](claimed)


def _claimed(received: "Received") -> RefundClaimed:
    fact = decode(received.event).fact
    if not isinstance(fact, RefundClaimed):
        raise TypeError(f"{received.event.type} claims no refund")
    return fact


TOPIC = Topic(
    decisions={
        RecordRefund: record_refund,
        RecordRefundFailure: record_failure,
        RecordBounce: record_bounce,
    },
    on_payments={ClaimRefund: claim_refund, KeepRefund: keep_refund},
    reactions=(
        Reaction(
            name=PLACE_RETURN,
            types=frozenset({RefundClaimed.TYPE}),
            command=lambda received: placing_back(_claimed(received)),
            stream=lambda received: case_stream(_claimed(received).case),
        ),
    ),
)
