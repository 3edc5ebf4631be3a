"""Opening hours by season. The dates of summer and winter come with a notice; none is invented.

Sources: R-230 to R-233. Hours that are not configured are unknown: neither open nor closed.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import SHANGHAI, local_day

Session = tuple[time, time]
_SEARCH_DAYS = 60  # longer than any closure; a table without an opening in that time is broken


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a counter or channel is open: `always` (24 hours), or in sessions on working days.

    `sessions` is keyed by season name; the key "all" holds for every season. Times are local.
    """

    always: bool = False
    sessions: Mapping[str, tuple[Session, ...]] = {}

    def __post_init__(self) -> None:
        if self.always == bool(self.sessions):
            raise ClockError("Opening hours are either always, or sessions.")
        for season, sessions in self.sessions.items():
            if not sessions:
                raise ClockError(f"The season {season!r} has no session.")
            flat = [moment for session in sessions for moment in session]
            if flat != sorted(set(flat)):
                raise ClockError(f"The sessions of {season!r} are not in order: {flat}.")
            if any(moment.tzinfo for moment in flat):
                raise ClockError("Opening hours are written in local time, without an offset.")


def season_of(day: date, calendar: Calendar) -> str | None:
    """The season of the day by the province's notices; None when no notice settles it."""
    starts = {
        first: name
        for layer in calendar.layers
        for notice in layer.notices
        for first, name in notice.seasons.items()
    }
    begun = [first for first in starts if first <= day]
    # The dates of last year are not valid for this year: without this year's notice it is unknown
    # whether the winter that began in October has ended.
    if not begun or not any(first.year == day.year for first in starts):
        return None
    return starts[max(begun)]


def sessions_on(hours: Hours, day: date, calendar: Calendar) -> tuple[Session, ...] | None:
    """The sessions of a day: () on days off, None when the season is unknown."""
    if hours.always:
        return ((time.min, time.max),)
    if not calendar.is_working(day):
        return ()
    if "all" in hours.sessions:
        return hours.sessions["all"]
    season = season_of(day, calendar)
    return None if season is None else hours.sessions.get(season)


def is_open(hours: Hours, at: datetime, calendar: Calendar) -> bool | None:
    """Whether the counter serves at this time; None when the season is unknown."""
    day = local_day(at)
    sessions = sessions_on(hours, day, calendar)
    if sessions is None:
        return None
    now = at.astimezone(SHANGHAI).time()
    return any(opens <= now < closes for opens, closes in sessions)


def closing_time(hours: Hours, day: date, calendar: Calendar) -> datetime | None:
    """The last closing time of a day; None on days off and when the season is unknown."""
    sessions = sessions_on(hours, day, calendar)
    if not sessions:
        return None
    return datetime.combine(day, sessions[-1][1], SHANGHAI)


def next_opening(hours: Hours, at: datetime, calendar: Calendar) -> datetime | None:
    """`at` itself while open, else the next opening time; None when the season is unknown."""
    day = local_day(at)
    now: time | None = at.astimezone(SHANGHAI).time()
    for ordinal in range(day.toordinal(), day.toordinal() + _SEARCH_DAYS):
        candidate = date.fromordinal(ordinal)
        sessions = sessions_on(hours, candidate, calendar)
        if sessions is None:
            return None
        for opens, closes in sessions:
            if now is None or now < closes:
                begins = opens if now is None else max(opens, now)
                return datetime.combine(candidate, begins, SHANGHAI)
        now = None
    raise ClockError(f"No opening in {_SEARCH_DAYS} days after {day.isoformat()}.")


def serving_day(hours: Hours, start: datetime, calendar: Calendar) -> int:
    """The ordinal of the day of service for a request received at `start`.

    If the next opening is unknown, the day of `start` itself.
    """
    opening = next_opening(hours, start, calendar)
    return (opening.date() if opening else local_day(start)).toordinal()
