"""The printed conditions of an online item are looked at before there is a case (R-037)."""

from typing import Any

import msgspec
import pytest

from deploy.demo import people
from services.intake.application.submission import ApplicationFaulty
from shared.case import Case
from shared.catalogue import packaged_catalogue
from tests.support.commands import at_intake
from tests.support.given import START, rules
from tests.support.walking import application
from tests.unit.intake.test_items_api import PERSON, World, world_of

CARD = packaged_catalogue().item("000-01")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("intake"), packaged_catalogue())


def not_met(world: World, facts: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"declared": True, "applicant": PERSON, "facts": facts}
    refused = world.check(body, item_id="000-01").json["refused"]
    return [one for one in refused if one["code"] == "condition-not-met"]


@pytest.mark.requirement("R-037")
def test_a_changed_register_is_not_fit_for_online_and_it_is_said_where_to_go(world: World) -> None:
    (told,) = not_met(world, {**people.FACTS, "register-changed": True})
    assert (told["check"], told["pointer"]) == ("register-unchanged", "/facts/register-changed")
    assert "请持居民户口簿到户籍地派出所窗口办理" in told["detail_zh"]
    assert "come with your register to the police station" in told["detail"]
    assert not_met(world, people.FACTS) == []


@pytest.mark.requirement("R-037")
@pytest.mark.parametrize(
    ("code", "check", "next_step"),
    [
        ("household-in-xinjiang", "household-in-xinjiang", "请到户籍地派出所窗口办理"),
        ("register-changed", "register-unchanged", "请持居民户口簿到户籍地派出所窗口办理"),
    ],
)
def test_each_printed_condition_is_asked_for_and_looked_at_by_the_system(
    world: World, code: str, check: str, next_step: str
) -> None:
    """What is left out does not count as met."""
    (told,) = not_met(world, {**people.FACTS, code: not people.FACTS[code]})
    assert (told["check"], told["pointer"]) == (check, f"/facts/{code}")
    assert next_step in told["detail_zh"]
    wish = application(CARD, rules(), START)
    less = {name: said for name, said in people.FACTS.items() if name != code}
    with pytest.raises(ApplicationFaulty) as refused:
        at_intake(Case(id="c1"), msgspec.structs.replace(wish, answers=less), rules(), START)
    (fault,) = refused.value.fields["faults"]
    assert (fault["code"], fault["pointer"]) == ("fact-missing", f"/facts/{code}")


@pytest.mark.requirement("R-037")
def test_no_case_is_made_and_nothing_is_charged_where_it_is_not_met() -> None:
    wish = application(CARD, rules(), START)
    changed = msgspec.structs.replace(wish, answers={**wish.answers, "register-changed": True})
    with pytest.raises(ApplicationFaulty, match="come with your register"):
        at_intake(Case(id="c1"), changed, rules(), START)
    made = at_intake(Case(id="c1"), wish, rules(), START)
    passed = {one.check: one.passed for one in made[0].checks}
    printed = ["household-in-xinjiang", "register-unchanged"]
    beside = ["lost-on-not-past"] if "lost-on" in wish.answers else []
    assert passed == dict.fromkeys([*printed, *beside], True)


@pytest.mark.requirement("R-037")
@pytest.mark.parametrize(
    ("day", "refused"), [("2027-03-05", ["lost-on-not-past"]), ("2026-11-21", []), (None, [])]
)
def test_nothing_is_lost_on_a_day_to_come(
    world: World, day: str | None, refused: list[str]
) -> None:
    facts = people.FACTS | ({"lost-on": day} if day else {})
    assert [one["check"] for one in not_met(world, facts)] == refused


@pytest.mark.parametrize(
    ("item", "fact"),
    [
        *(("000-01", "lost-on"), ("003-020", "lost-on"), ("003-038", "happened-on")),
        *(("003-045", "child-born-on"), ("003-081", "exam-passed-on")),
        *(("004-048", "injured-on"), ("004-064", "period-to"), ("004-065", "period-to")),
        *(("004-087", "sent-on"), ("004-131", "known-on")),
    ],
)
def test_a_day_on_which_something_happened_is_no_later_than_today(item: str, fact: str) -> None:
    checks = packaged_catalogue().item(item).text.checks
    found = [one for one in checks if one.fact == fact and one.latest == "application"]
    assert [one.effect for one in found] == ["refuse"]
