"""What depends on another answer or on the kind of applicant: asked, refused, called for, seen."""

import json
from typing import Any

import jsonschema
import pytest

from services.intake.acceptance.supplement_request import missing as absent
from services.intake.application.answers import passes, typed
from services.intake.application.application import Application, SubmitCase
from services.intake.application.checking import answered_for, lacking, missing
from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from services.intake.application.questions.reading import faults_of_answers
from services.intake.application.submission import submit
from shared.case import Case, Recorded, Rules, evolve
from shared.case.facts.parts import Party
from shared.catalogue import Item
from shared.catalogue.definition.asking import CheckRule, with_answers
from shared.catalogue.definition.choosing import Choices
from shared.clock import packaged_calendars
from tests.support.clock_given import at
from tests.support.given import START
from tests.support.items_given import catalogue, item

CODES = [{"code": "lost", "name": "遗失"}, {"code": "sold", "name": "转让"}]
ASKED = [
    {"code": "changed", "name": "有变更", "type": "boolean"},
    {
        "code": "why",
        "name": "原因",
        "type": "choice",
        "choices": CODES,
        "when": {"answer": {"changed": [True]}},
    },
    {
        "code": "since",
        "name": "日期",
        "type": "date",
        "when": {"answer": {"why": ["lost"]}},
    },
    {"code": "unit", "name": "单位", "type": "text", "when": {"applicant": ["organisation"]}},
]
REPORT = {"code": "report", "name": "登报声明", "when": {"answer": {"why": ["lost"]}}}


def asking() -> Item:
    return item(
        facts=ASKED,
        materials=[REPORT],
        channels=["online"],
        template="T05",
        applicants=["person", "organisation"],
    )


def wish(answers: dict[str, Any], kind: str = "person") -> Application:
    party = () if kind == "person" else (Party(role="applicant", kind="organisation", key_ref="k"),)
    said = SubmitCase(
        item="004-900",
        channel="online",
        delivery="on-the-spot",
        contact=("phone",),
        materials=(),
        sealed=("name",),
        declared=True,
        subject="5ab1ec7",
        portal="p",
        answers=answers,
        parties=party,
    )
    return Application(asking(), said)


def told(answers: dict[str, Any], kind: str = "person") -> set[tuple[str, str]]:
    one = wish(answers, kind)
    found = faults_of_answers(one.text, one.choices, answers, START.date())
    return {(fault.code, fault.pointer.removeprefix("/facts/")) for fault in found}


CASES: list[tuple[dict[str, Any], str, set[tuple[str, str]]]] = [
    ({}, "person", {("fact-missing", "changed")}),
    ({"changed": False}, "person", set()),
    ({"changed": True}, "person", {("fact-missing", "why")}),
    ({"changed": True, "why": "sold"}, "person", set()),
    ({"changed": True, "why": "lost"}, "person", {("fact-missing", "since")}),
    ({"changed": True, "why": "lost", "since": "2026-10-01"}, "person", set()),
    # What stays of a closed question is not asked, nor is what only its answer would open.
    (
        {"changed": False, "why": "lost", "since": "2026-10-01"},
        "person",
        {("fact-unknown", "why"), ("fact-unknown", "since")},
    ),
    ({"changed": 1}, "person", {("fact-invalid", "changed")}),
    ({"changed": False}, "organisation", {("fact-missing", "unit")}),
    ({"changed": False, "unit": "某公司"}, "organisation", set()),
    ({"changed": False, "unit": "某公司"}, "person", {("fact-unknown", "unit")}),
]


@pytest.mark.parametrize(("answers", "kind", "wrong"), CASES)
def test_an_answer_opens_the_next_question_and_closes_it_again(
    answers: dict[str, Any], kind: str, wrong: set[tuple[str, str]]
) -> None:
    assert told(answers, kind) == wrong


@pytest.mark.parametrize(("answers", "kind", "wrong"), CASES)
def test_the_schema_of_the_form_says_the_same(
    answers: dict[str, Any], kind: str, wrong: set[tuple[str, str]]
) -> None:
    person = {"name": "张三", "id_number": "650102199001011239", "phone": "13900001111"}
    company = {"name": "某公司", "id_number": "91650100MA7700006Q", "phone": "13900001111"}
    acting = {"representative": {"name": "李四", "id_number": "650102199001011239"}}
    who = {"applicant": person} if kind == "person" else {"applicant": company | {"kind": kind}}
    body = {
        "item": "004-900",
        "delivery": "on-the-spot",
        "declared": True,
        "facts": answers,
        **who,
        **({} if kind == "person" else acting),
    }
    form = jsonschema.Draft202012Validator(schema_of(asking()))
    assert form.is_valid(body) is (wrong == set())


def test_the_order_of_the_form_has_the_condition() -> None:
    order = json.loads(json.dumps(order_of(asking())))
    fields = {field["pointer"]: field for section in order for field in section["fields"]}
    assert fields["/facts/why"]["when"] == {"answer": {"changed": [True]}}
    assert fields["/facts/unit"]["when"] == {"applicant": ["organisation"]}
    assert fields["/materials"]["when"] == {"answer": {"why": ["lost"]}}


def test_a_paper_is_called_for_by_an_answer_also_once_the_answer_is_sealed() -> None:
    lost = wish({"changed": True, "why": "lost", "since": "2026-10-01"})
    assert [fault.fields["material"] for fault in missing(lost)] == ["report"]
    assert answered_for(lost) == ("report",)
    sealed = Choices(applicant="person", called_for=frozenset(answered_for(lost)))
    assert [rule.code for rule in lacking(asking(), sealed, frozenset())] == ["report"]
    assert lacking(asking(), sealed, frozenset({"report"})) == ()
    sold = wish({"changed": True, "why": "sold"})
    assert missing(sold) == ()
    assert answered_for(sold) == ()
    assert lacking(asking(), Choices(applicant="person"), frozenset()) == ()


def test_the_case_knows_later_which_paper_the_sealed_answer_called_for() -> None:
    rules = Rules(catalogue([asking()]), packaged_calendars())
    lost = {"changed": True, "why": "lost", "since": "2026-10-01"}
    case = submitted(lost, rules)
    assert case.application is not None
    assert case.application.called_for == ("report",)
    assert "lost" not in str(case.application)
    assert [one.code for one in absent(case, rules)] == ["report"]
    assert absent(submitted({"changed": False}, rules), rules) == ()


def submitted(answers: dict[str, Any], rules: Rules) -> Case:
    case = Case()
    for version, fact in enumerate(submit(case, wish(answers).said, rules, START), 1):
        case = evolve(case, Recorded(fact=fact, version=version, at=START))
    return case


def compared(check: dict[str, Any], **answers: Any) -> bool | None:
    facts = [
        {"code": "whole", "name": "总数", "type": "integer"},
        {"code": "part", "name": "其中", "type": "decimal"},
        {"code": "day", "name": "日期", "type": "date"},
        {"code": "other", "name": "另一日", "type": "date"},
    ]
    one = item(facts=facts)
    read = typed(one, with_answers(one.text.asked_in_order, Choices(), answers), answers)
    return passes(CheckRule(code="c", text="t", **check), read, at("2026-11-10T10:00"))


@pytest.mark.parametrize(
    ("check", "answers", "passed"),
    [
        ({"fact": "part", "at_most": "whole"}, {"part": "9.5", "whole": 10}, True),
        ({"fact": "part", "at_most": "whole"}, {"part": "10.00", "whole": 10}, True),
        ({"fact": "part", "at_most": "whole"}, {"part": "10.01", "whole": 10}, False),
        ({"fact": "part", "at_most": "whole"}, {"part": "10.01"}, True),
        ({"fact": "whole", "at_least": "part"}, {"part": "3.5", "whole": 3}, False),
        ({"fact": "whole", "at_least": "part"}, {"part": "3.5", "whole": 4}, True),
        ({"fact": "day", "since": "application", "least": -15}, {"day": "2026-10-26"}, True),
        ({"fact": "day", "since": "application", "least": -15}, {"day": "2026-10-25"}, False),
        ({"fact": "day", "since": "application", "most": -365}, {"day": "2025-11-10"}, True),
        ({"fact": "day", "since": "application", "most": -365}, {"day": "2025-11-11"}, False),
        (
            {"fact": "day", "since": "other", "least": 1, "most": 30},
            {"day": "2026-10-31", "other": "2026-10-01"},
            True,
        ),
        (
            {"fact": "day", "since": "other", "least": 1, "most": 30},
            {"day": "2026-11-01", "other": "2026-10-01"},
            False,
        ),
        ({"fact": "day", "since": "other", "least": 1}, {"day": "2026-10-31"}, True),
    ],
)
def test_two_answers_are_compared(
    check: dict[str, Any], answers: dict[str, Any], *, passed: bool
) -> None:
    assert compared(check, **answers) is passed
