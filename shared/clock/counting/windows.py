"""Application windows: monthly, opened by an outside event, or by a yearly cycle.

R-045 to R-047, R-095, R-240. A window is a matter of days; whether the counter serves at an hour is
a question for shared.clock.counting.hours. An unannounced window is unknown, never guessed.
"""

import calendar as months
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    end_of_day,
    known_day,
    local_day,
    start_of_day,
)

_LONGEST_MONTH = 31
_MONTHS = 12


class DayRange(msgspec.Struct, frozen=True):
    """Days of each month, both included ("X日前" includes day X); a short month ends earlier."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= _LONGEST_MONTH:
            raise ClockError(f"{self.first} to {self.last} are not days of a month, in order.")


class MonthlyWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A counter window of each month, with an optional booking window (R-046).

    `working_days_only`: the window consists of the working days in the range (004-025: 每月25日前的
    工作日), so it never ends on a day off. Otherwise a window that ends on a day off ends on the
    next working day.
    """

    days: DayRange
    booking: DayRange | None = None
    working_days_only: bool = False


class EventWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A window from an outside event until the end of that month, each year (R-047, 当月).

    All events of `needs` must have happened (the average wage published, the notice received); the
    last one opens the window.
    """

    needs: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.needs:
            raise ClockError("A window that an event opens must name the event.")


class CycleStage(msgspec.Struct, frozen=True):
    """One stage of a yearly cycle: months first..last; `accepts`: applications are taken then."""

    name: str
    first_month: int
    last_month: int
    accepts: bool = False


class CycleWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yearly cycle by months (R-240). `announced`: the dates of that year's notice, which win.

    The source says 最终以当年下发的评审工作通知时间为准: without the notice the cycle is
    provisional.
    """

    stages: tuple[CycleStage, ...]
    announced: Mapping[int, tuple[date, date]] = {}

    def __post_init__(self) -> None:
        for stage in self.stages:
            if not 1 <= stage.first_month <= stage.last_month <= _MONTHS:
                raise ClockError(f"The stage {stage.name!r} has no months in order.")
        if sum(stage.accepts for stage in self.stages) != 1:
            raise ClockError("A cycle has exactly one stage in which applications are taken.")
        for year, (first, last) in self.announced.items():
            if first.year != year or last < first:
                raise ClockError(f"The notice of {year} announces no days of {year} in order.")


class AnnouncedWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Periods that an authority announces (人社部规定的时间段); unknown until announced."""

    periods: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        for first, last in self.periods:
            if last < first:
                raise ClockError(f"The period ends on {last}, before it starts on {first}.")


Window = MonthlyWindow | EventWindow | CycleWindow | AnnouncedWindow
Reason = Literal[
    "", "day-off", "event-not-happened", "not-announced", "between-windows", "not-offered"
]


class WindowState(msgspec.Struct, frozen=True):
    """The state of a window at one time. `open` None: the state is unknown (`reason`).

    `closes`: the last moment of the open window. `next_opens`: the first moment of the next window.
    `booking`: the state of the booking window, if there is one. `stage`: the stage of a cycle.
    """

    open: bool | None
    closes: datetime | None = None
    next_opens: datetime | None = None
    booking: "WindowState | None" = None
    stage: str = ""
    provisional: bool = False
    incomplete: tuple[str, ...] = ()
    calendar_version: str = ""
    reason: Reason = ""


class _Spell(msgspec.Struct, frozen=True):
    """One occurrence of a window; `printed` is its last day before any roll-over."""

    first: date
    printed: date
    last: date


def window_state(
    window: Window,
    at: datetime,
    calendar: Calendar,
    *,
    happened: Mapping[str, datetime] | None = None,
) -> WindowState:
    """Whether the window is open at `at`; `happened` holds the outside events of the year."""
    day = local_day(at)
    if isinstance(window, MonthlyWindow):
        state = _monthly(window.days, day, calendar, working_only=window.working_days_only)
        if window.booking is None:
            return state
        # Booking is online and possible on any day, so the booking window ends on its printed day.
        booking = _monthly(window.booking, day, calendar, working_only=False, rolls=False)
        return msgspec.structs.replace(state, booking=booking)
    if isinstance(window, EventWindow):
        return _by_event(window, day, calendar, happened or {})
    if isinstance(window, CycleWindow):
        return _cycle(window, day, calendar)
    spells = [_Spell(f, last, _roll(calendar, last)) for f, last in window.periods]
    known = [spell for spell in spells if spell.last >= day]
    if not known:
        return WindowState(None, calendar_version=calendar.version, reason="not-announced")
    return _state(sorted(known, key=lambda spell: spell.first), day, calendar)


def _monthly(
    days: DayRange, day: date, calendar: Calendar, *, working_only: bool, rolls: bool = True
) -> WindowState:
    spells = list(_spells(days, day, calendar, working_only=working_only, rolls=rolls))
    state = _state(spells, day, calendar)
    if not working_only or calendar.is_working(day) or not state.open:
        return state
    # A day off inside the range: the window continues on the next working day.
    opens = start_of_day(date.fromordinal(calendar.next_working(day.toordinal())))
    return msgspec.structs.replace(
        state, open=False, closes=None, next_opens=opens, reason="day-off"
    )


def _spells(
    days: DayRange, day: date, calendar: Calendar, *, working_only: bool, rolls: bool
) -> Iterator[_Spell]:
    """The occurrences of the window in last month, this month and the next two, as real days."""
    for offset in (-1, 0, 1, 2):
        index = day.year * _MONTHS + day.month - 1 + offset
        year, month = divmod(index, _MONTHS)
        if not FIRST_DAY.year <= year <= LAST_DAY.year:
            continue
        length = months.monthrange(year, month + 1)[1]
        first = date(year, month + 1, min(days.first, length))
        printed = date(year, month + 1, min(days.last, length))
        if working_only:
            first = date.fromordinal(calendar.next_working(first.toordinal()))
            last = date.fromordinal(
                calendar.nth_working(calendar.working_up_to(printed.toordinal()))
            )
            if first <= last:
                yield _Spell(first, last, last)
        else:
            yield _Spell(first, printed, _roll(calendar, printed) if rolls else printed)


def _roll(calendar: Calendar, last: date) -> date:
    return date.fromordinal(calendar.next_working(known_day(last).toordinal()))


def _state(spells: list[_Spell], day: date, calendar: Calendar) -> WindowState:
    """The state of a window with these occurrences on `day`.

    It is open if an occurrence includes the day. Of several such occurrences the last to begin
    decides.
    """
    current = [spell for spell in spells if spell.first <= day <= spell.last]
    coming = [spell for spell in spells if spell.first > day]
    opens = start_of_day(coming[0].first) if coming else None
    told = current[-1] if current else (coming[0] if coming else None)
    first, last = (told.printed, told.last) if told else (day, day)
    return WindowState(
        bool(current),
        end_of_day(current[-1].last) if current else None,
        opens,
        provisional=calendar.is_provisional(last.toordinal()),
        incomplete=calendar.incomplete(first.toordinal(), last.toordinal()),
        calendar_version=calendar.version,
        reason="" if current else "between-windows",
    )


def _by_event(
    window: EventWindow, day: date, calendar: Calendar, happened: Mapping[str, datetime]
) -> WindowState:
    times = [happened[name] for name in window.needs if name in happened]
    if len(times) < len(window.needs):
        return WindowState(False, calendar_version=calendar.version, reason="event-not-happened")
    first = local_day(max(times))
    printed = first.replace(day=months.monthrange(first.year, first.month)[1])
    return _state([_Spell(first, printed, _roll(calendar, printed))], day, calendar)


def _cycle(window: CycleWindow, day: date, calendar: Calendar) -> WindowState:
    years = [year for year in (day.year, day.year + 1) if year <= LAST_DAY.year]
    spells = [_accepting(window, year, calendar) for year in years]
    state = _state(spells, day, calendar)
    told = spells[0] if day <= spells[0].last else spells[-1]
    stage = next((s.name for s in window.stages if s.first_month <= day.month <= s.last_month), "")
    if state.open:
        stage = next(s.name for s in window.stages if s.accepts)
    unannounced = told.first.year not in window.announced
    return msgspec.structs.replace(state, stage=stage, provisional=state.provisional or unannounced)


def _accepting(window: CycleWindow, year: int, calendar: Calendar) -> _Spell:
    if year in window.announced:
        first, printed = window.announced[year]
    else:
        stage = next(s for s in window.stages if s.accepts)
        first = date(year, stage.first_month, 1)
        beginning = date(year, stage.last_month, 1)
        printed = date.fromordinal(add_months(beginning, 1).toordinal() - 1)
    return _Spell(first, printed, _roll(calendar, printed))
