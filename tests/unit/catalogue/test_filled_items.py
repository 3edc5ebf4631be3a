"""The items whose files say all that a desk needs: one of each template, from form to remedy."""

import jsonschema
import pytest

from services.intake.application.checking import faults
from services.intake.application.form_schema import schema_of
from services.intake.items.check import CheckSchema, tried_out
from shared.case import Rules
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.words import Template
from shared.catalogue.rules.remedies import REMEDIES
from shared.clock import local_day, packaged_calendars
from tests.support.answers_given import an_answer, entries_given
from tests.support.clock_given import at

NOW = at("2026-11-10")
FILLED: dict[str, Template] = {
    "004-077": "T01",
    "000-02": "T02",
    "004-048": "T03",
    "000-09": "T04",
    "000-01": "T05",
    "003-006": "T06",
    "003-100": "T07",
    "003-056": "T08",
    "000-03": "T09",
    "004-098": "T10",
    "004-129": "T11",
}
PERSON = {"name": "测试样例", "id_number": "650102199001011239", "phone": "13900001111"}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(packaged_catalogue(), packaged_calendars())


def test_there_is_one_of_each_template(rules: Rules) -> None:
    found = {id_: rules.catalogue.item(id_).text.template for id_ in FILLED}
    assert found == FILLED
    assert len(set(found.values())) == 11


@pytest.mark.parametrize("id_", FILLED)
def test_every_question_has_a_class_a_step_and_a_reason(rules: Rules, id_: str) -> None:
    text = rules.catalogue.item(id_).text
    assert text.facts
    groups = {group.code: group for group in text.groups}
    for fact in text.facts:
        assert fact.data_class or groups[fact.group or ""].data_class
        assert fact.step
        assert fact.raw or f"facts.{fact.code}" in text.inferred
        assert fact.name_en


@pytest.mark.parametrize("id_", FILLED)
def test_a_refusal_has_a_remedy_of_its_kind(rules: Rules, id_: str) -> None:
    text = rules.catalogue.item(id_).text
    assert text.remedy is not None
    assert text.remedy.kind in REMEDIES
    assert (text.remedy.kind == "arbitration") == (id_ == "004-129")


@pytest.mark.parametrize("id_", FILLED)
def test_an_application_made_from_the_form_alone_is_taken(rules: Rules, id_: str) -> None:
    one = rules.catalogue.item(id_)
    application = from_the_form(one)
    form = jsonschema.Draft202012Validator(
        schema_of(one), format_checker=jsonschema.FormatChecker()
    )
    assert [error.message for error in form.iter_errors(application)] == []
    body = CheckSchema().load(application)
    told = [fault.said.zh for fault in faults(tried_out(one, body, local_day(NOW)), rules, NOW)]
    assert told == []


def from_the_form(one: Item) -> dict[str, object]:
    """An application with an answer to every question that holds for everybody."""
    text = one.text
    facts = {fact.code: an_answer(fact) for fact in text.asked_once if fact.when is None}
    facts |= entries_given(text, Choices())
    facts |= {"separate-rooms": True} if id_needs_rooms(one) else {}
    facts |= {"register-changed": False} if "register-changed" in facts else {}
    facts |= {"witnesses": 2} if "witnesses" in facts else {}
    return {
        "item": one.id,
        "channel": text.channels[0],
        "delivery": text.delivery[0].kind,
        "delivery_address": "某县某街1号",
        "applicant": PERSON,
        "declared": True,
        "facts": facts,
    }


def id_needs_rooms(one: Item) -> bool:
    """Whether a hotel without a choice of its size has to state its rooms."""
    return one.id == "000-09"


def test_names_and_numbers_are_questions_and_no_pictures(rules: Rules) -> None:
    for id_ in FILLED:
        materials = rules.catalogue.item(id_).text.materials
        if not isinstance(materials, str):
            assert [one for one in materials if one.kind == "data" and not one.question] == []


def test_the_criteria_of_the_two_say_what_was_found(rules: Rules) -> None:
    for id_ in ("000-01", "000-09"):
        for one in rules.catalogue.item(id_).text.review.criteria:
            assert one.met
            assert one.unmet
            assert one.unmet not in one.text


WITH_PLATES = {"000-17", "000-19", "002-18", "002-19", "002-20", "002-21"}


def test_a_plate_is_asked_for_where_the_item_is_about_one_and_nowhere_else(rules: Rules) -> None:
    asking = {
        one.id for one in rules.catalogue.items() for fact in one.text.facts if fact.type == "plate"
    }
    assert asking <= WITH_PLATES
