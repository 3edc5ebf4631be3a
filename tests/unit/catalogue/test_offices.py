"""Offices of an item and variants of its limits: which holds, why, and how a change is told."""

from typing import Any

import pytest

from shared.catalogue import Item
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.item import ItemText
from shared.catalogue.editions.changes import between
from shared.catalogue.files.reading import read_file
from shared.catalogue.pages.page import page
from shared.catalogue.rules.limits_of_item import Question, TermError, ask
from shared.catalogue.rules.offices import AtOffice, office_codes, variant_of, varied
from tests.support.clock_given import at, calendars
from tests.support.items_given import limit, text
from tests.unit.catalogue.test_files import GOOD, NAME_OF_FILE, line_of, problems_of

XINJIANG = calendars().of("xinjiang")
START = at("2026-09-25")
MOST_15 = {"remote": {"n": 15, "maximum": True, "title_zh": "偏远的受理点"}}
THEN: dict[str, Any] = {
    "name": "follow-up",
    "kind": "period",
    "n": 3,
    "unit": "working_days",
    "rank": "rule",
    "start_event": "limit-missed",
    "end_event": "issued",
    "variants": {"remote": {"n": 10, "maximum": True}},
}
NEAR = {"code": "near", "name": "近点"}
FAR = {"code": "far", "name": "远点", "limit_variant": "remote"}
OWN = {**FAR, "code": "own", "name": "自定点", "limit_days": 12}
DECIDES = {"code": "hall", "name": "大厅", "does": ["decide", "hand-over"]}
PRINTED = {"name": "未编号的点"}


def permit(*offices: dict[str, Any], **more: Any) -> ItemText:
    """The residence permit: 5 working days, a remote office at most 15; a miss starts 3 or 10."""
    rule = limit("statutory", n=5, rank="rule", variants=MOST_15, follow_up=THEN)
    fields = {"limits": [rule, limit("exam", n=2)], "offices": list(offices or OFFICES), **more}
    return text(**fields)


OFFICES = (NEAR, FAR, OWN, DECIDES, PRINTED)


def due(item: ItemText, **more: Any) -> str:
    return str(ask(item, Question(start=START, **more), XINJIANG).due.date)


def told(item: ItemText, **more: Any) -> list[tuple[Any, str, str]]:
    steps = ask(item, Question(start=START, **more), XINJIANG).steps
    return [(step.data["n"], step.zh, step.en) for step in steps if step.code == "office"]


@pytest.mark.requirement("R-087")
@pytest.mark.parametrize(
    ("office", "day", "follows"),
    [
        (None, "2026-10-09", "2026-09-30"),
        ("near", "2026-10-09", "2026-09-30"),
        ("far", "2026-10-22", "2026-10-15"),
        ("own", "2026-10-19", "2026-10-15"),
    ],
)
def test_the_office_decides_which_length_counts_r087_r088(
    office: str | None, day: str, follows: str
) -> None:
    """Given 5 days and at most 15 for remote offices, when one sets 12, then 12; none set: 15."""
    assert due(permit(), office=office) == day
    assert due(permit(), office=office, limit="follow-up") == follows
    assert due(permit(), office=office, limit="exam") == due(permit(), limit="exam")


def test_the_explanation_says_which_office_and_which_number() -> None:
    assert told(permit(), office="own") == [
        (
            12,
            "受理点“自定点”（偏远的受理点）自定12个工作日，最长不得超过15个工作日。",
            "The office 自定点 (own), as 'remote', sets 12 of at most 15 working days.",
        )
    ]
    ((n, zh, en),) = told(permit(), office="far")
    assert (n, "适用最长的15个工作日" in zh, "15 working days at most" in en) == (15, True, True)
    ((n, _, en),) = told(permit(), office="own", limit="follow-up")
    assert n == 10
    assert "sets 10 of at most 10 working days" in en
    ((n, _, en),) = told(permit(), office="near")
    assert (n, en) == (None, "The office 近点 (near) has no length of its own for this limit.")
    assert told(permit()) == []
    steps = ask(permit(), Question(start=START, office="own"), XINJIANG).steps
    (variant,) = [step for step in steps if step.code == "variant"]
    assert "12" in variant.en
    assert "at most" not in variant.en, "what an office set is no maximum any more"


def test_an_office_that_cannot_be_chosen_is_named_with_those_that_can() -> None:
    assert office_codes(permit()) == ["near", "far", "own"]
    for code in ("moon", "hall", ""):
        with pytest.raises(TermError, match=r"no office .*; it has near, far, own") as refusal:
            due(permit(), office=code)
        assert refusal.value.options == ("near", "far", "own")
    with pytest.raises(TermError, match="no office 'far'; it has none"):
        due(text(limits=[limit()]), office="far")


# --- which variant of a limit holds


RULE = text(
    limits=[limit(variants={name: {"n": n} for n, name in enumerate(("a", "b", "c", "remote"), 1)})]
).limits[0]


@pytest.mark.parametrize(
    ("choices", "office", "name"),
    [
        (Choices(), None, None),
        (Choices(variant="z", channel="online"), AtOffice(variant="moon"), None),
        (Choices(variant="a"), None, "a"),
        (Choices(situations=frozenset({"c", "b", "z"})), None, "b"),
        (Choices(channel="c"), None, "c"),
        (Choices(variant="a", situations=frozenset({"b"}), channel="c"), None, "a"),
        (Choices(situations=frozenset({"b"}), channel="c"), None, "b"),
        (Choices(variant="a"), AtOffice(variant="remote"), "remote"),
        (Choices(variant="a"), AtOffice(), "a"),
    ],
)
def test_the_office_comes_first_then_what_was_chosen(
    choices: Choices, office: AtOffice | None, name: str | None
) -> None:
    assert variant_of(RULE, choices, office) == name
    found = varied(RULE, choices, office)
    assert found == (RULE if name is None else RULE.variant(name))


def test_a_number_of_an_office_counts_in_its_own_variant_and_where_one_may_be_set() -> None:
    """Given a variant that is printed as it is, when an office sets a number, then nothing."""
    assert varied(RULE, Choices(), AtOffice(variant="remote", days=2)).n == 4
    rule = permit().limits[0]
    for days, n, follows in ((1, 1, 1), (12, 12, 10), (99, 15, 10), (None, 15, 10)):
        found = varied(rule, Choices(), AtOffice(variant="remote", days=days))
        assert found.follow_up is not None
        assert (found.n, found.follow_up.n, found.variants) == (n, follows, {})
    assert varied(rule, Choices(), AtOffice(days=2)) is rule
    chosen = varied(rule, Choices(variant="remote"), AtOffice(variant="moon", days=2))
    assert chosen.n == 15, "the number is of the office's own variant"


def test_a_variant_that_is_a_choice_of_the_item_too_is_both() -> None:
    """Given 001-09: the variant remake of the item, and of a limit (当日, 5个工作日)."""
    at_once = {"name": "statutory", "kind": "same_day", "rank": "rule", "raw": "当日内"}
    at_once |= {"start_event": "reviewed", "end_event": "result-ready"}
    five = {"remake": {"kind": "period", "n": 5, "unit": "working_days"}}
    item = text(
        variants=[{"code": "sign", "name": "签注"}, {"code": "remake", "name": "重新制证"}],
        limits=[{**at_once, "variants": five}, limit(n=2, when={"variant": ["remake"]})],
    )
    for chosen in ({"variant": "remake"}, {"choices": Choices(variant="remake")}):
        assert due(item, limit="statutory", **chosen) == "2026-10-09"
        assert due(item, **chosen) == "2026-09-29"
    assert due(item, variant="sign") == "2026-09-28"


def test_a_channel_by_which_a_limit_is_called_is_one_for_every_limit() -> None:
    """Given 004-076: at the bank at once; the acceptance has no such variant and is as it is."""
    bank = {"bank": {"kind": "immediate"}}
    item = text(channels=["counter", "bank"], limits=[limit(n=90, variants=bank)])
    assert due(item, variant="bank") == due(item, choices=Choices(channel="bank")) == "2026-09-28"
    assert due(item, variant="bank", limit="acceptance") == due(item, limit="acceptance")


def test_a_variant_of_what_a_miss_starts_is_known() -> None:
    rule = limit("statutory", n=5, rank="rule", follow_up=THEN)
    item = text(limits=[rule], offices=[FAR])
    assert due(item, variant="remote", limit="follow-up") == "2026-10-15"
    assert due(item, office="far", limit="follow-up") == "2026-10-15"
    with pytest.raises(
        TermError, match="'statutory' of 004-900 has no variant 'remote'; follow-up"
    ):
        due(item, variant="remote")


# --- a file that says something of offices which cannot be

FOLLOW_UP = """\
    follow_up:
      name: follow-up
      kind: period
      n: 3
      unit: working_days
      start_event: limit-missed
      end_event: decided
      variants: { late: { n: 10, maximum: true } }
"""
FILE = GOOD.replace(
    "    exclusions: [inspection]\n",
    "    exclusions: [inspection]\n"
    "    variants: { remote: { n: 15, maximum: true }, fixed: { n: 9 } }\n"
    f"{FOLLOW_UP}"
    "offices:\n"
    "  - { code: near, name: 近点 }\n"
    "  - { code: far, name: 远点, limit_variant: remote, limit_days: 12 }\n",
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code: far,", "code: near,", "'near' is there twice."),
        ("code: far,", "code: Far Away,", "kebab-case English"),
        ("code: far,", "", "An office with limits of its own has a code"),
        (
            "variant: remote",
            "variant: moon",
            "variant 'moon'; they have remote, fixed, late.",
        ),
        ("limit_variant: remote, ", "", "say which one, limit_variant."),
        ("variant: remote", "variant: fixed", "'fixed' of 'promised' leaves nothing to set."),
        ("limit_days: 12", "limit_days: 16", "An office may set 1 to 15 here, not 16."),
        ("limit_days: 12", "limit_days: 0", "at least 1"),
        (
            "variant: remote, limit_days: 12",
            "variant: late, limit_days: 11",
            "1 to 10 here",
        ),
    ],
)
def test_a_broken_office_is_told_by_its_line_and_a_sentence(old: str, new: str, said: str) -> None:
    assert FILE.count(old) == 1
    ((line, sentence),) = problems_of(FILE.replace(old, new))
    assert line == line_of(FILE, "code: far")
    assert said in sentence


def test_offices_are_right_by_any_variant_that_a_limit_or_a_miss_has() -> None:
    late = FILE.replace("variant: remote, limit_days: 12", "variant: late, limit_days: 10")
    for good in (FILE, late, FILE.replace(", limit_days: 12", ""), FILE.replace("12 }", "15 }")):
        assert read_file(NAME_OF_FILE, good.encode()).file.offices != "unknown"


def test_a_limit_that_cannot_be_read_says_nothing_of_the_offices() -> None:
    ((_, sentence),) = problems_of(FILE.replace("    n: 5\n", "    n: -5\n"))
    assert "-5 working_days is not possible" in sentence


# --- how offices are told


def test_what_changes_in_the_offices_is_told_in_words() -> None:
    was = permit(NEAR, FAR, OWN, PRINTED)
    now = permit(
        {**NEAR, "address": "某街1号"}, {**OWN, "limit_days": 8}, {**OWN, "code": "new"}, DECIDES
    )
    assert [(one.field, one.sentence) for one in between(was, now)] == [
        ("offices", "Changed office: 近点 (near) (address – → 某街1号)."),
        (
            "offices",
            "The office 自定点 (own) has the limits: remote with 8 instead of remote with 12.",
        ),
        ("offices", "New office: 自定点 (new, limits: remote with 12)."),
        ("offices", "New office: 大厅 (hall)."),
        ("offices", "No longer an office: 远点 (far)."),
        ("offices", "Other places change: name 未编号的点 → –."),
    ]
    (other,) = between(permit(NEAR), permit({**NEAR, "limit_variant": "remote"}))
    assert other.sentence == (
        "The office 近点 (near) has the limits: remote instead of as everywhere."
    )
    assert other.sentence_zh == "受理点近点 (near)的时限由一般规定改为remote。"


def test_the_page_of_an_item_shows_codes_and_own_limits() -> None:
    shown = page(Item(text=permit(), hash="0" * 64))
    assert "- Office: 自定点 (`own`, limits: remote with 12)" in shown
    assert "- Office: 近点 (`near`)" in shown
    assert "- Office: 未编号的点\n" in shown


def test_a_variant_of_nothing_is_refused_where_it_stands() -> None:
    text = FILE.replace("fixed: { n: 9 }", "fixed: { n: 0 }")
    ((line, sentence),) = problems_of(text)
    assert line == line_of(text, "fixed: { n: 0 }")
    assert sentence == "A variant of 0 is an immediate one: kind: immediate."
