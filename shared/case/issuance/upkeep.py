"""A step of issuance that is late, and a fact of issuance that is put right."""

from typing import ClassVar

from shared.case.facts.fact import FactCorrected, StepOverdue


class IssuanceStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that issuance owes is late."""

    TYPE: ClassVar[str] = "issuance.StepOverdue"


class IssuanceFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Issuance puts a fact right."""

    TYPE: ClassVar[str] = "issuance.FactCorrected"
