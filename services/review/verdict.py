"""What an officer proposes and decides, or what the steps decide alone.

Invariant 10, R-102: a refusal has reasons, legal basis and the way to appeal, whoever decides.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import marshmallow as ma
import msgspec
from flask import Response

from services.review.assignment import STEP, has_case, must_be_assigned
from services.review.limits import SecondPersonNeeded
from services.review.old_documents import NUMBER, OldDocument, found, must_be_theirs
from services.review.room import Desk, Review
from services.review.validity import grants, must_be_stated
from shared.case import Case, Fact, Rules
from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Criterion, Finding, Reason
from shared.case.next.position import next_step, under_review
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed, Proposal
from shared.casework.desk import acting
from shared.casework.schemas import CODE, DoneSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.catalogue import Item
from shared.catalogue.rules.remedies import remedy_of
from shared.clock import local_day
from shared.clock.counting.limits import LARGEST
from shared.http import Blueprint, Bool, Choice, Day, Int, Items, Nested, Schema, Str, Text
from shared.http.public_text import PublicStr

MOST_CRITERIA = 50
MOST_RESULTS = 20
MOST_SPAN = max(LARGEST["calendar_days"], LARGEST["months"], LARGEST["years"])


class ProposeDecision(CaseCommand, frozen=True, kw_only=True):
    """The officer's finding on each criterion, and what follows from them."""

    officer: str
    own_subject: str
    proposal: Proposal
    findings: tuple[Finding, ...]


class ApproveCase(CaseCommand, frozen=True, kw_only=True):
    """Approve what was proposed for approval; `validity`: what the item leaves to the officer.

    `old_documents`: the older ones that its results stand in for.
    """

    officer: str
    own_subject: str
    validity: tuple[Stated, ...] = ()
    old_documents: tuple[OldDocument, ...] = ()


class RefuseCase(CaseCommand, frozen=True, kw_only=True):
    """Refuse what was proposed for refusal, for the criteria named.

    `legal_basis` empty: the item's own. `explained`: the officer's own words go with it.
    """

    officer: str
    own_subject: str
    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...] = ()
    explained: bool = False


class FindingsIncomplete(Instead):
    """Each criterion of the item needs one finding, and nothing else is found on."""

    code = "findings-incomplete"


class FindingsDisagree(Instead):
    """What is proposed or decided does not follow from the findings."""

    code = "findings-disagree"


class RefusalIncomplete(Instead):
    """A refusal needs reasons, a legal basis, an appeal body and an appeal deadline."""

    code = "refusal-incomplete"


class ExplanationNeeded(Instead):
    """What the item prints does not say why: the refusal needs the officer's own words."""

    code = "explanation-needed"


def can_propose(case: Case) -> bool:
    """Once somebody has the case and its steps are done; a better proposal may follow."""
    return under_review(case) and case.officer is not None and next_step(case) is None


def _proposed(case: Case) -> str | None:
    """What is proposed of a case under review."""
    return case.proposal.fact.proposal if under_review(case) and case.proposal else None


def can_approve(case: Case) -> bool:
    """When approval is what is proposed."""
    return _proposed(case) == "approve"


def can_refuse(case: Case) -> bool:
    """When refusal is what is proposed."""
    return _proposed(case) == "refuse"


def propose(case: Case, cmd: ProposeDecision, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record a finding on each criterion, and what follows from them."""
    must_allow(case, can_propose, "Nobody has the case yet.")
    must_not_be_own(case, cmd.own_subject)
    must_be_assigned(case, cmd.officer)
    found_here = _without_steps(case, cmd.findings)
    _must_cover(case, found_here)
    findings = _in_order(case, found_here)
    follows = "approve" if all(finding.met for finding in findings) else "refuse"
    if cmd.proposal != follows:
        raise FindingsDisagree(f"From these findings follows: {follows}.", follows=follows)
    proposed = DecisionProposed(officer=cmd.officer, proposal=cmd.proposal, findings=findings)
    known = case.proposal.fact if case.proposal else None
    return [] if proposed == known else [proposed]


def _criteria(case: Case) -> tuple[Criterion, ...]:
    return case.review.fact.criteria if case.review else ()


def for_the_officer(case: Case) -> tuple[Criterion, ...]:
    """The criteria on which the officer finds; on those of the steps, the steps found."""
    of_steps = {f"{STEP}{stage.code}" for stage in case.stages if stage.is_step}
    return tuple(one for one in _criteria(case) if one.code not in of_steps)


def _without_steps(case: Case, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings without those that repeat what a step found. FindingsDisagree for another."""
    by_steps = {finding.criterion: finding for finding in step_findings(case)}
    for one in findings:
        if one.criterion in by_steps and one != by_steps[one.criterion]:
            raise FindingsDisagree(f"On {one.criterion} the step found otherwise.")
    return tuple(one for one in findings if one.criterion not in by_steps)


def _must_cover(case: Case, findings: tuple[Finding, ...]) -> None:
    wanted = [criterion.code for criterion in for_the_officer(case)]
    given = [finding.criterion for finding in findings]
    if sorted(given) != sorted(wanted):
        raise FindingsIncomplete(
            f"One finding is needed on each of: {', '.join(wanted)}.",
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


def _must_be_decider(case: Case, officer: str, item: Item) -> None:
    """The officer who has the case; where the item asks for two persons, another one."""
    if not item.text.review.second_person:
        must_be_assigned(case, officer)
    elif case.proposal is not None and case.proposal.fact.officer == officer:
        raise SecondPersonNeeded("Whoever proposed does not decide here.")


def _may_decide(case: Case, asking: Asking) -> bool:
    try:
        _must_be_decider(case, asking.staff, asking.rules.item_of(case))
    except Instead:
        return False
    return True


def approve(case: Case, cmd: ApproveCase, rules: Rules, now: datetime) -> list[Fact]:
    """Approve a case of which every criterion is found met; each result with its validity."""
    if case.approved:
        return []
    must_allow(case, can_approve, "Approval is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    _must_be_decider(case, cmd.officer, rules.item_of(case))
    return [approval_of(case, cmd, rules, now)]


def approval_of(case: Case, cmd: ApproveCase, rules: Rules, now: datetime) -> CaseApproved:
    """The approval of what is proposed, whoever gives it."""
    must_be_stated(case, cmd.validity, rules, local_day(now))
    must_be_theirs(case, cmd.old_documents, rules)
    findings = case.proposal.fact.findings if case.proposal else ()
    old = {one.result: one.document for one in cmd.old_documents}
    granted = grants(case, rules, local_day(now), cmd.validity, old)
    return CaseApproved(officer=cmd.officer, findings=findings, grants=granted)


def refuse(case: Case, cmd: RefuseCase, rules: Rules, now: datetime) -> list[Fact]:
    """Refuse, with reasons, legal basis, appeal body and appeal deadline: invariant 10, R-102."""
    if case.refused:
        return []
    must_allow(case, can_refuse, "Refusal is not what is proposed.")
    must_not_be_own(case, cmd.own_subject)
    _must_be_decider(case, cmd.officer, rules.item_of(case))
    return [refusal_of(case, cmd, rules, now)]


def refusal_of(case: Case, cmd: RefuseCase, rules: Rules, now: datetime) -> CaseRefused:
    """The refusal of what is proposed, whoever gives it."""
    item = rules.item_of(case)
    findings = case.proposal.fact.findings if case.proposal else ()
    unmet = [finding.criterion for finding in findings if not finding.met]
    if sorted(cmd.reasons) != sorted(unmet):
        raise FindingsDisagree(f"The criteria found not met are: {', '.join(unmet)}.")
    # Where nobody applied there is nobody to tell it to, and no key that could seal it.
    if case.subject and not cmd.explained and not _says_why(item, unmet):
        raise ExplanationNeeded("Say in your own words why: the item prints no criterion for it.")
    refused = _refused(
        case,
        officer=cmd.officer,
        findings=findings,
        legal_basis=cmd.legal_basis,
        item=item,
        now=now,
    )
    return msgspec.structs.replace(refused, explained=cmd.explained)


def _says_why(item: Item, unmet: Sequence[str]) -> bool:
    """Whether a criterion that was not met is one of several that the item prints."""
    printed = {one.code for one in item.text.review.criteria}
    return len(printed) > 1 and any(code in printed for code in unmet)


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
    remedy = remedy_of(item.text, case.office)
    try:
        return CaseRefused(
            officer=officer,
            findings=findings,
            reasons=_reasons(case, findings, item),
            legal_basis=legal_basis or item.text.legal_basis,
            appeal_body=remedy.body,
            appeal_deadline=local_day(now) + timedelta(days=remedy.days),
        )
    except ValueError as error:
        raise RefusalIncomplete(str(error)) from error


def _reasons(case: Case, findings: tuple[Finding, ...], item: Item) -> tuple[Reason, ...]:
    """What was found not met: what the item's file says of that, else the criterion's text."""
    unmet = [finding.criterion for finding in findings if not finding.met]
    texts = {criterion.code: criterion.text for criterion in _criteria(case)}
    texts |= {one.code: one.unmet for one in item.text.review.criteria if one.unmet}
    return tuple(Reason(criterion=code, text=texts[code]) for code in unmet)


class FindingSchema(Schema):
    """Met or not: a flag, never what a document says."""

    criterion = Str(required=True, max_length=64, pattern=CODE)
    met = Bool(required=True)


class ProposalSchema(Schema):
    """A finding on each criterion, and what follows; the note is sealed."""

    proposal = Choice("approve", "refuse", required=True)
    findings = Items(Nested(FindingSchema), least=1, most=MOST_CRITERIA, required=True)
    note = Text(max_length=2000, lines=True)


class SpanSchema(Schema):
    """A length of time."""

    n = Int(minimum=1, maximum=MOST_SPAN, required=True)
    unit = Choice("calendar_days", "months", "years", required=True)

    @ma.validates_schema
    def _as_long_as_there_is(self, data: dict[str, Any], **_: Any) -> None:
        most = LARGEST[data["unit"]]
        if data["n"] > most:
            raise ma.ValidationError(f"must be between 1 and {most}", "n")


class ValiditySchema(Schema):
    """How long one result is valid, as far as its item leaves that to the officer.

    `original_until` is the last day of the document that it stands in for, `authority_changed`
    whether another authority issues it than issued that one.
    """

    result = Str(required=True, max_length=64, pattern=CODE)
    span = Nested(SpanSchema)
    original_until = Day()
    authority_changed = Bool()


class OldDocumentSchema(Schema):
    """The older document that a result stands in for: by its printed number, where it is ours.

    Without a number the applicant's last document of the result's series is meant.
    """

    result = Str(required=True, max_length=64, pattern=CODE)
    number = Str(max_length=80, pattern=NUMBER)


class ApprovalSchema(Schema):
    """What `validity_open` of the case asks for; empty where nothing is left open.

    `old_documents`: of the same applicant, for results that stand in for an older document.
    """

    validity = Items(Nested(ValiditySchema), most=MOST_RESULTS, load_default=list)
    old_documents = Items(Nested(OldDocumentSchema), most=MOST_RESULTS, load_default=list)


class RefusalSchema(Schema):
    """The criteria that are not met; the basis is the item's own unless another is cited.

    `explanation`, the officer's own words to the applicant, is sealed; it is needed where the item
    prints no criterion that says why.
    """

    reasons = Items(Str(max_length=64, pattern=CODE), least=1, most=MOST_CRITERIA, required=True)
    legal_basis = Items(PublicStr(max_length=1000), most=20, load_default=list)
    explanation = Text(max_length=2000, lines=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Propose and decide."""

    @blp.post("/<case>/proposal")
    @blp.arguments(ProposalSchema)
    @blp.response(200, DoneSchema)
    def propose(body: dict[str, Any], case: str) -> Response:
        """Propose a decision: a finding on each criterion, and what follows (审查意见)."""
        findings = tuple(Finding(**finding) for finding in body["findings"])
        command = ProposeDecision(proposal=body["proposal"], findings=findings, **acting())
        return desk(case, command, body)

    @blp.post("/<case>/approval")
    @blp.arguments(ApprovalSchema)
    @blp.response(200, DoneSchema)
    def approve(body: dict[str, Any], case: str) -> Response:
        """Approve what was proposed for approval, each result with its validity (准予)."""
        stated = tuple(msgspec.convert(one, Stated) for one in body["validity"])
        officer = acting()

        def approval(review: Review, case: Case) -> ApproveCase:
            old = found(case, body["old_documents"], review)
            return ApproveCase(validity=stated, old_documents=old, **officer)

        return desk(case, approval, body)

    @blp.post("/<case>/refusal")
    @blp.arguments(RefusalSchema)
    @blp.response(200, DoneSchema)
    def refuse(body: dict[str, Any], case: str) -> Response:
        """Refuse, with reasons, legal basis, appeal body and appeal deadline (不予许可)."""
        command = RefuseCase(
            reasons=tuple(body["reasons"]),
            legal_basis=tuple(body["legal_basis"]),
            explained="explanation" in body,
            **acting(),
        )
        return desk(case, command, body)


TOPIC = Topic(
    decisions={ProposeDecision: propose, ApproveCase: approve, RefuseCase: refuse},
    actions={"proposal": can_propose, "approval": can_approve, "refusal": can_refuse},
    offers={
        "proposal": has_case,
        "approval": _may_decide,
        "refusal": _may_decide,
    },
    late=frozenset({"proposal", "decision"}),
    sealed={
        ProposeDecision: (DecisionProposed.TYPE, "note"),
        RefuseCase: (CaseRefused.TYPE, "explanation"),
    },
    routes=routes,
)
