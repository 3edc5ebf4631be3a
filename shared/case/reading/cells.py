"""Field class × duty × stage: who may read what of a case, and when. One table, as data.

What no row names, nobody reads. `docs/data-classes.md` shows the table, and every cell is asked for
over HTTP with a value of its own.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from shared.case.reading.stage import ReadingStage as At
from shared.security.data_classes import ANSWER_CLASSES, DataClass
from shared.security.duties import Duty


class Opening(enum.Enum):
    """What must hold beside the duty, for a cell to open."""

    OWN = "own"  # the case is the reader's own
    OFFICE = "office"  # anybody with the duty, of the department that has the case
    ASSIGNED = "assigned"  # the officer to whom the case is assigned
    PROPOSED = "proposed"  # anybody with the duty there, of a case that somebody else proposed
    ASSIGNED_WITH_REASON = "assigned, with a reason"
    OFFICE_WITH_REASON = "office, with a reason"
    OFFICE_STEP = "office, answers of its own steps"  # of the answers, those that its steps use


@dataclass(frozen=True, kw_only=True)
class ReadingRule:
    """One row: each class × each stage for one duty."""

    duty: Duty
    classes: frozenset[DataClass]
    stages: frozenset[At]
    opening: Opening


_ANSWERED = ANSWER_CLASSES | {DataClass.ALL}
_FILE = _ANSWERED | {DataClass.DOCUMENT, DataClass.EXPLANATION, DataClass.NOTE}
# The reviewer has no use for the place that a result is posted to.
_DESK = _FILE - {DataClass.ADDRESS} | {DataClass.PAPER}
_AFTER_ASSIGNMENT = frozenset({At.IN_REVIEW, At.DECIDED, At.OWED, At.HANDED_OVER, At.CLOSED})

RULES: tuple[ReadingRule, ...] = (
    # The applicant checks what was typed, and reads what the office wrote; never a note of the desk
    ReadingRule(
        duty=Duty.APPLY,
        classes=_FILE - {DataClass.NOTE} | {DataClass.TRACKING, DataClass.PAPER},
        stages=frozenset(At),
        opening=Opening.OWN,
    ),
    # Whether an application is complete is seen on its documents, before anybody has the case.
    ReadingRule(
        duty=Duty.TAKE_IN,
        classes=frozenset({DataClass.DOCUMENT}),
        stages=frozenset({At.SUBMITTED}),
        opening=Opening.OFFICE,
    ),
    # Who accepts sees what was asked for that: whether it is asked too late, or of another office.
    ReadingRule(
        duty=Duty.TAKE_IN,
        classes=ANSWER_CLASSES,
        stages=frozenset({At.SUBMITTED}),
        opening=Opening.OFFICE_STEP,
    ),
    # The counter prints the receipt, the request and the acceptance for somebody present.
    ReadingRule(
        duty=Duty.TAKE_IN,
        classes=frozenset({DataClass.PAPER}),
        stages=frozenset({At.SUBMITTED, At.ACCEPTED}),
        opening=Opening.OFFICE,
    ),
    ReadingRule(
        duty=Duty.REVIEW, classes=_DESK, stages=_AFTER_ASSIGNMENT, opening=Opening.ASSIGNED
    ),
    ReadingRule(
        duty=Duty.REVIEW,
        classes=_DESK,
        stages=frozenset({At.KEPT}),
        opening=Opening.ASSIGNED_WITH_REASON,
    ),
    # The second person decides on the same file as the first; the case is not assigned to them.
    ReadingRule(
        duty=Duty.APPROVE,
        classes=_DESK,
        stages=frozenset({At.IN_REVIEW}),
        opening=Opening.PROPOSED,
    ),
    ReadingRule(
        duty=Duty.PRODUCE,
        classes=frozenset({DataClass.IDENTITY, DataClass.ADDRESS, DataClass.PAPER}),
        stages=frozenset({At.OWED}),
        opening=Opening.OFFICE,
    ),
    # Who makes the paper or pays sees what was asked for that: the account of a benefit.
    ReadingRule(
        duty=Duty.PRODUCE,
        classes=ANSWER_CLASSES - {DataClass.IDENTITY, DataClass.ADDRESS},
        stages=frozenset({At.OWED}),
        opening=Opening.OFFICE_STEP,
    ),
    ReadingRule(
        duty=Duty.HAND_OVER,
        classes=frozenset({DataClass.IDENTITY, DataClass.PAPER}),
        stages=frozenset({At.OWED}),
        opening=Opening.OFFICE,
    ),
    # And what was asked for the handing over: who comes for it, with what.
    ReadingRule(
        duty=Duty.HAND_OVER,
        classes=ANSWER_CLASSES - {DataClass.IDENTITY},
        stages=frozenset({At.OWED}),
        opening=Opening.OFFICE_STEP,
    ),
    ReadingRule(
        duty=Duty.SUPERVISE,
        classes=_DESK,
        stages=_AFTER_ASSIGNMENT | {At.KEPT},
        opening=Opening.OFFICE_WITH_REASON,
    ),
)

# The stages of the procedure whose answers are read by a duty that reads those of its steps alone.
STEPS_OF: Mapping[Duty, frozenset[str]] = MappingProxyType(
    {
        Duty.TAKE_IN: frozenset({"acceptance"}),
        Duty.PRODUCE: frozenset(
            {"temporary-document", "surrender-old", "production", "record", "payout", "handover"}
        ),
        Duty.HAND_OVER: frozenset({"handover"}),
    }
)

Cell = tuple[DataClass, Duty, At]


def _cells() -> Iterator[tuple[Cell, Opening]]:
    for rule in RULES:
        for one in rule.classes:
            for at in rule.stages:
                yield (one, rule.duty, at), rule.opening


CELLS: Mapping[Cell, Opening] = MappingProxyType(dict(_cells()))


@dataclass(frozen=True, kw_only=True)
class CaseReader:
    """Who asks. `own`: the case is theirs; `assigned`: to them; `reason`: one was given.

    `proposed`: a decision on it was proposed by somebody else.
    """

    duties: frozenset[Duty]
    own: bool
    assigned: bool
    reason: bool
    proposed: bool = False


def readable(stage: At, reader: CaseReader) -> frozenset[DataClass]:
    """The classes that this reader may read at this stage."""
    return frozenset(
        data_class
        for (data_class, duty, at), opening in CELLS.items()
        if at is stage and duty in reader.duties and _opens(opening, duty, reader)
    )


def in_part(stage: At, reader: CaseReader) -> frozenset[DataClass]:
    """The readable classes of which the reader sees the answers for their own steps alone."""
    whole = {
        data_class
        for (data_class, duty, at), opening in CELLS.items()
        if at is stage
        and duty in reader.duties
        and opening is not Opening.OFFICE_STEP
        and _opens(opening, duty, reader)
    }
    return readable(stage, reader) - whole


def part_steps(stage: At, reader: CaseReader) -> frozenset[str]:
    """The stages of the procedure whose answers the reader sees of the classes in part."""
    duties = {
        duty
        for (_, duty, at), opening in CELLS.items()
        if at is stage and opening is Opening.OFFICE_STEP and _opens(opening, duty, reader)
    }
    return frozenset().union(*(STEPS_OF[duty] for duty in duties & reader.duties))


def duty_for(stage: At, reader: CaseReader, read: frozenset[DataClass]) -> Duty:
    """The duty by which the reader reads these classes: the first that opens all of them.

    Raises:
        ValueError: none of the reader's duties does.
    """
    for duty in Duty:
        if duty in reader.duties and read <= readable(stage, by_duty(reader, duty)):
            return duty
    raise ValueError("no duty of this reader opens that")


def by_duty(reader: CaseReader, duty: Duty) -> CaseReader:
    """The same reader, by one duty alone."""
    return replace(reader, duties=frozenset({duty}))


def with_reason(reader: CaseReader) -> CaseReader:
    """The same reader, had they given a reason."""
    return replace(reader, reason=True)


def _opens(opening: Opening, duty: Duty, reader: CaseReader) -> bool:
    """Whether the reader has what the cell asks for; for an office nobody reads an own case."""
    if opening is Opening.OWN:
        return reader.own
    if reader.own and duty is not Duty.APPLY:
        return False
    if opening in {Opening.ASSIGNED, Opening.ASSIGNED_WITH_REASON} and not reader.assigned:
        return False
    if opening is Opening.PROPOSED and not reader.proposed:
        return False
    asks = opening in {Opening.ASSIGNED_WITH_REASON, Opening.OFFICE_WITH_REASON}
    return reader.reason or not asks
