"""Every piece of personal data has a class, and every answer is sealed under the one it has."""

import msgspec
import pytest

from services.intake.application.questions.sealing import sealed_by_class
from shared.case import EVENTS
from shared.case.intake.submission import CaseSubmitted
from shared.catalogue import packaged_catalogue
from shared.catalogue.rules.question_classes import QUESTION_CLASSES, class_of_question
from shared.security.data_classes import (
    ANSWER_CLASSES,
    CLASSES,
    SEALED_FIELDS,
    DataClass,
    answers_field,
)
from shared.security.duties import DUTIES, Duty, duties_of
from shared.security.principal import Role
from tests.support.items_given import item


def test_every_class_says_what_it_holds() -> None:
    assert set(CLASSES) == set(DataClass)
    assert all(one.zh and one.en and one.holds for one in CLASSES.values())


def test_every_sealed_field_of_any_event_has_a_class_and_no_class_a_field_of_no_event() -> None:
    sealed = {name for fact in EVENTS.values() for name in fact.SEALED}
    assert sealed == set(SEALED_FIELDS)


def test_an_identity_a_third_person_and_an_account_never_stand_in_plain() -> None:
    never = {one for one in CLASSES if not CLASSES[one].plain}
    assert {"identity", "third-person", "account", "health", "address", "note"} <= never


def test_every_question_of_every_edition_has_a_class() -> None:
    """By its file, or by the table; and the table has no row for what no file leaves to it."""
    catalogue = packaged_catalogue()
    left = {
        fact.code
        for version in catalogue.versions()
        for item in catalogue.at(version).items()
        for fact in item.text.facts
        if fact.data_class is None and fact.group is None
    }
    assert left == set(QUESTION_CLASSES)
    assert set(QUESTION_CLASSES.values()) <= ANSWER_CLASSES


def test_answers_are_sealed_each_under_its_class() -> None:
    sealed = sealed_by_class(
        {"floor-area": 80, "disability-grade": 7, "guest-rooms": 3, "new": "x"}
    )
    assert {name: msgspec.json.decode(text) for name, text in sealed.items()} == {
        "answers/premises": {"floor-area": 80, "guest-rooms": 3},
        "answers/health": {"disability-grade": 7},
        "answers/statement": {"new": "x"},
    }
    assert set(sealed) <= CaseSubmitted.SEALED
    assert sealed_by_class({}) == {}


def test_a_file_says_the_class_of_an_answer_and_a_group_that_of_its_entries() -> None:
    text = item(
        groups=[
            {
                "code": "places",
                "name": "去向",
                "data_class": "residence",
                "entries": {"name": "目的地", "most": 3},
            }
        ],
        facts=[
            {"code": "guest-rooms", "name": "数", "type": "integer", "data_class": "health"},
            {"code": "place", "name": "地", "type": "text", "group": "places"},
        ],
    ).text
    sealed = sealed_by_class({"guest-rooms": 3, "places": [{"place": "x"}]}, text)
    assert set(sealed) == {"answers/health", "answers/residence"}


def test_a_question_of_a_group_with_entries_has_the_class_under_which_its_group_is_sealed() -> None:
    asked = 0
    for one in packaged_catalogue().items():
        text = one.text
        for group, _ in text.with_entries:
            (sealed,) = sealed_by_class({group.code: []}, text)
            for fact in text.asked_in(group):
                asked += 1
                assert answers_field(class_of_question(fact.code, text)) == sealed, (one.id, fact)
    assert asked


def test_what_was_sealed_before_the_classes_reads_as_all() -> None:
    assert SEALED_FIELDS["answers"] is DataClass.ALL
    assert {SEALED_FIELDS[answers_field(one)] for one in ANSWER_CLASSES} == ANSWER_CLASSES


def test_a_question_that_nobody_knows_is_a_statement() -> None:
    assert class_of_question("nobody-knows") is DataClass.STATEMENT


@pytest.mark.parametrize("role", Role)
def test_every_role_is_mapped_to_its_duties(role: Role) -> None:
    assert duties_of([role]) == DUTIES[role]


def test_nobody_supervises_or_heads_an_office_by_a_role_alone() -> None:
    assert set(Duty) - duties_of(Role) == {Duty.SUPERVISE, Duty.HEAD}
