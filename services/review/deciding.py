"""The decision itself: what an officer proposes and decides, or what the steps decide alone.

Invariant 10, R-102: a refusal has reasons, legal basis and the way to appeal, whoever decides.
"""

from datetime import date, datetime, timedelta

from services.review.commands import ApproveCase, ProposeDecision, RefuseCase
from services.review.refusals import (
    FindingsDisagree,
    FindingsIncomplete,
    NotAssigned,
    RefusalIncomplete,
    SecondPersonNeeded,
    can_approve,
    can_propose,
    can_refuse,
    must_allow,
    must_not_be_own,
    possible,
)
from services.review.validity import grants, must_be_stated
from shared.case import Case, Fact, Rules
from shared.case.facts.parts import Criterion, Finding, Reason
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed
from shared.catalogue import Item
from shared.clock import local_day

STEP = "step-"


def propose(case: Case, cmd: ProposeDecision, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record a finding on each criterion, and what follows from them."""
    must_allow(case, can_propose, "Nobody has the case yet.")
    must_not_be_own(case, cmd.own_subject)
    _must_be_assigned(case, cmd.officer)
    _must_cover(case, cmd.findings)
    findings = _in_order(case, cmd.findings)
    follows = "approve" if all(finding.met for finding in findings) else "refuse"
    if cmd.proposal != follows:
        raise FindingsDisagree(
            f"From these findings follows: {follows}.", actions=possible(case), follows=follows
        )
    proposed = DecisionProposed(officer=cmd.officer, proposal=cmd.proposal, findings=findings)
    return [] if proposed == case.proposal else [proposed]


def _criteria(case: Case) -> tuple[Criterion, ...]:
    return case.review.criteria if case.review else ()


def _must_cover(case: Case, findings: tuple[Finding, ...]) -> None:
    steps = {finding.criterion for finding in step_findings(case)}
    open_steps = {f"{STEP}{stage.code}" for stage in case.stages if stage.kind == "step"}
    codes = [criterion.code for criterion in _criteria(case)]
    wanted = [code for code in codes if code not in steps | open_steps]
    given = [finding.criterion for finding in findings]
    if sorted(given) != sorted(wanted):
        raise FindingsIncomplete(
            f"One finding is needed on each of: {', '.join(wanted)}.",
            actions=possible(case),
            missing=sorted(set(wanted) - set(given)),
            unknown=sorted(set(given) - set(wanted)),
        )


def step_findings(case: Case) -> tuple[Finding, ...]:
    """What the steps found: each is a ground of the decision, and nobody finds it again."""
    return tuple(
        Finding(criterion=f"{STEP}{code}", met=done.outcome == "passed")
        for code, done in case.steps.items()
    )


def _in_order(case: Case, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The item's order with what the steps found, so that the same findings are one proposal."""
    met = {finding.criterion: finding for finding in (*findings, *step_findings(case))}
    return tuple(met[one.code] for one in _criteria(case) if one.code in met)


def _must_be_assigned(case: Case, officer: str) -> None:
    if case.officer != officer:
        raise NotAssigned("Another officer has the case.", actions=possible(case))


def _must_be_decider(case: Case, officer: str, item: Item) -> None:
    """The officer who has the case; where the item asks for two persons, another one."""
    if not item.text.review.second_person:
        _must_be_assigned(case, officer)
    elif case.proposal is not None and case.proposal.officer == officer:
        raise SecondPersonNeeded("Whoever proposed does not decide here.", actions=possible(case))


def approve(case: Case, cmd: ApproveCase, rules: Rules, now: datetime) -> list[Fact]:
    """Approve a case of which every criterion is found met; each result with its validity."""
    if case.approved:
        return []
    must_allow(case, can_approve, "Approval is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    _must_be_decider(case, cmd.officer, rules.item_of(case))
    must_be_stated(case, cmd.validity, rules, local_day(now))
    findings = case.proposal.findings if case.proposal else ()
    granted = grants(case, rules, local_day(now), cmd.validity)
    return [CaseApproved(officer=cmd.officer, findings=findings, grants=granted)]


def refuse(case: Case, cmd: RefuseCase, rules: Rules, now: datetime) -> list[Fact]:
    """Refuse, with reasons, legal basis, appeal body and appeal deadline: invariant 10, R-102."""
    if case.refused:
        return []
    must_allow(case, can_refuse, "Refusal is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    item = rules.item_of(case)
    _must_be_decider(case, cmd.officer, item)
    findings = case.proposal.findings if case.proposal else ()
    unmet = [finding.criterion for finding in findings if not finding.met]
    if sorted(cmd.reasons) != sorted(unmet):
        raise FindingsDisagree(
            f"The criteria found not met are: {', '.join(unmet)}.", actions=possible(case)
        )
    return [
        _refused(
            case,
            officer=cmd.officer,
            findings=findings,
            legal_basis=cmd.legal_basis,
            item=item,
            now=now,
        )
    ]


def by_steps(
    case: Case, officer: str, legal_basis: tuple[str, ...], rules: Rules, now: datetime
) -> Fact:
    """What the outcomes of the steps decide, where the procedure has no officer's decision."""
    findings = step_findings(case)
    if all(finding.met for finding in findings):
        granted = grants(case, rules, local_day(now))
        return CaseApproved(officer=officer, findings=findings, grants=granted)
    return _refused(
        case,
        officer=officer,
        findings=findings,
        legal_basis=legal_basis,
        item=rules.item_of(case),
        now=now,
    )


def _refused(
    case: Case,
    *,
    officer: str,
    findings: tuple[Finding, ...],
    legal_basis: tuple[str, ...],
    item: Item,
    now: datetime,
) -> CaseRefused:
    try:
        return CaseRefused(
            officer=officer,
            findings=findings,
            reasons=_reasons(case, findings),
            legal_basis=legal_basis or item.text.legal_basis,
            appeal_body=item.text.appeal.body,
            appeal_deadline=_appeal_deadline(item, now),
        )
    except ValueError as error:
        raise RefusalIncomplete(str(error), actions=possible(case)) from error


def _reasons(case: Case, findings: tuple[Finding, ...]) -> tuple[Reason, ...]:
    unmet = [finding.criterion for finding in findings if not finding.met]
    texts = {criterion.code: criterion.text for criterion in _criteria(case)}
    return tuple(Reason(criterion=code, text=texts[code]) for code in unmet)


def _appeal_deadline(item: Item, now: datetime) -> date:
    """The last day to appeal: calendar days from the day of the decision, in Asia/Shanghai."""
    return local_day(now) + timedelta(days=item.text.appeal.days)
