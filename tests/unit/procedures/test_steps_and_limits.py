"""Steps, pauses, extensions, silence and pay days on items whose sources print them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.application.submission import ItemNotOffered
from services.issuance.payout import BeforeItsDay
from services.notify.words.table import NOTICES
from services.review.limits import LimitNotExtendable
from services.review.steps import OutcomeImpossible, StepNotNext
from services.review.verdict import RefusalIncomplete
from shared.case import Case, Fact, Recorded, Rules, evolve, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import Finding, Missing
from shared.case.intake.acceptance import AcceptanceAwaited, CaseAccepted, CaseNotAccepted
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled
from shared.case.review.limits import (
    ClockPaused,
    ClockResumed,
    DeadlineMissed,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
)
from shared.case.review.steps import PublicNoticePublished, StepCompleted, StepStarted
from shared.case.review.verdict import CaseApproved
from shared.casework.topics import NotPossibleNow, OwnApplication
from shared.clock import DaysOff, end_of_day
from tests.support.commands import at_intake, at_issuance, at_review, intake, issuance, review
from tests.support.given import rules
from tests.support.inspecting import found_for
from tests.support.walking import OFFICER, Walk, application, open_at

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday
HOTEL, FILING, DISPATCH = "000-09", "000-08", "004-005"
ARBITRATION, AGREEMENT, PERMIT = "004-129", "004-128", "001-01"
UNEMPLOYMENT, CONTRIBUTIONS, QUERY, PUSHED = "003-006", "003-002", "003-094", "003-105"


def begun(item_id: str, **changes: Any) -> Walk:
    item = rules().catalogue.item(item_id)
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.submit(**changes)
    return walk


def due(walk: Walk, limit: str) -> date | None:
    return next(one.due for one in walk.case.due if one.limit == limit)


def complete(step: str, outcome: Any = "passed") -> review.CompleteStep:
    return review.CompleteStep(step=step, outcome=outcome, **OFFICER)


def inspected(walk: Walk, outcome: Any = "passed") -> review.CompleteStep:
    """The end of an inspection, with what was found."""
    found = found_for(walk.case, "inspection", outcome, walk.rules, walk.now)
    return review.CompleteStep(step="inspection", outcome=outcome, **found, **OFFICER)


def start(step: str) -> review.StartStep:
    return review.StartStep(step=step, **OFFICER)


def fire(walk: Walk, step: str) -> list[Any]:
    """Let the time of an owed step run out, and fire its timer."""
    one = next(one for one in owed(walk.case) if one.step == step)
    decide, kind = {
        "intake": (at_intake, intake.FireTimer),
        "review": (at_review, review.FireTimer),
        "issuance": (at_issuance, issuance.FireTimer),
    }[one.service]
    walk.now = max(walk.now, one.due_at)
    return walk.do(decide, kind(step=step, version=one.version))  # type: ignore[operator]


# --- steps and pauses


@pytest.mark.requirement("R-082")
def test_an_inspection_stops_the_limit_that_excludes_it_and_no_other() -> None:
    walk = begun(HOTEL).until("step")
    promised, statutory = due(walk, "promised"), due(walk, "statutory")
    started, paused = walk.do(at_review, start("inspection"))
    assert type(started) is StepStarted
    assert paused == ClockPaused(cause="inspection", limits=("promised",))
    assert status(walk.case) == "inspection"
    watched = {one.step for one in owed(walk.case)}
    assert "limit:promised" not in watched
    assert "limit:statutory" in watched
    walk.now += timedelta(days=4)
    done, resumed, recomputed = walk.do(at_review, inspected(walk))
    assert type(done) is StepCompleted
    assert resumed == ClockResumed(cause="inspection")
    assert recomputed.why == "pause-ended"  # type: ignore[attr-defined]
    assert due(walk, "promised") == promised + timedelta(days=4)  # type: ignore[operator]
    assert due(walk, "statutory") == statutory
    assert "limit:promised" in {one.step for one in owed(walk.case)}


def test_what_can_be_put_right_is_put_right_and_inspected_again() -> None:
    walk = begun(HOTEL).until("step")
    walk.do(at_review, start("inspection"))
    walk.do(at_review, inspected(walk, "rectify"))
    assert status(walk.case) == "rectification"
    assert set(walk.case.paused) == {"rectification"}
    with pytest.raises(StepNotNext):
        walk.do(at_review, complete("inspection"))
    with pytest.raises(OutcomeImpossible):
        walk.do(at_review, complete("rectification", "failed"))
    walk.do(at_review, complete("rectification"))
    assert walk.next().step == "step:inspection"  # type: ignore[union-attr]
    walk.to_the_end()
    assert walk.case.outcome == "delivered"
    assert {pause.cause for pause in walk.case.pauses} == {"inspection", "rectification"}


@pytest.mark.requirement("R-119")
def test_a_failed_inspection_leaves_nothing_but_a_refusal_that_names_it() -> None:
    walk = begun(HOTEL).until("step")
    walk.do(at_review, inspected(walk, "failed"))
    walk.do(at_review, review.AssignCase(**OFFICER))
    criteria = [c.code for c in walk.case.review.fact.criteria]  # type: ignore[union-attr]
    assert criteria[-1] == "step-inspection"
    met = tuple(Finding(criterion=code, met=True) for code in criteria[:-1])
    approve = review.ProposeDecision(proposal="approve", findings=met, **OFFICER)
    with pytest.raises(Exception, match="refuse"):
        walk.do(at_review, approve)
    walk.do(at_review, replace(approve, proposal="refuse"))
    second = {**OFFICER, "officer": "staff-2"}
    wish = review.RefuseCase(reasons=("step-inspection",), explained=True, **second)
    (refused,) = walk.do(at_review, wish)
    assert refused.reasons[0].text == "现场审查合格"  # type: ignore[attr-defined]


@pytest.mark.requirement("R-119")
def test_steps_come_in_their_order_and_a_decision_after_them() -> None:
    walk = begun("003-085").until("step")
    with pytest.raises(StepNotNext) as refusal:
        walk.do(at_review, start("public-notice"))
    assert refusal.value.fields["next"] == "public-notice-acceptance"
    walk.do(at_review, review.AssignCase(**OFFICER))
    proposal = review.ProposeDecision(proposal="approve", findings=(), **OFFICER)
    with pytest.raises(Exception, match="Nobody has the case"):
        walk.do(at_review, proposal)


@pytest.mark.requirement("R-083")
def test_a_notice_that_is_inside_the_limit_stops_nothing() -> None:
    """R-083: 30 working days, both notices included."""
    walk = begun("003-085").until("step")
    before = walk.case.due
    publish = review.PublishNotice(
        step="public-notice-acceptance",
        text="受理公示",
        place="公告栏",
        since=START.date(),
        until=START.date() + timedelta(days=9),
        **OFFICER,
    )
    facts = walk.do(at_review, publish)
    assert [type(fact) for fact in facts] == [PublicNoticePublished, StepStarted]
    walk.now += timedelta(days=10)
    walk.do(at_review, complete("public-notice-acceptance"))
    assert walk.case.due == before


def test_the_same_outcome_again_adds_nothing() -> None:
    walk = begun(HOTEL).until("step")
    walk.do(at_review, inspected(walk))
    assert walk.do(at_review, complete("inspection")) == []


@pytest.mark.requirement("R-211")
def test_a_query_is_answered_or_refused_by_its_lookup_alone() -> None:
    walk = begun(QUERY).until("step")
    *_, last = walk.do(at_review, complete("lookup"))
    assert type(last) is CaseApproved
    refused = begun(QUERY).until("step")
    wish = complete("lookup", "failed")
    if not refused.item.text.legal_basis:
        with pytest.raises(RefusalIncomplete):
            refused.do(at_review, wish)
    *_, fact = refused.do(at_review, replace(wish, legal_basis=("《测试规定》第一条",)))
    assert fact.reasons[0].criterion == "step-lookup"  # type: ignore[attr-defined]


# --- limits


@pytest.mark.requirement("R-084")
def test_a_limit_is_extended_once_where_the_item_prints_it_with_the_reason_r084() -> None:
    walk = begun(DISPATCH).until("assignment")
    before = due(walk, "promised")
    wish = review.ExtendLimit(limit="promised", approved_by="head-1", reason="complex", **OFFICER)
    (extended,) = walk.do(at_review, wish)
    assert type(extended) is LimitExtended
    after = due(walk, "promised")
    assert before is not None
    assert after is not None
    assert after > before
    assert walk.do(at_review, wish) == []
    hotel = begun(HOTEL).until("step")
    with pytest.raises(LimitNotExtendable):
        hotel.do(at_review, wish)


def test_an_extension_after_the_end_comes_too_late() -> None:
    walk = begun(DISPATCH).until("assignment")
    walk.now += timedelta(days=400)
    wish = review.ExtendLimit(limit="promised", approved_by="head-1", reason="complex", **OFFICER)
    with pytest.raises(LimitNotExtendable):
        walk.do(at_review, wish)


@pytest.mark.requirement("R-225")
def test_a_law_begins_a_period_anew_where_the_item_knows_it_r225() -> None:
    walk = begun(ARBITRATION).until("step")
    before = due(walk, "promised")
    walk.now += timedelta(days=10)
    wish = review.RestartLimit(limit="promised", rule="劳动争议调解仲裁法第四十三条", **OFFICER)
    (restarted,) = walk.do(at_review, wish)
    assert type(restarted) is LimitRestarted
    assert due(walk, "promised") > before  # type: ignore[operator]
    hotel = begun(HOTEL).until("step")
    with pytest.raises(LimitNotExtendable):
        hotel.do(at_review, wish)


@pytest.mark.requirement("R-097")
def test_silence_makes_a_collective_agreement_effective_r097() -> None:
    walk = begun(AGREEMENT).until("assignment")
    last = due(walk, "promised")
    (approved,) = fire(walk, "limit:promised")
    assert type(approved) is CaseApproved
    assert approved.deemed
    assert approved.effective_from == last + timedelta(days=1)  # type: ignore[operator]
    walk.to_the_end()
    assert walk.case.open is False


@pytest.mark.requirement("R-088")
def test_a_miss_starts_the_follow_up_limit_r088() -> None:
    walk = begun(PERMIT).until("assignment")
    missed, recomputed = fire(walk, "limit:statutory")
    assert type(missed) is DeadlineMissed
    assert type(recomputed) is ReviewLimitsRecomputed
    assert recomputed.why == "follow-up"
    assert due(walk, "follow-up") > due(walk, "statutory")  # type: ignore[operator]
    assert "limit:follow-up" in {one.step for one in owed(walk.case)}


def test_each_limit_ends_with_its_own_event() -> None:
    """A limit that runs to the handing over does not stop at the approval."""
    walk = begun(PERMIT).until("production-order")
    assert "limit:statutory" in {one.step for one in owed(walk.case)}
    hotel = begun(HOTEL).until("production-order")
    assert "limit:promised" not in {one.step for one in owed(hotel.case)}


@pytest.mark.requirement("R-145")
def test_a_limit_begins_with_its_own_event_r145() -> None:
    walk = begun(PERMIT).until("production-order")
    known = {one.limit for one in walk.case.due}
    walk.until("production")
    assert {one.limit for one in walk.case.due} - known == {"production"}


def test_a_case_without_a_printed_limit_is_watched_and_promised_nothing() -> None:
    item = next(
        item
        for item in rules().catalogue.items()
        if item.text.offered and item.text.limits and "limits.watch" in item.text.defaulted
    )
    walk = begun(item.id).until("review-opening")
    assert walk.case.driving_due is None
    assert "limit:watch" in {one.step for one in owed(walk.case)}


# --- acceptance


@pytest.mark.requirement("R-034")
def test_an_officer_has_five_working_days_and_silence_accepts_a_licence_r034() -> None:
    walk = begun(HOTEL).until("deemed-acceptance")
    awaited = walk.facts[-1]
    assert type(awaited) is AcceptanceAwaited
    assert awaited.deemed_at is not None
    assert awaited.deemed_at.date() == date(2026, 3, 9)
    (accepted,) = fire(walk, "deemed-acceptance")
    assert type(accepted) is CaseAccepted
    assert accepted.as_of == START + timedelta(minutes=1)
    assert due(walk, "promised") == date(2026, 3, 12)  # ten days from the receipt


def test_where_silence_means_nothing_the_lateness_is_recorded() -> None:
    walk = begun(QUERY).until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    assert type(walk.facts[-1]) is AcceptanceAwaited
    (late,) = fire(walk, "acceptance")
    assert late.step == "acceptance"
    assert walk.next() is not None


def test_an_officer_asks_once_for_what_no_list_names_and_then_decides() -> None:
    walk = begun(HOTEL).until("deemed-acceptance")
    asked = intake.RequestSupplement(missing=(Missing(code="plan", name="平面图"),), **OFFICER)
    walk.do(at_intake, asked)
    assert status(walk.case) == "awaiting-supplement"
    walk.until("deemed-acceptance")
    with pytest.raises(NotPossibleNow):
        walk.do(at_intake, asked)
    assert walk.until("step").case.accepted


@pytest.mark.requirement("R-033")
def test_an_application_that_is_not_accepted_says_why_and_where_to_appeal_r033() -> None:
    walk = begun(HOTEL).until("deemed-acceptance")
    wish = intake.RejectApplication(grounds=("out-of-scope", "not-entitled"), **OFFICER)
    (rejected,) = walk.do(at_intake, wish)
    assert type(rejected) is CaseNotAccepted
    assert len(rejected.reasons) == 2
    assert rejected.legal_basis
    assert rejected.appeal_body
    assert rejected.appeal_deadline == date(2026, 5, 1)
    assert walk.to_the_end().case.outcome == "not-accepted"


def test_nobody_accepts_their_own_application() -> None:
    walk = begun(HOTEL).until("deemed-acceptance")
    own = intake.AcceptCase(officer="staff-1", own_subject=walk.case.subject)
    with pytest.raises(OwnApplication):
        walk.do(at_intake, own)


# --- money and what nobody applies for


@pytest.mark.requirement("R-196")
def test_a_benefit_is_paid_on_its_day_after_the_review_r196() -> None:
    walk = begun(UNEMPLOYMENT).until("payout")
    scheduled = next(fact for fact in walk.facts if isinstance(fact, PayoutScheduled))
    assert scheduled.day is not None
    assert scheduled.scheduled is not None
    assert scheduled.scheduled.day == 18
    assert status(walk.case) == "payout-scheduled"
    walk.to_the_end()
    assert walk.case.outcome == "completed"


@pytest.mark.requirement("R-196")
def test_nobody_says_that_money_moved_before_its_day() -> None:
    walk = begun(UNEMPLOYMENT).until("payout")
    day = payday_of(walk.case)
    made = issuance.RecordPayout(officer="s")
    early = end_of_day(day - timedelta(days=1))
    with pytest.raises(BeforeItsDay, match=day.isoformat()):
        at_issuance(walk.case, made, rules(), early)
    on_its_day = early + timedelta(minutes=1)
    (fact,) = at_issuance(walk.case, made, rules(), on_its_day)
    assert type(fact) is PayoutMade


@pytest.mark.parametrize("days_before", [0, 10])
def test_a_benefit_that_failed_is_paid_on_a_later_day_and_stays_there(days_before: int) -> None:
    walk = begun(UNEMPLOYMENT).until("payout")
    first = payday_of(walk.case)
    walk.now = end_of_day(first - timedelta(days=days_before)) - timedelta(hours=8)
    walk.do(at_issuance, issuance.RecordPayout(officer="s", failure="account-closed"))
    walk.until("payout")
    second = payday_of(walk.case)
    assert (second.year, second.month) != (first.year, first.month)
    assert on_notice(walk, rules()) == [], "what is counted anew comes to the same day"
    walk.to_the_end()
    assert walk.case.outcome == "completed"


@pytest.mark.requirement("R-194")
def test_a_failed_deduction_is_tried_on_the_second_day_r194() -> None:
    walk = begun(CONTRIBUTIONS, situations=("flexible",)).until("payout")
    first = walk.case.payout
    (failed,) = walk.do(at_issuance, issuance.RecordPayout(officer="s", failure="funds-short"))
    assert type(failed) is PayoutFailed
    walk.until("payout")
    days = [fact.scheduled.day for fact in walk.facts if isinstance(fact, PayoutScheduled)]  # type: ignore[union-attr]
    assert days == [20, 25]
    assert walk.case.payout != first


@pytest.mark.requirement("R-029", "R-208")
def test_pushed_data_begins_a_case_without_an_applicant_r029() -> None:
    walk = begun(PUSHED)
    assert walk.case.subject == ""
    assert walk.case.contact == ()
    walk.to_the_end()
    assert walk.case.closed
    wish = replace(application(walk.item, rules(), START), initiated_by="applicant")
    with pytest.raises(ItemNotOffered):
        at_intake(Case(id="c2"), wish, rules(), START)


def test_the_procedure_is_told_stage_by_stage() -> None:
    walk = begun(HOTEL).until("step")
    told = {one["code"]: one for one in stages_told(walk.case, rules())}
    assert told["acceptance"]["state"] == "done"
    assert told["inspection"]["state"] == "now"
    assert told["decision"]["state"] == "to-come"
    assert told["rectification"]["state"] == "left-out"
    assert (told["inspection"]["zh"], told["inspection"]["en"]) == (
        "现场审查",
        "On-site inspection",
    )


# --- a notice moves the day of the money


def with_day_off(day: date, made: Rules) -> Rules:
    calendars = made.calendars.with_notice(
        "xinjiang", DaysOff(year=day.year, off={day: "古尔邦节"})
    )
    return replace(made, calendars=calendars)


def on_notice(walk: Walk, made: Rules, now: datetime | None = None) -> list[Fact]:
    return at_issuance(walk.case, issuance.MovePayday(), made, now or walk.now)


def payday_of(case: Case) -> date:
    assert case.payout is not None
    assert case.payout.day is not None
    return case.payout.day


def a_working_payday(item_id: str, **changes: Any) -> tuple[Walk, date, Rules]:
    """A case whose money waits for a working day, with the rules as they are."""
    walk = begun(item_id, **changes).until("payout")
    day = payday_of(walk.case)
    calendar = rules().calendar_of(walk.item)
    assert calendar.is_working(day)
    return walk, day, rules()


def test_a_notice_moves_a_benefit_to_the_working_day_before_and_back() -> None:
    walk, day, made = a_working_payday(UNEMPLOYMENT)
    assert on_notice(walk, made) == []
    later = with_day_off(day, made)
    (moved,) = on_notice(walk, later)
    assert isinstance(moved, PayoutScheduled)
    assert (moved.attempt, moved.scheduled) == (1, date(day.year, day.month, 18))
    assert moved.day is not None
    assert moved.day < day
    then = evolve(walk.case, Recorded(moved, walk.case.version + 1, walk.now))
    assert at_issuance(then, issuance.MovePayday(), later, walk.now) == []
    (back,) = at_issuance(then, issuance.MovePayday(), made, walk.now)
    assert isinstance(back, PayoutScheduled)
    assert back.day == day


def test_a_notice_moves_a_deduction_later_and_never_earlier() -> None:
    walk, day, made = a_working_payday(CONTRIBUTIONS, situations=("flexible",))
    (moved,) = on_notice(walk, with_day_off(day, made))
    assert isinstance(moved, PayoutScheduled)
    assert moved.day is not None
    assert moved.day > day
    then = evolve(walk.case, Recorded(moved, walk.case.version + 1, walk.now))
    assert at_issuance(then, issuance.MovePayday(), made, walk.now) == []


def test_a_timer_of_the_day_that_fires_under_a_newer_calendar_moves_it_and_is_not_late() -> None:
    walk, day, made = a_working_payday(CONTRIBUTIONS, situations=("flexible",))
    (step,) = [one for one in owed(walk.case) if one.step == "payout"]
    fire = issuance.FireTimer(step=step.step, version=step.version)
    (moved,) = at_issuance(walk.case, fire, with_day_off(day, made), step.due_at)
    assert isinstance(moved, PayoutScheduled)
    assert moved.day is not None
    assert moved.day > day
    (late,) = at_issuance(walk.case, fire, made, step.due_at)
    assert type(late).__name__ == "IssuanceStepOverdue"


def test_what_is_known_better_of_the_day_is_recorded_and_told_to_nobody() -> None:
    walk, day, made = a_working_payday(UNEMPLOYMENT)
    assert walk.case.payout is not None
    marked = replace(walk.case.payout, provisional=not walk.case.payout.provisional)
    (settled,) = at_issuance(
        replace(walk.case, payout=marked), issuance.MovePayday(), made, walk.now
    )
    assert isinstance(settled, PayoutScheduled)
    assert (settled.day, settled.why) == (day, "settled")
    assert not NOTICES[PayoutScheduled].told(settled)
    (moved,) = on_notice(walk, with_day_off(day, made))
    assert NOTICES[PayoutScheduled].told(moved)


def test_money_that_moved_or_would_move_in_the_past_stays() -> None:
    walk, day, made = a_working_payday(UNEMPLOYMENT)
    later = with_day_off(day, made)
    that_day = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    assert on_notice(walk, later, that_day) == []
    walk.now = that_day
    walk.do(at_issuance, issuance.RecordPayout(officer="s"))
    assert on_notice(walk, later) == []
