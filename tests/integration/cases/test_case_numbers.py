"""A case has a number that people can read, from its first commit on, and no other case has it."""

import threading
from datetime import date
from pathlib import Path

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from services.notify.telling import Telling
from shared.case.deciding.case_numbers import is_case_number
from shared.casework.numbering import BLOCK, CaseNumbers
from shared.config import Databases
from shared.eventlog.errors import LogUnavailable
from shared.projection.building import catch_up
from tests.support.casework_world import Client, World
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
DAY = date(2026, 11, 29)
XINJIANG = "650000"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


def numbers_for(databases: Databases, count: int, day: date = DAY) -> list[str]:
    one = CaseNumbers(databases.log)
    return [one.take(day, XINJIANG) for _ in range(count)]


def test_processes_that_take_at_once_never_have_the_same(databases: Databases) -> None:
    given: list[list[str]] = []
    takers = [
        threading.Thread(target=lambda: given.append(numbers_for(databases, BLOCK + 20)))
        for _ in range(5)
    ]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    every = [number for some in given for number in some]
    assert len(every) == len(set(every)) == 5 * (BLOCK + 20)
    assert all(is_case_number(number) for number in every)


def test_threads_of_one_process_never_have_the_same(databases: Databases) -> None:
    numbers = CaseNumbers(databases.log)
    given: list[str] = []
    takers = [
        threading.Thread(
            target=lambda: given.extend(numbers.take(DAY, XINJIANG) for _ in range(60))
        )
        for _ in range(4)
    ]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(set(given)) == len(given) == 240


def test_a_process_that_starts_again_goes_on_behind_its_block(databases: Databases) -> None:
    (before,) = numbers_for(databases, 1)
    (after,) = numbers_for(databases, 1)
    assert before < after
    assert numbers_for(databases, 1, date(2026, 11, 30))[0][:14] == "20261130650000"


def test_a_day_that_has_no_number_left_gives_none(databases: Databases) -> None:
    numbers = CaseNumbers(databases.log)
    numbers.collection.insert_one({"_id": f"20261129{XINJIANG}/999"})
    assert numbers.take(DAY, XINJIANG) == ""
    assert numbers.take(DAY, "652300")


def test_without_the_server_nothing_is_given(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = CaseNumbers(databases.log)

    def away(*_: object, **__: object) -> None:
        raise ServerSelectionTimeoutError("away")

    monkeypatch.setattr(type(numbers.collection), "find_one", away)
    with pytest.raises(LogUnavailable):
        numbers.take(DAY, XINJIANG)


def test_a_case_has_its_number_at_once_and_a_repeat_has_the_same(client: Client) -> None:
    body, key = client.application(), {"Idempotency-Key": "k1"}
    case = client.post("/v1/cases", body, **key).json["case"]
    number = client.get(f"/v1/cases/{case}").json["number"]
    assert is_case_number(number)
    assert number[8:14] == XINJIANG
    assert client.post("/v1/cases", body, **key).json["case"] == case
    assert client.get(f"/v1/cases/{case}").json["number"] == number
    other = client.post("/v1/cases", client.application()).json["case"]
    assert client.get(f"/v1/cases/{other}").json["number"] not in {"", None, number}


def test_it_is_shown_told_and_found_everywhere(databases: Databases, tmp_path: Path) -> None:
    path = Path4(databases, tmp_path)
    case = path.submitted()
    number = path.client("intake").get(f"/v1/cases/{case}", user="applicant").json["number"]
    catch_up(path.parts(), 1)
    about = f"case/{case}/1"
    words = Telling(path.world.log("notify"), path.world.rules).words(about, "2")
    assert f"业务流水号{number}。" in words.zh
    assert case not in words.zh
    progress = path.client("notify")
    assert progress.get(f"/v1/progress/{case}", user="applicant").json["number"] == number
    found = progress.get(f"/v1/progress?number={number}", user="officer").json["cases"]
    assert [(one["case"], one["number"]) for one in found] == [(case, number)]
    assert progress.get(f"/v1/progress?number={number}", user="neighbour").json["cases"] == []
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    assert progress.get(f"/v1/progress?number={wrong}", user="officer").json["cases"] == []
