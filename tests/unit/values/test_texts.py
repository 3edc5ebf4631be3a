"""The one rule for texts that people write: what is refused, what is kept, and its pattern.

The values stand in the report of the field of 2026-11-29, rows 3, 15, 18 and 19.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.texts import TEXT, tidied
from shared.values.unusable import Unusable

INVISIBLE = [
    *"\u0020\u0009\u00a0\u00ad\u1680\u180e\u2028\u2060\u2063\u2800\u3000\u3164\ufeff",
    *(chr(code) for code in range(0x2000, 0x200C)),
]


def code_of(text: str, *, lines: bool = False) -> str:
    with pytest.raises(Unusable) as refused:
        tidied(text, lines=lines)
    assert re.search("[\u4e00-\u9fff]", refused.value.zh)
    return refused.value.code


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda c: f"U+{ord(c):04X}")
def test_what_nobody_sees_is_no_text(character: str) -> None:
    assert code_of(character) == code_of(character * 3, lines=True) == "text-blank"


@given(st.text(st.sampled_from(INVISIBLE), min_size=1, max_size=30))
def test_no_mixture_of_what_nobody_sees_is_a_text(text: str) -> None:
    assert code_of(text) == "text-blank"


@pytest.mark.parametrize(
    "text",
    [
        "𠮷田",
        "㛃䶮𬀩",
        "阿卜杜热合曼·买买提江",
        "O’Brien",
        "张" * 100,
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # a joiner between Arabic letters
        "\u182e\u1823\u1829\u182d\u1823\u182f\u180e\u1820",  # Mongolian
        "葛\U000e0100城",  # a form of a character, chosen
        "张　三",  # a blank inside is the writer's
    ],
)
def test_names_as_they_are_written_are_kept_unchanged(text: str) -> None:
    assert tidied(text) == tidied(text, lines=True) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" 张三 ", "张三"),
        ("\u3000张三\u00a0\n", "张三"),
        ("e\u0301", "\u00e9"),
        ("\uf9e1明", "李明"),
        ("某街1号\r\n2楼\t3室\u2028后门\n", "某街1号 2楼 3室 后门"),
        ("某街 \n 1号", "某街 1号"),
    ],
)
def test_one_line_is_trimmed_folded_and_in_normal_form_c(text: str, kept: str) -> None:
    assert tidied(text) == kept


def test_lines_stay_lines() -> None:
    assert tidied(" 一\r\n二\u2028三\r\t四\n\n", lines=True) == "一\n二\n三\n\t四"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("张\u200b三", "text-invisible"),
        ("张\u200c三", "text-invisible"),  # a joiner where nothing joins
        ("a\u00adb", "text-invisible"),
        ("张\U000e0041", "text-invisible"),
        ("张\u202e三", "text-direction"),
        ("\u061c1", "text-direction"),
        ("张\x07", "text-control"),
        ("张\x85三", "text-control"),
        ("\ue863", "text-private"),
        ("张\U000f0001", "text-private"),
        ("张\ufffd", "text-private"),
    ],
)
def test_what_no_text_may_have_is_refused_with_its_own_code(text: str, code: str) -> None:
    assert code_of(text) == code_of(text, lines=True) == code


@given(st.text(max_size=40) | st.text(st.sampled_from([*INVISIBLE, *"张م\u200c\u200d\ufe0f"])))
def test_the_published_pattern_says_exactly_what_is_taken(text: str) -> None:
    try:
        taken = bool(tidied(text))
    except Unusable:
        taken = False
    assert taken == bool(re.search(TEXT, text))


@given(st.text(max_size=40))
def test_what_is_kept_is_taken_again_and_stays_as_it_is(text: str) -> None:
    for lines in (False, True):
        try:
            kept = tidied(text, lines=lines)
        except Unusable:
            continue
        assert tidied(kept, lines=lines) == kept


def test_a_long_text_is_looked_at_in_proportion_to_its_length() -> None:
    """No text makes the pattern try again and again: these would be 2^n ways."""
    for text in ("م" * 9000 + "\u200b", "م\u200c" * 5000, " " * 9000, "م\ufe0f" * 5000 + "\x07"):
        assert re.search(TEXT, text) is None
