"""Questions of every shape: sections, people, accounts, lists entry by entry, several choices."""

from typing import Any

import pytest

from services.portal.forms.drawing import pages_of
from services.portal.forms.faults import faults_of_problem
from services.portal.forms.filling import application_of, unreadable
from services.portal.forms.parts import FormPage, Typed
from services.portal.forms.repeating import with_another, without_one
from tests.support.forms_filled import forms


def question(pointer: str, kind: str, **more: Any) -> dict[str, Any]:
    told = {"pointer": pointer, "title": pointer, "title_en": "", "type": kind, "required": True}
    return {**told, **more}


def person(pointer: str, **more: Any) -> dict[str, Any]:
    kinds = [{"code": code, "title": code, "title_en": ""} for code in ("resident-id", "none")]
    parts = [
        {"pointer": f"{pointer}/name", "title": "姓名", "title_en": "Name", "required": True},
        {"pointer": f"{pointer}/id_kind", "title": "证件", "title_en": "", "required": False},
        {"pointer": f"{pointer}/id_number", "title": "号码", "title_en": "", "required": True},
    ]
    parts[1]["choices"] = kinds
    return question(pointer, "person", parts=parts, **more)


SECTIONS = [
    {
        "section": "facts",
        "title": "申报信息",
        "title_en": "Facts",
        "fields": [person("/facts/manager"), person("/facts/witness", required=False)],
    },
    {
        "section": "facts-hotel",
        "title": "旅馆",
        "title_en": "The hotel",
        "help": "如实填写。",
        "fields": [
            question("/facts/area", "decimal", unit="平方米"),
            question(
                "/facts/services",
                "several",
                choices=[{"code": "food", "title": "餐饮", "title_en": ""}],
            ),
        ],
    },
    {
        "section": "facts-places",
        "title": "目的地",
        "title_en": "Places",
        "entries": {
            "pointer": "/facts/places",
            "title": "目的地",
            "title_en": "Place",
            "least": 0,
            "most": 3,
        },
        "fields": [
            question("/facts/places/-/place", "text"),
            question("/facts/places/-/days", "integer"),
        ],
    },
]


@pytest.fixture(scope="module")
def form() -> dict[str, Any]:
    found = next(form for form in forms() if form["item"] == "000-01")
    return {**found, "order": [*SECTIONS, *found["order"]]}


def page(form: dict[str, Any], key: str, typed: Typed) -> FormPage:
    return next(one for one in pages_of(form, typed) if one.key == key)


def facts(form: dict[str, Any], typed: Typed) -> dict[str, Any]:
    found: dict[str, Any] = application_of(form, typed, declared=True).get("facts", {})
    return found


def test_a_section_is_one_page_and_a_question_alone_another(form: dict[str, Any]) -> None:
    keys = [one.key for one in pages_of(form, {})]
    assert keys[:4] == ["facts-manager", "facts-witness", "facts-hotel", "facts-places"]
    hotel = page(form, "facts-hotel", {})
    assert [one.kind for one in hotel.inputs] == ["decimal", "any"]
    assert (hotel.title.zh, hotel.lead.zh) == ("旅馆", "如实填写。")


def test_a_person_has_parts_and_one_without_a_document_no_number(form: dict[str, Any]) -> None:
    typed: Typed = {
        "facts.manager.name": ("张三",),
        "facts.manager.id_kind": ("none",),
        "facts.manager.id_number": ("1",),
    }
    assert not unreadable(page(form, "facts-manager", typed), typed)
    assert facts(form, typed) == {"manager": {"name": "张三", "id_kind": "none"}}


def test_a_person_that_need_not_be_named_is_left_out_as_a_whole(form: dict[str, Any]) -> None:
    chosen: Typed = {"facts.witness.id_kind": ("resident-id",)}
    assert not unreadable(page(form, "facts-witness", chosen), chosen)
    assert facts(form, chosen) == {}
    begun: Typed = {**chosen, "facts.witness.name": ("李四",)}
    assert set(unreadable(page(form, "facts-witness", begun), begun)) == {"facts.witness.id_number"}


@pytest.mark.parametrize(
    ("said", "value"), [("４２０.5", "420.5"), ("1,000", "1000"), ("-3.25", "-3.25")]
)
def test_a_decimal_stays_a_text(form: dict[str, Any], said: str, value: str) -> None:
    assert facts(form, {"facts.area": (said,)}) == {"area": value}


@pytest.mark.parametrize("said", ["1.2.3", "一百", "1e5", "NaN", "."])
def test_what_is_no_decimal_is_told(form: dict[str, Any], said: str) -> None:
    typed: Typed = {"facts.area": (said,)}
    assert unreadable(page(form, "facts-hotel", typed), typed)["facts.area"] == "decimal"
    assert facts(form, typed) == {}


def test_several_choices_are_a_list(form: dict[str, Any]) -> None:
    assert facts(form, {"facts.services": ("food",)}) == {"services": ["food"]}


def test_entries_are_added_and_taken_away_and_become_a_list(form: dict[str, Any]) -> None:
    typed: dict[str, tuple[str, ...]] = {}
    for at, place in enumerate("甲乙丙"):
        typed |= {f"facts.places.{at}.place": (place,), f"facts.places.{at}.days": ("1",)}
    repeated = page(form, "facts-places", typed).repeats
    assert repeated is not None
    left = without_one(typed, repeated, 1)
    assert [one["place"] for one in facts(form, left)["places"]] == ["甲", "丙"]
    assert len(page(form, "facts-places", with_another(left, repeated)).inputs) == 3 * 2
    assert with_another(typed, repeated) == typed


def test_a_list_that_may_be_empty_asks_for_nothing(form: dict[str, Any]) -> None:
    assert not unreadable(page(form, "facts-places", {}), {})
    assert facts(form, {}) == {}


def test_a_fault_of_a_list_stands_at_its_first_input_and_of_an_entry_at_its_own(
    form: dict[str, Any],
) -> None:
    typed: Typed = {"facts.places.1.days": ("99",)}
    told = [
        {"pointer": "/facts/places", "detail": "", "detail_zh": "太多。"},
        {"pointer": "/facts/places/1/days", "detail": "", "detail_zh": "太久。"},
    ]
    found = faults_of_problem({"refused": told}, pages_of(form, typed), {})
    assert [one.name for one in found] == ["facts.places.0.place", "facts.places.1.days"]
