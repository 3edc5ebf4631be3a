"""Asking by case number without a sign-in: the stage alone, for whoever knows both halves."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.intake.reading.asking import AskingByNumber
from services.intake.reading.numbered import kept_numbered
from services.intake.reading.tries import MOST
from shared.case.deciding.case_numbers import is_case_number
from shared.config import Databases
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import APPLICANT, Client, World
from tests.support.made_up import COMPANY, CREDIT_CODE, HANDLER, HOTEL

pytestmark = pytest.mark.mongo
END = APPLICANT["id_number"][-4:]
WRONG = "0000"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    AskingByNumber.over(databases.work).tries.ensure_indexes()
    return Client(world, world.intake())


def listed(client: Client) -> None:
    """What intake's worker does about all that is in the log; again and again is the same."""
    log = client.world.log("intake")
    handlers = kept_numbered(AskingByNumber.over(client.world.databases.work).cases)
    for _ in range(2):
        for stream in sorted(client.world.databases.log["commits"].distinct("stream")):
            for commit in log.load(stream).commits:
                for index, event in enumerate(commit.events):
                    if event.type in handlers:
                        handlers[event.type](received(commit, index))


def applied(client: Client, body: dict[str, Any] | None = None, user: str = "applicant") -> Any:
    answer = client.post("/v1/cases", body or client.application(user=user), user)
    assert answer.status_code == 201, answer.json
    listed(client)
    return client.get(f"/v1/cases/{answer.json['case']}", user).json


def asked(client: Client, number: str, end: str) -> Any:
    """Nobody is signed in: no token, no key, no version."""
    body = {"number": number, "identity_end": end}
    return client.app.test_client().post("/v1/cases/standing", json=body)


def unknown_number(number: str) -> str:
    """Another number with a check digit, which no case has."""
    made = (f"{int(number[:19]) - step:019d}{check}" for step in range(1, 9) for check in range(10))
    return next(one for one in made if is_case_number(one))


def alike(answer: Any) -> tuple[int, dict[str, Any]]:
    """What a stranger can tell apart: not the id of the request."""
    return answer.status_code, {k: v for k, v in answer.json.items() if k != "correlation_id"}


@pytest.mark.requirement("R-100")
def test_who_knows_both_is_told_the_stage_and_until_when(client: Client) -> None:
    case = applied(client)
    answer = asked(client, case["number"], END)
    assert answer.status_code == 200, answer.json
    told = answer.json
    assert told["status"] == case["status"]
    assert told["number"] == case["number"]
    assert told["open"] is True
    assert told["stage"]["zh"]
    assert set(told) == {"number", "status", "outcome", "open", "stage", "until", "provisional"}


def test_nothing_in_the_answer_says_whose_case_it_is(client: Client) -> None:
    case = applied(client)
    text = asked(client, case["number"], END).get_data(as_text=True)
    for canary in (*APPLICANT.values(), case["case"], case["item"], case["name"], "乌鲁木齐"):
        assert canary not in text


def test_no_such_case_and_a_wrong_end_are_answered_alike(client: Client) -> None:
    case = applied(client)
    wrong = alike(asked(client, case["number"], WRONG))
    assert wrong[0] == 404
    assert alike(asked(client, unknown_number(case["number"]), END)) == wrong
    mistyped = case["number"][:-1] + str((int(case["number"][-1]) + 1) % 10)
    assert alike(asked(client, mistyped, END)) == wrong


def test_five_wrong_tries_close_a_number_for_the_hour_whether_a_case_has_it_or_not(
    client: Client,
) -> None:
    case = applied(client)
    for number in (case["number"], unknown_number(case["number"])):
        answers = [asked(client, number, WRONG) for _ in range(MOST + 1)]
        assert [one.status_code for one in answers] == [404] * MOST + [429]
        closed = asked(client, number, END)  # the right end too: guessing must not go on
        assert closed.status_code == 429
        assert 0 < int(closed.headers["Retry-After"]) <= 3601


def test_who_is_right_may_ask_as_often_as_they_like(client: Client) -> None:
    number = applied(client)["number"]
    assert [asked(client, number, END).status_code for _ in range(MOST + 3)] == [200] * (MOST + 3)


def test_an_organisations_code_is_public_and_opens_nothing(client: Client) -> None:
    case = applied(client, {**HOTEL, "applicant": COMPANY, "representative": HANDLER})
    assert asked(client, case["number"], CREDIT_CODE[-4:]).status_code == 404
    assert asked(client, case["number"], HANDLER["id_number"][-4:]).status_code == 200


def test_the_applicant_reads_that_somebody_asked(client: Client) -> None:
    case = applied(client)
    asked(client, case["number"], END)
    rows = client.get(f"/v1/cases/{case['case']}/readings").json["readings"]
    (row,) = [one for one in rows if one["duty"] == "ask"]
    assert re.search(r"\A[一-鿿]+\Z", row["why"]["zh"])
    assert row["reader"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"number": "1" * 20},
        {"number": "x", "identity_end": END},
        {"number": "1" * 20, "identity_end": "123"},
        {"number": "1" * 20, "identity_end": "12 4"},
    ],
)
def test_what_is_no_number_or_no_end_is_told_by_field(client: Client, body: Any) -> None:
    answer = client.app.test_client().post("/v1/cases/standing", json=body)
    assert answer.status_code == 422
