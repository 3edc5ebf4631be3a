"""What the check tells about the items as they stand, and what was read anew in a few of them."""

import re
from functools import cache
from pathlib import Path

import pytest

import shared.catalogue
from shared.catalogue import Wanted, packaged_catalogue
from shared.catalogue.definition.choosing import Choices, holding, holds
from shared.catalogue.definition.item import Item
from shared.catalogue.files.findings import findings
from shared.catalogue.files.reading import item_files, read_defaults, read_item
from shared.catalogue.rules.day_rules import window_of
from shared.catalogue.rules.limits_of_item import Question, ask
from shared.clock import parse_moment
from tests.support.clock_given import calendars

FOLDER = Path(shared.catalogue.__file__).parent


@cache
def everything() -> dict[str, Item]:
    """Every item, each read by itself."""
    defaults = read_defaults((FOLDER / "defaults.yaml").read_bytes())
    files = [(name, content) for name, content in item_files(FOLDER) if "former/" not in name]
    read = [read_item(name, content, defaults) for name, content in files]
    return {item.id: item for item in read}


def item(id_: str) -> Item:
    return everything()[id_]


@cache
def told() -> dict[str, dict[str, list[str]]]:
    """The messages of the check, by code and item."""
    by_code: dict[str, dict[str, list[str]]] = {}
    for one in findings(found.text for found in everything().values()):
        by_code.setdefault(one.code, {}).setdefault(one.item, []).append(one.message)
    return by_code


def test_a_window_is_told_where_the_column_of_limits_prints_one_and_nowhere_else() -> None:
    windows = (7, 12, 14, 16, 20, 22, 24, 30, 35, 37, 39, 41, 42, 104, *range(109, 127))
    assert set(told()["only-applicant-window"]) == {f"004-{n:03}" for n in windows}


def test_a_contradiction_is_told_once_for_two_items() -> None:
    messages = told()["contradicts-other-item"]
    assert [len(messages[id_]) for id_ in ("000-06", "001-01", "003-004", "003-017")] == [1] * 4
    assert all("003-" in text for text in messages["004-042"])


@pytest.mark.parametrize(("one", "other"), [("000-01", "000-24"), ("004-079", "004-080")])
def test_an_address_and_a_fee_that_differ_are_told_from_both_sides(one: str, other: str) -> None:
    messages = told()["contradicts-other-item"]
    assert any(other in text for text in messages[one])
    assert any(one in text for text in messages[other])


@pytest.mark.parametrize("id_", ["004-003", "004-005"])
def test_a_licence_by_its_name_is_deemed_accepted_and_the_file_says_why(id_: str) -> None:
    text = item(id_).text
    rule = next(limit for limit in text.limits if limit.name == "acceptance")
    assert (text.item_type, rule.n, rule.deemed) == ("行政审批", 5, "accepted")
    assert text.by_licence_law
    assert "licence" in text.inferred["licence"]
    # The words of the law are the default's, never quoted as if the source printed them.
    assert text.defaulted["limits.acceptance"] == "acceptance-limit-licence"
    assert rule.raw == ""


def test_a_closure_of_labour_dispatch_ends_with_a_decision_and_no_licence() -> None:
    results = item("004-005").text.results
    of = {
        name: [result.code for result in holding(results, Choices(variant=name))]
        for name in ("renewal", "closure")
    }
    assert of == {"renewal": ["decision", "licence"], "closure": ["decision"]}


@pytest.mark.requirement("R-021")
def test_who_applies_without_an_agent_brings_no_authorisation() -> None:
    company = Choices(situations=frozenset({"legal-person"}))
    missing = [rule.code for rule in item("004-131").missing(frozenset(), company)]
    assert "legal-persons-authorisation" not in missing
    by_agent = Choices(situations=frozenset({"legal-person"}), representative="agent")
    missing = [rule.code for rule in item("004-131").missing(frozenset(), by_agent)]
    assert "legal-persons-authorisation" in missing


@pytest.mark.requirement("R-162")
@pytest.mark.parametrize(("place", "kind"), [("urumqi", "pickup"), ("elsewhere", "post")])
def test_a_title_is_fetched_in_the_capital_and_posted_elsewhere(place: str, kind: str) -> None:
    there = Choices(situations=frozenset({place}))
    assert [way.kind for way in holding(item("004-105").text.delivery, there)] == [kind]


def test_whose_permit_expired_waits_no_longer_than_a_first_applicant() -> None:
    limits = {limit.name: limit for limit in item("001-10").text.limits}
    first = {limit.name: limit for limit in item("001-01").text.limits}
    assert limits["statutory"] == first["statutory"]
    damaged = Choices(situations=frozenset({"old-permit-damaged"}))
    assert holds(limits["remake"].when, damaged)
    assert not holds(limits["remake"].when, Choices())
    assert "watch" not in limits


@pytest.mark.parametrize("id_", ["000-04", "004-097", "001-R1"])
def test_what_is_not_offered_is_open_at_no_time_and_says_why(id_: str) -> None:
    text = item(id_).text
    found = window_of(text, parse_moment("2026-09-28T12:00+08:00"), calendars().of("xinjiang"))
    assert (found.state.open, found.state.reason) == (False, "not-offered")
    assert (text.not_offered_because or "") in found.words.en
    assert (text.not_offered_because_zh or "") in found.words.zh
    assert not re.search("[A-Za-z]", found.words.zh)


def test_a_petition_has_its_promise_and_its_statute_and_what_replaced_its_rule() -> None:
    text = item("004-130").text
    assert [(one.name, one.n) for one in text.limits if one.name in {"promised", "statutory"}] == [
        ("promised", 60),
        ("statutory", 60),
    ]
    assert (text.in_force.until, text.in_force.replaced_by) == ("2022-04-30", "《信访工作条例》")
    assert text.offered
    begun = Question(start=parse_moment("2026-09-28T12:00+08:00"))
    found = ask(text, begun, calendars().of("xinjiang"))
    assert "ends on the same day" in next(step.en for step in found.steps if step.code == "drives")


def test_every_quotation_of_a_limit_is_of_the_source_and_not_of_a_law() -> None:
    """A default is never shown as the source's words (requirements, corrections)."""
    for one in everything().values():
        for rule in one.text.limits:
            assert not (rule.raw and f"limits.{rule.name}" in one.text.defaulted), one.id
            assert "行政许可法" not in rule.raw, one.id
            assert "逾期不告知的" not in rule.raw, one.id


def test_the_same_service_is_named_from_both_sides() -> None:
    named = {id_: set(one.text.same_service_as) for id_, one in everything().items()}
    one_sided = [(a, b) for a, others in named.items() for b in others if a not in named[b]]
    assert one_sided == []


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("社保卡", {"003-009", "004-076", "004-080"}),
        ("驾照", {"000-11", "000-13", "002-22", "003-019"}),
        ("营业执照", {"003-051", "003-056", "003-058"}),
        ("补身份证", {"000-01"}),
        ("开旅馆", {"000-09"}),
        ("工伤", {"004-048", "004-049"}),
        ("失业金", {"003-006"}),
        ("讨薪", {"004-129"}),
        ("结婚证", {"003-067", "003-068"}),
    ],
)
def test_items_are_found_by_the_words_that_people_use(asked: str, ids: set[str]) -> None:
    found = {line.id for line in packaged_catalogue().listings(Wanted(text=asked))}
    assert ids <= found


def test_the_list_says_who_begins_an_item() -> None:
    lines = {line.id: line.initiated_by for line in packaged_catalogue().listings()}
    assert lines["000-01"] == "applicant"
    assert lines["004-109"] == "elsewhere"
    offered = packaged_catalogue().listings(Wanted(offered=True))
    assert sum(line.initiated_by == "applicant" for line in offered) == 271
