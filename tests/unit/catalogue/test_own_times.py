"""The applicant's own times: from stated days, to remind, and nothing else (R-091 to R-094)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.rules.limits_of_item import Question, TermError
from shared.catalogue.rules.limits_of_item import ask as ask_limit
from shared.catalogue.rules.own_times import OwnTime, askable, own_times
from shared.clock import ClockError
from shared.clock.telling.wording import limit_title
from tests.support.clock_given import at, calendars
from tests.unit.intake.test_items_api import World, world_of

ITEMS = packaged_catalogue()
# Every item of the sources that prints a time of the applicant's, by what it counts from.
PRINTED = {
    "000-01": ["happened"],
    "000-07": ["established"],
    "000-08": ["established"],
    "000-12": ["licence-expiry"],
    "000-13": ["licence-expiry"],
    "000-14": ["told"],
    "000-15": ["licence-expiry"],
    "000-16": ["happened"],
    "000-20": ["changed"],
    "000-23": ["told"],
    "001-03": ["changed"],
    "001-04": ["permit-expiry"],
    "001-07": ["changed"],
    "002-02": ["told"],
    "002-03": ["told"],
    "004-007": ["established"],
    "004-012": ["established"],
}


def times(item_id: str, choices: Choices | None = None, **stated: str) -> tuple[OwnTime, ...]:
    text = ITEMS.item(item_id).text
    days = {code.replace("_", "-"): date.fromisoformat(day) for code, day in stated.items()}
    return own_times(text, days, choices or Choices(), calendars().of(text.calendar))


@pytest.mark.requirement("R-091")
def test_three_working_days_after_a_move_step_over_the_weekend() -> None:
    (found,) = times("001-03", changed="2026-11-19")  # a Thursday
    assert (found.name, found.kind, found.due) == ("move", "deadline", date(2026, 11, 24))
    assert found.remind_on == (date(2026, 11, 23),)
    assert "2026-11-24" in found.zh
    assert "仅用于提醒" in found.zh
    assert "to remind only" in found.en


@pytest.mark.requirement("R-193")
def test_thirty_days_after_a_change_are_reminded_of_twice() -> None:
    (found,) = times("000-20", changed="2026-11-02")
    assert found.due == date(2026, 12, 2)
    assert found.remind_on == (date(2026, 11, 25), date(2026, 12, 1))


def test_a_renewal_opens_thirty_days_before_the_expiry_and_is_reminded_of_then() -> None:
    (found,) = times("001-04", permit_expiry="2027-03-31")
    assert (found.kind, found.opens, found.due) == ("renewal", date(2027, 3, 1), date(2027, 3, 31))
    assert found.remind_on == (date(2027, 3, 1),)


@pytest.mark.requirement("R-093")
def test_within_the_validity_or_a_year_after_it_has_no_first_day() -> None:
    (found,) = times("000-12", licence_expiry="2026-06-30")
    assert (found.opens, found.due) == (None, date(2027, 6, 30))
    assert found.postponed_until_at_most == date(2029, 6, 30)


@pytest.mark.requirement("R-055", "R-187")
def test_what_holds_for_another_variant_is_not_told() -> None:
    text = ITEMS.item("000-08").text
    assert askable(text, Choices(variant="change")) == ("changed",)
    assert times("000-08", Choices(variant="change"), established="2026-11-02") == ()
    (found,) = times("000-08", Choices(variant="initial"), established="2026-11-02")
    assert found.name == "filing"


def test_without_a_stated_day_nothing_is_computed() -> None:
    assert times("001-03") == ()


def test_every_printed_time_of_an_applicant_can_be_asked_for() -> None:
    found = {}
    for item in ITEMS.items():
        choices = Choices(
            variant="initial" if item.id == "000-08" else "", situations=frozenset({"expiry"})
        )
        if asked := askable(item.text, choices):
            found[item.id] = list(asked)
            days = dict.fromkeys(asked, date(2026, 11, 2))
            calendar = calendars().of(item.text.calendar)
            told = own_times(item.text, days, choices, calendar)
            assert {one.stated for one in told} == set(asked)
            assert all(one.due for one in told)
    found.pop("002-23")  # its window is asked for in one situation, and is that of 000-13
    assert found == PRINTED


def test_a_day_out_of_the_calendar_is_refused() -> None:
    with pytest.raises(ClockError):
        times("001-03", changed="1900-01-01")


def test_it_is_asked_for_by_name_and_said_to_be_no_limit_of_the_office() -> None:
    text = ITEMS.item("001-03").text
    question = Question(start=at("2026-11-19T10:00"), limit="move")
    found = ask_limit(text, question, calendars().of(text.calendar))
    assert found.due.date == date(2026, 11, 24)
    assert "own" in [step.code for step in found.steps]
    with pytest.raises(TermError, match="move"):
        ask_limit(text, Question(start=question.start, limit="moved"), calendars().of("xinjiang"))


def test_every_limit_of_the_catalogue_has_a_name_for_people_in_both_languages() -> None:
    nameless = {
        (item.id, rule.name)
        for item in ITEMS.items()
        for rule in (*item.text.limits, *item.text.applicant_deadlines)
        if rule.name in limit_title(rule)
    }
    assert nameless == set()


# --- over HTTP


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(Path(tmp_path_factory.mktemp("own")), ITEMS)


def ask(world: World, item_id: str, body: Any, user: str = "applicant") -> Any:
    headers = {"Authorization": f"Bearer {world.issuer.issue(user)}"}
    path = f"/v1/items/{item_id}/own-times"
    return world.app.test_client().post(path, json=body, headers=headers)


def test_a_portal_asks_what_can_be_stated_and_then_until_when(world: World) -> None:
    assert ask(world, "001-03", {}).json["askable"] == ["changed"]
    found = ask(world, "001-03", {"stated": {"changed": "2026-11-19"}})
    assert found.status_code == 200
    (told,) = found.json["times"]
    assert (told["due"], told["remind_on"]) == ("2026-11-24", ["2026-11-23"])
    assert "3个工作日" in told["raw"]


def test_everything_that_is_wrongly_stated_is_named(world: World) -> None:
    found = ask(world, "001-03", {"stated": {"moved": "2026-11-19", "born": "2026-11-19"}})
    assert found.status_code == 422
    assert {error["pointer"] for error in found.json["errors"]} == {"/stated/moved", "/stated/born"}
    assert "changed" in found.json["errors"][0]["detail"]
    for day in ("2026-02-31", "1900-01-01", "tomorrow"):
        wrong = ask(world, "001-03", {"stated": {"changed": day}})
        assert wrong.status_code == 422, day
        assert [error["pointer"] for error in wrong.json["errors"]] == ["/stated/changed"]


def test_who_may_not_apply_is_told_nothing_and_an_unknown_item_is_not_there(world: World) -> None:
    assert ask(world, "001-03", {}, user="producer").status_code == 403
    assert ask(world, "001-99", {}).status_code == 404
