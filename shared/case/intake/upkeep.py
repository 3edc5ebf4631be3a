"""A step of intake that is late, and a fact of intake that is put right."""

from typing import ClassVar

from shared.case.facts.fact import FactCorrected, StepOverdue


class IntakeStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that intake owes is late."""

    TYPE: ClassVar[str] = "intake.StepOverdue"


class IntakeFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Intake puts a fact right."""

    TYPE: ClassVar[str] = "intake.FactCorrected"
