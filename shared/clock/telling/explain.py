"""The derivation of a due date, as data and as sentences.

It walks day by day, by a method independent of `due`, so that a test can compare the two. A court,
a clerk and an applicant read the same steps.
"""

from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.moments import add_months, local_day
from shared.clock.counting.due import OPEN_END, due, merged, restarted_start
from shared.clock.counting.hours import Hours, serving_day
from shared.clock.counting.limits import COMPUTABLE, Limit, Pause, Restart
from shared.clock.telling.derivation import RULES_VERSION, DayRow, Explanation, Role, Walk
from shared.clock.telling.sentences import steps_of


def explain(
    limit: Limit,
    start: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extended: bool = False,
    variant: str | None = None,
    restarts: Sequence[Restart] = (),
    hours: Hours | None = None,
) -> Explanation:
    """Answer the same question as `due`, with the derivation. The errors are the same."""
    answer = due(
        limit,
        start,
        calendar,
        pauses=pauses,
        extended=extended,
        variant=variant,
        restarts=restarts,
        hours=hours,
    )
    chosen = limit if variant is None else limit.variant(variant)
    began = restarted_start(chosen, start, restarts) if restarts else start
    n = (chosen.n or 0) + (chosen.extension.n if extended and chosen.extension else 0)
    walk = Walk(
        asked=limit,
        limit=chosen,
        asked_start=start,
        start=began,
        n=n,
        calendar=calendar,
        pauses=tuple(pauses),
        restarts=tuple(restarts),
        variant=variant,
        extended=extended,
        days=tuple(_days(chosen, began, n, calendar, merged(chosen, pauses), hours)),
        due=answer,
    )
    return Explanation(
        limit.name, answer, tuple(steps_of(walk)), walk.days, RULES_VERSION, calendar.version
    )


def _days(  # noqa: PLR0917 (one private caller, in the order of the question)
    limit: Limit,
    start: datetime,
    n: int,
    calendar: Calendar,
    gaps: list[tuple[int, int]],
    hours: Hours | None,
) -> Iterator[DayRow]:
    """Every day from the start to the end; ends early if an open pause stops the clock."""
    if limit.kind not in COMPUTABLE:
        return
    day = local_day(start)
    yield _row(calendar, day, "start", None, gaps)
    if limit.automatic:
        return
    ordinal = shown = day.toordinal()
    if n and limit.unit == "working_days":
        yield from _working_days(calendar, ordinal, n, gaps)
        return
    if n:
        ordinal = yield from _elapsed_days(calendar, ordinal, _in_days(limit, day, n), gaps)
        shown = ordinal
    elif limit.kind == "next_day":
        ordinal += 1
    elif hours is not None:
        ordinal = serving_day(hours, start, calendar)
    yield from _roll_over(calendar, ordinal, gaps, shown)


def _working_days(
    calendar: Calendar, ordinal: int, n: int, gaps: list[tuple[int, int]]
) -> Iterator[DayRow]:
    number = 0
    while number < n:
        ordinal += 1
        day = date.fromordinal(ordinal)
        if _stopped_for_good(ordinal, gaps):
            return
        if not calendar.info(day).working:
            yield _row(calendar, day, "off", None, gaps)
        elif _is_paused(ordinal, gaps):
            yield _row(calendar, day, "paused", None, gaps)
        else:
            number += 1
            yield _row(calendar, day, "counted", number, gaps)


def _elapsed_days(
    calendar: Calendar, ordinal: int, n: int, gaps: list[tuple[int, int]]
) -> Generator[DayRow, None, int]:
    """The days of a period in calendar days; returns the ordinal of the last one."""
    number = 0
    while number < n:
        ordinal += 1
        if _stopped_for_good(ordinal, gaps):
            return OPEN_END
        day = date.fromordinal(ordinal)
        if _is_paused(ordinal, gaps):
            yield _row(calendar, day, "paused", None, gaps)
        else:
            number += 1
            yield _row(calendar, day, "counted", number, gaps)
    return ordinal


def _roll_over(
    calendar: Calendar, ordinal: int, gaps: list[tuple[int, int]], shown: int
) -> Iterator[DayRow]:
    """Step from a last day that is off or paused to the next working day that is neither.

    `shown` is the last day that has a row already: the rows end with the due day.
    """
    if ordinal >= OPEN_END:
        return
    for between in range(shown + 1, ordinal):
        yield _row(calendar, date.fromordinal(between), "stepped-over", None, gaps)
    while not calendar.info(date.fromordinal(ordinal)).working or _is_paused(ordinal, gaps):
        if _stopped_for_good(ordinal, gaps):
            return
        if ordinal > shown:
            yield _row(calendar, date.fromordinal(ordinal), "stepped-over", None, gaps)
        ordinal += 1
    if ordinal > shown:
        yield _row(calendar, date.fromordinal(ordinal), "end", None, gaps)


def _in_days(limit: Limit, first: date, n: int) -> int:
    """Months and years as the number of days to the corresponding day (民法典 art. 202)."""
    if limit.unit == "calendar_days":
        return n
    return (add_months(first, n * (12 if limit.unit == "years" else 1)) - first).days


def _is_paused(ordinal: int, gaps: list[tuple[int, int]]) -> bool:
    return any(begin < ordinal <= end for begin, end in gaps)


def _stopped_for_good(ordinal: int, gaps: list[tuple[int, int]]) -> bool:
    return any(begin < ordinal and end >= OPEN_END for begin, end in gaps)


def _row(
    calendar: Calendar, day: date, role: Role, number: int | None, gaps: list[tuple[int, int]]
) -> DayRow:
    info = calendar.info(day)
    return DayRow(
        day,
        role,
        number,
        info.why,
        info.name_zh,
        info.name_en,
        info.layer,
        _is_paused(day.toordinal(), gaps),
    )
