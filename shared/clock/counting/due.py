"""When a limit ends. Pure, and fast enough to be asked for every open case at once.

The counting rules are stated once, with their sources, in docs/explanation/legal-clock.md.
`explain` (shared.clock.telling.explain) says why; this module only says when.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import add_months, end_of_day, known_day, local_day
from shared.clock.counting.hours import Hours, closing_time, serving_day
from shared.clock.counting.limits import COMPUTABLE, Limit, Pause, Restart

OPEN_END = date.max.toordinal()
_MONTHS = {"months": 1, "years": 12}


class Due(msgspec.Struct, frozen=True):
    """A due date with its last moment, or None and the reason in English and Chinese.

    `provisional`: the national notice for that time is not announced yet. `incomplete`: marks
    "<province>:<year>" of notices that are not loaded. Nothing is guessed in either case.
    """

    date: date | None
    due_at: datetime | None
    provisional: bool = False
    incomplete: tuple[str, ...] = ()
    calendar_version: str = ""
    reason: str = ""
    reason_zh: str = ""


def due(
    limit: Limit,
    start: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extended: bool = False,
    variant: str | None = None,
    restarts: Sequence[Restart] = (),
    hours: Hours | None = None,
) -> Due:
    """The end of a limit whose start event happened at `start`.

    `pauses` may hold every pause of the case; only those count whose cause the limit excludes.
    `hours` are the opening hours of the office or channel, if they are configured. Raises
    ClockError for a time without an offset, an unknown variant, an extension or a restart that the
    limit does not allow, and dates outside the calendar.
    """
    if variant is not None:
        limit = limit.variant(variant)
    if restarts:
        start = restarted_start(limit, start, restarts)
    first = local_day(start).toordinal()
    if extended and limit.extension is None:
        raise ClockError(f"The limit {limit.name!r} has no extension.")
    n = limit.n or 0
    if extended and limit.extension is not None:
        n += limit.extension.n
    if n:
        gaps = merged(limit, pauses) if pauses else []
        if limit.unit == "working_days":
            last = _working(calendar, first, n, gaps)
            seen = first + 1
        else:
            seen = _elapsed(first, n, limit.unit, gaps)
            last = rolled(calendar, seen, gaps)
    elif limit.kind not in COMPUTABLE:
        return _no_date(limit, calendar)
    else:
        return _at_once(limit, start, calendar, pauses, hours)
    if last >= OPEN_END:
        return _paused(calendar)
    return answer(calendar, seen, last, closing_of(limit, hours, last, calendar))


def restarted_start(limit: Limit, start: datetime, restarts: Sequence[Restart]) -> datetime:
    """The time from which the period runs after its last restart (R-225)."""
    local_day(start)
    if not limit.restartable:
        raise ClockError(f"No rule restarts the limit {limit.name!r}.")
    last = max(restart.at for restart in restarts)
    if min(restart.at for restart in restarts) < start:
        raise ClockError("A period cannot restart before it started.")
    return last


def merged(limit: Limit, pauses: Sequence[Pause]) -> list[tuple[int, int]]:
    """The pauses that this limit obeys as disjoint (start, end] ranges of ordinals, in order."""
    spans = sorted(
        (p.start.toordinal(), OPEN_END if p.end is None else p.end.toordinal())
        for p in pauses
        if limit.stops_for(p.cause)
    )
    result: list[tuple[int, int]] = []
    for begin, end in spans:
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > begin:
            result.append((begin, end))
    return result


def _working(calendar: Calendar, first: int, n: int, gaps: list[tuple[int, int]]) -> int:
    """The ordinal of the n-th working day after `first` outside all gaps, or OPEN_END."""
    target = calendar.working_up_to(first) + n
    last = calendar.nth_working(target)
    for begin, end in gaps:
        begin = max(begin, first)  # noqa: PLW2901 (what lies before the start is no pause of it)
        if end <= begin:
            continue
        if last <= begin:
            break
        if end >= OPEN_END:
            return OPEN_END
        target += calendar.working_up_to(end) - calendar.working_up_to(begin)
        last = calendar.nth_working(target)
    return last


def _elapsed(first: int, n: int, unit: str | None, gaps: list[tuple[int, int]]) -> int:
    """The last day of a period in calendar days, months or years, before any roll-over."""
    if unit in _MONTHS:
        last = add_months(date.fromordinal(first), n * _MONTHS[unit]).toordinal()
    else:
        last = first + n
    for begin, end in gaps:
        begin = max(begin, first)  # noqa: PLW2901 (what lies before the start is no pause of it)
        if end <= begin:
            continue
        if last <= begin:
            break
        if end >= OPEN_END:
            return OPEN_END
        last += end - begin
    return last


def rolled(calendar: Calendar, ordinal: int, gaps: list[tuple[int, int]]) -> int:
    """The day itself, or the next working day outside all gaps. Applied once, to the last day."""
    if ordinal >= OPEN_END:
        return OPEN_END
    known_day(date.fromordinal(ordinal))
    day = calendar.next_working(ordinal)
    for begin, end in gaps:
        if begin < day <= end:
            if end >= OPEN_END:
                return OPEN_END
            day = calendar.next_working(end + 1)
    return day


def _at_once(
    limit: Limit,
    start: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause],
    hours: Hours | None,
) -> Due:
    """The due date of a limit without counted days.

    "0 days" falls due on the day of service, "same or next day" (当日或隔天) on the following
    working day.
    """
    first = local_day(start).toordinal()
    if limit.automatic:
        return answer(calendar, 0, first, None)
    gaps = merged(limit, pauses)
    seen = first + 1 if limit.kind == "next_day" else first
    if hours is not None and limit.kind != "next_day":
        seen = serving_day(hours, start, calendar)
    last = rolled(calendar, seen, gaps)
    if last >= OPEN_END:
        return _paused(calendar)
    closes = hours if limit.kind == "immediate" or limit.party == "applicant" else None
    at = None if closes is None else closing_time(closes, date.fromordinal(last), calendar)
    return answer(calendar, seen, last, at)


def closing_of(limit: Limit, hours: Hours | None, last: int, calendar: Calendar) -> datetime | None:
    """The closing time of an applicant's limit at a counter, if hours are configured; else None."""
    if hours is None or limit.party != "applicant":
        return None
    return closing_time(hours, date.fromordinal(last), calendar)


def answer(calendar: Calendar, seen: int, last: int, closes: datetime | None) -> Due:
    """The Due for the day `last`, which depends on the days seen..last (seen 0: on no day)."""
    day = date.fromordinal(last)
    return Due(
        day,
        closes or end_of_day(day),
        bool(seen) and calendar.is_provisional(last),
        calendar.incomplete(min(seen, last), last) if seen else (),
        calendar.version,
    )


def _paused(calendar: Calendar) -> Due:
    return Due(
        None,
        None,
        reason="the clock is paused",
        reason_zh="计时已暂停，尚未恢复",
        calendar_version=calendar.version,
    )


def _no_date(limit: Limit, calendar: Calendar) -> Due:
    zh, en = "该事项无办理时限", "the item has no limit"
    if limit.kind == "cyclic":
        zh, en = "该事项按年度周期办理", "the item follows a yearly cycle"
    return Due(
        None,
        None,
        reason=limit.note_en or en,
        reason_zh=limit.note or zh,
        calendar_version=calendar.version,
    )
