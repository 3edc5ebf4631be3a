"""A number as it is printed: the stored serial in a format, with a digit that finds a slip."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.outcome import PaperRule, ResultRule
from shared.catalogue.files.consistency.papers import papers_right
from shared.catalogue.rules.printed_number import BadFormat, check_format, printed_number
from shared.values.check_characters import mod_11_2

FORMAT = "{year}{serial:6}{check}"


def rule(text: str | None) -> ResultRule:
    return ResultRule(code="licence", name="许可证", number_format=text)


def test_year_serial_and_mod_11_2() -> None:
    assert printed_number(rule("特{year}-{serial:6}"), 17, year=2026) == "特2026-000017"
    assert printed_number(rule("{year}{serial}"), 17, year=2026) == "202617"
    made = printed_number(rule(FORMAT), 17, year=2026)
    assert made == f"2026000017{mod_11_2('2026000017')}"
    assert printed_number(rule(None), 17, year=2026) == "17"


@given(st.integers(1, 999_999), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_found(serial: int, wrong: int, at: int) -> None:
    number = printed_number(rule(FORMAT), serial, year=2026)
    at %= len(number) - 1
    changed = number[:at] + str(wrong) + number[at + 1 :]
    assert (mod_11_2(changed[:-1]) == changed[-1]) is (changed == number)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_serials_are_never_printed_alike(first: int, second: int) -> None:
    made = [printed_number(rule(FORMAT), n, year=2026) for n in (first, second)]
    assert (made[0] == made[1]) is (first == second)


@pytest.mark.parametrize(
    "text",
    [
        *("{year}", "{serial}{month}", "{serial", "{serial:6}}"),
        # What an item's office is called is no part of a number, and a serial alone has a width.
        *("{region}{serial}", "{office}{serial}", "{year:2}{serial}", "{serial}{check:2}"),
    ],
)
def test_a_format_with_an_unknown_part_or_without_the_serial_is_refused(text: str) -> None:
    with pytest.raises(BadFormat):
        check_format(text)


def test_the_check_of_the_catalogue_names_what_cannot_be_printed() -> None:
    file = packaged_catalogue().item("000-09").text
    wrong = ResultRule(
        code="x", name="x", number_format="{year}", paper=PaperRule(must_show=("fact:no-such",))
    )
    found = [path for path, _ in papers_right(msgspec.structs.replace(file, results=(wrong,)))]
    assert found == [("results", 0, "number_format"), ("results", 0, "paper", "must_show")]
    assert list(papers_right(file)) == []


def test_what_is_answered_once_for_each_entry_cannot_stand_on_a_paper() -> None:
    file = packaged_catalogue().item("003-056").text
    for code, refused in (("shareholder", 1), (file.asked_once[0].code, 0)):
        shown = ResultRule(code="x", name="x", paper=PaperRule(must_show=(f"fact:{code}",)))
        found = list(papers_right(msgspec.structs.replace(file, results=(shown,))))
        assert len(found) == refused, code
