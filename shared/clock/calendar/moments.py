"""Dates and times of the business day: everything the law counts happens in Asia/Shanghai.

Asia/Shanghai has been UTC+8 without summer time since 1992 and the calendar begins in 2004, so a
fixed offset is exact here and needs no time-zone database.
"""

import calendar as months
import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from shared.clock.calendar.errors import ClockError

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
FIRST_DAY = date(2004, 1, 1)  # the first day of the national table
LAST_DAY = date(2099, 12, 31)
END_OF_DAY = time.max.replace(tzinfo=SHANGHAI)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def local_day(moment: datetime) -> date:
    """The day in Asia/Shanghai of an aware time; ClockError when naive or out of the calendar."""
    if not isinstance(moment, datetime):
        raise ClockError(f"{moment!r} is not a time: give a time with its offset, not a date.")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ClockError(
            f"The time {moment.isoformat()} has no offset; write for instance "
            f"{moment.isoformat()}+08:00."
        )
    try:
        day = moment.astimezone(SHANGHAI).date()
    except OverflowError:
        day = moment.date()
    return known_day(day)


def known_day(day: date) -> date:
    """The day itself, if it is within the calendar; ClockError otherwise."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ClockError(
            f"The day {day.isoformat()} is outside the calendar, which runs from "
            f"{FIRST_DAY.isoformat()} to {LAST_DAY.isoformat()}."
        )
    return day


def end_of_day(day: date) -> datetime:
    """The last moment of a day (民法典 art. 203: 24:00): the day's own date, microsecond-exact."""
    return datetime.combine(day, END_OF_DAY)


def start_of_day(day: date) -> datetime:
    """The first moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def add_months(day: date, count: int) -> date:
    """The corresponding day `count` months on, or the month's last day if there is no such day.

    民法典 art. 202: 没有对应日的，月末日为期间的最后一日.
    """
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise ClockError(f"{count} months from {day.isoformat()} is outside the calendar.")
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def parse_day(text: object) -> date:
    """A date written YYYY-MM-DD; ClockError names the fault (31 February, year 1900)."""
    if not isinstance(text, str) or not _DAY.match(text):
        raise ClockError(f"{text!r} is not a date; write it as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ClockError(f"There is no day {text} in the calendar.") from None
    return known_day(day)


def parse_moment(text: object) -> datetime:
    """An aware time in ISO 8601, returned in Asia/Shanghai; ClockError when naive or impossible."""
    if not isinstance(text, str) or "T" not in text:
        raise ClockError(f"{text!r} is not a time; write it as 2026-09-25T10:00+08:00.")
    parse_day(text.split("T", 1)[0])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ClockError(f"{text!r} is not a time; write it as 2026-09-25T10:00+08:00.") from None
    local_day(moment)
    return moment.astimezone(SHANGHAI)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC, as events record it."""
    return moment.astimezone(UTC)
