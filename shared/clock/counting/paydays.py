"""Pay-out and deduction days: fixed days of the week or the month (R-194 to R-197).

The review has a limit of its own; the money waits for the next scheduled day after the review. If
that day is a day off, a benefit is paid on the working day before, and a deduction is made on the
working day after (requirements, corrections, "Decisions").
"""

import calendar as months
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import LAST_DAY, known_day

Day = date  # a field named `date` hides the type from the checker
_WEEK = 7
_LONGEST_MONTH = 31
_SEARCH_DAYS = 400


class PayDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One printed day: `day` of the month, or `weekday` (ISO: Tuesday is 2).

    A month that is too short uses its last day. `party`: the recipients ("unit", "flexible"), None
    for all. `attempt`: the first or the second deduction of a month.
    """

    purpose: Literal["benefit", "deduction"]
    day: int | None = None
    weekday: int | None = None
    attempt: int = 1
    party: str | None = None

    def __post_init__(self) -> None:
        if (self.day is None) == (self.weekday is None):
            raise ClockError("A pay day is a day of the month or a day of the week.")
        if self.day is not None and not 1 <= self.day <= _LONGEST_MONTH:
            raise ClockError(f"There is no day {self.day} of a month.")
        if self.weekday is not None and not 1 <= self.weekday <= _WEEK:
            raise ClockError(f"There is no weekday {self.weekday}: 1 is Monday, 7 is Sunday.")
        if self.attempt < 1:
            raise ClockError(f"There is no attempt {self.attempt}.")


class Payday(msgspec.Struct, frozen=True):
    """The day on which money moves; `scheduled` is the printed day before it was moved."""

    date: Day
    scheduled: Day
    provisional: bool
    incomplete: tuple[str, ...]
    calendar_version: str
    zh: str
    en: str


def payday(
    schedule: Sequence[PayDay],
    after: date,
    calendar: Calendar,
    *,
    attempt: int = 1,
    party: str | None = None,
) -> Payday:
    """The first scheduled day strictly after `after`, moved if it is a day off.

    A benefit whose day would move back to `after` or earlier is paid on the next scheduled day,
    since money cannot move in the past. ClockError when the schedule has no such attempt, or when
    it depends on a party and none is given.
    """
    known_day(after)
    chosen = _matching(schedule, attempt, party)
    best: Payday | None = None
    for entry in chosen:
        found = _first(entry, after, calendar)
        if best is None or found.date < best.date:
            best = found
    if best is None:
        raise ClockError("The schedule is empty.")
    return best


def _matching(schedule: Sequence[PayDay], attempt: int, party: str | None) -> list[PayDay]:
    parties = sorted({entry.party for entry in schedule if entry.party})
    if party is not None and party not in parties and parties:
        raise ClockError(f"There is no pay day for {party!r}; there is for {', '.join(parties)}.")
    if party is None and len(parties) > 1:
        raise ClockError(f"Say for whom: {' or '.join(parties)}.")
    mine = [e for e in schedule if e.party is None or party is None or e.party == party]
    chosen = [entry for entry in mine if entry.attempt == attempt]
    if not chosen:
        known = ", ".join(str(n) for n in sorted({entry.attempt for entry in mine})) or "none"
        raise ClockError(f"There is no attempt {attempt} in this schedule; it has {known}.")
    return chosen


def _first(entry: PayDay, after: date, calendar: Calendar) -> Payday:
    for scheduled in _scheduled(entry, after):
        moved = _moved(entry, scheduled, calendar)
        if moved > after:
            first, last = min(scheduled, moved), max(scheduled, moved)
            zh, en = _sentences(entry, scheduled, moved, calendar)
            return Payday(
                moved,
                scheduled,
                calendar.is_provisional(last.toordinal()),
                calendar.incomplete(first.toordinal(), last.toordinal()),
                calendar.version,
                zh,
                en,
            )
    raise ClockError(f"The pay day is after {LAST_DAY.isoformat()}.")


def _scheduled(entry: PayDay, after: date) -> Iterator[date]:
    """The printed days strictly after `after`, in order."""
    last = min(after.toordinal() + _SEARCH_DAYS, LAST_DAY.toordinal())
    for ordinal in range(after.toordinal() + 1, last + 1):
        day = date.fromordinal(ordinal)
        if entry.weekday is not None:
            hit = day.isoweekday() == entry.weekday
        else:
            length = months.monthrange(day.year, day.month)[1]
            hit = day.day == min(entry.day or 0, length)
        if hit:
            yield day


def _moved(entry: PayDay, scheduled: date, calendar: Calendar) -> date:
    step = timedelta(days=-1 if entry.purpose == "benefit" else 1)
    day = scheduled
    while not calendar.is_working(day):
        day = known_day(day + step)
    return day


def _sentences(entry: PayDay, scheduled: date, moved: date, calendar: Calendar) -> tuple[str, str]:
    what = ("发放", "paid") if entry.purpose == "benefit" else ("扣缴", "deducted")
    if moved == scheduled:
        return f"于 {moved.isoformat()} {what[0]}。", f"To be {what[1]} on {moved.isoformat()}."
    name = calendar.info(scheduled)
    way = ("提前至前一个工作日", "the working day before")
    if entry.purpose == "deduction":
        way = ("顺延至后一个工作日", "the working day after")
    return (
        f"{scheduled.isoformat()} 为{name.name_zh}，{way[0]} {moved.isoformat()} {what[0]}。",
        (
            f"{scheduled.isoformat()} is {name.name_en}: to be {what[1]} on {way[1]}, "
            f"{moved.isoformat()}."
        ),
    )
