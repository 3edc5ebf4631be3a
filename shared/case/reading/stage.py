"""At which stage a case is, for the question of who may read its personal data."""

import enum
from datetime import date

from shared.case.state import Case


class ReadingStage(enum.StrEnum):
    """The stages, in their order. A draft is no case yet; `kept` is what is only kept."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    IN_REVIEW = "in-review"
    DECIDED = "decided"
    OWED = "owed"
    HANDED_OVER = "handed-over"
    CLOSED = "closed"
    KEPT = "kept"


def reading_stage(case: Case, today: date) -> ReadingStage:
    """The stage of a case on a day (in Asia/Shanghai).

    A refusal can be appealed for as long as it says: until then the case is `decided`, or `closed`
    once it ended, and its officer has the file. Without a remedy, or after it, it is `kept`.
    """
    if not case.exists:
        return ReadingStage.DRAFT
    until = remedy_until(case)
    if until is not None and today <= until:
        return ReadingStage.CLOSED if case.closed else ReadingStage.DECIDED
    if case.closed or case.rejected:
        return ReadingStage.KEPT
    if case.approved:
        return _after_approval(case)
    if case.review_opened:
        return ReadingStage.IN_REVIEW
    return ReadingStage.ACCEPTED if case.accepted else ReadingStage.SUBMITTED


def remedy_until(case: Case) -> date | None:
    """The last day to appeal against the decision on the case; null where it names none."""
    refusal = case.refusal.fact.appeal_deadline if case.refusal else None
    return refusal or (case.non_acceptance.fact.appeal_deadline if case.non_acceptance else None)


def _after_approval(case: Case) -> ReadingStage:
    if case.making or case.to_hand_over:
        return ReadingStage.OWED
    handed = case.handed_over or (case.document and case.document.handed_over)
    return ReadingStage.HANDED_OVER if handed else ReadingStage.DECIDED
