"""An officer gives a case up: to the office, or to a colleague; the proposal keeps its author."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.review.assignment import AssignCase, NotAssigned
from services.review.desk.leaving import PassCaseOn, ReleaseCase
from services.review.limits import SecondPersonNeeded
from services.review.topics import REVIEW
from services.review.verdict import ApproveCase, RefuseCase
from shared.case import Fact, owed
from shared.case.facts.parts import Grant
from shared.case.next.owed import PACE
from shared.case.review.assignment import CaseAssigned, CasePassedOn, CaseReleased, CaseTakenOver
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.casework.topics import NotPossibleNow, OwnApplication
from tests.support.given import (
    CRITERIA,
    START,
    SUBJECT,
    findings,
    given,
    history,
    proposed,
    under_review,
)

ASSIGNED = under_review()
PROPOSED = (*ASSIGNED, proposed(True, True))
RELEASED = CaseReleased(officer="staff-1", reason="absence")
PASSED_ON = CasePassedOn(officer="staff-1", to="staff-2", reason="workload")


def release(officer: str = "staff-1", own: str = "") -> ReleaseCase:
    return ReleaseCase(officer=officer, own_subject=own, reason="absence")


def pass_on(to: str = "staff-2", officer: str = "staff-1", own: str = "") -> PassCaseOn:
    return PassCaseOn(officer=officer, own_subject=own, to=to, reason="workload")


def approval(officer: str) -> ApproveCase:
    return ApproveCase(officer=officer, own_subject="")


def by_head(own: str = "") -> PassCaseOn:
    return replace(pass_on(officer="staff-head", own=own), as_head=True)


def test_a_released_case_has_nobody_and_waits_to_be_taken_since_then() -> None:
    given(*ASSIGNED).when(REVIEW.decide, release()).then(RELEASED)
    case = history(*ASSIGNED, RELEASED)
    assert case.officer is None
    (step,) = [one for one in owed(case) if one.step == "assignment"]
    assert step.since == case.version
    assert step.due_at == START + timedelta(minutes=case.version - 1) + PACE.desk
    given(*ASSIGNED, RELEASED).when(
        REVIEW.decide, AssignCase(officer="staff-3", own_subject="")
    ).then(CaseAssigned(officer="staff-3"))


def test_a_case_that_was_passed_on_is_the_colleagues() -> None:
    given(*ASSIGNED).when(REVIEW.decide, pass_on()).then(PASSED_ON)
    assert history(*ASSIGNED, PASSED_ON).officer == "staff-2"


@pytest.mark.parametrize("given_up", [RELEASED, PASSED_ON])
def test_a_proposal_stays_under_the_name_of_its_author(given_up: Fact) -> None:
    case = history(*PROPOSED, given_up)
    assert case.proposal is not None
    assert case.proposal.fact.officer == "staff-1"


@pytest.mark.parametrize("before", [PROPOSED, (*PROPOSED, RELEASED), (*PROPOSED, PASSED_ON)])
def test_whoever_takes_a_case_keeps_what_is_proposed(before: tuple[Fact, ...]) -> None:
    """So a second person who takes it first can still decide on it; the proposer cannot."""
    taken = CaseTakenOver(officer="staff-3")
    given(*before).when(REVIEW.decide, AssignCase(officer="staff-3", own_subject="")).then(taken)
    after = (*before, taken)
    assert history(*after).officer == "staff-3"
    given(*after).when(REVIEW.decide, approval("staff-3")).then_types(CaseApproved)
    given(*after).when(REVIEW.decide, approval("staff-1")).refused(SecondPersonNeeded)


def test_whoever_took_a_case_over_may_propose_better_and_then_another_decides() -> None:
    better = replace(proposed(True, False), officer="staff-3")
    after = (*PROPOSED, CaseTakenOver(officer="staff-3"), better)
    refusal = RefuseCase(officer="staff-3", own_subject="", reasons=(CRITERIA[1],))
    given(*after).when(REVIEW.decide, refusal).refused(SecondPersonNeeded)
    by_another = replace(refusal, officer="staff-1")
    given(*after).when(REVIEW.decide, by_another).then_types(CaseRefused)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ((*ASSIGNED, RELEASED), release()),
        ((*ASSIGNED, PASSED_ON), pass_on()),
        (ASSIGNED, pass_on(to="staff-1")),
    ],
)
def test_what_is_done_already_does_nothing(
    facts: tuple[Fact, ...], command: ReleaseCase | PassCaseOn
) -> None:
    given(*facts).when(REVIEW.decide, command).nothing()


@pytest.mark.parametrize("command", [release("staff-2"), pass_on("staff-3", "staff-2")])
def test_only_who_has_a_case_gives_it_up(command: ReleaseCase | PassCaseOn) -> None:
    given(*ASSIGNED).when(REVIEW.decide, command).refused(
        NotAssigned, actions=("assignment", "release", "passing-on", "correction", "proposal")
    )


def test_a_head_passes_on_a_case_that_another_officer_has() -> None:
    given(*ASSIGNED).when(REVIEW.decide, by_head()).then(
        CasePassedOn(officer="staff-head", to="staff-2", reason="workload")
    )
    given(*ASSIGNED[:-1]).when(REVIEW.decide, by_head()).refused(NotPossibleNow)
    given(*ASSIGNED).when(REVIEW.decide, by_head(own=SUBJECT)).refused(OwnApplication)


@pytest.mark.parametrize("command", [release(), pass_on()])
def test_nobody_gives_up_what_nobody_has_or_what_is_decided(
    command: ReleaseCase | PassCaseOn,
) -> None:
    given(*ASSIGNED[:-1]).when(REVIEW.decide, command).refused(NotPossibleNow)
    grants = (Grant(grant=1, result="identity-card"),)
    approved = CaseApproved(officer="staff-1", findings=findings(), grants=grants)
    given(*PROPOSED, approved).when(REVIEW.decide, command).refused(NotPossibleNow)


@pytest.mark.parametrize("command", [release(own=SUBJECT), pass_on(own=SUBJECT)])
def test_nobody_moves_their_own_application(command: ReleaseCase | PassCaseOn) -> None:
    given(*ASSIGNED).when(REVIEW.decide, command).refused(OwnApplication)
