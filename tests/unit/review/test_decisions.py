"""Review's rules, each as given, when, then: nobody is refused without a reason, a basis, a way."""

from datetime import date, timedelta

import msgspec
import pytest

from services.review.assignment import AssignCase, NotAssigned, OpenReview
from services.review.topics import REVIEW
from services.review.verdict import (
    ApproveCase,
    FindingsDisagree,
    FindingsIncomplete,
    ProposeDecision,
    RefusalIncomplete,
    RefuseCase,
    SecondPersonNeeded,
)
from shared.case import Fact, owed
from shared.case.facts.parts import Finding, Grant, Reason
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.production import DocumentProduced, ProductionFailed
from shared.case.review.assignment import CaseAssigned, ReviewOpened
from shared.case.review.limits import DeadlineApproaching, DeadlineMissed
from shared.case.review.upkeep import ReviewStepOverdue
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed
from shared.casework.topics import FireTimer, NotPossibleNow, OwnApplication
from shared.catalogue.definition.outcome import AppealRule, ReviewRule
from shared.catalogue.rules.remedies import remedy_of
from shared.eventlog.errors import NotFound
from tests.support.given import (
    CRITERIA,
    START,
    SUBJECT,
    accepted,
    assessed,
    assigned,
    findings,
    given,
    history,
    opened,
    ordered,
    paid,
    proposed,
    rules,
    rules_with,
    submitted,
    under_review,
)

ACCEPTED: tuple[Fact, ...] = (submitted(), assessed(), paid(), accepted())
OPENED: tuple[Fact, ...] = (*ACCEPTED, opened())
ASSIGNED = under_review()
TO_APPROVE = (*ASSIGNED, proposed(True, True))
TO_REFUSE = (*ASSIGNED, proposed(True, False))
APPROVED = (
    *TO_APPROVE,
    CaseApproved(
        officer="staff-2", findings=findings(), grants=(Grant(grant=1, result="identity-card"),)
    ),
)
WITHDRAWN = CaseWithdrawn(status="under-review")


def assignment(officer: str = "staff-1", own: str = "") -> AssignCase:
    return AssignCase(officer=officer, own_subject=own)


def proposal(*met: bool, officer: str = "staff-1", says: str = "") -> ProposeDecision:
    found = findings(*met)
    follows = says or ("approve" if all(f.met for f in found) else "refuse")
    return msgspec.convert(
        {
            "officer": officer,
            "own_subject": "",
            "proposal": follows,
            "findings": msgspec.to_builtins(found),
        },
        ProposeDecision,
    )


def approval(officer: str = "staff-2", own: str = "") -> ApproveCase:
    return ApproveCase(officer=officer, own_subject=own)


def refusal(*reasons: str, officer: str = "staff-2", basis: tuple[str, ...] = ()) -> RefuseCase:
    return RefuseCase(officer=officer, own_subject="", reasons=reasons, legal_basis=basis)


# --- opening and assignment ---


@pytest.mark.requirement("R-116")
def test_an_accepted_case_is_laid_before_its_department_with_the_criteria() -> None:
    fact = given(*ACCEPTED).when(REVIEW.decide, OpenReview()).fact
    assert isinstance(fact, ReviewOpened)
    assert [c.code for c in fact.criteria] == list(CRITERIA)
    assert fact.department == "public-security"


@pytest.mark.parametrize(
    "before", [(), (submitted(), assessed(), paid()), OPENED, (*ACCEPTED, WITHDRAWN)]
)
def test_a_review_is_opened_once_and_only_for_an_accepted_case(before: tuple[Fact, ...]) -> None:
    given(*before).when(REVIEW.decide, OpenReview()).nothing()


def test_an_officer_takes_a_case_once_and_another_may_take_it_over() -> None:
    given(*OPENED).when(REVIEW.decide, assignment()).then(CaseAssigned(officer="staff-1"))
    given(*ASSIGNED).when(REVIEW.decide, assignment()).nothing()
    given(*ASSIGNED).when(REVIEW.decide, assignment("staff-2")).then(
        CaseAssigned(officer="staff-2")
    )


def test_of_a_case_taken_over_as_it_was_recorded_before_the_proposal_is_gone() -> None:
    """What stands in the log keeps its meaning."""
    given(*TO_APPROVE, assigned("staff-2")).when(REVIEW.decide, approval("staff-2")).refused(
        NotPossibleNow, actions=("assignment", "release", "passing-on", "correction", "proposal")
    )


@pytest.mark.parametrize("before", [ACCEPTED, APPROVED, (*OPENED, WITHDRAWN)])
def test_assignment_needs_a_running_review(before: tuple[Fact, ...]) -> None:
    given(*before).when(REVIEW.decide, assignment()).refused(NotPossibleNow)


@pytest.mark.parametrize(
    "command",
    [
        assignment(own=SUBJECT),
        ProposeDecision(
            officer="staff-1", own_subject=SUBJECT, proposal="approve", findings=findings()
        ),
        approval(own=SUBJECT),
        RefuseCase(officer="staff-1", own_subject=SUBJECT, reasons=(CRITERIA[1],)),
    ],
)
def test_nobody_handles_their_own_application(command: object) -> None:
    before = TO_REFUSE if isinstance(command, RefuseCase) else TO_APPROVE
    given(*before).when(REVIEW.decide, command).refused(OwnApplication)


# --- the proposal ---


def test_a_proposal_has_a_finding_on_each_criterion_in_the_items_order() -> None:
    mixed = proposal(True, False)
    swapped = msgspec.structs.replace(mixed, findings=mixed.findings[::-1])
    given(*ASSIGNED).when(REVIEW.decide, swapped).then(proposed(True, False))


@pytest.mark.requirement("R-116", "R-126")
@pytest.mark.parametrize(
    "found",
    [
        (),
        findings()[:1],
        (*findings(), Finding(criterion="shoe-size", met=True)),
        (findings()[0], findings()[0]),
    ],
)
def test_findings_cover_the_criteria_and_nothing_else(found: tuple[Finding, ...]) -> None:
    command = ProposeDecision(officer="staff-1", own_subject="", proposal="approve", findings=found)
    given(*ASSIGNED).when(REVIEW.decide, command).refused(FindingsIncomplete)


@pytest.mark.parametrize(
    "command", [proposal(True, False, says="approve"), proposal(True, True, says="refuse")]
)
def test_a_proposal_follows_from_its_findings(command: ProposeDecision) -> None:
    given(*ASSIGNED).when(REVIEW.decide, command).refused(FindingsDisagree)


def test_the_same_proposal_again_does_nothing_and_a_better_one_replaces_it() -> None:
    given(*TO_APPROVE).when(REVIEW.decide, proposal(True, True)).nothing()
    given(*TO_APPROVE).when(REVIEW.decide, proposal(True, False)).then_types(DecisionProposed)


def test_only_the_officer_who_has_the_case_proposes() -> None:
    given(*ASSIGNED).when(REVIEW.decide, proposal(officer="staff-2")).refused(NotAssigned)
    given(*OPENED).when(REVIEW.decide, proposal()).refused(NotPossibleNow, actions=("assignment",))


# --- the decision ---


def test_a_case_is_approved_with_what_it_grants() -> None:
    given(*TO_APPROVE).when(REVIEW.decide, approval()).then(APPROVED[-1])
    given(*APPROVED).when(REVIEW.decide, approval()).nothing()


@pytest.mark.requirement("R-102")
def test_a_refusal_says_why_on_what_basis_and_where_to_appeal_until_when() -> None:
    fact = given(*TO_REFUSE).when(REVIEW.decide, refusal(CRITERIA[1])).fact
    text = rules().catalogue.item("000-01").text
    assert isinstance(fact, CaseRefused)
    told = {one.code: one.unmet for one in text.review.criteria}[CRITERIA[1]]
    assert fact.reasons == (Reason(criterion=CRITERIA[1], text=told or ""),)
    assert "已变更" in fact.reasons[0].text  # what was found, not the criterion
    assert fact.legal_basis == text.legal_basis
    assert fact.appeal_body == remedy_of(text).body
    assert fact.appeal_deadline == date(2026, 11, 24)  # sixty days after 25 September
    given(*TO_REFUSE, fact).when(REVIEW.decide, refusal(CRITERIA[1])).nothing()


def test_an_officer_may_cite_another_basis() -> None:
    fact = given(*TO_REFUSE).when(REVIEW.decide, refusal(CRITERIA[1], basis=("第三条",))).fact
    assert fact.legal_basis == ("第三条",)


@pytest.mark.parametrize("reasons", [(), (CRITERIA[0],), CRITERIA, ("shoe-size",)])
def test_the_reasons_are_the_criteria_found_not_met(reasons: tuple[str, ...]) -> None:
    given(*TO_REFUSE).when(REVIEW.decide, refusal(*reasons)).refused(FindingsDisagree)


def test_a_blank_basis_is_no_basis() -> None:
    given(*TO_REFUSE).when(REVIEW.decide, refusal(CRITERIA[1], basis=(" ",))).refused(
        RefusalIncomplete
    )


def test_an_item_without_a_way_to_appeal_cannot_refuse() -> None:
    using = rules_with(appeal=AppealRule(body=" ", days=60, basis=()), remedy=None)
    given(*TO_REFUSE, using=using).when(REVIEW.decide, refusal(CRITERIA[1])).refused(
        RefusalIncomplete
    )


@pytest.mark.requirement("R-126")
@pytest.mark.parametrize(
    ("before", "command"),
    [
        (ASSIGNED, approval()),
        (ASSIGNED, refusal(CRITERIA[1])),
        (TO_REFUSE, approval()),
        (TO_APPROVE, refusal(CRITERIA[1])),
        (APPROVED, refusal(CRITERIA[1])),
        (APPROVED, proposal(True, False)),
        ((*TO_APPROVE, WITHDRAWN), approval()),
    ],
)
def test_decisions_out_of_order_are_refused(before: tuple[Fact, ...], command: object) -> None:
    given(*before).when(REVIEW.decide, command).refused(NotPossibleNow)


def test_where_one_person_decides_it_is_the_officer_who_has_the_case() -> None:
    criteria = rules().catalogue.item("000-01").text.review.criteria
    using = rules_with(review=ReviewRule(criteria=criteria))
    given(*TO_APPROVE, using=using).when(REVIEW.decide, approval()).refused(NotAssigned)
    given(*TO_REFUSE, using=using).when(REVIEW.decide, refusal(CRITERIA[1])).refused(NotAssigned)
    given(*TO_APPROVE, using=using).when(REVIEW.decide, approval("staff-1")).then_types(
        CaseApproved
    )


def test_whoever_proposed_does_not_decide_where_a_paper_gets_a_number() -> None:
    """M6: one officer proposed and approved alone."""
    given(*TO_APPROVE).when(REVIEW.decide, approval("staff-1")).refused(SecondPersonNeeded)
    given(*TO_REFUSE).when(REVIEW.decide, refusal(CRITERIA[1], officer="staff-1")).refused(
        SecondPersonNeeded
    )
    given(*TO_APPROVE).when(REVIEW.decide, approval()).then_types(CaseApproved)


def test_a_case_of_an_edition_from_before_keeps_its_one_officer() -> None:
    """The edition of 2026-11-21 asked for no second person; what is pinned to it goes on so."""
    catalogue = rules().catalogue
    before, now = catalogue.at("2026.11.21").item("000-01"), catalogue.item("000-01")
    assert (before.text.review.second_person, now.text.review.second_person) == (False, True)
    assert catalogue.pinned(before.hash).text.review.second_person is False


@pytest.mark.parametrize("command", [assignment(), proposal(), approval(), refusal(CRITERIA[1])])
def test_no_command_of_review_makes_a_case(command: object) -> None:
    given().when(REVIEW.decide, command).refused(NotFound)


# --- invariant 10: it cannot even be built ---


REFUSED = {
    "officer": "staff-1",
    "findings": [{"criterion": CRITERIA[1], "met": False}],
    "reasons": [{"criterion": CRITERIA[1], "text": "t"}],
    "legal_basis": ["b"],
    "appeal_body": "body",
    "appeal_deadline": "2026-11-24",
}


@pytest.mark.parametrize(
    "broken",
    [
        {"reasons": []},
        {"reasons": [{"criterion": "c", "text": " "}]},
        {"legal_basis": []},
        {"legal_basis": [""]},
        {"appeal_body": ""},
        {"appeal_body": " "},
        {"appeal_deadline": None},
    ],
)
def test_a_refusal_without_its_parts_cannot_be_built_or_read(broken: dict[str, object]) -> None:
    assert msgspec.convert(REFUSED, CaseRefused)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**REFUSED, **broken}, CaseRefused)
    for name in broken:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({k: v for k, v in REFUSED.items() if k != name}, CaseRefused)


def test_an_approval_against_a_finding_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="not met"):
        CaseApproved(
            officer="s", findings=findings(True, False), grants=(Grant(grant=1, result="r"),)
        )


# --- the times that run out ---


@pytest.mark.parametrize(
    ("before", "step", "expected"),
    [
        (ACCEPTED, "review-opening", ReviewOpened),
        (OPENED, "assignment", ReviewStepOverdue),
        (ASSIGNED, "proposal", ReviewStepOverdue),
        (TO_APPROVE, "decision", ReviewStepOverdue),
        (ASSIGNED, "approaching:promised", DeadlineApproaching),
        (ASSIGNED, "limit:promised", DeadlineMissed),
        (ASSIGNED, "limit:statutory", DeadlineMissed),
        ((*APPROVED, ordered()), "limit:promised", DeadlineMissed),
    ],
)
def test_a_timer_does_what_the_step_is_for(
    before: tuple[Fact, ...], step: str, expected: type[Fact]
) -> None:
    (one,) = [o for o in owed(history(*before)) if o.step == step]
    command = FireTimer(step=step, version=one.version)
    fact = given(*before).when(REVIEW.decide, command, at=START + timedelta(days=60)).fact
    assert type(fact) is expected
    given(*before).when(REVIEW.decide, command, at=START).nothing()
    given(*before, fact).when(REVIEW.decide, command, at=START + timedelta(days=60)).nothing()


def test_a_limit_ends_with_the_result_and_not_with_the_approval() -> None:
    def limits(*facts: Fact) -> set[str]:
        return {o.step for o in owed(history(*facts)) if ":" in o.step}

    both = {"limit:promised", "limit:statutory", "approaching:promised", "approaching:statutory"}
    assert limits(*APPROVED, ordered()) == both
    assert limits(*APPROVED, ordered(), DocumentProduced(document="d1")) == set()


def test_a_document_that_turns_out_faulty_sets_the_limits_going_by_a_version_of_their_own() -> None:
    """The timers of the first run were settled when it lay made: the same version stays settled."""
    made = (*APPROVED, ordered(), DocumentProduced(document="d1"))
    faulty = history(*made, ProductionFailed(document="d1", code="print-defect"))
    (limit,) = [o for o in owed(faulty) if o.step == "limit:promised"]
    assert limit.version == faulty.version
    (production,) = [o for o in owed(faulty) if o.step == "production"]
    assert production.version == faulty.version
