"""Conditions on answers and applicants: what a file may say, and every item that says one."""

from datetime import datetime
from typing import Any

import jsonschema
import pytest

from services.intake.application.application import choices_of
from services.intake.application.checking import faults
from services.intake.application.form_schema import schema_of
from services.intake.items.check import CheckSchema, tried_out
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.definition.asking import DECIDING, with_answers
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.files.consistency.file import faults_of
from shared.clock import local_day
from tests.support.answers_given import as_body
from tests.support.given import START, rules
from tests.support.walking import answers, application, open_at
from tests.unit.catalogue.test_every_form_taken import APPLIED_FOR, from_the_form
from tests.unit.catalogue.test_questions import FINE, file

CHOICE = {
    "code": "kind",
    "name": "种类",
    "name_en": "Kind",
    "type": "choice",
    "choices": [{"code": "a", "name": "甲"}, {"code": "b", "name": "乙"}],
    "data_class": "health",
    "step": "decision",
    "raw": "种类",
}
WITH = [
    one for one in APPLIED_FOR if any(fact.when and fact.when.answer for fact in one.text.facts)
]


def said(*facts: dict[str, Any], **more: Any) -> str:
    found: ItemFile = file(*facts, **more)
    return " ".join(sentence for _, sentence in faults_of(found))


def when(**condition: Any) -> dict[str, Any]:
    return {**FINE, "when": condition}


def test_what_depends_on_an_earlier_answer_or_on_the_applicant_is_right() -> None:
    assert said(CHOICE, when(answer={"kind": ["a"]})) == ""
    assert said(when(applicant=["person"]), applicants=["person", "unit"]) == ""


@pytest.mark.parametrize(
    ("facts", "more", "sentence"),
    [
        ([when(answer={"kind": ["a"]}), CHOICE], {}, "No question 'kind' is asked once and before"),
        ([CHOICE, when(answer={"kind": ["c"]})], {}, "No answer to 'kind' is ['c']"),
        ([CHOICE, when(answer={"kind": [True]})], {}, "No answer to 'kind' is [True]"),
        ([CHOICE, when(answer={"kind": []})], {}, "No answer to 'kind' is none"),
        ([CHOICE, when(answer={"kind": ["a", "b"]})], {}, "Every answer to 'kind' is named"),
        (
            [{**FINE, "code": "first"}, when(answer={"first": ["a"]})],
            {},
            "neither a yes or no nor a choice",
        ),
        ([when(applicant=["unit"])], {"applicants": ["person"]}, "not for 'unit'"),
        (
            [CHOICE],
            {
                "limits": [
                    {
                        "name": "promised",
                        "kind": "period",
                        "n": 3,
                        "unit": "working_days",
                        "rank": "promise",
                        "start_event": "accepted",
                        "end_event": "decided",
                        "raw": "3日",
                        "when": {"answer": {"kind": ["a"]}},
                    }
                ]
            },
            "Only questions, materials and checks depend on it.",
        ),
        (
            [CHOICE],
            {"materials": [{"code": "m", "name": "材料", "when": {"answer": {"kind": ["a"]}}}]},
            "the answer must be a statement",
        ),
        (
            [CHOICE],
            {"checks": [{"code": "c", "text": "t", "fact": "kind", "at_most": "kind"}]},
            "'at_most' cannot be asked of a fact of the type choice.",
        ),
        (
            [{**FINE, "code": "n", "type": "integer"}],
            {"checks": [{"code": "c", "text": "t", "fact": "n", "at_most": "kind"}]},
            "There is no number 'kind'",
        ),
        (
            [{**FINE, "code": "d", "type": "date"}],
            {"checks": [{"code": "c", "text": "t", "fact": "d", "least": 3}]},
            "since with least or most",
        ),
    ],
)
def test_a_wrong_condition_is_told(
    facts: list[dict[str, Any]], more: dict[str, Any], sentence: str
) -> None:
    assert sentence in said(*facts, **more)


def test_a_later_section_may_depend_on_an_earlier_one_and_not_the_other_way_round() -> None:
    groups = [{"code": "one", "name": "一"}, {"code": "two", "name": "二"}]
    early, late = {**CHOICE, "group": "one"}, {**when(answer={"kind": ["a"]}), "group": "two"}
    assert said(late, early, groups=groups) == ""
    assert "No question 'kind'" in said(late, early, groups=groups[::-1])


def test_ten_items_ask_by_an_answer_what_only_some_are_asked() -> None:
    assert len(WITH) >= 10


def decided(one: Item, used: Rules, now: datetime) -> list[dict[str, Any]]:
    """Applications that differ in each answer on which another question depends."""
    deciding = {code for fact in one.text.facts if fact.when for code in fact.when.answer}
    found = []
    for fact in one.text.asked_once:
        if fact.code not in deciding or fact.type not in DECIDING:
            continue
        for value in [choice.code for choice in fact.choices] or [True, False]:
            base = choices_of(application(one, used, now))
            known = with_answers(one.text.asked_in_order, base, {fact.code: value})
            stated = answers(one, base, used, now, fixed={fact.code: value})
            assert (fact.code, value) in known.answers
            found.append(from_the_form(one, used, now) | {"facts": as_body(stated)})
    return found


@pytest.mark.parametrize("one", WITH, ids=lambda one: one.id)
def test_each_deciding_answer_is_taken_with_what_it_opens_and_nothing_else(one: Item) -> None:
    used = rules()
    now = open_at(one, used, START)
    form = jsonschema.Draft202012Validator(schema_of(one))
    tried = decided(one, used, now)
    assert len(tried) >= 2
    seen = set()
    for body in tried:
        seen.add(frozenset(body["facts"]))
        assert [error.message[:200] for error in form.iter_errors(body)] == []
        checked = CheckSchema().load(body)
        found = faults(tried_out(one, checked, local_day(now)), used, now)
        assert [fault.said.zh for fault in found] == []
        for code in body["facts"]:  # nothing of it may be left out
            less = {**body, "facts": {key: v for key, v in body["facts"].items() if key != code}}
            fact = next((fact for fact in one.text.asked_once if fact.code == code), None)
            if fact is not None and fact.required:
                assert not form.is_valid(less), code
    assert len(seen) >= 2
