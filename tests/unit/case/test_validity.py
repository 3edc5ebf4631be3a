"""How long a granted result is valid: each rule as given, when, then; and every item with one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import pytest

from shared.case.deciding.validity import Days, Stated, faults, left_open, still_open, validity_of
from shared.case.facts.parts import Valid
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.outcome import ResultRule, ValidityRule
from shared.clock import ClockError, Span
from tests.support.stating import UNTIL, stated

APPLIED, GRANTED = date(2026, 9, 25), date(2026, 10, 10)
DAYS = Days(applied=APPLIED, granted=GRANTED)
SIX_MONTHS, TWO_YEARS = Span(6, "months"), Span(2, "years")
CLASSES = (SIX_MONTHS, TWO_YEARS)
FIFTEEN = Span(15, "calendar_days")
KEEPS = ValidityRule(reissue="original-unless-authority-changed", choices=CLASSES)
EXPIRED = date(2026, 10, 9)


def result(validity: ValidityRule | None = None) -> ResultRule:
    return ResultRule(code="permit", name="居住证", validity=validity or "unknown")


def said(**fields: Any) -> Stated:
    return Stated(result="permit", **fields)


def codes(validity: ValidityRule | None, **fields: Any) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in faults(result(validity), said(**fields), DAYS)}


def missing(validity: ValidityRule, **fields: Any) -> Sequence[str]:
    found = still_open(result(validity), said(**fields) if fields else None, DAYS)
    return found.needs if found else ()


def valid(validity: ValidityRule | None, **fields: Any) -> Valid | None:
    """The validity of what was stated without a fault."""
    assert codes(validity, **fields) == set()
    return validity_of(result(validity), said(**fields) if fields else None, DAYS)


@pytest.mark.requirement("R-169")
def test_a_printed_length_counts_from_the_day_of_the_decision_which_is_not_counted() -> None:
    """R-169, R-175."""
    printed = ValidityRule(span=Span(2, "calendar_days"))
    assert left_open(result(printed)) is None
    assert valid(printed) == Valid(since=GRANTED, until=date(2026, 10, 12), basis="printed")
    assert valid(ValidityRule(span=SIX_MONTHS)) == Valid(
        since=GRANTED, until=date(2027, 4, 10), basis="printed"
    )


@pytest.mark.requirement("R-177")
def test_long_term_has_no_end() -> None:
    """R-177."""
    endless = ValidityRule(long_term=True)
    assert left_open(result(endless)) is None
    assert valid(endless) == Valid(since=GRANTED, until=None, basis="printed")
    assert codes(endless, span=TWO_YEARS) == {("span", "not-open")}


@pytest.mark.requirement("R-153")
def test_a_maximum_leaves_the_officer_a_shorter_time_and_else_holds_itself() -> None:
    """R-153."""
    plate = ValidityRule(span=FIFTEEN, at_most=True)
    asked = left_open(result(plate))
    assert asked is not None
    assert (asked.needs, asked.may, asked.at_most) == ((), ("span",), FIFTEEN)
    assert missing(plate) == ()
    assert valid(plate) == Valid(since=GRANTED, until=date(2026, 10, 25), basis="printed")
    shorter = Span(7, "calendar_days")
    assert valid(plate, span=shorter) == Valid(
        since=GRANTED, until=date(2026, 10, 17), basis="chosen"
    )
    assert codes(plate, span=Span(16, "calendar_days")) == {("span", "too-long")}
    assert codes(plate, span=Span(1, "months")) == {("span", "too-long")}


@pytest.mark.requirement("R-125")
def test_where_the_item_prints_choices_one_of_them_is_stated() -> None:
    """R-169, R-177."""
    classes = ValidityRule(choices=CLASSES)
    asked = left_open(result(classes))
    assert asked is not None
    assert (asked.needs, asked.choices, asked.name) == (("span",), CLASSES, "居住证")
    assert missing(classes) == ("span",)
    assert valid(classes) is None
    assert valid(classes, span=TWO_YEARS) == Valid(
        since=GRANTED, until=date(2028, 10, 10), basis="chosen"
    )
    assert codes(classes, span=Span(1, "years")) == {("span", "not-a-choice")}


def test_the_original_end_is_kept_and_has_to_be_stated() -> None:
    keeps = ValidityRule(reissue="original")
    assert missing(keeps) == ("original_until",)
    assert valid(keeps) is None
    assert valid(keeps, original_until=UNTIL) == Valid(since=GRANTED, until=UNTIL, basis="original")
    assert valid(keeps, original_until=GRANTED) is not None
    assert codes(keeps, original_until=EXPIRED) == {("original_until", "expired")}
    assert codes(keeps, original_until=UNTIL, span=SIX_MONTHS, authority_changed=False) == {
        ("span", "not-open"),
        ("authority_changed", "not-open"),
    }


@pytest.mark.requirement("R-170")
def test_the_same_authority_keeps_the_original_end() -> None:
    """R-170."""
    assert missing(KEEPS) == ("original_until", "authority_changed")
    assert missing(KEEPS, original_until=UNTIL) == ("authority_changed",)
    kept = {"original_until": UNTIL, "authority_changed": False}
    assert valid(KEEPS, **kept) == Valid(since=GRANTED, until=UNTIL, basis="original")
    assert codes(KEEPS, span=SIX_MONTHS, **kept) == {("span", "not-open")}
    assert valid(KEEPS, original_until=GRANTED, authority_changed=False) is not None


@pytest.mark.requirement("R-170")
def test_another_authority_counts_from_the_application() -> None:
    """R-170: 按照到达新住址后的申领时间重新签发."""
    changed = {"original_until": UNTIL, "authority_changed": True}
    assert missing(KEEPS, **changed) == ("span",)
    assert valid(KEEPS, span=SIX_MONTHS, **changed) == Valid(
        since=APPLIED, until=date(2027, 3, 25), basis="anew"
    )
    assert codes(KEEPS, span=Span(7, "months"), **changed) == {("span", "not-a-choice")}
    open_length = ValidityRule(reissue="original-unless-authority-changed")
    assert missing(open_length, **changed) == ("span",)
    assert valid(open_length, span=Span(7, "months"), **changed) is not None


@pytest.mark.requirement("R-171")
def test_an_expired_original_counts_from_the_application_too() -> None:
    """R-171: 证件起始时间按照再次申领日期计算."""
    for until in (EXPIRED, date(2026, 9, 1)):
        over = {"original_until": until, "authority_changed": False}
        assert missing(KEEPS, **over) == ("span",)
        assert valid(KEEPS, span=TWO_YEARS, **over) == Valid(
            since=APPLIED, until=date(2028, 9, 25), basis="anew"
        )


def test_a_printed_length_of_a_reissue_needs_no_other() -> None:
    printed = ValidityRule(reissue="original-unless-authority-changed", span=SIX_MONTHS)
    changed = {"original_until": UNTIL, "authority_changed": True}
    assert missing(printed, **changed) == ()
    assert valid(printed, **changed) == Valid(since=APPLIED, until=date(2027, 3, 25), basis="anew")


@pytest.mark.requirement("R-171")
def test_what_is_registered_again_begins_with_the_application() -> None:
    """R-171, R-172."""
    anew = ValidityRule(reissue="anew", choices=CLASSES)
    assert missing(anew) == ("span",)
    assert valid(anew, span=SIX_MONTHS) == Valid(
        since=APPLIED, until=date(2027, 3, 25), basis="anew"
    )
    assert codes(anew, original_until=UNTIL) == {("original_until", "not-open")}


@pytest.mark.requirement("R-176")
def test_where_no_length_is_printed_one_has_to_be_stated() -> None:
    """R-176: 注明有效期限."""
    noted = ValidityRule(raw="注明有效期限")
    asked = left_open(result(noted))
    assert asked is not None
    assert (asked.needs, asked.may, asked.choices) == (("span",), (), ())
    assert missing(noted) == ("span",)
    assert valid(noted, span=Span(3, "calendar_days")) == Valid(
        since=GRANTED, until=date(2026, 10, 13), basis="chosen"
    )


def test_where_the_source_is_silent_nothing_is_open_and_nothing_known() -> None:
    assert left_open(result()) is None
    assert valid(None) is None
    assert codes(None, span=SIX_MONTHS, original_until=UNTIL, authority_changed=True) == {
        ("span", "not-open"),
        ("original_until", "not-open"),
        ("authority_changed", "not-open"),
    }


def test_an_end_outside_the_calendar_is_named() -> None:
    noted = ValidityRule(raw="注明有效期限")
    late = Days(applied=date(2060, 1, 1), granted=date(2060, 1, 1))
    found = faults(result(noted), said(span=Span(50, "years")), late)
    assert [(one.field, one.code) for one in found] == [("span", "out-of-range")]
    original = ValidityRule(reissue="original")
    assert codes(original, original_until=date(1999, 1, 1)) == {("original_until", "out-of-range")}
    with pytest.raises(ClockError):
        Span(0, "months")


# What each item that says something about it comes to: what has to be stated, from when, until.
ANEW = ("original_until", "authority_changed")
KEPT = (ANEW, GRANTED, UNTIL, "original")
EVERY: dict[tuple[str, str], tuple[tuple[str, ...], date, date | None, str]] = {
    ("000-03", "temporary-identity-proof"): ((), GRANTED, date(2026, 10, 12), "printed"),
    ("000-17", "temporary-plate"): ((), GRANTED, date(2026, 10, 25), "printed"),
    ("000-19", "temporary-plate"): ((), GRANTED, date(2026, 10, 25), "printed"),
    ("001-01", "residence-permit"): ((), GRANTED, date(2027, 4, 10), "printed"),
    ("001-02", "residence-permit"): ((), GRANTED, date(2028, 10, 10), "printed"),
    ("001-03", "residence-permit"): KEPT,
    ("001-04", "residence-permit"): (("span",), GRANTED, date(2027, 4, 10), "chosen"),
    ("001-05", "residence-permit"): KEPT,
    ("001-06", "residence-permit"): KEPT,
    ("001-07", "residence-permit"): KEPT,
    ("001-08", "residence-permit"): KEPT,
    ("001-09", "residence-permit"): KEPT,
    ("001-10", "residence-permit"): (("span",), APPLIED, date(2027, 3, 25), "anew"),
    ("001-12", "residence-permit"): (("original_until",), GRANTED, UNTIL, "original"),
    ("001-16", "residence-permit"): (("span",), APPLIED, date(2027, 3, 25), "anew"),
    ("002-12", "temporary-identity-proof"): (("span",), GRANTED, date(2027, 4, 10), "chosen"),
    ("002-12", "marriage-identity-proof"): (("span",), GRANTED, date(2027, 4, 10), "chosen"),
    ("002-19", "temporary-plate"): ((), GRANTED, date(2026, 10, 25), "printed"),
    ("002-23", "driving-licence-ten-years"): ((), GRANTED, date(2036, 10, 10), "printed"),
    ("002-23", "driving-licence-long-term"): ((), GRANTED, None, "printed"),
    ("002-24", "postponement"): ((), GRANTED, date(2029, 10, 10), "printed"),
}
LASTING = {
    (item.id, rule.code): rule
    for item in packaged_catalogue().items()
    for rule in item.text.results
    if rule.validity != "unknown"
}


def test_every_item_with_a_validity_is_in_the_table() -> None:
    assert set(EVERY) == set(LASTING)


@pytest.mark.requirement("R-169", "R-172", "R-175")
@pytest.mark.parametrize("key", EVERY, ids="-".join)
def test_every_item_with_a_validity_comes_to_one(key: tuple[str, str]) -> None:
    rule, (needs, since, until, basis) = LASTING[key], EVERY[key]
    asked = left_open(rule)
    assert (asked.needs if asked else ()) == needs
    answers = stated([_plain(asked)]) if asked else []
    told = _stated(answers[0]) if answers else None
    assert told is None or list(faults(rule, told, DAYS)) == []
    assert still_open(rule, told, DAYS) is None
    found = validity_of(rule, told, DAYS)
    assert found == Valid(since=since, until=until, basis=basis)  # type: ignore[arg-type]


@pytest.mark.requirement("R-169")
def test_the_two_classes_of_permit_are_the_only_lengths() -> None:
    """R-169: six months and two years, wherever a permit begins anew."""
    permits = [rule for (_, code), rule in LASTING.items() if code == "residence-permit"]
    for rule in permits:
        assert isinstance(rule.validity, ValidityRule)
        lengths = rule.validity.choices or (rule.validity.span,)
        assert set(lengths) <= {*CLASSES, None}
        assert rule.validity.reissue == "original" or None not in lengths


def _plain(asked: Any) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(asked)
    return told


def _stated(answer: dict[str, Any]) -> Stated:
    return msgspec.convert(answer, Stated)
