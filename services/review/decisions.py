"""What review decides: pure, time and rules passed in, nothing to do means nothing returned.

The table at the end says which decision answers which command.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.review.commands import (
    ApproveCase,
    AssignCase,
    Command,
    CompleteStep,
    ExtendLimit,
    FireTimer,
    OpenReview,
    ProposeDecision,
    RecomputeLimits,
    RefuseCase,
    RestartLimit,
    StartStep,
)
from services.review.deciding import STEP, approve, propose, refuse
from services.review.limits import approaching, by_calendar, extend, missed, recompute, restart
from services.review.refusals import can_assign, must_allow, must_not_be_own
from services.review.steps import complete, start
from shared.case import Case, Effect, Fact, Owed, Rules, fire
from shared.case.deciding.limits_begun import begun
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Criterion
from shared.case.next.position import decided_by_steps
from shared.case.review.assignment import CaseAssigned, ReviewOpened
from shared.case.review.limits import ReviewLimitsRecomputed
from shared.case.review.upkeep import ReviewStepOverdue
from shared.catalogue.definition.outcome import CriterionRule

# Found where an item prints that nothing is reviewed: a decision is still made, and says on what.
CONDITIONS = CriterionRule(code="meets-the-conditions", text="申请符合法定条件、标准")


def open_review(case: Case, _cmd: OpenReview, rules: Rules, _now: datetime) -> list[Fact]:
    """Lay an accepted case before its department, with the criteria of its edition (R-116)."""
    if not case.open or not case.accepted or case.review_opened or case.ended_as:
        return []
    opened = ReviewOpened(department=case.department, criteria=_criteria(case, rules))
    # Whoever accepted it may not have known a notice yet that was gone through already.
    return [opened, *by_calendar(case, rules)]


def _criteria(case: Case, rules: Rules) -> tuple[Criterion, ...]:
    """The criteria of the item for the officer who decides, then one for each step."""
    item = rules.item_of(case)
    mine = () if decided_by_steps(case) else item.text.review.criteria
    if not mine and not decided_by_steps(case):
        mine = (CONDITIONS,)
    procedure = rules.procedure(item, choices_of(case), case.delivery or "")
    steps = [stage for stage in procedure.stages if stage.kind == "step"]
    return (
        *(Criterion(code=one.code, text=one.text) for one in mine),
        *(Criterion(code=f"{STEP}{stage.code}", text=stage.criterion) for stage in steps),
    )


def assign(case: Case, cmd: AssignCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Give the case to the officer who asks for it, unless it is their own."""
    must_allow(case, can_assign, "The case is not under review.")
    must_not_be_own(case, cmd.own_subject)
    if case.officer == cmd.officer:
        return []
    return [CaseAssigned(officer=cmd.officer)]


def _open_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return open_review(case, OpenReview(), rules, now)


# What a machine can do when the time of a step is over; the rest is recorded as late.
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {"review-opening": _open_late, "approaching": approaching, "limit": missed}
)
STEPS = frozenset({*EFFECTS, "assignment", "step", "proposal", "decision"})


def fire_timer(case: Case, cmd: FireTimer, rules: Rules, now: datetime) -> list[Fact]:
    """The time of one of review's steps is over."""
    return fire(
        case,
        service="review",
        step=cmd.step,
        version=cmd.version,
        rules=rules,
        now=now,
        effects=EFFECTS,
        overdue=ReviewStepOverdue,
    )


Decision = Callable[[Case, Any, Rules, datetime], list[Fact]]
DECISIONS: Mapping[type[Command], Decision] = MappingProxyType(
    {
        OpenReview: open_review,
        AssignCase: assign,
        ProposeDecision: propose,
        ApproveCase: approve,
        RefuseCase: refuse,
        StartStep: start,
        CompleteStep: complete,
        ExtendLimit: extend,
        RestartLimit: restart,
        RecomputeLimits: recompute,
        FireTimer: fire_timer,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    facts = DECISIONS[type(command)](case, command, rules, now)
    return begun(case, facts, rules, now, ReviewLimitsRecomputed)
