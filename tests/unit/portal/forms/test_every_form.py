"""Every form can be drawn, and what its pages collect is an application that its schema takes."""

import random
from collections import Counter
from typing import Any

import jsonschema
import pytest

from services.portal.forms.choosing import channel_of
from services.portal.forms.drawing import pages_of
from services.portal.forms.faults import faults_of_problem
from services.portal.forms.filling import application_of, unreadable
from tests.support.forms_filled import filled_in, forms

FORMS = {form["item"]: form for form in forms()}
OFTEN = 6
MOST_WALKS = 200


@pytest.fixture(scope="module")
def walked() -> Counter[str]:
    """How many pages of each kind were seen, so that the test cannot pass over empty forms."""
    return Counter()


def test_what_is_typed_into_the_pages_is_what_the_schema_takes(walked: Counter[str]) -> None:
    dice = random.Random(11)  # noqa: S311 (a sample that is the same every time)
    for item, form in FORMS.items():
        guide = form["schema"]["properties"]["guide"]["properties"]
        taken = jsonschema.Draft202012Validator(
            form["schema"], format_checker=jsonschema.FormatChecker()
        )
        for _ in range(OFTEN):
            typed = filled_in(form, dice)
            body = application_of(form, typed, declared=True)
            body |= {"guide": {"version": "2026.1", "content_hash": guide["content_hash"]["const"]}}
            wrong = [error.message[:300] for error in taken.iter_errors(body)]
            assert not wrong, (item, body, wrong)
            walked.update(page.key.split("-")[0] for page in pages_of(form, typed))
    kinds = ("variant", "situations", "facts", "applicant", "contact", "acting", "representative")
    for kind in (*kinds, "members", "materials", "fee", "count", "delivery", "address"):
        assert walked[kind] >= OFTEN, kind


def test_every_question_of_the_form_has_an_input_in_some_walk() -> None:
    dice = random.Random(12)  # noqa: S311
    for item, form in FORMS.items():
        left = asked(form)
        for _ in range(MOST_WALKS):
            pages = pages_of(form, filled_in(form, dice))
            left -= {place(one.pointer, one.code) for page in pages for one in page.inputs}
            if not left:
                break
        assert not left, item


def asked(form: dict[str, Any]) -> set[str]:
    """Every question of a form but those with one answer: a single way of delivery, say."""
    channel = channel_of(form)
    fields = [
        field
        for section in form["order"]
        for field in section["fields"]
        if channel in field.get("when", {}).get("channel", [channel])
    ]
    ways = {one["title"] for one in fields if one["pointer"] == "/delivery"}
    both = {one["title"] for one in fields if one["pointer"] == "/delivery" and "when" not in one}
    alone = {"/delivery"} if len(both) < 2 else set()
    nowhere = {"/delivery_address"} if "post" not in ways else set()
    places = {
        place(
            one["pointer"].replace("/members/", "/members/0/").replace("/-/", "/0/"),
            one.get("code", ""),
        )
        for field in fields
        for one in field.get("parts", (field,))
    }
    kind = form["schema"]["properties"]["applicant"]["properties"]["kind"]
    given = {"/applicant/kind"} if len(kind["oneOf"]) == 1 else set()
    acting = form["schema"]["properties"].get("representation", {"enum": ()})
    given |= {"/representation"} if len(acting["enum"]) == 1 else set()
    return places - {"/declared"} - alone - nowhere - given


def place(pointer: str, code: str) -> str:
    """Where an answer stands; a paper has a place of its own."""
    return f"{pointer}/{code}" if pointer == "/materials" else pointer


def test_a_fault_of_every_input_is_shown_beside_it() -> None:
    dice = random.Random(13)  # noqa: S311
    for item, form in FORMS.items():
        typed = filled_in(form, dice)
        body = application_of(form, typed, declared=True)
        pages = pages_of(form, typed)
        for page in pages:
            for one in page.inputs:
                told = {
                    "code": "x",
                    "detail": "Wrong.",
                    "detail_zh": "有误。",
                    "pointer": one.pointer,
                    "choices": [pick.code for pick in one.picks],
                    "material": one.code,
                }
                (found,) = faults_of_problem({"refused": [told]}, pages, body)
                assert (found.page, found.name) == (page.key, one.name), (item, one)


def test_an_empty_page_names_what_it_needs() -> None:
    for form in FORMS.values():
        for page in pages_of(form, {}):
            asked = [one for one in page.inputs if one.required and one.kind != "upload"]
            needed = {one.name for one in asked if not one.whole}
            assert set(unreadable(page, {})) == needed


def test_of_a_person_that_need_not_be_named_all_is_needed_once_begun() -> None:
    wholes = 0
    for form in FORMS.values():
        for page in pages_of(form, {}):
            for one in page.inputs:
                if not one.whole or one.words == "id_kind":
                    continue
                parts = [part for part in page.inputs if part.whole == one.whole]
                needed = {part.name for part in parts if part.required} - {one.name}
                begun = unreadable(page, {one.name: ("某",)})
                assert needed <= set(begun), (form["item"], one.name)
                wholes += 1
    assert wholes
