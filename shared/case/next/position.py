"""Where a case stands in its procedure, and when each event that a limit names happened in it.

Pure functions of the fold: the one place that knows what starts and ends a limit.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from shared.case.facts.fact import Mark
from shared.case.facts.parts import Stage
from shared.case.state import Case
from shared.clock.calendar.errors import ClockError
from shared.clock.counting.validity import destroy_after as a_year_after


def ready_for_acceptance(case: Case) -> Mark:
    """What an acceptance waits for since: the submission, the payment, the answered request.

    A payment that went back and came again counts from then.
    """
    answered = case.supplement_provided or case.supplement_lapsed
    fees = [payment for payment in case.payments if payment.accounted == "fee"]
    paid = [(one.returned if one.whole else None) or one.mark for one in fees]
    marks = [case.submitted, case.fee.mark if case.fee else None, answered, *paid]
    return max((mark for mark in marks if mark), key=lambda mark: mark.version)


def awaits_officer(case: Case) -> bool:
    """Whether an officer was asked to accept the application as it is now."""
    if case.awaited is None or case.accepted or case.ended_as:
        return False
    return case.awaited.version > ready_for_acceptance(case).version


def decided_by_steps(case: Case) -> bool:
    """Whether the steps decide on their own, without an officer's proposal (a query's answer)."""
    return any(stage.kind == "decision" and stage.actor == "system" for stage in case.stages)


def step_failed(case: Case) -> bool:
    """Whether a step ended in a way that only a refusal can follow."""
    return any(done.outcome == "failed" for done in case.steps.values())


def next_step(case: Case) -> Stage | None:
    """The step before the decision that is next; none when all are done, or one failed."""
    if step_failed(case):
        return None
    if case.retry:
        return stage_of(case, case.retry)
    return next((s for s in case.stages if s.is_step and s.code not in case.steps), None)


def to_be_visited(case: Case) -> bool:
    """Whether the next step is one that can be put right: an inspection."""
    stage = next_step(case) if under_review(case) else None
    return stage is not None and stage.kind == "step" and bool(stage.retry)


def rectify_by(case: Case, stage: Stage) -> date | None:
    """The last day to put something right, where that is next and the officer named a day."""
    if stage.code != case.retry or not case.outcomes:
        return None
    return case.outcomes[-1].fact.rectify_by


def stage_of(case: Case, code: str) -> Stage | None:
    """The stage of that code, if the case's procedure has it."""
    return next((stage for stage in case.stages if stage.code == code), None)


def _step(*codes: str) -> Callable[[Case], Mark | None]:
    """When the first of these steps that the procedure has was passed."""

    def mark(case: Case) -> Mark | None:
        done = next((case.steps[code] for code in codes if code in case.steps), None)
        return done.mark if done is not None and done.outcome == "passed" else None

    return mark


def _begun(*codes: str) -> Callable[[Case], Mark | None]:
    def mark(case: Case) -> Mark | None:
        running = next((case.started[code] for code in codes if code in case.started), None)
        return running or _step(*codes)(case)

    return mark


def _or_accepted(step: Callable[[Case], Mark | None], *codes: str) -> Callable[[Case], Mark | None]:
    """The step where the procedure has one of these, else the acceptance."""

    def mark(case: Case) -> Mark | None:
        has = any(stage.code in codes for stage in case.stages)
        return step(case) if has else case.accepted

    return mark


def _decided(case: Case) -> Mark | None:
    return case.approved or case.refused


def _told(case: Case) -> Mark | None:
    if stage_of(case, "external") is not None:
        return _step("external")(case)
    return _decided(case)


def _paid(case: Case) -> Mark | None:
    return next((payment.mark for payment in case.payments if payment.accounted == "fee"), None)


def _handed_over(case: Case) -> Mark | None:
    if case.document is not None and case.document.handed_over:
        return case.document.handed_over
    if case.handed_over:
        return case.handed_over
    if case.document is not None and case.document.destroyed:
        return None
    nothing_to_hand_over = case.approved and not case.making and not case.to_hand_over
    return _result_ready(case) if nothing_to_hand_over else None


def destroy_after(case: Case) -> date | None:
    """The day after which the case's document is destroyed if nobody collects it (R-165).

    A year after its validity; null where it has no document, where nobody knows an end of
    validity, and where that day is beyond the calendar: it is kept as long.
    """
    valid = case.valid_of(case.document.grant) if case.document else None
    if valid is None or valid.until is None:
        return None
    try:
        return a_year_after(valid.until)
    except ClockError:
        return None


def _paid_out(case: Case) -> Mark | None:
    return case.payout.made if case.payout else None


def _result_ready(case: Case) -> Mark | None:
    """The last of what was made, recorded or paid; the decision where nothing else follows it."""
    if case.refused:
        return case.refused
    if not case.result_ready:
        return None
    produced = case.document.produced if case.document else None
    marks = (case.approved, produced, _paid_out(case), *case.recorded.values())
    return max((mark for mark in marks if mark), key=lambda mark: mark.version)


# What starts or ends a limit, in the words of the catalogue. What happens outside of any case (a
# document expired, a unit was established) starts windows of the applicant alone, and is not here.
HAPPENED: Mapping[str, Callable[[Case], Mark | None]] = MappingProxyType(
    {
        "submitted": lambda case: case.submitted,
        "received": lambda case: case.submitted,
        "paid": _paid,
        "materials-complete": lambda case: case.accepted,
        "accepted": lambda case: case.accepted,
        "community-accepted": lambda case: case.accepted,
        "recorded": lambda case: case.accepted,
        "told": _told,
        "data-checked": _or_accepted(_step("level-1"), "level-1"),
        "pre-review-passed": _or_accepted(_step("level-1"), "level-1"),
        "inspection-passed": _step("inspection"),
        "exam-arranged": _begun("exam", "panel"),
        "exam-ended": _step("exam", "panel"),
        "public-notice-ended": _step("public-notice"),
        "reviewed": _decided,
        "decided": _decided,
        "concluded": _decided,
        "approved": lambda case: case.approved,
        "effective": lambda case: case.approved,
        "production-ordered": lambda case: case.document.ordered if case.document else None,
        "produced": lambda case: case.document.produced if case.document else None,
        "result-ready": _result_ready,
        "announced": _result_ready,
        "issued": _handed_over,
        "handed-over": _handed_over,
        "paid-out": _paid_out,
    }
)
OUTSIDE = frozenset({"expired", "established", "changed", "happened", "known", "limit-missed"})


def happened(case: Case, event: str) -> Mark | None:
    """When an event that a limit names happened in the case; null as long as it did not.

    Beside the words of the table, the code of a step is an event: it passed.
    """
    found = HAPPENED.get(event)
    return found(case) if found is not None else _step(event)(case)


def moments(case: Case, events: frozenset[str]) -> dict[str, datetime]:
    """When each of these events happened, of those that did."""
    marks = {event: happened(case, event) for event in events}
    return {event: mark.at for event, mark in marks.items() if mark is not None}


def under_review(case: Case) -> bool:
    """From the opened review until the decision, or the end of the case before it."""
    running = case.review_opened is not None and not case.decided
    return case.open and running and case.ended_as is None
