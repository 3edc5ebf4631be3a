"""What review decides: pure, time and rules passed in, nothing to do means nothing returned.

The table at the end says which decision answers which command.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from services.review.commands import (
    ApproveCase,
    AssignCase,
    Command,
    FireTimer,
    OpenReview,
    ProposeDecision,
    RefuseCase,
)
from services.review.refusals import (
    FindingsDisagree,
    FindingsIncomplete,
    NotAssigned,
    RefusalIncomplete,
    SecondPersonNeeded,
    can_approve,
    can_assign,
    can_propose,
    can_refuse,
    must_allow,
    must_not_be_own,
    possible,
)
from shared.case import Case, Effect, Fact, Owed, Rules, fire
from shared.case.events_review import (
    CaseApproved,
    CaseAssigned,
    CaseRefused,
    DeadlineApproaching,
    DeadlineMissed,
    DecisionProposed,
    ReviewOpened,
    ReviewStepOverdue,
)
from shared.case.parts import Criterion, DueDate, Finding, Grant, Reason
from shared.catalogue import Item
from shared.clock import local_day


def open_review(case: Case, _cmd: OpenReview, rules: Rules, _now: datetime) -> list[Fact]:
    """Lay an accepted case before its department, with the criteria of its edition (R-116)."""
    if not case.open or not case.accepted or case.review_opened or case.ended_as:
        return []
    criteria = rules.item_of(case).text.review.criteria
    return [
        ReviewOpened(
            department=case.department,
            criteria=tuple(Criterion(code=c.code, text=c.text) for c in criteria),
        )
    ]


def assign(case: Case, cmd: AssignCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Give the case to the officer who asks for it, unless it is their own."""
    must_allow(case, can_assign, "The case is not under review.")
    must_not_be_own(case, cmd.own_subject)
    if case.officer == cmd.officer:
        return []
    return [CaseAssigned(officer=cmd.officer)]


def propose(case: Case, cmd: ProposeDecision, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record a finding on each criterion, and what follows from them."""
    must_allow(case, can_propose, "Nobody has the case yet.")
    must_not_be_own(case, cmd.own_subject)
    _must_be_assigned(case, cmd.officer)
    _must_cover(case, cmd.findings)
    follows = "approve" if all(finding.met for finding in cmd.findings) else "refuse"
    if cmd.proposal != follows:
        raise FindingsDisagree(
            f"From these findings follows: {follows}.", actions=possible(case), follows=follows
        )
    proposed = DecisionProposed(
        officer=cmd.officer, proposal=cmd.proposal, findings=_in_order(case, cmd.findings)
    )
    return [] if proposed == case.proposal else [proposed]


def _criteria(case: Case) -> tuple[Criterion, ...]:
    return case.review.criteria if case.review else ()


def _must_cover(case: Case, findings: tuple[Finding, ...]) -> None:
    wanted = [criterion.code for criterion in _criteria(case)]
    given = [finding.criterion for finding in findings]
    if sorted(given) != sorted(wanted):
        raise FindingsIncomplete(
            f"One finding is needed on each of: {', '.join(wanted)}.",
            actions=possible(case),
            missing=sorted(set(wanted) - set(given)),
            unknown=sorted(set(given) - set(wanted)),
        )


def _in_order(case: Case, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The item's order, so that the same findings are the same proposal."""
    met = {finding.criterion: finding for finding in findings}
    return tuple(met[criterion.code] for criterion in _criteria(case))


def _must_be_assigned(case: Case, officer: str) -> None:
    if case.officer != officer:
        raise NotAssigned("Another officer has the case.", actions=possible(case))


def _must_be_decider(case: Case, officer: str, item: Item) -> None:
    """The officer who has the case; where the item asks for two persons, another one."""
    if not item.text.review.second_person:
        _must_be_assigned(case, officer)
    elif case.proposal is not None and case.proposal.officer == officer:
        raise SecondPersonNeeded("Whoever proposed does not decide here.", actions=possible(case))


def approve(case: Case, cmd: ApproveCase, rules: Rules, _now: datetime) -> list[Fact]:
    """Approve a case of which every criterion is found met."""
    if case.approved:
        return []
    must_allow(case, can_approve, "Approval is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    item = rules.item_of(case)
    _must_be_decider(case, cmd.officer, item)
    findings = case.proposal.findings if case.proposal else ()
    grants = (Grant(grant=1, result=item.text.result.code),)
    return [CaseApproved(officer=cmd.officer, findings=findings, grants=grants)]


def refuse(case: Case, cmd: RefuseCase, rules: Rules, now: datetime) -> list[Fact]:
    """Refuse, with reasons, legal basis, appeal body and appeal deadline: invariant 10, R-102."""
    if case.refused:
        return []
    must_allow(case, can_refuse, "Refusal is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    item = rules.item_of(case)
    _must_be_decider(case, cmd.officer, item)
    findings = case.proposal.findings if case.proposal else ()
    try:
        refused = CaseRefused(
            officer=cmd.officer,
            findings=findings,
            reasons=_reasons(case, cmd, findings),
            legal_basis=cmd.legal_basis or item.text.legal_basis,
            appeal_body=item.text.appeal.body,
            appeal_deadline=_appeal_deadline(item, now),
        )
    except ValueError as error:
        raise RefusalIncomplete(str(error), actions=possible(case)) from error
    return [refused]


def _reasons(case: Case, cmd: RefuseCase, findings: tuple[Finding, ...]) -> tuple[Reason, ...]:
    unmet = [finding.criterion for finding in findings if not finding.met]
    if sorted(cmd.reasons) != sorted(unmet):
        raise FindingsDisagree(
            f"The criteria found not met are: {', '.join(unmet)}.", actions=possible(case)
        )
    texts = {criterion.code: criterion.text for criterion in _criteria(case)}
    return tuple(Reason(criterion=code, text=texts[code]) for code in unmet)


def _appeal_deadline(item: Item, now: datetime) -> date:
    """The last day to appeal: calendar days from the day of the decision, in Asia/Shanghai."""
    return local_day(now) + timedelta(days=item.text.appeal.days)


def _due(case: Case, step: str) -> DueDate | None:
    limit = step.partition(":")[2]
    return next((due for due in case.due if due.limit == limit), None)


def _approaching(case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    due = _due(case, late.step)
    if due is None or due.due is None or due.due_at is None:
        return []
    return [DeadlineApproaching(limit=due.limit, due=due.due, due_at=due.due_at)]


def _missed(case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    due = _due(case, late.step)
    if due is None or due.due is None or due.due_at is None:
        return []
    return [DeadlineMissed(limit=due.limit, due=due.due, due_at=due.due_at)]


def _open_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return open_review(case, OpenReview(), rules, now)


# What a machine can do when the time of a step is over; the rest is recorded as late.
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {"review-opening": _open_late, "approaching": _approaching, "limit": _missed}
)
STEPS = frozenset({*EFFECTS, "assignment", "proposal", "decision"})


def fire_timer(case: Case, cmd: FireTimer, rules: Rules, now: datetime) -> list[Fact]:
    """The time of one of review's steps is over."""
    return fire(
        case,
        service="review",
        step=cmd.step,
        version=cmd.version,
        rules=rules,
        now=now,
        effects=EFFECTS,
        overdue=ReviewStepOverdue,
    )


Decision = Callable[[Case, Any, Rules, datetime], list[Fact]]
DECISIONS: Mapping[type[Command], Decision] = MappingProxyType(
    {
        OpenReview: open_review,
        AssignCase: assign,
        ProposeDecision: propose,
        ApproveCase: approve,
        RefuseCase: refuse,
        FireTimer: fire_timer,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    return DECISIONS[type(command)](case, command, rules, now)
