"""Which limit drives a case, when a limit is crossed, and the effects of a miss or of silence.

A case has as many clocks as its item has limits (R-090). Crossing a limit is a fact of its own. The
check of an extension is here too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import local_day, start_of_day
from shared.clock.counting.due import Due, due
from shared.clock.counting.limits import Limit, Pause


def crossed(answer: Due, at: datetime) -> bool:
    """Whether `at` is after the last moment of the limit; False for a limit without a date."""
    local_day(at)
    return answer.due_at is not None and at > answer.due_at


def governing(dues: Mapping[str, Due]) -> str | None:
    """The name of the limit that drives: the earliest date; of equal dates, the first named."""
    dated = [(answer.date, name) for name, answer in dues.items() if answer.date]
    if not dated:
        return None
    earliest = min(day for day, _ in dated)
    return next(name for day, name in dated if day == earliest)


def check_extension(limit: Limit, answer: Due, at: datetime, *, already: int) -> None:
    """Raise ClockError unless the limit may be extended at `at`.

    An extension must be printed, not yet used, and requested before the limit ends. `answer` is the
    due date without the extension; `already` counts the extensions given.
    """
    if limit.extension is None:
        raise ClockError(f"The limit {limit.name!r} has no extension.")
    if already:
        raise ClockError(f"The limit {limit.name!r} has been extended once already.")
    if crossed(answer, at):
        ended = answer.date.isoformat() if answer.date else ""
        raise ClockError(f"The limit {limit.name!r} ended on {ended}; it cannot be extended now.")


def follow_up(
    limit: Limit,
    missed: Due,
    calendar: Calendar,
    *,
    variant: str | None = None,
    pauses: Sequence[Pause] = (),
) -> Due:
    """The limit that a miss starts, counted from the original due date (R-088)."""
    if limit.follow_up is None:
        raise ClockError(f"The limit {limit.name!r} has no follow-up limit.")
    if missed.date is None:
        raise ClockError(f"The limit {limit.name!r} has no due date that was missed.")
    then = limit.follow_up
    chosen = variant if variant in then.variants else None
    return due(then, start_of_day(missed.date), calendar, variant=chosen, pauses=pauses)


class Silence(msgspec.Struct, frozen=True):
    """The legal effect of silence until `after`: `effect`, as of `as_of`."""

    effect: Literal["accepted", "effective"]
    after: datetime
    as_of: datetime


def silence(limit: Limit, start: datetime, answer: Due) -> Silence | None:
    """The legal effect of silence within the limit; None where silence has no effect.

    "accepted": as of the receipt (行政许可法 art. 32). "effective": from the start of the day after
    the limit (004-128, R-097).
    """
    if limit.deemed is None or answer.date is None or answer.due_at is None:
        return None
    if limit.deemed == "accepted":
        return Silence("accepted", answer.due_at, start)
    return Silence("effective", answer.due_at, start_of_day(answer.date + timedelta(days=1)))
