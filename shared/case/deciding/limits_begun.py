"""Which limits a decision began: the same rule for every service that writes on a case.

A limit starts with its own event, which may be an inspection that was passed or an order to the
producer; whoever records that event records, in the same commit, that the limit runs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from shared.case.deciding.rules import Rules, Running
from shared.case.facts.fact import Fact, Recorded
from shared.case.facts.parts import DueDate
from shared.case.facts.recomputed import LimitsRecomputed, Why
from shared.case.fold import evolve
from shared.case.next.owed import RESULT
from shared.case.next.position import happened, moments
from shared.case.state import Case

L = TypeVar("L", bound=LimitsRecomputed)


def after(case: Case, facts: Sequence[Fact], now: datetime) -> Case:
    """The case as these facts leave it."""
    for fact in facts:
        case = evolve(case, Recorded(fact, case.version + 1, now))
    return case


def begun(
    case: Case, facts: Sequence[Fact], rules: Rules, now: datetime, kind: type[L]
) -> list[Fact]:
    """The facts, and what says which limits they began, if any.

    The dates of limits that run already stay as they are.
    """
    then = after(case, facts, now)
    if not facts or then.accepted is None or then.ended_as is not None:
        return list(facts)
    starts = frozenset(rule.start_event for rule in rules.limits_of(then).values())
    if moments(then, starts).keys() <= moments(case, starts).keys():
        return list(facts)
    return [*facts, _fact(kind, "started", rules.running(then, keep=then.limits), then)]


def anew(case: Case, rules: Rules, kind: type[L], why: Why) -> list[Fact]:
    """All limits of the case computed anew; nothing where that changes none.

    A date that comes out the same under another calendar did not depend on what was announced.
    """
    running = rules.running(case)
    if same_dates(case.limits, running.due):
        return []
    return [_fact(kind, why, running, case)]


def outdated(case: Case, dates: Sequence[DueDate], rules: Rules) -> bool:
    """Whether one of these dates of the case was computed with another calendar than the present.

    Dates of the present one stay as they were told.
    """
    present = rules.calendar_of(rules.item_of(case)).version
    return any(date.calendar_version not in {"", present} for date in dates)


def same_dates(old: Sequence[DueDate], new: Sequence[DueDate]) -> bool:
    """Whether nothing differs but the version of the calendar."""
    return _bare(old) == _bare(new)


def _bare(dates: Sequence[DueDate]) -> list[DueDate]:
    return [replace(date, calendar_version="") for date in dates]


def not_earlier(old: DueDate, new: DueDate) -> DueDate:
    """An applicant's own deadline counted anew: whoever was told a day may rely on it."""
    if old.due is None or new.due is None or new.due >= old.due:
        return new
    return replace(new, due=old.due, due_at=old.due_at)


def _fact(kind: type[L], why: Why, running: Running, case: Case) -> L:
    ends = {name: end for name, end in running.ends.items() if case.ends.get(name) != end}
    days = {date.limit: date.due for date in case.limits}
    moved = [date.limit for date in running.due if days.get(date.limit, date.due) != date.due]
    return kind(why=why, due=running.due, ends=ends, moved=tuple(moved))


def settled(case: Case, limit: str) -> str:
    """What already happened to a limit that fixes its rule; empty where nothing did."""
    if limit in case.missed:
        return "was missed"
    if limit in case.extended:
        return "was extended"
    if any(one.limit == limit for one in case.restarts):
        return "was begun anew"
    if any(limit in one.limits for one in case.paused.values()):
        return "stands still now"
    if happened(case, case.ends.get(limit, RESULT)) is not None:
        return "has ended"
    return ""
