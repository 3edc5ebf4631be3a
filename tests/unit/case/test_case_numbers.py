"""The number that people read and say: its form, its check digit, its region."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.case.deciding.case_numbers import (
    LAST_SERIAL,
    LENGTH,
    is_case_number,
    numbers_of,
)

DAY = date(2026, 11, 29)
SERIALS = st.integers(1, LAST_SERIAL)


def test_a_number_is_day_region_serial_and_check() -> None:
    first = next(numbers_of(DAY, "650000", 1, 100))
    assert first.startswith("20261129650000")
    assert len(first) == LENGTH
    assert first.isascii()
    assert first.isdigit()
    assert is_case_number(first)


def test_the_check_is_that_of_the_standard() -> None:
    """ISO 7064 MOD 11-2, by its best-known use: 11010519491231002 has the check character X."""
    others = [f"{digit}" for digit in range(10)]
    assert not any(is_case_number(f"00011010519491231002{digit}"[-20:]) for digit in others)


def test_a_tenth_of_the_serials_or_so_is_left_out() -> None:
    found = list(numbers_of(DAY, "650000", 1, 1100))
    assert len(found) == len(set(found)) == 1000
    assert len({number[:19] for number in found}) == 1000


@given(SERIALS, st.integers(0, 18), st.integers(1, 9))
def test_a_wrong_digit_is_no_number(serial: int, at: int, by: int) -> None:
    for number in numbers_of(DAY, "652300", serial, serial):
        wrong = f"{number[:at]}{(int(number[at]) + by) % 10}{number[at + 1 :]}"
        assert not is_case_number(wrong)


@given(SERIALS, st.integers(0, 18))
def test_two_neighbours_that_change_places_are_no_number(serial: int, at: int) -> None:
    for number in numbers_of(DAY, "500110", serial, serial):
        turned = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert turned == number or not is_case_number(turned)


def test_nothing_else_is_a_number() -> None:
    for text in ("", "2026112965000000001", "20261129650000000０1x", "a" * LENGTH, "１" * LENGTH):
        assert not is_case_number(text)
