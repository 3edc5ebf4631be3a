"""The same application twice: told by the trial, the answer and the desk, refused by nobody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.repeated import OpenApplications, kept_open
from shared.case.issuance.closing import CaseClosed
from shared.casework.log import drafts
from shared.config import Databases
from shared.eventlog import Actor, Command
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
NONE: list[Any] = []


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    OpenApplications(databases.work).ensure_indexes()
    return Client(world, world.intake())


def follow(client: Client) -> None:
    """What intake's worker does about all that is in the log; again and again is the same."""
    log = client.world.log("intake")
    handlers = kept_open(OpenApplications(client.world.databases.work))
    for _ in range(2):
        for stream in sorted(client.world.databases.log["commits"].distinct("stream")):
            for commit in log.load(stream).commits:
                for index, event in enumerate(commit.events):
                    if event.type in handlers:
                        handlers[event.type](received(commit, index))


def apply(client: Client, user: str = "applicant") -> dict[str, Any]:
    answer = client.post("/v1/cases", client.application(user=user), user)
    assert answer.status_code == 201, answer.json
    follow(client)
    found: dict[str, Any] = answer.json
    return found


def advice(client: Client, user: str = "applicant", item: str = "000-01") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.post(f"/v1/items/{item}/check", {}, user).json["advice"]
    return [one for one in found if one["code"] == "already-open"]


def close(client: Client, case: str) -> None:
    command = Command(
        command_id=f"test:{case}",
        actor=Actor(kind="system", ref="issuance"),
        now=datetime.now(UTC),
    )
    facts = [CaseClosed(outcome="issued")]
    client.world.log("issuance").execute(f"case/{case}", command, lambda _: drafts(facts))
    follow(client)


def test_a_second_application_is_taken_and_both_sides_are_told(client: Client) -> None:
    first = apply(client)
    assert first["also_open"] == NONE
    second = apply(client)
    number = client.get(f"/v1/cases/{first['case']}").json["number"]
    assert second["also_open"] == [{"case": first["case"], "number": number}]
    seen = client.get(f"/v1/cases/{second['case']}", "officer").json["also_open"]
    assert [one["case"] for one in seen] == [first["case"]]
    seen = client.get(f"/v1/cases/{first['case']}", "officer").json["also_open"]
    assert [one["case"] for one in seen] == [second["case"]]


def test_the_trial_names_the_open_case(client: Client) -> None:
    assert advice(client) == NONE
    first = apply(client)
    (told,) = advice(client)
    number = client.get(f"/v1/cases/{first['case']}").json["number"]
    assert (told["case"], told["number"]) == (first["case"], number)
    assert number in told["detail_zh"]


def test_another_item_another_person_or_a_closed_case_is_no_word(client: Client) -> None:
    first = apply(client)
    assert advice(client, item="000-09") == NONE
    assert advice(client, "neighbour") == NONE
    assert apply(client, "neighbour")["also_open"] == NONE
    close(client, first["case"])
    assert advice(client) == NONE
    assert apply(client)["also_open"] == NONE
