"""A number as it is printed: the stored serial in a format, with a digit that finds a slip."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.outcome import PaperRule, ResultRule
from shared.catalogue.files.consistency.papers import papers_right
from shared.catalogue.rules.printed_number import (
    BadFormat,
    check_digit,
    check_format,
    printed_number,
)

FORMAT = "{region}{year}{office}{serial:6}{check}"


def rule(text: str | None) -> ResultRule:
    return ResultRule(code="licence", name="许可证", number_format=text)


def test_year_region_office_serial_and_check_digit() -> None:
    made = printed_number(rule("{region}-{year}-{serial:6}"), 17, year=2026, office="650105001")
    assert made == "650105-2026-000017"
    whole = printed_number(rule(FORMAT), 17, year=2026, office="650105001")
    assert whole == f"6501052026650105001000017{check_digit('6501052026650105001000017')}"
    assert printed_number(rule(None), 17, year=2026, office="") == "17"


def test_the_check_digit_is_that_of_iso_7064() -> None:
    # The example of GB 11643: 11010519491231002X.
    assert check_digit("11010519491231002") == "X"


@given(st.integers(1, 999_999), st.integers(0, 9), st.integers(0, 16))
def test_one_wrong_digit_is_found(serial: int, wrong: int, at: int) -> None:
    number = printed_number(rule(FORMAT), serial, year=2026, office="650105")
    at %= len(number) - 1
    changed = number[:at] + str(wrong) + number[at + 1 :]
    assert (check_digit(changed[:-1]) == changed[-1]) is (changed == number)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_serials_are_never_printed_alike(first: int, second: int) -> None:
    made = [printed_number(rule(FORMAT), n, year=2026, office="650105") for n in (first, second)]
    assert (made[0] == made[1]) is (first == second)


@pytest.mark.parametrize("text", ["{year}", "{serial}{month}", "{serial", "{serial:6}}"])
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
