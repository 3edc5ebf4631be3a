"""The steps of a procedure before its decision, and the clock that stands still for some of them.

A clock stops for a step's cause only where the limit excludes that cause (R-082); one that includes
a notice period runs on (R-083).
"""

from datetime import datetime

from services.review.commands import CompleteStep, StartStep
from services.review.deciding import by_steps
from services.review.refusals import (
    OutcomeImpossible,
    StepNotNext,
    can_step,
    must_allow,
    must_not_be_own,
    possible,
)
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after, anew
from shared.case.facts.parts import Stage
from shared.case.next.owed import RESULT
from shared.case.next.position import decided_by_steps, happened, next_step, stage_of
from shared.case.review.limits import ClockPaused, ClockResumed, ReviewLimitsRecomputed
from shared.case.review.steps import StepCompleted, StepStarted


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
    _must_be_possible(case, stage, cmd.outcome)
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
        raise StepNotNext(f"The next step is {named}.", actions=possible(case), next=named)
    return stage


def _must_be_possible(case: Case, stage: Stage, outcome: str) -> None:
    """Only what can be put right is rectified, and rectifying itself cannot fail: the next does."""
    allowed = {"passed"} if stage.kind == "retry" else {"passed", "failed"}
    if stage.retry:
        allowed.add("rectify")
    if outcome not in allowed:
        sentence = f"The step {stage.code} can end: {', '.join(sorted(allowed))}."
        raise OutcomeImpossible(sentence, actions=possible(case))


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
