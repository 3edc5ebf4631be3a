"""What an approval says about how long its results are valid, and what a desk has to state."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.review.topics import REVIEW
from services.review.validity import ValidityOpen, ValidityWrong
from services.review.verdict import ApproveCase, by_steps
from services.review.view import view
from shared.case import Rules, owed
from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Grant, Valid
from shared.case.review.verdict import CaseApproved
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.outcome import ResultRule, ValidityRule
from shared.clock import Span
from tests.support.commands import review
from tests.support.given import START, given, history, proposed, rules, rules_with, under_review
from tests.support.walking import Walk

TO_APPROVE = (*under_review(), proposed(True, True))
DECIDED = date(2026, 9, 25)
SIX_MONTHS, TWO_YEARS = Span(6, "months"), Span(2, "years")
UNTIL = date(2027, 6, 30)


def a_result(code: str, validity: ValidityRule | None = None) -> ResultRule:
    return ResultRule(code=code, name=f"name of {code}", validity=validity or "unknown")


PERMIT = a_result("permit", ValidityRule(choices=(SIX_MONTHS, TWO_YEARS)))
PLATE = a_result("plate", ValidityRule(span=Span(15, "calendar_days"), at_most=True))
COPY = a_result("copy", ValidityRule(reissue="original"))
PROOF = a_result("proof", ValidityRule(span=Span(2, "calendar_days")))
SILENT = a_result("silent")
ALL = rules_with(results=(PERMIT, PLATE, COPY, PROOF, SILENT))


def approval(*stated: Stated) -> ApproveCase:
    return ApproveCase(officer="staff-2", own_subject="", validity=stated)


def as_json(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def refusal(*stated: Stated, using: Rules = ALL) -> Any:
    with pytest.raises((ValidityOpen, ValidityWrong)) as refused:
        given(*TO_APPROVE, using=using).when(REVIEW.decide, approval(*stated)).facts  # noqa: B018
    return refused.value


def test_an_approval_records_how_long_each_result_is_valid() -> None:
    stated = (
        Stated(result="copy", original_until=UNTIL),
        Stated(result="permit", span=TWO_YEARS),
    )
    approved = given(*TO_APPROVE, using=ALL).when(REVIEW.decide, approval(*stated)).fact
    assert approved.grants == (
        Grant(
            grant=1,
            result="permit",
            valid=Valid(since=DECIDED, until=date(2028, 9, 25), basis="chosen"),
        ),
        Grant(
            grant=2,
            result="plate",
            valid=Valid(since=DECIDED, until=date(2026, 10, 10), basis="printed"),
        ),
        Grant(grant=3, result="copy", valid=Valid(since=DECIDED, until=UNTIL, basis="original")),
        Grant(
            grant=4,
            result="proof",
            valid=Valid(since=DECIDED, until=date(2026, 9, 27), basis="printed"),
        ),
        Grant(grant=5, result="silent"),
    )


def test_the_day_of_the_decision_is_that_of_shanghai() -> None:
    late = datetime(2026, 9, 25, 16, 30, tzinfo=UTC)  # half past midnight of the next day
    using = rules_with(results=(PROOF,))
    approved = given(*TO_APPROVE, using=using).when(REVIEW.decide, approval(), at=late).fact
    assert approved.grants[0].valid == Valid(
        since=date(2026, 9, 26), until=date(2026, 9, 28), basis="printed"
    )


def test_everything_that_is_left_open_is_named_with_its_choices() -> None:
    refused = refusal()
    assert type(refused) is ValidityOpen
    assert refused.code == "validity-open"
    assert "approval" in refused.actions
    assert as_json(refused.fields["open"]) == [
        {
            "result": "permit",
            "name": "name of permit",
            "needs": ["span"],
            "may": [],
            "choices": [{"n": 6, "unit": "months"}, {"n": 2, "unit": "years"}],
            "at_most": None,
        },
        {
            "result": "copy",
            "name": "name of copy",
            "needs": ["original_until"],
            "may": [],
            "choices": [],
            "at_most": None,
        },
    ]
    one = refusal(Stated(result="permit", span=SIX_MONTHS))
    assert [open_["result"] for open_ in one.fields["open"]] == ["copy"]


def test_everything_that_is_wrong_is_said_in_one_answer_with_what_is_missing() -> None:
    refused = refusal(
        Stated(result="permit", span=Span(1, "years")),
        Stated(result="plate", span=Span(16, "calendar_days")),
        Stated(result="proof", original_until=UNTIL),
        Stated(result="stranger", span=SIX_MONTHS),
        Stated(result="permit", span=SIX_MONTHS),
    )
    assert type(refused) is ValidityWrong
    told = {(one["result"], one["field"], one["code"]) for one in refused.fields["faults"]}
    assert told == {
        ("permit", "span", "not-a-choice"),
        ("plate", "span", "too-long"),
        ("proof", "original_until", "not-open"),
        ("stranger", "result", "not-granted"),
        ("permit", "result", "stated-twice"),
    }
    assert all(one["text"] for one in refused.fields["faults"])
    said = {one["code"]: one["detail_zh"] for one in refused.fields["faults"]}
    assert said["stated-twice"] == "同一结果的有效期写了两次，请只保留一次。"
    assert all(said.values())
    assert all(zh in str(refused.fields["detail_zh"]) for zh in said.values())
    assert [one["result"] for one in refused.fields["open"]] == ["copy"]


def test_an_approval_is_repeated_without_its_validity_and_nothing_comes_of_it() -> None:
    stated = (
        Stated(result="copy", original_until=UNTIL),
        Stated(result="permit", span=TWO_YEARS),
    )
    approved = given(*TO_APPROVE, using=ALL).when(REVIEW.decide, approval(*stated)).fact
    given(*TO_APPROVE, approved, using=ALL).when(REVIEW.decide, approval()).nothing()


def test_steps_that_decide_state_nothing_and_what_is_printed_is_written() -> None:
    approved = by_steps(history(*under_review()), "staff-1", (), ALL, START)
    assert isinstance(approved, CaseApproved)
    known = {one.result: one.valid.until for one in approved.grants if one.valid}
    assert known == {"plate": date(2026, 10, 10), "proof": date(2026, 9, 27)}


def test_an_approval_by_silence_counts_from_the_day_it_takes_effect() -> None:
    agreement = rules().catalogue.item("004-128")
    changed = msgspec.structs.replace(agreement.text, results=(PERMIT, PROOF))
    using = msgspec.structs.replace(
        rules(), catalogue=Catalogue([Item(text=changed, hash=agreement.hash)], version="changed")
    )
    walk = Walk(using.catalogue.item("004-128"), using, START)
    walk.submit()
    walk.until("assignment")
    step = next(one for one in owed(walk.case) if one.step == "limit:promised")
    walk.now = step.due_at + timedelta(days=9)  # the timer came late
    (approved,) = walk.do(REVIEW.decide, review.FireTimer(step=step.step, version=step.version))
    assert isinstance(approved, CaseApproved)
    assert approved.effective_from is not None
    first, second = approved.grants
    assert first.valid is None
    assert second.valid == Valid(
        since=approved.effective_from,
        until=approved.effective_from + timedelta(days=2),
        basis="printed",
    )


def test_the_desk_is_told_what_has_to_be_stated_until_it_is_decided() -> None:
    told = as_json(view(history(*TO_APPROVE), ALL)["validity_open"])
    assert [(one["result"], one["needs"], one["may"]) for one in told] == [
        ("permit", ["span"], []),
        ("plate", [], ["span"]),
        ("copy", ["original_until"], []),
    ]
    assert told[1]["at_most"] == {"n": 15, "unit": "calendar_days"}
    stated = (Stated(result="copy", original_until=UNTIL), Stated(result="permit", span=TWO_YEARS))
    approved = given(*TO_APPROVE, using=ALL).when(REVIEW.decide, approval(*stated)).fact
    assert view(history(*TO_APPROVE, approved), ALL)["validity_open"] == []
    assert view(history(*TO_APPROVE), rules())["validity_open"] == []


def test_a_query_that_its_steps_decide_asks_its_desk_for_nothing() -> None:
    query = rules().catalogue.item("003-094")
    changed = msgspec.structs.replace(query.text, results=(PERMIT,))
    using = msgspec.structs.replace(
        rules(), catalogue=Catalogue([Item(text=changed, hash=query.hash)], version="changed")
    )
    walk = Walk(using.catalogue.item("003-094"), using, START)
    walk.submit()
    walk.until("step")
    assert view(walk.case, using)["validity_open"] == []
    walk.to_the_end()
    assert walk.case.approval is not None
    assert walk.case.approval.fact.grants == (Grant(grant=1, result="permit"),)
