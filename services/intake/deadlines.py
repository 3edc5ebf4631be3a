"""What is waited for before the acceptance, counted anew when a calendar notice was loaded.

The applicant's own time only ever gets longer by it; the authority's follows the calendar.
"""

from datetime import datetime

from services.intake.acceptance import await_officer
from services.intake.commands import RecomputeDeadlines
from services.intake.refusals import can_supplement
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import not_earlier, outdated, same_dates
from shared.case.facts.parts import DueDate
from shared.case.intake.acceptance import AcceptanceAwaited, DeadlinesRecomputed
from shared.case.next.position import awaits_officer


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
    if case.supplement is None or case.supplement_requested is None or not can_supplement(case):
        return None
    if not outdated(case, [case.supplement.due], rules):
        return None
    item = rules.item_of(case)
    rule = item.text.supplement
    told = rules.applicant_has(item, n=rule.n, unit=rule.kind, start=case.supplement_requested.at)
    holds = not_earlier(case.supplement.due, told)
    return None if same_dates([case.supplement.due], [holds]) else holds


def _acceptance(case: Case, rules: Rules) -> AcceptanceAwaited | None:
    """The officer's time for the acceptance, and when silence accepts."""
    if case.awaiting is None or not awaits_officer(case):
        return None
    if not outdated(case, case.awaiting.due, rules):
        return None
    told = await_officer(case, rules)
    return None if same_dates(case.awaiting.due, told.due) else told
