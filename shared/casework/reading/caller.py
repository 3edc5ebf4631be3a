"""What the caller of a request may read of a case, by the one table of cells."""

from dataclasses import dataclass
from datetime import datetime

from shared.case import Case
from shared.case.reading.cells import (
    CaseReader,
    duty_for,
    in_part,
    part_steps,
    readable,
    with_reason,
)
from shared.case.reading.reasons import REASONS
from shared.case.reading.stage import ReadingStage, reading_stage
from shared.clock import local_day
from shared.http import Problem, not_found, permission, principal, subject_refs
from shared.security import duties_towards
from shared.security.data_classes import DataClass
from shared.security.duties import Duty
from shared.vault import ReadAs


@dataclass(frozen=True, kw_only=True)
class Entitled:
    """What the caller may read of a case at its present stage; `reason`: a code, or empty.

    in_part: the classes of which only the answers for the caller's own `steps` are read.
    """

    classes: frozenset[DataClass]
    in_part: frozenset[DataClass]
    steps: frozenset[str]
    stage: ReadingStage
    reader: CaseReader
    reason: str

    def read_as(self, *read: DataClass) -> ReadAs:
        """In what capacity the caller reads these classes, for the record."""
        return self.read_by(duty_for(self.stage, self.reader, frozenset(read)))

    def read_by(self, duty: Duty) -> ReadAs:
        """In what capacity the caller reads by this duty, for the record."""
        return ReadAs(
            duty=duty.value,
            office=principal().office or principal().department or "",
            reason=self.reason,
        )


def entitled(case: Case, *, now: datetime, reason: str = "") -> Entitled:
    """What the caller may read of a case that they may meet on this route; it may be nothing."""
    caller = principal()
    reader = CaseReader(
        duties=duties_towards(caller, permission(), venue=case.venue),
        own=case.subject in subject_refs(),
        assigned=case.officer is not None and case.officer == caller.staff_id,
        reason=bool(reason),
        proposed=case.proposal is not None and case.proposal.fact.officer != caller.staff_id,
    )
    stage = reading_stage(case, local_day(now))
    return Entitled(
        classes=readable(stage, reader),
        in_part=in_part(stage, reader),
        steps=part_steps(stage, reader),
        stage=stage,
        reader=reader,
        reason=reason,
    )


def must_be_entitled(
    case: Case, *, now: datetime, reason: str = "", to: frozenset[DataClass] = frozenset(DataClass)
) -> Entitled:
    """The same, for a caller who may read some of the classes `to`.

    Raises:
        Problem: 403 where a reason would open them; else 404, as if nothing were there.
    """
    found = entitled(case, now=now, reason=reason)
    if found.classes & to:
        return found
    if readable(found.stage, with_reason(found.reader)) & to:
        raise Problem("reason-needed", reasons=list(REASONS))
    raise not_found()
