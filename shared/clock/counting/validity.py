"""How long a document is valid, when it may be renewed, and an applicant's own windows.

R-092, R-093, R-165, R-169 to R-179. An applicant's own deadline serves for reminders alone. It is
computed only from a date that the applicant states, and no list of late applicants is kept (R-091,
requirements, corrections).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import add_months, known_day, start_of_day
from shared.clock.counting.due import Due, answer, due
from shared.clock.counting.hours import Hours, closing_time
from shared.clock.counting.limits import LARGEST, Limit


class Span(msgspec.Struct, frozen=True):
    """A length of time: 6 months, 2 years, 2 calendar days, 90 calendar days."""

    n: int
    unit: Literal["calendar_days", "months", "years"]

    def __post_init__(self) -> None:
        if not 0 < self.n <= LARGEST[self.unit]:
            raise ClockError(f"A span of {self.n} {self.unit} is not possible.")

    def after(self, day: date) -> date:
        """The day this long after `day`; the corresponding day for months and years."""
        if self.unit == "calendar_days":
            return known_day(day + timedelta(days=self.n))
        return add_months(day, self.n * (12 if self.unit == "years" else 1))

    def before(self, day: date) -> date:
        """The day this long before `day`."""
        if self.unit == "calendar_days":
            return known_day(day - timedelta(days=self.n))
        return add_months(day, -self.n * (12 if self.unit == "years" else 1))


class Validity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a result is valid; `span` None is long-term (R-177: 6 years, 10 years, long-term).

    `at_most`: the printed span is a maximum, and the office sets a shorter one (R-153).
    """

    span: Span | None
    at_most: bool = False


def valid_until(validity: Validity, issued: date, *, chosen: Span | None = None) -> date | None:
    """The last day of validity; the day of issue is not counted. None: long-term."""
    known_day(issued)
    if validity.span is None:
        return None
    until = validity.span.after(issued)
    if chosen is None:
        return until
    mine = chosen.after(issued)
    if not validity.at_most or mine > until:
        raise ClockError(f"The validity may not be longer than until {until.isoformat()}.")
    return mine


def reissued_until(
    validity: Validity, *, original: date, reissued: date, authority_changed: bool
) -> date | None:
    """The last day of a permit that is signed anew (R-170, R-171).

    The same authority keeps the original end of validity. If the authority has changed, or the
    permit had already expired, the validity starts from the new application.
    """
    if authority_changed or reissued > original:
        return valid_until(validity, reissued)
    return known_day(original)


class Renewal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a document may be renewed around its expiry (R-092, R-093, R-179).

    `opens`: the span before the expiry at which renewal opens; None: any time within the validity.
    `closes`: the span after the expiry at which renewal closes; None: at the expiry.
    `postpone_at_most`: the longest postponement of the act (R-093).
    """

    opens: Span | None = None
    closes: Span | None = None
    postpone_at_most: Span | None = None


class RenewalWindow(msgspec.Struct, frozen=True):
    """The days of a renewal window; `opens` None means since the issue."""

    opens: date | None
    closes: Due
    postponed_until_at_most: date | None

    def is_open(self, day: date) -> bool:
        """Whether an application on this day is within the window."""
        last = self.closes.date
        return last is not None and day <= last and (self.opens is None or day >= self.opens)


def renewal_window(
    renewal: Renewal, expiry: date, calendar: Calendar, *, hours: Hours | None = None
) -> RenewalWindow:
    """The window around an expiry.

    A window that closes on a day off closes on the next working day.
    """
    opens = None if renewal.opens is None else renewal.opens.before(known_day(expiry))
    last = expiry if renewal.closes is None else renewal.closes.after(expiry)
    working = calendar.next_working(last.toordinal())
    at = None
    if hours is not None:
        at = closing_time(hours, date.fromordinal(working), calendar)
    postponed = renewal.postpone_at_most
    return RenewalWindow(
        opens,
        answer(calendar, last.toordinal(), working, at),
        None if postponed is None else postponed.after(expiry),
    )


def destroy_after(expiry: date) -> date:
    """The day after which an unclaimed document is destroyed: a year after expiry (R-165)."""
    return add_months(expiry, 12)


class Reminders(msgspec.Struct, frozen=True):
    """An applicant's own deadline and its reminder days. It has no other effect."""

    due: Due
    remind_on: tuple[date, ...]


def reminders(
    limit: Limit,
    stated: date,
    calendar: Calendar,
    *,
    days_before: Sequence[int],
    hours: Hours | None = None,
) -> Reminders:
    """The deadline from a date that the applicant stated, and its reminder days.

    Reminders fall that many calendar days before the end, but only later than the stated day.
    ClockError for a limit that binds the authority: an applicant's window is never a processing
    limit (R-094).
    """
    if limit.party != "applicant":
        raise ClockError(f"The limit {limit.name!r} binds the authority; it is not for reminders.")
    end = due(limit, start_of_day(known_day(stated)), calendar, hours=hours)
    if end.date is None:
        return Reminders(end, ())
    last = end.date
    days = sorted({last - timedelta(days=n) for n in days_before})
    return Reminders(end, tuple(day for day in days if stated < day <= last))
