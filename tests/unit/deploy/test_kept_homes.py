"""The kept homes are the files that the earlier code made; how their answers are compared."""

from pathlib import Path

import pytest

from tests.homes.kept import KINDS, SHA256, answers_of, differences, packed, read_answers, sha256_of

ADR = Path(__file__).parents[3] / "docs" / "adr" / "0014-the-house-laid-anew.md"


@pytest.mark.parametrize("kind", KINDS)
def test_the_home_is_the_one_that_the_earlier_code_made(kind: str) -> None:
    for path in (packed(kind), answers_of(kind)):
        assert sha256_of(path) == SHA256[path.name]
        assert SHA256[path.name] in ADR.read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_ten_cases_of_which_one_is_open(kind: str) -> None:
    found = read_answers(kind)
    assert len(found) == 10
    is_open = [name for name, answer in found.items() if answer["case"]["status"] != "closed"]
    assert is_open == ["open"]
    assert found["open"]["case"]["owed"]


def test_an_answer_that_says_more_is_no_difference_and_any_other_is() -> None:
    before = {"case": "c1", "office": "", "due": [{"limit": "promised", "at": None}]}
    assert differences(before, before) == []
    assert differences(before, {**before, "office": None, "new": 1}) == []
    assert differences(before, {**before, "case": "c2"}) == [".case: 'c1' became 'c2'"]
    assert differences(before, {**before, "due": []}) != []
    assert differences(before, {**before, "due": [{"at": None}]}) != []
    assert differences(before, {"case": "c1", "office": ""}) != []


def test_a_time_of_before_had_parts_of_a_second() -> None:
    before = {"due_at": "2026-12-21T15:59:59.999999Z"}
    assert differences(before, {"due_at": "2026-12-21T15:59:59Z"}) == []
    assert differences(before, {"due_at": "2026-12-21T15:59:58Z"}) != []
