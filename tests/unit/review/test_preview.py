"""A preview says exactly what the applicant is told once the decision is recorded."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from deploy.processes.review_web import said
from services.notify.words.table import words_of
from services.review.desk.preview import previewed
from services.review.room import Review
from services.review.topics import REVIEW
from services.review.verdict import (
    ApproveCase,
    ExplanationNeeded,
    FindingsDisagree,
    FindingsIncomplete,
    ProposeDecision,
    RefuseCase,
)
from services.review.view import view
from shared.case import Case, Fact
from shared.case.deciding.limits_begun import after
from shared.case.deciding.unmet import unmet_sentence
from shared.case.facts.parts import Criterion, Finding, Stage
from shared.case.review.assignment import ReviewOpened
from shared.case.review.steps import StepCompleted
from shared.casework.topics import NotPossibleNow
from tests.support.given import (
    CRITERIA,
    START,
    accepted,
    assessed,
    assigned,
    findings,
    given,
    history,
    opened,
    paid,
    proposed,
    rules,
    submitted,
    under_review,
)
from tests.unit.procedures.test_steps_and_limits import HOTEL, begun

NOW = START + timedelta(hours=1)
OFFICER = {"officer": "staff-1", "own_subject": ""}
SECOND = {**OFFICER, "officer": "staff-2"}
EMPTY: dict[str, Any] = {"validity": [], "old_documents": [], "legal_basis": []}
STEPS = (
    Stage(code="inspection", kind="step", service="review", actor="officer"),
    Stage(code="decision", kind="decision", service="review", actor="officer"),
)
STEPPED = (
    submitted(stages=STEPS),
    assessed(),
    paid(),
    accepted(),
    ReviewOpened(
        department="public-security",
        criteria=(*opened().criteria, Criterion(code="step-inspection", text="现场审查合格")),
    ),
    assigned(),
)
FAILED = StepCompleted(step="inspection", outcome="failed", officer="staff-1")


def room() -> Review:
    found: Any = SimpleNamespace(rules=rules(), now=lambda: NOW, say=said, holdings=None)
    return found  # type: ignore[no-any-return]


def asked(*met: bool) -> dict[str, Any]:
    return {**EMPTY, "findings": msgspec.to_builtins(findings(*met))}


def told(case: Case, *commands: Any) -> str:
    """The Chinese words of the last fact, after these commands were recorded."""
    facts: list[Fact] = []
    for command in commands:
        facts = list(REVIEW.decide(case, command, rules(), NOW))
        case = after(case, facts, NOW)
    return words_of(facts[-1], case, rules().item_of(case)).zh


def proposal(*met: bool) -> ProposeDecision:
    return ProposeDecision(
        proposal="approve" if all(met) else "refuse", findings=findings(*met), **OFFICER
    )


def test_a_refusal_is_previewed_in_the_words_that_are_sent() -> None:
    case = history(*under_review())
    body = {**asked(True, False), "explanation": "本人的话不在通知里"}
    words, decision = previewed(room(), case, body, OFFICER)
    assert decision == "refuse"
    refuse = RefuseCase(reasons=(CRITERIA[1],), explained=True, **SECOND)
    assert words.zh == told(case, proposal(True, False), refuse)
    assert "审查人员另写有书面说明" in words.zh
    assert "本人的话不在通知里" not in words.zh


def test_an_approval_is_previewed_in_the_words_that_are_sent() -> None:
    case = history(*under_review())
    words, decision = previewed(room(), case, asked(True, True), OFFICER)
    assert decision == "approve"
    assert words.zh == told(case, proposal(True, True), ApproveCase(**SECOND))


def test_whoever_approves_previews_what_is_proposed_though_a_colleague_has_the_case() -> None:
    case = history(*under_review(), proposed(True, False))
    colleague = {**OFFICER, "officer": "staff-2"}
    words, decision = previewed(room(), case, EMPTY, colleague)
    assert decision == "refuse"
    assert "审查人员另写有书面说明" not in words.zh


def test_without_a_proposal_or_findings_there_is_nothing_to_preview() -> None:
    with pytest.raises(NotPossibleNow):
        previewed(room(), history(*under_review()), EMPTY, OFFICER)


def test_what_the_decision_would_be_refused_for_the_preview_is_refused_for() -> None:
    case = history(*under_review())
    with pytest.raises(FindingsIncomplete):
        previewed(room(), case, {**EMPTY, "findings": asked(True, True)["findings"][:1]}, OFFICER)
    with pytest.raises(FindingsDisagree):
        previewed(room(), case, {**asked(True, False), "reasons": [CRITERIA[0]]}, OFFICER)


def test_what_a_step_found_may_be_repeated_and_not_contradicted() -> None:
    for met, fits in ((False, True), (True, False)):
        repeated = (*findings(True, True), Finding(criterion="step-inspection", met=met))
        command = ProposeDecision(proposal="refuse", findings=repeated, **OFFICER)
        done = given(*STEPPED, FAILED).when(REVIEW.decide, command)
        if fits:
            assert [one.met for one in done.fact.findings] == [True, True, False]
        else:
            done.refused(FindingsDisagree)


def test_a_refusal_that_a_failed_step_alone_explains_needs_the_officers_words() -> None:
    before = (*STEPPED, FAILED)
    propose = ProposeDecision(proposal="refuse", findings=findings(True, True), **OFFICER)
    (fact,) = given(*before).when(REVIEW.decide, propose).facts
    for explained in (False, True):
        command = RefuseCase(reasons=("step-inspection",), explained=explained, **SECOND)
        done = given(*before, fact).when(REVIEW.decide, command)
        if explained:
            assert done.fact.explained is True
        else:
            done.refused(ExplanationNeeded)


def test_where_nobody_applied_a_refusal_needs_no_words_to_an_applicant() -> None:
    before = (submitted(stages=STEPS, subject=""), *STEPPED[1:], FAILED)
    propose = ProposeDecision(proposal="refuse", findings=findings(True, True), **OFFICER)
    (fact,) = given(*before).when(REVIEW.decide, propose).facts
    command = RefuseCase(reasons=("step-inspection",), **SECOND)
    refused = given(*before, fact).when(REVIEW.decide, command).fact
    assert (refused.explained, [one.criterion for one in refused.reasons]) == (
        False,
        ["step-inspection"],
    )


def test_each_criterion_on_the_desk_has_the_sentence_that_will_be_sent() -> None:
    shown = view(history(*under_review()), rules())["criteria"]
    item = rules().catalogue.item("000-01")
    printed = {one.code: one for one in item.text.review.criteria}
    assert shown
    for one in shown:
        sentence = unmet_sentence(one["code"], one["text"], printed.get(one["code"]))
        assert (one["unmet"], one["unmet_en"]) == sentence


def test_the_desk_is_asked_for_a_condition_where_the_source_prints_a_law() -> None:
    walk = begun(HOTEL).until("proposal")
    (power,) = view(walk.case, rules())["criteria"]
    assert power["text"].startswith("《国务院对确需保留的行政审批项目设定行政许可的决定》")
    assert power["asked"] == "申请人具备开办旅馆的条件，本机关有权核发"
    assert (
        power["asked_en"] == "The conditions of a hotel are met, and this office issues the licence"
    )


def test_the_desk_is_told_which_results_may_name_an_older_document() -> None:
    walk = begun(HOTEL).until("proposal")
    named = {one["result"] for one in view(walk.case, rules())["old_documents_open"]}
    wanted = {one.code for one in rules().results_of(walk.case) if one.replaces != "nothing"}
    assert named == wanted
    told = view(history(*under_review()), rules())["old_documents_open"]
    assert [one["result"] for one in told] == ["identity-card"]
