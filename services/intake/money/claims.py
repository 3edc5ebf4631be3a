"""A transaction of the gateway belongs to one case: claimed on its own stream, then paid there.

Two callbacks that name two cases race for one version of `payment/<gateway>/<transaction>`, so one
of them has the money, and the other is kept for a person (`docs/models/k_payments.py`).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from services.intake.money.payments import RecordPayment
from shared.case import Fact, Rules, Transaction, case_stream, decode
from shared.case.intake.transaction import PaymentClaimed, PaymentUnplaced
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, Topic

if TYPE_CHECKING:
    from shared.messaging import Received

PLACE = "intake.place-payment"  # on disk, in command ids


class ClaimPayment(CaseCommand, frozen=True, kw_only=True):
    """Give the transaction to a case.

    `held_by`: the case that had it before transactions were claimed; empty where none did.
    """

    transaction: str
    case: str
    amount_fen: int
    method: str
    held_by: str = ""


class KeepPayment(CaseCommand, frozen=True, kw_only=True):
    """Keep money on record that names a case which does not exist."""

    transaction: str
    case: str
    amount_fen: int
    method: str


def claim(transaction: Transaction, cmd: ClaimPayment, _rules: Rules, _now: datetime) -> list[Fact]:
    """The first case has the transaction; a second one is an exception for a person."""
    holder = transaction.claim.fact.case if transaction.claim else cmd.held_by
    if not holder:
        return [
            PaymentClaimed(
                transaction=cmd.transaction,
                case=cmd.case,
                amount_fen=cmd.amount_fen,
                method=cmd.method,
            )
        ]
    told = {one.fact.case for one in transaction.unplaced if one.fact.why == "second-case"}
    if cmd.case == holder or cmd.case in told:
        return []
    return [
        PaymentUnplaced(
            transaction=cmd.transaction,
            case=cmd.case,
            amount_fen=cmd.amount_fen,
            method=cmd.method,
            why="second-case",
            held_by=holder,
        )
    ]


def keep(transaction: Transaction, cmd: KeepPayment, _rules: Rules, _now: datetime) -> list[Fact]:
    """Keep it once for each case that it named; a case that comes later may still claim it."""
    if cmd.case in {one.fact.case for one in transaction.unplaced}:
        return []
    return [
        PaymentUnplaced(
            transaction=cmd.transaction,
            case=cmd.case,
            amount_fen=cmd.amount_fen,
            method=cmd.method,
            why="unknown-case",
            held_by=transaction.claim.fact.case if transaction.claim else None,
        )
    ]


def placing(claimed: PaymentClaimed) -> RecordPayment:
    """What follows from a claim on its case."""
    return RecordPayment(
        transaction=claimed.transaction, amount_fen=claimed.amount_fen, method=claimed.method
    )


def _claimed(received: "Received") -> PaymentClaimed:
    fact = decode(received.event).fact
    if not isinstance(fact, PaymentClaimed):
        raise TypeError(f"{received.event.type} claims no payment")
    return fact


TOPIC = Topic(
    on_payments={ClaimPayment: claim, KeepPayment: keep},
    reactions=(
        Reaction(
            name=PLACE,
            types=frozenset({PaymentClaimed.TYPE}),
            command=lambda received: placing(_claimed(received)),
            stream=lambda received: case_stream(_claimed(received).case),
        ),
    ),
)
