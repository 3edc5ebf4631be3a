"""What a decision may look things up in, besides the case: the catalogue and the calendars."""

from datetime import datetime, timedelta

import msgspec

from shared.case.owed import PACE, Pace
from shared.case.parts import DueDate, Pin
from shared.case.state import Case
from shared.catalogue import Catalogue, Item
from shared.catalogue.schedule import LimitRule
from shared.clock import Calendar, Calendars, Due, Limit, due
from shared.clock.moments import start_of_day, utc


class Rules(msgspec.Struct, frozen=True):
    """The catalogue, the calendars and the pace of a process; made once at its start."""

    catalogue: Catalogue
    calendars: Calendars
    pace: Pace = PACE

    def item_of(self, case: Case) -> Item:
        """The item as it was when the case was submitted: that edition judges it."""
        if case.pin is None:
            raise ValueError("a case that does not exist has no item")
        return self.catalogue.pinned(case.pin.item_hash)

    def pin_of(self, item: Item) -> Pin:
        """The present edition of the catalogue, to be recorded with a new case."""
        catalogue = self.catalogue
        return Pin(version=catalogue.version, hash=catalogue.hash, item_hash=item.hash)

    def applicant_has(self, item: Item, *, n: int, unit: str, start: datetime) -> DueDate:
        """When the applicant's time of `n` `unit` ends."""
        limit = Limit(
            name="applicant",
            kind="period",
            n=n,
            unit="working_days" if unit == "working_days" else "calendar_days",
            start_event="asked",
            end_event="answered",
            party="applicant",
        )
        answer = due(limit, start, self.calendars.of(item.text.calendar))
        return _due_date(limit, answer, warn_at=None)

    def due_dates(self, item: Item, *, start: datetime) -> tuple[DueDate, ...]:
        """A due date for each limit of the item, from acceptance on; the earliest drives.

        An item that prints no limit with a date has the internal watch step, which nobody is told
        (catalogue: defaults).
        """
        calendar = self.calendars.of(item.text.calendar)
        begun = [limit for limit in item.text.limits if limit.start_event == "accepted"]
        dates = [_limit_due(limit, start, calendar) for limit in begun]
        known = [date for date in dates if date.due_at is not None]
        if not known:
            return tuple(dates)
        first = min(known, key=lambda date: (date.due_at, date.limit))
        return tuple(msgspec.structs.replace(d, drives=d.limit == first.limit) for d in dates)


def _limit_due(limit: LimitRule, start: datetime, calendar: Calendar) -> DueDate:
    answer = due(limit, start, calendar)
    warn_at = None
    if limit.warn_days is not None and limit.rank != "internal":
        warn_at = _warning(answer, limit.warn_days, calendar, start)
    return _due_date(limit, answer, warn_at=warn_at)


def _warning(answer: Due, days: int, calendar: Calendar, start: datetime) -> datetime | None:
    """The beginning of the working day `days` before the end, but not before the start."""
    if answer.date is None:
        return None
    until = calendar.working_up_to(answer.date.toordinal()) - days
    day = answer.date.fromordinal(calendar.nth_working(until))
    return max(utc(start_of_day(day)), utc(start) + timedelta(seconds=1))


def _due_date(limit: Limit, answer: Due, *, warn_at: datetime | None) -> DueDate:
    return DueDate(
        limit=limit.name,
        due=answer.date,
        due_at=None if answer.due_at is None else utc(answer.due_at),
        warn_at=warn_at,
        calendar_version=answer.calendar_version,
        provisional=answer.provisional,
        incomplete=answer.incomplete,
        drives=False,
        rank=limit.rank,
        reason=answer.reason,
    )
