"""When applications may come in, and when a counter is open."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import (
    AnnouncedWindow,
    ClockError,
    CycleStage,
    CycleWindow,
    DayRange,
    DaysOff,
    EventWindow,
    Hours,
    MonthlyWindow,
    Window,
    WindowState,
    closing_time,
    is_open,
    next_opening,
    parse_moment,
    window_state,
    window_words,
)
from shared.clock.calendar.moments import start_of_day
from tests.support.clock_given import at, calendars, national


def state(window: Window, now: str, **happened: datetime) -> WindowState:
    return window_state(window, at(now), national(), happened=happened)


def monthly(first: int, last: int, *, working_days_only: bool = False) -> MonthlyWindow:
    return MonthlyWindow(days=DayRange(first, last), working_days_only=working_days_only)


def closes_on(window: Window, now: str) -> str | None:
    found = state(window, now)
    return found.closes.date().isoformat() if found.closes else None


def opens_on(window: Window, now: str) -> str | None:
    found = state(window, now)
    return found.next_opens.date().isoformat() if found.next_opens else None


def test_a_monthly_window_and_when_it_opens_again() -> None:
    window = monthly(1, 10)
    assert state(window, "2026-11-10T23:59").open is True
    assert state(window, "2026-11-10").closes == parse_moment("2026-11-10T23:59:59.999999+08:00")
    closed = state(window, "2026-11-21")
    assert (closed.open, closed.closes, closed.reason) == (False, None, "between-windows")
    assert closed.next_opens == parse_moment("2026-12-01T00:00+08:00")


@pytest.mark.requirement("R-045")
def test_before_day_x_includes_day_x() -> None:
    before_the_15th = monthly(1, 15)
    assert state(before_the_15th, "2026-12-15").open is True
    assert state(before_the_15th, "2026-12-16").open is False


def test_a_window_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert closes_on(monthly(1, 10), "2026-01-11") == "2026-01-12"  # the 10th is a Saturday
    assert closes_on(monthly(1, 5), "2026-10-07") == "2026-10-08"  # in National Day
    assert closes_on(monthly(1, 10), "2026-10-10") == "2026-10-10"  # a shifted Saturday
    assert state(monthly(1, 10), "2026-01-13").open is False


def test_days_1_to_30_are_closed_only_on_the_31st() -> None:
    window = monthly(1, 30)
    assert state(window, "2026-12-30").open is True
    assert state(window, "2026-12-31").open is False
    assert opens_on(window, "2026-12-31") == "2027-01-01"
    assert state(window, "2026-02-28").open is True
    assert state(window, "2026-08-31").open is True  # the 30th is a Sunday
    assert closes_on(window, "2026-08-31") == "2026-08-31"


@pytest.mark.requirement("R-046")
def test_booking_stands_beside_the_counter_window() -> None:
    """R-046: book online on days 1 to 15, bring the papers until the 21st."""
    window = MonthlyWindow(days=DayRange(1, 21), booking=DayRange(1, 15))
    found = state(window, "2026-11-18")
    assert (found.open, closes_on(window, "2026-11-18")) == (True, "2026-11-23")
    assert found.booking is not None
    assert (found.booking.open, found.booking.closes) == (False, None)
    assert found.booking.next_opens == parse_moment("2026-12-01T00:00+08:00")
    both = state(window, "2026-11-15")
    assert both.booking is not None
    assert (both.open, both.booking.open) == (True, True)
    assert both.booking.closes == parse_moment("2026-11-15T23:59:59.999999+08:00")


@pytest.mark.requirement("R-233")
def test_working_days_before_the_25th_are_open_on_working_days_alone() -> None:
    """004-025: the 25th of October 2026 is a Sunday, so Friday the 23rd is the last."""
    window = monthly(1, 25, working_days_only=True)
    assert state(window, "2026-10-23").open is True
    assert closes_on(window, "2026-10-12") == "2026-10-23"
    assert state(window, "2026-10-24").open is False
    assert opens_on(window, "2026-10-24") == "2026-11-02"
    sunday = state(window, "2026-10-11")
    assert (sunday.open, sunday.reason) == (False, "day-off")
    assert opens_on(window, "2026-10-11") == "2026-10-12"
    assert opens_on(window, "2026-10-03") == "2026-10-08"
    assert state(window, "2026-10-10").open is True  # a shifted Saturday
    assert state(window, "2026-11-25").open is True


def test_an_outside_event_opens_the_window_until_the_end_of_its_month() -> None:
    """R-047, 004-020: the wage is published, the notice received; then that month."""
    window = EventWindow(needs=("average_wage_published", "notice_received"))
    assert state(window, "2026-07-05").reason == "event-not-happened"
    wage = at("2026-06-20")
    assert state(window, "2026-07-05", average_wage_published=wage).open is False
    alone = state(window, "2026-06-25", average_wage_published=wage)
    assert (alone.open, alone.reason) == (False, "event-not-happened")
    notice = at("2026-07-08")

    def now(text: str) -> WindowState:
        return state(window, text, average_wage_published=wage, notice_received=notice)

    assert now("2026-07-07").open is False
    assert now("2026-07-07").next_opens == parse_moment("2026-07-08T00:00+08:00")
    assert now("2026-07-31").open is True
    assert now("2026-07-31").closes == parse_moment("2026-07-31T23:59:59.999999+08:00")
    assert now("2026-08-01").open is False
    # the wage may come after the notice
    late = state(
        window, "2026-07-10", average_wage_published=at("2026-07-12"), notice_received=notice
    )
    assert late.open is False


CYCLE = CycleWindow(
    stages=(
        CycleStage("notice", 7, 7),
        CycleStage("materials", 8, 9, accepts=True),
        CycleStage("review", 10, 10),
        CycleStage("approval", 11, 11),
    )
)


def test_a_yearly_cycle_by_months_is_provisional_without_its_notice() -> None:
    """R-240."""
    july = state(CYCLE, "2026-07-15")
    assert (july.open, july.stage, july.provisional) == (False, "notice", True)
    assert july.next_opens == parse_moment("2026-08-01T00:00+08:00")
    august = state(CYCLE, "2026-08-15")
    assert (august.open, august.stage) == (True, "materials")
    assert closes_on(CYCLE, "2026-08-15") == "2026-09-30"
    october = state(CYCLE, "2026-10-15")
    assert (october.open, october.stage) == (False, "review")
    assert opens_on(CYCLE, "2026-10-15") == "2027-08-01"
    assert state(CYCLE, "2026-12-15").stage == ""


@pytest.mark.requirement("R-240")
def test_the_notice_of_the_year_sets_the_cycle() -> None:
    announced = CycleWindow(
        stages=CYCLE.stages, announced={2026: (date(2026, 8, 10), date(2026, 9, 18))}
    )
    early = state(announced, "2026-08-05")
    assert (early.open, early.provisional) == (False, False)
    assert opens_on(announced, "2026-08-05") == "2026-08-10"
    assert closes_on(announced, "2026-09-01") == "2026-09-18"
    assert state(announced, "2026-09-19").open is False


def test_a_window_somebody_else_sets_is_unknown_until_it_is_announced() -> None:
    assert state(AnnouncedWindow(), "2026-11-21").open is None
    window = AnnouncedWindow(periods=((date(2026, 12, 1), date(2026, 12, 12)),))
    assert state(window, "2026-11-21").open is False
    assert opens_on(window, "2026-11-21") == "2026-12-01"
    assert closes_on(window, "2026-12-13") == "2026-12-14"  # the 12th is a Saturday
    assert state(window, "2026-12-15").open is None


def test_a_window_in_a_province_is_incomplete_like_everything_else() -> None:
    found = window_state(monthly(1, 10), at("2026-11-05"), calendars().of("xinjiang"))
    assert found.incomplete == ("xinjiang:2026",)
    assert state(monthly(1, 10), "2026-12-20").provisional is True


def test_the_edges_of_the_calendar_have_windows_too() -> None:
    assert state(monthly(1, 10), "2004-01-05").open is True
    assert state(monthly(1, 10), "2099-12-05").open is True


def test_bad_windows_are_refused() -> None:
    with pytest.raises(ClockError, match="15 to 1 are not days"):
        DayRange(15, 1)
    with pytest.raises(ClockError, match="must name the event"):
        EventWindow(needs=())
    with pytest.raises(ClockError, match="exactly one stage"):
        CycleWindow(stages=(CycleStage("notice", 7, 7),))
    with pytest.raises(ClockError, match="no months in order"):
        CycleWindow(stages=(CycleStage("notice", 9, 8, accepts=True),))
    with pytest.raises(ClockError, match="announces no days of 2026"):
        CycleWindow(stages=CYCLE.stages, announced={2026: (date(2027, 1, 1), date(2027, 1, 2))})
    with pytest.raises(ClockError, match="before it starts"):
        AnnouncedWindow(periods=((date(2026, 1, 2), date(2026, 1, 1)),))
    with pytest.raises(ClockError, match="no offset"):
        window_state(monthly(1, 10), datetime(2026, 1, 1), national())  # noqa: DTZ001


@pytest.mark.parametrize(
    ("window", "now", "zh", "en"),
    [
        (
            monthly(1, 10),
            "2026-11-21",
            "现在不在办理期间，下一次自 2026-12-01（周二） 起。",
            "Closed now; opens again on 2026-12-01 (Tue).",
        ),
        (
            monthly(1, 10),
            "2026-11-05",
            "现在可以办理，至 2026-11-10（周二） 截止，下一次自 2026-12-01（周二） 起。",
            "Open until 2026-11-10 (Tue); opens again on 2026-12-01 (Tue).",
        ),
        (AnnouncedWindow(), "2026-11-05", "办理期间尚未公布。", "The days are not announced yet."),
        (
            EventWindow(needs=("notice_received",)),
            "2026-11-05",
            "办理期间须待相关通知发布后开放。",
            "It opens when the notice for it is out; not yet.",
        ),
    ],
)
def test_a_window_is_told_in_both_languages(window: Window, now: str, zh: str, en: str) -> None:
    assert window_words(state(window, now)) == (zh, en)


ranges = st.tuples(st.integers(1, 31), st.integers(1, 31)).map(sorted)


@settings(deadline=None)  # a busy machine is no counterexample
@given(
    days=ranges,
    working_days_only=st.booleans(),
    day=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_open_closed_and_the_next_opening_agree(
    *, days: list[int], working_days_only: bool, day: date
) -> None:
    window = monthly(*days, working_days_only=working_days_only)
    now = start_of_day(day)
    found = window_state(window, now, national())
    if found.open:
        assert found.closes is not None
        assert found.closes > now
        assert national().is_working(found.closes.date())
        assert window_state(window, found.closes, national()).open
    elif days[1] >= day.day >= days[0]:
        assert working_days_only
        assert not national().is_working(day)
    if found.next_opens is not None:
        assert found.next_opens > now
        assert window_state(window, found.next_opens, national()).open
    between = day
    while found.open is False and start_of_day(between) < (found.next_opens or now):
        assert window_state(window, start_of_day(between), national()).open is False
        between += timedelta(days=1)


SEASONAL = Hours(
    sessions={
        "summer": ((time(10), time(14)), (time(16), time(20))),
        "winter": ((time(10), time(13, 30)), (time(15, 30), time(19, 30))),
    }
)


@pytest.mark.requirement("R-230")
def test_hours_follow_the_seasons_of_the_province_s_notice() -> None:
    notice = DaysOff(year=2026, seasons={date(2026, 5, 1): "summer", date(2026, 10, 1): "winter"})
    place = calendars().with_notice("xinjiang", notice).of("xinjiang")
    assert is_open(SEASONAL, at("2026-06-15T13:45"), place) is True
    assert is_open(SEASONAL, at("2026-11-16T13:45"), place) is False
    assert is_open(SEASONAL, at("2026-11-15T11:00"), place) is False  # a Sunday
    assert is_open(SEASONAL, at("2026-11-16T10:00"), place) is True
    assert is_open(SEASONAL, at("2026-11-16T13:30"), place) is False
    assert closing_time(SEASONAL, date(2026, 6, 15), place) == parse_moment(
        "2026-06-15T20:00+08:00"
    )
    assert next_opening(SEASONAL, at("2026-06-15T14:00"), place) == parse_moment(
        "2026-06-15T16:00+08:00"
    )
    assert next_opening(SEASONAL, at("2026-06-19T21:00"), place) == parse_moment(
        "2026-06-22T10:00+08:00"
    )
    assert next_opening(SEASONAL, at("2026-06-15T16:30"), place) == at("2026-06-15T16:30")


def test_without_the_notice_the_season_is_unknown_and_not_guessed() -> None:
    place = calendars().of("xinjiang")
    assert is_open(SEASONAL, at("2026-06-15T11:00"), place) is None
    assert closing_time(SEASONAL, date(2026, 6, 15), place) is None
    assert next_opening(SEASONAL, at("2026-06-15T11:00"), place) is None
    # last year's notice does not speak for this year
    notice = DaysOff(year=2025, seasons={date(2025, 5, 1): "summer", date(2025, 10, 1): "winter"})
    last_year = calendars().with_notice("xinjiang", notice).of("xinjiang")
    assert is_open(SEASONAL, at("2026-01-12T11:00"), last_year) is None
    # before the first date of the only notice nobody knows either
    assert is_open(SEASONAL, at("2025-02-10T11:00"), last_year) is None


@pytest.mark.requirement("R-231")
def test_24_hours_are_open_on_days_off_too() -> None:
    assert is_open(Hours(always=True), at("2026-10-01T03:00"), national()) is True


def test_sessions_must_be_in_order() -> None:
    with pytest.raises(ClockError, match="not in order"):
        Hours(sessions={"all": ((time(14), time(10)),)})
    with pytest.raises(ClockError, match="no session"):
        Hours(sessions={"all": ()})
    with pytest.raises(ClockError, match="local time"):
        Hours(sessions={"all": ((at("2026-01-01").timetz(), at("2026-01-01T11:00").timetz()),)})
