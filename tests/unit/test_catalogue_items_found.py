"""What the check tells about the items as they stand, and what was read anew in a few of them."""

from functools import cache
from pathlib import Path

import pytest

import shared.catalogue
from shared.catalogue.choosing import Choices, holding, holds
from shared.catalogue.findings import findings
from shared.catalogue.item import Item
from shared.catalogue.reading import item_files, read_defaults, read_item

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
    assert "licence" in text.inferred["limits.acceptance"]
    assert "limits.acceptance" not in text.defaulted


def test_a_closure_of_labour_dispatch_ends_with_a_decision_and_no_licence() -> None:
    results = item("004-005").text.results
    of = {
        name: [result.code for result in holding(results, Choices(variant=name))]
        for name in ("renewal", "closure")
    }
    assert of == {"renewal": ["decision", "licence"], "closure": ["decision"]}


def test_who_applies_without_an_agent_brings_no_authorisation() -> None:
    company = Choices(situations=frozenset({"legal-person"}))
    missing = [rule.code for rule in item("004-131").missing(frozenset(), company)]
    assert "legal-persons-authorisation" not in missing
    by_agent = Choices(situations=frozenset({"legal-person"}), representative="agent")
    missing = [rule.code for rule in item("004-131").missing(frozenset(), by_agent)]
    assert "legal-persons-authorisation" in missing


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
