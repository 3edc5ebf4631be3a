"""Numbers of identity documents, each kind by its own rule.

The values stand in the report of the field of 2026-11-29, rows 6 and 10; all are made up, or are
the examples of the standards.
"""

import itertools
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.identity import (
    IDENTITIES,
    IdentityKind,
    born_on,
    needs_guardian,
    read_number,
)
from shared.values.unusable import Unusable
from tests.support.made_up import numbered

TODAY = date(2026, 11, 29)
RIGHT = [
    "11010519491231002X",
    "999999190001010007",
    "110101199003071233",
    "810000199001010019",
    "820000199001010010",
    "830000199001010012",
]
CODES = ["91650100MA7700006Q", "91350100M000100Y43"]  # the second is the example of GB 32100


def wrong(kind: IdentityKind, number: str, *, today: date = TODAY) -> str:
    with pytest.raises(Unusable) as refused:
        read_number(kind, number, today=today)
    assert number not in str(refused.value) + refused.value.zh or not number
    assert re.search("[\u4e00-\u9fff]", refused.value.zh)
    return refused.value.code


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_number_of_a_resident_is_taken(number: str) -> None:
    assert read_number("resident-id", number, today=TODAY) == number
    assert read_number("resident-id", f" {number.lower()}\n", today=TODAY) == number


@pytest.mark.parametrize("number", RIGHT)
def test_no_digit_can_be_changed_and_no_neighbours_swapped(number: str) -> None:
    """One typing error never makes another right number."""
    for at, old in enumerate(number):
        for new in "0123456789X":
            if new != old:
                changed = number[:at] + new + number[at + 1 :]
                assert wrong("resident-id", changed).startswith("id-")
    for at, (one, two) in enumerate(itertools.pairwise(number)):
        if one != two:
            swapped = number[:at] + two + one + number[at + 2 :]
            assert wrong("resident-id", swapped).startswith("id-")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("111111111111111111", "id-date"),
        ("99999919901332000X", "id-date"),
        ("110101199002300015", "id-date"),
        ("110101209913310011", "id-date"),
        ("110101189912310016", "id-date"),
        ("999999190001010001", "id-check"),
        ("99999919000101000X", "id-check"),
        ("11010519491231002", "id-form"),
        ("110105491231002", "id-form"),
        ("C12345678", "id-form"),
        ("１１０１０５１９４９１２３１００２Ｘ", "id-form"),
        ("", "id-form"),
    ],
)
def test_a_number_that_cannot_exist_is_refused_with_its_reason(number: str, code: str) -> None:
    assert wrong("resident-id", number) == code


def test_nobody_is_born_after_today() -> None:
    number = numbered("110101", "20261130")
    assert wrong("resident-id", number) == "id-date-future"
    assert read_number("resident-id", number, today=date(2026, 11, 30)) == number


@pytest.mark.parametrize("code", CODES)
def test_the_code_of_an_organisation_has_a_check_character(code: str) -> None:
    assert read_number("credit-code", code.lower(), today=TODAY) == code
    assert wrong("credit-code", "91650100MA7700000X") == "id-check"
    for at, old in enumerate(code):
        for new in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if new != old:
                assert wrong("credit-code", code[:at] + new + code[at + 1 :]).startswith("id-")
        for never in "IOSVZ":
            assert wrong("credit-code", code[:at] + never + code[at + 1 :]) == "id-form"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("hk-macao-taiwan-residence-permit", "810000199001010019"),
        ("hk-macao-taiwan-residence-permit", "830000199001010012"),
        ("permanent-residence-card", "CAN110101010101"),
        ("permanent-residence-card", numbered("911124", "19900101")),
        ("passport", "C12345678"),
    ],
)
def test_each_other_document_has_a_number_of_its_own(kind: IdentityKind, number: str) -> None:
    assert read_number(kind, number, today=TODAY) == number


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("hk-macao-taiwan-residence-permit", "110101199003071233", "id-form"),
        ("hk-macao-taiwan-residence-permit", "810000199001010010", "id-check"),
        ("permanent-residence-card", "110101199003071233", "id-form"),
        ("permanent-residence-card", "911124199001010000", "id-check"),
        ("passport", "C123 4567", "id-form"),
        ("passport", "护照12345", "id-form"),
        ("none", "1", "id-form"),
    ],
)
def test_a_number_of_another_kind_is_refused(kind: IdentityKind, number: str, code: str) -> None:
    assert wrong(kind, number) == code


@pytest.mark.parametrize("kind", sorted(set(IDENTITIES) - {"none"}))  # which has no number
@given(
    text=st.text(max_size=20)
    | st.text(st.sampled_from("0123456789XCxcan IOSVZ\u3000\n"), min_size=5, max_size=20)
)
def test_the_published_form_takes_whatever_is_taken(kind: IdentityKind, text: str) -> None:
    try:
        read_number(kind, text, today=TODAY)
        taken, code = True, ""
    except Unusable as error:
        taken, code = False, error.code
    form = bool(re.search(IDENTITIES[kind].pattern, text))
    assert form == (taken or code != "id-form")


def test_a_guardian_is_needed_until_the_sixteenth_birthday() -> None:
    born = born_on("resident-id", numbered("650102", "20101130"))
    assert born == date(2010, 11, 30)
    assert needs_guardian(born, date(2026, 11, 29))
    assert not needs_guardian(born, date(2026, 11, 30))
    assert not needs_guardian(born_on("passport", "C12345678"), TODAY)
    assert born_on("permanent-residence-card", "CAN110101010101") is None
