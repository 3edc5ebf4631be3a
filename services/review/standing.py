"""Whether a case lies with review now."""

from shared.case import Case


def under_review(case: Case) -> bool:
    """From the opened review until the decision, or the end of the case before it."""
    running = case.review_opened is not None and not case.decided
    return case.open and running and case.ended_as is None
