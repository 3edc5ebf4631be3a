"""A clerical error is put right by its officer alone; a missed limit gets its reason, once."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from services.review.assignment import NotAssigned
from services.review.desk.correction import CorrectFact, CorrectionSchema, NothingToCorrect
from services.review.desk.lateness import ExplainDelay, LimitNotMissed
from services.review.topics import REVIEW
from shared.case.review.limits import DeadlineMissed, DelayExplained, WhyLate
from shared.case.review.upkeep import CORRECTABLE, ReviewFactCorrected
from shared.casework.topics import NotPossibleNow, OwnApplication
from tests.support.given import (
    START,
    SUBJECT,
    a_due_date,
    accepted,
    given,
    history,
    rules,
    under_review,
)

ASSIGNED = under_review()
HASH = "ab" * 32
MISSED = DeadlineMissed(
    limit="promised", due=date(2026, 10, 22), due_at=datetime(2026, 10, 22, 15, 59, tzinfo=UTC)
)


def correction(officer: str = "staff-1", own: str = "", old: str = HASH) -> CorrectFact:
    return CorrectFact(
        officer=officer,
        own_subject=own,
        field="name",
        why="typing",
        type="intake.CaseSubmitted",
        old_hash=old,
    )


def delay(limit: str = "promised", reason: WhyLate = "workload", own: str = "") -> ExplainDelay:
    return ExplainDelay(
        officer="staff-1", own_subject=own, limit=limit, reason=reason, explained=True
    )


def test_a_correction_names_what_it_replaces_and_is_the_present_value() -> None:
    fact = given(*ASSIGNED).when(REVIEW.decide, correction()).fact
    assert fact == ReviewFactCorrected(
        corrects=1,
        type="intake.CaseSubmitted",
        field="name",
        value=None,
        why="typing",
        officer="staff-1",
        old_hash=HASH,
    )
    case = history(*ASSIGNED, fact)
    assert case.sealed_in["name"] == case.version
    assert case.sealed_in["phone"] == 1


def test_a_correction_of_before_moves_no_sealed_value() -> None:
    old = ReviewFactCorrected(
        corrects=1, type="intake.CaseSubmitted", field="name", value="x", why="before"
    )
    assert history(*ASSIGNED, old).sealed_in["name"] == 1


def test_only_the_officer_who_has_the_case_corrects_and_only_what_is_there() -> None:
    given(*ASSIGNED).when(REVIEW.decide, correction("staff-2")).refused(NotAssigned)
    given(*ASSIGNED).when(REVIEW.decide, correction(own=SUBJECT)).refused(OwnApplication)
    given(*ASSIGNED).when(REVIEW.decide, correction(old="")).refused(NothingToCorrect)
    given(*ASSIGNED[:-1]).when(REVIEW.decide, correction()).refused(NotPossibleNow)


@pytest.mark.parametrize(
    "body",
    [
        {"why": "typing"},
        {"why": "typing", "name": "测试甲", "phone": "13900001111"},
        {"why": "typing", "id_number": "1"},
        {"why": "another", "name": "测试甲"},
        {"name": "测试甲"},
    ],
)
def test_one_field_of_the_closed_list_is_corrected_for_a_reason(body: dict[str, str]) -> None:
    assert {"name", "phone", "email", "delivery_address"} == CORRECTABLE
    assert CorrectionSchema().validate(body)
    assert not CorrectionSchema().validate({"why": "typing", "name": "测试甲"})


def test_a_missed_limit_gets_its_reason_once() -> None:
    before = (*ASSIGNED, MISSED)
    said = DelayExplained(limit="promised", officer="staff-1", reason="workload", explained=True)
    given(*before).when(REVIEW.decide, delay()).then(said)
    assert history(*before, said).delays == {"promised": "workload"}
    given(*before, said).when(REVIEW.decide, delay()).nothing()
    given(*before, said).when(REVIEW.decide, delay(reason="system")).refused(NotPossibleNow)
    assert "delay" in REVIEW.possible(history(*before))
    assert "delay" not in REVIEW.possible(history(*before, said))


def test_what_was_not_missed_needs_no_reason() -> None:
    given(*ASSIGNED).when(REVIEW.decide, delay()).refused(NotPossibleNow)
    given(*ASSIGNED, MISSED).when(REVIEW.decide, delay("statutory")).refused(LimitNotMissed)
    given(*ASSIGNED, MISSED).when(REVIEW.decide, delay(own=SUBJECT)).refused(OwnApplication)


def test_a_limit_that_is_told_to_nobody_is_explained_to_nobody() -> None:
    watch = msgspec.structs.replace(a_due_date("watch", drives=False), rank="internal")
    watched = tuple(
        msgspec.structs.replace(one, due=(*one.due, watch)) if one == accepted() else one
        for one in ASSIGNED
    )
    inside = msgspec.structs.replace(MISSED, limit="watch")
    before = (*watched, inside)
    assert "delay" not in REVIEW.possible(history(*before))
    given(*before).when(REVIEW.decide, delay("watch")).refused(NotPossibleNow)
    both = history(*before, MISSED)
    assert "delay" in REVIEW.possible(both)
    with pytest.raises(LimitNotMissed, match=r"^Missed were: promised\.$"):
        REVIEW.decide(both, delay("watch"), rules(), START)
