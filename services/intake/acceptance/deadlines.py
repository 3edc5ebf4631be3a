"""What is waited for before the acceptance, counted anew when a calendar notice was loaded.

The applicant's own time only ever gets longer by it; the authority's follows the calendar.
"""

from collections.abc import Sequence
from datetime import datetime

from services.intake.standing import supplement_awaited
from shared.case import Case, Effect, Fact, Owed, Rules, owed_of
from shared.case.deciding.limits_begun import after, not_earlier, outdated, same_dates
from shared.case.facts.parts import DueDate
from shared.case.intake.acceptance import AcceptanceAwaited, DeadlinesRecomputed
from shared.case.next.position import awaits_officer, ready_for_acceptance
from shared.casework.topics import CaseCommand, Topic


class RecomputeDeadlines(CaseCommand, frozen=True, kw_only=True):
    """A calendar notice was loaded: what waits before the acceptance is counted anew."""


def await_officer(case: Case, rules: Rules) -> AcceptanceAwaited:
    """Whoever is to accept has the item's limit for it, counted from the complete application."""
    ready = ready_for_acceptance(case)
    limits = rules.acceptance_due(case, start=ready.at)
    ends = [due.due_at for due, _ in limits if due.due_at is not None]
    deemed = [due.due_at for due, silent in limits if silent and due.due_at is not None]
    return AcceptanceAwaited(
        due=tuple(due for due, _ in limits),
        due_at=min(ends, default=ready.at + rules.pace.desk),
        deemed_at=min(deemed, default=None),
    )


def recompute(case: Case, _cmd: RecomputeDeadlines, rules: Rules, _now: datetime) -> list[Fact]:
    """The times before the acceptance by the present calendar; nothing where none changes."""
    if not case.open or case.accepted or case.ended_as:
        return []
    pay_by, supplement = _pay_by(case, rules), _supplement(case, rules)
    awaited = _acceptance(case, rules)
    if pay_by is None and supplement is None and awaited is None:
        return []
    return [
        DeadlinesRecomputed(
            why="calendar",
            pay_by=pay_by,
            supplement=supplement,
            acceptance=awaited.due if awaited else (),
            due_at=awaited.due_at if awaited else None,
            deemed_at=awaited.deemed_at if awaited else None,
        )
    ]


def _pay_by(case: Case, rules: Rules) -> datetime | None:
    """A later end of the time to pay."""
    if case.fee is None or case.fee.pay_by is None or case.fee_paid:
        return None
    item = rules.item_of(case)
    days = item.text.fee.pay_within_days
    told = rules.applicant_has(item, n=days, unit="calendar_days", start=case.fee.mark.at)
    later = told.due_at is not None and told.due_at > case.fee.pay_by
    return told.due_at if later else None


def _supplement(case: Case, rules: Rules) -> DueDate | None:
    """Another end of the time to hand in what is missing, or another mark on it."""
    if case.supplement is None or case.supplement_requested is None or not supplement_awaited(case):
        return None
    if not outdated(case, [case.supplement.fact.due], rules):
        return None
    item = rules.item_of(case)
    rule = item.text.supplement
    told = rules.applicant_has(item, n=rule.n, unit=rule.kind, start=case.supplement_requested.at)
    holds = not_earlier(case.supplement.fact.due, told)
    return None if same_dates([case.supplement.fact.due], [holds]) else holds


def _acceptance(case: Case, rules: Rules) -> AcceptanceAwaited | None:
    """The officer's time for the acceptance, and when silence accepts."""
    if case.awaiting is None or not awaits_officer(case):
        return None
    if not outdated(case, case.awaiting.fact.due, rules):
        return None
    told = await_officer(case, rules)
    return None if same_dates(case.awaiting.fact.due, told.due) else told


def unless_moved(effect: Effect) -> Effect:
    """The effect, unless the step is not late by the calendar as it is loaded now."""

    def checked(case: Case, late: Owed, rules: Rules, now: datetime) -> Sequence[Fact]:
        moved = recompute(case, RecomputeDeadlines(), rules, now)
        then = owed_of(after(case, moved, now), "intake", pace=rules.pace)
        if moved and not any(one.step == late.step and one.due_at <= now for one in then):
            return moved
        return effect(case, late, rules, now)

    return checked


TOPIC = Topic(decisions={RecomputeDeadlines: recompute})
