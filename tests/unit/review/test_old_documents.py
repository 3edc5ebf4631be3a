"""The older document that a result stands in for: recorded with the grant, or refused (R-173)."""

from typing import Any

import pytest

from services.review.old_documents import OldDocument, OldDocumentWrong
from services.review.topics import REVIEW
from services.review.verdict import ApproveCase
from shared.case import data_of
from shared.case.facts.parts import Grant
from shared.case.review.verdict import CaseApproved
from tests.support.given import given, proposed, rules, rules_with, under_review

TO_APPROVE = (*under_review(), proposed(True, True))
CARD = "identity-card"


def approval(*named: tuple[str, str]) -> ApproveCase:
    old = tuple(OldDocument(result=result, document=document) for result, document in named)
    return ApproveCase(officer="staff-2", own_subject="", old_documents=old)


def faults(*named: tuple[str, str], **text: Any) -> list[tuple[str, str]]:
    used = rules_with(**text) if text else rules()
    with pytest.raises(OldDocumentWrong) as refused:
        given(*TO_APPROVE, using=used).when(REVIEW.decide, approval(*named)).facts  # noqa: B018
    told: Any = refused.value.fields["faults"]
    assert all(one["detail_zh"] in str(refused.value.fields["detail_zh"]) for one in told)
    assert all(one["detail_zh"] for one in told)
    return [(one["result"], one["code"]) for one in told]


def test_the_grant_names_the_older_document() -> None:
    (fact,) = given(*TO_APPROVE).when(REVIEW.decide, approval((CARD, "d0ld"))).facts
    assert isinstance(fact, CaseApproved)
    assert fact.grants == (Grant(grant=1, result=CARD, old_document="d0ld"),)
    assert list(data_of(fact)["grants"]) == [{"grant": 1, "result": CARD, "old_document": "d0ld"}]


def test_where_none_is_named_what_is_stored_is_as_before() -> None:
    (fact,) = given(*TO_APPROVE).when(REVIEW.decide, approval()).facts
    assert list(data_of(fact)["grants"]) == [{"grant": 1, "result": CARD}]


def test_one_that_was_not_found_one_named_twice_and_a_result_of_another_case_are_refused() -> None:
    assert faults((CARD, "")) == [(CARD, "not-theirs")]
    assert faults((CARD, "d0ld"), (CARD, "d0ld")) == [(CARD, "named-twice")]
    assert faults((CARD, ""), ("permit", "d0ld")) == [
        (CARD, "not-theirs"),
        ("permit", "replaces-nothing"),
    ]


def test_a_result_that_stands_in_for_nothing_takes_none() -> None:
    import msgspec  # noqa: PLC0415 (only this test changes a result)

    (card,) = rules().catalogue.item("000-01").text.results
    first = msgspec.structs.replace(card, replaces="nothing")
    assert faults((CARD, "d0ld"), results=(first,)) == [(CARD, "replaces-nothing")]
