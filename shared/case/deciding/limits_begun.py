"""The limits that a decision starts: the same rule for every service that writes on a case.

A limit starts with its own event, for example a passed inspection or an order to the producer. The
service that records this event also records, in the same commit, that the limit runs.
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
    """The case after these facts."""
    for fact in facts:
        case = evolve(case, Recorded(fact, case.version + 1, now))
    return case


def begun(
    case: Case, facts: Sequence[Fact], rules: Rules, now: datetime, kind: type[L]
) -> list[Fact]:
    """The facts, followed by the fact that records the limits they started, if any.

    The dates of limits that already run stay unchanged.
    """
    then = after(case, facts, now)
    if not facts or then.accepted is None or then.ended_as is not None:
        return list(facts)
    starts = frozenset(rule.start_event for rule in rules.limits_of(then).values())
    if moments(then, starts).keys() <= moments(case, starts).keys():
        return list(facts)
    return [*facts, _fact(kind, "started", rules.running(then, keep=then.limits), then)]


def anew(case: Case, rules: Rules, kind: type[L], why: Why) -> list[Fact]:
    """All limits of the case, computed anew; empty if no limit changes.

    A date that is the same under another calendar did not depend on any announcement.
    """
    running = rules.running(case)
    if same_dates(case.limits, running.due):
        return []
    return [_fact(kind, why, running, case)]


def outdated(case: Case, dates: Sequence[DueDate], rules: Rules) -> bool:
    """Whether one of these dates of the case was computed with another calendar than the present.

    Dates of the present calendar stay as they were announced to the applicant.
    """
    present = rules.calendar_of(rules.item_of(case)).version
    return any(date.calendar_version not in {"", present} for date in dates)


def same_dates(old: Sequence[DueDate], new: Sequence[DueDate]) -> bool:
    """Whether the dates differ at most in the version of the calendar."""
    return _bare(old) == _bare(new)


def _bare(dates: Sequence[DueDate]) -> list[DueDate]:
    return [replace(date, calendar_version="") for date in dates]


def not_earlier(old: DueDate, new: DueDate) -> DueDate:
    """An applicant's own deadline, recomputed but never earlier: an announced date is binding."""
    if old.due is None or new.due is None or new.due >= old.due:
        return new
    return replace(new, due=old.due, due_at=old.due_at)


def _fact(kind: type[L], why: Why, running: Running, case: Case) -> L:
    ends = {name: end for name, end in running.ends.items() if case.ends.get(name) != end}
    days = {date.limit: date.due for date in case.limits}
    moved = [date.limit for date in running.due if days.get(date.limit, date.due) != date.due]
    return kind(why=why, due=running.due, ends=ends, moved=tuple(moved))


def settled(case: Case, limit: str) -> str:
    """The past event that fixes a limit's rule, as the predicate of a sentence; empty if none."""
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
