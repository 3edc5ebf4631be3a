"""The topics of review, in the order of its work."""

from services.review import assignment, limits, steps, verdict
from services.review.desk import correction, lateness, leaving, visits
from shared.case.review.limits import ReviewLimitsRecomputed
from shared.case.review.upkeep import ReviewStepOverdue
from shared.casework.topics import Topics

REVIEW = Topics(
    "review",
    (
        assignment.TOPIC,
        leaving.TOPIC,
        verdict.TOPIC,
        visits.TOPIC,
        steps.TOPIC,
        limits.TOPIC,
        lateness.TOPIC,
        correction.TOPIC,
    ),
    overdue=ReviewStepOverdue,
    recomputed=ReviewLimitsRecomputed,
)
