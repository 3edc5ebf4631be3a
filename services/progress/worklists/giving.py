"""What is owed at the desks after the decision: something to make, or something to hand over."""

from typing import Literal

from shared.case.next.owed import Owed, owed
from shared.case.state import Case

DeskList = Literal["production", "hand-over"]
_MAKING = frozenset({"production", "dispatch", "readiness"})
_GIVING = frozenset({"handover", "destruction"})


def owed_at_desks(case: Case) -> Owed | None:
    """The step that the producer or the hand-over desk owes now; none while a carrier has it.

    What nobody collected stays with the hand-over desk until it is destroyed.
    """
    document = case.document
    if not case.approved or (document is not None and document.dispatched):
        return None
    return next((one for one in owed(case) if one.step in _MAKING | _GIVING), None)


def desk_of(step: Owed | None) -> DeskList | None:
    """Whose list the step is on."""
    if step is None:
        return None
    return "production" if step.step in _MAKING else "hand-over"
