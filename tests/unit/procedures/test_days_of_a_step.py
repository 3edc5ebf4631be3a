"""A step that has days of its own cannot end before they are over, and is late only after them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.review.steps import StepNotOver
from shared.case import Case, Rules, owed
from shared.case.deciding.stages_shown import stages_told
from shared.case.next.owed import PACE
from shared.case.review.steps import StepCompleted, Term
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.outcome import Modifier
from shared.catalogue.rules.procedure import Change, Procedures, packaged_procedures
from shared.clock import DaysOff, end_of_day, packaged_calendars
from shared.clock.calendar.moments import utc
from tests.support.commands import at_review, review
from tests.support.given import rules
from tests.support.inspecting import found_for
from tests.support.walking import OFFICER, Walk, open_at

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday
HOTEL = "000-09"
SHOWN = {"where": "一楼大厅"}


def inspected(since: date, until: date) -> Walk:
    """A case whose inspection lasts from one day to another."""
    item = rules().catalogue.item(HOTEL)
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.submit()
    walk.until("step")
    walk.do(at_review, review.StartStep(step="inspection", **OFFICER))
    terms = {"inspection": Term(since=since, until=until, shown=SHOWN)}
    walk.case = replace(walk.case, terms=terms)
    return walk


def complete(case: Case, outcome: Any = "passed", *, now: datetime = START) -> review.CompleteStep:
    found = found_for(case, "inspection", outcome, rules(), now)
    return review.CompleteStep(step="inspection", outcome=outcome, **found, **OFFICER)


@given(
    st.integers(0, 400),
    st.integers(-500 * 24 * 60, 500 * 24 * 60),
    st.sampled_from(["passed", "failed", "rectify"]),
)
def test_it_ends_after_its_last_day_and_never_before(days: int, minutes: int, outcome: Any) -> None:
    until = date(2026, 3, 2) + timedelta(days=days)
    case = inspected(date(2026, 3, 2), until).case
    now = utc(end_of_day(until)) + timedelta(minutes=minutes)
    if now <= utc(end_of_day(until)):
        with pytest.raises(StepNotOver) as refusal:
            at_review(case, complete(case, outcome, now=now), rules(), now)
        assert refusal.value.fields["until"] == until.isoformat()
    else:
        done = at_review(case, complete(case, outcome, now=now), rules(), now)[0]
        assert isinstance(done, StepCompleted)
        bare = replace(done, points=(), rectify_by=None)
        assert bare == StepCompleted(step="inspection", outcome=outcome, officer="staff-1")


def test_it_is_late_a_desks_time_after_its_days() -> None:
    until = date(2026, 3, 20)
    (step,) = [s for s in owed(inspected(date(2026, 3, 2), until).case) if s.step[:5] == "step:"]
    assert step.due_at == utc(end_of_day(until)) + PACE.desk


def test_what_is_done_again_has_days_of_its_own_again() -> None:
    walk = inspected(date(2026, 3, 2), date(2026, 3, 3))
    walk.now += timedelta(days=5)
    walk.do(at_review, complete(walk.case, "rectify", now=walk.now))
    assert walk.case.terms == {}
    walk = inspected(date(2026, 3, 2), date(2026, 3, 3))
    walk.now += timedelta(days=5)
    walk.do(at_review, complete(walk.case))
    assert set(walk.case.terms) == {"inspection"}


def test_the_stages_say_from_when_until_when_and_what_is_public() -> None:
    walk = inspected(date(2026, 3, 2), date(2026, 3, 20))
    told = {one["code"]: one for one in stages_told(walk.case, rules())}
    assert told["inspection"]["since"] == "2026-03-02"
    assert told["inspection"]["until"] == "2026-03-20"
    assert told["inspection"]["shown"] == SHOWN
    assert "until" not in told["acceptance"]


# --- how many days: what the item prints


def lasting(params: dict[str, Any], off: frozenset[date] = frozenset()) -> tuple[Rules, Case]:
    """A case whose item prints how long its inspection lasts; `off`: more days off of 2026."""
    packaged = packaged_procedures()
    change = Change(add=("inspection",), lasting=True)
    made = Procedures(packaged.stages.values(), packaged.templates.values(), {"inspection": change})
    item = rules().catalogue.item(HOTEL)
    modifiers = (Modifier(kind="inspection", params=params),)
    changed = Item(text=replace(item.text, modifiers=modifiers), hash=item.hash)
    calendars = packaged_calendars()
    if off:
        days = dict.fromkeys(sorted(off), "放假")
        calendars = calendars.with_notice("xinjiang", DaysOff(year=2026, off=days))
    found = Rules(Catalogue([changed], version="v"), calendars, procedures=made)
    return found, inspected(date(2026, 3, 2), date(2026, 3, 2)).case


DAYS_2026 = st.dates(date(2026, 5, 10), date(2026, 8, 31))


@given(st.integers(1, 30), DAYS_2026, st.frozensets(DAYS_2026, max_size=20))
def test_printed_working_days_are_counted_by_the_calendar_from_the_day_after(
    days: int, since: date, off: frozenset[date]
) -> None:
    found, case = lasting({"days": days}, off)
    calendar = found.calendar_of(found.item_of(case))
    counted, last = 0, since
    while counted < days:
        last += timedelta(days=1)
        counted += calendar.is_working(last)
    assert found.earliest_end(case, "inspection", since) == last


@given(st.integers(1, 30), DAYS_2026)
def test_printed_calendar_days_end_on_a_working_day(days: int, since: date) -> None:
    found, case = lasting({"days": days, "unit": "calendar_days"})
    calendar = found.calendar_of(found.item_of(case))
    last = since + timedelta(days=days)
    while not calendar.is_working(last):
        last += timedelta(days=1)
    assert found.earliest_end(case, "inspection", since) == last


def test_where_nothing_is_printed_the_first_day_may_be_the_last() -> None:
    found, case = lasting({})
    assert found.earliest_end(case, "inspection", date(2026, 5, 10)) == date(2026, 5, 10)
    assert found.earliest_end(case, "nowhere", date(2026, 5, 10)) == date(2026, 5, 10)


@pytest.mark.parametrize("wrong", [{"days": "five"}, {"days": 0}, {"days": 5, "unit": "weeks"}])
def test_a_number_of_days_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    found, case = lasting(wrong)
    with pytest.raises(msgspec.ValidationError):
        found.procedure(found.item_of(case), Choices(), "")
