"""Pages that an answer or the kind of applicant opens, and closes again."""

from typing import Any

import httpx

from services.portal.forms.drawing import pages_of
from services.portal.forms.filling import application_of, next_page
from services.portal.forms.parts import Typed
from shared.catalogue import packaged_catalogue
from tests.support.forms_filled import forms
from tests.support.portal_applying import Applying

FORMS = {form["item"]: form for form in forms()}


def keys(item: str, typed: Typed) -> list[str]:
    return [page.key for page in pages_of(FORMS[item], typed)]


def test_an_answer_opens_a_page_and_closes_it_again() -> None:
    page = "facts-unit-name"
    assert page not in keys("003-023", {})
    assert page in keys("003-023", {"facts.ground": ("study",)})
    assert page not in keys("003-023", {"facts.ground": ("dwelling",)})
    assert page not in keys("003-023", {"facts.ground": ("no-such",)})


def test_a_yes_opens_a_page_and_a_no_closes_it() -> None:
    page = "facts-objections-handled"
    assert page in keys("004-090", {"facts.objections": ("yes",)})
    assert page not in keys("004-090", {"facts.objections": ("no",)})


def test_what_was_typed_into_a_closed_page_is_not_sent() -> None:
    typed = {"facts.ground": ("dwelling",), "facts.unit-name": ("某公司",)}
    sent = application_of(FORMS["003-023"], typed, declared=True)
    assert sent["facts"] == {"ground": "dwelling"}
    typed["facts.ground"] = ("employment",)
    sent = application_of(FORMS["003-023"], typed, declared=True)
    assert sent["facts"] == {"ground": "employment", "unit-name": "某公司"}


def test_a_closed_question_opens_nothing_further() -> None:
    order = [
        {
            "section": "facts",
            "title": "申报信息",
            "title_en": "",
            "fields": [
                yes_or_no("a"),
                yes_or_no("b", when={"answer": {"a": [True]}}),
                yes_or_no("c", when={"answer": {"b": [True]}}),
            ],
        }
    ]
    form = {**FORMS["003-023"], "order": order}
    both = {"facts.b": ("yes",), "facts.a": ("yes",)}
    assert [page.key for page in pages_of(form, both)][:3] == ["facts-a", "facts-b", "facts-c"]
    closed = [page.key for page in pages_of(form, both | {"facts.a": ("no",)})]
    assert closed[0] == "facts-a"
    assert not {"facts-b", "facts-c"} & set(closed)


def yes_or_no(code: str, **more: Any) -> dict[str, Any]:
    told = {"pointer": f"/facts/{code}", "title": code, "title_en": "", "type": "boolean"}
    return {**told, "required": True, **more}


def test_who_applies_is_asked_first_where_a_question_depends_on_it() -> None:
    form = FORMS["004-050"]
    assert pages_of(form, {})[0].key == "applicant-kind"
    first = next_page(form, {})
    assert first is not None
    assert first.key == "applicant-kind"

    def employer(kind: str) -> bool:
        pages = pages_of(form, {"applicant.kind": (kind,)})
        assert [page.key for page in pages].count("applicant-kind") == 1
        return "facts.employer" in {one.name for page in pages for one in page.inputs}

    assert employer("person")
    assert not employer("unit")


def test_elsewhere_who_applies_is_asked_after_the_questions() -> None:
    found = keys("004-074", {})
    assert found.index("applicant-kind") > 0


def test_a_question_that_an_answer_opens_on_its_own_page_is_seen_before_it_is_missed(
    applying: Applying,
) -> None:
    form = dict(FORMS["003-023"])
    fields = form["order"][0]["fields"]
    form["order"] = [
        {**form["order"][0], "section": "facts-who", "fields": fields},
        *form["order"][1:],
    ]
    told = {**form, "version": "v", "content_hash": packaged_catalogue().item("003-023").hash}
    applying.world.said["/v1/items/003-023/form"] = lambda _: httpx.Response(200, json=told)
    applying.agree("003-023")
    assert applying.at == "/apply/003-023/facts-who"
    assert 'name="facts.unit-name"' not in applying.page
    page = applying.send(
        **{
            "facts.ground": "study",
            "facts.current-address": "某街1号",
            "facts.months-of-residence": "12",
        }
    )
    assert applying.at == "/apply/003-023/facts-who"
    assert 'name="facts.unit-name"' in page
    assert "govuk-error-summary" not in page
    applying.send(
        **{
            "facts.ground": "study",
            "facts.current-address": "某街1号",
            "facts.months-of-residence": "12",
            "facts.unit-name": "某学校",
        }
    )
    assert applying.at != "/apply/003-023/facts-who"
