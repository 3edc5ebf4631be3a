"""The limits of a case on the way: near, crossed, lengthened, begun anew, computed anew.

R-084, R-085, R-088, R-097, R-225.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from services.review.commands import ExtendLimit, RecomputeLimits, RestartLimit
from services.review.refusals import (
    LimitNotExtendable,
    LimitUnknown,
    can_change_limits,
    must_allow,
    must_not_be_own,
    possible,
)
from services.review.validity import grants
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.limits_begun import after, anew, outdated
from shared.case.facts.parts import DueDate
from shared.case.review.limits import (
    DeadlineApproaching,
    DeadlineMissed,
    LimitExtended,
    LimitRestarted,
    Restarted,
    ReviewLimitsRecomputed,
)
from shared.case.review.verdict import CaseApproved
from shared.catalogue.definition.schedule import LimitRule
from shared.clock import ClockError, Due, check_extension


def extend(case: Case, cmd: ExtendLimit, rules: Rules, now: datetime) -> list[Fact]:
    """Lengthen a limit, once, where its item prints it, before it ended. Again: nothing."""
    due, rule = _running(case, cmd.limit, cmd.own_subject, rules)
    if cmd.limit in case.extended:
        return []
    try:
        check_extension(rule, Due(due.due, due.due_at), now, already=0)
    except ClockError as error:
        raise LimitNotExtendable(str(error), actions=possible(case)) from error
    running = rules.running(replace(case, extended=case.extended | {cmd.limit}))
    return [
        LimitExtended(
            limit=cmd.limit,
            officer=cmd.officer,
            approved_by=cmd.approved_by,
            reason=cmd.reason,
            due=running.due,
        )
    ]


def restart(case: Case, cmd: RestartLimit, rules: Rules, now: datetime) -> list[Fact]:
    """Begin a period anew, where a law says so and the item knows it (R-225)."""
    _due, rule = _running(case, cmd.limit, cmd.own_subject, rules)
    if not rule.restartable:
        raise LimitNotExtendable("No rule restarts this limit.", actions=possible(case))
    begun = Restarted(cmd.limit, now, cmd.rule)
    running = rules.running(replace(case, restarts=(*case.restarts, begun)))
    return [LimitRestarted(limit=cmd.limit, officer=cmd.officer, rule=cmd.rule, due=running.due)]


def recompute(case: Case, _cmd: RecomputeLimits, rules: Rules, _now: datetime) -> list[Fact]:
    """The dates under the calendar as it is loaded now; nothing where none changes."""
    if not can_change_limits(case):
        return []
    return by_calendar(case, rules)


def by_calendar(case: Case, rules: Rules) -> list[Fact]:
    """New dates, where some were computed with another calendar, and its notices move them."""
    if not outdated(case, case.limits, rules):
        return []
    return anew(case, rules, ReviewLimitsRecomputed, "calendar")


def _running(case: Case, limit: str, own_subject: str, rules: Rules) -> tuple[DueDate, LimitRule]:
    must_allow(case, can_change_limits, "No limit of this case runs.")
    must_not_be_own(case, own_subject)
    due, rule = _due(case, limit), rules.limits_of(case).get(limit)
    if due is None or rule is None:
        names = ", ".join(one.limit for one in case.limits)
        raise LimitUnknown(f"The limits that run are: {names}.", actions=possible(case))
    return due, rule


def _due(case: Case, limit: str) -> DueDate | None:
    return next((due for due in case.due if due.limit == limit), None)


def approaching(case: Case, late: Owed, rules: Rules, _now: datetime) -> list[Fact]:
    """A limit is near its end; under a newer calendar it may not be."""
    due = _due(case, late.step.partition(":")[2])
    if due is None or due.due is None or due.due_at is None:
        return []
    if moved := _moved(case, due, rules):
        return moved
    return [DeadlineApproaching(limit=due.limit, due=due.due, due_at=due.due_at)]


def missed(case: Case, late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """A limit was crossed: a fact of its own, what follows from it, or the effect of silence."""
    due = _due(case, late.step.partition(":")[2])
    if due is None or due.due is None or due.due_at is None:
        return []
    if moved := _moved(case, due, rules):
        return moved
    rule = rules.limits_of(case).get(due.limit)
    if rule is not None and rule.deemed == "effective" and not case.decided:
        # Nobody objected: it takes effect with the day after the limit (004-128, R-097).
        effective = due.due + timedelta(days=1)
        return [
            CaseApproved(
                officer="system",
                findings=(),
                grants=grants(case, rules, effective),
                deemed=True,
                effective_from=effective,
            )
        ]
    facts: list[Fact] = [DeadlineMissed(limit=due.limit, due=due.due, due_at=due.due_at)]
    if rule is not None and rule.follow_up is not None:
        facts += anew(after(case, facts, now), rules, ReviewLimitsRecomputed, "follow-up")
    return facts


def _moved(case: Case, due: DueDate, rules: Rules) -> list[Fact]:
    """New dates, where a notice that was loaded since moves this one."""
    fresh = by_calendar(case, rules)
    then = {one.limit: one.due_at for fact in fresh for one in fact.due}  # type: ignore[attr-defined]
    return fresh if then.get(due.limit, due.due_at) != due.due_at else []
