"""What a field says of itself in the published schemas."""

from shared.http import Choice


def test_a_word_that_may_be_missing_is_published_with_null() -> None:
    assert None in Choice("code", "identity", allow_none=True).metadata["enum"]
    assert None not in Choice("code", "identity").metadata["enum"]
