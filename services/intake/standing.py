"""Where a case stands with intake: what several topics ask before they decide."""

from shared.case import Case
from shared.case.next.position import awaits_officer


def before_acceptance(case: Case) -> bool:
    """Open, and neither accepted nor ended."""
    return case.open and case.accepted is None and case.ended_as is None


def supplement_awaited(case: Case) -> bool:
    """The applicant was asked for what is missing, and has not answered or let the time lapse."""
    asked = case.supplement_requested is not None
    unanswered = asked and not case.supplement_provided and not case.supplement_lapsed
    return before_acceptance(case) and unanswered


def officer_awaited(case: Case) -> bool:
    """It is paid and complete, and an officer was asked to accept it."""
    return before_acceptance(case) and awaits_officer(case)
