"""The steps of a procedure before its decision, and the clock that stands still for some of them.

A clock stops for a step's cause only where the limit excludes that cause (R-082); one that includes
a notice period runs on (R-083).
"""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.review.room import Desk
from services.review.verdict import by_steps
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after, anew
from shared.case.facts.parts import Stage, StepOutcome
from shared.case.next.owed import RESULT
from shared.case.next.position import decided_by_steps, happened, next_step, stage_of, under_review
from shared.case.review.limits import ClockPaused, ClockResumed, ReviewLimitsRecomputed
from shared.case.review.steps import StepCompleted, StepStarted
from shared.casework.desk import acting
from shared.casework.schemas import CODE, DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.clock import local_day
from shared.http import Blueprint, Choice, Items, Schema, Str


class StartStep(CaseCommand, frozen=True, kw_only=True):
    """The next step of the procedure begins: an inspection, a notice, a panel."""

    officer: str
    own_subject: str
    step: str


class CompleteStep(CaseCommand, frozen=True, kw_only=True):
    """What came of the step. `legal_basis`: of a refusal that follows; empty: the item's own."""

    officer: str
    own_subject: str
    step: str
    outcome: StepOutcome
    legal_basis: tuple[str, ...] = ()


class StepNotNext(Instead):
    """Another step of the procedure is next, or none; `next` names it."""

    code = "step-not-next"


class OutcomeImpossible(Instead):
    """The step cannot end in that way."""

    code = "outcome-impossible"


class StepNotOver(Instead):
    """The step has days of its own, which are not over; `until` is the last of them."""

    code = "step-not-over"


def can_step(case: Case) -> bool:
    """When a step of the procedure stands between the acceptance and the decision."""
    return under_review(case) and next_step(case) is not None


def start(case: Case, cmd: StartStep, rules: Rules, _now: datetime) -> list[Fact]:
    """Begin the step that is next; the clocks that exclude it stand still. Again: nothing."""
    must_not_be_own(case, cmd.own_subject)
    stage = _next(case, cmd.step)
    return [] if stage.code in case.started else _started(case, stage, cmd.officer, rules)


def complete(case: Case, cmd: CompleteStep, rules: Rules, now: datetime) -> list[Fact]:
    """Record what came of the step that is next; its pause ends, and so may the procedure."""
    if (done := case.steps.get(cmd.step)) is not None and done.outcome == cmd.outcome:
        return []
    must_not_be_own(case, cmd.own_subject)
    stage = _next(case, cmd.step)
    _must_be_possible(stage, cmd.outcome)
    _must_be_over(case, stage, now)
    done_now = StepCompleted(step=stage.code, outcome=cmd.outcome, officer=cmd.officer)
    facts: list[Fact] = [done_now, *_resumed(case, stage)]
    then = after(case, facts, now)
    facts += anew(then, rules, ReviewLimitsRecomputed, "pause-ended") if len(facts) > 1 else []
    then = after(case, facts, now)
    if cmd.outcome == "rectify":
        retry = stage_of(case, stage.retry)
        facts += _started(then, retry, cmd.officer, rules) if retry else []
    elif decided_by_steps(case) and next_step(then) is None:
        facts.append(by_steps(then, cmd.officer, cmd.legal_basis, rules, now))
    return facts


def _next(case: Case, step: str) -> Stage:
    must_allow(case, can_step, "No step of the procedure is open.")
    stage = next_step(case)
    if stage is None or stage.code != step:
        named = stage.code if stage else ""
        raise StepNotNext(f"The next step is {named}.", next=named)
    return stage


def _must_be_possible(stage: Stage, outcome: str) -> None:
    """Only what can be put right is rectified, and rectifying itself cannot fail: the next does."""
    allowed = {"passed"} if stage.kind == "retry" else {"passed", "failed"}
    if stage.retry:
        allowed.add("rectify")
    if outcome not in allowed:
        sentence = f"The step {stage.code} can end: {', '.join(sorted(allowed))}."
        raise OutcomeImpossible(sentence)


def _must_be_over(case: Case, stage: Stage, now: datetime) -> None:
    """The last day counts whole, in Asia/Shanghai."""
    term = case.terms.get(stage.code)
    if term is not None and local_day(now) <= term.until:
        until = term.until.isoformat()
        raise StepNotOver(f"The step {stage.code} lasts until {until}.", until=until)


def _started(case: Case, stage: Stage, officer: str, rules: Rules) -> list[Fact]:
    begun: list[Fact] = [StepStarted(step=stage.code, officer=officer)]
    limits = _excluding(case, stage.cause, rules) if stage.cause else ()
    if limits and stage.cause not in case.paused:
        begun.append(ClockPaused(cause=stage.cause, limits=limits))
    return begun


def _excluding(case: Case, cause: str, rules: Rules) -> tuple[str, ...]:
    """The limits that run and exclude this cause."""
    found = rules.limits_of(case)
    return tuple(
        due.limit
        for due in case.limits
        if due.limit in found
        and cause in found[due.limit].exclusions
        and happened(case, case.ends.get(due.limit, RESULT)) is None
    )


def _resumed(case: Case, stage: Stage) -> list[Fact]:
    return [ClockResumed(cause=stage.cause)] if stage.cause in case.paused else []


class StepSchema(Schema):
    """A step of the procedure, by its code."""

    step = Str(required=True, max_length=64, pattern=CODE)


class OutcomeSchema(StepSchema):
    """What came of it; the basis of a refusal that follows is the item's own unless cited.

    `note`, the officer's own words, is sealed.
    """

    outcome = Choice(*get_args(StepOutcome), required=True)
    legal_basis = Items(Str(max_length=1000, pattern=r".*\S.*"), most=20, load_default=list)
    note = Str(max_length=2000, lines=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """What happens between the acceptance and the decision."""

    @blp.post("/<case>/step-start")
    @blp.arguments(StepSchema)
    @blp.response(200, DoneSchema)
    def start(body: dict[str, Any], case: str) -> Response:
        """Begin the next step of the procedure; what excludes it stands still meanwhile."""
        return desk(case, StartStep(step=body["step"], **acting()), body)

    @blp.post("/<case>/step-outcome")
    @blp.arguments(OutcomeSchema)
    @blp.response(200, DoneSchema)
    def complete(body: dict[str, Any], case: str) -> Response:
        """Record what came of the step: passed, failed, or to be put right."""
        command = CompleteStep(
            step=body["step"],
            outcome=body["outcome"],
            legal_basis=tuple(body["legal_basis"]),
            **acting(),
        )
        return desk(case, command, body)


TOPIC = Topic(
    decisions={StartStep: start, CompleteStep: complete},
    actions={"step": can_step},
    late=frozenset({"step"}),
    sealed={CompleteStep: (StepCompleted.TYPE, "note")},
    routes=routes,
)
