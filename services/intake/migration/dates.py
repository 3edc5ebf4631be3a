"""Dates of limits that a new edition must not take away: announced, settled, or already over."""

from datetime import datetime

from shared.case import Case
from shared.case.deciding.limits_begun import settled
from shared.case.deciding.rules import Running
from shared.case.facts.parts import Held


def held_settled(case: Case, changed: frozenset[str]) -> tuple[Held, ...]:
    """Of the changed limits, those that keep their old rule because of a past event (`settled`).

    The events: the limit was missed, extended, restarted or paused, or has ended.
    """
    names = sorted(one.limit for one in case.limits if one.limit in changed)
    return tuple(
        Held(
            what=f"limit:{name}",
            rule="limit-settled",
            text=f"The limit {name} {why}; it stays as it was.",
        )
        for name in names
        if (why := settled(case, name))
    )


def held_dates(
    case: Case, running: Running, changed: frozenset[str], now: datetime
) -> tuple[Held, ...]:
    """Of the changed limits, those that keep their old rule because of their new dates."""
    recorded = {one.limit: one.due_at for one in case.limits}
    held = []
    for one in running.due:
        if one.limit not in changed:
            continue
        if _later(recorded.get(one.limit), one.due_at):
            text = f"The limit {one.limit} would be due later than was told; it stays as it was."
            held.append(Held(what=f"limit:{one.limit}", rule="date-not-later", text=text))
        elif one.due_at is not None and one.due_at <= now:
            text = f"The limit {one.limit} would be over already; it is not applied."
            held.append(Held(what=f"limit:{one.limit}", rule="not-in-the-past", text=text))
    return tuple(held)


def _later(recorded: datetime | None, due_at: datetime | None) -> bool:
    return recorded is not None and (due_at is None or due_at > recorded)
