"""What review's events do to a case."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace

from shared.case.base import Fact, LimitsRecomputed
from shared.case.events_review import (
    CaseApproved,
    CaseAssigned,
    CaseRefused,
    ClockPaused,
    ClockResumed,
    DeadlineApproaching,
    DeadlineMissed,
    DecisionProposed,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
    ReviewOpened,
    StepCompleted,
    StepStarted,
)
from shared.case.fold_intake import Fold, with_limits
from shared.case.pieces import Paused, PauseOver, Restarted, StepDone
from shared.case.state import Case, Mark


def _opened(case: Case, fact: ReviewOpened, mark: Mark) -> Case:
    return replace(case, review=fact, review_opened=mark)


def _assigned(case: Case, fact: CaseAssigned, mark: Mark) -> Case:
    """Whoever takes a case over proposes anew: the former officer's proposal is not theirs."""
    return replace(case, officer=fact.officer, assigned=mark, proposal=None, proposed=None)


def _proposed(case: Case, fact: DecisionProposed, mark: Mark) -> Case:
    return replace(case, proposal=fact, proposed=mark)


def _approved(case: Case, fact: CaseApproved, mark: Mark) -> Case:
    return replace(case, approval=fact, approved=mark)


def _refused(case: Case, fact: CaseRefused, mark: Mark) -> Case:
    return replace(case, refusal=fact, refused=mark)


def _approaching(case: Case, fact: DeadlineApproaching, _: Mark) -> Case:
    return replace(case, approaching=case.approaching | {fact.limit})


def _missed(case: Case, fact: DeadlineMissed, _: Mark) -> Case:
    return replace(case, missed=case.missed | {fact.limit})


def _step_started(case: Case, fact: StepStarted, mark: Mark) -> Case:
    return replace(case, started={**case.started, fact.step: mark})


def _step_completed(case: Case, fact: StepCompleted, mark: Mark) -> Case:
    """What can be put right is followed by its rectification, and after that it is done again."""
    started = {name: at for name, at in case.started.items() if name != fact.step}
    if fact.outcome == "rectify":
        retry = next(stage.retry for stage in case.stages if stage.code == fact.step)
        return replace(case, started=started, retry=retry)
    if fact.step == case.retry:
        return replace(case, started=started, retry="")
    steps = {**case.steps, fact.step: StepDone(fact.outcome, fact.officer, mark)}
    return replace(case, started=started, steps=steps)


def _paused(case: Case, fact: ClockPaused, mark: Mark) -> Case:
    return replace(case, paused={**case.paused, fact.cause: Paused(fact.limits, mark)})


def _resumed(case: Case, fact: ClockResumed, mark: Mark) -> Case:
    """The pause becomes one of those that count; what stood still goes on with its new dates."""
    paused = {cause: pause for cause, pause in case.paused.items() if cause != fact.cause}
    ended = case.paused[fact.cause]
    over = PauseOver(fact.cause, ended.since.at, mark.at)
    # Watched anew, even where the dates stay: the timers were settled when it stood still.
    limits_at = {**case.limits_at, **dict.fromkeys(ended.limits, mark)}
    return replace(case, paused=paused, pauses=(*case.pauses, over), limits_at=limits_at)


def _extended(case: Case, fact: LimitExtended, mark: Mark) -> Case:
    case = replace(case, extended=case.extended | {fact.limit})
    return with_limits(case, fact.due, mark)


def _restarted(case: Case, fact: LimitRestarted, mark: Mark) -> Case:
    restarts = (*case.restarts, Restarted(fact.limit, mark.at, fact.rule))
    return with_limits(replace(case, restarts=restarts), fact.due, mark)


def recomputed(case: Case, fact: LimitsRecomputed, mark: Mark) -> Case:
    """The limits as they are now, whichever service saw what changed them."""
    return with_limits(replace(case, ends={**case.ends, **fact.ends}), fact.due, mark)


FOLDS: Mapping[type[Fact], Fold] = MappingProxyType(
    {
        ReviewOpened: _opened,
        CaseAssigned: _assigned,
        DecisionProposed: _proposed,
        CaseApproved: _approved,
        CaseRefused: _refused,
        StepStarted: _step_started,
        StepCompleted: _step_completed,
        ClockPaused: _paused,
        ClockResumed: _resumed,
        LimitExtended: _extended,
        LimitRestarted: _restarted,
        ReviewLimitsRecomputed: recomputed,
        DeadlineApproaching: _approaching,
        DeadlineMissed: _missed,
    }
)
