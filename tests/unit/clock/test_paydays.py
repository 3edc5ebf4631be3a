"""Pay-out and deduction days, R-194 to R-197."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import ClockError, PayDay, Payday, payday
from tests.support.clock_given import calendars, national

UNEMPLOYMENT = [PayDay(purpose="benefit", day=18)]
SUPPLEMENTARY = [PayDay(purpose="deduction", weekday=2)]
CONTRIBUTIONS = [
    PayDay(purpose="deduction", day=20, party="flexible"),
    PayDay(purpose="deduction", day=25, party="flexible", attempt=2),
    PayDay(purpose="deduction", day=18, party="unit"),
    PayDay(purpose="deduction", day=25, party="unit", attempt=2),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid(after: str) -> str:
    return payday(UNEMPLOYMENT, day(after), national()).date.isoformat()


def deducted(after: str, *, party: str = "unit", attempt: int = 1) -> str:
    found = payday(CONTRIBUTIONS, day(after), national(), party=party, attempt=attempt)
    return found.date.isoformat()


def test_the_first_scheduled_day_strictly_after_the_given_date() -> None:
    assert paid("2026-11-17") == "2026-11-18"
    assert paid("2026-11-18") == "2026-12-18"
    assert paid("2026-11-21") == "2026-12-18"


def test_a_benefit_on_a_day_off_is_paid_the_working_day_before() -> None:
    found = payday(UNEMPLOYMENT, day("2026-10-10"), national())
    assert (found.date, found.scheduled) == (day("2026-10-16"), day("2026-10-18"))
    assert found.zh == "2026-10-18 为周末，提前至前一个工作日 2026-10-16 发放。"
    assert "the working day before, 2026-10-16" in found.en


def test_a_benefit_that_moved_to_a_day_gone_by_waits_for_the_next() -> None:
    assert paid("2026-10-15") == "2026-10-16"
    assert paid("2026-10-16") == "2026-11-18"
    assert paid("2026-10-17") == "2026-11-18"


def test_a_deduction_on_a_day_off_is_made_the_working_day_after() -> None:
    assert deducted("2026-10-10") == "2026-10-19"
    assert deducted("2026-10-18") == "2026-11-18"  # the scheduled day is not after itself
    assert payday(SUPPLEMENTARY, day("2026-09-29"), national()).date == day("2026-10-08")


def test_tuesday_is_weekday_2() -> None:
    found = payday(SUPPLEMENTARY, day("2026-11-17"), national())
    assert found.date == day("2026-11-24")
    assert found.date.isoweekday() == 2


@pytest.mark.requirement("R-194")
def test_parties_and_attempts() -> None:
    assert deducted("2026-11-10", party="flexible") == "2026-11-20"
    assert deducted("2026-11-10", party="unit") == "2026-11-18"
    assert deducted("2026-11-21", party="unit", attempt=2) == "2026-11-25"
    assert deducted("2026-11-21", party="flexible", attempt=2) == "2026-11-25"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"attempt": 1}, "Say for whom: flexible or unit"),
        ({"party": "moon"}, "no pay day for 'moon'"),
        ({"party": "unit", "attempt": 3}, "no attempt 3 in this schedule; it has 1, 2"),
    ],
)
def test_what_the_schedule_does_not_know_is_said(asked: dict[str, str], sentence: str) -> None:
    with pytest.raises(ClockError, match=sentence):
        payday(CONTRIBUTIONS, day("2026-11-21"), national(), **asked)  # type: ignore[arg-type]


def test_a_schedule_without_parties_is_for_everybody() -> None:
    assert payday(UNEMPLOYMENT, day("2026-11-21"), national(), party="unit").date == (
        day("2026-12-18")
    )


def test_a_short_month_pays_on_its_last_day() -> None:
    late = [PayDay(purpose="deduction", day=31)]
    assert payday(late, day("2026-04-01"), national()).date == day("2026-04-30")


def test_marks_of_the_calendar_are_passed_on() -> None:
    found = payday(UNEMPLOYMENT, day("2026-12-20"), calendars().of("xinjiang"))
    assert found.provisional
    assert found.incomplete == ("xinjiang:2027",)


@settings(deadline=None)  # a busy machine is no counterexample
@given(
    st.dates(date(2024, 1, 1), date(2026, 11, 30)),
    st.sampled_from([UNEMPLOYMENT, SUPPLEMENTARY, [PayDay(purpose="benefit", weekday=5)]]),
)
def test_money_always_moves_later_and_on_a_working_day(after: date, schedule: list[PayDay]) -> None:
    found: Payday = payday(schedule, after, national())
    assert found.date > after
    assert found.scheduled > after
    assert national().is_working(found.date)
