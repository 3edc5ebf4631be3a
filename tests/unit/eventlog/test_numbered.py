"""The last of the numbers that are taken, whatever is known of them before."""

from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.numbered import last_taken


@given(st.integers(0, 5000), st.data())
def test_the_last_number_is_found_from_any_number_below_it(last: int, data: st.DataObject) -> None:
    known = data.draw(st.integers(0, last))
    asked: list[int] = []

    def taken(number: int) -> bool:
        asked.append(number)
        return 1 <= number <= last

    assert last_taken(taken, known=known) == last
    assert len(asked) <= 2 * (last - known + 1).bit_length() + 1
    assert min(asked) > known
