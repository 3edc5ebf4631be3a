"""A step of review that is late, and a fact of review that is put right."""

from typing import ClassVar

from shared.case.facts.fact import FactCorrected, StepOverdue


class ReviewStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that review owes is late."""

    TYPE: ClassVar[str] = "review.StepOverdue"


class ReviewFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Review puts a fact right."""

    TYPE: ClassVar[str] = "review.FactCorrected"
