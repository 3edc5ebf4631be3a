"""ISO 7064 MOD 11-2, by its examples and by what it is for."""

from hypothesis import given
from hypothesis import strategies as st

from shared.values.check_characters import mod_11_2


def test_the_check_character_is_that_of_iso_7064() -> None:
    # The example of GB 11643: 11010519491231002X; the one of the standard: 07940.
    assert mod_11_2("11010519491231002") == "X"
    assert mod_11_2("0794") == "0"


@given(st.text("0123456789", min_size=1, max_size=20), st.integers(0, 19), st.integers(1, 9))
def test_a_wrong_digit_has_another_check_character(digits: str, at: int, by: int) -> None:
    at %= len(digits)
    wrong = f"{digits[:at]}{(int(digits[at]) + by) % 10}{digits[at + 1 :]}"
    assert mod_11_2(wrong) != mod_11_2(digits)
