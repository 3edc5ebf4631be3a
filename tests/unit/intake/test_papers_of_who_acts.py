"""Who acts for somebody hands in what the source asks of them, over every channel."""

from typing import Any

import pytest

from services.intake.application.parties.applicant import acting_as
from shared.catalogue import packaged_catalogue
from tests.unit.intake.test_items_api import ACTING, COMPANY, PERSON, UNIT, World, world_of

AGENT = {"applicant": PERSON, "representation": "agent", "representative": ACTING}
HANDLED = {"applicant": COMPANY, "representative": ACTING}
PRINCIPAL = {"principal-social-security-card", "principal-identity-card"}
OWN = {"agent-social-security-card", "agent-identity-card"}
LETTER = "notarised-authorisation"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("intake"), packaged_catalogue())


def asked(world: World, item: str, body: dict[str, Any], *given: str) -> dict[str, str]:
    """What a trial says is missing: paper and the group of which one is enough."""
    materials = [{"code": code} for code in given]
    found = world.check({"declared": True, "materials": materials, **body}, item_id=item)
    assert found.status_code == 200, found.json
    return {one["material"]: one["one_of"] for one in found.json["missing"]}


@pytest.mark.requirement("R-020")
@pytest.mark.parametrize("channel", ["online", "app", "terminal"])
def test_an_agent_without_a_counter_has_both_documents_or_the_notarised_letter(
    world: World, channel: str
) -> None:
    body = {**AGENT, "channel": channel}
    missing = asked(world, "004-027", body)
    assert {code for code, group in missing.items() if group == "agent-document"} == OWN
    insured = {code for code, group in missing.items() if group == "insured-document"}
    assert insured == {*PRINCIPAL, LETTER}
    assert asked(world, "004-027", body, "agent-identity-card", LETTER) == {}
    assert asked(world, "004-027", body, "agent-identity-card", "principal-identity-card") == {}
    assert asked(world, "004-027", body, LETTER).keys() == OWN


def test_in_person_nothing_is_asked_without_a_counter(world: World) -> None:
    """The source asks the insured for papers at the counter alone."""
    assert asked(world, "004-027", {"applicant": PERSON, "channel": "online"}) == {}
    at_counter = asked(world, "004-027", {"applicant": PERSON, "channel": "counter"})
    assert at_counter.keys() == {"insured-social-security-card", "insured-identity-card"}
    with_agent = asked(world, "004-027", {**AGENT, "channel": "counter"})
    assert with_agent.keys() == {*at_counter, *OWN, LETTER}


@pytest.mark.requirement("R-024")
@pytest.mark.parametrize("said", [{}, {"representation": "unit-handler"}])
@pytest.mark.parametrize(
    ("item", "applicant", "papers"),
    [
        ("004-048", COMPANY, {"handlers-authorisation"}),
        ("004-048", UNIT, {"handlers-authorisation"}),
        ("004-051", UNIT, {"unit-authorisation", "authorised-persons-identity-card"}),
    ],
)
def test_a_handler_is_asked_for_the_letter_whether_or_not_it_is_said_who_acts(
    world: World, said: dict[str, str], item: str, applicant: dict[str, Any], papers: set[str]
) -> None:
    body = {**HANDLED, "applicant": applicant, "channel": "counter", **said}
    assert papers <= asked(world, item, body).keys()
    without = {key: one for key, one in body.items() if key != "representative"}
    assert papers <= asked(world, item, without).keys()


@pytest.mark.requirement("R-024")
def test_a_person_in_person_is_asked_for_no_letter(world: World) -> None:
    assert "handlers-authorisation" not in asked(
        world, "004-048", {"applicant": PERSON, "channel": "counter"}
    )


@pytest.mark.parametrize(
    ("body", "acts"),
    [
        ({"applicant": PERSON}, ""),
        ({"applicant": PERSON, "representation": "guardian"}, "guardian"),
        ({"applicant": COMPANY}, "unit-handler"),
        ({"applicant": COMPANY, "representation": "agent"}, "agent"),
    ],
)
def test_an_organisation_always_acts_through_somebody(body: dict[str, Any], acts: str) -> None:
    assert acting_as(body) == acts
