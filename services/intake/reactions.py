"""What follows from events in intake, as a table; the names are on disk in command ids."""

from collections.abc import Callable

from services.intake.commands import OrderRefunds, SettleCase
from services.intake.gateway import PaymentGateway, RefundOrder
from shared.case import decode
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import FeeAssessed, PaymentRecorded, RefundOrdered
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.supplement import SupplementLapsed, SupplementProvided
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.review.verdict import CaseRefused
from shared.casework.reaction import Reaction
from shared.messaging import Received

REACTIONS: tuple[Reaction, ...] = (
    Reaction(
        name="intake.settle",
        types=frozenset(
            {
                FeeAssessed.TYPE,
                PaymentRecorded.TYPE,
                SupplementProvided.TYPE,
                SupplementLapsed.TYPE,
                CaseMigrated.TYPE,
            }
        ),
        command=lambda _: SettleCase(),
    ),
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
)
# Effects outside the log: done again after a crash, so what they call is told the same reference.
PAY_BACK = RefundOrdered.TYPE


def paying_back(gateway: PaymentGateway) -> Callable[[Received], None]:
    """The handler that carries a refund out; the gateway confirms it by a callback."""

    def pay_back(received: Received) -> None:
        fact = decode(received.event).fact
        if not isinstance(fact, RefundOrdered):
            raise TypeError(f"{received.event.type} orders no refund")
        case = received.stream.partition("/")[2]
        gateway.refund(
            RefundOrder(
                reference=f"{case}:{fact.payment}",
                case=case,
                payment=fact.payment,
                amount_fen=fact.amount_fen,
            )
        )

    return pay_back
