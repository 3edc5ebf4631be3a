"""Who may read which class of data at which stage: the stages, and every cell of the table."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from shared.case import Case, Fact
from shared.case.facts.parts import Grant, Reason
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.handover import DocumentHandedOver
from shared.case.issuance.production import DocumentProduced
from shared.case.reading.cells import (
    CELLS,
    RULES,
    STEPS_OF,
    CaseReader,
    by_duty,
    duty_for,
    in_part,
    part_steps,
    readable,
    with_reason,
)
from shared.case.reading.reasons import PURPOSES, REASONS
from shared.case.reading.stage import ReadingStage, reading_stage
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.catalogue import packaged_catalogue
from shared.catalogue.rules.question_classes import class_of_question
from shared.security.data_classes import ANSWER_CLASSES, DataClass
from shared.security.duties import Duty
from tests.support import given as of
from tests.support.cells.by_hand import OWN_STEPS, letter_of, opens

TODAY = date(2026, 9, 25)
APPEAL = TODAY + timedelta(days=60)


def approved() -> CaseApproved:
    grants = (Grant(grant=1, result="identity-card"),)
    return CaseApproved(officer="staff-1", findings=of.findings(), grants=grants)


def refused() -> CaseRefused:
    return CaseRefused(
        officer="staff-1",
        findings=of.findings(True, False),
        reasons=(Reason(criterion="household-unchanged", text="text"),),
        legal_basis=("basis",),
        appeal_body="body",
        appeal_deadline=APPEAL,
    )


REVIEW = of.under_review()
GRANTED = (*REVIEW, of.proposed(), approved(), of.ordered())
MADE = (
    *GRANTED,
    DocumentProduced(document="d1"),
    DocumentHandedOver(document="d1", to="applicant"),
)
REFUSED = (*REVIEW, of.proposed(True, False), refused())
CLOSED = CaseClosed(outcome="refused")

STAGES: dict[str, tuple[tuple[Fact, ...], date, ReadingStage]] = {
    "nothing yet": ((), TODAY, ReadingStage.DRAFT),
    "submitted": (REVIEW[:1], TODAY, ReadingStage.SUBMITTED),
    "paid": (REVIEW[:3], TODAY, ReadingStage.SUBMITTED),
    "accepted": (REVIEW[:4], TODAY, ReadingStage.ACCEPTED),
    "opened": (REVIEW[:5], TODAY, ReadingStage.IN_REVIEW),
    "assigned": (REVIEW, TODAY, ReadingStage.IN_REVIEW),
    "granted": (GRANTED[:-1], TODAY, ReadingStage.OWED),
    "ordered": (GRANTED, TODAY, ReadingStage.OWED),
    "handed over": (MADE, TODAY, ReadingStage.HANDED_OVER),
    "closed after a grant": (
        (*MADE, CaseClosed(outcome="delivered")),
        TODAY,
        ReadingStage.KEPT,
    ),
    "refused": (REFUSED, APPEAL, ReadingStage.DECIDED),
    "refused, appeal over": (REFUSED, APPEAL + timedelta(days=1), ReadingStage.KEPT),
    "refused and closed": ((*REFUSED, CLOSED), APPEAL, ReadingStage.CLOSED),
    "refused, closed, over": (
        (*REFUSED, CLOSED),
        APPEAL + timedelta(days=1),
        ReadingStage.KEPT,
    ),
    "withdrawn": ((*REVIEW, CaseWithdrawn(status="under-review")), TODAY, ReadingStage.KEPT),
}


@pytest.mark.parametrize(("facts", "today", "stage"), STAGES.values(), ids=STAGES)
def test_the_stage_of_a_case(facts: tuple[Fact, ...], today: date, stage: ReadingStage) -> None:
    assert reading_stage(of.history(*facts) if facts else Case(), today) is stage


def test_every_stage_is_reached() -> None:
    assert {stage for _, _, stage in STAGES.values()} == set(ReadingStage)


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.parametrize("stage", ReadingStage)
def test_every_cell(duty: Duty, stage: ReadingStage) -> None:
    names = ("own", "assigned", "reason", "proposed")
    for values in product((False, True), repeat=len(names)):
        given = dict(zip(names, values, strict=True))
        reader = CaseReader(duties=frozenset({duty}), **given)
        wanted = {one for one in DataClass if opens(letter_of(duty, one, stage), **given)}
        assert readable(stage, reader) == wanted, reader
        parts = {one for one in wanted if letter_of(duty, one, stage) == "t"}
        assert in_part(stage, reader) == parts, reader
        assert part_steps(stage, reader) == (OWN_STEPS[duty] if parts else frozenset())


def test_a_producer_sees_in_part_what_an_officer_who_has_the_case_sees_whole() -> None:
    producer = CaseReader(duties=frozenset({Duty.PRODUCE}), own=False, assigned=False, reason=False)
    part = ANSWER_CLASSES - {DataClass.IDENTITY, DataClass.ADDRESS}
    assert in_part(ReadingStage.OWED, producer) == part
    assert in_part(ReadingStage.DECIDED, producer) == frozenset()
    both = CaseReader(
        duties=frozenset({Duty.PRODUCE, Duty.REVIEW}), own=False, assigned=True, reason=False
    )
    assert in_part(ReadingStage.OWED, both) == frozenset()


def test_answers_in_part_are_those_of_the_steps_of_the_duty_that_opens_them_now() -> None:
    """Whoever accepts and makes papers reads nothing for the making before it is owed."""
    both = CaseReader(
        duties=frozenset({Duty.TAKE_IN, Duty.PRODUCE, Duty.HAND_OVER}),
        own=False,
        assigned=False,
        reason=False,
    )
    assert part_steps(ReadingStage.SUBMITTED, both) == {"acceptance"}
    assert part_steps(ReadingStage.OWED, both) == STEPS_OF[Duty.PRODUCE]
    assert part_steps(ReadingStage.OWED, by_duty(both, Duty.HAND_OVER)) == {"handover"}
    assert part_steps(ReadingStage.IN_REVIEW, both) == frozenset()
    assert part_steps(ReadingStage.SUBMITTED, replace(both, own=True)) == frozenset()


# By whom the answer to a question is read at the step that uses it, and at which stage.
STEPS: dict[str, tuple[Duty, ReadingStage]] = {
    "acceptance": (Duty.TAKE_IN, ReadingStage.SUBMITTED),
    "handover": (Duty.HAND_OVER, ReadingStage.OWED),
    **dict.fromkeys(STEPS_OF[Duty.PRODUCE] - {"handover"}, (Duty.PRODUCE, ReadingStage.OWED)),
}


def test_each_question_of_each_item_is_read_by_the_person_of_the_step_that_it_names() -> None:
    asked = 0
    for item in packaged_catalogue().items():
        for fact in item.text.facts:
            assert fact.step, (item.id, fact.code)
            duty, stage = STEPS.get(fact.step, (Duty.REVIEW, ReadingStage.IN_REVIEW))
            reader = CaseReader(
                duties=frozenset({duty}), own=False, assigned=duty is Duty.REVIEW, reason=False
            )
            of = class_of_question(fact.code, item.text)
            assert of in readable(stage, reader), (item.id, fact.code)
            seen = of not in in_part(stage, reader) or fact.step in part_steps(stage, reader)
            assert seen, (item.id, fact.code)
            asked += 1
    assert asked > len(packaged_catalogue().items())


def test_no_two_rules_speak_of_one_cell() -> None:
    assert len(CELLS) == sum(len(rule.classes) * len(rule.stages) for rule in RULES)


def test_several_duties_add_up_and_the_record_names_the_one_that_opened_it() -> None:
    both = CaseReader(
        duties=frozenset({Duty.PRODUCE, Duty.HAND_OVER}), own=False, assigned=False, reason=False
    )
    identity = frozenset({DataClass.IDENTITY})
    assert duty_for(ReadingStage.OWED, both, identity) is Duty.PRODUCE
    with pytest.raises(ValueError, match="no duty"):
        duty_for(ReadingStage.KEPT, with_reason(both), identity)


def test_every_reason_and_every_duty_that_reads_has_its_words() -> None:
    assert all(one.zh and one.en for one in (*REASONS.values(), *PURPOSES.values()))
    assert {rule.duty.value for rule in RULES} <= set(PURPOSES)
