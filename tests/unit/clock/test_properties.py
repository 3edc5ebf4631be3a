"""What must hold for every start, every limit and every pause; against a naive oracle.

The oracle walks day by day and asks the seed library whether a day is worked; it shares no code
with the clock.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import Due, Extension, Limit, Pause, due, explain
from shared.clock.calendar.moments import start_of_day
from tests.support.clock_given import calendars, limit, national

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
LONGEST = 120
ONE_DAY = timedelta(days=1)
SATURDAY = 5


def worked(day: date) -> bool:
    if day.year > LAST.year:  # nothing is announced: by the week alone, and marked
        return day.weekday() < SATURDAY
    return bool(chinese_calendar.is_workday(day))


def oracle(start: date, n: int, unit: str, pauses: Sequence[Pause] = ()) -> date:
    """The last day, counted one by one; rolled to a working day that is not paused."""
    excluded = {
        pause.start + timedelta(days=k)
        for pause in pauses
        for k in range(1, ((pause.end or pause.start) - pause.start).days + 1)
    }
    day, left = start, n
    while left:
        day += ONE_DAY
        left -= day not in excluded and (unit == "calendar_days" or worked(day))
    while not worked(day) or day in excluded:
        day += ONE_DAY
    return day


def ends(one: Limit, start: date, pauses: Sequence[Pause] = ()) -> date:
    answer: Due = due(one, start_of_day(start), national(), pauses=pauses)
    assert answer.date is not None
    return answer.date


def test_every_day_from_2024_to_2026_and_every_limit_from_0_to_120() -> None:
    """One walk for each start day gives the oracle's answers for all limits at once."""
    working = [limit(n) for n in range(LONGEST + 1)]
    calendar_days = [limit(n, "calendar_days") for n in range(LONGEST + 1)]
    horizon = [FIRST + timedelta(days=k) for k in range((LAST - FIRST).days + 1 + 250)]
    is_worked = [worked(day) for day in horizon]
    rolled = list(range(len(horizon)))
    for k in range(len(horizon) - 2, -1, -1):
        if not is_worked[k]:
            rolled[k] = rolled[k + 1]
    calendar, wrong = national(), []
    for index in range((LAST - FIRST).days + 1):
        start = start_of_day(horizon[index])
        after = [k for k in range(index + 1, index + 250) if is_worked[k]]
        for n in range(LONGEST + 1):
            expected = horizon[after[n - 1] if n else rolled[index]]
            if due(working[n], start, calendar).date != expected:
                wrong.append((start, n, "working_days"))
            if due(calendar_days[n], start, calendar).date != horizon[rolled[index + n]]:
                wrong.append((start, n, "calendar_days"))
    assert wrong == []


starts = st.dates(FIRST, LAST)
units = st.sampled_from(["working_days", "calendar_days"])
numbers = st.integers(0, LONGEST)
pause_lists = st.lists(
    st.builds(
        lambda start, days: Pause(start, start + timedelta(days=days)),
        st.dates(FIRST, date(2027, 3, 1)),
        st.integers(0, 60),
    ),
    max_size=4,
)


@settings(deadline=None)  # a busy machine is no counterexample
@given(starts, numbers, units, pause_lists)
def test_with_pauses_the_oracle_agrees(start: date, n: int, unit: str, pauses: list[Pause]) -> None:
    assert ends(limit(n, unit), start, pauses) == oracle(start, n, unit, pauses)


@st.composite
def near_pauses(draw: st.DrawFn) -> tuple[date, list[Pause]]:
    """A start and pauses close to it, so that they meet the limit and each other."""
    start = draw(starts)
    pauses = []
    for _ in range(draw(st.integers(1, 4))):
        begin = start + timedelta(days=draw(st.integers(-10, 40)))
        pauses.append(Pause(begin, begin + timedelta(days=draw(st.integers(0, 15)))))
    return start, pauses


@given(near_pauses(), st.integers(0, 30), units)
@settings(deadline=None, max_examples=300)
def test_with_pauses_that_meet_the_limit_the_oracle_agrees(
    asked: tuple[date, list[Pause]], n: int, unit: str
) -> None:
    start, pauses = asked
    expected = oracle(start, n, unit, pauses)
    assert ends(limit(n, unit), start, pauses) == expected
    assert ends(limit(n, unit), start, list(reversed(pauses))) == expected


@settings(deadline=None)  # a busy machine is no counterexample
@given(near_pauses(), st.integers(0, 30), units, st.integers(1, 20))
def test_a_later_start_never_gives_an_earlier_end(
    asked: tuple[date, list[Pause]], n: int, unit: str, later: int
) -> None:
    start, pauses = asked
    one = limit(n, unit)
    assert ends(one, start + timedelta(days=later), pauses) >= ends(one, start, pauses)


@settings(deadline=None)  # a busy machine is no counterexample
@given(starts, numbers, st.integers(1, 20), st.sampled_from(["months", "years"]))
def test_a_later_start_never_gives_an_earlier_end_in_months(
    start: date, n: int, later: int, unit: str
) -> None:
    one = limit(n % 13, unit)
    assert ends(one, start + timedelta(days=later)) >= ends(one, start)


@settings(deadline=None)  # a busy machine is no counterexample
@given(near_pauses(), st.integers(0, 30), units, st.integers(1, 20))
def test_a_longer_pause_never_gives_an_earlier_end(
    asked: tuple[date, list[Pause]], n: int, unit: str, longer: int
) -> None:
    start, (first, *rest) = asked
    assert first.end is not None
    extended = Pause(first.start, first.end + timedelta(days=longer))
    one = limit(n, unit)
    assert ends(one, start, [extended, *rest]) >= ends(one, start, [first, *rest])


@settings(deadline=None)  # a busy machine is no counterexample
@given(near_pauses(), st.integers(0, 30), units, st.data())
def test_splitting_a_pause_at_a_shared_day_changes_nothing(
    asked: tuple[date, list[Pause]], n: int, unit: str, data: st.DataObject
) -> None:
    start, (first, *rest) = asked
    assert first.end is not None
    shared = data.draw(st.dates(first.start, first.end))
    halves = [Pause(first.start, shared), Pause(shared, first.end)]
    one = limit(n, unit)
    assert ends(one, start, [*rest, *halves]) == ends(one, start, [first, *rest])


@settings(deadline=None)  # a busy machine is no counterexample
@given(near_pauses(), st.integers(1, 30), st.integers(1, 30), units)
def test_an_extension_is_a_longer_limit_and_nothing_else(
    asked: tuple[date, list[Pause]], n: int, more: int, unit: str
) -> None:
    start, pauses = asked
    printed = limit(n, unit, extension=Extension(n=more))
    found = due(printed, start_of_day(start), national(), pauses=pauses, extended=True)
    assert found.date == ends(limit(n + more, unit), start, pauses)


@given(near_pauses(), st.integers(0, 30), units, st.sampled_from(["national", "xinjiang"]))
@settings(deadline=None, max_examples=200)
def test_the_derivation_adds_up_to_the_date(
    asked: tuple[date, list[Pause]], n: int, unit: str, place: str
) -> None:
    start, pauses = asked
    calendar = calendars().of(place)
    found = explain(limit(n, unit), start_of_day(start), calendar, pauses=pauses)
    rows = found.days
    assert rows[0].day == start
    assert [row.day for row in rows] == [start + timedelta(days=k) for k in range(len(rows))]
    assert [row.number for row in rows if row.number] == list(range(1, n + 1))
    assert rows[-1].day == found.due.date
    assert calendar.is_working(rows[-1].day)
    assert all(row.number is None for row in rows if row.paused or row.role == "start")
    if unit == "working_days":
        counted = [row for row in rows if row.number]
        assert all(calendar.is_working(row.day) for row in counted)
    assert found.due == due(limit(n, unit), start_of_day(start), calendar, pauses=pauses)


@given(starts, st.integers(0, 12), st.sampled_from(["months", "years"]))
@settings(deadline=None, max_examples=50)
def test_the_derivation_of_months_and_years_adds_up_too(start: date, n: int, unit: str) -> None:
    n = n if unit == "months" else n % 3
    found = explain(limit(n, unit), start_of_day(start), national())
    assert found.days[-1].day == found.due.date
    steps = {step.code: step for step in found.steps}
    assert steps["due"].data["day"] == found.due.date
