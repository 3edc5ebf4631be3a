"""The accepted case reaches its department, and an officer takes it (R-116)."""

from datetime import datetime
from typing import Any

from flask import Response

from services.review.limits import by_calendar
from services.review.room import Desk
from services.review.validity import grants
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Criterion, Finding
from shared.case.intake.acceptance import CaseAccepted
from shared.case.next.position import decided_by_steps, under_review
from shared.case.review.assignment import CaseAssigned, CaseTakenOver, ReviewOpened
from shared.case.review.verdict import CaseApproved
from shared.casework.desk import acting
from shared.casework.reaction import Reaction
from shared.casework.schemas import DoneSchema, NothingSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.catalogue.definition.outcome import CriterionRule
from shared.clock import local_day
from shared.http import Blueprint


class OpenReview(CaseCommand, frozen=True, kw_only=True):
    """Lay an accepted case before its department."""


class AssignCase(CaseCommand, frozen=True, kw_only=True):
    """The officer takes the case, or takes it over."""

    officer: str
    own_subject: str


class NotAssigned(Instead):
    """Another officer has the case; it can be taken over by assignment."""

    code = "not-assigned"


def must_be_assigned(case: Case, officer: str) -> None:
    """NotAssigned, where another officer has the case, or nobody."""
    if case.officer != officer:
        raise NotAssigned("Another officer has the case.")


def has_case(case: Case, asking: Asking) -> bool:
    """Whether it is the case of the officer who asks."""
    return case.officer is not None and case.officer == asking.staff


def can_assign(case: Case) -> bool:
    """From the opened review until the decision."""
    return under_review(case)


# Found where an item prints that nothing is reviewed: a decision is still made, and says on what.
CONDITIONS = CriterionRule(code="meets-the-conditions", text="申请符合法定条件、标准")


STEP = "step-"


def open_review(case: Case, _cmd: OpenReview, rules: Rules, now: datetime) -> list[Fact]:
    """Lay an accepted case before its department, with the criteria of its edition (R-116)."""
    if not case.open or not case.accepted or case.review_opened or case.ended_as:
        return []
    opened = ReviewOpened(department=case.department, criteria=_criteria(case, rules))
    # Whoever accepted it may not have known a notice yet that was gone through already.
    facts: list[Fact] = [opened, *by_calendar(case, rules)]
    return [*facts, *_decided_at_once(case, opened, rules, now)]


def _decided_at_once(case: Case, opened: ReviewOpened, rules: Rules, now: datetime) -> list[Fact]:
    """What passed the checks of its form is granted where the system decides alone (R-038).

    The application came in, so that each criterion, which is nothing but those checks, is met.
    """
    if not decided_by_steps(case) or any(stage.is_step for stage in case.stages):
        return []
    met = tuple(Finding(criterion=one.code, met=True) for one in opened.criteria)
    return [
        CaseApproved(officer="system", findings=met, grants=grants(case, rules, local_day(now)))
    ]


def _criteria(case: Case, rules: Rules) -> tuple[Criterion, ...]:
    """The criteria of the item for the officer who decides, then one for each step."""
    item = rules.item_of(case)
    by_system = item.text.review.decided_by == "system"
    mine = () if decided_by_steps(case) and not by_system else item.text.review.criteria
    if not mine and not decided_by_steps(case):
        mine = (CONDITIONS,)
    procedure = rules.procedure(item, choices_of(case), case.delivery or "")
    steps = [stage for stage in procedure.stages if stage.is_step]
    return (
        *(Criterion(code=one.code, text=one.text) for one in mine),
        *(Criterion(code=f"{STEP}{stage.code}", text=stage.criterion) for stage in steps),
    )


def assign(case: Case, cmd: AssignCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Give the case to the officer who asks for it, unless it is their own; a proposal stays."""
    must_allow(case, can_assign, "The case is not under review.")
    must_not_be_own(case, cmd.own_subject)
    if case.officer == cmd.officer:
        return []
    if case.proposal is not None:
        return [CaseTakenOver(officer=cmd.officer)]
    return [CaseAssigned(officer=cmd.officer)]


def _open_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return open_review(case, OpenReview(), rules, now)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Take the case."""

    @blp.post("/<case>/assignment")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def assign(body: dict[str, Any], case: str) -> Response:
        """Take the case, or take it over; what is proposed stays (接办)."""
        return desk(case, AssignCase(**acting()), body)


TOPIC = Topic(
    decisions={OpenReview: open_review, AssignCase: assign},
    actions={"assignment": can_assign},
    offers={"assignment": lambda case, asking: case.officer != asking.staff},
    effects={"review-opening": _open_late},
    late=frozenset({"assignment"}),
    reactions=(
        Reaction(
            name="review.open",
            types=frozenset({CaseAccepted.TYPE}),
            command=lambda _: OpenReview(),
        ),
    ),
    routes=routes,
)
