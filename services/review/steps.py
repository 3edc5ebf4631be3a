"""The steps of a procedure before its decision, and the clock that stands still for some of them.

A clock stops for a step's cause only where the limit excludes that cause (R-082); one that includes
a notice period runs on (R-083).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from flask import Response

from services.review.desk.site_pictures import must_be_taken_there, pictures_named
from services.review.desk.step_bodies import (
    OutcomeSchema,
    PublicNoticeSchema,
    StepSchema,
    words_at_step,
)
from services.review.desk.step_content import (
    is_demanded,
    must_be_later,
    must_follow,
    outcomes_of,
    points_found,
)
from services.review.room import Desk, Review
from services.review.verdict import by_steps
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after, anew
from shared.case.facts.parts import SitePicture, Stage, StepOutcome, Vote
from shared.case.next.owed import RESULT
from shared.case.next.position import decided_by_steps, happened, next_step, stage_of, under_review
from shared.case.review.limits import ClockPaused, ClockResumed, ReviewLimitsRecomputed
from shared.case.review.steps import PublicNoticePublished, StepCompleted, StepStarted
from shared.casework.desk import acting
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.catalogue.definition.words import STAGE_KINDS
from shared.clock import local_day
from shared.http import (
    Blueprint,
)

NOTHING_FOUND: Mapping[str, bool] = MappingProxyType({})
LONGEST = timedelta(days=366)  # of a public notice, and from now to its first day


class StartStep(CaseCommand, frozen=True, kw_only=True):
    """The next step of the procedure begins: an inspection, a notice, a panel."""

    officer: str
    own_subject: str
    step: str


class CompleteStep(CaseCommand, frozen=True, kw_only=True):
    """What came of the step. `legal_basis`: of a refusal that follows; empty: the item's own.

    `found`: by point of the checklist, whether it is met. `rectify_by`: the last day to put right
    what is not. `explained`: the officer's own words to the applicant go with it. `pictures`: those
    taken at an inspection.
    """

    officer: str
    own_subject: str
    step: str
    outcome: StepOutcome
    legal_basis: tuple[str, ...] = ()
    found: Mapping[str, bool] = NOTHING_FOUND
    rectify_by: date | None = None
    votes: tuple[Vote, ...] = ()
    explained: bool = False
    pictures: tuple[SitePicture, ...] = ()


class PublishNotice(CaseCommand, frozen=True, kw_only=True):
    """A public notice hangs from its first day to its last. `until`: null for the printed days."""

    officer: str
    own_subject: str
    step: str
    text: str
    place: str
    since: date
    until: date | None


class StepNotNext(Instead):
    """Another step of the procedure is next, or none; `next` names it."""

    code = "step-not-next"


class OutcomeImpossible(Instead):
    """The step cannot end in that way."""

    code = "outcome-impossible"


class StepNotOver(Instead):
    """The step has days of its own, which are not over; `until` is the last of them."""

    code = "step-not-over"


class NoticeNotPublished(Instead):
    """The step is a public notice, which begins when it is published."""

    code = "notice-not-published"


class NoticeDaysImpossible(Instead):
    """The notice would begin in the past, or last too short or too long; the fields say the bounds.

    `since_from`: the first day that it can begin on. `until_from`, `until_to`: of its last day.
    """

    code = "notice-days-impossible"


def can_step(case: Case) -> bool:
    """When a step of the procedure stands between the acceptance and the decision."""
    return _stands(case) and not can_publish(case)


def can_publish(case: Case) -> bool:
    """When the next step is a public notice that was not published yet."""
    stage = next_step(case) if under_review(case) else None
    return stage is not None and _unpublished(case, stage)


def _stands(case: Case) -> bool:
    return under_review(case) and next_step(case) is not None


def _unpublished(case: Case, stage: Stage) -> bool:
    return STAGE_KINDS[stage.kind].notice and stage.code not in case.terms


def publish(case: Case, cmd: PublishNotice, rules: Rules, now: datetime) -> list[Fact]:
    """Publish the notice that is next: its step begins. The same again: nothing."""
    if _hangs(case, cmd):
        return []
    must_not_be_own(case, cmd.own_subject)
    stage = _next(case, cmd.step)
    must_allow(case, can_publish, "No public notice is to be published now.")
    published = PublicNoticePublished(
        step=stage.code,
        officer=cmd.officer,
        text=cmd.text,
        place=cmd.place,
        since=cmd.since,
        until=_last_day(case, cmd, rules, now),
    )
    return [published, *_started(case, stage, cmd.officer, rules)]


def _hangs(case: Case, cmd: PublishNotice) -> bool:
    term = case.terms.get(cmd.step)
    if term is None or term.shown != {"text": cmd.text, "place": cmd.place}:
        return False
    return term.since == cmd.since and cmd.until in {None, term.until}


def _last_day(case: Case, cmd: PublishNotice, rules: Rules, now: datetime) -> date:
    """The stated last day, or the last of the printed days; it is never before those are over."""
    today = local_day(now)
    if not today <= cmd.since <= today + LONGEST:
        sentence = "A public notice begins today or later, within a year."
        raise NoticeDaysImpossible(sentence, since_from=today.isoformat())
    earliest, latest = rules.earliest_end(case, cmd.step, cmd.since), cmd.since + LONGEST
    until = cmd.until
    if until is None and earliest > cmd.since:
        until = earliest
    if until is None or not earliest <= until <= latest:
        raise NoticeDaysImpossible(
            f"State a last day from {earliest} to {latest}.",
            until_from=earliest.isoformat(),
            until_to=latest.isoformat(),
        )
    return until


def start(case: Case, cmd: StartStep, rules: Rules, _now: datetime) -> list[Fact]:
    """Begin the step that is next; the clocks that exclude it stand still. Again: nothing."""
    must_not_be_own(case, cmd.own_subject)
    stage = _next(case, cmd.step)
    _must_be_published(case, stage)
    return [] if stage.code in case.started else _started(case, stage, cmd.officer, rules)


def complete(case: Case, cmd: CompleteStep, rules: Rules, now: datetime) -> list[Fact]:
    """Record what came of the step that is next; its pause ends, and so may the procedure."""
    if (done := case.steps.get(cmd.step)) is not None and done.outcome == cmd.outcome:
        return []
    must_not_be_own(case, cmd.own_subject)
    stage = _next(case, cmd.step)
    _must_be_possible(stage, cmd.outcome)
    _must_be_published(case, stage)
    _must_be_over(case, stage, now)
    points = points_found(case, stage, cmd.found, rules)
    must_follow(stage, cmd.outcome, points, cmd.votes)
    must_be_taken_there(stage, cmd.pictures)
    must_be_later(cmd.outcome, cmd.rectify_by, now, demanded=is_demanded(case, stage, rules))
    done_now = StepCompleted(
        step=stage.code,
        outcome=cmd.outcome,
        officer=cmd.officer,
        points=points,
        rectify_by=cmd.rectify_by,
        votes=cmd.votes,
        explained=cmd.explained,
        pictures=cmd.pictures,
    )
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
    must_allow(case, _stands, "No step of the procedure is open.")
    stage = next_step(case)
    if stage is None or stage.code != step:
        named = stage.code if stage else ""
        raise StepNotNext(f"The next step is {named}.", next=named)
    return stage


def _must_be_possible(stage: Stage, outcome: str) -> None:
    """Only what can be put right is rectified, and rectifying itself cannot fail: the next does."""
    allowed = outcomes_of(stage)
    if outcome not in allowed:
        sentence = f"The step {stage.code} can end: {', '.join(sorted(allowed))}."
        raise OutcomeImpossible(sentence)


def _must_be_published(case: Case, stage: Stage) -> None:
    if _unpublished(case, stage):
        raise NoticeNotPublished(f"The step {stage.code} begins when its notice is published.")


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


def routes(blp: Blueprint, desk: Desk) -> None:
    """What happens between the acceptance and the decision."""

    @blp.post("/<case>/step-start")
    @blp.arguments(StepSchema)
    @blp.response(200, DoneSchema)
    def start(body: dict[str, Any], case: str) -> Response:
        """Begin the next step of the procedure; what excludes it stands still meanwhile."""
        return desk(case, StartStep(step=body["step"], **acting()), body)

    @blp.post("/<case>/public-notice")
    @blp.arguments(PublicNoticeSchema)
    @blp.response(200, DoneSchema)
    def publish(body: dict[str, Any], case: str) -> Response:
        """Publish the notice that is the next step; it cannot end before its last day is over."""
        command = PublishNotice(
            step=body["step"],
            text=body["text"],
            place=body["place"],
            since=body["since"],
            until=body["until"],
            **acting(),
        )
        return desk(case, command, body)

    @blp.post("/<case>/step-outcome")
    @blp.arguments(OutcomeSchema)
    @blp.response(200, DoneSchema)
    def complete(body: dict[str, Any], case: str) -> Response:
        """Record what came of the step: passed, failed, or to be put right."""
        officer = acting()

        def command(room: Review, found: Case) -> CompleteStep:
            return CompleteStep(
                step=body["step"],
                outcome=body["outcome"],
                legal_basis=tuple(body["legal_basis"]),
                found={one["point"]: one["met"] for one in body["points"]},
                rectify_by=body["rectify_by"],
                votes=tuple(Vote(**one) for one in body["votes"]),
                explained="explanation" in body,
                pictures=pictures_named(room, found, body["pictures"]),
                **officer,
            )

        return desk(case, command, body, personal=lambda found: words_at_step(found, body))


TOPIC = Topic(
    decisions={StartStep: start, PublishNotice: publish, CompleteStep: complete},
    actions={"step": can_step, "public-notice": can_publish},
    late=frozenset({"step"}),
    routes=routes,
)
