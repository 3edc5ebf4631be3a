"""The payments that could not be placed are listed until they went back or found their case."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.records import payments as command
from services.intake.application.repeated import OpenApplications
from services.intake.money.gateway import FileGateway
from services.intake.money.unplaced import UnplacedPayments
from services.intake.worker import casework
from shared.case import case_stream
from shared.config import Databases
from shared.eventlog import EventLog, Loaded
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
PATH = "/v1/payments/unplaced"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    UnplacedPayments(databases.work).ensure_indexes()
    return Client(world, world.intake())


def submit(client: Client) -> str:
    case: str = client.post("/v1/cases", client.application()).json["case"]
    return case


def pay(client: Client, case: str, transaction: str, amount: str = "40.00") -> int:
    body = {
        "kind": "payment",
        "case": case,
        "transaction": transaction,
        "amount": amount,
        "method": "wechat",
    }
    status: int = client.callback(body).status_code
    return status


def work(client: Client, *, times: int = 2) -> None:
    """What intake's worker does about all that is in the log, in any order, again and again."""
    world, log = client.world, client.world.log("intake")
    unplaced = UnplacedPayments(world.databases.work)
    gateway = FileGateway(world.home / "refunds.jsonl")
    applications = OpenApplications(world.databases.work)
    tables = casework(log, world.rules, gateway, unplaced, applications)
    for _ in range(times):
        for stream in sorted(world.databases.log["commits"].distinct("stream")):
            if not stream.startswith(("case/", "payment/")):
                continue
            for commit in log.load(stream).commits:
                for index, event in enumerate(commit.events):
                    for handler in tables.handlers.get(event.type, ()):
                        handler(received(commit, index))


def listed(client: Client, user: str = "operator", query: str = "", **more: str) -> list[Any]:
    answer = client.get(f"{PATH}{query}", user, **more)
    assert answer.status_code == 200, answer.json
    found: list[Any] = answer.json["payments"]
    return found


def test_each_kind_is_listed_with_its_reason(client: Client) -> None:
    first, second, nobody = submit(client), submit(client), "a" * 26
    assert pay(client, first, "t1") == 200
    assert pay(client, second, "t1") == 409
    assert pay(client, nobody, "t2") == 404
    assert pay(client, second, "t3", "39.00") == 200
    assert pay(client, first, "t4") == 200
    work(client)
    found = {
        one["transaction"]: (one["why"], one["case"], one["held_by"], one["amount"])
        for one in listed(client)
    }
    assert found == {
        "t1": ("second-case", second, first, "40.00"),
        "t2": ("unknown-case", nobody, None, "40.00"),
        "t3": ("mismatch", second, None, "39.00"),
        "t4": ("duplicate", first, None, "40.00"),
    }
    assert len(listed(client)) == 4, "each once"


def test_an_office_lists_its_own_and_each_case_is_read_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = submit(client)
    for number in range(3):
        assert pay(client, case, f"t{number}", "39.00") == 200
    work(client)
    read: list[str] = []
    load = EventLog.load

    def counted(log: EventLog, stream: str, **more: Any) -> Loaded:
        read.append(stream)
        return load(log, stream, **more)

    monkeypatch.setattr(EventLog, "load", counted)
    assert len(listed(client, "officer", department="public-security-650000")) == 3
    assert read == [case_stream(case)]
    assert listed(client, "officer", department="public-security-500110") == []


def test_what_went_back_is_settled_and_stays_so(client: Client) -> None:
    case = submit(client)
    assert pay(client, case, "t1", "39.00") == 200
    work(client)
    back = {
        "kind": "refund",
        "case": case,
        "transaction": "r1",
        "payment": "t1",
        "amount": "39.00",
    }
    assert client.callback(back).status_code == 200
    work(client)
    assert listed(client) == []
    (settled,) = listed(client, query="?settled=true")
    assert (settled["transaction"], settled["settled_at"] is not None) == ("t1", True)


def test_what_found_its_case_is_settled(client: Client) -> None:
    assert pay(client, "a" * 26, "t1") == 404
    work(client)
    assert [one["why"] for one in listed(client)] == ["unknown-case"]
    assert pay(client, submit(client), "t1") == 200
    work(client)
    assert listed(client) == []


def pages(client: Client, limit: int) -> Iterator[list[str]]:
    query = f"?limit={limit}"
    while True:
        answer = client.get(f"{PATH}{query}", "operator").json
        yield [one["transaction"] for one in answer["payments"]]
        if answer["next"] is None:
            return
        query = f"?limit={limit}&after={answer['next']}"


def test_pages_have_each_payment_once_while_more_come_in(client: Client) -> None:
    for number in range(5):
        assert pay(client, "a" * 26, f"t{number}") == 404
    work(client, times=1)
    found = pages(client, 2)
    seen = next(found)
    assert pay(client, "a" * 26, "t5") == 404
    work(client, times=1)
    for page in found:
        assert len(page) <= 2
        seen += page
    assert seen == ["t0", "t1", "t2", "t3", "t4", "t5"]


@pytest.mark.parametrize("after", ["x", "AAAA=", "w7w"])
def test_a_cursor_that_nobody_gave_is_refused(client: Client, after: str) -> None:
    assert client.get(f"{PATH}?after={after}", "operator").status_code == 422


@pytest.mark.parametrize(
    ("user", "department", "expected"),
    [
        ("operator", "", ["t1", "t2"]),
        ("auditor", "", ["t1", "t2"]),
        ("officer", "", ["t1"]),
        ("officer", "elsewhere", []),
    ],
)
def test_an_officer_sees_those_of_the_own_department(
    client: Client, user: str, department: str, expected: list[str]
) -> None:
    assert pay(client, submit(client), "t1", "39.00") == 200
    assert pay(client, "a" * 26, "t2") == 404
    work(client)
    found = listed(client, user, department=department)
    assert [one["transaction"] for one in found] == expected


@pytest.mark.parametrize("user", ["applicant", "portal", "producer"])
def test_nobody_else_sees_the_list(client: Client, user: str) -> None:
    assert client.get(PATH, user).status_code == 403


def test_the_command_reads_every_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PAGE_ROWS", 2)
    for number in range(5):
        assert pay(client, "a" * 26, f"t{number}") == 404
    work(client, times=1)
    payments = UnplacedPayments(client.world.databases.work)
    found = [row["transaction"] for row in command._rows(payments, settled=False)]
    assert found == ["t0", "t1", "t2", "t3", "t4"]
    assert list(command._rows(payments, settled=True)) == []
