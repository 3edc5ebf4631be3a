"""Answers as a reader sees them: in the item's order, with words for what is a code."""

from typing import Any

from shared.case.reading.cells import STEPS_OF
from shared.casework.reading.stated import StatedSchema, classes_for, rows_of
from shared.security.data_classes import DataClass
from shared.security.duties import Duty
from tests.support.items_given import item

ITEM = item(
    groups=[
        {
            "code": "places",
            "name": "前往地",
            "data_class": "residence",
            "entries": {"name": "目的地", "most": 5},
        }
    ],
    facts=[
        {
            "code": "grade",
            "name": "等级",
            "name_en": "Grade",
            "type": "several",
            "choices": [
                {"code": "a", "name": "甲", "name_en": "A"},
                {"code": "b", "name": "乙", "name_en": "B"},
            ],
            "step": "decision",
        },
        {
            "code": "account",
            "name": "收款账户",
            "type": "account",
            "data_class": "account",
            "step": "payout",
        },
        {"code": "agreed", "name": "同意", "type": "boolean"},
        {"code": "place", "name": "地点", "type": "text", "group": "places", "step": "production"},
    ],
)


def rows(**answers: tuple[Any, DataClass]) -> list[dict[str, Any]]:
    found = list(rows_of(answers, ITEM))
    StatedSchema(many=True).dump(found)
    return found


def test_answers_come_in_the_order_of_the_questions_and_in_words() -> None:
    found = rows(
        agreed=(False, DataClass.STATEMENT),
        grade=(["b", "a"], DataClass.STATEMENT),
        account=({"number": "12345678", "bank": "某银行"}, DataClass.ACCOUNT),
        gone=(5, DataClass.ALL),
    )
    assert [one["code"] for one in found] == ["grade", "account", "agreed", "gone"]
    assert [one["shown"] for one in found] == ["甲、乙", "某银行，12345678", "否", None]
    assert [one["shown_en"] for one in found][:1] == ["A, B"]
    assert [one["step"] for one in found] == ["decision", "payout", None, None]
    assert found[-1]["title"] == "gone"


def test_each_entry_of_a_section_has_its_number() -> None:
    found = rows(places=([{"place": "甲地"}, {"place": "乙地"}], DataClass.RESIDENCE))
    assert [(one["section"], one["entry"], one["value"]) for one in found] == [
        ("目的地", 1, "甲地"),
        ("目的地", 2, "乙地"),
    ]


def test_a_person_is_shown_with_the_kind_of_document() -> None:
    one = item(facts=[{"code": "who", "name": "姓名", "type": "person"}])
    person = {"name": "李四", "id_kind": "passport", "id_number": "C1234567"}
    (row,) = rows_of({"who": (person, DataClass.THIRD_PERSON)}, one)
    assert (row["shown"], row["shown_en"]) == ("李四，护照，C1234567", "李四, Passport, C1234567")


def test_who_issues_opens_the_classes_that_the_stages_after_the_decision_use() -> None:
    assert classes_for(STEPS_OF[Duty.PRODUCE], ITEM) == {DataClass.ACCOUNT, DataClass.RESIDENCE}
