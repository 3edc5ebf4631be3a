"""A public notice (公示) hangs for its days: text, place, from, until; its step ends after them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.notify.words.table import words_of
from services.review.steps import (
    NoticeDaysImpossible,
    NoticeNotPublished,
    StepNotNext,
    StepNotOver,
    can_publish,
    can_step,
)
from services.review.topics import REVIEW
from services.review.view import view as review_view
from shared.case import Rules, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.fact import StepOverdue
from shared.case.next.owed import PACE
from shared.case.review.limits import ClockPaused, ClockResumed
from shared.case.review.steps import PublicNoticePublished, StepCompleted, StepStarted, Term
from shared.casework.topics import NotPossibleNow, OwnApplication
from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.catalogue.definition.outcome import Modifier
from shared.catalogue.rules.procedure import packaged_procedures
from shared.clock import DaysOff, end_of_day, local_day, packaged_calendars
from shared.clock.calendar.moments import utc
from tests.support.commands import at_review, review
from tests.support.given import rules
from tests.support.walking import OFFICER, Walk, open_at

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday
REPORT, SUBSIDY = "003-085", "004-073"
SINCE, UNTIL = date(2026, 3, 2), date(2026, 3, 13)
WORDS = {"text": "拟发放稳岗补贴\n如有异议请提出", "place": "一楼公告栏"}


def at_notice(item_id: str, made: Rules | None = None) -> Walk:
    """A case whose next step is a public notice."""
    found = made or rules()
    item = found.catalogue.item(item_id)
    walk = Walk(item, found, open_at(item, found, START))
    walk.submit()
    return walk.until("step")


def wish(step: str = "public-notice", **changes: Any) -> review.PublishNotice:
    told = {"step": step, "since": SINCE, "until": UNTIL, **WORDS, **OFFICER, **changes}
    return review.PublishNotice(**told)


def complete(outcome: Any = "passed", step: str = "public-notice") -> review.CompleteStep:
    return review.CompleteStep(step=step, outcome=outcome, **OFFICER)


def with_days(params: dict[str, Any], off: frozenset[date] = frozenset()) -> Rules:
    """The rules where the subsidy's item prints the days of its notice; `off`: more days off."""
    item = rules().catalogue.item(SUBSIDY)
    modifiers = (Modifier(kind="public-notice", params=params),)
    changed = Item(text=replace(item.text, modifiers=modifiers), hash=item.hash)
    calendars = packaged_calendars()
    if off:
        days = dict.fromkeys(sorted(off), "放假")
        calendars = calendars.with_notice("xinjiang", DaysOff(year=2026, off=days))
    return Rules(Catalogue([changed], version="v"), calendars)


def test_it_begins_when_it_is_published() -> None:
    walk = at_notice(SUBSIDY)
    assert can_publish(walk.case)
    assert not can_step(walk.case)
    for early in (
        review.StartStep(step="public-notice", **OFFICER),
        complete(),
        complete("failed"),
    ):
        with pytest.raises(NoticeNotPublished) as refusal:
            walk.do(at_review, early)
        assert refusal.value.actions == ("assignment", "public-notice")
    published, started = walk.do(at_review, wish())
    assert published == PublicNoticePublished(
        step="public-notice", officer="staff-1", since=SINCE, until=UNTIL, **WORDS
    )
    assert started == StepStarted(step="public-notice", officer="staff-1")
    assert walk.case.terms["public-notice"] == Term(SINCE, UNTIL, WORDS)
    assert status(walk.case) == "public-notice"
    assert can_step(walk.case)
    assert not can_publish(walk.case)


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_it_ends_in_either_way_only_after_its_last_day_in_china(outcome: Any) -> None:
    walk = at_notice(SUBSIDY)
    walk.do(at_review, wish())
    last = datetime(2026, 3, 13, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Asia/Shanghai
    with pytest.raises(StepNotOver) as refusal:
        at_review(walk.case, complete(outcome), rules(), last)
    assert refusal.value.code == "step-not-over"
    assert refusal.value.fields["until"] == "2026-03-13"
    done = at_review(walk.case, complete(outcome), rules(), last + timedelta(seconds=1))
    assert done[0] == StepCompleted(step="public-notice", outcome=outcome, officer="staff-1")


def test_an_objection_leaves_a_refusal() -> None:
    walk = at_notice(SUBSIDY)
    walk.refuse = True
    walk.to_the_end()
    assert walk.case.outcome == "refused"
    assert walk.case.steps["public-notice"].outcome == "failed"


DAYS_2026 = st.dates(date(2026, 5, 10), date(2026, 8, 31))


@given(
    st.integers(1, 30),
    st.sampled_from(["working_days", "calendar_days"]),
    st.frozensets(DAYS_2026, max_size=20),
    st.integers(0, 40),
    st.integers(0, 60 * 24 * 60),
)
def test_it_never_ends_before_its_printed_days_are_over_whatever_the_calendar(
    days: int, unit: Any, off: frozenset[date], ahead: int, minutes: int
) -> None:
    made = with_days({"days": days, "unit": unit}, off)
    walk = at_notice(SUBSIDY, made)
    walk.now = datetime(2026, 5, 10, 4, tzinfo=UTC)
    since = date(2026, 5, 10) + timedelta(days=ahead)
    walk.do(at_review, wish(since=since, until=None))
    until = walk.case.terms["public-notice"].until
    calendar = made.calendar_of(walk.item)
    between = [since + timedelta(days=n) for n in range(1, (until - since).days + 1)]
    counted = between if unit == "calendar_days" else [d for d in between if calendar.is_working(d)]
    assert len(counted) >= days
    assert calendar.is_working(until)
    now = walk.now + timedelta(minutes=minutes)
    if local_day(now) <= until:
        with pytest.raises(StepNotOver):
            at_review(walk.case, complete(), made, now)
    else:
        assert at_review(walk.case, complete(), made, now)


def test_it_may_hang_longer_than_is_printed_and_never_shorter() -> None:
    made = with_days({"days": 5})
    for until in (date(2026, 3, 8), SINCE):
        with pytest.raises(NoticeDaysImpossible) as refusal:
            at_notice(SUBSIDY, made).do(at_review, wish(until=until))
        assert refusal.value.fields["until_from"] == "2026-03-09"
    walk = at_notice(SUBSIDY, made)
    walk.do(at_review, wish(until=date(2026, 3, 20)))
    assert walk.case.terms["public-notice"].until == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("changes", "bound"),
    [
        ({"since": date(2026, 3, 1)}, "since_from"),
        ({"since": date(2028, 1, 1), "until": date(2028, 2, 1)}, "since_from"),
        ({"since": date.max, "until": date.max}, "since_from"),
        ({"until": None}, "until_from"),
        ({"until": date(2026, 3, 1)}, "until_from"),
        ({"until": date(2027, 3, 4)}, "until_to"),
    ],
)
def test_impossible_days_are_refused_with_their_bounds(changes: dict[str, Any], bound: str) -> None:
    walk = at_notice(SUBSIDY)
    with pytest.raises(NoticeDaysImpossible) as refusal:
        walk.do(at_review, wish(**changes))
    assert bound in refusal.value.fields


def test_the_same_again_adds_nothing_and_another_text_is_refused() -> None:
    walk = at_notice(SUBSIDY)
    walk.do(at_review, wish())
    assert walk.do(at_review, wish()) == []
    assert walk.do(at_review, wish(until=None)) == []
    for changes in ({"text": "另一公示"}, {"place": "二楼"}, {"until": date(2026, 3, 20)}):
        with pytest.raises(NotPossibleNow):
            walk.do(at_review, wish(**changes))


def test_it_is_published_in_its_place_and_by_nobody_for_themselves() -> None:
    walk = at_notice(REPORT)
    with pytest.raises(StepNotNext):
        walk.do(at_review, wish())
    own = wish("public-notice-acceptance", own_subject=walk.case.subject)
    with pytest.raises(OwnApplication):
        walk.do(at_review, own)
    inspected = at_notice("000-09")
    with pytest.raises(NotPossibleNow):
        inspected.do(at_review, wish("inspection"))


def test_an_unpublished_one_is_late_as_any_step_and_a_published_one_after_its_days() -> None:
    walk = at_notice(SUBSIDY)
    (step,) = [one for one in owed(walk.case) if one.step == "step:public-notice"]
    assert step.due_at < walk.now + PACE.desk + timedelta(minutes=1)
    walk.do(at_review, wish())
    (step,) = [one for one in owed(walk.case) if one.step == "step:public-notice"]
    assert step.due_at == utc(end_of_day(UNTIL)) + PACE.desk
    walk.now = step.due_at
    (late,) = walk.do(at_review, review.FireTimer(step=step.step, version=step.version))
    assert isinstance(late, StepOverdue)
    assert walk.next().step == "step:public-notice"  # type: ignore[union-attr]


def test_the_clock_stands_still_where_the_limit_excludes_notices() -> None:
    item = rules().catalogue.item(SUBSIDY)
    limits = tuple(
        replace(one, exclusions=frozenset({"public_notice"})) for one in item.text.limits
    )
    changed = Item(text=replace(item.text, limits=limits), hash=item.hash)
    walk = at_notice(SUBSIDY, replace(rules(), catalogue=Catalogue([changed], version="v")))
    _, _, paused = walk.do(at_review, wish())
    assert paused == ClockPaused(cause="public_notice", limits=("promised",))
    walk.now = utc(end_of_day(UNTIL))
    assert ClockResumed(cause="public_notice") in walk.do(at_review, complete())


def test_the_stages_the_desk_and_the_applicant_are_told_of_it() -> None:
    walk = at_notice(SUBSIDY)
    assert REVIEW.possible(walk.case) == ("assignment", "public-notice")
    (published, _) = walk.do(at_review, wish())
    told = {one["code"]: one for one in stages_told(walk.case, rules())}["public-notice"]
    assert (told["state"], told["since"], told["until"]) == ("now", "2026-03-02", "2026-03-13")
    assert told["shown"] == WORDS
    assert told in review_view(walk.case, rules())["stages"]
    words = words_of(published, walk.case, walk.item)
    days = (("2026年3月2日", "2026年3月13日"), ("2026-03-02", "2026-03-13"))
    for sentence, (since, until) in zip((words.zh, words.en), days, strict=True):
        assert since in sentence
        assert until in sentence
        assert "一楼公告栏" in sentence
        assert "拟发放" not in sentence


@pytest.mark.parametrize(
    "wrong", [{"text": " \n"}, {"place": ""}, {"step": ""}, {"until": date(2026, 3, 1)}]
)
def test_the_fact_itself_has_its_words_and_its_days_in_order(wrong: dict[str, Any]) -> None:
    fine = {"step": "public-notice", "officer": "s", "since": SINCE, "until": UNTIL, **WORDS}
    with pytest.raises(ValueError, match="PublicNoticePublished"):
        PublicNoticePublished(**{**fine, **wrong})  # type: ignore[arg-type]


# --- beside it: the cases whose procedure was recorded before there was this kind


def as_before(walk: Walk) -> Walk:
    """The same case with the stages as an older edition recorded them: plain steps."""
    submission = walk.case.submission
    assert submission is not None
    plain = {"public-notice", "public-notice-acceptance"}
    stages = tuple(
        replace(one, kind="step") if one.code in plain else one for one in submission.fact.stages
    )
    walk.case = replace(
        walk.case, submission=replace(submission, fact=replace(submission.fact, stages=stages))
    )
    return walk


def test_a_case_of_before_keeps_its_plain_step() -> None:
    walk = as_before(at_notice(REPORT))
    assert can_step(walk.case)
    assert not can_publish(walk.case)
    with pytest.raises(NotPossibleNow):
        walk.do(at_review, wish("public-notice-acceptance"))
    facts = walk.do(at_review, review.StartStep(step="public-notice-acceptance", **OFFICER))
    assert [type(fact) for fact in facts] == [StepStarted]
    walk.do(at_review, complete(step="public-notice-acceptance"))
    assert status(walk.case) == "public-notice"
    walk.to_the_end()
    assert walk.case.outcome == "delivered"
    assert walk.case.terms == {}


def test_both_work_side_by_side_under_the_same_rules() -> None:
    old, new = as_before(at_notice(REPORT)), at_notice(REPORT)
    assert {one.kind for one in new.case.stages if one.is_step} == {"public-notice"}
    assert {one.kind for one in old.case.stages if one.is_step} == {"step"}
    assert old.to_the_end().case.outcome == new.to_the_end().case.outcome == "delivered"
    assert set(new.case.terms) == {"public-notice-acceptance", "public-notice"}


def test_the_items_with_a_public_notice_are_those_that_print_one() -> None:
    with_notice = {
        item.id
        for item in packaged_catalogue().items()
        if any(one.kind == "public-notice" for one in item.text.modifiers)
    }
    assert with_notice == {"003-085", "003-086", "004-073", "004-074"}
    kinds = {
        stage.code
        for stage in packaged_procedures().stages.values()
        if stage.kind == "public-notice"
    }
    assert kinds == {"public-notice", "public-notice-acceptance"}
