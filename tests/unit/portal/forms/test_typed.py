"""What is typed into a page: numbers, days, people, papers, and answers that no longer belong."""

from typing import Any

import pytest

from services.portal.forms.choosing import chosen_of
from services.portal.forms.drawing import pages_of
from services.portal.forms.faults import faults_of_problem
from services.portal.forms.filling import application_of, next_page, unreadable
from services.portal.forms.parties import MEMBERS
from services.portal.forms.parts import FormPage, Typed
from services.portal.forms.repeating import with_another, without_one
from shared.catalogue import packaged_catalogue
from tests.support.forms_filled import form_of, forms

FORMS = {form["item"]: form for form in forms()}
HOTEL = FORMS["000-09"]


def page(form: dict[str, Any], key: str, typed: Typed | None = None) -> FormPage:
    return next(one for one in pages_of(form, typed or {}) if one.key == key)


def questions(form: dict[str, Any], typed: Typed) -> list[str]:
    """The names of all inputs."""
    return [one.name for page in pages_of(form, typed) for one in page.inputs]


def test_a_lost_identity_card_asks_one_thing_a_page() -> None:
    keys = [one.key for one in pages_of(FORMS["000-01"], {})]
    assert keys == [
        "facts-lost-on",
        "facts-online-conditions",
        "applicant",
        "contact",
        "acting",
        "materials-household-register",
        "address",
    ]


def test_a_choice_opens_its_questions_and_taking_it_back_drops_their_answers() -> None:
    large: Typed = {"situations.scale": ("large-hotel",), "facts.deposit-room": ("yes",)}
    assert "facts.deposit-room" in questions(HOTEL, large)
    assert application_of(HOTEL, large, declared=False)["facts"] == {"deposit-room": True}
    small = {**large, "situations.scale": ()}
    assert "facts.deposit-room" not in questions(HOTEL, small)
    assert "facts" not in application_of(HOTEL, small, declared=False)


def test_a_bathhouse_is_not_asked_for_separate_rooms() -> None:
    bath: Typed = {"situations.scale": ("bathhouse",), "facts.separate-rooms": ("yes",)}
    assert "facts" not in application_of(HOTEL, bath, declared=False)


@pytest.mark.parametrize(
    ("typed", "wrong", "value"),
    [
        ("２０", None, 20),
        (" 1,000 ", None, 1000),
        ("-1", None, -1),
        ("二十", "number", None),
        ("12.5", "number", None),
        ("9" * 40, "number", None),
        ("", "needed", None),
        ("   ", "needed", None),
    ],
)
def test_a_number_is_read_as_people_write_it(
    typed: str, wrong: str | None, value: int | None
) -> None:
    rooms = page(HOTEL, "facts-hotel")
    said: Typed = {"facts.guest-rooms": (typed,)}
    assert unreadable(rooms, said).get("facts.guest-rooms") == wrong
    facts = application_of(HOTEL, said, declared=False).get("facts", {})
    assert facts.get("guest-rooms") == value


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (("2026", "2", "28"), None),
        (("２０２６", "02", "03"), None),
        (("2026", "2", "29"), "date"),
        (("2026", "", "1"), "date"),
        (("", "", ""), "needed"),
    ],
)
def test_a_day_is_one_of_the_calendar(day: tuple[str, str, str], wrong: str | None) -> None:
    form, key = next(
        (form, one.key)
        for form in FORMS.values()
        for one in pages_of(form, {})
        if one.inputs[0].kind == "date" and one.inputs[0].required
    )
    one = page(form, key)
    name = one.inputs[0].name
    parts = zip(("year", "month", "day"), day, strict=True)
    typed = {f"{name}.{part}": (value,) for part, value in parts}
    assert unreadable(one, typed).get(name) == wrong


def test_a_choice_that_is_not_offered_is_none() -> None:
    typed: Typed = {"applicant.id_kind": ("credit-code",)}
    wrong = unreadable(page(FORMS["000-01"], "applicant"), typed)
    assert wrong["applicant.id_kind"] == "choose"


def test_somebody_without_a_document_has_no_number() -> None:
    newborn: Typed = {
        "applicant.name": ("阿依古丽",),
        "applicant.id_kind": ("none",),
        "applicant.id_number": ("1",),
    }
    form = FORMS["000-01"]
    assert not unreadable(page(form, "applicant"), newborn)
    said = application_of(form, newborn, declared=True)["applicant"]
    assert said == {"name": "阿依古丽", "id_kind": "none"}


def test_people_of_a_unit_are_added_and_taken_away() -> None:
    form = next(one for one in FORMS.values() if any(p.key == "members" for p in unit_pages(one)))
    typed: Typed = {
        "applicant.kind": ("unit",),
        "members.0.name": ("甲",),
        "members.1.name": ("乙",),
        "members.2.name": ("丙",),
    }
    assert len(page(form, "members", with_another(typed, MEMBERS)).inputs) == 4 * 3
    left = without_one(typed, MEMBERS, 1)
    people = application_of(form, left, declared=True)["members"]
    assert [one["name"] for one in people] == ["甲", "丙"]


def unit_pages(form: dict[str, Any]) -> list[FormPage]:
    return pages_of(form, {"applicant.kind": ("unit",)})


def test_papers_may_follow_later_and_one_paper_may_have_several_pictures() -> None:
    form = FORMS["000-01"]
    typed: Typed = {"materials.household-register": ("one", "two", "one")}
    assert application_of(form, typed, declared=True)["materials"] == [
        {"code": "household-register", "blob": "one"},
        {"code": "household-register", "blob": "two"},
    ]
    assert not unreadable(page(form, "materials-household-register"), {})


def test_alternatives_share_a_page() -> None:
    one = page(HOTEL, "materials-business")
    assert [field.code for field in one.inputs] == ["business-licence", "pre-approval-notice"]
    assert one.alternatives


def test_an_organisation_has_a_handler_and_nobody_applies_for_himself_there() -> None:
    typed: Typed = {"applicant.kind": ("organisation",)}
    acting = page(HOTEL, "acting", typed).inputs[0]
    assert [pick.code for pick in acting.picks] == ["agent", "unit-handler"]
    assert page(HOTEL, "representative", typed).inputs


def test_a_page_that_was_seen_and_is_in_order_is_left_behind() -> None:
    form = FORMS["000-01"]
    questions = ("facts-lost-on", "facts-online-conditions")
    codes = ("household-in-xinjiang", "register-changed")
    typed: Typed = {
        "seen": (*questions, "applicant"),
        "applicant.name": ("某",),
        **{f"facts.{code}": ("yes",) for code in codes},
    }
    first = next_page(form, typed)
    assert first is not None
    assert first.key == "applicant"


def test_faults_stand_beside_their_inputs_and_nothing_is_dropped() -> None:
    typed: Typed = {"situations.scale": ("large-hotel", "bathhouse"), "seen": ()}
    body = application_of(HOTEL, typed, declared=False)
    told = [
        {
            "pointer": "/applicant/id_number",
            "detail": "No.",
            "detail_zh": "号码有误。",
            "code": "x",
        },
        {"pointer": "/situations/1", "detail": "Twice.", "detail_zh": "重复。"},
        {"pointer": "/applicant", "detail": "Contact.", "detail_zh": "须填写联系方式。"},
        {"pointer": "/somewhere", "detail": "Only English."},
    ]
    found = faults_of_problem({"errors": told}, pages_of(HOTEL, typed), body)
    assert [(one.page, one.name) for one in found] == [
        ("applicant", "applicant.id_number"),
        ("situations-scale", "situations.scale"),
        ("contact", "applicant.phone"),
        ("", ""),
    ]
    assert found[-1].said.zh == "此项内容不符合要求，请检查后重新填写。"


@pytest.mark.parametrize(
    ("typed", "acts"),
    [
        ({}, ""),
        ({"applicant.kind": ("unit",)}, "unit-handler"),
        ({"applicant.kind": ("unit",), "representation": ("self",)}, "unit-handler"),
        ({"representation": ("unit-handler",)}, "unit-handler"),
    ],
)
def test_a_unit_that_says_nothing_acts_through_its_handler(
    typed: dict[str, tuple[str, ...]], acts: str
) -> None:
    """So that the papers of a handler have a page before anybody says who acts."""
    form = form_of(packaged_catalogue().item("004-051"))
    assert chosen_of(form, typed, "counter").representation == acts
