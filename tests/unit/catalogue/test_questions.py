"""What the check of a file says of its questions: each sentence is seen once."""

from typing import Any

import msgspec
import pytest

from shared.catalogue.definition.item import ItemFile
from shared.catalogue.files.consistency.checks import checks_right
from shared.catalogue.files.consistency.questions import questions_right
from shared.catalogue.rules.procedure import stage_codes

FINE = {
    "code": "new-address",
    "name": "新住址",
    "name_en": "New address",
    "type": "address",
    "data_class": "residence",
    "step": "decision",
    "raw": "住址发生变化",
}
PLACES = {
    "code": "places",
    "name": "前往地",
    "name_en": "Destinations",
    "data_class": "residence",
    "entries": {"name": "前往地", "most": 5},
}


def file(*facts: dict[str, Any], **more: Any) -> ItemFile:
    said = {
        "id": "004-900",
        "edition": 1,
        "offered": True,
        "source": {"document": "004", "lines": [1, 9]},
        "name": "试验事项",
        "calendar": "xinjiang",
        "template": "T05",
        "facts": list(facts),
        **more,
    }
    return msgspec.convert(said, ItemFile, strict=True)


def told(one: ItemFile) -> str:
    return " ".join(said for _, said in (*questions_right(one), *checks_right(one)))


def test_a_whole_question_is_right() -> None:
    assert told(file(FINE)) == ""
    assert told(file({**FINE, "raw": ""}, inferred={"facts.new-address": "Why."})) == ""
    assert told(file({**FINE, "group": "g"}, groups=[{"code": "g", "name": "住址"}])) == ""
    entry = {key: value for key, value in FINE.items() if key != "data_class"}
    assert told(file({**entry, "group": "places"}, groups=[PLACES])) == ""


def test_questions_from_before_their_files_said_a_class_stay_right() -> None:
    assert told(file({"code": "rooms", "name": "客房数", "type": "integer"})) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"data_class": None}, "does not say the data_class"),
        ({"data_class": "address"}, "write residence"),
        ({"name_en": ""}, "has no name_en"),
        ({"help": "填写门牌号"}, "no help_en"),
        ({"raw": ""}, "inferred, facts.new-address"),
        ({"step": None}, "does not say which step"),
        ({"step": "inspection"}, "has no step 'inspection'; it has acceptance"),
        ({"type": "choice"}, "Choices belong to"),
        ({"type": "account"}, "has the data_class account"),
        ({"type": "person"}, "has the data_class identity or third-person"),
        ({"least": 1}, "'least' bounds a number"),
        ({"type": "integer", "least": 3, "most": 1}, "at least that and at most this"),
        ({"type": "decimal", "most": 10**12}, "at most twelve digits"),
        ({"type": "date", "longest": 3}, "'longest' bounds a text"),
        ({"identified": False}, "stated without a number"),
        ({"group": "gone"}, "no group 'gone'"),
    ],
)
def test_what_is_missing_or_contradicts_is_told(change: dict[str, Any], sentence: str) -> None:
    assert sentence in told(file({**FINE, **change}))


@pytest.mark.parametrize(
    ("group", "fact", "sentence"),
    [
        ({"entries": None}, {}, "Only a group with entries has a data_class"),
        ({"data_class": None}, {}, "says its data_class"),
        ({"entries": {"name": "x", "least": 6, "most": 5}}, {}, "least above their most"),
        ({"code": "new-address"}, {"group": "new-address"}, "is there twice"),
        ({}, {"group": None}, "No question is in the group"),
        ({}, {"data_class": "identity"}, "the group has the data_class"),
        ({}, {"when": {"channel": ["counter"]}}, "the group has the when"),
    ],
)
def test_a_group_is_whole(group: dict[str, Any], fact: dict[str, Any], sentence: str) -> None:
    asked = {**{key: value for key, value in FINE.items() if key != "data_class"}}
    one = file({**asked, "group": "places", **fact}, groups=[{**PLACES, **group}])
    assert sentence in told(one)


def test_a_condition_is_about_a_question_that_is_answered_once() -> None:
    many = {key: value for key, value in FINE.items() if key != "data_class"}
    many |= {"type": "integer", "group": "places"}
    check = {"code": "c", "text": "至少一", "fact": "new-address", "least": 1}
    assert "There is no fact 'new-address'" in told(file(many, groups=[PLACES], checks=[check]))
    assert "cannot be asked of a fact of the type address" in told(file(FINE, checks=[check]))


def test_the_steps_of_an_item_are_those_of_its_template_its_modifiers_and_its_results() -> None:
    assert stage_codes(file()) == ("acceptance", "decision", "record", "close")
    nothing = file(results="none")  # nothing comes of it, so nobody records anything
    assert stage_codes(nothing) == ("acceptance", "decision", "close")
    licence = file(
        template="T04",
        modifiers=[{"kind": "inspection"}, {"kind": "levels", "params": {"levels": ["县", "市"]}}],
        results=[
            {"code": "licence", "name": "许可证"},
            {"code": "money", "name": "补贴", "kind": "payment"},
        ],
        fee={
            "state": "amount",
            "basis": "b",
            "lines": [{"code": "l", "name": "n", "amount_fen": 1}],
        },
    )
    found = stage_codes(licence)
    issued = {"payment", "inspection", "level-1", "production", "payout", "handover"}
    assert issued <= set(found)
    assert "level-2" not in found
