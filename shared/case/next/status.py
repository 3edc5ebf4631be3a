"""The one word that says where a case stands, for applicants, officers and the projection.

R-099, R-101. `numbered` is said by the projection alone: the number lives on `document/<id>`.
"""

from collections.abc import Callable
from typing import Literal

from shared.case.issuance.closing import Outcome
from shared.case.next.position import decided_by_steps, next_step
from shared.case.state import Case

Status = Literal[
    "submitted",
    "awaiting-payment",
    "accepted",
    "not-accepted",
    "awaiting-supplement",
    "under-review",
    "inspection",
    "rectification",
    "public-notice",
    "reviewed",
    "approved",
    "refused",
    "numbered",
    "in-production",
    "produced",
    "ready",
    "unclaimed",
    "destroyed",
    "recorded",
    "payout-scheduled",
    "paid-out",
    "dispatched",
    "delivered",
    "completed",
    "withdrawn",
    "refunded",
    "closed",
]


Ending = Literal[Outcome, "saved"]


def _refunded(case: Case) -> bool:
    """Everything that had to go back went back, after an end without a service."""
    if not case.rejected:  # the projection asks after each event: the common case first
        return False
    given_back = any(payment.refunded for payment in case.payments)
    return given_back and not case.to_refund and not case.refunds_open


def _awaiting_supplement(case: Case) -> bool:
    return bool(
        case.supplement_requested and not case.supplement_provided and not case.supplement_lapsed
    )


def _at(step: str) -> Callable[[Case], object]:
    """Whether the procedure stands at this step now."""

    def holds(case: Case) -> bool:
        if not case.review_opened or case.decided:
            return False
        stage = next_step(case)
        return stage is not None and stage.code.startswith(step)

    return holds


# The first line that is true says the status: later stages stand above earlier ones.
_STATUSES: tuple[tuple[Status, Callable[[Case], object]], ...] = (
    ("closed", lambda case: case.closed),
    ("refunded", _refunded),
    ("withdrawn", lambda case: case.withdrawn),
    ("not-accepted", lambda case: case.not_accepted),
    ("refused", lambda case: case.refused),
    ("delivered", lambda case: case.ended_as == "delivered"),
    ("completed", lambda case: case.ended_as == "completed"),
    ("destroyed", lambda case: case.document and case.document.destroyed),
    ("unclaimed", lambda case: case.document and case.document.kept),
    ("dispatched", lambda case: case.document and case.document.dispatched),
    ("ready", lambda case: case.document and case.document.ready),
    ("produced", lambda case: case.document and case.document.produced),
    ("in-production", lambda case: case.document),
    ("paid-out", lambda case: case.payout and case.payout.made),
    ("payout-scheduled", lambda case: case.payout),
    ("recorded", lambda case: case.recorded),
    ("approved", lambda case: case.approved),
    ("rectification", _at("rectification")),
    ("inspection", _at("inspection")),
    ("public-notice", _at("public-notice")),
    ("reviewed", lambda case: case.proposed),
    ("under-review", lambda case: case.review_opened),
    ("accepted", lambda case: case.accepted),
    ("awaiting-supplement", _awaiting_supplement),
    ("awaiting-payment", lambda case: case.fee and not case.fee_paid),
    ("submitted", lambda case: case.exists),
)


def status(case: Case) -> Status:
    """The status of an existing case; raises ValueError for one that does not exist."""
    for name, holds in _STATUSES:
        if holds(case):
            return name
    raise ValueError("a case that does not exist has no status")


def ending(case: Case) -> Ending | None:
    """How a case whose status says no more than that it is over came to its end; None for others.

    `saved`: what passed the checks of its form was entered by the system (R-038).
    """
    if status(case) not in {"closed", "refunded"}:
        return None
    found = case.outcome or case.ended_as
    by_itself = decided_by_steps(case) and not any(stage.is_step for stage in case.stages)
    return "saved" if found == "completed" and by_itself and case.recorded else found
