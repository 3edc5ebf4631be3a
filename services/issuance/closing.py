"""The end of a case: everything granted is done, or it ended without."""

from datetime import datetime

from shared.case import Case, Fact, Owed, Rules
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import RefundRecorded
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.handover import DocumentDestroyed, DocumentHandedOver
from shared.case.issuance.payout import PayoutMade
from shared.case.issuance.production import DocumentProduced
from shared.case.issuance.record import ResultHandedOver, ResultRecorded
from shared.case.review.verdict import CaseRefused
from shared.casework.reaction import Reaction
from shared.casework.topics import CaseCommand, Topic


class CloseCase(CaseCommand, frozen=True, kw_only=True):
    """End the case, if nothing is owed on it any more."""


def close(case: Case, _cmd: CloseCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """The end: everything granted is done, or it ended without, and no money is to go back."""
    if not case.closable or case.ended_as is None:
        return []
    return [CaseClosed(outcome=case.ended_as)]


def _close_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return close(case, CloseCase(), rules, now)


TOPIC = Topic(
    decisions={CloseCase: close},
    effects={"closing": _close_late},
    reactions=(
        Reaction(
            name="close-case",
            types=frozenset(
                {
                    DocumentProduced.TYPE,
                    DocumentHandedOver.TYPE,
                    DocumentDestroyed.TYPE,
                    ResultRecorded.TYPE,
                    ResultHandedOver.TYPE,
                    PayoutMade.TYPE,
                    CaseRefused.TYPE,
                    CaseNotAccepted.TYPE,
                    CaseWithdrawn.TYPE,
                    RefundRecorded.TYPE,
                }
            ),
            command=lambda _: CloseCase(),
        ),
    ),
)
