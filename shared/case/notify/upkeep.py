"""A step of notify that is late, and a fact of notify that is put right."""

from typing import ClassVar

from shared.case.facts.fact import FactCorrected, StepOverdue


class NotifyStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that notify owes is late."""

    TYPE: ClassVar[str] = "notify.StepOverdue"


class NotifyFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Notify puts a fact right."""

    TYPE: ClassVar[str] = "notify.FactCorrected"
